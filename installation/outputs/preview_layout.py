"""How the memory of a preview is laid out, and how a picture is put into it and read from it. Only `preview` uses it.

Each value has three places, written in turn and numbered before and after.
"""

from __future__ import annotations

import mmap
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

PIXELS = 640 * 360
"""The largest preview, in any shape."""

MASK_PIXELS = 480 * 270
"""The largest silhouettes: those of several cameras."""

STATUS_BYTES = 64 * 1024
PLACES = 3
MAGIC = 0x8142_0005
"""Told apart from other files, and from other versions of this layout."""

Fields: TypeAlias = dict[str, NDArray[Any]]

_STATUS = np.dtype([("first", "<u8"), ("length", "<u8"), ("bytes", "u1", STATUS_BYTES), ("last", "<u8")])
_FRAME = np.dtype([("first", "<u8"), ("shape", "<u8", 3), ("pixels", "u1", PIXELS * 4), ("last", "<u8")])
_MASK = np.dtype([("first", "<u8"), ("shape", "<u8", 3), ("pixels", "u1", MASK_PIXELS), ("last", "<u8")])
LAYOUT = np.dtype(
    [
        ("magic", "<u8"),
        ("closed", "<u8"),
        ("newest_status", "<u8"),
        ("newest_frame", "<u8"),
        ("newest_mask", "<u8"),
        ("status_when", "<f8"),
        ("watched_when", "<f8"),
        ("status", _STATUS, PLACES),
        ("frame", _FRAME, PLACES),
        ("mask", _MASK, PLACES),
    ]
)


def put_picture(fields: Fields, newest: str, places: list[Fields], pixels: NDArray[np.uint8], before: int) -> int:
    """Copies (h, w, depth) into the next place, and gives its number."""
    number = before + 1
    place = places[number % PLACES]
    place["first"][0] = number
    place["shape"][0] = pixels.shape
    np.copyto(place["pixels"][0, : pixels.size].reshape(pixels.shape), pixels)
    place["last"][0] = number
    fields[newest][0] = number
    return number


def get_picture(
    fields: Fields, newest: str, places: list[Fields], newer_than: int
) -> tuple[int, NDArray[np.uint8] | None]:
    for _ in range(PLACES):
        number = int(fields[newest][0])
        if number <= newer_than:
            break
        place = places[number % PLACES]
        height, width, depth = (int(side) for side in place["shape"][0])
        size = height * width * depth
        if not 0 < size <= place["pixels"].shape[1]:
            continue
        pixels = place["pixels"][0, :size].reshape(height, width, depth).copy()
        if int(place["first"][0]) == number == int(place["last"][0]):
            return number, pixels
    return newer_than, None


def views(memory: mmap.mmap) -> tuple[Fields, list[Fields], list[Fields], list[Fields]]:
    """The shared memory's own fields, and those of each place for a status, for a frame and for a mask.

    By name, as arrays of length 1 that write through; made once, since a view costs more than what is put there.
    """
    whole = np.frombuffer(memory, LAYOUT, count=1)

    def by_name(part: NDArray[Any]) -> Fields:
        return {name: part[name] for name in part.dtype.names or ()}

    statuses = [by_name(whole["status"][:, index]) for index in range(PLACES)]
    frames = [by_name(whole["frame"][:, index]) for index in range(PLACES)]
    masks = [by_name(whole["mask"][:, index]) for index in range(PLACES)]
    return by_name(whole), statuses, frames, masks
