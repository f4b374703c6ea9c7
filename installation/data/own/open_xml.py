"""What the sheets of an .xlsx workbook (Office Open XML, ECMA-376) hold: cells, formulas, errors, merged cells.

Counts and remembers places, and keeps no value. Called by `workbook` before anything reads the cells.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from xml.parsers import expat

from installation.data.own.zipped import MOST_SHEETS, Seen, local, named, parsed
from installation.errors import DataError, Location, visible

WORKBOOK = "xl/workbook.xml"
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def look(file: zipfile.ZipFile, where: Location) -> dict[str, Seen]:
    """The sheets of a workbook by name. Raises DataError for too much, and what `zipped.unpacked` turns into one."""
    texts = _texts(file)
    sheets = _sheets(file)
    if len(sheets) > MOST_SHEETS:
        raise DataError(f"the workbook has {len(sheets)} sheets; at most {MOST_SHEETS} are read", where)
    return {name: _sheet(file, part, texts, Location(f"{where.path}[{visible(name)[:40]}]")) for name, part in sheets}


def _sheets(file: zipfile.ZipFile) -> list[tuple[str, str]]:
    """(name, part) of each worksheet, in the workbook's order."""
    targets: dict[str, str] = {}

    def relation(name: str, given: dict[str, str]) -> None:
        if local(name) == "Relationship" and given.get("Type", "").endswith("/worksheet"):
            target = given.get("Target", "")
            full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            targets[given.get("Id", "")] = full

    found: list[tuple[str, str]] = []

    def sheet(name: str, given: dict[str, str]) -> None:
        if local(name) == "sheet":
            identity = next((value for key, value in given.items() if local(key) == "id"), "")
            if targets.get(identity, "") in file.NameToInfo:
                found.append((given.get("name", ""), targets[identity]))

    for part, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        parser = expat.ParserCreate(namespace_separator="}")
        parser.StartElementHandler = handler
        parsed(file, part, parser)
    return found


def _texts(file: zipfile.ZipFile) -> list[int]:
    """The lengths of the workbook's shared texts."""
    lengths: list[int] = []
    part = named(file, "xl/sharedStrings.xml")
    if not part:
        return lengths

    def start(name: str, _: dict[str, str]) -> None:
        if local(name) == "si":
            lengths.append(0)

    def text(given: str) -> None:
        if lengths:
            lengths[-1] += len(given)

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    parsed(file, part, parser)
    return lengths


def _sheet(file: zipfile.ZipFile, part: str, texts: list[int], where: Location) -> Seen:
    seen, reading = Seen(), _Cell()

    def start(name: str, given: dict[str, str]) -> None:
        part_of = local(name)
        if part_of == "c":
            reading.begin(given)
        elif part_of == "row":
            reading.row = int(given["r"]) if given.get("r", "").isdecimal() else reading.row + 1
            reading.column = 0
        elif part_of == "f":
            seen.formula(reading.row, reading.column)
        elif part_of in ("v", "is"):
            reading.open = True
        elif part_of == "mergeCell":
            ends = _CELL.findall(given.get("ref", ""))
            if len(ends) == 2:
                seen.merge(int(ends[0][1]), _column(ends[0][0]), int(ends[1][1]), _column(ends[1][0]))

    def text(given: str) -> None:
        if reading.open:
            reading.text += given[:100] if reading.kind in ("s", "e") else ""
            reading.length += len(given)

    def end(name: str) -> None:
        part_of = local(name)
        if part_of in ("v", "is"):
            reading.open = False
        elif part_of == "c" and reading.length:
            _count(seen, reading, texts, where)

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parsed(file, part, parser)
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
    length = cell.length
    if cell.kind == "s" and cell.text.strip().isdecimal() and len(cell.text) < 12:
        index = int(cell.text)
        length = texts[index] if index < len(texts) else 0
    seen.take(cell.row, cell.column, length, where)
    if cell.kind == "e":
        seen.error(cell.row, cell.column, cell.text)


def _column(letters: str) -> int:
    """AA as 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
