"""Layouts that pack marks by a value without letting them overlap: beeswarm and treemap.

Pure numpy, and without chance: the same rows give the same places, in whatever order the table has them. Worked out at load.
Called by the placing of marks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from installation.data.kept import kept
from installation.data.layouts import Area
from installation.data.scales import natural

SWARM_VERSION = 2
"""Part of the cache's checksum: raise it when the same values would take other places."""
SMALLER = 0.93
"""How much smaller marks become, again and again, until they fit."""


def beeswarm(
    fraction: ArrayLike,
    keys: Sequence[str],
    diameter: float,
    area: Area = (0.0, 0.0, 1.0, 1.0),
    aspect: float = 16 / 9,
    along: str = "x",
) -> tuple[NDArray[np.float32], float]:
    """Canvas positions (n, 2), and the diameter (canvas heights) at which no two marks overlap and all fit across the area.

    `fraction` (n,) 0..1 is each mark's place along the area's width (or height, `along` "y"), kept exactly; a mark stands as
    near to the middle line as those before it allow, in the order of value and then key. The missing ones (NaN) stand apart,
    three diameters before the area's low end: in as many columns as they need, so that however many they are the others keep
    their size.
    """
    values = np.asarray(fraction, np.float64)
    left, bottom, wide, high = area
    length, across = (wide * aspect, high) if along == "x" else (high, wide * aspect)
    order = np.array(sorted(range(len(values)), key=lambda i: (np.nan_to_num(values[i], nan=-1.0), natural(keys[i]))))
    if not len(order):
        return np.zeros((0, 2), np.float32), diameter
    given = values[order]

    def make() -> NDArray[np.float32]:
        size = diameter
        while True:
            off = _swarm(_along(given, size, length, across), size, across)
            if off is not None:
                return np.append(off, size).astype(np.float32)
            size *= SMALLER

    found = kept("swarms", SWARM_VERSION, (given, np.array([diameter, length, across])), (len(given) + 1,), make)
    size = float(found[-1])
    at = _along(given, size, length, across)
    places = np.empty((len(values), 2), np.float32)
    if along == "x":
        places[order, 0], places[order, 1] = left + at / aspect, bottom + high / 2 + found[:-1]
    else:
        places[order, 0], places[order, 1] = left + wide / 2 + found[:-1] / aspect, bottom + at
    return places, size


def _along(given: NDArray[np.float64], size: float, length: float, across: float) -> NDArray[np.float64]:
    """Where each stands along the axis, in canvas heights: those without a value before it, column by column."""
    missing = np.isnan(given)
    full = max(int(across / size) - 1, 1)
    column = (np.cumsum(missing[::-1])[::-1] - 1) // full  # the last stand nearest to the axis, so that all rise
    return np.where(missing, -size * (3.0 + 1.02 * column), np.nan_to_num(given) * length)


def _swarm(at: NDArray[np.float64], size: float, across: float) -> NDArray[np.float64] | None:
    """How far from the middle line each of the marks stands, which come in the order of `at`; None where they don't fit."""
    off = np.zeros(len(at))
    most, first = (across - size) / 2, 0
    if most < 0:
        return None
    close = size * 1.0005  # float32 must not make neighbours touch
    for i in range(len(at)):
        while at[i] - at[first] >= close:
            first += 1
        if first == i:
            continue
        beside = close**2 - (at[i] - at[first:i]) ** 2
        reach = np.sqrt(beside)
        others = off[first:i]
        tries = np.concatenate([[0.0], others + reach, others - reach])
        tries = tries[np.abs(tries) <= most]
        free = tries[np.all((tries[:, None] - others) ** 2 >= beside * (1 - 1e-9), axis=1)]
        if not len(free):
            return None
        off[i] = min(free.tolist(), key=lambda offset: (abs(round(offset, 9)), offset))
    return off


def treemap(
    value: ArrayLike,
    keys: Sequence[str],
    group: Sequence[str] | None = None,
    area: Area = (0.0, 0.0, 1.0, 1.0),
    aspect: float = 16 / 9,
) -> NDArray[np.float32]:
    """Rectangles that share the area by value: centre x, y (canvas), width, height (canvas heights), (n, 4).

    Squarified (M. Bruls, K. Huizing, J. J. van Wijk, "Squarified treemaps", Data Visualization 2000): largest first, from
    the upper left, as square as may be. With a `group`, groups share the area first. NaN where a value is missing, 0 or less:
    such a row has no area to stand on.
    """
    values = np.asarray(value, np.float64)
    left, bottom, wide, high = area
    places = np.full((len(values), 4), np.nan, np.float32)
    shown = np.flatnonzero(np.isfinite(values) & (values > 0))
    groups = [""] * len(values) if group is None else list(group)
    members: dict[str, list[int]] = {}
    for i in shown.tolist():
        members.setdefault(groups[i], []).append(i)
    totals = {name: float(values[rows].sum()) for name, rows in members.items()}
    names = sorted(members, key=lambda name: (-totals[name], natural(name)))
    boxes = _squarified([totals[name] for name in names], (0.0, 0.0, wide * aspect, high))
    for name, box in zip(names, boxes, strict=True):
        rows = sorted(members[name], key=lambda i: (-values[i], natural(keys[i])))
        for i, (x, y, w, h) in zip(rows, _squarified(values[rows].tolist(), box), strict=True):
            places[i] = (left + (x + w / 2) / aspect, bottom + high - y - h / 2, w, h)
    return places


Box = tuple[float, float, float, float]


def _squarified(values: Sequence[float], box: Box) -> list[Box]:
    """Boxes (left, top, width, height; y down) for values that fall, which fill the box."""
    x, y, wide, high = box
    scale = wide * high / max(sum(values), 1e-300)
    areas = [value * scale for value in values]
    found: list[Box] = []
    while areas:
        short = min(wide, high)
        count, total = 1, areas[0]
        while count < len(areas):
            more = total + areas[count]
            if _worst(areas[0], areas[count], more, short) > _worst(areas[0], areas[count - 1], total, short):
                break
            count, total = count + 1, more
        thick = total / short if short > 0 else 0.0
        place = y if wide >= high else x
        for area in areas[:count]:
            long_ = area / thick if thick > 0 else 0.0
            found.append((x, place, thick, long_) if wide >= high else (place, y, long_, thick))
            place += long_
        if wide >= high:
            x, wide = x + thick, max(wide - thick, 0.0)
        else:
            y, high = y + thick, max(high - thick, 0.0)
        areas = areas[count:]
    return found


def _worst(largest: float, smallest: float, total: float, short: float) -> float:
    """The longest proportion in a row of boxes along a side."""
    return max(short**2 * largest / total**2, total**2 / max(short**2 * smallest, 1e-300))
