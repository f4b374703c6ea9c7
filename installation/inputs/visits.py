"""Who comes to the synthetic visitor's room, when, and what they do there: timetables that never end, from a seed.

A timetable is cut into blocks; the evening's begin and end with an empty room. `EVENING` is what stands in for a camera;
the others are for measuring: a crowd, somebody who stands still for as long as the block lasts, people who were there
before the camera was, and faces close enough to be read well. Draws nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from installation.inputs.figure import Figure, Wardrobe

BLOCK = 48.0
"""Seconds in which one group of visitors comes and goes."""

SMILE_RISE = 0.25
"""Seconds in which a mouth goes from rest to a smile, and back."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of a visit: from x to x (picture widths) between two moments; standing where both are the same."""

    begin: float
    end: float
    x0: float
    x1: float
    wave: float  # strength of the waving hand while standing, 0 or 1


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's visit: where they walk, how tall they are in the picture, what they wear, when they smile."""

    legs: tuple[Leg, ...]
    height: float  # of the picture's height
    floor: float  # where the feet are, of the picture's height, from the top
    child: bool
    phase: float
    hand: int  # the hand that waves: -1 left in the picture, 1 right
    wardrobe: Wardrobe
    smiles: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Timetable:
    """`visits(seed, block)` are the visits of a block of `length` seconds."""

    length: float
    visits: Callable[[int, int], tuple[Visit, ...]]


def ease(u: float) -> tuple[float, float]:
    """Smoothstep and its slope (at most 1.5) at u in 0..1."""
    u = min(max(u, 0.0), 1.0)
    return u * u * (3 - 2 * u), 6 * u * (1 - u)


def evening(seed: int, block: int) -> tuple[Visit, ...]:
    """One to three people, often a late one. Nobody is left when the block ends."""
    rng = np.random.default_rng((seed, 3, block))
    quiet = float(rng.uniform(2.2, 3.2) if block == 0 else rng.uniform(4.0, 8.0))
    side = int(rng.choice([-1, 1]))
    places = rng.permutation(np.linspace(0.24, 0.76, 3))
    visits = []
    for index in range(int(rng.choice([1, 2, 3], p=[0.4, 0.4, 0.2]))):
        begin = quiet + (0.0 if index == 0 else float(rng.uniform(0.5, 6.0)))
        stops = [float(places[index] + rng.uniform(-0.05, 0.05))]
        if rng.random() < 0.5:
            stops.append(float(np.clip(stops[0] + rng.choice([-1, 1]) * rng.uniform(0.15, 0.3), 0.15, 0.85)))
        visits.append(_visit(rng, begin, side if rng.random() < 0.7 else -side, stops, index == 0))
    if rng.random() < 0.75:
        visits.append(_visit(rng, float(rng.uniform(22.0, 27.0)), -side, [float(rng.uniform(0.3, 0.7))], True))
    moods = np.random.default_rng((seed, 5, block))  # of its own, so that nobody walks otherwise for smiling
    return tuple(replace(visit, smiles=_smiles(moods, visit)) for visit in visits)


def _smiles(rng: np.random.Generator, visit: Visit) -> tuple[tuple[float, float], ...]:
    """Most who stand smile for a while."""
    found = []
    for leg in visit.legs:
        begin = leg.begin + float(rng.uniform(0.8, 1.6))
        end = min(begin + float(rng.uniform(1.5, 3.0)), leg.end - 0.5)
        if rng.random() < 0.7 and leg.x0 == leg.x1 and end - begin > 1.0:
            found.append((begin, end))
    return tuple(found)


def _visit(rng: np.random.Generator, begin: float, side: int, stops: list[float], waves: bool) -> Visit:
    """One person's visit: in from a side (-1 left, 1 right), to each stop, and out again; at most 27 s."""
    near = float(rng.uniform(0.0, 1.0))
    child = bool(rng.random() < 0.3)
    speed = float(rng.uniform(0.17, 0.24))
    moment, x = begin, (-0.22 if side < 0 else 1.22)
    legs: list[Leg] = []
    for stop in [*stops, -0.22 if rng.random() < 0.5 else 1.22]:
        walk = max(abs(stop - x) / speed, 0.8)
        legs.append(Leg(moment, moment + walk, x, stop, 0.0))
        moment, x = moment + walk, stop
        if 0 <= stop <= 1:
            stand = float(rng.uniform(3.5, 6.5))
            hand_up = len(legs) == 1 and (waves or rng.random() < 0.5)
            legs.append(Leg(moment, moment + stand, x, x, float(hand_up)))
            moment += stand
    return Visit(
        legs=tuple(legs),
        height=(0.6 + 0.2 * near) * (0.68 if child else float(rng.uniform(0.92, 1.06))),
        floor=0.82 + 0.13 * near,
        child=child,
        phase=float(rng.uniform(0, math.tau)),
        hand=int(rng.choice([-1, 1])),
        wardrobe=Wardrobe.choose(rng),
    )


def _standing(rng: np.random.Generator, x: float, begin: float, end: float, height: float, floor: float) -> Visit:
    """Somebody who comes in, stands from `begin` to `end`, and goes."""
    far = -0.22 if x < 0.5 else 1.22
    walk = abs(x - far) / 0.22
    legs = (Leg(begin - walk, begin, far, x, 0.0), Leg(begin, end, x, x, 0.0), Leg(end, end + walk, x, far, 0.0))
    phase, hand = float(rng.uniform(0, math.tau)), int(rng.choice([-1, 1]))
    return Visit(legs, height, floor, False, phase, hand, Wardrobe.choose(rng))


def crowd(seed: int, block: int) -> tuple[Visit, ...]:
    """Seven people, large and small, who come from both sides, pass before each other and stand close together."""
    rng = np.random.default_rng((seed, 6, block))
    found = []
    for index in range(7):
        side = -1 if index % 2 else 1
        stops = [float(rng.uniform(0.15, 0.85)), float(rng.uniform(0.15, 0.85))]
        found.append(_visit(rng, 3.0 + 1.2 * index, side, stops, index % 3 == 0))
    return tuple(found)


def still(seed: int, block: int) -> tuple[Visit, ...]:
    """Somebody comes at the beginning and stands there for eleven minutes."""
    rng = np.random.default_rng((seed, 7, block))
    return (_standing(rng, float(rng.uniform(0.3, 0.7)), 8.0, 680.0, float(rng.uniform(0.6, 0.8)), 0.92),)


def present(seed: int, block: int) -> tuple[Visit, ...]:
    """Two people are there already, and leave after a while; a third comes later."""
    rng = np.random.default_rng((seed, 8, block))
    return (
        _standing(rng, float(rng.uniform(0.2, 0.4)), -10.0, 9.0, float(rng.uniform(0.6, 0.75)), 0.88),
        _standing(rng, float(rng.uniform(0.6, 0.8)), -10.0, 13.0, float(rng.uniform(0.6, 0.75)), 0.9),
        _standing(rng, float(rng.uniform(0.4, 0.6)), 24.0, 34.0, 0.7, 0.9),
    )


def close(seed: int, block: int) -> tuple[Visit, ...]:
    """One or two people stand so near that their legs aren't in the picture, and smile now and then."""
    rng = np.random.default_rng((seed, 9, block))
    found = []
    places = [0.5] if rng.random() < 0.5 else [0.3, 0.7]
    for x in places:
        height = float(rng.uniform(1.1, 1.7))
        visit = _standing(rng, x + float(rng.uniform(-0.05, 0.05)), 5.0, 42.0, height, 0.12 + height)
        moment, smiles = 8.0, []
        while moment < 38.0:
            begin = moment + float(rng.uniform(2.0, 5.0))
            moment = begin + float(rng.uniform(1.5, 4.0))
            if moment < 40.0:
                smiles.append((begin, moment))
        found.append(replace(visit, smiles=tuple(smiles)))
    return tuple(found)


def glide(seed: int, block: int) -> tuple[Visit, ...]:
    """Somebody crosses the picture on a cart, so to say: at 9.5 pixels of 640 in a thirtieth of a second, limbs at rest."""
    rng = np.random.default_rng((seed, 10, block))
    visit = _standing(rng, 0.5, 0.0, 1.0, float(rng.uniform(0.6, 0.8)), 0.9)
    time = 1.44 / (9.5 * 30 / 640)
    ends = (-0.22, 1.22) if rng.random() < 0.5 else (1.22, -0.22)
    return (replace(visit, legs=(Leg(4.0, 4.0 + time, *ends, 2.0),)),)


EVENING = Timetable(BLOCK, evening)
CROWD = Timetable(BLOCK, crowd)
STILL = Timetable(700.0, still)
PRESENT = Timetable(BLOCK, present)
CLOSE = Timetable(BLOCK, close)
GLIDE = Timetable(12.0, glide)


def pose(visit: Visit, seconds: float, aspect: float, who: int = 0) -> Figure | None:
    """How a visitor holds themselves at a moment of their block, in a picture `aspect` times as wide as high; None when
    they are not there."""
    leg = next((leg for leg in visit.legs if leg.begin <= seconds < leg.end), None)
    if leg is None:
        return None
    part = (seconds - leg.begin) / (leg.end - leg.begin)
    gliding = leg.wave == 2.0
    eased, slope = (part, 0.0) if gliding else ease(part)
    tall = visit.height / aspect  # height in picture widths
    walking = leg.x0 != leg.x1 and not gliding
    x = leg.x0 + (leg.x1 - leg.x0) * eased
    stride = 0.95 * tall  # ground covered by two steps
    swing = min(slope / 0.7, 1.0) if walking else 0.0
    # Nobody stands like a post: weight shifts by a few thousandths of the height.
    sway = 0.012 * math.sin(seconds * 0.9 + visit.phase) + 0.006 * math.sin(seconds * 2.1 + visit.phase * 2)
    wave = 0.0
    if leg.wave == 1.0:
        since, left = seconds - leg.begin - 0.4, leg.end - 0.3 - seconds
        wave = min(ease(since / 0.7)[0], ease(left / 0.7)[0])
    smile = max((min(seconds - a, b - seconds) / SMILE_RISE for a, b in visit.smiles), default=0.0)
    return Figure(
        x=x,
        floor=visit.floor,
        height=visit.height,
        child=visit.child,
        facing=0 if not walking else (1 if leg.x1 > leg.x0 else -1),
        swing=swing,
        gait=math.tau * (x - leg.x0) / stride + visit.phase,
        sway=0.0 if gliding else sway,
        breath=math.sin(seconds * 1.7 + visit.phase),
        wave=wave,
        waving=math.sin(seconds * math.tau * 1.3),
        hand=visit.hand,
        wardrobe=visit.wardrobe,
        smile=min(max(smile, 0.0), 1.0),
        who=who,
    )
