"""A scene that takes its rows from a file of the show: what it may write, and how mistakes are told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playing import typed
from workbooks import write_workbook

from installation.errors import SceneError
from installation.scene.evidence import records_of
from installation.scene.load import Show, load_show

Build = Callable[..., Path]
TEETH = "place,year,decay\nKenya,2000,1.5\nPeru,2001,\n"


def scene(datasets: str, tables: str, layer: str = "{name: eye, kind: camera}") -> str:
    return f"title: Dawn\ndatasets: {{{datasets}}}\ntables: {{{tables}}}\nlayers: [{layer}]\n"


def loaded(show: Build, text: str, **data: str) -> Show:
    files = {f"data/{name.replace('_', '.')}": content for name, content in data.items()}
    return load_show(show({"scenes/dawn.yaml": text, **files}))


def complaints(show: Build, text: str, **data: str) -> str:
    with pytest.raises(SceneError) as caught:
        loaded(show, text, **data)
    return str(caught.value)


def test_a_file_of_the_show_is_a_dataset(show: Build) -> None:
    text = scene("own: data/teeth.csv", "all: {from: own}, some: {sql: SELECT place FROM own WHERE year = 2001}")
    found = loaded(show, text, teeth_csv=TEETH).scenes["dawn"]
    assert found.tables["all"].count == 2 and list(found.tables["some"].column("place")) == ["Peru"]
    assert found.packages["own"].credit() == "source not stated, 2000-2001"


def test_a_file_can_be_joined_with_a_package_of_facts(show: Build, datasets: None) -> None:
    text = scene(
        "own: data/teeth.csv, m: mouths",
        't: {sql: "SELECT own.place AS place, tooth FROM own JOIN m.teeth USING (year)"}',
    )
    assert loaded(show, text, teeth_csv=TEETH).scenes["dawn"].tables["t"].count > 0


def test_a_file_of_fiction_makes_the_scene_fiction_and_joins_no_facts(show: Build, datasets: None) -> None:
    said = '{"fiction": true, "resources": []}'
    files = {"data/teeth.csv": TEETH, "data/teeth.csv.json": said}
    found = load_show(show({"scenes/dawn.yaml": scene("own: data/teeth.csv", "t: {from: own}"), **files}))
    assert found.scenes["dawn"].fiction
    with pytest.raises(SceneError, match="they can't meet in one query"):
        sql = "t: {sql: SELECT * FROM own JOIN m.teeth USING (year)}"
        load_show(show({"scenes/dawn.yaml": scene("own: data/teeth.csv, m: mouths", sql), **files}))


def test_the_sheets_of_a_workbook_are_named(show: Build) -> None:
    text = scene("book: data/book.xlsx", "a: {from: book.adults}, b: {sql: SELECT x FROM book.children}")
    folder = show({"scenes/dawn.yaml": text})
    (folder / "data").mkdir()
    write_workbook(folder / "data" / "book.xlsx", {"Adults": [["x"], [1]], "Children": [["x"], [2]]})
    assert load_show(folder).scenes["dawn"].tables["b"].column("x")[0] == 2
    (folder / "scenes" / "dawn.yaml").write_text(scene("book: data/book.xlsx", "a: {from: book}"), "utf-8")
    with pytest.raises(SceneError, match=r'"book" has 2 tables: which\?\n    book\.adults, book\.children'):
        load_show(folder)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("own: data/tooth.csv", "t: {from: own}"), '2:17: there is no file "data/tooth.csv"'),
        (("own: data/tooth.csv", "t: {from: own}"), 'did you mean "data/teeth.csv"'),
        (("own: ../teeth.csv", "t: {from: own}"), "leads out of"),
        (("own: /etc/passwd.csv", "t: {from: own}"), "is not a file of the show"),
        (("own: teeth.csv", "t: {from: own}"), "write data/teeth.csv for the file of this show"),
        (("own: data/teeth.csv", "t: {from: own.rows}"), 'no table "rows"'),
        (("own: data/teeth.csv", "t: {from: owm}"), 'did you mean "own"'),
        (("own: data/teeth.csv", "t: {sql: SELECT plaice FROM own}"), 'did you mean "place"'),
        (("own: data/teeth.csv", "t: {sql: \"SELECT * FROM 'data/teeth.csv'\"}"), "there is no table"),
    ],
)
def test_a_mistake_is_told_where_the_scene_makes_it(show: Build, lines: tuple[str, str], told: str) -> None:
    found = complaints(show, scene(*lines), teeth_csv=TEETH)
    assert told in found and "dawn.yaml" in found


def test_a_mistake_in_a_file_is_told_at_its_line_and_where_the_scene_names_it(show: Build) -> None:
    found = complaints(show, scene("own: data/teeth.csv", "t: {from: own}"), teeth_csv="a,b\n1\n")
    assert found.startswith("shows/harbour/data/teeth.csv:2: 1 cell; expected 2")
    assert '"data/teeth.csv" is named at shows/harbour/scenes/dawn.yaml:2:17' in found


def test_every_scene_that_uses_a_bad_file_is_told(show: Build) -> None:
    text = scene("own: data/teeth.csv", "t: {from: own}")
    folder = show({"scenes/dawn.yaml": text, "scenes/dusk.yaml": text, "data/teeth.csv": "a,b\n1\n"})
    with pytest.raises(SceneError) as caught:
        load_show(folder)
    assert "dawn.yaml" in str(caught.value) and "dusk.yaml" in str(caught.value)


def test_check_warns_of_a_file_without_a_source_and_is_content(show: Build) -> None:
    folder = show({"scenes/dawn.yaml": scene("own: data/teeth.csv", "t: {from: own}"), "data/teeth.csv": TEETH})
    ended = typed("check", folder)
    assert ended.code == 0 and "warning: no source and licence is stated for this file" in ended.said
    stated = '{"sources": [{"title": "Us"}], "licenses": [{"name": "CC0-1.0"}], "resources": []}'
    (folder / "data" / "teeth.csv.json").write_text(stated, "utf-8")
    assert "warning" not in typed("check", folder).said


def test_the_evidence_of_a_file_without_a_source_says_so(show: Build) -> None:
    marks = "{name: m, kind: marks, table: TABLE, key: place, layout: {kind: grid}, bind: {size: {column: decay}}}"
    tables = "all: {from: own}, some: {sql: SELECT * FROM own}"
    for table in ("all", "some"):
        text = scene("own: data/teeth.csv", tables, marks.replace("TABLE", table))
        (record, *_) = records_of(loaded(show, text, teeth_csv=TEETH).scenes["dawn"])
        (origin,) = record.origins
        assert (origin.dataset, origin.table, origin.publisher) == ("data/teeth.csv", "teeth", "source not stated")
        assert origin.credit == "source not stated, 2000-2001"


def test_a_file_that_is_wrong_is_told_once_and_not_as_a_table_that_is_not_there(show: Build) -> None:
    text = (
        "title: Dawn\ndatasets: {own: data/own.csv}\n"
        'tables: {t: {sql: "SELECT a FROM own"}, u: {sql: "SELECT own.a FROM (SELECT 1) AS x, own"}}\n'
        "layers: [{name: eye, kind: camera}]\n"
    )
    with pytest.raises(SceneError) as caught:
        load_show(show({"scenes/dawn.yaml": text}))
    assert 'there is no file "data/own.csv"' in str(caught.value) and "there is no table" not in str(caught.value)
