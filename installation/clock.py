"""Time, read in one place. Everything else is told what time it is.

`FrameTime` is what a frame knows of time. `WallClock` paces a live show; `FixedClock` counts frames, so that
rendering, rehearsal and tests are the same everywhere. `now()` is the only monotonic clock in the project: for ages
of samples, heartbeats and deadlines at the edges.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

STEP = 1 / 60
"""Seconds that a simulation advances at once, live and offline alike."""

MAX_DELTA = 0.25
"""A frame that took longer than this (a debugger, a suspended laptop) counts as this long."""


@dataclass(frozen=True, slots=True)
class FrameTime:
    """One frame's time: its number from 0, seconds since the clock began (float64), seconds since the last frame."""

    index: int
    seconds: float
    delta: float


def now() -> float:
    """Monotonic seconds with an arbitrary origin; the same for every process of this machine."""
    return time.monotonic()


def wall_time() -> float:
    """Seconds since 1970, for logs and file names only: it jumps."""
    return time.time()


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
        return FrameTime(index, self._start + index / self.fps, 0.0 if index == 0 else 1 / self.fps)


class WallClock:
    """Real time, paced to at most `fps`. `next()` waits for the frame's turn, sleeping rather than spinning."""

    def __init__(
        self,
        fps: float,
        time_function: Callable[[], float] = now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if fps <= 0:
            raise ValueError(f"fps must be positive, not {fps}")
        self.fps = fps
        self._now = time_function
        self._sleep = sleep
        self._index = 0
        self._origin: float | None = None
        self._seconds = 0.0
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
            delta = min(max(moment - self._last, 0.0), MAX_DELTA)
        self._last = moment
        self._seconds += delta
        frame = FrameTime(self._index, self._seconds, delta)
        self._index += 1
        return frame
