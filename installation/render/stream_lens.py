"""Which stream a visitor stands on: the greatest of those that pass under their silhouette.

Looks a few times a second, since a sample of a path costs as much as a pixel, and stays with a stream long enough to be read.
Owned by a scene's telling, one for each flows layer that a text tells of; asked in the frame.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.data.tables import Columns
from installation.render.layers.flows import FlowsView
from installation.render.moment import Moment
from installation.scene import schema

EVERY = 0.25
"""Seconds between two looks."""
STAYS = 2.5
"""Seconds that a stream is told of at least, once it is."""
OPENS, CLOSES = 3.0, 0.8
"""Of the amount, in a second."""


class StreamLens:
    """Remembers the stream that is told of, for how long, and how far its words have come."""

    def __init__(self, layer: schema.FlowsLayer, table: Columns, view: FlowsView) -> None:
        self.view = view
        paths = view.paths
        self._rows = view.streams.rows.first[view.streams.key]
        self._values = np.asarray(table.column(layer.value), np.float64)[self._rows]
        self._points = np.asarray(paths.points, np.float32)
        self._told = -1
        self._wanted = False
        self._amount = 0.0
        self._looked = self._since = -1e9
        self._last = 0.0

    def look(self, moment: Moment) -> tuple[int, float] | None:
        """The row of the table behind the stream and how far its words have come, 0..1; None while nobody stands on one."""
        seconds = moment.seconds
        if seconds < self._last:  # the scene has been entered anew
            self._looked = self._since = -1e9
        step, self._last = max(seconds - self._last, 0.0), seconds
        if seconds - self._looked >= EVERY:
            self._looked = seconds
            self._choose(moment.sensed.mask if moment.sensed.presence > 0 else None, seconds)
        rate = OPENS if self._wanted else -CLOSES
        self._amount = min(max(self._amount + rate * step, 0.0), 1.0)
        if self._amount <= 0.0 or self._told < 0:
            return None
        return self._row(), self._amount

    def _row(self) -> int:
        """Of the rows of the stream that is told, the one of the year nearest to what is shown: as marks tell it."""
        streams = self.view.streams
        rows = streams.rows
        own = np.flatnonzero((rows.key == streams.key[self._told]) & rows.timed)
        if not own.size:
            return int(self._rows[self._told])
        return int(own[np.abs(rows.times[rows.time[own]] - self.view.moment).argmin()])

    def _choose(self, mask: NDArray[np.uint8] | None, seconds: float) -> None:
        there = np.zeros(0, np.intp)
        if mask is not None and len(self._points):
            high, wide = mask.shape
            column = np.clip((self._points[..., 0] * wide).astype(np.int32), 0, wide - 1)
            row = np.clip((self._points[..., 1] * high).astype(np.int32), 0, high - 1)
            there = np.flatnonzero((mask[row, column] > 127).any(axis=1) & (self.view.counts > 0))
        if self._told >= 0 and self._amount > 0 and (self._told in there or seconds - self._since < STAYS):
            self._wanted = True
            if self._told in there and self._values[there].max() < 2 * self._values[self._told]:
                return
            if seconds - self._since < STAYS:
                return
        self._wanted = bool(there.size)
        if there.size:
            best = int(there[np.argmax(self._values[there])])
            if best != self._told:
                self._told, self._since, self._amount = best, seconds, 0.0
