"""From a site's outputs to what a graphics card draws: vertices, shares of light, masks, colours. Pure numpy, no device.

`sheets` works out everything that needs arithmetic, of all outputs together, since those on one wall share its light. A surface
becomes cells; each cell is drawn by the cheapest way that is right for it (`Part`): most of a wall needs no more than one look at
the canvas, only overlaps and soft edges cost more. Must never guess: what no projector can throw is refused with where it stands.
Called in a thread whenever the site or its alignment changes, never in a frame; what has not moved since is not worked out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from installation.outputs.blend import Cover, blended, covered
from installation.outputs.cube import Cube
from installation.outputs.warp import Warp, meshed

Floats: TypeAlias = NDArray[np.float64]

GRID = 512
"""Places across the canvas for which shares of light are worked out; between them they change evenly."""
CELLS = 24
"""Columns and rows of a surface of which a part blends or is masked, at least: what lies beside costs nothing more."""
COARSE = 1.25
"""Pixels of the canvas in one of the output from which one look is too few to keep a fine line."""
MOST_TAPS = 4
WAYS = np.array([100, 10, 1])
"""What share, mask and taps count in the number of a way."""
STEEP = 0.9
"""Depth of a corner pin's near end in parts of its far end's from which it is cut into cells."""
DAYLIGHT = 6504.0
"""Kelvin of sRGB's white, which a projector's own is taken for."""


@dataclass(frozen=True)
class Laid:
    """A surface where it lies."""

    name: str
    region: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    warp: Warp = field(default_factory=Warp)
    wall: str | None = None


@dataclass(frozen=True)
class Plan:
    """An output as it is meant: its pixels, what lies on it, and what its projector is like.

    `masks`: (h, w) float, 1 shows and 0 stays dark, row 0 at the bottom, of any size. `tint`: red, green and blue light, 0..1.
    """

    name: str
    size: tuple[int, int]
    surfaces: tuple[Laid, ...]
    masks: Floats | None = None
    gamma: float = 2.2
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    black: float = 0.0
    cube: Cube | None = None


@dataclass(frozen=True, order=True)
class Way:
    """How cells are drawn. `share`: 0 all of the light, 1 a share, 2 a share and a lift of black; `taps`: looks a side."""

    share: int
    mask: bool
    taps: int


@dataclass(frozen=True)
class Part:
    """Cells of a surface (its number) that are drawn in the same way: (n, 5) float32 of x, y (0..1 of the output), u*q, v*q, q,
    three rows a triangle."""

    surface: int
    way: Way
    vertices: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Share:
    """What an output gives to a wall. `falls`: where its light falls; `lit`: where its masks let it; both on the canvas's grid.
    `lifts`: whether the wall's black is lifted. `light`: as in `Sheet`."""

    falls: Cover
    lit: Cover
    lifts: bool
    light: NDArray[np.float32] | None


@dataclass(frozen=True, eq=False)
class Sheet:
    """An output, worked out. `light`: for each of its surfaces float32 over the whole canvas, row 0 the bottom: (h, w), what its
    colours are multiplied by, already in the projector's code; or (h, w, 2), what its light is multiplied by and what is added to
    that; None where all light is its own.
    `mask`: (h, w) uint8 in the projector's code. `table`: (n, n * n, 4) float32, red across in each of n squares of green up, one
    for each step of blue. `ways`: all in which it may have to be drawn, wherever its surfaces are moved. `shares`: of each wall
    that it shares."""

    plan: Plan
    parts: tuple[Part, ...]
    light: tuple[NDArray[np.float32] | None, ...]
    mask: NDArray[np.uint8] | None = None
    table: NDArray[np.float32] | None = None
    ways: tuple[Way, ...] = ()
    shares: Mapping[str, Share] = field(default_factory=dict)

    @property
    def plain(self) -> bool:
        """Whether the canvas comes through as it is, to the bit, where its pixels and the output's are the same."""
        plan = self.plan
        return plan.tint == (1.0, 1.0, 1.0) and self.table is None and all(one is None for one in self.light)


def tint_of(gain: Sequence[float], white: float | None) -> tuple[float, float, float]:
    """What red, green and blue light are multiplied by, the largest at most 1: gains, and a white point in kelvin."""
    red, green, blue = (float(one) for one in gain)
    if white is not None:
        wanted = white_point(white) / white_point(DAYLIGHT)
        wanted = wanted / wanted.max()
        red, green, blue = red * wanted[0], green * wanted[1], blue * wanted[2]
    return float(red), float(green), float(blue)


def white_point(kelvin: float) -> Floats:
    """Linear sRGB of white light of a temperature, 2500 to 12000 K: on Planck's curve below 4000, as daylight above.

    Chromaticities after B. Kang et al., "Design of advanced color temperature control system for HDTV applications" (2002),
    and CIE 15:2004 for daylight; to sRGB by IEC 61966-2-1.
    """
    t = kelvin
    if t < 4000.0:
        x = -0.2661239e9 / t**3 - 0.2343589e6 / t**2 + 0.8776956e3 / t + 0.179910
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        if t <= 7000.0:
            x = -4.6070e9 / t**3 + 2.9678e6 / t**2 + 0.09911e3 / t + 0.244063
        else:
            x = -2.0064e9 / t**3 + 1.9018e6 / t**2 + 0.24748e3 / t + 0.237040
        y = -3.0 * x**2 + 2.870 * x - 0.275
    xyz = np.array([x / y, 1.0, (1.0 - x - y) / y])
    to_rgb = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])
    return np.asarray(np.maximum(to_rgb @ xyz, 1e-4))


def sheets(plans: Sequence[Plan], canvas: tuple[int, int], before: Iterable[Sheet] = ()) -> list[Sheet]:
    """All outputs worked out, together, since those on one wall share its light. `canvas`: its pixels. `before`: what was worked
    out of the same outputs last, on the same canvas; a sheet that comes out the same is the same. Raises OutputError."""
    known = {sheet.plan.name: sheet for sheet in before}
    shares: list[dict[str, Share]] = [{} for _ in plans]
    for wall in sorted({laid.wall for plan in plans for laid in plan.surfaces if laid.wall}):
        members = [index for index, plan in enumerate(plans) if _on(plan, wall)]
        if len(members) < 2:
            continue
        own = [plans[index] for index in members]
        old = [_unmoved(known.get(plan.name), plan, wall) for plan in own]
        still = {name for name, sheet in known.items() if wall in sheet.shares} == {plan.name for plan in own}
        whole = [share for share in old if share is not None]
        found = whole if still and len(whole) == len(own) else _shared_out(own, wall, old, grid_of(canvas))
        for index, share in zip(members, found, strict=True):
            shares[index][wall] = share
    return [_sheet(plan, shares[index], canvas, known.get(plan.name)) for index, plan in enumerate(plans)]


def grid_of(canvas: tuple[int, int]) -> tuple[int, int]:
    """Columns and rows in which the canvas's light is shared out."""
    width, height = canvas
    return GRID, max(round(GRID * height / width), 16)


def _on(plan: Plan, wall: str) -> tuple[Laid, ...]:
    return tuple(one for one in plan.surfaces if one.wall == wall)


def _unmoved(old: Sheet | None, plan: Plan, wall: str) -> Share | None:
    """What an output gave to a wall before, where that depends on nothing of it that has changed."""
    if old is None or old.plan.masks is not plan.masks or _on(old.plan, wall) != _on(plan, wall):
        return None
    return old.shares.get(wall) if (old.plan.black, old.plan.gamma) == (plan.black, plan.gamma) else None


def _shared_out(plans: Sequence[Plan], wall: str, old: Sequence[Share | None], size: tuple[int, int]) -> list[Share]:
    """What each output gives to a wall, on a grid of this size; `old`: where what it gave before has the same place."""
    lifts = any(plan.black > 0 for plan in plans)
    covers, lit = [], []
    for plan, before in zip(plans, old, strict=True):
        own = _on(plan, wall)
        falls = before.falls if before else np.any([covered(one.region, one.warp, size) for one in own], axis=0)
        masked = None if plan.masks is None or before else [covered(o.region, o.warp, size, plan.masks) for o in own]
        covers.append(falls)
        lit.append(before.lit if before else falls if masked is None else np.any(masked, axis=0))
    if not lifts and not (np.sum(lit, axis=0) > 1).any():  # side by side: nothing is shared
        return [Share(falls, shows, lifts, None) for falls, shows in zip(covers, lit, strict=True)]
    scale, added = blended(covers, [plan.black for plan in plans], lit)
    found = []
    for row, (plan, before) in enumerate(zip(plans, old, strict=True)):
        # Where its own light ends the share goes on, or the last half step of the grid would fade.
        if lifts:
            worked = np.stack([_spread(scale[row], lit[row]), _spread(added[row], covers[row])], axis=2)
        else:
            worked = _spread(scale[row] ** (1.0 / plan.gamma), lit[row])
        light = worked.astype(np.float32)
        if before is not None and before.light is not None and np.array_equal(before.light, light):
            light = before.light
        found.append(Share(covers[row], lit[row], lifts, light))
    return found


def _spread(values: Floats, cover: NDArray[np.bool_], steps: int = 2) -> Floats:
    """Carries values a few places beyond where they are known, so that looking between two never mixes in nothing."""
    out, known = values.copy(), cover.copy()
    for _ in range(steps):
        whole, count = np.zeros_like(out), np.zeros(out.shape)
        for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
            near, there = np.roll(out, step, axis), np.roll(known, step, axis)
            edge = [slice(None), slice(None)]
            edge[axis] = slice(0, 1) if step == 1 else slice(-1, None)
            there[tuple(edge)] = False
            whole += np.where(there, near, 0.0)
            count += there
        fresh = ~known & (count > 0)
        out[fresh] = whole[fresh] / count[fresh]
        known |= fresh
    return out


def _sheet(plan: Plan, shares: Mapping[str, Share], canvas: tuple[int, int], old: Sheet | None) -> Sheet:
    own = [shares.get(one.wall or "") for one in plan.surfaces]
    light = tuple(share.light if share else None for share in own)
    if old is not None and _alike(old.plan, plan) and all(a is b for a, b in zip(old.light, light, strict=True)):
        return old
    mask = table = None
    if plan.masks is not None:
        if old is not None and old.plan.masks is plan.masks and old.plan.gamma == plan.gamma:
            mask = old.mask
        else:
            mask = np.asarray(np.rint(255 * np.clip(plan.masks, 0.0, 1.0) ** (1.0 / plan.gamma)), np.uint8)
    if plan.cube is not None:
        table = old.table if old is not None and old.plan.cube is plan.cube else table_of(plan.cube)
    parts = [
        part
        for number, one in enumerate(plan.surfaces)
        for part in _parts(plan, number, one, light[number], mask, canvas)
    ]
    kinds = {0, *(2 if share.lifts else 1 for share in shares.values())}
    masks = (False,) if mask is None else (False, True)
    ways = tuple(
        Way(kind, hides, taps) for kind in sorted(kinds) for hides in masks for taps in range(1, MOST_TAPS + 1)
    )
    return Sheet(plan, tuple(parts), light, mask, table, ways, shares)


def _alike(one: Plan, other: Plan) -> bool:
    """Whether two plans come to the same; masks and tables are the same where nobody has read them again."""
    if one.masks is not other.masks or one.cube is not other.cube:
        return False
    return replace(one, masks=None, cube=None) == replace(other, masks=None, cube=None)


def _parts(
    plan: Plan,
    number: int,
    surface: Laid,
    light: NDArray[np.float32] | None,
    mask: NDArray[np.uint8] | None,
    canvas: tuple[int, int],
) -> Iterator[Part]:
    """The cells of a surface, by the ways in which they are drawn."""
    finest = CELLS if light is not None or mask is not None or _steep(surface.warp) else 1
    places, lands, q = meshed(surface.warp, plan.size, finest)
    left, bottom, width, height = surface.region
    uv = places * (width, height) + (left, bottom)
    shared = np.zeros(np.subtract(q.shape, 1), int) if light is None else _shared(light, uv)
    masked, dark = _masked(mask, lands)
    taps = _taps(uv, lands, canvas, plan.size)
    rows = np.concatenate([lands, uv * q[..., None], q[..., None]], axis=2)
    ways = np.stack([shared, masked, taps], axis=2)[~dark] @ WAYS
    cells = np.stack([rows[:-1, :-1], rows[:-1, 1:], rows[1:, 1:], rows[1:, :-1]], axis=2)[~dark]
    for way in np.unique(ways):
        vertices = cells[ways == way][:, [0, 1, 2, 0, 2, 3]].reshape(-1, 5)
        share, has_mask, looks = (int(one) for one in way // WAYS % 10)
        yield Part(number, Way(share, bool(has_mask), looks), np.ascontiguousarray(vertices, np.float32))


def _shared(light: NDArray[np.float32], uv: Floats) -> NDArray[np.intp]:
    """Of each cell: 0 where all light is its own, 1 where it has a share, 2 where black is lifted too."""
    rows, columns = light.shape[:2]
    if light.ndim == 3:
        return np.full(np.subtract(uv.shape[:2], 1), 2)
    low, high = _boxes(uv)
    first = np.clip(np.floor(low * (columns, rows) - 0.5).astype(int), 0, (columns - 1, rows - 1))
    last = np.clip(np.ceil(high * (columns, rows) - 0.5).astype(int), 0, (columns - 1, rows - 1))
    return _counted(light != 1.0, first, last).clip(0, 1)


def _masked(mask: NDArray[np.uint8] | None, lands: Floats) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Of each cell: whether the mask has to be looked at, and whether all of it is dark."""
    shape = tuple(np.subtract(lands.shape[:2], 1))
    masked, dark = np.zeros(shape, np.intp), np.zeros(shape, bool)
    if mask is None:
        return masked, dark
    rows, columns = mask.shape
    low, high = _boxes(lands)
    first = np.clip(np.floor(low * (columns, rows) - 1).astype(int), 0, (columns - 1, rows - 1))
    last = np.clip(np.ceil(high * (columns, rows)).astype(int), 0, (columns - 1, rows - 1))
    masked = _counted(mask < 255, first, last).clip(0, 1)
    return masked, _counted(mask > 0, first, last) == 0


def _counted(true: NDArray[np.bool_], first: NDArray[np.intp], last: NDArray[np.intp]) -> NDArray[np.intp]:
    """How many are true in each box from `first` to `last`, both (..., 2) of column and row, and both in the box."""
    sums = np.zeros((true.shape[0] + 1, true.shape[1] + 1), np.int32)
    sums[1:, 1:] = true.cumsum(axis=0, dtype=np.int32).cumsum(axis=1)
    (left, low), (right, high) = np.moveaxis(first, -1, 0), np.moveaxis(last + 1, -1, 0)
    return np.asarray(sums[high, right] - sums[low, right] - sums[high, left] + sums[low, left], np.intp)


def _steep(warp: Warp) -> bool:
    """Whether a corner pin is so slanted that its far end needs more looks than its near one."""
    beyond = 1.0 + np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) @ warp.matrix[2, :2]
    return warp.exact and beyond.min() < STEEP * beyond.max()


def _boxes(grid: Floats) -> tuple[Floats, Floats]:
    corners = np.stack([grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]])
    return corners.min(axis=0), corners.max(axis=0)


def _taps(uv: Floats, lands: Floats, canvas: tuple[int, int], size: tuple[int, int]) -> NDArray[np.intp]:
    """Of each cell: how many looks a side keep every line of the canvas."""
    source, drawn = uv * canvas, lands * size

    def coarse(axis: int) -> Floats:
        long = np.hypot(*np.moveaxis(np.diff(source, axis=axis), 2, 0))
        there = np.hypot(*np.moveaxis(np.diff(drawn, axis=axis), 2, 0))
        ratio = np.asarray(long / np.maximum(there, 1e-9))
        return np.asarray(np.maximum(ratio[:-1], ratio[1:]) if axis == 1 else np.maximum(ratio[:, :-1], ratio[:, 1:]))

    worst = np.maximum(coarse(0), coarse(1))
    return np.where(worst <= COARSE, 1, np.clip(np.ceil(worst), 2, MOST_TAPS)).astype(np.intp)


def table_of(cube: Cube) -> NDArray[np.float32]:
    """A colour table as a flat picture: (n, n * n, 4)."""
    n = 33
    steps = np.linspace(0.0, 1.0, n)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    colours = cube.through(np.stack([red, green, blue], axis=3).reshape(-1, 3)).reshape(n, n, n, 3)
    flat = np.ones((n, n, n, 4), np.float32)
    flat[..., :3] = colours
    return np.ascontiguousarray(flat.transpose(1, 0, 2, 3).reshape(n, n * n, 4))
