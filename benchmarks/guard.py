"""The engine's frame with the flash guard against the same frame without it. Goal: at most 1.10 at rest.

At rest the guard measures the canvas and remembers; while it calms a strobe it also draws over the canvas.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.frame import BLUR, NOISE, Empty, stack
from benchmarks.interleaved import Ratio, Timed, compare, here
from installation.clock import FixedClock
from installation.engine import Engine
from installation.gpu.device import Device
from installation.inputs.osc import match
from installation.scene.load import Show, load_show
from installation.scene.schema import FlashGuardSite

GOAL = 1.10
STROBE = """/*{"INPUTS": [{"NAME": "inputImage", "TYPE": "image"}]}*/
void main() { gl_FragColor = vec4(IMG_THIS_PIXEL(inputImage).rgb * step(0.5, fract(TIME * 8.0)), 1.0); }
"""


def show_of(strobes: bool) -> Show:
    """Ten layers with five blurs, as `frame` has them; with a strobe of 8 Hz over them or not."""
    folder = Path(tempfile.mkdtemp(prefix="installation-bench-"))
    for part in ("scenes", "shaders"):
        (folder / part).mkdir()
    (folder / "show.yaml").write_text("title: Bench\ncues: []\n")
    effects = "effects: [{shader: strobe.fs}]\n" if strobes else ""
    (folder / "scenes" / "stack.yaml").write_text(stack(10, 2) + effects)
    for name, text in {"noise": NOISE, "blur": BLUR, "strobe": STROBE}.items():
        (folder / "shaders" / f"{name}.fs").write_text(text)
    return load_show(folder)


def player(device: Device, show: Show, size: tuple[int, int], guard: FlashGuardSite) -> tuple[Timed, Engine]:
    engine = Engine(device, show, size, Empty(), match, flash_guard=guard)
    engine.open()
    clock = FixedClock(60.0)
    for _ in range(90):  # long enough for the guard to be calming
        engine.step(clock.next())

    def one() -> None:
        engine.step(clock.next())
        device.finish()

    return here(one), engine


def tell(device: Device, rounds: int, told: Callable[[str, Ratio, Ratio, str], None]) -> None:
    for strobes, size in ((False, (1280, 720)), (True, (1280, 720))):
        show = show_of(strobes)
        bare, first = player(device, show, size, FlashGuardSite(off="the benchmark's other half"))
        guarded, second = player(device, show, size, FlashGuardSite())
        ratio, control = compare(bare, guarded, rounds, 1)
        what = "calming a strobe" if strobes else "at rest"
        goal = "none: only while it calms" if strobes else f"at most {GOAL}"
        told(f"flash guard: {what}, 10 layers, 5 effects, {size[0]}x{size[1]}", ratio, control, goal)
        for engine in (first, second):
            engine.close()
