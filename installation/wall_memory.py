"""What a camera saw of each projector when it was calibrated, kept beside the site file for the check of the next mornings.

`site.yaml` has `site.projectors.json`: places, no pictures. Written whole or not at all; one that can't be read is told, and set
aside when the projectors are calibrated again. Called by `wall_calibration`, in its thread.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from installation.data.files import read_regular, write_whole
from installation.errors import DataError, InstallationError, Location, Problem
from installation.inputs.mapping import Pair
from installation.wall_places import Places, of_words

ENDING = ".projectors.json"
LARGEST = 8 << 20


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

    def places(self, output: str) -> Places:
        """What was seen of it. Raises ValueError or KeyError for what can't be read."""
        return of_words(self.outputs[output].seen.model_dump())


def known(camera: str, places: Places) -> Known:
    """As it is kept."""
    return Known(camera=camera, seen=Told.model_validate(places.words()))


def path_of(site: Path | None) -> Path | None:
    """The file beside a site file; None without one: then nothing is kept."""
    return None if site is None else site.with_name(site.stem + ENDING)


def load(path: Path | None) -> tuple[Memory, list[Problem]]:
    """What is kept, and what is wrong with the file; nothing is kept where it isn't there, or can't be used."""
    if path is None or not path.exists():
        return Memory(), []
    hint = "there is no check of the projectors until they are calibrated again: installation cue calibrate projectors"
    try:
        memory = Memory.model_validate_json(read_regular(path, LARGEST))
        for output in memory.outputs:
            memory.places(output)
        return memory, []
    except DataError as error:
        return Memory(), [Problem(problem.message, problem.where, hint) for problem in error.problems]
    except (ValidationError, ValueError, KeyError) as error:
        what = "the projectors' calibration can't be read"
        if isinstance(error, ValidationError):
            first = error.errors(include_url=False)[0]
            what += f": {'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        return Memory(), [Problem(what, Location(str(path)), hint)]


def sweep(path: Path | None) -> None:
    """Removes drafts that a killed process left. Called at start, while nobody writes."""
    for draft in path.parent.glob(f".{path.name}.????????") if path is not None else ():
        draft.unlink(missing_ok=True)


def save(path: Path | None, memory: Memory) -> list[Problem]:
    """Keeps it. Gives what went wrong, if anything did; a file that could not be read before is set aside, not lost."""
    if path is None:
        return []
    try:
        if path.exists() and load(path)[1]:
            os.replace(path, path.with_name(path.name + ".broken"))
        write_whole(path, (memory.model_dump_json(indent=1) + "\n").encode())
    except (InstallationError, OSError) as error:
        return [Problem(f"what the camera saw can't be kept: {error}", Location(str(path)), "is the folder writable?")]
    return []
