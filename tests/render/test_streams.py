"""Flows in time, with what is hidden, at their own speed and width; on every kind of path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from installation.data.tables import Columns
from installation.errors import DataError
from installation.gpu.device import Device
from installation.render.layers.flows import FlowsView
from installation.render.particles import Points, Splat
from installation.render.ribbons import Ribbons
from installation.render.streams import streams_of, tints
from installation.scene import schema
from shows import Stage, write_show

ASPECT = 16 / 9
PLAIN: dict[str, Any] = {
    "name": "f",
    "kind": "flows",
    "table": "t",
    "origin": {"id": "o", "x": "ox", "y": "oy"},
    "destination": {"id": "d", "x": "dx", "y": "dy"},
    "value": "value",
    "unit": 10,
    "unit_name": "things",
    "layout": {"kind": "columns"},
    "bundle": 0,
}


def layer(**more: Any) -> schema.FlowsLayer:
    return schema.FlowsLayer.model_validate(PLAIN | more)


def table(**more: list[Any]) -> Columns:
    count = len(next(iter(more.values())))
    given: dict[str, list[Any]] = {
        **{"o": [f"o{i}" for i in range(count)], "d": [f"d{i}" for i in range(count)]},
        **{
            "ox": [0.1] * count,
            "dx": [0.9] * count,
            "oy": list(np.linspace(0.2, 0.8, count)),
            "value": [100.0] * count,
        },
        **more,
    }
    given.setdefault("dy", given["oy"])
    arrays = {name: np.array(values) for name, values in given.items()}
    missing = {name: a != a if a.dtype.kind == "f" else np.zeros(count, bool) for name, a in arrays.items()}
    return Columns(tuple(arrays), arrays, missing, count)


YEARS = table(
    key=["a", "a", "b", "b", "c"],
    year=[2000.0, 2010.0, 2000.0, 2010.0, 2010.0],
    value=[100.0, 300.0, 200.0, 0.0, 50.0],
    oy=[0.3, 0.3, 0.5, 0.5, 0.7],
)
NAN = float("nan")


# -- in time ---------------------------------------------------------------------------------------------------------------


def test_flows_enter_change_and_leave_with_the_years() -> None:
    streams = streams_of(layer(key="key", time="year"), YEARS, ASPECT, 1)
    assert streams.at(2000.0).tolist() == [10, 20, 0]
    assert streams.at(2005.0).tolist() == [20, 10, 0]
    assert streams.at(2010.0).tolist() == [30, 0, 5]
    assert len(streams.paths.phase) == 30 + 20 + 5


def test_the_first_particles_of_a_flow_are_spread_along_all_of_its_path() -> None:
    paths = streams_of(layer(key="key", time="year"), YEARS, ASPECT, 1).paths
    assert paths.rank is not None
    few = np.sort(paths.phase[(paths.flow == 0) & (paths.rank < 8)])
    assert len(few) == 8
    assert np.diff(few).max() < 0.3


def test_a_table_without_any_time_stands_still() -> None:
    streams = streams_of(layer(), table(value=[100.0, 40.0]), ASPECT, 1)
    assert not streams.moves
    assert streams.paths.rank is None
    assert streams.at(1234.0).tolist() == [10, 4]


@pytest.mark.gl
@pytest.mark.parametrize("way", [Splat, Points])
def test_so_many_particles_are_drawn_as_there_are_now(device: Device, way: Callable[..., Any]) -> None:
    paths = streams_of(layer(key="key", time="year", unit=1), YEARS, ASPECT, 1).paths
    drawn = way(device, paths, 320, 180)
    lit = []
    for levels in ([100, 200, 0], [300, 0, 50], [0, 0, 0]):
        drawn.show(np.array(levels, np.float32))
        drawn.prepare(3.0, 0.1, 1.0, 1.0)
        device.uniforms.upload()
        drawn.draw()
        lit.append(drawn.counts().sum())
    drawn.close()
    assert lit[0] == pytest.approx(300, rel=0.12)
    assert lit[1] == pytest.approx(350, rel=0.12)
    assert lit[2] == 0


Open = Callable[..., Stage]


@pytest.fixture
def stage(device: Device, tmp_path: Path) -> Iterator[Open]:
    opened: list[Stage] = []

    def open_(spec: str, rows: str, more: str = "") -> Stage:
        scene = (
            "title: Flow\ndatasets: {own: data/f.csv}\ntables: {t: {from: own}}\nlayers:\n"
            "  - {name: f, kind: flows, table: t, origin: {id: o, x: ox, y: oy}, destination: {id: d, x: dx, y: dy}, "
            f"value: value, unit: 10, unit_name: things, {spec}}}\n{more}"
        )
        folder = write_show(tmp_path / "show", {"only": scene})
        (folder / "data").mkdir()
        (folder / "data" / "f.csv").write_text(rows, "utf-8")
        opened.append(Stage(device, folder, (160, 90)))
        return opened[-1]

    yield open_
    for one in opened:
        one.close()


def view_of(stage: Stage) -> FlowsView:
    view = stage.engine.wall.repertoire.view("only")._stack._slots[0].view
    assert isinstance(view, FlowsView)
    return view


CSV = "o,d,ox,oy,dx,dy,key,year,value\n" + "\n".join(
    f"{k},z,0.1,{y},0.9,{y},{k},{year},{value}"
    for k, y, year, value in (("a", 0.3, 2000, 400), ("a", 0.3, 2010, 400), ("b", 0.7, 2010, 400))
)
TOLD = "  - {name: words, kind: text, counts: f, text: '{one} {particles} {year} {total}', params: {size: 0.1}}\n"


@pytest.mark.gl
def test_a_flow_that_enters_is_seen_to_come_and_leaves_again_without_anything_being_made_anew(stage: Open) -> None:
    show = stage("key: key, time: year, layout: {kind: columns}, params: {at: 2000, ease: 1.0, thread: 1.0}", CSV)

    def light(frames: int, flow: int) -> int:
        """Of a flow, in the middle of its path."""
        x, y = paths.points[flow, paths.points.shape[1] // 2] * np.array([160, 90])
        picture = show.play(frames)
        return int(picture[int(y) - 3 : int(y) + 4, int(x) - 20 : int(x) + 20, :3].astype(int).sum())

    show.play(3)
    view = view_of(show)
    paths = view.paths
    assert light(1, 0) > 2000 and light(1, 1) == 0
    show.say("/scene/only/f/at", 2010.0)
    coming, there = light(3, 1), light(30, 1)
    assert 0 < coming < 0.9 * there  # what is seen grows far less than the particles do
    assert view.particle_count == 80
    show.say("/scene/only/f/at", 2000.0)
    assert light(40, 1) < 0.02 * there
    assert view_of(show).paths is paths


@pytest.mark.gl
def test_a_text_says_what_one_light_stands_for_and_how_many_there_are(stage: Open) -> None:
    show = stage("key: key, time: year, layout: {kind: columns}, params: {at: 2000}", CSV, TOLD)
    show.play(2)
    words = show.engine.wall.repertoire.view("only")._stack._slots[1].view
    assert words.shown == "10\u00a0things 40 2000 400\u00a0things"  # type: ignore[attr-defined]
    show.say("/scene/only/f/at", 2010.0)
    show.play(2)
    assert words.shown == "10\u00a0things 80 2010 800\u00a0things"  # type: ignore[attr-defined]


@pytest.mark.gl
def test_a_table_of_one_year_is_told_of_with_that_year(stage: Open) -> None:
    rows = CSV.replace("2010", "2018").replace("a,z,0.1,0.3,0.9,0.3,a,2000,400\n", "")
    show = stage("key: key, time: year, layout: {kind: columns}, params: {at: 2018}", rows, TOLD)
    show.play(2)
    words = show.engine.wall.repertoire.view("only")._stack._slots[1].view
    assert words.shown == "10\u00a0things 80 2018 800\u00a0things"  # type: ignore[attr-defined]
    (found,) = show.engine.evidence(*map(float, view_of(show).paths.points[0, 32]))["there"]  # type: ignore[misc]
    assert found["at"] == 2018.0


@pytest.mark.gl
def test_words_that_count_streams_may_be_asked_to_go_along_and_stay(stage: Open) -> None:
    show = stage("key: key, time: year, layout: {kind: columns}, params: {at: 2000}", CSV, TOLD)
    show.play(2)
    show.say("/scene/only/words/near", 1.0)
    show.play(2)
    assert show.problems() == []


@pytest.mark.gl
def test_silk_that_was_not_drawn_in_the_frame_in_which_it_changed_is_drawn_the_same_later(device: Device) -> None:
    paths = streams_of(layer(key="key", time="year"), YEARS, ASPECT, 1).paths
    silk = Ribbons(device, paths, 160, 90)
    others = np.full(64, 1e9, np.float32).view(np.uint8)

    def light(drawn: bool) -> float:
        device.uniforms.take(others)
        silk.prepare()
        device.uniforms.upload()
        if drawn:
            silk.draw()
        return float(silk._target.read().astype(float).sum())

    silk.show(np.full(len(paths.points), 5, np.float32))
    light(drawn=False)
    device.uniforms.take(others)
    assert light(drawn=True) > 100
    silk.close()


@pytest.mark.gl
def test_only_the_streams_of_this_year_answer(stage: Open) -> None:
    show = stage("key: key, time: year, bundle: 0, layout: {kind: columns}, params: {at: 2000}", CSV)
    show.play(2)
    paths = view_of(show).paths
    places = [paths.points[flow, 32] for flow in (0, 1)]
    (found,) = show.engine.evidence(*map(float, places[0]))["there"]  # type: ignore[misc]
    assert found["values"][0]["particles"] == 40 and found["at"] == 2000.0
    assert show.engine.evidence(*map(float, places[1]))["there"] == []
    show.say("/scene/only/f/at", 2010.0)
    show.play(2)
    (found,) = show.engine.evidence(*map(float, places[1]))["there"]  # type: ignore[misc]
    assert found["rows"][0]["key"] == "b"


# -- what is hidden --------------------------------------------------------------------------------------------------------

HIDDEN = {"hidden": {"reported": "told"}}


def test_what_is_hidden_is_counted_and_a_row_that_nobody_reported_hides_nothing_known() -> None:
    rows = table(value=[100.0, 100.0, 100.0, 100.0], told=[100.0, 30.0, NAN, 120.0])
    streams = streams_of(layer(**HIDDEN), rows, ASPECT, 1)
    counts = streams.at(0.0)
    assert counts[~streams.hidden].tolist() == [10, 3, 10, 10]
    assert counts[streams.hidden].tolist() == [0, 7, 0, 0]
    assert np.bincount(streams.paths.flow, minlength=8).tolist() == counts.tolist()


def test_what_nobody_reported_is_known_to_be_so_in_its_years_and_between_them() -> None:
    told = [30.0, NAN, NAN, NAN]
    rows = table(key=["a", "a", "b", "b"], year=[2000.0, 2010.0] * 2, value=[100.0] * 4, told=told)
    streams = streams_of(layer(key="key", time="year", **HIDDEN), rows, ASPECT, 1)
    assert streams.key.tolist() == [0, 1, 0, 1]
    assert [streams.unreported(moment).tolist() for moment in (2000.0, 2005.0)] == [[False, True] * 2, [True] * 4]


@pytest.mark.gl
def test_the_share_is_of_what_is_known_and_the_unknown_are_counted(stage: Open) -> None:
    rows = "o,d,ox,oy,dx,dy,value,told\n" + "".join(
        f"a{i},b,0.1,0.{i},0.9,0.{i},{value},{told}\n"
        for i, (value, told) in ((2, (100, 60)), (4, (100, 90)), (6, (200, "")))
    )
    said = "{share}|{share:.0f}|{unknown}|{reported:.0f}|{total:.0f}"
    words = f"  - {{name: words, kind: text, counts: f, params: {{size: 0.1}}, text: '{said}'}}\n"
    show = stage("hidden: {reported: told}, layout: {kind: columns}, bundle: 0", rows, words)
    show.play(3)
    playing = show.engine.wall.playing
    assert playing is not None
    (view,) = [slot.view for name, slot in playing._stack.seen() if name == "words"]
    assert view.shown.replace("\u00a0", " ") == "25 %|25|1|150|400"  # type: ignore[attr-defined]


def test_what_is_hidden_has_a_colour_of_its_own_however_few_are_said_for_the_groups() -> None:
    rows = table(value=[100.0, 100.0], told=[40.0, 100.0], g=["x", "y"])
    spec = layer(group="g", hidden={"reported": "told", "color": "#ff0000"})
    streams = streams_of(spec, rows, ASPECT, 1)
    colors = [tints(spec)[group] for group in streams.group]
    assert colors == ["#4de3d0", "#4de3d0", "#ff0000", "#ff0000"], "what is reported is not red"


def test_the_sheath_lies_around_what_is_reported_as_thick_as_its_share() -> None:
    rows = table(value=[9_000.0], told=[3_000.0])
    paths = streams_of(layer(unit=1, **HIDDEN), rows, ASPECT, 1).paths
    core, sheath = (np.abs(paths.lanes.aside[paths.lanes.flow == flow]) for flow in (0, 1))
    assert core.max() <= sheath.min() + 1e-6
    assert core.max() / sheath.max() == pytest.approx(1 / 3, abs=0.1)
    assert (paths.lanes.aside[paths.lanes.flow == 1] > 0).any() and (paths.lanes.aside[paths.lanes.flow == 1] < 0).any()


@pytest.mark.gl
def test_what_was_hidden_in_one_year_has_its_room_though_nothing_is_in_another() -> None:
    rows = table(key=["a", "a"], year=[2000.0, 2010.0], value=[9_000.0, 9_000.0], told=[900.0, 9_000.0], oy=[0.5, 0.5])
    paths = streams_of(layer(unit=1, key="key", time="year", **HIDDEN), rows, ASPECT, 1).paths
    core, sheath = (np.abs(paths.lanes.aside[paths.lanes.flow == flow]).max() for flow in (0, 1))
    assert core < 0.2 * sheath


def test_a_hidden_share_is_red_beside_the_gold_and_answers_with_both_columns(stage: Open) -> None:
    rows = "o,d,ox,oy,dx,dy,value,told\na,b,0.1,0.5,0.9,0.5,90000,30000\n"
    spec = "hidden: {reported: told, color: '#ff0000'}, colors: ['#00ff00'], layout: {kind: columns}, bundle: 0"
    show = stage(spec + ", params: {thread: 0, speed: 0.2}", rows)
    picture = show.play(3).astype(int)
    paths = view_of(show).paths
    x, y = paths.points[0, 32]
    column = picture[:, int(x * 160), :3]
    red, green = ((np.arange(90) * column[:, c]).sum() / column[:, c].sum() for c in (0, 1))
    assert abs(red - green) < 2, "around it, not at its side"
    spread = [np.sqrt((column[:, c] * (np.arange(90) - y * 90) ** 2).sum() / column[:, c].sum()) for c in (0, 1)]
    assert spread[0] > 1.15 * spread[1]
    (found,) = show.engine.evidence(float(x), float(y))["there"]  # type: ignore[misc]
    whole, told = found["values"]
    assert (whole["particles"], told["particles"], told["hidden_particles"]) == (9000, 3000, 6000)
    assert (whole["column"], told["column"], told["value"]) == ("value", "told", 30000)
    assert len(found["rows"]) == 1


# -- speed, width, kinds of paths ------------------------------------------------------------------------------------------


def test_speed_and_width_are_what_their_columns_and_scales_say() -> None:
    rows = table(value=[100.0, 100.0, 100.0], fast=[0.0, 50.0, NAN], thick=[0.0, 50.0, 25.0])
    bind = {
        "speed": {"column": "fast", "domain": [0, 100], "range": [0.5, 1.5]},
        "width": {"column": "thick", "domain": [0, 50], "range": [0.02, 0.06]},
    }
    paths = streams_of(layer(bind=bind), rows, ASPECT, 1).paths
    assert paths.speed.tolist() == pytest.approx([0.5, 1.0, 1.0])
    assert paths.turns == pytest.approx(paths.rate * paths.speed)
    half = [float(np.abs(paths.lanes.aside[paths.lanes.flow == flow]).max()) for flow in range(3)]
    assert half == pytest.approx([0.01, 0.03, 0.02], rel=0.3)


@pytest.mark.parametrize(
    "paths", [{"kind": "bundled"}, {"kind": "arcs"}, {"kind": "sankey"}, {"kind": "roots", "through": ["group"]}]
)
@pytest.mark.parametrize("more", [{}, HIDDEN, {"key": "o", "time": "year"}])
def test_every_kind_of_path_draws_every_row_in_its_order(paths: dict[str, Any], more: dict[str, Any]) -> None:
    rows = table(
        value=[100.0, 0.0, 50.0, NAN, 20.0],
        told=[50.0, 0.0, 50.0, 1.0, NAN],
        group=["x", "x", "y", "y", "y"],
        year=[1.0, 2.0, 2.0, 2.0, 2.0],
    )
    spec = layer(paths=paths, **more, **({"layout": None} if paths["kind"] == "sankey" else {}))
    streams = streams_of(spec, rows, ASPECT, 1)
    assert streams.rows.first[streams.key[~streams.hidden]].tolist() == [0, 2, 4]
    assert np.isfinite(streams.paths.points).all()
    assert len(streams.paths.points) == (6 if more == HIDDEN else 3)
    if paths["kind"] == "sankey":
        assert streams.paths.flat and len(streams.places) == 6


def test_a_table_with_nothing_to_draw_is_fine_on_every_kind_of_path() -> None:
    for kind in ("bundled", "arcs", "sankey", "roots"):
        streams = streams_of(layer(paths={"kind": kind}), table(value=[NAN, 0.0]), ASPECT, 1)
        assert len(streams.paths.points) == 0
        assert streams.at(0.0).tolist() == []


def test_too_many_particles_ask_for_a_unit_that_would_do() -> None:
    with pytest.raises(DataError) as caught:
        streams_of(layer(unit=0.001), table(value=[5_000.0]), ASPECT, 1)
    assert "5,000,000 particles" in str(caught.value) and "0.005 or more" in str(caught.value)


def test_a_sankeys_ribbon_is_as_wide_from_end_to_end_as_its_value() -> None:
    rows = table(value=[3000.0, 1000.0], d=["z", "z"])
    paths = streams_of(layer(paths={"kind": "sankey"}, layout=None, unit=1), rows, ASPECT, 1).paths
    steps = paths.steps(720, 1.0, 1_000_000)
    wide = np.zeros((2, 3))
    for _, lane, along, place in paths.tracks(steps):
        for number, at in enumerate((0.0, 0.5, 1.0)):
            for flow in (0, 1):
                here = place[(np.abs(along - at) < 0.01) & (paths.lanes.flow[lane] == flow)]
                wide[flow, number] = np.ptp(here[:, 1]) if at != 0.5 else wide[flow, 0]
    assert wide[0, 0] == pytest.approx(3 * wide[1, 0], rel=0.03)
    assert wide[:, 2] == pytest.approx(wide[:, 0], rel=0.03)
