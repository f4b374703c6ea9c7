"""`installation run` on a display: a real X server without a screen (Xvfb), a real window, real keys."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playing import Playing, until
from xvfb import Screen, server

from shows import filled, write_show

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="an X server")


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scenes = {"red": filled("#ff0000"), "green": filled("#00ff00")}
    cues = "cues: [{number: 1, scene: red, fade: 0}, {number: 2, scene: green, fade: 0}]"
    return write_show(tmp_path_factory.mktemp("window") / "small", scenes, cues)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    """A server of its own for each test: what a window leaves behind stays on the screen."""
    with server(tmp_path) as screen:
        yield screen


def press(screen: Screen, *keys: str) -> None:
    """Presses keys at the server's own keyboard, as hands would. Skips where the library for it is missing."""
    try:
        x11, test = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
    except OSError as error:
        pytest.skip(f"no keys can be pressed: {error}")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XStringToKeysym.restype = ctypes.c_ulong
    x11.XKeysymToKeycode.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    test.XTestFakeKeyEvent.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_ulong]
    connection = x11.XOpenDisplay(screen.name.encode())
    assert connection
    for key in keys:
        code = x11.XKeysymToKeycode(connection, x11.XStringToKeysym(key.encode()))
        for down in (1, 0):
            test.XTestFakeKeyEvent(connection, code, down, 0)
    x11.XCloseDisplay(connection)  # sends what waits


def cursor(screen: Screen) -> NDArray[np.uint8]:
    """The picture of the cursor that is shown now: how opaque each of its pixels is."""

    class Image(ctypes.Structure):
        _fields_ = [
            *((name, ctypes.c_short) for name in ("x", "y")),
            *((name, ctypes.c_ushort) for name in ("width", "height", "xhot", "yhot")),
            ("serial", ctypes.c_ulong),
            ("pixels", ctypes.POINTER(ctypes.c_ulong)),
        ]

    try:
        x11, fixes = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXfixes.so.3")
    except OSError as error:
        pytest.skip(f"the cursor can't be seen: {error}")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XCloseDisplay.argtypes = fixes.XFixesGetCursorImage.argtypes = [ctypes.c_void_p]
    fixes.XFixesQueryExtension.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int)]
    fixes.XFixesGetCursorImage.restype = ctypes.POINTER(Image)
    connection = x11.XOpenDisplay(screen.name.encode())
    assert connection
    assert fixes.XFixesQueryExtension(connection, ctypes.c_int(), ctypes.c_int())
    image = fixes.XFixesGetCursorImage(connection).contents
    alpha = np.array([pixel >> 24 & 255 for pixel in image.pixels[: image.width * image.height]], np.uint8)
    x11.XCloseDisplay(connection)
    return alpha


def test_the_window_fills_the_display_and_the_cursor_is_hidden(show: Path, screen: Screen) -> None:
    assert cursor(screen).any()  # the server's own
    with Playing(show, display=screen.name) as playing:
        assert "full-screen" in playing.lines[0]
        until(lambda: screen.shows((255, 0, 0)), "a red screen")
        assert not cursor(screen).any()
        playing.goes_on()
        assert playing.status()["problems"] == []


def test_space_is_go_and_escape_ends_the_show(show: Path, screen: Screen) -> None:
    with Playing(show, display=screen.name) as playing:
        until(lambda: screen.shows((255, 0, 0)), "a red screen")
        # The opening was a GO as well: one more within a moment would be a bouncing button.
        playing.until(lambda status: status["seconds"] > 0.5, "half a second of the show")
        press(screen, "space")
        until(lambda: screen.shows((0, 255, 0)), "a green screen")
        assert playing.status()["cue"]["current"] == "2"
        press(screen, "Escape")
        assert playing.process.wait(20) == 0
        until(lambda: "ended after" in playing.printed, "the last line")
        assert "Traceback" not in playing.printed


def test_a_display_that_is_not_there_is_told_and_the_first_is_used(show: Path, screen: Screen, tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("outputs: [{display: HDMI-7}]\n", "utf-8")
    with Playing(show, "--site", site, display=screen.name) as playing:
        assert 'problem: there is no display "HDMI-7"' in playing.printed
        until(lambda: screen.shows((255, 0, 0)), "a red screen")


def test_corners_that_can_not_be_are_told_and_the_whole_canvas_is_shown(
    show: Path, screen: Screen, tmp_path: Path
) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("outputs: [{surfaces: [{corners: [[0, 0], [0, 0], [0, 0], [0, 0]]}]}]\n", "utf-8")
    with Playing(show, "--site", site, display=screen.name) as playing:
        assert "problem: output 1, surface 1: corners" in playing.printed
        until(lambda: screen.shows((255, 0, 0)), "a red screen")


def test_a_surface_is_laid_on_its_corners(show: Path, screen: Screen, tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("outputs: [{surfaces: [{corners: [[0, 0], [0.5, 0], [0.5, 0.5], [0, 0.5]]}]}]\n", "utf-8")
    with Playing(show, "--site", site, display=screen.name):

        def laid() -> bool:
            pixels = screen.pixels()
            inside, outside = pixels[105:, :155], pixels[:95]
            return bool((inside[..., 0] >= 254).all() and outside.max() <= 1 and pixels[:, 165:].max() <= 1)

        until(laid, "red in the lower left quarter, black elsewhere")


@pytest.mark.parametrize("why", ["no server", "no OpenGL"])
def test_where_no_window_can_be_opened_it_plays_headless_and_says_why(show: Path, tmp_path: Path, why: str) -> None:
    if why == "no server":
        with Playing(show, display=":4142") as playing:
            assert "headless" in playing.lines[0]
            assert "problem: no display" in playing.printed
            playing.goes_on()
        return
    with server(tmp_path, "-extension", "GLX") as screen, Playing(show, display=screen.name) as playing:
        assert "headless" in playing.lines[0]
        assert "problem: no OpenGL 3.3 window" in playing.printed
        playing.goes_on()


def test_a_site_without_outputs_plays_headless(show: Path, screen: Screen, tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("outputs: []\n", "utf-8")
    with Playing(show, "--site", site, display=screen.name) as playing:
        assert "headless" in playing.lines[0]
        playing.goes_on()
