"""The kinds of value that may stand in a show, scene or site file, and what all models of them share.

A file says what it means: text is not taken for a number, nor "no" for false. Only `schema` builds on these.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    model_validator,
)
from pydantic_core import PydanticCustomError

Number: TypeAlias = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""A finite number; a whole one becomes a float as well. Text and true or false are refused."""


Text: TypeAlias = StrictStr


def on_canvas(part: tuple[float, float, float, float]) -> bool:
    """Whether a part (x, y, width, height) lies inside the canvas; a little beyond is what rounding leaves of thirds."""
    x, y, width, height = part
    return 0 <= x < x + width <= 1.0001 and 0 <= y < y + height <= 1.0001


def constant_or_expression(given: Any) -> Any:
    if isinstance(given, bool | int | float | str):
        return given
    if isinstance(given, list) and all(isinstance(x, int | float) and not isinstance(x, bool) for x in given):
        return given
    raise PydanticCustomError(
        "wording", "expected a number, true or false, a list of numbers, a colour or an expression"
    )


def number_or_expression(given: Any) -> Any:
    if isinstance(given, int | float | str) and not isinstance(given, bool):
        return given
    raise PydanticCustomError("wording", "expected a number or an expression")


def number_or_text(given: Any) -> Any:
    if isinstance(given, int | float | str) and not isinstance(given, bool):
        return given
    raise PydanticCustomError("wording", "expected a number or text")


def whole_or_text(given: Any) -> Any:
    if isinstance(given, int | str) and not isinstance(given, bool):
        return given
    raise PydanticCustomError("wording", "expected a whole number or text")


def cue_number(given: Any) -> Any:
    """Cue numbers are names: 1, 1.5 and "intro" are all kept as text."""
    if isinstance(given, bool):
        return given
    if isinstance(given, int | float):
        return f"{given:.12g}"
    return given


ParamValue: TypeAlias = Annotated[
    StrictBool | StrictInt | Number | Text | list[Number], BeforeValidator(constant_or_expression)
]
"""A constant, `[x, y]`, `[r, g, b, a]`, "#RRGGBB", or an expression that begins with "="."""

Driven: TypeAlias = Annotated[Number | Text, BeforeValidator(number_or_expression)]
"""A number, or an expression that begins with "="."""

NAME = r"^[a-z][a-z0-9_-]*$"
ALIAS = r"^[a-z][a-z0-9_]*$"
FORMAT = r"^[A-Za-z0-9]{3,4}$"
CUE_NUMBER = r"^[A-Za-z0-9._-]+$"
CLOCK = r"^([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"
TIMECODE = r"^[0-9]{1,2}:[0-5][0-9]:[0-5][0-9]([:;][0-9]{1,3})?$"
OSC_ADDRESS = r"^/\S*$"
COLOUR = r"^#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$"

Name: TypeAlias = Annotated[str, Field(pattern=NAME, max_length=60)]
Alias: TypeAlias = Annotated[str, Field(pattern=ALIAS, max_length=60)]
Colour: TypeAlias = Annotated[str, Field(pattern=COLOUR)]
CueNumber: TypeAlias = Annotated[str, BeforeValidator(cue_number), Field(pattern=CUE_NUMBER, max_length=40)]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_absent(cls, given: Any) -> Any:
        """A key with nothing after it (all below it commented out, say) is as good as no key."""
        if isinstance(given, dict) and None in given.values():
            known = {name for key, field in cls.model_fields.items() for name in (key, field.alias)}
            return {key: value for key, value in given.items() if value is not None or key not in known}
        return given
