"""From a place in a camera's picture to a place on the canvas, for a wall that is flat: a homography and how good it is.

Places are 0..1 with the origin at the bottom left, in the canvas and in the camera's whole picture as it was captured, before
any mirroring; a camera or a projection that mirrors is a homography like any other. Pure numpy: the engine needs it without
OpenCV. Lenses that bend straight lines are not corrected; the residual shows how much that matters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from installation.errors import DeviceError

Pair: TypeAlias = tuple[float, float, float, float]
"""x and y in the camera's picture, x and y on the canvas."""
Kind: TypeAlias = Literal["corners", "markers"]

CORNERS = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
"""The canvas's corners: bottom left, bottom right, top right, top left."""

WHOLE = (0.0, 0.0, 1.0, 1.0)
MOST_PAIRS = 256
OUTLIER = 0.012
"""Of the canvas's width: a pair that is farther off than this doesn't belong to the wall's plane."""
ROUNDS = 200
MISSED = 1e-6
"""How likely it may be that no round drew four points that belong to the wall: the engine fits within a frame."""
SMALLEST_SHARE = 0.002
"""Of the canvas: points that enclose less than this say nothing about the rest of it."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """A camera's mapping. `matrix` is (3, 3): (x, y, w) = matrix @ (camera x, camera y, 1), then divide by w.

    residual: the typical (root mean square) error of the pairs that it was made of, in widths of the canvas.
    coverage: share of the canvas that these pairs enclose, 0..1.
    used: how many pairs, of `pairs`, it was made of.
    """

    matrix: NDArray[np.float64]
    kind: Kind
    pairs: tuple[Pair, ...]
    residual: float
    coverage: float
    used: int

    @property
    def mirrored(self) -> bool:
        """Whether left and right change places between the picture and the canvas."""
        return float(np.linalg.det(self.matrix)) < 0

    def to_canvas(self, points: Any) -> NDArray[np.float64]:
        """(n, 2) places in the camera's picture as (n, 2) places on the canvas."""
        return project(self.matrix, points)

    def to_camera(self, points: Any) -> NDArray[np.float64]:
        """(n, 2) places on the canvas as (n, 2) places in the camera's picture."""
        return project(np.asarray(np.linalg.inv(self.matrix), np.float64), points)

    def of(self, part: Sequence[float]) -> Mapping:
        """The same onto a part of the canvas (left, bottom, width, height), whose own places are 0..1 again."""
        left, bottom, width, height = part
        into = np.array([[1 / width, 0, -left / width], [0, 1 / height, -bottom / height], [0, 0, 1]])
        return replace(self, matrix=np.asarray(into @ self.matrix, np.float64))

    def words(self, width: int) -> str:
        """How good it is, for people; `width` is the canvas's in pixels."""
        turned = ", mirrored" if self.mirrored else ""
        if self.kind == "corners":
            return f"by hand, {self.used} points{turned}"
        share = f"{round(100 * self.coverage)} % of the canvas"
        return f"{self.used} of {len(self.pairs)} points, {self.residual * width:.1f} px, over {share}{turned}"


def project(matrix: NDArray[np.float64], points: Any) -> NDArray[np.float64]:
    """(n, 2) points through a homography."""
    given = np.asarray(points, np.float64).reshape(-1, 2)
    x, y, w = matrix @ np.column_stack([given, np.ones(len(given))]).T
    return np.column_stack([x / w, y / w])


def fit(pairs: Sequence[Sequence[float]], kind: Kind, aspect: float = 16 / 9) -> Mapping:
    """The mapping that pairs of places ask for: all of them where it was done by hand, without outliers where by markers.

    `aspect` is the canvas's width over its height, so that errors are of one unit. Random sample consensus (Fischler and
    Bolles, 1981) with a fixed seed, then least squares by the normalised direct linear transform (Hartley and Zisserman,
    Multiple View Geometry, 2nd ed., algorithm 4.2). Raises DeviceError for what is no mapping, and says why.
    """
    given = _checked(pairs)
    camera, canvas = given[:, :2], given[:, 2:]
    keep = np.ones(len(given), np.bool_)
    if kind == "markers" and len(given) > 4:
        keep = _consensus(camera, canvas, aspect)
    matrix = _least_squares(camera[keep], canvas[keep])
    if kind == "markers":  # once more, with all that the better matrix agrees with
        keep = _errors(matrix, camera, canvas, aspect) < OUTLIER
        if np.count_nonzero(keep) < 4:
            raise DeviceError(
                "the points don't lie on one flat wall", hint="is the wall curved, or was the camera moved?"
            )
        matrix = _least_squares(camera[keep], canvas[keep])
    _plausible(matrix, camera[keep])
    errors = _errors(matrix, camera[keep], canvas[keep], aspect)
    residual = float(np.sqrt(np.mean(errors**2)))
    covered = min(_area(canvas[keep]), 1.0)
    told = tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in given)
    return Mapping(matrix, kind, told, residual, covered, int(np.count_nonzero(keep)))


def _checked(pairs: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    if not 4 <= len(pairs) <= MOST_PAIRS or any(len(pair) != 4 for pair in pairs):
        raise DeviceError(
            f"a mapping needs 4 to {MOST_PAIRS} pairs of points, not {len(pairs)}",
            hint="each is x and y in the camera's picture, then x and y on the canvas, 0 to 1, y up",
        )
    given = np.asarray(pairs, np.float64)
    if not np.isfinite(given).all() or np.abs(given).max() > 10.0:
        raise DeviceError("a point of the mapping is nowhere near the picture", hint="points are 0 to 1, y up")
    for part, name in ((given[:, :2], "in the camera's picture"), (given[:, 2:], "on the canvas")):
        if _area(part) < SMALLEST_SHARE:
            raise DeviceError(f"the points lie on one line, or in one place, {name}", hint="spread them to the corners")
    return given


def hull(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The corners of the convex hull of (n, 2) places. A. Andrew's monotone chain (1979)."""
    rows = sorted({(float(x), float(y)) for x, y in points})

    def half(order: list[tuple[float, float]]) -> list[tuple[float, float]]:
        chain: list[tuple[float, float]] = []
        for x, y in order:
            while len(chain) > 1:
                (ax, ay), (bx, by) = chain[-2], chain[-1]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                chain.pop()
            chain.append((x, y))
        return chain[:-1]

    return np.array(half(rows) + half(rows[::-1])).reshape(-1, 2)


def _area(points: NDArray[np.float64]) -> float:
    """The area of the points' convex hull."""
    x, y = hull(points).T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def _normalised(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The points about the origin at a mean distance of the square root of 2, and the matrix that did it."""
    middle = points.mean(axis=0)
    scale = math.sqrt(2) / max(float(np.linalg.norm(points - middle, axis=1).mean()), 1e-9)
    matrix = np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1]])
    return project(matrix, points), matrix


def solved(at: NDArray[np.float64], to: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """The homography of (n, 2) pairs with (n,) weights, of no certain scale, by the direct linear transform (as `fit` cites it).
    They must be centred, and of the order of one."""
    rows = np.column_stack([at, np.ones(len(at))]) * np.sqrt(weight)[:, None]
    none = np.zeros((len(at), 3))
    system = np.vstack([np.hstack([rows, none, -to[:, :1] * rows]), np.hstack([none, rows, -to[:, 1:] * rows])])
    # Eight rows have no ninth direction of their own; more would only make a large matrix that nobody needs.
    return np.asarray(np.linalg.svd(system, full_matrices=len(system) < 9)[2][-1].reshape(3, 3))


def _least_squares(camera: NDArray[np.float64], canvas: NDArray[np.float64]) -> NDArray[np.float64]:
    (a, before), (b, after) = _normalised(camera), _normalised(canvas)
    matrix = np.linalg.inv(after) @ solved(a, b, np.ones(len(a))) @ before
    if abs(matrix[2, 2]) < 1e-9 or not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 1e-12:
        raise DeviceError("these points make no mapping", hint="no three of the corners may lie on one line")
    return np.asarray(matrix / matrix[2, 2], np.float64)


def _errors(
    matrix: NDArray[np.float64], camera: NDArray[np.float64], canvas: NDArray[np.float64], aspect: float
) -> NDArray[np.float64]:
    """How far each pair is off, in widths of the canvas."""
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = (project(matrix, camera) - canvas) * (1.0, 1.0 / aspect)
        return np.asarray(np.nan_to_num(np.linalg.norm(apart, axis=1), nan=np.inf), np.float64)


def _consensus(camera: NDArray[np.float64], canvas: NDArray[np.float64], aspect: float) -> NDArray[np.bool_]:
    rng = np.random.default_rng(len(camera))
    best = np.zeros(len(camera), np.bool_)
    for done in range(ROUNDS):
        good = min(float(best.mean()) ** 4, 1.0 - 1e-9)
        if good > 0.0 and done * math.log1p(-good) < math.log(MISSED):
            break
        some = rng.choice(len(camera), 4, replace=False)
        if _area(canvas[some]) < SMALLEST_SHARE:
            continue
        try:
            keep = _errors(_least_squares(camera[some], canvas[some]), camera, canvas, aspect) < OUTLIER
        except (DeviceError, np.linalg.LinAlgError):
            continue
        if np.count_nonzero(keep) > np.count_nonzero(best):
            best = keep
            if best.all():
                break
    if np.count_nonzero(best) < max(4, len(camera) // 3):
        raise DeviceError(
            "the points found don't agree on one flat wall",
            hint="is the wall curved, or was the camera moved meanwhile?",
        )
    return best


def _plausible(matrix: NDArray[np.float64], camera: NDArray[np.float64]) -> None:
    """Refuses what turns a part of the canvas inside out."""
    depths = np.column_stack([camera, np.ones(len(camera))]) @ matrix[2]
    corners = np.column_stack([np.array(CORNERS), np.ones(4)]) @ np.linalg.inv(matrix)[2]
    if depths.min() * depths.max() <= 0 or corners.min() * corners.max() <= 0:
        raise DeviceError(
            "these points would fold the canvas over itself",
            hint="their order is: bottom left, bottom right, top right, top left",
        )
