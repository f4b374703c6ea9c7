"""A scene that shows the camera's own picture says so, and the wall tells visitors; so does somebody who sets it up."""

from __future__ import annotations

import numpy as np
import pytest

from installation.clock import FixedClock
from installation.engine import Engine
from installation.errors import SceneError
from installation.inputs.osc import match
from installation.inputs.sense import Sense
from installation.render.stamp import SET_UP, SHOWN
from installation.scene.load import load_show

PASS_ON = """/*{"INPUTS": [{"NAME": "seen", "TYPE": "image"}]}*/
void main() { gl_FragColor = IMG_NORM_PIXEL(seen, isf_FragNormCoord); }
"""
SHOW = """title: Seen
canvas: {width: 320, height: 180}
cues: [{number: "1", name: mirror, scene: mirror, fade: 0}, {number: "2", name: quiet, scene: quiet, fade: 0}]
"""
MIRROR = "title: Mirror\n%slayers: [{name: glass, kind: shader, shader: pass_on.fs, inputs: {seen: camera.picture}}]\n"
QUIET = "title: Quiet\nlayers: [{name: shape, kind: camera}]\n"


class Room:
    """An empty, green room whose camera tells whether its picture was asked for."""

    def __init__(self):
        self.wanted = False

    def sample(self, seconds):
        return Sense.empty()

    def status(self):
        return {}

    def want_picture(self, wanted):
        self.wanted = wanted

    def picture(self):
        return np.full((18, 32, 4), (0, 200, 0, 255), np.uint8) if self.wanted else None


def written(folder, says="shows_camera: true\n"):
    (folder / "scenes").mkdir(exist_ok=True)
    (folder / "shaders").mkdir(exist_ok=True)
    (folder / "shaders" / "pass_on.fs").write_text(PASS_ON)
    (folder / "show.yaml").write_text(SHOW)
    (folder / "scenes" / "mirror.yaml").write_text(MIRROR % says)
    (folder / "scenes" / "quiet.yaml").write_text(QUIET)
    return folder


def test_a_scene_that_shows_the_camera_and_does_not_say_so_is_refused(tmp_path):
    with pytest.raises(SceneError, match="must say so") as caught:
        load_show(written(tmp_path, says=""))
    assert "shows_camera: true" in str(caught.value) and "mirror.yaml" in str(caught.value)


def test_a_slip_in_what_shows_the_camera_is_told_alone_and_never_that_the_notice_be_taken_out(tmp_path):
    folder = written(tmp_path)
    (folder / "scenes" / "mirror.yaml").write_text((MIRROR % "shows_camera: true\n").replace("pass_on", "pas_on"))
    with pytest.raises(SceneError, match="pas_on") as caught:
        load_show(folder)
    assert len(caught.value.problems) == 1


def test_a_scene_that_says_so_and_does_not_show_it_is_refused_too(tmp_path):
    folder = written(tmp_path)
    (folder / "scenes" / "quiet.yaml").write_text("shows_camera: true\n" + QUIET)
    with pytest.raises(SceneError, match=r"quiet.yaml:1:15: nothing in this scene shows the camera's own picture"):
        load_show(folder)


@pytest.mark.gl
def test_the_picture_is_on_the_wall_with_a_notice_that_outlasts_it_and_no_longer_asked_for_then(device, tmp_path):
    room = Room()
    engine = Engine(device, load_show(written(tmp_path)), (320, 180), room, match)
    clock = FixedClock(10.0)

    def play(frames):
        for _ in range(frames):
            canvas = engine.step(clock.next())
        return canvas.read()

    engine.open(0.0)
    engine.go()
    shown = play(8)
    assert room.wanted and engine.status()["notice"] == SHOWN.text
    assert abs(int(shown[120, 160, 1]) - 200) < 12  # the room
    corner = shown[:16, 4:200].astype(int)
    assert (abs(corner[..., 0] - corner[..., 1]) > 60).any() and (corner[..., 0] > 180).any()  # gold on green
    engine.go("2")
    play(15)
    assert not room.wanted and engine.status()["notice"] == SHOWN.text
    play(30)
    assert engine.status()["notice"] == ""
    engine.sensing.calibrate(True)
    play(2)
    assert room.wanted and engine.status()["notice"] == SET_UP.text
    engine.sensing.calibrate(False)
    play(2)
    assert not room.wanted and engine.status()["notice"] == ""
    engine.close()
