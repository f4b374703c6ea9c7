"""Large pictures are drawn tile by tile: every scene of the shipped show as in one piece.

To the byte where tiles are parts of one texture; where they are textures of their own, but for rounding. A canvas whose sides
are powers of two has no rounding in what is interpolated over it. Where there is some, its last bit decides which way a crack
or a reaction goes, as it does between one graphics card and another.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from mosaics import in_tiles

from installation.clock import FixedClock
from installation.engine import Engine
from installation.inputs.offline import OfflineCamera
from installation.inputs.osc import match
from installation.inputs.sense import Sense
from installation.outputs.film import FilmWriter
from installation.scene.load import load_show
from installation.show.faults import ActiveFault
from shows import Stage, filled, write_show

pytestmark = pytest.mark.gl
SIZE = (128, 64)
GROWING = ("sanctuary", "seam")
"""Scenes that grow on grids of their own, up to 272 pixels high."""

KINDS = ("bleed", "dropout", "echo", "freeze", "misregistration", "signal", "slip", "tear")
FAULTS = [ActiveFault(kind, 0.5, 0.4, 0.3, 0.1, 0.2, 0.6, 0.7) for kind in KINDS]
TRAIL = """/*{"PASSES": [
  {"TARGET": "trail", "PERSISTENT": true, "FLOAT": true}, {"TARGET": "half", "WIDTH": "$WIDTH/2"}, {}]}*/
void main() {
  vec2 at = isf_FragNormCoord;
  vec3 fresh = vec3(fract(at.x * 7.0 + TIME), at.y, fract(TIME));
  if (PASSINDEX == 0) gl_FragColor = IMG_NORM_PIXEL(trail, at * 0.98 + 0.01) * 0.8 + vec4(0.2 * fresh, 1.0);
  else if (PASSINDEX == 1) gl_FragColor = IMG_PIXEL(trail, gl_FragCoord.xy * vec2(2.0, 1.0));
  else gl_FragColor = vec4(IMG_THIS_PIXEL(half).rgb, 1.0);
}
"""
STROBE = """/*{}*/
void main() { gl_FragColor = vec4(vec3(step(0.5, fract(TIME * 5.0 + 0.25))), step(isf_FragNormCoord.x, 0.4)); }
"""
MEDLEY = """title: Medley
layers:
  - {name: film, kind: media, file: film.mp4}
  - {name: trail, kind: shader, shader: trail.fs, blend: screen, opacity: 0.5}
  - {name: who, kind: camera, blend: add, params: {color: "#406080", soft: 0.4}}
  - {name: words, kind: text, text: "Larger than a texture", params: {size: 0.2, position: [0.1, 0.3]}}
  - {name: strobe, kind: shader, shader: strobe.fs}
effects: [{name: soft, shader: blur.fs, params: {radius: 0.02}}]
"""


def pictures_of(device, show, tile=0, size=SIZE, names=None):
    """Each scene a moment after it was gone to, over the one before, with the surface half open and a fault."""
    engine = Engine(device, show, size, OfflineCamera("synthetic", 1), match, seed=3)
    device.tile = tile
    found = {}
    try:
        engine.open()
        clock = FixedClock(30.0)
        for name in names or show.scenes:
            engine.scene_go(name, 0.2)
            engine.reveal(0.5)
            for _ in range(5):
                canvas = engine.step(clock.next())
            found[name] = canvas.read()
        assert not [*engine.problems, *engine.wall.problems]
    finally:
        device.tile = 0
        engine.close()
    return found


def apart(whole, tiled):
    """How far each scene is from itself, in codes of 255."""
    return {name: int(np.abs(whole[name].astype(int) - tiled[name]).max()) for name in whole}


@pytest.fixture(scope="module")
def show():
    return load_show("living_smiles")


@pytest.fixture(scope="module")
def whole(device, show):
    return pictures_of(device, show)


def test_every_scene_of_the_show_is_the_same_in_tiles(device, show, whole):
    assert set(apart(whole, pictures_of(device, show, tile=50)).values()) == {0}
    assert len({picture.tobytes() for picture in whole.values()}) == len(show.scenes)


def test_every_scene_of_the_show_is_the_same_on_a_canvas_larger_than_a_texture(device, show, whole):
    with in_tiles(device, 64):
        tiled = pictures_of(device, show)
    found = apart(whole, tiled)
    assert {name: most for name, most in found.items() if most > 2 and name not in GROWING} == {}
    for name in GROWING:  # what they grow on is in tiles here, too, and no power of two
        assert np.abs(whole[name].astype(float) - tiled[name]).mean() < 3


def test_scenes_that_grow_on_grids_of_their_own_are_the_same_on_a_canvas_larger_than_a_texture(device, show):
    size = (32, 512)
    once = pictures_of(device, show, size=size, names=GROWING)
    with in_tiles(device, 280):
        assert max(apart(once, pictures_of(device, show, size=size, names=GROWING)).values()) <= 2


def medley(device, folder):
    """Every frame of a film, a visitor, words, trails and a strobe, in a transition, over another scene, with the guard on."""
    stage = Stage(device, folder, SIZE)
    try:
        rows, columns = np.mgrid[0:90, 0:160]
        mask = (np.hypot(columns - 70, rows - 40) < 25).astype(np.uint8) * 255
        stage.senses.sense = replace(Sense.empty(), mask=mask)
        stage.engine.staging.at = lambda seconds: FAULTS
        stage.say("/reveal", 0.4)
        frames = [stage.play() for _ in range(12)]
        assert stage.problems() == []
        assert len(stage.engine.wall._faults) == len(KINDS)
        return np.array(frames), stage.engine.wall.guard.awake.read()[0, 0, 0] > 0
    finally:
        stage.close()


def test_films_masks_words_trails_faults_and_the_guard_are_the_same_on_a_canvas_larger_than_a_texture(device, tmp_path):
    scenes = {"medley": MEDLEY, "under": filled("#204060")}
    score = "".join(f"{{fault: {kind}, end: 8, density: [1, 1], lasts: 3, strength: 1}}, " for kind in KINDS)
    cues = f"cues: [{{number: 1, scene: medley, under: under, fade: 1}}]\nfaults: {{storm: {{score: [{score}]}}}}"
    folder = write_show(tmp_path / "show", scenes, cues, {"trail.fs": TRAIL, "strobe.fs": STROBE})
    with FilmWriter(folder / "film.mp4", 96, 64, 10) as film:
        for number in range(12):
            film.write(np.full((64, 96, 3), 20 * number, np.uint8) + np.arange(96, dtype=np.uint8)[None, :, None] // 4)
    whole, calmed = medley(device, folder)
    with in_tiles(device, 64):
        tiled, _ = medley(device, folder)
    assert calmed
    off = np.abs(whole.astype(int) - tiled).max(axis=-1)
    assert off.max() <= 2
