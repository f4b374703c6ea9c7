"""Finds the logs of nights, and reads one: its records in order, up to the last that is whole.

What can't be read ends the reading and is told; a file that is no log at all is one clear message. Called by `replay` and the
command line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from installation.errors import DataError, Location, Problem, did_you_mean
from installation.logbook.records import VERSION, decoded
from installation.logbook.segments import ENDING, NAME, Reader, Segment, segments


@dataclass
class Night:
    """One run of a show, in one or more segments. `problems` grows while it is read."""

    name: str
    segments: Sequence[Segment]
    problems: list[Problem] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return sum(one.path.stat().st_size for one in self.segments if one.path.exists())

    @property
    def ended(self) -> float:
        """When it was last written to, in seconds since 1970."""
        return max((one.path.stat().st_mtime for one in self.segments if one.path.exists()), default=0.0)

    @property
    def folder(self) -> Path:
        return self.segments[0].path.parent

    def head(self) -> dict[str, Any]:
        """What is known of the night as a whole. Raises DataError."""
        where = Location(str(self.segments[0].path))
        first = next(self.records(), None)
        if first is None or "log" not in first:
            raise DataError("this log has no beginning", where, "nothing of it can be drawn")
        if not isinstance(first["log"], int) or first["log"] > VERSION:
            raise DataError(
                f"this log is of a newer form ({str(first['log'])[:20]})", where, "use a newer installation"
            )
        return first

    def records(self) -> Iterator[dict[str, Any]]:
        """Every record, in order. Raises DataError for what is no log."""
        for number, segment in enumerate(self.segments):
            if number and segment.part != self.segments[number - 1].part + 1:
                self._tell("a part of this night before it is gone", segment)
            reader = Reader(segment.path)
            for count, text in enumerate(reader.lines(), 1):
                try:
                    record = decoded(text)
                except ValueError as error:
                    if count == 1:
                        raise DataError(f"this is not a log: {error}", Location(str(segment.path))) from None
                    self._tell(f"line {count} can't be read ({error}): the rest of it is left out", segment)
                    break
                yield record
            if reader.cut:
                self._tell("its end is missing; it is read up to the last line that is whole", segment)

    def _tell(self, message: str, segment: Segment) -> None:
        problem = Problem(message, Location(str(segment.path)))
        if problem not in self.problems:
            self.problems.append(problem)


def nights(folder: Path) -> list[Night]:
    """Every night of a folder, the oldest first."""
    found: dict[str, list[Segment]] = {}
    for one in segments(folder):
        found.setdefault(one.night, []).append(one)
    return [Night(name, parts) for name, parts in found.items()]


def find_night(wanted: str | None, folder: Path) -> Night:
    """A night by its name, or the newest of a day; a file of one, read from there on; a folder's newest; None: the newest of
    `folder`. Raises DataError."""
    path = Path(wanted).expanduser() if wanted else folder
    if wanted and path.is_file():
        matched = NAME.fullmatch(path.name)
        if not matched:
            return Night(path.stem, [Segment(path.stem, 1, path)])
        parts = [s for s in segments(path.parent) if s.night == matched["night"] and s.part >= int(matched["part"])]
        return Night(matched["night"], parts)
    if wanted and not path.is_dir():
        known = nights(folder)
        found = [night for night in known if night.name.startswith(wanted.removesuffix(ENDING).rpartition("/")[2])]
        if not found:
            near = did_you_mean(wanted, [night.name for night in known], label="nights")
            raise DataError(
                f'there is no log "{wanted[:80]}"', Location(str(folder)), near or "installation log lists them"
            )
        return found[-1]
    known = nights(path)
    if not known:
        raise DataError("there is no log here", Location(str(path)), "a show that plays writes one, unless --no-log")
    return known[-1]


def moment_of(text: str, began: datetime) -> float:
    """A time of the night as seconds since it began: 21:14, 21:14:30, a date before it, or seconds. Raises DataError."""
    hint = "write 21:14, 21:14:30, 2026-11-23 21:14, or seconds from the beginning"
    try:
        return max(float(text), 0.0) if float(text) < 1e7 else _refuse(text, hint)
    except ValueError:
        pass
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%H:%M:%S", "%H:%M"):
        try:
            found = datetime.strptime(text.strip().replace("T", " "), form)
        except ValueError:
            continue
        if form.startswith("%Y"):
            seconds = (found - began.replace(tzinfo=None)).total_seconds()
        else:
            clock = began.hour * 3600 + began.minute * 60 + began.second
            seconds = found.hour * 3600 + found.minute * 60 + found.second - clock
            seconds += 86400 if seconds < -60 else 0  # after midnight; a minute before the beginning is a slip
        if seconds < -60:
            raise DataError(f"{text} is before this night: it began at {began:%Y-%m-%d %H:%M:%S}")
        return max(seconds, 0.0)
    return _refuse(text, hint)


def _refuse(text: str, hint: str) -> float:
    raise DataError(f'"{text[:40]}" is no time of a night', hint=hint)
