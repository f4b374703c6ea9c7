"""Projectors calibrated as an operator does it: `installation run` in a process of its own, a simulated wall and projectors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from playing import Playing, until

from benchmarks.projectors import errors, nudged, scene_of
from benchmarks.wall_camera import CAMERA
from installation.outputs.warp import Warp
from installation.wall_fit import Found
from shows import filled, write_show

pytestmark = pytest.mark.gl
SIZE, NUDGE = (128, 96), 3.0
PATIENCE = 120.0


def test_an_operator_calibrates_the_projectors_and_in_the_morning_a_nudge_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WALL_SIZE", f"{SIZE[0]}x{SIZE[1]}")
    monkeypatch.setenv("WALL_NUDGE", str(NUDGE))
    scene = scene_of(0, 0.0, SIZE, CAMERA)
    show = write_show(tmp_path / "show", {"dim": filled("#303030")}, cues="rest: dim\ncues: []\n")
    site = tmp_path / "hall.yaml"
    outputs = ", ".join(f"{{name: '{number}', size: [{SIZE[0]}, {SIZE[1]}]}}" for number in range(2))
    site.write_text(f"camera: {{name: hall, source: synthetic}}\noutputs: [{outputs}]\n")
    hall = {"pairs": scene.pairs, "latency": 0.05, "spread": 0.0}
    (tmp_path / "hall.geometry.json").write_text(json.dumps({"version": 1, "cameras": {"hall": hall}}))
    kept = tmp_path / "hall.alignment.json"

    def off(truth) -> float:
        (surface,) = json.loads(kept.read_text())["outputs"]["0"].values()
        points = None if surface["points"] is None else np.array(surface["points"])
        corners = tuple((x, y) for x, y in surface["corners"])
        warp = Warp(corners, None, points, surface["warp"])
        found = Found("0", SIZE, tuple(surface["region"]), warp, 0.0, 0.0, 1.0)
        return float(errors(truth, {"0": found}).mean())

    words = ("--site", site, "--size", f"{round(90 * scene.aspect)}x90", "--fps", "40")
    with Playing(show, *words, program="benchmarks.wall_camera") as playing:
        playing.until(lambda status: status["camera"]["state"] == "live", "pictures", PATIENCE)

        def settled(status) -> str:
            wall = status["calibration"]["wall"]
            assert wall["problem"] == ""
            return wall["message"] if wall["state"] == "" and wall["message"] else ""

        playing.cue("calibrate", "projectors", "0")
        playing.until(lambda status: status["calibration"]["wall"]["done"] > 3, "patterns to be seen", PATIENCE)
        playing.until(settled, "the projector to be laid", PATIENCE)
        until(lambda: kept.exists() and off(scene) < 0.5, "the alignment to be kept")
        until((tmp_path / "hall.projectors.json").exists, "what the camera saw to be kept")
        playing.cue("calibrate", "check")
        playing.until(lambda status: "1 of 1 projectors corrected" in settled(status), "the check", PATIENCE)
        until(lambda: off(nudged(scene, NUDGE)) < 0.5, "the corrected alignment to be kept")
        assert off(scene) > 0.6 * NUDGE
        assert list((tmp_path / "hall.alignment").glob("before-*.json"))  # what lay before the check
