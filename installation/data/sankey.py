"""Streams through stages, from left to right: every width is true to its value, and what runs back is drawn running back.

Stages follow from who sends to whom; in a circle the weakest links are those that run back, in a loop beneath the others. The
order within a stage is sought by barycentres (Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical
system structures", IEEE SMC 11(2), 1981), and the one with the fewest crossings is kept. Circles are opened by the heuristic
of Eades, Lin and Smyth ("A fast and effective heuristic for the feedback arc set problem", 1993), with weights. Pure numpy,
done once at load; called by `render.streams`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.data.bundles import evenly_spaced
from installation.errors import DataError

Box = tuple[float, float, float, float]
Floats = NDArray[np.float64]

SWEEPS, SETTLES, SIFTS = 12, 24, 8
MOST_PLACES = 1_000
MARGIN, TURN = 0.005, 0.035
"""Room around a loop, and how wide it turns, in canvas heights."""
THICKEST = 0.3
"""A place is at most so much of the area's height: few and large ones would fill the wall with light."""


@dataclass(frozen=True)
class Node:
    """A place of a stage: canvas heights that it `low` to `high` fills at `x`, and the values that come and go."""

    name: str
    stage: int
    x: float
    low: float
    high: float
    receives: float
    sends: float


@dataclass(frozen=True)
class Sankey:
    """`points` and `across` (n, samples, 2) as `render.paths` has them, `half` (n,) the half width of each stream and `scale`
    canvas heights for a value of one; `back` (n,) says which run back."""

    points: NDArray[np.float32]
    across: NDArray[np.float32]
    half: Floats
    back: NDArray[np.bool_]
    nodes: tuple[Node, ...]
    scale: float


def sankey(
    stops: Sequence[Sequence[str]],
    value: Floats,
    area: Box,
    gap: float,
    aspect: float,
    apart: bool = False,
    samples: int = 64,
) -> Sankey:
    """Lays streams out. `stops` are the names at each stop, two or more lists of n; `value` (n,) is above 0; `area` is of the
    canvas and `gap` canvas heights between places.

    With more than two stops, or `apart`, each stop is a stage, and a name at two stops is two places; else a name is one.
    Raises DataError for more places than anybody can tell apart: time and memory grow with their square.
    """
    count, columns = len(value), apart or len(stops) > 2
    known: dict[tuple[int, str], int] = {}
    at = np.array(
        [
            [known.setdefault((stop if columns else 0, name), len(known)) for name in names]
            for stop, names in enumerate(stops)
        ],
        np.intp,
    ).reshape(len(stops), count)
    if not count:
        nothing = np.zeros((0, samples, 2), np.float32)
        return Sankey(nothing, nothing, np.zeros(0), np.zeros(0, bool), (), 0.0)
    places = len(known)
    if places > MOST_PLACES:
        hint = "group them in SQL, or choose paths: {kind: bundled}"
        raise DataError(f"a sankey of {places:,} places; at most {MOST_PLACES:,} can be told apart", hint=hint)
    flow = np.zeros((places, places))
    for one, other in itertools.pairwise(at):
        np.add.at(flow, (one, other), value)
    if columns:
        stage = np.array([stop for stop, _ in known], np.intp)
        runs_back = np.zeros((places, places), bool)
    else:
        runs_back = _backward(flow)
        stage = _stages(np.where(runs_back, 0.0, flow))
    back = np.zeros(count, bool) if columns else runs_back[at[0], at[1]]
    receives, sends = flow.sum(axis=0), flow.sum(axis=1)
    through = np.maximum(receives, sends)
    forward = np.where(runs_back, 0.0, flow)
    order = _order(forward, stage, through)

    left, bottom, width, height = area[0] * aspect, area[1], area[2] * aspect, area[3]
    stages = int(stage.max()) + 1
    sums = np.bincount(stage, through, minlength=stages)
    crowd = np.bincount(stage, minlength=stages)
    looped = float(value[back].sum())
    under = (int(back.sum()) + 1) * MARGIN * 2 if back.any() else 0.0
    room = np.maximum(height - under - gap * (crowd - 1), 0.3 * height)
    scale = float(min((room / (sums + looped)).min(), THICKEST * height / through.max()))
    side = 0.0
    if back.any():  # loops turn at both sides of their places
        bottom += under + looped * scale
        height -= under + looped * scale
        side = float(value[back].max()) * scale + TURN
    x = left + side + (width - 2 * side) * stage / max(stages - 1, 1)
    middle = _settle(forward, stage, order, through * scale, gap, bottom, height)
    high = middle + through * scale / 2

    half = value * scale / 2
    begin, end = _stacked(at, value * scale, middle, high, back, columns)
    lowest = bottom - 2 * MARGIN
    paths = np.zeros((count, samples, 2), np.float32)
    across = np.zeros((count, samples, 2), np.float32)
    loops = sorted(np.flatnonzero(back).tolist(), key=lambda row: abs(x[at[0, row]] - x[at[-1, row]]))
    for row in loops:
        lowest -= half[row]
        paths[row] = _loop(
            (x[at[0, row]], begin[0, row]), (x[at[-1, row]], end[-1, row]), lowest, float(half[row]), samples
        )
        lowest -= half[row] + 2 * MARGIN
    ahead = np.flatnonzero(~back)
    t = np.linspace(0.0, 1.0, samples)
    hops = len(stops) - 1
    hop = np.minimum((t * hops).astype(np.intp), hops - 1)
    along = t * hops - hop
    rise = along * along * along * (along * (6 * along - 15) + 10)
    for part, share in ((begin, 1 - rise), (end, rise)):
        index = hop if part is begin else hop + 1
        paths[ahead, :, 1] += (part[index][:, ahead].T * share).astype(np.float32)
    ends = x[at[:, ahead]]
    paths[ahead, :, 0] = (ends[hop].T * (1 - along) + ends[hop + 1].T * along).astype(np.float32)
    across[ahead, :, 1] = 1.0  # straight up: a width is true wherever it is measured
    paths[..., 0] /= aspect
    heading = np.gradient(paths[back].astype(np.float64), axis=1) * np.array([aspect, 1.0])
    heading /= np.maximum(np.linalg.norm(heading, axis=2, keepdims=True), 1e-12)
    across[back] = np.stack([-heading[..., 1] / aspect, heading[..., 0]], axis=2)
    nodes = tuple(
        Node(
            name,
            int(stage[i]),
            float(x[i]) / aspect,
            *map(float, (2 * middle[i] - high[i], high[i])),
            *map(float, pair),
        )
        for (_, name), i, pair in ((key, i, (receives[i], sends[i])) for key, i in known.items())
    )
    return Sankey(paths, across, half, back, nodes, scale)


def _backward(flow: Floats) -> NDArray[np.bool_]:
    """Which links, (k, k), run back in the order in which as little as possible does: all others make no circle."""
    left: list[int] = []
    right: list[int] = []
    rest = list(range(len(flow)))
    open_ = flow.copy()
    np.fill_diagonal(open_, 0.0)
    while rest:
        sinks = [i for i in rest if not open_[i].any()]
        sources = [i for i in rest if open_[i].any() and not open_[:, i].any()]
        if sinks:
            right = sinks + right
            gone = sinks
        elif sources:
            left += sources
            gone = sources
        else:
            surplus = open_[rest].sum(axis=1) - open_[:, rest].sum(axis=0)
            gone = [rest[int(np.argmax(surplus))]]
            left += gone
        for i in gone:
            open_[i] = 0.0
            open_[:, i] = 0.0
        rest = [i for i in rest if i not in gone]
    place = np.empty(len(flow), np.intp)
    place[_sifted(left + right, flow)] = np.arange(len(flow))
    return np.asarray((flow > 0) & (place[:, None] >= place[None, :]))


def _sifted(order: list[int], flow: Floats) -> list[int]:
    """An order in which no place could stand elsewhere so that less would run back."""
    for _ in range(SIFTS):
        before = list(order)
        for one in sorted(order, key=lambda i: -float(flow[i].sum() + flow[:, i].sum())):
            rest = [i for i in order if i != one]
            sends, receives = flow[one, rest], flow[rest, one]
            # Runs back: what it sends to those before it, and what it is sent by those after it.
            cost = np.r_[0.0, np.cumsum(sends)] + np.r_[np.cumsum(receives[::-1])[::-1], 0.0]
            now = order.index(one)
            best = int(np.argmin(cost))
            if cost[best] < cost[now] * (1 - 1e-9):
                order = [*rest[:best], one, *rest[best:]]
        if order == before:
            break
    return order


def _stages(forward: Floats) -> NDArray[np.intp]:
    """The stage of each place: as far right as the longest way to it; those that send nothing stand at the very right."""
    stage = np.zeros(len(forward), np.intp)
    linked = forward > 0
    for _ in range(len(forward)):
        after = np.where(linked, stage[:, None] + 1, 0).max(axis=0, initial=0)
        if np.array_equal(after, stage):
            break
        stage = after
    last = int(stage.max(initial=0))
    stage[~linked.any(axis=1) & linked.any(axis=0)] = last
    return stage


def _order(forward: Floats, stage: NDArray[np.intp], through: Floats) -> Floats:
    """Where each place stands in its stage, 0 the lowest: the best of some sweeps to and fro."""
    place = np.zeros(len(stage))
    members = [np.flatnonzero(stage == s) for s in range(int(stage.max()) + 1)]
    for one in members:
        place[one[np.argsort(through[one], kind="stable")]] = np.arange(len(one))
    best, fewest = place.copy(), crossings(forward, stage, place)
    both = forward + forward.T
    for sweep in range(SWEEPS):
        for number in range(len(members)) if sweep % 2 == 0 else reversed(range(len(members))):
            one = members[number]
            seen = both[one] * ((stage < number) if sweep % 2 == 0 else (stage > number))
            share = (place + 0.5) / np.bincount(stage)[stage]
            weight = seen.sum(axis=1)
            wanted = np.where(weight > 0, seen @ share / np.maximum(weight, 1e-300), share[one])
            place[one[np.argsort(wanted, kind="stable")]] = np.arange(len(one))
        found = crossings(forward, stage, place)
        if found < fewest:
            best, fewest = place.copy(), found
    return best


def crossings(forward: Floats, stage: NDArray[np.intp], place: Floats) -> float:
    """How much crosses: for each two links between the same two stages whose ends are the other way round, the lesser value."""
    total = 0.0
    one, other = np.nonzero(forward)
    weight = forward[one, other]
    between = stage[one] * (int(stage.max()) + 1) + stage[other]
    rows = np.argsort(between, kind="stable")
    for here in np.split(rows, np.flatnonzero(np.diff(between[rows])) + 1):
        start, stop, value = place[one[here]], place[other[here]], weight[here]
        if not 1 < len(start) <= 2000:  # one crosses none; of too many the sweeps have done what they can
            continue
        crossed = (start[:, None] < start[None]) & (stop[:, None] > stop[None])
        total += float(np.minimum(value[:, None], value[None])[crossed].sum())
    return total


def _settle(
    forward: Floats, stage: NDArray[np.intp], order: Floats, thick: Floats, gap: float, bottom: float, height: float
) -> Floats:
    """The middle of each place, canvas heights: near those that it is linked with, in order, and none over another."""
    middle = np.zeros(len(stage))
    members = [np.flatnonzero(stage == s)[np.argsort(order[stage == s])] for s in range(int(stage.max()) + 1)]
    for one in members:
        whole = thick[one].sum() + gap * (len(one) - 1)
        low = bottom + (height - whole) / 2 + np.cumsum(thick[one] + gap) - thick[one] - gap
        middle[one] = low + thick[one] / 2
    both = forward + forward.T
    weight = both.sum(axis=1)
    for step in range(SETTLES):
        wanted = np.where(weight > 0, both @ middle / np.maximum(weight, 1e-300), middle)
        middle += (wanted - middle) * 0.9 * (1 - step / SETTLES)
        for one in members:
            reach = thick[one] / 2
            edge = bottom
            for i, far in zip(one, reach, strict=True):
                middle[i] = max(middle[i], edge + far)
                edge = middle[i] + far + gap
            edge = bottom + height
            for i, far in zip(one[::-1], reach[::-1], strict=True):
                middle[i] = min(middle[i], edge - far)
                edge = middle[i] - far - gap
    return middle


def _stacked(
    at: NDArray[np.intp],
    thick: Floats,
    middle: Floats,
    high: Floats,
    back: NDArray[np.bool_],
    columns: bool,
) -> tuple[Floats, Floats]:
    """Where each stream leaves its stops and where it comes to them, both (stops, n): one on another, from a place's top,
    in the order of where they come from or go to; what runs back lies lowest."""
    stops, count = at.shape
    leaves, comes = np.zeros((stops, count)), np.zeros((stops, count))
    for stop in range(stops):
        before = middle[at[max(stop - 1, 0)]]
        after = middle[at[min(stop + 1, stops - 1)]]
        inner = columns and 0 < stop < stops - 1
        for into, key, there in (
            (leaves, (before + after) / 2 if inner else after, stop < stops - 1),
            (comes, (before + after) / 2 if inner else before, stop > 0),
        ):
            if not there:
                continue
            rows = np.lexsort((np.arange(count), -key, back, at[stop]))
            ran = np.cumsum(thick[rows])
            first = np.r_[True, at[stop, rows][1:] != at[stop, rows][:-1]]
            start = np.maximum.accumulate(np.where(first, ran - thick[rows], -np.inf))
            into[stop, rows] = high[at[stop, rows]] - (ran - start - thick[rows] / 2)
    return leaves, comes


def _loop(
    start: tuple[float, float], end: tuple[float, float], low: float, half: float, samples: int
) -> NDArray[np.float32]:
    """A way that leaves to the right, runs back beneath everything and comes in from the left, in canvas heights."""
    wide = half + TURN
    turn = np.linspace(0.0, np.pi / 2, 16)
    corner = np.stack([np.sin(turn), 1 - np.cos(turn)], axis=1)
    sides = []
    for x, y, way in ((*start, 1.0), (*end, -1.0)):
        size = np.array([way * wide, min(wide, (y - low) / 2)])
        above = np.array([x, y]) + corner * size * [1, -1]
        below = np.array([x, low]) + corner[::-1] * size
        sides.append(np.concatenate([above, below]))
    out, back = sides
    points = np.concatenate([out, back[::-1]])
    return np.asarray(evenly_spaced(points[None].astype(np.float32), samples)[0])
