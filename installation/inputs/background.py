"""Knows the empty room, and says where a picture differs from it: the silhouettes. Only `vision` uses it.

Method, from the project's measurements: the mean of the empty room, with the median ratio of brightness taken out of each
colour first (so clouds, dimmers, white balance and exposure don't make ghosts), opened and closed. To that comes what a
shadow is: light that is dimmer or brighter here and there, smoothly, while the colours stay (after the brightness and
chromaticity distortion of Horprasert, Harwood, Davis, "A Statistical Approach for Real-time Robust Background Subtraction and
Shadow Detection", ICCV Frame-Rate Workshop, 1999; here as one smooth field of light for the whole picture).

It must never take in a visitor who stands still. Where nobody is it follows the light within half a minute; behind visitors
only the light is followed. A thing that doesn't stir at all for `STILL` becomes part of the room; so does, within seconds,
the ghost of somebody who was there while the room was learned, which is known by having its outline in the memory and not in
the picture.
"""

from __future__ import annotations

import math
from typing import Any

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

cv2: Any = opencv  # its own types know no scalar for each channel

LEARNING = 0.8
"""Seconds in which the room is first looked at; it should be empty."""

SETTLED = 4.0
"""Seconds for which the room must have been known before it is worth telling others."""

ADAPT = 20.0
"""Seconds for the room to take in a slow change, where no visitor is."""

STILL = 90.0
"""Seconds after which something that hasn't moved at all is furniture. A person sways; a chair doesn't."""

GHOST = 2.0
"""The same, for what the memory shows and the picture doesn't."""

BLIND = 0.8
"""More of the picture than this cannot be visitors: the light went on or off, or the camera was moved."""

RIM = 0.3
"""Share of the strongest difference nearby below which a pixel is no part of a visitor."""

WHOLE = 1.15
"""A pixel is all visitor from 1 / 1.15 of the strongest difference nearby: cloth is uneven."""

DIMMEST, BRIGHTEST = 0.5, 1.5
"""How much less, or more, light may fall on a part of the room than on the whole, and still be light."""

SMOOTH = 21
"""Pixels of the mask over which such light changes, about: an eighth of the picture's width."""

SPARSE = 12
"""Every which pixel, of each row and column, the light that falls everywhere is measured at: some 400 in all, whose median is
good to a thousandth of it."""

EVERY = 0.4
"""Seconds between two steps of following the light."""

FAITH = 7.0
"""Weight of the light that falls everywhere, beside that of the pixels around a place (255 where all of them can tell)."""


class Background:
    """The empty room as one camera sees it, at twice the mask's size. Not for several threads."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._open = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
        self._around = np.ones((3, 3), np.uint8)
        self._wide = np.ones((7, 7), np.uint8)
        self.nothing = np.zeros((height, width), np.uint8)
        self.nothing.flags.writeable = False
        self.reset()

    def reset(self) -> None:
        """Forgets the room."""
        self._room: NDArray[np.float32] | None = None
        self._looks = 0
        self._learned = math.inf  # when the room was known
        self._began = self._chores = self._adapted = 0.0
        self._gain = (1.0, 1.0, 1.0)
        self._blind_since: float | None = None
        self._still = np.zeros((self.height, self.width), np.float32)  # seconds without a change
        self._still_grey: NDArray[np.float32] | None = None
        self.confidence = 0.0
        """0..1, how sure the silhouettes are: 0 while the room isn't known or everything has changed at once, less where
        noise or a dim room leaves little to tell by."""

    @property
    def learned(self) -> bool:
        return self._learned != math.inf

    def known(self, seconds: float) -> NDArray[np.float32] | None:
        """The empty room, (2h, 2w, 3) BGR, for whoever is to go on from here; None while it isn't sure."""
        sure = self._room is not None and self._blind_since is None and seconds - self._learned > SETTLED
        return self._room if sure else None

    def recall(self, room: NDArray[np.float32], seconds: float) -> None:
        """Goes on from a room that was known before."""
        self.reset()
        self._room = room
        self._learned = self._chores = self._adapted = seconds

    def look(
        self,
        picture: NDArray[np.uint8],
        small: NDArray[np.uint8],
        grey: NDArray[np.uint8],
        visitor: NDArray[np.uint8],
        seconds: float,
    ) -> NDArray[np.uint8]:
        """Where visitors are: (h, w) 0..255, soft at the edges, rows as in the picture; nothing while learning.

        `picture` is (2h, 2w, 3) BGR, `small` and `grey` the same at (h, w); `visitor` is the last mask.
        """
        if not self._learn(picture, seconds):
            self.confidence = 0.0
            return self.nothing
        assert self._room is not None
        gain, noise = self._light(picture, visitor)
        self._gain = gain
        expected = cv2.multiply(self._room, (*gain, 0.0), dtype=cv2.CV_8U)
        lit = self._local_light(expected, small, grey, noise)
        if lit is not None:
            expected = cv2.multiply(expected, lit, scale=1 / 128)
        apart = cv2.absdiff(picture, expected)
        blue, green, red = cv2.split(apart)
        score = cv2.max(cv2.max(blue, green), red)
        threshold = min(max(9.0 + 4.0 * noise, 14.0), 60.0)
        strongest = cv2.dilate(score, self._around)
        rim = cv2.convertScaleAbs(strongest, alpha=RIM)
        rough = cv2.compare(score, cv2.max(rim, round(threshold)), cv2.CMP_GT)
        rough = cv2.morphologyEx(rough, cv2.MORPH_OPEN, self._open)
        rough = cv2.morphologyEx(rough, cv2.MORPH_CLOSE, self._open)
        if self._adapted + EVERY <= seconds:
            self._adapt(picture, rough, gain, min(seconds - self._adapted, 1.0))
            self._adapted = seconds
        if cv2.countNonZero(rough) > BLIND * rough.size:
            self.confidence = 0.0
            self._be_blind(seconds)
            return self.nothing
        self._blind_since = None
        self.confidence = min(14.0 / threshold, 1.0)
        # At an edge a pixel is part visitor, part room, by as much as it differs: else every silhouette would wear a rim.
        share = cv2.min(rough, cv2.divide(score, strongest, scale=WHOLE * 255))
        part = cv2.max(cv2.erode(rough, self._open), share)
        soft = cv2.resize(part, (self.width, self.height), interpolation=cv2.INTER_AREA)
        return np.asarray(soft, dtype=np.uint8)

    def _learn(self, picture: NDArray[np.uint8], seconds: float) -> bool:
        """Takes the first pictures as the room; whether it is known."""
        if self._room is None:
            self._room, self._looks, self._began = picture.astype(np.float32), 1, seconds
            self._learned = math.inf
            return False
        if not self.learned and seconds < self._began + LEARNING:
            self._looks += 1
            cv2.accumulateWeighted(picture, self._room, 1.0 / self._looks)
            return False
        if not self.learned:
            self._learned = self._chores = self._adapted = seconds
        return True

    def _light(
        self, picture: NDArray[np.uint8], visitor: NDArray[np.uint8]
    ) -> tuple[tuple[float, float, float], float]:
        """How much brighter each colour is than when the room was learned, and the noise (standard
        deviation)."""
        assert self._room is not None
        seen = picture[::SPARSE, ::SPARSE].reshape(-1, 3).T.astype(np.float32)
        room = self._room[::SPARSE, ::SPARSE].reshape(-1, 3).T
        outside = np.flatnonzero(visitor[:: SPARSE // 2, :: SPARSE // 2] < 16)
        if outside.size > 0.3 * seen.shape[1]:
            seen, room = seen.take(outside, axis=1), room.take(outside, axis=1)
        ratio = (seen + 4.0) / (room + 4.0)
        middle = ratio.shape[1] // 2
        ratio.partition(middle, axis=1)
        blue, green, red = (min(max(float(value), 0.2), 5.0) for value in ratio[:, middle])
        apart = np.abs(seen[1] - green * room[1])
        apart.partition(middle)
        return (blue, green, red), 1.48 * float(apart[middle])

    def _local_light(
        self, expected: NDArray[np.uint8], small: NDArray[np.uint8], grey: NDArray[np.uint8], noise: float
    ) -> NDArray[np.uint8] | None:
        """How much of the expected light falls where: (2h, 2w, 3) uint8, 128 where as much as everywhere; None where the
        light is even.

        A pixel can tell where its colour is the room's, made darker or brighter; the field is their mean around each place.
        """
        room = cv2.resize(expected, (self.width, self.height), interpolation=cv2.INTER_AREA)
        dim = cv2.cvtColor(room, cv2.COLOR_BGR2GRAY)
        ratio = cv2.divide(cv2.add(grey, 4), cv2.add(dim, 4), dtype=cv2.CV_32F)
        light = cv2.convertScaleAbs(ratio, alpha=128.0)
        guess = cv2.multiply(room, cv2.merge([light, light, light]), scale=1 / 128)
        blue, green, red = cv2.split(cv2.absdiff(small, guess))
        off = cv2.max(cv2.max(blue, green), red)
        able = cv2.bitwise_and(
            cv2.compare(off, min(5.0 + noise, 20.0), cv2.CMP_LT),
            cv2.inRange(light, 128 * DIMMEST, 128 * BRIGHTEST),
        )
        size = (SMOOTH, SMOOTH)
        total = cv2.boxFilter(cv2.multiply(ratio, able, dtype=cv2.CV_32F), cv2.CV_32F, size)
        # Where few can tell, the light is taken to be as everywhere. (`able` is 255 where a pixel can tell.)
        field = cv2.divide(cv2.add(total, FAITH), cv2.add(cv2.boxFilter(able, cv2.CV_32F, size), FAITH))
        lit = cv2.convertScaleAbs(cv2.resize(field, (2 * self.width, 2 * self.height)), alpha=128.0)
        return np.asarray(cv2.merge([lit, lit, lit]), dtype=np.uint8)

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

    def _be_blind(self, seconds: float) -> None:
        """The whole picture changed: nobody is said rather than everybody, and after 2 s the room is learned again."""
        if self._blind_since is None:
            self._blind_since = seconds
        elif seconds - self._blind_since > 2.0:
            self._room, self._blind_since, self._still_grey = None, None, None

    # -- what stands still ---------------------------------------------------------------------------------

    def settle(
        self, mask: NDArray[np.uint8], picture: NDArray[np.uint8], grey: NDArray[np.uint8], seconds: float
    ) -> NDArray[np.uint8]:
        """Once a second: what has not moved at all for `STILL` seconds becomes part of the room, a ghost much sooner; gives
        the mask without them."""
        if self._room is None or seconds < self._chores or not self.learned:
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
        number, labels = cv2.connectedComponents((mask > 0).astype(np.uint8), connectivity=8)
        for label in range(1, number):
            area = labels == label
            still = float(self._still[area].min())
            if still >= GHOST and (still >= STILL or self._is_ghost(area, now)):
                self._absorb(area, picture)
                mask = np.where(area, 0, mask).astype(np.uint8)
        return mask

    def _is_ghost(self, area: NDArray[np.bool_], grey: NDArray[np.float32]) -> bool:
        """Whether an area's outline is in the memory and not in the picture."""
        assert self._room is not None
        small = cv2.resize(self._room, (self.width, self.height), interpolation=cv2.INTER_AREA)
        room = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (3, 3), 0)
        outline = cv2.morphologyEx(area.astype(np.uint8), cv2.MORPH_GRADIENT, self._around) > 0
        seen, known = (
            float(cv2.magnitude(cv2.Sobel(one, cv2.CV_32F, 1, 0), cv2.Sobel(one, cv2.CV_32F, 0, 1))[outline].mean())
            for one in (grey, np.asarray(room, np.float32) * np.float32(self._gain[1]))
        )
        return known > 1.3 * seen + 4.0

    def _absorb(self, area: NDArray[np.bool_], picture: NDArray[np.uint8]) -> None:
        """Makes what is seen there part of the room, in the light in which the room was learned."""
        assert self._room is not None
        wide = cv2.dilate(area.astype(np.uint8), self._wide)
        where = cv2.resize(wide, (2 * self.width, 2 * self.height), interpolation=cv2.INTER_NEAREST) > 0
        self._room[where] = picture[where] / np.array(self._gain, np.float32)
