"""Small shows for tests, written to a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.clock import FixedClock
from installation.engine import Engine
from installation.gpu.device import Device
from installation.gpu.textures import Target
from installation.inputs.osc import match
from installation.inputs.sense import Sense
from installation.scene.load import Show, load_show

FILL = """/*{"INPUTS": [{"NAME": "tint", "TYPE": "color", "DEFAULT": [1, 1, 1, 1]}]}*/
void main() { gl_FragColor = tint; }
"""
INVERT = """/*{"INPUTS": [{"NAME": "inputImage", "TYPE": "image"}]}*/
void main() { vec4 c = IMG_THIS_PIXEL(inputImage); gl_FragColor = vec4(1.0 - c.rgb, c.a); }
"""


def filled(color: str) -> str:
    """A scene of one colour."""
    return (
        f'title: One colour\nlayers:\n  - {{name: fill, kind: shader, shader: fill.fs, params: {{tint: "{color}"}}}}\n'
    )


def write_show(
    folder: Path, scenes: Mapping[str, str], cues: str = "cues: []", shaders: Mapping[str, str] | None = None
) -> Path:
    """Writes a show of scenes (YAML by name) and shaders; `cues` is the rest of show.yaml."""
    (folder / "scenes").mkdir(parents=True)
    (folder / "shaders").mkdir()
    (folder / "show.yaml").write_text(f"title: Test\nseed: 1\n{cues}\n", "utf-8")
    for name, text in scenes.items():
        (folder / "scenes" / f"{name}.yaml").write_text(text, "utf-8")
    for name, text in {"fill.fs": FILL, "invert.fs": INVERT, **(shaders or {})}.items():
        (folder / "shaders" / name).write_text(text, "utf-8")
    return folder


class Nobody:
    """Senses of an empty room, or of whatever a test puts in front of the camera."""

    def __init__(self) -> None:
        self.sense = Sense.empty()

    def sample(self, seconds: float) -> Sense:
        return self.sense

    def status(self) -> dict[str, object]:
        return {"source": "test"}


class Stage:
    """A show on a device, stepped by a fixed clock."""

    def __init__(self, device: Device, show: Show | Path, size: tuple[int, int] = (32, 18), **more: object) -> None:
        loaded = show if isinstance(show, Show) else load_show(show)
        self.senses = Nobody()
        self.engine = Engine(device, loaded, size, self.senses, match, **more)  # type: ignore[arg-type]
        self.clock = FixedClock(10.0)
        self.engine.open()
        self.canvas: Target | None = None

    def play(self, frames: int = 1) -> NDArray[np.uint8]:
        """Steps so many frames and gives the last canvas, (h, w, 4) uint8, row 0 the bottom row."""
        for _ in range(frames):
            self.canvas = self.engine.step(self.clock.next())
        assert self.canvas is not None
        return self.canvas.read()

    def say(self, address: str, *args: object) -> None:
        """A command, as from a key or the console; carried out in the next frame."""
        self.engine.commands.put((address, args, "test"))

    def problems(self) -> Sequence[str]:
        return [str(p) for p in (*self.engine.refused, *self.engine.problems, *self.engine.wall.problems)]

    def close(self) -> None:
        self.engine.close()
