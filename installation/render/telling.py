"""What a text says of the mark or the stream that a visitor stands before: its figures with their unit, its year, its source.

Owned by a scene's view; asked by its text layers, in the frame. A column is laid out in time once, when a text first names it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from installation.data.binding import Frames
from installation.data.cautions import caution_of, text_of_indicator
from installation.data.package import Package
from installation.errors import DataError
from installation.render.layers.flows import FlowsView
from installation.render.layers.marks import MarksView
from installation.render.layers.text import PLACEHOLDER
from installation.render.moment import Moment
from installation.render.pointing import rows_at
from installation.render.stream_lens import StreamLens
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
    place: tuple[float, float]
    """Where it stands, 0..1 of the canvas."""

    def written(self, name: str, form: str | None) -> str | None:
        """A word of the mark; None when it has none of that name."""
        return self.telling.word(self, name, form)


@dataclass(frozen=True, slots=True)
class OpenedStream:
    """The stream that a visitor stands on, for one frame: `row` is that of its table."""

    telling: Telling
    layer: schema.FlowsLayer
    row: int
    amount: float
    place: tuple[float, float] = (0.5, 0.5)
    """A stream is as long as the wall: its words stay where they are."""

    def written(self, name: str, form: str | None) -> str | None:
        """A word of the stream; None when it has none of that name."""
        return self.telling.word_of_stream(self, name, form)


@dataclass(frozen=True, slots=True)
class Counted:
    """The streams of a layer, for one frame: words that can't disagree with what is drawn."""

    telling: Telling
    layer: schema.FlowsLayer
    view: FlowsView
    amount: float = 1.0
    place: tuple[float, float] = (0.5, 0.5)
    """All over the wall: its words stay where they are."""

    def written(self, name: str, form: str | None) -> str | None:
        """A word of the streams; None when they have none of that name."""
        return self.telling.counted(self, name, form)


class Telling:
    """Remembers the columns that texts have asked for, and what stands behind each."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._frames: dict[tuple[str, str, int], Frames] = {}
        self._formats: dict[tuple[str, str], schema.Format] = {}
        self._lenses: dict[str, StreamLens] = {}
        self._phrases: dict[tuple[str, str, str | None], str] = {}

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """What each thing of the scene that is made from data is made from. Read once: packages keep cautions in files."""
        return records_of(self._scene)

    def of(self, layer: schema.Layer, view: object, moment: Moment) -> Opened | OpenedStream | None:
        """The mark of a layer that a visitor has opened, or the stream that they stand on; None when there is none."""
        if isinstance(layer, schema.FlowsLayer) and isinstance(view, FlowsView):
            return self.stream(layer, view, moment)
        if isinstance(layer, schema.MarksLayer) and isinstance(view, MarksView):
            return self.opened(layer, view)
        return None

    def opened(self, layer: schema.MarksLayer, view: MarksView) -> Opened | None:
        """The mark of a layer that is open; None when none is."""
        found = view.opened()
        return None if found is None else Opened(self, layer, view, *found)

    def stream(self, layer: schema.FlowsLayer, view: FlowsView, moment: Moment) -> OpenedStream | None:
        """The stream of a layer that a visitor stands on; None when they stand on none."""
        lens = self._lenses.get(layer.name)
        if lens is None or lens.view is not view:
            lens = self._lenses[layer.name] = StreamLens(layer, self._scene.tables[layer.table], view)
        found = lens.look(moment)
        return None if found is None else OpenedStream(self, layer, *found)

    def counted(self, words: Counted, name: str, form: str | None) -> str | None:
        """One word of streams: figures are those of the particles, as many as there are times what one stands for."""
        layer, view = words.layer, words.view
        if name in ("source", "caution"):
            own = [r for r in self.records if r.layer.rpartition("/")[2] == layer.name]
            return _said(own, name)
        if name == "unit":
            return layer.unit_name
        if name == "year":
            return f"{math.floor(view.moment + 0.5):.0f}" if layer.time else None
        number = _number_of_streams(layer, view, name)
        if number is None:
            return None
        if form is not None and not math.isnan(number):
            return format(number, form)
        counted = {"particles": "", "streams": "", "unknown": "", "share": "%"}.get(name, layer.unit_name)
        if name == "one" and number == 1.0 and counted.endswith("s"):
            return f"one\u00a0{counted.removesuffix('s')}"  # one doctor
        return written(number, schema.Format(unit=counted))

    def streaming(self, layer: schema.FlowsLayer, view: FlowsView) -> Counted:
        """The streams of a layer, to be told of."""
        return Counted(self, layer, view)

    def word_of_stream(self, stream: OpenedStream, name: str, form: str | None) -> str | None:
        """One word of a stream that a visitor stands on."""
        layer, table = stream.layer, self._scene.tables[stream.layer.table]
        if name not in table.names:
            own = [r for r in self.records if r.table == layer.table and r.kind == "flow"]
            if name == "year" and layer.time:
                return f"{float(table.arrays[layer.time][stream.row]):.0f}"
            if name == "year":
                return ", ".join(dict.fromkeys(origin.years for r in own for origin in r.origins))
            if name in ("source", "caution"):
                return _said(own, name)
            if name != "value":
                return None
            name = layer.value
        if not table.is_number(name):
            return "" if table.missing[name][stream.row] else str(table.arrays[name][stream.row])
        value = math.nan if table.missing[name][stream.row] else float(table.arrays[name][stream.row])
        if form is not None and value == value:
            return format(value, form)
        if name == layer.value:
            return written(value, schema.Format(unit=layer.unit_name))
        return written(value, self._format(layer.table, name))

    def word(self, mark: Opened, name: str, form: str | None) -> str | None:
        """One word of an open mark. Its figures are those of the year that is said, and no blend of two years."""
        layer, view = mark.layer, mark.view
        table = self._scene.tables[layer.table]
        times = view.rows.times
        year = float(times[np.abs(times - view.moment).argmin()]) if layer.time and times.size else view.moment
        if name in ("caution", "title") and name not in table.names:
            return self._phrase(layer, name, form)
        if name == "source":
            return _said(self._behind(layer), name)
        if name == "year" and layer.time:
            return f"{year:.0f}"
        if name in ("key", "name") and name not in table.names:
            return mark.key
        if name == "value" and name not in table.names and layer.bind:
            name = next(iter(layer.bind.values())).column
        if name not in table.names or mark.key not in view.rows.keys:
            return None
        number = view.rows.keys.index(mark.key)
        if not table.is_number(name):
            rows = rows_at(view.rows, number, year)
            return str(table.arrays[name][rows[0]]) if rows else ""
        at = (layer.table, name, id(view.rows))
        if at not in self._frames:
            self._frames = {known: f for known, f in self._frames.items() if known[:2] != at[:2]}
            self._frames[at] = view.rows.frames(table.arrays[name], table.missing[name])
        value = float(self._frames[at].step(year)[number])
        if form is not None and value == value:
            return format(value, form)
        return written(value, self._format(layer.table, name))

    def learn(self, layers: Sequence[schema.Layer] | None = None) -> None:
        """Reads what the scene's texts will say of marks and streams, from the files of its packages: when the scene is built,
        and not in the frame in which a visitor comes."""
        layers = self._scene.file.layers if layers is None else layers
        beside = {layer.name: layer for layer in layers}
        for layer in layers:
            if isinstance(layer, schema.GroupLayer):
                self.learn(layer.layers)
            told = beside.get(layer.tells or "") if isinstance(layer, schema.TextLayer) else None
            if isinstance(layer, schema.TextLayer) and isinstance(told, schema.MarksLayer | schema.FlowsLayer):
                self._learn(layer.text, told)

    def _learn(self, text: str, layer: schema.MarksLayer | schema.FlowsLayer) -> None:
        table = self._scene.tables[layer.table]
        for name, form in PLACEHOLDER.findall(text):
            if isinstance(layer, schema.MarksLayer) and name in ("caution", "title") and name not in table.names:
                self._phrase(layer, name, form or None)
            elif name == "value" and isinstance(layer, schema.MarksLayer) and name not in table.names and layer.bind:
                self._format(layer.table, next(iter(layer.bind.values())).column)
            elif name in table.names:
                self._format(layer.table, name)

    def _phrase(self, layer: schema.MarksLayer, name: str, form: str | None) -> str:
        """What `_said` finds; a file is read for it, once."""
        asked = (layer.name, name, form)
        if asked not in self._phrases:
            self._phrases[asked] = self._said(layer, name, form)
        return self._phrases[asked]

    def _behind(self, layer: schema.MarksLayer) -> list[Record]:
        """What a layer's marks and their places are made from."""
        own = (r for r in self.records if r.table == layer.table and r.kind in ("mark", "place") and r.layer)
        return [r for r in own if r.layer.rpartition("/")[2] == layer.name]

    def _said(self, layer: schema.MarksLayer, name: str, column: str | None) -> str:
        """What must be said with a layer's figures, or with one column's; or what a column is, in its package's words."""
        if name == "caution" and column is None:
            return _said(self._behind(layer), name)
        wanted = column or (next(iter(layer.bind.values())).column if layer.bind else layer.key)
        for package, table in self._packages(layer.table):
            with suppress(DataError):
                found = package.table(table).field(wanted)
                if name == "title":
                    return text_of_indicator(package, found.indicator, "title") or found.description
                general = {package.caution, package.table(table).caution}
                own = [c for c in caution_of(package, table, wanted) if c not in general]
                return " ".join(f"{c[:1].upper()}{c[1:].rstrip('.')}." for c in own)
        return ""

    def _package(self, table: str) -> tuple[Package | None, str]:
        """The package whose own table a table of the scene is, and its name there; None where SQL made it."""
        alias, _, name = (self._scene.file.tables[table].source or "").partition(".")
        return self._scene.packages.get(alias), name

    def _packages(self, table: str) -> list[tuple[Package, str]]:
        """The tables of packages that a table of the scene reads, by itself or in SQL: what they warn of holds for it too."""
        package, name = self._package(table)
        if package is not None:
            return [(package, name)]
        sql = self._scene.file.tables[table].sql or ""
        return [
            (package, name)
            for alias, package in self._scene.packages.items()
            for name in package.tables
            if re.search(rf"\b{re.escape(alias)}\.{re.escape(name)}\b", sql)
        ]

    def _format(self, table: str, column: str) -> schema.Format:
        """How a column's figures are written: as the scene says, or with the unit and the decimals of its package, where the
        table is the package's own."""
        if column in self._scene.formats:
            return self._scene.formats[column]
        if (table, column) not in self._formats:
            package, name = self._package(table)
            unit, decimals = "", ""
            with suppress(DataError):
                if package is not None:
                    field = package.table(name).field(column)
                    unit, decimals = field.unit, text_of_indicator(package, field.indicator, "display_decimals")
            self._formats[table, column] = schema.Format(
                unit={"percent": "%"}.get(unit, unit), decimals=int(decimals) if decimals.isdigit() else None
            )
        return self._formats[table, column]


def _said(records: Sequence[Record], name: str) -> str:
    """The credits behind some records ("source"), or what must be said with them ("caution"), each once."""
    if name == "source":
        return "; ".join(dict.fromkeys(origin.credit for r in records for origin in r.origins))
    return " ".join(f"{c.rstrip('.')}." for c in dict.fromkeys(c for r in records for c in r.cautions))


def _number_of_streams(layer: schema.FlowsLayer, view: FlowsView, name: str) -> float | None:
    """A figure of the streams that are drawn; None when they have none of that name. Asked for each word of a text in each
    frame: nothing is counted but what is asked for."""
    streams, counts, unit = view.streams, view.counts, float(layer.unit)
    if name == "one":
        return unit
    if name == "particles":
        return view.particle_count
    if name == "total":
        return view.particle_count * unit
    if name == "streams":
        return len(set(streams.key[counts > 0].tolist()))
    if name not in ("reported", "hidden", "share", "unknown"):
        return None
    unknown = streams.unreported(view.moment)
    if name == "unknown":
        return len(set(streams.key[(counts > 0) & unknown].tolist()))
    hidden, reported = (int(counts[(streams.hidden == part) & ~unknown].sum()) for part in (True, False))
    if name != "share":
        return unit * (hidden if name == "hidden" else reported)
    known = hidden + reported
    return 100 * hidden / known if known else math.nan if view.particle_count else 0.0
