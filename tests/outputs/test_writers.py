"""Films and pictures: read back with a decoder, compared byte for byte, and failed by real disks."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import textwrap
import threading
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from installation.errors import OutputError
from installation.outputs import frames, pictures
from installation.outputs.files import told
from installation.outputs.film import FilmWriter
from installation.outputs.pictures import Folder, Still, write_png
from installation.outputs.writers import writer_for

CORAL, TEAL = (233, 109, 96), (0, 176, 164)


def card(width, height, number=0, channels=4):
    """Coral above, teal below, and a light bar that moves: so up, down and order can be told."""
    picture = np.full((height, width, channels), 255, np.uint8)
    picture[: height // 2, :, :3] = CORAL
    picture[height // 2 :, :, :3] = TEAL
    picture[:, 8 * number : 8 * number + 8, :3] = 240
    return picture


def film(path, frames=12, width=160, height=96, fps=30.0, channels=4):
    with FilmWriter(path, width, height, fps) as writer:
        for number in range(frames):
            writer.write(card(width, height, number, channels))
    return path


def decoded(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def leftovers(folder):
    return [file.name for file in folder.iterdir() if file.name.endswith(".part")]


def test_a_film_holds_every_frame_in_order_the_right_way_up(tmp_path):
    pictures = decoded(film(tmp_path / "film.mp4"))
    assert len(pictures) == 12
    for number, picture in enumerate(pictures):
        assert int(np.abs(picture[24, 150].astype(int) - CORAL).max()) < 12
        assert int(np.abs(picture[72, 150].astype(int) - TEAL).max()) < 12
        assert picture[10, 8 * number + 3].min() > 200


def test_a_film_has_a_constant_rate_and_says_what_its_colours_are(tmp_path):
    with av.open(str(film(tmp_path / "film.mp4", fps=29.97))) as container:
        stream = container.streams.video[0]
        times = [frame.pts * stream.time_base for frame in container.decode(stream)]
        assert stream.average_rate == Fraction(30000, 1001)
        assert {b - a for a, b in itertools.pairwise(times)} == {Fraction(1001, 30000)}
        assert (stream.pix_fmt, stream.codec_context.colorspace, stream.codec_context.color_range) == (
            "yuv420p",
            1,
            1,
        )


def test_a_film_starts_before_it_has_loaded(tmp_path):
    content = film(tmp_path / "film.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_the_same_frames_give_the_same_bytes(tmp_path):
    assert film(tmp_path / "a.mp4").read_bytes() == film(tmp_path / "b.mp4").read_bytes()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs glibc's MALLOC_PERTURB_")
def test_what_the_memory_held_before_does_not_show_in_the_bytes(tmp_path):
    program = "import sys; sys.path.insert(0, sys.argv[1]); import test_writers; test_writers.film(sys.argv[2])"
    for fill in ("1", "170"):
        command = [sys.executable, "-c", program, str(Path(__file__).parent), str(tmp_path / f"{fill}.mp4")]
        subprocess.run(command, env={**os.environ, "MALLOC_PERTURB_": fill}, check=True, timeout=60)
    assert (tmp_path / "1.mp4").read_bytes() == (tmp_path / "170.mp4").read_bytes()


def test_rgb_and_rgba_give_the_same_film(tmp_path):
    three, four = film(tmp_path / "a.mp4", channels=3), film(tmp_path / "b.mp4", channels=4)
    assert all(np.array_equal(a, b) for a, b in zip(decoded(three), decoded(four), strict=True))


def test_a_frame_may_be_drawn_over_as_soon_as_write_returns(tmp_path):
    canvas = np.empty((96, 160, 4), np.uint8)
    with FilmWriter(tmp_path / "film.mp4", 160, 96, 30) as writer:
        for number in range(12):
            canvas[:] = card(160, 96, number)
            writer.write(canvas[::-1][::-1])
            canvas[:] = 0
    assert (tmp_path / "film.mp4").read_bytes() == film(tmp_path / "same.mp4").read_bytes()


def test_nothing_has_the_films_name_until_it_is_complete(tmp_path):
    target = tmp_path / "deep" / "film.mp4"
    writer = FilmWriter(target, 160, 96, 30)
    writer.write(card(160, 96))
    assert not target.exists()
    writer.close()
    writer.close()
    assert target.exists() and not leftovers(target.parent)


def test_a_film_that_is_broken_off_leaves_the_old_one(tmp_path):
    old = film(tmp_path / "film.mp4").read_bytes()
    with pytest.raises(RuntimeError), FilmWriter(tmp_path / "film.mp4", 160, 96, 30) as writer:
        writer.write(card(160, 96))
        raise RuntimeError
    assert (tmp_path / "film.mp4").read_bytes() == old and not leftovers(tmp_path)


def test_a_film_without_frames_leaves_no_file(tmp_path):
    FilmWriter(tmp_path / "film.mp4", 160, 96, 30).close()
    assert list(tmp_path.iterdir()) == []


def test_a_writer_that_is_behind_holds_the_frame_back_and_drops_none(tmp_path, monkeypatch):
    gate, written = threading.Event(), []
    monkeypatch.setattr(pictures, "write_png", lambda path, picture: (gate.wait(20), written.append(path.name)))
    folder = Folder(tmp_path / "frames", 8, 8)
    handed = []
    feeder = threading.Thread(
        target=lambda: [(folder.write(card(8, 8)), handed.append(n)) for n in range(20)], daemon=True
    )
    feeder.start()
    feeder.join(0.5)
    assert feeder.is_alive() and len(handed) <= frames.BUFFERS
    gate.set()
    feeder.join(20)
    folder.close()
    assert written == [f"frame_{n:06d}.png" for n in range(1, 21)]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
@pytest.mark.parametrize("ending", [".mp4", ""])
def test_a_disk_that_takes_no_more_is_told_once_and_leaves_nothing(tmp_path, ending):
    program = textwrap.dedent(
        """
        import resource, sys
        import numpy as np
        from installation.errors import OutputError
        from installation.outputs.writers import writer_for
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        noise = np.random.default_rng(0)
        try:
            with writer_for(sys.argv[1], 320, 180, 30) as writer:
                for _ in range(60):
                    writer.write(noise.integers(0, 255, (180, 320, 4), np.uint8))
        except OutputError as error:
            print(error)
        """
    )
    target = tmp_path / f"out{ending}"
    ran = subprocess.run(
        [sys.executable, "-c", program, str(target)], capture_output=True, text=True, timeout=60, check=False
    )
    assert "grown too large" in ran.stdout and not ran.stderr
    assert not target.is_file() and not leftovers(tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_has_its_own_words(tmp_path):
    with pytest.raises(OSError) as full, open("/dev/full", "w") as device:
        device.write("x")
    assert "the disk is full" in str(told(full.value, tmp_path / "film.mp4"))


@pytest.mark.parametrize("name", ["film.mp4", "still.png", "frames"])
def test_a_path_below_a_file_is_refused(tmp_path, name):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        writer_for(tmp_path / "file" / name, 160, 96, 30)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a folder that root can't write to either")
@pytest.mark.parametrize("name", ["film.mp4", "still.png", "frames"])
def test_a_folder_that_takes_no_files_is_told_not_raised(name):
    with pytest.raises(OutputError) as caught:
        writer_for(f"/proc/self/{name}", 160, 96, 30)
    assert caught.value.problems[0].hint


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_folder_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="no permission"):
        writer_for(tmp_path / "film.mp4", 160, 96, 30)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(OutputError, match="pipe"):
        writer_for(tmp_path / "pipe.png", 160, 96, 30)


def test_an_odd_size_is_refused_with_an_even_one(tmp_path):
    with pytest.raises(OutputError) as caught:
        FilmWriter(tmp_path / "film.mp4", 161, 91, 30)
    assert "162x92" in caught.value.problems[0].hint and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("width", "height", "fps"), [(0, 96, 30), (160, 99998, 30), (160, 96, 0)])
def test_impossible_sizes_and_rates_are_refused(tmp_path, width, height, fps):
    with pytest.raises(OutputError):
        FilmWriter(tmp_path / "film.mp4", width, height, fps)


@pytest.mark.parametrize(("name", "hint"), [("film.mp5", '".mp4"'), ("film.xyz", ".exr, .mkv, .mov, .mp4")])
def test_an_unknown_ending_lists_what_there_is(tmp_path, name, hint):
    with pytest.raises(OutputError) as caught:
        writer_for(tmp_path / name, 160, 96, 30)
    assert hint in caught.value.problems[0].hint


@pytest.mark.parametrize(("name", "kind"), [("a.MP4", FilmWriter), ("a.png", Still), ("a", Folder)])
def test_the_ending_chooses_the_writer(tmp_path, name, kind):
    writer = writer_for(tmp_path / name, 160, 96, 30)
    writer.discard()
    assert type(writer) is kind


def test_a_folder_that_exists_takes_pngs_whatever_its_name(tmp_path):
    (tmp_path / "night.1").mkdir()
    with writer_for(tmp_path / "night.1", 16, 8, 30) as writer:
        writer.write(card(16, 8))
    assert [file.name for file in (tmp_path / "night.1").iterdir()] == ["frame_000001.png"]


def test_a_png_is_the_same_picture_and_the_same_bytes(tmp_path):
    picture = card(64, 32, channels=3)
    write_png(tmp_path / "a.png", picture)
    write_png(tmp_path / "b.png", picture[::-1][::-1])
    assert np.array_equal(np.asarray(Image.open(tmp_path / "a.png")), picture)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.png", "b.png"]


def test_a_still_is_the_last_frame(tmp_path):
    with writer_for(tmp_path / "still.png", 64, 32, 30) as writer:
        for number in range(3):
            writer.write(card(64, 32, number))
    assert np.array_equal(np.asarray(Image.open(tmp_path / "still.png")), card(64, 32, 2)[..., :3])


def test_a_shorter_run_removes_what_a_longer_one_left_and_nothing_else(tmp_path):
    for count in (5, 2):
        with Folder(tmp_path, 16, 8) as writer:
            for number in range(count):
                writer.write(card(16, 8, number))
        (tmp_path / "frame_notes.png").write_text("mine")
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "frame_000001.png",
        "frame_000002.png",
        "frame_notes.png",
    ]


@pytest.mark.parametrize("shape", [(96, 160), (96, 160, 2), (160, 96, 4)])
def test_a_frame_of_another_shape_is_a_bug_and_says_so(tmp_path, shape):
    with FilmWriter(tmp_path / "film.mp4", 160, 96, 30) as writer, pytest.raises(ValueError, match="frame"):
        writer.write(np.zeros(shape, np.uint8))


def test_no_thread_is_left_behind(tmp_path):
    before = threading.active_count()
    film(tmp_path / "film.mp4", frames=2)
    FilmWriter(tmp_path / "gone.mp4", 160, 96, 30).discard()
    assert threading.active_count() == before
