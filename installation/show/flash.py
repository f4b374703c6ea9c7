"""What a dangerous flash is: the definition that the flash guard is held to. Pure numpy; the guard on the graphics device
(`render.flash_guard`) must agree with it, and `rehearse` reports by it. It changes no picture and reads no clock.

Sources. W3C, WCAG 2.2, success criterion 2.3.1 and its "general flash and red flash thresholds"; ITU-R BT.1702-3. Both say
the same of general flashes (BT.1702: 20 cd/m² or more where the darker state is below 160 cd/m², on a screen of 200): a pair of
opposing changes in relative luminance of 10 % of the maximum or more, where the darker state is below 0.80; no more than three
within any one second, unless the area is small.

How their words are read here:
- A *change* runs from a peak to the next valley, or back (WCAG, note 2). Ripples smaller than a flash don't end it, so that
  noise hides none. It counts at the moment at which it has become large enough.
- A *red* change (WCAG 2.0 to 2.2, working definition after Harding and Binnie): either state has R / (R + G + B) >= 0.8, and
  (R - G - B) x 320, negative values set to zero, changes by more than 20; R, G, B linear. Not the newer one by distance in CIE
  1976 UCS: black has no place there, and red against black is the flash that walls make.
- *More than three flashes within any one-second period*: a fourth pair of changes, the eighth change, at most 1.000 s after the
  first (whole milliseconds, ends included). So 3 Hz passes and 3.5 Hz doesn't. General and red flashes are counted apart.
- *Area*: places that are over that limit at the same time, over 25 % of any 10 degree field. The field is WCAG's rectangle, 341 x
  256 where the canvas is 1024 wide, wherever it lies on the canvas: a wall that is 30 degrees wide, seen from 1.9 times its
  width. BT.1702's area, 25 % of the screen, is reached only where that is.
- *Fine, balanced patterns* (squares under 0.1 degrees) are no flashes: a picture is measured in cells, 160 across the canvas,
  0.19 degrees wide, of which the mean linear colour counts.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Cells: TypeAlias = NDArray[np.float32]
"""The mean linear colour of each cell, (rows, columns, 3) float32, 0..1; row 0 wherever the picture has it."""
Mask: TypeAlias = NDArray[np.bool_]

COLUMNS = 160
TALLEST = 4
"""A canvas that is higher than this many times its width is measured in fewer, larger cells."""

CHANGE = 0.10
DARKER = 0.80
RED_CHANGE = 20 / 320
"""Of R - G - B."""
RED_SHARE = 0.80
PERIOD_MS = 1000
LIMIT = 3
"""Flashes within the period that are still allowed."""
AREA = 0.25
FIELD_DEGREES = 10.0
FIELD_ASPECT = 341 / 256
DISTANCE = 1.9
"""How far from the wall one stands, in widths of it."""

WEIGHTS = np.array((0.2126, 0.7152, 0.0722), np.float32)


def grid(width: int, height: int) -> tuple[int, int]:
    """(columns, rows) of the cells of a canvas in pixels: squares, each a pixel at least."""
    columns = max(min(COLUMNS, width, int(COLUMNS * TALLEST * width / height)), 1)
    return columns, max(min(round(columns * height / width), height), 1)


def field(columns: int, rows: int, distance: float = DISTANCE) -> tuple[int, int]:
    """(columns, rows) of cells that fill a 10 degree field, for who stands `distance` widths away."""
    wide = columns * 2 * distance * math.tan(math.radians(FIELD_DEGREES / 2))
    return max(min(round(wide), columns), 1), max(min(round(wide / FIELD_ASPECT), rows), 1)


def to_linear(coded: NDArray[Any]) -> NDArray[np.float32]:
    """Display-referred sRGB, 0..1 or uint8, as linear light."""
    if coded.dtype == np.uint8:
        table: NDArray[np.float32] = to_linear(np.arange(256, dtype=np.float32) / 255)[coded]
        return table
    given = np.clip(coded.astype(np.float32), 0.0, 1.0)
    return np.where(given <= 0.04045, given / 12.92, ((given + 0.055) / 1.055) ** 2.4).astype(np.float32)


def cells(picture: NDArray[Any], columns: int, rows: int) -> Cells:
    """The cells of a display-referred picture, (h, w, 3 or 4), uint8 or 0..1: exact means, also where a cell cuts a pixel."""
    return _means(_means(to_linear(picture[..., :3]), rows, 0), columns, 1).astype(np.float32)


def _means(values: NDArray[Any], count: int, axis: int) -> NDArray[Any]:
    size = values.shape[axis]
    moved = np.moveaxis(values, axis, 0)
    if size % count == 0:
        folded = moved.reshape(count, size // count, *moved.shape[1:]).mean(1, dtype=np.float64)
        return np.moveaxis(folded, 0, axis)
    sums = np.concatenate([np.zeros_like(moved[:1], np.float64), np.cumsum(moved, 0, dtype=np.float64)])
    edges = np.arange(count + 1) * size / count
    whole = np.minimum(edges.astype(int), size - 1)
    part = (edges - whole).reshape(-1, *([1] * (moved.ndim - 1)))
    up_to = sums[whole] * (1 - part) + sums[whole + 1] * part
    return np.moveaxis(np.diff(up_to, axis=0) * count / size, 0, axis)


def luminance(seen: Cells) -> NDArray[np.float32]:
    """WCAG's relative luminance, 0..1."""
    return (seen @ WEIGHTS).astype(np.float32)


def redness(seen: Cells) -> tuple[NDArray[np.float32], Mask]:
    """R - G - B, negative values set to zero; and whether the red is saturated."""
    red, whole = seen[..., 0], seen.sum(-1)
    value = np.maximum(red - seen[..., 1] - seen[..., 2], 0.0)
    return value, (whole > 0) & (red >= RED_SHARE * whole)


class _Changes:
    """Follows one value, cell by cell, from peak to valley. Remembers which way it went, and the extreme since."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.rising = np.zeros(shape, np.bool_)
        self.extreme = np.zeros(shape, np.float32)  # the wall was black before the first frame
        self.marked = np.zeros(shape, np.bool_)
        """Whether the extreme was a saturated red."""

    def general(self, value: NDArray[np.float32]) -> Mask:
        """Where a change of relative luminance has become complete."""
        fell = self.rising & (self.extreme - value >= CHANGE) & (value < DARKER)
        rose = ~self.rising & (value - self.extreme >= CHANGE) & (self.extreme < DARKER)
        return self._turn(fell | rose, value, self.marked)

    def red(self, value: NDArray[np.float32], saturated: Mask) -> Mask:
        """Where a change of red has become complete."""
        far = np.where(self.rising, self.extreme - value, value - self.extreme) > RED_CHANGE
        return self._turn(far & (saturated | self.marked), value, saturated)

    def _turn(self, turned: Mask, value: NDArray[np.float32], mark: Mask) -> Mask:
        further = np.where(self.rising, value > self.extreme, value < self.extreme)
        self.extreme = np.where(turned | further, value, self.extreme)
        self.marked = np.where(turned | further, mark, self.marked)
        self.rising = self.rising ^ turned
        return turned


@dataclass(frozen=True, slots=True)
class Reading:
    """One frame, with the second before it."""

    general: int
    """Flashes that over 25 % of some 10 degree field have made within the second."""
    red: int
    general_area: float
    """The largest share of a field that is over the limit, 0..1."""
    red_area: float
    bright: float
    """The share of the canvas whose relative luminance is 0.80 or more."""

    @property
    def breaks(self) -> bool:
        """Whether the limit is broken."""
        return self.general_area > AREA or self.red_area > AREA


class Meter:
    """Watches frames in order. Remembers the extremes of each cell, and the changes of the last second."""

    def __init__(self, columns: int, rows: int, distance: float = DISTANCE) -> None:
        self._shape = (rows, columns)
        self._field = field(columns, rows, distance)
        self._changes = (_Changes(self._shape), _Changes(self._shape))
        self._counts = (np.zeros(self._shape, np.int32), np.zeros(self._shape, np.int32))
        self._recent: deque[tuple[int, tuple[Mask, Mask]]] = deque()

    def look(self, seen: Cells, seconds: float) -> Reading:
        """The next frame, in cells, `seconds` on any clock."""
        moment = round(seconds * 1000)
        while self._recent and moment - self._recent[0][0] > PERIOD_MS:
            for count, mask in zip(self._counts, self._recent.popleft()[1], strict=True):
                count -= mask
        bright = luminance(seen)
        turned = (self._changes[0].general(bright), self._changes[1].red(*redness(seen)))
        self._recent.append((moment, turned))
        for count, mask in zip(self._counts, turned, strict=True):
            count += mask
        flashes = [count // 2 for count in self._counts]
        return Reading(
            self._worst(flashes[0]),
            self._worst(flashes[1]),
            self.area(flashes[0] > LIMIT),
            self.area(flashes[1] > LIMIT),
            float((bright >= DARKER).mean()),
        )

    def _worst(self, flashes: NDArray[np.int32]) -> int:
        most = int(flashes.max())
        return next((n for n in range(most, 0, -1) if self.area(flashes >= n) > AREA), 0)

    def area(self, where: Mask) -> float:
        """The largest share of a 10 degree field, wherever it lies on the canvas."""
        if not where.any():
            return 0.0
        columns, rows = self._field
        sums = np.zeros((where.shape[0] + 1, where.shape[1] + 1), np.int64)
        sums[1:, 1:] = where.cumsum(0).cumsum(1)
        inside = sums[rows:, columns:] - sums[:-rows, columns:] - sums[rows:, :-columns] + sums[:-rows, :-columns]
        return float(inside.max()) / (columns * rows)
