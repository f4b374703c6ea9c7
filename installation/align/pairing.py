"""Laying a surface by pairs of places, without a camera: what an operator notes, one after another or all at once.

    pair U V           what stands at U V of the canvas is right now: the whole surface has been moved until it was
    pairs [curved]     lays the surface by what was noted: six pairs or more, of a curved wall twelve
    pairs [curved] U V X Y ...   the same, all at once: places of the canvas, and of the output
    pairs forget       begins anew

Called by `verbs`; pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from installation.align.points import Alignment
from installation.errors import CommandError, OutputError
from installation.wall_pairs import from_pairs

MOST = 400
LARGEST = 1e9
"""Numbers beyond are none that anybody means; a console's JSON may hold any."""


def pair(alignment: Alignment, args: Sequence[object]) -> None:
    """Notes one. Raises CommandError."""
    expected = "/align/pair: expected a place of the canvas, U V, 0 to 1, y up"
    given = numbers(args, expected)
    if len(given) != 2 or not all(0 <= one <= 1 for one in given):
        raise CommandError(expected)
    u, v = given
    selected, laid = alignment.meant
    place = (selected.output, selected.surface)
    if alignment.noted_for != place:
        alignment.noted.clear()
        alignment.noted_for = place
    if len(alignment.noted) >= MOST:
        raise CommandError(
            f"{MOST} pairs have been noted", hint="/align/pairs lays the surface, /align/pairs forget begins anew"
        )
    left, bottom, width, height = laid.region
    ((x, y),) = laid.warp.at([[(u - left) / width, (v - bottom) / height]]).tolist()
    alignment.noted.append((u, v, x, y))


def pairs(alignment: Alignment, args: Sequence[object]) -> None:
    """Lays the selected surface by those that were noted, or by those given. Raises CommandError, and then nothing changes."""
    words = [one for one in args if isinstance(one, str)]
    places = numbers([one for one in args if not isinstance(one, str)], "a pair's places are numbers, 0 to 1, y up")
    if words == ["forget"] and not places:
        alignment.noted.clear()
        return
    if words not in ([], ["curved"]) or len(places) % 4 or len(places) > 4 * MOST:
        raise CommandError(
            "/align/pairs: expected numbers by fours",
            hint="[curved] U V X Y ...: places of the canvas and of the output",
        )
    selected, laid = alignment.meant
    given: list[tuple[float, ...]] = list(zip(*[iter(places)] * 4, strict=True))
    if not given and alignment.noted_for == (selected.output, selected.surface):
        given = list(alignment.noted)
    try:
        found = from_pairs(given, alignment.sizes[selected.output], selected.output, bool(words))
    except OutputError as error:
        raise CommandError(problems=error.problems) from None
    alignment.relay(found.on(laid))
    alignment.noted.clear()
    off = f"{selected.output}: laid by {len(given)} pairs, off by {found.mean:.1f} px, 95 in 100 below {found.worst:.1f} px"
    alignment.said = (off, *found.said)


def numbers(args: Sequence[object], expected: str) -> list[float]:
    """Arguments of which each has to be a number. Raises CommandError with what was `expected`."""
    good = [
        float(one) for one in args if isinstance(one, int | float) and not isinstance(one, bool) and abs(one) < LARGEST
    ]
    if len(good) != len(args):
        raise CommandError(expected)
    return good
