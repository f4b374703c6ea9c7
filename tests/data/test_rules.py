"""Each rule of the tidy tables, broken in a copy of a shipped package and found by `verify`, with its line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.data import rules
from installation.data.descriptor import FILE_NAME, read_descriptor
from installation.data.package import Field, Package, find_package, list_packages, load_package, package_from
from installation.data.rows import Rows
from installation.data.verify import verify
from installation.resources import resource

FIVES = "five-year-olds"
WORLD = "dental-equity-world"
HARTLEPOOL = "gb:E06000001,decay_5,2014,2015,all,all,15.4,,,,better,observed"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Copies a shipped package to ./datasets, where it is found first, and gives its folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INSTALLATION_CACHE", str(tmp_path / "cache"))
    return lambda name: Path(shutil.copytree(resource("datasets") / name, tmp_path / "datasets" / name))


def described(folder: Path, edit: Callable[[dict[str, Any]], Any]) -> None:
    """Changes a descriptor; `edit` gets it with its tables by name under "tables"."""
    path = folder / "datapackage.json"
    given = json.loads(path.read_text("utf-8"))
    edit({**given, "tables": {table["name"]: table for table in given["resources"]}})
    path.write_text(json.dumps(given), "utf-8")


def told(name: str) -> list[str]:
    """What `verify` says, less that a file's checksum differs: these files were changed to be wrong."""
    return [str(problem) for problem in verify(load_unproved(name)) if "its checksum differs" not in problem.message]


def load_unproved(name: str) -> Package:
    """A package whose files need not be those that its descriptor names."""
    folder = find_package(name)
    return package_from(read_descriptor(folder / FILE_NAME)[0], folder)


@pytest.mark.parametrize("name", list_packages())
def test_a_copy_that_nobody_changed_breaks_no_rule(copy: Callable[[str], Path], name: str) -> None:
    copy(name)
    assert told(name) == []


@pytest.mark.parametrize(
    ("name", "table", "before", "after", "message"),
    [
        # a missing value is a state, and a state is no number
        (FIVES, "observations", "15.4,,,,better,observed", ",,,,better,observed", 'value is empty, but status is "obs'),
        (FIVES, "observations", "compared,not_reported", "compared,estimated", 'empty, but status is "estimated"'),
        (FIVES, "observations", "15.4,,,,better,observed", "15.4,,,,better,suppressed", 'but status is "suppressed"'),
        (FIVES, "observations", "15.4,,,,better,observed", "0,,,,better,withheld", 'value is 0.0, but status is "with'),
        (FIVES, "facts", "43.4", "", "value is empty, and no status says why"),
        (WORLD, "teeth", "3.2,2004,partial", ",2004,partial", 'dmft is empty, but dmft_status is "partial"'),
        (WORLD, "teeth", "32.31,observed", "32.31,not_reported", "out_of_pocket is 32.31, but out_of_pocket_status"),
        # intervals
        (FIVES, "observations", "15.4,,,,", "15.4,15.5,17,,", "the interval 15.5 to 17 does not hold the value 15.4"),
        (FIVES, "observations", "15.4,,,,", "15.4,10,15.3,,", "the interval 10 to 15.3 does not hold the value 15.4"),
        (FIVES, "observations", "15.4,,,,", "15.4,17,14,,", "the interval 17 to 14 does not hold"),
        (FIVES, "observations", "15.4,,,,", "15.4,14,,,", "high is empty; an interval has both ends"),
        (FIVES, "observations", "15.4,,,,better,observed", ",14,16,,better,not_reported", "14 to 16, and no value"),
        # periods, groups, samples
        (FIVES, "observations", "2014,2015,all", "2016,2015,all", "the period begins in 2016 and ends in 2015"),
        (FIVES, "observations", "all,all,15.4", "all,men,15.4", 'group_by is "all", but group is "men"'),
        (FIVES, "observations", "all,all,15.4", "sex,all,15.4", 'group_by is "sex", but group is "all"'),
        (FIVES, "observations", "all,all,15.4", "sex,,15.4", "group is empty, and it is required"),
        (FIVES, "observations", "15.4,,,,better", "15.4,,,0,better", "n is 0; an unknown number of people is empty"),
        # limits
        (FIVES, "observations", "15.4,,,,better", "154,,,,better", "value is 154; decay_5 is plausible up to 100"),
        (FIVES, "observations", "15.4,,,,better", "-1,,,,better", "value is -1; decay_5 is plausible from 0"),
        (FIVES, "observations", "15.4,,,,better", "15.4,10,101,,better", "high is 101; decay_5 is plausible up to"),
        (WORLD, "teeth", "3.2,2004", "29,2004", "dmft is 29; dmft_12 is plausible up to 28"),
        (FIVES, "indicators", ",0,60,0,100,", ",60,0,0,100,", "domain_min 60.0 must be below domain_max 0.0"),
        (FIVES, "indicators", ",0,60,0,100,linear", ",0,60,0,100,log10", "from 0 can't be drawn by log10"),
        (FIVES, "indicators", ",0,60,0,100,linear", ",-5,60,-5,100,sqrt", "from -5 can't be drawn by sqrt"),
        (FIVES, "indicators", ",0,60,0,100,", ",0,160,0,100,", "ends at 160, above what is plausible, 100"),
        (FIVES, "indicators", ",0,60,0,100,", ",-9,60,0,100,", "begins at -9, below what is plausible, 0"),
        # units
        ("materials-seam", "production", "2000,kt,observed", "2000,t,observed", 'unit is "t", but chromium is in "kt"'),
        # aggregates
        (FIVES, "rods", "gb:E06000001,Hartlepool,1", "gb:E10000030,Surrey,1", '"gb:E10000030" is an aggregate'),
        (FIVES, "rods", "gb:E06000001,Hartlepool,1", "gb:E06000066,Somerset,1", 'holds "gb:E07000187", which is a'),
        (FIVES, "rods", "gb:E06000001,Hartlepool,1", "gb:E92000001,England,1", "its people are drawn twice"),
        ("materials-seam", "places", "(rounded),,,,,,", "(rounded),,,10,20,,", "is an aggregate with a position"),
        ("materials-seam", "shares", "cobalt,Cobalt,iso3:COD,", "cobalt,Cobalt,usgs:OTHER,", "is an aggregate"),
        # sources and licences
        (FIVES, "sources", ",attribution,", ",perhaps,", 'may_redistribute is "perhaps"; expected one of yes'),
        (FIVES, "observations", "observed,ohid-fingertips-93563", "observed,somebody", '"somebody" is not in table'),
        # keys
        (FIVES, "observations", "gb:E06000001,decay_5,2016,2017", "gb:E06000001,decay_5,2014,2015", "stands on line"),
        (FIVES, "observations", "gb:E06000001,decay_5,2014", "gb:E06009999,decay_5,2014", 'not in table "places"'),
        (FIVES, "observations", "gb:E06000001,decay_5,2014", "gb:E06000001,decay_6,2014", 'not in table "indicators"'),
        # fact and fiction
        (FIVES, "observations", "gb:E06000001,decay_5,2014", "ls:w07,decay_5,2014", "belongs to a package of fiction"),
        ("doctors-drain", "flows", ",observed,false,", ",observed,true,", "fiction is true in a package of facts"),
        (FIVES, "places", "gb:E06000001,authority", "gb:E06000001,fictional", "kind is fictional in a package of f"),
    ],
)
def test_each_rule_is_found_broken_on_its_line(
    copy: Callable[[str], Path], name: str, table: str, before: str, after: str, message: str
) -> None:
    path = copy(name) / f"{table}.csv"
    text = path.read_text("utf-8")
    assert before in text
    line = text[: text.index(before)].count("\n") + 1
    path.write_text(text.replace(before, after, 1), "utf-8")
    assert any(f"{table}.csv:{line}: " in problem and message in problem for problem in told(name)), told(name)


@pytest.mark.parametrize(
    ("table", "before", "after", "message"),
    [
        ("indicators", ",0,60,0,100,", ",0,20,0,100,", "domain of decay_5, 0 to 20, holds only"),
        ("indicators", "decay,percent,", "decay,per mille,", 'value is in "percent", but decay_5 is in "per m'),
        ("sources", ",OGL-UK-3.0,", ",,", "has no licence"),
        ("sources", ",attribution,", ",,", "does not say whether it may be redistributed"),
    ],
)
def test_what_a_whole_table_breaks_is_found(
    copy: Callable[[str], Path], table: str, before: str, after: str, message: str
) -> None:
    path = copy(FIVES) / f"{table}.csv"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    assert any(message in problem for problem in told(FIVES)), told(FIVES)


def test_a_field_of_an_unknown_indicator_is_found(copy: Callable[[str], Path]) -> None:
    described(copy(FIVES), lambda d: d["tables"]["rods"]["schema"]["fields"][6].update(indicator="decay_6"))
    assert any('value is of the indicator "decay_6", which is not in indicators' in line for line in told(FIVES))


def test_a_table_of_fiction_without_the_word_is_found() -> None:
    package = load_package("living-smiles-2142")
    table = replace(package.table("ls_balance"), fields=package.table("ls_balance").fields[:3])
    [problem] = rules.of_table(package, table, {})
    assert "every table of a package of fiction has a field fiction" in problem.message


def test_a_source_that_may_not_be_handed_on_may_be_used_at_home_and_never_shipped(copy: Callable[[str], Path]) -> None:
    path = copy(FIVES) / "sources.csv"
    path.write_text(path.read_text("utf-8").replace(",attribution,", ",no,"), "utf-8")
    assert told(FIVES) == []
    package = load_unproved(FIVES)
    row = {"source_id": "s", "licence_id": "l", "may_redistribute": "no"}
    read = {"sources": Rows([row], [2], []), "observations": Rows([{"source_id": "s"}], [2], [])}
    [problem] = rules.of_sources(package, read, shipped=True)
    assert "may not be redistributed, and its rows are shipped" in problem.message


@pytest.mark.parametrize("name", list_packages())
def test_every_figure_of_a_shipped_package_has_limits_and_a_unit(name: str) -> None:
    """A value without limits can't be proved, and one without a unit can't be read."""
    package = load_package(name)
    for table in package.tables.values():
        if "value" not in table.columns or table.name == "facts":
            continue
        value, lookups = table.field("value"), {"indicator_id", "commodity_id"} & set(table.columns)
        assert value.minimum is not None or "indicator_id" in table.columns, f"{name}.{table.name}"
        assert value.unit or lookups, f"{name}.{table.name}"


COLUMNS = [
    *("place_id", "indicator_id", "commodity_id", "source_id", "kind", "name", "parent_id", "lon", "x", "year"),
    *("period_start", "period_end", "group_by", "group", "value", "low", "high", "n", "status", "value_status"),
    *("unit", "fiction", "domain_min", "domain_max", "plausible_min", "transform", "licence_id", "may_redistribute"),
]
CELLS = st.none() | st.sampled_from(
    ["all", "observed", "aggregate", "percent", "log10", "a", "b", "ls:a", True, 0, -1, 7.5]
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_rows_under_any_columns_are_judged_and_never_raise(data: st.DataObject) -> None:
    """A curator's own tables may have these names, and none of these columns."""
    shipped = load_package(FIVES)
    tables, read = {}, {}
    for name in ("observations", "indicators", "places", "sources", "commodities"):
        columns = data.draw(st.lists(st.sampled_from(COLUMNS), unique=True, min_size=1, max_size=8))
        made = data.draw(st.lists(st.fixed_dictionaries({column: CELLS for column in columns}), max_size=4))
        fields = tuple(Field(column, "string", indicator=data.draw(st.sampled_from(["", "a"]))) for column in columns)
        tables[name] = replace(shipped.table("rods"), name=name, fields=fields, marks=data.draw(st.booleans()))
        read[name] = Rows(made, list(range(2, len(made) + 2)), [])
    package = replace(shipped, tables=tables)
    for table in tables.values():
        for problem in [*rules.of_rows(package, table, read), *rules.of_table(package, table, read)]:
            assert problem.message and problem.where
    assert all(problem.message for problem in rules.of_sources(package, read, shipped=True))
