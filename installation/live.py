"""Live editing: a thread that watches the show's files and hands the engine newer versions that work.

What is saved is read and tried here (`scene.revisions`, `render.trial`), never in the frame, and reaches the engine as a
`Revision`. What doesn't work is listed, and its last working version plays on. Called by play; the show plays on without it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from installation.engine import Engine
from installation.errors import Problem, SceneError
from installation.mailbox import Worker
from installation.render.feeds import format_of
from installation.render.trial import Trial
from installation.resources import cache_folder, resource
from installation.scene import schema
from installation.scene.isf import Isf
from installation.scene.listening import fed
from installation.scene.load import Show
from installation.scene.revisions import Revision, Revisions

log = logging.getLogger(__name__)

GROUPED, QUIET = 80, 15
"""Milliseconds: changes are one when so little time lies between them, but none waits longer than the first figure."""
LOOK = 500
"""Milliseconds between two looks at whether the folders are still the same."""
AGAIN = 1.0
"""Seconds until folders that could not be watched are tried again."""
ENDINGS = (".fs", ".vs", ".vert", ".yaml")


class Live:
    """Remembers the thread and the process in which shaders are tried."""

    def __init__(self, engine: Engine, trial: Trial) -> None:
        self._engine, self._trial = engine, trial
        self._worker = Worker("live editing", self._run)

    def start(self) -> Live:
        self._worker.start()
        return self

    def _run(self, worker: Worker) -> None:
        self._trial.start()  # now, so that the first save need not wait for it
        revisions = Revisions(self._engine.show, self._refuse)
        while not worker.stopping():
            try:
                for paths in saves(revisions.folders, worker):
                    self._hand_over(revisions.look(paths))
                self._hand_over(revisions.look(files(revisions.folders)))  # what was missed meanwhile
            except Exception as error:  # watching is a comfort: the show doesn't need it
                log.exception("live editing stumbled; it goes on")
                problem = Problem(f"live editing stumbled: {type(error).__name__}: {error}", hint="it goes on")
                self._hand_over(Revision(revisions.show, frozenset(), (problem,)))
            worker.wait(AGAIN)
        revisions.close()

    def _hand_over(self, revision: Revision | None) -> None:
        if revision is None:
            return
        self._engine.revisions.put(revision)
        for problem in revision.problems:
            log.warning("%s", problem)
        if revision.changed:
            log.info("edited: %s", ", ".join(sorted(revision.changed)))

    def _refuse(self, shader: Isf) -> tuple[Problem, ...]:
        problems = self._trial.refuse(shader, formats_of(shader, self._engine.show))
        if not problems:
            remember(shader)
        return problems

    def close(self) -> None:
        """Ends the thread. The trial's process is its maker's to end."""
        self._worker.close()


def saves(folders: Sequence[Path], worker: Worker) -> Iterator[set[Path]]:
    """The files that changed, each time that some did; until the worker is to stop, or another folder has taken the place
    of one of these."""
    from watchfiles import watch

    class Stop:
        def is_set(self) -> bool:
            worker.beat()
            return worker.stopping()

    same = [identity(folder) for folder in folders]
    for changes in watch(
        *folders,
        debounce=GROUPED,
        step=QUIET,
        rust_timeout=LOOK,
        yield_on_timeout=True,
        stop_event=Stop(),
        recursive=True,
    ):
        if changes:
            yield {Path(path) for _, path in changes}
        if [identity(folder) for folder in folders] != same:
            return


def identity(folder: Path) -> tuple[int, int]:
    """Which folder this is, whatever it is called; (0, 0) when it is gone."""
    try:
        status = folder.stat()
    except OSError:
        return 0, 0
    return status.st_dev, status.st_ino


def files(folders: Iterable[Path]) -> set[Path]:
    """Everything in these folders that an edit can be of."""
    return {path for folder in folders for ending in ENDINGS for path in folder.rglob(f"*{ending}")}


def formats_of(shader: Isf, show: Show) -> dict[str, str]:
    """The formats of the pictures that feed a shader where the show uses it; where none is said, the usual one."""
    name, found = Path(shader.path).name, dict[str, str]()
    for scene in show.scenes.values():
        for user in users(scene.file.layers):
            if user.shader == name:
                found |= {image: format_of(source, "rgba8") for image, source in fed(shader, user.inputs).items()}
    return {image: form for image, form in found.items() if form != "rgba8"}


def users(layers: Iterable[schema.Layer]) -> Iterator[schema.ShaderLayer | schema.Effect]:
    """Every layer and effect that is a shader."""
    for layer in layers:
        yield from layer.effects
        if isinstance(layer, schema.ShaderLayer):
            yield layer
        elif isinstance(layer, schema.GroupLayer):
            yield from users(layer.layers)


def without_hanging(show: Show, trial: Trial) -> tuple[Show, list[Problem]]:
    """A show without the scenes whose own shaders don't finish a small frame: they would take the wall with them.

    What ships with the engine has been tried, and so has what was tried before: those cost nothing. Raises SceneError when
    no scene is left.
    """
    shipped = resource("shaders").resolve()
    problems: list[Problem] = []
    refused: set[str] = set()
    every = {name: shader for scene in show.scenes.values() for name, shader in scene.shaders.items()}
    for name, shader in {**every, **show.shaders}.items():
        if shipped in Path(shader.path).resolve().parents or tried(shader):
            continue
        found = trial.refuse(shader, formats_of(shader, show))
        slow = [problem for problem in found if "test frame" in problem.message or "crashes" in problem.message]
        if slow:
            problems += slow
            refused.add(name)
        elif not found:
            remember(shader)
    scenes = {name: scene for name, scene in show.scenes.items() if not refused & set(scene.shaders)}
    if not scenes:
        raise SceneError(problems=problems)
    shaders = {name: shader for name, shader in show.shaders.items() if name not in refused}
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
