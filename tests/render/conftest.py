"""Draws ISF texts on the session's device, for tests of the language and of the player."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from numpy.typing import NDArray

from installation.gpu.device import Device
from installation.gpu.textures import Picture, Target
from installation.params import Value
from installation.render.isf_player import IsfPlayer
from installation.render.screen import Screen
from installation.scene import isf

Draw = Callable[..., NDArray[Any]]
Play = Callable[..., IsfPlayer]


@pytest.fixture
def screen(device: Device) -> Iterator[Screen]:
    made = Screen(device)
    yield made
    made.close()


@pytest.fixture
def play(device: Device, screen: Screen) -> Iterator[Play]:
    """A player of an ISF text, closed in the end."""
    players: list[IsfPlayer] = []

    def play_it(text: str, path: str = "test.fs", vertex: str | None = None) -> IsfPlayer:
        player = IsfPlayer(device, screen, isf.parse(text, path, vertex))
        players.append(player)
        return player

    yield play_it
    for player in players:
        player.close()


@pytest.fixture
def draw(device: Device, play: Play) -> Draw:
    """Draws frames of an ISF text, or of a player, and gives the last one, (h, w, 4) uint8, row 0 the bottom row."""

    def draw_it(
        what: str | IsfPlayer,
        values: Mapping[str, Value] | None = None,
        images: Mapping[str, Picture] | None = None,
        size: tuple[int, int] = (4, 2),
        frames: int = 1,
        vertex: str | None = None,
        start: float = 0.0,
        date: tuple[float, float, float, float] = (2142.0, 1.0, 1.0, 0.0),
    ) -> NDArray[Any]:
        player = play(what, vertex=vertex) if isinstance(what, str) else what
        target = Target(device, *size, "rgba8")
        given = {param.name: param.default for param in player.isf.params} | dict(values or {})
        for index in range(frames):
            player.prepare(given, images or {}, size, start + index / 10, 0.1, date)
            device.uniforms.upload()
            player.draw(images or {}, target)
        picture = target.read()
        target.close()
        return picture

    return draw_it
