"""The engine's frame against the same passes as bare GL calls with nothing around them.

One frame of the engine is drawn while every GL call is written down with its arguments. The reference plays that list
again in a plain loop: the same programs, targets, uniforms and draws, without the engine's bookkeeping. Goal: at most 1.10.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from installation.clock import FixedClock
from installation.engine import Engine
from installation.gpu.device import Device
from installation.inputs.osc import match
from installation.inputs.sense import Sense
from installation.scene.load import load_show

GOAL = 1.10

NOISE = """/*{"INPUTS": [{"NAME": "scale", "TYPE": "float", "MIN": 1.0, "MAX": 20.0, "DEFAULT": 6.0},
  {"NAME": "tint", "TYPE": "color", "DEFAULT": [0.9, 0.8, 0.6, 1.0]}]}*/
float hash(vec2 p) { return fract(sin(dot(p, vec2(127.1, 311.7))) * 43758.5453); }
float noise(vec2 p) {
  vec2 i = floor(p), f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(hash(i), hash(i + vec2(1, 0)), f.x), mix(hash(i + vec2(0, 1)), hash(i + vec2(1, 1)), f.x), f.y);
}
void main() {
  vec2 p = isf_FragNormCoord * scale;
  float n = noise(p + TIME) * 0.6 + noise(p * 2.1 - TIME) * 0.4;
  gl_FragColor = vec4(tint.rgb * n, n);
}
"""
BLUR = """/*{"INPUTS": [{"NAME": "inputImage", "TYPE": "image"}]}*/
void main() {
  vec2 d = 1.5 / RENDERSIZE;
  vec2 p = isf_FragNormCoord, e = d * vec2(1, -1);
  gl_FragColor = 0.25 * (IMG_NORM_PIXEL(inputImage, p + d) + IMG_NORM_PIXEL(inputImage, p - d)
    + IMG_NORM_PIXEL(inputImage, p + e) + IMG_NORM_PIXEL(inputImage, p - e));
}
"""


def stack(layers: int, effect_on: int) -> str:
    """A scene of so many noise layers, a blur on every `effect_on`-th."""
    lines = ["title: Stack", "layers:"]
    for number in range(layers):
        effect = "effects: [{shader: blur.fs}], " if number % effect_on == 0 else ""
        lines.append(
            f"  - {{name: layer{number}, kind: shader, shader: noise.fs, {effect}opacity: 0.5, "
            f'params: {{scale: "= {4 + number} + sin(time)"}}}}'
        )
    return "\n".join(lines) + "\n"


class Empty:
    """An empty room."""

    def __init__(self) -> None:
        self._sense = Sense.empty()

    def sample(self, seconds: float) -> Sense:
        return self._sense

    def status(self) -> dict[str, object]:
        return {}


class Notes:
    """Stands in for the GL module: writes every call down, and makes it."""

    def __init__(self, gl: Any) -> None:
        self._gl = gl
        self.calls: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._gl, name)
        if not name.startswith("gl"):
            return found

        def noted(*args: Any) -> Any:
            self.calls.append((found, args))
            return found(*args)

        return noted


def contenders(
    device: Device, layers: int, effect_on: int, size: tuple[int, int]
) -> tuple[Callable[[], None], Callable[[], None], int, Engine]:
    """(bare, engine, GL calls a frame, the engine to close)."""
    folder = Path(tempfile.mkdtemp(prefix="installation-bench-"))
    for part in ("scenes", "shaders"):
        (folder / part).mkdir()
    (folder / "show.yaml").write_text("title: Bench\ncues: []\n")
    (folder / "scenes" / "stack.yaml").write_text(stack(layers, effect_on))
    (folder / "shaders" / "noise.fs").write_text(NOISE)
    (folder / "shaders" / "blur.fs").write_text(BLUR)
    engine = Engine(device, load_show(folder), size, Empty(), match)
    engine.open()
    clock = FixedClock(60.0)
    for _ in range(4):
        engine.step(clock.next())
    # The engine binds only what changes, so what it assumes to be bound at the start is bound again by its last frame.
    notes = Notes(device.gl)
    gl, device.gl = device.gl, notes
    engine.step(clock.next())
    device.gl = gl
    calls = list(notes.calls)

    def bare() -> None:
        for call, args in calls:
            call(*args)
        gl.glFinish()

    def whole() -> None:
        engine.step(clock.next())
        gl.glFinish()

    return bare, whole, len(calls), engine
