"""The log of a night, and replays: the same frames to the byte, whatever was asked, sensed, edited or lost."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playing import run, until

from installation import __version__
from installation.clock import FrameTime
from installation.errors import OutputError
from installation.gpu.device import Device
from installation.inputs.heard import Heard
from installation.inputs.osc import OscReceiver, send
from installation.inputs.sense import Sense
from installation.logbook.book import Limits, Logbook
from installation.logbook.nights import find_night
from installation.logbook.opening import folder_for
from installation.logbook.records import Overlay
from installation.logbook.replay import LoggedCalibration, Replay
from installation.logbook.segments import drop_old, segments
from installation.logbook.telling import in_words
from installation.outputs.writers import writer_for
from installation.params import Param
from installation.render.late import Late
from installation.render.layers.media import Film
from installation.render.moment import Kit
from installation.scene.revisions import Revisions
from installation.show.access import EVERYTHING, Access
from installation.show.beats import Beats
from installation.show.clients import Clients
from shows import Stage, filled, write_show

pytestmark = pytest.mark.gl

GROWS = """/*{"INPUTS": [{"NAME": "mask", "TYPE": "image"}, {"NAME": "flow", "TYPE": "image"},
{"NAME": "speed", "TYPE": "float", "DEFAULT": 0.2, "MIN": 0.0, "MAX": 1.0}],
"PASSES": [{"TARGET": "kept", "PERSISTENT": true, "FLOAT": true}, {}]}*/
void main() {
  vec4 old = IMG_THIS_PIXEL(kept);
  vec4 seen = vec4(IMG_THIS_NORM_PIXEL(mask).r, abs(IMG_THIS_NORM_PIXEL(flow).rg), 1.0);
  gl_FragColor = PASSINDEX == 0 ? fract(old * 0.97 + seen * 0.1 + vec4(0.01, 0.02, 0.03, 0.0) * speed + DATE.w * 1e-4) :
    vec4(old.rgb, 1.0);
}
"""
ALIVE = """title: Alive
datasets: {people: data/people.csv}
tables: {people: {from: people}}
values: {much: "= mean(people.size) * 0.01"}
layers:
  - {name: body, kind: shader, shader: grows.fs, inputs: {mask: camera.mask, flow: camera.flow},
     params: {speed: "= presence * 0.5 + level * 0.3 + much + phase * 0.2"}}
"""
CUES = """cues:
  - {number: 1, scene: alive, fade: 0}
  - {number: 2, scene: red, fade: 1.5}
  - {number: 3, scene: alive, fade: 0.5, set: {/reveal/lens: 0.7}}
"""
SIZE = (48, 28)
LIMITS = Limits()
PEOPLE = "name,size\na,3\nb,5\n"


def show_in(folder: Path) -> Path:
    made = write_show(folder, {"alive": ALIVE, "red": filled("#c02010")}, CUES, {"grows.fs": GROWS})
    (made / "data").mkdir()
    (made / "data" / "people.csv").write_text(PEOPLE, "utf-8")
    return made


def somebody(number: int, seed: int = 5) -> Sense:
    chance = np.random.default_rng((seed, number))
    mask = np.zeros((18, 32), np.uint8)
    left = number % 20
    mask[3:15, left : left + 8] = chance.integers(120, 255, (12, 8))
    flow = np.zeros((18, 32, 2), np.float32)
    flow[3:15, left : left + 8] = chance.normal(0, 0.3, (12, 8, 2))
    bodies = np.zeros((16, 10), np.float32)
    bodies[1] = (7, (left + 4) / 32, 0.5, 0.25, 0.66, 0.1, 0.01, number / 10, 0, 0.9)
    presence = float(chance.random())
    return Sense(mask, flow, presence, 0.3, (0.4, 0.5), 1, number + 1, 0.0, "test", True, bodies)


class Ears:
    def __init__(self) -> None:
        self.heard = Heard.silence()

    def listen(self, wanted: bool) -> None: ...

    def sample(self, seconds: float) -> Heard:
        return self.heard

    def status(self) -> dict[str, object]:
        return {}


def logged(stage: Stage, folder: Path, limits: Limits = LIMITS, shapes: bool = True) -> Logbook:
    of_site = {"flash_guard": {}, "smoothing": {}}
    book = Logbook(folder, limits, shapes)
    return book.attach(stage.engine, version=__version__, cue=None, seed=stage.engine.seed, fps=10.0, site=of_site)


class Played:
    """A show that plays with a log: steps as a bad clock would, edits while it plays, and keeps each canvas."""

    def __init__(self, device: Device, place: Path, shapes: bool = True, limits: Limits = LIMITS) -> None:
        self.folder = show_in(place / "show")
        self.ears = Ears()
        self.stage = Stage(device, self.folder, SIZE, ears=self.ears, live=True, fps=0.5)
        self.engine = self.stage.engine
        self.book = logged(self.stage, place / "log", limits, shapes)
        self.revisions = Revisions(self.engine.show, lambda shader: ())
        self.chance = np.random.default_rng(11)
        self.seconds, self.index = 0.0, 0
        self.lag = 0.0
        self.canvases: dict[int, NDArray[np.uint8]] = {}

    def frame(self, jump: float = 0.0) -> None:
        delta = float(self.chance.uniform(0.01, 0.06)) + jump if self.index else 0.0
        self.seconds += delta
        date = (2026.0, 11.0, 23.0, 72000.0 + self.seconds + self.lag)
        self.canvases[self.index] = self.engine.step(FrameTime(self.index, self.seconds, delta, date)).read()
        self.index += 1

    def edit(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(text, "utf-8")
        before = self.revisions.show
        revision = self.revisions.look([path])
        assert revision is not None
        self.engine.revisions.put(replace(revision, files=self.book.keep(before, revision.show)))

    def night(self) -> None:
        """Everything that an evening can bring."""
        say, frame = self.stage.say, self.frame
        for number in range(70):
            if number % 2 == 0:
                self.stage.senses.sense = somebody(number)
            if number % 3 == 0:
                level = number / 100
                wave = Heard.silence()
                self.ears.heard = Heard(
                    wave.waveform, wave.spectrum, level, level / 3, 0.1234567, 0.0, 1.0, number, 0.0, "test", True
                )
            match number:
                case 8:
                    say("/go")
                case 12:
                    say("/reveal", 0.5, 1.0)
                case 15:
                    say("/scene/alive/body/speed", 0.9, 0.4)
                case 20:
                    self.edit("scenes/alive.yaml", ALIVE.replace("0.5", "0.8"))
                case 24:
                    say("/go", "3")
                case 30:
                    self.edit("shaders/grows.fs", GROWS.replace("0.97", "0.93"))
                case 36:
                    self.edit("data/people.csv", PEOPLE + "c,90\n")
                case 44:
                    say("/panic", 0.3)
                case 50:
                    say("/scene/alive/go", 0.2)
                case 55:
                    self.edit("scenes/alive.yaml", ALIVE)
            if number > 52:  # others share their tempo
                self.engine.beats = Beats(97.0 + number, 3, number / 7, self.seconds)
            frame(jump=0.2 if number == 40 else 0.0)
            if number % 4 != 1:
                self.engine.work(0.0)

    def close(self) -> None:
        self.book.close()
        self.revisions.close()
        self.stage.close()


Open = Callable[..., Played]


@pytest.fixture
def played(device: Device, tmp_path: Path) -> Iterator[Open]:
    opened: list[Played] = []

    def open_it(**more: object) -> Played:
        opened.append(Played(device, tmp_path / str(len(opened)), **more))  # type: ignore[arg-type]
        return opened[-1]

    yield open_it
    for one in opened:
        one.close()


def drawn(device: Device, log: Path, **more: object) -> tuple[dict[int, NDArray[np.uint8]], list[str]]:
    """Every canvas of a replay, and why it is not equal to the night."""
    with Replay(find_night(None, log), device, **more) as replay:  # type: ignore[arg-type]
        found = {}
        for taken in replay.frames():
            if (canvas := replay.play(taken)) is not None:
                found[taken.index] = canvas.read()
        return found, replay.unlike()


def test_a_whole_night_is_drawn_again_to_the_byte(device: Device, played: Open, tmp_path: Path) -> None:
    """Cues, keys, senses, edits of a scene, a shader and a table, a panic, a clock that jumps; the files edited since."""
    live = played()
    live.night()
    live.close()
    (live.folder / "scenes" / "alive.yaml").write_text(filled("#000000"), "utf-8")
    found, unlike = drawn(device, tmp_path / "0" / "log")
    assert found.keys() == live.canvases.keys()
    differ = [index for index, canvas in found.items() if (canvas != live.canvases[index]).any()]
    assert not differ
    assert not unlike
    assert len({canvas.tobytes() for canvas in found.values()}) > 60, "the night was dull"
    words = [line.split("  ")[1] for line in in_words(find_night(None, tmp_path / "0" / "log"), None, None)]
    assert [word for word in words if word.startswith("cue ")] == ["cue 1", "cue 2", "cue 3"]


def test_the_flight_of_a_command_over_the_network_is_replayed(device: Device, tmp_path: Path) -> None:
    """What OSC asks is logged as it was carried out, and a passcode nowhere."""
    with OscReceiver("127.0.0.1", 0) as network:
        folder = show_in(tmp_path / "show")
        stage = Stage(device, folder, SIZE, network=network, clients=Clients(Access({"opensesame": EVERYTHING})))
        book = logged(stage, tmp_path / "log")
        canvases = {}
        wanted = [("/connect", "opensesame"), ("/go/2", 0.2), ("/reveal/lens", 0.25), ("/connect", "wrongsesame")]
        wanted += [("/connect/opensesame",), ("/Connect", "opensesame")]  # slips of whoever means to connect
        for number in range(60):
            if number < len(wanted):
                send("127.0.0.1", network.port, wanted[number][0], *wanted[number][1:])
            canvases[number] = stage.play()
        until(lambda: network.counters["messages"] >= len(wanted), "the messages", 5.0)
        canvases[60] = stage.play()
        assert not any("sesame" in str(problem) for problem in stage.engine.refused)
        book.close()
        stage.close()
    found, _ = drawn(device, tmp_path / "log")
    assert all((found[number] == canvas).all() for number, canvas in canvases.items())
    text = gzip.decompress(next((tmp_path / "log").glob("*.gz")).read_bytes()).decode()
    assert "/connect" in text and "/reveal/lens" in text and "sesame" not in text
    words = list(in_words(find_night(None, tmp_path / "log"), None, None))
    assert any("/go/2 0.2  [osc 127.0.0.1]" in line for line in words)  # as 32 bits it was 0.20000000298


def test_without_shapes_the_log_has_numbers_and_a_replay_plain_figures(
    device: Device, played: Open, tmp_path: Path
) -> None:
    live = played(shapes=False)
    live.night()
    live.close()
    text = gzip.decompress(next((tmp_path / "0" / "log").glob("*.gz")).read_bytes())
    assert b'"mask"' not in text and b'"flow"' not in text and b'"who"' in text
    found, unlike = drawn(device, tmp_path / "0" / "log")
    assert found.keys() == live.canvases.keys()
    assert any("plain figures" in why for why in unlike)
    for index, canvas in live.canvases.items():
        assert np.abs(found[index].mean((0, 1)) - canvas.mean((0, 1))).max() < 70


def test_a_replay_at_another_size_goes_through_the_same_cues(device: Device, played: Open, tmp_path: Path) -> None:
    live = played()
    live.night()
    live.close()
    found, unlike = drawn(device, tmp_path / "0" / "log", size=(96, 56))
    assert all(canvas.shape == (56, 96, 4) for canvas in found.values())
    assert "it is drawn at another size" in unlike
    for index, canvas in live.canvases.items():
        assert np.abs(found[index].mean((0, 1)) - canvas.mean((0, 1))).max() < 12


def test_segments_follow_one_another_and_the_oldest_go(device: Device, played: Open, tmp_path: Path) -> None:
    live = played(limits=Limits(segment=1, seconds=1e9))
    live.book._worker.stop()
    until(lambda: not live.book._worker.alive, "the thread's end")
    for _ in range(4):
        live.frame()
        live.stage.senses.sense = somebody(live.index)
        live.book._drain()
    live.stage.say("/go", "2", 0.0)
    live.frame()
    live.close()
    kept = segments(tmp_path / "0" / "log")
    assert [one.part for one in kept] == [1, 2, 3, 4, 5]
    found, unlike = drawn(device, tmp_path / "0" / "log")
    assert not unlike and all((found[index] == canvas).all() for index, canvas in live.canvases.items())
    for one in kept[:4]:
        one.path.unlink()
    found, unlike = drawn(device, tmp_path / "0" / "log")
    assert any("the beginning of that night is gone" in why for why in unlike)
    assert (found[4] == live.canvases[4]).all(), "it goes on from how things stood"


def test_old_nights_go_by_age_and_by_size(tmp_path: Path) -> None:
    for night in range(1, 6):
        (tmp_path / f"2026-11-0{night}_200000-0001.jsonl.gz").write_bytes(b"x" * 1000)
    (tmp_path / "mine.txt").write_text("stays", "utf-8")
    os.utime(tmp_path / "2026-11-01_200000-0001.jsonl.gz", (1000.0, 1000.0))
    current = tmp_path / "2026-11-05_200000-0001.jsonl.gz"
    gone = drop_old(tmp_path, 2500, 2000.0, current)
    assert [path.name[:10] for path in gone] == ["2026-11-01", "2026-11-02", "2026-11-03"]
    assert current.exists() and (tmp_path / "mine.txt").exists()


def test_what_a_wrong_clock_has_dated_ahead_goes_before_tonight(tmp_path: Path) -> None:
    for night in (
        "2026-11-03_200000-0001",
        "2026-11-05_200000-0001",
        "2026-11-05_200000-0002",
        "2031-01-01_000000-0001",
    ):
        (tmp_path / f"{night}.jsonl.gz").write_bytes(b"x" * 1000)
    gone = drop_old(tmp_path, 2500, 2000.0, tmp_path / "2026-11-05_200000-0002.jsonl.gz")
    assert [path.name[:10] for path in gone] == ["2031-01-01", "2026-11-03"]


def test_a_replay_has_no_lights_and_does_not_complain_of_it(device: Device, played: Open, tmp_path: Path) -> None:
    live = played()
    live.engine.params.add("/lights/front", Param("front"))
    live.edit("show.yaml", CUES.replace("{/reveal/lens: 0.7}", "{/lights/front: 0.7}, add: {/lights/front: 0.1}"))
    live.frame()
    live.stage.say("/lights/front", 0.5)
    live.frame()
    live.stage.say("/go", "3")
    live.frame()
    assert not live.engine.refused
    live.close()
    with Replay(find_night(None, tmp_path / "0" / "log"), device) as replay:
        assert sum(replay.play(taken) is not None for taken in replay.frames()) == 3
        assert replay.engine.refused == []
        assert replay.engine.problems == []


def test_a_frame_of_no_time_that_a_night_has_ends_a_film_in_words(device: Device, played: Open, tmp_path: Path) -> None:
    live = played()
    live.frame()
    live.frame(jump=1e12)
    live.close()
    log = ("--folder", tmp_path / "0" / "log")
    ended = run("replay", *log, "--out", tmp_path / "x.mp4", folder=tmp_path)
    assert ended.code == 1
    assert "frame 1 of the log is 1e+12 seconds after the one before it" in ended.said


def test_a_full_disk_costs_the_log_and_no_frame(
    device: Device, played: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = played()
    live.frame()
    live.book._drain()
    whole = next((tmp_path / "0" / "log").glob("*.gz")).stat().st_size

    def full(file: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("installation.logbook.segments.os.write", full)
        live.stage.say("/go", "2", 0.0)
        for _ in range(5):
            live.frame()
        live.book._drain()
        assert next((tmp_path / "0" / "log").glob("*.gz")).stat().st_size == whole
        told = live.engine.status()
        assert told["log"]["lost"] == 5  # type: ignore[index]
        assert any("No space left" in problem["message"] for problem in told["problems"])  # type: ignore[union-attr]
    live.frame()
    live.close()
    assert not live.book.problems
    found, unlike = drawn(device, tmp_path / "0" / "log")
    assert "5 frames are missing from the log" in unlike
    assert sorted(found) == [0, 6]
    assert (found[6] == live.canvases[6]).all(), "what was asked meanwhile is not lost"


def test_a_fault_of_the_log_costs_what_it_was_writing_and_not_the_night(
    device: Device, played: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = played()
    live.frame()
    live.book._drain()

    def fault(taken: object, shapes: bool) -> dict[str, object]:
        raise ZeroDivisionError("of a test")

    with monkeypatch.context() as patched:
        patched.setattr("installation.logbook.records.frame", fault)
        live.frame()
        until(lambda: live.book.problem is not None, "the fault to be told")
        assert "ZeroDivisionError" in live.book.problems[0].message
    live.frame()
    until(lambda: live.book.problem is None, "the log to be written again")
    live.close()
    found, unlike = drawn(device, tmp_path / "0" / "log")
    assert sorted(found) == [0, 2] and "1 frames are missing from the log" in unlike


def test_a_segment_that_can_not_be_begun_is_told_once(
    device: Device, played: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    live = played(limits=Limits(segment=1, seconds=1e9))
    live.book._worker.stop()
    until(lambda: not live.book._worker.alive, "the thread's end")
    live.frame()
    live.book._drain()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("installation.logbook.segments.os.open", _denied)
        for _ in range(4):
            live.frame()
            live.book._drain()
    assert sum("no new segment" in record.message for record in caplog.records) == 1
    shutil.rmtree(tmp_path / "0" / "log")
    live.frame()
    live.book._drain()
    assert [one.part for one in segments(tmp_path / "0" / "log")] == [2]


def _denied(*_: object) -> int:
    raise OSError(13, "Permission denied")


def test_a_thread_that_falls_behind_loses_frames_and_no_command(device: Device, played: Open, tmp_path: Path) -> None:
    live = played()
    live.book._queue._limit = 3
    live.book._worker.stop()
    until(lambda: not live.book._worker.alive, "the thread's end")
    for number in range(8):
        if number == 5:
            live.stage.say("/go", "2", 0.0)
        live.frame()
    lost = live.book.lost
    live.book._drain()
    live.frame()
    live.close()
    assert lost > 0
    found, unlike = drawn(device, tmp_path / "0" / "log")
    assert f"{lost} frames are missing from the log" in unlike
    assert (found[8] == live.canvases[8]).all()


def test_the_log_is_never_kept_in_the_shows_own_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="own folder"):
        folder_for(str(tmp_path / "show" / "log"), tmp_path / "show")


class Shown(LoggedCalibration):
    """A calibration that is on the wall when a test says so."""

    @property
    def drawn(self) -> Overlay | None:
        return self.now

    def status(self) -> dict[str, object]:
        return {}


def test_what_a_calibration_puts_on_the_wall_is_replayed(device: Device, tmp_path: Path) -> None:
    stage = Stage(device, show_in(tmp_path / "show"), SIZE)
    book = logged(stage, tmp_path / "log")
    wall = stage.engine.wall
    kit = Kit(device, wall.screen, SIZE, tmp_path, 0, False, {}, {})
    stage.engine.calibration = wall.overlay = Shown(kit)
    canvases = {}
    for number in range(9):
        wall.overlay.now = ("markers", number / 8, 0.0, (0.5, 0.5, 0.2, 0.2)) if 3 <= number < 7 else None
        stage.engine.sensing.calibrate(number == 5)
        canvases[number] = stage.play()
    book.close()
    stage.close()
    found, unlike = drawn(device, tmp_path / "log")
    assert not unlike and all((found[number] == canvas).all() for number, canvas in canvases.items())
    assert (canvases[6] != canvases[2]).any()


def test_a_film_that_was_behind_shows_the_same_pictures_again(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with writer_for(path, 32, 18, 25.0) as writer:
        for number in range(50):
            writer.write(np.full((18, 32, 4), number * 5, np.uint8))
    late = Late()
    live = Film(path, True, True, "film", late)
    shown, told = [], []
    for number in range(120):
        if number == 60:
            until(lambda: live._ahead.full(), "pictures")
        shown.append(live.at(number / 30))
        told.append(late.take())
    live.close()
    again = Film(path, True, False, "film", late)
    for number, (before, given) in enumerate(zip(shown, told, strict=True)):
        late.give(given)
        now = again.at(number / 30)
        assert (before is None) == (now is None), number
        assert before is None or now is None or (before == now).all(), number
    again.close()
    assert any(told), "it was never behind"
