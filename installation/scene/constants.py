"""Whether a constant in a file is a value that a parameter can have. Stricter than what a performer sends.

A hand on a fader is clamped; a file that says 5 where 0 to 2 is meant is a mistake, and told. `check` calls
it for scenes and cues alike.
"""

from __future__ import annotations

import re

from installation.errors import CommandError, SceneError, did_you_mean
from installation.params import SIZES, Param, Value
from installation.scene.fields import COLOUR
from installation.scene.meant import colour_meant, number_meant
from installation.scene.words import got


def constant(param: Param, given: object) -> Value:
    """The value as the parameter holds it. Raises SceneError, without a place, with what was expected."""
    expected = _expected(param, given)
    if expected:
        raise SceneError(f"{param.name}: expected {expected}, got {got(given)}", hint=_hint(param, given))
    try:
        return param.coerce(given)
    except CommandError as error:
        raise SceneError(error.problems[0].message, hint=error.problems[0].hint) from None


def _expected(param: Param, given: object) -> str:
    """What should have been there, or "" when all is well."""
    if param.kind == "text":
        return "" if isinstance(given, str) else "text"
    if param.kind in ("bool", "event"):
        return "" if isinstance(given, bool) else "true or false"
    if param.kind == "color":
        if isinstance(given, str) and re.fullmatch(COLOUR, given):
            return ""
        numbers = given if isinstance(given, list | tuple) else ()
        good = len(numbers) in (3, 4) and all(_is_number(x) and 0 <= x <= 1 for x in numbers)
        return "" if good else 'a colour: "#RRGGBB", or 3 or 4 numbers from 0 to 1'
    if param.kind == "point2D":
        size = SIZES[param.kind]
        numbers = given if isinstance(given, list | tuple) else ()
        good = len(numbers) == size and all(_is_number(x) and _in_range(param, float(x)) for x in numbers)
        return "" if good else f"{size} numbers{_bounds(param)} in [ ]"
    if param.kind == "long":
        return _expected_whole(param, given)
    if _is_number(given) and _in_range(param, float(given)):  # type: ignore[arg-type]
        return ""
    return f"a number{_bounds(param)}"


def _expected_whole(param: Param, given: object) -> str:
    if param.values:
        listed = " or ".join([*map(str, param.values[:8]), *(["…"] if len(param.values) > 8 else [])])
        known = given in param.labels if isinstance(given, str) else _is_number(given) and given in param.values
        return (
            "" if known else f"one of {', '.join(param.labels)}" if isinstance(given, str) and param.labels else listed
        )
    whole = _is_number(given) and float(given).is_integer() and _in_range(param, float(given))  # type: ignore[arg-type]
    return "" if whole else f"a whole number{_bounds(param)}"


def _is_number(given: object) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool)


def _in_range(param: Param, number: float) -> bool:
    return (param.low is None or number >= param.low) and (param.high is None or number <= param.high)


def _bounds(param: Param) -> str:
    """The range with its unit: " from 0 to 2 paths/s"."""
    unit = f" {param.unit}" if param.unit else ""
    if param.low is not None and param.high is not None:
        return f" from {param.low:g} to {param.high:g}{unit}"
    if param.low is not None:
        return f" of at least {param.low:g}{unit}"
    return f" of at most {param.high:g}{unit}" if param.high is not None else ""


def _hint(param: Param, given: object) -> str:
    if (
        param.kind == "color"
        and isinstance(given, list | tuple)
        and all(_is_number(x) and 0 <= x <= 255 for x in given)
    ):
        return f"of 255: [{', '.join(f'{float(x) / 255:.3g}' for x in given)}]" if max(given, default=0) > 1 else ""
    if not isinstance(given, str):
        return ""
    if param.labels and param.kind == "long":
        return did_you_mean(given, param.labels, label="values")
    if param.kind == "color":
        return colour_meant(given)
    if param.kind in ("bool", "event"):
        return "without quotes" if given.lower() in ("true", "false") else ""
    if re.fullmatch(r"[-+]?[0-9.]+", given):
        return "without quotes"
    if hint := number_meant(given):
        return hint
    return f'an expression begins with "=": "= {given[:40]}"' if re.search(r"[-+*/(]|^[a-z_]\w*$", given) else ""
