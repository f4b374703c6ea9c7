"""When the projectors are checked by themselves: some minutes before each opening, and once more where one was still warming up.

Asked each frame by `wall_calibration`; it looks at the clock on the wall a few times a minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from installation.clock import wall_time
from installation.scene.opening import next_change
from installation.scene.output_site import Opening

BEFORE, AGAIN = 180.0, 75.0
"""Seconds before opening: projectors are switched on five minutes before it, and need one or two to be bright and still."""
EVERY = 5.0
"""Seconds between two looks at the clock."""


class Morning:
    """Remembers which opening has been checked for, and how often."""

    def __init__(self, hours: Sequence[Opening]) -> None:
        self._hours = list(hours)
        self._looked = -EVERY
        self._opens: datetime | None = None
        self._checks = 0

    def due(self, at: float, again: bool) -> bool:
        """Whether it is time for a check, once for each. `again`: the last one could not read a projector."""
        if at - self._looked < EVERY:
            return False
        self._looked = at
        moment = datetime.fromtimestamp(wall_time())
        change = next_change(self._hours, moment)
        if change is None or not change[1]:
            return False
        if change[0] != self._opens:
            self._opens, self._checks = change[0], 0
        left = change[0].timestamp() - moment.timestamp()
        due = (self._checks == 0 and left <= BEFORE) or (self._checks == 1 and again and left <= AGAIN)
        self._checks += due
        return due
