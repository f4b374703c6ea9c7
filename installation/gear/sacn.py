"""Streaming ACN's packets of light levels (E1.31): written, and read strictly. Pure.

Source: ANSI E1.31-2018, sections 4 to 7: root, framing and DMP layers, each with its length, over UDP port 5568; a universe's
multicast group is 239.255.HIGH.LOW (section 9.3.1).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

PORT = 5568
MOST_UNIVERSE = 63999
PRIORITY = 100
PREVIEW, TERMINATED = 0x80, 0x40
_ROOT = struct.Struct(">HH12sHI16s")
_FRAMING = struct.Struct(">HI64sBHBBH")
_DMP = struct.Struct(">HBBHHHB")
_ID = b"ASC-E1.17\0\0\0"
HEAD = _ROOT.size + _FRAMING.size + _DMP.size
"""126 bytes, the start code among them."""


@dataclass(frozen=True, slots=True)
class Packet:
    """`source` is the sender's own number (16 bytes), whatever its address; `levels` 0 to 512."""

    source: bytes
    universe: int
    priority: int
    sequence: int
    levels: bytes
    ended: bool = False
    """Whether the stream ends here."""
    preview: bool = False
    """Whether it is not meant for what is live."""


def group(universe: int) -> str:
    """The multicast address of a universe."""
    return f"239.255.{universe >> 8}.{universe & 255}"


def written(packet: Packet, name: str) -> bytes:
    """One packet; `name` is who sends, for people: at most 63 bytes. Raises ValueError."""
    size = len(packet.levels)
    if not (1 <= packet.universe <= MOST_UNIVERSE and size <= 512 and 0 <= packet.priority <= 200):
        raise ValueError("a universe of sACN is 1 to 63999, with at most 512 channels and a priority of 0 to 200")
    options = TERMINATED * packet.ended | PREVIEW * packet.preview
    told = name.encode()[:63].decode(errors="ignore").encode()
    framing = _FRAMING.pack(
        _length(size + _FRAMING.size + _DMP.size),
        2,
        told,
        packet.priority,
        0,
        packet.sequence & 255,
        options,
        packet.universe,
    )
    return (
        _ROOT.pack(0x10, 0, _ID, _length(size + HEAD - 16), 4, packet.source)
        + framing
        + _DMP.pack(_length(size + _DMP.size), 2, 0xA1, 0, 1, size + 1, 0)
        + packet.levels
    )


def read(packet: bytes) -> Packet | None:
    """What a packet says; None for what isn't a whole packet of levels."""
    size = len(packet) - HEAD
    if not 0 <= size <= 512:
        return None
    preamble, postamble, name, root, vector, source = _ROOT.unpack_from(packet)
    if (preamble, postamble, name, root, vector) != (0x10, 0, _ID, _length(size + HEAD - 16), 4):
        return None
    framing = _FRAMING.unpack_from(packet, _ROOT.size)
    length, vector, _, priority, _, sequence, options, universe = framing
    if length != _length(size + _FRAMING.size + _DMP.size) or vector != 2 or priority > 200:
        return None
    if not 1 <= universe <= MOST_UNIVERSE:
        return None
    dmp = _DMP.unpack_from(packet, _ROOT.size + _FRAMING.size)
    if dmp != (_length(size + _DMP.size), 2, 0xA1, 0, 1, size + 1, 0):  # the last is the start code: 0 is levels
        return None
    ended, preview = bool(options & TERMINATED), bool(options & PREVIEW)
    return Packet(source, universe, priority, sequence, packet[HEAD:], ended, preview)


def _length(size: int) -> int:
    """Flags and length of a layer, as it begins."""
    return 0x7000 | size
