"""Patterns of light that tell a camera which pixel of a projector it sees: Gray code, then shifted waves. Numpy alone.

A projector shows white, black, then stripes. Of each camera pixel the coarse stripes (reflected Gray code, each with its
negative) say in which strip of the projector it looks; a wave in eight shifted positions says where in the strip, to a fraction
of a projector's pixel, which the code alone can't where the camera is coarser than the projector. Light of the room, colours of
the wall and the projector's gamma drop out of all comparisons. After F. Gray (1953), and B. Salvi, J. Pages, J. Batlle, "Pattern
codification strategies in structured light systems" (2004); P. Hariharan et al. on shifted waves (1987).

The patterns are drawn by `calibration`, the answers read in the camera's own process: what leaves it are places, no pictures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Axis: TypeAlias = Literal["x", "y"]

SHIFTS = 8
"""Positions of the wave. The noise of a phase is sqrt(2 / SHIFTS) of a picture's, against the wave's height."""
WAVE = 32
"""Pixels of a projector in a wave; half of it is the narrowest stripe of the code."""
DIMMEST = 0.03
"""The least difference of white and black, of the camera's whole range, that is taken for a projector's light."""
UNSTEADY = 12
"""Thousandths of the camera's range by which what isn't lit may darken while white is shown."""
SURE = 0.15
"""The least contrast of a stripe and its negative, and of the wave, of the difference of white and black."""


@dataclass(frozen=True, slots=True)
class Stripes:
    """One pattern. `kind`: white, black, code (bit `number` of the strip), negative (the same the other way round), wave
    (position `number` of SHIFTS)."""

    kind: Literal["white", "black", "code", "negative", "wave"]
    axis: Axis = "x"
    number: int = 0

    def light(self, place: ArrayLike, size: int) -> Floats:
        """How bright it is at places of its axis, in pixels (0 is the left or bottom edge) of `size`; 0..1."""
        at = np.asarray(place, np.float64)
        if self.kind in ("white", "black"):
            return np.full(at.shape, float(self.kind == "white"))
        if self.kind == "wave":
            return np.asarray(0.5 + 0.5 * np.cos(2 * math.pi * (at / WAVE - self.number / SHIFTS)))
        strip = np.clip(np.floor(at / (WAVE / 2)), 0, strips(size) - 1).astype(np.int64)
        lit = ((strip ^ (strip >> 1)) >> (bits(size) - 1 - self.number)) & 1
        return np.asarray(lit if self.kind == "code" else 1 - lit, np.float64)

    def picture(self, size: tuple[int, int]) -> Floats:
        """The pattern as (h, w), row 0 at the bottom."""
        width, height = size
        along = (np.arange(width if self.axis == "x" else height)) + 0.5
        line = self.light(along, width if self.axis == "x" else height)
        return np.broadcast_to(line[None, :] if self.axis == "x" else line[:, None], (height, width)).copy()


def strips(size: int) -> int:
    """How many strips a side of so many pixels has."""
    return math.ceil(size / (WAVE / 2))


def bits(size: int) -> int:
    """How many pictures it takes to number them."""
    return max((strips(size) - 1).bit_length(), 1)


def patterns(size: tuple[int, int]) -> tuple[Stripes, ...]:
    """Everything that a projector of (width, height) pixels shows, in order."""
    found = [Stripes("white"), Stripes("black")]
    axes: tuple[tuple[Axis, int], ...] = (("x", size[0]), ("y", size[1]))
    for axis, pixels in axes:
        for bit in range(bits(pixels)):
            found += [Stripes("code", axis, bit), Stripes("negative", axis, bit)]
        found += [Stripes("wave", axis, shift) for shift in range(SHIFTS)]
    return tuple(found)


@dataclass(frozen=True)
class Seen:
    """What a camera has found: of each of its pixels the place of the projector that it sees, in the projector's pixels.

    `x`, `y`: (h, w), NaN where nothing was found. `light`: (h, w), how much brighter white is than black, 0..1. `said`: of how
    many of the camera's pixels what is true, for a report; "steady": by how many thousandths the rest grew brighter with it.
    """

    x: Floats
    y: Floats
    light: Floats
    said: dict[str, int]

    @property
    def found(self) -> NDArray[np.bool_]:
        return np.asarray(np.isfinite(self.x))


def few_patterns(size: tuple[int, int]) -> tuple[Stripes, ...]:
    """About half as many, for a check: stripes without negatives, every other position of the wave."""
    return tuple(
        pattern
        for pattern in patterns(size)
        if pattern.kind != "negative" and (pattern.kind != "wave" or pattern.number % 2 == 0)
    )


class Reader:
    """Takes the camera's pictures one after another, each with its pattern, and keeps a handful of numbers of each pixel: all of
    `patterns`, or `few_patterns`."""

    def __init__(self, size: tuple[int, int]) -> None:
        """`size`: the projector's, pixels."""
        self._size = size
        self._white: Floats | None = None
        self._black: Floats | None = None
        self._last: tuple[Axis, Floats] | None = None
        self._code: dict[Axis, NDArray[np.int64]] = {}
        self._wave: dict[Axis, NDArray[np.complex128]] = {}
        self._shifts: dict[Axis, int] = {}

    def take(self, pattern: Stripes, picture: ArrayLike) -> None:
        """One picture, (h, w), 0..1; the mean of several is better than one. Raises ValueError for one of another size."""
        seen = np.asarray(picture, np.float64)
        if self._white is not None and seen.shape != self._white.shape:
            raise ValueError(f"a picture of {seen.shape[::-1]} pixels, after those of {self._white.shape[::-1]}")
        axis = pattern.axis
        if pattern.kind != "negative":
            self._settle()
        match pattern.kind:
            case "white":
                self._white = seen
            case "black":
                self._black = seen
            case "code":
                self._last = axis, seen
            case "negative":
                if self._last is None or self._last[0] != axis:
                    raise ValueError("a negative without its stripes")
                self._settle(seen)
            case "wave":
                turned = seen * np.exp(2j * math.pi * pattern.number / SHIFTS)
                self._wave[axis] = self._wave.get(axis, np.zeros(seen.shape, np.complex128)) + turned
                self._shifts[axis] = self._shifts.get(axis, 0) + 1

    def _settle(self, negative: Floats | None = None) -> None:
        """Reads a bit of the code from the stripes seen last, against their negative, or the middle of white and black."""
        if self._last is None:
            return
        axis, seen = self._last
        self._last = None
        if negative is None:
            if self._white is None or self._black is None:
                raise ValueError("stripes before white and black")
            negative = self._white + self._black - seen
        before = self._code.get(axis, np.zeros(seen.shape, np.int64))
        self._code[axis] = (before << 1) | (seen > negative)

    def read(self) -> Seen:
        """What all of them say together. Raises ValueError before the last picture was taken."""
        if self._white is None or self._black is None or set(self._wave) != {"x", "y"} or set(self._code) != {"x", "y"}:
            raise ValueError("not all patterns have been seen")
        light = self._white - self._black
        lit = light > DIMMEST
        places: dict[Axis, Floats] = {"x": self._place("x", self._size[0]), "y": self._place("y", self._size[1])}
        sharp = np.ones_like(lit)
        for axis, wave in self._wave.items():
            height = np.abs(wave) * 2 / self._shifts[axis]  # half of what white is more than black
            lit &= (height * 2 > DIMMEST) | (light > 4 * DIMMEST)  # of little light eight pictures are surer than two
            sharp &= height * 2 > SURE * light
        within = (
            (places["x"] >= 0) & (places["x"] <= self._size[0]) & (places["y"] >= 0) & (places["y"] <= self._size[1])
        )
        good = lit & sharp & within
        good &= ~_strays(places["x"], good) & ~_strays(places["y"], good)
        x, y = (np.where(good, places[axis], np.nan) for axis in ("x", "y"))
        overlit = (self._white > 0.995).sum()
        noise = int((light < -DIMMEST).sum())  # as much of what looks lit is none
        said = {
            "pixels": lit.size,
            "lit": max(int(lit.sum()) - noise, 0),
            "blurred": int((lit & ~sharp).sum()),
            "overexposed": int(overlit),
            "found": int(good.sum()),
            "steady": round(1000 * float(np.median(beside))) if (beside := light[_apart(good)]).size else 0,
        }
        return Seen(x, y, light, said)

    def _place(self, axis: Axis, size: int) -> Floats:
        """The strip from the code, the place in it from the wave; the strip may be wrong by one where a stripe's edge falls."""
        gray = self._code[axis].copy()
        shift = 1
        while shift < bits(size):  # from Gray code to a number
            gray ^= gray >> shift
            shift <<= 1
        coarse = (gray + 0.5) * (WAVE / 2)
        phase = np.angle(self._wave[axis]) / (2 * math.pi) * WAVE  # where in its wave, -WAVE/2 .. WAVE/2
        return np.asarray(phase + WAVE * np.round((coarse - phase) / WAVE))


def _strays(place: Floats, good: NDArray[np.bool_], reach: int = 1) -> NDArray[np.bool_]:
    """Pixels that lie far from the middle one of those around them: a reflection, or the edge of something that stands before."""
    padded = np.pad(np.where(good, place, np.nan), reach, constant_values=np.nan)
    rows, columns = place.shape
    around = np.stack(
        [padded[j : j + rows, i : i + columns] for j in range(2 * reach + 1) for i in range(2 * reach + 1)]
    )
    known = np.isfinite(around).sum(axis=0)
    around = np.sort(around, axis=0)  # NaN comes last
    middle = np.take_along_axis(around, np.maximum((known - 1) // 2, 0)[None], axis=0)[0]
    spread = np.take_along_axis(around, np.maximum(known - 1, 0)[None], axis=0)[0] - around[0]
    return np.asarray(good & ((known < 4) | (np.abs(place - middle) > WAVE / 2) & (spread > WAVE / 2)))


def _apart(found: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels that lie a little away from all that were found."""
    near = np.pad(found, 1)
    for _ in range(6):
        wider = near.copy()
        wider[1:] |= near[:-1]
        wider[:-1] |= near[1:]
        wider[:, 1:] |= near[:, :-1]
        wider[:, :-1] |= near[:, 1:]
        near = wider
    return np.asarray(~near[1:-1, 1:-1])


def said(counts: Mapping[str, int]) -> list[str]:
    """What is wrong with what was seen (`Seen.said`), and what to try; nothing where it is good."""
    pixels, lit, found = counts["pixels"], counts["lit"], counts["found"]
    told = []
    if counts.get("steady", 0) < -UNSTEADY:
        told.append("the camera changes its exposure by itself: lock it (camera: {exposure: ...})")
    if lit < 0.002 * pixels:
        return [
            *told,
            "the camera sees none of its light: is it on, its shutter open, and does the camera look at the wall?",
        ]
    if counts["overexposed"] > 0.2 * lit:
        told.append("the camera is overexposed: lock a shorter exposure (camera: {exposure: ...})")
    if counts["blurred"] > 0.3 * lit:
        told.append("stripes are blurred: focus the projector and the camera, or bring the camera nearer")
    if found < 0.5 * lit:
        told.append(
            f"only {100 * found / lit:.0f} % of its light could be read: darken the room, and let nobody stand before it"
        )
    return told
