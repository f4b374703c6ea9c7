"""The morning check: projectors that were nudged overnight, and a camera that was."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.projectors import apart, errors, look, nudged, scene_of, turned
from installation.wall_drift import drifts, moved
from installation.wall_fit import fit_wall

SMALL = ((640, 360), (400, 225))


def seen(room):
    return {str(number): look(room, number, few=True) for number in range(len(room.projectors))}


@pytest.fixture(scope="module", params=[0.0, 4.0], ids=["plane", "cylinder"])
def known(request):
    here = scene_of(2, request.param, *SMALL)
    return here, {str(number): look(here.room, number) for number in range(2)}


@pytest.mark.parametrize("pixels", [0.0, 1.0, 6.0, 20.0])
def test_a_nudge_is_measured_within_half_a_pixel_and_corrected_or_reported(known, pixels):
    here, before = known
    moved_on = nudged(here, pixels * 0.8, pixels * 0.6)
    found = drifts(before, {"0": look(moved_on.room, 0, few=True), "1": before["1"]}, corrects=9.0)
    assert found["1"].state == "still"
    true = apart(here, moved_on)
    assert abs(found["0"].pixels - true) < 0.5 and math.isclose(true, pixels, abs_tol=0.15 * pixels + 0.1)
    assert found["0"].state == ("still" if pixels < 0.5 else "moved" if pixels < 9 else "far")
    if found["0"].state == "moved":
        wall = fit_wall(before, here.aspect, here.pairs)
        assert errors(moved_on, wall.laid).mean() > 0.3 * pixels
        mended = {name: moved(one, found[name].matrix) for name, one in wall.laid.items()}
        assert errors(moved_on, mended).mean() < 0.4
        assert "corrected" in found["0"].said
    if pixels == 20.0:
        assert "more than the 9 px that are corrected" in found["0"].said and "px right and" in found["0"].said


def test_a_camera_that_was_pushed_is_told_and_nothing_is_corrected(known):
    here, before = known
    room = replace(here.room, camera=turned(here.room.camera, 3.0, -2.0))
    found = drifts(before, seen(room), corrects=20.0)
    assert {one.state for one in found.values()} == {"camera"}
    assert all("the camera has moved" in one.said and np.array_equal(one.matrix, np.eye(3)) for one in found.values())


def test_a_projector_that_stays_dark_in_the_morning_is_told(known):
    _, before = known
    dark = replace(
        before["0"], at=np.empty((0, 2)), to=np.empty((0, 2)), weight=np.empty(0), said={**before["0"].said, "lit": 0}
    )
    found = drifts(before, {"0": dark, "1": before["1"]}, 8.0)
    assert found["0"].state == "unread" and "is it on" in found["0"].said and found["1"].state == "still"
