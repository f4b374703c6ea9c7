"""The microphones and line inputs of this machine, through PortAudio (the library `sounddevice`, an optional extra).

`Microphone` listens to one of them; `list_audio` is for the command line and the doctor. A driver may hang or crash
whatever it is asked: only a thread of its own (`audio.Ear`), or another process, calls this. Nothing is recorded: samples
go into the analysis and are forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.clock import now
from installation.errors import DeviceError, Location, did_you_mean
from installation.inputs.analysis import HOP, Analysis
from installation.inputs.heard import Heard
from installation.mailbox import Commands

RATES = (48000, 44100, 96000, 32000, 16000, 8000)
"""Samples a second that are asked of a device, the best for the analysis first; then the device's own."""

QUIET = 2.0
"""Seconds without a block after which a device counts as lost."""

BLOCKS = 64
"""Blocks that may wait for the analysis: more than half a second. Then new ones are dropped, and counted."""

FLOOD = 5000
"""Dropped blocks (nearly a minute of sound) after which a device is let go: one without a clock would take all the time
that the frames need."""

LIBRARY = "./.tools/uv pip install sounddevice, or as you install Python packages"
PORTAUDIO = "apt-get install libportaudio2"


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """An input of this machine: what to write as `source`, its name, and what is wrong with it ("" if nothing).

    `rates` are those of `RATES` that it takes, and its own.
    """

    source: str
    name: str
    channels: int
    rates: tuple[int, ...]
    problem: str = ""


def portaudio() -> Any:
    """The library, ready to be asked. Raises DeviceError when it, or the system's PortAudio, is not there."""
    try:
        import sounddevice
    except ImportError:
        raise DeviceError("the library sounddevice is not installed", hint=LIBRARY) from None
    except OSError:
        raise DeviceError("the system's PortAudio is missing", hint=PORTAUDIO) from None
    return sounddevice


def devices(library: Any) -> list[tuple[int, Any]]:
    """The inputs as they are now, each with PortAudio's number. Raises DeviceError. No stream may be open."""
    try:
        # PortAudio looks for devices only as it begins, so one that is plugged in later needs a new beginning.
        while library._initialized:
            library._terminate()
        library._initialize()
        return [(n, d) for n, d in enumerate(library.query_devices()) if d["max_input_channels"] > 0]
    except library.PortAudioError as error:
        raise DeviceError(f"PortAudio doesn't start ({words(error)})", hint="is the sound system running?") from None


def choose(library: Any, which: str) -> tuple[int, Any]:
    """The input that `which` names: "" the system's own, else the first; a number; or a name, or a part of one.

    Raises DeviceError with the names that are there.
    """
    found = devices(library)
    if not found:
        raise DeviceError("no microphone or line input found", hint="plug one in, or name a file (audio: source)")
    if not which:
        own = library.default.device[0]
        return next((one for one in found if one[0] == own), found[0])
    wanted = which.casefold()
    for fits in (
        lambda n, name: which.isdecimal() and n == int(which),
        lambda n, name: name == wanted,
        lambda n, name: name.startswith(wanted),
        lambda n, name: wanted in name,
    ):
        for number, about in found:
            if fits(number, str(about["name"]).casefold()):
                return number, about
    names = [f"device:{about['name']}" for _, about in found]
    hint = did_you_mean(f"device:{which}", names, label="here")
    raise DeviceError("no such microphone or line input", Location(f"device:{which}"), hint)


def list_audio() -> list[AudioInfo]:
    """The inputs of this machine. Raises DeviceError when PortAudio can't be asked."""
    library = portaudio()
    found = []
    for number, about in devices(library):
        channels = min(int(about["max_input_channels"]), 2)
        rates = tuple(
            rate for rate in sorted({*RATES, own_rate(about)}) if not refused(library, number, channels, rate)
        )
        problem = "" if rates else refused(library, number, channels, own_rate(about))
        found.append(AudioInfo(f"device:{number}", str(about["name"]), channels, rates, problem))
    return found


def own_rate(about: Any) -> int:
    """The rate that a device prefers, in samples a second."""
    return round(float(about["default_samplerate"])) or RATES[0]


def refused(library: Any, number: int, channels: int, rate: int) -> str:
    """Why an input doesn't take a rate; "" when it does."""
    try:
        library.check_input_settings(device=number, channels=channels, dtype="float32", samplerate=rate)
    except (library.PortAudioError, ValueError) as error:
        return words(error)
    return ""


def words(error: Exception) -> str:
    """What PortAudio says, on one line."""
    return str(error.args[0] if error.args else error).replace("\n", " ").strip()[:160] or type(error).__name__


class Microphone:
    """One input, open. Remembers the analysis and when the last block came."""

    def __init__(self, which: str, gain: float = 0.0) -> None:
        """Opens it; `which` as in `choose`. Raises DeviceError."""
        library = portaudio()
        number, about = choose(library, which)
        self.name = str(about["name"])
        self._where = Location(f"device:{self.name}")
        self._blocks: Commands[NDArray[np.float32]] = Commands(BLOCKS)
        self._stream, self.rate, self.channels = self._open(library, number, about)
        self._analysis = Analysis(self.rate, self.channels, gain, self.name)
        self._heard_at = now()

    def _open(self, library: Any, number: int, about: Any) -> tuple[Any, int, int]:
        """The stream at the first rate that the device takes, stereo if it can; its rate; and how many channels are used."""
        most = int(about["max_input_channels"])
        why = ""
        for channels, rate in self._ways(most, own_rate(about)):
            stream = None
            try:
                stream = library.InputStream(
                    device=number,
                    channels=channels,
                    samplerate=rate,
                    dtype="float32",
                    blocksize=HOP,
                    latency="low",
                    callback=self._take,
                )
                stream.start()
            except (library.PortAudioError, ValueError) as error:
                why = why or words(error)
                if stream is not None:
                    stream.close()
                continue
            return stream, round(float(stream.samplerate)), min(channels, 2)
        hint = "is another program using it, and may this user? installation list audio"
        raise DeviceError(f"it doesn't open ({why})", self._where, hint)

    def _ways(self, most: int, own: int) -> Iterator[tuple[int, int]]:
        rates: Sequence[int] = tuple(dict.fromkeys((RATES[0], own, *RATES[1:])))
        for channels in dict.fromkeys((min(most, 2), 1, most)):
            yield from ((channels, rate) for rate in rates)

    def _take(self, samples: NDArray[np.float32], count: int, times: Any, flags: Any) -> None:
        """PortAudio's own thread, in real time: copies, because the block is used again, and hands over."""
        # Commands rather than Latest: an onset is found between one block and the next, so none may be left out.
        self._blocks.put(samples[:, :2].copy())

    def hear(self, seconds: float) -> Heard:
        """The newest moment. Raises DeviceError when the device has stopped."""
        if self._blocks.dropped > FLOOD:
            raise DeviceError("the device delivers faster than it hears", self._where, "is it a real one?")
        blocks = self._blocks.drain()
        moment = now()
        if blocks:
            self._heard_at = moment
            self._analysis.take(np.concatenate(blocks), moment)
        elif not self._stream.active or moment - self._heard_at > QUIET:
            raise DeviceError("the device has stopped", self._where, "check its cable; it is taken up again by itself")
        return self._analysis.heard

    def close(self) -> None:
        """Lets go of the device. PortAudio must have stopped before it can close."""
        self._stream.abort(ignore_errors=True)
        self._stream.close(ignore_errors=True)
