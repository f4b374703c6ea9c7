"""What each projector does in the room, in figures: distance, size of its picture and of its pixels, overlaps, light, shadows.

Worked out by rays through an even grid of each picture's places, so it holds for any wall. What a curator should know before the
van is loaded is a warning. Pure; called by `installation previsualise`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from installation.previs.room import TALL, WIDE, Floats, Lens, Room

Shown: TypeAlias = NDArray[np.bool_]

ACROSS, UP = 64, 36
"""Parts of a picture whose middles are looked at: for shares of it, and its light."""
LINES = 33, 19
"""Places of a picture across and up of which its edges and its middle are ones: for how large it is."""
AHEAD = 2.0
"""Metres before the wall: where visitors stand who look at it."""
DIM = 5.0
"""A picture has to be so many times as bright as the room's light to have blacks and colours."""
COARSE = 6.0
"""Millimetres: pixels that somebody two metres away sees one by one (3 minutes of arc are 1.7 mm; soft pictures bear more)."""
SLACK = 0.01
"""A share of a picture that may miss its wall unsaid: no ladder is that exact."""


@dataclass(frozen=True)
class Throw:
    """What one projector does. Metres, lux; shares 0..1. `wall`: on which most of its picture falls, "" for none.

    `distance` is along its axis. `width` and `height` are between the middles of the picture's edges, `pixel_mm` the largest
    pixel's larger side. `missed`: the share of its picture that falls elsewhere; `overlaps`: the share of its picture on that
    wall that others light too, by their names. `shadow`: how far from the wall a standing person casts a shadow on it, from and
    to; None where nobody does. `standing`: people of the site who stand in its light.
    """

    name: str
    wall: str
    distance: float
    width: float
    height: float
    pixels: tuple[int, int]
    pixel_mm: float
    lux: tuple[float, float, float]
    """darkest, middle, brightest"""
    missed: float
    overlaps: dict[str, float]
    shadow: tuple[float, float] | None
    standing: tuple[str, ...]
    outline: Floats
    """(4, 3): where its corners land, bottom left first, anticlockwise; not numbers where they meet nothing."""
    warnings: tuple[str, ...]

    @property
    def per_metre(self) -> float:
        """Pixels."""
        return 1000.0 / self.pixel_mm if self.pixel_mm > 0 else 0.0


def measured(room: Room, shown: Sequence[Shown] | None = None) -> list[Throw]:
    """All projectors of a room, in their order. `shown`: of each (UP, ACROSS), row 0 the bottom, where it has a picture: what is
    masked, or beside its surfaces, is dark wherever it falls. Default: everywhere."""
    empty = room.empty
    lights = [np.ones((UP, ACROSS), bool) for _ in room.lenses] if shown is None else list(shown)
    return [_throw(number, room, empty, lights) for number in range(len(room.lenses))]


def _throw(number: int, room: Room, empty: Room, lights: Sequence[Shown]) -> Throw:
    lens, light = room.lenses[number], lights[number]
    x, y = np.meshgrid((np.arange(ACROSS) + 0.5) / ACROSS, (np.arange(UP) + 0.5) / UP)
    rays = lens.rays(np.stack([x[light], y[light]], axis=1))
    far, places, owners, normals = _landed(lens, empty, rays)
    counts = {i: int((owners == i).sum()) for i, part in enumerate(empty.parts)}
    most = max(counts, key=lambda i: counts[i])
    u, v = np.meshgrid(np.linspace(0, 1, LINES[0]), np.linspace(0, 1, LINES[1]))
    _, lines, line_owners, _ = _landed(lens, empty, lens.rays(np.stack([u.ravel(), v.ravel()], axis=1)))
    outline = lines.reshape(LINES[1], LINES[0], 3)[[0, 0, -1, -1], [0, -1, -1, 0]]
    if not counts[most]:
        told = (f"{lens.name} throws its picture past every wall",)
        none = (0.0, 0.0, 0.0)
        return Throw(lens.name, "", 0, 0, 0, lens.size, 0, none, 1.0, {}, None, (), outline, told)
    there = owners == most
    dark = ~light[np.minimum((v * UP).astype(int), UP - 1), np.minimum((u * ACROSS).astype(int), ACROSS - 1)].ravel()
    lines[dark | (line_owners != most)] = np.nan
    of_wall = lines.reshape(LINES[1], LINES[0], 3)
    lux = lens.lux(places[there], normals[there])
    nearest = int(np.hypot(x[light][there] - 0.5, y[light][there] - 0.5).argmin())
    overlaps = {}
    for other, shown in zip(empty.lenses, lights, strict=True):
        if other.name != lens.name and (share := float(_lit(other, shown, empty, places[there]).mean())) > 0:
            overlaps[other.name] = share
    found = Throw(
        name=lens.name,
        wall=empty.parts[most].name,
        distance=float((places[there][nearest] - lens.at) @ lens.axes[2]),
        width=_length(of_wall),
        height=_length(of_wall.transpose(1, 0, 2)),
        pixels=lens.size,
        pixel_mm=_pixel(of_wall, lens),
        lux=(float(lux.min()), float(lux[nearest]), float(lux.max())),
        missed=1.0 - float(there.mean()),
        overlaps=overlaps,
        shadow=_shadow(lens, places[there], normals[there]),
        standing=_standing(lens, room, rays, far),
        outline=outline,
        warnings=(),
    )
    return replace(found, warnings=tuple(_warnings(found, room.light)))


def _landed(lens: Lens, empty: Room, rays: Floats) -> tuple[Floats, Floats, NDArray[np.intp], Floats]:
    """How far rays go, where they land (not numbers where they meet nothing), on which part (-1: none), and its normals there."""
    far, which = empty.hit(lens.at, rays)
    with np.errstate(invalid="ignore"):
        places = np.where(np.isfinite(far)[:, None], lens.at + rays * far[:, None], np.nan)
    return far, places, np.where(which >= 0, empty.owner[which], -1), empty.normals[which]


def _length(lines: Floats) -> float:
    """Along the middle one of the lines that have most places on the wall."""
    steps = np.linalg.norm(np.diff(lines, axis=1), axis=2)
    counts = np.isfinite(steps).sum(axis=1)
    full = np.flatnonzero(counts == counts.max())
    return float(np.nansum(steps[full[len(full) // 2]]))


def _pixel(grid: Floats, lens: Lens) -> float:
    """The longer side of the largest pixel on the wall, millimetres."""
    across = np.linalg.norm(np.diff(grid, axis=1), axis=2) * (LINES[0] - 1) / lens.size[0]
    up = np.linalg.norm(np.diff(grid, axis=0), axis=2) * (LINES[1] - 1) / lens.size[1]
    found = [float(np.nanmax(one)) for one in (across, up) if np.isfinite(one).any()]
    return 1000.0 * max(found, default=0.0)


def _lit(lens: Lens, light: Shown, room: Room, places: Floats) -> NDArray[np.bool_]:
    """Whether a projector's picture reaches places, with nothing between."""
    seen = lens.seen(places)
    with np.errstate(invalid="ignore"):
        inside = (seen[:, :2] >= 0).all(axis=1) & (seen[:, :2] <= 1).all(axis=1)
    spots = np.minimum((seen[inside, :2] * (ACROSS, UP)).astype(int), (ACROSS - 1, UP - 1))
    found = np.flatnonzero(inside)[light[spots[:, 1], spots[:, 0]]]
    lit = np.zeros(len(places), bool)
    lit[found] = room.reaches(lens.at, places[found], 0.01)
    return lit


def _shadow(lens: Lens, places: Floats, normals: Floats) -> tuple[float, float] | None:
    """From how far to how far before the wall a person of 1.7 m would stand in the light of it."""
    side = np.sign(((lens.at - places) * normals).sum(axis=1))[:, None]
    before = ((lens.at - places) * normals * side).sum(axis=1)
    found = []
    for ahead in np.arange(0.25, float(before.max()), 0.25):
        share = ahead / np.maximum(before, 1e-6)
        height = places[:, 1] + share * (lens.at[1] - places[:, 1])
        if ((share < 1) & (height > 0) & (height < TALL)).any():
            found.append(float(ahead))
    return (found[0], found[-1]) if found else None


def _standing(lens: Lens, room: Room, rays: Floats, far: Floats) -> tuple[str, ...]:
    """The site's people who stand in the light."""
    nearer, which = room.hit(lens.at, rays)
    owners = {int(room.owner[i]) for i in which[nearer < far - WIDE / 10]}
    return tuple(part.name for i, part in enumerate(room.parts) if i in owners and part.kind == "person")


def _warnings(throw: Throw, light: float) -> list[str]:
    told = []
    if throw.missed > SLACK:
        told.append(
            f"{throw.missed:.0%} of its picture misses {throw.wall}: it is larger than the wall, or something stands between"
        )
    if throw.shadow is not None and throw.shadow[0] <= AHEAD <= throw.shadow[1]:
        told.append(
            f"somebody {AHEAD:g} m before the wall casts a shadow (from {throw.shadow[0]:.2g} to {throw.shadow[1]:.2g} m)"
        )
    if throw.standing:
        who = f"{throw.standing[0]} stands" if len(throw.standing) == 1 else f"{', '.join(throw.standing)} stand"
        told.append(f"{who} in its light")
    if light > 0 and throw.lux[1] < DIM * light:
        told.append(
            f"{throw.lux[1]:.0f} lux on a wall that has {light:g} already: colours will be pale, and black grey"
        )
    if throw.pixel_mm > COARSE:
        told.append(f"its pixels are {throw.pixel_mm:.1f} mm large: seen one by one from nearby")
    if throw.lux[2] > 4 * max(throw.lux[0], 1e-9):
        told.append("one side is more than four times as bright as another: it throws at a slant")
    return told
