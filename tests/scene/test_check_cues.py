"""Checking cues: what they are called, groups, messages, triggers, what they add; each mistake at its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from installation.errors import SceneError
from installation.scene.load import load_show

Build = Callable[..., Path]

DUSK = """title: Dusk
layers:
  - {name: eye, kind: camera}
  - {name: words, kind: text, text: hi}
"""


def complaints(show: Build, cues: str) -> str:
    with pytest.raises(SceneError) as caught:
        load_show(show({"show.yaml": f"title: Harbour\ncues: [{cues}]\n", "scenes/dusk.yaml": DUSK}))
    return str(caught.value)


@pytest.mark.parametrize(
    ("cues", "told"),
    [
        ("{id: a}, {id: a}", '2:22: cue a: the id "a" is taken\n    cue 1 of the list has it'),
        ("{number: 1, id: 2}, {number: 2}", 'the id "2" is the number of another cue'),
        ("{number: next}", 'a cue can\'t be called "next"'),
        ("{id: a b}", '"a b" can\'t be a cue number'),
        ("{group: list}", "2:16: cue 1: a group needs cues"),
        ("{cues: [{number: 1}]}", "it has cues, but isn't a group\n    group: list,"),
        ("{group: shuffle, cues: [{number: 1}]}", 'unknown group "shuffle"'),
        ("{group: list, scene: dusk, cues: [{number: 1}]}", "a group has no scene\n    give it to one of its cues"),
        ("{group: list, pre_wait: 1, cues: [{number: 1}]}", "a list is only entered: it has no pre_wait"),
        ("{group: timeline, loop: true, cues: [{number: 1}]}", "only a playlist loops"),
        (
            "{group: timeline, cues: [{number: 1, continue: auto-follow}]}",
            "the cues of a timeline start nothing by themselves",
        ),
        ("{group: random, cues: [{number: 1, goto: 1}]}", "2:49: cue 1: the cues of a random go nowhere else"),
        ("{group: random, cues: [{group: list, cues: [{number: 1}]}]}", "a list can't stand in a random"),
        ("{group: list, cues: [{number: 1}, {number: 1}]}", '2:51: cue 1: the number "1" is taken'),
        ("{group: list, cues: [{number: 1, scene: dsk}]}", 'there is no scene "dsk"\n    did you mean "dusk"?'),
        ("{number: 1, stop: [2]}", 'there is no cue "2"\n    cues: 1'),
        ("{number: 1, goto: b}, {id: c}", 'there is no cue "b"\n    cues: 1, c'),
        ("{number: 1, media: [/scene/dusk/eye]}", "/scene/dusk/eye is no media layer"),
        ("{number: 1, add: {/scene/dusk/words/text: 1}}", "text can't be reckoned with\n    set it instead"),
        (
            "{number: 1, add: {/scene/dusk/words/position: [1, 2, 3]}}",
            "position: expected 1 or 2 numbers, not [1.0, 2.0, 3.0]",
        ),
        ("{number: 1, add: {/scene/dusk/eye/gain: more}}", "expected a number"),
        ("{number: 1, multiply: {/scene/dusk/eye/gain: [2, 3]}}", "expected a number"),
        ("{number: 1, osc: [{to: lights, address: go}]}", 'address: "go" is not an address\n    such as /cue/5/start'),
        (
            "{number: 1, osc: [{to: lights, address: /go, args: [[1]]}]}",
            "expected a number, text, true or false, got a list",
        ),
        ("{number: 1, midi: [{note: 1, control: 2}]}", "a MIDI message is one of note, control and program"),
        ("{number: 1, midi: [{note: 200}]}", "expected a whole number from 0 to 127, got 200"),
        ("{number: 1, trigger: {clock: '25:00'}}", '"25:00" is not a time of day\n    21:30 or 21:30:05'),
        ("{number: 1, trigger: {}}", "nothing triggers it"),
        ("{number: 1, trigger: {clock: '21:30', longest: 5}}", "longest needs a visitor to wait for"),
        (
            "{group: list, cues: [{number: 1, fade: 0, continue: auto-follow}]}, {id: b, fade: 0, goto: 1, "
            "continue: auto-continue}",
            "cues start each other for ever, in no time: 1 → b → 1",
        ),
    ],
)
def test_what_is_wrong_with_a_cue_is_told_at_its_place(show: Build, cues: str, told: str) -> None:
    assert told in complaints(show, cues)


def test_every_kind_of_cue_is_read(show: Build) -> None:
    cues = """
  - {id: opening, scene: dusk, name: Dusk, colour: blue, notes: "Doors open."}
  - {number: 2, set: {/scene/dusk/words/text: Welcome}, add: {/scene/dusk/eye/gain: 0.5}, curve: linear}
  - {name: Later, duration: 20, continue: auto-follow}
  - number: 4
    name: Act two
    group: list
    cues:
      - {number: 4.1, osc: [{to: lights, address: /cue/5/start, args: [1, 0.5, on, true]}]}
      - {number: 4.2, midi: [{note: 60}, {program: 3, channel: 2, to: desk}], stop: [opening, 2]}
  - {group: playlist, loop: true, cues: [{name: One}, {name: Two}], trigger: {visitor: presence, longest: 60}}
  - {goto: opening, stop: [all], armed: false, skip_if_disarmed: true, trigger: {timecode: "01:00:00:12"}}
"""
    file = load_show(show({"show.yaml": f"title: All\ncues:{cues}", "scenes/dusk.yaml": DUSK})).file
    assert len(file.every_cue) == 10
