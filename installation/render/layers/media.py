"""A still or a film from the show's folder. A film is read ahead in a thread; the frame takes what is due.

Live, a film that can't keep up holds its last picture. Offline, the frame waits for the right one, so that two renders are
the same.
"""

from __future__ import annotations

import queue
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.errors import DataError, Location
from installation.gpu.programs import Program
from installation.gpu.textures import Target, Texture
from installation.mailbox import Worker
from installation.render.late import Late
from installation.render.moment import Kit, Moment, Values
from installation.render.stills import read_still
from installation.scene import schema

FRAGMENT = """\
in vec2 uv; out vec4 color; uniform sampler2D picture;
layout(std140) uniform Media { vec4 fit; };  // scale x, y of the canvas in the picture, 1 where it ends at its edges
void main() {
  vec2 p = (uv - 0.5) * fit.xy + 0.5;
  vec2 inside = step(vec2(0.0), p) * step(p, vec2(1.0));
  color = texture(picture, p);
  color.a *= mix(1.0, inside.x * inside.y, fit.z);
}
"""
STILLS = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"}


class Film:
    """A film read ahead. `at` gives the picture that is due, or None when it has not changed."""

    def __init__(self, path: Path, loop: bool, live: bool, name: str = "", late: Late | None = None) -> None:
        """`name` is what `late` is told of it by, when it is behind."""
        import av

        self._path, self._loop, self._live = path, loop, live
        self._name, self._late = name, late or Late()
        try:
            with av.open(str(path)) as film:
                stream = film.streams.video[0]
                self.width, self.height = stream.codec_context.width, stream.codec_context.height
                rate = float(stream.average_rate or 25)
                self.seconds = float(film.duration or 0) / 1_000_000 or 1 / rate
        except (av.error.FFmpegError, IndexError, OSError) as error:
            raise DataError(f"this film can't be played: {error}", Location(str(path))) from None
        self._ahead: queue.Queue[tuple[float, NDArray[np.uint8]] | None] = queue.Queue(maxsize=8)
        self._next: tuple[float, NDArray[np.uint8]] | None = None
        self._done = False
        self._worker = Worker(f"film {path.name}", self._read).start()

    def _pictures(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        import av

        turn = 0.0
        while True:
            with av.open(str(self._path)) as film:
                for frame in film.decode(video=0):
                    rgba = frame.to_ndarray(format="rgba")
                    yield turn + float(frame.time or 0.0), np.ascontiguousarray(rgba[::-1])
            if not self._loop:
                return
            turn += self.seconds

    def _read(self, worker: Worker) -> None:
        for item in self._pictures():
            while not worker.stopping():
                try:
                    self._ahead.put(item, timeout=0.1)
                    break
                except queue.Full:
                    worker.beat()
            if worker.stopping():
                return
        self._ahead.put(None)

    def at(self, seconds: float) -> NDArray[np.uint8] | None:
        """The newest picture that is due at `seconds` of the film."""
        due: NDArray[np.uint8] | None = None
        until, shown = self._late.until(self._name, seconds), None
        if until is None:
            return None
        seconds = min(seconds, until)
        while not self._done:
            if self._next is None:
                try:
                    self._next = self._ahead.get(block=not self._live, timeout=None if self._live else 10.0)
                except queue.Empty:
                    self._late.tell(self._name, shown)
                    break
                if self._next is None:
                    self._done = True
                    break
            if self._next[0] > seconds + 1e-6:  # seconds are added up, and fall short by a hair
                break
            shown, due = self._next
            self._next = None
        return due

    def close(self) -> None:
        self._worker.close()


class MediaView:
    premultiplied = False

    def __init__(self, kit: Kit, spec: schema.MediaLayer) -> None:
        from installation.render.screen import VERTEX

        path = kit.folder / spec.file
        self._kit, self._spec, self._path = kit, spec, path
        self._film: Film | None = None
        if path.suffix.lower() in STILLS:
            self.texture = Texture.from_array(kit.device, read_still(path), "rgba8")
        else:
            self._film = self._opened()
            blank = np.zeros((self._film.height, self._film.width, 4), np.uint8)
            self.texture = Texture.from_array(kit.device, blank, "rgba8")
        self._program = Program(kit.device, VERTEX, FRAGMENT, ("picture",))
        self._block = np.zeros(4, np.float32)
        self._offset = 0
        self._began = 0.0
        """Seconds of the scene when a cue let the film begin anew."""

    def _opened(self) -> Film:
        return Film(self._path, self._spec.loop, self._kit.live, f"{self._spec.name} {self._spec.file}", self._kit.late)

    def prepare(self, moment: Moment, values: Values, images: Mapping[str, Texture]) -> None:
        if self._film and values["play"]:
            self.restart()
            self._began = moment.seconds
        if self._film:
            due = self._film.at(float(values["start"]) + (moment.seconds - self._began) * float(values["speed"]))
            if due is not None:
                self.texture.upload(due)
        self._block[:3] = fit_scale(self._spec.fit, self.texture, moment.size)
        self._offset = self._kit.device.uniforms.take(self._block.view(np.uint8))

    def draw(self, images: Mapping[str, Texture], target: Target) -> None:
        target.bind()
        self._kit.device.use_blend("none")
        self._program.use((self.texture,), self._offset, 16)
        self._kit.screen.triangle.draw()

    def restart(self) -> None:
        self._began = 0.0
        if self._film:
            self._film.close()
            self._film = self._opened()

    def close(self) -> None:
        if self._film:
            self._film.close()
        self._program.close()
        self.texture.close()


def fit_scale(fit: str, texture: Texture, size: tuple[int, int]) -> tuple[float, float, float]:
    """How much of the picture the canvas spans, each way, and 1 where outside is transparent."""
    ratio = (size[0] / size[1]) / (texture.width / texture.height)
    wider: Any = ratio > 1
    if fit == "stretch":
        return 1.0, 1.0, 0.0
    if fit == "cover":
        return (1.0, 1.0 / ratio, 0.0) if wider else (ratio, 1.0, 0.0)
    return (ratio, 1.0, 1.0) if wider else (1.0, 1.0 / ratio, 1.0)
