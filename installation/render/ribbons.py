"""Silk along streams that come and go: drawn anew when they change, where that of lasting streams is baked once.

Owned by the flows layer; draws into a picture of its own, a channel a group.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.gpu.device import Device
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Target, Texture
from installation.render.paths import COMING, LEAVING, PINCH, Paths, smoothstep
from installation.render.threads import FAINTEST

PIECES = 21
"""A ribbon is drawn in so many pieces."""
SLIM = 0.75
"""Half the width, in pixels, of the thinnest ribbon."""

VERTEX = """\
layout(location = 0) in vec4 a_place;    // where a piece begins and ends, 0..1 of the canvas
layout(location = 1) in vec4 a_across;   // a canvas height to its left, there and there
layout(location = 2) in vec4 a_wide;     // half its width there and there, its middle aside there and there; canvas heights
layout(location = 3) in vec4 a_flow;     // flow, group, light, how much of it is hollow
layout(location = 4) in float a_lanes;   // the root of how many lanes it has
layout(std140) uniform Silk { vec4 how; };   // height in pixels, half a ribbon's least width, 1 for flat ones
uniform sampler2D levels;
out float side; flat out vec4 channel; flat out float hollow; flat out float even;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  side = corner.y * 2.0 - 1.0;
  float wide = max(mix(a_wide.x, a_wide.y, corner.x), how.y);
  vec2 across = mix(a_across.xy, a_across.zw, corner.x);
  vec2 p = mix(a_place.xy, a_place.zw, corner.x) + across * (mix(a_wide.z, a_wide.w, corner.x) + side * wide);
  gl_Position = vec4(p * 2.0 - 1.0, 0.0, 1.0);
  vec2 level = texelFetch(levels, ivec2(0, int(a_flow.x)), 0).rg;
  float light = level.r * (FAINT + a_flow.z * level.g) * a_lanes / (2.0 * wide * how.x);
  channel = vec4(equal(vec4(a_flow.y), vec4(0.0, 1.0, 2.0, 3.0))) * light;
  hollow = a_flow.w; even = how.z;
}
""".replace("FAINT", f"{FAINTEST}")
FRAGMENT = """\
in float side; flat in vec4 channel; flat in float hollow; flat in float even; out vec4 color;
void main() {
  float shape = even > 0.5 || hollow > 0.0 ? 1.0 : 2.0 * (1.0 - abs(side));
  color = channel * shape * step(hollow, abs(side));
}
"""


class Ribbons:
    """Remembers how much there is of each flow."""

    def __init__(self, device: Device, paths: Paths, width: int, height: int) -> None:
        self._device, self._paths = device, paths
        flows = len(paths.points)
        self._target = Target(device, width, height, "rgba16f")
        self.texture = self._target.texture
        self._most = np.maximum(np.bincount(paths.flow, minlength=flows), 1).astype(np.float32)
        self._levels = np.zeros((max(flows, 1), 1, 4), np.float32)
        self._level_texture = Texture.from_array(device, self._levels, "rgba32f", smooth=False)
        self._mesh = Mesh(device, _pieces(paths), (4, 4, 4, 4, 1), instanced=True)
        self._program = Program(device, VERTEX, FRAGMENT, ("levels",))
        self._block = np.array([height, SLIM / height, paths.flat, 0], np.float32)
        self._offset = 0
        self._stale = True

    def show(self, levels: NDArray[np.float32]) -> None:
        """How many particles of each flow there are from now on, (flows,)."""
        self._levels[: len(levels), 0, 0] = np.minimum(levels, 1.0)
        self._levels[: len(levels), 0, 1] = np.sqrt(levels / self._most)
        self._level_texture.upload(self._levels)
        self._stale = True

    def prepare(self) -> None:
        """Before each `draw`: what it says to the device is gone after a frame, drawn or not."""
        if self._stale:
            self._offset = self._device.uniforms.take(self._block.view(np.uint8))

    def draw(self) -> None:
        """Draws them anew, if anything has changed."""
        if self._stale:
            self._stale = False
            self._target.clear()
            self._device.use_blend("accumulate")
            self._program.use((self._level_texture,), self._offset, 16)
            self._mesh.draw()

    def close(self) -> None:
        for owned in (self._program, self._mesh, self._level_texture, self._target):
            owned.close()


def _pieces(paths: Paths) -> NDArray[np.float32]:
    """The pieces of all ribbons, (flows * PIECES, 17), as the vertex shader reads them."""
    flows, samples = len(paths.points), paths.points.shape[1]
    if not flows:
        return np.zeros((1, 17), np.float32)
    at = np.linspace(0, samples - 1, PIECES + 1).round().astype(np.intp)
    along = (at / (samples - 1)).astype(np.float32)
    lowest, highest = np.full(flows, np.inf), np.full(flows, -np.inf)
    np.minimum.at(lowest, paths.lanes.flow, paths.lanes.aside)
    np.maximum.at(highest, paths.lanes.flow, paths.lanes.aside)
    middle, half = (lowest + highest) / 2, (highest - lowest) / 2
    nearest = np.full(flows, np.inf)
    np.minimum.at(nearest, paths.lanes.flow, np.abs(paths.lanes.aside - middle[paths.lanes.flow]))
    lanes = np.bincount(paths.lanes.flow, minlength=flows)
    hollow = np.where(lanes > 4, np.minimum(nearest / np.maximum(half, 1e-9), 0.98), 0.0)
    hollow[hollow < 0.2] = 0.0
    opened, closed = smoothstep(0.0, LEAVING, along), smoothstep(COMING, 1.0, along)
    shape = np.ones(len(at)) if paths.flat else opened * (1 - PINCH * closed)
    wide, aside = half[:, None] * shape, middle[:, None] * shape
    points, across = paths.points[:, at], paths.across[:, at]
    largest = np.zeros(4, np.float32)
    np.maximum.at(largest, paths.group, paths.weight)
    light = paths.weight / np.maximum(largest[paths.group], 1e-6)
    each: list[NDArray[Any]] = [np.arange(flows), paths.group, light, hollow, np.sqrt(np.maximum(lanes, 1))]
    whose = np.stack(each, axis=1)[:, None].repeat(PIECES, axis=1)
    parts = (
        *(points[:, :-1], points[:, 1:], across[:, :-1], across[:, 1:]),
        np.stack([wide[:, :-1], wide[:, 1:], aside[:, :-1], aside[:, 1:]], axis=2),
        whose,
    )
    return np.concatenate(parts, axis=2).reshape(-1, 17).astype(np.float32)
