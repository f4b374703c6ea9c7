"""What the arguments of a command mean: a button, a number, a fade's seconds. Called by `control` and `cue_verbs`."""

from __future__ import annotations

from collections.abc import Sequence

from installation.errors import CommandError
from installation.params import LARGEST

MAX_SECONDS = 3600.0
"""The longest fade."""
MAX_LOADED = 604_800.0
"""Seconds into a cue: a week."""


def pressed(args: Sequence[object]) -> bool:
    """Whether a button went down (or a message came without arguments). Raises CommandError for anything
    else."""
    if not args:
        return True
    given = args[0]
    if len(args) == 1 and isinstance(given, bool | int | float) and given in (0, 1):
        return bool(given)
    raise CommandError(
        f"{shown(given)} is not a button's value (0 or 1)", hint='a cue\'s number is text: /go "5", or /go/5'
    )


def button(args: Sequence[object]) -> tuple[bool, float | None]:
    """As `pressed`, with the seconds of a fade where one more number follows: 1 2.5."""
    if len(args) < 2:
        return pressed(args), None
    if len(args) > 2:
        raise CommandError("expected a button's value (0 or 1) and a fade's seconds at most")
    return pressed(args[:1]), seconds_at(args, 1)


def number(given: object, expected: str) -> float:
    if isinstance(given, bool | int | float) and abs(given) <= LARGEST:  # NaN isn't, nor a whole number of 400 digits
        return float(given)
    raise CommandError(f"{expected} was expected, not {shown(given)}")


def seconds_at(args: Sequence[object], place: int, from_end: bool = False) -> float:
    """The seconds at a place of the arguments; 0 when there are none. Raises CommandError.

    `from_end`: a time within a cue, which below 0 counts from its end; else a fade's.
    """
    if len(args) <= place:
        return 0.0
    given = number(args[place], "a time in seconds" if from_end else "a fade's seconds")
    if from_end and abs(given) <= MAX_LOADED and not isinstance(args[place], bool):
        return given
    if from_end:
        raise CommandError(f"{shown(args[place])} is not a time within a cue")
    if not 0 <= given <= MAX_SECONDS or isinstance(args[place], bool):
        raise CommandError(f"a fade takes 0 to {MAX_SECONDS:g} seconds, not {shown(args[place])}")
    return given


def shown(given: object) -> str:
    text = repr(given)
    return text if len(text) < 60 else text[:57] + "…"
