"""The command line: each command a short function over the library. Exit codes: 0 fine, 1 problems, 2 wrong usage.

Kept light: what a command needs is imported inside it, so that --help, check and doctor start at once and load no GL.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.markup import escape

from installation.cli_data import data, evidence
from installation.cli_log import log, replay
from installation.cli_previsualise import previsualise
from installation.cli_privacy import privacy
from installation.cli_rehearse import rehearse
from installation.cli_render import render
from installation.errors import CommandError, InstallationError, Location, OutputError, Problem
from installation.options import size_of
from installation.terminal import err, log_to_terminal, out, progress_bar, tell

if TYPE_CHECKING:
    from installation.scene.schema import SiteFile

app = typer.Typer(
    name="installation",
    help="Plays generative, data-driven, camera-aware murals.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.add_typer(data, name="data")
app.command()(evidence)
app.command()(privacy)
app.command()(log)
app.command()(replay)
app.command()(rehearse)
app.command()(previsualise)
app.command()(render)
Show = Annotated[str, typer.Argument(help="A show's name or folder.")]
Size = Annotated[
    str | None,
    typer.Option(
        "--size",
        metavar="WxH",
        help="The canvas in pixels, such as 1280x720; without outputs in a site file its window, too.",
    ),
]
Site = Annotated[Path | None, typer.Option("--site", help="The building's file: displays, camera, network.")]
Sensed = Annotated[
    Path | None, typer.Option("--sensed", help="A .csv or .jsonl: what is sensed, as numbers; never a picture.")
]
Audio = Annotated[str | None, typer.Option("--audio", help="auto, none, device:NAME or a sound file.")]


def main() -> None:
    """The entry point. A user's mistake is one clear message and exit code 1, never a traceback."""
    # Only `run` logs: what other commands find, they tell themselves, once.
    logging.getLogger("installation").addHandler(logging.NullHandler())
    try:
        app(prog_name="installation")
    except InstallationError as error:
        tell(error.problems)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)


def _version(wanted: bool) -> None:
    if wanted:
        from installation import __version__

        out.print(f"installation {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Says the version.")
    ] = False,
) -> None:
    pass


@app.command()
def run(
    show: Show = "living_smiles",
    site: Site = None,
    headless: Annotated[bool, typer.Option("--headless", help="No window: only the console's page.")] = False,
    size: Size = None,
    fps: Annotated[float | None, typer.Option(min=0.1, max=240, help="Frames a second.")] = None,
    duration: Annotated[float | None, typer.Option(min=0, help="Ends after so many seconds.")] = None,
    camera: Annotated[
        str | None, typer.Option(help="auto, synthetic, none, device:NAME, a film or a folder of pictures.")
    ] = None,
    audio: Audio = None,
    osc_port: Annotated[int | None, typer.Option(min=0, max=65535, help="The OSC port, instead of the site's.")] = None,
    console_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The console's port; 0 takes a free one.")
    ] = None,
    cue: Annotated[str | None, typer.Option(help="Starts with this cue.")] = None,
    scale: Annotated[
        float,
        typer.Option(min=0, max=1, help="How finely the canvas is drawn, 0.25 to 1; 0: as the frame rate allows."),
    ] = 0.0,
    sensed: Sensed = None,
    no_log: Annotated[bool, typer.Option("--no-log", help="Keeps no log of the night.")] = False,
) -> None:
    """Plays a show: full-screen where there is a display, else headless with the console's page."""
    from installation.building import open_building
    from installation.scene.load import load_playable

    loaded, problems = load_playable(show)
    building, wrong = open_building(site)
    changes: dict[str, Any] = {}
    if camera is not None:
        changes |= {"camera": building.eyes[0].model_copy(update={"source": camera}), "cameras": []}
    if audio is not None:
        changes["audio"] = building.audio.model_copy(update={"source": audio})
    if osc_port is not None:
        changes["osc"] = building.osc.model_copy(update={"port": osc_port})
    if console_port is not None:
        changes["console"] = building.console.model_copy(update={"port": console_port})
    if no_log:
        changes["log"] = building.log.model_copy(update={"off": True})
    from installation import play

    log_to_terminal()
    sets = [("/canvas/scale", str(scale))] if scale else []
    asked = play.Asked(headless, size_of(size), fps, duration, sets=sets, cue=cue, site=site, sensed=sensed)
    asked.site_problems = tuple(wrong)
    frames = play.run(
        loaded, building.model_copy(update=changes), asked, lambda text: out.print(escape(text)), problems
    )
    out.print(f"ended after {frames} frames")


@app.command()
def gallery(
    names: Annotated[list[str] | None, typer.Argument(help="Shaders; all of them if left out.")] = None,
    out_file: Annotated[
        Path | None, typer.Option("--out", "-o", help="A .png with all, or a folder for one of each kind.")
    ] = None,
    each: Annotated[Path | None, typer.Option("--each", help="A folder for every still by itself.")] = None,
    show: Annotated[
        str | None, typer.Option("--show", help="A show: its own shaders, or with names those and the library's.")
    ] = None,
    size: Annotated[str, typer.Option("--size", metavar="WxH", help="One still in pixels.")] = "480x270",
    at: Annotated[float, typer.Option(min=0, max=600, help="How many seconds shaders have run.")] = 8.0,
) -> None:
    """Shows shaders side by side, tried on the same pictures, with names and descriptions: a contact sheet."""
    from installation import gallery as studio
    from installation.scene.library import every_shader
    from installation.scene.load import find_show
    from installation.sheet import write_sheets, write_stills

    if not (out_file or each):
        raise typer.BadParameter("name a sheet with --out, or a folder with --each")
    folder = find_show(show).resolve() if show else None
    every = every_shader(folder)
    if folder and not names:
        every = {name: path for name, path in every.items() if folder in path.resolve().parents}
    found = studio.find(names or [], every)
    still = size_of(size) or (480, 270)
    err.print(f"drawing {len(found)} shader{'s' if len(found) > 1 else ''} as after {at:g} seconds")
    with progress_bar("gallery") as progress:
        cards = studio.cards(found, still, at, progress)
    written = [
        *(write_sheets(out_file, cards, still) if out_file else ()),
        *(write_stills(each, cards) if each else ()),
    ]
    for path in written:
        out.print(escape(str(path)))
    if problems := [problem for card in cards for problem in card.problems]:
        tell(problems)
        raise typer.Exit(1)


@app.command()
def check(
    whats: Annotated[
        list[str] | None, typer.Argument(metavar="[WHAT]...", help="Shows, or shaders (.fs); all shows if left out.")
    ] = None,
    site: Site = None,
) -> None:
    """Finds the problems in shows' files, with their places, without playing them. A show's own GLSL is compiled too. With
    --site the building's file too: surfaces, masks, colour tables."""
    from installation.proof import prove
    from installation.render.trial import Trial
    from installation.scene.load import list_shows, load_show
    from installation.tried import glsl_problems, untried

    problems: list[Problem] = []
    trial = Trial()
    if site is not None:
        problems += checked_site(site)
    names = whats or ([] if site else list_shows())
    for name in names:
        try:
            if name.endswith(".fs"):
                for line in prove(name, trial):
                    out.print(escape(line))
                continue
            loaded = load_show(name)
            if untried(loaded) and (found := glsl_problems(loaded, trial)):
                problems += found
                continue
            out.print(f"{escape(loaded.name)}: {len(loaded.scenes)} scenes, {len(loaded.file.cues)} cues, fine")
            tell(loaded.warnings, "warning: ")
        except InstallationError as error:
            problems += error.problems
    trial.close()
    if not names and site is None:
        out.print("no shows found; `installation new NAME` makes one")
    tell(problems)
    if problems:
        err.print(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}")
        raise typer.Exit(1)


def checked_site(path: Path) -> list[Problem]:
    """The problems of a site file; says what is fine."""
    from installation.align.check import checked
    from installation.scene.load import load_site

    try:
        site = load_site(path)
        found = checked(site, path)
    except InstallationError as error:
        return list(error.problems)
    if not found.wrong:
        surfaces = sum(len(output.surfaces) for output in site.outputs)
        out.print(f"{escape(str(path))}: {len(site.outputs)} outputs, {surfaces} surfaces, fine")
        if any(output.beamer for output in site.outputs):
            found.doubts.extend(in_three_dimensions(site, path))
    tell(found.doubts, "warning: ")
    return found.wrong


def in_three_dimensions(site: SiteFile, path: Path) -> list[Problem]:
    """Where a site's regions and walls say something else than its room."""
    from installation.previsualise import open_site

    try:
        return open_site(site, path).mistaken
    except InstallationError as error:
        return list(error.problems)


@app.command("list")
def list_(
    what: Annotated[
        str,
        typer.Argument(
            help="shows, scenes, layers, shaders, datasets, params, cues, displays, cameras, audio or signals."
        ),
    ],
    name: Annotated[str | None, typer.Argument(help="With params: one shader, such as bloom.fs.")] = None,
    show: Annotated[
        str | None,
        typer.Option("--show", help="Of which show: its scenes, cues or shaders; every address that its params have."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With displays: as JSON, for programs.")] = False,
) -> None:
    """Lists what there is: installation list shaders, list params bloom.fs, list params --show SHOW."""
    import json

    from installation.listing import LISTS, displays_told, shader_params

    if what not in LISTS:
        raise typer.BadParameter(f'"{what}" can\'t be listed; one of: {", ".join(LISTS)}')
    if name and what != "params":
        raise typer.BadParameter(f"list {what} takes no name")
    if as_json:
        if what != "displays":
            raise typer.BadParameter("only displays are listed as JSON")
        typer.echo(json.dumps(displays_told(), indent=1))
        return
    out.print(shader_params(name, show) if what == "params" and (name or not show) else LISTS[what](show))


@app.command(context_settings={"ignore_unknown_options": True})  # -0.5 is a number
def cue(
    verb: Annotated[
        str,
        typer.Argument(
            help="status, go [N [S]], start N, pause, resume, panic, stop, reset, reveal X [S], scene NAME [S], under NAME [S], "
            "faults NAME, evidence X Y, set ADDRESS VALUE... [S], get ADDRESS, align WHAT ..., calibrate WHAT ..., output NAME "
            "WHAT WORD, learn ADDRESS, record start|stop (each of these five alone says what it needs). N is a cue's number, "
            "S seconds."
        ),
    ],
    args: Annotated[list[str] | None, typer.Argument(help="What the verb needs.")] = None,
    host: Annotated[str, typer.Option(help="Where the engine runs.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Its OSC port.")] = 9000,
    code: Annotated[
        str, typer.Option(envvar="INSTALLATION_CODE", help="A passcode, where its site asks for one.")
    ] = "",
) -> None:
    """Sends OSC to a running engine, such as: installation cue go 5."""
    from installation.remote import carry_out, message

    try:
        address, values = message(verb, args or [])
    except CommandError as error:
        raise typer.BadParameter(str(error)) from None
    out.print(escape(carry_out(verb, address, values, host, port, code)))


@app.command()
def new(
    name: Annotated[str | None, typer.Argument(help="The new show's name: small letters, digits and _.")] = None,
    shader: Annotated[str | None, typer.Option("--shader", metavar="NAME", help="A shader instead of a show.")] = None,
    kind: Annotated[
        Literal["generator", "filter", "transition"] | None, typer.Option(help="Which kind of shader; a generator.")
    ] = None,
    place: Annotated[
        str | None,
        typer.Option("--in", help="For a show: where the folder `shows` is. For a shader: the show that it is for."),
    ] = None,
) -> None:
    """Makes a small show that plays at once, or a shader to start from: installation new --shader NAME."""
    from installation.scene.load import find_show
    from installation.starter import write_shader, write_starter

    if (name is None) == (shader is None):
        raise typer.BadParameter("name a show, or a shader with --shader NAME")
    if kind and not shader:
        raise typer.BadParameter("--kind is for --shader")
    if shader:
        made = write_shader(shader, kind or "generator", find_show(place) / "shaders" if place else Path("shaders"))
        what = escape(str(made))
        out.print(f"made {what}; look at it with: installation render {what} --at 3 --out {made.stem}.png")
    elif name:
        made = write_starter(name, Path(place or "."))
        out.print(f"made {escape(str(made))}; play it with: installation run {escape(str(made))}")


@app.command()
def doctor() -> None:
    """Says what is fine on this machine, and what to do about the rest."""
    from installation.doctor import examine

    marks = {
        "fine": "[green]fine   [/green]",
        "warning": "[yellow]warning[/yellow]",
        "trouble": "[red]trouble[/red]",
    }
    findings = examine()
    for finding in findings:
        out.print(f"{marks[finding.state]} {escape(finding.name)}: {escape(finding.said)}")
        if finding.try_:
            out.print(f"        [dim]{escape(finding.try_)}[/dim]")
    if any(finding.state == "trouble" for finding in findings):
        raise typer.Exit(1)


@app.command()
def schema(
    kind: Annotated[Literal["show", "scene", "site"], typer.Argument(help="Of which kind of file.")] = "scene",
    out_file: Annotated[Path | None, typer.Option("--out", help="A file to write; else it is printed.")] = None,
    show: Annotated[str | None, typer.Option("--show", help="A show whose own shaders it shall know too.")] = None,
) -> None:
    """Writes the JSON Schema with which editors complete and check show files."""
    from installation.scene.editors import schema_text
    from installation.scene.load import find_show

    text = schema_text(kind, find_show(show) if show else None)
    if out_file:
        try:
            out_file.write_text(text, "utf-8")
        except OSError as error:
            raise OutputError(f"can't be written: {error.strerror}", Location(str(out_file))) from None
    else:
        sys.stdout.write(text)
