"""Spreadsheets (.xlsx, .ods): each sheet with a header and rows is a table. Read by calamine, after `zipped` has looked inside.

calamine gives the values that the spreadsheet program worked out when it saved; formulas are never worked out here.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from installation.data.own import open_document, open_xml
from installation.data.own.raw import LONGEST_CELL, TOLD, Raw, counted, headers, key_of, spooled, text_of, tidy_name
from installation.data.own.text import Stated
from installation.data.own.zipped import Seen, cell_name, unpacked
from installation.errors import DataError, Location, Problem, did_you_mean, visible

LIMIT = 64 << 20
"""Most bytes of a spreadsheet file."""


def read_workbook(copy: Path, path: str, work: Path, stated: dict[str, Stated]) -> list[Raw]:
    """The tables of a copy of an .xlsx or .ods file at `path`; `stated` by sheet: then only
    those are read. Sheets with nothing in them are none.

    Raises DataError for what is no workbook, or too large.
    """
    with unpacked(copy, Location(path)) as file:
        if open_xml.WORKBOOK in file.NameToInfo:
            seen = open_xml.look(file, Location(path))
        elif open_document.CONTENT in file.NameToInfo:
            seen = open_document.look(file, Location(path))
        else:
            said = f"this is no workbook: it has no {open_xml.WORKBOOK}, nor a {open_document.CONTENT}"
            raise DataError(said, Location(path), "save it as .xlsx or .ods")
    wanted = [name for name in stated if name]
    if absent := [name for name in wanted if name not in seen]:
        hint = did_you_mean(absent[0], map(visible, seen), label="sheets")
        raise DataError(f'there is no sheet "{absent[0][:60]}", which the descriptor describes', Location(path), hint)
    book = _opened(copy, path)
    tables: list[Raw] = []
    try:
        for name, what in seen.items():
            where = Location(f"{path}[{visible(name)[:40]}]")
            sheet = tidy_name(name, "the name of a sheet", where)
            if what.cells and (not wanted or name in wanted):
                key = key_of(sheet, [table.key for table in tables], "sheet")
                rows = _rows(book, name, where)
                if table := _table(rows, what, path, sheet, key, work, stated.get(name, Stated())):
                    tables.append(table)
    finally:
        book.close()
    if not tables:
        raise DataError("the workbook has no sheet with a header and rows", Location(path))
    return tables


def _opened(copy: Path, path: str) -> Any:
    from python_calamine import CalamineWorkbook

    try:
        return CalamineWorkbook.from_path(str(copy))
    except BaseException as error:
        raise _refused(error, Location(path)) from None


def _refused(error: BaseException, where: Location) -> DataError:
    """What calamine could not read. A panic of its Rust is no Exception in Python; all else that is none goes on up."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error
    return DataError(f"the workbook can't be read: {visible(str(error))[:200]}", where, "save it anew, or as CSV")


def _rows(book: Any, name: str, where: Location) -> list[list[str]]:
    """A sheet's cells as text, from the sheet's first row and column on."""
    try:
        return [
            [_cell(value) for value in row] for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        ]
    except BaseException as error:
        raise _refused(error, where) from None


def _cell(value: Any) -> str:
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return text_of(value.total_seconds())
    return text_of(value)


def _table(
    rows: list[list[str]], seen: Seen, path: str, sheet: str, key: str, work: Path, stated: Stated
) -> Raw | None:
    """A sheet as a table; None when it has no row below its header."""
    told: list[Problem] = []

    def place(row: int, column: int) -> Location:
        return Location(f"{path}[{sheet}]", row, column)

    at = _header(rows, seen, stated.header_row, place)
    if at is None:
        return None
    begins = at + 2
    below = rows[at + 1 :]
    last = max((i for i, row in enumerate(below) if any(row)), default=-1)
    if last < 0:
        return None
    wide = [i for i in range(len(rows[at])) if rows[at][i].strip() or any(row[i] for row in below[: last + 1])]
    first, width = wide[0], wide[-1] + 1
    names, doubts = headers(rows[at][first:width], lambda i: place(at + 1, first + i + 1))
    if at and not stated.header_row and any(any(row) for row in rows[:at]):
        said = f"the header is taken from row {at + 1}; what stands above it is left out"
        hint = f'state it in the descriptor: "dialect": {{"headerRows": [{at + 1}]}}'
        told.append(Problem(said, place(at + 1, 1), hint))
    if last + 1 < len(below):
        told.append(
            Problem(
                f"{counted(len(below) - last - 1, 'empty row')} at the end", place(at + last + 3, 0), "nothing is lost"
            )
        )
    told += [*doubts, *_seen(seen, at + 1, place)]
    for i, row in enumerate(below[: last + 1]):
        if max(map(len, row)) > LONGEST_CELL:
            raise DataError(f"a cell has more than {LONGEST_CELL:,} characters", place(at + i + 2, 0))
    errors = {(row, column) for row, column, _ in seen.errors}
    stored = spooled(work, key, _cut(below[: last + 1], at + 2, first, width, errors), len(names))
    return Raw(key, path, stored, names, lambda row: begins + row, at + 1, sheet, first, told=tuple(told))


def _cut(
    rows: Sequence[list[str]], number: int, first: int, width: int, errors: set[tuple[int, int]]
) -> Iterator[list[str]]:
    """The cells of the table, an error's as missing."""
    for i, row in enumerate(rows):
        yield ["" if (number + i, j + 1) in errors else row[j] for j in range(first, width)]


def _header(rows: Sequence[list[str]], seen: Seen, stated: int, place: Callable[[int, int], Location]) -> int | None:
    """Which row, counted from 0, is the header: the first that is no title and groups no others; None in an empty sheet."""
    if stated:
        if stated > len(rows) or not any(rows[stated - 1]):
            raise DataError(
                f"the descriptor says that the header is row {stated}; nothing stands there", place(stated, 0)
            )
        return stated - 1
    filled = [sum(1 for cell in row if cell.strip()) for row in rows[:60]]
    usual = Counter(count for count in filled if count).most_common(1)
    if not usual:
        return None
    grouped = {row for top, left, bottom, right in seen.merged if right > left for row in range(top, bottom + 1)}
    for i, count in enumerate(filled):
        if count > (1 if usual[0][0] >= 3 else 0):
            fuller = i + 1 < len(filled) and filled[i + 1] > count
            if not (i + 1 in grouped and fuller):
                return i
    return next(i for i, count in enumerate(filled) if count)


def _seen(seen: Seen, header: int, place: Callable[[int, int], Location]) -> Iterator[Problem]:
    """What a spreadsheet can have that a table can't; `header` is its row, from 1."""
    if seen.formulas:
        row, column = seen.formulas[0]
        said = f"{counted(seen.formula_count, 'formula')}, the first in {cell_name(row, column)}: the last results are read"
        yield Problem(
            said, place(row, column), "open and save the workbook if they may be old; or paste them as values"
        )
    for row, column, word in seen.errors[:TOLD]:
        said = f"{cell_name(row, column)} is an error ({word}): it counts as missing"
        yield Problem(said, place(row, column), "mend the formula, or empty the cell")
    if len(seen.errors) > TOLD:
        row, column, _ = seen.errors[TOLD]
        yield Problem(f"{counted(len(seen.errors) - TOLD, 'more error')}", place(row, column))
    for top, left, bottom, right in seen.merged[:TOLD]:
        over = f"{cell_name(top, left)} to {cell_name(bottom, right)} are merged"
        if top <= header:
            hint = "give each column a header of its own, in one row"
            yield Problem(f"the header's cells {over}", place(top, left), hint)
        else:
            yield Problem(
                f"the cells {over}: only the first has a value", place(top, left), "unmerge them and fill each"
            )
