"""Art-Net's packets of light levels: written, and read strictly. Pure.

Source: Art-Net 4 Protocol Release (Artistic Licence): ArtDmx is OpCode 0x5000, protocol 14; the universe is the Port-Address,
7 bits of net, 4 of sub-net, 4 of universe; 2 to 512 levels, an even number.
"""

from __future__ import annotations

import struct

PORT = 6454
MOST_UNIVERSE = 32767
_HEAD = struct.Struct("<8sHBBBBHBB")
_ID, _DMX = b"Art-Net\0", 0x5000


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
