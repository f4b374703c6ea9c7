"""A fault score is composed: the same seed breaks the same way, never beyond its budget, never as a flash."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.scene.schema import FaultScore
from installation.show.faults import BRIGHTNESS, BRIGHTNESS_APART, EDGES, LEAST, FaultPlayer


def score(*lines: dict[str, Any], **more: Any) -> FaultScore:
    return FaultScore.model_validate({"score": list(lines), **more})


BREAK = score(
    {"fault": "tear", "start": 0, "end": 40, "density": [0.2, 3.0], "strength": 0.6},
    {"fault": "dropout", "start": 10, "end": 40, "density": [0.5, 4.0], "lasts": 0.3},
    {"fault": "bleed", "start": 20, "end": 40, "density": [1.0, 1.0], "lasts": 2.0, "strength": 1.0},
    seed=5,
    budget=3,
    cracks=[0.1, 0.9],
)


def times(until: float, step: float = 0.05) -> list[float]:
    return [number * step for number in range(int(until / step))]


def test_the_same_seed_gives_the_same_break_and_another_seed_another() -> None:
    one, same, other = FaultPlayer(BREAK, 7), FaultPlayer(BREAK, 7), FaultPlayer(BREAK, 8)
    assert [one.at(t) for t in times(90)] == [same.at(t) for t in times(90)]
    assert [one.at(t) for t in times(90)] != [other.at(t) for t in times(90)]


def test_any_moment_can_be_asked_for_in_any_order() -> None:
    straight = FaultPlayer(BREAK, 7)
    expected = {t: straight.at(t) for t in times(90, 0.5)}
    jumping = FaultPlayer(BREAK, 7)
    assert {t: jumping.at(t) for t in sorted(expected, reverse=True)} == expected


def test_faults_come_as_often_as_the_density_says() -> None:
    line = {"fault": "slip", "start": 0, "end": 100, "density": [0.0, 2.0], "lasts": 0.01}
    player = FaultPlayer(score(line, budget=8))
    assert player.count == pytest.approx(100, abs=2)
    halves = [sum(bool(player.at(t)) for t in times(100, 0.001) if low <= t < low + 50) for low in (0, 50)]
    assert halves[1] / halves[0] == pytest.approx(3, rel=0.4)


def test_it_goes_on_after_its_end_without_repeating_itself() -> None:
    player = FaultPlayer(BREAK, 7)
    turns = [[player.at(40 + 20 * turn + t) for t in times(20)] for turn in range(3)]
    assert all(any(turn) for turn in turns)
    assert turns[0] != turns[1] != turns[2]
    assert player.at(40 + 86400 * 5 + 7.5) is not None


def test_cracks_open_smoothly_and_stay() -> None:
    player = FaultPlayer(BREAK)
    curve = [player.cracks(t) for t in (-1.0, 0.0, 20.0, 40.0, 4000.0)]
    assert curve == pytest.approx([0.1, 0.1, 0.5, 0.9, 0.9])


def test_nothing_shows_before_the_start() -> None:
    assert FaultPlayer(BREAK).at(-0.5) == []


def test_what_changes_brightness_comes_slowly_and_at_most_two_and_a_half_times_a_second() -> None:
    line = {"fault": "dropout", "start": 0, "end": 30, "density": [20, 20], "lasts": 0.01, "strength": 1}
    player = FaultPlayer(score(line, budget=8))
    begins = [event.begins for event in player._first.events]
    gaps = [b - a for a, b in pairwise(begins)]
    assert min(gaps) >= BRIGHTNESS_APART - 1e-9
    assert all(EDGES[kind][0] >= 0.12 and LEAST[kind] >= BRIGHTNESS_APART for kind in BRIGHTNESS)
    before: dict[float, float] = {}
    for t in times(80, 0.01):
        now = {fault.seed: fault.strength for fault in player.at(t)}
        assert all(abs(now[seed] - before.get(seed, 0.0)) < 0.01 / 0.12 * 1.51 for seed in now)
        before = now


def test_a_fault_longer_than_the_loop_still_shows_in_it() -> None:
    line = {"fault": "freeze", "start": 0, "end": 60, "density": [0.5, 0.5], "lasts": 30}
    player = FaultPlayer(score(line))
    assert any(player.at(60 + t) for t in times(20, 0.5))


def test_a_fault_stays_where_its_line_says() -> None:
    lines = [{"fault": kind, "end": 20, "density": [1, 1], "area": [0.5, 0.25, 0.25, 0.5]} for kind in sorted(EDGES)]
    player = FaultPlayer(score(*lines, budget=8))
    faults = [fault for t in times(40) for fault in player.at(t)]
    assert {fault.kind for fault in faults} == set(EDGES)
    assert all(fault.x >= 0.5 and fault.x + fault.w <= 0.75 + 1e-9 for fault in faults)
    assert all(fault.y >= 0.25 and fault.y + fault.h <= 0.75 + 1e-9 for fault in faults)


def test_of_a_kind_there_is_one_at_a_time_so_that_none_appears_all_at_once() -> None:
    line = {"fault": "bleed", "end": 30, "density": [3, 3], "lasts": 4}
    player = FaultPlayer(score(line, budget=8))
    assert max(len(player.at(t)) for t in times(60)) == 1


def test_a_signal_goes_and_comes_back_slowly_however_short_its_line_says() -> None:
    player = FaultPlayer(score({"fault": "signal", "end": 60, "density": [5, 5], "lasts": 0.1, "strength": 1}))
    strengths = [sum(fault.strength for fault in player.at(t)) for t in times(100)]
    assert max(abs(b - a) for a, b in pairwise(strengths)) < 0.05 / 0.9 * 1.51


LINES = st.fixed_dictionaries(
    {
        "fault": st.sampled_from(sorted(EDGES)),
        "start": st.floats(0, 50),
        "end": st.one_of(st.floats(0.1, 60), st.just(1e12)),
        "density": st.tuples(st.floats(-1, 30), st.floats(-1, 1e9)),
        "strength": st.floats(0, 1),
        "lasts": st.floats(0.001, 30),
    }
)


@given(st.lists(LINES, min_size=1, max_size=3), st.integers(1, 8), st.integers(0, 2**31), st.data())
@settings(max_examples=40, deadline=None)
def test_the_budget_holds_whatever_the_score(
    lines: list[dict[str, Any]], budget: int, seed: int, data: st.DataObject
) -> None:
    for line in lines:
        if line["end"] > 1000:
            line["density"] = (0.05, 0.05)  # hours of faults are allowed, but slow to draw for a test
    player = FaultPlayer(score(*lines, budget=budget), seed)
    moments = data.draw(st.lists(st.floats(0, 200), min_size=20, max_size=40))
    for t in [*moments, player.duration, player.duration + 19.999, 1e6]:
        faults = player.at(t)
        assert len(faults) <= budget
        for fault in faults:
            assert 0 <= fault.strength <= 1 and 0 <= fault.phase <= 1 and 0 <= fault.seed < 1
            assert fault.x >= 0 and fault.y >= 0 and fault.w > 0 and fault.h > 0
            assert fault.x + fault.w <= 1 + 1e-9 and fault.y + fault.h <= 1 + 1e-9
        assert len({fault.seed for fault in faults}) == len(faults)
