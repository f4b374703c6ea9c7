"""Several projectors make one picture: what their light adds up to on the wall, worked out beside the engine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.errors import OutputError
from installation.outputs.blend import _distance, blended, covered, polygon, shares
from installation.outputs.warp import Warp

TWO = [(0.0, 0.0, 0.55, 1.0), (0.45, 0.0, 0.55, 1.0)]
THREE = [(0.0, 0.0, 0.4, 1.0), (0.3, 0.0, 0.4, 1.0), (0.6, 0.0, 0.4, 1.0)]
FOUR = [(0.0, 0.0, 0.6, 0.55), (0.4, 0.0, 0.6, 0.55), (0.0, 0.45, 0.6, 0.55), (0.4, 0.45, 0.6, 0.55)]
GAMMA = 2.2
SIZE = (320, 90)
SLANTED = Warp(((-0.1, 0.05), (1.2, -0.1), (1.05, 1.1), (0.1, 0.9)))
"""A projector that doesn't reach the whole of its region."""


def fallen(regions, warp=Warp()):  # noqa: B008
    return [covered(region, warp, SIZE) for region in regions]


def on_the_wall(covers, black, light, bits=None) -> np.ndarray:
    """The light on the wall, where the canvas has `light` everywhere: of lamps that leak, through a gamma and so many bits."""
    scale, added = blended(covers, black)
    total = np.zeros(covers[0].shape)
    for own, leak in enumerate(black):
        code = (added[own] + scale[own] * light) ** (1 / GAMMA)
        if bits:
            code = np.round(code * (2**bits - 1)) / (2**bits - 1)
        total += np.where(covers[own], leak + (1 - leak) * code**GAMMA, 0.0)
    return total[np.any(covers, axis=0)]


@pytest.mark.parametrize("covers", [fallen(TWO), fallen(THREE), fallen(FOUR), fallen(TWO, SLANTED)])
@pytest.mark.parametrize("light", [0.0, 0.02, 0.5, 1.0])
def test_the_wall_is_flat_where_the_canvas_is(covers, light):
    assert on_the_wall(covers, [0.0] * len(covers), light) == pytest.approx(light, abs=1e-9)


@pytest.mark.parametrize("light", [0.05, 0.3, 1.0])
def test_two_projectors_are_flat_within_a_hundredth_in_ten_bits(light):
    seen = on_the_wall(fallen(TWO), [0.001, 0.001], light, bits=10)
    assert np.ptp(seen) <= 0.01 * seen.mean()


@given(st.lists(st.floats(0, 0.01), min_size=4, max_size=4), st.floats(0, 1))
@settings(max_examples=20, deadline=None)
def test_black_is_as_even_as_white_though_every_lamp_leaks_differently(black, light):
    darkest = sum(black)
    assert on_the_wall(fallen(FOUR), black, light) == pytest.approx(darkest + (1 - darkest) * light, abs=1e-9)


places = st.tuples(st.floats(0, 0.7), st.floats(0, 0.7), st.floats(0.1, 0.3), st.floats(0.1, 0.3))


@given(st.lists(places, min_size=1, max_size=5))
@settings(max_examples=30, deadline=None)
def test_all_shares_are_one_wherever_light_falls(regions):
    covers = fallen(regions)
    whole = shares(covers).sum(axis=0)
    assert np.allclose(whole[np.any(covers, axis=0)], 1.0) and not whole[~np.any(covers, axis=0)].any()


def test_a_share_is_nothing_at_its_own_edge_all_where_it_is_alone_and_has_no_step():
    line = shares(fallen(TWO))[1][40]
    assert line[: int(0.45 * SIZE[0])].max() == 0.0 and line[int(0.55 * SIZE[0]) + 1 :].min() == 1.0
    inner = line[int(0.45 * SIZE[0]) : int(0.55 * SIZE[0])]
    assert inner[0] < 0.01 and np.abs(np.diff(line)).max() < 0.06 and np.all(np.diff(line) >= 0)


def test_surfaces_that_do_not_meet_are_left_alone():
    apart = fallen([(0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 0.5, 1.0)])
    scale, added = blended(apart, [0.002, 0.002])
    assert np.allclose(scale[0], apart[0] * 1.0) and not added.any()


def test_distances_are_those_of_euclid():
    there = np.random.default_rng(2).random((23, 31)) < 0.02
    y, x = np.nonzero(there)
    grid = np.mgrid[0:23, 0:31]
    expected = np.hypot(grid[0][..., None] - y, grid[1][..., None] - x).min(axis=2)
    assert np.allclose(_distance(there), expected) and np.isinf(_distance(np.zeros((3, 4), bool))).all()


def test_a_black_level_that_no_projector_has_is_refused():
    with pytest.raises(OutputError, match=r"black level of 0\.7"):
        blended(fallen(TWO), [0.7, 0.0])


def test_a_polygon_masks_with_its_own_area_and_a_soft_edge():
    mask = polygon([[0.25, 0.25], [0.75, 0.25], [0.75, 0.75], [0.25, 0.75]], 0.0, (400, 400))
    assert mask.mean() == pytest.approx(0.25, abs=0.002) and (mask[200, 200], mask[10, 10]) == (1.0, 0.0)
    soft = polygon([[0.25, 0.0], [1.5, 0.0], [1.5, 1.0], [0.25, 1.0]], 0.1, (400, 200), aspect=2.0)
    row = soft[100]
    assert row[100] == pytest.approx(0.5, abs=0.02) and np.all(np.diff(row[:200]) >= 0)
    assert (row[78], row[122]) == (0.0, 1.0)  # a tenth of the height on either side
    with pytest.raises(OutputError, match="at least three"):
        polygon([[0, 0], [1, 1]], 0.0, (8, 8))
