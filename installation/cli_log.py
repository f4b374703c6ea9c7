"""`installation log` and `installation replay`: what happened on a night, in words and drawn again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from installation.errors import InstallationError
from installation.options import size_of
from installation.terminal import log_to_terminal, out, plain, progress_bar, tell

Which = Annotated[
    str | None,
    typer.Argument(metavar="[LOG]", help="A night's name or day, a file or a folder; the newest if left out."),
]
Folder = Annotated[Path | None, typer.Option("--folder", help="Where logs are kept, if not in the usual place.")]
At = Annotated[
    str | None, typer.Option("--at", help="From this time on: 21:14, 21:14:30, 2026-11-23 21:14, or seconds.")
]
Duration = Annotated[float | None, typer.Option(min=0, help="So many seconds of it.")]


def _folder(given: Path | None, site: Path | None) -> Path:
    """Where the logs are: as it is said, else as the site file says, else in the usual place."""
    from installation.resources import state_folder
    from installation.scene.load import load_site

    if given is None and site is not None and (wanted := load_site(site).log.folder):
        given = Path(wanted).expanduser()
    return given or state_folder() / "log"


def log(
    night: Which = None,
    at: At = None,
    duration: Duration = None,
    site: Annotated[Path | None, typer.Option("--site", help="The building's file: where logs are kept.")] = None,
    folder: Folder = None,
) -> None:
    """Lists the nights that are kept; of one that is named, what was asked, who came, what was edited and what went wrong."""
    from installation.logbook.nights import find_night, nights
    from installation.logbook.telling import in_words

    where = _folder(folder, site)
    if night is None and at is None:
        out.print(escape(f"kept in {where}"))
        for one in nights(where):
            try:
                head = one.head()
            except InstallationError as error:
                tell(error.problems)
                continue
            ended = datetime.fromtimestamp(one.ended)
            show = plain(str(head.get("show", {}).get("title", "?")))
            out.print(f"{one.name} to {ended:%H:%M:%S}  {show}  {one.size / 1e6:.1f} MB, {len(one.segments)} files")
        return
    found = find_night(night, where)
    found.head()
    for line in in_words(found, at, duration):
        out.print(plain(line))
    tell(found.problems)


def replay(
    night: Which = None,
    out_file: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="A film (.mp4, .mov, .mkv), a .png or .exr (the first frame), or a folder for every frame.",
        ),
    ] = None,
    at: At = None,
    duration: Duration = None,
    size: Annotated[str | None, typer.Option("--size", metavar="WxH", help="Another size of the canvas.")] = None,
    fps: Annotated[float, typer.Option(min=1, max=240, help="Frames a second of a film.")] = 30.0,
    live: Annotated[bool, typer.Option("--live", help="In a window, in its time.")] = False,
    speed: Annotated[float, typer.Option(min=0.01, max=1000, help="So many times as fast.")] = 1.0,
    exact: Annotated[
        bool, typer.Option("--exact", help="With --at: draws all that came before, too. Slow, and to the byte.")
    ] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Goes on where files have changed since and no copy is kept.")
    ] = False,
    site: Annotated[
        Path | None, typer.Option("--site", help="The building's file: its displays, where logs are kept.")
    ] = None,
    folder: Folder = None,
) -> None:
    """Draws a night again from its log: the same frames, live or to a file, at its size or another."""
    from installation.logbook.nights import find_night
    from installation.logbook.screening import Wanted, to_file, to_window
    from installation.scene.load import load_site

    if live == (out_file is not None):
        raise typer.BadParameter("name a film, a picture or a folder with --out, or say --live")
    found = find_night(night, _folder(folder, site))
    wanted = Wanted(at, duration, size_of(size), speed, exact, anyway)
    if out_file is None:
        log_to_terminal()
        shown = to_window(found, wanted, load_site(site), site)
    else:
        with progress_bar(out_file.name) as progress:
            shown = to_file(found, wanted, out_file, fps, progress)
        out.print(escape(str(out_file)))
    span = f", {shown.began:%Y-%m-%d %H:%M:%S} to {shown.ended:%H:%M:%S}" if shown.began and shown.ended else ""
    out.print(f"{shown.frames} frames{span}")
    for why in shown.unlike:
        out.print(plain(f"like the night, not equal to it: {why}"))
    if not shown.unlike:
        out.print("equal to the night, to the byte")
    tell(shown.problems)
