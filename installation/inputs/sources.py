"""Opens what a camera's source names: a device, a stream, a film, a folder of pictures, or the synthetic visitor.

`device:NAME` (as `installation list cameras` tells it; also its serial number, socket, node or number), `rtsp://…` and
`http://…`, a film file, a folder, `synthetic` or `synthetic:7` (its seed), `none`, `device` (the first that works) and
`auto` (the same, else the synthetic visitor). Called by the camera process and by the offline camera. A device's
`read` may hang for ever whatever deadline it is given: only the camera process may open one. Nothing here ever writes.
"""

from __future__ import annotations

import os
import sys
import threading
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import numpy as np

from installation.clock import now
from installation.errors import DeviceError, Location, did_you_mean
from installation.inputs.devices import PLUG, Device, Picture, first_device, of_linux, video_nodes, whole_number
from installation.inputs.settings import Settings
from installation.inputs.stream import Stream, is_stream, shown

__all__ = ["Paced", "Picture", "absent", "is_live", "open_recording", "open_source"]

WORKING_WIDTH = 640
"""Films and pictures wider than this are made smaller as they are read: the vision needs no more."""

SLOWEST = 10.0
"""Pictures a second at least: a slower recording repeats its pictures, so that it doesn't look lost."""

PICTURE_KINDS = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff")
PICTURE_LIMIT = 64 * 1024 * 1024
_WORDS = ("auto", "device", "none", "synthetic")


class Source(Protocol):
    """What delivers pictures as time goes by. `fps` is the rate that it promises, 0 where it doesn't; `notes` are settings
    that it doesn't keep; one that isn't `live` can't be unwell."""

    name: str
    fps: float
    notes: list[str]

    @property
    def live(self) -> bool: ...

    def read(self, deadline: float) -> Picture | None:
        """The next picture; None when none came until `deadline` (`clock.now()`). DeviceError when it is
        lost."""

    def close(self) -> None: ...


class Recording(Protocol):
    """What has a picture for every moment: can be played, and rendered from."""

    name: str
    fps: float

    def frame(self, seconds: float) -> Picture: ...

    def close(self) -> None: ...


class Paced:
    """Plays a recording at its own rate, from its beginning; pictures whose time has passed are left out."""

    live = False

    def __init__(self, recording: Recording, settings: Settings | None = None) -> None:
        self.name, self.fps = recording.name, recording.fps
        self.notes = (settings or Settings()).nowhere("it is a recording")
        self._recording = recording
        self._rate = max(recording.fps, SLOWEST)
        self._began: float | None = None
        self._index = -1
        self._pause = threading.Event()

    def read(self, deadline: float) -> Picture | None:
        moment = now()
        if self._began is None:
            self._began = moment
        index = max(self._index + 1, int((moment - self._began) * self._rate))
        due = self._began + index / self._rate
        if due > deadline:
            self._pause.wait(max(deadline - moment, 0.0))
            return None
        if due > moment:
            self._pause.wait(due - moment)
        self._index = index
        return self._recording.frame(index / self._rate)

    def close(self) -> None:
        self._recording.close()


class Film:
    """A film file, played round and round. The sound is ignored."""

    def __init__(self, path: Path) -> None:
        import av

        self.name = path.name
        self._where = Location(str(path))
        _regular_file(path, "film")
        try:
            self._container = av.open(str(path))
        except (av.FFmpegError, OSError, ValueError) as error:
            raise DeviceError(
                f"not a film that can be read ({error})", self._where, "an MP4 with H.264 always works"
            ) from None
        if not self._container.streams.video:
            self._container.close()
            raise DeviceError("has no picture track", self._where, "name a film, not a sound")
        self._stream = self._container.streams.video[0]
        self._stream.thread_count = 1  # the cores belong to the wall
        self.fps = min(max(float(self._stream.average_rate or 25), 1.0), 60.0)
        self._frames: Any = iter(())
        self._shown: Any = None
        self._picture: Picture | None = None
        self._next: Any = None
        self._start, self.duration = 0.0, 1.0
        self._rewind(0.0)
        if self._next is None:
            self.close()
            raise DeviceError("has no picture that can be decoded", self._where, "play it elsewhere to check it")
        self._start = self._time(self._next)
        self.duration = max(self._length(), 1 / self.fps)

    def frame(self, seconds: float) -> Picture:
        """The picture at `seconds` modulo the film's duration, at most 640 wide."""
        wanted = self._start + max(seconds, 0.0) % self.duration + 1e-4
        shown = self._time(self._shown) if self._shown is not None else None
        if shown is not None and (wanted < shown - 1e-3 or wanted > shown + 3.0):
            self._rewind(wanted)
        changed = self._shown is None
        while self._next is not None and (self._shown is None or self._time(self._next) <= wanted):
            self._shown, self._next, changed = self._next, self._decode(), True
        if changed or self._picture is None:
            self._picture = self._convert(self._shown)
        if self._next is None:  # the end; a damaged film's may come earlier than it says
            self.duration = min(self.duration, self._time(self._shown) - self._start + 1 / self.fps)
        return self._picture

    def close(self) -> None:
        self._container.close()

    def _length(self) -> float:
        if self._stream.duration and self._stream.time_base:
            return float(self._stream.duration * self._stream.time_base)
        if self._container.duration:
            return float(self._container.duration) / 1e6
        return 3600.0 * 24  # not said: known once the end is reached

    def _rewind(self, seconds: float) -> None:
        import av

        base = float(self._stream.time_base or 1e-3)
        try:
            self._container.seek(max(int(seconds / base), 0), stream=self._stream, backward=True)
        except (av.FFmpegError, OSError):
            pass  # a film that can't be wound is only played on
        self._frames = self._container.decode(self._stream)
        self._shown = None
        self._next = self._decode()

    def _decode(self) -> Any:
        """The next frame that can be decoded; None at the end. A few damaged ones are passed over."""
        import av

        for _ in range(50):
            try:
                return next(self._frames)
            except StopIteration:
                return None
            except av.error.EOFError:
                return None
            except (av.FFmpegError, ValueError):
                self._frames = self._container.decode(self._stream)
        return None

    def _time(self, frame: Any) -> float:
        return float(frame.time) if frame.time is not None else 0.0

    def _convert(self, frame: Any) -> Picture:
        width, height = frame.width, frame.height
        if width > WORKING_WIDTH:
            width, height = WORKING_WIDTH, max(round(height * WORKING_WIDTH / width), 2)
        picture = frame.reformat(width=width, height=height, format="bgr24", interpolation="AREA").to_ndarray()
        return np.ascontiguousarray(picture, dtype=np.uint8)


class Pictures:
    """A folder of pictures in the order of their names, 30 a second, round and round."""

    fps = 30.0

    def __init__(self, folder: Path) -> None:
        self.name = folder.name or str(folder)
        self._where = Location(str(folder))
        try:
            self._paths = sorted(
                path for path in folder.iterdir() if path.suffix.lower() in PICTURE_KINDS and path.is_file()
            )
        except OSError as error:
            raise DeviceError(f"the folder can't be read ({error.strerror})", self._where) from None
        if not self._paths:
            kinds = ", ".join(kind.lstrip(".") for kind in PICTURE_KINDS)
            raise DeviceError("no pictures in this folder", self._where, f"pictures are: {kinds}")
        self._index = -1
        self._picture: Picture | None = None
        if self._load(0) is None:
            raise DeviceError("not a picture that can be read", Location(str(self._paths[0])))

    def frame(self, seconds: float) -> Picture:
        """The picture at `seconds`; one that can't be read is passed over, and the one before it stays."""
        index = int(max(seconds, 0.0) * self.fps + 1e-6) % len(self._paths)
        if index != self._index or self._picture is None:
            self._index = index
            found = self._load(index)
            self._picture = self._picture if found is None else found
        if self._picture is None:
            raise DeviceError("not a picture that can be read", Location(str(self._paths[index])))
        return self._picture

    def close(self) -> None:
        self._picture = None

    def _load(self, index: int) -> Picture | None:
        import cv2

        path = self._paths[index]
        try:
            if path.stat().st_size > PICTURE_LIMIT:
                return None
            picture: Any = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
        except (OSError, cv2.error):
            return None
        if picture is None:
            return None
        if picture.shape[1] > WORKING_WIDTH:
            size = (WORKING_WIDTH, max(round(picture.shape[0] * WORKING_WIDTH / picture.shape[1]), 1))
            picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        return np.asarray(picture, dtype=np.uint8)


def open_recording(text: str, seed: int = 0) -> Recording:
    """Opens what has a picture for every moment. Raises DeviceError with its place, also for a device."""
    word, _, rest = text.partition(":")
    if word in ("synthetic", "auto"):
        from installation.inputs.synthetic import SyntheticVisitor

        return SyntheticVisitor(whole_number(rest, Location(text)) if rest else seed)
    if word in ("device", "none") or is_live(text):
        raise DeviceError("a camera can't be rendered from", Location(shown(text)), "synthetic, a film or a folder can")
    problem = absent(text)
    if problem:
        raise problem
    path = Path(text)
    return Pictures(path) if path.is_dir() else Film(path)


def open_source(text: str, seed: int = 0, settings: Settings | None = None, stream: int = -1) -> Source:
    """Opens a source to be read as time goes by. Raises DeviceError with its place and what to try.

    `stream` is the file descriptor from which a stream's packets come.
    """
    if text in ("auto", "device"):
        try:
            return first_device(settings)
        except DeviceError:
            if text == "device":
                raise
            return Paced(open_recording("synthetic", seed), settings)
    if text.startswith(("device:", "/dev/video")):
        return Device(text.removeprefix("device:"), settings)
    if is_stream(text):
        if stream < 0:
            raise DeviceError("a stream comes through a process of its own", Location(shown(text)))
        return Stream(text, stream, settings)
    return Paced(open_recording(text, seed), settings)


def is_live(text: str) -> bool:
    """Whether a source looks at the world as it is now, so that it can't be rendered from."""
    return text in ("auto", "device") or text.startswith(("device:", "/dev/")) or is_stream(text)


def absent(text: str) -> DeviceError | None:
    """What can be said without opening anything: an error when the source certainly isn't there, else None.

    Cheap, loads no OpenCV: the engine's side asks it before it starts a process.
    """
    word = text.partition(":")[0]
    if word in ("none", "synthetic", "auto"):
        return None
    if text == "device":
        if sys.platform == "linux" and not video_nodes():
            return DeviceError("no camera found", hint=PLUG)
        return None
    if text.startswith(("device:", "/dev/video")):
        if sys.platform != "linux":
            return None
        try:
            of_linux(text.removeprefix("device:"))
        except DeviceError as error:
            return error
        return None
    if "://" in text:
        if not is_stream(text):
            return DeviceError("streams of this kind can't be opened", Location(shown(text)), "rtsp:// and http:// can")
        if sys.platform == "win32":
            return DeviceError("streams can be read on Linux and macOS only", Location(shown(text)))
        try:
            parts = urlsplit(text)
            fine = bool(parts.hostname) and parts.port != 0
        except ValueError:
            fine = False
        return None if fine else DeviceError("not an address", Location(shown(text)), "rtsp://HOST:554/PATH")
    path = Path(text)
    if not path.exists():
        hint = "check camera: source; a path is looked for in the folder in which the show is started"
        if os.sep not in text and not path.suffix:
            meant = get_close_matches(text, _WORDS, n=1, cutoff=0.55)
            hint = did_you_mean(word, _WORDS) if meant else f"a camera is written device:{text}"
        return DeviceError("no such film or folder", Location(text), hint)
    if not path.is_dir() and not path.is_file():
        return DeviceError("not a film, nor a folder", Location(text), "a camera is written device:/dev/video0")
    return None


def _regular_file(path: Path, kind: str) -> None:
    if not path.is_file():  # a named pipe would hang whoever reads it
        raise DeviceError(f"not a {kind}", Location(str(path)), "it must be a regular file")
