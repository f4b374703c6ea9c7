"""A camera before a simulated wall with projectors: `python -m benchmarks.wall_camera run SHOW ...` plays there (`staged`).

Nothing is thrown anywhere, so it reads which pattern is on the wall from what the engine tells the camera. `WALL_NUDGE` pixels is
how far the first projector has moved when the check of the morning looks; `synthetic:SEED` names the room, `WALL_SIZE` (128x96)
the pixels of its projectors.
"""

from __future__ import annotations

import os
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import staged
from benchmarks.projectors import nudged, scene_of
from benchmarks.wall_room import Floats, Room
from installation.clock import now
from installation.inputs.light_slot import LightSlot
from installation.stripes import few_patterns, patterns

CAMERA = (320, 180)
RATE = 30.0


class LiveWall:
    """Pictures of the wall as time goes by."""

    live = False
    fps = RATE
    slot: LightSlot | None = None

    def __init__(self, seed: int) -> None:
        self.name, self.notes = f"synthetic:{seed}", list[str]()
        width, height = (int(side) for side in os.environ.get("WALL_SIZE", "128x96").split("x"))
        self._scene = scene_of(seed, 0.0, (width, height), CAMERA)
        self._moved = nudged(self._scene, float(os.environ.get("WALL_NUDGE", 0.0)))
        self._pause = threading.Event()
        self._due, self._count = now(), 0

    def read(self, deadline: float) -> Any:
        self._due = max(self._due + 1 / RATE, now())
        words = self.slot.wanted() if self.slot else None
        task = (words[1].get("task") or {}) if words else {}
        room = (self._moved if task.get("few") else self._scene).room
        picture = self._photograph(room, task if task.get("kind") == "stripes" else None)
        self._pause.wait(max(self._due - now(), 0.0))
        return picture

    def _photograph(self, room: Room, task: dict[str, Any] | None) -> NDArray[np.uint8]:
        shown: list[Floats | None] = [None] * len(room.projectors)
        if task is not None:
            size = (int(task["size"][0]), int(task["size"][1]))
            pattern = (few_patterns if task["few"] else patterns)(size)[int(task["index"])]
            shown[int(task["output"])] = pattern.picture(size) ** 2.2
        self._count += 1
        grey = np.rint(255 * room.photograph(shown, self._count) ** (1 / 2.2)).astype(np.uint8)[::-1]
        return np.repeat(grey[:, :, None], 3, axis=2)

    def close(self) -> None: ...


if __name__ == "__main__":
    staged.main("benchmarks.wall_camera", LiveWall)
