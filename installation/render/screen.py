"""What every drawer needs: the triangle that covers everything, a black texture, and the passes that copy and lay.

`lay` puts a display-referred picture with straight alpha over a canvas of premultiplied linear light; `develop` turns such a
canvas back into a display-referred picture. The transfer function is sRGB's own (IEC 61966-2-1), both ways.
"""

from __future__ import annotations

import numpy as np

from installation.gpu.device import Device
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Format, Target, Texture

VERTEX = """\
out vec2 uv;
void main() {
  uv = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
  gl_Position = vec4(uv * 2.0 - 1.0, 0.0, 1.0);
}
"""

TRANSFER = """
vec3 to_linear(vec3 c) {
  c = max(c, 0.0);
  return mix(c / 12.92, pow((c + 0.055) / 1.055, vec3(2.4)), step(0.04045, c));
}
vec3 to_display(vec3 c) {
  c = max(c, 0.0);
  return mix(c * 12.92, 1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, c));
}
"""

COPY = """\
in vec2 uv; out vec4 color; uniform sampler2D picture;
void main() { color = texture(picture, uv); }
"""

LAY = (
    """\
in vec2 uv; out vec4 color; uniform sampler2D picture;
layout(std140) uniform Lay { vec4 lay; };  // opacity, 1 where the blend multiplies, 1 where alpha is straight
"""
    + TRANSFER
    + """
void main() {
  vec4 c = texture(picture, uv);
  if (lay.z < 0.5) c.rgb /= max(c.a, 1e-4);
  float a = clamp(c.a, 0.0, 1.0) * lay.x;
  vec3 light = to_linear(c.rgb);
  color = vec4(lay.y > 0.5 ? mix(vec3(1.0), light, a) : light * a, a);
}
"""
)

DEVELOP = (
    """\
in vec2 uv; out vec4 color; uniform sampler2D picture;
"""
    + TRANSFER
    + """
void main() {
  vec4 c = texture(picture, uv);
  if (OPAQUE) color = vec4(to_display(c.rgb), 1.0);
  else color = vec4(to_display(c.rgb / max(c.a, 1e-4)), clamp(c.a, 0.0, 1.0));
}
"""
)

STRAIGHTEN = """\
in vec2 uv; out vec4 color; uniform sampler2D picture;
void main() {
  vec4 c = texture(picture, uv);
  color = vec4(c.rgb / max(c.a, 1e-4), c.a);
}
"""


class Screen:
    """Shared by everything that draws on one device."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.triangle = Mesh(device)
        self.corners = Mesh(device, mode="strip")
        self.black = Texture.from_array(device, np.zeros((1, 1, 4), np.uint8), "rgba8")
        self._copy = Program(device, VERTEX, COPY, ("picture",))
        self._lay = Program(device, VERTEX, LAY, ("picture",))
        self._develop = {
            opaque: Program(device, VERTEX, DEVELOP.replace("OPAQUE", str(opaque).lower()), ("picture",))
            for opaque in (True, False)
        }
        self._straighten = Program(device, VERTEX, STRAIGHTEN, ("picture",))
        self._lay_block = np.zeros(4, np.float32)
        # Eight bits show bands in the dark on a projector; the software renderer reads them in half the time.
        self.form: Format = "rgba8" if device.software else "rgba16f"

    def copy(self, picture: Texture, target: Target) -> None:
        """Draws a picture over the whole of a target, as it is."""
        self._over(self._copy, picture, target)

    def develop(self, light: Texture, target: Target, opaque: bool) -> None:
        """Premultiplied linear light to a display-referred picture: over black, or with straight alpha."""
        self._over(self._develop[opaque], light, target)

    def straighten(self, picture: Texture, target: Target) -> None:
        """Premultiplied to straight alpha."""
        self._over(self._straighten, picture, target)

    def _over(self, program: Program, picture: Texture, target: Target) -> None:
        target.bind()
        self.device.use_blend("none")
        program.use((picture,))
        self.triangle.draw()

    def prepare_lay(self, opacity: float, blend: str, straight: bool) -> int:
        """The uniforms of one `lay` (upload walk)."""
        self._lay_block[0] = opacity
        self._lay_block[1] = 1.0 if blend == "multiply" else 0.0
        self._lay_block[2] = 1.0 if straight else 0.0
        return self.device.uniforms.take(self._lay_block.view(np.uint8))

    def lay(self, picture: Texture, canvas: Target, blend: str, offset: int) -> None:
        """Blends a picture into a canvas in linear light."""
        canvas.bind()
        self.device.use_blend(blend)
        self._lay.use((picture,), offset, 16)
        self.triangle.draw()

    def close(self) -> None:
        self.triangle.close()
        self.corners.close()
        self.black.close()
        for program in (self._copy, self._lay, self._straighten, *self._develop.values()):
            program.close()
