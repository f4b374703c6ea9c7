"""What one camera process leaves to the next: how the empty room looks, and how the wall answers to light.

So that whoever stands there while a process is replaced is seen at once by the new one, and isn't taken for part of the room. It
is a picture of the room without visitors, and pixels all the same. So it lies in memory that has no name in any folder; the
engine makes that memory and hands it to the camera's processes, which the kernel has locked in, and never maps it. No other
user can read it, and of this one's programs none opens it; it ends with the engine. Only Linux has such memory; elsewhere each
process looks at the room anew.

`RoomMemory` is the engine's end, and holds nothing but a descriptor; `RoomPages` is the camera process's end. One camera each.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.inputs.shared_block import fence, nameless

PLACES = 2
"""Written in turn: whoever is killed while writing spoils the older one, which the next one writes first."""


class RoomMemory:
    """The memory of one camera, seen from the engine: `descriptor` is what its processes must inherit, -1 where there is none."""

    def __init__(self, width: int, height: int) -> None:
        """`width` x `height` is the mask's size."""
        self.descriptor = -1
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                self.descriptor = nameless("installation-room", PLACES * layout(width, height).itemsize)

    def close(self) -> None:
        """The memory ends with the last process that has it. Safe to call twice."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


class RoomPages:
    """The same memory in a camera process."""

    def __init__(self, descriptor: int, width: int, height: int) -> None:
        """Raises OSError or ValueError where there is no such memory."""
        kind = layout(width, height)
        memory = mmap.mmap(descriptor, PLACES * kind.itemsize)
        if sys.platform == "linux":
            memory.madvise(mmap.MADV_DONTDUMP)
        self._places: NDArray[Any] = np.ndarray((PLACES,), kind, memory)

    def leave(self, key: int, when: float, room: NDArray[np.float32], light: Mapping[str, Any] | None) -> None:
        """Leaves the room as it was at `when`, as a camera with a mapping, a size and settings of this `key` sees it; `light`
        is what `OwnLight.known` says, where the wall's own light is taken out."""
        torn = (self._places["lock"] & np.uint64(1)).astype(
            bool
        )  # never the one that is whole, however late that one died
        oldest = int(np.argmin(np.where(torn, -np.inf, self._places["when"])))
        place = self._places[oldest:][:1]
        place["lock"] |= np.uint64(1)  # odd already where a writer died here
        fence()
        place["key"], place["when"], place["lit"], place["room"] = key, when, light is not None, room
        for name, value in (light or {}).items():
            place[name] = value
        fence()
        place["lock"] += np.uint64(1)

    def left(self, key: int) -> tuple[float, NDArray[np.float32], dict[str, Any] | None] | None:
        """What was left last for this key: when, the room, and the light; None where nothing was, or can't be used."""
        for index in np.argsort(-self._places["when"]):
            place = self._places[index]
            before = int(place["lock"])
            copy = place.copy()
            fence()
            if before == 0 or before & 1 or before != int(place["lock"]) or int(copy["key"]) != key:
                continue
            names = [name for name in copy.dtype.names if name not in ("lock", "key", "when", "lit")]
            if all(np.isfinite(copy[name]).all() for name in names):
                light = {name: np.array(copy[name]) for name in names if name != "room"} if copy["lit"] else None
                return float(copy["when"]), np.array(copy["room"]), light
        return None


def layout(width: int, height: int) -> np.dtype[Any]:
    """One place: the room at twice the mask's size, and what `OwnLight` knows, by its names."""
    cells, pixels = (height, width, 3), (2 * height, 2 * width, 3)
    return np.dtype(
        [
            ("lock", "<u8"),
            ("key", "<u8"),
            ("when", "<f8"),
            ("lit", "<u8"),
            ("room", "<f4", pixels),
            *((name, "<f4", cells) for name in ("mean_y", "mean_x", "mean_xx", "mean_xy", "response", "own_room")),
            ("weight", "<f4", (height, width)),
            ("texture", "<f4", pixels),
            ("base", "<f4", pixels),
            *((name, "<f8", (3, 3)) for name in ("mix", "cross", "square")),
            ("textured", "<u8"),
        ],
        align=True,
    )
