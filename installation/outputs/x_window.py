"""Where a window goes on an X desktop: over one display or several, with a window manager or without.

A window manager is asked for full-screen, and for full-screen over several displays (_NET_WM_FULLSCREEN_MONITORS, EWMH 1.5)
where it can do that; one that can't is passed by (override-redirect). Waits for the server: between frames only.
Xlib ends a program whose server has gone: it may only say so first. Called by `window`.
"""

from __future__ import annotations

import logging
import os
import sys
from ctypes import POINTER, byref, c_ubyte, c_ulong, cast, pointer
from typing import Any

from installation.errors import DeviceError
from installation.outputs.tiling import Pane
from installation.outputs.x_wire import XWire

log = logging.getLogger(__name__)

_handlers: list[Any] = []
STATE, SPAN = "_NET_WM_STATE_FULLSCREEN", "_NET_WM_FULLSCREEN_MONITORS"
CARDINAL = 6
CHECK, SUPPORTED = "_NET_SUPPORTING_WM_CHECK", "_NET_SUPPORTED"


def tell_end() -> None:
    """Has this program say what has happened before it ends with its X server: Xlib ends whoever it has windows for, and says
    nothing that a person would understand. Called once a window is there."""
    from pyglet.libs.x11 import xlib

    if not _handlers:
        _handlers.append(xlib.XIOErrorHandler(_ended))  # kept here: Xlib keeps only its address
        xlib.XSetIOErrorHandler(_handlers[0])


def _ended(_: Any) -> int:
    log.error(
        "the X server has ended, and took the show's windows along: the show ends too. "
        "shows/OUTPUTS.md says how to have it started again by itself"
    )
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(1)  # Xlib would do so next; what else could be asked of it now would hang


def place(window: Any, pane: Pane, shown: bool) -> None:
    """Shows a pyglet window where a pane says; `shown`: it is on the desktop already."""
    managed, spans = manager(window.display.name)
    covers = not pane.framed
    passed_by = covers and managed and len(pane.covers) > 1 and not spans
    if shown and managed:
        window.set_visible(False)  # so that the manager takes it anew
    _pass_by(window, passed_by)
    window.set_size(pane.width, pane.height)
    window.set_location(pane.x, pane.y)
    if covers:
        _insist(window, pane)
        _uncomposed(window)
    if covers and managed and not passed_by:
        window._set_wm_state()
        window._set_wm_state(STATE)
    window.set_visible(True)
    if covers and managed and not passed_by and len(pane.covers) > 1:
        _span(window, span_of(pane))
    if not managed or passed_by:
        window.set_location(pane.x, pane.y)


def span_of(pane: Pane) -> tuple[int, int, int, int]:
    """The numbers of the displays at a pane's upper, lower, left and right edge, as _NET_WM_FULLSCREEN_MONITORS wants them."""
    of = pane.covers
    return (
        min(of, key=lambda d: d.y).number,
        max(of, key=lambda d: d.y + d.height).number,
        min(of, key=lambda d: d.x).number,
        max(of, key=lambda d: d.x + d.width).number,
    )


def manager(name: str | None) -> tuple[bool, bool]:
    """Whether somebody manages the desktop's windows, and whether it lays one over several displays."""
    try:
        wire = XWire(name or os.environ.get("DISPLAY", ""))
    except DeviceError:
        return False, False
    try:
        if not wire.property(wire.root, CHECK):
            return False, False
        return True, wire.atom(SPAN) in wire.property(wire.root, SUPPORTED)
    except DeviceError:
        return False, False
    finally:
        wire.close()


def _insist(window: Any, pane: Pane) -> None:
    """Says that its place was chosen by a person (so that a manager doesn't choose one), and that its size may change."""
    from pyglet.libs.x11 import xlib

    hints = xlib.XSizeHints(
        flags=xlib.USPosition | xlib.USSize, x=pane.x, y=pane.y, width=pane.width, height=pane.height
    )
    xlib.XSetWMNormalHints(window._x_display, window._window, byref(hints))


def _uncomposed(window: Any) -> None:
    """Asks compositors to let its pictures go straight to the displays (_NET_WM_BYPASS_COMPOSITOR, EWMH 1.5)."""
    from pyglet.libs.x11 import xlib

    atom = xlib.XInternAtom(window._x_display, b"_NET_WM_BYPASS_COMPOSITOR", False)
    on = pointer(c_ulong(1))
    replace = xlib.PropModeReplace
    xlib.XChangeProperty(window._x_display, window._window, atom, CARDINAL, 32, replace, cast(on, POINTER(c_ubyte)), 1)


def _pass_by(window: Any, passed_by: bool) -> None:
    from pyglet.libs.x11 import xlib

    wanted = xlib.XSetWindowAttributes()
    wanted.override_redirect = int(passed_by)
    xlib.XChangeWindowAttributes(window._x_display, window._window, xlib.CWOverrideRedirect, byref(wanted))


def _span(window: Any, numbers: tuple[int, int, int, int]) -> None:
    from pyglet.libs.x11 import xlib

    event = xlib.XEvent()
    event.xclient.type = xlib.ClientMessage
    event.xclient.message_type = xlib.XInternAtom(window._x_display, SPAN.encode(), False)
    event.xclient.display = cast(window._x_display, POINTER(xlib.Display))
    event.xclient.window = window._window
    event.xclient.format = 32
    for at, number in enumerate((*numbers, 1)):  # 1: asked by an application
        event.xclient.data.l[at] = number
    mask = xlib.SubstructureRedirectMask | xlib.SubstructureNotifyMask
    xlib.XSendEvent(window._x_display, window._get_root(), False, mask, byref(event))
