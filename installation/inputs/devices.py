"""The cameras of this machine: who they are, what is wrong with them, what they can do, and pictures from one of them.

A camera is named by what stays: its own id (maker, model, serial number), else the socket it is plugged into, else its
name. `device:0` is still understood, but a number changes when another camera is plugged in. `cameras_here` looks and
opens nothing; `Device` is for the camera process only, for a driver may hang for ever. Nothing here ever writes a file.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.errors import DeviceError, Location, did_you_mean
from installation.inputs.settings import Settings

Picture = NDArray[np.uint8]
"""(h, w, 3) BGR, row 0 at the top."""

SYSTEM = Path("/")
"""Where sys and dev are; tests have a folder of their own."""

USUAL = (640, 480, 30.0)
PLUG = "plug one in, or name a film in the site file (camera: source)"


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera of this machine.

    source: what to write into a site file; stays the same when it is plugged in again, and when others are.
    name: what its maker calls it. node: where it is now (/dev/video0), or its number. serial, bus: "" where unknown.
    problem: what is wrong with it, and what to do; "" when nothing is.
    """

    source: str
    name: str
    problem: str = ""
    node: str = ""
    serial: str = ""
    bus: str = ""


def cameras_here(system: Path = SYSTEM) -> list[CameraInfo]:
    """The cameras of this machine, in order of their nodes; opens none of them."""
    if sys.platform == "linux" or system != SYSTEM:
        return _of_linux(system)
    return _of_others()


def _of_linux(system: Path) -> list[CameraInfo]:
    by_id, by_path = (_links(system / "dev" / "v4l" / kind) for kind in ("by-id", "by-path"))
    found: list[CameraInfo] = []
    for number, node in video_nodes(system):
        about = system / "sys" / "class" / "video4linux" / node.name
        if _first_line(about / "index") not in ("", "0"):
            continue  # a camera's second node carries its metadata
        port = (about / "device").resolve().parent
        serial = _first_line(port / "serial")
        # Two cameras of one model without serial numbers share one id: only their sockets tell them apart.
        stable = (by_id.get(node.name) if serial else "") or by_path.get(node.name) or by_id.get(node.name)
        problem = device_problem(node)
        told = f"{problem[0]}: {problem[1]}" if problem else ""
        name = _first_line(about / "name") or node.name
        bus = by_path.get(node.name, "")
        found.append(CameraInfo(f"device:{stable or number}", name, told, str(node), serial, bus))
    return found


def _of_others() -> list[CameraInfo]:
    """What macOS (AVFoundation) and Windows (DirectShow) tell of their cameras, by way of PyAV."""
    import av

    try:
        listed: Sequence[Any] = av.enumerate_input_devices(_system_format())
    except (av.FFmpegError, OSError, ValueError, AttributeError):
        return []
    video = [one for one in listed if "video" in (getattr(one, "media_types", None) or ["video"])]
    found = []
    for number, one in enumerate(video):
        unique, name = str(one.name), str(one.description or one.name)
        same = sum(str(other.description or other.name) == name for other in video) > 1
        stable = unique if same and not unique.isdecimal() else name
        found.append(CameraInfo(f"device:{stable}", name, node=str(number), bus=unique))
    return found


def _system_format() -> str:
    return "dshow" if sys.platform == "win32" else "avfoundation"


def _links(folder: Path) -> dict[str, str]:
    """Which node each stable name of a folder of links leads to: {video0: usb-Maker_Model_Serial-video-index0}."""
    try:
        links = sorted(folder.iterdir())
    except OSError:
        return {}
    return {Path(os.readlink(link)).name: link.name for link in links if link.is_symlink()}


def find(which: str, found: Sequence[CameraInfo]) -> CameraInfo:
    """The camera that is meant: by its stable name, number, node, serial number, socket or name; or the only one whose name
    begins so. Raises DeviceError that tells which there are."""
    text = which.removeprefix("device:")
    where = Location(f"device:{text}")
    folded = text.casefold()
    for same in (
        lambda one: bool({text, Path(text).name} & _exact(one)),
        lambda one: one.name.casefold() == folded,
        lambda one: one.name.casefold().startswith(folded),
    ):
        matching = [one for one in found if text and same(one)]
        if len(matching) == 1:
            return matching[0]
        if matching:
            named = ", ".join(one.source for one in matching)
            raise DeviceError("several cameras are called so", where, f"name one: {named}")
    if not found:
        raise DeviceError("no such camera", where, "no camera is plugged in")
    names = {name for one in found for name in (one.source, one.name)}
    close = did_you_mean(text, names, label="here")
    raise DeviceError("no such camera", where, close)


def _exact(one: CameraInfo) -> set[str]:
    """Everything that names a camera exactly."""
    names = {one.source.removeprefix("device:"), one.node, one.node.removeprefix("/dev/video"), one.serial, one.bus}
    return names - {""}


def of_linux(which: str, system: Path = SYSTEM) -> CameraInfo:
    """The camera that is meant, and where it is now; a node's path need not be listed. Raises DeviceError."""
    path = device_path(which)
    if which.isdecimal() or which.startswith("/"):
        problem = device_problem(path)
        if problem is None or not path.is_symlink():
            told = f"{problem[0]}: {problem[1]}" if problem else ""
            known = next((one for one in cameras_here(system) if one.node == str(path)), None)
            if problem:
                raise DeviceError(problem[0], Location(f"device:{which}"), problem[1])
            return known or CameraInfo(f"device:{which}", which, told, str(path.resolve()))
    chosen = find(which, cameras_here(system))
    if chosen.problem:
        said, _, hint = chosen.problem.partition(": ")
        raise DeviceError(said, Location(f"device:{which}"), hint)
    return chosen


class Device:
    """A camera of this machine. Opening and reading may hang: for the camera process only."""

    live = True

    def __init__(self, which: str, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        self.notes: list[str] = []
        where = Location(f"device:{which}")
        if sys.platform == "linux":
            info = of_linux(which)
            self._capture: _OpenCV | _Named = _OpenCV(info, settings, where)
        else:
            info = find(which, cameras_here())
            self._capture = _Named(info, settings, where)
        self.name, self.fps = info.source, self._capture.fps
        self.notes = self._capture.notes
        self._where = where
        self._node = Path(info.node)
        self._failed = 0

    def read(self, deadline: float) -> Picture | None:
        picture = self._capture.read()
        if picture is None:
            self._failed += 1
            if self._failed > 10 or (sys.platform == "linux" and not self._node.exists()):
                raise DeviceError("the camera is gone", self._where, "check its cable; it is taken up again by itself")
            threading.Event().wait(0.02)  # some drivers answer at once when they have nothing
            return None
        self._failed = 0
        return picture

    def close(self) -> None:
        self._capture.close()


class _OpenCV:
    """A Linux device, through OpenCV."""

    def __init__(self, info: CameraInfo, settings: Settings, where: Location) -> None:
        import cv2

        from installation.inputs import v4l2

        self._capture = cv2.VideoCapture(info.node, cv2.CAP_V4L2)
        if not self._capture.isOpened():
            self._capture.release()
            hint = "is another program using it? installation list cameras"
            raise DeviceError("the camera doesn't open", where, hint)
        usual = [w or u for w, u in zip((settings.width, settings.height, settings.fps), USUAL, strict=True)]
        code = settings.fourcc or "MJPG"
        for name, value in (
            (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*code.ljust(4)[:4])),
            (cv2.CAP_PROP_FRAME_WIDTH, usual[0]),
            (cv2.CAP_PROP_FRAME_HEIGHT, usual[1]),
            (cv2.CAP_PROP_FPS, usual[2]),
            (cv2.CAP_PROP_BUFFERSIZE, 1),  # never an old picture
        ):
            self._capture.set(name, value)
        told = int(self._capture.get(cv2.CAP_PROP_FOURCC))
        fourcc = bytes((told >> shift) & 0xFF for shift in (0, 8, 16, 24)).decode("latin-1")
        width, height = (int(self._capture.get(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        self.fps = min(max(float(self._capture.get(cv2.CAP_PROP_FPS)), 0.0), 120.0)
        self.notes = settings.unmet(width, height, self.fps, fourcc)
        self.notes += v4l2.lock(Path(info.node), settings)

    def read(self) -> Picture | None:
        fine: bool
        picture: Any
        fine, picture = self._capture.read()
        return np.asarray(picture, dtype=np.uint8) if fine and picture is not None else None

    def close(self) -> None:
        self._capture.release()


class _Named:
    """A camera of macOS or Windows, by its name, through PyAV: OpenCV knows their cameras by number only."""

    def __init__(self, info: CameraInfo, settings: Settings, where: Location) -> None:
        import av

        width, height, fps = settings.width or USUAL[0], settings.height or USUAL[1], settings.fps or USUAL[2]
        given = {"video_size": f"{width}x{height}", "framerate": f"{fps:g}"}
        if settings.fourcc == "MJPG" and sys.platform == "win32":
            given["vcodec"] = "mjpeg"
        name = f"video={info.bus or info.name}" if sys.platform == "win32" else info.name
        self.notes = settings.not_here("this system lets us set format, size and rate only")
        try:
            try:
                self._container = av.open(name, format=_system_format(), options=given)
            except (av.FFmpegError, OSError):  # it lacks that size or rate: whatever it likes
                self._container = av.open(name, format=_system_format())
            self._frames = self._container.decode(video=0)
            stream = self._container.streams.video[0]
        except (av.FFmpegError, OSError, ValueError, IndexError) as error:
            hint = "may this program use the camera? see the system's privacy settings"
            raise DeviceError(f"the camera doesn't open ({error})", where, hint) from None
        self.fps = min(float(stream.average_rate or 0), 120.0)
        self.notes += settings.unmet(stream.width, stream.height, self.fps, "")

    def read(self) -> Picture | None:
        import av

        try:
            frame: Any = next(self._frames, None)
        except (av.FFmpegError, OSError):
            return None
        return None if frame is None else np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)

    def close(self) -> None:
        self._container.close()


def first_device(settings: Settings | None = None) -> Device:
    """The first camera that opens. Raises DeviceError when there is none."""
    problems: list[str] = []
    for info in cameras_here():
        if not info.problem:
            try:
                return Device(info.source.removeprefix("device:"), settings)
            except DeviceError as error:
                problems.append(f"{info.name}: {error.problems[0].message}")
        else:
            problems.append(f"{info.name}: {info.problem}")
    raise DeviceError("no camera found" if not problems else f"no camera opens ({'; '.join(problems)})", hint=PLUG)


def device_path(which: str) -> Path:
    """`0` is /dev/video0; anything else is a path already."""
    return Path(f"/dev/video{int(which)}") if which.isdecimal() else Path(which)


def video_nodes(system: Path = SYSTEM) -> list[tuple[int, Path]]:
    """Linux's /dev/video*, by number."""
    nodes = (system / "dev").glob("video*")
    return sorted((int(path.name[5:]), path) for path in nodes if path.name[5:].isdecimal())


def device_problem(path: Path) -> tuple[str, str] | None:
    """What is wrong with a Linux device node, and what to do."""
    if not path.exists():
        named = ", ".join(one.source for one in cameras_here())
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
