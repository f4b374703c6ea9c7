"""What the camera senses, as pictures for shaders beside the mask and the flow: `camera.edges` and `camera.bodies`.

Each is made when a shader first asks for it in a frame that brought something new; what nobody asks for costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from installation.gpu.device import Device
from installation.gpu.textures import Texture


class Seen(Protocol):
    """A moment of seeing: outlines (h, w) uint8, row 0 the bottom; a table of visitors, a row each."""

    @property
    def edges(self) -> NDArray[np.uint8]: ...
    @property
    def bodies(self) -> NDArray[np.float32]: ...


def bodies_picture(bodies: NDArray[np.float32]) -> NDArray[np.float32]:
    """(3, n, 4) float32 of (n, 10), `inputs.sense.BODY`. From the lowest row: x, y, width, height; velocity, age, hands; number
    and confidence. The number stays a visitor's own when one who came before leaves, and all columns move up."""
    who = np.zeros((len(bodies), 4), np.float32)
    who[:, 0], who[:, 1] = bodies[:, 0], bodies[:, 9]
    picture: NDArray[np.float32] = np.stack([bodies[:, 1:5], bodies[:, 5:9], who])
    return picture


class Sight:
    """Remembers the newest moment and the pictures that were asked for."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._seen: Seen | None = None
        self._pictures: dict[str, tuple[Texture, Seen]] = {}

    def take(self, seen: Seen) -> None:
        """Takes a frame's moment; the same object again when nothing new was seen."""
        self._seen = seen

    def texture(self, source: str) -> Texture | None:
        """This frame's picture of a source; None for an unknown one, and before the first moment."""
        seen, make = self._seen, _PICTURES.get(source)
        if seen is None or make is None:
            return None
        texture, shown = self._pictures.get(source, (None, None))
        if texture is not None and shown is seen:
            return texture
        pixels = make(seen)
        if texture is not None and (texture.height, texture.width) != pixels.shape[:2]:
            texture.close()
            texture = None
        if texture is None:
            outlines = source == "camera.edges"
            texture = Texture.from_array(self._device, pixels, "r8" if outlines else "rgba32f", smooth=outlines)
        else:
            texture.upload(pixels)
        self._pictures[source] = texture, seen
        return texture

    def close(self) -> None:
        for texture, _ in self._pictures.values():
            texture.close()
        self._pictures.clear()


_PICTURES: dict[str, Callable[[Seen], NDArray[np.uint8] | NDArray[np.float32]]] = {
    "camera.edges": lambda seen: seen.edges,
    "camera.bodies": lambda seen: bodies_picture(seen.bodies),
}
