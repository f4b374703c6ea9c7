"""Several projectors make one picture: what their light adds up to on the wall, worked out beside the engine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.errors import OutputError
from installation.outputs.blend import blended, darkest_even, polygon, shares

TWO = [(0.0, 0.0, 0.55, 1.0), (0.45, 0.0, 0.55, 1.0)]
FOUR = [(0.0, 0.0, 0.6, 0.55), (0.4, 0.0, 0.6, 0.55), (0.0, 0.45, 0.6, 0.55), (0.4, 0.45, 0.6, 0.55)]
GAMMA = 2.2


def canvas(across: int = 400, up: int = 9) -> np.ndarray:
    x, y = np.meshgrid((np.arange(across) + 0.5) / across, (np.arange(up) + 0.5) / up)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def on_the_wall(regions, black, light, bits=None) -> np.ndarray:
    """The light on the wall, where the canvas has `light` everywhere: of lamps that leak, through a gamma and so many bits."""
    at, total = canvas(), 0.0
    for own, leak in enumerate(black):
        x, y, width, height = regions[own]
        falls = (at[:, 0] > x) & (at[:, 0] < x + width) & (at[:, 1] > y) & (at[:, 1] < y + height)
        scale, added = blended(at, own, regions, black)
        code = (added + scale * light) ** (1 / GAMMA)
        if bits:
            code = np.round(code * (2**bits - 1)) / (2**bits - 1)
        total = total + np.where(falls, leak + (1 - leak) * code**GAMMA, 0.0)
    return total


@pytest.mark.parametrize("regions", [TWO, FOUR, [(0.0, 0.0, 0.4, 1.0), (0.3, 0.0, 0.4, 1.0), (0.6, 0.0, 0.4, 1.0)]])
@pytest.mark.parametrize("light", [0.0, 0.02, 0.5, 1.0])
def test_the_wall_is_flat_where_the_canvas_is(regions, light):
    seen = on_the_wall(regions, [0.0] * len(regions), light)
    assert seen == pytest.approx(light, abs=1e-9)


@pytest.mark.parametrize("light", [0.05, 0.3, 1.0])
def test_eight_bits_leave_two_projectors_flat_within_a_hundredth(light):
    seen = on_the_wall(TWO, [0.001, 0.001], light, bits=10)
    assert np.ptp(seen) <= 0.01 * seen.mean()


@given(st.lists(st.floats(0, 0.01), min_size=4, max_size=4), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_black_is_as_even_as_white_though_every_lamp_leaks_differently(black, light):
    seen = on_the_wall(FOUR, black, light)
    darkest = darkest_even(FOUR, black)
    assert darkest == pytest.approx(sum(black))
    assert seen == pytest.approx(darkest + (1 - darkest) * light, abs=1e-9)


@given(
    st.lists(
        st.tuples(st.floats(0, 0.7), st.floats(0, 0.7), st.floats(0.1, 0.3), st.floats(0.1, 0.3)),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=60, deadline=None)
def test_all_shares_are_one_wherever_light_falls(regions):
    at = canvas(60, 60)
    whole = sum(shares(at, own, regions) for own in range(len(regions)))
    assert np.all((np.abs(whole - 1) < 1e-9) | (whole == 0))
    lone = [((at[:, 0] > x) & (at[:, 0] < x + w) & (at[:, 1] > y) & (at[:, 1] < y + h)) for x, y, w, h in regions]
    fallen = np.sum(lone, axis=0) > 0
    assert (whole[fallen] > 0).mean(dtype=float) > 0.9 if fallen.any() else True


def test_a_share_begins_at_nothing_on_its_own_edge_and_has_no_step():
    at = np.stack([np.linspace(0, 1, 20001), np.full(20001, 0.5)], axis=1)
    share = shares(at, 1, TWO)
    assert share[at[:, 0] <= 0.45].max() == 0.0 and share[at[:, 0] >= 0.55].min() == 1.0
    assert np.abs(np.diff(share)).max() < 0.001


def test_surfaces_that_do_not_meet_are_left_alone():
    apart = [(0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 0.5, 1.0)]
    scale, added = blended([[0.25, 0.5], [0.75, 0.5]], 0, apart, [0.002, 0.002])
    assert scale == pytest.approx([1.0, 0.0]) and added == pytest.approx([0.0, 0.0])


def test_a_black_level_that_no_projector_has_is_refused():
    with pytest.raises(OutputError, match=r"black level of 0\.7"):
        blended([[0.5, 0.5]], 0, TWO, [0.7, 0.0])


def test_a_polygon_masks_with_its_own_area_and_a_soft_edge():
    mask = polygon([[0.25, 0.25], [0.75, 0.25], [0.75, 0.75], [0.25, 0.75]], 0.0, (400, 400))
    assert mask.mean() == pytest.approx(0.25, abs=0.002) and (mask[200, 200], mask[10, 10]) == (1.0, 0.0)
    soft = polygon([[0.25, 0.0], [1.5, 0.0], [1.5, 1.0], [0.25, 1.0]], 0.1, (400, 200), aspect=2.0)
    row = soft[100]
    assert row[100] == pytest.approx(0.5, abs=0.02) and np.all(np.diff(row[:200]) >= 0)
    assert (row[78], row[122]) == (0.0, 1.0)  # a tenth of the height on either side
    with pytest.raises(OutputError, match="at least three"):
        polygon([[0, 0], [1, 1]], 0.0, (8, 8))
