"""What displays there are now, looked at about once a second by a thread of its own, so that the frame never asks.

On Linux it asks the X server over a connection of its own (`randr`), which also keeps the screen saver away. Elsewhere it asks
the system through the window library; that was written for Windows and macOS and has not been tried there. Called by `showing`.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import Protocol

from installation.errors import DeviceError, InstallationError
from installation.mailbox import Latest, Worker
from installation.outputs.displays import Display

log = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks: 0.2 ms each. A display takes longer than that to wake up."""


class Looker(Protocol):
    def look(self) -> tuple[Display, ...]: ...

    def close(self) -> None: ...


def has_display() -> bool:
    """Whether a window can be opened at all, without trying."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY"))


def looker(awake: bool = False) -> Looker:
    """What looks at this machine's displays; `awake` keeps its screen saver away. Raises DeviceError where nobody answers."""
    if sys.platform in ("win32", "darwin"):
        from installation.outputs.system_displays import SystemDisplays

        return SystemDisplays(awake)
    from installation.outputs.randr import XDisplays

    name = os.environ.get("DISPLAY", "")
    if not name:
        raise DeviceError("no display: DISPLAY is not set", hint="start a desktop or X server, or play with --headless")
    return XDisplays(name, awake)


def look() -> tuple[Display, ...]:
    """The displays of this machine, once. Raises DeviceError where nobody answers."""
    looking = looker()
    try:
        return looking.look()
    finally:
        looking.close()


class Watcher:
    """Looks again and again. `displays` has the newest answer; nothing new comes while the system doesn't answer."""

    def __init__(self, first: Looker, meanwhile: Callable[[], None] = lambda: None) -> None:
        """`first` is closed with the watcher. `meanwhile` is called in its thread after each look, and once at the end."""
        self.displays: Latest[tuple[Display, ...]] = Latest()
        self._looker: Looker | None = first
        self._meanwhile = meanwhile
        self._worker = Worker("displays", self._watch)

    def start(self) -> Watcher:
        self._worker.start()
        return self

    def _watch(self, worker: Worker) -> None:
        while not worker.wait(EVERY):
            worker.beat()
            try:
                self._looker = self._looker or looker(awake=True)
                self.displays.put(self._looker.look())
                self._meanwhile()
            except InstallationError:
                self._let_go()  # asked anew in a second
            except Exception:  # a bug here must not leave the show blind to its displays
                log.exception("a fault while displays were looked at; they are looked at again")
                self._let_go()
        self._meanwhile()
        self._let_go()

    def _let_go(self) -> None:
        before, self._looker = self._looker, None
        if before is not None:
            before.close()

    def close(self) -> None:
        """Ends the thread, and waits for it at most a few seconds. Safe to call twice."""
        self._worker.close(3.0)
