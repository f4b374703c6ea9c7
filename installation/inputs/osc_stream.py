"""OSC packets out of a TCP stream: double-END SLIP (OSC 1.1) or each after its length (OSC 1.0), found out by the first byte.

A stream that is neither, such as a browser's request, is refused at its first byte, before anything of it could be taken for
a command. What is kept of an unfinished packet is bounded. Pure: no socket, no clock. Called by `inputs.osc_tcp`.
"""

from __future__ import annotations

import struct

from installation.inputs.osc_decode import MAX_PACKET, OscError
from installation.osc_wire import END, ESC, ESC_END, ESC_ESC, Framing

UNREADABLE = b"?"
"""Stands for a packet that was escaped wrongly: no decoder takes it, so it is counted there."""

_SIZE = struct.Struct(">i")


class OversizedError(OscError):
    """A packet that is longer than any may be."""


class Frames:
    """One connection's bytes as packets. Remembers the beginning of a packet that is not yet complete."""

    def __init__(self) -> None:
        self.framing: Framing | None = None
        """What the client speaks; None before its first byte."""
        self._rest = bytearray()

    @property
    def unfinished(self) -> bool:
        """Whether a packet has begun and not ended."""
        return bool(self._rest)

    def feed(self, data: bytes) -> list[bytes]:
        """The packets that are complete with these bytes. Raises OscError where the stream can't be read any further."""
        if not data:
            return []
        if self.framing is None:
            self.framing = _framing(data[0])
        self._rest += data
        return self._slip() if self.framing == "slip" else self._counted()

    def _slip(self) -> list[bytes]:
        given = bytes(self._rest)
        while END + END in given:  # thousands of them would else be as many empty packets
            given = given.replace(END + END, END)
        *whole, rest = given.split(END)
        self._rest = bytearray(rest)
        if len(rest) > 2 * MAX_PACKET or any(len(part) > 2 * MAX_PACKET for part in whole):
            raise OversizedError("a packet that doesn't end")
        return [_unescaped(part) for part in whole if part]

    def _counted(self) -> list[bytes]:
        packets, at, rest = [], 0, self._rest
        while len(rest) - at >= 4:
            size = _SIZE.unpack_from(rest, at)[0]
            if size > MAX_PACKET:
                raise OversizedError(f"a packet of {size} bytes")
            if size <= 0 or size % 4:
                raise OscError(f"a packet of {size} bytes")
            if len(rest) - at - 4 < size:
                break
            packets.append(bytes(rest[at + 4 : at + 4 + size]))
            at += 4 + size
        del rest[:at]
        return packets


def _framing(first: int) -> Framing:
    if first == 0:  # a length below 65,536 begins with zeros
        return "length"
    if first in b"\xc0/#":  # END, or a packet without it
        return "slip"
    raise OscError("neither SLIP nor a length")


def _unescaped(part: bytes) -> bytes:
    if ESC in part:
        if part.count(ESC) != part.count(ESC_END) + part.count(ESC_ESC):
            return UNREADABLE
        part = part.replace(ESC_END, END).replace(ESC_ESC, ESC)
    return part
