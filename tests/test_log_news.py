"""A night's log says what went wrong and was mended, what calibrations found, and tells a drag in one line."""

from __future__ import annotations

import gzip
import signal
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playing import Playing, typed, until
from test_log import logged

from installation.clock import FrameTime
from installation.errors import Problem
from installation.gpu.device import Device
from installation.logbook.news import News
from installation.logbook.nights import find_night
from installation.logbook.records import Note
from installation.logbook.telling import Drags, in_words
from installation.logbook.unended import last_night, unended
from installation.report import Journal
from shows import Stage, filled, write_show


@pytest.mark.gl
def test_problems_that_come_and_go_and_what_a_check_finds_are_listed_with_their_moments(
    device: Device, tmp_path: Path
) -> None:
    stage = Stage(device, write_show(tmp_path / "show", {"red": filled("#ff0000")}), (32, 18))
    book, journal = logged(stage, tmp_path / "log"), Journal(stage.engine)
    found: dict[str, Any] = {"message": "", "wall": {}}
    stage.engine.calibration = SimpleNamespace(status=lambda: found, drawn=None, close=lambda: None)
    lost = Problem("midi: knobs: it has been unplugged for 3 s")
    for second in range(40):
        frame = FrameTime(second, float(second), 1.0, (2026.0, 11.0, 23.0, 72000.0 + second))
        match second:
            case 10:
                stage.engine.problems.append(lost)
                stage.say("/nonsense", 1)
            case 14:
                stage.engine.problems[:] = [Problem("midi: knobs: it has been unplugged for 7 s")]
            case 20:
                stage.engine.problems.clear()
            case 25:
                found["wall"] = {"message": "1 projector, about 9 seconds"}
            case 30:
                found["wall"] = {"message": "1 of 1 projectors corrected", "report": ["left: moved by 7.0 px, mended"]}
        stage.engine.step(frame)
        journal.write(frame)
    book.close()
    stage.close()
    words = [line for line in in_words(find_night(None, tmp_path / "log"), None, None) if "nonsense" not in line]
    assert words[-5:] == [
        "20:00:11  problem: midi: knobs: it has been unplugged for 3 s",
        "20:00:21  no longer: midi: knobs: it has been unplugged for 3 s",
        "20:00:26  calibration: 1 projector, about 9 seconds",
        "20:00:31  calibration: left: moved by 7.0 px, mended",
        "20:00:31  calibration: 1 of 1 projectors corrected",
    ]
    text = gzip.decompress(next((tmp_path / "log").glob("*.gz")).read_bytes())
    assert text.count(b'"problems":') == 2 and b"nonsense" in text


def test_a_problem_that_counts_seconds_is_one_and_a_wrong_button_is_none() -> None:
    seen = News()
    wrong = Problem("there is no /nonsense")

    def look(*messages: str) -> tuple[str, ...] | None:
        told = [{"where": "", "message": message} for message in (*messages, wrong.message)]
        seen.look({"problems": told, "calibration": {}}, [wrong])
        new = seen.problems
        seen.taken()
        return new

    assert look("no picture for 1.0 s") == ("no picture for 1.0 s",)
    assert look("no picture for 2.0 s") is None
    assert look("no picture for 3.0 s", "the disk is full") == ("no picture for 3.0 s", "the disk is full")
    assert look() == ()


def test_a_drag_is_one_line_with_its_first_and_last_value_and_how_many() -> None:
    drags, began = Drags(), datetime(2026, 11, 23, 21, 14)

    def asked(second: float, address: str, *args: object, how: Any = "") -> list[str]:
        return list(drags.add(began + timedelta(seconds=second), Note(address, args, "osc", how, "10.0.0.3")))

    said: list[str] = []
    for step in range(11):
        said += asked(step / 4, "/reveal", 0.08 + step / 100)
        said += asked(step / 4, "/align/point", "left", step, 0.5)
    said += asked(20.0, "/reveal", 0.9)
    said += asked(21.0, "/reveal", 1.0)
    said += asked(22.0, "/go", "3")
    said += asked(22.5, "/go", "4", how="refused")
    said += drags.end()
    assert said == [
        "21:14:00  /reveal 0.08 .. 0.18 (11 times, until 21:14:02)  [osc 10.0.0.3]",
        "21:14:00  /align/point left 0 0.5 .. left 10 0.5 (11 times, until 21:14:02)  [osc 10.0.0.3]",
        "21:14:20  /reveal 0.9  [osc 10.0.0.3]",
        "21:14:21  /reveal 1.0  [osc 10.0.0.3]",
        "21:14:22  /go 3  [osc 10.0.0.3]",
        "21:14:22  /go 4  [osc 10.0.0.3] (refused)",
    ]


@pytest.mark.gl
def test_the_log_is_looked_for_where_the_site_file_says(device: Device, tmp_path: Path) -> None:
    stage = Stage(device, write_show(tmp_path / "show", {"red": filled("#ff0000")}), (32, 18))
    book = logged(stage, tmp_path / "nights")
    stage.play(2)
    book.close()
    stage.close()
    site = tmp_path / "hall.yaml"
    site.write_text(f"log: {{folder: {tmp_path / 'nights'}}}\n", "utf-8")
    assert "Test" in typed("log", "--site", site).said
    assert "nights" not in typed("log", "--site", site, "--folder", tmp_path / "others").said
    other = typed("replay", "1999-12-31", "--site", site, "--out", tmp_path / "x.png")
    assert other.code == 1 and str(tmp_path / "nights") in "".join(other.said.split())


@pytest.mark.gl
def test_a_show_that_was_killed_says_at_its_next_start_where_it_stood_until_a_cue_is_asked_for(tmp_path: Path) -> None:
    folder = write_show(
        tmp_path / "shows" / "fields",
        {"red": filled("#ff0000")},
        "cues: [{number: 1, scene: red}, {number: 5, name: Harvest, scene: red, fade: 0}]",
    )
    site, logs = tmp_path / "site.yaml", tmp_path / "log"
    site.write_text(f"log: {{folder: {logs}}}\n", "utf-8")
    with Playing(folder, "--site", site, "--camera", "none") as show:
        show.cue("go", "5")
        show.until(lambda status: status["cue"]["current"].startswith("5"), "cue 5")
        until(lambda: (night := last_night(logs, folder)) and (found := unended(night)) and found.cue == ("5", "Harvest"),
              "it to be in the log")  # fmt: skip
        show.process.send_signal(signal.SIGKILL)
        until(lambda: show.process.poll() is not None, "its end")
    with Playing(folder, "--site", site, "--camera", "none") as show:
        told = show.until(lambda status: status["problems"], "it to be told")
        assert "without being closed, at cue 5 Harvest" in str(told["problems"])
        assert "installation run fields --cue 5 goes on there" in str(told["problems"])
        assert told["cue"]["current"].startswith("1"), "it began there by itself"
        show.cue("go")
        show.until(lambda status: not status["problems"], "it to be told no longer")
        assert show.end(signal.SIGTERM) == 0
    night = last_night(logs, folder)
    assert night is not None and unended(night) is None
    assert last_night(logs, tmp_path / "another") is None
