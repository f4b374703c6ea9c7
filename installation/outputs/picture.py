"""What one output shows: the canvas through its surfaces, drawn into a part of a window.

Draws into whatever framebuffer is the window's now; it must never flip, nor know of displays. Called by `windows`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from installation.gpu.device import Device
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Target
from installation.outputs.stage import mesh

VERTEX = """\
layout(location = 0) in vec2 place; layout(location = 1) in vec3 where;
out vec3 uvq;
void main() { uvq = where; gl_Position = vec4(2.0 * place - 1.0, 0.0, 1.0); }
"""
FRAGMENT = """\
in vec3 uvq; out vec4 color; uniform sampler2D canvas;
void main() {
  // Half a step of noise that is still: eight bits then show no bands in the dark.
  vec3 noise = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)) + vec3(0.0, 0.33, 0.67))) - 0.5;
  color = vec4(textureProj(canvas, uvq).rgb + noise / 255.0, 1.0);
}
"""


class Picture:
    """The surfaces of one output. Keeps them while its display is away."""

    def __init__(self, device: Device, surfaces: Sequence[tuple[Sequence[float], Sequence[Sequence[float]]]]) -> None:
        """Lays regions of the canvas on four corners each: (region, corners). Raises OutputError for impossible ones."""
        vertices = np.concatenate([mesh(region, corners) for region, corners in surfaces])
        self._device = device
        self._mesh = Mesh(device, vertices, (2, 3))
        self._program = Program(device, VERTEX, FRAGMENT, ("canvas",))

    def draw(self, canvas: Target, x: int, y: int, width: int, height: int) -> None:
        """Draws into a part of the window's framebuffer: x, y of its lower left corner, in pixels."""
        self._device.use_framebuffer(0, width, height, x, y)
        self._device.use_blend("none")
        self._program.use((canvas.texture,))
        self._mesh.draw()

    def close(self) -> None:
        self._program.close()
        self._mesh.close()
