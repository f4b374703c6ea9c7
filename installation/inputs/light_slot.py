"""What the engine and a camera process tell each other about the light on the wall, in shared memory.

The engine puts the newest canvases, small and with the moment at which each was drawn, and says what it wants (which mapping,
which latency, a measurement). The camera process says what it found: points and milliseconds, never a picture. Neither ever
waits. One slot a camera; it outlives the camera's processes, so that one hands on to the next how the wall answers to light.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.inputs.sense import HEIGHT, WIDTH
from installation.inputs.shared_block import SharedBlock, fence, read_words, words_of, write_words

CANVASES = 48
"""Canvases that are kept: at 45 a second more than a second, the longest latency that is looked for."""
WORDS = 49_152
"""Bytes: three thousand places of a projector's light are the longest of what is told (`wall_places`)."""
LESSON = (24, 40)
"""Rows and columns of what a camera process hands on of the wall's light: too coarse to be a picture of anything."""


class LightSlot:
    """The slot, seen from either side. Canvases are (h, w, 3) uint8, display-referred RGB, row 0 the bottom row."""

    def __init__(self, block: SharedBlock, width: int, height: int) -> None:
        self._block = block
        self.width, self.height = width, height
        self._whole: NDArray[Any] | None = np.ndarray((1,), _layout(width, height), block.buffer)

    @classmethod
    def create(cls, width: int = WIDTH, height: int = HEIGHT, *, named: bool = False) -> LightSlot:
        """The engine's end. Raises OSError when no memory can be had."""
        return cls(
            SharedBlock.create(_layout(width, height).itemsize, "installation-light", named=named), width, height
        )

    @classmethod
    def attach(cls, address: str, width: int = WIDTH, height: int = HEIGHT) -> LightSlot:
        """The camera process's end."""
        return cls(SharedBlock.attach(address, _layout(width, height).itemsize), width, height)

    @property
    def address(self) -> str:
        """What `attach` needs."""
        return self._block.address

    @property
    def descriptor(self) -> int:
        """The file descriptor that a camera process must inherit; -1 for none."""
        return self._block.descriptor

    # -- canvases: from the engine to the camera process -----------------------------------------------------------------

    def put(self, canvas: NDArray[np.uint8], when: float) -> None:
        """Publishes the canvas that was drawn at `when` (`clock.now()`)."""
        whole = self._whole
        if whole is None:
            return
        number = int(whole["newest"][0]) + 1
        place = whole["canvas"][0, number % CANVASES]
        place["first"] = number
        fence()
        place["when"] = when
        place["pixels"][...] = canvas
        fence()
        place["last"] = number
        whole["newest"][0] = number

    def canvases(self, after: int) -> list[tuple[int, float, NDArray[np.uint8]]]:
        """Copies of the canvases put since number `after`: number, moment, pixels. What was overwritten is left out."""
        whole = self._whole
        if whole is None:
            return []
        newest = int(whole["newest"][0])
        found = []
        for number in range(max(after + 1, newest - CANVASES + 2, 1), newest + 1):
            place = whole["canvas"][0, number % CANVASES]
            last = int(place["last"])
            fence()
            when, pixels = float(place["when"]), np.array(place["pixels"])
            fence()
            if last == number == int(place["first"]):
                found.append((number, when, pixels))
        return found

    # -- words, both ways --------------------------------------------------------------------------------------------------

    def want(self, words: dict[str, Any]) -> None:
        """The engine: what the camera process is to do from now on."""
        if self._whole is not None:
            write_words(self._whole["wanted"][:1], words)

    def wanted(self) -> tuple[int, dict[str, Any]] | None:
        """The camera process: what it is to do, and the number of these words; None while they are written."""
        return None if self._whole is None else read_words(self._whole["wanted"][:1])

    def tell(self, words: dict[str, Any]) -> None:
        """The camera process: what it has found."""
        if self._whole is not None:
            write_words(self._whole["told"][:1], words)

    def told(self) -> tuple[int, dict[str, Any]] | None:
        """The engine: what the camera process has found last, and the number of these words."""
        return None if self._whole is None else read_words(self._whole["told"][:1])

    # -- from a camera process to the one after it ---------------------------------------------------------------------

    def hand_on(self, key: int, mix: NDArray[np.float64], light: NDArray[np.float32]) -> None:
        """Leaves what was learned of the wall's light under a mapping of this `key`: (3, 3), and (2, *LESSON, 3)."""
        if self._whole is None:
            return
        place = self._whole["lesson"]
        place["lock"][0] |= np.uint64(1)  # odd already where a writer died here
        fence()
        place["key"][0], place["mix"][0], place["light"][0] = key, mix, light
        fence()
        place["lock"][0] += np.uint64(1)

    def handed_on(self, key: int) -> tuple[NDArray[np.float64], NDArray[np.float32]] | None:
        """What the process before has left for this mapping; None where it has left nothing that can be used."""
        if self._whole is None:
            return None
        place = self._whole["lesson"]
        before = int(place["lock"][0])
        mix, light = np.array(place["mix"][0]), np.array(place["light"][0])
        known = int(place["key"][0]) == key and before > 0 and not before & 1
        fence()
        if not known or before != int(place["lock"][0]) or not (np.isfinite(mix).all() and np.isfinite(light).all()):
            return None
        return mix, light

    def close(self) -> bool:
        """Lets go of the memory. Safe to call twice."""
        self._whole = None
        return self._block.close()


def _layout(width: int, height: int) -> np.dtype[Any]:
    canvas = np.dtype(
        [("first", "<u8"), ("when", "<f8"), ("pixels", "u1", (height, width, 3)), ("last", "<u8")], align=True
    )
    lesson = np.dtype([("lock", "<u8"), ("key", "<u8"), ("mix", "<f8", (3, 3)), ("light", "<f4", (2, *LESSON, 3))])
    return np.dtype(
        [
            ("newest", "<u8"),
            ("lesson", lesson),
            ("wanted", words_of(WORDS)),
            ("told", words_of(WORDS)),
            ("canvas", canvas, CANVASES),
        ],
        align=True,
    )
