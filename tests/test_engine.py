"""The engine, frame by frame: what is on the canvas when cues, hands and mistakes come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from installation.clock import now
from installation.errors import Location, Problem, SceneError
from installation.gpu.device import Device
from installation.inputs.osc import OscReceiver, ask, send
from installation.inputs.sense import Sense
from installation.render.layers.text import TextView
from installation.report import minute
from installation.scene.load import load_playable, load_show
from shows import Stage, filled, write_show

pytestmark = pytest.mark.gl

RED, GREEN, BLUE, BLACK = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (0, 0, 0, 255)
TWO = {"red": filled("#ff0000"), "green": filled("#00ff00")}
CUES = """cues:
  - {number: 1, scene: red, fade: 0}
  - {number: 2, scene: green, fade: 2}
"""

Open = Callable[..., Stage]


@pytest.fixture
def stage(device: Device, tmp_path: Path) -> Iterator[Open]:
    """Opens a show of the given scenes."""
    opened: list[Stage] = []

    def open_it(
        scenes: dict[str, str], cues: str = "cues: []", shaders: dict[str, str] | None = None, **more: object
    ) -> Stage:
        folder = write_show(tmp_path / f"show{len(opened)}", scenes, cues, shaders)
        opened.append(Stage(device, folder, **more))
        return opened[-1]

    yield open_it
    for one in opened:
        one.close()


def test_a_show_opens_with_its_first_cue(stage: Open) -> None:
    assert (stage(TWO, CUES).play() == RED).all()


def test_a_show_without_cues_opens_with_its_first_scene(stage: Open) -> None:
    assert (stage({"only": filled("#0000ff")}).play() == BLUE).all()


def test_go_dissolves_to_the_next_scene(stage: Open) -> None:
    show = stage(TWO, CUES)
    show.play(3)
    show.say("/go")
    middle = show.play(11)[0, 0]
    assert 100 < middle[0] < 220
    assert 100 < middle[1] < 220
    assert (show.play(15) == GREEN).all()


def test_a_cue_over_the_network_changes_the_wall(stage: Open) -> None:
    with OscReceiver("127.0.0.1", 0) as network:
        show = stage(TWO, CUES, network=network)
        show.play()
        send("127.0.0.1", network.port, "/go/2")
        deadline = now() + 5
        while not (show.play() == GREEN).all():
            assert now() < deadline
        assert network.counters["messages"] >= 1


def test_an_unknown_cue_is_answered_and_changes_nothing(stage: Open) -> None:
    with OscReceiver("127.0.0.1", 0) as network:
        show = stage(TWO, CUES, network=network)
        show.play()
        send("127.0.0.1", network.port, "/go/9")
        show.play(2)
        assert (show.play() == RED).all()
        assert any("9" in problem for problem in show.problems())


def test_who_cues_a_scene_with_a_broken_shader_by_osc_is_told_the_line(stage: Open) -> None:
    import socket

    scene = "title: B\nlayers: [{name: top, kind: shader, shader: broken.fs}]\n"
    broken = "/*{}*/\nvoid main() {\n  gl_FragColor = vec4(undeclared);\n}\n"
    with OscReceiver("127.0.0.1", 0) as network, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as desk:
        show = stage(
            {**TWO, "broken": scene},
            CUES + "  - {number: 9, scene: broken, fade: 0}\n",
            shaders={"broken.fs": broken},
            network=network,
        )
        show.play()
        desk.bind(("127.0.0.1", 0))
        desk.settimeout(5)
        desk.sendto(b"/go/9\0\0\0,\0\0\0", ("127.0.0.1", network.port))
        deadline = now() + 5
        while network.counters["messages"] < 1:
            assert now() < deadline
            show.play()
        show.play(2)
        answer = desk.recv(4096)
        assert answer.startswith(b"/error\0\0,sss")
        assert b"/cue/9" in answer
        assert b"broken.fs:3" in answer


def test_a_cue_to_a_scene_whose_file_is_wrong_says_what_is_wrong_with_it_for_a_while(stage: Open) -> None:
    show = stage(TWO, CUES)
    show.engine.file_problems = [Problem('there is no shader "fgo.fs"', Location("shows/a/scenes/fog.yaml", 9, 13))]
    show.say("/scene/fog/go")
    show.play()
    assert 'scenes/fog.yaml:9:13: there is no shader "fgo.fs"' in str(show.engine.refused[0])
    assert len(show.engine.status()["problems"]) == 2  # type: ignore[arg-type]
    show.play(1300)
    assert show.engine.refused == []


def test_random_bytes_to_the_port_are_counted_and_the_next_message_works(stage: Open) -> None:
    import socket

    with OscReceiver("127.0.0.1", 0) as network, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        show = stage(TWO, CUES, network=network)
        show.play()
        noise = np.random.default_rng(3)
        for _ in range(200):
            out.sendto(noise.bytes(int(noise.integers(1, 200))), ("127.0.0.1", network.port))
        out.sendto(b"/go/2\0\0\0,\0\0\0", ("127.0.0.1", network.port))
        deadline = now() + 5
        while not (show.play() == GREEN).all():
            assert now() < deadline
        assert network.counters["malformed"] > 100


def test_a_parameter_set_by_address_is_on_the_canvas_in_the_next_frame(stage: Open) -> None:
    show = stage({"only": filled("#ff0000")})
    show.play()
    show.say("/scene/only/fill/tint", 0.0, 0.0, 1.0, 1.0)
    assert (show.play() == BLUE).all()


def test_panic_goes_to_the_scene_of_rest_and_never_to_black(stage: Open) -> None:
    show = stage(TWO, "rest: red\n" + CUES)
    show.play()
    show.say("/go/2")
    show.play(25)
    show.say("/panic", 1.0)
    for _ in range(30):
        assert show.play().max() > 100
    assert (show.play() == RED).all()


def test_a_wall_that_no_cue_has_given_a_scene_shows_the_scene_of_rest(stage: Open) -> None:
    cues = "rest: green\ncues:\n  - {number: 1, reveal: 0}\n"
    assert (stage(TWO, cues).play(2) == GREEN).all()


def test_reset_gives_the_files_back_their_say(stage: Open) -> None:
    show = stage({"only": filled("#ff0000")})
    show.say("/scene/only/fill/tint", 0.0, 0.0, 1.0, 1.0)
    show.play()
    show.say("/reset")
    assert (show.play() == RED).all()


def test_an_expression_drives_a_parameter_until_a_hand_takes_over(stage: Open) -> None:
    scene = """title: Pulse
values: {half: "= 0.5"}
layers:
  - {name: fill, kind: shader, shader: fill.fs, opacity: "= 1 if time > 0.45 else half * 0"}
"""
    show = stage({"pulse": scene})
    assert show.play(3).max(axis=(0, 1))[0] == 0
    assert show.play(4).max() == 255
    show.say("/scene/pulse/fill/opacity", 0.0)
    assert show.play()[..., 0].max() == 0


def test_effects_run_over_a_layer_and_over_the_scene(stage: Open) -> None:
    scene = """title: Twice inverted
layers:
  - name: fill
    kind: shader
    shader: fill.fs
    params: {tint: "#00ff00"}
    effects: [{shader: invert.fs}]
effects: [{shader: invert.fs, name: back}]
"""
    assert (stage({"only": scene}).play() == GREEN).all()


def test_layers_are_blended_in_linear_light(stage: Open) -> None:
    scene = """title: Half
layers:
  - {name: white, kind: shader, shader: fill.fs}
  - {name: black, kind: shader, shader: fill.fs, opacity: 0.5, params: {tint: "#000000"}}
"""
    assert (stage({"only": scene}).play()[..., :3] == 188).all()


def test_a_layer_reads_the_picture_of_one_below_it(stage: Open) -> None:
    reads = """/*{"INPUTS": [{"NAME": "other", "TYPE": "image"}]}*/
    void main() { gl_FragColor = IMG_THIS_PIXEL(other).gbra; }"""
    scene = """title: Reads
layers:
  - {name: fill, kind: shader, shader: fill.fs, opacity: 0, params: {tint: "#00ff00"}}
  - {name: top, kind: shader, shader: reads.fs, inputs: {other: layer.fill}}
"""
    assert (stage({"only": scene}, shaders={"reads.fs": reads}).play() == RED).all()


def test_a_group_keeps_its_transparency(stage: Open) -> None:
    scene = """title: Group
layers:
  - {name: blue, kind: shader, shader: fill.fs, params: {tint: "#0000ff"}}
  - name: group
    kind: group
    layers:
      - {name: none, kind: shader, shader: fill.fs, params: {tint: "#ff000000"}}
"""
    assert (stage({"only": scene}).play() == BLUE).all()


def test_a_shader_that_does_not_compile_is_told_with_its_line_and_the_rest_plays_on(stage: Open) -> None:
    scene = """title: Broken
layers:
  - {name: fill, kind: shader, shader: fill.fs, params: {tint: "#00ff00"}}
  - {name: broken, kind: shader, shader: broken.fs}
"""
    broken = "/*{}*/\nvoid main() {\n  gl_FragColor = vec4(colour);\n}\n"
    show = stage({"only": scene}, shaders={"broken.fs": broken})
    assert (show.play() == GREEN).all()
    assert any("broken.fs:3:" in problem and "colour" in problem for problem in show.problems())


def test_a_layer_that_fails_in_the_frame_is_left_out_and_the_rest_plays_on(
    stage: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = """title: Fails
layers:
  - {name: fill, kind: shader, shader: fill.fs, params: {tint: "#00ff00"}}
  - {name: words, kind: text, text: hello}
"""
    show = stage({"only": scene})

    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(TextView, "prepare", fail)
    assert (show.play(3) == GREEN).all()
    assert sum("words" in problem for problem in show.problems()) == 1


def test_an_output_that_fails_does_not_stop_the_show(stage: Open) -> None:
    class Lost:
        def show(self, canvas: object, frame: object) -> None:
            raise OSError("the projector is gone")

    show = stage({"only": filled("#ff0000")}, outputs=[Lost()])
    assert (show.play(5) == RED).all()
    assert sum("projector" in problem for problem in show.problems()) == 1


def test_the_silhouette_reaches_a_shader_by_its_name(stage: Open) -> None:
    reads = """/*{"INPUTS": [{"NAME": "who", "TYPE": "image"}]}*/
    void main() { gl_FragColor = vec4(IMG_THIS_PIXEL(who).rgb, 1.0); }"""
    scene = "title: Who\nlayers: [{name: top, kind: shader, shader: reads.fs, inputs: {who: camera.mask}}]\n"
    show = stage({"only": scene}, shaders={"reads.fs": reads})
    assert (show.play() == BLACK).all()
    mask = np.zeros((90, 160), np.uint8)
    mask[:, :80] = 255
    show.senses.sense = Sense(mask, np.zeros((90, 160, 2), np.float32), 1.0, 0.0, (0.25, 0.5), 1, 1, 0.0, "test", True)
    picture = show.play()
    assert (picture[:, :14, :3] == 255).all()
    assert (picture[:, 18:, :3] == 0).all()


def test_a_show_loaded_and_dropped_twenty_times_leaves_nothing_behind(device: Device, tmp_path: Path) -> None:
    show = load_show(
        write_show(tmp_path / "show", {**TWO, "words": "title: W\nlayers: [{name: w, kind: text, text: w}]"}, CUES)
    )
    device.free_doomed()
    before = dict(device.live)
    for _ in range(20):
        one = Stage(device, show)
        one.play(2)
        one.engine.work(60.0)
        one.close()
        assert dict(device.live) == before


def test_a_pinned_scale_draws_the_same_picture_from_fewer_pixels(stage: Open) -> None:
    show = stage(TWO, CUES)
    whole = show.play(3)
    show.say("/canvas/scale", 0.5)
    half = show.play()
    assert half.shape[:2] == (16, 16)  # never less
    assert (half == whole[0, 0]).all()
    assert show.engine.status()["scale"] == 0.5
    assert show.engine.status()["scale_pinned"]
    show.say("/canvas/scale", 0.0)
    assert np.array_equal(show.play(), whole)


def test_a_machine_that_is_too_slow_draws_fewer_pixels_and_says_so(device: Device, tmp_path: Path) -> None:
    show = Stage(device, write_show(tmp_path / "show", TWO, CUES), live=True, fps=50_000.0)
    show.play(40)  # no machine draws one in 20 microseconds
    assert show.engine.status()["scale"] == 0.5
    assert show.engine.size == (32, 18)
    show.close()


def test_the_status_says_what_an_operator_wants_to_know(stage: Open) -> None:
    show = stage(TWO, CUES)
    show.play(3)
    status = show.engine.status()
    assert status["scene"] == "One colour"
    cue = status["cue"]
    assert isinstance(cue, dict)
    assert (cue["current"], cue["standing_by"], cue["waiting_s"]) == ("1", "2", None)
    assert (cue["running"], cue["broken"], cue["triggers_held"]) == ([], [], False)
    assert set(status["frame_ms"]) == {"p50", "p95", "p99"}  # type: ignore[call-overload]


def test_status_is_answered_over_the_network(stage: Open) -> None:
    import json
    from concurrent.futures import ThreadPoolExecutor

    with OscReceiver("127.0.0.1", 0) as network, ThreadPoolExecutor(1) as pool:
        show = stage(TWO, CUES, network=network)
        answer = pool.submit(ask, "127.0.0.1", network.port, "/status", timeout=10.0)
        while not answer.done():
            show.play()
        told = answer.result()
        assert told is not None
        assert json.loads(str(told[0]))["data"]["show"] == "Test"


def test_a_show_plays_its_other_scenes_when_one_has_a_mistake(device: Device, tmp_path: Path) -> None:
    wrong = "title: Wrong\nlayers: [{name: fill, kind: shader, shader: filll.fs}]\n"
    cues = "rest: green\ncues:\n  - {number: 1, scene: wrong, fade: 0}\n  - {number: 2, scene: green, fade: 0}\n"
    folder = write_show(tmp_path / "show", {**TWO, "wrong": wrong}, cues)
    show, problems = load_playable(folder)
    assert set(show.scenes) == {"red", "green"}
    assert any("wrong.yaml:2:" in str(problem) and "filll.fs" in str(problem) for problem in problems)
    one = Stage(device, show)
    assert (one.play(2) == GREEN).all(), "the cue's scene is left out, so the scene of rest plays"
    one.say("/go/2")
    assert (one.play(2) == GREEN).all()
    one.close()


def test_a_show_with_nothing_left_to_play_is_refused_with_every_problem(tmp_path: Path) -> None:
    folder = write_show(tmp_path / "show", {"wrong": "title: Wrong\nlayers: [{name: fill, kind: shade}]\n"})
    with pytest.raises(SceneError, match=r"wrong\.yaml:2:"):
        load_playable(folder)


def test_a_layer_that_can_not_be_built_is_left_out_whatever_the_reason(
    stage: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("a bug")

    scene = """title: Half
layers:
  - {name: fill, kind: shader, shader: fill.fs, params: {tint: "#00ff00"}}
  - {name: words, kind: text, text: hello}
"""
    # The stamp sets its word when the wall is built, so the show opens first with a scene that has no text.
    show = stage({"first": filled("#ff0000"), "half": scene}, "rest: first")
    show.play()
    monkeypatch.setattr(TextView, "__init__", fail)
    show.say("/scene/half/go", 0.0)
    assert (show.play(2) == GREEN).all()
    assert any("words" in problem for problem in show.problems())


def test_a_cue_says_by_which_curve_its_transition_runs(stage: Open) -> None:
    cues = CUES.replace("scene: green, fade: 2", "scene: green, fade: 2, curve: ease-in")
    smooth, eased = stage(TWO, CUES), stage(TWO, cues)
    for show in (smooth, eased):
        show.play(3)
        show.say("/go")
    assert int(eased.play(11)[0, 0, 1]) < int(smooth.play(11)[0, 0, 1]) - 30


STORM = "faults: {storm: {score: [{fault: signal, end: 8, density: [1, 1], lasts: 3, strength: 1}]}}\n"


def test_a_scenes_own_score_changes_the_wall_and_is_told_from_what_is_really_wrong(stage: Open) -> None:
    show = stage({"red": filled("#ff0000") + STORM, "green": filled("#00ff00")}, CUES)
    before = show.play(2)
    show.engine.problems.append(Problem("the hall's lamp is out"))
    show.say("/faults/storm")
    assert not np.array_equal(show.play(30), before)
    status = show.engine.status()
    assert (status["staged"], status["score"], status["faults"]) == (True, "storm", ["signal"])
    assert [told["message"] for told in status["problems"]] == ["the hall's lamp is out"]  # type: ignore[attr-defined]
    line = minute(status)
    assert "STAGED faults of score storm (signal)" in line and "1 real problem" in line
    show.say("/faults/none")
    assert np.array_equal(show.play(2), before)
    assert "STAGED" not in minute(show.engine.status())


def test_a_fault_of_the_cues_is_told_and_the_wall_is_drawn_all_the_same(
    stage: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = stage(TWO, CUES)
    show.play(2)

    def fault(*_: object) -> None:
        raise ZeroDivisionError("of a test")

    monkeypatch.setattr(show.engine.cues, "advance", fault)
    before = show.engine.time[1]
    for _ in range(3):
        assert (show.play() == RED).all()
    assert show.engine.time[1] == before + 3
    assert sum("a fault of the cues: ZeroDivisionError" in problem for problem in show.problems()) == 1
