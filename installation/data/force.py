"""Places for a network: what is linked stands close, what isn't keeps its distance, and no two marks overlap.

Springs and repulsion in cooling rounds (T. M. J. Fruchterman and E. M. Reingold, "Graph drawing by force-directed placement",
Software: Practice and Experience 21(11), 1991), from a start that only the seed and the keys decide. Worked out at load and
kept in the cache. Pure numpy. Called by the placing of marks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from installation.data.kept import kept
from installation.data.layouts import Area
from installation.data.scales import natural
from installation.errors import DataError

VERSION = 1
"""Part of the cache's checksum: raise it when the same network would stand otherwise."""
MOST = 1500
"""Marks: every pair is looked at in every round."""
ROUNDS, APART_ROUNDS = 160, 80
INWARDS = 2.0
"""How strongly all are drawn to the middle: at 2, marks without links just fill the box."""
FULL = 0.45
"""Of the box: how much of it marks may cover, as squares, and still find their places."""


def force(
    keys: Sequence[str],
    source: Sequence[str],
    target: Sequence[str],
    weight: ArrayLike | None = None,
    diameter: float = 0.02,
    area: Area = (0.0, 0.0, 1.0, 1.0),
    aspect: float = 16 / 9,
    seed: int = 0,
) -> tuple[NDArray[np.float32], float]:
    """Canvas positions (n, 2) of `keys`, and the diameter (canvas heights) at which none overlap.

    Links go from `source` to `target`, both (m,) of keys; links to what is no key are passed over. `weight` (m,) pulls more;
    missing counts as nothing. Raises DataError for more than 1,500 marks.
    """
    if len(keys) > MOST:
        raise DataError(
            f"{len(keys):,} marks are too many for a force layout", hint=f"at most {MOST:,}; aggregate first"
        )
    names = sorted(keys, key=natural)
    rank = {name: place for place, name in enumerate(names)}
    pulls = np.ones(len(source)) if weight is None else np.nan_to_num(np.asarray(weight, np.float64), nan=0.0)
    links: dict[tuple[int, int], float] = {}
    for a, b, pull in zip(source, target, pulls.tolist(), strict=True):
        if a in rank and b in rank and a != b and pull > 0:
            pair = (min(rank[a], rank[b]), max(rank[a], rank[b]))
            links[pair] = links.get(pair, 0.0) + pull
    ends = np.array(sorted(links), np.int64).reshape(-1, 2)
    strong = np.array([links[a, b] for a, b in ends.tolist()])
    left, bottom, wide, high = area
    box = np.array([wide * aspect, high])
    setting = np.array([diameter, *box, seed], np.float64)
    count = len(names)

    def make() -> NDArray[np.float32]:
        return _settled(count, ends, strong, diameter, box, seed)

    found = kept("forces", VERSION, (ends, strong, setting, np.array([count])), (count + 1, 2), make)
    places = found[:count] / np.array([aspect, 1.0]) + np.array([left, bottom])
    back = np.array([rank[key] for key in keys], np.intp)
    return places[back].astype(np.float32), float(found[-1, 0])


def _settled(
    count: int,
    ends: NDArray[np.int64],
    strong: NDArray[np.float64],
    diameter: float,
    box: NDArray[np.float64],
    seed: int,
) -> NDArray[np.float32]:
    """Positions in canvas heights from the box's corner, and the diameter in a last row, (count + 1, 2)."""
    chance = np.random.default_rng(seed)
    at = (chance.random((count, 2)) - 0.5) * box * 0.9
    ideal = 0.75 * np.sqrt(box.prod() / max(count, 1))
    pull = strong / strong.max() if len(strong) else strong
    for round_ in range(ROUNDS):
        x, y = _apart_by(at)
        push = np.float32(ideal**2) / np.maximum(x * x + y * y, np.float32(1e-9))
        move = np.stack([(x * push).sum(axis=1), (y * push).sum(axis=1)], axis=1).astype(np.float64)
        if len(ends):
            along = at[ends[:, 0]] - at[ends[:, 1]]
            spring = along * (np.linalg.norm(along, axis=1) / ideal * (0.10 + 0.30 * np.sqrt(pull)))[:, None]
            np.add.at(move, ends[:, 0], -spring)
            np.add.at(move, ends[:, 1], spring)
        move -= at * (
            INWARDS * np.sqrt(box.prod()) / box
        )  # so that what is linked to nothing stays, and the box is filled
        length = np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-9)
        at += move / length * np.minimum(length, 0.12 * box.min() * (1.0 - round_ / ROUNDS) ** 1.5)
    # Laid into the box as large as it fits, in its own proportions.
    low, high = at.min(axis=0, initial=np.inf), at.max(axis=0, initial=-np.inf)
    at = (at - (low + high) / 2) * float(np.min(0.96 * box / np.maximum(high - low, 1e-9))) if count > 1 else at * 0.0
    size = min(diameter, float(np.sqrt(FULL * box.prod() / max(count, 1))))
    if count > 1:  # no larger than half of them can be with little pushing: the middle of a network is dense
        x, y = _apart_by(at)
        near = x * x + y * y
        np.fill_diagonal(near, np.inf)
        size = min(size, max(1.5 * float(np.sqrt(np.median(near.min(axis=1)))), 0.1 * size))
    while True:
        spread = _spread(at, size * 1.002, box)
        if spread is not None:
            return np.concatenate([spread + box / 2, [[size, size]]]).astype(np.float32)
        size *= 0.85


def _apart_by(at: NDArray[np.float64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How far every mark lies to the right of, and above, every other, (n, n) each: in float32, which is twice as quick."""
    x, y = at.astype(np.float32).T
    return x[:, None] - x[None, :], y[:, None] - y[None, :]


def _spread(at: NDArray[np.float64], size: float, box: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Pushes overlapping marks apart inside the box; None where that doesn't come to an end."""
    inner = np.maximum((box - size) / 2, 0.0)
    for round_ in range(APART_ROUNDS):
        at = np.clip(at, -inner, inner)
        x, y = _apart_by(at)
        one, other = np.nonzero(np.triu(x * x + y * y < size * size, 1))
        way = at[one] - at[other]
        far = np.linalg.norm(way, axis=1)
        lack = size - far
        if not len(one) or lack.max() < size * 1e-3:
            return at
        if round_ > APART_ROUNDS // 3 and lack.max() > size * 0.25:
            return None  # it doesn't get there
        turn = (one * 7 + other) * 2.399963  # two in one place part along a direction of their own
        own = np.stack([np.cos(turn), np.sin(turn)], axis=1)
        way = np.where(far[:, None] < 1e-9, own, way / np.maximum(far, 1e-9)[:, None]) * (0.55 * lack)[:, None]
        at = at.copy()
        np.add.at(at, one, way)
        np.add.at(at, other, -way)
    return None
