"""A plain window to look about in: it shows a target, and tells what mouse, wheel and keys did. Not what a show plays in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from installation.errors import DeviceError
from installation.gpu.device import Device
from installation.gpu.textures import Target


@dataclass
class Moves:
    """What was done since the last look: pixels dragged, steps of the wheel, names of keys that went down and of those held."""

    across: float = 0.0
    up: float = 0.0
    wheel: float = 0.0
    pressed: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


class Viewer:
    """One window. Remembers what was done in it, and whether it has been closed."""

    def __init__(self, size: tuple[int, int], title: str) -> None:
        """Opens it and makes its context current. Raises DeviceError when there is none to be had."""
        import pyglet

        pyglet.options["debug_gl"] = False
        pyglet.options["shadow_window"] = False
        try:
            from pyglet import gl, window

            config: Any = gl.Config(red_size=8, green_size=8, blue_size=8, double_buffer=True)  # type: ignore[abstract]
            config.major_version, config.minor_version = 3, 3
            self._window: Any = window.Window(
                width=size[0], height=size[1], vsync=True, caption=title, config=config, resizable=True
            )
        except Exception as error:
            raise DeviceError(
                f"no window can be opened ({type(error).__name__}: {error})",
                hint="without a display write a picture: --out room.png",
            ) from error
        self.device = Device(self._window)
        self.closed = False
        self._moves = Moves()
        self._held: set[int] = set()
        self._window.push_handlers(
            on_close=self._close,
            on_key_press=self._press,
            on_key_release=self._release,
            on_mouse_drag=self._drag,
            on_mouse_scroll=self._scroll,
        )

    def _close(self) -> bool:
        self.closed = True
        return True

    def _press(self, symbol: int, modifiers: int) -> bool:
        self._held.add(symbol)
        self._moves.pressed = (*self._moves.pressed, _name(symbol))
        return True

    def _release(self, symbol: int, modifiers: int) -> bool:
        self._held.discard(symbol)
        return True

    def _drag(self, x: int, y: int, across: int, up: int, buttons: int, modifiers: int) -> bool:
        self._moves.across += across
        self._moves.up += up
        return True

    def _scroll(self, x: int, y: int, across: float, up: float) -> bool:
        self._moves.wheel += up
        return True

    def poll(self) -> Moves:
        """What has been done since the last call."""
        self._window.dispatch_events()
        done, self._moves = self._moves, Moves()
        done.held = tuple(sorted(_name(symbol) for symbol in self._held))
        return done

    def show(self, picture: Target) -> None:
        """Shows a target, as large as it fits."""
        gl, device = self.device.gl, self.device
        width, height = self._window.get_framebuffer_size()
        scale = min(width / picture.width, height / picture.height)
        wide, high = round(picture.width * scale), round(picture.height * scale)
        left, low = (width - wide) // 2, (height - high) // 2
        device.use_framebuffer(0, width, height)
        device.clear(0.0, 0.0, 0.0, 1.0)
        device.forget_framebuffer()
        gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, picture.name)
        gl.glBindFramebuffer(gl.GL_DRAW_FRAMEBUFFER, 0)
        whole = (0, 0, picture.width, picture.height, left, low, left + wide, low + high)
        gl.glBlitFramebuffer(*whole, gl.GL_COLOR_BUFFER_BIT, gl.GL_LINEAR)
        self._window.flip()

    def close(self) -> None:
        """Closes the window and frees its device. Safe to call twice."""
        self.device.close()


def _name(symbol: int) -> str:
    from pyglet.window import key

    return str(key.symbol_string(symbol))
