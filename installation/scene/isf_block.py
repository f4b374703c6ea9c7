"""One shader's uniforms as one std140 block: its layout, its GLSL, and the bytes of one pass of it.

The block has no instance name, so that the artist's names stay plain identifiers and may be shadowed. The player fills it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.scene.isf import Isf

GLSL_TYPES = {
    "float": "float",
    "bool": "bool",
    "event": "bool",
    "long": "int",
    "point2D": "vec2",
    "color": "vec4",
}
SIZES = {"float": 1, "bool": 1, "int": 1, "vec2": 2, "vec4": 4}
BUILT_IN = (
    ("DATE", "vec4"),
    ("RENDERSIZE", "vec2"),
    ("TIME", "float"),
    ("TIMEDELTA", "float"),
    ("PASSINDEX", "int"),
    ("FRAMEINDEX", "int"),
)


class Block:
    """Remembers the newest values; `bytes` is what a pass takes."""

    def __init__(self, isf: Isf) -> None:
        members = [*BUILT_IN, *((param.name, GLSL_TYPES[param.kind]) for param in isf.params)]
        for image in isf.samplers:
            members += [
                (f"_{image}_imgRect", "vec4"),
                (f"_{image}_imgSize", "vec2"),
                (f"_{image}_flip", "bool"),
            ]
        # Wide members first: std140 then wastes nothing, and the driver sees the order that it is declared in.
        members.sort(key=lambda member: -SIZES[member[1]])
        self.members = members
        self._at: dict[str, int] = {}
        offset = 0
        for name, kind in members:
            size = SIZES[kind]
            offset += (-offset) % size
            self._at[name] = offset
            offset += size
        self.floats: NDArray[np.float32] = np.zeros(offset + (-offset) % 4, np.float32)
        self._ints = self.floats.view(np.int32)
        self.bytes = self.floats.view(np.uint8)
        self._params = tuple((param.name, param.kind, self._at[param.name]) for param in isf.params)
        for image in isf.samplers:  # the whole picture, and never upside down
            start = self._at[f"_{image}_imgRect"]
            self.floats[start : start + 4] = (0.0, 0.0, 1.0, 1.0)

    @property
    def size(self) -> int:
        return self.bytes.nbytes

    @property
    def names(self) -> frozenset[str]:
        """Every name that it declares."""
        return frozenset(self._at)

    def glsl(self, spelling: Mapping[str, str]) -> str:
        """Its declaration. `spelling` gives the names that GLSL must see differently."""
        lines = "".join(f"  {kind} {spelling.get(name, name)};\n" for name, kind in self.members)
        return f"layout(std140) uniform isf_Block {{\n{lines}}};\n"

    def set_frame(self, seconds: float, delta: float, index: int, date: tuple[float, float, float, float]) -> None:
        at = self._at
        self.floats[at["TIME"]] = seconds
        self.floats[at["TIMEDELTA"]] = delta
        self._ints[at["FRAMEINDEX"]] = index
        start = at["DATE"]
        self.floats[start : start + 4] = date

    def set_pass(self, index: int, width: int, height: int) -> None:
        start = self._at["RENDERSIZE"]
        self.floats[start] = width
        self.floats[start + 1] = height
        self._ints[self._at["PASSINDEX"]] = index

    def set_image(self, name: str, width: int, height: int) -> None:
        start = self._at[f"_{name}_imgSize"]
        self.floats[start] = width
        self.floats[start + 1] = height

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Takes this frame's value of every input."""
        floats, ints = self.floats, self._ints
        for name, kind, start in self._params:
            value = values[name]
            if kind == "float":
                floats[start] = value
            elif kind == "point2D":
                floats[start : start + 2] = value
            elif kind == "color":
                floats[start : start + 4] = value
            else:
                ints[start] = int(value)
