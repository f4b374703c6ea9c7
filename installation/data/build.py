"""`installation data build`: makes a package's derived tables again, and refreshes the checksums in its
descriptor.

With the folder of the publishers' files it also makes the tidy tables. Same input, same bytes. It writes
tables and, in `datapackage.json`, only the values of `hash` and `bytes`: all else in there a person wrote.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from installation.data import (
    build_drain,
    build_fives,
    build_gradient,
    build_land,
    build_seam,
    build_us_land,
    build_world,
    fiction,
)
from installation.data.descriptor import FILE_NAME, TABLE_LIMIT, Descriptor, read_descriptor
from installation.data.files import read_regular, write_whole
from installation.data.generated import made_with
from installation.data.package import Package, find_package, list_packages, package_from, read_package
from installation.data.rows import Row, format_rows, load_rows
from installation.data.verify import verify
from installation.errors import DataError, Location, did_you_mean


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a shipped package is made: `tidy` from the publishers' files, `derive` from its tidy tables."""

    tidy: Callable[[Path, Mapping[str, list[Row]]], dict[str, list[Row]]]
    derive: Callable[[Mapping[str, list[Row]]], dict[str, list[Row]]]


RECIPES: dict[str, Recipe] = {
    "dental-equity-gradient": Recipe(build_gradient.tidy, build_gradient.derive),
    "dental-equity-world": Recipe(build_world.tidy, build_world.derive),
    "doctors-drain": Recipe(build_drain.tidy, build_drain.derive),
    "five-year-olds": Recipe(build_fives.tidy, build_fives.derive),
    "materials-seam": Recipe(build_seam.tidy, build_seam.derive),
    "us-land": Recipe(build_us_land.tidy, build_us_land.derive),
    "world-land": Recipe(build_land.tidy, build_land.derive),
}


def build(names: Iterable[str] | None = None, raw: Path | None = None) -> list[str]:
    """Builds packages (all when `names` is None) and says what was done, a line for each table.

    A package without a recipe only has its checksums refreshed; one with a generator is generated. Raises
    DataError when a package does not exist, can't be read or written, or does not hold what its descriptor
    promises once it is built.
    """
    known = list_packages()
    chosen = known if names is None else list(names)
    for name in chosen:
        if name not in known:
            raise DataError(f'there is no dataset "{name}"', hint=did_you_mean(name, known, label="datasets"))
    if raw is not None and not raw.is_dir():
        raise DataError("this is not a folder", Location(str(raw)), "give the folder of the publishers' files")
    done: list[str] = []
    for name in chosen:
        done += _build(find_package(name), raw)
    return done


class _Tables(Mapping[str, list[Row]]):
    """A package's rows, each table read when it is first asked for; a table just made takes its file's
    place.
    """

    def __init__(self, package: Package) -> None:
        self._package = package
        self._rows: dict[str, list[Row]] = {}

    def __getitem__(self, name: str) -> list[Row]:
        if name not in self._rows:
            self._rows[name] = load_rows(self._package.table(name))
        return self._rows[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._package.tables)

    def __len__(self) -> int:
        return len(self._package.tables)

    def put(self, name: str, rows: list[Row]) -> bool:
        """Writes a table; False when its file held just that already. Kept as written, so rounding is seen
        by all.
        """
        table = self._package.table(name)
        changed = write_whole(table.path, format_rows(rows, table.fields, table.primary_key))
        self._rows[name] = load_rows(table)
        return changed


def _build(folder: Path, raw: Path | None) -> list[str]:
    descriptor, text = read_descriptor(folder / FILE_NAME)
    package = package_from(descriptor, folder)
    done: list[str] = []
    if package.generator is not None:
        done += _generate(package)
    elif recipe := RECIPES.get(package.name):
        tables = _Tables(package)
        if raw is not None:
            for name, rows in recipe.tidy(raw, tables).items():
                done.append(_line(package, name, len(rows), tables.put(name, rows)))
        for name, rows in recipe.derive(tables).items():
            done.append(_line(package, name, len(rows), tables.put(name, rows)))
    changed = write_whole(folder / FILE_NAME, _refreshed(descriptor, package, text).encode("utf-8"))
    done.append(f"{package.name}: checksums {'refreshed' if changed else 'unchanged'}")
    if problems := verify(read_package(folder)):
        raise DataError(problems=problems)
    return done


def _generate(package: Package) -> list[str]:
    """Makes the tables of a package of fiction in the cache folder."""
    assert package.generator is not None
    made_with(package.generator)
    made = fiction.generate(package.generator.seed)
    if set(made) != set(package.tables):
        told = f"the generator makes {', '.join(sorted(made))}; the descriptor names {', '.join(package.tables)}"
        raise DataError(told, Location(str(package.folder / FILE_NAME)))
    return [
        _line(package, name, made[name].count(b"\n") - 1, write_whole(table.path, made[name]))
        for name, table in package.tables.items()
    ]


def _line(package: Package, name: str, rows: int, changed: bool) -> str:
    return f"{package.name}: {name}, {rows:,} rows, {'written' if changed else 'unchanged'}"


def _refreshed(descriptor: Descriptor, package: Package, text: str) -> str:
    """The descriptor's text with the checksum and size of each table as it is now, and every other
    character kept.
    """
    edits: list[tuple[int, int, str]] = []
    nodes = _resource_nodes(text)
    for resource, node in zip(descriptor.resources, nodes, strict=True):
        data = read_regular(package.tables[resource.name].path, TABLE_LIMIT)
        fresh = {"hash": f'"sha256:{hashlib.sha256(data).hexdigest()}"', "bytes": str(len(data))}
        for key, value in node.value:
            if key.value in fresh:
                edits.append((value.start_mark.index, value.end_mark.index, fresh[key.value]))
    for start, end, value in sorted(edits, reverse=True):
        text = text[:start] + value + text[end:]
    return re.sub(r"\n*\Z", "\n", text)


def _resource_nodes(text: str) -> list[yaml.MappingNode]:
    root = yaml.compose(text, Loader=yaml.SafeLoader)  # the pure loader counts characters, the C one bytes
    assert isinstance(root, yaml.MappingNode)
    resources = next(value for key, value in root.value if key.value == "resources")
    return list(resources.value)
