"""A visitor who is always there to be tried with: people of several sizes walk into a room, stand, wave and
leave.

The picture is a pure function of (seed, seconds), so a render, a rehearsal and a test see the same evening,
and the ground truth of every frame is known. It stands in for a camera that is absent or lost. It must look
like a camera's picture where that matters to the vision: texture, soft shadows, noise, light that wanders a
little.

The timetable never ends. It is cut into blocks of `BLOCK` seconds; each begins and ends with an empty room.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.inputs.figure import Figure, Wardrobe, draw_figure

BLOCK = 48.0
"""Seconds in which one group of visitors comes and goes."""

NOISE = 2.5
"""Standard deviation of the camera's noise, of 255."""

_TILE = 96


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of a visit: from x to x (picture widths) between two moments; standing where both are the
    same."""

    begin: float
    end: float
    x0: float
    x1: float
    wave: float  # strength of the waving hand while standing, 0 or 1


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's visit: where they walk, how tall they are in the picture, and what they wear."""

    legs: tuple[Leg, ...]
    height: float  # of the picture's height
    floor: float  # where the feet are, of the picture's height, from the top
    child: bool
    phase: float
    hand: int  # the hand that waves: -1 left in the picture, 1 right
    wardrobe: Wardrobe


class SyntheticVisitor:
    """Draws the room and its visitors. Frames are BGR uint8, (height, width, 3), row 0 at the top."""

    fps = 30.0

    def __init__(self, seed: int = 0, width: int = 640, height: int = 360) -> None:
        self.seed = abs(int(seed))
        self.width, self.height = width, height
        self.name = "synthetic"
        rng = np.random.default_rng((self.seed, 1))
        self._room = _paint_room(rng, width, height)
        noise = rng.normal(128.0, NOISE, (height + _TILE, width + _TILE, 3))
        self._noise = np.clip(np.round(noise), 0, 255).astype(np.uint8)
        self._cloth = _weave(rng)
        self._blocks: dict[int, tuple[Visit, ...]] = {}

    def frame(self, seconds: float) -> NDArray[np.uint8]:
        """The picture at `seconds` (0 or more) since the room opened."""
        figures = self.people(seconds)
        picture = self._room.copy()
        if figures:
            self._cast_shadows(picture, figures)
        for figure in figures:
            self._place(picture, figure)
        light = 1.0 + 0.015 * math.sin(seconds * 0.21 + self.seed) + 0.01 * math.sin(seconds * 0.057)
        rng = np.random.default_rng((self.seed, 2, max(round(seconds * 1000), 0)))
        x, y = (int(v) for v in rng.integers(0, _TILE, 2))
        noise = self._noise[y : y + self.height, x : x + self.width]
        return np.asarray(cv2.addWeighted(picture, light, noise, 1.0, -128.0), dtype=np.uint8)

    def truth(self, seconds: float) -> NDArray[np.uint8]:
        """What of the picture is visitor: (height, width) uint8, 0..255, soft at the edge, row 0 at the
        top."""
        mask = np.zeros((self.height, self.width), np.uint8)
        for figure in self.people(seconds):
            drawn = draw_figure(figure, self.width, self.height)
            if drawn is not None:
                (x, y), paint = drawn
                area = mask[y : y + paint.shape[0], x : x + paint.shape[1]]
                np.maximum(area, paint[..., 3], out=area)
        return mask

    def people(self, seconds: float) -> list[Figure]:
        """Who is in the room and how they hold themselves, the farthest first."""
        seconds = max(float(seconds), 0.0)
        block = int(seconds // BLOCK)
        inside = seconds - block * BLOCK
        found = [f for visit in self._visits(block) if (f := _pose(visit, inside, self)) is not None]
        return sorted(found, key=lambda figure: figure.floor)

    def close(self) -> None:
        """Nothing to let go of; here so that it is a source like the others."""

    def _visits(self, block: int) -> tuple[Visit, ...]:
        known = self._blocks.get(block)
        if known is None:
            if len(self._blocks) > 4:
                self._blocks.clear()
            known = self._blocks[block] = _plan(self.seed, block)
        return known

    def _cast_shadows(self, picture: NDArray[np.uint8], figures: list[Figure]) -> None:
        """Darkens floor and wall softly, drawn small and blurred: a shadow has no detail."""
        width, height = self.width // 4, self.height // 4
        shade = np.zeros((height, width), np.uint8)
        for figure in figures:
            drawn = draw_figure(figure, width, height)
            if drawn is not None:  # on the wall behind, down to the right of a light at the upper left
                (x, y), paint = drawn
                x, y = x + round(0.05 * width), y + round(0.03 * height)
                area = shade[y : y + paint.shape[0], x : x + paint.shape[1]]
                np.maximum(area, paint[: area.shape[0], : area.shape[1], 3] // 9, out=area)
            middle = (round(figure.x * width * 16), round((figure.floor + 0.005) * height * 16))
            size = (round(figure.height * 0.2 * height * 16), round(figure.height * 0.035 * height * 16))
            cv2.ellipse(shade, middle, size, 0, 0, 360, 46, -1, cv2.LINE_AA, 4)
        shade = np.asarray(cv2.blur(cv2.blur(shade, (7, 7)), (5, 5)), dtype=np.uint8)
        dark = 255 - cv2.resize(shade, (self.width, self.height), interpolation=cv2.INTER_LINEAR)
        cv2.multiply(picture, cv2.merge([dark, dark, dark]), dst=picture, scale=1 / 255)

    def _place(self, picture: NDArray[np.uint8], figure: Figure) -> None:
        drawn = draw_figure(figure, self.width, self.height)
        if drawn is None:
            return
        (x, y), paint = drawn
        height, width = paint.shape[:2]
        # The weave moves with the body, to a fraction of a pixel: it is what flow is seen by.
        reach = figure.height * self.height
        left, top = figure.x * self.width - reach / 2 - x, figure.floor * self.height - reach - y
        scale = reach / self._cloth.shape[0]
        matrix = np.array([[scale, 0.0, left], [0.0, scale, top]], np.float32)
        weave = cv2.warpAffine(
            self._cloth, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        colour = cv2.multiply(paint[..., :3], cv2.merge([weave, weave, weave]), scale=1 / 128)
        alpha = paint[..., 3]
        rest = 255 - alpha
        area = picture[y : y + height, x : x + width]
        behind = cv2.multiply(area, cv2.merge([rest, rest, rest]), scale=1 / 255)
        area[...] = cv2.add(behind, colour)


def _ease(u: float) -> tuple[float, float]:
    """Smoothstep and its slope (at most 1.5) at u in 0..1."""
    u = min(max(u, 0.0), 1.0)
    return u * u * (3 - 2 * u), 6 * u * (1 - u)


def _plan(seed: int, block: int) -> tuple[Visit, ...]:
    """Who comes in a block: one to three people, often a late one. Nobody is left when the block ends."""
    rng = np.random.default_rng((seed, 3, block))
    quiet = float(rng.uniform(2.2, 3.2) if block == 0 else rng.uniform(4.0, 8.0))
    side = int(rng.choice([-1, 1]))
    places = rng.permutation(np.linspace(0.24, 0.76, 3))
    visits = []
    for index in range(int(rng.choice([1, 2, 3], p=[0.4, 0.4, 0.2]))):
        begin = quiet + (0.0 if index == 0 else float(rng.uniform(0.5, 6.0)))
        stops = [float(places[index] + rng.uniform(-0.05, 0.05))]
        if rng.random() < 0.5:
            stops.append(float(np.clip(stops[0] + rng.choice([-1, 1]) * rng.uniform(0.15, 0.3), 0.15, 0.85)))
        visits.append(_visit(rng, begin, side if rng.random() < 0.7 else -side, stops, index == 0))
    if rng.random() < 0.75:
        visits.append(_visit(rng, float(rng.uniform(22.0, 27.0)), -side, [float(rng.uniform(0.3, 0.7))], True))
    return tuple(visits)


def _visit(rng: np.random.Generator, begin: float, side: int, stops: list[float], waves: bool) -> Visit:
    """One person's visit: in from a side (-1 left, 1 right), to each stop, and out again; at most 27 s."""
    near = float(rng.uniform(0.0, 1.0))
    child = bool(rng.random() < 0.3)
    speed = float(rng.uniform(0.17, 0.24))
    moment, x = begin, (-0.22 if side < 0 else 1.22)
    legs: list[Leg] = []
    for stop in [*stops, -0.22 if rng.random() < 0.5 else 1.22]:
        walk = max(abs(stop - x) / speed, 0.8)
        legs.append(Leg(moment, moment + walk, x, stop, 0.0))
        moment, x = moment + walk, stop
        if 0 <= stop <= 1:
            stand = float(rng.uniform(3.5, 6.5))
            hand_up = len(legs) == 1 and (waves or rng.random() < 0.5)
            legs.append(Leg(moment, moment + stand, x, x, float(hand_up)))
            moment += stand
    return Visit(
        legs=tuple(legs),
        height=(0.6 + 0.2 * near) * (0.68 if child else float(rng.uniform(0.92, 1.06))),
        floor=0.82 + 0.13 * near,
        child=child,
        phase=float(rng.uniform(0, math.tau)),
        hand=int(rng.choice([-1, 1])),
        wardrobe=Wardrobe.choose(rng),
    )


def _pose(visit: Visit, seconds: float, room: SyntheticVisitor) -> Figure | None:
    """How a visitor holds themselves at a moment of their block; None when they are not there."""
    leg = next((leg for leg in visit.legs if leg.begin <= seconds < leg.end), None)
    if leg is None:
        return None
    eased, slope = _ease((seconds - leg.begin) / (leg.end - leg.begin))
    tall = visit.height * room.height / room.width  # height in picture widths
    walking = leg.x0 != leg.x1
    x = leg.x0 + (leg.x1 - leg.x0) * eased
    stride = 0.95 * tall  # ground covered by two steps
    swing = min(slope / 0.7, 1.0) if walking else 0.0
    # Nobody stands like a post: weight shifts by a few thousandths of the height.
    sway = 0.012 * math.sin(seconds * 0.9 + visit.phase) + 0.006 * math.sin(seconds * 2.1 + visit.phase * 2)
    wave = 0.0
    if leg.wave:
        since, left = seconds - leg.begin - 0.4, leg.end - 0.3 - seconds
        wave = min(_ease(since / 0.7)[0], _ease(left / 0.7)[0])
    return Figure(
        x=x,
        floor=visit.floor,
        height=visit.height,
        child=visit.child,
        facing=0 if not walking else (1 if leg.x1 > leg.x0 else -1),
        swing=swing,
        gait=math.tau * (x - leg.x0) / stride + visit.phase,
        sway=sway,
        breath=math.sin(seconds * 1.7 + visit.phase),
        wave=wave,
        waving=math.sin(seconds * math.tau * 1.3),
        hand=visit.hand,
        wardrobe=visit.wardrobe,
    )


def _clouds(rng: np.random.Generator, width: int, height: int, cells: int) -> NDArray[np.float32]:
    """Smooth noise, about -1..1."""
    grid = rng.normal(0, 0.5, (max(cells * height // width, 2), cells)).astype(np.float32)
    return np.asarray(cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def _paint_room(rng: np.random.Generator, width: int, height: int) -> NDArray[np.uint8]:
    """A plastered wall with a few hung pictures, a skirting board, a wooden floor, light from the upper
    left."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = x / width, y / height
    room = np.empty((height, width, 3), np.float32)
    room[...] = np.array([118, 114, 108], np.float32) + rng.uniform(-6, 6, 3).astype(np.float32)
    for cells, strength in ((5, 7.0), (23, 4.0), (90, 4.0), (250, 3.0)):
        room += (strength * _clouds(rng, width, height, cells))[..., None]
    for third in range(3):
        _hang_picture(rng, room, (third + float(rng.uniform(0.15, 0.5))) / 3)
    edge = int(0.72 * height)
    room[edge - height // 40 : edge] = (96, 100, 102)
    room[edge - height // 40] = room[edge - 1] = (70, 72, 74)
    # Boards run away from the camera to a vanishing point above the skirting board.
    across = (u - 0.5) / (0.3 + (v - 0.72)) * 4 + 20
    boards = np.array([70, 88, 106], np.float32) + 8 * _clouds(rng, width, height, 60)[..., None]
    shade = 8 * np.sin(np.floor(across + 0.5) * 12.9898)[..., None]
    gap = (np.abs(across - np.round(across)) < 0.03)[..., None]
    floor = boards + shade - 22 * gap
    room[edge:] = floor[edge:]
    light = 1.12 - 0.35 * np.hypot(u - 0.3, (v - 0.2) * 0.7) - 0.10 * (np.abs(v - 0.72) < 0.02)
    room *= light[..., None]
    return np.asarray(np.clip(cv2.GaussianBlur(room, (3, 3), 0.6), 8, 240), dtype=np.uint8)


def _hang_picture(rng: np.random.Generator, room: NDArray[np.float32], u: float) -> None:
    height, width = room.shape[:2]
    w, h = int(width * rng.uniform(0.08, 0.16)), int(height * rng.uniform(0.14, 0.24))
    x, y = int(u * width), int(rng.uniform(0.1, 0.26) * height)
    inner = room[y : y + h, x : x + w]
    inner[...] = float(rng.uniform(70, 130)) + rng.uniform(-22, 22, 3)
    inner += 30 * _clouds(rng, inner.shape[1], inner.shape[0], 4)[..., None]
    cv2.rectangle(room, (x, y), (x + w - 1, y + h - 1), (62, 70, 80), max(width // 200, 1))


def _weave(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Folds and weave of clothes, 256x256, around 128, darker on the side away from the light."""
    folds = 9 * _clouds(rng, 256, 256, 9) + 10 * _clouds(rng, 256, 256, 30) + 9 * _clouds(rng, 256, 256, 70)
    side = np.linspace(10, -10, 256, dtype=np.float32)[None, :]
    return np.asarray(np.clip(122 + folds + side, 60, 190), dtype=np.uint8)
