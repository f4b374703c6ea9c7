"""What an operator sees on the wall of the points that they move: lines between them, a mark on each, a cross on the chosen one.

The rows are worked out where there is time (`lines_of`); the frame only uploads and draws them. Called by `projecting`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.gpu.device import Device
from installation.gpu.programs import Mesh, Program

VERTEX = """\
layout(location = 0) in vec2 place; layout(location = 1) in vec4 ink;
out vec4 tint;
void main() { tint = ink; gl_Position = vec4(2.0 * place - 1.0, 0.0, 1.0); }
"""
FRAGMENT = "in vec4 tint; out vec4 color;\nvoid main() { color = vec4(tint.rgb * tint.a, tint.a); }\n"

LINE, MARK, CHOSEN = (0.95, 0.95, 0.9, 0.55), (1.0, 1.0, 1.0, 0.9), (1.0, 0.62, 0.1, 1.0)
CROSS, RING = 46.0, 13.0
"""Pixels of the cross's arms, to be seen from a ladder, and of the marks on the points."""
MOST = 120_000
"""Rows that are drawn at most: a grid of Bezier patches with all its handles has fewer."""


def lines_of(
    points: NDArray[np.float64], row: int, column: int, size: tuple[int, int], step: int = 1
) -> NDArray[np.float32]:
    """(n, 6) float32, three rows a triangle: x, y (0..1 of the output), red, green, blue, alpha.

    `points`: (rows, columns, 2). `row`, `column`: the chosen one; -1: all of them. `step`: 3 where only every third one lies on
    the surface and those between pull at it.
    """
    scale = np.array(size, np.float64)
    at = points * scale
    strokes = []
    anchors = at[::step, ::step]
    strokes.append(_strokes(anchors[:, :-1].reshape(-1, 2), anchors[:, 1:].reshape(-1, 2), 1.5, LINE))
    strokes.append(_strokes(anchors[:-1].reshape(-1, 2), anchors[1:].reshape(-1, 2), 1.5, LINE))
    flat = at.reshape(-1, 2)
    mark = np.full(len(flat), RING / 2)
    if step == 3:
        rows, columns = np.mgrid[0 : at.shape[0], 0 : at.shape[1]]
        mark[((rows % 3 != 0) | (columns % 3 != 0)).ravel()] = RING / 4
    ink = CHOSEN if row < 0 else MARK
    strokes.append(_strokes(flat - np.stack([mark, 0 * mark], 1), flat + np.stack([mark, 0 * mark], 1), mark * 2, ink))
    if row >= 0:
        here = at[row, column]
        for arm in ((CROSS, 0.0), (0.0, CROSS)):
            ends = np.array([here - arm]), np.array([here + arm])
            strokes.append(_strokes(*ends, 7.0, (0.0, 0.0, 0.0, 0.8)))
            strokes.append(_strokes(*ends, 3.0, CHOSEN))
    found = np.concatenate(strokes)[:MOST]
    found[:, :2] /= scale
    return np.ascontiguousarray(found, np.float32)


def _strokes(
    start: NDArray[np.float64], end: NDArray[np.float64], thick: float | NDArray[np.float64], ink: tuple[float, ...]
) -> NDArray[np.float64]:
    """Lines of a thickness in pixels as two triangles each."""
    along = end - start
    long = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
    half = (
        np.stack([-along[:, 1], along[:, 0]], axis=1)
        / long[:, None]
        * (np.broadcast_to(thick, long.shape) / 2)[:, None]
    )
    a, b, c, d = start - half, end - half, end + half, start + half
    corners = np.stack([a, b, c, a, c, d], axis=1).reshape(-1, 2)
    return np.concatenate([corners, np.broadcast_to(ink, (len(corners), 4))], axis=1)


class Pointer:
    """The lines on one device. Draws what was shown last."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._program = Program(device, VERTEX, FRAGMENT)
        self._mesh = Mesh(device, None, (2, 4), capacity=MOST)
        self.show(
            np.zeros((3, 6), np.float32)
        )  # nothing to see, but drivers that compile at the first draw do it with that

    def show(self, rows: NDArray[np.float32]) -> None:
        self._mesh.upload(rows)

    def draw(self) -> None:
        """Over what is bound; the viewport is the output's already."""
        self._device.use_blend("normal")
        self._program.use(())
        self._mesh.draw()

    def close(self) -> None:
        self._program.close()
        self._mesh.close()
