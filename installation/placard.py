"""The words of the label that hangs beside the work: for visitors, in plain sentences, on one page where it can be.

Made from the curator's own notes and from what the records of a show say, so it can't tell of another wall than the one that
plays. Only scenes that a cue plays are on it; which words a caption fills in is for the list (`label.as_list`), not for here.
Reads nothing but a loaded show. Called by `label`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal, TypeAlias

from installation.data.own.load import NOT_STATED
from installation.scene import schema
from installation.scene.evidence import Record
from installation.scene.load import Scene, Show
from installation.scene.origins import Figure, Origin

Standing: TypeAlias = Literal["", "FACT", "FICTION", "SOURCE NOT STATED"]
"""What a visitor may take a scene for; "" for one that shows no data."""

SEEN = {
    "glow": "brightness",
    "color": "colour",
    "gum": "bare root",
    "crack": "cracks",
    "hidden": "a colour of its own",
}
"""What an attribute looks like, where its own name isn't the word for it."""
LESS = {"glow": "dimness", "size": "smallness"}
"""The same where more of the figure makes less of it."""
NOT_SEEN = ("canvas widths", "canvas heights", "degrees")
"""Units of where things lie, not of what is measured."""
MOST_NAMED = 6
"""Categories that a sentence names."""
MOST_YEARS = 3
"""Years that are named one by one; of more, the first and the last."""
AGGREGATES = ("count", "mean", "number", "share", "sum", "total")
"""Words with which a description says how a figure was made, and not of what."""
_UNIT = re.compile(r"_(km|m|kg|g|t|pct|percent|usd)$")


@dataclass(frozen=True, slots=True)
class Reading:
    """What is seen of one layer: "Teeth" and its sentences; `sources` are the numbers of those in the label's list."""

    subject: str
    said: tuple[str, ...]
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """One scene. `files` are those of its files for which no source is stated."""

    title: str
    standing: Standing
    files: tuple[str, ...]
    notes: str
    readings: tuple[Reading, ...]
    cautions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Scenes that follow one another and stand alike; `cautions` are those that all of several have, said once."""

    standing: Standing
    files: tuple[str, ...]
    cautions: tuple[str, ...]
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Credited:
    """A source, once: its number, its line, and the scenes that it is in."""

    number: int
    line: str
    scenes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Placard:
    """All that the label says, in the order of the cues."""

    title: str
    notes: str
    runs: tuple[Run, ...]
    sources: tuple[Credited, ...]


def played(show: Show) -> list[str]:
    """The scenes that the cues go to or reveal, in their order; then those that a played scene has under it. Without cues,
    all of them."""
    cues = show.file.cues
    if not cues:
        return list(show.scenes)
    named = dict.fromkeys(name for cue in cues for name in (cue.scene, cue.under) if name in show.scenes)
    beneath = [show.scenes[name].file.under for name in named if name]
    return [name for name in dict.fromkeys((*named, *beneath)) if name and name in show.scenes]


def placard_of(show: Show, records: Mapping[str, Sequence[Record]]) -> Placard:
    """The label of a show, from the records of its scenes."""
    numbers: dict[str, int] = {}
    scenes: dict[str, list[str]] = {}
    before: dict[Reading, str] = {}
    panels = []
    for name in played(show):
        scene, own = show.scenes[name], records[name]
        origins = list(dict.fromkeys(origin for record in own for origin in record.origins))
        lines = [_line(origin) for origin in origins]
        lines += [] if own else [_dashed(package.credit()) for package in scene.packages.values() if package.fiction]
        for line in dict.fromkeys(lines):
            numbers.setdefault(line, len(numbers) + 1)
            scenes.setdefault(line, []).append(scene.file.title)
        unstated = tuple(dict.fromkeys(origin.dataset for origin in origins if origin.publisher == NOT_STATED))
        unstated = () if scene.fiction else unstated
        standing: Standing = "FICTION" if scene.fiction else "SOURCE NOT STATED" if unstated else "FACT" if own else ""
        readings = []
        for reading in _readings(scene, own, numbers):
            first = before.setdefault(reading, scene.file.title)
            again = first != scene.file.title
            readings.append(replace(reading, said=(f"As in {first}.",)) if again else reading)
        notes = _flowing(scene.file.notes)
        if not (standing or notes):
            continue  # a scene without data of which nobody says anything
        cautions = tuple(_unsaid(notes, _cautions(own)))
        panels.append(Panel(scene.file.title, standing, unstated, notes, tuple(readings), cautions))
    sources = tuple(Credited(number, line, tuple(scenes[line])) for line, number in numbers.items())
    return Placard(show.file.title, _flowing(show.file.notes), tuple(_runs(panels)), sources)


def _runs(panels: Sequence[Panel]) -> Iterator[Run]:
    for (standing, files), group in groupby(panels, lambda panel: (panel.standing, panel.files)):
        alike = list(group)
        common = tuple(text for text in alike[0].cautions if all(text in panel.cautions for panel in alike[1:]))
        common = common if len(alike) > 1 else ()
        told = [replace(one, cautions=tuple(text for text in one.cautions if text not in common)) for one in alike]
        yield Run(standing, files, common, tuple(told))


# -- what is seen ----------------------------------------------------------------------------------------------------


def _readings(scene: Scene, records: Sequence[Record], numbers: Mapping[str, int]) -> Iterator[Reading]:
    """What is seen of each layer, where data decide it. Years that most of its sentences share stand with its name."""
    layers: dict[str, list[Record]] = {}
    texts = set(_texts(scene.file.layers))
    for record in records:
        if record.layer not in texts:
            layers.setdefault(record.layer, []).append(record)
    for layer, own in layers.items():
        shown = [(record, seen) for record in own if (seen := _seen(scene, record))]
        if not shown:
            continue
        (common, times), *_ = Counter(seen.years for _, seen in shown if seen.years).most_common(1) or [("", 0)]
        common = common if times > 1 and layer else ""
        together: dict[tuple[str, str, bool], list[str]] = {}
        for _, seen in shown:
            words = together.setdefault((seen.what, "" if seen.years == common else seen.years, seen.alone), [])
            words.append(seen.word)
        said = tuple(_sentence(words, what, years) for (what, years, _), words in together.items())
        lines = {_line(origin) for record, _ in shown for origin in record.origins}
        subject = ", ".join(filter(None, (_upper(_plain(layer.rpartition("/")[2])), common)))
        yield Reading(subject, said, tuple(sorted(numbers[line] for line in lines)))


def _sentence(words: Sequence[str], what: str, years: str) -> str:
    return f"{_upper(_listed(words))}{f': {what}' if what else ''}{f', {years}' if years else ''}."


@dataclass(frozen=True, slots=True)
class _Seen:
    """What of the picture a figure decides ("brightness"), what it measures, of which years ("" where that is of no use)."""

    word: str
    what: str = ""
    years: str = ""
    alone: bool = False
    """Whether it is a sentence by itself: what one light is."""


def _seen(scene: Scene, record: Record) -> _Seen | None:
    """What is seen of a binding; None of one that shows no figure: a place on a map, a caption, a length that all have."""
    made, figures = record.transform, record.figures
    years = _years(scene, record)
    if record.kind == "flow" and record.target == "particles":
        return _Seen(f"one light is {counted(made['one particle'], made['of'])}", titled(figures[0]), years, True)
    if record.kind == "flow" and record.target == "hidden":
        return _Seen("what is not reported has a colour of its own")
    if record.kind == "place":
        word, column = _placed(record)
        found = [figure for figure in figures if figure.name == column]
        return _Seen(word, _measures(found), years) if found and word else None
    if record.kind == "reveal":
        return _Seen("the surface gives way first where there is most", _measures(figures), years)
    if record.kind == "parameter":
        param, _ = scene.params[record.target]
        return _Seen(_plain(param.help or param.name).rstrip("."), _measures(figures), years)
    if record.kind == "image":
        return _Seen(f"picture \u201c{_plain(record.target)}\u201d", _measures(figures[:MOST_NAMED]), years)
    if record.kind not in ("mark", "flow") or not _varies(scene, record):
        return None
    word = SEEN.get(record.target, record.target)
    if (order := made.get("order")) is not None:
        return _Seen(word, _categories(record, order))
    bounds: Sequence[float] = made.get("range") or ()
    if len(bounds) == 2 and bounds[0] > bounds[1]:
        word = LESS.get(record.target, f"{word} (less for more)")
    return _Seen(word, _measures(figures), years)


def _categories(record: Record, order: Sequence[str]) -> str:
    """A column of names, with the names, where its source lets them be handed on."""
    named = [_plain(name) for name in order[:MOST_NAMED]] + ["others"] * (len(order) > MOST_NAMED)
    name = _plain(record.columns[0])
    return name if record.drawn_only or not named else f"{name} ({', '.join(named)})"


def _placed(record: Record) -> tuple[str, str]:
    """What a figure decides of where a mark lies, with its column; "" where it is only its place."""
    layout = record.transform.get("layout", {})
    word = {"beeswarm": "place", "treemap": "area"}.get(layout.get("kind", ""), "")
    return word, layout.get("value", "")


def _varies(scene: Scene, record: Record) -> bool:
    """Whether a mark shows a figure, and not only how it was meant to look: one length for all, or a curve of the row."""
    (figure, *_) = record.figures
    if not figure.computed:
        return True
    values = scene.tables[record.table].column(figure.name)
    if len(set(values.tolist())) < 2:
        return False
    read = figure.made_from
    return not read or any(map(_known, read)) or not any(_known(own) for own in _others(scene, record))


def _others(scene: Scene, record: Record) -> Iterator[Figure]:
    """All columns of the datasets that a query reads: one that states units for none has only figures."""
    wanted = {(origin.dataset, origin.table) for origin in record.origins}
    for package in scene.packages.values():
        for table in package.tables.values():
            if (package.name, table.name) in wanted:
                yield from (Figure(field.name, field.unit, indicator=field.indicator) for field in table.fields)


def _known(figure: Figure) -> bool:
    return bool(figure.indicator or (figure.unit and figure.unit not in NOT_SEEN))


def _counts(figure: Figure) -> bool:
    return figure.type in ("integer", "number") and figure.unit not in NOT_SEEN


def _measures(figures: Sequence[Figure]) -> str:
    """What is measured, each with its unit."""
    said = [titled(one) + (f" ({one.unit})" if one.unit and one.unit != "0..1" else "") for one in figures]
    return ", ".join(dict.fromkeys(said))


def titled(figure: Figure) -> str:
    """What a column measures in words for people: its indicator's title, else its description with its own name."""
    if figure.computed:
        read = [titled(one) for one in figure.made_from if _known(one) or _counts(one)]
        return f"{_plain(figure.name)}, computed" + (f" from {_listed(read)}" if read else "")
    if figure.title:
        return _lower(figure.title.replace(", ", " ", 1) if figure.title.count(", ") == 1 else figure.title)
    name, text = (
        _plain(_UNIT.sub("", figure.name)),
        _lower(re.split(r"; |\. |, mean ", figure.description)[0]).strip(" ."),
    )
    if not text or figure.name == "value":
        return text or name
    if text.startswith(("of ", "in ")):
        return f"{name} {text}"
    if text[0].isdigit():
        return f"{name} ({text})"
    return f"{name}, {text}" if text.split()[0] in AGGREGATES and name not in text else text


def counted(amount: float, name: str) -> str:
    """An amount with what is counted: "one doctor", "20 000 lumens"."""
    if amount != 1:
        return f"{amount:,.10g} {name}".replace(",", "\u00a0")
    if name.endswith("ies"):
        return f"one {name[:-3]}y"
    one = {"people": "person", "teeth": "tooth"}.get(name, name[:-1] if re.search(r"[^s]s$", name) else name)
    return f"one {one}"


def _years(scene: Scene, record: Record) -> str:
    """The years of a binding's figures: of the column that states them, else of its rows, else of its dataset."""
    table = scene.tables[record.table]
    column = next(iter(record.columns), "")
    for names in ((f"{column}_year",), (record.time,), ("year",), ("period_start", "period_end")):
        if all(name in table.names for name in names):
            values = [value for name in names for value in table.column(name).tolist()]
            kept = sorted({value for value in values if isinstance(value, int | float) and value == value})
            if kept and 1000 <= kept[0] <= kept[-1] <= 3000:
                each = [f"{year:.0f}" for year in kept]
                return _listed(each) if len(each) <= MOST_YEARS else f"{each[0]}\u2013{each[-1]}"
    stated = {origin.years for origin in record.origins if origin.years}
    every = bool(scene.file.tables[record.table].source)  # a query may have chosen among them
    return _dashed(stated.pop()) if len(stated) == 1 and (every or min(stated).isdigit()) else ""


# -- what must be said with it ---------------------------------------------------------------------------------------


def _cautions(records: Sequence[Record]) -> list[str]:
    """What must be said, each once; what only some of a table's figures need is said with what they measure."""
    records = [record for record in records if record.kind != "place"] or list(records)
    said: dict[tuple[str, str], list[Figure]] = {}
    for record in records:
        for text in record.cautions:
            said.setdefault((record.table, text), []).extend(record.figures)
    shown: dict[str, str] = {}
    for (table, text), figures in said.items():
        every = {column for record in records if record.table == table for column in record.columns}
        columns = {figure.name for figure in figures}
        named = {figure.title or _plain(figure.name) for figure in figures if figure.indicator} or columns
        shown.setdefault(text, text if columns == every else f"{', '.join(sorted(named))} ({text.rstrip('.')})")
    return [_upper(text).rstrip(".") + "." for text in shown.values()]


def _unsaid(notes: str, cautions: Sequence[str]) -> list[str]:
    """The cautions that the curator's own words don't bring already."""
    return [text for text in cautions if text.rstrip(".").casefold() not in notes.casefold()]


def _line(origin: Origin) -> str:
    """A source as the label prints it: its credit, and of its licences those that the credit doesn't name."""
    if origin.publisher == NOT_STATED:
        return f"{origin.dataset}: {_dashed(origin.credit)}"
    said = origin.credit.casefold()
    licences = [one for one in origin.licence.split(" / ") if one.removesuffix(" 1.0").casefold() not in said]
    return ". ".join((_dashed(origin.credit), *([f"Licence: {', '.join(licences)}"] if licences else [])))


def _texts(layers: Sequence[schema.Layer], above: str = "") -> Iterator[str]:
    """The addresses of the layers that are words: what they print they say themselves."""
    for layer in layers:
        if isinstance(layer, schema.TextLayer):
            yield f"{above}{layer.name}"
        elif isinstance(layer, schema.GroupLayer):
            yield from _texts(layer.layers, f"{above}{layer.name}/")


def _listed(texts: Sequence[str]) -> str:
    texts = list(dict.fromkeys(texts))
    return " and ".join(filter(None, (", ".join(texts[:-1]), texts[-1])))


def _flowing(text: str) -> str:
    return " ".join(text.split())


def _plain(name: str) -> str:
    return _lower(name.replace("_", " ").strip())


def _dashed(text: str) -> str:
    return re.sub(r"(?<=\d)-(?=\d{4})", "\u2013", text)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    """Without its capital, where that isn't of a word in capitals."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
