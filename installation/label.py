"""`installation evidence`: the label beside the wall, the credits, and a list of every binding that a machine reads.

All three are made from the records of a loaded show, so they say what the wall does and nothing else. Writes files only where
it is told to. Called by the command line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from installation.data.own.load import NOT_STATED
from installation.data.sharing import IN_WORDS, Stated
from installation.errors import Location, OutputError
from installation.placard import Credited, Panel, Reading, Run, placard_of, played
from installation.scene.evidence import Record, records_of, told
from installation.scene.isf import Isf
from installation.scene.load import Show

FACT, FICTION, UNSTATED = "FACT", "FICTION", "SOURCE NOT STATED"
FORMAT = "installation-evidence/1"

SHORT, LONG = 1_600, 4_200
"""Characters of a label, with its markup, that fill an A4 page in large type, and in that of a book."""
STYLE = """\
@page { size: A4; margin: 10mm 12mm; }
body { font: 7.8pt/1.29 Lato, "Helvetica Neue", Arial, sans-serif; color: #111; background: #fff; margin: 2rem auto;
  max-width: 186mm; padding: 0 1rem; }
@media print { body { margin: 0; padding: 0; max-width: none; } }
h1 { font-size: 24pt; font-weight: 300; line-height: 1.1; margin: 0 0 1.5mm; }
h2 { font-size: 1.16em; font-weight: 700; margin: 0 0 .4mm; break-after: avoid; }
p { margin: 0 0 .7mm; } a { color: inherit; } sup { font-size: 70%; line-height: 0; margin-left: .2em; }
.lead { font-size: 1.25em; margin-bottom: 1.1em; }
.columns { columns: 2; column-gap: 7mm; }
.medium { font-size: 10pt; } .short { font-size: 13pt; }
.short .columns, .short .sources ol { columns: 1; }
article { margin: 0 0 .75em; orphans: 3; widows: 3; }
.standing { font-weight: 900; letter-spacing: .1em; font-size: .95em; margin: 0 0 1.6mm; break-after: avoid; }
.is-fact > .standing { border-top: 1.5pt solid #111; padding-top: .6mm; }
.is-fiction { break-inside: avoid; border: 1.5pt solid #111; padding: 0 3mm .2mm; margin-bottom: 3mm; }
.is-fiction > .standing { background: #111; color: #fff; margin: 0 -3mm 2mm; padding: .8mm 3mm; }
.is-unstated { border: 1pt dashed #111; padding: 1mm 3mm .2mm; margin-bottom: 3mm; }
.caution { font-style: italic; color: #333; } .fiction { font-weight: 900; letter-spacing: .08em; }
.sources { border-top: .5pt solid #111; margin-top: 2mm; padding-top: 1mm; font-size: .86em; }
.sources ol { margin: 0; padding-left: 1.5em; columns: 2; column-gap: 7mm; } li { break-inside: avoid; }
footer { margin-top: 2em; font-size: 8pt; color: #444; } .fact { color: #444; }
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
    """The records of every scene: those that cues play first, in their order, then the others."""
    order = dict.fromkeys((*played(show), *show.scenes))
    return Account(show, {name: records_of(show.scenes[name]) for name in order})


# -- the label -------------------------------------------------------------------------------------------------------


def label_text(account: Account) -> str:
    """The wall's label as plain text, a paragraph a line."""
    placard = placard_of(account.show, account.scenes)
    lines = [placard.title, *([placard.notes] if placard.notes else []), ""]
    for run in placard.runs:
        if head := _head(run):
            lines += [f"== {head} ==", *run.cautions, ""]
        for panel in run.panels:
            lines += [panel.title, *([panel.notes] if panel.notes else [])]
            lines += [_reading(reading) for reading in panel.readings]
            lines += [f"Note: {' '.join(panel.cautions)}"] if panel.cautions else []
            lines.append("")
    if placard.sources:
        lines += ["Sources", *(f"[{one.number}] {_credited(one)}" for one in placard.sources)]
    return "\n".join(lines).rstrip() + "\n"


def label_html(account: Account) -> str:
    """The same as a page that can be printed; needs nothing from anywhere."""
    placard = placard_of(account.show, account.scenes)
    parts = [f"<h1>{escape(placard.title)}</h1>"]
    parts.append(f'<p class="lead">{escape(placard.notes)}</p>' if placard.notes else "")
    parts.append('<main class="columns">')
    for run in placard.runs:
        kind = {"": "plain", FACT: "is-fact", FICTION: "is-fiction"}.get(run.standing, "is-unstated")
        head = f'<p class="standing">{escape(_head(run))}</p>' if run.standing else ""
        parts.append(f'<section class="{kind}">{head}{_cautious(run.cautions)}')
        parts += [_panel(panel) for panel in run.panels]
        parts.append("</section>")
    parts.append("</main>")
    if placard.sources:
        rows = "".join(f"<li>{escape(_credited(one))}</li>" for one in placard.sources)
        parts.append(f'<section class="sources"><h2>Sources</h2><ol>{rows}</ol></section>')
    length = sum(map(len, parts))
    return _page(placard.title, parts, size="short" if length < SHORT else "medium" if length < LONG else "")


def _head(run: Run) -> str:
    """What stands over scenes: FACT, FICTION, or the files that state no source; "" over those without data."""
    return f"{run.standing}: {', '.join(run.files)}" if run.files else run.standing


def _cautious(cautions: Sequence[str]) -> str:
    return f'<p class="caution">{escape(" ".join(cautions))}</p>' if cautions else ""


def _panel(panel: Panel) -> str:
    parts = [f"<h2>{escape(panel.title)}</h2>", f"<p>{escape(panel.notes)}</p>" if panel.notes else ""]
    for reading in panel.readings:
        subject = f"<b>{escape(reading.subject)}.</b> " if reading.subject else ""
        marks = f"<sup>{', '.join(map(str, reading.sources))}</sup>" if reading.sources else ""
        parts.append(f'<p class="reading">{subject}{escape(" ".join(reading.said))}{marks}</p>')
    parts.append(_cautious(panel.cautions))
    return f"<article>{''.join(parts)}</article>"


def _reading(reading: Reading) -> str:
    subject = f"{reading.subject}. " if reading.subject else ""
    marks = f" [{', '.join(map(str, reading.sources))}]" if reading.sources else ""
    return f"{subject}{' '.join(reading.said)}{marks}"


def _credited(source: Credited) -> str:
    return f"{source.line.rstrip('.')}. In: {', '.join(source.scenes)}."


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
        unstated = package.publisher == NOT_STATED
        flag = (
            f'<span class="fiction">{UNSTATED}: {escape(package.name)}</span>' if unstated else _flag(package.fiction)
        )
        parts.append(f"<h2>{escape(package.title)} {flag}</h2><p>{escape(about)}</p>")
        parts.append(_items(sources))
        parts.append(f'<p class="caution">{escape(_sentence(package.caution))}</p>' if package.caution else "")
        terms = [f"{table}: {IN_WORDS[how]}" for table, how in _strict(account, package.name)]
        parts.append(_items(terms))
    shaders = dict(show.shaders)
    for scene in show.scenes.values():
        shaders.update(scene.shaders)
    made = [f"{name}: {_maker(show, name, shader)}" for name, shader in sorted(shaders.items())]
    made = [line for line in made if not line.endswith(": ")]
    parts += ["<h2>Pictures</h2>", _items(made)]
    parts += ["<h2>Letters</h2>", _items(["Lato, Łukasz Dziedzic, SIL Open Font License 1.1"])]
    return _page(f"{show.file.title}: credits", parts, _state(account))


def _maker(show: Show, name: str, shader: Isf) -> str:
    """Who made a shader; of one in the show's own folder that names nobody, that it doesn't."""
    if shader.credit and shader.credit != "you":  # what `installation new` once wrote
        return shader.credit
    return "maker not stated (CREDIT in its header)" if (show.folder / "shaders" / name).is_file() else ""


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
    shown = played(account.show)
    listed = [
        {
            "name": name,
            "title": scenes[name].file.title,
            "fiction": scenes[name].fiction,
            "in_a_cue": name in shown,
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


def _page(title: str, parts: Sequence[str], foot: str = "", size: str = "medium") -> str:
    head = f'<meta charset="utf-8">\n<title>{escape(title)}</title>\n<style>\n{STYLE}</style>'
    body = "\n".join(filter(None, parts))
    footer = f"<footer>{escape(foot)}</footer>" if foot else ""
    page = f'<body class="{size}">\n{body}\n{footer}\n</body>'
    return f'<!doctype html>\n<html lang="en">\n<head>\n{head}\n</head>\n{page}\n</html>\n'


def _flag(fiction: bool) -> str:
    return f'<span class="{"fiction" if fiction else "fact"}">{FICTION if fiction else FACT}</span>'


def _items(texts: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>" if texts else ""


def _state(account: Account) -> str:
    count = len(account.records)
    return f"{count} bindings, each with its rows, columns, scale and source, are listed in evidence.json."


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
