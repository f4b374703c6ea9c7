"""The flash guard: the last pass over the canvas. It lets no more than three flashes a second reach the wall.

What a flash is, and how many are too many over which area, is defined by `show.flash`; here it is decided on the graphics
device, in the same frame and without reading anything back. The memory of each cell is of what was *shown*: a cell that would
make its eighth change within a second, in a field of which too much would then be over the limit, is not let do so. It is
calmed: it follows what comes in slowly, over what was shown before, and never far enough to make another change while the
second lasts. So the limit can't be crossed, and a strobe sinks into its own mean instead of going black. A cell is let go when
what comes in has become quiet. While nothing is calmed nothing is drawn on the canvas at all.

It must never change a picture that keeps the limit, not by one bit, and never depend on the frame rate. Called by `wall`.
"""

from __future__ import annotations

import math

import numpy as np

from installation.gpu.device import Device
from installation.gpu.glance import Glance
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Target
from installation.render import flash_glsl as glsl
from installation.render.screen import VERTEX, Screen
from installation.show import flash

ASK_EVERY = 0.25
"""Seconds between two glances at what it does, for the status."""
MAX_DELTA = 0.25
MOST_SAMPLES = 24
"""Along a cell: every pixel of a canvas of 3840. A finer one is looked at evenly."""


class FlashGuard:
    """Remembers, on the device, when each cell last changed, and which cells are calmed."""

    def __init__(self, device: Device, screen: Screen, size: tuple[int, int], distance: float = flash.DISTANCE) -> None:
        """`size` of the canvas in pixels; drawn at another scale it is measured in the same cells. Raises DeviceError."""
        self._device, self._screen = device, screen
        self._columns, self._rows = flash.grid(*size)
        self._field = flash.field(self._columns, self._rows, distance)
        columns, rows = self._columns, self._rows
        tiles = math.ceil(columns / glsl.TILE), math.ceil(rows / glsl.TILE)
        self.seen, self._shown, self._before, self._sums, self._damp = (
            Target(device, columns, rows, "rgba32f", smooth=False) for _ in range(5)
        )
        self._judged, self._fields, self._within, self._stopped = (
            Target(device, columns, rows, smooth=False) for _ in range(4)
        )
        self._spread = Target(device, columns, rows, "rgba32f", smooth=False)
        self._ends, self._next_ends = (Target(device, columns, rows * glsl.ENDS, "rgba32f", False) for _ in range(2))
        self._times, self._next_times = (Target(device, columns, rows * glsl.TIMES, "rgba32f", False) for _ in range(2))
        self._gathered = Target(device, *tiles, "rgba32f", smooth=False)
        self.awake = Target(device, 1, 1, "rgba32f", smooth=False)
        """One texel: 1 where there is anything to do; the share of the canvas over the limit (general, red), and calmed."""
        self._tiles = Mesh(device, _tiles(*tiles), (4,))
        self._measure = self._program(VERTEX, glsl.MEASURE, "picture")
        self._judge = self._program(VERTEX, glsl.JUDGE, "seen", "ends", "times")
        self._gather = self._program(VERTEX, glsl.GATHER, "judged", "ends")
        self._decide = self._program(VERTEX, glsl.DECIDE, "gathered")
        self._across = self._program(glsl.AWAKE, glsl.ACROSS, "judged", "awake")
        self._upwards = self._program(glsl.AWAKE, glsl.UPWARDS, "sums", "awake")
        self._inside = self._program(glsl.AWAKE, glsl.WITHIN, "fields", "awake")
        self._measure_before = self._program(glsl.AWAKE, glsl.MEASURE, "picture", "awake")
        self._stop = self._program(glsl.AWAKE, glsl.STOP, "judged", "within", "ends", "awake")
        self._soften = self._program(glsl.AWAKE, glsl.SPREAD, "stopped", "awake")
        self._calm = self._program(glsl.AWAKE, glsl.DAMP, "seen", "ends", "times", "spread", "before", "awake")
        self._take = self._program(glsl.TILES, glsl.TAKE, "picture", "awake", "damp")
        self._mix = self._program(glsl.TILES, glsl.MIX, "picture", "previous", "damp", "awake")
        self._measure_shown = self._program(glsl.TILES, glsl.MEASURE, "picture", "awake", "damp")
        self._follow = self._program(VERTEX, glsl.FOLLOW, "seen", "shown", "damp", "awake", "ends")
        self._remember = self._program(VERTEX, glsl.REMEMBER, "ends", "times")
        self._block = np.zeros(12, np.float32)
        self._offset = 0
        self._seconds: float | None = None
        self._glance = Glance(device)
        self._asked = -math.inf

    def _program(self, vertex: str, fragment: str, *samplers: str) -> Program:
        return Program.shared(self._device, vertex, fragment, samplers)

    def prepare(self, seconds: float, size: tuple[int, int]) -> None:
        """The upload walk: the frame's time, and the size at which the canvas is drawn."""
        last = self._seconds
        since = 0.0 if last is None else seconds - last
        self._seconds = seconds
        field_columns, field_rows = self._field
        self._block[:] = (
            round(seconds * 1000) % glsl.RING_MS + 1,
            min(max(since, 0.0), MAX_DELTA),
            not 0.0 <= since <= flash.PERIOD_MS / 1000,
            samples(size[1], self._rows),
            self._columns,
            self._rows,
            0.0,
            0.0,
            field_columns,
            field_rows,
            math.floor(flash.AREA * field_columns * field_rows) + 0.5,
            samples(size[0], self._columns),
        )
        self._offset = self._device.uniforms.take(self._block.view(np.uint8))

    def draw(self, canvas: Target, previous: Target, spare: Target) -> None:
        """Calms the canvas where it must. `previous` is the canvas of the frame before; `spare` is free to be drawn into."""
        self._device.use_blend("none")
        triangle, awake, damp = self._screen.triangle, self.awake.texture, self._damp.texture
        seen, judged, ends, times = self.seen.texture, self._judged.texture, self._ends.texture, self._times.texture

        self._pass(self._measure, self.seen, triangle, canvas.texture)
        self._pass(self._judge, self._judged, triangle, seen, ends, times)
        self._pass(self._gather, self._gathered, triangle, judged, ends)
        self._pass(self._decide, self.awake, triangle, self._gathered.texture)
        # From here on the device throws the triangles away, unless there is something to do.
        self._pass(self._across, self._sums, triangle, judged, awake)
        self._pass(self._upwards, self._fields, triangle, self._sums.texture, awake)
        self._pass(self._inside, self._within, triangle, self._fields.texture, awake)
        self._pass(self._measure_before, self._before, triangle, previous.texture, awake)
        self._pass(self._stop, self._stopped, triangle, judged, self._within.texture, ends, awake)
        self._pass(self._soften, self._spread, triangle, self._stopped.texture, awake)
        spread, before = self._spread.texture, self._before.texture
        self._pass(self._calm, self._damp, triangle, seen, ends, times, spread, before, awake)
        self._pass(self._take, spare, self._tiles, canvas.texture, awake, damp)
        self._pass(self._mix, canvas, self._tiles, spare.texture, previous.texture, damp, awake)
        self._pass(self._measure_shown, self._shown, self._tiles, canvas.texture, awake, damp)
        self._pass(self._follow, self._next_ends, triangle, seen, self._shown.texture, damp, awake, ends)
        self._pass(self._remember, self._next_times, triangle, self._next_ends.texture, times)
        self._ends, self._next_ends = self._next_ends, self._ends
        self._times, self._next_times = self._next_times, self._times
        self._glance.look()
        if self._seconds is not None and not 0.0 <= self._seconds - self._asked < ASK_EVERY:
            self._asked = self._seconds
            self._glance.ask(self.awake)

    def _pass(self, program: Program, target: Target, mesh: Mesh, *textures: object) -> None:
        target.bind()
        program.use(textures, self._offset, self._block.nbytes)  # type: ignore[arg-type]
        mesh.draw()

    @property
    def calmed(self) -> float:
        """The share of the canvas that is being calmed, 0..1, as of a moment ago."""
        return self._glance.answer[3]

    @property
    def grid(self) -> tuple[int, int]:
        """(columns, rows) of the cells."""
        return self._columns, self._rows

    def read(self) -> tuple[flash.Cells, flash.Mask]:
        """The newest frame as it came in, and which cells were calmed; row 0 the bottom row. Stalls: for rehearsals only."""
        cells = self.seen.read()[..., :3]
        if self.awake.read()[0, 0, 0] < 0.5:
            return cells, np.zeros((self._rows, self._columns), np.bool_)
        return cells, self._damp.read()[..., 1] > 0.0

    def status(self) -> dict[str, object]:
        """What it does, as of a moment ago: shares of the canvas in percent."""
        _, general, red, calmed = self._glance.answer
        return {
            "guard": "on",
            "damping": calmed > 0.0,
            "damped": round(100 * calmed, 1),
            "general": round(100 * general, 1),
            "red": round(100 * red, 1),
        }

    def close(self) -> None:
        for target in (self.seen, self._shown, self._before, self._sums, self._damp, self._judged, self._fields):
            target.close()
        for target in (
            self._within,
            self._stopped,
            self._spread,
            self._ends,
            self._next_ends,
            self._times,
            self._next_times,
            self._gathered,
            self.awake,
        ):
            target.close()
        for program in (self._measure, self._judge, self._gather, self._decide, self._across, self._upwards):
            program.close()
        for program in (
            self._stop,
            self._soften,
            self._inside,
            self._measure_before,
            self._calm,
            self._take,
            self._mix,
            self._measure_shown,
        ):
            program.close()
        self._follow.close()
        self._remember.close()
        self._tiles.close()
        self._glance.close()


def samples(pixels: int, cells: int) -> int:
    """How many pixels along a cell are looked at: all of them, up to a limit. Means of coded neighbours would not do."""
    return min(math.ceil(pixels / cells), MOST_SAMPLES)


def _tiles(across: int, up: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Two triangles for each tile: its first cell and the corner's, in cells."""
    corners = ((0, 0), (1, 0), (0, 1), (0, 1), (1, 0), (1, 1))
    rows = [(x, y, x + dx, y + dy) for y in range(up) for x in range(across) for dx, dy in corners]
    return np.array(rows, np.float32) * glsl.TILE
