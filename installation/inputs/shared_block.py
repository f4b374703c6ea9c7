"""A piece of memory that two processes share, and words in it. Knows nothing of what it holds; writes no file.

On Linux it has no name (memfd, handed over as a file descriptor), so that nothing is left behind whoever is killed;
elsewhere it has one, which its owner removes. Called by `light_slot`, `room_memory` and `shared_frame`.
"""

from __future__ import annotations

import json
import mmap
import os
import sys
import threading
from multiprocessing import resource_tracker, shared_memory
from typing import Any

import numpy as np
from numpy.typing import NDArray

TRIES = 4

_fence_lock = threading.Lock()


def fence() -> None:
    """Keeps stores in order on machines that don't by themselves (ARM): taking a lock is a memory barrier."""
    with _fence_lock:
        pass


def nameless(called: str, size: int) -> int:
    """A descriptor of `size` bytes, all zero, without a name in any folder. Linux only; raises OSError.

    Whoever inherits it needs no leave to open it; who finds it in /proc has none. Nobody can make it smaller afterwards: not even
    a process that a camera's stream has taken over can end those who look into it.
    """
    if sys.platform != "linux":
        raise OSError("only Linux has memory without a name")
    import fcntl

    descriptor = os.memfd_create(called, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        os.fchmod(descriptor, 0)
        os.ftruncate(descriptor, size)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


class SharedBlock:
    """The memory, seen from either side: `create` where it is owned, `attach` in the other process."""

    def __init__(self, memory: Any, address: str, owner: bool) -> None:
        self.address = address
        self._memory: Any = memory
        self._owner = owner
        self.descriptor = int(address.removeprefix("fd:")) if owner and address.startswith("fd:") else -1
        """What a child process must inherit; -1 when the memory has a name. Kept until `close`: children come and go."""

    @classmethod
    def create(cls, size: int, name: str, *, named: bool = False) -> SharedBlock:
        """Makes the memory, all zero. `named` forces a name. Raises OSError."""
        if sys.platform == "linux" and not named:
            descriptor = nameless(name, size)
            memory = mmap.mmap(descriptor, size)
            memory.madvise(mmap.MADV_DONTDUMP)  # a crash of the engine writes its memory down: not what a camera saw
            return cls(memory, f"fd:{descriptor}", True)
        block = shared_memory.SharedMemory(create=True, size=size)
        return cls(block, f"shm:{block.name}", True)

    @classmethod
    def attach(cls, address: str, size: int) -> SharedBlock:
        """Opens what `create` made in another process. Raises OSError or ValueError when it isn't there."""
        kind, _, name = address.partition(":")
        if kind == "fd":
            return cls(mmap.mmap(int(name), size), address, False)
        block = shared_memory.SharedMemory(name)
        if sys.platform != "win32":
            # Python 3.11 lets whoever attaches also remove the name at its end (bpo-38119).
            resource_tracker.unregister("/" + name.lstrip("/"), "shared_memory")
        return cls(block, address, False)

    @property
    def buffer(self) -> Any:
        """The bytes, to lay arrays over."""
        return self._memory.buf if isinstance(self._memory, shared_memory.SharedMemory) else self._memory

    def close(self) -> bool:
        """Lets go of it; False while an array still lies over it: try again later. Safe to call twice."""
        memory = self._memory
        if memory is None:
            return True
        try:
            memory.close()
        except BufferError:
            return False
        self._memory = None
        if self._owner and isinstance(memory, shared_memory.SharedMemory):
            memory.unlink()
        self.close_descriptor()
        return True

    def close_descriptor(self) -> None:
        """Closes the file descriptor: no further child will inherit it. The memory stays."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def words_of(size: int) -> np.dtype[Any]:
    """The fields of words of at most `size` bytes."""
    return np.dtype([("lock", "<u8"), ("number", "<u8"), ("length", "<u8"), ("text", f"V{size}")])


def write_words(place: NDArray[Any], words: dict[str, Any]) -> int:
    """Puts words as JSON into their place, and gives their number, from 1. Raises ValueError when they don't fit."""
    raw = json.dumps(words, separators=(",", ":")).encode()
    if len(raw) > place.dtype["text"].itemsize:
        raise ValueError(f"{len(raw)} bytes of words are too many")
    place["lock"][0] |= np.uint64(1)  # odd already where a writer died here
    fence()
    place["text"][0] = raw.ljust(place.dtype["text"].itemsize, b"\0")
    place["length"][0] = len(raw)
    place["number"][0] += np.uint64(1)
    fence()
    place["lock"][0] += np.uint64(1)
    return int(place["number"][0])


def read_words(place: NDArray[Any]) -> tuple[int, dict[str, Any]] | None:
    """The newest words and their number ((0, {}) before the first); None while they are being written."""
    for _ in range(TRIES):
        before = int(place["lock"][0])
        number, length = int(place["number"][0]), int(place["length"][0])
        raw = bytes(place["text"][0])[:length]
        fence()
        if before & 1 or before != int(place["lock"][0]):
            continue
        try:
            words = json.loads(raw) if raw else {}
        except ValueError:
            continue
        if isinstance(words, dict):
            return number, words
    return None
