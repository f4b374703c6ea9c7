"""Outputs that are no displays: films, virtual cameras and NDI. Opened once, drawn like a window's picture.

An output that shows the whole canvas takes it as it is; any other is drawn in its own pixels first. What can't be opened is told,
and the show plays without it. Called by `play`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from installation.align.planned import name_of
from installation.align.projecting import Projecting
from installation.clock import FrameTime
from installation.errors import InstallationError, Problem
from installation.gpu.device import Device
from installation.gpu.textures import Target
from installation.outputs.recording import Recording
from installation.outputs.sending import ndi, virtual_camera
from installation.scene.output_site import Output
from installation.scene.sites import SiteFile

FILM_FPS = 30.0


class Taker(Protocol):
    """What takes pictures on their way out."""

    def show(self, canvas: Target, frame: FrameTime) -> None: ...

    def status(self) -> dict[str, object]: ...

    def close(self) -> None: ...


def open_devices(
    device: Device,
    site: SiteFile,
    site_path: Path | None,
    projecting: Projecting,
    tell: Callable[[Problem], None],
) -> list[Taken]:
    """All outputs of a site that are no displays; those that can't be opened are told and left out."""
    found = []
    for number, output in enumerate(site.outputs):
        if output.device == "display":
            continue
        name = name_of(output, number)
        try:
            found.append(Taken(device, projecting, name, _taker(device, output, name, site_path, tell)))
        except InstallationError as error:
            for problem in error.problems:
                tell(Problem(f"output {name}: {problem.message}", problem.where, problem.hint))
    return found


def _taker(device: Device, output: Output, name: str, site_path: Path | None, tell: Callable[[Problem], None]) -> Taker:
    """Raises InstallationError."""
    fps = output.fps or FILM_FPS
    if output.virtual_camera is not None:
        return virtual_camera(device, output.virtual_camera, output.size, fps, tell)
    if output.ndi is not None:
        return ndi(device, output.ndi, output.size, fps, tell)
    folder = site_path.parent if site_path else Path()
    return Recording(device, folder / (output.record or "film.mp4"), output.size, fps, tell=tell)


class Taken:
    """One of them. Remembers the pixels that it is drawn in, where the canvas alone won't do."""

    def __init__(self, device: Device, projecting: Projecting, name: str, taker: Taker) -> None:
        self._device, self._projecting, self.name, self.taker = device, projecting, name, taker
        self._own: Target | None = None

    def show(self, canvas: Target, frame: FrameTime) -> None:
        """Hands the canvas on, laid on the output's surfaces."""
        if self._projecting.direct(self.name):
            self.taker.show(canvas, frame)
            return
        size = self._projecting.alignment.sizes[self.name]
        if self._own is None or (self._own.width, self._own.height) != size:
            if self._own is not None:
                self._own.close()
            self._own = Target(self._device, *size, "rgba8")
        self._own.bind()
        self._device.clear(0.0, 0.0, 0.0, 1.0)
        self._projecting.draw(self.name, canvas, 0, 0, *size)
        self.taker.show(self._own, frame)

    def status(self) -> list[dict[str, object]]:
        return [{"name": self.name, **self.taker.status()}]

    def close(self) -> None:
        self.taker.close()
        if self._own is not None:
            self._own.close()
