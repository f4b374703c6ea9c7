"""Rows in time and by key: a column year by year, blended; and marks that move, enter and leave towards new data.

`Frames` holds a column year by year; `Joined` lets marks move, enter and leave by key, as D3's joins do. Pure numpy; never
draws, reads no file, knows no clock. Called by layers that are bound to tables, and by expressions that read a value.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from installation.data.scales import numbers, text_of
from installation.errors import DataError

GONE = 1 / 512
"""An alpha below this can't be seen: the key's place is given to another."""
SETTLED = 9.0
"""Time constants after which a movement is over: what is left of it is a ten-thousandth."""


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """A column, year by year: times (t,) float64 rising, keys (k,) in order of first appearance, values (t,
    k) with NaN where there is no row or no value."""

    times: NDArray[np.float64]
    keys: tuple[str, ...]
    values: NDArray[np.float64]
    _pair: dict[str, Any] = field(default_factory=dict, repr=False)
    """The two years that were blended last, and the way between them: it stays the same for seconds."""

    @classmethod
    def from_rows(
        cls, keys: ArrayLike, times: ArrayLike, values: ArrayLike, missing: ArrayLike | None = None
    ) -> Frames:
        """Frames from a table's columns, all (n,). Raises DataError when a key has two rows of one time."""
        return Rows.of(keys, times).frames(values, missing)

    def at(self, moment: float) -> NDArray[np.float64]:
        """Values at a moment, (k,) float64, blended linearly between the years on either side.

        Where one side is missing, the other is held; where both are, the value is missing (NaN). Before the
        first year and after the last, that year is held. `held` says which values are not a blend of two.
        """
        if self.times.size == 0:
            return np.full(len(self.keys), np.nan)
        before, after, share = self._around(moment)
        if self._pair.get("years") != (before, after):
            earlier, later = self.values[before], self.values[after]
            start = np.where(np.isnan(earlier), later, earlier)
            self._pair.update(years=(before, after), start=start, way=np.where(np.isnan(later), start, later) - start)
        return np.asarray(self._pair["start"] + self._pair["way"] * share)

    def step(self, moment: float) -> NDArray[np.float64]:
        """Values at a moment, (k,) float64, unblended: those of the newest year that has come. For categories and ranks,
        between which there is nothing."""
        if self.times.size == 0:
            return np.full(len(self.keys), np.nan)
        before, after, share = self._around(moment)
        return np.asarray(self.values[after if share >= 1.0 else before])

    def held(self, moment: float) -> NDArray[np.bool_]:
        """Which keys, (k,) bool, show one side's value at a moment because the other side is missing."""
        if self.times.size == 0:
            return np.zeros(len(self.keys), dtype=bool)
        before, after, _ = self._around(moment)
        return np.asarray(np.isnan(self.values[before]) != np.isnan(self.values[after]))

    def carried(self, years: float = np.inf) -> Frames:
        """Frames in which a value stays until the next one, at most `years` long: for surveys that are seldom
        made.

        Nothing is carried backwards: before its first value a key is missing.
        """
        filled = self.values.copy()
        for index in range(1, self.times.size):
            gap = np.isnan(filled[index])
            filled[index, gap] = filled[index - 1, gap]
        filled[self.ages() > years] = np.nan
        return Frames(self.times, self.keys, filled)

    def ages(self) -> NDArray[np.float64]:
        """How old the newest value is in each year and key, (t, k): 0 where there is one, infinite before the
        first."""
        seen = np.where(np.isnan(self.values), -np.inf, self.times[:, None])
        return np.asarray(self.times[:, None] - np.maximum.accumulate(seen, axis=0))

    def _around(self, moment: float) -> tuple[int, int, float]:
        after = int(np.clip(np.searchsorted(self.times, moment), 0, self.times.size - 1))
        before = max(after - 1, 0) if moment < self.times[after] else after
        span = float(self.times[after] - self.times[before])
        share = float(np.clip((moment - self.times[before]) / span, 0.0, 1.0)) if span > 0 else 0.0
        return before, after, share


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A table's rows by key and time: keys (k,) and the row on which each first stands (k,), times (t,) float64 rising; of
    each row its key (n,) and its time (n,), as numbers of those, and whether it has a time (n,)."""

    keys: tuple[str, ...]
    first: NDArray[np.intp]
    times: NDArray[np.float64]
    key: NDArray[np.intp]
    time: NDArray[np.intp]
    timed: NDArray[np.bool_]

    @classmethod
    def of(cls, keys: ArrayLike, times: ArrayLike | None = None) -> Rows:
        """Keys in order of first appearance; without times there is one moment.

        Raises DataError when a key has two rows of one time.
        """
        names = [text_of(key) for key in np.asarray(keys).reshape(-1).tolist()]
        moments, no_time = numbers(np.zeros(len(names)) if times is None else times, None)
        place: dict[str, int] = {}
        column = np.array([place.setdefault(name, len(place)) for name in names], dtype=np.intp)
        _, first = np.unique(column, return_index=True)
        years = np.unique(moments[~no_time])
        row = np.searchsorted(years, np.where(no_time, years[0] if years.size else 0.0, moments))
        cells, counts = np.unique((row * len(place) + column)[~no_time], return_counts=True)
        if np.any(counts > 1):
            twice = int(cells[counts > 1][0])
            name, year = list(place)[twice % len(place)], years[twice // len(place)]
            if times is None:
                raise DataError(
                    f'"{name}" has {counts.max()} rows', hint="one row for each key, or name the time column"
                )
            raise DataError(f'"{name}" has {counts.max()} rows for {year:g}', hint="one row for each key and time")
        return cls(tuple(place), first, years, column, row, ~no_time)

    def frames(self, values: ArrayLike, missing: ArrayLike | None = None) -> Frames:
        """A column of numbers, (n,), in time."""
        found, absent = numbers(values, missing)
        dense = np.full((self.times.size, len(self.keys)), np.nan)
        dense[self.time[self.timed], self.key[self.timed]] = np.where(absent, np.nan, found)[self.timed]
        return Frames(self.times, self.keys, dense)

    def spans(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The times of each key's first and last row, (k,) and (k,); a key without a time is never there."""
        begins, ends = np.full(len(self.keys), np.inf), np.full(len(self.keys), -np.inf)
        moments = self.times[self.time[self.timed]] if self.times.size else np.zeros(0)
        np.minimum.at(begins, self.key[self.timed], moments)
        np.maximum.at(ends, self.key[self.timed], moments)
        return begins, ends


def _differ(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    """Whether any value is not the same; missing is the same as missing."""
    return bool(((one != other) & ((one == one) | (other == other))).any())


class Series:
    """One column read at one key and moment, for expressions: well under a microsecond, and nothing allocated."""

    def __init__(self, frames: Frames) -> None:
        self.keys = frames.keys
        self.times: list[float] = frames.times.tolist()
        self._columns: dict[str, list[float]] = {
            key: frames.values[:, place].tolist() for place, key in enumerate(frames.keys)
        }

    def at(self, key: str, moment: float) -> float:
        """As `Frames.at` has it; NaN where it is missing, or where there is no such key."""
        return self.reader(key)(moment)

    def reader(self, key: str) -> Callable[[float], float]:
        """Reads one key at a moment. Remembers the two years that the last moment lay between."""
        values, times = self._columns.get(key), self.times
        low = high = start = slope = 0.0

        def read(moment: float) -> float:
            nonlocal low, high, start, slope
            if low < moment < high:
                return start + slope * (moment - low)
            if values is None or not times:
                return float("nan")
            after = min(bisect_left(times, moment), len(times) - 1)
            if after == 0 or moment >= times[after]:
                return values[after]
            low, high, start, later = times[after - 1], times[after], values[after - 1], values[after]
            if start != start:
                start = later
            slope = (later - start) / (high - low) if later == later else 0.0
            return start + slope * (moment - low)

        return read


class Joined:
    """Values that move by key towards their targets, entering and leaving by alpha.

    Remembers from frame to frame, for each key: where its values are, where they are going, and how visible
    it is. New keys appear at their target; keys that are gone fade where they are, and then free their place.
    A missing target (NaN) can't be approached: it is taken at once, and a value after a missing one as well.
    """

    def __init__(self, channels: int, seconds: float = 0.6, capacity: int = 256) -> None:
        """`channels` values for each key; `seconds` is the time constant: after it 63 % of the way is
        done."""
        self.seconds = seconds
        room = max(capacity, 1)
        self._keys: list[str | None] = []
        self._place: dict[str, int] = {}
        self._free: list[int] = []
        self._given: tuple[str, ...] | None = None
        self._places = np.zeros(0, dtype=np.intp)
        self._slice: slice | NDArray[np.intp] = slice(0, 0)
        self._now = np.zeros((channels, room), dtype=np.float32)
        self._target = np.zeros_like(self._now)
        self._step = np.zeros_like(self._now)
        self._alpha = np.zeros(room, dtype=np.float32)
        self._wanted = np.zeros(room, dtype=np.float32)
        self._busy: list[int] = []
        self._since = 0.0
        self.moving = False
        self._touched: set[int] = set()

    def aim(
        self,
        keys: Sequence[str],
        values: ArrayLike,
        there: ArrayLike | None = None,
        channels: Sequence[int] | None = None,
    ) -> None:
        """Sets the targets: values (k, channels) for k different keys. Keys not named here leave, and so do those that are
        not `there`, (k,) bool: these keep their place, and stay as they are while they fade.

        `channels` are those that may have changed since the last time; None: all of them.
        """
        names = tuple(keys) if not isinstance(keys, tuple) else keys
        targets = np.asarray(values, dtype=np.float32).reshape(len(names), -1 if len(names) else 0).T
        if names and targets.shape[0] != self._now.shape[0]:
            raise ValueError(f"expected {self._now.shape[0]} values for each key, not {targets.shape[0]}")
        joined = names is not self._given and names != self._given
        if joined:
            self._join(names)
        places = self._slice
        alpha = self._alpha[places]
        here = np.ones(len(names), dtype=bool) if there is None else np.asarray(there, dtype=bool)
        enters = (alpha == 0.0) & here  # whoever enters appears where it belongs
        entering = bool(enters.any())
        changed = range(len(self._now)) if channels is None or entering or joined else channels
        busy = set(self._busy) if self.moving else set()
        all_here, jumped = bool(here.all()), False
        for channel in changed if names else ():
            wanted, now, goal = targets[channel], self._now[channel], self._target[channel]
            if not all_here:
                wanted = np.where(here, wanted, goal[places])
            goal[places] = wanted
            jump = np.isnan(wanted)
            jump |= np.isnan(now[places])
            jump |= enters
            if jump.any():
                now[places] = np.where(jump, wanted, now[places])
                self._touched.add(channel)
                jumped = jumped or entering or channel in busy
            if channel not in busy and _differ(wanted, now[places]):
                busy.add(channel)
        fades = bool((self._wanted[places] != here).any() or (alpha != here).any())
        self._wanted[places] = here
        self._busy = sorted(busy)
        self._since = 0.0
        self.moving = self.moving or bool(busy) or fades or jumped or joined

    def touched(self) -> list[int]:
        """The channels in which a value has moved since this was asked last."""
        found, self._touched = sorted(self._touched), set()
        return found

    def _join(self, names: tuple[str, ...]) -> None:
        if len(set(names)) != len(names):
            raise ValueError("keys must be different")
        self._let_go()  # where years play on, nothing is ever finished
        places = np.empty(len(names), dtype=np.intp)
        for row, name in enumerate(names):
            place = self._place.get(name)
            if place is None:
                place = self._free.pop() if self._free else len(self._keys)
                if place == len(self._keys):
                    self._keys.append(name)
                    if place == len(self._alpha):
                        self._grow()
                else:
                    self._keys[place] = name
                self._place[name] = place
                self._alpha[place] = 0.0
            places[row] = place
        self._wanted[:] = 0.0
        self._places, self._given = places, names
        in_order = np.array_equal(places, np.arange(len(names)))
        self._slice = slice(0, len(names)) if in_order else places

    def _grow(self) -> None:
        """Doubles the room; outside the frame's steady state, since keys are joined seldom."""
        for name in ("_now", "_target", "_step", "_alpha", "_wanted"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros_like(old)], axis=-1))

    def advance(self, delta: float) -> bool:
        """Moves everything on by `delta` seconds; the same whether in one step or in many. Allocates nothing.

        False when nothing has moved: then nothing was computed either.
        """
        count = len(self._keys)
        if not self.moving or delta <= 0:
            return False
        self._since += delta
        self._touched.update(self._busy)
        if self.seconds <= 0 or self._since > SETTLED * self.seconds:
            self.finish()
            return True
        share = np.float32(1.0 - np.exp(-delta / self.seconds))
        for channel in self._busy:
            step = self._step[channel, :count]
            np.subtract(self._target[channel, :count], self._now[channel, :count], out=step)
            step *= share
            self._now[channel, :count] += step
        step = self._step[0, :count]
        np.subtract(self._wanted[:count], self._alpha[:count], out=step)
        step *= share
        self._alpha[:count] += step
        return True

    def _let_go(self) -> None:
        """Frees the places of keys that have left and are not named any more."""
        named = set(self._given or ())
        for name, place in list(self._place.items()):
            if self._wanted[place] == 0 and self._alpha[place] < GONE and name not in named:
                del self._place[name]
                self._keys[place] = None
                self._free.append(place)

    def finish(self) -> None:
        """Ends every movement at once: for a scene that opens, and when what is left can't be seen."""
        count = len(self._keys)
        self._now[:, :count] = self._target[:, :count]
        self._touched.update(self._busy)
        self._alpha[:count] = self._wanted[:count]
        if len(self._place) > self._places.size:
            self._let_go()
        self.moving, self._busy = False, []

    @property
    def keys(self) -> list[str | None]:
        """The key at each place, None where the place is free. A place keeps its key until the key has
        left."""
        return self._keys

    @property
    def places(self) -> NDArray[np.intp]:
        """Where the keys of the last `aim` are, in the order in which they were given."""
        return self._places

    @property
    def values(self) -> NDArray[np.float32]:
        """(places, channels): where the values are now. A view: copy it to keep it."""
        return self._now[:, : len(self._keys)].T

    @property
    def alpha(self) -> NDArray[np.float32]:
        """(places,) 0..1: how visible each is; 0 where the place is free. A view: copy it to keep it."""
        return self._alpha[: len(self._keys)]
