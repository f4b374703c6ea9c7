"""Each publisher's way of asking and answering, on the loopback server; and parsers that no answer can break."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from live_packages import WHO, Desk, write_package
from web_stand import Site, Visit

from installation.data.live_answers import parse, reading
from installation.data.live_rows import rows_of
from installation.data.live_source import KINDS, Live, first_request, next_request
from installation.data.package import load_package, read_package
from installation.data.rows import load_rows
from installation.data.sharing import drawn_only
from installation.errors import DataError

FIELDS = {"source_id": "live"}
BANK: dict[str, Any] = {
    "from": "worldbank",
    "path": "country/all/indicator/SP.POP.TOTL",
    "fields": {"place_id": "iso3:{countryiso3code}", "year": "{date}", "value": "{value}", **FIELDS},
}
CDC: dict[str, Any] = {
    "from": "socrata",
    "path": "jz6n-v26y.json",
    "query": {"$limit": "2", "$where": "response='Yes'"},
    "fields": {"place_id": "iso3:{locationabbr}", "year": "{year}", "value": "{data_value}", **FIELDS},
}
OECD: dict[str, Any] = {
    "from": "oecd",
    "path": "OECD.ELS.HD,DSD_HEALTH_WFMI@DF_HEALTH_WFMI,1.0/.A",
    "fields": {"place_id": "iso3:{REF_AREA}", "year": "{TIME_PERIOD}", "value": "{OBS_VALUE}", **FIELDS},
}
TRADE: dict[str, Any] = {
    "from": "comtrade",
    "path": "C/A/HS",
    "query": {"reporterCode": "404", "period": "2023", "cmdCode": "901841", "flowCode": "X"},
    "fields": {"place_id": "{partnerCode}", "year": "{refYear}", "value": "{primaryValue}", **FIELDS},
    "words": {"place_id": {"404": "iso3:KEN", "340": "iso3:HND"}},
    "where": {"cmdCode": ["901841"]},
}


@pytest.fixture
def desk(site: Site, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    return Desk(site)


def numbers() -> list[tuple[Any, ...]]:
    return [tuple(row.values())[:3] for row in load_rows(load_package("dentists").tables["numbers"])]


def bank(place: str, year: int, value: float | None) -> dict[str, Any]:
    shown = {"indicator": {"id": "SP.POP.TOTL", "value": "Population"}, "country": {"id": "KE", "value": "Kenya"}}
    return {**shown, "countryiso3code": place, "date": str(year), "value": value, "unit": "", "decimal": 0}


def test_the_world_bank_is_asked_page_by_page(desk: Desk, site: Site, tmp_path: Path) -> None:
    write_package(tmp_path, BANK)
    rows = {
        "1": [bank("KEN", 2023, 55339003)],
        "2": [bank("HND", 2023, None), bank("WLD", 2023, 8e9), bank("", 2023, 1)],
    }

    def script(visit: Visit) -> None:
        page = visit.query.get("page", "1")
        visit.answer([{"page": int(page), "pages": 2, "per_page": "1000", "total": 3}, rows[page]])

    site.script = script
    outcome = desk.refresh()
    assert numbers() == [("iso3:HND", 2023, None), ("iso3:KEN", 2023, 55339003.0)]
    told = [note.message for note in outcome.notes]
    assert "iso3:WLD" in told[0], "the world is no place"
    assert told[1] == "1 rows without a place_id, year are left out"
    assert site.visits[0].line.startswith("/api/country/all/indicator/SP.POP.TOTL?format=json&per_page=1000")


def test_an_error_with_status_200_is_an_error(desk: Desk, site: Site, tmp_path: Path) -> None:
    write_package(tmp_path, BANK)
    told = [{"id": "120", "key": "Invalid value", "value": "The provided parameter value is not valid"}]
    site.script = lambda v: v.answer([{"message": told}])
    with pytest.raises(DataError, match="The provided parameter value is not valid"):
        desk.refresh()


def test_cdc_is_asked_until_a_short_page(desk: Desk, site: Site, tmp_path: Path) -> None:
    write_package(tmp_path, {**CDC, "key": {"env": "INSTALLATION_KEY_CDC"}})
    desk.environ["INSTALLATION_KEY_CDC"] = "token-of-the-cdc"
    pages = {
        "0": [{"locationabbr": "KEN", "year": "2014", "data_value": "64.7"}, {"locationabbr": "HND", "year": "2014"}],
        "2": [{"locationabbr": "SMR", "year": "2014", "data_value": "78.8"}],
    }
    site.script = lambda v: v.answer(pages[v.query.get("$offset", "0")])
    desk.refresh()
    assert numbers() == [("iso3:HND", 2014, None), ("iso3:KEN", 2014, 64.7), ("iso3:SMR", 2014, 78.8)]
    assert [v.query["$order"] for v in site.visits] == [":id", ":id"], "pages are stable only in an order"
    assert site.visits[1].headers["X-App-Token"] == "token-of-the-cdc"


def test_the_oecd_gives_csv_with_labels_and_is_asked_once_a_month(desk: Desk, site: Site, tmp_path: Path) -> None:
    write_package(tmp_path, OECD)
    text = '\ufeffSTRUCTURE,REF_AREA,Reference area,TIME_PERIOD,OBS_VALUE\r\nDATAFLOW,KEN,"Kenya, rep.",2020,12\r\n'
    site.script = lambda v: v.answer(text.encode())
    desk.refresh()
    desk.now += 29 * 86400
    desk.refresh()
    assert numbers() == [("iso3:KEN", 2020, 12.0)]
    assert [v.line.rpartition("?")[2] for v in site.visits] == ["format=csvfilewithlabels"]
    assert site.visits[0].path.endswith("OECD.ELS.HD,DSD_HEALTH_WFMI@DF_HEALTH_WFMI,1.0/.A")


def trade(partner: int, value: float, code: str = "901841") -> dict[str, Any]:
    return {"refYear": 2023, "partnerCode": partner, "cmdCode": code, "primaryValue": value, "isAggregate": True}


def test_comtrade_is_drawn_and_not_passed_on(desk: Desk, site: Site, tmp_path: Path) -> None:
    write_package(tmp_path, {**TRADE, "may_redistribute": "yes"})
    rows = [trade(404, 1200.5), trade(340, 7), trade(0, 1207.5), trade(404, 1, "300640")]
    site.script = lambda v: v.answer({"elapsedMs": 3, "count": 4, "data": rows, "error": ""})
    desk.refresh()
    assert numbers() == [("iso3:HND", 2023, 7.0), ("iso3:KEN", 2023, 1200.5)]
    assert "numbers" in drawn_only(load_package("dentists")), "a package can't be laxer than its publisher"


@pytest.mark.parametrize(("keyed", "fine"), [(False, False), (True, True)])
def test_an_answer_that_is_cut_off_without_a_word_is_noticed(keyed: bool, fine: bool) -> None:
    live = Live.model_validate(TRADE)
    body = json.dumps({"data": [trade(404, n) for n in range(500)], "error": ""}).encode()
    if fine:
        assert len(parse(live, body, keyed).records) == 500
    else:
        with pytest.raises(DataError, match="exactly 500 rows"):
            parse(live, body, keyed)


def test_comtrade_with_a_key_is_asked_elsewhere() -> None:
    live = Live.model_validate(TRADE)
    assert first_request(live).address.endswith("/public/v1/preview/C/A/HS")
    assert first_request(live, keyed=True).address.endswith("/data/v1/get/C/A/HS")


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_file_of_anybodys_is_read(desk: Desk, site: Site, tmp_path: Path, kind: str) -> None:
    fields = {"place_id": "iso3:{place}", "year": "{year}", "value": "{value}", **FIELDS}
    given = {"from": kind, "address": f"{site.address}/own", "fields": fields, "days": 0.01}
    write_package(tmp_path, given if kind == "csv" else {**given, "rows": "data.items"})
    row = {"place": "KEN", "year": 2020, "value": "1.5", "more": [1], "deep": {"er": 2}}
    csv = b"place,year,value,,\nKEN,2020,1.5,,\n"
    site.script = lambda v: v.answer(csv if kind == "csv" else {"data": {"items": [row]}})
    desk.refresh()
    assert numbers() == [("iso3:KEN", 2020, 1.5)]


def test_every_page_is_asked_for_once_at_most() -> None:
    live = Live.model_validate(CDC)
    request, lines = first_request(live), []
    while request is not None and len(lines) < 5:
        lines.append(dict(request.query).get("$offset", "0"))
        request = next_request(live, request, "", 1, 2)
    assert lines == ["0", "2", "4", "6", "8"]


# -- any answer at all -----------------------------------------------------------------------------------------------------

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["value", "data", "message", "pages", "error", "SpatialDim", "TimeDim", "x"]), inner
        )
    ),
    max_leaves=20,
)
SOURCES = [Live.model_validate({**WHO, "from": kind, "address": "http://h"}) for kind in KINDS if kind != "mqtt"]


@given(st.sampled_from(SOURCES), st.binary(max_size=200) | ANYTHING.map(lambda v: json.dumps(v).encode()))
@example(SOURCES[0], b'{"value": [' + b"[" * 50_000)
@example(SOURCES[0], b'{"value": [{"a": ' + b"9" * 10_000 + b"}]}")
@example(SOURCES[0], b'{"value": [{"a": 1e999}]}')
@example(SOURCES[1], b'[{"pages": 1e400}, []]')
def test_no_answer_breaks_a_parser(live: Live, body: bytes) -> None:
    try:
        page = parse(live, body)
    except DataError as error:
        assert str(error)
        return
    for record in page.records:
        assert all(v is None or isinstance(v, (str, int, float, bool)) for v in record.values())
    next_request(live, first_request(live), page.link, page.pages, len(page.records))


@given(
    st.lists(st.dictionaries(st.sampled_from(["SpatialDimType", "SpatialDim", "TimeDim", "NumericValue"]), ANYTHING))
)
def test_no_record_breaks_the_mapping(rows: list[dict[str, Any]]) -> None:
    package = _package()
    try:
        records = parse(SOURCES[0], json.dumps({"value": rows}).encode()).records
    except DataError:
        return
    made = rows_of(records, SOURCES[0], package.tables["numbers"], {}, "answer")
    assert made.problems or all(set(row) == set(package.tables["numbers"].columns) for row in made.rows)


@cache
def _package() -> Any:
    with tempfile.TemporaryDirectory() as folder:
        return read_package(write_package(Path(folder), WHO))


@given(st.text(max_size=40), st.binary(max_size=60) | ANYTHING.map(lambda v: json.dumps(v).encode()))
def test_no_message_breaks_the_reading(topic: str, payload: bytes) -> None:
    try:
        record = reading(topic, payload, "2026-11-23T00:00:00Z")
    except DataError:
        return
    assert record["topic"] == topic
