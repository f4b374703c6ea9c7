"""The renderer playing an ISF file against a C program that draws the same passes: bare.c, EGL and OpenGL 3.3 core.

The C program gets the translated GLSL and the uniform blocks as the renderer wrote them, and changes only the time in them.
It runs as a process of its own that draws when it is told to, so that both can be timed in turn; a second one beside it is
the control. What both have drawn at the end must be the same picture. Goals: ten passes at most 1.10, one pass at most 1.05.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.frame import Notes
from benchmarks.interleaved import Ratio, compare, here
from installation.gpu.device import Device
from installation.gpu.textures import Target
from installation.render.isf_player import IsfPlayer
from installation.render.screen import Screen
from installation.scene import isf
from installation.scene.isf_block import Block
from installation.scene.isf_glsl import translate
from installation.scene.isf_passes import sizes

NAMES = (
    "grow",
    "fade",
    "feed",
    "kill",
    "flow",
    "bend",
    "glow",
    "edge",
    "grain",
    "warm",
    "lift",
    "haze",
    "slow",
    "wide",
    "fine",
)
INPUTS = ",\n    ".join(
    [
        *(
            f'{{"NAME": "{name}", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.{i + 2}}}'
            for i, name in enumerate(NAMES)
        ),
        '{"NAME": "tint", "TYPE": "color", "DEFAULT": [0.9, 0.6, 0.4, 1.0]}',
        '{"NAME": "shade", "TYPE": "color", "DEFAULT": [0.1, 0.2, 0.3, 1.0]}',
        '{"NAME": "centre", "TYPE": "point2D", "DEFAULT": [0.4, 0.6]}',
        '{"NAME": "steps", "TYPE": "long", "VALUES": [2, 3], "DEFAULT": 3}',
        '{"NAME": "turned", "TYPE": "bool", "DEFAULT": true}',
    ]
)
ONE = f"""/*{{"INPUTS": [
    {INPUTS}
]}}*/
float hash(vec2 p) {{ return fract(sin(dot(p, vec2(127.1, 311.7))) * 43758.5453); }}
float noise(vec2 p) {{
  vec2 i = floor(p), f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(hash(i), hash(i + vec2(1, 0)), f.x), mix(hash(i + vec2(0, 1)), hash(i + vec2(1, 1)), f.x), f.y);
}}
void main() {{
  vec2 p = (isf_FragNormCoord - centre) * (4.0 + 8.0 * fine);
  float n = noise(p + TIME * slow) * (1.0 - glow * 0.2) + noise(p * 2.1 - TIME * flow) * 0.4 * bend;
  gl_FragColor = vec4(mix(shade.rgb, tint.rgb, n) + lift * 0.1 * haze, 1.0);
}}
"""
TEN = f"""/*{{"INPUTS": [
    {INPUTS}
  ],
  "PASSES": [
    {{"TARGET": "life", "PERSISTENT": true, "FLOAT": true}},
    {{"TARGET": "small", "WIDTH": "floor($WIDTH / 2)", "HEIGHT": "floor($HEIGHT / 2)"}},
    {{"TARGET": "smaller", "WIDTH": "floor($WIDTH / 4)", "HEIGHT": "floor($HEIGHT / 4)"}},
    {{"TARGET": "a"}}, {{"TARGET": "b"}}, {{"TARGET": "c"}}, {{"TARGET": "d"}}, {{"TARGET": "e"}}, {{"TARGET": "f"}}, {{}}
]}}*/
float hash(vec2 p) {{ return fract(sin(dot(p, vec2(127.1, 311.7))) * 43758.5453); }}
// A software renderer runs every branch for every pixel of every pass, so each has few taps.
vec4 around(sampler2D image, float reach) {{
  vec2 d = reach / RENDERSIZE, p = isf_FragNormCoord;
  return 0.5 * (IMG_NORM_PIXEL(image, p + d) + IMG_NORM_PIXEL(image, p - d));
}}
void main() {{
  vec2 p = (isf_FragNormCoord - centre) * (4.0 + 8.0 * fine);
  float wave = 0.5 + 0.5 * sin(p.x * 3.0 + TIME * slow) * cos(p.y * 2.0 - TIME * flow);
  if (PASSINDEX == 0) gl_FragColor = fade * around(life, 1.0 + float(steps) * wide) + (1.0 - fade) * vec4(wave, grow, feed, 1.0);
  else if (PASSINDEX == 1) gl_FragColor = around(life, 1.0);
  else if (PASSINDEX == 2) gl_FragColor = around(small, 1.0 + kill);
  else if (PASSINDEX == 3) gl_FragColor = vec4(mix(shade.rgb, tint.rgb, wave), 1.0);
  else if (PASSINDEX == 4) gl_FragColor = mix(around(a, 2.0 * bend), IMG_THIS_PIXEL(life), 0.5 * glow);
  else if (PASSINDEX == 5) gl_FragColor = IMG_THIS_PIXEL(b) * (1.0 - edge) + IMG_THIS_PIXEL(smaller);
  else if (PASSINDEX == 6) gl_FragColor = mix(IMG_THIS_PIXEL(a), IMG_THIS_PIXEL(c), warm);
  else if (PASSINDEX == 7) gl_FragColor = around(d, 1.0 + haze) + lift * 0.05;
  else if (PASSINDEX == 8) gl_FragColor = turned ? IMG_NORM_PIXEL(e, 1.0 - isf_FragNormCoord) : IMG_THIS_PIXEL(e);
  else gl_FragColor = vec4(mix(IMG_THIS_PIXEL(f).rgb, IMG_THIS_PIXEL(small).rgb, 0.3) + grain * 0.1 * hash(gl_FragCoord.xy), 1.0);
}}
"""
SHADERS = {"ten passes": (TEN, 1.10, 1), "one pass": (ONE, 1.05, 10)}
"""Each with its goal, and how many frames make a round at the size that counts."""


class Bare:
    """The C program, playing one file. It draws nothing until it is told to."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._process = subprocess.Popen([program, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def draw(self, repeats: int) -> tuple[float, float]:
        """Draws frames; gives the seconds that it measured itself, on the wall and of its processor time."""
        wall, cpu = self._ask(f"draw {repeats}\n").readline().split()
        return float(wall), float(cpu)

    def read(self, width: int, height: int) -> NDArray[np.uint8]:
        pixels = self._ask("read\n").read(width * height * 4)
        return np.frombuffer(pixels, np.uint8).reshape(height, width, 4)

    def _ask(self, words: str):  # type: ignore[no-untyped-def]
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(words.encode())
        self._process.stdin.flush()
        return self._process.stdout

    def close(self) -> None:
        self._process.communicate()


class Playing:
    """The renderer, playing the same file."""

    def __init__(self, device: Device, screen: Screen, text: str, size: tuple[int, int]) -> None:
        self.isf = isf.parse(text, "bench.fs")
        self.size = size
        self.output = Target(device, *size)
        self.player = IsfPlayer(device, screen, self.isf)
        self.values = {param.name: param.default for param in self.isf.params}
        self._device = device
        self._frame = 0

    def draw(self) -> None:
        self.player.prepare(self.values, {}, self.size, self._frame / 60.0, 1 / 60.0)
        self._device.uniforms.upload()
        self.player.draw({}, self.output)
        self._device.finish()
        self._frame += 1

    def blocks(self) -> tuple[bytes, int, int]:
        """The uniform blocks of every pass as the next frame will have them: all of them, the size of one, the stride."""
        device = self._device
        notes = Notes(device.gl)
        gl, device.gl = device.gl, notes
        self.draw()
        device.gl = gl
        slices = [args[3:5] for call, args in notes.calls if call.__name__ == "glBindBufferRange"]
        stride = slices[1][0] - slices[0][0] if len(slices) > 1 else slices[0][1]
        end = slices[-1][0] + stride
        self.player.restart()
        self._frame = 0
        return device.uniforms.bytes[slices[0][0] : end].tobytes(), slices[0][1], stride

    def close(self) -> None:
        self.player.close()
        self.output.close()


def write_plan(folder: Path, playing: Playing) -> None:
    """Everything that bare.c needs, as it reads it."""
    one = playing.isf
    source = translate(one, Block(one))
    blocks, size, stride = playing.blocks()
    every = list(zip(one.passes, sizes(one.passes, *playing.size, playing.values), strict=True))
    targets = {p.target: (w, h, int(p.floats), int(p.persistent)) for p, (w, h) in every if p.target}
    order = [*targets, ""]
    lines = [
        f"size {playing.size[0]} {playing.size[1]}",
        f"targets {len(targets)}",
        *(" ".join(map(str, target)) for target in targets.values()),
        f"samplers {len(source.samplers)}",
        *(f"{name} {order.index(name)}" for name in source.samplers),
        f"passes {len(one.passes)} {size} {stride}",
        *(str(order.index(p.target) if p.target else -1) for p in one.passes),
    ]
    (folder / "plan.txt").write_text("\n".join(lines) + "\n")
    (folder / "vertex.glsl").write_text(source.vertex)
    (folder / "fragment.glsl").write_text(source.fragment)
    (folder / "blocks.bin").write_bytes(blocks)


def compiled(folder: Path) -> Path | str:
    """The C program, or why there is none here."""
    compiler = shutil.which("cc")
    if compiler is None:
        return "there is no C compiler (cc) here"
    program, source = folder / "bare", Path(__file__).with_name("bare.c")
    command = [compiler, "-O2", "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-o", program, source, "-lEGL"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    return program if made.returncode == 0 else f"bare.c does not compile here: {made.stderr.strip().splitlines()[0]}"


def race(
    device: Device, screen: Screen, program: Path, text: str, size: tuple[int, int], rounds: int, repeats: int
) -> tuple[Ratio, Ratio, int]:
    """(renderer over C, C over C, passes). Raises RuntimeError when they have not drawn the same picture."""
    with tempfile.TemporaryDirectory(prefix="installation-bench-") as name:
        folder = Path(name)
        playing = Playing(device, screen, text, size)
        write_plan(folder, playing)
        bare, control = Bare(program, folder), Bare(program, folder)
        try:
            ratio, same = compare(bare.draw, here(playing.draw), rounds, repeats, control.draw)
            agree(playing.output.read(), bare.read(*size), control.read(*size))
        finally:
            for each in (bare, control, playing):
                each.close()
        return ratio, same, len(playing.isf.passes)


def agree(ours: NDArray[np.uint8], *theirs: NDArray[np.uint8]) -> None:
    """Raises RuntimeError unless the pictures are the same and show something."""
    if ours[..., :3].std() < 4:
        raise RuntimeError("the renderer drew next to nothing")
    for picture in theirs:
        off = np.abs(ours.astype(int) - picture)
        if off.max():
            raise RuntimeError(
                f"the renderer and C don't draw the same: {(off > 0).mean():.1%} differ, at most by {off.max()}"
            )


def tell(device: Device, rounds: int, told: Callable[[str, Ratio, Ratio, str], None]) -> None:
    """Runs and tells both races, at the size that counts and where pixels cost nothing."""
    with tempfile.TemporaryDirectory(prefix="installation-bench-") as name:
        program = compiled(Path(name))
        if isinstance(program, str):
            print(f"isf: left out: {program}\n")
            return
        screen = Screen(device)
        for title, (text, goal, repeats) in SHADERS.items():
            ratio, same, passes = race(device, screen, program, text, (1280, 720), rounds, repeats)
            told(f"isf: {title}, 1280x720, over C", ratio, same, f"at most {goal}")
            ratio, same, passes = race(device, screen, program, text, (64, 36), rounds, 200)
            told(
                f"isf: {title}, 64x36, over C",
                ratio,
                same,
                "none: shows the renderer's own cost where pixels cost nothing",
            )
            over = (ratio.wall - 1) * ratio.reference_ms / passes * 1000
            print(f"    the renderer's own time: about {over:.1f} µs a pass ({passes} passes)\n")
        screen.close()
