"""What frames have cost lately, for the status. Told by the engine; reads no clock itself."""

from __future__ import annotations

import numpy as np


class Costs:
    """Remembers when the newest few hundred frames began and ended. Allocates nothing in the frame."""

    SIZE = 240

    def __init__(self) -> None:
        self._began = np.zeros(self.SIZE)
        self._ended = np.zeros(self.SIZE)
        self._count = 0

    def add(self, began: float, ended: float) -> None:
        """A frame's beginning and end, in seconds of `clock.now()`."""
        self._began[self._count % self.SIZE] = began
        self._ended[self._count % self.SIZE] = ended
        self._count += 1

    @property
    def count(self) -> int:
        """How many frames there have been."""
        return self._count

    def newest(self, wanted: int) -> list[float]:
        """The milliseconds that the newest frames took, at most as many as are known, in their order."""
        known = min(wanted, self._count, self.SIZE)
        places = np.arange(self._count - known, self._count) % self.SIZE
        taken: list[float] = np.round((self._ended[places] - self._began[places]) * 1000, 2).tolist()
        return taken

    def fps(self) -> float:
        """How many frames a second there were lately."""
        known = min(self._count, self.SIZE)
        began = self._began[:known]
        span = float(began.max() - began.min()) if known else 0.0
        return round((known - 1) / span, 1) if span > 0 else 0.0

    def status(self) -> dict[str, object]:
        """`fps` as it really was, and percentiles of the time that a frame took, in milliseconds."""
        known = min(self._count, self.SIZE)
        if not known:
            return {"fps": 0.0, "frame_ms": {"p50": 0.0, "p95": 0.0, "p99": 0.0}}
        began, ended = self._began[:known], self._ended[:known]
        p50, p95, p99 = (float(v) for v in np.percentile((ended - began) * 1000, (50, 95, 99)))
        shown = {"p50": round(p50, 2), "p95": round(p95, 2), "p99": round(p99, 2)}
        return {"fps": self.fps(), "frame_ms": shown}
