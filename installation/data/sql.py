"""Admits SQL that a scene may run: one SELECT over the scene's own tables, with functions from a list.

DuckDB is locked besides (see `data.tables`). The list is needed because duckdb honours neither its memory
limit nor an interrupt inside one call: `unnest(range(1000000000))` ran 70 s, nested `replace` took 23 GB
(duckdb 2.0.0). It also keeps out chance and time (`random`, `now`), which are arguments here. Works on
duckdb's own syntax tree, not on the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from installation.errors import DataError, did_you_mean

if TYPE_CHECKING:
    import duckdb

LONGEST = 20_000
"""Characters of one query."""

_OPERATORS = "+ - * / // % ** ^ || ~~ !~~ ~~* !~~* ! and or not = <> < > <= >= in"
_MATHS = """
    abs sign round floor ceil ceiling trunc fdiv fmod mod greatest least sqrt cbrt exp ln log log2 log10
    pow power sin cos tan asin acos atan atan2 degrees radians pi even isnan isinf isfinite is_nan add
    subtract multiply divide
"""
_AGGREGATES = """
    count count_star sum fsum kahan_sum avg mean favg min max median mode product quantile quantile_cont
    quantile_disc stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp
    regr_slope regr_intercept regr_r2 skewness kurtosis entropy mad first last any_value arg_min arg_max
    min_by max_by bool_and bool_or count_if sum_no_overflow string_agg group_concat listagg
"""
_WINDOWS = """
    row_number rank dense_rank rank_dense percent_rank cume_dist ntile lag lead first_value last_value
    nth_value fill
"""
_TEXT = """
    lower upper lcase ucase length len strlen substr substring left right trim ltrim rtrim concat
    concat_ws contains starts_with ends_with prefix suffix instr strpos position split_part
    strip_accents ascii chr regexp_matches regexp_full_match regexp_extract like_escape not_like_escape
    ilike_escape not_ilike_escape
"""
_REST = "coalesce ifnull nullif if case cast try_cast typeof constant_or_null date_part year month"

ALLOWED = frozenset(" ".join((_OPERATORS, _MATHS, _AGGREGATES, _WINDOWS, _TEXT, _REST)).split())
ROW_SOURCES = frozenset({"range", "generate_series"})
"""Functions that may stand in FROM: they make rows one by one, and stop when they are told to."""

_CHANCE = "chance and time are not data: a scene must look the same each night"
_DATES = "year(DAY), month(DAY) and day(DAY) take a date apart"
_DATE_WORDS = {"strftime", "date_part", "datepart", "date_format", "to_char", "strptime"}
_CHANCE_WORDS = {"random", "uuid", "gen_random_uuid", "now", "today", "setseed", "get_current_timestamp"}
_CLOCK_WORDS = {"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"}
_NOWHERE = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Admitted:
    """A query that may run, and the tables that it reads, as (alias, table)."""

    sql: str
    tables: frozenset[tuple[str, str]]


def admit(parser: duckdb.DuckDBPyConnection, sql: str, known: Mapping[str, Collection[str]]) -> Admitted:
    """Reads a query and refuses what a scene may not run. `known` are the tables of each alias.

    `parser` is a locked connection with no tables; nothing of the query is run. Raises DataError with the
    line and column inside the SQL.
    """
    if len(sql) > LONGEST:
        raise DataError(f"the SQL has {len(sql):,} characters; at most {LONGEST:,} are read")
    tree = syntax_of(parser, sql)
    own = {str(entry["key"]).lower() for node in walk(tree) for entry in entries(node.get("cte_map"))}
    tables = set[tuple[str, str]]()
    row_sources = {id(node["function"]) for node in walk(tree) if node.get("type") == "TABLE_FUNCTION"}
    for node in walk(tree):
        kind = str(node.get("type", ""))
        if kind == "SHOW_REF" or kind.endswith("_QUERY_NODE"):  # DESCRIBE; INSERT, UPDATE, DELETE in a WITH
            raise DataError("only a SELECT that reads may run", hint="DESCRIBE, INSERT and so on are refused")
        if node.get("sample"):
            raise DataError("a sample is drawn by chance", hint=_CHANCE)
        if kind == "BASE_TABLE":
            if table := _table(node, own, known, sql):
                tables.add(table)
        elif kind == "COLUMN_REF":
            names = node.get("column_names", [])
            if len(names) == 1 and str(names[0]).lower() in _CLOCK_WORDS:
                raise DataError(f'"{names[0]}" reads the clock{_at(sql, node)}', hint=_CHANCE)
        elif "function_name" in node:
            _function(node, id(node) in row_sources, sql)
    return Admitted(sql, frozenset(tables))


def _function(node: Mapping[str, Any], in_from: bool, sql: str) -> None:
    name = str(node["function_name"]).lower()
    allowed = ROW_SOURCES if in_from else ALLOWED
    if name not in allowed:
        where = " in FROM" if in_from else ""
        message = f'the function "{name}" may not be used{where} in a scene\'s SQL{_at(sql, node)}'
        hint = _CHANCE if name in _CHANCE_WORDS else _DATES if name in _DATE_WORDS else _others(name, allowed)
        raise DataError(message, hint=hint)


def _others(name: str, allowed: Collection[str]) -> str:
    keywords = ("and", "or", "not", "in", "if", "case", "cast")
    return did_you_mean(name, [w for w in allowed if w.isidentifier() and w not in keywords], label="functions")


def _table(
    node: Mapping[str, Any], own: Collection[str], known: Mapping[str, Collection[str]], sql: str
) -> tuple[str, str] | None:
    """The table that a FROM names, None when it is one of the query's own WITH tables."""
    path = path_of(node)
    if len(path) == 1 and path[0].lower() in own:
        return None
    every = [f"{alias}.{table}" for alias, tables in known.items() for table in tables]
    if len(path) == 1 and len(only := tuple(known.get(path[0].lower(), ()))) == 1:
        return path[0].lower(), only[0]  # the one table of a dataset is called by the dataset's name alone
    if len(path) == 2:
        alias, table = path[0].lower(), path[1].lower()
        if table in known.get(alias, ()):
            return alias, table
    given = ".".join(path)
    raise DataError(f'there is no table "{given}"{_at(sql, node)}', hint=did_you_mean(given, every, label="tables"))


def path_of(node: Mapping[str, Any]) -> list[str]:
    """The name of a table in FROM, part by part: the dataset's alias, and the table where it is said."""
    path = [str(name) for name in node.get("qualified_name", {}).get("path", [])]
    return path or [str(node[key]) for key in ("catalog_name", "schema_name", "table_name") if node.get(key)]


def syntax_of(parser: duckdb.DuckDBPyConnection, sql: str) -> Any:
    """The syntax tree of the one SELECT in `sql`, as duckdb writes it in JSON."""
    import duckdb

    try:
        statements = parser.extract_statements(sql)
    except duckdb.Error as error:
        hint = "a table's SQL is one SELECT; names that are not plain words stand in double quotes"
        raise DataError(explain(error), hint=hint) from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        count = f"{len(statements)} statements" if len(statements) != 1 else "another statement"
        raise DataError(f"the SQL must be one SELECT; this is {count}")
    try:
        found = parser.execute("select json_serialize_sql(?, skip_null := true, skip_empty := true)", [sql])
        tree = json.loads((found.fetchone() or ("{}",))[0])
    except duckdb.Error as error:
        raise DataError(explain(error)) from None
    except RecursionError:
        raise DataError("the SQL is nested too deeply") from None
    if tree.get("error") or not tree.get("statements"):
        raise DataError("the SQL must be one SELECT", hint=str(tree.get("error_message", ""))[:200])
    return tree


def walk(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of a JSON tree, in no promised order."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def entries(cte_map: Any) -> list[dict[str, Any]]:
    """The WITH tables of a SELECT, each with its `key` and its `value`."""
    return list(cte_map.get("map", [])) if isinstance(cte_map, dict) else []


def _at(sql: str, node: Mapping[str, Any]) -> str:
    """` (line 2, column 8 of the SQL)`; "" where duckdb does not say."""
    offset = node.get("query_location", _NOWHERE)
    if not isinstance(offset, int) or offset >= len(sql):
        return ""
    before = sql[:offset]
    return f" (line {before.count(chr(10)) + 1}, column {offset - before.rfind(chr(10))} of the SQL)"


def explain(error: Exception, lines_before: int = 0) -> str:
    """A duckdb error as one sentence, with its line and column inside the SQL where it gives them.

    `lines_before` is how many lines were put before the person's own SQL.
    """
    text = str(error)
    head = re.split(r"\n\s*\n|\nCandidate|\nDid you mean|\nLINE \d+:|\n", text, maxsplit=1)[0]
    head = re.sub(r"^\w[\w ]* Error: ", "", head).strip().rstrip("!.")
    place = ""
    if found := re.search(r"^LINE (\d+): (.*)\n( *)\^", text, re.MULTILINE):
        line = int(found[1]) - lines_before
        shown = found[2].startswith("...")  # a long line is cut, and its columns can't be counted
        column = len(found[3]) - len(f"LINE {found[1]}: ") + 1
        place = f" (line {line} of the SQL)" if shown else f" (line {line}, column {column} of the SQL)"
    return f"{head[:1].lower()}{head[1:]}{place}"


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """The name of a table or column as SQL writes it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def pattern(path: Path) -> str:
    """A file's path as SQL: to duckdb it is a pattern, and data[1]/ would read data1/."""
    return literal(re.sub(r"([*?[])", r"[\1]", str(path)))
