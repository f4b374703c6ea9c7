"""Reads structured light in the camera process: the mean of a few pictures of each pattern, and of all of them the places.

The engine says which pattern is on the wall and from which moment (`task`), one after another; this answers when it has seen it.
What leaves the process in the end are places (`wall_places`), never a picture. Called by `eye`.
"""

from __future__ import annotations

from typing import Any

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from installation.stripes import Reader, few_patterns, patterns
from installation.wall_places import gathered

cv2: Any = opencv

WIDEST = 1280
"""Pixels: larger pictures are made smaller. A place is the mean of hundreds of them anyhow."""


class Striped:
    """One projector's patterns. Remembers a few numbers of each pixel until the last has been seen."""

    def __init__(self, task: dict[str, Any]) -> None:
        """`task`: "number" of the whole, "size" of the projector's picture, "few", and what `go` needs."""
        self.number = int(task["number"])
        width, height = task["size"]
        self._size = (int(width), int(height))
        self._patterns = (few_patterns if task.get("few") else patterns)(self._size)
        self._reader = Reader(self._size)
        self._taken = -1
        self._sum: NDArray[np.float32] | None = None
        self.go(task)

    def go(self, task: dict[str, Any]) -> None:
        """The pattern "index" is on the wall from the moment "begin" on; "pictures" of it are wanted."""
        if int(task["index"]) == getattr(self, "_index", None):
            return
        self._index, self._begin = int(task["index"]), float(task["begin"])
        self._wanted = int(task["pictures"])
        self._sum, self._count = None, 0

    def look(self, picture: NDArray[np.uint8], _seen: object, when: float, _canvases: object) -> dict[str, Any] | None:
        """None until the pattern was seen often enough; then its index as "taken"; with the last, "done" and all places. "again"
        says that the patterns have to be shown from the first one on."""
        if when < self._begin or self._index <= self._taken:
            return None
        if self._index != self._taken + 1:  # this process has come in the middle of it
            return {"done": True, "again": True, "problem": "was lost meanwhile", "hint": "calibrate again"}
        grey = _grey(picture)
        if self._sum is not None and self._sum.shape != grey.shape:
            said = {"problem": "changed the size of its pictures", "hint": "calibrate again"}
            return {"done": True, "again": True, **said}
        self._sum = grey if self._sum is None else self._sum + grey
        self._count += 1
        if self._count < self._wanted:
            return None
        try:
            self._reader.take(self._patterns[self._index], self._sum / (255.0 * self._count))
            self._taken = self._index
            if self._taken < len(self._patterns) - 1:
                return {"taken": self._taken}
            places = gathered(self._reader.read(), self._size)
        except ValueError as error:
            return {"done": True, "problem": f"can't read its patterns: {error}", "hint": "calibrate again"}
        return {"done": True, "taken": self._taken, "places": places.words()}


def _grey(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(h, w), row 0 the bottom row, at most WIDEST wide."""
    height, width = picture.shape[:2]
    if width > WIDEST:
        size = (WIDEST, round(height * WIDEST / width))
        picture = cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA)
    grey = picture if picture.ndim == 2 else picture[..., :3].mean(axis=2, dtype=np.float32)
    return np.asarray(grey[::-1], np.float32)
