"""Reads OSC 1.0 packets, strictly: a packet is understood to its last byte, or it is refused as a whole.

What is refused with `OscError`: truncated, unaligned or over-long data, padding that isn't zero, a missing
or unknown type tag, unbalanced arrays, bundles nested too deep or with too many messages. Two liberties
with the 1.0 text: strings may be UTF-8 (every program sends it; addresses stay ASCII), and a message
without type tags is refused although 1.0 asks to be tolerant, because a cut-off `/go "53"` would otherwise
read as `/go`. Floats that are not a number are let through: the parameter refuses them. Pure: no socket, no
clock. Called by `inputs.osc`.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

MAX_PACKET = 65_535
MAX_ADDRESS = 512
MAX_ARGUMENTS = 1024
MAX_ARRAY_DEPTH = 8
MAX_BUNDLE_DEPTH = 8
MAX_MESSAGES = 1024
"""Most messages in one packet, however nested."""

CACHED_HEADERS = 4096
"""Headers (address and type tags) kept parsed. When full the cache starts again, so a flood of new
addresses costs only the slower path."""

CACHED_HEADER_BYTES = 256

_BUNDLE = b"#bundle\0"
_FIXED = {"i": "i", "f": "f", "h": "q", "d": "d"}
_INT = struct.Struct(">i")
_FLOAT = struct.Struct(">f")
_INT64 = struct.Struct(">q")
_DOUBLE = struct.Struct(">d")
_UINT64 = struct.Struct(">Q")
_UINT = struct.Struct(">I")


class OscError(ValueError):
    """These bytes are not an OSC 1.0 packet. Counted by the receiver, never shown to a visitor."""


@dataclass(frozen=True, slots=True)
class TimeTag:
    """An OSC time tag as an argument: 64-bit NTP time (32 bits of seconds since 1900, 32 of fraction)."""

    ntp: int


Argument: TypeAlias = "int | float | str | bytes | bool | TimeTag | tuple[Argument, ...] | None"
"""i h: int; f d: float; s S c: str; b m: bytes (m has 4); r: (r, g, b, a) in 0..1; t: TimeTag; T F: bool;
N: None; I: infinity; [ ]: tuple."""


class OscMessage(NamedTuple):
    """One message. `due` is the bundle's time in NTP seconds (since 1900, modulo 2**32), None for "at once".

    `sender` is the socket address that a reply goes to; None when it didn't come from a socket.
    """

    address: str
    args: tuple[Argument, ...]
    due: float | None = None
    sender: tuple[Any, ...] | None = None


class Header(NamedTuple):
    """The head of a message that is made only of numbers: its address and type tags, `data` bytes, were valid. The whole message
    has `size` bytes."""

    address: str
    numbers: struct.Struct
    data: int
    size: int


class Decoder:
    """Decodes packets. Remembers the headers of messages made only of numbers, so that they cost one
    unpack."""

    def __init__(self) -> None:
        self._headers: dict[bytes, Header] = {}

    def decode(self, packet: bytes, sender: tuple[Any, ...] | None = None) -> list[OscMessage]:
        """The packet's messages in order. Raises OscError when any part of it is malformed."""
        header = self.header(packet)
        if header is not None:
            return [OscMessage(header.address, header.numbers.unpack_from(packet, header.data), None, sender)]
        return self._strictly(packet, sender)

    def header(self, packet: bytes) -> Header | None:
        """The header of a message that is valid, where it is one that is remembered."""
        # In a valid message the first zero-then-comma is where the type tags begin. A header in the cache was
        # valid as a whole, so equal bytes are enough; anything else takes the strict path below.
        tags = packet.find(b"\0,") + 1
        known = self._headers.get(packet[: (packet.find(b"\0", tags) + 4) & ~3]) if tags else None
        return known if known is not None and known.size == len(packet) else None

    def _strictly(self, packet: bytes, sender: tuple[Any, ...] | None) -> list[OscMessage]:
        size = len(packet)
        if size == 0 or size % 4 or size > MAX_PACKET:
            raise OscError(f"{size} bytes: a packet is a multiple of 4, at most {MAX_PACKET}")
        messages: list[OscMessage] = []
        if packet.startswith(_BUNDLE):
            _read_bundle(packet, 0, size, 0, 1, sender, messages)
            return messages
        message, tags, data = _read_message(packet, 0, size, None, sender)
        if data <= CACHED_HEADER_BYTES and all(tag in _FIXED for tag in tags):
            if len(self._headers) >= CACHED_HEADERS:
                self._headers.clear()
            numbers = struct.Struct(">" + "".join(_FIXED[tag] for tag in tags))
            self._headers[packet[:data]] = Header(message.address, numbers, data, data + numbers.size)
        return [message]


def decode(packet: bytes) -> list[OscMessage]:
    """The messages of one packet, nothing remembered. Raises OscError when any part of it is malformed."""
    return Decoder().decode(packet)


def _read_bundle(
    packet: bytes,
    at: int,
    end: int,
    earliest: int,
    depth: int,
    sender: tuple[Any, ...] | None,
    messages: list[OscMessage],
) -> None:
    """Appends the messages of the bundle in packet[at:end]. An inner bundle is never due before its outer."""
    if depth > MAX_BUNDLE_DEPTH:
        raise OscError(f"bundles nested deeper than {MAX_BUNDLE_DEPTH}")
    if end - at < 16:
        raise OscError("a bundle without its time tag")
    tag = max(_UINT64.unpack_from(packet, at + 8)[0], earliest)
    due = None if tag <= 1 else tag / 2**32  # 1 is "immediately"; senders that leave 0 mean the same
    at += 16
    while at < end:
        if end - at < 4:
            raise OscError("a bundle element without its size")
        size = _INT.unpack_from(packet, at)[0]
        at += 4
        if size <= 0 or size % 4 or size > end - at:
            raise OscError(f"a bundle element of {size} bytes where {end - at} are left")
        if packet.startswith(_BUNDLE, at) and size >= 8:
            _read_bundle(packet, at, at + size, tag, depth + 1, sender, messages)
        else:
            if len(messages) >= MAX_MESSAGES:
                raise OscError(f"more than {MAX_MESSAGES} messages in a packet")
            messages.append(_read_message(packet, at, at + size, due, sender)[0])
        at += size


def _read_message(
    packet: bytes, at: int, end: int, due: float | None, sender: tuple[Any, ...] | None
) -> tuple[OscMessage, str, int]:
    """The message in packet[at:end], its type tags, and where its data began."""
    name, at = _read_string(packet, at, end)
    if not name.startswith(b"/") or len(name) > MAX_ADDRESS:
        raise OscError(f"an address begins with / and has at most {MAX_ADDRESS} characters")
    if any(byte <= 0x20 or byte >= 0x7F or byte == 0x23 for byte in name):
        raise OscError("an address is printable ASCII without spaces or #")
    tags, data = _read_string(packet, at, end)
    if not tags.startswith(b","):
        raise OscError("no type tags")
    if len(tags) > MAX_ARGUMENTS + 1:
        raise OscError(f"more than {MAX_ARGUMENTS} arguments")
    text = tags[1:].decode("latin-1")
    args = _read_arguments(packet, text, data, end)
    return OscMessage(name.decode("ascii"), args, due, sender), text, data


def _read_arguments(packet: bytes, tags: str, at: int, end: int) -> tuple[Argument, ...]:
    """The arguments that the tags announce; they must fill packet[at:end] exactly."""
    args: list[Argument] = []
    outer: list[list[Argument]] = []
    for tag in tags:
        value: Argument
        if tag == "[":
            if len(outer) >= MAX_ARRAY_DEPTH:
                raise OscError(f"arrays nested deeper than {MAX_ARRAY_DEPTH}")
            outer.append(args)
            args = []
            continue
        if tag == "]":
            if not outer:
                raise OscError("an array ends that never began")
            value = tuple(args)
            args = outer.pop()
        else:
            value, at = _read_argument(packet, tag, at, end)
        args.append(value)
    if outer:
        raise OscError("an array without its end")
    if at != end:
        raise OscError(f"{end - at} bytes after the last argument")
    return tuple(args)


def _read_argument(packet: bytes, tag: str, at: int, end: int) -> tuple[Argument, int]:
    if tag == "f":
        return _unpack(_FLOAT, packet, at, end)[0], at + 4
    if tag == "i":
        return _unpack(_INT, packet, at, end)[0], at + 4
    if tag in ("s", "S"):
        raw, at = _read_string(packet, at, end)
        try:
            return raw.decode("utf-8"), at
        except UnicodeDecodeError:
            raise OscError("a string that is not UTF-8") from None
    if tag == "h":
        return _unpack(_INT64, packet, at, end)[0], at + 8
    if tag == "d":
        return _unpack(_DOUBLE, packet, at, end)[0], at + 8
    if tag == "T":
        return True, at
    if tag == "F":
        return False, at
    if tag == "N":
        return None, at
    if tag == "I":
        return math.inf, at
    if tag == "b":
        return _read_blob(packet, at, end)
    if tag == "t":
        return TimeTag(_unpack(_UINT64, packet, at, end)[0]), at + 8
    if tag == "r":
        if end - at < 4:
            raise OscError("a colour is cut off")
        return tuple(byte / 255 for byte in packet[at : at + 4]), at + 4
    if tag == "m":
        if end - at < 4:
            raise OscError("a MIDI message is cut off")
        return packet[at : at + 4], at + 4
    if tag == "c":
        code = _unpack(_UINT, packet, at, end)[0]
        if code > 127:
            raise OscError(f"character {code} is not ASCII")
        return chr(code), at + 4
    raise OscError(f"unknown type tag {tag!r}")


def _unpack(form: struct.Struct, packet: bytes, at: int, end: int) -> tuple[Any, ...]:
    if form.size > end - at:
        raise OscError("an argument is cut off")
    return form.unpack_from(packet, at)


def _read_string(packet: bytes, at: int, end: int) -> tuple[bytes, int]:
    """An OSC string's bytes and where the next thing begins."""
    stop = packet.find(b"\0", at, end)
    after = (stop + 4) & ~3
    if stop < 0 or after > end:
        raise OscError("a string is cut off")
    if packet[stop:after].strip(b"\0"):
        raise OscError("a string's padding is not zero")
    return packet[at:stop], after


def _read_blob(packet: bytes, at: int, end: int) -> tuple[bytes, int]:
    size = _unpack(_INT, packet, at, end)[0]
    at += 4
    after = at + ((size + 3) & ~3)
    if size < 0 or after > end:
        raise OscError(f"a blob of {size} bytes where {end - at} are left")
    if packet[at + size : after].strip(b"\0"):
        raise OscError("a blob's padding is not zero")
    return packet[at : at + size], after
