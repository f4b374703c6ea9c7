"""Where the marks of a layer stand: a layout of the scene file, applied to the rows of a table. Pure numpy.

What a layout reads may change with the years; then there are places for each of the table's times, and what lies between is
blended. Worked out when a layer is built, never in a frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.data import force, layouts, packing
from installation.data.binding import Frames, Rows
from installation.data.scales import natural, text_of
from installation.data.tables import Columns
from installation.errors import DataError
from installation.scene import schema
from installation.scene.maps import map_of, settled
from installation.scene.scales import scale_of

FILLED = 0.8
"""How much of its cell on a grid, or of its share of a ring, a mark fills that nothing makes smaller: the rest is air."""
SCATTERED = 0.35
"""How wide marks are that stand anywhere, of what each would have if they shared the area evenly: many lie close together."""
SMALLEST, LARGEST = 0.004, 0.2
"""Diameters of such marks in canvas heights: four pixels on a wall of 1080, and a fifth of it."""
NOWHERE = -9.0
"""Where rows without a position stand: outside the canvas."""
MOST_MOVING = 500_000
"""Places that are worked out ahead: marks times years."""


@dataclass(frozen=True)
class Places:
    """For each row, all (n,) float32: x, y (0..1 of the canvas), angle (radians), width and height (canvas heights) that a
    size of 1 stands for, kind (0 incisor to 3 molar), upper (1 or 0). `neutral` is the size of a mark that none is bound to, and
    the largest of those that state no range: what the layout has room for.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    angle: NDArray[np.float32]
    width: NDArray[np.float32]
    height: NDArray[np.float32]
    kind: NDArray[np.float32]
    upper: NDArray[np.float32]
    neutral: float


def place(
    layout: Any,
    columns: Mapping[str, NDArray[Any]],
    count: int,
    aspect: float,
    keys: Sequence[str] = (),
    links: Columns | None = None,
    axis: NDArray[np.float64] | None = None,
) -> Places:
    """Places `count` rows. Rows without a position stand outside the canvas, and are not seen.

    `keys` (n,) order what the layout doesn't; `links` are the rows of a force layout's links; `axis` (n,) is where each
    stands on a beeswarm's axis, 0..1. A map is `settled`: what its data cover is known already.
    """
    if isinstance(layout, schema.ArchLayout):
        return _teeth(
            layouts.arch(
                columns[layout.tooth],
                _pair(layout.centre),
                float(layout.width),
                float(layout.height),
                float(layout.gap),
                aspect,
            )
        )
    if isinstance(layout, schema.RingLayout):
        order = [text_of(value) for value in columns[layout.order].tolist()] if layout.order else [""] * count
        turn = sorted(range(count), key=lambda i: (natural(order[i]), natural(keys[i])))
        at, angle = layouts.ring(count, float(layout.radius), float(layout.start), _pair(layout.centre), aspect)
        back = np.argsort(np.array(turn, np.intp))
        near = 2 * float(layout.radius) * float(np.sin(np.pi / max(count, 2)))
        return _spots(at[back], FILLED * min(near, float(layout.radius)), angle[back])
    left, bottom, width, height = (float(side) for side in layout.area)
    area = (left, bottom, width, height)
    if isinstance(layout, schema.JawsLayout):
        names = [text_of(value) for value in columns[layout.group].tolist()]
        groups = {name: number for number, name in enumerate(sorted(set(names), key=natural))}
        whose = np.array([groups[name] for name in names], np.intp)
        return _teeth(layouts.jaws(whose, len(groups), columns[layout.tooth], layout.columns, area, aspect))
    if isinstance(layout, schema.BeeswarmLayout):
        assert axis is not None
        points, size = packing.beeswarm(axis, keys, float(layout.diameter), area, aspect, layout.along)
        return _spots(points, size)
    if isinstance(layout, schema.TreemapLayout):
        group = [text_of(value) for value in columns[layout.group].tolist()] if layout.group else None
        box = packing.treemap(columns[layout.value], keys, group, area, aspect)
        found = _spots(box[:, :2], 1.0)
        wide, high = (np.nan_to_num(side) for side in (box[:, 2], box[:, 3]))
        return Places(found.x, found.y, found.angle, wide, high, found.kind, found.upper, 1.0)
    if isinstance(layout, schema.ForceLayout):
        assert links is not None
        source, target = ([text_of(v) for v in links.column(name).tolist()] for name in (layout.source, layout.target))
        weight = None if layout.weight is None else links.column(layout.weight)
        points, size = force.force(keys, source, target, weight, float(layout.diameter), area, aspect, layout.seed)
        return _spots(points, size)
    if isinstance(layout, schema.GridLayout):
        points = layouts.grid(count, layout.columns, area)
        rows = max(-(-count // layout.columns), 1)
        return _spots(points, FILLED * min(width * aspect / layout.columns, height / rows))
    if isinstance(layout, schema.MapLayout):
        lon, lat = columns[layout.lon], columns[layout.lat]
        points = map_of(layout).place(lon, lat, area, aspect)
    else:
        points = layouts.columns(columns[layout.x], columns[layout.y], area)
    share = float(np.sqrt(width * aspect * height / max(count, 1)))
    return _spots(points, min(max(SCATTERED * share, SMALLEST), LARGEST))


def _spots(points: NDArray[Any], neutral: float, angle: NDArray[np.float32] | None = None) -> Places:
    """Marks that are as wide as they are high."""
    at = np.where(np.isfinite(points), points, NOWHERE).astype(np.float32)
    one, zero = np.ones(len(at), np.float32), np.zeros(len(at), np.float32)
    return Places(at[:, 0], at[:, 1], zero if angle is None else angle, one, one, zero, zero, neutral)


def _teeth(teeth: layouts.ArchPlaces) -> Places:
    kind, upper = teeth.kind.astype(np.float32), teeth.upper.astype(np.float32)
    return Places(teeth.x, teeth.y, teeth.angle, teeth.width, teeth.height, kind, upper, 1.0)


_MOVED_BY: dict[type[Any], tuple[str, ...]] = {
    schema.ColumnsLayout: ("x", "y"),
    schema.MapLayout: ("lon", "lat"),
    schema.BeeswarmLayout: ("value",),
    schema.TreemapLayout: ("value",),
}
"""What of a layout may change with the years."""


class Standing:
    """Where every key stands at any moment. Remembers the places of each time, and nothing from frame to frame."""

    def __init__(self, layout: Any, table: Columns, rows: Rows, aspect: float, links: Columns | None = None) -> None:
        """Raises DataError for what can't be placed."""
        if isinstance(layout, schema.MapLayout):
            layout = settled(layout, table.arrays, (layout.lon, layout.lat))
        moving = {
            getattr(layout, field): rows.frames(table.column(getattr(layout, field)))
            for field in _MOVED_BY.get(type(layout), ())
            if table.is_number(getattr(layout, field))
        }
        changes = any(_changes(frames) for frames in moving.values())
        times = range(rows.times.size) if changes else (None,)
        if changes and rows.times.size * len(rows.keys) > MOST_MOVING:
            raise DataError(
                f"{len(rows.keys):,} marks in {rows.times.size:,} times are too many places",
                hint="aggregate first, or place them by what stays",
            )
        scale = scale_of(layout, table) if isinstance(layout, schema.BeeswarmLayout) else None
        self.each: list[Places] = []
        first = {name: table.column(name)[rows.first] for name in table.names}
        for time in times:
            columns = first if time is None else {**first, **{name: f.values[time] for name, f in moving.items()}}
            axis = None if scale is None else scale.fraction(columns[layout.value])
            self.each.append(place(layout, columns, len(rows.keys), aspect, rows.keys, links, axis))
        self._frames = [
            Frames(
                rows.times[: len(self.each)],
                rows.keys,
                np.stack([_known(getattr(one, side), one.x) for one in self.each]),
            )
            for side in ("x", "y", "width", "height")
        ]
        neutral = np.repeat([[one.neutral] for one in self.each], 1, axis=1)
        self._neutral = Frames(rows.times[: len(self.each)], ("",), neutral)

    @property
    def moves(self) -> bool:
        """Whether places change with the moment."""
        return len(self.each) > 1

    def at(self, moment: float) -> Places:
        """The places of a moment, blended between the times on either side."""
        one = self.each[0]
        if not self.moves:
            return one
        x, y, wide, high = (np.nan_to_num(f.at(moment), nan=NOWHERE).astype(np.float32) for f in self._frames)
        neutral = float(self._neutral.at(moment)[0])
        return Places(x, y, one.angle, np.maximum(wide, 0.0), np.maximum(high, 0.0), one.kind, one.upper, neutral)


def _known(side: NDArray[np.float32], x: NDArray[np.float32]) -> NDArray[np.float64]:
    """A side of places, NaN for those that stand nowhere."""
    return np.where(x > NOWHERE / 2, side, np.nan).astype(np.float64)


def _changes(frames: Frames) -> bool:
    """Whether a column is not the same in all years."""
    known = frames.values[:, ~np.all(np.isnan(frames.values), axis=0)]
    if known.size == 0:
        return False
    return bool(np.any(np.nanmax(known, axis=0) != np.nanmin(known, axis=0)))


def _pair(point: tuple[float, float]) -> tuple[float, float]:
    return float(point[0]), float(point[1])
