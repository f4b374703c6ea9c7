"""Gear plugged into a show that plays: knobs, timecode, lights and a desk reach the engine, and what is absent is told."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import midi_stand
import pytest
from pjlink_stand import StandIn
from playing import until
from test_timecode import quarters

from installation import patchbay
from installation.clock import FrameTime
from installation.errors import SceneError
from installation.gear import artnet, midi
from installation.gear.midi_wire import RATES
from installation.gpu.device import Device
from installation.outputs.colours import Colours
from installation.patchbay import Patchbay
from installation.scene.load import load_site
from shows import Stage, filled, write_show

KNOBS = "nanoKONTROL2 20:0"


class Room:
    """A show that plays with a site's gear."""

    def __init__(self, device: Device, folder: Path, site: str, cues: str = "cues: []", opacity: str = "1") -> None:
        scene = filled("#ff8000").replace("shader: fill.fs", f"shader: fill.fs, opacity: = {opacity}")
        self.stage = Stage(device, write_show(folder / "show", {"one": scene}, cues))
        (folder / "hall.yaml").write_text(site, "utf-8")
        self.engine = self.stage.engine
        self.gear = Patchbay(self.engine, load_site(folder / "hall.yaml"), folder / "hall.yaml")

    def play(self, frames: int = 1) -> int:
        """Plays so many frames; gives how red the last one is."""
        picture = 0
        for _ in range(frames):
            index = self.engine.time[1]
            self.gear.take(FrameTime(index + 1, self.engine.time[0], 0.1))
            picture = int(self.stage.play()[0, 0, 0])
        return picture

    def until(self, so: Callable[[], object], what: str) -> None:
        def found() -> object:
            self.play()
            return so()

        until(found, what)

    def value(self, address: str) -> object:
        return self.engine.params[address].value

    def close(self) -> None:
        self.gear.close()
        self.stage.close()


@pytest.fixture
def room(device: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Room]]:
    monkeypatch.setenv("MIDO_BACKEND", "midi_stand")
    monkeypatch.setattr(midi, "LOOK", 0.05)
    midi_stand.clear()
    made: list[Room] = []

    def open_it(site: str, cues: str = "cues: []", opacity: str = "1") -> Room:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Room(device, folder, site, cues, opacity))
        return made[-1]

    yield open_it
    for one in made:
        one.close()
    midi_stand.clear()


@pytest.mark.gl
def test_a_knob_is_learned_over_osc_kept_and_moves_its_parameter(room: Callable[..., Room], tmp_path: Path) -> None:
    midi_stand.plug(KNOBS)
    hall = room("midi: {in: {knobs: nanokontrol}, map: [{note: 36, to: /go}]}", "cues: [{number: 1}, {number: 2}]")
    hall.until(lambda: KNOBS in midi_stand.opened, "the knobs")
    hall.stage.say("/midi/learn", "/reveal/lens")
    hall.play()
    assert hall.engine.status()["gear"]["midi"]["learning"] == "/reveal/lens"  # type: ignore[index]
    midi_stand.move(KNOBS, 0xB2, 7, 120)
    hall.until(lambda: hall.gear.hands.learned, "it to be learned")
    midi_stand.move(KNOBS, 0xB2, 7, 127)  # where the value is: the knob takes it
    hall.play()
    midi_stand.move(KNOBS, 0xB2, 7, 0)
    hall.play()
    lens = hall.engine.params["/reveal/lens"]
    assert (lens.value, lens.owner) == (0.0, "midi")
    before = hall.engine.cues.current
    midi_stand.move(KNOBS, 0x90, 36, 1)
    hall.play(2)
    assert hall.engine.cues.current != before
    path = tmp_path / "0" / "hall.midi.json"
    until(path.exists, "what was learned to be kept")
    assert json.loads(path.read_text())["learned"][0]["to"] == "/reveal/lens"
    hall.stage.say("/midi/forget", "/nothing")
    hall.stage.say("/midi/learn", "/one/where")
    hall.play()
    assert any("nothing is learned for /nothing" in problem for problem in hall.stage.problems())


@pytest.mark.gl
def test_what_can_not_be_learned_is_refused_with_why_and_what_nobody_moves_ends_with_a_word(
    room: Callable[..., Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = room("midi: {in: {knobs: nanokontrol}}", "cues: [{number: 1}]")

    def told(address: str) -> str:
        hall.engine.complaints.forget_refused()
        hall.stage.say("/midi/learn", address)
        hall.play()
        return " ".join(f"{problem.message} {problem.hint}" for problem in hall.engine.refused)

    hall.until(lambda: hall.gear.problems, "a look for ports")
    assert 'no input is there (knobs: no port is called "nanokontrol"' in told("/go") and "list midi" in told("/go")
    midi_stand.plug(KNOBS)
    hall.until(lambda: KNOBS in midi_stand.opened, "the knobs")
    hall.play()
    assert 'did you mean "/reveal/lens"' in told("/reveal/lense")
    assert "no address /nonsense" in told("/nonsense")
    for wrong in (
        "/cue/9/start",
        "/cue/1/nothing",
        "/scene/nowhere/go",
        "/under/nowhere",
        "/status",
        "/output/left/power",
    ):
        assert f"no address {wrong}" in told(wrong)
    for right in ("/go", "/reveal", "/reveal/lens", "/cue/1/start", "/go/1", "/scene/one/go", "/scene/one/fill/opacity",
                  "/panic", "/playhead/next", "/faults/none", "/calibrate/check"):  # fmt: skip
        assert told(right) == "" and hall.gear.hands.learning is not None
    monkeypatch.setattr(hall.gear.hands.learning, "until", 0.0)
    hall.engine.complaints.forget_refused()
    hall.play()
    assert "nothing was moved for /calibrate/check" in str(hall.engine.refused[0])
    assert hall.gear.hands.learning is None


@pytest.mark.gl
def test_an_absent_port_is_told_and_the_show_plays(room: Callable[..., Room]) -> None:
    hall = room(
        "midi: {in: {knobs: none-such}, out: {synth: none-such}}",
        "cues: [{number: 1}, {number: 2, midi: [{note: 60}]}, {number: 3, midi: [{to: lamp, note: 1}]}]",
    )
    hall.until(lambda: hall.gear.problems, "it to be told")
    told = hall.engine.status()
    assert any('no port is called "none-such"' in str(one) for one in told["problems"])  # type: ignore[attr-defined]
    assert "no output of MIDI is called" in str(told["cue"])
    hall.play(2)
    hall.stage.say("/go")
    hall.play(2)
    assert any("synth isn't there" in problem for problem in hall.stage.problems())


@pytest.mark.gl
def test_a_cue_plays_a_note_and_timecode_plays_a_cue(
    room: Callable[..., Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    midi_stand.plug(KNOBS)
    hall = room(
        "midi: {in: {deck: nano}, out: {synth: nano}}\ntimecode: {from: deck}",
        'cues: [{number: 1}, {number: 2, midi: [{note: 60, value: 5}], trigger: {timecode: "01:00:00:10"}}]',
    )
    hall.until(
        lambda: hall.gear._midi and hall.gear._midi.outputs["synth"].link and KNOBS in midi_stand.opened, "ports"
    )
    clock = [midi.now()]
    for module in (midi, patchbay):
        monkeypatch.setattr(module, "now", lambda: clock[0])
    for one in quarters(RATES[1], 90_000, 40):
        clock[0] += 0.01
        midi_stand.move(KNOBS, 0xF1, one.piece << 4 | one.bits)
        hall.play()
    hall.until(lambda: midi_stand.sent, "the note")
    assert midi_stand.sent == [(KNOBS, b"\x90\x3c\x05")]
    assert hall.engine.status()["gear"]["timecode"]["at"].startswith("01:00:0")  # type: ignore[index]


@pytest.mark.gl
def test_lights_show_the_canvas_their_dimmers_and_a_blackout(room: Callable[..., Room]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as node:
        node.bind(("127.0.0.1", 0))
        node.settimeout(5.0)
        port = node.getsockname()[1]
        hall = room(
            f"lights: {{universes: {{stage: {{protocol: artnet, universe: 0, host: 127.0.0.1, port: {port}}}}}, "
            "fixtures: {wash: {universe: stage, channel: 1, canvas: [0, 0, 1, 1], gamma: 1, end: 0.4}, "
            "lens: {universe: stage, channel: 5, from: /reveal/lens}, house: {universe: stage, channel: 6}, "
            "wrong: {universe: stage, channel: 7, from: /reveal/lense}}}"
        )
        assert [problem.message for problem in hall.gear.problems] == [
            "lights: wrong: there is no parameter /reveal/lense"
        ]

        def levels() -> list[int]:
            node.setblocking(False)
            last = b""
            try:
                while True:
                    last = node.recv(600)
            except BlockingIOError:
                said = artnet.read(last)
            return list(said[2][:6]) if said else []

        def becomes(*wanted: int) -> None:
            def so() -> bool:
                found = levels()
                return bool(found) and all(abs(a - b) <= 1 for a, b in zip(found, wanted, strict=True))

            hall.until(so, f"levels {wanted}")

        becomes(255, 128, 0, 0, 255, 0)
        hall.stage.say("/lights/wash", 0.5)
        hall.stage.say("/lights/house", 1)
        becomes(128, 64, 0, 0, 255, 255)
        hall.stage.say("/panic")  # the wall goes to rest; lamps go with it, or stay
        becomes(128, 64, 0, 0, 255, 255)
        hall.stage.say("/lights/level", 0)
        becomes(0, 0, 0, 0, 0, 0)
        hall.gear.close()
        assert levels() == [102, 102, 102, 0, 0, 0]  # what they are left at


@pytest.mark.gl
def test_a_desks_fader_is_a_performers_hand(room: Callable[..., Room]) -> None:
    hall = room(
        "lights: {host: 127.0.0.1, in: {desk: {protocol: artnet, universe: 2, allow: [127.0.0.1], "
        "channels: {1: /reveal/lens, 2: /go, 3: /reveal}}}}",
        "cues: [{number: 1}, {number: 2}]",
    )
    assert hall.gear._desk is not None
    if hall.gear._desk.problems:
        pytest.skip("somebody has Art-Net's port here")
    before = hall.engine.cues.current
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as desk:

        def slide(*levels: int) -> None:
            desk.sendto(artnet.written(2, bytes(levels), 0), ("127.0.0.1", artnet.PORT))

        slide(10, 0, 0)
        hall.until(lambda: hall.engine.status()["gear"]["desk"]["universes"]["artnet 2"]["packets"], "a packet")  # type: ignore[index]
        hall.play(2)
        assert hall.value("/reveal/lens") == 1.0  # it is only there
        slide(51, 255, 128)
        hall.until(lambda: hall.value("/reveal/lens") != 1.0, "it to move")
        hall.play(2)
        lens = hall.engine.params["/reveal/lens"]
        assert lens.value == pytest.approx(0.2) and lens.owner == "dmx"
        assert hall.engine.cues.current != before
        assert hall.engine.reveal_state.level == pytest.approx(128 / 255)


@pytest.mark.gl
def test_a_desks_button_that_is_down_for_less_than_a_frame_is_pressed(room: Callable[..., Room]) -> None:
    desk = "{protocol: artnet, universe: 2, allow: [127.0.0.1], channels: {1: /go}}"
    hall = room(f"lights: {{host: 127.0.0.1, in: {{desk: {desk}}}}}", "cues: [{number: 1}, {number: 2}]")
    (universe,) = hall.gear._desk.heard.values()  # type: ignore[union-attr]
    hall.play(30)  # the GO that opened the show is long ago
    for level in (0, 0, 255, 0):
        assert universe.take("127.0.0.1", 0, 0, bytes((level, 0))) == ""
    hall.play(2)
    assert hall.engine.cues.current is not None and hall.engine.cues.current.number == "2"


@pytest.mark.gl
def test_colours_come_back_small_whatever_the_canvas_and_are_freed(device: Device) -> None:
    from installation.gpu.textures import Target

    colours = Colours(device)
    for width, height in ((640, 360), (20, 700)):
        canvas = Target(device, width, height, "rgba8")
        canvas.bind()
        device.clear(1.0, 0.5, 0.0, 1.0)

        def come(canvas: Target = canvas) -> bool:
            colours.ask(canvas)
            device.finish()
            colours.look()
            return colours.picture is not None

        until(come, "a picture")
        assert colours.picture is not None and colours.picture.shape[1] <= 128
        assert tuple(colours.picture[0, 0]) == (255, 128, 0, 255)
        canvas.close()
        colours.picture = None
    colours.close()


@pytest.mark.gl
def test_the_sites_tempo_is_in_expressions_and_in_the_status(room: Callable[..., Room]) -> None:
    hall = room("tempo: {bpm: 90, beats: 3}", opacity="phase")
    pictures = {hall.play() for _ in range(9)}
    assert len(pictures) > 5  # it moves
    signals = hall.engine.signals()
    assert signals["tempo"] == 90.0 and signals["beat"] == pytest.approx(hall.engine.time[0] * 1.5)
    assert signals["phase"] == pytest.approx(signals["beat"] / 3 % 1)
    assert hall.engine.status()["tempo"]["bpm"] == 90.0  # type: ignore[index]
    assert hall.gear.status() == {} and hall.gear.problems == []


def test_every_mistake_of_a_site_is_told_at_its_place(tmp_path: Path) -> None:
    (tmp_path / "hall.yaml").write_text(
        """midi:
  in: {knobs: nano}
  map:
    - {from: nobs, control: 7, to: /reveal/lens}
    - {control: 7, note: 1, to: /go}
    - {control: 40, to: /go, way: fine}
timecode: {from: deck}
lights:
  universes: {stage: {protocol: artnet, universe: 0}, foyer: {protocol: sacn, universe: 0}}
  fixtures:
    one: {universe: stag, channel: 1, channels: rgbq}
    two: {universe: foyer, channel: 511, canvas: [0, 0, 2, 1], from: /reveal/lens}
    three: {universe: foyer, channel: 512, end: dark}
  in: {desk: {protocol: sacn, universe: 1, allow: [], channels: {0: /go, 1: go}}}
""",
        "utf-8",
    )
    with pytest.raises(SceneError) as caught:
        load_site(tmp_path / "hall.yaml")
    told = {
        (problem.where.line, problem.where.column): problem.message
        for problem in caught.value.problems
        if problem.where
    }
    assert told[4, 14] == 'no input is called "nobs"'
    assert "one of note, control, pitch and program" in told[5, 7]
    assert "a fine controller is one of 0 to 31" in told[6, 35]
    assert told[7, 18] == 'no MIDI input is called "deck"'
    assert "Art-Net needs a host" in told[9, 22]
    assert "1 to 63999" in told[9, 89]
    for part in (
        "expected a parameter's address or a verb",
        "a letter for each channel",
        "go beyond 512",
        "a fixture follows one thing",
        "a level from 0 to 1, or hold",
        "a number from 1 to 512",
    ):
        assert part in str(caught.value)


def test_one_universe_under_two_names_is_told(tmp_path: Path) -> None:
    (tmp_path / "hall.yaml").write_text(
        """lights:
  universes:
    a: {protocol: sacn, universe: 1}
    b: {protocol: sacn, universe: 1}
    c: {protocol: sacn, universe: 1, host: 10.0.0.9}
  in:
    desk: {protocol: artnet, universe: 0, allow: [10.0.0.2], channels: {1: /go}}
    wing: {protocol: artnet, universe: 0, allow: [10.0.0.2], channels: {2: /panic}}
""",
        "utf-8",
    )
    with pytest.raises(SceneError) as caught:
        load_site(tmp_path / "hall.yaml")
    told = [problem.message for problem in caught.value.problems]
    assert told == ['universe 1 is "a" already', 'universe 0 is "desk" already']


@pytest.mark.gl
def test_a_fault_in_the_lights_leaves_them_on_and_one_that_ends_a_thread_is_told(
    room: Callable[..., Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    node = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    node.bind(("127.0.0.1", 0))
    node.settimeout(5.0)
    hall = room(
        "midi: {in: {knobs: nanokontrol}}\n"
        f"lights: {{universes: {{a: {{protocol: artnet, universe: 0, host: 127.0.0.1, port: {node.getsockname()[1]}}}}}, "
        "fixtures: {house: {universe: a, channel: 1, end: hold}}}"
    )

    def told() -> str:
        return str(hall.engine.status()["problems"])

    hall.engine.params.set("/lights/house", 1.0, "test")
    levels = b""
    while not levels.startswith(b"\xff"):
        hall.play()
        levels = artnet.read(node.recv(1024))[2]  # type: ignore[index]

    def fault(*_: object) -> bytes:
        raise ZeroDivisionError("of a test")

    monkeypatch.setattr("installation.gear.lights.levels", fault)
    hall.until(lambda: "they stay as they are" in told(), "the fault to be told")
    node.settimeout(0.0)
    with pytest.raises(BlockingIOError):
        while node.recv(1024):
            pass
    node.settimeout(5.0)
    assert artnet.read(node.recv(1024))[2][0] == 255, "sent on"  # type: ignore[index]
    monkeypatch.setattr("installation.gear.midi.Midi._tell", fault)
    hall.until(lambda: "a fault has ended MIDI: ZeroDivisionError" in told(), "the end of the thread to be told")
    node.close()


def test_projectors_are_switched_by_their_outputs_names_and_told_in_the_status(room: Callable[..., Room]) -> None:
    left, right = StandIn(), StandIn()
    left.errors = "020000"
    text = ", ".join(
        f"{{name: {name}, pjlink: {{host: 127.0.0.1, port: {one.port}}}}}"
        for name, one in (("left", left), ("right", right))
    )
    hall = room(f"outputs: [{text}]")

    def told() -> Any:
        return hall.engine.status()["gear"]

    hall.stage.say("/output/l*/power", "on")
    hall.until(lambda: told()["projectors"]["left"]["power"] == "warming", "it to be switched on")
    hall.until(lambda: told()["projectors"]["right"]["power"] == "off", "the other to answer")
    assert "projector left: lamp fault" in str(hall.engine.status()["problems"])
    hall.stage.say("/output/middle/power", "on")
    hall.play()
    assert "there are left, right" in str(hall.engine.refused)
    hall.close()
    left.close()
    right.close()
