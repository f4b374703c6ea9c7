"""Sound as pictures for shaders, as ISF wants them: a row for each channel, a column for each sample or bin, grey.

A picture is named as scene files name it: `audio.wave` and `audio.spectrum`, and with a width `audio.wave.256` (the newest
256 samples), `audio.spectrum.64` (the same span of frequencies in 64 bins). Each is made when a shader first asks for it,
uploaded once a frame at most, and let go when nobody asks for it any more.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from installation.gpu.device import Device
from installation.gpu.textures import Format, Texture

WAVE, SPECTRUM = "audio.wave", "audio.spectrum"
FORMAT: Format = "rgba16f"
"""A float texture that every device can sample smoothly, ES 3.0 included."""

WIDEST = 8192
"""Columns at most, whatever a shader asks for."""

SWEEP = 240
"""Frames between two looks at which pictures nobody asks for any more."""


class Sound(Protocol):
    """A moment of sound, (channels, n) float32: `waveform` -1..1, the oldest first; `spectrum` 0..1 from 0 Hz up."""

    @property
    def waveform(self) -> NDArray[np.float32]: ...
    @property
    def spectrum(self) -> NDArray[np.float32]: ...


class Hearing:
    """Remembers the newest sound and the pictures that were asked for."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._sound: Sound | None = None
        self._pictures: dict[str, tuple[Texture, Sound]] = {}
        self._asked: set[str] = set()
        self._frames = 0

    def take(self, sound: Sound) -> None:
        """Takes a frame's sound; the same object again when nothing new was heard."""
        self._sound = sound
        self._frames += 1
        if self._frames % SWEEP == 0:
            for source in self._pictures.keys() - self._asked:
                self._pictures.pop(source)[0].close()
            self._asked.clear()

    def texture(self, source: str) -> Texture | None:
        """This frame's picture of a source; None for an unknown one, and before the first sound."""
        sound = self._sound
        if sound is None:
            return None
        self._asked.add(source)
        texture, shown = self._pictures.get(source, (None, None))
        if texture is not None and shown is sound:
            return texture
        pixels = picture(source, sound)
        if pixels is None:
            return None
        if texture is not None and (texture.height, texture.width) != pixels.shape[:2]:
            texture.close()  # another device has another number of channels
            texture = None
        if texture is None:
            texture = Texture(self._device, pixels.shape[1], pixels.shape[0], FORMAT)
        texture.upload(pixels)
        self._pictures[source] = texture, sound
        return texture

    def close(self) -> None:
        for texture, _ in self._pictures.values():
            texture.close()
        self._pictures.clear()


def picture(source: str, sound: Sound) -> NDArray[np.float32] | None:
    """A source's picture, (channels, width, 4) float32: the waveform centred on 0.5, or the spectrum; None if unknown."""
    kind, _, rest = source.partition(".")
    name, _, width = rest.partition(".")
    if width and not width.isdecimal():
        return None
    most = min(int(width or 0), WIDEST)
    if f"{kind}.{name}" == WAVE:
        grey = newest(sound.waveform, most or sound.waveform.shape[1]) * np.float32(0.5) + np.float32(0.5)
    elif f"{kind}.{name}" == SPECTRUM:
        grey = grouped(sound.spectrum, most or sound.spectrum.shape[1])
    else:
        return None
    pixels = np.ones((*grey.shape, 4), np.float32)
    pixels[:, :, :3] = grey[:, :, None]
    return pixels


def newest(waveform: NDArray[np.float32], most: int) -> NDArray[np.float32]:
    """The newest `most` samples; where there are fewer, they are stretched to as many."""
    return waveform[:, -most:] if most <= waveform.shape[1] else _stretched(waveform, most)


def grouped(spectrum: NDArray[np.float32], most: int) -> NDArray[np.float32]:
    """The same span in `most` bins: each the loudest of those that fall into it, so that no tone is lost."""
    bins = spectrum.shape[1]
    if most > bins:
        return _stretched(spectrum, most)
    starts = np.arange(most) * bins // most
    loudest: NDArray[np.float32] = np.maximum.reduceat(spectrum, starts, axis=1)
    return loudest


def _stretched(rows: NDArray[np.float32], most: int) -> NDArray[np.float32]:
    count = rows.shape[1]
    places = (np.arange(most) + 0.5) * count / most - 0.5
    return np.stack([np.interp(places, np.arange(count), row) for row in rows]).astype(np.float32)
