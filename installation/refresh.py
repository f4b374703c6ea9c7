"""`installation data refresh`: asks the live sources of a package, and puts a whole, proved edition in its place or nothing.

The one place where asking (`inputs.web`, `inputs.mqtt`) and knowing (`data`) meet, so it is a verb of the command line.
A show never calls it: it opens with what is there, and `schedule` runs this in a process of its own. Whatever goes
wrong, the package in use stays in use. Clocks, waits and keys are arguments.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from installation.answers import Get, Store, ago, gather, stamp
from installation.clock import wall_time
from installation.data import editions
from installation.data.build import RECIPES
from installation.data.describe import YEAR_FIELDS
from installation.data.descriptor import FILE_LIMIT, FILE_NAME, TABLE_LIMIT
from installation.data.editions import Asked
from installation.data.files import read_regular
from installation.data.live_answers import Record
from installation.data.live_compare import Compared, compare
from installation.data.live_rows import kept, rows_of
from installation.data.live_source import DAY, Live
from installation.data.package import Package, TableInfo, find_package, load_package, read_package
from installation.data.rows import Row, format_rows, load_rows, read_rows
from installation.data.verify import unfit, verify
from installation.errors import DataError, Location, Problem
from installation.inputs.web import Secret

MOST_TOLD = 5
"""Sensors whose messages can't be used that are told at once."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a refresh did: whether another edition is in use now, a line a table, and what a person should look at."""

    package: str
    swapped: bool
    lines: tuple[str, ...]
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Ways:
    """How the outside is reached: `get` over HTTP; `listen(address, live, secret)` gives the sensors' records.

    `addresses` are base addresses that this building uses instead, by package or PACKAGE.TABLE.
    """

    get: Get
    listen: Callable[[str, Live, Secret | None], Sequence[Record]]
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    addresses: Mapping[str, str] = field(default_factory=dict)
    now: Callable[[], float] = wall_time


def live_tables(package: Package) -> dict[str, TableInfo]:
    """The tables of a package that have a live source."""
    return {name: table for name, table in package.tables.items() if table.live}


def refresh(name: str, ways: Ways) -> Outcome:
    """Asks what is due of a package's live sources, and puts a new edition in use when it is whole, sound and not less
    than the one before. Raises DataError with every problem when it isn't; then nothing has changed.
    """
    base = read_package(find_package(name))
    if not live_tables(base):
        raise DataError(f'dataset "{name}" has no live source', hint="`live` in a table of its datapackage.json")
    work = _Work(base, load_package(name), ways)
    for table in live_tables(base).values():
        work.ask(table)
    return work.finish()


class _Work:
    """One refresh: the rows as they will be, where they came from, and what is to be told."""

    def __init__(self, base: Package, now: Package, ways: Ways) -> None:
        self._base, self._now, self._ways = base, now, ways
        self._made: dict[str, list[Row]] = {}
        self._asked: dict[str, Asked] = {}
        self._young: dict[str, str] = {}
        self._notes: list[Problem] = []
        self._lines: list[str] = []
        self._time = ways.now()

    def ask(self, table: TableInfo) -> None:
        """The new rows of one live table."""
        assert table.live is not None
        live = table.live
        secret = secret_of(live, self._ways.environ)
        instead = self._ways.addresses.get(f"{self._base.name}.{table.name}") or self._ways.addresses.get(
            self._base.name, ""
        )
        others = {key.table: self._rows(key.table) for key in table.foreign_keys}
        if live.kind == "mqtt":
            address = live.base(False, instead)
            records = self._ways.listen(address, live, secret)
            if not records:
                self._notes.append(Problem(f"{address}: no sensor has said anything new"))
            rows = self._sensed(records, live, table, others)
            asked = Asked(kind="mqtt", address=address, at=stamp(self._time), rows=len(records), sharing=live.sharing)
        else:
            found = gather(live, Store(self._base.name, table.name), self._ways.get, secret, instead, self._time)
            made = rows_of(found.records, live, table, others, str(found.file))
            if made.problems or not made.rows:
                nothing = Problem(
                    "no row of the answer can be used", Location(str(found.file)), "see live.where and the keys"
                )
                raise DataError(problems=[*(made.problems or [nothing]), *made.notes])
            rows, self._notes = made.rows, [*self._notes, *made.notes]
            if not found.asked:
                age, least = ago(self._time - min(one.at for one in found.answers)), live.minimum_age
                again = f"{ago(least)}" if least >= 60 else f"{least:g} seconds"
                self._young[table.name] = f"; not asked: its answer is {age} old, and good for {again} (live.days)"
            asked = Asked(
                kind=live.kind,
                address=found.answers[0].address,
                at=stamp(min(one.at for one in found.answers)),
                status=tuple(one.status for one in found.answers),
                sha256=tuple(one.sha256 for one in found.answers),
                rows=len(found.records),
                sharing=live.sharing,
            )
        self._asked[table.name] = asked
        self._made[table.name] = kept(rows, load_rows(self._now.table(table.name)), live, table)

    def _sensed(
        self, records: Sequence[Record], live: Live, table: TableInfo, others: Mapping[str, list[Row]]
    ) -> list[Row]:
        """The rows of sensors: one that talks nonsense is told, and doesn't silence the others. The last word counts."""
        rows: dict[Any, Row] = {}
        wrong: list[Problem] = []
        for record in records:
            topic = f"mqtt {record['topic']}"
            made = rows_of([record], live, table, others, topic)
            wrong += [*made.problems, *made.notes]
            for row in made.rows:
                unfitting = [told for field in table.fields if (told := unfit(row[field.name], field))]
                if unfitting:
                    wrong.append(Problem(unfitting[0], Location(topic)))
                    continue
                rows[tuple(row[name] for name in table.primary_key) or topic] = row
        self._notes += wrong[:MOST_TOLD]
        if len(wrong) > MOST_TOLD:
            self._notes.append(Problem(f"{len(wrong)} messages can't be used", Location(str(table.path))))
        return list(rows.values())

    def _rows(self, name: str) -> list[Row]:
        if name not in self._made:
            self._made[name] = load_rows(self._base.table(name))
        return self._made[name]

    def finish(self) -> Outcome:
        """Proves the new edition, compares it with the one in use, and swaps it in."""
        files = self._files()
        draft = editions.write(self._base.name, files, "", draft=True)
        package = read_package(draft)
        problems = verify(package)
        swapped = False
        for name, table in package.tables.items():
            if name == "sources":
                continue  # it says when the others were asked
            if (table.sha256, table.size) != (self._now.tables[name].sha256, self._now.tables[name].size):
                compared = self._compare(name, table)
                problems += compared.problems
                self._notes += compared.notes
                swapped = True
        if problems:
            raise DataError(problems=problems)
        self._lines += [self._line(name, package.tables[name]) for name in self._asked]
        moved = {n: a.sha256 for n, a in self._asked.items()} != {n: a.sha256 for n, a in self._now.refreshed.items()}
        if swapped or moved or self._older():
            moment = re.sub(r"[-:Z]", "", stamp(self._time)).replace("T", "-")
            editions.use(self._base.name, self._base.folder, editions.write(self._base.name, files, moment))
        return Outcome(self._base.name, swapped, tuple(self._lines), tuple(self._notes))

    def _older(self) -> bool:
        """Whether the edition in use tells of an earlier asking of a source that is asked seldom: then its age is wrong."""
        return any(a.kind != "mqtt" and self._now.refreshed[n].at != a.at for n, a in self._asked.items())

    def _compare(self, name: str, table: TableInfo) -> Compared:
        before = self._now.tables[name]
        return compare(load_rows(before), read_rows(table).rows, table, before)

    def _line(self, name: str, table: TableInfo) -> str:
        asked, rows = self._asked[name], len(read_rows(table).rows)
        again = ", as it was" if (table.sha256 == self._now.tables[name].sha256) else ""
        again += self._young.get(name, "")
        return f"{self._base.name}.{name}: {asked.rows:,} rows of {asked.kind}, {rows:,} in the table{again}"

    # -- the edition's files -------------------------------------------------------------------------------------------

    def _files(self) -> dict[str, bytes]:
        """All files of the new edition: tables as they were, those that were asked for, those derived, the descriptor."""
        rows = {name: self._made[name] for name in self._asked}
        if recipe := RECIPES.get(self._base.name):
            every = {name: self._rows(name) for name in self._base.tables}
            rows |= recipe.derive({**every, **rows})
        if "sources" in self._base.tables:
            rows["sources"] = self._sources()
        files: dict[str, bytes] = {}
        for name, table in self._base.tables.items():
            if name in rows:
                data = format_rows(rows[name], table.fields, table.primary_key or table.columns)
            else:
                data = read_regular(table.path, TABLE_LIMIT)
            if len(data) > TABLE_LIMIT:
                raise DataError(f'table "{name}" would have {len(data):,} bytes; at most {TABLE_LIMIT:,} are read')
            files[table.path.name] = data
        files[FILE_NAME] = self._descriptor(files)
        return files

    def _sources(self) -> list[Row]:
        """The package's list of sources, with the day and the checksum of what was asked now."""
        live = {
            table.live.fields.get("source_id"): name for name, table in live_tables(self._base).items() if table.live
        }
        found = []
        for row in self._rows("sources"):
            if asked := self._asked.get(live.get(str(row.get("source_id")), "")):
                fresh = {
                    "retrieved_at": asked.at[:10],
                    "route": "live",
                    "sha256": asked.sha256[0] if asked.sha256 else None,
                }
                row = {**row, **{key: value for key, value in fresh.items() if key in row}}
            found.append(row)
        return found

    def _descriptor(self, files: Mapping[str, bytes]) -> bytes:
        """The package's descriptor with the checksums, years, version and origin of this edition."""
        told = json.loads(read_regular(self._base.folder / FILE_NAME, FILE_LIMIT).decode("utf-8-sig"))
        for resource in told["resources"]:
            data = files[resource["path"]]
            resource["hash"], resource["bytes"] = f"sha256:{hashlib.sha256(data).hexdigest()}", len(data)
        told["version"] = f"{self._base.version}+{stamp(self._time)}"
        told["years"] = self._years()
        told["refreshed"] = {name: asked.model_dump() for name, asked in self._asked.items()}
        return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()

    def _years(self) -> str:
        """The years that the package says it covers, widened to those of the new rows where it says them as years."""
        said = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", self._base.years)
        rows = [row for name in self._asked for row in self._made[name]]
        years = [v for row in rows for name in YEAR_FIELDS if isinstance(v := row.get(name), int)]
        if not years or (not said and self._base.years != NOT_YET):
            return self._base.years
        first = min([*years, int(said[1])] if said else years)
        last = max([*years, int(said[2] or said[1])] if said else years)
        return f"{first}-{last}" if last > first else str(first)


NOT_YET = "not fetched yet"
"""The years of a package that ships without rows."""


def secret_of(live: Live, environ: Mapping[str, str]) -> Secret | None:
    """A source's key from the environment; None where there is none. Raises DataError where it can't do without."""
    if live.key is None:
        return None
    value = environ.get(live.key.env, "").strip()
    if value:
        return Secret(value, live.key.header or ("" if live.key.query else live.how.key_header), live.key.query)
    if live.key.required:
        hint = f"set it before the engine is started: {live.key.env}=..."
        raise DataError(f"the environment variable {live.key.env} has no key", hint=hint)
    return None


def due(name: str, now: float) -> float:
    """Seconds until a package's live sources may be asked again; 0 when they may now. Raises DataError."""
    base = read_package(find_package(name))
    waits = [
        max(table.live.minimum_age - Store(name, table.name).age(now), 0.0)
        for table in live_tables(base).values()
        if table.live
    ]
    if not waits:
        raise DataError(f'dataset "{name}" has no live source')
    return min(waits)


def period(name: str) -> float:
    """Seconds between two refreshes of a package: the shortest minimum age of its sources. Raises DataError."""
    ages = [table.live.minimum_age for table in live_tables(read_package(find_package(name))).values() if table.live]
    return max(min(ages, default=DAY), 1.0)
