"""A camera that does what cameras do wrong: `python -m benchmarks.stand_in_camera` is the camera process with this device in it.

Everything else is the product's own: the process, its sealing, its senses, its memory. The device is a file NAME.standin,
which says in one word what is wrong with it now, and nothing is wrong while it is empty.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np

from installation.clock import now
from installation.errors import DeviceError, Location
from installation.inputs import camera_process, sources
from installation.inputs.synthetic import SyntheticVisitor

SIZE = (320, 240)
RATE = 30.0
STILL = {"nobody": 1.0, "stands": 8.0}
"""Words that are no faults: the moment of the synthetic visitor's evening that is seen again and again, in new noise."""
pause = threading.Event()


class StandIn:
    """Delivers the synthetic visitor, in noise, and every fault of `FAULTS` when it is told to."""

    live = True
    hoard: list[Any] = []  # noqa: RUF012

    def __init__(self, path: Path) -> None:
        self.name, self.notes, self.fps = "stand-in", list[str](), RATE
        self._path = path
        self._where = Location("stand-in")
        self._visitor = SyntheticVisitor(3, *SIZE)
        self._noise = np.random.default_rng(1).integers(-3, 4, (8, SIZE[1], SIZE[0], 3), dtype=np.int16)
        self._last: Any = None
        self._due = now()
        self._count = 0
        while self._fault() in ("hang in open", "stuck in open"):
            pause.wait(3600.0 if self._fault() == "stuck in open" else 0.02)
        if self._fault() == "unplug":
            raise DeviceError("no such camera", self._where, "plug it in")

    def _fault(self) -> str:
        return self._path.read_text().strip()

    def read(self, deadline: float) -> Any:
        fault = self._fault()
        if fault in ("unplug", "hang in open", "stuck in open"):
            raise DeviceError("the camera is gone", self._where, "check its cable; it is taken up again by itself")
        while self._fault() == "hang in read":
            pause.wait(0.02)
        while self._fault() == "stuck in read":
            pause.wait(3600.0)
        if fault == "memory growth":
            self.hoard.append(np.ones(32 << 20, np.uint8))
        self._due = max(self._due + 1.0 / (5.0 if fault == "5 fps" else RATE), now() - 0.05)
        pause.wait(max(self._due - now(), 0.0))
        self._count += 1
        if fault == "freeze" and self._last is not None:
            return self._last
        picture = self._visitor.frame(STILL.get(fault, self._due)).astype(np.int16) + self._noise[self._count % 8]
        self._last = np.clip(picture, 0, 255).astype(np.uint8)
        if fault == "black":
            return np.zeros_like(self._last)
        if fault == "garbage":
            return np.random.default_rng(self._count).integers(0, 256, self._last.shape, dtype=np.uint8)
        if fault == "resolution change":
            return np.ascontiguousarray(self._last[::2, ::2])
        return self._last

    def close(self) -> None:
        self._last = None


def main() -> int:
    real = sources.open_source

    def open_source(text: str, *rest: Any) -> Any:
        return StandIn(Path(text)) if text.endswith(".standin") else real(text, *rest)

    sources.open_source = open_source  # type: ignore[assignment]
    return camera_process.main([])


if __name__ == "__main__":
    sys.exit(main())
