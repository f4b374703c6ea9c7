"""Whether a scene hears the room: only then is a microphone opened.

It does where an expression or a text reads a word such as `level`, where an image input is fed by `audio.wave` or
`audio.spectrum`, and where a shader has an input for sound, which is fed without being named. Pure; called by `load`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from installation.scene import schema
from installation.scene.expressions import Expression
from installation.scene.functions import HEARD
from installation.scene.isf import Isf

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


def listens(file: schema.SceneFile, driven: Iterable[object], shaders: Iterable[Isf]) -> bool:
    """Whether anything of a scene hears the room: its file, what drives its parameters and values, its shaders."""
    if any(isinstance(one, Expression) and one.names & HEARD for one in driven):
        return True
    if any(map(sounds, shaders)):
        return True
    return any(
        text.startswith("audio.") or HEARD.intersection(_WORD.findall(text))
        for text in (*_texts(file.layers), *_sources(file.effects))
    )


def sounds(shader: Isf) -> bool:
    """Whether a shader has an input for sound."""
    return any(image.kind in SOUNDS for image in shader.inputs)


def _texts(layers: Iterable[schema.Layer]) -> Iterator[str]:
    """Every text of the layers, and every source that feeds their shaders."""
    for layer in layers:
        yield from _sources(layer.effects)
        if isinstance(layer, schema.ShaderLayer):
            yield from layer.inputs.values()
        elif isinstance(layer, schema.TextLayer):
            yield layer.text
        elif isinstance(layer, schema.GroupLayer):
            yield from _texts(layer.layers)


def _sources(effects: Iterable[schema.Effect]) -> Iterator[str]:
    for effect in effects:
        yield from effect.inputs.values()
