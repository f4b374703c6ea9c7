"""No lie in the streams: ten flows of each shipped layer, worked out again from the raw rows by another route, and looked for in
the layer and on the rendered frame.

The other route is the csv module: no SQL, no layout and no colour of the engine. A flow's ends are within `OFF` pixels, its
particles are as many as its value says, exactly, and its light has its group's hue within `HUE`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
from test_truth import Draw, alone, draw, equal_earth, linear, table

from installation.data.tables import Columns
from installation.gpu.device import Device
from installation.render.layers.flows import FlowsView
from installation.render.streams import Streams, streams_of, tints
from installation.resources import resource
from installation.scene import schema
from installation.scene.load import load_scene, load_show
from shows import Stage

__all__ = ["draw"]
pytestmark = pytest.mark.gl

SIZE = (640, 360)
OFF = 4.0
"""Pixels of a frame: a stream begins in a patch around its place."""
HUE = 0.06
"""Of each of red, green and blue, as parts of the light's sum."""
Point = tuple[float, float]


@dataclass
class Flow:
    """A flow by hand: its ends on the canvas, and by colour how many particles it has."""

    start: Point
    end: Point
    particles: dict[str, int] = field(default_factory=dict)


INCOMES = {"low": "#d9503f", "lower_middle": "#e88a5a", "upper_middle": "#e3c07a", "high": "#7fa9b8"}


def doctors() -> dict[tuple[str, str], Flow]:
    made = {}
    for row in table("doctors-drain", "streams"):
        if row["origin_income"] and int(row["value"]) > 0:
            start, end = (equal_earth(float(row[f"{e}_lon"]), float(row[f"{e}_lat"])) for e in "od")
            colour = INCOMES[row["origin_income"]]
            made[row["origin_id"], row["destination_id"]] = Flow(start, end, {colour: int(row["value"])})
    return made


def harvest() -> dict[tuple[str, str], Flow]:
    unit = next(layer.unit for layer in _layer("harvest") if isinstance(layer, schema.FlowsLayer))
    worth: dict[tuple[str, str], dict[str, float]] = {}
    place: dict[tuple[str, str], tuple[Point, Point]] = {}
    for row in table("living-smiles-2142", "ls_streams"):
        if row["year"] != "2142":
            continue
        ends = row["origin_id"], row["destination_id"]
        start, end = ((float(row[f"{e}x"]), 0.06 + 0.94 * float(row[f"{e}y"])) for e in "od")
        place[ends] = start, end
        parts = worth.setdefault(ends, {"reported": 0.0, "true": 0.0, "returned": 0.0})
        true, reported = float(row["true_worth"]), float(row["reported_worth"])
        if row["direction"] == "up":
            parts["reported"] += reported
            parts["true"] += true
        else:
            assert true == reported, "what comes back hides nothing"
            parts["returned"] += true
    flows = {}
    for ends, parts in worth.items():
        counted = {part: round(value / float(unit)) for part, value in parts.items()}
        counted["hidden"] = counted.pop("true") - counted["reported"]  # together as many as the true worth says
        flows[ends] = Flow(*place[ends], {part: n for part, n in counted.items() if n})
    return flows


def _layer(scene: str) -> list[schema.Layer]:
    loaded = load_scene(resource("shows") / "living_smiles" / "scenes" / f"{scene}.yaml")
    return loaded.scenes[scene].file.layers


@dataclass(frozen=True)
class Case:
    """A shipped flows layer, and the same by hand."""

    scene: str
    layer: str
    by_hand: Callable[[], dict[tuple[str, str], Flow]]


CASES = [Case("drain", "doctors", doctors), Case("harvest", "harvest", harvest)]


def ten(flows: dict[tuple[str, str], Flow]) -> dict[tuple[str, str], Flow]:
    """The largest, the least that has a particle, and eight between."""
    seen = sorted((key for key, flow in flows.items() if sum(flow.particles.values())), key=lambda k: _size(flows[k]))
    return {key: flows[key] for key in (seen[round(i * (len(seen) - 1) / 9)] for i in range(10))}


def _size(flow: Flow) -> int:
    return sum(flow.particles.values())


def chosen(case: Case) -> tuple[object, schema.FlowsLayer, Columns]:
    show = load_scene(resource("shows") / "living_smiles" / "scenes" / f"{case.scene}.yaml")
    scene = show.scenes[case.scene]
    layer = next(each for each in scene.file.layers if each.name == case.layer)
    assert isinstance(layer, schema.FlowsLayer)
    return show, layer, scene.tables[layer.table]


def own(layer: schema.FlowsLayer, rows: Columns, streams: Streams, key: tuple[str, str]) -> Iterator[int]:
    """The flows of a layer between two places."""
    origin, destination = (rows.column(end.id) for end in (layer.origin, layer.destination))
    for flow, number in enumerate(streams.key):
        row = streams.rows.first[number]
        if (str(origin[row]), str(destination[row])) == key:
            yield flow


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.scene)
def test_ten_flows_have_the_ends_and_the_particles_that_their_raw_rows_say(case: Case) -> None:
    _, layer, rows = chosen(case)
    streams = streams_of(layer, rows, SIZE[0] / SIZE[1], 1)
    held = streams.held(math.inf)
    now, every = streams.at(held), case.by_hand()
    for key, flow in ten(every).items():
        here = list(own(layer, rows, streams, key))
        assert here, f"{key} is not drawn"
        for number in here:
            ends = streams.paths.points[number][[0, -1]] * SIZE
            for found, wanted in zip(ends, (flow.start, flow.end), strict=True):
                assert math.dist(found, (wanted[0] * SIZE[0], wanted[1] * SIZE[1])) < 0.1, f"{key}: an end"
        counted = [int(now[number]) for number in here if now[number]]
        assert sorted(counted) == sorted(c for c in flow.particles.values() if c), f"{key}: particles"
    if not streams.moves:
        assert len(streams.paths.phase) == now.sum()
    assert abs(int(now.sum()) - sum(map(_size, every.values()))) <= (0 if layer.unit == 1 else len(now) // 100)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.scene)
def test_ten_flows_are_seen_between_their_ends_in_the_colour_of_their_group(case: Case, draw: Draw) -> None:
    show, layer, rows = chosen(case)
    origin, destination = (rows.column(end.id) for end in (layer.origin, layer.destination))
    names = {group: colour for group, colour in zip(layer.order or (), tints(layer), strict=False)}
    for key, flow in ten(case.by_hand()).items():
        index = [i for i in range(rows.count) if (str(origin[i]), str(destination[i])) == key]
        year = max((float(rows.column(layer.time)[i]) for i in index), default=0.0) if layer.time else None
        for row in index:
            value = rows.column(layer.value)[row]
            if not value > 0 or (layer.time and rows.column(layer.time)[row] != year):
                continue
            group = str(rows.column(layer.group)[row]) if layer.group else ""
            parts = {next(iter(flow.particles)) if case.scene == "drain" else names[group]: value}
            if layer.hidden:  # looked at alone: all of it reported, then none
                parts |= {layer.hidden.color: 0.0}
            for colour, reported in parts.items():
                arrays, missing = ({n: a[[row]] for n, a in part.items()} for part in (rows.arrays, rows.missing))
                if layer.hidden:
                    arrays[layer.hidden.reported] = np.array([float(reported)])
                one = Columns(rows.names, arrays, missing, 1)
                finer = layer.model_copy(update={"unit": float(value) / 60})  # so many that a still shows where they go
                picture = draw(alone(show, finer, one, thread=1.5, light=1.0), SIZE)  # type: ignore[arg-type]
                lit = picture.max(axis=2) > 24
                y, x = np.nonzero(lit)
                for wanted in (flow.start, flow.end):
                    at = np.hypot(x + 0.5 - wanted[0] * SIZE[0], y + 0.5 - wanted[1] * SIZE[1])
                    assert at.min() < OFF, f"{key}: no light at an end"
                light = np.vectorize(linear)(picture[lit] / 255).sum(axis=0)
                want = np.array([linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5)])
                assert np.abs(light / light.sum() - want / want.sum()).max() < HUE, f"{key}: colour"


def test_the_years_of_the_harvest_hide_as_much_as_their_rows_say() -> None:
    _, layer, rows = chosen(CASES[1])
    streams = streams_of(layer, rows, SIZE[0] / SIZE[1], 1)
    assert streams.whole.times.tolist() == [2092, 2117, 2142]
    for year in (2092, 2117, 2142):
        every = [row for row in table("living-smiles-2142", "ls_streams") if row["year"] == str(year)]
        true, reported = (sum(float(row[f"{part}_worth"]) for row in every) for part in ("true", "reported"))
        counts = streams.at(year)
        assert float(layer.unit) * counts.sum() == pytest.approx(true, rel=0.01)
        assert counts[streams.hidden].sum() / counts.sum() == pytest.approx(1 - reported / true, abs=0.005)


def test_what_a_text_says_of_flows_is_what_is_counted_on_the_frame(device: Device) -> None:
    stage = Stage(device, load_show(resource("shows") / "living_smiles"), (160, 90))
    view = stage.engine.wall.repertoire.view("drain")
    flows = next(slot.view for slot in view._stack._slots if isinstance(slot.view, FlowsView))
    layer = next(each for each in view.scene.file.layers if isinstance(each, schema.FlowsLayer))
    told = view._telling.streaming(layer, flows)
    assert told.written("one", None) == "one\u00a0doctor"
    assert int(str(told.written("total", ".0f"))) == len(flows.paths.phase) == sum(map(_size, doctors().values()))
    stage.close()


def test_the_roots_have_a_light_for_each_thousandth_and_the_wall_names_who_mines_the_most() -> None:
    _, layer, rows = chosen(Case("roots", "roots", dict))
    streams = streams_of(layer, rows, SIZE[0] / SIZE[1], 24)
    counts = streams.at(math.inf)
    shares = {
        (row["commodity_id"], row["place_id"]): row
        for row in table("materials-seam", "shares")
        if row["lon"] and row["share"]
    }
    words = {each.name: each for each in _layer("roots") if isinstance(each, schema.TextLayer)}
    said = [str(each.text) for each in words.values()]
    lights: dict[tuple[str, str], int] = {}
    for number, key in enumerate(streams.key):
        row = streams.rows.first[key]
        ends = str(rows.column("material")[row]), str(rows.column("place")[row])
        lights[ends] = int(counts[number])
        most = max(float(one["share"]) for (material, _), one in shares.items() if material == ends[0])
        gold = float(shares[ends]["share"]) == most
        assert bool(streams.group[number] == 0) == gold
        if gold:
            assert words[f"{ends[0].replace('-', '_')}_most"].text == f"{round(100 * most)} %"
            name = next(each for each in words.values() if each.text == shares[ends]["name"])
            x = name.params["position"][0]  # type: ignore[index]
            assert abs(x - streams.paths.points[number, -1, 0]) < 0.04, "a country's name is not at its root"
    materials = {material for material, _ in lights}
    assert {material.replace("-", " ") for material in materials} <= set(said)
    assert set(lights) == {(m, p) for (m, p), row in shares.items() if m in materials and float(row["share"]) > 0}
    assert all(n == round(1000 * float(shares[ends]["share"])) for ends, n in lights.items())
