"""The cue list does what operators know from QLab, on a clock that the test turns."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.errors import CommandError
from installation.scene.schema import Cue
from installation.show.actions import (
    Action,
    FaultAction,
    PanicAction,
    ResetAction,
    RevealAction,
    SceneAction,
    SetAction,
    StopAction,
    TrackAction,
    UnderAction,
)
from installation.show.cues import DOUBLE_GO, CueList
from installation.show.triggers import ABSENCE_HELD, PRESENCE_HELD


def cue(number: str, **more: Any) -> Cue:
    """A cue that leaves its number at /did when it acts."""
    more.setdefault("fade", 0)
    return Cue.model_validate({"number": number, "set": {"/did": number}, **more})


def then(number: str, **more: Any) -> Cue:
    return cue(number, **{"continue": "auto-continue", **more})


def play(cues: CueList, *moments: float, presence: float = 0.0) -> list[tuple[float, str]]:
    """Which cue acted at which of the moments."""
    actions = [(t, action) for t in moments for action in cues.advance(t, presence)]
    return [(t, action.owner) for t, action in actions if not isinstance(action, TrackAction)]


def stands_by(cues: CueList) -> str | None:
    return cues.standing_by.number if cues.standing_by else None


# GO and the playhead


def test_go_starts_the_cue_that_stands_by_and_moves_the_playhead() -> None:
    cues = CueList([cue("1"), cue("2")])
    assert stands_by(cues) == "1"
    assert cues.go(0.0) == "1"
    assert play(cues, 0.0) == [(0.0, "1")]
    assert (cues.current.number if cues.current else None, stands_by(cues)) == ("1", "2")


def test_go_at_the_end_of_the_list_does_nothing() -> None:
    cues = CueList([cue("1")])
    cues.go(0.0)
    assert cues.go(1.0) is None
    assert play(cues, 1.0) == [(1.0, "1")]
    assert CueList([]).go(0.0) is None


def test_go_moves_the_playhead_past_the_whole_sequence() -> None:
    cues = CueList([then("1"), cue("2", **{"continue": "auto-follow"}), cue("3"), cue("4")])
    cues.go(0.0)
    assert play(cues, 0.0) == [(0.0, "1"), (0.0, "2"), (0.0, "3")]
    assert stands_by(cues) == "4"


def test_go_with_a_number_jumps_and_goes() -> None:
    cues = CueList([cue("1"), cue("2"), cue("3"), cue("4")])
    assert cues.go(0.0, "3") == "3"
    assert (play(cues, 0.0), stands_by(cues)) == ([(0.0, "3")], "4")


def test_start_leaves_the_playhead_and_an_unknown_number_changes_nothing() -> None:
    cues = CueList([cue("1"), cue("2"), cue("20")])
    cues.start("20", 0.0)
    assert (play(cues, 0.0), stands_by(cues)) == ([(0.0, "20")], "1")
    for triggered in (False, True):
        with pytest.raises(CommandError, match='no cue "200"') as caught:
            if triggered:
                cues.start("200", 1.0)
            cues.go(1.0, "200")
        assert 'did you mean "20"?' in caught.value.problems[0].hint
    assert (play(cues, 1.0), stands_by(cues)) == ([], "1")


def test_a_goto_names_the_next_cue() -> None:
    cues = CueList([cue("1", goto="3"), cue("2"), cue("3")])
    cues.go(0.0)
    assert stands_by(cues) == "3"


def test_a_bouncing_go_is_ignored_but_a_trigger_is_not() -> None:
    cues = CueList([cue("1"), cue("2"), cue("3"), cue("4")])
    assert cues.go(0.0) == "1"
    assert play(cues, 0.0) == [(0.0, "1")]
    assert cues.go(DOUBLE_GO * 0.9) is None
    cues.start("1", DOUBLE_GO * 0.9)
    assert cues.go(DOUBLE_GO * 0.9, "4") == "4"
    assert play(cues, 1.0) == [(1.0, "1"), (1.0, "4")]
    assert cues.go(1.0, "2") == "2"
    assert cues.go(1.0 + DOUBLE_GO) == "3"


def test_a_go_may_bring_its_own_fade() -> None:
    cues = CueList([cue("1", fade=5, reveal=1)])
    cues.go(0.0, fade=2.0)
    assert cues.advance(0.0)[-1] == RevealAction("1", 1.0, 2.0)


# what a cue does


def test_a_cue_asks_for_everything_that_it_names_scene_first() -> None:
    everything = cue("7", scene="tide", transition="wipe.fs", fade=4, reveal=0.5, under="flows", faults="storm")
    cues = CueList([everything, cue("8", faults="none", set={})])
    cues.go(0.0)
    assert cues.advance(0.0) == [
        SceneAction("7", "tide", "wipe.fs", 4.0),
        UnderAction("7", "flows", 4.0),
        SetAction("7", "/did", "7", 4.0),
        RevealAction("7", 0.5, 4.0),
        FaultAction("7", "storm"),
    ]
    cues.go(1.0)
    assert cues.advance(1.0) == [FaultAction("8", None)]


# waits


def test_pre_wait_delays_the_action_and_post_wait_counts_from_the_action() -> None:
    cues = CueList([then("1", pre_wait=2, post_wait=3, fade=10), cue("2")])
    cues.go(10.0)
    assert play(cues, 10.0, 11.9, 12.0, 14.9, 15.0, 99.0) == [(12.0, "1"), (15.0, "2")]


def test_auto_follow_waits_for_the_fade() -> None:
    cues = CueList([cue("1", pre_wait=1, fade=4, post_wait=99, **{"continue": "auto-follow"}), cue("2")])
    cues.go(0.0)
    assert play(cues, 0.0, 1.0, 4.9, 5.0) == [(1.0, "1"), (5.0, "2")]


def test_a_loop_keeps_its_pace_however_late_the_frames_are() -> None:
    cues = CueList([then("1", post_wait=1), then("2", post_wait=1, goto="1")])
    cues.go(0.0)
    frames = [n * 0.17 for n in range(6000)]
    acted = play(cues, *frames)
    assert len(acted) == 1 + int(frames[-1])
    assert all(number == "12"[n % 2] and 0 <= t - n < 0.18 for n, (t, number) in enumerate(acted))


def test_a_long_frame_catches_up_in_order() -> None:
    cues = CueList([then("1", post_wait=1), then("2", post_wait=1), cue("3")])
    cues.go(0.0)
    cues.start("3", 0.5)
    assert [number for _, number in play(cues, 10.0)] == ["1", "3", "2", "3"]


def test_an_endless_loop_without_time_is_cut_and_reported_once() -> None:
    cues = CueList([then("1"), then("2", goto="1")])
    for t in (0.0, 1.0, 2.0):
        cues.go(t, "1")
        assert len(cues.advance(t)) < 100
        assert cues.waiting == []
    assert len(cues.problems) == 1
    assert "round and round" in cues.problems[0].message
    assert cues.go(9.0) is not None


def test_a_hundred_cues_together_are_no_loop() -> None:
    cues = CueList([then(str(n)) for n in range(150)])
    cues.go(0.0)
    assert len(cues.advance(0.0)) == 150
    assert cues.problems == []


# GO while a sequence waits


def test_while_a_sequence_waits_its_next_cue_stands_by_and_go_starts_it_once() -> None:
    cues = CueList([then("1", post_wait=20), cue("2"), cue("3")])
    cues.go(0.0)
    cues.advance(0.0)
    assert stands_by(cues) == "2"
    assert cues.go(5.0) == "2"
    assert play(cues, 5.0, 20.0, 100.0) == [(5.0, "2")]
    assert stands_by(cues) == "3"


def test_jumping_elsewhere_ends_the_wait_of_the_main_line() -> None:
    cues = CueList([then("1", post_wait=20), cue("2"), cue("9")])
    cues.go(0.0)
    cues.advance(0.0)
    cues.go(5.0, "9")
    assert play(cues, 5.0, 100.0) == [(5.0, "9")]


def test_a_sequence_that_was_started_beside_is_left_alone_by_go() -> None:
    cues = CueList([cue("1"), cue("2"), then("8", post_wait=10), cue("9")])
    cues.start("8", 0.0)
    cues.go(1.0)
    assert play(cues, 1.0, 10.0) == [(1.0, "8"), (1.0, "1"), (10.0, "9")]
    assert stands_by(cues) == "2"


def test_go_in_a_pre_wait_leaves_the_started_cue_its_action() -> None:
    cues = CueList([cue("1", pre_wait=3), cue("2")])
    cues.go(0.0)
    cues.go(1.0)
    assert play(cues, 1.0, 3.0) == [(1.0, "2"), (3.0, "1")]


# until


def test_a_go_to_a_scene_is_not_undone_by_a_cue_that_was_in_its_pre_wait() -> None:
    """Somebody comes, cue 2 begins its pre-wait, and a second later the operator presses GO."""
    first = then("1", scene="attract", post_wait=45, until="presence")
    cues = CueList([first, then("2", scene="sanctuary", pre_wait=5, post_wait=70), cue("3", scene="contrast")])
    cues.go(0.0)
    scenes = []
    for moment in (0.0, 1.0, 2.0, 3.0):
        scenes += [(moment, one.name) for one in cues.advance(moment, 1.0) if isinstance(one, SceneAction)]
    assert scenes == [(0.0, "attract")] and stands_by(cues) == "3"
    cues.go(3.5)
    for moment in (3.5, 6.0, 8.0, 60.0, 100.0):
        scenes += [(moment, one.name) for one in cues.advance(moment, 1.0) if isinstance(one, SceneAction)]
    assert scenes[1:] == [(3.5, "sanctuary"), (3.5, "contrast")]


def test_presence_that_holds_ends_a_wait_early() -> None:
    cues = CueList([then("1", post_wait=60, until="presence"), cue("2")])
    cues.go(0.0)
    assert play(cues, 0.0, 10.0, presence=0.1) == [(0.0, "1")]
    assert play(cues, 10.1, 10.5, presence=0.9) == []
    assert play(cues, 10.6, presence=0.4) == []
    assert play(cues, 11.0, 11.6, presence=0.6) == []
    held = 11.0 + PRESENCE_HELD
    assert play(cues, held, presence=0.6) == [(held, "2")]


def test_absence_must_last_longer() -> None:
    cues = CueList([then("1", post_wait=60, until="absence"), cue("2")])
    cues.go(0.0)
    assert play(cues, 0.0, 3.0, presence=1.0) == [(0.0, "1")]
    assert play(cues, 4.0, 4.0 + ABSENCE_HELD - 0.1, presence=0.0) == []
    assert play(cues, 4.0 + ABSENCE_HELD, presence=0.0) == [(9.0, "2")]


def test_the_post_wait_is_the_longest_wait_and_presence_of_before_does_not_count() -> None:
    cues = CueList([then("1", post_wait=2, until="absence"), then("2", post_wait=60, until="presence"), cue("3")])
    cues.go(0.0)
    assert play(cues, 0.0, 1.0, 2.0, 2.6, presence=1.0) == [(0.0, "1"), (2.0, "2")]
    assert play(cues, 2.71, presence=1.0) == [(2.71, "3")]


# stop, panic, reset


def test_stop_ends_all_waits_and_what_would_have_come_stands_by() -> None:
    cues = CueList([then("1", post_wait=5), then("2", post_wait=5), cue("3")])
    cues.go(0.0)
    cues.start("2", 0.0)
    cues.advance(0.0)
    cues.stop()
    assert cues.advance(1.0) == [StopAction("")]
    assert (play(cues, 100.0), cues.waiting, cues.running, stands_by(cues)) == ([], [], [], "2")


def test_a_second_panic_is_a_hard_stop_and_a_later_one_fades_again() -> None:
    cues = CueList([then("1", post_wait=1), cue("2")])
    cues.go(0.0)
    cues.advance(0.0)
    cues.panic()
    assert cues.advance(0.1) == [PanicAction("", 2.0)]
    cues.panic()
    assert cues.advance(0.2) == [PanicAction("", 0.0)]
    cues.panic(3.0)
    assert cues.advance(9.0) == [PanicAction("", 3.0)]
    assert play(cues, 50.0) == []


def test_a_go_after_a_panic_makes_the_next_panic_a_first_one() -> None:
    cues = CueList([cue("1"), cue("2")])
    cues.panic(5.0)
    cues.go(1.0)
    cues.advance(1.0)
    cues.panic(5.0)
    assert cues.advance(1.1) == [PanicAction("", 5.0)]


def test_reset_puts_the_playhead_on_the_first_cue() -> None:
    cues = CueList([cue("1", pre_wait=5), cue("2")])
    cues.go(0.0)
    cues.reset()
    assert cues.advance(10.0) == [ResetAction("")]
    assert (stands_by(cues), cues.current, cues.running) == ("1", None, [])


# the status


def test_the_status_tells_what_runs_and_what_waits() -> None:
    cues = CueList([then("1", name="dawn", pre_wait=2, post_wait=9, fade=4, until="presence"), cue("2")])
    cues.go(0.0)
    cues.advance(0.5)
    (running,) = cues.running
    assert (running.number, running.name, running.phase) == ("1", "dawn", "pre-wait")
    assert (running.elapsed, running.remaining) == (0.5, 1.5)
    cues.advance(3.0)
    (running,), (waiting,) = cues.running, cues.waiting
    assert (running.phase, running.elapsed, running.remaining) == ("action", 1.0, 3.0)
    assert (waiting.number, waiting.next, waiting.remaining, waiting.until) == ("1", "2", 8.0, "presence")
    cues.advance(12.0)
    assert (cues.running, cues.waiting) == ([], [])


# random lists: what no list may do. `test_cues_random` plays them beside a model


@st.composite
def cue_lists(draw: st.DrawFn) -> list[Cue]:
    size = draw(st.integers(1, 5))
    waits = st.sampled_from([0, 0.25, 1, 2.5])
    return [
        cue(
            str(n),
            pre_wait=draw(waits),
            post_wait=draw(st.sampled_from([0.25, 1, 2.5])),
            fade=draw(st.sampled_from([0.25, 1, 2])),
            goto=draw(st.one_of(st.none(), st.integers(0, size - 1).map(str))),
            **{"continue": draw(st.sampled_from(["none", "auto-continue", "auto-follow"]))},
        )
        for n in range(size)
    ]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["go", "go", "jump", "start", "stop", "panic", "reset", "wait", "wait", "wait"]),
        st.integers(0, 4),
        st.sampled_from([0.25, 0.5, 1, 3, 20]),
    ),
    max_size=25,
)


@given(cue_lists(), STEPS, st.booleans())
@settings(max_examples=100, deadline=None)
def test_whatever_runs_can_be_stopped_and_lists_without_loops_come_to_rest(
    listed: list[Cue], steps: list[tuple[str, int, float]], stop: bool
) -> None:
    if not stop:
        listed = [c.model_copy(update={"goto": None}) for c in listed]
    cues = CueList(listed)
    t = 0.0
    for what, which, seconds in steps:
        t += seconds
        if what in ("go", "jump"):
            cues.go(t, str(which % len(listed)) if what == "jump" else None)
        elif what == "start":
            cues.start(str(which % len(listed)), t)
        cues.advance(t)
    if stop:
        cues.stop()
    ends = cues.advance(t + 60.0)
    assert not stop or ends == [StopAction("")]
    assert (cues.running, cues.waiting, cues.advance(t + 1000.0)) == ([], [], [])


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.sampled_from([0, 0.001])), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_no_list_can_hold_up_a_frame(shape: list[tuple[bool, int, float]]) -> None:
    listed = [
        then(str(n), post_wait=wait, goto=str(goto % len(shape)) if jumps else None)
        for n, (jumps, goto, wait) in enumerate(shape)
    ]
    cues = CueList(listed)
    cues.go(0.0)
    actions: list[Action] = []
    for frame in range(30):
        actions += cues.advance(frame / 60)
    assert len(actions) < 64 * 30


# pause


def test_a_paused_cue_holds_its_waits_and_goes_on_where_it_was() -> None:
    cues = CueList([then("1", pre_wait=2, post_wait=3, fade=10), cue("2"), cue("3")])
    cues.go(0.0)
    assert play(cues, 1.0) == []
    cues.pause(1.0)
    assert play(cues, 50.0) == []
    (running,) = cues.running
    assert (running.phase, running.elapsed, running.remaining, running.paused) == ("pre-wait", 1.0, 1.0, True)
    assert cues.paused == {"1"}
    cues.resume(101.0)
    assert play(cues, 101.9, 102.0, 104.9, 105.0) == [(102.0, "1"), (105.0, "2")]
    assert cues.paused == frozenset()


def test_one_cue_is_paused_while_others_go_on() -> None:
    cues = CueList([cue("1", pre_wait=2), cue("2", pre_wait=2)])
    cues.start("1", 0.0)
    cues.start("2", 0.0)
    cues.pause(1.0, "1")
    assert play(cues, 9.0) == [(9.0, "2")]
    cues.resume(10.0, "1")
    assert play(cues, 11.0) == [(11.0, "1")]


# load, preview, solo


def test_a_cue_that_is_loaded_in_its_middle_begins_there() -> None:
    cues = CueList([then("1", pre_wait=2, fade=10, post_wait=5), cue("2")])
    cues.load("1", 0.0, 5.0)
    assert cues.loaded == {"1": 5.0}
    cues.go(10.0)
    assert cues.advance(10.0) == [SetAction("1", "/did", "1", 10.0, into=3.0)]
    assert play(cues, 11.9, 12.0) == [(12.0, "2")]
    assert cues.loaded == {}


def test_a_time_below_zero_counts_from_the_end_of_a_cue_or_a_group() -> None:
    group = Cue.model_validate(
        {"number": 2, "group": "playlist", "cues": [{"id": "a", "fade": 4}, {"id": "b", "fade": 4}]}
    )
    cues = CueList([cue("1", pre_wait=2, fade=10), group])
    cues.load("1", 0.0, -1.0)
    cues.load("2", 0.0, -1.0)
    assert dict(cues.loaded) == {"1": 11.0, "2": 7.0}
    cues.load("1", 0.0, -99.0)
    assert cues.loaded["1"] == 0.0
    cues.start("2", 20.0)
    assert [running.id for running in (cues.advance(20.0), cues.running)[1]] == ["2", "b"]
    assert play(cues, 20.9, 21.1) == [] and cues.running == []


def test_a_preview_skips_the_wait_and_what_would_follow_and_leaves_the_playhead() -> None:
    cues = CueList([then("1", pre_wait=20, fade=2), cue("2")])
    cues.preview("1", 0.0)
    assert play(cues, 0.0, 60.0) == [(0.0, "1")]
    assert (stands_by(cues), cues.running, cues.waiting) == ("1", [], [])


def test_solo_stops_all_others_at_once_or_after_a_while() -> None:
    cues = CueList([then("1", post_wait=60, fade=60), cue("2", fade=60), cue("3", pre_wait=10)])
    for number in "123":
        cues.start(number, 0.0)
    cues.advance(0.0)
    cues.solo("2", 1.0, 3.0)
    assert cues.advance(3.9) == []
    assert cues.advance(4.0) == [StopAction("1")]
    assert ([one.number for one in cues.running], cues.waiting) == (["2"], [])


def test_a_stopped_cue_freezes_its_fades_and_what_it_waited_for_stands_by() -> None:
    cues = CueList([then("1", fade=9, post_wait=9), cue("2"), cue("3")])
    cues.go(0.0)
    cues.advance(0.0)
    cues.stop_cue("1", 1.0)
    assert cues.advance(1.0) == [StopAction("1")]
    assert (play(cues, 60.0), stands_by(cues)) == ([], "2")


# arming


def test_a_disarmed_cue_keeps_its_time_and_does_nothing() -> None:
    cues = CueList([then("1", armed=False, post_wait=2), cue("2")])
    cues.go(0.0)
    assert play(cues, 0.0, 1.9, 2.0) == [(2.0, "2")]


def test_a_disarmed_cue_that_is_to_be_skipped_is_as_though_absent() -> None:
    cues = CueList([then("1"), cue("2", armed=False, skip_if_disarmed=True), cue("3"), cue("4")])
    cues.go(0.0)
    assert play(cues, 0.0) == [(0.0, "1"), (0.0, "3")]
    cues.reset()
    cues.advance(0.5)
    cues.arm(["2"], True)
    cues.go(1.0)
    assert play(cues, 1.0) == [(1.0, "1"), (1.0, "2")]
    cues.reset()
    cues.advance(1.5)
    cues.go(2.0)
    assert play(cues, 2.0) == [(2.0, "1"), (2.0, "3")]


# the playhead by hand


def test_a_playhead_moved_by_hand_makes_the_next_go_a_jump() -> None:
    cues = CueList([cue("1", reveal=0.5), cue("2"), cue("3"), cue("4")])
    cues.stand("3", 0.0)
    assert stands_by(cues) == "3"
    cues.step(1, 0.0)
    cues.step(1, 0.0)
    assert cues.go(0.0) is None
    cues.step(-1, 0.0)
    assert cues.go(1.0) == "4"
    tracked = cues.advance(1.0)[0]
    assert isinstance(tracked, TrackAction)
    assert tracked.left == (RevealAction("1", 0.5, 0.0),)
    cues.stand("1", 2.0)
    cues.step(-1, 2.0)
    assert stands_by(cues) == "1"
    cues.stand(None, 2.0)
    assert stands_by(cues) is None


def test_a_go_in_turn_restores_nothing_and_the_first_after_a_panic_restores_everything() -> None:
    cues = CueList([cue("1", reveal=0.5), cue("2", reveal=1), cue("3")])
    cues.go(0.0)
    cues.go(1.0, "2")
    assert not any(isinstance(action, TrackAction) for action in cues.advance(1.0))
    cues.panic()
    cues.go(9.0)
    assert any(isinstance(action, TrackAction) and action.left for action in cues.advance(9.0))


def test_a_jump_ends_the_main_line_and_leaves_what_runs_beside() -> None:
    cues = CueList([cue("1", pre_wait=30), cue("2"), cue("8", pre_wait=40), cue("9")])
    cues.go(0.0)
    cues.start("8", 0.0)
    cues.go(1.0, "9")
    (tracked, *_) = cues.advance(1.0)
    assert isinstance(tracked, TrackAction)
    assert tracked.beside == {"8"}
    assert play(cues, 100.0) == [(100.0, "8")]


def test_of_many_jumps_in_a_frame_one_is_worked_out_and_a_stopped_one_is_made_up_for() -> None:
    cues = CueList([cue(str(n), reveal=n / 10) for n in range(9)])
    for number in "83517":
        cues.go(0.0, number)
    tracked = [action for action in cues.advance(0.0) if isinstance(action, TrackAction)]
    assert [action.owner for action in tracked] == ["7"]
    cues.go(1.0, "3")
    cues.stop()
    assert cues.advance(1.0) == [StopAction("")]
    cues.go(2.0)
    assert [action.owner for action in cues.advance(2.0) if isinstance(action, TrackAction)] == ["4"]
    cues.panic()
    cues.go(3.0)
    assert [type(action) for action in cues.advance(3.0)[:2]] == [PanicAction, TrackAction]


# tracking


def test_beginning_with_a_cue_finds_what_the_cues_above_it_would_have_left() -> None:
    cues = CueList(
        [
            cue("1", scene="a", reveal=0.5),
            cue("2", scene="b", faults="m", set={"/x": 1, "/y": 2}),
            cue("3", set={"/x": 3}, reveal=1),
            cue("4", scene="c"),
        ]
    )
    left = [action for action in cues.before("4") if getattr(action, "address", "") != "/did"]
    assert left[0] == SceneAction("2", "b", None, 0.0)
    assert set(left[1:]) == {
        SetAction("2", "/y", 2, 0.0),
        FaultAction("2", "m"),
        SetAction("3", "/x", 3, 0.0),
        RevealAction("3", 1.0, 0.0),
    }
    assert cues.before("1") == []


def test_the_way_to_a_cue_follows_gotos_and_jumps_over_what_they_leave_out() -> None:
    cues = CueList([cue("1", goto="3", reveal=1), cue("2", reveal=0), cue("3"), cue("4")])
    assert RevealAction("1", 1.0, 0.0) in cues.before("4")
    assert [action.owner for action in cues.before("2")] == ["1", "1"]  # only a jump comes there: what stands above it


def test_what_is_added_on_the_way_is_added_after_what_was_set() -> None:
    listed = [cue("1", set={"/x": 1}), cue("2", set={}, add={"/x": 2}), cue("3", set={}, add={"/x": 3}), cue("4")]
    left = [(type(action).__name__, action.owner) for action in CueList(listed).before("4")]
    assert left == [("SetAction", "1"), ("RelativeAction", "2"), ("RelativeAction", "3")]


def test_a_scene_brings_what_lies_under_it() -> None:
    cues = CueList([cue("1", under="x"), cue("2", scene="a"), cue("3", scene="b"), cue("4")], under={"a": "q"})
    assert cues.before("4")[:2] == [SceneAction("3", "b", None, 0.0), UnderAction("2", "q", 0.0)]


def test_an_unknown_cue_is_refused() -> None:
    cues = CueList([cue("1")])
    with pytest.raises(CommandError):
        cues.before("9")
