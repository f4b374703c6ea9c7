"""Words on the wall. Set again only when they, their size or their font change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

import numpy as np

from installation.gpu.programs import Program
from installation.gpu.textures import Target, Texture
from installation.render.moment import Kit, Moment, Values
from installation.render.typeset import lato, typeset
from installation.scene import schema
from installation.scene.wording import written

VERTEX = """\
layout(std140) uniform Text { vec4 box; vec4 tint; };  // box: left, bottom, width, height; of the target
out vec2 uv;
void main() {
  uv = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  gl_Position = vec4((box.xy + uv * box.zw) * 2.0 - 1.0, 0.0, 1.0);
}
"""
FRAGMENT = """\
layout(std140) uniform Text { vec4 box; vec4 tint; };
in vec2 uv; out vec4 color; uniform sampler2D words;
void main() {
  float a = texture(words, uv).r * tint.a;
  color = vec4(tint.rgb * a, a);
}
"""
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)(?::([^{}]*))?\}")


class TellsOf(Protocol):
    """The mark that a visitor has opened."""

    @property
    def amount(self) -> float: ...

    @property
    def place(self) -> tuple[float, float]: ...

    def written(self, name: str, form: str | None) -> str | None: ...


EDGE = 0.015
"""How near to the canvas's edge a text may come that goes along with a mark."""
SHIFT = {"left": 0.0, "centre": 0.5, "right": 1.0}


def shown(amount: float) -> float:
    """How much is seen of words whose mark is so far open: they come when it has opened, and are gone before it has closed."""
    share = min(max((amount - 0.12) / 0.68, 0.0), 1.0)
    return share * share * (3.0 - 2.0 * share)


def fill(
    template: str,
    words: Mapping[str, float],
    formats: Mapping[str, schema.Format] | None = None,
    mark: TellsOf | None = None,
) -> str:
    """Replaces `{name}`, written as its format says, and `{name:.0f}`; a value that can't be shown becomes a dash. Words of
    an open `mark` come before the scene's own."""

    def replace(found: re.Match[str]) -> str:
        if mark is not None and (told := mark.written(found[1], found[2])) is not None:
            return told
        value = words.get(found[1])
        if found[2] is None and formats and found[1] in formats:
            return written(value, formats[found[1]])
        if value is None or value != value:
            return "–"
        try:
            return format(value, found[2] or ("g" if isinstance(value, float) else ""))
        except (ValueError, TypeError):
            return f"{value:g}"

    return PLACEHOLDER.sub(replace, template)


class TextView:
    premultiplied = True

    def __init__(self, kit: Kit, spec: schema.TextLayer) -> None:
        from installation.gpu.programs import Mesh

        self._kit = kit
        self._spec = spec
        self._font = str(kit.folder / spec.font) if spec.font else str(lato(spec.weight))
        self._program = Program(kit.device, VERTEX, FRAGMENT, ("words",))
        quad = np.zeros((1, 1), np.float32)
        self._mesh = Mesh(kit.device, quad, (1,), instanced=True)
        self._block = np.zeros(8, np.float32)
        self._texture: Texture | None = None
        self.mark: TellsOf | None = None
        """The open mark that it tells of, where it tells of any: given to it each frame."""
        self._set: tuple[str, int] = ("", 0)
        self._offset = 0
        # Set once at load, so that a font that can't be read is a problem of loading, not of the frame.
        self._typeset(fill(spec.text, {}), 24, kit.size[0])

    def _typeset(self, text: str, pixels: int, width: int) -> None:
        if (text, pixels) == self._set:
            return
        coverage = typeset(text, self._font, pixels, int(width * self._spec.wrap), self._spec.align)
        if self._texture:
            self._texture.close()
        self._texture = Texture.from_array(self._kit.device, coverage, "r8")
        self._set = (text, pixels)

    def prepare(self, moment: Moment, values: Values, images: Mapping[str, Texture]) -> None:
        width, height = moment.size
        size = float(values["size"])
        template = str(values.get("text", self._spec.text))
        silent = self._spec.tells is not None and self.mark is None
        text = "" if silent else fill(template, moment.words, moment.formats, self.mark)
        self._typeset(text, max(round(size * height), 4), width)
        texture = self._texture
        if texture is None:
            return
        wide, high = texture.width / width, texture.height / height
        x, y = values["position"]
        x -= wide * SHIFT[self._spec.align]
        if self.mark and values["near"] > 0:  # with the mark, but never out of the picture
            mark_x, mark_y = self.mark.place
            x = min(max(x + values["near"] * (mark_x - 0.5), EDGE), max(1.0 - EDGE - wide, EDGE))
            y = min(max(y + values["near"] * (mark_y - 0.5), EDGE), max(1.0 - EDGE - high, EDGE))
        # Whole pixels: a letter that lies between two is blurred on both.
        left = round(x * width) / width
        self._block[:4] = (left, round(y * height) / height, wide, high)
        self._block[4:] = values["color"]
        self._block[7] *= shown(self.mark.amount) if self.mark else 1.0
        self._offset = self._kit.device.uniforms.take(self._block.view(np.uint8))

    @property
    def shown(self) -> str:
        """The words of the newest frame."""
        return self._set[0]

    def covers(self, x: float, y: float) -> bool:
        """Whether a place of the canvas, 0..1, is inside the words' box."""
        left, bottom, wide, high = (float(side) for side in self._block[:4])
        return bool(self.shown.strip()) and left <= x <= left + wide and bottom <= y <= bottom + high

    def draw(self, images: Mapping[str, Texture], target: Target) -> None:
        target.clear()
        self.draw_over(target)

    def draw_over(self, target: Target) -> None:
        """Draws the words over what is there already."""
        if self._texture is None:
            return
        target.bind()
        self._kit.device.use_blend("normal")
        self._program.use((self._texture,), self._offset, 32)
        self._mesh.draw()

    def restart(self) -> None:
        pass

    def close(self) -> None:
        self._program.close()
        self._mesh.close()
        if self._texture:
            self._texture.close()
            self._texture = None
