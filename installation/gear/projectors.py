"""The building's projectors: looked after over their own network control, switched by hand and with the opening hours.

A thread asks each projector how it is, some six times a minute, and carries out what is wanted of it as soon as it can: a
projector that cools down is switched on when it has. With opening hours, those that the site wants so are switched on
some minutes before opening and off after closing; a hand's order holds until the next such change, and `stay` has them as they
are over it. Nothing here is called in a frame but `order`, `status` and `problems`, which wait for nobody.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from installation.clock import now
from installation.errors import CommandError, DeviceError, Problem
from installation.gear import pjlink
from installation.gear.pjlink import BusyError, PjLink, RefusedError, SilentError, Told
from installation.mailbox import Commands, Worker

log = logging.getLogger(__name__)

EVERY, SOON = 10.0, 2.0
"""Seconds between two looks at a projector; while something is wanted of it, or it warms up or cools down."""
LONGEST = 60.0
"""Seconds between two looks at one that doesn't answer: twice as long each time, up to this."""
SILENT = 120.0
"""Seconds without an answer that are a problem: one that restarts its network is back sooner."""
LASTS = 600.0
"""Seconds for which a hand's order is tried. What the schedule wants is tried until its next change."""
SECOND = 1.0
"""Between two looks at the opening hours."""
GLANCE = 0.1
"""Seconds between two looks at what has been ordered."""
ORDERS = {"power": ("on", "off", "stay"), "shutter": ("open", "closed")}


Hours: TypeAlias = Callable[[], tuple[bool, dict[str, object]]]
"""Whether projectors are to be on just now, and what to tell of the opening hours."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a projector's control is. `power`: whether it is switched with the opening hours."""

    host: str
    port: int = 4352
    password: str | None = None
    power: bool = True


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted: of a projector, "power" or "shutter", and for how long it is tried."""

    name: str
    what: str
    value: str
    until: float = float("inf")


class Projector:
    """Remembers what one has said, since when it is silent, and what is still wanted of it."""

    def __init__(self, name: str, at: Address, link: PjLink | None) -> None:
        self.name, self.at, self.link = name, at, link
        self.told: Told | None = None
        self.problem: Problem | None = None
        """What is wrong with how it answers."""
        self.refused: Problem | None = None
        """Why it didn't do what it was told last."""
        self.left_off = False
        self.wanted: dict[str, Order] = {}
        self.staying = False
        """Whether it stays as it is over the next opening or closing."""
        self.answered = now()
        self.wake = asyncio.Event()

    @property
    def silent(self) -> bool:
        return now() - self.answered >= SILENT

    def status(self) -> dict[str, object]:
        told = self.told
        state: dict[str, object] = {"power": "unknown" if told is None or self.silent else told.power}
        if told is not None:
            state |= {"shutter": told.shutter, "lamp_hours": list(told.hours), "faults": dict(told.faults)}
            state |= {"called": told.name, "answered_s": round(now() - self.answered, 1)}
        problem = self.problem or self.refused
        wanted = {order.what: order.value for order in list(self.wanted.values())}
        return {**state, "wanted": wanted, "stays": self.staying, "problem": problem.message if problem else ""}

    def problems(self, scheduled: bool) -> list[Problem]:
        """What is wrong with it. `scheduled`: whether the opening hours have it on."""
        of = f"projector {self.name}"
        if self.silent:
            why = self.problem or Problem("no answer")
            told = f"{of}: {why.message} for {(now() - self.answered) / 60:.0f} min"
            return [Problem(told, hint=why.hint or f"at {self.at.host}:{self.at.port}")]
        found = [Problem(f"{of}: {one.message}", hint=one.hint) for one in (self.problem, self.refused) if one]
        if self.told is None:
            return found
        if scheduled and self.told.power in ("off", "cooling") and not self.left_off and not self.wanted:
            found.append(Problem(f"{of} is off, and the room is open", hint=f"/output/{self.name}/power on"))
        for about, level in self.told.faults.items():
            kind = "fault" if level == "error" else "warning"
            found.append(Problem(f"{of}: {about} {kind}", hint="see the projector's own menu"))
        return found


class Projectors:
    """Remembers the projectors, and whether the schedule has them on."""

    def __init__(
        self,
        addresses: Mapping[str, Address],
        hours: Hours | None = None,
    ) -> None:
        """`addresses`: by the output's name. `hours` is asked once a second, in the thread; without, no schedule is kept."""
        self._hours = hours
        self.problem: Problem | None = None
        self._scheduled: bool | None = None
        self._looked = -SECOND
        self._told: dict[str, object] = {}
        self._asked: Commands[Order] = Commands(64)
        try:
            library = pjlink.library()
        except DeviceError as error:
            library, self.problem = None, error.problems[0]
            log.warning("%s", self.problem)
        self.all: dict[str, Projector] = {
            name: Projector(name, at, PjLink(library, at.host, at.port, at.password) if library else None)
            for name, at in addresses.items()
        }
        self._worker = Worker("projectors", lambda worker: asyncio.run(self._run(worker)))
        self.workers = (self._worker,)

    def start(self) -> Projectors:
        if self.problem is None:
            self._worker.start()
        return self

    # -- asked in a frame ------------------------------------------------------------------------------------------------

    def order(self, names: Sequence[str], what: str, value: str) -> None:
        """Wants something of projectors: power on, off or stay; shutter open or closed. Raises CommandError."""
        if self.problem is not None:
            raise CommandError(self.problem.message, hint=self.problem.hint)
        if value not in ORDERS.get(what, ()):
            known = "; ".join(f"{key} {', '.join(values)}" for key, values in ORDERS.items())
            raise CommandError(f"nothing is done by {what[:30]} {value[:30]}", hint=known)
        if value == "stay" and self._hours is None:
            raise CommandError("there are no opening hours to stay over", hint="opening: in the site file")
        for name in names:
            if not self._asked.put(Order(name, what, value, now() + LASTS)):
                raise CommandError("too many orders to projectors at once", hint="wait a moment")

    def status(self) -> dict[str, object]:
        """How they are, and when the building opens or closes next. Plain values."""
        return {"projectors": {name: one.status() for name, one in self.all.items()}, "opening": self._told}

    @property
    def problems(self) -> list[Problem]:
        if self.problem is not None:
            return [self.problem]
        return [
            problem for one in self.all.values() for problem in one.problems(one.at.power and bool(self._scheduled))
        ]

    def close(self) -> None:
        """Ends the thread; projectors stay as they are. Safe to call twice."""
        self._worker.close(3.0)

    # -- in the thread ---------------------------------------------------------------------------------------------------

    async def _run(self, worker: Worker) -> None:
        keepers = [asyncio.create_task(self._keep(one)) for one in self.all.values()]
        try:
            while not worker.stopping():
                worker.beat()
                self._keep_hours()
                for order in self._asked.drain():
                    self._take(order)
                for keeper in keepers:
                    if keeper.done():
                        keeper.result()  # a fault of ours: it ends the thread, and is told
                await asyncio.sleep(GLANCE)
        finally:
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)

    def _take(self, order: Order) -> None:
        one = self.all[order.name]
        if order.value == "stay":
            one.staying = True
            log.info("projector %s: stays as it is over the next opening or closing", one.name)
            return
        one.refused = None
        if order.what == "power":
            one.left_off = order.value == "off"
        one.wanted[order.what] = order
        one.wake.set()

    def _keep_hours(self) -> None:
        """Switches with the opening hours, at their changes: what a hand does in between holds until the next."""
        if self._hours is None or now() - self._looked < SECOND:
            return
        self._looked = now()
        on, self._told = self._hours()
        if on == self._scheduled or (self._scheduled is None and not on):
            self._scheduled = on  # a show that is opened by night switches nothing off: somebody may work there
            return
        self._scheduled = on
        names = [one.name for one in self.all.values() if one.at.power and not one.staying]
        log.info(
            "projectors are switched %s with the opening hours: %s", "on" if on else "off", ", ".join(names) or "none"
        )
        for one in self.all.values():
            one.staying = False
        for name in names:
            self._take(Order(name, "power", "on" if on else "off"))

    async def _keep(self, one: Projector) -> None:
        """Looks after one projector, for as long as the show plays."""
        wait = 0.0
        while True:
            try:
                await asyncio.wait_for(one.wake.wait(), wait)
            except TimeoutError:
                pass
            one.wake.clear()
            try:
                await self._carry_out(one)
                told = await _link(one).look()
            except DeviceError as error:
                told_of, one.problem = one.problem, None if _hopeful(one, error) else error.problems[0]
                if one.problem not in (None, told_of):
                    log.warning("projector %s: %s", one.name, one.problem)
                wait = min(max(wait, EVERY / 2) * 2, LONGEST)
                continue
            if one.problem is not None:
                log.info("projector %s: answers again", one.name)
            self._note(one, told)
            wait = SOON if one.wanted or told.power in ("warming", "cooling") else EVERY

    def _note(self, one: Projector, told: Told) -> None:
        """Takes what a projector has said; forgets what was wanted where it is so."""
        before, one.told, one.problem, one.answered = one.told, told, None, now()
        if before is None or before.power != told.power:
            log.info("projector %s: %s", one.name, told.power)
        if told.faults and (before is None or before.faults != told.faults):
            log.warning("projector %s: %s", one.name, ", ".join(f"{a} {level}" for a, level in told.faults.items()))
        for what, order in list(one.wanted.items()):
            if _is_so(order, told):
                del one.wanted[what]

    async def _carry_out(self, one: Projector) -> None:
        """Tries what is wanted; what can't be just now stays wanted. Raises DeviceError where it doesn't answer."""
        for what, order in list(one.wanted.items()):
            if now() > order.until:
                log.warning("projector %s: %s %s: given up", one.name, what, order.value)
                del one.wanted[what]
                continue
            try:
                if what == "power":
                    await _link(one).power(order.value == "on")
                else:
                    await _link(one).shutter(order.value == "open")
            except BusyError:
                continue
            except RefusedError as error:
                one.refused = error.problems[0]
                log.warning("projector %s: %s %s: %s", one.name, what, order.value, one.refused)
                if one.wanted.get(what) is order:  # another may have come meanwhile
                    del one.wanted[what]
                continue
            log.info("projector %s: told to be %s", one.name, order.value)


def _link(one: Projector) -> Any:
    assert one.link is not None
    return one.link


def _is_so(order: Order, told: Told) -> bool:
    """Whether a projector is as it was wanted, or on its way."""
    if order.what == "power":
        return told.power in (("on", "warming") if order.value == "on" else ("off", "cooling"))
    return told.shutter == order.value


def _hopeful(one: Projector, error: DeviceError) -> bool:
    """Whether it is too early to call a silence a problem."""
    return isinstance(error, SilentError) and not one.silent
