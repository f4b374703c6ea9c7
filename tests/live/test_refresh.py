"""A whole refresh from a real server: what gets in, what doesn't, and that what was there stays."""

from __future__ import annotations

import json
import logging
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from live_packages import HEADER, SOURCES, WHO, Desk, field, who, write_package
from web_stand import Site, Visit

from installation.data import editions
from installation.data.describe import describe
from installation.data.package import find_package, load_package
from installation.data.rows import load_rows
from installation.data.verify import verify
from installation.errors import DataError
from installation.listing import origins

ROWS = [who("HND", 2018, 0.32), who("KEN", 2018, 0.2), who("KEN", 2020, None), who("SMR", 2018, 17.39)]


@pytest.fixture
def desk(site: Site, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    write_package(tmp_path, WHO)
    monkeypatch.chdir(tmp_path)
    site.script = lambda v: v.answer({"value": ROWS})
    yield Desk(site)


def numbers() -> list[tuple[Any, ...]]:
    """The rows in use."""
    return [tuple(row.values())[:4] for row in load_rows(load_package("dentists").tables["numbers"])]


def refused(act: Callable[[], object]) -> str:
    """What a refresh complains of; the rows in use are as they were, to the byte."""
    before = load_package("dentists")
    with pytest.raises(DataError) as caught:
        act()
    assert load_package("dentists") == before
    return str(caught.value)


def test_what_was_asked_is_in_use_whole_and_sound(desk: Desk) -> None:
    assert desk.refresh().swapped
    assert numbers() == [
        ("iso3:HND", 2018, 0.32, "observed"),
        ("iso3:KEN", 2018, 0.2, "observed"),
        ("iso3:KEN", 2020, None, "not_reported"),
        ("iso3:SMR", 2018, 17.39, "observed"),
    ]
    package = load_package("dentists")
    assert verify(package) == []
    assert package.years == "2018-2020"
    assert describe(package).tables[2].rows == 4


def test_the_package_itself_is_never_written_to(desk: Desk) -> None:
    folder = find_package("dentists")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    desk.refresh()
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_it_is_said_where_a_table_came_from_and_how_old_it_is(desk: Desk) -> None:
    assert "as it shipped; live from who" in origins(load_package("dentists"))[0]
    desk.refresh()
    told = origins(load_package("dentists"))[0]
    for part in ("who http://127.0.0.1", "HWF_0010?$filter=", "ago", "status 200", "4 rows", "sha256"):
        assert part in told
    source = load_rows(load_package("dentists").tables["sources"])[0]
    assert (source["route"], source["retrieved_at"]) == ("live", "2026-09-21")
    assert str(source["sha256"])[:12] in told


def test_two_pages_are_one_table(desk: Desk, site: Site) -> None:
    link = f"{site.address}/api/HWF_0010?$skip=2"
    site.script = lambda v: v.answer(
        {"value": ROWS[2:]} if "$skip" in v.query else {"value": ROWS[:2], "@odata.nextLink": link}
    )
    desk.refresh()
    assert len(numbers()) == 4
    assert "in 2 answers" in origins(load_package("dentists"))[0]


def test_a_circle_of_links_is_noticed(desk: Desk, site: Site) -> None:
    link = f"{site.address}/api/HWF_0010?$skip=2"
    site.script = lambda v: v.answer({"value": ROWS, "@odata.nextLink": link})
    assert "in a circle" in refused(desk.refresh)
    assert len(site.visits) == 2


def test_a_link_to_another_host_is_not_followed(desk: Desk, site: Site) -> None:
    site.script = lambda v: v.answer({"value": ROWS, "@odata.nextLink": "http://169.254.169.254/latest"})
    assert "another host" in refused(desk.refresh)


def test_pages_have_a_cap(desk: Desk, site: Site, tmp_path: Path) -> None:
    write_package(tmp_path, {**WHO, "limits": {"pages": 3}})
    site.script = lambda v: v.answer({"value": ROWS, "@odata.nextLink": f"/api/{len(site.visits)}"})
    assert "more than 3 pages" in refused(desk.refresh)


def test_rows_have_a_cap(desk: Desk, tmp_path: Path) -> None:
    write_package(tmp_path, {**WHO, "limits": {"rows": 3}})
    assert "more than 3 rows" in refused(desk.refresh)


def test_429_then_200(desk: Desk, site: Site) -> None:
    site.in_turn(lambda v: v.answer(status=429, Retry_After="3"), lambda v: v.answer({"value": ROWS}))
    assert desk.refresh().swapped and desk.waits.asked == [3.0]


BAD: dict[str, tuple[bytes, str]] = {
    "truncated": (b'{"value": [{"SpatialDim": "KE', "cut off"),
    "no rows": (b'{"value": []}', "has no rows"),
    "an error": (b'{"error": {"message": "Service retired"}}', "Service retired"),
    "a web page": (b"<!DOCTYPE html><title>Log in</title>", "a web page came"),
    "another shape": (b'{"value": [{"place": "KEN"}]}', 'no row of the answer has "NumericValue"'),
    "no list": (b'{"value": 7}', "not a list"),
    "not UTF-8": (b"\xff\xfe{", "not UTF-8"),
    "not a number": (json.dumps({"value": [who("KEN", 2020, "a lot")]}).encode(), 'row 1, value: "a lot"'),
    "infinity": (b'{"value": [{"NumericValue": Infinity}]}', "not a number in JSON"),
    "too deep": (b"[" * 100_000, "nested too deeply"),
    "a negative": (json.dumps({"value": [who("KEN", 2020, -1)]}).encode(), "numbers.csv:2: value is -1.0"),
    "no country": (json.dumps({"value": [who("", 2020, 1)]}).encode(), "1 rows without a place_id, year are left out"),
    "only regions": (
        json.dumps({"value": [who("KEN", 2020, 1, SpatialDimType="X")]}).encode(),
        "no row of the answer can",
    ),
    "two for one": (
        json.dumps({"value": [who("KEN", 2020, 1), who("KEN", 2020, 2)]}).encode(),
        "row 2, value: 2.0; row 1",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_answer_changes_nothing_and_says_why(desk: Desk, site: Site, kind: str) -> None:
    body, why = BAD[kind]
    site.script = lambda v: v.answer(body)
    assert why in refused(desk.refresh)
    assert len(site.visits) == 1, "what can't be read is not asked for again"


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_answer_leaves_the_good_one_in_use(desk: Desk, site: Site, kind: str) -> None:
    desk.refresh()
    desk.now += 8 * 86400
    site.script = lambda v: v.answer(BAD[kind][0])
    refused(desk.refresh)
    assert len(numbers()) == 4


def test_a_byte_order_mark_and_text_numbers_are_read(desk: Desk, site: Site) -> None:
    rows = [who("KEN", 2020, "0.25"), who("HND", 2020, " 1.5 ")]
    site.script = lambda v: v.answer(b"\xef\xbb\xbf" + json.dumps({"value": rows}).encode())
    desk.refresh()
    assert [row[2] for row in numbers()] == [1.5, 0.25]


def test_places_that_nobody_knows_are_left_out_and_told(desk: Desk, site: Site) -> None:
    site.script = lambda v: v.answer(
        {"value": [*ROWS, who("AFR", 2018, 1.0), who("X", 2018, 1.0, SpatialDimType="REGION")]}
    )
    outcome = desk.refresh()
    assert len(numbers()) == 4
    assert ["iso3:AFR" in note.message for note in outcome.notes] == [True]


def test_nothing_is_asked_before_the_answers_are_old_enough(desk: Desk, site: Site) -> None:
    desk.refresh()
    desk.now += 6 * 86400
    again = desk.refresh()
    assert not again.swapped
    assert len(site.visits) == 1
    assert "as it was; not asked: its answer is 6 days old, and good for 7 days (live.days)" in again.lines[0]


def test_what_has_not_changed_is_not_sent_again(desk: Desk, site: Site) -> None:
    site.script = lambda v: v.answer(
        status=304 if v.headers.get("If-None-Match") else 200, body={"value": ROWS}, ETag='"1"'
    )
    desk.refresh()
    desk.now += 8 * 86400
    outcome = desk.refresh()
    assert not outcome.swapped and len(site.visits) == 2
    assert load_package("dentists").refreshed["numbers"].status == (304,)
    assert load_package("dentists").refreshed["numbers"].at == "2026-09-29T14:13:20Z"


def test_an_answer_that_was_damaged_in_the_cache_is_asked_for_anew(desk: Desk, site: Site, cache: Path) -> None:
    desk.refresh()
    for path in cache.rglob("*.answer"):
        path.write_bytes(b"{}")
    desk.refresh()
    assert len(site.visits) == 2 and len(numbers()) == 4


def test_fewer_places_are_refused_row_by_row(desk: Desk, site: Site) -> None:
    desk.refresh()
    desk.now += 8 * 86400
    site.script = lambda v: v.answer({"value": [row for row in ROWS if row["SpatialDim"] != "SMR"]})
    told = refused(desk.refresh)
    assert "numbers.csv: place_id: 1 of 3 places are gone: iso3:SMR" in told


def test_an_older_newest_year_is_refused(desk: Desk, site: Site) -> None:
    desk.refresh()
    desk.now += 8 * 86400
    site.script = lambda v: v.answer({"value": [row for row in ROWS if row["TimeDim"] < 2020]})
    assert "year: the newest year is 2018; it was 2020" in refused(desk.refresh)


def test_figures_that_leap_are_let_in_and_told(desk: Desk, site: Site) -> None:
    desk.refresh()
    desk.now += 8 * 86400
    leapt = [who("HND", 2018, 7.1), who("KEN", 2018, 0.21), who("KEN", 2020, None), who("SMR", 2018, 7.42)]
    site.script = lambda v: v.answer({"value": leapt})
    outcome = desk.refresh()
    assert outcome.swapped
    assert [str(note.where).rpartition("/")[2] for note in outcome.notes] == ["numbers.csv:2", "numbers.csv"]
    assert "value of iso3:HND, 2018: 7.1; it was 0.32 (22.2 times)" in outcome.notes[0].message
    assert "1 of 3 figures (33%)" in outcome.notes[1].message


def test_undo_goes_back_step_by_step_to_what_shipped(desk: Desk, site: Site) -> None:
    desk.refresh()
    desk.now += 8 * 86400
    site.script = lambda v: v.answer({"value": [*ROWS, who("HND", 2021, 0.5)]})
    desk.refresh()
    base = find_package("dentists")
    assert len(numbers()) == 5
    assert editions.go_back("dentists", base) and len(numbers()) == 4
    assert editions.go_back("dentists", base) == "" and numbers() == []


def test_a_damaged_edition_gives_way_to_what_shipped(desk: Desk, cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    desk.refresh()
    for path in (cache / "live" / "packages" / "dentists" / "editions").rglob("numbers.csv"):
        path.write_text("half")
    assert numbers() == []
    assert "the package as it shipped is" in caplog.text


@pytest.mark.parametrize("text", ["", "{", "[]", '{"edition": "../../x", "before": "", "base": ""}', "[" * 99999])
def test_a_damaged_pointer_means_what_shipped(desk: Desk, text: str) -> None:
    desk.refresh()
    editions.pointer("dentists").write_text(text)
    assert numbers() == []


def test_a_package_that_was_edited_since_counts_again(desk: Desk) -> None:
    desk.refresh()
    path = find_package("dentists") / "datapackage.json"
    path.write_text(path.read_text().replace('"version": "1"', '"version": "2"'))
    assert load_package("dentists").version == "2"


def test_old_editions_are_thrown_away(desk: Desk, site: Site, cache: Path) -> None:
    for turn in range(7):
        site.script = lambda v, turn=turn: v.answer({"value": [*ROWS, who("HND", 2021, 1 + turn / 10)]})
        desk.refresh()
        desk.now += 8 * 86400
    kept = list((cache / "live" / "packages" / "dentists" / "editions").iterdir())
    assert len(kept) == editions.MOST_KEPT
    assert len(list(cache.rglob("*.answer"))) == 1


@pytest.mark.skipif(os.name != "posix", reason="folders have no modes here")
def test_answers_are_for_this_user_alone(desk: Desk, cache: Path) -> None:
    desk.refresh()
    assert stat.S_IMODE((cache / "live" / "packages" / "dentists").stat().st_mode) == 0o700


def test_rows_of_others_are_kept_where_the_source_does_not_speak_of_them(desk: Desk, tmp_path: Path) -> None:
    fields = [
        field("place_id"),
        field("year", "integer"),
        field("value", "number"),
        field("status"),
        field("source_id"),
    ]
    mine = HEADER + "iso3:KEN,2001,3,observed,mine\niso3:KEN,2018,9,observed,live\n"
    folder = write_package(
        tmp_path, {**WHO, "keep": "source_id"}, mine, fields, sources=SOURCES + "mine,Me,CC0,yes,,,\n"
    )
    assert verify(load_package(folder.name)) == []
    desk.refresh()
    assert [row[:3] for row in numbers()][1:3] == [("iso3:KEN", 2001, 3.0), ("iso3:KEN", 2018, 0.2)]


KEY = "k3y-0123456789abcdef"


@pytest.mark.parametrize("fails", [False, True])
def test_a_key_is_in_no_file_and_in_no_word(
    desk: Desk, site: Site, cache: Path, tmp_path: Path, fails: bool, caplog: pytest.LogCaptureFixture
) -> None:
    key = {"env": "INSTALLATION_KEY_TEST", "query": "subscription-key"}
    write_package(tmp_path, {**WHO, "key": key})
    desk.environ["INSTALLATION_KEY_TEST"] = KEY

    def script(visit: Visit) -> None:
        said = {"value": ROWS, "context": visit.line, "@odata.nextLink": f"/api/two?subscription-key={KEY}"}
        visit.answer(
            {"error": visit.line} if fails else said if visit.path != "/api/two" else {"value": [], "context": KEY}
        )

    site.script = script
    caplog.set_level(logging.DEBUG)
    if fails:
        assert KEY not in refused(desk.refresh)
    else:
        assert KEY not in repr(desk.refresh())
        assert [visit.query["subscription-key"] for visit in site.visits] == [KEY, KEY]
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path
    assert KEY not in caplog.text


def test_a_key_that_is_needed_and_not_there_is_told_by_its_name(desk: Desk, tmp_path: Path) -> None:
    write_package(tmp_path, {**WHO, "key": {"env": "INSTALLATION_KEY_TEST", "header": "X", "required": True}})
    assert "INSTALLATION_KEY_TEST has no key" in refused(desk.refresh)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another variable": ({"key": {"env": "AWS_SECRET_ACCESS_KEY", "header": "X"}}, "INSTALLATION_KEY_"),
    "a field that is not there": ({"fields": {**WHO["fields"], "plaice": "x"}}, 'the table has no field "plaice"'),
    "no key field": ({"fields": {"value": "{NumericValue}"}}, '"place_id" is of the primary key'),
    "a password": ({"address": "https://me:pw@who.example/"}, "a user or a password"),
    "a key": ({"query": {"subscription-key": "abc"}}, "a key is written here"),
    "a key in the address": ({"address": "https://who.example/?api_key=abc"}, "a key is written here"),
    "no http": ({"address": "file:///etc/passwd"}, "must begin with https:// or http://"),
    "a word that is not known": ({"feilds": {}}, "feilds"),
    "a kind that is not known": ({"from": "wh0"}, "expected"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_source_is_told_at_its_place(desk: Desk, tmp_path: Path, kind: str) -> None:
    given, why = WRONG[kind]
    write_package(tmp_path, {**WHO, **given})
    with pytest.raises(DataError) as caught:
        load_package("dentists")
    assert why in str(caught.value) and "datapackage.json:" in str(caught.value)


def test_the_publishers_waiting_time_can_not_be_made_shorter(desk: Desk, site: Site, tmp_path: Path) -> None:
    write_package(tmp_path, {**WHO, "days": 0.001})
    desk.refresh()
    desk.now += 86400
    desk.refresh()
    assert len(site.visits) == 1
