"""Takes pictures of the canvas at a steady rate while a show plays, and hands them to a thread: for films, cameras, NDI.

The frame never waits: pictures come from the device some frames later, and where the thread is behind they are left out
and counted. Each has its number at the steady rate, by the clock, however irregular the frames are and however far the
show's own time is behind: numbers that no frame was drawn for are missing, and whoever takes the pictures shows the last one
longer. Called by recording and sending.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from installation.clock import FrameTime, now
from installation.gpu.device import Device
from installation.gpu.fetch import Fetch
from installation.gpu.textures import Target
from installation.mailbox import Worker

MEMORY = 128 << 20
"""Bytes of pictures that may wait for the thread."""
NICE = 10
"""How much more readily the thread, and what it starts, gives way than the frame does; where the system knows that."""
PATIENCE = 10.0
"""Seconds without a sign of life after which a thread counts as hanging at the end."""
LONGEST = 60.0
"""Seconds that it has to finish at the end, as long as it works: on a busy machine it gets little time."""


class Sampler:
    """Remembers the time of its first frame, the newest number, and which pictures are on their way."""

    def __init__(
        self,
        device: Device,
        size: tuple[int, int],
        fps: float,
        name: str,
        begin: Callable[[], None],
        consume: Callable[[NDArray[np.uint8], int], None],
        end: Callable[[int], None],
    ) -> None:
        """`begin()`, `consume(picture, number)` and `end(number)` are called in a thread of their own, in that order; a picture
        is (h, w, 4) uint8, row 0 the top row, and used again afterwards. The end has the number that was due last."""
        width, height = size
        self.size, self.fps = size, fps
        self.taken = 0
        self.left_out = 0
        """Pictures that were due and did not get through: the device or the thread was behind."""
        self._small = Target(device, width, height, "rgba8")
        self._fetch = Fetch(device, width, height)
        self._begun: float | None = None
        self._last = self._due = -1
        self._begin, self._consume, self._end = begin, consume, end
        self._filled: queue.SimpleQueue[tuple[NDArray[np.uint8], int] | None] = queue.SimpleQueue()
        self._free: queue.SimpleQueue[NDArray[np.uint8]] = queue.SimpleQueue()
        for _ in range(min(max(MEMORY // (width * height * 4), 2), 12)):
            self._free.put(np.empty((height, width, 4), np.uint8))
        self._spare: NDArray[np.uint8] | None = None
        self._ended = False
        self._worker = Worker(name, self._run).start()

    @property
    def error(self) -> BaseException | None:
        """Why the thread ended before its time."""
        return self._worker.error

    @property
    def running(self) -> bool:
        return self._worker.alive

    @property
    def seconds(self) -> float:
        """Until where pictures have been taken, at the steady rate."""
        return (self._due + 1) / self.fps

    def show(self, canvas: Target, frame: FrameTime) -> None:
        """Asks for a picture where one is due, and hands on what has come."""
        if self._ended:
            return
        self._collect()
        if self._begun is None:
            self._begun = frame.seconds + frame.lag
        number = int((frame.seconds + frame.lag - self._begun) * self.fps + 1e-3)
        if number <= self._last:
            return
        self._due = number
        source = canvas
        if canvas.form != "rgba8" or (canvas.width, canvas.height) != self.size:
            canvas.blit(self._small)
            source = self._small
        if self._fetch.ask(source, number):
            self._last = number
        else:
            self.left_out += 1

    def _collect(self) -> None:
        """Hands on what has come from the device."""
        while True:
            if self._spare is None:
                try:
                    self._spare = self._free.get_nowait()
                except queue.Empty:
                    if self._fetch.take() is None:
                        return
                    self.left_out += 1
                    continue
            come = self._fetch.take(self._spare)
            if come is None:
                return
            number, picture = come
            assert isinstance(number, int)
            self._filled.put((picture, number))
            self._spare = None
            self.taken += 1

    def _run(self, worker: Worker) -> None:
        give_way()
        self._begin()
        while (item := self._filled.get()) is not None:
            picture, number = item
            worker.beat()
            self._consume(picture[::-1], number)
            self._free.put(picture)
        self._end(self._due)

    def finish(self) -> None:
        """No more pictures: the thread ends in its own time. Frees what the device has; on the GL thread."""
        if self._ended:
            return
        self._collect()
        self._ended = True
        self._filled.put(None)
        self._fetch.close()
        self._small.close()

    def close(self) -> bool:
        """As `finish`, and waits for the thread; False where it hangs."""
        self.finish()
        began = now()
        while not self._worker.close(0.2):
            if self._worker.age > PATIENCE or now() - began > LONGEST:
                return False
        return True


def give_way() -> None:
    """Lets the calling thread, and every thread that it starts, step back behind the frame. On Linux, where threads have
    a niceness each; elsewhere nothing."""
    if sys.platform == "linux":
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        except OSError:
            pass  # a container that forbids it
