"""What of a site can't work, and what is hardly meant, each with its place. For `installation check --site`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from installation.align.check_gear import check_ports, check_sources
from installation.align.drawer import read_mask
from installation.align.kept import load, path_of, restored
from installation.align.overruled import overruled
from installation.align.planned import laid, name_of, surfaces_of
from installation.align.points import Surfaces
from installation.align.stretch import stretched
from installation.errors import OutputError, Problem
from installation.outputs.cube import read_cube
from installation.outputs.recording import recorded_as
from installation.scene.findings import Findings
from installation.scene.load import in_order
from installation.scene.sites import SiteFile
from installation.scene.source import read_yaml

Region: TypeAlias = tuple[float, float, float, float]

SMALL = (64, 36)
USUAL = (1920, 1080)
"""Pixels of a display, and of a show's canvas, where neither file says."""

NEAR = (-1.0, 2.0)
"""Of an output's picture: corners beyond are hardly meant."""
PERCENT = 10.0
"""A corner so far out shows less than a tenth of its surface: typed in percent, or in pixels."""
THIN = 0.002
"""Of the canvas: narrower gaps are rounding."""


@dataclass(frozen=True)
class Checked:
    """What was found in a site file that can be read. `wrong`: what can't work. `doubts`: what may be meant, and mostly isn't."""

    wrong: list[Problem]
    doubts: list[Problem]


def checked(site: SiteFile, path: Path) -> Checked:
    """Everything that geometry, files and ports have to say against a site file that can be read."""
    document = read_yaml(path)
    wrong, doubts = Findings(document), Findings(document)
    _outputs(site, path, wrong)
    _shown_twice(site, wrong)
    _far_outside(site, wrong, doubts)
    check_sources(site, wrong, doubts)
    check_ports(site, wrong)
    if not wrong.problems:
        own = {name_of(one, i): {each.name: each for each in surfaces_of(one, i)} for i, one in enumerate(site.outputs)}
        kept, problems = load(path_of(path))
        doubts.problems += [*problems, *(one.problem for one in overruled(kept, own, path))]
        surfaces, _ = restored(kept, own, None, moved=True)
        for said in overlaps(site):
            doubts.value(("outputs",), said, "wall: NAME in both, if they throw on one wall")
        _gaps(site, surfaces, doubts)
        _stretch(site, surfaces, doubts)
    return Checked(in_order(wrong.problems), in_order(doubts.problems))


def _outputs(site: SiteFile, path: Path, notes: Findings) -> None:
    for i, output in enumerate(site.outputs):
        for j, surface in enumerate(output.surfaces):
            try:
                laid(surface, j)
            except OutputError as error:
                notes.error(("outputs", i, "surfaces", j), error)
        for j, mask in enumerate(output.masks):
            if mask.picture is not None:
                try:
                    read_mask(path.parent / mask.picture, SMALL)
                except OutputError as error:
                    _at(notes, ("outputs", i, "masks", j, "picture"), error)
        if output.record is not None:
            try:
                recorded_as(Path(output.record), output.size or SMALL, output.fps, output.codec)
            except OutputError as error:
                for problem in error.problems:
                    notes.value(("outputs", i, "record"), problem.message, problem.hint)
        if output.lut is not None:
            try:
                read_cube(path.parent / output.lut)
            except OutputError as error:
                _at(notes, ("outputs", i, "lut"), error)


def _at(notes: Findings, steps: tuple[str | int, ...], error: OutputError) -> None:
    """A file that can't be used, told where the site names it; what is wrong inside it keeps its own line."""
    for problem in error.problems:
        if problem.where and problem.where.line:
            notes.problems.append(problem)
        else:
            notes.value(steps, problem.message, problem.hint)


def _shown_twice(site: SiteFile, wrong: Findings) -> None:
    """A display that two outputs ask for: it is given to the first, and the other is dark."""
    asked: dict[str, str] = {}
    for i, output in enumerate(site.outputs):
        if output.device == "display" and output.display is not None:
            other = asked.setdefault(str(output.display).casefold(), name_of(output, i))
            if other != name_of(output, i):
                hint = f"one display shows one output: another display here (installation list displays), or lay both on {other}"
                wrong.value(("outputs", i, "display"), f"output {other} has display {output.display} already", hint)


def _far_outside(site: SiteFile, wrong: Findings, doubts: Findings) -> None:
    """Corners, points and masks that lie far beside their output: typed in percent or in pixels?"""
    for i, output in enumerate(site.outputs):
        given: list[tuple[tuple[str | int, ...], Sequence[tuple[float, float]]]] = []
        for j, surface in enumerate(output.surfaces):
            at = ("outputs", i, "surfaces", j)
            given.append(((*at, "corners"), surface.corners))
            given += [((*at, "points", k), row) for k, row in enumerate(surface.points or ())]
        given += [
            (("outputs", i, "masks", j, "polygon"), mask.polygon)
            for j, mask in enumerate(output.masks)
            if mask.polygon is not None
        ]
        for steps, places in given:
            far = [k for k, place in enumerate(places) if not all(NEAR[0] <= c <= NEAR[1] for c in place)]
            if far:
                largest = max(abs(c) for place in places for c in place)
                x, y = places[far[0]]
                hint = "places are 0 to 1 of the output's picture, and may lie a little outside"
                if largest >= PERCENT:
                    meant = (x / 100, y / 100) if largest <= 100 else None
                    hint += f"; are these percent? [{meant[0]:g}, {meant[1]:g}]" if meant else "; are these pixels?"
                notes = wrong if largest >= PERCENT else doubts
                notes.value((*steps, far[0]), f"[{x:g}, {y:g}] lies far outside the output", hint)


def _gaps(site: SiteFile, surfaces: Surfaces, doubts: Findings) -> None:
    """Parts of the canvas between those that displays show on one wall, and that none of them shows."""
    walls: dict[str | None, dict[str, list[Region]]] = {}
    for i, output in enumerate(site.outputs):
        name = name_of(output, i)
        for one in surfaces[name].values() if output.device == "display" else ():
            walls.setdefault(one.wall, {}).setdefault(name, []).append(one.region)
    for wall, shown in walls.items():
        left, bottom, right, top = gap([region for regions in shown.values() for region in regions])
        if len(shown) > 1 and right > left:
            where = f"x {left:.3g} to {right:.3g}, y {bottom:.3g} to {top:.3g} of the canvas"
            who = f"outputs {' and '.join(shown)}" + (f" on wall {wall}" if wall else "")
            hint = "regions that meet: x, width; and overlap where they blend" + ("" if wall else ", if it is one wall")
            doubts.value(("outputs",), f"{who} leave a gap between them: none shows {where}", hint)


def gap(regions: Sequence[Region]) -> Region:
    """Left, bottom, right and top of what lies between regions, sideways or upwards, and in none; zeros where nothing does."""
    xs = sorted({edge for x, _, wide, _ in regions for edge in (x, x + wide)})
    ys = sorted({edge for _, y, _, high in regions for edge in (y, y + high)})
    x, y = (np.array([(a + b) / 2 for a, b in pairwise(edges)]) for edges in (xs, ys))
    lit = np.zeros((len(y), len(x)), bool)
    for left, bottom, wide, high in regions:
        lit |= ((x > left) & (x < left + wide))[None] & ((y > bottom) & (y < bottom + high))[:, None]

    def before(cells: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
        return np.logical_or.accumulate(cells, axis=axis)

    between = before(lit, 1) & before(lit[:, ::-1], 1)[:, ::-1] | before(lit, 0) & before(lit[::-1], 0)[::-1]
    large = (np.diff(xs) > THIN)[None] & (np.diff(ys) > THIN)[:, None]
    rows, columns = np.nonzero(between & ~lit & large)
    if not len(rows):
        return 0.0, 0.0, 0.0, 0.0
    return xs[columns.min()], ys[rows.min()], xs[columns.max() + 1], ys[rows.max() + 1]


def _stretch(site: SiteFile, surfaces: Surfaces, notes: Findings) -> None:
    canvas = site.canvas or USUAL
    sizes = {
        name_of(output, i): output.size or USUAL
        for i, output in enumerate(site.outputs)
        if output.size or output.device == "display"  # a film without a size has the canvas's
    }
    if found := stretched(canvas, sizes, surfaces):
        taken = [] if site.canvas else ["the show's canvas"]
        if any(output.device == "display" and output.size is None for output in site.outputs):
            taken.append("a display without a size")
        note = f" ({' and '.join(taken)} taken for {USUAL[0]} x {USUAL[1]})" if taken else ""
        steps = ("canvas",) if site.canvas else ("outputs",)
        notes.value(steps, found.message + note, found.hint)


def overlaps(site: SiteFile) -> list[str]:
    """Pairs of projectors whose regions overlap in part while they name no common wall: brighter there, if it is one wall."""
    found = []
    displays = [(name_of(output, i), output) for i, output in enumerate(site.outputs) if output.device == "display"]
    for at, (name, output) in enumerate(displays):
        for other_name, other in displays[at + 1 :]:
            for one in output.surfaces:
                for two in other.surfaces:
                    if (
                        one.region != two.region
                        and _partly(one.region, two.region)
                        and (one.wall or "1") != (two.wall or "2")
                    ):
                        found.append(f"outputs {name} and {other_name} show a part of the canvas twice and don't blend")
    return list(dict.fromkeys(found))


def _partly(one: tuple[float, float, float, float], two: tuple[float, float, float, float]) -> bool:
    across = min(one[0] + one[2], two[0] + two[2]) - max(one[0], two[0])
    up = min(one[1] + one[3], two[1] + two[3]) - max(one[1], two[1])
    return across > 0.001 and up > 0.001
