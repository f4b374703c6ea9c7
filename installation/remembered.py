"""Which display each output had the last time, kept in a file of the engine's own beside the site file.

`site.yaml` has `site.displays.json`. The person's file is never written; this one is written whole or not at all. One that
can't be read is told and set aside, and displays are found by number as on a first night. Called by `showing`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError

from installation.data.files import read_regular, write_whole
from installation.errors import DataError, InstallationError, Location, Problem
from installation.outputs.displays import Seat

ENDING = ".displays.json"
LARGEST = 1 << 18


class KeptSeat(BaseModel):
    """One output's, as `displays.Seat` has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wanted: StrictInt | str | None = None
    identity: str = Field("", max_length=200)
    name: str = Field("", max_length=200)
    place: tuple[StrictInt, StrictInt, StrictInt, StrictInt]


class KeptSeats(BaseModel):
    """Every output's, by its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    outputs: dict[str, KeptSeat] = Field(default_factory=dict, max_length=64)


def path_of(site: Path | None) -> Path | None:
    """The file beside a site file; None without one: then nothing is kept from one night to the next."""
    return None if site is None else site.with_name(site.stem + ENDING)


def load(path: Path | None) -> tuple[dict[str, Seat], list[Problem]]:
    """What is kept, and what is wrong with the file."""
    if path is None or not path.exists():
        return {}, []
    hint = "displays are found by number tonight, and the file is written anew"
    try:
        kept = KeptSeats.model_validate_json(read_regular(path, LARGEST))
    except DataError as error:
        return {}, [Problem(problem.message, problem.where, hint) for problem in error.problems]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        at = ".".join(str(part) for part in first["loc"])
        what = f"what is remembered of displays can't be read: {at + ': ' if at else ''}{first['msg']}"
        return {}, [Problem(what, Location(str(path)), hint)]
    return {name: Seat(one.wanted, one.identity, one.name, one.place) for name, one in kept.outputs.items()}, []


def save(path: Path, seats: Mapping[str, Seat]) -> list[Problem]:
    """Keeps them. Gives what went wrong, if anything did; a file that could not be read before is set aside, not lost."""
    kept = KeptSeats(
        outputs={
            name: KeptSeat(wanted=one.wanted, identity=one.identity[:200], name=one.name[:200], place=one.place)
            for name, one in seats.items()
        }
    )
    try:
        if path.exists() and load(path)[1]:
            os.replace(path, path.with_name(path.name + ".broken"))
        write_whole(path, (kept.model_dump_json(indent=1) + "\n").encode())
    except (InstallationError, OSError) as error:
        return [Problem(f"it can't be kept which output has which display: {error}", Location(str(path)))]
    return []
