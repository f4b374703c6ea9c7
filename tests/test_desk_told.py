"""What the engine tells pages besides the status: the cue list in parts, the log, what frames took; all of it bounded."""

from __future__ import annotations

import json
import logging
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from installation.align.points import Alignment, handles
from installation.costs import Costs
from installation.desk import LINES, Desk
from installation.outputs.surfaces import Laid
from installation.scene.cues import Cue
from installation.show.cues import CueList


class Pages:
    """The line, as the desk sees it; it may be full."""

    def __init__(self) -> None:
        self.opened, self.full = 1, False
        self.told: list[dict[str, Any]] = []

    def document(self, text: bytes) -> bool:
        assert len(text) < 512 * 1024
        if not self.full:
            self.told.append(json.loads(text))
        return not self.full

    def of(self, name: str) -> list[dict[str, Any]]:
        return [one for one in self.told if one["name"] == name]


@pytest.fixture
def desk() -> Iterator[Any]:
    cues = [Cue(number=str(number), name="n" * 900, notes="é" * 9000) for number in range(300)]
    show = SimpleNamespace(folder=Path("/show"))
    engine = SimpleNamespace(
        cues=CueList(cues),
        costs=Costs(),
        show=show,
        size=(64, 36),
        pace=SimpleNamespace(fps=60.0),
        projecting=None,
    )
    made = SimpleNamespace(engine=engine, pages=Pages())
    made.desk = Desk(engine, made.pages)  # type: ignore[arg-type]
    yield made
    made.desk.close()


def told(desk: Any) -> list[str]:
    return [cue["number"] for part in desk.pages.of("cues") for cue in part["cues"]]


def test_a_long_list_is_told_in_parts_once_and_again_when_it_changes(desk: Any) -> None:
    for frame in range(12):
        desk.desk.publish(frame / 60)
    parts = desk.pages.of("cues")
    assert told(desk) == [str(number) for number in range(300)]
    assert len(parts) > 3 and [part["last"] for part in parts] == [False] * (len(parts) - 1) + [True]
    desk.engine.cues.arm("7", False)
    for frame in range(12, 24):
        desk.desk.publish(frame / 60)
    again = desk.pages.of("cues")[len(parts) :]
    assert again[0]["first"] == 0 and again[0]["cues"][7]["disarmed"] is True


def test_what_a_full_line_does_not_take_is_told_later(desk: Any) -> None:
    desk.pages.full = True
    for frame in range(5):
        desk.desk.publish(frame / 60)
    desk.pages.full = False
    for frame in range(5, 20):
        desk.desk.publish(frame / 60)
    assert told(desk) == [str(number) for number in range(300)]
    assert desk.pages.of("show")


def test_another_console_is_told_everything_anew(desk: Any) -> None:
    for frame in range(12):
        desk.desk.publish(frame / 60)
    desk.pages.told.clear()
    desk.pages.opened += 1
    for frame in range(12, 24):
        desk.desk.publish(frame / 60)
    assert told(desk)[-1] == "299" and desk.pages.of("show")


def test_the_log_is_told_line_by_line_and_only_the_newest_are_kept(desk: Any) -> None:
    for number in range(LINES + 50):
        logging.getLogger("installation.engine").warning("line %d", number)
    for frame in range(40):
        desk.desk.publish(frame / 60)
    lines = [line for part in desk.pages.of("log") for line in part["lines"]]
    assert len(lines) == LINES
    assert [lines[0][3], lines[-1][2:]] == ["line 50", ["warning", f"line {LINES + 49}"]]
    logging.getLogger("installation").error("a bad %s", object)  # whatever is logged
    desk.desk.publish(1.0)
    assert desk.pages.of("log")[-1]["lines"][-1][2] == "error"


def test_what_frames_took_is_told_once_and_only_to_who_watches(desk: Any) -> None:
    desk.desk.publish(0.0)
    for frame in range(10):
        desk.engine.costs.add(frame, frame + 0.004)
    desk.desk.publish(1.0, watched=False)
    assert not desk.pages.of("frames")
    desk.desk.publish(2.0)
    desk.desk.publish(2.1)
    [only] = desk.pages.of("frames")
    assert only["ms"] == [4.0] * 10 and only["budget"] == 16.67


def test_points_of_an_alignment_are_told_while_it_is_open_and_when_they_change(desk: Any) -> None:
    alignment = Alignment({"left": {"wall": Laid("wall")}}, {"left": (1920, 1080)})
    desk.engine.projecting = SimpleNamespace(alignment=alignment)

    def points() -> list[dict[str, Any]]:
        desk.now += 1.0
        desk.desk.publish(desk.now)
        return desk.pages.of("points")

    desk.now = 0.0
    assert points() == []  # locked
    alignment.begin()
    assert len(points()) == len(points()) == 1
    alignment.split(32, 32, "bezier")
    alignment.select("left", "wall", 48, 48)
    alignment.move(5, 5, 0.0)
    newest = points()[-1]
    assert (newest["output"], newest["surface"], newest["kind"]) == ("left", "wall", "bezier")
    told = np.frombuffer(b64decode(newest["points"]), "<f4").reshape(newest["rows"], newest["columns"], 2)
    assert told.shape == (97, 97, 2)
    assert np.allclose(told, handles(alignment.chosen[1].warp), atol=1e-6)  # a five-hundredth of a pixel
    before = len(points())
    alignment.end()
    assert len(points()) == before
    alignment.begin()
    assert len(points()) == before + 1
