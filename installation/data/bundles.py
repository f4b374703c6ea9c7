"""Bundles flows into paths: streams that go the same way share a trunk, and fan out where they begin and end.

Done once at load and kept in the cache, because a wall has no time for it. Pure numpy; never draws. Called by
the flows layer, which bakes the paths to a texture.

The method is bundling by density (Hurter, Ersoy and Telea, "Graph bundling by kernel density estimation",
Computer Graphics Forum 31(3), 2012), with one density for each heading, so that streams which merely cross
don't stick together (after Peysakhovich, Hurter and Telea, "Attribute-driven edge bundling", 2015). Each path is
kept as its distance from its own straight line, and resists bending in every round: it can't kink or turn back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from installation.data.kept import kept
from installation.data.veins import grown

VERSION = 4
"""Part of the cache's checksum: raise it when the same flows would take other paths."""

ROUNDS = 22
WORK_SAMPLES = 40
"""Points of a path while it is being bundled; it is far too stiff to use them all."""
STIFFNESS = 12.0
"""How much a path resists bending: more is calmer."""
HEADINGS = 8
GRID_HEIGHT = 112
WIDEST, NARROWEST = 0.06, 0.016
"""How far streams attract each other, in canvas heights, in the first round and in the last."""
STEP = 0.55
"""How far a point moves in a round, of that reach."""
FAN = 0.3
"""The part of a path at either end over which it leaves its own way for the trunk."""
TETHER = 0.03
"""How much of the way back to its arc a path is drawn in a round."""
AVOID_ROUNDS, AVOID_SAMPLES = 8, 96
EDGE = 0.97
"""How far up the canvas an arc may bow; as far down as well."""
SPREAD = 0.45
"""How much more or less than that streams with the same ends bow."""
BOW = 0.17
"""How far the unbundled arc leaves the straight line, of its length."""


def bundle(
    start: ArrayLike,
    end: ArrayLike,
    weight: ArrayLike | None = None,
    strength: float = 0.7,
    samples: int = 64,
    aspect: float = 16 / 9,
    avoid: Sequence[tuple[float, float, float]] = (),
    cache: Path | None = None,
    progress: Callable[[float], None] | None = None,
) -> NDArray[np.float32]:
    """Paths from start (n, 2) to end (n, 2) on the canvas (0..1, y up) as (n, samples, 2) float32.

    Samples are evenly spaced along each path; the first and last are exactly the given ends. `weight` (n,)
    says which streams draw others to them. `strength` 0 gives gentle arcs, 1 tight bundles. Paths bend around
    the circles of `avoid` (x, y, radius in canvas heights) unless they end inside one. A flow with a missing
    end is all NaN. `cache` is the folder in which paths are kept; default: the installation's cache. `progress` is told how
    much of the work is done, 0 to 1, where there is any: what is in the cache is there at once.
    """
    begin, finish = np.asarray(start, dtype=np.float32), np.asarray(end, dtype=np.float32)
    if begin.ndim != 2 or begin.shape[1:] != (2,) or begin.shape != finish.shape:
        raise ValueError(f"expected two arrays of (n, 2), not {begin.shape} and {finish.shape}")
    if samples < 2:
        raise ValueError("a path needs at least two samples")
    heavy = np.ones(len(begin)) if weight is None else np.asarray(weight, dtype=np.float64).reshape(-1)
    if heavy.shape != (len(begin),):
        raise ValueError(f"expected {len(begin)} weights, not {heavy.size}")
    circles = np.asarray(avoid, dtype=np.float64).reshape(-1, 3)
    setting = np.array([strength, samples, aspect], dtype=np.float64)
    known = np.flatnonzero(np.all(np.isfinite(begin) & np.isfinite(finish), axis=1))

    def make() -> NDArray[np.float32]:
        paths = np.full((len(begin), samples, 2), np.nan, dtype=np.float32)
        if known.size:
            paths[known] = _bundle(
                begin[known], finish[known], heavy[known], strength, samples, aspect, circles, progress
            )
        return paths

    return kept("bundles", VERSION, (begin, finish, heavy, setting, circles), (len(begin), samples, 2), make, cache)


def _bundle(
    begin: NDArray[np.float32],
    finish: NDArray[np.float32],
    weight: NDArray[np.float64],
    strength: float,
    samples: int,
    aspect: float,
    circles: NDArray[np.float64],
    progress: Callable[[float], None] | None,
) -> NDArray[np.float32]:
    """Works in canvas heights, so that distances are what they look like."""
    stretch = np.array([aspect, 1.0], dtype=np.float32)
    paths = arcs(begin * stretch, finish * stretch, WORK_SAMPLES)
    circles = circles * np.array([aspect, 1.0, 1.0])
    strength = float(np.clip(strength, 0.0, 1.0))
    if strength > 0 and len(paths) > 1:
        bundled = _attract(paths, weight, progress)
        paths += np.float32(strength) * (bundled - paths)
    paths = grown(paths, weight, strength).astype(np.float32)
    if len(circles):
        paths = _around(paths, circles)
    paths = evenly_spaced(paths, samples) / stretch
    paths[:, 0], paths[:, -1] = begin, finish
    return np.ascontiguousarray(paths, dtype=np.float32)


def arcs(begin: NDArray[np.float32], finish: NDArray[np.float32], samples: int) -> NDArray[np.float32]:
    """Gentle arcs, (n, samples, 2), that bow to the left of their heading, so that there and back are two
    streams; streams between the same two ends bow more and less, and so stay several.

    In canvas heights. An arc that would leave the canvas at the top or bottom bows less.
    """
    t = np.linspace(0.0, 1.0, samples, dtype=np.float32)[None, :, None]
    chord = finish - begin
    left = np.stack([-chord[:, 1], chord[:, 0]], axis=1) * np.float32(BOW)
    middle = ((begin + finish) / 2)[:, 1]
    room = np.where(left[:, 1] > 0, EDGE - middle, middle - (1 - EDGE))
    left *= np.clip(room / np.maximum(np.abs(left[:, 1]), 1e-6), 0.0, 1.0)[:, None]
    left *= _spread(np.concatenate([begin, finish], axis=1))[:, None]
    return np.asarray(begin[:, None] + chord[:, None] * t + left[:, None] * (4 * t * (1 - t)), dtype=np.float32)


def _spread(ends: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much each arc bows, about 1, (n,): evenly spread over those with the same ends."""
    _, group, counts = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
    group = group.reshape(-1)
    order = np.argsort(group, kind="stable")
    place = np.empty(len(ends), dtype=np.intp)
    place[order] = np.arange(len(ends)) - np.repeat(np.cumsum(counts) - counts, counts)
    middle = (counts[group] - 1) / 2
    return np.asarray(1 + SPREAD * (place - middle) / np.maximum(middle, 1), dtype=np.float32)


def evenly_spaced(paths: NDArray[np.float32], samples: int) -> NDArray[np.float32]:
    """The same curves with samples evenly spaced along them, (n, samples, 2)."""
    count, points, _ = paths.shape
    pieces = np.linalg.norm(np.diff(paths, axis=1), axis=2)
    along = np.zeros((count, points))
    np.cumsum(pieces, axis=1, out=along[:, 1:])
    total = along[:, -1:]
    along = np.where(total > 0, along / np.where(total > 0, total, 1.0), np.linspace(0.0, 1.0, points))
    # All paths in one search: each path's 0..1 is moved to its own stretch of the number line.
    offset = 2.0 * np.arange(count)[:, None]
    wanted = np.linspace(0.0, 1.0, samples)[None, :]
    index = np.searchsorted((along + offset).ravel(), (wanted + offset).ravel(), side="right").reshape(count, samples)
    index = np.clip(index - 1 - np.arange(count)[:, None] * points, 0, points - 2)
    rows = np.arange(count)[:, None]
    low, high = along[rows, index], along[rows, index + 1]
    share = np.clip((wanted - low) / np.where(high > low, high - low, 1.0), 0.0, 1.0)[..., None]
    result = paths[rows, index] + (paths[rows, index + 1] - paths[rows, index]) * share
    return np.asarray(result, dtype=np.float32)


def _attract(
    paths: NDArray[np.float32], weight: NDArray[np.float64], progress: Callable[[float], None] | None = None
) -> NDArray[np.float32]:
    """The bundled paths. Every round: how dense is it around here, for those who head my way? Move uphill, be
    smooth.

    A path is kept as its distance from its own straight line, so it always gets on and never loops back.
    """
    points = paths.shape[1]
    begin, chord = paths[:, :1], paths[:, -1:] - paths[:, :1]
    length = np.maximum(np.linalg.norm(chord, axis=2), 1e-6)
    side = np.concatenate([-chord[..., 1:], chord[..., :1]], axis=2) / length[..., None]
    t = np.linspace(0.0, 1.0, points, dtype=np.float32)
    straight = begin + chord * t[None, :, None]
    away = np.sum((paths - straight) * side, axis=2)
    at_rest = away.copy()
    smooth = _calm(points)
    free = _smoothstep(t / FAN) * _smoothstep((1 - t) / FAN)
    mass = np.sqrt(np.maximum(np.nan_to_num(weight), 0.0))
    mass = 0.25 + mass / max(float(mass.mean()), 1e-12)
    mass = mass * length[:, 0]  # samples are further apart on a long path
    low = paths.reshape(-1, 2).min(axis=0) - 0.08
    high = paths.reshape(-1, 2).max(axis=0) + 0.08
    cell = max(float(high[1] - low[1]) / GRID_HEIGHT, float(high[0] - low[0]) / (2 * GRID_HEIGHT))
    size = np.ceil((high - low) / cell).astype(int) + 2
    for turn in range(ROUNDS):
        if progress:
            progress(turn / ROUNDS)
        reach = WIDEST * (NARROWEST / WIDEST) ** (turn / (ROUNDS - 1))
        # Short flows are drawn less far, or they would be carried off by a trunk that they never needed.
        room = STEP * np.minimum(reach, 0.2 * length) * free
        paths = straight + side * away[..., None]
        tangent = np.gradient(paths, axis=1)
        tangent /= np.maximum(np.linalg.norm(tangent, axis=2, keepdims=True), 1e-9)
        pull = _uphill((paths - low) / cell, tangent, mass, size, max(reach / cell, 1.0))
        away = away + np.sum(pull * side, axis=2) * room
        limit = 0.3 * length
        away = at_rest + np.clip((away - at_rest) * (1 - TETHER), -limit, limit) @ smooth
    if progress:
        progress(1.0)
    return np.asarray(straight + side * away[..., None], dtype=np.float32)


def _uphill(
    place: NDArray[np.float32],
    tangent: NDArray[np.float32],
    mass: NDArray[np.float64],
    size: NDArray[np.int_],
    reach: float,
) -> NDArray[np.float64]:
    """Which way the density rises at each point, for its own heading, (n, points, 2): at most 1 long."""
    columns, rows = int(size[0]), int(size[1])
    count, points, _ = place.shape
    heading = np.arctan2(tangent[..., 1], tangent[..., 0]).ravel() * (HEADINGS / (2 * np.pi))
    first = np.floor(heading).astype(np.intp)
    second_share = heading - first
    x, y = place[..., 0].ravel(), place[..., 1].ravel()
    column = np.clip(x.astype(np.intp), 0, columns - 2)
    row = np.clip(y.astype(np.intp), 0, rows - 2)
    fx, fy = x - column, y - row
    corner = row * columns + column
    heavy = np.repeat(mass, points)
    layer = rows * columns
    # One sheet for each heading; every point is shared out over two headings and four cells.
    headings = np.stack([first % HEADINGS, (first + 1) % HEADINGS]) * layer
    parts = np.stack([1 - second_share, second_share]) * heavy
    steps = np.array([0, 1, columns, columns + 1])
    shares = np.stack([(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy])
    cells = (headings + corner)[:, None] + steps[None, :, None]
    amounts = parts[:, None] * shares[None]
    sheets = np.bincount(cells.ravel(), amounts.ravel(), minlength=HEADINGS * layer)
    density = sheets.astype(np.float32).reshape(HEADINGS, rows, columns)
    density = _blur(density, reach)
    density = 0.5 * density + 0.25 * (np.roll(density, 1, axis=0) + np.roll(density, -1, axis=0))
    nearest = np.mod(np.rint(heading).astype(np.intp), HEADINGS) * layer
    result = np.empty((count * points, 2))
    for axis in (0, 1):
        slope = np.asarray(np.gradient(density, axis=2 - axis)).ravel()
        at = nearest + corner
        result[:, axis] = (1 - fy) * ((1 - fx) * slope[at] + fx * slope[at + 1]) + fy * (
            (1 - fx) * slope[at + columns] + fx * slope[at + columns + 1]
        )
    # The slope's length in units of density per reach: a gentle slope moves gently, a steep one at most by 1.
    here = density.ravel()[nearest + corner]
    steep = np.linalg.norm(result, axis=1) * reach / np.maximum(here, 1e-9)
    size_now = np.linalg.norm(result, axis=1)
    result *= (np.tanh(2.0 * steep) / np.maximum(size_now, 1e-12))[:, None]
    return result.reshape(count, points, 2)


def _blur(sheets: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """A Gaussian blur of each sheet (n, rows, columns), as two products with a matrix: faster than any loop
    here."""
    count, rows, columns = sheets.shape
    wide = sheets.reshape(-1, columns) @ _gaussian(columns, sigma)
    tall = wide.reshape(count, rows, columns).transpose(1, 0, 2).reshape(rows, -1)
    both = _gaussian(rows, sigma) @ tall
    return np.asarray(both.reshape(rows, count, columns).transpose(1, 0, 2), dtype=np.float32)


def _gaussian(size: int, sigma: float) -> NDArray[np.float32]:
    apart = np.arange(size)[:, None] - np.arange(size)[None, :]
    return np.exp(-0.5 * (apart / sigma) ** 2).astype(np.float32)


def _calm(points: int) -> NDArray[np.float32]:
    """A matrix (points, points) that lets a row of distances give way to its own bending, and holds its ends
    at 0.

    One implicit step of Whittaker's smoother, (1 + stiffness D'D) x = given, D the second difference.
    """
    bend = np.diff(np.eye(points), n=2, axis=0)
    system = np.eye(points) + STIFFNESS * bend.T @ bend
    inner = np.linalg.inv(system[1:-1, 1:-1])
    result = np.zeros((points, points))
    result[1:-1, 1:-1] = inner
    return result.astype(np.float32)


def _smoothstep(t: ArrayLike) -> NDArray[np.float64]:
    held = np.clip(np.asarray(t, dtype=np.float64), 0.0, 1.0)
    return np.asarray(held * held * (3 - 2 * held))


def _around(paths: NDArray[np.float32], circles: NDArray[np.float64]) -> NDArray[np.float32]:
    """Paths bent around circles (m, 3: x, y, radius), each to the side on which it passes already.

    Best effort: where circles leave no room between them, a path may still cut a corner. Ends stay where they
    are.
    """
    for _ in range(AVOID_ROUNDS):
        paths = evenly_spaced(paths, AVOID_SAMPLES)
        box = paths.min(axis=1), paths.max(axis=1)
        touched = sum(_past(paths, circle, box) for circle in circles)
        if not touched:
            break
        paths[:, 1:-1] = 0.25 * paths[:, :-2] + 0.5 * paths[:, 1:-1] + 0.25 * paths[:, 2:]
    return paths


def _past(
    paths: NDArray[np.float32],
    circle: NDArray[np.float64],
    box: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> int:
    """Pushes those paths (in place) that come too close to one circle; how many did. `box`: their corners,
    roughly."""
    middle, radius = circle[:2].astype(np.float32), float(circle[2])
    clear = radius * 1.08
    low, high = box
    rows = np.flatnonzero(np.all((low < middle + 2 * clear) & (high > middle - 2 * clear), axis=1))
    distance = np.hypot(paths[rows, :, 0] - middle[0], paths[rows, :, 1] - middle[1])
    ends = np.minimum(distance[:, 0], distance[:, -1])
    close = (distance.min(axis=1, initial=np.inf) < clear) & (ends > radius)
    rows, nearest = rows[close], np.argmin(distance[close], axis=1)
    if not rows.size:
        return 0
    near = np.clip(nearest, 1, paths.shape[1] - 2)
    ahead = paths[rows, near + 1] - paths[rows, near - 1]
    across = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    offset = np.sum((paths[rows, near] - middle) * across, axis=1)
    side = np.where(offset < 0, -1.0, 1.0)
    push = side * np.maximum(clear - np.abs(offset), 0.0)
    spacing = np.linalg.norm(np.diff(paths[rows], axis=1), axis=2).mean(axis=1)
    index = np.arange(paths.shape[1])
    apart = (index[None, :] - near[:, None]) * spacing[:, None] / (1.3 * clear)
    to_end = np.minimum(index, index[::-1])[None, :] * spacing[:, None]
    bump = np.exp(-(apart**2)) * _smoothstep(to_end / clear)
    paths[rows] += ((push[:, None] * bump)[..., None] * across[:, None]).astype(np.float32)
    return int(rows.size)
