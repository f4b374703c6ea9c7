"""What stands at a place of the wall: which marks, streams and words, and the rows behind them.

Asks the layers as they are drawn now: where each mark has moved to, how large it is, what the words say. Only reads, and draws
nothing: the scene's view opens the mark that was found. What effects, transitions and the reveal do to a picture afterwards is
not undone: pointed at is the scene, where it was drawn. Called by the wall when somebody asks (`/evidence x y`), never by
a frame.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.data.binding import Rows
from installation.data.tables import Columns
from installation.render.layers.flows import FlowsView
from installation.render.layers.marks import MarksView
from installation.render.layers.text import TextView
from installation.render.paths import Paths
from installation.render.stack import Slot
from installation.scene import schema
from installation.scene.evidence import Record

REACH = 0.008
"""How far beside a small mark or a thin stream one may point, in canvas heights."""
MOST = 8
"""Marks, streams or texts of one layer that an answer tells of, the nearest first."""
MOST_COLUMNS = 32
LONGEST = 400
"""Characters of one text of a row."""
ROUND = {"disc", "ring"}
SEEN = 0.05
"""Less visible than this is not there."""


def marks_at(
    rows: NDArray[np.float32], x: float, y: float, aspect: float, scale: float, is_round: bool
) -> NDArray[np.intp]:
    """The marks at a place of the canvas (0..1), the nearest to its middle first: numbers of rows of a mesh, (n, 20) as
    the vertex shader of marks reads them."""
    right, up = (x - rows[:, 0]) * aspect, y - rows[:, 1]
    sine, cosine = np.sin(rows[:, 4]), np.cos(rows[:, 4])
    along, across = right * cosine + up * sine, up * cosine - right * sine
    half = np.maximum(0.5 * rows[:, 2:4] * scale, REACH)
    sides = np.abs(np.stack([along, across], axis=1)) / half
    far = np.hypot(sides[:, 0], sides[:, 1]) if is_round else sides.max(axis=1)
    there = np.flatnonzero((far <= 1.0) & (rows[:, 19] > SEEN) & (rows[:, 2] > 0))
    return np.asarray(there[np.argsort(far[there], kind="stable")])


def paths_at(points: NDArray[np.float32], x: float, y: float, aspect: float, reach: float) -> NDArray[np.intp]:
    """The paths (n, samples, 2) that pass within `reach` canvas heights of a place, the nearest first."""
    if not len(points):
        return np.zeros(0, np.intp)
    beside = np.array([reach / aspect, reach])
    place = np.array([x, y])
    near = np.flatnonzero(((points.min(axis=1) - beside <= place) & (points.max(axis=1) + beside >= place)).all(axis=1))
    turned = (points[near].astype(np.float64) - place) * np.array([aspect, 1.0])
    start, step = turned[:, :-1], np.diff(turned, axis=1)
    length = np.maximum((step * step).sum(axis=2), 1e-18)
    share = np.clip(-(start * step).sum(axis=2) / length, 0.0, 1.0)
    nearest = start + step * share[..., None]
    far = np.sqrt((nearest * nearest).sum(axis=2).min(axis=1))
    there = np.flatnonzero(far <= reach)
    return np.asarray(near[there[np.argsort(far[there], kind="stable")]])


def rows_at(rows: Rows, key: int, moment: float) -> list[int]:
    """The rows of a table that a key is read from at a moment: one, or the two that it is blended from."""
    after = int(np.clip(np.searchsorted(rows.times, moment), 0, max(rows.times.size - 1, 0)))
    before = max(after - 1, 0) if rows.times.size and moment < rows.times[after] else after
    own = np.flatnonzero((rows.key == key) & rows.timed)
    near = own[(rows.time[own] == before) | (rows.time[own] == after)]
    return [int(row) for row in near[np.argsort(rows.time[near], kind="stable")]]


def pointed(
    slots: Iterable[tuple[str, Slot]],
    tables: Mapping[str, Columns],
    records: Sequence[Record],
    x: float,
    y: float,
    size: tuple[int, int],
) -> Iterator[tuple[str, dict[str, Any]]]:
    """What of a scene's layers is at a place: (layer, what is told of it), the uppermost layer first."""
    for path, slot in slots:
        found: list[dict[str, Any]] = []
        view, spec = slot.view, slot.spec
        if isinstance(view, MarksView) and isinstance(spec, schema.MarksLayer):
            found = _marks(view, spec, tables[spec.table], records, path, x, y, size)
        elif isinstance(view, FlowsView) and isinstance(spec, schema.FlowsLayer):
            found = _flows(view, spec, tables[spec.table], x, y)
        elif isinstance(view, TextView) and view.covers(x, y):
            found = [{"kind": "text", "text": view.shown[:LONGEST]}]
        elif not isinstance(view, MarksView | FlowsView | TextView) and any(r.layer == path for r in records):
            found = [{"kind": "layer"}]  # it covers the wall, and data drive it
        for one in found[:MOST]:
            yield path, {"layer": path, **one}


def _marks(
    view: MarksView,
    spec: schema.MarksLayer,
    table: Columns,
    records: Sequence[Record],
    path: str,
    x: float,
    y: float,
    size: tuple[int, int],
) -> list[dict[str, Any]]:
    keys, drawn, scale = view.drawn()
    known = {key: number for number, key in enumerate(view.rows.keys)}
    units = {r.target: r.figures[0].unit for r in records if r.layer == path and r.kind == "mark" and r.figures}
    found = []
    for place in marks_at(drawn, x, y, size[0] / size[1], scale, spec.shape in ROUND)[:MOST]:
        key = keys[int(place)]
        if key not in known:
            continue  # it is leaving: an edit has taken its row away
        number = known[key]
        values = [
            {"attribute": attribute, "column": spec.bind[attribute].column, "unit": units.get(attribute, ""), **told}  # type: ignore[index]
            for attribute, told in view.values_of(number).items()
        ]
        rows = [row_of(table, row) for row in rows_at(view.rows, number, view.moment)]
        at = view.moment if spec.time else None
        found.append({"kind": "mark", "shape": spec.shape, "key": key, "at": at, "values": values, "rows": rows})
    return found


def _flows(view: FlowsView, spec: schema.FlowsLayer, table: Columns, x: float, y: float) -> list[dict[str, Any]]:
    """The streams that pass, each once though a part of it is hidden, with what is counted of both parts."""
    paths, streams = view.paths, view.streams
    reach = np.full(len(paths.points), REACH)
    np.maximum.at(reach, paths.lanes.flow, np.abs(paths.lanes.aside) if paths.flat else REACH)
    there = paths_at(paths.points, x, y, paths.aspect, float(reach.max(initial=REACH)))
    found: list[dict[str, Any]] = []
    for key in dict.fromkeys(int(streams.key[flow]) for flow in there if _within(paths, int(flow), x, y, reach[flow])):
        own = np.flatnonzero(streams.key == key)
        if len(found) == MOST or (streams.moves and not view.counts[own].any()):
            continue  # it is not there in this year
        rows = [row_of(table, row) for row in rows_at(streams.rows, key, view.moment)]
        row = rows[0] if rows else {}
        ends = {"from": row.get(spec.origin.id), "to": row.get(spec.destination.id)}
        amount = {"column": spec.value, "value": number(streams.whole.at(view.moment)[key]), "unit": spec.unit_name}
        one = {"one_stands_for": float(spec.unit)}
        values = [{**amount, "particles": int(view.counts[own].sum()), **one}]
        if spec.hidden:
            reported, hidden = (int(view.counts[own][streams.hidden[own] == part].sum()) for part in (False, True))
            told = number(streams.open_.at(view.moment)[key])
            named = {"column": spec.hidden.reported, "value": told, "unit": spec.unit_name}
            values.append({**named, "particles": reported, "hidden_particles": hidden, **one})
        at = {"at": view.moment} if spec.time else {}
        found.append({"kind": "flow", **ends, **at, "values": values, "rows": rows})
    return [*_places(view, spec, table, x, y), *found]


def _places(view: FlowsView, spec: schema.FlowsLayer, table: Columns, x: float, y: float) -> list[dict[str, Any]]:
    """The place where streams begin or end here, the nearest: what goes and what comes, and the balance of both."""
    paths, streams = view.paths, view.streams
    if not len(paths.points):
        return []
    row = streams.rows.first[streams.key]
    names = [table.column(end.id)[row] for end in (spec.origin, spec.destination)]
    far = np.hypot((paths.points[:, [0, -1], 0] - x) * paths.aspect, paths.points[:, [0, -1], 1] - y)
    far[view.counts <= 0] = np.inf  # none of it flows at this moment
    flow, end = np.unravel_index(int(far.argmin()), far.shape)
    if far[flow, end] > REACH:
        return []
    name = names[int(end)][int(flow)]
    value = np.nan_to_num(streams.whole.at(view.moment))[streams.key] * ~streams.hidden
    sends, receives = (float(value[own == name].sum()) for own in names)
    told = {"sends": number(sends), "receives": number(receives), "balance": number(receives - sends)}
    return [{"kind": "place", "place": str(name), **told, "unit": spec.unit_name}]


def _within(paths: Paths, flow: int, x: float, y: float, reach: float) -> bool:
    """Whether a path is as near as its own width says."""
    return bool(paths_at(paths.points[flow : flow + 1], x, y, paths.aspect, float(reach)).size)


def row_of(table: Columns, row: int) -> dict[str, Any]:
    """A row in plain values: None where there is none."""
    told: dict[str, Any] = {}
    for name in table.names[:MOST_COLUMNS]:
        value = table.arrays[name][row]
        if table.missing[name][row]:
            told[name] = None
        else:
            told[name] = number(value) if table.is_number(name) else str(value)[:LONGEST]
    return told


def number(value: Any) -> float | int | None:
    """A number for JSON: whole ones without a point, None for what is none."""
    found = float(value)
    if not math.isfinite(found):
        return None
    return int(found) if found.is_integer() and abs(found) < 1e15 else float(f"{found:.9g}")
