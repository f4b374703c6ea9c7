"""From a live source's records to the rows of our table, as its descriptor says; whatever doesn't fit is told by row and
field.

Pure. What is wrong with a value is a problem, and then nothing is swapped; what a foreign key doesn't know (the regions
among the World Bank's countries) is left out, and told as one note. Called by `refresh`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from installation.data.live_answers import Record
from installation.data.live_source import Live, filled
from installation.data.package import TableInfo
from installation.data.rows import MOST_PROBLEMS, Row, Value, value_of
from installation.errors import Location, Problem, did_you_mean

EXPECTED = {"integer": "a whole number", "number": "a number", "boolean": "true or false", "string": "text"}


@dataclass(frozen=True, slots=True)
class Made:
    """The rows that an answer gave; what makes it unusable; what an operator should know all the same."""

    rows: list[Row]
    problems: list[Problem]
    notes: list[Problem]


def rows_of(
    records: Sequence[Record], live: Live, table: TableInfo, others: Mapping[str, Iterable[Row]], told_at: str
) -> Made:
    """The rows of `table` that an answer gives. `others` are the rows of the tables that its foreign keys name;
    `told_at` is the file or address that problems are told of, where a row is a record, counted from 1.
    """
    where = Location(told_at)
    if problems := _absent(records, live, where):
        return Made([], problems, [])
    known = _known(table, others)
    first: dict[tuple[Value, ...], tuple[int, Row]] = {}
    unknown: dict[str, set[str]] = {}
    nameless = 0
    for number, record in enumerate(records, 1):
        if any(_text(record.get(name)) not in allowed for name, allowed in live.where.items()):
            continue
        row, wrong = _row(record, live, table, number, where)
        if not wrong and any(row[name] is None for name in table.primary_key):
            nameless += 1  # the World Bank has groups without a code
            continue
        problems += wrong
        if len(problems) >= MOST_PROBLEMS:
            problems.append(Problem("there are more problems than are shown", where))
            break
        if wrong:
            continue
        if strange := _strange(row, known):
            for fields, told in strange:
                unknown.setdefault(fields, set()).add(told)
            continue
        key = tuple(row[name] for name in table.primary_key) or (number,)
        if key not in first:
            first[key] = (number, row)
        elif first[key][1] != row:
            problems.append(_twice(row, first[key], table, number, where))
    notes = [_left_out(fields, told, table) for fields, told in unknown.items()]
    if nameless:
        named = ", ".join(table.primary_key)
        notes.append(Problem(f"{nameless} rows without a {named} are left out", Location(str(table.path))))
    return Made([row for _, row in first.values()], problems, notes)


def kept(rows: Sequence[Row], old: Sequence[Row], live: Live, table: TableInfo) -> list[Row]:
    """The new rows, and those of the table in use that the source does not speak of: by `Live.keep`, or for sensors,
    of which each speaks when it likes, by the primary key.
    """
    names = table.primary_key if live.kind == "mqtt" else (live.keep,) if live.keep else ()
    if not names:
        return list(rows)
    spoken_of = {tuple(row[name] for name in names) for row in rows}
    return [*(row for row in old if tuple(row[name] for name in names) not in spoken_of), *rows]


def _absent(records: Sequence[Record], live: Live, where: Location) -> list[Problem]:
    """The columns that no record has: another shape than the one that was described."""
    if not records:
        return [Problem("the answer has no rows", where, "does live.query ask for something that is there?")]
    found = {name for record in records for name in record}
    return [
        Problem(f'no row of the answer has "{name}"', where, did_you_mean(name, found, label="the answer's columns"))
        for name in sorted(live.columns - found)
    ]


def _row(record: Record, live: Live, table: TableInfo, number: int, where: Location) -> tuple[Row, list[Problem]]:
    row: Row = {}
    problems: list[Problem] = []
    for field in table.fields:
        given = live.fields.get(field.name)
        cell = "" if given is None else filled(given, record) or ""
        cell = live.words.get(field.name, {}).get(cell, cell)
        try:
            row[field.name] = value_of(cell, field)
        except ValueError:
            message = f'row {number}, {field.name}: "{cell[:40]}"; expected {EXPECTED[field.type]}'
            problems.append(Problem(message, where))
            row[field.name] = None
            continue
        if field.name == "status" and "status" not in live.fields and "value" in row:
            row["status"] = "not_reported" if row["value"] is None else "observed"
        if row[field.name] is None and field.required and field.name not in table.primary_key:
            problems.append(Problem(f"row {number}, {field.name}: empty, and it is required", where))
    return row, problems


def _text(value: object) -> str:
    return filled("{it}", {"it": value}) or ""


def _known(table: TableInfo, others: Mapping[str, Iterable[Row]]) -> dict[tuple[str, ...], set[tuple[Value, ...]]]:
    return {
        key.fields: {tuple(row[name] for name in key.there) for row in others[key.table]}
        for key in table.foreign_keys
        if key.table in others
    }


def _strange(row: Row, known: Mapping[tuple[str, ...], set[tuple[Value, ...]]]) -> list[tuple[str, str]]:
    """The foreign keys of a row that lead nowhere."""
    found = []
    for fields, there in known.items():
        values = tuple(row[name] for name in fields)
        if None not in values and values not in there:
            found.append((", ".join(fields), ", ".join(str(value) for value in values)))
    return found


def _left_out(fields: str, told: set[str], table: TableInfo) -> Problem:
    listed = ", ".join(sorted(told)[:12]) + (", …" if len(told) > 12 else "")
    message = f"{fields}: rows of {len(told)} that the package doesn't know are left out: {listed}"
    return Problem(message, Location(str(table.path)))


def _twice(row: Row, first: tuple[int, Row], table: TableInfo, number: int, where: Location) -> Problem:
    key = ", ".join(f"{name} {row[name]}" for name in table.primary_key)
    field = next(name for name in table.columns if row[name] != first[1][name])
    message = f"row {number}, {field}: {row[field]}; row {first[0]} has the same {key} and {first[1][field]}"
    return Problem(message, where, "live.where can choose among them")
