"""A camera in a simulated room: `python -m benchmarks.room_camera run SHOW ...` plays there (`staged`).

What the engine tells of its canvases is what the simulated projector throws: so the
whole way is there, from the canvas to the room, to the camera, to what is sensed. `synthetic:SEED` names the room.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import staged
from benchmarks.room import SimulatedRoom
from installation.clock import now
from installation.inputs.light_slot import LightSlot

SIZE = (480, 270)
RATE = 30.0
AHEAD = 0.030
"""Seconds that drawing the room may take: a picture is drawn as of the moment at which it will be handed over."""
EMPTY = 20.0
"""Seconds before the first visitor comes."""
DELAY = float(os.environ.get("ROOM_DELAY", 0.085))
"""Seconds from a canvas to the picture that shows it. A machine that draws slowly tells of a canvas too late for a short one."""


class LiveRoom:
    """Pictures of the room as time goes by; `DELAY` seconds after a canvas was drawn it is in the picture, later where this
    machine is too busy for that: the note in the status says how many milliseconds it really was, in the middle of 6 s."""

    live = False
    fps = RATE
    slot: LightSlot | None = None

    def __init__(self, seed: int) -> None:
        self.name, self.notes = f"synthetic:{seed}", list[str]()
        self._canvases: list[tuple[float, NDArray[np.uint8]]] = []
        self._number = 0
        self._room = SimulatedRoom(seed, self._at, width=SIZE[0], height=SIZE[1], delay=DELAY, empty=EMPTY)
        self._shown = 0.0
        self._ages: deque[float] = deque(maxlen=round(6 * RATE))
        self._pause = threading.Event()
        self._due = self._began = now()

    def _at(self, seconds: float) -> NDArray[np.uint8] | None:
        moment = seconds + self._began
        found = next(((when, canvas) for when, canvas in reversed(self._canvases) if when <= moment), None)
        if found is None:
            return None
        self._shown = found[0]
        return found[1]

    def read(self, deadline: float) -> Any:
        self._due = max(self._due + 1 / RATE, now() + AHEAD)
        self._pause.wait(max(self._due - AHEAD - now(), 0.0))
        for number, when, canvas in self.slot.canvases(self._number) if self.slot else ():
            self._number = number
            self._canvases = [*self._canvases[-60:], (when, canvas)]
        picture = self._room.frame(self._due - self._began)
        self._pause.wait(max(self._due - now(), 0.0))
        if self._shown:
            self._ages.append(now() - self._shown)
            self.notes[:] = [f"{1000 * float(np.median(self._ages)):.1f}"]
        return picture

    def close(self) -> None:
        self._canvases = []


if __name__ == "__main__":
    staged.main("benchmarks.room_camera", LiveRoom)
