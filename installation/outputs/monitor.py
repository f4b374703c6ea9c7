"""Reads the canvas back: small for the console's preview, whole for stills and films."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.clock import FrameTime
from installation.gpu.device import Device
from installation.gpu.textures import Format, Target
from installation.outputs.preview import preview_size

PREVIEW_EVERY = 0.1
"""Seconds between two pictures of the preview: each costs a read-back."""


class Monitor:
    """Hands a small picture to a function, about ten times a second. Remembers when it last did."""

    def __init__(
        self,
        device: Device,
        canvas: tuple[int, int],
        put: Callable[[NDArray[np.uint8]], None],
        largest: int = 480,
        watched: Callable[[], bool] = lambda: True,
    ) -> None:
        """`largest` is its longer side in pixels. While nobody has `watched`, nothing is read back.

        `put` takes (h, w, 4) uint8, row 0 the top row; the array is used again for the next picture.
        """
        fitting = preview_size(*canvas)
        scale = min(1.0, largest / max(fitting))
        width, height = (max(round(side * scale), 1) for side in fitting)
        self._small = Target(device, width, height, "rgba8")
        self._pixels = np.zeros((height, width, 4), np.uint8)
        self._put = put
        self._watched = watched
        self._due = 0.0

    def show(self, canvas: Target, frame: FrameTime) -> None:
        if frame.seconds < self._due or not self._watched():
            return
        self._due = frame.seconds + PREVIEW_EVERY
        canvas.blit(self._small)
        self._small.read_into(self._pixels)
        self._put(self._pixels[::-1])

    def close(self) -> None:
        self._small.close()


class ReadBack:
    """The whole canvas as (h, w, 4) uint8, row 0 the top row. The array is used again for the next frame."""

    def __init__(self, device: Device, canvas: tuple[int, int], deep: bool = False) -> None:
        """`deep`: as uint16, for a canvas that has more than eight bits."""
        width, height = canvas
        self._form: Format = "rgba16" if deep else "rgba8"
        self._copy = Target(device, width, height, self._form)
        self._pixels: NDArray[Any] = np.zeros((height, width, 4), np.uint16 if deep else np.uint8)

    def read(self, canvas: Target) -> NDArray[Any]:
        source = canvas
        if canvas.form != self._form or (canvas.width, canvas.height) != (self._copy.width, self._copy.height):
            canvas.blit(self._copy)
            source = self._copy
        source.read_into(self._pixels)
        return self._pixels[::-1]

    def close(self) -> None:
        self._copy.close()
