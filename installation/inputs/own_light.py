"""Takes the projector's light out of what a camera sees, so that the vision sees the room and not the mural.

A camera that looks at a projected wall sees room + response x canvas, in linear light. What the canvas was is known (it comes
through the `LightSlot`), and when it is seen too (the measured latency). The response of each place is learned from what the
wall plays: the regression of picture on canvas, pooled with its neighbours, and with the whole wall where a place has seen too
little. What this predicts is taken out of the picture; where the prediction can be wrong (at edges that move, where light is
strong) a difference counts only as far as it is larger than that.

What it remembers: canvases of the last second, running moments of picture and canvas, and the light of the room. For the camera
process; not for several threads. Pictures are in the canvas's place already (`eye` has warped them).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from installation.inputs.light_slot import LESSON

cv2: Any = opencv

Light: TypeAlias = NDArray[np.float32]

LEARNING = 4.0
"""Seconds in which the response is first learned; the room should be empty, and the wall should move."""
TRUSTING = 8.0
"""Seconds in which places learn also where the vision sees somebody: it may be wrong while little is known."""
FORGET = 45.0
"""Seconds after which what was learned counts for a third: lamps age, curtains are drawn."""
TEXTURE = 10.0
"""Seconds over which the wall's finer structure is averaged."""
SURE = 16.0
"""Seconds of learning after which it is worth handing on."""
DARK = 4e-4
"""Light, squared, below which a place tells little of how it answers to light."""
SOON = 1.0
"""Seconds in which only the room is learned, where the response is known from an earlier process."""
TEACH_EVERY = 0.1
SOLVE_EVERY = 0.5
KEPT = 1.2
"""Seconds of canvases that are kept."""
LATENCY = 0.1
"""Seconds from the canvas to the picture where nobody has measured: a projector's and a camera's, as they often are."""
EXPOSURE = 1 / 60
"""Seconds over which a picture gathers light, at a guess; only moving edges depend on it."""
BLUR = 0.9
"""Standard deviation, in cells of 160 across: the projector's focus, the lens, and the grid's own softness."""
REACH = 11
"""Cells: how far around a place its response is pooled."""
PRIOR = 4e-4
"""Variance of the light that a place must have seen before it is believed more than the whole wall."""
GAIN_ERROR = 0.06
"""Of the predicted light: how wrong the response may be."""
SHIFT_ERROR = 0.8
"""Cells: how wrong the mapping and the moment may be, together."""
LATE_ERROR = 0.35
"""Of what changes between two pictures."""


_KNOWN = {
    name: name
    for name in "mean_y mean_x mean_xx mean_xy response weight texture base mix cross square textured".split()
} | {"own_room": "room"}
"""What goes from one process to the next, by its name there and here."""


def _curve() -> NDArray[np.float32]:
    """sRGB's transfer function (IEC 61966-2-1), code to linear: what cameras and projectors are close to."""
    coded = np.arange(256, dtype=np.float32) / 255
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_linear(coded: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Display-referred uint8 as linear light, 0..1."""
    return np.asarray(cv2.LUT(coded, _TO_LINEAR), dtype=np.float32)


def to_code(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    """Linear light as display-referred codes, 0..255 float32; clipped."""
    index = np.rint(np.clip(linear, 0.0, 1.0) * np.float32(4095)).astype(np.uint16)
    return np.asarray(_TO_CODE[index], dtype=np.float32)


_TO_LINEAR = _curve()
_FINE = np.arange(4096, dtype=np.float64) / 4095
_TO_CODE = (255 * np.where(_FINE <= 0.0031308, _FINE * 12.92, 1.055 * _FINE ** (1 / 2.4) - 0.055)).astype(np.float32)


class OwnLight:
    """Remembers the canvases, what the camera answers to them, and the room's own light."""

    def __init__(self, width: int = 160, height: int = 90) -> None:
        """`width` x `height` are the canvases' cells; pictures come at twice that size."""
        self.width, self.height = width, height
        self._size = (2 * width, 2 * height)
        self.latency = LATENCY
        self._canvases: list[tuple[float, NDArray[np.float32]]] = []
        self.forget()

    def forget(self) -> None:
        """Learns everything anew: the camera was moved, or its mapping changed."""
        shape = (self.height, self.width, 3)
        # Mean of picture, light, light x light, light x picture; weight is the sum of what they are means of.
        self._mean_y, self._mean_x, self._mean_xx, self._mean_xy = (np.zeros(shape, np.float32) for _ in range(4))
        self._weight = np.zeros((self.height, self.width), np.float32)
        self._response = np.zeros(shape, np.float32)
        self._mix = np.eye(3, dtype=np.float64)
        self._cross = np.zeros((3, 3))
        self._square = np.zeros((3, 3))
        self._room: Light | None = None
        self._base: Light | None = (
            None  # the room as the vision gets it: the same for good, however much better it is known
        )
        self._texture = np.ones((2 * self.height, 2 * self.width, 3), np.float32)
        self._textured = 0
        self._taught_before: tuple[NDArray[np.float64], Light, Light] | None = None
        self._recalled = False
        self._began: float | None = None
        self._taught = self._solved = -math.inf
        self._visitors: NDArray[np.uint8] | None = None
        self._before: tuple[NDArray[np.float32], NDArray[np.float32], float] | None = None
        self._last: NDArray[np.float32] | None = None

    @property
    def learned(self) -> bool:
        """Whether it has seen enough to predict."""
        needs = 0.0 if self._recalled else LEARNING if self._taught_before is None else SOON
        return self._began is not None and self._solved - self._began >= needs

    @property
    def learning(self) -> bool:
        """Whether light comes, and too little of it has been seen yet."""
        return self._began is not None and not self.learned

    @property
    def strength(self) -> float:
        """How much of a full canvas's light the camera sees, in its own full scale: about 0 for a camera that can't."""
        return float(self._response.mean())

    @property
    def sure(self) -> bool:
        """Whether it knows so much that the next process should go on from here."""
        long = self._began is not None and self._solved - self._began >= SURE
        return (long or self._recalled) and self._base is not None

    def known(self) -> dict[str, Any]:
        """All that it has learned, once it is `sure`: for `RoomPages.leave`. The arrays are its own."""
        return {name: getattr(self, f"_{place}") for name, place in _KNOWN.items()}

    def recall(self, known: Mapping[str, Any]) -> None:
        """Goes on from what an earlier process knew: at once, and whoever stands there stays out of the room."""
        for name, place in _KNOWN.items():
            setattr(self, f"_{place}", known[name])
        self._textured = int(known["textured"])
        self._recalled = True

    def lesson(self) -> tuple[NDArray[np.float64], Light] | None:
        """What the next process need not learn again, None before it is sure: the mixture of colours, (3, 3), and in `LESSON`
        cells of BGR the response and the room's light, (2, rows, columns, 3). Too coarse to be a picture of anybody."""
        if self._room is None or self._began is None or self._solved - self._began < SURE:
            return None
        size = LESSON[::-1]
        small = [cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in (self._response, self._room)]
        return self._mix.copy(), np.asarray(small, np.float32)

    def inherit(self, lesson: tuple[NDArray[np.float64], Light]) -> None:
        """Begins with what an earlier process has learned of the same wall through the same mapping."""
        mix, coarse = lesson
        size = (self.width, self.height)
        fine = [np.asarray(cv2.resize(one, size, interpolation=cv2.INTER_LINEAR), np.float32) for one in coarse]
        response, room = fine
        self._taught_before = mix, response, np.asarray(room / np.maximum(response, 1e-3), np.float32)

    def _from_before(self, mean_x: Light, response: Light, room: Light) -> Light:
        """The response of each place from few pictures. A place answers to the projector as to the room's light, and how strong
        that is compared with the projector's (`room`) is known: what is brighter than its cell answers more to both."""
        light = room + mean_x
        found = self._mean_y * light + np.float32(DARK) * response
        return np.where(self._weight[..., None] > 0.5, found / (light * light + np.float32(DARK)), response)

    def canvas(self, when: float, rgb: NDArray[np.uint8]) -> None:
        """Takes a canvas that was drawn at `when`: (h, w, 3) uint8 RGB, row 0 the bottom row."""
        self._canvases.append((when, to_linear(np.ascontiguousarray(rgb[::-1, :, ::-1]))))
        while self._canvases and self._canvases[0][0] < when - KEPT:
            self._canvases.pop(0)

    def light(self, when: float) -> NDArray[np.float32] | None:
        """The light on the wall that a picture taken at `when` shows: (h, w, 3) linear BGR, row 0 at the top, softened."""
        seen = when - self.latency
        found = self._at(seen - EXPOSURE / 2), self._at(seen + EXPOSURE / 2)
        if found[0] is None or found[1] is None:
            return None
        mean = cv2.addWeighted(found[0], 0.5, found[1], 0.5, 0.0)
        return np.asarray(cv2.GaussianBlur(mean, (0, 0), BLUR), dtype=np.float32)

    def _at(self, moment: float) -> NDArray[np.float32] | None:
        """The canvas at a moment, between two that were drawn; None where none is near."""
        before = after = None
        for when, canvas in reversed(self._canvases):
            if when <= moment:
                before = (when, canvas)
                break
            after = (when, canvas)
        if before is None or moment - before[0] > KEPT:
            return None
        if after is None:
            return before[1]
        share = (moment - before[0]) / max(after[0] - before[0], 1e-6)
        return np.asarray(cv2.addWeighted(before[1], 1.0 - share, after[1], share, 0.0), dtype=np.float32)

    def take_out(self, picture: NDArray[np.uint8], when: float) -> NDArray[np.uint8]:
        """The picture, (2h, 2w, 3) BGR uint8 taken at `when`, as if the wall were dark. Learns from it meanwhile."""
        light = self.light(when)
        if light is None:
            return picture
        if self._began is None:
            self._began = when
        if when - self._taught >= TEACH_EVERY:
            self._teach(picture, light, when)
        if when - self._solved >= SOLVE_EVERY:
            self._solve(when)
        room = self._room
        if room is None or not self.learned:
            return picture
        bright, step = self._predict(light, room)
        doubt = cv2.resize(self._doubt(bright, step), self._size, interpolation=cv2.INTER_LINEAR)
        expected = cv2.multiply(cv2.resize(bright, self._size, interpolation=cv2.INTER_LINEAR), self._texture)
        if self._base is None:
            self._base = cv2.multiply(
                cv2.resize(to_code(room), self._size, interpolation=cv2.INTER_LINEAR), self._texture
            )
        apart = cv2.subtract(picture, expected, dtype=cv2.CV_32F)
        # As far as the prediction may be wrong, a difference says nothing.
        apart -= cv2.min(cv2.max(apart, -doubt), doubt)
        out = apart + self._base
        # A dark figure before bright light would be darker than black: what is left of the difference is turned round.
        np.copyto(out, self._base - apart, where=out < 0.0)
        return np.asarray(np.clip(np.rint(out), 0, 255), dtype=np.uint8)

    def _predict(self, light: Light, room: Light) -> tuple[Light, Light]:
        """Codes of the room with the light on it, and how many of them are the light's; at the cells' size."""
        added = cv2.multiply(cv2.transform(light, self._mix.astype(np.float32)), self._response)
        bright = to_code(room + added)
        return bright, np.asarray(cv2.subtract(bright, to_code(room)), dtype=np.float32)

    def see(self, visitors: NDArray[np.uint8]) -> None:
        """What the vision made of the picture: (h, w) 0..255, **row 0 at the top**. There nothing is learned."""
        self._visitors = visitors

    def _doubt(self, bright: NDArray[np.float32], step: NDArray[np.float32]) -> NDArray[np.float32]:
        """How far off the prediction may be, in codes."""
        grown = cv2.morphologyEx(bright, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
        doubt = cv2.addWeighted(grown, SHIFT_ERROR / 2, step, GAIN_ERROR, 0.0)
        if self._last is not None:
            doubt = cv2.addWeighted(doubt, 1.0, cv2.absdiff(step, self._last), LATE_ERROR, 0.0)
        self._last = step
        return np.asarray(doubt, dtype=np.float32)

    # -- learning ------------------------------------------------------------------------------------------------------------

    def _teach(self, picture: NDArray[np.uint8], light: NDArray[np.float32], when: float) -> None:
        assert self._began is not None
        small = cv2.resize(picture, (self.width, self.height), interpolation=cv2.INTER_AREA)
        seen = to_linear(small)
        fine = (cv2.max(cv2.max(*cv2.split(small)[:2]), small[..., 2]) < 250).astype(np.float32)
        trusting = 0.0 if self._recalled else TRUSTING if self._taught_before is None else SOON
        if self._visitors is not None and when - self._began > trusting:
            fine *= cv2.dilate(self._visitors, np.ones((9, 9), np.uint8)) < 16
        forget = math.exp(-TEACH_EVERY / FORGET)
        self._weight = self._weight * np.float32(forget) + fine
        rate = (fine / np.maximum(self._weight, 1e-3))[..., None]
        for mean, given in (
            (self._mean_y, seen),
            (self._mean_x, light),
            (self._mean_xx, light * light),
            (self._mean_xy, light * seen),
        ):
            mean += rate * (given - mean)
        self._teach_all(seen, light, when, forget)
        self._taught = when
        if self._room is not None:
            self._texture_of(picture, self._predict(light, self._room)[0], fine)

    def _texture_of(self, picture: NDArray[np.uint8], bright: Light, fine: Light) -> None:
        """What is finer than the cells, or steadily other than predicted: the picture over the prediction, in the mean."""
        known = cv2.resize(bright, self._size, interpolation=cv2.INTER_LINEAR)
        ratio = (picture + np.float32(4.0)) / (known + np.float32(4.0))
        self._textured = min(self._textured + 1, round(TEXTURE / TEACH_EVERY))
        rate = cv2.resize(fine, self._size, interpolation=cv2.INTER_NEAREST) / np.float32(self._textured)
        self._texture += rate[..., None] * (np.clip(ratio, 0.25, 4.0) - self._texture)

    def _teach_all(self, seen: NDArray[np.float32], light: NDArray[np.float32], when: float, forget: float) -> None:
        """The whole wall's response, from what changed since the last look: visitors too, since they don't follow the light."""
        if self._before is not None and when - self._before[2] < 4 * TEACH_EVERY:
            dy = (seen - self._before[0])[::2, ::2].reshape(-1, 3).astype(np.float64)
            dx = (light - self._before[1])[::2, ::2].reshape(-1, 3).astype(np.float64)
            self._cross = self._cross * forget + dy.T @ dx
            self._square = self._square * forget + dx.T @ dx
        self._before = (seen, light, when)

    def _solve(self, when: float) -> None:
        """The response of each place, and the room's own light."""
        self._solved = when
        trace = float(np.trace(self._square))
        if trace < 1e-3:  # the wall hasn't moved yet
            whole = np.zeros((3, 3))
        else:
            whole = self._cross @ np.linalg.inv(self._square + np.eye(3) * (1e-3 * trace))
        own = np.clip(np.diag(whole), 0.0, 4.0)
        # How much of each of the projector's colours each of the camera's sees, of its own: its filters overlap.
        self._mix = np.eye(3)
        for row in range(3):
            if own[row] > 0.005:
                self._mix[row] = np.clip(whole[row] / own[row], 0.0, 1.0)
        before = self._taught_before if when - (self._began or when) < TRUSTING else None
        if before is not None:
            self._mix = before[0]
        mean_x = cv2.transform(self._mean_x, self._mix.astype(np.float32))
        varies = np.maximum(self._mean_xx - self._mean_x * self._mean_x, 0.0)
        # A dark place answers as much less to the projector as to any light: without its own brightness neighbours are alike.
        surface = np.maximum(self._mean_y, np.float32(0.002))
        along = (self._mean_xy - self._mean_x * self._mean_y) / surface
        sure = self._weight[..., None]
        around = (REACH, REACH)
        varies = cv2.blur(varies * sure, around) / np.maximum(cv2.blur(self._weight, around)[..., None], 1e-3)
        along = cv2.blur(along * sure, around) / np.maximum(cv2.blur(self._weight, around)[..., None], 1e-3)
        known = (own / np.maximum(surface.mean(axis=(0, 1)), 1e-3)).astype(np.float32)
        response = surface * (along + PRIOR * known) / (varies + PRIOR)
        if before is not None:
            response = self._from_before(mean_x, *before[1:])
        self._response = np.clip(response, 0.0, 4.0).astype(np.float32)
        room = self._mean_y - self._response * mean_x
        self._room = np.asarray(np.clip(room, 0.0, 1.0), np.float32)
