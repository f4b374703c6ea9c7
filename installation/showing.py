"""The site's displays while a show plays: finds them, opens windows over them, and heals as they come and go.

Every second the newest answer of the watcher is compared with what is shown; when it differs, outputs are matched and windows
laid anew between two frames. An output whose display is gone waits; with none left the show plays on
unseen. It must never ask the desktop anything in a frame. Called by `play` and by `logbook.screening`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from installation import remembered
from installation.clock import FrameTime
from installation.errors import InstallationError, Problem
from installation.gpu.textures import Target
from installation.mailbox import Latest
from installation.outputs.displays import Display, Match, Seat, Wanted, match
from installation.outputs.hotplug import Watcher, has_display, looker
from installation.outputs.tiling import Shown, Tiling, tile
from installation.outputs.windows import Drawer, Windows
from installation.scene.schema import Output, SiteFile

log = logging.getLogger(__name__)

USUAL_SIZE = (1280, 720)
"""Of a window that doesn't fill its display, where none is asked for."""


def open_showing(
    title: str,
    site: SiteFile,
    site_path: Path | None,
    size: tuple[int, int] | None,
    fps: float,
    problems: list[Problem],
) -> Showing | None:
    """Opens the windows of a site's outputs; None (and why) where there are none or no desktop. `size` asks for a window."""
    wanted = {output.name or str(i + 1): output for i, output in enumerate(site.outputs) if output.device == "display"}
    if not wanted or not has_display():
        return None
    seats, wrong = remembered.load(remembered.path_of(site_path))
    problems += wrong
    try:
        return Showing(title, site, wanted, seats, remembered.path_of(site_path), size, fps, problems)
    except InstallationError as error:
        problems += error.problems
        return None


class Showing:
    """The outputs that go to displays. Remembers which display each had."""

    def __init__(
        self,
        title: str,
        site: SiteFile,
        outputs: dict[str, Output],
        seats: dict[str, Seat],
        path: Path | None,
        size: tuple[int, int] | None,
        fps: float,
        problems: list[Problem],
    ) -> None:
        """Raises DeviceError where no window can be had. What of a site can't be meant is added to `problems`."""
        looking = looker(awake=True)
        try:
            self._outputs, self._mode, self._size, self._fps = outputs, site.windows, size, fps
            self._wanted = [Wanted(name, i, output.display) for i, (name, output) in enumerate(outputs.items())]
            self._seats, self._path = seats, path
            self._to_keep: Latest[dict[str, Seat]] = Latest()
            self._kept: dict[str, Seat] | None = None
            self._lend = True
            self.match, self.tiling = Match(), Tiling()
            self._found = looking.look()
            self._looked = self._found
            self._told: tuple[Problem, ...] = ()
            self._decide()
            self._windows = Windows(title, self.tiling)
            self.device = self._windows.device
            self._drawers: Mapping[str, Drawer] = {}
            self._sized: Callable[[str, tuple[int, int] | None], None] = lambda name, size: None
            self._tell(self._windows.problems)
        except BaseException:
            looking.close()
            raise
        self.closed = False
        self._pace = _Pace()
        self._watcher = Watcher(looking, self._keep).start()

    def attach(self, drawers: Mapping[str, Drawer], sized: Callable[[str, tuple[int, int] | None], None]) -> None:
        """Gives it what draws each output, and whom to tell how many pixels each has now and whenever that changes; None where
        it has no display."""
        self._drawers, self._sized = drawers, sized
        self._windows.rehearse(drawers)
        self._tell_sizes()

    def _tell_sizes(self) -> None:
        for name in self._outputs:
            display = self.match.displays.get(name)
            self._sized(name, (self._framed(name) or display.pixels) if display else None)

    # -- displays come and go --------------------------------------------------------------------------------------------

    def _decide(self) -> None:
        """Matches outputs and displays, and lays out the windows."""
        self.match = match(self._wanted, self._found, self._seats, self._lend)
        own = {name: display for name, display in self.match.displays.items() if name not in self.match.borrowed}
        self._lend &= not own
        seats = {one.output: Seat.of(one.display, own[one.output]) for one in self._wanted if one.output in own}
        kept = {name: seat for name, seat in self._seats.items() if name in self._outputs}
        self._seats = {**kept, **seats}
        self._to_keep.put(self._seats)
        shown = [Shown(name, display, self._framed(name)) for name, display in self.match.displays.items()]
        self.tiling = tile(self._mode, shown, self._found, self._fps)

    def _framed(self, name: str) -> tuple[int, int] | None:
        if self._size is None and self._outputs[name].fullscreen:
            return None
        return self._size or self._outputs[name].size or USUAL_SIZE

    def _tell(self, of_windows: list[Problem]) -> None:
        """Lists what is wrong now, and logs what was not wrong before."""
        told = (*self.match.missing.values(), *self.tiling.problems, *of_windows)
        for problem in told:
            if problem not in self._told:
                log.warning("%s", problem)
        self._told = told

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the displays now."""
        return self._told

    def poll(self) -> None:
        """Between frames: keys and closing, and what displays have come and gone."""
        self._windows.poll()
        self.closed |= self._windows.closed
        found = self._watcher.displays.get()
        if found is None or found is self._looked:
            return
        self._looked = found
        if found == self._found:
            self._tell([*self._windows.problems, *self._windows.settle()])
            return
        before, self._found = self._found, found
        self._decide()
        self._windows.lay(self.tiling)
        self._windows.rehearse(self._drawers)
        self._tell(self._windows.problems)
        self._tell_sizes()
        log.info("%s", _difference(before, found))

    def paces(self, fps: float) -> float:
        """How often the show is to be drawn: as often as it wants, but no more often than displays of mixed rates allow."""
        return min(fps, self.tiling.most or fps)

    def keys(self) -> list[str]:
        """The names of the keys that went down since the last call."""
        return self._windows.keys()

    # -- a frame ---------------------------------------------------------------------------------------------------------

    def show(self, canvas: Target, frame: FrameTime) -> None:
        """Draws the canvas through every output that has its display; waits for a display where one keeps time."""
        self._windows.draw(canvas, self._drawers)
        self._pace.count(frame.seconds)

    def status(self) -> list[dict[str, object]]:
        """Each output with its display and how it is: shown, borrowed (another's display), missing, or refused a window."""
        told: list[dict[str, object]] = []
        shown = self._windows.shown
        for name in self._outputs:
            display = self.match.displays.get(name)
            seat = self._seats.get(name)
            state = "missing" if display is None else "borrowed" if name in self.match.borrowed else "shown"
            state = state if display is None or name in shown else "refused"
            told.append(
                {
                    "name": name,
                    "device": "display",
                    "display": display.called if display else seat.called if seat else "",
                    "size": list(self._framed(name) or display.pixels) if display else [],
                    "state": state,
                    "fps": round(self._pace.fps, 1) if name in shown else 0.0,
                }
            )
        return told

    # -- the end -----------------------------------------------------------------------------------------------------

    def _keep(self) -> None:
        """In the watcher's thread: writes down which display each output has, where that has changed."""
        seats = self._to_keep.get()
        if self._path is not None and seats and seats != self._kept:
            self._kept = seats
            for problem in remembered.save(self._path, seats):
                log.warning("%s", problem)

    def close(self) -> None:
        """Frees what was drawn with; the device closes the last window."""
        self._watcher.close()
        self._windows.close()
        self.device.free_doomed()


class _Pace:
    """Frames a second over about the last second."""

    def __init__(self) -> None:
        self.fps, self._since, self._frames = 0.0, 0.0, 0

    def count(self, seconds: float) -> None:
        self._frames += 1
        if seconds - self._since >= 1.0:
            self.fps = self._frames / (seconds - self._since)
            self._since, self._frames = seconds, 0


def _difference(before: tuple[Display, ...], now: tuple[Display, ...]) -> str:
    def called(of: tuple[Display, ...]) -> Callable[[Display], bool]:
        places = {(d.called, d.place) for d in of}
        return lambda d: (d.called, d.place) not in places

    gone, come = ([d.called for d in filter(called(b), a)] for a, b in ((before, now), (now, before)))
    told = (f"gone: {', '.join(gone)}" if gone else "", f"come: {', '.join(come)}" if come else "")
    return "displays: " + ("; ".join(filter(None, told)) or "changed")
