"""What is made ahead for scenes, and scenes whose files go and come back."""

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
from shows import Stage, filled, write_show

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
    assert stale.streams.paths.phase.size == 40
    assert not stale.fits(scene.file.layers[0], scene.tables["streams"], stale.size, stale.seed)  # type: ignore[arg-type]


def test_what_was_made_ahead_is_used_once_and_let_go(stage: Stage) -> None:
    repertoire = stage.engine.wall.repertoire
    show, scene = streaming(repertoire.show, rows(40.0))
    repertoire.bake(scene)
    (made,) = repertoire._bakes["flow"]
    repertoire.revise(show, {"flow"})
    assert particles(repertoire) == 40
    view = repertoire.view("flow")._stack._slots[0].view
    assert isinstance(view, FlowsView) and view.paths is made.streams.paths
    assert repertoire._bakes["flow"] == []


def test_only_the_newest_version_of_a_scene_is_kept_ready(stage: Stage) -> None:
    repertoire = stage.engine.wall.repertoire
    for value in (5.0, 6.0, 7.0):
        repertoire.bake(streaming(repertoire.show, rows(value))[1])
    assert [len(one.streams.paths.phase) for one in repertoire._bakes["flow"]] == [7]


def test_a_layer_that_plays_already_is_not_made_again(stage: Stage) -> None:
    repertoire = stage.engine.wall.repertoire
    particles(repertoire)
    playing = repertoire.show.scenes["flow"]
    repertoire.bake(replace(playing))
    assert repertoire._bakes["flow"] == []
    file = playing.file.model_copy(update={"layers": [playing.file.layers[0].model_copy(update={"unit": 0.5})]})
    repertoire.bake(replace(playing, file=file))
    assert [len(one.streams.paths.phase) for one in repertoire._bakes["flow"]] == [6]


def test_a_layer_of_an_edit_that_could_not_be_built_is_made_ahead_with_the_next(stage: Stage) -> None:
    """What plays is the version before it: nothing can be shared with what never was."""
    repertoire = stage.engine.wall.repertoire
    particles(repertoire)
    playing = repertoire.show.scenes["flow"]
    file = playing.file.model_copy(update={"layers": [playing.file.layers[0].model_copy(update={"unit": 0.5})]})
    edited = replace(playing, file=file)
    repertoire.revise(replace(repertoire.show, scenes={"flow": edited}), {"flow"})
    repertoire._jobs.pop("scene flow").close()
    repertoire.bake(replace(edited))
    assert [len(one.streams.paths.phase) for one in repertoire._bakes["flow"]] == [6]


def without(show: Show, name: str) -> Show:
    return replace(show, scenes={known: scene for known, scene in show.scenes.items() if known != name})


@pytest.fixture
def spare(device: Device, tmp_path: Path) -> Iterator[Stage]:
    """A show of two scenes, one of which no cue goes to."""
    scenes = {"one": filled("#ff0000"), "spare": filled("#0000ff")}
    cues = "cues: [{number: 1, scene: one, fade: 0}]"
    made = Stage(device, load_show(write_show(tmp_path / "show", scenes, cues)))
    yield made
    made.close()


def test_a_scene_whose_file_goes_and_comes_back_can_be_cued_again(spare: Stage) -> None:
    repertoire, show = spare.engine.wall.repertoire, spare.engine.wall.repertoire.show
    spare.play()
    repertoire.view("spare")
    repertoire.revise(without(show, "spare"), ())
    spare.play()
    assert "/scene/spare/fill/tint" not in spare.engine.params
    repertoire.revise(show, {"spare"})
    assert "/scene/spare/fill/tint" in spare.engine.params
    spare.say("/scene/spare/go", 0.0)
    assert spare.play(2)[9, 16, :3].tolist() == [0, 0, 255]


def test_a_scene_whose_file_goes_while_it_plays_plays_on_and_takes_up_its_return(spare: Stage, device: Device) -> None:
    repertoire, show = spare.engine.wall.repertoire, spare.engine.wall.repertoire.show
    spare.play()
    spare.say("/scene/spare/go", 0.0)
    spare.play(2)
    repertoire.revise(without(show, "spare"), ())
    assert spare.play(2)[9, 16, :3].tolist() == [0, 0, 255]
    spare.say("/scene/spare/fill/tint", 0.0, 1.0, 0.0, 1.0)
    assert spare.play(2)[9, 16, :3].tolist() == [0, 255, 0]
    repertoire.revise(show, {"spare"})
    repertoire.work(float("inf"))
    assert spare.play(2)[9, 16, :3].tolist() == [0, 255, 0]
    assert len(list(repertoire.order())) == 2


def test_scenes_that_go_and_come_back_leave_nothing_behind(spare: Stage, device: Device) -> None:
    repertoire, show = spare.engine.wall.repertoire, spare.engine.wall.repertoire.show
    counts = []
    for _ in range(3):
        repertoire.view("spare")
        repertoire.revise(without(show, "spare"), ())
        spare.play()
        repertoire.revise(show, {"spare"})
        device.free_doomed()
        counts.append(dict(device.live))
    assert counts[0] == counts[2]
