"""Live editing: a thread that watches the show's files and hands the engine newer versions that work.

What is saved is read and tried here (`scene.revisions`, `render.trial`), never in the frame, and reaches the engine as a
`Revision`. What doesn't work is listed, and its last working version plays on. Called by play; the show plays on without it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from installation.engine import Engine
from installation.errors import Problem
from installation.mailbox import Worker
from installation.render.trial import Trial
from installation.scene.isf import Isf
from installation.scene.load import Scene
from installation.scene.revisions import Revision, Revisions
from installation.tried import formats_of, remember

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
        self._engine.wall.repertoire.awaits_bakes = True
        self._worker.start()
        return self

    def _run(self, worker: Worker) -> None:
        revisions, repertoire = Revisions(self._engine.show, self._refuse), self._engine.wall.repertoire
        for name in repertoire.order():
            if not worker.stopping():
                self._bake(revisions.show.scenes[name])
        self._trial.start()  # now, so that the first save need not wait for it
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
        for name in revision.changed:
            self._bake(revision.show.scenes[name])
        self._engine.revisions.put(revision)
        for problem in revision.problems:
            log.warning("%s", problem)
        if revision.changed:
            log.info("edited: %s", ", ".join(sorted(revision.changed)))

    def _bake(self, scene: Scene) -> None:
        try:
            self._engine.wall.repertoire.bake(scene)
        except Exception:  # then the scene does it itself, when it is built, and tells what is wrong
            log.exception("%s could not be made ahead", scene.name)

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
