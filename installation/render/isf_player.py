"""Plays one ISF file: its program, its buffers and its passes. Generators, filters and transitions alike.

Two walks a frame: `prepare` writes the uniforms of every pass, `draw` draws them. The buffer rules are the reference's: a
target written earlier this frame is seen new; a pass that reads its own target sees the last frame; persistent targets
start black and are kept (rescaled) when the size changes; the last pass is the output, and is stored too if it has a TARGET.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from installation.gpu.device import Device
from installation.gpu.programs import Program, StageError
from installation.gpu.textures import Format, PingPong, Target, Texture
from installation.render.moment import Values
from installation.render.screen import Screen
from installation.scene.isf import Isf
from installation.scene.isf_block import Block
from installation.scene.isf_glsl import translate
from installation.scene.isf_log import place_log
from installation.scene.isf_passes import sizes


def compile_isf(device: Device, isf: Isf, block: Block) -> Program:
    """The program of a file. Raises ShaderError at the artist's own lines."""
    source = translate(isf, block)
    try:
        return Program(device, source.vertex, source.fragment, source.samplers)
    except StageError as error:
        raise place_log(error.log, source, error.stage) from None


class IsfPlayer:
    """One file, playing. Remembers its persistent buffers and how many frames it has drawn."""

    def __init__(self, device: Device, screen: Screen, isf: Isf) -> None:
        self.isf = isf
        self._device = device
        self._screen = screen
        self._block = Block(isf)
        self._program = compile_isf(device, isf, self._block)
        self._buffers: dict[str, PingPong] = {}
        self._offsets: list[int] = []
        self._sizes: Sequence[tuple[int, int]] = ()
        self._sized_for: tuple[object, ...] = ()
        self._index = 0
        self._persistent = frozenset(p.target for p in isf.passes if p.persistent)
        self._single = len(isf.passes) == 1 and not isf.targets

    def restart(self) -> None:
        """Forgets what the buffers hold, as if it had just been loaded."""
        self._index = 0
        for buffer in self._buffers.values():
            buffer.front.clear()
            buffer.back.clear()

    def inherit(self, old: IsfPlayer) -> None:
        """Takes over what an older version of the same file remembers: buffers of the same name and format."""
        formats = {p.target: "rgba32f" if p.floats else "rgba8" for p in self.isf.passes if p.target}
        for name, buffer in list(old._buffers.items()):
            if formats.get(name) == buffer.form:
                self._buffers[name] = old._buffers.pop(name)
        self._index = old._index

    def prepare(
        self,
        values: Values,
        images: Mapping[str, Texture],
        size: tuple[int, int],
        seconds: float,
        delta: float,
        date: tuple[float, float, float, float] = (2142.0, 1.0, 1.0, 0.0),
    ) -> None:
        """Writes this frame's uniforms. `images` gives a texture for each image input; a missing one is black."""
        block = self._block
        block.set_frame(seconds, delta if self._index else 0.0, self._index, date)
        block.set_values(values)
        for name in self.isf.images:
            texture = images.get(name, self._screen.black)
            block.set_image(name, texture.width, texture.height)
        if not self._single:
            self._resize(size, values)
        self._offsets.clear()
        for number in range(len(self.isf.passes)):
            width, height = size if self._single else self._sizes[number]
            block.set_pass(number, width, height)
            self._offsets.append(self._device.uniforms.take(block.bytes))
        self._index += 1

    def _resize(self, size: tuple[int, int], values: Values) -> None:
        """Makes the buffers that the sizes of this frame ask for; persistent pictures are carried over, rescaled."""
        key = (size, *(values[n] for n in self._size_inputs()))
        if key == self._sized_for:
            return
        self._sized_for = key
        self._sizes = sizes(self.isf.passes, *size, values)
        for number, p in enumerate(self.isf.passes):
            if not p.target:
                continue
            width, height = self._sizes[number]
            old = self._buffers.get(p.target)
            if old and (old.width, old.height) == (width, height):
                continue
            form: Format = "rgba32f" if p.floats else "rgba8"
            made = PingPong(self._device, width, height, form)
            if old:
                if p.persistent:
                    self._screen.copy(old.front.texture, made.front)
                old.close()
            self._buffers[p.target] = made
        for name, buffer in self._buffers.items():
            self._block.set_image(name, buffer.width, buffer.height)

    def _size_inputs(self) -> tuple[str, ...]:
        names: dict[str, None] = {}
        for p in self.isf.passes:
            for expression in (p.width, p.height):
                if expression:
                    names.update((n, None) for n in expression.names if n in self.isf.by_name)
        return tuple(names)

    def draw(self, images: Mapping[str, Texture], output: Target) -> None:
        """Draws every pass; the last one into `output`."""
        device, screen = self._device, self._screen
        device.use_blend("none")
        last = len(self.isf.passes) - 1
        written: set[str] = set()
        inputs = [images.get(name, screen.black) for name in self.isf.images]
        for number, p in enumerate(self.isf.passes):
            buffer = self._buffers.get(p.target) if p.target else None
            textures = inputs if self._single else [*inputs, *self._seen(written)]
            (buffer.back if buffer else output).bind()
            self._program.use(textures, self._offsets[number], self._block.size)
            screen.triangle.draw()
            if buffer:
                buffer.swap()
                written.add(p.target)
                if number == last:
                    screen.copy(buffer.front.texture, output)

    def _seen(self, written: set[str]) -> list[Texture]:
        """What each buffer shows to a pass: its newest picture, or black where a temporary has not been drawn yet."""
        return [
            buffer.front.texture if name in self._persistent or name in written else self._screen.black
            for name, buffer in self._buffers.items()
        ]

    def close(self) -> None:
        self._program.close()
        for buffer in self._buffers.values():
            buffer.close()
        self._buffers.clear()
