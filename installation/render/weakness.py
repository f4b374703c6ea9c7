"""Where a surface gives way first: the places and values of a table, as a small picture that the reveal's shader reads.

Pure numpy; made when a scene is built, never in a frame.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.data.tables import Columns
from installation.render.places import place
from installation.scene.cracks import Cracks
from installation.scene.layouts import MapLayout
from installation.scene.maps import settled

WIDTH, HEIGHT = 160, 90


def weakness(cracks: Cracks, table: Columns, aspect: float) -> NDArray[np.uint8]:
    """(90, 160) uint8 over the whole canvas, row 0 the bottom row: 0 firm, 255 gives way first.

    Around each place its share of the domain, falling off as a bell `reach` wide; where bells meet, the higher one counts,
    so that many small values never look like a great one. A missing value, or a place that has no position, is nothing.
    """
    layout = cracks.layout
    if isinstance(layout, MapLayout):
        layout = settled(layout, table.arrays, (layout.lon, layout.lat))
    places = place(layout, table.arrays, table.count, aspect)
    x, y = np.asarray(places.x, np.float64), np.asarray(places.y, np.float64)
    values = np.asarray(table.arrays[cracks.value], np.float64)
    seen = np.isfinite(values) & ~table.missing[cracks.value] & (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)
    peaks = np.zeros((HEIGHT, WIDTH))
    if seen.any():
        low, high = cracks.domain or (0.0, float(values[seen].max()))
        share = np.clip((values[seen] - low) / (high - low), 0.0, 1.0) if high > low else np.zeros(int(seen.sum()))
        column = np.minimum((x[seen] * WIDTH).astype(int), WIDTH - 1)
        row = np.minimum((y[seen] * HEIGHT).astype(int), HEIGHT - 1)
        np.maximum.at(peaks, (row, column), share)
    # The highest bell can be found along one side and then along the other: a bell is the product of two.
    across = _bell(WIDTH, aspect / WIDTH, float(cracks.reach))
    upright = _bell(HEIGHT, 1.0 / HEIGHT, float(cracks.reach))
    peaks = np.stack([(peaks * across[at]).max(axis=1) for at in range(WIDTH)], axis=1)
    peaks = np.stack([(peaks * upright[at][:, None]).max(axis=0) for at in range(HEIGHT)], axis=0)
    return np.rint(peaks * 255).astype(np.uint8)


def _bell(count: int, step: float, reach: float) -> NDArray[np.float64]:
    """(count, count): how much of a peak at one pixel is left at another. `step` and `reach` in canvas heights."""
    away = (np.arange(count)[:, None] - np.arange(count)[None, :]) * step
    return np.asarray(np.exp(-0.5 * (away / (0.6 * reach)) ** 2))
