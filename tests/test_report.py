"""What the log says of cameras that are unwell."""

from __future__ import annotations

from installation.inputs.settings import Settings
from installation.report import stand_ins


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
