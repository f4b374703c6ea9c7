"""How values cross from threads and processes at the edge to the frame. There is no other way in.

`Latest` holds one value: the writer replaces it, the reader takes the newest and its age. `Commands` is an ordered,
bounded queue for things that must happen once and in order. `Worker` is a thread with a name, a stop event and a
heartbeat. What crosses is immutable, or handed over for good.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from installation.clock import now

T = TypeVar("T")


class Latest(Generic[T]):
    """A slot for the newest value. Assigning a tuple is atomic in CPython, so neither side ever waits."""

    def __init__(self) -> None:
        self._slot: tuple[T, float] | None = None

    def put(self, value: T, when: float | None = None) -> None:
        """Replaces the value; `when` is `clock.now()` at its making, now if left out."""
        self._slot = (value, now() if when is None else when)

    def get(self) -> T | None:
        """The newest value, or None when nothing has come yet."""
        return self._slot[0] if self._slot else None

    def age(self) -> float:
        """Seconds since the newest value was made; infinite when nothing has come yet."""
        return now() - self._slot[1] if self._slot else float("inf")


class Commands(Generic[T]):
    """An ordered, bounded queue. When it is full the newest is refused and counted: order is never broken."""

    def __init__(self, limit: int = 4096) -> None:
        self._queue: deque[T] = deque()
        self._limit = limit
        self.dropped = 0

    def put(self, command: T) -> bool:
        """Queues a command; False when the queue was full."""
        if len(self._queue) >= self._limit:
            self.dropped += 1
            return False
        self._queue.append(command)
        return True

    def drain(self) -> list[T]:
        """Everything that has been queued until now, oldest first."""
        taken: list[T] = []
        for _ in range(len(self._queue)):
            taken.append(self._queue.popleft())
        return taken

    def __len__(self) -> int:
        return len(self._queue)


class Worker:
    """A thread at the edge. `run` is called with the worker: it loops until `stopping()`, and calls `beat()`."""

    def __init__(self, name: str, run: Callable[[Worker], None]) -> None:
        self.name = name
        self.error: BaseException | None = None
        self._run = run
        self._stop = threading.Event()
        self._beat = now()
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)

    def start(self) -> Worker:
        self._thread.start()
        return self

    def _main(self) -> None:
        try:
            self._run(self)
        except BaseException as error:
            self.error = error

    def beat(self) -> None:
        """Says that the worker is alive."""
        self._beat = now()

    def stop(self) -> None:
        """Asks the thread to end, and doesn't wait for it."""
        self._stop.set()

    def stopping(self) -> bool:
        return self._stop.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleeps, but wakes at once to stop; True when it is time to stop."""
        return self._stop.wait(seconds)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def age(self) -> float:
        """Seconds since the last `beat()`."""
        return now() - self._beat

    def close(self, deadline: float = 2.0) -> bool:
        """Asks the thread to end and waits at most `deadline` seconds; False when it did not. Safe to call twice."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(deadline)
        return not self._thread.is_alive()
