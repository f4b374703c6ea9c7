"""Turns a camera's picture into a `Sense`: silhouettes by their difference from the empty room (`background`), visitors who
are followed (`bodies`), movement by optical flow, smiles (`faces`, `smile`), and a few smoothed numbers. Runs where the
pixels are (the camera process, or in-process when rendering), keeps none of them but its own memory of the empty room, and is
deterministic where faces are looked for at once.

Flow is dense inverse search (Kroeger et al., 2016) down to the finest scale. What it remembers from picture to picture: the
empty room, how long each spot has been still, the last small grey picture, who is followed, and the smoothed numbers.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Any

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from installation.inputs.background import Background
from installation.inputs.bodies import Bodies
from installation.inputs.faces import Faces
from installation.inputs.sense import BODY, HEIGHT, WIDTH, Sense
from installation.inputs.smile import SmileMeter
from installation.inputs.view import Detail

cv2: Any = opencv  # its own types know neither a scalar for each channel nor DIS

HANDS = BODY.index("hands")

GONE = 0.5
"""A longer gap between pictures than this starts the flow afresh."""

ROOM = 10
"""Pixels around visitors that the flow is worked out in, too: a tenth of a picture in two frames is fast."""

SMALLEST_FLOW = 64
"""Pixels that the flow needs for its coarsest look."""

LEAST_FLOW = 16
"""Pixels, each way, below which OpenCV's flow takes no picture: a smaller one is laid in the corner of one of this size."""

SMALLEST_MASK = 8
"""Pixels, each way, of the smallest mask; the site file's narrowest camera has 24 x 14."""

REFINED = 2

FULL_MOTION = 0.5
"""Picture widths a second at which `motion` is 1."""


class Vision:
    """Senses visitors in pictures of one camera. Not for several threads."""

    def __init__(
        self,
        width: int = WIDTH,
        height: int = HEIGHT,
        mirror: bool = False,
        source: str = "",
        live: bool = True,
        faces: Faces | None = None,
    ) -> None:
        """`width` x `height` is the mask's size, at least `SMALLEST_MASK` each way (else ValueError). Without `faces` nobody
        looks for smiles."""
        if min(width, height) < SMALLEST_MASK:
            raise ValueError(f"a mask has at least {SMALLEST_MASK} x {SMALLEST_MASK} pixels, not {width} x {height}")
        cv2.setNumThreads(1)  # at this size a second thread costs 1.7 times the processor for 1.14 times the speed
        self.width, self.height = width, height
        self.mirror, self.source, self.live = mirror, source, live
        self._flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        # The presets stop at a coarse grid, and miss half of the movement in so small a picture.
        self._flow.setFinestScale(0)
        self._flow.setPatchStride(4)
        self._flow.setGradientDescentIterations(8)
        self._flow.setVariationalRefinementIterations(REFINED)  # smooths over cloth that shows little
        self._wide = np.ones((7, 7), np.uint8)
        self._room = Background(width, height)
        self._bodies = Bodies(width, height)
        self._faces, self._smile = faces, SmileMeter()
        self._sequence = 0
        self.reset()

    def reset(self) -> None:
        """Forgets the room and everybody in it."""
        self._room.reset()
        self._bodies.reset()
        self._smile.reset()
        self._found: deque[bool] = deque(maxlen=8)
        self._face, self._face_count, self._looked = (0.5, 0.5, 0.0), 0, -math.inf
        self._last = -math.inf
        self._grey: NDArray[np.uint8] | None = None
        self._visitor = np.zeros((self.height, self.width), np.uint8)  # last mask, row 0 top
        self._there = False
        self._presence = self._motion = 0.0
        self._centre = (0.5, 0.5)
        self._count = 0

    def room(self, seconds: float) -> NDArray[np.float32] | None:
        """The empty room, as `recall` takes it; None while it isn't sure."""
        return self._room.known(seconds)

    def recall(self, room: NDArray[np.float32], seconds: float) -> None:
        """Goes on from the room that another knew, instead of looking at it anew."""
        self.reset()
        self._room.recall(room, seconds)

    def process(self, bgr: NDArray[np.uint8], seconds: float, detail: Detail | None = None) -> Sense:
        """Looks at a picture taken at `seconds` (any clock that only grows): (h, w, 3) BGR uint8, row 0 at
        the top.

        The largest area of the mask's proportions is cut from the middle. Grey and BGRA pictures are taken
        too; anything else is a ValueError. `detail`: the camera's whole picture, where `bgr` is the canvas in it.
        """
        cut = self._cut(bgr)
        picture = self._fit(cut)
        small = cv2.resize(picture, (self.width, self.height), interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
        step = seconds - self._last
        if step <= 0 or step > GONE:
            step, self._grey = 0.0, None
        self._last = seconds

        mask = self._room.look(picture, small, grey, self._visitor, seconds)
        mask, blobs = self._bodies.clean(mask, small)
        settled = self._room.settle(mask, picture, grey, seconds)
        if settled is not mask:
            mask, blobs = self._bodies.clean(settled, small)
        self._bodies.follow(blobs, mask, small, seconds, step)
        flow = self._movement(grey, mask, step)
        self._visitor = mask
        bodies = self._bodies.table(seconds)
        upright = np.ascontiguousarray(mask[::-1])
        self._read_numbers(upright, flow, int(np.count_nonzero(bodies[:, 0])), step)
        smile = self._smiles(cut, seconds, step, detail)
        self._grey = grey
        self._sequence += 1

        return Sense(
            mask=upright,
            flow=flow,
            presence=round(self._presence, 6),
            motion=round(self._motion, 6),
            centre=self._centre,
            count=self._count,
            sequence=self._sequence,
            when=seconds,
            source=self.source,
            live=self.live,
            bodies=bodies,
            hands=int(bodies[:, HANDS].sum()),
            smile=round(smile, 6),
            faces=self._face_count,
            face=self._face,
            face_age=min(seconds - self._looked, 3600.0) if self._faces is not None else 0.0,
            confidence=round(self._room.confidence, 6),
            face_confidence=sum(self._found) / len(self._found) if self._found else 0.0,
        )

    def _smiles(self, cut: NDArray[np.uint8], seconds: float, step: float, detail: Detail | None) -> float:
        """Offers the picture to those who look for faces, takes what they have found, and gives the smile."""
        if self._faces is None:
            return 0.0
        w, h = self.width, self.height
        boxes = [(x / w, y / h, wide / w, high / h) for x, y, wide, high in self._bodies.boxes()]
        if self.mirror:
            boxes = [(1.0 - x - wide, y, wide, high) for x, y, wide, high in boxes]
        if detail is not None:
            cut, boxes = _in_colour(detail.picture), detail.boxes(boxes)
        self._faces.offer(cut, boxes, seconds)
        for look in self._faces.take():
            broadest = max(look.faces, key=lambda face: (face.smile, face.height), default=None)
            self._smile.look(broadest.smile if broadest else 0.0, look.seconds)
            self._face_count, self._looked = look.count, look.seconds
            if look.heads:
                self._found.append(look.count > 0)
            if broadest:
                broadest = detail.face(broadest) if detail is not None else broadest
                x = 1.0 - broadest.x if self.mirror else broadest.x
                self._face = (x, 1.0 - broadest.y, broadest.height)
        return self._smile.advance(seconds, step)

    def _cut(self, bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The largest area of the mask's proportions in the middle of a picture, as (h, w, 3)."""
        bgr = _in_colour(bgr)
        height, width = bgr.shape[:2]
        cut_width = min(width, max(round(height * self.width / self.height), 1))
        cut_height = min(height, max(round(width * self.height / self.width), 1))
        x, y = (width - cut_width) // 2, (height - cut_height) // 2
        return bgr[y : y + cut_height, x : x + cut_width]

    def _fit(self, cut: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture at twice the mask's size, mirrored if asked for."""
        size = (2 * self.width, 2 * self.height)
        if (cut.shape[1], cut.shape[0]) != size:
            shrinks = cut.shape[1] >= size[0]
            cut = cv2.resize(cut, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
        return np.asarray(cv2.flip(cut, 1) if self.mirror else np.ascontiguousarray(cut), dtype=np.uint8)

    # -- movement and numbers ------------------------------------------------------------------------------

    def _movement(self, grey: NDArray[np.uint8], mask: NDArray[np.uint8], step: float) -> NDArray[np.float32]:
        """Flow in widths a second, row 0 at the bottom and +y up as in `Sense`; zero away from visitors."""
        flow = np.zeros((self.height, self.width, 2), np.float32)
        if self._grey is None or step <= 0:
            return flow
        both = cv2.max(mask, self._visitor)
        left, top, right, bottom = self._around(both)
        if right <= left:
            return flow
        before, after = (np.ascontiguousarray(one[top:bottom, left:right]) for one in (self._grey, grey))
        high, wide = before.shape
        if min(high, wide) < LEAST_FLOW:
            more = 0, max(LEAST_FLOW - high, 0), 0, max(LEAST_FLOW - wide, 0)
            before, after = (cv2.copyMakeBorder(one, *more, cv2.BORDER_REPLICATE) for one in (before, after))
        found = self._flow.calc(before, after, None)[:high, :wide]
        near = cv2.blur(cv2.dilate(both[top:bottom, left:right], self._wide), (5, 5))
        weight = cv2.multiply(near, 1.0 / (255.0 * self.width * step), dtype=cv2.CV_32F)
        moved = cv2.multiply(found, cv2.merge([weight, -weight]))
        flow[self.height - bottom : self.height - top, left:right] = moved[::-1]
        return flow

    def _around(self, both: NDArray[np.uint8]) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the part of the picture in which somebody is, with room to move: what the flow is
        worked out in."""
        x, y, wide, high = cv2.boundingRect(both)
        if wide == 0:
            return 0, 0, 0, 0
        wide, high = max(wide + 2 * ROOM, SMALLEST_FLOW), max(high + 2 * ROOM, SMALLEST_FLOW)
        left = max(min(x - ROOM, self.width - wide), 0)
        top = max(min(y - ROOM, self.height - high), 0)
        return left, top, min(left + wide, self.width), min(top + high, self.height)

    def _read_numbers(self, mask: NDArray[np.uint8], flow: NDArray[np.float32], bodies: int, step: float) -> None:
        moments = cv2.moments(mask)
        cover = moments["m00"] / (255.0 * mask.size)
        # Comes at 0.8 % of the picture, goes below 0.4 %, so that noise at the edge can't make it flicker.
        self._there = cover > (0.004 if self._there else 0.008)
        self._presence = _toward(self._presence, float(self._there), step, 0.12 if self._there else 0.4)
        fast = 0.0
        if self._there:
            x, y, wide, high = cv2.boundingRect(mask)
            area = slice(y, y + high, 2), slice(x, x + wide, 2)  # a quarter of the pixels tells as much
            way = np.ascontiguousarray(flow[area])
            speed = cv2.magnitude(way[..., 0], way[..., 1])[mask[area] > 127]
            if speed.size > 4:
                ninth = int(0.9 * speed.size)
                speed.partition(ninth)
                fast = float(speed[ninth])
            middle = (
                (moments["m10"] / moments["m00"] + 0.5) / self.width,
                (moments["m01"] / moments["m00"] + 0.5) / self.height,
            )
            quick = 0.05 if self._presence > 0.2 else 0.0
            self._centre = (
                _toward(self._centre[0], middle[0], step, quick),
                _toward(self._centre[1], middle[1], step, quick),
            )
        self._motion = _toward(self._motion, min(fast / FULL_MOTION, 1.0), step, 0.12)
        self._count = bodies


def _in_colour(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture as (h, w, 3) BGR. Raises ValueError for what is none."""
    if picture.dtype != np.uint8 or picture.ndim not in (2, 3) or picture.size == 0:
        raise ValueError(f"a picture is (h, w, 3) uint8, not {picture.shape} {picture.dtype}")
    if picture.ndim == 2 or picture.shape[2] == 1:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), dtype=np.uint8)
    if picture.shape[2] == 4:
        return np.ascontiguousarray(picture[..., :3])
    if picture.shape[2] != 3:
        raise ValueError(f"a picture has 1, 3 or 4 channels, not {picture.shape[2]}")
    return picture


def _toward(value: float, target: float, step: float, constant: float) -> float:
    """One step of exponential smoothing; `constant` in seconds, 0 jumps."""
    if constant <= 0:
        return target
    moved = value + (target - value) * (1.0 - math.exp(-step / constant))
    return target if abs(moved - target) < 1e-4 else moved
