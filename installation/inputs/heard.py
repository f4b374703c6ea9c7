"""What was heard in one moment: the newest stretch of sound, its spectrum, and a few numbers.

A `Heard` is immutable and safe to hand to any thread. `analysis` makes it, `audio.Ear` hands it to the frame.
Nothing of it is ever written to a disk or sent to a network.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SAMPLES = 1024
"""Samples of the waveform, and of the window that the spectrum is taken of: 21 ms at 48 kHz."""

BINS = SAMPLES // 2
"""Bins of the spectrum, from 0 Hz up to (not including) half the rate."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """One moment of sound. Arrays are read-only; there are one or two channels, left first.

    waveform: (channels, SAMPLES) float32, -1..1, the oldest sample first.
    spectrum: (channels, BINS) float32, 0..1; 0 is -80 dB of full scale or less, 1 a sine of full scale. Not smoothed.
    level, low, mid, high: 0..1; 0 is -60 dB of full scale or less, 1 a sine of full scale. How loud all of it is, and
        what lies at 20 to 250 Hz, 250 to 4000 Hz, and above. They rise at once and fall within about a second.
    onset: 1 when something begins (a beat, a word, a clap), then falls within about half a second.
    sequence: grows with everything new.
    when: `clock.now()` of the newest sample; seconds of the show when a file is played.
    source: what was listened to ("a device's name", "drums.wav", "none").
    live: True for the source that was asked for, False for silence instead of it.
    """

    waveform: NDArray[np.float32]
    spectrum: NDArray[np.float32]
    level: float
    low: float
    mid: float
    high: float
    onset: float
    sequence: int
    when: float
    source: str
    live: bool

    def __post_init__(self) -> None:
        self.waveform.flags.writeable = False
        self.spectrum.flags.writeable = False

    @staticmethod
    def silence(source: str = "none", sequence: int = 0, when: float = 0.0) -> Heard:
        """Nothing, heard by nobody: every value at rest."""
        waveform, spectrum = _nothing()
        return Heard(waveform, spectrum, 0.0, 0.0, 0.0, 0.0, 0.0, sequence, when, source, False)


@lru_cache(maxsize=1)
def _nothing() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return np.zeros((1, SAMPLES), np.float32), np.zeros((1, BINS), np.float32)
