"""The flash guard on the device against the definition: what is passed to the bit, what is calmed, and from which frame on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from flashing import KNOWN, SIZE, Known, Picture, frames, grey, patch, square
from numpy.typing import NDArray

from installation.gpu.device import Device
from installation.gpu.textures import Format, Target
from installation.render.flash_guard import FlashGuard
from installation.render.screen import Screen
from installation.show import flash
from installation.show.flash import Meter

pytestmark = pytest.mark.gl


@dataclass
class Shown:
    """What came in and what went out, judged by the definition: the first frame that breaks, and that differs."""

    broken_in: int | None = None
    changed: int | None = None
    broken_out: int | None = None
    last: NDArray[np.float32] | None = None
    same: bool = True
    """Whether the last frame went out as it came in."""


Show = Callable[..., Shown]


@pytest.fixture
def show(device: Device, screen: Screen) -> Iterator[Show]:
    owned: list[FlashGuard | Target] = []

    def show_it(sequence: Iterable[tuple[float, Picture]], form: Format = "rgba8") -> Shown:
        guard: FlashGuard | None = None
        canvases: list[Target] = []
        shown = Shown()
        for index, (seconds, picture) in enumerate(sequence):
            height, width = picture.shape[:2]
            if guard is None:
                guard = FlashGuard(device, screen, SIZE)
                arriving, leaving = Meter(*guard.grid), Meter(*guard.grid)
                owned.append(guard)
            if not canvases or canvases[0].width != width:
                before, canvases = canvases, [Target(device, width, height, form) for _ in range(3)]
                owned.extend(canvases)
                if before:
                    before[2].blit(canvases[2])
            canvas, spare, previous = canvases
            whole = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
            canvas.texture.upload(whole if form == "rgba8" else (whole / 255).astype(np.float32))
            came = canvas.read()
            guard.prepare(seconds, (width, height))
            device.uniforms.upload()
            guard.draw(canvas, previous, spare)
            went = canvas.read()
            canvases = [spare, previous, canvas]
            shown.last, shown.same = went, bool((came == went).all())
            if not shown.same and shown.changed is None:
                shown.changed = index
            if arriving.look(flash.cells(came, *guard.grid), seconds).breaks and shown.broken_in is None:
                shown.broken_in = index
            if leaving.look(flash.cells(went, *guard.grid), seconds).breaks and shown.broken_out is None:
                shown.broken_out = index
        return shown

    yield show_it
    for one in owned:
        one.close()


def agrees(shown: Shown, breaks: bool) -> bool:
    """Passed to the bit until the very frame that would break the limit; and what is shown never does."""
    return shown.changed == shown.broken_in and (shown.broken_in is not None) is breaks and shown.broken_out is None


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_a_known_sequence_is_passed_or_calmed_exactly_as_the_definition_says(show: Show, known: Known) -> None:
    shown = show(frames(known, max(known.slowest, 24.0)))
    assert agrees(shown, known.breaks), shown


@pytest.mark.parametrize("fps", [24.0, 60.0, 120.0])
def test_it_is_the_same_at_every_frame_rate(show: Show, fps: float) -> None:
    assert agrees(show(frames(Known("", square(3, grey(0), grey(1)), False, 1.5), fps)), False)
    shown = show(frames(Known("", square(3.5, grey(0), grey(1)), True, 1.5), fps))
    assert agrees(shown, True), shown


def test_it_is_the_same_on_a_canvas_of_floats(show: Show) -> None:
    shown = show(frames(Known("", patch(10, 24, 23, 0.1, 0.4), True), 30.0), "rgba16f")
    assert agrees(shown, True), shown


def test_it_is_the_same_after_nights_of_playing(show: Show) -> None:
    known = Known("", square(5, grey(0), grey(1)), True, 1.5)
    assert agrees(show(frames(known, 60.0, begins=1e6)), True)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_shown_keeps_the_limit_whatever_comes(show: Show, seed: int) -> None:
    chance = np.random.default_rng(seed)
    parts = []
    for _ in range(4):
        hertz, low, high = chance.uniform((2, 0, 0.3), (14, 0.3, 1))
        width, height, x, y = chance.integers((20, 20, 0, 0), (90, 70, 90, 50))
        parts.append(patch(hertz, width, height, low, high, x, y))

    def at(seconds: float, index: int) -> Picture:
        picture = np.maximum.reduce([part(seconds, index) for part in parts])
        return (picture * chance.uniform(0.6, 1.0, (1, 1, 3))).astype(np.uint8)

    shown = show(frames(Known("", at, True, 2.0), 30.0))
    assert shown.broken_out is None
    assert shown.changed == shown.broken_in


def test_a_canvas_that_is_drawn_coarser_meanwhile_is_measured_on(show: Show) -> None:
    def coarser(seconds: float, index: int) -> Picture:
        picture = square(5, grey(0), grey(1))(seconds, index)
        return picture if seconds < 0.5 else picture[:45, :80]

    shown = show((seconds, picture) for seconds, picture in frames(Known("", coarser, True), 30.0))
    assert agrees(shown, True), shown


def test_a_strobe_sinks_into_its_own_mean(show: Show) -> None:
    shown = show(frames(Known("", square(5, grey(0.2), grey(0.6)), True, 3.5), 30.0), "rgba16f")
    assert shown.last is not None
    assert 0.35 < float(flash.luminance(flash.cells(shown.last, 1, 1))[0, 0]) < 0.45


def test_it_lets_go_when_the_picture_has_become_quiet(show: Show) -> None:
    strobe = square(10, grey(0), grey(1))
    shown = show(frames(Known("", lambda s, i: strobe(s, i) if s < 1.2 else grey(0.4), True, 4.0), 24.0))
    assert agrees(shown, True)
    assert shown.same


def test_a_calm_part_of_the_picture_is_left_alone_beside_a_strobe(show: Show) -> None:
    shown = show(frames(Known("", patch(10, 60, 50, 0.3, 0.9), True), 30.0))
    assert shown.changed is not None and shown.last is not None
    assert (shown.last[:, :49, :3] == grey(0.3)[:, :49]).all()
    assert (shown.last[:, 111:, :3] == grey(0.3)[:, 111:]).all()


def test_the_same_sequence_gives_the_same_bytes(show: Show) -> None:
    known = Known("", patch(8, 60, 50, 0.1, 0.9), True)
    first, second = show(frames(known, 30.0)).last, show(frames(known, 30.0)).last
    assert first is not None and second is not None
    assert first.tobytes() == second.tobytes()
