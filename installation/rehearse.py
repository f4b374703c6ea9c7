"""Plays a show's cues one after the other, small and offline, and says what they would do to people's eyes.

The same `Engine.step` as on the night, at the show's own rate, with the building's camera and sound as rendering has them.
What is measured is the canvas as it comes to the flash guard (`show.flash` is the measure), so that a cue that only the guard
keeps harmless is found. It writes and changes nothing. Called by the command line: `installation rehearse SHOW [--cue N]`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

import numpy as np

from installation.clock import FixedClock, FrameTime, now
from installation.engine import Engine
from installation.errors import CommandError, Problem
from installation.gpu.device import Device
from installation.scene.load import Show
from installation.scene.schema import SiteFile
from installation.show.cue_list import Order
from installation.show.flash import LIMIT, Meter, Reading

WIDTH = 320
"""Pixels: two for each cell that flashes are measured in."""
LONGEST = 30.0
"""Seconds of a cue that are looked at, unless others are asked for."""
HELD = 10.0
"""Seconds that a cue which waits for a GO is looked at, at least."""


@dataclass
class CueReport:
    """What one cue did. Shares are 0..1, of the canvas or of the worst 10 degree field."""

    number: str
    name: str
    scene: str = ""
    seconds: float = 0.0
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

    def problem(self) -> Problem | None:
        """What is wrong with it, if anything."""
        if self.broken_at is None:
            return None
        return Problem(
            f"cue {self.number}: up to {self.general} general and {self.red} red flashes a second, more than {LIMIT} on "
            f"{self.area:.0%} of a 10 degree field, for the first time {self.broken_at:.2f} s after GO",
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


def rehearse(
    show: Show,
    site: SiteFile,
    only: str | None = None,
    longest: float = LONGEST,
    fps: float | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[list[CueReport], list[Problem]]:
    """Each cue's report, and what went wrong while it played. The night is as it will be: cues that are not looked at pass
    without being drawn. Raises CommandError for an unknown cue.
    """
    from installation.inputs.audio import OfflineAudio
    from installation.inputs.osc import match
    from installation.watching import offline_cameras

    order = Order(show.file.cues)
    if not order.stops:
        raise CommandError(f"{show.name} has no cues")
    cues, wanted = list(order.stops), None if only is None else order.entered(order.find(only))
    if wanted is not None:
        cues = cues[: cues.index(wanted) + 1] if wanted in cues else [wanted]
    rate = fps or float(show.file.fps)
    height = max(round(show.file.canvas.height * WIDTH / show.file.canvas.width), 16)
    with ExitStack() as stack:
        device = Device.headless()
        stack.callback(device.close)
        camera = offline_cameras(site)
        stack.callback(camera.close)
        ear = OfflineAudio(site.audio.source, site.audio.gain)
        stack.callback(ear.close)
        guard = site.flash_guard.model_copy(update={"off": None})
        engine = Engine(
            device,
            show,
            (WIDTH, height),
            camera,
            match,
            ears=ear,
            flash_guard=guard,
            smoothing=site.smoothing,
        )
        stack.callback(engine.close)
        run = _Run(engine, rate, guard.distance)
        looked_at = [id for id in cues if wanted in (None, id)]
        run.expect(sum(round(lasts(order, id, longest)[0] * rate) for id in looked_at), progress)
        reports = [report for id in cues if (report := run.play(order, id, longest, id in looked_at))]
        return reports, [*engine.problems, *engine.wall.problems]


class _Run:
    """One rehearsal. Remembers the clock, the measure, and which cue was begun last."""

    def __init__(self, engine: Engine, fps: float, distance: float) -> None:
        assert engine.wall.guard is not None
        self._engine, self._guard, self._fps = engine, engine.wall.guard, fps
        columns, rows = self._guard.grid
        self._meter = Meter(columns, rows, distance)
        self._clock = FixedClock(fps)
        self._opened = False
        self._done = self._total = 0
        self._progress: Callable[[int, int], None] = lambda done, total: None

    def expect(self, total: int, progress: Callable[[int, int], None]) -> None:
        self._total, self._progress = total, progress

    def play(self, order: Order, id: str, longest: float, looked_at: bool) -> CueReport | None:
        """One cue from its GO to the next one's: drawn and measured as far as it is looked at, then let pass."""
        seen, natural = lasts(order, id, longest)
        self._begin(id)
        entry = order.entries[id]
        report = CueReport(entry.label, entry.cue.name) if looked_at else None
        drawn = round(seen * self._fps) if report else 0
        for number in range(max(round(natural * self._fps), 1)):
            if number > 1 and not self._plays(id) and entry.cue.continue_mode != "none":
                break  # it went on early: somebody came, or left
            frame = self._clock.next()
            if report is None or number >= drawn:
                self._engine.skip(frame)
            else:
                self._draw(report, frame, number / self._fps)
        return report

    def _plays(self, id: str) -> bool:
        """Whether a cue, or one of its group, acted last."""
        cues = self._engine.cues
        if cues.current is None:
            return True
        entry = cues.order.entries[cues.current.id]
        return id in (entry.id, *(above.id for above in cues.order.above(entry)))

    def _begin(self, id: str) -> None:
        if not self._opened:
            self._opened = True
            self._engine.open(0.0, id)
        elif self._engine.cues.current is None or not self._plays(id):
            self._engine.go(id)

    def _draw(self, report: CueReport, frame: FrameTime, seconds: float) -> None:
        engine, device = self._engine, self._engine.device
        began = now()
        engine.step(frame)
        device.finish()
        report.costs_ms.append((now() - began) * 1000)
        report.seconds = seconds + 1 / self._fps
        report.scene = engine.wall.playing.title if engine.wall.playing else ""
        cells, calmed = self._guard.read()
        report.add(self._meter.look(cells, frame.seconds), seconds)
        if calmed.any():
            report.damped += 1 / self._fps
            report.damped_share = max(report.damped_share, float(calmed.mean()))
            report.damped_where = _around(report.damped_where, calmed)
        self._done += 1
        self._progress(self._done, self._total)


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
    lines = [
        f"cue {report.number} {report.name}: {report.seconds:.1f} s of {report.scene}",
        f"    worst second: {report.general} general, {report.red} red flashes; over the limit {report.area:.0%} of a field; "
        f"bright {report.bright:.0%}; frame {middle:.1f} ms (95 %: {slow:.1f})",
    ]
    if report.damped_where:
        x, y, width, height = report.damped_where
        lines.append(
            f"    the guard calmed up to {report.damped_share:.0%} of the canvas for {report.damped:.1f} s, "
            f"within x {x:.2f} to {x + width:.2f}, y {y:.2f} to {y + height:.2f}"
        )
    return lines
