"""The governor on invented frame costs: what it decides, and that it keeps still."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from installation.render.governor import SCALES, Governor, scaled

PERIOD = 1 / 60


def play(governor: Governor, seconds: float, load: float, start: float = 0.0, fixed: float = 0.0) -> list[float]:
    """The scale of each frame of so many seconds; `load` is what a frame at full size costs, in frame times."""
    scales, now = [], start
    while now < start + seconds:
        cost = (load * governor.scale**2 + fixed) * PERIOD
        interval = max(cost, PERIOD)
        now += interval
        scales.append(governor.feed(now, cost, interval))
    return scales


def test_a_machine_that_is_fast_enough_draws_every_pixel() -> None:
    assert set(play(Governor(60), 30, 0.9)) == {1.0}


def test_a_slow_machine_comes_to_a_scale_that_holds_its_rate_and_stays_there() -> None:
    governor = Governor(60)
    play(governor, 10, 2.5)
    assert 2.5 * governor.scale**2 <= 1.0
    assert governor.scale == max(s for s in SCALES if 2.5 * s**2 <= 0.98)
    assert len(set(play(governor, 600, 2.5, 10))) == 1


def test_when_there_is_room_again_it_goes_back_up_step_by_step() -> None:
    governor = Governor(60)
    play(governor, 10, 3.0)
    low = governor.scale
    scales = play(governor, 60, 0.5, 10)
    assert low < 1.0 == governor.scale
    assert all(SCALES.index(a) - SCALES.index(b) in (0, 1) for a, b in pairwise(scales))


def test_a_load_at_the_edge_does_not_make_it_swing() -> None:
    governor, swings = Governor(60), 0
    now = 0.0
    for number in range(60):
        scales = play(governor, 10, 1.4 if number % 2 else 0.6, now)
        swings += sum(a != b for a, b in pairwise(scales))
        now += 10
    assert swings < 40


def test_a_single_slow_frame_changes_nothing() -> None:
    governor = Governor(60)
    play(governor, 5, 0.5)
    governor.feed(5.5, 0.5, 0.5)
    assert set(play(governor, 5, 0.5, 5.5)) == {1.0}


def test_a_slow_display_is_not_a_slow_machine() -> None:
    governor, blind, now = Governor(60), Governor(60), 0.0
    for _ in range(300):
        now += 1 / 30
        governor.feed(now, 0.3 * PERIOD, 1 / 30, measured=True)
        blind.feed(now, 0.3 * PERIOD, 1 / 30, measured=False)
    assert governor.scale == 1.0
    assert blind.scale < 1.0


def test_it_never_goes_below_the_least() -> None:
    governor = Governor(60, least=0.5)
    play(governor, 60, 50.0)
    assert governor.scale == 0.5


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 1)), max_size=400))
def test_whatever_frames_cost_the_scale_is_one_of_the_steps(frames: list[tuple[float, float]]) -> None:
    governor, now = Governor(30), 0.0
    for cost, interval in frames:
        now += interval
        assert governor.feed(now, cost, interval) in SCALES


@given(st.integers(16, 16384), st.integers(16, 16384), st.sampled_from(SCALES))
def test_a_scaled_canvas_is_never_larger_and_never_nothing(width: int, height: int, scale: float) -> None:
    size = scaled((width, height), scale)
    assert 16 <= size[0] <= width
    assert 16 <= size[1] <= height
    assert scaled((width, height), 1.0) == (width, height)
