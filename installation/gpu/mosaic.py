"""Pictures larger than a texture may be: cut into tiles, which are the layers of one array texture.

For renders only. Where a device has a `Mosaic`, made before anything else is, every flat texture is an array: of one
layer, or of as many as a picture that is too large has tiles. Everything is drawn once for each tile of what it is drawn
into, and programs are rewritten so that they know nothing of it: a sampler shows the whole picture, `gl_FragCoord` and
`gl_Position` are the whole's. Tiles overlap by a few pixels, so that the device's own filter is right at their borders.
Called by the rest of this package only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from installation.errors import DeviceError
from installation.gpu.device import Device, make_name
from installation.gpu.mosaic_glsl import KINDS, OVERLAP, rewritten

REACH = 256
"""Pixels around a tile within which something still counts as there: GL drops points whose centre isn't, however large."""

BINDING = 1


@dataclass(frozen=True)
class Tile:
    """One layer: `x`, `y` say which of the whole's pixels is its first, bottom left; below 0 there is nothing to see."""

    layer: int
    x: int
    y: int


@dataclass(frozen=True)
class Grid:
    """How a picture of `width` x `height` lies in tiles, each `wide` x `high` with what it shares with its neighbours."""

    width: int
    height: int
    columns: int
    rows: int
    wide: int
    high: int
    number: int = -1
    """Which of the grids that programs know; -1: a picture in one piece."""

    @property
    def is_cut(self) -> bool:
        return self.number >= 0

    @property
    def layers(self) -> int:
        return self.columns * self.rows

    @property
    def overlap(self) -> int:
        return OVERLAP if self.is_cut else 0

    def own(self, tile: Tile) -> tuple[int, int, int, int]:
        """What a tile doesn't share: its left, lower, right and upper border in the whole."""
        left, low = tile.x + self.overlap, tile.y + self.overlap
        right, top = tile.x + self.wide - self.overlap, tile.y + self.high - self.overlap
        return left, low, min(right, self.width), min(top, self.height)

    @property
    def tiles(self) -> Iterator[Tile]:
        edge = self.overlap
        across, up = self.wide - 2 * edge, self.high - 2 * edge
        for layer in range(self.layers):
            row, column = divmod(layer, self.columns)
            yield Tile(layer, column * across - edge, row * up - edge)


class Pixels(Protocol):
    """A texture, to whoever cuts it."""

    name: int
    grid: Grid


class Drawn(Protocol):
    """What is drawn into: a framebuffer and its texture."""

    name: int

    @property
    def texture(self) -> Pixels: ...


def _tiled(length: int, side: int, number: int) -> tuple[int, int]:
    """How many tiles, and how long: even, at most `side`, and half of it, modulo KINDS, is `number`. Zeros: there are none."""
    edges = 2 * OVERLAP
    longest = side - side % 2 - (side // 2 - number) % KINDS * 2
    if longest <= edges:
        return 0, 0
    count = -(-length // (longest - edges))
    least = -(-length // count) + edges
    least += least % 2
    return count, least + (number - least // 2) % KINDS * 2


class Mosaic:
    """Remembers which sizes are cut and how, and what is being drawn into."""

    def __init__(self, device: Device) -> None:
        """From now on the device's pictures may be larger than a texture may be."""
        gl = device.gl
        device.mosaic, device.flat = self, gl.GL_TEXTURE_2D_ARRAY
        self._device = device
        viewport = (gl.GLint * 2)()
        gl.glGetIntegerv(gl.GL_MAX_VIEWPORT_DIMS, viewport)
        self._largest = min(device.max_texture, (1 << (min(viewport).bit_length() - 1)) - 2 * REACH)
        self._layers = device.integer(gl.GL_MAX_ARRAY_TEXTURE_LAYERS)
        self._grids: list[Grid | None] = [None] * KINDS**2
        self._users = [0] * KINDS**2
        self._table: NDArray[np.int32] = np.zeros((KINDS**2, 4), np.int32)
        self._places: dict[int, tuple[int, int]] = {}
        self._target: Drawn | None = None
        self._buffer = make_name(gl.glGenBuffers)
        device.count("buffer", 1)
        self._send()

    # -- how pictures are cut ----------------------------------------------------------------------------------------

    def hold(self, width: int, height: int) -> Grid:
        """How a picture of this size is to lie; for each `hold` one `release`. Raises DeviceError."""
        for number, grid in enumerate(self._grids):
            if grid and (grid.width, grid.height) == (width, height):
                self._users[number] += 1
                return grid
        for side in (min(self._device.tile or self._largest, self._largest), self._largest):
            if max(width, height) <= side:
                return Grid(width, height, 1, 1, width, height)
            made = next((g for g in self._cut(width, height, side) if g.layers <= self._layers), None)
            if made is not None:
                break
        else:
            raise DeviceError(
                f"a picture of {width} x {height} can't be drawn, also in tiles",
                hint="fewer pixels a side, or fewer different sizes of large pictures",
            )
        self._grids[made.number], self._users[made.number] = made, 1
        self._table[made.number] = width, height, made.columns, 0
        self._send()
        return made

    def _cut(self, width: int, height: int, side: int) -> list[Grid]:
        """The grids of tiles of at most `side` that have a free number, the smallest first."""
        found = []
        across, up = ([_tiled(length, side, number) for number in range(KINDS)] for length in (width, height))
        for number, grid in enumerate(self._grids):
            (columns, wide), (rows, high) = across[number % KINDS], up[number // KINDS]
            if grid is None and columns and rows:
                found.append(Grid(width, height, columns, rows, wide, high, number))
        return sorted(found, key=lambda grid: (grid.layers, grid.wide * grid.high))

    def release(self, grid: Grid) -> None:
        if grid.is_cut:
            self._users[grid.number] -= 1
            if not self._users[grid.number]:
                self._grids[grid.number] = None

    def _send(self) -> None:
        gl = self._device.gl
        gl.glBindBuffer(gl.GL_UNIFORM_BUFFER, self._buffer)
        gl.glBufferData(gl.GL_UNIFORM_BUFFER, self._table.nbytes, self._table.ctypes.data, gl.GL_DYNAMIC_DRAW)
        gl.glBindBufferBase(gl.GL_UNIFORM_BUFFER, BINDING, self._buffer)

    # -- programs ----------------------------------------------------------------------------------------------------

    def rewritten(self, source: str, stage: str) -> str:
        return rewritten(source, stage)

    def linked(self, program: int) -> None:
        """Tells a new program where the grids are."""
        gl = self._device.gl
        block = int(gl.glGetUniformBlockIndex(program, b"Mosaic"))
        if block != gl.GL_INVALID_INDEX:
            gl.glUniformBlockBinding(program, block, BINDING)
        self._places[program] = (
            int(gl.glGetUniformLocation(program, b"mosaic_view")),
            int(gl.glGetUniformLocation(program, b"mosaic_origin")),
        )

    # -- drawing -----------------------------------------------------------------------------------------------------

    def bind(self, target: Drawn) -> None:
        """Draws into a target from now on, or reads from it."""
        self._target = target
        grid = target.texture.grid
        self._device.use_framebuffer(target.name, grid.wide, grid.high)

    def tiles(self, target: Drawn) -> Iterator[Tile]:
        """Each tile of a target in turn, bound."""
        gl, grid = self._device.gl, target.texture.grid
        self.bind(target)
        for tile in grid.tiles:
            self._attach(gl.GL_FRAMEBUFFER, target, tile)
            yield tile

    def _attach(self, where: int, target: Drawn, tile: Tile) -> None:
        gl, texture = self._device.gl, target.texture
        if texture.grid.is_cut:
            gl.glFramebufferTextureLayer(where, gl.GL_COLOR_ATTACHMENT0, texture.name, 0, tile.layer)

    def drawn(self, program: int) -> Iterator[None]:
        """Once for each tile of what is being drawn into, where the program that is in use sees it as a part of the whole."""
        assert self._target is not None
        device, gl, target = self._device, self._device.gl, self._target
        grid = target.texture.grid
        view, origin = self._places[program]
        for tile in self.tiles(target):
            scale, shift, x, y = (1.0, 1.0), (0.0, 0.0), 0, 0
            if grid.is_cut:
                x, y = tile.x, tile.y
                # A power of two: so corners and edges of the whole are not rounded where they are shifted.
                size = 1 << (max(grid.wide, grid.high) + 2 * REACH - 1).bit_length()
                device.use_viewport(-REACH, -REACH, size, size)
                scale = grid.width / size, grid.height / size
                shift = (grid.width - 2 * (x - REACH)) / size - 1, (grid.height - 2 * (y - REACH)) / size - 1
            gl.glUniform4f(view, *scale, *shift)
            gl.glUniform2f(origin, x, y)
            yield
            if device.tile:  # a driver breaks off what takes long
                gl.glFinish()

    def clear(self) -> None:
        """Fills all of what is being drawn into with the colour that is set."""
        assert self._target is not None
        for _ in self.tiles(self._target):
            self._device.gl.glClear(self._device.gl.GL_COLOR_BUFFER_BIT)

    def copy(self, source: Drawn, target: Drawn) -> None:
        """Copies a picture into another, scaled to fit it: each tile to where it lies, to the nearest pixel."""
        gl, one, other = self._device.gl, source.texture.grid, target.texture.grid
        across, up = other.width / one.width, other.height / one.height
        self._device.forget_framebuffer()
        gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, source.name)
        gl.glBindFramebuffer(gl.GL_DRAW_FRAMEBUFFER, target.name)
        for tile in other.tiles:
            self._attach(gl.GL_DRAW_FRAMEBUFFER, target, tile)
            for part in one.tiles:
                left, low, right, top = one.own(part)
                to_left, to_right = (round(x * across) - tile.x for x in (left, right))
                to_low, to_top = (round(y * up) - tile.y for y in (low, top))
                if to_right <= 0 or to_top <= 0 or to_left >= other.wide or to_low >= other.high:
                    continue
                self._attach(gl.GL_READ_FRAMEBUFFER, source, part)
                seen = (left - part.x, low - part.y, right - part.x, top - part.y)
                shown = (to_left, to_low, to_right, to_top)
                gl.glBlitFramebuffer(*seen, *shown, gl.GL_COLOR_BUFFER_BIT, gl.GL_LINEAR)

    # -- pixels in and out -------------------------------------------------------------------------------------------

    def upload(self, name: int, grid: Grid, layout: int, kind: int, pixels: int, each: int) -> None:
        """Rows of the whole picture at an address, `each` bytes a pixel, into a texture."""
        gl = self._device.gl
        gl.glPixelStorei(gl.GL_UNPACK_ROW_LENGTH, grid.width)
        for tile in grid.tiles:
            left, low = max(tile.x, 0), max(tile.y, 0)
            size = min(tile.x + grid.wide, grid.width) - left, min(tile.y + grid.high, grid.height) - low
            first = pixels + (low * grid.width + left) * each
            place = (left - tile.x, low - tile.y, tile.layer)
            gl.glTexSubImage3D(gl.GL_TEXTURE_2D_ARRAY, 0, *place, *size, 1, layout, kind, first)
        gl.glPixelStorei(gl.GL_UNPACK_ROW_LENGTH, 0)

    def read(self, target: Drawn, kind: int, pixels: int, each: int) -> None:
        """All of a target as RGBA to an address (or a place in the bound pixel buffer), `each` bytes a pixel."""
        gl, grid = self._device.gl, target.texture.grid
        edge = grid.overlap
        gl.glPixelStorei(gl.GL_PACK_ROW_LENGTH, grid.width)
        for tile in self.tiles(target):
            left, low, right, top = grid.own(tile)
            gl.glReadPixels(
                edge, edge, right - left, top - low, gl.GL_RGBA, kind, pixels + (low * grid.width + left) * each
            )
        gl.glPixelStorei(gl.GL_PACK_ROW_LENGTH, 0)

    def close(self) -> None:
        """The device is as before. When everything that was made meanwhile is closed."""
        self._target = None
        if self._device.mosaic is self:
            self._device.mosaic, self._device.flat = None, self._device.gl.GL_TEXTURE_2D
        if self._buffer:
            self._device.doom("buffer", self._buffer)
            self._buffer = 0
