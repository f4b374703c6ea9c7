"""Groups, ids and triggers, on a clock that the test turns."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from installation.scene.cues import Cue, placed
from installation.show.actions import MidiAction, OscAction, SetAction, StopAction
from installation.show.broken import Means, broken
from installation.show.cues import CueList
from installation.show.triggers import ABSENCE_HELD, PRESENCE_HELD, Timecode


def cue(id: str, **more: Any) -> Cue:
    return Cue.model_validate({"id": id, "set": {f"/{id}": 1}, "fade": 1, **more})


def group(id: str, mode: str, *cues: Cue, **more: Any) -> Cue:
    return Cue.model_validate(
        {"id": id, "group": mode, "cues": [one.model_dump(by_alias=True) for one in cues], **more}
    )


def play(cues: CueList, *moments: float, **more: Any) -> list[tuple[float, str]]:
    actions = [(t, action) for t in moments for action in cues.advance(t, **more)]
    return [(t, action.owner) for t, action in actions if isinstance(action, SetAction)]


def stands_by(cues: CueList) -> str | None:
    return cues.standing_by.id if cues.standing_by else None


# groups


def test_a_list_is_a_chapter_that_go_walks_through() -> None:
    cues = CueList([cue("a"), group("act", "list", cue("b"), cue("c")), cue("d")])
    walked = []
    for t in range(4):
        walked.append(stands_by(cues))
        cues.go(float(t))
    assert walked == ["a", "b", "c", "d"]
    assert cues.go(9.0, "act") == "b"


def test_start_first_starts_its_first_sequence_and_go_goes_past_it() -> None:
    first = group(
        "g", "start-first", cue("a", **{"continue": "auto-follow"}), cue("b"), cue("c"), **{"continue": "auto-follow"}
    )
    cues = CueList([first, cue("d")])
    cues.go(0.0)
    assert play(cues, 0.0, 1.0, 1.9, 2.0) == [(0.0, "a"), (1.0, "b"), (2.0, "d")]
    assert stands_by(cues) is None


def test_a_timeline_starts_all_its_cues_and_is_over_with_the_last() -> None:
    together = group("g", "timeline", cue("a", pre_wait=2), cue("b", fade=5), **{"continue": "auto-follow"})
    cues = CueList([together, cue("c"), cue("d")])
    cues.go(0.0)
    assert stands_by(cues) == "c"
    assert play(cues, 0.0, 1.0, 2.0, 4.9, 5.0) == [(0.0, "b"), (2.0, "a"), (5.0, "c")]


def test_a_random_group_plays_each_cue_once_before_any_again_and_the_same_on_each_night() -> None:
    def night() -> list[str]:
        cues = CueList([group("g", "random", *(cue(id) for id in "abcde"), cue("f", armed=False))], seed=3)
        found: list[str] = []
        for t in range(15):
            cues.go(float(10 * t), "g")
            found += [id for _, id in play(cues, 10.0 * t, 10.0 * t + 5)]
        return found

    played = night()
    assert [sorted(played[n : n + 5]) for n in (0, 5, 10)] == [list("abcde")] * 3
    assert played == night()


def test_a_playlist_plays_one_after_the_other_and_loops_where_it_says_so() -> None:
    cues = CueList([group("g", "playlist", cue("a"), cue("b", pre_wait=1), loop=True), cue("c")])
    cues.go(0.0)
    assert play(cues, *(n / 2 for n in range(13))) == [(0, "a"), (2, "b"), (3, "a"), (5, "b"), (6, "a")]
    cues.stop_cue("g", 6.2)
    assert cues.advance(6.2) == [StopAction("g"), StopAction("a")]
    assert (play(cues, 60.0), cues.running) == ([], [])


def test_a_looping_playlist_without_time_is_cut_and_reported() -> None:
    cues = CueList([group("g", "playlist", cue("a", fade=0), loop=True)])
    cues.go(0.0)
    assert len(cues.advance(0.0)) < 100
    assert len(cues.problems) == 1
    assert cues.running == []


def test_a_paused_group_pauses_its_cues_and_a_stop_cue_stops_them() -> None:
    cues = CueList([group("g", "timeline", cue("a", pre_wait=2), cue("b", pre_wait=3)), cue("end", set={}, stop=["g"])])
    cues.go(0.0)
    cues.advance(0.0)
    cues.pause(1.0, "g")
    assert cues.paused == {"g", "a", "b"}
    cues.resume(11.0, "g")
    assert play(cues, 12.0) == [(12.0, "a")]
    cues.go(12.5)
    assert cues.advance(12.5) == [StopAction("g"), StopAction("a")]
    assert play(cues, 60.0) == []


def test_a_paused_group_whose_last_cue_is_stopped_is_over_as_soon_as_it_goes_on() -> None:
    cues = CueList([group("g", "timeline", cue("a", fade=60), **{"continue": "auto-follow"}), cue("b")])
    cues.go(0.0)
    cues.advance(0.0)
    cues.pause(1.0, "g")
    cues.stop_cue("a", 5.0)
    assert play(cues, 10.0) == []
    cues.resume(20.0, "g")
    assert play(cues, 20.0) == [(20.0, "b")]


def test_stop_all_leaves_the_cue_itself_and_what_follows_it() -> None:
    cues = CueList([cue("a", pre_wait=9), cue("end", set={}, stop=["all"], **{"continue": "auto-continue"}), cue("b")])
    cues.go(0.0)
    cues.go(1.0)
    assert play(cues, 1.0, 60.0) == [(1.0, "b")]


def test_a_list_of_a_thousand_cues_starts_them_all_in_one_frame() -> None:
    cues = CueList([group("g", "timeline", *(cue(f"c{n}") for n in range(1000)))])
    cues.go(0.0)
    assert len(cues.advance(0.0)) == 1000
    assert len(cues.running) == 1001
    cues.advance(5.0)
    assert cues.running == []


def test_a_night_of_a_thousand_idle_cues_leaves_nothing_behind() -> None:
    cues = CueList([cue(f"c{n}", trigger={"clock": "21:30"} if n % 3 else None) for n in range(1000)])
    tracemalloc.start()
    try:
        for frame in range(3000):
            assert cues.advance(frame / 60, 0.0, (2142.0, 6.0, 21.0, frame / 60)) == []
            if frame == 1000:
                before = tracemalloc.get_traced_memory()[0]
        assert tracemalloc.get_traced_memory()[0] - before < 4096
    finally:
        tracemalloc.stop()


# ids


def test_an_id_is_stated_or_made_from_the_name_and_survives_renumbering() -> None:
    listed = [Cue(number="1", name="The crack"), Cue(number="2", id="x"), Cue(number="3"), Cue(), Cue(scene="tide")]
    assert [one.id for one in placed(listed)] == ["the-crack", "x", "3", "wait", "scene"]
    renumbered = [one.model_copy(update={"number": f"{n}0"}) for n, one in enumerate(listed)]
    assert [one.id for one in placed(renumbered)][:2] == ["the-crack", "x"]


def test_cues_that_share_a_name_and_names_that_are_numbers_are_told_apart() -> None:
    listed = [
        Cue(number="1", name="Wait"),
        Cue(number="2", name="wait"),
        Cue(number="4", name="5"),
        Cue(number="5"),
        Cue(),
        Cue(),
    ]
    assert [one.id for one in placed(listed)] == ["wait-1", "wait-2", "5-2", "5", "wait", "wait-3"]


def test_what_refers_by_id_goes_there_whatever_the_numbers() -> None:
    cues = CueList([cue("a", number=1, goto="c"), cue("b", number=2), cue("c", number=3)])
    cues.revise([cue("a", number=7, goto="c"), cue("b", number=3), cue("c", number=1)])
    cues.go(0.0)
    assert stands_by(cues) == "c"


def test_a_cue_that_is_renamed_while_it_runs_is_the_same_by_its_number() -> None:
    cues = CueList([Cue(number="1", name="Dawm", fade=1, pre_wait=3, set={"/x": 1}), Cue(number="2")])
    cues.go(0.0)
    cues.revise([Cue(number="1", name="Dawn", fade=1, pre_wait=3, set={"/x": 1}), Cue(number="2")])
    assert [one.id for one in cues.running] == ["dawn"]
    assert len(cues.advance(3.0)) == 1


def test_a_group_that_is_taken_apart_while_it_runs_leaves_its_cues_running() -> None:
    cues = CueList([group("g", "playlist", cue("a"), cue("b")), cue("c")])
    cues.go(0.0)
    cues.advance(0.0)
    cues.revise([cue("a"), cue("b"), cue("c")])
    assert [one.id for one in cues.running] == ["a"]
    assert (play(cues, 60.0), cues.running, stands_by(cues)) == ([], [], "c")


# messages and broken cues


def test_messages_are_handed_over_and_take_no_time() -> None:
    messages = {
        "osc": [{"to": "lights", "address": "/go", "args": [5]}],
        "midi": [{"note": 60, "channel": 2}, {"control": 7}],
    }
    cues = CueList([Cue.model_validate({"id": "out", **messages, "continue": "auto-follow"}), cue("next")])
    cues.go(0.0)
    sent = cues.advance(0.0)
    assert isinstance(sent[0], OscAction)
    assert (sent[0].message.to, sent[0].message.args) == ("lights", [5])
    assert sent[1:3] == [MidiAction("out", None, b"\x91\x3c\x7f"), MidiAction("out", None, b"\xb0\x07\x7f")]
    assert sent[3].owner == "next"


def test_broken_cues_say_why_and_keep_their_time() -> None:
    out = {"osc": [{"to": "lights", "address": "/go"}], "fade": 2, "set": {"/b": 1}, "continue": "auto-follow"}
    listed = [
        Cue.model_validate({"id": "out", **out}),
        cue("a", scene="gone"),
        group("g", "random"),
        cue("fine", set={}),
    ]
    cues = CueList(listed)
    why = {entry.id: reason for entry, reason in broken(cues.order, Means((), (), ("/a", "/b"), ()))}
    assert why == {
        "out": "nobody here sends OSC to other gear",
        "a": 'there is no scene "gone"',
        "g": "it has no cues",
    }
    cues.go(0.0)
    assert play(cues, 0.0, 1.9, 2.0) == [(0.0, "out"), (2.0, "a")]


# triggers


def test_a_time_of_day_starts_a_cue_once_a_day_and_a_clock_that_is_set_starts_nothing() -> None:
    cues = CueList([cue("idle"), cue("a", trigger={"clock": "21:30"})])
    day, at = (2142.0, 6.0, 21.0), 21.5 * 3600

    def look(t: float, seconds: float, day: tuple[float, float, float] = day) -> int:
        return len(cues.advance(t, date=(*day, seconds)))

    assert [look(0, at - 1), look(1, at), look(2, at + 1)] == [0, 1, 0]
    assert [look(3, at - 5), look(4, at + 1)] == [0, 0]  # the clock was set back
    assert [look(5, at - 3600, (2142.0, 6.0, 22.0)), look(6, at + 3600, (2142.0, 6.0, 22.0))] == [0, 0]
    assert stands_by(cues) == "idle"
    assert [look(7, at - 1, (2142.0, 6.0, 23.0)), look(8, at + 1, (2142.0, 6.0, 23.0))] == [0, 1]


@pytest.mark.parametrize("clock", ["00:00", "0:00:01", "23:59:59"])
def test_a_time_around_midnight_is_passed_too(clock: str) -> None:
    cues = CueList([cue("a", trigger={"clock": clock})])
    started = 0
    for frame in range(8):
        day = 21.0 if frame < 4 else 22.0
        started += len(cues.advance(float(frame), date=(2142.0, 6.0, day, (86396.0 + frame) % 86400.0)))
    assert started == 1


def test_a_visitor_starts_a_cue_and_counts_anew_after_all_have_left() -> None:
    cues = CueList([cue("idle"), cue("a", trigger={"visitor": "presence"})])
    assert play(cues, 0.0, presence=1.0) == []
    assert play(cues, PRESENCE_HELD, 3.0, 50.0, presence=1.0) == [(PRESENCE_HELD, "a")]
    assert play(cues, 51.0, 52.0, presence=0.0) == []
    assert play(cues, 53.0, 54.0, presence=1.0) == []  # somebody looked away
    assert play(cues, 60.0, 60.0 + ABSENCE_HELD, presence=0.0) == []
    assert play(cues, 70.0, 71.0, presence=1.0) == [(71.0, "a")]


def test_where_nobody_comes_the_longest_wait_starts_it() -> None:
    cues = CueList([cue("a", trigger={"visitor": "presence", "longest": 30})])
    assert play(cues, 0.0, 29.0, 30.0, 59.0, 61.0) == [(30.0, "a"), (61.0, "a")]


def test_a_note_that_names_no_output_is_broken_where_there_are_several() -> None:
    order = CueList([cue("a", midi=[{"note": 60}])]).order
    for outputs, wrong in (({"synth"}, False), ({"synth", "lamp"}, True), (None, False)):
        found = broken(order, Means((), (), ("/a",), ("midi",), None, outputs))
        assert bool(found) == wrong, outputs


def test_timecode_starts_a_cue_when_it_runs_past_and_not_when_it_jumps() -> None:
    cues = CueList([cue("a", trigger={"timecode": "01:00:00:12"})])
    starts = [3600.0, 3600.4, 3600.48, 3600.6, 3600.0, 3590.0, 3605.0]
    assert [len(cues.advance(n, timecode=Timecode(at, 25.0))) for n, at in enumerate(starts)] == [0, 0, 1, 0, 0, 0, 0]


def test_a_frame_that_hung_costs_no_cue_of_timecode_and_a_jump_that_is_told_starts_none() -> None:
    cues = CueList([cue("a", trigger={"timecode": "01:00:02"})])
    assert [len(cues.advance(n, timecode=Timecode(at))) for n, at in enumerate((3600.0, 3604.0))] == [0, 1]
    told = (Timecode(3600.0), None, Timecode(3604.0))
    assert [len(cues.advance(9.0 + n, timecode=at)) for n, at in enumerate(told)] == [0, 0, 0]


def test_after_a_panic_triggers_wait_until_somebody_goes() -> None:
    cues = CueList([cue("idle"), cue("a", trigger={"visitor": "presence", "longest": 5})])
    cues.panic()
    cues.advance(0.0)
    assert play(cues, 1.0, 9.0, presence=1.0) == []
    assert cues.held
    cues.go(10.0)
    assert play(cues, 10.0, presence=0.0) == [(10.0, "idle")]
    assert play(cues, 16.0) == [(16.0, "a")]
