"""The commands below `installation data`: describing, building and verifying data packages. Called by the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from installation.errors import Problem
from installation.terminal import out, tell

data = typer.Typer(help="The figures on the wall: what they are, and building them anew.", no_args_is_help=True)


@data.command("describe")
def data_describe(name: Annotated[str, typer.Argument(help="A dataset's name.")]) -> None:
    """Says what is in a dataset: fields, units, coverage, what is missing, its source and licence."""
    from installation.listing import described

    out.print(described(name))


@data.command("build")
def data_build(
    names: Annotated[list[str] | None, typer.Argument(help="Datasets; all if left out.")] = None,
    raw: Annotated[Path | None, typer.Option("--from", help="A folder with the publishers' own tables.")] = None,
) -> None:
    """Builds derived tables anew; with --from, the whole packages from the publishers' tables."""
    from installation.data.build import build

    for line in build(names or None, raw):
        out.print(escape(str(line)))


@data.command("verify")
def data_verify(
    names: Annotated[list[str] | None, typer.Argument(help="Datasets; all if left out.")] = None,
) -> None:
    """Checks datasets: keys, ranges, foreign keys, checksums, fact and fiction unmixed."""
    from installation.data.package import list_packages, load_package
    from installation.data.verify import verify

    problems: list[Problem] = []
    for name in names or list_packages():
        found = verify(load_package(name))
        problems += found
        out.print(f"{escape(name)}: {'fine' if not found else f'{len(found)} problems'}")
    tell(problems)
    if problems:
        raise typer.Exit(1)
