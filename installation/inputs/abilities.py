"""What each camera of this machine can do, for `installation list cameras`: asked in a process of its own, with a deadline.

`list_cameras` is called by the command line; `told_here` by that process (`camera_process --list`).
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from installation.inputs.devices import CameraInfo, cameras_here

PATIENCE = 15.0
"""Seconds that the drivers of all cameras together may take."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A camera, and what it can do as lines for a person; none where it can't be asked."""

    camera: CameraInfo
    abilities: tuple[str, ...] = ()


def list_cameras() -> list[Listed]:
    """The cameras of this machine with what they can do. One that hangs when it is asked costs the abilities, no camera."""
    here = cameras_here() if sys.platform == "linux" else []
    if sys.platform == "linux" and not here:
        return []
    command = [sys.executable, "-P", "-m", "installation.inputs.camera_process", "--list"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, stdin=subprocess.DEVNULL, check=False)
        told: Any = json.loads(done.stdout or b"[]")
        return [Listed(CameraInfo(**one["camera"]), tuple(one["abilities"])) for one in told]
    except (OSError, ValueError, TypeError, KeyError, subprocess.TimeoutExpired):
        return [Listed(one, ("it doesn't say: its driver hangs",)) for one in here]


def told_here() -> list[dict[str, Any]]:
    """Asks each camera. May hang."""
    return [{"camera": asdict(one), "abilities": _asked(one)} for one in cameras_here()]


def _asked(camera: CameraInfo) -> list[str]:
    if sys.platform == "linux":
        from installation.inputs import v4l2

        if camera.problem:
            return []
        try:
            return lines(v4l2.describe(Path(camera.node)))
        except OSError as error:
            return [f"it doesn't say: {error.strerror}"]
    return ["format, size and rate are taken as asked; exposure and white balance can't be set through this system"]


def lines(can: Any) -> list[str]:
    """The abilities of a Linux camera (`v4l2.Abilities`) as lines: one for each size of each format, then the controls."""
    told = []
    for one in can.formats:
        sizes = ", ".join(
            f"{s.width}x{s.height}" + (f" at {'/'.join(f'{rate:g}' for rate in s.rates[:4])}" if s.rates else "")
            for s in one.sizes[:12]
        )
        told.append(f"{one.fourcc}: {sizes}" if sizes else one.fourcc)
    told += [f"{c.name} {c.low} to {c.high}, now {c.value}" for c in can.controls]
    return told
