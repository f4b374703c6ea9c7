"""The ear: microphones that are there, absent, unplugged or odd; files; and rendering. PortAudio is played by a fake.

No machine that runs these tests has a microphone. What the fake does (its calls, its errors, what it says of devices) is
what sounddevice 0.5 with PortAudio 19.6 did on an ALSA device that plays a file.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from threading import Event
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from installation.errors import DeviceError
from installation.inputs import audio
from installation.inputs.audio import Ear, OfflineAudio
from installation.inputs.heard import Heard
from installation.inputs.microphone import list_audio

BLOCK = 512
QUICK = (0.01,)


def device(name: str, channels: int = 2, rates: tuple[int, ...] = (44100, 48000)) -> dict[str, Any]:
    return {"name": name, "max_input_channels": channels, "default_samplerate": float(rates[0]), "rates": rates}


class PortAudioError(Exception):
    pass


class Stream:
    """An open input; the test plays into it."""

    def __init__(self, library: FakePortAudio, **asked: Any) -> None:
        library.check_input_settings(**{key: asked[key] for key in ("device", "channels", "samplerate")})
        assert asked["dtype"] == "float32"
        self.callback, self.channels, self.samplerate = asked["callback"], asked["channels"], asked["samplerate"]
        self.library, self.active, self.closed = library, False, False
        library.streams.append(self)

    def start(self) -> None:
        self.active = True

    def abort(self, ignore_errors: bool) -> None:
        self.active = False

    def close(self, ignore_errors: bool = True) -> None:
        assert not self.active, "PortAudio hangs when an active stream is closed"
        self.closed = True

    def play(self, sound: np.ndarray) -> None:
        """Delivers a mono sound on every channel, in one buffer that is used again, as PortAudio does."""
        buffer = np.zeros((BLOCK, self.channels), np.float32)
        for start in range(0, len(sound) - BLOCK + 1, BLOCK):
            buffer[:] = sound[start : start + BLOCK, None]
            self.callback(buffer, BLOCK, None, None)
        buffer[:] = np.nan


class FakePortAudio:
    """As much of the module sounddevice as is used. `plugged` are the devices of the machine, seen only when it begins."""

    PortAudioError = PortAudioError

    def __init__(self, *plugged: dict[str, Any]) -> None:
        self.plugged = list(plugged)
        self.streams: list[Stream] = []
        self.default = SimpleNamespace(device=(-1, -1))
        self._initialized = 1
        self._seen = list(plugged)

    def _terminate(self) -> None:
        assert not any(stream.active for stream in self.streams), "a stream was open"
        self._initialized -= 1

    def _initialize(self) -> None:
        self._initialized += 1
        self._seen = list(self.plugged)

    def query_devices(self) -> list[dict[str, Any]]:
        assert self._initialized
        return self._seen

    def check_input_settings(self, device: int, channels: int, samplerate: float, dtype: str = "float32") -> None:
        about = self._seen[device]
        if channels > about["max_input_channels"]:
            raise PortAudioError("Error opening InputStream: Invalid number of channels [PaErrorCode -9998]")
        if samplerate not in about["rates"]:
            raise PortAudioError("Error opening InputStream: Invalid sample rate [PaErrorCode -9997]")

    def InputStream(self, **asked: Any) -> Stream:  # noqa: N802
        return Stream(self, **asked)


@pytest.fixture
def plug(monkeypatch) -> Callable[..., FakePortAudio]:
    """Puts devices into a fake PortAudio, and that where sounddevice is imported from."""

    def plug(*devices: dict[str, Any]) -> FakePortAudio:
        library = FakePortAudio(*devices)
        monkeypatch.setitem(sys.modules, "sounddevice", library)
        return library

    return plug


@pytest.fixture
def ears():
    """Makes ears, and closes them."""
    made: list[Ear] = []

    def make(source: str = "auto", gain: float = 0.0) -> Ear:
        made.append(Ear(source, gain, QUICK))
        return made[-1]

    yield make
    for ear in made:
        ear.close()
        ear.close()


def until(found: Callable[[], Any], what: str, seconds: float = 20.0) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.005)
    raise AssertionError(f"waited {seconds:g} s for {what}")


def tone(rate: int = 48000, seconds: float = 0.3, hertz: float = 1000.0) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)


def opened(ear: Ear, library: FakePortAudio, count: int = 1) -> Stream:
    until(lambda: len(library.streams) >= count and library.streams[-1].active, "a stream")
    until(lambda: ear.status()["state"] == "live", "a live ear")
    return library.streams[-1]


def loud(ear: Ear) -> Heard:
    return until(lambda: (heard := ear.sample(0.0)).level > 0.5 and heard, "a sound")


def problem(ear: Ear) -> str:
    return str(until(lambda: ear.status()["problem"], "a problem"))


def test_no_microphone_is_opened_before_somebody_listens(plug, ears):
    library = plug(device("room"))
    ear = ears("auto")
    assert ear.status()["state"] == "asleep"
    assert ear.sample(0.0).level == 0.0 and not ear.sample(0.0).live
    assert not library.streams
    ear.listen(True)
    opened(ear, library)


def test_a_microphone_is_closed_when_nobody_listens_any_more(plug, ears):
    library = plug(device("room"))
    ear = ears("auto")
    ear.listen(True)
    stream = opened(ear, library)
    stream.play(tone())
    loud(ear)
    ear.listen(False)
    until(lambda: stream.closed, "the end of the stream")
    assert ear.sample(0.0).level == 0.0 and ear.status()["state"] == "asleep"
    ear.listen(True)
    opened(ear, library, 2)


def test_none_is_silence_and_opens_nothing(plug, ears):
    library = plug(device("room"))
    ear = ears("none")
    ear.listen(True)
    assert ear.status()["state"] == "none" and not ear.sample(0.0).live and not library.streams


def test_what_a_microphone_hears_arrives_complete(plug, ears):
    library = plug(device("room"))
    ear = ears("auto")
    ear.listen(True)
    stream = opened(ear, library)
    stream.play(tone())
    heard = loud(ear)
    assert heard.live and heard.source == "room" and heard.waveform.shape == (2, 1024)
    assert heard.mid > 0.5 and heard.spectrum[1].argmax() == round(1000 * 1024 / 48000)
    status = ear.status()
    assert (status["source"], status["rate"], status["channels"], status["problem"]) == ("room", 48000, 2, "")
    sequence = heard.sequence
    assert ear.sample(0.0) is ear.sample(0.0)  # nothing new: the same moment
    stream.play(tone())
    until(lambda: ear.sample(0.0).sequence > sequence, "the next moment")


def test_the_systems_own_input_is_the_first_choice(plug, ears):
    library = plug(device("speakers", channels=0), device("line"), device("desk"))
    library.default.device = (2, 0)
    ear = ears("auto")
    ear.listen(True)
    opened(ear, library)
    assert ear.status()["source"] == "desk"


@pytest.mark.parametrize(
    ("source", "name"),
    [("device:1", "USB Audio: line in"), ("device:usb audio", "USB Audio: line in"), ("device:LINE", "line")],
)
def test_a_device_is_named_by_its_number_its_name_or_a_part_of_it(plug, ears, source, name):
    library = plug(device("line"), device("USB Audio: line in"))
    ear = ears(source)
    ear.listen(True)
    opened(ear, library)
    assert ear.status()["source"] == name


def test_a_device_that_takes_only_another_rate_and_one_channel_is_heard_all_the_same(plug, ears):
    library = plug(device("old", channels=1, rates=(16000,)))
    ear = ears("auto")
    ear.listen(True)
    opened(ear, library).play(tone(16000))
    heard = loud(ear)
    assert heard.waveform.shape[0] == 1 and heard.mid > 0.5
    assert ear.status()["rate"] == 16000


def test_of_many_channels_two_are_heard(plug, ears):
    library = plug(device("desk", channels=32))
    ear = ears("auto")
    ear.listen(True)
    opened(ear, library).play(tone())
    assert loud(ear).waveform.shape == (2, 1024) and ear.status()["channels"] == 2


def test_a_gain_makes_a_quiet_room_loud(plug, ears):
    library = plug(device("room"))
    ear = ears("auto", 40.0)
    ear.listen(True)
    opened(ear, library).play(tone() * 0.01)
    assert loud(ear).level > 0.5


def test_an_unplugged_device_is_silence_and_one_problem_and_comes_back(plug, ears, monkeypatch):
    monkeypatch.setattr("installation.inputs.microphone.QUIET", 0.05)
    library = plug(device("room"))
    ear = ears("auto")
    ear.listen(True)
    stream = opened(ear, library)
    stream.play(tone())
    loud(ear)
    library.plugged.clear()  # its callback just doesn't come any more
    until(lambda: "no microphone" in ear.status()["problem"], "a problem")
    silent = ear.sample(0.0)
    assert silent.level == 0.0 and not silent.live and stream.closed
    assert ear.status()["state"] == "lost"
    library.plugged.append(device("another"))
    opened(ear, library, 2).play(tone())
    assert loud(ear).source == "another"
    assert ear.status()["problem"] == "" and ear.status()["restarts"] >= 1


def test_a_stream_that_ends_by_itself_is_opened_again(plug, ears):
    library = plug(device("room"))
    ear = ears("auto")
    ear.listen(True)
    opened(ear, library).active = False
    opened(ear, library, 2)


def test_an_absent_library_is_one_problem_with_what_to_do(ears, monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    ear = ears("auto")
    ear.listen(True)
    assert "sounddevice is not installed" in problem(ear) and "install sounddevice" in problem(ear)
    assert ear.sample(0.0).level == 0.0


def test_an_unknown_name_is_told_with_those_that_are_there(plug, ears):
    plug(device("USB Audio"))
    ear = ears("device:usb-audio")
    ear.listen(True)
    assert "no such microphone" in problem(ear) and 'did you mean "device:USB Audio"' in problem(ear)


def test_a_device_that_another_program_has_is_told(plug, ears):
    library = plug(device("busy"))

    def refuse(**asked: Any) -> None:
        raise PortAudioError("Error opening InputStream: Device unavailable [PaErrorCode -9985]")

    library.InputStream = refuse  # type: ignore[method-assign,assignment]
    ear = ears("auto")
    ear.listen(True)
    assert "Device unavailable" in problem(ear) and "another program" in problem(ear)


def test_a_device_without_a_clock_is_let_go_before_it_takes_all_the_time(plug, ears, monkeypatch):
    monkeypatch.setattr("installation.inputs.microphone.FLOOD", 100)
    library = plug(device("null"))
    ear = ears("auto")
    ear.listen(True)
    stream = opened(ear, library)
    until(lambda: stream.play(tone()) or stream.closed, "the end of the flood")
    until(lambda: not ear.sample(0.0).live or len(library.streams) > 1, "silence")


def test_a_library_that_breaks_in_an_unforeseen_way_is_a_problem_not_the_end(plug, ears):
    library = plug(device("room"))
    ear = ears("auto")
    ear.listen(True)
    stream = opened(ear, library)
    type(stream).active = property(lambda self: 1 / 0)  # type: ignore[assignment]
    try:
        assert "division" in problem(ear)
        assert ear.sample(0.0).level == 0.0
    finally:
        del type(stream).active


def test_a_driver_that_hangs_holds_up_neither_the_frame_nor_the_end(plug, ears, monkeypatch):
    monkeypatch.setattr(audio, "PATIENCE", 0.05)
    monkeypatch.setattr(audio, "HOLD", 0.05)
    library = plug(device("room"))
    hanging, released = Event(), Event()

    def hang(seconds: float) -> None:
        hanging.set()
        released.wait(20.0)

    ear = ears("auto")
    ear.listen(True)
    stream = opened(ear, library)
    stream.play(tone())
    loud(ear)
    monkeypatch.setattr(ear._sound, "hear", hang)
    try:
        assert hanging.wait(20.0)
        until(lambda: "hasn't answered" in ear.status()["problem"], "a problem")
        until(lambda: ear.sample(0.0).level == 0.0, "silence")
        assert ear.status()["state"] == "lost"
    finally:
        released.set()


def test_a_file_is_heard_in_step_with_the_show(ears, tmp_path, write_sound):
    both = np.concatenate((tone(seconds=1.0, hertz=100), tone(seconds=1.0, hertz=8000)))
    ear = ears(str(write_sound(tmp_path / "two.wav", both)))
    ear.listen(True)
    for seconds, band in ((0.9, "low"), (1.9, "high"), (2.9, "low"), (7.9, "high")):
        until(lambda s=seconds, b=band: getattr(ear.sample(s), b) > 0.9, band)
    assert ear.status()["source"] == "two.wav" and ear.sample(7.9).live


def test_a_file_that_comes_later_is_taken_up(ears, tmp_path, write_sound):
    ear = ears(str(tmp_path / "later.wav"))
    ear.listen(True)
    assert "no such sound file" in problem(ear)
    write_sound(tmp_path / "later.wav", tone())
    until(lambda: ear.sample(0.25).level > 0.5, "the sound")
    assert ear.status()["problem"] == ""


def test_a_source_that_means_nothing_is_told(ears):
    ear = ears("sythetic")
    ear.listen(True)
    assert 'no source "sythetic"' in problem(ear)


def test_rendering_hears_a_file_at_the_frames_time_and_devices_not_at_all(tmp_path, write_sound):
    path = write_sound(tmp_path / "two.wav", np.concatenate((tone(seconds=0.5, hertz=100), tone(seconds=0.5))))
    one, other = OfflineAudio(str(path)), OfflineAudio(str(path))
    for frame in range(60):
        first, second = one.sample(frame / 30), other.sample(frame / 30)
        assert np.array_equal(first.waveform, second.waveform) and first.level == second.level
    assert one.status()["state"] == "live"
    for source in ("auto", "device:0", "none"):
        silent = OfflineAudio(source)
        silent.listen(True)
        assert silent.sample(1.0).level == 0.0 and silent.status()["problem"] == ""
    one.close()
    one.close()
    other.close()


def test_rendering_without_its_file_is_refused_at_once(tmp_path):
    with pytest.raises(DeviceError, match="no such sound file"):
        OfflineAudio(str(tmp_path / "nowhere.wav"))


def test_the_inputs_are_listed_with_the_rates_that_they_take(plug):
    plug(device("speakers", channels=0), device("line"), device("odd", channels=1, rates=(12000,)))
    line, odd = list_audio()
    assert (line.source, line.name, line.channels, line.rates) == ("device:1", "line", 2, (44100, 48000))
    assert (odd.rates, odd.problem) == ((12000,), "")


def test_a_machine_without_inputs_lists_none(plug):
    plug(device("speakers", channels=0))
    assert list_audio() == []
