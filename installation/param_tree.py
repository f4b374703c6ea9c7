"""The parameters that are alive, by address: driven by a file, a fade, an expression, data, or a performer's hand.

A `Parameter` is a declaration (`params.Param`) alive at an address. Three values are kept apart: `saved` (what the file says),
`base` (what cues have set), `value` (what this frame uses). What is done live never touches the file. Owned by the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias

from installation.curves import Curve, along
from installation.errors import CommandError, did_you_mean
from installation.params import FADED, Param, Relative, Value, floats

Driver: TypeAlias = Callable[[], Value]

MOST_KEPT = 1024
"""Values of parameters that edits have taken away, kept in case they come back."""


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
        parameter.base = target
        parameter.wanted = _plain(given, target)
        self._head_for(parameter, target, seconds, duration, curve)
        return target

    def set_live(self, address: str, given: object, seconds: float = 0.0, duration: float = 0.0) -> Value:
        """Changes the live value alone, now or in a fade, until the parameter is set, given back to its file, or reset.

        Saved, base and owner stay. Returns the target. Raises CommandError as `set`.
        """
        parameter = self[address]
        if parameter.spec.kind == "event":
            return self.set(address, given, "live", seconds)
        target = parameter.spec.coerce(given)
        self._head_for(parameter, target, seconds, duration, live=True)
        return target

    def _head_for(
        self,
        parameter: Parameter,
        target: Value,
        seconds: float,
        duration: float,
        curve: Curve = "smooth",
        live: bool = False,
    ) -> None:
        """Takes the value to a target, now or in a fade from where it is; whatever else moved it ends."""
        address, kind = parameter.address, parameter.spec.kind
        parameter.live, parameter.driver, parameter.fade = live, None, None
        self._driven.pop(address, None)
        self._fading.pop(address, None)
        if duration > 0 and kind in FADED:
            parameter.fade = Fade(floats(parameter.value), floats(target), seconds, duration, curve, live)
            self._fading[address] = parameter
            return
        parameter.value = target
        if kind == "event":
            self._events.append(parameter)

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
        amounts = parameter.spec.amounts(given)
        here = parameter.value if parameter.driver else parameter.base
        return self.set(address, parameter.spec.reckoned(here, how, amounts), owner, seconds, duration, curve)

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
