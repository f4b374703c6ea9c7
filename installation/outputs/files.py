"""Puts a file in its place whole or not at all, and says what a disk's error means.

A file is written beside its place as a hidden `.NAME.PID-N.part`, forced to the disk, and renamed. Must never
leave half a file under a name that somebody asked for. Called by whatever writes pictures and films.
"""

from __future__ import annotations

import errno
import itertools
import os
import stat
from pathlib import Path

from installation.errors import Location, OutputError

_serial = itertools.count()


def prepared(target: Path) -> Path:
    """The same path, when a file can be made there; its folder is made if need be. Raises OutputError."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = target.stat().st_mode if target.exists() else stat.S_IFREG
    except OSError as error:
        raise told(error, target) from error
    if stat.S_ISDIR(mode):
        raise OutputError("this is a folder, not a file", Location(str(target)), "give a file name inside it")
    if not stat.S_ISREG(mode):
        raise OutputError("this is a device or a pipe, not a file", Location(str(target)), "give another name")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise told(PermissionError(errno.EACCES, ""), target)
    return target


def part_of(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}-{next(_serial)}.part")


def finish(part: Path, target: Path) -> None:
    """On the disk, then under its name, then the name on the disk: whole or not there after a power cut."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(target)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        pass  # Windows, while a scanner reads it: a hidden file stays behind, nothing else


def told(error: OSError, path: Path) -> OutputError:
    """What an operating system's error means here, and what to try."""
    where = Location(str(path))
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutputError("the disk is full", where, "free some space, or write to another disk")
    if error.errno == errno.EFBIG:
        return OutputError(
            "the file has grown too large for this disk", where, "render it in parts (--from, --duration)"
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError("no permission to write here", where, "choose a folder of your own, such as out/")
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return OutputError("a part of this path is a file, not a folder", where, "give another name")
    if error.errno == errno.ENAMETOOLONG:
        return OutputError("this name is too long", where, "give a shorter one")
    return OutputError(f"can't be written: {error.strerror or error}", where, "is the disk still there?")
