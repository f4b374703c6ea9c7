"""Displays, and which of them is meant by which output: by what it is, else by where it was the last time.

Pure: what there is and what is remembered come in, the matches and what is missing come out. It must never open anything.
Called by `showing`; what there is comes from `hotplug`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from installation.errors import Problem, did_you_mean, visible

Name: TypeAlias = int | str | None
"""What a site file says of a display: its number, name or identity; None: the one of the output's own place in the list."""


@dataclass(frozen=True, slots=True)
class Display:
    """A display that has a picture now. Place and size in the desktop's units, y down; `scale` pixels are a unit.

    `number` counts from 0 as the system does. `identity` is maker, model and serial, "" where the system tells none;
    `rate` is frames a second, None where it tells none.
    """

    number: int
    name: str
    identity: str
    x: int
    y: int
    width: int
    height: int
    rate: float | None = None
    scale: float = 1.0

    @property
    def place(self) -> tuple[int, int, int, int]:
        return self.x, self.y, self.width, self.height

    @property
    def pixels(self) -> tuple[int, int]:
        return round(self.width * self.scale), round(self.height * self.scale)

    @property
    def called(self) -> str:
        """As a person would tell it from others."""
        return visible(f"{self.identity} ({self.name})" if self.identity else self.name)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An output that goes to a display: its name, its place among such outputs from 0, and what the site file says."""

    output: str
    index: int
    display: Name = None


Rule: TypeAlias = Callable[[Wanted, Display], bool]
"""Whether a display can be an output's."""


@dataclass(frozen=True, slots=True)
class Seat:
    """The display that an output had the last time; `wanted` is what the site file said then."""

    wanted: Name
    identity: str
    name: str
    place: tuple[int, int, int, int]

    @classmethod
    def of(cls, wanted: Name, display: Display) -> Seat:
        return cls(wanted, display.identity, display.name, display.place)

    @property
    def called(self) -> str:
        return visible(f"{self.identity} ({self.name})" if self.identity else self.name)


@dataclass(frozen=True, slots=True)
class Match:
    """Which display each output has, by its name; what is wrong with those that have none; who only borrows one."""

    displays: Mapping[str, Display] = field(default_factory=dict)
    missing: Mapping[str, Problem] = field(default_factory=dict)
    borrowed: frozenset[str] = frozenset()


def match(
    wanted: Sequence[Wanted], found: Sequence[Display], remembered: Mapping[str, Seat], lend: bool = False
) -> Match:
    """Gives each output its display, and no display to two.

    First by what the site file names; then by the identity of the last time, wherever it is plugged in now (of several of
    one identity, the one with the name or place of the last time); then, where the file names no name, by the last time's
    name or place, or, where another display is there now, by having no identity either. By number (else any that is free)
    only what has never been matched. With `lend`, for a show that opens where none is as it was: by number, and else the
    first output borrows the first display.
    """
    seats = {w.output: seat for w in wanted if (seat := remembered.get(w.output)) and seat.wanted == w.display}
    given: dict[str, Display] = {}

    def give(fits: Rule, to: Iterable[Wanted] = wanted) -> None:
        for one in to:
            if one.output not in given:
                taken = {display.number for display in given.values()}
                free = (d for d in found if d.number not in taken and fits(one, d))
                if display := next(free, None):
                    given[one.output] = display

    def is_same(one: Wanted, display: Display) -> bool:
        seat = seats.get(one.output)
        return bool(seat and seat.identity and seat.identity == display.identity)

    def is_named(one: Wanted, display: Display) -> bool:
        return isinstance(one.display, str) and _means(one.display, display, found)

    def had_name(one: Wanted, display: Display) -> bool:
        return one.output in seats and seats[one.output].name == display.name

    def had_place(one: Wanted, display: Display) -> bool:
        return one.output in seats and seats[one.output].place == display.place

    def is_at_place(one: Wanted, display: Display) -> bool:
        return had_place(one, display) and not (seats[one.output].identity and display.identity)

    def is_displaced(one: Wanted, display: Display) -> bool:
        seat = seats.get(one.output)
        if seat is None or seat.identity or display.identity:
            return False
        return any(now.name == seat.name for now in given.values())  # cables were swapped

    def has_number(one: Wanted, display: Display) -> bool:
        return display.number == (one.index if one.display is None else one.display)

    def both(fits: Rule, too: Rule) -> Rule:
        return lambda one, display: fits(one, display) and too(one, display)

    unnamed = [one for one in wanted if not isinstance(one.display, str)]
    for fits in (is_named, is_same):
        give(both(fits, had_name))  # of twins, the one it had
        give(both(fits, had_place))
        give(fits)
    give(had_name, unnamed)
    give(is_at_place, unnamed)
    give(is_displaced, unnamed)
    new = [one for one in wanted if one.output not in seats]
    give(has_number, new)
    give(lambda one, display: one.display is None, new)
    borrowed: frozenset[str] = frozenset()
    if lend and wanted and found and not given:
        give(has_number)
        if not given:
            give(lambda one, display: True, wanted[:1])
        borrowed = frozenset(given)
    missing = {
        one.output: _missing(one, seats.get(one.output), found, given)
        for one in wanted
        if one.output not in given or one.output in borrowed
    }
    return Match(given, missing, borrowed)


def _means(text: str, display: Display, found: Sequence[Display]) -> bool:
    """Whether a text is a display's identity, its name, or words of the identity of no other."""
    said, identity = text.casefold(), display.identity.casefold()
    if said in (identity, display.name.casefold()):
        return True
    alike = {d.identity for d in found if f" {said} " in f" {d.identity.casefold()} "}
    return alike == {display.identity}


def _missing(one: Wanted, seat: Seat | None, found: Sequence[Display], given: Mapping[str, Display]) -> Problem:
    """Why an output has no display of its own, with those that there are."""
    there = "; ".join(f"{d.number}: {d.called}, {d.width} x {d.height}" for d in found) or "none that is on"
    if seat is not None:
        what = f"display {seat.called} of output {one.output} is gone; its picture waits for it"
        return Problem(what, hint=f"look at its cable and power; for another display, display: NAME. There is {there}")
    name = one.index if one.display is None else one.display
    if any(d.number == name for d in found):
        other = next((output for output, display in given.items() if display.number == name), "another output")
        what = f"display {name} shows {other} already, so {one.output} has none"
        return Problem(what, hint=f"give {one.output} a display of its own: display: NUMBER or NAME. There is {there}")
    what = f'there is no display "{name}" for output {one.output}'
    names = [said for d in found for said in (d.name, d.identity) if said]
    hint = did_you_mean(str(name), names, label="displays") if isinstance(name, str) else ""
    return Problem(what, hint=hint or f"there is {there}")
