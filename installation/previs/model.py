"""Draws a room with what its projectors throw on it, as an architect's model at dusk. The only GL of `previs`.

What doesn't change (the net, its soft light, shadows) is made once; a picture then costs a pass for the room and one for each
projector. `light` takes what each projector shows, `draw` gives the room from an eye. Called by `installation previsualise`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from installation.gpu.depth import DepthTarget, depth_tested
from installation.gpu.device import Device
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Picture, Target, Texture
from installation.previs import glsl
from installation.previs.bake import SMALL, WHITE, bake, net_of
from installation.previs.lines import case_of, segments, spots, veils
from installation.previs.measure import Throw
from installation.previs.room import Lens, Room

SHADOWS = 1280
"""Pixels across what a projector sees, to know what stands in its way."""
FEWER = 8
"""Pixels a side that become one of the small pictures."""
LEAST = 0.060
"""The room's own light as it is drawn, at least, in parts of the white that projectors throw: a model has to be seen."""


class Model:
    """A room on a graphics card. Remembers the pictures that projectors showed last."""

    def __init__(self, device: Device, room: Room, throws: list[Throw], size: tuple[int, int], finer: int = 2) -> None:
        """`size`: of what is drawn; `finer`: how many pixels a side become one of it."""
        self.device, self.room, self.size, self.finer = device, room, size, finer
        self._net = net_of(room.parts)
        self._baked = bake(room, self._net)
        brightest = max((throw.lux[1] for throw in throws), default=0.0) or max(room.light, 1.0)
        self._scale = 1.0 / (WHITE["wall"] * brightest)
        self._ambient = max(room.light, LEAST * brightest)
        self._cases = [case_of(lens) for lens in room.lenses]
        flat = np.concatenate([part.corners.reshape(-1, 3) for part in room.parts])
        low, high = flat.min(axis=0), flat.max(axis=0)
        self._ground = ((low + high) / 2)[[0, 2]], float(max(high[0] - low[0], high[2] - low[2])) / 2
        self._wide = DepthTarget(device, size[0] * finer, size[1] * finer, "rgba16f")
        self._done = Target(device, *size)
        self._words = Texture.from_array(device, np.zeros((size[1], size[0], 4), np.uint8), "rgba8")
        self._pictures = [Target(device, *lens.size) for lens in room.lenses]
        self._small = [Target(device, SMALL[0] * FEWER, SMALL[1] * FEWER) for _ in room.lenses]
        self._solid = Program(device, glsl.SOLID_VERTEX, glsl.SOFT)
        self._beam = Program(device, glsl.SOLID_VERTEX, glsl.BEAM, ("picture", "near"))
        self._line = Program(device, glsl.LINE_VERTEX, glsl.LINE)
        self._veil = Program(device, glsl.VEIL_VERTEX, glsl.VEIL)
        self._spot = Program(device, glsl.VEIL_VERTEX, glsl.SPOT)
        self._back = Program(device, glsl.WHOLE_VERTEX, glsl.BACKGROUND)
        self._finish = Program(device, glsl.WHOLE_VERTEX, f"#define FINER {finer}\n" + glsl.FINISH, ("light", "words"))
        self._whole = Mesh(device)
        self._rows = self._laid()
        self._mesh = Mesh(device, self._rows, (3, 3, 2, 3), capacity=len(self._rows))
        self._mesh.count = len(self._rows)
        self._mesh.upload(self._rows)
        lines = segments(room.empty)
        self._lines = Mesh(device, None, (3, 3, 4, 1), instanced=True, capacity=len(lines))
        self._lines.upload(np.ascontiguousarray(lines))
        self._veils, self._spots = (
            Mesh(device, rows, (3, 4)) if len(rows) else None for rows in (veils(room.empty), spots(room))
        )
        self._shadows = [self._shadow(lens) for lens in room.lenses]

    def _laid(self) -> NDArray[np.float32]:
        net = self._net
        rows = np.column_stack(
            [net.places, net.normals, net.kinds, self._baked.open[net.shared], np.zeros((len(net.places), 3))]
        )
        cases = [
            np.column_stack([c.reshape(-1, 3), n.reshape(-1, 3), np.tile([3.0, 1.0, 0, 0, 0], (c.shape[0] * 3, 1))])
            for c, n in self._cases
        ]
        return np.ascontiguousarray(np.concatenate([rows, *cases]), np.float32)

    def _shadow(self, lens: Lens) -> DepthTarget:
        high = max(round(SHADOWS / lens.aspect), 1)
        target = DepthTarget(self.device, SHADOWS, min(high, 4096), "rgba8")
        program = Program(self.device, glsl.SOLID_VERTEX, glsl.NOTHING)
        target.bind()
        self.device.use_blend("none")
        solid = Mesh(self.device, self._rows[: len(self._net.places)], (3, 3, 2, 3))
        with depth_tested(self.device):
            self._draw(program, solid, self._block(lens, lens, target))
        program.close()
        solid.close()
        return target

    def _block(self, eye: Lens, lens: Lens | None, target: Target, lines: bool = True) -> NDArray[np.uint8]:
        rows = np.zeros((13, 4), np.float32)
        rows[0:4] = eye.matrix().T
        if lens is not None:
            rows[4:8] = lens.matrix().T
            rows[9] = [*lens.at, lens.lumens * lens.throw**2 * lens.aspect]
            rows[10, :3] = lens.axes[2]
        rows[8] = [*eye.at, self._scale]
        rows[10, 3] = self._ambient
        rows[11] = [*self._ground[0], self._ground[1], float(lines)]
        rows[12] = [target.width, target.height, self.finer, 0]
        return rows.ravel().view(np.uint8)

    def _draw(self, program: Program, mesh: Mesh, block: NDArray[np.uint8], textures: Sequence[Picture] = ()) -> None:
        offset = self.device.uniforms.take(block)
        self.device.uniforms.upload()
        program.use(textures, offset, block.nbytes)
        mesh.draw()

    def light(self, show: Callable[[int, Target], None]) -> None:
        """Takes what each projector shows: `show(number, target)` draws it. The walls' own glow follows."""
        for number, target in enumerate(self._pictures):
            target.clear()
            show(number, target)
            target.blit(self._small[number])
        if self._small:
            seen = (np.stack([one.read()[..., :3] for one in self._small]) / 255.0) ** 2.2
            cells = seen.reshape(len(seen), SMALL[1], FEWER, SMALL[0], FEWER, 3).mean(axis=(2, 4))
            bounced = self._baked.bounced(cells)
            self._rows[: len(self._net.places), 8:] = bounced[self._net.shared]
            self._mesh.upload(self._rows)

    def say(self, words: NDArray[np.uint8] | None) -> None:
        """What stands over the picture from now on: (h, w, 4), row 0 the top, straight alpha; None: nothing."""
        if words is None:
            words = np.zeros((self.size[1], self.size[0], 4), np.uint8)
        self._words.upload(np.ascontiguousarray(words[::-1]))

    def draw(self, eye: Lens) -> Target:
        """The room from an eye: a picture of `size`, kept until the next."""
        device, wide = self.device, self._wide
        wide.clear()
        device.use_blend("none")
        block = self._block(eye, None, wide)
        self._draw(self._back, self._whole, block)
        with depth_tested(device):
            self._draw(self._solid, self._mesh, block)
        with depth_tested(device, write=False):
            if self._spots is not None:
                device.use_blend("multiply")
                self._draw(self._spot, self._spots, block)
            device.use_blend("add")
            for lens, picture, shadow in zip(self.room.lenses, self._pictures, self._shadows, strict=True):
                textures = (picture.texture, shadow.depth)
                self._draw(self._beam, self._mesh, self._block(eye, lens, wide), textures)
            if self._veils is not None:
                self._draw(self._veil, self._veils, block)
            device.use_blend("normal")
            self._draw(self._line, self._lines, block)
        device.use_blend("none")
        self._done.bind()
        self._finish.use((wide.texture, self._words))
        self._whole.draw()
        return self._done

    def close(self) -> None:
        """Frees everything. Safe to call twice."""
        for target in (*self._pictures, *self._small, *self._shadows, self._wide, self._done):
            target.close()
        self._words.close()
        for mesh in (self._mesh, self._lines, self._whole, self._veils, self._spots):
            if mesh is not None:
                mesh.close()
        for program in (
            self._solid, self._beam, self._line, self._veil, self._spot, self._back, self._finish,
        ):  # fmt: skip
            program.close()
        self.device.free_doomed()
