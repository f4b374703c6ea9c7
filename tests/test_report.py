"""What the log says of cameras that are unwell."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest

from installation.clock import FixedClock
from installation.inputs.settings import Settings
from installation.report import Journal, stand_ins


def test_of_several_cameras_only_what_stands_in_for_the_unwell_ones_is_named():
    lost = {"source": "device", "state": "lost", "problem": "gone"}
    played = {"source": "synthetic", "state": "fallback", "problem": "gone"}
    well = {"source": "film.mp4", "state": "live", "problem": ""}
    assert stand_ins(played) == "synthetic" and stand_ins(lost) == "nobody is sensed"
    assert stand_ins({"state": "lost", "cameras": {"a": well, "b": played}}) == "synthetic"
    assert stand_ins({"state": "lost", "cameras": {"a": lost, "b": played}}) == "nobody is sensed and synthetic"


def test_a_recording_says_everything_that_was_asked_of_it_in_vain():
    asked = Settings(fourcc="MJPG", width=1280, height=720, fps=60, exposure=8, controls={"gain": 4})
    notes = asked.nowhere("it is a recording")
    assert [note.split()[0] for note in notes] == ["format", "size", "fps", "exposure", "gain"]
    assert Settings().nowhere("it is a recording") == []


def test_a_setting_that_a_camera_does_not_keep_is_logged_once_however_often_it_comes_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    camera: dict[str, Any] = {"problem": "", "notes": []}
    status = {"camera": camera, "audio": {}, "flash": {}}
    clock = FixedClock(2.0)
    journal = Journal(SimpleNamespace(status=lambda: status))  # type: ignore[arg-type]
    journal._written = 1e9  # no line of a whole status
    for notes in ([], ["size: 640, not 800"], [], ["size: 640, not 800", "fps: 25, not 30"]):
        camera["notes"] = notes
        journal.write(clock.next())
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        "camera: size: 640, not 800",
        "camera: fps: 25, not 30",
    ]
