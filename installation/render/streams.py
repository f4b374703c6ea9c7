"""The flows of a layer as numbers: which there are, how many particles each has at any moment, and the paths that they take.

Every flow is of one key of the table, or of one row where no key is stated; what is hidden of a key is a flow of its own, a
sheath around the one that is reported. Paths are laid out once, for all years. Pure numpy; called by the flows layer when it is
built, and `at` in the frame.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.data.binding import Frames, Rows
from installation.data.bundles import bundle
from installation.data.flights import flights, raised
from installation.data.roots import roots
from installation.data.sankey import Node, sankey
from installation.data.scales import text_of
from installation.data.tables import Columns
from installation.errors import DataError
from installation.render.paths import MAX_PARTICLES, WIDENS, WIDEST, Paths, Shape
from installation.render.places import place
from installation.scene import schema
from installation.scene.maps import map_of, settled
from installation.scene.scales import scale_of

Floats = NDArray[np.float64]
Progress = Callable[[float], None]
HIDDEN = 3
"""The channel of what is hidden: where something is, groups have the three before it, however few their colours."""
CLEAR = 0.05
"""How far beside an arch the roots of its upper teeth go down, in canvas heights."""
SAMPLES = 128
"""Points of a path that turns: so many that a bend as wide as the wall is round."""
THINNEST = 0.0016
"""Half the width of a ribbon whose hidden part must be seen beside the other, in canvas heights."""


@dataclass(frozen=True, eq=False)
class Streams:
    """`paths` of all flows, and of which key of `rows` each is, `key` (flows,), and whether it is the hidden part, `hidden`.

    `whole` and `open_` are all of a key's value and what is reported of it, in time, `unknown` is 1 where
    nobody has reported (0 elsewhere); `places` are a Sankey's.
    """

    paths: Paths
    rows: Rows
    key: NDArray[np.intp]
    hidden: NDArray[np.bool_]
    group: NDArray[np.int32]
    whole: Frames
    open_: Frames
    unknown: Frames
    unit: float
    places: tuple[Node, ...] = ()

    @property
    def moves(self) -> bool:
        """Whether flows change with the moment."""
        return self.whole.times.size > 1

    def at(self, moment: float) -> NDArray[np.int64]:
        """How many particles each flow has at a moment, (flows,)."""
        whole, open_ = (_particles(frames.at(moment), self.unit) for frames in (self.whole, self.open_))
        open_ = np.minimum(open_, whole)
        begins, ends = self.rows.spans()
        there = ((begins <= moment) & (moment <= ends)) | (not self.moves)
        amount = np.where(self.hidden, (whole - open_)[self.key], open_[self.key])
        return np.asarray(np.where(there[self.key], amount, 0))

    def unreported(self, moment: float) -> NDArray[np.bool_]:
        """Of which flows, (flows,) bool, nobody has reported how much there is at a moment, or in a year beside it."""
        return np.asarray((np.nan_to_num(self.unknown.at(moment)) > 0)[self.key])

    @property
    def at_most(self) -> float:
        """The most particles that begin, or end, in one place at any time."""
        counts = np.bincount(self.paths.flow, minlength=len(self.key))
        ends = (self.paths.points[:, end] for end in (0, -1))
        where = (np.unique(np.round(end, 4), axis=0, return_inverse=True)[1].reshape(-1) for end in ends)
        return float(max((np.bincount(each, counts).max(initial=1.0) for each in where), default=1.0))

    def held(self, moment: float) -> float:
        """A moment, held between the first and the last of the table."""
        times = self.whole.times
        return float(np.clip(moment, times[0], times[-1])) if times.size else 0.0


def _particles(value: Floats, unit: float) -> NDArray[np.int64]:
    return np.rint(np.maximum(np.nan_to_num(value, nan=0.0), 0.0) / unit).astype(np.int64)


def streams_of(
    spec: schema.FlowsLayer, table: Columns, aspect: float, seed: int, progress: Progress | None = None
) -> Streams:
    """The flows of a layer: a particle for each whole `unit` of a value. Raises DataError for what can't be laid out."""
    ends_by = ((spec.origin.x, spec.origin.y), (spec.destination.x, spec.destination.y))
    spec = spec.model_copy(update={"layout": settled(spec.layout, table.arrays, *ends_by)})
    keys = np.arange(table.count) if spec.key is None else table.column(spec.key)
    rows = Rows.of(keys, None if spec.time is None else table.column(spec.time))
    whole = rows.frames(table.column(spec.value))
    open_, unknown = whole, np.zeros_like(whole.values)
    if spec.hidden:
        reported = rows.frames(table.column(spec.hidden.reported))
        # What nobody has reported on hides nothing that is known.
        open_ = Frames(whole.times, whole.keys, np.where(np.isnan(reported.values), whole.values, reported.values))
        unknown = (np.isnan(reported.values) & ~np.isnan(whole.values)).astype(np.float64)
    largest = np.nan_to_num(np.nanmax(np.where(np.isnan(whole.values), 0.0, whole.values), axis=0, initial=0.0))
    group = _groups(spec, table)[rows.first]
    starts, ends = _ends(spec, table, aspect)
    placed = np.ones(len(rows.keys), np.bool_)
    for end in (starts, ends):
        if end is not None:
            placed &= end[rows.first, 0] > -1
    used = np.flatnonzero((largest > 0) & (group >= 0) & placed)
    first = rows.first[used]
    amount = largest[used]
    begin = None if starts is None else starts[first]
    finish = None if ends is None else ends[first]
    names = [[text_of(v) for v in table.column(c)[first].tolist()] for c in _stops(spec)]

    shape: dict[str, object] = {"timed": whole.times.size > 1}
    places: tuple[Node, ...] = ()
    kind = spec.paths
    if isinstance(kind, schema.SankeyPaths):
        laid = sankey(names, amount, _area(kind.area), float(kind.gap), aspect, kind.apart, SAMPLES)
        points, places = laid.points, laid.nodes
        shape |= {"half": laid.half, "across": laid.across, "flat": True}
    elif isinstance(kind, schema.RootPaths):
        assert begin is not None
        flank = _flank(spec, begin, table, first, aspect)
        area = _area(kind.area)
        points = roots(begin, names[1:], amount, area, float(spec.bundle), aspect, flank, seed=seed)
    else:
        assert begin is not None and finish is not None
        # Streams with the same two ends share a path, and run along it side by side.
        pairs, pair = np.unique(np.concatenate([begin, finish], axis=1), axis=0, return_inverse=True)
        pair = pair.reshape(-1)
        if isinstance(kind, schema.ArcPaths):
            points = _arcs(spec, kind, table, first, pairs, pair, aspect)
        else:
            together = np.sqrt(np.bincount(pair, amount, minlength=len(pairs)))
            tight = float(spec.bundle)
            points = bundle(pairs[:, :2], pairs[:, 2:], together, tight, SAMPLES, aspect, progress=progress)[pair]
    return _streams(spec, table, rows, used, points, group[used], whole, open_, unknown, shape, places, aspect, seed)


def _streams(
    spec: schema.FlowsLayer,
    table: Columns,
    rows: Rows,
    used: NDArray[np.intp],
    points: NDArray[np.float32],
    group: NDArray[np.int32],
    whole: Frames,
    open_: Frames,
    unknown: Floats,
    shape: dict[str, object],
    places: tuple[Node, ...],
    aspect: float,
    seed: int,
) -> Streams:
    """Adds what is hidden as flows of their own, and puts particles on all of them."""
    unit, count = float(spec.unit), len(used)
    if not whole.times.size:
        whole = open_ = Frames(np.zeros(1), whole.keys, np.zeros((1, len(whole.keys))))
        unknown = np.zeros_like(whole.values)
    all_of, open_of = (_particles(frames.values[:, used], unit) for frames in (whole, open_))
    open_of = np.minimum(open_of, all_of)
    value = np.nan_to_num(whole.values[:, used]).max(axis=0, initial=0.0)
    speed, width = (_bound(spec, name, table, rows, used) for name in ("speed", "width"))
    key, hidden = used, np.zeros(count, np.bool_)
    half = shape.get("half")
    assert half is None or isinstance(half, np.ndarray)
    if width is not None:
        half = width / 2
    if spec.hidden:
        if half is None:
            half = np.maximum(np.minimum(WIDENS * np.sqrt(all_of.max(axis=0, initial=0)), WIDEST), THINNEST)
        # In time the sheath is as thick as the most that is ever hidden, so that there is room for it; the lights count.
        all_, told = np.nan_to_num(whole.values[:, used]), np.nan_to_num(open_.values[:, used])
        share = np.where(all_ > 0, np.minimum(told, all_) / np.maximum(all_, 1e-300), 1.0).min(axis=0, initial=1.0)
        core = half * share
        shape["around"] = np.r_[np.full(count, -1), np.arange(count)].astype(np.int32)
        shape["core"] = np.r_[np.zeros(count), core]
        half = np.r_[core, half]
        value = unit * np.r_[open_of.max(axis=0, initial=0), (all_of - open_of).max(axis=0, initial=0)].astype(float)
        key, hidden = np.r_[used, used], np.r_[hidden, np.ones(count, np.bool_)]
        points, speed = np.concatenate([points, points]), np.r_[speed, speed]
        group = np.r_[group, np.full(count, HIDDEN)].astype(np.int32)
        if isinstance(shape.get("across"), np.ndarray):
            shape["across"] = np.concatenate([shape["across"], shape["across"]])
    elif shape["timed"]:
        value = unit * all_of.max(axis=0, initial=0).astype(np.float64)
    if np.rint(value / unit).sum() > MAX_PARTICLES:
        total = float(np.rint(value / unit).sum())
        hint = f"a unit of {unit * total / MAX_PARTICLES:.2g} or more"
        raise DataError(f"{total:,.0f} particles are more than {MAX_PARTICLES:,}", hint=hint)
    shape |= {"half": half, "speed": speed}
    not_told = Frames(whole.times, whole.keys, unknown)
    paths = Paths.of(points, value, group, unit, aspect, seed, Shape(**shape))  # type: ignore[arg-type]
    return Streams(paths, rows, key, hidden, group, whole, open_, not_told, unit, places)


def tints(spec: schema.FlowsLayer) -> list[str]:
    """The colour of each of the four channels."""
    colors = [spec.colors[min(group, len(spec.colors) - 1)] for group in range(4)]
    if spec.hidden:
        colors[HIDDEN] = spec.hidden.color
    return colors


def _stops(spec: schema.FlowsLayer) -> list[str]:
    """The columns that a flow passes: its origin, what it goes through, its destination."""
    through = spec.paths.through if isinstance(spec.paths, schema.SankeyPaths | schema.RootPaths) else []
    return [spec.origin.id, *through, spec.destination.id]


def _area(area: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, bottom, width, height = (float(side) for side in area)
    return left, bottom, width, height


def _ends(
    spec: schema.FlowsLayer, table: Columns, aspect: float
) -> tuple[NDArray[np.float32] | None, NDArray[np.float32] | None]:
    """Where each row begins and ends on the canvas, (n, 2); None where the layout of the paths places it."""
    if isinstance(spec.paths, schema.SankeyPaths) or spec.layout is None:
        return None, None
    if isinstance(spec.layout, schema.ArchLayout):
        teeth = place(spec.layout, {spec.layout.tooth: table.column(spec.layout.tooth)}, table.count, aspect)
        # A root begins at its tooth's own root, away from where it bites.
        reach = 0.42 * teeth.height
        x, y = teeth.x - np.sin(teeth.angle) * reach / aspect, teeth.y + np.cos(teeth.angle) * reach
        return np.stack([x, y], axis=1).astype(np.float32), None
    found: list[NDArray[np.float32] | None] = []
    for end in (spec.origin, spec.destination):
        if end.x is None or end.y is None:
            found.append(None)
            continue
        here = spec.layout.model_copy(update={"x": end.x, "y": end.y, "lon": end.x, "lat": end.y})
        places = place(here, {end.x: table.column(end.x), end.y: table.column(end.y)}, table.count, aspect)
        found.append(np.stack([places.x, places.y], axis=1))
    if isinstance(spec.paths, schema.RootPaths):
        found[1] = None
    return found[0], found[1]


def _groups(spec: schema.FlowsLayer, table: Columns) -> NDArray[np.int32]:
    """The group of each row, -1 where it has none."""
    if not spec.group:
        return np.zeros(table.count, np.int32)
    names = [str(v) for v in table.column(spec.group)]
    order = list(spec.order or sorted(set(names)))[:4]
    return np.array([order.index(n) if n in order else -1 for n in names], np.int32)


def _arcs(
    spec: schema.FlowsLayer,
    kind: schema.ArcPaths,
    table: Columns,
    first: NDArray[np.intp],
    pairs: NDArray[np.float32],
    pair: NDArray[np.intp],
    aspect: float,
) -> NDArray[np.float32]:
    """Arcs above a map, or above a plane where places lie on one."""
    lift = float(kind.lift)
    if not isinstance(spec.layout, schema.MapLayout):
        t = np.linspace(0.0, 1.0, 64)[None, :, None]
        flat = pairs[:, None, :2] * (1 - t) + pairs[:, None, 2:] * t
        far = np.hypot((pairs[:, 2] - pairs[:, 0]) * aspect, pairs[:, 3] - pairs[:, 1])
        return raised(flat.astype(np.float64), lift * far / aspect)[pair]
    on = spec.layout
    assert spec.origin.x and spec.origin.y and spec.destination.x and spec.destination.y
    ends = [
        np.stack([table.column(end.x)[first], table.column(end.y)[first]], axis=1).astype(np.float64)  # type: ignore[arg-type]
        for end in (spec.origin, spec.destination)
    ]
    world = map_of(on)
    return flights(
        ends[0],
        ends[1],
        lambda lon, lat: world.place(lon, lat, _area(on.area), aspect),
        world.centre,
        lift,
        world.radians / 2,
    )


def _flank(
    spec: schema.FlowsLayer, begin: NDArray[np.float32], table: Columns, first: NDArray[np.intp], aspect: float
) -> Floats | None:
    """Beside which x the roots of upper teeth go down, NaN for lower ones: the lower jaw stands in their way."""
    arch = spec.layout
    if not isinstance(arch, schema.ArchLayout):
        return None
    middle, half = float(arch.centre[0]), (float(arch.width) / 2 + CLEAR) / aspect
    upper = table.column(arch.tooth)[first].astype(np.float64) // 10 <= 2
    # The further back a tooth, the nearer to the arch: roots don't cross on their way.
    inner = 1 - np.abs(begin[:, 0] - middle) / max(float(np.abs(begin[:, 0] - middle).max(initial=0.0)), 1e-6)
    away = half + 0.07 * inner / aspect
    return np.where(upper, middle + np.where(begin[:, 0] < middle, -1.0, 1.0) * away, np.nan)


def _bound(
    spec: schema.FlowsLayer, name: schema.FlowAttribute, table: Columns, rows: Rows, used: NDArray[np.intp]
) -> Floats | None:
    """What a column says of each flow, (flows,), once for all years: from the first row of its key that has a value. Where
    none has, or nothing is bound, speed is 1 and width None, or that of the thinnest."""
    neutral = np.ones(len(used)) if name == "speed" else None
    if name not in spec.bind:
        return neutral
    binding = spec.bind[name]
    shown = scale_of(binding, table, name).apply(table.column(binding.column), table.missing.get(binding.column))
    found = np.full(len(rows.keys), np.nan)
    known = ~np.isnan(shown)
    found[rows.key[known][::-1]] = shown[known][::-1]
    return np.asarray(np.nan_to_num(found[used], nan=1.0 if name == "speed" else 2 * THINNEST))
