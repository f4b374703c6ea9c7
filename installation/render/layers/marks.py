"""One shape for each row of a table: instanced quads, drawn as signed distances by a shader in `shaders/lib/`.

A row stays itself by its key: when the year changes its values move, they don't jump. What is missing reaches the shader as
-1, and the shape draws it as missing (an empty socket), never as the low end of the scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.data.binding import Frames, Scale
from installation.data.tables import Columns
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Target, Texture
from installation.render.moment import Kit, Moment, Values
from installation.render.parts import shader_part
from installation.render.places import place
from installation.scene import schema

ATTRIBUTES = ("size", "glow", "crack", "cavities", "gum", "film", "gap", "wear", "tilt")
"""What a row drives with a number; `color` is four more."""
NEUTRAL = {
    "size": 1.0,
    "glow": 0.6,
    "crack": 0.0,
    "cavities": 0.0,
    "gum": 0.0,
    "film": 0.0,
    "gap": 0.0,
    "wear": 0.0,
    "tilt": 0.0,
}
MISSING = -1.0
GAP = 0.4
"""How much narrower a mark stands whose gap is 1: room opens to its neighbours."""
LAYOUT = (4, 4, 4, 4, 4)

VERTEX = """\
layout(location = 0) in vec4 a_place;   // x, y (0..1 of the canvas), width, height (canvas heights)
layout(location = 1) in vec4 a_form;    // angle (radians), kind, 1 upper, seed
layout(location = 2) in vec4 a_color;
layout(location = 3) in vec4 a_more;    // glow, crack, cavities, gum
layout(location = 4) in vec4 a_last;    // film, wear, opened by a visitor, presence of the row (0..1)
layout(std140) uniform Marks { vec4 frame; vec4 style; };  // frame: width, height, seconds, light; style: scale, breath, 0, 0
out vec2 p; out vec2 place;
flat out vec4 form; flat out vec4 tint; flat out vec4 more; flat out vec4 last; flat out vec2 half_size;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
  float breath = 1.0 + 0.02 * style.y * sin(frame.z * 0.88 + a_form.w * 6.2832 + a_place.x * 4.0);
  half_size = 0.5 * a_place.zw * style.x * breath;
  p = corner * ROOM;                     // the shape fills -1..1, its glow the room around it
  vec2 offset = p * half_size;
  float s = sin(a_form.x), c = cos(a_form.x);
  offset = mat2(c, s, -s, c) * offset;
  place = a_place.xy + offset * vec2(frame.y / frame.x, 1.0);
  gl_Position = vec4(place * 2.0 - 1.0, 0.0, 1.0);
  form = a_form; tint = a_color; more = a_more; last = a_last;
}
"""
FRAGMENT_HEAD = """\
in vec2 p; flat in vec4 form; flat in vec4 tint; flat in vec4 more; flat in vec4 last; flat in vec2 half_size; in vec2 place;
layout(std140) uniform Marks { vec4 frame; vec4 style; };
out vec4 color;
struct Mark {
  vec2 p;         // -1..1 over the shape; the biting edge of a tooth is at y = -1
  vec2 half_size; // canvas heights
  float pixel;    // one pixel in units of p
  float kind;     // 0 incisor, 1 canine, 2 premolar, 3 molar
  float upper;    // 1 upper jaw, 0 lower
  float seed;     // 0..1, the row's own
  vec4 color;     // from the data; alpha below 0: missing
  float glow, crack, cavities, gum, film, wear;  // below 0: missing
  float open;     // 0..1, a visitor stands here
  float seconds, light;
};
"""
FRAGMENT_TAIL = """
void main() {
  Mark m;
  m.p = p; m.half_size = half_size; m.pixel = 1.0 / max(min(half_size.x, half_size.y) * frame.y, 1.0);
  m.kind = form.y; m.upper = form.z; m.seed = form.w; m.color = tint;
  m.glow = more.x; m.crack = more.y; m.cavities = more.z; m.gum = more.w;
  m.film = last.x; m.wear = last.y; m.open = last.z; m.seconds = frame.z; m.light = frame.w;
  vec4 c = mark(m);
  c.a = clamp(c.a * last.w, 0.0, 1.0);
  color = vec4(c.rgb * c.a, c.a);
}
"""
ROOM = {"tooth": 1.35, "disc": 2.0, "ring": 1.6, "rod": 1.4}


class MarksView:
    """Remembers where each row's values are on their way to what the data says."""

    premultiplied = True

    def __init__(self, kit: Kit, spec: schema.MarksLayer) -> None:
        self._kit = kit
        table = kit.tables[spec.table]
        self._columns = Keyed.of(table, spec.key, spec.time)
        self.count = self._columns.count
        self._bound = {name: (scale_of(b, table), self._columns.frames(b.column)) for name, b in spec.bind.items()}
        first = {name: table.column(name)[self._columns.first] for name in table.names}
        self._places = place(spec.layout, first, self.count, kit.size[0] / kit.size[1])
        self._goal = np.zeros((self.count, 20), np.float32)
        self._rows = np.zeros((self.count, 20), np.float32)
        self._moment: float | None = None
        self._fresh = True
        self._opened = np.zeros(self.count, np.float32)
        form = self._goal[:, 4:8]
        form[:, 0], form[:, 1], form[:, 2] = self._places.angle, self._places.kind, self._places.upper
        rng = np.random.default_rng(kit.seed)
        form[:, 3] = rng.random(self.count)
        room = f"#define ROOM {ROOM[spec.shape]:.3f}\n"
        self._program = Program(
            kit.device,
            VERTEX.replace("\n", "\n" + room, 1),
            FRAGMENT_HEAD + shader_part(f"{spec.shape}.glsl") + FRAGMENT_TAIL,
        )
        self._mesh = Mesh(kit.device, None, LAYOUT, instanced=True, capacity=max(self.count, 1))
        self._block = np.zeros(8, np.float32)
        self._offset = 0

    def _aim(self, moment: float) -> None:
        """Computes where the data of a moment wants every row: nothing when the moment is the same."""
        if moment == self._moment:
            return
        self._moment = moment
        numbers = {name: np.full(self.count, value, np.float32) for name, value in NEUTRAL.items()}
        numbers["size"][:] = self._places.neutral
        color = np.ones((self.count, 4), np.float32)
        for attribute, (scale, frames) in self._bound.items():
            result = scale.apply(frames.at(moment) if isinstance(frames, Frames) else frames)
            if attribute == "color":
                gone = np.isnan(result[:, 3])
                color = np.where(gone[:, None], np.float32(MISSING), result)
            else:
                gone = np.isnan(result)
                numbers[attribute] = np.where(gone, np.float32(MISSING), result)
        goal, places = self._goal, self._places
        # A row whose size is missing keeps the neutral one: its other attributes say that it is missing.
        size = np.where(numbers["size"] < 0, places.neutral, numbers["size"])
        goal[:, 0], goal[:, 1] = places.x, places.y
        narrow = 1.0 - GAP * np.clip(numbers["gap"], 0.0, 1.0)
        goal[:, 2], goal[:, 3] = places.width * size * narrow, places.height * size
        goal[:, 4] = places.angle + np.where(numbers["tilt"] < 0, 0.0, numbers["tilt"])
        goal[:, 8:12] = color
        goal[:, 12], goal[:, 13] = numbers["glow"], numbers["crack"]
        goal[:, 14], goal[:, 15] = numbers["cavities"], numbers["gum"]
        goal[:, 16], goal[:, 17] = numbers["film"], numbers["wear"]
        goal[:, 19] = 1.0

    def prepare(self, moment: Moment, values: Values, images: Mapping[str, Texture]) -> None:
        self._aim(float(values["at"]))
        ease = float(values["ease"])
        share = 1.0 if self._fresh or ease <= 0 else 1.0 - float(np.exp(-moment.delta * 3.0 / ease))
        # A value that is or was missing must not be blended with a number: -1 half-way to 1 is not 0.
        rows, goal = self._rows, self._goal
        gap = (rows < 0) != (goal < 0)
        gap[:, :8] = False
        rows += (goal - rows) * np.float32(share)
        rows[gap] = goal[gap]
        self._open(moment, float(values["open"]))
        self._fresh = False
        self._mesh.upload(rows)
        width, height = moment.size
        self._block[:4] = (width, height, moment.seconds % 3600.0, float(values["light"]))
        self._block[4:6] = (values["scale"], values["breath"])
        self._offset = self._kit.device.uniforms.take(self._block.view(np.uint8))

    def _open(self, moment: Moment, amount: float) -> None:
        """Opens the marks that a visitor stands before, and closes them slowly behind."""
        mask = moment.sensed.mask
        high, wide = mask.shape
        column = np.clip((self._places.x * wide).astype(np.int32), 0, wide - 1)
        row = np.clip((self._places.y * high).astype(np.int32), 0, high - 1)
        wanted = (mask[row, column] > 127) * np.float32(amount)
        rate = np.where(wanted > self._opened, 4.0, 0.6).astype(np.float32)
        self._opened += (wanted - self._opened) * np.minimum(rate * np.float32(moment.delta), 1.0)
        self._rows[:, 18] = self._opened

    def draw(self, images: Mapping[str, Texture], target: Target) -> None:
        target.clear()
        self._kit.device.use_blend("normal")
        self._program.use((), self._offset, 32)
        self._mesh.draw()

    def restart(self) -> None:
        self._fresh = True
        self._opened[:] = 0.0

    def close(self) -> None:
        self._program.close()
        self._mesh.close()


@dataclass(frozen=True)
class Keyed:
    """A table's rows by key: the row on which each key first stands, and its columns year by year."""

    table: Columns
    keys: NDArray[Any]
    times: NDArray[np.float64]
    first: NDArray[np.intp]

    @classmethod
    def of(cls, table: Columns, key: str, time: str | None) -> Keyed:
        """Keys in order of first appearance. Without a time column there is one moment."""
        keys = table.column(key)
        times = np.zeros(table.count) if time is None else table.column(time).astype(np.float64)
        _, first = np.unique(keys.astype(str), return_index=True)
        return cls(table, keys, times, np.sort(first))

    @property
    def count(self) -> int:
        return len(self.first)

    def frames(self, column: str) -> Frames | NDArray[Any]:
        """A column over time; words don't change with it, so theirs is the first row of each key."""
        values = self.table.column(column)
        if values.dtype.kind not in "fiub":
            return values[self.first]
        return Frames.from_rows(self.keys, self.times, values)


def scale_of(binding: schema.Binding, table: Columns) -> Scale:
    """A binding's scale; a domain that is not stated comes from all rows, so that years compare."""
    return Scale(
        kind=binding.scale,
        domain=None if binding.domain is None else (float(binding.domain[0]), float(binding.domain[1])),
        range=(float(binding.range[0]), float(binding.range[1])),
        ramp=tuple(binding.ramp) if binding.ramp else None,
        order=tuple(binding.order) if binding.order else None,
        missing=binding.missing,
    ).fitted(table.column(binding.column))
