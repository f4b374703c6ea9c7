"""Asking the tables: what comes back, how mistakes are told, and everything that SQL may not do here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.data.build import build
from installation.data.package import load_package
from installation.data.tables import Tables, scene_tables
from installation.errors import DataError
from installation.resources import resource

ALIASES = {
    "world": "dental-equity-world",
    "drain": "doctors-drain",
    "seam": "materials-seam",
    "ls": "living-smiles-2142",
}
PACKAGES = {alias: load_package(name) for alias, name in ALIASES.items()}


@pytest.fixture(scope="module")
def tables() -> Iterator[Tables]:
    with Tables(PACKAGES) as opened:
        yield opened


def test_numbers_are_floats_and_text_is_text(tables: Tables) -> None:
    teeth = tables.table("world.teeth")
    assert teeth.count == 32 * 25
    assert teeth.column("tooth").dtype == np.float64 and teeth.is_number("tooth")
    assert teeth.column("names").dtype == object and not teeth.is_number("names")
    assert teeth.column("names")[0].startswith("Poland; Chile")


def test_missing_is_nan_and_flagged_and_never_zero(tables: Tables) -> None:
    teeth = tables.table("world.teeth")
    before_sugar = teeth.column("year") < 2010
    assert np.isnan(teeth.column("sugar")[before_sugar]).all()
    assert teeth.missing["sugar"][before_sugar].all()
    assert not teeth.missing["dmft"].any()
    empty = tables.query("SELECT origin_income FROM drain.streams WHERE origin_income IS NULL")
    assert empty.count and set(empty.column("origin_income")) == {""} and empty.missing["origin_income"].all()


def test_what_divides_by_zero_is_missing(tables: Tables) -> None:
    found = tables.query("SELECT octile / (octile - octile) AS v FROM world.teeth LIMIT 1")
    assert np.isnan(found.column("v")).all() and found.missing["v"].all()


def test_arrays_cannot_be_written_to(tables: Tables) -> None:
    teeth = tables.table("world.teeth")
    with pytest.raises(ValueError, match="read-only"):
        teeth.column("dmft")[0] = 0


def test_a_table_comes_in_the_order_of_its_file(tables: Tables) -> None:
    flow_ids = list(tables.table("drain.streams").column("flow_id"))
    assert flow_ids == sorted(flow_ids) and len(flow_ids) == 1453


def test_the_same_query_gives_the_same_numbers_each_time() -> None:
    sql = "SELECT income_group, avg(gdp) AS g, sum(population) AS p FROM world.teeth GROUP BY 1 ORDER BY 1"
    runs = []
    for _ in range(2):
        with Tables(PACKAGES) as tables:
            runs.append(tables.query(sql).column("g").tobytes())
    assert runs[0] == runs[1]


def test_an_expression_can_be_asked(tables: Tables) -> None:
    found = tables.query(
        """WITH rich AS (SELECT * FROM world.teeth WHERE quadrant = 1)
        SELECT tooth, year, lag(gdp) OVER (PARTITION BY tooth ORDER BY year) AS before,
               CASE WHEN dmft > 2 THEN 'more' ELSE 'less' END AS word, gdp IS NOT NULL AS known,
               round(coalesce(sugar, 0) / 2, 1) AS half, names || '!' AS loud
        FROM rich WHERE names LIKE '%o%' AND year BETWEEN 2000 AND 2001 ORDER BY tooth, year;"""
    )
    assert found.names == ("tooth", "year", "before", "word", "known", "half", "loud")
    assert set(found.column("known")) == {1.0}


def test_a_wrong_column_is_told_with_its_place_and_the_nearest(tables: Tables) -> None:
    with pytest.raises(DataError) as caught:
        tables.query("SELECT tooth,\n  out_of_poket\nFROM world.teeth")
    assert "line 2, column 3" in str(caught.value)
    assert 'did you mean "out_of_pocket"' in str(caught.value)


@pytest.mark.parametrize("sql", ["SELECT * FROM world.teth", "SELECT * FROM teeth", "SELECT * FROM wrld.teeth"])
def test_a_wrong_table_is_told_with_the_nearest(tables: Tables, sql: str) -> None:
    with pytest.raises(DataError, match=r'line 1, column 15(.|\n)*did you mean "world.teeth"'):
        tables.query(sql)


def test_a_column_that_the_result_lacks_is_told_with_the_nearest(tables: Tables) -> None:
    with pytest.raises(DataError, match='did you mean "quadrant"'):
        tables.table("world.teeth").column("quadrent")
    with pytest.raises(DataError, match=r'did you mean "world\.teeth"'):
        tables.table("world.tooth")


def test_broken_sql_is_told_with_its_place(tables: Tables) -> None:
    with pytest.raises(DataError, match=r"syntax error .*line 1, column 18"):
        tables.query("SELECT sum(tooth FROM world.teeth")


@pytest.mark.parametrize(
    "sql",
    [
        "COPY world.teeth TO '/tmp/stolen.csv'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM world.teeth; SELECT 1",
        "",
        "-- nothing",
        "ATTACH '/tmp/other.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 4",
        "PRAGMA version",
        "CREATE TABLE t AS SELECT 1",
        "DROP TABLE world.teeth",
        "DELETE FROM world.teeth",
        "WITH x AS (DELETE FROM world.teeth RETURNING *) SELECT * FROM x",
        "WITH x AS (INSERT INTO world.teeth SELECT * FROM world.teeth RETURNING *) SELECT * FROM x",
        "EXPLAIN SELECT 1",
        "DESCRIBE world.teeth",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM query_table('world.teeth')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM pg_catalog.pg_class",
        "SELECT current_setting('memory_limit')",
        "SELECT getenv('HOME')",
        "SELECT nextval('s')",
        "SELECT sleep_ms(100000)",
        "SELECT random()",
        "SELECT now()",
        "SELECT current_timestamp",
        "SELECT * FROM world.teeth USING SAMPLE 3",
        "SELECT repeat('x', 2000000000)",
        "SELECT unnest(range(1000000000))",
        "SELECT * FROM unnest(range(1000000000))",
        "SELECT replace(replace('xx', 'x', 'xxxxxxxx'), 'x', 'xxxxxxxx')",
        "SELECT list(tooth) FROM world.teeth",
        "SELECT [tooth] FROM world.teeth",
        "SELECT {'a': tooth} FROM world.teeth",
        "SELECT * FROM secret",
        "SELECT " + "(" * 2000 + "1" + ")" * 2000,
        "SELECT 1 /* " + "x" * 30_000 + " */",
        "SELECT '\x00'; DROP TABLE world.teeth",
    ],
)
def test_what_a_scene_may_not_run_is_refused(tables: Tables, sql: str) -> None:
    secret = [1, 2, 3]  # duckdb would otherwise see Python's own variables
    assert secret
    with pytest.raises(DataError):
        tables.query(sql)
    assert tables.query("SELECT count(*) AS n FROM world.teeth").column("n")[0] == 800


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
        "SELECT count(*) FROM world.observations a, world.observations b, world.observations c",
        "SELECT max(range) FROM range(100000000000000)",
    ],
)
def test_an_endless_query_is_stopped_and_the_next_one_runs(sql: str) -> None:
    with Tables(PACKAGES, seconds=0.2) as tables:
        with pytest.raises(DataError, match=r"ran longer than 0\.2 s"):
            tables.query(sql)
        assert tables.query("SELECT 1 AS one").column("one")[0] == 1


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT * FROM range(100000000)", "more than 1,000,000 rows"),
        (
            "WITH RECURSIVE r AS (SELECT 'xx' AS s UNION ALL SELECT s || s FROM r) SELECT max(len(s)) FROM r",
            "of memory",
        ),
        ("SELECT string_agg(a.range || 'xxxxxxxxxxxxxxxxxxxx') FROM range(100000000) a", "of memory"),
    ],
)
def test_a_query_that_wants_too_much_is_refused_and_the_next_one_runs(sql: str, message: str) -> None:
    with Tables(PACKAGES) as tables:
        with pytest.raises(DataError, match=message):
            tables.query(sql)
        assert tables.query("SELECT 1 AS one").column("one")[0] == 1


def test_fact_and_fiction_cannot_be_joined(tables: Tables) -> None:
    with pytest.raises(DataError, match='"ls" is fiction and "world" is fact'):
        tables.query("SELECT * FROM ls.ls_places l JOIN world.places w ON l.name = w.name")
    with pytest.raises(DataError, match="can't meet"):
        tables.query('SELECT * FROM "WORLD".teeth WHERE tooth IN (SELECT tier FROM Ls.ls_places)')
    assert tables.query("SELECT count(*) AS n FROM ls.ls_places").column("n")[0] == 40


def test_tables_are_read_only_when_they_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(resource("datasets") / "doctors-drain", tmp_path / "datasets" / "doctors-drain")
    monkeypatch.chdir(tmp_path)
    package = load_package("doctors-drain")
    package.tables["flows"].path.unlink()
    with Tables({"drain": package}) as tables:
        assert tables.table("drain.streams").count == 1453
        with pytest.raises(DataError, match=r"flows\.csv"):
            tables.table("drain.flows")
        assert tables.table("drain.places").count == 196


def test_columns_are_known_without_reading_any_row() -> None:
    with Tables(PACKAGES, empty=True) as tables:
        found = tables.query("SELECT tooth, max(names) AS n FROM world.teeth GROUP BY 1")
        assert (found.names, found.count) == (("tooth", "n"), 0)
        assert found.is_number("tooth") and not found.is_number("n")
        with pytest.raises(DataError, match='did you mean "tooth"'):
            tables.query("SELECT toth FROM world.teeth")


def test_a_folder_whose_name_is_a_pattern_is_read_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder, value in (("show[1]", "right"), ("show1", "wrong")):
        target = tmp_path / folder / "datasets" / "doctors-drain"
        shutil.copytree(resource("datasets") / "doctors-drain", target)
        text = (target / "commodities.csv").read_text().replace("Foreign-trained doctors", value)
        (target / "commodities.csv").write_text(text)
        monkeypatch.chdir(tmp_path / folder)
        build(["doctors-drain"])
    monkeypatch.chdir(tmp_path / "show[1]")
    with Tables({"drain": load_package("doctors-drain")}) as tables:
        assert list(tables.table("drain.commodities").column("title")) == ["right"]


def test_an_alias_that_sql_has_taken_is_refused() -> None:
    with pytest.raises(DataError, match="can't be the name of a dataset"):
        Tables({"main": PACKAGES["world"]})


def test_a_scenes_tables_come_by_their_own_names_and_all_problems_at_once() -> None:
    found = scene_tables(
        PACKAGES,
        {"mouth": ("world.teeth", None), "big": (None, "SELECT * FROM drain.streams WHERE value > 5000")},
    )
    assert found["mouth"].count == 800 and found["big"].column("value").min() > 5000
    with pytest.raises(DataError) as caught:
        scene_tables(PACKAGES, {"a": ("world.teth", None), "b": (None, "SELECT x FROM seam.shares")})
    assert len(caught.value.problems) == 2


def test_closing_twice_is_fine() -> None:
    tables = Tables(PACKAGES)
    tables.query("SELECT 1 AS one")
    tables.close()
    tables.close()


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            "SELECT FROM world.teeth tooth , ( ) * WHERE AND = 1 'a' \" ; -- WITH x AS UNION ALL ORDER BY "
            "LIMIT read_csv COPY TO GROUP HAVING JOIN ON CASE WHEN END [ ] { } :: $1 ? %".split(" ")
        ),
        max_size=14,
    ).map(" ".join)
    | st.text(max_size=30)
)
def test_any_text_is_answered_or_refused(tables: Tables, sql: str) -> None:
    try:
        tables.query(sql)
    except DataError as error:
        assert str(error)
