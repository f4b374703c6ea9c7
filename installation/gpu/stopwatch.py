"""How long the graphics device really takes for a frame, without ever waiting for the answer.

A few timer queries in turn: what a frame took is known some frames later. Where a device has none (OpenGL ES), it stays
unknown.
"""

from __future__ import annotations

from installation.gpu.device import Device

QUERIES = 6
"""Frames that a driver may be behind before one goes unmeasured."""


class Stopwatch:
    """Remembers the newest figure, and which queries are still running."""

    def __init__(self, device: Device) -> None:
        gl = device.gl
        self._device = device
        self._able = hasattr(gl, "glGetQueryObjectui64v") and not device.version.startswith("OpenGL ES")
        self._names = (gl.GLuint * QUERIES)()
        if self._able:
            gl.glGenQueries(QUERIES, self._names)
            device.count("query", QUERIES)
        self._answer = (gl.GLint * 1)()
        self._result = (gl.GLuint64 * 1)()
        self._asked = self._read = 0
        self._running = False
        self.seconds: float | None = None
        """What the newest frame whose time is known took; None while none is."""

    def begin(self) -> None:
        """Before a frame's first draw."""
        if self._able and self._asked - self._read < QUERIES:
            gl = self._device.gl
            gl.glBeginQuery(gl.GL_TIME_ELAPSED, self._names[self._asked % QUERIES])
            self._running = True

    def end(self) -> None:
        """After its last; takes whatever older answer has come."""
        gl = self._device.gl
        if self._running:
            gl.glEndQuery(gl.GL_TIME_ELAPSED)
            self._asked += 1
            self._running = False
        while self._read < self._asked:
            name = self._names[self._read % QUERIES]
            gl.glGetQueryObjectiv(name, gl.GL_QUERY_RESULT_AVAILABLE, self._answer)
            if not self._answer[0]:
                return
            gl.glGetQueryObjectui64v(name, gl.GL_QUERY_RESULT, self._result)
            self.seconds = self._result[0] / 1e9
            self._read += 1

    def close(self) -> None:
        if self._able:
            self._device.gl.glDeleteQueries(QUERIES, self._names)
            self._device.count("query", -QUERIES)
            self._able = False
