"""What stands between the camera and the vision, in the camera process: the picture as it lies on the canvas, without the
wall's own light; and what a calibration asks of the camera.

It does as the engine says through the `LightSlot`, and tells it points and milliseconds. Without a slot, or before a mapping is
set, pictures pass as they are. It keeps no picture.
"""

from __future__ import annotations

import json
from typing import Any
from zlib import crc32

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from installation.errors import DeviceError
from installation.inputs import latency, markers
from installation.inputs.light_slot import LightSlot
from installation.inputs.mapping import WHOLE, fit
from installation.inputs.own_light import OwnLight
from installation.inputs.showing import upright
from installation.inputs.striped import Striped
from installation.inputs.view import Detail, View

cv2: Any = opencv

FIND_EVERY = 0.2
"""Seconds between two looks for markers: each takes some tens of milliseconds."""
HAND_ON_EVERY = 2.0
"""Seconds between two words to the process that may come after this one, on how the wall answers to light."""
ENOUGH_LOOKS = 8
"""Pictures whose markers are averaged: a corner then is known to a tenth of the camera's pixel."""


class Eye:
    """Remembers what the engine wants, the mapping made ready, the wall's light, and a measurement under way."""

    def __init__(self, slot: LightSlot | None, width: int, height: int, mirror: bool, *, hands_on: bool = True) -> None:
        """`width` x `height` is the mask's size; `mirror` is for as long as no mapping says better. `hands_on`: whether what is
        learned of the wall's light goes to the next process through the slot, where it has no better way (`handover`)."""
        self._hands_on = hands_on
        self._slot = slot
        self._size = (width, height)
        self._mirror = mirror
        self._wanted: dict[str, Any] = {}
        self._number = self._canvas = 0
        self._view: View | None = None
        self._light: OwnLight | None = None
        self._key, self._handed_on = 0, 0.0
        self._moved = False
        self._task: Markers | Pulses | Striped | None = None

    @property
    def mirrors(self) -> bool:
        """Whether the vision is to mirror the pictures: only as long as no mapping does."""
        return self._mirror and self._view is None

    @property
    def measuring(self) -> bool:
        """Whether nobody is sensed: a calibration is on the wall, or the wall's own light is still being learned."""
        learning = self._light is not None and self._light.learning
        return learning or bool(self._wanted.get("task"))

    def moved(self) -> bool:
        """Whether the pictures have changed their place since this was last asked: the vision learns the room anew."""
        moved, self._moved = self._moved, False
        return moved

    def listen(self) -> None:
        """Does as the engine says from now on."""
        words = self._slot.wanted() if self._slot is not None else None
        if words is not None and words[0] != self._number:
            self._number = words[0]
            self._obey(words[1])

    @property
    def light(self) -> OwnLight | None:
        """The wall's own light; None where it isn't taken out."""
        return self._light

    @property
    def place(self) -> tuple[object, ...]:
        """What the pictures that it gives depend on, but for what the camera gives."""
        mapping = [self._wanted.get(name) for name in ("pairs", "robust", "aspect", "part")] if self._view else None
        return mapping, self._light is not None, self.mirrors

    def look(self, picture: NDArray[np.uint8], when: float) -> NDArray[np.uint8]:
        """A picture taken at `when`, (h, w, 3) BGR, as the vision is to see it."""
        slot = self._slot
        if slot is None:
            return picture
        self.listen()
        canvases = slot.canvases(self._canvas)
        for number, drawn, canvas in canvases:
            self._canvas = number
            if self._light is not None:
                self._light.canvas(drawn, canvas)
        view = self._view
        seen = picture if view is None else view.look(picture)
        if self._task is not None:
            found = self._task.look(picture, seen, when, canvases)
            if found is not None:
                slot.tell({"task": self._task.number, **found})
                if found.get("done"):
                    self._task = None
        if self._light is not None and not self._wanted.get("task"):
            learning = self._light.learning
            seen = self._light.take_out(seen, when)
            self._moved |= learning and not self._light.learning
            coarsely = self._hands_on and when - self._handed_on > HAND_ON_EVERY
            if coarsely and (lesson := self._light.lesson()) is not None:
                self._handed_on = when
                slot.hand_on(self._key, *lesson)
        return seen

    def detail(self, picture: NDArray[np.uint8]) -> Detail | None:
        """The same picture for what needs more detail than `look` gives; None where that gives all."""
        return None if self._view is None else Detail(picture, self._view.mapping)

    def see(self, mask: NDArray[np.uint8]) -> None:
        """What the vision made of it: the mask, row 0 the bottom row."""
        if self._light is not None:
            self._light.see(np.ascontiguousarray(mask[::-1]))

    def shown(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A picture as whoever asked for pictures gets it, (2h, 2w, 4) RGBA, row 0 at the bottom: all of what the camera sees
        while corners are placed, else the part that the mask is of."""
        width, height = 2 * self._size[0], 2 * self._size[1]
        if self._wanted.get("aid"):
            whole = cv2.resize(np.ascontiguousarray(picture[..., :3]), (width, height), interpolation=cv2.INTER_AREA)
        elif self._view is not None:
            whole = self._view.look(picture)
        else:
            return upright(picture, width, height, self._mirror)
        return np.asarray(cv2.cvtColor(cv2.flip(whole, 0), cv2.COLOR_BGR2RGBA), dtype=np.uint8)

    @property
    def status(self) -> dict[str, object]:
        """What to tell the operator, in few words."""
        light = self._light
        state = "off" if light is None else "learned" if light.learned else "learning"
        return {"mapped": self._view is not None, "own_light": state}

    def _obey(self, wanted: dict[str, Any]) -> None:
        before, self._wanted = self._wanted, wanted
        width, height = self._size
        if wanted.get("pairs") != before.get("pairs"):
            self._view = self._light = None
            self._moved = True
            if pairs := wanted.get("pairs"):
                try:
                    aspect = float(wanted.get("aspect") or 16 / 9)
                    mapping = fit(pairs, "markers" if wanted.get("robust") else "corners", aspect)
                    self._view = View(mapping.of(wanted.get("part") or WHOLE), 2 * width, 2 * height)
                except DeviceError:
                    pass  # the engine has made a mapping of the same pairs, and would have said so
        own = bool(wanted.get("own_light")) and self._view is not None
        if not own:
            self._light = None
        elif self._light is None:
            self._light = OwnLight(width, height)
            place = [wanted.get("pairs"), wanted.get("robust"), wanted.get("part")]
            self._key = crc32(json.dumps(place).encode())
            if self._slot is not None and (lesson := self._slot.handed_on(self._key)) is not None:
                self._light.inherit(lesson)
        if self._light is not None and wanted.get("latency") is not None:
            self._light.latency = float(wanted["latency"])
        task = wanted.get("task") or None
        if task is None:
            self._task = None
            if before.get("task"):
                self._moved = True  # whatever was on the wall meanwhile is not the room
        elif task != before.get("task"):
            if isinstance(self._task, Striped) and self._task.number == task.get("number"):
                self._task.go(task)
                return
            kinds: dict[str, type[Markers | Pulses | Striped]] = {
                "markers": Markers,
                "latency": Pulses,
                "stripes": Striped,
            }
            kind = kinds.get(str(task.get("kind")))
            self._task = kind(task) if kind else None


class Markers:
    """Looks for the markers until they have been seen often enough. Remembers where each was."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.number = int(task["number"])
        self._aspect, self._begin = float(task["aspect"]), float(task["begin"])
        self._next = 0.0
        self._looks = 0
        self._seen: dict[tuple[float, float], list[tuple[float, float]]] = {}
        self._mirrored = False

    def look(self, picture: NDArray[np.uint8], _seen: object, when: float, _canvases: object) -> dict[str, Any] | None:
        """What has been found so far; "done" with the pairs of points when it is enough."""
        if when < max(self._begin, self._next):
            return None
        self._next = when + FIND_EVERY
        found = markers.find(picture, self._aspect)
        if found.markers >= markers.FEWEST:
            self._looks += 1
            self._mirrored = found.mirrored
            for x, y, u, v in found.pairs:
                self._seen.setdefault((u, v), []).append((x, y))
        if self._looks < ENOUGH_LOOKS:
            return {"markers": found.markers}
        often = {at: seen for at, seen in self._seen.items() if len(seen) >= ENOUGH_LOOKS // 2}
        middles = {at: np.median(np.array(seen), axis=0) for at, seen in often.items()}
        pairs = [[round(float(c), 6) for c in (*middle, *at)] for at, middle in middles.items()]
        return {"done": True, "markers": len(pairs) // 4, "mirrored": self._mirrored, "pairs": pairs}


class Pulses:
    """Watches the patch of light that breathes on the wall, and finds with which delay it is seen."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.number = int(task["number"])
        self._begin = float(task["begin"])
        self._drawn: list[tuple[float, float]] = []
        self._seen: list[tuple[float, NDArray[np.floating]]] = []

    def look(
        self,
        _picture: object,
        seen: NDArray[np.uint8],
        when: float,
        canvases: list[tuple[int, float, NDArray[np.uint8]]],
    ) -> dict[str, Any] | None:
        """None until the measurement is over; then "done" with seconds, or with what went wrong."""
        x, y, wide, high = latency.PATCH
        for _, drawn, canvas in canvases:
            height, width = canvas.shape[:2]
            left, right = round((x - wide / 2) * width), round((x + wide / 2) * width)
            bottom, top = round((y - high / 2) * height), round((y + high / 2) * height)
            patch = canvas[bottom:top, left:right].astype(np.float32) / 255
            self._drawn.append((drawn, float((patch**2.2).mean())))
        if when < self._begin:
            return None
        if when < self._begin + latency.LENGTH + latency.LONGEST:
            small = cv2.resize(seen, (32, 18), interpolation=cv2.INTER_AREA)
            self._seen.append((when, np.asarray(small, np.float32).reshape(18, 32, -1).mean(axis=2)))
            return None
        try:
            found = latency.find(self._drawn, self._seen)
        except DeviceError as error:
            problem = error.problems[0]
            return {"done": True, "problem": problem.message, "hint": problem.hint}
        return {"done": True, "latency": round(found.seconds, 5), "spread": round(found.spread, 5)}
