"""JSON (a list of objects) and GeoJSON (features, each placed by its centroid), object by object.

Only one object is held besides the text. What JSON does not allow (NaN, Infinity, one key twice) is refused here too.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from installation.data.own.geometry import centroid
from installation.data.own.raw import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, TOLD, Raw, headers, spooled, text_of
from installation.errors import DataError, Location, Problem, visible

LIMIT = 64 << 20
"""Most bytes of a JSON file: its text is held whole."""

BLANK = re.compile(r"[ \t\r\n]*")
LIST_KEYS = ("data", "rows", "records", "value", "values", "results", "items", "features")
"""Where exporters put the list, when they wrap it in an object."""


class _Refused(ValueError):
    """Something that Python would read and JSON does not allow."""


def read_records(copy: Path, path: str, work: Path, key: str) -> Raw:
    """A table from a copy of a JSON or GeoJSON file at `path`. Raises DataError with the line and column."""
    text = _text(copy, path)
    reading = _Reading(text, path)
    told: list[Problem] = []
    wrong: list[Problem] = []
    with (work / f"{key}.objects").open("w", encoding="utf-8", errors="replace") as file:
        lines, names = array("I"), dict[str, int]()
        nested: dict[str, int] = {}
        for offset, given in reading.objects():
            line = reading.line(offset)
            if not isinstance(given, dict):
                raise DataError(f"this is {_kind(given)}; expected an object", reading.where(offset), WANTED)
            if given.get("type") == "Feature":
                given = _feature(given, reading.where(offset), wrong)
            cells: dict[int, str] = {}
            for name, value in given.items():
                if name not in names and len(names) == MOST_COLUMNS:
                    message = f"the objects have more than {MOST_COLUMNS} different keys"
                    raise DataError(message, reading.where(offset), "a list of rows, each with the same few keys")
                column = names.setdefault(name, len(names))
                if isinstance(value, (dict, list)):
                    nested.setdefault(name, line)
                    value = json.dumps(value, ensure_ascii=False)
                if isinstance(value, float) and not math.isfinite(value):
                    raise DataError(f'"{visible(name)[:60]}" is too large for a number', reading.where(offset))
                cells[column] = text_of(value)
                if len(cells[column]) > LONGEST_CELL:
                    message = f'"{visible(name)[:60]}" has more than {LONGEST_CELL:,} characters'
                    raise DataError(message, reading.where(offset))
            lines.append(line)
            json.dump(cells, file)
            file.write("\n")
            if len(lines) > MOST_ROWS:
                raise DataError(f"the file has more than {MOST_ROWS:,} objects", Location(path))
    if not names:
        raise DataError("the file has no object with a key", Location(path), WANTED)
    first = lines[0] if lines else 1
    tidy, doubts = headers(list(names), lambda _: Location(path, first))
    for name, line in nested.items():
        message = f'"{visible(name)[:60]}" holds lists or objects: they are kept as text'
        told.append(Problem(message, Location(path, line), "give each value a key of its own"))
    stored = spooled(work, key, _rows(work / f"{key}.objects", len(names)), len(names))
    if len(wrong) > TOLD:
        wrong[TOLD:] = [Problem(f"{len(wrong) - TOLD:,} more geometries can't be used", Location(path))]
    return Raw(key, path, stored, tidy, _At(lines), first, told=(*told, *doubts), wrong=tuple(wrong))


WANTED = 'a list of objects, [{"place": "Kenya", "value": 1.5}, …], or a GeoJSON FeatureCollection'


class _At:
    """On which line each object begins."""

    def __init__(self, lines: array[int]) -> None:
        self._lines = lines

    def __call__(self, row: int) -> int:
        return self._lines[row] if row < len(self._lines) else 0


def _rows(objects: Path, columns: int) -> Iterator[list[str]]:
    with objects.open(encoding="utf-8") as file:
        for line in file:
            row = [""] * columns
            for column, cell in json.loads(line).items():
                row[int(column)] = cell
            yield row


def _feature(given: dict[str, Any], where: Location, wrong: list[Problem]) -> dict[str, Any]:
    """A GeoJSON feature as a row: its properties, its id, and lon and lat where its geometry lies."""
    properties = given.get("properties") or {}
    if not isinstance(properties, dict):
        raise DataError(f"the feature's properties are {_kind(properties)}; expected an object", where)
    row = dict(properties)
    if "id" in given and "id" not in row:
        row["id"] = given["id"]
    for name in ("lon", "lat"):
        if name in row:
            row[f"{name}_given"] = row.pop(name)
    row["lon"] = row["lat"] = None
    if given.get("geometry") is not None:
        try:
            lon, lat = centroid(given["geometry"])
            row["lon"], row["lat"] = round(lon, 6), round(lat, 6)
        except (ValueError, OverflowError) as error:
            wrong.append(Problem(visible(str(error)), where))
    return row


def _text(copy: Path, path: str) -> str:
    raw = copy.read_bytes()
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        said = f"byte {error.start:,} is not {encoding.removesuffix('-sig').upper()}"
        raise DataError(said, Location(path, line), "save it as UTF-8") from None


class _Reading:
    """Reads a text of JSON one object at a time, and knows where each begins."""

    def __init__(self, text: str, path: str) -> None:
        self._text, self._path = text, path
        self._decoder = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant)
        self._seen, self._line = 0, 1

    def line(self, offset: int) -> int:
        """The line of an offset; asked in the order of the text."""
        self._line += self._text.count("\n", self._seen, offset)
        self._seen = offset
        return self._line

    def where(self, offset: int) -> Location:
        before = self._text.rfind("\n", 0, offset)
        return Location(self._path, self._text.count("\n", 0, offset) + 1, offset - before)

    def objects(self) -> Iterator[tuple[int, Any]]:
        """The items of the file's list, each with its offset. Raises DataError."""
        try:
            start = self._list()
            yield from self._items(start)
        except json.JSONDecodeError as error:
            said = f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
            raise DataError(visible(said), self.where(error.pos), "cut off while it was written?") from None
        except _Refused as error:
            raise DataError(visible(str(error)), self.where(self._seen)) from None
        except RecursionError:
            raise DataError("the file is nested too deeply", self.where(self._seen)) from None
        except ValueError as error:  # a whole number of thousands of digits
            told = "thousands of digits" if "integer string" in str(error) else str(error)
            raise DataError(f"a number can't be read: {told}", self.where(self._seen)) from None

    def _blank(self, offset: int) -> int:
        found = BLANK.match(self._text, offset)
        return found.end() if found else offset

    def _list(self) -> int:
        """Where the list of rows begins: the file's own, or that of the one object that wraps it."""
        start = self._blank(0)
        if self._text[start : start + 1] == "[":
            return start
        if self._text[start : start + 1] != "{":
            raise json.JSONDecodeError("expected a list", self._text, start)
        offset = start + 1
        while True:
            offset = self._blank(offset)
            if self._text[offset : offset + 1] != '"':
                break
            key, offset = self._decoder.raw_decode(self._text, offset)
            offset = self._blank(offset)
            if self._text[offset : offset + 1] != ":":
                raise json.JSONDecodeError("expected a colon", self._text, offset)
            offset = self._blank(offset + 1)
            if key in LIST_KEYS and self._text[offset : offset + 1] == "[":
                return offset
            _, offset = self._decoder.raw_decode(self._text, offset)
            offset = self._blank(offset)
            if self._text[offset : offset + 1] != ",":
                break
            offset += 1
        raise DataError("the file is one object, and has no list of rows", self.where(start), WANTED)

    def _items(self, start: int) -> Iterator[tuple[int, Any]]:
        text, decode, offset = self._text, self._decoder.raw_decode, self._blank(start + 1)
        if text[offset : offset + 1] == "]":
            return
        while True:
            value, end = decode(text, offset)
            yield offset, value
            end = self._blank(end)
            if text[end : end + 1] == "]":
                if text[self._blank(0)] == "[" and (rest := self._blank(end + 1)) < len(text):
                    raise json.JSONDecodeError("expected the end of the file", text, rest)
                return
            if text[end : end + 1] != ",":
                raise json.JSONDecodeError("expected a comma or the end of the list", text, end)
            offset = self._blank(end + 1)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen = set[str]()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Refused(f'the key "{twice[:60]}" is given twice')
    return found


def _constant(word: str) -> Any:
    raise _Refused(f"{word} is not a number in JSON; a missing value is null")


def _kind(value: Any) -> str:
    kinds: dict[type, str] = {list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")
