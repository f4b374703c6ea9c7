"""Which shaders of a show have been tried on this machine, and trying the others: before a show opens, and when it is checked.

What ships with the engine has been tried, and so has each text that was fine once: those cost nothing. Loads no GL: a
process of its own draws (`render.trial`).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from installation.errors import Problem
from installation.render.graph import formats
from installation.render.trial import Trial, is_slow
from installation.resources import cache_folder, resource
from installation.scene import schema
from installation.scene.isf import Isf
from installation.scene.listening import fed
from installation.scene.load import Show

log = logging.getLogger(__name__)


def formats_of(shader: Isf, show: Show) -> dict[str, str]:
    """The formats of the pictures that feed a shader where the show uses it."""
    name, found = Path(shader.path).name, formats(shader.images, {})
    for scene in show.scenes.values():
        for user in (*scene.file.effects, *users(scene.file.layers)):
            if user.shader == name:
                found |= formats(shader.images, fed(shader, user.inputs))
    return found


def users(layers: Iterable[schema.Layer]) -> Iterator[schema.ShaderLayer | schema.Effect]:
    """Every layer and effect that is a shader."""
    for layer in layers:
        yield from layer.effects
        if isinstance(layer, schema.ShaderLayer):
            yield layer
        elif isinstance(layer, schema.GroupLayer):
            yield from users(layer.layers)


def glsl_problems(show: Show, trial: Trial) -> list[Problem]:
    """What the graphics driver has to say about the shaders of a show's own folder; nothing where nothing can draw."""
    return [problem for _, found in _trials(show, trial) for problem in found]


def _trials(show: Show, trial: Trial) -> Iterator[tuple[Isf, tuple[Problem, ...]]]:
    """Tries the shaders that were not yet, one by one: what is wrong with each. Those that are fine are remembered."""
    for shader in untried(show):
        found = trial.refuse(shader, formats_of(shader, show))
        if not found and trial.start():  # where nothing can draw, nothing was tried
            remember(shader)
        yield shader, found


def untried(show: Show) -> list[Isf]:
    """The shaders of a show that have not been tried on this machine: what ships with the engine has been."""
    shipped = resource("shaders").resolve()
    every = {name: shader for scene in show.scenes.values() for name, shader in scene.shaders.items()}
    shaders = {**every, **show.shaders}.values()
    return [s for s in shaders if shipped not in Path(s.path).resolve().parents and not tried(s)]


def without_hanging(show: Show, trial: Trial) -> Show:
    """A show whose own shaders are marked as refused where they don't finish a small frame, and would take the wall along.

    Their layers are then left out, as those that don't compile are. What ships with the engine has been tried, and so has
    what was tried before: those cost nothing.
    """
    refused: dict[int, Isf] = {}
    for shader, found in _trials(show, trial):
        if slow := tuple(problem for problem in found if is_slow(problem)):
            refused[id(shader)] = replace(shader, refused=slow)
    if not refused:
        return show

    def marked(shaders: Mapping[str, Isf]) -> dict[str, Isf]:
        return {name: refused.get(id(shader), shader) for name, shader in shaders.items()}

    scenes = {name: replace(scene, shaders=marked(scene.shaders)) for name, scene in show.scenes.items()}
    return replace(show, scenes=scenes, shaders=marked(show.shaders))


def _mark(shader: Isf) -> Path:
    text = "\0".join((shader.body, shader.vertex or ""))
    return cache_folder() / "tried" / hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def tried(shader: Isf) -> bool:
    """Whether just this text has been tried on this machine, and was fine."""
    return _mark(shader).is_file()


def remember(shader: Isf) -> None:
    """Notes that a shader has been tried and was fine. Where nothing can be written it is tried again next time."""
    mark = _mark(shader)
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    except OSError:
        log.info("%s can't be written", mark)
