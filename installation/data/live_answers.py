"""Reads the raw answers of live sources as records: their own column names to plain values, a dict a row.

An answer comes from outside and may be anything: a portal's log-in page, half a file, an error told with status 200. What
can't be read is a DataError that says what came instead; nothing else is ever raised. Opens nothing. Called by `refresh`.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from installation.data.live_source import Live
from installation.errors import DataError

Cell: TypeAlias = str | int | float | bool | None
Record: TypeAlias = dict[str, Cell]

LONGEST = 20_000
"""Characters of one cell."""
MOST_COLUMNS = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """The records of one answer; the address of the next one if it names one; how many pages there are, if it says."""

    records: list[Record]
    link: str = ""
    pages: int = 1


def parse(live: Live, body: bytes, keyed: bool = False) -> Page:
    """An answer's records; `keyed`: it was asked with a key. Raises DataError for what isn't what this source gives."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"byte {error.start} of the answer is not UTF-8") from None
    if text[:400].lstrip().lower().startswith(("<!doctype html", "<html")):
        hint = "is a log-in page of the building's network in between?"
        raise DataError("a web page came instead of data", hint=hint)
    if live.kind in ("csv", "oecd"):
        return Page(_csv(text))
    found = _JSON[live.kind](_json(text), live)
    if found.records and len(found.records) == live.how.cut[keyed]:
        hint = "ask for less at a time in live.query"
        raise DataError(f"the answer has exactly {len(found.records):,} rows: the service cuts off there", hint=hint)
    return found


def reading(topic: str, payload: bytes, received: str) -> Record:
    """A sensor's message as a record: `topic`, its parts as topic_1, topic_2 ..., `received`, and what it says.

    A bare number or word is `value`; an object's members stand under their own names. Raises DataError.
    """
    record: Record = {"topic": topic, "received": received}
    record.update({f"topic_{i}": part for i, part in enumerate(topic.split("/")[:32], 1)})
    try:
        text = payload.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise DataError(f"a message of {topic[:80]} is not UTF-8") from None
    try:
        said = _json(text)
    except DataError:
        if text[:1] in ("{", "["):
            raise DataError(f"a message of {topic[:80]} is not whole JSON") from None
        said = text
    given = _flat(said) if isinstance(said, dict) else {"value": _cell(said)}
    return {**given, **record}


def _json(text: str) -> Any:
    def refuse(word: str) -> Any:
        raise DataError(f"the answer has {word}, which is not a number in JSON")

    try:
        return json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        begun, ended = text.lstrip()[:1] in ("[", "{"), text.rstrip()[-1:] in ("]", "}")
        what = "the answer is cut off" if begun and not ended else "the answer is not JSON"
        raise DataError(f"{what}: line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise DataError("the answer is nested too deeply") from None
    except ValueError:  # a whole number of thousands of digits
        raise DataError("the answer has a number that can't be read") from None


def _csv(text: str) -> list[Record]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[Record] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        while header and not header[-1]:
            header.pop()  # empty trailing columns
        if not header or len(header) > MOST_COLUMNS:
            raise DataError("the answer is empty" if not header else f"the answer has {len(header)} columns")
        if twice := sorted({name for name in header if header.count(name) > 1}):
            raise DataError(f'the answer has the column "{twice[0][:60]}" twice')
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) < len(header) or any(cells[len(header) :]):
                message = f"line {reader.line_num} of the answer has {len(cells)} cells; expected {len(header)}"
                raise DataError(message, hint="it may have been cut off")
            records.append({name: _cell(cell) for name, cell in zip(header, cells, strict=False)})
    except csv.Error as error:
        raise DataError(f"the answer is not CSV, at line {reader.line_num}: {error}") from None
    return records


# -- publishers ------------------------------------------------------------------------------------------------------------


def _who(answer: Any, live: Live) -> Page:
    rows = _object(answer).get("value")
    link = answer.get("@odata.nextLink") or ""
    if not isinstance(link, str):
        raise DataError("the link to the next page is no text")
    return Page(_rows(rows, '"value"'), link)


def _worldbank(answer: Any, live: Live) -> Page:
    if isinstance(answer, list) and len(answer) == 1 and isinstance(answer[0], dict) and "message" in answer[0]:
        told = answer[0]["message"]
        first = told[0] if isinstance(told, list) and told else told
        raise DataError(f"the World Bank answers: {_said(first)}")
    if not (isinstance(answer, list) and len(answer) == 2 and isinstance(answer[0], dict)):
        raise DataError("the answer is not the World Bank's pair of [about, rows]")
    pages = _whole(answer[0].get("pages", 1))
    return Page(_rows(answer[1] or [], "the second part"), pages=pages)


def _socrata(answer: Any, live: Live) -> Page:
    if isinstance(answer, dict):
        raise DataError(f"the service answers: {_said(answer)}")
    return Page(_rows(answer, "the answer"))


def _comtrade(answer: Any, live: Live) -> Page:
    given = _object(answer)
    if given.get("error"):
        raise DataError(f"Comtrade answers: {_said(given['error'])}")
    return Page(_rows(given.get("data"), '"data"'))


def _plain_json(answer: Any, live: Live) -> Page:
    for step in filter(None, live.rows.split(".")):
        if not isinstance(answer, dict) or step not in answer:
            raise DataError(f'the answer has no "{live.rows}"', hint="live.rows says where the rows lie")
        answer = answer[step]
    return Page(_rows(answer, f'"{live.rows}"' if live.rows else "the answer"))


_JSON: Mapping[str, Callable[[Any, Live], Page]] = {
    "who": _who,
    "worldbank": _worldbank,
    "socrata": _socrata,
    "comtrade": _comtrade,
    "json": _plain_json,
}


# -- parts -----------------------------------------------------------------------------------------------------------------


def _object(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise DataError("the answer is not a JSON object")
    if "error" in answer and "value" not in answer and "data" not in answer:
        raise DataError(f"the service answers: {_said(answer['error'])}")
    return answer


def _rows(rows: Any, where: str) -> list[Record]:
    if not isinstance(rows, list):
        raise DataError(f"{where} is not a list of rows")
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise DataError(f"row {number} of the answer is not an object")
    return [_flat(row) for row in rows]


def _flat(row: Mapping[str, Any]) -> Record:
    """A row with its inner objects' members beside its own, as `country.id`; lists are left out."""
    record: Record = {}
    for name, value in row.items():
        if isinstance(value, dict):
            record.update(
                {f"{name}.{inner}": _cell(v) for inner, v in value.items() if not isinstance(v, (dict, list))}
            )
        elif not isinstance(value, list):
            record[name] = _cell(value)
    if len(record) > MOST_COLUMNS:
        raise DataError(f"a row of the answer has {len(record)} columns")
    return record


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        if len(value) > LONGEST:
            raise DataError(f"a cell of the answer has {len(value):,} characters")
        return value.replace("\u00a0", " ").strip() or None
    if isinstance(value, float) and not math.isfinite(value):  # 1e999
        raise DataError("the answer has a number that is too large")
    return value if isinstance(value, (int, float, bool)) else None


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise DataError("the answer doesn't say how many pages there are") from None


def _said(value: Any) -> str:
    """What a service says of an error, short and on one line."""
    if isinstance(value, dict):
        value = next(
            (value[k] for k in ("value", "message", "description", "key") if isinstance(value.get(k), str)), value
        )
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else " " for c in text)[:200]
