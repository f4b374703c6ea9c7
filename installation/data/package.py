"""A dataset package: a folder with a `datapackage.json` and the tables that it describes, fact or fiction.

`load_package` proves the outside (descriptor, files, checksums) each time; `data.verify` proves the inside.
The tables of a package with a generator are made in the cache folder when they are first asked for. Never
reads a file outside the package's folder; never writes into it.
"""

from __future__ import annotations

import csv
import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from pathlib import Path

from installation import resources
from installation.data import editions
from installation.data.descriptor import (
    FILE_NAME,
    NAME,
    TABLE_LIMIT,
    Descriptor,
    FieldType,
    ResourceModel,
    read_descriptor,
)
from installation.data.editions import Asked
from installation.data.files import read_regular
from installation.data.live_source import Live
from installation.errors import DataError, Location, Problem, did_you_mean

log = logging.getLogger(__name__)

NO_LICENCE = "licence not stated"
"""The licence of a file of one's own that states none: its rows may be drawn, and are not passed on."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column. `unit` is for people ("persons", "percent"); `enum`, `minimum` and `maximum` are None where
    free. `indicator`: the row of the package's `indicators` whose figures stand here, "" for none.
    """

    name: str
    type: FieldType
    description: str = ""
    unit: str = ""
    required: bool = False
    unique: bool = False
    enum: tuple[str | int | float, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`fields` here must be found as `there` in the table `table`."""

    fields: tuple[str, ...]
    table: str
    there: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table as its package declares it; `path` is where its CSV lies, in the cache for a generated one. That of a
    curator's own file lies there too, as Parquet with its types.

    `caution` must be said wherever its numbers are. `marks`: each row is meant as one mark on the wall, so no
    row may be an aggregate, or hold another (see `data.rules`).
    """

    name: str
    path: Path
    title: str
    description: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    unique_keys: tuple[tuple[str, ...], ...]
    foreign_keys: tuple[ForeignKey, ...]
    missing_values: tuple[str, ...]
    sha256: str
    size: int
    caution: str = ""
    marks: bool = False
    live: Live | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    def field(self, name: str) -> Field:
        """The field of that name. Raises DataError with what is near."""
        for field in self.fields:
            if field.name == name:
                return field
        message = f'table "{self.name}" has no column "{name}"'
        raise DataError(message, hint=did_you_mean(name, self.columns, label="columns"))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a package comes from: title, address, edition."""

    title: str
    address: str
    version: str


@dataclass(frozen=True, slots=True)
class Generator:
    """What makes a package of fiction: the same seed and version give the same bytes."""

    name: str
    version: str
    seed: int


@dataclass(frozen=True, slots=True)
class Package:
    """A dataset package that has been read: fact or fiction, who published it, and its tables.

    `caution` is what must be said wherever its numbers are ("Doctors, not dentists."); `data.cautions` has
    those of a table, a column or an indicator besides.
    """

    name: str
    title: str
    description: str
    folder: Path
    fiction: bool
    publisher: str
    licence: str
    years: str
    version: str
    tables: dict[str, TableInfo]
    sources: tuple[Source, ...]
    generator: Generator | None
    caution: str = ""
    stated_credit: str = ""
    refreshed: Mapping[str, Asked] = made_by(default_factory=dict)
    """By table: where it came from, in an edition that a refresh made; empty in a package as it shipped."""
    warnings: tuple[Problem, ...] = ()
    """What a curator should know of it, and what doesn't keep it from being played."""
    watched: tuple[Path, ...] = ()
    """The files of a show that it was read from: a save of one of them makes it be read again."""

    def credit(self) -> str:
        """One line for the wall: who, under which licence, which years; begins with FICTION where it is
        one.
        """
        line = self.stated_credit or f"{self.publisher}, {self.licence}, {self.years}"
        return f"FICTION: {line}" if self.fiction else line

    def table(self, name: str) -> TableInfo:
        """The table of that name, or "" for the only one of a dataset. Raises DataError with what is near."""
        if not name and len(self.tables) == 1:
            return next(iter(self.tables.values()))
        if name not in self.tables:
            message = f'dataset "{self.name}" has no table "{name}"'
            raise DataError(message, hint=did_you_mean(name, self.tables, label="tables"))
        return self.tables[name]


def list_packages() -> list[str]:
    """The names of all packages on the search path, sorted."""
    return sorted(
        {
            found.parent.name
            for folder in resources.search_path("datasets")
            if folder.is_dir()
            for found in folder.glob(f"*/{FILE_NAME}")
            if re.fullmatch(NAME, found.parent.name)
        }
    )


def find_package(name: str) -> Path:
    """The folder of a package, the user's own before the shipped one. Raises DataError when there is none."""
    if re.fullmatch(NAME, name):
        for folder in resources.search_path("datasets"):
            if (folder / name / FILE_NAME).is_file():
                return folder / name
    hint = did_you_mean(name, list_packages(), label="datasets") or "there are no datasets here"
    raise DataError(f'there is no dataset "{name}"', hint=hint)


def load_package(name: str) -> Package:
    """Finds and reads a package, the refreshed edition in its place if there is one that is sound, and proves that its
    files are those that its descriptor names.

    Raises DataError with every problem: of the descriptor by line and column, and missing or changed tables.
    """
    folder = find_package(name)
    if edition := editions.in_use(name, folder):
        try:
            return read_package(edition.folder)
        except DataError as error:
            log.warning("%s: its refreshed edition can't be used, the package as it shipped is: %s", name, error)
    return read_package(folder)


def read_package(folder: Path) -> Package:
    """The package in this folder, as it is there. Raises DataError as `load_package` does."""
    descriptor, _ = read_descriptor(folder / FILE_NAME)
    package = package_from(descriptor, folder)
    if package.generator is None:
        problems = [p for table in package.tables.values() for p in file_problems(table, package)]
        if problems:
            raise DataError(problems=problems)
    return package


def package_from(descriptor: Descriptor, folder: Path) -> Package:
    """A package from its descriptor, with nothing proved about its files yet."""
    generator = None
    where = folder
    if given := descriptor.generator:
        generator = Generator(given.name, given.version, given.seed)
        where = generated_folder(descriptor.name, generator)
    publishers = [c.title for c in descriptor.contributors if "publisher" in c.roles]
    return Package(
        name=descriptor.name,
        title=descriptor.title,
        description=descriptor.description,
        folder=folder,
        fiction=descriptor.fiction,
        publisher=" / ".join(publishers or [descriptor.contributors[0].title]),
        licence=" / ".join(licence.title or licence.name for licence in descriptor.licenses),
        years=descriptor.years,
        version=descriptor.version,
        tables={resource.name: _table(resource, where) for resource in descriptor.resources},
        sources=tuple(Source(s.title, s.path, s.version) for s in descriptor.sources),
        generator=generator,
        caution=descriptor.caution,
        stated_credit=descriptor.credit,
        refreshed=descriptor.refreshed,
    )


def generated_folder(name: str, generator: Generator) -> Path:
    """Where a generated package's tables lie; another version or seed has its own folder."""
    edition = re.sub(r"[^A-Za-z0-9.]+", "-", f"{generator.version}-{generator.seed}")
    return resources.cache_folder() / "datasets" / name / edition


def file_problems(table: TableInfo, package: Package) -> list[Problem]:
    """What is wrong with a table's file, seen from outside: absent, another size or checksum, another
    header.
    """
    try:
        data = read_regular(table.path, TABLE_LIMIT, within=table.path.parent)
    except DataError as error:
        return [Problem(p.message, p.where, p.hint or _advice(package)) for p in error.problems]
    where = Location(str(table.path))
    if len(data) != table.size or hashlib.sha256(data).hexdigest() != table.sha256:
        message = f'table "{table.name}" of dataset "{package.name}" is not the one that its descriptor describes'
        return [Problem(f"{message} (its checksum differs)", where, _advice(package))]
    header = _header(data)
    if header != table.columns:
        message = f"the columns are {', '.join(header)[:200]}; expected {', '.join(table.columns)}"
        return [Problem(message, Location(str(table.path), 1, 1), _advice(package))]
    return []


def _header(data: bytes) -> tuple[str, ...]:
    line = data[: 64 << 10].split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
    return tuple(next(csv.reader([line]), []))


def _advice(package: Package) -> str:
    return f"if the change is meant: installation data build {package.name}; if not, bring the file back"


def _table(resource: ResourceModel, folder: Path) -> TableInfo:
    schema = resource.table
    return TableInfo(
        name=resource.name,
        path=folder / resource.path,
        title=resource.title,
        description=resource.description,
        fields=tuple(
            Field(
                f.name,
                f.type,
                f.description or f.title,
                f.unit,
                f.constraints.required or f.name in schema.primary_key,
                f.constraints.unique,
                f.constraints.enum,
                f.constraints.minimum,
                f.constraints.maximum,
                f.indicator,
            )
            for f in schema.fields
        ),
        primary_key=schema.primary_key,
        unique_keys=schema.unique_keys,
        foreign_keys=tuple(ForeignKey(k.fields, k.reference.resource, k.reference.fields) for k in schema.foreign_keys),
        missing_values=schema.missing_values,
        sha256=resource.hash.removeprefix("sha256:"),
        size=resource.bytes,
        caution=resource.caution,
        marks=resource.marks,
        live=resource.live,
    )
