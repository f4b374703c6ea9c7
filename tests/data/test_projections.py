"""Maps: the world laid flat, and regions of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.data.projections import Map, Projection, extent
from installation.errors import DataError

ASPECT = 16 / 9
BERLIN = (13.1, 52.34, 13.76, 52.68)


@pytest.mark.parametrize("projection", ["equirectangular", "robinson", "equal-earth"])
def test_the_world_fits_its_area_in_its_own_proportions(projection: Projection) -> None:
    lon, lat = np.meshgrid(np.linspace(-180, 180, 73), np.linspace(-90, 90, 37))
    found = Map(projection, 0.0).place(lon.ravel(), lat.ravel(), (0.1, 0.1, 0.8, 0.8), ASPECT)
    assert found.min() >= 0.1 - 1e-6
    assert found.max() <= 0.9 + 1e-6
    size = found.max(axis=0) - found.min(axis=0)
    ratio = {"equirectangular": 2.0, "robinson": 1.9716, "equal-earth": 2.0546}[projection]
    assert size[0] * ASPECT / size[1] == pytest.approx(ratio, abs=0.002)


def test_the_centre_is_the_centre_and_north_is_up() -> None:
    found = Map(centre=10.0).place([10.0, 10.0, 40.0], [0.0, 50.0, 0.0])
    assert np.allclose(found[0], 0.5)
    assert found[1, 1] > 0.5
    assert found[2, 0] > 0.5


def test_robinson_keeps_to_its_published_table() -> None:
    half = 0.5 / (0.8487 * np.pi)  # canvas widths a unit, on a canvas as wide as the world
    found = Map("robinson", 0.0).place([90.0, 90.0], [40.0, 80.0], aspect=1.97)
    assert (found[:, 0] - 0.5) / half == pytest.approx(
        [0.8487 * 0.9216 * np.pi / 2, 0.8487 * 0.6213 * np.pi / 2], rel=1e-3
    )


def test_longitudes_wrap_at_the_edge_of_the_map_and_not_before() -> None:
    found = Map("equirectangular", 10.0).place([-179.0, 170.0, 190.0], [0, 0, 0])
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
    found = Map(projection, centre).place([lon], [lat])  # type: ignore[arg-type]
    assert np.all((found >= -1e-5) & (found <= 1 + 1e-5))


def test_an_unknown_projection_is_told_with_what_is_near() -> None:
    with pytest.raises(DataError, match="no projection") as caught:
        Map("robinsons")  # type: ignore[arg-type]
    assert 'did you mean "robinson"' in str(caught.value)


def test_places_without_coordinates_stay_without() -> None:
    for projection in ("equirectangular", "robinson", "equal-earth"):
        assert np.all(np.isnan(Map(projection).place([np.nan], [np.nan])))  # type: ignore[arg-type]


@pytest.mark.parametrize("projection", ["equirectangular", "robinson", "equal-earth"])
def test_a_region_fills_its_area_as_far_as_its_proportions_let_it(projection: Projection) -> None:
    west, south, east, north = BERLIN
    lon, lat = np.meshgrid(np.linspace(west, east, 9), np.linspace(south, north, 9))
    found = Map.of(BERLIN, projection).place(lon.ravel(), lat.ravel(), (0.1, 0.1, 0.8, 0.8), ASPECT)
    size = found.max(axis=0) - found.min(axis=0)
    assert size.max() == pytest.approx(0.8, abs=1e-4)
    assert found.min() >= 0.1 - 1e-4
    assert found.max() <= 0.9 + 1e-4
    assert (found.min(axis=0) + found.max(axis=0)) / 2 == pytest.approx([0.5, 0.5], abs=1e-3)


def test_a_kilometre_is_as_long_across_a_city_as_up() -> None:
    lat = 52.51
    per_lon = 111.32 * np.cos(np.radians(lat))
    x = [13.4, 13.4 + 10 / per_lon, 13.4]
    found = Map.of(BERLIN).place(x, [lat, lat, lat + 10 / 111.32], aspect=ASPECT)
    across, up = (found[1, 0] - found[0, 0]) * ASPECT, found[2, 1] - found[0, 1]
    assert across == pytest.approx(up, rel=1e-3)


def test_a_region_across_the_date_line_is_in_one_piece() -> None:
    fiji = (176.0, -20.0, -178.0, -15.0)
    x = Map.of(fiji).place([176.5, 180.0, -178.5], [-17.0] * 3)[:, 0]
    assert np.all(np.diff(x) > 0)
    assert x[2] - x[0] < 1
    west, _, east, _ = extent([176.5, -178.5, 179.0], [-16, -18, -17]) or (0, 0, 0, 0)
    assert 175 < west < 176.5
    assert 181.5 < east < 183


@given(st.lists(st.tuples(st.floats(-360, 360), st.floats(-90, 90)), min_size=1, max_size=12))
@settings(max_examples=80)
def test_every_place_lies_within_the_extent_of_all(places: list[tuple[float, float]]) -> None:
    lon, lat = zip(*places, strict=True)
    region = extent(lon, lat)
    assert region is not None
    found = Map.of(region).place(lon, lat)
    assert np.all((found >= -1e-4) & (found <= 1 + 1e-4))


def test_places_without_coordinates_have_no_extent_and_one_alone_has_room() -> None:
    assert extent([np.nan], [1.0]) is None
    west, south, east, north = extent([13.4, np.nan], [52.5, 3.0]) or (0, 0, 0, 0)
    assert west < 13.4 < east
    assert south < 52.5 < north
    assert north - south < 0.1
