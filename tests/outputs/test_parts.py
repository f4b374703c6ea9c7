"""Films and folders in parts: the same bytes in one try or in several, a sound beside them, nothing half left."""

from __future__ import annotations

import wave
from fractions import Fraction

import av
import numpy as np
import pytest

from installation.errors import OutputError
from installation.outputs.joining import SOUND_RATE, Sound
from installation.outputs.parts import Parts

SIZE = (64, 36)
FILMS = [("mp4", "h264"), ("mp4", "h265"), ("mov", "prores"), ("mkv", "ffv1"), ("mkv", "h264")]


def card(number):
    rng = np.random.default_rng(number // 8)
    picture = rng.integers(0, 255, (SIZE[1], SIZE[0], 4), np.uint8)
    picture[:8, :, :3] = 3 * number
    return picture


def render(path, until=50, total=50, asked=None, sound=None, codec=None, seconds=0.7):
    """A render of `total` frames that stops dead before frame `until`; how many frames it drew."""
    parts = Parts(path, SIZE, 20, asked or {"show": "a"}, codec, sound=sound, part_seconds=seconds)
    drawn = 0
    for number in range(total):
        if parts.ended:
            break
        if number == until:
            parts.discard()
            return drawn
        if parts.wants():
            parts.write(card(number))
            drawn += 1
        else:
            parts.pass_over()
    parts.close()
    return drawn


def decoded(path):
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        return [(frame.pts * stream.time_base, frame.to_ndarray(format="rgb24")) for frame in film.decode(stream)]


@pytest.mark.parametrize(("ending", "codec"), FILMS)
def test_a_film_that_was_broken_off_goes_on_and_has_the_same_bytes(tmp_path, ending, codec):
    whole, broken = tmp_path / f"whole.{ending}", tmp_path / f"broken.{ending}"
    assert render(whole, codec=codec) == 50
    assert render(broken, until=33, codec=codec) == 33
    assert not broken.exists()
    assert render(broken, until=44, codec=codec) == 44 - 28  # two parts of 14 frames were there
    assert render(broken, codec=codec) == 50 - 42
    assert broken.read_bytes() == whole.read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == [broken.name, whole.name]


@pytest.mark.parametrize(("ending", "codec"), FILMS)
def test_a_joined_film_has_every_frame_at_its_time(tmp_path, ending, codec):
    render(tmp_path / f"film.{ending}", codec=codec)
    frames = decoded(tmp_path / f"film.{ending}")
    assert [round(at * 20) for at, _ in frames] == list(range(50))
    assert all(abs(float(at) - number / 20) < 0.001 for number, (at, _) in enumerate(frames))
    assert all(abs(picture[3].mean() - 3 * number) < 5 for number, (_, picture) in enumerate(frames))
    with av.open(str(tmp_path / f"film.{ending}")) as film:
        context = film.streams.video[0].codec_context
        assert film.streams.video[0].average_rate == Fraction(20)
        assert (context.color_primaries, context.color_range) == (1, 2 if codec == "ffv1" else 1)
        assert (codec, ending) != ("h265", "mp4") or context.codec_tag == "hvc1"


def test_a_film_of_one_frame_more_than_a_part_is_whole(tmp_path):
    for total in (1, 14, 15):
        render(tmp_path / "film.mp4", total=total, until=99)
        assert len(decoded(tmp_path / "film.mp4")) == total


def test_pictures_that_were_broken_off_go_on(tmp_path):
    folder = tmp_path / "frames"
    assert render(folder, until=33) == 33
    assert (folder / ".parts").is_dir()
    before = {file.name: file.stat().st_mtime_ns for file in folder.glob("*.png")}
    (folder / ".frame_000034.png.123-4.part").write_text("half")
    assert render(folder) == 50 - 28
    after = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert len(after) == 50  # and nothing of the half picture, nor of the parts
    assert all(after[f"frame_{n:06d}.png"] == before[f"frame_{n:06d}.png"] for n in range(1, 29))
    render(folder, total=20, until=99)
    assert len(list(folder.iterdir())) == 20 and [file.name for file in tmp_path.iterdir()] == ["frames"]


def test_another_wish_begins_anew(tmp_path):
    render(tmp_path / "film.mp4", until=33)
    parts = Parts(tmp_path / "film.mp4", SIZE, 20, {"show": "b"}, part_seconds=0.7)
    assert parts.begun_anew and not parts.found and parts.wants()
    parts.discard()
    assert list(tmp_path.iterdir()) == []


def test_what_was_only_to_be_joined_is_joined(tmp_path, monkeypatch):
    def fail(self, count):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Parts, "_make_whole", fail)
        render(tmp_path / "film.mp4")
    assert render(tmp_path / "film.mp4") == 0
    render(tmp_path / "same.mp4")
    assert (tmp_path / "film.mp4").read_bytes() == (tmp_path / "same.mp4").read_bytes()


@pytest.mark.parametrize("step", ["_locked", "_read_json", "_write_json", "finish"])
def test_an_interrupt_while_it_begins_leaves_nothing_behind(tmp_path, monkeypatch, step):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("installation.outputs.parts." + step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        Parts(tmp_path / "long.mp4", SIZE, 20, {"show": "a"})
    assert not list(tmp_path.iterdir())


def test_two_renders_do_not_write_one_film(tmp_path):
    first = Parts(tmp_path / "film.mp4", SIZE, 20, {})
    with pytest.raises(OutputError, match="another render"):
        Parts(tmp_path / "film.mp4", SIZE, 20, {})
    first.discard()
    Parts(tmp_path / "film.mp4", SIZE, 20, {}).discard()


def tone(path, seconds=1.0, level=0.5):
    samples = level * np.sin(2 * np.pi * 440 * np.arange(round(seconds * 44100)) / 44100)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 44100, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def heard(path):
    """The film's sound, mono at 48 kHz, and the codec's name."""
    with av.open(str(path)) as film:
        stream = film.streams.audio[0]
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=SOUND_RATE)
        pieces = [piece.to_ndarray()[0] for frame in film.decode(stream) for piece in resampler.resample(frame)]
        return np.concatenate(pieces), stream.codec_context.name


@pytest.mark.parametrize(("ending", "codec"), [("mp4", "aac"), ("mov", "pcm_s16le"), ("mkv", "flac")])
def test_a_sound_is_beside_the_film_as_long_as_it_and_silence_follows_it(tmp_path, ending, codec):
    film = tmp_path / f"film.{ending}"
    render(film, sound=Sound(tone(tmp_path / "tone.wav")))
    samples, name = heard(film)
    assert name == codec and abs(len(samples) / SOUND_RATE - 2.5) < 0.05
    loud = np.sqrt(np.mean(samples[4800:43200] ** 2))
    assert abs(loud - 0.5 / np.sqrt(2)) < 0.03 and np.abs(samples[50400:115200]).max() < 0.01
    assert len(decoded(film)) == 50
    render(tmp_path / f"same.{ending}", until=30, sound=Sound(tmp_path / "tone.wav"))
    render(tmp_path / f"same.{ending}", sound=Sound(tmp_path / "tone.wav"))
    assert (tmp_path / f"same.{ending}").read_bytes() == film.read_bytes()


def test_a_sound_goes_round_and_begins_where_it_is_told(tmp_path):
    path = tmp_path / "film.mkv"
    render(path, sound=Sound(tone(tmp_path / "tone.wav", 0.4), 10.3, True))
    samples, _ = heard(path)
    assert np.sqrt(np.mean(samples**2)) == pytest.approx(0.5 / np.sqrt(2), abs=0.02)
    render(path, sound=Sound(tone(tmp_path / "tone.wav", 1.0), 0.75))
    samples, _ = heard(path)
    assert np.abs(samples[: SOUND_RATE // 5]).max() > 0.4 and np.abs(samples[SOUND_RATE // 3 :]).max() < 0.01


def test_what_is_no_sound_is_refused_before_anything_is_drawn(tmp_path):
    (tmp_path / "notes.wav").write_text("no sound")
    for name in ("notes.wav", "missing.wav"):
        with pytest.raises(OutputError, match="can't be read"):
            Parts(tmp_path / "film.mp4", SIZE, 20, {}, sound=Sound(tmp_path / name))
    with pytest.raises(OutputError, match="pictures have no sound"):
        Parts(tmp_path / "frames", SIZE, 20, {}, sound=Sound(tone(tmp_path / "tone.wav")))
    render(tmp_path / "silent.mp4", total=3, until=99)
    with pytest.raises(OutputError, match="has no sound"):
        Parts(tmp_path / "film.mp4", SIZE, 20, {}, sound=Sound(tmp_path / "silent.mp4"))
