"""Several cameras as one: each covers its part of the canvas, and what they sense is put side by side.

Every camera keeps a process, a supervisor and a fallback of its own, so that one that fails leaves the others alone. The
same face as `camera.Camera`; never blocks, never raises. Called by the frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from installation.inputs.sense import HEIGHT, WIDTH, Sense
from installation.inputs.together import Together

Part = tuple[float, float, float, float]
"""Left, bottom, width, height of the canvas, each 0..1."""

WHOLE: Part = (0.0, 0.0, 1.0, 1.0)
WIDEST = 3 * WIDTH
"""Width of the joined mask at most: what is sensed is uploaded each frame."""


class Eye(Protocol):
    """A camera, live or for rendering."""

    def start(self) -> Any: ...
    def sample(self, seconds: float) -> Sense: ...
    def want_picture(self, wanted: bool) -> None: ...
    def picture(self) -> NDArray[np.uint8] | None: ...
    def status(self) -> dict[str, Any]: ...
    def close(self) -> None: ...


def joined_size(parts: Sequence[Part]) -> tuple[int, int]:
    """Width and height of the mask of the whole canvas, so that the narrowest part still has about its own resolution."""
    narrowest, lowest = min(part[2] for part in parts), min(part[3] for part in parts)
    width = min(round(WIDTH / narrowest), WIDEST)
    return width, min(round(HEIGHT / lowest), 3 * HEIGHT)


def size_of(part: Part, whole: tuple[int, int]) -> tuple[int, int]:
    """Width and height of one camera's mask within that of the canvas."""
    return max(round(part[2] * whole[0]), 8), max(round(part[3] * whole[1]), 8)


class Joined:
    """Remembers the last sense of each camera, and the sense that was made of them."""

    def __init__(self, eyes: Sequence[tuple[str, Part, Eye]], whole: tuple[int, int]) -> None:
        """`eyes`: name, part, and a camera whose mask has `size_of(part, whole)`."""
        self._eyes = list(eyes)
        self._whole = whole
        self._last: list[Sense | None] = [None for _ in eyes]
        self._sense = Sense.empty(*whole)
        self._together = Together()

    def start(self) -> Joined:
        """Starts watching; returns at once."""
        for _, _, eye in self._eyes:
            eye.start()
        return self

    def sample(self, seconds: float = 0.0) -> Sense:
        """What all of them sense; the same object as last time when nothing new came."""
        senses = [eye.sample(seconds) for _, _, eye in self._eyes]
        if any(new is not old for new, old in zip(senses, self._last, strict=True)):
            self._last = list(senses)
            parts = [part for _, part, _ in self._eyes]
            self._sense = replace(join(senses, parts, self._whole, self._together), sequence=self._sense.sequence + 1)
        return self._sense

    def want_picture(self, wanted: bool) -> None:
        """Whether pictures are asked for too."""
        for _, _, eye in self._eyes:
            eye.want_picture(wanted)

    def picture(self) -> NDArray[np.uint8] | None:
        """The pictures side by side, (2 h, 2 w, 4) RGBA, row 0 at the bottom; black where none came."""
        found = [(part, eye.picture()) for _, part, eye in self._eyes]
        if all(picture is None for _, picture in found):
            return None
        whole = (2 * self._whole[0], 2 * self._whole[1])
        canvas = np.zeros((whole[1], whole[0], 4), np.uint8)
        canvas[..., 3] = 255
        for part, picture in found:
            if picture is not None:
                _lay(canvas, picture, part)
        return canvas

    def picture_of(self, number: int) -> NDArray[np.uint8] | None:
        """The picture of one of them by itself, counted from 0."""
        return self._eyes[number][2].picture()

    def status(self) -> dict[str, Any]:
        """As of one camera, with the worst of them first; `cameras` has each by its name."""
        each = {name: eye.status() for name, _, eye in self._eyes}
        problems = [f"{name}: {one['problem']}" for name, one in each.items() if one["problem"]]
        ages = [one["age_s"] for one in each.values() if one["age_s"] is not None]
        states = [one["state"] for one in each.values()]
        worst = next((state for state in ("lost", "opening", "fallback", "live") if state in states), "none")
        return {
            "source": ", ".join(str(one["source"]) for one in each.values()),
            "wanted": ", ".join(str(one["wanted"]) for one in each.values()),
            "live": all(one["live"] for one in each.values()),
            "state": worst,
            "age_s": max(ages, default=None),
            "fps": min(float(one["fps"]) for one in each.values()),
            "problem": "; ".join(problems),
            "notes": [f"{name}: {note}" for name, one in each.items() for note in one.get("notes") or ()],
            "restarts": sum(int(one["restarts"]) for one in each.values()),
            "cameras": each,
        }

    def close(self) -> None:
        """Closes every camera; safe to call twice."""
        for _, _, eye in self._eyes:
            eye.close()


def join(senses: Sequence[Sense], parts: Sequence[Part], whole: tuple[int, int], together: Together) -> Sense:
    """One sense of the canvas: masks and flow laid where they belong, bodies counted together, the middle of them all.

    Where parts overlap the stronger silhouette wins. Flow stays in widths a second, now of the whole canvas.
    """
    width, height = whole
    mask, flow = np.zeros((height, width), np.uint8), np.zeros((height, width, 2), np.float32)
    middle, weight = np.zeros(2), 0.0
    for sense, part in zip(senses, parts, strict=True):
        rows, columns = _place(sense.mask.shape, part, whole)
        there = np.zeros_like(mask[rows, columns])
        here = sense.mask[: there.shape[0], : there.shape[1]]
        stronger = here >= mask[rows, columns]
        flow[rows, columns] = np.where(
            stronger[..., None],
            sense.flow[: there.shape[0], : there.shape[1]] * np.float32(part[2]),
            flow[rows, columns],
        )
        mask[rows, columns] = np.maximum(here, mask[rows, columns])
        share = sense.presence * part[2] * part[3]
        middle += share * (np.array(sense.centre) * (part[2], part[3]) + (part[0], part[1]))
        weight += share
    seen = [sense for sense in senses if sense.when]
    centre = middle / weight if weight > 0 else np.array((0.5, 0.5))
    return Sense(
        mask=mask,
        flow=flow,
        presence=max(sense.presence for sense in senses),
        motion=max(sense.motion * part[2] for sense, part in zip(senses, parts, strict=True)),
        centre=(float(centre[0]), float(centre[1])),
        sequence=0,
        when=min((sense.when for sense in seen), default=0.0),
        source=", ".join(sense.source for sense in senses),
        live=all(sense.live for sense in senses),
        **_followed(senses, parts, together),
    )


def _followed(senses: Sequence[Sense], parts: Sequence[Part], together: Together) -> dict[str, Any]:
    """Bodies with numbers that stay distinct, where they are on the canvas, each once; the broadest smile."""
    found: list[NDArray[np.float32]] = []
    for index, (sense, part) in enumerate(zip(senses, parts, strict=True)):
        rows = np.array(sense.bodies[sense.bodies[:, 0] > 0])  # number, x, y, width, height, vx, vy, age, ...
        rows[:, 0] = (rows[:, 0] - 1) * len(senses) + index + 1
        rows[:, 1:3] = rows[:, 1:3] * part[2:4] + part[0:2]
        rows[:, 3:5] *= part[2:4]
        rows[:, 5:7] *= part[2:4]
        found.append(rows)
    counted = together.count(found)
    bodies = np.zeros_like(senses[0].bodies)
    bodies[: len(counted.bodies)] = counted.bodies[: len(bodies)]
    count = sum(sense.count for sense in senses) - counted.twice
    faces = sum(sense.faces for sense in senses)
    if counted.twice:  # a face that two cameras see can't be told from two, but nobody has more than one
        faces = min(faces, max(count, *(sense.faces for sense in senses)))
    smiling, part = max(zip(senses, parts, strict=True), key=lambda one: (one[0].smile, one[0].faces))
    x, y, height = smiling.face
    return {
        "count": count,
        "bodies": bodies,
        "hands": sum(sense.hands for sense in senses) - counted.hands_twice,
        "smile": smiling.smile,
        "faces": faces,
        "face": (part[0] + x * part[2], part[1] + y * part[3], height * part[3]),
        "face_age": max(sense.face_age for sense in senses),
        "confidence": min(sense.confidence for sense in senses),
        "face_confidence": max(sense.face_confidence for sense in senses),
    }


def _place(shape: tuple[int, ...], part: Part, whole: tuple[int, int]) -> tuple[slice, slice]:
    """The rows and columns of the canvas that a mask of this shape covers."""
    left, bottom = round(part[0] * whole[0]), round(part[1] * whole[1])
    return slice(bottom, min(bottom + shape[0], whole[1])), slice(left, min(left + shape[1], whole[0]))


def _lay(canvas: NDArray[np.uint8], picture: NDArray[np.uint8], part: Part) -> None:
    rows, columns = _place(picture.shape, part, (canvas.shape[1], canvas.shape[0]))
    canvas[rows, columns] = picture[: rows.stop - rows.start, : columns.stop - columns.start]
