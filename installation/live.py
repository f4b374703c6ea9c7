"""Live editing: a thread that watches the show's files and hands the engine newer versions that work.

What is saved is read and tried here (`scene.revisions`, `render.trial`), never in the frame, and reaches the engine as a
`Revision`. What doesn't work is listed, and its last working version plays on. Called by play; the show plays on without it.
"""

from __future__ import annotations

import logging
import os
import queue
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from installation.clock import wall_time
from installation.data.own.load import LIMITS
from installation.engine import Engine
from installation.errors import Problem
from installation.mailbox import Worker
from installation.render.trial import Postponed, Trial
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
EARLIER = 5.0
"""Seconds before live editing begins in which a save may have come too late for loading: such files are read again."""
MOMENT = 0.1
"""Seconds that the reader waits for a save before it looks whether it is to stop."""
ENDINGS = (".fs", ".vs", ".vert", ".yaml", *LIMITS)


class Live:
    """Remembers two threads: one collects what is saved, one reads and tries it, so that a save never waits unseen."""

    def __init__(self, engine: Engine, trial: Trial) -> None:
        self._engine, self._trial = engine, trial
        self._handed = engine.show
        self._revisions = Revisions(engine.show, self._refuse)
        self._told: set[Problem] = set(engine.file_problems)
        self._opened = wall_time() - EARLIER
        self._saved: queue.SimpleQueue[set[Path]] = queue.SimpleQueue()
        self._watcher = Worker("file watcher", self._watch)
        self._worker = Worker("live editing", self._run)

    def start(self) -> Live:
        self._engine.wall.repertoire.awaits_bakes = True
        self._watcher.start()
        self._worker.start()
        return self

    def _watch(self, worker: Worker) -> None:
        since = self._opened
        while not worker.stopping():
            try:
                for paths in saves(self._revisions.folders, worker, since):
                    self._saved.put(paths)
            except Exception:  # watching is a comfort: the show doesn't need it
                log.exception("the folders can't be watched; they are tried again")
                worker.wait(AGAIN)
            since = 0.0

    def _run(self, worker: Worker) -> None:
        for name in self._engine.wall.repertoire.order():
            if not worker.stopping():
                self._bake(self._engine.show.scenes[name])
        self._trial.start()  # now, so that the first save need not wait for it
        while not worker.stopping():
            worker.beat()
            paths = self._take()
            if paths is None and not self._revisions.postponed:
                continue
            try:
                self._hand_over(self._revisions.look(paths or set()))
            except Exception as error:
                if worker.stopping():
                    break
                log.exception("live editing stumbled; it goes on")
                problem = Problem(f"live editing stumbled: {type(error).__name__}: {error}", hint="it goes on")
                self._hand_over(Revision(self._revisions.show, frozenset(), (problem,)))
        self._revisions.close()

    def _take(self) -> set[Path] | None:
        """Everything that was saved and not yet read; None when nothing comes for a moment."""
        try:
            paths = self._saved.get(timeout=MOMENT)
            while not self._saved.empty():
                paths |= self._saved.get_nowait()
        except queue.Empty:
            return None
        return paths

    def _hand_over(self, revision: Revision | None) -> None:
        if revision is None:
            return
        for name in revision.changed:
            self._bake(revision.show.scenes[name])
        if (logbook := self._engine.logbook) is not None:
            revision = replace(revision, files=logbook.keep(self._handed, revision.show))
        self._handed = revision.show
        self._engine.revisions.put(revision)
        for problem in revision.problems:
            if problem not in self._told:
                log.warning("%s", problem)
        if self._told and not revision.problems:
            log.info("all that was wrong with the files is mended")
        self._told = set(revision.problems)
        for warning in dict.fromkeys(w for name in revision.changed for w in revision.show.scenes[name].warnings):
            log.warning("%s", warning)
        if revision.changed:
            log.info("edited: %s", ", ".join(sorted(revision.changed)))

    def _bake(self, scene: Scene) -> None:
        try:
            self._engine.wall.repertoire.bake(scene)
        except Exception:  # then the scene does it itself, when it is built, and tells what is wrong
            log.exception("%s could not be made ahead", scene.name)

    def _refuse(self, shader: Isf) -> tuple[Problem, ...] | None:
        """What a trial says; None when something newer was saved meanwhile, which must not wait for this one."""
        formats = formats_of(shader, self._engine.show)
        try:
            problems = self._trial.refuse(shader, formats, lambda: not self._saved.empty())
        except Postponed:
            return None
        if not problems:
            remember(shader)
        return problems

    def close(self) -> None:
        """Ends the threads, and the trial that one of them may wait for."""
        self._worker.stop()
        self._trial.close()
        self._watcher.close()
        self._worker.close()


def saves(folders: Sequence[Path], worker: Worker, since: float) -> Iterator[set[Path]]:
    """The files that changed, each time that some did; until the worker is to stop, or another folder is at the place of
    one of these. First come those that have changed unseen: all that are newer than `since`, in seconds since 1970."""
    from watchfiles import watch

    class Stop:
        def is_set(self) -> bool:
            worker.beat()
            return worker.stopping()

    there = [folder for folder in folders if folder.is_dir()]
    if not there:
        worker.wait(AGAIN)
        return
    with ExitStack() as stack:
        same = [hold(folder, stack) for folder in folders]
        seen = False
        for changes in watch(
            *there,
            debounce=GROUPED,
            step=QUIET,
            rust_timeout=LOOK,
            yield_on_timeout=True,
            stop_event=Stop(),
            recursive=True,
        ):
            found = {Path(path) for _, path in changes}
            if not seen:
                seen, found = True, found | {path for path in files(there) if newer(path, since)}
            if found:
                yield found
            if [identity(folder) for folder in folders] != same:
                yield files(folders)
                return


def hold(folder: Path, stack: ExitStack) -> tuple[int, int]:
    """Which folder this is; while it is held, no other one can get its number, even when it is deleted."""
    if hasattr(os, "O_DIRECTORY"):
        try:
            stack.callback(os.close, os.open(folder, os.O_RDONLY | os.O_DIRECTORY))
        except OSError:
            return 0, 0
    return identity(folder)


def identity(folder: Path) -> tuple[int, int]:
    """Which folder this is, whatever it is called; (0, 0) when it is gone."""
    try:
        status = folder.stat()
    except OSError:
        return 0, 0
    return status.st_dev, status.st_ino


def newer(path: Path, since: float) -> bool:
    """Whether a file was written after a moment; a file that is gone by now was not."""
    try:
        return path.stat().st_mtime >= since
    except OSError:
        return False


def files(folders: Iterable[Path]) -> set[Path]:
    """Everything in these folders that an edit can be of."""
    return {path for folder in folders for ending in ENDINGS for path in folder.rglob(f"*{ending}")}
