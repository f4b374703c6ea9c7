"""Where a GeoJSON geometry lies: one point for each, its centroid, in degrees of longitude and latitude.

Pure. The centroid of a polygon is weighted by area, of a line by length, in the plane of longitude and latitude
(P. Bourke, "Calculating the area and centroid of a polygon", 1988), which is what a label or a mark needs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

Point: TypeAlias = tuple[float, float]

MOST_POINTS = 2_000_000
KINDS = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")


def centroid(geometry: Any) -> Point:
    """Longitude -180..180 and latitude -90..90 of a GeoJSON geometry object.

    Of several parts those of the highest dimension count. Raises ValueError, which says what is wrong with it.
    """
    if not isinstance(geometry, dict):
        raise ValueError("the geometry is not an object")
    parts = list(_parts(geometry, 0))
    if not parts:
        raise ValueError("the geometry is empty")
    most = max(dimension for dimension, *_ in parts)
    chosen = [(weight, x, y) for dimension, weight, x, y in parts if dimension == most]
    # Parts on both sides of the date line (Fiji) are weighed on one side of it.
    if max(x for _, x, _ in chosen) - min(x for _, x, _ in chosen) > 180:
        chosen = [(weight, x + 360 if x < 0 else x, y) for weight, x, y in chosen]
    total = sum(weight for weight, *_ in chosen)
    if not total > 0:  # parts without extent
        chosen, total = [(1.0, x, y) for _, x, y in chosen], float(len(chosen))
    x = sum(weight * x for weight, x, _ in chosen) / total
    y = sum(weight * y for weight, _, y in chosen) / total
    return (x - 360 if x > 180 else x), y


def _parts(geometry: dict[str, Any], depth: int) -> Iterator[tuple[int, float, float, float]]:
    """Dimension, weight and centroid of each part."""
    kind, given = geometry.get("type"), geometry.get("coordinates")
    if kind == "GeometryCollection":
        inner = geometry.get("geometries")
        if depth > 8 or not isinstance(inner, list):
            raise ValueError("a GeometryCollection without geometries, or nested too deeply")
        for one in inner:
            if not isinstance(one, dict):
                raise ValueError("the geometry is not an object")
            yield from _parts(one, depth + 1)
    elif kind == "Point":
        yield 0, 1.0, *_point(given)
    elif kind == "MultiPoint":
        for point in _line(given, 0):
            yield 0, 1.0, *point
    elif kind == "LineString":
        yield _along(_line(given, 2))
    elif kind == "MultiLineString":
        for line in _list(given):
            yield _along(_line(line, 2))
    elif kind == "Polygon":
        yield _within(given)
    elif kind == "MultiPolygon":
        for polygon in _list(given):
            yield _within(polygon)
    else:
        raise ValueError(f"the geometry's type is {str(kind)[:40]!r}; expected {', '.join(KINDS)}")


def _along(line: Sequence[Point]) -> tuple[int, float, float, float]:
    total = sum_x = sum_y = 0.0
    for (x0, y0), (x1, y1) in pairwise(line):
        length = math.hypot(x1 - x0, y1 - y0)
        total, sum_x, sum_y = total + length, sum_x + length * (x0 + x1) / 2, sum_y + length * (y0 + y1) / 2
    return (1, total, sum_x / total, sum_y / total) if total else (1, 0.0, *line[0])


def _within(polygon: Any) -> tuple[int, float, float, float]:
    """An outer ring without its holes."""
    area = sum_x = sum_y = 0.0
    rings = [_line(ring, 4) for ring in _list(polygon)]
    if not rings:
        raise ValueError("a polygon has no ring")
    around = any(max(x for x, _ in ring) - min(x for x, _ in ring) > 180 for ring in rings)
    for i, given in enumerate(rings):
        ring = [(x + 360 if around and x < 0 else x, y) for x, y in given]
        a, x, y = _ring(ring)
        sign = 1.0 if i == 0 else -1.0
        area, sum_x, sum_y = area + sign * a, sum_x + sign * a * x, sum_y + sign * a * y
    if area <= 0:
        return 2, 0.0, *_ring(rings[0])[1:]
    x = sum_x / area
    return 2, area, x - 360 if x > 180 else x, sum_y / area


def _ring(ring: Sequence[Point]) -> tuple[float, float, float]:
    """A ring's area (never negative) and centroid, worked out from its first point so that little is lost."""
    x0, y0 = ring[0]
    twice = sum_x = sum_y = 0.0
    for (xa, ya), (xb, yb) in zip(ring, [*ring[1:], ring[0]], strict=True):
        ax, ay, bx, by = xa - x0, ya - y0, xb - x0, yb - y0
        cross = ax * by - bx * ay
        twice, sum_x, sum_y = twice + cross, sum_x + (ax + bx) * cross, sum_y + (ay + by) * cross
    if abs(twice) < 1e-12:
        return 0.0, sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)
    return abs(twice) / 2, x0 + sum_x / (3 * twice), y0 + sum_y / (3 * twice)


def _line(given: Any, least: int) -> list[Point]:
    points = [_point(one) for one in _list(given)]
    if len(points) < least:
        raise ValueError(f"{len(points)} positions where at least {least} are needed")
    return points


def _list(given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise ValueError("the coordinates are not a list of the right depth")
    if len(given) > MOST_POINTS:
        raise ValueError(f"more than {MOST_POINTS:,} positions")
    return given


def _point(given: Any) -> Point:
    if (
        not isinstance(given, list)
        or len(given) < 2
        or not all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in given[:2])
    ):
        raise ValueError("a position is not [longitude, latitude]")
    x, y = given[0], given[1]
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        # Told apart from a slip because it is the commonest cause: metres of a national grid.
        raise ValueError(f"[{x:g}, {y:g}] is no longitude and latitude; save it as WGS 84 (EPSG:4326)")
    return float(x), float(y)
