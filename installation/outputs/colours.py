"""Reads the canvas back small, for lights that show its colours: some frames later, and never waiting for it.

Halved on the device until it is about 128 wide, so that each pixel that comes back is the mean of all that it stands for. Makes
its textures anew where the canvas changes its size. Called in the frame, by `patchbay`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.gpu.device import Device
from installation.gpu.fetch import Fetch
from installation.gpu.textures import Target

WIDTH = 128
"""Pixels that are wide enough for the part of any lamp."""


class Colours:
    """Remembers the smaller and smaller targets, and what is still to come."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._size = (0, 0)
        self._steps: list[Target] = []
        self._fetch: Fetch | None = None
        self.picture: NDArray[np.uint8] | None = None
        """The newest: (h, w, 4) uint8, row 0 the bottom row; None before the first has come."""

    def ask(self, canvas: Target) -> None:
        """Asks for a canvas, and takes what has come of earlier ones."""
        self.look()
        if (canvas.width, canvas.height) != self._size:
            self._make(canvas.width, canvas.height)
        last = canvas
        for step in self._steps:
            last.blit(step)
            last = step
        assert self._fetch is not None
        self._fetch.ask(last, None)

    def look(self) -> None:
        """Takes what has come."""
        while self._fetch is not None and (come := self._fetch.take()) is not None:
            self.picture = come[1]

    def _make(self, width: int, height: int) -> None:
        self._free()
        self._size = width, height
        while True:
            width, height = max(width // 2, 1), max(height // 2, 1)
            self._steps.append(Target(self._device, width, height, "rgba8"))
            if width <= WIDTH:
                break
        self._fetch = Fetch(self._device, width, height)

    def _free(self) -> None:
        for step in self._steps:
            step.close()
        self._steps.clear()
        if self._fetch is not None:
            self._fetch.close()
            self._fetch = None

    def close(self) -> None:
        self._free()
