"""The maps of where one scene lets the surface give way, on a device: the newest, and older ones that still shape the holes.

An edit of a scene may change its map while the surface is open. The older one is kept, under its own name, until the reveal
has let go of it, so that no hole jumps. Owned by the scene's view; the wall asks it, each frame in which anything is open.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.gpu.device import Device
from installation.gpu.textures import Texture


class WeakMaps:
    """Remembers each map by its name: the scene's, and a number that an edit raises."""

    def __init__(self, scene: str) -> None:
        self._scene = scene
        self._count = 0
        self._maps: dict[str, tuple[NDArray[np.uint8], Texture]] = {}
        self.newest = ""
        """The name of the map that the scene has now; "" when it has none."""

    def lay(self, device: Device, picture: NDArray[np.uint8]) -> None:
        """Takes a map, uint8 (h, w), as the newest."""
        self.newest = f"{self._scene} {self._count}"
        self._maps[self.newest] = (picture, Texture.from_array(device, picture, "r8"))

    def inherit(self, before: WeakMaps) -> None:
        """Goes on from the maps of the scene as it was before an edit, which lets go of them. An equal one stays the newest."""
        mine = self._maps.pop(self.newest, None)
        self._maps, before._maps, self._count = before._maps, {}, before._count + 1
        known = self._maps.get(before.newest)
        if mine is None:
            self.newest = ""
        elif known is not None and np.array_equal(known[0], mine[0]):
            mine[1].close()
            self.newest = before.newest
        else:
            self.newest = f"{self._scene} {self._count}"
            self._maps[self.newest] = mine

    def texture(self, name: str) -> Texture | None:
        """The map of that name; older ones than this and the newest are let go."""
        for known in [known for known in self._maps if known not in (name, self.newest)]:
            self._maps.pop(known)[1].close()
        found = self._maps.get(name)
        return found[1] if found else None

    def close(self) -> None:
        for _, texture in self._maps.values():
            texture.close()
        self._maps.clear()


def scene_of(name: str) -> str:
    """The scene that a map's name belongs to."""
    return name.partition(" ")[0]
