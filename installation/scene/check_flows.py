"""Checks a flows layer: its columns, what its kind of paths needs, and whether what is bound, hidden and timed can be.

Called by `check`, a layer at a time; loads no GL.
"""

from __future__ import annotations

from installation.scene import schema
from installation.scene.check_data import Tables
from installation.scene.check_sight import check_area, check_map
from installation.scene.findings import Findings
from installation.scene.source import Steps

MOST_PARTICLES = 1_000_000
"""As many as the wall can move: `render.paths` says the same."""
MOST_COLOURS = 4


ALIKE = "bring it to 0 to 1 in SQL, origins and destinations by the same two numbers"
"""Of places beside the canvas: each column by its own least and most would put one place at two."""


def check_flows(layer: schema.FlowsLayer, steps: Steps, tables: Tables, findings: Findings) -> None:
    """Says at its place what of a flows layer is wrong."""
    groups = len(layer.order or ())
    if layer.order and len(layer.colors) < groups:
        findings.key((*steps, "colors"), f"{groups} groups share {len(layer.colors)} colours", "one colour for each")
    _paths(layer, steps, findings)
    if layer.hidden and max(groups, len(layer.colors)) == MOST_COLOURS:
        message = f"{MOST_COLOURS} groups leave no colour for what is hidden"
        findings.key((*steps, "hidden"), message, f"at most {MOST_COLOURS - 1} groups")
    if layer.time is not None and layer.key is None:
        findings.key((*steps, "time"), "a layer with a time needs a key", "the column that names a flow in all years")
    if not tables.has(layer.table, (*steps, "table")):
        return
    _columns(layer, steps, tables, findings)
    if layer.group is not None and tables.check(layer.table, layer.group, (*steps, "group")):
        _groups(layer, layer.group, steps, tables, findings)
    timed = layer.time is None or tables.check(layer.table, layer.time, (*steps, "time"), numbers=True)
    if timed and layer.key is not None and tables.check(layer.table, layer.key, (*steps, "key")):
        tables.rows(layer, steps)
    for attribute, binding in layer.bind.items():
        tables.binding(layer.table, attribute, binding, (*steps, "bind", attribute))
    _particles(layer, steps, tables, findings)


def _paths(layer: schema.FlowsLayer, steps: Steps, findings: Findings) -> None:
    """What a kind of paths needs to be said, and what it has no use for."""
    kind = layer.paths.kind
    given = layer.model_fields_set
    if kind == "sankey":
        if layer.layout is not None:
            findings.key(
                (*steps, "layout"), "a sankey places by names: it has no layout", "paths.area says where it is"
            )
        if "width" in layer.bind:
            findings.key((*steps, "bind", "width"), "a sankey's widths are its values", "bind speed, or leave it out")
    elif layer.layout is None:
        findings.key(steps, "layout is missing", "where places lie: {kind: map} or {kind: columns}")
    elif kind != "roots" and isinstance(layer.layout, schema.ArchLayout):
        findings.value((*steps, "layout", "kind"), "only roots grow from an arch", "paths: {kind: roots}")
    if kind in ("sankey", "arcs") and "bundle" in given:
        findings.key((*steps, "bundle"), f"{kind} has no bundles", "leave it out, or choose paths: {kind: bundled}")
    for name, end in (("origin", layer.origin), ("destination", layer.destination)):
        placed = kind in ("bundled", "arcs") or (
            kind == "roots" and name == "origin" and not isinstance(layer.layout, schema.ArchLayout)
        )
        for side in ("x", "y"):
            if placed and getattr(end, side) is None:
                findings.key((*steps, name), f"{name}.{side} is missing", "the column that places it")


def _columns(layer: schema.FlowsLayer, steps: Steps, tables: Tables, findings: Findings) -> None:
    ends: list[tuple[str, str]] = []
    for name, end in (("origin", layer.origin), ("destination", layer.destination)):
        tables.check(layer.table, end.id, (*steps, name, "id"))
        sides = 0
        for side in ("x", "y"):
            if column := getattr(end, side):
                sound = tables.check(layer.table, column, (*steps, name, side), numbers=True)
                sides += sound
                if sound and isinstance(layer.layout, schema.ColumnsLayout):
                    tables.within(layer.table, side, column, (*steps, name, side), ALIKE)
        if end.x is not None and end.y is not None and sides == 2:
            ends.append((end.x, end.y))
    if not isinstance(layer.layout, schema.ArchLayout | None):
        check_area(layer.layout.area, (*steps, "layout", "area"), findings)
    if not isinstance(layer.paths, schema.BundledPaths | schema.ArcPaths):
        check_area(layer.paths.area, (*steps, "paths", "area"), findings)
    if isinstance(layer.layout, schema.MapLayout) and ends:
        check_map(layer.layout, tables.columns[layer.table], tuple(ends), (*steps, "layout"), findings)
    if isinstance(layer.layout, schema.ArchLayout):
        tables.layout(layer.table, layer.layout, (*steps, "layout"))
    if isinstance(layer.paths, schema.SankeyPaths | schema.RootPaths):
        for number, column in enumerate(layer.paths.through):
            tables.check(layer.table, column, (*steps, "paths", "through", number))
    tables.check(layer.table, layer.value, (*steps, "value"), numbers=True)
    if layer.hidden:
        tables.check(layer.table, layer.hidden.reported, (*steps, "hidden", "reported"), numbers=True)


def _groups(layer: schema.FlowsLayer, group: str, steps: Steps, tables: Tables, findings: Findings) -> None:
    from installation.errors import did_you_mean

    known = sorted({str(value) for value in tables.columns[layer.table].arrays[group]})
    most = MOST_COLOURS - (layer.hidden is not None)
    if layer.order is None and len(known) > most:
        message = f'column "{group}" has {len(known)} values; at most {most} can have a colour'
        findings.value((*steps, "group"), message, 'name those that are meant under "order"')
    for i, name in enumerate(layer.order or ()):
        if name not in known:
            hint = did_you_mean(name, known, label="values")
            findings.value((*steps, "order", i), f'"{name}" is not in column "{group}"', hint)


def _particles(layer: schema.FlowsLayer, steps: Steps, tables: Tables, findings: Findings) -> None:
    """Whether the wall can move as many particles as the unit asks for."""
    columns = tables.columns[layer.table]
    if layer.value not in columns.names or not columns.is_number(layer.value):
        return
    value = columns.arrays[layer.value][~columns.missing[layer.value]]
    if layer.key is None:
        total = float(value[value > 0].sum()) / layer.unit
        if total > 1.01 * MOST_PARTICLES:
            hint = f"a unit of {layer.unit * total / MOST_PARTICLES:.2g} or more"
            findings.value((*steps, "unit"), f"{total:,.0f} particles are more than {MOST_PARTICLES:,}", hint)
