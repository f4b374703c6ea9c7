"""Messages of bundles that are dated ahead, until their time has come: bounded in number, in bytes and in how far ahead.

A bundle's time is read against this machine's clock. One that is past is done at once, and so is everything from a sender
whose clock is behind ours. One that is dated more than a minute ahead is dropped and counted, and how far ahead it was is in the
status: that sender's clock is wrong, or somebody fills the memory. Called by `inputs.osc`.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

from installation.inputs.osc_decode import OscMessage

MAX_AHEAD = 60.0
"""Seconds."""
MAX_SCHEDULED = 4096
MAX_ARGUMENTS = 65_536
"""Numbers and characters in all of them together."""
LATE = 0.001
"""Seconds: what is past by more than this is counted as late."""
NTP_1970 = 2_208_988_800
"""Seconds from 1900, where OSC time begins, to 1970."""

NTP_ERA = 2.0**32


class Later:
    """Remembers what is dated ahead, soonest first; of the same time, in the order in which it came."""

    def __init__(self, wall: Callable[[], float]) -> None:
        """`wall` gives seconds since 1970."""
        self._wall = wall
        self._queue: list[tuple[float, int, int, OscMessage]] = []
        self._sequence = self._weight = 0
        self.ahead = 0.0
        """Seconds by which the last bundle that was dropped was dated ahead; 0 before any was."""

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def due(self, moment: float) -> list[OscMessage]:
        """What is due by a moment of `clock.now()`."""
        found = []
        while self._queue and self._queue[0][0] <= moment:
            _, _, weight, message = heapq.heappop(self._queue)
            self._weight -= weight
            found.append(message)
        return found

    def put(self, messages: list[OscMessage], moment: float, counters: dict[str, int]) -> list[OscMessage]:
        """Keeps what is dated ahead, all of a packet or none; gives back what is due at once."""
        at_once: list[OscMessage] = []
        later: list[tuple[float, int, OscMessage]] = []
        clock = (self._wall() + NTP_1970) % NTP_ERA
        for message in messages:
            ahead = 0.0 if message.due is None else _difference(message.due, clock)
            if ahead <= 0:
                counters["late"] += ahead < -LATE
                at_once.append(message)
            elif ahead <= MAX_AHEAD:
                later.append((moment + ahead, _weight(message.args), message))
            else:
                counters["dropped"] += 1
                self.ahead = ahead
        weight = sum(one[1] for one in later)
        if len(self._queue) + len(later) > MAX_SCHEDULED or self._weight + weight > MAX_ARGUMENTS:
            counters["dropped"] += len(later)
            return at_once
        for due, heavy, message in later:
            self._sequence += 1
            heapq.heappush(self._queue, (due, self._sequence, heavy, message))
        self._weight += weight
        counters["scheduled"] += len(later)
        return at_once

    def clear(self) -> None:
        self._queue.clear()
        self._weight = 0


def _weight(args: tuple[object, ...]) -> int:
    return 1 + sum(
        _weight(one) if isinstance(one, tuple) else len(one) if isinstance(one, str | bytes) else 1 for one in args
    )


def _difference(due: float, clock: float) -> float:
    """Seconds from `clock` to `due`, both modulo an NTP era (the count wraps in February 2036)."""
    return (due - clock + NTP_ERA / 2) % NTP_ERA - NTP_ERA / 2
