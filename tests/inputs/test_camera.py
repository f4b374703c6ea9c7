"""The camera as the frame sees it, with real processes that are killed, stopped and replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import cv2
import numpy as np
import psutil
import pytest

from installation.errors import DeviceError
from installation.inputs.camera import Camera, OfflineCamera, Patience
from installation.inputs.feed import Verdict
from installation.inputs.synthetic import SyntheticVisitor

QUICK = Patience(opening=20.0, picture=1.0, back_off=(0.2, 0.4))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


@pytest.fixture
def cameras() -> Iterator[Callable[..., Camera]]:
    opened: list[Camera] = []

    def start(source: str, fallback: str = "synthetic", patience: Patience = QUICK, **options) -> Camera:
        camera = Camera(source, fallback, patience=patience, **options).start()
        opened.append(camera)
        return camera

    yield start
    for camera in opened:
        camera.close()


def until(holds: Callable[[], bool], deadline: float = 20.0, what: object = "") -> None:
    """Polls; fails when it doesn't come true before the deadline."""
    end = time.monotonic() + deadline
    while not holds():
        assert time.monotonic() < end, f"not within {deadline} s: {what}"
        time.sleep(0.005)


def state(camera: Camera) -> str:
    camera.sample()
    return str(camera.status()["state"])


def processes() -> list[int]:
    """The camera processes that are children of this one and run."""
    return [
        child.pid
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and "installation.inputs.camera_process" in child.cmdline()
    ]


def shared() -> set[str]:
    """What lies in shared memory; not the preview of an engine that other tests play meanwhile."""
    return {name for name in os.listdir("/dev/shm") if not name.endswith(".preview")}


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_camera_goes_live_senses_a_visitor_and_leaves_nothing_behind(cameras):
    shm = shared() if sys.platform == "linux" else set()
    files = psutil.Process().num_fds()
    camera = cameras("synthetic:3")
    first = camera.sample()
    assert first.count == 0 and not first.live and state(camera) == "opening"
    until(lambda: camera.sample().presence > 0.9, what=camera.status)
    sense = camera.sample()
    assert sense.live and sense.mask.any() and sense.mask.shape == (90, 160) and sense.flow.shape == (90, 160, 2)
    assert time.monotonic() - sense.when < 5 and sense.sequence > first.sequence
    status = camera.status()
    assert status["state"] == "live" and status["live"] and status["source"] == "synthetic"
    assert status["fps"] > 0 and status["restarts"] == 0 and status["problem"] == ""
    camera.close()
    camera.close()
    assert processes() == []
    assert psutil.Process().num_fds() <= files
    if sys.platform == "linux":
        assert shared() <= shm


def test_the_same_object_comes_until_there_is_a_newer_picture(cameras):
    camera = cameras("synthetic")
    until(lambda: state(camera) == "live")
    seen = [camera.sample() for _ in range(2000)]
    assert len({id(sense) for sense in seen}) == len({sense.sequence for sense in seen})
    assert [sense.sequence for sense in seen] == sorted(sense.sequence for sense in seen)


def test_a_killed_camera_is_bridged_by_the_fallback_and_comes_back(cameras):
    camera = cameras("synthetic:3", patience=Patience(picture=1.0, back_off=(3.0,)))
    until(lambda: state(camera) == "live")
    os.kill(processes()[0], signal.SIGKILL)
    until(lambda: state(camera) == "fallback", what=camera.status)
    status = camera.status()
    assert "killed (signal 9)" in status["problem"] and not status["live"]
    until(lambda: not camera.sample().live)
    until(lambda: state(camera) == "live", what=camera.status)
    until(lambda: camera.sample().live)
    assert camera.status()["restarts"] == 1 and camera.status()["problem"] == ""
    until(lambda: len(processes()) == 1)


def test_a_hung_camera_is_killed_and_replaced(cameras):
    camera = cameras("synthetic:3")
    until(lambda: state(camera) == "live")
    hung = processes()[0]
    os.kill(hung, signal.SIGSTOP)
    until(lambda: state(camera) != "live", what=camera.status)
    assert "hangs" in camera.status()["problem"]
    until(lambda: state(camera) == "live" and gone(hung), what=camera.status)


def test_a_camera_that_hangs_while_opening_is_given_up(cameras):
    camera = cameras("synthetic:3", patience=Patience(opening=0.6, picture=1.0, back_off=(30.0,)), fallback="none")
    until(lambda: bool(processes()))
    os.kill(processes()[0], signal.SIGSTOP)
    until(lambda: state(camera) == "lost", what=camera.status)
    assert "did not open within 0.6 s" in camera.status()["problem"]


def test_the_last_visitor_fades_when_the_camera_is_lost_without_a_fallback(cameras):
    camera = cameras("synthetic:3", "none", patience=Patience(back_off=(60.0,)))
    until(lambda: camera.sample().presence == 1.0)
    os.kill(processes()[0], signal.SIGKILL)
    seen: list[float] = []

    def nobody() -> bool:
        seen.append(camera.sample().presence)
        return seen[-1] == 0

    until(nobody)
    assert any(0.1 < presence < 0.8 for presence in seen) and seen == sorted(seen, reverse=True)
    sense = camera.sample()
    assert state(camera) == "lost" and not sense.mask.any() and not sense.flow.any() and not sense.live
    assert camera.sample() is sense


def test_an_absent_film_plays_the_fallback_and_says_what_to_do(cameras, tmp_path):
    camera = cameras(str(tmp_path / "nowhere.mp4"))
    until(lambda: state(camera) == "fallback", what=camera.status)
    assert "nowhere.mp4: no such film or folder" in camera.status()["problem"]
    assert len(processes()) == 1  # none was started for a film that isn't there


def test_a_film_that_appears_is_taken_up_and_one_that_is_damaged_is_said(cameras, tmp_path, write_film, monkeypatch):
    monkeypatch.setattr("installation.inputs.camera_status.LASTING", 0.0)
    path = tmp_path / "later.mp4"
    camera = cameras(str(path), "none")
    until(lambda: state(camera) == "lost")
    until(lambda: camera.status()["unwell_since"] is not None)
    path.write_bytes(b"not a film")
    until(lambda: "not a film that can be read" in camera.status()["problem"], what=camera.status)
    visitor = SyntheticVisitor(3, 320, 180)
    pictures = [visitor.frame(1.0 if index < 45 else 5.0 + index / 30) for index in range(90)]
    write_film(tmp_path / "made.mp4", pictures).replace(path)
    until(lambda: camera.sample().presence > 0.9, what=camera.status)
    assert camera.status()["source"] == "later.mp4" and camera.status()["problem"] == ""
    until(lambda: camera.status()["unwell_since"] is None)


def test_a_process_that_is_well_is_replaced_in_its_time_while_the_wall_plays_on(cameras):
    camera = cameras("synthetic:3", recycle=0.5)
    until(lambda: state(camera) == "live")
    before, seen = processes(), set()

    def replaced() -> bool:
        seen.add(state(camera))
        return camera.status()["recycled"] == 1

    until(replaced, what=camera.status)
    until(lambda: len(processes()) == 1 and processes() != before, what=camera.status)
    until(lambda: camera.sample().live)
    assert seen == {"live"} and camera.status()["restarts"] == 0 and camera.status()["problem"] == ""


def test_a_camera_that_can_be_open_once_only_is_let_go_before_the_next_opens_it(cameras):
    camera = cameras("synthetic:3", recycle=0.5)
    camera._exclusive = True  # as a device is
    until(lambda: state(camera) == "live")
    first = camera._primary
    until(
        lambda: camera._primary is not first and camera._leaving is None and state(camera) == "live", what=camera.status
    )
    assert gone(first.process.pid) and camera.status()["restarts"] == 0
    until(lambda: camera.sample().when > first.began and len(processes()) == 1)


def test_no_camera_at_all_is_the_synthetic_visitor(cameras):
    camera = cameras("auto")
    until(lambda: state(camera) in ("fallback", "live"), what=camera.status)
    if state(camera) == "fallback":
        assert "no camera found" in camera.status()["problem"]


def test_none_is_nobody_and_starts_nothing(cameras):
    camera = cameras("none")
    assert camera.sample().source == "none" and state(camera) == "none" and processes() == []
    camera.close()


PARENT = """
import sys, time
from installation.inputs.camera import Camera
camera = Camera("synthetic").start()
while not camera.sample().live:
    time.sleep(0.01)
print(camera._primary.process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("stopped", [False, True])
def test_the_camera_process_dies_with_the_engine_even_when_it_hangs(stopped):
    if stopped and sys.platform != "linux":
        pytest.skip("only Linux kills a stopped child")
    shm = shared() if sys.platform == "linux" else set()
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    if stopped:
        os.kill(pid, signal.SIGSTOP)
    parent.kill()
    parent.wait(10)
    parent.stdout.close()
    until(lambda: gone(pid))
    if sys.platform == "linux":
        assert shared() <= shm


def test_the_frame_side_loads_no_opencv():
    script = "import sys, installation.inputs.camera; sys.exit('cv2' in sys.modules or 'av' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_offline_the_same_moments_give_the_same_senses():
    one, other = OfflineCamera("synthetic", seed=5), OfflineCamera("synthetic", seed=5)
    for index in range(0, 60 * 6):
        a = one.sample(index / 60)  # at 60 a second
    for index in range(0, 10 * 6):
        other.sample(index / 10)  # and at 10
    b = other.sample(359 / 60)
    assert a.presence > 0.5 and np.array_equal(a.mask, b.mask) and np.array_equal(a.flow, b.flow)
    assert (a.presence, a.motion, a.centre, a.sequence) == (b.presence, b.motion, b.centre, b.sequence)
    again = one.sample(0.0)  # back to the beginning
    assert again.presence == 0 and not again.mask.any()


def test_offline_a_jump_learns_the_empty_room_first_and_looks_at_the_last_seconds_only():
    camera = OfflineCamera("synthetic", seed=5)
    visitor = SyntheticVisitor(5)
    moment = next(t for t in np.arange(96, 144, 0.5) if any(0.3 < f.x < 0.7 for f in visitor.people(t)))
    sense = camera.sample(float(moment))
    assert sense.sequence < 150
    truth = cv2.resize(visitor.truth(moment), (160, 90), interpolation=cv2.INTER_AREA)[::-1, ::-1] > 127
    mask = sense.mask > 127
    assert (mask & truth).sum() / (mask | truth).sum() > 0.85


def test_offline_a_folder_is_sensed_and_what_is_missing_is_an_error(tmp_path):
    visitor = SyntheticVisitor(3, 320, 180)
    for index in range(60):
        cv2.imwrite(str(tmp_path / f"{index:03}.jpg"), visitor.frame(1.0 if index < 30 else 6.0 + index / 30))
    camera = OfflineCamera(str(tmp_path))
    assert camera.sample(1.9).presence > 0.5 and camera.status()["state"] == "live"
    camera.close()
    camera.close()
    with pytest.raises(DeviceError):
        OfflineCamera(str(tmp_path / "nowhere.mp4"))
    assert OfflineCamera("none").sample(3.0).source == "none"
    assert OfflineCamera("device:0").status()["source"] == "synthetic"


def test_a_process_that_the_kernel_does_not_let_go_is_named_and_the_fallback_may_play():
    held = SimpleNamespace(stuck=True, reap=lambda: False)
    after = SimpleNamespace(judge=lambda *_: Verdict("opening"), memory=SimpleNamespace(want=lambda _: None))
    camera = Camera("device:0", "none")
    camera._primary, camera._showing, camera._leaving, camera._ending = after, held, held, [held]
    camera._tick(0.0)
    assert "Unplug" in camera._problem
    assert camera._showing is None and camera._leaving is held


def test_the_supervisor_outlives_a_fault_that_nobody_thought_of(monkeypatch):
    ticks = 0

    def tick(_moment: float) -> None:
        nonlocal ticks
        ticks += 1
        if ticks < 3:
            raise RuntimeError("a link to itself")

    camera = Camera("device:0", "none")
    monkeypatch.setattr(camera, "_tick", tick)
    camera.start()
    end = time.monotonic() + 10
    while ticks < 4 and time.monotonic() < end:
        time.sleep(0.01)
    assert ticks >= 4 and "a link to itself" in camera.status()["problem"]
    camera.close()
