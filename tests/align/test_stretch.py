"""Whether the canvas has the shape in which outputs show it."""

from __future__ import annotations

import pytest

from installation.align.stretch import fitting, shown, stretched
from installation.outputs.surfaces import Laid
from installation.outputs.warp import Cylinder, Warp

HD = (1280, 720)
LEFT, RIGHT = Laid("1", (0.0, 0.0, 0.6, 1.0)), Laid("1", (0.4, 0.0, 0.6, 1.0))


def told(canvas: tuple[int, int], *surfaces: Laid, size: tuple[int, int] = HD):
    names = [str(number) for number in range(len(surfaces))]
    return stretched(
        canvas, dict.fromkeys(names, size), {n: {"1": one} for n, one in zip(names, surfaces, strict=True)}
    )


def test_two_projectors_with_an_overlap_are_told_the_canvas_that_fits_and_then_nothing() -> None:
    problem = told((1920, 1080), LEFT, RIGHT)
    assert problem is not None
    assert "0 shows 1152 x 1080 pixels of it on 1280 x 720: circles are 1.67 times as wide as high" in str(problem)
    assert "canvas: [2134, 720]" in str(problem)
    assert told((2134, 720), LEFT, RIGHT) is None
    high = told((4000, 720), LEFT)
    assert high is not None and "1.88 times as high as wide" in str(high)


def test_a_surface_smaller_than_its_output_and_one_that_stands_upright_are_measured_where_they_lie() -> None:
    half = Warp(((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)))
    assert told((1920, 1080), Laid("1", warp=half)) is None
    upright = Warp(((1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)))  # its projector stands on its side
    assert told((1080, 1920), Laid("1", warp=upright)) is None
    assert told((1920, 1080), Laid("1", warp=upright)) is not None


@pytest.mark.parametrize(
    "warp",
    [
        Warp(cylinder=Cylinder(120, 2.0)),
        Warp().split(4, 3),
        Warp(((0.0, 0.0), (1.0, 0.0), (0.8, 1.0), (0.2, 1.0))),
    ],
)
def test_nothing_is_said_of_curved_walls_grids_and_slants(warp: Warp) -> None:
    assert told((1920, 300), Laid("1", warp=warp)) is None


def test_where_no_canvas_fits_all_each_is_told_what_it_would_need() -> None:
    problem = told((2134, 720), LEFT, Laid("1"))
    assert problem is not None and "no canvas fits all (0 2133 x 720; 1 1280 x 720)" in problem.hint
    assert fitting(shown("0", HD, [LEFT])) == (2134, 720)
