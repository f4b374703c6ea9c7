"""Which rows, columns and sources stand behind each thing that a scene draws from data: one `Record` for each binding.

Read from what a loaded scene says, never from what is drawn, and never written by hand: a label that disagrees with the wall
can't be made. Pure, though it reads the small tables in which packages keep their cautions, so not for the frame. Called by
`label` (the wall's label, credits and list) and by `render.pointing` (what is behind a place of the wall).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, TypeAlias

from installation.data.lineage import Lineage, lineage_of
from installation.data.package import Package
from installation.data.scales import text_of
from installation.scene import schema
from installation.scene.expressions import Expression
from installation.scene.load import Scene
from installation.scene.origins import Figure, Origin, columns_of, figure_of, figure_through, origin_of
from installation.scene.scales import told_of

Kind: TypeAlias = Literal["mark", "place", "flow", "parameter", "value", "text", "image", "reveal"]

_COLUMN = re.compile(r"\b([A-Za-z]\w*)\.([A-Za-z]\w*)\b")
_WORD = re.compile(r"\{([a-z][a-z0-9_]*)(?::[^{}]*)?\}")
_QUOTED = re.compile(r"'([^']{1,80})'")
PLACED_BY = ("tooth", "lon", "lat", "x", "y", "group", "order", "value")
"""The keys of a layout that name a column of the layer's table."""
COUNTS = set(schema.COUNTED) - {"year", "source", "caution"}
"""Words that a text takes from the particles of a flows layer."""
LINKED_BY = ("source", "target", "weight")
"""The keys of a layout that name a column of its links."""


@dataclass(frozen=True, slots=True)
class Record:
    """What one thing on the wall is made from.

    `layer` is its address below the scene ("teeth", "group/teeth"), "" for the scene itself; `target` what is driven: an
    attribute of marks, "place", a parameter's address, a word of a text. `query` is ALIAS.TABLE or the SQL; `rows` how many
    there are, `key` and `time` the columns that name one. `transform` says how values become what is seen, in plain values.
    """

    scene: str
    layer: str
    kind: Kind
    target: str
    table: str
    query: str
    rows: int
    key: str
    time: str
    figures: tuple[Figure, ...]
    transform: Mapping[str, Any]
    origins: tuple[Origin, ...]
    keys: tuple[str, ...] = field(default=(), compare=False)

    @property
    def fiction(self) -> bool:
        """Whether any of it is made up."""
        return any(origin.fiction for origin in self.origins)

    @property
    def drawn_only(self) -> bool:
        """Whether its rows may be drawn, and not written to a file."""
        return any(origin.sharing == "no" for origin in self.origins)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(figure.name for figure in self.figures)

    @property
    def cautions(self) -> tuple[str, ...]:
        """What must be said with it, each once."""
        return tuple(dict.fromkeys(text for origin in self.origins for text in origin.cautions))


def records_of(scene: Scene) -> tuple[Record, ...]:
    """Every binding of a scene, layer by layer, in the order of the file; those of the scene itself first."""
    return tuple(_Tracing(scene).records())


def told(records: Sequence[Record]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Records in plain values, without their keys, and their origins, each once; a record names these by number."""
    origins = list(dict.fromkeys(origin for record in records for origin in record.origins))
    number = {origin: place for place, origin in enumerate(origins)}
    bindings = []
    for record in records:
        said = asdict(replace(record, keys=(), origins=()))  # a copy of thousands of keys costs milliseconds
        del said["keys"]
        said["origins"] = [number[origin] for origin in record.origins]
        bindings.append({**said, "fiction": record.fiction, "cautions": record.cautions})
    return bindings, [asdict(origin) for origin in origins]


class _Tracing:
    """One scene being traced. Remembers where its tables come from."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._reads = {name: self._tables_of(table) for name, table in scene.file.tables.items()}
        self._lineages: dict[str, dict[str, Lineage]] = {}

    def records(self) -> Iterator[Record]:
        scene = self._scene
        for name, value in scene.values.items():
            yield from self._driven("", "value", name, value)
        if scene.file.cracks is not None:
            yield from self._cracks(scene.file.cracks)
        yield from self._parameters("", scene.file.effects)
        for path, layer in _layers(scene.file.layers):
            if isinstance(layer, schema.MarksLayer):
                yield from self._marks(path, layer)
            elif isinstance(layer, schema.FlowsLayer):
                yield from self._flows(path, layer)
            elif isinstance(layer, schema.TextLayer):
                yield from self._text(path, layer)
            yield from self._parameters(path, layer.effects)
            feeds = dict(layer.inputs) if isinstance(layer, schema.ShaderLayer) else {}
            yield from self._images(path, feeds, layer.effects)
        yield from self._images("", {}, scene.file.effects)

    # -- layers --------------------------------------------------------------------------------------------------------

    def _marks(self, path: str, layer: schema.MarksLayer) -> Iterator[Record]:
        key, time = layer.key, layer.time or ""
        layout = layer.layout.model_dump(exclude_none=True)
        named = [layout[field] for field in PLACED_BY if isinstance(layout.get(field), str)]
        transform: dict[str, Any] = {"layout": layout}
        yield self._record(path, "place", "place", layer.table, (key, *named), transform, key, time)
        if isinstance(layer.layout, schema.ForceLayout):
            linked = [layout[field] for field in LINKED_BY if layout.get(field)]
            yield self._record(path, "place", "links", layer.layout.links, linked, transform)
        table = self._scene.tables[layer.table]
        for attribute, binding in layer.bind.items():
            made = told_of(binding, table, attribute)
            yield self._record(path, "mark", attribute, layer.table, (binding.column,), made, key, time)

    def _flows(self, path: str, layer: schema.FlowsLayer) -> Iterator[Record]:
        key, time = layer.key or "", layer.time or ""
        through = layer.paths.through if isinstance(layer.paths, schema.SankeyPaths | schema.RootPaths) else []
        named = [column or "" for end in (layer.origin, layer.destination) for column in (end.id, end.x, end.y)]
        layout = layer.layout.model_dump(exclude_none=True) if layer.layout else {}
        named += [*through, *([layer.layout.tooth] if isinstance(layer.layout, schema.ArchLayout) else [])]
        made: dict[str, Any] = {"layout": layout, "paths": layer.paths.model_dump(), "bundle": float(layer.bundle)}
        yield self._record(path, "place", "paths", layer.table, named, made, key, time)
        counted: dict[str, Any] = {"one particle": float(layer.unit), "of": layer.unit_name, "scale": "linear"}
        unit = layer.unit_name
        yield self._record(path, "flow", "particles", layer.table, (layer.value,), counted, key, time, unit)
        if layer.hidden:
            columns = (layer.value, layer.hidden.reported)
            made = {**counted, "hidden": f"{layer.value} - {layer.hidden.reported}", "ramp": (layer.hidden.color,)}
            yield self._record(path, "flow", "hidden", layer.table, columns, made, key, time, unit)
        if layer.group:
            made = {"scale": "categorical", "order": layer.order, "ramp": layer.colors}
            yield self._record(path, "flow", "color", layer.table, (layer.group,), made)
        for attribute, binding in layer.bind.items():
            made = told_of(binding, self._scene.tables[layer.table], attribute)
            yield self._record(path, "flow", attribute, layer.table, (binding.column,), made, key)

    def _cracks(self, cracks: schema.Cracks) -> Iterator[Record]:
        """Where the surface over the scene gives way first."""
        layout = cracks.layout.model_dump(exclude_none=True)
        named = [layout[field] for field in PLACED_BY if isinstance(layout.get(field), str)]
        yield self._record("", "place", "place", cracks.table, named, {"layout": layout})
        made: dict[str, Any] = {"scale": "linear", "reach": float(cracks.reach)}
        if cracks.domain is not None:  # else from 0 to the greatest of those that are on the canvas
            made["domain"] = (float(cracks.domain[0]), float(cracks.domain[1]))
        yield self._record("", "reveal", "cracks", cracks.table, (cracks.value,), made)

    def _text(self, path: str, layer: schema.TextLayer) -> Iterator[Record]:
        beside = dict(_layers(self._scene.file.layers)).get(f"{path.rpartition('/')[0]}/{layer.tells}".lstrip("/"))
        if isinstance(beside, schema.FlowsLayer):
            yield from self._text_of_streams(path, layer, beside)
        marks = beside if isinstance(beside, schema.MarksLayer) else None
        names = self._scene.tables[marks.table].names if marks else ()
        flows = dict(_layers(self._scene.file.layers)).get(f"{path.rpartition('/')[0]}/{layer.counts}".lstrip("/"))
        if isinstance(flows, schema.FlowsLayer) and (
            words := [name for name in _WORD.findall(layer.text) if name in COUNTS]
        ):
            columns = (flows.value, *([flows.hidden.reported] if flows.hidden else []))
            made = {"of": f"the streams of {flows.name}", "one particle": float(flows.unit)}
            told = ", ".join(f"{{{name}}}" for name in dict.fromkeys(words))
            yield self._record(path, "text", told, flows.table, columns, made, unit=flows.unit_name)
        for name in dict.fromkeys(_WORD.findall(layer.text)):
            column = next(iter(marks.bind.values())).column if marks and name == "value" and marks.bind else name
            if marks and column in names:
                made = {"of": f"the open mark of {marks.name}"}
                yield self._record(
                    path, "text", f"{{{name}}}", marks.table, (column,), made, marks.key, marks.time or ""
                )
            elif name in self._scene.values:
                yield from self._driven(path, "text", f"{{{name}}}", self._scene.values[name], name)

    def _text_of_streams(self, path: str, layer: schema.TextLayer, flows: schema.FlowsLayer) -> Iterator[Record]:
        """The words of a text that tells of the stream that a visitor stands on."""
        for name in dict.fromkeys(_WORD.findall(layer.text)):
            column = flows.value if name == "value" else name
            if column in self._scene.tables[flows.table].names:
                made = {"of": f"the stream of {flows.name} under a visitor"}
                yield self._record(path, "text", f"{{{name}}}", flows.table, (column,), made)

    def _parameters(self, path: str, effects: Sequence[schema.Effect]) -> Iterator[Record]:
        """The parameters of a layer, or of the scene's own effects, that an expression over data drives."""
        own = f"/scene/{self._scene.name}/{path}".rstrip("/")
        folders = {f"{own}/{effect.name or effect.shader.removesuffix('.fs')}" for effect in effects}
        if path:  # the scene's own are its values, which are told by themselves
            folders.add(own)
        for address, (_, value) in self._scene.params.items():
            if address.rpartition("/")[0] in folders:
                yield from self._driven(path, "parameter", address, value)

    def _images(self, path: str, feeds: Mapping[str, str], effects: Sequence[schema.Effect]) -> Iterator[Record]:
        """Columns that a shader reads as a picture."""
        every = [*feeds.items(), *((name, feed) for effect in effects for name, feed in effect.inputs.items())]
        for name, feed in every:
            kind, _, rest = feed.partition(".")
            table, _, column = rest.partition(".")
            if kind == "table" and table in self._scene.tables:
                columns = (column,) if column else self._scene.tables[table].names
                yield self._record(path, "image", name, table, columns, {"pixel": "one row, as it is"})

    def _driven(self, path: str, kind: Kind, target: str, value: object, word: str = "") -> Iterator[Record]:
        """A record for each table that an expression reads, itself or through the scene's values."""
        if not isinstance(value, Expression):
            return
        through = _through(value, self._scene.values)
        found: dict[str, list[str]] = {}
        for text in (value.text, *through.values()):
            for table, column in _COLUMN.findall(text):
                if table in self._scene.tables and column not in found.setdefault(table, []):
                    found[table].append(column)
        style = self._scene.formats.get(word)
        for table, columns in found.items():
            made: dict[str, Any] = {"expression": value.text, **({"values": through} if through else {})}
            stated = self._scene.file.tables[table]
            unit = style.unit if style else ""
            yield self._record(path, kind, target, table, columns, made, stated.key or "", stated.time or "", unit)

    # -- where a table comes from --------------------------------------------------------------------------------------

    def _tables_of(self, table: schema.Table) -> tuple[tuple[Package, str], ...]:
        """The tables of datasets that a table of the scene reads. One too many in SQL (a name inside a text) is no harm:
        more is said with it; one too few can't be, since SQL must name a table as ALIAS.TABLE, or the only one of a dataset
        as ALIAS."""
        packages = self._scene.packages
        if table.source:
            alias, _, name = table.source.partition(".")
            return ((packages[alias], packages[alias].table(name).name),) if alias in packages else ()
        return tuple(
            (package, name)
            for alias, package in packages.items()
            for name in package.tables
            if re.search(rf'(?<!\w)"?{re.escape(alias)}"?\s*\.\s*"?{re.escape(name)}\b', table.sql or "", re.IGNORECASE)
            or (len(package.tables) == 1 and re.search(rf"\b{re.escape(alias)}\b", table.sql or "", re.IGNORECASE))
        )

    def _figures(self, table: str, columns: Sequence[str], unit: str) -> list[Figure]:
        """Columns of a table of the scene, as the packages describe them from which they come."""
        stated = self._scene.file.tables[table]
        if stated.source:
            return [figure_of(self._reads[table], column, unit) for column in columns]
        if table not in self._lineages:
            self._lineages[table] = lineage_of(stated.sql or "", columns_of(self._scene.packages))
        made = self._lineages[table]
        return [
            figure_through(self._scene.packages, made.get(column.lower(), Lineage()), column, unit)
            for column in columns
        ]

    def _record(
        self,
        path: str,
        kind: Kind,
        target: str,
        table: str,
        columns: Iterable[str],
        transform: Mapping[str, Any],
        key: str = "",
        time: str = "",
        unit: str = "",
    ) -> Record:
        scene, stated = self._scene, self._scene.file.tables[table]
        rows = scene.tables[table]
        wanted = tuple(dict.fromkeys(column for column in columns if column))
        direct = bool(stated.source)
        figures = self._figures(table, wanted, unit)
        origins = []
        named = () if direct else tuple(_QUOTED.findall(stated.sql or ""))
        for package, name in self._reads[table]:
            origins.append(origin_of(package, name, wanted if direct else (), named))
        keys = dict.fromkeys(text_of(value) for value in rows.column(key).tolist()[:MOST_KEYS]) if key else {}
        query = stated.source or (stated.sql or "").strip()
        return Record(
            scene=scene.name,
            layer=path,
            kind=kind,
            target=target,
            table=table,
            query=query,
            rows=rows.count,
            key=key,
            time=time,
            figures=tuple(figures),
            transform=dict(transform),
            origins=tuple(origins),
            keys=tuple(keys),
        )


MOST_KEYS = 20_000
"""Rows whose keys a list names: a table of a million is traced by its key column."""


def _layers(layers: Sequence[schema.Layer], above: str = "") -> Iterator[tuple[str, schema.Layer]]:
    """Every layer with its address below the scene, groups and what is in them."""
    for layer in layers:
        path = f"{above}{layer.name}"
        yield path, layer
        if isinstance(layer, schema.GroupLayer):
            yield from _layers(layer.layers, f"{path}/")


def _through(expression: Expression, values: Mapping[str, float | Expression]) -> dict[str, str]:
    """The values of the scene that an expression reads, and those that these read, as they are written."""
    found: dict[str, str] = {}
    waiting = sorted(expression.names)
    while waiting:
        name = waiting.pop()
        value = values.get(name)
        if isinstance(value, Expression) and name not in found:
            found[name] = value.text
            waiting += sorted(value.names)
    return found
