"""Files of the engine's own, kept beside the site file from one night to the next.

`site.yaml` has `site.geometry.json`, `site.alignment.json` and others. The person's own file, with all its comments, is never
written; these are written whole or not at all. One that can't be read is told, and set aside when something new is kept. Called
by whatever has something to keep, in a thread where a frame could wait: a disk may take seconds.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from installation.data.files import read_regular, write_whole
from installation.errors import DataError, InstallationError, Location, Problem

Kept = TypeVar("Kept", bound=BaseModel)


@dataclass(frozen=True)
class Beside(Generic[Kept]):
    """One kind of such files. `unread` and `unkept` say for a person what can't be read and kept; `hint`: what then, in which
    `{site}` is the site file's name without its ending."""

    model: type[Kept]
    ending: str
    largest: int
    unread: str
    unkept: str
    hint: str

    def path_of(self, site: Path | None) -> Path | None:
        """The file beside a site file; None without one: then nothing is kept."""
        return None if site is None else site.with_name(site.stem + self.ending)

    def load(self, path: Path | None) -> tuple[Kept, list[Problem]]:
        """What is kept, and what is wrong with the file; nothing is kept where it isn't there, or can't be used."""
        if path is None or not path.exists():
            return self.model(), []
        hint = self.hint.replace("{site}", path.name.removesuffix(self.ending))
        try:
            return self.model.model_validate_json(read_regular(path, self.largest)), []
        except DataError as error:
            return self.model(), [Problem(problem.message, problem.where, hint) for problem in error.problems]
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            at = ".".join(str(part) for part in first["loc"])
            what = f"{self.unread} can't be read: {at + ': ' if at else ''}{first['msg']}"
            return self.model(), [Problem(what, Location(str(path)), hint)]

    def save(self, path: Path | None, kept: Kept) -> list[Problem]:
        """Keeps it. Gives what went wrong, if anything did; a file that could not be read before is set aside, not lost."""
        if path is None:
            return []
        try:
            if path.exists() and self.load(path)[1]:
                os.replace(path, path.with_name(path.name + ".broken"))
            write_whole(path, (kept.model_dump_json(indent=1) + "\n").encode())
        except (InstallationError, OSError) as error:
            return [Problem(f"{self.unkept} can't be kept: {error}", Location(str(path)), "is the folder writable?")]
        return []


def sweep(path: Path | None, *more: Path) -> None:
    """Removes the drafts of a file, and of all in the folders `more`, that killed processes left. For when nobody writes."""
    places = [] if path is None else [(path.parent, escape(path.name)), *((folder, "*") for folder in more)]
    for folder, name in places:
        try:
            for draft in folder.glob(f".{name}.????????"):
                draft.unlink(missing_ok=True)
        except OSError:
            return  # a stick that can only be read: they do no harm
