"""Laying a surface by pairs of places: noted one after another from a ladder, or said all at once."""

from __future__ import annotations

import numpy as np
import pytest
from test_points import Desk

from installation.errors import CommandError

PLACES = [(0.1, 0.1), (0.9, 0.15), (0.85, 0.9), (0.1, 0.8), (0.5, 0.2), (0.4, 0.7), (0.7, 0.5)]


def lands(u: float, v: float) -> tuple[float, float]:
    return 0.1 + 0.7 * u + 0.05 * v, 0.15 + 0.7 * v - 0.03 * u


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.say("begin")
    made.say("select", "left", "door", 0, 0)
    return made


def test_places_that_were_noted_one_after_another_lay_the_surface(desk):
    desk.say("select", "left", "door")  # all of it together
    for u, v in PLACES:
        here = desk.alignment.surfaces["left"]["door"].warp.at([(u, v)])[0]
        desk.say("move", *((np.array(lands(u, v)) - here) * (1000, 500)).tolist())
        desk.say("pair", u, v)
    desk.say("pairs")
    laid = desk.alignment.surfaces["left"]["door"]
    assert np.allclose(laid.warp.at([PLACES[2]]), [lands(*PLACES[2])], atol=1e-6) and laid.region == (0, 0, 1, 1)
    assert desk.alignment.said[0].startswith("left: laid by 7 pairs, off by 0.0 px") and not desk.alignment.noted
    assert desk.alignment.surfaces["left"]["window"].warp.exact
    desk.say("undo")
    assert desk.corners() != np.array(laid.warp.corners)[[0, 1, 3, 2]].tolist()


def test_all_at_once_a_wrong_one_is_named(desk):
    numbers = [number for place in PLACES for number in (*place, *lands(*place))]
    numbers[4 * 3 + 2] += 0.05
    desk.say("pairs", *numbers)
    assert desk.alignment.said[1].startswith("pair 4 lies ")


def test_what_is_missing_is_said_and_nothing_changes(desk):
    before = desk.alignment.surfaces
    for args, why in (
        ((), "at least 6"),
        ((0.1, 0.2, 0.3), "by fours"),
        (("round",), "by fours"),
        ((float("nan"),) * 4, "numbers"),
    ):
        with pytest.raises(CommandError, match=why):
            desk.say("pairs", *args)
    for args in ((0.5,), (0.5, 2.0)):
        with pytest.raises(CommandError, match="place of the canvas"):
            desk.say("pair", *args)
    desk.say("pair", 0.5, 0.5)
    desk.say("pairs", "forget")
    with pytest.raises(CommandError, match="not 0"):
        desk.say("pairs")
    desk.say("pair", 0.5, 0.5)
    desk.say("select", "left", "window", 0, 0)
    with pytest.raises(CommandError, match="not 0"):  # what was noted is another surface's
        desk.say("pairs")
    assert desk.alignment.surfaces is before
