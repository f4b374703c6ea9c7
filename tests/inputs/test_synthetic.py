"""The synthetic visitor: the same evening for everybody, and a truth to measure the vision by."""

from __future__ import annotations

import numpy as np
import pytest

from installation.inputs.synthetic import BLOCK, SyntheticVisitor


def test_the_same_seed_and_moment_give_the_same_picture():
    one, other = SyntheticVisitor(4), SyntheticVisitor(4)
    one.frame(3.0)  # what was asked for before makes no difference
    assert np.array_equal(one.frame(6.25), other.frame(6.25))
    assert np.array_equal(one.truth(6.25), other.truth(6.25))


def test_another_seed_is_another_evening():
    assert not np.array_equal(SyntheticVisitor(4).frame(6.0), SyntheticVisitor(5).frame(6.0))


def test_a_picture_is_bgr_of_the_size_asked_for():
    frame = SyntheticVisitor(0, 320, 240).frame(7.0)
    assert frame.shape == (240, 320, 3) and frame.dtype == np.uint8


@pytest.mark.parametrize("seed", range(12))
def test_the_room_is_empty_first_and_somebody_has_come_within_eight_seconds(seed):
    visitor = SyntheticVisitor(seed)
    assert not visitor.truth(2.0).any()
    assert max((visitor.truth(t) > 127).mean() for t in (5.0, 6.0, 7.0, 8.0)) > 0.01


def test_the_timetable_never_ends_and_everybody_goes_home_before_the_next_block():
    visitor = SyntheticVisitor(9)
    for block in (0, 1, 7, 1000, 2_000_000):
        assert visitor.people(block * BLOCK) == visitor.people((block + 1) * BLOCK - 0.01) == []
        assert any(visitor.people(block * BLOCK + t) for t in np.arange(0, BLOCK, 1.0))


def test_visitors_walk_stand_and_wave_and_come_in_several_sizes():
    visitor = SyntheticVisitor(2)
    seen = [figure for t in np.arange(0, 6 * BLOCK, 0.5) for figure in visitor.people(t)]
    assert any(figure.swing > 0.8 for figure in seen)
    assert any(figure.wave > 0.9 for figure in seen)
    assert any(figure.swing == 0 and figure.wave == 0 for figure in seen)
    heights = [figure.height for figure in seen]
    assert max(heights) > 1.4 * min(heights)


def test_nobody_jumps():
    visitor = SyntheticVisitor(2)
    for t in np.arange(0, BLOCK, 1 / 30):
        now, then = visitor.people(t), visitor.people(t + 1 / 30)
        if len(now) == len(then):
            assert all(abs(a.x - b.x) < 0.02 for a, b in zip(now, then, strict=True))


def test_the_truth_is_where_the_picture_changed():
    visitor = SyntheticVisitor(6)
    empty, frame = visitor.frame(0.5).astype(int), visitor.frame(7.5).astype(int)
    truth = visitor.truth(7.5)
    change = np.abs(frame - empty).max(axis=2)
    assert np.median(change[truth == 255]) > 30
    assert np.mean(change[truth == 0] > 30) < 0.005
