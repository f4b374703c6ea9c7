"""What a text says of the mark that a visitor stands before (its name, its figures with their unit, its year and its source),
and of the streams of a layer: what one particle stands for, and how much flows.

Owned by a scene's view; asked by its text layers, in the frame. A column is laid out in time once, when a text first names it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from installation.data.binding import Frames
from installation.errors import DataError
from installation.render.layers.flows import FlowsView
from installation.render.layers.marks import MarksView
from installation.render.pointing import rows_at
from installation.scene import schema
from installation.scene.evidence import Record, records_of
from installation.scene.load import Scene
from installation.scene.wording import written


@dataclass(frozen=True, slots=True)
class Opened:
    """The mark that is open, for one frame: `written` gives its words; `amount` is how far it is open, 0..1."""

    telling: Telling
    layer: schema.MarksLayer
    view: MarksView
    key: str
    amount: float

    def written(self, name: str, form: str | None) -> str | None:
        """A word of the mark; None when it has none of that name."""
        return self.telling.word(self, name, form)


@dataclass(frozen=True, slots=True)
class Counted:
    """The streams of a layer, for one frame: words that can't disagree with what is drawn."""

    telling: Telling
    layer: schema.FlowsLayer
    view: FlowsView
    amount: float = 1.0

    def written(self, name: str, form: str | None) -> str | None:
        """A word of the streams; None when they have none of that name."""
        return self.telling.counted(self, name, form)


class Telling:
    """Remembers the columns that texts have asked for, and what stands behind each."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._frames: dict[tuple[str, str, int], Frames] = {}
        self._formats: dict[tuple[str, str], schema.Format] = {}

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """What each thing of the scene that is made from data is made from. Read once: packages keep cautions in files."""
        return records_of(self._scene)

    def opened(self, layer: schema.MarksLayer, view: MarksView) -> Opened | None:
        """The mark of a layer that is open; None when none is."""
        found = view.opened()
        return None if found is None else Opened(self, layer, view, *found)

    def counted(self, streams: Counted, name: str, form: str | None) -> str | None:
        """One word of streams: figures are those of the particles, as many as there are times what one stands for."""
        layer, view = streams.layer, streams.view
        if name in ("source", "caution"):
            return self._said(name, [r for r in self.records if r.layer.rpartition("/")[2] == layer.name])
        if name == "unit":
            return layer.unit_name
        if name == "year":
            return f"{math.floor(view.moment + 0.5):.0f}" if layer.time else None
        unit = float(layer.unit)
        hidden, all_of = int(view.counts[view.streams.hidden].sum()), view.particle_count
        found: dict[str, float] = {
            "one": unit,
            "total": all_of * unit,
            "reported": (all_of - hidden) * unit,
            "hidden": hidden * unit,
            "share": 100 * hidden / max(all_of, 1),
            "particles": all_of,
            "streams": len(set(view.streams.key[view.counts > 0].tolist())),
        }
        if name not in found:
            return None
        if form is not None:
            return format(found[name], form)
        counted = {"particles": "", "streams": "", "share": "%"}.get(name, layer.unit_name)
        if name == "one" and unit == 1.0 and counted.endswith("s"):
            counted = counted.removesuffix("s")  # one doctor
        return written(found[name], schema.Format(unit=counted))

    def _said(self, name: str, own: list[Record]) -> str:
        """The source or the caution of what some records are made from, each once."""
        if name == "source":
            return "; ".join(dict.fromkeys(origin.credit for r in own for origin in r.origins))
        return " ".join(f"{c.rstrip('.')}." for c in dict.fromkeys(c for r in own for c in r.cautions))

    def streaming(self, layer: schema.FlowsLayer, view: FlowsView) -> Counted:
        """The streams of a layer, to be told of."""
        return Counted(self, layer, view)

    def word(self, mark: Opened, name: str, form: str | None) -> str | None:
        """One word of an open mark."""
        layer, view = mark.layer, mark.view
        table = self._scene.tables[layer.table]
        own = [r for r in self.records if r.table == layer.table and r.kind in ("mark", "place") and r.layer]
        own = [r for r in own if r.layer.rpartition("/")[2] == layer.name]
        if name in ("source", "caution"):
            return self._said(name, own)
        if name == "year" and layer.time:
            return f"{math.floor(view.moment + 0.5):.0f}"
        if name in ("key", "name") and name not in table.names:
            return mark.key
        if name == "value" and name not in table.names and layer.bind:
            name = next(iter(layer.bind.values())).column
        if name not in table.names or mark.key not in view.rows.keys:
            return None
        number = view.rows.keys.index(mark.key)
        if not table.is_number(name):
            rows = rows_at(view.rows, number, view.moment)
            return str(table.arrays[name][rows[0]]) if rows else ""
        at = (layer.table, name, id(view.rows))
        if at not in self._frames:
            self._frames = {known: f for known, f in self._frames.items() if known[:2] != at[:2]}
            self._frames[at] = view.rows.frames(table.arrays[name], table.missing[name])
        value = float(self._frames[at].at(view.moment)[number])
        if form is not None and value == value:
            return format(value, form)
        return written(value, self._format(layer.table, name))

    def _format(self, table: str, column: str) -> schema.Format:
        """How a column's figures are written: with its package's unit, where the table is the package's own."""
        if (table, column) not in self._formats:
            alias, _, name = (self._scene.file.tables[table].source or "").partition(".")
            package = self._scene.packages.get(alias)
            try:
                unit = package.table(name).field(column).unit if package else ""
            except DataError:
                unit = ""
            self._formats[table, column] = schema.Format(unit={"percent": "%"}.get(unit, unit))
        return self._formats[table, column]
