"""Lays a part of the canvas on a part of an output by its four corners. Pure numpy, tested anywhere.

A projector sees a wall at a slant, so a rectangle of the canvas has to become some other four-sided shape on
its picture. `homography` is the projective map that does it. Must never guess: corners that no projector could
produce are refused, with what is wrong about them. Called by `warp`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from installation.errors import OutputError

Point: TypeAlias = tuple[float, float]

CORNERS = ("bottom left", "bottom right", "top right", "top left")
"""The order in which corners are given everywhere."""

FARTHEST = 100.0
"""A corner farther out than this many pictures is a slip of the keyboard, not a projector."""

NARROWEST = 1e-3
"""The smallest sine of a corner's angle, and the shortest side, that still carries a picture."""


ROUNDED = 2e-4
"""How far a region may reach beyond the canvas and be meant: thirds are written as 0.3333 and 0.3334."""

THINNEST = 1e-3
"""Of a region, in parts of the canvas."""


def homography(corners: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """The (3, 3) float64 map from the unit square to four corners, with its bottom right element 1.

    `corners` are (x, y) of bottom left, bottom right, top right and top left; 0..1 of the output, y up, and
    they may lie outside of it or be mirrored (rear projection). `(x, y, w) = H @ (u, v, 1)`, then divide by
    w. Exact at the four corners; affine without rounding when they make a parallelogram. After P. Heckbert,
    "Fundamentals of Texture Mapping and Image Warping" (1989), section 2.2.3. Raises OutputError for corners
    that enclose no convex shape.
    """
    points = _checked(corners)
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points
    sum_x, sum_y = x0 - x1 + x2 - x3, y0 - y1 + y2 - y3
    if sum_x == 0 and sum_y == 0:  # a parallelogram has no vanishing point
        return np.array([[x1 - x0, x3 - x0, x0], [y1 - y0, y3 - y0, y0], [0.0, 0.0, 1.0]])
    right_x, right_y = x1 - x2, y1 - y2
    top_x, top_y = x3 - x2, y3 - y2
    whole = right_x * top_y - top_x * right_y
    g = (sum_x * top_y - top_x * sum_y) / whole
    h = (right_x * sum_y - sum_x * right_y) / whole
    return np.array(
        [
            [x1 - x0 + g * x1, x3 - x0 + h * x3, x0],
            [y1 - y0 + g * y1, y3 - y0 + h * y3, y0],
            [g, h, 1.0],
        ]
    )


def checked_region(region: Sequence[float]) -> tuple[float, float, float, float]:
    """A region as numbers, within the canvas. Raises OutputError for one that isn't a part of it."""
    values = tuple(float(value) for value in region)
    if len(values) != 4 or not all(math.isfinite(value) for value in values):
        raise OutputError(
            f"a region is x, y, width, height of the canvas, not {_shown(region)}",
            hint="the whole canvas is [0, 0, 1, 1]",
        )
    left, bottom, width, height = values
    if width < THINNEST or height < THINNEST:
        raise OutputError(
            f"region {_shown(region)} has no area",
            hint="its third and fourth numbers are width and height, both more than 0",
        )
    if min(left, bottom) < -ROUNDED or max(left + width, bottom + height) > 1 + ROUNDED:
        raise OutputError(
            f"region {_shown(region)} reaches beyond the canvas",
            hint="x + width and y + height are at most 1; the whole canvas is [0, 0, 1, 1]",
        )
    left, bottom = max(left, 0.0), max(bottom, 0.0)
    return left, bottom, min(width, 1.0 - left), min(height, 1.0 - bottom)


def _checked(corners: Sequence[Sequence[float]]) -> list[Point]:
    """The corners as numbers, when a picture fits between them; else OutputError with what to try."""
    if len(corners) != 4 or any(len(corner) != 2 for corner in corners):
        raise OutputError(
            f"a surface has four corners [x, y], not {_shown(corners)}",
            hint="in order: " + ", ".join(CORNERS),
        )
    points = [(float(x), float(y)) for x, y in corners]
    for name, point in zip(CORNERS, points, strict=True):
        if not all(math.isfinite(value) and abs(value) <= FARTHEST for value in point):
            raise OutputError(
                f"the {name} corner {_shown(point)} is nowhere near the output",
                hint="corners are 0..1 of the output's picture, and may lie a little outside",
            )
    turns = [_turn(points, index) for index in range(4)]
    left, right = sum(turn > NARROWEST for turn in turns), sum(turn < -NARROWEST for turn in turns)
    if 4 in (left, right):
        return points
    raise _misshapen(points, turns, left, right)


def _turn(points: list[Point], index: int) -> float:
    """The sine of the turn at a corner, positive to the left; 0 where two corners coincide."""
    (ax, ay), (bx, by), (cx, cy) = points[index - 1], points[index], points[(index + 1) % 4]
    before, after = math.hypot(bx - ax, by - ay), math.hypot(cx - bx, cy - by)
    if min(before, after) < NARROWEST:
        return 0.0
    return ((bx - ax) * (cy - by) - (by - ay) * (cx - bx)) / (before * after)


def _misshapen(points: list[Point], turns: list[float], left: int, right: int) -> OutputError:
    given = "corners " + ", ".join(_shown(point) for point in points)
    for index, name in enumerate(CORNERS):
        other = CORNERS[(index + 1) % 4]
        if math.dist(points[index], points[(index + 1) % 4]) < NARROWEST:
            return OutputError(f"{given}: {name} and {other} are the same place", hint="move them apart")
    if left == 2 and right == 2:
        swap = _swap(points)
        return OutputError(
            f"{given}: the sides cross each other",
            hint=f"are {swap} swapped?  the order is " + ", ".join(CORNERS)
            if swap
            else "the order is " + ", ".join(CORNERS),
        )
    if left + right < 4:
        flat = CORNERS[min(range(4), key=lambda index: abs(turns[index]))]
        return OutputError(f"{given}: {flat} lies on a line with its neighbours", hint="pull it outwards")
    inward = turns.index(max(turns)) if right > left else turns.index(min(turns))
    return OutputError(
        f"{given}: {CORNERS[inward]} points inwards",
        hint="pull it outwards, past the line between its neighbours",
    )


def _swap(points: list[Point]) -> str:
    """Which two corners to exchange so that the shape is convex and upright, in words; "" when none does."""
    for first, second in ((0, 1), (1, 2), (2, 3), (3, 0)):
        tried = list(points)
        tried[first], tried[second] = tried[second], tried[first]
        if all(_turn(tried, index) > NARROWEST for index in range(4)):
            return f"{CORNERS[first]} and {CORNERS[second]}"
    return ""


def _shown(value: object) -> str:
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_shown(item) for item in value[:8]) + "]"
    return f"{value:g}" if isinstance(value, int | float) else repr(value)[:60]
