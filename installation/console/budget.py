"""How much somebody may say over the web, whatever the engine makes of it: who says more is not read for a while.

All that is said goes over one line to the engine, so whoever filled it would hold up everybody's GO. Used by `browser` and
`query_app`, one for each connection.
"""

from __future__ import annotations

from installation.clock import now

RATE, BURST = 150.0, 300.0
"""Messages that a page, or a client which may only look, may say in a second, and at once."""
MASTER_RATE, MASTER_BURST = 8000.0, 16_000.0
"""The same of a client that may set parameters: a stream of them, of several at a time."""
A_MESSAGE = 64
"""Bytes that count as one message: a bundle holds many."""


class Budget:
    """How much a connection may say. Remembers what it has left, and since when."""

    def __init__(self, rate: float = RATE, burst: float = BURST) -> None:
        self._rate, self._burst = rate, burst
        self._left, self._when = burst, now()

    def wait(self, size: int = 0) -> float:
        """Spends what a message of so many bytes costs; seconds that must pass before the next is read."""
        moment = now()
        earned = min(self._left + (moment - self._when) * self._rate, self._burst)
        self._left = earned - max(size / A_MESSAGE, 1.0)
        self._when = moment
        return max(-self._left / self._rate, 0.0)

    def become(self, rate: float, burst: float) -> None:
        """It may say more, or less, from now on."""
        if (rate, burst) != (self._rate, self._burst):
            self._rate, self._burst, self._left = rate, burst, burst
