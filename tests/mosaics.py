"""A device that holds no texture larger than a few pixels, for as long as it lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from installation.gpu.device import Device
from installation.gpu.mosaic import Mosaic


@contextmanager
def in_tiles(device: Device, side: int) -> Iterator[None]:
    """Whatever is larger than `side` pixels lies in tiles meanwhile. What is made inside is closed inside."""
    real = device.max_texture
    device.max_texture = side
    mosaic = Mosaic(device)
    try:
        yield
    finally:
        mosaic.close()
        device.free_doomed()
        device.max_texture = real
