"""Structured light, read in a simulated room: which pixel of a projector each pixel of the camera sees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.wall_room import Lens, Room, blurred
from installation.stripes import SHIFTS, WAVE, Reader, Stripes, bits, few_patterns, patterns, said

CAMERA = Lens((0.3, 1.9, 6.0), (0.0, 1.5, 0.0), 1.1, (480, 270))
LEFT = Lens((-1.6, 1.2, 4.0), (-1.2, 1.6, 0.0), 1.3, (640, 400), roll=1.5)
RIGHT = Lens((1.5, 1.3, 4.2), (1.1, 1.5, 0.0), 1.3, (640, 400))


def look(room: Room, projector: int, change=lambda picture: picture):
    size = room.projectors[projector].size
    reader = Reader(size)
    for number, pattern in enumerate(patterns(size)):
        shown = [None] * len(room.projectors)
        shown[projector] = change(pattern.picture(size))
        reader.take(pattern, room.photograph(shown, number))
    return reader.read()


@given(st.integers(64, 4096))
@settings(max_examples=30, deadline=None)
def test_neighbouring_strips_differ_in_one_picture_and_no_two_are_alike(size):
    at = np.arange(0, size, WAVE / 2) + 1.0
    code = np.array([Stripes("code", "x", bit).light(at, size) for bit in range(bits(size))])
    assert np.abs(np.diff(code, axis=1)).sum(axis=0).tolist() == [1.0] * (len(at) - 1)
    assert len({tuple(one) for one in code.T}) == len(at)
    negative = np.array([Stripes("negative", "x", bit).light(at, size) for bit in range(bits(size))])
    assert np.array_equal(code + negative, np.ones_like(code))


def test_without_noise_every_place_is_read_to_the_digit():
    size = (300, 200)
    reader = Reader(size)
    for pattern in patterns(size):
        reader.take(pattern, pattern.picture(size) * 0.7 + 0.1)
    seen = reader.read()
    x, y = np.meshgrid(np.arange(300) + 0.5, np.arange(200) + 0.5)
    assert seen.found.all()
    assert np.allclose(seen.x, x, atol=1e-6) and np.allclose(seen.y, y, atol=1e-6)


def test_half_as_many_patterns_say_nearly_the_same_for_a_check():
    room, size = Room(CAMERA, (LEFT,), seed=4), LEFT.size
    few = few_patterns(size)
    assert len(few) == 2 + 2 * 4 + bits(size[0]) + bits(size[1])
    reader = Reader(size)
    for number, pattern in enumerate(few):
        reader.take(pattern, room.photograph([pattern.picture(size)], number))
    seen, (x, y) = reader.read(), room.truth(0)
    both = seen.found & np.isfinite(x)
    assert both.sum() > 0.9 * np.isfinite(x).sum()
    assert np.median(np.hypot(seen.x - x, seen.y - y)[both]) < 0.7


@pytest.mark.parametrize("radius", [0.0, 3.2])
@pytest.mark.parametrize("projector", [0, 1])
def test_a_noisy_camera_in_a_lit_room_finds_the_pixel_within_half_a_pixel(radius, projector):
    room = Room(CAMERA, (LEFT, RIGHT), radius=radius, seed=4)
    seen, (x, y) = look(room, projector), room.truth(projector)
    both = seen.found & np.isfinite(x)
    assert both.sum() > 0.9 * np.isfinite(x).sum()
    off = np.hypot(seen.x - x, seen.y - y)[both]
    assert np.median(off) < 0.5 and (off > 3).mean() < 0.01
    near = blurred(blurred(np.isfinite(x) * 1.0)) > 0  # its edge, through a soft lens
    assert (seen.found & ~near).mean() < 0.0005  # what isn't its light is not taken for it
    assert said(seen.said) == []


def test_a_dark_projector_an_overexposed_camera_and_blur_are_said():
    room = Room(CAMERA, (LEFT,))
    assert "sees none of its light" in said(look(room, 0, lambda picture: picture * 0.02).said)[0]
    glaring = Room(CAMERA, (LEFT,), exposure=2.0)
    assert any("overexposed" in one for one in said(look(glaring, 0).said))

    def unfocused(picture):
        width = 81
        kernel = np.ones(width) / width
        across = np.apply_along_axis(lambda row: np.convolve(row, kernel, "same"), 1, picture)
        return np.apply_along_axis(lambda row: np.convolve(row, kernel, "same"), 0, across)

    assert any("blurred" in one for one in said(look(room, 0, unfocused).said))


def test_a_camera_that_chooses_its_own_exposure_is_told_to_lock_it():
    room, reader = Room(CAMERA, (LEFT,)), Reader(LEFT.size)
    for number, pattern in enumerate(patterns(LEFT.size)):
        picture = room.photograph([pattern.picture(LEFT.size)], number)
        reader.take(pattern, picture * 0.2 / picture.mean())
    assert any("changes its exposure by itself" in one for one in said(reader.read().said))


def test_half_a_sequence_is_no_sequence():
    reader = Reader((64, 64))
    with pytest.raises(ValueError, match="not all"):
        reader.read()
    with pytest.raises(ValueError, match="before white"):
        early = Reader((64, 64))
        early.take(Stripes("code"), np.zeros((4, 4)))
        early.take(Stripes("wave"), np.zeros((4, 4)))
    with pytest.raises(ValueError, match="without its stripes"):
        reader.take(Stripes("negative"), np.zeros((4, 4)))
    reader.take(Stripes("white"), np.zeros((4, 4)))
    with pytest.raises(ValueError, match="5, 4"):
        reader.take(Stripes("black"), np.zeros((4, 5)))
    assert len(patterns((1920, 1080))) == 2 + 2 * (7 + 7) + 2 * SHIFTS
