"""A night in words: a line for each thing that happened, with its time of day. Draws nothing; called by the command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from installation.logbook import news
from installation.logbook.nights import Night
from installation.logbook.records import NIGHTS_SKIPPED, Note, taken_of
from installation.logbook.span import Span, time_of

DRAG = 5.0
"""Seconds after which the same address with other numbers is another drag."""
FEW = 3
"""So many of them are a drag, and one line; fewer are told one by one."""


def in_words(night: Night, at: str | None, duration: float | None) -> Iterator[str]:
    """What was asked in a night, who came and went, what was edited, went wrong and was mended, and what calibrations found.
    A drag is one line."""
    span = Span(at, duration)
    drags = Drags()
    here = False
    cue: tuple[str, str] | None = None
    problems: Sequence[str] = ()
    for record in night.records():
        if "f" not in record:
            continue
        try:
            taken = taken_of(record, None, None)
            presence = float(record["see"]["is"][0]) if "see" in record else None
        except (ValueError, KeyError, TypeError, IndexError):
            continue
        if taken.date == NIGHTS_SKIPPED:  # of the opening, before there was a clock
            continue
        span.see(taken)
        if span.over:
            break
        acted, cue = taken.cue if taken.cue != cue else None, taken.cue or cue
        came, here = here, (presence > (0.4 if here else 0.6)) if presence is not None else here
        before, problems = problems, problems if taken.problems is None else taken.problems
        if not span.within():
            continue
        said = []
        if taken.lost:
            said.append(f"{taken.lost} frames are missing from the log")
        if came != here:
            said.append("somebody is here" if here else "nobody is here any more")
        said += [f"problem: {one}" for one in news.gone(problems, before)]
        said += [f"no longer: {one}" for one in news.gone(before, problems)]
        said += [f"calibration: {line}" for line in taken.reports]
        if taken.files:
            said.append(f"edited: {', '.join(sorted(taken.files)[:6])}")
        yield from _after(drags, time_of(taken), said)
        for note in taken.notes:
            if note.address != "/made":
                yield from drags.add(time_of(taken), note)
        if acted is not None:
            yield from _after(drags, time_of(taken), [f"cue {' '.join(word for word in acted if word)}"])
    yield from drags.end()


def _after(drags: Drags, moment: datetime, said: Iterable[str]) -> Iterator[str]:
    """Lines of one moment; what was dragged until then comes first."""
    for words in said:
        yield from drags.end()
        yield f"{moment:%H:%M:%S}  {words}"


@dataclass
class Drag:
    """The same thing asked again and again: all of it, with its moments."""

    asked: list[tuple[datetime, Note]]

    def lines(self) -> Iterator[str]:
        (began, first), (ended, last) = self.asked[0], self.asked[-1]
        if len(self.asked) < FEW:
            for moment, note in self.asked:
                yield f"{moment:%H:%M:%S}  {note.address} {_words(note)}".rstrip() + _by(note)
            return
        values = _words(first) if first.args == last.args else f"{_words(first)} .. {_words(last)}"
        until = f", until {ended:%H:%M:%S}" if f"{ended:%X}" != f"{began:%X}" else ""
        yield f"{began:%H:%M:%S}  {first.address} {values} ({len(self.asked)} times{until})" + _by(first)


class Drags:
    """What has been asked with numbers and may go on: several hands may drag at once. Told in the order in which they began."""

    def __init__(self) -> None:
        self._open: dict[tuple[object, ...], Drag] = {}

    def add(self, moment: datetime, note: Note) -> Iterator[str]:
        """Something is asked: the lines of what has ended before it."""
        key = (note.address, note.owner, note.how, note.host, *(None if _moves(arg) else arg for arg in note.args))
        drag = self._open.get(key)
        if drag is not None and abs((moment - drag.asked[-1][0]).total_seconds()) <= DRAG:
            drag.asked.append((moment, note))
            return
        if drag is not None or not any(map(_moves, note.args)):
            yield from self.end()
        self._open[key] = Drag([(moment, note)])

    def end(self) -> Iterator[str]:
        """The lines of all that goes on."""
        for drag in self._open.values():
            yield from drag.lines()
        self._open.clear()


def _moves(arg: object) -> bool:
    return isinstance(arg, int | float) and not isinstance(arg, bool)


def _words(note: Note) -> str:
    return " ".join(map(_word, note.args))


def _by(note: Note) -> str:
    how = f" ({note.how})" if note.how in ("refused", "denied") else ""
    return f"  [{f'{note.owner} {note.host}'.strip()}]{how}"


def _word(arg: object) -> str:
    """An argument as whoever sent it wrote it, about: OSC's numbers have 32 bits, and 0.6 arrives as 0.60000002."""
    if isinstance(arg, float) and abs(arg) < 1e38 and (short := np.float32(arg)) == arg:
        return str(short)
    return str(arg)[:60]
