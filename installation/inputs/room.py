"""The room that the synthetic visitor stands in, and the light that falls into it. Only `synthetic` uses it.

`Light` says what goes wrong with the light, each in the amount that is asked for: that is what vision is measured under.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Light:
    """What wanders in the room's light, as shares: 0.15 is 15 %. All 0: only what every room does.

    drift: the whole room, slowly (a cloud). flicker: as lamps on the mains look to a camera. shadow: a soft shadow as wide
    as half the picture wanders through. balance: the camera's white balance, blue against red. jump: the camera's exposure
    leaps every ten seconds.
    """

    drift: float = 0.0
    flicker: float = 0.0
    shadow: float = 0.0
    balance: float = 0.0
    jump: float = 0.0

    def gains(self, seconds: float) -> tuple[float, float, float]:
        """Factors of blue, green and red at a moment. Every change begins after 2 s: the room is looked at first."""
        since = max(seconds - 2.0, 0.0)
        whole = 1.0 + self.drift * math.sin(math.tau * since / 40.0)
        whole *= 1.0 + self.flicker * math.sin(seconds * 40.0)
        if self.jump and seconds > 6.0:
            leap = math.floor((seconds + 4.0) / 10.0)
            settled = min(((seconds + 4.0) - 10.0 * leap) / 0.12, 1.0)  # an exposure takes some pictures to change
            now, before = (self.jump if (leap - k) % 2 else 0.0 for k in (0, 1))
            whole *= 1.0 + before + (now - before) * settled
        tilt = self.balance * math.sin(math.tau * since / 50.0)
        return whole * (1.0 + tilt), whole, whole * (1.0 - tilt)

    def shade(self, seconds: float, width: int, height: int) -> NDArray[np.float32] | None:
        """What a local shadow leaves of the light, (height, width) 0..1; None without one."""
        if not self.shadow or seconds < 2.0:
            return None
        since = seconds - 2.0
        x = 0.5 - 0.75 * math.cos(math.tau * since / 24.0)
        y = 0.45 + 0.2 * math.sin(since * 0.31)
        v, u = np.mgrid[0 : height // 8, 0 : width // 8].astype(np.float32)
        u, v = u / (width // 8) - np.float32(x), (v / (height // 8) - np.float32(y)) * np.float32(height / width)
        inside = 1.0 / (1.0 + np.exp((np.hypot(u, v) - 0.22) / 0.035))
        dark = cv2.resize(inside.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(1.0 - self.shadow * dark, dtype=np.float32)


STEADY = Light()


def clouds(rng: np.random.Generator, width: int, height: int, cells: int) -> NDArray[np.float32]:
    """Smooth noise, about -1..1."""
    grid = rng.normal(0, 0.5, (max(cells * height // width, 2), cells)).astype(np.float32)
    return np.asarray(cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def paint_room(rng: np.random.Generator, width: int, height: int) -> NDArray[np.uint8]:
    """A plastered wall with a few hung pictures, a skirting board, a wooden floor, light from the upper
    left."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = x / width, y / height
    room = np.empty((height, width, 3), np.float32)
    room[...] = np.array([118, 114, 108], np.float32) + rng.uniform(-6, 6, 3).astype(np.float32)
    for cells, strength in ((5, 7.0), (23, 4.0), (90, 4.0), (250, 3.0)):
        room += (strength * clouds(rng, width, height, cells))[..., None]
    for third in range(3):
        _hang_picture(rng, room, (third + float(rng.uniform(0.15, 0.5))) / 3)
    edge = int(0.72 * height)
    room[edge - height // 40 : edge] = (96, 100, 102)
    room[edge - height // 40] = room[edge - 1] = (70, 72, 74)
    # Boards run away from the camera to a vanishing point above the skirting board.
    across = (u - 0.5) / (0.3 + (v - 0.72)) * 4 + 20
    boards = np.array([70, 88, 106], np.float32) + 8 * clouds(rng, width, height, 60)[..., None]
    shade = 8 * np.sin(np.floor(across + 0.5) * 12.9898)[..., None]
    gap = (np.abs(across - np.round(across)) < 0.03)[..., None]
    floor = boards + shade - 22 * gap
    room[edge:] = floor[edge:]
    light = 1.12 - 0.35 * np.hypot(u - 0.3, (v - 0.2) * 0.7) - 0.10 * (np.abs(v - 0.72) < 0.02)
    room *= light[..., None]
    return np.asarray(np.clip(cv2.GaussianBlur(room, (3, 3), 0.6), 8, 240), dtype=np.uint8)


def _hang_picture(rng: np.random.Generator, room: NDArray[np.float32], u: float) -> None:
    height, width = room.shape[:2]
    w, h = int(width * rng.uniform(0.08, 0.16)), int(height * rng.uniform(0.14, 0.24))
    x, y = int(u * width), int(rng.uniform(0.1, 0.26) * height)
    inner = room[y : y + h, x : x + w]
    inner[...] = float(rng.uniform(70, 130)) + rng.uniform(-22, 22, 3)
    inner += 30 * clouds(rng, inner.shape[1], inner.shape[0], 4)[..., None]
    cv2.rectangle(room, (x, y), (x + w - 1, y + h - 1), (62, 70, 80), max(width // 200, 1))


def paint_weave(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Folds and weave of clothes, 256x256, around 128, darker on the side away from the light."""
    folds = 9 * clouds(rng, 256, 256, 9) + 10 * clouds(rng, 256, 256, 30) + 9 * clouds(rng, 256, 256, 70)
    side = np.linspace(10, -10, 256, dtype=np.float32)[None, :]
    return np.asarray(np.clip(122 + folds + side, 60, 190), dtype=np.uint8)
