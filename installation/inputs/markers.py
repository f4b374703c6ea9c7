"""Markers that the wall shows and the camera finds: where each lies on the canvas, how they look, and how they are found.

ArUco markers (Garrido-Jurado et al., 2014), OpenCV's dictionary of 50 with 4 x 4 squares, of which the first 15 are drawn by
the engine without OpenCV. `find` is for the camera process: a picture goes in, points come out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.inputs.mapping import Pair

ACROSS, UP = 5, 3
SQUARES = 6
"""Squares along a marker's side: four that tell its number, within a black border."""
SHARE = 0.66
"""Of a marker's cell: its side. The rest is the bright margin that it is found by."""
BRIGHT, DARK = 0.8, 0.0
CODES = (
    0xB532, 0x0F9A, 0x332D, 0x9946, 0x549E, 0x79CD, 0x9E2E, 0xC4F2, 0xFEDA, 0xCF56, 0xF991, 0x11A7, 0x0EB7, 0x2A0F, 0x24B1,
)  # fmt: skip
"""The squares of each marker, row by row from the top left, 1 for bright."""
FEWEST = 3
"""Markers, of 15, that a mapping needs."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one picture: pairs of points, how many markers they are of, and whether the picture is mirrored."""

    pairs: tuple[Pair, ...]
    markers: int
    mirrored: bool


def places(aspect: float) -> NDArray[np.float64]:
    """The corners of each marker on a canvas of width / height `aspect`: (15, 4, 2), 0..1, y up; from its top left,
    clockwise, as OpenCV gives them."""
    width, height = 1.0 / ACROSS, 1.0 / UP
    side = SHARE * min(width * aspect, height)  # in heights of the canvas
    half_x, half_y = side / aspect / 2, side / 2
    shape = np.array([(-half_x, half_y), (half_x, half_y), (half_x, -half_y), (-half_x, -half_y)])
    middles = [((i % ACROSS + 0.5) * width, 1.0 - (i // ACROSS + 0.5) * height) for i in range(ACROSS * UP)]
    return np.array([shape + middle for middle in middles])


def picture(width: int, height: int) -> NDArray[np.uint8]:
    """The markers as a canvas, (height, width) uint8, row 0 the bottom row: dark squares on a bright ground."""
    drawn = np.full((height, width), round(255 * BRIGHT), np.uint8)
    for code, corners in zip(CODES, places(width / height), strict=True):
        left, right = (round(float(x) * width) for x in (corners[0, 0], corners[1, 0]))
        bottom, top = (round(float(y) * height) for y in (corners[2, 1], corners[0, 1]))
        squares = np.zeros((SQUARES, SQUARES), np.uint8)
        bits = [code >> (15 - place) & 1 for place in range(16)]
        squares[1:5, 1:5] = np.array(bits, np.uint8).reshape(4, 4)
        rows = np.arange(top - bottom) * SQUARES // (top - bottom)
        columns = np.arange(right - left) * SQUARES // (right - left)
        look = np.where(squares[::-1][rows][:, columns], round(255 * BRIGHT), round(255 * DARK))
        drawn[bottom:top, left:right] = look
    return drawn


def find(bgr: NDArray[np.uint8], aspect: float) -> Found:
    """The markers in a camera's picture, (h, w, 3) or (h, w) uint8, row 0 at the top; mirrored ones too. About 10 ms."""
    import cv2

    open_cv: Any = cv2
    grey = bgr if bgr.ndim == 2 else open_cv.cvtColor(np.ascontiguousarray(bgr[..., :3]), open_cv.COLOR_BGR2GRAY)
    aruco = open_cv.aruco
    settings = aruco.DetectorParameters()
    settings.cornerRefinementMethod = aruco.CORNER_REFINE_SUBPIX
    settings.cornerRefinementWinSize = 4
    settings.minMarkerPerimeterRate = 0.02
    detector = aruco.ArucoDetector(aruco.getPredefinedDictionary(aruco.DICT_4X4_50), settings)
    known = places(aspect)
    best = Found((), 0, False)
    for mirrored in (False, True):
        corners, numbers, _ = detector.detectMarkers(np.ascontiguousarray(grey[:, ::-1]) if mirrored else grey)
        pairs: dict[int, list[Pair]] = {}
        for shape, number in zip(corners, numbers.ravel() if numbers is not None else (), strict=True):
            if number >= len(known) or int(number) in pairs:
                continue
            # A corner's place is that of its pixel's middle.
            x, y = (shape[0].T + 0.5) / np.array([[grey.shape[1]], [grey.shape[0]]])
            x = 1.0 - x if mirrored else x
            pairs[int(number)] = [
                (float(a), float(1.0 - b), float(c), float(d)) for a, b, (c, d) in zip(x, y, known[number], strict=True)
            ]
        if len(pairs) > best.markers:
            best = Found(tuple(pair for four in pairs.values() for pair in four), len(pairs), mirrored)
    return best
