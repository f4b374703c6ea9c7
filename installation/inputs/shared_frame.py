"""A sequence-locked piece of memory shared by the camera process (one writer) and the engine (one reader).

It carries what was sensed, never a picture. The writer puts each sense into the next of three records, so the
newest one is left alone while it is read; each record has a sequence number that is odd while it is written,
so a reader that was overtaken knows, and neither side ever waits. On Linux the memory has no name (memfd,
handed over as a file descriptor): nothing can be left behind in /dev/shm, whoever is killed. Elsewhere it has
a name, which the engine removes.
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

from installation.clock import now
from installation.inputs.sense import Sense

RECORDS = 3
TRIES = 4
WORDS = 1024
"""Bytes for what the camera process says of itself, as JSON."""

HEADER = np.dtype(
    [
        ("newest", "<u8"),  # pictures put so far; the newest lies in record (newest - 1) % RECORDS
        ("beat", "<f8"),  # clock.now() of the writer's last sign of life
        ("said", "<u8"),  # sequence lock of the words
        ("length", "<u8"),
        ("words", f"V{WORDS}"),
    ]
)

_fence_lock = threading.Lock()


def _fence() -> None:
    """Keeps stores in order on machines that don't by themselves (ARM): taking a lock is a memory barrier."""
    with _fence_lock:
        pass


def _record(width: int, height: int) -> np.dtype[Any]:
    return np.dtype(
        [
            ("lock", "<u8"),
            ("sequence", "<u8"),
            ("when", "<f8"),
            ("presence", "<f8"),
            ("motion", "<f8"),
            ("x", "<f8"),
            ("y", "<f8"),
            ("count", "<i8"),
            ("flow", "<f4", (height, width, 2)),
            ("mask", "u1", (height, width)),
        ],
        align=True,
    )


class SharedFrame:
    """The shared memory, seen from either side. `create` in the engine, `attach` in the camera process."""

    def __init__(self, memory: Any, width: int, height: int, address: str, owner: bool) -> None:
        self.address = address
        self.width, self.height = width, height
        self._memory: Any = memory
        self._owner = owner
        self._descriptor = int(address.removeprefix("fd:")) if address.startswith("fd:") else -1
        buffer = memory.buf if isinstance(memory, shared_memory.SharedMemory) else memory
        self._header: NDArray[Any] | None = np.ndarray((1,), HEADER, buffer, 0)
        self._records: NDArray[Any] | None = np.ndarray((RECORDS,), _record(width, height), buffer, HEADER.itemsize)

    @staticmethod
    def size(width: int, height: int) -> int:
        return HEADER.itemsize + RECORDS * _record(width, height).itemsize

    @classmethod
    def create(cls, width: int, height: int, *, named: bool | None = None) -> SharedFrame:
        """Makes the memory, all zero. `named` forces the kind; left out, it is unnamed where that can be
        done."""
        size = cls.size(width, height)
        if sys.platform == "linux" and not named:
            descriptor = os.memfd_create("installation-camera")
            os.ftruncate(descriptor, size)
            return cls(mmap.mmap(descriptor, size), width, height, f"fd:{descriptor}", True)
        block = shared_memory.SharedMemory(create=True, size=size)
        return cls(block, width, height, f"shm:{block.name}", True)

    @classmethod
    def attach(cls, address: str, width: int, height: int) -> SharedFrame:
        """Opens what `create` made in another process."""
        size = cls.size(width, height)
        kind, _, name = address.partition(":")
        if kind == "fd":
            return cls(mmap.mmap(int(name), size), width, height, address, False)
        block = shared_memory.SharedMemory(name)
        if sys.platform != "win32":
            # Python 3.11 lets whoever attaches also remove the name at its end, under the owner's feet
            # (bpo-38119).
            resource_tracker.unregister("/" + name.lstrip("/"), "shared_memory")
        return cls(block, width, height, address, False)

    @property
    def descriptor(self) -> int:
        """The file descriptor that a child process must inherit; -1 when the memory has a name."""
        return self._descriptor

    # -- the writer's side ---------------------------------------------------------------------------------

    def beat(self) -> None:
        """Says that the writing process is alive."""
        if self._header is not None:
            self._header["beat"][0] = now()

    def put(self, sense: Sense) -> None:
        """Publishes a sense."""
        if self._header is None or self._records is None:
            return
        index = int(self._header["newest"][0])
        record = self._records[index % RECORDS]
        record["lock"] |= np.uint64(1)
        _fence()
        record["sequence"] = index + 1
        record["when"] = sense.when
        record["presence"], record["motion"] = sense.presence, sense.motion
        record["x"], record["y"] = sense.centre
        record["count"] = sense.count
        record["flow"][...] = sense.flow
        record["mask"][...] = sense.mask
        _fence()
        record["lock"] += np.uint64(1)
        self._header["newest"][0] = index + 1

    def say(self, **words: object) -> None:
        """Publishes what the writer has to say of itself: state, problem, rate."""
        if self._header is None:
            return
        raw = json.dumps(words, ensure_ascii=False).encode()
        if len(raw) > WORDS:
            short = {key: value[:60] if isinstance(value, str) else value for key, value in words.items()}
            raw = json.dumps(short, ensure_ascii=False).encode()
        header = self._header
        header["said"][0] |= np.uint64(1)
        _fence()
        header["words"][0] = raw.ljust(WORDS, b"\0")
        header["length"][0] = len(raw)
        _fence()
        header["said"][0] += np.uint64(1)

    # -- the reader's side ---------------------------------------------------------------------------------

    def newest(self) -> int:
        """How many pictures have been put; 0 before the first."""
        return int(self._header["newest"][0]) if self._header is not None else 0

    def heartbeat(self) -> float:
        """`clock.now()` of the writer's last sign of life; 0 before the first."""
        return float(self._header["beat"][0]) if self._header is not None else 0.0

    def said(self) -> dict[str, Any]:
        """What the writer last said; {} when it has said nothing or is saying it right now."""
        header = self._header
        for _ in range(TRIES):
            if header is None:
                break
            before = int(header["said"][0])
            raw = bytes(header["words"][0])[: int(header["length"][0])]
            _fence()
            if before & 1 or before != int(header["said"][0]):
                continue
            try:
                words = json.loads(raw) if raw else {}
            except ValueError:
                continue
            return words if isinstance(words, dict) else {}
        return {}

    def get(self, source: str = "", live: bool = True) -> Sense | None:
        """A copy of the newest whole sense; None when there is none, or when the writer was faster each
        time."""
        header, records = self._header, self._records
        if header is None or records is None:
            return None
        for _ in range(TRIES):
            newest = int(header["newest"][0])
            if newest == 0:
                return None
            index = (newest - 1) % RECORDS
            before = int(records["lock"][index])
            copy = records[index].copy()
            _fence()
            if before & 1 or before != int(records["lock"][index]) or int(copy["sequence"]) != newest:
                continue
            return Sense(
                mask=copy["mask"],
                flow=copy["flow"],
                presence=float(copy["presence"]),
                motion=float(copy["motion"]),
                centre=(float(copy["x"]), float(copy["y"])),
                count=int(copy["count"]),
                sequence=newest,
                when=float(copy["when"]),
                source=source,
                live=live,
            )
        return None

    # -- both ----------------------------------------------------------------------------------------------

    def close_descriptor(self) -> None:
        """Closes this side's file descriptor once the child has its own; the mapping stays."""
        if self._descriptor >= 0 and self._owner:
            os.close(self._descriptor)
            self._descriptor = -1

    def close(self) -> bool:
        """Lets go of the memory, and removes its name. False when a copy is just being made: try again
        later."""
        self.close_descriptor()
        self._header = self._records = None
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
        return True
