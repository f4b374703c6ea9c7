"""Where rows go on the canvas: a dental arch, small ones by group, a grid, a ring, or two columns. `projections` has maps.

Pure numpy: columns in, positions out, in canvas coordinates (x right, y up, 0..1 each). Lengths are in canvas
heights, so that a tooth is as wide on a long mural as on a square one. Never draws. Called by layers that
place marks or flows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from installation.errors import DataError, did_you_mean

Area: TypeAlias = tuple[float, float, float, float]
"""x, y, width, height on the canvas, 0..1, y up."""

# Teeth 1 (central incisor) to 8 (third molar), in millimetres, after S. J. Nelson and M. M. Ash, "Wheeler's
# Dental Anatomy, Physiology and Occlusion" (the tables of each tooth's dimensions): the crown's mesiodistal
# diameter, and its length from neck to edge.
_UPPER_WIDTH_MM = (8.5, 6.5, 7.5, 7.0, 7.0, 10.0, 9.0, 8.5)
_LOWER_WIDTH_MM = (5.0, 5.5, 7.0, 7.0, 7.0, 11.0, 10.5, 10.0)
_UPPER_CROWN_MM = (10.5, 9.0, 10.0, 8.5, 8.5, 7.5, 7.0, 6.5)
_LOWER_CROWN_MM = (9.0, 9.5, 11.0, 8.5, 8.0, 7.5, 7.0, 7.0)
_NECK_MM = 3.5
"""Of the root, drawn with every crown: what a receding gum lays bare."""
_KIND = (0, 0, 1, 2, 2, 3, 3, 3)

_LOWER_NARROWER = 0.94
"""The lower arch bites inside the upper one: its curve is this much as wide."""
_CLOSENESS = 0.965
"""How much of its share of the arch a crown fills: neighbours all but touch."""

TEETH: tuple[int, ...] = (
    *range(18, 10, -1), *range(21, 29),
    *range(48, 40, -1), *range(31, 39),
)  # fmt: skip
"""The 32 FDI numbers in the dentist's order: upper jaw, then lower, each from the viewer's left to right."""


@dataclass(frozen=True, slots=True, eq=False)
class ArchPlaces:
    """Where teeth stand, one item for each tooth number that was asked for, all (n,).

    x, y: the tooth's centre on the canvas, 0..1. angle: radians, counter-clockwise, by which a tooth whose
    crown points straight down is turned: about 0 in the middle of the upper jaw, about pi in the middle of
    the lower one; crowns point into the mouth, along (sin angle, -cos angle), and roots away from it. width,
    height: of crown and neck, in canvas heights. kind: 0 incisor, 1 canine, 2 premolar, 3 molar. upper: True
    in the upper jaw.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    angle: NDArray[np.float32]
    width: NDArray[np.float32]
    height: NDArray[np.float32]
    kind: NDArray[np.int32]
    upper: NDArray[np.bool_]


def arch(
    tooth_numbers: ArrayLike,
    centre: tuple[float, float] = (0.5, 0.5),
    width: float = 0.62,
    height: float = 0.8,
    gap: float = 0.06,
    aspect: float = 16 / 9,
) -> ArchPlaces:
    """Teeth by FDI number, as an open mouth faces the viewer: 18..11, 21..28 above, 48..41, 31..38 below.

    `width` and `height` (canvas heights) hold all crowns of both jaws, `gap` lies between the jaws. Each jaw
    is the beta function of Braun, Hnat, Fender and Legan ("The form of the human dental arch", Angle
    Orthodontist 68(1), 1998), run through the crowns' edges; teeth share its length by their real widths, so
    that edges meet and necks fan out. Raises DataError for numbers that are no permanent tooth.
    """
    numbers = _tooth_numbers(tooth_numbers)
    depth = (height - gap) / 2
    if depth <= 0 or width <= 0:
        raise ValueError("an arch needs a width, and a height greater than its gap")
    upper = _jaw(width, depth, _UPPER_WIDTH_MM, _UPPER_CROWN_MM)
    lower = _jaw(width * _LOWER_NARROWER, depth, _LOWER_WIDTH_MM, _LOWER_CROWN_MM)
    lower[:, 1] *= -1
    lower[:, 2] = np.pi - lower[:, 2]
    teeth = np.concatenate([upper, lower])
    teeth[:16, 1] += gap / 2
    teeth[16:, 1] -= gap / 2
    rows = np.array([TEETH.index(number) for number in numbers.tolist()], dtype=np.intp)
    kinds = np.array([_KIND[number % 10 - 1] for number in TEETH], dtype=np.int32)
    picked = teeth[rows].astype(np.float32)
    return ArchPlaces(
        x=centre[0] + picked[:, 0] / np.float32(aspect),
        y=centre[1] + picked[:, 1],
        angle=picked[:, 2],
        width=picked[:, 3],
        height=picked[:, 4],
        kind=kinds[rows],
        upper=rows < 16,
    )


def _tooth_numbers(given: ArrayLike) -> NDArray[np.int64]:
    values = np.asarray(given).reshape(-1)
    numbers = []
    for value in values.tolist():
        try:
            number = int(float(value)) if float(value) == int(float(value)) else 0
        except (TypeError, ValueError, OverflowError):
            number = 0
        if number not in TEETH:
            raise DataError(
                f'"{value}" is no permanent tooth',
                hint=did_you_mean(str(value), map(str, sorted(TEETH)), label="FDI"),
            )
        numbers.append(number)
    return np.array(numbers, dtype=np.int64)


def _jaw(width: float, depth: float, widths_mm: tuple[float, ...], crowns_mm: tuple[float, ...]) -> NDArray[np.float64]:
    """The 16 teeth of an upper jaw, from the viewer's left: x, y, angle, width, height (16, 5), in canvas
    heights, the jaw's open end on y = 0.

    The teeth's size follows from the curve and the curve's size from the teeth that it has to leave room for,
    hence the rounds: each corrects the curve by what still sticks out.
    """
    across = np.array([*reversed(widths_mm), *widths_mm])
    along = np.array([*reversed(crowns_mm), *crowns_mm]) + _NECK_MM
    curve_width, curve_depth = 0.7 * width, 0.7 * depth
    for _ in range(24):
        teeth = _along_curve(_beta_curve(curve_width, curve_depth), across, along)
        wide, high = _extent(teeth)
        curve_width = max(curve_width + 0.8 * (width - wide), 0.2 * width)
        curve_depth = max(curve_depth + 0.8 * (depth - high), 0.2 * depth)
    return teeth


def _along_curve(
    curve: NDArray[np.float64], across: NDArray[np.float64], along: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Teeth side by side with their edges on the curve, sharing its length by their widths; as `_jaw` gives
    them."""
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    share = float(lengths[-1]) / float(across.sum())
    middle = (np.cumsum(across) - across / 2) * share
    half = across * share / 2

    def point(length: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.stack([np.interp(length, lengths, curve[:, i]) for i in range(2)], axis=1)

    # The direction is taken over the tooth's own width: that is how a row of straight edges follows a curve.
    tangent = point(middle + half) - point(middle - half)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    inward = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)
    tall = along * share
    centres = point(middle) - inward * (tall / 2)[:, None]
    angle = np.arctan2(inward[:, 0], -inward[:, 1])
    return np.column_stack([centres, angle, 2 * half * _CLOSENESS, tall])


def _extent(teeth: NDArray[np.float64]) -> tuple[float, float]:
    """How wide (both sides of x = 0) and how high (above y = 0) the teeth's corners reach."""
    x, y, angle, wide, tall = teeth.T
    cos, sin = np.cos(angle), np.sin(angle)
    corners = [(sx * wide / 2, sy * tall / 2) for sx in (-1, 1) for sy in (-1, 1)]
    reach_x = max(float(np.max(np.abs(x + u * cos - v * sin))) for u, v in corners)
    reach_y = max(float(np.max(y + u * sin + v * cos)) for u, v in corners)
    return 2 * reach_x, reach_y


def _beta_curve(width: float, depth: float, points: int = 1025) -> NDArray[np.float64]:
    """Braun's arch, (points, 2): y = 3.0314 depth ((x/width + 1/2)(1/2 - x/width))^0.8, open end on y = 0.

    Sampled by the cosine of an angle, since the ends are steep.
    """
    across = -np.cos(np.linspace(0.0, np.pi, points)) / 2
    rise = 3.0314 * depth * ((across + 0.5) * (0.5 - across)) ** 0.8
    return np.stack([across * width, rise], axis=1)


def grid(n: int, columns: int, area: Area = (0.0, 0.0, 1.0, 1.0)) -> NDArray[np.float32]:
    """Centres of n cells, (n, 2), left to right and top to bottom, filling the area."""
    if columns < 1:
        raise ValueError("a grid needs at least one column")
    rows = max(-(-n // columns), 1)
    index = np.arange(n)
    x = (index % columns + 0.5) / columns
    y = 1.0 - (index // columns + 0.5) / rows
    return _into(x, y, area)


def ring(
    n: int, radius: float = 0.4, start: float = 0.25, centre: tuple[float, float] = (0.5, 0.5), aspect: float = 16 / 9
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """n places evenly round a circle, clockwise: centres (n, 2), and angles (n,) by which what points down at rest points
    outwards.

    `radius` in canvas heights; `start` in turns, counter-clockwise from the right: 0.25 is the top.
    """
    turn = 2 * np.pi * (start - np.arange(n) / max(n, 1))
    x, y = centre[0] + radius * np.cos(turn) / aspect, centre[1] + radius * np.sin(turn)
    return np.stack([x, y], -1).astype(np.float32), (turn + np.pi / 2).astype(np.float32)


def jaws(
    group: ArrayLike,
    groups: int,
    tooth_numbers: ArrayLike,
    columns: int | None = None,
    area: Area = (0.0, 0.0, 1.0, 1.0),
    aspect: float = 16 / 9,
) -> ArchPlaces:
    """A small mouth for each group, in a grid as a page is read. `group` (n,) is the number of each tooth's group.

    `columns`: mouths in a row; default: as many as make them largest. Raises DataError for numbers that are no permanent
    tooth.
    """
    wide, high = area[2:]
    most = max(groups, 1)
    columns = columns or max(range(1, most + 1), key=lambda many: _mouth(many, most, wide * aspect, high))
    rows = -(-most // columns)
    size = _mouth(columns, most, wide * aspect, high)
    at = grid(columns * rows, columns, area)[np.asarray(group, np.intp)]
    teeth = arch(tooth_numbers, (0.0, 0.0), size * _MOUTH[0], size * _MOUTH[1], size * 0.06, aspect)
    return replace(teeth, x=at[:, 0] + teeth.x, y=at[:, 1] + teeth.y)


_MOUTH = (0.84, 0.94)
"""Width and height of a small mouth, of what it is given: the rest is air between neighbours."""


def _mouth(columns: int, mouths: int, wide: float, high: float) -> float:
    """How large each of some mouths can be in a grid of so many columns, in canvas heights."""
    return min(wide / columns, high / -(-mouths // columns))


def columns(x: ArrayLike, y: ArrayLike, area: Area = (0.0, 0.0, 1.0, 1.0)) -> NDArray[np.float32]:
    """Positions straight from two columns, (n, 2): 0..1 over the area, y up; NaN stays NaN."""
    return _into(x, y, area)


def _into(x: ArrayLike, y: ArrayLike, area: Area) -> NDArray[np.float32]:
    left, bottom, wide, high = area
    return np.stack([left + wide * np.asarray(x, np.float64), bottom + high * np.asarray(y, np.float64)], -1).astype(
        np.float32
    )
