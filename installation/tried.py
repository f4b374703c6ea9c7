"""Which shaders of a show have been tried on this machine, and trying the others: before a show opens, and when it is checked.

What ships with the engine has been tried, and so has each text that was fine once: those cost nothing. Loads no GL: a
process of its own draws (`render.trial`).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from installation.errors import Problem, SceneError
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
    problems: list[Problem] = []
    for shader in untried(show):
        if found := trial.refuse(shader, formats_of(shader, show)):
            problems += found
        elif trial.start():
            remember(shader)
    return problems


def untried(show: Show) -> list[Isf]:
    """The shaders of a show that have not been tried on this machine: what ships with the engine has been."""
    shipped = resource("shaders").resolve()
    every = {name: shader for scene in show.scenes.values() for name, shader in scene.shaders.items()}
    shaders = {**every, **show.shaders}.values()
    return [s for s in shaders if shipped not in Path(s.path).resolve().parents and not tried(s)]


def without_hanging(show: Show, trial: Trial) -> tuple[Show, list[Problem]]:
    """A show without the scenes whose own shaders don't finish a small frame: they would take the wall with them.

    What ships with the engine has been tried, and so has what was tried before: those cost nothing. Raises SceneError when
    no scene is left.
    """
    problems: list[Problem] = []
    refused: set[int] = set()
    for shader in untried(show):
        found = trial.refuse(shader, formats_of(shader, show))
        if slow := [problem for problem in found if is_slow(problem)]:
            problems += slow
            refused.add(id(shader))
        elif not found and trial.start():
            remember(shader)
    scenes = {name: s for name, s in show.scenes.items() if not refused & {id(shader) for shader in s.shaders.values()}}
    if problems and not scenes:
        raise SceneError(problems=problems)
    shaders = {name: shader for name, shader in show.shaders.items() if id(shader) not in refused}
    return replace(show, scenes=scenes, shaders=shaders), problems


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
