"""Corner pins, cylinders, grids and patches, by answers that can be worked out on paper."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.errors import OutputError
from installation.outputs.stage import homography
from installation.outputs.warp import MOST_SPLITS, Cylinder, Warp, checked, lattice, meshed, moved

KEYSTONE = ((0.0, 0.0), (1.0, 0.0), (0.75, 1.0), (0.25, 1.0))
PROJECTOR = (1920, 1080)
near = st.floats(0.0, 0.3, allow_nan=False)
convex = st.builds(lambda a, b, c, d, e, f, g, h: ((a, b), (1 - c, d), (1 - e, 1 - f), (g, 1 - h)), *([near] * 8))
splits = st.integers(1, MOST_SPLITS)
kinds = st.sampled_from(["linear", "smooth", "bezier"])


def places(count: int = 200) -> np.ndarray:
    return np.random.default_rng(7).random((count, 2))


def pixels(one: np.ndarray, other: np.ndarray) -> float:
    """The largest distance between two sets of places, in pixels of a projector."""
    return float(np.hypot(*((one - other) * PROJECTOR).T).max())


def cells(grid: np.ndarray) -> np.ndarray:
    """A mesh's cells as two triangles each: (n, 3, 2)."""
    a, b, c, d = grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]
    return np.stack([a, b, c, a, c, d], axis=2).reshape(-1, 3, 2)


def drawn(warp: Warp, at: np.ndarray) -> np.ndarray:
    """Where the triangles put places of the surface: what a graphics card draws."""
    flat, lands = (cells(one) for one in meshed(warp, PROJECTOR)[:2])
    found = []
    for place in at:
        sides = np.stack([flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]], axis=2)
        weights = np.linalg.solve(sides, (place - flat[:, 0])[..., None])[..., 0]
        inside = np.flatnonzero((weights >= -1e-9).all(axis=1) & (weights.sum(axis=1) <= 1 + 1e-9))[0]
        a, b, c = lands[inside]
        found.append(a + weights[inside, 0] * (b - a) + weights[inside, 1] * (c - a))
    return np.array(found)


def test_without_corners_and_points_everything_stays_where_it_is():
    assert np.array_equal(Warp().at(places()), places())
    assert Warp().exact and Warp().splits == (1, 1)


def test_a_corner_pin_is_the_projective_map():
    through = np.column_stack([places(), np.ones(200)]) @ homography(KEYSTONE).T
    assert np.array_equal(Warp(KEYSTONE).at(places()), through[:, :2] / through[:, 2:])


@given(convex, splits, splits, kinds)
@settings(max_examples=60, deadline=None)
def test_splitting_a_corner_pin_moves_nothing_by_half_a_pixel(corners, columns, rows, kind):
    pinned = Warp(corners)
    split = pinned.split(columns, rows, kind)
    assert split.splits == (columns, rows)
    if kind == "bezier":  # cubics are near a projective map, not equal to it
        columns, rows = max(columns, 4), max(rows, 4)
        assert pixels(pinned.split(columns, rows, kind).at(places()), pinned.at(places())) < 0.5
    else:
        assert pixels(split.at(places()), pinned.at(places())) < 1e-6


@given(convex, st.integers(1, 8), st.integers(1, 8), kinds, st.integers(1, 4), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_a_grid_passes_through_its_points_and_keeps_them_when_it_is_split_finer(
    corners, columns, rows, kind, finer, up
):
    grid = Warp(corners).split(columns, rows, kind)
    step = 3 if kind == "bezier" else 1
    shift = np.random.default_rng(columns * 31 + rows).uniform(-0.02, 0.02, grid.points.shape) / max(columns, rows)
    bent = Warp(points=grid.points + shift, kind=kind)
    anchors = bent.at(lattice(columns, rows).reshape(-1, 2)).reshape(rows + 1, columns + 1, 2)
    assert np.allclose(anchors, bent.points[::step, ::step], atol=1e-12)
    if columns * finer <= MOST_SPLITS and rows * up <= MOST_SPLITS:
        again = bent.split(columns * finer, rows * up, kind)
        kept = again.at(lattice(columns, rows).reshape(-1, 2)).reshape(rows + 1, columns + 1, 2)
        assert np.allclose(kept, anchors, atol=1e-9)
    if kind == "bezier" and columns * finer <= MOST_SPLITS:  # a cubic cut in pieces is the same cubic
        assert pixels(bent.split(columns * finer, rows, kind).at(places()), bent.at(places())) < 1e-6


def test_a_patch_is_the_bernstein_surface():
    points = Warp().split(1, 1, "bezier").points + np.random.default_rng(3).uniform(-0.05, 0.05, (4, 4, 2))
    u, v = 0.3, 0.8
    weights = [math.comb(3, i) * u**i * (1 - u) ** (3 - i) for i in range(4)]
    heights = [math.comb(3, j) * v**j * (1 - v) ** (3 - j) for j in range(4)]
    expected = sum(heights[j] * weights[i] * points[j, i] for i in range(4) for j in range(4))
    assert Warp(points=points, kind="bezier").at([[u, v]])[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("warp", [
    Warp(KEYSTONE, Cylinder(120, 1.6)),
    Warp(KEYSTONE, Cylinder(90, 3.0, inside=False)),
    Warp(points=Warp(KEYSTONE).split(3, 2).points + np.random.default_rng(1).uniform(-0.05, 0.05, (3, 4, 2)), kind="smooth"),
    Warp(points=moved(Warp(KEYSTONE).split(2, 2, "bezier").points, 4, 3, (0.04, -0.03), "bezier", 2.0), kind="bezier"),
    Warp(points=Warp(KEYSTONE).split(4, 4).points, kind="linear"),
])  # fmt: skip
def test_what_is_drawn_lands_within_half_a_pixel_of_the_map(warp):
    at = np.vstack([places(60), lattice(4, 4).reshape(-1, 2)])
    assert pixels(drawn(warp, at), warp.at(at)) < 0.5


@given(convex)
@settings(max_examples=25, deadline=None)
def test_straight_lines_stay_straight_and_areas_are_those_of_the_quad(corners):
    u = np.linspace(0, 1, 50)
    for line in (np.stack([u, 0.2 + 0.5 * u], 1), np.stack([0.9 - 0.6 * u, u], 1)):
        land = Warp(corners).split(5, 5).at(line) * PROJECTOR
        along = land[-1] - land[0]
        off = np.abs((land - land[0]) @ np.array([-along[1], along[0]])) / np.hypot(*along)
        assert off.max() < 0.5
    lands = meshed(Warp(corners).split(4, 4), PROJECTOR)[1]
    a, b, c = cells(lands).transpose(1, 0, 2)
    area = np.abs((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]).sum() / 2
    x, y = np.array(corners).T
    assert area == pytest.approx(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2, abs=1e-6)


def test_a_round_room_is_the_picture_of_a_pinhole():
    arc, distance = math.radians(100), 1.4
    at = places()
    angle, height = (at[:, 0] - 0.5) * arc, at[:, 1] - 0.5
    wall = np.stack(
        [np.sin(angle), height, np.cos(angle) - (1.0 - distance)], axis=1
    )  # as the projector at the origin sees it
    seen = wall[:, :2] / wall[:, 2:]
    edge = np.array([math.sin(arc / 2), 0.5]) / (math.cos(arc / 2) - (1.0 - distance))
    assert np.allclose(Warp(cylinder=Cylinder(100, distance)).at(at), 0.5 + 0.5 * seen / edge, atol=1e-12)


def test_a_column_bulges_towards_its_middle_and_a_room_away_from_it():
    top = [[0.5, 1.0]]
    assert Warp(cylinder=Cylinder(90, 2.0, inside=False)).at(top)[0, 1] > 1.0
    assert Warp(cylinder=Cylinder(90, 2.0)).at(top)[0, 1] < 1.0


def test_linked_points_go_along_the_less_the_farther_away_they_are():
    grid = lattice(8, 8)
    after = moved(grid, 4, 4, (0.01, 0.0), "linear", linked=2.5)
    by = (after - grid)[4, :, 0]
    assert by[4] == pytest.approx(0.01) and by[3] == pytest.approx(by[5])
    assert by[4] > by[5] > by[6] > 0.0 == by[7]
    assert np.count_nonzero(moved(grid, 4, 4, (0.01, 0.0), "linear") - grid) == 1


def test_handles_go_with_their_anchor_so_that_its_tangents_stay():
    points = Warp().split(2, 2, "bezier").points
    after = moved(points, 3, 3, (0.0, 0.02), "bezier") - points
    assert np.allclose(after[2:5, 2:5, 1], 0.02) and np.count_nonzero(after) == 9


@pytest.mark.parametrize(("make", "said"), [
    (lambda: checked(lattice(3, 3)[:, ::-1] * [1, 1] + np.eye(4)[:, :, None] * 0.9, "linear"), "folds over between rows"),
    (lambda: checked(np.zeros((3, 3, 2)), "linear"), "folds over between rows 0 and 1, columns 0 and 1"),
    (lambda: checked(np.full((2, 2, 2), np.nan), "linear"), "nowhere near"),
    (lambda: checked(lattice(4, 4), "bezier"), "two between each two"),
    (lambda: checked(lattice(40, 1), "linear"), "40 x 1"),
    (lambda: Cylinder(200, 0.5), "can't see the ends"),
    (lambda: Cylinder(170, 1.0, inside=False), "face away"),
    (lambda: Cylinder(0, 1.0), "is none"),
])  # fmt: skip
def test_what_no_projector_could_show_is_refused(make, said):
    with pytest.raises(OutputError, match=said):
        make()


def test_warps_are_compared_by_what_they_do_points_and_all():
    grid = Warp().split(2, 2, "smooth")
    assert grid == Warp().split(2, 2, "smooth")
    assert grid != Warp() and Warp() != grid and Warp() == Warp()
    assert grid != Warp(grid.corners, None, moved(grid.points, 1, 1, (0.1, 0.0), "smooth"), "smooth")
    assert grid != "a warp"
