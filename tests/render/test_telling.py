"""Standing before a mark names it: its words, its figures with their unit, its year, its source and what must be said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from installation.errors import SceneError
from installation.gpu.device import Device
from installation.render.layers.marks import MarksView
from installation.render.layers.text import TextView
from installation.scene.evidence import records_of
from installation.scene.load import load_show
from shows import Stage, filled, write_show

SCENE = """
title: Told
datasets: {{world: dental-equity-world}}
tables: {{teeth: {{from: world.teeth}}}}
values: {{at: 2010}}
layers:
  - name: teeth
    kind: marks
    table: teeth
    key: tooth
    time: year
    layout: {{kind: arch, tooth: tooth}}
    params: {{at: "= at", open: 1}}
    bind: {{gum: {{column: out_of_pocket, domain: [0, 90]}}}}
  - {{name: told, kind: text, tells: {tells}, text: "{text}"}}
"""
TEXT = "{name}|{value}|{year}|{source}|{caution}|{income_group}|{sugar:.1f}|{at}"


def scene(text: str = TEXT, tells: str = "teeth") -> str:
    return SCENE.format(text=text, tells=tells)


def views(stage: Stage) -> tuple[MarksView, TextView]:
    playing = stage.engine.wall.playing
    assert playing is not None
    found = {name: slot.view for name, slot in playing._stack.seen()}
    marks, text = found["teeth"], found["told"]
    assert isinstance(marks, MarksView) and isinstance(text, TextView)
    return marks, text


def stand_before(stage: Stage, place: int) -> None:
    marks, _ = views(stage)
    _, drawn, _ = marks.drawn()
    mask = np.zeros((90, 160), np.uint8)
    column, row = int(drawn[place, 0] * 160), int(drawn[place, 1] * 90)
    mask[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2] = 255
    stage.senses.sense = replace(stage.senses.sense, mask=mask, presence=0.1)


@pytest.mark.gl
def test_the_tooth_that_a_visitor_stands_before_is_named_with_its_figures_and_source(
    device: Device, tmp_path: Path
) -> None:
    stage = Stage(device, write_show(tmp_path / "show", {"told": scene()}), (160, 90))
    stage.play(2)
    marks, text = views(stage)
    assert text.shown == "", "nobody stands there"
    stand_before(stage, 5)
    stage.play(4)
    key = marks.rows.keys[5]
    table = stage.engine.show.scenes["told"].tables["teeth"]
    row = int(np.flatnonzero((table.column("tooth") == float(key)) & (table.column("year") == 2010))[0])
    name, value, year, source, caution, group, sugar, at = text.shown.split("|")
    assert (name, year, at) == (key, "2010", "2010")
    assert value == f"{table.column('out_of_pocket')[row]:.0f}\u00a0%", "as many decimals as the package shows"
    assert group == table.column("income_group")[row]
    assert float(sugar) == pytest.approx(table.column("sugar")[row], abs=0.06)
    assert "CC BY 4.0" in source
    assert "all health care, not only dental" in caution
    stage.senses.sense = replace(stage.senses.sense, mask=np.zeros((90, 160), np.uint8), presence=0.0)
    stage.play(200)
    assert text.shown == ""
    stage.close()


@pytest.mark.gl
def test_pointing_at_a_tooth_opens_it_and_it_says_what_its_columns_are_and_warn_of(
    device: Device, tmp_path: Path
) -> None:
    words = scene("{title:sugar}|{caution:sugar}|{title}|{caution:population}")
    stage = Stage(device, write_show(tmp_path / "show", {"told": words}), (160, 90))
    stage.play(2)
    marks, text = views(stage)
    keys, drawn, _ = marks.drawn()
    stage.engine.evidence(float(drawn[9, 0]), float(drawn[9, 1]))
    stage.play(4)
    found = marks.opened()
    assert found is not None and found[0] == keys[9]
    title, caution, first, none = text.shown.split("|")
    assert title == "Sugar and sweeteners supplied" and "not what people eat" in caution
    assert first == "Health spending that people pay themselves"
    assert "Taiwan" in none or none == ""
    stage.close()


@pytest.mark.gl
def test_a_mark_that_was_open_when_the_scene_was_left_is_closed_when_it_is_entered_again(
    device: Device, tmp_path: Path
) -> None:
    cues = "cues: [" + ", ".join(f"{{number: {n}, scene: {s}, fade: 0}}" for n, s in enumerate("aba", 1)) + "]"
    stage = Stage(device, write_show(tmp_path / "show", {"a": scene(), "b": filled("#123456")}, cues), (160, 90))
    stage.say("/go")
    stage.play(2)
    marks, _ = views(stage)
    stand_before(stage, 5)
    stage.play(10)
    assert marks.drawn()[1][5, 18] > 0.5
    stage.senses.sense = replace(stage.senses.sense, mask=np.zeros((90, 160), np.uint8), presence=0.0)
    for _ in range(2):
        stage.say("/go")
        stage.play(2)
    assert views(stage)[0] is marks and not marks.drawn()[1][:, 18].any()
    stage.close()


@pytest.mark.gl
def test_no_file_is_read_in_the_frame_in_which_a_mark_opens(
    device: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = scene(TEXT + "|{title:sugar}|{caution:sugar}")
    stage = Stage(device, write_show(tmp_path / "show", {"told": words}), (160, 90), live=True)
    stage.play(2)
    read: list[str] = []
    for module in ("rows", "cautions"):
        monkeypatch.setattr(f"installation.data.{module}.load_rows", lambda table: read.append(table.name) or [])
    stand_before(stage, 5)
    stage.play(4)
    assert "Sugar and sweeteners supplied" in views(stage)[1].shown
    assert read == []
    stage.close()


def test_a_caution_of_a_column_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    show = write_show(tmp_path / "show", {"one": scene(text="{caution:sugr}")})
    with pytest.raises(SceneError, match="sugr"):
        load_show(show)


def test_a_text_can_only_tell_of_a_marks_layer_beside_it_and_of_words_that_it_has(tmp_path: Path) -> None:
    show = write_show(tmp_path / "show", {"one": scene(tells="tooth"), "two": scene(text="{populaton}")})
    with pytest.raises(SceneError) as told:
        load_show(show)
    text = str(told.value)
    assert 'no marks or flows layer "tooth"' in text
    assert "teeth" in text
    assert 'did you mean "population"' in text


def test_what_a_text_tells_of_a_mark_is_a_binding_too(tmp_path: Path) -> None:
    show = load_show(write_show(tmp_path / "show", {"told": scene()}))
    texts = {r.target: r for r in records_of(show.scenes["told"]) if r.kind == "text"}
    assert set(texts) == {"{value}", "{year}", "{income_group}", "{sugar}"}
    assert texts["{value}"].columns == ("out_of_pocket",)
    assert texts["{sugar}"].figures[0].unit == "grams per person per day"


STREAMS = """
title: Streams
datasets: {drain: doctors-drain}
tables: {streams: {from: drain.streams}}
layers:
  - name: doctors
    kind: flows
    table: streams
    origin: {id: origin_id, x: o_lon, y: o_lat}
    destination: {id: destination_id, x: d_lon, y: d_lat}
    value: value
    unit: 100
    unit_name: doctors
    layout: {kind: map}
  - {name: told, kind: text, tells: doctors, text: "{origin_name}|{destination_name}|{value}|{year}|{source}|{caution}"}
"""


def said(stage: Stage, frames: int) -> str:
    stage.play(frames)
    playing = stage.engine.wall.playing
    assert playing is not None
    (view,) = [slot.view for name, slot in playing._stack.seen() if name == "told"]
    assert isinstance(view, TextView)
    return view.shown


@pytest.mark.gl
def test_who_stands_on_a_stream_is_told_where_it_comes_from_how_many_and_who_says_so(
    device: Device, tmp_path: Path
) -> None:
    show = load_show(write_show(tmp_path / "show", {"one": STREAMS}, "cues: [{number: 1, scene: one, fade: 0}]"))
    stage = Stage(device, show, (160, 90))
    stage.say("/go")
    assert said(stage, 4) == ""
    stage.senses.sense = replace(stage.senses.sense, mask=np.full((90, 160), 255, np.uint8), presence=1.0)
    words = said(stage, 6).split("|")
    assert words[:2] == ["India", "UK"], "of all streams under a visitor, the greatest"
    assert words[2].replace("\u00a0", " ") == "15 870 doctors" and words[3] == "2018"
    assert "OECD" in words[4] and "not dentists" in words[5].casefold()
    stage.senses.sense = replace(stage.senses.sense, mask=np.zeros((90, 160), np.uint8), presence=0.0)
    assert said(stage, 10).startswith("India"), "long enough to be read"
    assert said(stage, 40) == ""
    stage.close()
    told = {r.target: r.columns for r in records_of(show.scenes["one"]) if r.kind == "text"}
    assert told == {
        "{origin_name}": ("origin_name",),
        "{destination_name}": ("destination_name",),
        "{value}": ("value",),
    }


@pytest.mark.gl
def test_a_stream_between_two_years_is_told_with_the_row_of_the_nearer_one(device: Device, tmp_path: Path) -> None:
    text = "title: One\ndatasets: {own: data/f.csv}\ntables: {t: {from: own}}\nlayers:\n" + (
        "  - {name: f, kind: flows, table: t, key: key, time: survey, value: value, unit: 10, unit_name: things,\n"
        "     origin: {id: o, x: ox, y: oy}, destination: {id: d, x: dx, y: dy}, layout: {kind: columns},\n"
        "     bundle: 0, params: {at: 2009.9}}\n"
        "  - {name: told, kind: text, tells: f, text: '{value} {year}'}\n"
    )
    folder = write_show(tmp_path / "show", {"one": text}, "cues: [{number: 1, scene: one, fade: 0}]")
    (folder / "data").mkdir()
    rows = "o,d,ox,oy,dx,dy,key,survey,value\na,z,0.1,0.5,0.9,0.5,a,2000,400\na,z,0.1,0.5,0.9,0.5,a,2010,800\n"
    (folder / "data" / "f.csv").write_text(rows, "utf-8")
    stage = Stage(device, folder, (160, 90))
    stage.say("/go")
    stage.senses.sense = replace(stage.senses.sense, mask=np.full((90, 160), 255, np.uint8), presence=1.0)
    assert said(stage, 6) == "800\u00a0things 2010"
    stage.close()
