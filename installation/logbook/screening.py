"""Where a replay goes: a still, stills, a film, or a window; from which moment, how fast.

Called by the command line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from installation.clock import WallClock
from installation.errors import DataError, DeviceError, Location, Problem
from installation.gpu.device import Device
from installation.logbook.nights import Night
from installation.logbook.records import Taken
from installation.logbook.replay import Replay
from installation.logbook.span import LONGEST_GAP, Span, time_of
from installation.scene.schema import SiteFile

HISTORY = 20.0
"""Seconds before the wanted moment that are drawn, so that what grows has grown: most pictures forget within them."""
FILM_FPS = 30.0


@dataclass(frozen=True)
class Wanted:
    """What is to be seen of a night. `at` as a person writes it; None: the beginning. `exact`: all before it is drawn too."""

    at: str | None = None
    duration: float | None = None
    size: tuple[int, int] | None = None
    speed: float = 1.0
    exact: bool = False
    anyway: bool = False
    history: float = HISTORY


@dataclass(frozen=True)
class Shown:
    """What came of it: frames that were shown, from when to when, why they are not equal to the night, and what went wrong."""

    frames: int
    began: datetime | None
    ended: datetime | None
    unlike: tuple[str, ...]
    problems: tuple[Problem, ...]


def to_file(night: Night, wanted: Wanted, out: Path, fps: float, progress: Callable[[int, int], None]) -> Shown:
    """Draws a night into a .png (its first frame), a folder (every frame) or a film (in its time). Raises InstallationError."""
    from installation.outputs.monitor import ReadBack
    from installation.outputs.writers import kind_of, writer_for

    night.head()  # what is no log is said to be none before a device is opened
    with ExitStack() as stack:
        device = Device.headless()
        stack.callback(device.close)
        replay = stack.enter_context(Replay(night, device, wanted.size, wanted.anyway))
        read = ReadBack(device, replay.size)
        stack.callback(read.close)
        writer = stack.enter_context(writer_for(out, *replay.size, fps))
        still, film = kind_of(out) == "still", kind_of(out) == "film"
        told, begun, written = _Told(replay), None, 0
        picture: Any = None
        since = 0.0
        span = Span(wanted.at, wanted.duration)
        for taken, canvas in _screened(replay, wanted, span, progress):
            begun = span.passed if begun is None else begun
            if film and picture is not None:  # what was seen until now
                if not span.passed - since <= LONGEST_GAP:
                    raise DataError(
                        f"frame {taken.index} of the log is {span.passed - since:.3g} seconds after the one before it: "
                        f"a film can't stand still for more than {LONGEST_GAP:g}",
                        Location(str(night.segments[0].path)),
                        "--duration ends the film before it, --at begins it behind; a folder for --out takes every frame",
                    )
                while begun + written * wanted.speed / fps < span.passed:
                    writer.write(picture)
                    written += 1
            picture, since = read.read(canvas), span.passed
            told.add(taken)
            if not film:
                writer.write(picture)
            if still:
                break
        if film and picture is not None:
            writer.write(picture)
        if begun is None:
            when = f"this night was drawn from {span.first:%H:%M:%S} to {span.last:%H:%M:%S}" if span.first else ""
            where = Location(str(night.segments[0].path))
            raise DataError("nothing was drawn in that time of the night", where, when)
        return told.shown()


def to_window(night: Night, wanted: Wanted, site: SiteFile, path: Path | None = None) -> Shown:
    """Shows a night in the windows of a site (its file: `path`), through its alignment, in its time (or `speed` times as fast,
    where the machine can). ESCAPE ends it."""
    from installation.align.projecting import Projecting
    from installation.showing import open_showing

    night.head()
    with ExitStack() as stack:
        problems: list[Problem] = []
        window = open_showing(f"replay of {night.name}", site, None, wanted.size, FILM_FPS, problems)
        if window is None:
            raise DeviceError("there is no display for a replay", hint="--out FILE writes a film, stills or a picture")
        stack.callback(window.device.close)
        stack.callback(window.close)
        replay = stack.enter_context(Replay(night, window.device, wanted.size, wanted.anyway))
        replay.problems += (*problems, *window.problems)
        told, clock, begun = _Told(replay), WallClock(1000.0), None
        projecting = Projecting(window.device, site, replay.engine.size, path)
        stack.callback(projecting.close)
        replay.problems += projecting.problems
        window.attach(projecting.drawers, projecting.sized)
        replay.engine.outputs += [projecting, window]
        span = Span(wanted.at, wanted.duration)
        for taken, _ in _screened(replay, wanted, span, lambda done, total: None):
            begun = span.passed if begun is None else begun
            window.poll()
            if "ESCAPE" in window.keys() or window.closed:
                break
            told.add(taken)
            while clock.next().seconds * wanted.speed < span.passed - begun and not window.closed:
                window.poll()
                window.closed |= "ESCAPE" in window.keys()  # an hour may be missing here
        return told.shown()


def _screened(
    replay: Replay, wanted: Wanted, span: Span, progress: Callable[[int, int], None]
) -> Iterator[tuple[Taken, Any]]:
    """The frames that are wanted, drawn; those before pass, the last of them drawn so that what grows has grown. `span` says
    when each was."""
    whole = max(replay.night.ended - replay.head.began.timestamp(), 1.0)
    for taken in replay.frames():
        if taken.drawn or span.first:
            span.see(taken)
        if span.over:
            return
        canvas = replay.play(taken, draw=wanted.exact or span.within(wanted.history))
        progress(round(span.passed), round(max(whole, span.passed)))
        if canvas is not None and span.within():
            yield taken, canvas


class _Told:
    """Remembers what of a night was shown."""

    def __init__(self, replay: Replay) -> None:
        self._replay, self._count = replay, 0
        self._first: Taken | None = None
        self._last: Taken | None = None

    def add(self, taken: Taken) -> None:
        self._count += 1
        self._first, self._last = self._first or taken, taken

    def shown(self) -> Shown:
        unlike = self._replay.unlike()
        engine = self._replay.engine
        times = [time_of(one) if one else None for one in (self._first, self._last)]
        problems = (*self._replay.night.problems, *engine.problems, *engine.wall.problems)
        return Shown(self._count, times[0], times[1], tuple(unlike), problems)
