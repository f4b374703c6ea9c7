"""Checking what a scene takes from data: datasets, tables, SQL, and every column that a layer binds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from installation.errors import SceneError
from installation.scene.load import Scene, load_show
from shows import write_show

Build = Callable[..., Path]

HEAD = """title: Dawn
datasets: {mouths: mouths, dreams: dreams}
tables:
  teeth: {from: mouths.teeth}
  flows: {from: mouths.flows}
layers:
"""
MARKS = "{name: m, kind: marks, table: teeth, key: tooth, layout: {kind: grid}"
FLOWS = (
    "{name: f, kind: flows, table: flows, value: amount, unit: 1, unit_name: ships, layout: {kind: map}, "
    "origin: {id: origin, x: amount, y: amount}, destination: {id: there, x: amount, y: amount}"
)

pytestmark = pytest.mark.usefixtures("datasets")


def complaints(show: Build, text: str) -> str:
    with pytest.raises(SceneError) as caught:
        load_show(show({"scenes/dawn.yaml": text}))
    return str(caught.value)


def scene(show: Build, text: str) -> Scene:
    return load_show(show({"scenes/dawn.yaml": text})).scenes["dawn"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("datasets: {m: mouth}", '2:15: there is no dataset "mouth"\n    did you mean "mouths"?  datasets: '),
        ("datasets: {m: ../x}", '"../x" leads out of'),
        (
            "datasets: {m: mouths}\ntables: {t: {from: m.teth}}",
            'table "t": dataset "mouths" has no table "teth"\n    did',
        ),
        ("datasets: {m: mouths}\ntables: {t: {from: mm.teeth}}", '3:20: table "t": unknown dataset "mm"\n    did you'),
        (
            "datasets: {m: mouths}\ntables: {t: {from: teeth}}",
            '"teeth" is not a table of a dataset\n    write ALIAS.TABLE',
        ),
        ("tables: {t: {}}", '2:10: table "t": give either "from" or "sql"'),
        ("datasets: {m: mouths}\ntables: {t: {from: m.teeth, sql: SELECT 1}}", 'give either "from" or "sql"'),
        (
            "datasets: {m: mouths}\ntables: {t: {sql: SELECT nope FROM m.teeth}}",
            '3:26: table "t": referenced column "nope"',
        ),
        (
            "datasets: {m: mouths}\ntables:\n  t:\n    sql: |\n      SELECT tooth,\n        dekay\n      FROM m.teeth",
            '7:9: table "t": referenced column "dekay" not found in FROM clause\n    did you mean "decay"?',
        ),
        ("datasets: {m: mouths}\ntables: {t: {sql: DROP TABLE m.teeth}}", "the SQL must be one SELECT"),
        ("datasets: {m: mouths}\ntables: {t: {sql: SELECT * FROM d.teeth}}", 'there is no table "d.teeth"'),
        (
            "datasets: {m: mouths}\ntables: {t: {sql: \"SELECT strftime('%Y', year) FROM m.teeth\"}}",
            "year(DAY), month(DAY)",
        ),
        ("datasets: {m: mouths}\ntables: {t: {sql: SELECT a b c FROM m.teeth}}", "stand in double quotes"),
        ("datasets: {m: mouths}\ntables: {t: {sql: \"SELECT * FROM read_csv('/etc/passwd')\"}}", "may not be used"),
        (
            "datasets: {m: mouths, d: dreams}\ntables: {t: {sql: SELECT * FROM m.teeth JOIN d.teeth USING (tooth)}}",
            '"d" is fiction and "m" is fact: they can\'t meet in one query',
        ),
        ("datasets: {main: mouths}\ntables: {t: {from: main.teeth}}", "can't be the name of a dataset"),
    ],
)
def test_a_mistake_in_datasets_and_tables_is_told_once(show: Build, lines: str, told: str) -> None:
    found = complaints(show, f"title: Dawn\n{lines}\nlayers: [{{name: eye, kind: camera}}]\n")
    assert told in found
    assert found.count("shows/harbour") == 1


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        (
            "{name: m, kind: marks, table: teth, key: tooth, layout: {kind: grid}}",
            '7:35: layer "m": there is no table "teth"\n    did you mean "teeth"?  tables of this scene: flows, teeth',
        ),
        (
            "{name: m, kind: marks, table: teeth, key: toth, layout: {kind: grid}}",
            'table "teeth" has no column "toth"\n    did you mean "tooth"?  columns: decay, lat, lon,',
        ),
        (MARKS + ", time: when}", 'table "teeth" has no column "when"'),
        (
            MARKS + ", time: name}",
            'column "name" holds text, numbers are needed\n    columns with numbers: tooth, year,',
        ),
        (MARKS + ", bind: {size: {column: dekay}}}", 'did you mean "decay"?'),
        (MARKS + ", bind: {size: {column: name}}}", 'column "name" holds text, numbers are needed'),
        (MARKS + ", bind: {color: {column: decay}}}", "bind.color: ramp is missing\n    colours from low to high"),
        (MARKS + ", bind: {size: {column: decay, ramp: ['#000000']}}}", "bind.size: a ramp gives colours"),
        (
            MARKS + ", bind: {size: {column: decay, scale: log, domain: [0, 1]}}}",
            "a log scale can't reach 0\n    begin the domain above 0",
        ),
        (MARKS + ", bind: {size: {column: decay, missing: grey}}}", "missing is a colour, but the scale gives numbers"),
        (
            "{name: m, kind: marks, table: teeth, key: tooth, layout: {kind: arch, tooth: fdi}}",
            'table "teeth" has no column "fdi"',
        ),
        (
            "{name: m, kind: marks, table: teeth, key: tooth, layout: {kind: arch, tooth: year}}",
            "is no permanent tooth",
        ),
        (
            "{name: m, kind: marks, table: flows, key: origin, layout: {kind: map}}",
            'layer "m": table "flows" has no column "lat"',
        ),
        (
            "{name: m, kind: marks, table: flows, key: origin, layout: {kind: map}}",
            'layer "m": table "flows" has no column "lon"',
        ),
        (
            "{name: m, kind: marks, table: teeth, key: tooth, layout: {kind: columns, x: year, y: decay}}",
            'and x from 0 to 1 (left, right): nothing would be seen\n    in SQL: ("year" - ',
        ),
        (
            "{name: m, kind: marks, table: flows, key: origin, layout: {kind: columns, x: kind, y: amount}}",
            '"kind" holds text',
        ),
        (
            "{name: m, kind: marks, table: teeth, key: year, layout: {kind: grid}}",
            'layer "m": "2000" has 3 rows\n    one row for each key, or name the time column',
        ),
        (MARKS + ", bind: {size: {column: decay, scale: threshold}}}", "a threshold scale needs its cuts"),
        (
            MARKS + ", bind: {size: {column: decay, scale: quantile, domain: [0, 1]}}}",
            "a quantile scale takes no domain",
        ),
        (MARKS.replace("grid", "ring, order: ordr") + "}", 'table "teeth" has no column "ordr"'),
        (MARKS.replace("grid", "jaws, group: nme, tooth: tooth") + "}", 'did you mean "name"?'),
        (MARKS.replace("grid", "jaws, group: name, tooth: year") + "}", "is no permanent tooth"),
        (MARKS.replace("grid", "beeswarm, value: name") + "}", 'column "name" holds text, numbers are needed'),
        (
            MARKS.replace("grid", "beeswarm, value: decay, scale: log, domain: [0, 1]") + "}",
            "a log scale can't reach 0",
        ),
        (MARKS.replace("grid", "treemap, value: name") + "}", 'column "name" holds text, numbers are needed'),
        (MARKS.replace("grid", "force, links: flow, source: a, target: b") + "}", 'there is no table "flow"'),
        (MARKS.replace("grid", "force, links: flows, source: origin, target: ther") + "}", 'did you mean "there"?'),
        (FLOWS.replace("amount, unit", "amont, unit") + "}", 'did you mean "amount"?'),
        (
            FLOWS.replace("id: there", "id: their") + "}",
            'table "flows" has no column "their"\n    did you mean "there"?',
        ),
        (FLOWS.replace("x: amount", "x: kind") + "}", 'column "kind" holds text, numbers are needed'),
        (FLOWS + ", group: kinds}", 'did you mean "kind"?'),
        (FLOWS + ", group: kind, order: [a, c], colors: ['#000000', '#ffffff']}", '"c" is not in column "kind"'),
        (FLOWS + ", group: kind, order: [a, b]}", 'layer "f": 2 groups share 1 colours\n    one colour for each'),
    ],
)
def test_a_mistake_in_a_bound_layer_is_told(show: Build, layer: str, told: str) -> None:
    assert told in complaints(show, f"{HEAD}  - {layer}\n")


BERLIN = """title: Berlin
datasets: {mouths: mouths}
tables:
  city: {sql: "SELECT tooth, 13.2 + tooth / 100.0 AS lon, 52.4 + tooth / 200.0 AS lat, decay FROM mouths.teeth"}
layers:
  - {name: m, kind: marks, table: city, key: tooth, layout: {kind: map}}
"""


@pytest.mark.parametrize(
    ("of", "by", "told"),
    [
        ("", "", '6:62: layer "m": all 3 places fall on one point: within 0.0'),
        ("", "", "\n    region: [13.294, 52.445, 13.426, 52.515] holds them all; so does fit: true"),
        ("{kind: map", "{kind: map, region: [-5, 30, 30, 60]", "all 3 places fall on one point: within 0."),
        ("{kind: map", "{kind: map, region: [-5, 30, 5, 36]", "3 places lie outside of it: nothing would be seen"),
        ("{kind: map", "{kind: map, region: [13, 60, 14, 50]", "a region from 60 south to 50 north"),
        ("{kind: map", "{kind: map, region: [13, 50, 14, 53], fit: true", "leave out one of them"),
        ("{kind: map", "{kind: map, centre_lon: 3, fit: true", "leave out centre_lon"),
    ],
)
def test_a_map_on_which_nothing_can_be_told_apart_says_what_to_write(show: Build, of: str, by: str, told: str) -> None:
    assert told in complaints(show, BERLIN.replace(of, by) if of else BERLIN)


@pytest.mark.parametrize("by", ["fit: true", "region: [13.1, 52.3, 13.8, 52.7]"])
def test_a_map_of_a_city_is_fine(show: Build, by: str) -> None:
    scene(show, BERLIN.replace("{kind: map", "{kind: map, " + by))


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        (
            MARKS + ", bind: {glow: {column: tooth, domain: [0, 0.7]}}}",
            "3 of 3 values lie outside of domain [0, 0.7] (they are 11 to 21)\n    domain: [0, 21], or leave it out",
        ),
        (
            MARKS.replace("grid", "beeswarm, value: tooth, domain: [1, 0]") + "}",
            "3 of 3 values lie outside of domain [1, 0] (they are 11 to 21)",
        ),
        (
            MARKS.replace("grid", "grid, area: [0.1, 0.2, 1.6, 0.9]") + "}",
            "an area 1.6 canvases wide and 0.9 high: most of it would not be seen\n    x, y, width, height, in parts",
        ),
        (
            MARKS.replace("grid", "grid, area: [100, 100, 800, 600]") + "}",
            "an area from 100 to 900 across and 100 to 700 up lies beside the canvas",
        ),
        (MARKS.replace("grid", "grid, area: [0.1, 0.2, 0.6, -0.9]") + "}", "has no room"),
        (FLOWS.replace("map}", "columns, area: [0, 2, 1, 1]}") + "}", "lies beside the canvas"),
        (FLOWS + ", paths: {kind: roots, area: [0, -1.2, 1, 1]}}", "and -1.2 to -0.2 up lies beside the canvas"),
    ],
)
def test_what_nobody_would_see_is_told(show: Build, layer: str, told: str) -> None:
    assert told in complaints(show, f"{HEAD}  - {layer}\n")


def test_a_domain_with_some_of_the_values_in_it_is_fine(show: Build) -> None:
    scene(show, f"{HEAD}  - {MARKS}, bind: {{glow: {{column: tooth, domain: [0, 12]}}}}}}\n")


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("mean(teeth.dekay)", '"teeth" has no column "dekay"\n    did you mean "decay"?'),
        ("mean(teth.decay)", 'there is no table "teth"\n    did you mean "teeth"?'),
        ("mean(teeth.name)", 'column "name" holds text\n    mean needs numbers'),
        ("mean(mouths.teeth.decay)", "mean wants a table of this scene and its column"),
    ],
)
def test_a_mistake_in_an_aggregate_is_told_inside_the_expression(show: Build, expression: str, told: str) -> None:
    found = complaints(show, f"{HEAD}  - {{name: eye, kind: camera, opacity: = {expression}}}\n")
    assert "7:47: " in found, "where the column is named"
    assert told in found


def test_one_wrong_table_hides_nothing_else_and_is_told_once(show: Build) -> None:
    text = f"{HEAD.replace('mouths.teeth', 'mouths.teth')}  - {MARKS}, bind: {{size: {{column: x}}}}}}\n"
    found = complaints(show, text + "  - {name: eye, kind: camera, opacity: = mean(teeth.decay), blend: odd}\n")
    assert found.count("teth") == 1
    assert "unknown blend" in found
    assert found.count("shows/harbour") == 2


def test_aggregates_are_worked_out_without_what_is_missing(show: Build) -> None:
    values = "{a: = mean(teeth.decay), b: = max(teeth.decay), c: = count(teeth.decay), d: = missing(teeth.decay), "
    values += "e: = count(teeth.name), f: = sum(teeth.decay) / min(teeth.decay)}"
    found = scene(show, f"{HEAD}  - {{name: eye, kind: camera}}\nvalues: {values}\n")
    given = {name: value({}) if callable(value) else value for name, value in found.values.items()}
    assert given == {"a": 2.75, "b": 4.0, "c": 2.0, "d": 1.0, "e": 3.0, "f": pytest.approx(5.5 / 1.5)}


def test_a_scene_has_the_rows_of_its_tables_and_knows_fiction(show: Build) -> None:
    found = scene(
        show, f"{HEAD}  - {MARKS}, time: year, bind: {{color: {{column: decay, ramp: ['#000000']}}}}}}\n  - {FLOWS}}}\n"
    )
    assert found.tables["teeth"].names == ("tooth", "year", "name", "decay", "lon", "lat")
    assert list(found.tables["flows"].column("amount")) == [10.0, 20.0]
    assert found.fiction, "one of its datasets is made up"
    alone = scene(show, "title: Dawn\ndatasets: {m: mouths}\nlayers: [{name: eye, kind: camera}]\n")
    assert not alone.fiction


READ = """title: Dawn
datasets: {mouths: mouths}
tables:
  teeth: {from: mouths.teeth, key: name, time: year}
  plain: {from: mouths.teeth}
  years: {sql: "SELECT * FROM (VALUES ('a', 1.0, 5), ('a', 2.0, 6)) AS v(key, year, size)", key: key, time: year}
"""


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("value(teeth.dekay, 'north')", 'has no column "dekay"\n    did you mean "decay"?'),
        ("value(teeth.decay, 'nort')", 'table "teeth" has no key "nort"\n    did you mean "north"?'),
        ("value(plain.decay, 'north')", 'table "plain" doesn\'t say its key\n    tables: plain: key: COLUMN'),
        ("value(years.size, 'a')", 'table "years" changes with time\n    it has rows from 1 to 2: write value('),
        ("value(teeth.name, 'north')", 'column "name" holds text'),
        ("value(teeth.decay)", "value can't take 1 things"),
        ("value('north')", "value wants a table of this scene and its column"),
        ("value(teeth.decay, 'north') + 'east'", "text can't stand in an expression"),
    ],
)
def test_a_mistake_in_reading_a_value_is_told_inside_the_expression(show: Build, expression: str, told: str) -> None:
    text = f'{READ}layers:\n  - {{name: eye, kind: camera, params: {{gain: "= {expression}"}}}}\n'
    assert told in complaints(show, text)


def test_one_value_is_read_by_key_and_time_and_missing_gives_the_default(show: Build) -> None:
    made = scene(
        show,
        READ
        + """values:
  north: "= value(teeth.decay, 'north') * 2"
  between: "= value(years.size, 'a', time)"
  south: "= value(teeth.decay, 'south', 2000, -1)"
layers:
  - {name: eye, kind: camera, params: {gain: "= value(teeth.decay, 'south')"}}
""",
    )
    read = {name: value({"time": 1.5}) for name, value in made.values.items()}  # type: ignore[operator]
    assert read == {"north": 3.0, "between": 5.5, "south": -1.0}
    param, gain = made.params["/scene/dawn/eye/gain"]
    assert gain({}) == param.default  # type: ignore[operator]
    assert made.params["/scene/dawn/north"][0].kind == "float", "a value is a parameter: a cue can set it"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("formats: {nort: {unit: g}}\nvalues: {north: 1}", 'there is no value "nort"\n    did you mean "north"?'),
        ("formats: {north: {decimals: 9}}\nvalues: {north: 1}", "expected a whole number from 0 to 6"),
        ("values: {go: 1}", '"go" is a word of expressions already'),
        ("values: {value: 1}", '"value" is a word of expressions already'),
    ],
)
def test_a_mistake_in_formats_and_values_is_told(show: Build, lines: str, told: str) -> None:
    assert told in complaints(show, f"title: Dawn\n{lines}\nlayers: [{{name: eye, kind: camera}}]\n")


CURATOR = """\
title: A
datasets: {world: dental-equity-world}
tables:
  teeth: {from: world.teeth, key: tooth, time: year}
layers:
  - name: dots
    kind: marks
    table: teeth
    key: tooth
    time: year
    layout: {kind: arch, tooth: tooth}
    bind:
      size: {column: sugar, domain: [0, 200], range: [0.1, 1]}
      color: {column: dmft, domain: [0, 7], ramp: ["#102030", "#f0e0d0"]}
"""


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("time: year}", "time: jahr}", 'one.yaml:4:48: table "teeth": there is no column "jahr"'),
        ("key: tooth,", "key: toth,", 'did you mean "tooth"?'),
        ("time: year}", "time: income_group}", 'column "income_group" holds text, numbers are needed'),
        ("{column: sugar, domain: [0, 200], range: [0.1, 1]}", "sugar", "write {column: sugar}"),
        ("{world: dental-equity-world}", "[dental-equity-world]", "write NAME: VALUE, each on a line of its own"),
        ("{kind: arch, tooth: tooth}", "arch", "expected keys and values"),
    ],
)
def test_what_a_curator_writes_in_haste_is_told_with_what_to_write(
    tmp_path: Path, written: str, instead: str, told: str
) -> None:
    assert written in CURATOR
    with pytest.raises(SceneError) as caught:
        load_show(write_show(tmp_path / "show", {"one": CURATOR.replace(written, instead, 1)}))
    assert told in str(caught.value)


def test_a_ramp_of_wrong_colours_is_not_told_as_missing_too(tmp_path: Path) -> None:
    scene = CURATOR.replace('["#102030", "#f0e0d0"]', "[blue, red]")
    with pytest.raises(SceneError) as caught:
        load_show(write_show(tmp_path / "show", {"one": scene}))
    assert [problem.message.partition(": ")[2] for problem in caught.value.problems] == [
        'bind.color.ramp[1]: "blue" is not a colour',
        'bind.color.ramp[2]: "red" is not a colour',
    ]


BARE = (
    "{name: f, kind: flows, table: flows, value: amount, unit: 1, unit_name: ships, "
    "origin: {id: origin}, destination: {id: there}"
)


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        (FLOWS + ", paths: {kind: sanky}}", 'unknown kind of paths "sanky"\n    did you mean "sankey"?'),
        (FLOWS + ", paths: {kind: sankey}}", "a sankey places by names: it has no layout"),
        (BARE + "}", 'layer "f": layout is missing'),
        (BARE + ", layout: {kind: columns}}", "origin.x is missing"),
        (BARE + ", paths: {kind: roots}, layout: {kind: columns}}", "origin.y is missing"),
        (BARE + ", paths: {kind: sankey, through: [kinds]}}", 'did you mean "kind"?'),
        (BARE + ", paths: {kind: sankey}, bundle: 0.5}", "sankey has no bundles"),
        (FLOWS.replace("map", "columns") + "}", "origins and destinations by the same two numbers"),
        (FLOWS.replace("map", "arch, tooth: amount") + "}", "only roots grow from an arch"),
        (FLOWS + ", time: amount}", "a layer with a time needs a key"),
        (FLOWS + ", key: origin, time: kind}", 'column "kind" holds text, numbers are needed'),
        (FLOWS + ", key: origin, time: amounts}", 'did you mean "amount"?'),
        (FLOWS + ", hidden: {reported: reported}}", 'table "flows" has no column "reported"'),
        (
            FLOWS + ", hidden: {reported: amount}, colors: ['#111111', '#222222', '#333333', '#444444']}",
            "no colour for",
        ),
        (FLOWS + ", bind: {speed: {column: kind}}}", 'column "kind" holds text, numbers are needed'),
        (FLOWS + ", bind: {sped: {column: amount}}}", 'unknown key "sped" in bind'),
        (BARE + ", paths: {kind: sankey}, bind: {width: {column: amount}}}", "a sankey's widths are its values"),
        (FLOWS.replace("unit: 1,", "unit: 0.00001,") + "}", "3,000,000 particles are more than 1,000,000"),
        (FLOWS + "}\n  - {name: w, kind: text, text: '{ones}', counts: f}", 'did you mean "one"?'),
        (
            FLOWS + "}\n  - {name: w, kind: text, text: '{one}', tells: g}",
            'there is no marks or flows layer "g" beside it',
        ),
    ],
)
def test_what_is_wrong_with_flows_is_told_at_its_place(show: Build, layer: str, told: str) -> None:
    assert told in complaints(show, f"{HEAD}  - {layer}\n")


@pytest.mark.parametrize(
    "layer",
    [
        BARE + ", paths: {kind: sankey, through: [kind]}, hidden: {reported: amount}}",
        BARE + ", paths: {kind: roots}, layout: {kind: arch, tooth: tooth}}",
        FLOWS + ", paths: {kind: arcs, lift: 0.2}, bind: {width: {column: amount, range: [0.001, 0.01]}}}",
        FLOWS + ", key: origin, time: amount}\n  - {name: w, kind: text, text: '{one:.0f} {year} {share}', counts: f}",
    ],
)
def test_every_way_to_lay_flows_out_can_be_said(show: Build, layer: str) -> None:
    if "tooth" in layer:
        layer = (
            layer.replace("table: flows", "table: teeth").replace("amount", "decay").replace("id: origin", "id: tooth")
        )
        layer = layer.replace("id: there", "id: tooth")
    assert scene(show, f"{HEAD}  - {layer}\n")
