"""Finds what ships with the engine: shaders, datasets and shows, in a clone or inside an installed wheel."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource(kind: str) -> Path:
    """The shipped folder `kind` ("shaders", "datasets" or "shows"): the clone's own, else the wheel's."""
    clone = _PACKAGE.parent / kind
    if clone.is_dir() and (_PACKAGE.parent / "pyproject.toml").is_file():
        return clone
    return _PACKAGE / "_data" / kind


_first: Path | None = None


@contextmanager
def looked_for_first(folder: Path) -> Iterator[None]:
    """While this lasts, things are looked for in a folder's own shows, shaders and datasets first, and no refreshed dataset takes
    the place of another: for a replay, which draws with files as they were."""
    global _first
    before, _first = _first, folder
    try:
        yield
    finally:
        _first = before


def search_path(kind: str) -> list[Path]:
    """Where things of a kind are looked for, the user's own folder first: ./shows, then what ships."""
    own = Path.cwd() / kind
    shipped = resource(kind)
    if _first is not None and (_first / kind).is_dir():
        return list(dict.fromkeys((_first / kind, own, shipped)))
    return [own, shipped] if own.is_dir() and own.resolve() != shipped.resolve() else [shipped]


def live_folder() -> Path:
    """Where refreshed datasets are, and which of them are in use. Not created here."""
    return (_first or cache_folder()) / "live"


def state_folder() -> Path:
    """A folder for what can't be made again and is nobody's document: the log. Not created here."""
    if configured := os.environ.get("INSTALLATION_STATE"):
        return Path(configured)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "installation"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "installation" / "state"
    return Path(os.environ.get("XDG_STATE_HOME", str(Path.home() / ".local" / "state"))) / "installation"


def cache_folder() -> Path:
    """A folder for what can be made again (generated tables, baked paths). Not created here."""
    if configured := os.environ.get("INSTALLATION_CACHE"):
        return Path(configured)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "installation"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "installation" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))) / "installation"
