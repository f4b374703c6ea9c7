"""Which display each output had the last time: kept beside the site file, and set aside where it can't be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation import remembered
from installation.outputs.displays import Seat

SEATS = {
    "left": Seat("HDMI-1", "SEC EPSON PJ X4P21", "HDMI-1", (0, 0, 1920, 1080)),
    "2": Seat(None, "", "HDMI-2", (-1920, 0, 1920, 1080)),
}


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    path = remembered.path_of(tmp_path / "site.yaml")
    assert path == tmp_path / "site.displays.json" and remembered.load(path) == ({}, [])
    assert remembered.save(path, SEATS) == [] and remembered.load(path) == (SEATS, [])
    assert remembered.path_of(None) is None and remembered.load(None) == ({}, [])


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 2}', '{"outputs": {"a": {"place": [0, 0, 1]}}}', "\0" * 9]
)
def test_a_file_that_cannot_be_read_is_told_and_set_aside(tmp_path: Path, text: str) -> None:
    path = tmp_path / "site.displays.json"
    path.write_text(text, "utf-8")
    seats, (problem,) = remembered.load(path)
    assert seats == {} and "by number" in problem.hint and problem.where is not None
    assert remembered.save(path, SEATS) == []
    assert path.with_name("site.displays.json.broken").read_text("utf-8") == text
    assert remembered.load(path) == (SEATS, [])


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (problem,) = remembered.save(tmp_path / "file" / "site.displays.json", SEATS)
    assert "can't be kept" in problem.message
