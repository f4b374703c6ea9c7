"""What a camera says of a projector's light, thinned out: some two thousand places of its picture, and the projector's there.

`gathered` takes the mean of each cell of the camera's picture, so that noise goes and what is left is small enough to leave the
camera's sealed process as a message (`words`): places, no picture. `wall_fit` makes surfaces of them. Numpy alone.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from installation.stripes import Seen

Floats: TypeAlias = NDArray[np.float64]

COLUMNS = 64
"""Cells across the camera's picture; as many rows as make them square, MOST_ROWS at most."""
MOST_ROWS = 48
FEWEST = 12
"""Pixels of a cell that must have been found."""
FAR = 3.0
"""A pixel that lies so many times the usual distance from its cell's own plane is left out, and one more pixel."""


@dataclass(frozen=True)
class Places:
    """`at`: (n, 2) places in the camera's picture, 0..1, y up; `to`: (n, 2) the projector's pixels there, from the bottom left.
    `weight`: (n,) how much of the cell was found, 0..1. `camera`, `size`: pixels of both. `light`: the middle difference of white
    and black, 0..1 of the camera's range. `said`: `Seen`'s counts."""

    camera: tuple[int, int]
    size: tuple[int, int]
    at: Floats
    to: Floats
    weight: Floats
    light: float
    said: dict[str, int]

    def words(self) -> dict[str, Any]:
        """As a message; places are told to a 65535th of either picture."""
        whole = np.column_stack([self.at, self.to / self.size, self.weight])
        packed = np.round(np.clip(whole, 0.0, 1.0) * 65535).astype("<u2")
        return {
            "camera": list(self.camera),
            "size": list(self.size),
            "light": round(self.light, 4),
            "said": self.said,
            "places": base64.b64encode(packed.tobytes()).decode(),
        }


def of_words(words: Mapping[str, Any]) -> Places:
    """What `words` said. Raises ValueError or KeyError for anything else."""
    packed = np.frombuffer(base64.b64decode(str(words["places"]), validate=True), "<u2").reshape(-1, 5) / 65535.0
    (across, up), (width, height) = words["camera"], words["size"]
    said = {str(name): int(count) for name, count in words["said"].items()}
    size = (int(width), int(height))
    return Places(
        (int(across), int(up)), size, packed[:, :2], packed[:, 2:4] * size, packed[:, 4], float(words["light"]), said
    )


def gathered(seen: Seen, size: tuple[int, int]) -> Places:
    """The cells of what was seen of a projector of `size` pixels. Row 0 of `seen` is the bottom row."""
    rows, columns = seen.x.shape
    cell = max(columns / COLUMNS, rows / MOST_ROWS, 4.0)
    across, up = max(int(columns / cell), 1), max(int(rows / cell), 1)
    y, x = np.nonzero(_inner(seen.found))
    place, lands = np.column_stack([x + 0.5, y + 0.5]), np.column_stack([seen.x[y, x], seen.y[y, x]])
    number = np.minimum(y * up // rows, up - 1) * across + np.minimum(x * across // columns, across - 1)
    keep = np.ones(len(place), bool)
    for _ in range(2):  # once more without what lies far off
        middle, mean, slope = _planes(number[keep], place[keep], lands[keep], across * up)
        off = np.linalg.norm(
            lands - mean[number] - np.einsum("ni,nij->nj", place - middle[number], slope[number]), axis=1
        )
        usual = np.sqrt(_sums(number[keep], off[keep] ** 2, across * up) / _counts(number[keep], across * up))
        keep = off < FAR * usual[number] + 1.0
    middle, mean, _ = _planes(number[keep], place[keep], lands[keep], across * up)
    count = np.bincount(number[keep], minlength=across * up)
    good = count >= FEWEST
    light = seen.light[seen.found]
    return Places(
        (columns, rows),
        size,
        middle[good] / (columns, rows),
        mean[good],
        np.minimum(count[good] / (rows * columns / (across * up)), 1.0),
        float(np.median(light)) if light.size else 0.0,
        dict(seen.said),
    )


def _inner(found: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without the outermost pixels, which see the edge of the light through a soft lens."""
    padded = np.pad(found, 1)
    return np.asarray(found & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:])


def _counts(number: NDArray[np.int64], cells: int) -> Floats:
    return np.maximum(np.bincount(number, minlength=cells), 1).astype(np.float64)


def _sums(number: NDArray[np.int64], values: Floats, cells: int) -> Floats:
    return np.asarray(np.bincount(number, weights=values, minlength=cells))


def _planes(number: NDArray[np.int64], place: Floats, lands: Floats, cells: int) -> tuple[Floats, Floats, Floats]:
    """Of each cell the middle of its pixels, what they say in the mean, and how that changes: (n, 2), (n, 2), (n, 2, 2)."""
    count = _counts(number, cells)[:, None]
    middle = np.column_stack([_sums(number, column, cells) for column in place.T]) / count
    mean = np.column_stack([_sums(number, column, cells) for column in lands.T]) / count
    dx, dy = (place - middle[number]).T
    squares = np.stack(
        [np.stack([_sums(number, a * b, cells) for b in (dx, dy)], axis=1) for a in (dx, dy)], axis=1
    ) + 1e-6 * np.eye(2)
    changes = lands - mean[number]
    along = np.stack([np.stack([_sums(number, a * b, cells) for b in changes.T], axis=1) for a in (dx, dy)], axis=1)
    return middle, mean, np.asarray(np.linalg.solve(squares, along), np.float64)
