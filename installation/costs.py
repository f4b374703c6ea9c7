"""What frames have cost lately, for the status. Told by the engine; reads no clock itself."""

from __future__ import annotations

import numpy as np


class Costs:
    """What frames have cost, over the last few seconds. Allocates nothing in the frame."""

    SIZE = 240

    def __init__(self) -> None:
        self._cost = np.zeros(self.SIZE)
        self._delta = np.zeros(self.SIZE)
        self._count = 0

    def add(self, cost: float, delta: float) -> None:
        self._cost[self._count % self.SIZE] = cost
        self._delta[self._count % self.SIZE] = delta
        self._count += 1

    def status(self) -> dict[str, object]:
        """`fps`, and percentiles of the time that a frame took, in milliseconds."""
        known = min(self._count, self.SIZE)
        if not known:
            return {"fps": 0.0, "frame_ms": {"p50": 0.0, "p95": 0.0, "p99": 0.0}}
        p50, p95, p99 = (float(v) for v in np.percentile(self._cost[:known] * 1000, (50, 95, 99)))
        mean = float(self._delta[:known].mean())
        shown = {"p50": round(p50, 2), "p95": round(p95, 2), "p99": round(p99, 2)}
        return {"fps": round(1 / mean, 1) if mean > 0 else 0.0, "frame_ms": shown}
