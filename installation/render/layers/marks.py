"""One shape for each row of a table: instanced quads, drawn as signed distances by a shader in `shaders/lib/`.

A row stays itself by its key: when the year or the table changes, its values move and don't jump, and rows that come and go
enter and leave gently. What is missing reaches the shader as
-1, and the shape draws it as missing (an empty socket), never as the low end of the scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.data.binding import Frames, Joined, Rows
from installation.data.scales import Scale
from installation.data.tables import Columns
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Target, Texture
from installation.render.layers.opening import Opening
from installation.render.moment import Kit, Moment, Values
from installation.render.parts import shader_part
from installation.render.places import Standing
from installation.scene import schema
from installation.scene.scales import scale_of

NEUTRAL = {
    "size": 1.0,
    "length": 1.0,
    "glow": 0.6,
    "crack": 0.0,
    "cavities": 0.0,
    "gum": 0.0,
    "film": 0.0,
    "gap": 0.0,
    "wear": 0.0,
    "tilt": 0.0,
}
"""What a row drives with a number, and what it is where nothing drives it; `color` is four more."""
DRAWN = {12: "glow", 13: "crack", 14: "cavities", 15: "gum", 16: "film", 17: "wear"}
"""Which attribute is which channel of a mark."""
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
  half_size = 0.5 * a_place.zw * style.x * breath * (1.0 + 0.2 * a_last.z);   // what is told comes forward
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
ROOM = {"tooth": 1.35, "disc": 2.0, "ring": 1.6, "rod": 1.4, "tile": 1.0}
CHANNELS = 18
"""Of a row of the mesh: those that the data move. Then come what a visitor opens, and the row's presence."""
PLACE, COLOR = {0, 1, 2, 3}, range(8, 12)
SEED = 7
PLACED = 8
"""The first of them say where and what a mark is; they are never missing."""
PACE = 3.0
"""How many time constants `ease` is: after it 95 % of the way is done."""


class MarksView:
    """Remembers, by key, where each row's values are on their way to what the data says.

    A row enters with the first time that it has in the table and leaves after the last. While nothing moves, nothing is
    computed and nothing uploaded.
    """

    premultiplied = True

    def __init__(self, kit: Kit, spec: schema.MarksLayer) -> None:
        self._kit = kit
        table = kit.tables[spec.table]
        rows = self.rows = Rows.of(table.column(spec.key), None if spec.time is None else table.column(spec.time))
        self.count = len(rows.keys)
        self._begins, self._ends = rows.spans()
        self._bound = {name: Bound.of(b, table, rows, name) for name, b in spec.bind.items()}
        self._fits = "size" in spec.bind and spec.bind["size"].range is None
        """Whether a size of 1 is as large as the layout has room for."""
        self._is_silent = not {"color", *DRAWN.values()} & self._bound.keys()
        """Whether nothing that is bound can show that a value is missing, but a place and a size."""
        links = kit.tables[spec.layout.links] if isinstance(spec.layout, schema.ForceLayout) else None
        self._standing = Standing(spec.layout, table, rows, kit.size[0] / kit.size[1], links)
        self._numbers = {name: np.full(self.count, value, np.float32) for name, value in NEUTRAL.items()}
        self._goal = np.ones((CHANNELS, self.count), np.float32)
        self._goal[SEED] = np.random.default_rng(kit.seed).random(self.count)
        self._joined = Joined(CHANNELS, capacity=self.count)
        self._opening = Opening(self.count)
        self._mesh_rows = np.zeros((0, sum(LAYOUT)), np.float32)
        self._moment: float | None = None
        self._fresh = True
        room = f"#define ROOM {ROOM[spec.shape]:.3f}\n"
        self._program = Program(
            kit.device,
            VERTEX.replace("\n", "\n" + room, 1),
            FRAGMENT_HEAD + shader_part(f"{spec.shape}.glsl") + FRAGMENT_TAIL,
        )
        self._mesh = Mesh(kit.device, None, LAYOUT, instanced=True, capacity=max(self.count, 1))
        self._block = np.zeros(8, np.float32)
        self._offset = 0

    def _aim(self, moment: float) -> bool:
        """Says where the data of a moment wants every row; False when that is where it was wanted before."""
        times = self.rows.times
        held = float(np.clip(moment, times[0], times[-1])) if times.size else 0.0
        if held == self._moment:
            return False
        first, self._moment = self._moment is None, held
        goal, wanted = self._goal, self._numbers
        moving = {name for name, bound in self._bound.items() if first or bound.moves}
        for attribute in moving:
            found = self._bound[attribute].at(held)
            if attribute == "color":
                goal[COLOR] = found.T
            else:
                wanted[attribute] = found
        changed = {*(COLOR if "color" in moving else ())}
        if first or self._standing.moves or moving & {"size", "length", "gap", "tilt"}:
            self._stand(held)
            changed |= PLACE if self._standing.moves else {2, 3}
            changed |= {4} if "tilt" in moving else set()
        if self._is_silent and moving & {"size", "length"}:
            goal[COLOR] = np.where(np.isnan(wanted["size"]) | np.isnan(wanted["length"]), np.float32(np.nan), 1.0)
            changed |= {*COLOR}
        for channel, name in DRAWN.items():
            if first or name in moving:
                goal[channel] = wanted[name]
                changed.add(channel)
        there = (self._begins <= held) & (held <= self._ends)
        self._joined.aim(self.rows.keys, goal.T, there, None if first else sorted(changed))
        return True

    def _stand(self, moment: float) -> None:
        """Where every row stands and how large it is."""
        goal, wanted, places = self._goal, self._numbers, self._standing.at(moment)
        goal[0], goal[1], goal[4] = places.x, places.y, places.angle
        goal[5], goal[6] = places.kind, places.upper
        # A row whose size is missing keeps the neutral one: its other attributes say that it is missing, or its colour.
        size: Any = np.float32(places.neutral)
        if "size" in self._bound:
            unit = size if self._fits else 1.0
            size = np.where(wanted["size"] >= 0, wanted["size"] * unit, size)
        goal[2], goal[3] = places.width * size, places.height * size
        if "length" in self._bound:
            goal[3] *= np.where(wanted["length"] >= 0, wanted["length"], 1.0)
        if "gap" in self._bound:
            goal[2] *= 1.0 - GAP * np.clip(np.nan_to_num(wanted["gap"]), 0.0, 1.0)
        if "tilt" in self._bound:
            goal[4] += np.nan_to_num(wanted["tilt"])

    def prepare(self, moment: Moment, values: Values, images: Mapping[str, Texture]) -> None:
        moved = self._aim(float(values["at"]))
        self._joined.seconds = float(values["ease"]) / PACE
        if self._fresh:
            self._joined.finish()
        moved = self._joined.advance(moment.delta) or moved or self._fresh
        if moved:
            self._pack()
        if self._open(moment, values) or moved:
            self._mesh.upload(self._mesh_rows)
        self._fresh = False
        width, height = moment.size
        self._block[:4] = (width, height, moment.seconds % 3600.0, float(values["light"]))
        self._block[4:6] = (values["scale"], values["breath"])
        self._offset = self._kit.device.uniforms.take(self._block.view(np.uint8))

    def _pack(self) -> None:
        """Writes where everything is now as the mesh wants it: missing is -1, which is never half-way to anything."""
        joined = self._joined
        count = len(joined.keys)
        if len(self._mesh_rows) != count:
            self._mesh_rows = np.zeros((count, sum(LAYOUT)), np.float32)
            self._opening.resize(count)
            self._joined.touched()
            touched: Iterable[int] = range(CHANNELS)
        else:
            touched = joined.touched()
        for channel in touched:
            column = joined.values[:, channel]
            if channel >= PLACED:
                column = np.where(np.isnan(column), np.float32(MISSING), column)
            self._mesh_rows[:, channel] = column
        self._mesh_rows[:, 19] = joined.alpha

    def _open(self, moment: Moment, values: Values) -> bool:
        """Opens the mark that is told, and closes it slowly behind; False when none is open."""
        sensed, drawn = moment.sensed, self._mesh_rows
        amount, wander = float(values["open"]), float(values["wander"])
        there = (drawn[:, 19] > 0.5) & (drawn[:, 2] > 0)
        moves = self._opening.advance(
            drawn[:, :2], there, sensed.mask, sensed.presence, amount, wander, moment.seconds, moment.delta
        )
        if moves:
            drawn[:, 18] = self._opening.amounts
        return moves

    def point(self, key: str) -> None:
        """Somebody asks about a mark: it opens for a while, where the layer opens any."""
        if key in self._joined.keys:
            self._opening.point(self._joined.keys.index(key))

    @property
    def moment(self) -> float:
        """The time of the table that is shown."""
        return self._moment or 0.0

    def opened(self) -> tuple[str, float, tuple[float, float]] | None:
        """The key that is told, how far it is open, 0..1, and where it stands, 0..1 of the canvas; None where none is."""
        found = self._opening.told()
        key = None if found is None else self._joined.keys[found[0]]
        if found is None or key is None:
            return None
        x, y = self._mesh_rows[found[0], :2].tolist()
        return key, found[1], (x, y)

    def drawn(self) -> tuple[list[str | None], NDArray[np.float32], float]:
        """What the newest frame drew: keys (n,), the mesh's rows (n, 20), and how much larger than these they are."""
        return self._joined.keys[: len(self._mesh_rows)], self._mesh_rows, float(self._block[4])

    def values_of(self, key: int) -> dict[str, dict[str, Any]]:
        """For each bound attribute of a key, by its number: the value that the data have at the shown time, blended between
        years, and what it becomes; None where it is missing."""
        return {name: bound.told(key, self.moment) for name, bound in self._bound.items()}

    def inherit(self, before: MarksView) -> None:
        """Goes on from where the marks of the layer are as it was before an edit: rows move to their new values, new ones
        enter, and those that are gone leave."""
        if before._fresh:
            return
        self._joined, self._opening, self._fresh = before._joined, before._opening, False
        self._moment = None
        known = dict(zip(self._joined.keys, self._joined.values[:, SEED].tolist(), strict=True))
        self._goal[SEED] = [known.get(key, own) for key, own in zip(self.rows.keys, self._goal[SEED], strict=True)]
        self._joined.aim(self.rows.keys, self._goal.T, np.zeros(self.count, bool))  # gives everyone a place
        self._mesh.close()
        capacity = max(len(self._joined.keys), 1)
        self._mesh = Mesh(self._kit.device, None, LAYOUT, instanced=True, capacity=capacity)

    def draw(self, images: Mapping[str, Texture], target: Target) -> None:
        target.clear()
        self._kit.device.use_blend("normal")
        self._program.use((), self._offset, 32)
        self._mesh.draw()

    def restart(self) -> None:
        self._fresh = True
        self._opening.shut()
        self._mesh_rows[:, 18] = 0.0

    def close(self) -> None:
        self._program.close()
        self._mesh.close()


@dataclass(frozen=True)
class Bound:
    """An attribute's scale, and what it reads in time: numbers, or places in the domain where between two there is nothing."""

    scale: Scale
    frames: Frames
    stepped: bool
    moves: bool

    @classmethod
    def of(cls, binding: schema.Binding, table: Columns, rows: Rows, attribute: str) -> Bound:
        scale = scale_of(binding, table, attribute)
        stepped = scale.kind == "categorical"
        column = table.column(binding.column)
        frames = rows.frames(scale.fraction(column) if stepped else column)
        return cls(scale, frames, stepped, frames.times.size > 1)

    def at(self, moment: float) -> NDArray[np.float32]:
        """What the attribute is at a moment, (k,) or (k, 4), NaN where it is missing."""
        if self.stepped:
            return self.scale.shown(self.frames.step(moment))
        return self.scale.apply(self.frames.at(moment))

    def told(self, key: int, moment: float) -> dict[str, Any]:
        """The value of one key at a moment and what it becomes, for people; a category's words stand in its row."""
        value = float("nan") if self.stepped else float(self.frames.at(moment)[key])
        found = self.at(moment)[key] if self.stepped else self.scale.apply(np.array([value]))[0]
        shown = [round(float(part), 5) for part in np.atleast_1d(found)]
        missing = any(part != part for part in shown)
        becomes: Any = None if missing else shown[0] if len(shown) == 1 else shown
        return {"value": None if value != value else value, "missing": missing, "becomes": becomes}
