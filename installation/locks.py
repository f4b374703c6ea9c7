"""What this machine's kernel enforces on the processes that see, and on those that hold a network camera's connection: tried.

Each is asked to prove it, in a process of its own. Called by the command line, for the page of `privacy`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from installation.inputs.seal import NAMED, NO_WRITING, OF_FILES, OF_NAMES
from installation.inputs.sources import is_live
from installation.inputs.stream import is_stream
from installation.scene.schema import SiteFile


def held_here(site: SiteFile | None = None) -> tuple[str, ...]:
    """What this machine's kernel enforces on the process that sees: tried in a process of its own. One for a camera that is
    plugged in must be able to write to that, and so has a lock less."""
    plugged = any(is_live(eye.source) and not is_stream(eye.source) for eye in (site.eyes if site else ()))
    told = _proved("camera_process", ["--device"] * plugged)
    held = tuple(told["held"])
    files = any(line.startswith(NO_WRITING) for line in held)  # else the page doesn't say so
    tried = [fine for name, fine in told["refused"].items() if files or not name.startswith(OF_FILES)]
    return held if all(tried) else ()


def receivers_held_here(site: SiteFile) -> list[tuple[str, ...]]:
    """The same of the processes that hold the connections of the site's network cameras; each once that differs."""
    found = []
    for eye in site.eyes:
        if is_stream(eye.source):
            told = _proved("stream_process", [], {"address": eye.source})
            held = tuple(told["held"])
            names = any(NAMED in line for line in held)
            tried = [fine for name, fine in told["refused"].items() if not (names and name in OF_NAMES)]
            found.append(held if all(tried) else ())
    return list(dict.fromkeys(found))


def _proved(module: str, options: Sequence[str], told: object = None) -> dict[str, Any]:
    """What a process of this kind says that it is held to, and which attempts to get out were refused; nothing where it fails.
    It is told on its standard input: an address may hold a password."""
    command = [sys.executable, "-P", "-m", f"installation.inputs.{module}", "--prove", *options]
    try:
        line = json.dumps(told).encode() + b"\n"
        said = json.loads(subprocess.run(command, input=line, capture_output=True, timeout=30, check=False).stdout)
        return {"held": list(said["held"]), "refused": dict(said["refused"])}
    except (OSError, ValueError, KeyError, subprocess.TimeoutExpired):
        return {"held": [], "refused": {}}
