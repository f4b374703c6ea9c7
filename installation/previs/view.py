"""From where a room is seen, and the words that stand in the picture. Numpy, and Pillow for the words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.previs.measure import Throw
from installation.previs.room import Floats, Lens, Room, axes_of

WIDE = 46.0
"""Degrees across a picture: a lens of 42 mm, in which walls stay upright to the eye."""
MARGIN = 0.06
"""Of the picture, around all that is to be seen."""
INK = (238, 234, 227)
LOW, HIGH = -5.0, 85.0
"""Degrees of elevation between which an eye is turned about the room."""


@dataclass(frozen=True)
class Orbit:
    """An eye that goes around a place: degrees about the upright (0: before the first wall) and above the ground, metres."""

    about: tuple[float, float, float]
    turn: float
    rise: float
    away: float

    def turned(self, turn: float, rise: float, nearer: float = 1.0) -> Orbit:
        rise = min(max(self.rise + rise, LOW), HIGH)
        return replace(self, turn=self.turn + turn, rise=rise, away=min(max(self.away * nearer, 0.5), 200.0))

    def eye(self, size: tuple[int, int]) -> Lens:
        turn, rise = math.radians(self.turn), math.radians(self.rise)
        out = np.array([math.sin(turn) * math.cos(rise), math.sin(rise), math.cos(turn) * math.cos(rise)])
        at = np.array(self.about) + out * self.away
        at[1] = max(at[1], 0.05)
        return eye_at(at, np.array(self.about), size)


def eye_at(at: Floats, towards: Floats, size: tuple[int, int]) -> Lens:
    """An eye. Raises ValueError where it is where it looks."""
    axes = axes_of(at, towards)
    if axes is None:
        raise ValueError("the eye is where it looks")
    throw = 0.5 / math.tan(math.radians(WIDE) / 2)
    return Lens("eye", at, axes, throw, size[0] / size[1], size=size)


def orbit_of(
    room: Room, size: tuple[int, int], eye: Sequence[float] | None = None, look: Sequence[float] | None = None
) -> Orbit:
    """The eye that the site wants, or a person asks for; else one before the first wall, aside and above, that sees all of it."""
    seen = np.concatenate([part.corners.reshape(-1, 3) for part in room.parts if part.kind != "floor"])
    seen = np.concatenate([seen, *(lens.at[None] for lens in room.lenses)])
    walls = np.concatenate([wall.corners.reshape(-1, 3) for wall in room.walls])
    middle = (walls.min(axis=0) + walls.max(axis=0)) / 2
    if eye is not None:
        place = np.array(eye, np.float64)
        about = np.array(look, np.float64) if look is not None else middle
        out = place - about
        away = max(float(np.linalg.norm(out)), 1e-3)
        rise = math.degrees(math.asin(float(np.clip(out[1] / away, -1, 1))))
        return Orbit(_place(about), math.degrees(math.atan2(out[0], out[2])), rise, away)
    about = np.array(look, np.float64) if look is not None else (seen.min(axis=0) + seen.max(axis=0)) / 2
    facing = room.walls[0].normals.mean(axis=(0, 1))
    long = float(np.linalg.norm(seen.max(axis=0) - seen.min(axis=0)))
    orbit = Orbit(_place(about), math.degrees(math.atan2(facing[0], facing[2])) + 26.0, 17.0, 2.0 * long)
    for _ in range(12):  # moves aside and nearer until all of it just fills the picture
        lens = orbit.eye(size)
        spots = lens.seen(seen)[:, :2]
        low, high = spots.min(axis=0), spots.max(axis=0)
        wide = np.array([orbit.away / lens.throw, orbit.away / (lens.throw * lens.aspect)])
        aside = ((low + high) / 2 - 0.5) * wide
        about = np.array(orbit.about) + lens.axes[0] * aside[0] + lens.axes[1] * aside[1]
        away = orbit.away * float((high - low).max()) / (1 - 2 * MARGIN)
        orbit = replace(orbit, about=_place(about), away=min(max(away, orbit.away * 0.6), orbit.away * 1.6))
    return orbit


def _place(one: Floats) -> tuple[float, float, float]:
    x, y, z = (float(part) for part in one)
    return x, y, z


def words_of(room: Room, throws: Sequence[Throw], eye: Lens, title: str) -> NDArray[np.uint8]:
    """The names of projectors and walls with their figures, as they stand over a picture from an eye: (h, w, 4), row 0 the top,
    straight alpha."""
    from PIL import Image, ImageDraw, ImageFilter

    width, height = eye.size
    words, shade = Image.new("RGBA", eye.size, (*INK, 0)), Image.new("RGBA", eye.size, (10, 10, 12, 0))
    em = max(round(height / 42), 10)
    placed = _Placed(ImageDraw.Draw(words), ImageDraw.Draw(shade), (width, height))
    for throw, lens in zip(throws, room.lenses, strict=True):
        figures = f"{throw.distance:.1f} m · {throw.width:.1f} × {throw.height:.1f} m · {throw.lux[1]:.0f} lx"
        placed.label(_spot(eye, lens.at, width, height), lens.name, figures if throw.wall else "meets no wall", em)
    for wall in room.walls:
        flat = wall.corners.reshape(-1, 3)
        high = flat[flat[:, 1] > flat[:, 1].max() - 1e-3].mean(axis=0)
        figures = "" if wall.size is None else f"{wall.size[0]:.1f} × {wall.size[1]:.1f} m"
        placed.label(_spot(eye, high, width, height), wall.name, figures, round(em * 0.86), quiet=True)
    placed.words.text((em * 1.4, height - em * 2.4), title, font=_font("regular", em), fill=(*INK, 210))
    soft = shade.filter(ImageFilter.GaussianBlur(em / 4))
    return np.asarray(Image.alpha_composite(Image.alpha_composite(soft, soft), words))


def _spot(eye: Lens, place: Floats, width: int, height: int) -> tuple[float, float] | None:
    x, y, _ = eye.seen(place[None])[0]
    if not (0 <= x <= 1 and 0 <= y <= 1):
        return None
    return float(x * width), float((1 - y) * height)


class _Placed:
    """Labels on a picture: remembers where they stand, so that none covers another."""

    def __init__(self, words: Any, shade: Any, size: tuple[int, int]) -> None:
        self.words, self._shade, self._size = words, shade, size
        self._taken: list[tuple[float, float, float, float]] = []

    def label(self, spot: tuple[float, float] | None, name: str, figures: str, em: int, quiet: bool = False) -> None:
        """A name over its figures, above a place, with a hairline to it; farther up where another stands."""
        if spot is None:
            return
        upper, lower = _font("regular", em), _font("regular", round(em * 0.82))
        wide = max(self.words.textlength(name, font=upper), self.words.textlength(figures, font=lower))
        x, y = spot
        tall = em * 2.2
        left = min(max(x - wide / 2, em), max(self._size[0] - wide - em, em))
        top = max(y - tall - em * (0.5 if quiet else 1.8), em * 0.5)
        for _ in range(12):
            box = (left - em / 2, top - em / 4, left + wide + em / 2, top + tall + em / 4)
            if all(box[2] < o[0] or o[2] < box[0] or box[3] < o[1] or o[3] < box[1] for o in self._taken):
                break
            top += -em * 1.2 if top > em * 1.7 else em * 4.0
        self._taken.append((left - em / 2, top - em / 4, left + wide + em / 2, top + tall + em / 4))
        if not quiet and top + tall < y - 2:
            self.words.line([(x, top + tall + 1), (x, y)], fill=(*INK, 80), width=1)
        for text, font, down, alpha in ((name, upper, 0.0, 245), (figures, lower, 1.15, 205)):
            at = left, top + em * down
            self._shade.text(at, text, font=font, fill=(10, 10, 12, 220), stroke_width=1, stroke_fill=(10, 10, 12, 220))
            self.words.text(at, text, font=font, fill=(*INK, alpha - 70 * quiet))


def _font(weight: str, em: int) -> Any:
    from installation.render.typeset import face, lato

    return face(str(lato(weight)), max(em, 7))
