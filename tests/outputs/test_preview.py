"""The memory that the engine and the console share, with a real second process and a real kill."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.clock import now
from installation.errors import DeviceError
from installation.outputs import preview, preview_memory
from installation.outputs.preview import PIXELS, PreviewLink, PreviewReader, preview_size
from installation.outputs.preview_memory import folders, sweep

posix = pytest.mark.skipif(sys.platform == "win32", reason="file locks and signals of POSIX")


@pytest.fixture
def link():
    with PreviewLink() as made:
        yield made


@pytest.fixture
def reader(link):
    with PreviewReader(link.name) as made:
        yield made


def picture(value, height=90, width=160, channels=4):
    return np.full((height, width, channels), value, np.uint8)


def engine(code="import time; time.sleep(60)", named=False):
    """A second process that has a link, puts once, and says its name."""
    program = (
        "import sys\nfrom installation.outputs.preview import PreviewLink\nimport numpy as np\n"
        f"link = PreviewLink(named={named})\n"
        "link.put({'fps': 60.0}, np.full((9, 16, 4), 7, np.uint8))\n"
        "print(link.name, flush=True)\n" + code
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()


def test_nothing_put_is_nothing_got(reader):
    got = reader.get()
    assert (got.sequence, got.status, got.frame, got.frame_sequence, got.age) == (0, {}, None, 0, math.inf)


def test_what_is_put_is_got(link, reader):
    frame = np.arange(90 * 160 * 4, dtype=np.uint32).astype(np.uint8).reshape(90, 160, 4)
    link.put({"fps": 59.9, "cue": {"current": "3"}}, frame)
    got = reader.get()
    assert got.status == {"fps": 59.9, "cue": {"current": "3"}} and np.array_equal(got.frame, frame)
    assert (got.sequence, got.frame_sequence) == (1, 1) and 0 <= got.age < 5


def test_the_newest_wins_and_a_put_without_a_frame_keeps_the_last(link, reader):
    link.put({"n": 1}, picture(1))
    link.put({"n": 2}, picture(2, channels=3))
    link.put({"n": 3})
    got = reader.get()
    assert got.status == {"n": 3} and got.sequence == 3
    assert got.frame.shape == (90, 160, 3) and got.frame[0, 0, 0] == 2 and got.frame_sequence == 2
    assert reader.frame(newer_than=2) == (2, None)


def test_a_frame_may_be_a_flipped_view_and_changed_at_once(link, reader):
    canvas = picture(0)
    canvas[0] = 200
    link.put({}, canvas[::-1])
    canvas[:] = 9
    frame = reader.get().frame
    assert frame[-1].min() == 200 and frame[0].max() == 0


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (10_000, 500), (640, 361), (1, 5000)])
def test_a_frame_that_is_too_large_is_thinned_out(link, reader, size):
    width, height = size
    link.put({}, picture(5, height, width, 3))
    frame = reader.get().frame
    assert frame.shape[0] * frame.shape[1] <= PIXELS and link.refused == 0


@given(st.integers(1, 16384), st.integers(1, 16384))
@settings(max_examples=60, deadline=None)
def test_a_preview_fits_and_keeps_the_canvass_shape(width, height):
    w, h = preview_size(width, height)
    assert w * h <= PIXELS and 1 <= w <= width and 1 <= h <= height
    if min(w, h) > 50:
        assert w / h == pytest.approx(width / height, rel=0.03)


def test_a_preview_of_16_to_9_is_640_by_360():
    assert preview_size(1920, 1080) == preview_size(3840, 2160) == (640, 360)


class Strange:
    def __str__(self):
        raise RuntimeError("no name")


@pytest.mark.parametrize(
    "status",
    [
        {"age_s": math.inf, "fps": np.float32("nan"), "deep": [{"x": -math.inf}]},
        {"array": np.arange(3), "number": np.float32(0.5), "set": {"b", "a"}, "path": Path("x")},
        {1: "number as a key", (1, 2): "pair as a key"},
        {"problems": [{"where": "x" * 500, "message": "é" * 5000, "hint": ""}] * 400},
        {f"key {n}": ["z" * 1000] * 100 for n in range(500)},
        {"text": "x" * 200_000},
    ],
)
def test_any_status_becomes_json_that_a_browser_reads(link, reader, status):
    link.put(status)
    _, told = reader.status()
    assert told and "NaN" not in json.dumps(told) and "Infinity" not in json.dumps(told)
    assert len(json.dumps(told, separators=(",", ":"))) <= preview.STATUS_BYTES and link.refused == 0


def test_a_status_that_is_too_long_says_so_and_keeps_its_numbers(link, reader):
    link.put({"fps": 60.0, "cue": {"current": "3"}, "problems": [{"message": "m" * 9000}] * 90})
    status = reader.get().status
    assert status["fps"] == 60.0 and status["cue"] == {"current": "3"}
    assert "more" in status["problems"][0]["message"] and len(status["problems"]) > 3


def test_put_never_raises(link, reader):
    circle = {}
    circle["self"] = circle
    for status in (circle, {"x": Strange()}, None, 3):
        link.put(status)
    for frame in (np.zeros(3), np.zeros((0, 5, 4), np.uint8), np.zeros((4, 4, 4)), "picture"):
        link.put({"n": 1}, frame)
    assert reader.get().status == {"n": 1} and reader.get().frame is None and link.refused >= 7
    link.close()
    link.put({"n": 2}, picture(1))


def test_no_reader_sees_half_a_frame_or_half_a_status(link, reader):
    ended = threading.Event()

    def write():
        for number in range(1, 1500):
            link.put({"n": number, "pad": "x" * (number % 500), "again": number}, picture(number % 251, 180, 320))
        ended.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = last = 0
    while not ended.is_set():
        got = reader.get()
        if got.frame is None or not got.status:
            continue
        assert got.frame.min() == got.frame.max() and got.status["n"] == got.status["again"]
        assert got.sequence >= last
        seen, last = seen + 1, got.sequence
    writer.join()
    assert seen > 3 and reader.get().sequence == 1499


def test_another_process_reads_it(link):
    link.put({"fps": 60.0}, picture(7))
    program = (
        "import sys\nfrom installation.outputs.preview import PreviewReader\n"
        "got = PreviewReader(sys.argv[1]).get(); print(got.status, got.frame.shape, int(got.frame.max()))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, link.name], capture_output=True, text=True, timeout=30, check=False
    )
    assert ran.stdout.strip() == "{'fps': 60.0} (90, 160, 4) 7" and ran.stderr == ""
    assert Path(link.name).exists()  # a reader that ends takes nothing along


@posix
@pytest.mark.parametrize("named", [True, False])
def test_a_killed_engine_is_known_at_once_and_swept_up_by_the_next(named):
    process, name = engine(named=named)
    with PreviewReader(name) as reader:
        assert reader.alive and reader.get().status == {"fps": 60.0}
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # still a zombie: its number is taken
        assert not reader.alive and reader.get().frame is not None
        process.wait()
        assert Path(name).exists() == named
        with PreviewLink(named=named) as link:
            assert not Path(name).exists() and Path(link.name).exists()
    process.stdout.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the memory has a name")
def test_of_an_engine_that_is_killed_while_the_camera_is_seen_no_picture_is_left_in_any_folder():
    before = {path for folder in folders() for path in folder.glob("*")}
    seen = "import itertools; [link.put({}, np.full((360, 640, 4), 173, np.uint8)) for _ in itertools.count()]"
    process, name = engine(seen)
    with PreviewReader(name) as reader:
        while reader.get().frame_sequence < 9:
            assert process.poll() is None
        process.kill()  # in the middle of a picture, as likely as not
        process.wait()
        assert reader.get().frame.max() == 173  # it was there, and goes with its last reader
    process.stdout.close()
    left = [path for folder in folders() for path in folder.glob("*") if path not in before]
    assert not [path for path in left if path.is_file() and b"\xad" * 640 in path.read_bytes()]
    assert not [path for path in left if f"-{process.pid}-" in path.name]
    with pytest.raises(DeviceError):
        PreviewReader(name)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the memory has a name")
def test_what_else_lies_where_a_link_was_is_never_opened(tmp_path):
    with (tmp_path / "mine").open("wb+") as other, pytest.raises(DeviceError):
        PreviewReader(f"/proc/{os.getpid()}/fd/{other.fileno()}")


@posix
def test_an_engine_that_ends_leaves_nothing():
    process, name = engine("link.close()")
    assert process.wait(30) == 0
    process.stdout.close()
    assert not Path(name).exists()


@posix
def test_a_living_engine_is_not_swept_up():
    process, name = engine(named=True)
    try:
        sweep(Path(name).parent)
        assert Path(name).exists()
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        sweep(Path(name).parent)
    assert not Path(name).exists()


def test_nobody_else_can_read_it(link):
    if sys.platform != "win32":
        assert Path(link.name).stat().st_mode & 0o077 == 0


def test_the_engine_knows_whether_somebody_watches(link, reader, monkeypatch):
    assert not link.watched
    reader.watch()
    assert link.watched
    later = now() + 60
    monkeypatch.setattr(preview, "now", lambda: later)
    assert not link.watched


def test_closing_is_seen_and_may_be_done_twice(link, reader):
    link.put({"n": 1}, picture(3))
    link.close()
    link.close()
    assert not reader.alive and reader.get().status == {"n": 1} and not Path(link.name).exists()
    reader.close()
    reader.close()


def test_a_link_that_is_gone_or_no_link_at_all_is_told(tmp_path):
    (tmp_path / "small").write_bytes(b"x")
    (tmp_path / "other").write_bytes(bytes(4_000_000))
    for name in ("none", "small", "other"):
        with pytest.raises(DeviceError):
            PreviewReader(str(tmp_path / name))


def test_without_shared_memory_the_temporary_folder_serves(tmp_path, monkeypatch):
    monkeypatch.setattr(preview_memory, "folders", lambda: [tmp_path / "missing", tmp_path])
    monkeypatch.setattr(preview_memory, "nameless", lambda _: None)
    with PreviewLink() as link, PreviewReader(link.name) as reader:
        link.put({"n": 1}, picture(1))
        assert Path(link.name).parent == tmp_path and reader.get().frame is not None


def test_without_any_memory_there_is_one_clear_error(tmp_path, monkeypatch):
    monkeypatch.setattr(preview_memory, "folders", lambda: [tmp_path / "missing"])
    monkeypatch.setattr(preview_memory, "nameless", lambda _: None)
    with pytest.raises(DeviceError, match="no memory for the preview"):
        PreviewLink()


def test_silhouettes_stand_beside_the_picture_and_the_newest_is_kept() -> None:
    mask = np.zeros((90, 160), np.uint8)
    mask[10:40, 20:30] = 255
    with PreviewLink() as link, PreviewReader(link.name) as reader:
        assert reader.mask() == (0, None)
        link.put({}, None, mask)
        number, seen = reader.mask()
        assert number == 1
        assert seen is not None
        assert np.array_equal(seen[..., 0], mask)
        assert reader.mask(newer_than=1) == (1, None)
        link.put({}, None, np.zeros((2000, 2000), np.uint8))
        assert link.refused == 1
        assert reader.frame() == (0, None)


def test_what_is_forgotten_reaches_no_later_reader_and_is_nowhere_in_the_file(link, reader):
    for value in (201, 202, 203):
        link.put({}, picture(value), picture(value, channels=1)[..., 0])
    assert reader.frame()[1].max() == 203
    link.forget()
    assert reader.frame() == (0, None) and reader.mask() == (0, None)
    held = Path(link.name).read_bytes()
    assert not any(bytes([value]) * 8 in held for value in (201, 202, 203))
    link.put({}, picture(9))
    assert reader.frame() == (4, pytest.approx(picture(9)))
