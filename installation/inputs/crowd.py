"""Finds visitors who are one blob of the mask, by the colours that they wear; and assigns blobs to visitors as a whole. Only
`bodies` uses it. Keeps nothing.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

BANDS = ((0.2, 0.5), (0.5, 0.85))
"""Shares of a body's height, from the top, between which the colour of the trunk and that of the legs are taken."""

STRANGE = 150.0
"""Difference in the colours of trunk and legs, summed, from which a place in a crowd doesn't show somebody."""


class Worn(Protocol):
    """What is known of somebody in a crowd: the top of their head, their size (pixels of the mask), and the mean colours of
    trunk and legs (six numbers, BGR and BGR)."""

    top: float
    width: float
    height: float
    colour: NDArray[np.float64]


def find_colours(
    worn: Worn,
    reach: tuple[int, int],
    mask: NDArray[np.uint8],
    small: NDArray[np.uint8],
    ahead: float,
    taken: list[tuple[float, float]],
) -> tuple[float | None, float]:
    """Where between the columns `reach` somebody's colours are, column by column, near `ahead` where they are expected (None:
    nowhere), and how far the colours there are from theirs, 0 to 2 `STRANGE`.

    `mask` is (h, w), `small` the picture, (h, w, 3) BGR; at the `taken` places (middle and width) others are seen.
    """
    wide = max(round(0.5 * worn.width), 3)
    left, right = max(reach[0], int(ahead - 1.5 * worn.width)), min(reach[1], int(ahead + 1.5 * worn.width) + 1)
    if right - left <= wide:
        return None, STRANGE
    off = np.zeros(right - left, np.float32)
    for part, (begin, end) in enumerate(BANDS):
        top, bottom = (round(worn.top + share * worn.height) for share in (begin, end))
        top, bottom = max(top, 0), min(bottom, mask.shape[0])
        if bottom - top < 2:
            continue
        weight = mask[top:bottom, left:right].astype(np.float32)
        total = weight.sum(axis=0)
        mean = (small[top:bottom, left:right] * weight[..., None]).sum(axis=0) / np.maximum(total, 1.0)[:, None]
        apart = np.abs(mean - worn.colour[3 * part : 3 * part + 3]).sum(axis=1)
        off += np.where(total > 255.0, apart, STRANGE)
    off = np.convolve(off, np.full(wide, 1.0 / wide, np.float32), "valid")
    places = left + wide / 2 + np.arange(off.size)
    for middle, width in taken:
        off[np.abs(places - middle) < 0.3 * min(width, worn.width)] += STRANGE
    best = int(np.argmin(off + np.abs(places - ahead) * (30.0 / worn.width)))
    return (float(places[best]) if off[best] < STRANGE else None), min(float(off[best]), 2 * STRANGE)


def assign(costs: list[list[float]]) -> list[int | None]:
    """For each row its column, so that the sum of the costs is the least and no column is taken twice; None for the rows that
    are left where there are fewer columns. Kuhn's method with potentials, rows one after the other, O(rows² columns)."""
    rows, columns = len(costs), len(costs[0]) if costs else 0
    if rows > columns:
        turned = assign([list(column) for column in zip(*costs, strict=True)]) if columns else []
        found: list[int | None] = [None] * rows
        for column, row in enumerate(turned):
            if row is not None:
                found[row] = column
        return found
    of_row, of_column = [0.0] * rows, [0.0] * (columns + 1)
    taken: list[int] = [-1] * (columns + 1)  # the row that has a column; the last column stands for none
    for row in range(rows):
        taken[columns], here = row, columns
        least, before, done = [math.inf] * columns, [columns] * columns, [False] * (columns + 1)
        while taken[here] >= 0:
            done[here] = True
            at, step, there = taken[here], math.inf, -1
            for column in range(columns):
                if not done[column]:
                    cost = costs[at][column] - of_row[at] - of_column[column]
                    if cost < least[column]:
                        least[column], before[column] = cost, here
                    if least[column] < step:
                        step, there = least[column], column
            for column in range(columns + 1):
                if done[column]:
                    of_row[taken[column]] += step
                    of_column[column] -= step
                elif column < columns:
                    least[column] -= step
            here = there
        while here != columns:
            taken[here] = taken[before[here]]
            here = before[here]
    result: list[int | None] = [None] * rows
    for column in range(columns):
        if taken[column] >= 0:
            result[taken[column]] = column
    return result
