"""How well the vision sees, against the truth of synthetic visitors. `benchmarks.vision` tells it, tests hold it to floors.

The room has texture, noise and shadows that visitors cast; each condition adds one thing that goes wrong with the light.
Settings were chosen on `DEVELOPMENT` seeds only; `HELD_BACK` were never looked at while they were.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from installation.inputs import visits
from installation.inputs.room import STEADY, Light
from installation.inputs.synthetic import SyntheticVisitor
from installation.inputs.vision import Vision

DEVELOPMENT = (3, 7, 16)
HELD_BACK = (101, 102, 103, 104)

CONDITIONS: dict[str, tuple[Light, float]] = {
    "normal light": (STEADY, 0.95),
    "15 % drift": (Light(drift=0.15), 0.95),
    "4 % flicker": (Light(flicker=0.04), 0.95),
    "local shadow": (Light(shadow=0.35), 0.8),
    "white balance": (Light(balance=0.12), 0.8),
    "exposure jumps": (Light(jump=0.35), 0.8),
}
"""Light, and the intersection over union that is asked for."""

LEAST = 150
"""Pixels of the mask that visitors must fill to be measured: below that they are on their way in or out."""


@dataclass
class Seen:
    """Frame by frame: intersection over union, distance of the centres in picture widths, share of an empty room that is
    taken for visitors, and how many were told apart and were there."""

    ious: list[float] = field(default_factory=list)
    centres: list[float] = field(default_factory=list)
    ghosts: list[float] = field(default_factory=list)
    counts: list[tuple[int, int]] = field(default_factory=list)

    def add(self, other: Seen) -> None:
        for name in ("ious", "centres", "ghosts", "counts"):
            getattr(self, name).extend(getattr(other, name))


def look(
    seed: int,
    light: Light = STEADY,
    timetable: visits.Timetable = visits.EVENING,
    seconds: float = 20.0,
    fps: float = 15.0,
    begin: float = 0.0,
) -> Seen:
    """Lets the vision look at `seconds` of a synthetic room, and compares each third picture with the truth from `begin`."""
    room, vision, seen = SyntheticVisitor(seed, light=light, timetable=timetable), Vision(), Seen()
    for index in range(round(seconds * fps)):
        t = index / fps
        sense = vision.process(room.frame(t), t)
        if index % 3 or t < max(begin, 1.0):
            continue
        mask = sense.mask > 127
        size = (sense.mask.shape[1], sense.mask.shape[0])
        truth = cv2.resize(room.truth(t), size, interpolation=cv2.INTER_AREA)[::-1] > 127
        if truth.sum() < LEAST:
            if not truth.any():
                seen.ghosts.append(float(mask.mean()))
            continue
        seen.ious.append(float((mask & truth).sum() / (mask | truth).sum()))
        rows, columns = np.nonzero(truth)
        x, y = (columns.mean() + 0.5) / size[0], (rows.mean() + 0.5) / size[1]
        shape = size[1] / size[0]
        seen.centres.append(float(np.hypot(sense.centre[0] - x, (sense.centre[1] - y) * shape)))
        there = sum(body.width * body.height > 0.01 and 0.03 < body.x < 0.97 for body in room.bodies(t))
        seen.counts.append((sense.count, there))
    return seen
