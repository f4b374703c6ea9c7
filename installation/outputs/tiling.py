"""Which windows are opened over which displays, and where in them each output's picture lies.

Pure. One window over all displays of one pixel density, so that they keep one time; a window each where the site wants it,
or where one can't be: each reason is told. Called by `showing`, before windows are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from installation.errors import Problem
from installation.outputs.displays import Display

SAME = 0.51
"""Frames a second by which displays may differ and count as one rate: 59.94 and 60 drift, 50 and 60 judder."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An output that has its display. `size` is that of a window in place of the whole display, in the desktop's units."""

    output: str
    display: Display
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """An output's picture in its window, in pixels from the window's upper left corner."""

    output: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Pane:
    """A window: its place on the desktop (the desktop's units, y down), over which displays, and what is in it."""

    x: int
    y: int
    width: int
    height: int
    covers: tuple[Display, ...]
    tiles: tuple[Tile, ...]
    framed: bool = False
    """An ordinary window on a desktop, for a look."""

    @property
    def place(self) -> tuple[int, int, int, int]:
        return self.x, self.y, self.width, self.height

    @property
    def rate(self) -> float | None:
        """Frames a second of its slowest display."""
        return min((d.rate for d in self.covers if d.rate), default=None)


@dataclass(frozen=True, slots=True)
class Tiling:
    """The windows; what is wrong with them; the window whose display keeps time; the most frames a second, None: any."""

    panes: tuple[Pane, ...] = ()
    problems: tuple[Problem, ...] = ()
    paced_by: int = 0
    most: float | None = None


def tile(windows: Literal["one", "each"], shown: Sequence[Shown], found: Sequence[Display], fps: float) -> Tiling:
    """Lays out the windows for what is shown; `found` is every display there is, `fps` how often the show is drawn."""
    panes = [_framed(one) for one in shown if one.size is not None]
    full = [one for one in shown if one.size is None]
    problems = _mirrored(shown)
    most = None
    if windows == "one":
        densities = list(dict.fromkeys(one.display.scale for one in full))
        if len(densities) > 1:
            told = " and ".join(f"{scale:g}" for scale in densities)
            what = f"displays have {told} pixels to a unit of the desktop, and one window has one density: they have their own"
            problems.append(Problem(what, hint="set one density for all in the system's settings, or windows: each"))
        for scale in densities:
            group = [one for one in full if one.display.scale == scale]
            wide = _over(group)
            if covered := _strangers(wide, found):
                what = (
                    f"one window would also cover {' and '.join(d.called for d in covered)}: each display has its own"
                )
                hint = "move it away from between the others in the system's settings, or windows: each"
                problems.append(Problem(what, hint=hint))
                panes += [_over([one]) for one in group]
            else:
                panes.append(wide)
                problems += _rates(wide)
                most = min(filter(None, (most, wide.rate if _mixed(wide.covers) else None)), default=None)
    else:
        panes += [_over([one]) for one in full]
    return Tiling(tuple(panes), tuple(problems), pacer([pane.rate for pane in panes], fps), most)


def pacer(rates: Sequence[float | None], fps: float) -> int:
    """Which of several windows waits for its display: the one whose rate is most nearly a whole multiple of `fps`.

    One that is slower than the show would hold it back, and is taken only where all are.
    """

    def off(index: int) -> tuple[bool, float, int]:
        rate = rates[index] or fps
        multiple = rate / fps
        return rate < fps - SAME, abs(multiple - max(round(multiple), 1)) if rate >= fps - SAME else -rate, index

    return min(range(len(rates)), key=off, default=0)


def _framed(one: Shown) -> Pane:
    assert one.size is not None
    width, height = one.size
    display = one.display
    x, y = display.x + max(display.width - width, 0) // 2, display.y + max(display.height - height, 0) // 2
    pixels = round(width * display.scale), round(height * display.scale)
    return Pane(x, y, width, height, (display,), (Tile(one.output, 0, 0, *pixels),), framed=True)


def _over(group: Sequence[Shown]) -> Pane:
    """One window over whole displays of one density."""
    displays = [one.display for one in group]
    scale = displays[0].scale
    left, top = min(d.x for d in displays), min(d.y for d in displays)
    right, bottom = max(d.x + d.width for d in displays), max(d.y + d.height for d in displays)
    tiles = tuple(
        Tile(
            one.output, round((one.display.x - left) * scale), round((one.display.y - top) * scale), *one.display.pixels
        )
        for one in group
    )
    return Pane(left, top, right - left, bottom - top, tuple(displays), tiles)


def _strangers(pane: Pane, found: Sequence[Display]) -> list[Display]:
    """Displays between its own that a window would cover although none of its pictures belongs there.

    One that shows a part of what its own show, a mirror for the operator, is none.
    """
    return [
        d for d in found if _meet(d.place, pane.place) and not any(_meet(d.place, own.place) for own in pane.covers)
    ]


def _meet(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    """Whether two places (x, y, width, height) have a part in common."""
    return all(one[i] < other[i] + other[i + 2] and other[i] < one[i] + one[i + 2] for i in (0, 1))


def _mirrored(shown: Sequence[Shown]) -> list[Problem]:
    told = []
    for i, one in enumerate(shown):
        for other in shown[:i]:
            if one.display.number != other.display.number and _meet(one.display.place, other.display.place):
                what = f"displays {other.display.called} and {one.display.called} show the same part of the desktop"
                told.append(Problem(what, hint="set them side by side: xrandr --output NAME --right-of OTHER"))
    return told


def _mixed(displays: Sequence[Display]) -> bool:
    rates = [d.rate for d in displays if d.rate]
    return bool(rates) and max(rates) - min(rates) > SAME


def _rates(pane: Pane) -> list[Problem]:
    if not _mixed(pane.covers):
        return []
    told = ", ".join(f"{d.called} {d.rate:.4g} Hz" for d in pane.covers if d.rate)
    what = f"displays behind one window have different rates ({told}): the slowest paces the show, the others repeat frames"
    return [Problem(what, hint="set one rate for all (xrandr --output NAME --rate 60), or windows: each")]
