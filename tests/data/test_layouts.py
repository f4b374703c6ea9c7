"""Where things stand: an arch that could be a mouth, grids, and columns."""

import numpy as np
import pytest

from installation.data import layouts
from installation.errors import DataError

ASPECT = 16 / 9


def corners(places: layouts.ArchPlaces) -> np.ndarray:
    """The four corners of every tooth, (n, 4, 2), in canvas heights."""
    across = np.stack([np.cos(places.angle), np.sin(places.angle)], 1) * places.width[:, None] / 2
    along = np.stack([-np.sin(places.angle), np.cos(places.angle)], 1) * places.height[:, None] / 2
    centre = np.stack([places.x * ASPECT, places.y], 1)
    return np.stack([centre + i * across + j * along for i in (-1, 1) for j in (-1, 1)], 1)


def test_the_dentists_order_runs_from_the_viewers_left_to_right() -> None:
    places = layouts.arch(layouts.TEETH)
    assert layouts.TEETH[:9] == (18, 17, 16, 15, 14, 13, 12, 11, 21)
    assert np.all(np.diff(places.x[:16]) > 0)
    assert np.all(np.diff(places.x[16:]) > 0)
    assert places.upper.tolist() == [True] * 16 + [False] * 16
    assert places.y[:16].min() > places.y[16:].max()


def test_the_upper_jaw_is_highest_in_the_middle_and_the_lower_one_lowest() -> None:
    places = layouts.arch([18, 11, 28, 48, 41, 38])
    assert places.y[1] > places.y[0] == pytest.approx(places.y[2], abs=1e-5)
    assert places.y[4] < places.y[3] == pytest.approx(places.y[5], abs=1e-5)


def test_left_and_right_mirror_each_other() -> None:
    right, left = layouts.arch(range(11, 19)), layouts.arch(range(21, 29))
    assert np.allclose(right.x + left.x, 1.0, atol=1e-5)
    assert np.allclose(right.angle, -left.angle, atol=1e-5)


def test_crowns_point_into_the_mouth() -> None:
    places = layouts.arch(layouts.TEETH, width=1.4, height=0.8)
    crown = np.stack([np.sin(places.angle), -np.cos(places.angle)], 1)
    inward = np.stack([(0.5 - places.x) * ASPECT, 0.5 - places.y], 1)
    assert np.all(np.sum(crown * inward, axis=1) > 0)
    assert abs(places.angle[7]) < 0.25
    assert abs(places.angle[24] - np.pi) < 0.25


def test_kinds_and_widths_are_those_of_teeth() -> None:
    places = layouts.arch([11, 12, 13, 14, 16, 41])
    assert places.kind.tolist() == [0, 0, 1, 2, 3, 0]
    assert places.width[4] > places.width[0] > places.width[1]
    assert places.width[5] < places.width[1]


@pytest.mark.parametrize(("width", "height", "gap"), [(0.62, 0.8, 0.06), (1.5, 0.86, 0.08), (1.0, 0.9, 0.0)])
def test_an_arch_fills_its_box_and_keeps_its_gap(width: float, height: float, gap: float) -> None:
    places = layouts.arch(layouts.TEETH, (0.5, 0.5), width, height, gap)
    reach = corners(places).reshape(-1, 2) - np.array([0.5 * ASPECT, 0.5])
    assert np.abs(reach[:, 0]).max() == pytest.approx(width / 2, abs=0.004)
    assert np.abs(reach[:, 1]).max() == pytest.approx(height / 2, abs=0.004)
    assert np.abs(reach[:, 1]).min() >= gap / 2 - 0.012


def test_neighbours_stand_side_by_side() -> None:
    places = layouts.arch(layouts.TEETH, width=1.4, height=0.84)
    centre = np.stack([places.x * ASPECT, places.y], 1)
    # measured at the edges, where teeth touch
    edge = centre + np.stack([np.sin(places.angle), -np.cos(places.angle)], 1) * places.height[:, None] / 2
    apart = np.linalg.norm(np.diff(edge[:16], axis=0), axis=1)
    touching = (places.width[:15] + places.width[1:16]) / 2
    assert np.all(apart > 0.9 * touching)
    assert np.all(apart < 1.15 * touching)


def test_one_tooth_for_several_rows_has_one_place() -> None:
    places = layouts.arch(["36", 36.0, 36])
    assert len(set(places.x.tolist())) == 1


@pytest.mark.parametrize("wrong", [19, 0, "x", float("nan"), 11.5, 51, None])
def test_what_is_no_tooth_is_refused(wrong: object) -> None:
    with pytest.raises(DataError, match="no permanent tooth"):
        layouts.arch([11, wrong])  # type: ignore[list-item]


def test_a_grid_reads_like_a_page() -> None:
    cells = layouts.grid(5, 3, (0.0, 0.0, 1.0, 1.0))
    assert np.allclose(cells[:3, 1], 0.75)
    assert np.allclose(cells[:3, 0], [1 / 6, 0.5, 5 / 6])
    assert np.allclose(cells[3], [1 / 6, 0.25])
    assert layouts.grid(0, 3).shape == (0, 2)


def test_columns_are_laid_over_the_area_and_missing_stays_missing() -> None:
    found = layouts.columns([0.0, 1.0, np.nan], [0.0, 0.5, 1.0], (0.1, 0.2, 0.8, 0.6))
    assert np.allclose(found[:2], [[0.1, 0.2], [0.9, 0.5]])
    assert np.isnan(found[2, 0])
