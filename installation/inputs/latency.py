"""How long it takes from the canvas to the camera: finds a light that was drawn in pictures that were taken. Pure numpy.

The wall breathes a patch of light at uneven intervals (`level`); the canvases say when it was drawn, the pictures when it was
seen, both by one monotonic clock. The delay with which the one explains the other best is the latency: display, projector,
camera and driver together. Slow and soft on purpose: its timing is read from its slopes, which are seen in many pictures, so
that no flash is needed. Called by the camera process.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.errors import DeviceError

LONGEST = 0.6
"""Seconds: the longest latency that is looked for."""
BEGINNINGS = (0.4, 1.5, 2.8, 3.9, 5.3)
"""When each breath begins, in seconds of the measurement; unevenly, so that one isn't taken for the next."""
BREATH = 0.8
"""Seconds of a breath: it comes and goes as a raised cosine."""
LENGTH = 6.6
PATCH = (0.5, 0.5, 0.3, 0.3)
"""The patch on the canvas: its middle, its width and its height; 9 % of it."""
ENOUGH = 0.4
"""Share of the picture's variation in the patch that the light must explain."""
FEWEST = 40
"""Pictures, and canvases, below which nothing is measured."""
BREATHS = 3
"""Breaths of the light that must have been seen."""
STEP = 0.004


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from the canvas to the picture; `spread` is what single breaths differ by: 1.48 times the median distance from
    the middle one, which is the standard deviation where nothing went wrong."""

    seconds: float
    spread: float


def level(seconds: float) -> float:
    """How bright the patch is at `seconds` of the measurement: 0..1."""
    for begin in BEGINNINGS:
        if 0.0 < seconds - begin < BREATH:
            return 0.5 - 0.5 * math.cos(math.tau * (seconds - begin) / BREATH)
    return 0.0


def find(drawn: Sequence[tuple[float, float]], seen: Sequence[tuple[float, NDArray[np.floating]]]) -> Latency:
    """The latency between the light that was `drawn` (moment, brightness of the patch) and what was `seen`: (moment, picture
    as a few numbers: any shape, the same each time).

    Raises DeviceError when too little was seen, or nothing that follows the light.
    """
    if len(seen) < FEWEST or len(drawn) < FEWEST:
        raise DeviceError(
            "the camera delivered too few pictures to measure with", hint="is it well? look at the status"
        )
    moments = np.array([when for when, _ in seen])
    shown = np.array([when for when, _ in drawn])
    light = np.array([value for _, value in drawn])
    if np.ptp(light) < 1e-6:
        raise DeviceError("the light was not drawn", hint="start the measurement again")
    pixels = np.array([np.asarray(picture, np.float64).ravel() for _, picture in seen])
    steady = np.column_stack([np.ones(len(moments)), moments - moments[0]])
    pixels = pixels - steady @ np.linalg.lstsq(steady, pixels, rcond=None)[0]  # the room may grow brighter meanwhile
    delays = np.arange(0.0, LONGEST + STEP / 2, STEP)
    weights = _weights(pixels, [np.interp(moments - delay, shown, light) for delay in delays[::5]], steady)
    signal = pixels @ weights
    seconds, explained = _best(moments, signal, shown, light, delays, steady)
    if explained < ENOUGH:
        raise DeviceError(
            "the camera does not see the light on the wall",
            hint="is the projector on, the camera's exposure locked, and nobody in between?",
        )
    single = []
    started = float(shown[np.argmax(light > 0.05 * light.max())]) - BEGINNINGS[0]
    for begin in BEGINNINGS:
        near = (moments > started + begin - 0.2) & (moments < started + begin + BREATH + LONGEST)
        rising = near & (moments > started + begin + seconds) & (moments < started + begin + seconds + BREATH / 2)
        if np.count_nonzero(near) >= 8 and rising.any():
            found, share = _best(moments[near], signal[near], shown, light, delays, steady[near])
            if share > ENOUGH:
                single.append(found)
    if len(single) < BREATHS:
        raise DeviceError(
            f"the camera saw only {len(single)} of {len(BEGINNINGS)} breaths of the light", hint="measure once more"
        )
    # The middle one of them: a camera that was held up for a moment spoils a breath or two, and not the result.
    middle = float(np.median(single))
    return Latency(middle, 1.48 * float(np.median(np.abs(np.array(single) - middle))))


def _without(values: NDArray[np.float64], steady: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(values - steady @ np.linalg.lstsq(steady, values, rcond=None)[0], np.float64)


def _weights(
    pixels: NDArray[np.float64], lights: list[NDArray[np.float64]], steady: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How much each pixel says of the light: its slope, at the delay at which most is said, where it follows the light well.

    A pixel whose variation is below a code's step is noise, however well it follows.
    """
    spread = (pixels**2).sum(axis=0) + 0.25 * len(pixels)
    best, most = np.zeros(pixels.shape[1]), -1.0
    for light in lights:
        given = _without(light, steady)
        if (power := float(given @ given)) < 1e-12:
            continue
        slope = np.maximum(given @ pixels / power, 0.0)
        share = slope**2 * power / spread
        said = float((slope * share).sum())
        if said > most:
            most, best = said, np.where(share > 0.5 * share.max(), slope, 0.0)
    return best


def _best(
    moments: NDArray[np.float64],
    signal: NDArray[np.float64],
    shown: NDArray[np.float64],
    light: NDArray[np.float64],
    delays: NDArray[np.float64],
    steady: NDArray[np.float64],
) -> tuple[float, float]:
    """The delay that explains the signal best, between the steps by a parabola, and the share that it explains."""
    signal = _without(signal, steady)
    whole = float(signal @ signal) + 1e-12
    shares = np.zeros(len(delays))
    for index, delay in enumerate(delays):
        given = _without(np.interp(moments - delay, shown, light), steady)
        along = float(given @ signal)
        power = float(given @ given)
        shares[index] = along * along / (power * whole) if along > 0 and power > 1e-12 else 0.0
    top = int(np.argmax(shares))
    offset = 0.0
    if 0 < top < len(delays) - 1:
        before, at, after = shares[top - 1 : top + 2]
        bend = before - 2 * at + after
        offset = 0.5 * (before - after) / bend if abs(bend) > 1e-12 else 0.0
    return float(delays[top] + offset * STEP), float(shares[top])
