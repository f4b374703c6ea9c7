"""The room from above, to scale, with what a curator measures: a sheet of paper. Numpy and Pillow, no device.

Walls are cut where they stand, light is shown as it falls, projectors with their distance, picture and light; below stands a
table of all figures and what to see to.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.inputs.mapping import hull
from installation.previs.lines import even, outline
from installation.previs.measure import Throw
from installation.previs.room import WIDE, Floats, Room

PAPER, INK, FAINT, GRID = (247, 245, 241), (38, 38, 42), (120, 118, 114), (226, 223, 217)
BEAMS = ((232, 150, 60), (70, 140, 190), (120, 160, 80), (190, 90, 110), (130, 110, 180), (90, 160, 150))
FINER = 2
"""Everything is drawn so many times as large, and made small: Pillow's lines have no soft edges."""
CUT = 1.0
"""Metres above the floor at which walls are cut, as plans are."""


def drawn(room: Room, throws: Sequence[Throw], size: tuple[int, int], title: str) -> NDArray[np.uint8]:
    """The sheet: (h, w, 3), row 0 the top."""
    from PIL import Image, ImageDraw

    width, height = size[0] * FINER, size[1] * FINER
    image = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(image, "RGBA")
    em = round(height / 54)
    rows = _rows(throws)
    below = em * (3.2 + 1.55 * sum(len(row) for row in rows))
    seen = np.concatenate([part.corners.reshape(-1, 3) for part in room.parts if part.kind != "floor"])
    seen = np.concatenate([seen, *(lens.at[None] for lens in room.lenses)])[:, [0, 2]]
    low, high = seen.min(axis=0) - 0.8, seen.max(axis=0) + 0.8
    scale = min((width - 4 * em) / (high[0] - low[0]), max(height - below - 5 * em, em * 8) / (high[1] - low[1]))
    left = (width - scale * (high[0] - low[0])) / 2
    top = 3.4 * em

    def at(place: Floats) -> tuple[float, float]:
        """From x, z of the room to the sheet: the wall is above, and visitors look up to it."""
        return left + (place[0] - low[0]) * scale, top + (place[-1] - low[1]) * scale

    _metres(draw, at, low, high, em)
    for number, lens in enumerate(room.lenses):
        colour = BEAMS[number % len(BEAMS)]
        round_ = outline(lens, room.empty)
        flat = round_[np.isfinite(round_).all(axis=1)]
        if len(flat):
            around = hull(np.concatenate([flat[:, [0, 2]], lens.at[None, [0, 2]]]))
            draw.polygon([at(one) for one in around], fill=(*colour, 34), outline=(*colour, 130))
            after = np.roll(round_, -1, axis=0)
            with np.errstate(invalid="ignore"):
                near = even(round_, lens) & np.isfinite(after).all(axis=1)
            for a, b in zip(round_[near], after[near], strict=True):
                draw.line([at(a), at(b)], fill=(*colour, 255), width=round(em * 0.22))
    for wall in room.walls:
        for a, b in _cut(wall.corners):
            draw.line([at(a), at(b)], fill=INK, width=max(round(0.10 * scale), 2 * FINER))
    for part in room.parts:
        if part.kind == "person":
            x, y = at(part.middle[[0, 2]])
            r = WIDE / 2 * scale
            draw.ellipse([x - r, y - r * 0.5, x + r, y + r * 0.5], fill=(205, 203, 198), outline=INK, width=FINER)
            r *= 0.46
            draw.ellipse([x - r, y - r, x + r, y + r], fill=PAPER, outline=INK, width=FINER)
    for number, (lens, throw) in enumerate(zip(room.lenses, throws, strict=True)):
        _projector(draw, at, lens.at, lens.axes[2], BEAMS[number % len(BEAMS)], scale)
        x, y = at(lens.at[[0, 2]])
        _words(draw, (x, y + 0.34 * scale + 0.3 * em), f"{throw.name}\n{throw.distance:.2f} m", em, INK, "ma")
    draw.text((2 * em, em), title, font=_font("regular", round(em * 1.25)), fill=INK)
    draw.text((width - 2 * em, em), "plan · 1 m", font=_font("light", em), fill=FAINT, anchor="ra")
    _table(draw, rows, (2 * em, height - below + 0.6 * em), width - 4 * em, em)
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS))


def _metres(draw: Any, at: Any, low: Floats, high: Floats, em: int) -> None:
    for x in range(math.ceil(low[0]), math.floor(high[0]) + 1):
        draw.line([at(np.array([x, low[1]])), at(np.array([x, high[1]]))], fill=GRID, width=FINER)
    for z in range(math.ceil(low[1]), math.floor(high[1]) + 1):
        draw.line([at(np.array([low[0], z])), at(np.array([high[0], z]))], fill=GRID, width=FINER)


def _projector(draw: Any, at: Any, place: Floats, forward: Floats, colour: tuple[int, int, int], scale: float) -> None:
    ahead = forward[[0, 2]]
    ahead = ahead / max(float(np.linalg.norm(ahead)), 1e-6)
    aside = np.array([-ahead[1], ahead[0]])
    middle = place[[0, 2]]
    corners = [middle + 0.2 * s * aside - back * ahead for s, back in ((-1, 0.0), (1, 0.0), (1, 0.36), (-1, 0.36))]
    draw.polygon([at(one) for one in corners], fill=PAPER, outline=INK, width=FINER)
    x, y = at(middle)
    r = 0.05 * scale
    draw.ellipse([x - r, y - r, x + r, y + r], fill=(*colour, 255))


def _cut(corners: Floats) -> list[tuple[Floats, Floats]]:
    """Where triangles meet a plane a metre above the floor, or one half up where they don't reach it: x, z pairs."""
    found = []
    lowest = corners[..., 1].min()
    level = CUT if lowest < CUT < corners[..., 1].max() else (lowest + corners[..., 1].max()) / 2 + 1e-6
    for triangle in corners:
        crossing = []
        for a, b in ((0, 1), (1, 2), (2, 0)):
            p, q = triangle[a], triangle[b]
            if (p[1] - level) * (q[1] - level) < 0:
                crossing.append((p + (level - p[1]) / (q[1] - p[1]) * (q - p))[[0, 2]])
        if len(crossing) == 2:
            found.append((crossing[0], crossing[1]))
    return found


HEADS = ("projector", "wall", "distance", "picture", "pixel", "pixels/m", "lux", "overlaps")


def cells(throw: Throw) -> tuple[str, ...]:
    """A projector's figures, in the order of HEADS."""
    if not throw.wall:
        return (throw.name, "none", *("" for _ in HEADS[2:]))
    overlaps = ", ".join(f"{name} {share:.0%}" for name, share in throw.overlaps.items())
    return (
        throw.name,
        throw.wall,
        f"{throw.distance:.2f} m",
        f"{throw.width:.2f} x {throw.height:.2f} m",
        f"{throw.pixel_mm:.2f} mm",
        f"{throw.per_metre:.0f}",
        f"{throw.lux[1]:.0f} ({throw.lux[0]:.0f} to {throw.lux[2]:.0f})",
        overlaps or "none",
    )


def _rows(throws: Sequence[Throw]) -> list[list[tuple[str, ...]]]:
    """The table: of each projector its figures, then its warnings, a line each."""
    found: list[list[tuple[str, ...]]] = [[HEADS]]
    for throw in throws:
        told = [(line,) for warning in throw.warnings for line in textwrap.wrap(warning, 130)]
        found.append([cells(throw), *told])
    return found


def _table(draw: Any, rows: list[list[tuple[str, ...]]], at: tuple[float, float], width: float, em: int) -> None:
    x, y = at
    places = np.cumsum([0, 0.13, 0.12, 0.10, 0.16, 0.10, 0.09, 0.15])
    for index, block in enumerate(rows):
        for line in block:
            if len(line) == 1:
                draw.text((x + places[1] * width, y), line[0], font=_font("light", round(em * 0.9)), fill=(176, 84, 40))
            else:
                weight = "light" if index == 0 else "regular"
                for place, word in zip(places, line, strict=True):
                    draw.text((x + place * width, y), word, font=_font(weight, em), fill=FAINT if index == 0 else INK)
            y += em * 1.55
        if index == 0:
            draw.line([(x, y - em * 0.15), (x + width, y - em * 0.15)], fill=GRID, width=FINER)
            y += em * 0.2


def _words(draw: Any, at: tuple[float, float], text: str, em: int, ink: tuple[int, int, int], anchor: str) -> None:
    draw.multiline_text(at, text, font=_font("regular", em), fill=ink, anchor=anchor, align="center", spacing=em * 0.2)


def _font(weight: str, em: int) -> Any:
    from installation.render.typeset import face, lato

    return face(str(lato(weight)), max(em, 8))
