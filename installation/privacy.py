"""`installation privacy`: a page to hang beside the work. What is sensed of visitors, how long it lives, where it goes.

Worked out from the show and the site that are given, and from what this machine's kernel enforces when it is tried (`locks`); so
it says what is so and nothing else. Writes files only where it is told to. Called by the command line.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from html import escape
from pathlib import Path

from installation.errors import Location, OutputError
from installation.inputs.sense import Sense
from installation.inputs.sources import absent, is_live
from installation.inputs.stream import is_stream
from installation.label import STYLE
from installation.scene import schema
from installation.scene.expressions import Expression
from installation.scene.load import Scene, Show
from installation.signals import SIGNALS

SENSED = {
    "mask": "an outline: where in the picture somebody is, as a small grey shape without features",
    "flow": "movement: which way and how fast the outline moves",
    "presence": "whether anybody is there",
    "motion": "how lively the movement is",
    "centre": "where the middle of everybody is",
    "count": "how many people can be told apart",
    "bodies": "for each of up to sixteen people: where, how large, how fast, for how long, and whether a hand is raised",
    "hands": "how many hands are raised",
    "smile": "how broadly somebody smiles",
    "faces": "how many faces there are, not whose",
    "face": "where a face is, and how large",
    "face_confidence": "how often faces are found",
    "confidence": "how sure all this is",
}
"""What each part of a sense is in plain words. One that isn't listed here is told by its name: nothing is left out."""

_NOT_OF_VISITORS = {"sequence", "when", "source", "live", "face_age"}
_SIGNALS = {name for name, signal in SIGNALS.items() if signal.of in ("camera", "faces")}
_WORD = re.compile(r"\{([a-z][a-z0-9_]*)")
LOCAL = ("127.", "localhost", "::1")
WHOLE_NETWORK = ("0.0.0.0", "::", "")


PAGE = """\
body { font-size: 10pt; } section { margin: 0 0 3mm; } h2 { margin: 0 0 1mm; } p { margin: 0 0 1mm; }
h1 { margin-bottom: 5mm; }
"""
"""Read by people who stand before it: larger than a label's small print, and still one sheet of A4."""


@dataclass(frozen=True, slots=True)
class Section:
    """A question that a visitor has, and the answers."""

    title: str
    lines: tuple[str, ...]


def page_of(
    show: Show, site: schema.SiteFile, held: Sequence[str], receivers: Sequence[Sequence[str]] = ()
) -> list[Section]:
    """The page, section by section. `held`: what the kernel enforces on the process that sees; `receivers`: the same of those
    that hold a network camera's connection, one after another.

    Raises the DeviceError of a source that is no camera's and can't be opened: a page that says "no camera" because of a slip
    in the site file would hang there still when the slip is mended.
    """
    eyes = [eye for eye in site.eyes if eye.source != "none"]
    for eye in eyes:
        if not is_live(eye.source) and (problem := absent(eye.source)) is not None:
            raise problem
    seeing = [eye for eye in eyes if is_live(eye.source)]
    sections = [Section("What looks at you", tuple(_looks(site, eyes)))]
    if seeing:
        sections += [
            Section("What is taken from the picture", tuple(_taken())),
            Section("What this work does with it", tuple(_used(show))),
            Section("How long it lives", tuple(_lives(site, show, seeing))),
        ]
    sections.append(Section("What is kept of the night", tuple(_kept(site, show, bool(seeing)))))
    sections.append(Section("Where it goes", tuple(_goes(show, site, bool(seeing)))))
    if seeing:
        sections.append(Section("What makes sure of that", tuple(_sure(held, seeing, receivers))))
    sections.append(Section("What listens to you", tuple(_listens(show, site))))
    return sections


def _looks(site: schema.SiteFile, eyes: Sequence[schema.CameraSite]) -> Iterator[str]:
    if not eyes:
        yield "No camera is used."
    for eye in eyes:
        kind, _, rest = eye.source.partition(":")
        called = f" ({eye.name})" if eye.name else ""
        if kind in ("auto", "device") and not rest:
            yield f"A camera that is plugged into this computer{called}: the first that works."
        elif kind == "device" or eye.source.startswith("/dev/"):
            yield f"A camera that is plugged into this computer{called}: {rest or eye.source}."
        elif is_stream(eye.source):
            yield f"A camera on the network{called}."  # its address is nobody's business but the operator's
        elif kind == "synthetic":
            yield f"No camera{called}, but a figure that the computer draws."
        else:
            yield f"No camera{called}, but a recording: {Path(eye.source).name}. Nobody here is seen."
        if is_live(eye.source) and eye.fallback == "synthetic":
            yield "While it doesn't work, a figure that the computer draws takes its place."


def _taken() -> Iterator[str]:
    yield "Many times a second the computer works out from the camera's picture:"
    for field in fields(Sense):
        if field.name not in _NOT_OF_VISITORS:
            yield f"• {SENSED.get(field.name, field.name.replace('_', ' '))}"
    yield "It doesn't recognise who somebody is, and doesn't compare anybody with anything."


def _used(show: Show) -> Iterator[str]:
    drawn = [scene.file.title for scene in show.scenes.values() if _draws_from(scene)]
    driven = [scene.file.title for scene in show.scenes.values() if _driven_by(scene)]
    tells = [scene.file.title for scene in show.scenes.values() if _answers(scene)]
    opens = any(scene.file.under for scene in show.scenes.values()) or any(cue.under for cue in show.file.cues)
    waits = [cue.number for cue in show.file.cues if cue.until]
    pictures = [scene.file.title for scene in show.scenes.values() if scene.file.shows_camera]
    if drawn:
        yield f"Outlines or movement shape what is drawn in: {', '.join(drawn)}."
    if driven:
        yield f"Numbers such as how many people are there change: {', '.join(driven)}."
    if tells:
        yield f"Where somebody stands chooses what is told of in: {', '.join(tells)}."
    if opens:
        yield "Where the surface of the picture breaks open, it opens around whoever stands before it."
    if waits:
        yield "Whether somebody is there decides when the work goes on."
    if pictures:
        yield f"The camera's own picture is shown on the wall in: {', '.join(pictures)}. The wall says so while it is."
    else:
        yield "The camera's own picture is never shown."
    if not (drawn or driven or tells or opens or waits or pictures):
        yield "Nothing: this show doesn't use what the camera senses."


def _kept(site: schema.SiteFile, show: Show, seeing: bool) -> Iterator[str]:
    """What the log of a night has of visitors, where, and for how long."""
    if site.log.off:
        yield "Nothing: no log of the night is kept."
        return
    log = site.log
    where = f"in {log.folder}" if log.folder else "in the operator's own folder"
    yield (
        f"A log, so that the night can be drawn again: on this computer, {where}, for {log.days:g} days, {log.gigabytes:g} GB "
        "at most; then it is deleted."
    )
    if not seeing:
        yield "No camera sees anybody, so nobody is in it."
    elif log.silhouettes:
        yield "Of visitors it has their outlines, small and without features, how these move, and the numbers above."
    else:
        yield "Of visitors it has numbers: how many, where, how large, how fast, since when, how broadly one smiles. No shapes."
    if show.listens:
        yield "Of sound it has how loud it was, low and high; no sound."
    yield "It never has a camera's picture or a sound, and nothing says who anybody is."


def _lives(site: schema.SiteFile, show: Show, seeing: Sequence[schema.CameraSite]) -> Iterator[str]:
    yield "A picture: until the next one comes, a fraction of a second."
    renewed = [eye.renew for eye in seeing if eye.renew]
    until = f", which is replaced every {max(renewed):g} hours or so" if len(renewed) == len(seeing) else ""
    yield f"How the empty room looks: in the memory of the program that looks{until}."
    if sys.platform == "linux":
        yield (
            "Each such program leaves it to the next, in memory that no other program opens, so that whoever stands still "
            "meanwhile isn't taken for a part of the room. It is never on a disk, and is gone when the work is switched off."
        )
    else:
        yield (
            "Where a camera is calibrated, how light the room and the wall are, averaged over a minute or so in 40 by 24 "
            "patches: in memory that one such program leaves to the next, until the work is switched off."
        )
    yield "Outlines and numbers: until the next ones come; the last fade within about a second."
    remembers = [scene.file.title for scene in show.scenes.values() if _remembers(scene)]
    if remembers:
        yield f"What is drawn from what the camera sees may linger on the wall for a while in: {', '.join(remembers)}."
    if site.log.silhouettes and not site.log.off:
        yield "No picture is ever written down. Outlines and movement are: see what is kept of the night, below."
    elif any(output.record is not None for output in site.outputs):
        yield "No picture is ever written down. Outlines are where they are drawn on the wall: see the film of the wall, below."
    else:
        yield "No picture and no outline is ever written down."
    yield "What the program says of itself has when people come and go, how many they are, and when one smiles."
    yield (
        "Whoever runs the work decides how long the log is kept, and can have the numbers written to a file as well; "
        "not who anybody is: nobody knows."
    )


def _goes(show: Show, site: schema.SiteFile, seeing: bool) -> Iterator[str]:
    if seeing:
        shows = any(scene.file.shows_camera for scene in show.scenes.values())
        but = "But for what is said below, the" if shows else "The"
        yield f"{but} picture stays in one program of this computer. It isn't sent, written to a disk or put into a log."
        if any(is_stream(eye.source) for eye in site.eyes):
            yield "A camera on the network sends its picture to this computer; whoever runs that network can see that it does."
            yield (
                "The program that receives it holds the picture as it was sent, packed, for as long as it takes to hand it on: "
                "a fraction of a second. It connects to that camera only, unpacks nothing and keeps nothing."
            )
        if shows:
            yield "Where the wall shows the camera's picture, so does the operator's page that shows the wall."
        yield (
            "While somebody sets the camera up by hand, the operator's page shows its picture instead of the wall, and the wall "
            "says so for as long as that lasts. It is sent to whoever has that page open, and kept by nobody."
        )
    yield "The wall shows what is drawn."
    yield from _leaves(site)
    outlines = ", outlines without features" if seeing else ""
    yield f"The operator's page shows the wall{outlines} and a few numbers; {_reach(site.console.host, site)}."
    yield f"Show control (OSC) can ask for a few numbers, such as whether somebody is there; {_reach(site.osc.host, site)}."
    visitors = "; of visitors when they come and go, how many they are, and when one smiles" if seeing else ""
    yield f"The log has the camera's name, its troubles and times{visitors}."


def _leaves(site: schema.SiteFile) -> Iterator[str]:
    """Films and sources of the wall, which `devices` stops while it shows a camera's own picture."""
    films = any(output.record is not None for output in site.outputs)
    sources = [
        words
        for there, words in (
            (any(output.ndi is not None for output in site.outputs), "sent into the building's network (NDI)"),
            (
                any(output.virtual_camera is not None for output in site.outputs),
                "shown to other programs of this computer",
            ),
        )
        if there
    ]
    if films:
        yield "A film of the wall is recorded, with what is drawn there of visitors; whoever runs the work keeps it."
    if sources:
        yield f"The wall is {' and '.join(sources)}, with what is drawn there of visitors."
    if films or sources:
        yield "While the wall shows the camera's own picture, that stands still: the picture is never in it."


def _reach(host: str, site: schema.SiteFile) -> str:
    if host.startswith(LOCAL):
        return "only this computer can reach it"
    code = ", with a passcode" if site.passcodes else ""
    if host in WHOLE_NETWORK:
        return f"any computer in the building's network can reach it{code}"
    return f"computers in the network of {host} can reach it{code}"


def _sure(
    held: Sequence[str], seeing: Sequence[schema.CameraSite], receivers: Sequence[Sequence[str]]
) -> Iterator[str]:
    if held:
        yield "The program that sees the picture is locked in by this computer's operating system:"
        yield from (f"• {line}" for line in held)
        if any(is_stream(eye.source) for eye in seeing):
            yield "Another program holds the network camera's connection, and hands the encoded picture on without looking at it."
            for receiver in receivers:
                yield "It is locked in too:" if receiver else "This operating system doesn't lock it in."
                yield from (f"• {line}" for line in receiver)
    else:
        yield "This operating system locks nothing in: that the picture stays where it is, the program itself sees to."


def _listens(show: Show, site: schema.SiteFile) -> Iterator[str]:
    if not show.listens or site.audio.source == "none":
        yield "No microphone is opened."
    elif site.audio.source == "auto" or site.audio.source.startswith("device"):
        yield "A microphone. Only how loud it is, low and high, is used; no sound and no words are kept or sent."
    else:
        yield f"No microphone, but a recording: {Path(site.audio.source).name}."


# -- what scenes do --------------------------------------------------------------------------------------------------


def _layers(layers: Iterable[schema.Layer]) -> Iterator[schema.Layer]:
    for layer in layers:
        yield layer
        if isinstance(layer, schema.GroupLayer):
            yield from _layers(layer.layers)


def _fed(scene: Scene) -> Iterator[tuple[str, str]]:
    """Every shader of a scene that the camera feeds, and with what."""
    for layer in _layers(scene.file.layers):
        if isinstance(layer, schema.ShaderLayer):
            yield from ((layer.shader, source) for source in layer.inputs.values() if source.startswith("camera."))
        for effect in layer.effects:
            yield from ((effect.shader, source) for source in effect.inputs.values() if source.startswith("camera."))
    for effect in scene.file.effects:
        yield from ((effect.shader, source) for source in effect.inputs.values() if source.startswith("camera."))


def _draws_from(scene: Scene) -> bool:
    layers = _layers(scene.file.layers)
    return any(isinstance(layer, schema.CameraLayer) for layer in layers) or any(True for _ in _fed(scene))


def _driven_by(scene: Scene) -> bool:
    driven = [saved for _, saved in scene.params.values()] + list(scene.values.values())
    if any(isinstance(one, Expression) and one.names & _SIGNALS for one in driven):
        return True
    texts = [layer.text for layer in _layers(scene.file.layers) if isinstance(layer, schema.TextLayer)]
    return any(name in _SIGNALS for text in texts for name in _WORD.findall(text))


def _answers(scene: Scene) -> bool:
    """Whether a mark opens where somebody stands, or words tell of the stream that they stand on."""
    layers = list(_layers(scene.file.layers))
    marks = {layer.name for layer in layers if isinstance(layer, schema.MarksLayer)}
    opening = [
        saved
        for address, (_, saved) in scene.params.items()
        if address.split("/")[-2] in marks and address.endswith("/open")
    ]
    if any(isinstance(saved, Expression) or saved for saved in opening):
        return True
    flows = {layer.name for layer in layers if isinstance(layer, schema.FlowsLayer)}
    return any(isinstance(layer, schema.TextLayer) and layer.tells in flows for layer in layers)


def _remembers(scene: Scene) -> bool:
    """Whether a shader of a scene that draws from the camera keeps pictures from frame to frame: whichever it is, what the
    camera fed may have come to it through the layers."""
    return _draws_from(scene) and any(one.persistent for shader in scene.shaders.values() for one in shader.passes)


# -- the page --------------------------------------------------------------------------------------------------------


def text(show: Show, site: schema.SiteFile, sections: Sequence[Section]) -> str:
    """The page as plain text."""
    lines = [_title(show, site), ""]
    for section in sections:
        lines += [section.title, *(f"  {line}" for line in section.lines), ""]
    return "\n".join(lines)


def html(show: Show, site: schema.SiteFile, sections: Sequence[Section]) -> str:
    """The same as a page that can be printed; needs nothing from anywhere."""
    title = _title(show, site)
    head = f'<meta charset="utf-8">\n<title>{escape(title)}</title>\n<style>\n{STYLE}{PAGE}</style>'
    parts = [f"<h1>{escape(title)}</h1>", '<div class="columns">']
    for section in sections:
        parts += ["<section>", f"<h2>{escape(section.title)}</h2>"]
        parts += [f"<p>{escape(line)}</p>" for line in section.lines]
        parts.append("</section>")
    body = "\n".join([*parts, "</div>"])
    return f'<!doctype html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n'


def write(page: str, path: Path) -> None:
    """Raises OutputError."""
    try:
        path.write_text(page, "utf-8")
    except OSError as error:
        raise OutputError(f"can't be written: {error.strerror}", Location(str(path)), "name another --out") from None


def _title(show: Show, site: schema.SiteFile) -> str:
    where = f", {site.title}" if site.title else ""
    return f"{show.file.title}{where}: what the work senses of you"
