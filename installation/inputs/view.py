"""A camera's picture as it lies on the canvas: warped once, at the small size that the vision works at.

Warped here and not in the shaders, because then everything that is made of the picture (mask, flow, bodies, the wall's own
light) is in the canvas's place already; and because it costs a third of a millisecond at this size. For the camera process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import cv2 as opencv
import numpy as np
from numpy.typing import NDArray

from installation.inputs.faces import PERSON, Box, Face
from installation.inputs.mapping import Mapping

cv2: Any = opencv


class View:
    """One camera's mapping, made ready for pictures of one size at a time."""

    def __init__(self, mapping: Mapping, width: int, height: int) -> None:
        """Pictures come out at `width` x `height`."""
        self.mapping = mapping
        self.size = (width, height)
        self._given: tuple[int, int] = (0, 0)
        self._matrix = np.eye(3)
        self._shrink = 1

    def look(self, bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The canvas as the camera sees it: (height, width, 3) BGR uint8, row 0 at the top; black where it doesn't."""
        given = (bgr.shape[1], bgr.shape[0])
        if given != self._given:
            self._prepare(given)
        if self._shrink > 1:  # several of the camera's pixels a pixel: their mean, or every speck of noise would count
            small = (max(given[0] // self._shrink, 1), max(given[1] // self._shrink, 1))
            bgr = cv2.resize(bgr, small, interpolation=cv2.INTER_AREA)
        seen = cv2.warpPerspective(bgr, self._matrix, self.size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        return np.asarray(seen, dtype=np.uint8)

    def _prepare(self, given: tuple[int, int]) -> None:
        self._given = given
        corners = self.mapping.to_camera([(0, 0), (1, 0), (1, 1), (0, 1)]) * given
        x, y = corners[:, 0], corners[:, 1]
        area = abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2
        self._shrink = max(int((area / (self.size[0] * self.size[1])) ** 0.5), 1)
        small = (max(given[0] // self._shrink, 1), max(given[1] // self._shrink, 1))
        self._matrix = pixels(self.mapping, small, self.size)


@dataclass(frozen=True, slots=True)
class Detail:
    """The camera's whole picture, (h, w, 3) BGR uint8, and its mapping: for faces, which the canvas's own picture is too small
    for. Its boxes and faces are in shares of a picture from the top left, as `faces` has them."""

    picture: NDArray[np.uint8]
    mapping: Mapping

    def boxes(self, boxes: list[Box]) -> list[Box]:
        """Where visitors' boxes on the canvas are in the camera's picture. One that the canvas's lower edge cuts is as tall as a
        person of that width."""
        height, width = self.picture.shape[:2]
        found = []
        for box in boxes:
            left, top, wide, high = self._around(self.mapping.to_camera, box)
            if box[1] + box[3] > 0.97:
                high = max(high, wide * width / PERSON / height)
            found.append((left, top, wide, high))
        return found

    def face(self, face: Face) -> Face:
        """A face in the camera's picture where it is on the canvas."""
        box = (face.x - face.width / 2, face.y - face.height / 2, face.width, face.height)
        left, top, wide, high = self._around(self.mapping.to_canvas, box)
        return replace(face, x=left + wide / 2, y=top + high / 2, width=wide, height=high)

    def _around(self, through: Callable[[Any], NDArray[np.float64]], box: Box) -> Box:
        left, top, wide, high = box
        right, bottom = left + wide, top + high
        x, y = through([(left, 1 - top), (right, 1 - top), (right, 1 - bottom), (left, 1 - bottom)]).T
        low, upper = 1 - y.max(), 1 - y.min()
        return float(x.min()), float(low), float(x.max() - x.min()), float(upper - low)


def pixels(mapping: Mapping, camera: tuple[int, int], canvas: tuple[int, int]) -> NDArray[np.float64]:
    """(3, 3) from a pixel of the canvas's picture to a pixel of the camera's, both (width, height) with row 0 at the top and
    places at pixels' middles: what OpenCV's warp takes as its inverse map."""

    def from_pixels(size: tuple[int, int]) -> NDArray[np.float64]:
        width, height = size
        return np.array([[1 / width, 0, 0.5 / width], [0, -1 / height, 1 - 0.5 / height], [0, 0, 1]])

    matrix = np.linalg.inv(from_pixels(camera)) @ np.linalg.inv(mapping.matrix) @ from_pixels(canvas)
    return np.asarray(matrix / matrix[2, 2], np.float64)
