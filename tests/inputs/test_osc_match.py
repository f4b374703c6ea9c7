"""Address patterns match as OSC 1.0 says, in bounded work."""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.inputs.osc_match import is_pattern, match


@pytest.mark.parametrize(
    ("pattern", "address"),
    [
        ("/a/b", "/a/b"),
        ("/a/*", "/a/b"),
        ("/*/b", "/a/b"),
        ("/a*", "/a"),
        ("/a?c", "/abc"),
        ("/[abc]", "/b"),
        ("/[a-c]x", "/bx"),
        ("/[!a-c]", "/d"),
        ("/[a-]", "/-"),
        ("/[a!]", "/!"),
        ("/{foo,bar}/x", "/bar/x"),
        ("/{a,ab}c", "/abc"),
        ("/x{,y}", "/x"),
        ("/*a*b*c", "/xxaxxbxxc"),
        ("/scene/*/{tide,foam}/opacit?", "/scene/one/foam/opacity"),
    ],
)
def test_a_pattern_names_an_address(pattern: str, address: str) -> None:
    assert match(pattern, address)


@pytest.mark.parametrize(
    ("pattern", "address"),
    [
        ("/a/*", "/a/b/c"),
        ("/*", "/a/b"),
        ("/a?", "/a"),
        ("/[abc]", "/d"),
        ("/[!a-c]", "/b"),
        ("/[!a]", "/"),
        ("/{foo,bar}", "/foobar"),
        ("/*a*b", "/ba"),
        ("/a", "/A"),
        ("/[a", "/a"),
        ("/{a", "/a"),
        ("/a]", "/a]"),
        ("/a}", "/a}"),
        ("/[]", "/a"),
        ("/{a,{b}}", "/a"),
        ("/[[]", "/["),
        ("/{a/b}", "/a/b"),
        ("/" + "*" * 600, "/a"),
        ("/[a-\U0010ffff]", "/b"),
        ("", "/a"),
    ],
)
def test_a_pattern_that_is_malformed_or_different_names_nothing(pattern: str, address: str) -> None:
    assert not match(pattern, address)


@pytest.mark.parametrize(
    "pattern",
    ["/" + "*" * 200, "/" + "*a" * 200, "/" + "?*" * 200, "/" + "{a,aa,b}" * 50, "/" + "[ab]*" * 100],
)
def test_hundreds_of_stars_cost_nothing_to_speak_of(pattern: str) -> None:
    for _ in range(50):  # any backtracking would never come back from this
        match(pattern, "/" + "a" * 300 + "b")


@given(st.text("ab*?", max_size=10), st.text("ab", max_size=10))
@settings(max_examples=300, deadline=None)
def test_stars_and_question_marks_agree_with_the_shell(pattern: str, word: str) -> None:
    assert match("/" + pattern, "/" + word) == fnmatch.fnmatchcase(word, pattern)


@given(st.text("ab-!,*?[]{}/", max_size=24), st.text("ab/", max_size=12))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_pattern_or_matches_nothing(pattern: str, address: str) -> None:
    found = match(pattern, address)
    assert found is (pattern == address) or is_pattern(pattern)
