"""What a layer is told of the frame that it draws, and the kit that every layer draws with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from installation.clock import NIGHT, Date
from installation.data.tables import Columns
from installation.gpu.device import Device
from installation.gpu.textures import Target, Texture
from installation.render.hearing import Hearing
from installation.render.late import Late
from installation.render.screen import Screen
from installation.render.sight import Sight
from installation.scene import schema
from installation.scene.isf import Isf

Values: TypeAlias = Mapping[str, Any]
"""A layer's parameters this frame, by name. `Param.coerce` has seen to each one's type; the name says which it is."""


@dataclass(slots=True)
class Sensed:
    """The newest camera sample, on the GPU and off it, and the sound. `mask` is (h, w) uint8, row 0 the bottom row."""

    mask: NDArray[np.uint8]
    mask_texture: Texture
    flow_texture: Texture
    presence: float = 0.0
    motion: float = 0.0
    centre: tuple[float, float] = (0.5, 0.5)
    hearing: Hearing = field(kw_only=True)
    picture_texture: Texture = field(kw_only=True)
    """The camera's own picture: black unless a scene shows it, and says so."""
    picture_wanted: bool = False
    """The wall's: whether a scene that shows the camera is drawn."""
    calibrating: bool = False
    """Whether somebody sets up the camera and sees its picture: the wall says so."""
    sight: Sight = field(kw_only=True)


@dataclass(slots=True)
class Moment:
    """One frame of one scene. `seconds` is the scene's own time, from its entry; `size` the canvas in pixels."""

    seconds: float
    delta: float
    size: tuple[int, int]
    sensed: Sensed
    words: Mapping[str, float] = field(default_factory=dict)
    date: Date = NIGHT
    formats: Mapping[str, schema.Format] = field(default_factory=dict)
    """How texts write the words, by name."""
    telling: Any = None
    """What texts ask of the mark that a visitor has opened (`render.telling`)."""


@dataclass(frozen=True)
class Kit:
    """What a layer is built with. `tables` are the scene's tables by name, `shaders` its parsed files by name."""

    device: Device
    screen: Screen
    size: tuple[int, int]
    folder: Path
    seed: int
    live: bool
    tables: Mapping[str, Columns]
    shaders: Mapping[str, Isf]
    baked: list[Any] | None = None
    """What was made ahead for the layers of this scene; a layer takes what fits it (`render.baked`)."""
    rehearse: Callable[[Isf, Mapping[str, str]], None] | None = None
    """Draws a shader once, fed with pictures of these formats, before it is shown; None when rendering: nobody waits."""
    late: Late = field(default_factory=Late)
    """Where films say that they are behind."""


class LayerView(Protocol):
    """A layer alive: `prepare` in the upload walk, `draw` in the draw walk."""

    premultiplied: bool

    def prepare(self, moment: Moment, values: Values, images: Mapping[str, Texture]) -> None: ...
    def draw(self, images: Mapping[str, Texture], target: Target) -> None: ...
    def restart(self) -> None: ...
    def close(self) -> None: ...
