"""Plugs other gear into a show that plays: MIDI, timecode, tempo, lights and projectors, as the site file says.

What comes in is taken at the beginning of a frame and handed to the engine as commands, in the words of the OSC dictionary; whose
doing it is, is "midi" or "dmx". What goes out is handed to threads. Whatever of it is absent, the show plays without and says so.
Called by `play`, from the frame's own thread: nothing here waits, and what is opened, read or saved is so in other threads.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from installation.clock import FrameTime, now
from installation.errors import CommandError, Problem, did_you_mean
from installation.gear import mappings
from installation.gear.chase import Chase
from installation.gear.desk import Desk, Heard
from installation.gear.fixtures import Fixture
from installation.gear.hands import PATIENCE, REVEAL, Fader, Hands, is_absent, part_of, span
from installation.gear.lights import Drive, Lights, Universe
from installation.gear.link import LinkSession
from installation.gear.mappings import Mapping
from installation.gear.midi import Midi
from installation.gear.midi_wire import Gesture, read
from installation.mailbox import Latest, Worker
from installation.networks import Networks
from installation.param_tree import Parameter, ParamTree
from installation.params import Param
from installation.scene.gear_site import LightsSite, MidiSite, TempoSite, letters_of
from installation.show.beats import Beats
from installation.show.triggers import Timecode
from installation.switching import projectors_of

if TYPE_CHECKING:
    from installation.engine import Engine
    from installation.outputs.colours import Colours
    from installation.scene.schema import SiteFile

log = logging.getLogger(__name__)

GAMMA = 2.2
"""Of fixtures that show the canvas's colours: what a screen shows of half is about a fifth of its light."""
ALL = "/lights/level"
"""The dimmer of all lights, a parameter: 0 is a blackout."""
MOVED = f"say it again, and move a knob or hit a pad within {PATIENCE:.0f} seconds"


def beats_of(tempo: TempoSite) -> Beats:
    """The tempo before anybody shares it, from the clock's zero."""
    return Beats(float(tempo.bpm), tempo.beats, longest=float(tempo.longest))


class Patchbay:
    """Remembers what is plugged in. Where the site file names nothing, it is nothing and costs nothing."""

    def __init__(self, engine: Engine, site: SiteFile, path: Path | None = None) -> None:
        """`path` is the site file's: what is learned is kept beside it."""
        self._engine = engine
        self._path = mappings.path_of(path)
        learned, self._kept_problems = mappings.load(self._path)
        written = [mapping_of(one) for one in site.midi.map]
        self.hands = Hands((one for one in written if one is not None), learned)
        self._keeper = Keeper(self._path)
        self._chase = Chase(float(site.timecode.freewheel))
        self._deck = site.timecode.source
        self._faders: dict[str, tuple[Heard, list[Fader]]] = {}
        self._heard: dict[str, bytes] = {}
        opening = Param("reveal", "float", 0.0, 0.0, 1.0)
        self._reveal = Parameter(REVEAL, opening, 0.0, 0.0, 0.0)
        engine.beats = beats_of(site.tempo)
        self._midi = midi_of(site.midi)
        self._desk = self._desk_of(site.lights)
        self._link = LinkSession(float(site.tempo.bpm), site.tempo.beats).start() if site.tempo.link else None
        self._feed = self._feed_of(engine, site)
        self._projectors = projectors_of(site)
        if self._midi is not None and self._midi.outputs:
            engine.carrier.senders["midi"] = self._midi
            engine.carrier.instruments = self._midi.outputs
        if self._feed is not None:
            engine.outputs.append(self._feed)
        engine.gear = self

    def _feed_of(self, engine: Engine, site: SiteFile) -> LightsFeed | None:
        try:
            return LightsFeed(engine, site) if site.lights.fixtures else None
        except OSError as error:
            self._kept_problems.append(Problem(f"no lights: no socket can be had ({error.strerror})"))
            return None

    def _desk_of(self, lights: LightsSite) -> Desk | None:
        heard = []
        for name, one in lights.inputs.items():
            universe = Heard(one.protocol, one.universe, Networks(one.allow))
            heard.append(universe)
            faders = [Fader(int(key), to, int(key) in one.fine) for key, to in one.channels.items()]
            self._faders[name] = universe, faders
        return Desk(heard, lights.host).start() if heard else None

    # -- each frame ------------------------------------------------------------------------------------------------------

    def take(self, frame: FrameTime) -> None:
        """What has come since the last frame, before the engine draws this one."""
        self.hands.frame = frame.index
        self._reveal.value = self._engine.reveal_state.level
        if self._midi is not None:
            self._hear_midi()
        self._slide_faders()
        if self._link is not None and (beat := self._link.newest.get()) is not None:
            since = now() - beat.when
            before = self._engine.beats
            self._engine.beats = Beats(
                beat.tempo, before.bar, beat.beat + since * beat.tempo / 60.0, frame.seconds, before.longest
            )

    def _hear_midi(self) -> None:
        assert self._midi is not None
        moment = now()
        for arrived in self._midi.heard.drain():
            said = read(arrived.data)
            if isinstance(said, Gesture):
                self._order(self.hands.move(self._find, arrived.port, said, moment), "midi")
            elif said is not None and arrived.port == self._deck:
                self._chase.hear(said, arrived.when)
        self.hands.settle(moment)
        if self.hands.changed:
            self.hands.changed = False
            self._keeper.keep(self.hands.learned)
        if self.hands.given_up:
            self._engine.refuse(f"midi: nothing was moved for {self.hands.given_up}: it is not learned\n{MOVED}")
            self.hands.given_up = ""
        place = self._chase.at(moment) if self._deck is not None else None
        self._engine.timecode = None if place is None else Timecode(*place)

    def _slide_faders(self) -> None:
        for name, (heard, faders) in self._faders.items():
            if not heard.here:
                for fader in faders:
                    fader.lost()
                self._heard.pop(name, None)
                heard.steps.clear()
                continue
            for left in range(len(heard.steps), 0, -1):
                levels = heard.steps.popleft()
                if left > 1 and levels == self._heard.get(name):
                    continue
                self._heard[name] = levels
                # Of values only the newest counts; a button is pressed however short it was.
                moved = faders if left == 1 else [fader for fader in faders if fader.presses(self._find)]
                found = (fader.slide(self._find, levels) for fader in moved)
                self._order([command for command in found if command is not None], "dmx")

    def _find(self, address: str) -> Parameter | None:
        return self._reveal if address == REVEAL else self._engine.params.find(address)

    def _order(self, commands: Sequence[tuple[str, tuple[object, ...]]], owner: str) -> None:
        for address, args in commands:
            self._engine.commands.put((address, args, owner))

    # -- what is asked of it ---------------------------------------------------------------------------------------------

    def midi(self, what: str, args: Sequence[object]) -> None:
        """Carries out `/midi/WHAT`. Raises CommandError."""
        if self._midi is None or not self._midi.inputs:
            raise CommandError("no input of MIDI is named", hint="in the site file: midi: {in: {knobs: NAME}}")
        match what:
            case "learn" if args and isinstance(args[0], str) and args[0].startswith("/"):
                self._midi.need_input()
                if self._find(args[0]) is None:
                    self._engine.switchboard.need(args[0])
                self.hands.learn(self._find, args[0], tuple(args[1:]), now())
                log.info("midi: the next knob or pad is %s", args[0])
            case "forget" if len(args) == 1 and isinstance(args[0], str):
                if not self.hands.forget(args[0]):
                    hint = did_you_mean(args[0], {one.to for one in self.hands.learned}, label="learned")
                    raise CommandError(f"nothing is learned for {args[0][:120]}", hint=hint)
            case "cancel":
                self.hands.learning = None
            case "learn" | "forget":
                raise CommandError(f"/midi/{what}: an address is missing", hint="such as /midi/learn /reveal/lens")
            case _:
                raise CommandError(f"nothing is done by /midi/{what[:60]}", hint="learn, forget, cancel")

    def projectors(self) -> dict[str, dict[str, object]]:
        """How those projectors are that have a control of their own, by their output's name. Plain values."""
        return {name: one.status() for name, one in self._projectors.all.items()} if self._projectors else {}

    def switch(self, names: Sequence[str], what: str, value: str) -> None:
        """Has projectors switched. Raises CommandError."""
        if self._projectors is not None:
            self._projectors.order(names, what, value)

    def panic(self) -> None:
        """Ends the notes that cues have begun. Lights go on following what they follow: visitors are in the room."""
        if self._midi is not None:
            self._midi.hush()

    def status(self) -> dict[str, object]:
        """How each of it is. Plain values."""
        told: dict[str, object] = {}
        if self._midi is not None:
            learning = self.hands.learning
            told["midi"] = {
                **self._midi.status(),
                "mappings": len(self.hands.mappings),
                "unmapped": self.hands.unmapped,
                "learning": learning.to if learning else "",
            }
        if self._deck is not None:
            label, state = self._chase.label, self._chase.state(now())
            told["timecode"] = {"state": state, "at": str(label or ""), "jumps": self._chase.jumps}
        if self._link is not None:
            beat = self._link.newest.get()
            told["link"] = {"peers": beat.peers if beat else 0, "problem": self._link.problem}
        if self._feed is not None:
            told["lights"] = self._feed.lights.status()
        if self._desk is not None:
            told["desk"] = self._desk.status()
        if self._projectors is not None:
            told |= self._projectors.status()
        return told

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with it just now."""
        found = [*self._kept_problems, *self._keeper.problems]
        if self._midi is not None:
            if self._midi.problem:
                found.append(Problem(f"midi: {self._midi.problem}", hint=self._midi.hint))
            else:
                ports = (*self._midi.inputs.values(), *self._midi.outputs.values())
                found += [Problem(f"midi: {port.name}: {port.problem}") for port in ports if port.problem]
        if self._link is not None and self._link.problem:
            found.append(Problem(self._link.problem, hint=self._link.hint))
        if self._feed is not None:
            universes = self._feed.lights.universes.values()
            found += [Problem(f"lights: {one.name}: {one.problem}") for one in universes if one.problem]
            found += [Problem(f"lights: {text}") for text in (self._feed.lights.problem,) if text]
            found += self._feed.lost
        if self._desk is not None:
            found += [Problem(f"lighting desk: {text}") for text in list(self._desk.problems.values())]
        found += self._projectors.problems if self._projectors is not None else []
        gear = (self._midi, self._link, self._feed.lights if self._feed else None, self._desk, self._projectors)
        stopped = [worker for one in gear if one is not None for worker in one.workers if worker.error is not None]
        hint = "the show plays on without it; start it again when you can, and please report it"
        return found + [Problem(f"a fault has ended {one.name}: {one.error!r}", hint=hint) for one in stopped]

    def close(self) -> None:
        """Unplugs everything: fixtures are left as the site file says. Safe to call twice."""
        for one in (self._feed, self._desk, self._midi, self._link, self._projectors, self._keeper):
            if one is not None:
                one.close()


class LightsFeed:
    """Hands the lights what drives them, some tens of times a second. An output of the engine."""

    def __init__(self, engine: Engine, site: SiteFile) -> None:
        wanted = site.lights
        self.fixtures = fixtures_of(wanted)
        universes = (
            Universe(name, one.protocol, one.universe, one.host, one.port or 0, one.priority)
            for name, one in wanted.universes.items()
        )
        own = "" if wanted.host == "0.0.0.0" else wanted.host
        name = site.title or engine.show.file.title
        self.lights = Lights(universes, self.fixtures, float(wanted.rate), name, own).start()
        self._engine = engine
        self._every = 1.0 / float(wanted.rate)
        self._due = 0.0
        self._colours: Colours | None = None
        if any(one.region is not None for one in self.fixtures):
            from installation.outputs.colours import Colours

            self._colours = Colours(engine.device)
        add_dimmers(engine.params, self.fixtures)

    def show(self, canvas: Any, frame: FrameTime) -> None:
        if self._due - self._every <= frame.seconds < self._due:
            return
        self._due = frame.seconds + self._every
        picture = None
        if self._colours is not None:
            self._colours.ask(canvas)
            picture = self._colours.picture
        params = self._engine.params
        all_of_them = float(params[ALL].value)  # type: ignore[arg-type]
        dimmers = {one.name: all_of_them * float(params[one.address].value) for one in self.fixtures}  # type: ignore[arg-type]
        values = {one.name: self._value(one.source) for one in self.fixtures if one.source is not None}
        self.lights.drive.put(Drive(values, dimmers, picture))

    @property
    def lost(self) -> list[Problem]:
        """Fixtures that follow what there isn't; what a scene has that isn't there just now may come."""
        wanted = {one.name: one.source for one in self.fixtures if one.source not in (None, REVEAL)}
        return [
            Problem(f"lights: {name}: there is no parameter {source}", hint="installation list params lists them")
            for name, source in wanted.items()
            if source not in self._engine.params and not is_absent(str(source))
        ]

    def _value(self, address: str) -> tuple[float, ...]:
        """What a fixture follows, each part 0..1; nothing of it while its scene isn't there."""
        if address == REVEAL:
            return (self._engine.reveal_state.level,)
        parameter = self._engine.params.find(address)
        if parameter is None:
            return (0.0,)
        value = parameter.value
        if isinstance(value, tuple):
            if len(value) == 4:
                return tuple(part * value[3] for part in value[:3])
            low, high = span(parameter)
            return tuple((part - low) / (high - low) for part in value)
        part = part_of(parameter)
        return (0.0,) if part is None else (part,)

    def close(self) -> None:
        self.lights.close()
        if self._colours is not None:
            self._colours.close()


class Keeper:
    """Saves what is learned, in a thread of its own that is there once there is anything to save."""

    def __init__(self, path: Path | None) -> None:
        self.problems: list[Problem] = []
        """What went wrong with the newest."""
        self._path = path
        self._newest: Latest[tuple[Mapping, ...]] = Latest()
        self._worker: Worker | None = None

    def keep(self, learned: tuple[Mapping, ...]) -> None:
        self._newest.put(learned)
        if self._worker is None:
            self._worker = Worker("learned MIDI", self._write).start()

    def _write(self, worker: Worker) -> None:
        written: tuple[Mapping, ...] | None = None
        while True:
            ending = worker.stopping()  # looked at first: what was learned before the end is written
            newest = self._newest.get()
            if newest is not None and newest is not written:
                written = newest
                self.problems = mappings.save(self._path, newest)
                for problem in self.problems:
                    log.warning("%s", problem)
            if ending:
                return
            worker.wait(0.1)

    def close(self) -> None:
        if self._worker is not None:
            self._worker.close(3.0)
            self._worker = None


def midi_of(site: MidiSite) -> Midi | None:
    return Midi(site.inputs, site.outputs).start() if site.inputs or site.outputs else None


def mapping_of(one: Any) -> Mapping | None:
    """A mapping of the site file."""
    kinds = one.kinds
    if len(kinds) != 1:
        return None
    kind, number = kinds[0]
    return Mapping(kind, number, one.to, one.source, one.channel, tuple(one.args), one.way)


def add_dimmers(params: ParamTree, fixtures: Sequence[Fixture]) -> None:
    """Declares the parameters that a site with lights has besides the show's own; none without fixtures."""
    if fixtures and ALL not in params:
        params.add(ALL, Param("level", "float", 1.0, 0.0, 1.0, help="The dimmer of all lights."))
    for one in fixtures:
        follows = one.source is not None or one.region is not None
        told = Param(one.name, "float", 1.0 if follows else 0.0, 0.0, 1.0, help=f"The dimmer of {one.name}.")
        if one.address not in params:
            params.add(one.address, told)


def fixtures_of(site: LightsSite) -> tuple[Fixture, ...]:
    """The site's fixtures as they are patched."""
    made = []
    for name, one in site.fixtures.items():
        end = site.end if one.end is None else one.end
        gamma = one.gamma or (GAMMA if one.canvas is not None else 1.0)
        left = None if end == "hold" else float(end)
        letters = letters_of(one)
        made.append(
            Fixture(name, one.universe, one.channel, letters, one.source, one.canvas, float(gamma), one.fine, left)
        )
    return tuple(made)
