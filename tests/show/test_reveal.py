"""Reveal fades smoothly from where it is, and keeps the operator's level and the cracks apart."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from installation.errors import CommandError
from installation.show.reveal import Reveal


def test_a_fade_is_half_way_at_half_time_and_arrives_exactly() -> None:
    reveal = Reveal()
    reveal.set(0.8, 10.0, 4.0)
    levels = []
    for seconds in (10.0, 12.0, 14.0, 20.0):
        reveal.advance(seconds)
        levels.append(reveal.level)
    assert levels == [0.0, pytest.approx(0.4), 0.8, 0.8]


def test_a_new_fade_starts_from_the_live_value() -> None:
    reveal = Reveal()
    reveal.set(1.0, 0.0, 10.0)
    reveal.advance(4.0)
    reveal.set(0.0, 5.0, 10.0)
    reveal.advance(5.0)
    assert reveal.level == pytest.approx(0.5)
    assert reveal.target == 0.0


def test_without_seconds_it_is_there_at_once_and_stays_within_0_and_1() -> None:
    reveal = Reveal()
    reveal.set(7.0, 3.0)
    assert reveal.level == 1.0
    reveal.set(-1.0, 3.0)
    assert reveal.level == 0.0


def test_stop_freezes_and_reset_closes() -> None:
    reveal = Reveal()
    reveal.set(1.0, 0.0, 10.0)
    reveal.advance(5.0, cracks=0.3)
    reveal.stop()
    reveal.advance(9.0, cracks=0.3)
    assert reveal.values() == {
        "level": pytest.approx(0.5),
        "cracks": 0.3,
        "amount": pytest.approx(0.65),
        "weak": 0.0,
    }
    reveal.reset()
    assert reveal.values() == {"level": 0.0, "cracks": 0.0, "amount": 0.0, "weak": 0.0}


def test_what_is_not_a_number_is_refused_and_changes_nothing() -> None:
    reveal = Reveal()
    reveal.set(0.5, 0.0)
    for level, duration in ((math.nan, 0.0), (math.inf, 0.0), (0.2, math.nan)):
        with pytest.raises(CommandError):
            reveal.set(level, 1.0, duration)
    assert reveal.level == 0.5


def test_data_shape_a_closed_surface_at_once_and_an_open_one_only_when_the_others_have_let_go() -> None:
    reveal = Reveal()
    reveal.advance(0.0, of="drain")
    assert (reveal.of, reveal.weak) == ("drain", 1.0)
    reveal.set(0.5, 0.0)
    seen = []
    for step in range(50):
        reveal.advance(step / 10, of="seam" if step else "drain")
        seen.append((reveal.of, reveal.weak))
    assert max(abs(b[1] - a[1]) for a, b in pairwise(seen)) < 0.051
    assert all(a[0] == b[0] or b[1] == 0.0 for a, b in pairwise(seen))
    assert seen[0] == ("drain", 1.0) and seen[-1] == ("seam", 1.0)


def test_where_no_data_are_left_the_walls_own_texture_takes_over_slowly() -> None:
    reveal = Reveal()
    reveal.advance(0.0, of="drain")
    reveal.set(1.0, 0.0)
    levels = []
    for step in range(40):
        reveal.advance(step / 10)
        levels.append(reveal.weak)
    assert levels[0] == 1.0 and 0.4 < levels[10] < 0.6 and levels[-1] == 0.0 and reveal.of == ""
