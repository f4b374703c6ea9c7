"""Finds what ships with the engine: shaders, datasets and shows, in a clone or inside an installed wheel."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource(kind: str) -> Path:
    """The shipped folder `kind` ("shaders", "datasets" or "shows"): the clone's own, else the wheel's."""
    clone = _PACKAGE.parent / kind
    if clone.is_dir() and (_PACKAGE.parent / "pyproject.toml").is_file():
        return clone
    return _PACKAGE / "_data" / kind


def search_path(kind: str) -> list[Path]:
    """Where things of a kind are looked for, the user's own folder first: ./shows, then what ships."""
    own = Path.cwd() / kind
    shipped = resource(kind)
    return [own, shipped] if own.is_dir() and own.resolve() != shipped.resolve() else [shipped]


def cache_folder() -> Path:
    """A folder for what can be made again (generated tables, baked paths). Not created here."""
    if configured := os.environ.get("INSTALLATION_CACHE"):
        return Path(configured)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "installation"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "installation" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))) / "installation"
