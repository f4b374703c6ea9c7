"""Compares a refreshed table with the one in use, before it may take its place.

Fewer than nine tenths of the places, or an older newest year, and it may not; figures that have changed by more than a
factor of five are told, and a person decides. Each is told as file, row and field. Pure. Called by `refresh`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from installation.data.describe import PLACE_FIELDS, YEAR_FIELDS
from installation.data.package import TableInfo
from installation.data.rows import MOST_PROBLEMS, Row, Value
from installation.errors import Location, Problem

KEPT = 0.9
"""Least share of the places in use that must still have a row."""
FACTOR = 5.0
"""A figure that is so many times another is told."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What forbids the swap, and what is only told. `added`, `gone`, `changed` count rows by primary key."""

    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    added: int
    gone: int
    changed: int


def compare(old: Sequence[Row], new: Sequence[Row], table: TableInfo, before: TableInfo) -> Compared:
    """A table's rows as they are in use (`before` describes them) and as they would be: `new`, in the order of their
    file. Nothing is compared with a table of no rows: that is one that waits for its first answer.
    """
    where = Location(str(table.path))
    problems: list[Problem] = []
    notes: list[Problem] = []
    added, gone, changed = len(new), 0, 0
    if old:
        problems += _shape(table, before, where)
        if not problems:
            problems += _places(old, new, table, where)
            problems += _years(old, new, table, where)
            lines = _by_key(new, table)
            was = {key: old[i] for key, i in _by_key(old, before).items()}
            added, gone = len(lines.keys() - was.keys()), len(was.keys() - lines.keys())
            changed = sum(new[i] != was[key] for key, i in lines.items() if key in was)
            notes += _leaps(was, lines, new, table)
    return Compared(tuple(problems), tuple(notes), added, gone, changed)


def _shape(table: TableInfo, before: TableInfo, where: Location) -> list[Problem]:
    """Field names and types: the same as those in use."""
    now = {field.name: field.type for field in table.fields}
    problems = []
    for field in before.fields:
        if field.name not in now:
            problems.append(Problem(f"{field.name}: the field is gone", where))
        elif now[field.name] != field.type:
            problems.append(Problem(f"{field.name}: {now[field.name]}; it was {field.type}", where))
    return problems


def _places(old: Sequence[Row], new: Sequence[Row], table: TableInfo, where: Location) -> list[Problem]:
    problems = []
    for name in PLACE_FIELDS:
        if name not in table.columns:
            continue
        before = {row[name] for row in old if row[name] is not None}
        lost = before - {row[name] for row in new}
        if before and 1 - len(lost) / len(before) < KEPT:
            listed = ", ".join(sorted(str(place) for place in lost)[:12]) + (", …" if len(lost) > 12 else "")
            message = f"{name}: {len(lost)} of {len(before)} places are gone: {listed}"
            problems.append(Problem(message, where, f"at least {KEPT:.0%} must be kept"))
    return problems


def _years(old: Sequence[Row], new: Sequence[Row], table: TableInfo, where: Location) -> list[Problem]:
    problems = []
    for name in YEAR_FIELDS:
        if name not in table.columns:
            continue
        was, now = _newest(old, name), _newest(new, name)
        if was is not None and (now is None or now < was):
            message = f"{name}: the newest year is {now or 'none'}; it was {was}"
            problems.append(Problem(message, where, "the source has gone back"))
    return problems


def _newest(rows: Sequence[Row], name: str) -> int | None:
    return max((v for row in rows if isinstance(v := row[name], int)), default=None)


def _leaps(
    was: dict[tuple[Value, ...], Row], lines: dict[tuple[Value, ...], int], new: Sequence[Row], table: TableInfo
) -> list[Problem]:
    """The figures that are more than so many times what they were, or have another sign."""
    names = [f.name for f in table.fields if f.type == "number" and f.name not in table.primary_key]
    notes: list[Problem] = []
    compared = 0
    for key, i in lines.items():
        for name in names if key in was else ():
            before, now = was[key][name], new[i][name]
            if not isinstance(before, (int, float)) or not isinstance(now, (int, float)) or not before or not now:
                continue
            compared += 1
            ratio = now / before
            if 1 / FACTOR <= ratio <= FACTOR:
                continue
            told = ", ".join(str(part) for part in key)
            how = "another sign" if ratio < 0 else f"{ratio:.3g} times"
            notes.append(
                Problem(f"{name} of {told}: {now:g}; it was {before:g} ({how})", Location(str(table.path), i + 2))
            )
    if len(notes) > MOST_PROBLEMS:
        notes = [*notes[:MOST_PROBLEMS], Problem("there are more than are shown", Location(str(table.path)))]
    if notes:
        count = min(len(notes), MOST_PROBLEMS)
        message = f"{count} of {compared} figures ({count / compared:.0%}) changed by more than a factor of {FACTOR:g}"
        notes.append(Problem(message, Location(str(table.path)), "look at them before the next night"))
    return notes


def _by_key(rows: Sequence[Row], table: TableInfo) -> dict[tuple[Value, ...], int]:
    names = table.primary_key or table.columns
    return {tuple(row[name] for name in names): i for i, row in enumerate(rows)}
