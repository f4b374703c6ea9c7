"""What the cues on the way to a cue would have left: the newest of everything that stays, and which cue owns it.

The way goes from the first cue on, as GO would walk it: gotos are followed. Where it doesn't come to the cue (it stands in a
part that only jumps reach), all cues above it count, each by itself. Each is let be until it is over; a playlist that loops is
played once, a random group gives what chance gives it first, nobody comes. It is found out by playing them, so it can't be
anything else than what playing leaves. A fade that a cue on the way stops in its middle counts as complete. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from installation.show.actions import (
    Action,
    FaultAction,
    Left,
    RelativeAction,
    RevealAction,
    SceneAction,
    SetAction,
    UnderAction,
)
from installation.show.cue_list import Order
from installation.show.cue_player import CuePlayer
from installation.show.cue_run import NEVER, Run

State: TypeAlias = dict[str, list[Left]]
"""By what is left: "scene", "under", "reveal", "faults", or a parameter's address. A parameter may have been set, then added to
or multiplied; anything else is one action."""


def left_before(order: Order, id: str, under: Mapping[str, str], seed: int) -> State:
    """What stays of all cues on the way to one. `under`: what each scene brings with it below, by its name."""
    groups = [above.id for above in order.above(order.entries[id]) if above.plays]
    aim = groups[-1] if groups else id
    path, reached = way_to(order, aim)
    rehearsal = _Rehearsal(order, seed, aim, under)
    for one in path:
        rehearsal.let_be(one)
        if one not in rehearsal.started:
            run = rehearsal.start(one, rehearsal.seconds)
            run.follows = run.follows if reached else None
    rehearsal.let_be()
    return rehearsal.state


def set_at_once(order: Order, id: str, under: Mapping[str, str], seed: int) -> frozenset[str]:
    """What a cue sets in the moment in which it is started, whatever it was before."""
    rehearsal = _Rehearsal(order, seed, "", under)
    rehearsal.start(id, 0.0)
    rehearsal.take()
    return frozenset(what for what, some in rehearsal.state.items() if not isinstance(some[0], RelativeAction))


class _Rehearsal(CuePlayer):
    """Plays cues as fast as can be, on a clock of its own, and notes what they leave. It never starts its `aim`."""

    def __init__(self, order: Order, seed: int, aim: str, under: Mapping[str, str]) -> None:
        super().__init__(order, seed)
        self.state: State = {}
        self.started: set[str] = set()
        self.seconds = 0.0
        self._aim, self._under = aim, under

    def start(
        self, id: str, when: float, fade: float | None = None, main: bool = False, parent: Run | None = None
    ) -> Run:
        self.started.add(id)
        if id == self._aim:
            return Run(0, self.order.entries[id], when, fade, None, main)
        return super().start(id, when, fade, main, parent)

    def let_be(self, until: str = "") -> None:
        """Until everything is over, or a cue has been started by itself."""
        while self.runs and until not in self.started:
            due = min(run.due(self.early(run)) for run in self.runs.values())
            if due == NEVER:
                return
            self.seconds = max(self.seconds, due)
            self.take()

    def take(self) -> None:
        """What is left by what is due now."""
        for action in self.advance(self.seconds):
            _leave(self.state, action, self._under)

    def _play_next(self, group: Run, when: float, before: Run) -> None:
        if group.queue:  # once: it doesn't loop
            super()._play_next(group, when, before)


def way_to(order: Order, id: str) -> tuple[list[str], bool]:
    """The cues that are started before this one when the show is played from its first, and whether it is ever come to."""
    path: list[str] = []
    seen: set[str] = set()
    at = order.first
    while at is not None and at != id and at not in seen:
        seen.add(at)
        path.append(at)
        at = order.after(at)
    if at == id:
        return path, True
    place = order.entries[id].place
    return [stop for stop in order.stops if order.entries[stop].place < place], False


def _leave(state: State, action: Action, under: Mapping[str, str]) -> None:
    match action:
        case SceneAction(owner, name):
            state["scene"] = [action]
            if brought := under.get(name):
                state["under"] = [UnderAction(owner, brought, action.fade, action.curve)]
        case UnderAction():
            state["under"] = [action]
        case RevealAction():
            state["reveal"] = [action]
        case FaultAction():
            state["faults"] = [action]
        case SetAction(_, address):
            state[address] = [action]
        case RelativeAction(_, address):
            state.setdefault(address, []).append(action)
        case _:
            pass  # it leaves nothing


def in_order(state: State) -> list[Left]:
    """What is left, as it is to be done: the scene first, then what lies under it, then everything else."""
    first = [action for what in ("scene", "under") for action in state.get(what, ())]
    return first + [action for what, some in state.items() if what not in ("scene", "under") for action in some]
