"""The soft light of a room: how much of the open each place sees, and what light walls send back to it. Numpy alone.

From each place of a net over walls, floor and people some rays go out, evenly over what it sees by the cosine law. Those that
meet nothing within a few metres see the room's own light; those that meet a wall on which a picture falls bring some of its
colour: one bounce, as in a gallery painted grey. Called by `model`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.previs.room import Floats, Part, Room

CELL = 0.5
"""Metres between the places of a net, about."""
MOST_CELLS = 48
"""Along a triangle's longest side."""
RAYS, RAYS_OF_PEOPLE = 32, 12
REACH = 4.0
"""Metres: what is farther away darkens nothing."""
MOST_PAIRS = 60_000_000
"""Rays times triangles that are tried: some seconds. A model that would take more is lit evenly."""
WHITE = {"wall": 0.80, "floor": 0.36, "person": 0.60}
"""What share of light each gives back: white plaster, grey concrete, clothes."""
SMALL = (32, 18)
"""Columns and rows of the pictures whose light walls send back."""


@dataclass(frozen=True)
class Net:
    """All that is drawn: (n, 3) `places` and `normals`, three to a triangle; `kinds`: which of walls, floor, people (an index
    into WHITE). `shared`: (n,) where each is in what was baked."""

    places: Floats
    normals: Floats
    kinds: NDArray[np.intp]
    shared: NDArray[np.intp]


@dataclass(frozen=True)
class Baked:
    """`open`: (m,) how much of the room's own light comes, 0..1. `places`, `normals`: (m, 3) where. `sources`: (m, rays) of each
    ray the cell of all small pictures that it sees, and `weights` the light it brings of its white, lux. `triangles`: (t, 3)."""

    open: Floats
    places: Floats
    normals: Floats
    sources: NDArray[np.intp]
    weights: Floats
    triangles: NDArray[np.intp]

    def bounced(self, pictures: Floats) -> Floats:
        """(m, 3) light that comes by way of walls, lux, of (lenses, rows, columns, 3) pictures in linear light, 0..1."""
        flat = np.concatenate([pictures.reshape(-1, 3), np.zeros((1, 3))])
        return _smoothed(np.einsum("mr,mrc->mc", self.weights, flat[self.sources]), self.triangles)


def net_of(parts: tuple[Part, ...]) -> Net:
    """Everything in even small triangles; places of one part that are one, and look the same way, are baked once."""
    places, normals, kinds, shared = [], [], [], []
    kind_of = list(WHITE)
    total = 0
    for part in parts:
        fine = _fine(part)
        corners, turned = (_split(one, fine) for one in (part.corners, part.normals))
        turned = turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-12)
        keys = np.round(np.column_stack([corners, turned]), 3)
        _, back = np.unique(keys, axis=0, return_inverse=True)
        places.append(corners)
        normals.append(turned)
        kinds.append(np.full(len(corners), kind_of.index(part.kind)))
        shared.append(back.ravel() + total)
        total += int(back.max()) + 1
    return Net(*(np.concatenate(one) for one in (places, normals, kinds, shared)))


def _fine(part: Part) -> int:
    """Into how many steps the sides of a part's triangles are cut: all of a part in as many, so that no gap opens."""
    if part.kind == "person" or len(part.corners) > 2000:
        return 1
    sides = np.linalg.norm(part.corners - np.roll(part.corners, 1, axis=1), axis=2)
    return int(np.clip(math.ceil(sides.max() / CELL / 1.4), 1, max(MOST_CELLS // max(len(part.corners) // 8, 1), 1)))


def _split(corners: Floats, n: int) -> Floats:
    """(t, 3, 3) triangles into n * n each, even: (t * n * n * 3, 3)."""
    steps = []
    for i in range(n):
        for j in range(n - i):
            a, b, c, d = (i, j), (i + 1, j), (i, j + 1), (i + 1, j + 1)
            steps += [a, b, c] + ([b, d, c] if i + j < n - 1 else [])
    at = np.array(steps, np.float64) / n
    weights = np.column_stack([1 - at.sum(axis=1), at])
    return np.asarray(np.einsum("kw,twx->tkx", weights, corners).reshape(-1, 3))


def bake(room: Room, net: Net) -> Baked:
    """The room's soft light, at the places of a net."""
    count = int(net.shared.max()) + 1
    places, normals = np.empty((count, 3)), np.empty((count, 3))
    places[net.shared], normals[net.shared] = net.places, net.normals
    people = np.zeros(count, bool)
    people[net.shared] = net.kinds == list(WHITE).index("person")
    dark = len(room.lenses) * SMALL[0] * SMALL[1]
    open_ = np.ones(count)
    sources, weights = np.full((count, RAYS), dark), np.zeros((count, RAYS))
    groups = ((np.flatnonzero(~people), RAYS), (np.flatnonzero(people), RAYS_OF_PEOPLE))
    if sum(len(group) * rays for group, rays in groups) * len(room.corners) <= MOST_PAIRS:
        for group, rays in groups:
            if len(group):
                found = _gather(room, places[group], normals[group], rays)
                open_[group], sources[group, :rays], weights[group, :rays] = found
    triangles = net.shared.reshape(-1, 3)
    open_ = _smoothed(np.where(people, np.maximum(open_, 0.35), open_)[:, None], triangles)[:, 0]
    return Baked(open_, places, normals, sources, weights, triangles)


def _smoothed(values: Floats, triangles: NDArray[np.intp]) -> Floats:
    """(m, c) values evened out over neighbours, twice: a few rays a place are rough."""
    count = np.maximum(np.bincount(triangles.ravel(), minlength=len(values)), 1)
    for _ in range(2):
        means = np.repeat(values[triangles].mean(axis=1), 3, axis=0)
        parts = [np.bincount(triangles.ravel(), means[:, i], len(values)) for i in range(values.shape[1])]
        values = np.stack(parts, axis=1) / count[:, None]
    return np.asarray(values)


def _gather(room: Room, places: Floats, normals: Floats, rays: int) -> tuple[Floats, NDArray[np.intp], Floats]:
    """Of each place: how open it is, and the cells its rays see with their weights."""
    turn = np.arange(rays) * math.pi * (3 - math.sqrt(5))
    out = np.sqrt((np.arange(rays) + 0.5) / rays)
    local = np.column_stack([out * np.cos(turn), out * np.sin(turn), np.sqrt(1 - out**2)])
    helper = np.where(np.abs(normals[:, :1]) > 0.7, (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
    side = np.cross(helper, normals)
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-12)
    frame = np.stack([side, np.cross(normals, side), normals], axis=1)
    directions = np.einsum("rk,mkx->mrx", local, frame).reshape(-1, 3)
    lift = 0.01 if rays == RAYS else 0.06  # people are met as simpler shapes than they are drawn
    starts = np.repeat(places + lift * normals, rays, axis=0)
    far, which = room.hit(starts.astype(np.float32), directions.astype(np.float32))
    blocked = np.where(np.isfinite(far), np.clip(1 - far / REACH, 0, 1), 0.0) ** 1.5
    open_ = 1 - blocked.reshape(-1, rays).mean(axis=1)
    dark = len(room.lenses) * SMALL[0] * SMALL[1]
    sources, weights = np.full(len(far), dark), np.zeros(len(far))
    met = np.flatnonzero(np.isfinite(far))
    spots = starts[met] + directions[met] * far[met, None]
    facing = room.normals[which[met]]
    facing = facing * -np.sign((facing * directions[met]).sum(axis=1, keepdims=True))
    white = np.array([WHITE[part.kind] for part in room.parts])[room.owner[which[met]]]
    for number, lens in enumerate(room.lenses):
        seen = lens.seen(spots)
        with np.errstate(invalid="ignore"):
            inside = (seen[:, :2] >= 0).all(axis=1) & (seen[:, :2] < 1).all(axis=1)
        inside &= ((lens.at - spots) * facing).sum(axis=1) > 0
        lit = np.flatnonzero(inside)
        lit = lit[room.reaches(lens.at, spots[lit], 0.02)]
        lux = lens.lux(spots[lit], facing[lit]) * white[lit]
        column, row = (seen[lit, :2] * SMALL).astype(np.intp).T
        # A place that two projectors light takes the brighter: a mean of them is what it looks like.
        better = lux > weights[met[lit]]
        where = met[lit[better]]
        sources[where] = (number * SMALL[1] + row[better]) * SMALL[0] + column[better]
        weights[where] = lux[better]
    return open_, sources.reshape(-1, rays), weights.reshape(-1, rays) / rays
