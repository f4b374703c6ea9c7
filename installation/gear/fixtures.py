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


def mean_colours(picture: NDArray[np.uint8], regions: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean colours of parts of a picture, (h, w, 4) uint8, row 0 the bottom row: red, green, blue, 0..1, as they are shown,
    (n, 3), for regions (n, 4): x, y, width, height, 0..1.

    Reckoned in light: half black and half white is as bright as a lamp that is half on. Sums are made once for all parts (a
    summed-area table: Crow, SIGGRAPH 1984), since a thread that reckons for long holds up the frame.
    """
    height, width = picture.shape[:2]
    sums = np.zeros((height + 1, width + 1, 3))
    np.cumsum(_LINEAR[picture[..., :3]], axis=0, out=sums[1:, 1:])
    np.cumsum(sums, axis=1, out=sums)
    x, y, wide, high = regions.T
    left = np.clip((x * width).astype(int), 0, width - 1)
    bottom = np.clip((y * height).astype(int), 0, height - 1)
    right = np.clip(np.rint((x + wide) * width).astype(int), left + 1, width)
    top = np.clip(np.rint((y + high) * height).astype(int), bottom + 1, height)
    light = sums[top, right] - sums[bottom, right] - sums[top, left] + sums[bottom, left]
    light = np.clip(light / ((right - left) * (top - bottom))[:, None], 0.0, 1.0)
    shown: NDArray[np.float64] = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return shown


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
