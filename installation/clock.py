"""Time, read in one place. Everything else is told what time it is.

`FrameTime` is what a frame knows of time. `WallClock` paces a live show; `FixedClock` counts frames, so that
rendering, rehearsal and tests are the same everywhere. `now()` is the only monotonic clock in the project: for ages
of samples, heartbeats and deadlines at the edges.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

STEP = 1 / 60
"""Seconds that a simulation advances at once, live and offline alike."""

MAX_DELTA = 0.25
"""A frame that took longer than this (a debugger, a suspended laptop) counts as this long."""


Date: TypeAlias = tuple[float, float, float, float]
"""Year, month from 1, day from 1, and seconds since midnight, as ISF's DATE has it; local time."""
NIGHT: Date = (2142.0, 6.0, 21.0, 72000.0)
"""The date of what is rendered: the same for everybody, so that the same inputs give the same frames."""


@dataclass(frozen=True, slots=True)
class FrameTime:
    """One frame's time: its number from 0, seconds since the clock began (float64), seconds since the last frame.

    `date` is for shaders that show a clock, and for the log; nothing else looks at it, for it jumps. `lag`: seconds by which
    `seconds` is behind the time that has really passed: all that slow frames have cost.
    """

    index: int
    seconds: float
    delta: float
    date: Date = NIGHT
    lag: float = 0.0


def now() -> float:
    """Monotonic seconds with an arbitrary origin; the same for every process of this machine."""
    return time.monotonic()


def worked() -> float:
    """Seconds that this process has kept processors busy, all its threads together: what a busy machine doesn't stretch."""
    return time.process_time()


def worked_here() -> float:
    """As `worked`, of the calling thread alone: for what may take only so much of a frame."""
    return time.thread_time()


def wall_time() -> float:
    """Seconds since 1970, for logs and file names only: it jumps."""
    return time.time()


def today() -> Date:
    """The local date and time of day."""
    found = time.localtime()
    seconds = found.tm_hour * 3600 + found.tm_min * 60 + found.tm_sec + time.time() % 1.0
    return float(found.tm_year), float(found.tm_mon), float(found.tm_mday), seconds


class FixedClock:
    """Counts frames at a fixed rate, from `start` seconds; never waits."""

    def __init__(self, fps: float, start: float = 0.0) -> None:
        if fps <= 0:
            raise ValueError(f"fps must be positive, not {fps}")
        self.fps = fps
        self._start = start
        self._index = 0

    def next(self) -> FrameTime:
        index = self._index
        self._index += 1
        seconds = self._start + index / self.fps
        date = (*NIGHT[:3], (NIGHT[3] + seconds) % 86400.0)
        return FrameTime(index, seconds, 0.0 if index == 0 else 1 / self.fps, date)


class WallClock:
    """Real time, paced to at most `fps`. `next()` waits for the frame's turn, sleeping rather than spinning."""

    def __init__(
        self,
        fps: float,
        time_function: Callable[[], float] = now,
        sleep: Callable[[float], None] = time.sleep,
        date_function: Callable[[], Date] = today,
    ) -> None:
        if fps <= 0:
            raise ValueError(f"fps must be positive, not {fps}")
        self.fps = fps
        self._now = time_function
        self._sleep = sleep
        self._date = date_function
        self._index = 0
        self._origin: float | None = None
        self._seconds = self._lag = 0.0
        self._last = 0.0
        self._due = 0.0

    def next(self) -> FrameTime:
        """The next frame's time. Inside, time is monotonic and never steps by more than `MAX_DELTA`."""
        moment = self._now()
        if self._origin is None:
            self._origin = self._last = self._due = moment
            delta = 0.0
        else:
            self._due += 1 / self.fps
            if self._due > moment:
                self._sleep(self._due - moment)
                moment = max(self._now(), moment)
            elif moment - self._due > 1 / self.fps:
                self._due = moment  # late: don't chase lost frames
            passed = max(moment - self._last, 0.0)
            delta = min(passed, MAX_DELTA)
            self._lag += passed - delta
        self._last = moment
        self._seconds += delta
        frame = FrameTime(self._index, self._seconds, delta, self._date(), self._lag)
        self._index += 1
        return frame
