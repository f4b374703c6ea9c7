"""What the log says of cameras that are unwell."""

from __future__ import annotations

import logging
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from installation.clock import FixedClock
from installation.errors import Problem
from installation.inputs.camera_status import lasting
from installation.inputs.settings import Settings
from installation.report import Journal, stand_ins


def test_of_several_cameras_only_what_stands_in_for_the_unwell_ones_is_named():
    lost = {"source": "device", "state": "lost", "problem": "gone"}
    played = {"source": "synthetic", "state": "fallback", "problem": "gone"}
    well = {"source": "film.mp4", "state": "live", "problem": ""}
    assert stand_ins(played) == "a made-up visitor plays" and stand_ins(lost) == "nobody is sensed"
    assert stand_ins({"state": "lost", "cameras": {"a": well, "b": played}}) == "a made-up visitor plays"
    both = {"state": "lost", "cameras": {"a": lost, "b": played}}
    assert stand_ins(both) == "nobody is sensed and a made-up visitor plays"


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
    journal = Journal(SimpleNamespace(status=lambda: status, logbook=None))  # type: ignore[arg-type]
    journal._written = 1e9  # no line of a whole status
    for notes in ([], ["size: 640, not 800"], [], ["size: 640, not 800", "fps: 25, not 30"]):
        camera["notes"] = notes
        journal.write(clock.next())
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        "camera: size: 640, not 800",
        "camera: fps: 25, not 30",
    ]


def test_a_camera_that_is_tried_again_and_again_is_told_once_until_it_is_well(caplog: pytest.LogCaptureFixture) -> None:
    camera: dict[str, Any] = {"state": "lost", "source": "http://door"}
    status = {"camera": camera, "audio": {}, "flash": {}}
    clock = FixedClock(1.0)
    journal = Journal(SimpleNamespace(status=lambda: status, logbook=None))  # type: ignore[arg-type]
    journal._written = 1e9
    refused, silent = "http://door: Connection refused", "http://door: did not open within 4 s"
    for problem in ("", refused, silent, refused, "", silent.replace("4", "8"), *[""] * 7, refused):
        camera["problem"] = problem
        journal.write(clock.next())
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        f"camera: {refused}; nobody is sensed meanwhile",
        f"camera: {silent}; nobody is sensed meanwhile",
        "camera: well again",
        f"camera: {refused}; nobody is sensed meanwhile",
    ]


def test_each_camera_that_has_been_gone_for_seconds_is_one_problem_with_what_the_wall_has_meanwhile() -> None:
    since = datetime(2026, 11, 23, 23, 12, 5).timestamp()
    gone = {"problem": "http://door: Connection refused. Look at the network", "unwell_since": since}
    made_up = {**gone, "state": "fallback", "source": "synthetic", "problem": f"{gone['problem']}; fallback: slow"}
    well = {"state": "live", "source": "film.mp4", "problem": "", "unwell_since": None}
    assert lasting({"cameras": {"left": {**gone, "state": "lost"}, "right": made_up, "hall": well}}) == [
        Problem(
            "left: http://door: Connection refused, since 23:12:05; nobody is sensed meanwhile",
            hint="Look at the network",
        ),
        Problem(
            "right: http://door: Connection refused, since 23:12:05; a made-up visitor plays meanwhile",
            hint="Look at the network",
        ),
    ]
    assert lasting(well) == []
