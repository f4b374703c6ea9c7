"""A calibration as an operator drives it: `installation run` in a process of its own, a simulated wall before its camera."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playing import Playing, until
from websockets.sync.client import connect

from benchmarks.room import SimulatedRoom
from benchmarks.room_camera import SIZE
from installation.inputs.mapping import CORNERS
from shows import filled, write_show

pytestmark = pytest.mark.gl

DELAY = 0.25
"""Seconds from a canvas to the picture that shows it, in this room."""
PATIENCE = 90.0


def wish(playing: Playing, what: str) -> None:
    """What the console's page asks for, once it is let in."""
    url = f"{playing.console.replace('http', 'ws')}preview"
    with connect(url, open_timeout=15, ping_interval=None, max_queue=None) as page:
        while not (isinstance(said := page.recv(PATIENCE), str) and "edit" in json.loads(said).get("rights", ())):
            pass
        page.send(json.dumps([f"/calibrate/{what}"]))
        playing.until(lambda status: status["calibration"]["state"] != "none", "the page to be heard", PATIENCE)


def known(status: dict[str, Any]) -> dict[str, Any]:
    return dict(status["calibration"]["cameras"][0])


def test_an_operator_calibrates_by_osc_and_on_the_console_and_the_next_night_begins_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROOM_DELAY", str(DELAY))
    show = write_show(tmp_path / "show", {"dim": filled("#303030")}, cues="rest: dim\ncues: []\n")
    site = tmp_path / "hall.yaml"
    site.write_text("camera: {name: hall, source: synthetic}\n")
    words = ("--site", site, "--size", "320x180", "--fps", "40")
    truth = SimulatedRoom(0, width=SIZE[0], height=SIZE[1]).mapping.to_camera(CORNERS)

    def settled(status: dict[str, Any]) -> object:
        assert status["calibration"]["problem"] == ""
        return status["calibration"]["state"] == "none" and status["calibration"]["message"]

    with Playing(show, *words, program="benchmarks.room_camera") as playing:
        playing.until(lambda status: status["camera"]["state"] == "live", "pictures", PATIENCE)
        playing.cue("calibrate", "markers")
        status = playing.until(settled, "the markers to be found", PATIENCE)
        corners = np.array(known(status)["corners"]).reshape(4, 2)
        assert np.abs(corners - truth).max() < 0.01
        until(lambda: playing.status()["camera"]["mapped"], "the camera to look through its mapping")
        wish(playing, "latency")
        status = playing.until(lambda status: known(status)["latency_ms"], "the delay to be measured", PATIENCE)
        told, true = known(status), status["camera"]["notes"][-1]
        assert told["latency_ms"] == pytest.approx(float(true), abs=20 + 2 * told["spread_ms"])
        kept = tmp_path / "hall.geometry.json"
        until(lambda: kept.exists() and json.loads(kept.read_text())["cameras"]["hall"]["latency"], "the file")
    with Playing(show, *words, program="benchmarks.room_camera") as playing:
        again = playing.until(lambda status: status["camera"].get("own_light") == "learned", "the light", PATIENCE)
        assert known(again)["latency_ms"] == known(status)["latency_ms"]
        assert known(again)["corners"] == known(status)["corners"]
        assert again["camera"]["mapped"]
