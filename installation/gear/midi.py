"""MIDI's ports (the libraries `mido` and `python-rtmidi`, an optional extra): heard, sent to, and found again when plugged in.

Two threads of its own: one looks for the ports now and then, opens those that are wanted and closes those that are gone; the
other sends. What is heard comes from the driver's thread and waits for the frame, each message with its moment. An absent
library or port is one problem, told again only when it has been well in between. As `mido` says, the environment variable
MIDO_BACKEND names another system than the usual one, such as mido.backends.rtmidi/UNIX_JACK.
"""

from __future__ import annotations

import importlib
import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from installation.clock import now
from installation.errors import CommandError, DeviceError, did_you_mean
from installation.mailbox import Commands, Worker

log = logging.getLogger(__name__)

LIBRARY = 'install it: pip install "installation[midi]", or ./.tools/uv pip install mido python-rtmidi'
LOOK = 1.0
"""Seconds between two looks for ports."""
LONGEST_LOOK = 10.0
"""Seconds between two looks where the system has no MIDI at all: each writes lines of the driver's own."""
MOST_HEARD, MOST_SENT = 4096, 512
STALE = 2.0
"""Seconds after which a message that could not be sent is dropped: a note that comes late is worse than none."""
VIRTUAL = "virtual"
SEQUENCER = "/dev/snd/seq"
"""Where Linux has its MIDI."""
JACK = "JACK_DEFAULT_SERVER names its server"


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message, from an input by the site file's name, and its moment in seconds of `clock.now()`."""

    port: str
    data: bytes
    when: float


@dataclass
class Port:
    """A port that is wanted: its name in the site file, a part of its own name, and what it is now."""

    name: str
    wanted: str
    called: str = ""
    link: Any = None
    count: int = 0
    problem: str = ""


class Midi:
    """Remembers the wanted ports, and what waits to be taken or sent."""

    def __init__(self, inputs: Mapping[str, str], outputs: Mapping[str, str]) -> None:
        """Both: a part of a port's name, by the site file's name for it; "virtual" makes one that other programs connect to."""
        self.inputs = {name: Port(name, wanted) for name, wanted in inputs.items()}
        self.outputs = {name: Port(name, wanted) for name, wanted in outputs.items()}
        self.heard: Commands[Arrived] = Commands(MOST_HEARD)
        self.problem = self.hint = ""
        """Why there is no MIDI at all, and what to try."""
        self._sending: Commands[tuple[Port, bytes, float]] = Commands(MOST_SENT)
        self._sounding: set[tuple[str, int, int]] = set()
        """Notes that were begun and not ended: output, channel from 0, note."""
        self._hush = threading.Event()
        self._wake = threading.Event()
        self._looker = Worker("MIDI", self._look)
        self._sender = Worker("MIDI out", self._send)
        self.workers = (self._looker, self._sender)

    def start(self) -> Midi:
        self._looker.start()
        if self.outputs:
            self._sender.start()
        return self

    def __call__(self, action: Any) -> None:
        """Sends what a cue says (`show.actions.MidiAction`). Raises CommandError where it can't."""
        self.send(action.to, action.data)

    def need_input(self) -> None:
        """Raises CommandError where there is nothing to hear: no MIDI at all, or no port of those that are wanted."""
        if self.problem:
            raise CommandError(f"midi: {self.problem}", hint=self.hint)
        if all(port.link is None for port in self.inputs.values()):
            why = [f"{port.name}: {port.problem or 'it is looked for'}" for port in self.inputs.values()]
            raise CommandError(
                f"midi: no input is there ({'; '.join(why)})", hint="installation list midi lists those there are"
            )

    def send(self, to: str | None, data: bytes) -> None:
        """Hands bytes to an output, by its name, or to the only one. Raises CommandError; never waits."""
        if to is None and len(self.outputs) != 1:
            raise CommandError(
                f"midi: there are {len(self.outputs)} outputs, and none is named",
                hint=f"to: {', '.join(self.outputs)}",
            )
        port = next(iter(self.outputs.values())) if to is None else self.outputs.get(to)
        if port is None:
            hint = did_you_mean(str(to), self.outputs, label="in the site file")
            raise CommandError(f'midi: no output is called "{to}"', hint=hint)
        if port.link is None:
            raise CommandError(f"midi: {port.name} isn't there: {self.problem or port.problem or 'it is looked for'}")
        if not self._sending.put((port, data, now())):
            raise CommandError(f"midi: too much waits for {port.name}")
        self._wake.set()

    def hush(self) -> None:
        """Ends every note that was begun here; never waits."""
        self._hush.set()
        self._wake.set()

    # -- the threads -----------------------------------------------------------------------------------------------------

    def _send(self, worker: Worker) -> None:
        while not worker.stopping():
            worker.beat()
            self._wake.wait(0.5)
            self._wake.clear()
            hush = self._hush.is_set()  # looked at before: all that was begun until then is in the queue
            if hush:
                self._hush.clear()
            for port, data, when in self._sending.drain():
                if now() - when <= STALE:
                    self._send_one(port, data)
            if hush:
                self._end_notes()
        self._end_notes()

    def _send_one(self, port: Port, data: bytes) -> None:
        link = port.link
        if link is None:
            return
        try:
            link.send(_message(data))
        except Exception as error:  # each driver has its own
            port.problem = f"{type(error).__name__}: {error}"
            log.warning("midi: %s: %s", port.name, port.problem)
            return
        port.count += 1
        if data[0] >> 4 == 9:
            note = port.name, data[0] & 15, data[1]
            (self._sounding.add if data[2] else self._sounding.discard)(note)

    def _end_notes(self) -> None:
        for name, channel, note in sorted(self._sounding):
            self._send_one(self.outputs[name], bytes((0x90 | channel, note, 0)))
        self._sounding.clear()

    def _look(self, worker: Worker) -> None:
        backend: Any = None
        view: View | None = None
        wait = LOOK
        while not worker.stopping():
            worker.beat()
            try:
                backend = backend or opened_backend()
                view = view or View(backend)
                self._plug(backend, view)
                self._tell("", "")
                wait = LOOK
            except DeviceError as error:
                self._tell(error.problems[0].message, error.problems[0].hint)
                wait = LONGEST_LOOK
            except Exception as error:  # a driver's own: the system's MIDI has gone
                self._tell(f"no MIDI: {type(error).__name__}: {error}", "")
                backend, view, wait = None, None, min(wait * 2, LONGEST_LOOK)
            worker.wait(wait)
        self._unplug()
        if view is not None:
            view.close()

    def _tell(self, problem: str, hint: str) -> None:
        if problem != self.problem:
            log.warning("midi: %s", f"{problem}; {hint}" if hint else problem or "well again")
        self.problem, self.hint = problem, hint

    def _plug(self, backend: Any, view: View) -> None:
        """Opens what is there, closes what is gone."""
        if self.inputs:
            names = view.inputs()
            for port in self.inputs.values():
                self._match(port, names, partial(backend.open_input, callback=self._hearing(port)))
        if self.outputs:
            names = view.outputs()
            for port in self.outputs.values():
                self._match(port, names, backend.open_output)

    def _match(self, port: Port, names: list[str], open_it: Any) -> None:
        if port.link is not None:
            if port.called in names or port.wanted == VIRTUAL:
                return
            self._close(port)
            port.problem = "it has been unplugged"
            log.warning("midi: %s (%s) has been unplugged", port.name, plain(port.called))
        if port.wanted == VIRTUAL:
            found: str | None = f"installation {port.name}"
            open_it = partial(open_it, virtual=True)
        else:
            found = next((name for name in names if port.wanted.lower() in name.lower()), None)
        if found is None:
            there = ", ".join(dict.fromkeys(map(plain, names))) or "none"
            problem = f'no port is called "{port.wanted}"; there are: {there}'
            if not port.problem:
                log.warning("midi: %s: %s", port.name, problem)
            port.problem = port.problem or problem
            return
        try:
            port.link = open_it(found)
        except Exception as error:  # each driver has its own; another program may have it
            problem = f"{plain(found)} can't be opened: {error}"
            if problem != port.problem:
                log.warning("midi: %s: %s", port.name, problem)
            port.problem = problem
            return
        port.called, port.problem = found, ""
        log.info("midi: %s is %s", port.name, plain(found))

    def _hearing(self, port: Port) -> Any:
        """What the driver's thread calls with each message of a port."""

        def hear(message: Any) -> None:
            self.heard.put(Arrived(port.name, bytes(message.bytes()), now()))
            port.count += 1

        return hear

    def _close(self, port: Port) -> None:
        link, port.link = port.link, None
        try:
            link.close()
        except Exception as error:  # it is gone
            log.info("midi: %s: %s", port.name, error)

    def _unplug(self) -> None:
        for port in (*self.inputs.values(), *self.outputs.values()):
            if port.link is not None:
                self._close(port)

    def status(self) -> dict[str, object]:
        """How each port is."""
        told: dict[str, object] = {
            way: {
                port.name: {
                    "port": plain(port.called) if port.link is not None else "",
                    "messages": port.count,
                    "problem": port.problem,
                }
                for port in ports.values()
            }
            for way, ports in (("in", self.inputs), ("out", self.outputs))
        }
        return {**told, "dropped": self.heard.dropped + self._sending.dropped, "problem": self.problem}

    def close(self) -> None:
        """Ends the threads, closes the ports. Safe to call twice."""
        self._sender.stop()
        self._wake.set()
        self._sender.close()
        self._looker.close()


class View:
    """Which ports are there. python-rtmidi is asked through one client of its own that stays: mido makes two for each look, which
    on JACK disturbs everybody's sound, and makes messages come twice."""

    def __init__(self, backend: Any) -> None:
        self._ins: Any = None
        self._outs: Any = None
        self.inputs: Callable[[], list[str]] = backend.get_input_names
        self.outputs: Callable[[], list[str]] = backend.get_output_names
        if backend.name == "mido.backends.rtmidi":
            import rtmidi

            api = getattr(rtmidi, f"API_{backend.api}") if backend.api else rtmidi.API_UNSPECIFIED
            self._ins, self._outs = rtmidi.MidiIn(api), rtmidi.MidiOut(api)
            self.inputs, self.outputs = self._ins.get_ports, self._outs.get_ports

    def close(self) -> None:
        for one in (self._ins, self._outs):
            if one is not None:
                one.delete()


def _message(data: bytes) -> Any:
    import mido

    return mido.Message.from_bytes(data)


def plain(name: str) -> str:
    """A port's name without the numbers that ALSA gives it anew each time it is plugged in."""
    return re.sub(r" \d+:\d+$", "", name)


def opened_backend() -> Any:
    """The system's MIDI. Raises DeviceError without the library, or where the system has none."""
    try:
        mido = importlib.import_module("mido")
        backend = mido.Backend()
        if not os.environ.get("MIDO_BACKEND"):
            if sys.platform == "linux" and not Path(SEQUENCER).exists():
                hint = f"sudo modprobe snd-seq; or MIDO_BACKEND=mido.backends.rtmidi/UNIX_JACK for JACK's ({JACK})"
                raise DeviceError(f"this system has no MIDI ({SEQUENCER} isn't there)", hint=hint)
        backend.load()
    except ImportError as error:
        missing = error.name if isinstance(error, ModuleNotFoundError) else str(error)
        raise DeviceError(f"no MIDI: the library {missing} isn't there", hint=LIBRARY) from None
    return backend


def list_ports() -> tuple[list[str], list[str]]:
    """The names of the inputs and the outputs that are there. Raises DeviceError."""
    try:
        view = View(opened_backend())
        found = [plain(name) for name in view.inputs()], [plain(name) for name in view.outputs()]
        view.close()
        return found
    except DeviceError:
        raise
    except Exception as error:  # a driver's own
        raise DeviceError(f"no MIDI: {error}", hint=JACK if "JACK" in str(error) else "") from None
