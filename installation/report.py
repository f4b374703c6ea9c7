"""What an operator is told while a show plays: the console's page, and the log. The show plays on without either.

Called by play, from the frame's own thread: nothing here waits, and nothing here may raise.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from installation.clock import FrameTime
from installation.desk import Desk
from installation.engine import Engine
from installation.errors import InstallationError, Problem, alike
from installation.inputs.camera_status import stand_in
from installation.inputs.joined import Joined
from installation.outputs.monitor import Monitor
from installation.pages import Pages
from installation.scene.schema import SiteFile

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

STATUS_EVERY = 0.25
"""Seconds between two looks at the status."""

LOG_EVERY = 60.0
"""Seconds between two lines of the status in the log."""

STATUS_AT_ONCE = 0.05
"""Seconds between two looks while somebody at a page does something."""

MOST_PROBLEMS = 256
"""Faults of the engine that are told."""

WELL = 5.0
"""Seconds without a trouble of a camera or the ear after which the log says that it is over."""

RESTART_AFTER = 5.0
"""Seconds before a console that has ended is started again."""


def tell(engine: Engine, problem: Problem) -> None:
    """A problem that came up while the show plays: once in the log and in the status."""
    if problem not in engine.problems:
        log.error("%s", problem)
        engine.problems.append(problem)


def unharmed(engine: Engine, act: Callable[P, T], *args: P.args, **more: P.kwargs) -> T | None:
    """Does something that must not end the show, whatever is wrong with it: a bug is told, loudly, and gives None."""
    try:
        return act(*args, **more)
    except Exception as error:
        problem = Problem(f"a fault of the engine itself: {type(error).__name__}: {error}", hint="please report it")
        if (
            len(engine.problems) < MOST_PROBLEMS and problem not in engine.problems
        ):  # one that says another number each time
            log.exception("a fault of the engine itself; the show goes on")
            engine.problems.append(problem)
        return None


class Console:
    """The console's process and the slot through which it sees the engine. The show plays on without it."""

    def __init__(self, engine: Engine, site: SiteFile, problems: list[Problem]) -> None:
        from installation.outputs.preview import PreviewLink

        self.url = ""
        self._engine = engine
        self._host, self._port = site.console.host, site.console.port
        self._due, self._told = 0.0, -STATUS_AT_ONCE
        self._restart: float | None = None
        self._link: Any = None
        self._shown = False  # whether pictures lie in the link
        self._heard = 0
        self._server: Any = None
        network = engine.network
        self._pages = Pages(
            engine, {"show": engine.show.file.title, **{n: network.get(n) for n in ("host", "port", "tcp")}}
        )
        self._desk: Desk | None = None
        self._monitor: Monitor | None = None
        try:
            self._link = PreviewLink()
        except (InstallationError, OSError) as error:
            problems += _problems_of(error, "no console")
            return
        engine.switchboard.pages = self._pages
        self._start(problems)
        self._desk = Desk(engine, self._pages, site.console.blind)
        self._monitor = Monitor(engine.device, engine.size, self._put, watched=lambda: self._link.watched)
        engine.outputs.append(self._monitor)

    def _start(self, problems: list[Problem]) -> None:
        """Starts the process: where the site wants it, or at a free port where that one is taken."""
        from installation.console.server import start

        try:
            self._server = start(self._link.name, self._host, self._port, self._pages.open())
        except (InstallationError, OSError) as error:
            problems += _problems_of(error, "no console")
            try:
                self._server = start(self._link.name, self._host, 0, self._pages.open())
            except (InstallationError, OSError):
                return
        self._port = self._server.port
        self.url = self._server.url

    def _put(self, picture: Any) -> None:
        """The preview: the canvas, and who is before it as silhouettes; in the canvas's stead what the camera sees while
        corners are placed by hand, and the wall says so."""
        calibration = self._engine.calibration
        if calibration is not None and calibration.shows_camera:
            senses: Any = self._engine.sensing.senses
            # Corners are places in one camera's own picture, not in that of all side by side.
            seen = senses.picture_of(calibration.placed) if isinstance(senses, Joined) else senses.picture()
            picture = picture if seen is None else seen[::-1]
        self._link.put(self._engine.status(), picture, self._engine.sensing.sense.mask[::-1])
        self._shown = True

    def publish(self, frame: FrameTime) -> None:
        """What is new of the parameters, the cue list, the log; the status, a few times a second, with each picture, and soon
        after somebody at a page has done something."""
        if self._link is None:
            return
        self._pages.tell(frame)
        if self._desk is not None:
            self._desk.publish(frame.seconds, self._link.watched)
        calibration = self._engine.calibration
        if calibration is not None:
            self._engine.sensing.calibrate(calibration.mode == "corners")
        if self._shown and not self._link.watched:
            self._link.forget()  # the last may be of the camera, and the wall's notice of it ends
            self._shown = False
        heard = self._pages.counters["packets"]
        if heard != self._heard:
            self._heard = heard
            self._due = min(self._due, self._told + STATUS_AT_ONCE)
        if frame.seconds >= self._due:
            self._told, self._due = frame.seconds, frame.seconds + STATUS_EVERY
            self._link.put(self._engine.status(), None)
            self._keep_alive(frame.seconds)

    def _keep_alive(self, seconds: float) -> None:
        """Starts the process again, a while after it has ended."""
        if self._server is None or self._server.alive:
            return
        if self._restart is None:
            why = self._server.problem or "it could not be started again"
            tell(self._engine, Problem(f"the console's process ended: {why}", hint="it will be started again"))
            self._restart = seconds + RESTART_AFTER
        elif seconds >= self._restart:
            self._restart = None
            self._server.close()
            log.warning("the console is started again")
            problems: list[Problem] = []
            self._start(problems)
            for problem in problems:
                tell(self._engine, problem)

    def close(self) -> None:
        for owned in (self._monitor, self._desk, self._server, self._pages, self._link):
            if owned:
                owned.close()


class Trouble:
    """Remembers what has been told of a trouble while it lasts, whatever numbers are in it: one that comes and goes, or is told
    with each attempt to mend it, is news once. It is over when it has been so for `WELL` seconds."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._seen = 0.0

    def is_news(self, text: str, seconds: float) -> bool:
        """Whether to tell it; "" is that all is well."""
        if text:
            self._seen = seconds
            news = alike(text) not in self._told and len(self._told) < MOST_PROBLEMS
            self._told.add(alike(text))
            return news
        if not self._told or 0 <= seconds - self._seen < WELL:
            return False
        self._told.clear()
        return True


class Journal:
    """What the night was like, in the log: the status once a minute; the camera's and the ear's troubles, and what the flash
    guard does, when they change."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._looked = self._written = 0.0
        self._troubles = {"camera": Trouble(), "audio": Trouble()}
        self._notes: deque[str] = deque(maxlen=64)
        self._damping = False

    def write(self, frame: FrameTime) -> None:
        if frame.seconds - self._looked < STATUS_EVERY:
            return
        self._looked = frame.seconds
        status: dict[str, Any] = self._engine.status()
        if self._engine.logbook is not None:
            self._engine.logbook.hear(status)
        for sense, told in self._troubles.items():
            trouble = str(status[sense].get("problem", ""))
            if told.is_news(trouble, frame.seconds):
                plays = "silence" if sense == "audio" else stand_ins(status[sense])
                log.warning("%s: %s", sense, f"{trouble}; {plays} meanwhile" if trouble else "well again")
        # A camera that is away says nothing, and the same again when it is back: each word is logged once.
        for note in status["camera"].get("notes") or ():
            if note not in self._notes:
                self._notes.append(note)
                log.warning("camera: %s", note)
        flash = status["flash"]
        if (damping := bool(flash.get("damping"))) != self._damping:
            self._damping = damping
            what = f"calms {flash['damped']} % of the canvas" if damping else "has let go"
            log.warning("the flash guard %s (scene %s, cue %s)", what, status["scene"], status["cue"]["current"] or "-")
        if frame.seconds - self._written >= LOG_EVERY:
            self._written = frame.seconds
            log.info("%s", minute(status))


def minute(status: dict[str, Any]) -> str:
    """The status as one line of the log."""
    frame, cue, camera = status["frame_ms"], status["cue"], status["camera"]
    faults = f" ({', '.join(status['faults'])})" if status["faults"] else ""
    staged = f"STAGED faults of score {status['score']}{faults}, " if status["staged"] else ""
    return (
        f"{status['fps']:g} fps, frame {frame['p50']:g} / {frame['p95']:g} / {frame['p99']:g} ms, "
        f"cue {cue['current'] or '-'}, scene {status['scene']}, reveal {status['reveal']['level']:g}, "
        f"camera {camera.get('source')} {camera.get('age_s')} s old, flash guard {status['flash']['guard']}, "
        f"{staged}{len(status['problems'])} {'real ' if staged else ''}problems"
    )


def stand_ins(camera: dict[str, Any]) -> str:
    """What plays for the cameras that are unwell: of several, only for those."""
    each = list(camera.get("cameras", {}).values()) or [camera]
    unwell = [one for one in each if one.get("problem")] or each
    return " and ".join(dict.fromkeys(map(stand_in, unwell)))


def _problems_of(error: Exception, what: str) -> tuple[Problem, ...]:
    return error.problems if isinstance(error, InstallationError) else (Problem(f"{what}: {error}"),)
