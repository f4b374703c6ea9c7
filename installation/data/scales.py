"""Scales: what a value of a table becomes, as a number or a colour.

A `Scale` names its transform, its domain and its missing-state, because these are part of the truth on the wall: "no data" is
never the low end. Fitted once over all years, it stays as it is, so that years compare. Pure numpy; never draws, reads no
file, knows no clock. Called by layers that are bound to tables, and by the checks.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from installation.data.colour import parse_color, ramp
from installation.errors import DataError, did_you_mean

ScaleKind: TypeAlias = Literal["linear", "log", "sqrt", "rank", "quantile", "threshold", "categorical"]
KINDS: tuple[str, ...] = get_args(ScaleKind)

CLASSES = 4
"""Of a quantile scale whose colours don't say how many: quarters of the rows."""
SHADES = 1024
"""Colours of a ramp that are worked out ahead: the steps between them are a quarter of what eight bits can tell."""


MOST_RANKED = 4096
"""Values of which a rank scale knows the place: between them it is even to a part in four thousand."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """A sample's different values (n,), rising, and the place of each among all its rows (n,) 0..1."""

    values: NDArray[np.float64]
    places: NDArray[np.float64]

    @classmethod
    def of(cls, sample: NDArray[np.float64], absent: NDArray[np.bool_]) -> Ranked:
        """0 for the lowest present value, 1 for the highest, ties at their mean; one value alone lies in the middle."""
        present = sample[~absent]
        values, counts = np.unique(present, return_counts=True)
        if values.size == 0:
            return cls(np.zeros(1), np.full(1, 0.5))
        mean = np.cumsum(counts) - (counts + 1) / 2
        places = mean / (present.size - 1) if present.size > 1 else np.full(1, 0.5)
        if values.size > MOST_RANKED:
            kept = np.linspace(0, values.size - 1, MOST_RANKED).round().astype(np.intp)
            values, places = values[kept], places[kept]
        return cls(values, places)


@dataclass(frozen=True, slots=True)
class Scale:
    """How values become what is seen. Values outside the domain are held at its ends; a reversed domain
    inverts.

    linear: even. log: even in ratios (domain above 0; a value of 0 or less is the low end). sqrt: for areas.
    rank: even over the sample's values, ties share their mean place, and between two values the way is shared; takes no
    domain, and fitted, a value keeps its rank whatever else is there that year. threshold: one class more
    than `cuts`, which rise; a value at a cut is above it. quantile: as many classes as there are colours, or
    `steps`, each with as many rows; fitted, its `cuts` are the sample's quantiles (Hyndman and Fan's seventh
    kind, as in R and numpy). categorical: the place in `order` (default: sorted). `missing`: a number, or a
    colour where there is a ramp; None: NaN, which layers draw as missing. Raises DataError for a scale that
    can't work.
    """

    kind: ScaleKind = "linear"
    domain: tuple[float, float] | None = None
    range: tuple[float, float] = (0.0, 1.0)
    ramp: tuple[str, ...] | None = None
    order: tuple[str, ...] | None = None
    missing: float | str | None = None
    cuts: tuple[float, ...] | None = None
    steps: int | None = None
    ranked: Ranked | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise DataError(f'no scale "{self.kind}"', hint=did_you_mean(self.kind, KINDS))
        _check_classes(self)
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
        if self.kind == "rank":
            return self if self.ranked else replace(self, ranked=Ranked.of(*numbers(values, missing)))
        if self.kind == "threshold" or (self.domain is not None and self.kind != "categorical"):
            return self
        if self.kind == "categorical":
            if self.order is not None:
                return self
            words, absent = texts(values, missing)
            return replace(self, order=tuple(sorted(set(words[~absent].tolist()), key=natural)))
        if self.kind == "quantile" and self.cuts is not None:
            return self
        present_, absent = numbers(values, missing)
        present = present_[~absent]
        if self.kind == "quantile":
            shares = np.arange(1, self.classes) / self.classes
            return replace(self, cuts=tuple(np.quantile(present, shares).tolist()) if present.size else ())
        if self.kind == "log":
            present = present[present > 0]
        if present.size == 0:
            return replace(self, domain=(0.0, 1.0) if self.kind != "log" else (1.0, 10.0))
        low, high = float(present.min()), float(present.max())
        if low == high:  # one value only: it belongs in the middle
            around = max(abs(low) / 10, 0.5)
            low, high = (low / 2, high * 2) if self.kind == "log" else (low - around, high + around)
        return replace(self, domain=(low, high))

    @property
    def classes(self) -> int:
        """How many classes a quantile or threshold scale has."""
        if self.kind == "threshold":
            return len(self.cuts or ()) + 1
        return self.steps or (len(self.ramp) if self.ramp else CLASSES)

    def fraction(self, values: ArrayLike, missing: ArrayLike | None = None) -> NDArray[np.float64]:
        """Where values lie in the domain, (n,) 0..1, before the range; NaN where missing."""
        if self.kind == "categorical":
            return self._category(values, missing)
        given, absent = numbers(values, missing)
        scale = self.fitted(values, missing)
        if scale.ranked is not None:
            return np.where(absent, np.nan, np.interp(given, scale.ranked.values, scale.ranked.places))
        if scale.cuts is not None:
            place = np.searchsorted(np.asarray(scale.cuts), given, side="right") / max(scale.classes - 1, 1)
            place[absent] = np.nan
            return np.asarray(place)
        assert scale.domain is not None
        if absent.any():
            given = np.where(absent, np.nan, given)  # which every step from here on hands on
        bent = _bend(self.kind, given, min(scale.domain))
        low, high = (float(_bend(self.kind, np.array([end]), min(scale.domain))[0]) for end in scale.domain)
        bent = bent - low
        bent *= 1.0 / (high - low)
        np.maximum(bent, 0.0, out=bent)
        return np.minimum(bent, 1.0, out=bent)

    def apply(self, values: ArrayLike, missing: ArrayLike | None = None) -> NDArray[np.float32]:
        """What values become: (n,) float32, or (n, 4) float32 display-referred RGBA where there is a ramp.

        `missing` is an optional bool (n,); NaN, infinite, None and empty values are missing as well.
        """
        scale = self.fitted(values, missing)
        return scale.shown(scale.fraction(values, missing))

    def shown(self, fraction: NDArray[np.float64]) -> NDArray[np.float32]:
        """What places in the domain, (n,) 0..1 with NaN for missing, become: as `apply` gives it."""
        absent = np.isnan(fraction)
        if self.ramp is not None:
            # A category's colour is its own, unmixed: the ramp is as long as the order.
            missing = self.missing if isinstance(self.missing, str) else None
            shades = _shades(self.ramp[: len(self.order)] if self.order else self.ramp, missing)
            place = np.where(absent, len(shades) - 1, fraction * (len(shades) - 2) + 0.5)
            return shades.take(place.astype(np.intp), axis=0)
        low, high = self.range
        result = (low + fraction * (high - low)).astype(np.float32)
        if self.missing is not None:
            result[absent] = self.missing
        return result

    def _category(self, values: ArrayLike, missing: ArrayLike | None) -> NDArray[np.float64]:
        words, absent = texts(values, missing)
        order = self.fitted(values, missing).order or ()
        if self.ramp is not None and len(self.ramp) < len(order):
            raise DataError(
                f"{len(order)} categories share {len(self.ramp)} colours",
                hint=f"categories: {', '.join(order)}",
            )
        index = {name: place for place, name in enumerate(order)}
        unknown = sorted(set(words[~absent].tolist()) - set(index))
        if unknown:
            raise DataError(
                f'"{unknown[0]}" is not one of the categories',
                hint=did_you_mean(unknown[0], order, label="order"),
            )
        last = max(len(order) - 1, 1)
        places = [np.nan if gone else index[text] / last for text, gone in zip(words.tolist(), absent, strict=True)]
        return np.array(places, dtype=np.float64)


@lru_cache(maxsize=256)
def _shades(colors: tuple[str, ...], missing: str | None) -> NDArray[np.float32]:
    """A ramp worked out once, and last what is missing: mixing in OKLab costs a hundred times what looking up does.

    Each of the ramp's own colours is exact.
    """
    between = max(len(colors) - 1, 1)
    shades = ramp(colors, np.linspace(0.0, 1.0, -(-SHADES // between) * between + 1))
    absent = np.full((1, 4), np.nan) if missing is None else np.array([parse_color(missing)])
    return np.concatenate([shades, absent.astype(np.float32)])


def _check_classes(scale: Scale) -> None:
    if scale.kind == "threshold" and not scale.cuts:
        raise DataError("a threshold scale needs its cuts", hint="cuts: [10, 20] makes three classes")
    if scale.kind not in ("threshold", "quantile") and scale.cuts is not None:
        raise DataError(f"a {scale.kind} scale takes no cuts", hint="scale: threshold")
    if scale.cuts is not None:
        rises = all(a < b for a, b in pairwise(scale.cuts))
        if not np.all(np.isfinite(scale.cuts)) or (scale.kind == "threshold" and not rises):
            raise DataError("the cuts don't rise", hint="write them from low to high, each once")
    if scale.steps is None:
        return
    if scale.kind != "quantile":
        raise DataError(f"a {scale.kind} scale takes no steps", hint="scale: quantile")
    if scale.ramp is not None and len(scale.ramp) != scale.steps:
        raise DataError(f"{scale.steps} steps share {len(scale.ramp)} colours", hint="leave steps out: one a colour")
    if scale.steps < 2:
        raise DataError(f"{scale.steps} steps tell nothing apart", hint="at least 2")


def _check_domain(kind: ScaleKind, domain: tuple[float, float]) -> None:
    low, high = domain
    if kind in ("rank", "quantile", "threshold", "categorical"):
        instead = {"categorical": "use order", "threshold": "use cuts"}
        raise DataError(f"a {kind} scale takes no domain", hint=instead.get(kind, "leave the domain out"))
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


def numbers(values: ArrayLike, missing: ArrayLike | None) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """A column as float64 (n,), 0 where it is missing, and where that is. Raises DataError for text."""
    try:
        found = np.asarray(values, dtype=np.float64).reshape(-1)
    except (TypeError, ValueError):
        raise DataError("the column holds text, but the scale needs numbers", hint="use a categorical scale") from None
    absent = np.logical_not(np.isfinite(found))
    if missing is not None:
        absent |= np.asarray(missing, dtype=bool).reshape(-1)
    return np.where(absent, 0.0, found), absent


def texts(values: ArrayLike, missing: ArrayLike | None) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """A column as names (n,), "" where it is missing, and where that is."""
    words = np.array([text_of(value) for value in np.asarray(values).reshape(-1).tolist()], dtype=object)
    absent = np.array([word == "" for word in words], dtype=bool)
    if missing is not None:
        absent = absent | np.asarray(missing, dtype=bool).reshape(-1)
    return words, absent


def text_of(value: object) -> str:
    """The name of a key or a category: 3 and 3.0 are "3"; None, NaN and blank are ""."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.15g}" if np.isfinite(value) else ""
    return str(value).strip()


def natural(text: str) -> tuple[int, float, str]:
    """Sorts numbers as numbers, before words."""
    try:
        return (0, float(text), text)
    except ValueError:
        return (1, 0.0, text)
