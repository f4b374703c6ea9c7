"""Staged faults: which score plays, since when, and what it asks for at a time; its beginning and its end are logged, once.

So that nobody reboots a healthy show: whatever a score does to the wall, the status, the log and the minute's line say that
it is staged, and by which score. It hides nothing: real problems are listed by others, and stay where they are. Time is
an argument. Called by the engine.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from installation.errors import CommandError, did_you_mean
from installation.scene.scores import FaultScore
from installation.show.faults import ActiveFault, FaultPlayer

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Playing:
    name: str
    player: FaultPlayer
    began: float


class Staging:
    """Remembers the score that plays: one at most."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._playing: _Playing | None = None

    @property
    def name(self) -> str:
        """Of the score that plays; empty when nothing is staged."""
        return self._playing.name if self._playing else ""

    def start(self, name: str, scores: Mapping[str, FaultScore], seconds: float) -> None:
        """Plays a score from its beginning; one that plays ends. Raises CommandError when there is none of that name."""
        if name not in scores:
            raise CommandError(
                f'there is no fault score "{name}"', hint=did_you_mean(name, scores, label="fault scores")
            )
        player = FaultPlayer(scores[name], self._seed)
        self.end(seconds)
        self._playing = _Playing(name, player, seconds)
        log.info('staged faults begin: score "%s"; what the wall shows now is meant', name)

    def end(self, seconds: float) -> None:
        """Ends the score that plays, if one does."""
        if self._playing:
            log.info('staged faults end: score "%s", after %.0f s', self._playing.name, self.since(seconds))
            self._playing = None

    def since(self, seconds: float) -> float:
        """Seconds since the score began; 0 when none plays."""
        return seconds - self._playing.began if self._playing else 0.0

    def at(self, seconds: float) -> list[ActiveFault]:
        """The faults that show, oldest first."""
        return self._playing.player.at(self.since(seconds)) if self._playing else []

    def cracks(self, seconds: float) -> float:
        """How far the score has cracked the surface, 0..1."""
        return self._playing.player.cracks(self.since(seconds)) if self._playing else 0.0
