"""Draws one person as a chain of tapered capsules: head, torso, two-part arms and legs. Only the synthetic
visitor uses it. Knows nothing of time: a `Figure` says how someone stands at a moment, `draw_figure` paints
that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Colour: TypeAlias = tuple[float, float, float]
Point: TypeAlias = tuple[float, float]

_SHIFT = 4  # cv2 draws to 1/16 of a pixel
_SKIN: tuple[Colour, ...] = ((96, 128, 182), (130, 164, 216), (58, 84, 128), (40, 58, 92), (150, 182, 228))
_HAIR: tuple[Colour, ...] = ((28, 30, 36), (24, 44, 70), (50, 90, 140), (190, 192, 196))
_CLOTH: tuple[Colour, ...] = (
    (44, 34, 40),
    (60, 40, 150),
    (150, 70, 30),
    (60, 36, 28),
    (214, 208, 200),
    (40, 170, 214),
    (36, 52, 36),
    (46, 44, 120),
    (196, 176, 40),
)


@dataclass(frozen=True, slots=True)
class Wardrobe:
    """Colours (BGR) of a person."""

    skin: Colour
    hair: Colour
    top: Colour
    trousers: Colour
    shoes: Colour

    @staticmethod
    def choose(rng: np.random.Generator) -> Wardrobe:
        top, trousers = rng.choice(len(_CLOTH), 2, replace=False)
        return Wardrobe(
            skin=_SKIN[int(rng.integers(len(_SKIN)))],
            hair=_HAIR[int(rng.integers(len(_HAIR)))],
            top=_CLOTH[int(top)],
            trousers=_CLOTH[int(trousers)],
            shoes=(30, 30, 34),
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """Where somebody is and how they hold themselves.

    x in picture widths, floor (the feet) and height in picture heights from the top; facing -1 left, 0 the
    camera, 1 right; swing 0..1 how fully the limbs swing; gait in radians of the walking cycle; sway in
    heights; breath and waving -1..1; wave 0..1 how far the hand is up; hand -1 or 1.
    """

    x: float
    floor: float
    height: float
    child: bool
    facing: int
    swing: float
    gait: float
    sway: float
    breath: float
    wave: float
    waving: float
    hand: int
    wardrobe: Wardrobe


def capsule(a: Point, ra: float, b: Point, rb: float, steps: int = 9) -> NDArray[np.float32]:
    """Outline (n, 2) of the hull of two discs."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    distance = math.hypot(dx, dy)
    if distance <= abs(ra - rb) + 1e-6:
        centre, radius = (a, ra) if ra >= rb else (b, rb)
        turn = np.linspace(0, math.tau, 2 * steps, endpoint=False)
        return np.stack([centre[0] + radius * np.cos(turn), centre[1] + radius * np.sin(turn)], 1).astype(np.float32)
    heading = math.atan2(dy, dx)
    opening = math.acos((ra - rb) / distance)
    round_a = np.linspace(heading + opening, heading + math.tau - opening, steps)
    round_b = np.linspace(heading - opening, heading + opening, steps)
    outline = [
        np.stack([a[0] + ra * np.cos(round_a), a[1] + ra * np.sin(round_a)], 1),
        np.stack([b[0] + rb * np.cos(round_b), b[1] + rb * np.sin(round_b)], 1),
    ]
    return np.concatenate(outline).astype(np.float32)


def _limb(start: Point, angle: float, length: float, bend: float, second: float) -> tuple[Point, Point]:
    """Joint and end of a two-part limb; angles from hanging down, positive to the right of the picture."""
    joint = (start[0] + length * math.sin(angle), start[1] + length * math.cos(angle))
    end = (joint[0] + second * math.sin(angle + bend), joint[1] + second * math.cos(angle + bend))
    return joint, end


Part: TypeAlias = tuple[NDArray[np.float32], Colour]


def _parts(figure: Figure) -> list[Part]:
    """Outlines, back to front, in body heights: x right from the body's middle, y down from the crown
    (0..1)."""
    w = figure.wardrobe
    turn = figure.swing if figure.facing else 0.0
    ahead = float(figure.facing or 1)
    wide = 1.0 - 0.5 * turn
    big = 1.28 if figure.child else 1.0  # a child's head is larger for its height
    bob = 0.008 * turn * math.cos(2 * figure.gait)
    lean = 0.02 * turn * ahead + figure.sway
    crown = bob
    head = 0.072 * big
    chin = crown + 2.05 * head
    shoulder_y = chin + 0.045 - 0.004 * figure.breath
    hip_y = 0.53 + bob
    shoulder, hip = 0.098 * wide, 0.058 * wide
    neck = (lean * 1.05, chin)
    parts: list[Part] = []

    def leg(side: float, shade: float) -> None:
        angle = 0.4 * turn * math.sin(figure.gait + (0 if side > 0 else math.pi)) * ahead
        lift = max(0.0, math.sin(figure.gait + (0 if side > 0 else math.pi) - 1.9))
        bend = -0.9 * turn * lift * ahead
        angle += side * 0.05 * (1 - turn)
        start = (side * hip + lean * 0.5, hip_y)
        knee, ankle = _limb(start, angle, 0.235, bend, 0.2)
        toe = (ankle[0] + (0.05 * ahead * turn + side * 0.022 * (1 - turn)), ankle[1] + 0.012)
        colour = _shade(w.trousers, shade)
        parts.append((capsule(ankle, 0.022, toe, 0.02), _shade(w.shoes, shade)))
        parts.append((capsule(start, 0.064, knee, 0.044), colour))
        parts.append((capsule(knee, 0.044, ankle, 0.028), colour))

    def arm(side: float, shade: float) -> None:
        phase = figure.gait + (math.pi if side > 0 else 0)
        angle = side * (0.14 + 0.01 * figure.breath) * (1 - turn) + 0.5 * turn * math.sin(phase) * ahead
        bend = 0.35 * turn * ahead - side * 0.06 * (1 - turn)
        if side == figure.hand and figure.wave > 0:
            up, flap = side * 2.05, side * 0.75 + 0.42 * figure.waving
            angle, bend = angle + (up - angle) * figure.wave, bend + (flap - bend) * figure.wave
        start = (side * shoulder + lean, shoulder_y + 0.025)
        elbow, wrist = _limb(start, angle, 0.165, bend, 0.14)
        _, tip = _limb(wrist, angle + bend, 0.045, 0, 0)
        parts.append((capsule(wrist, 0.021, tip, 0.024), _shade(w.skin, shade)))
        parts.append((capsule(start, 0.042, elbow, 0.033), _shade(w.top, shade)))
        parts.append((capsule(elbow, 0.033, wrist, 0.024), _shade(w.top, shade)))

    far = -1.0 if ahead > 0 else 1.0
    arm(far, 0.8 + 0.2 * (1 - turn))
    leg(far, 0.8 + 0.2 * (1 - turn))
    leg(-far, 1.0)
    parts.append((capsule((neck[0], chin - 0.02), 0.034, (neck[0], shoulder_y), 0.04), _shade(w.skin, 0.85)))
    swell = 0.003 * figure.breath
    discs = (
        ((-shoulder + lean, shoulder_y + 0.02), 0.046),
        ((shoulder + lean, shoulder_y + 0.02), 0.046),
        ((-0.045 * wide + lean * 0.8, 0.38), 0.062 + swell),
        ((0.045 * wide + lean * 0.8, 0.38), 0.062 + swell),
        ((-hip + lean * 0.5, hip_y - 0.01), 0.066),
        ((hip + lean * 0.5, hip_y - 0.01), 0.066),
    )
    rims = np.concatenate([capsule(centre, radius, centre, radius) for centre, radius in discs])
    parts.append((np.asarray(cv2.convexHull(rims)[:, 0], dtype=np.float32), w.top))
    face = (neck[0] + 0.012 * turn * ahead, crown + 1.12 * head)
    parts.append(
        (
            capsule((face[0], face[1] - 0.1 * head), head * 0.86, (face[0], chin - 0.5 * head), head * 0.58),
            w.skin,
        )
    )
    back = face[0] - 0.3 * head * turn * ahead
    parts.append((capsule((back, crown + 0.86 * head), head * 0.86, (back, crown + 0.7 * head), head * 0.7), w.hair))
    parts.append(
        (
            capsule(
                (face[0] + 0.3 * head * turn * ahead, face[1] + 0.18 * head),
                head * 0.7,
                (face[0] + 0.2 * head * turn * ahead, chin - 0.5 * head),
                head * 0.52,
            ),
            w.skin,
        )
    )
    arm(-far, 1.0)
    return parts


def _shade(colour: Colour, by: float) -> Colour:
    return (colour[0] * by, colour[1] * by, colour[2] * by)


def draw_figure(figure: Figure, width: int, height: int) -> tuple[tuple[int, int], NDArray[np.uint8]] | None:
    """Paints a person for a picture of width x height pixels.

    Returns the corner (x, y) and the paint, (h, w, 4) uint8, BGR multiplied by alpha, then alpha; None when
    nothing of them is inside the picture.
    """
    reach = figure.height * height
    left, top = figure.x * width, figure.floor * height - reach
    placed = [(outline * reach + (left, top), colour) for outline, colour in _parts(figure)]
    low = np.min([outline.min(0) for outline, _ in placed], axis=0) - 2
    high = np.max([outline.max(0) for outline, _ in placed], axis=0) + 3
    x0, y0 = max(int(low[0]), 0), max(int(low[1]), 0)
    x1, y1 = min(int(high[0]), width), min(int(high[1]), height)
    if x0 >= x1 or y0 >= y1:
        return None
    paint = np.zeros((y1 - y0, x1 - x0, 4), np.uint8)
    for outline, colour in placed:
        # Drawn over transparent black, so what comes out is multiplied by alpha already. cv2 puts pixel
        # centres on whole numbers.
        points = np.round((outline - (x0 + 0.5, y0 + 0.5)) * (1 << _SHIFT)).astype(np.int32)
        cv2.fillConvexPoly(paint, points, (*colour, 255.0), cv2.LINE_AA, _SHIFT)
    return (x0, y0), paint
