"""Draws a shader once on a small target that nobody sees: a driver that compiles at the first draw does it there.

Used by the trial's process, and before a new version of a shader is swapped in.
"""

from __future__ import annotations

from collections.abc import Mapping

from installation.gpu.device import Device
from installation.gpu.textures import Format, Target, Texture
from installation.render.graph import CANVAS
from installation.render.isf_player import IsfPlayer
from installation.render.screen import Screen
from installation.scene.isf import Isf

FORMATS: tuple[Format, ...] = ("r8", "rg16f", "rgba8", "rgba16f", "rgba32f")
SMALL = (48, 27)
"""Pixels. No side of it, of its half or its quarter is a power of two, as with canvases: software drivers compile apart."""


class Rehearsal:
    """A small target, and a picture of each format to feed a shader with."""

    def __init__(self, device: Device, screen: Screen, size: tuple[int, int] = SMALL) -> None:
        self._device, self._screen, self._size = device, screen, size
        self._target = Target(device, *size, screen.form)
        self._pictures = {form: Texture(device, *size, form) for form in FORMATS}

    def draw(self, shader: Isf, formats: Mapping[str, str]) -> None:
        """Draws a shader with its defaults. Not between the upload walk and the draw walk. Raises ShaderError."""
        player = IsfPlayer(self._device, self._screen, shader)
        self.draw_player(player, formats, 0)
        player.close()

    def draw_player(self, player: IsfPlayer, formats: Mapping[str, str], frame: int) -> None:
        """Draws one frame. `formats` are of the images that are fed (see `graph.formats`); the others are as if they were
        not."""
        pictures: dict[str, Texture] = {CANVAS: self._pictures[self._screen.form]}
        pictures |= {str(form): picture for form, picture in self._pictures.items()}
        images = {name: pictures[form] for name, form in formats.items() if form in pictures}
        values = {param.name: param.default for param in player.isf.params}
        player.prepare(values, images, self._size, frame / 60, 1 / 60)
        self._device.uniforms.upload()
        player.draw(images, self._target)

    def close(self) -> None:
        self._target.close()
        for picture in self._pictures.values():
            picture.close()
