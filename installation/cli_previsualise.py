"""`installation previsualise`: the room before the van is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from installation.options import size_of
from installation.terminal import out, progress_bar, tell


def previsualise(
    show: Annotated[str, typer.Argument(help="A show's name or folder.")] = "living_smiles",
    site: Annotated[Path | None, typer.Option("--site", help="The building's file: room, outputs, projectors.")] = None,
    out_file: Annotated[
        Path | None, typer.Option("--out", "-o", help="A .png, or an .mp4 that goes around; else a window.")
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="From above, to scale, with all figures: a .png.")] = False,
    at: Annotated[float, typer.Option(min=0, max=3600, help="The second of the show that is on the walls.")] = 8.0,
    cue: Annotated[str | None, typer.Option(help="Begin with this cue.")] = None,
    card: Annotated[str, typer.Option(help="A test card in place of the show, such as grid.")] = "",
    eye: Annotated[str | None, typer.Option("--from", metavar="X,Y,Z", help="From where it is seen, metres.")] = None,
    look: Annotated[str | None, typer.Option("--to", metavar="X,Y,Z", help="What is looked at, metres.")] = None,
    light: Annotated[
        float | None, typer.Option(min=0, max=20000, help="The room's own light, lux, in place of the site's.")
    ] = None,
    duration: Annotated[float, typer.Option(min=0.1, max=600, help="Seconds of an .mp4.")] = 8.0,
    size: Annotated[str, typer.Option("--size", metavar="WxH", help="Of the picture, pixels.")] = "1280x720",
) -> None:
    """Draws the site in three dimensions with the show on its walls, and says what each projector does there."""
    from installation.previsualise import open_site, told
    from installation.scene.load import load_site

    if plan and (out_file is None or out_file.suffix.lower() != ".png"):
        raise typer.BadParameter("a plan is a .png: --plan --out plan.png")
    if out_file is not None and out_file.suffix.lower() not in (".png", ".mp4"):
        raise typer.BadParameter("--out is a .png or an .mp4")
    wanted, places = size_of(size) or (1280, 720), (place_of(eye, "--from"), place_of(look, "--to"))
    opened = open_site(load_site(site), site, light)
    for line in told(opened):
        out.print(escape(line))
    if plan:
        from installation.outputs.pictures import write_png
        from installation.previs.plan import drawn

        assert out_file is not None
        write_png(out_file, drawn(opened.room, opened.throws, wanted, opened.file.title or "plan"))
        tell(opened.problems)
        out.print(escape(str(out_file)))
        return
    from installation.play import Asked
    from installation.previsualise import Previsual
    from installation.scene.load import load_show

    loaded, asked = load_show(show), Asked(True, cue=cue)
    if out_file is None:
        from installation.walkabout import walk_about

        walk_about(opened, loaded, asked, wanted, at, card, places, lambda text: out.print(escape(text)))
        return
    with Previsual(opened, loaded, asked, wanted, at, card) as seen:
        orbit = seen.orbit(*places)
        if out_file.suffix.lower() == ".mp4":
            with progress_bar(out_file.name) as progress:
                seen.film(out_file, orbit, duration, progress)
        else:
            from installation.outputs.pictures import write_png

            write_png(out_file, seen.picture(orbit))
        tell(seen.problems)
    out.print(escape(str(out_file)))


def place_of(text: str | None, option: str) -> tuple[float, float, float] | None:
    """ "1,1.6,8" as numbers. Raises BadParameter."""
    if text is None:
        return None
    try:
        x, y, z = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f'{option}: "{text}" is no place; write X,Y,Z in metres, such as 0,1.6,8') from None
    if not all(abs(one) < 10000 for one in (x, y, z)):
        raise typer.BadParameter(f'{option}: "{text}" is nowhere near')
    return x, y, z
