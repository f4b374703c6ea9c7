"""CSV and TSV as a curator has them: other encodings, semicolons, a title above the header, lines of other lengths.

Whatever is guessed is told. Never reads a file whole: duckdb reads it piece by piece, and Python only its beginning,
unless a place has to be found.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from installation.data.files import PIECE
from installation.data.own.raw import LONGEST_CELL, TOLD, Raw, counted, database, headers, keep, read_csv, spooled
from installation.errors import DataError, Location, Problem, visible

LIMIT = 512 << 20
"""Most bytes of a text file."""

HEAD = 256 << 10
"""Bytes from which encoding, delimiter and header are guessed."""

RECORDS = 50
_NUMBER = re.compile(r"\s*[-+−]?[0-9.,\s]*\s*")
ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1")
_OTHERS = (
    (b"PK\x03\x04", "a spreadsheet", "rename it .xlsx (or .ods, as its program has it), or save it as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet (.xls)", "open it, and save it as .xlsx or as CSV"),
    (b"PAR1", "a Parquet file", "rename it .parquet"),
    (b"%PDF", "a PDF", "save the table in it as CSV"),
)
"""How files begin that are no text, what they are, and what to do."""
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, slots=True)
class Stated:
    """What a descriptor says of how a file is written; "" and 0 where it leaves that to be guessed."""

    encoding: str = ""
    delimiter: str = ""
    header_row: int = 0
    sheet: str = ""


def read_text(copy: Path, path: str, work: Path, key: str, stated: Stated) -> Raw:
    """A table from a copy of a CSV or TSV file at `path`. Raises DataError for what is no such file."""
    where = Location(path)
    encoding, told = _encoding(copy, where, stated.encoding)
    plain, lines = _plain(copy, encoding, work / f"{key}.txt", where)
    with plain.open(encoding="utf-8", newline="") as file:
        head = file.read(HEAD)
    if not head.strip():
        raise DataError("the file is empty", where)
    delimiter = stated.delimiter or _delimiter(head, path)
    begun = _begun(head, delimiter)
    header = _header(begun, stated.header_row, where)
    line, cells = begun[header]
    kept = _without_tail(cells, begun[header + 1 :])
    names, doubts = headers(kept, lambda _: Location(path, line))
    told += doubts
    if len(kept) < len(cells):
        said = f"{counted(len(cells) - len(kept), 'empty column')} at the end"
        told.append(Problem(said, Location(path, line), "left out; nothing to do"))
    if header and not stated.header_row:
        said = f"the header is taken from line {line}; {counted(header, 'line')} above it left out"
        told.append(
            Problem(said, Location(path, line), f'state it in the descriptor: "dialect": {{"headerRows": [{line}]}}')
        )
    if not stated.delimiter and delimiter not in ",\t":
        said = f"its columns are parted by {DELIMITERS.get(delimiter, 'another character')}"
        told.append(Problem(said, Location(path, line), f'state it: "dialect": {{"delimiter": "{delimiter}"}}'))
    # The header's record may have several lines, so the first line below is where the next record begins.
    skip = begun[header + 1][0] - 1 if header + 1 < len(begun) else line + len(_lines("".join(cells))) - 1
    import duckdb

    stored, wrong = work / f"{key}.raw.parquet", list[Problem]()
    width = len(cells)
    try:
        with database(work) as connection:
            chosen = ", ".join(f"c{i}" for i in range(len(names)))
            count = keep(connection, f"SELECT {chosen} FROM {read_csv(plain, width, delimiter, skip)}", stored, width)
    except duckdb.Error:
        count, wrong = _mended(plain, path, work, key, delimiter, skip, len(names), width)
    places = _Places(plain, delimiter, skip, count, lines)
    return Raw(key, path, stored, names, places, line, "", 0, encoding, delimiter, tuple(told), tuple(wrong))


# -- encoding --------------------------------------------------------------------------------------------------------


def _encoding(copy: Path, where: Location, stated: str) -> tuple[str, list[Problem]]:
    """A text file's encoding, and what has to be said of it. Reads the file once."""
    with copy.open("rb") as file:
        head = file.read(4096)
    for begun, what, hint in _OTHERS:
        if head.startswith(begun):
            raise DataError(f"this is {what} saved as {Path(where.path).suffix}", where, hint)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        found = "utf-16"
    elif len(head) > 8 and head[1::2].count(0) > len(head) // 4:
        found = "utf-16-le"
    elif len(head) > 8 and head[::2].count(0) > len(head) // 4:
        found = "utf-16-be"
    else:
        byte = _not_utf8(copy)
        if stated and stated != "utf-8":
            return stated, []
        if byte is None:
            return "utf-8", []
        if stated:
            raise DataError(f"byte {byte:,} is not UTF-8, which the descriptor says it is", _line_at(copy, byte, where))
        found = "cp1252" if _decodes(copy, "cp1252") else "latin-1"
        said = f"byte {byte:,} is not UTF-8: the file is read as {_told(found)}"
        hint = f'look at its accents; save it as UTF-8, or state "encoding": "{found}"'
        return found, [Problem(said, _line_at(copy, byte, where), hint)]
    if stated and not stated.startswith("utf-16"):
        raise DataError(f"this is UTF-16; the descriptor says {stated}", where)
    return stated or found, [] if stated else [
        Problem("the file is UTF-16", where, "it is read; save it as UTF-8 all the same")
    ]


def _told(encoding: str) -> str:
    return {"cp1252": "Windows-1252 (Western Europe)", "latin-1": "Latin-1"}.get(encoding, encoding)


def _not_utf8(copy: Path) -> int | None:
    """Where a file stops to be UTF-8; None when it doesn't."""
    decoder, before = codecs.getincrementaldecoder("utf-8")(), 0
    with copy.open("rb") as file:
        while chunk := file.read(PIECE):
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return before - held + error.start
            before += len(chunk)
    held = len(decoder.getstate()[0])
    return before - held if held else None


def _decodes(copy: Path, encoding: str) -> bool:
    try:
        with copy.open(encoding=encoding, newline="") as file:
            while file.read(PIECE):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _line_at(copy: Path, byte: int, where: Location) -> Location:
    line = 1
    with copy.open("rb") as file:
        for start in range(0, byte, PIECE):
            line += file.read(min(PIECE, byte - start)).count(b"\n")
    return Location(where.path, line)


def _plain(copy: Path, encoding: str, to: Path, where: Location) -> tuple[Path, int]:
    """The file as UTF-8 with LF, and how many line ends it has. Raises DataError for what is no text.

    What is so already is not written again.
    """
    with copy.open("rb") as file:
        head = file.read(PIECE)
    as_it_is = (
        encoding == "utf-8" and not head.startswith(codecs.BOM_UTF8) and not (b"\r" in head and b"\n" not in head)
    )
    lines = 0
    try:
        with copy.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as file:
            out = None if as_it_is else to.open("w", encoding="utf-8", newline="")
            try:
                for piece in iter(partial(file.read, PIECE), ""):
                    lone = "\n" not in piece
                    if lone and len(piece) == PIECE and "\r" not in piece:
                        raise DataError(f"a line is longer than {PIECE:,} characters", Location(where.path, lines + 1))
                    if "\0" in piece:
                        raise DataError("the file has NUL bytes: it is not text", Location(where.path, lines + 1))
                    if out:
                        piece = re.sub(r"\r\n?", "\n", piece) if lone else piece
                        out.write(piece)
                    lines += piece.count("\n")
            finally:
                if out:
                    out.close()
    except UnicodeDecodeError as error:
        said = f"the file is not {encoding}: {error.reason}"
        raise DataError(said, Location(where.path, lines + 1), "state another encoding, or save it as UTF-8") from None
    return (copy if as_it_is else to), lines


# -- shape -----------------------------------------------------------------------------------------------------------


def _lines(text: str) -> list[str]:
    return text.split("\n")


def _begun(head: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """The first records that are not blank, each with the line that it begins on."""
    found: list[tuple[int, list[str]]] = []
    reader, line = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((line, cells))
            line = reader.line_num + 1
            if len(found) > RECORDS:
                break
    except csv.Error:
        pass  # what is wrong is told by the strict reading
    if len(found) > 1 and len(head) >= HEAD and len(found) <= RECORDS:
        found.pop()  # it may be cut
    return found


def _delimiter(head: str, path: str) -> str:
    """The character that parts most records into the same number of cells."""
    best, most = "\t" if path.lower().endswith(".tsv") else ",", 0.0
    for delimiter in DELIMITERS:
        begun = [cells for _, cells in _begun(head, delimiter) if len(cells) > 1]
        widths = Counter(map(len, begun))
        # A first record of numbers alone is no header: the comma in it is a decimal one.
        if widths and not all(map(_NUMBER.fullmatch, begun[0])):
            _, same = widths.most_common(1)[0]
            if same > most * 1.2:
                best, most = delimiter, float(same)
    return best


def _header(begun: Sequence[tuple[int, list[str]]], stated: int, where: Location) -> int:
    """Which of the first records is the header: the first one that is no title above it."""
    if stated:
        for i, (line, _) in enumerate(begun):
            if line == stated:
                return i
        message = f"the descriptor says that the header is line {stated}; no record begins there"
        raise DataError(message, where, f"at most {RECORDS} records may stand above it")
    if not begun:
        raise DataError("the file has no record that can be read", where)
    usual = Counter(len(cells) for _, cells in begun).most_common(1)[0][0]
    for i, (_, cells) in enumerate(begun):
        if usual < 3 or sum(1 for cell in cells if cell.strip()) > 1:
            return i
    return 0


def _without_tail(cells: list[str], below: Sequence[tuple[int, list[str]]]) -> list[str]:
    """A header without the empty columns at its end that have nothing below them either."""
    width = len(cells)
    while width > 1 and not cells[width - 1].strip():
        if any(row[width - 1].strip() for _, row in below if len(row) >= width):
            break
        width -= 1
    return cells[:width]


# -- records of other lengths --------------------------------------------------------------------------------------------


def records(plain: Path, delimiter: str, skip: int, *, strict: bool = True) -> Iterator[tuple[int, list[str]]]:
    """The records below the first `skip` lines, each with the line that it begins on; blank lines are none."""
    with plain.open(encoding="utf-8", newline="") as file:
        for _ in range(skip):
            file.readline()
        reader, line = csv.reader(file, delimiter=delimiter, strict=strict), skip + 1
        for cells in reader:
            if cells:
                yield line, cells
            line = skip + reader.line_num + 1


def _mended(
    plain: Path, path: str, work: Path, key: str, delimiter: str, skip: int, names: int, width: int
) -> tuple[int, list[Problem]]:
    """The table as Python reads it, each record brought to the header's length, and those that were not of it, told."""
    wrong: list[Problem] = []
    count = others = 0
    asked = False

    def whole() -> Iterator[Sequence[str]]:
        nonlocal count, others, asked
        for line, cells in records(plain, delimiter, skip):
            if len(cells) != width:
                others += 1
                if others <= TOLD:
                    what = f"{counted(len(cells), 'cell')}; expected {width}, as in the header"
                    begins = visible(cells[0][:40])
                    hint = "take the line out if it is a note" if len(cells) == 1 else f"it begins with {begins!r}"
                    if len(cells) > width and others == count + 1 and not asked:  # none before it is like the header
                        asked = True
                        hint = f'{hint}; is it the header? "dialect": {{"headerRows": [{line}]}}, without "schema", says so'
                    wrong.append(Problem(what, Location(path, line), hint))
            if max(map(len, cells)) > LONGEST_CELL:
                raise DataError(f"a cell has more than {LONGEST_CELL:,} characters", Location(path, line))
            count += 1
            yield (cells + [""] * names)[:names]

    try:
        spooled(work, key, whole(), names)
    except csv.Error as error:
        line = skip + 1
        with suppress(csv.Error):  # a cell without an end is one for this reading too
            for begins_on, _ in records(plain, delimiter, skip, strict=False):
                line = begins_on
        hint = "a quote that is opened and never closed, often"
        raise DataError(f"this is not CSV: {visible(str(error))}", Location(path, line), hint) from None
    if others > TOLD:
        wrong.append(Problem(f"{others - TOLD:,} more records have another number of cells", Location(path)))
    return count, wrong


class _Places:
    """On which line a row begins. Worked out when it is first asked, and only for files with cells of several lines."""

    def __init__(self, plain: Path, delimiter: str, skip: int, count: int, ends: int) -> None:
        self._read: Callable[[], Iterator[tuple[int, list[str]]]]
        self._read = partial(records, plain, delimiter, skip, strict=False)
        self._skip = skip
        self._even = ends - skip in (count, count - 1)
        self._lines = array("I")

    def __call__(self, row: int) -> int:
        if self._even:
            return self._skip + 1 + row
        if not self._lines:
            self._lines.extend(line for line, _ in self._read())
        return self._lines[row] if row < len(self._lines) else 0
