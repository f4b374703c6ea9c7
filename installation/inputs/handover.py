"""From one camera process to the next: takes up the room that was known, and leaves what is known of it now and then.

In the camera process, between `eye`, `vision` and `room_memory`. Only a room that is seen in the same way goes on: through the
same mapping, in pictures of the same size, mirrored or not. For a camera that was away for long the room is looked at anew: it
may have been turned, and the room rearranged; how the wall answers to light is remembered for longer.
"""

from __future__ import annotations

import json
from typing import Any
from zlib import crc32

from installation.inputs.eye import Eye
from installation.inputs.room_memory import RoomPages
from installation.inputs.vision import Vision

EVERY = 2.0
"""Seconds between two times that it is left; the first comes when the room has been known for some seconds, so that of two
processes that overlap for a moment only one leaves anything."""
FRESH = 120.0
"""Seconds for which a room that nobody has looked at is still the room."""


class Handover:
    """Remembers when it last left the room, and whether it has taken it up."""

    def __init__(self, pages: RoomPages | None) -> None:
        self._pages = pages
        self._taken = False
        self._left = 0.0

    def take(self, eye: Eye, vision: Vision, picture: Any, when: float) -> None:
        """Before the first picture is looked at: goes on from what another process has left. Afterwards nothing."""
        if self._taken:
            return
        self._taken, self._left = True, when
        found = self._pages.left(_key(eye, picture)) if self._pages is not None else None
        if found is None:
            return
        before, room, light = found
        if eye.light is not None and light is not None:
            eye.light.recall(light)
        if when - before < FRESH:
            vision.recall(room, when)

    def leave(self, eye: Eye, vision: Vision, picture: Any, when: float) -> None:
        """Leaves the room, where it is time and the room is known well enough."""
        if self._pages is None or when - self._left < EVERY:
            return
        self._left = when
        room = vision.room(when)
        if room is not None and (eye.light is None or eye.light.sure):
            light = eye.light.known() if eye.light is not None else None
            self._pages.leave(_key(eye, picture), when, room, light)


def _key(eye: Eye, picture: Any) -> int:
    return crc32(json.dumps([eye.place, picture.shape]).encode())
