"""Makes the tables of "Living Smiles 2142": who is harvested, who receives, what is reported, and what is
not. FICTION.

Declared as fiction in every row. Shaped as real things are (streams of doctors, concentration of mining,
trade records that don't match), with no real place, company or person in it. The same seed gives the same
bytes on every machine and Python: only the standard library, only integers and one kind of draw. Never writes
tables whose books don't balance. Called when the package is built, and when its tables are first asked for.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from installation.data import fiction_tables as world
from installation.data.fiction_books import Books, Flow, check_books, keep_books
from installation.data.fiction_chance import Chance
from installation.data.fiction_web import Place, make_places, weave
from installation.data.files import write_whole
from installation.errors import DataError

VERSION = "1.0"
"""Of the generator: raised whenever the same seed would give other bytes."""
SEED = 2142
ATTEMPTS = 60
"""So many webs are drawn for a seed until one has the shapes asked for; then it is a bug, and said."""
MARK = "generated.json"
"""Beside the tables: which version and seed they come from, and their checksums."""


def generate(seed: int = SEED) -> dict[str, bytes]:
    """The tables by name, each as CSV (UTF-8, LF, a header, sorted by key). Raises DataError when a check
    fails."""
    places = make_places(Chance(seed, "ls_places"))
    books = _balanced(places, Chance(seed, "ls_flows"))
    tables: dict[str, Iterable[Sequence[object]]] = {
        "ls_places": (
            (
                p.place_id,
                p.tier,
                world.TIERS[p.tier].title,
                p.name,
                p.x,
                p.y,
                p.people,
                p.care,
                p.wealth,
                p.awake,
            )
            for p in places
        ),
        "ls_commodities": ((c.commodity_id, c.title, c.unit, c.worth, c.note) for c in world.COMMODITIES),
        "ls_flows": map(_flow_row, books.flows),
        "ls_events": (
            (e.event_id, e.year, e.until, e.title, e.text, *_selector(e), e.measure, e.multiplier) for e in world.EVENTS
        ),
        "ls_balance": (
            (b.place.place_id, b.year, b.got, b.sent, b.lost, b.stock_change, b.care) for b in books.balances
        ),
        "ls_streams": (_stream_row(flow) for flow in books.flows if flow.year in world.STREAM_YEARS),
    }
    return {name: _csv(name, rows) for name, rows in tables.items()}


def ensure(folder: Path, seed: int = SEED) -> dict[str, Path]:
    """Makes sure that the tables lie in a folder, `NAME.csv` each, and says where.

    They are made again when one is absent or changed, or comes from another version or seed. Each file is
    written whole or not at all, the mark last. Raises DataError when the folder can't be written.
    """
    paths = {name: folder / f"{name}.csv" for name in world.TABLES}
    if not _made(folder, seed, paths):
        tables = generate(seed)
        for name, data in tables.items():
            write_whole(paths[name], data)
        sums = {name: hashlib.sha256(data).hexdigest() for name, data in tables.items()}
        mark = {"generator": "installation.data.fiction", "version": VERSION, "seed": seed, "sha256": sums}
        write_whole(folder / MARK, (json.dumps(mark, indent=2) + "\n").encode())
    return paths


def _made(folder: Path, seed: int, paths: dict[str, Path]) -> bool:
    try:
        mark = json.loads((folder / MARK).read_text("utf-8"))
        if (mark["version"], mark["seed"]) != (VERSION, seed):
            return False
        return all(
            hashlib.sha256(path.read_bytes()).hexdigest() == mark["sha256"][name] for name, path in paths.items()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _balanced(places: list[Place], chance: Chance) -> Books:
    """The first web of a seed whose books pass every check."""
    problem = ""
    for _ in range(ATTEMPTS):
        books = keep_books(places, weave(places, chance))
        problem = check_books(places, books)
        if not problem:
            return books
    raise DataError(f"the fiction can't be made: {problem}", hint="try another seed")


def _selector(event: world.Event) -> tuple[str, str, str]:
    return event.commodity_id, event.origin_id, event.destination_id


def _flow_row(flow: Flow) -> tuple[object, ...]:
    good = flow.good
    return (
        flow.year,
        flow.origin.place_id,
        flow.destination.place_id,
        good.commodity_id,
        flow.direction,
        _number(flow.true, good.decimals),
        _number(flow.reported, good.decimals),
        good.unit,
        flow.hidden_share,
    )


def _stream_row(flow: Flow) -> tuple[object, ...]:
    """A flow with all that a wall needs to draw it, without a join."""
    start, end, good = flow.origin, flow.destination, flow.good
    short = "-".join(part.removeprefix("ls:") for part in (start.place_id, end.place_id, good.commodity_id))
    return (
        f"ls:{flow.year}-{short}",
        flow.year,
        *(start.place_id, start.name, start.x, start.y),
        *(end.place_id, end.name, end.x, end.y),
        good.commodity_id,
        start.tier,
        end.tier,
        flow.direction,
        _number(flow.true, good.decimals),
        _number(flow.reported, good.decimals),
        flow.hidden_share,
        good.unit,
        flow.worth(flow.true),
        flow.worth(flow.reported),
    )


def _csv(name: str, rows: Iterable[Sequence[object]]) -> bytes:
    """A table's bytes; every row ends in `true`: this is fiction."""
    shape = world.TABLES[name]
    header = [column.name for column in shape.columns]
    key = [header.index(column) for column in shape.primary_key]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in sorted(rows, key=lambda row: [row[index] for index in key]):
        writer.writerow([*map(_cell, row), "true"])
    return out.getvalue().encode("utf-8")


def _cell(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number(count: int, decimals: int) -> str:
    """A whole number of the smallest steps, written as a number: 125 with one decimal is 12.5."""
    if not decimals:
        return str(count)
    whole, rest = divmod(count, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}" if rest else str(whole)
