"""The page on which cameras are calibrated: what it asks for, who may ask, and corners placed by hand and by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from test_page import FLAGS, chromium  # noqa: F401

from installation.clock import FrameTime, now
from installation.inputs.joined import Joined
from installation.inputs.sense import Sense
from installation.outputs.preview import PreviewLink, PreviewReader
from installation.report import Console
from installation.scene.schema import SiteFile
from shows import Stage, filled, write_show

STATUS: dict[str, object] = {
    "state": "corners",
    "message": "",
    "problem": "",
    "cameras": [
        {
            "camera": "device:0",
            "mapping": "none",
            "corners": [0.2, 0.2, 0.8, 0.2, 0.8, 0.8, 0.2, 0.8],
            "latency_ms": None,
            "spread_ms": 0.0,
            "own_light": "not mapped",
        }
    ],
}


class Painted:
    """A camera that sees one grey."""

    def __init__(self, grey: int) -> None:
        self.grey = grey

    def picture(self) -> np.ndarray:
        return np.full((180, 320, 4), self.grey, np.uint8)


def test_corners_are_placed_in_the_picture_of_the_one_camera_and_nobody_gets_it_after_the_watching() -> None:
    eyes: Any = [("left", (0.0, 0.0, 0.5, 1.0), Painted(50)), ("right", (0.5, 0.0, 0.5, 1.0), Painted(150))]
    calibration = SimpleNamespace(shows_camera=True, placed=1, mode="corners")
    sensing = SimpleNamespace(senses=Joined(eyes, (320, 90)), sense=Sense.empty(), calibrate=lambda _: None)
    with PreviewLink() as link, PreviewReader(link.name) as reader:
        console = Console.__new__(Console)
        vars(console).update(_engine=SimpleNamespace(calibration=calibration, sensing=sensing, status=dict), _link=link)
        pages = SimpleNamespace(tell=lambda _: None, counters={"packets": 0})
        vars(console).update(_pages=pages, _desk=None, _heard=0, _due=0.0, _told=0.0, _shown=False, _server=None)
        console._put(np.zeros((90, 160, 4), np.uint8))
        seen = reader.frame()[1]
        assert seen is not None
        assert (seen == 150).all()
        console.publish(FrameTime(1, 1.0, 0.1))  # nobody watches
        assert reader.frame()[1] is None


class Placed:
    """Calibration, as an engine has it: notes what it is asked for."""

    mode, overlay = "corners", None

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[object, ...]]] = []

    def start(self, what: str, args: Sequence[object]) -> None:
        self.asked.append((what, tuple(args)))

    def status(self) -> dict[str, object]:
        return {**STATUS, "state": self.mode, "wall": self.wall} if self.wall else STATUS

    wall: dict[str, object] | None = None

    shows_camera = False

    def close(self) -> None:
        pass


class Calibrating:
    """The page, before a show that a test plays on."""

    def __init__(self, browser: Any, device: Any, folder: Path) -> None:
        self._stage = Stage(device, write_show(folder, {"red": filled("#ff0000")}))
        self._stage.engine.calibration = self.placed = Placed()
        self._console = Console(self._stage.engine, SiteFile.model_validate({"console": {"port": 0}}), [])
        self.page = browser.new_page()
        self.page.goto(f"{self._console.url}calibrate.html", wait_until="commit")

    def play(self, so: Callable[[], bool]) -> None:
        until = now() + 30
        while not so() and now() < until:
            frame = self._stage.clock.next()
            self._stage.engine.step(frame)
            self._console.publish(frame)
            self.page.wait_for_timeout(10)
        assert so()

    def close(self) -> None:
        self.page.close()
        self._console.close()
        self._stage.engine.outputs.clear()
        self._stage.engine.calibration = None
        self._stage.close()


@pytest.fixture
def calibrating(chromium: Any, device: Any, tmp_path: Path) -> Iterator[Calibrating]:  # noqa: F811
    opened = Calibrating(chromium, device, tmp_path / "small")
    yield opened
    opened.close()


@pytest.mark.browser
@pytest.mark.gl
def test_corners_are_moved_by_keyboard_and_saved(calibrating: Calibrating) -> None:
    page, placed, play = calibrating.page, calibrating.placed, calibrating.play
    play(lambda: not page.locator(".mark").first.is_hidden())
    mark = page.get_by_label("The canvas's bottom left corner")
    assert mark.get_attribute("title") == "bottom left: 0.200, 0.200"
    mark.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    page.get_by_text("Save the corners").click()
    play(lambda: bool(placed.asked))
    [(what, args)] = placed.asked
    assert (what, args[0]) == ("corners", "device:0")
    assert np.allclose(args[1:], (0.21, 0.201, 0.8, 0.2, 0.8, 0.8, 0.2, 0.8))


@pytest.mark.browser
@pytest.mark.gl
def test_projectors_are_laid_from_a_phone_with_progress_and_a_report(calibrating: Calibrating) -> None:
    page, placed, play = calibrating.page, calibrating.placed, calibrating.play
    page.set_viewport_size({"width": 390, "height": 780})
    placed.mode = "none"
    placed.wall = {
        "state": "",
        "message": "",
        "problem": "",
        "report": [],
        "done": 0,
        "of": 0,
        "left_s": 0,
        "output": "",
    }
    play(lambda: page.locator("#wall").is_visible() and page.locator("#camera option").count() == 1)
    page.get_by_text("Lay the projectors by this camera").click()
    play(lambda: bool(placed.asked))
    assert placed.asked == [("projectors", ("device:0",))]
    placed.mode = "projectors"
    placed.wall |= {"state": "projectors", "output": "left", "done": 22, "of": 88, "left_s": 31}
    play(lambda: "Stripes of light on left; about 31 seconds are left." in page.locator("#told").inner_text())
    assert page.locator("#done").evaluate("one => one.value") == 0.25
    assert page.get_by_text("Look whether they have moved").is_disabled()
    placed.mode = "none"
    placed.wall = {
        "state": "",
        "message": "2 of 2 projectors laid, 0.05 px off",
        "problem": "",
        "report": ["the wall is flat"],
    }
    play(lambda: page.locator("#report li").count() == 2)
    assert page.locator("#report").inner_text().split("\n") == [
        "2 of 2 projectors laid, 0.05 px off",
        "the wall is flat",
    ]
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
