"""Sets words as coverage, with Pillow and raqm, so that every script is shaped as it should be. No GL."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.errors import DataError, Location

WEIGHTS = {"thin": "Thin", "light": "Light", "regular": "Regular", "bold": "Bold", "black": "Black"}
FALLBACK_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "C:/Windows/Fonts",
)


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
    """The system's Noto fonts, regular weights, for scripts that Lato lacks."""
    found: list[str] = []
    for folder in FALLBACK_FOLDERS:
        root = Path(folder).expanduser()
        if root.is_dir():
            found += [str(p) for p in sorted(root.rglob("Noto*Regular.[to]t[fc]"))[:400]]
    return tuple(found)


@lru_cache(maxsize=256)
def _covers(path: str, letter: str) -> bool:
    """Whether a font has a glyph of its own for a letter (not the box for what is missing)."""
    font = face(path, 32)
    missing = font.getmask("\U0010fffd")
    mask = font.getmask(letter)
    return (mask.size, bytes(mask)) != (missing.size, bytes(missing))


def choose_font(text: str, preferred: str) -> str:
    """The preferred font if it has every letter of the text, else the first system font that has more of them."""
    letters = sorted({c for c in text if c.isalnum()})
    lacking = [c for c in letters if ord(c) > 0x24F and not _covers(preferred, c)]
    if not lacking:
        return preferred
    return next((path for path in _fallbacks() if all(_covers(path, c) for c in lacking)), preferred)


def typeset(text: str, font: str, pixels: int, width: int, align: str) -> NDArray[np.uint8]:
    """Coverage of wrapped text, (h, w) uint8, row 0 the bottom row. `pixels` is the size of an em, `width` the widest line."""
    from PIL import Image, ImageDraw

    chosen = face(choose_font(text, font), max(pixels, 4))
    lines = [line for given in text.split("\n") for line in wrap(given, chosen, width)]
    leading = round(pixels * 1.32)
    widths = [chosen.getlength(line) for line in lines]
    margin = max(pixels // 4, 2)
    image = Image.new("L", (int(max(widths, default=0)) + 2 * margin, leading * max(len(lines), 1) + 2 * margin))
    draw = ImageDraw.Draw(image)
    full = image.width - 2 * margin
    for number, (line, length) in enumerate(zip(lines, widths, strict=True)):
        shift = {"left": 0.0, "centre": (full - length) / 2, "right": full - length}[align]
        draw.text((margin + shift, margin + number * leading), line, fill=255, font=chosen)
    return np.ascontiguousarray(np.asarray(image)[::-1])


def wrap(line: str, font: Any, width: int) -> list[str]:
    """Breaks a line at spaces so that none is wider than `width` pixels, where it can be broken."""
    words = line.split(" ")
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
