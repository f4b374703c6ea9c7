"""Particles on paths, without state: where a particle is depends on its flow, its number and the time, and nothing else.

`Splat` counts them into pixels with numpy and sends one texture (for software drivers); `Points` lets the vertex shader
place them (for GPUs). Both give a texture whose four channels are the four groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.gpu.device import Device
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Target, Texture

STEPS = 256
"""Places along a path that a splatted particle can take: finer than a pixel on most paths of a 1280-wide canvas."""
MAX_PARTICLES = 1_000_000


@dataclass(frozen=True)
class Paths:
    """`points` (n, samples, 2) float32, 0..1 of the canvas; per flow `group` and `rate`; per particle `flow` and `phase`.

    `rate` is paths a second at speed 1, scaled so that all particles move equally fast over the wall.
    """

    points: NDArray[np.float32]
    group: NDArray[np.int32]
    weight: NDArray[np.float32]
    rate: NDArray[np.float64]
    flow: NDArray[np.int32]
    phase: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        points: NDArray[np.float32],
        value: NDArray[np.float64],
        group: NDArray[np.int32],
        unit: float,
        aspect: float,
        seed: int,
    ) -> Paths:
        """One particle for each whole `unit` of a flow's value (rounded), spread evenly along it with a seeded jitter."""
        count = np.rint(value / unit).astype(np.int64)
        total = int(count.sum())
        if total > MAX_PARTICLES:
            raise ValueError(f"{total} particles are more than {MAX_PARTICLES}: choose a larger unit")
        flow = np.repeat(np.arange(len(points), dtype=np.int32), count)
        first = np.concatenate(([0], np.cumsum(count)[:-1])) if len(count) else np.zeros(0, np.int64)
        number = np.arange(total) - np.repeat(first, count)
        jitter = np.random.default_rng(seed).random(total)
        phase = (number + jitter) / np.maximum(np.repeat(count, count), 1)
        steps = np.diff(points.astype(np.float64), axis=1) * np.array([aspect, 1.0])
        length = np.hypot(steps[..., 0], steps[..., 1]).sum(axis=1)
        rate = 1.0 / np.maximum(length, 0.08)
        weight = np.sqrt(value / max(float(value.max(initial=0.0)), 1e-9)).astype(np.float32)
        return cls(points, group, weight, rate, flow, phase.astype(np.float32))

    def resampled(self, steps: int) -> NDArray[np.float32]:
        """The points at `steps` even places along each path: (n, steps, 2) float32."""
        n, samples, _ = self.points.shape
        at = np.linspace(0.0, samples - 1.0, steps)
        low = np.minimum(at.astype(np.int64), samples - 2)
        share = (at - low).astype(np.float32)[None, :, None]
        return np.asarray(self.points[:, low] * (1 - share) + self.points[:, low + 1] * share)


def bake_threads(paths: Paths, width: int, height: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The paths as light, (h, w, 4) uint8 with a channel a group, and when each pixel is reached, (h, w) uint8 of 0..1."""
    steps = max(STEPS, 2 * max(width, height) // 3)
    light = np.zeros((4, height * width), np.float64)
    arrival = np.full(height * width, 255, np.uint8)
    chunk = max(1, 400_000 // steps)
    for start in range(0, len(paths.points), chunk):
        part = slice(start, start + chunk)
        points = Paths(
            paths.points[part],
            paths.group[part],
            paths.weight[part],
            paths.rate[part],
            paths.flow,
            paths.phase,
        ).resampled(steps)
        x = points[..., 0].ravel() * width - 0.5
        y = points[..., 1].ravel() * height - 0.5
        group = np.repeat(paths.group[part], steps)
        strength = np.repeat(0.06 + paths.weight[part], steps).astype(np.float64)
        along = np.tile(np.linspace(0, 254, steps).astype(np.uint8), len(points))
        column, row = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
        fx, fy = x - column, y - row
        for dx, dy, share in (
            (0, 0, (1 - fx) * (1 - fy)),
            (1, 0, fx * (1 - fy)),
            (0, 1, (1 - fx) * fy),
            (1, 1, fx * fy),
        ):
            inside = (column + dx >= 0) & (column + dx < width) & (row + dy >= 0) & (row + dy < height)
            pixel = (row[inside] + dy) * width + column[inside] + dx
            amount = (share * strength)[inside]
            for g in range(4):
                mine = group[inside] == g
                if mine.any():
                    light[g] += np.bincount(pixel[mine], amount[mine], minlength=height * width)
            np.minimum.at(arrival, pixel, along[inside])
    # Where hundreds of paths meet the light must not clip: it grows with the logarithm.
    shown = np.log1p(light * 1.5) / np.log(40.0)
    picture = np.clip(shown.T.reshape(height, width, 4) * 255, 0, 255).astype(np.uint8)
    return picture, arrival.reshape(height, width)


class Splat:
    """Counts particles into the pixels of a texture. Everything is allocated once; a frame is a few passes over arrays."""

    def __init__(self, device: Device, paths: Paths, width: int, height: int) -> None:
        # With several groups there are four times the bins: half the size keeps a frame's work the same.
        half = 2 if paths.group.max(initial=0) > 0 else 1
        self.width, self.height = max(width // half, 1), max(height // half, 1)
        self._channels = 4 if half == 2 else 1
        points = paths.resampled(STEPS)
        column = np.floor(points[..., 0] * self.width).astype(np.int64)
        row = np.floor(points[..., 1] * self.height).astype(np.int64)
        inside = (column >= 0) & (column < self.width) & (row >= 0) & (row < self.height)
        bins = self.width * self.height * self._channels
        pixel = (row * self.width + column) * self._channels
        if self._channels == 4:
            pixel += paths.group[:, None]
        # One bin past the end swallows what is outside.
        self._table = np.where(inside, pixel, bins).astype(np.int64).ravel()
        self._base = paths.flow.astype(np.int32) * STEPS
        self._phase = paths.phase
        self._flow = paths.flow
        self._rate = paths.rate
        self._bins = bins
        count = len(paths.phase)
        self._place = np.empty(count, np.float32)
        self._index = np.empty(count, np.int32)
        self._counts = np.zeros((self.height, self.width, 4), np.uint8)
        self.texture = Texture.from_array(device, self._counts, "rgba8")

    def prepare(self, seconds: float, speed: float, grow: float, size: float) -> None:
        """Moves and counts. Linear in particles, with a small constant for the bins."""
        offset = np.mod(self._rate * (seconds * speed), 1.0).astype(np.float32)
        np.take(offset, self._flow, out=self._place, mode="clip")
        self._place += self._phase
        np.subtract(self._place, 1.0, out=self._place, where=self._place >= 1.0)
        place = self._place
        np.multiply(place, STEPS * min(grow, 1.0) if grow < 1.0 else STEPS, out=place)
        np.minimum(place, STEPS - 1, out=place)
        np.copyto(self._index, place, casting="unsafe")
        self._index += self._base
        counts = np.bincount(np.take(self._table, self._index, mode="clip"), minlength=self._bins + 1)[: self._bins]
        # One particle is seen, ten are bright, a hundred don't clip to a flat blob.
        bright = LIGHT[np.minimum(counts, len(LIGHT) - 1)]
        if self._channels == 4:
            self._counts[:] = bright.reshape(self.height, self.width, 4)
        else:
            self._counts[..., 0] = bright.reshape(self.height, self.width)
        self.texture.upload(self._counts)

    def draw(self) -> None:
        pass

    def close(self) -> None:
        self.texture.close()


LIGHT: NDArray[np.uint8] = np.minimum(255, 255 * (1 - np.exp(-np.arange(64) / 2.2))).astype(np.uint8)
"""Brightness of a pixel that holds 0, 1, 2 … particles."""

POINTS_VERTEX = """#version 330 core
layout(location = 0) in vec4 a;  // flow, phase, group, 0
uniform sampler2D paths; uniform sampler2D offsets;
layout(std140) uniform Points { vec4 how; };  // grow, size in pixels, 1 / flows, samples
flat out vec4 channel;
void main() {
  float at = fract(a.y + texelFetch(offsets, ivec2(int(a.x), 0), 0).r) * how.x;
  vec2 p = texture(paths, vec2((at * (how.w - 1.0) + 0.5) / how.w, (a.x + 0.5) * how.z)).rg;
  gl_Position = vec4(p * 2.0 - 1.0, 0.0, 1.0);
  gl_PointSize = how.y;
  channel = vec4(equal(vec4(a.z), vec4(0.0, 1.0, 2.0, 3.0)));
}
"""
POINTS_FRAGMENT = """#version 330 core
flat in vec4 channel; out vec4 color;
void main() {
  color = channel * 0.4 * smoothstep(1.0, 0.3, length(gl_PointCoord * 2.0 - 1.0));
}
"""


class Points:
    """Draws particles as points: the vertex shader reads their path. The CPU sends one number a flow and frame."""

    def __init__(self, device: Device, paths: Paths, width: int, height: int) -> None:
        flows, samples, _ = paths.points.shape
        self._device = device
        picture = np.zeros((flows, samples, 4), np.float32)
        picture[..., :2] = paths.points
        self._paths = Texture.from_array(device, picture, "rgba32f")
        self._rate = paths.rate
        self._offsets = np.zeros((1, flows, 4), np.float32)
        self._offset_texture = Texture.from_array(device, self._offsets, "rgba32f", smooth=False)
        rows = np.zeros((len(paths.phase), 4), np.float32)
        rows[:, 0], rows[:, 1], rows[:, 2] = paths.flow, paths.phase, paths.group[paths.flow]
        self._mesh = Mesh(device, rows, (4,), mode="points")
        self._program = Program(device, POINTS_VERTEX, POINTS_FRAGMENT, ("paths", "offsets"))
        self._target = Target(device, width, height, "rgba8")
        self.texture = self._target.texture
        self._block = np.array([1.0, 2.0, 1.0 / flows, samples], np.float32)
        self._offset = 0
        device.gl.glEnable(device.gl.GL_PROGRAM_POINT_SIZE)

    def prepare(self, seconds: float, speed: float, grow: float, size: float) -> None:
        self._offsets[0, :, 0] = np.mod(self._rate * (seconds * speed), 1.0)
        self._offset_texture.upload(self._offsets)
        self._block[0], self._block[1] = min(grow, 1.0), size + 1.0
        self._offset = self._device.uniforms.take(self._block.view(np.uint8))

    def draw(self) -> None:
        self._target.clear()
        self._device.use_blend("accumulate")
        self._program.use((self._paths, self._offset_texture), self._offset, 16)
        self._mesh.draw()

    def close(self) -> None:
        for owned in (self._program, self._mesh, self._paths, self._offset_texture, self._target):
            owned.close()
