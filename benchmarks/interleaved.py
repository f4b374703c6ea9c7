"""Runs contenders in turn, many rounds, and gives the ratio of their medians.

A shared machine makes absolute times worthless: only what ran side by side can be compared. Each comparison carries a
control, the reference against itself (A/A): a ratio that lies within the control's spread is no difference.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

Timed: TypeAlias = Callable[[int], tuple[float, float]]
"""Does its work so many times, and gives the seconds that all of it took: on the wall, and of its processor time."""


@dataclass(frozen=True)
class Ratio:
    """`wall` and `cpu` are the contender's time over the reference's: median of the rounds' ratios, and quartiles."""

    wall: float
    wall_low: float
    wall_high: float
    cpu: float
    reference_ms: float

    def __str__(self) -> str:
        spread = f"[{self.wall_low:.2f}..{self.wall_high:.2f}]"
        return f"{self.wall:5.2f} {spread}  cpu {self.cpu:5.2f}  (reference {self.reference_ms:.2f} ms)"


def here(run: Callable[[], None]) -> Timed:
    """A contender of this process."""

    def timed(repeats: int) -> tuple[float, float]:
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(repeats):
            run()
        return time.perf_counter() - wall, time.process_time() - cpu

    return timed


def compare(
    reference: Timed, contender: Timed, rounds: int, repeats: int, control: Timed | None = None
) -> tuple[Ratio, Ratio]:
    """(contender over reference, control over reference). A round times A, B, A again, each `repeats` times.

    The control is the reference itself, or another one just like it.
    """
    control = control or reference
    for run in (reference, contender, control):
        run(1)
    first, second, again = [], [], []
    for number in range(rounds):
        order = [(first, reference), (second, contender), (again, control)]
        if number % 2:  # whoever comes first finds the caches cold
            order.reverse()
        for into, run in order:
            wall, cpu = run(repeats)
            into.append((wall / repeats, cpu / repeats))
    return _ratio(first, second), _ratio(first, again)


def _ratio(below: list[tuple[float, float]], above: list[tuple[float, float]]) -> Ratio:
    walls = [b[0] / a[0] for a, b in zip(below, above, strict=True)]
    cpus = [b[1] / a[1] for a, b in zip(below, above, strict=True)]
    low, middle, high = statistics.quantiles(walls, n=4)
    return Ratio(middle, low, high, statistics.median(cpus), statistics.median(a[0] for a in below) * 1000)
