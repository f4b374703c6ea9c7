"""A camera's picture as a scene that shows the camera gets it: the same part, the same way round, as the mask.

Called by the camera process, and only while the engine asks for pictures (see `shared_frame`); keeps nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def upright(bgr: NDArray[np.uint8], width: int, height: int, mirror: bool) -> NDArray[np.uint8]:
    """The largest middle part of the proportions of `width` x `height`, at that size: RGBA, row 0 at the bottom."""
    import cv2

    high, wide = bgr.shape[:2]
    cut_width = min(wide, max(round(high * width / height), 1))
    cut_height = min(high, max(round(wide * height / width), 1))
    x, y = (wide - cut_width) // 2, (high - cut_height) // 2
    small: Any = cv2.resize(bgr[y : y + cut_height, x : x + cut_width], (width, height), interpolation=cv2.INTER_AREA)
    turned: Any = cv2.flip(small, -1 if mirror else 0)
    return np.asarray(cv2.cvtColor(turned, cv2.COLOR_BGR2RGBA), dtype=np.uint8)
