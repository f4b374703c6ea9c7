"""Holds the frame rate that was asked for on a weak machine, by drawing the canvas at a lower scale. Pure numbers.

Steps down soon, up slowly: a picture that keeps changing its sharpness is worse than a soft one. A step up that proved too
much is not tried again for longer and longer. Called by the engine once a frame; it never changes what a scene does, only
how finely it is drawn.
"""

from __future__ import annotations

from collections import deque

SCALES = (1.0, 0.84, 0.71, 0.59, 0.5, 0.42, 0.35, 0.3, 0.25)
"""Of the canvas's width and height; each step has about 0.7 of the pixels of the one before."""
BUSY = 0.98
"""Of a frame's time: above this it is too slow."""
ROOM = 0.75
"""Of a frame's time: what the next finer step may be expected to take."""
SOON, LATER, LATEST = 1.0, 4.0, 120.0
"""Seconds of trouble before a step down, of calm before a step up, and the longest wait for one that has failed."""
FEW = 6
"""Frames that must be known before anything is decided."""


class Governor:
    """Remembers what frames took since the last step, and how long it waits before it tries a finer one."""

    def __init__(self, fps: float, least: float = SCALES[-1]) -> None:
        """`least` is the scale below which it does not go, however late frames are."""
        self._period = 1.0 / fps
        self._last = max(i for i, scale in enumerate(SCALES) if scale >= least)
        self._step = 0
        self._loads: deque[float] = deque(maxlen=600)
        self._since = 0.0
        self._calm = LATER
        self._rose = False

    @property
    def scale(self) -> float:
        """Of the canvas's width and height, 0.25 to 1."""
        return SCALES[self._step]

    def feed(self, seconds: float, cost: float, interval: float, measured: bool = True) -> float:
        """Takes what a frame cost and how long after the one before it came, all in seconds; gives the scale from now on.

        Where the device's own time is not `measured`, a frame that came later than its turn counts as too dear. Where it
        is, lateness proves nothing: a display of 30 Hz makes every frame late, and fewer pixels would not help.
        """
        late = not measured and interval > 1.25 * self._period
        self._loads.append(max(cost, interval if late else 0.0) / self._period)
        held = seconds - self._since
        if held < 0 or len(self._loads) < FEW:
            self._since = min(self._since, seconds)
            return self.scale
        recent = sorted(list(self._loads)[-max(FEW, round(SOON / self._period)) :])
        usual = recent[len(recent) // 2]
        if held >= SOON and usual > BUSY and self._step < self._last:
            self._down(usual, seconds, held)
        elif held >= self._calm and self._step > 0 and self._room():
            self._move(self._step - 1, seconds)
            self._rose = True
        elif held >= 4 * LATER and self._rose:
            self._rose, self._calm = False, LATER
        return self.scale

    def _down(self, usual: float, seconds: float, held: float) -> None:
        """As far as the figures say, but at most three steps."""
        if self._rose and held < 4 * LATER:
            self._calm = min(2 * self._calm, LATEST)
        here, step = SCALES[self._step] ** 2, self._step + 1
        while step < min(self._step + 3, self._last) and usual * SCALES[step] ** 2 / here > BUSY:
            step += 1
        self._rose = False
        self._move(step, seconds)

    def _room(self) -> bool:
        """Whether nearly all frames since the last step leave room for the next finer one."""
        grows = (SCALES[self._step - 1] / SCALES[self._step]) ** 2
        loads = sorted(self._loads)
        return loads[min(round(0.95 * len(loads)), len(loads) - 1)] * grows < ROOM

    def _move(self, step: int, seconds: float) -> None:
        self._step, self._since = step, seconds
        self._loads.clear()


def scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    """A canvas's size at a scale: whole, even pixels, at least 16 each way."""
    width, height = (max(2 * round(side * scale / 2), 16) if scale < 1.0 else side for side in size)
    return min(width, size[0]), min(height, size[1])
