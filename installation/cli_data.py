"""`installation data ...`: the figures on the wall, what they are, and building them anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from installation.errors import CommandError, InstallationError, Location, OutputError, Problem
from installation.terminal import err, out, plain, tell

data = typer.Typer(help="The figures on the wall: what they are, and building them anew.", no_args_is_help=True)


@data.command("describe")
def data_describe(
    name: Annotated[
        str, typer.Argument(help="A dataset's name, or a file of yours: CSV, JSON, Parquet, .xlsx, .ods …")
    ],
    to: Annotated[
        Path | None, typer.Option("--out", help="Of a file: write a descriptor (FILE.json beside it) to correct.")
    ] = None,
) -> None:
    """Says what is in a dataset, or in a file of your own: columns, units, what is missing, and what looks wrong."""
    from installation.data.own.load import LIMITS
    from installation.listing import described

    if Path(name).suffix.lower() in LIMITS or Path(name).is_file():
        _describe_file(Path(name), to)
        return
    if to is not None:
        raise typer.BadParameter("only of a file; a dataset has its descriptor", param_hint="--out")
    out.print(described(name))


def _describe_file(path: Path, to: Path | None) -> None:
    from installation.data.files import write_whole
    from installation.data.own.look import descriptor, look
    from installation.listing import looked

    found = look(path)
    out.print(looked(found))
    for table in found.tables:
        tell(table.flags)
    if to is None:
        return
    text = descriptor(found).encode("utf-8")
    if to.exists() and to.read_bytes() != text:
        raise OutputError("there is a file already", Location(str(to)), "take it away first, or write to another one")
    write_whole(to, text)
    out.print(plain(f"written: {to}; fill in sources and licenses, and correct what is wrong"))


@data.command("build")
def data_build(
    names: Annotated[list[str] | None, typer.Argument(help="Datasets; all if left out.")] = None,
    raw: Annotated[Path | None, typer.Option("--from", help="A folder with the publishers' own tables.")] = None,
) -> None:
    """Builds derived tables anew; with --from, the whole packages from the publishers' tables."""
    from installation.data.build import build

    for line in build(names or None, raw):
        out.print(escape(str(line)))


@data.command("refresh")
def data_refresh(
    names: Annotated[list[str] | None, typer.Argument(help="Datasets; all with a live source if left out.")] = None,
    site: Annotated[Path | None, typer.Option("--site", help="The building's file: its own addresses.")] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Back to what was in use before; in the end to what shipped.")
    ] = False,
) -> None:
    """Asks the live sources of datasets, and puts a whole, proved edition in use or nothing."""
    import threading

    from installation.data import editions
    from installation.data.package import find_package, list_packages, read_package
    from installation.outside import Outside
    from installation.refresh import live_tables, refresh
    from installation.scene.load import load_site

    chosen = names or [name for name in list_packages() if live_tables(read_package(find_package(name)))]
    if not chosen:
        out.print("no dataset here has a live source")
        return
    if undo:
        if not names:
            raise CommandError("--undo needs a dataset's name", hint="installation data refresh NAME --undo")
        for name in names:
            now = editions.go_back(name, find_package(name))
            out.print(escape(f"{name}: {f'edition {now} is in use again' if now else 'as it shipped'}"))
        return

    def wait(seconds: float) -> bool:
        err.print(escape(f"{outside.problem or 'sensors'}; waiting {seconds:g} s"))
        return threading.Event().wait(seconds)

    failed = False
    with Outside(wait, load_site(site).data.addresses) as outside:
        for name in chosen:
            try:
                outcome = refresh(name, outside.ways)
            except InstallationError as error:
                failed = True
                err.print(escape(f"{name}: not refreshed; what was there stays"))
                tell(error.problems)
                continue
            for line in outcome.lines:
                out.print(escape(line))
            tell(outcome.notes)
    if failed:
        raise typer.Exit(1)


@data.command("verify")
def data_verify(
    names: Annotated[list[str] | None, typer.Argument(help="Datasets; all if left out.")] = None,
) -> None:
    """Checks datasets: keys, ranges, foreign keys, checksums, fact and fiction unmixed."""
    from installation.data.editions import in_use
    from installation.data.package import find_package, list_packages, read_package
    from installation.data.verify import verify
    from installation.listing import origins

    problems: list[Problem] = []
    for name in names or list_packages():
        base = find_package(name)
        edition = in_use(name, base)
        for folder in (base, edition.folder) if edition else (base,):
            package = read_package(folder)
            found = verify(package)
            problems += found
            what = f"{name}, {'refreshed' if package.refreshed else 'as it shipped'}" if edition else name
            out.print(escape(f"{what}: {'fine' if not found else f'{len(found)} problems'}"))
            for line in origins(package):
                out.print(escape(f"    {line}"))
    tell(problems)
    if problems:
        raise typer.Exit(1)


def evidence(
    show: Annotated[str, typer.Argument(help="A show's name or folder.")],
    folder: Annotated[
        Path | None, typer.Option("--out", "-o", help="A folder for the label, the credits and the list; else printed.")
    ] = None,
) -> None:
    """Says what the wall is made from: its label, the credits, and every binding with its rows and source."""
    from installation.label import account_of, label_text, write
    from installation.scene.load import load_show

    account = account_of(load_show(show))
    if folder is None:
        out.print(escape(label_text(account)), end="")
        return
    for path in write(account, folder):
        out.print(escape(str(path)))
