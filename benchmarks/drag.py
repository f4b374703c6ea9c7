"""What a frame costs while a finger drags a corner or a point: three blended projectors of 1280 x 1080, one of them moved.

Counted is the frame's own thread, which compiles, uploads and gives orders: what the card then draws depends on who else
draws, and is told beside it. The driver's cache is off, as on the first night.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable

import numpy as np

from installation.align.projecting import Projecting
from installation.gpu.device import Device
from installation.gpu.textures import Target
from installation.scene.sites import SiteFile

SIZE, CANVAS = (1280, 1080), (3456, 1080)
CORNERS = [[0.01, 0.01], [0.99, 0.02], [0.98, 0.99], [0.02, 0.98]]


def site() -> SiteFile:
    surfaces = [{"region": [0.3 * number, 0.0, 0.4, 1.0], "wall": "front", "corners": CORNERS} for number in range(3)]
    outputs = [{"name": f"p{n}", "size": SIZE, "surfaces": [one]} for n, one in enumerate(surfaces)]
    return SiteFile.model_validate({"outputs": outputs})


def main(frames: int = 60) -> None:
    os.environ.setdefault("MESA_SHADER_CACHE_DISABLE", "true")
    device = Device.headless()
    projecting = Projecting(device, site(), CANVAS, None)
    canvas, target = Target(device, *CANVAS, "rgba8"), Target(device, 3 * SIZE[0], SIZE[1], "rgba8")
    target.bind()
    begun = time.perf_counter()
    for name in projecting.names:
        projecting.rehearse(name)
    device.finish()
    print(f"rehearsed in {time.perf_counter() - begun:.1f} s, before the first frame")

    def frame() -> None:
        projecting.take()
        target.bind()
        device.clear()
        for number, name in enumerate(projecting.names):
            projecting.draw(name, canvas, number * SIZE[0], 0, *SIZE)

    def told(what: str, drag: Callable[[float], None]) -> None:
        own, whole = [], []
        programs = device.live["program"]
        for number in range(frames):
            drag(number / 20)
            wall, thread = time.perf_counter(), time.thread_time()
            frame()
            own.append(1000 * (time.thread_time() - thread))
            device.finish()
            whole.append(1000 * (time.perf_counter() - wall))
            device.free_doomed()
            time.sleep(max(0.05 - whole[-1] / 1000, 0.0))
        print(
            f"{what:26} the frame's thread at most {max(own):6.1f} ms, median {np.median(own):4.1f}; with drawing at most "
            f"{max(whole):6.1f} ms, median {np.median(whole):5.1f}; {device.live['program'] - programs} compiled",
            flush=True,
        )

    told("nobody drags", lambda seconds: None)
    projecting.start("begin", (), 0.0)
    projecting.start("select", ("p1", "1", 0, 0), 0.0)
    told("a corner", lambda at: projecting.start("to", (0.12 * _wave(at), 0.12 * _wave(1.5 * at)), at))
    told("a corner, far", lambda at: projecting.start("to", (0.4 * _wave(at), 0.4 * _wave(1.5 * at)), at))
    projecting.start("split", (6, 4, "bezier"), 10.0)
    projecting.start("select", ("p1", "1", 6, 9), 10.0)
    told(
        "a point of Bezier patches",
        lambda at: projecting.start("move", (3 * math.cos(9 * at), 2 * math.sin(9 * at)), at),
    )
    projecting.close()
    device.close()


def _wave(at: float) -> float:
    return 0.5 - 0.5 * math.cos(at)
