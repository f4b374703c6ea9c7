"""Whether the canvas has the shape in which outputs show it, and which canvas would have.

A surface shows a region of the canvas between four corners of an output's pixels; where the two are of different shapes, circles
become ellipses. Pure. It can be said of corners alone: a cylinder or a grid of points follows a wall that isn't known here, and
so may corners that lean a lot. Called by `check --site` and when a show opens.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from installation.errors import Problem
from installation.outputs.surfaces import Laid

Size = tuple[int, int]

NOTICED = 1.10
"""How many times too wide or too high a picture is before it is told."""
LEANS = 1.15
"""One side over the opposite one, from which corners make up for a slant: a projector of throw 1.5 that is tilted by 20 degrees
has 1.15, and a picture that is 6 % longer one way all the same."""
LARGEST = 16384
"""Pixels a side of a canvas."""


@dataclass(frozen=True)
class Shown:
    """A surface: its region of the canvas (width, height, 0..1) and the pixels of the output that its corners cover."""

    called: str
    region: tuple[float, float]
    pixels: tuple[float, float]

    @property
    def canvas(self) -> tuple[float, float]:
        """The whole canvas's pixels where one of it is one of the output."""
        return self.pixels[0] / self.region[0], self.pixels[1] / self.region[1]

    def wide(self, canvas: Size) -> float:
        """A circle's width over its height."""
        across, up = self.canvas
        return (across / canvas[0]) / (up / canvas[1])


def shown(output: str, size: Size, surfaces: Iterable[Laid]) -> list[Shown]:
    """Those surfaces of an output of which it can be said."""
    found = []
    all_of = list(surfaces)
    for one in all_of:
        if not one.warp.exact:
            continue
        at = [(x * size[0], y * size[1]) for x, y in one.warp.corners]
        bottom, right, top, left = (math.dist(at[i], at[(i + 1) % 4]) for i in range(4))
        if max(bottom / top, top / bottom, left / right, right / left) < LEANS:
            called = output if len(all_of) == 1 else f"{output}, surface {one.name}"
            found.append(Shown(called, one.region[2:], ((bottom + top) / 2, (left + right) / 2)))
    return found


def stretched(canvas: Size, sizes: Mapping[str, Size], surfaces: Mapping[str, Mapping[str, Laid]]) -> Problem | None:
    """What of the canvas is stretched, and the canvas that fits; None where nothing is. `sizes`: of the outputs, pixels."""
    every = [one for output, size in sizes.items() for one in shown(output, size, surfaces[output].values())]
    wrong = [one for one in every if not _even(one.wide(canvas))]
    if not wrong:
        return None
    told = "; ".join(
        f"{one.called} shows {one.region[0] * canvas[0]:.0f} x {one.region[1] * canvas[1]:.0f} pixels of it on "
        f"{one.pixels[0]:.0f} x {one.pixels[1]:.0f}: circles are {_words(one.wide(canvas))}"
        for one in wrong
    )
    return Problem(f"the canvas of {canvas[0]} x {canvas[1]} is stretched. {told}", hint=_remedy(every))


def fitting(every: Iterable[Shown]) -> Size | None:
    """A canvas that none of them stretches noticeably; None where there is none."""
    of = list(every)
    shape = median(one.canvas[0] / one.canvas[1] for one in of)
    width = min(median(one.canvas[0] for one in of), LARGEST, LARGEST * shape)
    size = max(round(width / 2) * 2, 16), max(round(width / shape / 2) * 2, 16)
    return size if all(_even(one.wide(size)) for one in of) else None


def _remedy(every: list[Shown]) -> str:
    size = fitting(every)
    if size is not None:
        return f"canvas: [{size[0]}, {size[1]}] in the site file fits; how it is reckoned: shows/OUTPUTS.md"
    wanted = "; ".join(f"{one.called} {one.canvas[0]:.0f} x {one.canvas[1]:.0f}" for one in every)
    return f"no canvas fits all ({wanted}): change their regions or corners"


def _even(wide: float) -> bool:
    return 1 / NOTICED < wide < NOTICED


def _words(wide: float) -> str:
    return f"{wide:.2f} times as wide as high" if wide > 1 else f"{1 / wide:.2f} times as high as wide"
