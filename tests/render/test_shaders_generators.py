"""The library's generators about mouths and what lives in them: each draws, stays alive and bounded, and stays dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.gpu.device import Device
from installation.gpu.textures import Format, Target, Texture
from installation.params import Value
from installation.render.isf_player import IsfPlayer
from installation.render.screen import Screen
from installation.resources import resource
from installation.scene import isf

pytestmark = pytest.mark.gl

SIMULATIONS = ("reaction_diffusion", "slime_mould")
NAMES = (*SIMULATIONS, "pearl", "enamel", "capillaries", "petri", "constellation", "wet_gum", "saliva")
SIZE = (64, 36)
BRIGHT = 0.5  # of the range that is shown

Play = Callable[..., NDArray[Any]]


def parsed(name: str) -> isf.Isf:
    return isf.load(resource("shaders") / f"{name}.fs")


@pytest.fixture
def play(device: Device) -> Iterator[Play]:
    """Plays a shader for some frames and gives the last one, (h, w, 4), row 0 the bottom row."""
    screen = Screen(device)
    players: list[IsfPlayer] = []

    def play_it(
        name: str,
        frames: int = 2,
        values: Mapping[str, Value] | None = None,
        images: Mapping[str, Texture] | None = None,
        size: tuple[int, int] = SIZE,
        form: Format = "rgba8",
        start: float = 0.0,
        fps: float = 30.0,
    ) -> NDArray[Any]:
        shader = parsed(name)
        player = IsfPlayer(device, screen, shader)
        players.append(player)
        target = Target(device, *size, form)
        given = {param.name: param.default for param in shader.params} | dict(values or {})
        for index in range(frames):
            player.prepare(given, images or {}, size, start + index / fps, 1.0 / fps)
            device.uniforms.upload()
            player.draw(images or {}, target)
            if index % 20 == 0:
                device.finish()
        picture = target.read()
        target.close()
        return picture

    yield play_it
    for player in players:
        player.close()
    screen.close()


def luminance(picture: NDArray[Any]) -> NDArray[np.float64]:
    colours = picture[..., :3].astype(np.float64) * (picture[..., 3:] / 255.0) / 255.0
    return np.asarray(colours @ [0.2126, 0.7152, 0.0722])


def extremes(name: str) -> list[dict[str, Value]]:
    """All its numbers at their lowest, all at their highest."""
    params = [p for p in parsed(name).params if p.kind == "float"]
    return [{p.name: p.low or 0.0 for p in params}, {p.name: p.high or 0.0 for p in params}]


@pytest.mark.parametrize("name", NAMES)
def test_the_header_says_all_that_a_curator_needs(name: str) -> None:
    shader = parsed(name)
    assert shader.kind == "generator"
    assert shader.description.endswith(".")
    assert shader.credit.startswith("Living Smiles")
    assert "generator" in shader.categories
    assert all(param.help for param in shader.params)


@pytest.mark.parametrize("name", NAMES)
def test_it_draws_something_without_a_bad_number(play: Play, name: str) -> None:
    for start in (0.0, 20.0, 86_400.0):
        picture = play(name, 3, form="rgba32f", start=start)
        assert np.isfinite(picture).all()
        assert picture.min() > -0.01 and picture.max() < 1.01
        assert picture[..., :3].max() > 0.1


@pytest.mark.parametrize("name", NAMES)
def test_most_of_the_frame_is_not_bright(play: Play, name: str) -> None:
    for values in ({}, *extremes(name)):
        assert np.mean(luminance(play(name, 3, values, start=5.0)) > BRIGHT) < 0.6


@pytest.mark.parametrize("name", NAMES)
def test_the_same_inputs_give_the_same_pixels(play: Play, name: str) -> None:
    assert (play(name, 10) == play(name, 10)).all()


@pytest.mark.parametrize("name", NAMES)
def test_it_moves_but_never_jumps(play: Play, name: str) -> None:
    early, next_, later = (luminance(play(name, frames)) for frames in (40, 41, 100))
    assert np.abs(later - early).max() > 0.02
    assert np.abs(next_ - early).mean() < 0.02


@pytest.mark.parametrize("name", SIMULATIONS)
def test_a_simulation_is_alive_and_bounded_after_600_frames(play: Play, name: str) -> None:
    before = play(name, 600, form="rgba32f")
    assert np.isfinite(before).all()
    assert before[..., :3].max() > 0.15
    assert np.mean(before[..., :3].mean(axis=2) > BRIGHT) < 0.6


@pytest.mark.parametrize("name", SIMULATIONS)
def test_it_grows_where_its_picture_is_bright(play: Play, device: Device, name: str) -> None:
    card = np.zeros((4, 4, 4), np.uint8)
    card[:, :2] = 255
    picture = Texture.from_array(device, card, "rgba8")
    sown, wild = (luminance(play(name, 150, images=images)) for images in ({"seed": picture}, {}))
    half = SIZE[0] // 2
    assert sown[:, :half].mean() > wild[:, :half].mean() + 0.01
    picture.close()
