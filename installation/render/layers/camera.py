"""What the camera senses, drawn as light: a silhouette, its edge, or its motion. Never the picture itself."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from installation.gpu.programs import Program
from installation.gpu.textures import Target, Texture
from installation.render.moment import Kit, Moment, Values
from installation.render.screen import VERTEX
from installation.scene import schema

FRAGMENT = """\
in vec2 uv; out vec4 color;
uniform sampler2D mask; uniform sampler2D flow;
layout(std140) uniform Camera { vec4 tint; vec4 how; };  // how: soft, gain, mode, 0

float body(vec2 p, float reach) {  // thirteen taps on two rings: soft enough for a wall, cheap enough for a CPU
  float sum = texture(mask, p).r * 2.0;
  for (int i = 0; i < 6; i++) {
    float a = float(i) * 1.0471976;
    vec2 d = vec2(cos(a), sin(a)) * vec2(0.5625, 1.0) * reach;
    sum += texture(mask, p + d).r + texture(mask, p + d * 0.5).r;
  }
  return sum / 14.0;
}

void main() {
  float reach = 0.004 + 0.05 * how.x;
  float inside = body(uv, reach);
  float level = smoothstep(0.35, 0.65, inside);
  if (how.z > 0.5 && how.z < 1.5) level = clamp(4.0 * inside * (1.0 - inside), 0.0, 1.0);  // edge
  vec3 light = tint.rgb;
  if (how.z > 1.5) {  // flow: direction shifts the hue a little, speed is brightness
    vec2 v = texture(flow, uv).rg;
    level = clamp(length(v) * 2.5, 0.0, 1.0) * smoothstep(0.1, 0.5, inside);
    light = clamp(tint.rgb + 0.25 * vec3(v.x, v.y, -v.x), 0.0, 1.0);
  }
  color = vec4(light, tint.a * clamp(level * how.y, 0.0, 1.0));
}
"""
MODES = {"silhouette": 0.0, "edge": 1.0, "flow": 2.0}


class CameraView:
    premultiplied = False

    def __init__(self, kit: Kit, spec: schema.CameraLayer) -> None:
        self._kit = kit
        self._mode = MODES[spec.show]
        self._program = Program(kit.device, VERTEX, FRAGMENT, ("mask", "flow"))
        self._block = np.zeros(8, np.float32)
        self._offset = 0
        self._textures: tuple[Texture, ...] = ()

    def prepare(self, moment: Moment, values: Values, images: Mapping[str, Texture]) -> None:
        self._block[:4] = values["color"]
        self._block[4:] = (values["soft"], values["gain"], self._mode, 0.0)
        self._offset = self._kit.device.uniforms.take(self._block.view(np.uint8))
        self._textures = (moment.sensed.mask_texture, moment.sensed.flow_texture)

    def draw(self, images: Mapping[str, Texture], target: Target) -> None:
        target.bind()
        self._kit.device.use_blend("none")
        self._program.use(self._textures, self._offset, 32)
        self._kit.screen.triangle.draw()

    def restart(self) -> None:
        pass

    def close(self) -> None:
        self._program.close()
