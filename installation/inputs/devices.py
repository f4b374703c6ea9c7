"""The cameras of this machine: their names, what is wrong with them, and pictures from one of them.

`list_cameras` is for the command line, `device_problem` for whoever wants to know before opening, `Device`
for the camera process only, for a driver may hang for ever. Nothing here ever writes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.clock import now
from installation.errors import DeviceError, Location

Picture = NDArray[np.uint8]
"""(h, w, 3) BGR, row 0 at the top."""

FROZEN = 2.0
"""Seconds of exactly equal pictures after which a device counts as lost: an unplugged one can repeat its
last."""


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera of this machine: what to write as `source`, its name, and what is wrong with it ("" if
    nothing)."""

    source: str
    name: str
    problem: str = ""


class Device:
    """A camera of this machine, through OpenCV. `read` may hang: for the camera process only."""

    def __init__(self, which: str) -> None:
        import cv2

        self.name = f"device:{which}"
        self._path = device_path(which)
        where = Location(self.name)
        if sys.platform == "linux":
            problem = device_problem(self._path)
            if problem:
                raise DeviceError(problem[0], where, problem[1])
            self._capture = cv2.VideoCapture(str(self._path), cv2.CAP_V4L2)
        elif sys.platform == "win32":  # Media Foundation takes 12 to 20 s to open a camera
            self._capture = cv2.VideoCapture(whole_number(which, where), cv2.CAP_DSHOW)
        else:
            self._capture = cv2.VideoCapture(whole_number(which, where))
        if not self._capture.isOpened():
            self._capture.release()
            raise DeviceError(
                "the camera doesn't open", where, "is another program using it? installation list cameras"
            )
        self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        for name, value in (
            (cv2.CAP_PROP_FRAME_WIDTH, 640),
            (cv2.CAP_PROP_FRAME_HEIGHT, 480),
            (cv2.CAP_PROP_FPS, 30),
            (cv2.CAP_PROP_BUFFERSIZE, 1),  # never an old picture
        ):
            self._capture.set(name, value)
        self._failed = 0
        self._trace: Picture | None = None
        self._changed = now()

    def read(self, deadline: float) -> Picture | None:
        fine: bool
        picture: Any
        fine, picture = self._capture.read()
        moment = now()
        where = Location(self.name)
        if not fine or picture is None:
            self._failed += 1
            if self._failed > 10 or (sys.platform == "linux" and not self._path.exists()):
                raise DeviceError("the camera is gone", where, "check its cable; it is taken up again by itself")
            threading.Event().wait(0.02)  # some drivers answer at once when they have nothing
            return None
        self._failed = 0
        trace = picture[::16, ::16]
        if self._trace is None or not np.array_equal(trace, self._trace):
            self._trace, self._changed = trace.copy(), moment
        elif moment - self._changed > FROZEN:
            raise DeviceError("the camera repeats one picture", where, "check its cable, or plug it in again")
        return np.asarray(picture, dtype=np.uint8)

    def close(self) -> None:
        self._capture.release()


def list_cameras() -> list[CameraInfo]:
    """The cameras of this machine, in order. Elsewhere than on Linux they are tried in a process of their
    own."""
    if sys.platform == "linux":
        found = []
        for number, path in video_nodes():
            about = Path("/sys/class/video4linux") / path.name
            name = _first_line(about / "name") or path.name
            if _first_line(about / "index") not in ("", "0"):
                continue  # a camera's second node carries its metadata
            problem = device_problem(path)
            found.append(CameraInfo(f"device:{number}", name, f"{problem[0]}: {problem[1]}" if problem else ""))
        return found
    command = [sys.executable, "-m", "installation.inputs.camera_process", "--list"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=30, stdin=subprocess.DEVNULL, check=False)
        return [CameraInfo(f"device:{int(n)}", f"camera {int(n)}") for n in json.loads(done.stdout or b"[]")]
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return []


def probe_devices(limit: int = 4) -> list[int]:
    """Numbers of the devices that open and deliver a picture. Slow, and may hang: in a process of its own
    only."""
    found = []
    for number in range(limit):
        try:
            device = Device(str(number))
        except DeviceError:
            continue
        try:
            if any(device.read(now() + 1.0) is not None for _ in range(5)):
                found.append(number)
        except DeviceError:
            pass
        finally:
            device.close()
    return found


def first_device() -> Device:
    """The first camera that opens and delivers a picture. Raises DeviceError when there is none."""
    numbers = [number for number, _ in video_nodes()] if sys.platform == "linux" else list(range(4))
    for number in numbers:
        try:
            device = Device(str(number))
        except DeviceError:
            continue
        try:
            if any(device.read(now() + 1.0) is not None for _ in range(5)):
                return device
        except DeviceError:
            pass
        device.close()
    raise DeviceError("no camera found", hint="plug one in, or name a film in the site file (camera: source)")


def device_path(which: str) -> Path:
    """`0` is /dev/video0; anything else is a path already."""
    return Path(f"/dev/video{int(which)}") if which.isdecimal() else Path(which)


def video_nodes() -> list[tuple[int, Path]]:
    """Linux's /dev/video*, by number."""
    nodes = Path("/dev").glob("video*")
    return sorted((int(path.name[5:]), path) for path in nodes if path.name[5:].isdecimal())


def device_problem(path: Path) -> tuple[str, str] | None:
    """What is wrong with a Linux device node, and what to do."""
    if not path.exists():
        named = ", ".join(f"device:{number}" for number, _ in video_nodes())
        return "no such camera", f"here: {named}" if named else "no camera is plugged in"
    if not path.is_char_device():
        return "not a camera", "a camera is a node such as /dev/video0"
    if not os.access(path, os.R_OK | os.W_OK):
        return "this user may not open the camera", "sudo usermod -aG video $USER, then log in again"
    return None


def _first_line(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip().partition("\n")[0][:80]
    except OSError:
        return ""


def whole_number(text: str, where: Location) -> int:
    """A number in a source's text, such as a seed. Raises DeviceError."""
    if not text.isdecimal():
        raise DeviceError(f'"{text}" is not a number', where, "device:0, synthetic:7")
    return int(text)
