"""Makes one number of what is seen of faces: a smile that begins soon, holds, and doesn't twitch. Pure arithmetic.

A smile begins when three of the last four looks at faces show one, so that a mistake or two of the detector are none; it ends
when none has been seen for `HOLD`. In between the value follows how broad it is.
"""

from __future__ import annotations

import math
from collections import deque

SMILES = 0.5
"""How broad a mouth must be drawn to be called a smile."""

HOLD = 0.6
"""Seconds for which a smile stays when the detector loses it."""

RISE, FALL = 0.06, 0.35
"""Seconds in which the value comes within a third (1/e) of a broader or a lesser smile."""

LOST = 1.5
"""Seconds without a look after which nothing is known of faces."""


class SmileMeter:
    """Remembers the last looks and the smoothed value."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._looks: deque[float] = deque(maxlen=4)
        self._last = self._smiled = -math.inf
        self._target = 0.0
        self.value = 0.0
        """0..1; 0.5 and more is a smile."""

    def look(self, breadth: float, seconds: float) -> None:
        """Takes one look at a moment: the broadest smile, 0..1; 0 where no face was found."""
        self._looks.append(breadth)
        self._last = seconds
        if sum(each >= SMILES for each in self._looks) >= 3:
            self._smiled = seconds
            self._target = max(sorted(self._looks)[len(self._looks) // 2], 0.75)

    def advance(self, seconds: float, step: float) -> float:
        """The value at a moment, `step` seconds after the last."""
        smiles = seconds - self._smiled <= HOLD and seconds - self._last <= LOST
        target = self._target if smiles else 0.0
        constant = RISE if target > self.value else FALL
        if step > 0:
            self.value += (target - self.value) * (1.0 - math.exp(-step / constant))
            if abs(target - self.value) < 1e-4:
                self.value = target
        return self.value
