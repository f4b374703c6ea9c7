"""What each pixel of a projector must be dimmed or lifted by, so that several make one picture: edges that overlap, black that
adds up, masks. Pure numpy, in linear light; `surfaces` makes one texture of it, once.

Two projectors that throw the same part of the canvas add their light, so each gives its share there, and all shares together are
one. A share goes from 0 at a projector's own edge to 1 where it is alone. Black is light too, a thousandth or so of white, and it
adds up the same way where nobody can dim it: all that is not in the overlap is lifted to what the overlap's black is.
Called by `outputs.surfaces` and site checks; nothing here knows a device.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from installation.errors import OutputError

Floats: TypeAlias = NDArray[np.float64]
Region: TypeAlias = Sequence[float]
"""x, y, width, height of the canvas, 0..1, y up."""

ALIKE = 1e-9
DARKEST = 0.2
"""The largest black level that is believed: a projector whose black is a fifth of its white is no projector."""


def shares(places: ArrayLike, own: int, regions: Sequence[Region]) -> Floats:
    """How much of the light at (n, 2) places of the canvas the surface `own` gives, 0..1; 0 beside its region.

    `regions` are those of all surfaces whose light falls on the same wall, its own too. Each share falls off as an S over the
    whole of an overlap, from its inner to its outer edge; everywhere all shares add up to 1.
    """
    at = np.asarray(places, np.float64).reshape(-1, 2)
    weights = [_weight(at, number, regions) for number in range(len(regions))]
    whole = np.sum(weights, axis=0)
    return np.asarray(np.divide(weights[own], whole, out=np.zeros(len(at)), where=whole > 0))


def _weight(at: Floats, own: int, regions: Sequence[Region]) -> Floats:
    """1 where the surface is alone, falling to 0 at those of its edges beyond which another one goes on."""
    x, y, width, height = regions[own]
    weight = _within(at, regions[own]).astype(np.float64)
    for axis, low, size in ((0, x, width), (1, y, height)):
        before, after = _overlaps(own, regions, axis)
        for room, inwards in ((before, at[:, axis] - low), (after, low + size - at[:, axis])):
            if room > 0:
                weight = weight * _s(inwards / room)
    return weight


def _overlaps(own: int, regions: Sequence[Region], axis: int) -> tuple[float, float]:
    """How deep others reach in at the low and at the high edge of a surface, where they go on beyond it; 0 where none does."""
    low, size = regions[own][axis], regions[own][axis + 2]
    other = 1 - axis
    across_low, across = regions[own][other], regions[own][other + 2]
    before = after = 0.0
    for number, region in enumerate(regions):
        start, length = region[axis], region[axis + 2]
        shared = min(across_low + across, region[other] + region[other + 2]) - max(across_low, region[other])
        if number == own or shared <= ALIKE:
            continue
        if start < low - ALIKE and start + length > low + ALIKE:
            before = max(before, min(start + length, low + size) - low)
        if start + length > low + size + ALIKE and start < low + size - ALIKE:
            after = max(after, low + size - max(start, low))
    return before, after


def _s(t: Floats) -> Floats:
    """From 0 to 1 with level ends; its two halves mirror each other, so that s(t) + s(1 - t) is 1."""
    clipped = np.clip(t, 0.0, 1.0)
    return np.asarray(clipped * clipped * (3.0 - 2.0 * clipped))


def blended(places: ArrayLike, own: int, regions: Sequence[Region], black: Sequence[float]) -> tuple[Floats, Floats]:
    """What a surface does with the light of the canvas at (n, 2) places, so that all of them together show it evenly:
    (scale, added), each (n,), and it is asked for `added + scale * light`, linear, 0..1.

    `black`: of each surface, the light that it gives when it is asked for none, in parts of its white. The darkest that the whole
    wall can be is the sum of those that overlap most; where fewer fall, they share what is missing. Where it shows nothing both
    are 0. Raises OutputError for a black level that no projector has.
    """
    for level in black:
        if not 0.0 <= level <= DARKEST:
            raise OutputError(
                f"a black level of {level:g}",
                hint=f"0 to {DARKEST:g} parts of white: 0.001 where the contrast is 1000 to 1",
            )
    at = np.asarray(places, np.float64).reshape(-1, 2)
    falls = np.array([_within(at, region) for region in regions], np.float64)
    darkest = darkest_even(regions, black)
    missing = np.maximum(darkest - np.tensordot(np.asarray(black, np.float64), falls, axes=1), 0.0)
    count = np.maximum(falls.sum(axis=0), 1.0)
    reach = falls[own] / (1.0 - black[own])
    return shares(at, own, regions) * (1.0 - darkest) * reach, missing / count * reach


def darkest_even(regions: Sequence[Region], black: Sequence[float]) -> float:
    """The black that every place of the wall can have: that of where most light overlaps."""
    edges = [sorted({one for r in regions for one in (r[axis], r[axis] + r[axis + 2])}) for axis in (0, 1)]
    middles = [np.convolve(one, (0.5, 0.5), "valid") for one in edges]
    at = np.stack([axis.ravel() for axis in np.meshgrid(*middles)], axis=1)
    falls = np.array([_within(at, region) for region in regions], np.float64)
    return float(np.tensordot(np.asarray(black, np.float64), falls, axes=1).max(initial=0.0))


def _within(at: Floats, region: Region) -> NDArray[np.bool_]:
    x, y, width, height = region
    return (
        (at[:, 0] > x - ALIKE)
        & (at[:, 0] < x + width + ALIKE)
        & (at[:, 1] > y - ALIKE)
        & (at[:, 1] < y + height + ALIKE)
    )


def polygon(points: ArrayLike, feather: float, size: tuple[int, int], aspect: float = 1.0) -> Floats:
    """A mask (height, width), row 0 at the bottom: 1 inside a polygon, 0 outside, soft over `feather` on both sides of its edge.

    `points`: (n, 2), 0..1 of the output, y up. `feather` is in heights of the output, `aspect` its width over its height.
    Raises OutputError for fewer than three points.
    """
    corners = np.asarray(points, np.float64).reshape(-1, 2)
    if len(corners) < 3 or not np.isfinite(corners).all():
        raise OutputError(f"a mask of {len(corners)} points", hint="a polygon has at least three, each [x, y]")
    width, height = size
    x, y = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    inside = np.zeros((height, width), bool)
    nearest = np.full((height, width), np.inf)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        crosses = (ay > y) != (by > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            inside ^= crosses & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
        dx, dy = (bx - ax) * aspect, by - ay
        px, py = (x - ax) * aspect, y - ay
        along = np.clip((px * dx + py * dy) / max(dx * dx + dy * dy, 1e-18), 0.0, 1.0)
        nearest = np.minimum(nearest, np.hypot(px - along * dx, py - along * dy))
    signed = np.where(inside, nearest, -nearest)
    if feather <= 0:  # one pixel soft, so that a slanted edge has no steps
        feather = 0.5 / height
    return _s(0.5 + signed / (2.0 * feather))
