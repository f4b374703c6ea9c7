"""The building's file at a start and while a show plays: a mistake in it never ends an evening.

Of each site file that could be read at a start a copy is kept beside it: `hall.yaml` has `hall.good.yaml`. A start with a file
that can't be read goes by that copy, and says so. While a show plays the file is looked at in a thread, so that a mistake
is told when it is saved, and not at the next start. It must never write the person's own file, and nothing looks in a frame.
Called by the command line and by `play`; `check` never reads the copy.
"""

from __future__ import annotations

import logging
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from installation.data.files import read_regular, write_whole
from installation.errors import InstallationError, Problem, SceneError
from installation.mailbox import Worker
from installation.scene.files import MAX_BYTES
from installation.scene.load import load_site
from installation.scene.schema import SiteFile

log = logging.getLogger(__name__)

ENDING = ".good.yaml"
LOOKS = 0.5
"""Seconds between two looks at whether the file has been saved."""

Stamp = tuple[int, int, int]


def copy_of(path: Path) -> Path:
    """The last good copy of a site file."""
    return path.parent / (path.stem + ENDING)


def open_building(path: Path | None) -> tuple[SiteFile, list[Problem]]:
    """The site file, or its last good copy where it can't be read; and what is wrong. A good one is kept as the copy. Raises
    SceneError where there is neither."""
    try:
        site = load_site(path)
    except SceneError as error:
        return _last_good(path, error)
    return site, [] if path is None else _keep(path)


def _last_good(path: Path | None, error: SceneError) -> tuple[SiteFile, list[Problem]]:
    copy = copy_of(path) if path is not None else None
    if copy is None or not copy.is_file():
        raise error
    try:
        site = load_site(copy)
    except SceneError:
        raise error from None
    date = datetime.fromtimestamp(copy.stat().st_mtime).strftime("%Y-%m-%d %H:%M")
    plays = f"tonight goes by {copy.name}, the last good one, of {date}"
    return site, [replace(one, message=f"{one.message}; {plays}") for one in error.problems]


def _keep(path: Path) -> list[Problem]:
    """Keeps the copy, for the same eyes only: a site file may have passcodes."""
    try:
        write_whole(copy_of(path), read_regular(path, MAX_BYTES), stat.S_IMODE(path.stat().st_mode))
    except (InstallationError, OSError) as error:
        why = error.problems[0].message if isinstance(error, InstallationError) else str(error.strerror)
        return [
            Problem(
                f"no copy of {path.name} can be kept for a night when it is broken: {why}",
                hint="is the folder writable?",
            )
        ]
    return []


class BuildingWatch:
    """Remembers how the file looked last. Tells what is wrong with it, all of it, whenever that has changed."""

    def __init__(self, path: Path | None, tell: Callable[[tuple[Problem, ...]], None]) -> None:
        self._path, self._tell = path, tell
        self._stamp = _stamp(path) if path is not None else None
        self._worker = Worker("site file", self._run)

    def start(self) -> BuildingWatch:
        if self._path is not None:
            self._worker.start()
        return self

    def _run(self, worker: Worker) -> None:
        known = settled = self._stamp
        while not worker.wait(LOOKS):
            worker.beat()
            before, known = known, _stamp(self._path)
            if known != settled and known == before:  # saved, and nothing is being written any more
                settled = known
                try:
                    self._look()
                except Exception:  # looking is a comfort: the show doesn't need it
                    log.exception("the site file could not be looked at")

    def _look(self) -> None:
        path = self._path
        assert path is not None
        try:
            load_site(path)
        except SceneError as error:
            later = "; the show plays on as it opened, and the next start would meet this"
            found = tuple(replace(one, message=one.message + later) for one in error.problems)
            for problem in found:
                log.warning("%s", problem)
            self._tell(found)
        else:
            log.info("%s was saved and is fine: it is read at the next start", path.name)
            self._tell(())

    def close(self) -> None:
        self._worker.close()


def _stamp(path: Path | None) -> Stamp | None:
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None
