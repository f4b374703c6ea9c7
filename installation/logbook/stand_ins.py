"""Who stands in for the room in a replay: senses and ears that say what the log says.

Where the log has numbers only, a visitor is a plain figure: an ellipse of their size that moves as they did; and sound is a tone
of the same loudness. So a replay is like the night, not equal to it. Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.inputs.heard import BINS, SAMPLES, Heard
from installation.inputs.sense import BODY, HEIGHT, MOST_BODIES, WIDTH, Sense

SEEN_A_SECOND = 15
SOFT = 0.15
"""Of a figure's half width: how soft its edge is."""


def figures(bodies: NDArray[np.float32], width: int, height: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """A mask and a flow as `Sense` has them, of visitors as `inputs.sense.BODY` has them."""
    mask = np.zeros((height, width), np.float32)
    flow = np.zeros((height, width, 2), np.float32)
    x = (np.arange(width, dtype=np.float32) + 0.5) / width
    y = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]
    for body in bodies[bodies[:, 0] != 0]:
        _, middle_x, middle_y, wide, high, vx, vy = (float(value) for value in body[:7])
        if not (wide > 0 and high > 0):
            continue
        far = np.hypot((x - middle_x) / (wide / 2), (y - middle_y) / (high / 2))
        shape = np.clip((1.0 - far) / SOFT, 0.0, 1.0)
        inside = shape > 0.5
        flow[inside] = (vx, vy * height / width)
        mask = np.maximum(mask, shape)
    return (mask * 255).astype(np.uint8), flow


def heard_of(told: Any, last: Heard | None) -> Heard:
    """What a line tells of sound. Raises ValueError."""
    try:
        sequence, level, low, mid, high, onset, live, source = told
        numbers = [float(number) for number in (level, low, mid, high, onset)]
        number, name = int(sequence), str(source)
    except (TypeError, OverflowError) as error:
        raise ValueError(f"a sound that is none: {error}") from None
    if not any(numbers) and not live:
        if last is not None and last.sequence == number:
            return last
        return Heard.silence(name, number)
    turns = np.arange(SAMPLES, dtype=np.float32) / SAMPLES
    loud = 10.0 ** (3.0 * (numbers[0] - 1.0)) if numbers[0] > 0 else 0.0  # 0..1 are 60 dB
    wave = (loud * np.sin(2 * np.pi * 9 * turns)).astype(np.float32)[None]
    spectrum = np.zeros((1, BINS), np.float32)
    for begin, end, value in ((0, 6, numbers[1]), (6, 86, numbers[2]), (86, BINS, numbers[3])):
        spectrum[0, begin:end] = value * np.linspace(1.0, 0.6, end - begin, dtype=np.float32)
    loudness, lows, mids, highs, begins = numbers
    return Heard(wave, spectrum, loudness, lows, mids, highs, begins, number, 0.0, name, bool(live))


class LoggedSenses:
    """The senses of a replay: the newest sense that was given."""

    def __init__(self) -> None:
        self.sense = Sense.empty()

    def sample(self, seconds: float) -> Sense:
        return self.sense

    def status(self) -> Mapping[str, object]:
        return {"source": f"the log of {self.sense.source}", "state": "replay", "age_s": 0.0}


class LoggedEars:
    """The ears of a replay: the newest sound that was given."""

    def __init__(self) -> None:
        self.heard = Heard.silence()

    def listen(self, wanted: bool) -> None:
        """Nothing to open."""

    def sample(self, seconds: float) -> Heard:
        return self.heard

    def status(self) -> Mapping[str, object]:
        live = self.heard.live
        return {"source": f"the log of {self.heard.source}", "live": live, "state": "replay", "age_s": 0.0}


class PlainVisitors:
    """The synthetic visitor as plain figures, without a camera's work: what is let pass then costs next to nothing."""

    def __init__(self) -> None:
        from installation.inputs.synthetic import SyntheticVisitor

        self._room = SyntheticVisitor()
        self._sense = Sense.empty(source="synthetic")

    def sample(self, seconds: float) -> Sense:
        number = int(seconds * SEEN_A_SECOND) + 1
        if number == self._sense.sequence:
            return self._sense
        people = self._room.bodies(seconds)[-MOST_BODIES:]
        bodies = np.zeros((MOST_BODIES, len(BODY)), np.float32)
        for row, body in enumerate(people):
            x, y = body.x, 1.0 - body.y  # row 0 of a sense is the bottom
            vx, vy = body.velocity
            bodies[row] = (body.who + 1, x, y, body.width, body.height, vx, -vy, 1.0, 0.0, 1.0)
        mask, flow = figures(bodies, WIDTH, HEIGHT)
        there, centre = float(bool(people)), (0.5, 0.5)
        if people:
            centre = float(bodies[: len(people), 1].mean()), float(bodies[: len(people), 2].mean())
        smile = max((body.smile for body in people), default=0.0)
        faces = sum(body.smile >= 0 for body in people)
        motion = min(float(np.abs(flow).max()) * 2.0, 1.0)
        self._sense = Sense(
            mask, flow, there, motion, centre, len(people), number, seconds, "synthetic", True, bodies,
            smile=max(smile, 0.0), faces=faces, confidence=1.0,
        )  # fmt: skip
        return self._sense

    def status(self) -> dict[str, object]:
        return {"source": "synthetic", "state": "live", "age_s": 0.0}

    def close(self) -> None:
        """Nothing to let go of."""
