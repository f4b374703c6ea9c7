"""Each thing on the wall that is made from data can be traced to its rows, columns, transform and source."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.resources import resource
from installation.scene.evidence import Record, records_of
from installation.scene.load import Scene, load_show
from shows import write_show

TOLD = """
title: Told
datasets: {world: dental-equity-world}
tables:
  teeth: {from: world.teeth, key: tooth, time: year}
  few: {sql: "SELECT tooth, max(gdp) AS most FROM world.teeth GROUP BY tooth"}
values:
  at: "= play(2000, 2024, 1)"
  sweet: "= value(teeth.sugar, 11, at)"
  doubled: "= sweet * 2"
layers:
  - {name: fill, kind: shader, shader: fill.fs, opacity: "= clamp(doubled / 400, 0, 1)"}
  - name: both
    kind: group
    layers:
      - name: marks
        kind: marks
        table: few
        key: tooth
        layout: {kind: grid}
        bind: {size: {column: most, scale: log}}
  - {name: words, kind: text, text: "{sweet} and {doubled}"}
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return load_show(write_show(tmp_path_factory.mktemp("told") / "show", {"told": TOLD})).scenes["told"]


def find(records: tuple[Record, ...], target: str) -> Record:
    (found,) = [record for record in records if record.target == target]
    return found


def test_every_binding_of_the_shipped_show_has_rows_and_a_source() -> None:
    for scene in load_show(resource("shows") / "living_smiles").scenes.values():
        records = records_of(scene)
        bound = [a for layer in scene.file.layers for a in getattr(layer, "bind", ()) if layer.kind == "marks"]
        assert len([record for record in records if record.kind == "mark"]) == len(bound)
        assert scene.fiction == any(record.fiction for record in records)
        for record in records:
            assert record.origins and record.rows and record.figures
            assert all(origin.licence and origin.publisher and origin.years for origin in record.origins)


def test_a_mark_says_its_column_unit_scale_and_the_domain_that_years_share(told: Scene) -> None:
    contrast = load_show(resource("shows") / "living_smiles").scenes["contrast"]
    gum = find(records_of(contrast), "gum")
    assert (gum.layer, gum.columns, gum.figures[0].unit) == ("teeth", ("out_of_pocket",), "percent")
    assert gum.transform == {"scale": "linear", "domain": (0.0, 90.0), "range": (0.0, 1.0)}
    assert (gum.key, gum.time, len(gum.keys)) == ("tooth", "year", 32)
    assert any("all health care" in caution for caution in gum.cautions)
    size = find(records_of(told), "size")  # no domain stated: the one that was fitted is told
    assert size.layer == "both/marks"
    most = told.tables["few"].column("most")
    assert size.transform["domain"] == (most.min(), most.max())


def test_a_parameter_is_traced_through_the_values_that_it_reads(told: Scene) -> None:
    opacity = find(records_of(told), "/scene/told/fill/opacity")
    assert (opacity.kind, opacity.columns, opacity.table) == ("parameter", ("sugar",), "teeth")
    assert opacity.transform["values"]["sweet"] == "= value(teeth.sugar, 11, at)"


def test_a_text_says_what_stands_behind_its_words(told: Scene) -> None:
    texts = [record for record in records_of(told) if record.kind == "text"]
    assert [record.target for record in texts] == ["{sweet}", "{doubled}"]
    assert texts[0].figures[0].unit == "grams per person per day"


def test_what_cracks_the_surface_is_a_binding_like_any_other(tmp_path: Path) -> None:
    text = """
title: Weak
datasets: {ls: living-smiles-2142}
tables: {places: {from: ls.ls_places}}
cracks: {table: places, value: people, layout: {kind: columns}, domain: [0, 9000000]}
layers: [{name: fill, kind: shader, shader: fill.fs}]
"""
    scene = load_show(write_show(tmp_path / "show", {"weak": text})).scenes["weak"]
    place, cracks = records_of(scene)
    assert (place.kind, place.columns) == ("place", ("x", "y"))
    assert (cracks.kind, cracks.target, cracks.columns, cracks.fiction) == ("reveal", "cracks", ("people",), True)
    assert cracks.transform == {"scale": "linear", "reach": 0.12, "domain": (0.0, 9e6)}


def test_sql_is_told_as_it_is_with_every_table_that_it_reads(told: Scene) -> None:
    size = find(records_of(told), "size")
    assert size.query.startswith("SELECT tooth, max(gdp)")
    assert [origin.table for origin in size.origins] == ["teeth"]
    (most,) = size.figures
    assert (most.unit, most.computed) == ("", True), "only the SQL knows what it made of the column"
    assert [(one.name, one.unit) for one in most.made_from] == [("gdp", "US dollars per person")]


def test_sql_that_names_an_indicator_brings_its_caution(tmp_path: Path) -> None:
    text = """
title: Long
datasets: {world: dental-equity-world}
tables:
  rows: {sql: "SELECT * FROM world.teeth WHERE 'dmft' <> 'no such thing'"}
layers:
  - {name: marks, kind: marks, table: rows, key: tooth, time: year, layout: {kind: grid}, bind: {size: {column: gdp}}}
"""
    scene = load_show(write_show(tmp_path / "show", {"long": text})).scenes["long"]
    assert any("counts fillings too" in caution for caution in find(records_of(scene), "size").cautions)


STREAMS = """
title: Streams
datasets: {ls: living-smiles-2142}
tables:
  streams: {from: ls.ls_streams}
layers:
  - name: goods
    kind: flows
    table: streams
    origin: {id: origin_id}
    destination: {id: destination_id}
    value: true_worth
    hidden: {reported: reported_worth}
    unit: 20000
    unit_name: lumens
    paths: {kind: sankey, through: [commodity_id]}
    bind: {speed: {column: hidden_share, range: [0.5, 1.5]}}
  - {name: words, kind: text, counts: goods, text: "{one}, {share} hidden"}
"""


def test_streams_say_what_is_counted_and_hidden_and_where_the_words_of_a_text_are_from(tmp_path: Path) -> None:
    scene = load_show(write_show(tmp_path / "show", {"streams": STREAMS})).scenes["streams"]
    records = records_of(scene)
    assert find(records, "particles").transform["one particle"] == 20000
    assert find(records, "hidden").columns == ("true_worth", "reported_worth")
    assert find(records, "speed").transform["range"] == (0.5, 1.5)
    assert set(find(records, "paths").columns) == {"origin_id", "destination_id", "commodity_id"}
    assert find(records, "{one}, {share}").columns == ("true_worth", "reported_worth")
    assert all(record.fiction for record in records)


def test_a_column_that_sql_hands_on_as_it_is_keeps_its_unit(tmp_path: Path) -> None:
    text = """
title: Through
datasets: {world: dental-equity-world}
tables:
  rows: {sql: "WITH w AS (SELECT tooth, year, sugar AS sweet FROM world.teeth) SELECT *, 2 * sweet AS twice FROM w"}
layers:
  - {name: m, kind: marks, table: rows, key: tooth, time: year, layout: {kind: grid},
     bind: {size: {column: sweet}, film: {column: twice}}}
"""
    records = records_of(load_show(write_show(tmp_path / "show", {"through": text})).scenes["through"])
    (sweet,), (twice,) = find(records, "size").figures, find(records, "film").figures
    assert (sweet.unit, sweet.title, sweet.computed) == (
        "grams per person per day",
        "Sugar and sweeteners supplied",
        False,
    )
    assert (twice.unit, twice.computed) == ("", True)
