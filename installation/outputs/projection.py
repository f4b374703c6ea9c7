"""Draws a canvas on an output, as its sheet says: warped, shared, masked, coloured, in one pass. The only GL of surfaces.

`lay` makes everything that a sheet needs, beside what is drawn now, and changes over; it is called between frames. `draw` binds
and draws, allocates nothing and never fails. What a way of drawing doesn't need isn't in its program: a wall that is only pinned
costs what a textured rectangle costs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from installation.gpu.device import Device
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Format, Texture
from installation.outputs.surfaces import Part, Sheet, Way

VERTEX = """\
layout(location = 0) in vec2 place; layout(location = 1) in vec3 where;
out vec3 uvq; out vec2 spot;
invariant gl_Position;  // cells of different programs share their corners to the bit: no cracks
void main() { uvq = where; spot = place; gl_Position = vec4(2.0 * place - 1.0, 0.0, 1.0); }
"""
FRAGMENT = """\
in vec3 uvq; in vec2 spot; out vec4 color;
uniform sampler2D canvas; uniform sampler2D light; uniform sampler2D mask; uniform sampler2D table;
void main() {
  vec2 uv = uvq.xy / uvq.z;
#if TAPS == 1
  vec3 c = texture(canvas, uv).rgb;
#else
  vec2 across = dFdx(uv), up = dFdy(uv);
  vec3 c = vec3(0.0);
  for (int y = 0; y < TAPS; y++) for (int x = 0; x < TAPS; x++) {
    vec2 at = (vec2(x, y) + 0.5) / float(TAPS) - 0.5;
    vec3 one = texture(canvas, uv + at.x * across + at.y * up).rgb;
    c += one * one;  // light adds up, not its code; the square is near enough to the curve
  }
  c = sqrt(c / float(TAPS * TAPS));
#endif
#ifdef TINT
  c *= TINT;
#endif
#if SHARE == 1
  c *= texture(light, uv).r;
#elif SHARE == 2
  vec2 own = texture(light, uv).rg;
  c = pow(own.g + own.r * pow(max(c, 0.0), vec3(GAMMA)), vec3(1.0 / GAMMA));
#endif
#ifdef TABLE
  vec3 at = clamp(c, 0.0, 1.0) * (TABLE - 1.0);
  float below = min(floor(at.b), TABLE - 2.0);
  vec2 low = vec2((at.r + 0.5 + below * TABLE) / (TABLE * TABLE), (at.g + 0.5) / TABLE);
  c = mix(texture(table, low).rgb, texture(table, low + vec2(1.0 / TABLE, 0.0)).rgb, at.b - below);
#endif
#if MASK
  c *= texture(mask, spot).r;
#endif
#if DITHER
  // Half a step of noise that is still: eight bits show no bands in the dark. J. Jimenez's interleaved gradient noise (2014).
  vec3 noise = 52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)) + vec3(0.0, 0.33, 0.67));
  c += (noise - floor(noise)) * (1.0 / 255.0) - 0.5 / 255.0;  // fract and a division take a software driver far longer
#endif
  color = vec4(c, 1.0);
}
"""
SAMPLERS = ("canvas", "light", "mask", "table")


def source_of(way: Way, sheet: Sheet, deep: bool) -> str:
    """The fragment shader of a way. `deep`: the canvas has more than eight bits, so that even an untouched one is dithered."""
    plan = sheet.plan
    touched = way.share > 0 or way.mask or way.taps > 1 or plan.tint != (1.0, 1.0, 1.0) or sheet.table is not None
    heads = [
        f"#define TAPS {way.taps}",
        f"#define SHARE {way.share}",
        f"#define MASK {int(way.mask)}",
        f"#define DITHER {int(deep or touched)}",
        f"#define GAMMA {plan.gamma:.6f}",
    ]
    if plan.tint != (1.0, 1.0, 1.0):
        red, green, blue = (one ** (1.0 / plan.gamma) for one in plan.tint)
        heads.append(f"#define TINT vec3({red:.7f}, {green:.7f}, {blue:.7f})")
    if sheet.table is not None:
        heads.append(f"#define TABLE {float(sheet.table.shape[0]):.1f}")
    return "\n".join(heads) + "\n" + FRAGMENT


def form_of(array: NDArray[np.generic], dialect: str) -> Format:
    """In which form a card keeps a mask, light or a table. A software driver mixes single floats of 32 bits in half the time of
    halves, pairs of halves sooner than pairs of floats; OpenGL ES need not be able to mix those of 32 bits."""
    if array.dtype == np.uint8:
        return "r8"
    if array.ndim == 3:
        return "rg16f" if array.shape[2] == 2 else "rgba16f"
    return "r16f" if dialect == "300 es" else "r32f"


class Projection:
    """One output. Remembers what was laid last; before that it draws nothing."""

    def __init__(self, device: Device, deep: bool = False) -> None:
        """`deep`: whether the canvas has more than eight bits a channel."""
        self._device, self._deep = device, deep
        self._none = Texture.from_array(device, np.full((1, 1, 4), 255, np.uint8), "rgba8")
        self._drawn: list[_Drawn] = []
        self._kept: dict[str, _Picture] = {}
        self.sheet: Sheet | None = None

    def lay(self, sheet: Sheet) -> None:
        """From now on this. Raises ShaderError or DeviceError, and then what was laid stays."""
        fresh: list[_Drawn] = []
        kept: dict[str, _Picture] = {}
        try:
            mask = self._picture(kept, "mask", sheet.mask)
            table = self._picture(kept, "table", sheet.table)
            lights = [self._picture(kept, f"light {number}", one) for number, one in enumerate(sheet.light)]
            for part in sheet.parts:
                textures = (lights[part.way.surface], mask, table)
                fresh.append(_Drawn(self._device, part, source_of(part.way, sheet, self._deep), textures))
        except Exception:
            for one in fresh:
                one.close()
            for picture in kept.values():
                if picture not in self._kept.values():
                    picture.texture.close()
            raise
        for old in self._drawn:
            old.close()
        for picture in self._kept.values():
            if picture not in kept.values():
                picture.texture.close()
        self._drawn, self._kept, self.sheet = fresh, kept, sheet

    def _picture(self, kept: dict[str, _Picture], name: str, array: NDArray[np.generic] | None) -> Texture:
        """A texture of an array; the one that is there already while the array is the same one."""
        if array is None:
            return self._none
        old = self._kept.get(name)
        if old is None or old.array is not array:
            old = _Picture(array, Texture.from_array(self._device, array, form_of(array, self._device.dialect)))
        kept[name] = old
        return old.texture

    def draw(self, canvas: Texture, x: int, y: int, width: int, height: int) -> None:
        """Draws the canvas on a part of the bound framebuffer, whose pixels are counted from the bottom left."""
        self._device.use_viewport(x, y, width, height)
        self._device.use_blend("none")
        for one in self._drawn:
            one.draw(canvas)

    def close(self) -> None:
        """Frees what was laid. Safe to call twice."""
        for one in self._drawn:
            one.close()
        for picture in self._kept.values():
            picture.texture.close()
        self._none.close()
        self._drawn, self._kept = [], {}


class _Picture:
    """A texture, and the array that is in it."""

    def __init__(self, array: NDArray[np.generic], texture: Texture) -> None:
        self.array, self.texture = array, texture


class _Drawn:
    """Cells on the card, their program and what they look at."""

    def __init__(self, device: Device, part: Part, source: str, textures: Sequence[Texture]) -> None:
        self._textures: list[Texture] = [textures[0], *textures]  # the first is the canvas, put in when it is drawn
        self._program = Program.shared(device, VERTEX, source, SAMPLERS)
        self._mesh = Mesh(device, part.vertices, (2, 3))

    def draw(self, canvas: Texture) -> None:
        self._textures[0] = canvas
        self._program.use(self._textures)
        self._mesh.draw()

    def close(self) -> None:
        self._program.close()
        self._mesh.close()
