"""The process that draws what the next GO would show: `python -m installation.console.blind_process`, started by `blind.Blind`.

A show of its own, small, far from the wall's: it jumps to the cue that stands by, lets some seconds pass, and draws one picture.
It can't be in the way: it takes the processor only while nobody else wants it, opens no camera and no port, sends and writes
nothing, and ends with whoever started it. One JSON object a line in; out a line of JSON, and after it the bytes of a JPEG.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack
from typing import Any

from installation.children import die_with
from installation.clock import FixedClock
from installation.console.pictures import encode
from installation.engine import Engine
from installation.errors import InstallationError
from installation.gpu.device import Device
from installation.inputs.audio import OfflineAudio
from installation.inputs.osc import match
from installation.outputs.monitor import ReadBack
from installation.scene.load import load_playable
from installation.scene.schema import SiteFile
from installation.watching import offline_cameras

FPS = 15.0
DRAWN = 20
"""Frames that are drawn: what a scene grows needs a few."""
INTO = 3.0
"""Seconds into the cue that are shown, once its pre-wait is over; less where the next cue comes sooner."""


class Stage:
    """A show, opened for looking ahead. Remembers its engine, and where its clock is."""

    def __init__(self, device: Device, folder: str, size: tuple[int, int]) -> None:
        """Raises InstallationError."""
        show, _ = load_playable(folder)
        site = SiteFile.model_validate({"camera": {"source": "synthetic"}, "audio": {"source": "none"}})
        self._stack = ExitStack()
        camera = offline_cameras(site)
        self._stack.callback(camera.close)
        ear = OfflineAudio()
        self._stack.callback(ear.close)
        self._engine = Engine(device, show, size, camera, match, ears=ear, fps=FPS)
        self._stack.callback(self._engine.close)
        self._read = ReadBack(device, size)
        self._stack.callback(self._read.close)
        self._clock = FixedClock(FPS)

    def picture(self, cue: str, values: dict[str, Any]) -> bytes:
        """A JPEG of the wall after GO to a cue, with what hands have set. Raises CommandError for a cue that isn't there."""
        engine = self._engine
        engine.reset()
        engine.skip(self._clock.next())
        engine.cues.stand(cue, engine.time[0])  # moved by hand: GO makes up for all that lies before
        engine.go(None, 0.0)
        engine.skip(self._clock.next())
        for address, value in values.items():
            if address in engine.params:
                engine.set_by_name(address, value)
        entry = engine.cues.order.entries[cue].cue
        after = float(entry.post_wait) / 2 if entry.continue_mode == "auto-continue" else INTO
        frames = max(round((float(entry.pre_wait) + min(after, INTO)) * FPS), DRAWN)
        for _ in range(frames - DRAWN):
            engine.skip(self._clock.next())
        canvas = engine.wall.canvas
        for _ in range(DRAWN):
            canvas = engine.step(self._clock.next())
        return encode(self._read.read(canvas))

    def close(self) -> None:
        self._stack.close()


def humble() -> bool:
    """Takes the processor only while nobody else wants it; whether this system can do that wholly."""
    if hasattr(os, "sched_setscheduler"):
        try:
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
            return True
        except OSError:
            pass
    if hasattr(os, "nice"):
        os.nice(19)
    return False


def main(arguments: list[str]) -> int:
    die_with(int(arguments[0]))
    idle = humble()
    device = Device.headless()
    _say({"ready": True, "idle": idle, "software": device.software})
    stage: Stage | None = None
    opened: object = None
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        try:
            wanted = asked["folder"], asked["revision"], asked["size"]
            if stage is None or wanted != opened:
                if stage is not None:
                    stage.close()
                stage, opened = None, None
                stage, opened = Stage(device, asked["folder"], tuple(asked["size"])), wanted
            _say({}, stage.picture(asked["cue"], asked["values"]))
        except InstallationError as error:
            _say({"problem": error.problems[0].message})
    return 0


def _say(answer: dict[str, Any], picture: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps({**answer, "bytes": len(picture)}).encode() + b"\n" + picture)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
