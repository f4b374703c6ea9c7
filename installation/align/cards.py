"""Test cards: what a projector shows while it is focused, aligned and matched with its neighbours. Pictures, made in a thread.

Two kinds. Cards of the canvas go through the warp, so that what is straight on them must be straight on the wall: `grid`,
`circles`, `numbers`, `overlap`. Cards of the output have its own pixels, untouched: `focus`, `ramps`, `identity`, `white`,
`black`. Called by `align.projecting`.
"""

from __future__ import annotations

import colorsys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.render.typeset import face, lato

Picture = NDArray[np.uint8]
"""(h, w, 4), row 0 the bottom."""

ON_CANVAS = ("grid", "circles", "numbers", "overlap")
ON_OUTPUT = ("focus", "ramps", "identity", "white", "black")
CARDS = (*ON_CANVAS, *ON_OUTPUT)

INK, PAPER, DIM = (236, 236, 228), (16, 17, 20), (92, 96, 104)
ACCENT = (255, 186, 73)
SHARP = "sharp? 0123456789 aeg"
LINE = 1.3
"""From one line of words to the next, of their size."""
CELLS = 16
"""Squares across the canvas of a grid."""


def card(kind: str, size: tuple[int, int], name: str, number: int, of: int) -> Picture:
    """A card in pixels of the canvas or the output (`size`), for an output's name and its number (from 0) of so many."""
    from PIL import Image, ImageDraw

    width, height = size
    image = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(image)
    hue = _hue(number, of)
    match kind:
        case "grid":
            _grid(draw, size, INK, 1)
            draw.line((width // 2, 0, width // 2, height), fill=ACCENT, width=3)
            draw.line((0, height // 2, width, height // 2), fill=ACCENT, width=3)
            draw.line((0, 0, width - 1, height - 1), fill=DIM)
            draw.line((0, height - 1, width - 1, 0), fill=DIM)
            _frame(draw, size, hue)
        case "circles":
            _grid(draw, size, DIM, 1)
            _circles(draw, size)
            _frame(draw, size, hue)
        case "numbers":
            _numbers(draw, size)
            _frame(draw, size, hue)
        case "overlap":
            image.paste(tuple(int(0.55 * one) for one in hue), (0, 0, width, height))
            _grid(draw, size, hue, 2)
        case "focus":
            _focus(image, draw)
        case "ramps":
            _ramps(image, draw)
        case "identity":
            image.paste(tuple(int(0.16 * one) for one in hue), (0, 0, width, height))
            _frame(draw, size, hue)
            _words(draw, (width / 2, height / 2), name, height * 0.34, hue)
            _words(draw, (width / 2, height * 0.78), f"{width} x {height}", height * 0.06, INK)
            _words(draw, (width / 2, height * 0.2), "up", height * 0.06, INK)
            tip, foot, half = height * 0.06, height * 0.14, height * 0.04
            draw.polygon([(width / 2, tip), (width / 2 - half, foot), (width / 2 + half, foot)], fill=INK)
        case "white":
            image.paste((255, 255, 255), (0, 0, width, height))
        case "black":
            image.paste((0, 0, 0), (0, 0, width, height))
        case _:
            raise ValueError(f"no card {kind}")
    out = np.full((height, width, 4), 255, np.uint8)
    out[..., :3] = np.asarray(image, np.uint8)[::-1]
    return out


def _hue(number: int, of: int) -> tuple[int, int, int]:
    """A colour for each output; where two overlap, theirs add up to a third one."""
    red, green, blue = colorsys.hsv_to_rgb((0.0 + number / max(of, 2)) % 1.0, 0.85, 1.0)
    return round(255 * red), round(255 * green), round(255 * blue)


def _square(size: tuple[int, int]) -> float:
    return size[0] / CELLS


def _grid(draw: Any, size: tuple[int, int], colour: tuple[int, int, int], thick: int) -> None:
    """Squares, counted from the middle, so that halves are alike."""
    width, height = size
    side = _square(size)
    for step in range(-CELLS, CELLS + 1):
        x, y = round(width / 2 + step * side), round(height / 2 + step * side)
        if 0 <= x < width:
            draw.line((x, 0, x, height), fill=colour, width=thick)
        if 0 <= y < height:
            draw.line((0, y, width, y), fill=colour, width=thick)


def _frame(draw: Any, size: tuple[int, int], colour: tuple[int, int, int]) -> None:
    """The last pixels on all sides, and one inside: whoever sees both sees all of the picture."""
    width, height = size
    draw.rectangle((0, 0, width - 1, height - 1), outline=colour, width=1)
    draw.rectangle((4, 4, width - 5, height - 5), outline=colour, width=2)


def _circles(draw: Any, size: tuple[int, int]) -> None:
    width, height = size
    side = min(width, height)
    for share in (0.25, 0.5, 0.96):
        half = share * side / 2
        box = (width / 2 - half, height / 2 - half, width / 2 + half, height / 2 + half)
        draw.ellipse(box, outline=ACCENT if share > 0.9 else INK, width=3)
    half = 0.16 * side
    for x in (half * 1.15, width - half * 1.15):
        for y in (half * 1.15, height - half * 1.15):
            draw.ellipse((x - half, y - half, x + half, y + half), outline=INK, width=2)
    draw.line((width / 2 - 20, height / 2, width / 2 + 20, height / 2), fill=INK, width=1)
    draw.line((width / 2, height / 2 - 20, width / 2, height / 2 + 20), fill=INK, width=1)


def _numbers(draw: Any, size: tuple[int, int]) -> None:
    """Squares with their column's letter and row's number, as on a map."""
    height = size[1]
    side = _square(size)
    rows = max(round(height / side), 1)
    tall = height / rows
    for row in range(rows):
        for column in range(CELLS):
            x, y = column * side, height - (row + 1) * tall
            if (row + column) % 2:
                draw.rectangle((x, y, x + side, y + tall), fill=(44, 47, 54))
            said = f"{chr(65 + column % 26)}{row + 1}"
            _words(draw, (x + side / 2, y + tall / 2), said, min(side, tall) * 0.42, INK)


def _focus(image: Any, draw: Any) -> None:
    """Lines and letters down to a pixel, in the middle and in all corners: what is sharp here is in focus."""
    width, height = image.size
    patch = max(min(width, height) // 4, 48)
    for x in (0, (width - patch) // 2, width - patch):
        for y in (0, (height - patch) // 2, height - patch):
            rows, columns = np.mgrid[0:patch, 0:patch]
            lines = np.zeros((patch, patch), np.uint8)
            half = patch // 2
            lines[:half, :half] = np.where(columns[:half, :half] % 2, 255, 0)
            lines[:half, half:] = np.where(rows[:half, half:] % 2, 255, 0)
            lines[half:, :half] = np.where((columns + rows)[half:, :half] // 2 % 2, 255, 0)
            lines[half:, half:] = np.where(columns[half:, half:] // 4 % 2, 255, 0)
            from PIL import Image

            image.paste(Image.fromarray(lines).convert("RGB"), (x, y))
    above, gap = (height + patch) // 2, (height - 3 * patch) // 2  # between the rows of squares
    _sharp(draw, width, above - patch - gap, gap, (40, 28))
    _sharp(draw, width, above, gap, (20, 14, 10, 8))
    draw.rectangle((0, 0, width - 1, height - 1), outline=INK)


def _sharp(draw: Any, width: int, top: float, room: int, sizes: tuple[int, ...]) -> None:
    """The same words under one another, from large to small: the smallest of these sizes for which there is room."""
    fitting: list[int] = []
    for tall in sorted(sizes):
        if LINE * (sum(fitting) + tall) <= room and draw.textlength(SHARP, font=_font(tall)) < width:
            fitting.insert(0, tall)
    top += (room - LINE * sum(fitting)) / 2
    for tall in fitting:
        _words(draw, (width / 2, top + LINE * tall / 2), SHARP, tall, INK)
        top += LINE * tall


def _ramps(image: Any, draw: Any) -> None:
    """Grey steps with their numbers, an even ramp, colours, and the darkest and brightest steps: for gamma, gain and black."""
    from PIL import Image

    width, height = image.size
    across = np.linspace(0, 255, width)
    picture = np.zeros((height, width, 3), np.uint8)
    bands = [round(height * one) for one in (0.0, 0.3, 0.5, 0.62, 0.74, 0.86, 1.0)]
    steps = np.minimum(np.arange(width) * 11 // width, 10)
    picture[bands[0] : bands[1]] = np.rint(steps * 25.5).astype(np.uint8)[None, :, None]
    picture[bands[1] : bands[2]] = across.astype(np.uint8)[None, :, None]
    for channel in range(3):
        picture[bands[2 + channel] : bands[3 + channel], :, channel] = across.astype(np.uint8)[None, :]
    ends = np.minimum(np.arange(width) * 16 // width, 15)
    picture[bands[5] :] = np.where(ends < 8, ends * 2, 255 - (15 - ends) * 2).astype(np.uint8)[None, :, None]
    image.paste(Image.fromarray(picture), (0, 0))
    for step in range(11):
        colour = PAPER if step > 5 else INK
        _words(draw, ((step + 0.5) * width / 11, height * 0.15), f"{10 * step}%", height * 0.035, colour)
    for step in range(16):
        level = step * 2 if step < 8 else 255 - (15 - step) * 2
        _words(draw, ((step + 0.5) * width / 16, height * 0.93), str(level), height * 0.03, DIM)


def _words(draw: Any, middle: tuple[float, float], text: str, tall: float, colour: tuple[int, int, int]) -> None:
    draw.text(middle, text, fill=colour, font=_font(max(round(tall), 8)), anchor="mm")


def _font(tall: int) -> Any:
    return face(str(lato("regular")), tall)
