"""From an address and its arguments to something the show does: the one dictionary of OSC, console and keys.

    /go [1 SECONDS]         GO, in so many seconds  /reveal X [SECONDS]          open the surface, 0 to 1
    /go "N" [SECONDS]       jump to cue N and GO    /scene/NAME/go [SECONDS]     dissolve to a scene
    /go/N [1 SECONDS]       the same                /under/NAME [SECONDS]        what reveal shows ("none")
    /panic [SECONDS]        fade out; twice: stop   /faults/NAME                 start a malfunction ("none")
    /stop  /reset                                   /status                      answers how everything is
    /cue/N/VERB, /playhead, /pause: `cue_verbs`     PARAMETER VALUE... [SECONDS] set or fade a parameter
    /midi/learn ADDRESS     the next knob or pad does it; /midi/forget ADDRESS, /midi/cancel
    /calibrate/WHAT [...]   where cameras see the wall: all, markers, latency, frame, corners, projectors ...
    /record/start [NAME], /record/stop  a film of what plays, where the site names one
    /output/NAME/WHAT WORD  a projector's power (on, off, stay) or shutter (open, closed); without a word it answers
    /align/WHAT [...]       where surfaces lie on outputs: begin, move, card ... (`align.verbs`)
    /evidence X Y           what stands there (0 to 1, y up) and which rows are behind it

A question is answered in the one form of `replies`; a parameter's address without arguments is one, and what
may stand after it (`/+`, `/live` ...) is told in `values`. An address with pattern characters sets all that
match, or none when one of them refuses. As in QLab a cue number in /go is text. A lone number or
truth value after /go, /stop, /reset and /go/N is a button: true or 1 does it, false or 0 is
its release and does nothing. After /panic a truth value is a button, a number its seconds.

Pure: it only calls the `Stage` (the engine), and raises CommandError, which the caller sends back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from installation.errors import CommandError, Problem, did_you_mean
from installation.param_tree import ParamTree
from installation.show import cue_verbs, values
from installation.show.broken import Means
from installation.show.cues import CueList
from installation.show.replies import MAX_STATUS, Reply, answer, enveloped, fitted
from installation.show.words import button, number, pressed, seconds_at

MAX_MATCHES = 512
"""Most parameters that one pattern may set."""

MAX_PATTERNS = 32
"""Most different patterns in one frame: matching one walks the whole tree."""

MAX_QUESTIONS = 4
"""Most places of the wall that may be asked about in one frame."""

HINT_SECONDS = 1.0
"""Looking for what an unknown address may have meant costs milliseconds, so it is done once in this time."""

NEARBY = 200

VERBS = (
    "/go", "/go/N", "/panic", "/stop", "/reset",
    "/reveal", "/scene/NAME/go", "/under/NAME", "/faults/NAME", "/status", "/evidence", "/calibrate/WHAT", "/align/WHAT",
    "/midi/learn", "/midi/forget", "/midi/cancel", "/record/start", "/record/stop", "/output/NAME/power", "/output/NAME/shutter",
    *cue_verbs.ADDRESSES,
)  # fmt: skip

Match: TypeAlias = Callable[[str, str], bool]


class Stage(Protocol):
    """What can be asked of a show. The engine is one; a test's is a list of calls. All may raise
    CommandError."""

    @property
    def params(self) -> ParamTree: ...

    def go(self, number: str | None = None, fade: float | None = None) -> None: ...

    @property
    def cues(self) -> CueList: ...

    @property
    def means(self) -> Means:
        """What its cues have to play with."""

    def start(self, number: str, fade: float | None = None) -> None: ...

    def preview(self, number: str) -> None: ...

    def hard_stop(self) -> None: ...

    def panic(self, fade: float | None = None) -> None:
        """`fade` None: the show's own."""

    def stop(self) -> None: ...

    def reset(self) -> None: ...

    def reveal(self, level: float, fade: float = 0.0) -> None: ...

    @property
    def level(self) -> float:
        """How far the reveal is opened, 0 to 1."""

    def scene_go(self, name: str, fade: float | None = None) -> None:
        """`fade` None: the show's own."""

    def under(self, name: str | None, fade: float = 0.0) -> None: ...

    def faults(self, name: str | None) -> None: ...

    def calibrate(self, what: str, args: Sequence[object]) -> None:
        """Calibrates the cameras to the wall: see `calibration.Calibration.start`."""

    def align(self, what: str, args: Sequence[object]) -> None:
        """Moves surfaces on outputs: see `align.verbs`."""

    def record(self, what: str, name: str | None = None) -> None:
        """Begins a take of the films that the site names, called `name` if that is given, or ends it ("start", "stop")."""

    def midi(self, what: str, args: Sequence[object]) -> None:
        """Has a knob or pad learned for an address, or forgotten: see `patchbay.Patchbay.midi`."""

    @property
    def projectors(self) -> Mapping[str, Mapping[str, object]]:
        """Those that have a control of their own, by their output's name, and how they are. Plain values."""

    def switch(self, names: Sequence[str], what: str, value: str) -> None:
        """Has projectors switched: see `gear.projectors.Projectors.order`."""

    def evidence(self, x: float, y: float) -> Mapping[str, object]:
        """What stands at a place of the canvas, 0..1, y up, and the rows and sources behind it. Plain values."""

    def status(self) -> Mapping[str, object]:
        """Plain values, lists and mappings, for JSON."""


class Control:
    """Maps commands to a stage. Remembers the last frame's patterns, and the hints it has already looked
    for."""

    def __init__(self, stage: Stage, match: Match) -> None:
        """`match(pattern, address)` is `inputs.osc.match`, given because show imports no inputs."""
        self._stage = stage
        self._match = match
        self._frame = -1.0
        self._matches: dict[str, tuple[str, ...]] = {}
        self._hints: dict[str, str] = {}
        self._hinted = -HINT_SECONDS
        self._told: tuple[float, Reply] | None = None
        self._asked = (-1.0, 0)

    def handle(self, address: str, args: Sequence[object], seconds: float, owner: str = "osc") -> Reply | None:
        """Carries out one command. `seconds` is the frame's time; `owner` is who sets parameters.

        Raises CommandError when it can't be carried out; nothing changes then.
        """
        meant = values.meant(self._stage.params, address)
        if meant is not None:
            if values.asks(meant, args):
                return answer(address, values.asked(meant))
            values.carry_out(self._stage.params, meant, args, owner, seconds)
            return None
        if not address.startswith("/"):
            raise CommandError(f'"{address[:60]}" is not an address', hint="addresses begin with /")
        if self._verb(address[1:].split("/"), args):
            return None
        told = cue_verbs.carry_out(address[1:].split("/"), args, seconds, self._stage, self._match)
        if told:
            return told if isinstance(told, Reply) else None
        if address == "/status":
            if self._told is None or self._told[0] != seconds:  # once a frame, however many ask
                self._told = (seconds, enveloped("/status", fitted(self._stage.status(), MAX_STATUS)))
            return self._told[1]
        if address == "/evidence":
            return self._evidence(args, seconds)
        if address.startswith("/output/") and not args and address.endswith(("/power", "/shutter")):
            return answer(address, self._how(address.split("/")[2:]))
        if address in ("/reveal", "/reveal/level") and not args:
            return answer(address, self._stage.level)
        if not set("*?[]{}").isdisjoint(address):
            self._set_matching(address, args, seconds, owner)
            return None
        raise CommandError(f"no address {address[:120]}", hint=self._hint(address, seconds))

    def need(self, address: str, seconds: float) -> None:
        """Refuses what is no parameter of this show, and nothing that can be done. Raises CommandError."""
        if values.meant(self._stage.params, address) is None and not self._is_done(address[1:].split("/")):
            hint = self._hint(address, seconds) or "installation list params, and shows/OSC.md, have those there are"
            raise CommandError(f"no address {address[:120]}", hint=hint)

    def _is_done(self, parts: list[str]) -> bool:
        """Whether an address is something to do; and of what it names, whether that is there."""
        means, cue = self._stage.means, self._stage.cues.order.named
        match parts:
            case ["scene", name, *_]:  # parameters of a scene that isn't on the wall may come
                return name in means.scenes
            case ["under", name]:
                return name == "none" or name in means.scenes
            case ["faults", name]:
                return name == "none" or name in means.scores
            case ["go", number]:
                return cue(number) is not None
            case ["cue", number, verb]:
                return verb in cue_verbs.CUE_VERBS and (number in ("playhead", "active") or cue(number) is not None)
            case ["cue_id", _, verb]:
                return verb in cue_verbs.CUE_VERBS
            case ["playhead", number]:
                return number in ("next", "previous", "none") or cue(number) is not None
            case ["output", name, "power" | "shutter"]:
                return name in self._stage.projectors
            case [("calibrate" | "align"), _] | ["reveal", "level"]:
                return True
        return "/" + "/".join(parts) in VERBS and parts[0] not in ("status", "evidence", "cues")

    def _evidence(self, args: Sequence[object], seconds: float) -> Reply:
        """Asks what stands at a place. Every question costs milliseconds, so a frame answers only a few."""
        if len(args) != 2:
            raise CommandError("/evidence: expected x and y, each 0 to 1", hint="/evidence 0.5 0.5 is the middle")
        x, y = (number(given, "a place on the wall, 0 to 1,") for given in args)
        if not (0 <= x <= 1 and 0 <= y <= 1):
            raise CommandError(f"/evidence: {x:g} {y:g} is not on the wall", hint="x and y are 0 to 1, y up")
        asked = self._asked[1] + 1 if self._asked[0] == seconds else 1
        if asked > MAX_QUESTIONS:
            raise CommandError(f"/evidence: more than {MAX_QUESTIONS} questions in one frame", hint="ask again")
        self._asked = (seconds, asked)
        return enveloped("/evidence", fitted(self._stage.evidence(x, y)))

    def _verb(self, parts: list[str], args: Sequence[object]) -> bool:
        """Carries out a verb; False when the address is none."""
        stage = self._stage
        match parts:
            case ["go"]:
                self._go(args)
            case ["go", cue]:
                down, fade = button(args)
                if down:
                    stage.go(cue, fade)
            case ["panic"]:
                bare = not args or isinstance(args[0], bool)
                if not bare or pressed(args):
                    stage.panic(None if bare else seconds_at(args, 0))
            case ["stop"]:
                if pressed(args):
                    stage.stop()
            case ["reset"]:
                if pressed(args):
                    stage.reset()
            case ["reveal"] | ["reveal", "level"] if args:
                stage.reveal(number(args[0], "reveal: a level from 0 to 1"), seconds_at(args, 1))
            case ["scene", name, "go"]:
                stage.scene_go(name, seconds_at(args, 0) if args else None)
            case ["under", name]:
                stage.under(None if name == "none" else name, seconds_at(args, 0))
            case ["calibrate", what]:
                stage.calibrate(what, args)
            case ["align", what]:
                stage.align(what, args)
            case ["midi", what]:
                stage.midi(what, args)
            case ["record", "start" | "stop" as what]:
                self._record(what, args)
            case ["output", name, "power" | "shutter" as what] if args:
                stage.switch(self._projectors(name), what, _word(what, args))
            case ["faults", name]:
                stage.faults(None if name == "none" else name)
            case _:
                return False
        return True

    def _projectors(self, name: str) -> list[str]:
        """The projectors that are meant, by a name or a pattern: at least one. Raises CommandError."""
        known = self._stage.projectors
        found = [name] if name in known else [one for one in known if self._match(f"/{name}", f"/{one}")]
        if not found:
            if not known:
                raise CommandError("no projector here has a control of its own", hint="site file: pjlink: {host: ...}")
            raise CommandError(f'no projector is called "{name[:60]}"', hint=f"there are {', '.join(known)}")
        return found

    def _how(self, parts: list[str]) -> object:
        found = {one: self._stage.projectors[one].get(parts[-1], "unknown") for one in self._projectors(parts[0])}
        return found[parts[0]] if parts[0] in found else found

    def _go(self, args: Sequence[object]) -> None:
        if args and isinstance(args[0], str):
            if len(args) > 2:
                raise CommandError("/go: expected a cue's number and a fade's seconds at most")
            self._stage.go(args[0], seconds_at(args, 1) if len(args) > 1 else None)
        else:
            down, fade = button(args)
            if down:
                self._stage.go(None, fade)

    def _record(self, what: str, args: Sequence[object]) -> None:
        """A name begins a take of that name; else it is a button."""
        if what == "start" and len(args) == 1 and isinstance(args[0], str):
            self._stage.record(what, args[0])
        elif pressed(args):
            self._stage.record(what)

    def _set_matching(self, pattern: str, args: Sequence[object], seconds: float, owner: str) -> None:
        """Sets every parameter that matches, or none."""
        if not args:
            raise CommandError(f"{pattern[:120]}: a pattern can only be set", hint="ask for one address at a time")
        params = self._stage.params
        found = [p for p in map(params.find, self._matching(pattern, seconds)) if p is not None]
        if not found:
            raise CommandError(f"no parameter matches {pattern[:120]}")
        if len(found) > MAX_MATCHES:
            raise CommandError(f"{pattern[:120]} matches {len(found)} parameters; at most {MAX_MATCHES} at once")
        ready: list[tuple[str, object, float]] = []
        problems: list[Problem] = []
        for parameter in found:
            try:
                value, fade = values.read(parameter, args)
                ready.append((parameter.address, parameter.spec.coerce(value), fade))
            except CommandError as error:
                problems += error.problems
        if problems:
            raise CommandError(problems=problems[:8])
        for address, value, fade in ready:
            params.set(address, value, owner, seconds, fade)

    def _matching(self, pattern: str, seconds: float) -> tuple[str, ...]:
        if seconds != self._frame:
            self._frame = seconds
            self._matches.clear()
        known = self._matches.get(pattern)
        if known is None:
            if len(self._matches) >= MAX_PATTERNS:
                raise CommandError(f"more than {MAX_PATTERNS} address patterns in one frame")
            known = tuple(p.address for p in self._stage.params if self._match(pattern, p.address))
            self._matches[pattern] = known
        return known

    def _hint(self, address: str, seconds: float) -> str:
        """What an unknown address may have meant; "" when that was looked for a moment ago."""
        word = address[:120]
        if word not in self._hints:
            if seconds - self._hinted < HINT_SECONDS:
                return ""
            self._hinted = seconds
            if len(self._hints) >= 64:
                self._hints.clear()
            self._hints[word] = did_you_mean(word, self._nearby(word), label="addresses")
        return self._hints[word]

    def _nearby(self, word: str) -> list[str]:
        """Addresses on the deepest branch of the tree that exists; the verbs too, when that is its root."""
        known = [p.address for p in self._stage.params]
        branch = "/".join(word.split("/")[:8])
        while branch:
            branch = branch.rpartition("/")[0]
            near = [address for address in known if address.startswith(f"{branch}/")]
            if near and branch:
                return near[:NEARBY]
        return [*VERBS, *known[:NEARBY]]


def _word(what: str, args: Sequence[object]) -> str:
    """What is to become of a projector's power or shutter: a word, or for its power a button's 1 and 0."""
    given = args[0] if len(args) == 1 else None
    if what == "power" and isinstance(given, bool | int | float) and given in (0, 1):
        return "on" if given else "off"
    if not isinstance(given, str):
        expected = "on, off or stay" if what == "power" else "open or closed"
        raise CommandError(
            f"{what}: expected {expected}", hint=f'such as /output/NAME/{what} "{expected.split()[0].strip(",")}"'
        )
    return given
