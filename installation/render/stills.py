"""Reads a picture's file into numbers. Slow: called when something is built, never in the frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.errors import DataError, Location

MAX_PIXELS = 64_000_000


def read_still(path: Path) -> NDArray[np.uint8]:
    """A picture as (h, w, 4) uint8, row 0 the bottom row. Raises DataError."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            if image.width * image.height > MAX_PIXELS:
                raise DataError(f"a picture of {image.width} x {image.height} is too large", Location(str(path)))
            return np.ascontiguousarray(np.asarray(image.convert("RGBA"))[::-1])
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"this picture can't be read: {error}", Location(str(path))) from None
