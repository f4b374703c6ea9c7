"""Roots: streams that grow down from where they begin, keep together as far as their hierarchy does, and part into tips.

What shares a level runs together to that level's fork, as hierarchical bundles do (Holten, "Hierarchical edge bundles", IEEE
TVCG 12(5), 2006). Every root is bent by the same soil: how far it strays depends on where it is, so what runs together strays
together. Pure numpy, done once at load; called by `render.streams`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from installation.data.bundles import evenly_spaced
from installation.data.veins import spline

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]

STRAY = 0.013
"""How far the soil bends a root aside, in canvas heights."""
UNEVEN = 0.55
"""How much of the area's height the tips' depths differ by."""
THICK, THICKEST = 0.0045, 0.035
"""How thick a trunk is for one root, growing with the square root of their number, and at most; canvas heights."""


def roots(
    start: NDArray[np.floating],
    levels: Sequence[Sequence[str]],
    value: Floats,
    area: Box,
    strength: float,
    aspect: float,
    flank: Floats | None = None,
    samples: int = 64,
    seed: int = 0,
) -> NDArray[np.float32]:
    """Paths (n, samples, 2) from `start` (n, 2) on the canvas down to tips in `area`.

    `levels` are the names at each fork, from the trunk to the tip, one or more lists of n: streams with the same name there
    meet there. `strength` 0 lets each go its own way, 1 holds them together. `flank` (n,) is the x at which a root first
    passes aside of what stands beneath its start, NaN where nothing does.
    """
    count = len(value)
    if not count:
        return np.zeros((0, samples, 2), np.float32)
    stretch = np.array([aspect, 1.0])
    begin = start * stretch
    left, bottom, width, height = area[0] * aspect, area[1], area[2] * aspect, area[3]
    whose = _tips(begin[:, 0], levels, value)
    room = np.sqrt(np.bincount(whose, value)) + 0.35 * np.sqrt(value.mean())
    x = left + width * (np.cumsum(room) - room / 2) / room.sum()
    chance = np.random.default_rng(seed).random(len(x))
    deep = bottom + UNEVEN * height * (0.75 * chance + 0.25 * np.sin(np.arange(len(x)) * 2.4) ** 2)
    ends = np.stack([x[whose], deep[whose]], axis=1)
    top = np.minimum(bottom + height, begin[:, 1] - 0.04)
    ways = [begin]
    if flank is not None:
        aside = np.where(np.isnan(flank), begin[:, 0], flank * aspect)
        beneath = np.isnan(flank)
        ways.append(np.stack([aside, begin[:, 1] + np.where(beneath, -0.02, 0.03)], axis=1))
        ways.insert(
            1, np.stack([begin[:, 0] + (aside - begin[:, 0]) * 0.35, begin[:, 1] + np.where(beneath, -0.01, 0.06)], 1)
        )
        # What has nothing beneath it turns at once, little by little, towards its tip.
        for share, turned in ((0.45, 0.05), (0.95, 0.2)):
            x_there = np.where(beneath, begin[:, 0] + turned * (ends[:, 0] - begin[:, 0]), aside)
            ways.append(np.stack([x_there, begin[:, 1] + (bottom + height - begin[:, 1]) * share], 1))
    else:
        ways.append(np.stack([begin[:, 0], (begin[:, 1] * 2 + top) / 3], axis=1))
    forks = len(levels) - 1
    for level in range(forks):
        _, fork = np.unique(np.array(levels[level]), return_inverse=True)
        mass = np.bincount(fork, value)
        at = np.bincount(fork, value * ends[:, 0]) / mass
        share = (level + 0.6) / (forks + 1)
        y = bottom + height - (height - UNEVEN * height * 0.5) * share
        own = begin[:, 0] + (ends[:, 0] - begin[:, 0]) * share
        middle = strength * at[fork] + (1 - strength) * own
        ways.append(np.stack([middle, np.minimum(np.full(count, y), begin[:, 1])], axis=1))
    ways.append(ends + np.array([0.0, 0.22 * height]))
    ways.append(ends)
    bent = _strayed(spline(np.stack(ways, axis=1)))
    bent = _side_by_side(bent, begin, ends[:, 0])
    paths = evenly_spaced(bent.astype(np.float32), samples) / stretch.astype(np.float32)
    paths[:, 0], paths[:, -1] = start, ends / stretch
    return np.ascontiguousarray(paths, np.float32)


def _tips(x: Floats, levels: Sequence[Sequence[str]], value: Floats) -> NDArray[np.intp]:
    """Which tip each stream ends in, (n,), counted from left to right: what shares a fork stands together, as near as can be
    below where it comes from."""
    keys: list[Floats] = []
    for names in levels:
        _, whose = np.unique(np.array(names), return_inverse=True)
        mean = np.bincount(whose, value * x) / np.bincount(whose, value)
        keys += [np.round(mean, 5)[whose], _first_seen(whose)]
    _, first, whose = np.unique(np.array(levels[-1]), return_index=True, return_inverse=True)
    order = np.lexsort([key[first] for key in reversed(keys)])
    back = np.argsort(order)
    return np.asarray(back[whose.reshape(-1)])


def _first_seen(whose: NDArray[np.intp]) -> Floats:
    """Of each, how early its kind is first met, (n,)."""
    _, first, kind = np.unique(whose, return_index=True, return_inverse=True)
    return np.asarray(first[kind.reshape(-1)], np.float64)


def _side_by_side(paths: Floats, begin: Floats, tip: Floats) -> Floats:
    """Roots of one origin begin beside each other, from its outermost tip on the left to that on the right: a trunk is as
    thick as what it parts into."""
    _, whose = np.unique(np.round(begin, 4), axis=0, return_inverse=True)
    whose = whose.reshape(-1)
    order = np.lexsort((tip, whose))
    number = np.empty(len(whose))
    counts = np.bincount(whose)
    number[order] = np.arange(len(whose)) - np.repeat(np.cumsum(counts) - counts, counts)
    crowd = counts[whose].astype(np.float64)
    aside = (number - (crowd - 1) / 2) / crowd * np.minimum(THICK * np.sqrt(crowd), THICKEST)
    t = np.linspace(0.0, 1.0, paths.shape[1])
    heading = np.gradient(paths, axis=1)
    heading /= np.maximum(np.linalg.norm(heading, axis=2, keepdims=True), 1e-12)
    left = np.stack([-heading[..., 1], heading[..., 0]], axis=2)
    shape = np.minimum(t / 0.06, 1.0) * (1 - t)
    return np.asarray(paths + left * (aside[:, None] * shape)[..., None])


def _strayed(paths: Floats) -> Floats:
    """Bent aside by the soil, and not at all at both ends."""
    x, y = paths[..., 0], paths[..., 1]
    bend = np.sin(17 * y + 7 * x) + 0.5 * np.sin(37 * y - 19 * x + 1.7) + 0.2 * np.sin(89 * y + 31 * x + 0.6)
    t = np.linspace(0.0, 1.0, paths.shape[1])
    held = np.minimum(np.minimum(t / 0.2, (1 - t) / 0.08), 1.0)
    strayed = paths.copy()
    strayed[..., 0] += STRAY * bend * held
    return strayed
