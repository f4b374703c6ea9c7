"""Keeps the pace: measures what frames cost, on the processor and on the graphics device, and lets the governor decide.

Called by the engine around a frame's drawing. When rendering to a file nobody waits, and the canvas keeps its size.
"""

from __future__ import annotations

import logging

from installation.clock import FrameTime
from installation.gpu.device import Device
from installation.gpu.stopwatch import Stopwatch
from installation.render.governor import Governor, scaled

log = logging.getLogger(__name__)

SOFTEST = 0.5
"""The least scale on a software renderer: it can't hold a show's rate anyway, and is used for looking."""


class Pace:
    """Remembers the scale at which the canvas is drawn, and whether a person has pinned it."""

    def __init__(self, device: Device, fps: float, live: bool) -> None:
        self._governor = Governor(fps, SOFTEST if device.software else 0.0) if live else None
        self._stopwatch = Stopwatch(device)
        self.fps = fps
        self.scale = 1.0
        self.pinned = False
        self.given: float | None = None
        """The scale that a replay's log gives, in the governor's place."""

    def fit(self, size: tuple[int, int], pinned: float) -> tuple[int, int]:
        """The size at which a canvas of `size` is drawn: `pinned` of it, or where that is 0 as the governor says."""
        self.pinned = pinned > 0.0
        scale = self.given or pinned or (self._governor.scale if self._governor else 1.0)
        if scale != self.scale:
            self.scale = scale
            why = "as it was pinned" if self.pinned else "to hold the frame rate"
            log.info("the canvas is drawn at %.2f of its size, %s", scale, why)
        return scaled(size, scale)

    def begin(self) -> None:
        """Before the first draw of a frame."""
        if self._governor:
            self._stopwatch.begin()

    def end(self, frame: FrameTime, seconds: float) -> None:
        """After the last one; `seconds` is what the frame has cost the processor until now."""
        if self._governor:
            self._stopwatch.end()
            device = self._stopwatch.seconds
            self._governor.feed(frame.seconds, max(seconds, device or 0.0), frame.delta, device is not None)

    def close(self) -> None:
        self._stopwatch.close()
