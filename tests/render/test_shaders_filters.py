"""The library's filters: at IDENTITY they change nothing, and whatever is asked of them the wall stays a wall."""

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

FILTERS = (
    "blur",
    "colour_grade",
    "corolla",
    "displace",
    "echo",
    "edges",
    "film_wet",
    "glow",
    "halftone",
    "heat",
    "kaleidoscope",
    "lens",
    "mask",
    "melt",
    "mirror",
)
SECOND_IMAGE = {"displace": "map", "mask": "mask"}


@pytest.fixture
def stand(device: Device) -> Iterator[Stand]:
    made = Stand(device)
    yield made
    made.close()


def images(stand: Stand, name: str, opaque: bool = True) -> dict[str, Texture]:
    fed = {"inputImage": stand.picture(wall(1, opaque))}
    if name in SECOND_IMAGE:
        fed[SECOND_IMAGE[name]] = stand.picture(wall(2))
    return fed


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_says_at_which_value_it_does_nothing(name: str) -> None:
    parsed = isf.load(resource("shaders") / f"{name}.fs")
    assert parsed.kind == "filter"
    assert any(param.identity is not None for param in parsed.params)


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_at_identity_returns_what_it_was_given(name: str, stand: Stand) -> None:
    params = isf.load(resource("shaders") / f"{name}.fs").params
    still: dict[str, Value] = {param.name: param.identity for param in params if param.identity is not None}
    for opaque in (True, False):
        drawn = stand.draw(name, images(stand, name, opaque), still, frames=3, form="rgba8")
        assert np.abs(drawn.astype(int) - wall(1, opaque)).max() <= 1


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_close_to_identity_is_close_to_its_picture(name: str, stand: Stand) -> None:
    params = isf.load(resource("shaders") / f"{name}.fs").params
    nearly: dict[str, Value] = {}
    for param in params:
        if param.identity is not None and param.low is not None and param.high is not None:
            step = 1e-3 * (float(param.high) - float(param.low))
            nearly[param.name] = float(param.identity) + step
    drawn = stand.draw(name, images(stand, name), nearly, frames=3, form="rgba8")
    assert np.abs(drawn.astype(int) - wall(1)).mean() < 2, "something pops as soon as it is turned on"


@pytest.mark.parametrize("name", FILTERS)
def test_no_setting_of_a_filter_makes_nan_or_floods_the_wall(name: str, stand: Stand) -> None:
    for values in ({}, *extremes(name)):
        drawn = stand.draw(name, images(stand, name), values, frames=3)
        assert np.isfinite(drawn).all(), values
        assert drawn.min() >= 0.0, values
        assert drawn.max() <= 2.0, values
        assert brightness(drawn) < 0.6, values


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_draws_the_same_twice(name: str, stand: Stand) -> None:
    fed = images(stand, name)
    first, second = (stand.draw(name, fed, frames=20) for _ in range(2))
    assert (first == second).all()


@pytest.mark.parametrize("name", ["displace", "echo", "melt"])
def test_a_filter_that_remembers_is_alive_and_bounded_after_six_hundred_frames(name: str, stand: Stand) -> None:
    fed = images(stand, name)
    early, late = stand.draw(name, fed, frames=30), stand.draw(name, fed, frames=600)
    assert np.isfinite(late).all()
    assert late.max() <= 2.0
    assert brightness(late) < 0.6
    assert late[..., :3].max() > 0.3, "it has gone dark"
    assert name != "melt" or np.abs(late - early).max() > 0.02, "it has frozen"


def test_an_echo_stays_where_a_light_was_and_goes(stand: Stand) -> None:
    lights = np.zeros((*SIZE[::-1], 4), np.uint8)
    lights[..., 3] = 255
    lights[14:22, 28:36, :3] = 255
    dark = np.where([0, 0, 0, 1], lights, 0).astype(np.uint8)
    moving = stand.picture(lights)
    light = {"inputImage": moving}

    def switch(index: int) -> None:
        if index in (0, 10):
            moving.upload(dark if index else lights)

    values: dict[str, Value] = {"drift": (0.0, 0.0), "seconds": 2.0}
    soon = stand.draw("echo", light, values, frames=16, each=switch)
    later = stand.draw("echo", light, values, frames=300, each=switch)
    assert soon[16:20, 30:34, :3].max() > 0.3
    assert later[..., :3].max() < 0.02


def test_an_echo_drifts_as_far_at_any_frame_rate(stand: Stand) -> None:
    fed = {"inputImage": stand.picture(wall(1))}
    values: dict[str, Value] = {"drift": (0.1, 0.1), "amount": 1.0}
    slow, fast = stand.draw("echo", fed, values, 60, 30.0), stand.draw("echo", fed, values, 119, 60.0)
    assert np.abs(slow - fast)[..., :3].mean() < 0.02


def test_a_push_moves_the_picture_and_heals(stand: Stand) -> None:
    right = np.zeros((9, 16, 4), np.float32)
    right[..., 0] = 1.0
    pushing = stand.picture(right, "rgba16f")
    fed = {"inputImage": stand.picture(wall(1)), "map": pushing}

    def let_go(index: int) -> None:
        if index in (0, 15):
            pushing.upload(right if index == 0 else np.zeros_like(right))

    values: dict[str, Value] = {"amount": 0.3, "smear": 0.0, "linger": 0.3}
    pushed = stand.draw("displace", fed, values, frames=15, each=let_go, form="rgba8")
    healed = stand.draw("displace", fed, values, frames=180, each=let_go, form="rgba8")
    assert np.abs(pushed[:, 8:, :3].astype(int) - wall(1)[:, 8:, :3]).mean() > 5
    assert np.abs(pushed[:, 8:, :3].astype(int) - wall(1)[:, 3:-5, :3]).mean() < 5, "half of 0.3 heights to the right"
    assert np.abs(healed.astype(int) - wall(1)).mean() < 1


def test_a_mask_hides_where_it_is_dark_and_the_other_way_round(stand: Stand) -> None:
    grey = np.zeros((*SIZE[::-1], 4), np.uint8)
    grey[..., 3] = 255
    grey[:, 32:, :3] = 255
    fed = {"inputImage": stand.picture(wall(1)), "mask": stand.picture(grey)}
    plain = stand.draw("mask", fed, {"feather": 0.0}, form="rgba8")
    assert (plain[:, :31, 3] == 0).all()
    assert (plain[:, 33:, 3] == 255).all()
    turned = stand.draw("mask", fed, {"feather": 0.0, "invert": True}, form="rgba8")
    assert (turned[..., 3].astype(int) + plain[..., 3] == 255).all()


def test_a_blur_keeps_the_light_that_it_spreads(stand: Stand) -> None:
    dot = np.zeros((*SIZE[::-1], 4), np.uint8)
    dot[..., 3] = 255
    dot[12:24, 26:38, :3] = 255
    drawn = stand.draw("blur", {"inputImage": stand.picture(dot)}, {"radius": 0.06})
    assert np.square(drawn[..., 0]).sum() == pytest.approx(144, rel=0.1)
    assert 0.1 < drawn[10, 24, 0] < 0.9
