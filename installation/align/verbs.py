"""What can be said to an alignment by address, key and console: `/align/WHAT ...`, and what of it is told.

    begin  end                     opens it for moving; locks it, as it is while a show plays
    card NAME                      grid circles numbers overlap focus ramps identity white black, or none: the show
    solo OUTPUT                    the other outputs are dark; none: all are lit
    select OUTPUT [SURFACE [ROW COLUMN]]   what moves, from 0 at the bottom left; without row and column all points of it
                                   together; one that is refused leaves nothing to move until another is good
    next WHAT  previous WHAT       the next point, surface or output
    move RIGHT UP                  by pixels of the output;  nudge RIGHT UP: by steps
    to X Y [OUTPUT [SURFACE [ROW COLUMN]]]   to a place of the output, 0 to 1, y up; of what is named, else of what is selected
    step PIXELS  linked CELLS      how far a nudge goes; how far neighbours go along
    split COLUMNS ROWS [KIND]      a grid of points: linear, smooth or bezier
    region X Y WIDTH HEIGHT        which part of the canvas it shows
    pair U V  pairs [...]          lays it by six or more pairs of places (`pairing`)
    straighten                     the surface fills its output again
    forget [OUTPUT]                surfaces lie as the site file says: of one output, or all
    undo  redo
    save NAME  restore NAME        versions with a name, beside the site file

Called by `projecting`; pure.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from installation.align import pairing
from installation.align.cards import CARDS
from installation.align.points import Alignment, handles, place_of
from installation.errors import CommandError, did_you_mean

VERBS = (
    "begin", "end", "card", "solo", "select", "next", "previous", "move", "nudge", "to", "step", "linked", "split", "region",
    "pair", "pairs", "straighten", "forget", "undo", "redo", "save", "restore",
)  # fmt: skip
UNLOCKED = ("begin", "end", "select", "next", "previous", "step", "linked", "save")
"""What may be said while it is locked."""
NAME = r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,60}"
KINDS = ("linear", "smooth", "bezier")

KEYS: dict[str, tuple[str, tuple[object, ...]]] = {
    "LEFT": ("/align/nudge", (-1.0, 0.0)),
    "RIGHT": ("/align/nudge", (1.0, 0.0)),
    "UP": ("/align/nudge", (0.0, 1.0)),
    "DOWN": ("/align/nudge", (0.0, -1.0)),
    "SHIFT+LEFT": ("/align/move", (-10.0, 0.0)),
    "SHIFT+RIGHT": ("/align/move", (10.0, 0.0)),
    "SHIFT+UP": ("/align/move", (0.0, 10.0)),
    "SHIFT+DOWN": ("/align/move", (0.0, -10.0)),
    "CTRL+LEFT": ("/align/move", (-0.1, 0.0)),
    "CTRL+RIGHT": ("/align/move", (0.1, 0.0)),
    "CTRL+UP": ("/align/move", (0.0, 0.1)),
    "CTRL+DOWN": ("/align/move", (0.0, -0.1)),
    "TAB": ("/align/next", ("point",)),
    "SHIFT+TAB": ("/align/previous", ("point",)),
    "N": ("/align/next", ("surface",)),
    "O": ("/align/next", ("output",)),
    "C": ("/align/card", ("next",)),
    "S": ("/align/solo", ("this",)),
    "Z": ("/align/undo", ()),
    "Y": ("/align/redo", ()),
    "ESCAPE": ("/align/end", ()),
    "RETURN": ("/align/end", ()),
}
"""What keys do in a window while an alignment is open; `A` begins one."""


class Aligned(Protocol):
    """What these verbs act on."""

    alignment: Alignment
    card: str
    solo: str

    def begin(self) -> None: ...

    def end(self) -> None: ...

    def save(self, name: str) -> None: ...

    def restore(self, name: str) -> None: ...


def align(what: str, args: Sequence[object], seconds: float, on: Aligned) -> None:
    """Carries one out. Raises CommandError, and then nothing changes."""
    if what not in VERBS:
        raise CommandError(f"there is nothing to align by {what[:40]}", hint=did_you_mean(what, VERBS))
    alignment = on.alignment
    if alignment.locked and what not in UNLOCKED:
        raise CommandError(
            "the alignment is locked", hint="/align/begin opens it (in a window: A), /align/end locks it again"
        )
    verbs: Mapping[str, Callable[[], None]] = {
        "begin": on.begin,
        "end": on.end,
        "card": lambda: _card(on, _text(what, args)),
        "solo": lambda: _solo(on, _text(what, args)),
        "select": lambda: _choose(alignment, args),
        "next": lambda: alignment.walk(_walked(what, args), 1),
        "previous": lambda: alignment.walk(_walked(what, args), -1),
        "move": lambda: alignment.move(*_two(what, args), seconds),
        "nudge": lambda: alignment.move(*_two(what, args, alignment.step), seconds),
        "to": lambda: _to(alignment, args, seconds),
        "step": lambda: setattr(alignment, "step", _within(what, args, 0.01, 200.0)),
        "linked": lambda: setattr(alignment, "linked", _within(what, args, 0.0, 32.0)),
        "split": lambda: _split(alignment, args),
        "region": lambda: alignment.lay(_numbers(what, args, 4)),
        "pair": lambda: pairing.pair(alignment, args),
        "pairs": lambda: pairing.pairs(alignment, args),
        "straighten": alignment.straighten,
        "forget": lambda: alignment.forget(_text(what, args) if args else None),
        "undo": alignment.undo,
        "redo": alignment.redo,
        "save": lambda: on.save(_name(what, args)),
        "restore": lambda: on.restore(_name(what, args)),
    }
    verbs[what]()


def _text(what: str, args: Sequence[object]) -> str:
    if len(args) != 1 or isinstance(args[0], bool) or not isinstance(args[0], str | int):
        raise CommandError(f"/align/{what}: expected one word")
    return str(args[0])  # outputs are called by their numbers, unless the site says otherwise


def _name(what: str, args: Sequence[object]) -> str:
    name = _text(what, args)
    if not re.fullmatch(NAME + ("~?" if what == "restore" else ""), name):
        raise CommandError(
            f'/align/{what}: "{name[:40]}" is no name for a version', hint="letters, digits, spaces, - _ ."
        )
    return name


def _numbers(what: str, args: Sequence[object], count: int) -> tuple[float, ...]:
    expected = f"/align/{what}: expected {count} numbers"
    if len(args) != count:
        raise CommandError(expected)
    return tuple(pairing.numbers(args, expected))


def _two(what: str, args: Sequence[object], scale: float = 1.0) -> tuple[float, float]:
    right, up = _numbers(what, args, 2)
    return right * scale, up * scale


def _within(what: str, args: Sequence[object], low: float, high: float) -> float:
    (value,) = _numbers(what, args, 1)
    if not low <= value <= high:
        raise CommandError(f"/align/{what}: {value:g} is not between {low:g} and {high:g}")
    return value


def _walked(what: str, args: Sequence[object]) -> str:
    word = _text(what, args) if args else "point"
    if word not in ("point", "surface", "output"):
        raise CommandError(
            f"/align/{what}: expected point, surface or output", hint=did_you_mean(word, ("point", "surface", "output"))
        )
    return word


def _card(on: Aligned, name: str) -> None:
    if name == "next":
        on.card = CARDS[(CARDS.index(on.card) + 1) % len(CARDS)] if on.card else CARDS[0]
    elif name == "none":
        on.card = ""
    elif name in CARDS:
        on.card = name
    else:
        raise CommandError(f'there is no test card "{name[:40]}"', hint=did_you_mean(name, (*CARDS, "none")))


def _solo(on: Aligned, name: str) -> None:
    outputs = on.alignment.surfaces
    if name == "this":
        selected, _ = on.alignment.chosen
        name = "none" if on.solo == selected.output else selected.output
    if name != "none" and name not in outputs:
        raise CommandError(f'there is no output "{name[:40]}"', hint=did_you_mean(name, outputs))
    on.solo = "" if name == "none" else name


def _to(alignment: Alignment, args: Sequence[object], seconds: float) -> None:
    """What is named beside the place is selected first, in one go: somebody else may have selected otherwise meanwhile."""
    x, y = _two("to", args[:2])
    if len(args) > 2:
        before, unchosen = alignment.selected, alignment.unchosen
        _select(alignment, args[2:], drags=True)
        try:
            alignment.place(x, y, seconds)
        except CommandError:
            alignment.selected, alignment.unchosen = before, unchosen
            raise
        return
    alignment.place(x, y, seconds)


def _choose(alignment: Alignment, args: Sequence[object]) -> None:
    """What is refused leaves nothing chosen that the next move would move."""
    alignment.unchosen = True
    _select(alignment, args)


def _select(alignment: Alignment, args: Sequence[object], drags: bool = False) -> None:
    names, places = args[:2], args[2:]
    if not names or not all(isinstance(one, str | int) for one in names) or len(places) not in (0, 2):
        raise CommandError(
            "/align/select: expected an output, a surface, and a point's row and column, or fewer of these"
        )
    row, column = (int(one) for one in _numbers("select", places, 2)) if places else (None, None)
    alignment.select(str(names[0]), str(names[1]) if len(names) > 1 else None, row, column, drags)


def _split(alignment: Alignment, args: Sequence[object]) -> None:
    kind = args[2] if len(args) == 3 else None
    if kind is not None and kind not in KINDS:
        raise CommandError("/align/split: expected linear, smooth or bezier", hint=did_you_mean(str(kind)[:40], KINDS))
    columns, rows = _numbers("split", args[:2], 2)
    alignment.split(int(columns), int(rows), kind)  # type: ignore[arg-type]


def told_alignment(on: Aligned, versions: Sequence[str]) -> dict[str, object]:
    """Plain values for the status. Of the points only how many the selected surface has and where the selected one lies: there
    may be 97 x 97 of them, which a status has no room for (`told_points`)."""
    alignment = on.alignment
    told: dict[str, object] = {
        "open": not alignment.locked,
        "card": on.card or "none",
        "solo": on.solo or "none",
        "said": list(alignment.said),
        "outputs": [
            {
                "name": output,
                "size": list(alignment.sizes.get(output, (0, 0))),
                "surfaces": [
                    {
                        "name": name,
                        "region": [round(one, 5) for one in laid.region],
                        "warp": laid.warp.kind,
                        "splits": list(laid.warp.splits),
                    }
                    for name, laid in own.items()
                ],
            }
            for output, own in alignment.surfaces.items()
        ],
    }  # fmt: skip
    if alignment.locked or alignment.selected is None:
        return told
    selected, laid = alignment.chosen
    points = handles(laid.warp)
    back, forth = alignment.depth
    told |= {
        "selected": {
            "output": selected.output,
            "surface": selected.surface,
            "row": selected.row,
            "column": selected.column,
            "at": [round(one, 6) for one in place_of(points, selected)],
            "rows": points.shape[0],
            "columns": points.shape[1],
        },
        "step": alignment.step,
        "linked": alignment.linked,
        "pairs": len(alignment.noted),
        "undo": back,
        "redo": forth,
        "versions": list(versions),
    }
    return told


def told_points(alignment: Alignment) -> dict[str, object]:
    """The points of the selected surface for a page: base64 of 32-bit floats, lowest first, x then y, a row from the bottom left
    after the other, so that 97 x 97 of them take half a millisecond and 100 kB."""
    selected, laid = alignment.chosen
    points = handles(laid.warp)
    return {
        "output": selected.output,
        "surface": selected.surface,
        "rows": points.shape[0],
        "columns": points.shape[1],
        "kind": laid.warp.kind if laid.warp.points is not None else "corners",
        "points": b64encode(points.astype("<f4").tobytes()).decode(),
    }
