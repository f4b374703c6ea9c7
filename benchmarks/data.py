"""What data cost in a frame: 10,000 marks whose years play, and 100 bound parameters, as a share of a frame at 60 a second.

The reference is arithmetic that takes as long as a frame on this machine while nobody disturbs it, run in turn with the data's
work, so that a busy machine slows both alike. Goals: under a tenth while everything moves; a thirtieth when nothing changes, for
then only the 100 expressions are read.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from installation.data.binding import Rows, Series
from installation.data.tables import Columns, columns_of
from installation.gpu.device import Device
from installation.render.layers.marks import MarksView
from installation.scene import schema
from installation.scene.expressions import Words, compile_expression
from installation.scene.functions import SIGNALS

GOAL = 0.10
STILL_GOAL = 0.03
FRAME = 1 / 60
MARKS, YEARS, BOUND = 10_000, 25, 100


def some_rows(marks: int = MARKS, years: int = YEARS, seed: int = 9) -> Columns:
    """A row for each mark and year, but for those who come later or leave earlier; a twentieth of the values is missing."""
    chance = np.random.default_rng(seed)
    key = np.repeat([f"place {i}" for i in range(marks)], years).astype(object)
    year = np.tile(np.arange(2000.0, 2000.0 + years), marks)
    comes = np.repeat(chance.integers(-20, 10, marks), years) + 2000
    stays = np.repeat(chance.integers(12, 60, marks), years)
    here = (year >= comes) & (year < comes + stays)
    columns: dict[str, Any] = {"key": key, "year": year}
    for name in ("a", "b", "c", "d"):
        level = np.repeat(chance.random(marks), years)
        values = np.clip(level + np.cumsum(chance.normal(0, 0.02, level.size)) % 0.2, 0, 1)
        columns[name] = np.ma.masked_array(values, chance.random(level.size) < 0.05)
    for name in ("x", "y"):
        columns[name] = np.repeat(chance.random(marks), years)
    kinds = [(name, "VARCHAR" if name == "key" else "DOUBLE") for name in columns]
    return columns_of(kinds, {name: np.ma.array(column)[here] for name, column in columns.items()})


LAYER = schema.MarksLayer.model_validate(
    {
        "name": "places",
        "kind": "marks",
        "table": "rows",
        "key": "key",
        "time": "year",
        "layout": {"kind": "columns"},
        "bind": {
            "size": {"column": "a", "scale": "sqrt", "domain": [0, 1], "range": [0.002, 0.01]},
            "color": {"column": "b", "domain": [0, 1], "ramp": ["#1b0f14", "#e0704a", "#f3ead6"]},
            "glow": {"column": "c", "domain": [0, 1]},
            "crack": {"column": "d", "scale": "log", "domain": [0.01, 1]},
        },
    }
)


def contenders(device: Device) -> tuple[Callable[[], None], Callable[[], None], Callable[[], None], MarksView]:
    """(years that play, a year that is held, one of work that takes a whole frame's time here, the view to close)."""
    table = some_rows()
    kit: Any = SimpleNamespace(device=device, size=(1280, 720), seed=1, tables={"rows": table})
    view = MarksView(kit, LAYER)
    rows = Rows.of(table.column("key"), table.column("year"))
    series = {name: Series(rows.frames(table.column(name))) for name in ("a", "b", "c", "d")}
    bound = [
        compile_expression(
            f"= 0.2 + 0.8 * value(rows.{'abcd'[i % 4]}, '{rows.keys[i]}', at, 0)",
            [*SIGNALS, "at"],
            None,
            lambda _, c: series[c],
        )
        for i in range(BOUND)
    ]
    words = Words({**dict.fromkeys(SIGNALS, 0.0), "at": 2000.0})
    sensed = SimpleNamespace(mask=np.zeros((90, 160), np.uint8), presence=0.0)
    moment: Any = SimpleNamespace(seconds=0.0, delta=FRAME, size=(1280, 720), sensed=sensed)
    values = {"at": 2000.0, "ease": 1.0, "open": 1.0, "wander": 0.0, "scale": 1.0, "light": 1.0, "breath": 0.5}

    def frame(at: float) -> None:
        words["at"] = values["at"] = at
        for expression in bound:
            expression(words)
        view.prepare(moment, values, {})
        device.uniforms.upload()

    passed = [0.0]

    def plays() -> None:
        passed[0] = (passed[0] + FRAME / 6) % 24  # a year takes six seconds
        frame(2000.0 + passed[0])

    def held() -> None:
        frame(2012.5)

    for _ in range(900):  # until nothing moves any more
        held()
    return plays, held, measure_of_work(), view


def measure_of_work() -> Callable[[], None]:
    """Arithmetic over 10,000 numbers for as long as a frame at 60 lasts when this machine is its own."""
    import time

    numbers, out = np.linspace(0.0, 1.0, MARKS), np.empty(MARKS)

    def once() -> None:
        np.sin(numbers, out=out)

    best = 1.0
    for _ in range(40):
        began = time.perf_counter()
        for _ in range(20):
            once()
        best = min(best, (time.perf_counter() - began) / 20)
    repeats = max(round(FRAME / best), 1)

    def work() -> None:
        for _ in range(repeats):
            once()

    return work
