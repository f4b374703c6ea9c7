"""How the log lies on the disk: segments, each a gzip file of lines that ends wherever the night was cut off.

What is written at once is a whole gzip member, so `zcat` and this reader take every whole line of a file whose end is missing. A
write that fails leaves the file as it was. Old segments go when they are too many or too old; those of others are left alone.
Called by `book`, in its thread, and by `nights`.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from installation.errors import DataError, Location

GZIP = 31
"""zlib's word for gzip's form, and the largest window."""
ENDING = ".jsonl.gz"
NAME = re.compile(r"(?P<night>\d{4}-\d\d-\d\d_\d{6}[a-z]?)-(?P<part>\d{4,6})\.jsonl\.gz")
LONGEST = 4 << 20
"""Bytes of one line: a line of ours has a tenth of it at most."""
PIECE = 1 << 16


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """One file of a night. Nights, and their parts, sort as they were."""

    night: str
    part: int
    path: Path


def segments(folder: Path) -> list[Segment]:
    """Every segment of a folder, the oldest first; none where there is no folder."""
    found = []
    with suppress(OSError):
        for path in folder.iterdir():
            if matched := NAME.fullmatch(path.name):
                found.append(Segment(matched["night"], int(matched["part"]), path))
    return sorted(found)


class Appender:
    """One segment that is being written. Not for two threads."""

    def __init__(self, path: Path) -> None:
        """Makes the file, for this user alone. Raises OSError, FileExistsError where it is there already."""
        self.path, self.size = path, 0
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)

    def append(self, lines: bytes) -> None:
        """Writes whole lines as one member, or nothing. Raises OSError."""
        packer = zlib.compressobj(6, zlib.DEFLATED, GZIP)
        packed = memoryview(packer.compress(lines) + packer.flush())
        try:
            written = 0
            while written < len(packed):
                written += os.write(self._file, packed[written:])
        except OSError:
            with suppress(OSError):  # as it was: the next member must not follow half of this one
                os.ftruncate(self._file, self.size)
                os.lseek(self._file, self.size, os.SEEK_SET)
            raise
        self.size += len(packed)

    def sync(self) -> None:
        """Lets a power cut leave what has been written."""
        with suppress(OSError):
            os.fsync(self._file)

    def close(self) -> None:
        if self._file >= 0:
            self.sync()
            with suppress(OSError):
                os.close(self._file)
            self._file = -1


class Reader:
    """The whole lines of a segment, in order. `cut` says after reading whether its end was missing or damaged."""

    def __init__(self, path: Path) -> None:
        self.path, self.cut = path, False

    def lines(self) -> Iterator[bytes]:
        """Raises DataError for a file that can't be read, is no log, or has a line that no log has."""
        parts: list[bytes] = []
        held = 0
        for piece in self._pieces():
            first, *others = piece.split(b"\n")
            parts.append(first)
            held += len(first)
            if held > LONGEST:
                raise DataError("this is not a log: a line of it has no end", Location(str(self.path)))
            if others:
                yield b"".join(parts)
                yield from others[:-1]
                parts, held = [others[-1]], len(others[-1])
        self.cut = self.cut or held > 0

    def _pieces(self) -> Iterator[bytes]:
        """What is packed, piece by piece, never more than so much at once, up to where it can't be unpacked."""
        where = Location(str(self.path))
        try:
            with self.path.open("rb") as file:
                packer, begun = zlib.decompressobj(GZIP), False
                data = file.read(PIECE)
                if data[:2] != b"\x1f\x8b":
                    raise DataError("this is not a log", where, "`installation log` lists those that there are")
                while data:
                    try:
                        piece = packer.decompress(data, PIECE)
                    except zlib.error:
                        self.cut = True
                        return
                    begun = True
                    if piece:
                        yield piece
                    data = packer.unconsumed_tail
                    if packer.eof:
                        data, packer, begun = packer.unused_data, zlib.decompressobj(GZIP), False
                    if not data:
                        data = file.read(PIECE)
                if begun and (piece := packer.flush()):  # at most what one more word unpacks to
                    yield piece
                self.cut = begun and not packer.eof
        except zlib.error:
            self.cut = True
        except OSError as error:
            raise DataError(f"the log can't be read: {error.strerror or error}", where) from None


def drop_old(folder: Path, most_bytes: int, oldest: float, current: Path) -> list[Path]:
    """Deletes segments that were last written to before `oldest` (seconds since 1970), and the oldest while all are more than so
    many bytes: first those that a wrong clock has dated after tonight. Never the `current` one. Gives what is gone; what can't
    be deleted stays."""
    known = []
    tonight = matched["night"] if (matched := NAME.fullmatch(current.name)) else ""
    for one in sorted(segments(folder), key=lambda one: (one.night <= tonight, one)):
        with suppress(OSError):
            status = one.path.stat()
            known.append((one.path, status.st_size, status.st_mtime))
    whole, gone = sum(size for _, size, _ in known), []
    for path, size, when in known:
        if path != current and (when < oldest or whole > most_bytes):
            with suppress(OSError):
                path.unlink()
                whole -= size
                gone.append(path)
    return gone
