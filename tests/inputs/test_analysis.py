"""What the ear makes of sound: loudness, bands, spectrum, onsets; of silence, of too much, and of what isn't a number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from installation.inputs.analysis import HOP, Analysis, loudness
from installation.inputs.heard import BINS, SAMPLES, Heard

RATE = 48000


def seconds(length: float) -> np.ndarray:
    return np.arange(int(length * RATE)) / RATE


def sine(hertz: float, decibels: float = 0.0, length: float = 2.0) -> np.ndarray:
    return 10 ** (decibels / 20) * np.sin(2 * np.pi * hertz * seconds(length))


def heard(sound: np.ndarray, gain: float = 0.0) -> Heard:
    """What is heard at the end of a mono sound."""
    return Analysis(RATE, 1, gain).take(sound[:, None], 0.0)


def beginnings(sound: np.ndarray, rate: float = RATE) -> list[float]:
    """The seconds at which an onset is heard."""
    analysis = Analysis(rate, 1)
    hops = [analysis.take(sound[start : start + HOP, None], 0.0).onset for start in range(0, len(sound) - HOP, HOP)]
    return [(hop + 1) * HOP / rate for hop, onset in enumerate(hops) if onset == 1.0]


@pytest.mark.parametrize(("decibels", "level"), [(0, 1.0), (-15, 0.75), (-30, 0.5), (-60, 0.0), (-90, 0.0)])
def test_the_level_goes_from_sixty_decibels_below_full_scale_to_a_sine_of_full_scale(decibels, level):
    assert heard(sine(1000, decibels)).level == pytest.approx(level, abs=0.01)


@pytest.mark.parametrize(("hertz", "band"), [(100, "low"), (1000, "mid"), (8000, "high")])
def test_a_tone_is_heard_in_its_own_band(hertz, band):
    found = heard(sine(hertz))
    assert getattr(found, band) == pytest.approx(1.0, abs=0.01)
    assert all(getattr(found, other) < 0.2 for other in {"low", "mid", "high"} - {band})


def test_the_bands_together_hold_what_the_level_holds():
    found = heard(np.random.default_rng(1).standard_normal(RATE * 2) * 0.1)
    powers = [10 ** ((value - 1) * 6) for value in (found.low, found.mid, found.high)]
    assert sum(powers) == pytest.approx(10 ** ((found.level - 1) * 6), rel=0.1)


def test_a_sine_of_full_scale_fills_its_bin_and_no_other_far_from_it():
    number = 64
    found = heard(sine(number * RATE / SAMPLES))
    assert found.spectrum.shape == (1, BINS) and found.spectrum.dtype == np.float32
    assert found.spectrum[0, number] == pytest.approx(1.0, abs=1e-3)
    assert found.spectrum[0].argmax() == number
    assert found.spectrum[0, :50].max() < 0.05 and found.spectrum[0, 80:].max() < 0.05


def test_the_waveform_is_the_newest_samples_oldest_first():
    rising = np.linspace(-1.0, 1.0, SAMPLES + HOP)
    found = heard(rising)
    assert found.waveform.shape == (1, SAMPLES) and found.waveform.dtype == np.float32
    assert np.allclose(found.waveform[0], rising[-SAMPLES:])


def test_silence_is_nothing_at_all():
    found = heard(np.zeros(RATE))
    assert (found.level, found.low, found.mid, found.high, found.onset) == (0.0,) * 5
    assert not found.waveform.any() and not found.spectrum.any()


def test_what_is_louder_than_full_scale_is_cut_and_what_is_no_number_is_silence():
    loud = heard(sine(1000) * 100)
    assert np.abs(loud.waveform).max() == 1.0 and loud.level == pytest.approx(1.0)
    broken = heard(np.full(RATE, np.nan))
    assert not broken.waveform.any() and broken.level == 0.0
    assert heard(np.full(RATE, np.inf)).waveform.min() == 1.0


def test_the_offset_of_a_cheap_sound_card_is_silence():
    found = heard(np.full(RATE * 5, 0.02))
    assert found.level < 0.001 and found.low < 0.001


def test_a_gain_is_in_decibels():
    assert heard(sine(1000, -40), gain=40.0).level == pytest.approx(1.0, abs=0.01)


def test_claps_are_onsets_each_once_also_in_a_noisy_room():
    claps = np.zeros(RATE * 3)
    claps[RATE // 2 :: RATE // 2] = 0.5
    room = np.random.default_rng(2).standard_normal(len(claps)) * 0.003
    quiet, noisy = beginnings(claps), beginnings(claps + room)
    assert np.allclose(quiet, [0.5, 1.0, 1.5, 2.0, 2.5], atol=0.02)
    assert np.allclose(noisy[-5:], quiet, atol=0.02)


def test_each_plucked_note_is_an_onset_and_what_goes_on_is_none():
    t = seconds(3.0)
    notes = sum(np.sin(2 * np.pi * 220 * k * t) / k for k in range(1, 12)) * np.exp(-(t % 0.5) / 0.15) * 0.2
    assert np.allclose(beginnings(notes)[1:], [0.5, 1.0, 1.5, 2.0, 2.5], atol=0.02)
    assert len(beginnings(sine(440, -6, 3.0))) <= 1
    assert len(beginnings(np.random.default_rng(3).standard_normal(len(t)) * 0.1)) <= 1


def test_an_onset_falls_away_and_a_level_falls_slower_than_it_rises():
    analysis = Analysis(RATE, 1)
    burst = np.concatenate((np.zeros(RATE), sine(1000, 0, 0.1), np.zeros(RATE)))
    series = [analysis.take(burst[i : i + HOP, None], 0.0) for i in range(0, len(burst), HOP)]
    levels = [one.level for one in series]
    peak = int(np.argmax(levels))
    assert levels[peak] > 0.95
    half = next(i for i, level in enumerate(levels) if level > 0.5)
    fallen = next(i for i in range(peak, len(levels)) if levels[i] < 0.5)
    assert fallen - peak > 2 * (peak - half)
    assert series[-1].onset < 0.01 and max(one.onset for one in series) == 1.0


def test_bands_and_onsets_are_the_same_at_another_rate():
    t = np.arange(44100 * 2) / 44100
    found = Analysis(44100, 1).take(np.sin(2 * np.pi * 100 * t)[:, None], 0.0)
    assert found.low == pytest.approx(1.0, abs=0.01) and found.mid < 0.3
    claps = np.zeros(44100 * 2)
    claps[22050::22050] = 0.5
    assert np.allclose(beginnings(claps, 44100), [0.5, 1.0, 1.5], atol=0.02)
    slow = np.sin(2 * np.pi * 1000 * np.arange(16000) / 8000)
    assert Analysis(8000, 1).take(slow[:, None], 0.0).high < 0.01  # nothing above half the rate


def test_two_channels_are_kept_apart_in_the_pictures_and_mixed_in_the_numbers():
    both = np.stack((sine(1000), np.zeros(RATE * 2)), axis=1)
    found = Analysis(RATE, 2).take(both, 0.0)
    assert found.waveform.shape == (2, SAMPLES)
    assert found.spectrum[0].max() > 0.9 and not found.spectrum[1].any()
    assert found.level == pytest.approx(loudness(0.25), abs=0.01)


def test_nobody_can_change_what_was_heard():
    found = heard(sine(1000))
    with pytest.raises(ValueError):
        found.waveform[0, 0] = 1.0
    with pytest.raises(ValueError):
        found.spectrum[0, 0] = 1.0


@given(st.lists(st.integers(0, 1500), max_size=12), st.integers(0, 2**31))
@settings(max_examples=30)
def test_the_pieces_in_which_sound_comes_change_nothing(pieces, seed):
    sound = np.random.default_rng(seed).standard_normal((sum(pieces), 2)) * 0.2
    whole, parts = Analysis(RATE, 2), Analysis(RATE, 2)
    whole.take(sound, 0.0)
    start = 0
    for piece in pieces:
        parts.take(sound[start : start + piece], 0.0)
        start += piece
    one, other = whole.heard, parts.heard
    assert np.array_equal(one.waveform, other.waveform) and np.array_equal(one.spectrum, other.spectrum)
    assert (one.level, one.low, one.mid, one.high, one.onset) == (
        other.level,
        other.low,
        other.mid,
        other.high,
        other.onset,
    )
    assert one.sequence == other.sequence == sum(pieces) // HOP


@given(hnp.arrays(np.float32, st.tuples(st.integers(0, 2500), st.just(1)), elements=st.floats(width=32)))
@settings(max_examples=40)
def test_whatever_comes_every_value_stays_in_its_range(samples):
    analysis = Analysis(RATE, 1, gain=40.0)
    found = analysis.take(samples, 0.0)
    assert np.isfinite(found.waveform).all() and np.abs(found.waveform).max() <= 1.0
    assert np.isfinite(found.spectrum).all() and 0.0 <= found.spectrum.min() and found.spectrum.max() <= 1.0
    assert all(0.0 <= value <= 1.0 for value in (found.level, found.low, found.mid, found.high, found.onset))
