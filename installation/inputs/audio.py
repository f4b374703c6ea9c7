"""The wall's ear, as the frame hears it: `sample()` gives the newest `Heard` at once, whatever the device does.

`Ear` is live: a thread of its own opens a microphone, a line input or a sound file, listens, and comes back when a device
was lost and is there again; meanwhile there is silence, and the status says why. A microphone is opened only after
`listen()`: where no scene listens, none is. `OfflineAudio` is the same face for rendering: a file at the frame's own time,
anything else is silence. Nothing is recorded, and no library for sound is loaded at import.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from installation.clock import now
from installation.errors import DeviceError, Location, did_you_mean
from installation.inputs.heard import Heard
from installation.inputs.microphone import Microphone
from installation.inputs.sound_file import Playback
from installation.mailbox import Latest, Worker

TICK = 0.008
"""Seconds between two looks: about one hop of the analysis."""

HOLD = 1.0
"""Seconds that the last moment stays when the thread hangs in a driver; then it is silent."""

PATIENCE = 8.0
"""Seconds that a driver may take before the status says that it hangs."""

BACK_OFF = (1.0, 2.0, 5.0, 10.0)
"""Seconds before a source is tried again: after the first failure, the second ..."""

PROVEN = 10.0
"""Seconds of sound after which a source counts as well again, and the back-off begins anew."""

WORDS = ("auto", "none", "device:NAME", "a file")


class Sound(Protocol):
    """What can be listened to."""

    name: str
    rate: int
    channels: int

    def hear(self, seconds: float) -> Heard: ...
    def close(self) -> None: ...


def is_device(source: str) -> bool:
    """Whether a source is a microphone or line input, rather than a file or nothing."""
    return source in ("auto", "device") or source.startswith("device:")


def open_sound(source: str, gain: float) -> Sound:
    """Opens what a source names: `auto`, `device:NAME`, `device:NUMBER` or a file. Raises DeviceError. May be slow."""
    if is_device(source):
        return Microphone(source.partition(":")[2].strip(), gain)
    if "://" in source:
        raise DeviceError("streams can't be opened", Location(source), "a device or a file can")
    path = Path(source).expanduser()
    if not path.exists() and os.sep not in source and not path.suffix:
        raise DeviceError(f'there is no source "{source}"', hint=did_you_mean(source, WORDS, label="sources"))
    return Playback(path, gain)


class Ear:
    """A live source. Nothing here raises or waits, but `close`, which waits at most two seconds."""

    def __init__(self, source: str = "auto", gain: float = 0.0, back_off: tuple[float, ...] = BACK_OFF) -> None:
        """`gain` in dB."""
        self.source = source
        self._gain, self._back_off = gain, back_off
        self._newest: Latest[Heard] = Latest()
        self._silence = Heard.silence()
        self._worker: Worker | None = None
        self._closed = False
        self._asked = 0.0  # the show's seconds, told by sample()
        self._wanted = False  # told by listen()
        # The worker's own:
        self._sound: Sound | None = None
        self._last: Heard | None = None
        self._sequence = 0
        self._opened_at = self._retry_at = 0.0
        self._failed = self._opens = 0
        self._problem = ""

    def listen(self, wanted: bool) -> None:
        """Whether anybody listens, from now on; returns at once. While nobody does, nothing is open."""
        self._wanted = wanted
        if wanted and self._worker is None and self.source != "none" and not self._closed:
            self._worker = Worker("audio", self._listen).start()

    def sample(self, seconds: float) -> Heard:
        """The newest moment; the same object as last time when nothing new came. `seconds` of the show. Never blocks."""
        self._asked = seconds
        heard = self._newest.get()
        if heard is None or (heard.live and self._newest.age() > HOLD):
            return self._silence
        return heard

    def status(self) -> dict[str, object]:
        """What to tell the operator: source, wanted, live, state, rate, channels, problem, restarts.

        `state` is none (nothing wanted), asleep (no scene listens), opening, live or lost.
        """
        sound, worker = self._sound, self._worker
        problem = self._problem
        if worker is not None and worker.error is not None:
            problem = f"the audio's thread stopped: {worker.error}. Restart the engine"
        elif worker is not None and worker.age > PATIENCE:
            problem = f"{self.source}: the driver hasn't answered for {worker.age:.0f} s. Plug the device in again"
        if self.source == "none":
            state = "none"
        elif worker is None or not self._wanted:
            state, problem = "asleep", ""
        elif problem:
            state = "lost"
        else:
            state = "live" if sound is not None else "opening"
        return {
            "source": sound.name if sound is not None else "none",
            "wanted": self.source,
            "live": state == "live",
            "state": state,
            "rate": sound.rate if sound is not None else 0,
            "channels": sound.channels if sound is not None else 0,
            "problem": problem,
            "restarts": max(self._opens - 1, 0),
        }

    def close(self) -> None:
        """Stops listening; safe to call twice. A thread that hangs in a driver is left to itself."""
        self._closed = True
        worker = self._worker
        if worker is not None:
            worker.close()

    # -- the worker's thread -------------------------------------------------------------------------------------------

    def _listen(self, worker: Worker) -> None:
        try:
            while not worker.stopping():
                worker.beat()
                self._tick(now())
                worker.wait(TICK)
        finally:
            if self._sound is not None:
                self._sound.close()

    def _tick(self, moment: float) -> None:
        if not self._wanted:
            if self._sound is not None:
                self._let_go()
            return
        try:
            if self._sound is None:
                if moment < self._retry_at:
                    return
                self._sound = open_sound(self.source, self._gain)
                self._opened_at = moment
                self._opens += 1
                self._problem = ""
            self._put(self._sound.hear(self._asked))
        except Exception as error:  # DeviceError, and whatever a driver's library comes up with
            self._lose(error, moment)
            return
        if moment - self._opened_at > PROVEN:
            self._failed = 0

    def _put(self, heard: Heard) -> None:
        """Hands over. What isn't new is handed over too: the age then says that somebody still listens."""
        if heard is not self._last or self._newest.get() is None:
            self._sequence += 1
            self._last = heard
            self._newest.put(replace(heard, sequence=self._sequence))
        else:
            newest = self._newest.get()
            assert newest is not None
            self._newest.put(newest)

    def _lose(self, error: Exception, moment: float) -> None:
        self._problem = (str(error) or type(error).__name__).replace("\n    ", ". ")
        self._retry_at = moment + self._back_off[min(self._failed, len(self._back_off) - 1)]
        self._failed += 1
        self._let_go()

    def _let_go(self) -> None:
        """Closes what was listened to: silence from now on."""
        sound, self._sound = self._sound, None
        self._sequence += 1
        self._last = None
        self._newest.put(Heard.silence(sequence=self._sequence))
        if sound is not None:
            with suppress(Exception):  # what is lost may not even close
                sound.close()


class OfflineAudio:
    """Audio for rendering: a file at the frame's own time, the same each time. A device renders as silence."""

    def __init__(self, source: str = "none", gain: float = 0.0) -> None:
        """Raises DeviceError when the file can't be played."""
        self.source = source
        self._silence = Heard.silence()
        self._sound = None if source == "none" or is_device(source) else open_sound(source, gain)
        self._problem = ""

    def listen(self, wanted: bool) -> None:
        """Nothing to open or close: no device is listened to."""

    def sample(self, seconds: float) -> Heard:
        """What is heard at `seconds` of the show."""
        if self._sound is None:
            return self._silence
        try:
            return self._sound.hear(seconds)
        except DeviceError as error:
            self._problem = str(error).replace("\n    ", ". ")
            self.close()
            return self._silence

    def status(self) -> Mapping[str, object]:
        """As `Ear.status`."""
        sound = self._sound
        return {
            "source": sound.name if sound else "none",
            "wanted": self.source,
            "live": sound is not None,
            "state": "lost" if self._problem else "live" if sound else "none",
            "rate": sound.rate if sound else 0,
            "channels": sound.channels if sound else 0,
            "problem": self._problem,
            "restarts": 0,
        }

    def close(self) -> None:
        """Lets go of the file; safe to call twice."""
        sound, self._sound = self._sound, None
        if sound is not None:
            sound.close()
