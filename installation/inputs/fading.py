"""How one sense gives way to another, so that no visitor is cut out of the wall: the last one fades when nothing new comes,
and two cross when the camera changes. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from installation.inputs.sense import Sense


def faded(sense: Sense, left: float) -> Sense:
    """What remains of a sense: all of it at 1, nobody at 0."""
    height, width = sense.mask.shape
    if left <= 0:
        return replace(Sense.empty(width, height), sequence=sense.sequence, centre=sense.centre)
    return replace(
        sense,
        mask=(sense.mask * np.float32(left)).astype(np.uint8),
        flow=sense.flow * np.float32(left),
        presence=sense.presence * left,
        motion=sense.motion * left,
    )


def crossed(before: Sense, after: Sense, share: float) -> Sense:
    """`after`, with what `1 - share` leaves of `before`; `after` itself from 1 on, or where their sizes differ."""
    if share >= 1 or before.mask.shape != after.mask.shape:
        return after
    share = max(share, 0.0)
    rest = faded(before, 1 - share)
    new = faded(after, share)
    return replace(
        after,
        mask=rest.mask + new.mask,
        flow=rest.flow + new.flow,
        presence=rest.presence + new.presence,
        motion=rest.motion + new.motion,
    )
