"""What a calibration has found, kept from one night to the next in a file of the engine's own beside the site file.

`site.yaml` has `site.geometry.json`. The person's file is never written; this one is written whole or not at all. One that
can't be read is told and set aside, and the show plays with no mapping. Called by `calibration`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from installation.beside import Beside
from installation.errors import Problem
from installation.inputs.mapping import MOST_PAIRS, Kind, Pair
from installation.mailbox import Commands, Latest, Worker


class Kept(BaseModel):
    """One camera's: pairs of points (camera x, y, canvas x, y; 0..1, y up), how they were had, and seconds of latency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = "corners"
    pairs: tuple[Pair, ...] = Field((), max_length=MOST_PAIRS)
    latency: float | None = Field(None, ge=0.0, le=2.0, allow_inf_nan=False)
    spread: float = Field(0.0, ge=0.0, le=2.0, allow_inf_nan=False)


class Geometry(BaseModel):
    """Every camera's, by its name (`rigs.names`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    cameras: dict[str, Kept] = Field(default_factory=dict, max_length=64)


FILE = Beside(
    Geometry,
    ".geometry.json",
    1 << 20,
    "the cameras' calibration",
    "the calibration",
    "no mapping is used until the cameras are calibrated again: installation cue calibrate all",
)
path_of, load = FILE.path_of, FILE.load


def save(path: Path | None, geometry: Geometry) -> list[Problem]:
    """Keeps it. Gives what went wrong, if anything did."""
    if path is None:
        return [Problem("the calibration is kept until the show ends", hint="name a site file to keep it: --site FILE")]
    return FILE.save(path, geometry)


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
