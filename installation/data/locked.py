"""A duckdb in memory that is locked: it reads what it was told to, and can neither be talked out of that nor reach the net.

The one place where the engine opens duckdb for good. Called by `tables` for a scene's SQL, and by `own` for a person's files.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from installation.data.sql import literal

if TYPE_CHECKING:
    import duckdb


def open_database(memory: str) -> duckdb.DuckDBPyConnection:
    """An empty database in memory, not locked yet: for the engine's own statements, with at most `memory` ("256MB").

    One thread, so that rows and sums come out the same each time; nothing is spilled to a disk, no extension is loaded.
    """
    import duckdb

    return duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            "memory_limit": memory,
            "temp_directory": "",
            "max_temp_directory_size": "0KB",
            "autoload_known_extensions": False,
            "autoinstall_known_extensions": False,
            "allow_community_extensions": False,
            "python_enable_replacements": False,
        },
    )


def lock(connection: duckdb.DuckDBPyConnection, folders: Iterable[str] = (), files: Iterable[str] = ()) -> None:
    """From now on it reaches these folders (with a / at their end) and files, nothing else, and no statement unlocks it.

    The order matters: what is allowed can't be said once access is off, and nothing can once the settings are locked.
    """
    connection.execute("SET enable_progress_bar = false")  # it would be drawn over what a show says
    connection.execute(f"SET allowed_directories = [{', '.join(map(literal, folders))}]")
    connection.execute(f"SET allowed_paths = [{', '.join(map(literal, files))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
