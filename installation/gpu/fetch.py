"""Reads pictures from the device without ever waiting for them: they come some frames later, in order.

Must never stall a frame. Each picture comes with what it was asked for with, such as the moment at which it was drawn. Called
by outputs.
"""

from __future__ import annotations

import ctypes
from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.gpu.device import Device, make_name
from installation.gpu.textures import Target

BUFFERS = 3


class Fetch:
    """Remembers the pictures that are still to come, each in a buffer of its own."""

    def __init__(self, device: Device, width: int, height: int) -> None:
        gl = device.gl
        self._device = device
        self._shape = (height, width, 4)
        self._bytes = width * height * 4
        self._free: list[int] = []
        self._open: deque[tuple[int, object, Any]] = deque()
        for _ in range(BUFFERS):
            name = make_name(gl.glGenBuffers)
            device.count("buffer", 1)
            gl.glBindBuffer(gl.GL_PIXEL_PACK_BUFFER, name)
            gl.glBufferData(gl.GL_PIXEL_PACK_BUFFER, self._bytes, None, gl.GL_STREAM_READ)
            self._free.append(name)
        gl.glBindBuffer(gl.GL_PIXEL_PACK_BUFFER, 0)

    def ask(self, target: Target, tag: object) -> bool:
        """Asks for an rgba8 target's picture; False while as many as there are buffers are still to come."""
        if not self._free:
            return False
        gl = self._device.gl
        name = self._free.pop()
        gl.glBindBuffer(gl.GL_PIXEL_PACK_BUFFER, name)
        target.read_to(0, gl.GL_UNSIGNED_BYTE, 4)
        gl.glBindBuffer(gl.GL_PIXEL_PACK_BUFFER, 0)
        self._open.append((name, tag, gl.glFenceSync(gl.GL_SYNC_GPU_COMMANDS_COMPLETE, 0)))
        return True

    def take(self, into: NDArray[np.uint8] | None = None) -> tuple[object, NDArray[np.uint8]] | None:
        """The next picture that has come, (h, w, 4) uint8, row 0 the bottom row, and its tag; None while none has.

        `into`: an array of that shape to be filled, for pictures that are too large to be made anew each time.
        """
        if not self._open:
            return None
        gl = self._device.gl
        name, tag, fence = self._open[0]
        if gl.glClientWaitSync(fence, 0, 0) not in (gl.GL_ALREADY_SIGNALED, gl.GL_CONDITION_SATISFIED):
            return None
        gl.glDeleteSync(fence)
        self._open.popleft()
        self._free.append(name)
        gl.glBindBuffer(gl.GL_PIXEL_PACK_BUFFER, name)
        pointer = gl.glMapBufferRange(gl.GL_PIXEL_PACK_BUFFER, 0, self._bytes, gl.GL_MAP_READ_BIT)
        picture = None
        if pointer:
            found = (ctypes.c_uint8 * self._bytes).from_address(pointer)
            picture = np.empty(self._shape, np.uint8) if into is None else into
            np.copyto(picture, np.ctypeslib.as_array(found).reshape(self._shape))
            gl.glUnmapBuffer(gl.GL_PIXEL_PACK_BUFFER)
        gl.glBindBuffer(gl.GL_PIXEL_PACK_BUFFER, 0)
        return None if picture is None else (tag, picture)

    def close(self) -> None:
        for name, _, fence in self._open:
            self._device.gl.glDeleteSync(fence)
            self._free.append(name)
        self._open.clear()
        while self._free:
            self._device.doom("buffer", self._free.pop())
