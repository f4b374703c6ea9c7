"""Large pictures are drawn tile by tile: every scene of the shipped show, to the byte as in one piece."""

from __future__ import annotations

import pytest

from installation.clock import FixedClock
from installation.engine import Engine
from installation.inputs.offline import OfflineCamera
from installation.inputs.osc import match
from installation.scene.load import load_show

pytestmark = pytest.mark.gl
SIZE = (176, 96)


def bytes_of(device, show, tile):
    """Each scene a moment after it was gone to, over the one before, with the surface half open and a fault."""
    engine = Engine(device, show, SIZE, OfflineCamera("synthetic", 1), match, seed=3)
    device.tile = tile
    found = {}
    try:
        engine.open()
        clock = FixedClock(30.0)
        for name in show.scenes:
            engine.scene_go(name, 0.2)
            engine.reveal(0.5)
            for _ in range(5):
                canvas = engine.step(clock.next())
            found[name] = canvas.read().tobytes()
        assert not engine.problems
    finally:
        device.tile = 0
        engine.close()
    return found


def test_every_scene_of_the_show_is_the_same_in_tiles(device):
    show = load_show("living_smiles")
    whole, tiled = bytes_of(device, show, 0), bytes_of(device, show, 50)
    assert [name for name in show.scenes if whole[name] != tiled[name]] == []
    assert len(set(whole.values())) == len(show.scenes)
