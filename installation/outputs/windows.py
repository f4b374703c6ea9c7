"""The windows that the canvas is shown in: laid anew between frames as displays come and go, drawn and flipped once a frame.

The canvas is never a window: all of them can be hidden, moved or lost while the show plays on, and the GL context stays.
In a frame nothing is asked of the desktop but the flips. Called by `showing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from installation.errors import InstallationError, Problem
from installation.gpu.device import Device
from installation.gpu.textures import Target
from installation.outputs.tiling import Pane, Tiling
from installation.outputs.window import Window

TIMES = 5
"""How often a window that was moved is put back, before it is left where the desktop wants it."""


class Drawer(Protocol):
    """What draws an output's picture."""

    def draw(self, canvas: Target, x: int, y: int, width: int, height: int) -> None:
        """Into a part of the window's framebuffer: x, y of its lower left corner, in pixels."""

    def rehearse(self) -> None:
        """Has drivers compile whatever that may need, on the bound framebuffer."""


class Windows:
    """All windows, and the device of their one context."""

    def __init__(self, title: str, tiling: Tiling) -> None:
        """Opens the windows and makes the context current. Raises DeviceError when there is none to be had."""
        self._title = title
        self._first = Window(title, bool(tiling.panes) and tiling.panes[0].framed)
        self._all = [self._first]
        self._order: list[Window] = []
        self._put_back = 0
        self.device = Device(self._first.window)
        try:
            self.lay(tiling)
        except BaseException:
            self.device.close()
            raise

    def lay(self, tiling: Tiling) -> None:
        """Makes, moves and closes windows until there is one for each pane. Between frames. `problems` has what went wrong.

        The first is never closed, for the context is its own: it is hidden while it has no pane.
        """
        problems: list[Problem] = []
        self._put_back = 0
        left = list(self._all)
        placed: list[Window] = []
        for pane in tiling.panes:
            window = self._fitting(pane, left)
            try:
                if window is None:
                    window = Window(self._title, pane.framed, self._first)
                    self._first.use()
                    self._all.append(window)
                else:
                    left.remove(window)
                window.place(pane)
            except InstallationError as error:
                problems += error.problems
                continue
            placed.append(window)
        for window in left:
            if window is self._first:
                window.hide()
            else:
                self._all.remove(window)
                window.close()
        for index, window in enumerate(placed):
            window.wait_for_display(index == tiling.paced_by)
        # The one that waits comes last: the others' pictures are on their way by then.
        self._order = sorted(placed, key=lambda window: placed.index(window) == tiling.paced_by)
        self._first.use()
        self.problems = problems

    def settle(self) -> list[Problem]:
        """Puts back what the desktop has moved; after some times it may keep it, and that is said. Between frames."""
        strayed = [window for window in self._order if window.strayed]
        self._put_back = self._put_back + 1 if strayed else 0
        if self._put_back > TIMES:
            what = "the desktop keeps moving the show's window from its displays"
            return [Problem(what, hint="turn tiling and snapping off, or use a desktop without a window manager")]
        for window in strayed:
            window.place(window.pane)
        self._first.use()
        return []

    @staticmethod
    def _fitting(pane: Pane, windows: list[Window]) -> Window | None:
        """The window that has shown this pane's outputs, else any of its kind."""
        outputs = {tile.output for tile in pane.tiles}
        fitting = [window for window in windows if window.framed == pane.framed]
        fitting.sort(key=lambda window: not outputs & {tile.output for tile in window.pane.tiles})
        return fitting[0] if fitting else None

    @property
    def shown(self) -> frozenset[str]:
        """The outputs that have their window."""
        return frozenset(tile.output for window in self._order for tile in window.pane.tiles)

    @property
    def closed(self) -> bool:
        """Whether somebody asked to close one."""
        return any(window.closed for window in self._all)

    def keys(self) -> list[str]:
        """The names of the keys that went down in any window since the last call, such as SPACE or ESCAPE."""
        return [name for window in self._all for name in window.keys()]

    def poll(self) -> None:
        """Lets the windows hear of keys, resizes and closing."""
        for window in self._all:
            window.poll()
        self._first.use()

    def rehearse(self, drawers: Mapping[str, Drawer]) -> None:
        """Has every output's drawer try all that it may need, in its window: drivers compile for what is drawn to. Between
        frames, unseen: the next one begins with black."""
        for window in self._order:
            window.use()
            self.device.use_framebuffer(0, *window.size)
            for tile in window.pane.tiles:
                if drawer := drawers.get(tile.output):
                    drawer.rehearse()
        self._first.use()

    def draw(self, canvas: Target, drawers: Mapping[str, Drawer]) -> None:
        """Draws each output into its place, black around, and shows it; waits for the display that keeps time."""
        device = self.device
        for window in self._order:
            if len(self._all) > 1:
                window.use()
            width, height = window.size
            device.use_framebuffer(0, width, height)
            device.clear(0.0, 0.0, 0.0, 1.0)
            for tile in window.pane.tiles:
                if drawer := drawers.get(tile.output):
                    drawer.draw(canvas, tile.x, height - tile.y - tile.height, tile.width, tile.height)
            window.flip()
        if len(self._all) > 1:
            self._first.use()

    def close(self) -> None:
        """Closes all windows but the first, which the device closes."""
        for window in self._all[1:]:
            window.close()
        del self._all[1:]
        self._order = []
