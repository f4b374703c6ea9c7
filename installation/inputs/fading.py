"""How one sense gives way to another, so that no visitor is cut out of the wall: the last one fades when nothing new comes,
and two cross when the camera changes. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from installation.inputs.sense import Sense

AMOUNTS = ("presence", "motion", "smile", "confidence", "face_confidence")
"""What is more or less, and so can fade. Places stay where they were, and counts end with the rest."""


def faded(sense: Sense, left: float) -> Sense:
    """What remains of a sense: all of it at 1, nobody at 0."""
    height, width = sense.mask.shape
    if left <= 0:
        return replace(Sense.empty(width, height), sequence=sense.sequence, centre=sense.centre)
    changed: dict[str, Any] = {name: getattr(sense, name) * left for name in AMOUNTS}
    mask = (sense.mask * np.float32(left)).astype(np.uint8)
    return replace(sense, mask=mask, flow=sense.flow * np.float32(left), **changed)


def crossed(before: Sense, after: Sense, share: float) -> Sense:
    """`after`, with what `1 - share` leaves of `before`; `after` itself from 1 on, or where their sizes differ."""
    if share >= 1 or before.mask.shape != after.mask.shape:
        return after
    share = max(share, 0.0)
    rest, new = faded(before, 1 - share), faded(after, share)
    changed: dict[str, Any] = {name: getattr(rest, name) + getattr(new, name) for name in AMOUNTS}
    return replace(after, mask=rest.mask + new.mask, flow=rest.flow + new.flow, **changed)
