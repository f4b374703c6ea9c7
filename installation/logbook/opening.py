"""Begins the log of a night as the site file wants it. Called by `play`, before the first frame."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from installation import __version__
from installation.errors import InstallationError, Location, OutputError, Problem
from installation.logbook.book import Limits, Logbook
from installation.logbook.nights import Night
from installation.logbook.unended import last_night, unended
from installation.mailbox import Worker
from installation.resources import state_folder

log = logging.getLogger(__name__)

STILL = 2.5
"""Seconds in which a log that is being written grows."""

if TYPE_CHECKING:
    from installation.engine import Engine
    from installation.scene.schema import SiteFile


def folder_for(wanted: str | None, show: Path) -> Path:
    """The folder of the log: the site's, else the user's own for such things. Raises OutputError where it would lie in the
    show's."""
    folder = Path(wanted).expanduser() if wanted else state_folder() / "log"
    if folder.resolve().is_relative_to(show.resolve()):
        raise OutputError(
            "the log can't be kept in the show's own folder",
            Location(str(folder)),
            "name another one: log: {folder: ...}",
        )
    return folder


def keep_log(
    engine: Engine, site: SiteFile, cue: str | None, fps: float, problems: list[Problem]
) -> Callable[[], None]:
    """Begins the log of a night as the site file wants it, and gives what ends it. Adds why there is none to the problems."""
    if site.log.off:
        return lambda: None
    try:
        folder = folder_for(site.log.folder, engine.show.folder)
    except InstallationError as error:
        problems += error.problems
        return lambda: None
    limits = Limits(float(site.log.days), round(float(site.log.gigabytes) * 1e9))
    guard, smoothing = site.flash_guard.model_dump(), dict(site.smoothing)
    book = Logbook(folder, limits, site.log.silhouettes)
    of_site = {"flash_guard": guard, "smoothing": smoothing}
    night = last_night(folder, engine.show.folder) if cue is None else None
    book.attach(engine, version=__version__, cue=cue, seed=engine.seed, fps=fps, site=of_site)
    if night is None:
        return book.close
    looking = Worker("last night", lambda worker: look_back(night, book, worker)).start()

    def close() -> None:
        looking.close()
        book.close()

    return close


def look_back(night: Night, book: Logbook, worker: Worker) -> None:
    """Tells where the show stood, if it was not closed. In a thread: an hour's log takes a second or two to read."""
    size = night.size
    if worker.wait(STILL) or night.size != size:  # it is played by another program
        return
    if (found := unended(night)) is not None:
        book.before = found.problem
        log.warning("%s", found.problem)
