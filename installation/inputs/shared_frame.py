"""A sequence-locked piece of memory shared by the camera process (one writer) and the engine (one reader).

It carries what was sensed; a picture only while the engine asks for one, which it does while a scene shows the camera and
the wall says so. The writer puts each sense into the next of three records, so the
newest one is left alone while it is read; each record has a sequence number that is odd while it is written,
so a reader that was overtaken knows, and neither side ever waits. On Linux the memory has no name (memfd,
handed over as a file descriptor): nothing can be left behind in /dev/shm, whoever is killed. Elsewhere it has
a name, which the engine removes.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.clock import now
from installation.inputs.sense import Sense
from installation.inputs.shared_block import TRIES, SharedBlock, fence, read_words, words_of, write_words

RECORDS = 3
WORDS = 4096
"""Bytes for what the camera process says of itself, as JSON."""

HEADER = np.dtype(
    [
        ("newest", "<u8"),  # pictures put so far; the newest lies in record (newest - 1) % RECORDS
        ("beat", "<f8"),  # clock.now() of the writer's last sign of life
        ("looked", "<f8"),  # clock.now() when it last came back from reading its source
        ("rooms", "<u8"),  # how often the room was learned anew: what was sensed before it doesn't go on
        ("wanted", "<u8"),  # the reader's: 1 while a picture is asked for
        ("pictured", "<u8"),  # sequence lock of the picture
        ("words", words_of(WORDS)),
    ]
)

_OWN = ("sequence", "source", "live")
"""Fields of a sense that the reader fills in."""


def _record(width: int, height: int) -> np.dtype[Any]:
    """A sense as memory: each of its arrays, numbers and pairs of numbers under its own name."""
    sample = Sense.empty(width, height)
    kinds: list[tuple[Any, ...]] = [("lock", "<u8"), ("sequence", "<u8")]
    for field in fields(Sense):
        if field.name not in _OWN:
            value = np.asarray(getattr(sample, field.name))
            kinds.append((field.name, value.dtype.newbyteorder("<"), value.shape))
    return np.dtype(kinds, align=True)


class SharedFrame:
    """The shared memory, seen from either side. `create` in the engine, `attach` in the camera process."""

    def __init__(self, block: SharedBlock, width: int, height: int) -> None:
        self._block = block
        self.width, self.height = width, height
        buffer = block.buffer
        self._header: NDArray[Any] | None = np.ndarray((1,), HEADER, buffer, 0)
        self._records: NDArray[Any] | None = np.ndarray((RECORDS,), _record(width, height), buffer, HEADER.itemsize)
        behind = HEADER.itemsize + self._records.nbytes
        shape = (2 * height, 2 * width, 4)
        self._picture: NDArray[np.uint8] | None = np.ndarray(shape, np.uint8, buffer, behind)

    @staticmethod
    def size(width: int, height: int) -> int:
        return HEADER.itemsize + RECORDS * _record(width, height).itemsize + 2 * height * 2 * width * 4

    @classmethod
    def create(cls, width: int, height: int, *, named: bool = False) -> SharedFrame:
        """Makes the memory, all zero. `named` forces a name; left out, there is none where that can be done."""
        return cls(SharedBlock.create(cls.size(width, height), "installation-camera", named=named), width, height)

    @classmethod
    def attach(cls, address: str, width: int, height: int) -> SharedFrame:
        """Opens what `create` made in another process."""
        return cls(SharedBlock.attach(address, cls.size(width, height)), width, height)

    @property
    def address(self) -> str:
        """What `attach` needs."""
        return self._block.address

    @property
    def descriptor(self) -> int:
        """The file descriptor that a child process must inherit; -1 when the memory has a name."""
        return self._block.descriptor

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
        fence()
        record["sequence"] = index + 1
        for name in record.dtype.names:
            if name not in ("lock", "sequence"):
                record[name] = getattr(sense, name)
        fence()
        record["lock"] += np.uint64(1)
        self._header["newest"][0] = index + 1

    def looked(self) -> None:
        """Says that the source was read, whether a picture came or not."""
        if self._header is not None:
            self._header["looked"][0] = now()

    def new_room(self) -> None:
        """Says that what follows doesn't go on from what came before."""
        if self._header is not None:
            self._header["rooms"][0] += np.uint64(1)

    def put_picture(self, picture: NDArray[np.uint8]) -> None:
        """Publishes a picture, (2 h, 2 w, 4) RGBA, row 0 at the bottom; for scenes that show the camera, and say so."""
        if self._header is None or self._picture is None:
            return
        self._header["pictured"][0] |= np.uint64(1)
        fence()
        self._picture[...] = picture
        fence()
        if not self.wanted:  # the reader changed its mind meanwhile, and may have wiped before this was written
            self._picture[...] = 0
            fence()
        self._header["pictured"][0] += np.uint64(1)

    def say(self, **words: object) -> None:
        """Publishes what the writer has to say of itself: state, problem, rate."""
        if self._header is None:
            return
        try:
            write_words(self._header["words"], words)
        except ValueError:  # a driver's long story
            short = {key: value[:60] if isinstance(value, str) else value for key, value in words.items()}
            write_words(self._header["words"], short)

    # -- the reader's side ---------------------------------------------------------------------------------

    def newest(self) -> int:
        """How many pictures have been put; 0 before the first."""
        header = self._header  # the supervisor may let go of it between two steps of the frame
        return int(header["newest"][0]) if header is not None else 0

    def heartbeat(self) -> float:
        """`clock.now()` of the writer's last sign of life; 0 before the first."""
        header = self._header
        return float(header["beat"][0]) if header is not None else 0.0

    def rooms(self) -> int:
        """How often the writer has begun anew."""
        header = self._header
        return int(header["rooms"][0]) if header is not None else 0

    def last_look(self) -> float:
        """`clock.now()` when the writer last came back from its source; 0 before the first time."""
        header = self._header
        return float(header["looked"][0]) if header is not None else 0.0

    def said(self) -> dict[str, Any]:
        """What the writer last said; {} when it has said nothing or is saying it right now."""
        header = self._header
        told = None if header is None else read_words(header["words"])
        return told[1] if told else {}

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
            fence()
            if before & 1 or before != int(records["lock"][index]) or int(copy["sequence"]) != newest:
                continue
            found: dict[str, Any] = {
                name: copy[name] if copy[name].ndim > 1 else _plain(copy[name].tolist())
                for name in copy.dtype.names
                if name not in ("lock", "sequence")
            }
            return Sense(**found, sequence=newest, source=source, live=live)
        return None

    @property
    def wanted(self) -> bool:
        """Whether the reader asks for pictures too."""
        header = self._header
        return bool(header["wanted"][0]) if header is not None else False

    def want(self, picture: bool) -> None:
        """Asks for pictures too, or no longer; what was there is wiped."""
        if self._header is not None and self._picture is not None and picture != self.wanted:
            self._header["wanted"][0] = int(picture)
            if not picture:
                self._picture[...] = 0

    def picture(self) -> NDArray[np.uint8] | None:
        """A copy of the newest whole picture, (2 h, 2 w, 4) RGBA, **row 0 is the bottom**; None when there is none."""
        header, picture = self._header, self._picture
        for _ in range(TRIES):
            if header is None or picture is None or not (before := int(header["pictured"][0])):
                break
            copy = picture.copy()
            fence()
            if not before & 1 and before == int(header["pictured"][0]):
                return copy
        return None

    # -- both ----------------------------------------------------------------------------------------------

    def close_descriptor(self) -> None:
        """Closes this side's file descriptor once the child has its own; the mapping stays."""
        self._block.close_descriptor()

    def close(self) -> bool:
        """Lets go of the memory, and removes its name. False when a copy is just being made: try again later."""
        self.close_descriptor()
        self._header = self._records = self._picture = None
        return self._block.close()


def _plain(value: Any) -> Any:
    """A list of numbers as a tuple; a number as it is."""
    return tuple(value) if isinstance(value, list) else value
