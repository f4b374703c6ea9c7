"""Checks that what data place and drive can be seen: areas on the canvas, maps with room for their places, domains with values.

A show that would load and show nothing is refused as one that can't load: on a wall nobody could tell it from a fault. Called
by the checks of marks, flows and cracks; loads no GL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from installation.scene.findings import Findings
from installation.scene.layouts import Area, MapLayout
from installation.scene.source import Steps

if TYPE_CHECKING:
    from installation.data.tables import Columns

LARGEST = 1.5
"""Widest and highest area, in canvases: one that is larger was meant as left, bottom, right, top, or as pixels."""
ONE_POINT = 0.01
"""Of the canvas: places that all lie within so little are one point to whoever looks."""


def check_area(area: Area, steps: Steps, findings: Findings) -> None:
    """Says when nothing of an area lies on the canvas, and when it is far larger."""
    left, bottom, width, height = (float(side) for side in area)
    right, top = left + width, bottom + height
    if width <= 0 or height <= 0:
        message = f"an area {width:g} wide and {height:g} high has no room"
    elif right <= 0 or top <= 0 or left >= 1 or bottom >= 1:
        message = f"an area from {left:g} to {right:g} across and {bottom:g} to {top:g} up lies beside the canvas"
    elif width > LARGEST or height > LARGEST:
        message = f"an area {width:g} canvases wide and {height:g} high: most of it would not be seen"
    else:
        return
    hint = "x, y, width, height, in parts of the canvas from the lower left: [0.05, 0.05, 0.9, 0.9]"
    if 0 <= left < width <= 1 and 0 <= bottom < height <= 1:  # left, bottom, right, top
        hint = f"x, y, width, height: [{left:g}, {bottom:g}, {width - left:g}, {height - bottom:g}]"
    findings.value(steps, message, hint)


def check_map(
    layout: MapLayout, columns: Columns, ends: tuple[tuple[str, str], ...], steps: Steps, findings: Findings
) -> None:
    """Says what of a map's region can't be, and when all its places fall on one point of the canvas, or beside it.

    `ends` are the columns of longitude and latitude, which hold numbers.
    """
    import numpy as np  # a show without tables is checked without numpy

    from installation.data.projections import extent
    from installation.scene.maps import map_of, settled

    if layout.region is not None:
        _, south, _, north = layout.region
        if layout.fit:
            findings.key((*steps, "fit"), "a region is stated and is to be found as well", "leave out one of them")
        if not -90 <= south < north <= 90:
            message = f"a region from {south:g} south to {north:g} north"
            hint = "west, south, east, north in degrees: [13.1, 52.3, 13.8, 52.7] is Berlin"
            findings.value((*steps, "region"), message, hint)
            return
    if (layout.region is not None or layout.fit) and "centre_lon" in layout.model_fields_set:
        findings.key((*steps, "centre_lon"), "a region's middle is its own", "leave out centre_lon")
    lon, lat = (np.concatenate([columns.arrays[end[side]] for end in ends]) for side in (0, 1))
    known = np.isfinite(lon) & np.isfinite(lat)
    lon, lat = lon[known], lat[known]
    places = len(np.unique(np.stack([lon, lat]), axis=1).T)
    region = extent(lon, lat)
    if region is None:
        return
    found = map_of(settled(layout, columns.arrays, *ends)).place(lon, lat, _area(layout.area))
    digits = max(1, 1 - int(np.floor(np.log10(min(region[3] - region[1], 1.0)))))
    hint = f"region: [{', '.join(f'{side:.{digits}f}' for side in region)}] holds them all; so does fit: true"
    who = f"{places:,} places" if places > 1 else "the one place"
    beside = ~((found >= 0) & (found <= 1)).all(axis=1)
    if layout.region is not None and beside.all():
        findings.value((*steps, "region"), f"{who} lie{'s' * (places < 2)} outside of it: nothing would be seen", hint)
        return
    across, up = (float(side) for side in np.ptp(found, axis=0))
    if places > 1 and max(across, up) < ONE_POINT:
        message = f"all {who} fall on one point: within {100 * max(across, up):.2g} % of the canvas"
        findings.key((*steps, "kind") if layout.region is None else (*steps, "region"), message, hint)


def check_domain(
    domain: tuple[float, float] | None, columns: Columns, column: str, steps: Steps, findings: Findings
) -> None:
    """Says when no value lies in a stated domain: all would be held at one of its ends, and look alike."""
    if domain is None:
        return
    values = columns.arrays[column][~columns.missing[column]]
    low, high = min(domain), max(domain)
    if values.size and not ((values >= low) & (values <= high)).any():
        all_of = f"{values.size:,} of {values.size:,} values lie" if values.size > 1 else "the one value lies"
        least, most = float(values.min()), float(values.max())
        message = f"{all_of} outside of domain [{domain[0]:g}, {domain[1]:g}] (they are {least:g} to {most:g})"
        findings.value(steps, message, f"domain: [{min(least, 0.0):g}, {most:g}], or leave it out: from the data")


def _area(area: Area) -> tuple[float, float, float, float]:
    left, bottom, width, height = (float(side) for side in area)
    return left, bottom, width, height
