"""Files made to harm: each is refused with one message, in little time and memory; and what fuzzing makes of every reader."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from workbooks import MAIN, letters, sheet, write_workbook

from installation.data.own.geometry import centroid
from installation.data.own.load import load_own
from installation.data.own.look import descriptor, look
from installation.data.tables import Tables
from installation.errors import DataError, visible

ROWS = [["place", "year", "dmft"], ["Kenya", 2000, 1.5], ["Peru", 2001, None]]


def refused(path: Path) -> str:
    """The one message with which a file is refused, fit to be printed."""
    with pytest.raises(DataError) as caught:
        load_own(path, f"data/{path.name}", path.parent)
    said = str(caught.value)
    assert len(caught.value.problems) == 1 and said == "\n".join(map(visible, said.split("\n")))
    assert path.name in said and len(said) < 1000
    return said


def bomb(path: Path) -> Path:
    """A workbook of a few hundred kilobytes with a part that unpacks to 300 MiB."""
    write_workbook(path, {"S": ROWS})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file, file.open("xl/media/x.xml", "w") as part:
        for _ in range(300):
            part.write(bytes(1 << 20))
    return path


def wide(path: Path) -> Path:
    path.write_text(",".join(f"c{i}" for i in range(1_000_000)) + "\n", "utf-8")
    return path


def many_columns(path: Path) -> Path:
    path.write_text(",".join(f"c{i}" for i in range(2_000)) + "\n" + "1," * 1999 + "1\n", "utf-8")
    return path


def long_line(path: Path) -> Path:
    with path.open("wb") as file:
        file.write(b"a,b\n1,")
        for _ in range(100):
            file.write(b"x" * (1 << 20))
    return path


def wide_json(path: Path) -> Path:
    path.write_text("[{" + ",".join(f'"k{i}":1' for i in range(1_000_000)) + "}]", "utf-8")
    return path


def deep_json(path: Path) -> Path:
    path.write_text("[" * 1_000_000, "utf-8")
    return path


def far_cells(path: Path) -> Path:
    """Two cells at the corners of a sheet: a reader that makes a rectangle of it asks for 17 thousand million cells."""
    rows = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="{letters(16384)}1048576"><v>1</v></c></row>'
    return write_workbook(path, {"S": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'})


def one_text_often(path: Path) -> Path:
    """A text of a megabyte that a hundred thousand cells share."""
    rows = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(1, 100_001))
    texts = f'<sst xmlns="{MAIN}"><si><t>{"x" * 1_000_000}</t></si></sst>'
    made = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    return write_workbook(path, {"S": made}, {"xl/sharedStrings.xml": texts.encode()})


def laughs(path: Path) -> Path:
    """Entities within entities, a thousand million words when they are written out."""
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    made = (
        f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><worksheet xmlns="{MAIN}"><sheetData>&e9;</sheetData></worksheet>'
    )
    return write_workbook(path, {"S": made})


def lying(path: Path) -> Path:
    """A part that says it unpacks to ten bytes, and has a megabyte."""
    write_workbook(path, {"S": ROWS}, {"xl/y.xml": b"x" * (1 << 20)})
    raw = bytearray(path.read_bytes())
    at = 0
    while (at := raw.find(b"xl/y.xml", at)) >= 0:
        head = at - 46 if raw[at - 46 : at - 42] == b"PK\x01\x02" else at - 30
        size = head + (24 if head == at - 46 else 22)
        raw[size : size + 4] = (10).to_bytes(4, "little")
        at += 1
    path.write_bytes(raw)
    return path


def half_parquet(path: Path) -> Path:
    duckdb.execute(f"COPY (SELECT range AS i FROM range(1000)) TO '{path}' (FORMAT parquet)")
    path.write_bytes(path.read_bytes()[:-20])
    return path


def wide_parquet(path: Path) -> Path:
    columns = ", ".join(f"1 AS c{i}" for i in range(3000))
    duckdb.execute(f"COPY (SELECT {columns}) TO '{path}' (FORMAT parquet)")
    return path


def tall_parquet(path: Path) -> Path:
    """A few kilobytes that say the same a hundred million times."""
    duckdb.execute(f"COPY (SELECT 1 AS x FROM range(100000000)) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 10000000)")
    return path


def wordy_parquet(path: Path) -> Path:
    """A text of 90,000 characters, twenty thousand times, in less than a megabyte."""
    select = "SELECT repeat('x', 90000) AS t FROM range(20000)"
    duckdb.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048)")
    return path


def no_footer(path: Path) -> Path:
    path.write_bytes(b"PAR1" + bytes(100) + (1 << 31).to_bytes(4, "little") + b"PAR1")
    return path


HOSTILE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "bomb.xlsx": (bomb, "unpacks to more than 256 MiB"),
    "far.xlsx": (far_cells, "the cells from A1 to XFD1048576"),
    "often.xlsx": (one_text_often, "million characters"),
    "laughs.xlsx": (laughs, "document type"),
    "lying.xlsx": (lying, "xlsx"),
    "wide.csv": (wide, "a line is longer than"),
    "many.csv": (many_columns, "2,000 columns"),
    "long.csv": (long_line, "a line is longer than"),
    "wide.json": (wide_json, "more than 512 different keys"),
    "deep.json": (deep_json, "nested too deeply"),
    "half.parquet": (half_parquet, "only half written"),
    "wide.parquet": (wide_parquet, "3,000 columns"),
    "tall.parquet": (tall_parquet, "100,000,000 rows"),
    "wordy.parquet": (wordy_parquet, "1,800,000,000 characters"),
    "footer.parquet": (no_footer, "footer has 2,147,483,648 bytes"),
}

MEMORY = 700 << 20
"""Bytes that a whole process may have to refuse a file: it begins with about 150 MB."""


@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_file_made_to_harm_is_refused_with_one_message(tmp_path: Path, name: str) -> None:
    make, told = HOSTILE[name]
    assert told in refused(make(tmp_path / name))


def test_files_made_to_harm_are_refused_in_little_memory(tmp_path: Path) -> None:
    names = [name for name in HOSTILE if name not in ("tall.parquet", "wordy.parquet")]
    paths = [str(HOSTILE[name][0](tmp_path / name)) for name in names]
    program = (
        "import sys\nfrom pathlib import Path\nfrom installation.data.own.load import load_own\n"
        "from installation.errors import DataError\nrefused = 0\nfor name in sys.argv[1:]:\n"
        "    try: load_own(Path(name), name, Path(name).parent)\n    except DataError: refused += 1\nprint(refused)"
    )

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))

    command = [sys.executable, "-c", program, *paths]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False, preexec_fn=bounded)
    assert ended.stdout.strip() == str(len(paths)), ended.stderr[-2000:]


@pytest.mark.parametrize("name", ["a\u202eb", "a\x1b[31mb", "a\x07", "\u2066x", "a\x9b31m", "x\x7f"])
def test_a_column_whose_name_hides_something_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"place,{name}\n1,2\n", "utf-8")
    assert "hide or turn what is written" in refused(path)
    path = tmp_path / "x.json"
    path.write_text(json.dumps([{name: 1}]), "utf-8")
    assert "hide or turn what is written" in refused(path)
    if "\x1b" not in name and "\x07" not in name:  # XML has none of these
        path = write_workbook(tmp_path / "x.xlsx", {"S": [["a", name], [1, 2]], name: [["a"], [1]]})
        assert "hide or turn what is written" in refused(path)


def test_names_of_the_worlds_languages_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("نام‌کشور,שם,Ürün\u200e,名前\n1,2,3,4\n", "utf-8")
    names = load_own(path, "data/x.csv", tmp_path).tables["x"].columns
    assert names == ("نام‌کشور", "שם", "Ürün", "名前")


def test_what_a_cell_hides_is_never_told_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("place,note\nKenya,\x1b[31mred\u202e\nPeru,b\n", "utf-8")
    fields = [{"name": "place"}, {"name": "note", "type": "number"}]
    said = {"resources": [{"path": "x.csv", "schema": {"fields": fields}}]}
    (tmp_path / "x.csv.json").write_text(json.dumps(said))
    with pytest.raises(DataError) as caught:
        load_own(path, "data/x.csv", tmp_path)
    assert "\x1b" not in str(caught.value) and "\\u001b[31mred\\u202e" in str(caught.value)


def test_pipes_devices_folders_and_files_outside_are_refused(tmp_path: Path) -> None:
    show = tmp_path / "show"
    (show / "data").mkdir(parents=True)
    os.mkfifo(show / "data" / "pipe.csv")
    (show / "data" / "zero.csv").symlink_to("/dev/zero")
    (show / "data" / "folder.csv").mkdir()
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (show / "data" / "out.csv").symlink_to(tmp_path / "secret.csv")
    for name in ("pipe.csv", "zero.csv", "folder.csv", "out.csv", "absent.csv"):
        with pytest.raises(DataError) as caught:
            load_own(show / "data" / name, f"data/{name}", show)
        assert len(caught.value.problems) == 1 and name in str(caught.value)
    (show / "data" / "fine.csv").write_text("a\n1\n")
    (show / "data" / "fine.csv.json").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(DataError, match="outside"):
        load_own(show / "data" / "fine.csv", "data/fine.csv", show)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM '{stored}'",
        "SELECT * FROM read_parquet('{stored}')",
        "SELECT * FROM read_csv('{file}')",
        'SELECT * FROM "{stored}"',
        "COPY own TO '{stored}'",
        "COPY (SELECT 1) TO '{file}'",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT getenv('HOME') FROM own",
        "DROP VIEW own",
        "SELECT file_row_number FROM own",
        "SELECT * FROM own, parquet_metadata('{stored}')",
    ],
)
def test_sql_sees_the_tables_of_a_file_and_no_file(tmp_path: Path, sql: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    package = load_own(path, "data/x.csv", tmp_path)
    stored = package.tables["x"].path
    before = stored.read_bytes()
    with Tables({"own": package}) as tables:
        with pytest.raises(DataError):
            tables.query(sql.format(stored=stored, file=path, folder=stored.parent))
        assert tables.table("own").count == 1
    assert stored.read_bytes() == before and path.read_text() == "a,b\n1,2\n"


def test_sql_that_loops_over_a_file_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    with Tables({"own": load_own(path, "data/x.csv", tmp_path)}, seconds=0.3) as tables:
        with pytest.raises(DataError, match="ran longer"):
            tables.query("WITH RECURSIVE r AS (SELECT a FROM own UNION ALL SELECT a + 1 FROM r) SELECT count(*) FROM r")
        assert tables.table("own").count == 1


# -- fuzz ------------------------------------------------------------------------------------------------------------

CELLS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [
        "",
        "1",
        "-2.5",
        "1,5",
        "1.234,5",
        "n/a",
        "12%",
        "2020-01-31",
        "inf",
        "NaN",
        "-99",
        '"',
        "a\nb",
        "\u202e",
        "true",
        "007",
    ]
)
PRINTED = CELLS.filter(lambda text: not re.search("[\x00-\x08\x0b-\x1f\ufffe\uffff]", text))
"""What XML can hold."""

FUZZ = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def survives(path: Path) -> None:
    """Loads, looks at and describes a file: all of it works, or it is refused with problems fit to be printed."""
    try:
        package = load_own(path, f"data/{path.name}", path.parent)
        with Tables({"own": package}) as tables:
            for name in package.tables:
                found = tables.table(f"own.{name}")
                assert found.count and found.names == package.tables[name].columns
    except DataError as error:
        assert all(problem.where for problem in error.problems)
    try:
        seen = look(path)
    except DataError:
        return
    json.loads(descriptor(seen))
    for table in seen.tables:
        for flag in table.flags:
            assert str(flag) == "\n".join(map(visible, str(flag).split("\n"))), flag


@FUZZ
@given(st.binary(max_size=300))
@example(b"a,b\n1,2\r\n3,4\r")
@example(b'a,"b\n1,2')
@example(b"\xff\xfea\x00,\x00")
@example(b"a\n\n\n")
def test_any_bytes_as_csv(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    survives(path)


@FUZZ
@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_any_cells_as_csv(tmp_path: Path, rows: list[list[str]], delimiter: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text("\n".join(delimiter.join(row) for row in rows), "utf-8")
    survives(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | CELLS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(CELLS, inner, max_size=3),
    max_leaves=12,
)


@FUZZ
@given(st.lists(st.dictionaries(CELLS, JSON, max_size=4), max_size=5) | JSON, st.integers(0, 30))
def test_any_json(tmp_path: Path, given_: object, cut: int) -> None:
    path = tmp_path / "x.json"
    text = json.dumps(given_)
    path.write_text(text[: len(text) - cut] if cut > 20 else text, "utf-8")
    survives(path)


@FUZZ
@given(JSON)
def test_any_geometry_has_a_centroid_on_the_globe_or_is_refused(given_: object) -> None:
    for kind in ("Point", "MultiPoint", "LineString", "Polygon", "MultiPolygon"):
        try:
            lon, lat = centroid({"type": kind, "coordinates": given_})
        except ValueError:
            continue
        assert -180 <= lon <= 180 and -90 <= lat <= 90


POSITION = st.tuples(st.floats(-180, 180), st.floats(-90, 90)).map(list)


@given(st.lists(st.lists(st.lists(POSITION, min_size=4, max_size=6), min_size=1, max_size=2), min_size=1, max_size=3))
def test_any_polygons_have_a_centroid_of_finite_degrees(polygons: list[list[list[list[float]]]]) -> None:
    lon, lat = centroid({"type": "MultiPolygon", "coordinates": polygons})
    assert lon == lon and lat == lat and abs(lon) < 1e6


@FUZZ
@given(st.data())
def test_a_parquet_file_with_any_bytes_changed(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "whole"
    if not path.exists():
        duckdb.execute(
            f"COPY (SELECT range AS i, 'place ' || range AS place, range / 3 AS v FROM range(50)) TO '{path}' (FORMAT parquet)"
        )
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(4, len(content) - 9))] = data.draw(st.integers(0, 255))
    (tmp_path / "x.parquet").write_bytes(content)
    survives(tmp_path / "x.parquet")


@FUZZ
@given(st.data())
def test_a_workbook_with_any_bytes_changed(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(write_workbook(tmp_path / "whole.xlsx", {"S": ROWS}).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "x.xlsx").write_bytes(content)
    survives(tmp_path / "x.xlsx")


@FUZZ
@given(st.data())
def test_a_workbook_with_any_xml(tmp_path: Path, data: st.DataObject) -> None:
    made = sheet([*ROWS, ["x", ("f", "A1", 3), ("e", "#N/A")]], ["A1:B1"])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(made)))
        made = (
            made[:at]
            + data.draw(st.sampled_from(["<", ">", '"', "9", "A", "/", "s", "&#1;", "-", ""]))
            + made[at + 1 :]
        )
    survives(write_workbook(tmp_path / "x.xlsx", {"S": made}))


@FUZZ
@given(
    st.lists(
        st.lists(PRINTED | st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=4),
        min_size=1,
        max_size=5,
    )
)
def test_a_workbook_with_any_cells(tmp_path: Path, rows: list[list[object]]) -> None:
    survives(write_workbook(tmp_path / "x.xlsx", {"S": rows}))


@FUZZ
@given(JSON, st.sampled_from(["resources", "title", "fiction", "sources", "schema", "fields", "dialect", "path"]))
def test_any_descriptor(tmp_path: Path, given_: object, key: str) -> None:
    resource = {"path": "x.csv", "schema": {"fields": [{"name": "a", "type": "number"}]}}
    whole: dict[str, object] = {"title": "x", "resources": [resource]}
    if key in ("schema", "dialect", "path"):
        resource[key] = given_  # type: ignore[assignment]
    elif key == "fields":
        resource["schema"] = {"fields": given_}  # type: ignore[dict-item]
    else:
        whole[key] = given_
    (tmp_path / "x.csv").write_text("a\n1\n")
    (tmp_path / "x.csv.json").write_text(json.dumps(whole))
    survives(tmp_path / "x.csv")


def test_a_quote_that_never_ends_is_told_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text('place,v\n"A,1\n' + "B,2\n" * 60_000, "utf-8")
    said = refused(tmp_path / "x.csv")
    assert "quote" in said
