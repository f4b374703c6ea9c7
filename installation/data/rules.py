"""The rules that every tidy table keeps to, whatever its descriptor says: what makes a figure fit for a wall.

A missing value is a state and never a number; an interval holds its value; a figure lies within what its indicator
can be; no mark stands for others that are drawn too; fact and fiction stay apart. Pure functions over rows that
have been read, each yielding problems with their line. Called by `data.verify`; reads no file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from installation.data.package import Package, TableInfo
from installation.data.rows import Row, Rows, figure, word
from installation.errors import Location, Problem

FICTION_ID = "ls:"
"""Every id of a place, flow or material of fiction begins so, and none of a real one."""

PRESENT = ("observed", "estimated", "partial")
ABSENT = ("suppressed", "not_reported", "withheld")
"""States of a figure that is there, and of one that is missing."""

PLACES = ("place_id", "origin_id", "destination_id")
POSITION = ("lon", "lat", "x", "y")
WITHIN_DOMAIN = 0.9
"""Least share of an indicator's values that its domain must hold: a scale that clips more shows no differences."""

Read = Mapping[str, Rows]
"""The rows of each table of a package, by the table's name."""

RowRule = Callable[[Row], Iterator[str]]


def _listed(read: Read, table: str, key: str) -> dict[str, Row]:
    """The rows of a table by their key; none where the package has no such table, or it no such column."""
    return {word(row, key): row for row in read[table].rows if row.get(key) is not None} if table in read else {}


def of_rows(package: Package, table: TableInfo, read: Read) -> Iterator[Problem]:
    """What single rows break, with the line of each."""
    rules = list(_row_rules(package, table, read))
    found = read[table.name]
    for row, line in zip(found.rows, found.lines, strict=True):
        for rule in rules:
            for message in rule(row):
                yield Problem(message, Location(str(table.path), line))


def _row_rules(package: Package, table: TableInfo, read: Read) -> Iterator[RowRule]:
    columns = set(table.columns)
    for name in table.columns:
        status = "status" if name == "value" else f"{name}_status"
        if name == "value" or status in columns:
            yield _state(name, status if status in columns else "")
    if {"low", "high"} <= columns:
        yield _interval
    if {"period_start", "period_end"} <= columns:
        yield _period
    if {"group_by", "group"} <= columns:
        yield _group
    if "n" in columns:
        yield _sample
    yield _kind_of_truth(package, table)
    if "kind" in columns and columns & set(POSITION):
        yield _no_position
    if table.name == "indicators" and {"domain_min", "domain_max"} <= columns:
        yield _indicator
    yield from _limits(table, read)
    yield from _units(table, read)


def _state(name: str, status: str) -> RowRule:
    """`name` is empty exactly where `status` says that it is missing."""

    def rule(row: Row) -> Iterator[str]:
        value, state = row[name], row[status] if status else None
        if value is None and state is None:
            yield f"{name} is empty, and no status says why"
        elif value is None and state in PRESENT:
            yield f'{name} is empty, but {status} is "{state}"'
        elif value is not None and state in ABSENT:
            yield f'{name} is {value}, but {status} is "{state}"'

    return rule


def _interval(row: Row) -> Iterator[str]:
    low, high = figure(row, "low"), figure(row, "high")
    value = figure(row, "value") if "value" in row else None
    if (low is None) != (high is None):
        yield f"{'low' if low is None else 'high'} is empty; an interval has both ends"
    elif low is not None and high is not None:
        if "value" in row and value is None:
            yield f"there is an interval, {low:g} to {high:g}, and no value"
        elif low > high or (value is not None and not low <= value <= high):
            yield f"the interval {low:g} to {high:g} does not hold the value{'' if value is None else f' {value:g}'}"


def _period(row: Row) -> Iterator[str]:
    start, end = figure(row, "period_start"), figure(row, "period_end")
    if start is not None and end is not None and start > end:
        yield f"the period begins in {start:g} and ends in {end:g}"


def _group(row: Row) -> Iterator[str]:
    if (row["group_by"] == "all") != (row["group"] == "all"):
        yield f'group_by is "{row["group_by"]}", but group is "{row["group"]}"'


def _sample(row: Row) -> Iterator[str]:
    n = figure(row, "n")
    if n is not None and n < 1:
        yield f"n is {n:g}; an unknown number of people is empty"


def _kind_of_truth(package: Package, table: TableInfo) -> RowRule:
    """Fact or fiction, and never both."""
    ids = [name for name in table.columns if name.endswith("_id")]
    kinds = [name for name in ("kind", "place_kind") if name in table.columns]

    def rule(row: Row) -> Iterator[str]:
        if row.get("fiction", package.fiction) is not package.fiction:
            kind = "fiction" if package.fiction else "facts"
            yield f"fiction is {str(row['fiction']).lower()} in a package of {kind}"
        for name in ids:
            value = row[name]
            if isinstance(value, str) and value.startswith(FICTION_ID) != package.fiction:
                kind = f"must begin with {FICTION_ID}" if package.fiction else "belongs to a package of fiction"
                yield f'{name} "{value}" {kind}'
        for name in kinds:
            if row[name] == "fictional" and not package.fiction:
                yield f"{name} is fictional in a package of facts"

    return rule


def _no_position(row: Row) -> Iterator[str]:
    if row["kind"] == "aggregate" and any(row.get(name) is not None for name in POSITION):
        yield f'"{row.get("name")}" is an aggregate with a position; an aggregate is never drawn as a place'


def _indicator(row: Row) -> Iterator[str]:
    """An indicator's own row: a scale that can be drawn, inside limits that can be true."""
    low, high = figure(row, "domain_min"), figure(row, "domain_max")
    if low is None or high is None or low >= high:
        yield f"domain_min {low} must be below domain_max {high}"
        return
    if (bend := row.get("transform")) and ((bend == "log10" and low <= 0) or (bend == "sqrt" and low < 0)):
        yield f"a domain from {low:g} can't be drawn by {bend}"
    least, most = _plausible(row)
    if least is not None and low < min(least, 0):  # any scale may begin at zero
        yield f"the domain begins at {low:g}, below what is plausible, {least:g}"
    if most is not None and high > most:
        yield f"the domain ends at {high:g}, above what is plausible, {most:g}"


def _plausible(indicator: Row) -> tuple[float | None, float | None]:
    """What an indicator's figures can be; shares of a hundred without limits of their own are 0 to 100."""
    percent = indicator.get("unit") == "percent"
    least = figure(indicator, "plausible_min") if "plausible_min" in indicator else None
    most = figure(indicator, "plausible_max") if "plausible_max" in indicator else None
    return (0.0 if percent and least is None else least, 100.0 if percent and most is None else most)


def _limits(table: TableInfo, read: Read) -> Iterator[RowRule]:
    """Figures within their indicator's plausible limits: by `indicator_id`, or by what a field says it holds."""
    limits = {name: _plausible(row) for name, row in _listed(read, "indicators", "indicator_id").items()}
    if table.name == "indicators" or not limits:
        return

    def beyond(name: str, value: float | None, indicator: object) -> Iterator[str]:
        least, most = limits.get(str(indicator), (None, None))
        if value is not None and least is not None and value < least:
            yield f"{name} is {value:g}; {indicator} is plausible from {least:g}"
        if value is not None and most is not None and value > most:
            yield f"{name} is {value:g}; {indicator} is plausible up to {most:g}"

    names = [name for name in table.columns if name in ("value", "low", "high")]
    fields = [(field.name, field.indicator) for field in table.fields if field.indicator]

    def rule(row: Row) -> Iterator[str]:
        if "indicator_id" in row:
            for name in names:
                yield from beyond(name, figure(row, name), row["indicator_id"])
        for name, indicator in fields:
            yield from beyond(name, figure(row, name), indicator)

    yield rule


def _units(table: TableInfo, read: Read) -> Iterator[RowRule]:
    """A row's unit is that of its indicator or commodity."""
    for key, other in (("indicator_id", "indicators"), ("commodity_id", "commodities")):
        units = {name: word(row, "unit") for name, row in _listed(read, other, key).items() if "unit" in row}
        if units and table.name != other and {key, "unit"} <= set(table.columns):
            yield _unit(key, units)


def _unit(key: str, units: Mapping[str, str]) -> RowRule:
    def rule(row: Row) -> Iterator[str]:
        unit = units.get(word(row, key))
        if unit is not None and row["unit"] != unit:
            yield f'unit is "{row["unit"]}", but {row[key]} is in "{unit}"'

    return rule


def of_table(package: Package, table: TableInfo, read: Read) -> Iterator[Problem]:
    """What only a whole table can break."""
    where = Location(str(table.path))
    if package.fiction and "fiction" not in table.columns:
        yield Problem("every table of a package of fiction has a field fiction", where)
    indicators = _listed(read, "indicators", "indicator_id")
    for field in table.fields:
        if not field.indicator:
            continue
        if field.indicator not in indicators:
            yield Problem(f'{field.name} is of the indicator "{field.indicator}", which is not in indicators', where)
        elif field.unit != (unit := indicators[field.indicator].get("unit")):
            yield Problem(f'{field.name} is in "{field.unit}", but {field.indicator} is in "{unit}"', where)
    if {"indicator_id", "value"} <= set(table.columns):
        yield from _domains(table, read, indicators)
    if table.marks:
        yield from _marks(table, read)


def _domains(table: TableInfo, read: Read, indicators: Mapping[str, Row]) -> Iterator[Problem]:
    """A domain that most values leave draws them all alike."""
    values: dict[object, list[float]] = defaultdict(list)
    for row in read[table.name].rows:
        if (value := figure(row, "value")) is not None:
            values[row["indicator_id"]].append(value)
    for name, indicator in indicators.items():
        if not {"domain_min", "domain_max"} <= indicator.keys():
            continue
        low, high, found = figure(indicator, "domain_min"), figure(indicator, "domain_max"), values.get(name, [])
        if low is None or high is None or not found:
            continue
        inside = sum(low <= value <= high for value in found) / len(found)
        if inside < WITHIN_DOMAIN:
            message = f"the domain of {name}, {low:g} to {high:g}, holds only {inside:.0%} of its values"
            yield Problem(message, Location(str(table.path)))


def _marks(table: TableInfo, read: Read) -> Iterator[Problem]:
    """No mark is an aggregate, and none stands for a place whose parts are marks of the same time."""
    place_of = _listed(read, "places", "place_id")
    found = read[table.name]
    drawn: dict[object, set[str]] = defaultdict(set)
    for row in found.rows:
        drawn[_time(row)] |= {word(row, name) for name in PLACES if row.get(name) is not None}
    over: dict[object, dict[str, str]] = {}  # by time, each place that a drawn one is part of, and that one
    for time, ids in drawn.items():
        over[time] = {
            whole: place_id for place_id in sorted(ids, reverse=True) for whole in _wholes(place_id, place_of)
        }
    for row, line in zip(found.rows, found.lines, strict=True):
        for name in PLACES:
            place_id = word(row, name) if row.get(name) is not None else ""
            if place_id in place_of and place_of[place_id].get("kind") == "aggregate":
                message = f'{name} "{place_id}" is an aggregate; an aggregate is never drawn as a place'
                yield Problem(message, Location(str(table.path), line))
            if part := over[_time(row)].get(place_id):
                message = f'{name} "{place_id}" holds "{part}", which is a mark too: its people are drawn twice'
                yield Problem(message, Location(str(table.path), line))


def _time(row: Row) -> object:
    return row.get("year", row.get("period_start"))


def _wholes(place_id: str, place_of: Mapping[str, Row]) -> Iterator[str]:
    """The places that a place is part of, from the nearest up; a circle ends after a few."""

    def upwards() -> Iterator[str]:
        here = place_of.get(place_id)
        while here and (above := here.get("parent_id")):
            yield str(above)
            here = place_of.get(str(above))

    return islice(upwards(), 8)


def of_sources(package: Package, read: Read, shipped: bool) -> Iterator[Problem]:
    """Every source in use has a row with a licence, and says whether its rows may be handed on.

    `shipped`: the package is one of the engine's own, so its rows are handed on to everybody.
    """
    if "sources" not in read:
        return
    where = Location(str(package.tables["sources"].path))
    row_of = _listed(read, "sources", "source_id")
    for name, found in read.items():
        if name == "sources" or "source_id" not in package.tables[name].columns:
            continue
        for source in sorted({str(row["source_id"]) for row in found.rows}):
            row = row_of.get(source, {})
            if not row.get("licence_id"):
                yield Problem(f'source "{source}" of table "{name}" has no licence', where)
            elif not row.get("may_redistribute"):
                yield Problem(f'source "{source}" does not say whether it may be redistributed', where)
            elif row["may_redistribute"] == "no" and shipped:
                yield Problem(f'source "{source}" may not be redistributed, and its rows are shipped', where)
