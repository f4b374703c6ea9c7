"""Great arcs over a map: the shortest way round the globe, lifted above the land by how far it goes.

A way that would leave the map at one side and come in at the other is drawn within the map instead, so that nobody has to look
for its other half. Pure numpy, done once at load; called by `render.streams`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

EDGE = 0.965
"""How far up the canvas an arc may rise."""
WESTWARD = 0.72
"""How high an arc rises that goes west, of one that goes east: there and back are two arcs."""
Place = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float32]]
"""Longitudes and latitudes (m,) onto the canvas (m, 2)."""


def flights(
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    project: Place,
    centre_lon: float,
    lift: float,
    half: float = np.pi,
    samples: int = 64,
) -> NDArray[np.float32]:
    """Paths (n, samples, 2) on the canvas between longitudes and latitudes (n, 2) in degrees; `lift` is how high one that
    goes half across the map is lifted, in canvas heights, and `half` how far that is on the globe, in radians."""
    t = np.linspace(0.0, 1.0, samples)
    one, other = _sphere(start), _sphere(end)
    angle = np.arccos(np.clip((one * other).sum(axis=1), -1.0, 1.0))
    sine = np.maximum(np.sin(angle), 1e-9)[:, None]
    near, far = np.sin((1 - t) * angle[:, None]) / sine, np.sin(t * angle[:, None]) / sine
    still = (angle < 1e-6)[:, None]
    near, far = np.where(still, 1 - t, near), np.where(still, t, far)
    way = one[:, None] * near[..., None] + other[:, None] * far[..., None]
    lon = np.degrees(np.arctan2(way[..., 1], way[..., 0]))
    lat = np.degrees(np.arcsin(np.clip(way[..., 2] / np.maximum(np.linalg.norm(way, axis=2), 1e-12), -1.0, 1.0)))
    points = project(lon.reshape(-1), lat.reshape(-1)).reshape(*lon.shape, 2).astype(np.float64)
    ends = np.stack([project(*start.T), project(*end.T)], axis=1).astype(np.float64)
    shown = (lon - centre_lon + 180.0) % 360.0 - 180.0
    leaves = (np.abs(np.diff(shown, axis=1)) > 180.0).any(axis=1)
    flat = ends[:, :1] * (1 - t)[None, :, None] + ends[:, 1:] * t[None, :, None]
    points[leaves] = flat[leaves]
    points[:, 0], points[:, -1] = ends[:, 0], ends[:, 1]
    return raised(points, lift * np.minimum(angle / half, 1.0))


def raised(points: NDArray[np.float64], height: NDArray[np.float64]) -> NDArray[np.float32]:
    """Paths lifted in the middle by a height each (n,), in canvas heights; less where the canvas has no room."""
    bow = np.sin(np.pi * np.linspace(0.0, 1.0, points.shape[1]))
    west = points[:, -1, 0] < points[:, 0, 0]
    height = height * np.where(west, WESTWARD, 1.0)
    room = (EDGE - points[..., 1]) / np.maximum(bow, 0.05)
    room = np.clip(room[:, 1:-1].min(axis=1, initial=np.inf), 1e-6, None)
    height = room * np.tanh(height / room)  # the higher, the closer under the edge: no two lie flat along it
    lifted = points.copy()
    lifted[..., 1] += height[:, None] * bow
    return lifted.astype(np.float32)


def _sphere(place: NDArray[np.float64]) -> NDArray[np.float64]:
    lon, lat = np.radians(place[:, 0]), np.radians(place[:, 1])
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
