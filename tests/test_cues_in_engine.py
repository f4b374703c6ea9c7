"""Cues on the wall: what a jump restores, what a pause holds, who owns what, what can be said to a cue by its address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from installation.gpu.device import Device
from installation.inputs.osc import match
from installation.show.actions import OscAction
from installation.show.control import Control
from shows import Stage, filled, write_show

pytestmark = pytest.mark.gl

GREEN = (0, 255, 0, 255)
WORDS = "  - {name: words, kind: text, text: hello, opacity: 0}\n"
SCENES = {"red": filled("#ff0000") + WORDS, "green": filled("#00ff00"), "blue": filled("#0000ff")}
SHOW = """double_go: 0
cues:
  - {id: opening, number: 1, scene: red, under: blue, fade: 0}
  - {number: 2, set: {/scene/red/fill/opacity: 0.25, /scene/red/words/text: evening}, reveal: 0.5, fade: 0}
  - {number: 3, add: {/scene/red/fill/opacity: 0.5}, fade: 0, id: more, continue: auto-continue}
  - {number: 3.5, multiply: {/scene/red/fill/opacity: 0.8}, fade: 0}
  - {number: 4, scene: green, under: red, fade: 2, curve: linear, reveal: 0}
  - {number: 5, osc: [{to: lights, address: /go}], set: {/scene/red/fill/opacity: 0.1}, fade: 0}
"""
OPACITY, TEXT = "/scene/red/fill/opacity", "/scene/red/words/text"


@pytest.fixture
def show(device: Device, tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(device, write_show(tmp_path / "show", SCENES, SHOW))
    stage.play()
    yield stage
    stage.close()


def values(show: Stage) -> dict[str, object]:
    engine = show.engine
    playing, under = engine.wall.playing, engine.wall.under
    return {
        "scene": playing.name if playing else "",
        "under": under.name if under else "",
        "reveal": engine.reveal_state.level,
        **{p.address: p.value for p in engine.params if p.address in (OPACITY, TEXT)},
        "owners": engine.carrier.owned(),
    }


def say(show: Stage, address: str, *args: object) -> None:
    show.say(address, *args)
    show.play()


def test_a_jump_shows_what_playing_until_there_would_have_left(show: Stage) -> None:
    played = [values(show)]
    for _ in range(4):
        say(show, "/go")
        show.play(25)
        played.append(values(show))
    assert played[2][OPACITY] == pytest.approx(0.6)
    assert played[4]["owners"] == {
        "scene": "cue 4",
        "under": "cue 4",
        "reveal": "cue 4",
        OPACITY: "cue 5",
        TEXT: "cue 2",
    }
    for number in (3, 1, 4, 2, 5, 1, 2):
        say(show, "/go", str(number), 0.5)
        show.play(25)
        got, expected = values(show), played[number - 1]
        if number == 1:  # what the way there never touched is the file's again
            assert got.pop("owners") == {**expected["owners"], "reveal": "file"}  # type: ignore[dict-item]
            expected = {key: value for key, value in expected.items() if key != "owners"}
        assert got == expected


def test_a_jump_leaves_what_a_hand_has_set_unless_a_cue_on_the_way_sets_it(show: Stage) -> None:
    say(show, "/scene/green/fill/opacity", 0.3)
    say(show, OPACITY, 0.9)
    say(show, "/go/4")
    assert show.engine.params["/scene/green/fill/opacity"].value == pytest.approx(0.3)
    assert show.engine.params[OPACITY].base == pytest.approx(0.6)


def test_a_pause_holds_fades_transitions_and_the_reveal_and_resume_goes_on(show: Stage) -> None:
    say(show, "/go/2")
    say(show, "/go/4")
    show.play(9)
    say(show, "/pause")
    change = show.engine.wall.change
    assert change is not None
    level, progress = show.engine.reveal_state.level, change.progress
    assert 0.0 < level < 0.5
    show.play(30)
    assert (show.engine.reveal_state.level, change.progress) == (pytest.approx(level), pytest.approx(progress))
    running = show.engine.status()["cue"]["running"]  # type: ignore[index]
    assert [(one["number"], one["paused"], one["elapsed"]) for one in running] == [
        ("4", True, pytest.approx(1.0, abs=0.11))
    ]
    say(show, "/resume")
    show.play()
    assert show.engine.reveal_state.level < level
    show.play(20)
    assert show.engine.reveal_state.level == 0.0
    assert (show.play() == GREEN).all()


def test_one_cue_stopped_freezes_its_own_fades_only(show: Stage) -> None:
    say(show, "/go/4")
    show.say(OPACITY, 0.0, 4.0)
    show.play(5)
    say(show, "/cue/4/stop")
    assert [p.address for p in show.engine.params if p.fade] == [OPACITY]


def test_a_cue_loaded_in_its_middle_is_half_way_at_once(show: Stage) -> None:
    say(show, "/go/2")
    say(show, "/cue/4/loadAt", 1.0)
    assert show.engine.status()["cue"]["loaded"] == {"4": 1.0}  # type: ignore[index]
    say(show, "/cue/4/start")
    assert show.engine.reveal_state.level == pytest.approx(0.25, abs=0.03)
    assert show.engine.wall.change is not None
    assert show.engine.wall.change.progress == pytest.approx(0.5, abs=0.06)


def test_messages_go_to_whoever_can_send_and_a_cue_says_when_nobody_can(show: Stage) -> None:
    broken = show.engine.status()["cue"]["broken"]  # type: ignore[index]
    assert broken == [{"id": "5", "number": "5", "why": "nobody here sends OSC to other gear"}]
    say(show, "/go/5")
    assert show.engine.params[OPACITY].base == pytest.approx(0.1)  # the rest of it is done
    assert "nobody here sends OSC" in str(show.engine.refused[0])
    sent: list[Any] = []
    show.engine.carrier.senders["osc"] = sent.append
    show.play(10)
    say(show, "/cue/5/start")
    assert [(one.owner, one.message.address) for one in sent if isinstance(one, OscAction)] == [("5", "/go")]
    assert show.engine.status()["cue"]["broken"] == []  # type: ignore[index]


def test_a_cue_tells_what_it_is_and_what_it_does(show: Stage) -> None:
    reply = Control(show.engine, match).handle("/cue_id/opening", (), 1.0)
    assert reply is not None
    assert reply.address == "/reply/cue_id/opening"
    told = json.loads(str(reply.args[0]))["data"]
    assert {key: told[key] for key in ("id", "number", "kind", "armed", "next")} == {
        "id": "opening",
        "number": "1",
        "kind": "scene",
        "armed": True,
        "next": "2",
    }


def test_hard_stop_rests_at_once_and_the_next_go_restores_the_stage(show: Stage) -> None:
    say(show, "/go/2")
    say(show, "/hardStop")
    assert (values(show)["scene"], values(show)["reveal"]) == ("red", 0.0)
    say(show, "/go")
    show.play(2)
    assert values(show)["reveal"] == 0.5


def test_a_text_says_what_a_cue_gives_it(show: Stage) -> None:
    assert show.engine.params[TEXT].value == "hello"
    say(show, "/go/2")
    assert show.engine.params[TEXT].value == "evening"
    say(show, "/reset")
    assert show.engine.params[TEXT].value == "hello"
