"""Tells the cameras what light is on the wall: the canvas, small, with the moment at which it was drawn.

An output like the others. It never waits for the device: a picture is handed on when it has come, a frame or two later, with
the moment that it had. Nothing is read while no camera wants it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from installation.clock import FrameTime, now
from installation.gpu.device import Device
from installation.gpu.fetch import Fetch
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Target

EVERY = 1 / 50
"""Seconds between two canvases at least: a camera takes 30 pictures a second, and between two canvases one is made up."""

VERTEX = """\
out vec2 uv;
void main() {
  uv = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
  gl_Position = vec4(uv * 2.0 - 1.0, 0.0, 1.0);
}
"""
FRAGMENT = """\
in vec2 uv; out vec4 color; uniform sampler2D canvas;
const int TAPS = 4;  // each the mean of four pixels
void main() {
  vec2 cell = CELL;
  vec3 sum = vec3(0.0);
  for (int y = 0; y < TAPS; y++) for (int x = 0; x < TAPS; x++) {
    vec3 c = texture(canvas, uv + ((vec2(x, y) + 0.5) / float(TAPS) - 0.5) * cell).rgb;
    sum += c * c;  // light adds up, not its code; the square is near enough to the curve
  }
  color = vec4(sqrt(sum / float(TAPS * TAPS)), 1.0);
}
"""


class CanvasLight:
    """Remembers when it last asked."""

    def __init__(
        self,
        device: Device,
        size: tuple[int, int],
        put: Callable[[NDArray[np.uint8], float], None],
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """`put` takes (h, w, 3) uint8, row 0 the bottom row, of `size` (width, height), and `clock.now()` of its drawing."""
        width, height = size
        self._device = device
        self._small = Target(device, width, height, "rgba8")
        cell = f"vec2({1 / width:.9f}, {1 / height:.9f})"
        self._program = Program(device, VERTEX, FRAGMENT.replace("CELL", cell), ("canvas",))
        self._triangle = Mesh(device)
        self._fetch = Fetch(device, width, height)
        self._put, self._wanted = put, wanted
        self._asked = -1.0

    def show(self, canvas: Target, frame: FrameTime) -> None:
        """Asks for this canvas, and hands on those that have come."""
        moment = now()
        while (come := self._fetch.take()) is not None:
            when, picture = come
            self._put(picture[..., :3], float(when))  # type: ignore[arg-type]
        if not self._wanted() or moment - self._asked < EVERY:
            return
        self._small.bind()
        self._device.use_blend("none")
        self._program.use((canvas.texture,))
        self._triangle.draw()
        if self._fetch.ask(self._small, moment):
            self._asked = moment

    def close(self) -> None:
        self._fetch.close()
        self._triangle.close()
        self._program.close()
        self._small.close()
