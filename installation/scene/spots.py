"""Finds the place in a file that an error of pydantic's means: its location has unions' tags among the steps.

`reading` and `words` ask here; it says nothing itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from installation.scene import fields
from installation.scene.source import Steps


@dataclass(slots=True)
class Spot:
    """Where an error is: the steps in the file (without pydantic's tags), and how each was taken."""

    steps: Steps
    chain: list[tuple[str, Any]]  # field: its FieldInfo; item: its type; part: its tuple's; entry; extra
    annotation: Any
    model: type[fields.Model] | None
    key: bool = False

    @property
    def is_part(self) -> bool:
        """Whether it is one of a fixed number of parts, such as the y of a point."""
        return bool(self.chain) and self.chain[-1][0] == "part"

    @property
    def field(self) -> FieldInfo | None:
        """The innermost field around it."""
        return next((info for how, info in reversed(self.chain) if how == "field"), None)


def follow(model: type[fields.Model], loc: tuple[str | int, ...]) -> Spot:
    """Walks the types along pydantic's location, to tell steps from tags."""
    spot = Spot((), [], model, model)
    for item in loc:
        here = bare(spot.annotation)
        origin, inner = get_origin(here), get_args(here)
        if item == "[key]":
            spot.key = True
            continue
        if origin in (Union, UnionType):
            spot.annotation = next((m for m in inner if item in tags(m)), Any)
            continue
        if isinstance(here, type) and issubclass(here, fields.Model):
            spot.model = here
            field = next((f for name, f in here.model_fields.items() if (f.alias or name) == item), None)
            spot.chain.append(("field", field) if field else ("extra", None))
            spot.annotation = field.annotation if field else Any
        elif origin is list and inner:
            spot.chain.append(("item", inner[0]))
            spot.annotation = inner[0]
        elif origin is tuple and isinstance(item, int):
            spot.chain.append(("part", here))
            spot.annotation = inner[min(item, len(inner) - 1)]
        elif origin is dict:
            spot.chain.append(("entry", None))
            spot.annotation = inner[1]
        else:
            continue
        spot.steps = (*spot.steps, item)
    return spot


def bare(annotation: Any) -> Any:
    """A type without its annotations, and without None."""
    while True:
        origin, inner = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            annotation = inner[0]
        elif origin in (Union, UnionType) and NoneType in inner:
            rest = tuple(part for part in inner if part is not NoneType)
            annotation = rest[0] if len(rest) == 1 else Union[rest]  # noqa: UP007 - made at run time
        else:
            return annotation


def tags(model: Any) -> tuple[Any, ...]:
    """The values of `kind` that choose a model of a union."""
    if isinstance(model, type) and issubclass(model, fields.Model) and "kind" in model.model_fields:
        return get_args(model.model_fields["kind"].annotation)
    return ()
