"""Chance that is the same everywhere: draws made only from `random.Random(seed).random()`, and the shapes
they take.

Python promises that method's sequence, not those of `gauss` or `choice`; so normal, log-normal, binomial and
Beta draws are made here, by hand. Called by the fiction generator only.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Callable, Sequence

CUT = 3.0902
"""The standard normal's 99.9 % point: larger edges are drawn again."""


class Chance:
    """A stream of draws for one table of one seed; adding a table changes no other table's stream."""

    def __init__(self, seed: int, table: str) -> None:
        digest = hashlib.sha256(f"{seed}:{table}".encode()).digest()
        self._random = random.Random(int.from_bytes(digest[:8], "big")).random

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        return low + (high - low) * self._random()

    def normal(self) -> float:
        """Box and Muller's transform (Annals of Mathematical Statistics 29, 1958); one of its two values."""
        return math.sqrt(-2.0 * math.log(1.0 - self._random())) * math.cos(2.0 * math.pi * self._random())

    def log_normal(self, mu: float, sigma: float) -> float:
        """Log-normal, cut at its 99.9 % point."""
        z = self.normal()
        while z > CUT:
            z = self.normal()
        return math.exp(mu + sigma * z)

    def binomial(self, trials: int, chance: float) -> int:
        return sum(self._random() < chance for _ in range(trials))

    def gamma(self, shape: float) -> float:
        """Gamma of shape at least 1 and scale 1, by Marsaglia and Tsang (ACM TOMS 26(3), 2000)."""
        d = shape - 1.0 / 3.0
        c = 1.0 / math.sqrt(9.0 * d)
        while True:
            z = self.normal()
            v = (1.0 + c * z) ** 3
            if v > 0.0 and math.log(1.0 - self._random()) < 0.5 * z * z + d - d * v + d * math.log(v):
                return d * v

    def beta(self, mean: float, firmness: float) -> float:
        """Beta with a mean; `firmness` is the sum of its two shapes, each of which must be at least 1."""
        a = self.gamma(mean * firmness)
        return a / (a + self.gamma((1.0 - mean) * firmness))

    def order(self, weights: Sequence[float]) -> list[int]:
        """All places in a random order in which heavier ones tend to come first (Efraimidis and Spirakis,
        2006)."""
        keys = [-math.log(1.0 - self._random()) / weight for weight in weights]
        return sorted(range(len(weights)), key=lambda index: (keys[index], index))


def gini(values: Sequence[float]) -> float:
    """Gini's coefficient of values that are not negative: 0 equal, near 1 one has all."""
    ranked = sorted(values)
    total = sum(ranked)
    if total <= 0:
        return 0.0
    count = len(ranked)
    return sum((2 * (rank + 1) - count - 1) * value for rank, value in enumerate(ranked)) / (count * total)


def top_share(values: Sequence[float], part: float = 0.1) -> float:
    """The share of the total that the largest `part` of the values carry."""
    ranked = sorted(values, reverse=True)
    return sum(ranked[: max(round(part * len(ranked)), 1)]) / sum(ranked)


def hhi(shares: Sequence[float]) -> float:
    """Herfindahl and Hirschman's index: the sum of squared shares."""
    total = sum(shares)
    return sum((share / total) ** 2 for share in shares)


def zipf_shares(count: int, target: float) -> list[float]:
    """Shares of `count` ranks, falling as Zipf's law, with the exponent at which their HHI is `target`."""

    def shares(exponent: float) -> list[float]:
        sizes = [rank**-exponent for rank in range(1, count + 1)]
        return [size / sum(sizes) for size in sizes]

    return shares(bisect(lambda exponent: hhi(shares(exponent)) - target, 0.0, 8.0))


def bisect(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function crosses zero, or the end that is nearer to doing so."""
    for _ in range(60):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
