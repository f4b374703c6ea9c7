"""The page on which cameras are calibrated: what it asks for, who may ask, and corners placed by hand and by keyboard."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from test_page import FLAGS, chromium  # noqa: F401

from installation.clock import FrameTime, now
from installation.console.server import start
from installation.inputs.joined import Joined
from installation.inputs.sense import Sense
from installation.outputs.preview import PreviewLink, PreviewReader
from installation.report import Console

STATUS = {
    "calibration": {
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
}


def post(url: str, body: bytes, **headers: str) -> int:
    asked = urllib.request.Request(f"{url}calibrate", body, {name.replace("_", "-"): v for name, v in headers.items()})
    try:
        with urllib.request.urlopen(asked, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_wish_reaches_the_engine_and_only_from_the_page_itself() -> None:
    with PreviewLink() as link, start(link.name, "127.0.0.1", 0) as console:
        wish = json.dumps({"what": "markers", "args": ["device:0"]}).encode()
        assert post(console.url, wish, content_type="text/plain") == 403
        assert post(console.url, wish, content_type="application/json", origin="http://elsewhere.example") == 403
        assert post(console.url, b"[]", content_type="application/json") == 400
        assert post(console.url, wish + b" " * 3000, content_type="application/json") == 413
        assert link.wished[0] == 0
        assert post(console.url, wish, content_type="application/json") == 202
        number, text = link.wished
        assert number == 1
        assert json.loads(text) == {"what": "markers", "args": ["device:0"]}


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
        vars(console).update(_answer={}, _asked=0, _forget=0.0, _due=0.0, _wished=0, _shown=False, _server=None)
        vars(console).update(_pages=SimpleNamespace(tell=lambda frame: None))
        console._put(np.zeros((90, 160, 4), np.uint8))
        seen = reader.frame()[1]
        assert seen is not None
        assert (seen == 150).all()
        console.publish(FrameTime(1, 1.0, 0.1))  # nobody watches
        assert reader.frame()[1] is None


@pytest.mark.browser
def test_corners_are_moved_by_keyboard_and_saved(chromium) -> None:  # noqa: F811
    picture = np.full((90, 160, 4), 90, np.uint8)
    with PreviewLink() as link, start(link.name, "127.0.0.1", 0) as console:
        page = chromium.new_page()
        page.goto(f"{console.url}calibrate.html")
        until = now() + 15
        while page.locator(".mark").first.is_hidden() and now() < until:
            link.put(STATUS, picture)
            page.wait_for_timeout(50)
        mark = page.get_by_label("The canvas's bottom left corner")
        assert mark.get_attribute("title") == "bottom left: 0.200, 0.200"
        mark.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowUp")
        page.get_by_text("Save the corners").click()
        while link.wished[0] == 0 and now() < until:
            link.put(STATUS, picture)
            page.wait_for_timeout(50)
        assert json.loads(link.wished[1]) == {
            "what": "corners",
            "args": ["device:0", 0.21, 0.201, 0.8, 0.2, 0.8, 0.8, 0.2, 0.8],
        }
        page.close()
