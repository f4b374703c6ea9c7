"""The line between the engine and the console's process: one connected pair of sockets, and what frames on it look like.

Each frame is its length (4 bytes, of kind and content), a kind (1 byte), and content. From the engine: ABOUT (JSON), TREE
(JSON), VALUES (JSON), RIGHTS (JSON), REPLY (a client's number and an OSC packet), DOCUMENT (JSON, of `desk`). From the console:
HELLO (a number and JSON: who it is), BYE (a number), PACKET (a number and an OSC packet), WANTED (a number that comes back once
all values are new). Knows nothing of parameters. Called by `pages` (the engine's end) and `console.feed` (the other).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

ABOUT, TREE, VALUES, RIGHTS, REPLY, DOCUMENT = b"A", b"T", b"V", b"R", b"O", b"D"
HELLO, BYE, PACKET, WANTED = b"H", b"B", b"P", b"W"

LARGEST = 1 << 20
"""Bytes of one frame. Nobody sends more: whoever announces it has lost the thread."""
_HEAD = struct.Struct(">IB")
_NUMBER = struct.Struct(">I")


class LineError(ValueError):
    """What came over the line is no frame."""


def framed(kind: bytes, content: bytes = b"", number: int | None = None) -> bytes:
    """One frame; with a client's number before the content where one is given."""
    inside = content if number is None else _NUMBER.pack(number) + content
    if len(inside) >= LARGEST:
        raise LineError(f"{len(inside)} bytes are too many for one frame")
    return _HEAD.pack(len(inside) + 1, kind[0]) + inside


def numbered(content: bytes) -> tuple[int, bytes]:
    """A client's number, and what follows it. Raises LineError."""
    if len(content) < 4:
        raise LineError("a number is missing")
    return _NUMBER.unpack_from(content)[0], content[4:]


class Frames:
    """Puts frames together from what arrives in pieces. Remembers the unfinished one."""

    def __init__(self) -> None:
        self._held = bytearray()

    def take(self, piece: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Kinds and contents that are whole by now. Raises LineError."""
        held = self._held
        held += piece
        at = 0
        try:
            while len(held) - at >= 5:
                length, kind = _HEAD.unpack_from(held, at)
                if not 1 <= length <= LARGEST:
                    raise LineError(f"a frame of {length} bytes")
                if len(held) - at < 4 + length:
                    break
                yield bytes((kind,)), bytes(held[at + 5 : at + 4 + length])
                at += 4 + length
        finally:
            del held[:at]
