"""OpenDocument spreadsheets are read as .xlsx are, and refused as these are when they are made to harm."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from workbooks import ods_cell, ods_sheet, write_ods, write_workbook

from installation.data.own import open_document, zipped
from installation.data.own.load import load_own
from installation.data.own.look import look
from installation.data.tables import Columns, Tables
from installation.errors import DataError, Location

ROWS: list[list[object]] = [
    ["place", "year", "dmft", "seen"],
    ["Kenya", 2000, 1.5, ("d", "2020-02-29")],
    ["Peru", 2001, None, None],
]


def columns(path: Path, table: str = "") -> Columns:
    package = load_own(path, "data/x.ods", path.parent)
    with Tables({"own": package}) as tables:
        return tables.table(f"own.{table}" if table else "own")


def refused(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        load_own(path, "data/x.ods", path.parent)
    assert len(caught.value.problems) == 1 and path.name in str(caught.value)
    return str(caught.value)


def test_a_sheet_is_a_table_with_numbers_texts_days_and_gaps(tmp_path: Path) -> None:
    found = columns(write_ods(tmp_path / "x.ods", {"One": ROWS}))
    assert found.names == ("place", "year", "dmft", "seen")
    assert list(found.column("place")) == ["Kenya", "Peru"] and list(found.column("year")) == [2000, 2001]
    assert found.column("dmft")[0] == 1.5 and found.missing["dmft"][1]
    assert list(found.column("seen")) == ["2020-02-29", ""]


def test_each_sheet_with_rows_is_a_table(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "x.ods", {"One": ROWS, "Empty": [], "Two": [["a"], [1], [2]]})
    assert list(load_own(path, "data/x.ods", tmp_path).tables) == ["one", "two"]
    assert list(columns(path, "two").column("a")) == [1, 2]


def test_what_repeats_is_repeated(tmp_path: Path) -> None:
    row = f'<table:table-row table:number-rows-repeated="3">{ods_cell(7, 2)}{ods_cell(None, 900)}</table:table-row>'
    found = columns(
        write_ods(tmp_path / "x.ods", {"S": ods_sheet([["a", "b"]]).partition("<table:table-row table:")[0] + row})
    )
    assert list(found.column("a")) == [7, 7, 7] and list(found.column("b")) == [7, 7, 7]


def test_formulas_errors_and_merged_cells_are_told_at_their_place(tmp_path: Path) -> None:
    rows = ods_sheet([["a", "b"], ["x", ("f", "=1+1", 2)], ["y", ("e", "=1/0", "#DIV/0!")], ["z", 4]])
    rows = rows.replace("<table:table-cell office", '<table:table-cell table:number-rows-spanned="1" office')
    said = "\n".join(map(str, look(write_ods(tmp_path / "x.ods", {"S": rows})).tables[0].flags))
    assert "x.ods[S]:2:2: 2 formulas, the first in B2: the last results are read" in said
    assert "x.ods[S]:3:2: B3 is an error (#DIV/0!): it counts as missing" in said
    found = columns(tmp_path / "x.ods")
    assert list(found.missing["b"]) == [False, True, False]


FAR = '<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row>'


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (ods_sheet([["a", "b"]]) + ods_sheet([[1]]), "the cells from A1 to"),
        (f"<table:table-row>{ods_cell(1, 9_999_999)}</table:table-row>", "at most 2,000,000 are read"),
        (f'<table:table-row table:number-rows-repeated="99999999999999">{ods_cell(1)}</table:table-row>', "2,097,152"),
        (
            f'<table:table-row table:number-rows-repeated="100000">{ods_cell("long " * 2000)}</table:table-row>',
            "million characters",
        ),
        (
            '<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:boolean-value="true" '
            'table:number-columns-repeated="16384"/></table:table-row>',
            "at most 2,000,000 are read",
        ),
        (
            '<table:table-row table:number-rows-repeated="1000"><table:table-cell table:formula="of:=1" '
            'table:number-columns-repeated="16384"/></table:table-row>',
            "at most 2,000,000 are read",
        ),
        (
            '<table:table-row><table:table-cell office:value-type="string"><text:p>a<text:s text:c="2000000000"/></text:p>'
            "</table:table-cell></table:table-row>",
            "more than 100,000 characters",
        ),
        ("<table:table-row>" + "<table:table-cell", "the workbook's XML is broken"),
    ],
)
def test_what_would_fill_the_memory_is_refused_before_it_does(tmp_path: Path, rows: str, told: str) -> None:
    said = refused(write_ods(tmp_path / "x.ods", {"S": rows}))
    assert told in said


def test_a_document_type_a_password_a_bomb_and_twins_are_refused(tmp_path: Path) -> None:
    declared = '<!DOCTYPE a [<!ENTITY b "bbbb">]>'
    assert "document type" in refused(write_ods(tmp_path / "type.ods", {"S": ROWS}, before=declared))
    secret = {"META-INF/manifest.xml": b"<m><file-entry><encryption-data/></file-entry></m>"}
    assert "has a password" in refused(write_ods(tmp_path / "secret.ods", {"S": ROWS}, secret))
    bomb = write_ods(tmp_path / "bomb.ods", {"S": ROWS})
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as file, file.open("Pictures/x", "w") as part:
        for _ in range(300):
            part.write(bytes(1 << 20))
    assert "unpacks to more than 256 MiB" in refused(bomb)
    twins = write_workbook(tmp_path / "twins.xlsx", {"S": [["a"], [1]]}, {"xl/Workbook.xml": b"<a/>"})
    assert "two parts of one name" in refused(twins)


def test_a_tag_of_a_million_attributes_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    attributes = " ".join(f'a{i}="1"' for i in range(300_000))
    tag = f"<worksheet {attributes}/>"
    assert "a tag of more than 1 MiB" in refused(write_workbook(tmp_path / "x.xlsx", {"S": tag}))


def test_a_sheet_of_nothing_but_empty_tags_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipped, "MOST_TAGS", 10_000)
    assert "more than 10,000 tags" in refused(write_ods(tmp_path / "x.ods", {"S": "<table:table-row/>" * 10_000}))


def test_tags_inside_tags_without_end_are_refused(tmp_path: Path) -> None:
    assert "nested too deeply" in refused(write_workbook(tmp_path / "x.xlsx", {"S": "<a>" * 10_000}))
    assert "nested too deeply" in refused(write_ods(tmp_path / "x.ods", {"S": "<table:table-row>" * 10_000}))


def test_old_and_binary_workbooks_are_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "x.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    assert "save it as .xlsx, .ods or .csv" in refused(tmp_path / "x.xls")


def test_an_error_that_is_repeated_a_million_times_in_few_bytes_costs_no_more_than_those_that_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[int] = []
    note = zipped.Seen.error
    monkeypatch.setattr(zipped.Seen, "error", lambda seen, *of: (noted.append(1), note(seen, *of)))
    rows = f'<table:table-row table:number-rows-repeated="2000">{ods_cell(("e", "1/0", "#"), 1000)}</table:table-row>'
    path = write_ods(tmp_path / "x.ods", {"S": rows})
    with zipped.unpacked(path, Location("x.ods")) as file:
        assert open_document.look(file, Location("x.ods"))["S"].cells == 2_000_000
    assert len(noted) == zipped.KEPT
