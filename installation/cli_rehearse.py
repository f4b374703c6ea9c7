"""`installation rehearse`: all cues, fast and headless, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from installation.terminal import out, progress_bar, tell


def rehearse(
    show: Annotated[str, typer.Argument(help="A show's name or folder.")] = "living_smiles",
    cue: Annotated[str | None, typer.Option(help="Only this cue.")] = None,
    seconds: Annotated[float, typer.Option(min=0.1, max=3600, help="Of each cue, at most.")] = 30.0,
    fps: Annotated[float | None, typer.Option(min=1, max=240, help="Frames a second; the show's.")] = None,
    site: Annotated[Path | None, typer.Option("--site", help="The building's file: displays, camera, network.")] = None,
) -> None:
    """Plays every cue offline and small: how much it flashes, what the flash guard would calm, what a frame costs."""
    from installation.rehearse import rehearse as play_through
    from installation.rehearse import told
    from installation.scene.load import load_show, load_site

    loaded, building = load_show(show), load_site(site)
    with progress_bar(loaded.name) as progress:
        reports, problems = play_through(loaded, building, cue, seconds, fps, progress)
    for report in reports:
        for line in told(report):
            out.print(escape(line))
    if building.flash_guard.off:
        out.print(escape(f"the flash guard is off here: {building.flash_guard.off}"))
    problems += [problem for report in reports if (problem := report.problem())]
    tell(problems)
    if problems:
        raise typer.Exit(1)
