"""The flows layer against the same particles moved by numpy, uploaded, and drawn as points.

Both move `count` particles along the same baked paths and put them on a 1280x720 target. Reported as particles in the same
time: how many times as many the layer draws. Goal: at least 5. Besides, 3,000 flows with 200,000 particles: against the limit
of whatever draws here, which is the same points when nothing moves them and nothing is sent; and what a frame of them costs
while years pass, so that every flow changes in every frame.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.interleaved import Ratio, compare, here
from installation.gpu.device import Device
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Target
from installation.render.particles import Points, Splat
from installation.render.paths import Paths, Shape
from installation.render.screen import Screen

GOAL = 5.0
FLOWS, MANY = 3_000, 200_000
SIZE = (1280, 720)
STEPS = 256

POINT_VERTEX = """#version 330 core
layout(location = 0) in vec2 place;
void main() { gl_Position = vec4(place * 2.0 - 1.0, 0.0, 1.0); }
"""
POINT_FRAGMENT = """#version 330 core
out vec4 color;
void main() { color = vec4(0.4, 0.0, 0.0, 0.0); }
"""


def some_paths(count: int, flows: int = 1453, seed: int = 7, timed: bool = False) -> Paths:
    """Curved paths with as many flows as the drain has, and about `count` particles shared out as unevenly."""
    chance = np.random.default_rng(seed)
    start, end = chance.random((flows, 1, 2)), chance.random((flows, 1, 2))
    bend = (start + end) / 2 + chance.normal(0, 0.12, (flows, 1, 2))
    t = np.linspace(0, 1, 64)[None, :, None]
    points = ((1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end).astype(np.float32)
    value = np.sort(chance.lognormal(2.69, 2.15, flows))[::-1]
    value = np.minimum(value, value[len(value) // 100]) * 1.0
    value *= count / value.sum()
    group = (np.arange(flows) % 4).astype(np.int32)
    return Paths.of(points, value, group, 1.0, SIZE[0] / SIZE[1], seed, Shape(timed=timed))


def contenders(
    device: Device, screen: Screen, count: int, flows: int = 1453, timed: bool = False
) -> tuple[Callable[[], None], Callable[[], None], int, list[object]]:
    """(numpy and points, the layer's way, particles, what to close)."""
    paths = some_paths(count, flows, timed=timed)
    particles = len(paths.phase)
    width, height = SIZE
    target, mine = Target(device, width, height), Target(device, width, height)
    moment = [0.0]

    table = paths.resampled(STEPS).reshape(-1, 2)
    base = paths.flow.astype(np.int64) * STEPS
    rate = paths.rate[paths.flow].astype(np.float32)
    place = np.empty(particles, np.float32)
    program = Program(device, POINT_VERTEX, POINT_FRAGMENT)
    mesh = Mesh(device, None, (2,), mode="points", capacity=particles)

    def usual() -> None:
        moment[0] += 1 / 60
        np.multiply(rate, np.float32(moment[0] * 0.05), out=place)
        np.add(place, paths.phase, out=place)
        np.subtract(place, np.floor(place), out=place)
        at = place * np.float32(STEPS - 1)
        low = at.astype(np.int64)
        share = (at - low.astype(np.float32))[:, None]
        low += base
        low_points, high_points = table[low], table[np.minimum(low + 1, len(table) - 1)]
        mesh.upload(low_points + (high_points - low_points) * share)
        target.clear()
        device.use_blend("accumulate")
        program.use(())
        mesh.draw()
        device.finish()

    most = np.bincount(paths.flow, minlength=flows).astype(np.float32)
    way = (Splat if device.software else Points)(device, paths, width, height)

    def layer() -> None:
        moment[0] += 1 / 60
        if timed:
            way.show(most * np.float32(0.6 + 0.4 * np.sin(moment[0])))
        way.prepare(moment[0], 0.05, 1.0, 1.0)
        device.uniforms.upload()
        way.draw()
        device.finish()

    usual()
    layer()
    screen.copy(way.texture, mine)  # only to look: both ways end with a texture that the flows shader reads
    # A contender that draws nothing would win by far: both must light as much of the wall, within a factor.
    lit, mine_lit = ((t.read() > 0).any(axis=2).sum() for t in (target, mine))
    if device.error() or not 0.3 < mine_lit / max(lit, 1) < 6 or lit < particles / 20:
        raise RuntimeError(f"the contenders don't draw the same: {lit} and {mine_lit} pixels")
    return usual, layer, particles, [way, program, mesh, target, mine]


def tell(device: Device, rounds: int, told: Callable[[str, Ratio, Ratio, str], None]) -> None:
    """Prints every ratio of flows."""
    screen = Screen(device)
    for count in (250_000, 1_000_000):
        usual, layer, particles, owned = contenders(device, screen, count)
        ratio, control = compare(here(layer), here(usual), rounds, 1)
        told(
            f"flows: {particles} particles, points' time over the layer's",
            ratio,
            control,
            f"at least {GOAL}: so many times as many",
        )
        _close(owned)
    goal = "below 1: less than it costs to draw as many points that stand still"
    for timed in (False, True):
        _, layer, particles, owned = contenders(device, screen, MANY, FLOWS, timed)
        limit, target = still(device, particles)
        ratio, control = compare(here(limit), here(layer), rounds, 1)
        what = "every flow changing" if timed else "as they are"
        told(f"flows: {FLOWS} with {particles} particles, {what}, over still points", ratio, control, goal)
        ms = ratio.reference_ms * ratio.wall
        print(f"    {ms:.1f} ms a frame: {100 * ms / (1000 / 60):.0f} % of a frame at 60\n", flush=True)
        _close([*owned, *target])
    screen.close()


def still(device: Device, particles: int) -> tuple[Callable[[], None], list[object]]:
    """As many points as there are particles, sent once and only drawn: no way to show them could be faster here."""
    target = Target(device, *SIZE)
    program = Program(device, POINT_VERTEX, POINT_FRAGMENT)
    mesh = Mesh(device, np.random.default_rng(1).random((particles, 2), np.float32), (2,), mode="points")

    def draw() -> None:
        target.clear()
        device.use_blend("accumulate")
        program.use(())
        mesh.draw()
        device.finish()

    return draw, [mesh, program, target]


def _close(owned: list[object]) -> None:
    for thing in owned:
        thing.close()  # type: ignore[attr-defined]
