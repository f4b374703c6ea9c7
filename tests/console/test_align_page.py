"""Surfaces moved on the console by finger, mouse and keyboard, in a real Chromium on a show that plays."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playing import Playing, until
from test_desk import PHONE
from test_page import becomes, chromium  # noqa: F401
from test_ways_in import beyond

from shows import filled, write_show

pytestmark = [
    pytest.mark.browser,
    pytest.mark.gl,
    pytest.mark.skipif(sys.platform == "win32", reason="Debian's Chromium"),
]

SITE = """outputs:
  - {name: left, size: [1920, 1080], surfaces: [{name: wall}, {name: door, region: [0, 0, 0.2, 0.5]}]}
  - {name: right, size: [1280, 800]}
console: {host: 0.0.0.0}
"""
SIZE = (1920, 1080)
MARGIN = 24


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("aligned") / "site.yaml"
    file.write_text(SITE)
    return file


@pytest.fixture(scope="module")
def show(site: Path) -> Iterator[Playing]:
    folder = write_show(site.parent / "small", {"red": filled("#ff0000")})
    with Playing(folder, "--site", site) as playing:
        yield playing


class Aligning:
    """A page that has the alignment in front."""

    def __init__(self, browser: Any, show: Playing, host: str = "127.0.0.1", **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        self.page = self.context.new_page()
        self.touch = self.context.new_cdp_session(self.page) if options else None
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        port = show.console.rstrip("/").rpartition(":")[2]
        self.page.goto(f"http://{host}:{port}/")
        self.page.wait_for_selector("body[data-engine=running]")
        self.page.click(".tabs [data-go=align]")

    def begin(self) -> Aligning:
        self.page.click("#align-begin")
        self.page.wait_for_timeout(300)  # a second press that comes sooner is a trembling hand
        self.page.click("#align-begin")
        self.page.wait_for_selector("#align-pad", state="visible")
        becomes(self.page, "#align-at", "Point 0 0")
        return self

    def spot(self, x: float, y: float) -> tuple[float, float]:
        """Where a place of the output, 0 to 1, is on the page, while no surface goes beyond it."""
        box = self.page.locator("#align-pad").bounding_box()
        scale = min((box["width"] - 2 * MARGIN) / SIZE[0], (box["height"] - 2 * MARGIN) / SIZE[1])
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        return middle[0] + (x - 0.5) * SIZE[0] * scale, middle[1] - (y - 0.5) * SIZE[1] * scale

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """With a finger where there is one, else with the mouse."""
        (x, y), (right, up) = self.spot(*start), self.spot(*end)
        steps = [(x + (right - x) * part / 8, y + (up - y) * part / 8) for part in range(9)]
        if self.touch is None:
            self.page.mouse.move(*steps[0])
            self.page.mouse.down()
            for step in steps[1:]:
                self.page.mouse.move(*step)
            self.page.mouse.up()
            return
        for index, step in enumerate(steps):
            kind = "touchMove" if index else "touchStart"
            self.touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": step[0], "y": step[1]}]})
        self.touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.fixture
def aligning(show: Playing, chromium: Any) -> Iterator[Any]:  # noqa: F811
    """Opens pages on an alignment that is locked, with surfaces as the site file says; none may have complained."""
    show.cue("align", "begin")
    for output, surface in (("right", "1"), ("left", "door"), ("left", "wall")):
        show.cue("align", "select", output, surface)
        show.cue("align", "straighten")
    for word in (("step", 1), ("linked", 0), ("end",)):
        show.cue("align", *word)
    show.until(lambda status: not status["alignment"]["open"], "a locked alignment")
    opened: list[Aligning] = []

    def open_page(*where: str, **options: Any) -> Aligning:
        opened.append(Aligning(chromium, show, *where, **options))
        return opened[-1]

    yield open_page
    for one in opened:
        one.context.close()
        assert [said for said in one.complaints if "untrustworthy" not in said] == []  # plain http from another machine


def lies(show: Playing, x: float, y: float, within: float = 0.01) -> dict[str, Any]:
    """Waits until the chosen point lies there."""

    def so(status: dict[str, Any]) -> bool:
        at = status["alignment"].get("selected", {}).get("at", (9.0, 9.0))
        return abs(at[0] - x) < within and abs(at[1] - y) < within

    found: dict[str, Any] = show.until(so, f"the point at {x}, {y}")["alignment"]
    return found


def test_a_finger_on_a_phone_moves_a_corner_and_undo_brings_it_back(aligning: Any, show: Playing, site: Path) -> None:
    one = aligning(**PHONE).begin()
    page = one.page
    assert not page.is_visible("#go")  # nobody presses it from a ladder
    before = show.status()["alignment"]["undo"]
    one.drag((1.0, 1.0), (0.8, 0.7))
    told = lies(show, 0.8, 0.7)
    assert (told["selected"]["row"], told["selected"]["column"], told["undo"]) == (1, 1, before + 1)
    becomes(page, "#align-at", "Point 1 1 at 15")
    kept = site.with_name("site.alignment.json")

    def corner() -> list[float]:
        return list(json.loads(kept.read_text())["outputs"]["left"]["wall"]["corners"][2]) if kept.exists() else [1, 1]

    until(lambda: abs(corner()[0] - 0.8) < 0.01, "the corner in the file")
    page.tap("#align-undo")
    lies(show, 1.0, 1.0)
    becomes(page, "#align-at", "Point 1 1 at 1920.0, 1080.0 of 1920 × 1080")
    page.tap("#align-redo")
    lies(show, 0.8, 0.7)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = page.evaluate(
        "[...document.querySelectorAll('#align button, #align select, #align input')].filter(one => one.offsetParent)"
        ".filter(one => one.getBoundingClientRect().height < 44).map(one => one.id || one.textContent)"
    )
    assert small == []


def test_locked_it_shows_no_points_and_says_why_nothing_moves(aligning: Any, show: Playing) -> None:
    one = aligning()
    becomes(one.page, "#align-state", "Locked: nothing on the wall can be moved")
    becomes(one.page, "#align-outputs", "1920 × 1080: wall, door")
    assert not one.page.is_visible("#align-pad")
    one.page.click("#align-begin")  # once lifts the guard
    becomes(one.page, "#align-begin", "Begin now?")
    assert show.status()["alignment"]["open"] is False
    assert "locked" in show.cue("align", "move", 5, 5).said
    becomes(one.page, "#align-begin", "Begin aligning")  # the guard is down again
    one.begin()
    one.page.click("#align-end")
    becomes(one.page, "#align-state", "Locked")
    assert not one.page.is_visible("#align-pad")


def test_what_is_refused_is_said_and_the_point_stays_where_it_last_could_be(aligning: Any, show: Playing) -> None:
    one = aligning(**PHONE).begin()
    before = one.page.locator("#align-pad").bounding_box()
    one.drag((0.0, 0.0), (0.9, 0.95))
    becomes(
        one.page,
        "#align-wrong",
        "left, wall: this corner would fold the picture over – it stays where it could be last",
    )
    assert one.page.locator("#align-pad").bounding_box() == before  # nothing moves away under a finger
    assert one.page.locator("#align-wrong").bounding_box()["y"] < 800  # and it is in sight
    one.page.wait_for_timeout(700)  # longer than what hands have moved is held
    at = show.status()["alignment"]["selected"]["at"]
    becomes(one.page, "#align-at", f"at {at[0] * 1920:.1f}, {at[1] * 1080:.1f}")
    one.page.fill("#align-columns", "33")
    one.page.click("#align-split")
    becomes(one.page, "#align-wrong", "a grid of 33 x 1 – 1 to 32 columns and rows")


def test_a_fine_drag_anywhere_moves_by_a_fifth_and_keys_by_steps(aligning: Any, show: Playing) -> None:
    one = aligning().begin()
    one.page.click("#align-fine")
    one.drag((0.3, 0.3), (0.8, 0.8))
    lies(show, 0.1, 0.1)
    one.page.click("#align-fine")
    one.drag((0.5, 0.5), (0.7, 0.5))  # far from all points
    lies(show, 0.14, 0.1)
    one.page.wait_for_timeout(300)  # for the last of the drag
    pressed = show.status()["alignment"]["selected"]["at"]
    one.page.focus("#align-pad")
    one.page.click("[data-step='10']")
    becomes(one.page, "[data-step='10'][aria-pressed=true]", "10")
    for key in ("ArrowRight", "Shift+ArrowUp", "Control+ArrowUp"):
        one.page.keyboard.press(key)
    lies(show, pressed[0] + 10 / 1920, pressed[1] + 10.1 / 1080, within=2e-6)
    one.page.click("[data-nudge='-1 0']")
    lies(show, pressed[0], pressed[1] + 10.1 / 1080, within=2e-6)
    one.page.hover("[data-nudge='0 1']")
    one.page.mouse.down()  # and held
    show.until(lambda told: told["alignment"]["selected"]["at"][1] > pressed[1] + 35 / 1080, "steps while it is held")
    one.page.mouse.up()
    one.page.keyboard.press("PageDown")
    becomes(one.page, "#align-at", "Point 0 1")
    one.page.click("[data-align=previous]")
    becomes(one.page, "#align-at", "Point 0 0")
    one.page.click("#align-all")
    becomes(one.page, "#align-at", "All points")
    before = show.status()["alignment"]["selected"]["at"]
    one.drag((0.5, 0.5), (0.4, 0.4))
    lies(show, before[0] - 0.1, before[1] - 0.1)


def test_two_pages_are_in_step(aligning: Any, show: Playing) -> None:
    one, other = aligning().begin(), aligning(**PHONE)
    becomes(other.page, "#align-state", "Lock it before the doors open")
    one.page.select_option("#align-surface", "door")
    one.page.wait_for_selector("#align-surface[data-told=door]")
    one.drag((0.0, 1.0), (0.2, 0.8))
    becomes(other.page, "#align-at", "Point 1 0 at 3")
    assert other.page.input_value("#align-surface") == "door"
    drawn = "canvas => canvas.toDataURL()"
    before = other.page.eval_on_selector("#align-pad", drawn)
    one.drag((0.2, 0.8), (0.3, 0.5))
    until(lambda: other.page.eval_on_selector("#align-pad", drawn) != before, "another drawing")
    one.page.click("[data-card=grid]")
    one.page.click("#align-solo")
    for page in (one.page, other.page):
        page.wait_for_selector("[data-card=grid][aria-pressed=true]")
        page.wait_for_selector("#align-solo[aria-pressed=true]")
    told = show.status()["alignment"]
    assert (told["card"], told["solo"]) == ("grid", "left")
    other.page.tap("#align-end")
    becomes(one.page, "#align-state", "Locked")


def test_grids_are_split_straightened_saved_and_restored(aligning: Any, show: Playing) -> None:
    one = aligning().begin()
    page = one.page
    page.fill("#align-columns", "4")
    page.fill("#align-rows", "2")
    page.select_option("#align-kind", "smooth")
    page.click("#align-split")
    becomes(page, "#align-grid", "4 × 2, smooth")
    one.drag((0.5, 0.5), (0.55, 0.6))
    lies(show, 0.55, 0.6)
    page.fill("#align-name", "opening")
    page.click("#align-save")
    until(lambda: "opening" in page.locator("#align-versions option").all_inner_texts(), "a version")
    page.click("#align-straighten")
    becomes(page, "#align-grid", "corners alone")
    page.select_option("#align-versions", "opening")
    page.click("#align-restore")
    becomes(page, "#align-grid", "4 × 2, smooth")
    assert [one for one in show.status()["problems"] if "version" in one["message"]] == []


def test_the_camera_is_sent_to_find_projectors_and_called_back(aligning: Any, show: Playing) -> None:
    one = aligning().begin()
    one.page.click("#align-find")
    becomes(one.page, "#align-find", "Stripes on the wall?")
    one.page.wait_for_timeout(300)
    one.page.click("#align-find")
    becomes(one.page, "#align-camera-told", "Stripes on left: ")
    assert show.status()["calibration"]["wall"]["state"] == "projectors"
    one.page.click("#align-stop")
    becomes(one.page, "#align-camera-told", "stopped: nothing has changed")
    assert one.page.is_disabled("#align-check")  # by what was never calibrated


def test_the_finest_grid_is_dragged_and_the_status_stays_whole(aligning: Any, show: Playing) -> None:
    one = aligning().begin()
    page = one.page
    show.cue("align", "split", 32, 32, "bezier")
    becomes(page, "#align-grid", "32 × 32, bezier")
    show.cue("align", "select", "left", "wall", 48, 48)
    becomes(page, "#align-at", "Point 48 48 at 960.0, 540.0")
    page.click("#align-zoom")
    page.click("#align-zoom")
    page.wait_for_timeout(100)
    x, y = one.spot(0.5, 0.5)  # the middle of the pad
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y, steps=5)
    page.mouse.up()
    told = show.until(lambda status: status["alignment"]["selected"]["at"][0] > 0.503, "a point that was moved")
    assert (told["alignment"]["selected"]["row"], told["alignment"]["selected"]["column"]) == (48, 48)
    assert len(json.dumps(told)) < 12_000
    assert [one for one in told["problems"] if "fits" in one["message"]] == []


def test_a_page_that_may_only_look_sees_it_and_moves_nothing(aligning: Any, show: Playing) -> None:
    host = beyond()
    looking = aligning(host, **PHONE)
    becomes(looking.page, "#align-state", "needs the right to edit")
    assert looking.page.is_disabled("#align-begin")
    show.cue("align", "begin")
    becomes(looking.page, "#align-state", "This page may only look")
    becomes(looking.page, "#align-at", "at 0.0, 0.0")
    looking.drag((1.0, 1.0), (0.6, 0.6))
    assert (
        looking.page.locator("#align-open button:enabled:not(#align-fine, #align-zoom), #align-end:enabled").count()
        == 0
    )
    said = looking.page.evaluate(
        """new Promise((done) => { const line = new WebSocket(`ws://${location.host}/preview`);
        line.onopen = () => setTimeout(() => line.send(JSON.stringify(['/align/move', 50, 50])), 300);
        line.onmessage = ({ data }) => { if (typeof data === 'string' && data.startsWith('{"reply"')) done(data); }; })"""
    )
    assert "/error" in said
    assert show.status()["alignment"]["selected"]["at"] == [0.0, 0.0]
