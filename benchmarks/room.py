"""A projected wall with people before it, seen by a camera: for tests and benchmarks, and to rehearse a calibration.

The wall's picture is the synthetic visitor's room under little light, plus the canvas: warped by a known homography, blurred,
dimmed towards the corners, delayed, its colours mixed by the camera's filters. People stand before the wall: they hide it, and
what the projector throws falls on them, displaced, and leaves a shadow beside them where `shadow` asks for it. Then come
exposure, the camera's curve, and noise. Everything follows from the seed and from the canvases; the truth of each frame is
known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from installation.inputs.mapping import CORNERS, Mapping, fit
from installation.inputs.own_light import to_code, to_linear
from installation.inputs.synthetic import Body, SyntheticVisitor
from installation.inputs.visits import EVENING, Timetable

cv2: Any = opencv

Canvas: TypeAlias = Callable[[float], NDArray[np.uint8] | None]
"""The canvas that was on the wall's computer at a moment: (h, w, 3) uint8 RGB, row 0 the bottom row; None before the first."""


TILE = 64


class SimulatedRoom:
    """Draws what the camera sees. Frames are BGR uint8, (height, width, 3), row 0 at the top."""

    fps = 30.0

    def __init__(
        self,
        seed: int = 0,
        canvas: Canvas = lambda _: None,
        *,
        width: int = 640,
        height: int = 360,
        delay: float = 0.085,
        ambient: float = 0.12,
        projector: float = 0.75,
        shadow: float = 0.0,
        mirrored: bool = False,
        noise: float = 2.0,
        people: bool = True,
        empty: float = 0.0,
        timetable: Timetable = EVENING,
    ) -> None:
        """`delay`: seconds from a canvas to the picture that shows it. `ambient` and `projector`: the room's light and that of
        a white canvas, of what the camera takes at most. `shadow`: how much of the projector's light a body keeps from the
        wall beside it. `empty`: seconds before the first visitor's evening begins, which is one of `timetable`."""
        self.name = f"room:{seed}"
        self.width, self.height = width, height
        self.delay, self.ambient, self.projector, self.shadow = delay, ambient, projector, shadow
        self.canvas = canvas
        self._visitors = SyntheticVisitor(seed, width, height, timetable=timetable)
        self._people, self._empty = people, empty
        rng = np.random.default_rng((seed, 71))
        self._seed = seed
        self._grain = rng.normal(0.0, noise, (height + TILE, width + TILE, 3)).astype(np.float32)
        inset = rng.uniform(0.03, 0.13, (4, 2))
        corners = np.array(CORNERS) * (1 - 2 * inset) + inset
        if mirrored:
            corners[:, 0] = 1.0 - corners[:, 0]
        pairs = [(*place, *corner) for place, corner in zip(corners, CORNERS, strict=True)]
        self.mapping: Mapping = fit(pairs, "corners")
        """The truth: from the camera's picture to the canvas."""
        self._focus = float(rng.uniform(0.8, 1.6)) * width / 640
        mix = np.eye(3) + rng.uniform(0.0, 0.10, (3, 3))
        self._filters = (mix / mix.sum(axis=1, keepdims=True)).astype(np.float32)
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        middle = rng.uniform(0.35, 0.65, 2) * (width, height)
        falls = np.hypot((x - middle[0]) / width, (y - middle[1]) / height)
        self._falloff = (1.0 - 0.45 * falls)[..., None].astype(np.float32)
        self._parallax = rng.uniform(0.02, 0.05, 2) * (width, height)

    def frame(self, seconds: float) -> NDArray[np.uint8]:
        """The picture taken at `seconds`; it shows the canvas of `delay` seconds before."""
        evening = self._evening(seconds)
        flat = self._visitors.frame(evening)
        albedo = to_linear(np.asarray(cv2.GaussianBlur(flat, (0, 0), 0.6), dtype=np.uint8))
        whole: NDArray[Any] = np.zeros((self.height, self.width, 1), np.float32)
        light = self._light(seconds)
        if self._people:
            whole = (self._visitors.truth(evening).astype(np.float32) / 255)[..., None]
        if light is not None:
            move = np.array([[1, 0, self._parallax[0]], [0, 1, self._parallax[1]]], np.float32)
            size = (self.width, self.height)
            on_people = cv2.warpAffine(light, move, size)
            if self.shadow:
                dark = cv2.warpAffine(whole, -move + np.array([[2, 0, 0], [0, 2, 0]], np.float32), size)
                light = light * (1.0 - self.shadow * cv2.GaussianBlur(dark, (0, 0), 2.0)[..., None])
            light = light * (1.0 - whole) + on_people * whole
        room = self.ambient * (1.0 + 0.02 * np.sin(0.7 * seconds + self._seed))
        seen = albedo * (room if light is None else light * self.projector + room)
        # An exposure that suits a wall of this kind: the brightest of the plaster comes near the top.
        code = to_code(np.asarray(seen * 3.0, np.float32))
        rng = np.random.default_rng((self._seed, 72, max(round(seconds * 1000), 0)))
        x, y = (int(one) for one in rng.integers(0, TILE, 2))
        code += self._grain[y : y + self.height, x : x + self.width]
        return np.asarray(np.clip(np.rint(code), 0, 255), dtype=np.uint8)

    def truth(self, seconds: float, width: int = 160, height: int = 90) -> NDArray[np.uint8]:
        """What of the canvas is hidden by visitors: (height, width) uint8, 0..255, row 0 at the top."""
        whole = self._visitors.truth(self._evening(seconds))
        fine = cv2.warpPerspective(
            whole, self._from_canvas(4 * width, 4 * height), (4 * width, 4 * height), flags=cv2.WARP_INVERSE_MAP
        )
        return np.asarray(cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)

    def bodies(self, seconds: float) -> list[Body]:
        """The truth of everybody in the camera's picture."""
        return self._visitors.bodies(self._evening(seconds)) if self._people else []

    def _evening(self, seconds: float) -> float:
        return max(seconds - self._empty, 0.0) if self._people else 0.0

    def close(self) -> None:
        """Nothing to let go of; here so that it is a source like the others."""

    def _from_canvas(self, width: int, height: int) -> NDArray[np.float64]:
        from installation.inputs.view import pixels

        return pixels(self.mapping, (self.width, self.height), (width, height))

    def _light(self, seconds: float) -> NDArray[np.float32] | None:
        """The projector's light at each pixel, linear BGR: the mean of the exposure's three moments."""
        seen = seconds - self.delay
        found = [canvas for at in (-0.006, 0.0, 0.006) if (canvas := self.canvas(seen + at)) is not None]
        if not found:
            return None
        height, width = found[0].shape[:2]
        # A warp to the camera is the inverse of one to the canvas.
        matrix = np.linalg.inv(self._from_canvas(width, height))
        total, count = np.zeros((self.height, self.width, 3), np.float32), 0
        for canvas in found if len({id(one) for one in found}) > 1 else found[:1]:
            linear = to_linear(np.ascontiguousarray(canvas[::-1, :, ::-1]))
            total += cv2.warpPerspective(
                linear, matrix, (self.width, self.height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            )
            count += 1
        soft = cv2.GaussianBlur(total / count, (0, 0), self._focus)
        return np.asarray(cv2.transform(soft, self._filters) * self._falloff, np.float32)
