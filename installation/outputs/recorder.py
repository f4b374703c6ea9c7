"""Writes pictures and films: a PNG, a folder of numbered PNGs, an H.264 film; whole, or not there.

Frames are uint8 (height, width, 3 or 4), row 0 at the top; alpha is dropped, since what is on the wall is
opaque. A writer copies a frame into a buffer of its own and returns; a thread encodes. When the thread is
behind, `write` waits for it, so no frame is ever dropped. The same frames give the same bytes. Must never
leave half a file under the name that was asked for: everything goes to a hidden `.NAME.PID-N.part` beside it
and is renamed when it is complete and on the disk. Called by `installation render`, and by a live show that
is being recorded.
"""

from __future__ import annotations

import errno
import itertools
import os
import queue
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from installation.errors import InstallationError, Location, OutputError, did_you_mean
from installation.mailbox import Worker
from installation.outputs.files import finish, part_of, prepared, remove, told

ENDINGS = (".mp4", ".png")
LARGEST = 16384
BUFFERS = 4
"""Frames that may wait to be encoded: enough to even out a slow one, and at 4K still only 130 MB."""

PATIENCE = 120.0
"""Seconds that the disk may take over one frame before it counts as gone."""

ENCODER_THREADS = 4
"""Fixed, because x264 gives other bytes for other numbers; on 2 cores 4 measured as fast as 2."""

X264 = {"preset": "veryfast", "crf": "18", "flags": "+bitexact", "x264-params": "mbtree=0"}
"""Without mbtree, whose assembly reads past its rows when the width is no multiple of 128: then films of the
same frames differed with what the memory held before (seen by MALLOC_PERTURB_). Costs bytes, not quality."""


class FrameWriter:
    """What takes frames. As a context manager it closes, or discards when something was raised inside."""

    def write(self, frame: NDArray[np.uint8]) -> None:
        """Takes one frame, uint8 (height, width, 3 or 4), row 0 at the top. Raises OutputError."""
        raise NotImplementedError

    def close(self) -> None:
        """Completes what was written. Raises OutputError. Safe to call twice."""
        raise NotImplementedError

    def discard(self) -> None:
        """Ends without completing. Safe to call at any time."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()


def writer_for(path: str | Path, width: int, height: int, fps: float) -> FrameWriter:
    """The writer that a path asks for: `.mp4` a film, `.png` a still, no ending (or a folder) PNGs.

    Raises OutputError for any other ending, a size that can't be written, a place that can't be written to.
    """
    target = Path(path)
    ending = target.suffix.lower()
    if target.is_dir() or str(path).endswith(("/", os.sep)) or not ending:
        return PngFolder(target, width, height)
    if ending == ".png":
        return Still(target, width, height)
    if ending == ".mp4":
        return FilmWriter(target, width, height, fps)
    close = did_you_mean(ending, ENDINGS, label="endings")
    raise OutputError(
        f'can\'t write "{ending}" files',
        Location(str(target)),
        f"{close}; a name without an ending is a folder of numbered PNGs",
    )


def write_png(path: str | Path, picture: NDArray[np.uint8]) -> None:
    """Writes one picture, uint8 (h, w, 3) or (h, w, 4), row 0 at the top.

    A fourth channel is kept as alpha. The same picture gives the same bytes. Raises OutputError.
    """
    from PIL import Image

    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] not in (3, 4):
        raise ValueError(f"a picture is uint8 (h, w, 3 or 4), not {picture.dtype} {picture.shape}")
    target = prepared(Path(path))
    part = part_of(target)
    try:
        # Level 4: on grainy 720p frames a third of the time of level 6, and no more bytes.
        Image.fromarray(np.ascontiguousarray(picture)).save(part, format="PNG", compress_level=4)
        finish(part, target)
    except OSError as error:
        raise told(error, target) from error
    finally:
        remove(part)


class FilmWriter(FrameWriter):
    """An H.264 film (yuv420p, BT.709, crf 18), constant frame rate, MP4 that plays before it has loaded.

    Raises OutputError at once for a path or size that can't be; from `write` and `close` if the disk fails.
    """

    def __init__(self, path: str | Path, width: int, height: int, fps: float) -> None:
        _check_size(Path(path), width, height)
        if width % 2 or height % 2:
            raise OutputError(
                f"a film's width and height must be even, and {width}x{height} is not",
                Location(str(path)),
                f"try --size {width + width % 2}x{height + height % 2}",
            )
        if not 0 < fps <= 1000:
            raise OutputError(f"a film can't have {fps:g} frames a second", Location(str(path)), "try --fps 60")
        self.path = prepared(Path(path))
        self.frames = 0
        self._part = part_of(self.path)
        self._rate = _rate(fps)
        self._container: Any = None
        self._stream: Any = None
        try:
            self._open(width, height)
        except OSError as error:
            remove(self._part)
            raise told(error, self.path) from error
        self._line = _Line("film writer", (height, width), self._encode, self.path)

    def write(self, frame: NDArray[np.uint8]) -> None:
        """Hands a frame over (copied: it may be drawn over at once); waits while the encoder is behind."""
        self._line.put(frame)
        self.frames += 1

    def close(self) -> None:
        """Encodes what waits, completes the file and names it. Safe to call twice. No frames, no file."""
        if self._container is None:
            return
        try:
            self._line.close()
            for packet in self._stream.encode(None):
                self._container.mux(packet)
            self._container.close()
            self._container = None
            if self.frames:
                self._verify()
                finish(self._part, self.path)
        except OSError as error:
            raise told(error, self.path) from error
        finally:
            self.discard()

    def discard(self) -> None:
        """Ends without a file. Safe to call at any time."""
        ended = self._line.stop()
        container, self._container = self._container, None
        if container is not None and ended:
            try:
                container.close()
            except OSError:
                pass  # a full disk can't complete what is thrown away anyhow
        remove(self._part)

    def _open(self, width: int, height: int) -> None:
        import av

        options = {"movflags": "+faststart", "fflags": "+bitexact"}
        self._container = av.open(str(self._part), "w", format="mp4", options=options)
        stream = self._container.add_stream("libx264", rate=self._rate, options=X264)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.thread_count = ENCODER_THREADS
        context = stream.codec_context
        context.time_base = 1 / self._rate
        # Untagged, one player takes it for BT.601 and another for 709, and colours shift.
        context.color_range = context.color_primaries = context.color_trc = context.colorspace = 1
        self._stream = stream

    def _encode(self, frame: NDArray[np.uint8], number: int) -> None:
        import av

        picture = av.VideoFrame.from_numpy_buffer(frame, "rgba" if frame.shape[2] == 4 else "rgb24")
        planar = picture.reformat(
            format="yuv420p",
            src_color_range="JPEG",
            dst_color_range="MPEG",
            dst_colorspace="ITU709",
            threads=1,
        )
        planar.pts, planar.time_base = number, 1 / self._rate
        for packet in self._stream.encode(planar):
            self._container.mux(packet)

    def _verify(self) -> None:
        """Reads the finished file's index, so that a disk that failed at the very end shows now."""
        import av

        try:
            with av.open(str(self._part)) as film:
                found = film.streams.video[0].frames
        except (av.FFmpegError, IndexError):
            found = 0
        if found != self.frames:
            raise OSError(errno.EIO, f"{found} of {self.frames} frames arrived")


class PngFolder(FrameWriter):
    """A folder of frame_000001.png and so on. `close` removes higher numbers that an earlier run left."""

    def __init__(self, path: str | Path, width: int, height: int) -> None:
        _check_size(Path(path), width, height)
        self.path = Path(path)
        self.frames = 0
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            raise OutputError("this is a file, not a folder", Location(str(path)), "give another name") from None
        except OSError as error:
            raise told(error, self.path) from error
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise told(PermissionError(errno.EACCES, ""), self.path)
        self._line = _Line("picture writer", (height, width), self._save, self.path)

    def write(self, frame: NDArray[np.uint8]) -> None:
        """Hands a frame over (it is copied); waits while the disk is behind."""
        self._line.put(frame)
        self.frames += 1

    def close(self) -> None:
        """Writes what waits. Safe to call twice."""
        if not self._line.running:
            return
        self._line.close()
        for file in self.path.glob("frame_*.png"):
            number = re.fullmatch(r"frame_(\d{6,})\.png", file.name)
            if number and int(number[1]) > self.frames:
                remove(file)

    def discard(self) -> None:
        """Stops. Pictures that are already there stay: each is whole."""
        self._line.stop()

    def _save(self, frame: NDArray[np.uint8], number: int) -> None:
        write_png(self.path / f"frame_{number + 1:06d}.png", frame[..., :3])


class Still(FrameWriter):
    """One PNG: the last frame that was written, so that everything before it can be played to get there."""

    def __init__(self, path: str | Path, width: int, height: int) -> None:
        _check_size(Path(path), width, height)
        self.path = prepared(Path(path))
        self.frames = 0
        self._shape = (height, width)
        self._frame: NDArray[np.uint8] | None = None

    def write(self, frame: NDArray[np.uint8]) -> None:
        """Keeps a copy of a frame in place of the one before."""
        _check_frame(frame, self._shape)
        if self._frame is None or self._frame.shape != frame.shape:
            self._frame = np.empty(frame.shape, np.uint8)
        np.copyto(self._frame, frame)
        self.frames += 1

    def close(self) -> None:
        """Writes the picture, if there is one. Safe to call twice."""
        frame, self._frame = self._frame, None
        if frame is not None:
            write_png(self.path, frame[..., :3])

    def discard(self) -> None:
        self._frame = None


def _rate(fps: float) -> Fraction:
    """29.97 means 30000/1001, and so do its relations."""
    whole = round(fps)
    if whole and abs(fps - whole * 1000 / 1001) < 0.005:
        return Fraction(whole * 1000, 1001)
    return Fraction(fps).limit_denominator(1000)


class _Line:
    """Hands frames to a thread, in order: a bounded queue, and buffers that go round."""

    def __init__(
        self, name: str, shape: tuple[int, int], consume: Callable[[NDArray[np.uint8], int], None], path: Path
    ) -> None:
        self._shape = shape
        self._consume = consume
        self._path = path
        self._filled: queue.SimpleQueue[NDArray[np.uint8] | None] = queue.SimpleQueue()
        self._free: queue.SimpleQueue[NDArray[np.uint8]] = queue.SimpleQueue()
        for _ in range(BUFFERS):
            self._free.put(np.empty((0, 0, 0), np.uint8))
        self.running = True
        self._abandoned = False
        self._worker = Worker(name, self._run).start()

    def put(self, frame: NDArray[np.uint8]) -> None:
        """Copies a frame in; waits for a free buffer. Raises OutputError if the thread failed or hangs."""
        _check_frame(frame, self._shape)
        if not self.running:
            raise ValueError("this writer is closed")
        while True:
            self._raise()
            try:
                buffer = self._free.get(timeout=0.2)
                break
            except queue.Empty:
                self._check_hanging()
        if buffer.shape != frame.shape:
            buffer = np.empty(frame.shape, np.uint8)
        np.copyto(buffer, frame)
        self._filled.put(buffer)

    def close(self) -> None:
        """Waits until every frame is consumed. Raises OutputError when one could not be."""
        if self.running:
            self.running = False
            self._filled.put(None)
            while not self._worker.close(0.2):
                self._check_hanging()
        self._raise()

    def stop(self) -> bool:
        """Ends without consuming what waits; False when the thread is stuck, its hands still on the file."""
        self.running = False
        self._abandoned = True
        self._filled.put(None)
        return self._worker.close(10.0)

    def _run(self, worker: Worker) -> None:
        for number in itertools.count():
            buffer = self._filled.get()
            if buffer is None or self._abandoned:
                return
            worker.beat()
            self._consume(buffer, number)
            self._free.put(buffer)

    def _raise(self) -> None:
        error = self._worker.error
        if isinstance(error, InstallationError):
            raise error
        if isinstance(error, OSError):
            raise told(error, self._path) from error
        if error is not None:
            raise error

    def _check_hanging(self) -> None:
        if self._worker.alive and self._worker.age > PATIENCE:
            raise OutputError(
                f"the disk has not answered for {PATIENCE:.0f} seconds",
                Location(str(self._path)),
                "is it a network drive?  write to a disk of this machine",
            )


def _check_size(path: Path, width: int, height: int) -> None:
    if not (2 <= width <= LARGEST and 2 <= height <= LARGEST):
        raise OutputError(
            f"a picture of {width}x{height} can't be written",
            Location(str(path)),
            f"each side is 2 to {LARGEST}",
        )


def _check_frame(frame: NDArray[np.uint8], shape: tuple[int, int]) -> None:
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[:2] != shape or frame.shape[2] not in (3, 4):
        raise ValueError(f"a frame here is uint8 {(*shape, '3 or 4')}, not {frame.dtype} {frame.shape}")
