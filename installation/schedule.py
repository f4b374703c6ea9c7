"""When live sources are asked while a show plays, and the process that does it.

The site file says whether (`data: {refresh: used}`): only a building knows its network and its quiet hours; a package says
only how old an answer must be. The asking, reading and proving happen in a process of its own, so that neither a broken
answer nor a long table takes time from a frame; what it puts in use is noticed as an edited file is (`live`). Called by play.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from installation.ages import Awaited
from installation.errors import InstallationError, Location, Problem
from installation.mailbox import Worker
from installation.refresh import Outcome
from installation.scene.load import Show
from installation.scene.refreshing import DataSite

_ROOT = Path(__file__).resolve().parent.parent
HOUR, DAY = 3600.0, 86400.0
SOONEST, LATEST = 900.0, DAY
"""Seconds until a refresh that failed is tried again: at first, and at most. It doubles in between."""
OPENING = 10.0
"""Seconds that the show has to itself before anything is asked."""
LONGEST = 60.0
"""Seconds between two looks at what is due."""
RESTART = 5.0
"""Seconds until the process is started again when it has ended; doubles up to an hour."""


def named(show: Show, site: DataSite) -> list[str]:
    """The packages that this building refreshes for a show."""
    if site.refresh == "none":
        return []
    if site.refresh != "used":
        return list(dict.fromkeys(site.refresh))
    used = {p.name: p for scene in show.scenes.values() for p in scene.packages.values()}
    return sorted(name for name, package in used.items() if any(table.live for table in package.tables.values()))


def quiet(hours: tuple[int, int] | None, of_day: float) -> float:
    """Seconds until the hours in which a building wants to be asked, 0 within them. `of_day`: seconds since midnight.

    [22, 6] is from ten in the evening to six in the morning.
    """
    if hours is None or hours[0] == hours[1]:
        return 0.0
    start, end = hours[0] * HOUR, hours[1] * HOUR
    inside = start <= of_day < end if start < end else of_day >= start or of_day < end
    return 0.0 if inside else (start - of_day) % DAY


class Schedule:
    """Remembers when each package is due, and what was wrong with it last."""

    def __init__(
        self,
        names: Sequence[str],
        refresh: Callable[[str], Outcome],
        due: Callable[[str], float],
        period: Callable[[str], float],
        hours: tuple[int, int] | None = None,
    ) -> None:
        """`due(name)` gives the seconds until a package may be asked, `period(name)` those between two refreshes."""
        self._refresh, self._due, self._period, self._hours = refresh, due, period, hours
        self._at: dict[str, float] = dict.fromkeys(names, float("-inf"))
        self._failed: dict[str, int] = {}
        self.problems: dict[str, tuple[Problem, ...]] = {}

    def turn(self, now: float, of_day: float) -> tuple[list[str], float]:
        """Does what is due; gives what happened, for the log, and the seconds until something is due again."""
        done: list[str] = []
        for name, at in self._at.items():
            if at > now:
                continue
            try:
                wait = self._wait(name, of_day)
                if wait <= 0:
                    outcome = self._refresh(name)
                    self.problems[name] = outcome.notes
                    self._failed.pop(name, None)
                    done += outcome.lines if outcome.swapped else ()
                    wait = max(self._due(name), self._period(name) if self._due(name) <= 0 else 0.0)
            except InstallationError as error:
                self.problems[name] = error.problems
                tried = self._failed[name] = self._failed.get(name, 0) + 1
                wait = min(self._soonest(name) * 2 ** min(tried - 1, 16), LATEST)
                done.append(f"{name}: not refreshed, what was there stays: {error.problems[0].message}")
            self._at[name] = now + wait
        return done, min(max(min(self._at.values(), default=LONGEST) - now, 0.0), LONGEST)

    def awaited(self, now: float) -> dict[str, tuple[float, str]]:
        """For each package the seconds until it is looked at next, and what was wrong with it last, "" for nothing."""
        return {
            name: (max(at - now, 0.0), next((problem.message for problem in self.problems.get(name, ())), ""))
            for name, at in self._at.items()
        }

    def _wait(self, name: str, of_day: float) -> float:
        """Seconds until a package may be refreshed. Sensors speak at all hours."""
        return max(self._due(name), quiet(self._hours, of_day) if self._period(name) >= HOUR else 0.0)

    def _soonest(self, name: str) -> float:
        try:
            return min(SOONEST, self._period(name))
        except InstallationError:
            return SOONEST


class Refresher:
    """Remembers the process, and the thread that hears what it says."""

    def __init__(
        self,
        names: Sequence[str],
        site: DataSite,
        tell: Callable[[tuple[Problem, ...]], None],
        say: Callable[[str], None],
    ) -> None:
        """`tell` gets every problem that there is, each time that it changes; `say` what happened, for the log."""
        self._asked = {"names": list(names), "hours": site.hours, "addresses": dict(site.addresses)}
        self._tell, self._say = tell, say
        self.awaited: Mapping[str, Awaited] = {}
        """What is looked at next, by dataset; replaced whole before `tell` is called."""
        self.process: subprocess.Popen[bytes] | None = None
        self._worker = Worker("data refresh", self._run)

    def start(self) -> Refresher:
        if self._asked["names"]:
            self._worker.start()
        return self

    def _run(self, worker: Worker) -> None:
        wait = RESTART
        if worker.wait(OPENING):
            return
        while not worker.stopping():
            try:
                heard = self._listen(worker)
            except OSError as error:
                heard, why = False, f" ({error.strerror or error})"
            else:
                why = ""
            if worker.stopping():
                break
            self._tell((Problem(f"data is not refreshed: its process has ended{why}", hint="it is started again"),))
            wait = RESTART if heard else min(wait * 2, HOUR)
            worker.wait(wait)

    def _listen(self, worker: Worker) -> bool:
        """Hears the process until it ends; whether it said anything."""
        path = os.environ.get("PYTHONPATH", "")
        environment = {**os.environ, "PYTHONPATH": f"{_ROOT}{os.pathsep}{path}" if path else str(_ROOT)}
        command = [sys.executable, "-P", "-m", "installation.refresh_process", "--parent", str(os.getpid())]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
        self.process = process
        assert process.stdin is not None and process.stdout is not None
        heard = False
        try:
            if not worker.stopping():
                process.stdin.write(json.dumps(self._asked).encode() + b"\n")
                process.stdin.flush()
            for line in process.stdout:
                worker.beat()
                heard |= self._hear(line)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
            with suppress(OSError):
                process.stdin.close()
        return heard

    def _hear(self, line: bytes) -> bool:
        try:
            said: Mapping[str, Any] = json.loads(line)
            problems = tuple(problem_of(given) for given in said["problems"])
            self.awaited = {str(name): Awaited(float(at), str(told)) for name, (at, told) in said["awaited"].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        self._tell(problems)
        for text in said.get("done", ()):
            self._say(str(text))
        return True

    def close(self) -> None:
        """Ends the process and the thread; safe to call twice."""
        self._worker.close(0.0)
        if self.process is not None:
            with suppress(OSError):
                self.process.kill()
        self._worker.close()


def as_plain(problem: Problem) -> dict[str, Any]:
    """A problem as plain values, for the pipe."""
    where = problem.where
    place = [where.path, where.line, where.column] if where else None
    return {"message": problem.message, "where": place, "hint": problem.hint}


def problem_of(given: Mapping[str, Any]) -> Problem:
    """A problem from plain values. Raises KeyError, TypeError, ValueError."""
    place = given["where"]
    where = Location(str(place[0]), int(place[1]), int(place[2])) if place else None
    return Problem(str(given["message"]), where, str(given["hint"]))
