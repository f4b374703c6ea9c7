"""Packages: what is read, what is refused and where it says so, and what `verify` finds inside."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.data.build import build
from installation.data.descriptor import read_descriptor
from installation.data.package import find_package, list_packages, load_package
from installation.data.verify import verify
from installation.errors import DataError
from installation.resources import resource

SHIPPED = [
    *("dental-equity-gradient", "dental-equity-world", "doctors-drain", "five-year-olds"),
    *("live-dentists", "live-population", "living-smiles-2142", "materials-seam", "us-land", "world-land"),
]
PLACES = "place_id,name\niso3:AAA,Aland\niso3:BBB,Bland\n"
VALUES = (
    "place_id,year,value,status,n\niso3:AAA,2000,1.5,observed,\niso3:AAA,2001,,not_reported,\n"
    "iso3:BBB,2000,0,observed,4\n"
)


def described(name: str = "tiny") -> dict[str, Any]:
    def table(name: str, fields: list[dict[str, Any]], key: list[str], **rest: Any) -> dict[str, Any]:
        return {
            "$schema": "https://datapackage.org/profiles/2.0/dataresource.json",
            "name": name,
            "path": f"{name}.csv",
            "type": "table",
            "format": "csv",
            "hash": "sha256:" + "0" * 64,
            "bytes": 0,
            "schema": {"fieldsMatch": "exact", "fields": fields, "primaryKey": key, **rest},
        }

    text = {"type": "string", "constraints": {"required": True}}
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name,
        "title": "Tiny",
        "version": "1",
        "fiction": False,
        "years": "2000-2001",
        "licenses": [{"name": "CC0-1.0", "title": "CC0"}],
        "sources": [{"title": "nobody"}],
        "contributors": [{"title": "Nobody", "roles": ["publisher"]}],
        "resources": [
            table("places", [{"name": "place_id", **text}, {"name": "name", **text}], ["place_id"]),
            table(
                "numbers",
                [
                    {"name": "place_id", **text},
                    {"name": "year", "type": "integer", "constraints": {"minimum": 1990, "maximum": 2010}},
                    {"name": "value", "type": "number", "unit": "pieces"},
                    {
                        "name": "status",
                        "type": "string",
                        "constraints": {"enum": ["observed", "not_reported"]},
                    },
                    {"name": "n", "type": "integer"},
                ],
                ["place_id", "year"],
                foreignKeys=[{"fields": ["place_id"], "reference": {"resource": "places", "fields": ["place_id"]}}],
            ),
        ],
    }


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small package of a curator's own, in ./datasets, with its checksums right."""
    folder = tmp_path / "datasets" / "tiny"
    folder.mkdir(parents=True)
    (folder / "datapackage.json").write_text(json.dumps(described(), indent=2))
    (folder / "places.csv").write_text(PLACES)
    (folder / "numbers.csv").write_text(VALUES)
    monkeypatch.chdir(tmp_path)
    build(["tiny"])
    return folder


def change(folder: Path, edit: Callable[[dict[str, Any]], Any]) -> None:
    path = folder / "datapackage.json"
    given = json.loads(path.read_text())
    edit(given)
    path.write_text(json.dumps(given, indent=2))


def test_every_shipped_package_says_who_published_it_and_whether_it_is_true() -> None:
    assert list_packages() == SHIPPED
    for name in SHIPPED:
        package = load_package(name)
        assert package.publisher and package.licence and package.years and package.tables
        assert package.fiction == (name == "living-smiles-2142")
        assert package.credit().startswith("FICTION") == package.fiction


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_package_is_sound_inside(name: str) -> None:
    assert verify(load_package(name)) == []


def test_a_credit_is_one_line_for_the_wall() -> None:
    assert load_package("dental-equity-world").credit() == ("Gapminder / WHO / FAO / World Bank, CC BY 4.0, 2000-2024")


def test_what_must_be_said_with_the_numbers_is_said() -> None:
    assert "not dentists" in load_package("doctors-drain").caution
    assert "all mining" in load_package("materials-seam").caution
    assert "not unmet need" in load_package("dental-equity-world").caution


def test_an_own_package_is_found_before_the_shipped_ones(tiny: Path) -> None:
    assert find_package("tiny").resolve() == tiny.resolve()
    assert load_package("tiny").table("numbers").field("value").unit == "pieces"


@pytest.mark.parametrize("name", ["../tiny", "/etc", "", "Tiny", "a/b", "."])
def test_a_name_that_is_a_path_finds_nothing(tiny: Path, name: str) -> None:
    with pytest.raises(DataError, match="there is no dataset"):
        load_package(name)


def test_an_unknown_package_suggests_the_nearest() -> None:
    with pytest.raises(DataError, match='did you mean "doctors-drain"'):
        load_package("doctor-drain")


def test_an_unknown_table_and_column_suggest_the_nearest(tiny: Path) -> None:
    package = load_package("tiny")
    with pytest.raises(DataError, match='did you mean "numbers"'):
        package.table("number")
    with pytest.raises(DataError, match='did you mean "value"'):
        package.table("numbers").field("valeu")


def test_a_missing_comma_is_told_with_line_and_column(tiny: Path) -> None:
    path = tiny / "datapackage.json"
    path.write_text(path.read_text().replace('"title": "Tiny",', '"title": "Tiny"'))
    with pytest.raises(DataError, match=r"datapackage\.json:5:3: this is not JSON"):
        load_package("tiny")


def test_all_problems_of_a_descriptor_are_told_at_once_with_their_places(tiny: Path) -> None:
    def edit(given: dict[str, Any]) -> None:
        del given["years"]
        given["fiction"] = "no"
        given["resources"][1]["type"] = "tabel"
        given["resources"][1]["schema"]["fields"][2]["type"] = "float"

    change(tiny, edit)
    with pytest.raises(DataError) as caught:
        load_package("tiny")
    told = [str(problem) for problem in caught.value.problems]
    assert len(told) == 4
    assert all(re.match(r".*datapackage\.json:\d+:\d+: ", line) for line in told)
    text = (tiny / "datapackage.json").read_text().splitlines()
    kind = next(p for p in caught.value.problems if "resources[1].type" in p.message)
    assert kind.where is not None and "tabel" in text[kind.where.line - 1]
    assert any("years is missing" in line for line in told)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda d: d.update(name="other"), "the folder is"),
        (lambda d: d.update(fiction=True), r'must end in "\(fiction\)"'),
        (lambda d: d.update(sources=[]), "must name its sources"),
        (lambda d: d["resources"][0].update(path="../places.csv"), "must be a file beside"),
        (lambda d: d["resources"][0].update(path="/etc/passwd"), "must be a file beside"),
        (lambda d: d["resources"][0].update(name="numbers"), "two tables"),
        (lambda d: d["resources"][1]["schema"]["fields"][1].update(name="value"), "two fields"),
        (lambda d: d["resources"][1]["schema"].update(primaryKey=["yaer"]), 'did you mean "year"'),
        (
            lambda d: d["resources"][1]["schema"]["foreignKeys"][0]["reference"].update(resource="place"),
            'did you mean "places"',
        ),
        (lambda d: d["resources"][0]["schema"].update(fieldsMatch=["exact"]), "fieldsMatch"),
    ],
)
def test_a_descriptor_that_contradicts_itself_is_refused(
    tiny: Path, edit: Callable[[dict[str, Any]], Any], message: str
) -> None:
    change(tiny, edit)
    with pytest.raises(DataError, match=message):
        load_package("tiny")


def test_a_key_given_twice_is_refused(tiny: Path) -> None:
    path = tiny / "datapackage.json"
    path.write_text(path.read_text().replace('"title": "Tiny"', '"title": "Tiny", "title": "Huge"', 1))
    with pytest.raises(DataError, match='"title" is given twice'):
        load_package("tiny")


@pytest.mark.parametrize("text", ["", "[" * 100_000, '{"a": NaN}', "\x00", '"é', "{" + '"a":' * 3000])
def test_a_hostile_descriptor_is_refused_with_a_message(tiny: Path, text: str) -> None:
    (tiny / "datapackage.json").write_text(text)
    with pytest.raises(DataError, match=r"datapackage\.json"):
        load_package("tiny")


@settings(max_examples=60)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["name", "resources", "schema", "fields"]), inner)
        ),
        max_leaves=12,
    )
)
def test_any_json_is_a_package_or_a_list_of_problems(
    tmp_path_factory: pytest.TempPathFactory, given_value: Any
) -> None:
    path = tmp_path_factory.mktemp("any") / "datapackage.json"
    path.write_text(json.dumps({**described(path.parent.name), "resources": given_value}))
    with pytest.raises(DataError) as caught:
        read_descriptor(path)
    assert all(problem.message for problem in caught.value.problems)


def test_an_absent_table_is_told_with_its_place_and_what_to_do(tiny: Path) -> None:
    (tiny / "numbers.csv").unlink()
    with pytest.raises(DataError, match=r"numbers\.csv: there is no such file\n.*installation data build tiny"):
        load_package("tiny")


def test_a_changed_table_is_told_and_built_again_it_is_accepted(tiny: Path) -> None:
    (tiny / "numbers.csv").write_text(VALUES.replace("1.5", "1.6"))
    with pytest.raises(DataError, match="installation data build tiny"):
        load_package("tiny")
    build(["tiny"])
    assert load_package("tiny").tables["numbers"].size == len(VALUES)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_for_a_table_does_not_hang(tiny: Path) -> None:
    (tiny / "numbers.csv").unlink()
    os.mkfifo(tiny / "numbers.csv")
    with pytest.raises(DataError, match="not a regular file"):
        load_package("tiny")


def test_a_link_out_of_the_folder_is_refused(tiny: Path) -> None:
    outside = tiny.parent / "outside.csv"
    outside.write_text(VALUES)
    (tiny / "numbers.csv").unlink()
    (tiny / "numbers.csv").symlink_to(outside)
    with pytest.raises(DataError, match="lies outside"):
        load_package("tiny")


def test_a_folder_for_a_table_is_refused(tiny: Path) -> None:
    (tiny / "numbers.csv").unlink()
    (tiny / "numbers.csv").mkdir()
    with pytest.raises(DataError, match="not a regular file"):
        load_package("tiny")


@pytest.mark.parametrize(
    ("before", "after", "message", "line"),
    [
        ("iso3:AAA,2001,,not_reported", "iso3:AAA,2001,,observed", 'value is empty, but status is "obs', 3),
        ("iso3:AAA,2001,,not_reported", "iso3:AAA,2001,3,not_reported", "value is 3.0, but status", 3),
        ("iso3:BBB,2000,0", "iso3:CCC,2000,0", 'place_id "iso3:CCC" is not in table "places"', 4),
        ("iso3:BBB,2000,0", "ls:w07,2000,0", "belongs to a package of fiction", 4),
        ("iso3:AAA,2001", "iso3:AAA,2000", "stands on line 2 already", 3),
        ("iso3:BBB,2000,0,observed", "iso3:BBB,2000,0,guessed", "expected one of observed", 4),
        ("iso3:BBB,2000", "iso3:BBB,1900", "expected at least 1990", 4),
        ("iso3:BBB,2000", "iso3:BBB,2099", "expected at most 2010", 4),
        ("iso3:BBB,2000", ",2000", "place_id is empty, and it is required", 4),
        ("1.5", "1,5", "6 cells; expected 5", 2),
        ("1.5", "NaN", 'value is "NaN"; expected a number', 2),
        ("2000,1.5", "2e3,1.5", 'year is "2e3"; expected a whole number', 2),
        (",0,observed,4", ",0,observed,0", "n is 0", 4),
        ("1.5", '"1.5', "not CSV", 2),
    ],
)
def test_verify_finds_each_kind_of_damage(tiny: Path, before: str, after: str, message: str, line: int) -> None:
    package = load_package("tiny")
    assert verify(package) == []
    assert before in VALUES
    (tiny / "numbers.csv").write_text(VALUES.replace(before, after))
    found = [p for p in verify(package) if message in p.message]
    assert found and found[0].where is not None
    assert (Path(found[0].where.path).name, found[0].where.line) == ("numbers.csv", line)


def test_verify_finds_a_changed_file_and_a_wrong_header(tiny: Path) -> None:
    package = load_package("tiny")
    (tiny / "places.csv").write_text(PLACES.replace("name\n", "title\n"))
    told = " ".join(problem.message for problem in verify(package))
    assert "checksum" in told and "the columns are place_id, title" in told


def test_verify_keeps_fact_and_fiction_apart(tiny: Path) -> None:
    def edit(given: dict[str, Any]) -> None:
        given["resources"][0]["schema"]["fields"].append({"name": "fiction", "type": "boolean"})

    change(tiny, edit)
    (tiny / "places.csv").write_text("place_id,name,fiction\niso3:AAA,Aland,false\niso3:BBB,Bland,true\n")
    with pytest.raises(DataError, match=r"places\.csv:3: fiction is true in a package of facts"):
        build(["tiny"])


def test_generated_tables_are_made_again_when_they_are_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTALLATION_CACHE", str(tmp_path))
    package = load_package("living-smiles-2142")
    places = package.tables["ls_places"].path
    assert not places.exists() and places.is_relative_to(tmp_path)
    assert verify(package) == []
    whole = places.read_bytes()
    places.write_bytes(whole[:100])
    assert verify(package) == []
    assert places.read_bytes() == whole


def test_a_descriptor_of_another_generator_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "datasets" / "living-smiles-2142"
    shutil.copytree(resource("datasets") / folder.name, folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INSTALLATION_CACHE", str(tmp_path / "cache"))
    change(folder, lambda d: d["generator"].update(version="0.0"))
    assert "0.0" in verify(load_package(folder.name))[0].message
