"""The scale that a binding of a scene file asks for, fitted to all rows of its table, so that years compare."""

from __future__ import annotations

from typing import Any

import numpy as np

from installation.data.scales import Scale
from installation.data.tables import Columns
from installation.scene import schema

LARGEST = {"size": 1.0, "width": 0.03}
"""What the greatest value becomes where no range is stated: a mark as large as its layout has room for (`render.places`), a
stream 0.03 canvas heights wide."""
RANGES = {"speed": (0.5, 1.5)}
"""What else the ends of a domain become where no range is stated, if not 0 and 1: no stream stands still."""
SMALLEST = 1 / 3
"""Of the largest: what the least becomes where sizes aren't in proportion from 0, so that it can be seen."""


def scale_of(binding: schema.Binding | schema.BeeswarmLayout, table: Columns, attribute: str = "") -> Scale:
    """A binding's scale; what it doesn't state comes from all rows, and from what it drives. Raises DataError for one that
    can't work."""
    domain = None if binding.domain is None else (float(binding.domain[0]), float(binding.domain[1]))
    if isinstance(binding, schema.BeeswarmLayout):
        column, made = binding.value, Scale(binding.scale, domain)
    else:
        column = binding.column
        if binding.range is not None:
            ends = (float(binding.range[0]), float(binding.range[1]))
        elif attribute in LARGEST:
            domain, ends = _sizes(binding.scale, domain, table, column, LARGEST[attribute])
        else:
            ends = RANGES.get(attribute, (0.0, 1.0))
        made = Scale(
            kind=binding.scale,
            domain=domain,
            range=ends,
            ramp=tuple(binding.ramp) if binding.ramp else None,
            order=tuple(binding.order) if binding.order else None,
            missing=binding.missing,
            cuts=tuple(map(float, binding.cuts)) if binding.cuts else None,
            steps=binding.steps,
        )
    return made.fitted(table.column(column), table.missing.get(column))


def _sizes(
    kind: schema.ScaleKind, domain: tuple[float, float] | None, table: Columns, column: str, largest: float
) -> tuple[tuple[float, float] | None, tuple[float, float]]:
    """The domain and range of sizes that state no range.

    Linear and sqrt begin at 0 where no value is below: twice the value is twice the length (linear) or the area (sqrt). All
    others begin at a third, since no size of theirs is a proportion.
    """
    if kind in ("linear", "sqrt"):
        if domain is None and table.is_number(column):
            values = table.column(column)
            most = float(values[np.isfinite(values)].max(initial=0.0))
            if most > 0 and not (values < 0).any():
                domain = (0.0, most)
        if domain is not None and domain[0] == 0:
            return domain, (0.0, largest)
    return domain, (SMALLEST * largest, largest)


def told_of(binding: schema.Binding, table: Columns, attribute: str = "") -> dict[str, Any]:
    """A binding's scale in plain values."""
    scale = scale_of(binding, table, attribute)
    made: dict[str, Any] = {"scale": scale.kind, "domain": scale.domain}
    made |= {"ramp": scale.ramp} if scale.ramp else {"range": scale.range}
    made |= {"order": scale.order, "cuts": scale.cuts, "missing": scale.missing}
    return {name: value for name, value in made.items() if value is not None}
