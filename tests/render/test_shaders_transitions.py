"""The library's transitions: they begin and end on the pictures themselves, and on the way the wall is never flooded or lost."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from shader_stand import SIZE, Stand, brightness, extremes, wall

from installation.gpu.device import Device
from installation.gpu.textures import Texture
from installation.params import Value
from installation.resources import resource
from installation.scene import isf

pytestmark = pytest.mark.gl

TRANSITIONS = (
    "cross_light",
    "dissolve_growth",
    "echo_cross",
    "freeze_fade",
    "ink",
    "iris_mouth",
    "push_depth",
    "slip_rows",
    "tear_open",
    "wipe_mask",
)


@pytest.fixture
def stand(device: Device) -> Iterator[Stand]:
    made = Stand(device)
    yield made
    made.close()


def images(stand: Stand, name: str, opaque: bool = True) -> dict[str, Texture]:
    fed = {"startImage": stand.picture(wall(1, opaque)), "endImage": stand.picture(wall(2, opaque))}
    if name == "wipe_mask":
        slope = np.full((*SIZE[::-1], 4), 255, np.uint8)
        slope[..., :3] = np.linspace(0, 255, SIZE[0]).astype(np.uint8)[None, :, None]
        fed["map"] = stand.picture(slope)
    return fed


@pytest.mark.parametrize("name", TRANSITIONS)
def test_a_transition_is_one(name: str) -> None:
    assert isf.load(resource("shaders") / f"{name}.fs").kind == "transition"


@pytest.mark.parametrize("name", TRANSITIONS)
def test_both_ends_of_a_transition_are_the_pictures_themselves(name: str, stand: Stand) -> None:
    for opaque in (True, False):
        fed = images(stand, name, opaque)
        for progress, seed in ((0.0, 1), (1.0, 2)):
            drawn = stand.draw(name, fed, {"progress": progress}, form="rgba8")
            assert (drawn == wall(seed, opaque)).all()


@pytest.mark.parametrize("name", TRANSITIONS)
def test_a_transition_neither_begins_nor_ends_with_a_jump(name: str, stand: Stand) -> None:
    fed = images(stand, name)
    for values in ({}, *extremes(name)):
        for progress, seed in ((0.002, 1), (0.998, 2)):
            if "progress" in values:
                continue
            drawn = stand.draw(name, fed, values | {"progress": progress}, form="rgba8")
            assert np.abs(drawn.astype(int) - wall(seed)).mean() < 3, (values, progress)


@pytest.mark.parametrize("name", TRANSITIONS)
def test_no_moment_of_a_transition_is_nan_flooded_or_black(name: str, stand: Stand) -> None:
    fed = images(stand, name)
    ends = [float(wall(seed)[..., :3].mean()) / 255 for seed in (1, 2)]
    for progress in np.linspace(0.0, 1.0, 21):
        drawn = stand.draw(name, fed, {"progress": float(progress)})
        assert np.isfinite(drawn).all(), progress
        assert drawn.min() >= 0.0, progress
        assert brightness(drawn) < 0.6, progress
        mean = float(drawn[..., :3].mean())
        assert 0.2 * min(ends) < mean < 1.6 * max(ends), progress


@pytest.mark.parametrize("name", TRANSITIONS)
def test_no_setting_of_a_transition_makes_nan_or_floods_the_wall(name: str, stand: Stand) -> None:
    fed = images(stand, name)
    for values in extremes(name):
        drawn = stand.draw(name, fed, {"progress": 0.5} | values)
        assert np.isfinite(drawn).all(), values
        assert drawn.min() >= 0.0, values
        assert brightness(drawn) < 0.6, values


@pytest.mark.parametrize("name", TRANSITIONS)
def test_half_way_a_transition_shows_something_of_its_own(name: str, stand: Stand) -> None:
    fed = images(stand, name)
    drawn = stand.draw(name, fed, {"progress": 0.5}, form="rgba8").astype(int)
    assert np.abs(drawn - wall(1)).mean() > 1
    assert np.abs(drawn - wall(2)).mean() > 1
    assert (drawn == stand.draw(name, fed, {"progress": 0.5}, form="rgba8")).all()


def test_a_wipe_follows_its_map_and_without_one_is_a_dissolve(stand: Stand) -> None:
    half = np.zeros((*SIZE[::-1], 4), np.uint8)
    half[..., 3] = 255
    half[:, 32:, :3] = 255
    fed = images(stand, "wipe_mask")
    values: dict[str, Value] = {"progress": 0.5, "glow": 0.0}
    wiped = stand.draw("wipe_mask", fed | {"map": stand.picture(half)}, values, form="rgba8")
    assert (wiped[:, :30] == wall(2)[:, :30]).all()
    assert (wiped[:, 34:] == wall(1)[:, 34:]).all()
    del fed["map"]
    plain = stand.draw("wipe_mask", fed, values, form="rgba8").astype(int)
    assert np.abs(plain - stand.draw("dissolve", fed, {"progress": 0.5}, form="rgba8")).max() <= 1
