"""What is wrong with pictures is noticed, and what is only a plain, dark or sharp room isn't."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.inputs.health import Health, Rate
from installation.inputs.synthetic import SyntheticVisitor

noise = np.random.default_rng(5)


def room(seconds: float) -> np.ndarray:
    picture = SyntheticVisitor(3, 320, 240).frame(seconds).astype(np.int16)
    return np.clip(picture + noise.integers(-4, 5, picture.shape), 0, 255).astype(np.uint8)


STILL = room(2.0)


def plain(level: int) -> np.ndarray:
    return np.clip(level + noise.integers(-6, 7, (240, 320, 3)), 0, 255).astype(np.uint8)


def cut(share: float) -> np.ndarray:
    picture = room(1.0)
    picture[round(240 * (1 - share)) :] = (128, 128, 128)
    return picture


def looked(pictures, step: float = 1 / 30) -> Health:
    health = Health()
    for index, picture in enumerate(pictures):
        health.look(picture, index * step)
    return health


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda i: room(i / 30), ""),
        (lambda i: plain(200), ""),
        (lambda i: plain(30), ""),
        (lambda i: np.zeros((240, 320, 3), np.uint8), "black"),
        (lambda i: noise.integers(0, 9, (240, 320, 3), dtype=np.uint8), "black"),
        (lambda i: noise.integers(0, 256, (240, 320, 3), dtype=np.uint8), "garbage"),
        (lambda i: cut(0.4), "garbage"),
        (lambda i: np.zeros((0, 0, 3), np.uint8), "garbage"),
        (lambda i: np.zeros((240, 320), np.float32), "garbage"),
        (lambda i: STILL, "frozen"),
        (lambda i: np.kron(noise.integers(0, 2, (30, 40, 1)), np.ones((8, 8, 3))).astype(np.uint8) * 200, ""),
    ],
    ids=["room", "wall", "dusk", "black", "noise", "bytes", "torn", "empty", "floats", "frozen", "sharp"],
)
def test_each_trouble_has_its_word_and_rooms_have_none(make, said):
    health = looked(make(index) for index in range(50))
    assert health.trouble(49 / 30) == said
    if said:
        assert health.look(room(9.0), 50 / 30) and health.trouble(50 / 30) == ""  # over at once


def test_a_single_bad_picture_is_left_out_and_not_told():
    health = looked([room(0.0), room(0.1)])
    assert not health.look(noise.integers(0, 256, (240, 320, 3), dtype=np.uint8), 0.1)
    assert health.trouble(0.1) == "" and health.look(room(0.2), 0.13)


def test_a_rate_that_drops_is_told_within_two_seconds_against_what_was_asked_or_the_best_seen():
    for asked in (30.0, 0.0):
        rate = Rate(asked)
        for index in range(150):
            rate.count(index / 30)
        assert rate.slow(5.0) is None and 28 < rate.fps < 32
        for index in range(1, 10):
            rate.count(5.0 + index / 5)
        slow = rate.slow(6.8)
        assert slow is not None and slow[0] == pytest.approx(5, abs=1) and slow[1] == pytest.approx(30, abs=2)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 5), st.sampled_from(["uint8", "float32", "int16"]))
def test_any_array_is_judged(height, width, channels, kind):
    Health().look(np.zeros((height, width, channels), kind), 0.0)
    Health().look(None, 0.0)
