"""Whether the rows of a table may be handed on: what its package's list of sources says of them, and its live source.

Every path that would write rows of data to a file asks here first; drawing them is always allowed. Reads the small table
`sources`, and a table's own column `source_id` only where one of the sources is strict, so not for the frame. Called by
`scene.evidence` and `listing`.
"""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

from installation.data.descriptor import TABLE_LIMIT
from installation.data.files import read_regular
from installation.data.generated import prepare
from installation.data.live_source import STRICTER, Sharing
from installation.data.package import NO_LICENCE, Package
from installation.data.rows import load_rows, word

Stated: TypeAlias = Sharing | Literal[""]
"""A sharing, or "" where the package says nothing of it: then its licence is all there is to go by."""

SOURCES = "sources"
IN_WORDS: dict[Stated, str] = {
    "": "",
    "yes": "may be passed on",
    "attribution": "may be passed on with its credit",
    "limited": "may be passed on only as its publisher's terms say",
    "no": "may be drawn, not passed on",
}


def sharing_of(package: Package, table: str) -> Stated:
    """How far the rows of a table may be handed on: as the strictest of the sources that its rows name, or of all those of
    its package where rows name none; never laxer than its live source is. A file of one's own without a stated licence is
    not passed on: it may be a hospital's. Raises DataError for what can't be read.
    """
    if package.licence == NO_LICENCE:
        return "no"
    info = package.table(table)
    of = _listed(package)
    live = {name: given.live.sharing for name, given in package.tables.items() if given.live}
    for name, asked in package.refreshed.items():
        live[name] = max(_known(asked.sharing), live.get(name, "yes"), key=STRICTER.index)
    if info.name == SOURCES and of:
        return "yes"
    if "source_id" in info.columns:
        strict = not {"limited", "no"}.isdisjoint(of.values())
        named = _sources_in(info.path, info.sha256) if strict else of.keys()
        said = [of.get(name, "no") for name in named] if of else []
        said += [live[info.name]] if info.name in live else []
    else:
        said = [*of.values(), *live.values()]
    return max(said, key=STRICTER.index, default="")


def drawn_only(package: Package) -> tuple[str, ...]:
    """The tables that may be drawn, and neither exported nor recorded."""
    return tuple(name for name in package.tables if sharing_of(package, name) == "no")


def _listed(package: Package) -> dict[str, Sharing]:
    """The sharing of each of a package's sources; one that says nothing known is not passed on."""
    table = package.tables.get(SOURCES)
    if table is None or table.path.suffix != ".csv" or not {"source_id", "may_redistribute"} <= set(table.columns):
        return {}
    prepare(package)
    return {word(row, "source_id"): _known(word(row, "may_redistribute")) for row in load_rows(table)}


def _known(said: str) -> Sharing:
    return next((how for how in STRICTER if how == said), "no")


@lru_cache(maxsize=64)
def _sources_in(path: Path, checksum: str) -> frozenset[str]:
    """The sources that the rows of a table name; remembered for the bytes of that checksum."""
    text = read_regular(path, TABLE_LIMIT, within=path.parent).decode("utf-8-sig")
    return frozenset(row["source_id"] for row in csv.DictReader(io.StringIO(text, newline="")))
