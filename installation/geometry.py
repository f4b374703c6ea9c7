"""What a calibration has found, kept from one night to the next in a file of the engine's own beside the site file.

`site.yaml` has `site.geometry.json`. The person's file is never written; this one is written whole or not at all. One that
can't be read is told and set aside, and the show plays with no mapping. Called by `calibration`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from installation.data.files import read_regular, write_whole
from installation.errors import DataError, InstallationError, Location, Problem
from installation.inputs.mapping import MOST_PAIRS, Pair
from installation.mailbox import Commands, Latest, Worker

ENDING = ".geometry.json"
LARGEST = 1 << 20


class Kept(BaseModel):
    """One camera's: pairs of points (camera x, y, canvas x, y; 0..1, y up), how they were had, and seconds of latency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["corners", "markers"] = "corners"
    pairs: tuple[Pair, ...] = Field((), max_length=MOST_PAIRS)
    latency: float | None = Field(None, ge=0.0, le=2.0, allow_inf_nan=False)
    spread: float = Field(0.0, ge=0.0, le=2.0, allow_inf_nan=False)


class Geometry(BaseModel):
    """Every camera's, by its name (`rigs.names`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    cameras: dict[str, Kept] = Field(default_factory=dict, max_length=64)


def path_of(site: Path | None) -> Path | None:
    """The file beside a site file; None without one: then nothing is kept."""
    return None if site is None else site.with_name(site.stem + ENDING)


def load(path: Path | None) -> tuple[Geometry, list[Problem]]:
    """What is kept, and what is wrong with the file; nothing is kept where it isn't there, or can't be used."""
    if path is None or not path.exists():
        return Geometry(), []
    hint = "no mapping is used until the cameras are calibrated again: installation cue calibrate all"
    try:
        return Geometry.model_validate_json(read_regular(path, LARGEST)), []
    except DataError as error:
        return Geometry(), [Problem(problem.message, problem.where, hint) for problem in error.problems]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        at = ".".join(str(part) for part in first["loc"])
        what = f"the cameras' calibration can't be read: {at + ': ' if at else ''}{first['msg']}"
        return Geometry(), [Problem(what, Location(str(path)), hint)]


def save(path: Path | None, geometry: Geometry) -> list[Problem]:
    """Keeps it. Gives what went wrong, if anything did; a file that could not be read before is set aside, not lost."""
    if path is None:
        return [Problem("the calibration is kept until the show ends", hint="name a site file to keep it: --site FILE")]
    try:
        if path.exists() and load(path)[1]:
            os.replace(path, path.with_name(path.name + ".broken"))
        write_whole(path, (geometry.model_dump_json(indent=1) + "\n").encode())
    except (InstallationError, OSError) as error:
        return [Problem(f"the calibration can't be kept: {error}", Location(str(path)), "is the folder writable?")]
    return []


class Keeper:
    """Saves in a thread of its own: a disk may take seconds, and the frame has none. Starts no thread before there is anything
    to keep. `problems` has what went wrong, for the frame to drain."""

    def __init__(self, path: Path | None) -> None:
        self.problems: Commands[Problem] = Commands()
        self._path = path
        self._newest: Latest[Geometry] = Latest()
        self._worker: Worker | None = None

    def keep(self, geometry: Geometry) -> None:
        """Keeps it soon; what is newer by then instead."""
        self._newest.put(geometry)
        if self._worker is None:
            self._worker = Worker("geometry", self._write).start()

    def _write(self, worker: Worker) -> None:
        written: Geometry | None = None
        while True:
            ending = worker.stopping()  # looked at first: what was kept before the end is written
            newest = self._newest.get()
            if newest is not None and newest is not written:
                written = newest
                for problem in save(self._path, newest):
                    self.problems.put(problem)
            if ending:
                return
            worker.wait(0.1)

    def close(self) -> None:
        """Writes what is left, and waits for it at most a few seconds. Safe to call twice."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close(3.0)
