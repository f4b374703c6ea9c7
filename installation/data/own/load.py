"""A file of a show as a dataset: copied, read, typed and proved once, and kept in the cache folder as Parquet.

The cache knows a file by its checksum, its descriptor's text and this reader's edition, so a file that has not changed
costs its checksum alone. Called by scenes' loading (`scene.library`); `look` reads the same way for a curator.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from installation import resources
from installation.data.files import copy_regular
from installation.data.own import columnar, records, text, workbook
from installation.data.own.descriptor import OwnDescriptor, descriptor_of, places, rules_of
from installation.data.own.guess import guess, is_year, profile
from installation.data.own.raw import Raw, database, key_of
from installation.data.own.rules import Rule, problems, typed, unfit
from installation.data.own.text import Stated
from installation.data.package import NO_LICENCE, Field, Package, Source, TableInfo
from installation.data.sql import explain, literal, quoted
from installation.errors import DataError, Location, Problem, visible

EDITION = "2"
"""Of what is kept: another one reads all files anew."""

LIMITS = {
    ".csv": text.LIMIT,
    ".tsv": text.LIMIT,
    ".txt": text.LIMIT,
    ".json": records.LIMIT,
    ".geojson": records.LIMIT,
    ".parquet": columnar.LIMIT,
    ".xlsx": workbook.LIMIT,
    ".xlsm": workbook.LIMIT,
    ".ods": workbook.LIMIT,
}
"""The kinds of file that are read, by ending, and most bytes of each."""

UNREAD = (".xls", ".xlsb", ".numbers", ".sav", ".dta")
"""Kinds of file that hold tables and are not read."""

KEPT = 64
"""Files whose tables are kept in the cache; those that were asked for longest ago go first."""

NOT_STATED = "source not stated"


def is_own(name: str) -> bool:
    """Whether the name of a dataset in a scene is a file of the show, and not a package."""
    return "/" in name


def load_own(path: Path, name: str, within: Path) -> Package:
    """The file at `path` as a package that a scene calls `name`; `within` is the show's folder, which it may not leave.

    Raises DataError with every problem, each at its place in the file.
    """
    descriptor, place, said = descriptor_of(path, within)
    with copied(path, within) as (copy, digest, size):
        identity = "\n".join((EDITION, str(path), digest, said))
        edition = hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:24]
        home = resources.cache_folder() / "own" / edition
        kept = _kept(home)
        if kept is None:
            _read(copy, path, descriptor, place, copy.parent / "done")
            _keep(copy.parent / "done", home)
            kept = _kept(home)
    if kept is None:
        raise DataError(f"the cache folder {home.parent} can't be used", hint="set INSTALLATION_CACHE to another one")
    return _package(path, name, descriptor, kept, home, edition, digest, size)


@contextmanager
def copied(path: Path, within: Path | None) -> Iterator[tuple[Path, str, int]]:
    """A copy of a file in a work folder that goes away, its SHA-256 and its size. Raises DataError."""
    import duckdb

    limit = LIMITS.get(path.suffix.lower())
    if limit is None:
        hint = f"files that are read: {', '.join(LIMITS)}"
        if path.suffix.lower() in UNREAD:
            hint = "open it in the program that made it, and save it as .xlsx, .ods or .csv"
        raise DataError(f'"{visible(path.suffix)}" is no kind of file that is read', Location(visible(str(path))), hint)
    base = resources.cache_folder().resolve() / "own"
    if set("*?[") & set(str(base)):  # to duckdb, a path is a pattern
        hint = "set INSTALLATION_CACHE to a folder without them"
        raise DataError('the cache folder has "*", "?" or "[" in its name', Location(str(base)), hint)
    try:
        base.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=base, prefix="draft-")).resolve()
    except OSError as error:
        raise DataError(f"the cache folder can't be written: {error.strerror or error}", Location(str(base))) from None
    try:
        copy = work / "copy"
        yield copy, *copy_regular(path, limit, copy, within)
    except DataError as error:
        error.at(Location(visible(str(path))))
        raise
    except duckdb.Error as error:
        raise DataError(
            f"the file can't be read: {visible(explain(error))[:200]}", Location(visible(str(path)))
        ) from None
    except OSError as error:  # a full disk
        raise DataError(f"the cache folder can't be written: {error.strerror or error}", Location(str(base))) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def raws(copy: Path, path: Path, stated: dict[str, Stated]) -> list[Raw]:
    """The tables of a copy of the file at `path`: one, or one for each sheet of a workbook."""
    name, work, ending = visible(str(path)), copy.parent, path.suffix.lower()
    key, one = key_of(path.stem), stated.get("", Stated())
    if ending in (".json", ".geojson"):
        return [records.read_records(copy, name, work, key)]
    if ending == ".parquet":
        return [columnar.read_parquet(copy, name, work, key)]
    if ending in (".xlsx", ".xlsm", ".ods"):
        return workbook.read_workbook(copy, name, work, stated)
    return [text.read_text(copy, name, work, key, one)]


def _read(copy: Path, path: Path, descriptor: OwnDescriptor, place: Path | None, to: Path) -> None:
    """Writes the tables with their types into the folder `to`, and what is known of them. Raises DataError."""
    to.mkdir()
    found, wrong, told = list[dict[str, Any]](), list[Problem](), list[Problem]()
    tables = raws(copy, path, descriptor.stated())
    for raw in tables:
        resource = descriptor.resource(raw.sheet) or (descriptor.resource("") if len(tables) == 1 else None)
        key = (resource.name if resource else None) or raw.key
        told += raw.told
        wrong += raw.wrong
        if resource and resource.table and place:
            rules, unlike = rules_of(resource, raw, place)
            primary, doubts = resource.table.primary_key, list[Problem]()
            unlike = unlike or problems(raw, rules, primary, unfit(raw, rules))
        else:
            rules, doubts, infinite = guess(raw, profile(raw)[1])
            unlike, primary = problems(raw, rules, (), infinite), ()
        told += doubts
        wrong += unlike
        if not wrong:
            rows = typed(raw, rules, to / f"{key}.parquet")
            if not rows:
                wrong.append(Problem("the table has no rows", raw.where(None)))
            title, description = (resource.title, resource.description) if resource else ("", "")
            found.append(
                {
                    "key": key,
                    "title": title or raw.sheet or path.name,
                    "description": description,
                    "fields": [asdict(rule.field) for rule in rules],
                    "primary": list(primary),
                    "years": _years(to / f"{key}.parquet", rules),
                }
            )
    if wrong:
        raise DataError(problems=wrong)
    kept = {"tables": found, "warnings": [asdict(problem) for problem in told]}
    (to / "tables.json").write_text(json.dumps(kept), "utf-8")


def _years(stored: Path, rules: Sequence[Rule]) -> str:
    """The years that a table speaks of, as 2000-2024; "" where it has no column of years."""
    for rule in rules:
        if rule.field.type != "integer":
            continue
        with database(stored.parent) as connection:
            name = quoted(rule.field.name)
            least, most = connection.execute(
                f"SELECT min({name}), max({name}) FROM read_parquet({literal(str(stored))})"
            ).fetchone() or (None, None)
        if least is not None and is_year(rule, least, most):
            return f"{least}-{most}" if most != least else str(least)
    return ""


def _kept(home: Path) -> dict[str, Any] | None:
    """What is kept of a file; None when nothing is, or not all of it."""
    try:
        kept: dict[str, Any] = json.loads((home / "tables.json").read_text("utf-8"))
        os.utime(home)
    except (OSError, ValueError):
        return None
    return kept if all((home / f"{table['key']}.parquet").is_file() for table in kept["tables"]) else None


def _keep(done: Path, home: Path) -> None:
    """Puts a finished folder in its place, and lets the oldest others go."""
    shutil.rmtree(home, ignore_errors=True)
    try:
        os.replace(done, home)
    except OSError:
        return  # another program was faster
    others = [(path.stat().st_mtime, path) for path in home.parent.glob("*") if path.is_dir() and path != home]
    for _, path in sorted(others, reverse=True)[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)


def _package(
    path: Path,
    name: str,
    descriptor: OwnDescriptor,
    kept: dict[str, Any],
    home: Path,
    edition: str,
    digest: str,
    size: int,
) -> Package:
    publishers = [c.title for c in descriptor.contributors if "publisher" in c.roles and c.title]
    sources = tuple(Source(s.title or s.path, s.path, s.version) for s in descriptor.sources if s.title or s.path)
    licences = [licence.title or licence.name or licence.path for licence in descriptor.licenses]
    publisher = " / ".join(publishers or [source.title for source in sources])
    licence = " / ".join(filter(None, licences))
    years = descriptor.years or next(filter(None, (table["years"] for table in kept["tables"])), "")
    warnings = [
        Problem(p["message"], Location(**p["where"]) if p["where"] else None, p["hint"]) for p in kept["warnings"]
    ]
    if absent := " and ".join(what for what, said in (("source", publisher), ("licence", licence)) if not said):
        hint = f"installation data describe {path} --out {path}.json, and fill it in there"
        warnings.append(Problem(f"no {absent} is stated for this file", Location(visible(str(path))), hint))
    said = [publisher or NOT_STATED, licence or (NO_LICENCE if publisher else ""), years]
    return Package(
        name=name,
        title=descriptor.title or path.name,
        description=descriptor.description,
        folder=path.parent,
        fiction=descriptor.fiction,
        publisher=publisher or NOT_STATED,
        licence=licence or NO_LICENCE,
        years=years,
        version=edition,
        tables={
            table["key"]: TableInfo(
                name=table["key"],
                path=home / f"{table['key']}.parquet",
                title=table["title"],
                description=table["description"],
                fields=tuple(_field(field) for field in table["fields"]),
                primary_key=tuple(table["primary"]),
                unique_keys=(),
                foreign_keys=(),
                missing_values=("",),
                sha256=digest,
                size=size,
            )
            for table in kept["tables"]
        },
        sources=sources,
        generator=None,
        caution=descriptor.caution,
        stated_credit=descriptor.credit or ", ".join(filter(None, said)),
        warnings=tuple(warnings),
        watched=tuple(place.resolve() for place in (path, *places(path))),
    )


def _field(given: dict[str, Any]) -> Field:
    return Field(**{**given, "enum": tuple(given["enum"]) if given["enum"] is not None else None})
