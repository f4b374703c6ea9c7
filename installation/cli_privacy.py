"""`installation privacy`: the page beside the work that says what is sensed of visitors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from installation.terminal import out


def privacy(
    show: Annotated[str, typer.Argument(help="A show's name or folder.")] = "living_smiles",
    site: Annotated[Path | None, typer.Option("--site", help="The building's file: which cameras look.")] = None,
    to: Annotated[
        Path | None, typer.Option("--out", "-o", help="A file to write, .html or .txt; else it is printed.")
    ] = None,
    as_html: Annotated[bool, typer.Option("--html", help="As a page to print, whatever the file is called.")] = False,
) -> None:
    """Says what is sensed of visitors, how long it lives and where it goes: a page to hang beside the work."""
    from installation.locks import held_here, receivers_held_here
    from installation.privacy import html, page_of, text, write
    from installation.scene.load import load_show, load_site

    loaded, building = load_show(show), load_site(site)
    sections = page_of(loaded, building, held_here(building), receivers_held_here(building))
    wanted = as_html or (to is not None and to.suffix.lower() in (".html", ".htm"))
    page = (html if wanted else text)(loaded, building, sections)
    if to is not None:
        write(page, to)
        out.print(escape(str(to)))
    else:
        print(page, end="")
