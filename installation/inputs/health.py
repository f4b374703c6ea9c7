"""Judges what a live camera delivers: frozen, black, garbage, too slow, of another size. Looks, remembers a trace, keeps
no picture. Called by the camera process for each picture of a device or a stream; films and folders need no doctor.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

PATIENCE = 1.0
"""Seconds that something wrong must last before it is told, so that a hiccup isn't news."""

WINDOW = 1.25
"""Seconds over which a rate is counted."""

BLACK_MEAN, BLACK_MOST = 6.0, 48
"""Grey levels of 255: a picture below both is a covered lens, a dead sensor or a dark room; nothing can be sensed."""

TORN_STEP, TORN_LIKENESS = 45.0, 0.35
"""Neighbouring pixels that differ more than this (standard deviation) and are less alike (correlation): no picture of
a room, but bytes. A room with the sharpest texture that a lens can draw stays below the one or above the other."""

CUT = 0.15
"""Share of a picture's rows, at its lower end, that are of exactly one colour: it came only in part."""

SLOW = 0.6
"""Share of the rate that was asked for, below which a camera is too slow."""


class Rate:
    """Counts pictures as they come. Remembers when the last ones did, and the best rate that lasted."""

    def __init__(self, asked: float = 0.0) -> None:
        """`asked` is the rate that was asked for or promised; without it the best seen counts."""
        self._asked = asked
        self._times: deque[float] = deque(maxlen=240)
        self._best = 0.0
        self._began: float | None = None
        self.fps = 0.0

    def count(self, moment: float) -> None:
        if self._began is None:
            self._began = moment
        times = self._times
        times.append(moment)
        while moment - times[0] > WINDOW:
            times.popleft()
        self.fps = round((len(times) - 1) / max(moment - times[0], 0.25 * WINDOW), 1)
        if moment - self._began > 2 * WINDOW:
            self._best = max(self._best, min(self.fps, 60.0))

    def slow(self, moment: float) -> tuple[float, float] | None:
        """The rate and the rate expected, when it has dropped for a second or so."""
        if self._began is None or moment - self._began < 1.2 * WINDOW:
            return None
        expected = self._asked or self._best
        return (self.fps, expected) if self.fps < SLOW * expected else None


class Health:
    """Remembers: the trace of the last picture and since when it is the same, and since when pictures are of no use."""

    def __init__(self) -> None:
        self._trace: NDArray[np.uint8] | None = None
        self._same_since = 0.0
        self._bad: tuple[str, float] | None = None

    def look(self, picture: Any, moment: float) -> bool:
        """Takes a picture that came at `moment`, and says whether it is fit to be sensed."""
        bad = "garbage" if _no_picture(picture) else self._wrong(picture, moment)
        if not bad:
            self._bad = None
        elif self._bad is None or self._bad[0] != bad:
            self._bad = (bad, self._same_since if bad == "frozen" else moment)
        return not bad

    def trouble(self, moment: float) -> str:
        """frozen, black or garbage once it has lasted; "" while pictures are fit."""
        return self._bad[0] if self._bad and moment - self._bad[1] >= PATIENCE else ""

    def lasting(self, moment: float) -> float:
        """Seconds for which no picture was fit."""
        return moment - self._bad[1] if self._bad else 0.0

    def _wrong(self, picture: NDArray[np.uint8], moment: float) -> str:
        trace = picture[::16, ::16]
        if self._trace is None or not np.array_equal(trace, self._trace):
            self._trace, self._same_since = trace.copy(), moment
        if trace.max() < BLACK_MOST and float(trace.mean()) < BLACK_MEAN:
            return "black"
        if moment - self._same_since >= PATIENCE:
            return "frozen"
        return "garbage" if _torn(picture) or _cut(picture) else ""


def _no_picture(picture: Any) -> bool:
    fine = isinstance(picture, np.ndarray) and picture.dtype == np.uint8 and picture.ndim == 3
    return not (fine and picture.shape[2] == 3 and min(picture.shape[:2]) >= 16)


def _torn(picture: NDArray[np.uint8]) -> bool:
    """Bytes that are no picture: neighbours have nothing to do with each other."""
    rows = picture[4::12, : picture.shape[1] & ~1, 1].astype(np.float32)
    left, right = rows[:, 0::2], rows[:, 1::2]
    step = float((left - right).std())
    if step < TORN_STEP:
        return False
    spread = float(left.std()) * float(right.std())
    return float(((left - left.mean()) * (right - right.mean())).mean()) < TORN_LIKENESS * spread


def _cut(picture: NDArray[np.uint8]) -> bool:
    """A picture of which the lower part never came: decoders fill it with one colour."""
    last = picture[-1, 0]
    if last.max() < 16 or last.min() > 240:  # a dark floor, a bright window
        return False
    lower = picture[-max(round(CUT * picture.shape[0]), 1) :: 4, ::8]
    return bool((lower == last).all()) and not bool((picture[::16, ::8] == last).all())
