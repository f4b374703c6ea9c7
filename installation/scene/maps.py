"""The map that a scene file asks for: the whole world, a stated region, or the extent of the data. Pure numpy.

An extent is taken from all rows of all years, so that the map stays while years pass. Called by what places marks, flows and
cracks when a layer is built, and by the checks; never in a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from installation.data.projections import Map, extent
from installation.scene.layouts import MapLayout

AnyLayout = TypeVar("AnyLayout")


def settled(layout: AnyLayout, arrays: Mapping[str, NDArray[Any]], *ends: tuple[str | None, str | None]) -> AnyLayout:
    """The layout with the region that its data cover, where it wants that; without any place it is the world.

    `ends` are the columns of longitude and latitude: one pair for marks, two for flows.
    """
    if not isinstance(layout, MapLayout) or not layout.fit:
        return layout
    known = [(arrays[lon], arrays[lat]) for lon, lat in ends if lon is not None and lat is not None]
    found = extent(*(np.concatenate([pair[side] for pair in known]) for side in (0, 1))) if known else None
    return layout.model_copy(update={"fit": False, "region": found})


def map_of(layout: MapLayout) -> Map:
    """A settled layout's map."""
    if layout.region is None:
        return Map(layout.projection or "equal-earth", float(layout.centre_lon))
    west, south, east, north = (float(side) for side in layout.region)
    return Map.of((west, south, east, north), layout.projection or "equirectangular")
