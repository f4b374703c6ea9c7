"""What a publisher does not let be handed on is drawn, and stands in no file that leaves the house."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from live_packages import SOURCES, WHO, field, write_package

from installation.data.own.load import load_own
from installation.data.package import find_package, list_packages, read_package
from installation.data.sharing import drawn_only, sharing_of
from installation.label import account_of, write
from installation.listing import origins
from installation.resources import resource
from installation.scene.load import load_show
from shows import write_show

NUMBERS = "place_id,year,value,status,source_id\niso3:HND,2020,3,observed,{}\niso3:KEN,2020,5,observed,live\n"
SCENE = """\
title: Trade
datasets: {trade: dentists}
tables:
  all: {from: trade.numbers}
layers:
  - name: dots
    kind: marks
    table: all
    key: place_id
    time: year
    layout: {kind: grid}
    bind: {color: {column: status, scale: categorical, ramp: ["#102030", "#f0e0d0"]}}
"""


def package(folder: Path, sharing: str, other: str = "live") -> None:
    sources = SOURCES.replace("limited", "yes") + f"closed,Somebody,own,{sharing},,,\n"
    fields = [
        field("place_id"),
        field("year", "integer"),
        field("value", "number"),
        field("status"),
        field("source_id"),
    ]
    write_package(
        folder, {**WHO, "from": "json", "address": "http://127.0.0.1/"}, NUMBERS.format(other), fields, sources
    )


@pytest.mark.parametrize(
    ("sharing", "other", "whole"),
    [
        ("yes", "live", "attribution"),
        ("no", "live", "attribution"),
        ("no", "closed", "no"),
        ("limited", "closed", "limited"),
    ],
)
def test_a_table_is_as_strict_as_the_strictest_source_that_its_rows_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sharing: str, other: str, whole: str
) -> None:
    monkeypatch.chdir(tmp_path)
    package(tmp_path, sharing, other)
    assert sharing_of(read_package(find_package("dentists")), "numbers") == whole


def test_a_table_that_names_no_source_is_under_the_strictest_of_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    package(tmp_path, "no")
    assert drawn_only(read_package(find_package("dentists"))) == ("places",)


def test_nothing_that_ships_is_drawn_only() -> None:
    shipped = [read_package(resource("datasets") / name) for name in list_packages()]
    assert not [(found.name, table) for found in shipped for table in drawn_only(found)]


def test_evidence_hands_on_no_row_that_may_only_be_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    package(tmp_path, "no", "closed")
    paths = write(account_of(load_show(write_show(tmp_path / "show", {"one": SCENE}))), tmp_path / "made")
    told = json.loads(paths[-1].read_text("utf-8"))
    assert not any("iso3:" in path.read_text("utf-8") for path in paths)
    for binding in told["scenes"][0]["bindings"]:
        assert binding["keys"] == [] and "order" not in binding["transform"]
        assert binding["withheld"] == "its rows may be drawn, not passed on"
    assert "numbers: may be drawn, not passed on" in paths[2].read_text("utf-8")
    assert "numbers: may be drawn, not passed on" in origins(read_package(find_package("dentists")))


def test_the_rows_of_ones_own_file_are_not_passed_on_until_its_licence_is_stated(tmp_path: Path) -> None:
    path = tmp_path / "clinics.csv"
    path.write_text("clinic,days\nNorth,12\nSouth,31\n", "utf-8")
    assert drawn_only(load_own(path, "clinics", tmp_path)) == ("clinics",)
    described = {
        "licenses": [{"name": "CC0-1.0"}],
        "sources": [{"title": "City"}],
        "resources": [{"path": "clinics.csv"}],
    }
    path.with_suffix(".csv.json").write_text(json.dumps(described), "utf-8")
    assert drawn_only(load_own(path, "clinics", tmp_path)) == ()
