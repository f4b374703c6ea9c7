"""Puts particles on the canvas: how many are in each pixel, for each of four groups.

Two ways, one picture. `Splat` looks up every particle's place in a table and adds it to four pixels with numpy, for software
drivers, on which rasterising a point costs forty times the sum that moves it there. `Points` lets the vertex shader do it,
for GPUs. `texture` has a channel a group; times `scale` it is a number of particles. Called by the flows layer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.gpu.device import Device
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Target, Texture
from installation.render.paths import COMING, LEAVING, MAX_PARTICLES, PACES, PINCH, TONES, Paths

MOST_PIXELS = 2_600_000
"""A larger canvas is counted at half its size: 21 MB of counts are as many as a frame can clear and send."""
MOST_PLACES = 8_000_000
STEP = 0.5
"""Places along a lane are this many pixels apart."""
PARTS = 4
"""A pixel is cut into 4 x 4 places: a spark that creeps does not jump."""
FADES = 4
KINDS = FADES * PARTS * PARTS
"""Ways in which a particle may lie in its pixel and shine there: a power of two, since they share a number with the pixel."""
RISES, SETS = 60.0, 40.0
"""A particle is at its full brightness after 1/60 of its path, and fades over the last 1/40."""
COMING_UP = np.array([0.0, 0.17, 0.33])
"""How bright a particle is that comes or goes: before the first, the second and the third quarter of its coming."""
CROWD = 0.05
"""Particles to a place of a lane above which nobody tells one from another: such lanes are counted whole pixel by pixel."""
SHADES: NDArray[np.float64] = np.concatenate([TONES, COMING_UP])
CHUNK = 32_768
"""Particles moved at once: so many that all that is needed of them stays in the processor's cache."""


class Counter:
    """Adds particles to pixels. Pure numpy; everything is allocated once, and a frame is a few passes over arrays.

    A pixel is a 64-bit word of four 16-bit counts, one a group, so that one addition serves whichever group a particle is
    of. A particle weighs `_weight` units, shared between four pixels.
    """

    def __init__(self, paths: Paths, width: int, height: int) -> None:
        while width * height > MOST_PIXELS:
            width, height = max(width // 2, 1), max(height // 2, 1)
        self.width, self.height = width, height
        steps = paths.steps(height, STEP, MOST_PLACES)
        first = np.cumsum(steps) - steps
        self._table = self._places(paths, steps)
        self.weight = self._heaviest(paths, steps)
        self.scale = 65535.0 / self.weight
        self._kernels = _kernels(self.weight)
        # A pixel's right and upper neighbours; what is outside lands beyond the picture's last row.
        self._words = np.zeros(width * (height + 1) + 2, np.uint64)
        self._taps = tuple(self._words[step:] for step in (0, 1, width, width + 1))
        self.counts = self._words[: width * height].view(np.uint16).reshape(height, width, 4)
        """(h, w, 4) uint16: particles in each pixel, a channel a group, times `weight`."""
        crowded = paths.lanes.count > CROWD * steps
        self._crowd = Crowd(paths, steps, crowded, self._table, width, self.weight)
        lone = ~crowded[paths.lane]
        flow, lane = paths.flow[lone], paths.lane[lone]
        tone = paths.group[flow].astype(np.int64) * len(SHADES) + paths.tone[lone]
        phase, rate = paths.phase[lone].astype(np.float64), paths.turns[flow] * PACES[paths.pace[lone]]
        places, begins = steps[lane] - 1e-3, first[lane].astype(np.float64)
        kinds = tone * KINDS
        parts = [slice(start, start + CHUNK) for start in range(0, len(lane), CHUNK)]
        self._chunks = [(phase[part], rate[part], places[part], begins[part], part) for part in parts]
        self._all_kinds, self._kinds = kinds, kinds
        self._who = None if paths.rank is None else (flow, paths.rank[lone], paths.group[flow].astype(np.int64))
        self._place, self._floor = np.empty(CHUNK), np.empty(CHUNK)
        self._index, self._code, self._kind = (np.empty(CHUNK, np.int64) for _ in range(3))
        self._add = np.empty(CHUNK, np.uint64)

    def _places(self, paths: Paths, steps: NDArray[np.int64]) -> NDArray[np.int64]:
        """For each place of each lane: the pixel, which of its 4 x 4 parts, and how far the particle has faded there."""
        table = np.empty(int(steps.sum()), np.int64)
        for part, _, along, place in paths.tracks(steps):
            x = np.floor((place[:, 0] * self.width - 0.5) * PARTS + 0.5).astype(np.int64)
            y = np.floor((place[:, 1] * self.height - 0.5) * PARTS + 0.5).astype(np.int64)
            column, row = x // PARTS, y // PARTS
            seen = (column >= 0) & (column < self.width - 1) & (row >= 0) & (row < self.height - 1)
            pixel = np.where(seen, row * self.width + column, self.width * self.height)
            light = np.minimum(np.minimum(along * RISES, (1 - along) * SETS), 1.0)
            fade = np.minimum((light * FADES).astype(np.int64), FADES - 1)
            table[part] = ((pixel * FADES + fade) * PARTS + y % PARTS) * PARTS + x % PARTS
        return table

    def _heaviest(self, paths: Paths, steps: NDArray[np.int64]) -> int:
        """The most that one particle can weigh so that no pixel's count can pass 65,535 and carry into the next group's."""
        each = np.repeat(paths.lanes.count / steps, steps)
        bins = self.width * self.height + 1
        expected = np.bincount(self._table // KINDS, each, minlength=bins)
        # Chance lets more meet than are expected: eight standard deviations of it, and sixteen more, all of the brightest.
        most = float(expected[:-1].max(initial=0.0))
        return int(np.clip(65535 / (most + TONES.max() * (8 * np.sqrt(most) + 16)), 1, 2048))

    def show(self, levels: NDArray[np.float32]) -> None:
        """How many particles of each flow are there from now on, (flows,); of a part of one there is a faint one."""
        if self._who is not None:
            flow, rank, group = self._who
            quarter = np.clip((levels[flow] - rank) * 4, 0, 3).astype(np.int64)
            coming = (group * len(SHADES) + len(TONES) + quarter) * KINDS
            self._kinds = np.where(quarter == 3, self._all_kinds, coming)
        self._crowd.show(levels)

    def count(self, seconds: float, speed: float, grow: float) -> None:
        """Moves and counts. Linear in particles, with a small constant for the pixels."""
        moved, grown = seconds * speed, min(max(grow, 0.0), 1.0)
        self._words.fill(0)
        for phase, rate, places, begins, part in self._chunks:
            n = len(phase)
            place, floor = self._place[:n], self._floor[:n]
            index, code, kind, add = self._index[:n], self._code[:n], self._kind[:n], self._add[:n]
            np.multiply(rate, moved, out=place)
            place += phase
            np.floor(place, out=floor)
            place -= floor
            if grown < 1.0:
                place *= grown
            place *= places
            place += begins
            np.copyto(index, place, casting="unsafe")
            np.take(self._table, index, out=code, mode="clip")
            np.bitwise_and(code, KINDS - 1, out=kind)
            kind += self._kinds[part]
            np.right_shift(code, KINDS.bit_length() - 1, out=code)
            for kernel, words in zip(self._kernels, self._taps, strict=True):
                np.take(kernel, kind, out=add, mode="clip")
                np.add.at(words, code, add)
        self._crowd.add_to(self._words, moved, grown)


class Splat:
    """Counts particles and sends the counts as a texture."""

    def __init__(self, device: Device, paths: Paths, width: int, height: int, counter: Counter | None = None) -> None:
        """`counter` is one that was made ahead for just these paths and this size."""
        self._counter = counter or Counter(paths, width, height)
        self.width, self.height, self.scale = self._counter.width, self._counter.height, self._counter.scale
        self.texture = Texture.from_array(device, self._counter.counts, "rgba16")

    def show(self, levels: NDArray[np.float32]) -> None:
        """As `Counter.show`."""
        self._counter.show(levels)

    def prepare(self, seconds: float, speed: float, grow: float, size: float) -> None:
        """Moves, counts and sends."""
        self._counter.count(seconds, speed, grow)
        self.texture.upload(self._counter.counts)

    def draw(self) -> None:
        """Nothing is left to draw: the counts were sent."""

    def counts(self) -> NDArray[np.float64]:
        """Particles in each pixel, (h, w, 4). For tests."""
        return self._counter.counts / float(self._counter.weight)

    def close(self) -> None:
        self.texture.close()


class Crowd:
    """The particles of lanes where they stand so close that each may go to one whole pixel: a quarter of the work.

    Lanes round their places up or down by a threshold of their own, so that together they are as smooth as single sparks.
    """

    def __init__(
        self,
        paths: Paths,
        steps: NDArray[np.int64],
        crowded: NDArray[np.bool_],
        table: NDArray[np.int64],
        width: int,
        weight: int,
    ) -> None:
        lane_of = np.repeat(np.arange(len(steps)), np.where(crowded, steps, 0))
        code = table[np.repeat(crowded, steps)]
        right, up = (code & (PARTS - 1)) > lane_of % PARTS, ((code >> 2) & (PARTS - 1)) > (lane_of // PARTS) % PARTS
        self._pixels = code // (FADES * PARTS * PARTS) + right + up * width
        first = np.cumsum(np.where(crowded, steps, 0)) - np.where(crowded, steps, 0)
        mine = crowded[paths.lane]
        lane, flow = paths.lane[mine], paths.flow[mine]
        flows, row = np.unique(flow, return_inverse=True)
        self._rate = paths.turns[flows][:, None] * PACES
        adds = np.zeros((len(lane), 4), np.uint16)
        adds[np.arange(len(lane)), paths.group[flow]] = np.rint(weight * TONES[paths.tone[mine]])
        phase, where = paths.phase[mine], row.reshape(-1) * len(PACES) + paths.pace[mine]
        places, begins = (steps[lane] - 0.01).astype(np.float32), first[lane]
        self._all_weights = self._weights = adds.view(np.uint64).reshape(-1)
        self._who = None if paths.rank is None else (flow, paths.rank[mine])
        parts = [slice(start, start + CHUNK) for start in range(0, len(lane), CHUNK)]
        self._chunks = [(phase[part], where[part], places[part], begins[part], part) for part in parts]
        self._place, self._floor = np.empty(CHUNK, np.float32), np.empty(CHUNK, np.float32)
        self._index, self._pixel = np.empty(CHUNK, np.int64), np.empty(CHUNK, np.int64)

    def show(self, levels: NDArray[np.float32]) -> None:
        """As `Counter.show`; whoever is there by less than half isn't."""
        if self._who is not None:
            flow, rank = self._who
            self._weights = np.where(levels[flow] >= rank + 0.5, self._all_weights, np.uint64(0))

    def add_to(self, words: NDArray[np.uint64], moved: float, grown: float) -> None:
        """Adds every particle to its pixel."""
        offsets = np.mod(self._rate * moved, 1.0).astype(np.float32).reshape(-1)
        for phase, where, steps, first, part in self._chunks:
            n = len(phase)
            place, floor, index, pixel = self._place[:n], self._floor[:n], self._index[:n], self._pixel[:n]
            np.take(offsets, where, out=place, mode="clip")
            place += phase
            np.floor(place, out=floor)
            place -= floor
            if grown < 1.0:
                place *= np.float32(grown)
            place *= steps
            np.copyto(index, place, casting="unsafe")
            index += first
            np.take(self._pixels, index, out=pixel, mode="clip")
            np.add.at(words, pixel, self._weights[part])


def _kernels(weight: int) -> list[NDArray[np.uint64]]:
    """What a particle adds to its pixel, and to those right of it, above it, and both: by group, tone, fade and place in
    the pixel, four tables of 64-bit words.
    """
    group, tone, fade, y, x = np.indices((4, len(SHADES), FADES, PARTS, PARTS)).reshape(5, -1)
    units = weight * SHADES[tone] * (fade + 1) / FADES
    right, up = x / PARTS, y / PARTS
    shares = ((1 - right) * (1 - up), right * (1 - up), (1 - right) * up, right * up)
    tables = []
    for share in shares:
        table = np.zeros((len(group), 4), np.uint16)
        table[np.arange(len(group)), group] = np.rint(units * share).astype(np.uint16)
        tables.append(table.view(np.uint64).reshape(-1))
    return tables


POINTS_VERTEX = f"""\
layout(location = 0) in vec4 a_where;  // flow, phase, pace, group
layout(location = 1) in vec4 a_lane;   // aside, tone, begin
layout(location = 2) in vec3 a_end;   // and its rank
uniform sampler2D paths; uniform sampler2D offsets;
layout(std140) uniform Points {{ vec4 how; vec4 more; }};  // how: grow, size in pixels, 1 / flows, samples
// more: 1 / aspect, 1 for flat ribbons
flat out vec4 channel; flat out float reach;
void main() {{
  vec4 now = texelFetch(offsets, ivec2(int(a_where.z), int(a_where.x)), 0);   // moved, how many there are
  float at = fract(a_where.y + now.r) * how.x;
  vec4 path = texture(paths, vec2((at * (how.w - 1.0) + 0.5) / how.w, (a_where.x + 0.5) * how.z));
  float opened = smoothstep(0.0, {LEAVING}, at), closed = smoothstep({COMING}, 1.0, at);
  vec2 p = path.xy + path.zw * (a_lane.x * mix(opened * (1.0 - {PINCH} * closed), 1.0, more.y));
  p += (a_lane.zw * (1.0 - opened) + a_end.xy * closed) * vec2(more.x, 1.0);
  gl_Position = vec4(p * 2.0 - 1.0, 0.0, 1.0);
  reach = max(how.y, 1.0);
  gl_PointSize = 2.0 * reach + 1.0;
  float fade = floor(min(min(at * {RISES:.1f}, (1.0 - at) * {SETS:.1f}) * {FADES}.0, {FADES - 1}.0)) + 1.0;
  channel = vec4(equal(vec4(a_where.w), vec4(0.0, 1.0, 2.0, 3.0))) * (a_lane.y * fade / {FADES}.0 / (reach * reach));
  channel *= clamp(now.g - a_end.z, 0.0, 1.0);
}}
"""
POINTS_FRAGMENT = """\
flat in vec4 channel; flat in float reach; out vec4 color;
void main() {
  vec2 tent = max(1.0 - abs(gl_PointCoord - 0.5) * (2.0 * reach + 1.0) / reach, 0.0);
  color = channel * (tent.x * tent.y);
}
"""


class Points:
    """Draws particles as points: the vertex shader reads their path. The CPU sends one number a flow, pace and frame."""

    scale = 1.0

    def __init__(self, device: Device, paths: Paths, width: int, height: int) -> None:
        samples = paths.points.shape[1]
        flows = max(len(paths.points), 1)  # a texture needs a row
        self._device = device
        picture = np.zeros((flows, samples, 4), np.float32)
        picture[: len(paths.points), :, :2], picture[: len(paths.points), :, 2:] = paths.points, paths.across
        self._paths = Texture.from_array(device, picture, "rgba32f")
        self._rate = np.zeros((flows, len(PACES)))
        self._rate[: len(paths.points)] = paths.turns[:, None] * PACES
        self._offsets = np.zeros((flows, len(PACES), 4), np.float32)
        self._offsets[..., 1] = MAX_PARTICLES
        self._offset_texture = Texture.from_array(device, self._offsets, "rgba32f", smooth=False)
        lanes, lane = paths.lanes, paths.lane
        columns = (paths.flow, paths.phase, paths.pace, paths.group[paths.flow], lanes.aside[lane], TONES[paths.tone])
        rank = np.zeros(len(lane)) if paths.rank is None else paths.rank
        rows = np.column_stack([*columns, lanes.begin[lane], lanes.end[lane], rank]).astype(np.float32)
        self._mesh = Mesh(device, rows, (4, 4, 3), mode="points")
        self._program = Program(device, POINTS_VERTEX, POINTS_FRAGMENT, ("paths", "offsets"))
        self._target = Target(device, width, height, "rgba16f")
        self.width, self.height = width, height
        self.texture = self._target.texture
        self._block = np.array([1.0, 1.0, 1.0 / flows, samples, 1.0 / paths.aspect, paths.flat, 0, 0], np.float32)
        self._offset = 0
        if device.dialect == "330 core":  # in ES it always is
            device.gl.glEnable(device.gl.GL_PROGRAM_POINT_SIZE)

    def show(self, levels: NDArray[np.float32]) -> None:
        """As `Counter.show`."""
        self._offsets[: len(levels), :, 1] = levels[:, None]

    def prepare(self, seconds: float, speed: float, grow: float, size: float) -> None:
        np.mod(self._rate * (seconds * speed), 1.0, out=self._offsets[..., 0], casting="unsafe")
        self._offset_texture.upload(self._offsets)
        self._block[0], self._block[1] = min(max(grow, 0.0), 1.0), size / 2
        self._offset = self._device.uniforms.take(self._block.view(np.uint8))

    def draw(self) -> None:
        self._target.clear()
        self._device.use_blend("accumulate")
        self._program.use((self._paths, self._offset_texture), self._offset, 32)
        self._mesh.draw()

    def counts(self) -> NDArray[np.float64]:
        """Particles in each pixel, (h, w, 4). For tests."""
        return self._target.read().astype(np.float64)

    def close(self) -> None:
        for owned in (self._program, self._mesh, self._paths, self._offset_texture, self._target):
            owned.close()
