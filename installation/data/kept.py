"""Keeps what takes long to work out (bundled paths, a settled layout) in the cache, by a checksum of what it was made from.

A cache that can't be read or written costs time, never the show. Called by what computes at load; never in a frame.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.data.files import write_whole
from installation.errors import DataError
from installation.resources import cache_folder

KEPT = 64
"""So many things of a kind stay; the oldest go first."""


def kept(
    kind: str,
    version: int,
    made_from: tuple[NDArray[np.generic], ...],
    shape: tuple[int, ...],
    make: Callable[[], NDArray[np.float32]],
    folder: Path | None = None,
) -> NDArray[np.float32]:
    """What `make` gives, a float32 array of `shape`; from the cache if it was made from the very same before.

    `version` rises when the same input gives something else. `folder`: where to keep it; default: `kind` in the cache.
    """
    digest = hashlib.sha256(f"{kind} {version}".encode())
    for array in made_from:
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    path = (folder or cache_folder() / kind) / f"{digest.hexdigest()[:32]}.npy"
    found = _read(path, shape)
    if found is None:
        found = make()
        _write(path, found)
    return found


def _read(path: Path, shape: tuple[int, ...]) -> NDArray[np.float32] | None:
    """What is kept, or None where there is nothing, or nothing that can be trusted."""
    try:
        if path.stat().st_size > 4 * int(np.prod(shape)) + 4096:
            return None
        found = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    good = isinstance(found, np.ndarray) and found.shape == shape and found.dtype == np.float32
    return found if good else None


def _write(path: Path, array: NDArray[np.float32]) -> None:
    data = io.BytesIO()
    np.save(data, array)
    try:
        write_whole(path, data.getvalue())
        for old in sorted(path.parent.glob("*.npy"), key=lambda each: each.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    except (DataError, OSError):
        return
