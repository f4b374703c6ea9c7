"""What a camera senses of visitors in one picture: a silhouette, its movement, and a few numbers.
Never a pixel.

A `Sense` is immutable and safe to hand to any thread. The vision makes it, `camera.Camera` hands it to the
frame. Knows nothing of OpenCV, so that the frame may import it before the first picture.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 160, 90
"""Size of the mask and the flow unless asked otherwise."""

MOST_BODIES = 16
"""Visitors who are followed at once."""


class Body(NamedTuple):
    """A visitor who is followed. Places are canvas UV, origin bottom left; velocity in UV a second.

    number: theirs for as long as they are followed; never 0. x, y: the middle of their silhouette. width, height: of the
    box around it. age: seconds since they came. hands: 0, 1 or 2 that are raised above the chin. confidence: 0..1.
    """

    number: float
    x: float
    y: float
    width: float
    height: float
    vx: float
    vy: float
    age: float
    hands: float
    confidence: float


BODY = Body._fields


def _nobody() -> NDArray[np.float32]:
    table = np.zeros((MOST_BODIES, len(BODY)), np.float32)
    table.flags.writeable = False
    return table


NOBODY = _nobody()


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
    bodies: (16, 10) float32, a visitor a row in the order of `BODY`; rows of zeros are nobody. `people` reads it.
    hands: how many hands are raised.
    smile: 0..1, how broadly the broadest smile is, smoothed; 0.5 is where a smile begins.
    faces: how many faces were found at the last look for them.
    face: middle of the face that smiles most (else of the largest), and its height in picture heights; the last one known.
    face_age: seconds since faces were last looked for, at `when`; 0 where nobody looks for them.
    confidence: 0..1, how sure the silhouettes and what is made of them are.
    face_confidence: 0..1, in how many of the last looks at visitors faces were found.
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
    bodies: NDArray[np.float32] = field(default_factory=lambda: NOBODY)
    hands: int = 0
    smile: float = 0.0
    faces: int = 0
    face: tuple[float, float, float] = (0.5, 0.5, 0.0)
    face_age: float = 0.0
    confidence: float = 0.0
    face_confidence: float = 0.0

    @property
    def people(self) -> list[Body]:
        """Everybody who is followed."""
        return [Body(*row) for row in self.bodies.tolist() if row[0]]

    @property
    def edges(self) -> NDArray[np.uint8]:
        """Outlines of the silhouettes: (h, w) uint8, 255 where the mask is steepest, rows as in the mask."""
        mask = self.mask.astype(np.int16)
        across, up = np.zeros_like(mask), np.zeros_like(mask)
        across[:, 1:-1] = np.abs(mask[:, 2:] - mask[:, :-2])
        up[1:-1] = np.abs(mask[2:] - mask[:-2])
        return np.maximum(across, up).astype(np.uint8)

    def __post_init__(self) -> None:
        self.mask.flags.writeable = False
        self.flow.flags.writeable = False
        self.bodies.flags.writeable = False

    @staticmethod
    def empty(width: int = WIDTH, height: int = HEIGHT, source: str = "none", sequence: int = 0) -> Sense:
        """Nobody, seen by nothing: every value at rest."""
        mask, flow = _nothing(width, height)
        return Sense(mask, flow, 0.0, 0.0, (0.5, 0.5), 0, sequence, 0.0, source, False)


@lru_cache(maxsize=4)
def _nothing(width: int, height: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    return np.zeros((height, width), np.uint8), np.zeros((height, width, 2), np.float32)
