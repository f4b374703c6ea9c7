"""Whether a scene hears the room: only then is a microphone opened.

It does where an expression or a text reads a word such as `level`, where an image input is fed by `audio.wave` or
`audio.spectrum`, and where a shader has an input for sound, which is fed without being named. Pure; called by `load`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from installation.scene import schema
from installation.scene.expressions import Expression
from installation.scene.functions import HEARD
from installation.scene.isf import Isf

if TYPE_CHECKING:
    from installation.data.tables import Columns

SOUNDS = {"audio": "audio.wave", "audioFFT": "audio.spectrum"}
"""What feeds an image input of these types of ISF when nothing else does."""

_WORD = re.compile(r"\{([a-z][a-z0-9_]*)")


def fed(shader: Isf, inputs: Mapping[str, str]) -> dict[str, str]:
    """What feeds each image input of a shader: what the scene names, and sound where an input is made for it.

    An input that says how many samples or bins it wants gets so many: `audio.wave.256`.
    """
    found = dict(inputs)
    for image in shader.inputs:
        source = found.get(image.name, SOUNDS.get(image.kind, ""))
        if source:
            wide = image.most and source in SOUNDS.values()
            found[image.name] = f"{source}.{image.most}" if wide else source
    return found


def listens(
    file: schema.SceneFile, driven: Iterable[object], shaders: Iterable[Isf], tables: Mapping[str, Columns]
) -> bool:
    """Whether anything of a scene hears the room: its file, what drives its parameters and values, its shaders."""
    if any(isinstance(one, Expression) and one.names & HEARD for one in driven):
        return True
    return any(map(sounds, shaders)) or any(map(_hears, _sources(file.effects))) or _hear(file.layers, tables)


def sounds(shader: Isf) -> bool:
    """Whether a shader has an input for sound."""
    return any(image.kind in SOUNDS for image in shader.inputs)


def _hear(layers: Sequence[schema.Layer], tables: Mapping[str, Columns]) -> bool:
    """Whether a text or a shader of these layers does. A column of the layer that a text tells of goes before a word of the
    room: a figure that is called `low` opens no microphone."""
    beside = {layer.name: layer for layer in layers}
    for layer in layers:
        if any(map(_hears, _sources(layer.effects))):
            return True
        if isinstance(layer, schema.ShaderLayer) and any(map(_hears, layer.inputs.values())):
            return True
        if isinstance(layer, schema.TextLayer):
            told = beside.get(layer.tells or "")
            columns = tables[told.table].names if isinstance(told, schema.MarksLayer | schema.FlowsLayer) else ()
            if HEARD.intersection(_WORD.findall(layer.text)).difference(columns):
                return True
        if isinstance(layer, schema.GroupLayer) and _hear(layer.layers, tables):
            return True
    return False


def _hears(source: str) -> bool:
    return source.startswith("audio.") or not HEARD.isdisjoint(_WORD.findall(source))


def _sources(effects: Iterable[schema.Effect]) -> Iterator[str]:
    for effect in effects:
        yield from effect.inputs.values()
