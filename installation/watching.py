"""The cameras of a site: opens them as its file says, live or for rendering. Called by the verbs that play and render.

What is wrong with a camera is in its status while the show plays on; `problems` says beforehand what can be said
without opening anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from installation.errors import Problem
from installation.inputs.camera import Camera, OfflineCamera
from installation.inputs.joined import WHOLE, Eye, Joined, joined_size, size_of
from installation.inputs.light_slot import LightSlot
from installation.inputs.sense import HEIGHT, WIDTH
from installation.inputs.settings import Settings
from installation.inputs.sources import absent
from installation.rigs import names
from installation.scene.schema import CameraSite, SiteFile


def open_cameras(site: SiteFile, lights: Sequence[LightSlot | None] = ()) -> Camera | Joined:
    """The site's live cameras, not started. `lights`: a slot for each, if they can be calibrated."""
    eyes, slots = site.eyes, list(lights) or [None] * len(site.eyes)
    if len(eyes) == 1 and eyes[0].part == WHOLE:
        return _live(eyes[0], WIDTH, HEIGHT, slots[0])
    whole = joined_size([eye.part for eye in eyes])
    named: list[tuple[str, tuple[float, float, float, float], Eye]] = [
        (name, eye.part, _live(eye, *size_of(eye.part, whole), slot))
        for name, eye, slot in zip(names(site), eyes, slots, strict=True)
    ]
    return Joined(named, whole)


def offline_cameras(site: SiteFile, seed: int = 0) -> OfflineCamera | Joined:
    """The site's cameras for rendering; what is live is the synthetic visitor then. Raises DeviceError."""
    eyes = site.eyes
    if len(eyes) == 1 and eyes[0].part == WHOLE:
        return OfflineCamera(eyes[0].source, seed=seed, mirror=eyes[0].mirror, faces=eyes[0].faces)
    whole = joined_size([eye.part for eye in eyes])
    named: list[tuple[str, tuple[float, float, float, float], Eye]] = []
    for number, (name, eye) in enumerate(zip(names(site), eyes, strict=True)):
        width, height = size_of(eye.part, whole)
        camera = OfflineCamera(
            eye.source, seed=seed + number, mirror=eye.mirror, width=width, height=height, faces=eye.faces
        )
        named.append((name, eye.part, camera))
    return Joined(named, whole)


def problems(site: SiteFile) -> list[Problem]:
    """Cameras of the site that certainly aren't there, each with what to write instead; the show plays all the same."""
    found = []
    for name, eye in zip(names(site), site.eyes, strict=True):
        error = absent(eye.source)
        if error is not None:
            first = error.problems[0]
            stand_in = "the synthetic visitor plays" if eye.fallback == "synthetic" else "nobody is sensed"
            found.append(Problem(f"{name}: {first.message}; {stand_in} meanwhile", first.where, first.hint))
    return found


def _live(eye: CameraSite, width: int, height: int, light: LightSlot | None) -> Camera:
    return Camera(
        eye.source,
        eye.fallback,
        eye.mirror,
        width=width,
        height=height,
        settings=settings_of(eye),
        ceiling=eye.memory,
        recycle=eye.renew * 3600,
        light=light,
        faces=eye.faces,
    )


def settings_of(eye: CameraSite) -> Settings:
    """What is asked of the camera itself."""
    width, height = eye.size or (0, 0)
    return Settings(
        fourcc=(eye.format or "").upper(),
        width=width,
        height=height,
        fps=eye.fps or 0.0,
        exposure=eye.exposure,
        white_balance=eye.white_balance,
        controls=dict(eye.controls),
    )
