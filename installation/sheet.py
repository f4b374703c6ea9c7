"""Sets the gallery's cards on a dark sheet: stills, names and descriptions, in Lato. No GL. Called by the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.gallery import STAGES, Card
from installation.outputs.pictures import write_png
from installation.render.typeset import face, lato, wrap

COLUMNS = 3
"""As many as a transition has stills: it takes a row."""

GROUND, CARD, HAIR = (12, 9, 14), (22, 17, 25), (52, 43, 56)
WORDS, QUIET, TROUBLE = (238, 231, 221), (168, 157, 168), (240, 128, 110)
KINDS = {
    "generator": ("Generators", (244, 166, 120), "drawn from nothing"),
    "filter": ("Filters", (122, 205, 196), "laid on a layer or a scene"),
    "transition": ("Transitions", (236, 205, 128), "from one scene to the next"),
    "": ("Not drawn", TROUBLE, "with what is wrong"),
}
"""Each kind in the sheet's order: its heading, colour, and what it is."""


def sections(cards: Sequence[Card]) -> dict[str, list[Card]]:
    """Cards by heading, in the sheet's order; headings without a card are left out."""
    found = {kind: [card for card in cards if card.kind == kind] for kind in KINDS}
    return {kind: some for kind, some in found.items() if some}


def set_sheet(cards: Sequence[Card], size: tuple[int, int]) -> NDArray[np.uint8]:
    """All cards as one picture (h, w, 3), row 0 at the top. `size` is that of a still in pixels."""
    strips = []
    for kind, some in sections(cards).items():
        strips.append(_heading(kind, sum(card.name.endswith(".fs") for card in some), size))
        across = 1 if kind == "transition" else COLUMNS
        strips += [_row(some[at : at + across], size) for at in range(0, len(some), across)]
    foot = _strip(size, round(size[0] / 12))[0]
    return np.vstack([np.asarray(strip) for strip in (*strips, foot)])


def write_sheets(path: Path, cards: Sequence[Card], size: tuple[int, int]) -> list[Path]:
    """One sheet with all cards (a .png), or a folder with one of each kind. Gives the files. Raises OutputError."""
    if path.suffix.lower() == ".png":
        sheets = {path: list(cards)}
    else:
        sheets = {
            path / f"{KINDS[kind][0].lower().replace(' ', '_')}.png": some for kind, some in sections(cards).items()
        }
    for file, some in sheets.items():
        write_png(file, set_sheet(some, size))
    return list(sheets)


def write_stills(folder: Path, cards: Sequence[Card]) -> list[Path]:
    """Every still as a file of its own: NAME.png, a transition's NAME_25.png and so on. Raises OutputError."""
    written = []
    for card in cards:
        stem = card.name.removesuffix(".fs").replace(" ", "_")
        for still, stage in zip(card.stills, STAGES, strict=False):
            path = folder / (f"{stem}_{stage * 100:.0f}.png" if len(card.stills) > 1 else f"{stem}.png")
            write_png(path, still)
            written.append(path)
    return written


def _unit(size: tuple[int, int]) -> float:
    """Everything is measured for stills 480 pixels wide."""
    return size[0] / 480


def _strip(size: tuple[int, int], height: int) -> tuple[Any, Any]:
    """An empty stretch of the sheet, and what draws on it."""
    from PIL import Image, ImageDraw

    unit = _unit(size)
    width = COLUMNS * size[0] + round((COLUMNS + 1) * 28 * unit)
    image = Image.new("RGB", (width, height), GROUND)
    return image, ImageDraw.Draw(image)


def _heading(kind: str, count: int, size: tuple[int, int]) -> Any:
    unit, (words, colour, what) = _unit(size), KINDS[kind]
    image, draw = _strip(size, round(118 * unit))
    large, small = face(str(lato("thin")), round(46 * unit)), face(str(lato("light")), round(17 * unit))
    left, base = round(28 * unit), round(92 * unit)
    draw.text((left, base), words, fill=WORDS, font=large, anchor="ls")
    beside = left + large.getlength(words) + 16 * unit
    draw.text((beside, base), f"{count}   {what}", fill=colour, font=small, anchor="ls")
    return image


def _lines(text: str, font: Any, width: int) -> list[str]:
    """A text in lines that fit. What can't be printed is a blank: it comes from any file."""
    given = ("".join(letter if letter.isprintable() else " " for letter in line) for line in text.splitlines())
    return [line for part in given for line in wrap(part, font.getlength, width)]


def _row(cards: Sequence[Card], size: tuple[int, int]) -> Any:
    """Cards side by side, as high as the one with the most words; a transition has the row for itself."""
    unit = _unit(size)
    plain = face(str(lato("regular")), max(round(14.5 * unit), 8))
    inner = size[0] - round(32 * unit)
    told = []
    for card in cards:
        across = inner if len(card.stills) < 2 else COLUMNS * size[0]
        told.append(_lines(card.description, plain, across))
    words = round((64 + 20 * max(map(len, told))) * unit)
    image, draw = _strip(size, size[1] + words + round(28 * unit))
    for number, (card, lines) in enumerate(zip(cards, told, strict=True)):
        left = round(28 * unit) + number * (size[0] + round(28 * unit))
        right = image.width - round(28 * unit) if len(card.stills) > 1 else left + size[0]
        draw.rounded_rectangle((left, 0, right, size[1] + words), round(7 * unit), fill=CARD)
        _stills(image, draw, card, left, size)
        colour = KINDS[card.kind][1]
        x, y = left + round(16 * unit), size[1] + round(34 * unit)
        name = face(str(lato("bold")), round(19 * unit))
        draw.text((x, y), card.name, fill=WORDS, font=name, anchor="ls")
        if card.kind:
            small = face(str(lato("regular")), max(round(12 * unit), 8))
            draw.text((right - round(16 * unit), y), card.kind, fill=colour, font=small, anchor="rs")
        for at, line in enumerate(lines):
            draw.text((x, y + round((26 + 20 * at) * unit)), line, fill=QUIET, font=plain, anchor="ls")
    return image


def _stills(image: Any, draw: Any, card: Card, left: int, size: tuple[int, int]) -> None:
    """A card's pictures, or what is wrong with it in their place."""
    from PIL import Image, ImageDraw

    unit = _unit(size)
    small = face(str(lato("regular")), max(round(13 * unit), 8))
    if not card.stills:
        draw.rounded_rectangle((left, 0, left + size[0], size[1]), round(7 * unit), fill=(34, 16, 18))
        lines = [line for problem in card.problems for line in _lines(str(problem), small, size[0] - round(40 * unit))]
        for at, line in enumerate(lines[: int(size[1] / (19 * unit)) - 2]):
            draw.text(
                (left + round(20 * unit), round((34 + 19 * at) * unit)), line, fill=TROUBLE, font=small, anchor="ls"
            )
        return
    corners = Image.new("L", size, 0)
    ImageDraw.Draw(corners).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), round(7 * unit), fill=255)
    for number, still in enumerate(card.stills):
        x = left + number * (size[0] + round(28 * unit))
        image.paste(Image.fromarray(still), (x, 0), corners)
        if len(card.stills) > 1:
            words = f"{STAGES[number]:.2f}"
            draw.text((x + round(14 * unit), size[1] - round(14 * unit)), words, fill=WORDS, font=small, anchor="ls")
