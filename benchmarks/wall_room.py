"""A room with projectors, a wall and a camera, worked out ray by ray: what calibration is proved in. Numpy alone.

Poses, lenses, the wall's shape and paint, the light of the room and the noise of the camera are known, so it is known which
pixel of which projector each pixel of the camera truly sees. Used by `./run bench calibrate` and tests, never by the engine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Lens:
    """A camera or a projector: where it is, where it looks, how wide. Metres, degrees; y up, the wall is at z = 0.

    `throw`: distance over the width of its picture. `k1`, `k2`: radial distortion (D. Brown, 1966), in units of its half
    width at distance one.
    """

    at: tuple[float, float, float]
    towards: tuple[float, float, float]
    throw: float
    size: tuple[int, int]
    k1: float = 0.0
    k2: float = 0.0
    roll: float = 0.0

    @property
    def axes(self) -> Floats:
        """Right, up and forward as rows."""
        forward = np.subtract(self.towards, self.at)
        forward = forward / np.linalg.norm(forward)
        right = np.cross(forward, (0.0, 1.0, 0.0))
        right /= np.linalg.norm(right)
        up = np.cross(right, forward)
        turn = math.radians(self.roll)
        return np.array(
            [math.cos(turn) * right + math.sin(turn) * up, math.cos(turn) * up - math.sin(turn) * right, forward]
        )

    def project(self, points: Floats) -> Floats:
        """(n, 3) places of the room to (n, 2) pixels, from the bottom left; NaN behind it and where it bends over."""
        seen = (points - np.array(self.at)) @ self.axes.T
        depth = np.where(seen[:, 2] > 1e-6, seen[:, 2], np.nan)
        flat = seen[:, :2] / depth[:, None] * 2 * self.throw  # 1 at the picture's side edges
        square = (flat**2).sum(axis=1, keepdims=True)
        bent = flat * (1 + self.k1 * square + self.k2 * square**2)
        bent[(1 + 3 * self.k1 * square + 5 * self.k2 * square**2)[:, 0] <= 0.1] = np.nan
        width, height = self.size
        return np.asarray(bent * width / 2 + np.array([width / 2, height / 2]))

    def rays(self, pixels: Floats) -> Floats:
        """(n, 2) pixels to (n, 3) directions."""
        width, height = self.size
        bent = (pixels - np.array([width / 2, height / 2])) / (width / 2)
        flat = bent.copy()
        for _ in range(20):
            square = (flat**2).sum(axis=1, keepdims=True)
            flat = bent / (1 + self.k1 * square + self.k2 * square**2)
        local = np.column_stack([flat / (2 * self.throw), np.ones(len(flat))])
        return np.asarray(local @ self.axes)


@dataclass(frozen=True)
class Room:
    """A wall, flat (radius 0) or a part of an upright cylinder that bends around its viewers, and what stands before it."""

    camera: Lens
    projectors: tuple[Lens, ...]
    radius: float = 0.0
    ambient: float = 0.2
    noise: float = 0.02
    """Standard deviation of each camera pixel, and the light of the room, in parts of a projector's white."""
    exposure: float = 0.45
    """What of its range the camera gives for a projector's white on a white wall."""
    seed: int = 0

    def wall(self, start: Sequence[float], rays: Floats) -> Floats:
        """Where rays from a place meet the wall: (n, 3)."""
        origin = np.array(start, np.float64)
        if not self.radius:
            return np.asarray(origin + rays * (-origin[2] / rays[:, 2])[:, None])
        centre = np.array([0.0, self.radius])  # x, z: the wall's middle is at z = 0
        o, d = origin[[0, 2]] - centre, rays[:, [0, 2]]
        a, b, c = (d**2).sum(axis=1), 2 * d @ o, float(o @ o) - self.radius**2
        along = (-b + np.sqrt(np.maximum(b * b - 4 * a * c, 0.0))) / (2 * a)  # the far side: from within
        return np.asarray(origin + rays * along[:, None])

    def camera_pixels(self) -> Floats:
        width, height = self.camera.size
        x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
        return np.stack([x.ravel(), y.ravel()], axis=1)

    def truth(self, projector: int) -> tuple[Floats, Floats]:
        """Which place of a projector each camera pixel sees, in its pixels: x and y, (h, w); NaN beside its picture."""
        lens = self.projectors[projector]
        pixels = self.camera_pixels()
        there = lens.project(self.wall(self.camera.at, self.camera.rays(pixels)))
        outside = ((there < 0) | (there > lens.size)).any(axis=1) | np.isnan(there).any(axis=1)
        there[outside] = np.nan
        width, height = self.camera.size
        return there[:, 0].reshape(height, width), there[:, 1].reshape(height, width)

    def painted(self) -> Floats:
        """How much light each place of the wall gives back, (h, w) of the camera: plaster, with posters and a dark stain."""
        known: dict[str, Floats] = self.__dict__.setdefault("_paint", {})
        if "paint" not in known:
            known["paint"] = self._paints()
        return known["paint"]

    def _paints(self) -> Floats:
        chance = np.random.default_rng(self.seed + 99)
        width, height = self.camera.size
        x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
        paint = 0.8 + 0.0 * x
        for _ in range(12):
            (fx, fy), turn = chance.uniform(2, 30, 2), chance.uniform(0, 6.3)
            paint += 0.02 * np.sin(fx * x * 6.3 + fy * y * 6.3 + turn)
        stain = np.exp(-(((x - chance.uniform(0.3, 0.7)) / 0.05) ** 2 + ((y - chance.uniform(0.3, 0.7)) / 0.08) ** 2))
        return np.asarray(np.clip(paint - 0.35 * stain, 0.1, 1.0))

    def photograph(self, pictures: Sequence[Floats | None], number: int = 0) -> Floats:
        """What the camera sees, (h, w), 0..1, while each projector shows (h, w) of linear light, row 0 the bottom; None: dark."""
        width, height = self.camera.size
        light = np.full((height, width), self.ambient)
        for projector, picture in enumerate(pictures):
            if picture is None:
                continue
            lit, footprints = self._footprints(projector)
            light[lit] += picture.ravel()[footprints].mean(axis=0)
        seen = blurred(light * self.painted()) * self.exposure
        chance = np.random.default_rng((self.seed, number))
        noisy = seen + chance.normal(0.0, self.noise * self.exposure, seen.shape)
        return np.asarray(np.round(np.clip(noisy, 0.0, 1.0) * 255) / 255)

    def _footprints(self, projector: int) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
        """Which camera pixels see the projector's light, and for each nine of its pixels, which the camera's pixel covers."""
        known = self.__dict__.setdefault("_known", {})
        if projector not in known:
            x, y = self.truth(projector)
            width, height = self.projectors[projector].size
            lit = np.isfinite(x)
            across, up = np.nan_to_num(np.gradient(x, axis=1)) / 3, np.nan_to_num(np.gradient(y, axis=0)) / 3
            found = []
            for i, j in ((i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
                column = np.clip((x + i * across)[lit], 0, width - 1).astype(np.intp)
                found.append(np.clip((y + j * up)[lit], 0, height - 1).astype(np.intp) * width + column)
            known[projector] = lit, np.array(found)
        return known[projector]  # type: ignore[no-any-return]


def blurred(picture: Floats) -> Floats:
    """Through a lens that is a little soft: three pixels wide."""
    for axis in (0, 1):
        padded = np.pad(picture, [(1, 1) if axis == n else (0, 0) for n in (0, 1)], mode="edge")
        rows = np.moveaxis(padded, axis, 0)
        low, middle, high = (np.moveaxis(rows[n : n + picture.shape[axis]], 0, axis) for n in range(3))
        picture = 0.25 * low + 0.5 * middle + 0.25 * high
    return picture
