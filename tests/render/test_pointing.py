"""Pointing at the wall gives the marks, streams and words that are there, with their rows and sources."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from installation.gpu.device import Device
from installation.render.layers.marks import MarksView
from installation.render.pointing import marks_at, paths_at
from installation.resources import resource
from installation.scene.load import load_show
from installation.show.control import Control
from installation.show.replies import fitted
from shows import Stage, write_show

STREAM = """
title: Stream
datasets: {drain: doctors-drain}
tables:
  streams: {sql: SELECT * FROM drain.streams ORDER BY value DESC LIMIT 1}
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
"""


def mark(x: float, y: float, wide: float, high: float, angle: float = 0.0) -> list[float]:
    return [x, y, wide, high, angle, *[0.0] * 14, 1.0]


def test_a_turned_mark_is_found_where_it_is_drawn_and_not_beside_it() -> None:
    rows = np.array([mark(0.5, 0.5, 0.4, 0.04, np.pi / 2)], np.float32)  # a rod that stands upright
    assert marks_at(rows, 0.5, 0.65, 2.0, 1.0, False).tolist() == [0]
    assert marks_at(rows, 0.6, 0.5, 2.0, 1.0, False).tolist() == []


def test_a_disc_ends_at_its_rim_and_the_nearest_comes_first() -> None:
    rows = np.array([mark(0.5, 0.5, 0.4, 0.4), mark(0.52, 0.5, 0.4, 0.4)], np.float32)
    assert marks_at(rows, 0.53, 0.5, 1.0, 1.0, True).tolist() == [1, 0]
    assert marks_at(rows, 0.35, 0.35, 1.0, 1.0, True).tolist() == []
    assert marks_at(rows, 0.35, 0.35, 1.0, 1.0, False).tolist() == [0, 1]


def test_a_small_mark_can_be_pointed_at_and_one_that_has_gone_cannot() -> None:
    gone = mark(0.2, 0.2, 0.1, 0.1)
    gone[19] = 0.0
    rows = np.array([mark(0.5, 0.5, 0.001, 0.001), gone], np.float32)
    assert marks_at(rows, 0.505, 0.5, 1.0, 1.0, True).tolist() == [0]
    assert marks_at(rows, 0.2, 0.2, 1.0, 1.0, True).tolist() == []


def test_the_nearest_path_is_first_and_far_ones_are_none() -> None:
    paths = np.array([[[0, 0.5], [1, 0.5]], [[0, 0.504], [1, 0.504]], [[0, 0.9], [1, 0.9]]], np.float32)
    assert paths_at(paths, 0.3, 0.503, 1.0, 0.01).tolist() == [1, 0]
    assert paths_at(np.zeros((0, 2, 2), np.float32), 0.5, 0.5, 1.0, 0.1).tolist() == []


@pytest.mark.gl
def test_every_tooth_answers_with_its_own_rows_values_and_source(device: Device) -> None:
    show = load_show(resource("shows") / "living_smiles")
    stage = Stage(device, show, (160, 90))
    stage.play()
    stage.say("/scene/contrast/go", 0.0)
    stage.say("/scene/contrast/at", 2004.5)
    stage.play(2)
    view = stage.engine.wall.playing
    assert view is not None
    (marks,) = [slot.view for _, slot in view._stack.seen() if isinstance(slot.view, MarksView)]
    keys, drawn, _ = marks.drawn()
    table = show.scenes["contrast"].tables["teeth"]
    for key, row in zip(keys, drawn, strict=True):
        answer = stage.engine.evidence(float(row[0]), float(row[1]))
        found = [one for one in answer["there"] if one["kind"] == "mark"]  # type: ignore[attr-defined]
        assert found[0]["key"] == key
        assert [r["year"] for r in found[0]["rows"]] == [2004, 2005]
        gum = next(value for value in found[0]["values"] if value["attribute"] == "gum")
        own = (table.column("tooth") == float(key or 0)) & np.isin(table.column("year"), (2004, 2005))
        mean = float(np.mean(table.column("out_of_pocket")[own]))
        assert gum["value"] == pytest.approx(mean)
        assert gum["becomes"] == pytest.approx(mean / 90, abs=1e-4)
        assert gum["unit"] == "percent"
    assert "CC BY 4.0" in str(answer["origins"])
    assert answer["fiction"] is False
    stage.close()


@pytest.mark.gl
def test_a_stream_answers_with_its_two_ends_its_amount_and_what_one_light_stands_for(
    device: Device, tmp_path: Path
) -> None:
    stage = Stage(device, write_show(tmp_path / "show", {"stream": STREAM}), (160, 90))
    stage.play(2)
    view = stage.engine.wall.playing
    assert view is not None
    ((_, slot),) = view._stack.seen()
    x, y = (float(side) for side in slot.view.paths.points[0, 20])  # type: ignore[attr-defined]
    (found,) = stage.engine.evidence(x, y)["there"]  # type: ignore[misc]
    row = found["rows"][0]
    assert (found["from"], found["to"]) == (row["origin_id"], row["destination_id"])
    (value,) = found["values"]
    assert value["particles"] == round(row["value"] / 100)
    assert (value["value"], value["one_stands_for"]) == (row["value"], 100.0)
    start = stage.engine.evidence(*(float(side) for side in slot.view.paths.points[0, 0]))  # type: ignore[attr-defined]
    place, stream = start["there"]  # type: ignore[misc]
    assert (place["place"], place["sends"], place["receives"]) == (row["origin_id"], row["value"], 0)
    assert place["balance"] == -row["value"] and stream["kind"] == "flow"
    far = stage.engine.evidence(x, 1.0 if y < 0.5 else 0.0)
    assert far["there"] == []
    stage.close()


@pytest.mark.gl
def test_words_answer_where_they_stand_and_what_is_hidden_does_not(device: Device, tmp_path: Path) -> None:
    scene = """
title: Words
layers:
  - {name: words, kind: text, text: HELLO, params: {position: [0.1, 0.4], size: 0.3}}
"""
    stage = Stage(device, write_show(tmp_path / "show", {"words": scene}), (160, 90))
    stage.play(2)
    (found,) = stage.engine.evidence(0.2, 0.55)["there"]  # type: ignore[misc]
    assert found["text"] == "HELLO"
    assert stage.engine.evidence(0.95, 0.95)["there"] == []
    stage.say("/scene/words/words/opacity", 0.0)
    stage.play(2)
    assert stage.engine.evidence(0.2, 0.55)["there"] == []
    stage.close()


@pytest.mark.gl
def test_osc_is_answered_with_json_and_told_what_is_no_place(device: Device) -> None:
    from installation.errors import CommandError
    from installation.inputs.osc import match

    stage = Stage(device, load_show(resource("shows") / "living_smiles"), (64, 36))
    stage.play()
    stage.say("/scene/harvest/go", 0.0)
    stage.play(2)
    control = Control(stage.engine, match)
    reply = control.handle("/evidence", (0.5, 0.5), 1.0)
    assert reply is not None
    assert reply.address == "/reply/evidence"
    assert json.loads(str(reply.args[0]))["data"]["fiction"] is True
    for wrong in ((), (0.5,), (0.5, 1.5), ("x", 0.5), (0.5, float("nan"))):
        with pytest.raises(CommandError):
            control.handle("/evidence", wrong, 1.0)
    for _ in range(3):
        control.handle("/evidence", (0.5, 0.5), 1.0)
    with pytest.raises(CommandError, match="in one frame"):
        control.handle("/evidence", (0.5, 0.5), 1.0)
    stage.close()


def test_an_answer_that_is_too_long_for_a_packet_says_how_much_it_leaves_out() -> None:
    answer = {"there": ["x" * 900] * 40, "bindings": ["y" * 900] * 10, "origins": ["z"]}
    text = fitted(answer, 8000)
    told = json.loads(text)
    assert len(text.encode()) <= 8000
    assert told["origins"] == ["z"]
    assert told["left_out"] == 50 - len(told["there"]) - len(told["bindings"])
