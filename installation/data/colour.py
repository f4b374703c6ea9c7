"""Colours: from what people write (#RRGGBB, OKLCH) to what layers draw, and evenly mixed ramps between them.

Pure numpy; knows nothing of tables or shaders. Mixing happens in OKLab, where equal steps look equal;
transfer curves are sRGB's own (IEC 61966-2-1). OKLab's matrices are Björn Ottosson's ("A perceptual color
space for image processing", 2020, https://bottosson.github.io/posts/oklab/). Called by bindings, layers and
the text renderer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from installation.errors import DataError

_HEX = re.compile(r"#?(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\Z")

_LINEAR_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_LAB_TO_LMS = np.linalg.inv(_LMS_TO_LAB)
_LMS_TO_LINEAR = np.linalg.inv(_LINEAR_TO_LMS)
"""Inverted rather than typed in, so that there and back is exact to float64."""

GAMUT_SLACK = 1e-4
"""Linear light this far outside 0..1 is rounding, not another colour."""


def srgb_to_linear(srgb: ArrayLike) -> NDArray[np.float64]:
    """Display-referred sRGB 0..1 to linear light, any shape; values outside 0..1 are mirrored through
    zero."""
    value = np.asarray(srgb, dtype=np.float64)
    size = np.abs(value)
    return np.asarray(np.sign(value) * np.where(size <= 0.04045, size / 12.92, ((size + 0.055) / 1.055) ** 2.4))


def linear_to_srgb(linear: ArrayLike) -> NDArray[np.float64]:
    """Linear light to display-referred sRGB, any shape; the inverse of `srgb_to_linear`."""
    value = np.asarray(linear, dtype=np.float64)
    size = np.abs(value)
    return np.asarray(np.sign(value) * np.where(size <= 0.0031308, size * 12.92, 1.055 * size ** (1 / 2.4) - 0.055))


def linear_to_oklab(linear: ArrayLike) -> NDArray[np.float64]:
    """Linear sRGB (..., 3) to OKLab (..., 3): lightness 0..1, a (green to red), b (blue to yellow)."""
    lms = np.asarray(linear, dtype=np.float64) @ _LINEAR_TO_LMS.T
    return np.asarray(np.cbrt(lms) @ _LMS_TO_LAB.T)


def oklab_to_linear(lab: ArrayLike) -> NDArray[np.float64]:
    """OKLab (..., 3) to linear sRGB (..., 3), which may lie outside 0..1: see `into_gamut`."""
    lms = np.asarray(lab, dtype=np.float64) @ _LAB_TO_LMS.T
    return np.asarray((lms**3) @ _LMS_TO_LINEAR.T)


def into_gamut(lab: ArrayLike) -> NDArray[np.float64]:
    """OKLab (..., 3) to linear sRGB within 0..1, keeping lightness and hue and giving up chroma where it
    must.

    Sixteen halvings: the chroma found is within 1/65,000 of the most that the screen can show. NaN stays NaN.
    """
    given = np.asarray(lab, dtype=np.float64)
    flat = given.reshape(-1, 3).copy()
    flat[:, 0] = np.clip(flat[:, 0], 0.0, 1.0)
    linear = oklab_to_linear(flat)
    outside = np.flatnonzero(np.any((linear < -GAMUT_SLACK) | (linear > 1 + GAMUT_SLACK), axis=1))
    if outside.size:
        wide = flat[outside]
        low, high = np.zeros(outside.size), np.ones(outside.size)
        for _ in range(16):
            middle = (low + high) / 2
            tried = oklab_to_linear(wide * np.stack([np.ones_like(middle), middle, middle], axis=1))
            fits = np.all((tried >= -GAMUT_SLACK) & (tried <= 1 + GAMUT_SLACK), axis=1)
            low, high = np.where(fits, middle, low), np.where(fits, high, middle)
        linear[outside] = oklab_to_linear(wide * np.stack([np.ones_like(low), low, low], axis=1))
    return np.asarray(np.clip(linear, 0.0, 1.0).reshape(given.shape))


def srgb_to_oklab(srgb: ArrayLike) -> NDArray[np.float64]:
    """Display-referred sRGB (..., 3) to OKLab (..., 3)."""
    return linear_to_oklab(srgb_to_linear(srgb))


def oklab_to_srgb(lab: ArrayLike) -> NDArray[np.float64]:
    """OKLab (..., 3) to display-referred sRGB (..., 3) within 0..1."""
    return linear_to_srgb(into_gamut(lab))


def oklch_to_srgb(lightness: ArrayLike, chroma: ArrayLike, hue_deg: ArrayLike) -> NDArray[np.float64]:
    """OKLCH to display-referred sRGB (..., 3) within 0..1. Lightness 0..1, chroma about 0..0.37, hue in
    degrees."""
    l, c, h = np.broadcast_arrays(  # noqa: E741 - the letters of the colour space
        np.asarray(lightness, dtype=np.float64), np.asarray(chroma, dtype=np.float64), np.radians(hue_deg)
    )
    return oklab_to_srgb(np.stack([l, c * np.cos(h), c * np.sin(h)], axis=-1))


def parse_color(text: str) -> tuple[float, float, float, float]:
    """ "#RRGGBB" or "#RRGGBBAA" as display-referred RGBA, 0..1 each. Raises DataError for anything else."""
    if not isinstance(text, str) or not _HEX.match(text):
        raise DataError(f"{text!r} is not a colour", hint='colours are written "#RRGGBB" or "#RRGGBBAA"')
    digits = text.lstrip("#").ljust(8, "f")
    red, green, blue, alpha = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4, 6))
    return red, green, blue, alpha


def ramp(colors: Sequence[str], t: ArrayLike) -> NDArray[np.float32]:
    """Colours along a ramp, (..., 4) float32 display-referred RGBA for t (...), 0 the first colour and 1 the
    last.

    The colours are spread evenly over t and mixed in OKLab; t outside 0..1 is held at the ends; NaN gives NaN
    in all four channels, so that a missing value can't pass for a colour. Raises DataError for no colours or
    a bad one.
    """
    if not colors:
        raise DataError("a colour ramp needs at least one colour", hint='for example ["#1b0f14", "#f3ead6"]')
    stops = np.array([parse_color(color) for color in colors])
    lab = srgb_to_oklab(stops[:, :3])
    position = np.asarray(t, dtype=np.float64)
    flat = np.clip(position.reshape(-1), 0.0, 1.0)
    places = np.linspace(0.0, 1.0, len(colors)) if len(colors) > 1 else np.zeros(1)
    mixed = np.stack([np.interp(flat, places, lab[:, i]) for i in range(3)], axis=-1)
    rgba = np.empty((flat.size, 4), dtype=np.float32)
    rgba[:, :3] = oklab_to_srgb(mixed)
    rgba[:, 3] = np.interp(flat, places, stops[:, 3])
    rgba[np.isnan(flat)] = np.nan
    return rgba.reshape((*position.shape, 4))
