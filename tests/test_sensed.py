"""`--sensed`: the numbers beside a film, and nothing but numbers."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from installation.clock import FrameTime
from installation.errors import OutputError
from installation.inputs.offline import OfflineCamera
from installation.sensed import SensedFile
from installation.signals import SENSED


def written(path: Path, begin: float = 0.0, every: float = 0.0) -> str:
    camera = OfflineCamera("synthetic", seed=2).start()
    values = dict.fromkeys(SENSED, 0.123456)
    file = SensedFile(path, lambda: (values, camera.sample(7.0)), begin, every)
    for index in range(20):
        file.show(None, FrameTime(index, index / 10, 0.1))  # type: ignore[arg-type]
    file.close()
    file.close()
    return path.read_text("utf-8")


def test_a_csv_has_every_signal_for_every_frame_of_the_film(tmp_path: Path) -> None:
    rows = list(csv.DictReader(written(tmp_path / "film.csv", begin=1.0).splitlines()))
    assert [float(row["seconds"]) for row in rows] == [index / 10 for index in range(10, 20)]
    assert set(rows[0]) == {"seconds", *SENSED}
    assert all(float(value) == 0.1235 for name, value in rows[0].items() if name != "seconds")


def test_a_jsonl_has_the_visitors_too_and_only_numbers(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in written(tmp_path / "night.jsonl", every=0.5).splitlines()]
    assert [line["seconds"] for line in lines] == [0.0, 0.5, 1.0, 1.5]
    bodies = [body for line in lines for body in line["bodies"]]
    assert bodies
    assert all(isinstance(value, float) for body in bodies for value in body.values())


def test_another_kind_of_file_and_one_that_can_not_be_written_are_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no kind of file"):
        written(tmp_path / "film.mp4")
    with pytest.raises(OutputError, match="can't be written"):
        written(tmp_path / "nowhere" / "film.csv")
