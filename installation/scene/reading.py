"""Reads a document as a model, and tells every problem of it at once.

What is wrong is left out and the rest is read again, so that one mistake hides no other: `check` then looks
at what remains. Called by `load`.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args

from pydantic import ValidationError

from installation.errors import Problem
from installation.scene import fields, schema
from installation.scene.source import Document, Steps
from installation.scene.spots import Spot, bare, follow
from installation.scene.words import problem_of

M = TypeVar("M", bound=fields.Model)

ROUNDS = 5
"""How often a document is read again without what was wrong in it."""


@dataclass(frozen=True)
class Read(Generic[M]):
    """What a document holds, without what was wrong (None when nothing is left), and the problems.

    `dropped` are the steps to what was left out. A layer, effect, cue or fault that was left out stands in
    `file` as a stub, so that the others keep their places.
    """

    file: M | None
    problems: tuple[Problem, ...]
    dropped: frozenset[Steps]


def read(model: type[M], document: Document) -> Read[M]:
    """Validates a document."""
    data = copy.deepcopy(document.data)
    problems: list[Problem] = []
    dropped: set[Steps] = set()
    for turn in range(ROUNDS):
        try:
            file = model.model_validate(data, by_alias=True, by_name=False)
            return Read(file, tuple(problems), frozenset(dropped))
        except ValidationError as error:
            left = True
            told: set[Steps] = set()
            for details in error.errors(include_url=False):
                spot = follow(model, details["loc"])
                whole = spot.steps[:-1] if spot.is_part and details["type"] == "missing" else spot.steps
                if turn == 0 and whole not in told:
                    problems.append(problem_of(details, spot, document))
                    told.add(whole)
                left = _drop(data, spot, details["type"], dropped) and left
            if not left:
                break
    return Read(None, tuple(problems), frozenset(dropped))


def _drop(data: Any, spot: Spot, kind: str, dropped: set[Steps]) -> bool:
    """Takes what is wrong out of the data, as little as possible. False when nothing can be taken out."""
    if len(spot.steps) == 1 and spot.steps[0] == "title" and isinstance(data, dict):
        data["title"] = ""  # required, but nothing else depends on it
        dropped.add(spot.steps)
        return True
    last = len(spot.steps) - (2 if kind == "missing" else 1)
    for i in range(last, -1, -1):
        steps = spot.steps[: i + 1]
        if any(steps[:n] in dropped for n in range(1, len(steps) + 1)):
            return True
        how, what = spot.chain[i]
        if how == "part" or (how == "field" and what.is_required()):
            continue
        holder = data
        for step in steps[:-1]:
            holder = holder[step]
        if how == "item":
            stub = _stub(what, holder[steps[-1]], int(steps[-1]))
            if stub is None:
                continue
            holder[steps[-1]] = stub
        else:
            holder.pop(steps[-1], None)
        dropped.add(steps)
        return True
    return False


def _stub(annotation: Any, given: Any, index: int) -> dict[str, Any] | None:
    """Something valid that keeps the place, and the name, of an item of a list."""
    given = given if isinstance(given, dict) else {}
    model = bare(annotation)
    if schema.CameraLayer in get_args(model):
        name = given.get("name")
        known = isinstance(name, str) and re.fullmatch(fields.NAME, name)
        return {"kind": "camera", "name": name if known else f"layer-{index}"}
    if model is schema.Effect:
        return {"shader": str(given.get("shader", ""))}
    if model is schema.Cue:
        return {"number": f"unread-{index}"}
    if model is schema.Fault:
        return {"fault": "tear", "end": 1.0}
    if model is schema.Wall:
        return {"name": f"unread-{index}"}
    return {} if model in (schema.Output, schema.Surface, schema.Mask) else None
