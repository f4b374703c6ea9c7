"""Opens a show on a device and plays it live. `filming` does so to a file. Both call `Engine.step`, no more.

This is the wiring: which camera, which socket, which window, which clock. What is missing degrades to something chosen
and is said: no display plays headless, no camera is the synthetic visitor, a taken OSC port plays without OSC, a taken
console port takes a free one. Nothing that fails while the show plays may end it. Called by the command line.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from installation.align import verbs as align_verbs
from installation.clock import FrameTime, WallClock
from installation.engine import Engine
from installation.errors import Problem
from installation.gpu.device import Device
from installation.report import Console, Journal, unharmed
from installation.scene.load import Show
from installation.scene.schema import SiteFile
from installation.sensed import EVERY, SensedFile

if TYPE_CHECKING:
    from installation.patchbay import Patchbay
    from installation.schedule import Refresher

log = logging.getLogger(__name__)

SOFTWARE_WIDTH = 960
"""A canvas this wide is what a software renderer can still move; a size that is asked for is kept."""
WORK = 0.004
"""Seconds after each frame for building what will be needed: scenes to come, and what has been edited."""
KEYS: dict[str, tuple[str, tuple[object, ...]]] = {
    "SPACE": ("/go", ()),
    "P": ("/panic", ()),
    "S": ("/stop", ()),
    "BACKSPACE": ("/reset", ()),
    "UP": ("/reveal", (1.0, 4.0)),
    "DOWN": ("/reveal", (0.0, 4.0)),
    "A": ("/align/begin", ()),
}
"""What keys do in the window, in the words of the OSC dictionary. ESCAPE ends the show."""


@dataclass
class Asked:
    """What the command line asked for, over what the site and the show say."""

    headless: bool = False
    size: tuple[int, int] | None = None
    fps: float | None = None
    duration: float | None = None
    seed: int | None = None
    sets: list[tuple[str, str]] = field(default_factory=list)
    cue: str | None = None
    reveal: float | None = None
    faults: str | None = None
    site: Path | None = None
    """The site file: what the engine learns of the building is kept beside it."""
    site_problems: tuple[Problem, ...] = ()
    """What is wrong with it."""
    sensed: Path | None = None
    """Where what is sensed is written as numbers."""


def canvas_size(show: Show, asked: tuple[int, int] | None, software: bool) -> tuple[int, int]:
    """The canvas in pixels: what was asked for, else the show's, made smaller for a software renderer."""
    if asked:
        return asked
    width, height = show.file.canvas.width, show.file.canvas.height
    if software and width > SOFTWARE_WIDTH:
        return SOFTWARE_WIDTH, max(round(height * SOFTWARE_WIDTH / width / 2) * 2, 2)
    return width, height


def apply(engine: Engine, asked: Asked, seconds: float) -> None:
    """Opens the show as asked: its start cue or another, values and reveal set at once. Raises CommandError."""
    engine.open(seconds, asked.cue)
    engine.skip(FrameTime(0, seconds, 0.0))
    for name, value in asked.sets:
        engine.set_by_name(name, value)
        if engine.logbook is not None:
            engine.logbook.note("/set", (name, value), "command line", "between")
    if asked.reveal is not None:
        engine.reveal(asked.reveal)
    if asked.faults is not None:
        engine.faults(asked.faults)


def run(show: Show, site: SiteFile, asked: Asked, say: Callable[[str], None], known: Iterable[Problem] = ()) -> int:
    """Plays a show live until it is ended, or for `asked.duration` seconds. Returns how many frames were drawn.

    `known` are problems of its files: they are told with those of the devices.
    """
    from installation import calibration, wall_calibration
    from installation.align import kept
    from installation.align.planned import name_of
    from installation.align.projecting import Projecting
    from installation.building import BuildingWatch
    from installation.devices import open_devices
    from installation.inputs.audio import Ear
    from installation.inputs.osc import match
    from installation.live import Live
    from installation.logbook.opening import keep_log
    from installation.patchbay import Patchbay
    from installation.render.trial import Trial
    from installation.rigs import rigs_of
    from installation.showing import open_showing
    from installation.tried import without_hanging
    from installation.watching import open_cameras
    from installation.watching import problems as camera_problems
    from installation.wires import Wires

    problems: list[Problem] = []
    of_files = list(known)
    with ExitStack() as stack:
        stopped: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM):
            before = signal.signal(number, lambda given, _: stopped.append(given))
            stack.callback(signal.signal, number, before)
        rigs = rigs_of(site, problems)
        camera = open_cameras(site, [rig.slot for rig in rigs])
        camera.start()
        stack.callback(camera.close)
        ear = Ear(site.audio.source, site.audio.gain)
        stack.callback(ear.close)
        fps = asked.fps or site.fps or float(show.file.fps)
        window = None
        if not asked.headless:
            window = open_showing(show.file.title, site, asked.site, asked.size, fps, problems)
        device = window.device if window else Device.headless()
        stack.callback(device.close)
        size = canvas_size(show, asked.size, device.software)
        wires = Wires(site, problems)
        stack.callback(wires.close)
        trial = Trial()
        stack.callback(trial.close)
        show = without_hanging(show, trial)
        engine = Engine(
            device,
            show,
            size,
            camera,
            match,
            ears=ear,
            network=wires.network,
            clients=wires.clients,
            live=True,
            seed=asked.seed,
            fps=fps,
            flash_guard=site.flash_guard,
            smoothing=site.smoothing,
        )
        stack.callback(engine.close)
        problems += engine.problems
        engine.complaints.problems = problems  # one list: what a device tells later is listed, too
        wires.attach(engine)
        gear = Patchbay(engine, site, asked.site)
        stack.callback(gear.close)
        calibration.install(engine, rigs, asked.site, problems)
        engine.file_problems = of_files
        engine.site_problems = asked.site_problems
        stack.callback(keep_log(engine, site, asked.cue, fps, problems))
        for warning in show.warnings:
            log.warning("%s", warning)
        kept.sweep(kept.path_of(asked.site))
        projecting = Projecting(device, site, size, asked.site, deep=engine.wall.screen.form != "rgba8")
        stack.callback(projecting.close)
        engine.projecting = projecting
        engine.outputs.append(projecting)
        for taken in open_devices(engine, site, asked.site, projecting, problems.append):
            engine.outputs.append(taken)
            stack.callback(taken.close)
        if window:
            window.attach(projecting.drawers, projecting.sized)
            engine.outputs.append(window)
            stack.callback(window.close)
        throws = [name_of(output, number) for number, output in enumerate(site.outputs) if output.device == "display"]
        shown = (lambda: window.match.displays.keys() - window.match.borrowed) if window else (lambda: throws)
        wall_calibration.install(engine, projecting, shown, site, asked.site)
        stack.callback(write_sensed(engine, asked, 0.0, EVERY))
        console = Console(engine, site, problems)
        stack.callback(console.close)
        apply(engine, asked, 0.0)
        stack.callback(Live(engine, trial).start().close)
        stack.callback(refresher(engine, site).close)
        watch = BuildingWatch(asked.site, lambda found: setattr(engine, "site_problems", found))
        stack.callback(watch.start().close)
        known = [
            *engine.site_problems,
            *engine.file_problems,
            *problems,
            *(window.problems if window else ()),
            *projecting.problems,
            *camera_problems(site),
        ]  # a camera may still come: its status says
        say_opened(say, show, site, device, size, wires.network, console, window is not None, known)
        return loop(engine, WallClock(fps), asked.duration, window, console, gear, stopped)


def write_sensed(engine: Engine, asked: Asked, begin: float, every: float) -> Callable[[], None]:
    """Has what is sensed written where that was asked for, and gives what closes the file. Raises OutputError."""
    if asked.sensed is None:
        return lambda: None
    sensing = engine.sensing
    file = SensedFile(asked.sensed, lambda: (sensing.signals(), sensing.sense), begin, every)
    engine.outputs.append(file)
    return file.close


def refresher(engine: Engine, site: SiteFile) -> Refresher:
    """What asks the live sources of the show's data, as the site file says; the show is open already."""
    from installation.schedule import Refresher, named

    def tell(problems: tuple[Problem, ...]) -> None:
        for problem in problems:
            if problem not in engine.data_problems:
                log.warning("%s", problem)
        engine.data_problems = problems
        engine.data_awaited = asking.awaited

    asking = Refresher(named(engine.show, site.data), site.data, tell, log.info)
    return asking.start()


def loop(
    engine: Engine,
    clock: WallClock,
    duration: float | None,
    window: Any,
    console: Console,
    gear: Patchbay,
    stopped: list[int],
) -> int:
    """Frame after frame, until a signal, the window or the duration ends it. Returns how many there were."""
    journal = Journal(engine)
    frames, fps = 0, clock.fps
    while not stopped and not (window and window.closed):
        frame = clock.next()
        if duration is not None and frame.seconds >= duration:
            break
        if window:
            unharmed(engine, window.poll)
            clock.fps = window.paces(fps)
            listen(window, engine)
        unharmed(engine, gear.take, frame)
        unharmed(engine, engine.step, frame)
        unharmed(engine, console.publish, frame)
        unharmed(engine, journal.write, frame)
        frames += 1
        unharmed(engine, engine.work, WORK)
    return frames


def listen(window: Any, engine: Engine) -> None:
    """Keys of the windows: those of the show, or of an alignment while one is open."""
    projecting = engine.projecting
    aligning = projecting is not None and not projecting.alignment.locked
    for name in window.keys():
        known = align_verbs.KEYS if aligning else KEYS
        if name in known:
            address, args = known[name]
            engine.commands.put((address, args, "key"))
        elif name == "ESCAPE" and not (projecting is not None and projecting.ended_now(engine.time[0])):
            window.closed = True


def say_opened(
    say: Callable[[str], None],
    show: Show,
    site: SiteFile,
    device: Device,
    size: tuple[int, int],
    network: Any,
    console: Console,
    windowed: bool,
    problems: Iterable[Problem],
) -> None:
    """What an operator wants to know when the show opens."""
    where = "full-screen" if windowed else "headless"
    say(f"{show.file.title}: {size[0]} x {size[1]}, {where}, {device.renderer}")
    if device.software:
        say("a software renderer: good for a look and for tests, too slow for a show")
    if site.flash_guard.off:
        say(f"the flash guard is off: {site.flash_guard.off}")
    if network:
        also = " and tcp" if network.status()["tcp"] else ""
        say(f"OSC: udp {network.host}:{network.port}{also}    (installation cue go)")
    if console.url:
        say(f"console: {console.url}")
    for problem in problems:
        say(f"problem: {problem}")
    say("Ctrl-C ends it")
