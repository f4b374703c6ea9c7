"""One frame, in order. Live playing, rendering, rehearsal and tests all call `Engine.step`; none has a loop body of its own.

The only module that imports from both sides: from what a show is and what happens when, and from what draws it. It never
reads a file or a clock in the frame, and waits for nobody.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from installation.ages import Awaited
from installation.carrying import HAND, Carrier
from installation.clock import FrameTime, now
from installation.complaints import Complaints
from installation.costs import Costs
from installation.edges import Ears, Logs, Output, Senses, Sockets, record
from installation.errors import CommandError, InstallationError, Problem
from installation.gpu.device import Device
from installation.gpu.textures import Target
from installation.mailbox import Commands
from installation.param_tree import ParamTree
from installation.render.pace import Pace
from installation.render.wall import Wall
from installation.scene.catalogue import ENGINE
from installation.scene.load import Show
from installation.scene.revisions import Revision
from installation.scene.schema import FlashGuardSite
from installation.sensing import Sensing
from installation.show import actions
from installation.show.beats import Beats
from installation.show.broken import Means
from installation.show.clients import Clients
from installation.show.cues import PANIC, CueList
from installation.show.faults import ActiveFault
from installation.show.reveal import Reveal
from installation.show.staging import Staging
from installation.show.triggers import Timecode
from installation.status import status_of
from installation.switchboard import Switchboard

log = logging.getLogger(__name__)

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
        network: Sockets | None = None,
        clients: Clients | None = None,
        outputs: Sequence[Output] = (),
        live: bool = False,
        seed: int | None = None,
        fps: float = 60.0,
        flash_guard: FlashGuardSite = GUARDED,
        smoothing: Mapping[str, float] = {},
    ) -> None:
        """`clients`: who talks over the network, with which rights. `live`: edits and the governor, which holds `fps`, have a
        say; else a frame is drawn whatever it takes."""
        self.device, self.show, self.size = device, show, size
        self.params = ParamTree()
        for address, spec in ENGINE.items():
            self.params.add(address, spec)
        self.seed = show.file.seed if seed is None else seed
        self._guard_off = flash_guard.off
        seen_from = None if flash_guard.off else flash_guard.distance
        self.wall = Wall(device, show, size, self.params, live, self.seed, seen_from)
        self.cues = CueList(show.file.cues, show.brings_under, self.seed, float(show.file.double_go))
        self.reveal_state = Reveal()
        self.costs = Costs()
        self.pace = Pace(device, fps, live)
        self.complaints = Complaints()
        self.outputs = list(outputs)
        self.commands: Commands[tuple[str, tuple[object, ...], str]] = Commands()
        self.revisions: Commands[Revision] = Commands()
        self.file_problems: list[Problem] = []
        self.data_problems: tuple[Problem, ...] = ()
        self.site_problems: tuple[Problem, ...] = ()
        self.data_awaited: Mapping[str, Awaited] = {}
        """Of live sources; put here whole, by another thread."""
        self.timecode: Timecode | None = None
        """Running timecode, for cues that it triggers; put here by whoever hears it."""
        self.logbook: Logs | None = None
        """What writes down all that comes in; put here by whoever keeps a log."""
        self.sensing = Sensing(device, senses, ears, self.params, smoothing)
        self.sensing.ears.listen(show.listens)
        self.beats = Beats()
        """The tempo, for expressions and quantised cues; put here by whoever shares it."""
        self.gear: Any = None
        """MIDI, timecode and lights, where there are any."""
        self.calibration: Any = None
        """The cameras', where there are any."""
        self.projecting: Any = None
        """What lays the canvas on outputs, where it is shown."""
        self.switchboard = Switchboard(self, network, match, clients)
        self.staging = Staging(self.seed)
        self.carrier = Carrier(self)
        self._seconds = 0.0
        self._index = 0
        if flash_guard.off:
            log.warning("the flash guard is off: %s", flash_guard.off)

    # -- one frame -----------------------------------------------------------------------------------------------------

    def step(self, frame: FrameTime) -> Target:
        """Draws one frame and returns its canvas. Does not raise for anything that a user, device or file can cause."""
        try:
            return self._step(frame)
        finally:
            if self.logbook is not None:
                self.logbook.take(frame, True)

    def _step(self, frame: FrameTime) -> Target:
        began = now()
        self._turn_to(frame)
        self._take_revisions()
        self.switchboard.take(frame)  # 2: what operators, performers and other machines ask for
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
                self.complaints.complain(f"{type(output).__name__}: {error}")
        self.switchboard.tell(frame)
        self.device.free_doomed()
        self.params.end_frame()
        self.costs.add(began, now())
        return canvas

    def _turn_to(self, frame: FrameTime) -> None:
        """The frame's time; what is paused lets it pass."""
        self.carrier.hold(self.cues.paused, frame.seconds - self._seconds)
        self._seconds, self._index = frame.seconds, frame.index

    def _take_revisions(self) -> None:
        """1: what has been edited and saved since, read and tried already. Scenes are built beside what plays (`work`)."""
        for revision in self.revisions.drain():
            self.show = revision.show
            if self.logbook is not None:
                self.logbook.edited(revision)
            self.sensing.ears.listen(revision.show.listens)
            self.file_problems = list(revision.problems)
            file = revision.show.file
            self.cues.revise(file.cues, revision.show.brings_under, float(file.double_go))
            self.wall.repertoire.revise(revision.show, revision.changed)

    def work(self, seconds: float) -> None:
        """Between two frames: reads what has come, and builds what will be needed, for about so long."""
        self.switchboard.listen()
        self.wall.repertoire.work(now() + seconds)

    def skip(self, frame: FrameTime) -> None:
        """Lets a frame's time pass without drawing it: cues, fades and scenes are as if it had been played."""
        self._turn_to(frame)
        self.switchboard.take(frame)
        self.sensing.take(frame.seconds)
        self._advance(frame)
        self.params.end_frame()
        if self.logbook is not None:
            self.logbook.take(frame, False)

    def _advance(self, frame: FrameTime) -> None:
        """4: cues give targets, scenes hear the signals, parameters and reveal settle."""
        heard = (self.sensing.sensed.presence, frame.date, self.timecode, self.beats)
        try:
            for action in self.cues.advance(frame.seconds, *heard):
                self.carry_out(action)
        except Exception as error:  # a bug of the cues must not freeze the wall
            self.complaints.complain(f"a fault of the cues: {type(error).__name__}: {error}\n/reset ends all that runs")
        self.reveal_state.advance(frame.seconds, self.staging.cracks(frame.seconds), self.wall.weak_of)
        if self.wall.playing is None and (rest := self.rest_scene):
            self.wall.go(rest, frame.seconds, 0.0)  # never black by accident
        self.wall.hear(frame.seconds, frame.delta, self.signals())
        self.params.settle(frame.seconds)

    def carry_out(self, action: actions.Action) -> None:
        """Carries out what a cue does; whoever asked for the cue by OSC is told what went wrong with it."""
        said: list[Problem] = []
        label = self.cues.label(action.owner)
        try:
            self.carrier.do(action)
            if isinstance(action, actions.SceneAction):
                said = self.wall.repertoire.view(action.name).problems
        except InstallationError as error:
            self.refuse(f"cue {label}: {error}")
            said = list(error.problems)
        self.switchboard.tell_problems(action.owner, label, said)

    def signals(self) -> dict[str, float]:
        """What expressions may read."""
        reveal, running = self.reveal_state, self.cues.running
        return {
            "progress": running[-1].progress if running else 1.0,
            **self.sensing.signals(),
            **self.beats.signals(self._seconds),
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
            self.complaints.complain(f"the wall could not be drawn: {type(error).__name__}: {error}")
            self.device.uniforms.upload()
            return self.wall.canvas

    def must_play(self, name: str) -> None:
        """Raises CommandError with what is wrong with a scene's file, where that is why it isn't there."""
        if name not in self.show.scenes:
            own = [
                p for p in self.file_problems if p.where and Path(p.where.path).parts[-2:] == ("scenes", f"{name}.yaml")
            ]
            if own:
                raise CommandError(f"{own[0].where}: {own[0].message}", hint=own[0].hint)

    @property
    def rest_scene(self) -> str | None:
        """The show's own, else the first that a cue goes to, else the first in the folder: one that can be played."""
        wanted = (self.show.file.rest, *(cue.scene for cue in self.show.file.every_cue), *self.show.scenes)
        return next((name for name in wanted if name in self.show.scenes), None)

    # -- what can be asked of it (control.Stage) -----------------------------------------------------------------------

    def open(self, seconds: float = 0.0, cue: str | None = None) -> None:
        """Opens the show with a cue, as if those on the way to it had been played: the show's start cue if none is named.

        Raises CommandError for an unknown cue. A show without cues opens with its scene of rest.
        """
        number = cue or self.show.file.start
        if cue is None and number is not None and self.cues.order.named(number) is None:
            number = None
        if number is not None or self.cues.standing_by:
            self.cues.go(seconds, number, 0.0)

    def go(self, number: str | None = None, fade: float | None = None) -> None:
        if started := self.cues.go(self._seconds, number, fade):
            self.switchboard.remember(started)

    def start(self, number: str, fade: float | None = None) -> None:
        if started := self.cues.start(number, self._seconds, fade):
            self.switchboard.remember(started)

    def preview(self, number: str) -> None:
        if started := self.cues.preview(number, self._seconds):
            self.switchboard.remember(started)

    def hard_stop(self) -> None:
        self.cues.hard_stop()

    def panic(self, fade: float | None = None) -> None:
        self.cues.panic(PANIC if fade is None else fade)

    def stop(self) -> None:
        self.cues.stop()

    def reset(self) -> None:
        self.cues.reset()
        self.complaints.forget_refused()

    def reveal(self, level: float, fade: float = 0.0) -> None:
        self.reveal_state.set(level, self._seconds, fade)
        self.carrier.owners["reveal"] = HAND

    @property
    def level(self) -> float:
        return self.reveal_state.level

    def scene_go(self, name: str, fade: float | None = None) -> None:
        self.must_play(name)
        self.wall.go(name, self._seconds, FADE if fade is None else fade)
        self.carrier.owners["scene"] = HAND
        self.switchboard.tell_asker(f"/scene/{name}/go", self.wall.repertoire.view(name).problems)

    def under(self, name: str | None, fade: float = 0.0) -> None:
        self.wall.lay_under(name, self._seconds, fade)
        self.carrier.owners["under"] = HAND

    def faults(self, name: str | None) -> None:
        if name is None or name == "none":
            self.staging.end(self._seconds)
        else:
            self.staging.start(name, self.show.scores, self._seconds)
        self.carrier.owners["faults"] = HAND

    def calibrate(self, what: str, args: Sequence[object]) -> None:
        if self.calibration is None:
            raise CommandError("there is no camera to calibrate", hint="name one in the site file (camera: source)")
        self.calibration.start(what, args)

    def align(self, what: str, args: Sequence[object]) -> None:
        if self.projecting is None:
            raise CommandError("there is no output to align", hint="play live: installation run")
        self.projecting.start(what, args, self._seconds)

    def record(self, what: str, name: str | None = None) -> None:
        record(self.outputs, what, name)

    def midi(self, what: str, args: Sequence[object]) -> None:
        if self.gear is None:
            raise CommandError("there is no MIDI here", hint="name ports in the site file: midi: {in: {knobs: ...}}")
        self.gear.midi(what, args)

    @property
    def projectors(self) -> Mapping[str, Mapping[str, object]]:
        return self.gear.projectors() if self.gear is not None else {}

    def switch(self, names: Sequence[str], what: str, value: str) -> None:
        self.gear.switch(names, what, value)

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
    def means(self) -> Means:
        """What cues have to play with, for the reasons why they are broken."""
        show, carrier = self.show, self.carrier
        return Means(show.scenes, show.scores, self.params, carrier.senders, carrier.machines, carrier.instruments)

    @property
    def network(self) -> dict[str, object]:
        """How OSC is, for the status."""
        return self.switchboard.status()

    @property
    def flash(self) -> dict[str, object]:
        """What the flash guard does, for the status; why it is off, where it is."""
        return self.wall.guard.status() if self.wall.guard else {"guard": "off", "reason": self._guard_off}

    @property
    def time(self) -> tuple[float, int]:
        """Seconds and number of the newest frame."""
        return self._seconds, self._index

    @property
    def problems(self) -> list[Problem]:
        """What went wrong."""
        return self.complaints.problems

    @property
    def refused(self) -> list[Problem]:
        """The last commands that could not be carried out, for as long as that is news."""
        return self.complaints.refused(self._seconds)

    def refuse(self, text: str, of: str = "") -> None:
        """Lists a command that could not be carried out among the last few; `of`: as `Complaints.refuse` has it."""
        self.complaints.refuse(text, self._seconds, of)

    def close(self) -> None:
        """Frees everything on the device."""
        self.switchboard.part()
        if self.calibration is not None:
            self.calibration.close()
        self.wall.close()
        self.pace.close()
        self.sensing.close()
        self.device.free_doomed()
