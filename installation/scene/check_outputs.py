"""What of a site's outputs can't be meant, beyond what their forms say: names twice, two devices, regions off the canvas.

Shapes that no projector can throw are found by `outputs.surfaces`, which knows geometry. Called by `load`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from installation.scene.fields import on_canvas
from installation.scene.opening import clock
from installation.scene.sites import SiteFile

Tell: TypeAlias = Callable[[tuple[str | int, ...], str, str], None]
"""Takes where (steps in the file), what, and what to try."""


def check_outputs(site: SiteFile, tell: Tell) -> None:
    """Tells every problem of a site's outputs."""
    called: dict[str, int] = {}
    hosts: dict[tuple[str, int], str] = {}
    walls = {wall.name for wall in site.room.walls}
    for i, output in enumerate(site.outputs):
        name = output.name or str(i + 1)
        if name in called:
            what = f'output {called[name] + 1} is called "{name}" already'
            taken = {one.name or str(n) for n, one in enumerate(site.outputs, 1)}
            free = next(
                one
                for one in ("left", "right", "middle", *(f"{name[:29]}_{n}" for n in range(2, 99)))
                if one not in taken
            )
            tell(("outputs", i), what, f"give each output another name: name: {free}")
        called.setdefault(name, i)
        given = [key for key in ("display", "record", "virtual_camera", "ndi") if getattr(output, key) is not None]
        if len(given) > 1:
            tell(
                ("outputs", i, given[1]),
                f"an output goes to one device, and this one has {' and '.join(given)}",
                "make two outputs",
            )
        for key in ("codec", "quality"):
            if output.record is None and key in output.model_fields_set:
                tell(("outputs", i, key), f"only a film has a {key}", "record: FILE.mp4 makes this output a film")
        if output.device != "display" and output.pjlink is not None:
            tell(("outputs", i, "pjlink"), "only a display's projector is switched on and off", "leave pjlink out")
        if output.pjlink is not None:
            other = hosts.setdefault((output.pjlink.host.lower(), output.pjlink.port), name)
            if other != name:
                what = f'{output.pjlink.host} is the projector of output "{other}" already'
                tell(("outputs", i, "pjlink", "host"), what, "each projector has an address of its own")
        surfaces: dict[str, int] = {}
        for j, surface in enumerate(output.surfaces):
            steps = ("outputs", i, "surfaces", j)
            if not on_canvas(surface.region):
                tell((*steps, "region"), "a region lies inside the canvas", "x, y, width, height, each from 0 to 1")
            own = surface.name or str(j + 1)
            if own in surfaces:
                tell(steps, f'two surfaces of this output are called "{own}"', "give each another name")
            surfaces[own] = j
            if surface.wall and walls and surface.wall not in walls:
                tell(
                    (*steps, "wall"),
                    f'the room has no wall "{surface.wall}"',
                    f"room: walls: has {', '.join(sorted(walls))}",
                )
        for j, mask in enumerate(output.masks):
            if (mask.polygon is None) == (mask.picture is None):
                tell(
                    ("outputs", i, "masks", j),
                    "a mask is a polygon or a picture",
                    "polygon: [[x, y], ...] or picture: FILE",
                )
    for i, hours in enumerate(site.opening):
        if clock(hours.opens) == clock(hours.closes):
            tell(("opening", i, "closes"), "it opens and closes at the same time", "open all day: 00:00 to 23:59")
