"""Building: the same bytes each time, the figures by another road, and the publishers' quirks."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from installation.data import build_drain, build_seam, build_world
from installation.data.build import build
from installation.data.package import load_package
from installation.data.raw import places, read_raw
from installation.data.rows import Row, format_rows, load_rows
from installation.data.tables import Tables
from installation.errors import DataError
from installation.resources import resource

DERIVED = {
    "dental-equity-gradient": ("lights", "facts"),
    "dental-equity-world": ("teeth", "tooth_places"),
    "doctors-drain": ("streams", "facts"),
    "five-year-olds": ("rods", "facts"),
    "materials-seam": ("shares", "facts"),
}


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped packages in ./datasets, found first."""
    shutil.copytree(resource("datasets"), tmp_path / "datasets", ignore=shutil.ignore_patterns(".*"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INSTALLATION_CACHE", str(tmp_path / "cache"))
    return tmp_path / "datasets"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_derived_tables_come_out_again_to_the_byte(copied: Path) -> None:
    shipped = contents(resource("datasets"))
    for name, derived in DERIVED.items():
        for table in derived:
            (copied / name / f"{table}.csv").unlink()
    done = build()
    assert sum("written" in line for line in done if "living" not in line) == sum(map(len, DERIVED.values()))
    assert contents(copied) == shipped
    assert not any("written" in line or "refreshed" in line for line in build())


def test_committed_tables_are_utf8_with_plain_line_ends_in_the_order_of_their_keys() -> None:
    for name in DERIVED:
        for table in load_package(name).tables.values():
            data = table.path.read_bytes()
            assert b"\r" not in data and data.endswith(b"\n") and not data.startswith(b"\xef\xbb\xbf")
            assert format_rows(load_rows(table), table.fields, table.primary_key) == data


def test_a_build_keeps_every_character_that_a_person_wrote(copied: Path) -> None:
    path = copied / "doctors-drain" / "datapackage.json"
    before = path.read_text("utf-8").replace('"title": "The drain', '"title":   "Ésthé drain')
    path.write_text(re.sub(r"sha256:[0-9a-f]{64}", "sha256:" + "0" * 64, before), "utf-8")
    build(["doctors-drain"])
    assert path.read_text("utf-8") == before


def test_a_table_that_a_person_changed_flows_into_what_is_derived(copied: Path) -> None:
    path = copied / "doctors-drain" / "flows.csv"
    text = path.read_text("utf-8")
    path.write_text(text.replace(",15870,15870,", ",16000,16000,"), "utf-8")
    build(["doctors-drain"])
    facts = {row["id"]: row["value"] for row in load_rows(load_package("doctors-drain").table("facts"))}
    assert (facts["F13"], facts["F15"]) == (249417 + 130, 16000)


def test_an_unknown_package_or_folder_is_told() -> None:
    with pytest.raises(DataError, match='did you mean "doctors-drain"'):
        build(["doctor-drain"])
    with pytest.raises(DataError, match="not a folder"):
        build(["doctors-drain"], raw=Path("/nowhere"))


def test_the_facts_are_those_of_the_rows() -> None:
    drain = {row["id"]: row["value"] for row in load_rows(load_package("doctors-drain").table("facts"))}
    assert drain == {"F13": 249417, "F14": 60.6, "F15": 15870}
    seam = {row["id"]: row["value"] for row in load_rows(load_package("materials-seam").table("facts"))}
    assert {key: seam[key] for key in ("F16", "F17", "F18", "F19")} == {
        "F16": 74,
        "F17": 83,
        "F18": 81,
        "F19": 65,
    }


def test_every_figure_of_the_mouth_comes_out_of_sql_too() -> None:
    """Another road: SQL over the observations, with window functions, instead of Python's sorting and sums."""
    sql = """
        WITH latest AS (
            SELECT place_id, arg_max(value, period_end) AS gdp FROM world.observations
            WHERE indicator_id = 'gdp' AND value IS NOT NULL GROUP BY 1),
        ranked AS (
            SELECT p.place_id,
                   CASE p.income_group WHEN 'high' THEN 10 WHEN 'upper_middle' THEN 20
                        WHEN 'lower_middle' THEN 30 ELSE 40 END AS tens,
                   row_number() OVER (PARTITION BY p.income_group ORDER BY l.gdp, p.place_id) - 1 AS r,
                   count(*) OVER (PARTITION BY p.income_group) AS n
            FROM world.places p JOIN latest l ON l.place_id = p.place_id WHERE p.income_group IS NOT NULL),
        seated AS (SELECT place_id, tens + 8 * r // n + 1 AS tooth FROM ranked),
        people AS (
            SELECT place_id, period_start AS year, value FROM world.observations
            WHERE indicator_id = 'population' AND value IS NOT NULL)
        SELECT s.tooth, w.year, o.indicator_id AS indicator, sum(o.value * w.value) / sum(w.value) AS mean,
               count(*) AS n
        FROM seated s JOIN people w ON w.place_id = s.place_id
        JOIN world.observations o ON o.place_id = s.place_id AND o.period_start = w.year
        WHERE o.indicator_id <> 'population' AND o.value IS NOT NULL GROUP BY ALL"""
    with Tables({"world": load_package("dental-equity-world")}) as tables:
        again, teeth = tables.query(sql), tables.table("world.teeth")
    means = {
        (again.column("indicator")[i], again.column("tooth")[i], again.column("year")[i]): again.column("mean")[i]
        for i in range(again.count)
    }
    compared = 0
    for column, indicator, step in (
        ("out_of_pocket",) * 2 + (0.01,),
        ("sugar",) * 2 + (0.1,),
        ("gdp",) * 2 + (1,),
    ):
        for i in range(teeth.count):
            expected = means.get((indicator, teeth.column("tooth")[i], teeth.column("year")[i]), np.nan)
            assert np.isclose(teeth.column(column)[i], expected, rtol=0, atol=step * 0.501, equal_nan=True)
            compared += bool(np.isfinite(expected))
    decay = {tooth: mean for (what, tooth, _), mean in means.items() if what == "dmft_12"}
    assert np.allclose([decay[tooth] for tooth in teeth.column("tooth")], teeth.column("dmft"), atol=0.00501)
    assert compared > 1800 and len(decay) == 32


def test_one_tooth_by_hand() -> None:
    """Tooth 48, the richest eighth of the low-income countries, in 2010, added up from the CSV files."""
    folder = resource("datasets") / "dental-equity-world"
    with (folder / "tooth_places.csv").open(encoding="utf-8", newline="") as file:
        ids = {row["place_id"] for row in csv.DictReader(file) if row["tooth"] == "48"}
    share, people = {}, {}
    with (folder / "observations.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["place_id"] in ids and row["period_start"] == "2010" and row["value"]:
                if row["indicator_id"] == "out_of_pocket":
                    share[row["place_id"]] = float(row["value"])
                elif row["indicator_id"] == "population":
                    people[row["place_id"]] = int(row["value"])
    with (folder / "teeth.csv").open(encoding="utf-8", newline="") as file:
        tooth = next(r for r in csv.DictReader(file) if (r["tooth"], r["year"]) == ("48", "2010"))
    weighted = sum(share[i] * people[i] for i in share) / sum(people[i] for i in share)
    assert float(tooth["out_of_pocket"]) == round(weighted, 2)
    assert int(tooth["population"]) == sum(people.values())
    assert int(tooth["countries"]) == len(ids) and float(tooth["reported"]) == round(len(share) / len(ids), 4)


def test_every_country_with_an_income_group_is_seated_or_says_why_not() -> None:
    package = load_package("dental-equity-world")
    seated = load_rows(package.table("tooth_places"))
    grouped = [p for p in load_rows(package.table("places")) if p["income_group"]]
    assert len(seated) == len(grouped) == 218
    assert {row["name"] for row in seated if row["tooth"] is None} >= {"Taiwan", "North Korea", "Puerto Rico"}
    assert all((row["tooth"] is None) == (row["status"] == "not_reported") for row in seated)
    sizes = np.unique([int(str(row["tooth"])) for row in seated if row["tooth"]], return_counts=True)[1]
    assert len(sizes) == 32 and sizes.min() == 3 and sizes.max() == 10


def test_a_gap_is_a_row_of_its_own_and_a_survey_year_is_named() -> None:
    package = load_package("dental-equity-world")
    rows = load_rows(package.table("observations"))
    assert all((row["value"] is None) == (row["status"] == "not_reported") for row in rows)
    assert sum(row["value"] == 0 for row in rows) == 3  # zero is a value
    teeth = load_rows(package.table("teeth"))
    assert {row["dmft_year"] for row in teeth} == {2004}
    assert all((row["sugar"] is None) == (row["sugar_status"] == "not_reported") for row in teeth)


COUNTRIES = (
    "country,iso3166_1_alpha3,iso3166_1_numeric,name,latitude,longitude,income_groups,world_6region\n"
    "aaa,AAA,4,Aland,1.5,2.5,low_income,africa\nbbb,BBB,840,Bland,,,high_income,america\n"
    "rus,RUS,643,Russia,60,100,upper_middle_income,europe\nkos,,,Kosovo,,,upper_middle_income,europe\n"
    "old,,,Oldland,,,,europe\n"
)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    (tmp_path / "gapminder_countries.csv").write_text(COUNTRIES, "utf-8")
    return tmp_path


def row_of(source_id: str) -> Row:
    return {"source_id": source_id, "sha256": None}


def test_publishers_files_are_read_with_their_quirks(raw: Path) -> None:
    (raw / "odd.csv").write_bytes("\ufeffCountry ,PROD_EST_  2024,,\nUnited\u00a0States, 5 ,,\n,,,\nChina,6\n".encode())
    assert read_raw(raw, "odd.csv", "Country", "PROD_EST_ 2024") == [
        {"Country": "United States", "PROD_EST_ 2024": "5"},
        {"Country": "China", "PROD_EST_ 2024": "6"},
    ]
    with pytest.raises(DataError, match=r"odd\.csv:1:1: there is no column Year"):
        read_raw(raw, "odd.csv", "Year")


def test_numeric_codes_get_their_zeros_and_kosovo_its_own_code(raw: Path) -> None:
    found = places(raw)
    assert found["iso3:AAA"]["iso_numeric"] == "004"
    assert found["iso3:BBB"]["lon"] is None
    assert "wb:XKX" in found and "Oldland" not in {place["name"] for place in found.values()}


def test_withheld_and_not_available_are_states_and_not_zero(raw: Path) -> None:
    head = "commodity,country_as_published,iso3,type,unit,production_2022,production_2023_est\n"
    kind = '"Mine production, ore",metric tons'
    (raw / build_seam._FILE).write_text(
        head
        + f"ore,Aland,AAA,{kind},W,W\nore,Russiae,RUS,{kind},10,30\nore,Bland (exports),BBB,{kind},NA,0\n"
        + f"ore,Other countries6,,{kind},5,10\nore,World total (rounded)3,,{kind},15,40\n",
        "utf-8",
    )
    kept = {"sources": [row_of("usgs-mcs2024"), row_of("gapminder-countries")]}
    made = build_seam.tidy(raw, kept)
    states = {(row["place_id"], row["period_end"]): (row["value"], row["status"]) for row in made["production"]}
    assert states["iso3:AAA", 2022] == (None, "withheld")
    assert states["iso3:BBB", 2022] == (None, "not_reported")
    assert states["iso3:BBB", 2023] == (0, "estimated")
    assert states["iso3:RUS", 2023] == (30, "estimated")
    assert states["usgs:OTHER", 2023] == (10, "estimated")
    assert all(len(str(source["sha256"])) == 64 for source in made["sources"])
    shares = build_seam.share_out(made["production"], made["places"], [{"commodity_id": "ore", "title": "Ore"}])
    assert {row["place_id"]: row["share"] for row in shares} == {
        "iso3:AAA": None,
        "iso3:RUS": 0.75,
        "iso3:BBB": 0,
    }


def test_a_production_figure_that_is_no_number_is_told_with_its_file(raw: Path) -> None:
    (raw / build_seam._FILE).write_text(
        "commodity,country_as_published,iso3,type,unit,production_2022,production_2023_est\n"
        "ore,Aland,AAA,Mine,metric tons,lots,1\n",
        "utf-8",
    )
    with pytest.raises(DataError, match='"lots" is neither a number nor W nor NA'):
        build_seam.tidy(raw, {"sources": []})


def test_flows_keep_their_zeros_and_streams_do_not(raw: Path) -> None:
    (raw / build_drain._FILE).write_text(
        "COU,Country,CO2,Country of origin,Year,Value\nRUS,Russia,AAA,Aland,2018,7\n"
        "AAA,Aland,RUS,Russia,2018,0\nRUS,Russia,BBB,Bland,2018,3\n",
        "utf-8",
    )
    kept = {"sources": [row_of("oecd-health-workforce-migration"), row_of("gapminder-countries")]}
    made = build_drain.tidy(raw, kept)
    assert [flow["value"] for flow in made["flows"]] == [7, 0, 3]
    derived = build_drain.derive(made)
    assert [stream["flow_id"] for stream in derived["streams"]] == ["AAA-RUS-2018"]  # Bland has no position
    assert [fact["value"] for fact in derived["facts"]] == [10, 70.0, 7]


def test_a_past_country_keeps_its_figure_and_gets_no_tooth(raw: Path) -> None:
    def table(name: str, text: str) -> None:
        (raw / name).write_text(text, "utf-8")

    table(
        "gapminder_bad_teeth_per_child_12yr.csv",
        "geo,time,bad_teeth_per_child_12_yr\nold,2004,2\naaa,2004,1\n",
    )
    table("gapminder_sugar_per_person.csv", "geo,time,sugar_per_person_g_per_day\naaa,2010,0\n")
    table(
        "gapminder_out_of_pocket_share.csv",
        "geo,time,out_of_pocket_share_of_total_health_spending_percent\naaa,2000,50\n",
    )
    table(
        "gapminder_gdp_per_capita_2000_2024.csv",
        "geo,time,gdppercapita_us_inflation_adjusted\naaa,2000,9.5\n",
    )
    table(
        "worldbank_population_2000_2024.csv",
        "Country Name,Country Code,Year,Value\nAland,AAA,2004,100\nWorld,WLD,2004,999\nKosovo,XKX,2004,5\n",
    )
    table(
        "facts_and_figures.csv",
        "id,statement,value,unit,year,scope,source,source_address,how_read\n"
        "F01,a,1,b,2022,c,d,e,secondary page\nF09,a,2,b,2018,c,d,e,abstract\nF30,a,3,b,2018,c,d,e,computed\n",
    )
    made = build_world.tidy(raw, {"sources": [row_of(source) for source in build_world._FILES]})
    values = {(r["place_id"], r["indicator_id"], r["period_start"]): r["value"] for r in made["observations"]}
    assert values["gapminder:old", "dmft_12", 2004] == 2
    assert values["iso3:AAA", "sugar", 2010] == 0 and values["wb:XKX", "population", 2004] == 5
    assert values["iso3:BBB", "dmft_12", 2004] is None
    assert not any("WLD" in str(key[0]) for key in values)
    assert [fact["printable"] for fact in made["facts"]] == [False, True]
    mouth = build_world.derive(made)
    assert [(r["place_id"], r["tooth"]) for r in mouth["tooth_places"] if r["tooth"]] == [("iso3:AAA", 41)]
    empty = next(row for row in mouth["teeth"] if row["tooth"] == 11)
    assert (empty["countries"], empty["dmft"], empty["dmft_status"]) == (0, None, "not_reported")
