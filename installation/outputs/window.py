"""A window on a display: the canvas through its surfaces, full-screen, in step with the display, the cursor hidden.

The canvas is never the window: what is drawn here can be closed, moved or lost while the show plays on.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from installation.clock import FrameTime
from installation.errors import DeviceError, did_you_mean
from installation.gpu.device import Device
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Target
from installation.outputs.stage import mesh

VERTEX = """\
layout(location = 0) in vec2 place; layout(location = 1) in vec3 where;
out vec3 uvq;
void main() { uvq = where; gl_Position = vec4(2.0 * place - 1.0, 0.0, 1.0); }
"""
FRAGMENT = """\
in vec3 uvq; out vec4 color; uniform sampler2D canvas;
void main() {
  // Half a step of noise that is still: eight bits then show no bands in the dark.
  vec3 noise = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)) + vec3(0.0, 0.33, 0.67))) - 0.5;
  color = vec4(textureProj(canvas, uvq).rgb + noise / 255.0, 1.0);
}
"""


@dataclass(frozen=True, slots=True)
class Screen:
    """A display as the system tells it: number, name, size in pixels and place on the desktop."""

    number: int
    name: str
    width: int
    height: int
    x: int
    y: int


def has_display() -> bool:
    """Whether a window can be opened at all, without trying."""
    if os.name == "nt" or os.uname().sysname == "Darwin":
        return True
    return bool(os.environ.get("DISPLAY"))


def screens() -> list[Screen]:
    """The displays of this machine. Raises DeviceError when there is no display server."""
    found = _screens()
    return [Screen(n, _name(s, n), s.width, s.height, s.x, s.y) for n, s in enumerate(found)]


def _screens() -> list[Any]:
    import pyglet

    pyglet.options["debug_gl"] = False
    try:
        return list(pyglet.display.get_display().get_screens())
    except Exception as error:
        raise DeviceError(
            f"no display: {error}", hint="start a desktop or X server, or play with --headless"
        ) from error


def _name(screen: Any, number: int) -> str:
    try:
        return str(screen.get_display_id())
    except Exception:  # not every system tells one
        return f"display-{number}"


def choose(wanted: int | str | None, found: Sequence[Screen]) -> int:
    """The number of the display that is meant. Raises DeviceError with those that exist."""
    names = [f"{s.number} ({s.name}, {s.width} x {s.height})" for s in found]
    if wanted is None:
        return 0
    for screen in found:
        if wanted in (screen.number, str(screen.number), screen.name):
            return screen.number
    hint = did_you_mean(str(wanted), [s.name for s in found], label="displays")
    raise DeviceError(f'there is no display "{wanted}"', hint=hint or "; ".join(names))


class WindowOutput:
    """One window. Remembers whether somebody has asked to close it."""

    def __init__(
        self,
        display: int | str | None,
        fullscreen: bool,
        size: tuple[int, int],
        title: str,
    ) -> None:
        """Opens the window and makes its context current. Raises DeviceError when there is none to be had."""
        import pyglet

        pyglet.options["debug_gl"] = False
        pyglet.options["shadow_window"] = False
        found = _screens()
        screen = found[choose(display, screens())]
        try:
            from pyglet import gl, window

            config: Any = gl.Config(  # type: ignore[abstract]
                red_size=8, green_size=8, blue_size=8, double_buffer=True
            )
            config.major_version, config.minor_version = 3, 3
            sized: dict[str, int] = {} if fullscreen else {"width": size[0], "height": size[1]}
            self._window = window.Window(
                fullscreen=fullscreen, screen=screen, vsync=True, caption=title, config=config, **sized
            )
            if fullscreen:
                self._window.set_mouse_visible(False)
        except Exception as error:
            raise DeviceError(
                f"no OpenGL 3.3 window ({type(error).__name__}: {error})",
                hint="installation doctor says what is missing; --headless plays without a window",
            ) from error
        self.device = Device(self._window)
        self.closed = False
        self._keys: list[int] = []
        self._window.push_handlers(on_close=self._close, on_key_press=self._key)

    def _close(self) -> bool:
        self.closed = True
        return True

    def _key(self, symbol: int, modifiers: int) -> bool:
        self._keys.append(symbol)
        return True

    def keys(self) -> list[str]:
        """The names of the keys that went down since the last call, such as SPACE or ESCAPE."""
        from pyglet.window import key

        pressed, self._keys = self._keys, []
        return [key.symbol_string(symbol) for symbol in pressed]

    def set_surfaces(self, surfaces: Sequence[tuple[Sequence[float], Sequence[Sequence[float]]]]) -> None:
        """Lays regions of the canvas on four corners each: (region, corners). Raises OutputError for impossible ones."""
        vertices = np.concatenate([mesh(region, corners) for region, corners in surfaces])
        self._mesh = Mesh(self.device, vertices, (2, 3))
        self._program = Program(self.device, VERTEX, FRAGMENT, ("canvas",))

    def poll(self) -> None:
        """Lets the window hear of keys, resizes and its closing."""
        self._window.dispatch_events()

    def show(self, canvas: Target, frame: FrameTime) -> None:
        """Draws the canvas and shows it; waits for the display where it keeps time."""
        device = self.device
        width, height = self._window.get_framebuffer_size()
        device.use_framebuffer(0, width, height)
        device.use_blend("none")
        device.clear(0.0, 0.0, 0.0, 1.0)
        self._program.use((canvas.texture,))
        self._mesh.draw()
        self._window.flip()

    def close(self) -> None:
        self._program.close()
        self._mesh.close()
        self.device.free_doomed()
