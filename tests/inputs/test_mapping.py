"""From the camera's picture to the canvas: homographies, by hand and from markers, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.room import SimulatedRoom
from installation.errors import DeviceError
from installation.inputs import markers
from installation.inputs.mapping import CORNERS, fit
from installation.inputs.view import View

CAMERA = ((0.1, 0.15), (0.85, 0.08), (0.95, 0.9), (0.12, 0.8))
PAIRS = [(*place, *corner) for place, corner in zip(CAMERA, CORNERS, strict=True)]


def test_corners_placed_by_hand_go_to_the_canvas_corners_and_back() -> None:
    mapping = fit(PAIRS, "corners")
    assert np.allclose(mapping.to_canvas(CAMERA), CORNERS, atol=1e-9)
    assert np.allclose(mapping.to_camera(CORNERS), CAMERA, atol=1e-9)
    assert not mapping.mirrored
    assert mapping.residual < 1e-9


def test_a_camera_behind_the_screen_is_mirrored() -> None:
    assert fit([(1 - x, y, u, v) for x, y, u, v in PAIRS], "corners").mirrored


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000))
def test_points_that_are_elsewhere_do_not_move_a_mapping_by_markers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    true = fit(PAIRS, "corners")
    canvas = rng.uniform(0.05, 0.95, (40, 2))
    camera = true.to_camera(canvas) + rng.normal(0, 0.0004, (40, 2))
    camera[:8] = rng.uniform(0, 1, (8, 2))
    found = fit(np.hstack([camera, canvas]).tolist(), "markers")
    assert 28 <= found.used <= 36
    assert np.abs(found.to_canvas(CAMERA) - CORNERS).max() < 0.006


@pytest.mark.parametrize(
    ("pairs", "why"),
    [
        (PAIRS[:3], "4 to 256"),
        ([(x, 0.5, u, v) for x, _, u, v in PAIRS], "on one line"),
        ([(float("nan"), y, u, v) for _, y, u, v in PAIRS], "nowhere near"),
        ([(*CAMERA[i], *CORNERS[j]) for i, j in enumerate((0, 1, 3, 2))], "fold the canvas"),
    ],
)
def test_what_is_no_mapping_is_refused_and_says_why(pairs: list[tuple[float, ...]], why: str) -> None:
    with pytest.raises(DeviceError, match=why):
        fit(pairs, "corners")


def test_the_markers_are_those_of_the_dictionary_and_are_found_where_they_are_drawn() -> None:
    drawn = markers.picture(960, 540)
    found = markers.find(drawn[::-1], 16 / 9)
    assert found.markers == len(markers.CODES) == markers.ACROSS * markers.UP
    x, y, u, v = np.array(found.pairs).T
    assert np.abs(x - u).max() * 960 < 1.0
    assert np.abs(y - v).max() * 540 < 1.0


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_wall_of_markers_in_a_room_gives_its_mapping(mirrored: bool) -> None:
    shown = np.repeat(markers.picture(960, 540)[..., None], 3, axis=2)
    room = SimulatedRoom(7, lambda _: shown, people=False, mirrored=mirrored)
    found = markers.find(room.frame(1.0), 16 / 9)
    assert found.mirrored == mirrored
    mapping = fit(found.pairs, "markers")
    assert mapping.mirrored == mirrored
    corners = mapping.to_canvas(room.mapping.to_camera(CORNERS))
    assert np.abs(corners - CORNERS).max() < 0.005  # a visitor's hand is a hundred times as wide


def test_the_view_shows_the_canvas_the_right_way_round_whatever_the_camera_does() -> None:
    card = np.zeros((90, 160, 3), np.uint8)
    card[:45, :80] = (255, 0, 0)  # red, bottom left: rows begin at the bottom
    for mirrored in (False, True):
        room = SimulatedRoom(3, lambda _: card, people=False, mirrored=mirrored)
        seen = View(room.mapping, 320, 180).look(room.frame(1.0)).astype(int)
        redness = seen[..., 2] - seen[..., 0]
        assert redness[100:170, 10:150].mean() > 20 + abs(redness[10:80].mean())
        assert redness[100:170, 10:150].mean() > 20 + abs(redness[100:170, 170:310].mean())
