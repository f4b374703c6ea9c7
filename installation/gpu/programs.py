"""Programs (a vertex and a fragment shader, linked) and the meshes they draw.

Uniforms are one std140 block at binding 0, given as bytes: names cost about 4 µs each in a loop, a block costs one bind.
Samplers are bound to units once, when the program is linked.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from installation.errors import ShaderError
from installation.gpu.device import Device, make_name
from installation.gpu.textures import Picture


class StageError(ShaderError):
    """What a driver says of one stage, "vertex" or "fragment"; `stage` is None for what the linker says."""

    def __init__(self, log: str, stage: Literal["vertex", "fragment"] | None = None) -> None:
        super().__init__(log)
        self.log, self.stage = log, stage


class Program:
    """A linked program. `samplers` say in which order `use` is given its textures; those that it reads get the units."""

    name = 0
    _users = 1

    def __init__(self, device: Device, vertex: str, fragment: str, samplers: Sequence[str] = ()) -> None:
        """Sources without a version line of their own get the device's heading.

        Raises StageError with the driver's own words; the caller maps lines to the artist's file.
        """
        gl = device.gl
        self._device = device
        self.samplers = tuple(samplers)
        stages: list[int] = []
        try:
            stages.append(_compile(device, vertex, "vertex"))
            stages.append(_compile(device, fragment, "fragment"))
            self.name = gl.glCreateProgram()
            device.count("program", 1)
            for stage in stages:
                gl.glAttachShader(self.name, stage)
            gl.glLinkProgram(self.name)
            if not _flag(gl, gl.glGetProgramiv, self.name, gl.GL_LINK_STATUS):
                raise StageError(_log(gl, gl.glGetProgramiv, gl.glGetProgramInfoLog, self.name))
            for stage in stages:
                gl.glDetachShader(self.name, stage)
        except ShaderError:
            self._free()
            raise
        finally:
            for stage in stages:
                gl.glDeleteShader(stage)
        device.use_program(self.name)
        self._read: list[int] = []
        for index, sampler in enumerate(self.samplers):
            location = gl.glGetUniformLocation(self.name, sampler.encode())
            if location >= 0:
                gl.glUniform1i(location, len(self._read))
                self._read.append(index)
        blocks = _flag(gl, gl.glGetProgramiv, self.name, gl.GL_ACTIVE_UNIFORM_BLOCKS)
        for block in range(blocks):
            gl.glUniformBlockBinding(self.name, block, 0)
        if device.mosaic is not None:
            device.mosaic.linked(self.name)

    @classmethod
    def shared(cls, device: Device, vertex: str, fragment: str, samplers: Sequence[str] = ()) -> Program:
        """The program of these sources that is alive already, or a new one. Freed when its last user has closed it."""
        key = (vertex, fragment, *samplers, "in tiles" if device.mosaic else "")
        found: Program | None = device.programs.get(key)
        if found is not None and found.name:
            found._users += 1
            return found
        made = cls(device, vertex, fragment, samplers)
        device.programs[key] = made
        return made

    def use(self, textures: Sequence[Picture], offset: int = 0, size: int = 0) -> None:
        """Makes it current with its textures (in the samplers' order) and its slice of the frame's uniforms."""
        device = self._device
        device.use_program(self.name)
        for unit, index in enumerate(self._read):
            texture = textures[index]
            device.use_texture(unit, texture.name, texture.is_cube)
        if size:
            device.uniforms.bind(offset, size)

    def close(self) -> None:
        """Each user of a shared program closes it once."""
        self._users -= 1
        if self._users <= 0:
            self._free()

    def _free(self) -> None:
        if self.name:
            self._device.doom("program", self.name)
            self.name = 0

    def __del__(self) -> None:
        self._free()


def _compile(device: Device, source: str, stage: Literal["vertex", "fragment"]) -> int:
    gl = device.gl
    shader = int(gl.glCreateShader(gl.GL_VERTEX_SHADER if stage == "vertex" else gl.GL_FRAGMENT_SHADER))
    whole = source if source.startswith("#version") else device.heading + source
    text = (device.mosaic.rewritten(whole, stage) if device.mosaic else whole).encode("utf-8", "replace")
    buffer = ctypes.create_string_buffer(text)
    pointers = (ctypes.POINTER(ctypes.c_char) * 1)(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_char)))
    lengths = (ctypes.c_int * 1)(len(text))
    gl.glShaderSource(shader, 1, pointers, lengths)
    gl.glCompileShader(shader)
    if not _flag(gl, gl.glGetShaderiv, shader, gl.GL_COMPILE_STATUS):
        words = _log(gl, gl.glGetShaderiv, gl.glGetShaderInfoLog, shader)
        gl.glDeleteShader(shader)
        raise StageError(words, stage)
    return shader


def _flag(gl: Any, query: Any, name: int, what: int) -> int:
    value = (gl.GLint * 1)()
    query(name, what, value)
    return int(value[0])


def _log(gl: Any, query: Any, read: Any, name: int) -> str:
    length = max(_flag(gl, query, name, gl.GL_INFO_LOG_LENGTH), 1)
    buffer = ctypes.create_string_buffer(length)
    read(name, length, None, buffer)
    return buffer.value.decode("utf-8", "replace").strip() or "the driver gives no reason"


class Mesh:
    """Vertices to draw. Without data: one triangle that covers everything, or as a strip its four corners, made from
    gl_VertexID."""

    name = _buffer = 0

    def __init__(
        self,
        device: Device,
        vertices: NDArray[np.float32] | None = None,
        layout: Sequence[int] = (),
        mode: str = "triangles",
        instanced: bool = False,
        capacity: int = 0,
    ) -> None:
        """`vertices` is (n, sum(layout)) float32: attribute i has layout[i] floats at location i.

        `instanced`: each row is one instance of a quad of four vertices (gl_VertexID 0 to 3), and `capacity` rows can be
        uploaded later.
        """
        gl = device.gl
        self._device = device
        self._mode = {
            "triangles": gl.GL_TRIANGLES,
            "strip": gl.GL_TRIANGLE_STRIP,
            "points": gl.GL_POINTS,
            "lines": gl.GL_LINES,
        }[mode]
        self._instanced = instanced
        self.count = 0 if vertices is None else len(vertices)
        if vertices is None and not capacity:
            self.count = 4 if mode == "strip" else 3
        self.name = make_name(gl.glGenVertexArrays)
        device.count("vertex array", 1)
        device.use_vertices(self.name)
        self._stride = 4 * sum(layout)
        if layout:
            rows = capacity or len(vertices if vertices is not None else ())
            self._buffer = make_name(gl.glGenBuffers)
            device.count("buffer", 1)
            gl.glBindBuffer(gl.GL_ARRAY_BUFFER, self._buffer)
            data = None if vertices is None else np.ascontiguousarray(vertices, np.float32).ctypes.data
            gl.glBufferData(
                gl.GL_ARRAY_BUFFER,
                rows * self._stride,
                data,
                gl.GL_DYNAMIC_DRAW if capacity else gl.GL_STATIC_DRAW,
            )
            offset = 0
            for location, size in enumerate(layout):
                gl.glEnableVertexAttribArray(location)
                gl.glVertexAttribPointer(location, size, gl.GL_FLOAT, 0, self._stride, offset)
                if instanced:
                    gl.glVertexAttribDivisor(location, 1)
                offset += 4 * size

    def upload(self, rows: NDArray[np.float32]) -> None:
        """Replaces the first rows and draws only those from now on. Raises ValueError for another dtype (a bug)."""
        if rows.dtype != np.float32 or not rows.flags.c_contiguous:
            raise ValueError(f"expected float32 rows, got {rows.dtype}")
        gl = self._device.gl
        gl.glBindBuffer(gl.GL_ARRAY_BUFFER, self._buffer)
        gl.glBufferSubData(gl.GL_ARRAY_BUFFER, 0, rows.nbytes, rows.ctypes.data)
        self.count = len(rows)

    def draw(self, first: int = 0, count: int | None = None) -> None:
        """Draws all rows, or `count` of them from `first` on; instances are drawn all."""
        self._device.use_vertices(self.name)
        count = self.count if count is None else count
        if self._device.tile or self._device.mosaic:
            for _ in self._device.tiles():
                self._draw(first, count)
        else:
            self._draw(first, count)

    def _draw(self, first: int, count: int) -> None:
        gl = self._device.gl
        if self._instanced:
            gl.glDrawArraysInstanced(gl.GL_TRIANGLE_STRIP, 0, 4, self.count)
        else:
            gl.glDrawArrays(self._mode, first, count)

    def close(self) -> None:
        if self.name:
            self._device.doom("vertex array", self.name)
            self.name = 0
        if self._buffer:
            self._device.doom("buffer", self._buffer)
            self._buffer = 0

    def __del__(self) -> None:
        self.close()
