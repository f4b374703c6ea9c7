"""The hostile operator: whatever is sent to it, the engine draws the next frame.

`Stage.play` steps the engine itself, so anything that it raises fails the test.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from installation.clock import FrameTime
from installation.gpu.device import Device
from installation.params import Param
from shows import Stage, filled, write_show

pytestmark = pytest.mark.gl

ALL = """title: All kinds of layers
datasets: {world: dental-equity-world, drain: doctors-drain}
tables:
  teeth: {sql: "SELECT * FROM world.teeth WHERE year = 2010"}
  streams: {sql: "SELECT * FROM drain.streams ORDER BY value DESC LIMIT 20"}
layers:
  - {name: fill, kind: shader, shader: kinds.fs}
  - {name: who, kind: camera, show: silhouette}
  - {name: moves, kind: camera, show: flow}
  - {name: words, kind: text, text: "hello {presence:.1f}"}
  - {name: film, kind: media, file: still.png}
  - {name: teeth, kind: marks, table: teeth, key: tooth, layout: {kind: arch, tooth: tooth}}
  - name: doctors
    kind: flows
    table: streams
    origin: {id: origin_id, x: o_lon, y: o_lat}
    destination: {id: destination_id, x: d_lon, y: d_lat}
    value: value
    unit: 50
    unit_name: doctors
    layout: {kind: map}
  - name: group
    kind: group
    layers:
      - {name: inner, kind: shader, shader: fill.fs, effects: [{shader: invert.fs}]}
effects: [{shader: invert.fs, name: over}]
"""
KINDS = """/*{"INPUTS": [
  {"NAME": "f", "TYPE": "float", "MIN": -1, "MAX": 1, "DEFAULT": 0}, {"NAME": "free", "TYPE": "float", "DEFAULT": 0},
  {"NAME": "b", "TYPE": "bool", "DEFAULT": true}, {"NAME": "e", "TYPE": "event"},
  {"NAME": "l", "TYPE": "long", "VALUES": [0, 1, 5], "LABELS": ["a", "b", "c"], "DEFAULT": 0},
  {"NAME": "p", "TYPE": "point2D", "DEFAULT": [0, 0]}, {"NAME": "c", "TYPE": "color", "DEFAULT": [1, 1, 1, 1]}]}*/
void main() { gl_FragColor = (b || e) ? c + vec4(p, f, float(l)) * free : c; }
"""
CUES = """rest: red
cues:
  - {number: 1, scene: all, under: red, fade: 0}
  - {number: 2, scene: red, fade: 1, continue: auto-follow}
  - {number: 3, scene: all, fade: 1, reveal: 1, continue: auto-continue, post_wait: 0.5, goto: 2}
"""
EXTREMES: list[object] = [0.0, -0.0, 1.0, -1.0, 1e-40, 1e30, -1e30, 3.5e38, 1e300, math.nan, math.inf, -math.inf]
EXTREMES += [
    0,
    2**31,
    -(2**63),
    2**64,
    10**400,
    True,
    None,
    b"\0\xff",
    "",
    "x",
    "nan",
    "1e999",
    "#",
    "#ff",
    "#ffffff00",
]
EXTREMES += ["true", "\0", "ü" * 5000, "{", "{nothing}", "{0.__class__}", [], (), (1.0,), (1.0, 2.0), [math.nan] * 4]
EXTREMES += [[1e30] * 2, [1e30] * 4, [1.0] * 5, ["a", "b"], [None, None], {"a": 1}, object()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scenes = {"all": ALL, "red": filled("#ff0000")}
    folder = write_show(tmp_path_factory.mktemp("operator") / "show", scenes, CUES, {"kinds.fs": KINDS})
    Image.new("RGB", (8, 8), (9, 9, 9)).save(folder / "still.png")
    return folder


@pytest.fixture
def stage(device: Device, folder: Path) -> Iterator[Stage]:
    stage = Stage(device, folder)
    stage.play()
    assert stage.problems() == []
    yield stage
    stage.close()


def limits(spec: Param) -> list[object]:
    return [limit for limit in (spec.low, spec.high, *spec.values) if limit is not None]


def test_every_parameter_takes_its_extremes_or_refuses_and_every_layer_plays_on(stage: Stage) -> None:
    engine, drawn = stage.engine, 0
    for parameter in list(engine.params):
        seen = {repr(parameter.value)}
        for value in [*EXTREMES, *limits(parameter.spec)]:
            stage.say(parameter.address, value, 0.3)
            stage.say(parameter.address, value)
            engine.skip(FrameTime(0, 1.0, 0.0))
            numbers = parameter.value if isinstance(parameter.value, tuple) else (parameter.value,)
            assert all(math.isfinite(n) for n in numbers if isinstance(n, int | float)), (parameter.address, value)
            if repr(parameter.value) not in seen:  # each value that was taken is drawn once
                seen.add(repr(parameter.value))
                stage.play()
                drawn += 1
        engine.params.reset()
    assert drawn > 100
    assert engine.wall.playing is not None
    assert engine.wall.playing.name == "all"
    assert engine.wall.problems == []
    assert engine.problems == []


@pytest.mark.parametrize("expression", ["floor(time * 30)", "1e31 * time", "0 - 1e300 * time", "1 / (time - time)"])
def test_an_expression_that_gives_what_its_parameter_can_not_take_keeps_the_last_value(
    device: Device, tmp_path: Path, expression: str
) -> None:
    params = f'{{l: "= {expression}", f: "= {expression}", free: "= {expression}", b: "= {expression}"}}'
    layer = f'{{name: fill, kind: shader, shader: kinds.fs, opacity: "= 1 + {expression}", params: {params}}}'
    scene = f"title: Driven\nlayers: [{layer}]\n"
    stage = Stage(device, write_show(tmp_path / "driven", {"driven": scene}, shaders={"kinds.fs": KINDS}))
    stage.play(20)
    assert stage.problems() == []
    stage.close()


def test_a_thousand_panics_in_a_frame_leave_the_scene_of_rest(stage: Stage) -> None:
    for _ in range(1000):
        stage.say("/panic")
        stage.say("/go")
        stage.say("/reset")
    stage.say("/panic", 0.0)
    assert (stage.play(3)[..., 0] == 255).all()
    assert stage.problems() == []


def test_a_storm_of_cues_and_scenes_ends_with_the_last_one(stage: Stage) -> None:
    for frame in range(40):
        for number in ("1", "2", "3"):
            stage.say("/go", number, 0.0)
            stage.say(f"/cue/{number}/start")
        for name in ("all", "red") * 20:
            stage.say(f"/scene/{name}/go", frame % 3 / 10)
            stage.say(f"/under/{name}", 0.1)
        stage.play()
    stage.say("/stop")
    stage.say("/reveal", 0.0)
    stage.say("/scene/red/go", 0.0)
    stage.play(3)
    assert stage.engine.wall.playing is not None
    assert stage.engine.wall.playing.name == "red"
    assert stage.problems() == []


def test_commands_that_are_refused_do_not_crowd_out_a_real_problem(stage: Stage) -> None:
    class Lost:
        def show(self, canvas: object, frame: object) -> None:
            raise OSError("the projector is gone")

    for number in range(1000):
        stage.say(f"/nothing/{number}")
    stage.play()
    stage.engine.outputs.append(Lost())
    stage.play()
    listed = [str(problem) for problem in stage.engine.status()["problems"]]  # type: ignore[attr-defined]
    assert any("the projector is gone" in problem for problem in listed)
    assert len(listed) < 12


WORDS = ["", "go", "cue", "1", "2", "99", "start", "panic", "stop", "reset", "reveal", "scene", "all", "red", "under"]
WORDS += [
    "none",
    "faults",
    "status",
    "fill",
    "f",
    "tint",
    "*",
    "?",
    "[a-z]*",
    "{all,red}",
    "[",
    "}",
    "..",
    "ü",
    "\0",
    " ",
]
ADDRESSES = st.lists(st.sampled_from(WORDS), max_size=5).map(lambda words: "/" + "/".join(words)) | st.text(max_size=9)
ARGS = st.lists(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats()
    | st.text(max_size=9)
    | st.binary(max_size=9),
    max_size=4,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=st.lists(st.tuples(ADDRESSES, ARGS), max_size=20))
def test_any_messages_are_carried_out_or_refused(stage: Stage, messages: list[tuple[str, list[object]]]) -> None:
    for address, args in messages:
        stage.say(address, *args)
    stage.play()
    stage.say("/status")
    stage.play()
    assert stage.engine.problems == []
