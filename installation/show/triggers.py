"""What starts cues without an operator: the time of day, a visitor who comes, running timecode. And who is there, for waits.

A trigger fires once when its moment passes, never because a clock was set or timecode jumped: a time of day counts when it is
passed within `SKIP` seconds and once a day; timecode when it runs forward past it. Somebody who stays fires nothing again: a
visitor counts anew after the opposite has held. Time is an argument. Called by `cues`.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TypeAlias

from installation.scene.cues import Trigger
from installation.show.cue_list import Order

PRESENCE, PRESENCE_HELD = 0.5, 0.7
"""Somebody has come when presence has been at least this for this many seconds."""

ABSENCE, ABSENCE_HELD = 0.2, 5.0
"""All have left when presence has been below this for this many seconds."""

SKIP = 60.0
"""Seconds that the time of day may move on between two frames; more is a clock that was set."""

CHASE = 10.0
"""Seconds that timecode may move on between two frames: a frame that hung must not cost a cue, and whoever hears timecode tells
its jumps by a frame without."""

LAST = "\U0010ffff"
"""Sorts after any id."""

Date: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Timecode:
    """Running timecode as it is now: its label as seconds, whole frames as parts of them, and its frames a second."""

    seconds: float
    rate: float = 25.0


class Visitors:
    """Since when somebody is there, or nobody."""

    def __init__(self) -> None:
        self.present_since: float | None = None
        self.absent_since: float | None = None

    def sense(self, presence: float, now: float) -> None:
        if presence < PRESENCE:
            self.present_since = None
        elif self.present_since is None:
            self.present_since = now
        if presence >= ABSENCE:
            self.absent_since = None
        elif self.absent_since is None:
            self.absent_since = now

    def held(self, what: str | None, since: float) -> float:
        """When presence or absence will have held within a wait that began at `since`; infinite while it doesn't hold."""
        if what == "presence" and self.present_since is not None:
            return max(self.present_since, since) + PRESENCE_HELD
        if what == "absence" and self.absent_since is not None:
            return max(self.absent_since, since) + ABSENCE_HELD
        return float("inf")


class Triggers:
    """Remembers the last frame's clocks, what has fired today, and which visitors have been answered."""

    def __init__(self, order: Order) -> None:
        self._date: Date | None = None
        self._timecode: Timecode | None = None
        self._days: dict[str, tuple[float, ...]] = {}
        self._waiting: dict[str, float] = {}
        """Cues that a visitor may start, and since when they wait for one."""
        self._spent: set[str] = set()
        """Cues that a visitor has started, until the opposite has held."""
        self.revise(order)

    def revise(self, order: Order) -> None:
        """Takes an edited list; what has fired stays fired."""
        listed = [(id, entry.cue.trigger) for id, entry in order.entries.items() if entry.cue.trigger is not None]
        self._clocks = sorted((_clock(trigger.clock), id) for id, trigger in listed if trigger.clock is not None)
        self._codes = [(_parts(trigger.timecode), id) for id, trigger in listed if trigger.timecode is not None]
        self._visits = [(id, trigger) for id, trigger in listed if trigger.visitor is not None]
        self._days = {id: day for id, day in self._days.items() if id in order.entries}
        self._waiting = {id: self._waiting[id] for id, _ in self._visits if id in self._waiting}
        self._spent.intersection_update(self._waiting)

    def due(self, now: float, visitors: Visitors, date: Date | None, timecode: Timecode | None) -> list[str]:
        """The cues that start in this frame. `date`: year, month, day, seconds since midnight."""
        found = self._passed(self._date, date) if self._clocks else []
        found += self._run_past(self._timecode, timecode) if self._codes else []
        found += [id for id, trigger in self._visits if self._visit(id, trigger, now, visitors)]
        self._date, self._timecode = date, timecode
        return found

    def hold(self, now: float, date: Date | None, timecode: Timecode | None) -> None:
        """Lets a frame pass in which nothing may fire; what it passes is missed, and longest waits begin after it."""
        self._date, self._timecode = date, timecode
        self._waiting = dict.fromkeys(self._waiting, now)

    def _passed(self, before: Date | None, date: Date | None) -> list[str]:
        """The cues whose time of day has been passed, each once a day."""
        if before is None or date is None:
            return []
        new_day = before[:3] != date[:3]
        if not 0 < date[3] - before[3] + (86400.0 if new_day else 0.0) <= SKIP:
            return []
        found = []
        for day, low, high in (
            ((before[:3], before[3], 86400.0), (date[:3], -1.0, date[3]))
            if new_day
            else ((date[:3], before[3], date[3]),)
        ):
            first, last = bisect_right(self._clocks, (low, LAST)), bisect_right(self._clocks, (high, LAST))
            for _, id in self._clocks[first:last]:
                if self._days.get(id) != day:
                    self._days[id] = day
                    found.append(id)
        return found

    def _run_past(self, before: Timecode | None, timecode: Timecode | None) -> list[str]:
        if before is None or timecode is None or not 0 < timecode.seconds - before.seconds <= CHASE:
            return []
        labels = (
            (hours * 3600 + minutes * 60 + seconds + frames / timecode.rate, id)
            for (hours, minutes, seconds, frames), id in self._codes
        )
        return [id for at, id in labels if before.seconds < at <= timecode.seconds]

    def _visit(self, id: str, trigger: Trigger, now: float, visitors: Visitors) -> bool:
        since = self._waiting.setdefault(id, now)
        opposite = "absence" if trigger.visitor == "presence" else "presence"
        if id in self._spent and visitors.held(opposite, float("-inf")) <= now:
            self._spent.discard(id)
        came = id not in self._spent and visitors.held(trigger.visitor, float("-inf")) <= now
        longest = trigger.longest is not None and now - since >= trigger.longest
        if not came and not longest:
            return False
        if came:
            self._spent.add(id)
        self._waiting[id] = now
        return True


def _parts(text: str) -> tuple[float, float, float, float]:
    """Hours, minutes, seconds and frames, as far as they are written."""
    hours, minutes, seconds, frames = (*map(float, text.replace(";", ":").split(":")), 0.0, 0.0)[:4]
    return hours, minutes, seconds, frames


def _clock(text: str) -> float:
    """Seconds since midnight."""
    hours, minutes, seconds, _ = _parts(text)
    return hours * 3600 + minutes * 60 + seconds
