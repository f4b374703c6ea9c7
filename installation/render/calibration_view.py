"""What a calibration puts on the wall: markers, a patch of light, the canvas's frame, or nothing; always with a notice of what is
happening. Drawn over the canvas before the flash guard, so that it keeps the guard's limit like everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from installation.gpu.programs import Program
from installation.gpu.textures import Format, Target, Texture
from installation.params import Value
from installation.render.layers.text import TextView
from installation.render.moment import Kit, Moment
from installation.render.screen import VERTEX
from installation.scene.schema import TextLayer

Patch: TypeAlias = tuple[float, float, float, float]
MODES = {"markers": 0.0, "latency": 1.0, "corners": 2.0, "projectors": 3.0}
FRAGMENT = """\
in vec2 uv; out vec4 color;
uniform sampler2D markers;
layout(std140) uniform Calibration { vec4 how; vec4 patch_at; };  // how: fade, mode, level, aspect; the patch: middle, size

float line(float d, float wide) { return 1.0 - smoothstep(wide * 0.5, wide, abs(d)); }

void main() {
  float light = 0.02;
  if (how.y < 0.5) light = texture(markers, uv).r;
  else if (how.y < 1.5) {
    vec2 off = abs(uv - patch_at.xy) / (patch_at.zw * 0.5);
    light += 0.85 * how.z * (1.0 - smoothstep(0.9, 1.0, max(off.x, off.y)));
  } else if (how.y < 2.5) {  // the frame, its diagonals, and a ring at the bottom left, where counting begins
    vec2 p = vec2(uv.x * how.w, uv.y), edge = min(uv, 1.0 - uv) * vec2(how.w, 1.0);
    light += 0.8 * max(line(min(edge.x, edge.y), 0.012), 0.5 * line(min(abs(uv.x - uv.y), abs(uv.x + uv.y - 1.0)), 0.003));
    light += 0.8 * line(length(p - vec2(0.08)) - 0.04, 0.008);
  }
  color = vec4(vec3(min(light, 0.85)) * how.x, how.x);
}
"""
NOTICE: dict[str, Value] = {"position": (0.5, 0.012), "size": 0.032, "color": (0.96, 0.80, 0.42, 1.0)}


class CalibrationView:
    """Remembers the notices' pictures, and which of them is shown; nothing else from frame to frame."""

    def __init__(self, kit: Kit, markers: NDArray[np.uint8], notices: Mapping[str, str]) -> None:
        """`markers` is a canvas, (h, w) uint8, row 0 the bottom row; `notices` says for each mode what visitors are told."""
        self._kit = kit
        width, height = kit.size
        self._aspect = width / height
        self._markers = Texture.from_array(kit.device, markers, "r8")
        self._program = Program(kit.device, VERTEX, FRAGMENT, ("markers",))
        # One for each: setting words takes milliseconds, which no frame of a calibration has to spare.
        self._words = {mode: (self._text(notice), self._text(notice)) for mode, notice in notices.items()}
        self._shown = next(iter(self._words))
        self._block = np.zeros(8, np.float32)
        self._offset = 0

    def _text(self, notice: str) -> TextView:
        spec = TextLayer(name="notice", kind="text", text=notice, weight="bold", align="centre")
        return TextView(self._kit, spec)

    def rehearse(self, moment: Moment, form: Format) -> None:
        """Draws everything once where nobody sees it, in a canvas's `form`: words are set, and a driver builds what it draws with
        at the first use. When the show starts, not in a frame."""
        device = self._kit.device
        hidden = Target(device, 64, 36, form)
        for mode in self._words:
            self.prepare(moment, mode, 1.0, 1.0, (0.5, 0.5, 0.3, 0.3))
            device.uniforms.upload()
            self.draw(hidden)
        hidden.close()

    def prepare(self, moment: Moment, mode: str, fade: float, level: float, patch: Patch) -> None:
        """The upload walk. `fade`: how much of it is there, 0..1; `level`: of the patch, whose middle and size
        are of the canvas."""
        self._shown = mode
        self._block[:4] = (fade, MODES[mode], level, self._aspect)
        self._block[4:] = patch
        self._offset = self._kit.device.uniforms.take(self._block.view(np.uint8))
        x, y = 0.5, 0.012
        dark: dict[str, Value] = {**NOTICE, "position": (x + 0.001, y - 0.002), "color": (0.0, 0.0, 0.0, 1.0)}
        ground, notice = self._words[mode]
        ground.prepare(moment, dark, {})
        notice.prepare(moment, NOTICE, {})

    def draw(self, canvas: Target) -> None:
        """Over a display-referred canvas."""
        canvas.bind()
        self._kit.device.use_blend("normal")
        self._program.use((self._markers,), self._offset, self._block.nbytes)
        self._kit.screen.triangle.draw()
        for words in self._words[self._shown]:
            words.draw_over(canvas)

    def close(self) -> None:
        self._markers.close()
        self._program.close()
        for both in self._words.values():
            for words in both:
                words.close()
