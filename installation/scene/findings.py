"""Collects what is wrong in one file, each problem at its place. The parts of `check` share one a file."""

from __future__ import annotations

from installation.errors import InstallationError, Location, Problem
from installation.scene.source import Document, Steps
from installation.scene.words import whose


class Findings:
    """The problems of one document. `dropped` are the steps to what could not be read (see `reading`)."""

    def __init__(self, document: Document, dropped: frozenset[Steps] = frozenset()) -> None:
        self.document = document
        self.dropped = dropped
        self.problems: list[Problem] = []

    def value(self, steps: Steps, message: str, hint: str = "") -> None:
        """Something is wrong with a value."""
        self._add(self.document.value(steps), steps, message, hint)

    def key(self, steps: Steps, message: str, hint: str = "") -> None:
        """Something is wrong with a key, or with a whole item of a list."""
        self._add(self.document.key(steps), steps, message, hint)

    def inside(self, steps: Steps, offset: int, message: str, hint: str = "") -> None:
        """Something is wrong at a character of a text."""
        self._add(self.document.inside(steps, offset), steps, message, hint)

    def error(self, steps: Steps, error: InstallationError) -> None:
        """Something else refused a value; its own places (in a shader, in a table) are kept."""
        for problem in error.problems:
            if problem.where:
                self.problems.append(problem)
            else:
                self.value(steps, problem.message, problem.hint)

    def lost(self, steps: Steps) -> bool:
        """Whether a value could not be read, and was told already."""
        return steps in self.dropped

    def _add(self, where: Location, steps: Steps, message: str, hint: str) -> None:
        who, _ = whose(self.document.data, steps)
        self.problems.append(Problem(f"{who}: {message}" if who else message, where, hint))
