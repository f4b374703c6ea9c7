"""What is in a curator's file, as plain data, what looks wrong with it, and a descriptor of it to correct.

Called by `installation data describe FILE`. Reads the file as `load` does and keeps nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from installation.data.own.descriptor import PACKAGE, RESOURCE, OwnDescriptor, descriptor_of, rules_of
from installation.data.own.flags import flags, values
from installation.data.own.guess import Profile, guess, is_year, profile
from installation.data.own.load import copied, raws
from installation.data.own.raw import Raw, database
from installation.data.own.rules import Rule, problems, twice, unfit
from installation.errors import Problem, visible

if TYPE_CHECKING:
    import duckdb

MOST_COMBINED = 24
"""Combinations of columns that are tried as a key."""

NEARLY = 0.9
"""Share of different rows from which a key is one that some rows spoil."""

_ID = re.compile(
    r"(^|[^a-z])(id|code|key|no|nr|num|number|tooth|fips|iso.?|zip|plz|ags)($|[^a-z])|id$|code$|nummer$", re.I
)
_AMOUNT = re.compile(r"[-+−]?[0-9][0-9.,'’\s]*%?")


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """A column: `missing` is the share of rows without a value, 0..1; `different` counts different values, about.

    `least`, `median` and `most` are None where it has no numbers.
    """

    name: str
    type: str
    unit: str
    missing: float
    different: int
    least: float | None
    median: float | None
    most: float | None
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableLook:
    """A table: its name in SQL, its sheet, what is in it, and what looks wrong with it."""

    key: str
    sheet: str
    rows: int
    columns: tuple[ColumnLook, ...]
    primary_key: tuple[str, ...]
    years: str
    flags: tuple[Problem, ...]
    resource: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FileLook:
    """A file, told to a curator; `described` is where its descriptor lies, None when there is none."""

    path: Path
    size: int
    tables: tuple[TableLook, ...]
    described: Path | None


def look(path: Path) -> FileLook:
    """Looks at a file. Raises DataError for what can't be read at all."""
    descriptor, place, _ = descriptor_of(path, path.parent)
    with copied(path, None) as (copy, _, size):
        tables = raws(copy, path, descriptor.stated())
        return FileLook(path, size, tuple(_table(raw, path, descriptor, place, len(tables)) for raw in tables), place)


def _table(raw: Raw, path: Path, descriptor: OwnDescriptor, place: Path | None, tables: int) -> TableLook:
    rows, profiles = profile(raw)
    resource = descriptor.resource(raw.sheet) or (descriptor.resource("") if tables == 1 else None)
    found = [*raw.wrong, *raw.told]
    if resource and resource.table and place:
        rules, unlike = rules_of(resource, raw, place)
        key = resource.table.primary_key
        found += unlike or problems(raw, rules, key, unfit(raw, rules))
    else:
        rules, doubts, infinite = guess(raw, profiles)
        found += [*problems(raw, rules, (), infinite), *doubts]
        key, spoilt = _key(raw, rules, profiles, rows)
        found += spoilt
    found += flags(raw, rules, profiles, rows)
    with database(raw.stored.parent) as connection:
        columns = tuple(_column(connection, raw, rule, profiles[rule.index], rows) for rule in rules)
    years = next((r for r in rules if is_year(r, profiles[r.index].least, profiles[r.index].most)), None)
    spoken = f"{profiles[years.index].least:g}-{profiles[years.index].most:g}" if years else ""
    return TableLook(
        (resource.name if resource else None) or raw.key,
        raw.sheet,
        rows,
        columns,
        key,
        spoken,
        tuple(dict.fromkeys(found)),
        _resource(raw, path, rules, key),
    )


def _column(connection: duckdb.DuckDBPyConnection, raw: Raw, rule: Rule, seen: Profile, rows: int) -> ColumnLook:
    counted = connection.execute(
        f"SELECT count({rule.text}), approx_count_distinct({rule.text}) FROM {raw.source}"
    ).fetchone() or (0, 0)
    shown = connection.execute(
        f"SELECT t FROM (SELECT {rule.text} AS t FROM {raw.source} LIMIT 10000) WHERE t IS NOT NULL GROUP BY t "
        "ORDER BY count(*) DESC, t LIMIT 3"
    ).fetchall()
    least = median = most = None
    if rule.field.type in ("integer", "number"):
        given = values(connection, raw, rule)
        present = given[np.isfinite(given)]
        if present.size:
            least, median, most = float(present.min()), float(np.median(present)), float(present.max())
    return ColumnLook(
        rule.field.name,
        rule.field.type,
        rule.field.unit,
        (rows - int(counted[0])) / rows if rows else 0.0,
        min(int(counted[1]), int(counted[0])),
        least,
        median,
        most,
        tuple(visible(str(text))[:40] for (text,) in shown),
    )


def _key(
    raw: Raw, rules: Sequence[Rule], profiles: Sequence[Profile], rows: int
) -> tuple[tuple[str, ...], list[Problem]]:
    """The fewest columns that tell all rows apart; where none do but some nearly, the rows that spoil it.

    Amounts are no names, though no two may be alike: whole numbers name rows only in the first column, or as ids.
    """
    able = [r for r in rules if r.field.type in ("string", "integer", "date") and profiles[r.index].filled == rows]
    naming = [r for r in able if _names(r, profiles[r.index]) or _timed(r, profiles)]
    naming = sorted(naming[:8], key=lambda r: r.field.type == "integer" and not _timed(r, profiles))
    nearest: tuple[float, tuple[Rule, ...]] = (0.0, ())
    tried = 0
    with database(raw.stored.parent) as connection:
        for size in (1, 2, 3):
            # Whole numbers make a key alone, or as years.
            able = naming if size == 1 else [r for r in naming if r.field.type != "integer" or _timed(r, profiles)]
            for some in combinations(able, size):
                if rows < 2 or (tried := tried + 1) > MOST_COMBINED:
                    break
                cells = ", ".join(rule.text for rule in some)
                got = connection.execute(f"SELECT count(DISTINCT hash({cells})) FROM {raw.source}").fetchone()
                share = int(got[0]) / rows if got else 0.0
                if share == 1.0:
                    return tuple(rule.field.name for rule in some), []
                if share >= NEARLY and share > nearest[0] and (size == 1 or any(_timed(r, profiles) for r in some)):
                    nearest = share, some
        return (), list(twice(connection, raw, nearest[1])) if nearest[1] else []


def _names(rule: Rule, seen: Profile) -> bool:
    """Whether a column may hold names: text that is no number, or whole numbers that stand first or are called ids."""
    if rule.field.type == "integer":
        return rule.index == 0 or bool(_ID.search(rule.field.name))
    if rule.field.type == "string" and rule.index:
        numbers = seen.numbers + sum(count for text, count, _ in seen.others if _AMOUNT.fullmatch(text))
        return numbers <= 0.5 * seen.filled or bool(_ID.search(rule.field.name))
    return True


def _timed(rule: Rule, profiles: Sequence[Profile]) -> bool:
    return rule.field.type == "date" or is_year(rule, profiles[rule.index].least, profiles[rule.index].most)


# -- a descriptor ----------------------------------------------------------------------------------------------------


def descriptor(looked: FileLook) -> str:
    """A Data Package v2 descriptor of a file as JSON, with all that was guessed, and room for what can't be."""
    years = next((table.years for table in looked.tables if table.years), "")
    whole = {
        "$schema": PACKAGE,
        "title": looked.path.stem.replace("_", " "),
        "description": "",
        "caution": "",
        "fiction": False,
        "years": years,
        "sources": [{"title": "", "path": ""}],
        "licenses": [{"name": "", "title": "", "path": ""}],
        "contributors": [{"title": "", "roles": ["publisher"]}],
        "resources": [table.resource for table in looked.tables],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _resource(raw: Raw, path: Path, rules: Sequence[Rule], key: Sequence[str]) -> dict[str, Any]:
    ending = path.suffix.lower().removeprefix(".")
    dialect: dict[str, Any] = {"sheetName": raw.sheet} if raw.sheet else {}
    if raw.delimiter and raw.delimiter != ",":
        dialect["delimiter"] = raw.delimiter
    if raw.header_line > 1 and (raw.delimiter or raw.sheet):
        dialect["headerRows"] = [raw.header_line]
    found: dict[str, Any] = {
        "$schema": RESOURCE,
        "name": raw.key,
        "title": raw.sheet or path.stem,
        "path": path.name,
        "type": "table",
        "format": ending,
    }
    if raw.delimiter:
        found["encoding"] = raw.encoding
    if dialect:
        found["dialect"] = dialect
    schema: dict[str, Any] = {"fieldsMatch": "exact", "fields": [_field(rule) for rule in rules], "missingValues": [""]}
    if key:
        schema["primaryKey"] = list(key)
    return {**found, "schema": schema}


def _field(rule: Rule) -> dict[str, Any]:
    found: dict[str, Any] = {"name": rule.field.name, "type": rule.field.type}
    if rule.form:
        found["format"] = rule.form
    if rule.decimal != ".":
        found["decimalChar"] = rule.decimal
    if rule.group:
        found["groupChar"] = rule.group
    if not rule.bare:
        found["bareNumber"] = False
    if rule.missing and rule.missing != ("",):
        found["missingValues"] = ["", *(word for word in rule.missing if word)]
    return {**found, "unit": rule.field.unit, "description": rule.field.description}
