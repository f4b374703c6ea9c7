"""What the engine lets the console process see: its status, a small picture of the canvas, and silhouettes.

A `PreviewLink` is a piece of memory that two processes share. The engine puts, and never waits, fails or
notices who reads; the console gets the newest. Each value has three places, written in turn and numbered
before and after, so a reader never waits either, and can tell a half-written value from a whole one. Must
never hold the frame back.

What the memory is, and that no picture is left in it, `preview_memory` sees to. Called by the engine (`PreviewLink`)
and by console.server (`PreviewReader`).
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.clock import now
from installation.errors import DeviceError
from installation.outputs import preview_memory as memory
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

    def __init__(self, *, named: bool = False) -> None:
        """`named` forces a file with a name; left out, there is none where that can be done."""
        self._file, self.name = memory.make(LAYOUT.itemsize, named=named)
        self._memory = memory.mapped(self._file, LAYOUT.itemsize)
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
        memory.release(self._memory)
        os.close(self._file)
        memory.remove(self.name)

    def __enter__(self) -> PreviewLink:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PreviewReader:
    """The console's end. Opening raises DeviceError when there is no such link (any more)."""

    def __init__(self, name: str) -> None:
        try:
            self._file = memory.find(name)
        except OSError:
            raise DeviceError(f"no engine has a preview at {name}", hint="is the engine running?") from None
        if os.fstat(self._file).st_size < LAYOUT.itemsize:
            os.close(self._file)
            raise DeviceError(f"{name} is not a preview of this version", hint="restart the engine")
        self._memory = memory.mapped(self._file, LAYOUT.itemsize)
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
        return not int(self._fields["closed"][0]) and memory.locked(self._file)

    def watch(self) -> None:
        """Says that somebody is looking; say it again at least once a second."""
        self._fields["watched_when"][0] = now()

    def close(self) -> None:
        """Lets go of the memory. Safe to call twice."""
        if self._fields:
            self._fields, self._status_places, self._frame_places, self._mask_places = {}, [], [], []
            memory.release(self._memory)
            os.close(self._file)

    def __enter__(self) -> PreviewReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
