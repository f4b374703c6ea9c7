"""The world's land from Natural Earth: dots that share it evenly, thinned outlines, and the date line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.data import build_land
from installation.data.build import build
from installation.data.build_land import (
    DOTS,
    Shape,
    from_shore,
    joined,
    land,
    outlines,
    parted,
    read_topology,
    shore,
    sunflower,
    thinned,
    within,
)
from installation.data.package import load_package
from installation.data.rows import Row, load_rows
from installation.data.verify import verify
from installation.errors import DataError
from installation.resources import resource

SQUARE = np.array([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)])
COUNTRIES = "country,iso3166_1_alpha3,iso3166_1_numeric,name,latitude,longitude,income_groups,world_6region\n"


def topology(arcs: list[list[list[int]]], geometries: list[dict[str, object]]) -> dict[str, object]:
    """A TopoJSON in whole degrees from (-180, -90); arcs as steps."""
    return {
        "type": "Topology",
        "transform": {"scale": [1, 1], "translate": [-180, -90]},
        "arcs": arcs,
        "objects": {"countries": {"type": "GeometryCollection", "geometries": geometries}},
    }


TWO = topology(
    # the border that both have, then what is left of each: a square of 20 degrees, cut in the middle
    [
        [[190, 90], [0, 20]],
        [[190, 110], [-10, 0], [0, -20], [10, 0]],
        [[190, 90], [10, 0], [0, 20], [-10, 0]],
    ],
    [
        {"type": "Polygon", "arcs": [[0, 1]], "id": "404", "properties": {"name": "West"}},
        {"type": "MultiPolygon", "arcs": [[[-1, 2]]], "properties": {"name": "East"}},
    ],
)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A folder of publishers' files with two countries, one without a code."""
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / build_land.FILE).write_text(json.dumps(TWO), "utf-8")
    (folder / "gapminder_countries.csv").write_text(COUNTRIES + "ken,KEN,404,Kenya,0,5,low_income,africa\n", "utf-8")
    return folder


def rows(table: str) -> list[Row]:
    return load_rows(load_package("world-land").table(table))


def lonlat(found: list[Row]) -> np.ndarray:
    return np.array([(row["lon"], row["lat"]) for row in found], np.float64)


# -- what is shipped -------------------------------------------------------------------------------------------------------


def test_the_shipped_package_is_fine_fact_and_credited() -> None:
    package = load_package("world-land")
    assert verify(package) == []
    assert not package.fiction
    assert package.credit() == "Natural Earth, public domain"


def test_dots_share_the_land_evenly() -> None:
    found = rows("land")
    share = len(found) / DOTS
    assert share == pytest.approx(0.29, abs=0.01), "29 percent of the earth is land"
    assert 3_800 < len(found) < 4_800
    lat = lonlat(found)[:, 1]
    assert np.mean(lat > 0) == pytest.approx(0.68, abs=0.03), "two thirds of it north of the equator"


@pytest.mark.parametrize(
    ("place_id", "share"),
    [("iso3:RUS", 0.113), ("iso3:BRA", 0.057), ("iso3:COD", 0.0158), ("iso3:IND", 0.022), ("iso3:ATA", 0.09)],
)
def test_a_country_has_dots_by_its_area(place_id: str, share: float) -> None:
    found = [row["place_id"] for row in rows("land")]
    assert found.count(place_id) / len(found) == pytest.approx(share, rel=0.12)


def test_no_dot_lies_in_the_sea_where_the_date_line_is_crossed() -> None:
    places = {row["place_id"] for row in rows("land")}
    assert "iso3:FJI" not in places or [r["place_id"] for r in rows("land")].count("iso3:FJI") < 3
    at = lonlat(rows("land"))
    pacific = (np.abs(at[:, 0] + 150) < 10) & (np.abs(at[:, 1]) < 15)
    assert not pacific.any()
    chukotka = (at[:, 0] < -170) & (at[:, 1] > 62) & (at[:, 1] < 70)
    assert chukotka.any(), "the east of Russia lies beyond the line"


def test_places_are_those_of_the_world_pack_or_empty() -> None:
    world = {row["place_id"] for row in load_rows(load_package("dental-equity-world").table("places"))}
    for table in ("land", "outlines"):
        places = {row["place_id"] for row in rows(table)}
        assert places - world == {None}
        assert "iso3:KEN" in places
    assert "wb:XKX" in {row["place_id"] for row in rows("outlines")}


def test_the_sahara_is_far_from_the_shore_and_denmark_is_not() -> None:
    found = rows("land")
    assert max(row["shore_km"] for row in found if row["place_id"] == "iso3:TCD") > 1_000  # type: ignore[type-var]
    assert all(row["shore_km"] < 150 for row in found if row["place_id"] == "iso3:DNK")  # type: ignore[operator]


def test_outlines_are_lines_without_jumps() -> None:
    lines: dict[object, list[Row]] = {}
    for row in rows("outlines"):
        lines.setdefault(row["ring_id"], []).append(row)
    for line in lines.values():
        at = lonlat(line)
        assert np.abs(np.diff(at[:, 0])).max() <= 180
        closed = np.array_equal(at[0], at[-1])
        assert closed or (np.abs(at[[0, -1], 0]) == 180).all()
        assert [row["seq"] for row in line] == list(range(len(line)))
    assert 150 < len(lines) < 400


# -- building ----------------------------------------------------------------------------------------------------------------


def test_only_the_publishers_file_makes_it_again(tmp_path: Path, raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(resource("datasets") / "world-land", tmp_path / "datasets" / "world-land")
    monkeypatch.chdir(tmp_path)
    assert build(["world-land"]) == ["world-land: checksums unchanged"]
    first = build(["world-land"], raw)
    made = {path.name: path.read_bytes() for path in (tmp_path / "datasets" / "world-land").iterdir()}
    assert sum("written" in line for line in first) == 3
    assert not any("written" in line or "refreshed" in line for line in build(["world-land"], raw))
    assert made == {path.name: path.read_bytes() for path in (tmp_path / "datasets" / "world-land").iterdir()}


def test_two_neighbours_share_their_dots_and_their_border(raw: Path) -> None:
    arcs, shapes = read_topology(raw / build_land.FILE, {"404": "iso3:KEN"})
    assert [shape.place_id for shape in shapes] == ["iso3:KEN", None]
    found = land(arcs, shapes)
    at, own = lonlat(found), np.array([row["place_id"] == "iso3:KEN" for row in found])
    assert (at[own, 0] <= 10).all()
    assert (at[~own, 0] >= 10).all()
    assert len(found) == pytest.approx(DOTS * np.radians(20) * np.sin(np.radians(20)) / (4 * np.pi), abs=4)
    middle = found[int(np.argmin(np.abs(at - (10, 10)).sum(axis=1)))]
    assert middle["shore_km"] == pytest.approx(1_100, rel=0.1), "the border that both have is no shore"
    lines = outlines(arcs, shapes)
    assert {row["ring_id"] for row in lines} == {1, 2}


@pytest.mark.parametrize(
    "broken",
    ["[]", "{}", '{"transform": {"scale": [1, 1], "translate": [0, 0]}, "arcs": [[[0]]]}', "not json", '{"arcs": 3}'],
)
def test_a_file_that_is_no_topojson_is_told(tmp_path: Path, broken: str) -> None:
    path = tmp_path / build_land.FILE
    path.write_text(broken, "utf-8")
    with pytest.raises(DataError, match="not the TopoJSON"):
        read_topology(path, {})


# -- geometry ----------------------------------------------------------------------------------------------------------------


def test_a_sunflower_shares_the_globe_evenly() -> None:
    points = sunflower(20_000)
    height = np.sin(np.radians(points[:, 1]))
    assert np.histogram(height, 20, (-1, 1))[0].tolist() == [1_000] * 20, "equal heights of a sphere are equal areas"
    counts = np.histogram(points[:, 0], 12, (-180, 180))[0]
    assert counts.min() > 1_640 and counts.max() < 1_700


def test_a_hole_is_outside() -> None:
    hole = SQUARE[::-1] * 0.4 + 3
    points = np.array([(1.0, 1.0), (5.0, 5.0), (11.0, 5.0), (9.5, 0.5)])
    assert within(points, [SQUARE, hole]).tolist() == [True, False, False, True]


@settings(max_examples=40)
@given(st.floats(-180, 180), st.floats(-60, 60), st.floats(-25, 25), st.floats(-25, 25))
def test_a_square_is_found_wherever_it_lies(lon: float, lat: float, x: float, y: float) -> None:
    """Across the date line as well: a ring whose longitude jumps is one ring."""
    ring = SQUARE * 2 - 10 + (lon, lat)
    ring[:, 0] = (ring[:, 0] + 180) % 360 - 180
    point = np.array([[(lon + x + 180) % 360 - 180, lat + y]])
    edge = min(abs(abs(x) - 10), abs(abs(y) - 10))
    if edge > 1e-6:
        assert within(point, [ring])[0] == (abs(x) < 10 and abs(y) < 10)


def test_a_ring_around_a_pole_holds_the_pole() -> None:
    lon = np.arange(0, 361, 30) % 360.0
    lon = np.where(lon > 180, lon - 360, lon)
    ring = np.stack([lon, np.full(len(lon), -70.0)], axis=1)
    points = np.array([(0.0, -89.0), (-179.0, -75.0), (179.0, -75.0), (20.0, -60.0), (0.0, 80.0)])
    assert within(points, [ring]).tolist() == [True, True, True, False, False]


def test_thinning_keeps_ends_and_stays_near() -> None:
    t = np.linspace(0, 6, 400)
    arc = np.stack([t * 10, 5 * np.sin(t)], axis=1)
    found = thinned(arc, 0.4)
    assert 5 < len(found) < 40
    assert np.array_equal(found[[0, -1]], arc[[0, -1]])
    between = np.interp(arc[:, 0], found[:, 0], found[:, 1])
    assert np.abs(between - arc[:, 1]).max() < 0.6


def test_an_island_stays_an_island_however_small() -> None:
    turn = np.linspace(0, 2 * np.pi, 30)
    island = np.stack([0.01 * np.cos(turn), 0.01 * np.sin(turn)], axis=1)
    island[-1] = island[0]
    found = thinned(island, 0.4)
    assert len(found) >= 4
    assert np.array_equal(found[0], found[-1])


def test_a_ring_over_the_date_line_becomes_lines_that_end_there() -> None:
    ring = np.array([(175.0, 0.0), (-175.0, 0.0), (-175.0, 10.0), (175.0, 10.0), (175.0, 0.0)])
    lines = parted(ring)
    assert len(lines) == 2
    assert {(float(line[0, 0]), float(line[-1, 0])) for line in lines} == {(-180.0, -180.0), (180.0, 180.0)}
    assert all(np.abs(np.diff(line[:, 0])).max() <= 180 for line in lines)
    assert parted(SQUARE)[0] is not None and len(parted(SQUARE)) == 1


def test_arcs_join_forwards_and_backwards() -> None:
    arcs = [np.array([(0.0, 0.0), (1.0, 0.0)]), np.array([(0.0, 0.0), (0.0, 1.0), (1.0, 0.0)])]
    assert joined((0, ~1), arcs).tolist() == [[0, 0], [1, 0], [0, 1], [0, 0]]


def test_the_shore_is_the_nearest_way_round_the_globe() -> None:
    far = from_shore(np.array([(179.0, 0.0), (0.0, 89.0)]), np.array([(-179.0, 0.0), (180.0, 89.0)]))
    assert far[0] == pytest.approx(2 * 111.2, rel=0.01)
    assert far[1] == pytest.approx(2 * 111.2, rel=0.01)
    assert from_shore(SQUARE, shore([], [Shape(None, ())])).min() == np.inf
