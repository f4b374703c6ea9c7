"""Every codec: read back with a decoder, the same bytes again whatever the memory held, colours as they were, ten bits."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from installation.errors import OutputError
from installation.outputs.codecs import CODECS, settings
from installation.outputs.film import Encoder, FilmWriter
from installation.outputs.pictures import Folder, write_exr
from installation.outputs.writers import kind_of, writer_for

SIZE = (150, 90)
COLOURS = np.array(
    [(0, 0, 0), (255, 255, 255), (128, 128, 128), (233, 109, 96), (0, 176, 164), (30, 20, 160)], np.uint8
)
EVERY = [("mp4", "h264"), ("mp4", "h265"), ("mov", "prores"), ("mkv", "ffv1")]


def bars(number=0, dtype=np.uint8):
    """Six upright bars, and a light square that moves along the bottom."""
    picture = np.full((SIZE[1], SIZE[0], 4), 255, np.uint8)
    for place, colour in enumerate(COLOURS):
        picture[:, place * 25 : (place + 1) * 25, :3] = colour
    picture[80:88, 8 * number : 8 * number + 8, :3] = 240
    return picture.astype(dtype) * np.array(257, dtype) if dtype == np.uint16 else picture


def film(path, codec=None, frames=9, dtype=np.uint8, **options):
    with FilmWriter(path, *SIZE, 25, codec, deep=dtype == np.uint16, **options) as writer:
        for number in range(frames):
            writer.write(bars(number, dtype))
    return path


def decoded(path, form="rgb24"):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format=form) for frame in container.decode(video=0)]


@pytest.mark.parametrize(("ending", "codec"), EVERY)
def test_a_film_of_each_codec_has_every_frame_in_order_and_colours_as_they_were(tmp_path, ending, codec):
    path = film(tmp_path / f"film.{ending}", codec)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name.replace("hevc", "h265"), stream.average_rate) == (codec, Fraction(25))
    pictures = decoded(path)
    assert len(pictures) == 9
    for number, picture in enumerate(pictures):
        for place, colour in enumerate(COLOURS):
            assert np.abs(picture[40, place * 25 + 12].astype(int) - colour).max() <= (0 if codec == "ffv1" else 8)
        assert picture[84, 8 * number + 3].min() > 200


@pytest.mark.parametrize(("ending", "codec"), [*EVERY, ("mkv", "h264"), ("mov", "h265")])
def test_players_are_told_what_the_colours_are(tmp_path, ending, codec):
    with av.open(str(film(tmp_path / f"film.{ending}", codec, 2))) as container:
        context = container.streams.video[0].codec_context
        told = (context.color_primaries, context.color_trc, context.colorspace, context.color_range)
    # H.273: 1 is BT.709, 13 the sRGB curve, 0 RGB; of the range, 1 is limited and 2 full.
    assert told == ((1, 13, 0, 2) if codec == "ffv1" else (1, 1, 1, 1))


def in_memory_of(fill, program, *words):
    """What a program prints to whom the memory that nobody has set holds `fill`."""
    program = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import test_codecs; {program}"
    env = {**os.environ, "MALLOC_PERTURB_": str(fill)}
    command = [sys.executable, "-c", program, *map(str, words)]
    return subprocess.run(command, env=env, check=True, timeout=60, capture_output=True, text=True).stdout


needs_glibc = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs glibc's MALLOC_PERTURB_")


@needs_glibc
@pytest.mark.parametrize(("ending", "codec"), EVERY)
def test_the_same_frames_give_the_same_bytes_whatever_the_memory_held(tmp_path, ending, codec):
    paths = [tmp_path / f"{fill}.{ending}" for fill in ("1", "170")]
    for path in paths:
        in_memory_of(path.stem, "test_codecs.film(*sys.argv[1:], frames=40)", path, codec)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def times_of_decoding(path, codec, frames):
    with av.open(str(path), "w") as container:
        encoder = Encoder(container, CODECS[codec], SIZE, Fraction(25), settings(CODECS[codec], "good"))
        pictures = [*(encoder.picture(bars(number)) for number in range(frames)), None]
        return [packet.dts for number, picture in enumerate(pictures) for packet in encoder.packets(picture, number)]


@needs_glibc
@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_the_frames_of_the_shortest_films_have_their_times_whatever_the_memory_held(tmp_path, codec):
    # x265 learns with the third frame what it takes from each time: before, libav refused three such films in a hundred.
    program = "print(*(test_codecs.times_of_decoding(*sys.argv[1:], frames) for frames in (1, 2, 3)))"
    usual = {"h264": "[0] [0, 1] [-2, -1, 0]", "h265": "[-2] [-2, -1] [-2, -1, 0]"}
    assert in_memory_of(85, program, tmp_path / "film.mkv", codec).strip() == usual[codec]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_ten_bits_of_prores_are_those_of_bt709_rounded(tmp_path, dtype):
    pixels = decoded(film(tmp_path / "film.mov", frames=1, dtype=dtype, quality="best"), "yuv422p10le")[0]
    luma = np.frombuffer(pixels.tobytes()[: SIZE[0] * SIZE[1] * 2], "<u2").reshape(SIZE[1], SIZE[0])
    light = COLOURS / 255 @ (0.2126, 0.7152, 0.0722)
    for place, level in enumerate(light):
        assert abs(int(luma[40, place * 25 + 12]) - (64 + 876 * level)) <= 2


def test_a_fine_ramp_keeps_more_than_eight_bits_where_the_codec_has_them(tmp_path):
    ramp = np.zeros((16, 1024, 4), np.uint16)
    ramp[..., :3] = np.linspace(20000, 30000, 1024, dtype=np.uint16)[None, :, None]
    with writer_for(tmp_path / "ramp.mkv", 1024, 16, 25, deep=True) as writer:
        assert writer.deep
        writer.write(ramp)
    assert (decoded(tmp_path / "ramp.mkv", "gbrp16le")[0] == ramp[..., :3]).all()
    with writer_for(tmp_path / "ramp.mov", 1024, 16, 25, deep=True) as writer:
        writer.write(ramp)
    levels = len(np.unique(decoded(tmp_path / "ramp.mov", "gray10le")[0]))
    assert levels > 100  # of eight bits there would be 40


def test_h264_asks_for_eight_bits(tmp_path):
    writer = writer_for(tmp_path / "film.mp4", *SIZE, 25, deep=True)
    writer.discard()
    assert not writer.deep


@pytest.mark.parametrize(
    ("name", "codec", "said", "hint"),
    [
        ("film.mp4", "prores", "holds no prores", "film.mov or film.mkv"),
        ("film.mov", "h266", 'no codec "h266"', "h26"),
        ("film.mp4", "exr", 'no codec "exr"', "folders of pictures"),
        ("frames", "h264", "for films", ".mp4"),
        ("frames", "exrr", 'no "exrr" pictures', "exr"),
        ("still.png", "exr", 'no "exr"', ".exr"),
    ],
)
def test_what_does_not_go_together_is_refused_with_what_does(tmp_path, name, codec, said, hint):
    with pytest.raises(OutputError, match=said) as caught:
        writer_for(tmp_path / name, *SIZE, 25, codec)
    assert hint in caught.value.problems[0].hint


def test_a_better_quality_takes_more_bytes(tmp_path):
    def size(quality):
        noise = np.random.default_rng(3)
        with FilmWriter(tmp_path / f"{quality}.mp4", 64, 36, 25, quality=quality) as writer:
            for _ in range(8):
                writer.write(noise.integers(0, 255, (36, 64, 4), np.uint8))
        return (tmp_path / f"{quality}.mp4").stat().st_size

    assert size("draft") < size("good") < size("best")


def test_an_exr_has_linear_light_and_the_same_bytes(tmp_path):
    openexr = pytest.importorskip("OpenEXR")
    write_exr(tmp_path / "a.exr", bars())
    write_exr(tmp_path / "b.exr", bars(dtype=np.uint16))
    assert (tmp_path / "a.exr").read_bytes() == (tmp_path / "b.exr").read_bytes()
    with openexr.File(str(tmp_path / "a.exr")) as file:
        pixels = file.channels()["RGBA"].pixels
    assert (pixels.dtype, pixels.shape) == (np.float16, (90, 150, 4))
    codes = COLOURS / 255
    light = np.where(codes > 0.04045, ((codes + 0.055) / 1.055) ** 2.4, codes / 12.92)
    for place, colour in enumerate(light):
        assert np.allclose(pixels[40, place * 25 + 12], (*colour, 1.0), atol=1e-3)


def test_a_folder_of_exrs_is_asked_for_by_name_and_a_still_by_its_ending(tmp_path):
    pytest.importorskip("OpenEXR")
    with writer_for(tmp_path / "frames", *SIZE, 25, "exr") as writer:
        for number in range(3):
            writer.write(bars(number))
    assert sorted(file.name for file in (tmp_path / "frames").iterdir()) == [f"frame_00000{n}.exr" for n in (1, 2, 3)]
    with writer_for(tmp_path / "still.exr", *SIZE, 25) as still:
        still.write(bars())
    write_exr(tmp_path / "same.exr", bars())
    assert (tmp_path / "still.exr").read_bytes() == (tmp_path / "same.exr").read_bytes()


def test_without_its_library_exr_is_one_clear_message(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    with pytest.raises(OutputError, match="OpenEXR, which is not installed"):
        Folder(tmp_path / "frames", *SIZE, "exr")


def test_an_ending_has_its_usual_codec(tmp_path):
    for ending, codec in {"mp4": "h264", "mov": "prores", "mkv": "ffv1"}.items():
        writer = FilmWriter(tmp_path / f"film.{ending}", *SIZE, 25)
        writer.discard()
        assert writer.codec.name == codec


def test_a_path_says_what_it_is(tmp_path):
    names = {"a.mp4": "film", "a.MOV": "film", "a.mkv": "film", "a.png": "still", "a.exr": "still", "a": "folder"}
    assert {name: kind_of(tmp_path / name) for name in names} == names
