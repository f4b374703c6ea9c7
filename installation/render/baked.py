"""All of a flows layer that needs no graphics device, which is nearly all of its making: made ahead in a thread.

The paths themselves are kept in the cache by a checksum (`data.kept`), so that a second start finds them. Called by the flows
layer, and by the repertoire for scenes to come.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.data.tables import Columns
from installation.render.particles import Counter
from installation.render.streams import Streams, streams_of
from installation.render.threads import bake_ends, bake_threads
from installation.scene import schema

log = logging.getLogger(__name__)

MADE_FROM = {
    *("table", "key", "time", "origin", "destination", "value", "hidden", "unit", "group", "order", "colors"),
    *("layout", "paths", "bundle", "bind"),
}
"""The keys of a layer that it is made from."""
MOST_GLOWS = 40
"""So many moments have light at the ends of their own; between them it is blended."""
TOLD = 1000
"""So many streams take so long to bundle that it is told how far that is."""

SMALL = {"sankey": 0.4, "roots": 0.35}
"""How far light reaches around ends where many stand close, of what it does on a map."""

Ends = tuple[NDArray[np.uint8], NDArray[np.uint8]]


@dataclass(frozen=True, eq=False)
class Baked:
    """What is made, and what it was made from. `ends` are the light at sources and at sinks, at moments from the first to the
    last. For one view: `counter` is written to."""

    made_from: str
    table: Columns
    size: tuple[int, int]
    seed: int
    streams: Streams
    threads: NDArray[np.uint8]
    arrivals: NDArray[np.uint8]
    ends: tuple[Ends, ...]
    counter: Counter | None

    def fits(self, spec: schema.FlowsLayer, table: Columns, size: tuple[int, int], seed: int) -> bool:
        """Whether it was made from just these: the very same rows, kept here so that no others can be taken for them."""
        same = self.table is table and (self.size, self.seed) == (size, seed)
        return same and self.made_from == spec.model_dump_json(include=MADE_FROM)


def bake(spec: schema.FlowsLayer, table: Columns, size: tuple[int, int], seed: int, software: bool) -> Baked:
    """Bundles, threads and counting tables of a layer. Takes up to seconds. Raises DataError for what can't be laid out."""
    width, height = size
    streams = streams_of(spec, table, width / height, seed, _Told(spec.name, table.count))
    paths = streams.paths
    counter = Counter(paths, width, height) if software else None
    small = SMALL.get(spec.paths.kind, 1.0)
    ends: tuple[Ends, ...] = (bake_ends(paths, width, height, small=small),)
    if streams.moves:
        times = streams.whole.times
        moments = np.interp(np.linspace(0, 1, min(len(times), MOST_GLOWS)), np.linspace(0, 1, len(times)), times)
        most = streams.at_most
        ends = tuple(bake_ends(paths, width, height, streams.at(float(moment)), most, small) for moment in moments)
    made_from = spec.model_dump_json(include=MADE_FROM)
    return Baked(made_from, table, size, seed, streams, *bake_threads(paths, width, height), ends, counter)


class _Told:
    """Tells in the log how far the bundling of many streams is, at each quarter."""

    def __init__(self, layer: str, count: int) -> None:
        self._layer, self._count, self._quarter = layer, count, -1

    def __call__(self, done: float) -> None:
        quarter = int(done * 4)
        if self._count >= TOLD and quarter > self._quarter:
            self._quarter = quarter
            log.info("%s: bundling %s streams, %d %%", self._layer, f"{self._count:,}", quarter * 25)
