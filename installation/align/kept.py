"""Where surfaces lie after they were aligned, kept beside the site file: the newest, older ones, those with a name.

`site.yaml` has `site.alignment.json`, which is restored at start, and a folder `site.alignment/` with `NAME.json` for each
version with a name and `before-DATE.json` for what was there before each alignment. The person's own file, with all its comments,
is never written. Each of these is written whole or not at all: whoever pulls the plug finds one whole version. Called by
`align.projecting`, in a thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from installation import beside
from installation.beside import Beside
from installation.data.files import read_regular, write_whole
from installation.errors import InstallationError, Location, OutputError, Problem
from installation.outputs.stage import checked_region
from installation.outputs.surfaces import Laid
from installation.outputs.warp import Warp

FOLDER = ".alignment"
BACKUPS = 30
"""Evenings that are kept."""
MOST_NAMED = 200
ASIDE = "~"
"""Follows the name of a version over which another was saved."""

Coordinate: TypeAlias = Annotated[float, Field(ge=-100.0, le=100.0, allow_inf_nan=False)]
Point: TypeAlias = tuple[Coordinate, Coordinate]
Share: TypeAlias = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]


class Place(BaseModel):
    """Where one surface lies: its region of the canvas, and where it lands on its output (0..1, y up)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: tuple[Share, Share, Share, Share]
    corners: tuple[Point, Point, Point, Point]
    warp: Literal["linear", "smooth", "bezier"] = "linear"
    points: list[list[Point]] | None = Field(None, max_length=97)


class KeptSurface(Place):
    """One surface as it was aligned. `site`: what the site file said of it when it was moved last; the same place means that it
    was never moved. Files from before 2026-11-23 don't say."""

    site: Place | None = None

    @property
    def moved(self) -> bool:
        """Whether it lies elsewhere than the site file had it."""
        return self.site is None or place_of(self) != self.site


class KeptAlignment(BaseModel):
    """All outputs', by their names, then by their surfaces' names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    name: str = Field("", max_length=64)
    outputs: dict[str, dict[str, KeptSurface]] = Field(default_factory=dict, max_length=64)


def kept_of(surface: Laid, site: Place | None = None) -> KeptSurface:
    """A surface as it is kept: to a hundred-thousandth of the output. `site`: what the site file said of it."""
    warp = surface.warp
    points = None if warp.points is None else [[_point(one) for one in row] for row in warp.points]
    left, bottom, width, height = (round(float(one), 7) for one in surface.region)
    a, b, c, d = (_point(one) for one in warp.corners)
    region = left, bottom, width, height
    return KeptSurface(region=region, corners=(a, b, c, d), warp=warp.kind, points=points, site=site)


def place_of(kept: KeptSurface) -> Place:
    """Where it lies, without what the site file said."""
    return Place(region=kept.region, corners=kept.corners, warp=kept.warp, points=kept.points)


def _point(given: Iterable[float]) -> Point:
    x, y = given
    return round(float(x), 6), round(float(y), 6)


def laid_of(kept: KeptSurface, own: Laid) -> Laid:
    """A kept surface, in place of the site file's own one. Raises OutputError where it can't be thrown."""
    points = None
    if kept.points is not None:
        if len({len(row) for row in kept.points}) != 1:
            raise OutputError("the rows of its points are not equally long")
        points = np.array(kept.points, np.float64)
    warp = Warp(kept.corners, own.warp.cylinder, points, kept.warp)
    return Laid(own.name, checked_region(kept.region), warp, own.wall)


FILE = Beside(
    KeptAlignment,
    ".alignment.json",
    16 << 20,
    "the alignment",
    "the alignment",
    "surfaces lie as the site file says; {site}.alignment/ has older versions: installation cue align restore NAME",
)
path_of, load, save = FILE.path_of, FILE.load, FILE.save


def folder_of(path: Path) -> Path:
    """The folder of older and named versions."""
    return path.with_name(path.name.removesuffix(FILE.ending) + FOLDER)


def sweep(path: Path | None) -> None:
    """Removes drafts that a killed process left. Called when a show opens, while nobody writes."""
    if path is not None:
        beside.sweep(path, folder_of(path))


def back_up(path: Path, date: str) -> list[Problem]:
    """Keeps the newest file as it is now, as `before-DATE`; the oldest of many go."""
    try:
        if path.exists():
            folder = folder_of(path)
            folder.mkdir(exist_ok=True)
            write_whole(folder / f"before-{date}.json", read_regular(path, FILE.largest))
            for old in sorted(folder.glob("before-*.json"))[:-BACKUPS]:
                old.unlink()
    except (InstallationError, OSError) as error:
        return [
            Problem(f"the alignment of before can't be kept: {error}", Location(str(path)), "is the folder writable?")
        ]
    return []


def save_as(path: Path, name: str, kept: KeptAlignment) -> list[Problem]:
    """Keeps a version under a name."""
    folder = folder_of(path)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        return [Problem(f"{folder} can't be made: {error.strerror}", hint="is the folder writable?")]
    if not (folder / f"{name}.json").exists() and len(versions(path)) >= MOST_NAMED:
        return [Problem(f"{folder.name}/ has {MOST_NAMED} versions already", hint="delete some")]
    return save(folder / f"{name}.json", kept.model_copy(update={"name": name}))


def set_aside(path: Path, name: str) -> str:
    """Copies the version that has a name already to `NAME~`, before another is saved under it. Gives what to tell; "" where there
    is none. Raises DataError where it can't be kept."""
    there = folder_of(path) / f"{name}.json"
    if not there.exists():
        return ""
    write_whole(there.with_name(f"{name}{ASIDE}.json"), read_regular(there, FILE.largest))
    return f"{name} was there already: it is kept as {name}{ASIDE}"


def versions(path: Path | None) -> list[str]:
    """The names of versions that can be restored."""
    if path is None:
        return []
    try:
        return sorted(file.stem for file in folder_of(path).glob("*.json"))[: 2 * MOST_NAMED]
    except OSError:
        return []


def restored(
    kept: KeptAlignment, own: Mapping[str, Mapping[str, Laid]], path: Path | None, moved: bool = False
) -> tuple[dict[str, dict[str, Laid]], list[Problem]]:
    """The site's surfaces with what is kept laid over them, and what could not be used of it. `moved`: only of those that were
    moved since the site file was read; the others lie as it says."""
    found = {output: dict(surfaces) for output, surfaces in own.items()}
    problems = []
    where = Location(str(path)) if path else None
    for output, surfaces in kept.outputs.items():
        for name, surface in surfaces.items():
            if output not in found or name not in found[output]:
                continue  # of an output that the site doesn't have tonight; it stays in the file
            if moved and not surface.moved:
                continue
            try:
                found[output][name] = laid_of(surface, found[output][name])
            except OutputError as error:
                what = f"output {output}, surface {name}: what was aligned can't be used: {error.problems[0].message}"
                problems.append(Problem(what, where, "it lies as the site file says until it is aligned again"))
    return found, problems
