"""Layers on known answers: what a row, a word, a picture or a visitor becomes on the canvas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from installation.data.tables import Columns, columns_of
from installation.gpu.device import Device
from installation.inputs.sense import Sense
from installation.render.layers.text import fill
from installation.render.places import place
from installation.scene import load, schema
from shows import Stage, write_show

pytestmark = pytest.mark.gl

Open = Callable[..., Stage]


@pytest.fixture
def stage(device: Device, tmp_path: Path) -> Iterator[Open]:
    opened: list[Stage] = []

    def open_it(
        scene: str, size: tuple[int, int] = (160, 90), tables: dict[str, Columns] | None = None, **files: bytes
    ) -> Stage:
        folder = write_show(tmp_path / "show", {"only": "title: Stand-in\nlayers: [{name: c, kind: camera}]\n"})
        for name, content in files.items():
            (folder / name.replace("__", ".")).write_bytes(content)
        show = load.load_show(folder)
        if tables is None:
            (folder / "scenes" / "only.yaml").write_text(scene, "utf-8")
            show = load.load_show(folder)
        else:
            show = with_tables(folder, scene, tables)
        opened.append(Stage(device, show, size))
        return opened[-1]

    yield open_it
    for one in opened:
        one.close()


def with_tables(folder: Path, scene: str, tables: dict[str, Columns]) -> load.Show:
    """A show whose only scene has the given rows, as if they came from a dataset."""
    from dataclasses import replace

    import yaml

    from installation.scene.catalogue import OPACITY, PARAMS

    file = schema.SceneFile.model_validate(yaml.safe_load(scene))
    show = load.load_show(folder)
    params = {}
    for layer in file.layers:
        for spec in (OPACITY, *PARAMS[layer.kind]):
            params[f"/scene/only/{layer.name}/{spec.name}"] = (spec, layer.params.get(spec.name, spec.default))
    made = replace(show.scenes["only"], file=file, tables=tables, params=params)
    return replace(show, scenes={"only": made})


def rows(**columns: list[object]) -> Columns:
    kinds = [(name, "VARCHAR" if isinstance(values[0], str) else "DOUBLE") for name, values in columns.items()]
    arrays = {
        name: np.ma.masked_array(
            [("" if kind == "VARCHAR" else 0.0) if v is None else v for v in columns[name]],
            [v is None for v in columns[name]],
            dtype=object if kind == "VARCHAR" else float,
        )
        for name, kind in kinds
    }
    return columns_of(kinds, arrays)


DISCS = """
title: Discs
layers:
  - name: dots
    kind: marks
    table: dots
    key: key
    time: year
    shape: disc
    layout: {kind: columns, x: x, y: y}
    params: {at: 2000, ease: 0, breath: 0}
    bind:
      size: {column: size, domain: [0, 1], range: [0, 0.5]}
      color: {column: tone, domain: [0, 1], ramp: ["#ff0000", "#0000ff"]}
"""


def light(picture: NDArray[np.uint8], x: float, y: float) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    return picture[int(y * height), int(x * width), :3]


def test_a_row_stands_where_its_columns_say_in_the_colour_of_its_value(stage: Open) -> None:
    table = rows(key=["a", "b"], year=[2000.0, 2000.0], x=[0.25, 0.75], y=[0.5, 0.5], size=[0.4, 0.4], tone=[0.0, 1.0])
    picture = stage(DISCS, tables={"dots": table}).play()
    (red, _, a), (b, _, blue) = (light(picture, x, 0.5).astype(int) for x in (0.25, 0.75))
    assert red > 150 > 1.5 * a
    assert blue > 150 > 1.5 * b
    assert light(picture, 0.5, 0.95).max() == 0


def test_a_size_is_a_diameter_in_canvas_heights(stage: Open) -> None:
    table = rows(key=["a"], year=[2000.0], x=[0.5], y=[0.5], size=[1.0], tone=[0.0])
    picture = stage(DISCS, tables={"dots": table}).play()
    column = picture[:, 80, 0] > 60
    assert abs(int(column.sum()) - 45) <= 8


def test_a_missing_value_is_drawn_as_missing_and_not_as_the_low_end(stage: Open) -> None:
    table = rows(key=["a", "b"], year=[2000.0, 2000.0], x=[0.25, 0.75], y=[0.5, 0.5], size=[0.6, 0.6], tone=[0.0, None])
    picture = stage(DISCS, tables={"dots": table}).play()
    assert light(picture, 0.25, 0.5)[0] > 150
    assert light(picture, 0.75, 0.5).max() < 90, "the middle of a missing mark is empty"
    assert picture[:, 110:130, :3].max() > 90, "but its outline is there"


def test_values_move_between_years_and_never_jump(stage: Open) -> None:
    table = rows(key=["a", "a"], year=[2000.0, 2001.0], x=[0.5, 0.5], y=[0.5, 0.5], size=[0.6, 0.6], tone=[0.0, 1.0])
    show = stage(DISCS.replace("ease: 0", "ease: 1"), tables={"dots": table})
    reds = [int(light(show.play(), 0.5, 0.5)[0])]
    show.say("/scene/only/dots/at", 2001.0)
    reds += [int(light(show.play(), 0.5, 0.5)[0]) for _ in range(30)]
    assert reds[0] > 200
    assert reds[-1] < 100
    assert max(a - b for a, b in pairwise(reds)) < 90


def test_a_layer_whose_column_is_gone_is_left_out_and_told(stage: Open) -> None:
    table = rows(key=["a"], year=[2000.0], x=[0.5], y=[0.5], size=[0.6])
    show = stage(DISCS, tables={"dots": table})
    show.play()
    assert any('"tone"' in problem for problem in show.problems())


def test_a_visitor_opens_the_marks_that_they_stand_before() -> None:
    layout = schema.ColumnsLayout(kind="columns")
    places = place(layout, {"x": np.array([0.2, np.nan]), "y": np.array([0.5, 0.5])}, 2, 16 / 9)
    assert places.x[1] < -1, "a row without a position stands outside"


PROBE = """/*{"INPUTS": [{"NAME": "one", "TYPE": "image"}]}*/
void main() { gl_FragColor = BODY; }"""


def probe(body: str) -> bytes:
    """A shader over one image input."""
    return PROBE.replace("BODY", body).encode()


def test_columns_of_a_table_feed_a_shader_and_what_is_missing_has_no_alpha(stage: Open) -> None:
    scene = """
    title: Rows
    datasets: {w: dental-equity-world}
    tables:
      things:
        sql: SELECT * FROM (VALUES (0.25, 4.0), (0.5, 3.0), (NULL, 2.0), (1.0, 1.0)) AS v(low, high)
    layers:
      - {name: top, kind: shader, shader: probe.fs, inputs: {one: "table.things.low, high"}}
    """
    body = "vec4(IMG_PIXEL(one, vec2(gl_FragCoord.x / 40.0, 0.5)).ra, IMG_PIXEL(one, vec2(0.5)).g / 4.0, 1.0)"
    picture = stage(scene, **{"shaders/probe__fs": probe(body)}).play()
    got = picture[45, [20, 60, 100, 140], :3].tolist()
    assert got == [[64, 255, 255], [128, 255, 255], [0, 0, 255], [255, 255, 255]]


def test_words_feed_a_shader_and_follow_their_values(stage: Open) -> None:
    scene = """
    title: Words
    values: {many: "= 1 + floor(time)"}
    layers:
      - {name: top, kind: shader, shader: probe.fs, inputs: {one: "text.{many:.0f} TEETH"}}
    """
    show = stage(scene, **{"shaders/probe__fs": probe("vec4(IMG_THIS_PIXEL(one).rgb, 1.0)")})
    first = show.play()
    assert (first[30:60, :, 0] > 128).any()
    assert not (first[:10, :, 0] > 0).any()
    assert not np.array_equal(show.play(15), first)


def test_flows_run_from_origin_to_destination_and_count(stage: Open) -> None:
    scene = """
title: Flow
layers:
  - name: flow
    kind: flows
    table: streams
    origin: {id: o, x: ox, y: oy}
    destination: {id: d, x: dx, y: dy}
    value: value
    unit: 10
    unit_name: things
    colors: ["#00ff00"]
    layout: {kind: columns}
    params: {thread: 1.0}
"""
    table = rows(o=["a"], d=["b"], ox=[0.1], oy=[0.5], dx=[0.9], dy=[0.5], value=[400.0])
    show = stage(scene, tables={"streams": table})
    picture = show.play(2)
    view = show.engine.wall.repertoire.view("only")._stack._slots[0].view
    assert view.particle_count == 40  # type: ignore[attr-defined]
    lit = picture[..., 1] > 40
    assert lit[:, 16:24].any()
    assert lit[:, 136:144].any()
    assert not lit[:, :8].any()


def test_text_says_its_values_and_stands_where_it_should(stage: Open) -> None:
    scene = """
title: Words
values: {year: "= 2000 + time"}
layers:
  - {name: words, kind: text, text: "{year:.0f}", params: {position: [0.5, 0.5], size: 0.3, color: "#ffffff"}}
"""
    picture = stage(scene).play()
    assert picture[45:, 80:, :3].max() > 200
    assert picture[:40].max(axis=2).min() <= 255
    assert picture[:, :75, :3].max() == 0


@pytest.mark.parametrize(
    ("template", "said"),
    [("{a:.1f} %", "2.5 %"), ("{b}", "–"), ("{a}", "2.5"), ("no braces", "no braces"), ("{a:q}", "2.5")],
)
def test_a_placeholder_is_replaced_or_becomes_a_dash(template: str, said: str) -> None:
    assert fill(template, {"a": 2.5, "c": float("nan")}) == said


def test_a_still_is_shown_upright_and_covers_the_canvas(stage: Open, tmp_path: Path) -> None:
    card = np.zeros((90, 160, 3), np.uint8)
    card[:45] = (255, 0, 0)
    card[45:, 80:] = (0, 255, 0)
    Image.fromarray(card).save(tmp_path / "card.png")
    scene = "title: Still\nlayers: [{name: card, kind: media, file: card.png}]\n"
    picture = stage(scene, card__png=(tmp_path / "card.png").read_bytes()).play()
    assert light(picture, 0.2, 0.9).tolist() == [255, 0, 0]
    assert light(picture, 0.9, 0.1).tolist() == [0, 255, 0]
    assert light(picture, 0.1, 0.1).tolist() == [0, 0, 0]


def grey_film(path: Path) -> bytes:
    """Two seconds that get brighter, from black, by 12 of 255 a tenth of a second."""
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        for number in range(20):
            frame = av.VideoFrame.from_ndarray(np.full((36, 64, 3), number * 12, np.uint8), format="rgb24")
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return path.read_bytes()


FILM = "title: Film\nlayers: [{name: film, kind: media, file: film.mp4, loop: false}]\n"


def test_a_film_plays_at_its_own_pace_and_the_same_each_time(stage: Open, tmp_path: Path) -> None:
    show = stage(FILM, film__mp4=grey_film(tmp_path / "film.mp4"))
    greys = [int(light(show.play(), 0.5, 0.5)[0]) for _ in range(12)]
    assert greys == sorted(greys)
    assert abs(greys[10] - 120) < 10


def test_a_film_begins_anew_when_a_cue_says_so_and_where_it_says(stage: Open, tmp_path: Path) -> None:
    show = stage(FILM, film__mp4=grey_film(tmp_path / "film.mp4"))
    show.play(12)
    show.say("/scene/only/film/play", True)
    greys = [int(light(show.play(), 0.5, 0.5)[0]) for _ in range(6)]
    assert greys[0] < 10
    assert abs(greys[5] - 60) < 10
    show.say("/scene/only/film/start", 1.0)
    show.say("/scene/only/film/play", True)
    assert abs(int(light(show.play(), 0.5, 0.5)[0]) - 120) < 10


def test_a_silhouette_is_drawn_in_the_colour_that_is_asked_for(stage: Open) -> None:
    scene = 'title: Who\nlayers: [{name: who, kind: camera, params: {color: "#00ff00", soft: 0}}]\n'
    show = stage(scene)
    mask = np.zeros((90, 160), np.uint8)
    mask[:, 80:] = 255
    show.senses.sense = Sense(mask, np.zeros((90, 160, 2), np.float32), 1.0, 0.0, (0.7, 0.5), 1, 1, 0.0, "test", True)
    picture = show.play()
    assert light(picture, 0.9, 0.5).tolist() == [0, 255, 0]
    assert light(picture, 0.1, 0.5).max() == 0
