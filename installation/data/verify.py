"""Proves the inside of a package: types, keys, foreign keys, ranges, and the rules of `data.rules`.

Tells every problem with its line, and raises nothing. Reads whole tables in plain Python, so it is for
`installation data` and for tests, not for a running show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from installation import resources
from installation.data import rules
from installation.data.generated import prepare
from installation.data.package import Field, Package, TableInfo, file_problems
from installation.data.rows import MOST_PROBLEMS, Rows, Value, read_rows
from installation.errors import DataError, Location, Problem


def verify(package: Package) -> list[Problem]:
    """Everything that is wrong with a package's tables, by file and line; an empty list when nothing is."""
    try:
        prepare(package)
    except DataError as error:
        return list(error.problems)
    problems: list[Problem] = []
    read: dict[str, Rows] = {}
    for table in package.tables.values():
        problems += file_problems(table, package)
        read[table.name] = read_rows(table)
    for table in package.tables.values():
        found = read[table.name]
        problems += found.problems
        checks = (
            _values(table, found),
            _keys(table, found),
            _foreign(table, read),
            rules.of_rows(package, table, read),
            rules.of_table(package, table, read),
        )
        for check in checks:
            for count, problem in enumerate(check):
                if count == MOST_PROBLEMS:
                    problems.append(Problem("there are more problems of this kind", Location(str(table.path))))
                    break
                problems.append(problem)
    shipped = package.folder.resolve().is_relative_to(resources.resource("datasets").resolve())
    problems += rules.of_sources(package, read, shipped)
    return sorted(dict.fromkeys(problems), key=lambda problem: (problem.place, problem.message))


def _values(table: TableInfo, found: Rows) -> Iterator[Problem]:
    """Required, enum and range, field by field."""
    for row, line in zip(found.rows, found.lines, strict=True):
        for field in table.fields:
            if message := unfit(row[field.name], field):
                yield Problem(message, Location(str(table.path), line))


def unfit(value: Value, field: Field) -> str:
    """Why a value may not stand in a field; "" when it may."""
    if value is None:
        return f"{field.name} is empty, and it is required" if field.required else ""
    if field.enum is not None and value not in field.enum:
        listed = ", ".join(str(choice) for choice in field.enum)
        return f'{field.name} is "{value}"; expected one of {listed}'
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if field.minimum is not None and value < field.minimum:
            return f"{field.name} is {value}; expected at least {field.minimum:g}"
        if field.maximum is not None and value > field.maximum:
            return f"{field.name} is {value}; expected at most {field.maximum:g}"
    return ""


def _keys(table: TableInfo, found: Rows) -> Iterator[Problem]:
    """Rows whose primary key, or whose unique fields, another row has too."""
    keys = [table.primary_key] if table.primary_key else []
    keys += [*table.unique_keys, *((field.name,) for field in table.fields if field.unique)]
    for key in keys:
        first: dict[tuple[Value, ...], int] = {}
        for row, line in zip(found.rows, found.lines, strict=True):
            values = tuple(row[name] for name in key)
            if key != table.primary_key and None in values:
                continue
            if values in first:
                told = ", ".join(f"{name} {value}" for name, value in zip(key, values, strict=True))
                message = f"the row with {told} stands on line {first[values]} already"
                yield Problem(message, Location(str(table.path), line))
            else:
                first[values] = line


def _foreign(table: TableInfo, read: Mapping[str, Rows]) -> Iterator[Problem]:
    found = read[table.name]
    for foreign in table.foreign_keys:
        there = {tuple(row[name] for name in foreign.there) for row in read[foreign.table].rows}
        for row, line in zip(found.rows, found.lines, strict=True):
            values = tuple(row[name] for name in foreign.fields)
            if None not in values and values not in there:
                told = ", ".join(f'{name} "{value}"' for name, value in zip(foreign.fields, values, strict=True))
                yield Problem(f'{told} is not in table "{foreign.table}"', Location(str(table.path), line))
