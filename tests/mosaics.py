"""A device that holds no texture larger than a few pixels, for as long as it lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from installation.gpu.device import Device


@contextmanager
def in_tiles(device: Device, side: int) -> Iterator[None]:
    """Whatever is larger than `side` pixels lies in tiles meanwhile. What is made inside is closed inside."""
    real = device.max_texture
    device.max_texture = side
    device.cut_large()
    try:
        yield
    finally:
        device.free_doomed()
        device.cut_nothing()
        device.max_texture = real
