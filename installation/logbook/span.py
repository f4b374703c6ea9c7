"""From when to when of a night, by the clock on its wall. Pure; called by screening and telling.

A show's own time is behind that clock on a slow machine, because no frame counts as longer than a quarter of a second. The log
has both for each frame: what is drawn again goes by the show's time, what a person asks for and is told goes by the clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from installation.logbook.nights import moment_of
from installation.logbook.records import Taken

LONGEST_GAP = 3600.0
"""Seconds that a film stands still where frames are missing from the log; more is no time that a night has."""
SLIP = 1.0
"""Seconds that the clock may lose on the show's time before it counts as having been set."""


class Span:
    """Remembers the first and the newest frame, and how much time has passed between them."""

    def __init__(self, at: str | None, duration: float | None) -> None:
        """`at` as a person writes it; None: from the beginning."""
        self._at, self._duration = at, duration
        self._wanted = 0.0
        self._entered: float | None = None
        self.first: datetime | None = None
        self.last: datetime | None = None
        self._newest: Taken | None = None
        self._on_the_clock = 0.0
        self.passed = 0.0
        """Seconds since the first frame; where the clock was set meanwhile (summer time), the show's time counts."""

    def see(self, taken: Taken) -> None:
        """The next frame. Raises DataError with the first one, for an `at` that is no time of this night."""
        moment = time_of(taken)
        if self.first is None or self.last is None or self._newest is None:
            self.first = moment
            self._wanted = moment_of(self._at, moment) if self._at is not None else 0.0
        else:
            shown, clock = taken.seconds - self._newest.seconds, (moment - self.last).total_seconds()
            self.passed += clock if shown - SLIP <= clock <= LONGEST_GAP else shown
        self.last, self._newest = moment, taken
        self._on_the_clock = (moment - self.first).total_seconds()
        if self._entered is None and self._on_the_clock >= self._wanted:
            self._entered = self.passed

    def within(self, seconds: float = 0.0) -> bool:
        """Whether the wanted time has begun, or does so in so many seconds."""
        return self._entered is not None or (self.first is not None and self._on_the_clock >= self._wanted - seconds)

    @property
    def over(self) -> bool:
        return (
            self._duration is not None and self._entered is not None and self.passed >= self._entered + self._duration
        )


def time_of(taken: Taken) -> datetime:
    """A frame's date and time of day."""
    year, month, day, seconds = taken.date
    try:
        return datetime(int(year), int(month), int(day)) + timedelta(seconds=min(max(seconds, 0.0), 86400.0))
    except (ValueError, OverflowError):
        return datetime(1970, 1, 1)
