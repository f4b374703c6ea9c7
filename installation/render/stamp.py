"""Words that nothing removes: FICTION while fiction is in the frame, and a notice while a camera's own picture is seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from installation.gpu.textures import Target
from installation.params import Value
from installation.render.layers.text import TextView
from installation.render.moment import Kit, Moment
from installation.scene.schema import TextLayer

GOLD = (0.96, 0.80, 0.42, 1.0)
"""Nanobot gold."""
GROUND = (0.02, 0.01, 0.02, 1.0)
"""The same words beneath it, dark and a little off, so that no bright picture drowns them."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is stamped, and where. `wide`: how many sizes wide it and its margins are, with something to spare."""

    text: str
    x: float
    y: float
    size: float
    wide: float
    align: Literal["left", "right"]


FICTION = Words("FICTION", 0.972, 0.02, 0.05, 5.2, "right")
"""Bottom right, large enough to read at ten metres."""
SHOWN = Words("A CAMERA SHOWS YOU HERE. NOTHING IS KEPT.", 0.028, 0.02, 0.036, 29.0, "left")
SET_UP = Words("A CAMERA IS BEING SET UP: ITS PICTURE IS SEEN.", 0.028, 0.02, 0.036, 32.0, "left")
"""Bottom left: the other corner is fiction's."""
STAYS = 3.0
"""Seconds that the notice of a camera stays after its picture."""


class Stamp:
    """Draws words over a canvas."""

    def __init__(self, kit: Kit, words: Words = FICTION) -> None:
        spec = TextLayer(name="stamp", kind="text", text=words.text, weight="black", align=words.align)
        self.words = words
        self._ground = TextView(kit, spec)
        self._word = TextView(kit, spec)

    def prepare(self, moment: Moment) -> None:
        """Sets the words for a canvas of the moment's size; on one that is narrow they are smaller, so that all is there."""
        width, height = moment.size
        words = self.words
        size = min(words.size, width / height / words.wide)
        over: dict[str, Value] = {"position": (words.x, words.y), "size": size, "color": GOLD}
        under: dict[str, Value] = {"position": (words.x + 0.0005, words.y - 0.001), "size": size, "color": GROUND}
        self._ground.prepare(moment, under, {})
        self._word.prepare(moment, over, {})

    def draw(self, canvas: Target) -> None:
        """Over a display-referred canvas."""
        self._ground.draw_over(canvas)
        self._word.draw_over(canvas)

    def close(self) -> None:
        self._ground.close()
        self._word.close()


class Notice:
    """What the wall tells of a camera whose picture is seen."""

    def __init__(self, kit: Kit) -> None:
        self._stamps = {words.text: Stamp(kit, words) for words in (SHOWN, SET_UP)}
        self.text = ""
        self._shown_at = -math.inf

    @property
    def shown(self) -> bool:
        """Whether the canvas may have a camera's own picture on it: visitors are told that it is not kept."""
        return self.text == SHOWN.text

    def prepare(self, shown: bool, echoes: bool, seconds: float, moment: Moment) -> None:
        """Which one it is. It stays a while, and for as long as there are `echoes`: an echo, a frozen picture or the flash guard
        may still show what was seen."""
        if shown:
            self._shown_at = seconds
        lasting = echoes or 0.0 <= seconds - self._shown_at < STAYS
        self.text = (
            SHOWN.text if shown or (self.shown and lasting) else SET_UP.text if moment.sensed.calibrating else ""
        )
        if self.text:
            self._stamps[self.text].prepare(moment)

    def draw(self, canvas: Target) -> None:
        if self.text:
            self._stamps[self.text].draw(canvas)

    def close(self) -> None:
        for stamp in self._stamps.values():
            stamp.close()
