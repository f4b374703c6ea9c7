"""A table as its file has it: every cell as text, in a Parquet file of the engine's own, with the way back to its place.

All readers (`text`, `records`, `workbook`, `columnar`) end here, so that types are worked out in one way for every
kind of file. The person's file is never opened by duckdb: it sees only copies in a work folder.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from installation.data.locked import lock, open_database
from installation.data.sql import literal
from installation.errors import DataError, Location, Problem, visible

if TYPE_CHECKING:
    import duckdb

MOST_COLUMNS = 512
MOST_ROWS = 20_000_000
LONGEST_CELL = 100_000
"""Columns and rows of one table, and characters of one cell."""

MEMORY = "512MB"
TOLD = 10
"""Problems of one kind that are told, one by one."""

_BENIGN = re.compile("[\xad\u200b\u200e\u200f\u061c\u2060\ufeff]")
"""What spreadsheets and web pages leave in a header, and nobody sees."""


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """A table with all its cells as text.

    `stored` is a Parquet file with the columns c0, c1, … (VARCHAR, NULL where a cell is empty), one for each of
    `names`, in the file's order. `line` gives the line (or row) of the person's file that a row, counted from 0, begins
    on. `told` is what the reader made the best of, and says so; `wrong` is what makes the table unfit to play. `key` is
    what the table is called in SQL; `sheet` and `first_column` (from 0) say where it stands in a spreadsheet.
    """

    key: str
    path: str
    stored: Path
    names: tuple[str, ...]
    line: Callable[[int], int]
    header_line: int = 1
    sheet: str = ""
    first_column: int = 0
    encoding: str = "utf-8"
    delimiter: str = ""
    told: tuple[Problem, ...] = ()
    wrong: tuple[Problem, ...] = ()

    def where(self, row: int | None, column: int = -1) -> Location:
        """The place of a row (counted from 0), or of the header; with its column where the file has such a thing."""
        path = f"{self.path}[{self.sheet}]" if self.sheet else self.path
        line = self.header_line if row is None else self.line(row)
        return Location(path, line, self.first_column + column + 1 if self.sheet else 0)

    @property
    def source(self) -> str:
        """It as SQL for a FROM; the column file_row_number counts its rows from 0."""
        return f"read_parquet({literal(str(self.stored))}, file_row_number = true)"


@contextmanager
def database(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A duckdb that may read and write in the folder `home` and nowhere else, one thread and little memory.

    Raises DataError for what it can't do.
    """
    import duckdb

    connection = open_database(MEMORY)
    try:
        lock(connection, folders=[f"{home}/"])
        yield connection
    except duckdb.OutOfMemoryException:
        raise DataError(
            f"reading it needs more than {MEMORY} of memory", hint="fewer columns, or shorter cells"
        ) from None
    finally:
        connection.close()


def keep(connection: duckdb.DuckDBPyConnection, select: str, to: Path, columns: int) -> int:
    """Writes the rows of a SELECT to a Parquet file; how many they are. A LIMIT must be able to follow the SELECT.

    Raises DataError when they are too many.
    """
    group = max(2048, min(122_880, 2_000_000 // max(columns, 1)) // 2048 * 2048)
    form = f"FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {group}"
    found = connection.execute(f"COPY ({select} LIMIT {MOST_ROWS + 1}) TO {literal(str(to))} ({form})").fetchone()
    count = int(found[0]) if found else 0
    if count > MOST_ROWS:
        raise DataError(f"the table has more than {MOST_ROWS:,} rows", hint="aggregate it before, or split the file")
    return count


def spooled(work: Path, key: str, rows: Iterable[Sequence[str]], columns: int) -> Path:
    """Rows of text cells, as many as `columns` in each, as the Parquet file that a Raw wants."""
    draft, to = work / f"{key}.draft.csv", work / f"{key}.raw.parquet"
    with draft.open("w", encoding="utf-8", errors="replace", newline="") as file:
        csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    with database(work) as connection:
        keep(connection, f"SELECT * FROM {read_csv(draft, columns)}", to, columns)
    draft.unlink()
    return to


def read_csv(path: Path, columns: int, delimiter: str = ",", skip: int = 0) -> str:
    """A UTF-8 CSV file as SQL for a FROM: text columns c0, c1, …; strict, nothing guessed."""
    typed = ", ".join(f"c{i}: 'VARCHAR'" for i in range(columns))
    return (
        f"read_csv({literal(str(path))}, auto_detect = false, header = false, delim = {literal(delimiter)}, quote = '\"', "
        f"escape = '\"', skip = {skip}, columns = {{{typed}}}, max_line_size = 4000000)"
    )


def headers(given: Sequence[object], place: Callable[[int], Location]) -> tuple[tuple[str, ...], list[Problem]]:
    """The columns' names, each once, and what had to be done for that. `place` says where a column's header stands.

    Raises DataError for more columns than are read, and for names with control characters or such as turn the writing
    round: a name that is not what it looks like has no place on a wall.
    """
    if len(given) > MOST_COLUMNS:
        raise DataError(f"the table has {len(given):,} columns; at most {MOST_COLUMNS} are read", place(0))
    names: list[str] = []
    told: list[Problem] = []
    taken: set[str] = set()
    for i, cell in enumerate(given):
        name = tidy_name(str(cell or ""), f"the name of column {i + 1}", place(i))
        if not name:
            name = f"column_{i + 1}"
            told.append(Problem(f"column {i + 1} has no name", place(i), f'it is called "{name}"; give it a header'))
        unique, number = name, 1
        while unique.lower() in taken:
            number += 1
            unique = f"{name}_{number}"
        if unique != name:
            hint = f'the second is called "{unique}"; give each a name of its own (small and capital letters are one)'
            told.append(Problem(f'there are two columns "{name}"', place(i), hint))
        taken.add(unique.lower())
        names.append(unique)
    return tuple(names), told


def tidy_name(text: str, what: str, where: Location) -> str:
    """A name as it was meant: one line, no stray blanks. Raises DataError for what can't be seen in it."""
    name = " ".join(unicodedata.normalize("NFC", _BENIGN.sub("", text[:1000])).split())
    if visible(name.replace("\u200c", "").replace("\u200d", "")) != name.replace("\u200c", "").replace("\u200d", ""):
        message = f'{what} has characters that hide or turn what is written: "{visible(name)[:80]}"'
        raise DataError(message, where, "type the name anew")
    if len(name) > 120:
        raise DataError(f'{what} has {len(name)} characters: "{name[:40]}…"', where, "at most 120; is this a header?")
    return name


def key_of(text: str, taken: Iterable[str] = (), usual: str = "rows") -> str:
    """What a table is called in SQL: small letters, digits and _."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:50]
    key = key if key[:1].isalpha() else f"{usual}_{key}".rstrip("_")
    unique, number, others = key, 1, set(taken)
    while unique in others:
        number += 1
        unique = f"{key}_{number}"
    return unique


def counted(number: int, noun: str) -> str:
    """`1 cell`, `1,200 cells`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def text_of(value: Any) -> str:
    """A cell's value as the text that types are worked out from; "" when it is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)
