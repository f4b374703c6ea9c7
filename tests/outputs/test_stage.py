"""The corner pin, by answers that can be worked out on paper."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.errors import OutputError
from installation.outputs.stage import checked_region, homography
from installation.outputs.warp import Warp, meshed

SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
WHOLE = (0.0, 0.0, 1.0, 1.0)
KEYSTONE = ((0.0, 0.0), (1.0, 0.0), (0.75, 1.0), (0.25, 1.0))
"""The wall leans away: its top edge is half as long."""

near = st.floats(0.0, 0.3, allow_nan=False)
convex = st.builds(lambda a, b, c, d, e, f, g, h: ((a, b), (1 - c, d), (1 - e, 1 - f), (g, 1 - h)), *([near] * 8))


def through(matrix, u, v):
    x, y, w = matrix @ (u, v, 1.0)
    return x / w, y / w


def looked_up(vertices, x, y):
    """What a graphics card does at (x, y): u*q, v*q, q interpolated over the triangle, then divided."""
    for triangle in vertices.reshape(2, 3, 5).astype(np.float64):
        sides = np.vstack([triangle[:, :2].T, np.ones(3)])
        weights = np.linalg.solve(sides, (x, y, 1.0))
        if weights.min() >= -1e-9:
            u, v, q = weights @ triangle[:, 2:]
            return u / q, v / q
    raise AssertionError("outside")


def test_the_unit_square_is_the_identity_exactly():
    assert np.array_equal(homography(SQUARE), np.eye(3))


def mesh(region, corners):
    """A region on four corners as two triangles: rows of x, y, u*q, v*q, q."""
    left, bottom, width, height = checked_region(region)
    places, lands, q = meshed(Warp(tuple(map(tuple, corners))), (1920, 1080))
    uv = (places * (width, height) + (left, bottom)) * q[..., None]
    rows = np.concatenate([lands, uv, q[..., None]], axis=2).reshape(4, 5)
    return rows[[0, 1, 3, 0, 3, 2]].astype(np.float32)


def test_the_identity_mesh_is_exact():
    vertices = mesh(WHOLE, SQUARE)
    assert vertices.dtype == np.float32 and vertices.shape == (6, 5)
    assert np.array_equal(vertices[:, :2], vertices[:, 2:4])
    assert np.array_equal(vertices[:, 4], np.ones(6))


def test_a_parallelogram_is_affine():
    matrix = homography(((0.0, 0.0), (1.0, 0.25), (1.5, 1.25), (0.5, 1.0)))
    assert np.array_equal(matrix, [[1.0, 0.5, 0.0], [0.25, 1.0, 0.0], [0.0, 0.0, 1.0]])


def test_the_middle_lands_where_the_diagonals_cross():
    # Diagonals of the keystone: from (0, 0) to (0.75, 1) and from (1, 0) to (0.25, 1) meet at (0.5, 2/3).
    assert through(homography(KEYSTONE), 0.5, 0.5) == pytest.approx((0.5, 2 / 3), abs=1e-12)
    assert looked_up(mesh(WHOLE, KEYSTONE), 0.5, 2 / 3) == pytest.approx((0.5, 0.5), abs=1e-6)


@given(convex)
@settings(max_examples=80, deadline=None)
def test_all_four_corners_are_hit(corners):
    matrix = homography(corners)
    for (u, v), corner in zip(SQUARE, corners, strict=True):
        assert through(matrix, u, v) == pytest.approx(corner, abs=1e-12)


@given(convex, st.floats(0.05, 0.95), st.floats(0.05, 0.95))
@settings(max_examples=80, deadline=None)
def test_the_mesh_shows_what_the_homography_says(corners, u, v):
    x, y = through(homography(corners), u, v)
    assert looked_up(mesh(WHOLE, corners), x, y) == pytest.approx((u, v), abs=2e-5)


def test_a_straight_line_stays_straight_across_the_meshs_diagonal():
    vertices = mesh(WHOLE, KEYSTONE)
    heights = [looked_up(vertices, x, 0.5)[1] for x in (0.2, 0.35, 0.5, 0.65, 0.8)]
    assert heights == pytest.approx([heights[0]] * 5, abs=1e-6)


def test_a_region_is_cut_out_of_the_canvas():
    vertices = mesh((0.25, 0.5, 0.5, 0.25), KEYSTONE)
    assert looked_up(vertices, 0.5, 2 / 3) == pytest.approx((0.5, 0.625), abs=1e-6)
    assert looked_up(vertices, 0.0, 0.0) == pytest.approx((0.25, 0.5), abs=1e-6)


def test_rear_projection_may_mirror():
    mirrored = ((1.0, 0.0), (0.0, 0.0), (0.0, 1.0), (1.0, 1.0))
    assert looked_up(mesh(WHOLE, mirrored), 0.25, 0.5) == pytest.approx((0.75, 0.5))


def test_q_is_positive_and_at_most_one():
    steep = ((0.0, 0.0), (1.0, 0.0), (0.52, 1.0), (0.48, 1.0))
    q = mesh(WHOLE, steep)[:, 4]
    assert q.min() > 0 and q.max() == 1


@pytest.mark.parametrize(
    ("corners", "message", "hint"),
    [
        (((0, 0), (0, 0), (1, 1), (0, 1)), "bottom left and bottom right are the same place", "apart"),
        (((0, 0), (1, 0), (0.5, 0.5), (0, 1)), "top right lies on a line", "outwards"),
        (((0, 0), (1, 0), (0.2, 0.2), (0, 1)), "top right points inwards", "outwards"),
        (((0, 0), (0, 1), (0.2, 0.2), (1, 0)), "top right points inwards", "outwards"),
        (((0, 0), (1, 0), (0, 1), (1, 1)), "cross", "top right and top left swapped"),
        (((0, 0), (1, 1), (1, 0), (0, 1)), "cross", "bottom right and top right swapped"),
        (((0, 0), (1, 0), (1, float("nan")), (0, 1)), "top right", "0..1"),
        (((0, 0), (1920, 0), (1920, 1080), (0, 1080)), "bottom right", "0..1"),
        (((0, 0), (1, 0), (1, 1)), "four corners", "bottom left"),
    ],
)
def test_impossible_corners_are_told_with_what_to_try(corners, message, hint):
    with pytest.raises(OutputError) as caught:
        homography(corners)
    problem = caught.value.problems[0]
    assert message in problem.message and hint in problem.hint


@pytest.mark.parametrize("region", [(0, 0, 0, 1), (0.5, 0, 0.6, 1), (0, 0, 1), (0, 0, float("inf"), 1)])
def test_impossible_regions_are_told(region):
    with pytest.raises(OutputError, match="region"):
        mesh(region, SQUARE)


@given(st.lists(st.tuples(st.floats(), st.floats()), min_size=4, max_size=4))
@settings(max_examples=150, deadline=None)
def test_any_four_points_give_a_finite_mesh_or_an_output_error(corners):
    try:
        vertices = mesh(WHOLE, corners)
    except OutputError:
        return
    assert np.isfinite(vertices).all() and vertices[:, 4].min() > 0
