"""A map of a city: marks, flows and cracks lie on one map, that of all their years."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from installation.data.binding import Rows
from installation.data.tables import Columns, columns_of
from installation.render.places import Standing
from installation.render.streams import streams_of
from installation.render.weakness import weakness
from installation.scene import schema

ASPECT = 16 / 9
BERLIN = [13.1, 52.34, 13.76, 52.68]


def table(**columns: list[Any]) -> Columns:
    kinds = [(name, "VARCHAR" if isinstance(column[0], str) else "DOUBLE") for name, column in columns.items()]
    return columns_of(kinds, {name: np.ma.array(column) for name, column in columns.items()})


DISTRICTS = table(
    key=["a", "b", "c", "a", "b", "c"],
    year=[2000.0] * 3 + [2010.0] * 3,
    lon=[13.3, 13.4, 13.5, 13.3, 13.4, 13.6],
    lat=[52.45, 52.55, 52.5, 52.45, 52.55, 52.5],
    value=[1.0, 2.0, 3.0] * 2,
)


def stand(**layout: Any) -> Standing:
    rows = Rows.of(DISTRICTS.column("key"), DISTRICTS.column("year"))
    return Standing(schema.MapLayout(kind="map", **layout), DISTRICTS, rows, ASPECT)


def test_what_the_data_cover_is_taken_from_all_years_so_that_the_map_stays_while_they_pass() -> None:
    standing = stand(fit=True)
    first, last = standing.at(2000.0), standing.at(2010.0)
    assert first.x[:2] == pytest.approx(last.x[:2])
    assert last.x[2] > first.x[2]
    assert last.x[2] - first.x[0] > 0.2
    assert all(0 < side < 1 for at in (first, last) for side in (*at.x.tolist(), *at.y.tolist()))


def test_marks_flows_and_cracks_with_one_region_lie_on_one_map() -> None:
    marks = stand(region=BERLIN).at(2000.0)
    flows = table(o=["a"], d=["b"], ox=[13.3], oy=[52.45], dx=[13.4], dy=[52.55], value=[100.0])
    spec: dict[str, Any] = {
        "name": "f",
        "kind": "flows",
        "table": "t",
        "value": "value",
        "unit": 10,
        "unit_name": "ships",
    }
    ends = {"origin": {"id": "o", "x": "ox", "y": "oy"}, "destination": {"id": "d", "x": "dx", "y": "dy"}}
    layout = {"kind": "map", "region": BERLIN}
    for paths in ("bundled", "arcs"):
        layer = schema.FlowsLayer.model_validate({**spec, **ends, "layout": layout, "paths": {"kind": paths}})
        path = streams_of(layer, flows, ASPECT, 1).paths.points[0]
        assert path[0] == pytest.approx([marks.x[0], marks.y[0]], abs=1e-3)
        assert path[-1] == pytest.approx([marks.x[1], marks.y[1]], abs=1e-3)
    assert path[:, 1].max() > max(marks.y[:2]) + 0.02, "an arc over a city is lifted as one over the world"
    fitted = schema.FlowsLayer.model_validate({**spec, **ends, "layout": {"kind": "map", "fit": True}})
    path = streams_of(fitted, flows, ASPECT, 1).paths.points[0]
    assert np.linalg.norm(path[-1] - path[0]) > 0.5
    cracks = schema.Cracks.model_validate({"table": "t", "value": "value", "layout": layout, "reach": 0.02})
    weak = weakness(cracks, DISTRICTS, ASPECT)
    row, column = np.unravel_index(np.argmax(weak), weak.shape)
    assert [column / 160, row / 90] == pytest.approx([marks.x[2], marks.y[2]], abs=0.25)
    assert weak[int(marks.y[2] * 90), int(marks.x[2] * 160)] > 200
