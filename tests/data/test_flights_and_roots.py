"""Arcs over a map, and roots."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.data.flights import EDGE, flights
from installation.data.projections import Map
from installation.data.roots import roots

AREA = (0.0, 0.1, 1.0, 0.85)


def arcs(*ends: tuple[float, float, float, float], lift: float = 0.45) -> NDArray[np.float32]:
    places = np.array(ends, float)
    return flights(places[:, :2], places[:, 2:], lambda lon, lat: Map().place(lon, lat, AREA), 10.0, lift)


def test_an_arc_begins_and_ends_in_its_places_and_is_lifted_between() -> None:
    (path,) = arcs((0, 0, 60, 0))
    want = Map().place([0.0, 60.0], [0.0, 0.0], AREA)
    assert path[[0, -1]] == pytest.approx(want, abs=1e-6)
    assert path[:, 1].max() - want[0, 1] == pytest.approx(0.45 / 3, rel=0.15)


def test_an_arc_follows_the_great_circle() -> None:
    (path,) = arcs((-74, 40.7, 77.2, 28.6), lift=0.0)
    lat = np.degrees(np.arctan2(np.sin(np.radians(40.7)) + np.sin(np.radians(28.6)), 1.0))
    assert path[:, 1].max() > Map().place([0.0], [60.0], AREA)[0, 1], lat


def test_there_and_back_are_two_arcs_and_the_higher_ones_keep_their_order_under_the_edge() -> None:
    there, back = arcs((0, 50, 60, 50), (60, 50, 0, 50))
    assert abs(there[:, 1].max() - back[:, 1].max()) > 0.005
    tops = [path[:, 1].max() for path in arcs((0, 60, 40, 60), (0, 60, 80, 60), (0, 60, 120, 60), lift=2.0)]
    assert tops == sorted(tops) and tops[-1] < EDGE + 0.03


def test_no_arc_leaps_across_the_wall_where_the_map_ends() -> None:
    paths = arcs((170, 10, -150, 20), (-160, 30, 120, 40))
    assert np.abs(np.diff(paths, axis=1)).max() < 0.1


START = np.array([[0.3, 0.6], [0.5, 0.6], [0.7, 0.6]])
SOIL = (0.05, 0.03, 0.9, 0.35)


def grown(strength: float = 0.9) -> NDArray[np.float32]:
    start = START.repeat(4, axis=0)
    fork = [f"f{i // 2}" for i in range(12)]
    return roots(start, [fork, [f"t{i}" for i in range(12)]], np.ones(12), SOIL, strength, 16 / 9)


def test_roots_grow_down_from_their_origins_into_the_soil() -> None:
    paths = grown()
    assert paths[:, 0] == pytest.approx(START.repeat(4, axis=0), abs=1e-6)
    assert (paths[:, -1, 1] < SOIL[1] + SOIL[3]).all()
    assert (paths[:, -1, 1] > SOIL[1] - 1e-6).all()
    assert (np.diff(paths[..., 1], axis=1) < 0.01).all()


def test_what_shares_a_fork_keeps_together_and_then_parts_without_crossing() -> None:
    tight, loose = grown(1.0), grown(0.0)

    def apart(paths: NDArray[np.float32]) -> float:
        middle = paths[:, 40, 0].reshape(6, 2)
        return float(np.abs(middle[:, 0] - middle[:, 1]).mean())

    assert apart(tight) < 0.6 * apart(loose)
    assert (np.diff(tight[:, -1, 0]) > 0).all(), "tips stand in the order of what they come from"


def test_roots_of_upper_teeth_pass_aside_of_the_jaw_below() -> None:
    flank = np.array([0.2, np.nan, 0.8])
    paths = roots(START, [["a", "b", "c"]], np.ones(3), SOIL, 0.8, 16 / 9, flank)
    beside = (paths[..., 1] > 0.4) & (paths[..., 1] < 0.55)
    assert (paths[0][beside[0]][:, 0] < 0.28).all()
    assert (paths[2][beside[2]][:, 0] > 0.72).all()
    assert len(roots(np.zeros((0, 2)), [[]], np.zeros(0), SOIL, 0.5, 1.0)) == 0
