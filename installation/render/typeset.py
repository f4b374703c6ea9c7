"""Sets words as coverage, with Pillow and raqm, so that every script is shaped as it should be. No GL.

A line may mix scripts and directions: each run of one direction and one font is shaped by itself, and all stand on one
baseline. Lines break at spaces, and between characters of scripts that write none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.errors import DataError, Location
from installation.render.bidi import is_leftward, runs, without_controls

WEIGHTS = {"thin": "Thin", "light": "Light", "regular": "Regular", "bold": "Bold", "black": "Black"}
FALLBACK_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "C:/Windows/Fonts",
)

OTHERS = ("DejaVuSans.ttf", "DroidSansFallback*.ttf", "Arial Unicode.ttf", "seguisym.ttf")


def lato(weight: str) -> Path:
    """The Lato face of a weight, from the package `font-lato` (SIL Open Font Licence)."""
    import font_lato

    return Path(font_lato.__file__).parent / "files" / f"Lato-{WEIGHTS[weight]}.ttf"


@lru_cache(maxsize=64)
def face(path: str, pixels: int) -> Any:
    """A font at a size. Raises DataError when the file is no font."""
    from PIL import ImageFont, features

    engine = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC
    try:
        return ImageFont.truetype(path, pixels, layout_engine=engine)
    except OSError:
        raise DataError(
            "this file can't be read as a font",
            Location(path),
            "use a .ttf or .otf file, or leave `font` out",
        ) from None


@lru_cache(maxsize=1)
def _fallbacks() -> tuple[str, ...]:
    """The system's Noto fonts, regular weights, and after them what most systems have, for scripts that Lato lacks."""
    found: list[str] = []
    others: list[str] = []
    for folder in FALLBACK_FOLDERS:
        root = Path(folder).expanduser()
        if root.is_dir():
            found += [str(p) for p in sorted(root.rglob("Noto*Regular.[to]t[fc]"))[:400]]
            others += [str(p) for name in OTHERS for p in sorted(root.rglob(name))[:4]]
    return tuple(found + others)


@lru_cache(maxsize=256)
def _covers(path: str, letter: str) -> bool:
    """Whether a font has a glyph of its own for a letter (not the box for what is missing)."""
    font = face(path, 32)
    missing = font.getmask("\U0010fffd")
    mask = font.getmask(letter)
    return (mask.size, bytes(mask)) != (missing.size, bytes(missing))


@lru_cache(maxsize=4096)
def font_of(letter: str, preferred: str) -> str:
    """The preferred font if it has a letter, else the first system font that has it; the preferred one where none has."""
    if ord(letter) <= 0x24F or not letter.isalnum() or _covers(preferred, letter):
        return preferred
    return next((path for path in _fallbacks() if _covers(path, letter)), preferred)


Piece = tuple[str, str, bool]
"""Text of one font and one direction: (text, font, leftward)."""


def pieces_of(line: str, preferred: str, leftward: bool) -> list[Piece]:
    """A line from left to right. What is no letter goes with the letters before it, where their font has it."""
    found: list[Piece] = []
    for run in runs(line, leftward):
        own: list[Piece] = []
        for character in run.text:
            font = font_of(character, preferred)
            bound = (
                unicodedata.category(character)[0] in "MZC"
            )  # marks, spaces and joiners are shaped with what they follow
            if own and not character.isalnum() and (bound or _covers(own[-1][1], character)):
                font = own[-1][1]
            if own and own[-1][1] == font:
                own[-1] = (own[-1][0] + character, font, run.leftward)
            else:
                own.append((character, font, run.leftward))
        found += reversed(own) if run.leftward else own
    return found


def typeset(text: str, font: str, pixels: int, width: int, align: str) -> NDArray[np.uint8]:
    """Coverage of wrapped text, (h, w) uint8, row 0 the bottom row. `pixels` is the size of an em, `width` the widest line.

    A paragraph that reads from right to left, and is set flush with one side, is flush with its own: the right one of its
    block where `align` is "left".
    """
    from PIL import Image, ImageDraw

    size = max(pixels, 4)
    chosen = face(font, size)
    lines: list[tuple[list[Piece], bool]] = []
    for given in without_controls(text).split("\n"):
        leftward = is_leftward(given)

        def long(words: str, leftward: bool = leftward) -> float:
            return sum(_length(piece, size) for piece in pieces_of(words, font, leftward))

        lines += [(pieces_of(line, font, leftward), leftward) for line in wrap(given, long, width)]
    leading = round(pixels * 1.32)
    widths = [sum(_length(piece, size) for piece in line) for line, _ in lines]
    margin = max(pixels // 4, 2)
    image = Image.new("L", (int(max(widths, default=0)) + 2 * margin, leading * max(len(lines), 1) + 2 * margin))
    draw = ImageDraw.Draw(image)
    full = image.width - 2 * margin
    baseline = chosen.getmetrics()[0]
    for number, ((line, leftward), length) in enumerate(zip(lines, widths, strict=True)):
        side = "right" if leftward and align == "left" else align
        x = margin + {"left": 0.0, "centre": (full - length) / 2, "right": full - length}[side]
        for piece in line:
            words, path, turned = piece
            at = (x, margin + number * leading + baseline)
            draw.text(at, words, fill=255, font=face(path, size), anchor="ls", direction=_direction(turned))
            x += _length(piece, size)
    return np.ascontiguousarray(np.asarray(image)[::-1])


@lru_cache(maxsize=1)
def _has_raqm() -> bool:
    from PIL import features

    return bool(features.check("raqm"))


def _direction(leftward: bool) -> str | None:
    """What raqm is told: the direction is known already. Without raqm there is only one."""
    return ("rtl" if leftward else "ltr") if _has_raqm() else None


def _length(piece: Piece, pixels: int) -> float:
    words, path, leftward = piece
    return float(face(path, pixels).getlength(words, direction=_direction(leftward)))


def wrap(line: str, long: Callable[[str], float], width: int) -> list[str]:
    """Breaks a line at spaces, and between characters of scripts that write none, so that none is wider than `width` pixels,
    where it can be broken. `long` says how wide words are."""
    parts = _breakable(line)
    lines = [parts[0]]
    for part in parts[1:]:
        if long((lines[-1] + part).rstrip(" ")) <= width:
            lines[-1] += part
        else:
            lines.append(part)
    return [each.rstrip(" ") if number + 1 < len(lines) else each for number, each in enumerate(lines)]


NOT_FIRST = set("、。，．・：；？！）」』】〉》〕ー々〜…％%)]},.;:!?")
"""No line begins with these."""
NOT_LAST = set("（「『【〈《〔([{")
"""Nor ends with these."""


def _breakable(line: str) -> list[str]:
    """The parts between which a line may be broken; a space stays at the end of its part."""
    parts = [""]
    for before, character in zip(" " + line, line, strict=False):
        space = before == " " and character != " "
        either = (_spaceless(before) or _spaceless(character)) and before != " " and character != " "
        if parts[-1] and (space or (either and character not in NOT_FIRST and before not in NOT_LAST)):
            parts.append("")
        parts[-1] += character
    return parts


def _spaceless(character: str) -> bool:
    """Whether a character belongs to a script whose lines break between any two: Han, kana."""
    code = ord(character)
    return 0x2E80 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0xFF00 <= code <= 0xFFEF or code >= 0x20000
