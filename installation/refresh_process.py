"""The process that refreshes data while a show plays: one line of JSON in says what, each line out says what happened.

Started by `schedule.Refresher`. It draws nothing and ends with its parent, at once, whatever it waits for.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from installation.children import die_with
from installation.clock import now, today, wall_time
from installation.inputs.web import Stopped
from installation.outside import Outside
from installation.refresh import due, period, refresh
from installation.schedule import Schedule, as_plain

NICE = 10
"""How far behind the frames it stands in the queue for the processors."""


def serve(asked: dict[str, Any], wait: Callable[[float], bool], say: Callable[[dict[str, Any]], None]) -> None:
    """Refreshes what is asked when it is due, until `wait` says that it is time to stop."""
    told: object = None
    with Outside(wait, asked["addresses"]) as outside:
        hours = tuple(asked["hours"]) if asked["hours"] else None
        schedule = Schedule(asked["names"], lambda name: refresh(name, outside.ways), due_now, period, hours)
        while True:
            try:
                done, seconds = schedule.turn(now(), today()[3])
            except Stopped:
                return
            problems = [problem for found in schedule.problems.values() for problem in found]
            if done or told != (told := (problems, schedule.awaited(0.0))):
                at = {n: (wall_time() + wait, problem) for n, (wait, problem) in schedule.awaited(now()).items()}
                say({"done": done, "problems": [as_plain(problem) for problem in problems], "awaited": at})
            if wait(seconds):
                return


def due_now(name: str) -> float:
    return due(name, wall_time())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, default=0)
    die_with(parser.parse_args().parent)
    if hasattr(os, "nice"):
        os.nice(NICE)
    logging.getLogger("installation").addHandler(logging.NullHandler())
    asked = json.loads(sys.stdin.readline() or "null")
    if not asked:
        return
    stop = threading.Event()

    def until_the_end() -> None:
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=until_the_end, daemon=True).start()

    def say(told: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()

    serve(asked, stop.wait, say)


if __name__ == "__main__":
    main()
