"""Colours: known answers, exact returns, and mixing that stays inside what a screen can show."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.data import colour
from installation.errors import DataError

CHANNEL = st.floats(0, 1)


def test_ottossons_own_numbers_come_out() -> None:
    # D65 white and the table's first vectors, given through linear sRGB
    assert np.allclose(colour.linear_to_oklab([1.0, 1.0, 1.0]), [1.0, 0.0, 0.0], atol=1e-4)
    red = colour.srgb_to_oklab([1.0, 0.0, 0.0])
    assert np.allclose(red, [0.62796, 0.22486, 0.12585], atol=1e-4)


def test_middle_grey_has_the_light_that_the_standard_says() -> None:
    assert colour.srgb_to_linear(0.5) == pytest.approx(0.21404, abs=1e-5)
    assert colour.srgb_to_linear(0.02) == pytest.approx(0.02 / 12.92)


@given(CHANNEL, CHANNEL, CHANNEL)
@settings(max_examples=60)
def test_there_and_back_is_the_same_colour(red: float, green: float, blue: float) -> None:
    back = colour.oklab_to_srgb(colour.srgb_to_oklab([red, green, blue]))
    assert np.allclose(back, [red, green, blue], atol=2e-3)


def test_a_colour_too_vivid_for_the_screen_keeps_its_hue_and_lightness() -> None:
    lab = colour.srgb_to_oklab(colour.oklch_to_srgb(0.7, 0.4, 150.0))
    assert lab[0] == pytest.approx(0.7, abs=0.01)
    assert np.degrees(np.arctan2(lab[2], lab[1])) == pytest.approx(150.0, abs=1.0)
    assert 0.1 < np.hypot(lab[1], lab[2]) < 0.4


def test_the_shows_palette_fits_the_screen() -> None:
    palette = colour.oklch_to_srgb([0.14, 0.68, 0.94], [0.03, 0.14, 0.02], [340, 30, 90])
    assert palette.shape == (3, 3)
    assert np.all((palette >= 0) & (palette <= 1))


def test_hex_is_read_with_and_without_alpha() -> None:
    assert colour.parse_color("#ff8000") == pytest.approx((1.0, 128 / 255, 0.0, 1.0))
    assert colour.parse_color("#FF800080")[3] == pytest.approx(128 / 255)


@pytest.mark.parametrize("text", ["", "#12", "#gggggg", "coral", "#1234567", "#ff8000\n"])
def test_what_is_no_colour_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(DataError, match="is not a colour") as caught:
        colour.parse_color(text)
    assert "#RRGGBB" in str(caught.value)


def test_a_ramp_begins_and_ends_with_its_colours() -> None:
    mixed = colour.ramp(["#1b0f14", "#ff8060", "#f3ead6"], [0.0, 0.5, 1.0])
    assert mixed.dtype == np.float32
    expected = [colour.parse_color(text) for text in ("#1b0f14", "#ff8060", "#f3ead6")]
    assert np.allclose(mixed, expected, atol=2e-3)


def test_a_ramps_lightness_rises_evenly() -> None:
    mixed = colour.ramp(["#000000", "#ffffff"], np.linspace(0, 1, 11))
    lightness = colour.srgb_to_oklab(mixed[:, :3])[:, 0]
    assert np.allclose(np.diff(lightness), 0.1, atol=1e-3)


def test_a_missing_value_has_no_colour_on_a_ramp() -> None:
    mixed = colour.ramp(["#000000", "#ffffff"], [np.nan, -1.0, 2.0])
    assert np.all(np.isnan(mixed[0]))
    assert np.allclose(mixed[1:, 0], [0.0, 1.0], atol=1e-3)


def test_a_ramp_of_one_colour_is_that_colour_and_of_none_is_refused() -> None:
    assert np.allclose(colour.ramp(["#40a0c0"], [0.3])[0], colour.parse_color("#40a0c0"), atol=2e-3)
    with pytest.raises(DataError, match="at least one"):
        colour.ramp([], [0.5])
