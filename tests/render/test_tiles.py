"""Large pictures are drawn tile by tile: every scene of the shipped show as in one piece.

To the byte where tiles are parts of one texture; where they are textures of their own, but for rounding. A canvas whose sides
are powers of two has no rounding in what is interpolated over it. Where there is some, its last bit decides which way a crack
or a reaction goes, as it does between one graphics card and another.
"""

from __future__ import annotations

import numpy as np
import pytest
from mosaics import in_tiles

from installation.clock import FixedClock
from installation.engine import Engine
from installation.inputs.offline import OfflineCamera
from installation.inputs.osc import match
from installation.scene.load import load_show

pytestmark = pytest.mark.gl
SIZE = (128, 64)
GROWING = ("sanctuary", "seam")
"""Scenes that grow on grids of their own, up to 272 pixels high."""


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
