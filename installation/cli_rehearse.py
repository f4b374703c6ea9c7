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
    whole: Annotated[
        bool,
        typer.Option("--whole", help="Draws every frame of them, not only what happens and parts of what is held."),
    ] = False,
    budget: Annotated[
        float | None, typer.Option(min=0.1, max=10000, help="Milliseconds that a frame may cost; what the rate leaves.")
    ] = None,
    width: Annotated[
        int, typer.Option(min=320, max=16384, help="Of the canvas in pixels: the show's, to know what frames cost.")
    ] = 320,
    site: Annotated[Path | None, typer.Option("--site", help="The building's file: displays, camera, network.")] = None,
) -> None:
    """Plays every cue offline and small: what breaks, what flashes, what the flash guard would calm, what comes late."""
    from installation.rehearse import Wish, told
    from installation.rehearse import rehearse as play_through
    from installation.scene.load import load_playable, load_site

    (loaded, problems), building = load_playable(show), load_site(site)
    with progress_bar(loaded.name) as progress:
        wish = Wish(cue, seconds, fps, whole, budget, width)
        reports, found = play_through(loaded, building, wish, progress)
    for report in reports:
        for line in told(report):
            out.print(escape(line))
    if building.flash_guard.off:
        out.print(escape(f"the flash guard is off here: {building.flash_guard.off}"))
    problems += [problem for problem in found if problem not in problems]
    tell(problems)
    if problems:
        raise typer.Exit(1)
