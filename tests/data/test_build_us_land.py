"""The United States behind other data: every state once, dots by area, a point inside each, rebuilt to the byte."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from installation.data import build_us_land
from installation.data.build import build
from installation.data.build_land import within
from installation.data.build_us_land import area, inside, lattice, levelled
from installation.data.package import load_package
from installation.data.rows import Row, load_rows
from installation.data.states import by_letters
from installation.resources import resource

SQUARE = np.array([(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)])
TWO = {
    "type": "Topology",
    "transform": {"scale": [1, 1], "translate": [100, 50]},
    "arcs": [
        [[100, 0], [0, 100]],
        [[100, 100], [-100, 0], [0, -100], [100, 0]],
        [[100, 0], [100, 0], [0, 100], [-100, 0]],
    ],
    "objects": {
        "states": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]], "id": "06", "properties": {"name": "West"}},
                {"type": "MultiPolygon", "arcs": [[[-1, 2]]], "id": "51", "properties": {"name": "East"}},
            ],
        }
    },
}


def rows(table: str) -> list[Row]:
    return load_rows(load_package("us-land").table(table))


def test_every_state_has_a_point_inside_its_own_outline() -> None:
    states = {row["place_id"]: (row["x"], row["y"]) for row in rows("states")}
    assert len(states) == 51
    rings: dict[object, dict[object, list[tuple[object, object]]]] = {}
    for row in rows("outlines"):
        rings.setdefault(row["place_id"], {}).setdefault(row["ring_id"], []).append((row["x"], row["y"]))
    assert rings.keys() == states.keys()
    for place_id, point in states.items():
        lines = [np.array(line, np.float64) for line in rings[place_id].values()]
        assert within(np.array([point], np.float64), lines)[0], place_id
        assert all(np.array_equal(line[0], line[-1]) for line in lines)


def test_dots_stand_for_area() -> None:
    counts = Counter(row["place_id"] for row in rows("land"))
    # square miles of land and water, U.S. Census Bureau
    assert counts["us:48"] / counts["us:08"] == pytest.approx(268_596 / 104_094, rel=0.05)
    assert counts["us:30"] / counts["us:56"] == pytest.approx(147_040 / 97_813, rel=0.05)


def test_the_letters_and_codes_are_those_of_the_states() -> None:
    place_of = by_letters()
    states = {row["letters"]: row for row in rows("states")}
    assert states.keys() == {letters for letters, place in place_of.items() if place["kind"] == "state"}
    assert all(place_of[str(key)]["place_id"] == row["place_id"] for key, row in states.items())
    assert (place_of["VI"]["place_id"], place_of["USA"]["place_id"]) == ("us:78", "iso3:USA")
    assert place_of["FM"]["place_id"] == "iso3:FSM" and place_of["FM"]["parent_id"] is None
    codes = Counter(str(place["place_id"]) for letters, place in place_of.items() if letters != "USA")
    assert max(codes.values()) == 1 and len(codes) == 51 + 5 + 3 + 1


def test_only_the_publishers_file_makes_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(resource("datasets") / "us-land", tmp_path / "datasets" / "us-land")
    monkeypatch.chdir(tmp_path)
    assert build(["us-land"]) == ["us-land: checksums unchanged"]
    (tmp_path / build_us_land.FILE).write_text(json.dumps(TWO), "utf-8")
    assert sum("written" in line for line in build(["us-land"], tmp_path)) == 4
    assert not any("written" in line or "refreshed" in line for line in build(["us-land"], tmp_path))
    states = {row["name"]: (row["x"], row["y"]) for row in rows("states")}
    assert states["California"] == pytest.approx((0.25, 0.5), abs=0.01)
    assert states["Virginia"] == pytest.approx((0.75, 0.5), abs=0.01)
    assert Counter(row["place_id"] for row in rows("land"))["us:06"] == pytest.approx(build_us_land.DOTS / 2, abs=3)


def test_the_plane_is_turned_upright_and_one_height_high() -> None:
    arcs, aspect = levelled([np.array([(10.0, 5.0), (30.0, 5.0), (30.0, 15.0)])])
    assert aspect == 2
    assert arcs[0].tolist() == [[0, 1], [2, 1], [2, 0]]


def test_a_lattice_shares_a_plane_evenly() -> None:
    points = lattice(10_000, 1.5)
    counts = np.histogram2d(points[:, 0], points[:, 1], (6, 4), ((0, 1.5), (0, 1)))[0]
    assert counts.min() > 10_000 / 24 * 0.97 and counts.max() < 10_000 / 24 * 1.03


def test_the_point_inside_keeps_away_from_borders_and_out_of_holes() -> None:
    assert inside([SQUARE]) == pytest.approx((0.5, 0.5), abs=0.02)
    hole = SQUARE[::-1] * 0.4 + (0.05, 0.3)
    assert inside([SQUARE, hole])[0] > 0.65
    assert (area(SQUARE), area(SQUARE[::-1])) == (-1, 1)
