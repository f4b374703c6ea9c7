"""What of a site's surfaces, masks, colour tables and films can't be used, with its place. For `installation check --site`."""

from __future__ import annotations

from pathlib import Path

from installation.align.drawer import read_mask
from installation.align.planned import laid, name_of, surfaces_of
from installation.errors import OutputError, Problem
from installation.outputs.cube import read_cube
from installation.outputs.recording import recorded_as
from installation.scene.findings import Findings
from installation.scene.sites import SiteFile
from installation.scene.source import read_yaml

SMALL = (64, 36)


def site_problems(site: SiteFile, path: Path) -> list[Problem]:
    """Everything that geometry and files have to say against a site file that can be read. Warnings too: overlaps that don't
    blend."""
    document = read_yaml(path)
    notes = Findings(document)
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
    return notes.problems


def _at(notes: Findings, steps: tuple[str | int, ...], error: OutputError) -> None:
    """A file that can't be used, told where the site names it; what is wrong inside it keeps its own line."""
    for problem in error.problems:
        if problem.where and problem.where.line:
            notes.problems.append(problem)
        else:
            notes.value(steps, problem.message, problem.hint)


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


def apart(site: SiteFile, path: Path) -> list[Problem]:
    """Where the alignment that is kept beside a site file and the file have come apart: neither is wrong, and what was aligned
    counts. Of surfaces that can be thrown, as `site_problems` says. Writes nothing."""
    from installation.align import kept as files
    from installation.align.overruled import overruled

    kept, problems = files.load(files.path_of(path))
    own = {name_of(one, i): {s.name: s for s in surfaces_of(one, i)} for i, one in enumerate(site.outputs)}
    return [*problems, *(one.problem for one in overruled(kept, own, path))]


def _partly(one: tuple[float, float, float, float], two: tuple[float, float, float, float]) -> bool:
    across = min(one[0] + one[2], two[0] + two[2]) - max(one[0], two[0])
    up = min(one[1] + one[3], two[1] + two[3]) - max(one[1], two[1])
    return across > 0.001 and up > 0.001
