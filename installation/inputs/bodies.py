"""Tells visitors apart in the mask, and follows them: place, size, velocity, age and raised hands of up to 16, each with a
number that stays theirs. Only `vision` uses it.

Blobs of the mask are matched with where each visitor was heading, and with the mean colour of what they wear (a colour is
remembered for as long as they are followed, and never leaves this process). Visitors who pass before each other are one blob
for a while: each goes on as they went, inside it, until they part. Deterministic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from installation.inputs.sense import BODY, MOST_BODIES

cv2: Any = opencv

SMALLEST = 0.0025
"""Blobs smaller than this share of the picture are noise."""

PROVEN = 0.25
"""Seconds for which somebody must be seen before they count."""

FORGET = 0.6
"""Seconds for which somebody is waited for who is suddenly gone; who left at an edge of the picture is not."""

REACH = 0.12
"""Picture widths by which a visitor may be elsewhere than they were heading."""

COLOUR = 0.0015
"""Picture widths that a difference of one in the mean colour is worth, when blobs are matched."""

HAND_SMOOTH = 0.15
"""Seconds in which a raised hand counts as raised."""


class Blob(NamedTuple):
    """A body in the mask, in pixels of it: the box (left, top, right, bottom), the middle of its area, mean colour."""

    left: int
    top: int
    right: int
    bottom: int
    x: float
    y: float
    colour: NDArray[np.float64]


@dataclass
class Track:
    """Somebody who is followed. Places in pixels of the mask, from the top left."""

    number: int
    born: float
    seen: float
    x: float
    y: float
    width: float
    height: float
    top: float
    colour: NDArray[np.float64]
    vx: float = 0.0
    vy: float = 0.0
    shared: bool = False  # in one blob with somebody else
    hands: list[float] = field(default_factory=lambda: [0.0, 0.0])


class Bodies:
    """Remembers everybody who is followed. Not for several threads."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._open = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
        self.reset()

    def reset(self) -> None:
        """Forgets everybody. Numbers are never used again."""
        self._tracks: list[Track] = []
        self._next = getattr(self, "_next", 1)

    def clean(self, mask: NDArray[np.uint8], small: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], list[Blob]]:
        """The mask without specks, and the bodies that it shows; parts above each other are one body."""
        hard = cv2.compare(mask, 63, cv2.CMP_GT)
        number, labels, stats, centres = cv2.connectedComponentsWithStats(hard, connectivity=8, ltype=cv2.CV_16U)
        if number <= 1:
            return np.zeros_like(mask), []
        keep = stats[:, cv2.CC_STAT_AREA] >= SMALLEST * mask.size
        keep[0] = False
        if not keep.any():
            return np.zeros_like(mask), []
        if not keep[1:].all():
            kept = keep[labels].astype(np.uint8)
            mask = cv2.bitwise_and(mask, mask, mask=cv2.dilate(kept, self._open))
        groups: list[list[int]] = []
        reach = 0
        for label in sorted(np.flatnonzero(keep), key=lambda label: int(stats[label, cv2.CC_STAT_LEFT])):
            left, width = int(stats[label, cv2.CC_STAT_LEFT]), int(stats[label, cv2.CC_STAT_WIDTH])
            before = min((int(stats[k, cv2.CC_STAT_LEFT]) for k in groups[-1]), default=0) if groups else 0
            overlap = min(reach, left + width) - left if groups else -1
            if groups and overlap > 0.5 * min(width, reach - before):
                groups[-1].append(int(label))
                reach = max(reach, left + width)
            else:
                groups.append([int(label)])
                reach = left + width
        found = [self._blob(group, labels, stats, centres, small) for group in groups]
        return mask, [blob for blob in found if blob is not None]

    def _blob(self, group: list[int], labels: Any, stats: Any, centres: Any, small: NDArray[np.uint8]) -> Blob | None:
        areas = stats[group, cv2.CC_STAT_AREA]
        if areas.sum() < 2 * SMALLEST * labels.size:
            return None
        left, top = int(stats[group, cv2.CC_STAT_LEFT].min()), int(stats[group, cv2.CC_STAT_TOP].min())
        right = int((stats[group, cv2.CC_STAT_LEFT] + stats[group, cv2.CC_STAT_WIDTH]).max())
        bottom = int((stats[group, cv2.CC_STAT_TOP] + stats[group, cv2.CC_STAT_HEIGHT]).max())
        x, y = (centres[group] * areas[:, None]).sum(axis=0) / areas.sum()
        largest = group[int(areas.argmax())]
        inside = cv2.compare(labels[top:bottom, left:right], float(largest), cv2.CMP_EQ)
        colour = np.array(cv2.mean(small[top:bottom, left:right], mask=inside)[:3])
        return Blob(left, top, right, bottom, float(x) + 0.5, float(y) + 0.5, colour)

    # -- following -----------------------------------------------------------------------------------------

    def follow(self, blobs: list[Blob], mask: NDArray[np.uint8], seconds: float, step: float) -> None:
        """Takes the blobs of a picture taken `step` seconds after the last one (0: nothing moved yet)."""
        matched = self._match(blobs, step)
        held = {index: [track] for track, index in matched.items()}
        tracks = {track.number: track for track in self._tracks}
        for track in self._tracks:
            if track.number not in matched:
                index = self._swallowed(track, blobs, held, step)
                if index is not None:
                    held[index].append(track.number)
        for index, numbers in held.items():
            shared = len(numbers) > 1
            for number in numbers:
                self._move(tracks[number], blobs[index], mask, seconds, step, shared)
        missing = [track for track in self._tracks if track.seen < seconds]
        for track in missing:
            self._coast(track, step)
        self._tracks = [track for track in self._tracks if not self._gone(track, seconds)]
        for index, blob in enumerate(blobs):
            if index not in held and len(self._tracks) < MOST_BODIES:
                size = float(blob.right - blob.left), float(blob.bottom - blob.top)
                self._tracks.append(Track(self._next, seconds, seconds, blob.x, blob.y, *size, blob.top, blob.colour))
                self._next += 1

    def _match(self, blobs: list[Blob], step: float) -> dict[int, int]:
        """Who is which blob, by the smallest sum of the ways and the differences in colour, one after the other."""
        costs = []
        for track in self._tracks:
            x, y = track.x + track.vx * step, track.y + track.vy * step
            for index, blob in enumerate(blobs):
                inside = blob.left - 2 <= x <= blob.right + 2 and blob.top - 2 <= y <= blob.bottom + 2
                way = math.hypot(blob.x - x, blob.y - y) / self.width
                if inside or way < REACH:
                    costs.append((way + COLOUR * float(np.abs(blob.colour - track.colour).sum()), track.number, index))
        matched: dict[int, int] = {}
        taken: set[int] = set()
        for _, number, index in sorted(costs):
            if number not in matched and index not in taken:
                matched[number] = index
                taken.add(index)
        return matched

    def _swallowed(self, track: Track, blobs: list[Blob], held: dict[int, list[int]], step: float) -> int | None:
        """The blob of somebody else that this one is in, too: one that reaches over where they must be."""
        if track.seen - track.born < PROVEN:
            return None
        x = track.x + track.vx * step
        for index in held:
            blob = blobs[index]
            margin = 0.15 * track.width
            tall = blob.bottom - blob.top > 0.6 * track.height
            if tall and blob.left - margin <= x <= blob.right + margin:
                return index
        return None

    def _move(
        self, track: Track, blob: Blob, mask: NDArray[np.uint8], seconds: float, step: float, shared: bool
    ) -> None:
        x, y = track.x, track.y
        if shared:
            half = min(track.width, blob.right - blob.left) / 2
            ahead = x + track.vx * step
            track.x = min(max(ahead, blob.left + half), blob.right - half)
            track.y = y + 0.3 * (min(max(y, blob.top), blob.bottom) - y)
        else:
            track.x, track.y, track.top = blob.x, blob.y, blob.top
            width, height = blob.right - blob.left, blob.bottom - blob.top
            keep = 0.0 if track.shared or step <= 0 else math.exp(-step / 0.1)
            track.width, track.height = width + (track.width - width) * keep, height + (track.height - height) * keep
            if step > 0 and not track.shared:
                quick = 1.0 - math.exp(-step / 0.15)
                track.vx += ((blob.x - x) / step - track.vx) * quick
                track.vy += ((blob.y - y) / step - track.vy) * quick
            track.colour = track.colour + 0.1 * (blob.colour - track.colour)
            up = self._raised(blob, mask)
            soft = 1.0 if step <= 0 else 1.0 - math.exp(-step / HAND_SMOOTH)
            track.hands = [old + (new - old) * soft for old, new in zip(track.hands, up, strict=True)]
        track.shared, track.seen = shared, seconds

    def _coast(self, track: Track, step: float) -> None:
        track.x, track.y = track.x + track.vx * step, track.y + track.vy * step

    def _gone(self, track: Track, seconds: float) -> bool:
        edge = not 0.04 * self.width < track.x < 0.96 * self.width
        return seconds - track.seen > (0.1 if edge else FORGET)

    def _raised(self, blob: Blob, mask: NDArray[np.uint8]) -> tuple[float, float]:
        """Which hands are above the chin: left and right in the picture, 0 or 1.

        The trunk's axis is the middle of what lies halfway down; the head is above it, as wide as heads are; a hand is what
        reaches as high beside it.
        """
        cut = mask[blob.top : blob.bottom, blob.left : blob.right]
        height, width = cut.shape
        if height < 12 or width < 4:
            return 0.0, 0.0
        there = cut > 127
        trunk = there[round(0.4 * height) : round(0.6 * height)].sum(axis=0)
        if not trunk.any():
            return 0.0, 0.0
        axis = int(np.searchsorted(np.cumsum(trunk), trunk.sum() / 2))
        tops = np.where(there.any(axis=0), there.argmax(axis=0), height)
        body = float(height - tops[max(axis - 2, 0) : axis + 3].min())
        crown, head = height - body, 0.12 * body
        chin = crown + 0.16 * body
        left, right = tops[: max(round(axis - head), 0)], tops[min(round(axis + head) + 1, width) :]
        return float(left.size > 0 and left.min() < chin), float(right.size > 0 and right.min() < chin)

    # -- what is told --------------------------------------------------------------------------------------

    def boxes(self) -> list[tuple[float, float, float, float]]:
        """Left, top, width and height of everybody, in pixels of the mask, the largest first: where faces are looked for."""
        found = [(t.x - t.width / 2, t.top, t.width, t.height) for t in self._tracks]
        return sorted(found, key=lambda box: -box[2] * box[3])

    def table(self, seconds: float) -> NDArray[np.float32]:
        """Everybody, as `Sense.bodies`."""
        table = np.zeros((MOST_BODIES, len(BODY)), np.float32)
        proven = [track for track in self._tracks if track.seen - track.born >= PROVEN]
        for row, track in zip(table, proven, strict=False):
            age, missing = seconds - track.born, seconds - track.seen
            sure = min(age, 1.0) * max(1.0 - missing / FORGET, 0.0) * (0.5 if track.shared else 1.0)
            row[:] = (
                track.number,
                track.x / self.width,
                1.0 - track.y / self.height,
                track.width / self.width,
                track.height / self.height,
                track.vx / self.width,
                -track.vy / self.height,
                age,
                round(track.hands[0]) + round(track.hands[1]),
                sure,
            )
        return table
