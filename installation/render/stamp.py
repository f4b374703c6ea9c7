"""The word FICTION, in the frame whenever fiction is. No setting, cue or scene removes it."""

from __future__ import annotations

from installation.gpu.textures import Target
from installation.params import Value
from installation.render.layers.text import TextView
from installation.render.moment import Kit, Moment
from installation.scene.schema import TextLayer

WORD = "FICTION"
PLACE: dict[str, Value] = {"position": (0.972, 0.02), "size": 0.05, "color": (0.96, 0.80, 0.42, 1.0)}
"""Bottom right, in nanobot gold, large enough to read at ten metres."""
WIDE = 5.2
"""How many sizes wide the word and its margins are, with something to spare."""
GROUND: dict[str, Value] = {"position": (0.9725, 0.019), "size": 0.05, "color": (0.02, 0.01, 0.02, 1.0)}
"""The same word beneath it, dark and a little off, so that no bright picture drowns it."""


class Stamp:
    """Draws the word over a canvas."""

    def __init__(self, kit: Kit) -> None:
        spec = TextLayer(name="stamp", kind="text", text=WORD, weight="black", align="right")
        self._ground = TextView(kit, spec)
        self._word = TextView(kit, spec)

    def prepare(self, moment: Moment) -> None:
        """Sets the word for a canvas of the moment's size; on one that is narrow it is smaller, so that all of it is there."""
        width, height = moment.size
        most = width / height / WIDE
        for view, place in ((self._ground, GROUND), (self._word, PLACE)):
            view.prepare(moment, {**place, "size": min(float(place["size"]), most)}, {})  # type: ignore[arg-type]

    def draw(self, canvas: Target) -> None:
        """Over a display-referred canvas."""
        self._ground.draw_over(canvas)
        self._word.draw_over(canvas)

    def close(self) -> None:
        self._ground.close()
        self._word.close()
