"""Hands on gear: from knobs, pads and faders to commands, in the words of the OSC dictionary.

A knob never makes a value jump: it takes over when it is where the value is, or passes it, and lets go when somebody else moves
the value. An endless knob adds steps. A pad that is hit turns a switch round, moves a choice on, sets an amount as hard as it is
hit, or does a verb. A fader of a lighting desk moves what it is patched to as soon as it is moved, and not by being there. Pure:
it is told what was moved, reads parameters, and gives commands; `patchbay` hands them to the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from installation.errors import CommandError
from installation.gear.mappings import MOST, Mapping, Way
from installation.gear.midi_wire import PITCH_WIDE, Gesture
from installation.param_tree import Parameter

Command: TypeAlias = tuple[str, tuple[object, ...]]
Find: TypeAlias = Callable[[str], Parameter | None]
"""Gives the parameter at an address; None for what is none: a verb."""

REVEAL = "/reveal"
"""A verb that knobs move as though it were a parameter."""
NEAR = 2 / 127
"""How near a knob must come to a value to take it over, of its way."""
OWN = 1e-6
"""How far a value may be from where a hand has put it, and still be the hand's."""
STEP = 1 / 127
"""How far one step of an endless knob moves, of the whole range."""
UNBOUNDED = (0.0, 1.0)
"""The range of a parameter that has none."""
PRESSED, RELEASED = 0.5, 0.4
"""Where a knob or fader that does a verb counts as pressed, and as let go again."""
LISTEN = 0.6
"""Seconds for which a knob that is learned is listened to, to find out what it is: halves and steps look alike at first."""
PATIENCE = 30.0
"""Seconds after which learning is given up."""
LONGEST, MOST_ARGS = 250, 16
"""Characters of an address, and values, that are learned."""
LEARNABLE = ("float", "long", "bool", "event")


def is_absent(address: str) -> bool:
    """Whether what is no parameter is one of a scene that isn't there just now, and no verb: moving it does nothing."""
    return address.startswith(("/scene/", "/lights/")) and not address.endswith("/go")


def span(parameter: Parameter) -> tuple[float, float]:
    """From where to where a hand moves it."""
    spec = parameter.spec
    if spec.values:
        return 0.0, float(len(spec.values) - 1)
    if spec.low is None or spec.high is None or not spec.high > spec.low:
        low = UNBOUNDED[0] if spec.low is None else spec.low
        return low, low + UNBOUNDED[1] if spec.high is None or spec.high <= low else spec.high
    return spec.low, spec.high


def part_of(parameter: Parameter) -> float | None:
    """Where it is of its way, 0..1; None for what no knob moves."""
    value, (low, high) = parameter.value, span(parameter)
    if parameter.spec.values and value in parameter.spec.values:
        value = parameter.spec.values.index(int(value))
    if isinstance(value, str | tuple):
        return None
    return min(max((float(value) - low) / (high - low), 0.0), 1.0)


def value_at(parameter: Parameter, part: float) -> float | int | bool:
    """The value at a part of its way."""
    spec, (low, high) = parameter.spec, span(parameter)
    if spec.kind in ("bool", "event"):
        return part >= PRESSED
    if spec.values:
        return spec.values[round(part * high)]
    value = low + part * (high - low)
    return round(value) if spec.kind == "long" else value


@dataclass
class Hold:
    """One knob's hold on its parameter. `at` is where the knob was last, `put` where it put the value; None: it has no hold."""

    at: float | None = None
    put: float | None = None
    frame: int = -1
    """The frame in which it put it: until the next, the value isn't there yet."""
    high: int | None = None
    """The coarse half of a fine controller."""
    down: bool = False

    def turn(self, parameter: Parameter, part: float, frame: int) -> float | int | bool | None:
        """The value for a knob that has been turned to `part`; None while it may not move it."""
        here, before, self.at = part_of(parameter), self.at, part
        if here is None:
            return None
        if self.put is None or (abs(here - self.put) > OWN and self.frame != frame):
            passed = before is not None and min(before, part) <= here <= max(before, part)
            same = parameter.spec.kind != "float" and value_at(parameter, part) == parameter.value
            if not passed and not same and abs(part - here) > NEAR:
                self.put = None
                return None
        value, self.frame = value_at(parameter, part), frame
        self.put = part if not parameter.spec.values and parameter.spec.kind == "float" else _rounded(parameter, value)
        return value

    def press(self, part: float) -> bool:
        """Whether this is a press: once until it has been let go."""
        was, self.down = self.down, part >= (RELEASED if self.down else PRESSED)
        return self.down and not was


def _rounded(parameter: Parameter, value: float | int | bool) -> float:
    low, high = span(parameter)
    there = parameter.spec.values.index(int(value)) if parameter.spec.values else float(value)
    return min(max((there - low) / (high - low), 0.0), 1.0)


@dataclass
class Learning:
    """An address that waits for a gesture; then, for a moment, what of the knob has come so far."""

    to: str
    args: tuple[object, ...]
    until: float
    port: str = ""
    first: Gesture | None = None
    values: tuple[int, ...] = ()
    halves: bool = False


class Hands:
    """Remembers the mappings, each knob's hold, and what is being learned."""

    def __init__(self, written: Iterable[Mapping] = (), learned: Iterable[Mapping] = ()) -> None:
        """`written` by a person, in the site file; `learned` ones count before them."""
        self.written, self.learned = tuple(written), tuple(learned)
        self.learning: Learning | None = None
        self.changed = False
        """Whether something has been learned or forgotten since somebody put this back."""
        self.given_up = ""
        """The address that nothing was moved for in time, until somebody puts this back."""
        self.unmapped = 0
        self.frame = 0
        """Grows with each frame; whoever calls counts."""
        self._holds: dict[Mapping, Hold] = {}
        self._index()

    def _index(self) -> None:
        newest = {one.source: one for one in (*self.written, *self.learned)}
        self.mappings = tuple(newest.values())
        self._learned = frozenset(self.learned)
        self._by: dict[tuple[str, int], list[Mapping]] = {}
        for one in self.mappings:
            self._by.setdefault((one.kind, one.number), []).append(one)
            if one.way == "fine":
                self._by.setdefault((one.kind, one.number + 32), []).append(one)
        self._holds = {one: hold for one, hold in self._holds.items() if one in self.mappings}

    # -- what is learned -------------------------------------------------------------------------------------------------

    def learn(self, find: Find, to: str, args: tuple[object, ...], now: float) -> None:
        """From now on the next gesture is this address's. Raises CommandError for what no hand can move."""
        if len(to) > LONGEST or not to.isascii() or not to.isprintable() or " " in to:
            raise CommandError(f"{to[:60]} is no address", hint="such as /reveal/lens or /go")
        if len(args) > MOST_ARGS or not all(isinstance(one, str | int | float) for one in args):
            raise CommandError(f"{to}: at most {MOST_ARGS} numbers, words, true or false go with a verb")
        parameter = find(to)
        if parameter is not None and parameter.spec.kind not in LEARNABLE:
            kind = parameter.spec.kind
            raise CommandError(f"{to}: no knob moves a {kind}", hint="learn a number, a switch or a verb, such as /go")
        if len(self.learned) >= MOST:
            raise CommandError(f"{MOST} mappings are learned already", hint="/midi/forget ADDRESS")
        self.learning = Learning(to, args, now + PATIENCE)

    def forget(self, to: str) -> int:
        """Forgets what was learned for an address, or for all ("all"). Gives how many mappings that were."""
        kept = () if to == "all" else tuple(one for one in self.learned if one.to != to)
        gone = len(self.learned) - len(kept)
        if gone:
            self.learned, self.changed = kept, True
            self._index()
        return gone

    def _study(self, port: str, gesture: Gesture, now: float) -> None:
        """Takes a gesture for what is being learned."""
        learning = self.learning
        assert learning is not None
        if learning.first is None:
            if gesture.kind == "note" and not gesture.value:
                return  # a key that was down already
            learning.first, learning.port, learning.until = gesture, port, now + LISTEN
            if gesture.kind != "control":
                learning.until = now
        first = learning.first
        if port == learning.port and (gesture.kind, gesture.channel) == (first.kind, first.channel):
            if gesture.number == first.number:
                learning.values += (gesture.value,)
            elif abs(gesture.number - first.number) == 32 and min(gesture.number, first.number) < 32:
                learning.halves = True
                learning.first = first if first.number < 32 else gesture
        self.settle(now)

    def settle(self, now: float) -> None:
        """Ends learning, when its time is over: with a mapping where something was moved."""
        learning = self.learning
        if learning is None or now < learning.until:
            return
        self.learning = None
        first = learning.first
        if first is None:
            self.given_up = learning.to
            return
        way: Way = "fine" if learning.halves else way_of(learning.values) if first.kind == "control" else "absolute"
        made = Mapping(first.kind, first.number, learning.to, learning.port, first.channel, learning.args, way)
        self.learned = (*(one for one in self.learned if one.source != made.source), made)
        self.changed = True
        self._index()

    # -- what is moved ---------------------------------------------------------------------------------------------------

    def move(self, find: Find, port: str, gesture: Gesture, now: float) -> list[Command]:
        """What a gesture asks for; nothing while it is being learned."""
        self.settle(now)
        if self.learning is not None:
            self._study(port, gesture, now)
            return []
        meant = [
            one
            for one in self._by.get((gesture.kind, gesture.number), ())
            if one.port in (None, port) and one.channel in (None, gesture.channel)
        ]
        self.unmapped += not meant
        # What was learned takes the place of what the file says of any port or channel: a pad does one thing.
        learned = [one for one in meant if one in self._learned]
        return [command for one in learned or meant for command in self._asked(find, one, gesture)]

    def _asked(self, find: Find, one: Mapping, gesture: Gesture) -> list[Command]:
        hold = self._holds.setdefault(one, Hold())
        parameter = find(one.to)
        if parameter is None and is_absent(one.to):
            return []
        if gesture.kind in ("note", "program"):
            return self._hit(parameter, one, gesture)
        if one.way in ("twos", "offset"):
            return self._step(parameter, one, gesture.value)
        part = self._place(one, hold, gesture)
        if part is None:
            return []
        if parameter is None or parameter.spec.kind == "event":
            return [(one.to, one.args)] if hold.press(part) else []
        value = hold.turn(parameter, part, self.frame)
        return [] if value is None else [(one.to, (value,))]

    def _place(self, one: Mapping, hold: Hold, gesture: Gesture) -> float | None:
        """Where a knob is, 0..1; None while half of it is still to come."""
        if gesture.kind == "pitch":
            return gesture.value / PITCH_WIDE
        if one.way != "fine":
            return gesture.value / 127
        if gesture.number == one.number:
            hold.high = gesture.value
            return None
        return None if hold.high is None else (hold.high << 7 | gesture.value) / PITCH_WIDE

    def _hit(self, parameter: Parameter | None, one: Mapping, gesture: Gesture) -> list[Command]:
        if not gesture.value:
            return []
        if parameter is None:
            return [(one.to, one.args)]
        if one.args:
            return [(one.to, one.args)]
        match parameter.spec.kind:
            case "bool":
                return [(f"{one.to}/toggle", ())]
            case "event":
                return [(one.to, (True,))]
            case "long":
                return [(f"{one.to}/+", (1,))]
            case "float":
                return [(one.to, (value_at(parameter, gesture.value / 127),))]
            case _:
                return []

    def _step(self, parameter: Parameter | None, one: Mapping, value: int) -> list[Command]:
        steps = value - 64 if one.way == "offset" else value - 128 if value > 64 else value
        if parameter is None or not steps:
            return []
        if parameter.spec.kind == "long":
            return [(f"{one.to}/+", (steps,))]
        if parameter.spec.kind == "bool":
            return [(one.to, (steps > 0,))]
        low, high = span(parameter)
        if parameter.address == REVEAL:  # it can't be added to
            here = float(parameter.value) + steps * STEP  # type: ignore[arg-type]
            parameter.value = min(max(here, 0.0), 1.0)
            return [(one.to, (parameter.value,))]
        return [(f"{one.to}/+", (steps * STEP * (high - low),))]


def way_of(values: tuple[int, ...]) -> Way:
    """What a knob is, by what it said: one that says the same again and again, near 0 or 128 or near 64, is an endless one."""
    repeated = any(a == b for a, b in pairwise(values))
    if repeated and all(0 < value < 16 or value > 112 for value in values):
        return "twos"
    if repeated and all(48 < value < 80 and value != 64 for value in values):
        return "offset"
    return "absolute"


@dataclass
class Fader:
    """A channel of a lighting desk and what it is patched to. Knows where it was, so that being there moves nothing."""

    channel: int
    to: str
    fine: bool = False
    at: int | None = None
    down: bool = False

    def presses(self, find: Find) -> bool:
        """Whether it does something when it is pressed, rather than move a value."""
        parameter = find(self.to)
        return parameter is None or parameter.spec.kind == "event"

    def slide(self, find: Find, levels: bytes) -> Command | None:
        """What it asks for now, from its universe's levels."""
        last = self.channel + self.fine
        if last > len(levels):
            return None
        level = levels[self.channel - 1]
        if self.fine:
            level = level << 8 | levels[self.channel]
        before, self.at = self.at, level
        part = level / (65535 if self.fine else 255)
        if before is None:
            self.down = part >= PRESSED
            return None
        if level == before:
            return None
        parameter = find(self.to)
        if parameter is None and is_absent(self.to):
            return None
        if self.presses(find):
            was, self.down = self.down, part >= (RELEASED if self.down else PRESSED)
            return (self.to, ()) if self.down and not was else None
        if parameter is None or part_of(parameter) is None:
            return None
        return self.to, (value_at(parameter, part),)

    def lost(self) -> None:
        """The desk has gone: when it is back, being there moves nothing again."""
        self.at = None
