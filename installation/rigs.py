"""The cameras that can be calibrated: each with the slot through which it is told, and what is known of its place. Also what an
operator's numbers mean. For `calibration`, and for `play`, which makes them before the cameras are opened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from installation.errors import CommandError, Problem
from installation.geometry import Kept
from installation.inputs import latency
from installation.inputs.joined import joined_size, size_of
from installation.inputs.light_slot import LightSlot
from installation.inputs.mapping import CORNERS, WHOLE, Mapping, Pair
from installation.inputs.sense import HEIGHT, WIDTH
from installation.inputs.sources import is_live
from installation.scene.schema import SiteFile

CameraStatus: TypeAlias = Callable[[str], dict[str, Any]]
"""How a camera is, by its name."""


@dataclass
class Rig:
    """A camera as it is mounted: its name, the slot through which it is told, and what is known of its place."""

    name: str
    slot: LightSlot
    infrared: bool = False
    part: tuple[float, float, float, float] = WHOLE
    kept: Kept = field(default_factory=Kept)
    mapping: Mapping | None = None


@dataclass
class Step:
    """What the wall shows now: the mode, for which camera, since when (`clock.now()`), and the task's number."""

    mode: str
    rig: Rig
    began: float
    number: int
    ends: float | None = None


def rigs_of(site: SiteFile, problems: list[Problem]) -> list[Rig]:
    """The site's cameras with a slot each, in the site's order; a problem is added where no memory can be had for them."""
    eyes = site.eyes
    sizes = [(WIDTH, HEIGHT)]
    if len(eyes) > 1 or eyes[0].part != WHOLE:
        whole = joined_size([eye.part for eye in eyes])
        sizes = [size_of(eye.part, whole) for eye in eyes]
    called = names(site)
    made: list[Rig] = []
    try:
        for name, eye, size in zip(called, eyes, sizes, strict=True):
            made.append(Rig(name, LightSlot.create(*size), eye.infrared, eye.part))
    except OSError as error:
        problems.append(Problem(f"the cameras can't be calibrated: no memory ({error.strerror})"))
        for rig in made:
            rig.slot.close()
        return []
    return made


def names(site: SiteFile) -> list[str]:
    """What each camera is called, by the status, by an operator, and in the file that keeps its calibration: as the site file
    says, else by its place in it. Never by its source, so that another device in the same place goes on as it was; and a source
    may hold a password."""
    if len(site.eyes) == 1:
        return [site.eyes[0].name or "camera"]
    called = [eye.name or f"camera-{number}" for number, eye in enumerate(site.eyes, 1)]
    return called if len(set(called)) == len(called) else [f"camera-{number}" for number, _ in enumerate(called, 1)]


def told(rig: Rig, width: int) -> dict[str, object]:
    """What is known of a camera, for the status. `width`: the canvas's, pixels."""
    return {
        "camera": rig.name,
        "mapping": rig.mapping.words(width) if rig.mapping else "none: the picture fills the canvas",
        "corners": [round(float(c), 4) for c in rig.mapping.to_camera(CORNERS).ravel()] if rig.mapping else [],
        "latency_ms": None if rig.kept.latency is None else round(1000 * rig.kept.latency, 1),
        "spread_ms": round(1000 * rig.kept.spread, 1),
        "own_light": "infrared" if rig.infrared else "taken out" if rig.mapping else "not mapped",
    }


def one_of(status: Callable[[], dict[str, Any]], name: str) -> dict[str, Any]:
    """How one camera is, of the status of all that there are."""
    told = status()
    return dict(told.get("cameras", {}).get(name, told))


def blind(name: str, camera: dict[str, Any]) -> Problem | None:
    """Why a camera can't look at the wall now, by its status; None where it can. What is made up or played back sees no wall;
    what counts is what the camera's own process says of its pictures."""
    state, source = str(camera.get("state")), str(camera.get("source"))
    wanted, why = str(camera.get("wanted")), str(camera.get("problem") or "")
    hint = 'name one in the site file: camera: {source: "device:NAME"}, as installation list cameras tells it'
    if state == "none":
        return Problem(f"{name} is no camera (source: none)", hint=hint)
    if state == "opening":
        return Problem(f"{name} has not opened yet", hint="say it again in a few seconds")
    if state != "live":
        made_up = "; a made-up visitor stands in" if state == "fallback" else ""
        return Problem(
            f"{name} gives no pictures{f' ({why})' if why else ''}{made_up}", hint="look at the camera first"
        )
    if source.partition(":")[0] == "synthetic":
        return Problem(f"{name} is no camera: its visitor is made up (synthetic), and sees no wall", hint=hint)
    if wanted.partition(":")[0] not in ("auto", "synthetic") and not is_live(wanted):
        return Problem(f"{name} is no camera: it plays {wanted}, and sees no wall", hint=hint)
    return None


def patch_of(part: Sequence[float]) -> tuple[float, float, float, float]:
    """Where the patch of light lies on the canvas for a camera that covers a part of it: its middle and its size."""
    (left, bottom, width, height), (x, y, wide, high) = part, latency.PATCH
    return left + x * width, bottom + y * height, wide * width, high * height


def pairs_of(values: Sequence[object]) -> list[Pair]:
    """What `/calibrate/corners` was given: the canvas's corners in the camera's picture, or pairs. Raises CommandError."""
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) == len(values) == 8:
        return [(numbers[2 * i], numbers[2 * i + 1], *corner) for i, corner in enumerate(CORNERS)]
    if len(numbers) != len(values) or len(numbers) < 16 or len(numbers) % 4:
        raise CommandError(
            "/calibrate/corners: eight numbers were expected, or sixteen and more by fours",
            hint="X Y in the camera's picture of bottom left, bottom right, top right, top left; 0 to 1, y up",
        )
    return [(a, b, c, d) for a, b, c, d in zip(*[iter(numbers)] * 4, strict=True)]
