"""What it costs to throw a canvas through three projectors, over drawing the same meshes with the same canvas and nothing more.

A site of 3840 x 1080: each projector a window of 1280 x 1080 that overlaps its neighbour by a tenth, keystoned, blended. The
bare one has the very same vertices in one mesh for each projector, and a program that looks at the canvas once.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.interleaved import Ratio, compare, here
from installation.gpu.device import Device
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Target, Texture
from installation.outputs.projection import VERTEX, Projection
from installation.outputs.surfaces import Laid, Plan, sheets
from installation.outputs.warp import Warp

GOAL = 1.15
SIZE = (1280, 1080)
CANVAS = (3456, 1080)
BARE = "in vec3 uvq; in vec2 spot; out vec4 color; uniform sampler2D canvas;\nvoid main() { color = textureProj(canvas, uvq); }\n"


def site(black: float = 0.0, curved: bool = False, tint: float = 1.0) -> list[Plan]:
    """Three projectors side by side, each a little keystoned."""
    found = []
    for number in range(3):
        slip = 0.004 * (number + 1)
        warp = Warp(((slip, 0.01), (1.0, slip), (1.0 - slip, 0.99), (0.005, 1.0 - slip)))
        if curved:
            warp = warp.split(6, 4, "bezier")
        region = (0.3 * number * 1.0, 0.0, 0.4, 1.0)
        found.append(Plan(f"p{number}", SIZE, (Laid("1", region, warp, "front"),), black=black, tint=(1.0, tint, tint)))
    return found


def contenders(device: Device, plans: list[Plan]) -> tuple[Callable[[], None], Callable[[], None], Callable[[], None]]:
    """Bare, ours, and what frees both."""
    chance = np.random.default_rng(1)
    canvas = Texture.from_array(device, chance.integers(0, 256, (*CANVAS[::-1], 4), dtype=np.uint8), "rgba8")
    target = Target(device, 3 * SIZE[0], SIZE[1], "rgba8")
    made = sheets(plans, CANVAS)
    projections = [Projection(device) for _ in made]
    for projection, sheet in zip(projections, made, strict=True):
        projection.lay(sheet)
    program = Program(device, VERTEX, BARE, ("canvas",))
    meshes = [Mesh(device, np.concatenate([part.vertices for part in sheet.parts]), (2, 3)) for sheet in made]

    def bare() -> None:
        target.bind()
        device.use_blend("none")
        device.clear()
        for number, mesh in enumerate(meshes):
            device.use_viewport(number * SIZE[0], 0, *SIZE)
            program.use([canvas])
            mesh.draw()
        device.finish()

    def ours() -> None:
        target.bind()
        device.clear()
        for number, projection in enumerate(projections):
            projection.draw(canvas, number * SIZE[0], 0, *SIZE)
        device.finish()

    def close() -> None:
        for one in (*projections, *meshes, program, canvas, target):
            one.close()
        device.free_doomed()

    return bare, ours, close


def tell(device: Device, rounds: int, told: Callable[[str, Ratio, Ratio, str], None]) -> None:
    """Prints the ratio that counts, and what more costs."""
    for name, plans, goal in (
        ("projection: three projectors, 3840x1080, blended", site(), f"at most {GOAL}"),
        ("    on a curved wall", site(curved=True), f"at most {GOAL}"),
        ("    with black lifted all over", site(black=0.001), "none: every pixel is worked out in light"),
        ("    with white points matched", site(tint=0.9), "none"),
    ):
        bare, ours, close = contenders(device, plans)
        ratio, control = compare(here(bare), here(ours), rounds, 2)
        told(name, ratio, control, goal)
        close()
