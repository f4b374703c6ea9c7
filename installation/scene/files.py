"""Reads the files of a show: regular ones only, only so much of them, and never waiting.

A named pipe or `/dev/zero` in a show's folder hangs a naive reader, and a link leads it elsewhere. Everything
in scene/ that opens a show's file asks here.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from installation.errors import Location, SceneError

MAX_BYTES = 1 << 20

LINE_END = re.compile(r"\r\n?|\n")
"""What ends a line in an editor; YAML 1.1 knows more, and would count differently."""

_BOMS = (
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
)


def shown(path: Path) -> str:
    """A path as it is told to people: from the current folder where it lies below it."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def inside(folder: Path, relative: str) -> Path:
    """The path of a file that a show names; it need not exist.

    Raises SceneError when it leads out of the folder, by `..` or by a link.
    """
    outside = SceneError(
        f'"{relative}" leads out of {folder.name}/', hint="files of a show lie in the show's own folder"
    )
    if (
        not relative
        or len(relative.encode("utf-8", "replace")) > 240
        or "\0" in relative
        or "\\" in relative
        or Path(relative).is_absolute()
    ):
        raise SceneError(f'"{relative}" is not a file of the show', hint="write it from the show's folder, with /")
    try:
        root = folder.resolve()
        path = (root / relative).resolve()
    except (OSError, RuntimeError, ValueError):
        raise outside from None
    if root not in path.parents:
        raise outside
    return path


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """A regular file's bytes; never waits. Raises SceneError for anything else or more than `limit` bytes."""
    where = Location(shown(path))
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_BINARY", "O_CLOEXEC"):
        flags |= getattr(os, name, 0)  # not every system has all three
    try:
        # Looked at before it is opened: to open some devices is already to do something with them.
        _must_be_regular(os.stat(path), where)
        handle = os.open(path, flags)
        try:
            status = os.fstat(handle)
            _must_be_regular(status, where)
            if status.st_size > limit:
                raise SceneError(
                    f"this file is too large ({status.st_size / 1024:.0f} KiB)",
                    where,
                    f"at most {limit // 1024} KiB",
                )
            parts, left = [], limit + 1
            while left > 0 and (part := os.read(handle, left)):
                parts.append(part)
                left -= len(part)
        finally:
            os.close(handle)
    except FileNotFoundError:
        raise SceneError("there is no such file", where) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SceneError(f"this file can't be read: {reason.lower()}", where) from None
    if left <= 0:
        raise SceneError("this file grows while it is read", where, f"at most {limit // 1024} KiB")
    return b"".join(parts)


def _must_be_regular(status: os.stat_result, where: Location) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    names = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket"}
    what = names.get(stat.S_IFMT(status.st_mode), "a device")
    raise SceneError(f"this is {what}, not a file", where)


def read_text(path: Path, limit: int = MAX_BYTES, fallback: str = "") -> str:
    """A regular file's text; `fallback` is the encoding of what isn't UTF-8. Without one raises SceneError, with the place
    of the first character that isn't."""
    raw = read_bytes(path, limit)
    name = shown(path)
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            raise SceneError(f"this file is {encoding}", Location(name), "save it as UTF-8")
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if fallback:
            return raw.decode(fallback, "replace")
        before = raw[: error.start].decode("utf-8")
        line = len(LINE_END.findall(before)) + 1
        column = len(LINE_END.split(before)[-1]) + 1
        raise SceneError(
            f"this file is not UTF-8 text (byte 0x{raw[error.start]:02x})",
            Location(name, line, column),
            "save it as UTF-8",
        ) from None
    return text
