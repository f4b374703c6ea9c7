"""What a camera process leaves to the one that comes after it: who stands there meanwhile is seen, and isn't made room."""

from __future__ import annotations

import os
import signal
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.camera_faults import open_camera
from installation.inputs import camera_process, handover
from installation.inputs.camera import Camera
from installation.inputs.eye import Eye
from installation.inputs.feed import Feed, Order
from installation.inputs.handover import Handover
from installation.inputs.light_slot import LightSlot
from installation.inputs.room_memory import RoomMemory, RoomPages
from installation.inputs.shared_frame import SharedFrame
from installation.inputs.vision import Vision

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has memory without a name")
SIZE = (160, 90)
ROOM = np.full((180, 320, 3), 90, np.float32)


@pytest.fixture
def pages():
    memory = RoomMemory(*SIZE)
    yield RoomPages(memory.descriptor, *SIZE)
    memory.close()
    memory.close()


def until(camera: Camera, holds: Callable[[], bool], seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, camera.status()
        time.sleep(0.01)


def test_somebody_who_stands_still_while_the_process_is_killed_is_seen_by_the_next_and_never_becomes_room(tmp_path):
    camera, control = open_camera(tmp_path, fallback="none")
    try:
        control.write_text("nobody")
        memory = RoomPages(camera._room.descriptor, *SIZE)  # which the engine itself never does
        until(camera, lambda: camera.sample().live and memory._places["when"].max() > 0)
        control.write_text("stands")
        until(camera, lambda: camera.sample().presence > 0.95)
        before, first = camera.sample().mask > 127, camera._primary
        assert first is not None
        os.kill(first.process.pid, signal.SIGKILL)
        until(camera, lambda: camera.sample().presence < 0.5 or camera._primary not in (None, first))
        until(camera, lambda: camera.sample().live and camera._primary not in (None, first) and seen(camera) > 3)
        until(camera, lambda: camera.sample().presence > 0.95)
        until(camera, lambda: seen(camera) > 90)  # three seconds' pictures: whoever was learned as room would be gone
        after = camera.sample().mask > 127
        assert (before & after).sum() > 0.8 * (before | after).sum()
    finally:
        camera.close()


def seen(camera: Camera) -> int:
    feed = camera._showing
    return feed.memory.newest() if feed is not None else 0


def test_an_engine_never_maps_the_room_and_hands_it_to_its_camera_processes_only():
    def mapped() -> int:
        return Path("/proc/self/maps").read_text().count("installation-room")

    others = mapped()  # of tests that failed
    camera = Camera("synthetic", "synthetic").start()
    try:
        until(camera, lambda: camera.sample().live)
        assert mapped() == others
        assert not os.get_inheritable(camera._room.descriptor)
        assert os.readlink(f"/proc/self/fd/{camera._room.descriptor}").startswith("/memfd:")
    finally:
        camera.close()
    assert camera._room.descriptor == -1


@pytest.mark.parametrize(("here", "gone"), [((), True), (("/dev/video0",), False), (("/dev/video2",), True)])
def test_a_camera_that_comes_back_as_another_node_is_gone_for_the_process_that_may_not_open_it(monkeypatch, here, gone):
    monkeypatch.setattr(camera_process, "nodes", lambda _: tuple(Path(node) for node in here))
    looking = camera_process.Looking(None, None, {"source": "device:Logi"}, (), (Path("/dev/video0"),))
    assert looking._gone() == gone


def test_what_was_left_last_is_taken_up_and_never_what_was_half_written(pages):
    assert pages.left(7) is None
    pages.leave(7, 1.0, ROOM, None)
    pages.leave(7, 3.0, ROOM + 1, None)
    when, room, light = pages.left(7)
    assert (when, float(room.max()), light) == (3.0, 91.0, None)
    assert pages.left(8) is None
    newest = int(np.argmax(pages._places["when"]))
    pages._places["lock"][newest] += 1  # killed while it wrote
    assert pages.left(7)[0] == 1.0
    pages.leave(7, 5.0, ROOM * np.nan, None)
    assert pages.left(7) is None or pages.left(7)[0] != 5.0


def test_after_a_process_that_was_killed_while_it_wrote_the_next_one_spares_what_is_whole(pages):
    pages.leave(7, 1.0, ROOM, None)
    pages.leave(7, 3.0, ROOM + 1, None)
    half_written = int(np.argmin(pages._places["when"]))
    pages._places["lock"][half_written] += 1
    pages._places["when"][half_written] = 5.0
    pages.leave(7, 7.0, ROOM + 2, None)
    assert sorted(pages._places["when"]) == [3.0, 7.0]
    assert pages.left(7)[0] == 7.0


@pytest.mark.parametrize("make", [RoomMemory, LightSlot.create, SharedFrame.create])
def test_no_other_program_has_leave_to_open_what_a_camera_process_and_the_engine_share(make):
    memory = make(*SIZE)
    assert stat.S_IMODE(os.fstat(memory.descriptor).st_mode) == 0
    with pytest.raises(PermissionError):  # made smaller, it would end whoever looks into it
        os.ftruncate(memory.descriptor, 0)
    if os.geteuid() != 0:
        with pytest.raises(PermissionError):
            os.open(f"/proc/self/fd/{memory.descriptor}", os.O_RDONLY)
    memory.close()


@pytest.mark.parametrize("source", ["synthetic", "http://127.0.0.1:9/"])
def test_ten_processes_one_after_another_leave_nothing_open_in_the_engine(source):
    def opened() -> set[str]:
        return set(os.listdir("/proc/self/fd"))

    def mapped() -> int:
        return Path("/proc/self/maps").read_text().count("/memfd:")

    light, room = LightSlot.create(*SIZE), RoomMemory(*SIZE)
    order = Order(source, *SIZE, program="this", light=light, room=room)  # a program that ends by itself
    before, maps = opened(), mapped()
    for _ in range(10):
        feed = Feed(order, live=True)
        feed.ask_to_stop(0.0)
        while not feed.reap():
            time.sleep(0.002)
    assert len(opened()) == len(before) and mapped() == maps
    room.close()
    light.close()


def looking(pages: RoomPages, eye: Any = None) -> tuple[Handover, Any, Vision]:
    return Handover(pages), eye or Eye(None, *SIZE, False), Vision(*SIZE)


def picture(number: int) -> np.ndarray:
    return np.random.default_rng(number).normal(90, 2, (180, 320, 3)).clip(0, 255).astype(np.uint8)


def left_by_another(pages: RoomPages) -> None:
    first, eye, vision = looking(pages)
    for number in range(90):
        at = number / 10
        first.take(eye, vision, picture(number), at)
        vision.process(picture(number), at)
        first.leave(eye, vision, picture(number), at)


def test_a_room_goes_on_in_pictures_of_the_same_size_for_two_minutes(pages):
    left_by_another(pages)
    for at, size, known in ((20.0, 180, True), (20.0, 90, False), (handover.FRESH + 20.0, 180, False)):
        after, eye, vision = looking(pages)
        seen = np.ascontiguousarray(picture(0)[:size])
        after.take(eye, vision, seen, at)
        assert vision._room.learned == known
    mirrored = SimpleNamespace(place=(None, False, True), light=None)
    after, _, vision = looking(pages)
    after.take(mirrored, vision, picture(0), 20.0)
    assert not vision._room.learned


def test_who_is_in_the_first_picture_of_the_next_process_is_found_in_it(pages):
    left_by_another(pages)
    after, eye, vision = looking(pages)
    somebody = picture(200)
    somebody[60:160, 140:180] = 200
    after.take(eye, vision, somebody, 10.0)
    assert vision.process(somebody, 10.0).mask[10:60, 72:88].mean() > 200
