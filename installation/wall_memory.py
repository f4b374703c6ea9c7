"""What a camera saw of each projector when it was calibrated, kept beside the site file for the check of the next mornings.

`site.yaml` has `site.projectors.json`: places, no pictures. Written whole or not at all; one that can't be read is told, and set
aside when the projectors are calibrated again. Called by `wall_calibration`, in its thread.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from installation.beside import Beside
from installation.inputs.mapping import Pair
from installation.wall_places import Places, of_words


class Told(BaseModel):
    """`Places.words`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    camera: tuple[int, int]
    size: tuple[int, int]
    light: float = Field(ge=0.0, le=1.0, allow_inf_nan=False)
    said: dict[str, int] = Field(max_length=16)
    places: str = Field(max_length=65_536)


class Known(BaseModel):
    """One projector's: which camera looked, and what it saw."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    camera: str
    seen: Told


class Memory(BaseModel):
    """All projectors', by their outputs' names, and where the canvas's corners were in each camera's picture."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    canvas: dict[str, tuple[Pair, ...]] = Field(default_factory=dict, max_length=64)
    outputs: dict[str, Known] = Field(default_factory=dict, max_length=64)

    @model_validator(mode="after")
    def _readable(self) -> Self:
        for output in self.outputs:
            self.places(output)
        return self

    def places(self, output: str) -> Places:
        """What was seen of it. Raises KeyError for an output that nothing is known of."""
        return of_words(self.outputs[output].seen.model_dump())


def known(camera: str, places: Places) -> Known:
    """As it is kept."""
    return Known(camera=camera, seen=Told.model_validate(places.words()))


FILE = Beside(
    Memory,
    ".projectors.json",
    8 << 20,
    "the projectors' calibration",
    "what the camera saw",
    "there is no check of the projectors until they are calibrated again: installation cue calibrate projectors",
)
path_of, load, save = FILE.path_of, FILE.load, FILE.save
