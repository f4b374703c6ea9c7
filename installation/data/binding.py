"""What a value becomes: scales from data to numbers and colours, years blended by key, and easing towards new
data.

A `Scale` names its transform, domain and missing-state, because these are part of the truth on the wall: "no
data" is never the low end. `Frames` holds a column year by year; `Joined` lets marks move, enter and leave by
key. Pure numpy; never draws, reads no file, knows no clock. Called by layers that are bound to tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from installation.data.colour import parse_color, ramp
from installation.errors import DataError, did_you_mean

ScaleKind: TypeAlias = Literal["linear", "log", "sqrt", "rank", "categorical"]

GONE = 1 / 512
"""An alpha below this can't be seen: the key's place is given to another."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How values become what is seen. Values outside the domain are held at its ends; a reversed domain
    inverts.

    linear: even. log: even in ratios (domain above 0; a value of 0 or less is the low end). sqrt: for areas.
    rank: even over the present values, ties share their mean place; takes no domain. categorical: the place
    in `order` (default: sorted). `missing`: a number, or a colour where there is a ramp; None: NaN, which
    layers draw as missing. Raises DataError for a scale that can't work.
    """

    kind: ScaleKind = "linear"
    domain: tuple[float, float] | None = None
    range: tuple[float, float] = (0.0, 1.0)
    ramp: tuple[str, ...] | None = None
    order: tuple[str, ...] | None = None
    missing: float | str | None = None

    def __post_init__(self) -> None:
        if self.kind not in ("linear", "log", "sqrt", "rank", "categorical"):
            kinds = ("linear", "log", "sqrt", "rank", "categorical")
            raise DataError(f'no scale "{self.kind}"', hint=did_you_mean(self.kind, kinds))
        if self.domain is not None:
            _check_domain(self.kind, self.domain)
        if self.ramp is not None:
            ramp(self.ramp, 0.0)
        if isinstance(self.missing, str):
            if self.ramp is None:
                raise DataError(
                    "missing is a colour, but the scale gives numbers", hint="add a ramp, or write a number"
                )
            parse_color(self.missing)
        elif self.missing is not None and self.ramp is not None:
            raise DataError("missing is a number, but the scale gives colours", hint='write a colour: "#RRGGBB"')
        if self.kind == "categorical" and self.ramp and self.order and len(self.ramp) < len(self.order):
            raise DataError(f"{len(self.order)} categories share {len(self.ramp)} colours", hint="one colour for each")

    def fitted(self, values: ArrayLike, missing: ArrayLike | None = None) -> Scale:
        """This scale with its domain (or its order of categories) taken from the data where it states none.

        Fit once over all years, then apply year by year: otherwise years can't be compared.
        """
        if self.kind == "rank" or (self.domain is not None and self.kind != "categorical"):
            return self
        if self.kind == "categorical":
            if self.order is not None:
                return self
            texts, absent = _texts(values, missing)
            return replace(self, order=tuple(sorted(set(texts[~absent].tolist()), key=_natural)))
        numbers, absent = _numbers(values, missing)
        present = numbers[~absent]
        if self.kind == "log":
            present = present[present > 0]
        if present.size == 0:
            return replace(self, domain=(0.0, 1.0) if self.kind != "log" else (1.0, 10.0))
        low, high = float(present.min()), float(present.max())
        if low == high:  # one value only: it belongs in the middle
            around = max(abs(low) / 10, 0.5)
            low, high = (low / 2, high * 2) if self.kind == "log" else (low - around, high + around)
        return replace(self, domain=(low, high))

    def fraction(self, values: ArrayLike, missing: ArrayLike | None = None) -> NDArray[np.float64]:
        """Where values lie in the domain, (n,) 0..1, before the range; NaN where missing."""
        if self.kind == "categorical":
            return self._category(values, missing)
        numbers, absent = _numbers(values, missing)
        if self.kind == "rank":
            return _ranks(numbers, absent)
        scale = self if self.domain is not None else self.fitted(values, missing)
        assert scale.domain is not None
        bent = _bend(self.kind, numbers, min(scale.domain))
        low, high = (float(_bend(self.kind, np.array([end]), min(scale.domain))[0]) for end in scale.domain)
        return np.asarray(np.where(absent, np.nan, np.clip((bent - low) / (high - low), 0.0, 1.0)))

    def apply(self, values: ArrayLike, missing: ArrayLike | None = None) -> NDArray[np.float32]:
        """What values become: (n,) float32, or (n, 4) float32 display-referred RGBA where there is a ramp.

        `missing` is an optional bool (n,); NaN, infinite, None and empty values are missing as well.
        """
        scale = self.fitted(values, missing)
        fraction = scale.fraction(values, missing)
        absent = np.isnan(fraction)
        if scale.ramp is not None:
            # A category's colour is its own, unmixed: the ramp is as long as the order.
            colours = ramp(scale.ramp[: len(scale.order)] if scale.order else scale.ramp, fraction)
            if isinstance(self.missing, str):
                colours[absent] = parse_color(self.missing)
            return colours
        low, high = self.range
        numbers = (low + fraction * (high - low)).astype(np.float32)
        if self.missing is not None:
            numbers[absent] = self.missing
        return numbers

    def _category(self, values: ArrayLike, missing: ArrayLike | None) -> NDArray[np.float64]:
        texts, absent = _texts(values, missing)
        order = self.fitted(values, missing).order or ()
        if self.ramp is not None and len(self.ramp) < len(order):
            raise DataError(
                f"{len(order)} categories share {len(self.ramp)} colours",
                hint=f"categories: {', '.join(order)}",
            )
        index = {name: place for place, name in enumerate(order)}
        unknown = sorted(set(texts[~absent].tolist()) - set(index))
        if unknown:
            raise DataError(
                f'"{unknown[0]}" is not one of the categories',
                hint=did_you_mean(unknown[0], order, label="order"),
            )
        last = max(len(order) - 1, 1)
        places = [np.nan if gone else index[text] / last for text, gone in zip(texts.tolist(), absent, strict=True)]
        return np.array(places, dtype=np.float64)


def _check_domain(kind: ScaleKind, domain: tuple[float, float]) -> None:
    low, high = domain
    if kind in ("rank", "categorical"):
        raise DataError(
            f"a {kind} scale takes no domain", hint="leave the domain out" if kind == "rank" else "use order"
        )
    if not (np.isfinite(low) and np.isfinite(high)) or low == high:
        raise DataError(f"the domain {low:g} to {high:g} is empty", hint="its ends must be two different numbers")
    if kind == "log" and min(low, high) <= 0:
        raise DataError(
            f"a log scale can't reach {min(low, high):g}",
            hint="begin the domain above 0, at the smallest value that matters",
        )


def _bend(kind: ScaleKind, numbers: NDArray[np.float64], low: float) -> NDArray[np.float64]:
    """The transform in which the scale is even. `low` is the smallest number of a log domain."""
    if kind == "log":
        return np.asarray(np.log(np.maximum(numbers, low)))
    if kind == "sqrt":
        return np.asarray(np.sign(numbers) * np.sqrt(np.abs(numbers)))
    return numbers


def _ranks(numbers: NDArray[np.float64], absent: NDArray[np.bool_]) -> NDArray[np.float64]:
    """0 for the lowest present value, 1 for the highest, ties at their mean; one value alone lies in the
    middle."""
    result = np.full(numbers.shape, np.nan)
    present = numbers[~absent]
    if present.size == 0:
        return result
    _, inverse, counts = np.unique(present, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean = last - (counts + 1) / 2
    result[~absent] = mean[inverse] / (present.size - 1) if present.size > 1 else 0.5
    return result


def _numbers(values: ArrayLike, missing: ArrayLike | None) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    try:
        numbers = np.asarray(values, dtype=np.float64).reshape(-1)
    except (TypeError, ValueError):
        raise DataError("the column holds text, but the scale needs numbers", hint="use a categorical scale") from None
    absent = ~np.isfinite(numbers)
    if missing is not None:
        absent = absent | np.asarray(missing, dtype=bool).reshape(-1)
    return np.where(absent, 0.0, numbers), absent


def _texts(values: ArrayLike, missing: ArrayLike | None) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    texts = np.array([_text(value) for value in np.asarray(values).reshape(-1).tolist()], dtype=object)
    absent = np.array([text == "" for text in texts], dtype=bool)
    if missing is not None:
        absent = absent | np.asarray(missing, dtype=bool).reshape(-1)
    return texts, absent


def _text(value: object) -> str:
    """A category's name: 3 and 3.0 are "3"; None, NaN and blank are ""."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}" if np.isfinite(value) else ""
    return str(value).strip()


def _natural(text: str) -> tuple[int, float, str]:
    """Sorts numbers as numbers, before words."""
    try:
        return (0, float(text), text)
    except ValueError:
        return (1, 0.0, text)


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """A column, year by year: times (t,) float64 rising, keys (k,) in order of first appearance, values (t,
    k) with NaN where there is no row or no value."""

    times: NDArray[np.float64]
    keys: tuple[str, ...]
    values: NDArray[np.float64]

    @classmethod
    def from_rows(
        cls, keys: ArrayLike, times: ArrayLike, values: ArrayLike, missing: ArrayLike | None = None
    ) -> Frames:
        """Frames from a table's columns, all (n,). Raises DataError when a key has two rows of one time."""
        names = [_text(key) for key in np.asarray(keys).reshape(-1).tolist()]
        moments, no_time = _numbers(times, None)
        numbers, absent = _numbers(values, missing)
        place = {name: index for index, name in enumerate(dict.fromkeys(names))}
        column = np.array([place[name] for name in names], dtype=np.intp)
        years, row = np.unique(moments[~no_time], return_inverse=True)
        column, numbers, absent = column[~no_time], numbers[~no_time], absent[~no_time]
        cell = row * len(place) + column
        cells, counts = np.unique(cell, return_counts=True)
        if np.any(counts > 1):
            twice = int(cells[counts > 1][0])
            key, year = list(place)[twice % len(place)], years[twice // len(place)]
            raise DataError(f'"{key}" has {counts.max()} rows for {year:g}', hint="one row for each key and time")
        dense = np.full((years.size, len(place)), np.nan)
        dense[row, column] = np.where(absent, np.nan, numbers)
        return cls(years, tuple(place), dense)

    def at(self, moment: float) -> NDArray[np.float64]:
        """Values at a moment, (k,) float64, blended linearly between the years on either side.

        Where one side is missing, the other is held; where both are, the value is missing (NaN). Before the
        first year and after the last, that year is held. `held` says which values are not a blend of two.
        """
        if self.times.size == 0:
            return np.full(len(self.keys), np.nan)
        before, after, share = self._around(moment)
        earlier, later = self.values[before], self.values[after]
        mixed = earlier + (later - earlier) * share
        return np.asarray(np.where(np.isnan(earlier), later, np.where(np.isnan(later), earlier, mixed)))

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
        self._keys: list[str | None] = []
        self._place: dict[str, int] = {}
        self._free: list[int] = []
        self._given: tuple[str, ...] | None = None
        self._places = np.zeros(0, dtype=np.intp)
        self._now = np.zeros((max(capacity, 1), channels))
        self._target = np.zeros_like(self._now)
        self._step = np.zeros_like(self._now)
        self._alpha = np.zeros(max(capacity, 1))
        self._wanted = np.zeros(max(capacity, 1))

    def aim(self, keys: Sequence[str], values: ArrayLike) -> None:
        """Sets the targets: values (k, channels) for k different keys. Keys not named here leave."""
        names = tuple(keys)
        targets = np.asarray(values, dtype=np.float64).reshape(len(names), -1)
        if targets.shape[1] != self._now.shape[1] and names:
            raise ValueError(f"expected {self._now.shape[1]} values for each key, not {targets.shape[1]}")
        if names != self._given:
            self._join(names, targets)
        self._target[self._places] = targets
        jump = self._places[np.any(np.isnan(self._now[self._places]) | np.isnan(targets), axis=1)]
        settled = np.isnan(self._now[jump]) | np.isnan(self._target[jump])
        self._now[jump] = np.where(settled, self._target[jump], self._now[jump])

    def _join(self, names: tuple[str, ...], targets: NDArray[np.float64]) -> None:
        if len(set(names)) != len(names):
            raise ValueError("keys must be different")
        places = np.empty(len(names), dtype=np.intp)
        entering = []
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
                entering.append((place, row))
            places[row] = place
        for place, row in entering:
            self._now[place] = targets[row]
            self._alpha[place] = 0.0
        self._wanted[:] = 0.0
        self._wanted[places] = 1.0
        self._places, self._given = places, names

    def _grow(self) -> None:
        """Doubles the room; outside the frame's steady state, since keys are joined seldom."""
        for name in ("_now", "_target", "_step", "_alpha", "_wanted"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros_like(old)]))

    def advance(self, delta: float) -> None:
        """Moves everything on by `delta` seconds; the same whether in one step or in many. Allocates
        nothing."""
        count = len(self._keys)
        if count == 0 or delta <= 0:
            return
        share = 1.0 - float(np.exp(-delta / self.seconds)) if self.seconds > 0 else 1.0
        step, now, alpha = self._step[:count], self._now[:count], self._alpha[:count]
        np.subtract(self._target[:count], now, out=step)
        step *= share
        now += step
        np.subtract(self._wanted[:count], alpha, out=step[:, 0])
        step[:, 0] *= share
        alpha += step[:, 0]
        if len(self._place) > self._places.size:
            self._let_go(count)

    def _let_go(self, count: int) -> None:
        for place in np.flatnonzero((self._wanted[:count] == 0) & (self._alpha[:count] < GONE)).tolist():
            name = self._keys[place]
            if name is not None:
                del self._place[name]
                self._keys[place] = None
                self._free.append(place)
                self._alpha[place] = 0.0

    def finish(self) -> None:
        """Ends every movement at once: for a scene that opens, and for tests."""
        count = len(self._keys)
        self._now[:count] = self._target[:count]
        self._alpha[:count] = self._wanted[:count]
        self._let_go(count)

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
    def values(self) -> NDArray[np.float64]:
        """(places, channels): where the values are now. A view: copy it to keep it."""
        return self._now[: len(self._keys)]

    @property
    def alpha(self) -> NDArray[np.float64]:
        """(places,) 0..1: how visible each is; 0 where the place is free. A view: copy it to keep it."""
        return self._alpha[: len(self._keys)]
