"""Parameters: declared once, then driven by a file, a fade, an expression, data, or a performer's hand.

A `Param` is the declaration (range, unit, default, help). A `Parameter` is one of them alive at an address. Three
values are kept apart: `saved` (what the file says), `base` (what cues have set), `value` (what this frame uses). What is
done live never touches the file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from installation.curves import Curve, along
from installation.errors import CommandError, did_you_mean

Kind: TypeAlias = Literal["float", "bool", "long", "point2D", "color", "event", "text"]
Value: TypeAlias = float | bool | int | str | tuple[float, ...]
Relative: TypeAlias = Literal["add", "multiply"]
Driver: TypeAlias = Callable[[], Value]

LARGEST = 1e30
"""GLSL counts in 32 bits, up to 3.4e38; below this there is room to reckon with."""

MOST_KEPT = 1024
"""Values of parameters that edits have taken away, kept in case they come back."""

SIZES: dict[str, int] = {"float": 1, "bool": 1, "long": 1, "event": 1, "point2D": 2, "color": 4}


@dataclass(frozen=True, slots=True)
class Param:
    """A declaration. `low` and `high` bound floats and longs (None: unbounded); `values` lists what a long may be."""

    name: str
    kind: Kind = "float"
    default: Value = 0.0
    low: float | None = None
    high: float | None = None
    unit: str = ""
    help: str = ""
    values: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    identity: Value | None = None

    def coerce(self, given: object) -> Value:
        """The value as this parameter holds it: clamped into its range. Raises CommandError when it has no meaning."""
        if self.kind == "text":
            return str(given)
        if self.kind in ("bool", "event"):
            return self._truth(given)
        if self.kind in ("point2D", "color"):
            return self._tuple(given)
        number = self._number(given)
        if self.kind == "long":
            whole = round(number)
            if self.values and whole not in self.values:
                named = ", ".join(str(value) for value in self.values)
                raise CommandError(f"{self.name}: {whole} is not one of its values", hint=f"values: {named}")
            return int(self._clamp(whole))
        return self._clamp(number)

    def _clamp(self, number: float) -> float:
        if self.low is not None and number < self.low:
            return self.low
        if self.high is not None and number > self.high:
            return self.high
        return number

    def _number(self, given: object) -> float:
        if isinstance(given, str) and self.labels and given in self.labels:
            return float(self.values[self.labels.index(given)])
        if not isinstance(given, bool | int | float | str):
            raise CommandError(f"{self.name}: expected one number, not {_shown(given)}")
        try:
            number = float(given)
        except (ValueError, OverflowError):  # a whole number of 400 digits is an int too
            raise CommandError(f"{self.name}: {_shown(given)} is not a number") from None
        if not abs(number) <= LARGEST:  # NaN neither
            raise CommandError(f"{self.name}: {number} is not a number that can be drawn")
        return number

    def _truth(self, given: object) -> bool:
        if isinstance(given, bool | int | float):
            return bool(given)
        if isinstance(given, str) and given.lower() in ("true", "t", "yes", "y", "on", "1"):
            return True
        if isinstance(given, str) and given.lower() in ("false", "f", "no", "n", "off", "0"):
            return False
        raise CommandError(f"{self.name}: expected true or false, not {_shown(given)}")

    def _tuple(self, given: object) -> tuple[float, ...]:
        size = SIZES[self.kind]
        if isinstance(given, str) and self.kind == "color" and given.startswith("#"):
            return _hex_color(self.name, given)
        if isinstance(given, str):
            given = [part for part in given.replace(",", " ").split() if part]
        if not isinstance(given, list | tuple):
            raise CommandError(f"{self.name}: expected {size} numbers, not {_shown(given)}")
        numbers = tuple(self._number(item) for item in given)
        if self.kind == "color" and len(numbers) == 3:
            numbers = (*numbers, 1.0)
        if len(numbers) != size:
            raise CommandError(f"{self.name}: expected {size} numbers, got {len(numbers)}")
        return tuple(self._clamp(number) for number in numbers)


def _shown(given: object) -> str:
    text = repr(given)
    return text if len(text) < 60 else text[:57] + "…"


def _hex_color(name: str, text: str) -> tuple[float, ...]:
    digits = text[1:]
    if len(digits) not in (6, 8) or any(c not in "0123456789abcdefABCDEF" for c in digits):
        raise CommandError(f'{name}: "{text}" is not a colour', hint="expected #RRGGBB or #RRGGBBAA")
    parts = [int(digits[i : i + 2], 16) / 255 for i in range(0, len(digits), 2)]
    return tuple(parts if len(parts) == 4 else [*parts, 1.0])


@dataclass(slots=True)
class Fade:
    """A running fade of one parameter, from where it was to a target."""

    start: tuple[float, ...]
    target: tuple[float, ...]
    began: float
    duration: float
    curve: Curve = "smooth"
    live: bool = False
    """Whether it moves the live value alone."""

    def at(self, seconds: float) -> tuple[tuple[float, ...], bool]:
        """The values at a time, and whether the fade is complete."""
        eased = along(self.curve, self.began, self.duration, seconds)
        if eased >= 1:
            return self.target, True
        return tuple(a + (b - a) * eased for a, b in zip(self.start, self.target, strict=True)), False


@dataclass(slots=True)
class Parameter:
    """A parameter alive at an address. `owner` says who set it last: file, cue 12, osc, expression, data."""

    address: str
    spec: Param
    saved: Value
    base: Value
    value: Value
    owner: str = "file"
    at_home: str = "file"
    """Who it belongs to while no cue and no hand has it: its file, an expression, a signal."""
    driver: Driver | None = field(default=None, repr=False)
    home: Driver | None = field(default=None, repr=False)
    fade: Fade | None = field(default=None, repr=False)
    wanted: Value | None = None
    """What a cue or a hand has set, before it was clamped into the range of that time."""
    live: bool = False
    """Whether a hand has changed the live value alone."""


class ParamTree:
    """Every parameter that is alive, by address. Remembers values, drivers and fades from frame to frame."""

    def __init__(self) -> None:
        self._all: dict[str, Parameter] = {}
        self._driven: dict[str, Parameter] = {}
        self._fading: dict[str, Parameter] = {}
        self._events: list[Parameter] = []
        self._kept: dict[str, tuple[Value, str]] = {}
        self.version = 0
        """Grows whenever an address comes or goes, or is declared otherwise."""

    def add(self, address: str, spec: Param, saved: Value | None = None) -> Parameter:
        """Declares a parameter. Raises ValueError when the address is taken (a bug, not a user's error)."""
        if address in self._all:
            raise ValueError(f"{address} is declared twice")
        first = spec.default if saved is None else saved
        parameter = Parameter(address, spec, first, first, first)
        self._all[address] = parameter
        self.version += 1
        return parameter

    def drive(self, address: str, driver: Driver, owner: str) -> None:
        """Lets a function (an expression, a signal) give the value each frame, until a hand or cue takes over."""
        parameter = self._all[address]
        parameter.driver = parameter.home = driver
        parameter.owner = parameter.at_home = owner
        self._driven[address] = parameter

    def renew(self, address: str, spec: Param, saved: Value | None = None, driver: Driver | None = None) -> None:
        """Declares a parameter as its edited file says now. What a cue or a hand has set stays, where it has a meaning.

        A `driver` is an expression of the file. The address may be new.
        """
        old = self._all.get(address)
        if old is None or old.spec.kind != spec.kind:
            self.remove(address)
            self.add(address, spec, saved)
            if driver:
                self.drive(address, driver, "expression")
            if address in self._kept:
                wanted, owner = self._kept.pop(address)
                with suppress(CommandError):
                    self.set(address, wanted, owner)
            return
        first = spec.default if saved is None else saved
        self.version += spec != old.spec or first != old.saved
        old.spec, old.saved, old.home, old.live = spec, first, driver, False
        had = old.owner == old.at_home
        old.at_home = "expression" if driver else "file"
        if not had:
            with suppress(CommandError):
                old.base = spec.coerce(old.base if old.wanted is None else old.wanted)
                old.value = spec.coerce(old.value) if old.fade else old.base
                return
        self._fading.pop(address, None)
        self._driven.pop(address, None)
        old.fade, old.driver = None, driver
        old.owner = old.at_home
        old.base = old.value = old.saved
        if driver:
            self._driven[address] = old

    def remove(self, prefix: str) -> None:
        """Forgets every parameter at or below an address."""
        below = prefix.rstrip("/") + "/"
        for address in [a for a in self._all if a == prefix or a.startswith(below)]:
            gone = self._all[address]
            self.version += 1
            if gone.wanted is not None and len(self._kept) < MOST_KEPT:
                self._kept[address] = gone.wanted, gone.owner  # an edit half-way may bring it back
            for table in (self._all, self._driven, self._fading):
                table.pop(address, None)

    def find(self, address: str) -> Parameter | None:
        return self._all.get(address)

    def __getitem__(self, address: str) -> Parameter:
        try:
            return self._all[address]
        except KeyError:
            raise CommandError(f"no parameter {address}", hint=did_you_mean(address, self._all)) from None

    def __contains__(self, address: object) -> bool:
        return address in self._all

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._all.values())

    def __len__(self) -> int:
        return len(self._all)

    def address_of(self, name: str) -> str:
        """The address of a parameter by its address, or by its last name where only one has it. Raises CommandError."""
        if name in self:
            return name
        found = [p.address for p in self if p.address.rpartition("/")[2] == name]
        found = found or [p.address for p in self if p.address.endswith(f"/{name}")]
        found = [address for address in found if not address.startswith("/sense/")] or found  # a signal gives way
        if len(found) == 1:
            return found[0]
        hint = ", ".join(found) or did_you_mean(name, {p.address.rpartition("/")[2] for p in self}, label="parameters")
        what = f'{len(found)} parameters are called "{name}"' if found else f'no parameter is called "{name}"'
        raise CommandError(what, hint=hint)

    def set(
        self,
        address: str,
        given: object,
        owner: str,
        seconds: float = 0.0,
        duration: float = 0.0,
        curve: Curve = "smooth",
    ) -> Value:
        """Sets a parameter now, or fades it over `duration` seconds from its live value. Returns the target.

        Raises CommandError for an unknown address or a value that has no meaning; nothing changes then.
        """
        parameter = self[address]
        target = parameter.spec.coerce(given)
        parameter.owner = owner
        parameter.live = False
        parameter.driver = None
        self._driven.pop(address, None)
        parameter.base = target
        parameter.wanted = _plain(given, target)
        if parameter.spec.kind == "event":
            parameter.value = bool(target)
            self._events.append(parameter)
        elif duration > 0 and parameter.spec.kind in ("float", "point2D", "color"):
            parameter.fade = Fade(_floats(parameter.value), _floats(target), seconds, duration, curve)
            self._fading[address] = parameter
        else:
            parameter.fade = None
            self._fading.pop(address, None)
            parameter.value = target
        return target

    def set_live(self, address: str, given: object, seconds: float = 0.0, duration: float = 0.0) -> Value:
        """Changes the live value alone, now or in a fade, until the parameter is set, given back to its file, or reset.

        Saved, base and owner stay. Returns the target. Raises CommandError as `set`.
        """
        parameter = self[address]
        if parameter.spec.kind == "event":
            return self.set(address, given, "live", seconds)
        target = parameter.spec.coerce(given)
        parameter.live, parameter.driver = True, None
        self._driven.pop(address, None)
        self._fading.pop(address, None)
        parameter.fade = None
        if duration > 0 and parameter.spec.kind in ("float", "point2D", "color"):
            parameter.fade = Fade(_floats(parameter.value), _floats(target), seconds, duration, live=True)
            self._fading[address] = parameter
        else:
            parameter.value = target
        return target

    def change(
        self,
        address: str,
        how: Relative,
        given: object,
        owner: str,
        seconds: float = 0.0,
        duration: float = 0.0,
        curve: Curve = "smooth",
    ) -> Value:
        """Fades a parameter by so much, or to so many times, where it is going, else where it is; a lone number counts for
        each part.

        Returns the target. Raises CommandError for what can't be reckoned with; nothing changes then.
        """
        parameter = self[address]
        name, kind = parameter.spec.name, parameter.spec.kind
        if kind not in ("float", "long", "point2D", "color"):
            raise CommandError(f"{name}: {kind} can't be reckoned with", hint="set it instead")
        here = _floats(parameter.value if parameter.driver else parameter.base)
        more = given if isinstance(given, list | tuple) else [given] * len(here)
        if len(more) != len(here) or not all(isinstance(x, int | float) and not isinstance(x, bool) for x in more):
            raise CommandError(f"{name}: expected {len(here)} numbers, not {_shown(given)}")
        there = [a + float(b) if how == "add" else a * float(b) for a, b in zip(here, more, strict=True)]
        return self.set(address, there[0] if len(there) == 1 else there, owner, seconds, duration, curve)

    def revert(self, address: str, seconds: float, duration: float = 0.0, curve: Curve = "smooth") -> None:
        """Gives a parameter back to its file: its saved value, faded to; its expression at once."""
        parameter = self[address]
        if parameter.home is None:
            self.set(
                address, parameter.saved, "file", seconds, 0.0 if parameter.spec.kind == "event" else duration, curve
            )
        else:
            parameter.owner, parameter.driver, parameter.base = parameter.at_home, parameter.home, parameter.saved
            parameter.fade, parameter.live = None, False
            self._fading.pop(address, None)
            self._driven[address] = parameter
        parameter.wanted = None

    def hold(self, owners: Collection[str], seconds: float) -> None:
        """Lets so much time pass without the running fades of these owners: they are late by as much."""
        for parameter in self._fading.values():
            if parameter.fade is not None and parameter.owner in owners:
                parameter.fade.began += seconds

    def settle(self, seconds: float) -> None:
        """Gives this frame's values: runs drivers, then fades."""
        for parameter in self._driven.values():
            if parameter.driver is not None:
                parameter.value = parameter.driver()
        for address, parameter in list(self._fading.items()):
            fade = parameter.fade
            if fade is None:
                del self._fading[address]
                continue
            values, done = fade.at(seconds)
            parameter.value = values[0] if parameter.spec.kind == "float" else values
            if done:
                parameter.fade = None
                del self._fading[address]

    def end_frame(self) -> None:
        """An event is true for one frame."""
        for parameter in self._events:
            parameter.value = False
        self._events.clear()

    def reset(self) -> None:
        """Back to what the files say: saved values, and expressions in charge again."""
        self._kept.clear()
        for parameter in self._all.values():
            parameter.fade = parameter.wanted = None
            parameter.live = False
            parameter.base = parameter.value = parameter.saved
            parameter.driver = parameter.home
            parameter.owner = parameter.at_home
            if parameter.home is not None:
                self._driven[parameter.address] = parameter
        self._fading.clear()

    def stop_fades(self, owner: str | None = None) -> None:
        """Freezes every fade where it is; with an owner, those that are its own."""
        for address, parameter in list(self._fading.items()):
            if parameter.fade and (owner is None or parameter.owner == owner):
                if not parameter.fade.live:
                    parameter.base = parameter.value
                parameter.fade = None
                del self._fading[address]


def _plain(given: object, target: Value) -> Value:
    """What was asked for, where it is a number; what it became, where it was words or many numbers."""
    return given if isinstance(given, bool | int | float) else target


def _floats(value: Value) -> tuple[float, ...]:
    if isinstance(value, tuple):
        return value
    return (float(value),)
