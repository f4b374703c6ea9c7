"""What a spreadsheet's file holds, looked at before anything reads it: sizes, cells, formulas, errors, merged headers.

An .xlsx is a ZIP of XML. Everything is unpacked once in small pieces and counted, so that nothing that unpacks to more
than it should ever reaches the reader proper, which takes a rectangle of memory for the cells that lie furthest apart.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
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

KEPT = 1_000
"""Formulas, errors and merged cells of which the place is kept."""

RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


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


def look(copy: Path, path: str) -> dict[str, Seen]:
    """The sheets of a workbook by name. Raises DataError, with one message, for what is none or too much."""
    where = Location(path)
    try:
        with zipfile.ZipFile(copy) as file:
            return _look(file, where)
    except zipfile.BadZipFile as error:
        hint = "save it as .xlsx, without a password; or it was cut off while it was copied"
        raise DataError(f"this is not an .xlsx workbook: {visible(str(error)).lower()}", where, hint) from None
    except (zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, KeyError) as error:
        raise DataError(f"the workbook can't be unpacked: {visible(str(error))[:200]}", where, "save it anew") from None
    except expat.ExpatError as error:
        raise DataError(f"the workbook's XML is broken: {visible(str(error))}", where, "save it anew") from None


def _look(file: zipfile.ZipFile, where: Location) -> dict[str, Seen]:
    parts = file.infolist()
    if len(parts) > MOST_PARTS:
        raise DataError(f"the workbook has {len(parts):,} parts; at most {MOST_PARTS:,} are read", where)
    left = LARGEST
    for part in parts:
        with file.open(part) as stream:
            while chunk := stream.read(1 << 16):
                left -= len(chunk)
                if left < 0:
                    message = f"the workbook unpacks to more than {LARGEST >> 20} MiB"
                    raise DataError(message, where, "save the sheet that is needed as CSV")
    if "xl/workbook.xml" not in file.namelist():
        raise DataError("this is not an .xlsx workbook: it has no xl/workbook.xml", where, "save it as .xlsx")
    texts = _texts(file)
    sheets = _sheets(file)
    if len(sheets) > MOST_SHEETS:
        raise DataError(f"the workbook has {len(sheets)} sheets; at most {MOST_SHEETS} are read", where)
    return {name: _sheet(file, part, texts, Location(f"{where.path}[{visible(name)[:40]}]")) for name, part in sheets}


def _parsed(file: zipfile.ZipFile, part: str, parser: Any) -> None:
    """Feeds a part to an expat parser that follows no declarations: no entity can grow."""

    def refuse(*_: object) -> None:
        raise ValueError("its XML has a document type, which no workbook needs")

    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    with file.open(part) as stream:
        while chunk := stream.read(1 << 16):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _sheets(file: zipfile.ZipFile) -> list[tuple[str, str]]:
    """(name, part) of each worksheet, in the workbook's order."""
    targets: dict[str, str] = {}

    def relation(name: str, given: dict[str, str]) -> None:
        if _local(name) == "Relationship" and given.get("Type", "").endswith("/worksheet"):
            target = given.get("Target", "")
            full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            targets[given.get("Id", "")] = full

    found: list[tuple[str, str]] = []

    def sheet(name: str, given: dict[str, str]) -> None:
        if _local(name) == "sheet":
            identity = next((value for key, value in given.items() if _local(key) == "id"), "")
            if targets.get(identity, "") in file.NameToInfo:
                found.append((given.get("name", ""), targets[identity]))

    for part, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        parser = expat.ParserCreate(namespace_separator="}")
        parser.StartElementHandler = handler
        _parsed(file, part, parser)
    return found


def _texts(file: zipfile.ZipFile) -> list[int]:
    """The lengths of the workbook's shared texts."""
    lengths: list[int] = []
    if "xl/sharedStrings.xml" not in file.NameToInfo:
        return lengths

    def start(name: str, _: dict[str, str]) -> None:
        if _local(name) == "si":
            lengths.append(0)

    def text(given: str) -> None:
        if lengths:
            lengths[-1] += len(given)

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    _parsed(file, "xl/sharedStrings.xml", parser)
    return lengths


def _sheet(file: zipfile.ZipFile, part: str, texts: list[int], where: Location) -> Seen:
    seen, reading = Seen(), _Cell()

    def start(name: str, given: dict[str, str]) -> None:
        local = _local(name)
        if local == "c":
            reading.begin(given)
        elif local == "row":
            reading.row = int(given["r"]) if given.get("r", "").isdecimal() else reading.row + 1
            reading.column = 0
        elif local == "f":
            seen.formula_count += 1
            if len(seen.formulas) < KEPT:
                seen.formulas.append((reading.row, reading.column))
        elif local in ("v", "is"):
            reading.open = True
        elif local == "mergeCell" and len(seen.merged) < KEPT:
            ends = _CELL.findall(given.get("ref", ""))
            if len(ends) == 2:
                seen.merged.append((int(ends[0][1]), _column(ends[0][0]), int(ends[1][1]), _column(ends[1][0])))

    def text(given: str) -> None:
        if reading.open:
            reading.text += given[:100] if reading.kind in ("s", "e") else ""
            reading.length += len(given)

    def end(name: str) -> None:
        local = _local(name)
        if local in ("v", "is"):
            reading.open = False
        elif local == "c" and reading.length:
            _count(seen, reading, texts, where)

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    _parsed(file, part, parser)
    return seen


class _Cell:
    """The cell that is being read."""

    def __init__(self) -> None:
        self.row, self.column, self.kind, self.text, self.length, self.open = 0, 0, "", "", 0, False

    def begin(self, given: dict[str, str]) -> None:
        self.kind, self.text, self.length, self.open = given.get("t", "n"), "", 0, False
        if found := _CELL.fullmatch(given.get("r", "")):
            self.row, self.column = int(found[2]), _column(found[1])
        else:
            self.column += 1


def _count(seen: Seen, cell: _Cell, texts: list[int], where: Location) -> None:
    """Takes a cell with a value into account. Raises DataError as soon as there is too much."""
    seen.cells += 1
    rows, columns = seen.high = max(seen.high[0], cell.row), max(seen.high[1], cell.column)
    if rows * columns > MOST_CELLS:
        message = f"the cells from A1 to {cell_name(rows, columns)} are {rows * columns:,}"
        raise DataError(
            message, where, f"at most {MOST_CELLS:,} are read; save the sheet as CSV, or clear what is far off"
        )
    length = cell.length
    if cell.kind == "s" and cell.text.strip().isdecimal() and len(cell.text) < 12:
        index = int(cell.text)
        length = texts[index] if index < len(texts) else 0
    seen.text += length
    if seen.text > MOST_TEXT:
        raise DataError(
            f"the cells hold more than {MOST_TEXT >> 20} million characters", where, "save the sheet as CSV"
        )
    if cell.kind == "e" and len(seen.errors) < KEPT:
        seen.errors.append((cell.row, cell.column, visible(cell.text)[:20]))


def _column(letters: str) -> int:
    """AA as 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def cell_name(row: int, column: int) -> str:
    """A cell as spreadsheets call it: row 12, column 3 is C12."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
