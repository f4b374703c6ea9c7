"""The packs of the shipped show that name a live source: an answer of the publisher's shape gives the table that ships."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from web_stand import Site, Waits, fetcher

from installation.data.package import load_package
from installation.data.rows import Row, load_rows
from installation.errors import DataError
from installation.refresh import Outcome, Ways, refresh

GRADIENT, DRAIN = "dental-equity-gradient", "doctors-drain"


def ask(site: Site, name: str) -> Outcome:
    with fetcher(Waits()) as web:
        return refresh(name, Ways(web.get, lambda *_: [], {}, {name: site.address}, lambda: 1_790_000_000.0))


def cdc(row: Row, words: dict[str, dict[str, str]], **more: Any) -> dict[str, str]:
    """A row of ours as the CDC's service gives it: all text, and what is empty not there."""
    back = {name: {ours: theirs for theirs, ours in known.items()} for name, known in words.items()}
    back["group_by"]["all"] = "None"
    given = {
        "year": row["period_start"],
        "locationabbr": back["place_id"][str(row["place_id"])],
        "indicatorid": back["indicator_id"][str(row["indicator_id"])],
        "response": "Yes",
        "data_value": row["value"],
        "low_confidence_interval": row["low"],
        "high_confidence_interval": row["high"],
        "samplesize": row["answered_yes"],
        "break_out_category": back["group_by"][str(row["group_by"])],
        "break_out": back["group"][str(row["group"])],
    }
    return {name: str(value) for name, value in {**given, **more}.items() if value not in (None, "")}


def test_the_states_of_the_gradient_come_back_from_the_cdc(site: Site, cache: Path) -> None:
    package = load_package(GRADIENT)
    table = package.tables["observations"]
    assert table.live is not None
    ours = [row for row in load_rows(table) if row["source_id"] == "nohss-adults"]
    words = {name: dict(known) for name, known in table.live.words.items()}
    changed = next(row for row in ours if row["place_id"] == "us:01" and row["value"] is not None)
    rows = [cdc(row, words, **({"data_value": changed["high"]} if row is changed else {})) for row in ours]
    rows.append({**rows[0], "response": "No"})
    site.script = lambda v: v.answer(rows if v.query.get("$offset", "0") == "0" else [])
    outcome = ask(site, GRADIENT)
    assert outcome.swapped and site.visits[0].path.endswith("/jz6n-v26y.json")
    assert site.visits[0].query["$where"] == "response='Yes'"
    fresh, before = load_package(GRADIENT), {_key(row): row for row in load_rows(table)}
    differ = [row for row in load_rows(fresh.tables["observations"]) if row["value"] != before[_key(row)]["value"]]
    assert len(differ) == 1 and differ[0]["value"] == changed["high"] != changed["value"]
    assert len(load_rows(fresh.tables["lights"])) == len(load_rows(package.tables["lights"])), "made anew from them"


def _key(row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in ("place_id", "indicator_id", "period_start", "group_by", "group", "source_id"))


def oecd(rows: list[Row], **columns: str) -> bytes:
    """An answer of the OECD's service, CSV with labels; `columns` replaces names of columns."""
    out = io.StringIO(newline="")
    names = ["STRUCTURE", "REF_AREA", "Reference area", "MEASURE", "ORIGIN", "Origin", "TIME_PERIOD", "OBS_VALUE"]
    writer = csv.writer(out)
    writer.writerow([columns.get(name, name) for name in names])
    for row in rows:
        to, come = (str(row[end]).removeprefix("iso3:") for end in ("destination_id", "origin_id"))
        writer.writerow(["DATAFLOW", to, to, "FTDS", come, come, row["period_start"], row["value"]])
    return out.getvalue().encode("utf-8-sig")


def test_the_streams_of_doctors_come_back_from_the_oecd(site: Site, cache: Path) -> None:
    before = load_rows(load_package(DRAIN).tables["flows"])
    more = [{**row, "value": (row["value"] or 0) + 1} if i == 7 else row for i, row in enumerate(before)]
    site.script = lambda v: v.answer(oecd(more))
    assert ask(site, DRAIN).swapped
    after = load_rows(load_package(DRAIN).tables["flows"])
    assert [row["flow_id"] for row in after] == [row["flow_id"] for row in before]
    assert sum(one["value"] != other["value"] for one, other in zip(after, before, strict=True)) == 1
    assert site.visits[0].query == {"startPeriod": "2018", "endPeriod": "2018", "format": "csvfilewithlabels"}


@pytest.mark.parametrize("columns", [{"ORIGIN": "COUNTRY_ORIGIN"}, {"MEASURE": "VARIABLE"}])
def test_an_answer_of_another_shape_changes_nothing_and_names_its_columns(
    site: Site, cache: Path, columns: dict[str, str]
) -> None:
    site.script = lambda v: v.answer(oecd(load_rows(load_package(DRAIN).tables["flows"]), **columns))
    with pytest.raises(DataError) as caught:
        ask(site, DRAIN)
    missing, given = next(iter(columns.items()))
    assert f'no row of the answer has "{missing}"' in str(caught.value) and given in str(caught.value)
    assert load_package(DRAIN).refreshed == {}
