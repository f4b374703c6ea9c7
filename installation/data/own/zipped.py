"""What a spreadsheet's file holds, looked at before anything reads it: sizes, cells, formulas, errors, merged headers.

An .xlsx and an .ods are a ZIP of XML. Everything is unpacked once in small pieces and counted, so that nothing that unpacks
to more than it should ever reaches the reader proper, which takes a rectangle of memory for the cells that lie furthest
apart. What is alike in both is here; `open_xml` and `open_document` know where each has its sheets.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from installation.errors import DataError, Location, visible

LARGEST = 256 << 20
"""Bytes of everything in it, unpacked."""

MOST_PARTS = 2_000
MOST_SHEETS = 64
MOST_CELLS = 2_000_000
"""Of one sheet: of the rectangle from A1 to the last cell."""

MOST_TEXT = 128 << 20
"""Characters of all cells of one sheet."""

MOST_TAGS = 16_000_000
"""Tags of one part: eight for each of the most cells, and seconds to read; empty ones would keep it busy for minutes."""

LONGEST_TAG = 1 << 20
"""Bytes of one tag with its attributes, which the XML parser takes whole: a million of them fill gigabytes."""

KEPT = 1_000
"""Formulas, errors and merged cells of which the place is kept."""


@dataclass(slots=True)
class Seen:
    """What is in a sheet: rows and columns count from 1; places are (row, column)."""

    formulas: list[tuple[int, int]] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    formula_count: int = 0
    cells: int = 0
    high: tuple[int, int] = (0, 0)
    text: int = 0

    def take(self, row: int, column: int, length: int, where: Location, times: int = 1) -> None:
        """Takes a cell with a value, of `length` characters, into account, or `times` such cells that end at this place.

        Raises DataError as soon as there is too much.
        """
        self.cells += times
        rows, columns = self.high = max(self.high[0], row), max(self.high[1], column)
        if rows * columns > MOST_CELLS:
            message = f"the cells from A1 to {cell_name(rows, columns)} are {rows * columns:,}"
            hint = f"at most {MOST_CELLS:,} are read; save the sheet as CSV, or clear what is far off"
            raise DataError(message, where, hint)
        self.text += length * times
        if self.text > MOST_TEXT:
            message = f"the cells hold more than {MOST_TEXT >> 20} million characters"
            raise DataError(message, where, "save the sheet as CSV")

    def formula(self, row: int, column: int) -> None:
        """Notes that a cell is worked out."""
        self.formula_count += 1
        if len(self.formulas) < KEPT:
            self.formulas.append((row, column))

    def error(self, row: int, column: int, said: str) -> None:
        """Notes that a cell's formula failed."""
        if len(self.errors) < KEPT:
            self.errors.append((row, column, visible(said)[:20]))

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Notes that cells are merged."""
        if len(self.merged) < KEPT:
            self.merged.append((top, left, bottom, right))


@contextmanager
def unpacked(copy: Path, where: Location) -> Iterator[zipfile.ZipFile]:
    """A workbook's ZIP, all of whose parts have been unpacked once and are not too much.

    Raises DataError, with one message, for what is none, too much or broken, also while it is in use.
    """
    try:
        with zipfile.ZipFile(copy) as file:
            _weigh(file, where)
            yield file
    except zipfile.BadZipFile as error:
        hint = "save it as .xlsx or .ods, without a password; or it was cut off while it was copied"
        raise DataError(f"this is no workbook: {visible(str(error)).lower()}", where, hint) from None
    except (zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, KeyError) as error:
        raise DataError(f"the workbook can't be unpacked: {visible(str(error))[:200]}", where, "save it anew") from None
    except expat.ExpatError as error:
        raise DataError(f"the workbook's XML is broken: {visible(str(error))}", where, "save it anew") from None


def _weigh(file: zipfile.ZipFile, where: Location) -> None:
    parts = file.infolist()
    if len(parts) > MOST_PARTS:
        raise DataError(f"the workbook has {len(parts):,} parts; at most {MOST_PARTS:,} are read", where)
    if len({_plain(part.filename) for part in parts}) < len(parts):  # two readers might each take another
        raise DataError("the workbook has two parts of one name", where, "save it anew")
    left = LARGEST
    for part in parts:
        with file.open(part) as stream:
            while chunk := stream.read(1 << 16):
                left -= len(chunk)
                if left < 0:
                    message = f"the workbook unpacks to more than {LARGEST >> 20} MiB"
                    raise DataError(message, where, "save the sheet that is needed as CSV")


def parsed(file: zipfile.ZipFile, part: str, parser: Any) -> None:
    """Feeds a part to an expat parser that follows no declarations: no entity can grow."""

    def refuse(*_: object) -> None:
        raise ValueError("its XML has a document type, which no workbook needs")

    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    with file.open(part) as stream:
        fed = tags = 0
        while chunk := stream.read(1 << 16):
            tags += chunk.count(b"<")
            if tags > MOST_TAGS:
                raise ValueError(f"its XML has more than {MOST_TAGS:,} tags")
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - max(parser.CurrentByteIndex, 0) > LONGEST_TAG:  # texts are handed over bit by bit; tags are not
                raise ValueError(f"its XML has a tag of more than {LONGEST_TAG >> 20} MiB")
        parser.Parse(b"", True)


def _plain(name: str) -> str:
    """A part's name as calamine compares it."""
    return name.replace("\\", "/").lower()


def named(file: zipfile.ZipFile, part: str) -> str:
    """A part's name as this ZIP writes it, "" where it has none."""
    return next((name for name in file.NameToInfo if _plain(name) == part.lower()), "")


def local(name: str) -> str:
    return name.rpartition("}")[2]


def cell_name(row: int, column: int) -> str:
    """A cell as spreadsheets call it: row 12, column 3 is C12."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
