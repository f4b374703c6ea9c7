"""Where the marks of a layer stand: a layout of the scene file, applied to the rows of a table. Pure numpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.data import layouts
from installation.scene import schema

UNSIZED = 0.03
"""Diameter, in canvas heights, of a mark whose size nothing drives."""


@dataclass(frozen=True)
class Places:
    """For each row, all (n,) float32: x, y (0..1 of the canvas), angle (radians), width and height (canvas heights) that a
    size of 1 stands for, kind (0 incisor to 3 molar), upper (1 or 0). `neutral` is the size of a mark that none is bound to.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    angle: NDArray[np.float32]
    width: NDArray[np.float32]
    height: NDArray[np.float32]
    kind: NDArray[np.float32]
    upper: NDArray[np.float32]
    neutral: float


def place(layout: Any, columns: Mapping[str, NDArray[Any]], count: int, aspect: float) -> Places:
    """Places `count` rows. Rows without a position stand outside the canvas, and are not seen."""
    if isinstance(layout, schema.ArchLayout):
        teeth = layouts.arch(
            columns[layout.tooth],
            _pair(layout.centre),
            float(layout.width),
            float(layout.height),
            float(layout.gap),
            aspect,
        )
        return Places(
            teeth.x,
            teeth.y,
            teeth.angle,
            teeth.width,
            teeth.height,
            teeth.kind.astype(np.float32),
            teeth.upper.astype(np.float32),
            1.0,
        )
    left, bottom, width, height = (float(side) for side in layout.area)
    area = (left, bottom, width, height)
    if isinstance(layout, schema.GridLayout):
        points = layouts.grid(count, layout.columns, area)
    elif isinstance(layout, schema.MapLayout):
        lon, lat = columns[layout.lon], columns[layout.lat]
        points = layouts.project(lon, lat, layout.projection, float(layout.centre_lon), area, aspect)
    else:
        points = layouts.columns(columns[layout.x], columns[layout.y], area)
    points = np.where(np.isfinite(points), points, np.float32(-9.0)).astype(np.float32)
    one, zero = np.ones(count, np.float32), np.zeros(count, np.float32)
    return Places(points[:, 0], points[:, 1], zero, one, one, zero, zero, UNSIZED)


def _pair(point: tuple[float, float]) -> tuple[float, float]:
    return float(point[0]), float(point[1])
