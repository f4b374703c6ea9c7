"""What an X server and an Xauth file say is read as if it were hostile."""

from __future__ import annotations

import socket
import struct
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.errors import DeviceError
from installation.outputs.randr import edid_of, read_monitors, read_resources
from installation.outputs.x_wire import Entry, XWire, address, cookie, entries


@pytest.mark.parametrize(
    ("name", "host", "number"),
    [
        (":0", "", 0),
        (":10.0", "", 10),
        ("unix:3", "", 3),
        ("localhost:11.0", "localhost", 11),
        ("desk-2:1", "desk-2", 1),
    ],
)
def test_a_display_is_a_host_and_a_number(name: str, host: str, number: int) -> None:
    assert address(name) == (host, number)


@pytest.mark.parametrize("name", ["", "0", ":", "nonsense", ":99999999999", ":0.", "a b:0"])
def test_what_is_no_display_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="written as :0"):
        address(name)
    with pytest.raises(DeviceError, match="no X server answers"):
        XWire(name)


def entry(family: int, host: bytes, number: bytes, method: bytes, key: bytes) -> bytes:
    return family.to_bytes(2, "big") + b"".join(len(p).to_bytes(2, "big") + p for p in (host, number, method, key))


def test_the_cookie_of_this_machine_and_display_is_found(tmp_path: Path) -> None:
    own, magic = socket.gethostname().encode(), b"MIT-MAGIC-COOKIE-1"
    file = tmp_path / "Xauthority"
    file.write_bytes(
        entry(256, b"elsewhere", b"0", magic, b"a" * 16)
        + entry(256, own, b"1", magic, b"b" * 16)
        + entry(256, own, b"0", b"XDM-AUTHORIZATION-1", b"c" * 16)
        + entry(256, own, b"0", magic, b"d" * 16)
    )
    assert cookie(file, 0) == b"d" * 16 and cookie(file, 1) == b"b" * 16 and cookie(file, 2) == b""
    assert cookie(tmp_path / "none", 0) == b""


@given(st.binary(max_size=200))
def test_any_bytes_are_an_xauth_file(data: bytes) -> None:
    assert all(isinstance(one, Entry) for one in entries(data))


@given(st.binary(max_size=400))
def test_any_bytes_are_a_reply_or_a_struct_error(data: bytes) -> None:
    for read in (read_monitors, read_resources):
        try:
            read(data)  # type: ignore[operator]
        except struct.error:
            pass


def test_a_rate_is_the_clock_over_the_pixels_of_a_whole_frame() -> None:
    head = struct.pack("<8xIHHHH12x", 0, 1, 0, 3, 0)[:32]
    full = struct.pack("<IHHIHHHHHHHHI", 7, 1920, 1080, 148_500_000, 0, 0, 2200, 0, 0, 0, 1125, 0, 0)
    laced = struct.pack("<IHHIHHHHHHHHI", 8, 1920, 1080, 74_250_000, 0, 0, 2200, 0, 0, 0, 1125, 0, 1 << 4)
    none = struct.pack("<IHHIHHHHHHHHI", 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    head = struct.pack("<8xIIHHHH8x", 0, 5, 1, 0, 3, 0)
    assert read_resources(head + bytes(4) + full + laced + none) == (5, {7: 60.0, 8: 60.0})


def test_a_server_that_hangs_up_or_lies_is_said_to_be_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for said in (b"", b"\x01", b"\x00\x05\x0b\0\0\0\x02\0no!!!...", struct.pack("<BBHHH", 1, 0, 11, 0, 0xFFFF)):
        here, there = socket.socketpair()

        def dialled(host: str, number: int, given: socket.socket = here) -> socket.socket:
            return given

        monkeypatch.setattr("installation.outputs.x_wire._dial", dialled)
        speaker = Thread(target=lambda given=there, said=said: (given.recv(64), given.sendall(said), given.close()))
        speaker.start()
        with pytest.raises(DeviceError, match="no X server answers"):
            XWire(":0", tmp_path / "none")
        speaker.join()


def test_what_linux_has_read_of_a_display_is_found_by_its_connector(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "card0-HDMI-A-1").mkdir()
    (tmp_path / "card0-HDMI-A-1" / "edid").write_bytes(b"seen")
    monkeypatch.setattr("installation.outputs.randr.DRM", tmp_path)
    assert edid_of("HDMI-1") == edid_of("HDMI-A-1") == b"seen" and edid_of("HDMI-2") == b""
