"""Makes paths grow as veins do: the streams of one place leave it as one stem and part from there, and every bend is round.

Two streams that meet at an angle look like a folded wire; where they share a stem first they look grown. Only the way changes:
the ends stay where they are. Pure numpy, done once at load; called by `data.bundles` and `data.roots`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FINE = 200
"""Points of a smooth curve before they are spaced evenly."""
STEM, SHARE = 0.24, 0.32
"""How far from a place its streams share their way: in canvas heights, and of a stream's length, at most."""
LOOK = 0.75
"""How far along its stem a stream is asked where it goes, in parts of the stem."""
ONE_WAY = 0.3
"""How much of all that leaves a place must go one way for a stem to grow there; else what goes through it goes on straight."""
SHARPEST = 1.75
"""Radians: what heads further away from its place's stem than this leaves it on its own."""
WANDER = 0.007
"""How far the ground bends a path aside, in canvas heights."""
HELD = 0.16
"""How far from its ends a path is held, in canvas heights."""


def spline(ways: NDArray[np.floating]) -> Floats:
    """A smooth curve (n, FINE, 2) that begins and ends in the first and last of some points (n, k, 2), and is drawn towards
    the others: a uniform cubic B-spline."""
    points = np.concatenate([ways[:, :1], ways[:, :1], ways, ways[:, -1:], ways[:, -1:]], axis=1).astype(np.float64)
    pieces = points.shape[1] - 3
    t = np.linspace(0.0, pieces - 1e-9, FINE)
    piece = t.astype(np.intp)
    u = (t - piece)[None, :, None]
    a, b, c, d = (points[:, piece + i] for i in range(4))
    cubic = (1 - u) ** 3 * a + (3 * u**3 - 6 * u**2 + 4) * b + (-3 * u**3 + 3 * u**2 + 3 * u + 1) * c + u**3 * d
    return np.asarray(cubic / 6)


def grown(paths: NDArray[np.floating], weight: Floats, strength: float) -> Floats:
    """The same paths (n, k, 2), in canvas heights, as smooth curves (n, FINE, 2) that share stems where they begin and end.

    `weight` (n,) says whose way a stem goes; `strength` 0 only smooths.
    """
    curves = spline(paths)
    if strength <= 0 or not len(curves):
        return curves
    bent = curves + strength * (_stems(curves, weight) + _stems(curves[:, ::-1], weight)[:, ::-1])
    return bent + strength * _wandered(bent)


def _stems(curves: Floats, weight: Floats) -> Floats:
    """How each path must move for the streams of the place where it begins to leave it as one, (n, FINE, 2)."""
    along, length = _along(curves)
    backwards = curves[:, ::-1]
    reach = np.minimum(STEM, SHARE * length)
    ends = np.concatenate([curves[:, 0], backwards[:, 0]])
    whose = np.unique(np.round(ends, 4), axis=0, return_inverse=True)[1].reshape(-1)
    towards = np.concatenate([_ahead(curves, along, reach), _ahead(backwards, _along(backwards)[0], reach)])
    heavy = np.tile(weight + 0.02 * weight.mean() + 1e-12, 2)
    places = int(whose.max()) + 1
    total = np.bincount(whose, heavy, minlength=places)
    sums = (np.bincount(whose, heavy * towards[:, axis], minlength=places) for axis in (0, 1))
    mean = np.stack([each / total for each in sums], axis=1)
    # Of what goes through, only the line counts and not the way: twice the angle says which.
    angle = 2 * np.arctan2(towards[:, 1], towards[:, 0])
    line = np.arctan2(
        np.bincount(whose, heavy * np.sin(angle), minlength=places),
        np.bincount(whose, heavy * np.cos(angle), minlength=places),
    )
    mine = whose[: len(curves)]
    own = towards[: len(curves)]
    through = np.stack([np.cos(line / 2), np.sin(line / 2)], axis=1)[mine]
    through *= np.where((through * own).sum(axis=1) < 0, -1.0, 1.0)[:, None]
    stem = np.where((np.linalg.norm(mean, axis=1) > ONE_WAY)[mine, None], mean[mine], through)
    begins = curves[:, 3] - curves[:, 0]
    turn = np.arctan2(begins[:, 0] * stem[:, 1] - begins[:, 1] * stem[:, 0], (begins * stem).sum(axis=1))
    turn *= np.clip(2 * (1 - np.abs(turn) / SHARPEST), 0.0, 1.0)
    begins /= np.maximum(np.linalg.norm(begins, axis=1, keepdims=True), 1e-12)
    cos, sin = np.cos(turn), np.sin(turn)
    turned = np.stack([begins[:, 0] * cos - begins[:, 1] * sin, begins[:, 0] * sin + begins[:, 1] * cos], axis=1)
    share = np.minimum(along / np.maximum(reach, 1e-9)[:, None], 1.0)
    shape = along * (1 - share) ** 2 * (1 + 2 * share)
    return np.asarray((turned - begins)[:, None] * shape[..., None])


def _along(curves: Floats) -> tuple[Floats, Floats]:
    """How far along a path each point is, (n, FINE), and the length of the whole, (n,)."""
    along = np.zeros(curves.shape[:2])
    np.cumsum(np.linalg.norm(np.diff(curves, axis=1), axis=2), axis=1, out=along[:, 1:])
    return along, along[:, -1]


def _ahead(curves: Floats, along: Floats, reach: Floats) -> Floats:
    """Which way each path goes from its beginning, seen a stem's length ahead: (n, 2), one long."""
    there = (along < (LOOK * reach)[:, None]).sum(axis=1)
    way = curves[np.arange(len(curves)), np.minimum(there, curves.shape[1] - 1)] - curves[:, 0]
    return np.asarray(way / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-12))


def _wandered(curves: Floats) -> Floats:
    """How far the ground bends paths aside: the same at the same place, so that what runs together stays together."""
    x, y = curves[..., 0], curves[..., 1]
    aside = np.sin(13 * y + 5 * x) + 0.5 * np.sin(29 * y - 17 * x + 1.7)
    up = np.sin(11 * x - 6 * y + 0.9) + 0.5 * np.sin(31 * x + 13 * y + 2.6)
    along, length = _along(curves)
    held = np.clip(np.minimum(along, length[:, None] - along) / HELD, 0.0, 1.0)
    held = held * held * (3 - 2 * held)
    return np.asarray(WANDER * np.stack([aside, up], axis=2) * held[..., None])
