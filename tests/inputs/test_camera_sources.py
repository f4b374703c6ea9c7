"""Where pictures come from: films, folders, the synthetic visitor, and what isn't there."""

from __future__ import annotations

import os
import sys
import time

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.errors import DeviceError
from installation.inputs.devices import cameras_here
from installation.inputs.sources import absent, open_recording, open_source
from installation.inputs.synthetic import SyntheticVisitor


def greys(count: int, width: int = 160, height: int = 90) -> list[np.ndarray]:
    """Pictures that can be told apart by their brightness: 10, 20, 30 ..."""
    return [np.full((height, width, 3), 10 * (index + 1), np.uint8) for index in range(count)]


def brightness(picture: np.ndarray) -> int:
    return round(float(picture.mean()) / 10)


def test_a_film_gives_the_picture_of_each_moment_and_loops(tmp_path, write_film):
    film = open_recording(str(write_film(tmp_path / "a.mp4", greys(20), fps=10)))
    assert film.fps == 10
    assert [brightness(film.frame(t)) for t in (0.0, 0.05, 0.1, 0.95, 1.9)] == [1, 1, 2, 10, 20]
    assert [brightness(film.frame(t)) for t in (2.0, 2.3, 41.5)] == [1, 4, 16]  # the next rounds
    assert [brightness(film.frame(t)) for t in (1.2, 0.3)] == [13, 4]  # and back
    film.close()


def test_a_wide_film_is_made_smaller(tmp_path, write_film):
    film = open_recording(str(write_film(tmp_path / "a.mp4", greys(2, 1280, 720))))
    assert film.frame(0.0).shape == (360, 640, 3) and film.frame(0.0).dtype == np.uint8
    film.close()


def test_a_film_that_is_cut_off_plays_what_is_there(tmp_path, write_film):
    visitor = SyntheticVisitor(0, 160, 90)
    whole = write_film(tmp_path / "whole.ts", [visitor.frame(t / 30) for t in range(60)])
    raw = whole.read_bytes()
    (tmp_path / "cut.ts").write_bytes(raw[: len(raw) // 2 + 77])
    film = open_recording(str(tmp_path / "cut.ts"))
    assert all(film.frame(t / 10).shape == (90, 160, 3) for t in range(60))
    film.close()


def test_a_folder_of_pictures_is_played_in_order_and_loops_past_a_damaged_one(tmp_path):
    for index, picture in enumerate(greys(4)):
        cv2.imwrite(str(tmp_path / f"{index}.png"), picture)
    (tmp_path / "2.png").write_bytes(b"not a picture")
    (tmp_path / "notes.txt").write_text("ignored")
    folder = open_recording(str(tmp_path))
    assert [brightness(folder.frame(i / 30)) for i in range(6)] == [1, 2, 2, 4, 1, 2]


def test_the_synthetic_visitor_takes_its_seed_from_the_text():
    seven = open_recording("synthetic:7").frame(6.0)
    assert np.array_equal(seven, SyntheticVisitor(7).frame(6.0))
    assert np.array_equal(open_recording("synthetic", seed=7).frame(6.0), seven)


def test_a_source_is_paced_by_its_own_rate_and_keeps_to_the_deadline(tmp_path, write_film):
    source = open_source(str(write_film(tmp_path / "a.mp4", greys(20), fps=5)))
    assert source.read(time.monotonic() + 5.0) is not None
    assert source.read(time.monotonic() + 0.02) is None  # the next is due in 0.2 s
    assert source.read(time.monotonic() + 5.0) is not None
    source.close()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nowhere.mp4", "no such film or folder"),
        ("sinthetic", 'did you mean "synthetic"?'),
        ("ftp://10.0.0.1/x", "streams of this kind"),
        ("synthetic:x", "not a number"),
    ],
)
def test_what_is_not_there_is_said_with_its_place(text, says):
    with pytest.raises(DeviceError) as caught:
        open_source(text)
    assert says in str(caught.value) and str(caught.value).startswith(text)


def test_an_empty_folder_a_text_and_a_sound_are_no_source(tmp_path):
    (tmp_path / "notes.mp4").write_text("a letter")
    (tmp_path / "empty").mkdir()
    for path, says in (("notes.mp4", "not a film"), ("empty", "no pictures")):
        with pytest.raises(DeviceError, match=says):
            open_recording(str(tmp_path / path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_refused_instead_of_waited_for(tmp_path):
    os.mkfifo(tmp_path / "trap.mp4")
    with pytest.raises(DeviceError, match="not a film"):
        open_recording(str(tmp_path / "trap.mp4"))


@pytest.mark.skipif(sys.platform != "linux", reason="Linux device nodes")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("device:63", "no such camera"),
        ("/dev/video63", "no such camera"),
        ("device:/dev/null", "doesn't open"),
        ("device:/etc/hostname", "not a camera"),
    ],
)
def test_a_device_that_is_no_camera_is_said(text, says):
    with pytest.raises(DeviceError, match=says):
        open_source(text)


def test_a_device_cannot_be_rendered_from():
    with pytest.raises(DeviceError, match="can't be rendered"):
        open_recording("device:0")


def test_cameras_are_listed_without_opening_them():
    for camera in cameras_here():
        assert camera.source.startswith("device:") and camera.name


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_source_or_a_device_error(text):
    try:
        problem = absent(text)
    except DeviceError:
        raise AssertionError("absent() returns its error") from None
    assert problem is None or str(problem)
