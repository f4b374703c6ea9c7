"""Reads and writes files as if each might have been made to harm.

Only regular files of a stated size, inside a stated folder, are read. What is written is written whole or
not at all. Called by the rest of `data/`; knows nothing of what files contain.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from installation.errors import DataError, Location, visible

PIECE = 1 << 20
"""Bytes read at a time."""


def read_regular(path: Path, limit: int, within: Path | None = None) -> bytes:
    """The bytes of a regular file of at most `limit` bytes, which must lie inside the folder `within`.

    Raises DataError for a missing file, a pipe, device or folder, a file that is too large, and a link that
    leaves the folder.
    """
    return b"".join(_chunks(path, limit, within))


def copy_regular(path: Path, limit: int, to: Path, within: Path | None = None) -> tuple[str, int]:
    """Copies a regular file, so that what is read next can't change any more: its SHA-256 and how many bytes it has.

    Refuses what `read_regular` refuses.
    """
    digest, size = hashlib.sha256(), 0
    with to.open("wb") as copy:
        for chunk in _chunks(path, limit, within):
            digest.update(chunk)
            copy.write(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _chunks(path: Path, limit: int, within: Path | None) -> Iterator[bytes]:
    """A regular file, piece by piece. Opened without blocking, so that a named pipe can't hang the show."""
    where = Location(visible(str(path)))
    if within is not None and not path.resolve().is_relative_to(within.resolve()):
        raise DataError(f"the file lies outside {within}", where, "put it inside the package's folder")
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise DataError("there is no such file", where) from None
    except (OSError, ValueError) as error:
        raise DataError(f"the file can't be opened: {getattr(error, 'strerror', None) or error}", where) from None
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise DataError("this is not a regular file (a folder, pipe or device)", where)
        if state.st_size > limit:
            raise DataError(f"the file has {state.st_size:,} bytes; at most {limit:,} are read", where)
        left = limit
        while True:
            try:
                chunk = os.read(handle, PIECE)
            except OSError as error:
                raise DataError(f"the file can't be read: {error.strerror or error}", where) from None
            if not chunk:
                return
            left -= len(chunk)
            if left < 0:
                raise DataError(f"the file grew beyond {limit:,} bytes while it was read", where)
            yield chunk
    finally:
        os.close(handle)


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> bool:
    """Writes a file whole or not at all (temporary file, fsync, rename); False when it already held just
    this. `mode`: who may read it.

    Raises DataError when the folder can't be written.
    """
    try:
        if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(draft, mode)
            os.replace(draft, path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise DataError(f"the file can't be written: {error.strerror or error}", Location(str(path))) from None
    return True


def _sync_folder(folder: Path) -> None:
    """Makes a rename survive a power cut, where folders can be opened (not on Windows)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
