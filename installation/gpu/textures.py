"""Textures, and targets to draw into. Row 0 of every array that goes in or out is the bottom row, as in GL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from installation.errors import DeviceError
from installation.gpu.device import Device, make_name
from installation.gpu.mosaic import Grid, Mosaic

Format: TypeAlias = Literal["r8", "rgba8", "rgba16", "r16f", "rg16f", "rgba16f", "r32f", "rgba32f"]

CHANNELS: dict[str, int] = {
    "r8": 1,
    "rgba8": 4,
    "rgba16": 4,
    "r16f": 1,
    "rg16f": 2,
    "rgba16f": 4,
    "r32f": 1,
    "rgba32f": 4,
}
BYTES: dict[str, int] = {
    "r8": 1,
    "rgba8": 4,
    "rgba16": 8,
    "r16f": 2,
    "rg16f": 4,
    "rgba16f": 8,
    "r32f": 4,
    "rgba32f": 16,
}
"""Of one pixel."""
LARGE = 1 << 26
"""Bytes of a picture from which on a device is asked whether it has it."""
DTYPES: dict[str, type] = {
    "r8": np.uint8,
    "rgba8": np.uint8,
    "rgba16": np.uint16,
    "r16f": np.float32,
    "rg16f": np.float32,
    "rgba16f": np.float32,
    "r32f": np.float32,
    "rgba32f": np.float32,
}


class Picture:
    """What a sampler can show, clamped at its edges, without smaller versions of itself. Owned by whoever made it."""

    name = 0
    is_cube = False

    def __init__(self, device: Device, width: int, height: int) -> None:
        self._device = device
        self.width, self.height = width, height
        self.name = make_name(device.gl.glGenTextures)
        device.count("texture", 1)
        device.edit_texture(self.name, is_cube=self.is_cube)

    def _sampled(self, smooth: bool) -> None:
        gl = self._device.gl
        sampling = gl.GL_LINEAR if smooth else gl.GL_NEAREST
        for key, value in (
            (gl.GL_TEXTURE_MIN_FILTER, sampling),
            (gl.GL_TEXTURE_MAG_FILTER, sampling),
            (gl.GL_TEXTURE_WRAP_S, gl.GL_CLAMP_TO_EDGE),
            (gl.GL_TEXTURE_WRAP_T, gl.GL_CLAMP_TO_EDGE),
            (gl.GL_TEXTURE_WRAP_R, gl.GL_CLAMP_TO_EDGE),
            (gl.GL_TEXTURE_MAX_LEVEL, 0),
        ):
            gl.glTexParameteri(gl.GL_TEXTURE_CUBE_MAP if self.is_cube else self._device.flat, key, value)

    def close(self) -> None:
        if self.name:
            self._device.doom("texture", self.name)
            self.name = 0

    def __del__(self) -> None:
        self.close()


class Texture(Picture):
    """A 2D texture."""

    grid: Grid
    """How it lies in tiles, where pictures do."""
    _mosaic: Mosaic | None = None
    _bytes = 0

    def __init__(self, device: Device, width: int, height: int, form: Format = "rgba8", smooth: bool = True) -> None:
        limit = device.max_texture
        if width < 1 or height < 1 or (max(width, height) > limit and device.mosaic is None):
            raise DeviceError(
                f"a picture of {width} x {height} does not fit this graphics device",
                hint=f"at most {device.max_texture} pixels a side",
            )
        self._device = device
        self._hold(width, height, width * height * BYTES[form])
        super().__init__(device, width, height)
        gl = device.gl
        self.form = form
        internal, layout, kind = {
            "r8": (gl.GL_R8, gl.GL_RED, gl.GL_UNSIGNED_BYTE),
            "rgba8": (gl.GL_RGBA8, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE),
            "rgba16": (gl.GL_RGBA16, gl.GL_RGBA, gl.GL_UNSIGNED_SHORT),
            "r16f": (gl.GL_R16F, gl.GL_RED, gl.GL_FLOAT),
            "rg16f": (gl.GL_RG16F, gl.GL_RG, gl.GL_FLOAT),
            "rgba16f": (gl.GL_RGBA16F, gl.GL_RGBA, gl.GL_FLOAT),
            "r32f": (gl.GL_R32F, gl.GL_RED, gl.GL_FLOAT),
            "rgba32f": (gl.GL_RGBA32F, gl.GL_RGBA, gl.GL_FLOAT),
        }[form]
        self._layout, self._kind = layout, kind
        if self._mosaic is None:
            gl.glTexImage2D(device.flat, 0, internal, width, height, 0, layout, kind, None)
        else:
            size = (self.grid.wide, self.grid.high, self.grid.layers)
            gl.glTexImage3D(device.flat, 0, internal, *size, 0, layout, kind, None)
        if self._bytes >= LARGE and device.error() == gl.GL_OUT_OF_MEMORY:
            needed = self._bytes / 2**30
            self.close()
            raise DeviceError(
                f"a picture of {width} x {height} ({form}) does not fit this graphics device's memory",
                hint=f"it needs {needed:.1f} GiB in one piece; fewer pixels",
            )
        self._sampled(smooth)
        if form == "r8":  # a mask is grey to whoever samples its colour
            for key in (gl.GL_TEXTURE_SWIZZLE_G, gl.GL_TEXTURE_SWIZZLE_B):
                gl.glTexParameteri(device.flat, key, gl.GL_RED)

    def _hold(self, width: int, height: int, size: int) -> None:
        """Counts its bytes, and finds how it is to lie in tiles. Raises DeviceError."""
        device = self._device
        if device.room is not None and device.held + size > device.room:
            raise DeviceError(
                f"there is no memory for one more picture of {width} x {height}",
                hint=f"{device.room / 2**30:.1f} GiB were free; fewer pixels, or fewer large buffers",
            )
        if device.mosaic is not None:
            self.grid = device.mosaic.hold(width, height)
        self._mosaic, self._bytes = device.mosaic, size
        device.held += size

    @classmethod
    def from_array(cls, device: Device, array: NDArray[Any], form: Format, smooth: bool = True) -> Texture:
        """A texture that holds `array`: (h, w) or (h, w, channels), row 0 the bottom row."""
        texture = cls(device, array.shape[1], array.shape[0], form, smooth)
        texture.upload(array)
        return texture

    def upload(self, array: NDArray[Any]) -> None:
        """Replaces the whole picture. Raises ValueError when shape or dtype don't fit (a bug)."""
        channels = CHANNELS[self.form]
        expected = (self.height, self.width) if channels == 1 else (self.height, self.width, channels)
        if array.shape != expected or array.dtype != DTYPES[self.form]:
            raise ValueError(f"expected {expected} {DTYPES[self.form].__name__}, got {array.shape} {array.dtype}")
        if not array.flags.c_contiguous:
            array = np.ascontiguousarray(array)
        gl = self._device.gl
        self._device.edit_texture(self.name)
        if self._mosaic is not None:
            each = channels * array.itemsize
            self._mosaic.upload(self.name, self.grid, self._layout, self._kind, array.ctypes.data, each)
            return
        gl.glTexSubImage2D(
            gl.GL_TEXTURE_2D, 0, 0, 0, self.width, self.height, self._layout, self._kind, array.ctypes.data
        )

    def close(self) -> None:
        if self._bytes:
            self._device.held -= self._bytes
            self._bytes = 0
        if self._mosaic is not None:
            self._mosaic.release(self.grid)
            self._mosaic = None
        super().close()


class CubeTexture(Picture):
    """Six square pictures, seen from inside."""

    is_cube = True

    def __init__(self, device: Device, faces: Sequence[NDArray[np.uint8]]) -> None:
        """`faces` are six (n, n, 4) arrays in GL's order (+x, -x, +y, -y, +z, -z), first row first as GL's cubes have it.

        Raises DeviceError when they are not squares of one size, or too large.
        """
        side = faces[0].shape[0]
        if len(faces) != 6 or any(face.shape != (side, side, 4) for face in faces):
            raise DeviceError("the six pictures of a cube must be squares of one size")
        gl = device.gl
        if side > device.integer(gl.GL_MAX_CUBE_MAP_TEXTURE_SIZE):
            raise DeviceError(f"a cube of {side} pixels a side does not fit this graphics device")
        super().__init__(device, side, side)
        for number, face in enumerate(faces):
            pixels = np.ascontiguousarray(face, np.uint8)
            where = gl.GL_TEXTURE_CUBE_MAP_POSITIVE_X + number
            gl.glTexImage2D(where, 0, gl.GL_RGBA8, side, side, 0, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, pixels.ctypes.data)
        self._sampled(smooth=True)


class Target:
    """A texture that can be drawn into."""

    name = 0

    def __init__(self, device: Device, width: int, height: int, form: Format = "rgba8", smooth: bool = True) -> None:
        gl = device.gl
        self._device = device
        self.texture = Texture(device, width, height, form, smooth)
        self.width, self.height, self.form = width, height, form
        self.name = make_name(gl.glGenFramebuffers)
        device.count("framebuffer", 1)
        device.use_framebuffer(self.name, width, height)
        where = (gl.GL_FRAMEBUFFER, gl.GL_COLOR_ATTACHMENT0)
        if device.mosaic is None:
            gl.glFramebufferTexture2D(*where, gl.GL_TEXTURE_2D, self.texture.name, 0)
        else:
            gl.glFramebufferTextureLayer(*where, self.texture.name, 0, 0)
            self.bind()
        if gl.glCheckFramebufferStatus(gl.GL_FRAMEBUFFER) != gl.GL_FRAMEBUFFER_COMPLETE:
            self.close()
            raise DeviceError(f"this graphics device cannot draw into {form} pictures")
        device.clear()

    def bind(self) -> None:
        if self._device.mosaic is None:
            self._device.use_framebuffer(self.name, self.width, self.height)
        else:
            self._device.mosaic.bind(self)

    def clear(self) -> None:
        """Makes it transparent black."""
        self.bind()
        self._device.clear()

    def read(self) -> NDArray[Any]:
        """The picture: (h, w, 4), uint8 for rgba8, float32 for float targets; row 0 the bottom row. Stalls a GPU."""
        floats = DTYPES[self.form] is np.float32
        pixels = np.empty((self.height, self.width, 4), np.float32 if floats else np.uint8)
        self.read_into(pixels)
        return pixels

    def read_into(self, pixels: NDArray[Any]) -> None:
        """As `read`, into an array that is kept: nothing is allocated in the frame."""
        gl = self._device.gl
        kind = {"f": gl.GL_FLOAT, "H": gl.GL_UNSIGNED_SHORT, "B": gl.GL_UNSIGNED_BYTE}[pixels.dtype.char]
        self.read_to(pixels.ctypes.data, kind, 4 * pixels.itemsize)

    def read_to(self, place: int, kind: int, each: int) -> None:
        """As `read`, of a GL type to an address, or a place in the bound pixel buffer; `each`: bytes a pixel."""
        gl = self._device.gl
        if self._device.mosaic is not None:
            self._device.mosaic.read(self, kind, place, each)
            return
        self.bind()
        gl.glReadPixels(0, 0, self.width, self.height, gl.GL_RGBA, kind, place)

    def blit(self, other: Target) -> None:
        """Copies the picture into another target, scaled to fit it."""
        gl = self._device.gl
        if self._device.mosaic is not None and (self.texture.grid.is_cut or other.texture.grid.is_cut):
            self._device.mosaic.copy(self, other)
            return
        self._device.forget_framebuffer()
        gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, self.name)
        gl.glBindFramebuffer(gl.GL_DRAW_FRAMEBUFFER, other.name)
        whole = (0, 0, self.width, self.height, 0, 0, other.width, other.height)
        gl.glBlitFramebuffer(*whole, gl.GL_COLOR_BUFFER_BIT, gl.GL_LINEAR)

    def close(self) -> None:
        if self.name:
            self._device.doom("framebuffer", self.name)
            self.name = 0
        self.texture.close()

    def __del__(self) -> None:
        self.close()
