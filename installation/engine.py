"""One frame, in order. Live playing, rendering, rehearsal and tests all call `Engine.step`; none has a loop body of its own.

The only module that imports from both sides: from what a show is and what happens when, and from what draws it. It never
reads a file or a clock in the frame, and waits for nobody.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from installation.ages import Awaited
from installation.clock import FrameTime, now
from installation.costs import Costs
from installation.edges import Ears, Network, Output, Senses
from installation.errors import CommandError, InstallationError, Problem
from installation.gpu.device import Device
from installation.gpu.textures import Target
from installation.mailbox import Commands
from installation.params import ParamTree
from installation.render.pace import Pace
from installation.render.wall import Wall
from installation.scene.catalogue import ENGINE
from installation.scene.load import Show
from installation.scene.revisions import Revision
from installation.scene.schema import FlashGuardSite
from installation.sensing import Sensing
from installation.show import actions
from installation.show.control import Control, Reply, refusal
from installation.show.cues import PANIC, CueList
from installation.show.faults import ActiveFault
from installation.show.reveal import Reveal
from installation.show.staging import Staging
from installation.status import status_of

log = logging.getLogger(__name__)

NEWS = 120.0
"""Seconds for which a command that could not be carried out is listed."""
REFUSED = 8
"""How many of the last commands that could not be carried out are listed."""
GUARDED = FlashGuardSite()
"""The flash guard as it is where no site file says otherwise: on."""
FADE = 3.0
"""Seconds of a change that nobody gave a time for."""


class Engine:
    """Remembers the show's state: parameters, cues, reveal, faults, and the wall. Implements `control.Stage`."""

    def __init__(
        self,
        device: Device,
        show: Show,
        size: tuple[int, int],
        senses: Senses,
        match: Callable[[str, str], bool],
        *,
        ears: Ears | None = None,
        network: Network | None = None,
        outputs: Sequence[Output] = (),
        live: bool = False,
        seed: int | None = None,
        fps: float = 60.0,
        flash_guard: FlashGuardSite = GUARDED,
        smoothing: Mapping[str, float] = {},
    ) -> None:
        """`live`: edits and the governor, which holds `fps`, have a say; else a frame is drawn whatever it takes."""
        self.device, self.show, self.size = device, show, size
        self.params = ParamTree()
        for address, spec in ENGINE.items():
            self.params.add(address, spec)
        self._seed = show.file.seed if seed is None else seed
        self._guard_off = flash_guard.off
        seen_from = None if flash_guard.off else flash_guard.distance
        self.wall = Wall(device, show, size, self.params, live, self._seed, seen_from)
        self.cues = CueList(show.file.cues)
        self.reveal_state = Reveal()
        self.costs = Costs()
        self.pace = Pace(device, fps, live)
        self.problems: list[Problem] = []
        self.outputs = list(outputs)
        self.commands: Commands[tuple[str, tuple[object, ...], str]] = Commands()
        self.revisions: Commands[Revision] = Commands()
        self.file_problems: list[Problem] = []
        self.data_problems: tuple[Problem, ...] = ()
        self.data_awaited: Mapping[str, Awaited] = {}
        """Of live sources; put here whole, by another thread."""
        self._asker: Any = None
        self._asked: dict[str, Any] = {}
        """Who asked by OSC for a cue, by its number."""
        self.sensing = Sensing(device, senses, ears, self.params, smoothing)
        self.sensing.ears.listen(show.listens)
        self._network = network
        self.calibration: Any = None
        """The cameras' (`calibration.Calibration`), where there are any."""
        self._control = Control(self, match)
        self.staging = Staging(self._seed)
        self._seconds = 0.0
        self._index = 0
        self._said: set[str] = set()
        self._refused: deque[tuple[float, Problem]] = deque(maxlen=REFUSED)
        self._refused_at = -1.0
        if flash_guard.off:
            log.warning("the flash guard is off: %s", flash_guard.off)

    # -- one frame -----------------------------------------------------------------------------------------------------

    def step(self, frame: FrameTime) -> Target:
        """Draws one frame and returns its canvas. Does not raise for anything that a user, device or file can cause."""
        began = now()
        self._seconds, self._index = frame.seconds, frame.index
        self._take_revisions()
        self._take_commands(frame)
        self.sensing.take(frame.seconds)  # 3: the newest samples of the room
        self._advance(frame)
        self.wall.resize(self.pace.fit(self.size, float(self.params["/canvas/scale"].value)))  # type: ignore[arg-type]
        self.pace.begin()
        canvas = self._draw(frame)
        self.pace.end(frame, now() - began)
        for output in self.outputs:
            try:
                output.show(canvas, frame)
            except Exception as error:  # an output fails alone
                self._complain(f"{type(output).__name__}: {error}")
        self.device.free_doomed()
        self.params.end_frame()
        self.costs.add(began, now())
        return canvas

    def _take_revisions(self) -> None:
        """1: what has been edited and saved since, read and tried already. Scenes are built beside what plays (`work`)."""
        for revision in self.revisions.drain():
            self.show = revision.show
            self.sensing.ears.listen(revision.show.listens)
            self.file_problems = list(revision.problems)
            self.cues.revise(revision.show.file.cues)
            self.wall.repertoire.revise(revision.show, revision.changed)

    def work(self, seconds: float) -> None:
        """Between two frames: builds what will be needed, for about so long."""
        self.wall.repertoire.work(now() + seconds)

    def _take_commands(self, frame: FrameTime) -> None:
        """2: what operators, performers and other machines ask for, in the order in which it came."""
        for address, args, owner in self.commands.drain():
            self._handle(address, args, owner, frame)
        if self._network is None:
            return
        for message in self._network.drain():
            self._asker = message.sender
            reply = self._handle(message.address, message.args, "osc", frame)
            if reply:
                self._network.reply(message.sender, reply.address, *reply.args)
        self._asker = None

    def _handle(self, address: str, args: Sequence[object], owner: str, frame: FrameTime) -> Reply | None:
        try:
            return self._control.handle(address, args, frame.seconds, owner)
        except CommandError as error:
            self._refuse(f"{owner} {address}: {error}")
            return refusal(address, error)

    def skip(self, frame: FrameTime) -> None:
        """Lets a frame's time pass without drawing it: cues, fades and scenes are as if it had been played."""
        self._seconds, self._index = frame.seconds, frame.index
        self._take_commands(frame)
        self.sensing.take(frame.seconds)
        self._advance(frame)
        self.params.end_frame()

    def _advance(self, frame: FrameTime) -> None:
        """4: cues give targets, scenes hear the signals, parameters and reveal settle."""
        for action in self.cues.advance(frame.seconds, self.sensing.sensed.presence):
            self._answer_for(action)
        self.reveal_state.advance(frame.seconds, self.staging.cracks(frame.seconds), self.wall.weak_of)
        if self.wall.playing is None and (rest := self.rest_scene):
            self.wall.go(rest, frame.seconds, 0.0)  # never black by accident
        self.wall.hear(frame.seconds, frame.delta, self._signals())
        self.params.settle(frame.seconds)

    def _answer_for(self, action: actions.Action) -> None:
        """Carries out what a cue does; whoever asked for the cue by OSC is told what went wrong with it."""
        said: list[Problem] = []
        try:
            self._do(action)
            if isinstance(action, actions.SceneAction):
                said = self.wall.repertoire.view(action.name).problems
        except InstallationError as error:
            self._refuse(f"cue {action.owner}: {error}")
            said = list(error.problems)
        sender = self._asked.get(action.owner)
        if sender is not None and self._network is not None:
            for problem in said[:8]:
                where = f"{problem.where}: " if problem.where else ""
                self._network.reply(sender, "/error", f"/cue/{action.owner}", f"{where}{problem.message}", problem.hint)

    def _signals(self) -> dict[str, float]:
        reveal, running = self.reveal_state, self.cues.running
        return {
            "progress": _progress(running[-1].elapsed, running[-1].remaining) if running else 1.0,
            **self.sensing.signals(),
            "reveal": reveal.amount,
            "cracks": reveal.cracks,
        }

    def _draw(self, frame: FrameTime) -> Target:
        """5 to 8: bind, upload, draw. If the whole wall fails, the last good canvas stays."""
        reveal = {**self.reveal_state.values(), "lens": float(self.params["/reveal/lens"].value)}  # type: ignore[arg-type]
        try:
            self.wall.prepare(frame, self.sensing.sensed, reveal, self.faulting, self.reveal_state.of)
            self.device.uniforms.upload()
            return self.wall.draw(self.sensing.sensed)
        except Exception as error:
            self._complain(f"the wall could not be drawn: {type(error).__name__}: {error}")
            self.device.uniforms.upload()
            return self.wall.canvas

    def _do(self, action: actions.Action) -> None:
        match action:
            case actions.SceneAction(_, name, transition, fade, curve):
                self._must_play(name)
                self.wall.go(name, self._seconds, fade, transition, curve)
            case actions.SetAction(owner, address, value, fade, curve):
                self.params.set(address, value, f"cue {owner}", self._seconds, fade, curve)
            case actions.RevealAction(_, level, fade, curve):
                self.reveal_state.set(level, self._seconds, fade, curve)
            case actions.UnderAction(_, name, fade, curve):
                self._must_play(name)
                self.wall.lay_under(name, self._seconds, fade, curve)
            case actions.FaultAction(_, name):
                self.faults(name)
            case actions.PanicAction(_, fade):
                self._rest(fade)
            case actions.StopAction():
                self.params.stop_fades()
                self.reveal_state.stop()
            case actions.ResetAction():
                self.params.reset()
                self._rest(0.0)

    def _must_play(self, name: str) -> None:
        """Raises CommandError with what is wrong with a scene's file, where that is why it isn't there."""
        if name not in self.show.scenes:
            own = [
                p for p in self.file_problems if p.where and Path(p.where.path).parts[-2:] == ("scenes", f"{name}.yaml")
            ]
            if own:
                raise CommandError(f"{own[0].where}: {own[0].message}", hint=own[0].hint)

    def _rest(self, fade: float) -> None:
        """To the scene of rest, closed and whole: something chosen, never black."""
        self.faults(None)
        self.params.stop_fades()
        self.reveal_state.set(0.0, self._seconds, fade)
        if rest := self.rest_scene:
            self.wall.go(rest, self._seconds, fade)

    @property
    def rest_scene(self) -> str | None:
        """The show's own, else the first that a cue goes to, else the first in the folder: one that can be played."""
        wanted = (self.show.file.rest, *(cue.scene for cue in self.show.file.cues), *self.show.scenes)
        return next((name for name in wanted if name in self.show.scenes), None)

    # -- what can be asked of it (control.Stage) -----------------------------------------------------------------------

    def open(self, seconds: float = 0.0, cue: str | None = None) -> None:
        """Opens the show with a cue, as if those above it had been played: the show's start cue if none is named.

        Raises CommandError for an unknown cue. A show without cues opens with its scene of rest.
        """
        number = cue or self.show.file.start
        if cue is None and number not in {one.number for one in self.show.file.cues}:
            number = None
        if number is not None:
            for action in self.cues.before(number):
                self._do(action)
        if self.cues.standing_by:
            self.cues.go(seconds, number, 0.0)

    def go(self, number: str | None = None, fade: float | None = None) -> None:
        if started := self.cues.go(self._seconds, number, fade):
            self._asked[started] = self._asker

    def start(self, number: str) -> None:
        self.cues.start(number, self._seconds)
        self._asked[number] = self._asker

    def panic(self, fade: float | None = None) -> None:
        self.cues.panic(PANIC if fade is None else fade)

    def stop(self) -> None:
        self.cues.stop()

    def reset(self) -> None:
        self.cues.reset()
        self._refused.clear()

    def reveal(self, level: float, fade: float = 0.0) -> None:
        self.reveal_state.set(level, self._seconds, fade)

    def scene_go(self, name: str, fade: float | None = None) -> None:
        self._must_play(name)
        self.wall.go(name, self._seconds, FADE if fade is None else fade)

    def under(self, name: str | None, fade: float = 0.0) -> None:
        self.wall.lay_under(name, self._seconds, fade)

    def faults(self, name: str | None) -> None:
        if name is None or name == "none":
            self.staging.end(self._seconds)
        else:
            self.staging.start(name, self.show.scores, self._seconds)

    def calibrate(self, what: str, args: Sequence[object]) -> None:
        if self.calibration is None:
            raise CommandError("there is no camera to calibrate", hint="name one in the site file (camera: source)")
        self.calibration.start(what, args)

    def set_by_name(self, name: str, value: object) -> None:
        """Sets a parameter by its address, or by its last name where only one has it. Raises CommandError."""
        self.params.set(self.params.address_of(name), value, "command line")

    @property
    def faulting(self) -> list[ActiveFault]:
        """The staged faults of this frame."""
        return self.staging.at(self._seconds)

    def evidence(self, x: float, y: float) -> dict[str, object]:
        try:
            return self.wall.at(x, y)
        except InstallationError as error:  # a package that has gone bad while the show plays
            raise CommandError(problems=error.problems) from None

    # -- status --------------------------------------------------------------------------------------------------------

    def status(self) -> dict[str, object]:
        """What the console, the log and `/status` say. Plain values."""
        return status_of(self)

    @property
    def network(self) -> dict[str, object]:
        """How OSC is, for the status."""
        network: Any = self._network
        return {} if network is None else {"host": network.host, "port": network.port, **network.counters}

    @property
    def flash(self) -> dict[str, object]:
        """What the flash guard does, for the status; why it is off, where it is."""
        return self.wall.guard.status() if self.wall.guard else {"guard": "off", "reason": self._guard_off}

    @property
    def time(self) -> tuple[float, int]:
        """Seconds and number of the newest frame."""
        return self._seconds, self._index

    def _complain(self, text: str) -> None:
        """Lists a problem once and logs it; what repeats every frame is said once."""
        if text not in self._said and len(self._said) < 256:
            self._said.add(text)
            message, _, hint = text.partition("\n")
            self.problems.append(Problem(message, hint=hint.strip()))
            log.error("%s", text)

    @property
    def refused(self) -> list[Problem]:
        """The last commands that could not be carried out, for as long as that is news."""
        return [problem for when, problem in self._refused if self._seconds - when < NEWS]

    def _refuse(self, text: str) -> None:
        """Lists a command that could not be carried out among the last few; the log hears of one a second at most.

        Apart from the problems, so that a wrong button that is pressed all night doesn't crowd them out.
        """
        message, _, hint = text.partition("\n")
        problem = Problem(message, hint=hint.strip())
        if problem not in self.refused:
            self._refused.append((self._seconds, problem))
            if not 0 <= self._seconds - self._refused_at < 1.0:
                self._refused_at = self._seconds
                log.warning("%s", text)

    def close(self) -> None:
        """Frees everything on the device."""
        if self.calibration is not None:
            self.calibration.close()
        self.wall.close()
        self.pace.close()
        self.sensing.close()
        self.device.free_doomed()


def _progress(elapsed: float, remaining: float) -> float:
    """How far a running cue has come, 0..1."""
    whole = elapsed + remaining
    return min(max(elapsed / whole, 0.0), 1.0) if whole > 0 else 1.0
