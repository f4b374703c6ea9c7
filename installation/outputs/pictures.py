"""Writes pictures: a PNG as the wall shows it, an OpenEXR in linear light, a still, a folder of numbered ones.

A PNG has 8 bits a channel and no alpha. An EXR has half floats in linear light (the canvas' sRGB curve undone), RGBA, with
BT.709's primaries, as compositing programs expect; its library is an extra. The same picture gives the same bytes, and
each file is whole or not there. Called by writers and parts.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.errors import Location, OutputError
from installation.outputs.files import finish, part_of, prepared, remove, told
from installation.outputs.frames import Frame, FrameWriter, Line, check_frame, check_size


def write_png(path: str | Path, picture: NDArray[np.uint8]) -> None:
    """Writes one picture, uint8 (h, w, 3) or (h, w, 4), row 0 at the top.

    A fourth channel is kept as alpha. The same picture gives the same bytes. Raises OutputError.
    """
    from PIL import Image

    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] not in (3, 4):
        raise ValueError(f"a picture is uint8 (h, w, 3 or 4), not {picture.dtype} {picture.shape}")
    # Level 4: on grainy 720p frames a third of the time of level 6, and no more bytes.
    image = Image.fromarray(np.ascontiguousarray(picture))
    _write_whole(Path(path), lambda part: image.save(part, format="PNG", compress_level=4))


def write_exr(path: str | Path, picture: Frame) -> None:
    """Writes one display-referred picture, uint8 or uint16 (h, w, 3 or 4), as linear half floats. Raises OutputError."""
    openexr = exr_library(Path(path))
    linear = np.ones((*picture.shape[:2], 4), np.float16)
    linear[..., :3] = _linear(picture.dtype.str)[picture[..., :3]]
    if picture.shape[2] == 4:
        linear[..., 3] = picture[..., 3] / np.iinfo(picture.dtype).max
    header = {"compression": openexr.ZIP_COMPRESSION, "type": openexr.scanlineimage}
    file = openexr.File(header, {"RGBA": linear})
    _write_whole(Path(path), lambda part: file.write(str(part)))


def exr_library(path: Path) -> Any:
    """OpenEXR's own library. Raises OutputError with how to get it."""
    try:
        import OpenEXR
    except ImportError:
        raise OutputError(
            "EXR pictures need OpenEXR, which is not installed",
            Location(str(path)),
            "uv sync --extra exr, or pip install OpenEXR; or write PNGs",
        ) from None
    return OpenEXR


@cache
def _linear(kind: str) -> NDArray[np.float16]:
    """Linear light of every code that a display-referred channel may have: sRGB's own curve (IEC 61966-2-1)."""
    levels = np.linspace(0.0, 1.0, np.iinfo(np.dtype(kind)).max + 1)
    return np.where(levels > 0.04045, ((levels + 0.055) / 1.055) ** 2.4, levels / 12.92).astype(np.float16)


def _write_whole(path: Path, write: Callable[[Path], object]) -> None:
    target = prepared(path)
    part = part_of(target)
    try:
        write(part)
        finish(part, target)
    except OSError as error:
        raise told(error, target) from error
    except RuntimeError as error:  # how OpenEXR tells of a disk
        raise told(OSError(errno.EIO, str(error)), target) from error
    finally:
        remove(part)


class Folder(FrameWriter):
    """A folder of frame_000001.png and so on, or .exr. `close` removes higher numbers that an earlier run left."""

    def __init__(
        self,
        path: str | Path,
        width: int,
        height: int,
        kind: str = "png",
        deep: bool = False,
        before: int | None = None,
    ) -> None:
        """`before`: how many pictures of a larger whole come before the first one written here; `close` then removes none."""
        check_size(Path(path), width, height)
        self.path = Path(path)
        self.deep = deep and kind == "exr"
        self.frames = 0
        self._kind, self._before, self._whole = kind, before or 0, before is None
        if kind == "exr":
            exr_library(self.path)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            raise OutputError("this is a file, not a folder", Location(str(path)), "give another name") from None
        except OSError as error:
            raise told(error, self.path) from error
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise told(PermissionError(errno.EACCES, ""), self.path)
        self._line = Line("picture writer", (height, width), self._save, self.path)

    def write(self, frame: Frame) -> None:
        """Hands a frame over (it is copied); waits while the disk is behind."""
        self._line.put(frame)
        self.frames += 1

    def close(self) -> None:
        """Writes what waits. Safe to call twice."""
        if not self._line.running:
            return
        self._line.close()
        if self._whole:
            trim(self.path, self._kind, self.frames)

    def discard(self) -> None:
        """Stops. Pictures that are already there stay: each is whole."""
        self._line.stop()

    def _save(self, frame: Frame, number: int) -> None:
        file = self.path / f"frame_{self._before + number + 1:06d}.{self._kind}"
        if self._kind == "exr":
            write_exr(file, frame)
        else:
            write_png(file, frame[..., :3])


def trim(folder: Path, kind: str, count: int) -> None:
    """Removes numbered pictures of a kind past the `count`th."""
    for file in folder.glob(f"frame_*.{kind}"):
        number = re.fullmatch(r"frame_(\d{6,})", file.stem)
        if number and int(number[1]) > count:
            remove(file)


class Still(FrameWriter):
    """One PNG or EXR: the last frame that was written, so that everything before it can be played to get there."""

    def __init__(self, path: str | Path, width: int, height: int, deep: bool = False) -> None:
        check_size(Path(path), width, height)
        self.path = prepared(Path(path))
        self._exr = self.path.suffix.lower() == ".exr"
        if self._exr:
            exr_library(self.path)
        self.deep = deep and self._exr
        self._shape = (height, width)
        self._frame: Frame | None = None

    def write(self, frame: Frame) -> None:
        """Keeps a copy of a frame in place of the one before."""
        check_frame(frame, self._shape)
        if self._frame is None or self._frame.shape != frame.shape or self._frame.dtype != frame.dtype:
            self._frame = np.empty(frame.shape, frame.dtype)
        np.copyto(self._frame, frame)

    def close(self) -> None:
        """Writes the picture, if there is one. Safe to call twice."""
        frame, self._frame = self._frame, None
        if frame is None:
            return
        if self._exr:
            write_exr(self.path, frame)
        else:
            write_png(self.path, frame[..., :3])

    def discard(self) -> None:
        self._frame = None
