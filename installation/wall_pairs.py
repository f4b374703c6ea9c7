"""Lays a projector by hand, without a camera: six or more places of the canvas, and where each of them is to land on the output.

Somebody marks places on the wall, moves the projector's cursor to each, and notes both. One pair that was noted wrong must not
spoil the rest, so it is found and named, never averaged in. Numpy alone; called by the alignment.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from installation.errors import OutputError
from installation.wall_fit import Floats, Found, grid_of, region_of
from installation.wall_shapes import direct, smooth, through

FEWEST = 6
FEWEST_CURVED = 12
NEAREST = 4.0
"""Pixels: what is no farther off is how well one can point."""
ALIKE = 2.5
"""A pair that lies so many times the usual distance from what the others say is left out, and named."""
TRIES = 400


def from_pairs(pairs: Sequence[Sequence[float]], size: tuple[int, int], name: str = "1", curved: bool = False) -> Found:
    """The surface that pairs of places ask for: x and y on the canvas, x and y on the output, all 0..1, y up.

    `size`: the output's, pixels. `curved`: bends a grid to the pairs where the wall isn't flat; twelve or more, well spread.
    P. Rousseeuw's least median of squares (1984) finds the pairs that agree, least squares then use all of these. Raises
    OutputError for fewer than six, for pairs that say nothing of a part of the canvas, and where too few agree.
    """
    given = np.asarray(pairs, np.float64).reshape(-1, 4) if all(len(pair) == 4 for pair in pairs) else np.empty((0, 4))
    fewest = FEWEST_CURVED if curved else FEWEST
    if len(given) < fewest:
        kind = "a curved wall" if curved else "a projector"
        raise OutputError(
            f"{kind} is laid by at least {fewest} pairs of points, not {len(given)}",
            hint="each is x and y on the canvas, then x and y on the output, 0 to 1, y up; spread them to the corners",
        )
    if not np.isfinite(given).all() or np.abs(given).max() > 10.0:
        raise OutputError("a point is nowhere near the picture", hint="points are 0 to 1, y up")
    canvas, output = given[:, :2] * 2 - 1, given[:, 2:] * 2 - 1  # about their middles, where least squares work best
    for part, where in ((canvas, "canvas"), (output, "output")):
        if np.linalg.svd(part - part.mean(axis=0), compute_uv=False)[-1] < 0.05:
            raise OutputError(
                f"the points lie on one line, or in one place, of the {where}", hint="spread them to the corners"
            )
    matrix, off = _agreed(canvas, output, size)
    limit = max(ALIKE * 1.48 * (1 + 5 / (len(given) - 4)) * float(np.median(off)), NEAREST * (6.0 if curved else 1.0))
    keep = off <= limit
    if keep.sum() < max(FEWEST - 1, 0.7 * len(given)):
        raise OutputError(
            "these pairs don't agree on one wall",
            hint="is the wall curved, or the order of x and y another? Note them again, one after the other",
        )
    matrix = direct(canvas[keep], output[keep], np.ones(int(keep.sum())))
    found = smooth(canvas[keep], output[keep], np.ones(int(keep.sum())), (3, 3)) if curved else None

    def lands(uv: Floats) -> Floats:
        at = uv * 2 - 1
        return np.asarray(((through(matrix, at) if found is None else found.at(at)) + 1) / 2)

    missed = np.linalg.norm((lands(given[:, :2]) - given[:, 2:]) * size, axis=1)
    said = [
        f"pair {number + 1} lies {missed[number]:.0f} pixels off the others: left out"
        for number in np.nonzero(~keep)[0]
    ]
    region = region_of(lands)
    warp = grid_of(lambda uv: lands(uv * region[2:] + region[:2]), size)
    low, high = given[keep, 2:].min(axis=0), given[keep, 2:].max(axis=0)
    coverage = float(np.prod(np.clip(high, 0, 1) - np.clip(low, 0, 1)))
    worst = float(np.percentile(missed[keep], 95))
    return Found(name, size, region, warp, float(missed[keep].mean()), worst, coverage, tuple(said))


def _agreed(canvas: Floats, output: Floats, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """The homography of some four pairs for which the middle distance of all is least, and all distances, in pixels."""
    every = list(combinations(range(len(canvas)), 4)) if len(canvas) <= 12 else []
    chance = np.random.default_rng(len(canvas))
    some = chance.permutation(len(every))[:TRIES] if every else range(TRIES)
    best, least = None, np.inf
    for number in some:
        four = np.array(every[number]) if every else chance.choice(len(canvas), 4, replace=False)
        spread = [
            np.linalg.svd(part[four] - part[four].mean(axis=0), compute_uv=False)[-1] for part in (canvas, output)
        ]
        if min(spread) < 0.02:
            continue
        matrix = direct(canvas[four], output[four], np.ones(4))
        off = np.nan_to_num(np.linalg.norm((through(matrix, canvas) - output) / 2 * size, axis=1), nan=1e9)
        middle = float(np.sort(off)[(len(off) + 5) // 2 - 1 if len(off) > 5 else -1])
        if middle < least:
            best, least = (matrix, off), middle
    if best is None:
        raise OutputError("these pairs make no surface", hint="spread them to the corners")
    return best
