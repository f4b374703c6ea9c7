"""What lies still under moving particles: silk along every lane, and a soft light where streams begin and end.

Baked once when a scene is built. Pure numpy; called by the flows layer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.render.paths import Floats, Paths

STEP = 0.7
"""Silk is laid in steps of this many pixels."""
MOST_STEPS = 8_000_000
FAINTEST = 0.12
"""Silk of the smallest stream, in parts of the largest one's."""
SHRINK = 4
"""Light at the ends is baked this much smaller than the canvas: it is soft."""
SOURCE, SINK = (0.003, 3.5e-5), (0.005, 6.0e-5)
"""How far light reaches around an origin and a destination, in canvas heights: at least, and for one particle, growing with
the square root of their number."""
FARTHEST = 0.055
TILE = 16
"""Pixels; more than the light of a particle reaches."""


def bake_threads(paths: Paths, width: int, height: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The paths as silk, (h, w, 4) uint8 with a channel a group, and when each pixel is reached, (h, w) uint8 of 0..1."""
    # What is outside lands beyond the last row.
    light = np.zeros((height * width + width + 2) * 4, np.float32)
    arrival = np.full(height * width + width + 2, 255, np.uint8)
    steps = paths.steps(height, STEP, MOST_STEPS)
    lanes = np.bincount(paths.lanes.flow, minlength=len(paths.group))
    # Each group has silk of its own measure: a small one shows its way as clearly as a large one.
    largest = np.zeros(4, np.float32)
    np.maximum.at(largest, paths.group, paths.weight)
    weight = paths.weight / np.maximum(largest[paths.group], 1e-6)
    pixels = height / np.maximum(paths.rate, 1e-3)  # a path's length
    hair = (FAINTEST + weight) / np.sqrt(np.maximum(lanes, 1)) * pixels
    for _, lane, along, place in paths.tracks(steps):
        x, y = place[:, 0] * width - 0.5, place[:, 1] * height - 0.5
        column, row = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
        fx, fy = x - column, y - row
        inside = (column >= 0) & (column < width - 1) & (row >= 0) & (row < height - 1)
        pixel = np.where(inside, row * width + column, height * width)
        flow = paths.lanes.flow[lane]
        strength = (hair[flow] / steps[lane]).astype(np.float32)
        channel, when = pixel * 4 + paths.group[flow], (along * 254).astype(np.uint8)
        for step, share in (
            (0, (1 - fx) * (1 - fy)),
            (1, fx * (1 - fy)),
            (width, (1 - fx) * fy),
            (width + 1, fx * fy),
        ):
            np.add.at(light[step * 4 :], channel, (share * strength).astype(np.float32))
            np.minimum.at(arrival[step:], pixel, when)
    light, arrival = light[: height * width * 4], arrival[: height * width]
    # Where hundreds of paths meet the light must not clip: it grows with the logarithm.
    shown = np.log1p(light * 1.5) * np.float32(255 / np.log(40.0))
    picture = np.minimum(shown, 255).astype(np.uint8)
    return picture.reshape(height, width, 4), arrival.reshape(height, width)


def bake_ends(
    paths: Paths,
    width: int,
    height: int,
    count: NDArray[np.int64] | None = None,
    most: float | None = None,
    small: float = 1.0,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Light where streams begin, and where they end: both (h / 4, w / 4, 4) uint8, a channel a group, the root of the light.

    Its size and its strength grow with the root of all that begins or ends in a place, in the colours of what does.
    `count` (flows,) is how many particles there are, of the paths' own, and `most` what a flow's place has at any time;
    `small` multiplies how far light reaches.
    """
    found = np.bincount(paths.flow, minlength=len(paths.group)) if count is None else count
    each = found.astype(np.float64)
    source, sink = ((least * small, grows * small) for least, grows in (SOURCE, SINK))
    wide, high = max(width // SHRINK, 1), max(height // SHRINK, 1)
    return (
        _glows(paths.points[:, 0], paths.group, each, source, wide, high, most),
        _glows(paths.points[:, -1], paths.group, each, sink, wide, high, most),
    )


def _glows(
    places: Floats,
    group: NDArray[np.int32],
    count: NDArray[np.float64],
    reach: tuple[float, float],
    width: int,
    height: int,
    most: float | None = None,
) -> NDArray[np.uint8]:
    light = np.zeros((height, width, 4), np.float64)
    where, index = np.unique(np.round(places, 4), axis=0, return_inverse=True)
    sums = np.zeros((len(where), 4))
    np.add.at(sums, (index.reshape(-1), group), count)
    total = sums.sum(axis=1)
    largest = max(float(total.max(initial=1.0)), most or 0.0)
    for (x, y), parts, whole in zip(where, sums, total, strict=True):
        if whole <= 0:
            continue
        far = max(min(reach[0] + reach[1] * float(np.sqrt(whole)), FARTHEST) * height, 0.6)
        columns, across = _bell(x * width, far, width)
        rows, along = _bell(y * height, far, height)
        strength = 0.15 + 0.85 * np.sqrt(whole / largest)
        light[rows, columns] += (along[:, None] * across[None, :])[..., None] * (strength * parts / whole)
    return np.asarray(np.sqrt(np.minimum(light, 1.0)) * 255, np.uint8)


def _bell(middle: float, far: float, size: int) -> tuple[slice, NDArray[np.float64]]:
    """A Gaussian along one side of the picture, as far as it can be seen: where, and how much."""
    low, high = max(int(middle - 3.5 * far), 0), min(int(middle + 3.5 * far) + 2, size)
    return slice(low, max(high, low)), np.exp(-0.5 * ((np.arange(low, max(high, low)) + 0.5 - middle) / far) ** 2)


def tiles(arrival: NDArray[np.uint8], *ends: NDArray[np.uint8]) -> Floats:
    """Where light can ever be, as few rectangles as rows of tiles make: (n, 4) left, bottom, right, top, 0..1 of the canvas.

    Most of a wall is dark: what is not drawn there costs nothing. `arrival` and `ends` as they are baked.
    """
    height, width = arrival.shape
    lit = _tiled(np.asarray(arrival < 255, np.bool_), TILE)
    for end in ends:
        found = _tiled(np.asarray(end.any(axis=2), np.bool_), TILE // SHRINK)[: lit.shape[0], : lit.shape[1]]
        lit[: found.shape[0], : found.shape[1]] |= found
    padded = np.pad(lit, 1)
    high, wide = lit.shape
    near = np.zeros(lit.shape, np.bool_)
    for up in range(3):
        for along in range(3):
            near |= padded[up : up + high, along : along + wide]
    edges = np.diff(np.pad(near, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    (rows, left), (_, right) = np.nonzero(edges == 1), np.nonzero(edges == -1)
    corners = np.stack([left, rows, right, rows + 1], axis=1) * TILE / np.array([width, height, width, height])
    return np.asarray(np.minimum(corners, 1.0), np.float32)


def _tiled(mask: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    """Whether there is anything in each tile of `size` pixels."""
    height, width = mask.shape
    whole = np.pad(mask, ((0, -height % size), (0, -width % size)))
    return np.asarray(whole.reshape(whole.shape[0] // size, size, -1, size).any(axis=(1, 3)))
