"""Plays a show's cues one after the other, small and offline: what breaks, what comes late, what it would do to people's eyes.

The same `Engine.step` as on the night, at the show's own rate, with the building's camera and sound as rendering has them.
What is measured is the canvas as it comes to the flash guard (`show.flash` is the measure), so that a cue that only the guard
keeps harmless is found. Unless all of it is asked for, what is held is sampled: what happens (a cue, a transition, a fault) and
the time after it is drawn frame by frame, then a part of each so many seconds, each part longer than the second in which flashes
are counted; the rest passes undrawn. It writes and changes nothing. Called by the command line.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from installation.clock import NIGHT, FrameTime, now
from installation.engine import Engine
from installation.errors import CommandError, Location, Problem
from installation.gpu.device import Device
from installation.logbook.stand_ins import PlainVisitors
from installation.scene.cues import placed
from installation.scene.load import Show
from installation.scene.schema import SiteFile
from installation.show.broken import broken
from installation.show.cue_list import Order
from installation.show.flash import LIMIT, Meter, Reading

WIDTH = 320
"""Pixels: two for each cell that flashes are measured in."""
LONGEST = 30.0
"""Seconds of a cue that are looked at, unless others are asked for."""
HELD = 10.0
"""Seconds that a cue which waits for a GO is looked at, at least."""
AFTER = 1.2
"""Seconds after something has happened that are drawn."""
PART, EACH = 1.2, 15.0
"""So many seconds out of so many are drawn while nothing happens."""
FAULTY = 6.0
"""The same while faults are staged: what flickers is looked at more."""
PASSING = 0.1
"""Seconds of a frame that nobody looks at, after what is looked at of a cue."""
BUILDING = 600.0
"""Seconds that building all scenes may take."""
MOST_BROKEN = 200
LATE = 0.01
"""The share of a cue's frames that may be late before it is a problem."""


@dataclass
class CueReport:
    """What one cue did. Shares are 0..1, of the canvas or of the worst 10 degree field."""

    number: str
    name: str
    id: str = ""
    scene: str = ""
    seconds: float = 0.0
    """That were drawn and measured."""
    lasts: float = 0.0
    """Until the next cue begins."""
    late: int = 0
    """Frames that cost more than the budget."""
    sent: int = 0
    """Messages that it would have sent."""
    refused: int = 0
    """Things that it could not do."""
    general: int = 0
    """Flashes in the worst second, by over a quarter of a field."""
    red: int = 0
    area: float = 0.0
    """The largest share of a field that made more flashes than are allowed."""
    bright: float = 0.0
    """The largest share of the canvas whose relative luminance was 0.80 or more."""
    broken_at: float | None = None
    """Seconds into the cue at which it would break the limit without the guard."""
    damped: float = 0.0
    """Seconds in which the guard calmed something."""
    damped_share: float = 0.0
    damped_where: tuple[float, float, float, float] | None = None
    """Left, bottom, width and height of all that it calmed, of the canvas."""
    costs_ms: list[float] = field(default_factory=list)

    @property
    def frame_ms(self) -> tuple[float, float]:
        """What a frame cost here: the median, and the 95th percentile."""
        return (
            (float(np.median(self.costs_ms)), float(np.percentile(self.costs_ms, 95))) if self.costs_ms else (0.0, 0.0)
        )

    def add(self, reading: Reading, seconds: float) -> None:
        self.general, self.red = max(self.general, reading.general), max(self.red, reading.red)
        self.area = max(self.area, reading.general_area, reading.red_area)
        self.bright = max(self.bright, reading.bright)
        if reading.breaks and self.broken_at is None:
            self.broken_at = seconds

    def problems(self, where: Location | None, budget_ms: float) -> list[Problem]:
        """What is wrong with it. `budget_ms`: of a frame; 0 where costs say nothing of the night."""
        found = []
        if budget_ms and self.late > LATE * len(self.costs_ms):
            found.append(
                Problem(
                    f"cue {self.number}: {self.late} of {len(self.costs_ms)} frames took more than {budget_ms:.1f} ms, up to "
                    f"{max(self.costs_ms):.0f} ms",
                    where,
                    "draw its scene with less, or at a smaller canvas",
                )
            )
        return found if self.broken_at is None else [*found, self._flashes(where)]

    def _flashes(self, where: Location | None) -> Problem:
        return Problem(
            f"cue {self.number}: up to {self.general} general and {self.red} red flashes a second, more than {LIMIT} on "
            f"{self.area:.0%} of a 10 degree field, for the first time {self.broken_at or 0.0:.2f} s after GO",
            where,
            hint="the flash guard would calm it; better to make it slower, smaller or weaker",
        )


def lasts(order: Order, id: str, longest: float) -> tuple[float, float]:
    """(seconds of a cue that are looked at, seconds until the next one begins)."""
    cue = order.entries[id].cue
    natural = float(cue.pre_wait) + float(cue.post_wait if cue.continue_mode == "auto-continue" else order.lasts(id))
    if cue.continue_mode == "none":
        natural += HELD
    natural = max(natural, 0.1)  # a cue that goes on at once is seen with the next
    return min(natural, longest), natural


def chosen(order: Order) -> list[str]:
    """The cues of random groups, of which a night plays only some: each is rehearsed by itself, too."""
    random = {id for id, entry in order.entries.items() if entry.cue.group == "random" and not entry.absent}
    return [id for id, entry in order.entries.items() if entry.parent in random and not entry.absent]


@dataclass(frozen=True)
class Wish:
    """How to rehearse. `only` is a cue; `longest` the seconds of each that are looked at; `whole`: every frame of them, rather
    than all that happens and a part of what is held. `budget_ms`: what a frame may cost; None: what the rate leaves, told and
    no problem on a software renderer. `width` of the canvas in pixels."""

    only: str | None = None
    longest: float = LONGEST
    fps: float | None = None
    whole: bool = False
    budget_ms: float | None = None
    width: int = WIDTH


def rehearse(
    show: Show,
    site: SiteFile,
    wish: Wish,
    progress: Callable[[int, int], None] = lambda done, total: None,
    device: Device | None = None,
) -> tuple[list[CueReport], list[Problem]]:
    """Each cue's report, and what went wrong while it played. The night is as it will be: cues that are not looked at pass
    without being drawn. Messages to other gear are counted and go nowhere. `device`: one of its own, if none is given.
    Raises CommandError for an unknown cue.
    """
    from installation.inputs.audio import OfflineAudio
    from installation.inputs.osc import match
    from installation.patchbay import add_dimmers, beats_of, fixtures_of
    from installation.watching import offline_cameras

    order = Order(show.file.cues)
    if not order.stops:
        raise CommandError(f"{show.name} has no cues")
    cues, beside = list(order.stops), chosen(order)
    wanted = None if wish.only is None else order.entered(order.find(wish.only))
    if wanted is not None:
        cues, beside = (cues[: cues.index(wanted) + 1], []) if wanted in cues else ([wanted], [])
    rate = wish.fps or float(show.file.fps)
    across, up = site.canvas or (show.file.canvas.width, show.file.canvas.height)
    height = max(round(up * wish.width / across), 16)
    with ExitStack() as stack:
        if device is None:
            device = Device.headless()
            stack.callback(device.close)
        plain = not wish.whole and all(eye.source in ("auto", "synthetic") for eye in site.eyes)
        senses: Any = PlainVisitors() if plain else offline_cameras(site)
        stack.callback(senses.close)
        ear = OfflineAudio(site.audio.source, site.audio.gain)
        stack.callback(ear.close)
        guard = site.flash_guard.model_copy(update={"off": None})
        engine = Engine(
            device,
            show,
            (wish.width, height),
            senses,
            match,
            ears=ear,
            flash_guard=guard,
            smoothing=site.smoothing,
        )
        stack.callback(engine.close)
        sent: list[Any] = []
        engine.carrier.senders = {"osc": sent.append, "midi": sent.append}
        engine.carrier.machines = frozenset(site.osc.controllers)
        engine.carrier.instruments = frozenset(site.midi.outputs)
        engine.beats = beats_of(site.tempo)
        add_dimmers(engine.params, fixtures_of(site.lights))
        engine.work(BUILDING)  # as on the night: before anybody asks for it; scenes that no cue goes to, too
        looked_at = [id for id in cues if wanted in (None, id)]
        budget = wish.budget_ms or 1000.0 / rate
        run = _Run(engine, rate, guard.distance, wish.whole, budget)
        run.expect(sum(round(lasts(order, id, wish.longest)[0]) for id in (*looked_at, *beside)), progress)
        reports = [report for id in cues if (report := run.play(order, id, wish.longest, id in looked_at))]
        reports += [report for id in beside if (report := run.play(order, id, wish.longest, True, by_itself=True))]
        owners = [action.owner for action in sent]
        for report in reports:
            report.sent = sum(
                report.id in (owner, *(e.id for e in order.above(order.entries[owner]))) for owner in owners
            )
        counts = wish.budget_ms is not None or not device.software
        problems = broken_cues(engine, order, show)
        problems += [
            p for report in reports for p in report.problems(where_of(show, report.id), budget if counts else 0.0)
        ]
        found = [*engine.problems, *engine.wall.problems, *engine.cues.problems, *run.refused]
        return reports, [*problems, *(problem for problem in found if problem not in problems)]


def broken_cues(engine: Engine, order: Order, show: Show) -> list[Problem]:
    """Cues that can't do all that they say, each with its place."""
    return [
        Problem(f"cue {entry.label} is broken: {why}", where_of(show, entry.id))
        for entry, why in broken(order, engine.means, MOST_BROKEN)
    ]


def where_of(show: Show, id: str) -> Location | None:
    """Where a cue stands in show.yaml."""
    return next((show.places.value(one.steps) for one in placed(show.file.cues) if one.id == id), None)


class _Run:
    """One rehearsal. Remembers the time, the measure, which cue was begun last, and when anything happened."""

    def __init__(self, engine: Engine, fps: float, distance: float, whole: bool, budget_ms: float) -> None:
        assert engine.wall.guard is not None
        self._engine, self._guard, self._fps, self._whole = engine, engine.wall.guard, fps, whole
        self._budget_ms = budget_ms
        columns, rows = self._guard.grid
        self._meter = Meter(columns, rows, distance)
        self._last: FrameTime | None = None
        self._seconds = 0.0
        """Of the next frame."""
        self._opened = False
        self._done = self._total = 0.0
        self._progress: Callable[[int, int], None] = lambda done, total: None
        self._state: object = None
        self._kinds: set[str] = set()
        """Of faults that this cue has shown."""
        self._happened = -1e9
        self.refused: list[Problem] = []

    def expect(self, seconds: float, progress: Callable[[int, int], None]) -> None:
        self._total, self._progress = seconds, progress

    def play(self, order: Order, id: str, longest: float, looked_at: bool, by_itself: bool = False) -> CueReport | None:
        """One cue from its GO to the next one's: drawn and measured as far as it is looked at, then let pass."""
        seen, natural = lasts(order, id, longest)
        self._begin(id, by_itself)
        entry = order.entries[id]
        report = CueReport(entry.label, entry.cue.name, id, lasts=natural) if looked_at else None
        self._happened = began = self._seconds
        self._kinds = set()
        told = len(self.refused)
        frames = 0
        while (at := self._seconds - began) < natural - 1e-6:
            if frames > 1 and not by_itself and not self._plays(id) and entry.cue.continue_mode != "none":
                break  # it went on early: somebody came, or left
            frames += 1
            near = report is not None and at < seen - 1e-6
            self._note_events()
            if report is not None and near and (self._whole or self._is_worth(at)):
                self._draw(report, self._next(1.0 / self._fps), at)
            else:
                self._engine.skip(self._next(1.0 / self._fps if self._whole or near else PASSING))
            self.refused += [problem for problem in self._engine.refused if problem not in self.refused]
            if near:
                self._progress(min(round(self._done + at), round(self._total)), round(self._total))
        if report is not None:
            self._done += seen
            report.refused = len(self.refused) - told
        return report

    def _next(self, step: float) -> FrameTime:
        """The next frame; the one after it comes `step` later."""
        last, seconds = self._last, self._seconds
        date = (*NIGHT[:3], (NIGHT[3] + seconds) % 86400.0)
        self._last = FrameTime(last.index + 1 if last else 0, seconds, seconds - last.seconds if last else 0.0, date)
        self._seconds += step
        return self._last

    def _note_events(self) -> None:
        """Whether anything has begun or ended: a cue, a transition; or a kind of fault has come, new to this cue."""
        engine = self._engine
        current = engine.cues.current
        state = (
            current.id if current else None,
            engine.wall.change is not None,
            engine.wall.under_change is not None,
        )
        kinds = {fault.kind for fault in engine.faulting}
        if state != self._state or not kinds <= self._kinds:
            self._state, self._happened = state, self._seconds
            self._kinds |= kinds

    def _is_worth(self, at: float) -> bool:
        """Whether this moment of a cue is drawn: something happens, or has just happened, or it is the turn of what is held."""
        wall = self._engine.wall
        moves = wall.change is not None or wall.under_change is not None
        each = FAULTY if self._engine.faulting else EACH
        return moves or self._seconds - self._happened < AFTER or at % each < PART

    def _plays(self, id: str) -> bool:
        """Whether a cue, or one of its group, acted last."""
        cues = self._engine.cues
        if cues.current is None:
            return True
        entry = cues.order.entries[cues.current.id]
        return id in (entry.id, *(above.id for above in cues.order.above(entry)))

    def _begin(self, id: str, by_itself: bool) -> None:
        engine = self._engine
        if not self._opened:
            self._opened = True
            engine.open(0.0, id)
        elif by_itself:
            engine.start(id)
        elif engine.cues.current is None or not self._plays(id):
            engine.go(id)

    def _draw(self, report: CueReport, frame: FrameTime, at: float) -> None:
        engine, device = self._engine, self._engine.device
        began = now()
        engine.step(frame)
        device.finish()
        report.costs_ms.append((now() - began) * 1000)
        report.late += report.costs_ms[-1] > self._budget_ms
        report.seconds += 1 / self._fps
        report.scene = engine.wall.playing.title if engine.wall.playing else ""
        cells, calmed = self._guard.read()
        report.add(self._meter.look(cells, frame.seconds), at)
        if calmed.any():
            report.damped += 1 / self._fps
            report.damped_share = max(report.damped_share, float(calmed.mean()))
            report.damped_where = _around(report.damped_where, calmed)


def _around(
    known: tuple[float, float, float, float] | None, where: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> tuple[float, float, float, float]:
    """The rectangle around what is known and all cells `where`, (rows, columns), row 0 at the bottom."""
    up, across = np.flatnonzero(where.any(1)), np.flatnonzero(where.any(0))
    left, right = across[0] / where.shape[1], (across[-1] + 1) / where.shape[1]
    bottom, top = up[0] / where.shape[0], (up[-1] + 1) / where.shape[0]
    if known:
        left, right = min(left, known[0]), max(right, known[0] + known[2])
        bottom, top = min(bottom, known[1]), max(top, known[1] + known[3])
    return float(left), float(bottom), float(right - left), float(top - bottom)


def told(report: CueReport) -> list[str]:
    """A report as lines for a terminal."""
    middle, slow = report.frame_ms
    part = f" ({report.seconds:.1f} of {report.lasts:.1f} s drawn)" if report.seconds < report.lasts - 0.1 else ""
    late = f", {report.late} over the budget" if report.late else ""
    lines = [
        f"cue {report.number} {report.name}: {report.lasts:.1f} s of {report.scene}{part}",
        f"    worst second: {report.general} general, {report.red} red flashes; over the limit {report.area:.0%} of a field; "
        f"bright {report.bright:.0%}; frame {middle:.1f} ms (95 %: {slow:.1f}{late})",
    ]
    if report.sent or report.refused:
        lines.append(f"    sent nowhere: {report.sent} messages to other gear; could not be done: {report.refused}")
    if report.damped_where:
        x, y, width, height = report.damped_where
        lines.append(
            f"    the guard calmed up to {report.damped_share:.0%} of the canvas for {report.damped:.1f} s, "
            f"within x {x:.2f} to {x + width:.2f}, y {y:.2f} to {y + height:.2f}"
        )
    return lines
