"""What is made ahead for scenes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from installation.data.tables import Columns
from installation.gpu.device import Device
from installation.render.layers.flows import FlowsView
from installation.render.repertoire import Repertoire
from installation.scene.load import Scene, Show, load_show
from shows import Stage, write_show

pytestmark = pytest.mark.gl

FLOW = """
title: Flow
layers:
  - name: flow
    kind: flows
    table: streams
    origin: {id: o, x: ox, y: oy}
    destination: {id: d, x: dx, y: dy}
    value: value
    unit: 1
    unit_name: things
    layout: {kind: columns}
"""
Open = Callable[[], Stage]


def rows(value: float) -> Columns:
    arrays = {"ox": [0.1], "oy": [0.5], "dx": [0.9], "dy": [0.5], "value": [value], "o": ["a"], "d": ["b"]}
    columns = {name: np.array(values) for name, values in arrays.items()}
    return Columns(tuple(columns), columns, {name: np.zeros(1, bool) for name in columns}, 1)


def streaming(show: Show, table: Columns, **more: object) -> tuple[Show, Scene]:
    """The show with its flow made from these rows."""
    scene = replace(show.scenes["flow"], tables={"streams": table}, **more)  # type: ignore[arg-type]
    return replace(show, scenes={**show.scenes, "flow": scene}), scene


@pytest.fixture
def stage(device: Device, tmp_path: Path) -> Iterator[Stage]:
    table = tmp_path / "show" / "data"
    write_show(
        tmp_path / "show", {"flow": FLOW.replace("layers:", "datasets: {own: data/f.csv}\n" + TABLE + "layers:")}
    )
    table.mkdir()
    (table / "f.csv").write_text("o,d,ox,oy,dx,dy,value\na,b,0.1,0.5,0.9,0.5,3\n", "utf-8")
    made = Stage(device, load_show(tmp_path / "show"), (160, 90))
    yield made
    made.close()


TABLE = "tables:\n  streams: {from: own}\n"


def particles(repertoire: Repertoire) -> int:
    view = repertoire.view("flow")._stack._slots[0].view
    assert isinstance(view, FlowsView)
    return view.particle_count


def test_what_was_made_ahead_for_other_rows_is_never_shown(stage: Stage) -> None:
    """Even where the other rows lie at the very address in memory at which these once lay."""
    repertoire = stage.engine.wall.repertoire
    show, scene = streaming(repertoire.show, rows(40.0))
    repertoire.bake(scene)
    (stale,) = repertoire._bakes["flow"]
    show, scene = streaming(repertoire.show, rows(7.0))
    repertoire.revise(show, {"flow"})
    repertoire._baked.discard("flow")
    assert particles(repertoire) == 7
    assert stale.paths.phase.size == 40
    assert not stale.fits(scene.file.layers[0], scene.tables["streams"], stale.size, stale.seed)  # type: ignore[arg-type]


def test_what_was_made_ahead_is_used_once_and_let_go(stage: Stage) -> None:
    repertoire = stage.engine.wall.repertoire
    show, scene = streaming(repertoire.show, rows(40.0))
    repertoire.bake(scene)
    (made,) = repertoire._bakes["flow"]
    repertoire.revise(show, {"flow"})
    assert particles(repertoire) == 40
    view = repertoire.view("flow")._stack._slots[0].view
    assert isinstance(view, FlowsView) and view.paths is made.paths
    assert repertoire._bakes["flow"] == []


def test_only_the_newest_version_of_a_scene_is_kept_ready(stage: Stage) -> None:
    repertoire = stage.engine.wall.repertoire
    for value in (5.0, 6.0, 7.0):
        repertoire.bake(streaming(repertoire.show, rows(value))[1])
    assert [len(one.paths.phase) for one in repertoire._bakes["flow"]] == [7]


def test_a_layer_that_plays_already_is_not_made_again(stage: Stage) -> None:
    repertoire = stage.engine.wall.repertoire
    particles(repertoire)
    playing = repertoire.show.scenes["flow"]
    repertoire.bake(replace(playing))
    assert repertoire._bakes["flow"] == []
    file = playing.file.model_copy(update={"layers": [playing.file.layers[0].model_copy(update={"unit": 0.5})]})
    repertoire.bake(replace(playing, file=file))
    assert [len(one.paths.phase) for one in repertoire._bakes["flow"]] == [6]
