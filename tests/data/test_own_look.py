"""`installation data describe FILE`: what is in a curator's file, what looks wrong with it and where, and its descriptor."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playing import typed
from workbooks import sheet, write_workbook

from installation.data.own.guess import unit_of
from installation.data.own.load import load_own
from installation.data.own.look import FileLook, descriptor, look
from installation.errors import DataError


def csv(folder: Path, text: str) -> Path:
    path = folder / "x.csv"
    path.write_text(text, "utf-8")
    return path


def flagged(path: Path) -> str:
    return "\n".join(str(flag) for table in look(path).tables for flag in table.flags)


def column(header: str, *cells: object) -> str:
    """A table of a place's name and one column."""
    lines = (f'place {chr(97 + i % 26)}{chr(97 + i // 26)},"{value}"' for i, value in enumerate(cells))
    return f'place,"{header}"\n' + "\n".join(lines) + "\n"


def test_nothing_is_flagged_where_nothing_looks_wrong(tmp_path: Path) -> None:
    rows = (f"place {c},{y},{1.5 + i / 10:.1f}" for i, c in enumerate("abcdefgh") for y in (2000, 2001, 2002))
    path = csv(tmp_path, "place,year,dmft (teeth)\n" + "\n".join(rows) + "\n")
    table = look(path).tables[0]
    assert table.flags == () and (table.rows, table.primary_key, table.years) == (24, ("place", "year"), "2000-2002")
    assert [(c.name, c.type, c.unit) for c in table.columns][2] == ("dmft (teeth)", "number", "teeth")
    assert (table.columns[2].least, table.columns[2].most, table.columns[2].different) == (1.5, 2.2, 8)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n1,x\n2,y\n1,x\n", "x.csv:4: 1 of 3 rows are there twice; the first stands at 2"),
        (column("v", *range(1, 11), "12*"), 'x.csv:12: "v": "12*" is a number with a footnote mark'),
        (column("v", *range(1, 11), "about 5"), 'x.csv:12: "v": "about 5" is not a number'),
        (column("v", "5 kg", "7 kg", "9000 g"), 'x.csv:2: "v": mixed units: "kg" in 2, "g" in 1'),
        (column("v", "5 kg", "7 kg"), 'x.csv:2: "v": each number carries its unit, "kg"'),
        (column("v", "12%", "13%", "0.14"), 'mixed units: "%" in 2, none in 1'),
        (column("v", *[1.5] * 12, *[1500.5] * 12), 'x.csv:14: "v": 12 of 24 values are at least 100 times as large'),
        (column("v", *np.linspace(1, 2, 30), 100), 'x.csv:32: "v": 100 is far from the others (median 1.5'),
        (column("v", 1, 2, -99, 3, -99), 'x.csv:4: "v": -99 in 2 cells: a placeholder for a missing value?'),
        (column("v", 1, 2, 9999, 3, 4), 'x.csv:4: "v": 9999 in 1 cell: a placeholder'),
        (column("v", 1, 2, "n/a"), 'x.csv:4: "v": "n/a" stands for a missing number'),
        (column("note", "good", "n/a", "bad"), 'x.csv:3: "note": "n/a" in 1 cell'),
        (column("v", "1,5", "2,5"), 'x.csv:2: "v": "1,5" is read as a number with "," before its decimals'),
        (column("v", "1,234", "5,678"), 'x.csv:2: "v": "1,234" may be 1234 or 1.234: the column stays text'),
        (column("day", "01/02/2020", "03/04/2020"), "which is the day?"),
        (
            column("date", 43831, 43832),
            'x.csv:2: "date": 43831 looks like a day as spreadsheets count them (2020-01-01)',
        ),
        (column("v", "FranÃ§ois", "x"), 'x.csv:2: "v": "FranÃ§ois" looks garbled'),
        (column("v", "x\u202ey", "x"), 'x.csv:2: "v": "x\\u202ey" has characters that hide or turn'),
        (column("v", " x ", "y"), 'x.csv:2: "v": blanks stand around what 1 cell of it say'),
        (column("v", "", ""), 'x.csv:1: column "v" is empty'),
        ("a,b,\n1,2,\n3,4,\n", "x.csv:1: 1 empty column at the end"),
        ("a,b\n1,2\n,\n,\n", "x.csv:3: 2 empty rows"),
        ("a,A\n1,2\n", 'x.csv:1: there are two columns "A"'),
        ("place,v\nKenya,1\nkenya,2\n", '"kenya" and "Kenya" differ in capitals or blanks only'),
        ("place,v\nKenya,1\nPeru,2\nChad,3\nWorld,6\n", 'x.csv:5: "place": "World" looks like a total'),
        ("place,v\nNiue,1\nPeru,2\nChad,3\nNiue9,6\n", '"Niue9" looks like a name with a footnote mark'),
        ("year,v\n2000,1\n2001,2\n2004,3\n2005,3\n", "no row is of 2002, 2003, between 2000 and 2005"),
        (
            "place,year,v\nKenya,2000,1.5\nKenya,2001,9\nPeru,2000,2\nPeru,2001,3\n",
            'x.csv:3: "v": "Kenya" leaps from 1.5 to 9 in 2001',
        ),
        (
            "place,year,v\n"
            + "".join(f"P{i},{y},{i}\n" for i in range(9) for y in (2000, 2001, 2002)).replace("P3,2001,3\n", ""),
            '1 of "place" have gaps in their years, "P3" first',
        ),
        (
            "place,year,v\n" + "".join(f"P{i},{y},{i}\n" for i in range(9) for y in (2000, 2001)) + "P3,2001,5\n",
            'the row with place, year "P3, 2001" stands at 9 already',
        ),
        ("a,b\n1,2\n3\n", "x.csv:3: 1 cell; expected 2"),
        ("Title of it all,,\na,b,c\n1,2,3\n", "x.csv:2: the header is taken from line 2"),
        ("a;b\n1;2\n", "x.csv:1: its columns are parted by semicolons"),
    ],
)
def test_what_looks_wrong_is_flagged_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    assert told in flagged(csv(tmp_path, text))


def test_values_with_a_long_tail_are_not_all_called_outliers(tmp_path: Path) -> None:
    wealth = np.random.default_rng(1).lognormal(0, 2.5, 500)
    assert "far from the others" not in flagged(csv(tmp_path, column("wealth", *wealth)))


def test_latin_1_is_flagged_at_its_first_byte(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("place,n\nWien,1\nMünchen,2\n".encode("latin-1"))
    assert "x.csv:3: byte 16 is not UTF-8: the file is read as Windows-1252" in flagged(path)


def test_a_workbooks_formulas_errors_merged_headers_and_empty_rows_are_flagged(tmp_path: Path) -> None:
    rows = [["Group", None], ["place", "v"], ["Kenya", ("f", "1+1", 2)], ["Peru", ("e", "#DIV/0!")]]
    said = flagged(write_workbook(tmp_path / "x.xlsx", {"S": sheet(rows, ["A1:B1"])}))
    assert "x.xlsx[S]:3:2: 2 formulas, the first in B3" in said
    assert "x.xlsx[S]:4:2: B4 is an error (#DIV/0!)" in said
    assert "x.xlsx[S]:1:1: the header's cells A1 to B1 are merged" in said


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("GDP (US$)", "us$"),
        ("sugar [g/day]", "g/day"),
        ("share, %", "percent"),
        ("decay %", "percent"),
        ("depth_cm", "cm"),
        ("length / mm", "mm"),
        ("place", ""),
        ("sweets", ""),
    ],
)
def test_units_are_guessed_from_headers(header: str, unit: str) -> None:
    assert unit_of(header) == unit


def written(path: Path, seen: FileLook) -> None:
    path.with_name(f"{path.name}.json").write_text(descriptor(seen), "utf-8")


def test_the_descriptor_that_is_written_rules_and_says_what_was_guessed(tmp_path: Path) -> None:
    text = "Ein Titel;;\nOrt;Jahr;Anteil, %\nWien;2000;1.234,5\nGraz;2001;n/a\nLinz;2002;2,5\n"
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode("latin-1"))
    guessed = load_own(path, "data/x.csv", tmp_path)
    written(path, look(path))
    ruled = load_own(path, "data/x.csv", tmp_path)
    assert guessed.tables["x"].fields == ruled.tables["x"].fields
    stated = {"the header", "parted", "is read as"}
    assert not [w for w in ruled.warnings if any(part in w.message for part in stated)]
    assert look(path).tables[0].primary_key == ("Ort",) and look(path).described


def test_the_descriptor_of_a_workbook_speaks_of_each_sheet(tmp_path: Path) -> None:
    path = write_workbook(
        tmp_path / "x.xlsx", {"One": [["T", None, None], ["a", "b", "c"], [1, 2, 3]], "Two": [["c"], ["x"]]}
    )
    written(path, look(path))
    package = load_own(path, "data/x.xlsx", tmp_path)
    assert [(name, table.columns) for name, table in package.tables.items()] == [
        ("one", ("a", "b", "c")),
        ("two", ("c",)),
    ]


# -- the command -----------------------------------------------------------------------------------------------------


def test_describe_tells_and_writes(tmp_path: Path) -> None:
    path = csv(tmp_path, column("v (kg)", 1, 2, -99, 3))
    out = tmp_path / "x.csv.json"
    ended = typed("data", "describe", path, "--out", out)
    assert ended.code == 0 and "v (kg)" in ended.out and "a placeholder" in ended.said
    made = json.loads(out.read_text("utf-8"))
    assert made["sources"] == [{"title": "", "path": ""}] and made["resources"][0]["schema"]["primaryKey"] == ["place"]
    made["sources"][0]["title"] = "Us"
    out.write_text(json.dumps(made), "utf-8")
    again = typed("data", "describe", path, "--out", out)
    assert again.code == 1 and "there is a file already" in again.said
    assert json.loads(out.read_text("utf-8"))["sources"][0]["title"] == "Us"


def test_describe_prints_nothing_that_steers_a_terminal(tmp_path: Path) -> None:
    ended = typed("data", "describe", csv(tmp_path, "[bold]x,b\n\x1b[31mred,\u202e\n[/],2\n"))
    assert ended.code == 0 and "\x1b[31m" not in ended.out + ended.err and "\u202e" not in ended.out + ended.err
    assert "[bold]x" in ended.out


def test_describe_refuses_with_a_message(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1 and no more")
    ended = typed("data", "describe", tmp_path / "x.parquet")
    assert ended.code == 1 and "only half written" in ended.said and "Traceback" not in ended.said
    assert typed("data", "describe", tmp_path / "absent.csv").code == 1
    assert typed("data", "describe", "doctors-drain", "--out", tmp_path / "x.json").code == 2


# -- what a German office exports ------------------------------------------------------------------------------------


def test_thousands_beside_decimal_commas_are_not_read_a_thousand_times_too_small(tmp_path: Path) -> None:
    path = csv(tmp_path, "Ort;Wartezeit;Einwohner\nMitte;26,5;385.748\nPankow;k. A.;409.335\nSpandau;51,0;247.852\n")
    table = look(path).tables[0]
    assert [c.type for c in table.columns] == ["string", "number", "string"]
    assert '"385.748" may be 385748' in flagged(path) and '"groupChar": "."' in flagged(path)


def test_three_decimals_stay_numbers_where_nothing_else_has_a_comma(tmp_path: Path) -> None:
    assert look(csv(tmp_path, "place,depth\na,38.574\nb,24.785\n")).tables[0].columns[1].type == "number"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("from,to,patients\na,b,1240\na,c,610\nb,c,300\n", ("from", "to")),
        ('place,day,waiting\na,2025-01-31,"1,204"\na,2026-01-31,"1,350"\nb,2025-01-31,890\n', ("place", "day")),
        ("kind,patients\na,1240\na,610\n", ()),
        ("kind,clinic id\na,1240\na,610\n", ("clinic id",)),
        ("tooth,decay\n11,3\n12,3\n", ("tooth",)),
    ],
)
def test_an_amount_is_no_key(tmp_path: Path, text: str, key: tuple[str, ...]) -> None:
    assert look(csv(tmp_path, text)).tables[0].primary_key == key


def test_a_header_below_notes_is_suspected_once(tmp_path: Path) -> None:
    said = flagged(csv(tmp_path, "Waiting times\nDistrict,Wait\na,3\nb,4\n"))
    assert said.count("is it the header?") == 1 and '"headerRows": [2]' in said


# -- slips in a descriptor -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        (lambda d: d.update(cautoin="said by phone"), 'unknown key "cautoin"\n    did you mean "caution"?'),
        (lambda d: d["resources"][0]["schema"]["fields"][0].update(units="kg"), 'did you mean "unit"?'),
        (lambda d: d["resources"][0]["schema"]["fields"][0].update(groupChar=","), 'state "type": "number"'),
    ],
)
def test_what_a_slip_in_a_descriptor_says_is_not_lost(
    tmp_path: Path, slip: Callable[[dict[str, Any]], None], told: str
) -> None:
    path = csv(tmp_path, "place,v\na,1\nb,2\n")
    made = json.loads(descriptor(look(path)))
    made["homepage"] = made["mine"] = "no key that looks like one of ours"
    (tmp_path / "x.csv.json").write_text(json.dumps(made), "utf-8")
    load_own(path, "data/x.csv", tmp_path)
    slip(made)
    (tmp_path / "x.csv.json").write_text(json.dumps(made), "utf-8")
    with pytest.raises(DataError) as caught:
        load_own(path, "data/x.csv", tmp_path)
    assert told in str(caught.value)
