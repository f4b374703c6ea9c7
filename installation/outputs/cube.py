"""Reads colour tables of the .cube kind, as grading programs write them: what a projector's colours become.

After Adobe's "Cube LUT Specification 1.0" (2013), one-dimensional tables too. Read as if hostile: bounded in size, every line
checked, and what is wrong is told with its line. Called when a site is loaded, never in a frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.errors import Location, OutputError

LARGEST = 65
"""Steps on a side of the largest three-dimensional table; 33 is usual."""
LARGEST_LINE = 4096
"""Steps of the largest one-dimensional table."""
MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Cube:
    """A colour table. `values` is (size, size, size, 3) float32, by blue, green, red; `low`..`high` goes in."""

    title: str
    values: NDArray[np.float32]
    low: tuple[float, float, float] = (0.0, 0.0, 0.0)
    high: tuple[float, float, float] = (1.0, 1.0, 1.0)

    @property
    def size(self) -> int:
        return int(self.values.shape[0])

    def through(self, colours: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n, 3) colours through the table, linear between its steps: what the shader does."""
        low, high = np.array(self.low), np.array(self.high)
        place = np.clip((np.asarray(colours, np.float64) - low) / (high - low), 0.0, 1.0) * (self.size - 1)
        first = np.minimum(place.astype(np.intp), self.size - 2)
        part = place - first
        out = np.zeros_like(place)
        for corner in np.ndindex(2, 2, 2):  # red, green, blue
            weight = np.prod(np.where(np.array(corner), part, 1.0 - part), axis=1)
            at = first + corner
            out += weight[:, None] * self.values[at[:, 2], at[:, 1], at[:, 0]]
        return np.asarray(out)


def read_cube(path: Path) -> Cube:
    """The table of a file. Raises OutputError with the line that can't be understood."""
    try:
        if not path.is_file():
            raise OutputError(f"{path} is no file", hint="a .cube table, as grading programs export it")
        if path.stat().st_size > MOST_BYTES:
            raise OutputError(f"{path} is larger than {MOST_BYTES >> 20} MiB", hint="a table of 33 steps has 1 MiB")
        text = path.read_text("utf-8", errors="replace")
    except OSError as error:
        raise OutputError(f"{path} can't be read ({error.strerror})") from None
    return parse_cube(text, str(path))


def parse_cube(text: str, name: str) -> Cube:
    """The table of a file's text. Raises OutputError."""
    title, size, kind = "", 0, 0
    bounds = {"DOMAIN_MIN": (0.0, 0.0, 0.0), "DOMAIN_MAX": (1.0, 1.0, 1.0)}
    rows: list[tuple[float, float, float]] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or line.lstrip().startswith("#"):
            continue
        word = words[0].upper()
        if word == "TITLE":
            title = line.split(None, 1)[1].strip().strip('"')[:200] if len(words) > 1 else ""
        elif word in ("LUT_3D_SIZE", "LUT_1D_SIZE"):
            kind, size = int(word[4]), _size(words, int(word[4]), name, number)
        elif word in bounds:
            bounds[word] = _three(words[1:], name, number)
        elif word[0].isalpha():
            if rows:
                raise _wrong(f'"{words[0][:40]}" after the colours have begun', name, number)
        elif not size:
            raise _wrong("colours before LUT_3D_SIZE", name, number, "LUT_3D_SIZE 33 stands above them")
        elif len(rows) == size**kind:
            raise _wrong(
                f"more colours than the {size}{'' if kind == 1 else f' x {size} x {size}'} that it announces",
                name,
                number,
            )
        else:
            rows.append(_three(words, name, number))
    wanted = size**kind
    if not size or len(rows) != wanted:
        said = f"{len(rows)} colours, not {wanted}" if size else "no LUT_3D_SIZE"
        raise _wrong(said, name, len(text.splitlines()) or 1, "the file may be cut off: export it again")
    low, high = bounds["DOMAIN_MIN"], bounds["DOMAIN_MAX"]
    if not all(a < b for a, b in zip(low, high, strict=True)):
        raise _wrong("DOMAIN_MIN is not below DOMAIN_MAX", name, 1)
    table = np.array(rows, np.float32)
    return Cube(title, table.reshape(size, size, size, 3) if kind == 3 else _solid(table), low, high)


def _solid(line: NDArray[np.float32], size: int = 33) -> NDArray[np.float32]:
    """A table of three curves as one with three dimensions."""
    steps, at = np.linspace(0.0, 1.0, len(line)), np.linspace(0.0, 1.0, size)
    red, green, blue = (np.interp(at, steps, line[:, channel]).astype(np.float32) for channel in range(3))
    b, g, r = np.meshgrid(blue, green, red, indexing="ij")
    return np.stack([r, g, b], axis=3)


def _size(words: list[str], kind: int, name: str, number: int) -> int:
    most = LARGEST if kind == 3 else LARGEST_LINE
    if len(words) != 2 or not words[1].isdecimal() or not 2 <= int(words[1][:6]) <= most:
        raise _wrong(f"{words[0]} {' '.join(words[1:])[:40]}", name, number, f"expected one number, 2 to {most}")
    return int(words[1])


def _three(words: list[str], name: str, number: int) -> tuple[float, float, float]:
    try:
        red, green, blue = (float(word) for word in words)
    except ValueError:
        red = green = blue = math.nan
    if not all(math.isfinite(value) and abs(value) <= 1e6 for value in (red, green, blue)):
        raise _wrong(f'"{" ".join(words)[:60]}" is no colour', name, number, "expected three numbers: red, green, blue")
    return red, green, blue


def _wrong(message: str, name: str, line: int, hint: str = "") -> OutputError:
    return OutputError(message, where=Location(name, line, 1), hint=hint)
