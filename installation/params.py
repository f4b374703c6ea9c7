"""What a parameter is: its kind, range, unit, default and help, and which values have a meaning for it.

Declared once, by the engine, a layer or a shader's header; alive it is in the `param_tree`. Pure values; used by every part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from installation.errors import CommandError

Kind: TypeAlias = Literal["float", "bool", "long", "point2D", "color", "event", "text"]
Value: TypeAlias = float | bool | int | str | tuple[float, ...]
Relative: TypeAlias = Literal["add", "multiply"]

LARGEST = 1e30
"""GLSL counts in 32 bits, up to 3.4e38; below this there is room to reckon with."""

SIZES: dict[str, int] = {"float": 1, "bool": 1, "long": 1, "event": 1, "point2D": 2, "color": 4}
RECKONED = ("float", "long", "point2D", "color")
"""Kinds that can be more, less and so many times what they are."""
FADED = ("float", "point2D", "color")
"""Kinds that have values between two others."""


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

    def amounts(self, given: object) -> tuple[float, ...]:
        """What this parameter is to be reckoned with: a number, or one for each part. Raises CommandError for anything else."""
        if self.kind not in RECKONED:
            raise CommandError(f"{self.name}: {self.kind} can't be reckoned with", hint="set it instead")
        size, parts = SIZES[self.kind], given if isinstance(given, list | tuple) else [given]
        numbers = [x for x in parts if isinstance(x, int | float) and not isinstance(x, bool) and abs(x) <= LARGEST]
        if len(parts) not in (1, size) or len(numbers) != len(parts):  # NaN is none; a whole number may have 400 digits
            expected = "a number" if size == 1 else f"1 or {size} numbers"
            raise CommandError(f"{self.name}: expected {expected}, not {_shown(given)}")
        return tuple(float(number) for number in numbers) * (1 if len(parts) == size else size)

    def reckoned(self, here: Value, how: Relative, amounts: Sequence[float]) -> Value:
        """What is so much more, or so many times, what is `here`; a choice moves so many on and rolls over. Not yet clamped."""
        parts = floats(here)
        if self.values and how == "add":
            place = self.values.index(int(parts[0])) if int(parts[0]) in self.values else 0
            return self.values[(place + round(max(-1e6, min(1e6, amounts[0])))) % len(self.values)]
        there = tuple(a + b if how == "add" else a * b for a, b in zip(parts, amounts, strict=True))
        return there if isinstance(here, tuple) else there[0]

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


def floats(value: Value) -> tuple[float, ...]:
    """The parts of a value that is made of numbers."""
    return value if isinstance(value, tuple) else (float(value),)
