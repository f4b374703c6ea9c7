"""The process that sees. `python -m installation.inputs.camera_process` captures pictures, senses visitors in
them (`vision`), and publishes only what was sensed through shared memory. Pixels never leave it: it writes no
file, opens no socket, logs nothing.

Started by `feed.Feed`. It ends when it is asked to (its standard input is closed), when its parent dies (the
same thing happens; and Linux kills it), and when its source is lost (after saying why through the shared
memory).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from collections import deque

from installation.children import die_with
from installation.clock import now
from installation.errors import InstallationError
from installation.inputs.shared_frame import SharedFrame

LOST = 3
"""Exit code: the source is absent or lost, and the shared memory says why."""

BEAT = 0.2


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="camera_process", description="Senses visitors; started by the engine.")
    parser.add_argument("--list", action="store_true", help="print the numbers of working devices as JSON")
    parser.add_argument("--memory", default="")
    parser.add_argument("--size", default="160x90")
    parser.add_argument("--source", default="synthetic")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mirror", action="store_true")
    parser.add_argument("--parent", type=int, default=0)
    options = parser.parse_args(arguments)
    if options.list:
        from installation.inputs.devices import probe_devices

        print(json.dumps(probe_devices()))
        return 0
    die_with(options.parent)
    width, _, height = options.size.partition("x")
    memory = SharedFrame.attach(options.memory, int(width), int(height))
    leash = Leash(memory)
    memory.beat()
    memory.say(state="opening", name=options.source)
    try:
        _watch(memory, leash, options)
    except InstallationError as error:
        problem = error.problems[0]
        where = f"{problem.where}: " if problem.where else ""
        memory.say(state="lost", name=options.source, problem=where + problem.message, hint=problem.hint)
        return LOST
    except Exception as error:  # whatever a driver does becomes a sentence in the status, and a new process
        memory.say(state="lost", name=options.source, problem=f"{type(error).__name__}: {error}"[:300], hint="")
        return LOST
    finally:
        leash.done.set()
    return 0


def _watch(memory: SharedFrame, leash: Leash, options: argparse.Namespace) -> None:
    """Looks until it is asked to stop, or the source is lost (DeviceError)."""
    from installation.inputs.faces import Faces
    from installation.inputs.sources import open_source
    from installation.inputs.vision import Vision

    source = open_source(options.source, options.seed)
    try:
        vision = Vision(memory.width, memory.height, options.mirror, faces=Faces(threaded=True))
        times: deque[float] = deque(maxlen=60)
        told = 0.0
        while not leash.stop.is_set():
            picture = source.read(now() + 0.5)
            if picture is None:
                continue
            when = now()
            memory.put(vision.process(picture, when))
            times.append(when)
            if when - told > 1.0:
                told = when
                fps = (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0
                cost = round((now() - when) * 1000, 2)
                memory.say(state="live", name=source.name, fps=round(fps, 1), vision_ms=cost)
    finally:
        source.close()


class Leash:
    """Ties this process to its parent: standard input ends when the parent closes it, or dies in whatever
    way."""

    def __init__(self, memory: SharedFrame) -> None:
        self.stop = threading.Event()
        self.done = threading.Event()
        self._memory = memory
        self._parent = os.getppid()
        threading.Thread(target=self._listen, name="leash", daemon=True).start()
        threading.Thread(target=self._pulse, name="pulse", daemon=True).start()

    def _listen(self) -> None:
        try:
            while os.read(0, 64):
                pass
        except OSError:
            pass
        self._end()

    def _pulse(self) -> None:
        while not self.stop.wait(BEAT):
            self._memory.beat()
            if os.getppid() != self._parent:
                self._end()

    def _end(self) -> None:
        self.stop.set()
        if not self.done.wait(1.0):
            os._exit(0)  # the driver hangs: there is nothing to save


if __name__ == "__main__":
    sys.exit(main())
