"""From the words of a site file to surfaces and plans. Must never guess: what no projector can throw is refused with its place.

Called by `projecting` and `drawer`, and by whoever draws a site without a device of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from installation.errors import OutputError
from installation.outputs.cube import Cube
from installation.outputs.stage import checked_region
from installation.outputs.surfaces import Laid, Plan, tint_of
from installation.outputs.warp import Cylinder, Warp
from installation.scene.output_site import Output, Surface


def name_of(output: Output, number: int) -> str:
    """What an output is called: by its number, from 1, unless the site says otherwise."""
    return output.name or str(number + 1)


def laid(surface: Surface, number: int) -> Laid:
    """A surface as the site file has it. Raises OutputError."""
    cylinder = surface.cylinder
    shape = Cylinder(cylinder.arc, cylinder.distance, cylinder.inside) if cylinder else None
    warp = Warp(surface.corners, shape)
    if surface.points is not None:
        if len({len(row) for row in surface.points}) != 1:
            raise OutputError(
                "the rows of a grid's points are not equally long", hint="each has one more than it has columns"
            )
        warp = Warp(surface.corners, shape, np.array(surface.points, np.float64), surface.warp)
    elif surface.splits != (1, 1) or surface.warp != "linear":
        warp = warp.split(*surface.splits, surface.warp)
    return Laid(surface.name or str(number + 1), checked_region(surface.region), warp, surface.wall)


def surfaces_of(output: Output, number: int) -> list[Laid]:
    """All of an output. Raises OutputError for one that no projector can throw, with its number."""
    found = []
    for index, surface in enumerate(output.surfaces):
        try:
            found.append(laid(surface, index))
        except OutputError as error:
            problem = error.problems[0]
            what = f"output {name_of(output, number)}, surface {surface.name or index + 1}: {problem.message}"
            raise OutputError(what, hint=problem.hint) from None
    return found


def planned(
    output: Output,
    number: int,
    size: tuple[int, int],
    surfaces: Iterable[Laid],
    masks: NDArray[np.float64] | None = None,
    cube: Cube | None = None,
) -> Plan:
    """An output as it is drawn: `size` pixels, its surfaces where they lie now."""
    tint = tint_of(output.gain, output.white)
    return Plan(name_of(output, number), size, tuple(surfaces), masks, output.gamma, tint, output.black, cube)
