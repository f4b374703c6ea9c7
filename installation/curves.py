"""How a fade gets from 0 to 1: the curves that a cue may name. The same for parameters, reveal and transitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

Curve: TypeAlias = Literal["smooth", "linear", "ease-in", "ease-out", "s-curve"]

_SHAPES: dict[str, Callable[[float], float]] = {
    "smooth": lambda x: x * x * (3 - 2 * x),
    "linear": lambda x: x,
    "ease-in": lambda x: x * x * x,
    "ease-out": lambda x: 1 - (1 - x) ** 3,
    "s-curve": lambda x: x * x * x * (x * (6 * x - 15) + 10),
}


def along(curve: Curve, began: float, duration: float, now: float) -> float:
    """How far a fade has come, 0..1 exactly at its ends; all times in seconds. A fade of no time is over at once."""
    x = 1.0 if duration <= 0 else min(max((now - began) / duration, 0.0), 1.0)
    return x if x in (0.0, 1.0) else _SHAPES[curve](x)
