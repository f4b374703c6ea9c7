"""`installation evidence`: the label beside the wall, the credits, and a list of every binding that a machine reads.

All three are made from the records of a loaded show, so they say what the wall does and nothing else. Writes files only where
it is told to. Called by the command line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from installation.data.sharing import IN_WORDS, Stated
from installation.errors import Location, OutputError
from installation.scene.evidence import Record, records_of, told
from installation.scene.load import Show

FACT, FICTION = "Fact", "FICTION"
FORMAT = "installation-evidence/1"
MOST_NAMED = 4
"""Colours or categories that a label names; the list has all."""

STYLE = """\
@page { margin: 18mm; }
body { font: 11pt/1.45 Lato, "Helvetica Neue", Arial, sans-serif; color: #111; background: #fff; max-width: 44rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 20pt; margin: 0 0 .2em; } h2 { font-size: 13pt; margin: 1.4em 0 .2em; break-after: avoid; }
.fiction { font-weight: 900; letter-spacing: .08em; border: 2px solid #111; padding: 0 .4em; }
.fact { color: #444; } .caution { font-style: italic; } ul { margin: .2em 0; padding-left: 1.2em; }
li { break-inside: avoid; } a { color: inherit; } footer { margin-top: 2em; font-size: 9pt; color: #444; }
"""


@dataclass(frozen=True)
class Account:
    """A show's records, scene by scene, in the order in which the show is played."""

    show: Show
    scenes: Mapping[str, tuple[Record, ...]]

    @property
    def records(self) -> list[Record]:
        return [record for records in self.scenes.values() for record in records]


def account_of(show: Show) -> Account:
    """The records of every scene: those that cues go to first, in their order, then the others."""
    named = [name for cue in show.file.cues for name in (cue.scene, cue.under) if name]
    order = [name for name in dict.fromkeys((*named, *show.scenes)) if name in show.scenes]
    return Account(show, {name: records_of(show.scenes[name]) for name in order})


# -- the label -------------------------------------------------------------------------------------------------------


def label_text(account: Account) -> str:
    """The wall's label as plain text, lines of at most a hand's breadth left to who prints it."""
    lines = [account.show.file.title, ""]
    for title, fiction, said, cautions, credits in _panels(account):
        lines += [f"{title} ({FICTION if fiction else FACT})"]
        lines += [f"  {line}" for line in said]
        lines += [f"  Note: {caution}" for caution in cautions]
        lines += [f"  Source: {credit}" for credit in credits] + [""]
    return "\n".join([*lines, _state(account)]) + "\n"


def label_html(account: Account) -> str:
    """The same as a page that can be printed; needs nothing from anywhere."""
    parts = [f"<h1>{escape(account.show.file.title)}</h1>"]
    for title, fiction, said, cautions, credits in _panels(account):
        parts.append(f"<h2>{escape(title)} {_flag(fiction)}</h2>")
        parts.append(_items(said))
        parts += [f'<p class="caution">{escape(_sentence(caution))}</p>' for caution in cautions]
        parts.append(f"<p>{'<br>'.join(escape(credit) for credit in credits)}</p>")
    return _page(account.show.file.title, parts, _state(account))


def _panels(account: Account) -> Iterable[tuple[str, bool, list[str], list[str], list[str]]]:
    """For each scene with data: its title, whether it is fiction, what is seen, what must be said, and sources."""
    for name, records in account.scenes.items():
        scene = account.show.scenes[name]
        if records or scene.fiction:
            said = list(
                dict.fromkeys(in_words(record) for record in records if record.kind != "place" or _placed(record))
            )
            cautions = _cautions([record for record in records if record.kind != "place"] or records)
            credits = list(dict.fromkeys(origin.credit for record in records for origin in record.origins))
            fictions = [package.credit() for package in scene.packages.values() if package.fiction]
            yield scene.file.title, scene.fiction, said, cautions, list(dict.fromkeys((*credits, *fictions)))


def _cautions(records: Sequence[Record]) -> list[str]:
    """What must be said, each once; what only some of a table's figures need is said with their names."""
    said: dict[tuple[str, str], list[str]] = {}
    for record in records:
        for text in record.cautions:
            said.setdefault((record.table, text), []).extend(record.columns)
    shown: dict[str, str] = {}
    for (table, text), columns in said.items():
        every = {column for record in records if record.table == table for column in record.columns}
        named = "" if set(columns) == every else f"{', '.join(dict.fromkeys(columns))}: "
        shown.setdefault(text, named + text)
    return list(shown.values())


def _placed(record: Record) -> str:
    """What a figure decides of where a mark lies, and so belongs on the label; "" where it is only its place."""
    layout = record.transform.get("layout", {})
    return {"beeswarm": "place", "treemap": "area"}.get(layout.get("kind", ""), "")


def _placing(record: Record) -> str:
    layout = record.transform["layout"]
    unit = next((figure.unit for figure in record.figures if figure.name == layout["value"]), "")
    return f"{layout['value']} ({unit})" if unit else str(layout["value"])


def in_words(record: Record) -> str:
    """A binding in a sentence: "teeth: gum shows out_of_pocket (percent), 0 to 90, linear"."""
    where = record.layer or "scene"
    figures = ", ".join(f"{f.name} ({f.unit})" if f.unit else f.name for f in record.figures)
    if record.kind == "flow" and "one particle" in record.transform:
        made = record.transform
        return f"{where}: one particle stands for {_number(made['one particle'])} {made['of']} (column {record.columns[0]})"
    if record.kind == "place":
        return f"{where}: {_placed(record)} shows {_placing(record)}"
    parts = [f"{where}: {record.target.rpartition('/')[2]} shows {figures}"]
    if domain := record.transform.get("domain"):
        parts.append(f"{_number(domain[0])} to {_number(domain[1])}")
    if order := record.transform.get("order"):
        shown = ", ".join(order[:MOST_NAMED])
        parts.append(shown if len(order) <= MOST_NAMED else f"{shown} and {len(order) - MOST_NAMED} more")
    if scale := record.transform.get("scale"):
        parts.append(str(scale))
    if cuts := record.transform.get("cuts"):
        parts.append(f"at {', '.join(map(_number, cuts))}")
    return ", ".join(parts)


# -- the credits -----------------------------------------------------------------------------------------------------


def credits_html(account: Account) -> str:
    """Everyone whose work is on the wall: datasets with publisher, licence, edition and address; shaders; letters."""
    show = account.show
    parts = [f"<h1>{escape(show.file.title)}: credits</h1>", "<h2>Data</h2>"]
    packages = {p.name: p for scene in show.scenes.values() for p in scene.packages.values()}
    for package in packages.values():
        sources = [" ".join(filter(None, (s.title, s.version, s.address))) for s in package.sources]
        stated = (package.publisher, package.licence, package.years, f"Version {package.version}")
        about = " ".join(f"{part}." for part in stated if part)
        parts.append(f"<h2>{escape(package.title)} {_flag(package.fiction)}</h2><p>{escape(about)}</p>")
        parts.append(_items(sources))
        parts.append(f'<p class="caution">{escape(_sentence(package.caution))}</p>' if package.caution else "")
        terms = [f"{table}: {IN_WORDS[how]}" for table, how in _strict(account, package.name)]
        parts.append(_items(terms))
    shaders = dict(show.shaders)
    for scene in show.scenes.values():
        shaders.update(scene.shaders)
    made = [f"{name}: {shader.credit}" for name, shader in sorted(shaders.items()) if shader.credit]
    parts += ["<h2>Pictures</h2>", _items(made)]
    parts += ["<h2>Letters</h2>", _items(["Lato, Łukasz Dziedzic, SIL Open Font License 1.1"])]
    return _page(f"{show.file.title}: credits", parts, _state(account))


def _strict(account: Account, dataset: str) -> list[tuple[str, Stated]]:
    """The tables of a dataset on the wall whose rows may not be handed on freely."""
    origins = {origin for record in account.records for origin in record.origins if origin.dataset == dataset}
    return sorted({(origin.table, origin.sharing) for origin in origins if origin.sharing in ("limited", "no")})


# -- the list --------------------------------------------------------------------------------------------------------


def as_list(account: Account) -> dict[str, Any]:
    """Every binding of every scene in plain values, for JSON; `origins` are named by number, each once.

    What comes from a table whose rows may not be handed on is told without them: no keys, no categories.
    """
    bindings, origins = told(account.records)
    scenes = account.show.scenes
    listed = [
        {
            "name": name,
            "title": scenes[name].file.title,
            "fiction": scenes[name].fiction,
            "bindings": [
                _handed_on(binding, record)
                for binding, record in zip(bindings, account.records, strict=True)
                if record.scene == name
            ],
        }
        for name in account.scenes
    ]
    fiction = any(scene.fiction for scene in scenes.values())
    return {
        "format": FORMAT,
        "show": account.show.file.title,
        "fiction": fiction,
        "scenes": listed,
        "origins": origins,
    }


def _handed_on(binding: Mapping[str, Any], record: Record) -> dict[str, Any]:
    """A binding with the keys of its rows, where its sources let them be handed on; else with a word on why not."""
    if not record.drawn_only:
        return {**binding, "keys": record.keys}
    made = {name: value for name, value in record.transform.items() if name != "order"}
    return {**binding, "transform": made, "keys": (), "withheld": f"its rows {IN_WORDS['no']}"}


def write(account: Account, folder: Path) -> list[Path]:
    """Writes label.txt, label.html, credits.html and evidence.json. Raises OutputError where they can't be."""
    made = {
        "label.txt": label_text(account),
        "label.html": label_html(account),
        "credits.html": credits_html(account),
        "evidence.json": json.dumps(as_list(account), ensure_ascii=False, indent=1) + "\n",
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in made.items():
            (folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise OutputError(f"can't be written: {error.strerror}", Location(str(folder)), "name another --out") from None
    return [folder / name for name in made]


def _page(title: str, parts: Sequence[str], foot: str) -> str:
    head = f'<meta charset="utf-8">\n<title>{escape(title)}</title>\n<style>\n{STYLE}</style>'
    body = "\n".join(filter(None, parts))
    footer = f"<footer>{escape(foot)}</footer>"
    return f'<!doctype html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n{footer}\n</body>\n</html>\n'


def _flag(fiction: bool) -> str:
    return f'<span class="{"fiction" if fiction else "fact"}">{FICTION if fiction else FACT}</span>'


def _items(texts: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>" if texts else ""


def _state(account: Account) -> str:
    count = len(account.records)
    return f"{count} bindings, each with its rows, columns, scale and source, are listed in evidence.json."


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _number(value: float) -> str:
    return f"{value:,.10g}".replace(",", "\u00a0")
