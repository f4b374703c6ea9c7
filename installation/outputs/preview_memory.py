"""The memory that `preview` lies in: made by the engine, found by the console's process. Knows nothing of what it holds.

On Linux it has no name in any folder (memfd): while corners are placed it holds the camera's own picture, and of that nothing
may be left behind, whoever is killed. A reader finds it through the engine's entry in /proc, which ends with the engine; the
memory ends with the last of both. Elsewhere, and where Linux refuses such memory, it is a mapped file that only this user can
read (in /dev/shm where there is one): what a killed engine leaves in it stays until the next start, which sweeps it up. Either
is locked while its engine lives, so a killed one is known at once, whatever became of its process number.

Not `multiprocessing.shared_memory`: that starts a tracker process which, on Python 3.11, also removes the memory when a reader
ends, and on a Mac what a killed engine left behind can't be listed.
"""

from __future__ import annotations

import itertools
import mmap
import os
import sys
import tempfile
from pathlib import Path

from installation.errors import DeviceError

_NAME = "installation-{}-{}.preview"
_NAMELESS = "installation-preview"
_serial = itertools.count()


def make(size: int, *, named: bool = False) -> tuple[int, str]:
    """An open, locked file with all of its space reserved, and by what `find` finds it. `named` forces a file in a folder.
    What killed engines left is removed first. Raises DeviceError."""
    for folder in folders():
        sweep(folder)
    return (None if named else nameless(size)) or _create(size)


def nameless(size: int) -> tuple[int, str] | None:
    """Locked memory without a name in any folder, and where this user's other processes find it; None where there is none."""
    if sys.platform != "linux":
        return None
    try:
        file = os.memfd_create(_NAMELESS)
    except OSError:
        return None
    try:
        os.fchmod(file, 0o600)
        _lock(file)
        _reserve(file, size)
        name = f"/proc/{os.getpid()}/fd/{file}"
        os.close(find(name))  # where /proc isn't there, or hides what is one's own, no reader would find it
        return file, name
    except OSError:
        os.close(file)
        return None


def _is_in_proc(name: str) -> bool:
    return name.startswith("/proc/")


def find(name: str) -> int:
    """Opens what `make` made, and nothing else that has come to lie there. Raises OSError."""
    if not _is_in_proc(name):
        return os.open(name, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    if not os.readlink(name).startswith(f"/memfd:{_NAMELESS}"):
        raise FileNotFoundError(name)
    return os.open(name, os.O_RDWR)


def mapped(file: int, size: int) -> mmap.mmap:
    """The memory's bytes."""
    memory = mmap.mmap(file, size)
    if sys.platform == "linux":
        memory.madvise(mmap.MADV_DONTDUMP)  # a crash writes a process's memory down: not what a camera saw
    return memory


def remove(name: str) -> None:
    """Takes the name of a file away; what has none ends by itself."""
    if not _is_in_proc(name):
        try:
            Path(name).unlink(missing_ok=True)
        except OSError:
            pass  # Windows, while a console still reads: the next engine sweeps it up


def sweep(folder: Path) -> int:
    """Removes what killed engines left; returns how many. A living engine's file is locked and stays."""
    removed = 0
    for path in folder.glob(_NAME.format("*", "*")):
        try:
            file = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
        except OSError:
            continue  # somebody else's, or gone already
        try:
            if not locked(file):
                path.unlink()
                removed += 1
        except OSError:
            pass  # on Windows a file that is in use can't be removed, which is as good as a lock
        finally:
            os.close(file)
    return removed


def folders() -> list[Path]:
    """Where a link may live, the best first: memory, then a temporary folder."""
    memory = Path("/dev/shm")
    temporary = Path(tempfile.gettempdir())
    return [memory, temporary] if memory.is_dir() else [temporary]


def _create(size: int) -> tuple[int, str]:
    reasons = []
    for folder in folders():
        path = folder / _NAME.format(os.getpid(), f"{next(_serial)}-{os.urandom(3).hex()}")
        # Locked before it has a name that `sweep` looks for; Windows renames no open file.
        hidden = path if sys.platform == "win32" else path.with_suffix(".new")
        try:
            file = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except OSError as error:
            reasons.append(f"{folder}: {error.strerror}")
            continue
        try:
            _lock(file)
            _reserve(file, size)
            if hidden != path:
                hidden.rename(path)
            return file, str(path)
        except OSError as error:
            reasons.append(f"{folder}: {error.strerror}")
            os.close(file)
            hidden.unlink(missing_ok=True)
    raise DeviceError(
        "no memory for the preview: " + "; ".join(reasons),
        hint="free 3 MB in /dev/shm or the temporary folder",
    )


def _reserve(file: int, size: int) -> None:
    """Takes the space now: a page that can't be had later would be a bus error in the middle of a frame."""
    if sys.platform == "linux":
        os.posix_fallocate(file, 0, size)
    else:
        for _ in range(0, size, 1 << 16):
            os.write(file, bytes(1 << 16))


def _lock(file: int) -> None:
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def locked(file: int) -> bool:
    """Whether the engine that made this file lives. Windows has no such locks; there its age has to tell."""
    if sys.platform == "win32":
        return True
    else:
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        fcntl.flock(file, fcntl.LOCK_UN)
        return False


def release(memory: mmap.mmap) -> None:
    """Lets go of the bytes."""
    try:
        memory.close()
    except BufferError:
        pass  # somebody still holds a view; it goes with the last of them
