"""What the frame draws on outputs, while an operator aligns them, with real files and a real card."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from installation.align import drawer, kept
from installation.align.cards import CARDS, card
from installation.align.drawer import read_mask
from installation.align.projecting import Projecting
from installation.clock import FrameTime
from installation.errors import CommandError, Problem
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Target, Texture
from installation.outputs import blend
from installation.outputs.projection import Projection
from installation.outputs.surfaces import Laid
from installation.outputs.warp import Warp
from installation.play import listen
from installation.scene.sites import SiteFile
from installation.stripes import Stripes

CANVAS = (320, 180)


@pytest.fixture
def canvas(device):
    made = Target(device, *CANVAS, "rgba8")
    picture = np.full((180, 320, 4), 255, np.uint8)
    picture[..., 0] = np.arange(320) % 256
    made.texture.upload(picture)
    yield made
    made.close()
    device.free_doomed()


class Room:
    """Outputs on a device, seen one at a time."""

    def __init__(self, device, canvas: Target, path: Path | None, **site) -> None:
        self.device, self.canvas = device, canvas
        self.projecting = Projecting(device, SiteFile(**site), CANVAS, path)

    def seen(self, name: str) -> np.ndarray:
        self.projecting.take()
        size = self.projecting.alignment.sizes[name]
        target = Target(self.device, *size, "rgba8")
        target.clear()
        self.projecting.draw(name, self.canvas, 0, 0, *size)
        picture = target.read()[..., :3]
        target.close()
        return picture

    def until(self, what, seconds: float = 10.0) -> None:
        ends = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < ends, "it didn't come"
            time.sleep(0.01)

    def say(self, what: str, *args: object) -> None:
        self.projecting.start(what, args, 0.0)


@pytest.fixture
def room(device, canvas):
    made: list[Room] = []

    def opened(path: Path | None = None, **site) -> Room:
        made.append(Room(device, canvas, path, **site))
        return made[-1]

    yield opened
    for one in made:
        one.projecting.close()
    device.free_doomed()


def test_a_site_of_its_own_shows_the_canvas_to_the_bit_from_the_first_frame(room, canvas):
    one = room()
    assert np.array_equal(one.seen("1"), canvas.read()[..., :3])
    assert one.projecting.problems == []


def test_a_moved_corner_is_on_the_wall_and_after_a_restart(room, tmp_path):
    path = tmp_path / "site.yaml"
    path.write_text("# a comment\n")
    one = room(path)
    before = one.seen("1")
    one.say("begin")
    one.say("select", "1", "1", 0, 0)
    one.say("move", 80, 40)
    one.until(lambda: not np.array_equal(one.seen("1")[10:, 10], before[10:, 10]))
    one.say("end")
    one.until(lambda: not one.seen("1")[0, 0].any())  # dark where the corner was, and no cross any more
    after = one.seen("1")
    one.projecting.close()
    again = room(path)
    assert np.abs(again.seen("1").astype(int) - after).max() <= 1
    assert path.read_text() == "# a comment\n"
    assert [file.name for file in sorted(tmp_path.iterdir())] == ["site.alignment.json", "site.yaml"]


def test_versions_are_saved_and_restored_by_name(room, tmp_path):
    one = room(tmp_path / "site.yaml")
    one.say("begin")
    one.say("select", "1", "1", 0, 0)
    one.say("move", 80, 40)
    one.say("save", "slanted")
    one.say("straighten")
    one.until(lambda: "slanted" in one.projecting.told()["versions"])
    one.say("restore", "slanted")
    one.until(
        lambda: one.seen("1") is not None and one.projecting.alignment.surfaces["1"]["1"].warp.corners[0][0] > 0.2
    )
    one.say("save", "slanted")
    one.say("move", 8, 0)
    one.say("save", "slanted")
    one.until(lambda: one.seen("1") is not None and one.projecting.alignment.said != ())
    assert one.projecting.told()["said"] == ["slanted was there already: it is kept as slanted~"]
    one.until(lambda: "slanted~" in one.projecting.told()["versions"])
    before = one.projecting.alignment.surfaces
    one.say("restore", "slanted~")
    one.until(lambda: one.seen("1") is not None and one.projecting.alignment.surfaces is not before)
    one.say("restore", "another")
    one.until(lambda: one.seen("1") is not None and bool(one.projecting.problems))
    assert 'no version "another"' in one.projecting.problems[-1].message


def test_cards_solo_and_the_cross_are_on_the_wall_only_while_it_is_open(room, canvas):
    one = room(outputs=[{"name": "left"}, {"name": "right", "size": (200, 100)}])
    with pytest.raises(CommandError, match="locked"):
        one.say("card", "white")
    one.say("begin")
    one.say("card", "white")
    one.until(lambda: one.seen("right").min() == 255)
    one.say("solo", "right")
    assert not one.seen("left").any()
    one.say("solo", "none")
    one.say("card", "identity")
    one.until(lambda: one.seen("right").max() < 256 and one.seen("right").min() < 60)
    one.say("card", "none")
    one.until(lambda: np.array_equal(one.seen("right")[20:-20, 20:-20].shape, (60, 160, 3)))
    one.say("end")
    one.until(lambda: np.array_equal(one.seen("left"), canvas.read()[..., :3]))


def test_a_pattern_is_in_the_outputs_own_pixels_and_the_others_are_dark(room):
    corners = [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]]
    one = room(outputs=[{"name": "left", "surfaces": [{"corners": corners}]}, {"name": "right"}])
    stripes = Stripes("code", "x", 0)
    one.projecting.pattern("left", stripes)
    assert np.array_equal(one.seen("left")[..., 0], np.rint(255 * stripes.picture(CANVAS)).astype(np.uint8))
    assert not one.seen("right").any()
    one.projecting.pattern("left", None)
    assert one.seen("right").any()


def test_a_mask_picture_reloads_when_it_is_saved_and_one_that_is_half_saved_changes_nothing(room, tmp_path, canvas):
    mask = np.zeros((180, 320), np.uint8)
    mask[:, :160] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    one = room(tmp_path / "site.yaml", outputs=[{"masks": [{"picture": "mask.png"}]}])
    assert one.seen("1")[:, :150].any() and not one.seen("1")[:, 170:].any()
    Image.fromarray(255 - mask).save(tmp_path / "mask.png", compress_level=0)
    one.until(lambda: one.seen("1")[:, 170:].any() and not one.seen("1")[:, :150].any())
    (tmp_path / "mask.png").write_text("no picture")
    one.until(lambda: one.seen("1") is not None and bool(one.projecting.problems))
    assert "can't be read" in one.projecting.problems[-1].message
    one.say("begin")  # worked out anew, still with what could be read last
    one.say("move", 1, 0)
    one.say("end")
    for _ in range(20):
        assert one.seen("1")[:, 170:].any() and not one.seen("1")[:, :150].any()
        time.sleep(0.01)
    Image.fromarray(mask).save(tmp_path / "mask.png", compress_level=1)
    one.until(lambda: one.seen("1")[:, :140].any() and not one.seen("1")[:, 180:].any())
    assert one.projecting.problems == []


def test_what_the_site_cannot_mean_lies_flat_and_is_told(room, canvas):
    crossed = [[0, 0], [1, 1], [1, 0], [0, 1]]
    one = room(outputs=[{"surfaces": [{"corners": crossed}]}])
    assert np.array_equal(one.seen("1"), canvas.read()[..., :3])
    assert "output 1, surface 1" in one.projecting.problems[0].message


def test_outputs_that_are_not_there_tonight_keep_their_alignment(room, tmp_path):
    path = tmp_path / "site.yaml"
    one = room(path, outputs=[{"name": "left"}, {"name": "right"}])
    one.say("begin")
    one.say("select", "right", "1", 0, 0)
    one.say("move", 80, 40)
    one.projecting.close()
    two = room(path, outputs=[{"name": "left"}])
    two.say("begin")
    two.say("move", 1, 1)
    two.projecting.close()
    three = room(path, outputs=[{"name": "left"}, {"name": "right"}])
    assert three.projecting.alignment.surfaces["right"]["1"].warp.corners[0] == pytest.approx((0.25, 40 / 180))


def test_what_a_display_that_is_gone_would_have_given_is_given_by_its_neighbour(room, canvas):
    half = [{"region": [0, 0, 0.6, 1], "wall": "front"}]
    other = [{"region": [0.4, 0, 0.6, 1], "wall": "front"}]
    one = room(outputs=[{"name": "left", "surfaces": half}, {"name": "right", "surfaces": other}])
    assert one.seen("left")[90, -1].max() < 40
    one.projecting.sized("right", None)
    one.until(lambda: one.seen("left")[90, -1, 1] == 255)
    one.projecting.sized("right", CANVAS)
    one.until(lambda: one.seen("left")[90, -1].max() < 40)


@pytest.mark.parametrize("kind", CARDS)
def test_every_card_is_drawn_at_any_size(kind):
    for size in ((320, 180), (64, 200), (1920, 1080)):
        assert card(kind, size, "left", 0, 2).shape == (size[1], size[0], 4)


def test_a_point_in_the_middle_of_a_grid_is_moved_on_the_wall(room):
    one = room(outputs=[{"surfaces": [{"splits": [2, 2], "warp": "smooth"}]}])
    before = one.seen("1")
    assert not one.projecting.direct("1")
    one.say("begin")
    one.say("select", "1", "1", 1, 1)
    one.say("move", 40, 0)
    one.say("end")
    one.until(lambda: not np.array_equal(one.seen("1"), before))


def test_a_mask_of_sixteen_bits_is_dark_where_it_is_dark(tmp_path):
    grey = np.full((20, 40), 65535, np.uint16)
    grey[:, 20:] = 2000
    Image.fromarray(grey).save(tmp_path / "mask.png")
    found = read_mask(tmp_path / "mask.png", (40, 20))
    assert found[:, :20].min() == 1.0 and found[:, 20:].max() < 0.04


def test_a_drag_uploads_no_card_again_and_works_no_mask_out_again(room, monkeypatch):
    polygon = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9]]
    one = room(outputs=[{"masks": [{"polygon": polygon}]}])
    made: list[str] = []
    monkeypatch.setattr(drawer, "card", lambda *given: made.append("card") or card(*given))
    monkeypatch.setattr(drawer, "polygon", lambda *given: made.append("mask") or blend.polygon(*given))
    one.say("begin")
    one.say("card", "grid")
    one.until(lambda: one.seen("1") is not None and made == ["card"])
    for _ in range(5):
        one.say("move", 1, 0)
        seen = one.seen("1")
        one.until(lambda seen=seen: not np.array_equal(one.seen("1"), seen))
    assert made == ["card"]


def test_a_drag_leaves_alone_what_lies_elsewhere_and_makes_nothing_on_the_card(room, monkeypatch):
    halves = [{"surfaces": [{"region": [x, 0, 0.55, 1], "wall": "front"}]} for x in (0, 0.45)]
    one = room(outputs=[*halves, {"name": "foyer", "masks": [{"polygon": [[0, 0], [1, 0], [1, 0.9]]}]}])
    one.say("begin")
    one.say("select", "1", "1", 0, 0)
    one.until(lambda: one.seen("1")[:2, :2].any())  # the cross is there
    laid: list[str] = []
    lay = Projection.lay
    monkeypatch.setattr(Projection, "lay", lambda self, sheet: laid.append(sheet.plan.name) or lay(self, sheet))

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("made in a frame")

    with monkeypatch.context() as frame:
        for kind in (Program, Mesh, Texture):
            frame.setattr(kind, "__init__", forbidden)
        for step in range(1, 6):
            one.say("to", 0.05 * step, 0.04 * step)
            one.until(lambda step=step: one.projecting.take() or len(laid) == step)
    assert laid == ["1"] * 5


def test_whatever_goes_wrong_at_the_start_there_is_a_picture(room, canvas, monkeypatch):
    monkeypatch.setattr(drawer, "sheets", lambda *given: 1 / 0)
    one = room()
    assert np.array_equal(one.seen("1"), canvas.read()[..., :3])
    assert "ZeroDivisionError" in one.projecting.problems[0].message


def test_the_thread_lives_on_when_a_version_cannot_be_kept(room, tmp_path, monkeypatch):
    one = room(tmp_path / "site.yaml")

    def fails(*given: object) -> list[Problem]:
        raise PermissionError("no")

    monkeypatch.setattr(kept, "save_as", fails)
    one.say("save", "one")
    one.until(lambda: one.seen("1") is not None and bool(one.projecting.problems))
    before = one.seen("1")
    one.say("begin")
    one.say("straighten")
    one.say("move", 20, 20)
    one.until(lambda: not np.array_equal(one.seen("1"), before))


def test_a_second_begin_changes_nothing_of_an_alignment_that_is_open(room):
    one = room()
    one.say("begin")
    one.say("move", 20, 20)
    one.say("begin")
    one.say("undo")


def test_an_alignment_that_was_forgotten_locks_itself_and_one_that_is_worked_on_does_not(room, canvas):
    one = room()
    one.projecting.start("begin", (), 10.0)
    one.projecting.start("card", ("grid",), 1500.0)
    one.projecting.show(canvas, FrameTime(0, 3000.0, 0.0))
    assert not one.projecting.alignment.locked
    one.projecting.show(canvas, FrameTime(1, 3400.0, 0.0))
    assert one.projecting.alignment.locked and one.projecting.card == ""


def test_escape_once_more_than_it_takes_to_end_an_alignment_does_not_end_the_show(room):
    class Keys:
        closed = False

        def keys(self) -> list[str]:
            return ["ESCAPE"]

    window, commands = Keys(), []
    one = room()
    engine = SimpleNamespace(projecting=one.projecting, time=(50.0, 1), commands=SimpleNamespace(put=commands.append))
    one.projecting.start("begin", (), 49.0)
    listen(window, engine)
    assert commands == [("/align/end", (), "key")] and not window.closed
    one.projecting.start("end", (), 50.0)
    engine.time = (51.0, 2)
    listen(window, engine)
    assert not window.closed
    engine.time = (55.0, 3)
    listen(window, engine)
    assert window.closed


def test_what_was_there_before_a_calibration_is_kept(room, tmp_path):
    path = tmp_path / "site.yaml"
    one = room(path)
    one.say("begin")
    one.say("move", 20, 20)
    one.say("end")
    one.until(lambda: one.seen("1") is not None and (tmp_path / "site.alignment.json").exists())
    before = (tmp_path / "site.alignment.json").read_bytes()
    one.projecting.adopt({"1": {"1": Laid("1", warp=Warp().split(2, 2, "smooth"))}})
    one.until(lambda: one.seen("1") is not None and (tmp_path / "site.alignment.json").read_bytes() != before)
    assert before in [file.read_bytes() for file in (tmp_path / "site.alignment").glob("before-*.json")]


def test_a_film_of_a_wall_takes_no_light_from_its_projectors(room, canvas):
    half = [{"region": [0, 0, 0.6, 1], "wall": "front"}]
    other = [{"region": [0.4, 0, 0.6, 1], "wall": "front"}]
    one = room(outputs=[{"name": "left", "surfaces": half}, {"record": "film.mp4", "surfaces": other}])
    assert one.seen("left")[90, -1, 1] == 255
