"""A visitor who is always there to be tried with: people of several sizes walk into a room, stand, wave, smile and
leave.

The picture is a pure function of (seed, seconds), so a render, a rehearsal and a test see the same evening,
and the ground truth of every frame is known. It stands in for a camera that is absent or lost. It must look
like a camera's picture where that matters to the vision: texture, soft shadows, noise, faces that a detector finds, light
that wanders a little, or as much as is asked for.

Who comes and when is in `visits`, the room in `room`, a person in `figure`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from installation.inputs.figure import Figure, draw_figure, figure_flow, place_figure
from installation.inputs.room import STEADY, Light, paint_room, paint_weave
from installation.inputs.visits import BLOCK, EVENING, Timetable, Visit, pose

cv2: Any = opencv  # its own types know no scalar for each channel

__all__ = ["BLOCK", "Body", "SyntheticVisitor"]

NOISE = 2.5
"""Standard deviation of the camera's noise, of 255."""

_TILE = 96


@dataclass(frozen=True, slots=True)
class Body:
    """The truth of one visitor: `who` they are, the middle of what is seen of them and its width and height in pictures (from
    the left and from the top), their velocity in picture widths and heights a second, and how broadly they smile, 0..1;
    -1 when their face isn't in the picture, or turned away."""

    who: int
    x: float
    y: float
    width: float
    height: float
    velocity: tuple[float, float]
    smile: float


class SyntheticVisitor:
    """Draws the room and its visitors. Frames are BGR uint8, (height, width, 3), row 0 at the top."""

    fps = 30.0

    def __init__(
        self,
        seed: int = 0,
        width: int = 640,
        height: int = 360,
        light: Light = STEADY,
        timetable: Timetable = EVENING,
    ) -> None:
        self.seed = abs(int(seed))
        self.width, self.height = width, height
        self.name = "synthetic"
        self.light, self.timetable = light, timetable
        rng = np.random.default_rng((self.seed, 1))
        self._room = paint_room(rng, width, height)
        noise = rng.normal(128.0, NOISE, (height + _TILE, width + _TILE, 3))
        self._noise = np.clip(np.round(noise), 0, 255).astype(np.uint8)
        self._cloth = paint_weave(rng)
        self._blocks: dict[int, tuple[Visit, ...]] = {}

    def frame(self, seconds: float) -> NDArray[np.uint8]:
        """The picture at `seconds` (0 or more) since the room opened."""
        figures = self.people(seconds)
        picture = self._room.copy()
        if figures:
            self._cast_shadows(picture, figures)
        for figure in figures:
            self._place(picture, figure)
        if self.light != STEADY:
            self._spoil(picture, seconds)
        light = 1.0 + 0.015 * math.sin(seconds * 0.21 + self.seed) + 0.01 * math.sin(seconds * 0.057)
        rng = np.random.default_rng((self.seed, 2, max(round(seconds * 1000), 0)))
        x, y = (int(v) for v in rng.integers(0, _TILE, 2))
        noise = self._noise[y : y + self.height, x : x + self.width]
        return np.asarray(cv2.addWeighted(picture, light, noise, 1.0, -128.0), dtype=np.uint8)

    def _spoil(self, picture: NDArray[np.uint8], seconds: float) -> None:
        cv2.multiply(picture, (*self.light.gains(seconds), 0.0), dst=picture)
        shade = self.light.shade(seconds, self.width, self.height)
        if shade is not None:
            grey = np.asarray(shade * 255, np.uint8)
            cv2.multiply(picture, cv2.merge([grey, grey, grey]), dst=picture, scale=1 / 255)

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
        length = self.timetable.length
        block = int(seconds // length)
        inside, aspect = seconds - block * length, self.width / self.height
        visits = enumerate(self._visits(block))
        found = [f for i, visit in visits if (f := pose(visit, inside, aspect, 16 * block + i)) is not None]
        return sorted(found, key=lambda figure: figure.floor)

    def bodies(self, seconds: float) -> list[Body]:
        """The truth of everybody in the picture, the farthest first."""
        found = []
        later = {figure.who: figure for figure in self.people(seconds + 0.05)}
        for figure in self.people(seconds):
            placed = place_figure(figure, self.width, self.height)
            if placed is None:
                continue
            x0, y0, x1, y1 = placed.box
            head, then = placed.head, later.get(figure.who, figure)
            inside = x0 <= head.x - head.half_width and head.x + head.half_width <= self.width and head.y > 0
            faces = inside and head.turned < 0.3
            middle = (x0 + x1) / 2 / self.width, (y0 + y1) / 2 / self.height
            velocity = (then.x - figure.x) / 0.05, (then.floor - figure.floor) / 0.05
            size = (x1 - x0) / self.width, (y1 - y0) / self.height
            found.append(Body(figure.who, *middle, *size, velocity, figure.smile if faces else -1.0))
        return found

    def flow(self, seconds: float, later: float) -> NDArray[np.float32]:
        """Where each pixel of a visitor goes from `seconds` to `later`: (height, width, 2) float32 in pixels, +y down, NaN
        where nobody is."""
        flow = np.full((self.height, self.width, 2), np.nan, np.float32)
        then = {figure.who: figure for figure in self.people(later)}
        for figure in self.people(seconds):
            moved = figure_flow(figure, then.get(figure.who, figure), self.width, self.height)
            if moved is not None:
                (x, y), part = moved
                area = flow[y : y + part.shape[0], x : x + part.shape[1]]
                area[...] = np.where(np.isnan(part), area, part)
        return flow

    def close(self) -> None:
        """Nothing to let go of; here so that it is a source like the others."""

    def _visits(self, block: int) -> tuple[Visit, ...]:
        known = self._blocks.get(block)
        if known is None:
            if len(self._blocks) > 4:
                self._blocks.clear()
            known = self._blocks[block] = self.timetable.visits(self.seed, block)
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
        drawn = draw_figure(figure, self.width, self.height, self._cloth)
        if drawn is None:
            return
        (x, y), paint = drawn
        height, width = paint.shape[:2]
        alpha = paint[..., 3]
        rest = 255 - alpha
        area = picture[y : y + height, x : x + width]
        behind = cv2.multiply(area, cv2.merge([rest, rest, rest]), scale=1 / 255)
        area[...] = cv2.add(behind, paint[..., :3])
