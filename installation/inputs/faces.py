"""Finds faces and smiles near the heads of visitors, a few times a second, beside the pictures or in a thread of its own.

OpenCV's own detectors (Viola and Jones' cascades, which opencv-python 4 ships) are the usual ones; a file of YuNet
(`cv2.FaceDetectorYN`), which the user supplies, finds faces that are turned or covered. Only where a visitor is, it looks:
that is what makes it cheap. It keeps no face, compares none with another, and knows nobody: only how
many hits of the smile detector there lately were at a place, and how wide the boxes. Never blocks: a picture that
comes while it is busy is passed over.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from installation.errors import DeviceError, Location

cv2: Any = opencv

EVERY = 0.12
"""Seconds between two looks: eight a second."""

MOST_HEADS = 4
"""Heads that are looked at in one look, the largest and then the others in turn."""

CROP = 168
"""Pixels of the square that a head is looked for in; the head fills about a third of it."""

SMALL, LARGE = (36.0, 62.0), (60.0, 84.0)
"""Pixels that a face is wide in the camera's picture, and hits of the smile detector at which it half smiles, while it isn't
known how it rests. Measured on drawn faces in even light: small ones at rest have 0 to 40, smiling 80 to 140; large ones at rest
15 to 70, smiling 100 to 200."""

OVER = 34.0
"""Hits by which a half smile is over a face's own rest."""

RESTING = 0.25
"""Share of a face's looks with the fewest hits, which are at rest."""

KNOWN = 8
"""Looks after which it is known how a face rests: a second."""

WATCHED = 160
"""Looks from which it is known: twenty seconds."""

LEFT = 2.0
"""Seconds after which what was known of a face is forgotten, where there is none any more."""

SPREAD = 24.0
"""Hits between no smile and a broad one."""

HEAD = 0.5, 0.33
"""Where in its square a head is expected: shares of its width and height, from the top left."""

SHARED = 0.35
"""Of the smaller one: two found faces that have this much in common are one, found in two heads' squares or twice in one."""

STEADY = 24
"""Found boxes whose middle width is the face's: one look's is up to half as much again, or a third less."""

MOUTHS = 0.85, 0.1
"""Of that width: the side of the square in which the mouth is looked for, boxes being wider than faces; and how much higher
than theirs it lies, since a mouth that is cut off from below is none to the smile detector."""

HELD = 0.5
"""Seconds for which a mouth is looked at where the face was, when the face isn't found."""

AROUND = 0.37
"""Of a face's width: the square around a pixel whose mean is the light that falls there."""

EVEN = 110.0
"""What a pixel that is as bright as those around it becomes."""

MOUTH = 96
"""Pixels that the lower half of a face is made wide for the smile detector."""

CASCADES = ("haarcascade_frontalface_default.xml", "haarcascade_frontalface_alt2.xml")

PERSON = 0.36
"""Width of a person's silhouette over its height, as far as that goes."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Face:
    """A face, in shares of the picture's width and height from the top left: its middle and its size; smile 0..1."""

    x: float
    y: float
    width: float
    height: float
    smile: float


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found at a moment, at how many heads it looked, and how many faces there are, with those of the heads whose
    turn was just before."""

    faces: tuple[Face, ...]
    heads: int
    seconds: float
    count: int


@dataclass(slots=True)
class Rest:
    """The last looks at the face in a place (shares of the picture): hits of the smile detector, and the face's width in
    pixels then, since a larger face has more; the box in which it was found last, and the widths of those before, in pixels.
    What is at a place, not whose face it is."""

    x: float
    y: float
    seen: float
    looks: deque[tuple[int, float]]
    box: Box
    widths: deque[float]

    @property
    def width(self) -> float:
        """How wide the face is, in pixels."""
        return sorted(self.widths)[len(self.widths) // 2]

    @property
    def square(self) -> Box:
        """Where the mouth is in the lower half of, in pixels of the picture."""
        left, top, wide, high = self.box
        side = MOUTHS[0] * self.width
        return left + (wide - side) / 2, top + high / 2 - (0.5 + MOUTHS[1]) * side, side, side

    def half(self, pixels: float) -> float:
        """Hits at which a face as wide as that half smiles."""
        usual = float(np.interp(pixels, (SMALL[0], LARGE[0]), (SMALL[1], LARGE[1])))
        alike = sorted(hits for hits, wide in self.looks if 0.75 * pixels < wide < 1.33 * pixels)
        if len(alike) < KNOWN:
            return usual
        # Who smiles from the first moment on must not be taken for at rest: not higher than a smile can be.
        return min(alike[int(RESTING * len(alike))] + OVER, usual + 22.0)


@dataclass(frozen=True, slots=True)
class Square:
    """The part of a picture in which a head is looked for: where it is in pixels, and its own, (h, w, 3) BGR and in grey."""

    head: Box
    crop: NDArray[np.uint8]
    grey: NDArray[np.uint8]

    def holds(self, left: float, top: float, side: float) -> bool:
        """Whether all the width of a face's square is in it, and where the mouth begins."""
        x, y, width, height = self.head
        return x <= left and left + side <= x + width and y <= top + side / 2 <= y + height


class Finder(Protocol):
    """Finds faces in a crop of a picture."""

    def find(self, bgr: NDArray[np.uint8], grey: NDArray[np.uint8]) -> list[tuple[int, int, int, int]]:
        """Left, top, width and height in pixels of faces."""


class Cascades:
    """OpenCV's own detectors: the second is asked where the first finds nothing."""

    def __init__(self) -> None:
        self._cascades = [_cascade(name) for name in CASCADES]

    def find(self, bgr: NDArray[np.uint8], grey: NDArray[np.uint8]) -> list[tuple[int, int, int, int]]:
        least = grey.shape[0] // 6
        for cascade in self._cascades:
            found = cascade.detectMultiScale(grey, 1.15, 4, minSize=(least, least))
            if len(found):
                return [(int(x), int(y), int(w), int(h)) for x, y, w, h in found]
        return []


class YuNet:
    """A YuNet model that the user supplies (an .onnx file)."""

    def __init__(self, path: Path) -> None:
        """Raises DeviceError where the file can't be loaded."""
        where = Location(str(path))
        hint = "camera: faces: must be a YuNet model for cv2.FaceDetectorYN (.onnx), as OpenCV's model zoo has it"
        if not path.is_file():
            raise DeviceError("there is no such model of faces", where, hint)
        try:
            self._model = cv2.FaceDetectorYN.create(str(path), "", (CROP, CROP), 0.7)
            self._model.detect(np.zeros((CROP, CROP, 3), np.uint8))
        except cv2.error as error:
            said = str(getattr(error, "err", error)).strip().splitlines()[0]
            raise DeviceError(f"not a model that finds faces ({said[:120]})", where, hint) from None

    def find(self, bgr: NDArray[np.uint8], grey: NDArray[np.uint8]) -> list[tuple[int, int, int, int]]:
        self._model.setInputSize((bgr.shape[1], bgr.shape[0]))
        _, found = self._model.detect(bgr)
        return [] if found is None else [(int(r[0]), int(r[1]), int(r[2]), int(r[3])) for r in found]


def _cascade(name: str) -> Any:
    """A cascade that opencv-python ships. Raises DeviceError where it doesn't (5.0 has none)."""
    folder = getattr(getattr(cv2, "data", None), "haarcascades", "")
    cascade = cv2.CascadeClassifier(folder + name) if hasattr(cv2, "CascadeClassifier") else None
    if cascade is None or cascade.empty():
        raise DeviceError("this OpenCV has no detector of faces", Location(name), "install opencv-python below 5")
    return cascade


class Faces:
    """Looks at heads. `threaded`: in a thread of its own, for a live camera; else at once, so that a render is the same each
    time."""

    def __init__(self, model: str = "", threaded: bool = False) -> None:
        """`model` is the path of a YuNet file, "" for OpenCV's own detectors. Never raises: `problem` says what is wrong, and
        the next best detector is used."""
        self.problem = ""
        self._finder: Finder | None = None
        self._smile: Any = None
        try:
            self._smile = _cascade("haarcascade_smile.xml")
            self._finder = Cascades()
            if model:
                self._finder = YuNet(Path(model))
        except DeviceError as error:
            self.problem = str(error).replace("\n    ", ". ")
        self._due = -math.inf
        self._turn = 0
        self._rests: list[Rest] = []
        self._looks: deque[Look] = deque(maxlen=16)
        self._lock = threading.Condition()
        self._job: tuple[list[tuple[Box, NDArray[np.uint8]]], tuple[int, int], int, float] | None = None
        self._busy = False
        self._thread: threading.Thread | None = None
        if threaded and self._finder is not None:
            self._thread = threading.Thread(target=self._work, name="faces", daemon=True)
            self._thread.start()

    def offer(self, picture: NDArray[np.uint8], boxes: list[Box], seconds: float) -> None:
        """Offers a picture, (h, w, 3) BGR, and where visitors are in it (left, top, width, height in shares of it). Returns
        at once in threaded use; crops are copied, the picture is not kept."""
        if self._finder is None:
            return
        if self._due - 10.0 < seconds < self._due - 1e-6 or self._busy:
            return
        self._due = seconds + EVERY
        heads = [head for box in boxes if (head := head_of(box, picture.shape)) is not None]
        crops = [(head, _crop(picture, head)) for head in self._choose(heads)]
        job = (crops, (picture.shape[1], picture.shape[0]), len(heads), seconds)
        if self._thread is None:
            self._looks.append(self._look(*job))
            return
        with self._lock:
            self._job, self._busy = job, True
            self._lock.notify()

    def take(self) -> list[Look]:
        """The looks since this was last asked, the oldest first."""
        found = []
        while self._looks:
            found.append(self._looks.popleft())
        return found

    def _choose(self, heads: list[Box]) -> list[Box]:
        if len(heads) <= MOST_HEADS:
            return heads
        self._turn += 1
        rest = heads[2:]
        start = (self._turn * (MOST_HEADS - 2)) % len(rest)
        return heads[:2] + (rest[start:] + rest[:start])[: MOST_HEADS - 2]

    def _work(self) -> None:
        while True:
            with self._lock:
                while self._job is None:
                    self._lock.wait()
                job, self._job = self._job, None
            try:
                self._looks.append(self._look(*job))
            except Exception as error:  # a model's own fault must not end the looking
                self.problem = f"{type(error).__name__}: {error}"[:200]
            self._busy = False

    def _look(
        self, crops: list[tuple[Box, NDArray[np.uint8]]], size: tuple[int, int], heads: int, seconds: float
    ) -> Look:
        squares = [Square(head, crop, cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)) for head, crop in crops]
        self._rests = [rest for rest in self._rests if seconds - rest.seen < LEFT]
        found = self._find(squares)
        for box in found:
            self._rest(box, size, seconds)
        faces = []
        for rest in self._rests:
            if seconds - rest.seen > HELD or (hits := self._hits(squares, rest.square)) is None:
                continue
            width = rest.width
            smile = 0.5 + (hits - rest.half(width)) / SPREAD
            rest.looks.append((hits, width))
            faces.append(Face(rest.x, rest.y, width / size[0], width / size[1], min(max(smile, 0.0), 1.0)))
        count = len(found)
        if heads > MOST_HEADS:  # some wait for their turn, and are known from their last one
            turn = EVERY * (math.ceil((heads - 2) / (MOST_HEADS - 2)) - 0.5)
            count = min(sum(seconds - rest.seen < turn for rest in self._rests), heads)
        return Look(tuple(faces), len(crops), seconds, count)

    def _rest(self, box: Box, size: tuple[int, int], seconds: float) -> None:
        """Learns of a face in pixels: of the one that was there, less than its own size away, or of a new one."""
        left, top, width, height = box
        x, y = (left + width / 2) / size[0], (top + height / 2) / size[1]
        near = [one for one in self._rests if abs(one.x - x) * size[0] < width and abs(one.y - y) * size[1] < height]
        if near:
            rest = min(near, key=lambda one: math.hypot(one.x - x, one.y - y))
        else:
            rest = Rest(x, y, seconds, deque(maxlen=WATCHED), box, deque(maxlen=STEADY))
            self._rests.append(rest)
        rest.x, rest.y, rest.seen, rest.box = x, y, seconds, box
        rest.widths.append(width)

    def _find(self, squares: list[Square]) -> list[Box]:
        """Each face once, in pixels of the picture: of those that overlap, the one nearest to where a head was expected."""
        assert self._finder is not None
        found = []
        for square in squares:
            left, top, width, height = square.head
            rows, columns = square.grey.shape
            across, down = width / columns, height / rows
            for x, y, w, h in self._finder.find(square.crop, square.grey):
                off = math.hypot((x + w / 2) / columns - HEAD[0], (y + h / 2) / rows - HEAD[1])
                found.append((off, (left + x * across, top + y * down, w * across, h * down)))
        once: list[Box] = []
        for _, box in sorted(found):
            if not any(overlaps(box, other) for other in once):
                once.append(box)
        return once

    def _hits(self, squares: list[Square], face: Box) -> int | None:
        """How broadly a face smiles, whose square that is in pixels of the picture: hits of the smile detector in its lower
        half. None where nobody looks."""
        left, top, side, _ = face
        square = next((one for one in squares if one.holds(left, top, side)), None)
        if square is None:
            return None
        x, y, width, _ = square.head
        grey = square.grey
        scale = grey.shape[1] / width
        left, top, side = (left - x) * scale, (top - y) * scale, side * scale
        x0, x1 = max(round(left + 0.1 * side), 0), min(round(left + 0.9 * side), grey.shape[1])
        y0, y1 = max(round(top + 0.55 * side), 0), min(round(top + 1.1 * side), grey.shape[0])
        if x1 - x0 < 8 or y1 - y0 < 8:
            return 0
        high = max(round(MOUTH * (y1 - y0) / (x1 - x0)), 20)
        mouth = cv2.resize(even(grey, round(side))[y0:y1, x0:x1], (MOUTH, high), interpolation=cv2.INTER_CUBIC)
        return len(self._smile.detectMultiScale(mouth, 1.1, 0, minSize=(36, 18)))


def even(grey: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """A face of that width without the light that falls on it: each pixel over the mean around it. What a projector throws on
    a mouth is broad, mostly; a mouth isn't."""
    side = max(round(AROUND * width), 3), max(round(AROUND * width), 3)
    light = cv2.blur(cv2.blur(grey, side), side)  # twice, so that no edge of the square is seen
    return np.asarray(cv2.divide(grey, cv2.add(light, 8), scale=EVEN), dtype=np.uint8)


def overlaps(a: Box, b: Box) -> bool:
    """Whether two boxes (left, top, width, height) are of one face."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return across > 0 and down > 0 and across * down > SHARED * min(a[2] * a[3], b[2] * b[3])


def head_of(box: Box, shape: tuple[int, ...]) -> Box | None:
    """The square in which a visitor's head is looked for, in pixels of a picture of that shape: left, top, width, height.

    A visitor who is cut off by the lower edge is as tall as they are wide, by a person's proportions.
    """
    height, width = shape[:2]
    left, top, wide, high = box[0] * width, box[1] * height, box[2] * width, box[3] * height
    tall = max(high, wide / PERSON) if top + high > 0.97 * height else high
    side = max(0.42 * tall, 24.0)
    x, y = left + wide / 2 - side / 2, top - 0.06 * tall
    x0, y0, x1, y1 = max(x, 0.0), max(y, 0.0), min(x + side, float(width)), min(y + side, float(height))
    if x1 - x0 < 16 or y1 - y0 < 16:
        return None
    return math.floor(x0), math.floor(y0), math.floor(x1 - x0), math.floor(y1 - y0)


def _crop(picture: NDArray[np.uint8], head: Box) -> NDArray[np.uint8]:
    """A head's square, at the size at which it is looked at."""
    left, top, width, height = (int(v) for v in head)
    cut = picture[top : top + height, left : left + width, :3]
    scale = CROP / max(width, height)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(np.ascontiguousarray(cut), size, interpolation=how), dtype=np.uint8)
