"""Marks in time and by key: they move, enter and leave gently, cost nothing at rest, and a scene's value leads them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from installation.data.tables import Columns, columns_of
from installation.gpu.device import Device
from installation.render.layers.marks import MarksView
from installation.scene import schema
from installation.scene.load import load_show
from shows import Stage, write_show

pytestmark = pytest.mark.gl

Make = Callable[..., MarksView]


def rows(**columns: list[Any]) -> Columns:
    kinds = [(name, "VARCHAR" if isinstance(values[0], str) else "DOUBLE") for name, values in columns.items()]
    arrays = {
        n: np.ma.masked_array([v or 0.0 if v is None else v for v in c], [v is None for v in c])
        for n, c in columns.items()
    }
    return columns_of(kinds, arrays)


@pytest.fixture
def make(device: Device) -> Iterator[Make]:
    views: list[MarksView] = []

    def make_it(table: Columns, layout: dict[str, Any] | None = None, **bind: Any) -> MarksView:
        layer = {"name": "m", "kind": "marks", "table": "t", "key": "key", "time": "year", "bind": bind}
        spec = schema.MarksLayer.model_validate({**layer, "layout": layout or {"kind": "columns"}})
        kit: Any = SimpleNamespace(device=device, size=(160, 90), seed=1, tables={"t": table})
        views.append(MarksView(kit, spec))
        return views[-1]

    yield make_it
    for view in views:
        view.close()


def step(view: MarksView, at: float, delta: float = 0.1, ease: float = 0.6) -> np.ndarray:
    sensed = SimpleNamespace(mask=np.zeros((9, 16), np.uint8), presence=0.0)
    moment: Any = SimpleNamespace(seconds=0.0, delta=delta, size=(160, 90), sensed=sensed)
    view.prepare(
        moment, {"at": at, "ease": ease, "open": 0.0, "wander": 0.0, "scale": 1.0, "light": 1.0, "breath": 0.0}, {}
    )
    view._kit.device.uniforms.upload()
    return view._mesh_rows.copy()


COMES_AND_GOES = {"key": ["a", "a", "a", "b"], "year": [2000.0, 2001.0, 2002.0, 2001.0], "x": [0.1] * 4, "y": [0.5] * 4}


def test_a_row_enters_and_leaves_with_its_years_and_never_pops(make: Make) -> None:
    view = make(rows(**COMES_AND_GOES, v=[0.0, 1.0, 1.0, 0.5]), glow={"column": "v", "domain": [0, 1]})
    assert step(view, 2000.0)[:, 19].tolist() == [1, 0]
    seen = [float(step(view, 2001.0)[1, 19]) for _ in range(20)]
    assert seen[-1] > 0.95
    seen += [float(step(view, 2002.0)[1, 19]) for _ in range(60)]
    assert max(abs(a - b) for a, b in pairwise([0.0, *seen])) < 0.45
    assert seen[-1] == 0.0
    assert view._mesh_rows[1, 12] == pytest.approx(0.5), "who leaves stays as it was, and is not missing"


@pytest.mark.parametrize("attribute", ["size", "length"])
def test_a_mark_that_only_its_size_or_length_tells_of_is_drawn_as_missing_where_that_is(
    make: Make, attribute: str
) -> None:
    years = {**COMES_AND_GOES, "v": [0.5, None, 1.0, 0.5]}
    view = make(rows(**years), **{attribute: {"column": "v", "domain": [0, 1]}})
    assert step(view, 2000.0)[0, 11] == 1.0
    assert step(view, 2001.0)[0, 11] < 0.0, "no bar of full length"
    step(view, 2002.0)
    assert step(view, 2002.0, 9.0)[0, 11] == 1.0
    told = make(rows(**years), glow={"column": "v", "domain": [0, 1]}, **{attribute: {"column": "v", "domain": [0, 1]}})
    found = step(told, 2001.0)
    assert found[0, 11] == 1.0 and found[0, 12] < 0.0, "what else is bound tells it in its own way"


def test_at_rest_nothing_is_computed_or_uploaded(make: Make) -> None:
    view = make(rows(**COMES_AND_GOES, v=[0.0, 1.0, 1.0, 0.5]), glow={"column": "v", "domain": [0, 1]})
    for _ in range(80):
        step(view, 2001.0)
    sent: list[object] = []
    view._mesh.upload = sent.append  # type: ignore[method-assign]
    for _ in range(5):
        step(view, 2001.0)
    step(view, 2002.0)
    assert len(sent) == 1


def test_an_edited_table_moves_its_marks_by_key(make: Make) -> None:
    one = rows(key=["a", "b"], year=[2000.0] * 2, x=[0.1, 0.2], y=[0.5] * 2, v=[0.0, 0.0])
    two = rows(key=["c", "b"], year=[2000.0] * 2, x=[0.9, 0.8], y=[0.5] * 2, v=[1.0, 1.0])
    before, after = (make(table, glow={"column": "v", "domain": [0, 1]}) for table in (one, two))
    step(before, 2000.0)
    after.inherit(before)
    found = step(after, 2000.0, delta=0.05)
    a, b, c = 0, 1, 2
    assert 0.2 < found[b, 0] < 0.5
    assert 0.5 < found[a, 19] < 1.0
    assert 0.0 < found[c, 19] < 0.5
    assert found[c, 0] == np.float32(0.9)
    for _ in range(80):
        found = step(after, 2000.0)
    assert found[b, 0] == np.float32(0.8)
    assert found[a, 19] == 0.0


def test_places_that_change_with_the_years_are_those_of_the_year(make: Make) -> None:
    table = rows(key=["a", "a", "b", "b"], year=[2000.0, 2001.0] * 2, v=[0.0, 10.0, 5.0, None])
    layout = {"kind": "beeswarm", "value": "v", "domain": [0, 10], "area": [0.1, 0.2, 0.8, 0.6], "diameter": 0.05}
    view = make(table, layout)
    assert step(view, 2000.0, ease=0)[:, 0] == pytest.approx([0.1, 0.5])
    assert step(view, 2000.5, ease=0)[0, 0] == pytest.approx(0.5)
    found = step(view, 2001.0, ease=0)
    assert found[0, 0] == pytest.approx(0.9)
    assert found[1, 0] < 0.1, "what is missing stands apart"


@pytest.mark.parametrize(
    "layout",
    [
        {"kind": "ring", "order": "v"},
        {"kind": "treemap", "value": "v"},
        {"kind": "beeswarm", "value": "v"},
        {"kind": "jaws", "group": "g", "tooth": "t"},
    ],
    ids=lambda layout: layout["kind"],
)
def test_a_layout_gives_each_key_its_place_whatever_the_order_of_the_rows(make: Make, layout: dict[str, Any]) -> None:
    columns: dict[str, list[Any]] = {
        "key": ["a", "b", "c", "d"],
        "year": [2000.0] * 4,
        "v": [3.0, 1.0, 4.0, 1.5],
        "g": ["north", "south", "north", "south"],
        "t": [11.0, 11.0, 36.0, 36.0],
    }
    there = step(make(rows(**columns), layout), 2000.0)
    back = step(make(rows(**{name: values[::-1] for name, values in columns.items()}), layout), 2000.0)
    assert np.array_equal(there[:, :4], back[::-1, :4])
    assert len(np.unique(there[:, :2].round(4), axis=0)) == 4


SCENE = """
title: Years
datasets: {world: dental-equity-world}
tables: {teeth: {from: world.teeth, key: tooth, time: year}}
values:
  at: "= play(2000, 2024, 1, 4)"
  paid: "= value(teeth.out_of_pocket, 11, at)"
  sugar: "= value(teeth.sugar, 11, at)"
  least: "= min(1, value(teeth.sugar, 11, at, 0.25))"
  half: "= max(0, sugar / 2)"
formats: {sugar: {unit: g, missing: not known}}
layers:
  - {name: words, kind: text, text: "{paid} {sugar} {half}", params: {size: "= 0.1 + value(teeth.sugar, 11, at)"}}
"""


def test_a_value_of_a_table_drives_anything_and_missing_is_a_state_of_its_own(device: Device, tmp_path: Path) -> None:
    from installation.render.layers.text import fill

    show = load_show(write_show(tmp_path / "show", {"years": SCENE}))
    stage = Stage(device, show)
    stage.play()
    view = stage.engine.wall.repertoire.view("years")
    formats = show.scenes["years"].formats
    assert view.words["paid"] == pytest.approx(32.31)
    assert "sugar" not in view.words
    assert "half" not in view.words, "what is worked out from a missing value is missing, and not 0"
    assert view.words["least"] == 0.25
    assert fill("{paid} {sugar} {half}", view.words, formats) == "32.31\u00a0% not known –"
    assert stage.engine.params["/scene/years/words/size"].value == pytest.approx(0.04), "the parameter's default"
    stage.close()


AGGREGATES = """\
title: All together
datasets: {world: dental-equity-world}
tables:
  teeth: {from: world.teeth, key: tooth, time: year}
  all: {sql: "SELECT 'all' AS who, year, avg(out_of_pocket) AS paid FROM world.teeth GROUP BY year", key: who, time: year}
values:
  at: 2000
  paid: "= value(all.paid, 'all', at)"
  usual: "= mean(teeth.out_of_pocket)"
  above: "= paid > usual"
layers:
  - {name: words, kind: text, text: "{paid}", params: {size: "= 0.02 + 0.01 * max(teeth.out_of_pocket) / 100"}}
"""


def test_what_a_table_has_on_the_whole_can_be_reckoned_with_and_scrubbed(device: Device, tmp_path: Path) -> None:
    show = load_show(write_show(tmp_path / "show", {"one": AGGREGATES}))
    stage, teeth = Stage(device, show), show.scenes["one"].tables["teeth"]
    stage.play()
    words = stage.engine.wall.repertoire.view("one").words
    year, share = teeth.column("year"), teeth.column("out_of_pocket")
    assert words["usual"] == pytest.approx(np.nanmean(share))
    for moment in (2004.0, 2019.0):
        stage.say("/scene/one/at", moment)
        stage.play(2)
        assert words["paid"] == pytest.approx(np.nanmean(share[year == moment]))
        assert words["above"] == float(words["paid"] > words["usual"])
    assert stage.engine.params["/scene/one/words/size"].value == pytest.approx(0.02 + 0.0001 * np.nanmax(share))
    stage.close()


def test_a_cue_can_scrub_the_years_for_marks_and_captions_alike(device: Device, tmp_path: Path) -> None:
    stage = Stage(device, load_show(write_show(tmp_path / "show", {"years": SCENE})))
    stage.play(12)
    words = stage.engine.wall.repertoire.view("years").words
    assert words["at"] == pytest.approx(2001.2, abs=0.15)
    stage.say("/scene/years/at", 2010.0)
    stage.play(2)
    assert words["at"] == 2010.0
    assert words["paid"] == pytest.approx(
        stage.engine.show.scenes["years"].values["paid"]({"at": 2010.0})  # type: ignore[operator]
    )
    stage.say("/reset")
    stage.play(3)
    assert words["at"] < 2003
    stage.close()


TEETH = {"key": list("abcdefgh"), "year": [2000.0] * 8, "v": [1.0, 4.0, 2.0, 3.0, 5.0, 6.0, 7.0, 16.0]}


@pytest.mark.gl
@pytest.mark.parametrize(
    ("layout", "largest"),
    [
        ({"kind": "grid"}, 0.8 * 0.9 * (16 / 9) / 8),
        ({"kind": "grid", "columns": 2}, 0.8 * 0.9 / 4),
        ({"kind": "ring"}, 0.8 * 2 * 0.36 * np.sin(np.pi / 8)),
        ({"kind": "columns", "x": "v", "y": "v"}, 0.35 * np.sqrt(16 / 9 / 8)),
    ],
)
def test_marks_are_as_large_as_their_layout_has_room_for_unless_somebody_says(
    make: Make, layout: dict[str, Any], largest: float
) -> None:
    assert step(make(rows(**TEETH), layout), 2000.0)[:, 2:4] == pytest.approx(np.full((8, 2), largest), rel=1e-4)
    sized = step(make(rows(**TEETH), layout, size={"column": "v", "scale": "sqrt"}), 2000.0)[:, 2]
    areas = (sized / largest) ** 2
    assert areas == pytest.approx(np.array(TEETH["v"]) / 16, rel=1e-4), "areas are to each other as the values are"
    stated = {"column": "v", "range": [0.1, 0.2], "domain": [0, 16]}
    assert step(make(rows(**TEETH), layout, size=stated), 2000.0)[:, 2].max() == pytest.approx(0.2, rel=1e-4)


@pytest.mark.gl
@pytest.mark.parametrize("more", [{"scale": "log"}, {"scale": "rank"}, {"domain": [1, 16]}])
def test_the_least_of_sizes_that_are_no_proportion_is_seen(make: Make, more: dict[str, Any]) -> None:
    sized = step(make(rows(**TEETH), {"kind": "grid"}, size={"column": "v", **more}), 2000.0)[:, 2]
    assert sized.min() == pytest.approx(sized.max() / 3, rel=1e-4)
