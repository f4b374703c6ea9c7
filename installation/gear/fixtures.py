"""From a colour or a value to the levels of a fixture's channels. Pure.

A fixture's letters say what its channels are, in order: `i` intensity, `r`, `g`, `b`, `w` white, `x` and `y` of a position, `f`
always full (a shutter that is to be open), `0` always none. Where there is a `w`, what red, green and blue share is given to it;
where there is an `i` beside colours, it has the brightness, and the colours their full strength.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LETTERS = "irgbwxyf0"
CHANNELS = 512

_LINEAR = np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in np.arange(256) / 255])
"""Light of an sRGB value (IEC 61966-2-1)."""


@dataclass(frozen=True, slots=True)
class Fixture:
    """Where it is patched, and how it is fed. `region` is x, y, width, height of the canvas, 0..1, y up; None: a parameter, or
    its own dimmer alone. `end` is the level it is left at when the show ends; None: as it is then."""

    name: str
    universe: str
    channel: int
    letters: str = "rgb"
    source: str | None = None
    region: tuple[float, float, float, float] | None = None
    gamma: float = 1.0
    fine: bool = False
    end: float | None = 0.0

    @property
    def size(self) -> int:
        """How many channels it takes."""
        return len(self.letters) * (2 if self.fine else 1)

    @property
    def address(self) -> str:
        """Of its dimmer, a parameter."""
        return f"/lights/{self.name}"


def mean_colour(picture: NDArray[np.uint8], region: tuple[float, float, float, float]) -> tuple[float, float, float]:
    """The mean colour of a part of a picture, (h, w, 4) uint8, row 0 the bottom row: red, green, blue, 0..1, as they are shown.

    Reckoned in light: half black and half white is as bright as a lamp that is half on.
    """
    height, width = picture.shape[:2]
    x, y, wide, high = region
    left, bottom = min(int(x * width), width - 1), min(int(y * height), height - 1)
    right, top = max(round((x + wide) * width), left + 1), max(round((y + high) * height), bottom + 1)
    light = _LINEAR[picture[bottom:top, left:right, :3]].mean(axis=(0, 1))
    shown = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.power(light, 1 / 2.4) - 0.055)
    red, green, blue = (float(part) for part in shown)
    return red, green, blue


def levels(fixture: Fixture, given: Sequence[float], dimmer: float) -> bytes:
    """The levels of its channels, for one number (intensity), two (a position) or three (red, green, blue), each 0..1."""
    parts: dict[str, float] = {"f": 1.0, "0": 0.0}
    if len(given) == 2:
        parts |= {"x": given[0], "y": given[1], "i": dimmer}
    else:
        colour = tuple(given[:3]) if len(given) >= 3 else (given[0] if given else 1.0,) * 3
        red, green, blue = (max(min(part, 1.0), 0.0) ** fixture.gamma for part in colour)
        brightest = max(red, green, blue)
        if "i" in fixture.letters:
            parts["i"] = brightest * dimmer
            scale = 1.0 / brightest if brightest > 0 else 0.0
            if "r" in fixture.letters or "w" in fixture.letters:
                red, green, blue = red * scale, green * scale, blue * scale
        else:
            red, green, blue = red * dimmer, green * dimmer, blue * dimmer
        white = min(red, green, blue) if "w" in fixture.letters else 0.0
        if "r" in fixture.letters:
            red, green, blue = red - white, green - white, blue - white
        parts |= {"r": red, "g": green, "b": blue, "w": white}
    found = bytearray()
    for letter in fixture.letters:
        part = max(min(parts.get(letter, 0.0), 1.0), 0.0)
        found += round(part * 65535).to_bytes(2, "big") if fixture.fine else bytes((round(part * 255),))
    return bytes(found)


def ended(fixture: Fixture) -> bytes | None:
    """The levels that it is left at; None: as it is."""
    return None if fixture.end is None else levels(fixture, (fixture.end,) * 3, 1.0)
