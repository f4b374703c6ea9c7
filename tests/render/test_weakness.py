"""Where data are greatest the surface gives way first: the map of it, and the holes that it makes."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from installation.data.tables import columns_of
from installation.errors import SceneError
from installation.gpu.device import Device
from installation.render.weak_maps import WeakMaps, scene_of
from installation.render.weakness import HEIGHT, WIDTH, weakness
from installation.scene.cracks import Cracks
from installation.scene.load import load_show
from shows import Stage, filled, write_show

CSV = "place,x,y,hidden\na,0.2,0.5,0.9\nb,0.8,0.5,0.1\n"
SCENE = """datasets: {own: data/places.csv}
tables: {places: {from: own.places}}
cracks: {table: places, value: hidden, layout: {kind: columns}, reach: 0.3}
"""


def picture(x: list[float], y: list[float], hidden: list[float], **more: object) -> np.ndarray:
    rows = {name: np.ma.masked_invalid(values) for name, values in (("x", x), ("y", y), ("hidden", hidden))}
    cracks = Cracks.model_validate({"table": "t", "value": "hidden", "layout": {"kind": "columns"}, **more})
    return weakness(cracks, columns_of([(name, "DOUBLE") for name in rows], rows), WIDTH / HEIGHT)


def test_the_greatest_value_is_the_weakest_place_and_falls_off_round_it() -> None:
    found = picture([0.25, 0.75], [0.5, 0.5], [0.8, 0.4])
    assert found[HEIGHT // 2, WIDTH // 4] == 255
    assert found[HEIGHT // 2, 3 * WIDTH // 4] == pytest.approx(128, abs=1)
    assert found[0, 0] == 0
    assert found[HEIGHT // 2, WIDTH // 4 + 8] == pytest.approx(found[HEIGHT // 2 + 8, WIDTH // 4], abs=2)


def test_many_small_values_in_one_place_never_look_like_a_great_one() -> None:
    found = picture([0.25] * 500 + [0.75], [0.5] * 501, [0.1] * 500 + [1.0])
    assert found[:, : WIDTH // 2].max() == pytest.approx(26, abs=1)


def test_what_is_missing_or_has_no_place_is_nothing() -> None:
    found = picture([0.25, math.nan, 3.0, 0.75], [0.5] * 4, [math.nan, 9.0, 9.0, 0.5])
    assert found[:, : WIDTH // 2].max() == 0 and found.max() == 255
    assert picture([0.5], [0.5], [math.nan]).max() == 0 and picture([0.5], [0.5], [0.0]).max() == 0


def test_a_stated_domain_lets_years_compare() -> None:
    assert picture([0.5], [0.5], [0.5], domain=[0, 1]).max() == 128


def write(folder: Path, under: str) -> Path:
    write_show(folder, {"mural": filled("#000000") + "under: below\n", "below": filled("#ffffff") + under})
    (folder / "data").mkdir()
    (folder / "data" / "places.csv").write_text(CSV, "utf-8")
    return folder


@pytest.mark.gl
def test_a_surface_opens_first_over_the_greatest_value(device: Device, tmp_path: Path) -> None:
    opened: dict[str, np.ndarray] = {}
    for name, under in (("plain", ""), ("data", SCENE)):
        stage = Stage(device, write(tmp_path / name, under), (320, 180))
        stage.say("/scene/mural/go", 0)
        stage.say("/reveal/lens", 0)
        stage.play(2)
        stage.say("/reveal", 0.3)
        opened[name] = stage.play(2)[..., :3].mean(axis=(2,)) / 255
        assert not stage.problems()
        stage.close()
    hidden, open_ = opened["data"][60:120, 44:84].mean(), opened["data"][60:120, 236:276].mean()
    assert hidden > 0.6 and hidden > 4 * open_ and hidden > 1.5 * opened["plain"][60:120, 44:84].mean()


def weak(*rows: float) -> np.ndarray:
    return np.array([rows], np.uint8)


@pytest.mark.gl
def test_a_map_that_an_edit_takes_away_stays_until_the_surface_has_let_go_of_it(device: Device) -> None:
    device.free_doomed()
    textures = device.live["texture"]
    first = WeakMaps("below")
    first.lay(device, weak(255, 0))
    shown = first.newest
    same, other, none = WeakMaps("below"), WeakMaps("below"), WeakMaps("below")
    same.lay(device, weak(255, 0))
    same.inherit(first)
    assert same.newest == shown, "an edit that leaves the map as it is lays no plaster anew"
    other.lay(device, weak(0, 255))
    other.inherit(same)
    assert other.newest != shown and other.texture(shown) is not None and scene_of(other.newest) == "below"
    none.inherit(other)
    assert none.newest == "" and none.texture(shown) is not None
    assert none.texture("") is None and none.texture(shown) is None
    none.close()
    device.free_doomed()
    assert device.live["texture"] == textures


@pytest.mark.gl
def test_an_edit_of_what_cracks_the_surface_moves_no_hole_at_once(device: Device, tmp_path: Path) -> None:
    folder = write(tmp_path / "show", SCENE)
    stage = Stage(device, folder, (160, 90))
    stage.say("/scene/mural/go", 0)
    stage.say("/reveal/lens", 0)
    stage.say("/reveal", 0.3)
    before = stage.play(3)[..., 0].astype(int)
    (folder / "data" / "places.csv").write_text("place,x,y,hidden\na,0.8,0.5,0.9\nb,0.2,0.5,0.1\n", "utf-8")
    repertoire = stage.engine.wall.repertoire
    repertoire.revise(load_show(folder), {"below"})
    while repertoire._jobs:
        repertoire.work(0.0)
    changes = []
    for _ in range(45):
        after = stage.play()[..., 0].astype(int)
        changes.append(float(np.abs(after - before).mean()))
        before = after
    left, right = before[30:60, 22:42].mean(), before[30:60, 118:138].mean()
    assert right > 2 * left, "the new data rule in the end"
    assert max(changes) < 0.15 * sum(changes), "and nothing jumps on the way"
    assert changes[0] < 3
    stage.close()


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("value: hidden", "value: hiden", 'no column "hiden"'),
        ("value: hidden", "value: place", "holds text, numbers are needed"),
        ("table: places", "table: spots", 'there is no table "spots"'),
        ("reach: 0.3", "domain: [1, 0]", "cracks.domain goes from 1 to 0"),
        ("kind: columns", "kind: columns, x: lon", 'no column "lon"'),
    ],
)
def test_a_mistake_is_told_at_its_place(tmp_path: Path, before: str, after: str, told: str) -> None:
    with pytest.raises(SceneError) as caught:
        load_show(write(tmp_path / "show", SCENE.replace(before, after)))
    assert told in str(caught.value) and "below.yaml:6:" in str(caught.value)
