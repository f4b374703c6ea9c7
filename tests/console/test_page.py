"""The page in a real Chromium, on a real console, with a stand-in for the engine."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from contextlib import contextmanager

import numpy as np
import pytest

from installation.clock import now
from installation.console.server import start
from installation.outputs.preview import PreviewLink

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(sys.platform == "win32", reason="Debian's Chromium"),
]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

STATUS = {
    "show": "Living Smiles",
    "scene": "Malfunction",
    "seconds": 4523.4,
    "frame": 271404,
    "fps": 59.9,
    "frame_ms": {"p50": 9.1, "p95": 12.2, "p99": 15.8},
    "canvas": [1920, 1080],
    "scale": 0.71,
    "scale_pinned": False,
    "renderer": "llvmpipe",
    "cue": {
        "current": "3.5",
        "name": "The surface gives",
        "standing_by": "4",
        "standing_by_name": "Harvest",
        "standing_by_id": "harvest",
        "waiting": [{"number": "3.5", "next": "4", "remaining": 12.5, "until": "absence"}],
    },
    "reveal": {"level": 0.34, "cracks": 0.12, "under": "harvest"},
    "faults": ["tear", {"kind": "slip", "strength": 0.5}],
    "staged": True,
    "fiction": True,
    "flash": {"guard": "on", "damping": True, "damped": 41.5, "general": 12.0, "red": 0.0},
    "camera": {
        "source": "device:0",
        "state": "fallback",
        "age_s": 0.03,
        "fps": 30,
        "problem": "device:0 is silent",
        "presence": 0.4,
    },
    "audio": {"source": "none", "state": "lost", "level": 0.0, "problem": "the device has stopped"},
    "osc": {"host": "127.0.0.1", "port": 9000, "packets": 10, "messages": 12, "malformed": 3, "dropped": 0},
    "problems": [{"where": "shows/x/y.fs:41:12", "message": "glwo is not declared", "hint": "did you mean glow?"}],
    "outputs": ["display 0", {"name": "stream", "state": "live"}],
    "memory_mb": 412,
    "gear": {"midi": {"in": {"faders": {"port": "", "messages": 3, "problem": "it was unplugged"}}}},
}


@pytest.fixture(scope="module")
def chromium():
    place = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if place is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: apt-get install -y chromium", pytrace=False)
        pytest.skip("no Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=place, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def engine(link=None):
    """Publishes a status that may be changed, and a picture, twenty times a second."""
    with PreviewLink() as link:
        said, ended = dict(STATUS), threading.Event()
        picture = np.full((90, 160, 4), (200, 60, 30, 255), np.uint8)

        def publish():
            while not ended.wait(0.05):
                link.put(dict(said), picture)

        thread = threading.Thread(target=publish)
        thread.start()
        try:
            yield link, said, ended
        finally:
            ended.set()
            thread.join()


@pytest.fixture(scope="module")
def playing():
    with engine() as (link, said, _), start(link.name, "127.0.0.1", 0) as console:
        yield said, console, link


@pytest.fixture
def said(playing):
    playing[0].clear()
    playing[0].update(STATUS)
    return playing[0]


@pytest.fixture
def page(chromium, playing, said):
    """The page, live; afterwards it must have complained of nothing and asked nobody else for anything."""
    opened = chromium.new_page(viewport={"width": 1280, "height": 800})
    complaints, asked = [], []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(playing[1].url)
    opened.wait_for_selector("body[data-engine=running]")
    yield opened
    opened.close()
    assert complaints == [] and all(url.startswith(playing[1].url) for url in asked)


def becomes(page, selector, words):
    """Waits until an element says so; also one of a part that isn't in front."""
    page.wait_for_function(
        "([selector, words]) => { const found = document.querySelector(selector);"
        " return (found?.innerText || found?.textContent || '').includes(words); }",
        arg=[selector, words],
        timeout=15_000,
    )


def test_it_shows_the_picture(page):
    page.wait_for_selector("#veil", state="hidden")
    colour = page.evaluate("[...document.getElementById('picture').getContext('2d').getImageData(80, 45, 1, 1).data]")
    assert np.allclose(colour, (200, 60, 30, 255), atol=6)
    assert page.evaluate("[picture.width, picture.height]") == [160, 90]


def test_it_says_what_an_operator_asks(page):
    for selector, words in {
        "#scene": "Malfunction",
        "#show": "Living Smiles",
        "#time": "1:15:23",
        "#link": "Live",
        "#truth": "FICTION",
        "#staged": "Staged malfunction",
        "#cue-now": "Now 3.5",
        "#cue-standing": "4\nHarvest",
        "#left": "0:13",
        "#cue-next": "or when all have left",
        "#reveal-level": "34 %",
        "#reveal-under": "harvest",
        "#reveal": "tear, slip, 50 %",
        "dl#reveal": "calmed on 41.5 % of the canvas",
        "#fps": "60",
        "#frames": "15.8 ms",
        "#camera": "device:0 is silent",
        "#audio": "the device has stopped",
        "#osc": "127.0.0.1:9000",
        "#machine": "display 0 · stream, live",
        "dl#machine": "71 % of its size, to hold the frame rate",
        "#problems li code": "shows/x/y.fs:41:12",
        "#problems li p": "glwo is not declared",
        "#problems li small": "did you mean glow?",
        "#gear": "it was unplugged",
        "#problem-count": "1",
    }.items():
        becomes(page, selector, words)


def test_it_says_how_far_the_camera_is_with_the_projectors(page, said):
    said["alignment"] = {"open": True, "outputs": [{"name": "left", "size": [1920, 1080], "surfaces": [{"name": "1"}]}]}
    wall = {"state": "projectors", "output": "left", "done": 12, "of": 44, "left_s": 31, "known": []}
    said["calibration"] = {"cameras": [{"camera": "device:0"}], "wall": wall}
    becomes(page, "#align-camera-told", "Stripes on left: 12 of 44, 31 s left.")
    page.click(".tabs [data-go=align]")
    assert page.is_visible("#align-stop") and not page.is_visible("#align-find")
    said["calibration"] = {
        "cameras": [{"camera": "device:0"}],
        "wall": {
            **wall,
            "state": "",
            "message": "1 of 2 projectors laid",
            "problem": "right: dark",
            "report": ["left: 0.1 px"],
        },
    }
    becomes(page, "#align-camera-told", "1 of 2 projectors laid")
    becomes(page, "#align-camera-wrong", "right: dark")
    becomes(page, "#align-report", "left: 0.1 px")
    assert page.is_visible("#align-find") and page.is_disabled("#align-find")  # nobody hears


def test_it_says_so_when_there_is_nothing_to_say(page, said):
    said.update(problems=[], faults=[], staged=False, fiction=False, cue={}, osc={}, camera={})
    said.update(flash={"guard": "off", "reason": "measured by hand"})
    becomes(page, "#problems", "Nothing is wrong.")
    becomes(page, "#truth", "Fact")
    becomes(page, "#reveal", "none")
    becomes(page, "#reveal", "not guarded: measured by hand")
    becomes(page, "#camera", "no camera")
    becomes(page, "#osc", "no port is open")
    becomes(page, "#cue-standing", "End of the list")
    assert page.is_hidden("#staged")


def test_missing_keys_and_strange_values_break_nothing(page, said):
    said.clear()
    becomes(page, "#scene", "No scene")
    said.update({key: None for key in STATUS})
    said.update(scene="None of it")
    becomes(page, "#scene", "None of it")
    said.update({key: "text" for key in STATUS}, scene="All of it text")
    becomes(page, "#scene", "All of it text")
    said.update({key: [[1, {"a": None}], 2] for key in STATUS}, scene="All of it lists")
    becomes(page, "#scene", "All of it lists")
    said.update(dict(STATUS, scene="Well again", frame_ms={"p50": float("inf")}, fps=float("nan")))
    becomes(page, "#scene", "Well again")
    becomes(page, "#fps", "–")


def test_names_are_never_markup(page, said):
    trap = "<img src=x onerror=\"document.title='trapped'\"><b>bold</b>"
    said.update(
        show=trap,
        scene=trap,
        renderer=trap,
        outputs=[trap],
        faults=[trap],
        problems=[{"where": trap, "message": trap, "hint": trap}],
        cue={"current": trap, "name": trap},
    )
    becomes(page, "#scene", "<b>bold</b>")
    becomes(page, "#problems", "<b>bold</b>")
    assert page.locator("img").count() == 0 and page.title() != "trapped"


@pytest.mark.parametrize("size", [(1280, 800), (390, 844), (320, 568)])
def test_nothing_is_cut_off_at_the_side(page, said, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    said.update(scene="A scene with a very long name " * 4, renderer="x" * 90)
    said["problems"] = [{"where": "shows/" + "deep/" * 30 + "x.fs:1:2", "message": "y" * 300}]
    becomes(page, "#problems", "yyy")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("#link").is_visible()


def test_a_hidden_page_lets_go_and_a_shown_one_comes_back(page, said, playing):
    link = playing[2]
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    deadline = now() + 15
    while link.watched and now() < deadline:
        page.wait_for_timeout(50)
    assert not link.watched and page.inner_text("#link") == "Connecting"  # for who looks again
    said["scene"] = "Another"
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    becomes(page, "#scene", "Another")
    becomes(page, "#link", "Live")


def test_a_lost_connection_says_so_and_comes_back_by_itself(chromium):
    page = chromium.new_page()
    with engine() as (link, _, _):
        console = start(link.name, "127.0.0.1", 0)
        page.goto(console.url)
        page.wait_for_selector("body[data-engine=running]")
        console._process.kill()
        becomes(page, "#veil", "Connection lost")
        becomes(page, "#problems", "Connection lost")
        console.close()
        with start(link.name, "127.0.0.1", console.port):
            page.wait_for_selector("body[data-engine=running]")
            becomes(page, "#link", "Live")
            page.wait_for_selector("#veil", state="hidden")
    page.close()


def test_an_engine_that_hangs_and_one_that_ends_are_told_apart(chromium):
    page = chromium.new_page()
    with engine() as (link, _, ended):
        with start(link.name, "127.0.0.1", 0) as console:
            page.goto(console.url)
            page.wait_for_selector("body[data-engine=running]")
            ended.set()
            becomes(page, "#veil", "The engine has not answered")
        becomes(page, "#veil", "The engine has stopped")
        assert page.title().startswith("The engine has stopped")
        with engine() as (again, _, _), start(again.name, "127.0.0.1", console.port):
            becomes(page, "#link", "Live")
    page.close()
