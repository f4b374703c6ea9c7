"""Makes numbers of sound: loudness, three bands, a spectrum, and the moments when something begins.

Pure numpy: the same samples give the same numbers, in whatever pieces they come. It knows no device, file or clock.
Called by `microphone` and `sound_file`, in a thread of their own.

Where the formulas are from:
- loudness in dB of full scale, where a sine of full scale is 0 dB: AES17-2020, 3.12;
- amplitude and power of a windowed transform (S1 = sum of the window, S2 = sum of its squares): G. Heinzel, A. Rüdiger,
  R. Schilling, "Spectrum and spectral density estimation by the DFT", Max Planck Institute for Gravitational Physics, 2002;
- onsets, by the half-wave rectified spectral flux over a running median: J. P. Bello et al., "A Tutorial on Onset Detection
  in Music Signals", IEEE Transactions on Speech and Audio Processing 13(5), 2005; of compressed magnitudes, log(1 + g |X|):
  M. Müller, "Fundamentals of Music Processing", 2015, section 6.1.
"""

from __future__ import annotations

from collections import deque
from math import exp, log10

import numpy as np
from numpy.typing import NDArray

from installation.inputs.heard import BINS, SAMPLES, Heard

HOP = SAMPLES // 2
"""Samples between two looks."""

QUIETEST = 60.0
"""dB below full scale at which a loudness is 0: about a silent room."""

DEEPEST = 80.0
"""dB below full scale at which a bin of the spectrum is 0: one bin holds far less than the whole."""

BANDS = ((20.0, 250.0), (250.0, 4000.0), (4000.0, float("inf")))
"""Hz: drums and bass; voices and most of the rest; consonants, cymbals, rustling."""

RISE, FALL = 0.02, 0.3
"""Seconds in which a loudness comes within a third (1/e) of a louder or a quieter sound."""

RING = 0.15
"""Seconds in which an onset falls to a third (1/e)."""

SETTLE = 0.5
"""Seconds in which a constant offset, which cheap sound cards have, is taken for silence."""

COMPRESSION = 1000.0
MEMORY = 1.0
"""Seconds of flux of which the running median is taken."""

LEAST, TIMES = 0.02, 1.5
"""An onset is a flux above LEAST + TIMES the median."""

APART = 0.08
"""Seconds between two onsets, at least."""

_WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(SAMPLES) / SAMPLES)).astype(np.float64)
_S1, _S2 = float(_WINDOW.sum()), float((_WINDOW**2).sum())


class Analysis:
    """Remembers the last window, what is still too short for a hop, the smoothed values, and the flux of a second."""

    def __init__(self, rate: float, channels: int, gain: float = 0.0, source: str = "", live: bool = True) -> None:
        """`rate` in samples a second, `channels` 1 or 2, `gain` in dB."""
        self.rate, self.channels = rate, channels
        self._factor = 10.0 ** (gain / 20.0)
        self._source, self._live = source, live
        step = HOP / rate
        self._rise, self._fall, self._ring = 1 - exp(-step / RISE), 1 - exp(-step / FALL), exp(-step / RING)
        self._settle = 1 - exp(-step / SETTLE)
        self._apart = APART / step
        self._memory = max(round(MEMORY / step), 3)
        hertz = np.arange(BINS + 1) * rate / SAMPLES
        self._bands = [(hertz >= low) & (hertz < high) for low, high in BANDS]
        self.reset()

    def reset(self) -> None:
        """Forgets everything, as before the first sample."""
        self._window = np.zeros((self.channels, SAMPLES), np.float32)
        self._rest = np.zeros((0, self.channels), np.float32)
        self._offset = np.zeros((self.channels, 1))
        self._smooth = [0.0, 0.0, 0.0, 0.0]
        self._onset = 0.0
        self._since = self._apart
        self._before: NDArray[np.float64] | None = None
        self._flux: deque[float] = deque(maxlen=self._memory)
        self._hops = 0
        self.heard = Heard.silence(self._source)

    def take(self, samples: NDArray[np.floating], when: float) -> Heard:
        """Takes the samples that follow, (n, channels) of any n and any values; gives the newest moment.

        It is the same object as before when they don't fill a hop. What isn't a number counts as silence, what is
        louder than full scale is cut. Raises ValueError for another number of channels (a bug).
        """
        if samples.ndim != 2 or samples.shape[1] != self.channels:
            raise ValueError(f"expected (n, {self.channels}), got {samples.shape}")
        with np.errstate(all="ignore"):
            clean = np.nan_to_num(samples.astype(np.float64) * self._factor, nan=0.0, posinf=1.0, neginf=-1.0)
        data = np.concatenate((self._rest, np.clip(clean, -1.0, 1.0).astype(np.float32)))
        hops = len(data) // HOP
        amplitude = None
        for hop in range(hops):
            amplitude = self._look(data[hop * HOP : (hop + 1) * HOP])
        self._rest = data[hops * HOP :]
        if amplitude is not None:
            self.heard = self._moment(amplitude, when)
        return self.heard

    def _look(self, hop: NDArray[np.float32]) -> NDArray[np.float64]:
        """Moves the window on by one hop and updates the numbers; gives the amplitude of each bin, (channels, BINS + 1)."""
        self._window = np.concatenate((self._window[:, HOP:], hop.T), axis=1)
        self._hops += 1
        self._offset += (hop.mean(axis=0, dtype=np.float64)[:, None] - self._offset) * self._settle
        window = self._window - self._offset
        magnitude = np.abs(np.fft.rfft(window * _WINDOW))
        power = (2.0 / (SAMPLES * _S2)) * (magnitude**2).mean(axis=0)
        whole = float((window**2).mean())
        now = [loudness(whole), *(loudness(float(power[band].sum())) for band in self._bands)]
        self._smooth = [
            old + (new - old) * (self._rise if new > old else self._fall)
            for old, new in zip(self._smooth, now, strict=True)
        ]
        amplitude: NDArray[np.float64] = magnitude * (2.0 / _S1)
        self._listen(amplitude)
        return amplitude

    def _listen(self, amplitude: NDArray[np.float64]) -> None:
        """Decides whether something begins in this hop."""
        compressed = np.log1p(COMPRESSION * amplitude).mean(axis=0)
        before = compressed if self._before is None else self._before
        flux = float(np.maximum(compressed - before, 0.0).mean())
        self._before = compressed
        self._since += 1
        self._onset *= self._ring
        usual = float(np.median(self._flux)) if self._flux else 0.0
        if flux > LEAST + TIMES * usual and self._since >= self._apart:
            self._onset, self._since = 1.0, 0.0
        self._flux.append(flux)

    def _moment(self, amplitude: NDArray[np.float64], when: float) -> Heard:
        with np.errstate(divide="ignore"):
            spectrum = np.clip(1.0 + 20.0 * np.log10(amplitude[:, :BINS]) / DEEPEST, 0.0, 1.0)
        level, low, mid, high = self._smooth
        return Heard(
            waveform=self._window.copy(),
            spectrum=spectrum.astype(np.float32),
            level=level,
            low=low,
            mid=mid,
            high=high,
            onset=self._onset,
            sequence=self._hops,
            when=when,
            source=self._source,
            live=self._live,
        )


def loudness(mean_square: float) -> float:
    """A mean square as 0..1: 0 at -60 dB of full scale, 1 for a sine of full scale (mean square 0.5)."""
    if mean_square <= 0.0:
        return 0.0
    return min(max(1.0 + 10.0 * log10(2.0 * mean_square) / QUIETEST, 0.0), 1.0)
