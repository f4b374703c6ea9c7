"""Which display each output had the last time, kept in a file of the engine's own beside the site file.

`site.yaml` has `site.displays.json`. The person's file is never written; this one is written whole or not at all. One that
can't be read is told and set aside, and displays are found by number as on a first night. Called by `showing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from installation.beside import Beside
from installation.errors import Problem
from installation.outputs.displays import Seat


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


FILE = Beside(
    KeptSeats,
    ".displays.json",
    1 << 18,
    "what is remembered of displays",
    "which output has which display",
    "displays are found by number tonight, and the file is written anew",
)
path_of = FILE.path_of


def load(path: Path | None) -> tuple[dict[str, Seat], list[Problem]]:
    """What is kept, and what is wrong with the file."""
    kept, problems = FILE.load(path)
    return {name: Seat(one.wanted, one.identity, one.name, one.place) for name, one in kept.outputs.items()}, problems


def save(path: Path, seats: Mapping[str, Seat]) -> list[Problem]:
    """Keeps them. Gives what went wrong, if anything did."""
    kept = KeptSeats(
        outputs={
            name: KeptSeat(wanted=one.wanted, identity=one.identity[:200], name=one.name[:200], place=one.place)
            for name, one in seats.items()
        }
    )
    return FILE.save(path, kept)
