"""Puts scenes on the canvas: the scene that plays, the transition to it, the reveal through it, the faults over it.

The canvas is a picture of its own, never a window. In one frame: `hear` (signals), `prepare` (uploads), `draw`. How each
looks is ISF: transitions, `reveal.fs`, and one `fault_KIND.fs` for each kind of fault. What can't be built is left out and
listed: the wall plays on with what it has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from installation.clock import FrameTime
from installation.curves import Curve, along
from installation.errors import Problem
from installation.gpu.device import Device
from installation.gpu.textures import Target, Texture
from installation.param_tree import ParamTree
from installation.params import Value
from installation.render.flash_guard import FlashGuard
from installation.render.isf_player import IsfPlayer
from installation.render.late import Late
from installation.render.moment import Kit, Moment, Sensed
from installation.render.repertoire import BELOW, Repertoire
from installation.render.scene_view import SceneView
from installation.render.screen import Screen
from installation.render.stamp import Notice, Stamp
from installation.render.weak_maps import scene_of
from installation.scene.catalogue import REVEAL, TRANSITION, fault_shader
from installation.scene.evidence import Record, told
from installation.scene.load import Show
from installation.show.faults import ActiveFault

LONGEST_QUERY = 600
"""Characters of SQL in an answer about a place of the wall; `installation evidence` lists all of it."""


class Change:
    """A running transition from one scene to the next."""

    def __init__(
        self, leaving: SceneView, player: IsfPlayer | None, began: float, seconds: float, curve: Curve
    ) -> None:
        self.leaving, self.player, self.began, self.seconds, self.curve = leaving, player, began, seconds, curve
        self.progress = 0.0

    def advance(self, now: float) -> bool:
        """Moves the progress on; False when the transition is complete."""
        self.progress = along(self.curve, self.began, self.seconds, now)
        return self.progress < 1.0


class Overlay(Protocol):
    """What lies over the scenes, under the flash guard; `prepare` says whether there is anything in this frame."""

    def prepare(self, moment: Moment) -> bool: ...
    def draw(self, canvas: Target) -> None: ...


class Wall:
    """Remembers which scenes are alive, which plays, which lies under it, and the transition between."""

    def __init__(
        self,
        device: Device,
        show: Show,
        size: tuple[int, int],
        tree: ParamTree,
        live: bool,
        seed: int,
        viewed_from: float | None = None,
    ) -> None:
        """`viewed_from`: in widths of the wall, for the flash guard; None leaves it off."""
        self.device, self.show, self.size = device, show, size
        self.screen = Screen(device)
        self.guard: FlashGuard | None = None
        if viewed_from is not None:
            self.guard = FlashGuard(device, self.screen, size, viewed_from)
        self.late = Late()
        """Films that are behind."""
        self.calming = False
        """Whether the flash guard's last answer is that it calms something: it comes when the device has time."""
        self.told_calming: bool | None = None
        """The same as a replay's log has it."""
        self.repertoire = Repertoire(device, self.screen, show, size, tree, live, seed, self._swap, self.late)
        self.playing: SceneView | None = None
        self.under: SceneView | None = None
        self.change: Change | None = None
        self.under_change: Change | None = None
        self._faults: list[IsfPlayer] = []
        self._fault_seeds: dict[str, float] = {}
        self._remembers_fiction: set[str] = set()
        self._amount = 0.0
        self._weakness: Texture | None = None
        self._laid = 0
        self._bleeding = False
        self.overlay: Overlay | None = None
        """What may lie over the whole wall for a while: a calibration."""
        self._overlaid = False
        self._stamped = False
        kit = Kit(device, self.screen, size, show.folder, seed, live, {}, {})
        self._stamp = Stamp(kit)
        self._notice = Notice(kit)
        width, height = size
        self._pictures = [Target(device, width, height, self.screen.form) for _ in range(5)]
        self.canvas = self._pictures[0]

    # -- what changes it from outside ----------------------------------------------------------------------------------

    @property
    def problems(self) -> list[Problem]:
        """What could not be built, or stopped."""
        return self.repertoire.problems

    def _swap(self, before: SceneView | IsfPlayer, made: SceneView | IsfPlayer) -> None:
        """An edited scene or shader takes the place of its older self, wherever that one plays."""
        if isinstance(made, SceneView):
            self.playing = made if self.playing is before else self.playing
            self.under = made if self.under is before else self.under
        for change in (self.change, self.under_change):
            if change and change.leaving is before and isinstance(made, SceneView):
                change.leaving = made
            if change and change.player is before and isinstance(made, IsfPlayer):
                change.player = made
        self._faults = [made if fault is before and isinstance(made, IsfPlayer) else fault for fault in self._faults]

    def resize(self, size: tuple[int, int]) -> None:
        """Draws the canvas at another size from now on: the governor's way to keep its pace."""
        if size == self.size:
            return
        self.size = size
        before, self._pictures = self._pictures, [Target(self.device, *size, self.screen.form) for _ in range(5)]
        self.canvas.blit(self._pictures[0])
        for target in before:
            target.close()
        self.canvas = self._pictures[0]

    # -- what cues do ------------------------------------------------------------------------------------------------

    def go(self, name: str, now: float, seconds: float, transition: str | None = None, curve: Curve = "smooth") -> None:
        """Goes to a scene over `seconds`. A change that is still running is cut short: its new scene is left from."""
        view = self.repertoire.view(name)
        if view is self.playing and self.change is None:
            return
        if self.playing is None or view is self.playing:
            self.change = None
        else:
            player = self.repertoire.player(transition or TRANSITION)
            if player:
                player.restart()
            self.change = Change(self.playing, player, now, seconds, curve)
        if view is not self.playing and view is not self.under:
            view.enter()
        self.playing = view
        if view.under:
            self.lay_under(view.under, now, seconds, curve)

    def lay_under(self, name: str | None, now: float, seconds: float, curve: Curve = "smooth") -> None:
        """Chooses the scene that reveal shows; one that is seen dissolves into the next."""
        view = None if name is None else self.repertoire.view(name)
        if view is self.under:
            return
        self.under_change = None
        if view and self.under and self._opened:
            # A player of its own: the wall above may be in a transition too.
            player = self.repertoire.player(TRANSITION, BELOW)
            self.under_change = Change(self.under, player, now, seconds, curve)
        if view and view is not self.playing:
            view.enter()
        self.under = view

    # -- one frame ---------------------------------------------------------------------------------------------------

    def hear(self, now: float, delta: float, signals: Mapping[str, float]) -> None:
        """Moves every scene that is seen on in time, before parameters settle."""
        if self.change and not self.change.advance(now):
            self.change = None
        if self.under_change and not self.under_change.advance(now):
            self.under_change = None
        seen = dict.fromkeys((*self._above(), *self._below()))
        self.repertoire.let_go(seen)
        for view in seen:
            view.hear(delta, signals)

    def _above(self) -> list[SceneView]:
        """The scenes of the surface: what plays, and what it is coming from."""
        return [view for view in (self.playing, self.change.leaving if self.change else None) if view]

    def _below(self) -> list[SceneView]:
        """The scenes under it."""
        return [view for view in (self.under, self.under_change.leaving if self.under_change else None) if view]

    def prepare(
        self,
        frame: FrameTime,
        sensed: Sensed,
        reveal: Mapping[str, float],
        faults: Sequence[ActiveFault],
        weak_of: str = "",
    ) -> None:
        """The upload walk: every scene that will be drawn, then the passes over them. `weak_of` names the map of
        where the surface gives way first."""
        self._amount = reveal["amount"]
        self._bleeding = any(fault.kind == "bleed" for fault in faults)
        drawn = dict.fromkeys((*self._above(), *(self._below() if self._opened else ())))
        for view in drawn:
            view.prepare(frame.delta, sensed, self.size, frame.date)
        was_stamped, self._stamped = self._stamped, any(view.fiction for view in drawn)
        if self._opened:
            self._weaken(weak_of)
        images = self._images(sensed)
        for change in (self.change, self.under_change if self._opened else None):
            if change and change.player:
                values = {**_defaults(change.player), "progress": change.progress}
                change.player.prepare(values, images, self.size, frame.seconds, frame.delta, frame.date)
        if player := self._revealing():
            values = {**_defaults(player), **reveal, "laid": float(self._laid)}
            player.prepare(values, images, self.size, frame.seconds, frame.delta, frame.date)
        self._prepare_faults(faults, images, frame)
        moment = Moment(0.0, 0.0, self.size, sensed)
        self._overlaid = self.overlay is not None and self.overlay.prepare(moment)
        if self.guard:
            self.guard.prepare(frame.seconds, self.size)
            # What it lets go of slowly may be fiction although the scene no longer is.
            self.calming = self.guard.calmed > 0.0 if self.told_calming is None else self.told_calming
            self._stamped = self._stamped or (was_stamped and self.calming)
        sensed.picture_wanted = any(view.shows_camera for view in drawn)
        self._notice.prepare(sensed.picture_wanted, bool(self._faults), frame.seconds, moment)
        if self._stamped:
            self._stamp.prepare(moment)

    @property
    def shows_camera(self) -> bool:
        """Whether the canvas may have a camera's own picture on it: visitors are told that it is not kept."""
        return self._notice.shown

    @property
    def notice(self) -> str:
        """What the wall tells of a camera whose picture is seen."""
        return self._notice.text

    @property
    def weak_of(self) -> str:
        """Whose data say where the surface gives way first, and which of them: the name of a map of what lies under, else
        of what plays; "" for none."""
        return next((view.weak.newest for view in (self.under, self.playing) if view and view.weak.newest), "")

    def _weaken(self, name: str) -> None:
        """Lays the plaster anew where other data shape it. Holes that made-up data shape are fiction, too."""
        view = self.repertoire.find(scene_of(name)) if name else None
        weakness = view.weak.texture(name) if view else None
        if weakness is not self._weakness:
            self._weakness, self._laid = weakness, (self._laid + 1) % 4
        self._stamped = self._stamped or bool(view and view.fiction)

    def _prepare_faults(self, faults: Sequence[ActiveFault], images: Mapping[str, Texture], frame: FrameTime) -> None:
        """One filter for each kind of fault that shows. A new fault starts with an empty memory.

        What a filter remembers (an echo, a frozen picture) may be fiction although the scene no longer is.
        """
        self._faults = []
        for fault in faults:
            player = self.repertoire.player(fault_shader(fault.kind))
            if player is None or player in self._faults:
                continue
            if self._fault_seeds.get(fault.kind) != fault.seed:
                self._fault_seeds[fault.kind] = fault.seed
                self._remembers_fiction.discard(fault.kind)
                player.restart()
            if self._stamped:
                self._remembers_fiction.add(fault.kind)
            player.prepare(
                {**_defaults(player), **fault_values(fault)}, images, self.size, frame.seconds, frame.delta, frame.date
            )
            self._faults.append(player)
        self._stamped = self._stamped or any(fault.kind in self._remembers_fiction for fault in faults)

    def _revealing(self) -> IsfPlayer | None:
        """What shows the scene under the surface, while any of it is revealed."""
        return self.repertoire.player(REVEAL) if self._opened and self._amount > 0.0 else None

    @property
    def _opened(self) -> bool:
        """Whether anything of the scene under the surface is seen: revealed, or bleeding through."""
        seen = self._amount > 0.0 or self._bleeding
        return seen and self.under is not None and self.under is not self.playing

    def _images(self, sensed: Sensed) -> dict[str, Texture]:
        one = self._pictures[0].texture
        names = ("inputImage", "startImage", "endImage", "surface")
        sounds = {name: sensed.hearing.texture(source) for name, source in self.repertoire.sounds.items()}
        return {
            **{name: texture for name, texture in sounds.items() if texture},
            **dict.fromkeys(names, one),
            "under": self.screen.black,
            "weakness": (self._weakness if self._opened else None) or self.screen.black,
            "mask": sensed.mask_texture,
            "flow": sensed.flow_texture,
        }

    def draw(self, sensed: Sensed) -> Target:
        """Draws the canvas and returns it: display-referred, opaque."""
        images = self._images(sensed)
        previous, now, spare, third, fourth = self._pictures
        if self.playing is None:
            now.clear()
        else:
            self._draw_change(self.playing, self.change, images, now, spare, third)
        if self._opened and self.under:
            self._draw_change(self.under, self.under_change, images, spare, third, fourth)
            images["surface"], images["under"] = now.texture, spare.texture
            if player := self._revealing():
                player.draw(images, third)
                now, third = third, now
        for fault in self._faults:
            images["inputImage"] = now.texture
            fault.draw(images, third)
            now, third = third, now
        if self._overlaid and self.overlay:
            self.overlay.draw(now)
        if self.guard:
            self.guard.draw(now, previous, spare)
        self._pictures = [now, spare, third, fourth, previous]
        if self._stamped:
            self._stamp.draw(now)
        self._notice.draw(now)
        self.canvas = now
        return now

    def _draw_change(
        self, to: SceneView, change: Change | None, images: dict[str, Texture], into: Target, a: Target, b: Target
    ) -> None:
        """A scene, or the transition to it, into a target; `a` and `b` are free to be used."""
        if change is None:
            to.draw(into)
        elif change.player is None:
            (to if change.progress > 0.5 else change.leaving).draw(into)
        else:
            change.leaving.draw(a)
            to.draw(b)
            images["startImage"], images["endImage"] = a.texture, b.texture
            change.player.draw(images, into)

    def at(self, x: float, y: float) -> dict[str, Any]:
        """What stands at a place of the canvas, 0..1, y up, in plain values: marks, streams and words of every scene that
        is drawn, the surface's first, and the bindings and origins behind them."""
        there: list[dict[str, Any]] = []
        records: list[Record] = []
        for view in dict.fromkeys((*self._above(), *(self._below() if self._opened else ()))):
            found, kept = view.at(x, y)
            there += found
            records += kept
        bindings, origins = told(records)
        for binding in bindings:
            binding["query"] = binding["query"][:LONGEST_QUERY]
        where = {"x": x, "y": y, "fiction": self.fiction}
        return {**where, "there": there, "bindings": bindings, "origins": origins}

    @property
    def seen(self) -> list[str]:
        """The names of the scenes that are on the wall or under it, also those that are leaving; what plays first."""
        return list(dict.fromkeys(view.name for view in (*self._above(), *self._below())))

    @property
    def fiction(self) -> bool:
        """Whether fiction was on the wall in the newest frame."""
        return self._stamped

    def close(self) -> None:
        self.repertoire.close()
        for target in self._pictures:
            target.close()
        self._stamp.close()
        self._notice.close()
        if self.guard:
            self.guard.close()
        self.screen.close()


def fault_values(fault: ActiveFault) -> dict[str, Value]:
    """A fault as the inputs of its filter: `strength`, `phase`, `seed`, and `area` (x, y, width, height)."""
    return {
        "strength": fault.strength,
        "phase": fault.phase,
        "seed": fault.seed,
        "area": (fault.x, fault.y, fault.w, fault.h),
    }


def _defaults(player: IsfPlayer) -> dict[str, Value]:
    return {param.name: param.default for param in player.isf.params}
