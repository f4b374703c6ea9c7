"""Where the columns of a query come from: those of a table that it hands on as they are, and those that it computes.

A unit belongs to a column that nothing was done to; whatever SQL computes has the unit that its author knows. Reads the syntax
tree alone, never a row. What it can't follow (a table made by a function, a struct) it calls computed, and never the other way
round. Called by `scene.evidence`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from installation.data import sql as queries
from installation.data.locked import lock, open_database
from installation.errors import DataError

Read: TypeAlias = tuple[str, str, str]
"""A dataset's alias, a table of it, a column of that, as the dataset writes them."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a column of a query is made from. `unchanged`: its values are those of the columns in `reads`, and nothing else."""

    reads: tuple[Read, ...] = ()
    unchanged: bool = False


Columns: TypeAlias = list[tuple[str, Lineage]]
Known: TypeAlias = Mapping[str, Mapping[str, Sequence[str]]]
"""The columns of each table of each dataset, by the alias that the query uses."""

_NOTHING = Lineage()


def lineage_of(sql: str, known: Known) -> dict[str, Lineage]:
    """The columns of the one SELECT in `sql`, by name in small letters. Empty where it can't be read."""
    try:
        tree = _parsed(sql)
        found = _Query(known).columns(tree["statements"][0]["node"], {})
    except (DataError, KeyError, IndexError, TypeError, RecursionError):
        return {}
    made: dict[str, Lineage] = {}
    for name, column in found:
        made.setdefault(name.lower(), column)
    return made


@lru_cache(256)
def _parsed(sql: str) -> Any:
    """The syntax tree of a query; each is read once, and again only after an edit."""
    parser = open_database("64MB")
    lock(parser)
    with closing(parser):
        return queries.syntax_of(parser, sql)


@dataclass(frozen=True)
class _Query:
    known: Known

    def columns(self, node: Mapping[str, Any], above: Mapping[str, Columns]) -> Columns:
        """The columns of a SELECT, or of several that are laid over one another, in order."""
        seen = dict(above)
        for entry in queries.entries(node.get("cte_map")):
            inner = entry["value"]["query"]["node"] if "query" in entry["value"] else entry["value"]["query_node"]
            seen[entry["key"].lower()] = self.columns(inner, seen)
        if node["type"] == "SET_OPERATION_NODE":
            sides = [self.columns(side, seen) for side in node.get("children") or (node["left"], node["right"])]
            return [_together(row) for row in zip(*sides, strict=False)]
        if node["type"] != "SELECT_NODE":
            return []
        scope = list(self._scope(node.get("from_table", {}), seen))
        made: Columns = []
        for expression in node.get("select_list", []):
            made += self._selected(expression, scope, made)
        return made

    def _scope(self, node: Mapping[str, Any], seen: Mapping[str, Columns]) -> Iterator[tuple[str, Columns]]:
        """The tables of a FROM, by the names that the query calls them."""
        kind = node.get("type")
        if kind == "JOIN":
            yield from self._scope(node["left"], seen)
            yield from self._scope(node["right"], seen)
        elif kind == "SUBQUERY":
            yield node.get("alias", "").lower(), _renamed(node, self.columns(node["subquery"]["node"], seen))
        elif kind == "BASE_TABLE":
            path = queries.path_of(node)
            name = node.get("alias") or path[-1]
            if len(path) == 1 and path[0].lower() in seen:
                yield name.lower(), _renamed(node, seen[path[0].lower()])
            else:
                yield name.lower(), _renamed(node, self._stored(path))

    def _stored(self, path: Sequence[str]) -> Columns:
        alias = next((alias for alias in self.known if alias.lower() == path[0].lower()), "")
        tables = self.known.get(alias, {})
        wanted = path[1] if len(path) == 2 else next(iter(tables), "") if len(tables) == 1 else ""
        table = next((table for table in tables if table.lower() == wanted.lower()), "")
        return [(column, Lineage(((alias, table, column),), True)) for column in tables.get(table, ())]

    def _selected(self, node: Mapping[str, Any], scope: Sequence[tuple[str, Columns]], made: Columns) -> Columns:
        if node.get("class") == "STAR":
            return _starred(node, scope)
        name = node.get("alias") or (node["column_names"][-1] if node.get("class") == "COLUMN_REF" else "")
        return [(name, _expressed(node, scope, made))]


def _expressed(node: Mapping[str, Any], scope: Sequence[tuple[str, Columns]], made: Columns) -> Lineage:
    if node.get("class") == "COLUMN_REF":
        return _found(node["column_names"], scope, made)
    parts = [part for part in queries.walk(node) if part.get("class") == "COLUMN_REF"]
    reads = [read for part in parts for read in _found(part["column_names"], scope, made).reads]
    return Lineage(tuple(sorted(set(reads))))


def _found(names: Sequence[str], scope: Sequence[tuple[str, Columns]], made: Columns) -> Lineage:
    """The column that a name means: of the tables, else of those that the same SELECT has named before."""
    *of, name = (part.lower() for part in names)
    for table, columns in scope:
        if not of or table == of[-1]:
            for column, lineage in columns:
                if column.lower() == name:
                    return lineage
    return next((lineage for column, lineage in made if not of and column.lower() == name), _NOTHING)


def _starred(node: Mapping[str, Any], scope: Sequence[tuple[str, Columns]]) -> Columns:
    """What * stands for. Where it leaves out, replaces or renames, only what is certain is handed on."""
    if node.get("columns") or node.get("expr") or node.get("rename_list"):
        return []
    replaced = {str(entry["key"]).lower() for entry in node.get("replace_list", []) if isinstance(entry, dict)}
    left_out = {str(entry).lower() for entry in node.get("exclude_list", [])}
    wanted = node.get("relation_name", "").lower()
    return [
        (name, Lineage(lineage.reads) if name.lower() in replaced else lineage)
        for table, columns in scope
        if wanted in ("", table)
        for name, lineage in columns
        if name.lower() not in left_out
    ]


def _renamed(node: Mapping[str, Any], columns: Columns) -> Columns:
    """Columns of a table that is called `t(a, b)`."""
    names = node.get("column_name_alias", [])
    return [(names[place] if place < len(names) else name, made) for place, (name, made) in enumerate(columns)]


def _together(row: Sequence[tuple[str, Lineage]]) -> tuple[str, Lineage]:
    reads = dict.fromkeys(read for _, lineage in row for read in lineage.reads)
    return row[0][0], Lineage(tuple(reads), all(lineage.unchanged for _, lineage in row))
