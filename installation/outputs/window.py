"""One window: borderless over one display or several, or framed on a desktop. Cursor hidden, keys heard, closing noticed.

The first window has the GL context; every other is only a place to draw to, with that same context, so that nothing that the
engine has made need exist twice. Windows are made, moved and closed between frames, never in one. Called by `windows`.
Only X11 has been tried; for Windows and macOS the few lines that differ are written as their manuals say.
"""

from __future__ import annotations

import sys
from typing import Any

from installation.errors import DeviceError
from installation.outputs.tiling import Pane

ABOVE_MENUS = 25
"""macOS: NSMainMenuWindowLevel + 1."""


class Window:
    """A window that is hidden until it is placed. Remembers which keys went down and whether somebody asked to close it."""

    def __init__(self, title: str, framed: bool = False, owner: Window | None = None) -> None:
        """Makes a window, and the GL context where there is no `owner` yet. Raises DeviceError when there is none to be had."""
        import pyglet

        pyglet.options["debug_gl"] = False
        pyglet.options["shadow_window"] = False
        self.framed, self.closed, self.placed = framed, False, False
        self.pane = Pane(0, 0, 16, 16, (), ())
        self._keys: list[tuple[int, int]] = []
        try:
            from pyglet import gl
            from pyglet.window import Window as Kind

            config: Any = gl.Config(  # type: ignore[abstract]
                red_size=8, green_size=8, blue_size=8, double_buffer=True
            )
            config.major_version, config.minor_version = 3, 3
            kind: Any = Kind
            style = kind.WINDOW_STYLE_DEFAULT if framed else kind.WINDOW_STYLE_BORDERLESS
            # The system's first, asked for once: where no display is on, pyglet finds no default one.
            screen = owner.window.screen if owner else pyglet.display.get_display().get_screens()[0]
            self.window: Any = kind(
                16, 16, title, style=style, visible=False, vsync=False, config=config, screen=screen
            )
        except Exception as error:
            raise DeviceError(
                f"no OpenGL 3.3 window ({type(error).__name__}: {error})",
                hint="installation doctor says what is missing; --headless plays without a window",
            ) from error
        if owner is None and _is_x():
            from installation.outputs import x_window

            x_window.tell_end()
        self._owner = owner or self
        self.window.push_handlers(
            on_close=self._close,
            on_key_press=self._key,
            _on_internal_resize=lambda *_: True,  # else it would set a viewport behind the device's back
        )

    def _close(self) -> bool:
        self.closed = True
        return True

    def _key(self, symbol: int, modifiers: int) -> bool:
        self._keys.append((symbol, modifiers))
        return True

    def keys(self) -> list[str]:
        """The names of the keys that went down since the last call, such as SPACE, ESCAPE or SHIFT+LEFT, with what was held."""
        from pyglet.window import key

        pressed, self._keys = self._keys, []
        # Those of the desktop, as in Alt and Tab, are nobody's here: their names are in no table.
        held = (
            (key.MOD_WINDOWS | key.MOD_COMMAND, "SUPER+"),
            (key.MOD_ALT, "ALT+"),
            (key.MOD_CTRL, "CTRL+"),
            (key.MOD_SHIFT, "SHIFT+"),
        )
        return [
            "".join(word for bit, word in held if modifiers & bit) + key.symbol_string(symbol)
            for symbol, modifiers in pressed
        ]

    @property
    def size(self) -> tuple[int, int]:
        """Of its framebuffer, in pixels."""
        width, height = self.window.get_framebuffer_size()
        return max(int(width), 1), max(int(height), 1)

    def place(self, pane: Pane) -> None:
        """Shows it where it belongs. Waits for the desktop: between frames only."""
        before, self.pane = self.pane, pane
        if self.placed and pane.place == before.place and not self.strayed:
            return
        if _is_x():
            from installation.outputs import x_window

            x_window.place(self.window, pane, self.placed)
        else:
            self.window.set_size(pane.width, pane.height)
            self.window.set_location(pane.x, pane.y)
            if sys.platform == "darwin" and not pane.framed:
                self.window._nswindow.setLevel_(ABOVE_MENUS)  # type: ignore[attr-defined]
            self.window.set_visible(True)
        self.window.set_mouse_visible(pane.framed)
        self.window.activate()
        self.placed = True

    @property
    def strayed(self) -> bool:
        """Whether the desktop has moved it from its displays. Asks the desktop: between frames only."""
        if not self.placed or self.pane.framed or not _is_x():  # one with a frame may be moved by hand
            return False
        return (*self.window.get_location(), *self.window.get_size()) != self.pane.place

    def hide(self) -> None:
        """Takes it off its display; what is drawn into it is lost."""
        if self.placed:
            self.window.set_visible(False)
            self.placed = False

    def use(self) -> None:
        """What is drawn to framebuffer 0 from now on goes into this window, with the owner's context."""
        own, owner = self.window.context, self._owner.window.context
        make_current: Any
        if sys.platform == "darwin":
            owner.set_current()
            owner._nscontext.setView_(own.canvas.nsview)
        elif sys.platform == "win32":
            from pyglet.gl import wgl

            owner.set_current()
            make_current = wgl.wglMakeCurrent
            make_current(own.canvas.hdc, owner._context)
        elif self._owner is self:
            self.window.switch_to()
        else:
            from pyglet.gl import glx as glx_library

            glx: Any = glx_library
            make_current = glx.glXMakeContextCurrent
            make_current(own.x_display, own.glx_window, own.glx_window, owner.glx_context)

    def wait_for_display(self, waits: bool) -> None:
        """Whether `flip` waits for the display's next picture."""
        self.use()
        self.window.context.set_vsync(waits)

    def poll(self) -> None:
        """Lets the window hear of keys, resizes and its closing. May leave another context current: `use` one after it."""
        self.window.dispatch_events()

    def flip(self) -> None:
        """Shows what was drawn since `use`."""
        (self._owner if sys.platform == "darwin" else self).window.flip()

    def close(self) -> None:
        """Closes a window that isn't the owner: the device closes that."""
        self.window.close()
        self._owner.window.switch_to()


def _is_x() -> bool:
    return sys.platform not in ("win32", "darwin")
