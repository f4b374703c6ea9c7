"""What has moved since projectors were calibrated: a look at a few patterns, against what the camera saw then.

A projector that was nudged shows everything through one projective map of its picture, on walls of any shape, as long as it
turned about its lens; so that map, fitted to all places, both measures the drift and mends it. Where all projectors seem to have
moved in the same way in the camera's picture, it was the camera, and nothing on the wall is wrong. Numpy alone; called by
`wall_calibration` at opening, and by tests in simulated rooms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from installation.outputs.warp import Warp
from installation.wall_fit import FEWEST, Found, cells_of, unread
from installation.wall_places import Places
from installation.wall_shapes import Floats, centred, direct, smooth, through, trusted

State: TypeAlias = Literal["still", "moved", "far", "bent", "unread", "camera"]

STILL = 0.5
"""Pixels of a projector: less is no drift."""
BENT = 1.5
"""Pixels that may be left when a drift has been explained; more, and something else has changed than where it stands."""
SAME = 0.35
"""Pixels of the camera by which all places may miss one movement of the camera, for it to be that."""


@dataclass(frozen=True)
class Drift:
    """One projector's. `pixels`: the middle distance by which its picture has moved. `left`: what of it one movement doesn't
    explain. `matrix`: (3, 3), from where its pixels' light fell to those that fall there now, 0..1 of its picture: what is laid
    on the output goes through it. `said`: in words."""

    state: State
    pixels: float
    left: float
    matrix: Floats
    said: str


def drifts(before: Mapping[str, Places], after: Mapping[str, Places], corrects: float) -> dict[str, Drift]:
    """What has become of each projector that was known. `corrects`: pixels of drift that may be mended; more is "far"."""
    found = {name: _drift(places, after.get(name), corrects) for name, places in before.items()}
    moved = [name for name, one in found.items() if one.state not in ("still", "unread")]
    readable = [name for name, one in found.items() if one.state != "unread"]
    if len(moved) < 2 or moved != readable:
        return found
    off = _of_camera([(before[name], after[name]) for name in moved])
    if off > SAME:
        return found
    said = "the camera has moved, not the projectors: nothing needs correcting. Calibrate again before the next check"
    return {
        name: Drift("camera", one.pixels, one.left, np.eye(3), said) if name in moved else one
        for name, one in found.items()
    }


def _drift(before: Places, after: Places | None, corrects: float) -> Drift:
    nothing = np.eye(3)
    if after is None:
        return Drift("unread", np.nan, np.nan, nothing, "it was not looked at")
    if why := unread(after):
        return Drift("unread", np.nan, np.nan, nothing, why)
    if (after.camera, after.size) != (before.camera, before.size):
        why = "its picture, or the camera's, has another size now: calibrate again"
        return Drift("unread", np.nan, np.nan, nothing, why)
    shape, size = before.size[0] / before.size[1], np.array(before.size)
    old, new, weight = _together(before, after)
    if len(old) < FEWEST:
        return Drift("far", np.inf, np.inf, nothing, "its light no longer falls where it fell: calibrate again")
    half = size[0] / 2
    matrix, off = _movement(old, new, weight)
    pixels = float(np.median(np.linalg.norm(new - old, axis=1))) * half
    left = float(np.median(off)) * half
    to_unit = np.array([[0.5, 0, 0.5], [0, 0.5 * shape, 0.5], [0, 0, 1.0]])  # from centred places to 0..1
    across, up = (np.median(new - old, axis=0) * half).tolist()
    carried = np.asarray(to_unit @ matrix @ np.linalg.inv(to_unit))
    where = (
        f"{abs(across):.1f} px {'left' if across > 0 else 'right'} and {abs(up):.1f} px {'down' if up > 0 else 'up'}"
    )
    if pixels < STILL:
        return Drift("still", pixels, left, nothing, f"it has not moved ({pixels:.1f} px)")
    if left > BENT + 0.15 * pixels:
        said = (
            f"its picture has changed by {pixels:.1f} px, unevenly: the wall, its zoom or its keystone? Calibrate again"
        )
        return Drift("bent", pixels, left, nothing, said)
    if pixels > corrects:
        said = f"it has moved by {pixels:.1f} px ({where}), more than the {corrects:g} px that are corrected: calibrate again"
        return Drift("far", pixels, left, carried, said)
    return Drift(
        "moved", pixels, left, carried, f"it has moved by {pixels:.1f} px ({where}): corrected, {left:.1f} px are left"
    )


def _together(before: Places, after: Places) -> tuple[Floats, Floats, Floats]:
    """Of places that the camera sees lit both times: the projector's pixels there before and after, centred; weights."""
    camera, shape = before.camera[0] / before.camera[1], before.size[0] / before.size[1]
    at = centred(before.at, camera)
    known = smooth(at, centred(before.to / before.size, shape), before.weight, cells_of(at))
    low, high = before.at.min(axis=0), before.at.max(axis=0)
    inside = ((after.at >= low) & (after.at <= high)).all(axis=1)
    old = known.at(centred(after.at[inside], camera))
    lit = (np.abs(old) <= (1.0, 1.0 / shape)).all(axis=1)
    new = centred(after.to[inside] / after.size, shape)
    return old[lit], new[lit], after.weight[inside][lit]


def _of_camera(pairs: Sequence[tuple[Places, Places]]) -> float:
    """How well one movement of the camera explains all: pixels of its picture, 80 in a hundred stay below."""
    was, now, weights = [], [], []
    camera = pairs[0][0].camera
    shape = camera[0] / camera[1]
    for before, after in pairs:
        size = before.size[0] / before.size[1]
        lands = centred(before.to / before.size, size)
        back = smooth(lands, centred(before.at, shape), before.weight, cells_of(centred(before.at, shape)))
        place = centred(after.to / after.size, size)
        near = ((place >= lands.min(axis=0)) & (place <= lands.max(axis=0))).all(axis=1)
        was.append(back.at(place[near]))
        now.append(centred(after.at[near], shape))
        weights.append(after.weight[near])
    old, new, weight = np.concatenate(was), np.concatenate(now), np.concatenate(weights)
    if len(old) < FEWEST:
        return float("inf")
    _, off = _movement(old, new, weight)
    return float(np.percentile(off, 80)) * camera[0] / 2


def _movement(old: Floats, new: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """The one projective movement of most of (n, 2) places, and by how much it misses each."""
    believed, matrix, off = weight, np.eye(3), np.empty(0)
    for _ in range(6):
        matrix = direct(old, new, believed)
        off = np.linalg.norm(new - through(matrix, old), axis=1)
        believed = weight * trusted(off, weight)
    return matrix, off


def carried(points: Floats, matrix: Floats) -> Floats:
    """Corners or points of a surface, (..., 2), 0..1 of the output, through a drift's `matrix`."""
    given = np.asarray(points, np.float64)
    return through(np.asarray(matrix, np.float64), given.reshape(-1, 2)).reshape(given.shape)


def remembered(before: Places, matrix: Floats) -> Places:
    """What the camera would have seen, had the projector stood where it stands now."""
    to = carried(before.to / before.size, matrix) * before.size
    keep = np.asarray(((to >= 0) & (to <= before.size)).all(axis=1))
    return Places(before.camera, before.size, before.at[keep], to[keep], before.weight[keep], before.light, before.said)


def moved_warp(warp: Warp, matrix: Floats) -> Warp:
    """Any surface's map as a drift's `matrix` mends it. Raises OutputError where no projector can throw that."""
    a, b, c, d = ((float(x), float(y)) for x, y in carried(np.array(warp.corners), matrix))
    points = None if warp.points is None else carried(warp.points, matrix)
    return Warp((a, b, c, d), warp.cylinder, points, warp.kind)


def moved(found: Found, matrix: Floats) -> Found:
    """A surface as a drift's `matrix` mends it."""
    return replace(found, warp=moved_warp(found.warp, matrix))
