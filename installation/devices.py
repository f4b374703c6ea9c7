"""Outputs that are no displays: films, virtual cameras and NDI. Opened once, drawn like a window's picture.

An output that shows the whole canvas takes it as it is; any other is drawn in its own pixels first. What can't be opened is told,
and the show plays without it. While the wall shows a camera's own picture they stand still, for the wall says that nothing is
kept: no camera's picture comes to a disk or into a network. Called by `play`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

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


class Taker(Protocol):
    """What takes pictures on their way out. `problem`: why it doesn't any more."""

    problem: Problem | None

    def show(self, canvas: Target, frame: FrameTime) -> None: ...

    def status(self) -> dict[str, object]: ...

    def close(self) -> None: ...


def open_devices(
    engine: Any,
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
            taker = _taker(engine.device, output, projecting.alignment.sizes[name], site_path)
            found.append(Taken(engine.device, projecting, name, taker, lambda: engine.wall.shows_camera))
        except InstallationError as error:
            for problem in error.problems:
                tell(Problem(f"output {name}: {problem.message}", problem.where, problem.hint))
    return found


def _taker(device: Device, output: Output, size: tuple[int, int], site_path: Path | None) -> Taker:
    """Its size is settled now: the governor may draw the canvas smaller when the first frame comes. Raises InstallationError."""
    size = output.size or (size[0] // 2 * 2, size[1] // 2 * 2)
    if output.virtual_camera is not None:
        return virtual_camera(device, output.virtual_camera, size, output.fps)
    if output.ndi is not None:
        return ndi(device, output.ndi, size, output.fps)
    folder = site_path.parent if site_path else Path()
    return Recording(device, folder / (output.record or "film.mp4"), size, output.fps, output.codec, output.quality)


class Taken:
    """One of them. Remembers the pixels that it is drawn in, where the canvas alone won't do."""

    def __init__(
        self,
        device: Device,
        projecting: Projecting,
        name: str,
        taker: Taker,
        shows_camera: Callable[[], bool] = lambda: False,
    ) -> None:
        self._device, self._projecting, self.name, self.taker = device, projecting, name, taker
        self._shows_camera = shows_camera
        self._own: Target | None = None
        small = Target(device, 8, 8, "rgba8")
        projecting.rehearse(name)
        small.close()

    def show(self, canvas: Target, frame: FrameTime) -> None:
        """Hands the canvas on, laid on the output's surfaces; nothing while it may show a camera's own picture."""
        if self._shows_camera():
            return
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

    def record(self, what: str, name: str | None) -> bool:
        """Begins a take of a film, or ends it; False where this is none. Raises OutputError for a name that can't be."""
        if not isinstance(self.taker, Recording):
            return False
        if what == "start":
            self.taker.start(name)
        else:
            self.taker.stop()
        return True

    @property
    def problems(self) -> list[Problem]:
        """What has gone wrong with it."""
        return [self.taker.problem] if self.taker.problem else []

    def status(self) -> list[dict[str, object]]:
        return [{"name": self.name, **self.taker.status()}]

    def close(self) -> None:
        self.taker.close()
        if self._own is not None:
            self._own.close()
