"""Turns a camera's picture into a `Sense`: silhouettes by their difference from the empty room, movement by
optical flow, and a few smoothed numbers. Runs where the pixels are (the camera process, or in-process when
rendering), keeps none of them but its own memory of the empty room, and is deterministic.

Method, from the project's measurements: the mean of the empty room, with the median ratio of brightness taken
out of each colour first (so clouds and dimmers don't make ghosts), opened and closed; dense inverse search
flow (Kroeger et al., 2016) down to the finest scale. What it remembers from picture to picture: the empty
room, how long each spot has been still, the last small grey picture, and the smoothed numbers.
"""

from __future__ import annotations

import math
from typing import Any

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from installation.inputs.sense import HEIGHT, WIDTH, Sense

cv2: Any = opencv  # its own types know neither a scalar for each channel nor DIS

LEARNING = 0.8
"""Seconds in which the room is first looked at; it should be empty."""

ADAPT = 20.0
"""Seconds for the room to take in a slow change, where no visitor is."""

GONE = 0.5
"""A longer gap between pictures than this starts the flow afresh."""

STILL = 45.0
"""Something that hasn't moved at all for so long is furniture. A person sways; a chair doesn't."""

BLIND = 0.8
"""More of the picture than this cannot be visitors: the light went on or off, or the camera was moved."""

RIM = 0.5
"""Share of the strongest difference nearby that still counts as visitor."""

SMALLEST = 0.0025
"""Blobs smaller than this share of the picture are noise."""

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
    ) -> None:
        cv2.setNumThreads(1)  # at this size a second thread costs 1.7 times the processor for 1.14 times the speed
        self.width, self.height = width, height
        self.mirror, self.source, self.live = mirror, source, live
        self._flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        # The presets stop at a coarse grid, and miss half of the movement in so small a picture.
        self._flow.setFinestScale(0)
        self._flow.setPatchStride(6)
        self._flow.setGradientDescentIterations(8)
        self._open = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
        self._close = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
        self._around = np.ones((3, 3), np.uint8)
        self._wide = np.ones((7, 7), np.uint8)
        self._sequence = 0
        self.reset()

    def reset(self) -> None:
        """Forgets the room and everybody in it."""
        self._room: NDArray[np.float32] | None = None
        self._looks = 0
        self._learned = math.inf  # when the room was known
        self._began = 0.0
        self._last = -math.inf
        self._grey: NDArray[np.uint8] | None = None
        self._visitor = np.zeros((self.height, self.width), np.uint8)  # last mask, row 0 top
        self._still = np.zeros((self.height, self.width), np.float32)  # seconds without a change
        self._still_grey: NDArray[np.float32] | None = None
        self._gain = (1.0, 1.0, 1.0)
        self._chores = 0.0
        self._adapted = 0.0
        self._blind_since: float | None = None
        self._there = False
        self._presence = self._motion = 0.0
        self._centre = (0.5, 0.5)
        self._count, self._counted, self._count_since = 0, 0, 0.0

    def process(self, bgr: NDArray[np.uint8], seconds: float) -> Sense:
        """Looks at a picture taken at `seconds` (any clock that only grows): (h, w, 3) BGR uint8, row 0 at
        the top.

        The largest area of the mask's proportions is cut from the middle. Grey and BGRA pictures are taken
        too; anything else is a ValueError.
        """
        picture = self._fit(bgr)
        small = cv2.resize(picture, (self.width, self.height), interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
        step = seconds - self._last
        if step <= 0 or step > GONE:
            step, self._grey = 0.0, None
        self._last = seconds

        mask = self._silhouette(picture, seconds)
        mask, bodies = self._bodies(mask)
        mask = self._settle(mask, picture, grey, seconds)
        if not mask.any():
            bodies = 0
        flow = self._movement(grey, mask, step)
        self._visitor = mask
        self._read_numbers(mask, flow, bodies, seconds, step)
        self._grey = grey
        self._sequence += 1

        upright = np.ascontiguousarray(flow[::-1])
        upright[..., 1] *= -1.0
        return Sense(
            mask=np.ascontiguousarray(mask[::-1]),
            flow=upright,
            presence=round(self._presence, 6),
            motion=round(self._motion, 6),
            centre=self._centre,
            count=self._count,
            sequence=self._sequence,
            when=seconds,
            source=self.source,
            live=self.live,
        )

    def _fit(self, bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The middle of the picture at twice the mask's size, mirrored if asked for."""
        if bgr.dtype != np.uint8 or bgr.ndim not in (2, 3) or bgr.size == 0:
            raise ValueError(f"a picture is (h, w, 3) uint8, not {bgr.shape} {bgr.dtype}")
        if bgr.ndim == 2 or bgr.shape[2] == 1:
            bgr = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_GRAY2BGR), dtype=np.uint8)
        elif bgr.shape[2] == 4:
            bgr = np.ascontiguousarray(bgr[..., :3])
        elif bgr.shape[2] != 3:
            raise ValueError(f"a picture has 1, 3 or 4 channels, not {bgr.shape[2]}")
        height, width = bgr.shape[:2]
        cut_width = min(width, max(round(height * self.width / self.height), 1))
        cut_height = min(height, max(round(width * self.height / self.width), 1))
        x, y = (width - cut_width) // 2, (height - cut_height) // 2
        cut = bgr[y : y + cut_height, x : x + cut_width]
        size = (2 * self.width, 2 * self.height)
        if (cut_width, cut_height) != size:
            shrinks = cut_width >= size[0]
            cut = cv2.resize(cut, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
        return np.asarray(cv2.flip(cut, 1) if self.mirror else np.ascontiguousarray(cut), dtype=np.uint8)

    # -- the silhouette ------------------------------------------------------------------------------------

    def _silhouette(self, picture: NDArray[np.uint8], seconds: float) -> NDArray[np.uint8]:
        """Where the picture differs from the empty room: (h, w) 0..255, soft at the edges; nothing while
        learning."""
        nothing = np.zeros((self.height, self.width), np.uint8)
        if self._room is None:
            self._room, self._looks, self._began = picture.astype(np.float32), 1, seconds
            self._learned = math.inf
            return nothing
        if seconds < self._began + LEARNING:
            self._looks += 1
            cv2.accumulateWeighted(picture, self._room, 1.0 / self._looks)
            return nothing
        if self._learned == math.inf:
            self._learned = self._chores = self._adapted = seconds
        gain, noise = self._light(picture)
        self._gain = gain
        expected = cv2.multiply(self._room, (*gain, 0.0), dtype=cv2.CV_8U)
        apart = cv2.absdiff(picture, expected)
        blue, green, red = cv2.split(apart)
        score = cv2.max(cv2.max(blue, green), red)
        threshold = min(max(9.0 + 4.0 * noise, 14.0), 60.0)
        # At an edge a pixel is half visitor, half room: it counts from half of its neighbourhood's
        # difference, or every silhouette would wear a rim.
        rim = cv2.convertScaleAbs(cv2.dilate(score, self._around), alpha=RIM)
        rough = cv2.compare(score, cv2.max(rim, np.full_like(rim, round(threshold))), cv2.CMP_GT)
        rough = cv2.morphologyEx(rough, cv2.MORPH_OPEN, self._open)
        rough = cv2.morphologyEx(rough, cv2.MORPH_CLOSE, self._close)
        if self._adapted + 0.2 <= seconds:
            self._adapt(picture, rough, gain, min(seconds - self._adapted, 1.0))
            self._adapted = seconds
        if cv2.countNonZero(rough) > BLIND * rough.size:
            return self._be_blind(nothing, seconds)
        self._blind_since = None
        soft = cv2.resize(rough, (self.width, self.height), interpolation=cv2.INTER_AREA)
        return np.asarray(soft, dtype=np.uint8)

    def _light(self, picture: NDArray[np.uint8]) -> tuple[tuple[float, float, float], float]:
        """How much brighter each colour is than when the room was learned, and the noise (standard
        deviation)."""
        assert self._room is not None
        seen, room = picture[::4, ::4].astype(np.float32), self._room[::4, ::4]
        outside = self._visitor[::2, ::2] < 16
        if np.count_nonzero(outside) > 0.3 * outside.size:
            seen, room = seen[outside], room[outside]
        else:
            seen, room = seen.reshape(-1, 3), room.reshape(-1, 3)
        ratio = (seen + 4.0) / (room + 4.0)
        gain = np.clip(np.median(ratio, axis=0), 0.2, 5.0)
        green = np.abs(seen[:, 1] - gain[1] * room[:, 1])
        return (float(gain[0]), float(gain[1]), float(gain[2])), 1.48 * float(np.median(green))

    def _adapt(
        self,
        picture: NDArray[np.uint8],
        rough: NDArray[np.uint8],
        gain: tuple[float, float, float],
        step: float,
    ) -> None:
        """Takes slow changes into the room. Behind a visitor only the light changes: they are never absorbed
        here."""
        assert self._room is not None
        rate = 1.0 - math.exp(-step / ADAPT)
        follow = tuple(1.0 + rate * (value - 1.0) for value in gain)
        cv2.multiply(self._room, (*follow, 0.0), dst=self._room)
        free = cv2.bitwise_not(cv2.dilate(rough, self._wide))
        cv2.accumulateWeighted(picture, self._room, rate, mask=free)

    def _be_blind(self, nothing: NDArray[np.uint8], seconds: float) -> NDArray[np.uint8]:
        """The whole picture changed: say nobody rather than everybody, and learn the room again after 2 s."""
        if self._blind_since is None:
            self._blind_since = seconds
        elif seconds - self._blind_since > 2.0:
            self._room, self._blind_since, self._still_grey = None, None, None
        return nothing

    def _bodies(self, mask: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
        """The mask without specks, and how many bodies it shows; parts above each other are one body."""
        hard = (mask >= 64).astype(np.uint8)
        number, labels, stats, _ = cv2.connectedComponentsWithStats(hard, connectivity=8)
        if number <= 1:
            return np.zeros_like(mask), 0
        keep = stats[:, cv2.CC_STAT_AREA] >= SMALLEST * mask.size
        keep[0] = False
        if not keep.any():
            return np.zeros_like(mask), 0
        kept = keep[labels].astype(np.uint8)
        mask = cv2.bitwise_and(mask, mask, mask=cv2.dilate(kept, self._open))
        spans: list[tuple[int, int]] = []
        for left, width, area in sorted(
            (int(row[cv2.CC_STAT_LEFT]), int(row[cv2.CC_STAT_WIDTH]), int(row[cv2.CC_STAT_AREA])) for row in stats[keep]
        ):
            overlap = min(spans[-1][1], left + width) - left if spans else -1
            if spans and overlap > 0.5 * min(width, spans[-1][1] - spans[-1][0]):
                spans[-1] = (spans[-1][0], max(spans[-1][1], left + width))
            elif area >= 2 * SMALLEST * mask.size:
                spans.append((left, left + width))
        return mask, max(len(spans), 1)

    def _settle(
        self, mask: NDArray[np.uint8], picture: NDArray[np.uint8], grey: NDArray[np.uint8], seconds: float
    ) -> NDArray[np.uint8]:
        """Once a second: what has not moved at all for `STILL` seconds becomes part of the room.

        Soon after learning much less is enough: whoever stood there while the room was learned leaves a
        ghost.
        """
        if self._room is None or seconds < self._chores or self._learned == math.inf:
            return mask
        step = seconds - self._chores + 1.0
        self._chores = seconds + 1.0
        now = cv2.GaussianBlur(grey.astype(np.float32), (3, 3), 0)
        if self._still_grey is None:
            self._still_grey = now
            return mask
        light = float(np.median((now[::4, ::4] + 4.0) / (self._still_grey[::4, ::4] + 4.0)))
        changed = np.abs(now - light * self._still_grey)
        limit = max(6.0, 6.0 * float(np.median(changed)))
        self._still = np.where(changed > limit, 0.0, self._still + min(step, 2.0)).astype(np.float32)
        self._still_grey = now
        patience = min(STILL, 6.0 + (seconds - self._learned) / 4)
        number, labels = cv2.connectedComponents((mask > 0).astype(np.uint8), connectivity=8)
        for label in range(1, number):
            area = labels == label
            if float(self._still[area].min()) >= patience:
                self._absorb(area, picture)
                mask = np.where(area, 0, mask).astype(np.uint8)
        return mask

    def _absorb(self, area: NDArray[np.bool_], picture: NDArray[np.uint8]) -> None:
        """Makes what is seen there part of the room, in the light in which the room was learned."""
        assert self._room is not None
        wide = cv2.dilate(area.astype(np.uint8), self._wide)
        where = cv2.resize(wide, (2 * self.width, 2 * self.height), interpolation=cv2.INTER_NEAREST) > 0
        self._room[where] = picture[where] / np.array(self._gain, np.float32)

    # -- movement and numbers ------------------------------------------------------------------------------

    def _movement(self, grey: NDArray[np.uint8], mask: NDArray[np.uint8], step: float) -> NDArray[np.float32]:
        """Flow in widths a second, rows as in the picture, +y down; zero away from visitors."""
        if self._grey is None or step <= 0 or not (mask.any() or self._visitor.any()):
            return np.zeros((self.height, self.width, 2), np.float32)
        flow = self._flow.calc(self._grey, grey, None)
        near = cv2.blur(cv2.dilate(cv2.max(mask, self._visitor), self._wide), (5, 5))
        weight = near.astype(np.float32) * np.float32(1.0 / (255.0 * self.width * step))
        return np.asarray(flow * weight[..., None], dtype=np.float32)

    def _read_numbers(
        self, mask: NDArray[np.uint8], flow: NDArray[np.float32], bodies: int, seconds: float, step: float
    ) -> None:
        moments = cv2.moments(mask)
        cover = moments["m00"] / (255.0 * mask.size)
        # Comes at 0.8 % of the picture, goes below 0.4 %, so that noise at the edge can't make it flicker.
        self._there = cover > (0.004 if self._there else 0.008)
        self._presence = _toward(self._presence, float(self._there), step, 0.12 if self._there else 0.4)
        fast = 0.0
        if self._there:
            speed = cv2.magnitude(flow[..., 0], flow[..., 1])[mask > 127]
            if speed.size > 16:
                fast = float(np.partition(speed, int(0.9 * speed.size))[int(0.9 * speed.size)])
            middle = (
                (moments["m10"] / moments["m00"] + 0.5) / self.width,
                1.0 - (moments["m01"] / moments["m00"] + 0.5) / self.height,
            )
            quick = 0.05 if self._presence > 0.2 else 0.0
            self._centre = (
                _toward(self._centre[0], middle[0], step, quick),
                _toward(self._centre[1], middle[1], step, quick),
            )
        self._motion = _toward(self._motion, min(fast / FULL_MOTION, 1.0), step, 0.12)
        if bodies != self._counted:
            self._counted, self._count_since = bodies, seconds
        elif seconds - self._count_since >= 0.25:
            self._count = bodies


def _toward(value: float, target: float, step: float, constant: float) -> float:
    """One step of exponential smoothing; `constant` in seconds, 0 jumps."""
    if constant <= 0:
        return target
    moved = value + (target - value) * (1.0 - math.exp(-step / constant))
    return target if abs(moved - target) < 1e-4 else moved
