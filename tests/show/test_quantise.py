"""Cues that wait for the bar or the beat: exactly, through changes of tempo, and never longer than was chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_cues import cue, stands_by

from installation.show.actions import TrackAction
from installation.show.beats import Beats
from installation.show.cues import CueList

TEMPO = Beats(120.0, 4)  # a beat is half a second, a bar two


def play(cues: CueList, beats: Beats, *moments: float) -> list[tuple[float, str]]:
    """Which cue acted, or was jumped to, at which of the moments."""
    found = [(t, action) for t in moments for action in cues.advance(t, beats=beats)]
    return [(t, f"track {a.owner}" if isinstance(a, TrackAction) else a.owner) for t, a in found]


def opened(*all_of_them: Any) -> CueList:
    cues = CueList([cue("0"), *all_of_them])
    cues.advance(0.0, beats=TEMPO)
    cues.go(0.0)
    cues.advance(0.1, beats=TEMPO)
    return cues


def test_go_waits_for_the_next_bar_and_says_so() -> None:
    cues = opened(cue("1", quantise="bar", pre_wait=0.25), cue("2"))
    cues.go(0.5)
    assert play(cues, TEMPO, 0.5, 1.9) == []
    (told,) = cues.running
    assert (told.phase, told.remaining, stands_by(cues)) == ("quantise", pytest.approx(0.1), "2")
    assert play(cues, TEMPO, 2.2) == [] and cues.running[0].phase == "pre-wait"
    assert play(cues, TEMPO, 2.26) == [(2.26, "1")]


def test_a_beat_is_nearer_than_a_bar_and_what_follows_is_reckoned_from_it() -> None:
    cues = opened(cue("1", quantise="beat", **{"continue": "auto-continue", "post_wait": 1.0}), cue("2"))
    cues.go(0.6)
    assert play(cues, TEMPO, 0.99, 1.02, 1.99, 2.01) == [(1.02, "1"), (2.01, "2")]


def test_a_go_on_the_bar_does_not_wait() -> None:
    cues = opened(cue("1", quantise="bar"))
    cues.go(4.0)
    assert play(cues, TEMPO, 4.0) == [(4.0, "1")]


def test_another_tempo_moves_the_bar() -> None:
    cues = opened(cue("1", quantise="bar"))
    cues.go(0.5)
    play(cues, TEMPO, 0.5)
    faster = Beats(240.0, 4, beat=1.0, seconds=0.5)  # three beats left, of a quarter of a second each
    assert play(cues, faster, 1.2, 1.26) == [(1.26, "1")]


def test_it_waits_no_longer_than_was_chosen_and_not_for_a_bar_that_was_passed_by() -> None:
    cues = opened(cue("1", quantise="bar"))
    slow = replace(TEMPO, tempo=20.0, longest=3.0)  # a bar of twelve seconds
    cues.go(0.5)
    assert play(cues, slow, 0.5, 3.4, 3.6) == [(3.6, "1")]
    cues = opened(cue("1", quantise="bar"))
    cues.go(4.3)
    assert play(cues, TEMPO, 4.3) == []
    assert play(cues, Beats(120.0, 4, beat=400.1, seconds=4.5), 4.5)[-1] == (4.5, "1")  # others' beat is elsewhere


def test_a_jump_changes_everything_on_the_beat() -> None:
    cues = opened(cue("1"), cue("2", quantise="bar"), cue("3"))
    cues.go(0.5, "2")
    assert play(cues, TEMPO, 0.5, 1.9) == []
    assert play(cues, TEMPO, 2.01) == [(2.01, "track 2"), (2.01, "2")]


def test_a_jump_that_is_stopped_before_its_beat_is_made_up_for_by_the_next_go() -> None:
    cues = opened(cue("1"), cue("2", quantise="bar"), cue("3"))
    cues.go(0.5, "2")
    play(cues, TEMPO, 0.5)
    cues.stop_cue("2", 1.0)
    assert play(cues, TEMPO, 1.0, 2.1) == []
    cues.go(3.0)
    assert play(cues, TEMPO, 3.0) == [(3.0, "track 3"), (3.0, "3")]


def test_a_pause_on_the_way_to_the_beat_waits_for_another_one() -> None:
    cues = opened(cue("1", quantise="bar"))
    cues.go(0.5)
    play(cues, TEMPO, 0.5)
    cues.pause(1.0)
    assert play(cues, TEMPO, 2.5, 2.6) == []
    cues.resume(2.6)
    assert play(cues, TEMPO, 2.6, 3.9, 4.02) == [(4.02, "1")]


def test_a_preview_waits_for_nothing() -> None:
    cues = opened(cue("1", quantise="bar", pre_wait=5))
    cues.preview("1", 0.5)
    assert play(cues, TEMPO, 0.5) == [(0.5, "1")]


def test_without_anybody_the_beat_is_the_clocks() -> None:
    told = Beats(60.0, 4).signals(5.5)
    assert told == {"beat": 5.5, "phase": 0.375, "tempo": 60.0}
    assert Beats(60.0, 4).next("bar", 5.5) == 8.0 and Beats(60.0, 4).next("beat", 5.0) == 5.0


OPERATORS = st.sampled_from(
    ["go", "go 2", "start 3", "pause", "resume", "stop", "panic", "preview 1", "solo 2", "slow", "fast", "away"]
)


@settings(max_examples=150)
@given(st.lists(st.tuples(OPERATORS, st.floats(0.01, 3.0)), max_size=25))
def test_whatever_operators_and_tempi_do_nothing_waits_for_ever(steps: list[tuple[str, float]]) -> None:
    follows = {"continue": "auto-continue", "post_wait": 0.5}
    cues = CueList(
        [cue("1", quantise="bar"), cue("2", quantise="beat", pre_wait=0.3, **follows), cue("3", quantise="bar")]
    )
    beats, now = TEMPO, 0.0
    for what, later in steps:
        now += later
        verb, _, number = what.partition(" ")
        match verb:
            case "go":
                cues.go(now, number or None)
            case "start":
                cues.start(number, now)
            case "preview":
                cues.preview(number, now)
            case "solo":
                cues.solo(number, now, 0.2)
            case "pause":
                cues.pause(now)
            case "resume":
                cues.resume(now)
            case "stop" | "panic":
                getattr(cues, verb)()
            case _:
                tempo, jump = {"slow": (20.0, 0.0), "fast": (300.0, 0.0), "away": (120.0, -500.0)}[verb]
                beats = Beats(tempo, 4, beats.at(now) + jump, now, 3.0)
        cues.advance(now, beats=beats)
        waiting = [one for one in cues.running if one.phase == "quantise"]
        assert all(one.remaining is not None and 0 <= one.remaining <= 8.0 for one in waiting)
    cues.resume(now)
    for _ in range(40):  # each wait is of three seconds at most, and three cues are the longest sequence
        now += 0.5
        cues.advance(now, beats=beats)
    assert cues.running == [] and cues.waiting == []
