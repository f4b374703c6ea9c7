"""Plays a sound file (or a film's sound) for the analysis, round and round, in step with a clock that it is told.

Nothing is heard of it through the loudspeakers: it stands for a microphone. It is only ever decoded forwards, so that it is
exact to the sample whatever the format; going back begins anew. Called by `audio`, live in a thread of its own. Never
writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.errors import DeviceError, Location
from installation.inputs.analysis import HOP, Analysis
from installation.inputs.heard import Heard

RATE = 48000
"""Samples a second that every file is brought to."""

BEHIND = 10.0
"""Seconds: when more is asked for at once, what lies before the last `WARM_UP` is passed over without listening."""

WARM_UP = 3.0
"""Seconds after which the analysis has forgotten what came before (its longest memory is a second)."""

DAMAGED = 50
"""Pieces in a row that can't be decoded, after which the file counts as ended."""


class SoundFile:
    """A file's sound as one endless row of samples, (n, channels) float32 at `RATE`. Remembers where it is."""

    def __init__(self, path: Path) -> None:
        """Raises DeviceError when it isn't there, or has no sound that can be decoded."""
        self.name = path.name
        self.channels = 1
        self._path = path
        self._where = Location(str(path))
        self._container: Any = None
        self._blocks: Iterator[NDArray[np.float32]] = iter(())
        self._rest = np.zeros((0, 1), np.float32)
        self._read = 0
        self._length: int | None = None  # samples in a round; known at its end
        self.rewind()

    def rewind(self) -> None:
        """Back to the first sample. Raises DeviceError."""
        import av

        self.close()
        if not self._path.is_file():  # a named pipe would hang whoever reads it
            what = "not a sound file" if self._path.exists() else "no such sound file"
            raise DeviceError(what, self._where, "audio: source is auto, none, device:NAME or a file")
        try:
            self._container = av.open(str(self._path))
        except (av.FFmpegError, OSError, ValueError) as error:
            hint = "WAV, FLAC, MP3, Ogg and AAC are fine"
            raise DeviceError(f"not a sound that can be read ({error})", self._where, hint) from None
        if not self._container.streams.audio:
            self.close()
            raise DeviceError("has no sound", self._where, "name a sound file, or a film with sound")
        stream = self._container.streams.audio[0]
        self.channels = 1 if stream.channels == 1 else 2
        self._blocks = self._decode(stream)
        self._read = 0
        first = next(self._blocks, None)
        if first is None:
            self.close()
            raise DeviceError("has no sound that can be decoded", self._where, "play it elsewhere to check it")
        self._rest = first

    def _decode(self, stream: Any) -> Iterator[NDArray[np.float32]]:
        """The blocks of one round. What is damaged is passed over."""
        import av

        layout = "mono" if self.channels == 1 else "stereo"
        resampler = av.AudioResampler(format="flt", layout=layout, rate=RATE)
        frames = self._container.decode(stream)
        damaged = 0
        while damaged < DAMAGED:
            try:
                frame = next(frames, None)
                if frame is not None:
                    frame.pts = None  # a gap in its times is not filled: the samples follow each other
                made = resampler.resample(frame)
            except av.error.EOFError:
                return
            except (av.FFmpegError, ValueError):
                damaged += 1
                frames = self._container.decode(stream)
                continue
            damaged = 0
            for one in made:
                if one.samples:
                    yield np.asarray(one.to_ndarray(), np.float32).reshape(-1, self.channels)
            if frame is None:
                return

    def read(self, count: int) -> NDArray[np.float32]:
        """The next `count` samples, (count, channels); after the last one comes the first. Raises DeviceError."""
        parts = list(self._take(count))
        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    def skip(self, count: int) -> None:
        """Passes over samples. Whole rounds cost nothing once the length is known."""
        while count > 0:
            if self._length:
                count %= self._length
            for part in self._take(min(count, RATE)):
                count -= len(part)

    def _take(self, count: int) -> Iterator[NDArray[np.float32]]:
        while count > 0:
            if not len(self._rest):
                following = next(self._blocks, None)
                if following is None:
                    self._length = self._read
                    self.rewind()
                    continue
                self._rest = following
            part, self._rest = self._rest[:count], self._rest[count:]
            self._read += len(part)
            count -= len(part)
            yield part

    def close(self) -> None:
        """Lets go of the file; safe to call twice."""
        container, self._container = self._container, None
        if container is not None:
            container.close()


class Playback:
    """A file, heard at moments of a show. The same moments give the same `Heard`."""

    def __init__(self, path: Path, gain: float = 0.0) -> None:
        """Raises DeviceError when the file can't be played."""
        self._file = SoundFile(path)
        self.name = self._file.name
        self.rate, self.channels = RATE, self._file.channels
        self._analysis = Analysis(RATE, self.channels, gain, self.name)
        self._hops = 0

    def hear(self, seconds: float) -> Heard:
        """What is heard at `seconds` of the show. Raises DeviceError when the file is lost."""
        wanted = int(max(seconds, 0.0) * RATE / HOP + 1e-6)
        if wanted < self._hops:
            self._file.rewind()
            self._analysis.reset()
            self._hops = 0
        if (wanted - self._hops) * HOP > BEHIND * RATE:
            start = wanted - int(WARM_UP * RATE / HOP)
            self._file.skip((start - self._hops) * HOP)
            self._hops = start
        if wanted > self._hops:
            samples = self._file.read((wanted - self._hops) * HOP)
            self._analysis.take(samples, wanted * HOP / RATE)
            self._hops = wanted
        return self._analysis.heard

    def close(self) -> None:
        """Lets go of the file; safe to call twice."""
        self._file.close()
