"""Streams from place to place: bundled paths, and particles that count.

A particle's place depends only on (flow, particle, time), so nothing is stored from frame to frame, and any machine or
replay agrees. Under the particles lies silk, baked once. Where few run, each is a spark that can be counted; where thousands
run they melt into a river, which keeps its groups' colours and burns towards white only in the densest trunks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from installation.data.binding import Joined
from installation.data.colour import parse_color, srgb_to_linear
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Target, Texture
from installation.render.baked import bake
from installation.render.moment import Kit, Moment, Values
from installation.render.particles import Points, Splat
from installation.render.ribbons import Ribbons
from installation.render.screen import TRANSFER, VERTEX
from installation.render.streams import tints
from installation.render.threads import SHRINK, tiles
from installation.scene import schema

BLOCK = """
// how: light, thread, grow, particles in a full channel; more: breath of sources and of sinks (radians), river's exposure,
// a spark's reach in pixels
layout(std140) uniform Flows { mat4 tints; vec4 how; vec4 more; };
const float FULL = 24.0;   // particles in a pixel, on average, that the river's eight bits can tell
"""

GATHER = (
    """\
out vec4 color; uniform sampler2D particles;
"""
    + BLOCK
    + """
// A sixteenth of the pixels: how many particles there are around here, each channel as the root of its share of FULL.
void main() {
  ivec2 corner = ivec2(gl_FragCoord.xy) * 4, last = textureSize(particles, 0) - 1;
  vec4 sum = vec4(0.0);
  for (int y = 0; y < 4; y++) for (int x = 0; x < 4; x++) sum += texelFetch(particles, min(corner + ivec2(x, y), last), 0);
  color = sqrt(min(sum * (how.w * more.z / (16.0 * FULL)), 1.0));
}
"""
)

SOFTEN = (
    """\
in vec2 uv; out vec4 color; uniform sampler2D gathered; uniform sampler2D sources; uniform sampler2D sinks;
"""
    + BLOCK
    + """
const float ENDS = 3.0;   // the brightest place gathers as much light as so many particles in every pixel
vec4 at(vec2 p) { vec4 c = texture(gathered, p); return c * c; }
void main() {
  vec2 e = 1.4 / vec2(textureSize(gathered, 0));
  vec4 near = at(uv + vec2(e.x, 0.0)) + at(uv - vec2(e.x, 0.0)) + at(uv + vec2(0.0, e.y)) + at(uv - vec2(0.0, e.y));
  vec4 far = at(uv + e) + at(uv - e) + at(uv + vec2(e.x, -e.y)) + at(uv - vec2(e.x, -e.y));
  vec4 river = at(uv) * 0.25 + near * 0.125 + far * 0.0625;
  // A wave of breath goes over the wall: neighbours swell after each other.
  float wave = dot(uv, vec2(9.0, -6.0));
  vec4 source = texture(sources, uv), sink = texture(sinks, uv);
  vec4 ends = source * source * (0.5 + 0.5 * sin(more.x - wave)) + sink * sink * (0.8 + 0.2 * sin(more.y + wave)) * how.z;
  color = sqrt(min(river + ends * (ENDS / FULL), 1.0));
}
"""
)

TILED = """\
layout(location = 0) in vec4 a_tile;   // left, bottom, right, top; 0..1 of the canvas
out vec2 uv;
void main() {
  uv = mix(a_tile.xy, a_tile.zw, vec2(gl_VertexID & 1, gl_VertexID >> 1));
  gl_Position = vec4(uv * 2.0 - 1.0, 0.0, 1.0);
}
"""

FRAGMENT = (
    """\
in vec2 uv; out vec4 color;
uniform sampler2D particles; uniform sampler2D threads; uniform sampler2D river; uniform sampler2D arrivals;
"""
    + BLOCK
    + TRANSFER
    + """
const float SPARK = 2.8, RIVER = 1.5, SILK = 0.35, HALO = 0.11, SHOULDER = 0.8;
const vec2 CORE = vec2(26.0, 70.0);   // particles in a pixel from which a river turns to enamel
const vec3 WHITE = vec3(1.0, 0.87, 0.70);   // enamel, in linear light
vec4 wide(vec2 p, vec2 e) {
  vec4 near = texture(particles, p + vec2(e.x, 0.0)) + texture(particles, p - vec2(e.x, 0.0))
            + texture(particles, p + vec2(0.0, e.y)) + texture(particles, p - vec2(0.0, e.y));
  vec4 far = texture(particles, p + e) + texture(particles, p - e)
           + texture(particles, p + vec2(e.x, -e.y)) + texture(particles, p - vec2(e.x, -e.y));
  return texture(particles, p) * 0.25 + near * 0.125 + far * 0.0625;
}
void main() {
  ivec2 pixel = ivec2(gl_FragCoord.xy);
  vec4 spark = SPARKS * (how.w * max(more.w, 1.0));
  vec4 silk = THREADS * ARRIVED;
  vec4 melt = texture(river, uv);   // the root of the density
  vec4 amount = silk * (SILK * how.y) + (spark * SPARK + melt * melt / (melt + HALO) * RIVER) * how.x;
  amount *= vec4(tints[0].a, tints[1].a, tints[2].a, tints[3].a);
  // Whichever group prevails gives the hue: what is mixed evenly would turn grey.
  vec4 share = amount * amount * amount;
  vec3 hue = (mat4x3(tints) * share) / max(dot(share, vec4(1.0)), 1e-6);
  float dense = dot(melt, melt) * FULL;
  float core = smoothstep(CORE.x, CORE.y, dense);
  hue = mix(hue, WHITE, 0.8 * core);
  // One spark is bright; ten are brighter still, but only the core comes near to white: no part of a river is flat.
  vec3 light = hue * ((1.0 - pow(1.0 + 0.7 * dot(amount, vec4(1.0)), -0.6)) * mix(SHOULDER, 1.0, core));
  // Straight alpha, with half of the light's range in it: eight bits hold the faintest silk without bands.
  float level = sqrt(max(max(light.r, light.g), max(light.b, 1e-6)));
  color = vec4(to_display(light / level), level);
}
"""
)

FINE = "texelFetch(particles, pixel, 0)"
THREADS = "texelFetch(threads, pixel, 0)"
DRAWN = "(log(1.0 + 1.5 * texture(threads, uv)) / log(40.0))"
"""Silk that is drawn as flows come and go, in the measure in which it is baked where they don't."""
WIDE = "wide(uv, clamp(more.w * 0.6, 0.5, 1.6) / vec2(textureSize(threads, 0)))"
ARRIVED = "(1.0 - smoothstep(0.0, 0.04, texture(arrivals, uv).r - (how.z * 1.04 - 0.04)))"
BREATHS = (0.82, 0.47)
"""Radians a second of the sources' breath and the sinks': 0.13 and 0.07 Hz."""


PACE = 3.0
"""How many time constants `ease` is, as for marks."""


class FlowsView:
    """Remembers how many particles each flow has on the way to what the data say, where they change with the years; of
    particles themselves nothing."""

    premultiplied = False

    def __init__(self, kit: Kit, spec: schema.FlowsLayer) -> None:
        table = kit.tables[spec.table]
        device = kit.device
        self._kit, self._spec = kit, spec
        width, height = kit.size
        of = (spec, table, kit.size, kit.seed)
        given = next((one for one in kit.baked or () if one.fits(*of)), None)
        if given and kit.baked:
            kit.baked.remove(given)
        baked = given or bake(*of, device.software)
        self.streams, self.paths = baked.streams, baked.streams.paths
        self._silk: Ribbons | None = None
        if self.streams.moves:
            self._silk = Ribbons(device, self.paths, width, height)
            self._threads = self._silk.texture
        else:
            self._threads = Texture.from_array(device, baked.threads, "rgba8")
        self._arrivals = Texture.from_array(device, baked.arrivals, "r8")
        self._glows = baked.ends
        self._ends = tuple(Texture.from_array(device, end, "rgba8") for end in baked.ends[0])
        self._blended, self._lit = -1.0, 0.0
        count = len(self.paths.points)
        self._keys = tuple(str(flow) for flow in range(count))
        self._joined = Joined(1, capacity=max(count, 1))
        self._moment: float | None = None
        self.counts = self.streams.at(self.streams.held(0.0))
        """How many particles each flow has where its movement ends, (flows,)."""
        self._particles: Splat | Points
        if device.software:
            self._particles = Splat(device, self.paths, width, height, baked.counter)
        else:
            self._particles = Points(device, self.paths, width, height)
        small = (max(self._particles.width // SHRINK, 1), max(self._particles.height // SHRINK, 1))
        self._gathered, self._river = (Target(device, *small, "rgba8") for _ in range(2))
        self._gather = Program(device, VERTEX, GATHER, ("particles",))
        self._soften = Program(device, VERTEX, SOFTEN, ("gathered", "sources", "sinks"))
        # A huge canvas is counted at half its size, and must be enlarged as large particles are.
        self._fine = self._particles.width == width
        self._programs = {
            (grown, fine): Program(
                device,
                TILED,
                FRAGMENT.replace("SPARKS", FINE if fine else WIDE)
                .replace("THREADS", DRAWN if self._silk else THREADS if fine else "texture(threads, uv)")
                .replace("ARRIVED", "1.0" if grown else ARRIVED),
                ("particles", "threads", "river", "arrivals"),
            )
            for grown in (True, False)
            for fine in (True, False)
        }
        self._chosen = self._programs[True, self._fine]
        self._tiles = Mesh(
            device, tiles(baked.arrivals, *(end for ends in baked.ends for end in ends)), (4,), instanced=True
        )
        self._block = np.zeros(24, np.float32)
        for group in range(4):
            *color, alpha = parse_color(tints(spec)[group])
            tint = srgb_to_linear(color)
            self._block[4 * group : 4 * group + 3] = tint / max(float(tint.max()), 1e-3)
            self._block[4 * group + 3] = alpha  # how much light the group gives
        self._block[19] = self._particles.scale
        # Density on the wall, not on the canvas: a finer canvas has fewer particles in a pixel.
        self._block[22] = (self._particles.height / 720) ** 2
        self._offset = 0

    @property
    def particle_count(self) -> int:
        """How many particles travel; each stands for the layer's `unit`."""
        return int(self.counts.sum())

    @property
    def moment(self) -> float:
        """The time of the table that is shown; before anything is, and where nothing changes, the first of the table."""
        return self.streams.held(0.0) if self._moment is None else self._moment

    def _flow(self, moment: float, ease: float, delta: float) -> None:
        """Lets flows come, change and go towards what the data of a moment say. While nothing moves nothing is done."""
        held, joined = self.streams.held(moment), self._joined
        joined.seconds = ease / PACE
        first = self._moment is None
        if held != self._moment:
            self._moment = held
            self.counts = self.streams.at(held)
            joined.aim(self._keys, self.counts[:, None], self.counts > 0)
        if first:
            joined.finish()
        if not joined.advance(delta) and not first:
            return
        levels = np.zeros(len(self._keys), np.float32)
        if len(levels):
            levels[:] = joined.values[joined.places, 0] * joined.alpha[joined.places]
        self._particles.show(levels)
        if self._silk:
            self._silk.show(levels)
        # Light at the ends follows as fast as the flows do.
        lit = (
            held
            if first or joined.seconds <= 0
            else self._lit + (held - self._lit) * -math.expm1(-delta / joined.seconds)
        )
        self._lit = lit if joined.moving else held
        self._glow(self._lit)

    def _glow(self, moment: float) -> None:
        """Light at the ends as it is between two years, in steps that nobody sees."""
        times = self.streams.whole.times
        at = float(np.interp(moment, times, np.arange(len(times)))) / max(len(times) - 1, 1) * (len(self._glows) - 1)
        at = round(at * 16) / 16
        if at == self._blended:
            return
        self._blended = at
        one, other = self._glows[int(at)], self._glows[min(int(at) + 1, len(self._glows) - 1)]
        for texture, before, after in zip(self._ends, one, other, strict=True):
            share = np.float32(at - int(at))
            texture.upload((before * (1 - share) + after * share).astype(np.uint8))

    def prepare(self, moment: Moment, values: Values, images: Mapping[str, Texture]) -> None:
        size = float(values["size"]) * moment.size[1] / 1080
        grow = float(values["grow"])
        if self.streams.moves:
            self._flow(float(values["at"]), float(values["ease"]), moment.delta)
        if self._silk:
            self._silk.prepare()
        self._particles.prepare(moment.seconds, float(values["speed"]), grow, size)
        # Points are drawn as large as they are asked to be; counted ones are one texel, and enlarged by the last pass.
        fine = self._fine and moment.size == self._kit.size and (size < 2.5 or not self._kit.device.software)
        self._chosen = self._programs[grow >= 1.0, fine]
        self._block[23] = size / 2
        self._block[16:19] = (values["light"], values["thread"], grow)
        self._block[20:22] = [math.fmod(moment.seconds * breath, 2 * math.pi) for breath in BREATHS]
        self._offset = self._kit.device.uniforms.take(self._block.view(np.uint8))

    def draw(self, images: Mapping[str, Texture], target: Target) -> None:
        if self._silk:
            self._silk.draw()
        self._particles.draw()
        self._kit.device.use_blend("none")
        triangle = self._kit.screen.triangle
        self._gathered.bind()
        self._gather.use((self._particles.texture,), self._offset, 96)
        triangle.draw()
        self._river.bind()
        self._soften.use((self._gathered.texture, *self._ends), self._offset, 96)
        triangle.draw()
        target.clear()
        textures = (self._particles.texture, self._threads, self._river.texture, self._arrivals)
        self._chosen.use(textures, self._offset, 96)
        self._tiles.draw()

    def restart(self) -> None:
        self._moment = None

    def close(self) -> None:
        for owned in (
            self._tiles,
            self._gather,
            self._soften,
            *self._programs.values(),
            self._particles,
            self._gathered,
            self._river,
            self._silk or self._threads,
            self._arrivals,
            *self._ends,
        ):
            owned.close()
