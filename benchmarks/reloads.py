"""Thousands of saves of one shader, every third with a mistake: does anything grow, and is the last that works always drawn?

Real files, the real process in which shaders are tried, the real engine; only the watcher is left out, so that a save costs
what it costs and nobody waits.
"""

from __future__ import annotations

import gc
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

from installation.clock import FixedClock, now
from installation.engine import Engine
from installation.gpu.device import Device
from installation.inputs.osc import match
from installation.inputs.sense import Sense
from installation.render.trial import Trial
from installation.scene.load import load_show
from installation.scene.revisions import Revisions

SHADER = """/*{{"INPUTS": [{{"NAME": "p{number}", "TYPE": "float", "DEFAULT": 0.5}}],
 "PASSES": [{{"TARGET": "kept", "PERSISTENT": true, "FLOAT": true}}, {{}}]}}*/
void main() {{
  if (PASSINDEX == 0) gl_FragColor = IMG_THIS_PIXEL(kept) * 0.9 + p{number} * 0.1;
  else gl_FragColor = vec4(vec3({red}.0, {green}.0, {blue}.0) / 255.0, 1.0);
}}
"""
MISTAKES = ("undeclared", "vec3(", "1.0; }", "texture2D(nothing, vec2(0.0)).r")
WARM = 400
"""Reloads before memory is looked at for the first time: until then caches and the allocator's pools fill."""


@dataclass(frozen=True)
class Result:
    """What many reloads have left behind: GL objects and MiB more than before, and how often the wall was wrong."""

    objects: int
    mebibytes: float
    wrong: int
    seconds_each: float


class Nobody:
    """An empty room."""

    def sample(self, seconds: float) -> Sense:
        return Sense.empty()

    def status(self) -> dict[str, object]:
        return {}


def play(device: Device, count: int) -> Result:
    """Saves a changing shader `count` times, each third time with a mistake, and looks at the wall after each."""
    process, trial = psutil.Process(), Trial()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("scenes", "shaders"):
            (folder / part).mkdir()
        path = folder / "shaders" / "a.fs"
        path.write_text(shader(0), "utf-8")
        (folder / "show.yaml").write_text("title: Reloads\ncues: [{number: 1, scene: one, fade: 0}]\n", "utf-8")
        scene = "title: One\nlayers: [{name: top, kind: shader, shader: a.fs}]\n"
        (folder / "scenes" / "one.yaml").write_text(scene, "utf-8")
        show = load_show(folder)
        engine = Engine(device, show, (64, 36), Nobody(), match, live=True, fps=1.0)
        engine.open()
        revisions, clock = Revisions(show, trial.refuse), FixedClock(60.0)
        wanted, wrong, objects, memory, began = 0, 0, 0, 0, now()
        for number in range(1, count + 1):
            broken = number % 3 == 0
            path.write_text(shader(number, MISTAKES[number % len(MISTAKES)] if broken else ""), "utf-8")
            wanted = wanted if broken else number
            if revision := revisions.look([path]):
                engine.revisions.put(revision)
            engine.step(clock.next())
            engine.work(60.0)
            canvas = engine.step(clock.next())
            told = bool(engine.file_problems)
            wrong += tuple(int(c) for c in canvas.read()[18, 32, :3]) != color(wanted) or told != broken
            if number == min(WARM, count // 3):
                objects, memory = _objects(device), _memory(process)
        result = Result(
            _objects(device) - objects, (_memory(process) - memory) / 2**20, wrong, (now() - began) / max(count, 1)
        )
        revisions.close()
        engine.close()
    trial.close()
    return result


def color(number: int) -> tuple[int, int, int]:
    """A colour for each reload."""
    return number % 251, number // 251 % 251, 128


def shader(number: int, mistake: str = "") -> str:
    """The shader's text as it is saved the nth time."""
    red, green, blue = color(number)
    text = SHADER.format(number=number % 7, red=red, green=green, blue=blue)
    return text.replace("IMG_THIS_PIXEL(kept) * 0.9", mistake) if mistake else text


def _objects(device: Device) -> int:
    device.free_doomed()
    return sum(device.live.values())


def _memory(process: psutil.Process) -> int:
    gc.collect()
    return int(process.memory_info().rss)


def main(count: int = 5000) -> None:
    device = Device.headless()
    found = play(device, count)
    print(f"{count} reloads, every third with a mistake ({found.seconds_each * 1000:.0f} ms each)")
    since = min(WARM, count // 3)
    print(f"  since reload {since}: GL objects {found.objects:+d}, memory {found.mebibytes:+.1f} MiB (goal: at most 5)")
    print(f"  wrong pictures: {found.wrong} (goal: 0)")
    device.close()
