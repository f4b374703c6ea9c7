"""Where an alignment that is kept and the site file have come apart: said at start, and by `installation check --site`.

What was aligned counts, whatever is written in the site file afterwards; and what was aligned of an output that the site
file calls otherwise now is used for nothing. Neither is a mistake, and nobody would guess either. Called by `projecting`
and by `check`; reads no file but the alignment's date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from installation.align.kept import KeptAlignment, kept_of, path_of, place_of
from installation.errors import Location, Problem, did_you_mean
from installation.outputs.surfaces import Laid


@dataclass(frozen=True, slots=True)
class Overruled:
    """Surfaces of one output of which the alignment says something else than the site file, and how that is told."""

    output: str
    surfaces: tuple[str, ...]
    problem: Problem


def overruled(kept: KeptAlignment, own: Mapping[str, Mapping[str, Laid]], site: Path | None) -> list[Overruled]:
    """One for each output of which what is kept and the site file `site` have come apart. `own`: as the site file says now."""
    path = path_of(site)
    if site is None or path is None or not kept.outputs:
        return []
    found = []
    where, date = Location(str(site)), _date(path)
    for output, surfaces in kept.outputs.items():
        here = own.get(output, {})
        gone = tuple(name for name in surfaces if name not in here)
        if output not in own:
            what = f'the alignment of {date} is of an output "{output}", and the site has none: it is used for nothing'
            free = [name for name in own if name not in kept.outputs]
            hint = f"call one {output} again, or: {_forget(output)}.  {did_you_mean(output, free or own)}"
            found.append(Overruled(output, gone, Problem(what, where, hint)))
        elif gone:
            names = ", ".join(gone)
            what = f"the alignment of {date} is of {names} of output {output}, and the site has no such surface"
            free = [name for name in here if name not in surfaces]
            hint = f"call one so again, or: {_forget(output)}.  {did_you_mean(gone[0], free or here)}"
            found.append(Overruled(output, gone, Problem(what, where, hint)))
        changed = tuple(
            name
            for name, one in surfaces.items()
            if name in here and one.moved and one.site is not None and place_of(kept_of(here[name])) != one.site
        )
        if changed:
            of = f" ({', '.join(changed)})" if len(here) > 1 else ""
            what = f"{site.name} has changed where {output}{of} lies; the alignment of {date} still counts"
            hint = f"to lay it as the file says: {_forget(output)}"
            found.append(Overruled(output, changed, Problem(what, where, hint)))
    return found


def _forget(output: str) -> str:
    name = f'"{output}"' if " " in output else output
    return f"installation cue align begin, installation cue align forget {name}"


def _date(path: Path) -> str:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime).strftime("%Y-%m-%d %H:%M")
    except OSError:
        return "before"
