"""Tells visitors apart in the mask, and follows them: place, size, velocity, age and raised hands of up to 16, each with a
number that stays theirs. Only `vision` uses it.

Blobs of the mask are matched with where each visitor was heading, and with the mean colours of trunk and legs (they are
remembered for as long as somebody is followed, at most `REMEMBERED` seconds behind others, and never leave this process).
Visitors who pass before each other are one blob for a while: inside it each is followed by their colours, or goes on as they
went, until they part; then the colours tell who is who. Deterministic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from installation.inputs.crowd import BANDS, STRANGE, assign, find_colours
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

COLOUR = 0.003
"""Picture widths that a difference of one in the mean colour is worth, when blobs are matched."""

HAND_SMOOTH = 0.15
"""Seconds in which a raised hand counts as raised."""

HANDS_EVERY = 0.09
"""Seconds between two looks at somebody's hands."""

HIDDEN = 1.5
"""Seconds after which somebody who isn't seen in a crowd is behind somebody else, and may come out anywhere."""

TOLD = 5.0
"""Seconds for which somebody who is behind others still counts."""

REMEMBERED = 12.0
"""Seconds for which somebody is waited for who is behind others; they may come out anywhere but at an edge."""

FAR = 1.0e6
"""What it costs to take somebody for a blob that can't be theirs."""


LEFT, TOP, WIDE, HIGH, AREA = range(5)
"""Columns of OpenCV's statistics of connected parts."""


class Blob(NamedTuple):
    """A body in the mask, in pixels of it: the box (left, top, right, bottom), the middle of its area, the mean
    colours of trunk and legs (six numbers, BGR and BGR)."""

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
    looked: float = -math.inf  # when their hands were
    shown: float = math.inf  # when they themselves were seen last: behind others they aren't
    strange: float = 0.0  # how little of them is seen in a crowd, as a difference in colour


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
        rows, least = stats.tolist(), SMALLEST * mask.size
        kept = [label for label in range(1, number) if rows[label][AREA] >= least]
        if not kept:
            return np.zeros_like(mask), []
        if len(kept) < number - 1:
            keep = np.zeros(number, np.uint8)
            keep[kept] = 255
            mask = cv2.bitwise_and(mask, cv2.dilate(keep[labels], self._open))
        groups: list[list[int]] = []
        begin = reach = 0  # of the last group
        for label in sorted(kept, key=lambda label: rows[label][LEFT]):
            left, width = rows[label][LEFT], rows[label][WIDE]
            overlap = min(reach, left + width) - left if groups else -1
            if groups and overlap > 0.5 * min(width, reach - begin):
                groups[-1].append(label)
                reach = max(reach, left + width)
            else:
                groups.append([label])
                begin, reach = left, left + width
        found = [self._blob(group, labels, rows, centres, small) for group in groups]
        return mask, [blob for blob in found if blob is not None]

    def _blob(
        self, group: list[int], labels: Any, rows: list[list[int]], centres: Any, small: NDArray[np.uint8]
    ) -> Blob | None:
        area = sum(rows[label][AREA] for label in group)
        if area < 2 * SMALLEST * labels.size:
            return None
        left, top = min(rows[label][LEFT] for label in group), min(rows[label][TOP] for label in group)
        right = max(rows[label][LEFT] + rows[label][WIDE] for label in group)
        bottom = max(rows[label][TOP] + rows[label][HIGH] for label in group)
        x, y = (sum(float(centres[label, axis]) * rows[label][AREA] for label in group) / area for axis in (0, 1))
        largest = max(group, key=lambda label: rows[label][AREA])
        colours: list[float] = []
        for begin, end in BANDS:
            first = top + round(begin * (bottom - top))
            band = slice(first, max(top + round(end * (bottom - top)), first + 1)), slice(left, right)
            inside = np.equal(labels[band], largest).view(np.uint8)
            colours += cv2.mean(small[band], mask=inside)[:3]
        return Blob(left, top, right, bottom, x + 0.5, y + 0.5, np.array(colours))

    # -- following -----------------------------------------------------------------------------------------

    def follow(
        self, blobs: list[Blob], mask: NDArray[np.uint8], small: NDArray[np.uint8], seconds: float, step: float
    ) -> None:
        """Takes the blobs of a picture taken `step` seconds after the last one (0: nothing moved yet)."""
        matched = self._match(blobs, seconds, step)
        held: dict[int, list[Track]] = {}
        for track, index in zip(self._tracks, matched, strict=True):
            if index is not None:
                held[index] = [track]
        for track, index in zip(self._tracks, matched, strict=True):
            if index is None and (other := self._swallowed(track, blobs, held, step)) is not None:
                held[other].append(track)
        for index, group in held.items():
            there = [track for track in group if not self._hidden(track, seconds)] or group[:1]
            if len(there) == 1:
                self._move(there[0], blobs[index], mask, seconds, step)
                there[0].shared, there[0].shown = False, seconds
            places = [(there[0].x, there[0].width)] if len(there) == 1 else []
            for track in sorted(group, key=lambda track: track.strange):
                if not (len(there) == 1 and track is there[0]):
                    self._move_in_crowd(track, blobs[index], mask, small, places, seconds, step)
                    track.shared = True
                track.seen = seconds
        for track in self._tracks:
            if track.seen < seconds:
                track.x, track.y = track.x + track.vx * step, track.y + track.vy * step
        self._tracks = [track for track in self._tracks if not self._gone(track, seconds)]
        for index, blob in enumerate(blobs):
            if index not in held and len(self._tracks) < MOST_BODIES:
                size = float(blob.right - blob.left), float(blob.bottom - blob.top)
                self._tracks.append(Track(self._next, seconds, seconds, blob.x, blob.y, *size, blob.top, blob.colour))
                self._tracks[-1].shown = seconds
                self._next += 1

    def _match(self, blobs: list[Blob], seconds: float, step: float) -> list[int | None]:
        """For each who is followed, which blob they are: by the smallest sum of the ways and the differences in colour. Who
        was in a crowd may have gone any way in it: there, the colours tell."""
        if not self._tracks or not blobs:
            return [None] * len(self._tracks)
        worn = np.array([track.colour for track in self._tracks])[:, None], np.array([blob.colour for blob in blobs])
        differences = (COLOUR * np.abs(worn[0] - worn[1]).sum(axis=2)).tolist()
        costs = []
        for track, unlike in zip(self._tracks, differences, strict=True):
            x, y = track.x + track.vx * step, track.y + track.vy * step
            slack, trust = (0.5 * track.width, 0.35) if track.shared else (2.0, 1.0)
            row = []
            hidden = self._hidden(track, seconds)
            for blob, strange in zip(blobs, unlike, strict=True):
                inside = blob.left - slack <= x <= blob.right + slack and blob.top - slack <= y <= blob.bottom + slack
                way = math.hypot(blob.x - x, blob.y - y) / self.width
                if hidden:
                    edge = blob.left <= 1 or blob.right >= self.width - 1
                    row.append(FAR if edge or strange > COLOUR * STRANGE else trust * way + strange + 0.05)
                else:
                    row.append(trust * way + strange if inside or way < REACH else FAR)
            costs.append(row)
        return [
            index if index is not None and row[index] < FAR else None
            for row, index in zip(costs, assign(costs), strict=True)
        ]

    def _swallowed(self, track: Track, blobs: list[Blob], held: dict[int, list[Track]], step: float) -> int | None:
        """The blob of somebody else that this one is in, too: one that reaches over where they must be."""
        if track.seen - track.born < PROVEN:
            return None
        x = track.x + track.vx * step
        margin = (0.5 if track.shared else 0.15) * track.width
        found = []
        for index in held:
            blob = blobs[index]
            off = max(blob.left - x, x - blob.right, 0.0)
            if blob.bottom - blob.top > 0.6 * track.height and off <= margin:
                found.append((off, index))
        return min(found)[1] if found else None

    def _move(self, track: Track, blob: Blob, mask: NDArray[np.uint8], seconds: float, step: float) -> None:
        x, y = track.x, track.y
        track.x, track.y, track.top = blob.x, blob.y, blob.top
        width, height = blob.right - blob.left, blob.bottom - blob.top
        keep = 0.0 if track.shared or step <= 0 else math.exp(-step / 0.1)
        track.width, track.height = width + (track.width - width) * keep, height + (track.height - height) * keep
        if step > 0 and not track.shared:
            quick = 1.0 - math.exp(-step / 0.15)
            track.vx += ((blob.x - x) / step - track.vx) * quick
            track.vy += ((blob.y - y) / step - track.vy) * quick
        track.colour = track.colour + 0.1 * (blob.colour - track.colour)
        since = seconds - track.looked
        if since >= HANDS_EVERY:
            up = self._raised(blob, mask)
            soft = 1.0 - math.exp(-since / HAND_SMOOTH)
            track.hands = [old + (new - old) * soft for old, new in zip(track.hands, up, strict=True)]
            track.looked = seconds

    def _move_in_crowd(
        self,
        track: Track,
        blob: Blob,
        mask: NDArray[np.uint8],
        small: NDArray[np.uint8],
        places: list[tuple[float, float]],
        seconds: float,
        step: float,
    ) -> None:
        """Goes on as they went, and to where their colours are seen in the blob near there; not where others are seen, whose
        `places` (middle and width) are known."""
        ahead = track.x + track.vx * step
        half = min(track.width, blob.right - blob.left) / 2
        seen, strange = find_colours(track, (blob.left, blob.right), mask, small, ahead, places)
        track.strange += (strange - track.strange) * (1.0 - math.exp(-step / 0.15))
        if seen is None:
            track.vx *= math.exp(-step / 0.8)  # behind somebody: they may have stopped
        else:
            ahead += (seen - ahead) * (1.0 - math.exp(-step / 0.1))
            if step > 0:
                track.vx += ((ahead - track.x) / step - track.vx) * (1.0 - math.exp(-step / 0.25))
            track.shown = seconds
            places.append((seen, track.width))
        track.x = min(max(ahead, blob.left + half), blob.right - half)
        track.y += 0.3 * (min(max(track.y, blob.top), blob.bottom) - track.y)

    def _hidden(self, track: Track, seconds: float) -> bool:
        return seconds - track.shown > HIDDEN

    def _gone(self, track: Track, seconds: float) -> bool:
        edge = not 0.04 * self.width < track.x < 0.96 * self.width
        return seconds - track.seen > (0.1 if edge else FORGET) or seconds - track.shown > REMEMBERED

    def _raised(self, blob: Blob, mask: NDArray[np.uint8]) -> tuple[float, float]:
        """Which hands are above the chin: left and right in the picture, 0 or 1.

        The trunk's axis is the middle of what lies halfway down; the head is above it, as wide as heads are; a hand is what
        reaches as high beside it.
        """
        cut = mask[blob.top : blob.bottom, blob.left : blob.right]
        height, width = cut.shape
        if height < 12 or width < 4:
            return 0.0, 0.0
        trunk = np.cumsum(np.count_nonzero(cut[round(0.4 * height) : round(0.6 * height)] > 127, axis=0))
        if not trunk[-1]:
            return 0.0, 0.0
        axis = int(np.searchsorted(trunk, trunk[-1] / 2))
        crown = int(np.argmax(cut[:, max(axis - 2, 0) : axis + 3].max(axis=1) > 127))
        body = height - crown
        chin, head = math.ceil(crown + 0.16 * body), 0.12 * body
        left, right = cut[:chin, : max(round(axis - head), 0)], cut[:chin, min(round(axis + head) + 1, width) :]
        return float(left.max(initial=0) > 127), float(right.max(initial=0) > 127)

    # -- what is told --------------------------------------------------------------------------------------

    def boxes(self) -> list[tuple[float, float, float, float]]:
        """Left, top, width and height of everybody, in pixels of the mask, the largest first: where faces are looked for."""
        found = [(t.x - t.width / 2, t.top, t.width, t.height) for t in self._tracks if t.seen - t.shown <= HIDDEN]
        return sorted(found, key=lambda box: -box[2] * box[3])

    def table(self, seconds: float) -> NDArray[np.float32]:
        """Everybody, as `Sense.bodies`."""
        table = np.zeros((MOST_BODIES, len(BODY)), np.float32)
        proven = [t for t in self._tracks if t.seen - t.born >= PROVEN and seconds - t.shown <= TOLD]
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
