"""What can go wrong that is not a bug, and how it is told.

    InstallationError
      ├─ SceneError      a show, scene or site file: one or many problems, each with its place
      ├─ DataError       a data package, a table, a query, a binding
      ├─ ShaderError     an ISF header or GLSL, at the artist's own line
      ├─ DeviceError     GL, a camera, a display, a port
      ├─ OutputError     a picture or film that could not be written
      └─ CommandError    a command (OSC, console, key) that could not be carried out

Programmers' errors stay `ValueError`, `TypeError` and `assert`. Every problem says what, where, what was
expected and what to try, for a person who reads it at 19:55.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file. Lines and columns count from 1; 0 means "the whole file"."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = [self.path]
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the sentence, its place, and what to try."""

    message: str
    where: Location | None = None
    hint: str = ""

    def __str__(self) -> str:
        head = f"{self.where}: {self.message}" if self.where else self.message
        return f"{head}\n    {self.hint}" if self.hint else head

    @property
    def place(self) -> tuple[str, int, int]:
        """Sorts problems by file, line and column."""
        return (self.where.path, self.where.line, self.where.column) if self.where else ("", 0, 0)


class InstallationError(Exception):
    """Something a curator, operator, artist or device did wrong. Carries one problem or many."""

    def __init__(
        self,
        message: str = "",
        where: Location | None = None,
        hint: str = "",
        *,
        problems: Iterable[Problem] = (),
    ) -> None:
        given = tuple(problems)
        self.problems: tuple[Problem, ...] = given or (Problem(message, where, hint),)
        super().__init__(str(self))

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)

    def at(self, where: Location) -> InstallationError:
        """Fills in the place where a problem has none (context is attached on the way up)."""
        self.problems = tuple(p if p.where else replace(p, where=where) for p in self.problems)
        self.args = (str(self),)
        return self


class SceneError(InstallationError):
    """A show, scene or site file can't be used."""


class DataError(InstallationError):
    """A data package, table or query can't be used."""


class ShaderError(InstallationError):
    """A shader's header or GLSL can't be used."""


class DeviceError(InstallationError):
    """A device (GL, camera, display, port) can't be used."""


class OutputError(InstallationError):
    """A picture or film can't be written."""


class CommandError(InstallationError):
    """A command can't be carried out; becomes the reply to its sender."""


def did_you_mean(word: str, choices: Iterable[str], *, label: str = "known") -> str:
    """A hint such as `did you mean "glow"?  known: bloom, glow, grain`; "" when there is nothing to say."""
    names = sorted({str(choice) for choice in choices})
    if not names:
        return ""
    close = difflib.get_close_matches(str(word), names, n=1, cutoff=0.55)
    listed = ", ".join(names[:24]) + (", …" if len(names) > 24 else "")
    return f'did you mean "{close[0]}"?  {label}: {listed}' if close else f"{label}: {listed}"


_NUMBERS = re.compile(r"\d[\d.,:]*")


def alike(problem: str) -> str:
    """What is said of a problem, without its numbers: one that counts seconds is the same one."""
    return _NUMBERS.sub("#", problem)


_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """A text that came from outside, fit to be printed: what would steer a terminal or turn the writing round is spelled
    out, such as `\\u202e`."""
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
