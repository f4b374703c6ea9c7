"""What people type after a command, made of it: sizes, pairs, and whether a still or a film is meant."""

from __future__ import annotations

import re
from pathlib import Path

import typer

MOST_PIXELS = 8192 * 8192
LARGEST_SIDE = 1 << 20
"""Of a render, which is drawn in tiles where it is larger than a graphics card allows."""


def size_of(text: str | None, rendered: bool = False) -> tuple[int, int] | None:
    """ "1280x720" as (1280, 720). `rendered`: offline, of any size. Raises BadParameter for what can't be drawn."""
    if text is None:
        return None
    found = re.fullmatch(r"\s*(\d{1,7})\s*[xX×]\s*(\d{1,7})\s*", text, re.ASCII)
    width, height = (int(found[1]), int(found[2])) if found else (0, 0)
    if rendered:
        if 16 <= width <= LARGEST_SIDE and 16 <= height <= LARGEST_SIDE:
            return width, height
        raise typer.BadParameter(f'"{text}" is not a size; write 1280x720 (16 to {LARGEST_SIDE} each way)')
    if 16 <= width <= 16384 and 16 <= height <= 16384 and width * height <= MOST_PIXELS:
        return width, height
    raise typer.BadParameter(f'"{text}" is not a size; write 1280x720 (16 to 16384 each way, 8192x8192 at most in all)')


def pairs_of(given: list[str], option: str) -> list[tuple[str, str]]:
    """NAME=VALUE texts as pairs. Raises BadParameter."""
    pairs = []
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f'{option}: "{text}" is not NAME=VALUE')
        pairs.append((name.strip(), value.strip()))
    return pairs


def is_still(
    out_file: Path, at: float | None, start: float | None, duration: float | None, whole: bool = False
) -> bool:
    """Whether one picture is wanted, or many. Raises BadParameter where the options say both, or neither."""
    if out_file.suffix.lower() in (".png", ".exr") and not out_file.is_dir():
        if start is not None or duration or whole:
            raise typer.BadParameter(
                "a .png or .exr is one still, --at SECONDS; with --duration name a folder or an .mp4"
            )
        return True
    if at is not None:
        raise typer.BadParameter("--at is for a .png or .exr; a folder or a film begins --from SECONDS")
    if not duration and not whole:
        raise typer.BadParameter("a film or a folder needs --duration SECONDS, or --whole")
    return False
