"""What can be said to one parameter by its address, in QLab's grammar: no value asks, a value sets.

    PARAMETER                       what this frame uses         PARAMETER/base    what cues and hands have set
    PARAMETER VALUE... [SECONDS]    sets it, or fades            PARAMETER/saved   what the file says
    PARAMETER/+ N...  /-  /*        more, less, times; a choice moves so many on and rolls over
    PARAMETER/value                 the same as PARAMETER, for clients to whom a node with others below it is a folder only
    PARAMETER/toggle                turns true and false round; so does the value "toggle"
    PARAMETER/reset [1 SECONDS]     back to what the file says, its expression in charge again
    PARAMETER/live VALUE...         the running value only, also after /+ /- /* /toggle: base and saved stay, and the next cue
                                    or hand that sets it, or /reset, ends it

Pure. Called by `control`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from installation.errors import CommandError
from installation.param_tree import Parameter, ParamTree
from installation.params import SIZES, Value
from installation.show import words
from installation.show.words import number, seconds_at

How: TypeAlias = Literal["set", "+", "-", "*", "toggle", "reset", "base", "saved"]
MAX_TEXT = 4000
"""Characters of a text parameter, as in a scene file."""
_WAYS: dict[str, How] = {
    "value": "set",
    "+": "+",
    "-": "-",
    "*": "*",
    "toggle": "toggle",
    "reset": "reset",
    "base": "base",
    "saved": "saved",
}
MODIFIERS = (*(f"/{word}" for word in _WAYS), "/live")


class Meant(NamedTuple):
    """A parameter, what is to be done with it, and whether to its running value only."""

    parameter: Parameter
    how: How = "set"
    live: bool = False


def meant(params: ParamTree, address: str) -> Meant | None:
    """What an address says of a parameter; None when it is none's."""
    if (parameter := params.find(address)) is not None:
        return Meant(parameter)
    rest, _, word = address.rpartition("/")
    live = word == "live"
    if live and (parameter := params.find(rest)) is not None:
        return Meant(parameter, live=True)
    if live:
        rest, _, word = rest.rpartition("/")
    how = _WAYS.get(word)
    if how is None or (live and how in ("base", "saved", "reset")) or (parameter := params.find(rest)) is None:
        return None
    return Meant(parameter, how, live)


def pressed(what: Meant | None, args: Sequence[object]) -> Sequence[object]:
    """The arguments, where an OSC impulse (`I`, or nil) came as a press: of a verb without any, of an event as true.

    An event has no value to ask for, so that a message without arguments is a press of it as well.
    """
    impulse = len(args) == 1 and (args[0] is None or args[0] == math.inf)
    if what is not None and what.how == "set" and what.parameter.spec.kind == "event":
        return (True,) if impulse or not args else args
    return () if impulse and what is None else args


def asks(what: Meant, args: Sequence[object]) -> bool:
    """Whether it is a question, which changes nothing. Raises CommandError for a value where only a question may stand."""
    if what.how in ("base", "saved") and args:
        raise CommandError(
            f"{what.parameter.address}/{what.how} can only be asked for", hint="/live sets the live value"
        )
    return what.how in ("base", "saved") or (not args and what.how == "set")


def asked(what: Meant) -> Value:
    """The value that is asked for."""
    parameter = what.parameter
    return parameter.base if what.how == "base" else parameter.saved if what.how == "saved" else parameter.value


def carry_out(params: ParamTree, what: Meant, args: Sequence[object], owner: str, seconds: float) -> None:
    """Changes the parameter. Raises CommandError; nothing changes then."""
    parameter = what.parameter
    if what.how == "reset":
        down, time = words.button(args)
        if down:
            params.revert(parameter.address, seconds, time or 0.0)
        return
    if what.how == "set":
        value, fade = read(parameter, args)
        if value == "toggle" and parameter.spec.kind == "bool":
            value = not _now(what)
    elif what.how == "toggle":
        if parameter.spec.kind != "bool":
            raise CommandError(f"{parameter.address}: only true and false can be turned round")
        if not words.pressed(args):
            return
        value, fade = not _now(what), 0.0
    else:
        value, fade = _reckoned(what, args)
    if what.live:
        params.set_live(parameter.address, value, seconds, fade)
    else:
        params.set(parameter.address, value, owner, seconds, fade)


def _now(what: Meant) -> Value:
    """Where a parameter is, or is going."""
    parameter = what.parameter
    return parameter.value if what.live or parameter.live or parameter.driver else parameter.base


def _reckoned(what: Meant, args: Sequence[object]) -> tuple[object, float]:
    """The value that is more, less or so many times what it is."""
    spec, address = what.parameter.spec, f"{what.parameter.address}/{what.how}"
    if not args:
        raise CommandError(f"{address}: a number is missing")
    size = SIZES.get(spec.kind, 1)
    used = 1 if isinstance(args[0], tuple | list) or len(args) < size else size
    if len(args) > used + 1:
        raise CommandError(f"{address}: expected 1 or {size} numbers and a fade's seconds")
    given = args[0] if isinstance(args[0], tuple | list) else args[:used]
    sign = -1.0 if what.how == "-" else 1.0
    amounts = spec.amounts([sign * number(one, "a number") for one in given])
    there = spec.reckoned(_now(what), "multiply" if what.how == "*" else "add", amounts)
    return there, seconds_at(args, used)


def read(parameter: Parameter, args: Sequence[object]) -> tuple[object, float]:
    """The value for a parameter, and the fade's seconds when one more number follows.

    Several numbers may come one by one, as one list, or as text ("#RRGGBB", "0.5 0.5"). Four numbers for a
    colour are red, green, blue, alpha; a fade needs all four before it. Raises CommandError when the count
    is wrong.
    """
    size = SIZES.get(parameter.spec.kind, 1)
    whole = size == 1 or isinstance(args[0], str | tuple | list)
    used = 1 if whole else min(len(args), size)
    if len(args) > used + 1:
        expected = "one value" if size == 1 else f"{size} numbers"
        raise CommandError(
            f"{parameter.address}: expected {expected} and a fade's seconds at most, got {len(args)} values"
        )
    fade = seconds_at(args, used)
    if parameter.spec.kind == "text" and len(str(args[0])) > MAX_TEXT:
        raise CommandError(f"{parameter.address}: at most {MAX_TEXT} characters")
    return (args[0] if whole else list(args[:used])), fade
