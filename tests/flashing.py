"""Known flashing sequences, built by code, as numbers a place: for the definition (no GL) and for the guard on the canvas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Frame = Callable[[float, int], Picture]

SIZE = 160, 90
"""A pixel a cell."""
FIELD = 53, 40
"""Of which 10 degrees have so many."""


def coded(light: float | NDArray[np.float64]) -> NDArray[np.uint8]:
    """Linear light, 0..1, as display-referred 8 bits."""
    given = np.asarray(light, np.float64)
    return np.round(np.where(given <= 0.0031308, given * 12.92, 1.055 * given ** (1 / 2.4) - 0.055) * 255).astype(
        np.uint8
    )


def grey(light: float) -> Picture:
    return np.full((SIZE[1], SIZE[0], 3), coded(light), np.uint8)


def plain(red: int, green: int, blue: int) -> Picture:
    return np.broadcast_to(np.array((red, green, blue), np.uint8), (SIZE[1], SIZE[0], 3)).copy()


def is_up(seconds: float, hertz: float) -> bool:
    """A square wave that begins low."""
    return int(np.floor(seconds * hertz * 2 + 1e-9)) % 2 == 1


def square(hertz: float, low: Picture, high: Picture) -> Frame:
    """A square wave of the whole picture."""
    return lambda seconds, _: high if is_up(seconds, hertz) else low


def patch(
    hertz: float, width: int, height: int, low: float = 0.0, high: float = 1.0, x: int = 50, y: int = 20
) -> Frame:
    """A square wave in a rectangle of so many cells."""

    def at(seconds: float, _: int) -> Picture:
        picture = grey(low)
        if is_up(seconds, hertz):
            picture[y : y + height, x : x + width] = coded(high)
        return picture

    return at


def fade(hertz: float, low: float, high: float) -> Frame:
    """A sine of the whole picture."""
    return lambda seconds, _: grey(low + (high - low) * (0.5 - 0.5 * np.cos(2 * np.pi * hertz * seconds)))


def cut(when: float) -> Frame:
    return lambda seconds, _: grey(0.7 if seconds >= when else 0.05)


def in_noise(frame: Frame, amount: float) -> Frame:
    """A sequence with noise over it, a new one each frame."""

    def at(seconds: float, index: int) -> Picture:
        noise = np.random.default_rng(index).normal(0.0, amount * 255, (SIZE[1], SIZE[0], 1))
        return np.clip(frame(seconds, index) + noise, 0, 255).astype(np.uint8)

    return at


def stripes(hertz: float, subdivided: int = 6) -> Frame:
    """Stripes a sixth of a cell wide (0.03 degrees) that pan; so many pixels a cell across, one down."""
    width = SIZE[0] * subdivided

    def at(seconds: float, _: int) -> Picture:
        along = np.arange(width) + round(seconds * hertz * 2)
        row = np.where(along % 2 < 1, 255, 0).astype(np.uint8)
        return np.broadcast_to(row[None, :, None], (SIZE[1], width, 3)).copy()

    return at


def broad_stripes(hertz: float) -> Frame:
    """Stripes of four cells (0.8 degrees) that pan, each place light so many times a second."""

    def at(seconds: float, _: int) -> Picture:
        row = np.where((np.arange(SIZE[0]) + seconds * hertz * 8) % 8 < 4, 255, 0).astype(np.uint8)
        return np.broadcast_to(row[None, :, None], (SIZE[1], SIZE[0], 3)).copy()

    return at


def corners(hertz: float, side: int) -> Frame:
    """Two squares in corners that no field has both of."""
    first, second = patch(hertz, side, side, x=0, y=0), patch(hertz, side, side, x=160 - side, y=90 - side)
    return lambda seconds, index: np.maximum(first(seconds, index), second(seconds, index))


def then_rest(seconds: float, frame: Frame) -> Frame:
    """A sequence that ends in black."""
    return lambda at, index: frame(at, index) if at < seconds else grey(0.0)


@dataclass(frozen=True)
class Known:
    """A sequence, and what the guidelines say of it."""

    name: str
    frame: Frame
    breaks: bool
    seconds: float = 1.5
    slowest: float = 24.0
    """Frames a second below which it isn't itself any more."""


BLACK, RED, WINE = plain(0, 0, 0), plain(255, 0, 0), plain(130, 0, 0)
KNOWN: tuple[Known, ...] = (
    *(Known(f"{hertz} Hz", square(hertz, grey(0.0), grey(1.0)), hertz > 3) for hertz in (2, 3, 3.5, 5, 10)),
    Known("25 Hz", square(25, grey(0.0), grey(1.0)), True, slowest=60.0),
    Known("10 Hz, 9.8 % high", square(10, grey(0.3), grey(0.398)), False),
    Known("10 Hz, 10.4 % high", square(10, grey(0.3), grey(0.404)), True),
    Known("10 Hz, darker state 0.81", square(10, grey(0.81), grey(1.0)), False),
    Known("10 Hz, darker state 0.78", square(10, grey(0.78), grey(1.0)), True),
    Known("10 Hz on exactly a quarter of a field", patch(10, FIELD[0], FIELD[1] // 4), False),
    Known("10 Hz on a quarter and 1 %", patch(10, 24, 23), True),
    Known("10 Hz on 26 % at the edge", patch(10, 24, 23, x=136, y=67), True),
    Known("10 Hz in corners far apart", corners(10, 22), False),
    Known("10 Hz of red and black", square(10, BLACK, WINE), True),
    Known("10 Hz of red and a darker red", square(10, plain(80, 0, 0), WINE), True),
    Known("10 Hz of red and a grey as light", square(10, plain(60, 60, 60), WINE), True),
    Known("3 Hz of red", square(3, BLACK, RED), False),
    Known("3.5 Hz of red", square(3.5, BLACK, RED), True),
    Known("10 Hz of a pale red", square(10, plain(90, 50, 50), plain(135, 75, 75)), False),
    Known("10 Hz of blue, which is dark", square(10, BLACK, plain(0, 0, 255)), False),
    Known("slow fades", fade(0.5, 0.0, 1.0), False, 4.0),
    Known("fades at 5 Hz", fade(5, 0.1, 0.9), True),
    Known("a single cut", cut(1.0), False),
    Known("a pan of fine stripes", stripes(11), False),
    Known("a pan of broad stripes", broad_stripes(6), True),
    Known("noise", in_noise(lambda seconds, index: grey(0.3), 0.02), False),
    Known("a strobe hidden in noise", in_noise(square(8, grey(0.2), grey(0.5)), 0.02), True),
    Known("three flashes, then rest", then_rest(0.6, square(5, grey(0.0), grey(1.0))), False),
)


def frames(known: Known, fps: float, begins: float = 0.0) -> Iterator[tuple[float, Picture]]:
    """(seconds, picture) of each frame; row 0 at the bottom, as on the canvas."""
    for index in range(round(known.seconds * fps)):
        yield begins + index / fps, known.frame(index / fps, index)
