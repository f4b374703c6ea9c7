"""What went wrong while a show played, and what could not be carried out: listed once each, and logged. For `engine`."""

from __future__ import annotations

import logging
from collections import deque

from installation.errors import Problem

log = logging.getLogger(__name__)

NEWS = 120.0
"""Seconds for which a command that could not be carried out is listed."""
TRIED = 5.0
"""Seconds for which one is listed of those that only the newest counts of, as the moves of a drag."""
REFUSED = 8
"""How many of the last commands that could not be carried out are listed."""


class Complaints:
    """Remembers problems, and the last commands that were refused: apart, so that a wrong button that is pressed all night
    doesn't crowd the problems out. Texts are a sentence, and on the next line what to try."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._said: set[str] = set()
        self._refused: deque[tuple[float, str, Problem]] = deque(maxlen=REFUSED)
        self._refused_at = -1.0

    def complain(self, text: str) -> None:
        """Lists a problem once and logs it; what repeats every frame is said once."""
        if text not in self._said and len(self._said) < 256:
            self._said.add(text)
            self.problems.append(_problem(text))
            log.error("%s", text)

    def refused(self, seconds: float) -> list[Problem]:
        """The last commands that could not be carried out, for as long as that is news."""
        return [problem for when, of, problem in self._refused if seconds - when < (TRIED if of else NEWS)]

    def refuse(self, text: str, seconds: float, of: str = "") -> None:
        """Lists a command that could not be carried out; the log hears of one a second at most. `of`: of what only the newest is
        listed, until `settle` or for a moment."""
        problem = _problem(text)
        known = problem in self.refused(seconds)
        if of:
            self.settle(of)
        if of or not known:
            self._refused.append((seconds, of, problem))
        if not known and not 0 <= seconds - self._refused_at < 1.0:
            self._refused_at = seconds
            log.warning("%s", text)

    def settle(self, of: str) -> None:
        """Something of the kind has been carried out: what was refused of it is no news any more."""
        for one in [one for one in self._refused if one[1] == of]:
            self._refused.remove(one)

    def forget_refused(self) -> None:
        self._refused.clear()


def _problem(text: str) -> Problem:
    message, _, hint = text.partition("\n")
    return Problem(message, hint=hint.strip())
