"""The engine's frame with a log of the night against the same frame without; and bytes of an hour. Goal: at most 1.02.

The room is never still: every second frame somebody has moved, every frame sounds otherwise.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.guard import show_of
from benchmarks.interleaved import Ratio, Timed, compare, here
from installation.clock import FixedClock, now, worked_here
from installation.engine import Engine
from installation.gpu.device import Device
from installation.inputs.heard import Heard
from installation.inputs.osc import match
from installation.inputs.sense import Sense
from installation.logbook.book import Logbook
from installation.logbook.stand_ins import PlainVisitors

GOAL = 1.02
SIZE = (320, 180)
FRAMES = 600
"""That an hour's bytes are reckoned from."""


class Restless:
    """Senses and ears of a room in which somebody always moves: 30 senses a second, of the synthetic visitor's truth."""

    def __init__(self) -> None:
        visitors = PlainVisitors()
        chance = np.random.default_rng(1)
        self._senses = [visitors.sample(20.0 + number / 15) for number in range(90)]
        self._loud = chance.random((997, 4)).tolist()
        self._silence = Heard.silence()

    def sample(self, seconds: float) -> Sense:
        return self._senses[round(seconds * 30) % len(self._senses)]

    def status(self) -> dict[str, object]:
        return {}

    def close(self) -> None:
        """Nothing to let go of."""


class Loud(Restless):
    def listen(self, wanted: bool) -> None: ...

    def sample(self, seconds: float) -> Heard:  # type: ignore[override]
        number = round(seconds * 60)
        level, low, mid, high = self._loud[number % len(self._loud)]
        still = self._silence
        return Heard(still.waveform, still.spectrum, level, low, mid, high, 0.0, number, seconds, "bench", True)


def player(device: Device, size: tuple[int, int], folder: Path | None, shapes: bool) -> tuple[Timed, Engine]:
    engine = Engine(device, show_of(False), size, Restless(), match, ears=Loud())
    if folder is not None:
        of_site = {"flash_guard": {}, "smoothing": {}}
        book = Logbook(folder, shapes=shapes)
        book.attach(engine, version="bench", cue=None, seed=1, fps=60.0, site=of_site)
    engine.open()
    clock = FixedClock(60.0)
    pace = 1 / 60

    def one() -> None:
        began = now()
        engine.step(clock.next())
        device.finish()
        while now() - began < pace and size[0] < 100:  # as a show does: else frames come faster than any log is written
            pass

    one()
    return here(one), engine


def tell(device: Device, rounds: int, told: Callable[[str, Ratio, Ratio, str], None]) -> None:
    for shapes in (False, True):
        folder = Path(tempfile.mkdtemp(prefix="installation-bench-"))
        bare, first = player(device, SIZE, None, False)
        logged, second = player(device, SIZE, folder, shapes)
        ratio, control = compare(bare, logged, rounds, 10)
        what = "with shapes" if shapes else "numbers"
        told(f"log of the night: {what}, 10 layers, {SIZE[0]}x{SIZE[1]}", ratio, control, f"at most {GOAL}")
        print(f"    the frame's own part: {1e6 * handing_over(second):.1f} µs of processor time\n")
        for engine in (first, second):
            if engine.logbook is not None:
                engine.logbook.close()
            engine.close()
        shutil.rmtree(folder)
    for shapes in (False, True):
        size, lost = hour(device, shapes)
        print(
            f"    an hour with a visitor, {'with shapes' if shapes else 'numbers'}: {size / 1e6:.0f} MB; {lost} frames lost"
        )


def hour(device: Device, shapes: bool) -> tuple[float, int]:
    """Bytes of an hour's log, and how many of its frames were lost."""
    folder = Path(tempfile.mkdtemp(prefix="installation-bench-"))
    run, engine = player(device, (64, 36), folder, shapes)
    run(FRAMES)
    book = engine.logbook
    assert isinstance(book, Logbook)
    book.close()
    engine.close()
    size = sum(path.stat().st_size for path in folder.glob("*.gz"))
    shutil.rmtree(folder)
    return size * 3600 * 60 / FRAMES, book.lost


def handing_over(engine: Engine) -> float:
    """Seconds of processor time that a frame spends on the log."""
    book, clock = engine.logbook, FixedClock(60.0, 1000.0)
    assert isinstance(book, Logbook)
    spent = 0.0
    for _ in range(300):
        frame = clock.next()
        engine.sensing.take(frame.seconds)
        began = worked_here()
        book.take(frame, True)
        spent += worked_here() - began
    return spent / 300
