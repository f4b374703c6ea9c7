"""MIDI's ports are found, lost and found again; absent ones are told, and never in the way.

Over real ports where this machine can have them: those of a JACK server of the test's own (`jackd`, with its dummy sound card).
Elsewhere a stand-in for the system's MIDI.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import midi_stand
import mido
import pytest
from playing import until

from installation.errors import CommandError
from installation.gear import midi
from installation.gear.midi import Midi, Port

Open = Callable[..., Midi]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setattr(midi, "LOOK", 0.05)
    made: list[Midi] = []

    def open_it(inputs: dict[str, str], outputs: dict[str, str] | None = None) -> Midi:
        made.append(Midi(inputs, outputs or {}).start())
        return made[-1]

    yield open_it
    for one in made:
        one.close()


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MIDO_BACKEND", "midi_stand")
    midi_stand.clear()
    yield
    midi_stand.clear()


@pytest.fixture(scope="module")
def jack() -> Iterator[str]:
    """A JACK server with a dummy sound card; its name."""
    if shutil.which("jackd") is None:
        pytest.skip("jackd isn't installed: no real MIDI ports here")
    name = f"installation-{os.getpid()}"
    command = ["jackd", "-n", name, "--no-realtime", "-d", "dummy", "-r", "48000", "-p", "256"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ask = "import mido; mido.Backend('mido.backends.rtmidi/UNIX_JACK').get_input_names()"

    def answers() -> bool:
        given = {**os.environ, "JACK_DEFAULT_SERVER": name}
        return subprocess.run([sys.executable, "-c", ask], env=given, capture_output=True, check=False).returncode == 0

    try:
        until(answers, "jackd", 10.0)
        yield name
    finally:
        server.terminate()
        server.wait(10.0)


@pytest.fixture
def backend(jack: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The other end: mido's own, on the same server."""
    monkeypatch.setenv("JACK_DEFAULT_SERVER", jack)
    monkeypatch.setenv("MIDO_BACKEND", "mido.backends.rtmidi/UNIX_JACK")
    return mido.Backend()


def heard(one: Midi, count: int) -> list[bytes]:
    found: list[bytes] = []

    def enough() -> bool:
        found.extend(arrived.data for arrived in one.heard.drain())
        return len(found) >= count

    until(enough, f"{count} messages")
    return found


def test_real_ports_are_heard_unplugged_and_heard_again(backend: Any, opened: Open) -> None:
    pads = backend.open_output("pads", virtual=True)
    one = opened({"drum": "PADS"})
    port = one.inputs["drum"]
    until(lambda: port.link, "the pads")
    sent = [(0x90, 60, 9), (0xF1, 0x21), (0xF0, 0x7F, 0x7F, 1, 1, 0x21, 2, 3, 4, 0xF7), (0xE3, 1, 2)]
    for data in sent:
        pads.send(mido.Message.from_bytes(data))
    assert heard(one, 4) == [bytes(data) for data in sent]
    pads.close()
    until(lambda: port.link is None and "unplugged" in port.problem, "the pads to be missed")
    pads = backend.open_output("pads", virtual=True)
    until(lambda: port.link is not None and not port.problem, "the pads to be found again")
    pads.send(mido.Message.from_bytes((0xB0, 7, 1)))
    assert heard(one, 1) == [b"\xb0\x07\x01"]
    pads.close()


def test_real_ports_are_sent_to_and_virtual_ones_made(backend: Any, opened: Open) -> None:
    got: list[Any] = []
    synth = backend.open_input("synth", virtual=True, callback=got.append)
    one = opened({"daw": "virtual"}, {"keys": "synth"})
    until(lambda: one.outputs["keys"].link and one.inputs["daw"].link, "both ports")
    one.send(None, b"\x90\x3c\x40")
    until(lambda: got, "the note")
    assert got[0].bytes() == [0x90, 0x3C, 0x40]
    daw = next(name for name in backend.get_output_names() if "installation daw" in name)
    outside = backend.open_output(daw)
    outside.send(mido.Message.from_bytes((0xC0, 5)))
    assert heard(one, 1) == [b"\xc0\x05"]
    outside.close()
    synth.close()


@pytest.mark.usefixtures("stand")
def test_a_port_that_comes_late_goes_and_comes_back_is_used(opened: Open) -> None:
    one = opened({"knobs": "nanoKONTROL"}, {"synth": "minilogue"})
    port = one.inputs["knobs"]
    until(lambda: port.problem, "it to be missed")
    assert port.problem == 'no port is called "nanoKONTROL"; there are: none'
    with pytest.raises(CommandError, match="synth isn't there"):
        one.send("synth", b"\xc0\x01")
    midi_stand.plug("nanoKONTROL2:nanoKONTROL2 MIDI 1 20:0", "Minilogue 24:0")
    until(lambda: port.link and one.outputs["synth"].link and not port.problem, "both")
    midi_stand.move("nanoKONTROL2:nanoKONTROL2 MIDI 1 20:0", 0xB0, 7, 64)
    assert heard(one, 1) == [b"\xb0\x07\x40"]
    one.send("synth", b"\xc0\x01")
    one.send("synth", b"\x93\x3c\x40")
    until(lambda: len(midi_stand.sent) == 2, "it to be sent")
    one.hush()  # a panic: what was begun is ended
    until(lambda: len(midi_stand.sent) == 3, "the end of the note")
    assert [data for _, data in midi_stand.sent] == [b"\xc0\x01", b"\x93\x3c\x40", b"\x93\x3c\x00"]
    midi_stand.unplug("nanoKONTROL2:nanoKONTROL2 MIDI 1 20:0")
    until(lambda: port.link is None, "it to be missed again")
    midi_stand.plug("nanoKONTROL2:nanoKONTROL2 MIDI 1 28:0")  # another number, the same thing
    until(lambda: port.link is not None, "it to be found again")
    assert one.status()["in"] == {"knobs": {"port": "nanoKONTROL2:nanoKONTROL2 MIDI 1", "messages": 1, "problem": ""}}


@pytest.mark.usefixtures("stand")
def test_a_note_that_is_begun_in_the_moment_of_a_panic_is_ended_too(opened: Open) -> None:
    midi_stand.plug("synth")
    one = opened({}, {"synth": "synth"})
    until(lambda: one.outputs["synth"].link, "the port")
    drain, late = one._sending.drain, [b"\x90\x3c\x40"]

    def drained() -> list[tuple[Port, bytes, float]]:
        found = drain()
        if late:  # between what the sender has taken and its look for a panic
            one.send("synth", late.pop())
            one.hush()
        return found

    one._sending.drain = drained  # type: ignore[method-assign]
    until(lambda: len(midi_stand.sent) == 2, "the note and its end")
    assert [data for _, data in midi_stand.sent] == [b"\x90\x3c\x40", b"\x90\x3c\x00"]


@pytest.mark.usefixtures("stand")
def test_an_output_that_nobody_named_is_refused_with_those_that_are(opened: Open) -> None:
    one = opened({}, {"synth": "a", "lamp": "b"})
    with pytest.raises(CommandError, match="none is named"):
        one.send(None, b"\xc0\x01")
    with pytest.raises(CommandError, match='did you mean "synth"'):
        one.send("sinth", b"\xc0\x01")


def test_a_missing_library_is_one_problem(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIDO_BACKEND", "no_such_backend")
    one = opened({"knobs": "x"})
    until(lambda: one.problem, "it to be told")
    assert one.problem == "no MIDI: the library no_such_backend isn't there" and "pip install" in one.hint


def test_a_system_without_midi_is_one_problem(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIDO_BACKEND", raising=False)
    monkeypatch.setattr(midi, "SEQUENCER", "/nowhere")
    one = opened({"knobs": "x"})
    if sys.platform == "linux":
        until(lambda: one.problem, "it to be told")
        assert "this system has no MIDI" in one.problem and "modprobe" in one.hint and "JACK_DEFAULT_SERVER" in one.hint
