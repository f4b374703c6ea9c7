"""Tempo: where the beat and the bar are, and how long until the next. Pure, on the frame's clock.

Without anybody to share it with, beats are counted from the clock's zero, so that what is rendered is the same everywhere. With
others (Ableton Link) somebody puts the shared beat here, frame by frame. Asked by the engine and by quantised cues.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

Step: TypeAlias = Literal["bar", "beat"]

ALREADY = 1e-6
"""Beats after one that still count as on it: what is reckoned isn't exact."""


@dataclass(frozen=True, slots=True)
class Beats:
    """Beats a minute, beats in a bar, the beat at a moment of the frame's clock, and the longest that a cue waits for one."""

    tempo: float = 120.0
    bar: int = 4
    beat: float = 0.0
    seconds: float = 0.0
    longest: float = 8.0

    def at(self, seconds: float) -> float:
        """The beat at a moment."""
        return self.beat + (seconds - self.seconds) * self.tempo / 60.0

    def phase(self, seconds: float) -> float:
        """How far the bar has come, 0..1."""
        return self.at(seconds) / self.bar % 1.0

    def next(self, step: Step, seconds: float) -> float:
        """The beat at which the next bar or beat begins; the present one, if it begins just now."""
        size = self.bar if step == "bar" else 1
        return math.ceil(self.at(seconds) / size - ALREADY) * float(size)

    def until(self, beat: float, seconds: float) -> float:
        """Seconds until a beat; below 0 when it has passed."""
        return (beat - self.at(seconds)) * 60.0 / self.tempo

    def signals(self, seconds: float) -> dict[str, float]:
        """What expressions may read."""
        return {"beat": max(self.at(seconds), 0.0), "phase": self.phase(seconds), "tempo": self.tempo}
