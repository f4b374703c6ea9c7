"""Hears Ableton Link (the library `LinkPython-extern`, an optional extra): one tempo and one beat with others on the network.

Asks it in a thread of its own, and hands over the newest tempo and beat with their moment; what lies between is reckoned. An
absent library is one problem. Never called in a frame, but for what it has handed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from installation.clock import now
from installation.mailbox import Latest, Worker

LIBRARY = 'install it: pip install "installation[link]", or ./.tools/uv pip install LinkPython-extern'
EVERY = 0.02
"""Seconds between two looks at the session."""


@dataclass(frozen=True, slots=True)
class Beat:
    """Where a session is: beats a minute, beats since its beginning (whole ones are beats, multiples of the bar bars), the
    moment, in seconds of `clock.now()`, and with how many others."""

    tempo: float
    beat: float
    when: float
    peers: int


class LinkSession:
    """Remembers the session while it lasts."""

    def __init__(self, tempo: float, beats: int) -> None:
        """`tempo` holds until somebody else says another; `beats` a bar."""
        self.newest: Latest[Beat] = Latest()
        self.problem = self.hint = ""
        self._tempo, self._beats = tempo, beats
        self._worker = Worker("Ableton Link", self._run)
        self.workers = (self._worker,)

    def start(self) -> LinkSession:
        self._worker.start()
        return self

    def _run(self, worker: Worker) -> None:
        session = self._joined()
        if session is None:
            return
        try:
            while not worker.wait(EVERY):
                worker.beat()
                state, moment = session.captureAppSessionState(), now()
                micros = session.clock().micros()
                beat = Beat(state.tempo(), state.beatAtTime(micros, float(self._beats)), moment, session.numPeers())
                self.newest.put(beat, moment)
        finally:
            session.enabled = False

    def _joined(self) -> Any:
        """The session; None (and why) without the library."""
        try:
            import link
        except ImportError as error:
            absent = isinstance(error, ModuleNotFoundError)
            self.problem = "no Ableton Link: LinkPython-extern isn't there" if absent else f"no Ableton Link: {error}"
            self.hint = LIBRARY
            return None
        session = link.Link(self._tempo)
        session.enabled = True
        return session

    def close(self) -> None:
        """Leaves the session. Safe to call twice."""
        self._worker.close()
