"""`installation render`: a still, pictures or a film of a show, a scene or a shader."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from installation.options import is_still, pairs_of, size_of
from installation.terminal import err, out, plain, progress_bar, tell

DAY = 86400.0
"""Seconds: the latest that can be rendered."""


def render(
    what: Annotated[str, typer.Argument(help="A show, one scene (SHOW/SCENE or a .yaml file) or an ISF shader (.fs).")],
    out_file: Annotated[
        Path, typer.Option("--out", "-o", help="A .png or .exr; an .mp4, .mov or .mkv; a folder for numbered pictures.")
    ],
    at: Annotated[float | None, typer.Option(min=0, max=DAY, help="A still at this second.")] = None,
    start: Annotated[float | None, typer.Option("--from", min=0, max=DAY, help="A film from this second.")] = None,
    duration: Annotated[float | None, typer.Option(min=0, max=DAY, help="A film of so many seconds.")] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="A film of the whole cue list, from its first cue on.")
    ] = False,
    hold: Annotated[
        float, typer.Option(min=0.1, max=DAY, help="With --whole: seconds that a cue without a duration stands.")
    ] = 20.0,
    fps: Annotated[float, typer.Option(min=0.1, max=240, help="Frames a second.")] = 30.0,
    frames: Annotated[int | None, typer.Option(min=1, help="Draw only the last N frames of what came before.")] = None,
    size: Annotated[
        str | None, typer.Option("--size", metavar="WxH", help="The canvas in pixels, such as 1280x720.")
    ] = None,
    codec: Annotated[
        str | None,
        typer.Option(
            help="h264, h265, prores or ffv1 for a film (else as its ending has it); png or exr for a folder."
        ),
    ] = None,
    quality: Annotated[
        Literal["draft", "good", "best"], typer.Option(help="Of a film; ffv1 loses nothing at any.")
    ] = "good",
    sound: Annotated[
        Path | None, typer.Option(help="A sound file beside a film; else the one that --audio or the site names.")
    ] = None,
    tile: Annotated[
        int | None,
        typer.Option(min=16, max=16384, help="Draws so many pixels a side at once; the picture is the same. 4096."),
    ] = None,
    image: Annotated[list[str] | None, typer.Option(help="[NAME=]PATH: a picture or film for image inputs.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE: a parameter. Repeatable.")] = None,
    pass_: Annotated[
        str | None, typer.Option("--pass", metavar="[SHADER:]N", help="Look at one pass of a shader, counted from 1.")
    ] = None,
    cue: Annotated[str | None, typer.Option(help="Begin with this cue.")] = None,
    reveal: Annotated[float | None, typer.Option(min=0, max=1, help="How far the surface is opened.")] = None,
    faults: Annotated[str | None, typer.Option(help="Stage this fault score from the first second on.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Another seed than the show's.")] = None,
    audio: Annotated[str | None, typer.Option("--audio", help="auto, none, device:NAME or a sound file.")] = None,
    sensed: Annotated[
        Path | None, typer.Option("--sensed", help="A .csv or .jsonl: what is sensed, as numbers; never a picture.")
    ] = None,
    site: Annotated[Path | None, typer.Option("--site", help="The building's file: displays, camera, network.")] = None,
) -> None:
    """Renders a still, a folder of stills or a film. The same inputs give the same bytes.

    A render that was broken off goes on when it is started again with the same words.
    """
    from installation import filming
    from installation.outputs.parts import folder_of
    from installation.play import Asked
    from installation.scene.load import load_site
    from installation.what import find_what, look_at, own_address

    still = is_still(out_file, at, start, duration, whole)
    show = find_what(what, image or [])
    if pass_ is not None:
        show = look_at(show, pass_)
    sets = pairs_of(set_ or [], "--set")
    if what.endswith(".fs"):
        sets = [(own_address(show, name), value) for name, value in sets]
    building = load_site(site)
    if audio is not None:
        building = building.model_copy(update={"audio": building.audio.model_copy(update={"source": audio})})
    film = filming.Film(
        start=(at if still else start) or 0.0,
        duration=duration or 0.0,
        fps=fps,
        frames=frames,
        whole=whole,
        hold=hold,
        codec=codec,
        quality=quality,
        sound=sound,
        tile=tile,
        beside=tuple(Path(text.rpartition("=")[2]).expanduser() for text in image or []),
    )
    asked = Asked(True, size_of(size, rendered=True), None, None, seed, sets, cue, reveal, faults, sensed=sensed)
    try:
        with progress_bar(out_file.name) as progress:
            problems = filming.render(
                show, building, asked, film, out_file, progress, lambda text: err.print(plain(text))
            )
    except KeyboardInterrupt:
        if not still and folder_of(out_file).is_dir():
            err.print("broken off; the same command goes on where it was")
        raise
    tell(problems)
    out.print(escape(str(out_file)))
    if problems:
        raise typer.Exit(1)
