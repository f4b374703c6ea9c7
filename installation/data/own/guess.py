"""What the columns of a table seem to be, where no descriptor says it. What the guess is unsure of stays text.

The same guess plays a table without a descriptor and is written by `installation data describe`, to be corrected: there
is no second opinion. A guess that makes a number of what may be another one is not made.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from installation.data.own.raw import Raw, database
from installation.data.own.rules import BLANKS, SPACES, Rule, shortened, unfit
from installation.data.package import Field
from installation.data.sql import literal
from installation.errors import Problem, visible

SAMPLE = 200_000
"""Cells of a column that are no plain numbers of which the kinds are looked at; the guess is proved on all."""

KINDS, SHOWN = 1_000, 200
"""Kinds that are looked at, and characters of each: a longer text is no number."""

MISSING = frozenset(
    word.strip()
    for word in "na, n/a, #n/a, n.a., null, none, nan, nil, -, --, –, —, ., .., ..., …, :, missing, nodata, unknown, "
    "no data, not available, not applicable, keine angabe, k.a., k. a., n. a.".split(",")
)
"""What stands for no value in a column of numbers. In a column of text NA may be Namibia."""

INFINITE = re.compile(r"[-+]?(inf|infinity|∞|[0-9.]+e\+?[0-9]{3,})", re.IGNORECASE)
COMMA = re.compile(r"[-+−]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+),[0-9]+")
"""1,5 and 1.234,5: a comma before the decimals."""
COMMAS = re.compile(r"[-+−]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
"""1,234 and 1,234.5: commas between thousands."""
DOTS = re.compile(r"[-+−]?[0-9]{1,3}(\.[0-9]{3}){2,}")
DOT = r"[-+]?[1-9][0-9]{0,2}\.[0-9]{3}"
"""385.748: in a file with commas before decimals perhaps 385748, as duckdb says it."""
BLANKED = re.compile(rf"[-+−]?[0-9]{{1,3}}([{''.join(SPACES)}'’][0-9]{{3}})+([.,][0-9]+)?")
MINUS = re.compile(r"−[0-9]+(\.[0-9]+)?")
PERCENT = re.compile(r"[-+−]?[0-9]+([.,][0-9]+)?\s?%")
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ISO_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?")
DATE = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})")

_UNIT = re.compile(r"[(\[]\s*([^()\[\]]{1,30})\s*[)\]]\s*$|,\s*(%|percent|per cent)\s*$|\s/\s([^/\s]{1,12})$")
_SUFFIX = re.compile(r"_(pct|percent|kg|g|mg|km|cm|mm|m|usd|eur|gbp|years|days|hours|min|s|deg|ppm)$", re.IGNORECASE)
_UNITS = {"%": "percent", "pct": "percent", "per cent": "percent"}
_YEAR = re.compile(r"(^|[^a-z])(year|jahr|année|annee|año|ano|anno|yr)s?($|[^a-z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Profile:
    """What is in a column: how many cells have something, how many of those are plain finite numbers, and how many of
    these are whole; numbers that begin with a zero (codes); cells with blanks around; least and most number; and the
    kinds of other texts, as (text, count, first row), the commonest first.
    """

    filled: int
    numbers: int
    whole: int
    zeros: int
    padded: int
    least: float | None
    most: float | None
    others: tuple[tuple[str, int, int], ...]


def profile(raw: Raw) -> tuple[int, list[Profile]]:
    """How many rows a table has, and the profile of each of its columns."""
    found: list[Profile] = []
    rows = 0
    with database(raw.stored.parent) as connection:
        for start in range(0, len(raw.names), 32):
            columns = range(start, min(start + 32, len(raw.names)))
            cells, parts = [], []
            for i in columns:
                text = f"trim(c{i}, {literal(BLANKS)})"
                plain = f"NOT contains({text}, '_') AND NOT contains(lower({text}), 'x')"
                cells.append(f"c{i}, {text} AS t{i}, CASE WHEN {plain} THEN try_cast({text} AS DOUBLE) END AS f{i}")
                number = f"CASE WHEN isfinite(f{i}) THEN f{i} END"
                parts += [
                    f"count(nullif(t{i}, ''))",
                    f"count({number})",
                    f"count({number}) FILTER (NOT contains(t{i}, '.') AND NOT contains(lower(t{i}), 'e'))",
                    f"count({number}) FILTER (t{i} LIKE '0_%' AND t{i} NOT LIKE '0.%' AND t{i} NOT LIKE '0e%')",
                    f"count(*) FILTER (c{i} <> t{i})",
                    f"min({number})",
                    f"max({number})",
                ]
            query = f"SELECT count(*), {', '.join(parts)} FROM (SELECT {', '.join(cells)} FROM {raw.source})"
            row = connection.execute(query).fetchone() or (0,)
            rows = int(row[0])
            for n, i in enumerate(columns):
                filled, numbers, whole, zeros, padded, least, most = row[1 + 7 * n : 8 + 7 * n]
                others: tuple[tuple[str, int, int], ...] = ()
                if numbers < filled:
                    text = f"trim(c{i}, {literal(BLANKS)})"
                    kinds = connection.execute(
                        f"SELECT t, count(*), min(r) FROM (SELECT left({text}, {SHOWN}) AS t, file_row_number AS r "
                        f"FROM {raw.source} WHERE {text} <> '' AND coalesce(NOT isfinite(try_cast({text} AS DOUBLE)), true) "
                        f"LIMIT {SAMPLE}) GROUP BY t ORDER BY 2 DESC, 3 LIMIT {KINDS}"
                    ).fetchall()
                    others = tuple((str(text), int(count), int(first)) for text, count, first in kinds)
                found.append(Profile(filled, numbers, whole, zeros, padded, least, most, others))
    return rows, found


def guess(raw: Raw, profiles: Sequence[Profile]) -> tuple[list[Rule], list[Problem], dict[str, int]]:
    """A rule for each column, and what was not plain about it: for a curator to confirm in a descriptor.

    Every cell is of its column's type, or the column is text; but for infinities, which no table may have: the third part
    counts them by column.
    """
    rules: list[Rule] = []
    told: list[Problem] = []
    for i, (name, seen) in enumerate(zip(raw.names, profiles, strict=True)):
        rule, doubt = _column(Rule(i, Field(name, "string", unit=unit_of(name))), seen, raw)
        rules.append(rule)
        if doubt:
            told.append(doubt)
    if any(rule.decimal == "," for rule in rules):
        rules, doubts = _dotted(raw, rules, profiles)
        told += doubts
    infinite = {rule.field.name for rule, seen in zip(rules, profiles, strict=True) if _infinite(seen)}
    wrong = unfit(raw, [rule for rule, seen in zip(rules, profiles, strict=True) if not _proved(rule, seen)])
    rules = [as_text(rule) if rule.field.name in set(wrong) - infinite else rule for rule in rules]
    return rules, told, {name: count for name, count in wrong.items() if name in infinite}


def _dotted(raw: Raw, rules: Sequence[Rule], profiles: Sequence[Profile]) -> tuple[list[Rule], list[Problem]]:
    """In a file with commas before decimals, 385.748 may be a thousand times more: a column of only such stays text."""
    found, told = list[Rule](), list[Problem]()
    with database(raw.stored.parent) as connection:
        for rule, seen in zip(rules, profiles, strict=True):
            found.append(rule)
            if rule.field.type != "number" or seen.numbers == seen.whole:
                continue
            text = f"trim(c{rule.index}, {literal(BLANKS)})"
            odd, first, shown = connection.execute(
                f"SELECT count(*) FILTER (NOT regexp_full_match(t, {literal(DOT)})), min(r), arg_min(t, r) FROM (SELECT "
                f"{text} AS t, file_row_number AS r FROM {raw.source} WHERE contains({text}, '.') "
                f"AND isfinite(try_cast({text} AS DOUBLE)))"
            ).fetchone() or (1, 0, "")
            if not odd:
                found[-1] = as_text(rule)
                said = (
                    f"{shortened(shown)} may be {shown.replace('.', '')}, as other columns have commas before decimals"
                )
                hint = 'state "type": "integer" and "groupChar": ".", or "type": "number" for decimals'
                told.append(_doubt(raw, rule, first, f"{said}: the column stays text", hint))
    return found, told


def _proved(rule: Rule, seen: Profile) -> bool:
    """Whether the profile has shown already that each cell is of the rule's type."""
    if rule.field.type == "integer":
        small = seen.least is not None and seen.most is not None and -9e18 < seen.least <= seen.most < 9e18
        return seen.whole == seen.filled and small
    return rule.field.type == "number" and seen.numbers == seen.filled


def as_text(rule: Rule) -> Rule:
    return Rule(rule.index, replace(rule.field, type="string"))


def _infinite(seen: Profile) -> bool:
    return any(INFINITE.fullmatch(text) for text, *_ in seen.others)


def _column(rule: Rule, seen: Profile, raw: Raw) -> tuple[Rule, Problem | None]:
    """The rule of one column. Numbers that can be read in two ways stay text, and that is told."""
    words = [text for text, *_ in seen.others if text.lower() in MISSING]
    kinds = [(text, row) for text, _, row in seen.others if text.lower() not in MISSING]
    finite = [(text, row) for text, row in kinds if not INFINITE.fullmatch(text)]
    if seen.numbers and not finite:
        if seen.zeros:
            return rule, None
        kind: Field = replace(rule.field, type="integer" if seen.whole == seen.numbers else "number")
        doubt = None
        if words:
            listed, first = ", ".join(map(shortened, words[:5])), next(r for t, _, r in seen.others if t in words)
            doubt = _doubt(raw, rule, first, f"{listed} {'stand' if len(words) > 1 else 'stands'} for a missing number")
        return replace(rule, field=kind, missing=tuple(words)), doubt
    if not kinds:
        return rule, None
    texts, first = [text for text, _ in kinds], kinds[0][1]
    number = replace(rule.field, type="number")
    if not seen.numbers and all(text.lower() in ("true", "false") for text in texts):
        return replace(rule, field=replace(rule.field, type="boolean"), missing=tuple(words)), None
    if not seen.numbers and all(map(ISO_DATE.fullmatch, texts)):
        return replace(rule, field=replace(rule.field, type="date"), missing=tuple(words)), None
    if not seen.numbers and all(ISO_DATE.fullmatch(t) or ISO_TIME.fullmatch(t) for t in texts):
        return replace(rule, field=replace(rule.field, type="datetime"), missing=tuple(words)), None
    if not seen.numbers and all(map(DATE.fullmatch, texts)):
        return _date(rule, texts, first, words, raw)
    if not seen.numbers and all(map(PERCENT.fullmatch, texts)):
        comma = "," if any("," in text for text in texts) else "."
        percent = replace(number, unit=number.unit or "percent")
        said = f"{shortened(texts[0])} is read as a number of percent"
        return replace(rule, field=percent, bare=False, decimal=comma, missing=tuple(words)), _doubt(
            raw, rule, first, said
        )
    if form := _written(texts, seen):
        decimal, group = form
        said = f'{shortened(texts[0])} is read as a number with "{decimal}" before its decimals'
        said = f'{shortened(texts[0])} is read as a number with "{group}" between thousands' if group else said
        return replace(rule, field=number, decimal=decimal, group=group, missing=tuple(words)), _doubt(
            raw, rule, first, said
        )
    if all(COMMAS.fullmatch(text) or COMMA.fullmatch(text) for text in texts):
        text = texts[0]
        said = f"{shortened(text)} may be {text.replace(',', '')} or {text.replace(',', '.')}: the column stays text"
        return rule, _doubt(
            raw, rule, first, said, 'state "type": "number", and "groupChar": "," or "decimalChar": ","'
        )
    return rule, None


def _doubt(raw: Raw, rule: Rule, row: int, said: str, hint: str = "confirm or correct it in the descriptor") -> Problem:
    return Problem(f'"{rule.field.name}": {said}', raw.where(row, rule.index), hint)


def _written(texts: Sequence[str], seen: Profile) -> tuple[str, str] | None:
    """(decimal, group) when all texts can be read in one way only; None when they can't."""
    plain_point = seen.numbers > seen.whole
    if all(map(MINUS.fullmatch, texts)):
        return ".", ""
    if all(map(COMMA.fullmatch, texts)) and not plain_point:
        certain = any(not COMMAS.fullmatch(text) for text in texts)
        return (",", "." if any("." in text for text in texts) else "") if certain else None
    if all(map(COMMAS.fullmatch, texts)):
        certain = plain_point or any(text.count(",") > 1 or "." in text for text in texts)
        return (".", ",") if certain else None
    if all(map(DOTS.fullmatch, texts)) and not plain_point:
        return ",", "."
    if all(map(BLANKED.fullmatch, texts)):
        marks = {char for text in texts for char in text if char in (*SPACES, "'", "’")}
        points = {char for text in texts for char in text if char in ".,"}
        if len(points) < 2 and (marks <= set(SPACES) or len(marks) == 1) and not ("," in points and plain_point):
            return points.pop() if points else ".", " " if marks <= set(SPACES) else marks.pop()
    return None


def _date(rule: Rule, texts: Sequence[str], first: int, words: Sequence[str], raw: Raw) -> tuple[Rule, Problem | None]:
    """A column of 31.12.2024 or 12/31/2024, where some date shows which is the day."""
    parts = [found.groups() for text in texts if (found := DATE.fullmatch(text))]
    marks = {mark for _, mark, *_ in parts}
    day_first = marks == {"."} or any(int(a) > 12 for a, *_ in parts)
    month_first = any(int(b) > 12 for _, _, b, _ in parts)
    if len(marks) > 1 or day_first == month_first:
        said = f"{shortened(texts[0])} is a date, but which is the day? the column stays text"
        return rule, _doubt(raw, rule, first, said, 'state "type": "date" and "format": "%d/%m/%Y", or "%m/%d/%Y"')
    mark = marks.pop()
    form = f"%d{mark}%m{mark}%Y" if day_first else f"%m{mark}%d{mark}%Y"
    dated = replace(rule, field=replace(rule.field, type="date"), form=form, missing=tuple(words))
    return dated, _doubt(raw, rule, first, f"{shortened(texts[0])} is read as a date, {form}")


def unit_of(name: str) -> str:
    """The unit that a header states, as in "GDP (US$)", "sugar, %" and "depth_cm"; "" when it states none."""
    found = _UNIT.search(name) or _SUFFIX.search(name)
    unit = next((part for part in found.groups() if part), "").strip().lower() if found else ""
    if not unit and name.rstrip().endswith("%"):
        unit = "%"
    return visible(_UNITS.get(unit, unit))


def is_year(rule: Rule, least: float | None, most: float | None) -> bool:
    """Whether a column holds years: by its name, and whole numbers from 1000 to 2200."""
    within = least is not None and most is not None and 1000 <= least <= most <= 2200
    named = bool(_YEAR.search(rule.field.name)) or rule.field.name.lower() in ("time", "period", "date")
    return within and rule.field.type == "integer" and named
