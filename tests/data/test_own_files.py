"""A curator's own files: each kind read as a table with types and places, and what a descriptor beside it says."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from workbooks import write_ods, write_workbook

from installation.data.own.geometry import centroid
from installation.data.own.load import load_own
from installation.data.package import Package
from installation.data.tables import Columns, Tables
from installation.errors import DataError
from installation.resources import cache_folder

ROWS = "place,year,dmft\nKenya,2000,1.5\nKenya,2001,\nPeru,2000,2\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def package(path: Path) -> Package:
    return load_own(path, f"data/{path.name}", path.parent.parent)


def columns(path: Path, table: str = "") -> Columns:
    with Tables({"own": package(path)}) as tables:
        return tables.table(f"own.{table}" if table else "own")


def refused(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        package(path)
    return str(caught.value)


def warned(path: Path) -> str:
    return "\n".join(map(str, package(path).warnings))


def described(path: Path, fields: list[dict[str, Any]] | None = None, **more: Any) -> None:
    resource = {"name": "mine", "path": path.name, "type": "table", **more.pop("resource", {})}
    if fields is not None:
        resource["schema"] = {"fields": fields, **more.pop("schema", {})}
    write(path.with_name(f"{path.name}.json"), json.dumps({**more, "resources": [resource]}))


FILES = {
    "csv": ROWS,
    "tsv": ROWS.replace(",", "\t"),
    "txt": ROWS.replace(",", "|"),
    "json": json.dumps(
        [
            {"place": "Kenya", "year": 2000, "dmft": 1.5},
            {"place": "Kenya", "year": 2001, "dmft": None},
            {"place": "Peru", "year": 2000, "dmft": 2},
        ]
    ),
}


def of_kind(data: Path, kind: str) -> Path:
    path = data / f"teeth.{kind}"
    if kind in ("xlsx", "ods"):
        write_book = write_workbook if kind == "xlsx" else write_ods
        return write_book(
            path, {"One": [["place", "year", "dmft"], ["Kenya", 2000, 1.5], ["Kenya", 2001, None], ["Peru", 2000, 2]]}
        )
    if kind == "parquet":
        duckdb.execute(f"COPY (SELECT * FROM read_csv('{write(data / 'rows', ROWS)}')) TO '{path}' (FORMAT parquet)")
        return path
    return write(path, FILES[kind])


@pytest.mark.parametrize("kind", ["csv", "tsv", "txt", "json", "xlsx", "ods", "parquet"])
def test_every_kind_of_file_gives_the_same_table(data: Path, kind: str) -> None:
    found = columns(of_kind(data, kind))
    assert found.names == ("place", "year", "dmft")
    assert list(found.column("place")) == ["Kenya", "Kenya", "Peru"]
    assert list(found.column("year")) == [2000, 2001, 2000]
    assert found.column("dmft")[0] == 1.5 and found.missing["dmft"][1] and np.isnan(found.column("dmft")[1])


def test_geojson_places_each_feature_by_its_centroid(data: Path) -> None:
    square = [[[10, 0], [12, 0], [12, 2], [10, 2], [10, 0]]]
    features = [
        {
            "type": "Feature",
            "id": 7,
            "properties": {"name": "dot"},
            "geometry": {"type": "Point", "coordinates": [5, 6]},
        },
        {"type": "Feature", "properties": {"name": "sq"}, "geometry": {"type": "Polygon", "coordinates": square}},
        {"type": "Feature", "properties": {"name": "nowhere"}, "geometry": None},
    ]
    text = json.dumps({"type": "FeatureCollection", "crs": {"a": [1]}, "features": features})
    found = columns(write(data / "map.geojson", text))
    assert list(found.column("lon")[:2]) == [5, 11] and list(found.column("lat")[:2]) == [6, 1]
    assert found.missing["lon"][2] and found.column("name")[2] == "nowhere"


@pytest.mark.parametrize(
    ("geometry", "expected"),
    [
        ({"type": "LineString", "coordinates": [[0, 0], [4, 0]]}, (2, 0)),
        ({"type": "MultiPoint", "coordinates": [[0, 0], [2, 2], [4, 4]]}, (2, 2)),
        ({"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [0, 4], [0, 0]]]}, (4 / 3, 4 / 3)),
        (
            {
                "type": "Polygon",
                "coordinates": [
                    [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]],
                    [[0, 0], [2, 0], [2, 4], [0, 4], [0, 0]],
                ],
            },
            (3, 2),
        ),
        (  # Fiji: on both sides of the date line
            {
                "type": "MultiPolygon",
                "coordinates": [
                    [[[178, -18], [180, -18], [180, -16], [178, -16], [178, -18]]],
                    [[[-180, -18], [-178, -18], [-178, -16], [-180, -16], [-180, -18]]],
                ],
            },
            (180, -17),
        ),
        ({"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 2, 9]}]}, (1, 2)),
    ],
)
def test_a_centroid_is_that_of_the_shape(geometry: dict[str, Any], expected: tuple[float, float]) -> None:
    assert centroid(geometry) == pytest.approx(expected)


def test_metres_of_a_national_grid_are_told_at_their_feature(data: Path) -> None:
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [531000, 181000]}},
    ]
    text = '{"type": "FeatureCollection",\n"features": ' + json.dumps(features) + "}"
    said = refused(write(data / "map.geojson", text))
    assert "map.geojson:2:" in said and "WGS 84" in said


# -- a workbook ------------------------------------------------------------------------------------------------------


def test_each_sheet_of_a_workbook_is_a_table(data: Path) -> None:
    path = write_workbook(
        data / "book.xlsx",
        {"Adults 2019": [["a"], [1]], "Übersicht": [["b"], ["x"]], "Empty": [], "Only a header": [["c", "d"]]},
    )
    assert list(package(path).tables) == ["adults_2019", "ubersicht"]
    assert columns(path, "ubersicht").column("b")[0] == "x"


def test_a_workbooks_quirks_are_told_by_cell(data: Path) -> None:
    path = write_workbook(
        data / "book.xlsx",
        {
            "S": [
                ["A title", None, None],
                ["place", "value", "day"],
                ["Kenya", ("f", "1+1", 2), ("d", 43831)],
                ["Peru", ("e", "#REF!"), ("d", 43832)],
            ]
        },
    )
    found, said = columns(path), warned(path)
    assert list(found.column("day")) == ["2020-01-01", "2020-01-02"]
    assert found.missing["value"][1] and found.column("value")[0] == 2
    assert "book.xlsx[S]:4:2: B4 is an error (#REF!)" in said
    assert "2 formulas, the first in B3" in said
    assert "the header is taken from row 2" in said


# -- what is guessed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "kind", "value"),
    [
        ("1;2;3", "integer", 1),
        ("1;2.5;n/a", "number", 1),
        ("1,5;2,25;-3,0", "number", 1.5),
        ("1.234,5;2,0", "number", 1234.5),
        ("1,234,567;12", "number", 1234567),
        ("1,234.5;2.5", "number", 1234.5),
        ("1 234;12 345,5", "number", 1234),
        ("1\u202f234;12\u202f345", "number", 1234),
        ("1'234;1'234'567.5", "number", 1234),
        ("−5;7", "number", -5),
        ("12%;3.5 %", "number", 12),
        ("true;FALSE", "boolean", 1),
        ("2020-01-31;2020-02-01", "date", "2020-01-31"),
        ("31.12.2020;01.02.2021", "date", "2020-12-31"),
        ("12/31/2020;01/02/2021", "date", "2020-12-31"),
        ("2020-01-31 12:00;2020-02-01", "datetime", "2020-01-31 12:00:00"),
        ("1,234;5,678", "string", "1,234"),
        ("01/02/2020;03/04/2020", "string", "01/02/2020"),
        ("007;012", "string", "007"),
        ("12*;13", "string", "12*"),
        ("1_000;0x10", "string", "1_000"),
        ("NA;DE;FR", "string", "NA"),
        ("1,5;1.5", "string", "1,5"),
        ("12%;0.5", "string", "12%"),
    ],
)
def test_types_are_guessed_and_what_may_mean_two_things_stays_text(
    data: Path, cells: str, kind: str, value: object
) -> None:
    path = write(data / "one.tsv", "x\n" + "\n".join(cells.split(";")) + "\n")
    assert package(path).tables["one"].fields[0].type == kind
    assert columns(path).column("x")[0] == value


def test_an_infinity_is_refused_at_its_place_and_nan_is_missing(data: Path) -> None:
    assert 'bad.csv:3: "x" is "inf"' in refused(write(data / "bad.csv", "x\n1\ninf\n"))
    assert 'bad.csv:2: "x" is "1e999"' in refused(write(data / "bad.csv", "x\n1e999\n2\n"))
    assert columns(write(data / "fine.csv", "x\n1\nNaN\n")).missing["x"][1]


def test_nan_and_infinity_of_a_parquet_file(data: Path) -> None:
    duckdb.execute(f"COPY (SELECT unnest([1.5, 'nan'::DOUBLE]) AS x) TO '{data / 'nan.parquet'}' (FORMAT parquet)")
    assert columns(data / "nan.parquet").missing["x"][1]
    duckdb.execute(f"COPY (SELECT unnest([1.5, 'inf'::DOUBLE]) AS x) TO '{data / 'inf.parquet'}' (FORMAT parquet)")
    assert 'inf.parquet:2: "x" is "inf"' in refused(data / "inf.parquet")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_any_usual_encoding_is_read_and_told(data: Path, encoding: str) -> None:
    text = "place,n\nÖsterreich,1\n" + "Zürich,2\n" * 30
    path = write(data / "e.csv", text.encode(encoding))
    assert columns(path).column("place")[0] == "Österreich" and columns(path).names == ("place", "n")
    assert ("is read as" in warned(path) or "UTF-16" in warned(path)) == (not encoding.startswith("utf-8"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_is_read(data: Path, end: str) -> None:
    assert columns(write(data / "l.csv", ROWS.replace("\n", end))).count == 3


def test_titles_above_blank_lines_below_and_cells_of_several_lines(data: Path) -> None:
    path = write(
        data / "t.csv", 'A title,,\n\nplace,year,x\nKenya,2000,"two\nlines"\n\nPeru,2001,\n,,\nChad,2002,inf\n'
    )
    assert columns(path).count == 3 and columns(path).column("x")[0] == "two\nlines"
    assert "t.csv:3: the header is taken from line 3; 1 line above it left out" in warned(path)
    described(path, [{"name": "place"}, {"name": "year", "type": "integer"}, {"name": "x", "type": "number"}])
    said = refused(path)
    assert 't.csv:4: "x"' in said and 't.csv:9: "x" is "inf"' in said


def test_headers_are_each_a_name_of_their_own(data: Path) -> None:
    path = write(data / "h.csv", "Year,year,,  a  b ,\n1,2,3,4,\n")
    assert columns(path).names == ("Year", "year_2", "column_3", "a b")
    assert "two columns" in warned(path) and "column 3 has no name" in warned(path)


def test_records_of_another_length_are_told_with_their_lines(data: Path) -> None:
    said = refused(write(data / "r.csv", "a,b\n1,2\n3\n4,5,6\n7,8\nSource: WHO\n"))
    assert "r.csv:3: 1 cell; expected 2" in said and "r.csv:4: 3 cells" in said and "r.csv:6: 1 cell" in said


def test_one_table_is_called_by_its_dataset_alone(data: Path) -> None:
    with Tables({"teeth": package(write(data / "x.csv", ROWS))}) as tables:
        assert tables.query("SELECT sum(dmft) AS s FROM teeth").column("s")[0] == 3.5
        assert tables.query("SELECT teeth.place, t.year FROM teeth JOIN teeth.x t USING (place)").count == 5
        assert tables.query("WITH teeth AS (SELECT 1 AS one) SELECT one FROM teeth").column("one")[0] == 1


def test_names_that_are_no_words_can_be_asked(data: Path) -> None:
    path = write(data / "n.csv", 'DMFT (mean),"a ""b""",c\'d\n1.5,2,3\n')
    with Tables({"own": package(path)}) as tables:
        assert tables.query('SELECT "DMFT (mean)" AS x, "a ""b""" AS y FROM own').column("x")[0] == 1.5
        assert tables.table("own").names == ("DMFT (mean)", 'a "b"', "c'd")


# -- sources and descriptors -----------------------------------------------------------------------------------------


def test_a_file_without_a_source_plays_and_says_so(data: Path) -> None:
    found = package(write(data / "x.csv", ROWS))
    assert found.credit() == "source not stated, 2000-2001" and found.publisher == "source not stated"
    assert "no source and licence is stated" in str(found.warnings[-1])
    assert not found.fiction and not found.sources


def test_a_descriptor_states_the_source_and_rules(data: Path) -> None:
    path = write(data / "x.csv", ROWS)
    fields = [
        {"name": "place", "type": "string"},
        {"name": "year", "type": "string", "unit": "AD"},
        {"name": "dmft", "type": "number", "missingValues": ["", "2"]},
    ]
    described(path, fields, title="Teeth", sources=[{"title": "WHO"}], licenses=[{"name": "CC-BY-4.0"}], fiction=True)
    found = package(path)
    assert found.credit() == "FICTION: WHO, CC-BY-4.0" and not found.warnings
    assert found.table("mine").field("year").unit == "AD"
    assert list(columns(path).missing["dmft"]) == [False, True, True] and not columns(path).is_number("year")


def test_a_datapackage_beside_many_files_speaks_of_each(data: Path) -> None:
    write(data / "x.csv", ROWS)
    path = write(data / "y.csv", "v\n1,5\n".replace(",", "."))
    resource = {"path": "y.csv", "schema": {"fields": [{"name": "v", "type": "string"}]}}
    write(data / "datapackage.json", json.dumps({"sources": [{"title": "Us"}], "resources": [resource]}))
    assert package(path).publisher == "Us" and not columns(path).is_number("v")
    assert package(data / "x.csv").publisher == "source not stated"


def test_what_is_not_as_described_is_told_by_line(data: Path) -> None:
    path = write(data / "x.csv", "place,year,n\nKenya,2000,1\nKenya,2000,x\nPeru,,200\nChad,2001,7\n")
    fields = [
        {"name": "place", "type": "string", "constraints": {"enum": ["Kenya", "Peru"]}},
        {"name": "year", "type": "year", "constraints": {"required": True}},
        {"name": "n", "type": "number", "constraints": {"maximum": 100}},
    ]
    described(path, fields, schema={"primaryKey": ["place", "year"]})
    said = refused(path)
    assert 'x.csv:3: "n" is "x"; expected a number' in said
    assert 'x.csv:4: "year" is empty' in said
    assert 'x.csv:4: "n" is "200"; at most 100' in said
    assert 'x.csv:5: "place" is "Chad"; expected one of Kenya, Peru' in said
    assert 'x.csv:3: the row with place, year "Kenya, 2000" stands at 2 already' in said


def test_columns_that_a_descriptor_does_not_know_are_told(data: Path) -> None:
    path = write(data / "x.csv", ROWS)
    described(path, [{"name": "place"}, {"name": "yaer"}])
    said = refused(path)
    assert 'no column "yaer"' in said and 'did you mean "year"' in said and '"dmft" is not described' in said
    described(path, [{"name": "dmft", "type": "number"}], schema={"fieldsMatch": "subset"})
    assert columns(path).names == ("dmft",)


def test_a_descriptor_says_how_the_file_is_written(data: Path) -> None:
    path = write(data / "x.csv", "notes\nmore, notes\nplace;zahl\nWien;1.234,5\nGraz;n.v.\n".encode("latin-1"))
    number = {"name": "zahl", "type": "number", "decimalChar": ",", "groupChar": ".", "missingValues": ["n.v."]}
    dialect = {"delimiter": ";", "headerRows": [3]}
    described(path, [{"name": "place"}, number], resource={"dialect": dialect, "encoding": "latin-1"})
    assert columns(path).column("zahl")[0] == 1234.5 and columns(path).missing["zahl"][1]


def test_a_broken_descriptor_is_told_at_its_line(data: Path) -> None:
    path = write(data / "x.csv", ROWS)
    write(
        data / "x.csv.json",
        '{"resources": [\n {"path": "x.csv", "schema": {"fields": [\n  {"name": "a", "type": "nmber"}]}}]}',
    )
    assert "x.csv.json:3:" in refused(path)
    write(data / "x.csv.json", '{"resources": [{"path": "other.csv"}]}')
    assert 'speaks of "other.csv"' in refused(path)


# -- the cache -------------------------------------------------------------------------------------------------------


def test_a_file_is_read_anew_only_when_it_or_its_descriptor_changed(data: Path) -> None:
    path = write(data / "x.csv", ROWS)
    first = package(path)
    stored = first.tables["x"].path
    before = stored.stat().st_mtime_ns
    assert package(path) == first and stored.stat().st_mtime_ns == before
    write(path, ROWS.replace("2\n", "3\n"))
    assert package(path).version != first.version and columns(path).column("dmft")[2] == 3
    described(path, title="Teeth")
    assert package(path).title == "Teeth"


def test_what_was_lost_from_the_cache_is_made_again_and_no_draft_stays(data: Path) -> None:
    path = write(data / "x.csv", ROWS)
    package(path).tables["x"].path.unlink()
    assert columns(path).count == 3
    refused(write(data / "bad.csv", "a,b\n1\n"))
    assert not [name for name in os.listdir(cache_folder() / "own") if name.startswith("draft-")]


def test_a_folder_whose_name_is_a_pattern_is_read_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTALLATION_CACHE", str(tmp_path / "it's mine"))
    (tmp_path / "show [1]*").mkdir()
    assert columns(write(tmp_path / "show [1]*" / "x'[1].csv", ROWS)).count == 3
    monkeypatch.setenv("INSTALLATION_CACHE", str(tmp_path / "cache [1]"))
    assert "INSTALLATION_CACHE" in refused(tmp_path / "show [1]*" / "x'[1].csv")


@pytest.mark.parametrize(
    ("begun", "told"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00", "this is a spreadsheet saved as .csv\n    rename it .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "this is an old spreadsheet (.xls) saved as .csv"),
        (b"PAR1\x15\x04", "this is a Parquet file saved as .csv\n    rename it .parquet"),
        (b"%PDF-1.7\n", "this is a PDF saved as .csv"),
    ],
)
def test_what_is_no_text_though_it_is_called_csv_is_named(tmp_path: Path, begun: bytes, told: str) -> None:
    (tmp_path / "districts.csv").write_bytes(begun + bytes(range(256)) * 4)
    with pytest.raises(DataError) as caught:
        load_own(tmp_path / "districts.csv", "districts", tmp_path)
    assert told in str(caught.value)
