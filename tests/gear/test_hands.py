"""Knobs take over softly, pads do verbs, faders move only when moved; what is learned is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.errors import CommandError
from installation.gear import mappings
from installation.gear.hands import LISTEN, PATIENCE, Fader, Hands, way_of
from installation.gear.mappings import Mapping
from installation.gear.midi_wire import Gesture
from installation.param_tree import ParamTree
from installation.params import Param


class Board:
    """A tree of parameters, and hands whose commands are carried out at the end of each frame."""

    def __init__(self, *written: Mapping) -> None:
        self.params = ParamTree()
        for name, kind, more in (
            ("glow", "float", {"low": 0.0, "high": 10.0}),
            ("on", "bool", {}),
            ("hit", "event", {}),
            ("kind", "long", {"values": (0, 4, 9)}),
            ("where", "point2D", {"default": (0.0, 0.0)}),
            ("words", "text", {"default": ""}),
        ):
            more.setdefault("default", 0)
            self.params.add(f"/{name}", Param(name, kind, **more))  # type: ignore[arg-type]
        self.hands = Hands(written)
        self.now = 0.0

    def move(self, *values: int, kind: Any = "control", number: int = 7, port: str = "knobs") -> list[tuple[str, Any]]:
        """Moves something in one frame."""
        self.hands.frame += 1
        found = []
        for value in values:
            self.now += 0.01
            gesture = Gesture(kind, 1, number, value)
            found += self.hands.move(self.params.find, port, gesture, self.now)
        for address, args in found:
            parameter = self.params.find(address)
            if parameter is not None:
                self.params.set(address, args[0], "midi")
        return found

    def learn(self, to: str, *args: object) -> None:
        self.hands.learn(self.params.find, to, args, self.now)

    def wait(self, seconds: float = LISTEN) -> None:
        self.now += seconds
        self.hands.settle(self.now)

    def glow(self) -> float:
        return float(self.params["/glow"].value)  # type: ignore[arg-type]


KNOB = Mapping("control", 7, "/glow")


def test_a_knob_takes_over_only_where_the_value_is() -> None:
    board = Board(KNOB)
    board.params.set("/glow", 5.0, "cue 1")
    assert board.move(10, 30, 50) == []
    assert board.glow() == 5.0
    board.move(70)  # it has passed the value
    assert board.glow() == pytest.approx(10 * 70 / 127)
    board.move(80, 90, 127)  # several in one frame, before the engine has carried any out
    assert board.glow() == 10.0


def test_a_knob_lets_go_when_a_cue_moves_the_value() -> None:
    board = Board(KNOB)
    board.move(0, 64)
    board.params.set("/glow", 1.0, "cue 2")
    assert board.move(66) == [] and board.glow() == 1.0
    board.move(10)
    assert board.glow() == pytest.approx(10 * 10 / 127)


def test_a_knob_turns_a_switch_without_jumping_and_leaves_scenes_alone_that_are_not_there() -> None:
    board = Board(Mapping("control", 7, "/on"), Mapping("control", 8, "/scene/gone/fill/opacity"))
    assert board.move(20) == [("/on", (False,))] and board.move(90) == [("/on", (True,))]
    board.params.set("/on", False, "cue 1")
    assert board.move(100) == [] and board.params["/on"].value is False
    assert board.move(0, 127, number=8) == []


def test_a_fine_knob_counts_both_halves() -> None:
    board = Board(Mapping("control", 7, "/glow", way="fine"))
    board.move(0)
    board.move(0, number=39)
    board.move(64)
    board.move(1, number=39)
    assert board.glow() == pytest.approx(10 * (64 << 7 | 1) / 16383)


def test_an_endless_knob_adds_steps() -> None:
    for way, up, down in (("twos", 1, 127), ("offset", 65, 63)):
        board = Board(Mapping("control", 7, "/glow", way=way))  # type: ignore[arg-type]
        ((address, (step,)),) = board.move(up)
        assert (address, step) == ("/glow/+", pytest.approx(10 / 127))
        assert board.move(down)[0][1][0] == pytest.approx(-10 / 127)


def test_pads_do_what_their_parameter_means_and_releases_nothing() -> None:
    board = Board(*(Mapping("note", i, to) for i, to in enumerate(("/go", "/on", "/hit", "/kind", "/glow"))))
    said = [board.move(100, 0, kind="note", number=i) for i in range(5)]
    assert said[:4] == [[("/go", ())], [("/on/toggle", ())], [("/hit", (True,))], [("/kind/+", (1,))]]
    assert board.glow() == pytest.approx(10 * 100 / 127)


def test_a_knob_that_does_a_verb_presses_it_once_until_it_is_let_go() -> None:
    board = Board(Mapping("control", 7, "/panic", args=(3.0,)))
    assert board.move(127, 127, 60, 70) == [("/panic", (3.0,))]
    assert board.move(0, 127) == [("/panic", (3.0,))]


def test_a_mapping_hears_only_its_own_port_and_channel() -> None:
    board = Board(Mapping("note", 1, "/go", port="pads"))
    assert board.move(9, kind="note", number=1, port="keys") == [] and board.hands.unmapped == 1
    assert board.move(9, kind="note", number=1, port="pads") == [("/go", ())]


def test_a_pad_is_learned_at_once_and_a_knob_after_a_moment() -> None:
    board = Board()
    board.learn("/go")
    assert board.move(0, 99, kind="note", number=40) == []  # the one that learns does nothing yet
    assert board.move(99, kind="note", number=40) == [("/go", ())]
    board.learn("/glow")
    board.move(3, 4, 5)
    assert board.hands.learning is not None
    board.wait()
    assert [(one.to, one.way) for one in board.hands.learned] == [("/go", "absolute"), ("/glow", "absolute")]


def test_learning_finds_fine_and_endless_knobs_out() -> None:
    assert (way_of((1, 1, 2, 127)), way_of((65, 65, 63)), way_of((1, 2, 3)), way_of((64, 64))) == (
        "twos", "offset", "absolute", "absolute",
    )  # fmt: skip
    board = Board()
    board.learn("/glow")
    board.move(9, number=39)  # the halves may come in any order
    board.move(64)
    board.wait()
    (one,) = board.hands.learned
    assert (one.number, one.way, one.port, one.channel) == (7, "fine", "knobs", 1)


def test_the_same_knob_learned_anew_is_moved_over_and_an_address_forgotten() -> None:
    board = Board(KNOB)
    board.learn("/on")
    board.move(1, 2)
    board.wait()
    board.learn("/hit")
    board.move(1, 2)
    board.wait()
    assert [one.to for one in board.hands.learned] == ["/hit"]
    assert board.hands.forget("/hit") == 1 and board.hands.forget("/hit") == 0 and board.hands.learned == ()


def test_a_pad_that_is_learned_no_longer_does_what_the_file_says_of_it() -> None:
    board = Board(Mapping("note", 36, "/go"))  # on any port, any channel
    board.learn("/cue/5/start")
    board.move(99, kind="note", number=36)
    assert board.move(99, kind="note", number=36) == [("/cue/5/start", ())]
    assert board.move(99, kind="note", number=36, port="other") == [("/go", ())]
    board.hands.forget("all")
    assert board.move(99, kind="note", number=36) == [("/go", ())]


def test_learning_is_given_up_and_refuses_what_no_knob_moves() -> None:
    board = Board()
    with pytest.raises(CommandError, match="no knob moves a point2D"):
        board.learn("/where")
    with pytest.raises(CommandError, match="go with a verb"):
        board.learn("/go", b"a blob")
    board.learn("/go")
    board.wait(PATIENCE)
    assert board.hands.learning is None and board.hands.learned == () and board.hands.given_up == "/go"


def test_a_fader_moves_nothing_by_being_there() -> None:
    board = Board()
    fader, go = Fader(1, "/glow"), Fader(2, "/go")
    find = board.params.find
    assert fader.slide(find, b"\x80\xff") is None and go.slide(find, b"\x80\xff") is None
    assert fader.slide(find, b"\x80\xff") is None
    assert fader.slide(find, b"\xff\x00") == ("/glow", (10.0,))
    assert go.slide(find, b"\xff\x00") is None and go.slide(find, b"\xff\xff") == ("/go", ())
    assert go.slide(find, b"\xff\xf0") is None
    fader.lost()
    assert fader.slide(find, b"\x00") is None
    assert Fader(600, "/glow").slide(find, bytes(512)) is None


def test_what_is_learned_is_kept_whole_and_the_persons_file_is_left_alone(tmp_path: Path) -> None:
    path = mappings.path_of(tmp_path / "hall.yaml")
    assert path == tmp_path / "hall.midi.json"
    kept = (Mapping("control", 7, "/glow", "knobs", 3, (), "fine"), Mapping("note", 1, "/go/5", args=(1, 2.5)))
    assert mappings.save(path, kept) == [] and mappings.load(path) == (kept, [])
    assert [file.name for file in tmp_path.iterdir()] == ["hall.midi.json"]
    assert mappings.save(None, kept)[0].hint.startswith("name a site file")


def test_a_file_that_can_not_be_read_is_told_and_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "hall.midi.json"
    path.write_text('{"version": 1, "learned": [{"kind": "note", "number": 200, "to": "/go"}]}')
    found, problems = mappings.load(path)
    assert found == () and "is no mapping" in problems[0].message and problems[0].where is not None
    assert mappings.save(path, (KNOB,)) == []
    assert (tmp_path / "hall.midi.json.broken").exists() and mappings.load(path)[0] == (KNOB,)


KEYS = ["version", "learned", "kind", "number", "to", "port", "channel", "args", "way"]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)


@settings(max_examples=60)
@given(st.recursive(LEAVES, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.sampled_from(KEYS), one)))
def test_any_file_is_survived(tmp_path_factory: pytest.TempPathFactory, content: object) -> None:
    path = tmp_path_factory.getbasetemp() / "any.midi.json"
    path.write_text(json.dumps(content))
    found, problems = mappings.load(path)
    assert all(isinstance(one, Mapping) for one in found) and (not found or not problems)
