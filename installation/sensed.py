"""`--sensed FILE`: what was sensed while a show played or a film was drawn, as numbers beside it; never a pixel.

A .csv has a line a moment with every signal; a .jsonl has the visitors that are followed, too. The frame only leaves the
numbers here; a thread writes them. A disk that is full ends the file and says so in the log, nothing else. An output of the
engine; called by `play`.
"""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO, TypeAlias

from installation.clock import FrameTime
from installation.errors import Location, OutputError
from installation.gpu.textures import Target
from installation.inputs.sense import BODY, Sense
from installation.mailbox import Commands, Worker
from installation.signals import SENSED

log = logging.getLogger(__name__)

EVERY = 0.2
"""Seconds between two lines while a show plays: some 5 MB an hour. A film has a line a frame."""
FLUSH = 0.5
KINDS = (".csv", ".jsonl")

Moment: TypeAlias = tuple[float, dict[str, float], list[list[float]]]


class SensedFile:
    """Remembers when the last line was due, and the lines that are still to be written."""

    def __init__(
        self, path: Path, read: Callable[[], tuple[dict[str, float], Sense]], begin: float, every: float
    ) -> None:
        """`read` gives the signals and the sense of the frame; lines begin at the second `begin`, at most one each `every`
        seconds. Raises OutputError when the file can't be opened."""
        self._kind = path.suffix.lower()
        if self._kind not in KINDS:
            raise OutputError(
                f"{path.name} is no kind of file for numbers", Location(str(path)), "name a .csv or a .jsonl"
            )
        try:
            self._file: TextIO = path.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise OutputError(
                f"can't be written: {error.strerror}", Location(str(path)), "name another --sensed"
            ) from None
        self._read, self._due, self._every = read, begin, every
        self._moments: Commands[Moment] = Commands()
        self._ended = ""
        if self._kind == ".csv":
            self._write(_line(["seconds", *SENSED]))
        self._worker = Worker("sensed", self._work).start()

    def show(self, canvas: Target, frame: FrameTime) -> None:
        """Takes the frame's numbers; the picture is left alone."""
        if frame.seconds < self._due - 1e-6:
            return
        self._due = max(self._due + self._every, frame.seconds)
        signals, sense = self._read()
        while (
            not self._moments.put((frame.seconds, signals, [list(row) for row in sense.people])) and self._every == 0.0
        ):
            self._worker.wait(0.01)  # a film may be drawn faster than it is written, and shall be complete

    def _work(self, worker: Worker) -> None:
        while not worker.wait(FLUSH):
            worker.beat()
            self._drain()

    def _drain(self) -> None:
        lines = "".join(self._told(*moment) for moment in self._moments.drain())
        if lines:
            self._write(lines)

    def _told(self, seconds: float, signals: dict[str, float], people: list[list[float]]) -> str:
        rounded = {name: round(signals[name], 4) for name in SENSED}
        if self._kind == ".csv":
            return _line([round(seconds, 3), *rounded.values()])
        bodies = [{name: round(value, 4) for name, value in zip(BODY, row, strict=True)} for row in people]
        told: dict[str, Any] = {"seconds": round(seconds, 3), **rounded, "bodies": bodies}
        return json.dumps(told) + "\n"

    def _write(self, text: str) -> None:
        if self._ended:
            return
        try:
            self._file.write(text)
            self._file.flush()
        except OSError as error:
            self._ended = str(error.strerror)
            log.error("%s: what is sensed is no longer written: %s", self._file.name, self._ended)

    def close(self) -> None:
        """Writes the rest. Safe to call twice."""
        self._worker.close()
        if not self._file.closed:
            self._drain()
            self._file.close()


def _line(cells: list[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
