"""What the light of several projectors must be dimmed and lifted by, so that they make one picture: edges that overlap, black
that adds up, masks. Pure arithmetic, in linear light, worked out when a site is loaded or aligned.

Two projectors that throw the same part of the canvas add their light, so each gives its share there, and all shares together are
one. A share goes from 0 at a projector's own edge to 1 where it is alone. Black is light too, a thousandth or so of white, and it
adds up the same way where nobody can dim it: all that is not in the overlap is lifted to what the overlap's black is.
Where each one's light falls is a grid of the canvas, true or false (`covered`), so corners and warps may be as they like.
Called by `outputs.surfaces` and calibration; nothing here knows a device.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from installation.errors import OutputError
from installation.outputs.warp import Warp

Floats: TypeAlias = NDArray[np.float64]
Cover: TypeAlias = NDArray[np.bool_]
"""(h, w), row 0 at the bottom of the canvas: whether an output's light falls there."""

DARKEST = 0.2
"""The largest black level that is believed: a projector whose black is a fifth of its white is no projector."""


FAINT = 1 / 255
"""What of a mask still lets light through."""


def covered(region: Sequence[float], warp: Warp, size: tuple[int, int], mask: Floats | None = None) -> Cover:
    """Where on the canvas the light of a surface falls: within its region, and on its output. `size` is the grid's, (w, h).
    With its output's `mask` (h, w), 0..1: where it shows anything. Regions that touch have no place in common."""
    left, bottom, width, height = region
    columns, rows = size
    x, y = np.meshgrid((np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / rows)
    u, v = (x - left) / width, (y - bottom) / height
    inside = (u >= 0) & (u < 1) & (v >= 0) & (v < 1)
    lands = warp.at(np.stack([u[inside], v[inside]], axis=1))
    shows = ((lands >= 0) & (lands <= 1)).all(axis=1)
    if mask is not None:
        high, wide = mask.shape
        at = np.clip((lands * (wide, high)).astype(int), 0, (wide - 1, high - 1))
        shows &= mask[at[:, 1], at[:, 0]] > FAINT
    inside[inside] = shows
    return np.asarray(inside)


def shares(covers: Sequence[Cover]) -> Floats:
    """How much of the light each surface gives, (n, h, w), 0..1; together 1 wherever light falls, 0 elsewhere.

    The farther a place lies from where others throw and a surface does not, the more of it is that surface's, as an S: so each is
    0 on its own edge, and 1 where another one's ends. After R. Raskar et al., "Multi-Projector Displays Using Camera-Based
    Registration" (1999), with the outer edge of the whole picture left bright.
    """
    falls = np.asarray(covers, bool)
    anywhere = falls.any(axis=0)
    inwards = np.array([_distance(anywhere & ~own) for own in falls])
    inwards = np.where(falls, np.minimum(inwards, 1e6), 0.0)
    even = _parts(inwards)
    return _parts(even * even * (3.0 - 2.0 * even))


def _parts(weights: Floats) -> Floats:
    whole = weights.sum(axis=0)
    return np.asarray(np.divide(weights, whole, out=np.zeros_like(weights), where=whole > 0))


def blended(
    covers: Sequence[Cover], black: Sequence[float], lit: Sequence[Cover] | None = None
) -> tuple[Floats, Floats]:
    """What each surface does with the light of the canvas, so that all of them together show it evenly: (scale, added), each
    (n, h, w); it is asked for `added + scale * light`, linear, 0..1.

    `black`: of each surface, the light that it gives when it is asked for none, in parts of its white. The darkest that the whole
    wall can be is the sum of those that overlap most; where fewer fall, they share what is missing. Raises OutputError for a
    black level that no projector has.
    """
    for level in black:
        if not 0.0 <= level <= DARKEST:
            raise OutputError(
                f"a black level of {level:g}",
                hint=f"0 to {DARKEST:g} parts of white: 0.001 where the contrast is 1000 to 1",
            )
    leaks = np.asarray(black, np.float64)
    falls = np.asarray(covers, np.float64)
    there = np.tensordot(leaks, falls, axes=1)
    darkest = float(there.max(initial=0.0))
    reach = falls / (1.0 - leaks)[:, None, None]
    missing = (darkest - there) / np.maximum(falls.sum(axis=0), 1.0)
    return shares(covers if lit is None else lit) * (1.0 - darkest) * reach, missing * reach


def _distance(there: Cover) -> Floats:
    """Steps from each place to the nearest true one, exact (Euclid); infinite where there is none."""
    import cv2

    if not there.any():
        return np.full(there.shape, np.inf)
    found = cv2.distanceTransform((~there).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE).astype(np.float64)
    # Its square is a whole number; of what OpenCV gives the last bit may depend on where in memory the picture lies.
    return np.asarray(np.sqrt(np.rint(found * found)))


def footprint(warp: Warp, size: tuple[int, int], aspect: float = 1.0) -> Cover:
    """What of an output a surface covers, of a grid of `size` (w, h). `aspect`: the output's width over its height."""
    edge = np.linspace(0.0, 1.0, 17)
    flat, full = np.zeros(17), np.ones(17)
    sides = ((edge, flat), (full, edge), (edge[::-1], full), (flat, edge[::-1]))
    return np.asarray(
        polygon(warp.at(np.concatenate([np.column_stack(side) for side in sides])), 0.0, size, aspect) > 0
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
    soft = np.clip(0.5 + signed / (2.0 * feather), 0.0, 1.0)
    return np.asarray(soft * soft * (3.0 - 2.0 * soft))
