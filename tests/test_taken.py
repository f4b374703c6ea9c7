"""Films and sources of the wall while it plays: their size, what they leave out, and where their troubles are told."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from installation.align.projecting import Projecting
from installation.clock import FrameTime
from installation.devices import Taken, open_devices
from installation.gpu.textures import Target
from installation.outputs.recording import Recording
from installation.scene.sites import SiteFile
from installation.stripes import Stripes

pytestmark = pytest.mark.gl
CANVAS = (96, 54)


class Seen:
    """Takes pictures and remembers how large they were, and how bright."""

    def __init__(self) -> None:
        self.sizes: list[tuple[int, int]] = []
        self.bright: list[float] = []

    def show(self, canvas, frame):
        self.sizes.append((canvas.width, canvas.height))
        self.bright.append(canvas.read()[..., :3].mean())

    def status(self):
        return {}

    def close(self):
        pass


@pytest.fixture
def wall(device, tmp_path):
    site = SiteFile(outputs=[{"name": "left"}, {"name": "film", "record": "tonight.mkv"}])
    projecting = Projecting(device, site, CANVAS, None)
    canvas, small = (Target(device, *size, "rgba8") for size in (CANVAS, (48, 27)))
    for target in (canvas, small):
        target.bind()
        device.clear(1.0, 1.0, 1.0, 1.0)
    engine = SimpleNamespace(device=device, wall=SimpleNamespace(shows_camera=False))
    yield SimpleNamespace(site=site, projecting=projecting, canvas=canvas, small=small, engine=engine, folder=tmp_path)
    for one in (projecting, canvas, small):
        one.close()
    device.free_doomed()


def test_a_film_has_the_size_of_the_canvas_also_where_it_is_drawn_smaller_when_it_begins(wall):
    (film,) = open_devices(wall.engine, wall.site, wall.folder / "site.yaml", wall.projecting, lambda problem: None)
    film.show(wall.small, FrameTime(0, 0.0, 0.0))
    assert isinstance(film.taker, Recording) and film.taker._take.sampler.size == CANVAS
    film.close()


def test_a_film_of_a_canvas_with_odd_sides_is_even(wall, device):
    projecting = Projecting(device, wall.site, (97, 55), None)
    (film,) = open_devices(wall.engine, wall.site, wall.folder / "site.yaml", projecting, lambda problem: None)
    film.show(wall.canvas, FrameTime(0, 0.0, 0.0))
    assert film.taker._take.sampler.size == CANVAS
    film.close()
    projecting.close()


def test_nothing_leaves_the_room_while_the_wall_may_show_a_camera_s_picture(wall, device):
    seen = Seen()
    taken = Taken(device, wall.projecting, "film", seen, lambda: wall.engine.wall.shows_camera)
    taken.show(wall.canvas, FrameTime(0, 0.0, 0.0))
    wall.engine.wall.shows_camera = True
    taken.show(wall.canvas, FrameTime(1, 0.1, 0.1))
    assert len(seen.sizes) == 1


def test_a_film_goes_on_while_projectors_are_calibrated(wall, device):
    seen = Seen()
    taken = Taken(device, wall.projecting, "film", seen)
    wall.projecting.pattern("left", Stripes("code", "x", 0))
    taken.show(wall.canvas, FrameTime(0, 0.0, 0.0))
    assert seen.bright == [255.0]
    wall.projecting.pattern("left", None)
