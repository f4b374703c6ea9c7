"""Which tooth tells: one at a time, for visitors, for who points, and by itself where nobody is."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from installation.render.layers.opening import DWELLS, GONE, POINTED, RESTS, Opening, wandering

PLACES = np.array([[0.1, 0.5], [0.5, 0.5], [0.9, 0.5]], np.float32)
NOBODY = np.zeros((90, 160), np.uint8)


def before(*places: int) -> NDArray[np.uint8]:
    mask = NOBODY.copy()
    for place in places:
        x, y = PLACES[place]
        mask[int(y * 90) - 2 : int(y * 90) + 3, int(x * 160) - 2 : int(x * 160) + 3] = 255
    return mask


def play(
    opening: Opening, mask: NDArray[np.uint8], seconds: float, start: float = 0.0, wander: float = 0.0
) -> list[int]:
    """Which is told in each frame; -1 for none."""
    there = np.ones(3, bool)
    told = []
    for frame in range(round(seconds * 30)):
        now = start + frame / 30
        opening.advance(PLACES, there, mask, float(mask.any()), 1.0, wander, now, 1 / 30)
        found = opening.told()
        told.append(-1 if found is None else found[0])
    return told


def test_the_one_that_a_visitor_covers_opens_and_closes_slowly_behind() -> None:
    opening = Opening(3)
    play(opening, before(1), 3.0)
    found = opening.told()
    assert found is not None and found[0] == 1 and found[1] > 0.95
    assert opening.amounts[[0, 2]].max() == 0
    play(opening, NOBODY, 1.0)
    assert opening.amounts[1] > 0.3
    play(opening, NOBODY, 20.0)
    assert opening.told() is None


def test_the_next_waits_until_the_words_of_the_last_have_gone() -> None:
    opening = Opening(3)
    play(opening, before(0), DWELLS + 1)
    last, least = 0, 1.0
    for _ in range(200):
        opening.advance(PLACES, np.ones(3, bool), before(2), 0.1, 1.0, 0.0, 0.0, 1 / 30)
        found = opening.told()
        assert found is not None
        if found[0] != last:
            assert least <= GONE
            last = found[0]
        least = min(least, found[1])
    assert last == 2 and found is not None and found[1] > 0.9


def test_a_visitor_who_covers_several_has_one_told_and_it_stays() -> None:
    opening = Opening(3)
    told = play(opening, before(0, 1, 2), 10.0)
    assert set(told[1:]) == {1}, "the one in the middle of the silhouette"


def test_what_somebody_points_at_leads_for_a_while() -> None:
    opening = Opening(3)
    play(opening, before(0), 4.0)
    opening.point(2)
    assert play(opening, before(0), POINTED - 1)[-1] == 2
    assert play(opening, before(0), 8.0)[-1] == 0


def test_with_nobody_there_each_has_its_turn_and_none_before_all_have_had_theirs() -> None:
    turns = [wandering(np.arange(32), 10.0, 10.0 * (turn + 0.6)) for turn in range(64)]
    assert sorted(turns[:32]) == list(range(32)) and turns[:32] == turns[32:]
    assert all(abs(one - other) > 1 for one, other in pairwise(turns))
    assert wandering(np.arange(32), 10.0, 10.0 * RESTS * 0.5) == -1, "a pause between two"
    told = play(Opening(3), NOBODY, 30.0, wander=10.0)
    assert {0, 1, 2} <= set(told)


def test_nothing_is_worked_out_where_nothing_is_open() -> None:
    opening = Opening(3)
    assert not opening.advance(PLACES, np.ones(3, bool), NOBODY, 0.0, 1.0, 0.0, 5.0, 1 / 30)
    assert not opening.advance(PLACES, np.ones(3, bool), before(1), 0.1, 0.0, 9.0, 5.0, 1 / 30)
