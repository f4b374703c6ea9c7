"""Draws the face of a synthetic visitor: eyes, brows, nose, cheeks, and a mouth that can smile.

It is drawn as light and shade (a picture of factors that the skin's colour is multiplied with), well enough that OpenCV's
own detectors find the face and the smile in it as they do in a photograph: what is measured of them on a synthetic
visitor is measured with the real detectors. Only `figure` uses it. Knows nothing of time.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

SIZE = 128
"""Pixels of a drawn face's side; the face fills it from ear to ear and from the hair to the chin."""

STEPS = 8
"""Smiles that are told apart, from none to broad."""


@lru_cache(maxsize=STEPS + 1)
def _shade(step: int) -> NDArray[np.uint8]:
    smile = step / STEPS
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    u, v = (x + 0.5) / SIZE * 2 - 1, (y + 0.5) / SIZE * 2 - 1  # -1..1, v down
    shade = np.full((SIZE, SIZE), 1.0, np.float32)

    def blot(cx: float, cy: float, rx: float, ry: float, depth: float) -> None:
        shade[...] *= 1 - depth * np.exp(-(((u - cx) / rx) ** 2 + ((v - cy) / ry) ** 2))

    shade *= 1.06 - 0.32 * np.abs(u) ** 2.5 - 0.10 * np.clip(v, 0, 1) ** 2
    blot(0.0, -0.55, 0.5, 0.22, -0.14)  # the forehead catches light
    for side in (-1.0, 1.0):
        blot(side * 0.42, -0.17, 0.27, 0.16, 0.38)  # socket
        blot(side * 0.42, 0.17, 0.22, 0.17, -0.16 - 0.06 * smile)  # cheek
        blot(side * 0.12, 0.02, 0.06, 0.28, 0.10)  # sides of the nose
        blot(side * 0.10, 0.25, 0.06, 0.04, 0.42)  # nostrils
    blot(0.0, 0.0, 0.07, 0.30, -0.16)
    blot(0.0, 0.34, 0.20, 0.05, 0.14)
    fold = 0.12 + 0.25 * smile
    corner = 0.30 + 0.14 * smile
    for side in (-1.0, 1.0):
        line = np.hypot((u - side * (corner + 0.04)) / 0.07, (v - 0.38) / 0.20)
        shade *= 1 - fold * np.exp(-(line**2))
    picture = np.clip(shade * 200, 0, 255).astype(np.uint8)
    _features(picture, smile, corner)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.9), dtype=np.uint8)


def _features(picture: NDArray[np.uint8], smile: float, corner: float) -> None:
    """Brows, eyes and mouth: what has a sharp edge."""

    def at(u: float, v: float) -> tuple[int, int]:
        return round((u + 1) / 2 * SIZE * 16), round((v + 1) / 2 * SIZE * 16)

    def size(u: float, v: float) -> tuple[int, int]:
        return max(round(u / 2 * SIZE * 16), 1), max(round(v / 2 * SIZE * 16), 1)

    for side in (-1.0, 1.0):
        cv2.ellipse(picture, at(side * 0.42, -0.28), size(0.23, 0.10), 0, 195, 345, 70, 6, cv2.LINE_AA, 4)
        open_eye = 0.085 - 0.02 * smile
        cv2.ellipse(picture, at(side * 0.40, -0.13), size(0.17, open_eye), 0, 0, 360, 205, -1, cv2.LINE_AA, 4)
        cv2.ellipse(picture, at(side * 0.40, -0.13), size(0.085, open_eye), 0, 0, 360, 28, -1, cv2.LINE_AA, 4)
        cv2.ellipse(picture, at(side * 0.40, -0.13), size(0.18, open_eye), 0, 180, 360, 45, 3, cv2.LINE_AA, 4)
    along = np.linspace(-1, 1, 25)
    lift = 0.16 * smile * along**2  # the corners rise
    middle = 0.55 + 0.06 * smile
    upper = np.stack([along * corner, middle - lift - 0.035 * (1 - along**2) * (1 - smile)], 1)
    gape = 0.035 + 0.15 * smile
    lower = np.stack([along * corner, middle - lift + gape * (1 - along**2)], 1)
    rim = np.concatenate([upper, lower[::-1]])
    points = np.array([at(float(p), float(q)) for p, q in rim], np.int32)
    cv2.fillPoly(picture, [points], 92, cv2.LINE_AA, 4)
    if smile > 0.15:  # teeth, under the upper lip
        edge = np.stack([along * corner * 0.88, middle - 0.14 * smile * along**2 + 0.015], 1)
        under = np.stack([along * corner * 0.88, edge[:, 1] + 0.62 * gape * (1 - along**2)], 1)
        teeth = np.array([at(float(p), float(q)) for p, q in np.concatenate([edge, under[::-1]])], np.int32)
        cv2.fillPoly(picture, [teeth], 250, cv2.LINE_AA, 4)
    line = np.array([at(float(p), float(q)) for p, q in upper], np.int32)
    cv2.polylines(picture, [line], False, 60, 3, cv2.LINE_AA, 4)


def face_shade(smile: float) -> NDArray[np.uint8]:
    """Light and shade of a face, (SIZE, SIZE) uint8, 200 where the skin has its own colour. `smile` 0..1. Don't write."""
    return _shade(round(min(max(smile, 0.0), 1.0) * STEPS))
