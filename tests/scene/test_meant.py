"""Colours that files don't take are answered with those that they do."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.errors import SceneError
from installation.params import Param
from installation.scene.constants import constant
from installation.scene.expressions import ExpressionError, compile_expression
from installation.scene.functions import SIGNALS
from installation.scene.load import load_site
from installation.scene.meant import colour_meant, number_meant, word_meant


@pytest.mark.parametrize(
    ("given", "meant"),
    [("green", "#008000"), ("White", "#ffffff"), ("#fff", "#ffffff"), ("#1a2b", "#11aa22bb"), ("4de3d0", "#4de3d0")],
)
def test_a_colour_that_is_meant_is_offered(given: str, meant: str) -> None:
    assert colour_meant(given) == f'write "{meant}", in quotes'
    with pytest.raises(SceneError, match=meant):
        constant(Param("tint", "color", (1.0, 1.0, 1.0, 1.0)), given)


@pytest.mark.parametrize("given", ["", "#12345", "mauveish", "rgb(1, 2, 3)", 7, "abc"])
def test_nothing_is_offered_for_what_is_none(given: object) -> None:
    assert colour_meant(given) == ""


@pytest.mark.parametrize(
    ("word", "choices", "meant"),
    [
        ("people", ("visitors", "smile"), "visitors"),
        ("Happy", ("visitors", "smile"), "smile"),
        ("camera.silhouette", ("camera.mask", "camera.picture"), "camera.mask"),
        ("mask", ("camera.mask", "camera.picture"), "camera.mask"),
        ("outline", ("edge", "flow", "silhouette"), "edge"),
        ("nobody", ("absence", "presence"), "absence"),
        ("silhouette", ("camera", "text"), "camera"),
        ("tooth", ("camera", "text"), "tooth"),
    ],
)
def test_another_word_for_what_the_room_does_finds_ours(word: str, choices: tuple[str, ...], meant: str) -> None:
    assert word_meant(word, choices) == meant


def test_only_who_asks_for_a_picture_is_offered_the_cameras_own() -> None:
    offered = {"silhouette", "mask", "camera", "webcam", "people", "picture", "body"}
    choices = ("camera.picture", "camera.mask", "camera.bodies")
    assert [word for word in sorted(offered) if word_meant(word, choices) == "camera.picture"] == ["picture"]


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("50%", "a bare number: 0.5"),
        ("1 minute", "a bare number: 60"),
        ("60s", "a bare number: 60"),
        ("0,5", "a bare number: 0.5"),
        ("200 ms", "a bare number: 0.2"),
        ("2 Hours", "a bare number: 7200"),
        ("\u201c= smile\u201d", "write straight quotes: \" or '"),
        ("0.5", ""),
        ("= smile", ""),
        ("3 teeth", ""),
        ("", ""),
    ],
)
def test_a_number_with_its_unit_is_offered_bare(given: str, hint: str) -> None:
    assert number_meant(given) == hint


def test_a_time_is_offered_in_what_it_is_counted_in(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text('camera: {renew: "6 hours"}\n')
    with pytest.raises(SceneError, match=r"a bare number: 6$"):
        load_site(site)
    assert number_meant("90 min", "Hours") == "a bare number: 1.5"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("= if smile then 1 else 0", 'write "a if condition else b"'),
        ("= presence == 0 for 60s", "without a unit: 60"),
        ("= empty > 5min", "without a unit: 300"),
        ("= /sense/smile", "smile, not /sense/smile"),
        ("= camera.presence", "write presence, by itself"),
        ("= happy", 'did you mean "smile"?'),
    ],
)
def test_an_expression_that_a_curator_writes_is_answered_with_one_that_works(text: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, SIGNALS)
    assert hint in caught.value.problems[0].hint


def test_colours_of_255_are_refused_with_those_of_one() -> None:
    with pytest.raises(SceneError, match=r"1, 0\.843, 0"):
        constant(Param("tint", "color", (1.0, 1.0, 1.0, 1.0)), [255, 215, 0])
