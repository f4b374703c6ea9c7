"""Rooms on known answers: where light falls, how much of it, and what it meets on its way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.errors import OutputError
from installation.previs.bake import bake, net_of
from installation.previs.measure import measured
from installation.previs.room import TALL, Lens, Room, lens_of, person_at, room_of, wall_of
from installation.scene.output_site import Beamer, Wall
from installation.scene.output_site import Room as RoomSite

FULL_HD = (1920, 1080)


def beamer(**given: object) -> Lens:
    told: dict[str, object] = {"at": (0, 1.5, 6), "towards": (0, 1.5, 0), "throw": 1.5, **given}
    return lens_of("one", Beamer.model_validate(told), FULL_HD)


def room(*walls: Wall, lenses: tuple[Lens, ...] = (), people: tuple[tuple[float, float], ...] = ()) -> Room:
    return room_of(RoomSite(walls=list(walls), people=list(people)), lenses, Path())


FRONT = Wall(name="front", size=(8, 4))


def test_a_throw_of_one_and_a_half_at_six_metres_is_four_metres_wide() -> None:
    (throw,) = measured(room(FRONT, lenses=(beamer(),)))
    assert throw.wall == "front" and throw.distance == pytest.approx(6.0)
    assert (throw.width, throw.height) == pytest.approx((4.0, 2.25))
    assert throw.pixel_mm == pytest.approx(4000 / 1920) and throw.per_metre == pytest.approx(480)
    assert throw.lux == pytest.approx((5000 / 9,) * 3)
    assert throw.missed == 0 and throw.overlaps == {}
    assert throw.outline.ravel() == pytest.approx([-2, 0.375, 0, 2, 0.375, 0, 2, 2.625, 0, -2, 2.625, 0], abs=1e-9)


def test_lens_shift_moves_the_picture_by_its_own_widths_and_heights() -> None:
    (throw,) = measured(room(FRONT, lenses=(beamer(shift=(0.25, 0.5)),)))
    assert throw.outline[0] == pytest.approx([-1.0, 1.5, 0.0], abs=1e-9)


def test_a_quarter_turn_stands_the_picture_up() -> None:
    lens = beamer(at=(0, 3, 6), towards=(0, 3, 0), roll=90.0)
    (throw,) = measured(room(Wall(name="front", size=(8, 8)), lenses=(lens,)))
    assert abs(throw.outline[1] - throw.outline[0]) == pytest.approx([0, 4, 0], abs=1e-9)


@given(st.tuples(*[st.floats(-3, 3)] * 3), st.tuples(*[st.floats(-2, 2)] * 2), st.floats(0.3, 4), st.floats(-180, 180))
def test_a_ray_through_a_place_of_the_picture_is_seen_there(
    towards: tuple[float, float, float], shift: tuple[float, float], throw: float, roll: float
) -> None:
    lens = beamer(at=(1, 2, 8), towards=towards, shift=shift, throw=throw, roll=roll)
    spots = np.array([(0.1, 0.2), (0.9, 0.4), (0.5, 1.0)])
    places = lens.at + 3.0 * lens.rays(spots)
    assert lens.seen(places)[:, :2] == pytest.approx(spots, abs=1e-9)
    clip = np.column_stack([places, np.ones(3)]) @ lens.matrix().T
    assert 0.5 + 0.5 * clip[:, :2] / clip[:, 3:] == pytest.approx(spots, abs=1e-9)


@pytest.mark.parametrize("turn", [0.0, 35.0, -60.0])
def test_no_light_is_lost_on_a_wall_at_a_slant(turn: float) -> None:
    lens = beamer(towards=(0.3, 1.2, 0))
    wall = wall_of(Wall(name="slant", size=(60, 60), at=(0, -30, 0), turn=turn), Path())
    n = 200
    x, y = np.meshgrid((np.arange(n) + 0.5) / n, (np.arange(n) + 0.5) / n)
    edge = np.linspace(0, 1, n + 1)
    corners = np.stack(np.meshgrid(edge, edge), axis=2).reshape(-1, 2)
    there = Room([wall], [lens])
    grid = (lens.at + lens.rays(corners) * there.hit(lens.at, lens.rays(corners))[0][:, None]).reshape(n + 1, n + 1, 3)
    one, other = grid[1:, 1:] - grid[:-1, :-1], grid[1:, :-1] - grid[:-1, 1:]
    areas = np.linalg.norm(np.cross(one, other), axis=2).ravel() / 2
    rays = lens.rays(np.stack([x.ravel(), y.ravel()], axis=1))
    far, which = there.hit(lens.at, rays)
    lux = lens.lux(lens.at + rays * far[:, None], there.normals[which])
    assert (lux * areas).sum() == pytest.approx(5000, rel=1e-3)


def test_rays_meet_what_a_plain_search_finds() -> None:
    chance = np.random.default_rng(7)
    corners = chance.uniform(-2, 2, (40, 3, 3))
    from installation.previs.room import Part

    normals = np.ones_like(corners)
    there = Room([Part("any", "wall", corners, normals)], [])
    starts, rays = chance.uniform(-3, 3, (60, 3)), chance.normal(size=(60, 3))
    far, which = there.hit(starts, rays)
    for start, ray, found, index in zip(starts, rays, far, which, strict=True):
        best, at = np.inf, -1
        for i, (a, b, c) in enumerate(corners):
            t, u, v = np.linalg.solve(np.column_stack([-ray, b - a, c - a]), start - a)
            if u >= 0 and v >= 0 and u + v <= 1 and 1e-4 < t < best:
                best, at = t, i
        assert found == pytest.approx(best) and index == at


def test_a_wall_to_the_left_faces_right_and_a_round_one_bends_around_its_viewers() -> None:
    left = wall_of(Wall(name="left", at=(-5, 0, 3), size=(6, 3), turn=90), Path())
    assert left.corners[..., 0] == pytest.approx(np.full((2, 3), -5.0)) and left.normals[0, 0] == pytest.approx(
        [1, 0, 0]
    )
    assert (left.corners[..., 2].min(), left.corners[..., 2].max()) == pytest.approx((0, 6))
    round_ = wall_of(Wall(name="round", size=(np.pi * 3, 3), radius=3), Path())
    assert np.hypot(round_.corners[..., 0], round_.corners[..., 2] - 3) == pytest.approx(
        np.full(round_.corners.shape[:2], 3)
    )
    assert round_.corners[..., 2].max() == pytest.approx(3.0) and round_.normals[..., 2].min() >= -1e-9
    with pytest.raises(OutputError, match="wider than its circle"):
        wall_of(Wall(name="round", size=(20, 3), radius=3), Path())


def test_a_round_wall_makes_the_picture_wider_along_it() -> None:
    wall = Wall(name="round", size=(9, 4), radius=3.5)
    (throw,) = measured(room(wall, lenses=(beamer(at=(0, 1.5, 3.5), throw=0.6),)))
    angle = np.arctan(0.5 / 0.6)
    assert throw.width == pytest.approx(2 * 3.5 * angle, rel=0.01)


def test_two_pictures_overlap_by_what_they_share() -> None:
    other = lens_of("two", Beamer(at=(3, 1.5, 6), towards=(3, 1.5, 0), throw=1.5), FULL_HD)
    one, two = measured(room(Wall(name="front", size=(12, 4)), lenses=(beamer(), other)))
    assert one.overlaps["two"] == pytest.approx(0.25) and two.overlaps["one"] == pytest.approx(0.25)
    dark = np.ones((36, 64), bool)
    dark[:, :32] = False
    one, two = measured(room(Wall(name="front", size=(12, 4)), lenses=(beamer(), other)), [np.ones_like(dark), dark])
    assert one.overlaps == {} and two.width == pytest.approx(2.0, abs=0.13)


def test_what_a_curator_should_see_to_is_told() -> None:
    (throw,) = measured(room(Wall(name="small", size=(3, 4)), lenses=(beamer(),), people=((0, 2),)))
    told = " | ".join(throw.warnings)
    assert throw.missed == pytest.approx(0.25) and "of its picture misses small" in told
    assert "somebody 2 m before the wall casts a shadow" in told and "person 1 stands in its light" in told
    high = beamer(at=(0, 3.6, 5), towards=(0, 3.6, 0), shift=(0, -0.5), lumens=50)
    (throw,) = measured(room(Wall(name="front", size=(8, 5)), lenses=(high,)))
    assert throw.shadow is None
    assert ["lux on a wall that has 10 already" in one for one in throw.warnings] == [True]
    (throw,) = measured(room(FRONT, lenses=(beamer(towards=(0, 1.5, 12)),)))
    assert throw.wall in ("", "floor") and throw.warnings


def test_a_shadow_falls_where_somebody_is_as_tall_as_the_lowest_light() -> None:
    lens = beamer(at=(0, 3.0, 6), towards=(0, 3.0, 0), shift=(0, -0.4))
    (throw,) = measured(room(Wall(name="front", size=(8, 5)), lenses=(lens,)))
    lowest = 3.0 - 0.4 * 2.25 - 2.25 / 2
    free = 6 * (TALL - lowest) / (3.0 - lowest)
    assert throw.shadow is not None and throw.shadow[0] == 0.25
    assert throw.shadow[1] <= free < throw.shadow[1] + 0.25


def test_people_are_about_as_tall_as_people() -> None:
    tall = [person_at("a", (0, 0), 0.0, number).corners[..., 1].max() for number in range(12)]
    assert 1.55 < min(tall) < max(tall) < 1.8 and len({round(one, 3) for one in tall}) > 6


def test_a_site_without_walls_is_told_what_to_write() -> None:
    with pytest.raises(OutputError, match="no walls") as caught:
        room(lenses=(beamer(),))
    assert "walls: [{name: front" in str(caught.value.problems[0].hint)
    with pytest.raises(OutputError, match="stands where it looks"):
        beamer(towards=(0, 1.5, 6))


def test_corners_are_darker_than_the_open_and_walls_send_their_colour_back() -> None:
    there = room(FRONT, Wall(name="left", at=(-4, 0, 3), size=(6, 4), turn=90), lenses=(beamer(),))
    net = net_of(there.parts)
    baked = bake(there, net)

    def at(place: tuple[float, float, float], normal: tuple[float, float, float]) -> int:
        away = np.linalg.norm(baked.places - place, axis=1) + 9 * (baked.normals @ normal < 0.9)
        return int(away.argmin())

    corner, open_ = at((-3.8, 0, 0.2), (0, 1, 0)), at((2, 0, 6), (0, 1, 0))
    assert baked.open[corner] < baked.open[open_] - 0.1 and baked.open[open_] > 0.9
    red = np.zeros((1, 18, 32, 3))
    red[..., 0] = 1.0
    light = baked.bounced(red)
    before = light[at((0, 0, 1.0), (0, 1, 0))]
    assert before[0] > 10 and before[1] == before[2] == 0 and light[open_][0] < before[0]
