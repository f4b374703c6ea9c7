"""Where a show stood that ended without being closed: killed, or its power was cut. Read from the log of that night when the show
plays again; it is told, and nothing begins there by itself. Called by `opening`.
"""

from __future__ import annotations

import shlex
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from installation.clock import wall_time
from installation.errors import DataError, Problem
from installation.logbook.nights import Night, nights
from installation.logbook.records import decoded, taken_of
from installation.logbook.segments import Reader
from installation.logbook.span import time_of

RECENT = 6 * 3600.0
"""Seconds for which it is worth telling: an evening."""


@dataclass(frozen=True)
class Unended:
    """A night that has no end: of which show, when its last frame was, and number and name of the cue that acted last."""

    show: str
    ended: datetime
    cue: tuple[str, str] | None

    @property
    def problem(self) -> Problem:
        what = f"the show ended at {self.ended:%H:%M} without being closed"
        if self.cue is None:
            return Problem(what)
        at = " ".join(word for word in self.cue if word)
        again = f"installation run {shlex.quote(self.show)} --cue {shlex.quote(self.cue[0])}"
        return Problem(f"{what}, at cue {at}", hint=f"{again} goes on there; the next GO takes this away")


def last_night(log: Path, show: Path) -> Night | None:
    """The newest night of a show, if it was lately; for who begins another one in the same folder of logs."""
    for night in reversed(nights(log)):
        if wall_time() - night.ended > RECENT:
            return None
        with suppress(DataError, KeyError, TypeError):
            if Path(str(night.head()["show"]["folder"])).resolve() == show.resolve():
                return night
    return None


def unended(night: Night) -> Unended | None:
    """How a night ended that wasn't closed; None for one that was, or can't be read."""
    try:
        show = night.head()["show"]
        folder = Path(str(show["folder"]))
        acted = last = b""
        for line in Reader(night.segments[-1].path).lines():  # each begins with the cue that acted last
            if line.startswith(b'{"end":'):
                return None
            if line.startswith(b'{"f":'):
                last, acted = line, line if b'"cue":' in line else acted
        cue = taken_of(decoded(acted), None, None).cue if acted else None
        name = str(show["name"]) if folder.parent.name == "shows" else str(folder)
        return Unended(name, time_of(taken_of(decoded(last), None, None)), cue)
    except (DataError, ValueError, KeyError, TypeError):
        return None
