"""Joins the parts of a film into one, without encoding them again, and puts a sound beside them.

Each part begins with a picture that stands by itself, and all were made with the same settings, so their packets follow
one another as though they had been one film. Times are counted anew, in whole frames. The same parts give the same bytes.
Called by parts.
"""

from __future__ import annotations

import errno
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.errors import Location, OutputError
from installation.outputs.codecs import CONTAINERS
from installation.outputs.film import muxing, verify

SOUND_RATE = 48000
SOUND_CODECS = {".mp4": ("aac", "fltp"), ".mov": ("pcm_s16le", "s16"), ".mkv": ("flac", "s16")}
"""By ending: what its players expect, and libav's name for its samples."""
BLOCK = 1024
"""Samples that are encoded at once."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound file, or a film's sound, beside a film: from which of its seconds on, and whether it goes round and round.

    It is cut at the film's end; where it ends before, and doesn't go round, silence follows.
    """

    path: Path
    start: float = 0.0
    loops: bool = False


def join(parts: Sequence[Path], out: Path, suffix: str, rate: Fraction, frames: int, sound: Sound | None) -> None:
    """Writes the parts' pictures into `out`, a film as `suffix` says. Raises OSError, and OutputError for the sound."""
    import av

    kind = CONTAINERS[suffix][0]
    late = max(_lateness(part, rate) for part in parts)
    with av.open(str(out), "w", format=kind, options=muxing(kind)) as film:
        with av.open(str(parts[0])) as first:
            model = first.streams.video[0]
            stream = film.add_stream_from_template(model)
            stream.codec_context.codec_tag = model.codec_context.codec_tag if kind != "matroska" else "\0\0\0\0"
        stream.time_base = 1 / rate
        heard = _Heard(film, sound, suffix, frames / rate) if sound else None
        done = 0
        for part in parts:
            count = 0
            for packet, number in _packets(part, rate):
                if heard:
                    heard.until((done + count) / rate)
                packet.stream = stream
                packet.time_base = 1 / rate
                packet.pts, packet.dts, packet.duration = done + number, done + count - late, 1
                film.mux(packet)
                count += 1
            done += count
        if heard:
            heard.until(None)
    if done != frames:
        raise OSError(errno.EIO, f"{done} of {frames} frames are in the parts")
    verify(out, frames, rate)


def _packets(part: Path, rate: Fraction) -> Iterator[tuple[Any, int]]:
    """The packets of a part as they were encoded, each with the number of its frame."""
    import av

    with av.open(str(part)) as film:
        for packet in film.demux(video=0):
            if packet.size:
                yield packet, round((packet.pts or 0) * packet.time_base * rate)


def _lateness(part: Path, rate: Fraction) -> int:
    """By how many frames some picture is decoded after its turn to be shown would have come."""
    return max(place - number for place, (_, number) in enumerate(_packets(part, rate)))


def check_sound(path: Path) -> None:
    """Raises OutputError for what has no sound that can be decoded."""
    next(_samples(path), None)


class _Heard:
    """The sound of a film that is being joined. Remembers how much of it has been written."""

    def __init__(self, film: Any, sound: Sound, suffix: str, seconds: Fraction) -> None:
        codec, self._form = SOUND_CODECS[suffix]
        self._film = film
        self._stream = film.add_stream(codec, rate=SOUND_RATE, options={"flags": "+bitexact"})
        self._stream.layout = "stereo"
        self._stream.format = self._form
        if codec == "aac":
            self._stream.bit_rate = 256_000
        self._total = round(seconds * SOUND_RATE)
        self._blocks = _blocks(sound, self._total)
        self._done = 0

    def until(self, second: Fraction | None) -> None:
        """Writes the sound until this second of the film, or all of it."""
        import av

        while self._done < self._total and (second is None or self._done <= second * SOUND_RATE):
            block = next(self._blocks)
            samples: Any = block if self._form == "fltp" else np.round(block * 32767).astype(np.int16).T.reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format=self._form, layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, self._done, Fraction(1, SOUND_RATE)
            self._film.mux(self._stream.encode(frame))
            self._done += block.shape[1]
        if second is None:
            self._film.mux(self._stream.encode(None))


def _blocks(sound: Sound, total: int) -> Iterator[NDArray[np.float32]]:
    """The sound as (2, up to BLOCK) float32, -1 to 1, `total` samples in all."""
    left, given = np.zeros((2, 0), np.float32), 0
    pieces = _endless(sound)
    while given < total:
        wanted = min(BLOCK, total - given)
        while left.shape[1] < wanted:
            piece = next(pieces, None)
            left = np.concatenate([left, np.zeros((2, wanted), np.float32) if piece is None else piece], axis=1)
        yield np.clip(left[:, :wanted], -1.0, 1.0)
        left, given = left[:, wanted:], given + wanted


def _endless(sound: Sound) -> Iterator[NDArray[np.float32]]:
    """The sound's samples from where it begins: round and round, or once."""
    skipped = round(sound.start * SOUND_RATE)
    length = 0
    while True:
        for piece in _samples(sound.path):
            length += piece.shape[1]
            if skipped < piece.shape[1]:
                yield piece[:, skipped:]
            skipped = max(skipped - piece.shape[1], 0)
        if not sound.loops or not length:
            return
        skipped %= length
        length = 0


def _samples(path: Path) -> Iterator[NDArray[np.float32]]:
    """A file's sound, decoded: (2, n) float32 at 48 kHz. Raises OutputError."""
    import av

    try:
        with av.open(str(path)) as file:
            if not file.streams.audio:
                raise OutputError(
                    "this file has no sound", Location(str(path)), "name a sound file, or a film with sound"
                )
            resampler: Any = av.AudioResampler(format="fltp", layout="stereo", rate=SOUND_RATE)
            for frame in itertools.chain(file.decode(audio=0), [None]):
                for piece in resampler.resample(frame):
                    yield piece.to_ndarray()
    except (OSError, av.FFmpegError) as error:
        said = getattr(error, "strerror", None) or error
        raise OutputError(
            f"this sound can't be read: {said}", Location(str(path)), "play it elsewhere to check it"
        ) from None
