"""What films cost: a live frame while it is recorded, and a render against drawing and encoding done one after the other.

Live: 1280x720 at 30 frames a second, paced as a show is; only the time within the frame counts, and of the processor's time
only the frame's own thread. The software renderer draws in that thread, so that where there are two cores one is free for
the encoder. Goals: 1.10 of the frame without a recording; 1.20 of drawing all frames, and then encoding the same ones.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.frame import BLUR, NOISE, Empty, stack
from benchmarks.interleaved import Ratio, Timed, compare
from installation.clock import FixedClock, WallClock
from installation.engine import Engine
from installation.filming import Film, draw
from installation.gpu.device import Device
from installation.inputs.osc import match
from installation.outputs.film import FilmWriter
from installation.outputs.monitor import ReadBack
from installation.outputs.parts import Parts
from installation.outputs.recording import Recording
from installation.play import Asked
from installation.scene.load import Show, load_show

SIZE = (1280, 720)
FPS = 30.0
LIVE_GOAL, RENDER_GOAL = 1.10, 1.20
LAYERS = 2
RINGS = """/*{"INPUTS": []}*/
void main() {
  vec2 p = isf_FragNormCoord - 0.5;
  float ring = fract(12.0 * dot(p, p) - 0.5 * TIME);
  gl_FragColor = vec4(ring, fract(p.x + ring + 0.2 * TIME), 0.5 + p.y, 1.0);
}
"""


def show_of(folder: Path, layers: int = LAYERS) -> Show:
    """Layers of noise that move all over the picture, so that there is something to encode; 0: rings, which are light to draw."""
    for part in ("scenes", "shaders"):
        (folder / part).mkdir(parents=True)
    (folder / "show.yaml").write_text("title: Bench\ncues: []\n")
    rings = "title: Rings\nlayers: [{name: rings, kind: shader, shader: rings.fs}]\n"
    (folder / "scenes" / "stack.yaml").write_text(stack(layers, 2) if layers else rings)
    for name, text in {"noise": NOISE, "blur": BLUR, "rings": RINGS}.items():
        (folder / "shaders" / f"{name}.fs").write_text(text)
    return load_show(folder)


def opened(device: Device, show: Show, size: tuple[int, int] = SIZE) -> Engine:
    engine = Engine(device, show, size, Empty(), match, live=False)
    engine.open()
    return engine


def paced(engine: Engine, record: Recording | None, clock: WallClock) -> Timed:
    """Frames at the pace of a show; the seconds within them, without the waiting between, and the processor time of their
    thread, which a busy machine stretches less."""

    def timed(repeats: int) -> tuple[float, float]:
        if record is not None:
            record.start()
            engine.outputs.append(record)
        wall = cpu = 0.0
        for _ in range(repeats):
            frame = clock.next()
            began, worked = time.perf_counter(), time.thread_time()
            engine.step(frame)
            engine.device.finish()
            wall, cpu = wall + time.perf_counter() - began, cpu + time.thread_time() - worked
        if record is not None:
            engine.outputs.remove(record)
            record.close()
        return wall, cpu

    return timed


def live(
    device: Device, rounds: int, folder: Path, frames: int = 60, size: tuple[int, int] = SIZE
) -> tuple[Ratio, Ratio, str]:
    engine = opened(device, show_of(folder / "live", 0), size)
    record = Recording(device, folder / "film.mp4", size, FPS)
    record.stop()
    clock = WallClock(FPS)
    left_out = []

    def recorded(repeats: int) -> tuple[float, float]:
        spent = paced(engine, record, clock)(repeats)
        left_out.append(record.left_out)
        return spent

    paced(engine, None, clock)(30)
    ratio, control = compare(paced(engine, None, clock), recorded, rounds, frames)
    engine.close()
    return ratio, control, f"{sum(left_out)} of {(rounds * frames)} pictures left out"


def rendered(device: Device, show: Show, folder: Path, frames: int, size: tuple[int, int] = SIZE) -> Timed:
    """A render as `installation render` does it, without opening the show."""

    def timed(_: int) -> tuple[float, float]:
        engine = opened(device, show, size)
        read = ReadBack(device, size)
        film = Film(duration=frames / FPS, fps=FPS)
        wall, cpu = time.perf_counter(), time.process_time()
        with Parts(folder / "render.mp4", size, FPS, {}) as writer:
            draw(engine, film, Asked(), writer, read, lambda done, total: None)
        spent = time.perf_counter() - wall, time.process_time() - cpu
        read.close()
        engine.close()
        return spent

    return timed


def separately(device: Device, show: Show, folder: Path, frames: int, size: tuple[int, int] = SIZE) -> Timed:
    """Every frame drawn and finished; then the same frames, which lie in memory, encoded."""
    engine = opened(device, show, size)
    read, clock = ReadBack(device, size), FixedClock(FPS)
    pictures = [read.read(engine.step(clock.next())).copy() for _ in range(frames)]
    read.close()
    engine.close()

    def timed(_: int) -> tuple[float, float]:
        engine, clock = opened(device, show, size), FixedClock(FPS)
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(frames):
            engine.step(clock.next())
            device.finish()
        with FilmWriter(folder / "apart.mp4", *size, FPS) as writer:
            for picture in pictures:
                writer.write(picture)
        spent = time.perf_counter() - wall, time.process_time() - cpu
        engine.close()
        return spent

    return timed


def tell(rounds: int, told: Callable[[str, Ratio, Ratio, str], None]) -> None:
    os.environ.setdefault("LP_NUM_THREADS", "0")
    device = Device.headless()
    folder = Path(tempfile.mkdtemp(prefix="installation-bench-"))
    print(f"{device.renderer}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {rounds} rounds\n")
    try:
        ratio, control, said = live(device, rounds, folder)
        told(
            f"recording {SIZE[0]}x{SIZE[1]} at {FPS:.0f}: the live frame",
            ratio,
            control,
            f"at most {LIVE_GOAL}; {said}",
        )
        show = show_of(folder / "offline")
        frames = 60
        apart, render = (kind(device, show, folder, frames) for kind in (separately, rendered))
        ratio, control = compare(apart, render, max(rounds // 2, 3), 1)
        told(f"render of {frames} frames: draw plus encode apart", ratio, control, f"at most {RENDER_GOAL}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    device.close()
