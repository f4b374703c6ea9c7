"""An ISF generator, or a filter over whatever its image inputs are fed with."""

from __future__ import annotations

from collections.abc import Mapping

from installation.gpu.textures import Target, Texture
from installation.render.isf_player import IsfPlayer
from installation.render.moment import Kit, Moment, Values
from installation.scene import schema


class ShaderView:
    premultiplied = False

    def __init__(self, kit: Kit, spec: schema.ShaderLayer) -> None:
        self.player = IsfPlayer(kit.device, kit.screen, kit.shaders[spec.shader])

    def prepare(self, moment: Moment, values: Values, images: Mapping[str, Texture]) -> None:
        self.player.prepare(values, images, moment.size, moment.seconds, moment.delta, moment.date)

    def draw(self, images: Mapping[str, Texture], target: Target) -> None:
        self.player.draw(images, target)

    def restart(self) -> None:
        self.player.restart()

    def close(self) -> None:
        self.player.close()
