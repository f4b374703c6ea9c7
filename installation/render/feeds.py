"""What feeds an image input of a shader, by the name that a scene file gives it: camera, film, table, words.

One `Feeds` a scene: a source that several inputs name is opened once. Pictures of other layers and of what lies below are
the stack's own affair; everything else is asked here. A source that can't be opened is black, and told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from installation.data.tables import Columns
from installation.gpu.textures import Texture
from installation.render.layers.media import MediaView
from installation.render.layers.text import fill
from installation.render.moment import Kit, Moment
from installation.render.typeset import lato, typeset
from installation.scene import schema

TABLE_WIDTH = 4096
"""Rows of a table that stand side by side in its picture; the next ones stand above them."""
WORDS_HEIGHT = 540
"""Pixels of the picture that words are set in; it is as wide as the canvas's shape wants it."""
WORDS_WIDTH = 0.84
"""Of the picture: how wide words may be before they are broken into lines."""


class Feeds:
    """Remembers the films, tables and words that are open."""

    def __init__(self, kit: Kit, report: Callable[[str, Exception], None], before: Feeds | None = None) -> None:
        """`report` takes a source that can't be opened, and why. What `before` has open is shared until that is closed."""
        self._kit, self._report, self._before = kit, report, before
        self._media: dict[str, MediaView] = {}
        self._words: dict[str, Words] = {}
        self._tables: dict[str, Texture] = {}

    def open(self, source: str) -> None:
        """Makes a source ready; one that is open already, or needs no opening, costs nothing."""
        kind, _, rest = source.partition(".")
        if source in self._media or source in self._words or source in self._tables:
            return
        before = self._before
        try:
            if before and source in before._media:
                self._media[source] = before._media[source]
            elif before and source in before._words:
                self._words[source] = before._words[source]
            elif kind == "media":
                spec = schema.MediaLayer(name="input", kind="media", file=rest, fit="stretch")
                self._media[source] = MediaView(self._kit, spec)
            elif kind == "text":
                self._words[source] = Words(self._kit, rest)
            elif kind == "table":
                name, _, columns = rest.partition(".")
                picture = table_picture(self._kit.tables[name], [column.strip() for column in columns.split(",")])
                self._tables[source] = Texture.from_array(self._kit.device, picture, "rgba32f", smooth=False)
        except Exception as error:  # one source's bug must not take the scene with it
            self._report(source, error)

    def prepare(self, moment: Moment) -> None:
        """Moves films and words on to this frame."""
        for media in self._media.values():
            media.prepare(moment, {"start": 0.0, "speed": 1.0}, {})
        for words in self._words.values():
            words.prepare(moment)

    def texture(self, source: str, moment: Moment) -> Texture | None:
        """This frame's picture of a source; None where it is none of these, or could not be opened."""
        if source == "camera.mask":
            return moment.sensed.mask_texture
        if source == "camera.picture":
            return moment.sensed.picture_texture
        if source == "camera.flow":
            return moment.sensed.flow_texture
        if source.startswith("camera."):
            return moment.sensed.sight.texture(source)
        if source.startswith("audio."):
            return moment.sensed.hearing.texture(source)
        if source in self._media:
            return self._media[source].texture
        if source in self._words:
            return self._words[source].texture
        return self._tables.get(source)

    def restart(self) -> None:
        for media in self._media.values():
            media.restart()

    def settle(self) -> None:
        """Has taken the place of the feeds before it."""
        self._before = None

    def close(self, after: Feeds | None = None) -> None:
        """Frees everything but what `after` shares."""
        for source, media in self._media.items():
            if after is None or after._media.get(source) is not media:
                media.close()
        for source, words in self._words.items():
            if after is None or after._words.get(source) is not words:
                words.close()
        for texture in self._tables.values():
            texture.close()
        self._media, self._words, self._tables = {}, {}, {}


def table_picture(table: Columns, columns: Sequence[str]) -> NDArray[np.float32]:
    """Up to three columns as (h, w, 4) float32: red, green and blue as the table has them, alpha 1.

    Row i of the table is pixel (i % w, i // w). Where a value is missing it is 0 and alpha is 0: no data is a state of its
    own. Raises DataError for an unknown column.
    """
    width = min(max(table.count, 1), TABLE_WIDTH)
    height = -(-max(table.count, 1) // width)
    picture = np.zeros((height * width, 4), np.float32)
    picture[: table.count, 3] = 1.0
    for channel, name in enumerate(columns[:3]):
        values = np.asarray(table.column(name), np.float64)
        there = np.isfinite(values)
        picture[: table.count, channel] = np.where(there, values, 0.0)
        picture[: table.count, 3] *= there
    return picture.reshape(height, width, 4)


class Words:
    """A line of words in the middle of a picture of the canvas's shape, grey: 1 where ink is. Set anew when they change."""

    def __init__(self, kit: Kit, template: str) -> None:
        self._template = template
        self._width = max(round(WORDS_HEIGHT * kit.size[0] / kit.size[1]), 16)
        self._picture = np.zeros((WORDS_HEIGHT, self._width), np.uint8)
        self.texture = Texture.from_array(kit.device, self._picture, "r8")
        self._set = ""

    def prepare(self, moment: Moment) -> None:
        words = fill(self._template, moment.words, moment.formats)
        if words == self._set:
            return
        self._set = words
        ink = typeset(words, str(lato("bold")), WORDS_HEIGHT // 5, int(self._width * WORDS_WIDTH), "centre")
        self._picture[:] = 0
        high, wide = min(ink.shape[0], WORDS_HEIGHT), min(ink.shape[1], self._width)
        bottom, left = (WORDS_HEIGHT - high) // 2, (self._width - wide) // 2
        self._picture[bottom : bottom + high, left : left + wide] = ink[:high, :wide]
        self.texture.upload(self._picture)

    def close(self) -> None:
        self.texture.close()
