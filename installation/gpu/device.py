"""The GL context, who owns what in it, and how much is alive.

One `Device` owns every GL object. Textures, targets, programs and meshes are made with it and closed by whoever made
them; an object that is forgotten puts its name on the device's doomed list, which is emptied at the end of a frame on
the GL thread, so that a finaliser on any thread is harmless. `live` counts what exists, by kind.

This package is the only one that calls GL. It must never read files or know what a scene is.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeAlias
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from installation.errors import DeviceError

Api: TypeAlias = Literal["gl", "gles"]

HEADINGS = {
    "330 core": "#version 330 core\n",
    "300 es": "#version 300 es\nprecision highp float;\nprecision highp int;\nprecision highp sampler2D;\n",
}
"""What stands above every piece of our own GLSL, by dialect."""

UNIFORM_BYTES = 1 << 18
"""Room for all uniforms of one frame: 256 KiB is about a thousand passes."""


class Device:
    """The context of one window (or of none). Remembers what is alive, what is doomed, and the bound state."""

    def __init__(self, window: Any) -> None:
        from pyglet import gl

        few_pools()
        self.window = window  # kept: a window that is collected takes its context along
        self.gl = gl
        self.live: Counter[str] = Counter()
        self.programs: WeakValueDictionary[tuple[str, ...], Any] = WeakValueDictionary()
        """Programs that several players may share, by their sources; see `Program.shared`."""
        self._doomed: list[tuple[str, int]] = []
        self._program = self._vao = self._framebuffer = -1
        self._viewport = (-1, -1, -1, -1)
        self._blend = ""
        self._units: dict[int, int] = {}
        self._unit = -1
        self.renderer = _text(gl.glGetString(gl.GL_RENDERER))
        self.version = _text(gl.glGetString(gl.GL_VERSION))
        self.dialect: Literal["330 core", "300 es"] = "300 es" if "OpenGL ES" in self.version else "330 core"
        self.heading = HEADINGS[self.dialect]
        self.software = any(word in self.renderer.lower() for word in ("llvmpipe", "softpipe", "swrast"))
        self.max_texture = self.integer(gl.GL_MAX_TEXTURE_SIZE)
        gl.glDisable(gl.GL_DEPTH_TEST)
        gl.glDisable(gl.GL_DITHER)
        gl.glPixelStorei(gl.GL_UNPACK_ALIGNMENT, 1)
        gl.glPixelStorei(gl.GL_PACK_ALIGNMENT, 1)
        self.uniforms = UniformStore(self)
        self.tile = 0
        """Pixels a side of what is drawn at once, for large pictures on a device that breaks off what takes long; 0: all."""
        self.mosaic: Any = None
        """The `mosaic.Mosaic` by which pictures larger than `max_texture` lie in tiles; None where there are none."""
        self.flat = gl.GL_TEXTURE_2D
        """What a texture that is no cube is to GL."""
        self.held = 0
        """Bytes of all pictures that are alive."""
        self.room: int | None = None
        """How many there may be, where that is known: a render is told before it is killed for them."""

    @classmethod
    def headless(cls, api: Api = "gl") -> Device:
        """A context without a window, by EGL: OpenGL 3.3 core, or OpenGL ES 3.0 as small computers have it.

        Raises DeviceError with what to install.
        """
        import pyglet

        pyglet.options["headless"] = True
        pyglet.options["debug_gl"] = False
        pyglet.options["shadow_window"] = False
        # Without a display server Mesa must not go looking for one.
        os.environ.setdefault("EGL_PLATFORM", "surfaceless")
        try:
            # By name: where a window on a display was tried first, `pyglet.window.Window` is that display's kind for good.
            from pyglet.display.headless import HeadlessDisplay
            from pyglet.gl.headless import HeadlessConfig
            from pyglet.window.headless import HeadlessWindow

            config = HeadlessConfig(red_size=8, green_size=8, blue_size=8, alpha_size=8, double_buffer=True)
            config.opengl_api = api
            config.major_version, config.minor_version = (3, 3) if api == "gl" else (3, 0)
            display = HeadlessDisplay()  # type: ignore[no-untyped-call]
            made = HeadlessWindow(width=16, height=16, config=config, visible=False, display=display)
            made.switch_to()
        except Exception as error:
            raise DeviceError(
                f"no OpenGL {'3.3' if api == 'gl' else 'ES 3.0'} context without a display ({type(error).__name__}: {error})",
                hint="on Debian and Ubuntu: apt-get install libegl1 libgl1 libgl1-mesa-dri; then: installation doctor",
            ) from error
        return cls(made)

    def integer(self, name: int) -> int:
        value = (self.gl.GLint * 1)()
        self.gl.glGetIntegerv(name, value)
        return int(value[0])

    def error(self) -> int:
        """GL's oldest unread error, 0 for none. For tests: it stalls a GPU."""
        return int(self.gl.glGetError())

    # -- ownership ---------------------------------------------------------------------------------------------------

    def count(self, kind: str, step: int) -> None:
        self.live[kind] += step
        if not self.live[kind]:
            del self.live[kind]

    def doom(self, kind: str, name: int) -> None:
        """Lets an object be freed at the frame's end. Safe from any thread and from finalisers."""
        self._doomed.append((kind, name))

    def free_doomed(self) -> None:
        """Frees what has been doomed. On the GL thread only."""
        while self._doomed:
            kind, name = self._doomed.pop()
            self._delete(kind, name)
            self.count(kind, -1)

    def _delete(self, kind: str, name: int) -> None:
        gl = self.gl
        deleters: dict[str, Callable[..., None]] = {
            "texture": gl.glDeleteTextures,
            "framebuffer": gl.glDeleteFramebuffers,
            "buffer": gl.glDeleteBuffers,
            "vertex array": gl.glDeleteVertexArrays,
        }
        if kind == "program":
            gl.glDeleteProgram(name)
            if self._program == name:
                self._program = -1
            return
        deleters[kind](1, (gl.GLuint * 1)(name))
        # GL may hand the name out again: forget that it was bound.
        if kind == "texture":
            self._units = {unit: bound for unit, bound in self._units.items() if bound != name}
        elif kind == "framebuffer" and self._framebuffer == name:
            self._framebuffer = -1
        elif kind == "vertex array" and self._vao == name:
            self._vao = -1

    # -- bound state: set only what changes --------------------------------------------------------------------------

    def forget_framebuffer(self) -> None:
        """Before reading and drawing framebuffers are bound apart."""
        self._framebuffer = -1

    def use_program(self, name: int) -> None:
        if name != self._program:
            self.gl.glUseProgram(name)
            self._program = name

    def use_vertices(self, name: int) -> None:
        if name != self._vao:
            self.gl.glBindVertexArray(name)
            self._vao = name

    def use_texture(self, unit: int, name: int, is_cube: bool = False) -> None:
        """Binds a texture for sampling. Another unit may stay the active one."""
        if self._units.get(unit) != name:
            self._activate(unit)
            self.gl.glBindTexture(self.gl.GL_TEXTURE_CUBE_MAP if is_cube else self.flat, name)
            self._units[unit] = name

    def edit_texture(self, name: int, is_cube: bool = False) -> None:
        """Binds a texture so that what follows (glTexSubImage2D and its like) goes to it and to no other."""
        self.use_texture(0, name, is_cube)
        self._activate(0)

    def _activate(self, unit: int) -> None:
        if unit != self._unit:
            self.gl.glActiveTexture(self.gl.GL_TEXTURE0 + unit)
            self._unit = unit

    def use_framebuffer(self, name: int, width: int, height: int) -> None:
        """Draws into a framebuffer from now on; 0 is the window's."""
        if name != self._framebuffer:
            self.gl.glBindFramebuffer(self.gl.GL_FRAMEBUFFER, name)
            self._framebuffer = name
        self.use_viewport(0, 0, width, height)

    def use_viewport(self, x: int, y: int, width: int, height: int) -> None:
        """The part of the bound framebuffer that is drawn on, pixels from its bottom left."""
        viewport = (x, y, width, height)
        if viewport != self._viewport:
            self.gl.glViewport(*viewport)
            self._viewport = viewport

    def tiles(self) -> Iterator[None]:
        """Once for each tile of what is being drawn into: what is drawn meanwhile touches no other pixel, and is finished
        before the next. All tiles together are, to the byte, what one drawing would be; those of a mosaic, but for rounding."""
        if self.mosaic is not None:
            yield from self.mosaic.drawn(self._program)
            return
        gl, (_, _, width, height) = self.gl, self._viewport
        gl.glEnable(gl.GL_SCISSOR_TEST)
        for y in range(0, height, self.tile):
            for x in range(0, width, self.tile):
                gl.glScissor(x, y, min(self.tile, width - x), min(self.tile, height - y))
                yield
                gl.glFinish()
        gl.glDisable(gl.GL_SCISSOR_TEST)

    def use_blend(self, mode: str) -> None:
        """Fixed-function blending of premultiplied linear light; "none" replaces."""
        if mode == self._blend:
            return
        gl = self.gl
        if mode == "none":
            gl.glDisable(gl.GL_BLEND)
        elif mode == "accumulate":  # all four channels add up: counts, not colours
            gl.glEnable(gl.GL_BLEND)
            gl.glBlendEquation(gl.GL_FUNC_ADD)
            gl.glBlendFunc(gl.GL_ONE, gl.GL_ONE)
        else:
            gl.glEnable(gl.GL_BLEND)
            equation, source, target = {
                "normal": (gl.GL_FUNC_ADD, gl.GL_ONE, gl.GL_ONE_MINUS_SRC_ALPHA),
                "add": (gl.GL_FUNC_ADD, gl.GL_ONE, gl.GL_ONE),
                "screen": (gl.GL_FUNC_ADD, gl.GL_ONE, gl.GL_ONE_MINUS_SRC_COLOR),
                "multiply": (gl.GL_FUNC_ADD, gl.GL_ZERO, gl.GL_SRC_COLOR),
                "lighten": (gl.GL_MAX, gl.GL_ONE, gl.GL_ONE),
                "subtract": (gl.GL_FUNC_REVERSE_SUBTRACT, gl.GL_ONE, gl.GL_ONE),
            }[mode]
            gl.glBlendEquationSeparate(equation, gl.GL_FUNC_ADD)
            gl.glBlendFuncSeparate(source, target, gl.GL_ONE, gl.GL_ONE_MINUS_SRC_ALPHA)
        self._blend = mode

    def clear(self, red: float = 0.0, green: float = 0.0, blue: float = 0.0, alpha: float = 0.0) -> None:
        """Fills the bound framebuffer."""
        self.gl.glClearColor(red, green, blue, alpha)
        if self.mosaic is not None:
            self.mosaic.clear()
        else:
            self.gl.glClear(self.gl.GL_COLOR_BUFFER_BIT)

    def finish(self) -> None:
        """Waits until everything is drawn. For measuring only."""
        self.gl.glFinish()

    def close(self) -> None:
        """Frees everything and the context. Safe to call twice."""
        if self.window is None:
            return
        self.uniforms.close()
        if self.mosaic is not None:
            self.mosaic.close()
        self.free_doomed()
        self.window.close()
        self.window = None


class UniformStore:
    """All uniform blocks of a frame in one buffer: passes write their slices, one upload, then each binds its range.

    A block written twice in a frame would be seen at its last value by every draw, so slices are given out once a
    frame (`take`) and `upload` comes before the first draw.
    """

    def __init__(self, device: Device) -> None:
        gl = device.gl
        self._device = device
        self.align = max(device.integer(gl.GL_UNIFORM_BUFFER_OFFSET_ALIGNMENT), 16)
        self.bytes: NDArray[np.uint8] = np.zeros(UNIFORM_BYTES, np.uint8)
        self._pointer = self.bytes.ctypes.data
        self._used = 0
        self._name = make_name(gl.glGenBuffers)
        device.count("buffer", 1)
        gl.glBindBuffer(gl.GL_UNIFORM_BUFFER, self._name)
        gl.glBufferData(gl.GL_UNIFORM_BUFFER, UNIFORM_BYTES, None, gl.GL_STREAM_DRAW)

    def take(self, block: NDArray[np.uint8]) -> int:
        """Copies a block in and returns its offset. Raises DeviceError when a frame has too many."""
        start = self._used
        end = start + block.nbytes
        if end > UNIFORM_BYTES:
            raise DeviceError("one frame has more uniform values than fit", hint="use fewer passes in this scene")
        self.bytes[start:end] = block
        self._used = end + (-end) % self.align
        return start

    def upload(self) -> None:
        """Sends the slices taken since the last upload and starts anew."""
        if self._used:
            gl = self._device.gl
            gl.glBindBuffer(gl.GL_UNIFORM_BUFFER, self._name)
            gl.glBufferSubData(gl.GL_UNIFORM_BUFFER, 0, self._used, self._pointer)
            self._used = 0

    def bind(self, offset: int, size: int) -> None:
        gl = self._device.gl
        gl.glBindBufferRange(gl.GL_UNIFORM_BUFFER, 0, self._name, offset, size)

    def close(self) -> None:
        if self._name:
            self._device.doom("buffer", self._name)
            self._name = 0


def few_pools() -> None:
    """Lets glibc keep memory in two pools instead of eight a core: drivers compile in many threads, and a night of edits
    would leave holes in each. Elsewhere nothing."""
    if sys.platform == "linux":
        arena_max = -8
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(arena_max, 2)


def make_name(generate: Callable[..., None]) -> int:
    """One new name from a glGen* function."""
    names = (ctypes.c_uint * 1)()
    generate(1, names)
    return int(names[0])


def _text(pointer: Any) -> str:
    value = ctypes.cast(pointer, ctypes.c_char_p).value
    return value.decode("utf-8", "replace") if value else ""
