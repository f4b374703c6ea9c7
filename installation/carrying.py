"""Carries out what cues ask of the engine: on the wall, the parameters, the reveal, the faults, other gear; and knows whose
doing each of them is.

What is to be sent is handed to whoever can send it (`senders`); where nobody can, the cue says so and the others go on. Called
by the engine, once for each action, in order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container
from typing import Any, TypeAlias

from installation.errors import CommandError
from installation.show import actions
from installation.show.broken import broken, unsent
from installation.show.cue_list import Entry, Order

HAND = "hand"
"""Who owns what an operator or a performer has done by hand."""
WHOLE = ("scene", "under", "reveal", "faults")
"""What cues change besides parameters."""

MOST_OWNED = 128
"""Most owners that the status lists."""

Sender: TypeAlias = Callable[[Any], None]
"""Sends an OscAction or a MidiAction, and waits for nobody. Raises CommandError where it can't."""


class Carrier:
    """Remembers who owns what of the wall (a parameter remembers its owner itself), and who can send."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.owners: dict[str, str] = {}
        """Of "scene", "under", "reveal" and "faults": "cue ID", "hand" or "panic"."""
        self.senders: dict[str, Sender] = {}
        """By "osc" and "midi"; put here by whoever can send."""
        self.machines: Container[str] | None = None
        """Names of the machines that OSC is sent to; None: nobody knows."""
        self.instruments: Collection[str] | None = None
        """Names of the outputs of MIDI; None: nobody knows."""
        self.absent: tuple[str, ...] = ()
        """How the addresses begin of gear that is left out on purpose: what cues set there is let pass."""
        self._broken: tuple[float, Order, list[tuple[Entry, str]]] | None = None

    def broken(self) -> list[tuple[Entry, str]]:
        """The broken cues, with why: looked for once a second, since a long list takes milliseconds."""
        now, order = self._engine.time[0], self._engine.cues.order
        if self._broken is None or self._broken[1] is not order or not 0.0 <= now - self._broken[0] < 1.0:
            self._broken = now, order, broken(order, self._engine.means)
        return self._broken[2]

    def owned(self) -> dict[str, str]:
        """Whose doing it is that things are as they are: of the wall, and of each parameter that isn't as its file says."""
        found = {what: self.told(owner) for what, owner in self.owners.items()}
        for parameter in self._engine.params:
            if parameter.live or parameter.owner != parameter.at_home:
                found[parameter.address] = "live" if parameter.live else self.told(parameter.owner)
                if len(found) >= MOST_OWNED:
                    break
        return found

    def told(self, owner: str) -> str:
        """An owner as it is told: a cue by its number."""
        kind, _, id = owner.partition(" ")
        return f"cue {self._engine.cues.label(id)}" if kind == "cue" else owner

    def do(self, action: actions.Action) -> None:
        """Raises InstallationError for what can't be done."""
        engine, now = self._engine, self._engine.time[0]
        owner = f"cue {action.owner}"
        match action:
            case actions.SetAction(_, address) | actions.RelativeAction(_, address) if address.startswith(self.absent):
                pass
            case actions.SceneAction(_, name, transition, fade, curve, into):
                engine.must_play(name)
                engine.wall.go(name, now - into, fade, transition, curve)
                self.owners["scene"] = owner
                if engine.show.scenes[name].file.under:
                    self.owners["under"] = owner
            case actions.UnderAction(_, name, fade, curve, into):
                engine.must_play(name)
                engine.wall.lay_under(name, now - into, fade, curve)
                self.owners["under"] = owner
            case actions.SetAction(_, address, value, fade, curve, into):
                engine.params.set(address, value, owner, now - into, fade, curve)
            case actions.RelativeAction(_, address, value, fade, curve, into, how):
                engine.params.change(address, how, value, owner, now - into, fade, curve)
            case actions.RevealAction(_, level, fade, curve, into):
                engine.reveal_state.set(level, now, fade, curve, into)
                self.owners["reveal"] = owner
            case actions.FaultAction(_, name):
                engine.faults(name)
                self.owners["faults"] = owner
            case actions.MediaAction(_, layer):
                engine.params.set(f"{layer}/play", True, owner, now)
            case actions.OscAction():
                self._send("osc", action)
            case actions.MidiAction():
                self._send("midi", action)
            case actions.TrackAction():
                self._track(action)
            case actions.PanicAction(_, fade):
                self._rest(fade, "panic")
                if engine.gear is not None:
                    engine.gear.panic()
            case actions.StopAction(""):
                engine.params.stop_fades()
                engine.reveal_state.stop()
            case actions.StopAction():
                engine.params.stop_fades(owner)
                if self.owners.get("reveal") == owner:
                    engine.reveal_state.stop()
            case actions.ResetAction():
                engine.params.reset()
                self._rest(0.0, "file")

    def hold(self, ids: Collection[str], seconds: float) -> None:
        """Lets so much time pass without the fades of these cues."""
        if not ids:
            return
        engine, owners = self._engine, {f"cue {id}" for id in ids}
        engine.params.hold(owners, seconds)
        if self.owners.get("reveal") in owners:
            engine.reveal_state.hold(seconds)
        for what, change in (("scene", engine.wall.change), ("under", engine.wall.under_change)):
            if change is not None and self.owners.get(what) in owners:
                change.began += seconds

    def _send(self, kind: str, action: actions.OscAction | actions.MidiAction) -> None:
        sender = self.senders.get(kind)
        if sender is None:
            raise CommandError(unsent(kind))
        sender(action)

    def _track(self, jump: actions.TrackAction) -> None:
        """What cues have set and none on the way did goes back; then what is left on the way is done, each part by itself."""
        engine = self._engine
        beside = {f"cue {id}" for id in jump.beside}
        first = {what_of(action): action for action in reversed(jump.left)}
        owned = {p.address: p.owner for p in engine.params if p.owner.startswith("cue ")}
        owned |= {what: owner for what, owner in self.owners.items() if owner.startswith("cue ")}
        for what, owner in owned.items():
            if owner in beside or what in jump.itself:
                continue
            if what not in first or isinstance(first[what], actions.RelativeAction):
                self._revert(what, jump)
        for action in jump.left:
            what = what_of(action)
            if owned.get(what) in beside:
                continue
            if isinstance(action, actions.FaultAction) and engine.staging.name == (action.name or ""):
                self.owners["faults"] = f"cue {action.owner}"  # it goes on, rather than begin again
                continue
            engine.carry_out(action)

    def _revert(self, what: str, jump: actions.TrackAction) -> None:
        """Something that cues have changed goes back to how the show opens."""
        engine, now = self._engine, self._engine.time[0]
        match what:
            case "scene":
                if rest := engine.rest_scene:
                    engine.wall.go(rest, now, jump.fade, None, jump.curve)
            case "under":
                engine.wall.lay_under(None, now, jump.fade, jump.curve)
            case "reveal":
                engine.reveal_state.set(0.0, now, jump.fade, jump.curve)
            case "faults":
                engine.faults(None)
            case _:
                engine.params.revert(what, now, jump.fade, jump.curve)
                return
        self.owners[what] = "file"

    def _rest(self, fade: float, owner: str) -> None:
        """To the scene of rest, closed and whole: something chosen, never black."""
        engine, now = self._engine, self._engine.time[0]
        engine.faults(None)
        engine.params.stop_fades()
        engine.reveal_state.set(0.0, now, fade)
        if rest := engine.rest_scene:
            engine.wall.go(rest, now, fade)
        self.owners = dict.fromkeys(WHOLE, owner)


def what_of(action: actions.Left) -> str:
    """What an action changes: a parameter's address, or "scene", "under", "reveal", "faults"."""
    match action:
        case actions.SetAction() | actions.RelativeAction():
            return action.address
        case actions.SceneAction():
            return "scene"
        case actions.UnderAction():
            return "under"
        case actions.RevealAction():
            return "reveal"
        case _:
            return "faults"
