"""How well the vision sees, against the truth of synthetic visitors. `benchmarks.vision` tells it, tests hold it to floors.

The room has texture, noise and shadows that visitors cast; each condition adds one thing that goes wrong with the light.
Settings were chosen on `DEVELOPMENT` seeds only (those of following in crowds on 21 to 25, too); `HELD_BACK` were never looked at
while they were.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from installation.inputs import visits
from installation.inputs.faces import Faces
from installation.inputs.room import STEADY, Light
from installation.inputs.synthetic import SyntheticVisitor
from installation.inputs.vision import Vision

DEVELOPMENT = (3, 7, 16)
HELD_BACK = (201, 202, 203, 204)

CONDITIONS: dict[str, tuple[Light, float]] = {
    "normal light": (STEADY, 0.95),
    "15 % drift": (Light(drift=0.15), 0.95),
    "4 % flicker": (Light(flicker=0.04), 0.95),
    "local shadow": (Light(shadow=0.35), 0.8),
    "white balance": (Light(balance=0.12), 0.8),
    "exposure jumps": (Light(jump=0.35), 0.8),
}
"""Light, and the intersection over union that is asked for."""

LEAST = 150
"""Pixels of the mask that visitors must fill to be measured: below that they are on their way in or out."""


@dataclass
class Seen:
    """Frame by frame: intersection over union, distance of the centres in picture widths, share of an empty room that is
    taken for visitors, and how many were told apart and were there."""

    ious: list[float] = field(default_factory=list)
    centres: list[float] = field(default_factory=list)
    ghosts: list[float] = field(default_factory=list)
    counts: list[tuple[int, int]] = field(default_factory=list)

    def add(self, other: Seen) -> None:
        for name in ("ious", "centres", "ghosts", "counts"):
            getattr(self, name).extend(getattr(other, name))


def look(
    seed: int,
    light: Light = STEADY,
    timetable: visits.Timetable = visits.EVENING,
    seconds: float = 20.0,
    fps: float = 15.0,
    begin: float = 0.0,
) -> Seen:
    """Lets the vision look at `seconds` of a synthetic room, and compares each third picture with the truth from `begin`."""
    room, vision, seen = SyntheticVisitor(seed, light=light, timetable=timetable), Vision(), Seen()
    for index in range(round(seconds * fps)):
        t = index / fps
        sense = vision.process(room.frame(t), t)
        if index % 3 or t < max(begin, 1.0):
            continue
        mask = sense.mask > 127
        size = (sense.mask.shape[1], sense.mask.shape[0])
        truth = cv2.resize(room.truth(t), size, interpolation=cv2.INTER_AREA)[::-1] > 127
        if truth.sum() < LEAST:
            if not truth.any():
                seen.ghosts.append(float(mask.mean()))
            continue
        seen.ious.append(float((mask & truth).sum() / (mask | truth).sum()))
        rows, columns = np.nonzero(truth)
        x, y = (columns.mean() + 0.5) / size[0], (rows.mean() + 0.5) / size[1]
        shape = size[1] / size[0]
        seen.centres.append(float(np.hypot(sense.centre[0] - x, (sense.centre[1] - y) * shape)))
        there = sum(body.width * body.height > 0.01 and 0.03 < body.x < 0.97 for body in room.bodies(t))
        seen.counts.append((sense.count, there))
    return seen


def still(seed: int) -> float:
    """The lowest intersection over union in the tenth minute of somebody who stands still (a look a second and a half in
    between, so that it doesn't take ten minutes)."""
    room, vision = SyntheticVisitor(seed, timetable=visits.STILL), Vision()
    times = [*np.arange(0, 12, 0.1), *np.arange(12, 612, 1.5)]
    ious = []
    for t in times:
        mask = vision.process(room.frame(t), t).mask > 127
        if t > 552:
            truth = cv2.resize(room.truth(t), (160, 90), interpolation=cv2.INTER_AREA)[::-1] > 127
            ious.append(float((mask & truth).sum() / (mask | truth).sum()))
    return min(ious)


def flow_error(seed: int, timetable: visits.Timetable = visits.GLIDE, seconds: float = 9.0) -> float:
    """Mean end-point error inside visitors, in pixels of a 640-wide picture a thirtieth of a second apart."""
    room, vision = SyntheticVisitor(seed, timetable=timetable), Vision()
    errors = []
    for index in range(round(seconds * 30)):
        t = index / 30
        if t > 1.0 and not room.people(t):
            continue
        flow = vision.process(room.frame(t), t).flow[::-1] * (640 / 30)
        truth = room.flow((index - 1) / 30, t)  # of the picture before: where its pixels have gone
        if not np.isfinite(truth).any() or index % 3:
            continue
        truth = truth[2::4, 2::4]
        known = cv2.erode(np.isfinite(truth[..., 0]).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        known[:, :8] = known[:, -8:] = False
        fast = known & (np.hypot(truth[..., 0], truth[..., 1]) > 0.5)
        if fast.sum() > 40:
            error = np.hypot(flow[..., 0] - truth[..., 0], -flow[..., 1] - truth[..., 1])
            errors.append(float(error[fast].mean()))
    return float(np.mean(errors))


def follow(seed: int, seconds: float = 40.0) -> tuple[int, int]:
    """Of the visitors of a crowd who pass before each other, how many have the same number half a second after they are apart
    as half a second before they met; and how many did."""
    room, vision = SyntheticVisitor(seed, timetable=visits.CROWD), Vision()
    before: dict[int, float] = {}
    apart: dict[int, float] = {}
    met: set[int] = set()
    kept = crossings = 0
    for index in range(round(seconds * 20)):
        t = index / 20
        people = vision.process(room.frame(t), t).people
        bodies = [body for body in room.bodies(t) if 0.05 < body.x < 0.95]
        here = {body.who for body in bodies}
        for body in bodies:
            others = [o for o in bodies if o is not body]
            touches = any(abs(o.x - body.x) < (o.width + body.width) / 2 for o in others)
            nearest = min(people, key=lambda p: abs(p.x - body.x), default=None)
            number = nearest.number if nearest and abs(nearest.x - body.x) < 0.04 else 0.0
            if touches:
                met.add(body.who)
                apart[body.who] = t
            elif t - apart.get(body.who, -1.0) > 0.5:
                if body.who in met and body.who in before:
                    crossings += 1
                    kept += number == before[body.who]
                met.discard(body.who)
                if number:
                    before[body.who] = number
        for who in list(before):
            if who not in here:
                del before[who]
                met.discard(who)
    return kept, crossings


@dataclass
class Smiles:
    """Seconds from the moment when a mouth is half way to a smile until it counts as one, how many smiles were missed, how
    many were none, and the minutes that it took."""

    onsets: list[float] = field(default_factory=list)
    missed: int = 0
    false: int = 0
    minutes: float = 0.0

    def add(self, other: Smiles) -> None:
        self.onsets += other.onsets
        self.missed, self.false = self.missed + other.missed, self.false + other.false
        self.minutes += other.minutes

    def __str__(self) -> str:
        onset = f"onset {np.median(self.onsets):.2f} s (worst {max(self.onsets):.2f})" if self.onsets else "none seen"
        total = len(self.onsets) + self.missed
        return f"{onset}, {self.missed} of {total} missed, {self.false} false in {self.minutes:.1f} minutes"


def smiles(seed: int, timetable: visits.Timetable = visits.EVENING, seconds: float = 44.0) -> Smiles:
    """Lets the real detectors look at a synthetic room, and compares the smile with the truth, picture by picture."""
    room, vision, fps = SyntheticVisitor(seed, timetable=timetable), Vision(faces=Faces()), 15
    rows = []
    for index in range(round(seconds * fps)):
        t = index / fps
        smile = vision.process(room.frame(t), t).smile if room.people(t) or index % 3 == 0 else 0.0
        rows.append((max((body.smile for body in room.bodies(t)), default=-1.0) > 0.5, smile > 0.5))
    return judged(rows, fps)


def judged(rows: list[tuple[bool, bool]], fps: int) -> Smiles:
    """Smiles of which is known, picture by picture, whether there was one and whether one was told."""
    true, got = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    found = Smiles(minutes=len(rows) / fps / 60)
    for begin in np.flatnonzero(true[1:] & ~true[:-1]) + 1:
        end = begin + int(np.argmin(true[begin:])) if not true[begin:].all() else len(true)
        if begin + fps * 2 // 3 > len(true):
            continue  # it could not have been seen in time
        late = np.flatnonzero(got[begin : end + fps // 3])
        if late.size:
            found.onsets.append(float(late[0]) / fps)
        else:
            found.missed += 1
    for begin in np.flatnonzero(got[1:] & ~got[:-1]) + 1:
        found.false += not true[max(begin - fps, 0) : begin + 1].any()
    return found
