"""A show that is recorded while it plays: as long as the evening, never in the frame's way, playable after anything."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
import threading
from fractions import Fraction
from types import SimpleNamespace

import av
import numpy as np
import pytest

from installation.clock import FrameTime, WallClock
from installation.errors import OutputError
from installation.gpu.textures import Target
from installation.outputs import recording
from installation.outputs.film import Encoder
from installation.outputs.recording import Recording, stamped

pytestmark = pytest.mark.gl
SIZE = (64, 48)


@pytest.fixture
def canvas(device):
    made = Target(device, *SIZE, "rgba8")
    yield made
    made.close()


def play(device, canvas, record, times, wait=False):
    """Frames at these seconds; each is as bright as its time: 20 codes of 255 a second. `wait`: for the encoder."""
    for index, seconds in enumerate(times):
        while wait and record._take and record._take.sampler._free.qsize() < 5 and record._take.sampler.running:
            threading.Event().wait(0.001)
        level = (seconds - times[0]) * 20 / 255
        canvas.bind()
        device.clear(level, level, level, 1.0)
        record.show(canvas, FrameTime(index, seconds, 0.0))
        device.finish()


def told_of(caplog):
    return [found.getMessage() for found in caplog.records if found.levelname == "WARNING"]


def only(folder, ending="mp4"):
    (file,) = folder.glob(f"*.{ending}")
    return file


def levels(path):
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        frames = []
        try:
            for frame in film.decode(stream):
                frames.append((frame.pts * stream.time_base, frame.to_ndarray(format="rgb24").mean()))
        except av.error.InvalidDataError:  # the last picture that a full disk took is half a one
            pass
        return frames, stream


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv"])
def test_a_film_of_irregular_frames_has_a_constant_rate_and_is_as_long_as_the_evening(tmp_path, device, canvas, ending):
    rng = np.random.default_rng(5)
    times = 100.0 + np.concatenate([[0.0], np.cumsum(rng.uniform(0.004, 0.09, 150))])  # 60 a second, and 11
    times[90:] += 0.7  # a hiccup
    record = Recording(device, tmp_path / f"night.{ending}", SIZE, 25)
    play(device, canvas, record, times, wait=True)
    told = record.status()
    record.close()
    frames, stream = levels(only(tmp_path, ending))
    assert stream.average_rate == Fraction(25)
    assert [round(float(at) * 25) for at, _ in frames] == list(range(len(frames)))
    assert abs(len(frames) / 25 - (times[-1] - times[0])) < 0.1
    assert (told["state"], told["left_out"]) == ("recording", 0) and told["repeated"] > 20
    for number, (_, level) in enumerate(frames):  # the newest picture that was drawn until this film frame's end
        since = times - times[0]
        newest = since[since < (number + 1) / 25][-1]
        before = since[since <= number / 25 + 1e-6][-1]
        assert before * 20 - 3 <= level <= newest * 20 + 3


def test_a_film_follows_the_clock_where_slow_frames_hold_the_shows_own_time_back(tmp_path, device, canvas):
    moments = iter(np.cumsum([5.0, 0.1, 1.1, 0.1, 0.9, 0.1]).tolist())
    clock = WallClock(30.0, time_function=lambda: next(moments), sleep=lambda seconds: None)
    frames = [clock.next() for _ in range(6)]
    assert frames[-1].seconds == pytest.approx(0.8) and frames[-1].lag == pytest.approx(1.5)
    record = Recording(device, tmp_path / "night.mp4", SIZE, 10)
    for frame in frames:
        canvas.bind()
        device.clear(0.5, 0.5, 0.5, 1.0)
        record.show(canvas, frame)
        device.finish()
    record.close()
    assert len(levels(only(tmp_path))[0]) == 24  # 2.3 seconds, and the last picture's own


def test_a_canvas_of_another_size_is_scaled(tmp_path, device):
    with_odd = Target(device, 61, 35, "rgba8")
    for size in ((60, 34), (32, 18)):
        record = Recording(device, tmp_path / "film.mp4", size, 10)
        play(device, with_odd, record, [0.0, 0.1, 0.2])
        record.close()
    with_odd.close()
    sizes = {(levels(file)[1].width, levels(file)[1].height) for file in tmp_path.iterdir()}
    assert sizes == {(60, 34), (32, 18)}


def test_an_encoder_that_is_behind_costs_pictures_and_never_a_frame(tmp_path, device, canvas, monkeypatch):
    gate = threading.Event()
    packets = Encoder.packets

    def held(self, picture, number):
        gate.wait(20)
        return packets(self, picture, number)

    monkeypatch.setattr(Encoder, "packets", held)
    record = Recording(device, tmp_path / "film.mp4", SIZE, 25)
    play(device, canvas, record, np.arange(100) / 25)  # would never end if it waited
    assert record.status()["left_out"] > 50
    gate.set()
    play(device, canvas, record, 4.0 + np.arange(5) / 25)
    record.close()
    assert record.problem is None
    frames, _ = levels(only(tmp_path))
    assert len(frames) == 105


def test_each_take_has_a_file_of_its_own_and_stop_completes_it(tmp_path, device, canvas):
    record = Recording(device, tmp_path / "film.mp4", SIZE, 10)
    play(device, canvas, record, [0.0, 0.1, 0.2])
    record.stop()
    assert record.status()["state"] == "stopped"
    play(device, canvas, record, [0.3, 0.4])
    record.start("opening")
    play(device, canvas, record, [0.5, 0.6])
    record.close()
    record.close()
    counts = {file.name.split("_")[0]: len(levels(file)[0]) for file in tmp_path.iterdir()}
    assert counts == {"film": 3, "opening": 2}


@pytest.mark.parametrize(("ending", "told"), [("mkv", "about 31 GB an hour"), ("mp4", "")])
def test_how_large_a_film_without_loss_grows_is_told_when_it_begins(tmp_path, device, canvas, caplog, ending, told):
    record = Recording(device, tmp_path / f"film.{ending}", (640, 360), 30)
    play(device, canvas, record, [0.0, 0.1])
    record.close()
    warnings = " ".join(told_of(caplog))
    assert told in warnings and bool(told) == bool(warnings)


def test_a_name_that_leads_elsewhere_is_refused(tmp_path, device):
    record = Recording(device, tmp_path / "film.mp4", SIZE, 10)
    for name in ("../film", "a/b", "..", ""):
        with pytest.raises(OutputError, match="no name for a film"):
            record.start(name)


@pytest.mark.parametrize(("name", "codec"), [("still.png", None), ("frames", None), ("film.mp4", "ffv1")])
def test_what_can_be_no_recording_is_refused_at_once(tmp_path, device, name, codec):
    with pytest.raises(OutputError):
        Recording(device, tmp_path / name, SIZE, 30, codec)


def test_names_never_meet(tmp_path):
    first = stamped(tmp_path / "film.mp4")
    first.touch()
    second = stamped(tmp_path / "film.mp4")
    assert first != second and first.suffix == second.suffix == ".mp4"


def test_a_disk_that_is_nearly_full_ends_the_recording_told_once_and_the_show_plays_on(
    tmp_path, device, canvas, monkeypatch, caplog
):
    monkeypatch.setattr(recording, "LOOK_EVERY", 0.0)
    free = iter([4 << 30] * 6)
    monkeypatch.setattr(recording.shutil, "disk_usage", lambda path: SimpleNamespace(free=next(free, 1000)))
    record = Recording(device, tmp_path / "film.mp4", SIZE, 10)
    play(device, canvas, record, np.arange(400) / 10, wait=True)
    record.close()
    (told,) = told_of(caplog)
    assert "nearly full" in told and record.problem is not None
    assert record.status()["state"] == "ended"
    assert len(levels(only(tmp_path))[0]) >= 5


def test_a_folder_that_has_gone_is_a_problem_and_no_more(tmp_path, device, canvas, caplog):
    folder = tmp_path / "drive"
    record = Recording(device, folder / "film.mp4", SIZE, 10)
    shutil.rmtree(folder)
    folder.write_text("")
    play(device, canvas, record, [0.0, 0.1])
    record.close()
    assert len(told_of(caplog)) == 1 and record.status()["state"] == "ended"


PLAYS = textwrap.dedent(
    """
    import logging, os, sys
    from installation.gpu.device import Device
    from installation.gpu.textures import Target
    from installation.clock import FrameTime, WallClock
    from installation.outputs.recording import Recording
    import numpy as np
    device = Device.headless()
    canvas = Target(device, 160, 96, "rgba8")
    noise = np.random.default_rng(1)
    logging.basicConfig(stream=sys.stdout, level=logging.WARNING, format="%(message)s")
    record = Recording(device, sys.argv[1], (160, 96), 25)
    def play(count):
        import time
        for index in range(count):
            while record._take and record._take.sampler._filled.qsize() > 2 and record._take.sampler.running:
                time.sleep(0.002)  # however busy the machine: every picture is encoded
            canvas.texture.upload(noise.integers(0, 255, (96, 160, 4), np.uint8))
            record.show(canvas, FrameTime(index, index / 25, 0.04))
            device.finish()
    """
)


@pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")
@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv"])
def test_a_killed_show_leaves_a_film_that_plays(tmp_path, ending):
    program = PLAYS + "play(150); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", program, str(tmp_path / f"film.{ending}")], timeout=60, check=False)
    frames, _ = levels(only(tmp_path, ending))
    assert 25 <= len(frames) <= 150  # what the encoder had done by then, on a machine that may be busy


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_a_disk_that_takes_no_more_is_told_once_and_what_was_recorded_plays(tmp_path, ending):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))\n"
    end = 'play(200); record.close(); print(record.problem.message); print(record.status()["state"])'
    command = [sys.executable, "-c", limit + PLAYS + end, str(tmp_path / f"film.{ending}")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.stdout.count("the recording has ended") == 1, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-2:] == ["the file has grown too large for this disk", "ended"]
    assert ran.returncode == 0
    assert len(levels(only(tmp_path, ending))[0]) >= 5
