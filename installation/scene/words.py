"""Puts what pydantic refuses into a curator's words, at its place in the file. `reading` calls it.

`whose` and `got` are how every problem of a file names its owner and what it found.
"""

from __future__ import annotations

import re
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from installation.errors import Location, Problem, did_you_mean
from installation.scene import fields, output_site, schema
from installation.scene.meant import colour_meant, number_meant, word_meant
from installation.scene.source import Document, Steps
from installation.scene.spots import Spot, bare, tags

_PATTERNS = {
    fields.NAME: ("can't be a name", 'small letters, digits, "-" and "_", beginning with a letter'),
    fields.ALIAS: ("can't be a name", 'small letters, digits and "_", beginning with a letter'),
    fields.CUE_NUMBER: ("can't be a cue number", 'letters, digits, ".", "-" and "_": 1, 1.5, intro'),
    fields.OSC_ADDRESS: ("is not an address", "such as /cue/5/start"),
    fields.CLOCK: ("is not a time of day", "21:30 or 21:30:05"),
    fields.TIMECODE: ("is not a timecode", "01:00:00 or 01:00:00:12"),
    fields.FORMAT: (
        "is no format of a camera",
        "three or four letters, as `installation list cameras` has them: MJPG, YUYV",
    ),
    output_site.OUTPUT_NAME: ("can't be a name here", 'small letters, digits, "_" and "-", at most 32 of them'),
    output_site.OPENS: ("is not a time of day", 'hours and minutes, in quotes: "18:00"'),
    output_site.HOST: ("is not an address on the network", "a number or a name, without blanks: 192.168.1.40"),
    fields.COLOUR: ("is not a colour", 'in quotes, as "#RRGGBB" or "#RRGGBBAA"'),
}
_LISTED = {"layers": ("layer", "name"), "effects": ("effect", "shader"), "cues": ("cue", "number")}
_UNIONS = {"layout": schema.Layout, "paths": schema.FlowPaths}
_NAMED = {"tables": "table", "faults": "fault score"}
_YES_NO = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def whose(data: Any, steps: Steps) -> tuple[str, Steps]:
    """Who a value belongs to, such as `layer "teeth"`, and the steps from there."""
    found, rest = "", steps
    for i, step in enumerate(steps):
        data = data[step] if _has(data, step) else None
        holder = str(steps[i - 1]) if i else ""
        if isinstance(step, int) and holder in _LISTED:
            what, key = _LISTED[holder]
            name = data.get(key, data.get("id")) if isinstance(data, dict) else None
            told = isinstance(name, str | int | float) and not isinstance(name, bool) and name != ""
            name = f'"{name}"' if told and holder != "cues" else name
            found, rest = f"{what} {name if told else step + 1}", steps[i + 1 :]
        elif isinstance(step, str) and holder in _NAMED and i == 1:
            found, rest = f'{_NAMED[holder]} "{step}"', steps[i + 1 :]
    return found, rest


def _has(data: Any, step: str | int) -> bool:
    if isinstance(data, list):
        return isinstance(step, int) and step < len(data)
    return isinstance(data, dict) and step in data


def label(rest: Steps) -> str:
    """Steps as they are told: layout.width, corners[2]."""
    text = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in rest)
    return text.removeprefix(".")


def prefixed(data: Any, steps: Steps, message: str) -> str:
    """A message that begins with whose it is."""
    who, _ = whose(data, steps)
    return f"{who}: {message}" if who else message


def got(given: Any) -> str:
    """A value as it is told: 3, true, "text", a list, nothing."""
    if given is None:
        return "nothing"
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, int | float):
        return f"{given:.12g}" if isinstance(given, float) else str(given)
    if isinstance(given, str):
        given = " ".join(given.split())
        return f'"{given}"' if len(given) <= 40 else f'"{given[:37]}…"'
    return "a list" if isinstance(given, list | tuple) else "a mapping of keys and values"


def problem_of(details: ErrorDetails, spot: Spot, document: Document) -> Problem:
    given, kind, steps = details["input"], details["type"], spot.steps
    _, rest = whose(document.data, steps)
    name = label(rest)
    lead = f"{name}: " if name else ""
    where = document.value(steps) if given is not None else document.key(steps)
    context: dict[str, Any] = details.get("ctx", {})
    hint = ""
    if kind == "missing" and spot.is_part:
        given = given if isinstance(given, list | tuple) else ()
        lead = f"{label(rest[:-1])}: " if rest[:-1] else ""
        message = f"{lead}expected {_parts(spot.chain[-1][1])}, got {len(given)}"
        where = document.value(steps[:-1])
    elif kind == "missing":
        message = f"{name} is missing"
        hint = (spot.field.description or "") if spot.field else ""
        where = document.key(steps[:-1])
    elif kind == "extra_forbidden":
        message = f'unknown key "{steps[-1]}"' + (f" in {label(rest[:-1])}" if rest[:-1] else "")
        hint = did_you_mean(str(steps[-1]), _keys(spot.model), label="keys")
        if str(steps[-1]) == "smoothing":
            hint = "signals are evened out in the site file: smoothing: {smile: 0.5} there, at the top"
        elif "params" in _keys(spot.model) and not hint.startswith("did"):
            hint = f"a parameter stands in params: {{{steps[-1]}: …}}  {hint}"
        where = document.key(steps)
    elif kind in ("union_tag_invalid", "union_tag_not_found"):
        message, hint, where = _union(kind, given, context, steps, rest, document)
    elif kind == "literal_error":
        allowed = _options(spot, context)
        inner = f"{label(rest[:-1])}: " if rest[:-1] else ""
        named = [step for step in steps if isinstance(step, str)]
        word = named[-1] if named else "word"
        word = word if word == steps[-1] else word.removesuffix("s")  # one of several rights
        message = f"{inner}unknown {word} {got(given)}"
        hint = did_you_mean(word_meant(str(given), allowed), allowed)
        if str(given) in ("picture", "image", "video") and "silhouette" in allowed:
            hint = (
                "its picture is fed to a shader (inputs: {inputImage: camera.picture}), and shows_camera: true says so"
            )
        if spot.key:
            message = f'unknown key "{steps[-1]}"' + (f" in {label(rest[:-1])}" if rest[:-1] else "")
            where = document.key(steps)
    elif kind == "string_pattern_mismatch":
        what, hint = _PATTERNS.get(context.get("pattern", ""), ("is not written as expected", ""))
        if context.get("pattern") == fields.COLOUR:
            hint = colour_meant(given) or hint
        elif context.get("pattern") == fields.FORMAT and str(given).upper() == "MJPEG":
            hint = "write MJPG"
        elif context.get("pattern") == output_site.OUTPUT_NAME and (meant := _name_meant(str(given))):
            hint = f"write {meant}  ({hint})"
        message = f'{lead}"{steps[-1] if spot.key else given}" {what}'
        where = document.key(steps) if spot.key else where
    else:
        message, hint = _expected(details, spot, given)
        message = f"{lead}{message}"
    return Problem(prefixed(document.data, steps, message), where, hint)


def _name_meant(given: str) -> str:
    """The name that comes nearest: stage_right for Stage Right; "" where nothing is left of it."""
    return re.sub(r"[^a-z0-9_-]+", "_", given.strip().lower()).strip("_-")[:32]


def _union(
    kind: str, given: Any, context: dict[str, Any], steps: Steps, rest: Steps, document: Document
) -> tuple[str, str, Location]:
    what = str(steps[-1]) if steps[-1] in _UNIONS else "layer"
    kinds = _quoted(context.get("expected_tags", "")) or [tag for m in _members(what) for tag in tags(m)]
    if kind == "union_tag_not_found":
        lead = f"{label(rest)}." if rest else ""
        return f"{lead}kind is missing", did_you_mean("", kinds, label="kinds"), document.key(steps)
    wrong = given.get("kind") if isinstance(given, dict) else None
    hint = did_you_mean(word_meant(str(wrong), kinds), kinds, label="kinds")
    return f"unknown kind of {what} {got(wrong)}", hint, document.value((*steps, "kind"))


def _members(what: str) -> tuple[Any, ...]:
    return get_args(bare(_UNIONS.get(what, schema.Layer)))


def _keys(model: type[fields.Model] | None) -> list[str]:
    return [f.alias or name for name, f in model.model_fields.items()] if model else []


def _quoted(text: str) -> list[str]:
    return re.findall(r"'([^']*)'", text)


def _options(spot: Spot, context: dict[str, Any]) -> list[str]:
    here = bare(spot.annotation)
    if not spot.key and get_origin(here) is Literal:
        return [str(value) for value in get_args(here)]
    return _quoted(context.get("expected", ""))


def _expected(details: ErrorDetails, spot: Spot, given: Any) -> tuple[str, str]:
    """What was expected and what is there, with what to try."""
    kind, shown = details["type"], got(given)
    context: dict[str, Any] = details.get("ctx", {})
    if kind in (
        "float_type",
        "int_type",
        "finite_number",
        "greater_than",
        "greater_than_equal",
        "less_than",
        "less_than_equal",
    ):
        whole = kind == "int_type" or bare(spot.annotation) is int
        unit = str(getattr(spot.field, "description", None) or "seconds").split(maxsplit=1)[
            0
        ]  # "Hours after which ..."
        hint = "without quotes" if isinstance(given, str) and _is_number(given) else number_meant(given, unit)
        return f"expected a {'whole ' if whole else ''}number{_bounds(spot.field)}, got {shown}", hint
    if kind == "bool_type":
        meant = _YES_NO.get(str(given).lower(), "")
        return f"expected true or false, got {shown}", f"write {meant}" if meant else ""
    if kind == "string_type":
        return f"expected text, got {shown}", _quotes(given)
    if kind == "string_too_long":
        return f"at most {context.get('max_length')} characters, this has {len(str(given))}", ""
    if kind in ("list_type", "tuple_type"):
        if kind == "tuple_type":
            return f"expected {_parts(bare(spot.annotation))} in [ ], got {shown}", ""
        return f"expected a list, got {shown}", 'each item on a line that begins with "- "'
    if kind in ("too_long", "too_short") and get_origin(bare(spot.annotation)) is tuple:
        return f"expected {_parts(bare(spot.annotation))}, got {len(given)}", ""
    if kind == "too_short":
        return "there must be at least one", ""
    if kind == "too_long":
        return f"at most {context.get('max_length')}, this has {len(given)}", ""
    if kind == "model_type" and given is None and not spot.steps:
        return "this file is empty", ""
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"expected keys and values, got {shown}", _as_keys(bare(spot.annotation), given) if spot.steps else ""
    if kind == "wording":
        hint = 'colours need quotes: "#RRGGBB"' if given is None else ""
        return f"{details['msg']}, got {shown}", context.get("hint", "") or hint
    return f"{details['msg'][:1].lower()}{details['msg'][1:]}, got {shown}", ""


def _as_keys(model: Any, given: Any) -> str:
    """How keys and values are written where one word stands: its required keys, the word as the first of them."""
    if not (isinstance(model, type) and issubclass(model, fields.Model)):
        return "write NAME: VALUE, each on a line of its own" if get_origin(model) is dict else ""
    needed = [field.alias or name for name, field in model.model_fields.items() if field.is_required()]
    word = given if isinstance(given, str) and re.fullmatch(r"[\w.-]{1,40}", given) else "…"
    if not needed:
        return ""
    rest = "".join(f", {key}: …" for key in needed[1:])
    return f"write {{{needed[0]}: {word}{rest}}}"


def _parts(annotation: Any) -> str:
    """What a tuple holds: 2 numbers, 4 points."""
    inner = get_args(annotation)
    return f"{len(inner)} {'points' if get_origin(bare(inner[0])) is tuple else 'numbers'}"


def _quotes(given: Any) -> str:
    number = isinstance(given, int | float) and not isinstance(given, bool)
    return f'put it in quotes: "{given}"' if number else ""


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _bounds(info: FieldInfo | None) -> str:
    """The range of a field, such as " from 0 to 1"."""
    low = high = above = below = None
    for part in info.metadata if info else ():
        low, high = getattr(part, "ge", low), getattr(part, "le", high)
        above, below = getattr(part, "gt", above), getattr(part, "lt", below)
    words = ""
    if low is not None or above is not None:
        words = f" from {low:.12g}" if low is not None else f" above {above:.12g}"
        if low is not None and high is None and below is None:
            return f" of at least {low:.12g}"
    if high is not None or below is not None:
        joint = " up to" if not words or above is not None else " to"
        words += f"{joint} {high:.12g}" if high is not None else f" below {below:.12g}"
    return words
