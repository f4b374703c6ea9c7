"""`installation list WHAT` and `data describe`: what there is, as tables for a terminal. Draws nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from installation.errors import CommandError, InstallationError, did_you_mean, visible
from installation.params import Param
from installation.scene import isf
from installation.scene.expressions import Expression
from installation.terminal import plain

if TYPE_CHECKING:
    from installation.data.own.look import ColumnLook, FileLook

if TYPE_CHECKING:
    from installation.data.package import Package

USUAL = "living_smiles"
"""The show that is meant where none is named."""


def table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Table:
    """A table that fits any terminal."""
    made = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(escape(str(cell)) for cell in row))  # [midi] is a word, not a colour
    return made


def shows(_: str | None) -> Table:
    from installation.scene.load import find_show, list_shows, load_show

    rows: list[tuple[object, ...]] = []
    for name in list_shows():
        try:
            loaded = load_show(name)
            rows.append((name, loaded.file.title, len(loaded.scenes), len(loaded.file.cues), loaded.folder))
        except InstallationError as error:
            rows.append((name, f"{len(error.problems)} problems: installation check {name}", "", "", find_show(name)))
    return table(("show", "title", "scenes", "cues", "folder"), rows)


def scenes(show: str | None) -> Table:
    from installation.scene.load import load_show

    found = load_show(show or USUAL).scenes.values()
    rows = [
        (
            s.name,
            s.file.title,
            len(s.file.layers),
            s.file.under or "",
            "fiction" if s.fiction else "",
            ", ".join(s.packages),
        )
        for s in found
    ]
    return table(("scene", "title", "layers", "under", "", "datasets"), rows)


def layers(_: str | None) -> Table:
    from installation.scene.catalogue import OPACITY, PARAMS

    rows = []
    for kind, params in PARAMS.items():
        rows.append((kind, "", "", ""))
        own = params if kind != "shader" else ()
        rows += [("", p.name, span(p), p.help) for p in (OPACITY, *own)]
        if kind == "shader":
            rows.append(("", "…", "", "and every input of its ISF file"))
    return table(("layer", "parameter", "range", "what it does"), rows)


def shaders(show: str | None) -> Table:
    rows: list[tuple[object, ...]] = []
    for name, path in _shader_paths(show).items():
        try:
            parsed = isf.load(path)
            rows.append((name, parsed.kind, parsed.description))
        except InstallationError as error:
            rows.append((name, "problem", error.problems[0].message))
    return table(("shader", "kind", "what it is"), rows)


def shader_params(name: str | None, show: str | None) -> Table:
    """Everything that can be set on one shader, or on each; a show's own too. Raises CommandError for an unknown name."""
    paths = _shader_paths(show)
    if name and name not in paths and not Path(name).is_file():
        hint = did_you_mean(name, paths, label="shaders")
        raise CommandError(f'there is no shader "{name}"', hint=f"{hint}; the addresses of a show: --show NAME")
    rows: list[tuple[object, ...]] = []
    for file, path in ({name: paths.get(name, Path(name))} if name else paths).items():
        try:
            parsed = isf.load(path)
        except InstallationError as error:
            if name:
                raise
            rows.append((file, "", "problem", "", "", "", error.problems[0].message))
            continue
        rows.append((file, "", parsed.kind, "", "", "", parsed.description))
        rows += [("", i.name, i.kind, "", "", "", i.label or "fed in by the scene") for i in parsed.inputs]
        for param in parsed.params:
            same = "" if param.identity is None else value(param.identity)
            rows.append(("", param.name, param.kind, span(param), value(param.default), same, param.help))
    return table(("shader", "parameter", "type", "range", "default", "no effect", "what it does"), rows)


def _shader_paths(show: str | None) -> dict[str, Path]:
    from installation.scene.library import every_shader
    from installation.scene.load import find_show

    return every_shader(find_show(show) if show else None)


def datasets(_: str | None) -> Table:
    from installation.data.package import list_packages, load_package

    rows = []
    for name in list_packages():
        try:
            package = load_package(name)
            kind = "fiction" if package.fiction else "fact"
            rows.append((name, package.title, kind, package.years, package.licence, ", ".join(package.tables)))
        except InstallationError as error:
            rows.append((name, error.problems[0].message, "", "", "", ""))
    return table(("dataset", "title", "", "years", "licence", "tables"), rows)


def params(show: str | None) -> Table:
    from installation.scene.load import load_show

    rows = []
    for scene in load_show(show or USUAL).scenes.values():
        for address, (spec, saved) in scene.params.items():
            driven = f"={saved.text.lstrip('= ')}" if isinstance(saved, Expression) else value(saved)
            rows.append((address, spec.kind, span(spec), driven, spec.help))
    return table(("address", "type", "range", "now", "what it does"), rows)


def cues(show: str | None) -> Table:
    from installation.scene.cues import placed
    from installation.scene.load import load_show

    rows = []
    for one in placed(load_show(show or USUAL).file.cues):
        cue = one.cue
        does = [f"{cue.group} of {len(cue.cues)}" if cue.group else ""]
        does += [f"scene {cue.scene}" if cue.scene else "", f"under {cue.under}" if cue.under else ""]
        does += [
            f"reveal {cue.reveal:g}" if cue.reveal is not None else "",
            f"faults {cue.faults}" if cue.faults else "",
        ]
        values = len(cue.set) + len(cue.add)
        does += [f"{values} values" if values else "", f"goto {cue.goto}" if cue.goto else ""]
        does += [kind for kind, given in (("media", cue.media), ("osc", cue.osc), ("midi", cue.midi)) if given]
        does += [f"stop {', '.join(cue.stop)}" if cue.stop else ""]
        goes_on = {"none": "", "auto-follow": "when done", "auto-continue": f"after {cue.post_wait:g} s"}[
            cue.continue_mode
        ]
        if cue.until:
            goes_on += f", or {cue.until}"
        takes = "" if cue.group else f"{cue.lasts():g} s"
        rows.append((cue.number or "", one.id, cue.name, ", ".join(filter(None, does)) or "wait", takes, goes_on))
    return table(("cue", "id", "name", "does", "lasts", "goes on"), rows)


def displays(_: str | None) -> Table:
    found = displays_told()
    rows = [
        (
            d["number"],
            d["name"],
            d["identity"] or "not told",
            "{} x {}".format(*d["size"]),
            "{}, {}".format(*d["place"]),
            f"{d['rate']:g} Hz" if d["rate"] else "not told",
            f"{d['scale']:g}",
        )
        for d in found
    ]
    columns = ("display", "name", "identity", "pixels", "place", "rate", "scale")
    return table(columns, rows or [("none", "shows play headless here", "", "", "", "", "")])


def displays_told() -> list[dict[str, Any]]:
    """The displays as plain values. Raises DeviceError where a desktop is named and doesn't answer."""
    from installation.outputs.hotplug import has_display, look

    return [
        {
            "number": d.number,
            "name": visible(d.name),
            "identity": visible(d.identity),
            "size": list(d.pixels),
            "place": [d.x, d.y],
            "rate": d.rate,
            "scale": d.scale,
        }
        for d in (look() if has_display() else ())
    ]


def cameras(_: str | None) -> Table:
    from installation.inputs.abilities import list_cameras

    rows: list[tuple[object, ...]] = []
    for one in list_cameras():
        camera = one.camera
        at = ", ".join(filter(None, (camera.node, camera.serial and f"serial {camera.serial}")))
        rows.append((camera.source, f"{camera.name} ({at})" if at else camera.name, camera.problem or "fine"))
        rows += [("", "", ability) for ability in one.abilities]
    if not rows:
        rows.append(("none", "no camera is plugged in, or no driver has found it", ""))
    rows.append(("synthetic", "the built-in visitor", "fine"))
    return table(("camera", "name", "state, and what it can do"), rows)


def audio(_: str | None) -> Table:
    from installation.inputs.microphone import list_audio

    rows: list[tuple[object, ...]] = []
    try:
        rows += [
            (a.source, a.name, a.channels, ", ".join(map(str, a.rates)), a.problem or "fine") for a in list_audio()
        ]
        if not rows:
            rows.append(("none", "no microphone or line input", "", "", "silence, or a sound file (audio: source)"))
    except InstallationError as error:
        rows.append(("none", error.problems[0].message, "", "", error.problems[0].hint))
    return table(("audio", "name", "channels", "rates in Hz", "state"), rows)


def midi(_: str | None) -> Table:
    from installation.gear.midi import list_ports

    try:
        inputs, outputs = list_ports()
    except InstallationError as error:
        return table(("midi", "port", ""), [("none", error.problems[0].message, error.problems[0].hint)])
    rows = [("in", name, "") for name in inputs] + [("out", name, "") for name in outputs]
    return table(("midi", "port", ""), rows or [("none", "nothing is plugged in", "")])


def signals(_: str | None) -> Table:
    from installation.signals import SIGNALS

    rows = []
    for name, signal in SIGNALS.items():
        span_of = f"{signal.low:g} and more" if signal.high is None else f"{signal.low:g} to {signal.high:g}"
        rows.append((name, signal.unit, span_of, signal.of, signal.help))
    return table(("signal", "unit", "range", "from", "what it is"), rows)


LISTS: dict[str, Callable[[str | None], Table]] = {
    "shows": shows,
    "scenes": scenes,
    "layers": layers,
    "shaders": shaders,
    "datasets": datasets,
    "params": params,
    "cues": cues,
    "displays": displays,
    "cameras": cameras,
    "audio": audio,
    "midi": midi,
    "signals": signals,
}


def span(param: Param) -> str:
    """A parameter's range and unit, as in "0 to 1 s"."""
    if param.values:
        return ", ".join(param.labels or (str(v) for v in param.values))
    if param.low is None and param.high is None:
        return param.unit
    low = "" if param.low is None else f"{param.low:g}"
    high = "" if param.high is None else f"{param.high:g}"
    return f"{low} to {high} {param.unit}".strip() if high else f"from {low} {param.unit}".strip()


def value(given: Any) -> str:
    """A value as a person would write it."""
    if isinstance(given, tuple):
        return "[" + ", ".join(f"{item:g}" for item in given) + "]"
    return f"{given:g}" if isinstance(given, float) else str(given)


def described(name: str) -> Any:
    """A dataset for a terminal: what it says of itself, then a table of the fields of each of its tables."""
    from rich.console import Group
    from rich.text import Text

    from installation.data.describe import describe
    from installation.data.package import load_package

    told = describe(load_package(name))
    head = [
        f"{told.title} ({'FICTION' if told.fiction else 'fact'}), version {told.version}",
        told.description,
        told.caution,
        f"{told.publisher}; {told.licence}; {told.years}",
    ]
    parts: list[Any] = [Text(line) for line in (*head, *origins(load_package(name))) if line]
    for one in told.tables:
        years = f", {one.years[0]} to {one.years[1]}" if one.years else ""
        places = f", {one.places} places" if one.places else ""
        parts += [Text(), Text(f"{one.name}: {one.rows} rows{years}{places}", style="bold"), Text(one.description)]
        parts += [Text(f"Caution: {caution}") for caution in one.cautions]
        rows = [
            (f.name, f.type, f.unit, f"{f.missing:.0%}" if f.missing else "", f.distinct, _spread(f), f.description)
            for f in one.fields
        ]
        parts.append(table(("field", "type", "unit", "missing", "different", "least … median … most", "what"), rows))
    return Group(*parts)


def origins(package: Package) -> list[str]:
    """Where the tables of a package come from that have a live source, how old they are, and whether they may be shared."""
    from datetime import UTC, datetime

    from installation.answers import ago
    from installation.clock import wall_time
    from installation.data.sharing import IN_WORDS, sharing_of

    lines = []
    for name, table in package.tables.items():
        if table.live is None:
            continue
        asked = package.refreshed.get(name)
        if asked is None:
            line = f"{name}: as it shipped; live from {table.live.kind} (installation data refresh {package.name})"
        else:
            try:
                age = wall_time() - datetime.strptime(asked.at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
                old = f", {ago(age)} ago" if age >= 0 else ", in the future"
            except ValueError:
                old = ""
            checksum = f", sha256 {asked.sha256[0][:12]}" if asked.sha256 else ""
            pages = f" in {len(asked.sha256)} answers" if len(asked.sha256) > 1 else ""
            status = f", status {'/'.join(str(s) for s in sorted(set(asked.status)))}" if asked.status else ""
            line = (
                f"{name}: {asked.kind} {asked.address}, {asked.at}{old}{status}, {asked.rows:,} rows{pages}{checksum}"
            )
        lines.append(line)
    strict = {name: how for name in package.tables if (how := sharing_of(package, name)) in ("limited", "no")}
    return [*lines, *(f"{name}: {IN_WORDS[how]}" for name, how in strict.items())]


def _spread(field: Any) -> str:
    if field.least is None:
        return f"such as {field.example[:40]}" if field.example else ""
    return f"{field.least:g} … {field.median:g} … {field.most:g}"


def looked(found: FileLook) -> Any:
    """A curator's own file for a terminal: the columns of each of its tables. Nothing in it steers the terminal."""
    from rich.console import Group
    from rich.text import Text

    said = f"described by {found.described}" if found.described else "no descriptor: what follows is guessed"
    parts: list[Any] = [Text(visible(f"{found.path}: {found.size:,} bytes; {said}"))]
    for one in found.tables:
        sheet = f' (sheet "{one.sheet}")' if one.sheet else ""
        years = f", {one.years}" if one.years else ""
        key = f", one for each {' and '.join(one.primary_key)}" if one.primary_key else ""
        flags = (
            f"{len(one.flags)} thing{'s' if len(one.flags) != 1 else ''} to look at"
            if one.flags
            else "nothing looks wrong"
        )
        head = f"{one.key}{sheet}: {one.rows:,} rows{years}{key}; {flags}"
        parts += [Text(), Text(visible(head), style="bold")]
        rows = [
            (
                plain(c.name),
                c.type,
                plain(c.unit),
                f"{c.missing:.1%}" if c.missing else "",
                f"{c.different:,}",
                plain(_range(c)),
            )
            for c in one.columns
        ]
        parts.append(table(("column", "type", "unit", "missing", "different", "least … median … most"), rows))
    return Group(*parts)


def _range(column: ColumnLook) -> str:
    if column.least is None:
        return f"such as {', '.join(column.examples)}" if column.examples else ""
    return f"{column.least:g} … {column.median:g} … {column.most:g}"
