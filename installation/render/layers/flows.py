"""Streams from place to place: bundled paths, and particles that count.

A particle's place depends only on (flow, particle, time), so nothing is stored from frame to frame, and any machine or
replay agrees. Paths are baked once into a texture of threads. Particles are drawn in one of two ways that give the same
picture: as points by the vertex shader on a GPU, or counted into pixels by numpy where the driver is software, since
rasterising a point costs forty times the sum that moves it there.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from installation.data.bundles import bundle
from installation.data.colour import parse_color
from installation.data.tables import Columns
from installation.gpu.programs import Program
from installation.gpu.textures import Target, Texture
from installation.render.moment import Kit, Moment, Values
from installation.render.particles import Paths, Points, Splat, bake_threads
from installation.render.places import place
from installation.render.screen import VERTEX
from installation.scene import schema

FRAGMENT = """#version 330 core
in vec2 uv; out vec4 color;
uniform sampler2D threads; uniform sampler2D arrivals; uniform sampler2D particles;
layout(std140) uniform Flows { mat4 tints; vec4 how; vec4 more; };  // how: light, thread, grow, size (px); more: 1/w, 1/h
void main() {
  vec4 thread = texture(threads, uv);
  float arrived = smoothstep(how.z + 0.02, how.z - 0.02, texture(arrivals, uv).r);
  vec4 spark = texture(particles, uv);
  vec4 halo = vec4(0.0);
  vec2 reach = more.xy * how.w;
  halo += texture(particles, uv + reach * vec2(1.0, 0.4)) + texture(particles, uv - reach * vec2(1.0, 0.4));
  halo += texture(particles, uv + reach * vec2(-0.4, 1.0)) + texture(particles, uv - reach * vec2(-0.4, 1.0));
  vec4 amount = thread * (how.y * arrived) + (spark * 0.9 + halo * 0.16) * how.x;
  vec3 light = (tints * amount).rgb;
  float level = clamp(max(max(light.r, light.g), light.b), 0.0, 1.0);
  // Straight alpha: the colour stays saturated where the light is thin, and burns to white where streams meet.
  vec3 hue = light / max(max(max(light.r, light.g), light.b), 1e-4);
  float burn = smoothstep(1.0, 4.0, dot(amount, vec4(1.0)));
  color = vec4(mix(hue, vec3(1.0), burn * 0.75), pow(level, 0.8));
}
"""


class FlowsView:
    premultiplied = False

    def __init__(self, kit: Kit, spec: schema.FlowsLayer) -> None:
        table = kit.tables[spec.table]
        self._kit = kit
        width, height = kit.size
        self.paths = paths_of(spec, table, width / height, kit.seed)
        threads, arrivals = bake_threads(self.paths, width, height)
        self._threads = Texture.from_array(kit.device, threads, "rgba8")
        self._arrivals = Texture.from_array(kit.device, arrivals, "r8")
        maker = Splat if kit.device.software else Points
        self._particles = maker(kit.device, self.paths, width, height)
        self._program = Program(kit.device, VERTEX, FRAGMENT, ("threads", "arrivals", "particles"))
        self._block = np.zeros(24, np.float32)
        for group, text in enumerate(spec.colors):
            self._block[4 * group : 4 * group + 3] = parse_color(text)[:3]
        self._offset = 0

    @property
    def particle_count(self) -> int:
        """How many particles travel; each stands for the layer's `unit`."""
        return len(self.paths.phase)

    def prepare(self, moment: Moment, values: Values, images: Mapping[str, Texture]) -> None:
        width, height = moment.size
        size = float(values["size"]) * height / 1080
        grow = float(values["grow"])
        self._particles.prepare(moment.seconds, float(values["speed"]), grow, size)
        self._block[16:20] = (values["light"], values["thread"], grow, max(size, 1.0))
        self._block[20:22] = (1 / width, 1 / height)
        self._offset = self._kit.device.uniforms.take(self._block.view(np.uint8))

    def draw(self, images: Mapping[str, Texture], target: Target) -> None:
        self._particles.draw()
        target.bind()
        self._kit.device.use_blend("none")
        self._program.use((self._threads, self._arrivals, self._particles.texture), self._offset, 96)
        self._kit.screen.triangle.draw()

    def restart(self) -> None:
        pass

    def close(self) -> None:
        self._program.close()
        self._particles.close()
        self._threads.close()
        self._arrivals.close()


def paths_of(spec: schema.FlowsLayer, table: Columns, aspect: float, seed: int) -> Paths:
    """Bundled paths and their particles for a table: one row a flow, one particle for each `unit` of its value."""
    ends = []
    for end in (spec.origin, spec.destination):
        here = spec.layout.model_copy(update={"x": end.x, "y": end.y, "lon": end.x, "lat": end.y})
        places = place(here, {end.x: table.column(end.x), end.y: table.column(end.y)}, table.count, aspect)
        ends.append(np.stack([places.x, places.y], axis=1))
    value = np.nan_to_num(table.column(spec.value).astype(np.float64), nan=0.0)
    group: NDArray[np.int32] = np.zeros(table.count, np.int32)
    if spec.group:
        names = [str(v) for v in table.column(spec.group)]
        order = list(spec.order or sorted(set(names)))[:4]
        group = np.array([order.index(n) if n in order else -1 for n in names], np.int32)
    use = (value > 0) & (group >= 0) & (ends[0][:, 0] > -1) & (ends[1][:, 0] > -1)
    paths = bundle(ends[0][use], ends[1][use], np.sqrt(value[use]), float(spec.bundle), aspect=aspect)
    return Paths.of(paths, value[use], group[use], float(spec.unit), aspect, seed)
