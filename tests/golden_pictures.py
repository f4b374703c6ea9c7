"""Compares a picture with the golden one that a person has looked at, and shows where it differs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

GOLDEN = Path(__file__).parent / "golden"
RENDERER = "llvmpipe (LLVM 15.0.6, 256 bits)"
"""What drew the goldens: Debian 12's Mesa. Another driver, or another processor's width, draws its own truth."""


def compare(name: str, picture: NDArray[np.uint8], look_for: str, renderer: str, regenerate: bool) -> None:
    """Passes when 99.9 % of the pixels lie within 2 of 255 and the mean error is below 0.25. `picture` has row 0 at the top.

    On another renderer the picture must only not be empty. What differs lands in tests/golden/got/, which git ignores.
    """
    assert picture[..., :3].max() > 30, f"{name} is empty; it should show: {look_for}"
    path = GOLDEN / f"{name}.png"
    if regenerate:
        GOLDEN.mkdir(exist_ok=True)
        Image.fromarray(picture[..., :3]).save(path)
        return
    if renderer != RENDERER:
        pytest.skip(f"goldens belong to {RENDERER}, this is {renderer}")
    assert path.is_file(), f"{path} is missing: pytest --regenerate-golden, then look at it. Look for: {look_for}"
    want = np.asarray(Image.open(path).convert("RGB")).astype(int)
    got = picture[..., :3].astype(int)
    assert want.shape == got.shape
    error = np.abs(want - got)
    near = float((error.max(axis=2) <= 2).mean())
    if near >= 0.999 and error.mean() < 0.25:
        return
    folder = GOLDEN / "got"
    folder.mkdir(exist_ok=True)
    Image.fromarray(picture[..., :3]).save(folder / f"{name}.got.png")
    Image.fromarray(np.clip(error * 8, 0, 255).astype(np.uint8)).save(folder / f"{name}.diff.png")
    pytest.fail(
        f"{name} differs from its golden: {near:.2%} of the pixels are near, mean error {error.mean():.2f}.\n"
        f"look for: {look_for}\nsee {folder}/{name}.got.png and .diff.png"
    )
