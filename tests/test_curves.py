"""Curves of fades: exact at their ends, never running back."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.curves import Curve, along


@pytest.mark.parametrize("curve", get_args(Curve))
def test_a_fade_begins_at_nothing_ends_at_all_and_never_runs_back(curve: Curve) -> None:
    values = [along(curve, 10.0, 4.0, 10.0 + step / 25) for step in range(101)]
    assert values[0] == 0.0
    assert values[-1] == 1.0
    assert all(a <= b for a, b in pairwise(values))


@given(st.sampled_from(get_args(Curve)), st.floats(-1e6, 1e6), st.floats(-1, 1e6), st.floats(-1e7, 1e7))
def test_whatever_the_times_it_stays_between(curve: Curve, began: float, duration: float, now: float) -> None:
    assert 0.0 <= along(curve, began, duration, now) <= 1.0


def test_a_straight_line_is_straight_and_easing_in_is_slow_at_first() -> None:
    assert along("linear", 0.0, 2.0, 0.5) == 0.25
    assert along("ease-in", 0.0, 2.0, 0.5) < 0.1 < 0.4 < along("ease-out", 0.0, 2.0, 0.5)
