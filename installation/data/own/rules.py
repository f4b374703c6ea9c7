"""How the text cells of a column become values: its rule, from the descriptor or guessed, as SQL over a `Raw`.

A rule is strict: a cell that is neither missing nor of its type is told with its place, and the table is not played.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from installation.data.own.raw import TOLD, Raw, database, keep
from installation.data.package import Field
from installation.data.sql import literal, quoted
from installation.errors import Problem, visible

if TYPE_CHECKING:
    import duckdb

BLANKS = " \t\r\n\xa0\u200b\u202f\ufeff"
SPACES = (" ", "\xa0", "\u202f", "\u2009")
"""What parts thousands where a group character is a blank."""

EXPECTED = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "date": "a date",
    "datetime": "a date and time",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """How the raw column number `index` becomes the column `field`.

    `missing` are texts that stand for no value; `decimal` and `group` part a number's digits; without `bare`, what
    stands around a number (a currency, %) is left out; `form` is a date's format, as in %d.%m.%Y.
    """

    index: int
    field: Field
    missing: tuple[str, ...] = ()
    decimal: str = "."
    group: str = ""
    bare: bool = True
    form: str = ""

    @property
    def text(self) -> str:
        """A cell's text as SQL; NULL where it is missing."""
        cell = f"nullif(trim(c{self.index}, {literal(BLANKS)}), '')"
        words = ", ".join(literal(word) for word in self.missing if word.strip(BLANKS))
        return f"CASE WHEN {cell} IN ({words}) THEN NULL ELSE {cell} END" if words else cell

    @property
    def value(self) -> str:
        """A cell's value as SQL; NULL where it is missing, or not of the column's type."""
        text = f"({self.text})"
        kind = self.field.type
        if kind == "boolean":
            return f"CASE lower{text} WHEN 'true' THEN true WHEN 'false' THEN false WHEN '1' THEN true WHEN '0' THEN false END"
        if kind == "date" and self.form:
            return f"CAST(try_strptime({text}, {literal(self.form)}) AS DATE)"
        if kind == "date":
            return f"CASE WHEN regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') THEN try_cast({text} AS DATE) END"
        if kind == "datetime":
            return f"try_strptime({text}, {literal(self.form)})" if self.form else f"try_cast({text} AS TIMESTAMP)"
        if kind in ("number", "integer"):
            return self._number(text)
        return text

    def _number(self, text: str) -> str:
        bare = text
        if not self.bare:
            bare = f"regexp_replace({bare}, '^[^0-9+.,−-]+|[^0-9]+$', '', 'g')"
        shape = bare
        groups = SPACES if self.group in SPACES else (self.group,) if self.group else ()
        for group in groups:
            bare = f"replace({bare}, {literal(group)}, '')"
        if self.decimal != ".":
            bare = f"replace({bare}, {literal(self.decimal)}, '.')"
        bare = f"replace({bare}, '−', '-')"
        if groups or self.decimal != ".":
            part, dot = f"[{re.escape(''.join(groups))}]", re.escape(self.decimal)
            grouped = f"|[0-9]{{1,3}}({part}[0-9]{{3}})+" if groups else ""
            form = f"[-+−]?([0-9]+{grouped})({dot}[0-9]*)?([eE][-+]?[0-9]+)?"
            sound = f"regexp_full_match({shape}, {literal(form)})"
        else:
            sound = f"NOT regexp_matches({bare}, '[^0-9eE+.-]')"
        if self.field.type == "integer":
            return f"CASE WHEN {sound} AND NOT regexp_matches({bare}, '[eE]|\\.0*[1-9]') THEN try_cast({bare} AS BIGINT) END"
        number = f"try_cast({bare} AS DOUBLE)"
        return f"CASE WHEN {sound} AND isfinite({number}) THEN {number} END"


def typed(raw: Raw, rules: Sequence[Rule], to: Path) -> int:
    """Writes the table with its types to a Parquet file; rows without any value are left out. How many rows it has."""
    chosen = ", ".join(f"{rule.value} AS {quoted(rule.field.name)}" for rule in rules)
    empty = " AND ".join(f"c{i} IS NULL" for i in range(len(raw.names)))
    with database(raw.stored.parent) as connection:
        return keep(connection, f"SELECT {chosen} FROM {raw.source} WHERE NOT ({empty})", to, len(rules))


def unfit(raw: Raw, rules: Sequence[Rule]) -> dict[str, int]:
    """How many cells of each column are not of its type; columns without any are left out."""
    checked = [rule for rule in rules if rule.field.type != "string"]
    found: dict[str, int] = {}
    with database(raw.stored.parent) as connection:
        for some in _by(checked, 32):
            counts = ", ".join(f"count({rule.text}) - count({rule.value})" for rule in some)
            row = connection.execute(f"SELECT {counts} FROM {raw.source}").fetchone() or ()
            found |= {rule.field.name: int(count) for rule, count in zip(some, row, strict=True) if count}
    return found


def _by(rules: Sequence[Rule], count: int) -> Iterator[Sequence[Rule]]:
    for start in range(0, len(rules), count):
        yield rules[start : start + count]


def problems(raw: Raw, rules: Sequence[Rule], key: Sequence[str], wrong: Mapping[str, int]) -> list[Problem]:
    """Every way in which the table is not as its rules say, with its place: types, ranges, choices, keys.

    `wrong` is what `unfit` has found.
    """
    found: list[Problem] = []
    with database(raw.stored.parent) as connection:
        for rule in rules:
            field = rule.field
            if count := wrong.get(field.name, 0):
                test = f"{rule.text} IS NOT NULL AND {rule.value} IS NULL"
                expected = f"expected {EXPECTED.get(field.type, 'text')}"
                found += _told(connection, raw, rule, test, expected, count)
            if field.required:
                found += _told(connection, raw, rule, f"{rule.text} IS NULL", "it is required")
            if field.enum is not None:
                choices = ", ".join(literal(str(choice)) for choice in field.enum)
                expected = f"expected one of {', '.join(map(str, field.enum))[:200]}"
                found += _told(connection, raw, rule, f"{rule.text} NOT IN ({choices})", expected)
            if field.type in ("integer", "number"):
                if field.minimum is not None:
                    found += _told(
                        connection, raw, rule, f"{rule.value} < {field.minimum!r}", f"at least {field.minimum:g}"
                    )
                if field.maximum is not None:
                    found += _told(
                        connection, raw, rule, f"{rule.value} > {field.maximum!r}", f"at most {field.maximum:g}"
                    )
        for names in [tuple(key), *((rule.field.name,) for rule in rules if rule.field.unique)]:
            if names:
                found += list(twice(connection, raw, [r for n in names for r in rules if r.field.name == n]))
    return found


def _told(
    connection: duckdb.DuckDBPyConnection, raw: Raw, rule: Rule, test: str, expected: str, count: int = 0
) -> list[Problem]:
    """The first cells for which a test is true, each at its place."""
    rows = connection.execute(
        f"SELECT file_row_number, c{rule.index} FROM {raw.source} WHERE {test} ORDER BY 1 LIMIT {TOLD + 1}"
    ).fetchall()
    name = rule.field.name
    found = [
        Problem(
            f'"{name}" is {f"{shortened(cell)}; {expected}" if cell is not None else f"empty; {expected}"}',
            raw.where(int(row), rule.index),
        )
        for row, cell in rows[:TOLD]
    ]
    if len(rows) > TOLD:
        more = f"{count - TOLD:,} more cells" if count else "more cells"
        found.append(Problem(f'{more} of "{name}" are so', raw.where(int(rows[TOLD][0]), rule.index)))
    return found


def twice(connection: duckdb.DuckDBPyConnection, raw: Raw, rules: Sequence[Rule]) -> Iterator[Problem]:
    """Rows whose key another row has too. Keys are compared by a hash of 64 bits, so that little memory is needed."""
    cells = ", ".join(f"coalesce({rule.text}, '')" for rule in rules)
    names = ", ".join(rule.field.name for rule in rules)
    rows = connection.execute(
        f"SELECT min(file_row_number), max(file_row_number), count(*) FROM {raw.source} GROUP BY hash({cells}) "
        f"HAVING count(*) > 1 ORDER BY 1 LIMIT {TOLD + 1}"
    ).fetchall()
    for first, last, _ in rows[:TOLD]:
        text = connection.execute(
            f"SELECT concat_ws(', ', {cells}) FROM {raw.source} WHERE file_row_number = {int(first)}"
        ).fetchone()
        said = f"the row with {names} {shortened(text[0] if text else '')} stands at {raw.line(int(first))} already"
        yield Problem(said, raw.where(int(last), rules[0].index), "one row for each key")
    if len(rows) > TOLD:
        yield Problem(f"more rows have a key ({names}) that others have too", raw.where(int(rows[TOLD][1])))


def shortened(text: object) -> str:
    """A cell as it is told: nothing hidden in it, and not too long."""
    shown = visible(str(text))
    return f'"{shown}"' if len(shown) <= 48 else f'"{shown[:47]}…"'
