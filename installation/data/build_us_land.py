"""The recipe of `us-land`: the states' outlines, even dots, and one point inside each, from the Census Bureau.

On the publisher's plane, where Alaska stands at about a third of its scale and, with Hawaii, beside the others: a
backdrop, not for measuring. Only the publisher's file can make it again. Called by `data.build`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.data.build_land import Points, Shape, joined, read_topology, thinned, within
from installation.data.raw import fingerprinted
from installation.data.rows import Row, word
from installation.data.states import by_letters

FILE = "us_atlas_states_albers_10m.json"
SOURCE = "census-us-atlas-10m"

DOTS = 9_000
"""On the whole plane, sea as well: about 5,000 of them on land, each for the same area of the plane."""
THINNED = 0.0015
"""How far, in heights of the plane, a thinned outline may leave the publisher's."""
SMALLEST = 6e-6
"""Islets below this area, in squares of the plane's height, have no outline: they would be drawn as specks."""
INSIDE_GRID = 41
"""Candidates a side for the point inside a state."""


def tidy(raw: Path, kept: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """land, outlines, states and sources from the folder of publishers' files."""
    place_of = {word(place, "place_id")[3:]: place for place in by_letters().values() if place["kind"] == "state"}
    arcs, shapes = read_topology(raw / FILE, {code: f"us:{code}" for code in place_of}, "states")
    arcs, aspect = levelled(arcs)
    return {
        "land": land(arcs, shapes, aspect),
        "outlines": outlines(arcs, shapes, aspect),
        "states": [
            {
                "place_id": shape.place_id,
                "name": place_of[shape.place_id[3:]]["name"],
                "letters": place_of[shape.place_id[3:]]["letters"],
                **_placed(inside([joined(ring, arcs) for ring in shape.rings]), aspect),
            }
            for shape in shapes
            if shape.place_id
        ],
        "sources": fingerprinted(kept["sources"], raw, {SOURCE: FILE}),
    }


def derive(rows: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """Nothing: all tables come from the publisher's file."""
    return {}


def levelled(arcs: list[Points]) -> tuple[list[Points], float]:
    """The arcs in heights of the plane that they fill, y up from its lower left corner, and how wide it is."""
    points = np.concatenate(arcs)
    low, high = points.min(axis=0), points.max(axis=0)
    height = float(high[1] - low[1])
    return [np.stack([arc[:, 0] - low[0], high[1] - arc[:, 1]], axis=1) / height for arc in arcs], float(
        (high[0] - low[0]) / height
    )


def lattice(count: int, aspect: float) -> Points:
    """`count` points that share a plane of `aspect` heights by one evenly, (count, 2), without rows or columns.

    The Fibonacci lattice: the golden section's multiples, modulo 1, against their number (R. Swinbank and R. J. Purser,
    see `build_land`, on a plane).
    """
    number = np.arange(count)
    turn = (number * (np.sqrt(5.0) - 1) / 2) % 1.0
    return np.stack([turn * aspect, (number + 0.5) / count], axis=1)


def land(arcs: list[Points], shapes: list[Shape], aspect: float) -> list[Row]:
    """The dots that fall on land, each with its state."""
    dots = lattice(DOTS, aspect)
    owner = np.full(len(dots), -1)
    for index, shape in enumerate(shapes):
        found = within(dots, [joined(ring, arcs) for ring in shape.rings])
        owner[found & (owner < 0)] = index
    return [
        {"point_id": int(number), "place_id": shapes[owner[number]].place_id, **_placed(dots[number], aspect)}
        for number in np.flatnonzero(owner >= 0)
    ]


def outlines(arcs: list[Points], shapes: list[Shape], aspect: float) -> list[Row]:
    """Each state's rings, thinned, point by point; neighbours share their border."""
    thin = [thinned(arc, THINNED) for arc in arcs]
    rows: list[Row] = []
    ring_id = 0
    for shape in shapes:
        for ring in shape.rings:
            if abs(area(joined(ring, arcs))) < SMALLEST:
                continue
            ring_id += 1
            rows += [
                {"ring_id": ring_id, "place_id": shape.place_id, "seq": seq, **_placed(point, aspect)}
                for seq, point in enumerate(joined(ring, thin))
            ]
    return rows


def area(ring: Points) -> float:
    """A closed ring's area by the trapezoid rule, negative when it runs clockwise."""
    (x0, y0), (x1, y1) = ring[:-1].T, ring[1:].T
    return float(np.sum(x0 * y1 - x1 * y0) / 2)


def inside(rings: list[Points]) -> NDArray[np.float64]:
    """A point of the largest ring that is as far from every border as a grid finds it, (2,): where a label stands."""
    largest = max(rings, key=lambda ring: abs(area(ring)))
    low, high = largest.min(axis=0), largest.max(axis=0)
    steps = (np.arange(INSIDE_GRID) + 0.5) / INSIDE_GRID
    grid = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2) * (high - low) + low
    grid = grid[within(grid, rings)]
    border = np.concatenate([_dense(ring) for ring in rings])
    far = [float(np.hypot(*(border - point).T).min()) for point in grid]
    return np.asarray(grid[int(np.argmax(far))])


def _dense(ring: Points) -> Points:
    """A ring with points along its long edges too, so that the nearest point is near the nearest edge."""
    parts = []
    for begin, end in pairwise(ring):
        steps = max(int(np.ceil(np.abs(end - begin).max() / 0.005)), 1)
        parts.append(begin + (end - begin) * (np.arange(steps)[:, None] / steps))
    return np.concatenate(parts)


def _placed(point: NDArray[np.float64], aspect: float) -> Row:
    return {"x": round(float(point[0]) / aspect, 4), "y": round(float(point[1]), 4)}
