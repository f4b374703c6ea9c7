"""Reveal: how far the surface lets through what lies under it, from causes that stay apart.

`level` is the operator's and the cues', faded; `cracks` is what the faults have opened; `of` names the data
that say where the surface gives way first, and `weak` how much they say so. The compositor makes the mask from
these and from the visitor's silhouette. It knows no scene but by its name. Pure: time is an argument. Called by
the engine.
"""

from __future__ import annotations

import math

from installation.curves import Curve, along
from installation.errors import CommandError

EASE = 2.0
"""Seconds in which data lose or take their say while the surface is open: another scene's, or edited ones."""


class Reveal:
    """Remembers the level, its running fade, the cracks, and whose data shape them."""

    def __init__(self) -> None:
        self.level = 0.0
        """0 closed to 1 open."""
        self.cracks = 0.0
        """0 whole to 1 broken."""
        self.of = ""
        """The name of the data that shape the mask; empty for none."""
        self.weak = 0.0
        """0 none to 1 all of their say."""
        self._seconds = 0.0
        self._start = 0.0
        self._target = 0.0
        self._began = 0.0
        self._duration = 0.0
        self._curve: Curve = "smooth"

    @property
    def target(self) -> float:
        """Where the level is going; the level itself when no fade runs."""
        return self._target

    @property
    def amount(self) -> float:
        """How open the surface is altogether, 0..1: what the level leaves closed, cracks open in their
        share."""
        return 1.0 - (1.0 - self.level) * (1.0 - self.cracks)

    def set(
        self, level: float, seconds: float, duration: float = 0.0, curve: Curve = "smooth", into: float = 0.0
    ) -> None:
        """Takes the level from where it is now to `level` (clamped to 0..1) in `duration` seconds, of which `into` are over.

        Raises CommandError for what isn't a number; nothing changes then.
        """
        if not (math.isfinite(level) and math.isfinite(duration)):
            raise CommandError(f"reveal: {level} in {duration} s is not a number", hint="expected 0 to 1")
        self._settle(seconds)
        self._start = self.level
        self._target = min(max(level, 0.0), 1.0)
        self._began = seconds - into
        self._duration = max(duration, 0.0)
        self._curve = curve
        self._settle(seconds)

    def hold(self, seconds: float) -> None:
        """Lets so much time pass without the running fade: it is late by as much."""
        self._began += seconds

    def stop(self) -> None:
        """Freezes the fade where it is."""
        self._start = self._target = self.level
        self._duration = 0.0

    def reset(self) -> None:
        """Closed and whole, at once."""
        self.level = self.cracks = 0.0
        self.stop()

    def advance(self, seconds: float, cracks: float = 0.0, of: str = "") -> None:
        """Settles the level for this frame, and takes over the faults' cracks and whose data shape them.

        While anything is open, some data let go before others take hold: no hole jumps.
        """
        closed = self.amount == 0.0
        self._settle(seconds)
        self.cracks = min(max(cracks, 0.0), 1.0)
        step = max(seconds - self._seconds, 0.0) / EASE
        self._seconds = seconds
        if closed:
            self.of, self.weak = of, float(bool(of))
        elif of != self.of:
            self.weak -= step
            if self.weak <= 0.0:
                self.of, self.weak = of, 0.0
        elif of:
            self.weak = min(self.weak + step, 1.0)

    def _settle(self, seconds: float) -> None:
        x = along(self._curve, self._began, self._duration, seconds)
        self.level = self._target if x >= 1 else self._start + (self._target - self._start) * x

    def values(self) -> dict[str, float]:
        """What expressions, the status and the shader read: level, cracks, amount, weak."""
        return {"level": self.level, "cracks": self.cracks, "amount": self.amount, "weak": self.weak}
