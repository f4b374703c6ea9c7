"""Projectors calibrated while the show plays: a simulated room before the real eye of the camera's process."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from benchmarks.projectors import errors, nudged, scene_of
from installation import wall_morning
from installation.errors import CommandError
from installation.geometry import Kept
from installation.inputs.eye import Eye
from installation.inputs.light_slot import LightSlot
from installation.outputs.surfaces import Laid
from installation.rigs import Rig
from installation.scene.output_site import Opening
from installation.wall_calibration import WallCalibration
from installation.wall_drift import moved_warp
from installation.wall_fit import Found
from installation.wall_run import SHORTEST

PROJECTOR, CAMERA = (400, 225), (320, 180)
DELAY = 0.12


class Hung:
    """What lays the canvas, without a device."""

    def __init__(self, names):
        self.names = list(names)
        self.sizes = dict.fromkeys(self.names, PROJECTOR)
        self.surfaces = {name: {"1": Laid("1", wall="hall")} for name in self.names}
        self.shown, self.adopted = None, 0
        self.busy = False

    def pattern(self, name, stripes):
        self.shown = None if stripes is None else (name, stripes)

    def adopt(self, surfaces):
        self.surfaces, self.adopted = surfaces, self.adopted + 1


class Hall:
    """A room, its projectors, a camera, and time that only a test moves on."""

    def __init__(self, scene, site: Path | None = None, corners: bool = True):
        self.scene, self.time = scene, 50.0
        self.outputs = Hung(str(number) for number in range(len(scene.room.projectors)))
        pairs = tuple(scene.pairs) if corners else ()
        self.rig = Rig("hall", LightSlot.create(), kept=Kept(latency=DELAY, spread=0.0, pairs=pairs))
        self.eye = Eye(self.rig.slot, 160, 90, False)
        self.wall = WallCalibration(self.outputs, site, scene.aspect, 9.0)
        self.covered = self.deaf = False
        self.seen, self.taken = [], 0

    def start(self, what, *names):
        self.wall.start(what, [self.rig], names, self.time)

    def frames(self, count):
        for _ in range(count):
            self.frame()

    def frame(self):
        self.time += 1 / 30
        before = self.outputs.shown
        if self.wall.step(self.time) is not None:
            self.rig.slot.want({"task": self.wall.task(self.rig)})
        if self.outputs.shown != before:
            self.seen.append(self.time)
        task = self.wall.task(self.rig)
        if task and self.time >= task["begin"] and not self.deaf:  # before that the picture is of something else
            assert self.time - self.seen[-1] >= DELAY
            self.eye.look(self.photograph(), self.time)

    def photograph(self):
        name, stripes = self.outputs.shown
        if self.taken == len(self.seen):  # the same picture again: a room takes its time to draw
            return self.picture
        shown = [None] * len(self.outputs.names)
        if not self.covered:
            shown[int(name)] = stripes.picture(PROJECTOR) ** 2.2  # a projector's light, of what it is sent
        self.taken = len(self.seen)
        light = self.scene.room.photograph(shown, self.taken)
        grey = np.rint(255 * light ** (1 / 2.2)).astype(np.uint8)[::-1]
        self.picture = np.repeat(grey[:, :, None], 3, axis=2)
        return self.picture

    def play(self):
        for _ in range(4000):
            self.frame()
            if not self.wall.state:
                return
            if self.wall.status(self.time)["left_s"] == 0 and self.wall._worker is not None:
                self.wall._worker.close(20.0)
        raise AssertionError(self.wall.status(self.time))

    def off(self):
        """Pixels by which the canvas lies elsewhere than it should, in the mean."""
        own = {name: surfaces["1"] for name, surfaces in self.outputs.surfaces.items()}
        laid = {name: Found(name, PROJECTOR, one.region, one.warp, 0, 0, 1) for name, one in own.items()}
        return errors(self.scene, laid).mean()

    def close(self):
        self.wall.close()
        self.rig.slot.close()


@pytest.fixture
def hall(tmp_path):
    made = Hall(scene_of(2, 0.0, PROJECTOR, CAMERA), tmp_path / "hall.yaml")
    yield made
    made.close()


def test_stripes_cross_the_wall_the_canvas_lies_right_and_the_morning_s_check_mends_a_nudge(hall, tmp_path):
    hall.start("projectors")
    assert "2 projectors, about " in hall.wall.message
    told = hall.wall.status(hall.time)
    hall.play()
    assert hall.wall.problem == "" and hall.outputs.shown is None and hall.outputs.adopted == 1
    assert hall.wall.message.startswith("2 of 2 projectors laid") and hall.wall.report[0] == "the wall is flat"
    assert hall.off() < 0.5
    assert np.diff(hall.seen).min() > SHORTEST - 1e-6  # no flashes, whatever the camera can
    took = hall.time - 50.0
    assert told["of"] == len(hall.seen) - 1 and abs(told["left_s"] - took) < 0.35 * took
    rig, pairs = hall.wall.placed
    assert rig is hall.rig and np.allclose(pairs, hall.scene.pairs, atol=2e-3)
    hall.wall.close()
    assert (tmp_path / "hall.projectors.json").stat().st_size < 200_000

    morning = Hall(nudged(hall.scene, 5.0), tmp_path / "hall.yaml")
    morning.outputs.surfaces = hall.outputs.surfaces
    assert morning.off() > 2.0
    morning.wall.morning_check([morning.rig], morning.time)
    morning.play()
    assert morning.wall.problem == "" and "1 of 2 projectors corrected; the largest drift is" in morning.wall.message
    assert morning.off() < 0.6
    morning.wall.morning_check([morning.rig], morning.time)
    morning.play()
    assert "2 projectors looked at" in morning.wall.message and morning.outputs.adopted == 1
    morning.close()


def test_a_camera_that_sees_nothing_or_says_nothing_leaves_everything_as_it_was(hall):
    before = hall.outputs.surfaces
    hall.covered = True
    hall.start("projectors", "0")
    hall.play()
    assert "none of its light" in hall.wall.problem and hall.outputs.surfaces is before and hall.outputs.shown is None
    hall.deaf = True
    hall.start("projectors", "0")
    hall.play()
    assert "hall: the camera has not answered" in hall.wall.problem and hall.outputs.adopted == 0


def test_it_can_be_stopped_at_any_time(hall):
    hall.start("projectors")
    hall.frames(200)
    status = hall.wall.status(hall.time)
    assert status["state"] == "projectors" and 0 < status["done"] < status["of"] and status["output"] == "0"
    hall.wall.stop()
    assert hall.outputs.shown is None and hall.wall.state == "" and "nothing has changed" in hall.wall.message


def test_a_camera_that_is_lost_meanwhile_sees_the_patterns_of_that_projector_again_from_the_first_one(hall):
    hall.start("projectors")
    for projector in ("0", "1"):
        while hall.wall.status(hall.time)["output"] != projector or hall.wall._run.index < 5:
            hall.frame()
        done = hall.wall.status(hall.time)["done"]
        hall.eye = Eye(hall.rig.slot, 160, 90, False)  # another process, which knows nothing of it
        while hall.wall.status(hall.time)["done"] >= done:
            hall.frame()
    assert hall.wall._run.turn == 1
    hall.play()
    assert hall.wall.problem == "" and hall.outputs.adopted == 1 and hall.off() < 0.6
    assert np.diff(hall.seen).min() > SHORTEST - 1e-6


def test_a_camera_that_is_lost_again_and_again_ends_it_and_nothing_has_changed(hall):
    hall.start("projectors")
    while hall.wall.state:
        while hall.wall.state and hall.wall._run.index < 3:
            hall.frame()
        hall.eye = Eye(hall.rig.slot, 160, 90, False)
        while hall.wall.state and hall.wall._run.index >= 3:
            hall.frame()
    assert "the camera was lost meanwhile" in hall.wall.problem and hall.outputs.adopted == 0
    assert hall.outputs.shown is None


def test_an_output_that_is_unplugged_meanwhile_is_told_and_the_other_is_laid(hall):
    hall.start("projectors")
    hall.frames(120)
    del hall.outputs.sizes["1"]
    hall.play()
    assert hall.wall.problem == "1: it was disconnected meanwhile" and hall.wall.message.startswith("1 of 2")


def test_what_cannot_be_done_is_refused(hall, tmp_path):
    with pytest.raises(CommandError, match='no output is called "3"'):
        hall.start("projectors", "3")
    with pytest.raises(CommandError, match="nothing to check by"):
        hall.start("check")
    hall.wall.morning_check([hall.rig], 0.0)
    assert "no check of the projectors this time: there is nothing to check by" in hall.wall.problem
    hall.outputs.busy = True
    hall.wall.morning_check([hall.rig], 0.0)
    assert "somebody is aligning" in hall.wall.problem and "somebody is aligning" in hall.wall.problems[0].message
    hall.outputs.sizes = {}
    with pytest.raises(CommandError, match="no output shows the canvas"):
        hall.start("projectors")
    path = tmp_path / "hall.projectors.json"
    path.write_text('{"version": 1, "outputs": {"0": {"camera": "hall", "seen": 3}}}')
    made = WallCalibration(hall.outputs, tmp_path / "hall.yaml", 16 / 9)
    assert "can't be read" in made.problems[0].message and made.memory.outputs == {}


def test_the_check_of_the_morning_comes_once_before_each_opening_and_again_where_one_was_warming_up(monkeypatch):
    clock = [datetime(2026, 11, 23, 17, 0).timestamp()]
    monkeypatch.setattr(wall_morning, "wall_time", lambda: clock[0])
    morning = wall_morning.Morning([Opening(opens="18:00", closes="22:00")])
    begun = []
    for second in range(0, 86400 * 2, 10):
        clock[0] += 10
        if morning.due(float(second), again=second > 80000):
            begun.append(datetime.fromtimestamp(clock[0]).strftime("%d %H:%M:%S"))
    assert begun == ["23 17:57:00", "24 17:57:00", "24 17:58:50"]


def test_a_drift_moves_every_kind_of_surface_alike():
    from installation.outputs.warp import Cylinder, Warp

    matrix = np.array([[1.0, 0.0, 0.02], [0.0, 1.0, -0.01], [0.0, 0.0, 1.0]])
    uv = np.random.default_rng(1).uniform(0, 1, (50, 2))
    for warp in (Warp(), Warp(cylinder=Cylinder(120, 1.0)), Warp().split(4, 3, "smooth"), Warp().split(2, 2, "bezier")):
        assert np.allclose(moved_warp(warp, matrix).at(uv), warp.at(uv) + np.array((0.02, -0.01)))
