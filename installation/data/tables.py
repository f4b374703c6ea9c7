"""The tables of a scene, asked with SQL, in a duckdb that is locked: it sees the scene's packages alone.

Facts and fiction live in two databases that don't know of each other, so no query can join them. A table is
read when a query first names it; then its database is built anew beside the old one, filled, locked, and
put in its place. Queries belong at load, not in a frame. Called by scenes' loading and by the render
layers' building.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from installation.data.generated import prepare
from installation.data.locked import lock, open_database
from installation.data.package import Package, TableInfo
from installation.data.sql import Admitted, admit, explain, literal, pattern, quoted
from installation.errors import DataError, Problem, did_you_mean

if TYPE_CHECKING:
    import duckdb

MEMORY = "256MB"
SECONDS = 5.0
"""How long one query may run."""

MOST_ROWS = 1_000_000
MOST_COLUMNS = 256

_TYPES = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}
_TYPES |= {"date": "DATE", "datetime": "TIMESTAMP"}
PARQUET = ".parquet"
_NUMBERS = re.compile(r"(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL.*|BOOLEAN|BIGNUM|INTEGER)")
_TEXTS = re.compile(r"(VARCHAR|ENUM.*|\"?NULL\"?|DATE|TIME.*|INTERVAL|UUID)")
_TAKEN = {"main", "temp", "system", "pg_catalog", "information_schema"}


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """A table's columns: float64 (n,) with NaN for numbers (true is 1.0), str objects (n,) with "" for
    text.

    `missing` says where a value is absent, bool (n,): never to be drawn as the low end. No array can be
    written to.
    """

    names: tuple[str, ...]
    arrays: Mapping[str, NDArray[Any]]
    missing: Mapping[str, NDArray[np.bool_]]
    count: int

    def column(self, name: str) -> NDArray[Any]:
        """The column of that name. Raises DataError with what is near."""
        if name not in self.arrays:
            hint = did_you_mean(name, self.names, label="columns")
            raise DataError(f'there is no column "{name}"', hint=hint)
        return self.arrays[name]

    def same(self, other: Columns) -> bool:
        """Whether both hold the same rows, in the same order."""
        if self.names != other.names or self.count != other.count:
            return False
        return all(
            np.array_equal(self.missing[name], other.missing[name])
            and np.array_equal(self.arrays[name], other.arrays[name], equal_nan=self.is_number(name))
            for name in self.names
        )

    def is_number(self, name: str) -> bool:
        """Whether the column holds numbers; text otherwise."""
        return bool(self.column(name).dtype == np.float64)


class Tables:
    """The tables of some packages, each under its alias: `world.teeth` is the table teeth of the alias
    world.

    `wanted` are queries, or names such as "world.teeth", that will be asked: their tables are read at once
    instead of one by one. With `empty` the tables have their columns and no rows, which is enough to check
    a scene and costs no reading. Remembers which tables have been read, and their two databases. May be
    used from any thread, one query at a time.
    """

    def __init__(
        self,
        packages: Mapping[str, Package],
        wanted: Iterable[str] | None = None,
        *,
        empty: bool = False,
        seconds: float = SECONDS,
    ) -> None:
        self._packages = {alias.lower(): package for alias, package in packages.items()}
        for alias in self._packages:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", alias) or alias in _TAKEN:
                raise DataError(f'"{alias}" can\'t be the name of a dataset in SQL', hint="use small letters and _")
        self._seconds = seconds
        self._empty = empty
        self._known = {alias: frozenset(package.tables) for alias, package in self._packages.items()}
        self._lock = threading.Lock()
        self._parser: duckdb.DuckDBPyConnection | None = None
        self._held: dict[bool, frozenset[tuple[str, str]]] = {}
        self._databases: dict[bool, duckdb.DuckDBPyConnection] = {}
        if wanted is not None:
            self._read_ahead(wanted)

    def query(self, sql: str) -> Columns:
        """The rows of one SELECT. Raises DataError for what may not run, can't run, or takes too long."""
        with self._lock:
            query = self._admit(sql)
            fiction = self._side(query)
            return self._run(self._database(fiction, query.tables), query)

    def table(self, name: str) -> Columns:
        """All rows of "alias.table", in the order of the file; the alias is enough where it has one table.

        Raises DataError with what is near.
        """
        alias, _, table = name.partition(".")
        known = self._known.get(alias, frozenset())
        if not table and len(known) == 1:
            table = next(iter(known))
        if table not in self._known.get(alias, ()):
            every = [f"{known}.{t}" for known, tables in self._known.items() for t in tables]
            raise DataError(f'there is no table "{name}"', hint=did_you_mean(name, every, label="tables"))
        return self.query(f'SELECT * FROM "{alias}"."{table}"')

    def close(self) -> None:
        """Lets the databases go; safe to call twice."""
        with self._lock:
            for connection in (*self._databases.values(), *([self._parser] if self._parser else [])):
                connection.close()
            self._databases, self._held, self._parser = {}, {}, None

    def __enter__(self) -> Tables:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _admit(self, sql: str) -> Admitted:
        if self._parser is None:
            self._parser = _locked([], {}, empty=True)
        return admit(self._parser, sql, self._known)

    def _read_ahead(self, wanted: Iterable[str]) -> None:
        """Reads what `wanted` names in one go. What is wrong with a query is told when it is asked."""
        found: dict[bool, set[tuple[str, str]]] = {}
        for text in wanted:
            alias, _, table = text.partition(".")
            known = self._known.get(alias, frozenset())
            table = table or (next(iter(known)) if len(known) == 1 else "")
            if table in known:
                tables = frozenset({(alias, table)})
            else:
                try:
                    tables = self._admit(text).tables
                except DataError:
                    continue
            for name in tables:
                found.setdefault(self._packages[name[0]].fiction, set()).add(name)
        for fiction, names in found.items():
            self._database(fiction, frozenset(names))

    def _side(self, query: Admitted) -> bool:
        """Whether a query is about fiction. Raises DataError when it is about both."""
        sides = {self._packages[alias].fiction: alias for alias, _ in query.tables}
        if len(sides) == 2:
            message = f'"{sides[True]}" is fiction and "{sides[False]}" is fact: they can\'t meet in one query'
            raise DataError(message, hint="make two tables, and two layers")
        return next(iter(sides), False)

    def _database(self, fiction: bool, names: frozenset[tuple[str, str]]) -> duckdb.DuckDBPyConnection:
        """The database of facts or of fiction, holding at least the tables `names`."""
        held = self._held.get(fiction, frozenset())
        if fiction in self._databases and names <= held:
            return self._databases[fiction]
        tables = [(alias, self._packages[alias].tables[table]) for alias, table in sorted(held | names)]
        fresh = _locked(tables, self._packages, empty=self._empty)
        if fiction in self._databases:
            self._databases[fiction].close()
        self._databases[fiction], self._held[fiction] = fresh, held | names
        return fresh

    def _run(self, connection: duckdb.DuckDBPyConnection, query: Admitted) -> Columns:
        import duckdb

        # The limit stands outside, because a result is not counted against duckdb's own memory limit.
        limited = f"SELECT * FROM (\n{query.sql.rstrip().rstrip(';')}\n) LIMIT {MOST_ROWS + 1}"
        bell = threading.Timer(self._seconds, connection.interrupt)
        bell.daemon = True
        bell.start()
        try:
            connection.execute("BEGIN TRANSACTION READ ONLY")
            try:
                connection.execute(limited)
                described = [(str(name), str(kind)) for name, kind, *_ in connection.description or []]
                _drawable(described)
                return columns_of(described, connection.fetchnumpy())
            finally:
                connection.execute("ROLLBACK")
        except duckdb.InterruptException:
            raise DataError(
                f"the query ran longer than {self._seconds:g} s", hint="join on a key, or aggregate first"
            ) from None
        except duckdb.OutOfMemoryException:
            raise DataError(f"the query needs more than {MEMORY} of memory", hint="aggregate first") from None
        except duckdb.Error as error:
            raise DataError(explain(error, lines_before=1), hint=self._near(error, query)) from None
        finally:
            bell.cancel()

    def _near(self, error: Exception, query: Admitted) -> str:
        """What a wrong column may have meant, from the tables that the query reads; else duckdb's own
        guess.
        """
        text = str(error)
        if found := re.search(r'(?:Referenced column|column named) "([^"]+)"', text):
            columns = {c for alias, table in query.tables for c in self._packages[alias].tables[table].columns}
            return did_you_mean(found[1], columns, label="columns")
        guess = re.search(r"(?:Candidate \w+|Did you mean):? (.+)", text)
        return f"did you mean {guess[1].strip()}" if guess else ""


def scene_tables(
    packages: Mapping[str, Package], wanted: Mapping[str, tuple[str | None, str | None]]
) -> dict[str, Columns]:
    """The tables of a scene by its own names, each given as (source, sql): "alias.table", or one SELECT.

    Raises DataError with a problem for each table that can't be had, led by its name.
    """
    texts = [text for pair in wanted.values() for text in pair if text]
    found: dict[str, Columns] = {}
    problems: list[Problem] = []
    with Tables(packages, texts) as tables:
        for name, (source, sql) in wanted.items():
            try:
                found[name] = tables.query(sql) if sql else tables.table(source or "")
            except DataError as error:
                problems += error.problems
    if problems:
        raise DataError(problems=problems)
    return found


def columns_of(described: Iterable[tuple[str, str]], fetched: Mapping[str, Any]) -> Columns:
    """Columns from duckdb's (name, type) pairs and its numpy arrays."""
    arrays: dict[str, NDArray[Any]] = {}
    missing: dict[str, NDArray[np.bool_]] = {}
    count = 0
    for name, kind in described:
        given = fetched[name]
        absent = np.array(np.ma.getmaskarray(given), dtype=bool)
        if _NUMBERS.fullmatch(kind):
            array: NDArray[Any] = np.array(np.ma.getdata(given), dtype=np.float64)
            absent |= ~np.isfinite(array)
            array[absent] = np.nan
        elif np.ma.getdata(given).dtype.kind == "M":
            days = np.datetime_as_string(np.ma.getdata(given), unit="D" if kind == "DATE" else "s")
            array = np.array([day.replace("T", " ") for day in days], dtype=object)
            array[absent] = ""
        else:
            array = np.array([str(v) for v in np.ma.getdata(given)], dtype=object)
            array[absent] = ""
        array.flags.writeable = False
        absent.flags.writeable = False
        arrays[name], missing[name] = array, absent
        count = len(array)
    if count > MOST_ROWS:
        raise DataError(f"the query gives more than {MOST_ROWS:,} rows", hint="aggregate first, or add a LIMIT")
    return Columns(tuple(arrays), MappingProxyType(arrays), MappingProxyType(missing), count)


def _drawable(described: list[tuple[str, str]]) -> None:
    if len(described) > MOST_COLUMNS:
        raise DataError(f"the query gives {len(described)} columns; at most {MOST_COLUMNS} are drawn")
    for name, kind in described:
        if not (_NUMBERS.fullmatch(kind) or _TEXTS.fullmatch(kind)):
            raise DataError(f'column "{name}" is {kind}; expected numbers or text', hint="take one value of it")


def _locked(
    tables: list[tuple[str, TableInfo]], packages: Mapping[str, Package], *, empty: bool
) -> duckdb.DuckDBPyConnection:
    """A database in memory with these tables, that can reach nothing else any more."""
    connection = open_database(MEMORY)
    try:
        for alias in sorted({alias for alias, _ in tables}):
            if not empty:
                prepare(packages[alias])
            connection.execute(f'CREATE SCHEMA "{alias}"')
        for alias, table in tables:
            _fill(connection, alias, table, empty)
            if len(packages[alias].tables) == 1:
                connection.execute(f'CREATE VIEW main."{alias}" AS SELECT * FROM "{alias}".{quoted(table.name)}')
        lock(connection, files=[str(table.path) for _, table in tables if table.path.suffix == PARQUET])
    except BaseException:
        connection.close()
        raise
    return connection


def _fill(connection: duckdb.DuckDBPyConnection, alias: str, table: TableInfo, empty: bool) -> None:
    import duckdb

    name = f'"{alias}".{quoted(table.name)}'
    if table.path.suffix == PARQUET and not empty:
        # A view: only what a query asks for is read, so a million rows need no more memory than a thousand.
        columns = ", ".join(quoted(field.name) for field in table.fields)
        try:
            connection.execute(f"CREATE VIEW {name} AS SELECT {columns} FROM read_parquet({literal(str(table.path))})")
        except duckdb.Error as error:
            raise DataError(f"{table.path}: {explain(error)}", hint="read again at the next save, or start") from None
        return
    typed = ", ".join(f"{quoted(field.name)} {_TYPES[field.type]}" for field in table.fields)
    connection.execute(f"CREATE TABLE {name} ({typed})")
    if empty:
        return
    columns = ", ".join(f"'{field.name}': '{_TYPES[field.type]}'" for field in table.fields)
    try:
        connection.execute(
            f"INSERT INTO {name} SELECT * FROM read_csv({pattern(table.path)}, auto_detect = false, "
            f"header = true, delim = ',', quote = '\"', escape = '\"', nullstr = ?, columns = {{{columns}}})",
            [list(table.missing_values)],
        )
    except duckdb.Error as error:
        where = f"{table.path}: {str(error).splitlines()[0]}"
        raise DataError(where, hint="installation data build tells more") from None
