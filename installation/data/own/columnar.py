"""Parquet files: their ends are looked at before duckdb is let near, and every value becomes text like any other file's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from installation.data.own.raw import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Raw, database, headers, keep
from installation.data.sql import explain, literal, quoted
from installation.errors import DataError, Location, Problem, visible

if TYPE_CHECKING:
    import duckdb

LIMIT = 512 << 20
"""Most bytes of a Parquet file."""

MOST_FOOTER = 16 << 20
MOST_CELLS = 100_000_000
MOST_TEXT = 1 << 30
"""Cells of a file, and characters of all of them: a few kilobytes can say the same a thousand million times."""

MARK = b"PAR1"


def read_parquet(copy: Path, path: str, work: Path, key: str) -> Raw:
    """A table from a copy of a Parquet file at `path`. Raises DataError for one that is cut off, or too large."""
    import duckdb

    where = Location(path)
    _whole(copy, where)
    name = literal(str(copy))
    try:
        with database(work) as connection:
            found = connection.execute(f"SELECT num_rows FROM parquet_file_metadata({name})").fetchone()
            rows = int(found[0]) if found else 0
            if not 0 <= rows <= MOST_ROWS:
                raise DataError(f"the table has {rows:,} rows; at most {MOST_ROWS:,} are read", where)
            connection.execute(f"SELECT * FROM read_parquet({name}) LIMIT 0")
            given = [(str(column), str(kind)) for column, kind, *_ in connection.description or []]
            if len(given) > MOST_COLUMNS:
                raise DataError(f"the table has {len(given):,} columns; at most {MOST_COLUMNS} are read", where)
            names, told = headers([column for column, _ in given], lambda _: where)
            if rows * len(given) > MOST_CELLS:
                raise DataError(f"the table has {rows * len(given):,} cells; at most {MOST_CELLS:,} are read", where)
            _texts_fit(connection, name, given, where)
            cells = ", ".join(f"CAST({quoted(column)} AS VARCHAR) AS c{i}" for i, (column, _) in enumerate(given))
            stored = work / f"{key}.raw.parquet"
            keep(connection, f"SELECT {cells} FROM read_parquet({name})", stored, len(given))
    except duckdb.Error as error:
        raise DataError(f"this Parquet file can't be read: {visible(explain(error))[:200]}", where, CUT) from None
    for column, kind in given:
        if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION", "BLOB")):
            hint = "give each value a column of its own"
            told.append(Problem(f'"{visible(column)[:60]}" holds {kind[:40].lower()}: it is kept as text', where, hint))
    return Raw(key, path, stored, names, lambda row: row + 1, 0, told=tuple(told))


def _texts_fit(
    connection: duckdb.DuckDBPyConnection, name: str, given: Sequence[tuple[str, str]], where: Location
) -> None:
    """Raises DataError for a table with more text than is read, or with a cell that is too long."""
    texts = [quoted(column) for column, kind in given if kind not in PLAIN]
    if not texts:
        return
    lengths = [f"strlen(CAST({column} AS VARCHAR))" for column in texts]
    total, longest = connection.execute(
        f"SELECT sum({' + '.join(f'coalesce({one}, 0)' for one in lengths)}), max(greatest({', '.join(lengths)}, 0)) "
        f"FROM read_parquet({name})"
    ).fetchone() or (0, 0)
    if (longest or 0) > LONGEST_CELL:
        raise DataError(f"a cell has {longest:,} characters; at most {LONGEST_CELL:,} are read", where)
    if (total or 0) > MOST_TEXT:
        raise DataError(f"the cells have {total:,} characters; at most {MOST_TEXT:,} are read", where)


PLAIN = frozenset(
    "BOOLEAN TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT FLOAT DOUBLE DATE TIMESTAMP".split()
)
CUT = "cut off while it was written? write it anew"


def _whole(copy: Path, where: Location) -> None:
    """Raises DataError for a file without a beginning, an end, or a footer of a size that is possible."""
    size = copy.stat().st_size
    with copy.open("rb") as file:
        head = file.read(4)
        file.seek(max(size - 8, 0))
        tail = file.read(8)
    if head != MARK:
        raise DataError("this is not a Parquet file", where, "it must begin with PAR1")
    if size < 12 or tail[4:] != MARK:
        raise DataError("this Parquet file is only half written: its end is missing", where, CUT)
    footer = int.from_bytes(tail[:4], "little")
    if footer > min(size - 12, MOST_FOOTER):
        raise DataError(f"this Parquet file says that its footer has {footer:,} bytes", where, CUT)
