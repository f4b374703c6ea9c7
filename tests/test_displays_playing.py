"""A show on several displays of a real X server (Xvfb), which come and go while it plays."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from edids import edid
from playing import Playing, run, until
from xvfb import Monitors, Screen, server

from installation import doctor
from shows import write_show

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="an X server")
RED, GREEN = (255, 0, 0), (0, 255, 0)
SHADER = "/*{}*/\nvoid main() { gl_FragColor = isf_FragNormCoord.x < 0.5 ? vec4(1, 0, 0, 1) : vec4(0, 1, 0, 1); }\n"
SCENE = "title: Halves\nlayers:\n  - {name: halves, kind: shader, shader: halves.fs}\n"
OUTPUTS = """\
windows: WINDOWS
outputs:
- {name: left, display: LEFT, surfaces: [{region: [0, 0, 0.5, 1]}]}
- {name: right, display: RIGHT, surfaces: [{region: [0.5, 0, 0.5, 1]}]}
"""


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its left half is red, its right half green."""
    folder = tmp_path_factory.mktemp("displays") / "small"
    return write_show(folder, {"halves": SCENE}, shaders={"halves.fs": SHADER})


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    with server(tmp_path, size=(320, 100)) as screen:
        yield screen


@pytest.fixture
def monitors(screen: Screen) -> Iterator[Monitors]:
    """LEFT, which is the real one, and RIGHT."""
    monitors = Monitors(screen)
    monitors.set("LEFT", 0, 160, 100, real=True)
    monitors.set("RIGHT", 160, 160, 100)
    yield monitors
    monitors.close()


def site_of(folder: Path, windows: str = "one", text: str = OUTPUTS) -> Path:
    site = folder / "site.yaml"
    site.write_text(text.replace("WINDOWS", windows), "utf-8")
    return site


def states(status: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["state"] for one in status["outputs"]}


def halves(screen: Screen) -> bool:
    """But for the middle, where they meet."""
    return screen.shows(RED, 0, 150) and screen.shows(GREEN, 170)


@pytest.mark.parametrize("windows", ["one", "each"])
def test_two_displays_show_their_parts_and_one_that_was_gone_shows_its_own_again(
    show: Path, screen: Screen, monitors: Monitors, tmp_path: Path, windows: str
) -> None:
    with Playing(show, "--site", site_of(tmp_path, windows), display=screen.name) as playing:
        until(lambda: halves(screen), "red on the left and green on the right")
        status = playing.until(lambda status: status["outputs"][1]["fps"] > 1, "frames to be counted")
        assert status["problems"] == []
        left, right = status["outputs"]
        assert {**left, "fps": 0} == {
            "name": "left", "device": "display", "display": "LEFT", "size": [160, 100], "state": "shown", "fps": 0,
        }  # fmt: skip
        assert right["display"] == "RIGHT" and right["state"] == "shown"

        monitors.delete("RIGHT")
        status = playing.until(lambda status: states(status)["right"] == "missing", "RIGHT to be missed")
        assert states(status)["left"] == "shown"
        assert ["display RIGHT of output right is gone; its picture waits for it"] == [
            problem["message"] for problem in status["problems"]
        ]
        until(lambda: screen.shows(RED, 0, 150), "red on the left still")
        playing.goes_on()

        monitors.set("RIGHT", 160, 160, 100)
        status = playing.until(lambda status: states(status)["right"] == "shown", "RIGHT to come back")
        until(lambda: halves(screen), "red on the left and green on the right again")
        assert status["problems"] == []
    kept = json.loads((tmp_path / "site.displays.json").read_text("utf-8"))
    assert kept["outputs"]["right"] == {"wanted": "RIGHT", "identity": "", "name": "RIGHT", "place": [160, 0, 160, 100]}


@pytest.mark.parametrize("windows", ["one", "each"])
def test_a_display_is_known_by_its_serial_wherever_it_is_plugged_in(
    show: Path, screen: Screen, monitors: Monitors, tmp_path: Path, windows: str
) -> None:
    monitors.identify(edid(name="EPSON PJ", serial="X4P21"))
    text = OUTPUTS.replace("display: LEFT", "display: SEC EPSON PJ X4P21").replace("display: RIGHT, ", "")
    with Playing(show, "--site", site_of(tmp_path, windows, text), display=screen.name) as playing:
        until(lambda: halves(screen), "red on the left and green on the right")
        monitors.delete("RIGHT")
        monitors.delete("LEFT")  # and now the one with the serial is plugged in on the right
        monitors.set("RIGHT", 160, 160, 100, real=True)
        monitors.set("LEFT", 0, 160, 100)
        until(lambda: screen.shows(RED, 160, 310), "red on the right")
        status = playing.until(lambda status: set(states(status).values()) == {"shown"}, "both to be shown")
        assert status["outputs"][0]["display"] == "SEC EPSON PJ X4P21 (RIGHT)"
        until(lambda: screen.shows(GREEN, 10, 160), "green on the left")


def test_a_window_that_the_desktop_moves_is_put_back(
    show: Path, screen: Screen, monitors: Monitors, tmp_path: Path
) -> None:
    with Playing(show, "--site", site_of(tmp_path), display=screen.name):
        until(lambda: halves(screen), "red on the left and green on the right")
        monitors.shove(40, 30)
        until(lambda: not halves(screen), "a window that has strayed")
        until(lambda: halves(screen), "red on the left and green on the right again")


@pytest.mark.parametrize("can", ["_NET_WM_STATE_FULLSCREEN", "_NET_WM_FULLSCREEN_MONITORS"])
def test_a_window_manager_that_can_not_lay_one_window_over_several_displays_is_passed_by(
    show: Path, screen: Screen, monitors: Monitors, tmp_path: Path, can: str
) -> None:
    monitors.manage(can)
    with Playing(show, "--site", site_of(tmp_path), display=screen.name):
        until(lambda: halves(screen), "red on the left and green on the right")
        assert monitors.passes_by() == (can == "_NET_WM_STATE_FULLSCREEN")


def test_the_doctor_names_the_displays(screen: Screen, monitors: Monitors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", screen.name)
    monitors.identify(edid(name="EPSON PJ", serial="X4P21"))
    (found,) = doctor.look_at_displays()
    assert found.state == "fine" and "SEC EPSON PJ X4P21 (LEFT), 160 x 100; RIGHT, 160 x 100" in found.said


def test_a_show_without_any_display_plays_on_unseen_until_one_comes(show: Path, screen: Screen, tmp_path: Path) -> None:
    monitors = Monitors(screen)
    monitors.plug(False)
    with Playing(show, display=screen.name) as playing:
        status = playing.status()
        assert states(status) == {"1": "missing"}
        assert [problem["message"] for problem in status["problems"]] == ['there is no display "0" for output 1']
        playing.goes_on()
        for _ in range(2):
            monitors.plug(True)
            until(lambda: halves(screen), "the picture")
            assert playing.until(lambda status: states(status) == {"1": "shown"}, "it to be told")["problems"] == []
            monitors.plug(False)
            playing.until(lambda status: states(status) == {"1": "missing"}, "the display to be missed")
            playing.goes_on()
    monitors.close()


def test_displays_are_listed_as_json_with_their_identities(screen: Screen, monitors: Monitors, tmp_path: Path) -> None:
    monitors.identify(edid(name="EPSON PJ", serial="X4P21"))
    ended = run("list", "displays", "--json", folder=tmp_path, DISPLAY=screen.name)
    assert ended.code == 0, ended.said
    assert json.loads(ended.out) == [
        {
            "number": number, "name": name, "identity": identity, "size": [160, 100], "place": [x, 0],
            "rate": None, "scale": 1.0,
        }
        for number, name, identity, x in ((0, "LEFT", "SEC EPSON PJ X4P21", 0), (1, "RIGHT", "", 160))
    ]  # fmt: skip


def test_a_show_whose_x_server_ends_says_so_and_ends(show: Path, tmp_path: Path) -> None:
    with server(tmp_path, size=(320, 100)) as screen:
        playing = Playing(show, "--site", site_of(tmp_path, text="outputs: [{name: left}]\n"), display=screen.name)
        status = playing.until(lambda s: states(s)["left"] == "shown", "a window")
        assert status["outputs"]
    try:
        until(lambda: playing.process.poll() is not None, "its end")
        assert playing.process.returncode == 1
        until(lambda: "the X server has ended" in playing.printed, "the sentence")
        assert "XIO" not in playing.printed and "Traceback" not in playing.printed
    finally:
        playing.close()
