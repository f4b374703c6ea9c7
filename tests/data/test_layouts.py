"""Where things stand: an arch that could be a mouth, grids, columns, and maps with published answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


@pytest.mark.parametrize("projection", ["equirectangular", "robinson", "equal-earth"])
def test_the_world_fits_its_area_in_its_own_proportions(projection: layouts.Projection) -> None:
    lon, lat = np.meshgrid(np.linspace(-180, 180, 73), np.linspace(-90, 90, 37))
    found = layouts.project(lon.ravel(), lat.ravel(), projection, 0.0, (0.1, 0.1, 0.8, 0.8), ASPECT)
    assert found.min() >= 0.1 - 1e-6
    assert found.max() <= 0.9 + 1e-6
    size = found.max(axis=0) - found.min(axis=0)
    ratio = {"equirectangular": 2.0, "robinson": 1.9716, "equal-earth": 2.0546}[projection]
    assert size[0] * ASPECT / size[1] == pytest.approx(ratio, abs=0.002)


def test_the_centre_is_the_centre_and_north_is_up() -> None:
    found = layouts.project([10.0, 10.0, 40.0], [0.0, 50.0, 0.0], centre_lon=10.0)
    assert np.allclose(found[0], 0.5)
    assert found[1, 1] > 0.5
    assert found[2, 0] > 0.5


def test_robinson_keeps_to_its_published_table() -> None:
    half = 0.5 / (0.8487 * np.pi)  # canvas widths a unit, on a canvas as wide as the world
    found = layouts.project([90.0, 90.0], [40.0, 80.0], "robinson", 0.0, aspect=1.97)
    assert (found[:, 0] - 0.5) / half == pytest.approx(
        [0.8487 * 0.9216 * np.pi / 2, 0.8487 * 0.6213 * np.pi / 2], rel=1e-3
    )


def test_longitudes_wrap_at_the_edge_of_the_map_and_not_before() -> None:
    found = layouts.project([-179.0, 170.0, 190.0], [0, 0, 0], "equirectangular", 10.0)
    assert found[0, 0] == pytest.approx((171 + 180) / 360, abs=1e-5)
    assert found[1, 0] == pytest.approx((160 + 180) / 360, abs=1e-5)
    assert found[2, 0] == pytest.approx(1.0, abs=1e-5)


@given(
    st.sampled_from(["equirectangular", "robinson", "equal-earth"]),
    st.floats(-360, 360),
    st.floats(-90, 90),
    st.floats(-180, 180),
)
@settings(max_examples=80)
def test_every_place_lands_on_the_map(projection: str, lon: float, lat: float, centre: float) -> None:
    found = layouts.project([lon], [lat], projection, centre)  # type: ignore[arg-type]
    assert np.all((found >= -1e-5) & (found <= 1 + 1e-5))


def test_an_unknown_projection_is_told_with_what_is_near() -> None:
    with pytest.raises(DataError, match="no projection") as caught:
        layouts.project([0], [0], "robinsons")  # type: ignore[arg-type]
    assert 'did you mean "robinson"' in str(caught.value)


def test_places_without_coordinates_stay_without() -> None:
    for projection in ("equirectangular", "robinson", "equal-earth"):
        assert np.all(np.isnan(layouts.project([np.nan], [np.nan], projection)))  # type: ignore[arg-type]
