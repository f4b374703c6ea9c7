"""No scene, cue, setting, effect, reveal, fault or size takes the word FICTION off a wall that shows fiction."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from installation.gpu.device import Device
from installation.gpu.textures import Target, Texture
from installation.render.layers.text import TextView
from installation.render.moment import Kit, Moment
from installation.render.screen import Screen
from installation.render.stamp import Stamp
from shows import Stage, filled, write_show

BLENDS = ("normal", "add", "screen", "multiply", "lighten", "subtract")
EFFECTS = ("invert.fs", "bloom.fs", "grain.fs", "vignette.fs", "blur.fs", "kaleidoscope.fs", "halftone.fs")
FAULTS = ("tear", "dropout", "slip", "echo", "bleed", "freeze", "misregistration", "signal")
SIZES = ((32, 18), (160, 90), (90, 160), (320, 40), (40, 240), (16, 16))
"""The last one is too small for seven letters that can be told apart; what fits of them is there."""
MADE_UP = """
title: Made up
datasets: {{ls: living-smiles-2142}}
tables:
  places: {{sql: "SELECT place_id, x, y FROM ls.ls_places"}}
layers:
  - {{name: ground, kind: shader, shader: fill.fs, params: {{tint: "{tint}"}}}}
  - name: both
    kind: group
    blend: {blend}
    layers:
      - {{name: places, kind: marks, table: places, key: place_id, layout: {{kind: columns}}, blend: {blend}}}
      - {{name: cover, kind: shader, shader: fill.fs, blend: {blend}, params: {{tint: "{tint}"}}}}
effects: [{{shader: {effect}}}]
"""
SCORES = "faults:\n" + "".join(
    f"  {kind}: {{seed: 3, score: [{{fault: {kind}, end: 60, density: [40, 40], strength: 1, lasts: 5}}]}}\n"
    for kind in FAULTS
)


@pytest.fixture(scope="module")
def words(device: Device) -> Iterator[Words]:
    made = Words(device)
    yield made
    made.close()


class Words:
    """What the word leaves of a black and of a white wall: whatever else is drawn, the wall lies between the two."""

    def __init__(self, device: Device) -> None:
        self._device, self._screen = device, Screen(device)
        self._known: dict[tuple[int, int], tuple[NDArray[np.int16], NDArray[np.int16]]] = {}

    def of(self, size: tuple[int, int], stage: Stage) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
        if size not in self._known:
            kit = Kit(self._device, self._screen, size, Path(), 0, False, {}, {})
            stamp = Stamp(kit)
            walls = []
            for light in (0, 255):
                target = Target(self._device, *size, self._screen.form)
                plain = np.full((size[1], size[0], 4), light, np.uint8)
                plain[..., 3] = 255
                picture = Texture.from_array(self._device, plain, "rgba8")
                self._screen.straighten(picture, target)
                picture.close()
                stamp.prepare(Moment(0.0, 0.0, size, stage.engine.sensing.sensed))
                self._device.uniforms.upload()
                stamp.draw(target)
                walls.append(target.read()[..., :3].astype(np.int16))
                target.close()
            stamp.close()
            self._known[size] = (walls[0], walls[1])
        return self._known[size]

    def close(self) -> None:
        self._screen.close()


def has_word(canvas: NDArray[np.uint8], on_black: NDArray[np.int16], on_white: NDArray[np.int16]) -> bool:
    """Whether the canvas is what the word makes of some picture: exact where a letter covers it."""
    shown = canvas[..., :3].astype(np.int16)
    return bool(((shown >= on_black - 2) & (shown <= on_white + 2)).all())


steps = st.one_of(
    st.tuples(st.just("/scene/made_up/go"), st.sampled_from((0.0, 0.3))),
    st.tuples(st.just("/scene/fact/go"), st.sampled_from((0.0, 0.3))),
    st.tuples(st.sampled_from(("/under/made_up", "/under/fact", "/under/none"))),
    st.tuples(st.just("/reveal"), st.sampled_from((0.0, 0.01, 0.5, 1.0))),
    st.tuples(st.sampled_from([f"/faults/{kind}" for kind in (*FAULTS, "none")])),
    st.tuples(st.just("/canvas/scale"), st.sampled_from((0.0, 0.25, 0.5, 1.0))),
    st.tuples(
        st.sampled_from([f"/scene/made_up/{name}/opacity" for name in ("ground", "both", "both/places", "both/cover")]),
        st.sampled_from((0.0, 0.5, 1.0)),
    ),
    st.tuples(st.sampled_from(("/go", "/panic", "/stop", "/reset"))),
    st.tuples(st.just("/master/opacity"), st.just(0.0)),
)


@pytest.mark.gl
@settings(max_examples=16)
@given(
    size=st.sampled_from(SIZES),
    blend=st.sampled_from(BLENDS),
    effect=st.sampled_from(EFFECTS),
    tint=st.sampled_from(("#000000", "#ffffff", "#f5cc6b", "#f5cc6b00")),
    said=st.lists(steps, min_size=3, max_size=8),
)
def test_whatever_is_done_to_a_show_the_word_is_on_the_wall_while_fiction_is(
    device: Device,
    words: Words,
    size: tuple[int, int],
    blend: str,
    effect: str,
    tint: str,
    said: list[tuple[object, ...]],
) -> None:
    scenes = {"made_up": MADE_UP.format(blend=blend, effect=effect, tint=tint), "fact": filled("#203040")}
    cues = f'rest: fact\ncues: [{{number: "1", scene: made_up, fade: 0}}]\n{SCORES}'
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(device, write_show(Path(folder) / "show", scenes, cues), size)
    try:
        for address, *args in [("/go",), *said]:
            stage.say(str(address), *args)
            for _ in range(2):
                canvas = stage.play()
                wall = stage.engine.wall
                seen = {view.name for view in (*wall._above(), *(wall._below() if wall._opened else ()))}
                assert wall.fiction or "made_up" not in seen
                if wall.fiction:
                    assert stage.engine.status()["fiction"] is True
                    on_black, on_white = words.of(wall.size, stage)
                    assert has_word(canvas, on_black, on_white), (address, args)
    finally:
        stage.close()


@pytest.mark.gl
@pytest.mark.parametrize("size", [*SIZES[:-1], (1920, 1080), (400, 1600), (3840, 200)])
def test_the_word_is_whole_on_a_canvas_of_any_shape(device: Device, size: tuple[int, int]) -> None:
    screen = Screen(device)
    kit = Kit(device, screen, size, Path(), 0, False, {}, {})
    stamp = Stamp(kit)
    stamp.prepare(Moment(0.0, 0.0, size, None))  # type: ignore[arg-type]
    for view in (stamp._ground, stamp._word):
        left, bottom, wide, high = view._block[:4]
        assert left >= 0 and bottom >= 0
        assert left + wide <= 1 and bottom + high <= 1
        assert isinstance(view, TextView)
    stamp.close()
    screen.close()


@pytest.mark.gl
def test_the_test_itself_notices_a_wall_without_the_word(device: Device, words: Words, tmp_path: Path) -> None:
    stage = Stage(device, write_show(tmp_path / "show", {"fact": filled("#203040")}), (160, 90))
    on_black, on_white = words.of((160, 90), stage)
    assert not has_word(stage.play(), on_black, on_white)
    stage.close()
