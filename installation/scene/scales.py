"""The scale that a binding of a scene file asks for, fitted to all rows of its table, so that years compare."""

from __future__ import annotations

from typing import Any

from installation.data.scales import Scale
from installation.data.tables import Columns
from installation.scene import schema


def scale_of(binding: schema.Binding | schema.BeeswarmLayout, table: Columns) -> Scale:
    """A binding's scale; what it doesn't state comes from all rows. Raises DataError for one that can't work."""
    domain = None if binding.domain is None else (float(binding.domain[0]), float(binding.domain[1]))
    if isinstance(binding, schema.BeeswarmLayout):
        column, made = binding.value, Scale(binding.scale, domain)
    else:
        column = binding.column
        made = Scale(
            kind=binding.scale,
            domain=domain,
            range=(float(binding.range[0]), float(binding.range[1])),
            ramp=tuple(binding.ramp) if binding.ramp else None,
            order=tuple(binding.order) if binding.order else None,
            missing=binding.missing,
            cuts=tuple(map(float, binding.cuts)) if binding.cuts else None,
            steps=binding.steps,
        )
    return made.fitted(table.column(column), table.missing.get(column))


def told_of(binding: schema.Binding, table: Columns) -> dict[str, Any]:
    """A binding's scale in plain values."""
    scale = scale_of(binding, table)
    made: dict[str, Any] = {"scale": scale.kind, "domain": scale.domain}
    made |= {"ramp": scale.ramp} if scale.ramp else {"range": scale.range}
    made |= {"order": scale.order, "cuts": scale.cuts, "missing": scale.missing}
    return {name: value for name, value in made.items() if value is not None}
