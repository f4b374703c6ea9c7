"""What the sheets of an .ods workbook (OpenDocument 1.3, part 3) hold: cells, formulas, errors, merged cells.

One part, `content.xml`, has all sheets. Rows and cells may say that they stand there a million times, so these are multiplied
out here before anything does so in memory. Counts and remembers places, and keeps no value. Called by `workbook`.
"""

from __future__ import annotations

import zipfile
from xml.parsers import expat

from installation.data.own.raw import LONGEST_CELL
from installation.data.own.zipped import KEPT, MOST_SHEETS, Seen, local, parsed
from installation.errors import DataError, Location, visible

CONTENT = "content.xml"
_VALUES = frozenset({"value-type", "value", "string-value", "boolean-value", "date-value", "time-value"})
FURTHEST = 1 << 21
"""Rows or columns that a repetition can give: more than any program has."""


def look(file: zipfile.ZipFile, where: Location) -> dict[str, Seen]:
    """The sheets of a workbook by name. Raises DataError for too much, and what `zipped.unpacked` turns into one."""
    if "META-INF/manifest.xml" in file.NameToInfo and b"encryption-data" in file.read("META-INF/manifest.xml"):
        raise DataError("the workbook has a password", where, "save it without one")
    reading = _Reading(where)
    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
    parser.CharacterDataHandler = reading.text
    parsed(file, CONTENT, parser)
    return reading.sheets


class _Reading:
    """The sheet, row and cell that are being read; what a row holds is kept until its end, when it is known how often."""

    def __init__(self, where: Location) -> None:
        self.sheets: dict[str, Seen] = {}
        self._path = where.path
        self._where = where
        self._seen = Seen()
        self._row, self._rows, self._column, self._columns = 0, 1, 0, 1
        self._length, self._open, self._failed, self._said = 0, False, False, ""
        self._in_row: list[tuple[int, int, int]] = []

    def start(self, name: str, given: dict[str, str]) -> None:
        part, told = local(name), {local(key): value for key, value in given.items()}
        if part == "table":
            title = told.get("name", "")
            if len(self.sheets) >= MOST_SHEETS:
                raise DataError(f"the workbook has more than {MOST_SHEETS} sheets", Location(self._path))
            self._where = Location(f"{self._path}[{visible(title)[:40]}]")
            self._seen = self.sheets.setdefault(title, Seen())
            self._row = 0
        elif part == "table-row":
            self._rows, self._column = _times(told.get("number-rows-repeated")), 0
            self._in_row.clear()
        elif part in ("table-cell", "covered-table-cell"):
            self._cell(told)
        elif part == "s" and _times(told.get("c")) > LONGEST_CELL:  # blanks, written as their number
            raise DataError(f"a cell has more than {LONGEST_CELL:,} characters", self._where)

    def _cell(self, told: dict[str, str]) -> None:
        row, column = self._row + 1, self._column + 1
        self._columns = _times(told.get("number-columns-repeated"))
        # calamine takes any of these for a value, and keeps a formula for each cell even where it has none.
        formula = "formula" in told
        self._open = formula or not _VALUES.isdisjoint(told)
        self._length, self._said = len(told.get("value", "")) + len(told.get("string-value", "")), ""
        if formula:
            self._seen.formula(row, column)
        self._failed = (
            formula and told.get("value-type") == "string"
        )  # an error is told as a text, "#DIV/0!" or "Err:502"
        down, right = _times(told.get("number-rows-spanned")), _times(told.get("number-columns-spanned"))
        if down > 1 or right > 1:
            self._seen.merge(row, column, row + down - 1, column + right - 1)

    def text(self, given: str) -> None:
        if self._open:
            self._length += len(given)
            self._said += given[: 20 - len(self._said)]

    def end(self, name: str) -> None:
        part = local(name)
        if part in ("table-cell", "covered-table-cell"):
            last = self._column + self._columns
            if self._open:
                self._seen.take(self._row + self._rows, last, self._length, self._where, self._columns * self._rows)
                if self._failed and self._said.startswith(("#", "Err:")):
                    self._errors(last)
            self._column, self._open = min(last, FURTHEST), False
        elif part == "table-row":
            self._row = min(self._row + self._rows, FURTHEST)

    def _errors(self, last: int) -> None:
        for row in range(self._row + 1, self._row + self._rows + 1):
            for column in range(self._column + 1, last + 1):
                if len(self._seen.errors) >= KEPT:  # no more are remembered: a million can be said in few bytes
                    return
                self._seen.error(row, column, self._said)


def _times(given: str | None) -> int:
    """How often something stands there: once where nothing sensible is said."""
    if given is None or not given.isdecimal():
        return 1
    return max(int(given), 1) if len(given) < 8 else FURTHEST
