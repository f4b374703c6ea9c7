"""Maps from a camera's picture to a projector's: through a flat wall and two lenses, or through a wall of any smooth shape.

Both are fitted by least squares, again and again with less weight for what lies off (Tukey's biweight), so that a lamp, a poster
or somebody who walked through does no harm. Numpy alone; called by `wall_fit`.

Places of either picture are counted from its middle in its half widths ("centred"), y up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from installation.inputs.mapping import solved

Floats: TypeAlias = NDArray[np.float64]

ROUNDS = 12
"""Of least squares, each with the weights of the one before."""
LOOSE = 4.7
"""What lies farther off than so many times the usual has no weight at all; 4.685 is Tukey's own."""
LIKELY_LENS = 0.15
"""How much a camera's picture is bent (k1), usually at most; a projector's is a tenth of it."""


def centred(at: Floats, aspect: float) -> Floats:
    """(n, 2) places, 0..1 of a picture of this width over height."""
    return np.asarray((at - 0.5) * (2.0, 2.0 / aspect))


def uncentred(at: Floats, aspect: float) -> Floats:
    """The other way round."""
    return np.asarray(at / (2.0, 2.0 / aspect) + 0.5)


def bent(at: Floats, k1: float) -> Floats:
    """Where a lens with radial distortion puts places (D. Brown, 1966, its first term): r + k1 r^3."""
    return np.asarray(at * (1.0 + k1 * (at**2).sum(axis=1, keepdims=True)))


def straightened(at: Floats, k1: float) -> Floats:
    """The other way round, by Newton's method on the radius."""
    radius = np.linalg.norm(at, axis=1)
    straight = radius.copy()
    for _ in range(8):
        straight -= (straight + k1 * straight**3 - radius) / np.maximum(1.0 + 3.0 * k1 * straight**2, 0.2)
    return np.asarray(at * np.divide(straight, radius, out=np.ones_like(radius), where=radius > 1e-12)[:, None])


def through(matrix: Floats, at: Floats) -> Floats:
    """(n, 2) places through a homography; NaN beyond its horizon."""
    x, y, w = matrix @ np.column_stack([at, np.ones(len(at))]).T
    w = np.where(w > 1e-6, w, np.nan)
    return np.column_stack([x / w, y / w])


def direct(at: Floats, to: Floats, weight: Floats) -> Floats:
    """The homography of centred pairs, with its last element 1."""
    matrix = solved(at, to, weight)
    return np.asarray(matrix / matrix[-1, -1])


def trusted(off: Floats, weight: Floats) -> Floats:
    """How far each of (n,) distances is believed, 0..1, by what is usual among them."""
    usual = 1.48 * float(np.median(off[weight > 0])) if (weight > 0).any() else 0.0
    return np.asarray(np.clip(1.0 - (off / max(LOOSE * usual, 1e-9)) ** 2, 0.0, None) ** 2)


@dataclass(frozen=True)
class Flat:
    """Through a flat wall: what the camera's lens bends is straightened (`k1`), a homography, what the projector's bends
    (`throws`)."""

    matrix: Floats
    k1: float
    throws: float

    def at(self, camera: Floats) -> Floats:
        """(n, 2) centred places of the camera's picture to those of the projector's."""
        return self.straight(straightened(camera, self.k1))

    def straight(self, camera: Floats) -> Floats:
        """The same of places that are straightened already."""
        return bent(through(self.matrix, camera), self.throws)


def flat(pairs: Sequence[tuple[Floats, Floats, Floats]]) -> list[Flat]:
    """One camera and several projectors on one flat wall. `pairs`: of each projector the camera's places, its own, weights.

    Gauss and Newton's method over all homographies, one `k1` and each projector's own; the bends are held to what lenses are, as
    far as the places say nothing of them.
    """
    k1, throws = 0.0, [0.0] * len(pairs)
    matrices = [direct(at, to, weight * _consensus(at, to)) for at, to, weight in pairs]
    for _ in range(ROUNDS):
        normal, right = np.zeros((9 * len(pairs) + 1,) * 2), np.zeros(9 * len(pairs) + 1)
        for number, (at, to, weight) in enumerate(pairs):
            model = Flat(matrices[number], k1, throws[number])
            off = to - model.at(at)
            believed = weight * trusted(np.linalg.norm(off, axis=1), weight)
            slopes = _slopes(model, at)  # (n, 2, 10): of the matrix, the projector's bend, the camera's
            part = [*range(9 * number, 9 * number + 9), 9 * len(pairs)]
            variance = max(float((believed * (off**2).sum(axis=1)).sum() / max(believed.sum(), 1e-12)), 1e-9)
            normal[np.ix_(part, part)] += np.einsum("n,nci,ncj->ij", believed, slopes, slopes) / variance
            right[part] += np.einsum("n,nci,nc->i", believed, slopes, off) / variance
        for place, value, likely in [(9 * n + 8, throws[n], LIKELY_LENS / 10) for n in range(len(pairs))] + [
            (9 * len(pairs), k1, LIKELY_LENS)
        ]:
            normal[place, place] += likely**-2
            right[place] -= value * likely**-2
        step = np.linalg.solve(normal + 1e-9 * np.eye(len(normal)), right)
        k1 = float(np.clip(k1 + step[-1], -0.4, 0.4))
        for number in range(len(pairs)):
            change = step[9 * number : 9 * number + 9]
            matrices[number] = matrices[number] + np.append(change[:8], 0.0).reshape(3, 3)
            throws[number] = float(np.clip(throws[number] + change[8], -0.1, 0.1))
    return [Flat(matrix, k1, bend) for matrix, bend in zip(matrices, throws, strict=True)]


def _consensus(at: Floats, to: Floats) -> Floats:
    """Which of the pairs, 1 or 0, lie near the homography on which most agree (M. Fischler, R. Bolles, 1981)."""
    chance = np.random.default_rng(len(at))
    best, least = np.ones(len(at)), math.inf
    for _ in range(60):
        some = chance.choice(len(at), 12 if len(at) >= 24 else 4, replace=False)
        try:
            off = np.linalg.norm(to - through(direct(at[some], to[some], np.ones(len(some))), at), axis=1)
        except np.linalg.LinAlgError:
            continue
        middle = float(np.nanmedian(np.where(np.isfinite(off), off, 1e6)))
        if middle < least:
            best, least = (off < max(4.0 * middle, 0.002)).astype(np.float64), middle
    return best


def _slopes(model: Flat, at: Floats) -> Floats:
    """How the model's answer changes with its ten numbers, by small steps."""
    found = np.empty((len(at), 2, 10))
    straight = straightened(at, model.k1)
    small = 1e-6
    for number in range(8):
        matrix = model.matrix.copy()
        matrix.flat[number] += small
        higher, lower = Flat(matrix, 0.0, model.throws), Flat(2 * model.matrix - matrix, 0.0, model.throws)
        found[:, :, number] = (higher.straight(straight) - lower.straight(straight)) / (2 * small)
    flat_place = through(model.matrix, straight)
    found[:, :, 8] = flat_place * (flat_place**2).sum(axis=1, keepdims=True)
    more, less = (Flat(model.matrix, model.k1 + turn, model.throws).at(at) for turn in (small, -small))
    found[:, :, 9] = (more - less) / (2 * small)
    return np.nan_to_num(found)


@dataclass(frozen=True)
class Smooth:
    """Through a wall of any smooth shape: a homography, and what is missing as cubic B-splines over a box of the camera's picture
    that bend no more than they must (P. Eilers, B. Marx, "Flexible Smoothing with B-splines and Penalties", 1996)."""

    matrix: Floats
    box: tuple[float, float, float, float]
    cells: tuple[int, int]
    heights: Floats
    """(cells + 3 up, cells + 3 across, 2)."""

    def at(self, camera: Floats) -> Floats:
        """(n, 2) centred places of the camera's picture to those of the projector's. Beyond the box it goes on straight."""
        left, bottom, right, top = self.box
        within = np.clip(camera, (left, bottom), (right, top))
        added = self._added(within)
        beyond = camera - within
        out = np.abs(beyond).max(axis=1) > 1e-12
        if out.any():
            far = np.linalg.norm(beyond[out], axis=1, keepdims=True)
            near = 0.02 * min(right - left, top - bottom)
            inwards = np.clip(within[out] - beyond[out] / far * near, (left, bottom), (right, top))
            added[out] += (added[out] - self._added(inwards)) * far / near
        return np.asarray(through(self.matrix, camera) + added)

    def _added(self, camera: Floats) -> Floats:
        return np.asarray(_basis(camera, self.box, self.cells) @ self.heights.reshape(-1, 2))


def smooth(at: Floats, to: Floats, weight: Floats, cells: tuple[int, int]) -> Smooth:
    """Fits pairs of places. How stiff it is is tried out: the stiffness that best foretells places that it was not shown."""
    matrix = direct(at, to, weight * _consensus(at, to))
    (left, bottom), (right, top) = at.min(axis=0), at.max(axis=0)
    wide, high = 0.03 * (right - left), 0.03 * (top - bottom)
    box = (float(left - wide), float(bottom - high), float(right + wide), float(top + high))
    basis, missing = _basis(at, box, cells), to - through(matrix, at)
    stiffness = _stiffness(cells)
    believed = weight
    heights: Floats = np.zeros((basis.shape[1], 2))
    stiff = 1e-3
    for turn in range(5):
        if turn == 2:
            stiff = _tried(basis, missing, believed, stiffness)
        scaled = basis * believed[:, None]
        heights = np.asarray(np.linalg.solve(scaled.T @ basis + stiff * stiffness, scaled.T @ missing), np.float64)
        off = np.linalg.norm(missing - basis @ heights, axis=1)
        believed = weight * trusted(off, weight)
    return Smooth(matrix, box, cells, heights.reshape(cells[1] + 3, cells[0] + 3, 2))


def _tried(basis: Floats, missing: Floats, weight: Floats, stiffness: Floats) -> float:
    """The stiffness whose fit without a fifth of the places comes nearest to that fifth, three times over."""
    part = np.arange(len(basis)) * 7919 % 5
    normals, rights = [], []
    for number in range(3):
        rows = basis[part == number]
        scaled = rows * weight[part == number, None]
        normals.append(scaled.T @ rows)
        rights.append(scaled.T @ missing[part == number])
    scaled = basis * weight[:, None]
    normal, right = scaled.T @ basis, scaled.T @ missing
    best, least = 1.0, math.inf
    for stiff in 10.0 ** np.arange(-6, 1):
        off = 0.0
        for number in range(3):
            heights = np.linalg.solve(normal - normals[number] + stiff * stiffness, right - rights[number])
            apart = np.linalg.norm(missing[part == number] - basis[part == number] @ heights, axis=1)
            off += float((weight[part == number] * np.minimum(apart, 0.02)).sum())  # one that lies far off says no more
        if off < 0.999 * least:
            best, least = float(stiff), off
    return best


def _stiffness(cells: tuple[int, int]) -> Floats:
    """What bends it: squares of second differences across and up, and of the twist; a trace of everything, so that it has one
    answer where no place says anything."""
    across, up = cells[0] + 3, cells[1] + 3

    def differences(size: int, order: int) -> Floats:
        rows = np.diff(np.eye(size), order, axis=0)
        return np.asarray(rows.T @ rows)

    second = np.kron(np.eye(up), differences(across, 2)) + np.kron(differences(up, 2), np.eye(across))
    twist = np.kron(differences(up, 1), differences(across, 1))
    return np.asarray(second + 2.0 * twist + 1e-9 * np.eye(across * up))


def _basis(at: Floats, box: tuple[float, float, float, float], cells: tuple[int, int]) -> Floats:
    """(n, all heights): how much each height of the cubic B-splines counts at each place of the box."""
    left, bottom, right, top = box
    sides = []
    for place, low, high, count in ((at[:, 0], left, right, cells[0]), (at[:, 1], bottom, top, cells[1])):
        along = np.clip((place - low) / (high - low), 0.0, 1.0) * count
        cell = np.minimum(along.astype(np.int64), count - 1)
        t = along - cell
        shares = (1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3
        rows = np.zeros((len(at), count + 3))
        for number, share in enumerate(shares):
            rows[np.arange(len(at)), cell + number] = share / 6.0
        sides.append(rows)
    return np.asarray((sides[1][:, :, None] * sides[0][:, None, :]).reshape(len(at), -1))
