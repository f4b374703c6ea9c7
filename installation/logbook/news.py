"""What the log of a night has of what went wrong: problems that came and went, and what calibrations and checks reported. Pure.

It is shown the status now and then, and says what of it is new. Called by `book`, whose frames carry it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from installation.errors import Problem, alike

LONGEST = 400
"""Characters of one problem or report that are kept."""
MOST_REPORTS = 64
"""Lines of reports that one frame has."""


class News:
    """Remembers which problems there were, and what was reported. `problems`: all that there are, where they are others than
    before (None where not); `reports`: lines that are new. Both are whoever's who takes them, until `taken`."""

    def __init__(self) -> None:
        self.problems: tuple[str, ...] | None = None
        self.reports: tuple[str, ...] = ()
        self._known: tuple[str, ...] = ()
        self._reported: frozenset[str] = frozenset()

    def look(self, status: Mapping[str, Any], refused: Collection[Problem] = ()) -> None:
        """Looks at a status. `refused`: what is listed there and is no problem of the show: wrong buttons."""
        wrong = {problem.message for problem in refused}
        found = tuple(
            ": ".join(filter(None, (told["where"], told["message"])))[:LONGEST]
            for told in status["problems"]
            if told["message"] not in wrong
        )
        if sorted(set(map(alike, found))) != sorted(set(map(alike, self._known))):
            self._known = self.problems = found
        lines = reports(status["calibration"])
        fresh = [line for line in lines if line not in self._reported]
        self.reports = (*self.reports, *fresh)[:MOST_REPORTS]
        self._reported = frozenset(lines)

    def again(self) -> tuple[str, ...] | None:
        """All problems that there are, for a log that begins: None where there are none."""
        return self._known or None

    def taken(self) -> None:
        """What was new is written."""
        self.problems, self.reports = None, ()


def reports(calibration: Mapping[str, Any]) -> Sequence[str]:
    """What a status says that calibrations of cameras and projectors are at, and have found."""
    wall = calibration.get("wall") or {}
    said = (*wall.get("report", ()), wall.get("message"), calibration.get("message"), calibration.get("problem"))
    return [str(line)[:LONGEST] for line in said if line]


def gone(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Those of the problems before that are none any more."""
    known = set(map(alike, after))
    return [one for one in before if alike(one) not in known]
