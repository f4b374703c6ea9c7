"""What a dataset says of a column or a table that a scene reads: unit, title, source, licence, cautions.

Reads descriptors and the small tables in which packages keep their indicators, so not for the frame. Never says more than a
package does: a column that SQL works out is called that. Called by `scene.evidence`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from installation.data.cautions import caution_of, text_of_indicator
from installation.data.lineage import Lineage
from installation.data.package import Package
from installation.data.sharing import Stated, sharing_of
from installation.errors import DataError


@dataclass(frozen=True, slots=True)
class Origin:
    """A table of a dataset, and what must be said wherever its figures are. `sources` are titles with their addresses;
    `sharing` says how far its rows may be handed on (`data.sharing`), "" where its licence is all that is known."""

    dataset: str
    title: str
    table: str
    publisher: str
    licence: str
    years: str
    version: str
    credit: str
    fiction: bool
    sources: tuple[str, ...]
    cautions: tuple[str, ...]
    sharing: Stated = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A column that is read. `title` is what its package calls what is measured, "" where it says nothing of it.

    A column that SQL hands on as it is has the unit, title and description of the one it was. What SQL works out is
    `computed`: only its own format gives it a unit, and `made_from` are the columns that it is worked out from.
    """

    name: str
    unit: str = ""
    description: str = ""
    indicator: str = ""
    title: str = ""
    type: str = ""
    computed: bool = False
    made_from: tuple[Figure, ...] = ()


def figure_of(reads: Sequence[tuple[Package, str]], column: str, unit: str) -> Figure:
    """A column as its package describes it."""
    for package, name in reads:
        try:
            known = package.table(name).field(column)
        except DataError:
            continue
        title = text_of_indicator(package, known.indicator, "title")
        return Figure(column, unit or known.unit, known.description, known.indicator, title, known.type)
    return Figure(column, unit)


def columns_of(packages: Mapping[str, Package]) -> dict[str, dict[str, Sequence[str]]]:
    """The columns of every table, by the name that a scene gives its dataset."""
    return {alias: {table.name: table.columns for table in p.tables.values()} for alias, p in packages.items()}


def figure_through(packages: Mapping[str, Package], made: Lineage, column: str, unit: str) -> Figure:
    """A column of a query. What it was, where SQL hands it on as it is: from several places only what all of them say."""
    read = [figure_of([(packages[alias], table)], name, "") for alias, table, name in made.reads]
    if not made.unchanged or not read:
        return Figure(column, unit, computed=True, made_from=tuple(read))
    same = {
        field: {getattr(one, field) for one in read} for field in ("unit", "description", "indicator", "title", "type")
    }
    said = {field: found.pop() if len(found) == 1 else "" for field, found in same.items()}
    return Figure(column, unit or said["unit"], said["description"], said["indicator"], said["title"], said["type"])


def origin_of(package: Package, table: str, columns: Sequence[str], named: Sequence[str]) -> Origin:
    """Where a table comes from. The cautions are those of the columns that are read, or where SQL reads it, of all of them;
    and of every indicator that the SQL names."""
    said: list[str] = []
    if columns:
        known = package.table(table).columns
        for column in columns:
            said += caution_of(package, table, column) if column in known else caution_of(package, table)
    else:
        said += caution_of(package, table)
    for name in named:
        try:
            said += caution_of(package, indicator=name)
        except DataError:
            continue  # a word of the query that is no indicator
    return Origin(
        dataset=package.name,
        title=package.title,
        table=table,
        publisher=package.publisher,
        licence=package.licence,
        years=package.years,
        version=package.version,
        credit=package.credit(),
        fiction=package.fiction,
        sources=tuple(
            " ".join(filter(None, (source.title, source.version, source.address))) for source in package.sources
        ),
        cautions=tuple(dict.fromkeys(said)),
        sharing=sharing_of(package, table),
    )
