"""A calibration as a state of the wall: what it shows, what it makes of the camera's answers, and what it keeps."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from installation import calibration, geometry
from installation.calibration import Calibration
from installation.clock import FrameTime
from installation.errors import CommandError, Problem
from installation.gpu.device import Device
from installation.inputs import markers
from installation.inputs.light_slot import LightSlot
from installation.inputs.mapping import CORNERS
from installation.rigs import Rig
from installation.wall_calibration import WallCalibration
from shows import Stage, filled, write_show

pytestmark = pytest.mark.gl
SQUARE = [0.1, 0.1, 0.9, 0.1, 0.9, 0.9, 0.1, 0.9]


class Bench:
    """An engine with a calibration, and a camera process that is this test."""

    def __init__(self, device: Device, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.time = 100.0
        monkeypatch.setattr(calibration, "now", lambda: self.time)
        show = write_show(folder / "show", {"red": filled("#ff0000")}, cues="rest: red\ncues: []\n")
        self.stage = Stage(device, show, size=(320, 180))
        self.slot = LightSlot.create()
        self.site = folder / "museum.yaml"
        self.problems: list[Any] = []
        calibration.install(self.stage.engine, [Rig("device:0", self.slot)], self.site, self.problems)
        self.calibration: Calibration = self.stage.engine.calibration

    def play(self, seconds: float = 0.1) -> np.ndarray:
        self.time += seconds
        return self.stage.play(1)

    @property
    def task(self) -> dict[str, Any]:
        words = self.slot.wanted()
        assert words is not None
        return dict(words[1].get("task") or {})


@pytest.fixture
def bench(device: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench(device, tmp_path, monkeypatch)
    yield made
    made.stage.close()


def test_markers_on_the_wall_can_be_found_and_become_a_mapping_that_is_kept(bench: Bench) -> None:
    bench.calibration.start("markers", ["device:0"])
    bench.play()
    canvas = bench.play(2.0)
    found = markers.find(canvas[::-1, :, :3], 320 / 180)
    assert found.markers == 15
    bench.slot.tell({"task": bench.task["number"], "done": True, "pairs": [list(pair) for pair in found.pairs]})
    bench.play()
    rig = bench.calibration.rigs[0]
    assert rig.mapping is not None
    assert np.abs(rig.mapping.to_canvas([(0.25, 0.75)]) - (0.25, 0.75)).max() < 0.01
    bench.calibration.keeper.close()
    kept = json.loads(bench.site.with_name("museum.geometry.json").read_text())
    assert kept["cameras"]["device:0"]["kind"] == "markers"
    bench.play(1.0)
    assert bench.calibration.mode == ""
    assert bench.task == {}
    assert bench.play()[90, 160, 0] > 200  # the show again


def test_where_the_projectors_calibration_put_the_canvas_is_not_called_by_hand(bench: Bench) -> None:
    class Laid(WallCalibration):
        state = "projectors"  # type: ignore[assignment]

    rig, pairs = (
        bench.calibration.rigs[0],
        tuple(zip(SQUARE[::2], SQUARE[1::2], *zip(*CORNERS, strict=True), strict=True)),
    )
    bench.calibration.wall = wall = Laid(None, None, 16 / 9, lambda name: {})  # type: ignore[arg-type]
    told = []
    for placed_before in (False, True):
        if placed_before:
            bench.calibration.start("corners", [0.2, *SQUARE[1:]])
        wall.placed = (rig, pairs)
        bench.play()
        told.append(bench.calibration.status()["cameras"][0]["mapping"])  # type: ignore[index]
        assert rig.kept.pairs == pairs
    assert told == ["by the calibration of the projectors", "by hand, 4 points"]
    bench.calibration.keeper.close()
    bench.calibration.wall = None


def test_a_camera_that_sees_no_markers_is_told_and_keeps_its_mapping(bench: Bench) -> None:
    bench.calibration.start("corners", SQUARE)
    bench.calibration.start("all", [])
    bench.play()
    bench.slot.tell({"task": bench.task["number"], "markers": 2})
    bench.play(30.0)
    assert "sees only 2 of the 15 markers" in bench.calibration.problem
    bench.play(1.0)
    assert bench.calibration.mode == ""  # and the delay isn't measured with a camera that sees nothing
    assert bench.calibration.rigs[0].mapping is not None


def test_a_measured_latency_is_told_in_the_status_and_comes_back_at_the_next_start(bench: Bench) -> None:
    bench.calibration.start("corners", ["device:0", *SQUARE])
    bench.calibration.start("latency", [])
    bench.play()
    bench.slot.tell({"task": bench.task["number"], "done": True, "latency": 0.0834, "spread": 0.002})
    bench.play()
    told: Any = bench.stage.engine.status()["calibration"]
    assert told["cameras"][0]["latency_ms"] == 83.4
    bench.calibration.keeper.close()
    again = Rig("device:0", LightSlot.create())
    other = Calibration(None, [again], geometry.path_of(bench.site), (320, 180))  # type: ignore[arg-type]
    assert again.kept.latency == 0.0834
    assert again.mapping is not None
    other.close()


def test_a_delay_that_wanders_is_kept_and_told(bench: Bench) -> None:
    bench.calibration.start("latency", [])
    bench.play()
    bench.slot.tell({"task": bench.task["number"], "done": True, "latency": 0.2, "spread": 0.04})
    bench.play()
    assert bench.calibration.rigs[0].kept.latency == 0.2
    assert "wanders by 40 ms" in bench.calibration.problem


def test_a_damaged_file_is_told_and_set_aside_and_the_show_plays(bench: Bench, tmp_path: Path) -> None:
    path = bench.site.with_name("museum.geometry.json")
    path.write_text('{"version": 1, "cameras": {"device:0": {"latency": -3}}}')
    found, problems = geometry.load(path)
    assert found.cameras == {}
    assert "latency" in problems[0].message
    assert str(problems[0].where) == str(path)
    bench.calibration.start("corners", SQUARE)
    bench.calibration.keeper.close()
    assert geometry.load(path)[1] == []
    assert "-3" in path.with_name(path.name + ".broken").read_text()


def test_the_frame_does_not_wait_for_the_disk_and_tells_what_went_wrong_later(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()

    def slow(_path: object, _geometry: object) -> list[Problem]:
        goes_on.wait(30)
        return [Problem("the disk is full")]

    monkeypatch.setattr(geometry, "save", slow)
    bench.calibration.start("corners", SQUARE)
    bench.play()
    assert bench.calibration.rigs[0].mapping is not None  # used at once
    assert bench.calibration.problem == ""
    goes_on.set()
    bench.calibration.keeper.close()
    bench.play()
    assert bench.calibration.problem == "the disk is full"


def test_without_a_site_file_it_is_said_that_nothing_is_kept(device: Device) -> None:
    assert "until the show ends" in str(geometry.save(None, geometry.Geometry())[0])


@pytest.mark.parametrize(
    ("what", "args", "why"),
    [
        ("everything", [], "nothing to calibrate"),
        ("markers", ["device:7"], 'no camera is called "device:7"'),
        ("corners", [0.1, 0.2], "eight numbers"),
        ("corners", ["device:0", *[0.5] * 8], "on one line"),
        ("latency", [3.0], "a camera's name at most"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(bench: Bench, what: str, args: list[Any], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        bench.calibration.start(what, args)
    assert bench.calibration.mode == ""
    assert bench.calibration.rigs[0].mapping is None


def test_an_operator_sees_the_camera_only_while_the_wall_says_so(bench: Bench) -> None:
    assert not bench.calibration.shows_camera
    bench.stage.engine.commands.put(("/calibrate/frame", (), "console"))
    bench.play()
    assert bench.calibration.mode == "corners"
    assert not bench.calibration.shows_camera  # the notice is still coming
    bench.play(1.0)
    assert bench.calibration.shows_camera
    bench.calibration.start("stop", [])
    assert not bench.calibration.shows_camera
    bench.play(1.0)
    assert bench.calibration.mode == ""


@pytest.mark.parametrize("what", ["markers", "latency", "frame"])
def test_the_first_frame_of_a_calibration_builds_nothing_and_sets_no_words(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    bench.play()
    before = dict(bench.stage.engine.device.live)
    monkeypatch.setattr("installation.render.layers.text.typeset", None)  # whoever calls it now fails
    bench.calibration.start(what, [])
    assert bench.play(2.0).any()
    assert bench.calibration.mode
    assert dict(bench.stage.engine.device.live) == before


def test_cameras_are_told_the_canvas_as_it_is_and_nothing_while_none_wants_it(bench: Bench) -> None:
    bench.play()
    assert bench.slot.canvases(0) == []
    bench.calibration.start("corners", SQUARE)
    for _ in range(8):
        bench.play()
        bench.stage.engine.device.gl.glFinish()
    found = bench.slot.canvases(0)
    assert found
    assert found[-1][2].shape == (90, 160, 3)
    assert np.abs(found[-1][2].astype(int) - (255, 0, 0)).max() < 8


def test_the_pulses_keep_the_flash_limit_without_being_calmed(bench: Bench) -> None:
    bench.calibration.start("latency", [])
    levels = []
    for number in range(9 * 20):
        bench.time += 1 / 20
        canvas = bench.stage.engine.step(FrameTime(number, number / 20, 1 / 20))
        levels.append(int(canvas.read()[90, 160, 1]) if canvas.form == "rgba8" else 0)
        assert not bench.stage.engine.flash["damping"]
    assert max(levels) > 180
