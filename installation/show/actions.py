"""What cues ask of the engine, as values: `CueList.advance` gives them, the engine carries them out.

`owner` is the number of the cue that did it; "" for what an operator did to the whole list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from installation.curves import Curve
from installation.scene.schema import Cue, ParamValue


@dataclass(frozen=True, slots=True)
class SceneAction:
    """Go to a scene; `transition` is an ISF file name or None for the default, `fade` its seconds."""

    owner: str
    name: str
    transition: str | None
    fade: float
    curve: Curve = "smooth"


@dataclass(frozen=True, slots=True)
class UnderAction:
    """From now on reveal shows this scene."""

    owner: str
    name: str
    fade: float
    curve: Curve = "smooth"


@dataclass(frozen=True, slots=True)
class SetAction:
    """Fade a parameter from its live value."""

    owner: str
    address: str
    value: ParamValue
    fade: float
    curve: Curve = "smooth"


@dataclass(frozen=True, slots=True)
class RevealAction:
    owner: str
    level: float
    fade: float
    curve: Curve = "smooth"


@dataclass(frozen=True, slots=True)
class FaultAction:
    """Start a fault score, or end them (None)."""

    owner: str
    name: str | None


@dataclass(frozen=True, slots=True)
class PanicAction:
    """Fade everything out over `fade` seconds to what the site shows at rest; 0 is a hard stop."""

    owner: str
    fade: float


@dataclass(frozen=True, slots=True)
class StopAction:
    """Freeze every running fade where it is."""

    owner: str


@dataclass(frozen=True, slots=True)
class ResetAction:
    """Back to what the files say."""

    owner: str


Action: TypeAlias = (
    SceneAction | UnderAction | SetAction | RevealAction | FaultAction | PanicAction | StopAction | ResetAction
)


def actions_of(cue: Cue, fade: float) -> list[Action]:
    """What a cue does. The scene comes first, so that parameters set by the same cue exist."""
    found: list[Action] = []
    if cue.scene is not None:
        found.append(SceneAction(cue.number, cue.scene, cue.transition, fade, cue.curve))
    if cue.under is not None:
        found.append(UnderAction(cue.number, cue.under, fade, cue.curve))
    found += [SetAction(cue.number, address, value, fade, cue.curve) for address, value in cue.set.items()]
    if cue.reveal is not None:
        found.append(RevealAction(cue.number, float(cue.reveal), fade, cue.curve))
    if cue.faults is not None:
        found.append(FaultAction(cue.number, None if cue.faults == "none" else cue.faults))
    return found
