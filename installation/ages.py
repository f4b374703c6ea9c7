"""How old the data on the wall are: each dataset of a show, its edition, when it was refreshed, when it is asked for next.

For the status, so plain values, worked out when asked, and cheap. Asks nobody and reads no file: what the process that
refreshes has said is handed in. Called by `status`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from installation.data.package import Package
from installation.scene.load import Show

MOST_TOLD = 24


@dataclass(frozen=True, slots=True)
class Awaited:
    """A dataset that is refreshed here: when it is looked at next, in seconds since 1970, and what was wrong last, or ""."""

    at: float
    problem: str = ""


def ages_of(show: Show, awaited: Mapping[str, Awaited], now: float) -> list[dict[str, object]]:
    """Each dataset of a show by name. `refreshed_s` is its age in seconds, of its oldest live table, None where it is as it
    shipped; `due_s` the seconds until it is looked at next, None where this building doesn't refresh it.
    """
    packages = {package.name: package for scene in show.scenes.values() for package in scene.packages.values()}
    return [_age(packages[name], awaited.get(name), now) for name in sorted(packages)[:MOST_TOLD]]


def _age(package: Package, next_: Awaited | None, now: float) -> dict[str, object]:
    asked = [when for one in package.refreshed.values() if (when := _seconds(one.at)) is not None]
    return {
        "name": package.name,
        "edition": package.version,
        "years": package.years,
        "fiction": package.fiction,
        "live": any(table.live for table in package.tables.values()),
        "refreshed_s": round(max(now - min(asked), 0.0)) if asked else None,
        "due_s": round(max(next_.at - now, 0.0)) if next_ else None,
        "problem": next_.problem if next_ else "",
    }


def _seconds(stamp: str) -> float | None:
    """Seconds since 1970 of a time as an edition has it; None for what is none."""
    try:
        return datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
