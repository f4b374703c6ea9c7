"""Decay at five in England: each child once, what is missing stays missing, and the publisher's quirks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from installation.data import build_fives
from installation.data.build_fives import ENGLAND, PARTS, derive, tidy
from installation.data.package import load_package
from installation.data.rows import Row, figure, load_rows
from installation.errors import DataError

HEADER = "area_code,area_name,area_type,period,value,compared_to_England\n"


def rows(table: str) -> list[Row]:
    return load_rows(load_package("five-year-olds").table(table))


def made(raw: Path, text: str) -> dict[str, list[Row]]:
    (raw / build_fives._FILE).write_text(HEADER + text, "utf-8")
    return tidy(raw, {"sources": [{"source_id": build_fives._SOURCE}]})


def test_the_credit_is_what_the_licence_asks_for() -> None:
    package = load_package("five-year-olds")
    assert "Contains public sector information licensed under the Open Government Licence v3.0" in package.credit()
    assert not package.fiction


def test_the_counts_are_those_of_the_published_table() -> None:
    observations = rows("observations")
    assert Counter(row["status"] for row in observations) == {"observed": 1392, "not_reported": 222}
    assert Counter(row["period_start"] for row in observations) == {
        **{2014: 335, 2016: 335, 2018: 327},
        **{2021: 315, 2023: 302},
    }
    assert len(rows("places")) == 344
    assert all(row["period_end"] == row["period_start"] + 1 for row in observations)  # type: ignore[operator]


def test_intervals_and_numbers_of_children_are_not_invented() -> None:
    assert {(row["low"], row["high"], row["n"]) for row in rows("observations")} == {(None, None, None)}


def test_the_whole_lies_between_the_least_and_the_most_of_its_parts() -> None:
    """What the table doesn't say: which areas make up which. A mean of parts can't lie outside them."""
    value_of = {(row["place_id"], row["period_start"]): figure(row, "value") for row in rows("observations")}
    compared = 0
    for whole, parts in PARTS.items():
        for start in (2014, 2016, 2018, 2021, 2023):
            found = [value_of[f"gb:{part}", start] for part in parts if (f"gb:{part}", start) in value_of]
            value, known = value_of.get((f"gb:{whole}", start)), [v for v in found if v is not None]
            if value is not None and known and len(known) == len(found):
                assert min(known) <= value <= max(known)
                compared += 1
    assert compared == 27


def test_a_rod_is_an_authority_and_each_child_is_in_one_rod() -> None:
    kind_of = {row["place_id"]: row["kind"] for row in rows("places")}
    rods = rows("rods")
    assert {kind_of[row["place_id"]] for row in rods} == {"authority"}
    assert Counter(row["survey"] for row in rods) == {1: 326, 2: 326, 3: 319, 4: 309, 5: 296}
    north_yorkshire = [row["period"] for row in rods if row["name"] == "North Yorkshire"]
    assert north_yorkshire == ["2023/24"], "before 2023 its seven districts stand for it"
    assert [row["period"] for row in rods if row["name"] == "Craven"] == ["2014/15", "2016/17", "2018/19", "2021/22"]


def test_the_facts_are_those_of_the_rows() -> None:
    facts = {row["id"]: row for row in rows("facts")}
    assert {key: row["value"] for key, row in facts.items()} == {"F28": 43.4, "F29": 4.2, "F30": 22.4}
    assert "Brent" in str(facts["F28"]["statement"]) and "Rochford" in str(facts["F29"]["statement"])
    assert {row["year"] for row in facts.values()} == {"2023/24"}
    by_hand = [row["value"] for row in rows("observations") if row["period_start"] == 2023 and row["value"] is not None]
    assert max(by_hand) == facts["F28"]["value"] and min(by_hand) == facts["F29"]["value"]


def test_a_part_stands_for_its_whole_only_while_it_is_listed(tmp_path: Path) -> None:
    text = (
        "E92000001,England,Country,2021/22,20,Not compared\nE92000001,England,Country,2023/24,21,Not compared\n"
        "E06000066,Somerset UA,UA,2021/22,9,Better\nE06000066,Somerset UA,UA,2023/24,0,Better\n"
        "E07000187,Mendip,District,2021/22,,Not compared\n"
    )
    tables = made(tmp_path, text)
    assert [(place["name"], place["parent_id"]) for place in tables["places"]] == [
        ("England", None),
        ("Somerset", ENGLAND),
        ("Mendip", "gb:E06000066"),
    ]
    found = derive(tables)
    assert [(rod["name"], rod["period"], rod["value"], rod["status"]) for rod in found["rods"]] == [
        ("Somerset", "2023/24", 0, "observed"),
        ("Mendip", "2021/22", None, "not_reported"),
    ]
    assert [fact["value"] for fact in found["facts"]] == [0, 0, 21]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("E1,A,Parish,2014/15,1,Better\n", '"Parish"'),
        ("E1,A,UA,2014/15,1,Best\n", '"Best"'),
        ("E1,A,UA,2014/16,1,Better\n", "no school year"),
        ("E1,A,UA,2014,1,Better\n", "no school year"),
    ],
)
def test_what_the_recipe_does_not_know_is_told(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        made(tmp_path, line)
