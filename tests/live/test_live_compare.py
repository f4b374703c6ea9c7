"""The comparison of a table with the one in use: what forbids a swap and what is only told."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.data.live_compare import FACTOR, compare
from installation.data.package import Field, TableInfo
from installation.data.rows import Row

FIELDS = (Field("place_id", "string"), Field("year", "integer"), Field("value", "number"))


def table(*fields: Field) -> TableInfo:
    return TableInfo("t", Path("t.csv"), "", "", fields or FIELDS, ("place_id", "year"), (), (), ("",), "", 0)


def row(place: str, year: int, value: float | None) -> Row:
    return {"place_id": place, "year": year, "value": value}


OLD = [row(f"p{n}", 2020, 1.0 + n) for n in range(10)]


def test_nine_places_of_ten_are_enough_and_eight_are_not() -> None:
    assert compare(OLD, OLD[1:], table(), table()).problems == ()
    assert "2 of 10 places are gone: p0, p1" in compare(OLD, OLD[2:], table(), table()).problems[0].message


def test_nothing_is_lost_against_a_table_without_rows() -> None:
    found = compare([], OLD, table(), table())
    assert (found.problems, found.notes, found.added) == ((), (), 10)


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        (0.32, 7.1, True),
        (17.39, 7.42, False),
        (1.0, FACTOR, False),
        (1.0, 0.19, True),
        (1.0, -1.0, True),
        (0.0, 9.0, False),
        (None, 9.0, False),
    ],
)
def test_a_leap_is_told_by_row_and_field(was: float | None, now: float, told: bool) -> None:
    found = compare([row("a", 2020, was)], [row("a", 2020, now)], table(), table())
    assert found.problems == ()
    assert [str(note.where) for note in found.notes] == (["t.csv:2", "t.csv"] if told else [])


def test_another_type_or_a_field_that_is_gone_is_refused() -> None:
    other = table(FIELDS[0], Field("year", "string"))
    messages = [problem.message for problem in compare(OLD, OLD, other, table()).problems]
    assert messages == ["year: string; it was integer", "value: the field is gone"]


def test_a_newer_year_is_welcome_and_an_older_one_is_not() -> None:
    assert compare(OLD, [*OLD, row("p0", 2021, 1)], table(), table()).added == 1
    assert (
        "2019; it was 2020"
        in compare(OLD, [row(f"p{n}", 2019, 1) for n in range(10)], table(), table()).problems[0].message
    )
