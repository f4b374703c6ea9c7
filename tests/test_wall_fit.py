"""Projectors laid by a camera in rooms whose truth is known: flat and curved walls, dim and dead projectors."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from benchmarks.projectors import Scene, errors, look, scene_of, unevenness
from installation.errors import DeviceError
from installation.inputs.mapping import CORNERS
from installation.wall_fit import fit_wall
from installation.wall_places import Places, gathered, of_words
from installation.wall_shapes import bent, straightened

SMALL = ((640, 360), (400, 225))


@cache
def seen(seed: int, radius: float = 0.0) -> tuple[Scene, dict[str, Places]]:
    here = scene_of(seed, radius, *SMALL)
    return here, {str(number): look(here.room, number) for number in range(len(here.room.projectors))}


@pytest.mark.parametrize(("radius", "flat", "least"), [(0.0, True, 0.3), (4.0, False, 0.6)])
def test_a_noisy_camera_lays_projectors_within_a_pixel_and_their_overlaps_are_even(radius, flat, least):
    here, places = seen(2, radius)
    wall = fit_wall(places, here.aspect, here.pairs)
    assert wall.flat is flat and wall.failed == {}
    off = errors(here, wall.laid)
    assert off.mean() < least and off.max() < 4 * least
    (both,) = wall.overlaps
    assert (both.first, both.second) == ("0", "1") and 60 < both.pixels < 220
    assert unevenness(here, wall, (240, 135)) < 0.02  # half a pixel is much where an overlap has a hundred
    assert all(one.said == () for one in wall.laid.values())
    told = wall.words()
    assert told[0] == f"the wall is {'flat' if flat else 'curved'}" and any("overlap by" in line for line in told)


def test_the_canvas_is_found_where_nobody_has_placed_it():
    here, places = seen(2)
    wall = fit_wall(places, 16 / 9)
    low, high = np.min(wall.corners, axis=0), np.max(wall.corners, axis=0)
    assert np.allclose(
        (high - low) * here.room.camera.size @ [1, -16 / 9], 0, atol=6
    )  # its shape, as the camera sees it
    assert wall.dark < 0.005
    uv = np.random.default_rng(1).uniform(0, 1, (400, 2))
    lit = np.any([((one.at(uv) >= 0) & (one.at(uv) <= one.size)).all(axis=1) for one in wall.laid.values()], axis=0)
    assert lit.mean() > 0.99


def test_a_dead_projector_and_a_dim_one_are_named_and_the_others_are_laid():
    here, places = seen(1)
    assert len(places) == 3
    nothing = replace(
        places["1"], at=np.empty((0, 2)), to=np.empty((0, 2)), weight=np.empty(0), light=0.0,
        said={"pixels": 90000, "lit": 3, "blurred": 0, "overexposed": 0, "found": 0},
    )  # fmt: skip
    wall = fit_wall({**places, "1": nothing, "2": replace(places["2"], light=0.05)}, here.aspect, here.pairs)
    assert set(wall.laid) == {"0", "2"} and "none of its light" in wall.failed["1"]
    assert "it is dim" in wall.laid["2"].said[0] and wall.laid["0"].said == ()
    assert wall.dark > 0.05 and "gets no light" in wall.words()[-1]
    with pytest.raises(DeviceError, match="no projector could be found"):
        fit_wall({"1": nothing}, here.aspect, here.pairs)


def test_a_projector_that_throws_beside_the_canvas_is_told():
    here, places = seen(2)
    left = [(x * 0.4, y, u, v) for x, y, u, v in here.pairs]
    wall = fit_wall(places, here.aspect, left)
    assert "does not fall on the canvas" in wall.failed["1"]


def test_a_step_in_the_wall_is_told_and_two_walls_that_meet_are_met():
    here, places = seen(2)
    over = np.maximum(places["0"].to[:, :1] - 320.0, 0.0)
    step = replace(places["0"], to=places["0"].to + np.where(over > 0, 20.0, 0.0) * (1, 0))
    wall = fit_wall({**places, "0": step}, here.aspect, here.pairs)
    assert "has the wall a step?" in wall.laid["0"].said[0] and wall.laid["1"].said == ()
    edge = replace(places["0"], to=places["0"].to + over * (0.15, 0.03))
    wall = fit_wall({**places, "0": edge}, here.aspect, here.pairs)
    assert not wall.flat and wall.laid["0"].mean < 0.7 and wall.laid["0"].said == ()


def test_places_that_lie_far_off_do_no_harm():
    here, places = seen(2)
    chance = np.random.default_rng(5)
    spoilt = {}
    for name, one in places.items():
        to = one.to.copy()
        some = chance.choice(len(to), len(to) // 12, replace=False)
        to[some] += chance.normal(0, 60, (len(some), 2))
        spoilt[name] = replace(one, to=to)
    wall = fit_wall(spoilt, here.aspect, here.pairs)
    assert wall.flat and errors(here, wall.laid).mean() < 0.3


def test_what_leaves_the_camera_is_small_and_comes_back_as_it_was():
    _, places = seen(2)
    words = places["0"].words()
    assert len(json.dumps(words)) < 20_000
    again = of_words(json.loads(json.dumps(words)))
    assert np.abs(again.at - places["0"].at).max() < 1e-5 and np.abs(again.to - places["0"].to).max() < 0.01
    assert again.said == places["0"].said and again.size == SMALL[0] and again.camera == SMALL[1]


def test_a_cell_is_the_mean_of_its_pixels_without_those_that_lie_off():
    from installation.stripes import Seen

    x, y = np.meshgrid(np.arange(128) + 0.5, np.arange(72) + 0.5)
    wide = x * 3.0 + 0.4 * y
    wide[20, 20] += 15.0
    found = gathered(Seen(wide, y * 2.0, np.full_like(x, 0.4), {"pixels": x.size}), (640, 360))
    true = found.at * (128, 72) @ np.array([[3.0, 0.0], [0.4, 2.0]])
    assert len(found.at) > 500 and np.abs(found.to - true).max() < 1e-3


def test_bending_and_straightening_are_each_other_s_inverse():
    at = np.random.default_rng(1).uniform(-1, 1, (100, 2))
    for k1 in (-0.1, 0.0, 0.15):
        assert np.allclose(bent(straightened(at, k1), k1), at, atol=1e-9)


def test_the_camera_s_own_shape_of_the_canvas_is_told_for_the_next_time():
    here, places = seen(2)
    wall = fit_wall(places, here.aspect, here.pairs)
    assert np.allclose(wall.corners, [pair[:2] for pair in here.pairs], atol=1e-3)
    assert len(wall.corners) == len(CORNERS)
