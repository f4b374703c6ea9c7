"""Reads one texel of a picture without ever waiting for it: what it said comes some frames later.

Must never stall a frame, so nothing may depend on when the answer comes: it is for the status only.
"""

from __future__ import annotations

import ctypes

from installation.gpu.device import Device, make_name
from installation.gpu.textures import Target

BYTES = 16


class Glance:
    """Remembers the newest answer, and the question that is still open."""

    def __init__(self, device: Device) -> None:
        gl = device.gl
        self._device = device
        self._buffer = make_name(gl.glGenBuffers)
        device.count("buffer", 1)
        gl.glBindBuffer(gl.GL_PIXEL_PACK_BUFFER, self._buffer)
        gl.glBufferData(gl.GL_PIXEL_PACK_BUFFER, BYTES, None, gl.GL_STREAM_READ)
        gl.glBindBuffer(gl.GL_PIXEL_PACK_BUFFER, 0)
        self._fence: object | None = None
        self.answer = (0.0, 0.0, 0.0, 0.0)
        """What the texel said when it was last known; zeros before."""

    def ask(self, target: Target) -> None:
        """Asks for the first texel of a float target, unless an answer is still to come."""
        if self._fence is not None:
            return
        gl = self._device.gl
        target.bind()
        gl.glBindBuffer(gl.GL_PIXEL_PACK_BUFFER, self._buffer)
        gl.glReadPixels(0, 0, 1, 1, gl.GL_RGBA, gl.GL_FLOAT, None)
        gl.glBindBuffer(gl.GL_PIXEL_PACK_BUFFER, 0)
        self._fence = gl.glFenceSync(gl.GL_SYNC_GPU_COMMANDS_COMPLETE, 0)

    def look(self) -> bool:
        """Takes the answer if it has come; False while it hasn't, or nothing was asked."""
        if self._fence is None:
            return False
        gl = self._device.gl
        if gl.glClientWaitSync(self._fence, 0, 0) not in (gl.GL_ALREADY_SIGNALED, gl.GL_CONDITION_SATISFIED):
            return False
        gl.glDeleteSync(self._fence)
        self._fence = None
        gl.glBindBuffer(gl.GL_PIXEL_PACK_BUFFER, self._buffer)
        pointer = gl.glMapBufferRange(gl.GL_PIXEL_PACK_BUFFER, 0, BYTES, gl.GL_MAP_READ_BIT)
        if pointer:
            a, b, c, d = (ctypes.c_float * 4).from_address(pointer)
            self.answer = (a, b, c, d)
            gl.glUnmapBuffer(gl.GL_PIXEL_PACK_BUFFER)
        gl.glBindBuffer(gl.GL_PIXEL_PACK_BUFFER, 0)
        return True

    def close(self) -> None:
        if self._fence is not None:
            self._device.gl.glDeleteSync(self._fence)
            self._fence = None
        if self._buffer:
            self._device.doom("buffer", self._buffer)
            self._buffer = 0

    def __del__(self) -> None:
        if self._buffer:
            self._device.doom("buffer", self._buffer)
            self._buffer = 0
