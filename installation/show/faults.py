"""The malfunction's grammar: from a fault score and a seed, which faults show at a time, where and how
strong.

Composed, not random: each line of a score is compiled once into a list of faults. Expected faults are
counted along the line's density; each whole number of that count gets one fault, at a seeded place within
it. So faults come as often as the score says, never in clumps, and the same seed gives the same break each
night. Chance comes from `random.Random` seeded with text, which Python promises to keep the same.

After its end a score goes on for ever: its last 20 seconds are compiled anew with a new seed again and
again, with the same densities, and the cracks stay as the end left them. Every fault ends within its own
window, so that any moment can be asked for directly, also days later.

Faults never add up to a flash: those that change brightness ease in and out over at least 0.12 s, last at
least 0.4 s and begin at least 0.4 s apart (two and a half a second; the limit is three). The flash guard
behind the compositor is still there. Pure. Called by the engine.
"""

from __future__ import annotations

import heapq
import math
import random
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from installation.scene.schema import Fault, FaultKind, FaultScore

LOOP_SECONDS = 20.0
"""How much of a score's end goes on when it is over."""

DENSEST = 30.0
MAX_FAULTS = 20_000
"""Most faults of one line: in a second, and in the whole score. A denser line is thinned."""

LONGEST = 6 * 3600.0
"""Seconds; a score is read no further than this, and loops from there."""

BRIGHTNESS: frozenset[FaultKind] = frozenset(("dropout", "bleed", "echo", "signal"))
"""Kinds that make parts of the picture darker or lighter."""

BRIGHTNESS_APART = 0.4
"""Seconds between the beginnings of two of them, and the least that one lasts."""

LEAST: dict[FaultKind, float] = {
    "dropout": BRIGHTNESS_APART,
    "bleed": BRIGHTNESS_APART,
    "echo": BRIGHTNESS_APART,
    "signal": 2.5,
}
"""Seconds that one lasts at least. A signal is lost over the whole wall: it goes and comes back slowly."""

EDGES: dict[FaultKind, tuple[float, float]] = {
    "tear": (0.03, 0.12),
    "dropout": (0.12, 0.16),
    "slip": (0.05, 0.2),
    "echo": (0.15, 0.25),
    "bleed": (0.2, 0.2),
    "freeze": (0.05, 0.15),
    "misregistration": (0.04, 0.2),
    "signal": (0.9, 0.9),
}
"""Seconds in which a fault of a kind comes and goes; shortened in proportion when it doesn't last that
long."""


@dataclass(frozen=True, slots=True)
class ActiveFault:
    """A fault at one moment. Its rectangle (lower left corner, size) is in the canvas's 0..1."""

    kind: FaultKind
    strength: float
    """0..1, eased in and out."""
    phase: float
    """0..1, from its beginning to its end."""
    seed: float
    """0..1, its own for as long as it lasts."""
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class _Event:
    """A fault as compiled; `begins` and `ends` in seconds of the score."""

    begins: float
    ends: float
    kind: FaultKind
    strength: float
    seed: float
    x: float
    y: float
    w: float
    h: float

    def at(self, seconds: float) -> ActiveFault:
        attack, decay = EDGES[self.kind]
        lasts = self.ends - self.begins
        if attack + decay > lasts:
            attack, decay = lasts * attack / (attack + decay), lasts * decay / (attack + decay)
        rise = _smoothstep((seconds - self.begins) / attack)
        fall = _smoothstep((self.ends - seconds) / decay)
        phase = min(max((seconds - self.begins) / lasts, 0.0), 1.0)
        strength = self.strength * min(rise, fall)
        return ActiveFault(self.kind, strength, phase, self.seed, self.x, self.y, self.w, self.h)


class FaultPlayer:
    """Plays one score. Remembers only what it has compiled: the score itself and the loop that was asked
    for last."""

    def __init__(self, score: FaultScore, show_seed: int = 0) -> None:
        self._score = score
        self._seed = show_seed
        self.duration: float = min(max(float(line.end) for line in score.score), LONGEST)
        self._loop_seconds = min(LOOP_SECONDS, self.duration)
        self._first = self._compile(0)
        self._loop: tuple[int, _Window] = (0, self._first)

    @property
    def count(self) -> int:
        """How many faults the score has until its end."""
        return len(self._first.events)

    def at(self, seconds: float) -> list[ActiveFault]:
        """The faults that show, oldest first, at most the budget. `seconds` since the score's start; none
        before."""
        if seconds < self.duration:
            return self._first.at(seconds)
        turn = int((seconds - self.duration) / self._loop_seconds)
        if self._loop[0] != turn + 1:
            self._loop = (turn + 1, self._compile(turn + 1))
        inside = seconds - self.duration - turn * self._loop_seconds
        return self._loop[1].at(self.duration - self._loop_seconds + inside)

    def cracks(self, seconds: float) -> float:
        """How far the surface has cracked by itself, 0..1; eased from the score's start to its end, then
        held."""
        start, end = (min(max(float(level), 0.0), 1.0) for level in self._score.cracks)
        return start + (end - start) * _smoothstep(seconds / self.duration)

    def _compile(self, turn: int) -> _Window:
        """The faults of the whole score (turn 0), or of its last seconds with the seed of a later turn."""
        begins = 0.0 if turn == 0 else self.duration - self._loop_seconds
        wanted: list[_Event] = []
        for number, line in enumerate(self._score.score):
            chance = random.Random(f"{self._seed}/{self._score.seed}/{number}/{turn}")
            wanted += _compile_line(line, begins, self.duration, chance)
        wanted.sort(key=lambda event: event.begins)
        return _Window(_within_budget(wanted, self._score.budget))


class _Window:
    """Faults in the order in which they begin."""

    def __init__(self, events: list[_Event]) -> None:
        self.events = events
        self._begins = [event.begins for event in events]
        self._longest = max((event.ends - event.begins for event in events), default=0.0)

    def at(self, seconds: float) -> list[ActiveFault]:
        first = bisect_left(self._begins, seconds - self._longest)
        last = bisect_right(self._begins, seconds)
        return [event.at(seconds) for event in self.events[first:last] if seconds < event.ends]


def _compile_line(line: Fault, begins: float, ends: float, chance: random.Random) -> list[_Event]:
    """The faults of one line between two times of the score.

    The density runs straight from d0 to d1, so the expected count at x seconds into the line of length L is
    d0 x + (d1 - d0) x² / (2 L); turned round, it gives the time of each count.
    """
    start, length = float(line.start), float(line.end) - float(line.start)
    if not length > 0:
        return []
    d0, d1 = (min(max(float(density), 0.0), DENSEST) for density in line.density)
    slope = (d1 - d0) / length
    low, high = (min(max(t - start, 0.0), length) for t in (begins, ends))
    base = d0 * low + slope * low * low / 2
    total = d0 * high + slope * high * high / 2 - base
    if not total > 0:
        return []
    step = max(1.0, total / MAX_FAULTS)
    events: list[_Event] = []
    for number in range(math.ceil(total / step)):
        count = (number + chance.random()) * step
        event = _fault(line, start + _time_of(base + count, d0, slope), begins, ends, chance)
        if count < total:
            events.append(event)
    return events


def _time_of(count: float, d0: float, slope: float) -> float:
    """Seconds into a line at which so many faults are expected (the smaller root; exact for slopes near
    0)."""
    return 2 * count / (d0 + math.sqrt(max(d0 * d0 + 2 * slope * count, 0.0)))


def _fault(line: Fault, when: float, earliest: float, latest: float, chance: random.Random) -> _Event:
    """One fault within a window; it lasts and weighs up to a quarter more or less than its line says."""
    lasts = float(line.lasts) * (0.75 + 0.5 * chance.random())
    strength = min(float(line.strength) * (0.75 + 0.5 * chance.random()), 1.0)
    lasts = min(max(lasts, LEAST.get(line.fault, 0.0)), latest - earliest)
    begins = max(min(when, latest - lasts), earliest)
    seed = chance.random()
    x, y, w, h = _place(line.fault, chance)
    left, bottom, width, height = (float(side) for side in line.area)
    where = (left + width * x, bottom + height * y, width * w, height * h)
    return _Event(begins, begins + lasts, line.fault, strength, seed, *where)


def _place(kind: FaultKind, chance: random.Random) -> tuple[float, float, float, float]:
    """Where in its line's area a fault of a kind may plausibly be: x, y, width, height in 0..1 of that."""
    low_w, high_w, low_h, high_h = {
        "tear": (1.0, 1.0, 0.008, 0.05),
        "dropout": (0.06, 0.2, 0.05, 0.16),
        "slip": (0.04, 0.18, 1.0, 1.0),
        "echo": (0.3, 0.7, 0.3, 0.7),
        "bleed": (0.12, 0.35, 0.15, 0.4),
        "freeze": (0.15, 0.45, 0.15, 0.5),
        "misregistration": (1.0, 1.0, 0.2, 1.0),
        "signal": (1.0, 1.0, 1.0, 1.0),
    }[kind]
    a, b, c, d = (chance.random() for _ in range(4))
    w = low_w + (high_w - low_w) * a
    h = low_h + (high_h - low_h) * b * b  # small ones are more frequent, as in real tape and film
    return (1 - w) * c, (1 - h) * d, w, h


def _within_budget(wanted: list[_Event], budget: int) -> list[_Event]:
    """Drops what would begin while the budget is spent or its kind still shows, and brightness changes that come too soon.

    Of a kind there is one filter: a second fault behind the first would be seen only when that ends, all at once.
    """
    kept: list[_Event] = []
    showing: list[float] = []
    free: dict[FaultKind, float] = {}
    brightness_free = -math.inf
    for event in wanted:
        while showing and showing[0] <= event.begins:
            heapq.heappop(showing)
        if len(showing) >= budget or event.begins < free.get(event.kind, -math.inf):
            continue
        if event.kind in BRIGHTNESS:
            if event.begins < brightness_free:
                continue
            brightness_free = event.begins + BRIGHTNESS_APART
        free[event.kind] = event.ends
        heapq.heappush(showing, event.ends)
        kept.append(event)
    return kept


def _smoothstep(x: float) -> float:
    x = min(max(x, 0.0), 1.0)
    return x * x * (3 - 2 * x)
