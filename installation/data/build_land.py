"""The recipe of `world-land`: the world's land as even dots and as thinned outlines, from Natural Earth.

A map to stand behind other data, so that a wall is read as the world. Boundaries are the publisher's and take
no position; no figure comes from here. Only the publisher's file can make it again. Called by `data.build`.

The dots are those of a sunflower laid on the globe (R. Swinbank and R. J. Purser, "Fibonacci grids: a novel
approach to global modelling", Q. J. R. Meteorol. Soc. 132, 2006): each stands for the same area, and no rows
or columns are seen in any projection.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.data.descriptor import TABLE_LIMIT
from installation.data.files import read_regular
from installation.data.raw import fingerprinted, places
from installation.data.rows import Row, word
from installation.errors import DataError, Location

FILE = "world_atlas_countries_110m.json"
SOURCE = "natural-earth-110m"

DOTS = 15_000
"""On the whole globe, sea as well: one for each 34,000 square kilometres, about 4,300 of them on land."""
THINNED = 0.4
"""How far, in degrees, a thinned outline may leave the publisher's."""
EARTH_KM = 6371.0
UNCODED = {"Kosovo": "wb:XKX"}
"""Shapes without a numeric code whose place has one of ours, by the publisher's name."""

Points = NDArray[np.float64]
"""Longitude and latitude in degrees, (n, 2)."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A country: its rings as lists of arcs, in the topology's own numbers (~i is arc i from its end to its start)."""

    place_id: str | None
    rings: tuple[tuple[int, ...], ...]


def tidy(raw: Path, kept: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """land, outlines and sources from the folder of publishers' files."""
    place_of = {code: place_id for place_id, place in places(raw).items() if (code := word(place, "iso_numeric"))}
    arcs, shapes = read_topology(raw / FILE, place_of)
    return {
        "land": land(arcs, shapes),
        "outlines": outlines([thinned(arc, THINNED) for arc in arcs], shapes),
        "sources": fingerprinted(kept["sources"], raw, {SOURCE: FILE}),
    }


def derive(rows: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """Nothing: both tables come from the publisher's file."""
    return {}


def read_topology(
    path: Path, place_of: Mapping[str, str], layer: str = "countries"
) -> tuple[list[Points], list[Shape]]:
    """The arcs and shapes of a layer of a TopoJSON file. `place_of`: our place id by the publisher's (ISO's numeric
    code for a country, FIPS for a state).
    """
    try:
        given = json.loads(read_regular(path, TABLE_LIMIT).decode("utf-8"))
        scale, shift = (np.array(given["transform"][key], np.float64) for key in ("scale", "translate"))
        # quantised: each point is a whole step from the one before
        arcs = [np.cumsum(np.array(arc, np.float64), axis=0) * scale + shift for arc in given["arcs"]]
        shapes = []
        for geometry in given["objects"][layer]["geometries"]:
            name = geometry.get("properties", {}).get("name", "")
            place_id = place_of.get(geometry.get("id", "")) or UNCODED.get(name)
            shapes.append(Shape(place_id, tuple(_rings(geometry))))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        message = f"this is not the TopoJSON that is expected ({type(error).__name__}: {error})"
        raise DataError(message, Location(str(path)), f"world-atlas or us-atlas, with {layer}") from None
    return arcs, shapes


def _rings(geometry: Mapping[str, Any]) -> Iterator[tuple[int, ...]]:
    given = geometry["arcs"]
    for polygon in {"Polygon": [given], "MultiPolygon": given}[geometry["type"]]:
        for ring in polygon:
            yield tuple(int(arc) for arc in ring)


def joined(ring: tuple[int, ...], arcs: list[Points]) -> Points:
    """A ring's points, the first one again at its end. Each arc begins where the one before it ended."""
    parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in ring]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def sunflower(count: int) -> Points:
    """`count` points that share the globe's area evenly, from north to south, (count, 2)."""
    number = np.arange(count)
    turn = (number * (np.sqrt(5.0) - 1) / 2) % 1.0
    lat = np.degrees(np.arcsin(1 - (2 * number + 1) / count))
    return np.stack([turn * 360 - 180, lat], axis=1)


def unwound(ring: Points) -> Points:
    """A closed ring whose longitude goes on over the date line (180, 181, ...), closed around a pole that it rings."""
    lon = np.unwrap(ring[:, 0], period=360.0)
    flat = np.stack([lon, ring[:, 1]], axis=1)
    if abs(lon[-1] - lon[0]) < 180:
        return flat
    pole = np.copysign(90.0, ring[:, 1].mean())
    return np.concatenate([flat, [[lon[-1], pole], [lon[0], pole]], flat[:1]])


def within(points: Points, rings: list[Points]) -> NDArray[np.bool_]:
    """Which points lie inside closed rings, (n,): inside an odd number of them, so that a hole is outside.

    Even-odd crossings of a ray to the east (M. Shimrat, "Algorithm 112: position of point relative to polygon",
    Communications of the ACM 5(8), 1962), in plain longitude and latitude, as the publisher draws them.
    """
    inside = np.zeros(len(points), np.bool_)
    for ring in map(unwound, rings):
        for turn in (-360.0, 0.0, 360.0):
            moved = points + np.array([turn, 0.0])
            near = np.flatnonzero(np.all((moved >= ring.min(axis=0)) & (moved <= ring.max(axis=0)), axis=1))
            if not near.size:
                continue
            x, y = moved[near, :1], moved[near, 1:]
            (x0, y0), (x1, y1) = ring[:-1].T, ring[1:].T
            spans = (y0 > y) != (y1 > y)
            with np.errstate(divide="ignore", invalid="ignore"):
                east = x < x0 + (y - y0) / (y1 - y0) * (x1 - x0)
            inside[near] ^= np.count_nonzero(spans & east, axis=1) % 2 == 1
    return inside


def land(arcs: list[Points], shapes: list[Shape]) -> list[Row]:
    """The dots that fall on land, each with its country and its distance from the sea."""
    dots = sunflower(DOTS)
    owner = np.full(len(dots), -1)
    for index, shape in enumerate(shapes):
        found = within(dots, [joined(ring, arcs) for ring in shape.rings])
        owner[found & (owner < 0)] = index
    chosen = np.flatnonzero(owner >= 0)
    far = from_shore(dots[chosen], shore(arcs, shapes))
    return [
        {
            "point_id": int(number),
            "lon": round(float(dots[number, 0]), 2),
            "lat": round(float(dots[number, 1]), 2),
            "place_id": shapes[owner[number]].place_id,
            "shore_km": round(float(km)),
        }
        for number, km in zip(chosen, far, strict=True)
    ]


def shore(arcs: list[Points], shapes: list[Shape]) -> Points:
    """Points along every coast, at most a quarter of a degree apart: the arcs that only one country has."""
    used = Counter(i if i >= 0 else ~i for shape in shapes for ring in shape.rings for i in ring)
    parts = [np.empty((0, 2))]
    for index in sorted(i for i, times in used.items() if times == 1):
        arc = arcs[index].copy()
        arc[:, 0] = np.unwrap(arc[:, 0], period=360.0)
        for begin, end in pairwise(arc):
            steps = max(int(np.ceil(np.abs(end - begin).max() / 0.25)), 1)
            parts.append(begin + (end - begin) * (np.arange(steps)[:, None] / steps))
    return np.concatenate(parts)


def from_shore(points: Points, coast: Points) -> NDArray[np.float64]:
    """Great-circle distance from each point to the nearest of `coast`, in kilometres, (n,); inf without a coast."""
    far = np.full(len(points), np.inf)
    if len(coast):
        there = _on_globe(coast).T
        for start in range(0, len(points), 256):
            nearest = (_on_globe(points[start : start + 256]) @ there).max(axis=1)
            far[start : start + 256] = EARTH_KM * np.arccos(np.clip(nearest, -1.0, 1.0))
    return far


def _on_globe(points: Points) -> NDArray[np.float64]:
    lon, lat = np.radians(points).T
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def thinned(arc: Points, tolerance: float) -> Points:
    """The arc with as few of its points as stay within `tolerance` of it; both ends stay.

    D. H. Douglas and T. K. Peucker, "Algorithms for the reduction of the number of points required to represent a
    digitized line", Cartographica 10(2), 1973. Neighbours share an arc, so their borders still meet when thinned.
    """
    keep = np.zeros(len(arc), np.bool_)
    keep[[0, -1]] = True
    if np.array_equal(arc[0], arc[-1]) and len(arc) > 4:
        # An island's arc begins where it ends: the triangle of its farthest points is never given up.
        far = int(np.argmax(np.hypot(*(arc - arc[0]).T)))
        side = _apart(arc, arc[0], arc[far])
        keep[[far, int(np.argmax(side))]] = True
    corners = np.flatnonzero(keep).tolist()
    spans = list(pairwise(corners))
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        apart = _apart(arc[first + 1 : last], arc[first], arc[last])
        middle = first + 1 + int(np.argmax(apart))
        if apart[middle - first - 1] > tolerance:
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return arc[keep]


def _apart(points: Points, begin: Points, end: Points) -> NDArray[np.float64]:
    """Distance of points from the straight line through `begin` and `end`, or from `begin` where they are one."""
    along = end - begin
    length = float(np.hypot(*along))
    away = points - begin
    if length == 0:
        return np.asarray(np.hypot(away[:, 0], away[:, 1]))
    return np.asarray(np.abs(away[:, 0] * along[1] - away[:, 1] * along[0]) / length)


def outlines(arcs: list[Points], shapes: list[Shape]) -> list[Row]:
    """Each country's rings, point by point; one that crosses the date line becomes several lines."""
    rows: list[Row] = []
    line_id = 0
    for shape in shapes:
        for ring in shape.rings:
            for line in parted(joined(ring, arcs)):
                line_id += 1
                rows += [
                    {
                        "ring_id": line_id,
                        "place_id": shape.place_id,
                        "seq": seq,
                        "lon": round(float(lon), 2),
                        "lat": round(float(lat), 2),
                    }
                    for seq, (lon, lat) in enumerate(line)
                ]
    return rows


def parted(ring: Points) -> list[Points]:
    """The ring's lines on a map that ends at the date line: itself, or several that end there."""
    lines: list[Points] = []
    begin = 0
    first: list[Points] = []
    for jump in np.flatnonzero(np.abs(np.diff(ring[:, 0])) > 180):
        (x0, y0), (x1, y1) = ring[jump], ring[jump + 1]
        edge = np.copysign(180.0, x0)
        beyond = x1 + 2 * edge  # where the next point would be if longitude went on
        y = y0 + (y1 - y0) * ((edge - x0) / (beyond - x0) if beyond != x0 else 0.0)
        lines.append(np.concatenate([*first, ring[begin : jump + 1], [[edge, y]]]))
        first, begin = [np.array([[-edge, y]])], int(jump) + 1
    lines.append(np.concatenate([*first, ring[begin:]]))
    if len(lines) > 1:  # the last line runs into the first: the ring began somewhere in the middle of it
        lines[0] = np.concatenate([lines.pop()[:-1], lines[0]])
    return lines
