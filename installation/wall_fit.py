"""From what a camera saw of the projectors' light to surfaces: which region of the canvas each shows, and by which warp.

One camera looks at one wall, on which any number of projectors throw. Where the canvas lies is said in the camera's picture: by
its corners; else it is the largest rectangle of its shape that the light fills. A flat wall gives corners, lenses being
straightened; any other wall gives grids, and the canvas is what the corners enclose as the camera sees it: put it where visitors
stand. Nothing is guessed: a projector that can't be read is named, and why. Called by calibration and `./run bench projectors`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from installation.errors import DeviceError, InstallationError, OutputError
from installation.inputs import mapping
from installation.outputs.blend import Cover, covered
from installation.outputs.surfaces import Laid
from installation.outputs.warp import Warp, lattice
from installation.stripes import said
from installation.wall_places import Places
from installation.wall_shapes import Flat, Smooth, bent, centred, flat, smooth, straightened, uncentred

Floats: TypeAlias = NDArray[np.float64]
Point: TypeAlias = tuple[float, float]
Region: TypeAlias = tuple[float, float, float, float]

FEWEST = 60
"""Cells of the camera's picture in which a projector must have been read."""
STRAIGHT = 0.5
"""Pixels of a projector by which a flat wall may differ from the smooth one, 95 in a hundred, and be flat."""
FINE = 0.12
"""Pixels by which a grid may miss the map it was made of."""
SPLITS = ((4, 4), (8, 4), (8, 8), (16, 8), (16, 16), (32, 16), (32, 32))
GRID = (320, 180)
"""Places of the canvas on which regions, overlaps and gaps are found."""
POOR = 3.0
"""Pixels of a projector: a fit whose 95th percentile is worse is told."""
DIM = 0.35
"""Of the brightest projector's light: less is told."""
UNSEEN = 0.75
"""Share of a projector's picture that the camera reads: less is told."""


@dataclass(frozen=True)
class Found:
    """One projector's surface, as the alignment keeps it, and how sure it is.

    `region`: x, y, width, height of the canvas. `warp`: its corners, or a grid of points where these don't say all. `mean`,
    `worst`: by how many of its pixels the map misses what was read, and what 95 in a hundred stay below. `coverage`: share of its
    picture that was read, 0..1. `said`: what is wrong, in words.
    """

    name: str
    size: tuple[int, int]
    region: Region
    warp: Warp
    mean: float
    worst: float
    coverage: float
    said: tuple[str, ...] = ()

    def at(self, uv: Floats) -> Floats:
        """(n, 2) places of the canvas to the projector's pixels, (n, 2)."""
        left, bottom, width, height = self.region
        return np.asarray(self.warp.at((uv - (left, bottom)) / (width, height)) * self.size)

    def on(self, own: Laid) -> Laid:
        """In place of a surface of the site. Where the site says that this is round, a grid says what was found."""
        points = self.warp.points
        if own.warp.cylinder is not None and points is None:
            points = self.warp.at(lattice(8, 8).reshape(-1, 2)).reshape(9, 9, 2)
        warp = Warp(self.warp.corners, own.warp.cylinder, points, "linear" if points is None else "smooth")
        return replace(own, region=self.region, warp=warp)


@dataclass(frozen=True)
class Overlap:
    """Two projectors that light the same part of the canvas: `share` of it, and how wide that is, in pixels of the first."""

    first: str
    second: str
    share: float
    pixels: float


@dataclass(frozen=True)
class Wall:
    """What was found. `corners`: of the canvas in the camera's picture, 0..1, y up. `lens`: the camera's k1, 0 for any
    wall that isn't flat. `dark`: share of the canvas that no projector lights. `failed`: projectors that could not be laid."""

    flat: bool
    lens: float
    corners: tuple[Point, ...]
    laid: dict[str, Found]
    failed: dict[str, str]
    overlaps: tuple[Overlap, ...]
    dark: float

    def words(self) -> list[str]:
        """The report, a line for each thing, for whoever stands on the ladder."""
        told = [f"the wall is {'flat' if self.flat else 'curved'}"]
        for one in self.laid.values():
            columns, rows = one.warp.splits
            how = "by its corners" if one.warp.points is None else f"by a grid of {columns} x {rows}"
            told.append(
                f"{one.name}: {how}, off by {one.mean:.2f} px, 95 in 100 below {one.worst:.2f} px; "
                f"{100 * one.coverage:.0f} % of its picture was read"
            )
            told += [f"{one.name}: {what}" for what in one.said]
        told += [f"{name}: {what}" for name, what in self.failed.items()]
        told += [
            f"{both.first} and {both.second} overlap by {both.pixels:.0f} px, {100 * both.share:.0f} % of the canvas"
            for both in self.overlaps
        ]
        if self.dark > 0.002:
            told.append(
                f"{100 * self.dark:.1f} % of the canvas gets no light: place its corners nearer, or turn a projector"
            )
        return told


def fit_wall(
    seen: Mapping[str, Places],
    aspect: float,
    canvas: Sequence[mapping.Pair] | None = None,
) -> Wall:
    """Lays the canvas of width / height `aspect` on all projectors that one camera has `seen`, by their names.

    `canvas`: four or more places of the camera's picture with those of the canvas (`mapping.Pair`); None finds them. Raises
    DeviceError where no projector can be laid, with what to try.
    """
    failed = {name: why for name, places in seen.items() if (why := unread(places))}
    good = {name: places for name, places in seen.items() if name not in failed}
    if not good:
        first = next(iter(failed.items()), None)
        what = f"{first[0]}: {first[1]}" if first else "no projector has been seen"
        raise DeviceError(
            f"no projector could be found ({what})", hint="darken the room, and look at the camera's picture"
        )
    camera = next(iter(good.values())).camera
    shape = camera[0] / camera[1]
    shapes, is_flat = _shapes(good, shape)
    pairs = list(canvas) if canvas else _largest(shapes, good, shape, aspect)
    lens = next((one.k1 for one in shapes.values() if isinstance(one, Flat)), 0.0)
    onto = _Onto(pairs, shape, lens)
    laid: dict[str, Found] = {}
    brightest = max(places.light for places in good.values())
    for name, places in good.items():
        try:
            laid[name] = _laid(name, places, shapes[name], onto, brightest)
        except InstallationError as error:
            failed[name] = f"{error.problems[0].message}. {error.problems[0].hint}".strip(". ")
    if not laid:
        raise DeviceError("no projector's light falls on the canvas", hint="place the canvas's corners again")
    covers = {name: covered(one.region, one.warp, GRID) for name, one in laid.items()}
    dark = 1.0 - float(np.any(list(covers.values()), axis=0).mean())
    corners = tuple((float(x), float(y)) for x, y in uncentred(onto.camera(np.array(mapping.CORNERS)), shape))
    return Wall(is_flat, lens, corners, laid, failed, tuple(_overlaps(covers, laid)), dark)


def unread(places: Places) -> str:
    """Why nothing can be made of it; "" where something can."""
    if len(places.at) >= FEWEST and np.ptp(places.at, axis=0).min() > 0.02:
        return ""
    return (
        "; ".join(said(places.said))
        or "the camera sees too little of its light: bring it nearer, or turn it to the wall"
    )


def _shapes(good: Mapping[str, Places], shape: float) -> tuple[dict[str, Flat] | dict[str, Smooth], bool]:
    """The maps of all projectors, and whether the wall is flat: what the flat ones miss, the smooth ones miss too."""
    pairs = {
        name: (
            centred(places.at, shape),
            centred(places.to / places.size, places.size[0] / places.size[1]),
            places.weight,
        )
        for name, places in good.items()
    }
    smooths = {name: smooth(at, to, weight, cells_of(at)) for name, (at, to, weight) in pairs.items()}
    flats = dict(zip(pairs, flat(list(pairs.values())), strict=True))
    for name, (at, _, _) in pairs.items():
        apart = np.linalg.norm(flats[name].at(at) - smooths[name].at(at), axis=1) * good[name].size[0] / 2
        if not np.percentile(apart, 95) < STRAIGHT:
            return smooths, False
    return flats, True


def cells_of(at: Floats) -> tuple[int, int]:
    """Of the splines: one for every three cells of the camera's picture that were read."""
    wide, high = np.ptp(at, axis=0) / (2.0 / 64)
    return int(np.clip(wide / 3, 3, 14)), int(np.clip(high / 3, 3, 10))


class _Onto:
    """From the canvas to the camera's picture, centred."""

    def __init__(self, pairs: Sequence[mapping.Pair], shape: float, k1: float) -> None:
        given = np.asarray(pairs, np.float64).reshape(-1, 4)
        straight = straightened(centred(given[:, :2], shape), k1)
        scaled = np.column_stack([uncentred(straight, shape), given[:, 2:]])
        self._map = mapping.fit([tuple(pair) for pair in scaled], "corners")
        self._shape, self.k1 = shape, k1

    def straight(self, uv: Floats) -> Floats:
        """As a lens without bends would see it."""
        return centred(self._map.to_camera(uv), self._shape)

    def camera(self, uv: Floats) -> Floats:
        """As the camera sees it."""
        return bent(self.straight(uv), self.k1)


def _laid(name: str, places: Places, found: Flat | Smooth, onto: _Onto, brightest: float) -> Found:
    """One projector's surface."""
    size, told = places.size, list[str]()
    shape = size[0] / size[1]

    def lands(uv: Floats) -> Floats:
        at = found.straight(onto.straight(uv)) if isinstance(found, Flat) else found.at(onto.camera(uv))
        return uncentred(at, shape)

    camera_shape = places.camera[0] / places.camera[1]
    low, high = places.at.min(axis=0), places.at.max(axis=0)

    def near(uv: Floats) -> NDArray[np.bool_]:
        seen = uncentred(onto.camera(uv), camera_shape)
        return np.asarray((np.abs(seen - (low + high) / 2) <= 0.6 * (high - low)).all(axis=1))

    region = region_of(lands, near)
    left, bottom, width, height = region

    def inside(uv: Floats) -> Floats:
        return lands(uv * (width, height) + (left, bottom))

    warp = grid_of(inside, size)
    at = centred(places.at, camera_shape)
    off = np.linalg.norm(uncentred(found.at(at), shape) * size - places.to, axis=1)
    bins = np.unique(np.minimum((places.to / size * (12, 7)).astype(int), (11, 6)), axis=0)
    coverage = len(bins) / (12 * 7)
    worst = float(np.percentile(off, 95))
    if worst > POOR:
        told.append("it does not fit a smooth wall: does something stand before it, or has the wall a step?")
    if coverage < UNSEEN:
        told.append(
            f"the camera reads only {100 * coverage:.0f} % of its picture: does it see all of it, and nobody before it?"
        )
    if places.light < DIM * brightest:
        told.append(
            f"it is dim, {100 * places.light / brightest:.0f} % of the brightest: its lamp, its eco mode, its lens?"
        )
    told += said(places.said)
    return Found(name, size, region, warp, float(off.mean()), worst, coverage, tuple(told))


def region_of(lands: Callable[[Floats], Floats], near: Callable[[Floats], NDArray[np.bool_]] | None = None) -> Region:
    """What of the canvas a light covers, and a little more that falls beside its picture; at most the canvas. `lands`: places of
    the canvas to 0..1 of the output; `near`: whether it can be believed there. Raises DeviceError where nothing is covered."""
    columns, rows = GRID
    uv = lattice(columns, rows).reshape(-1, 2)
    with np.errstate(invalid="ignore"):
        there = lands(uv)
        lit = ((there >= 0) & (there <= 1)).all(axis=1)
    if near is not None:
        lit &= near(uv)
    if lit.sum() < 30:
        raise DeviceError("its light does not fall on the canvas", hint="turn it, or place the canvas's corners again")
    step = np.array((1.0 / columns, 1.0 / rows))
    (left, bottom), (right, top) = uv[lit].min(axis=0) - step, uv[lit].max(axis=0) + step
    left, bottom, right, top = (float(np.clip(value, 0.0, 1.0)) for value in (left, bottom, right, top))
    return left, bottom, right - left, top - bottom


def grid_of(inside: Callable[[Floats], Floats], size: tuple[int, int]) -> Warp:
    """The coarsest surface that shows the map: four corners, else a grid. Raises OutputError where the map folds over."""
    fine = lattice(61, 37).reshape(-1, 2)
    wanted = inside(fine)
    near = ((wanted > -0.02) & (wanted < 1.02)).all(axis=1)
    pinned = inside(np.array(mapping.CORNERS))
    if not np.isfinite(pinned).all():
        raise OutputError("its picture would reach beyond the horizon", hint="turn it towards the wall")
    made = Warp(tuple((float(x), float(y)) for x, y in pinned))
    for columns, rows in SPLITS:
        if np.linalg.norm((made.at(fine) - wanted)[near] * size, axis=1).max() < FINE:
            break
        points = inside(lattice(columns, rows).reshape(-1, 2)).reshape(rows + 1, columns + 1, 2)
        made = Warp(points=points, kind="smooth")
    return made


def _largest(
    shapes: Mapping[str, Flat | Smooth], good: Mapping[str, Places], shape: float, aspect: float
) -> list[mapping.Pair]:
    """The largest upright rectangle of the canvas's shape, in the camera's picture, that the light of all of them fills."""
    columns = 384
    rows = max(round(columns / shape), 2)
    at = np.stack(np.meshgrid((np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / rows), axis=2)
    lit = np.zeros((rows, columns), bool)
    for name, places in good.items():
        low, high = places.at.min(axis=0), places.at.max(axis=0)
        near = ((at >= low - 0.03 * (high - low)) & (at <= high + 0.03 * (high - low))).all(axis=2)
        size = places.size
        there = uncentred(shapes[name].at(centred(at[near], shape)), size[0] / size[1])
        lit[near] |= ((there > 0.002) & (there < 0.998)).all(axis=1)
    sums = np.pad(np.cumsum(np.cumsum(lit, axis=0), axis=1), ((1, 0), (1, 0)))
    best = (0, 0, 0, 0)
    low_width, high_width = 8, columns
    while low_width <= high_width:
        width = (low_width + high_width) // 2
        height = round(width / aspect)
        fits = np.empty((0, 2), np.int64)
        if height <= rows:
            inner = sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width] + sums[:-height, :-width]
            fits = np.argwhere(inner == width * height)
        if len(fits):
            row, column = fits[len(fits) // 2]
            best, low_width = (int(column), int(row), width, height), width + 1
        else:
            high_width = width - 1
    left, bottom, width, height = best
    if not width:
        raise DeviceError(
            "the light has no room for a canvas of this shape", hint="move the projectors together, or place corners"
        )
    corners = ((left + width * u, bottom + height * v) for u, v in mapping.CORNERS)
    return [(x / columns, y / rows, u, v) for (x, y), (u, v) in zip(corners, mapping.CORNERS, strict=True)]


def _overlaps(covers: Mapping[str, Cover], laid: Mapping[str, Found]) -> list[Overlap]:
    found = []
    for first, second in combinations(covers, 2):
        both = covers[first] & covers[second]
        if not both.any():
            continue
        rows, columns = np.nonzero(both)
        wide, high = np.ptp(columns) + 1, np.ptp(rows) + 1
        across = wide / GRID[0] <= high / GRID[1]
        mean = len(rows) / (high if across else wide)  # how wide it is along its shorter side, in places
        middle = np.array([(np.median(columns) + 0.5) / GRID[0], (np.median(rows) + 0.5) / GRID[1]])
        half = np.array([mean / GRID[0], 0.0] if across else [0.0, mean / GRID[1]]) / 2
        ends = laid[first].at(np.array([middle - half, middle + half]))
        found.append(Overlap(first, second, float(both.mean()), float(np.linalg.norm(ends[1] - ends[0]))))
    return found
