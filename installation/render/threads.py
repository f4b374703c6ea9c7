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


def bake_threads(paths: Paths, width: int, height: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The paths as silk, (h, w, 4) uint8 with a channel a group, and when each pixel is reached, (h, w) uint8 of 0..1."""
    light = np.zeros(height * width * 4, np.float32)
    arrival = np.full(height * width, 255, np.uint8)
    steps = paths.steps(height, STEP, MOST_STEPS)
    lanes = np.bincount(paths.lanes.flow, minlength=len(paths.group))
    pixels = height / np.maximum(paths.rate, 1e-3)  # a path's length
    # Each group has silk of its own measure: a small one shows its way as clearly as a large one.
    largest = np.zeros(4, np.float32)
    np.maximum.at(largest, paths.group, paths.weight)
    weight = paths.weight / np.maximum(largest[paths.group], 1e-6)
    hair = (FAINTEST + weight) / np.sqrt(np.maximum(lanes, 1)) * pixels
    for _, lane, along, place in paths.tracks(steps):
        x, y = place[:, 0] * width - 0.5, place[:, 1] * height - 0.5
        column, row = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
        fx, fy = x - column, y - row
        flow = paths.lanes.flow[lane]
        strength = (hair[flow] / steps[lane]).astype(np.float32)
        group, when = paths.group[flow], (along * 254).astype(np.uint8)
        for dx, dy, share in (
            (0, 0, (1 - fx) * (1 - fy)),
            (1, 0, fx * (1 - fy)),
            (0, 1, (1 - fx) * fy),
            (1, 1, fx * fy),
        ):
            inside = (column + dx >= 0) & (column + dx < width) & (row + dy >= 0) & (row + dy < height)
            pixel = ((row + dy) * width + column + dx)[inside]
            np.add.at(light, pixel * 4 + group[inside], (share * strength)[inside])
            np.minimum.at(arrival, pixel, when[inside])
    # Where hundreds of paths meet the light must not clip: it grows with the logarithm.
    shown = np.log1p(light * 1.5) * np.float32(255 / np.log(40.0))
    picture = np.minimum(shown, 255).astype(np.uint8)
    return picture.reshape(height, width, 4), arrival.reshape(height, width)


def bake_ends(paths: Paths, width: int, height: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Light where streams begin, and where they end: both (h / 4, w / 4, 4) uint8, a channel a group, the root of the light.

    Its size and its strength grow with the root of all that begins or ends in a place, in the colours of what does.
    """
    count = np.bincount(paths.flow, minlength=len(paths.group)).astype(np.float64)
    wide, high = max(width // SHRINK, 1), max(height // SHRINK, 1)
    return (
        _glows(paths.points[:, 0], paths.group, count, SOURCE, wide, high),
        _glows(paths.points[:, -1], paths.group, count, SINK, wide, high),
    )


def _glows(
    places: Floats,
    group: NDArray[np.int32],
    count: NDArray[np.float64],
    reach: tuple[float, float],
    width: int,
    height: int,
) -> NDArray[np.uint8]:
    light = np.zeros((height, width, 4), np.float64)
    where, index = np.unique(np.round(places, 4), axis=0, return_inverse=True)
    sums = np.zeros((len(where), 4))
    np.add.at(sums, (index.reshape(-1), group), count)
    total = sums.sum(axis=1)
    largest = float(total.max(initial=1.0))
    columns, rows = np.arange(width) + 0.5, np.arange(height) + 0.5
    for (x, y), parts, whole in zip(where, sums, total, strict=True):
        if whole <= 0:
            continue
        far = min(reach[0] + reach[1] * float(np.sqrt(whole)), FARTHEST) * height
        across = np.exp(-0.5 * ((columns - x * width) / far) ** 2)
        along = np.exp(-0.5 * ((rows - y * height) / far) ** 2)
        strength = 0.15 + 0.85 * np.sqrt(whole / largest)
        light += (along[:, None] * across[None, :])[..., None] * (strength * parts / whole)
    return np.asarray(np.sqrt(np.minimum(light, 1.0)) * 255, np.uint8)
