"""Words in any script: directions mixed in a line, a font for each, and lines broken where the script allows it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.render.bidi import is_leftward, runs, without_controls
from installation.render.typeset import _has_raqm, font_of, lato, pieces_of, typeset, wrap

LATO = str(lato("light"))
ARABIC, HEBREW, HINDI, HAN = "القاهرة", "שלום", "दिल्ली", "北京的孩子"


def order(text: str) -> list[tuple[str, bool]]:
    return [(run.text, run.leftward) for run in runs(text, is_leftward(text))]


def test_a_latin_line_is_one_run() -> None:
    assert order("Bangladesh, 63 %") == [("Bangladesh, 63 %", False)]


def test_a_foreign_word_in_a_line_stands_where_it_is_read() -> None:
    assert order(f"Cairo {ARABIC} 63 km") == [("Cairo ", False), ("63", False), (f"{ARABIC} ", True), (" km", False)]
    assert order(f"{ARABIC} Cairo {HEBREW}") == [(f" {HEBREW}", True), ("Cairo", False), (f"{ARABIC} ", True)]


def test_a_number_in_leftward_text_reads_rightward_and_keeps_its_point_and_sign() -> None:
    assert order(f"{ARABIC} 12.5% {ARABIC}") == [(f" {ARABIC}", True), ("12.5%", False), (f"{ARABIC} ", True)]


def test_the_brackets_around_a_year_after_a_foreign_name_go_with_the_name() -> None:
    runs_of = order(f"Cities: {ARABIC} (2020) and {ARABIC} (b)")
    assert runs_of[:4] == [("Cities: ", False), (")", True), ("2020", False), (f"{ARABIC} (", True)]
    assert runs_of[4:] == [(" and ", False), (ARABIC, True), (" (b)", False)], (
        "or with the paragraph, where it is in them"
    )


def test_characters_that_only_say_a_direction_are_left_out() -> None:
    assert without_controls("a\u202eb\u2066c\u200f") == "abc"


@given(st.text(alphabet=st.sampled_from("aب5 .,%([)]אक北\u0301-"), max_size=40), st.booleans())
def test_no_character_is_lost_or_doubled(text: str, leftward: bool) -> None:
    found = runs(text, leftward)
    assert sorted("".join(run.text for run in found)) == sorted(text)
    assert all(run.text and run.text in text for run in found)


def test_lines_break_between_han_characters_but_not_before_a_full_stop() -> None:
    lines = wrap("北京的孩子都有牙。上海", lambda words: len(words), 8)
    assert "".join(lines) == "北京的孩子都有牙。上海"
    assert all(len(line) <= 9 and not line.startswith("。") for line in lines)
    assert wrap("one two three", lambda words: len(words), 8) == ["one two", "three"]


def test_every_letter_is_set_in_a_font_that_has_it() -> None:
    for text in (ARABIC, HEBREW, HINDI, HAN):
        for words, font, _ in pieces_of(f"Delhi {text} 12 %", LATO, False):
            assert all(not c.isalnum() or font_of(c, LATO) == font for c in words)


@pytest.mark.skipif(not _has_raqm(), reason="raqm")
@pytest.mark.parametrize("text", [ARABIC, HEBREW, HINDI, HAN])
def test_mixed_lines_show_both_scripts_side_by_side(text: str) -> None:
    if font_of(text[0], LATO) == LATO:
        pytest.skip("no font of this system has the script")
    alone = typeset("Delhi", LATO, 40, 2000, "left").shape[1]
    both = typeset(f"Delhi {text}", LATO, 40, 2000, "left")
    assert both.shape[1] > alone + 30
    assert (both[:, alone:] > 128).any() and (both[:, : alone - 20] > 128).any()
    narrow = typeset(f"{text} {text} {text}", LATO, 40, 150, "left")
    assert narrow.shape[0] > both.shape[0]


@pytest.mark.skipif(not _has_raqm(), reason="raqm")
def test_a_paragraph_that_reads_leftward_is_flush_with_its_right_side() -> None:
    if font_of(HEBREW[0], LATO) == LATO:
        pytest.skip("no font of this system has the script")
    ink = typeset(f"{HEBREW} {HEBREW} {HEBREW}\n{HEBREW}", LATO, 40, 2000, "left")
    below = np.flatnonzero((ink[: ink.shape[0] // 2] > 128).any(axis=0))
    assert below.min() > ink.shape[1] / 3
