"""The shipped show before a simulated room, both ways round: what plays lights the visitors, what is sensed of them plays.

`./run bench shipped` tells what comes of it: smiles and silhouettes under the light of *Living Smiles* itself. Time is the
frames', so that a busy machine changes nothing; between canvas, room and vision stands what stands there on a night (`Eye`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2 as opencv
import numpy as np

from benchmarks import sight
from benchmarks.room import SimulatedRoom
from installation.clock import FixedClock
from installation.engine import Engine
from installation.gpu.device import Device
from installation.inputs import visits
from installation.inputs.eye import Eye
from installation.inputs.faces import Faces
from installation.inputs.light_slot import LightSlot
from installation.inputs.osc import match
from installation.inputs.sense import HEIGHT, WIDTH, Sense
from installation.inputs.vision import Vision
from installation.resources import search_path
from installation.scene.load import load_show

cv2: Any = opencv

CUES = ("1", "3", "5", "8")
"""Cues that are begun with: each then goes on as on a night."""
FPS = 15
EMPTY = 7.0
"""Seconds before the first visitor comes: the wall's light is learned, and then the room."""
SIZE = (480, 270)
CAMERA = (640, 480)
"""The camera's picture, as most give it unless the site says otherwise."""


class Seeing:
    """Senses that a benchmark puts there."""

    def __init__(self) -> None:
        self.sense = Sense.empty()

    def sample(self, seconds: float) -> Sense:
        return self.sense

    def status(self) -> dict[str, object]:
        return {"source": "simulated room"}


@dataclass
class Night:
    """What was seen: smiles, and each picture's intersection over union with the truth."""

    smiles: sight.Smiles = field(default_factory=sight.Smiles)
    ious: list[float] = field(default_factory=list)

    def add(self, other: Night) -> None:
        self.smiles.add(other.smiles)
        self.ious += other.ious


def night(
    device: Device,
    seed: int,
    cue: str,
    seconds: float = 52.0,
    timetable: visits.Timetable = visits.EVENING,
    ambient: float = 0.12,
) -> Night:
    """Plays the show from a cue before a room with visitors, and compares what is sensed with the truth."""
    show = load_show(Path(search_path("shows")[0]) / "living_smiles")
    senses = Seeing()
    engine = Engine(device, show, SIZE, senses, match, fps=float(FPS))
    engine.open(0.0, cue)
    drawn: list[tuple[float, Any]] = []
    room = SimulatedRoom(
        seed,
        lambda moment: next((canvas for when, canvas in reversed(drawn) if when <= moment + 1e-6), None),
        width=CAMERA[0],
        height=CAMERA[1],
        ambient=ambient,
        empty=EMPTY,
        timetable=timetable,
    )
    slot = LightSlot.create()
    eye, vision = Eye(slot, WIDTH, HEIGHT, False), Vision(WIDTH, HEIGHT, faces=Faces())
    corners = room.mapping.to_camera([(0, 0), (1, 0), (1, 1), (0, 1)])
    pairs = [[*map(float, place), *at] for place, at in zip(corners, ((0, 0), (1, 0), (1, 1), (0, 1)), strict=True)]
    slot.want({"pairs": pairs, "own_light": True, "latency": room.delay, "aspect": SIZE[0] / SIZE[1]})
    clock, rows, found = FixedClock(float(FPS)), list[tuple[bool, bool]](), Night()
    for number in range(round(seconds * FPS)):
        frame = clock.next()
        canvas = engine.step(frame).read()[..., :3]
        if canvas.dtype != np.uint8:
            canvas = np.asarray(np.clip(np.rint(255 * np.asarray(canvas, np.float32)), 0, 255), np.uint8)
        canvas = np.ascontiguousarray(canvas)
        drawn[:-8] = []
        drawn.append((frame.seconds, cv2.resize(canvas, (320, 180), interpolation=cv2.INTER_AREA)))
        slot.put(cv2.resize(canvas, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), frame.seconds)
        picture = room.frame(frame.seconds)
        seen = eye.look(picture, frame.seconds)
        if eye.moved():
            vision.reset()
        if eye.measuring:
            continue
        senses.sense = sense = vision.process(seen, frame.seconds, eye.detail(picture))
        eye.see(sense.mask)
        true = max((body.smile for body in room.bodies(frame.seconds)), default=-1.0) > 0.5
        rows.append((true, sense.smile > 0.5))
        if number % 3 == 0 and frame.seconds > EMPTY:
            truth = room.truth(frame.seconds)[::-1] > 127
            if truth.sum() >= sight.LEAST:
                mask = sense.mask > 127
                found.ious.append(float((mask & truth).sum() / (mask | truth).sum()))
    engine.close()
    slot.close()
    found.smiles = sight.judged(rows, FPS)
    return found
