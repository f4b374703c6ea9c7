"""The wall as a virtual camera and as an NDI source: on stand-ins, and on the libraries themselves where they are there."""

from __future__ import annotations

import sys
import time
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest

from installation.clock import FrameTime
from installation.errors import OutputError
from installation.gpu.textures import Target
from installation.outputs import sending

pytestmark = pytest.mark.gl
SIZE = (64, 36)
COLOUR = (200, 100, 40)


@pytest.fixture
def canvas(device):
    """Coloured above, black below."""
    made = Target(device, *SIZE, "rgba8")
    picture = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
    picture[SIZE[1] // 2 :] = (*COLOUR, 255)  # row 0 of an upload is the bottom row
    made.texture.upload(picture)
    yield made
    made.close()


def play(device, canvas, output, until, frames=400):
    for index in range(frames):
        output.show(canvas, FrameTime(index, index / 30, 1 / 30))
        device.finish()
        if until():
            return
        time.sleep(0.01)
    pytest.fail("it did not come")


class Camera:
    """Stands in for pyvirtualcam's."""

    made: ClassVar[list[Camera]] = []
    breaks = False

    def __init__(self, width, height, fps, *, device=None, fmt=None):
        if device == "/dev/nowhere":
            raise RuntimeError("v4l2loopback backend:\n no such device")
        self.size, self.fps, self.device, self.sent, self.closed = (
            (width, height),
            fps,
            device or "/dev/video9",
            [],
            False,
        )
        self.made.append(self)

    def send(self, frame):
        if self.breaks and len(self.sent) > 2:
            raise RuntimeError("the other program has gone")
        self.sent.append(frame.copy())

    def close(self):
        self.closed = True


@pytest.fixture
def cameras(monkeypatch):
    stand_in = SimpleNamespace(Camera=Camera, PixelFormat=SimpleNamespace(RGB="RGB"))
    monkeypatch.setitem(sys.modules, "pyvirtualcam", stand_in)
    monkeypatch.setattr(Camera, "made", [])
    return Camera.made


def test_a_virtual_camera_gets_the_wall_the_right_way_up_at_its_own_rate(device, canvas, cameras):
    output = sending.virtual_camera(device, "auto", SIZE, 10)
    play(device, canvas, output, lambda: cameras and len(cameras[0].sent) >= 5)
    assert output.status()["state"] == "sending"
    output.close()
    (camera,) = cameras
    assert (camera.size, camera.fps, camera.closed) == (SIZE, 10.0, True)
    assert camera.sent[-1].shape == (36, 64, 3)
    assert tuple(camera.sent[-1][3, 3]) == COLOUR and camera.sent[-1][33].max() == 0


def test_a_camera_that_can_not_be_opened_is_told_once_and_the_show_plays_on(device, canvas, cameras, caplog):
    output = sending.virtual_camera(device, "/dev/nowhere", SIZE, 30)
    play(device, canvas, output, lambda: output.problem)
    play(device, canvas, output, lambda: True)
    output.close()
    assert len(caplog.records) == 1 and "no such device" in output.problem.message
    assert "v4l2loopback" in output.problem.hint
    assert output.status()["state"] == "lost"


def test_a_camera_that_breaks_while_it_runs_is_told_once(device, canvas, cameras, monkeypatch, caplog):
    monkeypatch.setattr(Camera, "breaks", True)
    output = sending.virtual_camera(device, "auto", SIZE, 30)
    play(device, canvas, output, lambda: output.problem)
    output.close()
    output.close()
    told = [found.getMessage() for found in caplog.records if found.levelname == "WARNING"]
    assert len(told) == 1 and "has gone" in told[0]


@pytest.mark.parametrize(("module", "make"), [("pyvirtualcam", "virtual_camera"), ("cyndilib.sender", "ndi")])
def test_without_the_library_it_is_one_clear_message(device, monkeypatch, module, make):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(OutputError, match="is not installed") as caught:
        getattr(sending, make)(device, "wall", SIZE, 30)
    assert "uv sync --extra" in caught.value.problems[0].hint


def test_the_library_for_virtual_cameras_takes_the_pictures(device, canvas):
    library = pytest.importorskip("pyvirtualcam")
    sent = []

    class Backend:
        def __init__(self, *, width, height, fps, fourcc, device, **_):
            assert (width, height, fps) == (*SIZE, 30.0)

        def send(self, frame):
            sent.append(frame.reshape(36, 64, 3)[3, 3].tolist())

        def close(self):
            pass

        def device(self):
            return "stand-in"

        def native_fourcc(self):
            return None

    library.camera.BACKENDS.clear()
    library.register_backend("stand-in", Backend)
    output = sending.virtual_camera(device, "auto", SIZE, 30)
    play(device, canvas, output, lambda: len(sent) > 2)
    output.close()
    assert sent[0] == list(COLOUR)


def test_an_ndi_receiver_gets_the_wall(device, canvas):
    """Over the real library, where it is installed and the machine can announce sources (avahi)."""
    pytest.importorskip("cyndilib.sender")
    from cyndilib.finder import Finder
    from cyndilib.receiver import Receiver
    from cyndilib.video_frame import VideoFrameSync
    from cyndilib.wrapper.ndi_recv import RecvBandwidth, RecvColorFormat

    output = sending.ndi(device, "installation-test", SIZE, 30)
    finder = Finder()
    finder.open()
    index = 0

    def frames(until, seconds):
        nonlocal index
        end = time.monotonic() + seconds
        while not until() and time.monotonic() < end:
            output.show(canvas, FrameTime(index, index / 30, 1 / 30))
            device.finish()
            time.sleep(0.01)
            index += 1
        return until()

    def name():
        finder.wait(0.001)
        return next((found for found in finder.get_source_names() if "installation-test" in found), None)

    try:
        if not frames(name, 4.0):
            pytest.skip("no source can be announced here: is avahi-daemon running?")
        receiver = Receiver(color_format=RecvColorFormat.RGBX_RGBA, bandwidth=RecvBandwidth.highest)
        video = VideoFrameSync()
        receiver.frame_sync.set_video_frame(video)
        receiver.set_source(finder.get_source(name()))

        def came():
            receiver.frame_sync.capture_video()
            return video.get_data_size() == SIZE[0] * SIZE[1] * 4

        assert frames(came, 8.0)
        picture = np.frombuffer(video, np.uint8).reshape(SIZE[1], SIZE[0], 4)
        assert np.abs(picture[6, 32, :3].astype(int) - COLOUR).max() < 12 and picture[30, 32, :3].max() < 12
    finally:
        finder.close()
        output.close()
