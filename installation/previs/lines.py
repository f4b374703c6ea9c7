"""The drawn lines of a room: edges of walls, pyramids of light, what each picture covers, where projectors stand. Numpy alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.previs.glsl import lit
from installation.previs.room import Floats, Lens, Part, Room

WARM = np.array([1.0, 0.93, 0.80])
STEPS = 24
"""Of a picture's side, which may bend over a wall."""
SHARP = 0.85
"""Cosine between two triangles whose common side is an edge."""
CASE = (0.40, 0.15, 0.34)
"""Metres: how wide, high and deep a projector's case is drawn."""
FEW = 0.1
"""A share of a picture's border that is hardly any."""
LIFT = 0.006
"""Metres that lines stand before their wall."""


def segments(room: Room) -> NDArray[np.float32]:
    """Of a room without people. (n, 11): from, to, colour and alpha, and width in pixels."""
    rows: list[Floats] = []

    def add(starts: Floats, ends: Floats, grey: float, alpha: float, wide: float, tint: Floats | None = None) -> None:
        colour = lit(grey) * (np.ones(3) if tint is None else tint)
        paint = np.broadcast_to([*colour, alpha, wide], (len(starts), 5))
        rows.append(np.column_stack([starts, ends, paint]))

    for wall in room.walls:
        starts, ends = edges(wall)
        add(starts, ends, 0.66, 0.45, 0.9)
    for lens in room.lenses:
        round_ = outline(lens, room)
        known = np.asarray(np.isfinite(round_).all(axis=1))
        both = np.flatnonzero(known & np.roll(known, -1) & even(round_, lens))
        add(round_[both], np.roll(round_, -1, axis=0)[both], 0.95, 0.55, 0.9, WARM)
        corners = round_[::STEPS][known[::STEPS]]
        add(np.repeat(lens.at[None], len(corners), axis=0), corners, 0.85, 0.16, 0.8, WARM)
        foot = lens.at * (1, 0, 1)
        add(np.array([lens.at]), np.array([foot]), 0.62, 0.30, 0.8)
        for way in (np.array([0.12, 0, 0]), np.array([0, 0, 0.12])):
            add(np.array([foot - way]), np.array([foot + way]), 0.70, 0.6, 1.0)
    return np.concatenate(rows).astype(np.float32)


def outline(lens: Lens, room: Room) -> Floats:
    """(4 * STEPS, 3): round its picture, where it falls, from the bottom left, anticlockwise; a little before the wall. Not
    numbers where it meets nothing, or what it hardly meets: the floor behind a doorway."""
    t = np.arange(STEPS) / STEPS
    zero, one = np.zeros(STEPS), np.ones(STEPS)
    spots = np.concatenate([
        np.column_stack([t, zero]), np.column_stack([one, t]), np.column_stack([1 - t, one]), np.column_stack([zero, 1 - t]),
    ])  # fmt: skip
    rays = lens.rays(spots)
    far, which = room.hit(lens.at, rays)
    owners = np.where(which >= 0, room.owner[which], len(room.parts))
    counts = np.bincount(owners, minlength=len(room.parts) + 1)
    meant = np.isfinite(far) & (counts[owners] >= FEW * len(far))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(meant[:, None], lens.at + rays * (far[:, None] - LIFT), np.nan))


def even(round_: Floats, lens: Lens) -> NDArray[np.bool_]:
    """Whether the way from each place to the next stays on one wall: it doesn't jump from a pillar to what is behind."""
    far = np.linalg.norm(round_ - lens.at, axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(far - np.roll(far, -1)) < far / STEPS)


def veils(room: Room) -> NDArray[np.float32]:
    """The pyramids of light as faint triangles: (n, 7) of place, and light that is added."""
    rows = [np.zeros((0, 7))]
    for lens in room.lenses:
        round_ = outline(lens, room)
        after = np.roll(round_, -1, axis=0)
        known = np.isfinite(round_).all(axis=1) & np.isfinite(after).all(axis=1)
        near, far = np.array([*(0.010 * WARM), 0.0]), np.array([*(0.0018 * WARM), 0.0])
        count = int(known.sum())
        first = np.column_stack([np.repeat(lens.at[None], count, axis=0), np.broadcast_to(near, (count, 4))])
        other = [np.column_stack([one[known], np.broadcast_to(far, (count, 4))]) for one in (round_, after)]
        rows.append(np.stack([first, *other], axis=1).reshape(-1, 7))
    return np.concatenate(rows).astype(np.float32)


def spots(room: Room) -> NDArray[np.float32]:
    """The shade at people's feet: (n, 7) of place, and where in a circle of 1 it is."""
    rows = [np.zeros((0, 7))]
    for part in room.parts:
        if part.kind == "person":
            x, _, z = part.middle
            ring = np.array([(-1, -1), (1, -1), (1, 1), (-1, -1), (1, 1), (-1, 1)], np.float64)
            places = np.column_stack([x + 0.34 * ring[:, 0], np.full(6, 0.004), z + 0.34 * ring[:, 1]])
            rows.append(np.column_stack([places, ring, np.zeros((6, 2))]))
    return np.concatenate(rows).astype(np.float32)


def edges(part: Part) -> tuple[Floats, Floats]:
    """The sides of a part's triangles that are a border, or a fold: where each begins and ends."""
    corners = part.corners
    starts, ends = corners.reshape(-1, 3), np.roll(corners, -1, axis=1).reshape(-1, 3)
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12)
    of_side = np.repeat(flat, 3, axis=0)
    both = np.sort(
        np.unique(np.round(np.concatenate([starts, ends]), 4), axis=0, return_inverse=True)[1].reshape(2, -1), axis=0
    )
    _, first, back, count = np.unique(both, axis=1, return_index=True, return_inverse=True, return_counts=True)
    folds = np.ones(len(first))
    np.minimum.at(folds, back.ravel(), np.abs((of_side * of_side[first][back.ravel()]).sum(axis=1)))
    wanted = first[(count == 1) | (folds < SHARP)]
    return starts[wanted], ends[wanted]


def case_of(lens: Lens) -> tuple[Floats, Floats]:
    """A projector's case behind its lens: corners (n, 3, 3) and normals."""
    right, up, forward = lens.axes
    wide, high, deep = CASE
    middle = lens.at - forward * (deep / 2 + 0.02)
    corners, normals = [], []
    for axis, half, u, v in (
        (forward, deep / 2, right * wide / 2, up * high / 2),
        (right, wide / 2, up * high / 2, forward * deep / 2),
        (up, high / 2, forward * deep / 2, right * wide / 2),
    ):
        for side in (1.0, -1.0):
            centre = middle + axis * half * side
            a, b, c, d = centre - u - v, centre + u - v, centre + u + v, centre - u + v
            corners += [np.array([a, b, c]), np.array([a, c, d])]
            normals += [np.tile(axis * side, (3, 1))] * 2
    return np.array(corners), np.array(normals)
