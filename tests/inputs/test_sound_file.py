"""Sound files as an ear: exact to the sample, round and round, and told when they can't be played."""

from __future__ import annotations

import os
import wave

import numpy as np
import pytest

from installation.errors import DeviceError
from installation.inputs.analysis import HOP
from installation.inputs.sound_file import RATE, Playback, SoundFile


def ramp(count: int) -> np.ndarray:
    """Samples that can be told apart."""
    return np.arange(count, dtype=np.float32) / count


def test_a_file_is_read_sample_by_sample_and_begins_again_at_its_end(tmp_path, write_sound):
    sound = ramp(5000)
    file = SoundFile(write_sound(tmp_path / "a.wav", sound))
    assert file.channels == 1
    assert np.array_equal(file.read(3000)[:, 0], sound[:3000])
    assert np.array_equal(file.read(7000)[:, 0], np.concatenate((sound[3000:], sound)))
    file.close()


def test_passing_over_is_as_reading_whatever_the_length(tmp_path, write_sound):
    sound = ramp(5000)
    file = SoundFile(write_sound(tmp_path / "a.wav", sound))
    file.skip(5000 * 1_000_000 + 123)  # whole rounds cost nothing
    assert np.array_equal(file.read(10)[:, 0], sound[123:133])
    file.close()


def test_two_channels_stay_two_and_another_rate_becomes_ours(tmp_path, write_sound):
    t = np.arange(44100) / 44100
    both = np.stack((np.sin(2 * np.pi * 100 * t), np.sin(2 * np.pi * 5000 * t)), axis=1)
    playback = Playback(write_sound(tmp_path / "a.wav", both, rate=44100))
    found = playback.hear(0.9)
    assert found.waveform.shape[0] == 2
    assert found.spectrum[0].argmax() == pytest.approx(100 * 1024 / RATE, abs=1)
    assert found.spectrum[1].argmax() == pytest.approx(5000 * 1024 / RATE, abs=1)
    playback.close()


@pytest.mark.parametrize(("name", "codec"), [("a.flac", "flac"), ("a.m4a", "aac"), ("a.mp3", "mp3")])
def test_the_usual_kinds_of_files_play_round_and_round(tmp_path, write_sound, name, codec):
    tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(RATE // 2) / RATE)
    playback = Playback(write_sound(tmp_path / name, tone, codec=codec))
    assert all(playback.hear(second).mid > 0.8 for second in (0.4, 0.9, 2.3))
    playback.close()


def test_the_same_moment_is_heard_the_same_also_after_going_back(tmp_path, write_sound):
    noise = np.random.default_rng(0).standard_normal(RATE) * 0.2
    path = write_sound(tmp_path / "a.wav", noise)
    one, other = Playback(path), Playback(path)
    for frame in range(40):
        one.hear(frame / 30)
    other.hear(3.0)
    for frame in range(40):
        found = other.hear(frame / 30)
    assert np.array_equal(one.hear(1.3).waveform, found.waveform)
    assert one.hear(1.3).level == found.level and one.hear(1.3).onset == found.onset
    one.close()
    other.close()


def test_a_moment_far_ahead_is_heard_without_listening_to_all_before(tmp_path, write_sound):
    t = np.arange(RATE) / RATE
    path = write_sound(tmp_path / "a.wav", np.sin(2 * np.pi * 440 * t) * (t < 0.5))
    near, far = Playback(path), Playback(path)
    for frame in range(16 * 30 + 1):
        steady = near.hear(frame / 30)
    jumped = far.hear(16.0)
    assert np.array_equal(steady.waveform, jumped.waveform)
    assert steady.level == pytest.approx(jumped.level, abs=1e-3)
    near.close()
    far.close()


def test_it_is_the_same_moment_until_a_hop_has_passed(tmp_path, write_sound):
    playback = Playback(write_sound(tmp_path / "a.wav", ramp(RATE)))
    first = playback.hear(40 * HOP / RATE)
    assert playback.hear(40.5 * HOP / RATE) is first
    assert playback.hear(41 * HOP / RATE) is not first
    assert not playback.hear(-3.0).waveform.any()
    playback.close()


def test_a_file_that_is_cut_off_plays_what_is_there(tmp_path, write_sound):
    path = write_sound(tmp_path / "a.mp3", 0.5 * np.sin(np.arange(RATE * 2) / 8), codec="mp3")
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 3] + bytes(500) + raw[len(raw) // 3 + 500 : len(raw) * 2 // 3 + 77])
    playback = Playback(path)
    assert all(playback.hear(second / 4).level >= 0.0 for second in range(20))
    playback.close()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nowhere.wav", "no such sound file"),
        ("folder", "not a sound file"),
        ("pipe", "not a sound file"),
        ("noise.wav", "not a sound that can be read"),
        ("mute.mp4", "has no sound"),
        ("empty.wav", "no sound that can be decoded"),
    ],
)
def test_what_is_no_sound_is_told(tmp_path, write_film, name, says):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "noise.wav").write_bytes(b"this is not sound" * 50)
    write_film(tmp_path / "mute.mp4", [np.zeros((32, 32, 3), np.uint8)])
    with wave.open(str(tmp_path / "empty.wav"), "wb") as empty:
        empty.setparams((1, 2, 48000, 0, "NONE", ""))
    with pytest.raises(DeviceError, match=says):
        Playback(tmp_path / name)
