"""What the vision makes of pictures whose truth is known."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.inputs.figure import Figure
from installation.inputs.sense import Sense
from installation.inputs.synthetic import SyntheticVisitor
from installation.inputs.vision import Vision


def room(seed: int = 0, noise: float = 2.0) -> Callable[[], np.ndarray]:
    """Pictures of a textured wall, 320x180."""
    rng = np.random.default_rng(seed)
    wall = cv2.resize(rng.integers(80, 150, (18, 32, 3)).astype(np.uint8), (320, 180))

    def look() -> np.ndarray:
        return np.clip(wall + rng.normal(0, noise, wall.shape), 0, 255).astype(np.uint8)

    return look


def cloth(seed: int = 1) -> np.ndarray:
    """A textured patch, 60x40, unlike the wall."""
    rng = np.random.default_rng(seed)
    return cv2.resize(rng.integers(170, 250, (15, 10, 3)).astype(np.uint8), (40, 60))


def put(picture: np.ndarray, patch: np.ndarray, x: float, y: float) -> np.ndarray:
    """The picture with the patch at x, y (from the top left, to a fraction of a pixel)."""
    size = picture.shape[1], picture.shape[0]
    matrix = np.array([[1, 0, x], [0, 1, y]], np.float32)
    moved = cv2.warpAffine(patch, matrix, size)
    alpha = cv2.warpAffine(np.full(patch.shape, 255, np.uint8), matrix, size) / 255.0
    return np.round(picture * (1 - alpha) + moved * alpha).astype(np.uint8)


def learned(look: Callable[[], np.ndarray], **options) -> Vision:
    vision = Vision(**options)
    for index in range(31):
        vision.process(look(), index / 30)
    return vision


def overlap(seed: int, light: Callable[[float], float]) -> list[float]:
    """Intersection over union with the truth at the mask's size, four times a second."""
    visitor, vision = SyntheticVisitor(seed), Vision()
    found = []
    for index in range(15 * 11):
        t = index / 15
        picture = np.clip(np.round(visitor.frame(t) * light(t)), 0, 255).astype(np.uint8)
        mask = vision.process(picture, t).mask > 127
        truth = cv2.resize(visitor.truth(t), (160, 90), interpolation=cv2.INTER_AREA)[::-1] > 127
        if index % 4 == 0 and truth.sum() > 150:
            found.append(float((mask & truth).sum() / (mask | truth).sum()))
    assert len(found) > 5
    return found


@pytest.mark.parametrize("seed", [3, 16])
def test_the_silhouette_is_the_visitors(seed):
    assert np.mean(overlap(seed, lambda t: 1.0)) >= 0.92


@pytest.mark.parametrize("change", [0.15, -0.15])
def test_the_silhouette_stays_when_the_whole_room_changes_its_brightness(change):
    found = overlap(7, lambda t: 1 + change * min(max((t - 2) / 4, 0), 1))
    assert np.mean(found) >= 0.92 and min(found) >= 0.85


def test_the_silhouette_stays_under_flickering_light():
    assert np.mean(overlap(7, lambda t: 1 + 0.04 * math.sin(t * 40))) >= 0.92


@pytest.mark.parametrize(("dx", "dy"), [(3, 0), (-3, 0), (0, 3), (0, -3), (2, -2)])
def test_flow_points_where_the_visitor_goes_in_widths_a_second_with_up_positive(dx, dy):
    look = room()
    vision = learned(look)
    for step in range(8):
        sense = vision.process(put(look(), cloth(), 130 + dx * step, 60 + dy * step), (31 + step) / 30)
    inside = sense.flow[sense.mask > 250]
    assert np.allclose(np.median(inside, axis=0), (dx * 30 / 320, -dy * 30 / 320), atol=0.03)
    assert not sense.flow[:, :20].any()  # nothing away from the visitor


def test_row_0_of_the_mask_is_the_bottom_and_the_centre_is_in_canvas_coordinates():
    look = room()
    vision = learned(look)
    for step in range(5):
        sense = vision.process(put(look(), cloth(), 20, 120), (31 + step) / 30)  # low and to the left
    assert sense.mask[:30, :30].mean() > 100 and not sense.mask[31:].any()
    assert sense.centre == pytest.approx((40 / 320, 1 - 150 / 180), abs=0.02)


def test_a_mirrored_camera_flips_the_mask_and_the_flow():
    senses = []
    for mirror in (False, True):
        look = room()
        vision = learned(look, mirror=mirror)
        for step in range(6):
            sense = vision.process(put(look(), cloth(), 60 + 3 * step, 70), (31 + step) / 30)
        senses.append(sense)
    straight, mirrored = senses
    assert straight.centre[0] == pytest.approx(1 - mirrored.centre[0], abs=0.02)
    assert straight.flow[..., 0].sum() == pytest.approx(-mirrored.flow[..., 0].sum(), rel=0.1)


def test_an_empty_noisy_room_stays_empty():
    look = room(noise=6.0)
    vision = learned(look)
    for index in range(90):
        sense = vision.process(look(), (31 + index) / 30)
        assert sense.presence == 0 and sense.motion == 0 and sense.count == 0 and not sense.mask.any()


def test_presence_rises_quickly_and_falls_softly():
    look = room()
    vision = learned(look)
    seen = [vision.process(put(look(), cloth(), 100, 80), (31 + i) / 30) for i in range(12)]
    assert seen[0].presence < 0.5 < seen[8].presence
    left = [vision.process(look(), (43 + i) / 30) for i in range(60)]
    assert 0.5 < left[5].presence < 1 and left[-1].presence < 0.02
    assert left[-1].centre == pytest.approx((120 / 320, 1 - 110 / 180), abs=0.03)  # the last one known


def test_two_people_apart_are_two():
    look = room()
    vision = learned(look)
    for step in range(15):
        picture = put(put(look(), cloth(), 40, 80), cloth(2), 220, 80)
        sense = vision.process(picture, (31 + step) / 30)
    assert sense.count == 2


def test_light_switched_off_and_on_is_not_a_crowd():
    look = room()
    vision = learned(look)
    for index in range(180):
        dark = 30 <= index < 90
        sense = vision.process((look() // 15) if dark else look(), (31 + index) / 30)
        assert sense.presence == 0


class Standing(SyntheticVisitor):
    """Somebody who comes at 3 s and then only breathes."""

    def people(self, seconds: float) -> list[Figure]:
        if seconds < 3:
            return []
        somebody = next(f for t in np.arange(4, 20, 0.25) for f in super(Standing, self).people(t) if f.swing == 0)
        sway = 0.012 * math.sin(seconds * 0.9) + 0.006 * math.sin(seconds * 2.1)
        return [dataclasses.replace(somebody, sway=sway, breath=math.sin(seconds * 1.7), wave=0.0)]


def test_a_visitor_who_stands_for_ten_minutes_is_not_eaten():
    visitor, vision = Standing(0), Vision()
    times = [*np.arange(0, 6, 0.1), *np.arange(6, 606, 4.0)]
    covered = [(vision.process(visitor.frame(t), t).mask > 127).sum() for t in times]
    assert min(covered[-140:]) > 0.95 * covered[58]


def test_a_chair_that_is_left_behind_becomes_part_of_the_room():
    look = room()
    vision = learned(look)
    seconds = [1.0 + index for index in range(100)]
    cover = [vision.process(put(look(), cloth(), 100, 80), t).mask.any() for t in seconds]
    assert cover[8] and not cover[-1]


def test_whoever_stood_there_while_the_room_was_learned_leaves_no_lasting_ghost():
    look = room()
    vision = Vision()
    for index in range(45):
        vision.process(put(look(), cloth(), 100, 80), index / 30)
    ghost = [vision.process(look(), 1.5 + index / 10).mask.any() for index in range(160)]
    assert ghost[5] and not ghost[-1]


def test_the_same_pictures_give_the_same_senses():
    visitor, one, other = SyntheticVisitor(1), Vision(), Vision()
    for index in range(90):
        picture = visitor.frame(2 + index / 20)
        a, b = one.process(picture, index / 20), other.process(picture, index / 20)
    assert np.array_equal(a.mask, b.mask) and np.array_equal(a.flow, b.flow)
    assert (a.presence, a.motion, a.centre, a.count) == (b.presence, b.motion, b.centre, b.count)
    assert a.presence > 0


def test_senses_are_read_only():
    for sense in (Sense.empty(), Vision().process(room()(), 0.0)):
        with pytest.raises(ValueError):
            sense.mask[0, 0] = 1
        with pytest.raises(ValueError):
            sense.flow[0, 0] = 1


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.sampled_from([None, 1, 3, 4]))
def test_pictures_of_any_size_and_depth_are_taken(width, height, channels):
    shape = (height, width) if channels is None else (height, width, channels)
    sense = Vision(32, 18).process(np.zeros(shape, np.uint8), 0.0)
    assert sense.mask.shape == (18, 32) and sense.flow.shape == (18, 32, 2)


@pytest.mark.parametrize("picture", [np.zeros((9, 9, 2), np.uint8), np.zeros((9, 9, 3)), np.zeros((0, 5, 3), np.uint8)])
def test_what_is_no_picture_is_refused(picture):
    with pytest.raises(ValueError):
        Vision().process(picture, 0.0)


@pytest.mark.parametrize(("width", "height"), [(8, 8), (9, 11), (24, 14), (24, 90), (160, 14), (480, 14)])
def test_a_mask_of_any_size_that_a_part_of_the_canvas_has_follows_who_walks(width, height):
    wall = np.full((4 * height, 4 * width, 3), 110, np.uint8)
    vision, walked = Vision(width, height), []
    for index in range(60):
        picture = wall.copy()
        if index > 30:
            left = round(wall.shape[1] * (index - 30) / 40)
            picture[height // 2 :, left : left + wall.shape[1] // 4] = (30, 30, 200)
        walked.append(vision.process(picture, index / 30))
    assert max(sense.mask.max() for sense in walked) == 255
    assert max(sense.flow[..., 0].max() for sense in walked) > 0


def test_a_mask_too_small_to_sense_in_is_refused():
    with pytest.raises(ValueError, match="at least 8 x 8"):
        Vision(16, 7)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**31), st.integers(8, 40), st.integers(8, 40), st.booleans())
def test_no_row_of_pictures_and_moments_raises(seed, width, height, mirror):
    rng = np.random.default_rng(seed)
    vision, seconds = Vision(width, height, mirror), float(rng.choice([-5.0, 0.0, 1e6]))
    shape = int(rng.integers(1, 120)), int(rng.integers(1, 120))
    wall = (
        rng.integers(0, 256, (*shape, 3)).astype(np.uint8) if rng.random() < 0.3 else np.full((*shape, 3), 90, np.uint8)
    )
    for index in range(36):
        picture = wall.copy()
        for _ in range(int(rng.integers(0, 4)) if index > 15 else 0):
            y, x = int(rng.integers(0, shape[0])), int(rng.integers(0, shape[1]))
            picture[y : y + shape[0] // 2 + 1, x : x + shape[1] // 4 + 1] = rng.integers(0, 256, 3)
        kind = rng.choice([picture.ndim] * 8 + [0, 1, 2, 4])
        if kind == 0:
            picture = picture[::-1, ::-1]
        elif kind == 1:
            picture = picture[..., :1]
        elif kind == 2:
            picture = picture[..., 0]
        elif kind == 4:
            picture = np.dstack([picture, picture[..., :1]])
        seconds += float(rng.choice([1 / 15] * 8 + [0.0, -0.1, 3.0, 1e-6]))
        sense = vision.process(picture, seconds)
        assert sense.mask.shape == (height, width) and np.isfinite(sense.flow).all() and np.isfinite(sense.bodies).all()
        assert all(0 <= value <= 1 for value in (sense.presence, sense.motion, *sense.centre, sense.confidence))
