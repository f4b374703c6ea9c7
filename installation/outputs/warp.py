"""Where each place of a surface lands on an output: corners in perspective, a curved wall, and points that are moved. Pure numpy.

A place of a surface is (u, v), 0..1, y up. It goes through three steps, each of which may do nothing:

    the shape        flat, or a cylinder as its projector sees it        unit square -> unit square
    the corners      a projective map, exact (`stage.homography`)        unit square -> output
    the points       a grid or Bezier patches, as they were dragged      what they differ from the corners' map is added

So a grid whose points nobody has moved is the corner pin, to the last digit, and splitting a grid finer moves nothing. Must never
guess: points that would fold the picture over are refused. Called by `outputs.surfaces`, by calibration and by site checks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from installation.errors import OutputError
from installation.outputs.stage import homography

Floats: TypeAlias = NDArray[np.float64]
Kind: TypeAlias = Literal["linear", "smooth", "bezier"]

MOST_SPLITS = 32
"""Most columns or rows of a grid."""
FINEST = 256
"""Most cells in a row of the mesh that is drawn."""
WIDEST = 340.0
"""Degrees of the widest cylinder."""
UNIT: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Cylinder:
    """A wall that is a part of an upright cylinder, seen from the height of its middle.

    `arc`: how much of the circle it is, degrees. `distance`: of the projector from the wall's middle, in radii. `inside`: the
    projector stands within the circle, as in a round room; else it looks at a column.
    """

    arc: float
    distance: float
    inside: bool = True

    def __post_init__(self) -> None:
        half = math.radians(self.arc) / 2
        if not (0.0 < self.arc <= WIDEST and self.distance > 0.0 and math.isfinite(self.distance)):
            raise OutputError(
                f"a cylinder of {self.arc:g} degrees seen from {self.distance:g} radii is none",
                hint=f"arc is more than 0 and at most {WIDEST:g} degrees, distance more than 0 radii",
            )
        if self._depth(half) <= 0.02:
            raise OutputError(
                f"a projector {self.distance:g} radii away can't see the ends of an arc of {self.arc:g} degrees",
                hint="a smaller arc, or farther away",
            )
        if not self.inside and math.cos(half) <= 1.0 / (1.0 + self.distance):
            raise OutputError(
                f"the ends of a column of {self.arc:g} degrees face away from a projector {self.distance:g} radii away",
                hint=f"at most {2 * math.degrees(math.acos(1.0 / (1.0 + self.distance))):.0f} degrees are seen from there",
            )

    def _depth(self, angle: ArrayLike) -> Floats:
        """How far a place lies before the projector, in radii."""
        turned = 1.0 - np.cos(np.asarray(angle, np.float64))
        return self.distance - turned if self.inside else self.distance + turned

    def seen(self, uv: Floats) -> Floats:
        """Where (n, 2) places of the wall stand in the projector's picture, of which the wall's four corners are those."""
        half = math.radians(self.arc) / 2
        angle = (2.0 * uv[:, 0] - 1.0) * half
        depth, edge = self._depth(angle), self._depth(half)
        across = np.sin(angle) / depth
        out = np.empty_like(uv)
        out[:, 0] = 0.5 + 0.5 * across / (math.sin(half) / edge)
        out[:, 1] = 0.5 + (uv[:, 1] - 0.5) * edge / depth
        return out


@dataclass(frozen=True, eq=False)
class Warp:
    """The map of one surface. `points` is (rows + 1, columns + 1, 2), from the bottom left, in 0..1 of the output; of Bezier
    patches (3 * rows + 1, 3 * columns + 1, 2), where every third point lies on the surface and those between pull at it."""

    corners: tuple[tuple[float, float], ...] = UNIT
    cylinder: Cylinder | None = None
    points: Floats | None = None
    kind: Kind = "linear"
    matrix: Floats = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        corners = self.corners
        if self.points is not None:
            points = checked(self.points, self.kind)
            object.__setattr__(self, "points", points)
            corners = tuple(
                (float(x), float(y)) for x, y in (points[0, 0], points[0, -1], points[-1, -1], points[-1, 0])
            )
            object.__setattr__(self, "corners", corners)
        object.__setattr__(self, "matrix", homography(corners))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Warp):
            return NotImplemented
        if self.points is None or other.points is None:
            alike = self.points is other.points
        else:
            alike = np.array_equal(self.points, other.points)
        return alike and (self.corners, self.cylinder, self.kind) == (other.corners, other.cylinder, other.kind)

    @property
    def splits(self) -> tuple[int, int]:
        """Columns and rows of its grid; (1, 1) where it has none."""
        if self.points is None:
            return 1, 1
        step = 3 if self.kind == "bezier" else 1
        return (self.points.shape[1] - 1) // step, (self.points.shape[0] - 1) // step

    @property
    def exact(self) -> bool:
        """Whether it is a corner pin and nothing else, which two triangles show without any error."""
        return self.points is None and self.cylinder is None

    def at(self, uv: ArrayLike) -> Floats:
        """Where (n, 2) places of the surface land: (n, 2), 0..1 of the output, y up; they may lie beside it."""
        places = np.asarray(uv, np.float64).reshape(-1, 2)
        base = self._pinned(places)
        if self.points is None:
            return base
        if self.kind == "bezier":
            return _bezier(self.points, places)
        columns, rows = self.splits
        moved = self.points - self._pinned(lattice(columns, rows).reshape(-1, 2)).reshape(self.points.shape)
        return base + (_linear if self.kind == "linear" else _smooth)(moved, places)

    def _pinned(self, places: Floats) -> Floats:
        """Through the shape and the corners."""
        seen = places if self.cylinder is None else self.cylinder.seen(places)
        through = seen @ self.matrix[:, :2].T + self.matrix[:, 2]
        return through[:, :2] / through[:, 2:]

    def split(self, columns: int, rows: int, kind: Kind | None = None) -> Warp:
        """The same map with so many columns and rows of points; what it looks like stays as near as these can bring it."""
        wanted = kind or self.kind
        _splits(columns, rows)
        if wanted != "bezier":
            points = self.at(lattice(columns, rows).reshape(-1, 2)).reshape(rows + 1, columns + 1, 2)
        else:
            points = _fitted(self, columns, rows)
        return Warp(self.corners, self.cylinder, points, wanted)


def lattice(columns: int, rows: int) -> Floats:
    """(rows + 1, columns + 1, 2): places of a surface at even steps, from the bottom left."""
    u, v = np.meshgrid(np.linspace(0.0, 1.0, columns + 1), np.linspace(0.0, 1.0, rows + 1))
    return np.stack([u, v], axis=2)


def checked(points: ArrayLike, kind: Kind) -> Floats:
    """The points of a grid as numbers, when the picture doesn't fold over. Raises OutputError with which cell does."""
    grid = np.array(points, np.float64)
    step = 3 if kind == "bezier" else 1
    if grid.ndim != 3 or grid.shape[2] != 2 or any((n - 1) % step or n < step + 1 for n in grid.shape[:2]):
        raise OutputError(
            "a grid's points are rows of [x, y], one more than it has splits"
            + (", and two between each two for Bezier patches" if step == 3 else ""),
        )
    _splits((grid.shape[1] - 1) // step, (grid.shape[0] - 1) // step)
    if not np.isfinite(grid).all() or np.abs(grid).max() > 100.0:
        raise OutputError("a grid's point is nowhere near the output", hint="points are 0..1 of its picture")
    anchors = grid[::step, ::step]
    areas = _areas(anchors)
    if (areas > 0).all() or (areas < 0).all():
        return grid
    most = 1.0 if (areas > 0).sum() >= (areas < 0).sum() else -1.0
    row, column = np.argwhere((areas * most <= 0).any(axis=2))[0]
    (low, high), (near, far) = ((step * one, step * (one + 1)) for one in (row, column))
    raise OutputError(
        f"the picture folds over between rows {low} and {high}, columns {near} and {far} of the points, counted from 0 at the "
        "bottom left",
        hint="a point has been moved past its neighbour: pull it back",
    )


def moved(points: Floats, row: int, column: int, by: tuple[float, float], kind: Kind, linked: float = 0.0) -> Floats:
    """The points with one of them moved. `linked`: how far others go along, in cells around it; they follow less the farther away
    they are (a cosine bell). The handles of a Bezier anchor go with it as far as it goes, so that its tangents stay."""
    step = 3 if kind == "bezier" else 1
    down, across = np.mgrid[0 : points.shape[0], 0 : points.shape[1]]
    far = np.hypot((down - row) / step, (across - column) / step)
    weight = np.where(far < linked, 0.5 + 0.5 * np.cos(math.pi * far / max(linked, 1e-9)), 0.0)
    weight[row, column] = 1.0
    if step == 3 and row % 3 == 0 and column % 3 == 0:
        near = (np.abs(down - row) <= 1) & (np.abs(across - column) <= 1)
        weight[near] = 1.0
    return np.asarray(points + weight[..., None] * np.asarray(by, np.float64))


def meshed(warp: Warp, size: tuple[int, int], cells: int = 1, tolerance: float = 0.25) -> tuple[Floats, Floats, Floats]:
    """The surface as a mesh of at least `cells` columns and rows: places (rows + 1, columns + 1, 2) of it, where they land (the
    same), and q (rows + 1, columns + 1): u*q, v*q and q are even between a cell's corners where u and v aren't.

    `size` is the output's, pixels. A corner pin is met exactly by any mesh; else q is 1, and cells are made finer until the
    middle of none lies farther than `tolerance` pixels from where the map puts it.
    """
    columns, rows = warp.splits
    across, up = columns * -(-cells // columns), rows * -(-cells // rows)
    if warp.exact:
        places = lattice(across, up)
        q = 1.0 / (places @ warp.matrix[2, :2] + warp.matrix[2, 2])
        return places, warp.at(places.reshape(-1, 2)).reshape(places.shape), q / q.max()
    scale = np.array(size, np.float64)
    while True:
        places = lattice(across, up)
        lands = warp.at(places.reshape(-1, 2)).reshape(places.shape)
        wide, high = _bulge(warp, places, lands, scale)
        finer = (wide > tolerance and across < FINEST, high > tolerance and up < FINEST)
        if not any(finer):
            return places, lands, np.ones(places.shape[:2])
        across, up = (min(across * 2, FINEST) if finer[0] else across), (min(up * 2, FINEST) if finer[1] else up)


def _bulge(warp: Warp, places: Floats, lands: Floats, scale: Floats) -> tuple[float, float]:
    """Pixels by which the middles of the cells' sides and diagonals miss the map: sideways, and upwards."""

    def missed(first: tuple[slice, slice], last: tuple[slice, slice]) -> float:
        middle = warp.at(((places[first] + places[last]) / 2).reshape(-1, 2))
        drawn = ((lands[first] + lands[last]) / 2).reshape(-1, 2)
        return float((np.hypot(*((middle - drawn) * scale).T)).max())

    every, head, tail = slice(None), slice(None, -1), slice(1, None)
    wide, high = missed((every, head), (every, tail)), missed((head, every), (tail, every))
    slanted = missed((head, head), (tail, tail))
    return max(wide, slanted if wide >= high else 0.0), max(high, slanted if high > wide else 0.0)


def _splits(columns: int, rows: int) -> None:
    if not (1 <= columns <= MOST_SPLITS and 1 <= rows <= MOST_SPLITS):
        raise OutputError(f"a grid of {columns} x {rows}", hint=f"1 to {MOST_SPLITS} columns and rows")


def _areas(grid: Floats) -> Floats:
    """Twice the signed areas of the four triangles at each cell's corners: (rows, columns, 4)."""
    a, b, c, d = grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]

    def turn(p: Floats, q: Floats, r: Floats) -> Floats:
        before, after = q - p, r - q
        return np.asarray(before[..., 0] * after[..., 1] - before[..., 1] * after[..., 0])

    return np.stack([turn(d, a, b), turn(a, b, c), turn(b, c, d), turn(c, d, a)], axis=2)


def _cells(grid: Floats, places: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats, Floats]:
    rows, columns = grid.shape[0] - 1, grid.shape[1] - 1
    x, y = places[:, 0] * columns, places[:, 1] * rows
    column = np.clip(np.floor(x), 0, columns - 1).astype(np.intp)
    row = np.clip(np.floor(y), 0, rows - 1).astype(np.intp)
    return row, column, x - column, y - row


def _linear(grid: Floats, places: Floats) -> Floats:
    row, column, x, y = _cells(grid, places)
    x, y = x[:, None], y[:, None]
    below = grid[row, column] * (1 - x) + grid[row, column + 1] * x
    above = grid[row + 1, column] * (1 - x) + grid[row + 1, column + 1] * x
    return np.asarray(below * (1 - y) + above * y)


def _smooth(grid: Floats, places: Floats) -> Floats:
    """Catmull-Rom in both directions; beyond the edge the grid goes on straight. E. Catmull, R. Rom, "A class of local
    interpolating splines" (1974)."""
    padded = np.pad(grid, ((1, 1), (1, 1), (0, 0)), mode="reflect", reflect_type="odd")
    row, column, x, y = _cells(grid, places)
    across, up = _catmull(x), _catmull(y)
    out = np.zeros((len(places), 2))
    for j in range(4):
        for i in range(4):
            out += (up[j] * across[i])[:, None] * padded[row + j, column + i]
    return out


def _catmull(t: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    return (
        0.5 * (-t + 2 * t**2 - t**3),
        0.5 * (2 - 5 * t**2 + 3 * t**3),
        0.5 * (t + 4 * t**2 - 3 * t**3),
        0.5 * (-(t**2) + t**3),
    )


def _bernstein(t: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    s = 1.0 - t
    return s**3, 3 * s**2 * t, 3 * s * t**2, t**3


def _bezier(points: Floats, places: Floats) -> Floats:
    row, column, x, y = _cells(points[::3, ::3], places)
    across, up = _bernstein(x), _bernstein(y)
    out = np.zeros((len(places), 2))
    for j in range(4):
        for i in range(4):
            out += (up[j] * across[i])[:, None] * points[3 * row + j, 3 * column + i]
    return out


def _fitted(warp: Warp, columns: int, rows: int) -> Floats:
    """Bezier points whose patches pass the map at nine inner and edge places of each: along every line of the lattice the cubic
    through four even places, which neighbours share."""
    dense = warp.at(lattice(3 * columns, 3 * rows).reshape(-1, 2)).reshape(3 * rows + 1, 3 * columns + 1, 2)
    return _handles(_handles(dense, 1), 0)


def _handles(dense: Floats, axis: int) -> Floats:
    """From every third of a line to the handles of the cubics through them."""
    line = np.moveaxis(dense, axis, 0)
    out = line.copy()
    a, b, c, d = line[:-1:3], line[1::3], line[2::3], line[3::3]
    out[1::3] = (-5 * a + 18 * b - 9 * c + 2 * d) / 6
    out[2::3] = (2 * a - 9 * b + 18 * c - 5 * d) / 6
    return np.moveaxis(out, 0, axis)
