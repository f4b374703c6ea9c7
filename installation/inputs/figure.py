"""Draws one person as a chain of tapered capsules: head, torso, two-part arms and legs, and a face that can smile. Only the
synthetic visitor uses it. Knows nothing of time: a `Figure` says how someone stands at a moment, `draw_figure` paints that,
and `figure_flow` says where each of its pixels goes until another moment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from installation.inputs.face import SIZE, face_shade

cv2: Any = opencv  # its own types know no scalar for each channel

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
    heights; breath and waving -1..1; wave 0..1 how far the hand is up; hand -1 or 1; smile 0..1; who tells one
    visitor from another for as long as they are there.
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
    smile: float = 0.0
    who: int = 0


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


class Part(NamedTuple):
    """An outline (n, 2), its colour, and the frame that its cloth hangs in: origin, and heading in radians."""

    outline: NDArray[np.float32]
    colour: Colour
    origin: Point
    heading: float


def _bone(a: Point, ra: float, b: Point, rb: float, colour: Colour) -> Part:
    return Part(capsule(a, ra, b, rb), colour, a, math.atan2(b[1] - a[1], b[0] - a[0]) - math.pi / 2)


class Head(NamedTuple):
    """Where the face is, in the frame of `_parts`: its middle, and half its width and height; turned 0..1 from the camera."""

    x: float
    y: float
    half_width: float
    half_height: float
    turned: float


def _parts(figure: Figure) -> tuple[list[Part], Head]:
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
        parts.append(_bone(ankle, 0.022, toe, 0.02, _shade(w.shoes, shade)))
        parts.append(_bone(start, 0.064, knee, 0.044, colour))
        parts.append(_bone(knee, 0.044, ankle, 0.028, colour))

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
        parts.append(_bone(wrist, 0.021, tip, 0.024, _shade(w.skin, shade)))
        parts.append(_bone(start, 0.042, elbow, 0.033, _shade(w.top, shade)))
        parts.append(_bone(elbow, 0.033, wrist, 0.024, _shade(w.top, shade)))

    far = -1.0 if ahead > 0 else 1.0
    arm(far, 0.8 + 0.2 * (1 - turn))
    leg(far, 0.8 + 0.2 * (1 - turn))
    leg(-far, 1.0)
    parts.append(_bone((neck[0], chin - 0.02), 0.034, (neck[0], shoulder_y), 0.04, _shade(w.skin, 0.85)))
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
    hull = np.asarray(cv2.convexHull(rims)[:, 0], dtype=np.float32)
    parts.append(Part(hull, w.top, (lean * 0.8, bob), 0.0))
    face = (neck[0] + 0.012 * turn * ahead, crown + 1.12 * head)
    under, above = (face[0], face[1] - 0.1 * head), (face[0], chin - 0.5 * head)
    parts.append(_bone(under, head * 0.86, above, head * 0.58, w.skin))
    back = face[0] - 0.3 * head * turn * ahead
    parts.append(_bone((back, crown + 0.7 * head), head * 0.7, (back, crown + 0.86 * head), head * 0.86, w.hair))
    brow = (face[0] + 0.3 * head * turn * ahead, face[1] + 0.18 * head)
    chin_at = (face[0] + 0.2 * head * turn * ahead, chin - 0.5 * head)
    parts.append(_bone(brow, head * 0.7, chin_at, head * 0.52, w.skin))
    arm(-far, 1.0)
    return parts, Head(brow[0], crown + 1.34 * head, 0.68 * head, 0.76 * head, turn)


def _shade(colour: Colour, by: float) -> Colour:
    return (colour[0] * by, colour[1] * by, colour[2] * by)


class Placed(NamedTuple):
    """A figure's parts in pixels of a picture, and the box that they lie in: left, top, right, bottom."""

    parts: list[Part]
    head: Head
    scale: float
    box: tuple[int, int, int, int]


def place_figure(figure: Figure, width: int, height: int) -> Placed | None:
    """Where a person's parts are in a picture of width x height pixels; None when nothing of them is inside."""
    scale = figure.height * height
    left, top = figure.x * width, figure.floor * height - scale
    parts, head = _parts(figure)
    placed = [
        Part(part.outline * scale + (left, top), part.colour, _moved(part.origin, scale, left, top), part.heading)
        for part in parts
    ]
    low = np.min([part.outline.min(0) for part in placed], axis=0) - 2
    high = np.max([part.outline.max(0) for part in placed], axis=0) + 3
    box = max(int(low[0]), 0), max(int(low[1]), 0), min(int(high[0]), width), min(int(high[1]), height)
    if box[0] >= box[2] or box[1] >= box[3]:
        return None
    x, y = _moved((head.x, head.y), scale, left, top)
    return Placed(placed, Head(x, y, head.half_width * scale, head.half_height * scale, head.turned), scale, box)


def _moved(point: Point, scale: float, left: float, top: float) -> Point:
    return point[0] * scale + left, point[1] * scale + top


def _points(outline: NDArray[np.float32], x0: int, y0: int) -> NDArray[np.int32]:
    """For cv2, which puts pixel centres on whole numbers."""
    return np.round((outline - (x0 + 0.5, y0 + 0.5)) * (1 << _SHIFT)).astype(np.int32)


def draw_figure(
    figure: Figure, width: int, height: int, cloth: NDArray[np.uint8] | None = None
) -> tuple[tuple[int, int], NDArray[np.uint8]] | None:
    """Paints a person for a picture of width x height pixels.

    `cloth` is a weave around 128 that every part wears, in its own frame; without it the person is flat, and has no face.
    Returns the corner (x, y) and the paint, (h, w, 4) uint8, BGR multiplied by alpha, then alpha; None when nothing of
    them is inside the picture.
    """
    placed = place_figure(figure, width, height)
    if placed is None:
        return None
    x0, y0, x1, y1 = placed.box
    paint = np.zeros((y1 - y0, x1 - x0, 4), np.uint8)
    for part in placed.parts:
        points = _points(part.outline, x0, y0)
        if cloth is None:
            # Drawn over transparent black, so what comes out is multiplied by alpha already.
            cv2.fillConvexPoly(paint, points, (*part.colour, 255.0), cv2.LINE_AA, _SHIFT)
        else:
            _dress(paint, part, points, (x0, y0), placed.scale, cloth)
    if cloth is not None and placed.head.turned < 0.5:
        _put_face(paint, placed.head, figure.smile, (x0, y0))
    return (x0, y0), paint


def _dress(
    paint: NDArray[np.uint8],
    part: Part,
    points: NDArray[np.int32],
    corner: tuple[int, int],
    scale: float,
    cloth: NDArray[np.uint8],
) -> None:
    """Lays one part over the paint, in cloth that moves and turns with it to a fraction of a pixel: flow is seen by it."""
    low = np.maximum(np.floor(part.outline.min(0)).astype(int) - 1 - corner, 0)
    high = np.minimum(np.ceil(part.outline.max(0)).astype(int) + 2 - corner, (paint.shape[1], paint.shape[0]))
    wide, high_ = int(high[0] - low[0]), int(high[1] - low[1])
    if wide <= 0 or high_ <= 0:
        return
    area = paint[low[1] : high[1], low[0] : high[0]]
    inside = np.zeros((high_, wide), np.uint8)
    cv2.fillConvexPoly(inside, points - (low.astype(np.int32) << _SHIFT), 255, cv2.LINE_AA, _SHIFT)
    grain = scale / cloth.shape[0]
    cos, sin = math.cos(part.heading) * grain, math.sin(part.heading) * grain
    # The part's origin lies in the cloth's middle, and on whole numbers are pixel centres.
    x = part.origin[0] - 0.5 - corner[0] - int(low[0])
    y = part.origin[1] - 0.5 - corner[1] - int(low[1])
    half = cloth.shape[0] / 2
    matrix = np.array([[cos, -sin, x - half * (cos - sin)], [sin, cos, y - half * (sin + cos)]], np.float32)
    weave = cv2.warpAffine(cloth, matrix, (wide, high_), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    dyed = cv2.multiply(
        cv2.merge([weave, weave, weave, np.full_like(weave, 128)]), (*part.colour, 255.0), scale=1 / 128
    )
    whole = cv2.merge([inside, inside, inside, inside])
    rest = cv2.bitwise_not(whole)
    area[...] = cv2.add(cv2.multiply(area, rest, scale=1 / 255), cv2.multiply(dyed, whole, scale=1 / 255))


def _put_face(paint: NDArray[np.uint8], head: Head, smile: float, corner: tuple[int, int]) -> None:
    """Shades the head's skin with the face."""
    x, y = head.x - corner[0], head.y - corner[1]
    left, top = max(math.floor(x - head.half_width), 0), max(math.floor(y - head.half_height), 0)
    right = min(math.ceil(x + head.half_width), paint.shape[1])
    bottom = min(math.ceil(y + head.half_height), paint.shape[0])
    if right - left < 4 or bottom - top < 4:
        return
    area = paint[top:bottom, left:right, :3]
    a, d = 2 * head.half_width / SIZE, 2 * head.half_height / SIZE
    matrix = np.array([[a, 0, x - head.half_width - left - 0.5], [0, d, y - head.half_height - top - 0.5]], np.float32)
    source = face_shade(smile)
    if a < 0.5:  # few pixels: made smaller first, or eyes and teeth would twinkle
        k = 2.0 ** math.floor(math.log2(1 / a))
        source = np.asarray(cv2.resize(source, None, fx=1 / k, fy=1 / k, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        matrix[:, :2] *= np.float32(k)
    shade = cv2.warpAffine(
        source,
        matrix,
        (right - left, bottom - top),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=200.0,
    )
    area[...] = cv2.multiply(area, cv2.merge([shade, shade, shade]), scale=1 / 200)


def figure_flow(
    now: Figure, then: Figure, width: int, height: int
) -> tuple[tuple[int, int], NDArray[np.float32]] | None:
    """Where each pixel of a figure goes until it stands as `then`: the corner (x, y), and (h, w, 2) float32 in pixels, NaN
    where the figure isn't. Each part moves as a rigid body, as its cloth does. None outside the picture, or gone then."""
    placed, later = place_figure(now, width, height), place_figure(then, width, height)
    if placed is None or later is None:
        return None
    x0, y0, x1, y1 = placed.box
    which = np.full((y1 - y0, x1 - x0), -1, np.int16)
    for index, part in enumerate(placed.parts):
        cv2.fillConvexPoly(which, _points(part.outline, x0, y0), index, cv2.LINE_8, _SHIFT)
    y, x = np.mgrid[y0:y1, x0:x1].astype(np.float32) + np.float32(0.5)
    flow = np.full((*which.shape, 2), np.nan, np.float32)
    # The same parts are found by their order, which is the same for as long as somebody faces the same way.
    for index, (part, moved) in enumerate(zip(placed.parts, later.parts, strict=True)):
        here = which == index
        turn = moved.heading - part.heading
        cos, sin = math.cos(turn), math.sin(turn)
        dx, dy = x[here] - part.origin[0], y[here] - part.origin[1]
        flow[here, 0] = moved.origin[0] + cos * dx - sin * dy - x[here]
        flow[here, 1] = moved.origin[1] + sin * dx + cos * dy - y[here]
    return (x0, y0), flow
