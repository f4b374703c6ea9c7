"""Where each surface lies, and moving it: points, grids, undo, what is kept. No device, no thread, no clock of its own.

Outside of an alignment everything is locked: a slip on a phone moves nothing while the show plays. `begin` opens it, `end` locks
it again. What an operator does is told in pixels of the output, kept in shares of it. Every change is checked before it is taken,
so that no drag folds the picture over. Called by `align.projecting`, which draws and keeps what this says.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from installation.align.kept import KeptAlignment, KeptSurface, Place, kept_of
from installation.align.kept import place_of as placed
from installation.errors import CommandError, OutputError, did_you_mean
from installation.outputs.stage import checked_region
from installation.outputs.surfaces import Laid
from installation.outputs.warp import MOST_SPLITS, Floats, Kind, Warp, moved

MOST_UNDO = 200
TOGETHER = 0.7
"""Seconds: moves of one point that follow each other faster are one step to undo."""
DRAGGED = 10.0
"""Seconds: the same of places that a point is put at one after the other, as a finger drags it; choosing a point ends a drag."""

FAR = 100.0
"""Widths and heights of an output: no point lies farther away."""

Surfaces = dict[str, dict[str, Laid]]


@dataclass(frozen=True, slots=True)
class Selected:
    """The point that moves: of which output and surface, and its row and column from the bottom left. Row -1: all points."""

    output: str
    surface: str
    row: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where everything lay at a moment: tonight's surfaces, and what is kept of outputs that aren't there tonight."""

    others: Mapping[str, Mapping[str, KeptSurface]]
    surfaces: Surfaces
    own: Surfaces
    """As the site file says."""
    begun: Surfaces
    """As they lay when the show opened; of those the site file may have said something else when they were moved."""

    def kept(self) -> KeptAlignment:
        """As it is kept; tens of milliseconds for fine grids, so not in a frame."""
        found = {output: dict(own) for output, own in self.others.items()}
        for output, own in self.surfaces.items():
            found[output] = {
                **found.get(output, {}),
                **{n: kept_of(one, self._site(output, n)) for n, one in own.items()},
            }
        return KeptAlignment(outputs=found)

    def _site(self, output: str, name: str) -> Place | None:
        """What the site file said of a surface when it was moved last."""
        one, own = self.surfaces[output][name], self.own.get(output, {}).get(name)
        before = self.others.get(output, {}).get(name)
        if one is not own and one is self.begun.get(output, {}).get(name) and before is not None and before.site:
            return before.site
        return None if own is None else placed(kept_of(own))


def handles(warp: Warp) -> Floats:
    """The points that can be moved, (rows, columns, 2): its grid's, else its four corners."""
    if warp.points is not None:
        return warp.points
    a, b, c, d = warp.corners
    return np.array([[a, b], [d, c]], np.float64)


def place_of(points: Floats, selected: Selected) -> tuple[float, float]:
    """Where the selected point lies, 0..1 of the output, y up; the middle of all where all are selected."""
    at = points.reshape(-1, 2).mean(axis=0) if selected.row < 0 else points[selected.row, selected.column]
    return float(at[0]), float(at[1])


def with_handles(warp: Warp, points: Floats) -> Warp:
    """The warp with these points. Raises OutputError where the picture folds over."""
    if warp.points is not None:
        return Warp(warp.corners, warp.cylinder, points, warp.kind)
    (a, b), (d, c) = points.tolist()
    return Warp((tuple(a), tuple(b), tuple(c), tuple(d)), warp.cylinder, None, warp.kind)


class Alignment:
    """Remembers the surfaces, what is selected, and the steps back and forth."""

    def __init__(
        self,
        surfaces: Mapping[str, Mapping[str, Laid]],
        sizes: Mapping[str, tuple[int, int]],
        kept: KeptAlignment | None = None,
        own: Mapping[str, Mapping[str, Laid]] | None = None,
    ) -> None:
        """`surfaces`: of each output, by their names, as the site and what was kept say. `sizes`: pixels of each output; whoever
        opens devices may put others in later (`sizes`). `kept`: what was kept last, for the outputs that aren't
        there tonight. `own`: the surfaces as the site file alone has them."""
        self._others: Mapping[str, Mapping[str, KeptSurface]] = kept.outputs if kept else {}
        self._own: Surfaces = {output: dict(named) for output, named in (own or {}).items()}
        self.surfaces: Surfaces = {output: dict(named) for output, named in surfaces.items()}
        self._begun = self.surfaces
        self.sizes = dict(sizes)
        self.locked = True
        self.version = 0
        """Counts changes of where surfaces lie."""
        self.linked = 0.0
        self.step = 1.0
        self.selected = self._first()
        self.unchosen = False
        """Whether the last choice was refused: whoever made it means no other point, so that none moves until one is chosen."""
        self._back: list[Surfaces] = []
        self._forth: list[Surfaces] = []
        self._last: tuple[Selected, float] | None = None
        self.noted: list[tuple[float, float, float, float]] = []
        """Pairs of places (canvas, output) by which the surface `noted_for` is to be laid."""
        self.noted_for = ("", "")
        self.said: tuple[str, ...] = ()
        """How well the last surface was laid by pairs."""

    def _first(self) -> Selected | None:
        for output, own in self.surfaces.items():
            for surface in own:
                return Selected(output, surface)
        return None

    # -- what lies where -----------------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> tuple[Selected, Laid]:
        """What is selected. Raises CommandError when there is nothing."""
        if self.selected is None:
            raise CommandError("the site has no surfaces", hint="outputs: [{surfaces: [{}]}] in the site file")
        return self.selected, self.surfaces[self.selected.output][self.selected.surface]

    @property
    def meant(self) -> tuple[Selected, Laid]:
        """What is selected, to be changed. Raises CommandError when there is nothing, or the last choice was refused."""
        if self.unchosen:
            raise CommandError(
                "nothing is chosen: the last select was refused",
                hint="/align/select OUTPUT SURFACE ROW COLUMN, or next",
            )
        return self.chosen

    @property
    def snapshot(self) -> Snapshot:
        """Everything as it lies now, to be kept by another thread: nothing in it changes any more."""
        return Snapshot(self._others, self.surfaces, self._own, self._begun)

    def still(self, output: str, surface: str) -> bool:
        """Whether what was kept of a surface is as it was when the show opened."""
        own = self.surfaces.get(output, {})
        if surface not in own:
            return surface in self._others.get(output, {})
        return own[surface] is self._begun[output][surface]

    def forget(self, output: str | None = None) -> None:
        """Every surface lies as the site file says again, or those of one output; one step to undo. What is kept of outputs that
        the site doesn't have is gone. Raises CommandError."""
        known = {**self._own, **self._others}
        if output is not None and output not in known:
            raise CommandError(f'there is no output "{output[:40]}"', hint=did_you_mean(output, known))
        names = list(known) if output is None else [output]
        here = {name: self._own.get(name, {}) for name in names}
        kept = {
            output: {name: one for name, one in surfaces.items() if output not in here or name in here[output]}
            for output, surfaces in self._others.items()
        }
        self._others = {output: surfaces for output, surfaces in kept.items() if surfaces}
        self.adopt({name: self._own[name] for name in names if name in self._own})

    # -- opening and choosing ------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Opens it: points may be moved from now on. Steps back go on before it: what a calibration has laid is taken back so."""
        self.locked = False
        self.unchosen = False
        self._last = None

    def end(self) -> None:
        """Locks it."""
        self.locked = True
        self._last = None

    def select(
        self,
        output: str,
        surface: str | None = None,
        row: int | None = None,
        column: int | None = None,
        drags: bool = False,
    ) -> None:
        """Chooses a surface, and one of its points (row and column from the bottom left; none: all of them together). `drags`:
        what is moved next goes on with what was moved before."""
        if output not in self.surfaces:
            raise CommandError(f'there is no output "{output[:40]}"', hint=did_you_mean(output, self.surfaces))
        own = self.surfaces[output]
        name = surface if surface is not None else next(iter(own))
        if name not in own:
            raise CommandError(f'output {output} has no surface "{name[:40]}"', hint=did_you_mean(name, own))
        rows, columns = handles(own[name].warp).shape[:2]
        row, column = (-1, -1) if row is None or column is None else (row, column)
        if row >= 0 and not (0 <= row < rows and 0 <= column < columns):
            raise CommandError(
                f"surface {name} has no point {row} {column}",
                hint=f"rows 0 to {rows - 1}, columns 0 to {columns - 1}, from 0 at the bottom left: ROW COLUMN",
            )
        self.selected = Selected(output, name, row, column)
        self.unchosen = False
        if not drags:
            self._last = None

    def walk(self, what: str, by: int) -> None:
        """Selects the next or previous point, surface or output, round and round."""
        self.unchosen = False
        selected, laid = self.chosen
        if what == "point":
            rows, columns = handles(laid.warp).shape[:2]
            at = 0 if selected.row < 0 else (selected.row * columns + selected.column + by) % (rows * columns)
            self.selected = replace(selected, row=at // columns, column=at % columns)
            return
        places = [(output, surface) for output, own in self.surfaces.items() for surface in own]
        if what == "output":
            outputs = list(self.surfaces)
            output = outputs[(outputs.index(selected.output) + by) % len(outputs)]
            self.selected = Selected(output, next(iter(self.surfaces[output])))
            return
        output, surface = places[(places.index((selected.output, selected.surface)) + by) % len(places)]
        self.selected = Selected(output, surface)

    # -- moving --------------------------------------------------------------------------------------------------------------

    def move(self, right: float, up: float, seconds: float) -> None:
        """Moves what is selected by so many pixels of its output."""
        selected, laid = self.meant
        width, height = self.sizes[selected.output]
        self._shift(selected, laid, right / width, up / height, seconds)

    def place(self, x: float, y: float, seconds: float) -> None:
        """Puts the selected point at a place of its output, 0..1, y up."""
        selected, laid = self.meant
        at = place_of(handles(laid.warp), selected)
        self._shift(selected, laid, x - at[0], y - at[1], seconds, DRAGGED)

    def _shift(
        self, selected: Selected, laid: Laid, right: float, up: float, seconds: float, together: float = TOGETHER
    ) -> None:
        if not (math.isfinite(right) and math.isfinite(up)):
            raise CommandError("a point can't be moved by what is no number")
        points = handles(laid.warp)
        if selected.row < 0:
            shifted = points + np.array([right, up])
        else:
            kind = laid.warp.kind if laid.warp.points is not None else "linear"
            shifted = moved(points, selected.row, selected.column, (right, up), kind, self.linked)
        same = self._last is not None and self._last[0] == selected and 0 <= seconds - self._last[1] < together
        try:
            bent = self._bent(laid, shifted)
        except CommandError:
            raise self._impossible(selected, shifted) from None
        self._take(selected, bent, remember=not same)
        self._last = (selected, seconds)

    def _impossible(self, selected: Selected, points: Floats) -> CommandError:
        """Why points can't lie so, for somebody on a ladder."""
        several = len(self.surfaces[selected.output]) > 1
        where = f"{selected.output}, {selected.surface}" if several else selected.output
        corners = points.shape[:2] == (2, 2)
        what = "the picture" if selected.row < 0 else "this corner" if corners else "this point"
        far = float(np.abs(points).max()) > FAR
        why = "would lie far beside the projector's picture" if far else "would fold the picture over"
        return CommandError(f"{where}: {what} {why}", hint="it stays where it could be last")

    def _bent(self, laid: Laid, points: Floats) -> Laid:
        try:
            return replace(laid, warp=with_handles(laid.warp, points))
        except OutputError as error:
            raise CommandError(problems=error.problems) from None

    def split(self, columns: int, rows: int, kind: Kind | None = None) -> None:
        """Gives the selected surface so many columns and rows of points; it looks as before. 1 x 1 linear: corners alone."""
        selected, laid = self.meant
        if not (1 <= columns <= MOST_SPLITS and 1 <= rows <= MOST_SPLITS):
            raise CommandError(f"a grid of {columns} x {rows}", hint=f"1 to {MOST_SPLITS} columns and rows")
        warp = laid.warp
        kind = kind or warp.kind
        if (columns, rows) == (1, 1) and kind != "bezier":
            bent = Warp(warp.corners, warp.cylinder)
        else:
            try:
                bent = warp.split(columns, rows, kind)
            except OutputError as error:
                raise CommandError(problems=error.problems) from None
        self._take(replace(selected, row=0, column=0), replace(laid, warp=bent))

    def lay(self, region: Sequence[float]) -> None:
        """Gives the selected surface another region of the canvas: x, y, width, height, 0..1."""
        selected, laid = self.meant
        try:
            self._take(selected, replace(laid, region=checked_region(region)))
        except OutputError as error:
            raise CommandError(problems=error.problems) from None

    def relay(self, laid: Laid) -> None:
        """The selected surface lies like this from now on."""
        self._take(replace(self.chosen[0], row=0, column=0), laid)

    def straighten(self) -> None:
        """The selected surface fills its output again, with its four corners alone."""
        selected, laid = self.meant
        self._take(replace(selected, row=0, column=0), replace(laid, warp=Warp(cylinder=laid.warp.cylinder)))

    def adopt(self, surfaces: Mapping[str, Mapping[str, Laid]]) -> None:
        """Takes over what a calibration or a kept version says of some surfaces; one step to undo."""
        taken = {output: dict(own) for output, own in self.surfaces.items()}
        for output, own in surfaces.items():
            for name, one in own.items():
                if name in taken.get(output, {}):
                    taken[output][name] = one
        self._change(taken)
        if self.selected is not None:
            self.selected = Selected(self.selected.output, self.selected.surface)

    def _take(self, selected: Selected, laid: Laid, remember: bool = True) -> None:
        taken = {output: dict(own) for output, own in self.surfaces.items()}
        taken[selected.output][selected.surface] = laid
        self._change(taken, remember)
        self.selected = selected

    def _change(self, surfaces: Surfaces, remember: bool = True) -> None:
        if remember:
            self._back.append(self.surfaces)
            del self._back[:-MOST_UNDO]
        self._forth.clear()
        self._last = None
        self.surfaces = surfaces
        self.version += 1

    # -- back and forth ------------------------------------------------------------------------------------------------------

    def undo(self) -> None:
        """One step back. Raises CommandError at the beginning."""
        self._swap(self._back, self._forth, "there is nothing to undo")

    def redo(self) -> None:
        """One step forth again. Raises CommandError at the end."""
        self._swap(self._forth, self._back, "there is nothing to redo")

    def _swap(self, source: list[Surfaces], other: list[Surfaces], nothing: str) -> None:
        if not source:
            raise CommandError(nothing)
        other.append(self.surfaces)
        self.surfaces = source.pop()
        self.version += 1
        self._last = None
        if self.selected is not None:  # its grid may be another one
            selected, laid = self.chosen
            rows, columns = handles(laid.warp).shape[:2]
            if selected.row >= rows or selected.column >= columns:
                self.selected = replace(selected, row=0, column=0)

    @property
    def depth(self) -> tuple[int, int]:
        """How many steps there are back and forth."""
        return len(self._back), len(self._forth)
