"""What cues ask of the engine, as values: `CueList.advance` gives them, the engine carries them out.

`owner` is the id of the cue that did it; "" for what an operator did to the whole list. `into` is how many seconds of the fade
are over already: those of a cue that was loaded at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from installation.curves import Curve
from installation.params import Relative
from installation.scene.cues import Cue, OscMessage
from installation.scene.schema import ParamValue


@dataclass(frozen=True, slots=True)
class SceneAction:
    """Go to a scene; `transition` is an ISF file name or None for the default, `fade` its seconds."""

    owner: str
    name: str
    transition: str | None
    fade: float
    curve: Curve = "smooth"
    into: float = 0.0


@dataclass(frozen=True, slots=True)
class UnderAction:
    """From now on reveal shows this scene."""

    owner: str
    name: str
    fade: float
    curve: Curve = "smooth"
    into: float = 0.0


@dataclass(frozen=True, slots=True)
class SetAction:
    """Fade a parameter from its live value."""

    owner: str
    address: str
    value: ParamValue
    fade: float
    curve: Curve = "smooth"
    into: float = 0.0


@dataclass(frozen=True, slots=True)
class RelativeAction:
    """Fade a parameter, from its live value, to so much more than where it is or is going, or to so many times that."""

    owner: str
    address: str
    value: ParamValue
    fade: float
    curve: Curve = "smooth"
    into: float = 0.0
    how: Relative = "add"


@dataclass(frozen=True, slots=True)
class RevealAction:
    owner: str
    level: float
    fade: float
    curve: Curve = "smooth"
    into: float = 0.0


@dataclass(frozen=True, slots=True)
class FaultAction:
    """Start a fault score, or end them (None)."""

    owner: str
    name: str | None


@dataclass(frozen=True, slots=True)
class MediaAction:
    """Begin the film of a media layer."""

    owner: str
    layer: str


@dataclass(frozen=True, slots=True)
class OscAction:
    """Send a message to other gear, by the name that the site gives it."""

    owner: str
    message: OscMessage


@dataclass(frozen=True, slots=True)
class MidiAction:
    """Send these bytes: to the output of that name, or the only one (None)."""

    owner: str
    to: str | None
    data: bytes


@dataclass(frozen=True, slots=True)
class TrackAction:
    """A jump: make everything as the cues on the way to `owner` would have left it.

    `left` are the newest of each kind, each with the cue that owns it, in the order in which to do them. What other cues have
    set goes back to what the files say; what hands have set and what the cues `beside` own stays, and what the cue sets
    `itself` at once is left to it: addresses, and "scene", "under", "reveal", "faults".
    """

    owner: str
    left: tuple[Left, ...]
    beside: frozenset[str]
    itself: frozenset[str]
    fade: float
    curve: Curve = "smooth"


@dataclass(frozen=True, slots=True)
class PanicAction:
    """Fade everything out over `fade` seconds to what the site shows at rest; 0 is a hard stop."""

    owner: str
    fade: float


@dataclass(frozen=True, slots=True)
class StopAction:
    """Freeze the fades of a cue where they are; with no owner, every fade."""

    owner: str


@dataclass(frozen=True, slots=True)
class ResetAction:
    """Back to what the files say."""

    owner: str


Left: TypeAlias = SceneAction | UnderAction | SetAction | RelativeAction | RevealAction | FaultAction
"""What stays when a cue is over."""
Action: TypeAlias = (
    Left | MediaAction | OscAction | MidiAction | TrackAction | PanicAction | StopAction | ResetAction
)  # fmt: skip


def actions_of(cue: Cue, owner: str, fade: float, into: float = 0.0) -> list[Action]:
    """What a cue does, but for stopping others. The scene comes first, so that parameters set by the same cue exist."""
    done: list[Action] = []
    if cue.scene is not None:
        done.append(SceneAction(owner, cue.scene, cue.transition, fade, cue.curve, into))
    if cue.under is not None:
        done.append(UnderAction(owner, cue.under, fade, cue.curve, into))
    done += [SetAction(owner, address, value, fade, cue.curve, into) for address, value in cue.set.items()]
    done += [RelativeAction(owner, address, value, fade, cue.curve, into) for address, value in cue.add.items()]
    done += [
        RelativeAction(owner, address, value, fade, cue.curve, into, "multiply")
        for address, value in cue.multiply.items()
    ]
    if cue.reveal is not None:
        done.append(RevealAction(owner, float(cue.reveal), fade, cue.curve, into))
    if cue.faults is not None:
        done.append(FaultAction(owner, None if cue.faults == "none" else cue.faults))
    done += [MediaAction(owner, layer) for layer in cue.media]
    done += [OscAction(owner, message) for message in cue.osc]
    done += [MidiAction(owner, message.to, message.data) for message in cue.midi]
    return done
