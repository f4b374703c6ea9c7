"""What may stand in a fault score: a composed malfunction, as a show or a scene writes it.

Shapes, ranges and defaults only; how a score is played is `show.faults`, whether it makes sense `check_scores`. Part of
`schema`, which hands it on.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field, StrictInt

from installation.scene.fields import Model, Number

FaultKind: TypeAlias = Literal["tear", "dropout", "slip", "echo", "bleed", "freeze", "misregistration", "signal"]

Area: TypeAlias = tuple[Number, Number, Number, Number]


class Fault(Model):
    """One line of a fault score: which fault, when, where, how often, how strong."""

    fault: FaultKind = Field(description="What goes wrong.")
    start: Number = Field(0.0, ge=0, description="Seconds from the score's start.")
    end: Number = Field(gt=0, description="Seconds from the score's start.")
    density: tuple[Number, Number] = Field((0.2, 0.2), description="Faults a second, at the start and at the end.")
    strength: Number = Field(0.5, ge=0, le=1, description="How strong, 0 to 1.")
    lasts: Number = Field(0.4, gt=0, le=30, description="Seconds that one fault lasts.")
    area: Area = Field(
        (0.0, 0.0, 1.0, 1.0),
        description="Where it may happen: x, y, width, height of the canvas, 0 to 1, y up. Default: anywhere.",
    )


class FaultScore(Model):
    """A composed malfunction: always the same from the same seed."""

    seed: StrictInt = Field(0, ge=0, le=2**31 - 1, description="Of its chance: the same seed, the same break.")
    budget: StrictInt = Field(3, ge=1, le=8, description="Most faults at once; of a kind there is never more than one.")
    cracks: tuple[Number, Number] = Field(
        (0.0, 0.0), description="How far the surface cracks by itself, 0 to 1, at the start and at the end."
    )
    score: list[Fault] = Field(min_length=1, description="Its lines.")
