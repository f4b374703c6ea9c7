"""What is in a package, as plain data: fields, units, coverage, what is missing, where it comes from, fact
or fiction.

Reads whole tables in plain Python. Called by `installation data describe`, which sets it in a table; draws
nothing.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from installation.data.cautions import caution_of
from installation.data.generated import prepare
from installation.data.package import Field, Package, Source, TableInfo
from installation.data.rows import Row, load_rows

YEAR_FIELDS = ("year", "period_start", "period_end")
PLACE_FIELDS = ("place_id", "origin_id", "destination_id")


@dataclass(frozen=True, slots=True)
class FieldDescription:
    """A column: `missing` is the share of its rows without a value, 0..1. `least`, `most` and `median` are
    None for text; `distinct` counts different values.
    """

    name: str
    type: str
    unit: str
    description: str
    missing: float
    distinct: int
    least: float | None
    median: float | None
    most: float | None
    example: str


@dataclass(frozen=True, slots=True)
class TableDescription:
    """A table: how many rows, the first and last year that it speaks of, how many places, the states of its
    values, and what must be said with its numbers besides its package's caution.
    """

    name: str
    title: str
    description: str
    cautions: tuple[str, ...]
    rows: int
    years: tuple[int, int] | None
    places: int | None
    states: dict[str, int]
    fields: tuple[FieldDescription, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """A package, told to a curator."""

    name: str
    title: str
    description: str
    caution: str
    fiction: bool
    publisher: str
    licence: str
    years: str
    version: str
    credit: str
    sources: tuple[Source, ...]
    generator: str
    folder: str
    tables: tuple[TableDescription, ...]


def describe(package: Package) -> Description:
    """Describes a package; the tables of a generated one are made first. Raises DataError for unreadable
    tables.
    """
    prepare(package)
    made = package.generator
    return Description(
        name=package.name,
        title=package.title,
        description=package.description,
        caution=package.caution,
        fiction=package.fiction,
        publisher=package.publisher,
        licence=package.licence,
        years=package.years,
        version=package.version,
        credit=package.credit(),
        sources=package.sources,
        generator=f"{made.name} {made.version}, seed {made.seed}" if made else "",
        folder=str(package.folder),
        tables=tuple(_table(table, package) for table in package.tables.values()),
    )


def _table(table: TableInfo, package: Package) -> TableDescription:
    rows = load_rows(table)
    states: dict[str, int] = {}
    if "status" in table.columns:
        for row in rows:
            states[str(row["status"])] = states.get(str(row["status"]), 0) + 1
    years = [v for name in YEAR_FIELDS if name in table.columns for row in rows if isinstance(v := row[name], int)]
    named = [name for name in PLACE_FIELDS if name in table.columns]
    places = {row[name] for name in named for row in rows} - {None}
    return TableDescription(
        name=table.name,
        title=table.title,
        description=table.description,
        cautions=tuple(text for text in caution_of(package, table.name) if text != package.caution),
        rows=len(rows),
        years=(min(years), max(years)) if years else None,
        places=len(places) if named else None,
        states=dict(sorted(states.items())),
        fields=tuple(_field(field, rows) for field in table.fields),
    )


def _field(field: Field, rows: Sequence[Row]) -> FieldDescription:
    values = [value for row in rows if (value := row[field.name]) is not None]
    numbers = [float(v) for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
    return FieldDescription(
        name=field.name,
        type=field.type,
        unit=field.unit,
        description=field.description,
        missing=(len(rows) - len(values)) / len(rows) if rows else 0.0,
        distinct=len(set(values)),
        least=min(numbers) if numbers else None,
        median=statistics.median(numbers) if numbers else None,
        most=max(numbers) if numbers else None,
        example=str(values[0]) if values else "",
    )
