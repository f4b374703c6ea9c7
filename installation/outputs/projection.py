"""Draws a canvas on an output, as its sheet says: warped, shared, masked, coloured, in one pass. The only GL of surfaces.

The first `lay` makes all that an output may need while its surfaces are moved: programs, room for cells, pictures of light. A
later one only fills it, at a frame's edge; no more is made but for cells of a grid far finer than before. `rehearse` has drivers
compile that do so at the first draw. `draw` binds and draws, allocates nothing and never fails. What a way of drawing doesn't
need isn't in its program: a wall that is only pinned costs what a textured rectangle costs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.gpu.device import Device
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Format, Texture
from installation.outputs.surfaces import Sheet, Way

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
ROOM = 2
"""How many times the cells of the first sheet there is room for; and again, whenever that is too little."""
MANY = 6 * 32 * 32
"""Rows of cells for which there is room at least: a corner pin that blends, or a grid of a wall that is bent a little."""


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


class Projection:
    """One output. Remembers what was laid last; before that it draws nothing."""

    def __init__(self, device: Device, deep: bool = False) -> None:
        """`deep`: whether the canvas has more than eight bits a channel."""
        self._device, self._deep = device, deep
        self._none = Texture.from_array(device, np.full((1, 1, 4), 255, np.uint8), "rgba8")
        self._programs: dict[str, Program] = {}
        self._pictures: dict[str, _Picture] = {}
        self._mesh: Mesh | None = None
        self._room = 0
        self._runs: list[_Run] = []
        self.sheet: Sheet | None = None

    def lay(self, sheet: Sheet) -> None:
        """From now on this. Raises ShaderError or DeviceError, and then what was laid stays."""
        looked_at = _looked_at(sheet)
        sources = {way: source_of(way, sheet, self._deep) for way in sheet.ways}
        rows = sum(len(part.vertices) for part in sheet.parts)
        fresh: dict[str, _Picture] = {}
        mesh, room = self._mesh, self._room
        try:
            for source in sources.values():
                if source not in self._programs:  # kept, once made: a neighbour that is gone comes back
                    self._programs[source] = Program.shared(self._device, VERTEX, source, SAMPLERS)
            for name, (shape, _) in looked_at.items():
                if name not in self._pictures or self._pictures[name].shape != shape:
                    fresh[name] = _Picture(self._device, name, shape)
            if mesh is None or rows > room:
                room = max(ROOM * rows, MANY)
                mesh = Mesh(self._device, None, (2, 3), capacity=room)
        except Exception:
            for picture in fresh.values():
                picture.texture.close()
            raise
        # Nothing can go wrong from here on.
        for name, picture in fresh.items():
            if name in self._pictures:
                self._pictures[name].texture.close()
            self._pictures[name] = picture
        for name, (_, array) in looked_at.items():
            self._pictures[name].show(array)
        if self._mesh is not None and mesh is not self._mesh:
            self._mesh.close()
        self._mesh, self._room, self.sheet = mesh, room, sheet
        if sheet.parts:
            mesh.upload(np.concatenate([part.vertices for part in sheet.parts]))
        self._runs, first = [], 0
        for part in sheet.parts:
            run = _Run(
                self._programs[sources[part.way]], self._textures(part.surface, part.way), first, len(part.vertices)
            )
            self._runs.append(run)
            first += run.count

    def _textures(self, surface: int, way: Way) -> list[Texture]:
        """What a program looks at; the first is the canvas, put in when it is drawn."""
        names = (f"light {surface}" if way.share else "", "mask" if way.mask else "", "table")
        return [self._none, *(self._pictures[one].texture if one in self._pictures else self._none for one in names)]

    def rehearse(self, canvas: Texture) -> None:
        """Draws a speck in every way that the sheet may need into what is bound, which is cleared before it is shown."""
        if self.sheet is None or self._mesh is None or not self.sheet.parts:
            return
        self._device.use_viewport(0, 0, 1, 1)
        self._device.use_blend("none")
        surface = next((number for number in range(len(self.sheet.light)) if f"light {number}" in self._pictures), 0)
        for way in self.sheet.ways:
            program = self._programs[source_of(way, self.sheet, self._deep)]
            _Run(program, self._textures(surface, way), 0, 3).draw(self._mesh, canvas)

    def draw(self, canvas: Texture, x: int, y: int, width: int, height: int) -> None:
        """Draws the canvas on a part of the bound framebuffer, whose pixels are counted from the bottom left."""
        if self._mesh is None:
            return
        self._device.use_viewport(x, y, width, height)
        self._device.use_blend("none")
        for run in self._runs:
            run.draw(self._mesh, canvas)

    def close(self) -> None:
        """Frees what was laid. Safe to call twice."""
        for program in self._programs.values():
            program.close()
        for picture in self._pictures.values():
            picture.texture.close()
        if self._mesh is not None:
            self._mesh.close()
        self._none.close()
        self._programs, self._pictures, self._mesh, self._runs = {}, {}, None, []


def _looked_at(sheet: Sheet) -> dict[str, tuple[tuple[int, ...], NDArray[np.generic] | None]]:
    """What programs look at beside the canvas: its shape, and what it is now. Light of a surface on a wall that is shared has its
    place even while it all is its own: it may be moved over its neighbours."""
    found: dict[str, tuple[tuple[int, ...], NDArray[np.generic] | None]] = {}
    for number, (laid, light) in enumerate(zip(sheet.plan.surfaces, sheet.light, strict=True)):
        if share := sheet.shares.get(laid.wall or ""):
            found[f"light {number}"] = ((*share.falls.shape, *((2,) if share.lifts else ())), light)
    for name, array in (("mask", sheet.mask), ("table", sheet.table)):
        if array is not None:
            found[name] = (array.shape, array)
    return found


def form_of(shape: tuple[int, ...], of_bytes: bool, dialect: str) -> Format:
    """In which form a card keeps a mask (bytes), light or a table. A software driver mixes single floats of 32 bits in half the
    time of halves, pairs of halves sooner than pairs of floats; OpenGL ES need not be able to mix those of 32 bits."""
    if of_bytes:
        return "r8"
    if len(shape) == 3:
        return "rg16f" if shape[2] == 2 else "rgba16f"
    return "r16f" if dialect == "300 es" else "r32f"


class _Picture:
    """A texture, and the array that is in it."""

    def __init__(self, device: Device, name: str, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.texture = Texture(device, shape[1], shape[0], form_of(shape, name == "mask", device.dialect))
        self._array: NDArray[np.generic] | None = None

    def show(self, array: NDArray[np.generic] | None) -> None:
        """Puts an array in, unless it is there already."""
        if array is not None and array is not self._array:
            self.texture.upload(array)
            self._array = array


@dataclass(slots=True)
class _Run:
    """Rows of the mesh that follow each other, their program and what it looks at."""

    program: Program
    textures: list[Texture]
    first: int
    count: int

    def draw(self, mesh: Mesh, canvas: Texture) -> None:
        self.textures[0] = canvas
        self.program.use(self.textures)
        mesh.draw(self.first, self.count)
