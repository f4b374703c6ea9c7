"""What the engine lets the console process see: its status, a small picture of the canvas, and silhouettes.

A `PreviewLink` is a piece of memory that two processes share. The engine puts, and never waits, fails or
notices who reads; the console gets the newest. Each value has three places, written in turn and numbered
before and after, so a reader never waits either, and can tell a half-written value from a whole one. Must
never hold the frame back.

It is a mapped file (in /dev/shm where there is one), not `multiprocessing.shared_memory`: that starts a
tracker process which, on Python 3.11, also removes the memory when a reader ends, and on a Mac what a killed
engine left behind can't be listed. The file is locked while its engine lives, so a killed one is known at
once, whatever became of its process number. Called by the engine (`PreviewLink`) and by console.server
(`PreviewReader`).
"""

from __future__ import annotations

import itertools
import json
import math
import mmap
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.clock import now
from installation.errors import DeviceError
from installation.outputs.preview_layout import (
    LAYOUT,
    MAGIC,
    PIXELS,
    PLACES,
    STATUS_BYTES,
    get_picture,
    put_picture,
    views,
)
from installation.outputs.status_json import encode

WATCHED_S = 1.0
_NAME = "installation-{}-{}.preview"
_serial = itertools.count()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a reader got: `frame` is uint8 (h, w, 3 or 4), row 0 at the top.

    `age` is seconds since the engine's last put. `sequence` and `frame_sequence` count puts from 1, so that a
    reader can tell new from old; 0 is "nothing yet".
    """

    sequence: int
    status: dict[str, Any]
    frame: NDArray[np.uint8] | None
    frame_sequence: int
    age: float


def preview_size(width: int, height: int) -> tuple[int, int]:
    """The (width, height) at which a canvas fits into a preview, in its own shape; never larger than it."""
    scale = min(1.0, math.sqrt(PIXELS / (width * height)))
    small = max(1, int(width * scale + 1e-6)), max(1, int(height * scale + 1e-6))
    return min(small[0], PIXELS // small[1]), small[1]


class PreviewLink:
    """The engine's end. Remembers the newest numbers that it gave out; `name` is what a reader opens.

    Raises DeviceError when no memory can be had; from then on nothing raises.
    """

    def __init__(self) -> None:
        self._file, self.name = _create()
        self._memory = mmap.mmap(self._file, LAYOUT.itemsize)
        self._fields, self._status_places, self._frame_places, self._mask_places = views(self._memory)
        self._fields["magic"][0] = MAGIC
        self._statuses = self._frames = self._masks = 0
        self.refused = 0
        """Frames and statuses that could not be put."""

    def put(
        self,
        status: dict[str, Any],
        frame: NDArray[np.uint8] | None = None,
        mask: NDArray[np.uint8] | None = None,
    ) -> None:
        """Publishes the status, and the frame and the mask if there are any (else the last stay).

        `frame` is uint8 (h, w, 3 or 4), row 0 at the top; `preview_size` says how large. Both are copied. A
        frame of more than `PIXELS` is thinned out; one that is no picture, or a status that can't be told as
        JSON, is counted in `refused`. `mask` is uint8 (h, w), row 0 at the top. Never blocks, never raises. For one thread.
        """
        fields = self._fields
        if not fields:
            return
        try:
            self._put_status(encode(status, STATUS_BYTES))
        except Exception:  # a wall must not stop because its console can't be told something
            self.refused += 1
        if frame is not None:
            try:
                self._put_frame(frame)
            except Exception:
                self.refused += 1
        if mask is not None:
            try:
                self._masks = put_picture(fields, "newest_mask", self._mask_places, mask[..., None], self._masks)
            except Exception:
                self.refused += 1

    def _put_status(self, text: bytes) -> None:
        fields = self._fields
        number = self._statuses + 1
        place = self._status_places[number % PLACES]
        place["first"][0] = number
        place["length"][0] = len(text)
        place["bytes"][0, : len(text)] = np.frombuffer(text, np.uint8)
        place["last"][0] = number
        fields["status_when"][0] = now()
        fields["newest_status"][0] = number
        self._statuses = number

    def _put_frame(self, frame: NDArray[np.uint8]) -> None:
        if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] not in (3, 4) or not frame.size:
            raise ValueError(f"a preview is uint8 (h, w, 3 or 4), not {frame.dtype} {frame.shape}")
        if frame.shape[0] * frame.shape[1] > PIXELS:
            step = math.ceil(math.sqrt(frame.shape[0] * frame.shape[1] / PIXELS))
            while math.ceil(frame.shape[0] / step) * math.ceil(frame.shape[1] / step) > PIXELS:
                step += 1
            frame = frame[::step, ::step]
        self._frames = put_picture(self._fields, "newest_frame", self._frame_places, frame, self._frames)

    def forget(self) -> None:
        """Blackens every picture and silhouette that still lies here, so that nobody gets them late, and no killed engine leaves
        them behind: the canvas may have shown the camera's own picture. The numbers go on."""
        for place in (*self._frame_places, *self._mask_places):
            place["first"][0] = place["last"][0] = 0  # whole for no reader any more
            place["pixels"][...] = 0

    @property
    def watched(self) -> bool:
        """True while somebody looks at the pictures; else an engine can save itself the trouble."""
        return bool(self._fields) and now() - float(self._fields["watched_when"][0]) < WATCHED_S

    def close(self) -> None:
        """Tells the readers and frees the memory. Safe to call twice."""
        if not self._fields:
            return
        self._fields["closed"][0] = 1
        self.forget()  # where this is a file in a folder, removing it would leave what it held on the disk
        self._fields, self._status_places, self._frame_places, self._mask_places = {}, [], [], []
        _release(self._memory)
        os.close(self._file)
        try:
            Path(self.name).unlink(missing_ok=True)
        except OSError:
            pass  # Windows, while a console still reads: the next engine sweeps it up

    def __enter__(self) -> PreviewLink:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PreviewReader:
    """The console's end. Opening raises DeviceError when there is no such link (any more)."""

    def __init__(self, name: str) -> None:
        try:
            self._file = os.open(name, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
        except OSError:
            raise DeviceError(f"no engine has a preview at {name}", hint="is the engine running?") from None
        if os.fstat(self._file).st_size < LAYOUT.itemsize:
            os.close(self._file)
            raise DeviceError(f"{name} is not a preview of this version", hint="restart the engine")
        self._memory = mmap.mmap(self._file, LAYOUT.itemsize)
        self._fields, self._status_places, self._frame_places, self._mask_places = views(self._memory)
        if int(self._fields["magic"][0]) != MAGIC:
            self.close()
            raise DeviceError(f"{name} is not a preview of this version", hint="restart the engine")

    def get(self) -> Preview:
        """The newest status and frame, and their age."""
        sequence, status = self.status()
        frame_sequence, frame = self.frame()
        return Preview(sequence, status, frame, frame_sequence, self.age)

    @property
    def put_count(self) -> int:
        """The number of the newest status: new ones have another."""
        return int(self._fields["newest_status"][0])

    def status(self) -> tuple[int, dict[str, Any]]:
        """The newest status and its number; (0, {}) when nothing has come yet."""
        for _ in range(PLACES):
            number = int(self._fields["newest_status"][0])
            place = self._status_places[number % PLACES]
            text = place["bytes"][0, : min(int(place["length"][0]), STATUS_BYTES)].tobytes()
            if number and int(place["first"][0]) == number == int(place["last"][0]):
                return number, json.loads(text)
        return 0, {}

    def frame(self, newer_than: int = 0) -> tuple[int, NDArray[np.uint8] | None]:
        """A copy of the newest frame and its number; None when there is none with a higher number."""
        return get_picture(self._fields, "newest_frame", self._frame_places, newer_than)

    def mask(self, newer_than: int = 0) -> tuple[int, NDArray[np.uint8] | None]:
        """The same of the silhouettes: (h, w, 1), row 0 at the top."""
        return get_picture(self._fields, "newest_mask", self._mask_places, newer_than)

    @property
    def age(self) -> float:
        """Seconds since the engine's last put; infinite before the first."""
        when = float(self._fields["status_when"][0])
        return max(0.0, now() - when) if when else math.inf

    @property
    def alive(self) -> bool:
        """False when the engine has closed its link, or its process has ended in whatever way."""
        return not int(self._fields["closed"][0]) and _locked(self._file)

    def watch(self) -> None:
        """Says that somebody is looking; say it again at least once a second."""
        self._fields["watched_when"][0] = now()

    def close(self) -> None:
        """Lets go of the memory. Safe to call twice."""
        if self._fields:
            self._fields, self._status_places, self._frame_places, self._mask_places = {}, [], [], []
            _release(self._memory)
            os.close(self._file)

    def __enter__(self) -> PreviewReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def sweep(folder: Path) -> int:
    """Removes what killed engines left; returns how many. A living engine's file is locked and stays."""
    removed = 0
    for path in folder.glob(_NAME.format("*", "*")):
        try:
            file = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
        except OSError:
            continue  # somebody else's, or gone already
        try:
            if not _locked(file):
                path.unlink()
                removed += 1
        except OSError:
            pass  # on Windows a file that is in use can't be removed, which is as good as a lock
        finally:
            os.close(file)
    return removed


def folders() -> list[Path]:
    """Where a link may live, the best first: memory, then a temporary folder."""
    memory = Path("/dev/shm")
    temporary = Path(tempfile.gettempdir())
    return [memory, temporary] if memory.is_dir() else [temporary]


def _create() -> tuple[int, str]:
    """An open, locked file of the right size with all of its space reserved, and its name."""
    reasons = []
    for folder in folders():
        path = folder / _NAME.format(os.getpid(), f"{next(_serial)}-{os.urandom(3).hex()}")
        # Locked before it has a name that `sweep` looks for; Windows renames no open file.
        hidden = path if sys.platform == "win32" else path.with_suffix(".new")
        try:
            sweep(folder)
            file = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except OSError as error:
            reasons.append(f"{folder}: {error.strerror}")
            continue
        try:
            _lock(file)
            _reserve(file, LAYOUT.itemsize)
            if hidden != path:
                hidden.rename(path)
            return file, str(path)
        except OSError as error:
            reasons.append(f"{folder}: {error.strerror}")
            os.close(file)
            hidden.unlink(missing_ok=True)
    raise DeviceError(
        "no memory for the preview: " + "; ".join(reasons),
        hint="free 3 MB in /dev/shm or the temporary folder",
    )


def _reserve(file: int, size: int) -> None:
    """Takes the space now: a page that can't be had later would be a bus error in the middle of a frame."""
    if sys.platform == "linux":
        os.posix_fallocate(file, 0, size)
    else:
        for _ in range(0, size, 1 << 16):
            os.write(file, bytes(1 << 16))


def _lock(file: int) -> None:
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _locked(file: int) -> bool:
    """Whether the engine that made this file lives. Windows has no such locks; there its age has to tell."""
    if sys.platform == "win32":
        return True
    else:
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        fcntl.flock(file, fcntl.LOCK_UN)
        return False


def _release(memory: mmap.mmap) -> None:
    try:
        memory.close()
    except BufferError:
        pass  # somebody still holds a view; it goes with the last of them
