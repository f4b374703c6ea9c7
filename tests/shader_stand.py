"""A stand on which a shader of the library is tried: pictures to feed it, and a way to draw it for a number of frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.gpu.device import Device
from installation.gpu.textures import Format, Target, Texture
from installation.params import Value
from installation.render.isf_player import IsfPlayer
from installation.render.screen import Screen
from installation.resources import resource
from installation.scene import isf

SIZE = (64, 36)
BRIGHT = 0.5
"""Of full light, shown: what is above it counts as bright."""


def wall(seed: int = 1, opaque: bool = True) -> NDArray[np.uint8]:
    """A mostly dark picture with soft lights in it, (36, 64, 4) uint8, row 0 the bottom row."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    light = np.zeros((SIZE[1], SIZE[0], 3))
    for _ in range(7):
        spot = np.exp(-((x - rng.uniform(4, 60)) ** 2 + (y - rng.uniform(4, 32)) ** 2) / rng.uniform(4, 18))
        light += spot[..., None] * rng.uniform(0.3, 1.0, 3)
    alpha = np.ones(SIZE[::-1]) if opaque else np.clip(light.max(axis=2) * 2 + 0.1, 0, 1)
    return np.rint(np.dstack([np.clip(light + 0.04, 0, 1), alpha]) * 255).astype(np.uint8)


def brightness(picture: NDArray[Any]) -> float:
    """The share of a float picture that is bright on a black wall."""
    shown = picture[..., :3].max(axis=2) * np.clip(picture[..., 3], 0, 1)
    return float((shown > BRIGHT).mean())


class Stand:
    """Draws shaders of the library on small pictures. Closes what it has made."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._screen = Screen(device)
        self._owned: list[IsfPlayer | Target | Texture] = []

    def picture(self, array: NDArray[Any], form: Format = "rgba8") -> Texture:
        texture = Texture.from_array(self._device, array, form)
        self._owned.append(texture)
        return texture

    def draw(
        self,
        name: str,
        images: Mapping[str, Texture],
        values: Mapping[str, Value] | None = None,
        frames: int = 1,
        rate: float = 30.0,
        form: Format = "rgba16f",
        each: Callable[[int], None] | None = None,
        shown: int | None = None,
    ) -> NDArray[Any]:
        """The last of `frames` frames of shaders/NAME.fs, (36, 64, 4). `each` is called before every
        frame; `shown` is a pass to look at instead of the last, from 1."""
        player = IsfPlayer(self._device, self._screen, isf.load(resource("shaders") / f"{name}.fs"))
        player.show_pass = shown
        target = Target(self._device, *SIZE, form)
        self._owned += [player, target]
        given = {param.name: param.default for param in player.isf.params} | dict(values or {})
        for index in range(frames):
            if each:
                each(index)
            player.prepare(given, images, SIZE, index / rate, 1 / rate)
            self._device.uniforms.upload()
            player.draw(images, target)
        return target.read()

    def close(self) -> None:
        for owned in self._owned:
            owned.close()
        self._screen.close()


def extremes(name: str) -> list[dict[str, Value]]:
    """One parameter at a time at the ends of its range, the others at their defaults."""
    found: list[dict[str, Value]] = []
    for param in isf.load(resource("shaders") / f"{name}.fs").params:
        if param.kind == "bool":
            found.append({param.name: not param.default})
        for end in (param.low, param.high):
            if param.kind in ("float", "long") and end is not None:
                found.append({param.name: end})
    return found
