"""Which marks of a layer are open: the one that a visitor stands before, the one that somebody points at, or, where nobody is,
one after another by itself, so that a wall without visitors tells too.

One mark is told at a time. Another waits until the words of the one before it have gone, so that nothing pops. Pure numpy, no
GL; asked by `layers.marks` once a frame. Knows no visitor but a mask that is forgotten with the frame.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

OPENS, CLOSES, YIELDS = 1.8, 0.6, 2.2
"""How fast a mark opens, closes behind a visitor, and makes way for the next: parts of the way a second."""
SHUT = 1 / 255
"""Less than this is not open."""
GONE = 0.06
"""Less open than this, its words are gone: the next may be told."""
DWELLS = 3.5
"""Seconds that a mark is told at least, so that its words can be read by somebody who walks on."""
POINTED = 9.0
"""Seconds that a mark stays open which somebody has pointed at."""
RESTS = 0.24
"""Of the time that each has while nobody is there, how long it is closed before the next opens."""
HOP = (math.sqrt(5) - 1) / 2
"""Of all marks, how far the next is from the last: never a neighbour, and each once before any comes again."""


class Opening:
    """Remembers how far each mark is open, which one is told, and what was pointed at."""

    def __init__(self, count: int) -> None:
        self.amounts = np.zeros(count, np.float32)
        self._told = -1
        self._since = 0.0
        self._pointed = (-1, 0.0)
        self._is_open = False

    def resize(self, count: int) -> None:
        """Goes on with another number of marks: places keep their keys."""
        kept = self.amounts[:count]
        self.amounts = np.concatenate([kept, np.zeros(count - len(kept), np.float32)])

    def point(self, place: int) -> None:
        """Somebody asks about a mark: it opens, and stays so for a while."""
        self._pointed = (place, POINTED)

    def shut(self) -> None:
        """All at once, for a scene that begins anew."""
        self.amounts[:] = 0.0
        self._told, self._pointed, self._is_open = -1, (-1, 0.0), False

    def told(self) -> tuple[int, float] | None:
        """The place that is told and how far it is open, 0..1; None where none is."""
        if not 0 <= self._told < len(self.amounts) or not self.amounts[self._told] > 0:
            return None
        return self._told, float(self.amounts[self._told])

    def advance(
        self,
        places: NDArray[np.float32],
        there: NDArray[np.bool_],
        mask: NDArray[np.uint8],
        presence: float,
        amount: float,
        wander: float,
        seconds: float,
        delta: float,
    ) -> bool:
        """One frame: `places` (n, 2), 0..1 of the canvas; `there` (n,) which of them are to be seen. False when none is open
        and none was."""
        self._pointed = (self._pointed[0], max(self._pointed[1] - delta, 0.0))
        self._since += delta
        if amount <= 0 or not len(self.amounts):
            return self._move(np.zeros(len(self.amounts), np.float32), delta)
        wanted = np.zeros(len(self.amounts), np.float32)
        seen = _before(places, mask) & there if presence > 0 else None
        next_ = self._next(places, there, seen, mask, wander, seconds)
        if next_ < 0:
            return self._move(wanted, delta)
        if next_ != self._told and (found := self.told()) is not None and found[1] > GONE:
            self.amounts[self._told] *= math.exp((CLOSES - YIELDS) * delta)  # makes way
            return self._move(wanted, delta)
        if next_ != self._told:
            self._told, self._since = next_, 0.0
        wanted[next_] = amount
        return self._move(wanted, delta)

    def _next(
        self,
        places: NDArray[np.float32],
        there: NDArray[np.bool_],
        seen: NDArray[np.bool_] | None,
        mask: NDArray[np.uint8],
        wander: float,
        seconds: float,
    ) -> int:
        """The mark to be told; -1 for none."""
        place, left = self._pointed
        if left > 0 and 0 <= place < len(there):
            return place
        now = self._told if self.told() is not None and there[self._told] else -1
        if seen is not None and seen.any():
            return now if now >= 0 and (seen[now] or self._since < DWELLS) else _nearest(places, seen, mask)
        if now >= 0 and self._since < DWELLS:
            return now
        if wander <= 0 or not there.any():
            return -1
        return wandering(np.flatnonzero(there), wander, seconds)

    def _move(self, wanted: NDArray[np.float32], delta: float) -> bool:
        if not self._is_open and not wanted.any():
            return False
        amounts = self.amounts
        rate = np.where(wanted > amounts, OPENS, CLOSES).astype(np.float32)
        amounts += (wanted - amounts) * (1.0 - np.exp(-rate * np.float32(delta)))
        amounts[(amounts < SHUT) & (wanted == 0)] = 0.0
        self._is_open = bool(amounts.any())
        return True


def wandering(there: Sequence[int] | NDArray[np.intp], wander: float, seconds: float) -> int:
    """Which of some marks is open by itself at a second of the scene; -1 in the pause between two."""
    turn, part = divmod(seconds / wander, 1.0)
    if part < RESTS:
        return -1
    count = len(there)
    step = next(s for s in range(max(round(count * HOP), 1), count + 2) if math.gcd(s, count) == 1)
    return int(there[int(turn) * step % count])


def _before(places: NDArray[np.float32], mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which places a silhouette covers."""
    high, wide = mask.shape
    column = np.clip((places[:, 0] * wide).astype(np.int32), 0, wide - 1)
    row = np.clip((places[:, 1] * high).astype(np.int32), 0, high - 1)
    return np.asarray(mask[row, column] > 127)


def _nearest(places: NDArray[np.float32], seen: NDArray[np.bool_], mask: NDArray[np.uint8]) -> int:
    """Of the marks that a visitor covers, the one nearest to the silhouette's middle."""
    rows, columns = np.nonzero(mask > 127)
    middle = np.array([columns.mean() / mask.shape[1], rows.mean() / mask.shape[0]]) if len(rows) else np.full(2, 0.5)
    found = np.flatnonzero(seen)
    return int(found[np.argmin(((places[found] - middle) ** 2).sum(axis=1))])
