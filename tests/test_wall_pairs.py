"""A projector laid by hand: six pairs, or more, and one of them wrong."""

from __future__ import annotations

import numpy as np
import pytest

from installation.errors import OutputError
from installation.outputs.stage import homography
from installation.wall_pairs import from_pairs
from installation.wall_shapes import through

SIZE = (1920, 1080)
CORNERS = ((-0.05, 0.1), (1.02, -0.04), (0.95, 1.08), (0.08, 0.93))
SIX = np.array([(0.1, 0.1), (0.9, 0.12), (0.88, 0.9), (0.12, 0.87), (0.5, 0.2), (0.45, 0.8)])


def pairs(places, off=0.0, seed=1):
    lands = through(homography(CORNERS), places)
    return np.hstack([places, lands + np.random.default_rng(seed).normal(0, off, places.shape) / SIZE])


def test_six_pairs_make_the_surface_that_they_were_taken_from():
    laid = from_pairs(pairs(SIX), SIZE)
    assert laid.warp.points is None and laid.said == ()
    assert np.allclose(laid.at(SIX), through(homography(CORNERS), SIX) * SIZE, atol=1e-6)
    assert laid.mean < 1e-6
    left, bottom, width, height = laid.region  # less than the canvas: this projector doesn't light its corners
    assert 0 <= left < 0.1 and width > 0.85 and 0 <= bottom and height > 0.85


@pytest.mark.parametrize("wrong", range(7))
def test_a_pair_that_was_noted_wrong_is_named_and_left_out(wrong):
    places = np.vstack([SIX, [0.7, 0.5]])
    given = pairs(places, off=0.5)
    given[wrong, 2] += 37 / SIZE[0]
    laid = from_pairs(given, SIZE)
    (said,) = laid.said
    assert said.startswith(f"pair {wrong + 1} lies ") and abs(int(said.split()[3]) - 37) < 6
    assert np.linalg.norm(laid.at(places) - through(homography(CORNERS), places) * SIZE, axis=1).mean() < 3


def test_what_is_no_surface_is_refused_with_what_to_do():
    with pytest.raises(OutputError, match="at least 6 pairs of points, not 5"):
        from_pairs(pairs(SIX)[:5], SIZE)
    with pytest.raises(OutputError, match="at least 12"):
        from_pairs(pairs(SIX), SIZE, curved=True)
    with pytest.raises(OutputError, match="on one line"):
        from_pairs(pairs(SIX * (1.0, 0.0)), SIZE)
    with pytest.raises(OutputError, match="don't agree"):
        given = pairs(np.random.default_rng(2).uniform(0.05, 0.95, (9, 2)))
        given[[1, 4, 6, 7], 2:] = given[[7, 1, 4, 6], 2:]
        from_pairs(given, SIZE)
    with pytest.raises(OutputError, match="nowhere near"):
        from_pairs([[*row[:3], np.nan] for row in pairs(SIX)], SIZE)


def test_a_curved_wall_is_met_by_sixteen_pairs_within_what_hands_can_do():
    u, v = (axis.ravel() for axis in np.meshgrid(np.linspace(0.03, 0.97, 5), np.linspace(0.05, 0.95, 4)))
    places = np.column_stack([u, v])

    def onto(at):
        return through(homography(CORNERS), at) + np.column_stack([0.0 * at[:, 0], 0.05 * np.sin(np.pi * at[:, 0])])

    given = np.hstack([places, onto(places)])
    laid = from_pairs(given, SIZE, curved=True)
    inner = np.random.default_rng(3).uniform(0.1, 0.9, (50, 2))
    assert laid.warp.kind == "smooth"
    assert np.linalg.norm(laid.at(inner) - onto(inner) * SIZE, axis=1).mean() < 3
    assert np.linalg.norm(from_pairs(given[:, :], SIZE, curved=True).at(inner) - laid.at(inner), axis=1).max() == 0
