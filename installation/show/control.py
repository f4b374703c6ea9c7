"""From an address and its arguments to something the show does: the one dictionary of OSC, console and keys.

    /go                     GO                      /reveal X [SECONDS]          open the surface, 0 to 1
    /go "N" [SECONDS]       jump to cue N and GO    /scene/NAME/go [SECONDS]     dissolve to a scene
    /go/N                   the same                /under/NAME [SECONDS]        what reveal shows ("none")
    /cue/N/start            start N beside          /faults/NAME                 start a malfunction ("none")
    /panic [SECONDS]        fade out; twice: stop   /status                      reply /reply/status JSON
    /stop  /reset                                   PARAMETER VALUE... [SECONDS] set or fade a parameter
    /calibrate/WHAT [...]   where cameras see the wall: all, markers, latency, frame, corners, forget, stop
    /evidence X Y           what stands there (0 to 1, y up) and which rows are behind it: /reply/evidence JSON

A parameter's address without arguments replies `/reply/ADDRESS value...`; with pattern characters it sets
all that match, or none when one of them refuses. As in QLab a cue number in /go is text. A lone number or
truth value after /go, /stop, /reset, /go/N and /cue/N/start is a button: true or 1 does it, false or 0 is
its release and does nothing. After /panic a truth value is a button, a number its seconds.

Pure: it only calls the `Stage` (the engine), and raises CommandError, which the caller sends back by
`refusal`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from installation.errors import CommandError, Problem, did_you_mean
from installation.params import SIZES, Parameter, ParamTree

MAX_MATCHES = 512
"""Most parameters that one pattern may set."""

MAX_PATTERNS = 32
"""Most different patterns in one frame: matching one walks the whole tree."""

MAX_SECONDS = 3600.0

MAX_QUESTIONS = 4
"""Most places of the wall that may be asked about in one frame."""

MAX_ANSWER = 32_000
"""Bytes of an answer about a place: it must go into one packet."""

HINT_SECONDS = 1.0
"""Looking for what an unknown address may have meant costs milliseconds, so it is done once in this time."""

NEARBY = 200
MAX_TEXT = 4000
"""Characters of a text parameter, as in a scene file."""

VERBS = (
    "/go", "/go/N", "/cue/N/start", "/panic", "/stop", "/reset",
    "/reveal", "/scene/NAME/go", "/under/NAME", "/faults/NAME", "/status", "/evidence", "/calibrate/WHAT",
)  # fmt: skip

Match: TypeAlias = Callable[[str, str], bool]


class Stage(Protocol):
    """What can be asked of a show. The engine is one; a test's is a list of calls. All may raise
    CommandError."""

    @property
    def params(self) -> ParamTree: ...

    def go(self, number: str | None = None, fade: float | None = None) -> None: ...

    def start(self, number: str) -> None: ...

    def panic(self, fade: float | None = None) -> None:
        """`fade` None: the show's own."""

    def stop(self) -> None: ...

    def reset(self) -> None: ...

    def reveal(self, level: float, fade: float = 0.0) -> None: ...

    def scene_go(self, name: str, fade: float | None = None) -> None:
        """`fade` None: the show's own."""

    def under(self, name: str | None, fade: float = 0.0) -> None: ...

    def faults(self, name: str | None) -> None: ...

    def calibrate(self, what: str, args: Sequence[object]) -> None:
        """Calibrates the cameras to the wall: see `calibration.Calibration.start`."""

    def evidence(self, x: float, y: float) -> Mapping[str, object]:
        """What stands at a place of the canvas, 0..1, y up, and the rows and sources behind it. Plain values."""

    def status(self) -> Mapping[str, object]:
        """Plain values, lists and mappings, for JSON."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A message for the sender."""

    address: str
    args: tuple[object, ...]


def refusal(address: str, error: CommandError) -> Reply:
    """The reply to a command that could not be carried out: `/error address message hint`."""
    problem = error.problems[0]
    message = "; ".join(problem.message for problem in error.problems[:8])
    return Reply("/error", (address, message, problem.hint))


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
        parameter = self._stage.params.find(address)
        if parameter is not None:
            if not args:
                return Reply(f"/reply{address}", _values(parameter))
            value, fade = _read_value(parameter, args)
            self._stage.params.set(address, value, owner, seconds, fade)
            return None
        if not address.startswith("/"):
            raise CommandError(f'"{address[:60]}" is not an address', hint="addresses begin with /")
        if self._verb(address[1:].split("/"), args):
            return None
        if address == "/status":
            if self._told is None or self._told[0] != seconds:  # once a frame, however many ask
                text = json.dumps(_plain(self._stage.status()), ensure_ascii=False, separators=(",", ":"))
                self._told = (seconds, Reply("/reply/status", (text,)))
            return self._told[1]
        if address == "/evidence":
            return self._evidence(args, seconds)
        if address == "/reveal" and not args and (level := self._stage.params.find("/reveal/level")):
            return Reply("/reply/reveal", _values(level))
        if not set("*?[]{}").isdisjoint(address):
            self._set_matching(address, args, seconds, owner)
            return None
        raise CommandError(f"no address {address[:120]}", hint=self._hint(address, seconds))

    def _evidence(self, args: Sequence[object], seconds: float) -> Reply:
        """Asks what stands at a place. Every question costs milliseconds, so a frame answers only a few."""
        if len(args) != 2:
            raise CommandError("/evidence: expected x and y, each 0 to 1", hint="/evidence 0.5 0.5 is the middle")
        x, y = (_number(given, "a place on the wall, 0 to 1,") for given in args)
        if not (0 <= x <= 1 and 0 <= y <= 1):
            raise CommandError(f"/evidence: {x:g} {y:g} is not on the wall", hint="x and y are 0 to 1, y up")
        asked = self._asked[1] + 1 if self._asked[0] == seconds else 1
        if asked > MAX_QUESTIONS:
            raise CommandError(f"/evidence: more than {MAX_QUESTIONS} questions in one frame", hint="ask again")
        self._asked = (seconds, asked)
        return Reply("/reply/evidence", (fitted(self._stage.evidence(x, y)),))

    def _verb(self, parts: list[str], args: Sequence[object]) -> bool:
        """Carries out a verb; False when the address is none."""
        stage = self._stage
        match parts:
            case ["go"]:
                self._go(args)
            case ["go", number]:
                if _pressed(args):
                    stage.go(number)
            case ["cue", number, "start"]:
                if _pressed(args):
                    stage.start(number)
            case ["panic"]:
                button = not args or isinstance(args[0], bool)
                if not button or _pressed(args):
                    stage.panic(None if button else _seconds(args, 0))
            case ["stop"]:
                if _pressed(args):
                    stage.stop()
            case ["reset"]:
                if _pressed(args):
                    stage.reset()
            case ["reveal"] if args:
                stage.reveal(_number(args[0], "reveal: a level from 0 to 1"), _seconds(args, 1))
            case ["scene", name, "go"]:
                stage.scene_go(name, _seconds(args, 0) if args else None)
            case ["under", name]:
                stage.under(None if name == "none" else name, _seconds(args, 0))
            case ["calibrate", what]:
                stage.calibrate(what, args)
            case ["faults", name]:
                stage.faults(None if name == "none" else name)
            case _:
                return False
        return True

    def _go(self, args: Sequence[object]) -> None:
        if args and isinstance(args[0], str):
            if len(args) > 2:
                raise CommandError("/go: expected a cue's number and a fade's seconds at most")
            self._stage.go(args[0], _seconds(args, 1) if len(args) > 1 else None)
        elif _pressed(args):
            self._stage.go()

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
                value, fade = _read_value(parameter, args)
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


def _values(parameter: Parameter) -> tuple[object, ...]:
    return parameter.value if isinstance(parameter.value, tuple) else (parameter.value,)


def _read_value(parameter: Parameter, args: Sequence[object]) -> tuple[object, float]:
    """The value for a parameter, and the fade's seconds when one more number follows.

    Several numbers may come one by one, as one list, or as text ("#RRGGBB", "0.5 0.5"). Four numbers for a
    colour are red, green, blue, alpha; a fade needs all four before it. Raises CommandError when the count
    is wrong.
    """
    size = SIZES.get(parameter.spec.kind, 1)
    whole = size == 1 or isinstance(args[0], str | tuple | list)
    used = 1 if whole else min(len(args), size)
    if len(args) > used + 1:
        expected = "one value" if size == 1 else f"{size} numbers"
        raise CommandError(
            f"{parameter.address}: expected {expected} and a fade's seconds at most, got {len(args)} values"
        )
    fade = _seconds(args, used)
    if parameter.spec.kind == "text" and len(str(args[0])) > MAX_TEXT:
        raise CommandError(f"{parameter.address}: at most {MAX_TEXT} characters")
    return (args[0] if whole else list(args[:used])), fade


def _pressed(args: Sequence[object]) -> bool:
    """Whether a button went down (or a message came without arguments). Raises CommandError for anything
    else."""
    if not args:
        return True
    given = args[0]
    if len(args) == 1 and isinstance(given, bool | int | float) and given in (0, 1):
        return bool(given)
    raise CommandError(
        f"{_shown(given)} is not a button's value (0 or 1)", hint='a cue\'s number is text: /go "5", or /go/5'
    )


def _number(given: object, expected: str) -> float:
    if isinstance(given, bool | int | float) and math.isfinite(given):
        return float(given)
    raise CommandError(f"{expected} was expected, not {_shown(given)}")


def _seconds(args: Sequence[object], place: int) -> float:
    """The fade's seconds at a place of the arguments; 0 when there are none. Raises CommandError."""
    if len(args) <= place:
        return 0.0
    given = _number(args[place], "a fade's seconds")
    if not 0 <= given <= MAX_SECONDS or isinstance(args[place], bool):
        raise CommandError(f"a fade takes 0 to {MAX_SECONDS:g} seconds, not {_shown(args[place])}")
    return given


def _shown(given: object) -> str:
    text = repr(given)
    return text if len(text) < 60 else text[:57] + "…"


def fitted(answer: Mapping[str, object], limit: int = MAX_ANSWER) -> str:
    """An answer as JSON of at most `limit` bytes: the last of its longest list are left out, and how many is said.

    Its "origins" are left out last of all: bindings name them by number.
    """
    told: dict[str, object] = {str(key): _plain(value) for key, value in answer.items()}
    left = 0
    while True:
        text = json.dumps({**told, "left_out": left}, ensure_ascii=False, separators=(",", ":"))
        lists = {name: value for name, value in told.items() if isinstance(value, list) and value}
        if len(text.encode()) <= limit or not lists:
            return text
        others = {name: value for name, value in lists.items() if name != "origins"} or lists
        max(others.values(), key=lambda one: len(json.dumps(one))).pop()
        left += 1


def _plain(given: object) -> object:
    """What JSON can say: numbers that aren't finite become null, tuples lists, anything else its text."""
    if given is None or isinstance(given, bool | int | str):
        return given
    if isinstance(given, float):
        return given if math.isfinite(given) else None
    if isinstance(given, Mapping):
        return {str(key): _plain(value) for key, value in given.items()}
    if isinstance(given, Sequence | set | frozenset) and not isinstance(given, bytes):
        return [_plain(item) for item in given]
    return str(given)
