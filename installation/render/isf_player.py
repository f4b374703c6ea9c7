"""Plays one ISF file: its program, its buffers and its passes. Generators, filters and transitions alike.

Two walks a frame: `prepare` writes the uniforms of every pass, `draw` draws them. The last pass is the output, and is stored
too if it has a TARGET. To build a player compiles, links and reads its pictures, and changes nothing that another one draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from installation.clock import NIGHT, Date
from installation.errors import CommandError, DataError, DeviceError, Location, Problem, ShaderError
from installation.gpu.device import Device
from installation.gpu.programs import Program, StageError
from installation.gpu.textures import CubeTexture, Picture, Target, Texture
from installation.render.isf_buffers import Buffers
from installation.render.moment import Values
from installation.render.screen import Screen
from installation.render.stills import read_still
from installation.scene.isf import Isf
from installation.scene.isf_block import Block
from installation.scene.isf_glsl import Source, translate
from installation.scene.isf_imports import Imported
from installation.scene.isf_log import place_log
from installation.scene.isf_passes import sizes


def compile_source(device: Device, source: Source) -> Program:
    """The program of a file, shared with every other player of the same. Raises ShaderError at the artist's own lines."""
    try:
        return Program.shared(device, source.vertex, source.fragment, source.samplers)
    except StageError as error:
        raise place_log(error.log, source, error.stage) from None


def read_imported(device: Device, imported: Imported, path: str) -> Picture:
    """An imported picture, or the six of a cube, as a texture. Raises ShaderError."""
    try:
        pictures = [read_still(picture) for picture in imported.paths]
        if imported.is_cube:
            return CubeTexture(device, [picture[::-1] for picture in pictures])
        return Texture.from_array(device, pictures[0], "rgba8")
    except (DataError, DeviceError) as error:
        told = [Problem(f'IMPORTED "{imported.name}": {p.message}', p.where, p.hint) for p in error.problems]
        raise ShaderError(problems=told).at(Location(path)) from None


class IsfPlayer:
    """One file, playing. Remembers its persistent buffers and how many frames it has drawn."""

    def __init__(self, device: Device, screen: Screen, isf: Isf) -> None:
        """Raises ShaderError."""
        if isf.refused:
            raise ShaderError(problems=isf.refused)
        self.isf = isf
        self._device, self._screen = device, screen
        self._block = Block(isf)
        source = translate(isf, self._block, device.dialect)
        self._own: list[Picture] = []
        self._closed = False
        self._programs: list[Program] = []
        self._is_partial = source.is_partial
        self._mesh = screen.corners if source.quad else screen.triangle
        self._buffers = Buffers(device, screen, isf)
        # One texture for each sampler, in the order of `isf.samplers`: inputs, imported pictures, buffers.
        self._nothing: list[Picture] = [screen.black] * len(isf.images)
        self._shown: list[Picture] = [screen.black] * len(isf.samplers)
        self._first_buffer = len(isf.samplers) - len(isf.targets)
        self._places = [self._first_buffer + isf.targets.index(p.target) if p.target else -1 for p in isf.passes]
        try:
            for number in range(len(isf.passes)):
                one = source.of_pass(number) if len(isf.passes) > 1 else source
                self._programs.append(compile_source(device, one))
            self._import()
        except ShaderError:
            self.close()
            raise
        self._offsets: list[int] = []
        self._sizes: Sequence[tuple[int, int]] = ()
        self._sized_for: tuple[object, ...] = ()
        self._sized_by = tuple(
            dict.fromkeys(n for p in isf.passes for e in (p.width, p.height) if e for n in e.names if n in isf.by_name)
        )
        self._index = 0
        self._shown_pass: int | None = None
        self.show_pass = isf.shown

    def _import(self) -> None:
        """Uploads the pictures that come with the file, and a black cube where an input is one."""
        if any(image.kind == "cube" for image in self.isf.inputs):
            black = CubeTexture(self._device, [np.zeros((1, 1, 4), np.uint8)] * 6)
            self._own.append(black)
            self._nothing = [black if i.kind == "cube" else self._screen.black for i in self.isf.inputs]
        for place, imported in enumerate(self.isf.imported, len(self.isf.images)):
            picture = read_imported(self._device, imported, self.isf.path)
            self._own.append(picture)
            self._shown[place] = picture
            self._block.set_image(imported.name, picture.width, picture.height)

    @property
    def show_pass(self) -> int | None:
        """The pass whose picture is the output, counted from 1, for debugging; None: the last."""
        return self._shown_pass

    @show_pass.setter
    def show_pass(self, number: int | None) -> None:
        count = len(self.isf.passes)
        if number is not None and not 1 <= number <= count:
            raise CommandError(f"there is no pass {number}", Location(self.isf.path), f"it has {count}, counted from 1")
        self._shown_pass = number

    def restart(self) -> None:
        """Forgets what the buffers hold, as if it had just been loaded."""
        self._index = 0
        self._buffers.clear()

    def inherit(self, old: IsfPlayer) -> None:
        """Goes on from where an older version of the same file is, which must not be drawn any more."""
        self._buffers.inherit(old._buffers)
        self._sized_for = ()
        self._index = old._index

    def prepare(
        self,
        values: Values,
        images: Mapping[str, Picture],
        size: tuple[int, int],
        seconds: float,
        delta: float,
        date: Date = NIGHT,
    ) -> None:
        """Writes this frame's uniforms. `images` gives a texture for each image input; a missing one is transparent black.

        Raises ShaderError when the buffers would be too large.
        """
        block = self._block
        block.set_frame(seconds, delta if self._index else 0.0, self._index, date)
        block.set_values(values)
        for place, name in enumerate(self.isf.images):
            picture = self._picture(place, name, images)
            block.set_image(name, picture.width, picture.height)
        self._resize(size, values)
        self._offsets.clear()
        for number, (width, height) in enumerate(self._sizes):
            block.set_pass(number, width, height)
            self._offsets.append(self._device.uniforms.take(block.bytes))
        self._index += 1

    def _picture(self, place: int, name: str, images: Mapping[str, Picture]) -> Picture:
        """What an image input shows: a cube only where one is meant."""
        nothing = self._nothing[place]
        given = images.get(name, nothing)
        return given if given.is_cube == nothing.is_cube else nothing

    def _resize(self, size: tuple[int, int], values: Values) -> None:
        key = (size, *(values[name] for name in self._sized_by))
        if key == self._sized_for:
            return
        self._sizes = sizes(self.isf.passes, *size, values)
        self._buffers.resize(self._sizes)
        self._sized_for = key
        for name in self._buffers.names:
            buffer = self._buffers.get(name)
            self._block.set_image(name, *(buffer.size if buffer else (1, 1)))

    def draw(self, images: Mapping[str, Picture], output: Target) -> None:
        """Draws every pass; the last one, or the one that is asked for, into `output`."""
        device, screen, shown = self._device, self._screen, self._shown
        device.use_blend("none")
        for place, name in enumerate(self.isf.images):
            shown[place] = self._picture(place, name, images)
        self._buffers.begin(shown, self._first_buffer)
        seen = (self._shown_pass or len(self.isf.passes)) - 1
        for number, p in enumerate(self.isf.passes):
            buffer = self._buffers.get(p.target)
            if buffer is None and number != seen:
                continue  # nobody could see it
            (buffer.back if buffer else output).bind()
            if self._is_partial:
                device.clear()
            self._programs[number].use(shown, self._offsets[number], self._block.size)
            self._mesh.draw()
            if buffer:
                buffer.swap()
                shown[self._places[number]] = buffer.front.texture
                if number == seen:
                    screen.copy(buffer.front.texture, output)

    def close(self) -> None:
        """Safe to call twice."""
        if not self._closed:
            self._closed = True
            for program in self._programs:
                program.close()
        for picture in self._own:
            picture.close()
        self._own.clear()
        self._buffers.close()
