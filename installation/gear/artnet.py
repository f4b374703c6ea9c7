"""Art-Net's packets of light levels: written, and read strictly. Pure.

Source: Art-Net 4 Protocol Release (Artistic Licence): ArtDmx is OpCode 0x5000, protocol 14; the universe is the Port-Address,
7 bits of net, 4 of sub-net, 4 of universe; 2 to 512 levels, an even number.
"""

from __future__ import annotations

import struct

PORT = 6454
MOST_UNIVERSE = 32767
_HEAD = struct.Struct("<8sHBBBBHBB")
_ID, _DMX, _POLL, _POLL_REPLY = b"Art-Net\0", 0x5000, 0x2000, 0x2100
OURS = b"Art-Net\0\0\x50"
"""How a packet of levels begins."""


def written(universe: int, levels: bytes, sequence: int) -> bytes:
    """One packet: 1 to 512 levels; `sequence` is 1..255, or 0 for none. Raises ValueError."""
    if not (0 <= universe <= MOST_UNIVERSE and 1 <= len(levels) <= 512):
        raise ValueError("a universe of Art-Net is 0 to 32767, with 1 to 512 channels")
    levels += b"\0" * (len(levels) % 2)
    size = len(levels)
    return _HEAD.pack(_ID, _DMX, 0, 14, sequence & 255, 0, universe, size >> 8, size & 255) + levels


def read(packet: bytes) -> tuple[int, int, bytes] | None:
    """Universe, sequence (0: none) and levels; None for what isn't a whole packet of levels."""
    if len(packet) < _HEAD.size + 2:
        return None
    name, code, high, low, sequence, _, universe, size_high, size_low = _HEAD.unpack_from(packet)
    size = size_high << 8 | size_low
    if name != _ID or code != _DMX or high << 8 | low < 14 or universe > MOST_UNIVERSE:
        return None
    if not 2 <= size <= 512 or size % 2 or len(packet) != _HEAD.size + size:
        return None
    return universe, sequence, packet[_HEAD.size :]


def is_poll(packet: bytes) -> bool:
    """Whether somebody asks who is there (ArtPoll)."""
    return len(packet) >= 14 and packet[:10] == _ID + _POLL.to_bytes(2, "little") and packet[10:12] >= b"\0\x0e"


def answered(host: str, universe: int, place: int, name: str) -> bytes:
    """The answer to a poll (ArtPollReply): a node at `host` that takes one universe in, by which desks find it. `place` counts
    the universes of one machine, from 1."""
    reply = bytearray(239)
    reply[0:10] = _ID + _POLL_REPLY.to_bytes(2, "little")
    reply[10:14] = bytes(int(part) for part in host.split("."))
    reply[14:16] = PORT.to_bytes(2, "little")
    reply[18:20] = bytes((universe >> 8 & 127, universe >> 4 & 15))  # net, sub-net
    told = name.encode("ascii", "replace")
    reply[26 : 26 + min(len(told), 17)] = told[:17]
    reply[44 : 44 + min(len(told), 63)] = told[:63]
    reply[173] = 1  # one port
    reply[174] = 0x80  # it gives out what comes from the network
    reply[182] = 0x80  # and does
    reply[190] = universe & 15
    reply[200] = 0  # a node
    reply[207:211] = reply[10:14]
    reply[211] = place & 255
    reply[212] = 0x08  # 15 bits of universe
    return bytes(reply)
