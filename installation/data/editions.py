"""Refreshed packages: whole editions in the cache folder, beside the shipped ones, and which of them is in use.

A package's folder is never written to. A refresh makes a new edition, all its tables and its own descriptor, in a folder
of its own; one small file, replaced whole, says that it is in use, and taking that away brings the shipped package back.
An edition counts only as long as the package that it was made from is still the same. Called by `data.package`, which
reads, and by `refresh`, which writes. Nobody else on the machine may read these folders: some answers are not to be shared.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, StrictInt, StrictStr

from installation import resources
from installation.data.files import read_regular, write_whole
from installation.errors import DataError

DESCRIPTOR = "datapackage.json"
LARGEST = 1 << 20
MOST_KEPT = 4
"""Editions of a package that are kept: the one in use, and some to look back at."""

_NAME = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{8}")


class Asked(BaseModel):
    """Where a table of an edition came from: who was asked, at which address (without a key), when (UTC), the status and
    the checksum of each raw answer, and how many rows they held.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: StrictStr
    address: StrictStr
    at: StrictStr
    status: tuple[StrictInt, ...] = ()
    sha256: tuple[StrictStr, ...] = ()
    rows: StrictInt = 0
    sharing: StrictStr = "no"


@dataclass(frozen=True, slots=True)
class InUse:
    """The edition that takes a package's place, and the one before it ("" for the package as it shipped)."""

    folder: Path
    name: str
    before: str


def pointers() -> Path:
    """The folder of the small files that say what is in use: one a package, watched while a show plays."""
    return resources.live_folder() / "in-use"


def pointer(package: str) -> Path:
    return pointers() / f"{package}.json"


def workplace(package: str) -> Path:
    """A package's own folder for editions and raw answers; made, for this user alone, when it isn't there."""
    folder = resources.live_folder() / "packages" / package
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.chmod(folder, 0o700)
    except OSError as error:
        raise DataError(f"{folder}: the folder can't be made: {error.strerror or error}") from None
    return folder


def in_use(package: str, base: Path) -> InUse | None:
    """The edition in use instead of the package in the folder `base`; None when there is none that fits it."""
    try:
        told = json.loads(read_regular(pointer(package), LARGEST))
        name, before, made_from = told["edition"], told["before"], told["base"]
    except (DataError, ValueError, RecursionError, KeyError, TypeError):
        return None
    if not isinstance(name, str) or not _NAME.fullmatch(name) or made_from != fingerprint(base):
        return None
    folder = _folder(package, name)
    if not (folder / DESCRIPTOR).is_file():
        return None
    return InUse(folder, name, before if isinstance(before, str) and _NAME.fullmatch(before) else "")


def fingerprint(base: Path) -> str:
    """The checksum of a package's descriptor, which has those of its tables; "" when it can't be read."""
    try:
        return hashlib.sha256(read_regular(base / DESCRIPTOR, LARGEST)).hexdigest()
    except DataError:
        return ""


def write(package: str, files: Mapping[str, bytes], stamp: str, *, draft: bool = False) -> Path:
    """Writes a whole edition, not in use yet, and gives its folder. `stamp` is YYYYMMDD-HHMMSS, UTC.

    `draft`: to be proved, in place of the draft before; one that is refused stays to be looked at. Raises DataError.
    """
    digest = hashlib.sha256(b"".join(hashlib.sha256(data).digest() for _, data in sorted(files.items())))
    where = workplace(package)
    folder = where / "draft" / package if draft else _folder(package, f"{stamp}-{digest.hexdigest()[:8]}")
    if draft:
        shutil.rmtree(folder, ignore_errors=True)
    for name, data in files.items():
        write_whole(folder / name, data)
    return folder


def use(package: str, base: Path, edition: Path) -> None:
    """From now on this edition, which has been proved, takes the package's place. Old ones are thrown away."""
    now = in_use(package, base)
    name = edition.parent.name
    before = now.name if now and now.name != name else now.before if now else ""
    told = {"edition": name, "before": before, "base": fingerprint(base)}
    pointers().mkdir(parents=True, exist_ok=True)
    write_whole(pointer(package), (json.dumps(told, indent=2) + "\n").encode())
    every = sorted(p.name for p in _editions(package).glob("*") if _NAME.fullmatch(p.name))
    for old in every[:-MOST_KEPT]:
        if old not in (name, before):
            shutil.rmtree(_editions(package) / old, ignore_errors=True)


def go_back(package: str, base: Path) -> str:
    """Puts the edition before this one in use again, or the package as it shipped; says which ("" for the latter)."""
    now = in_use(package, base)
    if now and now.before and (_folder(package, now.before) / DESCRIPTOR).is_file():
        told = {"edition": now.before, "before": "", "base": fingerprint(base)}
        write_whole(pointer(package), (json.dumps(told, indent=2) + "\n").encode())
        return now.before
    pointer(package).unlink(missing_ok=True)
    return ""


def _editions(package: str) -> Path:
    return workplace(package) / "editions"


def _folder(package: str, edition: str) -> Path:
    """A package's folder bears its name."""
    return resources.live_folder() / "packages" / package / "editions" / edition / package
