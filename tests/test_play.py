"""`installation run` as a process of its own: what it says, how it is operated, what it survives, how it ends."""

from __future__ import annotations

import json
import logging
import signal
import socket
import sys
import urllib.request
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from playing import Playing, run, until
from pythonosc.osc_message_builder import OscMessageBuilder

from installation.align import verbs as align_verbs
from installation.align.projecting import Projecting
from installation.clock import FrameTime
from installation.gpu.device import Device
from installation.play import KEYS, canvas_size, listen
from installation.report import MOST_PROBLEMS, Console, Journal, unharmed
from installation.scene.load import load_show
from installation.scene.schema import SiteFile
from shows import Stage, filled, write_show

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes and signals of POSIX")

CUES = """rest: red
cues:
  - {number: 1, scene: red, fade: 0}
  - {number: 2, scene: green, under: blue, fade: 0}
"""
SCENES = {"red": filled("#ff0000"), "green": filled("#00ff00"), "blue": filled("#0000ff")}


def packet(address: str, *args: object) -> bytes:
    """An OSC message as another program would build it."""
    builder = OscMessageBuilder(address)
    for arg in args:
        builder.add_arg(arg)  # type: ignore[arg-type]
    return bytes(builder.build().dgram)


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_show(tmp_path_factory.mktemp("play") / "small", SCENES, CUES)


@pytest.fixture(scope="module")
def playing(show: Path) -> Iterator[Playing]:
    """A show that plays, for the tests that leave it playing."""
    with Playing(show) as playing:
        yield playing


# -- what it says ----------------------------------------------------------------------------------------------------


def test_it_says_what_it_plays_and_where_it_can_be_reached(playing: Playing) -> None:
    assert playing.lines[0].startswith("Test: 64 x 36, headless, ")
    assert playing.port > 0
    browser = urllib.request.Request(playing.console, headers={"accept": "text/html"})
    with urllib.request.urlopen(browser, timeout=10) as page:
        assert b"<html" in page.read().lower()
    assert page_status(playing)["show"] == "Test"
    assert "problem" not in playing.printed


def test_the_status_says_that_the_camera_and_the_frames_go_on(playing: Playing) -> None:
    status = playing.until(lambda s: s["camera"]["live"] and s["fps"] > 0, "a live camera")
    assert status["camera"]["source"] == "synthetic"
    assert status["osc"]["port"] == playing.port
    assert status["audio"]["state"] == "asleep"  # nothing of this show listens: no microphone is opened
    assert status["problems"] == []
    playing.goes_on()


# -- how it is operated ----------------------------------------------------------------------------------------------


def test_cues_go_from_another_process(playing: Playing) -> None:
    assert playing.cue("reset").code == 0
    playing.until(lambda s: s["cue"]["standing_by"] == "1", "the first cue to stand by")
    assert playing.cue("go", 2).out == "sent /go 2\n"
    playing.until(lambda s: s["cue"]["current"] == "2" and s["reveal"]["under"], "cue 2")
    assert playing.cue("scene", "red", 0).code == 0
    assert playing.cue("start", 1).code == 0
    playing.until(lambda s: s["cue"]["current"] == "1", "cue 1")


def test_the_surface_is_opened_and_closed_from_another_process(playing: Playing) -> None:
    assert playing.cue("reveal", 0.5).code == 0
    playing.until(lambda s: s["reveal"]["level"] == 0.5, "half open")
    assert playing.cue("panic", 0).code == 0
    playing.until(lambda s: s["reveal"]["level"] == 0, "closed")


def test_a_parameter_is_set_and_asked_for_from_another_process(playing: Playing) -> None:
    tint = "/scene/red/fill/tint"
    assert playing.cue("set", tint, "#00ff00").code == 0
    assert playing.cue("get", tint).out == "0 1 0 1\n"
    assert playing.cue("set", tint, 0.25, 0.5, 1, 1).code == 0
    assert playing.cue("get", tint).out == "0.25 0.5 1 1\n"
    assert playing.cue("set", "/reveal/lens", -0.5).code == 0
    assert playing.cue("get", "/reveal/lens").out == "0\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("go 77", 'no cue "77"'),
        ("start 77", 'no cue "77"'),
        ("scene blu", 'did you mean "blue"'),
        ("under blu", 'did you mean "blue"'),
        ("faults storm", 'there is no fault score "storm"'),
        ("set /scene/red/fill/opacity much", "is not a number"),
        ("set /scene/red/fill/opacity nan", "is not a number that can be drawn"),
        ("set /scene/red/fill/opacty 1", "no address"),
        ("get /scene/red/fill/opacty", "no address"),
        ("reveal 1 -2", "a fade takes 0 to 3600 seconds"),
        ("reveal nan", "a level from 0 to 1"),
    ],
)
def test_what_the_engine_refuses_is_told_to_who_asked(playing: Playing, line: str, said: str) -> None:
    ended = playing.cue(*line.split())
    assert (ended.code, said in ended.said) == (1, True), ended.said


def test_the_status_in_a_terminal_is_readable(playing: Playing) -> None:
    playing.cue("go", 77)
    ended = playing.cue("status")
    assert ended.code == 0
    assert "show: Test\n" in ended.out
    assert 'no cue "77"' in ended.out
    for ugly in ("{", "[", "None"):
        assert ugly not in ended.out


def test_messages_of_all_kinds_at_once_leave_it_playing(playing: Playing) -> None:
    seed = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for _ in range(300):
            for address, args in (
                ("/panic", ()),
                ("/go", ("2", 0.0)),
                ("/scene/green/go", (0.5,)),
                ("/cue/1/start", ()),
                ("/reset", ()),
                ("/reveal", ("x", b"y", None)),
                ("/under/blue", (0.1,)),
                ("/scene/*/fill/opacity", (float("nan"),)),
                (f"/nothing/{seed}", (1,)),
                ("/status", ()),
            ):
                out.sendto(packet(address, *args), ("127.0.0.1", playing.port))
            seed += 1
            out.sendto(bytes([seed % 256]) * (seed % 97), ("127.0.0.1", playing.port))
    playing.goes_on()
    status = playing.until(lambda s: s["osc"]["malformed"] > 100, "malformed packets to be counted")
    assert len(status["problems"]) <= 8
    assert len(playing.lines) < 60


# -- what it survives ------------------------------------------------------------------------------------------------


def test_it_plays_on_when_the_camera_process_is_killed_and_names_it(show: Path) -> None:
    with Playing(show) as playing:
        playing.until(lambda s: s["camera"]["live"], "a live camera")
        playing.child("camera_process").kill()
        playing.until(lambda s: s["camera"]["problem"], "the status to name the camera")
        until(lambda: "camera: " in playing.printed.partition("Ctrl-C")[2], "the log to name the camera")
        playing.goes_on()
        playing.until(lambda s: s["camera"]["live"] and s["camera"]["restarts"] >= 1, "the camera's return")


def test_a_file_that_is_saved_with_a_mistake_is_told_everywhere_and_mended_by_the_next_save(tmp_path: Path) -> None:
    folder = write_show(tmp_path / "edited", SCENES, CUES)
    path = folder / "shaders" / "fill.fs"
    text = path.read_text("utf-8")
    with Playing(folder) as playing:
        playing.child("trial_process")
        playing.until(lambda status: status["frame"] > 20, "some frames")
        path.write_text(text.replace("= tint", "= tnit"), "utf-8")
        status = playing.until(lambda status: status["problems"], "a problem", 90.0)
        assert status["problems"][0]["where"].endswith("fill.fs:2:30")
        assert status["scene"] == "One colour"
        until(lambda: "fill.fs:2:30" in playing.printed, "a line on the terminal")

        def page_says_so() -> bool:
            with urllib.request.urlopen(f"{playing.console}status", timeout=10) as answer:
                return "tnit" in str(json.load(answer)["problems"])

        until(page_says_so, "the console's page")
        playing.child("trial_process").kill()
        path.write_text(text, "utf-8")
        playing.until(lambda status: not status["problems"], "no more problems", 90.0)
        playing.goes_on()


def test_it_plays_on_when_the_console_process_is_killed_and_names_it(show: Path) -> None:
    with Playing(show) as playing:
        console = playing.child("console.server")
        console.kill()
        playing.until(lambda s: "console" in str(s["problems"]), "the status to name the console")
        playing.goes_on()
        assert playing.end(signal.SIGTERM) == 0


def page_status(playing: Playing) -> dict[str, Any]:
    """The status as the page has it: it is served before the first frame, and is empty until then."""

    def found() -> dict[str, Any]:
        with urllib.request.urlopen(f"{playing.console}status", timeout=10) as answer:
            told = dict(json.load(answer))
        return told if "show" in told else {}

    return until(found, "the first status")


def test_a_taken_osc_port_is_told_and_the_show_plays_without(show: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        with Playing(show, osc_port=taken.getsockname()[1]) as playing:
            assert f"problem: OSC: port {taken.getsockname()[1]} on 127.0.0.1 is taken" in playing.printed
            assert playing.line("OSC: ") == ""

            def frame() -> int:
                until(lambda: "problems" in page_status(playing), "the first frame")
                status = page_status(playing)
                assert "is taken" in str(status["problems"])
                return int(status["frame"])

            first = frame()
            until(lambda: frame() > first, "more frames")
            assert playing.printed.count("is taken") == 1


def test_a_taken_console_port_is_told_and_a_free_one_is_used(show: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with Playing(show, console_port=port) as playing:
            assert f"problem: port {port} is taken" in playing.printed
            assert str(port) not in playing.console
            assert page_status(playing)["show"] == "Test"


def test_a_sound_file_that_comes_late_is_told_and_then_heard(tmp_path: Path) -> None:
    louder = "title: Loud\nlayers: [{name: fill, kind: shader, shader: fill.fs, opacity: = level}]\n"
    show, file = write_show(tmp_path / "loud", {"only": louder}), tmp_path / "tone.wav"
    with Playing(show, "--audio", file) as playing:
        status = playing.until(lambda s: s["audio"]["state"] == "lost", "the problem")
        assert "no such sound file" in status["audio"]["problem"] and status["audio"]["level"] == 0.0
        until(lambda: "silence meanwhile" in playing.printed, "the log to name the ear")
        with wave.open(str(tmp_path / "made.wav"), "wb") as sound:
            sound.setparams((1, 2, 48000, 48000, "NONE", ""))
            sound.writeframes((np.sin(np.arange(48000) / 8) * 30000).astype("<i2").tobytes())
        (tmp_path / "made.wav").rename(file)
        playing.until(lambda s: s["audio"]["live"] and s["audio"]["level"] > 0.5, "the sound")
        until(lambda: "audio: well again" in playing.printed, "the log")


def test_a_camera_that_does_not_exist_is_told_and_the_visitor_is_played_by_the_engine(show: Path) -> None:
    with Playing(show, "--camera", "nowhere.mp4") as playing:
        status = playing.until(lambda s: s["camera"]["state"] == "fallback", "the fallback")
        assert status["camera"]["source"] == "synthetic"
        assert "nowhere.mp4" in status["camera"]["problem"]
        until(lambda: "camera: " in playing.printed.partition("Ctrl-C")[2], "the log to name the camera")
        assert playing.printed.count("nowhere.mp4") <= 2
        gone = "a made-up visitor plays meanwhile"
        playing.until(lambda s: [gone in p["message"] for p in s["problems"]].count(True) == 1, "one problem of it")
        playing.goes_on()


# -- how it ends -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_good_order_and_nothing_is_left_running(show: Path, number: int) -> None:
    with Playing(show) as playing:
        playing.until(lambda s: s["camera"]["live"], "a live camera")
        console = playing.console
        assert playing.end(number) == 0
        until(lambda: "ended after" in playing.printed, "the last line")
        assert "Traceback" not in playing.printed
        with pytest.raises(OSError):
            urllib.request.urlopen(console, timeout=5)


def test_what_it_started_ends_with_it_however_it_ends(show: Path) -> None:
    with Playing(show) as playing:
        playing.until(lambda s: s["camera"]["live"], "a live camera")
        assert playing.end(signal.SIGKILL) == -signal.SIGKILL


def test_it_ends_by_itself_after_its_duration(show: Path) -> None:
    with Playing(show, "--duration", "0.5") as playing:
        assert playing.process.wait(30) == 0
        until(lambda: "ended after" in playing.printed, "the last line")


def test_an_unknown_first_cue_is_told_and_nothing_is_left_running(show: Path) -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    ended = run("run", show, "--headless", "--cue", 77, "--osc-port", 0, "--console-port", 0, folder=show)
    assert (ended.code, 'no cue "77"' in ended.said) == (1, True)
    assert "Traceback" not in ended.said
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before


# -- in parts --------------------------------------------------------------------------------------------------------


def test_a_software_renderer_gets_a_canvas_that_it_can_move_unless_one_is_asked_for(show: Path) -> None:
    loaded = load_show(show)
    assert canvas_size(loaded, None, software=False) == (1920, 1080)
    assert canvas_size(loaded, None, software=True) == (960, 540)
    assert canvas_size(loaded, (4000, 30), software=True) == (4000, 30)


class Keys:
    """A window of which only the keys are looked at."""

    def __init__(self, *pressed: str) -> None:
        self.pressed, self.closed = pressed, False

    def keys(self) -> list[str]:
        return list(self.pressed)


@pytest.mark.gl
def test_every_key_does_what_it_says(device: Device, show: Path) -> None:
    stage = Stage(device, show)
    stage.play()
    projecting = stage.engine.projecting = Projecting(device, SiteFile(), stage.engine.size, None)
    stage.engine.outputs.append(projecting)
    for key in KEYS:
        listen(Keys(key), stage.engine)
        stage.play()
    assert not projecting.alignment.locked
    for key in align_verbs.KEYS:
        if key not in ("ESCAPE", "RETURN", "Y"):
            listen(Keys(key), stage.engine)
            stage.play()
    window = Keys("ESCAPE")
    listen(window, stage.engine)  # of the alignment, not of the show
    stage.play()
    assert projecting.alignment.locked and not window.closed
    listen(Keys("SPACE", "F13"), stage.engine)
    listen(window, stage.engine)  # once more, and it still means the alignment
    assert not window.closed
    stage.play(100)
    assert stage.problems() == []
    listen(window, stage.engine)
    assert window.closed
    projecting.close()
    stage.close()


@pytest.mark.gl
def test_a_bug_in_a_frame_is_told_once_and_the_show_goes_on(device: Device, show: Path) -> None:
    stage = Stage(device, show)

    def fails() -> None:
        raise RuntimeError("a bug")

    for _ in range(5):
        assert unharmed(stage.engine, fails) is None
    stage.play()
    assert sum("a bug" in problem for problem in stage.problems()) == 1
    assert unharmed(stage.engine, lambda value: value + 1, 1) == 2

    def counts(number: int) -> None:
        raise KeyError(number)

    logging.disable()
    for number in range(400):  # a night has two million frames
        unharmed(stage.engine, counts, number)
    logging.disable(logging.NOTSET)
    assert len(stage.engine.problems) <= MOST_PROBLEMS
    stage.close()


@pytest.mark.gl
def test_a_console_that_dies_is_started_again_at_the_same_address(device: Device, show: Path) -> None:
    stage = Stage(device, show)
    problems: list[object] = []
    site = SiteFile.model_validate({"console": {"port": 0}})
    console = Console(stage.engine, site, problems)  # type: ignore[arg-type]
    try:
        url = console.url

        def answers() -> bool:
            try:
                with urllib.request.urlopen(f"{url}status", timeout=5) as answer:
                    return "engine" in json.load(answer)  # this one takes no step, and so says no more
            except OSError:
                return False

        console.publish(FrameTime(0, 0.0, 0.0))
        until(answers, "the console")
        process = next(c for c in psutil.Process().children() if any("console.server" in w for w in c.cmdline()))
        process.kill()
        process.wait(10)
        console.publish(FrameTime(1, 1.0, 1.0))
        assert any("the console's process ended" in problem for problem in stage.problems())
        console.publish(FrameTime(2, 2.0, 1.0))
        assert not answers()
        console.publish(FrameTime(3, 7.0, 1.0))
        console.publish(FrameTime(4, 8.0, 1.0))
        assert console.url == url
        until(answers, "the console's return")
    finally:
        console.close()
        stage.close()


@pytest.mark.gl
def test_a_drag_that_cannot_be_is_one_problem_until_a_move_that_can(device: Device, show: Path) -> None:
    stage = Stage(device, show)
    projecting = stage.engine.projecting = Projecting(device, SiteFile(), stage.engine.size, None)
    stage.say("/align/begin")
    stage.say("/align/select", "1", "1", 0, 1)
    for step in range(8):
        stage.say("/align/to", -0.3 - step / 100, 0.7)
        stage.play()
    (problem,) = stage.problems()
    assert problem == "test: 1: this corner would fold the picture over\n    it stays where it could be last"
    stage.say("/align/to", 0.9, 0.1)
    stage.play()
    assert stage.problems() == []
    stage.say("/align/to", -0.3, 0.7)
    stage.play(2)
    assert len(stage.problems()) == 1
    stage.play(60)  # nobody drags any more
    assert stage.problems() == []
    projecting.close()
    stage.close()


@pytest.mark.gl
def test_the_status_is_in_the_log_once_a_minute(device: Device, show: Path, caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage(device, show)
    stage.play(3)
    caplog.set_level("INFO", "installation")
    journal = Journal(stage.engine)
    for second in range(125):
        journal.write(FrameTime(second, float(second), 1.0))
    assert len(caplog.messages) == 2
    assert "fps" in caplog.messages[0]
    assert "cue 1, scene One colour, reveal 0" in caplog.messages[0]
    stage.close()


@pytest.mark.gl
def test_a_canvas_of_any_shape_has_a_preview(device: Device, show: Path) -> None:
    from installation.outputs.monitor import Monitor

    for size in ((16, 4096), (4096, 16), (1080, 1920), (16, 16)):
        seen: list[tuple[int, ...]] = []
        monitor = Monitor(device, size, lambda picture, seen=seen: seen.append(picture.shape))  # type: ignore[misc]
        stage = Stage(device, show, size)
        stage.play()
        assert stage.canvas is not None
        monitor.show(stage.canvas, FrameTime(0, 0.0, 0.0))
        assert max(seen[0]) <= 480
        monitor.close()
        stage.close()
