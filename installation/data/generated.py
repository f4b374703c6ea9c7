"""Makes the tables of a package of fiction when they are first needed, and proves that they are as described.

Called before such tables are read; does nothing for packages of files.
"""

from __future__ import annotations

from installation.data import fiction
from installation.data.package import Generator, Package, file_problems
from installation.errors import DataError


def prepare(package: Package) -> None:
    """Makes a generated package's tables in the cache folder where they are missing or not those described.

    Raises DataError when the generator makes something else than described.
    """
    if package.generator is None:
        return
    if not any(file_problems(table, package) for table in package.tables.values()):
        return
    made_with(package.generator)
    fiction.ensure(next(iter(package.tables.values())).path.parent, package.generator.seed)
    problems = [p for table in package.tables.values() for p in file_problems(table, package)]
    if problems:
        raise DataError(problems=problems)


def made_with(generator: Generator) -> None:
    """Raises DataError when this engine's generator is not the one that a descriptor names."""
    if generator.version != fiction.VERSION:
        message = f"the tables are made by {generator.name} {generator.version}, not {fiction.VERSION}"
        hint = "set generator.version in datapackage.json, then: installation data build"
        raise DataError(message, hint=hint)
