"""What looks wrong with a table, to a person who has seen many: each thing with its place and what to do about it.

Nothing here changes a value, and nothing keeps a table from being played: a flag is a question to the curator.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from installation.data.own.guess import MISSING, PERCENT, Profile, is_year
from installation.data.own.raw import Raw, counted, database
from installation.data.own.rules import Rule, shortened
from installation.errors import Problem, visible

if TYPE_CHECKING:
    import duckdb

FEW = 3
"""Places told of one thing in one column; the rest are counted."""

FAR = 6.0
"""Robust z beyond which a value is told: 0.6745 |x - median| / MAD (Iglewicz and Hoaglin 1993, who say 3.5; data of the
world has longer tails)."""

FACTOR = 5.0
"""Times larger or smaller than the median, or than the year before, before a value is told."""

PLACEHOLDERS = (-9, -99, -999, -9999, -99999, 99, 999, 9999, 99999, 999999)

_FOOTNOTE = re.compile(r"[-+−]?[0-9][0-9.,]*\s*([*†‡§¹²³⁴⁵⁶⁷⁸⁹]+|\([a-z0-9]{1,2}\)|\[[a-z0-9]{1,2}\])")
_NAME_NOTE = re.compile(r"[^\W\d_]{3,}(\s[^\W\d_]+)*([0-9]|[*†‡¹²³⁴-⁹]+)")
_WITH_UNIT = re.compile(r"[-+−]?[0-9][0-9.,]*\s*([^\W\d_][^\d]{0,11}|%|€|£|\$)")
_GARBLED = re.compile("Ã[\x80-\xbf©¨¼¶¤Ÿ±³¡\xad]|â€|Â[\xa0-\xbf]|\ufffd")
_TOTAL = re.compile(
    r"(grand |sub-?)?totals?|totals? .*|all( countries)?|world( total)?|global|overall|average|mean|sum|welt|gesamt|"
    r"insgesamt|summe|monde|mundo|ensemble",
    re.IGNORECASE,
)
_DATED = re.compile(r"date|datum|fecha|day|tag\b|jour", re.IGNORECASE)
_PLACED = re.compile(r"(lon|lat|lng|longitude|latitude|x|y|id|code|fips|zip|postcode|phone)", re.IGNORECASE)


def flags(raw: Raw, rules: Sequence[Rule], profiles: Sequence[Profile], rows: int) -> Iterator[Problem]:
    """Everything about the cells of a table that looks wrong, column by column, then row by row."""
    with database(raw.stored.parent) as connection:
        for rule in rules:
            seen = profiles[rule.index]
            if not seen.filled:
                hint = "take it out, or say what it is for"
                yield Problem(f'column "{rule.field.name}" is empty', raw.where(None, rule.index), hint)
                continue
            yield from _cells(connection, raw, rule, seen)
            if rule.field.type == "string":
                yield from _text(raw, rule, seen)
            elif rule.field.type in ("integer", "number"):
                yield from _numbers(connection, raw, rule, seen)
        yield from _rows(connection, raw, rows)
        yield from _years(connection, raw, rules, profiles)


def _named(rule: Rule, said: str) -> str:
    return f'"{rule.field.name}": {said}'


# -- cells -----------------------------------------------------------------------------------------------------------


def _cells(connection: duckdb.DuckDBPyConnection, raw: Raw, rule: Rule, seen: Profile) -> Iterator[Problem]:
    """What any cell can have: blanks around it, characters that hide."""
    if seen.padded:
        row = connection.execute(
            f"SELECT min(file_row_number) FROM {raw.source} WHERE c{rule.index} <> trim(c{rule.index}, ?)",
            [" \t\r\n\xa0\u200b\u202f\ufeff"],
        ).fetchone()
        said = f"blanks stand around what {counted(seen.padded, 'cell')} of it say"
        yield Problem(
            _named(rule, said), raw.where(int(row[0] if row else 0), rule.index), "they are left out; nothing to do"
        )
    for text, _, at in seen.others:
        shown = text.replace("\u200c", "").replace("\u200d", "").replace("\n", "").replace("\xad", "")
        if visible(shown) != shown:
            said = f"{shortened(text)} has characters that hide or turn what is written"
            yield Problem(_named(rule, said), raw.where(at, rule.index), "type it anew")
            break
    for text, _, at in seen.others:
        if _GARBLED.search(text):
            said = f"{shortened(text)} looks garbled: UTF-8 that was read as another encoding"
            yield Problem(_named(rule, said), raw.where(at, rule.index), "export it again as UTF-8")
            break


def _text(raw: Raw, rule: Rule, seen: Profile) -> Iterator[Problem]:
    """What a column of text can have: numbers that are none, words for missing, one name in two spellings, totals."""
    known = [(text, count, row) for text, count, row in seen.others if text.lower() not in MISSING]
    total = sum(count for _, count, _ in known)
    units: Counter[str] = Counter()
    for text, count, _ in known:
        if found := _WITH_UNIT.fullmatch(text):
            units[found[1].strip().lower()] += count
    if units and units.total() + seen.numbers > 0.8 * (total + seen.numbers):
        yield _units(raw, rule, seen, units, known)
    elif seen.numbers > 0.5 * seen.filled and known:
        for text, _, row in known[:FEW]:
            note = _FOOTNOTE.fullmatch(text)
            said = (
                f"{shortened(text)} is a number with a footnote mark" if note else f"{shortened(text)} is not a number"
            )
            hint = "put the note in a column of its own" if note else "mend it, or list it under missingValues"
            yield Problem(
                _named(rule, f"{said}, and most cells are: the column stays text"), raw.where(row, rule.index), hint
            )
        if (more := total - sum(count for _, count, _ in known[:FEW])) > 0:
            yield Problem(
                _named(rule, f"{counted(more, 'more cell')} of no number"), raw.where(known[0][2], rule.index)
            )
    elif not seen.numbers:
        for text, _, row in [one for one in known if _NAME_NOTE.fullmatch(one[0])][:FEW]:
            if len(known) > 3 and any(text.rstrip("0123456789*†‡¹²³⁴⁵⁶⁷⁸⁹") == other for other, *_ in known):
                said = f"{shortened(text)} looks like a name with a footnote mark"
                yield Problem(_named(rule, said), raw.where(row, rule.index), "take the mark away")
    if words := [one for one in seen.others if one[0].lower() in MISSING and (total or seen.numbers)]:
        if not all(re.fullmatch("[A-Z]{2,3}", text) for text, *_ in known):  # NA is Namibia
            listed = ", ".join(shortened(text) for text, *_ in words[:5])
            count = sum(count for _, count, _ in words)
            said = f"{listed} in {counted(count, 'cell')}"
            yield Problem(
                _named(rule, said),
                raw.where(words[0][2], rule.index),
                "list them under missingValues if they mean that",
            )
    spelled: dict[str, str] = {}
    for text, _, row in known:
        plain = " ".join(text.casefold().split())
        if (other := spelled.setdefault(plain, text)) != text:
            said = f"{shortened(text)} and {shortened(other)} differ in capitals or blanks only"
            yield Problem(_named(rule, said), raw.where(row, rule.index), "write it in one way")
            break
    if len(known) > 3:
        for text, _, row in [one for one in known if _TOTAL.fullmatch(one[0])][:FEW]:
            hint = "take the row out, or leave it out in SQL: it is no place beside the others"
            yield Problem(_named(rule, f"{shortened(text)} looks like a total"), raw.where(row, rule.index), hint)


def _units(raw: Raw, rule: Rule, seen: Profile, units: Counter[str], known: Sequence[tuple[str, int, int]]) -> Problem:
    first = next(row for text, _, row in known if _WITH_UNIT.fullmatch(text))
    listed = ", ".join(f'"{visible(unit)}" in {count:,}' for unit, count in units.most_common(5))
    if len(units) == 1 and not seen.numbers:
        said = f'each number carries its unit, "{visible(next(iter(units)))}": the column stays text'
        return Problem(
            _named(rule, said), raw.where(first, rule.index), '"type": "number", "bareNumber": false, and its unit'
        )
    without = f", none in {seen.numbers:,}" if seen.numbers else ""
    hint = "bring all to one unit, and put it in the header"
    percent = [text for text, *_ in known if PERCENT.fullmatch(text)]
    if percent and seen.numbers and len(units) == 1:
        hint = f"{percent[0]} and plain numbers: are these shares (0 to 1) or percent?"
    return Problem(
        _named(rule, f"mixed units: {listed}{without}: the column stays text"), raw.where(first, rule.index), hint
    )


# -- numbers ---------------------------------------------------------------------------------------------------------


def values(connection: duckdb.DuckDBPyConnection, raw: Raw, rule: Rule) -> NDArray[np.float64]:
    """A column of numbers, float64 (rows,), NaN where it is missing."""
    got = connection.execute(f"SELECT CAST({rule.value} AS DOUBLE) AS v FROM {raw.source}").fetchnumpy()["v"]
    found: NDArray[np.float64] = np.ma.filled(np.ma.asarray(got, dtype=np.float64), np.nan)
    return found


def _numbers(connection: duckdb.DuckDBPyConnection, raw: Raw, rule: Rule, seen: Profile) -> Iterator[Problem]:
    """Placeholders, serial dates, values far from the others, two scales in one column."""
    given = values(connection, raw, rule)
    present = given[np.isfinite(given)]
    if not present.size or is_year(rule, float(present.min()), float(present.max())):
        return
    if (
        rule.field.type == "integer"
        and _DATED.search(rule.field.name)
        and 20_000 <= present.min() <= present.max() <= 60_000
    ):
        day = date(1899, 12, 30) + timedelta(days=int(present[0]))
        row = int(np.flatnonzero(np.isfinite(given))[0])
        said = f"{present[0]:g} looks like a day as spreadsheets count them ({day})"
        yield Problem(
            _named(rule, said), raw.where(row, rule.index), "format the column as a date, and export it again"
        )
        return
    stands = set[float]()
    for number in PLACEHOLDERS:
        if _stands_for_missing(present, number):
            stands.add(number)
            rows = np.flatnonzero(given == number)
            said = f"{number} in {counted(rows.size, 'cell')}: a placeholder for a missing value?"
            yield Problem(_named(rule, said), raw.where(int(rows[0]), rule.index), f'"missingValues": ["", "{number}"]')
    if _PLACED.fullmatch(rule.field.name):
        return
    given = np.where(np.isin(given, list(stands)), np.nan, given)
    if (scales := _two_scales(given)) is not None:
        row, count, of = scales
        said = f"{count:,} of {of:,} values are at least 100 times as large as all the others: two units?"
        yield Problem(_named(rule, said), raw.where(row, rule.index), "bring all to one unit")
        return
    rows, median = _outliers(given)
    for row in rows[:FEW]:
        said = f"{given[row]:g} is far from the others (median {median:g})"
        yield Problem(
            _named(rule, said), raw.where(int(row), rule.index), "right, or a slip? compare it with its source"
        )
    if len(rows) > FEW:
        yield Problem(
            _named(rule, f"{counted(len(rows) - FEW, 'more value')} as far"), raw.where(int(rows[FEW]), rule.index)
        )


def _stands_for_missing(present: NDArray[np.float64], number: float) -> bool:
    rest = present[present != number]
    if rest.size == present.size or not rest.size:
        return False
    if number < 0:
        return bool(rest.min() >= 0)
    return bool(rest.max() < number / 2 and rest.size > 3)


def _two_scales(given: NDArray[np.float64]) -> tuple[int, int, int] | None:
    """(first row of the larger ones, how many, of how many) where the values fall into two groups a factor 100 apart."""
    present = given[np.isfinite(given) & (given > 0)]
    if present.size < 20:
        return None
    logs = np.sort(np.log10(present))
    gaps = np.diff(logs)
    at = int(np.argmax(gaps))
    small, large = at + 1, present.size - at - 1
    if gaps[at] < 2.0 or min(small, large) < 0.05 * present.size:
        return None
    limit = 10 ** ((logs[at] + logs[at + 1]) / 2)
    return int(np.flatnonzero(given > limit)[0]), large, present.size


def _outliers(given: NDArray[np.float64]) -> tuple[NDArray[np.intp], float]:
    """The rows of values far from the others, the farthest first, and the median. None where many are far: a long tail."""
    finite = np.isfinite(given)
    present = given[finite]
    none = np.array([], dtype=np.intp)
    if present.size < 8:
        return none, 0.0
    median = float(np.median(present))
    positive = bool(present.min() > 0)
    shaped = np.log10(np.where(finite, given, 1.0)) if positive else given
    middle = np.median(shaped[finite])
    spread = float(np.median(np.abs(shaped[finite] - middle)))
    if not spread > 0:
        return none, median
    z = np.where(finite, 0.6745 * np.abs(shaped - middle) / spread, 0.0)
    far = z > FAR
    if positive:
        far &= np.abs(shaped - middle) > np.log10(FACTOR)
    rows = np.flatnonzero(far)
    if rows.size > max(3, 0.01 * present.size):
        return none, median
    return rows[np.argsort(-z[rows], kind="stable")], median


# -- rows ------------------------------------------------------------------------------------------------------------


def _rows(connection: duckdb.DuckDBPyConnection, raw: Raw, rows: int) -> Iterator[Problem]:
    """Rows that are there twice, and rows with nothing in them."""
    cells = ", ".join(f"c{i}" for i in range(len(raw.names)))
    empty = " AND ".join(f"c{i} IS NULL" for i in range(len(raw.names)))
    first, count = connection.execute(
        f"SELECT min(file_row_number), count(*) FROM {raw.source} WHERE {empty}"
    ).fetchone() or (0, 0)
    if count:
        yield Problem(f"{counted(int(count), 'empty row')}", raw.where(int(first)), "they are left out; nothing to do")
    twice = connection.execute(
        f"SELECT min(file_row_number), max(file_row_number), count(*) FROM {raw.source} WHERE NOT ({empty}) "
        f"GROUP BY hash({cells}) HAVING count(*) > 1 ORDER BY 1"
    ).fetchmany(10_000)
    if twice:
        more = sum(int(count) - 1 for *_, count in twice)
        first, last, _ = twice[0]
        said = f"{more:,} of {rows:,} rows are there twice; the first stands at {raw.line(int(first))} and here"
        yield Problem(said, raw.where(int(last)), "take one of them out, unless each counts")


def _years(
    connection: duckdb.DuckDBPyConnection, raw: Raw, rules: Sequence[Rule], profiles: Sequence[Profile]
) -> Iterator[Problem]:
    """Years that are left out, for all or for some; and values that leap from one year to the next."""
    year = next((r for r in rules if is_year(r, profiles[r.index].least, profiles[r.index].most)), None)
    if year is None:
        return
    known: list[Any] = connection.execute(
        f"SELECT DISTINCT {year.value} AS y FROM {raw.source} WHERE y IS NOT NULL ORDER BY 1"
    ).fetchall()
    years = [int(one) for (one,) in known]
    steps = Counter(b - a for a, b in pairwise(years))
    absent = sorted(set(range(years[0], years[-1] + 1)) - set(years)) if years else []
    if not steps or steps.most_common(1)[0][0] != 1:  # every fifth year, say
        return
    if absent:
        listed = ", ".join(map(str, absent[:10])) + (", …" if len(absent) > 10 else "")
        said = f"no row is of {listed}, between {years[0]} and {years[-1]}"
        yield Problem(_named(year, said), raw.where(None, year.index), "the wall holds the year before, or shows a gap")
    place = next((r for r in rules if r.field.type == "string" and profiles[r.index].filled), None)
    if place is None or not _one_a_year(connection, raw, place, year):
        return
    gaps = connection.execute(
        f"SELECT count(*), min_by(p, r), min(r) FROM (SELECT {place.text} AS p, min(file_row_number) AS r, "
        f"max({year.value}) - min({year.value}) + 1 - count(DISTINCT {year.value}) AS gap "
        f"FROM {raw.source} GROUP BY 1) WHERE gap > {len(absent)} AND p IS NOT NULL"
    ).fetchone() or (0, "", 0)
    if gaps[0]:
        said = f'{int(gaps[0]):,} of "{place.field.name}" have gaps in their years, {shortened(gaps[1])} first'
        yield Problem(
            _named(year, said), raw.where(int(gaps[2]), year.index), "the wall holds the year before, or shows a gap"
        )
    for rule in rules:
        if rule.field.type in ("integer", "number") and rule is not year and not _PLACED.fullmatch(rule.field.name):
            yield from _leaps(connection, raw, place, year, rule)


def _one_a_year(connection: duckdb.DuckDBPyConnection, raw: Raw, place: Rule, year: Rule) -> bool:
    """Whether a table has one row for each place and year, but for a few slips: then years can be compared."""
    different, rows = connection.execute(
        f"SELECT count(DISTINCT hash({place.text}, {year.text})), count(*) FROM {raw.source}"
    ).fetchone() or (0, 1)
    return bool(different >= 0.8 * rows)


def _leaps(connection: duckdb.DuckDBPyConnection, raw: Raw, place: Rule, year: Rule, rule: Rule) -> Iterator[Problem]:
    found = connection.execute(
        f"SELECT r, p, y, b, v FROM (SELECT file_row_number AS r, {place.text} AS p, {year.value} AS y, {rule.value} AS v, "
        f"lag({rule.value}) OVER w AS b, lag({year.value}) OVER w AS before FROM {raw.source} "
        f"WINDOW w AS (PARTITION BY {place.text} ORDER BY {year.value})) "
        f"WHERE y = before + 1 AND v > 0 AND b > 0 AND greatest(v / b, b / v) > {FACTOR} ORDER BY greatest(v / b, b / v) DESC"
    ).fetchmany(1_000)
    for row, name, when, before, now in found[:FEW]:
        said = f"{shortened(name)} leaps from {before:g} to {now:g} in {when}, more than a factor of {FACTOR:g}"
        yield Problem(
            _named(rule, said), raw.where(int(row), rule.index), "right, or a slip? compare it with its source"
        )
    if len(found) > FEW:
        yield Problem(
            _named(rule, f"{counted(len(found) - FEW, 'more leap')} like that"),
            raw.where(int(found[FEW][0]), rule.index),
        )
