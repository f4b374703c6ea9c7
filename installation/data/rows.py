"""A table's rows as Python values, checked against what its descriptor says, and back to canonical CSV
bytes.

The plain road (csv, no SQL) for building, verifying and describing; drawing goes through `data.tables`.
What cannot be read becomes a Problem with its line, never an exception.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from installation.data.descriptor import TABLE_LIMIT
from installation.data.files import read_regular
from installation.data.package import Field, TableInfo
from installation.errors import DataError, Location, Problem

Value: TypeAlias = str | int | float | bool | None
Row: TypeAlias = dict[str, Value]

MOST_PROBLEMS = 50
"""Problems told of one table; a damaged file has them by the thousand."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_EXPECTED = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}


@dataclass(frozen=True, slots=True)
class Rows:
    """The readable rows of a table with the line that each begins on, and what could not be read."""

    rows: list[Row]
    lines: list[int]
    problems: list[Problem]


def read_rows(table: TableInfo) -> Rows:
    """All rows of a table's file."""
    try:
        text = read_regular(table.path, TABLE_LIMIT, within=table.path.parent).decode("utf-8")
    except DataError as error:
        return Rows([], [], list(error.problems))
    except UnicodeDecodeError as error:
        return Rows([], [], [Problem(f"byte {error.start} is not UTF-8", Location(str(table.path)))])
    return parse_rows(text, table)


def load_rows(table: TableInfo) -> list[Row]:
    """All rows of a table's file. Raises DataError when any of it can't be read."""
    found = read_rows(table)
    if found.problems:
        raise DataError(problems=found.problems)
    return found.rows


def parse_rows(text: str, table: TableInfo) -> Rows:
    """The rows of a CSV text: columns by position, as the header must be the descriptor's."""
    path, rows, lines, problems = str(table.path), list[Row](), list[int](), list[Problem]()
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        header = tuple(next(reader, []))
        if header != table.columns:
            expected = f"expected the columns {', '.join(table.columns)}"
            return Rows(
                [],
                [],
                [Problem(f"the columns are {', '.join(header)[:200]}", Location(path, 1, 1), expected)],
            )
        line = reader.line_num + 1
        for cells in reader:
            if len(cells) != len(header):
                problems.append(Problem(f"{len(cells)} cells; expected {len(header)}", Location(path, line)))
            else:
                row: Row = {}
                for field, cell in zip(table.fields, cells, strict=True):
                    try:
                        row[field.name] = value_of(cell, field, table.missing_values)
                    except ValueError:
                        expected = _EXPECTED.get(field.type, "text")
                        message = f'{field.name} is "{cell[:40]}"; expected {expected}'
                        problems.append(Problem(message, Location(path, line)))
                        row[field.name] = None
                rows.append(row)
                lines.append(line)
            line = reader.line_num + 1
            if len(problems) >= MOST_PROBLEMS:
                problems.append(Problem("there are more problems than are shown", Location(path, line)))
                break
    except csv.Error as error:
        problems.append(Problem(f"this is not CSV: {error}", Location(path, line)))
    return Rows(rows, lines, problems)


def value_of(cell: str, field: Field, missing: Sequence[str] = ("",)) -> Value:
    """A cell's value, None when it is missing. Raises ValueError when it isn't of the field's type."""
    if cell in missing:
        return None
    if field.type == "string":
        return cell
    if field.type == "boolean":
        if cell not in ("true", "false"):
            raise ValueError(cell)
        return cell == "true"
    if not (_INTEGER if field.type == "integer" else _NUMBER).fullmatch(cell):
        raise ValueError(cell)
    if field.type == "integer":
        return int(cell)
    number = float(cell)
    if not math.isfinite(number):
        raise ValueError(cell)
    return number


def figure(row: Mapping[str, Value], name: str) -> float | None:
    """A numeric cell, None when it is missing."""
    value = row[name]
    return None if value is None or isinstance(value, (str, bool)) else float(value)


def word(row: Mapping[str, Value], name: str) -> str:
    """A text cell, "" when it is missing."""
    value = row[name]
    return "" if value is None else str(value)


def format_rows(rows: Iterable[Mapping[str, Value]], fields: Sequence[Field], key: Sequence[str]) -> bytes:
    """Canonical CSV: the descriptor's column order, sorted by `key`, LF, UTF-8, missing empty, shortest
    numbers.
    """
    ordered = sorted(rows, key=lambda row: tuple(_sortable(row.get(name)) for name in key))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([field.name for field in fields])
    writer.writerows([[_cell(row.get(field.name)) for field in fields] for row in ordered])
    return out.getvalue().encode("utf-8")


def _sortable(value: Value) -> tuple[int, float, str]:
    """Missing first, then numbers by size, then text by code point."""
    if value is None:
        return (0, 0.0, "")
    if isinstance(value, str):
        return (2, 0.0, value)
    return (1, float(value), "")


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} can't be written: missing is None")
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)
