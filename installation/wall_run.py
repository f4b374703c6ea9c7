"""One camera's look at projectors, one after another: which pattern is on the wall, since when, and how long it will take.

For `wall_calibration`, which moves it on; and what that asks of whatever lays the canvas on outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from installation.errors import CommandError
from installation.outputs.surfaces import Laid
from installation.rigs import CameraStatus, Rig, blind
from installation.stripes import Stripes, few_patterns, patterns
from installation.wall_places import Places

NOTICE = 3.0
"""Seconds for which the wall says what is coming."""
SHORTEST = 0.34
"""Seconds of a pattern: so a place of the wall brightens at most three times in two seconds, whatever the camera could do."""
UNKNOWN = 0.5
"""Seconds from an output to the camera's picture, where that hasn't been measured."""
FRAMES = 0.1
"""Seconds that an output and an exposure may take on top of it."""
PICTURES = 3
"""Pictures of each pattern."""
RATE = 30.0
"""Pictures a second, for telling how long it will take."""
READING = 1.5
"""Seconds that the camera's process takes to make places of a projector's pictures."""
ROUND = 0.07
"""Seconds until the engine knows that a pattern has been seen, and the next one is drawn."""
PATIENCE = 12.0
"""Seconds without an answer from the camera after which it is given up."""
AGAIN = 3
"""How often a projector's patterns are shown from the first one on, where the camera was lost meanwhile."""

Kind: TypeAlias = Literal["projectors", "check"]


class Outputs(Protocol):
    """What lays the canvas on outputs: `align.projecting`, for those that throw light just now."""

    @property
    def names(self) -> list[str]: ...

    @property
    def sizes(self) -> Mapping[str, tuple[int, int]]:
        """Pixels of the outputs that show something now."""

    @property
    def surfaces(self) -> Mapping[str, Mapping[str, Laid]]: ...

    def pattern(self, name: str, stripes: Stripes | None) -> None: ...

    def adopt(self, surfaces: dict[str, dict[str, Laid]]) -> None: ...

    @property
    def busy(self) -> bool:
        """Whether somebody moves surfaces by hand just now."""


class Throwing:
    """The outputs of `align.projecting` that throw light just now."""

    def __init__(self, projecting: Any, there: Callable[[], Collection[str]]) -> None:
        self._projecting, self._there = projecting, there
        self.pattern, self.adopt = projecting.pattern, projecting.adopt

    @property
    def names(self) -> list[str]:
        return list(self._projecting.names)

    @property
    def sizes(self) -> Mapping[str, tuple[int, int]]:
        there = self._there()
        return {name: size for name, size in self._projecting.alignment.sizes.items() if name in there}

    @property
    def surfaces(self) -> Mapping[str, Mapping[str, Laid]]:
        return dict(self._projecting.alignment.surfaces)

    @property
    def busy(self) -> bool:
        return not self._projecting.alignment.locked


@dataclass
class Run:
    """One camera and the outputs that it looks at, one after another."""

    kind: Kind
    rig: Rig
    outputs: list[str]
    sizes: dict[str, tuple[int, int]]
    turn: int = 0
    """Which of the outputs."""
    index: int = -1
    """Which of its patterns; -1 before the first."""
    shown: float = 0.0
    answered: float = 0.0
    number: int = 0
    again: int = 0
    """How often this output's patterns have begun anew."""
    seen: dict[str, Places] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def patterns(self, output: str) -> tuple[Stripes, ...]:
        return (patterns if self.kind == "projectors" else few_patterns)(self.sizes[output])

    @property
    def task(self) -> dict[str, Any]:
        """What the camera is to look for now, in plain values."""
        return {
            "kind": "stripes",
            "number": self.number,
            "output": self.outputs[self.turn],
            "size": list(self.sizes[self.outputs[self.turn]]),
            "few": self.kind == "check",
            "index": self.index,
            "begin": self.shown + settles(self.rig),
            "pictures": PICTURES,
        }

    @property
    def of(self) -> int:
        """How many patterns there are in all."""
        return sum(len(self.patterns(output)) for output in self.outputs)

    @property
    def done(self) -> int:
        """How many of them have been seen."""
        return sum(len(self.patterns(output)) for output in self.outputs[: self.turn]) + max(self.index, 0)

    @property
    def left(self) -> float:
        """Seconds that it will still take, about."""
        each = max(SHORTEST, settles(self.rig) + PICTURES / RATE) + ROUND
        return NOTICE * (self.number == 0) + (self.of - self.done) * each + READING * (len(self.outputs) - self.turn)


def sighted(runs: Sequence[Run], camera: CameraStatus) -> list[Run]:
    """Those whose camera sees the wall now (by `camera`); the first of them tells why the outputs of the
    others are left out. Raises CommandError where none sees."""
    why = {run.rig.name: blind(run.rig.name, camera(run.rig.name)) for run in runs}
    left_out = [(run, problem) for run in runs if (problem := why[run.rig.name])]
    seeing = [run for run in runs if not why[run.rig.name]]
    if not seeing:
        raise CommandError(problems=dict.fromkeys(problem for _, problem in left_out))
    for run, problem in left_out:
        seeing[0].failed |= dict.fromkeys(run.outputs, problem.message)
    return seeing


def settles(rig: Rig) -> float:
    """Seconds after which a pattern is whole in the camera's picture."""
    latency = rig.kept.latency
    return FRAMES + (UNKNOWN if latency is None else latency + 3 * rig.kept.spread)
