"""Visitors whom two cameras see at once are one visitor: in an overlap, and where the edge between two cameras cuts them.

Pure but for the numbers: whoever walks from one camera to the next keeps theirs for as long as somebody sees them. Only
`joined` uses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.inputs.sense import BODY

NUMBER, X, Y, WIDTH, HEIGHT, AGE, HANDS = (
    BODY.index(name) for name in ("number", "x", "y", "width", "height", "age", "hands")
)
SHARED = 0.4
"""Of the smaller box: two that have this much in common are of one visitor, seen by two cameras."""

SEAM = 0.015
"""Of the canvas: two boxes that are no farther apart, and are equally high there, are the halves of one visitor."""

LEVEL = 0.7
"""Of the lower half's height: how much of it must be beside the other."""


@dataclass(frozen=True, slots=True)
class Count:
    """Everybody, once: rows of `BODY`, the longest here first; and how many visitors and raised hands were seen twice."""

    bodies: NDArray[np.float32]
    twice: int
    hands_twice: int


class Together:
    """Remembers by which number a visitor of each camera goes."""

    def __init__(self) -> None:
        self._called: dict[float, float] = {}

    def count(self, seen: Sequence[NDArray[np.float32]]) -> Count:
        """`seen`: for each camera rows of `BODY` in places of the canvas, with numbers that no two cameras share."""
        rows = [(camera, row) for camera, found in enumerate(seen) for row in found]
        rows.sort(key=lambda one: -float(one[1][AGE]))  # those who have been here longest
        kept: list[tuple[set[int], NDArray[np.float32]]] = []
        called: dict[float, float] = {}
        twice, hands_twice = 0, 0
        for camera, row in rows:
            own = float(row[NUMBER])
            same = next((one for one in kept if camera not in one[0] and _one(one[1], row)), None)
            if same is None:
                number = self._called.get(own, own)
                taken = {float(other[NUMBER]) for _, other in kept}
                row = row.copy()
                row[NUMBER] = called[own] = own if number in taken else number
                kept.append(({camera}, row))
                continue
            same[0].add(camera)
            twice += 1
            hands_twice += int(min(same[1][HANDS], row[HANDS]))
            _merge(same[1], row)
            called[own] = float(same[1][NUMBER])
        self._called = called
        bodies = np.array([row for _, row in kept], np.float32).reshape(-1, len(BODY))
        return Count(bodies, twice, hands_twice)


def _edges(row: NDArray[np.float32]) -> tuple[float, float, float, float]:
    x, y, width, height = (float(row[column]) for column in (X, Y, WIDTH, HEIGHT))
    return x - width / 2, x + width / 2, y - height / 2, y + height / 2


def _one(a: NDArray[np.float32], b: NDArray[np.float32]) -> bool:
    """Whether two boxes are of one visitor."""
    left, right, bottom, top = _edges(a)
    left_b, right_b, bottom_b, top_b = _edges(b)
    across, up = min(right, right_b) - max(left, left_b), min(top, top_b) - max(bottom, bottom_b)
    if across > 0 and up > 0:
        smaller = min(float(a[WIDTH] * a[HEIGHT]), float(b[WIDTH] * b[HEIGHT]))
        if across * up > SHARED * smaller:
            return True
    return abs(across) < SEAM and up > LEVEL * max(top - bottom, top_b - bottom_b)


def _merge(into: NDArray[np.float32], row: NDArray[np.float32]) -> None:
    """Both boxes as one. Whoever sees more says where the middle is and how fast it moves."""
    edges = np.array([_edges(into), _edges(row)])
    number, age, hands = into[NUMBER], into[AGE], max(float(into[HANDS]), float(row[HANDS]))
    if row[WIDTH] * row[HEIGHT] > into[WIDTH] * into[HEIGHT]:
        into[:] = row
    into[NUMBER], into[AGE], into[HANDS] = number, age, hands
    into[WIDTH] = edges[:, 1].max() - edges[:, 0].min()
    into[HEIGHT] = edges[:, 3].max() - edges[:, 2].min()
