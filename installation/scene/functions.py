"""The vocabulary of expressions: signals, constants and functions that may stand in them. Pure arithmetic.

`expressions` compiles against these tables; help and editors read them too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from installation import signals

SIGNALS: dict[str, str] = {name: signal.help for name, signal in signals.SIGNALS.items()}
"""Values that the engine gives to every expression, each frame."""

HEARD = frozenset(name for name, signal in signals.SIGNALS.items() if signal.of == "sound")
"""Those of them for which somebody must listen."""

CONSTANTS: dict[str, float] = {"pi": math.pi, "tau": math.tau, "true": 1.0, "false": 0.0}


@dataclass(frozen=True, slots=True)
class Function:
    """A function, how it is written, and how many numbers it takes; `timed`: after the scene's time."""

    call: Callable[..., float]
    usage: str
    least: int
    most: int
    help: str
    timed: bool = False


def _mod(x: float, y: float) -> float:
    return x % y


def _floor(x: float) -> float:
    return float(math.floor(x))


def _ceil(x: float) -> float:
    return float(math.ceil(x))


def _round(x: float) -> float:
    return float(math.floor(x + 0.5))


def _fract(x: float) -> float:
    return x - math.floor(x)


def _clamp(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


def _mix(a: float, b: float, amount: float) -> float:
    return a + (b - a) * amount


def _step(edge: float, x: float) -> float:
    return 0.0 if x < edge else 1.0


def _smoothstep(low: float, high: float, x: float) -> float:
    if low == high:
        return _step(low, x)
    t = min(max((x - low) / (high - low), 0.0), 1.0)
    return t * t * (3 - 2 * t)


def _sign(x: float) -> float:
    return float((x > 0) - (x < 0))


def _pulse(time: float, period: float) -> float:
    return 0.5 - 0.5 * math.cos(math.tau * math.fmod(time, period) / period)


def _play(time: float, first: float, last: float, rate: float, hold: float = 0.0) -> float:
    if rate == 0 or first == last:
        return first
    length = abs(last - first) / abs(rate)
    passed = math.fmod(time, length + max(hold, 0.0))
    return first + (last - first) * min(passed / length, 1.0)


def _lattice(cell: int, seed: int) -> float:
    """An even scatter of whole numbers over 0..1: two rounds of multiply and fold over 32 bits."""
    bits = (cell * 0x9E3779B1 + seed * 0x6A09E667 + 0x3C6EF372) & 0xFFFFFFFF
    bits = ((bits ^ bits >> 15) * 0x5851F42D) & 0xFFFFFFFF
    bits = ((bits ^ bits >> 13) * 0x4C957F2D) & 0xFFFFFFFF
    return (bits ^ bits >> 16) / 0xFFFFFFFF


def _noise(x: float, seed: float = 0.0) -> float:
    cell = math.floor(x)
    whole = math.floor(seed)
    t = x - cell
    a = _lattice(cell, whole)
    return a + (_lattice(cell + 1, whole) - a) * t * t * (3 - 2 * t)


FUNCTIONS: dict[str, Function] = {
    "sin": Function(math.sin, "sin(angle)", 1, 1, "sine; the angle is in radians"),
    "cos": Function(math.cos, "cos(angle)", 1, 1, "cosine; the angle is in radians"),
    "tan": Function(math.tan, "tan(angle)", 1, 1, "tangent; the angle is in radians"),
    "abs": Function(abs, "abs(x)", 1, 1, "x without its sign"),
    "sign": Function(_sign, "sign(x)", 1, 1, "-1, 0 or 1"),
    "floor": Function(_floor, "floor(x)", 1, 1, "the whole number at or below x"),
    "ceil": Function(_ceil, "ceil(x)", 1, 1, "the whole number at or above x"),
    "round": Function(_round, "round(x)", 1, 1, "the nearest whole number"),
    "fract": Function(_fract, "fract(x)", 1, 1, "what is left of x above its floor"),
    "mod": Function(_mod, "mod(x, y)", 2, 2, "what is left of x after whole multiples of y"),
    "min": Function(min, "min(a, b, …)", 2, 16, "the lowest"),
    "max": Function(max, "max(a, b, …)", 2, 16, "the highest"),
    "clamp": Function(_clamp, "clamp(x, low, high)", 3, 3, "x, kept between low and high"),
    "mix": Function(_mix, "mix(a, b, amount)", 3, 3, "from a to b as the amount goes from 0 to 1"),
    "step": Function(_step, "step(edge, x)", 2, 2, "0 below the edge, else 1"),
    "smoothstep": Function(_smoothstep, "smoothstep(low, high, x)", 3, 3, "0 to 1 between low and high, eased"),
    "pow": Function(math.pow, "pow(x, y)", 2, 2, "x to the power of y"),
    "sqrt": Function(math.sqrt, "sqrt(x)", 1, 1, "the square root"),
    "exp": Function(math.exp, "exp(x)", 1, 1, "e to the power of x"),
    "log": Function(math.log, "log(x)", 1, 1, "the natural logarithm"),
    "noise": Function(
        _noise, "noise(x, seed)", 1, 2, "smooth chance from 0 to 1, always the same for the same x and seed"
    ),
    "pulse": Function(_pulse, "pulse(period)", 1, 1, "from 0 to 1 and back, once in so many seconds", timed=True),
    "play": Function(
        _play,
        "play(first, last, rate, hold)",
        3,
        4,
        "years that pass: from the first to the last at so many a second, held for so many seconds, and again",
        timed=True,
    ),
}
