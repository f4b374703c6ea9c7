"""Walks a show's cue list from a cue to its end by itself, for a film of the whole: gives GO where a person would.

What goes on by itself (auto-continue, auto-follow, a trigger) does so in its own time. A cue that waits for a GO stands as
long as its `duration` says, without one for `hold` seconds; never shorter than what it does takes. Called by `filming`.
"""

from __future__ import annotations

from installation.engine import Engine
from installation.errors import CommandError
from installation.show.cue_list import Order

LEAST = 0.1
"""Seconds of a cue that goes on at once."""


class Walk:
    """Remembers which cue is being played, and since when. The show is open at the cue with which the film begins."""

    def __init__(self, engine: Engine, hold: float, first: str | None = None) -> None:
        """`first`: the number or id of the cue that the show was opened with; the first of all without one.

        Raises CommandError for a show without cues, and an unknown cue.
        """
        self._engine = engine
        self._order: Order = engine.cues.order
        stops = list(self._order.stops)
        if not stops:
            raise CommandError(f"{engine.show.name} has no cues", hint="say how long: --duration SECONDS")
        begin = self._order.entered(self._order.find(first)) if first is not None else stops[0]
        self._left = stops[stops.index(begin) :] if begin in stops else [begin] if begin is not None else stops
        self._hold = hold
        self.seconds = sum(self._stands(id) for id in self._left)
        """How long all of it takes, about: a visitor may let a cue go on early."""
        self._here = self._left.pop(0)
        self._since = 0.0
        self._frames = 0

    def goes_on(self, seconds: float) -> bool:
        """Called before each frame, with its time: gives GO where it is due; False after the last cue."""
        self._frames += 1
        entry = self._order.entries[self._here]
        early = self._frames > 2 and entry.cue.continue_mode != "none" and not self._plays(self._here)
        if seconds - self._since < self._stands(self._here) - 1e-6 and not early:
            return True
        if not self._left:
            return False
        self._here = self._left.pop(0)
        self._since, self._frames = seconds, 0
        if not self._plays(self._here):
            self._engine.go(self._here)
        return True

    def _stands(self, id: str) -> float:
        """Seconds from a cue's GO to the next one's."""
        cue, lasts = self._order.entries[id].cue, self._order.lasts(id)
        if cue.continue_mode == "auto-continue":
            lasts = float(cue.post_wait)
        elif cue.continue_mode == "none" and cue.duration is None:
            lasts = max(lasts, self._hold)
        return max(float(cue.pre_wait) + lasts, LEAST)

    def _plays(self, id: str) -> bool:
        """Whether a cue, or one of its group, acted last."""
        current = self._engine.cues.current
        if current is None:
            return False
        entry = self._order.entries[current.id]
        return id in (entry.id, *(above.id for above in self._order.above(entry)))
