"""What a dangerous flash is: known sequences, and the figures of the guidelines."""

from __future__ import annotations

import numpy as np
import pytest
from flashing import KNOWN, SIZE, Known, frames, grey, plain, square

from installation.show import flash
from installation.show.flash import Meter, Reading


def readings(known: Known, fps: float) -> list[Reading]:
    meter = Meter(*SIZE)
    return [meter.look(flash.cells(picture, *SIZE), seconds) for seconds, picture in frames(known, fps)]


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_a_known_sequence_is_judged_as_the_guidelines_do_at_every_frame_rate(known: Known) -> None:
    for fps in (24.0, 60.0, 120.0):
        if fps >= known.slowest:
            assert any(reading.breaks for reading in readings(known, fps)) is known.breaks, f"{fps} frames a second"


def test_the_flashes_of_the_worst_second_are_counted() -> None:
    def worst(*known: object) -> tuple[int, int]:
        found = readings(Known("", *known), 60.0)  # type: ignore[arg-type]
        return max(one.general for one in found), max(one.red for one in found)

    assert worst(square(2, grey(0), grey(1)), False) == (2, 0)
    assert worst(square(10, grey(0), grey(1)), True) == (10, 0)
    assert worst(square(5, plain(0, 0, 0), plain(130, 0, 0)), True) == (0, 5)


def test_the_limit_is_broken_by_the_eighth_change_within_a_second_and_not_before() -> None:
    found = readings(Known("", square(5, grey(0), grey(1)), True), 60.0)
    assert [one.breaks for one in found].index(True) == 48  # changes at 6, 12, 18, ...
    assert found[47].general == 3


def test_a_field_is_the_rectangle_of_wcag_wherever_the_canvas_is_30_degrees_wide() -> None:
    columns, rows = flash.grid(1024, 768)
    assert (columns, rows) == (160, 120)
    wide, high = flash.field(columns, rows)
    assert abs(wide / columns * 1024 - 341) < 4
    assert abs(high / rows * 768 - 256) < 4


def test_who_stands_nearer_sees_less_of_the_wall_in_a_field() -> None:
    assert flash.field(160, 90, 0.95) == (27, 20)
    assert flash.field(160, 90, 5.7) == (160, 90)


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (37, 21), (16, 16), (16384, 64), (16, 4096)])
def test_cells_are_about_square_and_never_smaller_than_a_pixel(size: tuple[int, int]) -> None:
    columns, rows = flash.grid(*size)
    assert 1 <= columns <= min(size[0], 160)
    assert 1 <= rows <= min(size[1], 640)


def test_cells_are_means_of_light_also_where_they_cut_a_pixel() -> None:
    picture = np.zeros((2, 5, 3), np.uint8)
    picture[:, 2] = 255
    assert np.allclose(flash.cells(picture, 2, 1)[0, :, 0], [0.2, 0.2])
    checks = np.indices((6, 6)).sum(0)[..., None] % 2 * np.full(3, 255)
    assert np.allclose(flash.cells(checks.astype(np.uint8), 3, 3), 0.5)


def test_luminance_and_saturated_red_are_those_of_wcag() -> None:
    seen = np.array([[[1, 1, 1], [1, 0, 0], [0.8, 0.1, 0.1], [0.8, 0.15, 0.1], [0, 0, 0]]], np.float32)
    assert np.allclose(flash.luminance(seen)[0, :2], [1.0, 0.2126])
    value, saturated = flash.redness(seen)
    assert np.allclose(value[0], [0, 1, 0.6, 0.55, 0])
    assert saturated[0].tolist() == [False, True, True, False, False]
