"""What takes frames, and the thread behind it: a bounded queue in which nothing is lost and nothing changes its place.

Frames are uint8 or uint16 (height, width, 3 or 4), row 0 at the top, display-referred. A writer copies a frame into a
buffer of its own and returns; a thread consumes. When the thread is behind, `write` waits for it, so no frame is ever
dropped. Called by film and pictures.
"""

from __future__ import annotations

import itertools
import queue
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from installation.errors import InstallationError, Location, OutputError
from installation.mailbox import Worker
from installation.outputs.files import told

Frame: TypeAlias = NDArray[Any]
LARGEST = 1 << 20
BUFFERS = 4
"""Frames that may wait to be encoded: enough to even out a slow one, and at 4K still only 130 MB."""
PATIENCE = 120.0
"""Seconds that the disk may take over one frame before it counts as gone."""


class FrameWriter:
    """What takes frames. As a context manager it closes, or discards when something was raised inside."""

    deep = False
    """Whether it has a use for 16 bits a channel."""

    def write(self, frame: Frame) -> None:
        """Takes one frame. Raises OutputError."""
        raise NotImplementedError

    def close(self) -> None:
        """Completes what was written. Raises OutputError. Safe to call twice."""
        raise NotImplementedError

    def discard(self) -> None:
        """Ends without completing. Safe to call at any time."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()


class Line:
    """Hands frames to a thread, in order: a bounded queue, and buffers that go round."""

    def __init__(self, name: str, shape: tuple[int, int], consume: Callable[[Frame, int], None], path: Path) -> None:
        """`consume(frame, number)` is called in the thread, with the frame's number from 0."""
        self._shape = shape
        self._consume = consume
        self._path = path
        self._filled: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        self._free: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        for _ in range(BUFFERS):
            self._free.put(np.empty((0, 0, 0), np.uint8))
        self.running = True
        self._abandoned = False
        self._worker = Worker(name, self._run).start()

    def put(self, frame: Frame) -> None:
        """Copies a frame in; waits for a free buffer. Raises OutputError if the thread failed or hangs."""
        check_frame(frame, self._shape)
        if not self.running:
            raise ValueError("this writer is closed")
        while True:
            self._raise()
            try:
                buffer = self._free.get(timeout=0.2)
                break
            except queue.Empty:
                self._check_hanging()
        if buffer.shape != frame.shape or buffer.dtype != frame.dtype:
            buffer = np.empty(frame.shape, frame.dtype)
        np.copyto(buffer, frame)
        self._filled.put(buffer)

    def close(self) -> None:
        """Waits until every frame is consumed. Raises OutputError when one could not be."""
        if self.running:
            self.running = False
            self._filled.put(None)
            while not self._worker.close(0.2):
                self._check_hanging()
        self._raise()

    def stop(self) -> bool:
        """Ends without consuming what waits; False when the thread is stuck, its hands still on the file."""
        self.running = False
        self._abandoned = True
        self._filled.put(None)
        return self._worker.close(10.0)

    def _run(self, worker: Worker) -> None:
        for number in itertools.count():
            buffer = self._filled.get()
            if buffer is None or self._abandoned:
                return
            worker.beat()
            self._consume(buffer, number)
            self._free.put(buffer)

    def _raise(self) -> None:
        error = self._worker.error
        if isinstance(error, InstallationError):
            raise error
        if isinstance(error, OSError):
            raise told(error, self._path) from error
        if error is not None:
            raise error

    def _check_hanging(self) -> None:
        if self._worker.alive and self._worker.age > PATIENCE:
            raise OutputError(
                f"the disk has not answered for {PATIENCE:.0f} seconds",
                Location(str(self._path)),
                "is it a network drive?  write to a disk of this machine",
            )


def check_size(path: Path, width: int, height: int) -> None:
    """Raises OutputError for a size that no picture here has."""
    if not (2 <= width <= LARGEST and 2 <= height <= LARGEST):
        raise OutputError(
            f"a picture of {width}x{height} can't be written",
            Location(str(path)),
            f"each side is 2 to {LARGEST}",
        )


def check_frame(frame: Frame, shape: tuple[int, int]) -> None:
    """Raises ValueError (a bug) for what is no frame of this (height, width)."""
    fits = frame.dtype in (np.uint8, np.uint16) and frame.ndim == 3
    if not fits or frame.shape[:2] != shape or frame.shape[2] not in (3, 4):
        raise ValueError(
            f"a frame here is uint8 or uint16 {(*shape, '3 or 4')}, a picture has no other shape: not {frame.dtype} {frame.shape}"
        )
