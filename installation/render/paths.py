"""Streams as data: bundled paths, the lanes of their ribbons, and particles that count. Pure numpy; never draws.

A stream is a ribbon of lanes, as many as its width in particles asks for; a particle keeps to one lane, at its own pace and
brightness. Where it is depends on its flow, its number and the time, and on nothing else: all chance is a hash of flow,
number and seed, so any machine, tile or replay agrees. Called by the flows layer; `particles` puts them on the canvas.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

MAX_PARTICLES = 1_000_000
WIDENS, WIDEST = 1.5e-4, 0.025
"""Half a ribbon's width in canvas heights: for one particle, growing with the square root of their number, up to the widest."""
LANE = 0.0011
"""How far lanes are apart in canvas heights: less than a pixel of a 720-line canvas, so that no rails are seen."""
SETS_OUT, ARRIVES = 3.0e-5, 4.5e-5
"""Radius of the patch where a place's particles begin and end, in canvas heights, for one; it grows like a ribbon's width."""
LEAVING, COMING = 0.22, 0.8
"""The parts of a path over which a ribbon opens from its origin's patch, and closes into its destination's."""
PINCH = 0.55
"""How much narrower a ribbon is where it ends."""
PACES: NDArray[np.float64] = 1.0 + 0.12 * np.linspace(-1.0, 1.0, 16)
"""How fast a particle may be, in parts of its stream's speed."""
TONES: NDArray[np.float64] = np.array([0.5, 0.8, 1.05, 1.65])
"""How bright a particle may be; one on average."""


@dataclass(frozen=True)
class Lanes:
    """Parallel tracks of the ribbons, all (lanes, ...): the `flow` of each, how many particles keep to it, how far it runs to
    the left of its path, and where in its ends' patches it begins and ends. Lengths in canvas heights.
    """

    flow: NDArray[np.int32]
    count: NDArray[np.int64]
    aside: Floats
    begin: Floats
    end: Floats


@dataclass(frozen=True)
class Shape:
    """How the ribbons of flows are other than usual.

    `half` (flows,): half of each one's width in canvas heights; None: by its particles. `around` (flows,): the flow that this
    one sheathes, -1 for none, and `core` (flows,) how much of the half width that one fills. `across` as `Paths` has it.
    `flat` ribbons keep their width to their very ends. `speed` (flows,) multiplies how fast particles travel. `timed` flows
    come and go: of each particle it is known when it joins.
    """

    half: NDArray[np.float64] | None = None
    around: NDArray[np.int32] | None = None
    core: NDArray[np.float64] | None = None
    across: Floats | None = None
    flat: bool = False
    speed: NDArray[np.float64] | None = None
    timed: bool = False


USUAL = Shape()


@dataclass(frozen=True)
class Paths:
    """`points` (n, samples, 2) float32, 0..1 of the canvas, and `across`, a canvas height to the left of the path there.

    Per flow: `group` 0..3; `weight` 0..1; `rate`, paths a second at speed 1, scaled so that all particles move equally fast
    over the wall, times `speed`. Per particle: `flow`, `lane`, `phase` 0..1, `pace` (of PACES) and `tone` (of TONES); and
    `rank`, how many of its flow are there before it comes, where flows change in time.
    """

    points: Floats
    across: Floats
    aspect: float
    group: NDArray[np.int32]
    weight: Floats
    rate: NDArray[np.float64]
    lanes: Lanes
    flow: NDArray[np.int32]
    lane: NDArray[np.int32]
    phase: Floats
    pace: NDArray[np.int32]
    tone: NDArray[np.int32]
    speed: NDArray[np.float64]
    flat: bool = False
    rank: Floats | None = None

    @classmethod
    def of(
        cls,
        points: Floats,
        value: NDArray[np.float64],
        group: NDArray[np.int32],
        unit: float,
        aspect: float,
        seed: int,
        shape: Shape = USUAL,
    ) -> Paths:
        """One particle for each whole `unit` of a flow's value (rounded), spread along it with a seeded jitter."""
        count = np.rint(value / unit).astype(np.int64)
        total = int(count.sum())
        if total > MAX_PARTICLES:
            raise ValueError(f"{total} particles are more than {MAX_PARTICLES}: choose a larger unit")
        lanes, first_lane = _lanes(points, count, seed, shape)
        flow = np.repeat(np.arange(len(points), dtype=np.int32), count)
        number = np.arange(total) - np.repeat(np.cumsum(count) - count, count)
        places = np.bincount(lanes.flow, minlength=len(points))[flow] if total else flow
        lane = first_lane[flow] + np.minimum((chance(seed, 1, flow, number) * places).astype(np.int64), places - 1)
        phase = (number + chance(seed, 2, flow, number)) / np.maximum(count[flow], 1)
        pace = (chance(seed, 3, flow, number) * len(PACES)).astype(np.int32)
        tone = (chance(seed, 4, flow, number) * len(TONES)).astype(np.int32)
        # Lane by lane: neighbours in memory are neighbours on the wall.
        order = np.lexsort((phase, lane))
        busy = np.bincount(lane, minlength=len(lanes.flow))
        lanes = Lanes(lanes.flow, busy, lanes.aside, lanes.begin, lanes.end)
        steps = np.diff(points.astype(np.float64), axis=1) * np.array([aspect, 1.0])
        length = np.hypot(steps[..., 0], steps[..., 1]).sum(axis=1)
        return cls(
            points=points,
            across=_across(points, aspect) if shape.across is None else shape.across,
            aspect=aspect,
            group=group,
            weight=np.sqrt(value / max(float(value.max(initial=0.0)), 1e-9)).astype(np.float32),
            rate=1.0 / np.maximum(length, 0.08),
            lanes=lanes,
            flow=flow[order],
            lane=lane[order].astype(np.int32),
            phase=np.minimum(phase, np.float64(1 - 2**-24))[order].astype(np.float32),
            pace=pace[order],
            tone=tone[order],
            speed=np.ones(len(points)) if shape.speed is None else shape.speed,
            flat=shape.flat,
            rank=_ranks(flow, number)[order] if shape.timed else None,
        )

    @property
    def turns(self) -> NDArray[np.float64]:
        """Paths a second that a particle of each flow travels at speed 1, (flows,)."""
        return self.rate * self.speed

    def resampled(self, steps: int) -> Floats:
        """The points at `steps` even places along each path: (n, steps, 2) float32."""
        samples = self.points.shape[1]
        at = np.linspace(0.0, samples - 1.0, steps)
        low = np.minimum(at.astype(np.int64), samples - 2)
        share = (at - low).astype(np.float32)[None, :, None]
        return np.asarray(self.points[:, low] * (1 - share) + self.points[:, low + 1] * share)

    def steps(self, height: int, each: float, most: int) -> NDArray[np.int64]:
        """Into how many places each lane is cut so that they are `each` pixels of a canvas `height` high apart, (lanes,);
        fewer where there would be more than `most` in all.
        """
        pixels = height / np.maximum(self.rate[self.lanes.flow], 1e-3) / each
        return np.maximum(np.ceil(pixels * min(1.0, most / max(float(pixels.sum()), 1.0))), 2).astype(np.int64)

    def tracks(self, steps: NDArray[np.int64]) -> Iterator[tuple[slice, NDArray[np.int64], Floats, Floats]]:
        """Every lane cut into its `steps`, a few hundred thousand places at once: (which places of all, the lane of each,
        how far along it is 0..1, where it is (n, 2) in 0..1 of the canvas).
        """
        first = np.cumsum(steps) - steps
        samples = self.points.shape[1]
        start = 0
        while start < len(steps):
            stop = max(int(np.searchsorted(first, first[start] + 400_000)), start + 1)
            lane = np.repeat(np.arange(start, stop), steps[start:stop])
            number = np.arange(len(lane)) - (first[lane] - first[start])
            along = (number / (steps[lane] - 1)).astype(np.float32)
            flow = self.lanes.flow[lane]
            low = np.minimum((along * (samples - 1)).astype(np.int64), samples - 2)
            share = (along * (samples - 1) - low)[:, None].astype(np.float32)
            place = self.points[flow, low] * (1 - share) + self.points[flow, low + 1] * share
            across = self.across[flow, low] * (1 - share) + self.across[flow, low + 1] * share
            opened = smoothstep(0.0, LEAVING, along)[:, None]
            closed = smoothstep(COMING, 1.0, along)[:, None]
            upright = np.array([1 / self.aspect, 1.0], np.float32)
            wide = np.float32(1.0) if self.flat else opened * (1 - PINCH * closed)
            place += across * (self.lanes.aside[lane][:, None] * wide)
            place += (self.lanes.begin[lane] * (1 - opened) + self.lanes.end[lane] * closed) * upright
            yield slice(int(first[start]), int(first[start]) + len(lane)), lane, along, place
            start = stop


def chance(seed: int, salt: int, *keys: NDArray[np.integer]) -> NDArray[np.float64]:
    """Numbers 0..1 that depend on seed, salt and integer keys alone: SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, "Fast
    splittable pseudorandom number generators", OOPSLA 2014), with the keys mixed in one after the other.
    """
    state = np.full(keys[0].shape, (seed * 0x9E3779B97F4A7C15 + salt * 0xD1B54A32D192ED03) & (2**64 - 1), np.uint64)
    for key in keys:
        state = _mixed(state ^ key.astype(np.uint64))
    return np.asarray((state >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = state + np.uint64(0x9E3779B97F4A7C15)  # arrays of uint64 wrap around, as they should
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(state ^ (state >> np.uint64(31)))


def smoothstep(low: float, high: float, t: Floats) -> Floats:
    """GLSL's own, so that both ways of drawing agree."""
    held = np.clip((t - np.float32(low)) / np.float32(high - low), 0.0, 1.0)
    return np.asarray(held * held * (3 - 2 * held), np.float32)


def _lanes(points: Floats, count: NDArray[np.int64], seed: int, shape: Shape) -> tuple[Lanes, NDArray[np.int64]]:
    """The lanes of all ribbons, flow by flow, and each flow's first one (flows,). Their counts are not known yet."""
    flows = len(points)
    around = np.full(flows, -1) if shape.around is None else shape.around
    core = np.zeros(flows) if shape.core is None else shape.core
    half = np.minimum(WIDENS * np.sqrt(count), WIDEST) if shape.half is None else shape.half
    number_of = np.maximum(np.ceil(2 * (half - core) / LANE), 1).astype(np.int64)  # one of silk even for no particle
    number_of[(around >= 0) & (count == 0)] = 1
    first = np.cumsum(number_of) - number_of
    flow = np.repeat(np.arange(flows), number_of)
    number = np.arange(len(flow)) - first[flow]
    even = 2 * (number + 0.25 + 0.5 * chance(seed, 5, flow, number)) / np.maximum(number_of[flow], 1) - 1
    if not shape.flat:
        # In a triangle's distribution: dense in the middle of a ribbon, and thin towards its edges.
        even = np.where(around[flow] >= 0, even, np.sign(even) * (1 - np.sqrt(1 - np.abs(even))))
    aside = core[flow] * np.sign(even) + (half - core)[flow] * even
    if not shape.flat:
        alone = around < 0
        beside = np.zeros(flows)
        whole = half if shape.around is None else np.maximum(half, _largest(half, around))
        beside[alone] = _beside(points[alone], whole[alone])
        beside[~alone] = beside[around[~alone]]
        aside = aside + beside[flow]
    patches = (SETS_OUT, ARRIVES) if not shape.flat else (0.0, 0.0)
    begin, end = (
        _patch(points[:, end], count, radius)[flow, None] * _in_disc(seed, salt, flow, number)
        for end, radius, salt in ((0, patches[0], 6), (-1, patches[1], 8))
    )
    lanes = Lanes(
        flow.astype(np.int32), np.zeros(len(flow), np.int64), *(a.astype(np.float32) for a in (aside, begin, end))
    )
    return lanes, first


def _largest(half: NDArray[np.float64], around: NDArray[np.int32]) -> NDArray[np.float64]:
    """The half width of what sheathes each flow, (flows,): 0 where nothing does."""
    found = np.zeros(len(half))
    np.maximum.at(found, around[around >= 0], half[around >= 0])
    return found


def _ranks(flow: NDArray[np.int32], number: NDArray[np.int64]) -> Floats:
    """How many particles of its flow come before each, (particles,): in the order of reversed bits, so that any first few are
    spread evenly along the path."""
    turned = np.zeros(len(number), np.int64)
    for bit in range(MAX_PARTICLES.bit_length()):
        turned |= ((number >> bit) & 1) << (MAX_PARTICLES.bit_length() - 1 - bit)
    order = np.lexsort((turned, flow))
    rank = np.empty(len(flow), np.float32)
    first = np.r_[0, np.flatnonzero(np.diff(flow)) + 1] if len(flow) else np.zeros(0, np.int64)
    starts = np.repeat(first, np.diff(np.r_[first, len(flow)]))
    rank[order] = np.arange(len(flow)) - starts
    return rank


def _beside(points: Floats, half: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far to the left a whole ribbon is moved, (flows,), so that those with the same two ends run side by side."""
    if not len(points):
        return np.zeros(0)
    ends = np.round(points[:, [0, -1]].reshape(len(points), -1), 4)
    _, pair = np.unique(ends, axis=0, return_inverse=True)
    pair = pair.reshape(-1)
    order = np.argsort(pair, kind="stable")
    wide = np.where(half > 0, 2 * half + LANE, 0.0)[order]
    ran = np.cumsum(wide)
    total = np.bincount(pair, np.where(half > 0, 2 * half + LANE, 0.0))
    before = np.cumsum(total) - total
    beside = np.empty(len(points))
    beside[order] = ran - wide / 2 - before[pair[order]] - total[pair[order]] / 2
    return beside


def _patch(places: Floats, count: NDArray[np.int64], radius: float) -> NDArray[np.float64]:
    """How far around its place a flow's end may lie, (flows,): by the root of all that begins, or ends, in that place."""
    if not len(places):
        return np.zeros(0)
    _, where = np.unique(np.round(places, 4), axis=0, return_inverse=True)
    where = where.reshape(-1)
    return np.asarray(np.minimum(radius * np.sqrt(np.bincount(where, count)[where]), WIDEST))


def _in_disc(seed: int, salt: int, flow: NDArray[np.integer], number: NDArray[np.integer]) -> NDArray[np.float64]:
    """Points of a disc of radius 1, denser in its middle, (lanes, 2)."""
    turn, far = 2 * np.pi * chance(seed, salt, flow, number), chance(seed, salt + 1, flow, number)
    return np.stack([far * np.cos(turn), far * np.sin(turn)], axis=1)


def _across(points: Floats, aspect: float) -> Floats:
    """One canvas height to the left of each path at each of its samples, in parts of the canvas, (n, samples, 2)."""
    ahead = np.gradient(points.astype(np.float64), axis=1) * np.array([aspect, 1.0])
    ahead /= np.maximum(np.linalg.norm(ahead, axis=2, keepdims=True), 1e-12)
    return np.stack([-ahead[..., 1] / aspect, ahead[..., 0]], axis=2).astype(np.float32)
