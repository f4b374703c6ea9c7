"""What a camera senses of visitors in one picture: a silhouette, its movement, and a few numbers.
Never a pixel.

A `Sense` is immutable and safe to hand to any thread. The vision makes it, `camera.Camera` hands it to the
frame. Knows nothing of OpenCV, so that the frame may import it before the first picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 160, 90
"""Size of the mask and the flow unless asked otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class Sense:
    """One look at the room. Arrays are read-only; positions are canvas UV, origin bottom left.

    mask: (h, w) uint8, 0 room .. 255 visitor, soft at the edge, **row 0 is the bottom** (as GL wants it).
    flow: (h, w, 2) float32, rows as in the mask, +x right, +y up, **both in widths of the picture a second**,
        so that an arrow keeps its angle; in UV a point moves by (x, y * width / height) a second. Zero away
        from visitors.
    presence: 0..1, whether somebody is there; rises within a quarter of a second, falls within about one.
    motion: 0..1, how fast the fast parts of visitors move; 1 is half a picture's width a second or more.
    centre: middle of all silhouettes; the last one known when nobody is there.
    count: bodies that can be told apart (people who overlap count as one).
    sequence: grows with every new picture.
    when: `clock.now()` of the capture; seconds of the scene when rendering.
    source: what looked ("synthetic", "device:0", ...).
    live: True for the camera that was asked for, False for a stand-in or none.
    """

    mask: NDArray[np.uint8]
    flow: NDArray[np.float32]
    presence: float
    motion: float
    centre: tuple[float, float]
    count: int
    sequence: int
    when: float
    source: str
    live: bool

    def __post_init__(self) -> None:
        self.mask.flags.writeable = False
        self.flow.flags.writeable = False

    @staticmethod
    def empty(width: int = WIDTH, height: int = HEIGHT, source: str = "none", sequence: int = 0) -> Sense:
        """Nobody, seen by nothing: every value at rest."""
        mask, flow = _nothing(width, height)
        return Sense(mask, flow, 0.0, 0.0, (0.5, 0.5), 0, sequence, 0.0, source, False)


@lru_cache(maxsize=4)
def _nothing(width: int, height: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    return np.zeros((height, width), np.uint8), np.zeros((height, width, 2), np.float32)
