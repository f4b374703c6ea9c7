"""A site's room as triangles, and its projectors as lenses: pure geometry, in metres, y up. Numpy alone.

x is to the right as one looks at the first wall, z out of the wall. What light falls on are walls, people and the floor; where a
ray meets them first is `Room.hit`. Called by whoever measures the room (`measure`) or draws it (`model`, `plan`, `bake`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.errors import InstallationError, OutputError, Problem
from installation.previs.obj import read_obj
from installation.scene.output_site import Beamer, Wall
from installation.scene.output_site import Room as RoomSite

Floats = NDArray[np.float64]

TALL = 1.7
"""Metres: a person."""
WIDE = 0.44
"""Metres: across a person's shoulders."""
BEND = 4.0
"""Degrees between the edges of a curved wall's flat parts."""
MARGIN = 3.0
"""Metres of floor around what stands in the room."""
AROUND = 20
"""Corners of a person's outline."""
EDGE = 1e-9
"""Of a triangle's sides: neighbours leave no gap."""
NEAREST = 1e-4
"""Metres: a ray that begins on a wall doesn't meet it."""
CHUNK = 400_000
"""Pairs of a ray and a triangle that are tried at once: what stays in a cache."""

# A person's outline: height, half the width, half the depth, for 1.7 m. Standing, in a coat: no more than scale asks for.
FIGURE = np.array([
    (0.00, 0.100, 0.100), (0.03, 0.108, 0.125), (0.07, 0.098, 0.098), (0.30, 0.110, 0.082), (0.48, 0.124, 0.088),
    (0.75, 0.152, 0.106), (0.90, 0.168, 0.118), (1.05, 0.160, 0.108), (1.20, 0.186, 0.116), (1.32, 0.212, 0.118),
    (1.40, 0.210, 0.106), (1.445, 0.150, 0.080), (1.47, 0.066, 0.062), (1.50, 0.055, 0.058), (1.525, 0.064, 0.074),
    (1.57, 0.078, 0.096), (1.62, 0.080, 0.100), (1.66, 0.070, 0.086), (1.69, 0.042, 0.050), (1.70, 0.010, 0.012),
])  # fmt: skip
SOLID = [0, 6, 9, 10, 12, 16, 19]
"""Of its outline, what rays meet."""


@dataclass(frozen=True)
class Part:
    """Something that stands in the room. `corners`: (n, 3, 3) of its triangles; `normals`: the same shape, of unit length."""

    name: str
    kind: str
    """wall, person or floor"""
    corners: Floats
    normals: Floats
    solid: Floats | None = None
    """What rays meet in place of its corners, where that is simpler."""
    size: tuple[float, float] | None = None
    """Of a wall: its width along it, and its height."""

    @property
    def middle(self) -> Floats:
        flat = self.corners.reshape(-1, 3)
        return np.asarray((flat.min(axis=0) + flat.max(axis=0)) / 2)


@dataclass(frozen=True)
class Lens:
    """A projector, or an eye: where it is, its axes (right, up, forward as rows), and how wide it throws. `aspect`: width over
    height of its picture; `throw`: distance over width; `shift`: in widths and heights of it."""

    name: str
    at: Floats
    axes: Floats
    throw: float
    aspect: float
    shift: tuple[float, float] = (0.0, 0.0)
    lumens: float = 0.0
    size: tuple[int, int] = (1920, 1080)

    def seen(self, places: Floats) -> Floats:
        """(n, 3) places to (n, 3): x, y in its picture, 0..1, y up, and how far before it; not a number where it is behind."""
        local = (places - self.at) @ self.axes.T
        depth = np.where(local[:, 2] > 1e-6, local[:, 2], np.nan)
        x = local[:, 0] / depth * self.throw + 0.5 - self.shift[0]
        y = local[:, 1] / depth * self.throw * self.aspect + 0.5 - self.shift[1]
        return np.column_stack([x, y, depth])

    def rays(self, spots: Floats) -> Floats:
        """(n, 2) places in its picture to (n, 3) directions of unit length."""
        x = (spots[:, 0] - 0.5 + self.shift[0]) / self.throw
        y = (spots[:, 1] - 0.5 + self.shift[1]) / (self.throw * self.aspect)
        rays = np.column_stack([x, y, np.ones(len(spots))]) @ self.axes
        return np.asarray(rays / np.linalg.norm(rays, axis=1, keepdims=True))

    def lux(self, places: Floats, normals: Floats) -> Floats:
        """White light on (n, 3) places with these normals that its picture reaches, where nothing stands between: lux.

        A flat screen across its axis has lumens over the picture's area everywhere; a place at a slant has that by the cosines.
        """
        towards = places - self.at
        far = np.linalg.norm(towards, axis=1)
        depth = towards @ self.axes[2]
        screen = self.lumens * self.throw**2 * self.aspect / np.maximum(depth, 1e-3) ** 2
        slant = np.abs((towards * normals).sum(axis=1)) / np.maximum(depth, 1e-3)
        found = np.where((depth > 1e-3) & (far > 0), screen * slant, 0.0)
        return np.asarray(found)

    def matrix(self, near: float = 0.1, far: float = 200.0) -> Floats:
        """(4, 4), from places of the room to GL's clip space."""
        view = np.eye(4)
        view[:3, :3] = self.axes * np.array([[1.0], [1.0], [-1.0]])
        view[:3, 3] = -view[:3, :3] @ self.at
        lens = np.zeros((4, 4))
        lens[0, 0], lens[0, 2] = 2 * self.throw, 2 * self.shift[0]
        lens[1, 1], lens[1, 2] = 2 * self.throw * self.aspect, 2 * self.shift[1]
        lens[2, 2], lens[2, 3] = (far + near) / (near - far), 2 * far * near / (near - far)
        lens[3, 2] = -1.0
        return np.asarray(lens @ view)


def lens_of(name: str, beamer: Beamer, size: tuple[int, int]) -> Lens:
    """A projector of the site. Raises OutputError where it looks at itself."""
    at = np.array(beamer.at, np.float64)
    axes = axes_of(at, np.array(beamer.towards, np.float64), float(beamer.roll))
    if axes is None:
        raise OutputError(f"projector {name} stands where it looks", hint="beamer: towards: a place on the wall")
    aspect = size[0] / size[1]
    shift = float(beamer.shift[0]), float(beamer.shift[1])
    return Lens(name, at, axes, float(beamer.throw), aspect, shift, float(beamer.lumens), size)


def axes_of(at: Floats, towards: Floats, roll: float = 0.0) -> Floats | None:
    """Right, up and forward of who looks from a place to another; None where these are one."""
    forward = towards - at
    far = float(np.linalg.norm(forward))
    if far < 1e-6:
        return None
    forward = forward / far
    right = np.cross(forward, (0.0, 1.0, 0.0))
    if np.linalg.norm(right) < 1e-6:  # straight down or up: the wall stays above
        right = np.array([1.0, 0.0, 0.0])
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    turn = math.radians(roll)
    return np.array(
        [math.cos(turn) * right + math.sin(turn) * up, math.cos(turn) * up - math.sin(turn) * right, forward]
    )


class Room:
    """Everything in the room. `lenses` are its projectors."""

    def __init__(self, parts: Sequence[Part], lenses: Sequence[Lens], light: float = 10.0) -> None:
        """`light`: the light of the room itself, lux."""
        self.parts, self.lenses, self.light = tuple(parts), tuple(lenses), light
        solid = [part.corners if part.solid is None else part.solid for part in self.parts]
        self.corners = np.concatenate(solid)
        """(n, 3, 3) of what rays meet."""
        self.owner = np.concatenate([np.full(len(one), i) for i, one in enumerate(solid)])
        first = self.corners[:, 0]
        side, other = self.corners[:, 1] - first, self.corners[:, 2] - first
        out = np.cross(side, other)
        long = np.linalg.norm(out, axis=1, keepdims=True)
        self.normals = out / np.maximum(long, 1e-12)
        """(n, 3) of them: flat."""
        whole = np.linalg.inv(
            np.stack([side, other, self.normals], axis=2) + (long < 1e-12)[:, :, None] * np.eye(3) * 1e12
        )
        self._maps = np.ascontiguousarray(whole.transpose(1, 2, 0))
        self._zero = -np.einsum("aib,bi->ab", self._maps.transpose(0, 1, 2), first)

    @property
    def empty(self) -> Room:
        """The room without people."""
        return Room([part for part in self.parts if part.kind != "person"], self.lenses, self.light)

    @property
    def walls(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.kind == "wall")

    def hit(self, starts: Floats, rays: Floats, longest: float = np.inf) -> tuple[Floats, NDArray[np.intp]]:
        """How far each ray (n, 3) goes from its start until it meets something, infinite where nothing; and which triangle.

        Rays of 32 bits are followed in less time, to a tenth of a millimetre or so. Each triangle is the map that makes it the
        unit one, so that nearly all of it is products of matrices: D. Baldwin, M. Weber, "Fast Ray-Triangle Intersections by
        Coordinate Transformation" (2016).
        """
        near = np.full(len(rays), np.inf)
        which = np.full(len(rays), -1, np.intp)
        starts = np.broadcast_to(starts, rays.shape)
        step = max(CHUNK // max(len(self.corners), 1), 1)
        maps, zero = self._maps.astype(rays.dtype, copy=False), self._zero.astype(rays.dtype, copy=False)
        edge = EDGE if rays.dtype == np.float64 else 1e-4
        for low in range(0, len(rays), step):
            ray, start = rays[low : low + step], starts[low : low + step]
            with np.errstate(all="ignore"):
                far = -(start @ maps[2] + zero[2]) / (ray @ maps[2])
                u = start @ maps[0] + zero[0] + far * (ray @ maps[0])
                v = start @ maps[1] + zero[1] + far * (ray @ maps[1])
                met = (u >= -edge) & (v >= -edge) & (u + v <= 1 + edge) & (far > NEAREST) & (far < longest)
            far = np.where(met, far, np.inf)
            best = far.argmin(axis=1)
            found = far[np.arange(len(far)), best]
            near[low : low + step] = found
            which[low : low + step] = np.where(np.isfinite(found), best, -1)
        return near, which

    def reaches(self, start: Floats, places: Floats, slack: float) -> NDArray[np.bool_]:
        """Whether nothing stands between a place and (n, 3) others, but for the last `slack` metres before these."""
        way = places - start
        long = np.linalg.norm(way, axis=1)
        return np.asarray(self.hit(start, way / long[:, None])[0] > long - slack)


def room_of(site: RoomSite, lenses: Sequence[Lens], folder: Path) -> Room:
    """The site's room. Models lie in `folder`. Raises OutputError with everything that is wrong."""
    problems: list[Problem] = []
    parts: list[Part] = []
    for wall in site.walls:
        try:
            parts.append(wall_of(wall, folder))
        except InstallationError as error:
            problems += error.problems
    if problems:
        raise OutputError(problems=problems)
    if not parts:
        raise OutputError(
            "the site's room has no walls", hint="room: {walls: [{name: front, size: [8, 4]}]}; see shows/OUTPUTS.md"
        )
    facing = float(np.arctan2(*parts[0].normals.mean(axis=(0, 1))[[0, 2]]))
    parts += [person_at(f"person {i}", place, facing, i) for i, place in enumerate(site.people, 1)]
    flat = np.concatenate([part.corners.reshape(-1, 3) for part in parts] + [one.at[None] for one in lenses])
    parts.append(floor_under(flat))
    return Room(parts, lenses, float(site.light))


def wall_of(wall: Wall, folder: Path) -> Part:
    """A wall: flat, a part of a cylinder, or a model. Raises OutputError."""
    turn = math.radians(wall.turn)
    right, out = np.array([math.cos(turn), 0, -math.sin(turn)]), np.array([math.sin(turn), 0, math.cos(turn)])
    at, up = np.array(wall.at, np.float64), np.array([0.0, 1.0, 0.0])
    if wall.model is not None:
        model = read_obj(folder / wall.model) @ np.stack([right, up, out]) + at
        normals = np.cross(model[:, 1] - model[:, 0], model[:, 2] - model[:, 0])
        long = np.linalg.norm(normals, axis=1, keepdims=True)
        model, normals = model[long[:, 0] > 1e-12], normals[long[:, 0] > 1e-12] / long[long[:, 0] > 1e-12]
        wide, tall, _ = np.ptp((model.reshape(-1, 3) - at) @ np.stack([right, up, out], axis=1), axis=0)
        extent = float(wide), float(tall)
        return Part(wall.name, "wall", model, np.repeat(normals[:, None], 3, axis=1), size=extent)
    width, height = wall.size
    radius = float(wall.radius)
    if not radius:
        across = np.array([-width / 2, width / 2])
        lower, outward = at + across[:, None] * right, np.repeat(out[None], 2, axis=0)
    else:
        arc = width / radius
        if arc > 2 * math.pi + 1e-6:
            most = 2 * math.pi * radius
            raise OutputError(f"wall {wall.name} is wider than its circle", hint=f"at most {most:.2f} m at that radius")
        angle = np.linspace(-arc / 2, arc / 2, max(math.ceil(math.degrees(arc) / BEND), 2) + 1)[:, None]
        outward = np.cos(angle) * out - np.sin(angle) * right
        lower = at + radius * out - radius * outward
    upper = lower + height * up
    a, b, c, d = lower[:-1], lower[1:], upper[1:], upper[:-1]
    n, m = outward[:-1], outward[1:]
    corners = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    turned = np.concatenate([np.stack([n, m, m], axis=1), np.stack([n, m, n], axis=1)])
    return Part(wall.name, "wall", corners, turned, size=(width, height))


def person_at(name: str, place: tuple[float, float], facing: float, number: int) -> Part:
    """Somebody who stands there, looking at the first wall, of a size and turn of their own."""
    corners, normals = _figure(FIGURE, AROUND, place, facing, number)
    return Part(name, "person", corners, normals, _figure(FIGURE[SOLID], 6, place, facing, number)[0])


def _figure(
    outline: Floats, around: int, place: tuple[float, float], facing: float, number: int
) -> tuple[Floats, Floats]:
    chance = np.random.default_rng((1700, number))
    scale, turn = chance.uniform(0.93, 1.05), facing + math.pi + chance.uniform(-0.5, 0.5)
    angle = np.linspace(0, 2 * math.pi, around, endpoint=False)
    heights, wide, deep = (outline * scale).T
    level = np.repeat(heights[:, None], around, axis=1)
    rings = np.stack([wide[:, None] * np.cos(angle), level, deep[:, None] * np.sin(angle)], axis=2)
    slope = np.gradient(wide, heights)[:, None] * np.ones(around)
    normals = np.stack([np.cos(angle) / wide[:, None], -slope / wide[:, None], np.sin(angle) / deep[:, None]], axis=2)
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    turned = np.array([[math.cos(turn), 0, -math.sin(turn)], [0, 1, 0], [math.sin(turn), 0, math.cos(turn)]])
    rings, normals = rings @ turned + (place[0], 0.0, place[1]), normals @ turned

    def woven(grid: Floats) -> Floats:
        a, b = grid[:-1], np.roll(grid[:-1], -1, axis=1)
        d, c = grid[1:], np.roll(grid[1:], -1, axis=1)
        return np.stack([np.stack([a, d, c], axis=2), np.stack([a, c, b], axis=2)], axis=2).reshape(-1, 3, 3)

    return woven(rings), woven(normals)


def floor_under(places: Floats) -> Part:
    """The floor beneath all places, and a little around."""
    low, high = np.floor(places.min(axis=0) - MARGIN), np.ceil(places.max(axis=0) + MARGIN)
    a, b = np.array([low[0], 0.0, low[2]]), np.array([high[0], 0.0, low[2]])
    c, d = np.array([high[0], 0.0, high[2]]), np.array([low[0], 0.0, high[2]])
    normals = np.zeros((2, 3, 3))
    normals[..., 1] = 1.0
    return Part("floor", "floor", np.array([[a, c, b], [a, d, c]]), normals)
