"""Checking a show's own file: cues, what they set, fault scores, and what lies under what."""

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
  - {name: words, kind: text, text: hi, effects: [{shader: blur.fs}]}
"""


def complaints(show: Build, text: str, **files: str) -> str:
    scenes = {f"scenes/{name}.yaml": scene for name, scene in files.items()}
    with pytest.raises(SceneError) as caught:
        load_show(show({"show.yaml": f"title: Harbour\n{text}\n", "scenes/dusk.yaml": DUSK, **scenes}))
    return str(caught.value)


@pytest.mark.parametrize(
    ("cues", "told"),
    [
        ("{number: 1}, {number: 1.0}", '2:30: cue 1.0: the number "1" is taken\n    cue 1 of the list has it'),
        (
            "{number: 1, scene: dsk}",
            '2:27: cue 1: there is no scene "dsk"\n    did you mean "dusk"?  scenes: dawn, dusk',
        ),
        ("{number: 1, under: noon}", 'cue 1: there is no scene "noon"'),
        (
            "{number: 1, transition: sky.fs}",
            "sky.fs is a generator; expected a transition\n    a transition has the inputs",
        ),
        ("{number: 1, transition: wip.fs}", 'there is no shader "wip.fs"\n    did you mean "wipe.fs"?'),
        ("{number: 1, goto: 2}", 'cue 1: there is no cue "2"\n    cues: 1'),
        ("{number: 1, faults: storm}", 'there is no fault score "storm"\n    fault scores: none'),
        (
            "{number: 1, set: {/scene/dusk/eye/gian: 1}}",
            'there is no parameter "/scene/dusk/eye/gian"\n    did you mean "gain"?',
        ),
        ("{number: 1, set: {/scene/dusk/eeye/gain: 1}}", 'did you mean "eye"?  at /scene/dusk: eye, words'),
        ("{number: 1, set: {/scene/dusk/words/blur/x: 1}}", "at /scene/dusk/words/blur: amount"),
        ("{number: 1, set: {/scene/dusk/eye: 1}}", "at /scene/dusk/eye: color, gain, opacity, soft"),
        ("{number: 1, set: {/scene/dust/eye/gain: 1}}", 'there is no scene "dust"\n    did you mean "dusk"?'),
        ("{number: 1, set: {gain: 1}}", '"gain" is not an address\n    such as /scene/SCENE/LAYER/PARAMETER'),
        ("{number: 1, set: {/revel/lens: 1}}", 'there is no parameter "/revel/lens"\n    did you mean "reveal"?'),
        ("{number: 1, set: {/scene/dusk/eye/gain: 9}}", "2:48: cue 1: gain: expected a number from 0 to 8, got 9"),
        ("{number: 1, set: {/scene/dusk/eye/color: red}}", "color: expected a colour"),
        (
            "{number: 1, set: {/scene/dusk/eye/gain: = time}}",
            "a cue sets a constant\n    expressions stand in scene files",
        ),
        (
            "{number: 1, continue: auto-continue}, {number: 2, continue: auto-follow, fade: 0, goto: 1}",
            "cues start each other for ever, in no time: 1 → 2 → 1\n    add a wait",
        ),
        ("{number: 1, continue: auto-follow, fade: 0, goto: 1}", "in no time: 1 → 1"),
    ],
)
def test_a_mistake_in_a_cue_is_told_once(show: Build, cues: str, told: str) -> None:
    found = complaints(show, f"cues: [{cues}]")
    assert told in found
    assert found.count("shows/harbour") == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("start: 2\ncues: [{number: 1}]", '2:8: start: there is no cue "2"\n    cues: 1'),
        ("faults: {none: {score: [{fault: tear, end: 1}]}}", '"none" is the word that ends faults'),
        ("faults: {f: {score: [{fault: tear, start: 5, end: 3}]}}", 'score "f": score[1] ends at 3, but starts at 5'),
        (
            "faults: {f: {score: [{fault: tear, end: 3, density: [-1, 0]}]}}",
            "score[1].density: expected numbers of at least 0",
        ),
        (
            "faults: {f: {cracks: [0, 2], score: [{fault: tear, end: 3}]}}",
            "cracks: expected numbers from 0 to 1, got 2",
        ),
        (
            "faults: {f: {score: [{fault: signal, end: 3, area: [0.5, 0, 0.6, 1]}]}}",
            'fault score "f": score[1].area lies outside the canvas or is empty',
        ),
    ],
)
def test_a_mistake_elsewhere_in_a_show_is_told_once(show: Build, line: str, told: str) -> None:
    found = complaints(show, line)
    assert told in found
    assert found.count("shows/harbour") == 1


def test_what_lies_under_a_scene_must_be_one_and_no_circle(show: Build) -> None:
    under = {"noon": "night", "dusk": "dawn", "dawn": "dusk", "night": "nite"}
    scenes = {
        name: f"title: x\nunder: {below}\nlayers: [{{name: eye, kind: camera}}]\n" for name, below in under.items()
    }
    found = complaints(show, "", **scenes)
    assert "scenes lie under each other in a circle: dawn → dusk → dawn" in found
    assert 'night.yaml:2:8: there is no scene "nite"\n    did you mean "night"?' in found
    assert found.count("shows/harbour") == 2


def test_what_a_broken_part_may_have_meant_is_not_guessed(show: Build) -> None:
    text = """cues:
  - {number: 1, goto: 2, faults: storm, set: {/scene/dusk/nobody/gain: 1, /scene/noon/x/y: 1}}
  - {number: 2 3}
faults: {storm: {score: 3}}
"""
    dusk = DUSK + "  - {name: nobody, kind: camra}\n"
    found = complaints(show, text, dusk=dusk, noon="title: [")
    assert [line.split(": ")[0].rpartition("/")[2] for line in found.splitlines() if line.startswith("shows")] == [
        "dusk.yaml:5:26",
        "noon.yaml:1:9",
        "show.yaml:4:14",
        "show.yaml:5:25",
    ]


def test_the_engines_own_parameters_can_be_set(show: Build) -> None:
    text = "title: x\ncues: [{number: 1, set: {/reveal/lens: 0.5, /scene/dawn/sky/mode: calm}}]\n"
    assert load_show(show({"show.yaml": text})).file.cues[0].set["/reveal/lens"] == 0.5


def test_a_scene_of_rest_that_is_not_there_is_told(show: Build) -> None:
    assert 'rest: there is no scene "dsk"\n    did you mean "dusk"?' in complaints(show, "rest: dsk\ncues: []")


def test_an_unknown_key_is_told_whatever_stands_after_it(show: Build) -> None:
    told = complaints(show, "cues: []", noon="title: Noon\nbackgroundd: #ff8800\nlayers: [{name: eye, kind: camera}]\n")
    assert 'noon.yaml:2:1: unknown key "backgroundd"' in told


STORM = "faults: {storm: {score: [{fault: tear, end: 3}]}}\n"
EYE = "title: x\nlayers: [{name: eye, kind: camera}]\n"


def test_a_cue_starts_the_score_of_a_scene(show: Build) -> None:
    loaded = load_show(
        show({"show.yaml": "title: x\ncues: [{number: 1, faults: storm}]\n", "scenes/dusk.yaml": EYE + STORM})
    )
    assert set(loaded.scores) == {"storm"} and "fault_tear.fs" in loaded.shaders


def test_a_score_that_no_scene_has_is_told_with_what_is_near(show: Build) -> None:
    assert 'did you mean "storm"?' in complaints(show, "cues: [{number: 1, faults: strom}]", dusk=EYE + STORM)


def test_a_mistake_in_a_scenes_score_is_told_at_its_place(show: Build) -> None:
    wrong = EYE + "faults: {storm: {score: [{fault: tear, start: 4, end: 3}]}}\n"
    assert 'dusk.yaml:3:55: fault score "storm": score[1] ends at 3, but starts at 4' in complaints(
        show, "", dusk=wrong
    )


def test_two_scores_of_one_name_are_told(show: Build) -> None:
    found = complaints(show, STORM, dusk=EYE + STORM, dawn=EYE + STORM)
    assert found.count("the show has a score of this name") == 2
    found = complaints(show, "", dusk=EYE + STORM, dawn=EYE + STORM)
    assert 'dusk.yaml:3:10: fault score "storm": scene "dawn" has a score of this name' in found
