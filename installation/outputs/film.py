"""Writes a film: H.264, H.265, ProRes or FFV1 in .mp4, .mov or .mkv, at a constant rate; whole, or not there.

Alpha is dropped, since what is on the wall is opaque. The same frames give the same bytes. Must never leave half a file
under the name that was asked for: everything goes to a hidden `.NAME.PID-N.part` beside it and is renamed when it is
complete and on the disk. Called by writers and parts; a show that plays is recorded by `recording`, which uses `Encoder`.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from installation.errors import Location, OutputError
from installation.outputs.codecs import CONTAINERS, MOST_PIXELS, Codec, Quality, codec_for, settings
from installation.outputs.files import finish, part_of, prepared, remove, told
from installation.outputs.frames import Frame, FrameWriter, Line, check_size

BT709, FULL, LIMITED = 1, 2, 1
"""Numbers of ITU-T H.273 for primaries, curve and matrix; of libav for the range of the codes."""
SRGB_CURVE, RGB_MATRIX = 13, 0


class Encoder:
    """One video stream of a container that is open: frames go in, packets go to the file. For one thread."""

    def __init__(
        self,
        container: Any,
        codec: Codec,
        size: tuple[int, int],
        rate: Fraction,
        options: dict[str, str],
        deep: bool = False,
        threads: int | None = None,
    ) -> None:
        self.container, self.codec, self._rate = container, codec, rate
        self._given = 0
        self.pixels = codec.deep if deep and codec.deep else codec.pixels
        stream = container.add_stream(codec.encoder, rate=rate, options=options)
        stream.width, stream.height = size
        stream.pix_fmt = self.pixels
        stream.thread_count = codec.threads if threads is None else threads
        context = stream.codec_context
        context.time_base = 1 / rate
        if codec.tag and container.format.name != "matroska":
            context.codec_tag = codec.tag
        # Untagged, one player takes it for BT.601 and another for 709, and colours shift.
        context.color_primaries = context.color_trc = context.colorspace = BT709
        context.color_range = LIMITED
        if codec.rgb:
            context.color_range, context.color_trc, context.colorspace = FULL, SRGB_CURVE, RGB_MATRIX
        self.stream = stream

    def picture(self, frame: Frame) -> Any:
        """A frame as the codec's pixels: (h, w, 3 or 4) uint8 or uint16 to libav's own."""
        import av

        four = frame.shape[2] == 4
        if frame.dtype == np.uint8:
            found = av.VideoFrame.from_numpy_buffer(frame, "rgba" if four else "rgb24")
        else:
            if not self.codec.rgb:
                # swscale takes 16 bits for 8 bits shifted up, where white is 65280: unscaled, white came out as 943 of 940.
                frame = frame - (frame >> 8)
            found = av.VideoFrame.from_ndarray(frame, "rgba64le" if four else "rgb48le")
        if self.codec.rgb:
            return found.reformat(format=self.pixels, threads=1)
        return found.reformat(
            format=self.pixels,
            src_color_range="JPEG",
            dst_color_range="MPEG",
            dst_colorspace="ITU709",
            threads=1,
        )

    def packets(self, picture: Any, number: int) -> Iterator[Any]:
        """What the encoder gives for a picture, the film's `number`th from 0; None ends the film."""
        if picture is not None:
            picture.pts, picture.time_base = number, 1 / self._rate
        for packet in self.stream.encode(picture):
            if self.codec.late is not None:
                packet.dts = self._given - self.codec.late
            self._given += 1
            yield packet

    def put(self, picture: Any, number: int = 0) -> None:
        """Encodes a picture into the file; None ends the film. Raises OSError."""
        for packet in self.packets(picture, number):
            self.container.mux(packet)


class FilmWriter(FrameWriter):
    """A film of a constant frame rate, BT.709, that plays before it has loaded where the container allows it.

    Raises OutputError at once for a path, codec or size that can't be; from `write` and `close` if the disk fails.
    """

    def __init__(
        self,
        path: str | Path,
        width: int,
        height: int,
        fps: float,
        codec: str | None = None,
        quality: Quality = "good",
        deep: bool = False,
    ) -> None:
        """`deep`: frames may be uint16 and are kept as fine as the codec can."""
        target = Path(path)
        self.codec = codec_for(target, codec)
        check_film(target, width, height, fps, self.codec)
        self.path = prepared(target)
        self.deep = deep and bool(self.codec.deep)
        self.frames = 0
        self._part = part_of(self.path)
        self._rate = rate_of(fps)
        self._container: Any = None
        self._encoder: Encoder
        try:
            self._open(width, height, quality)
        except OSError as error:
            remove(self._part)
            raise told(error, self.path) from error
        self._line = Line("film writer", (height, width), self._encode, self.path)

    def write(self, frame: Frame) -> None:
        """Hands a frame over (copied: it may be drawn over at once); waits while the encoder is behind."""
        self._line.put(frame)
        self.frames += 1

    def close(self) -> None:
        """Encodes what waits, completes the file and names it. Safe to call twice. No frames, no file."""
        if self._container is None:
            return
        try:
            self._line.close()
            self._encoder.put(None)
            self._container.close()
            self._container = None
            if self.frames:
                verify(self._part, self.frames, self._rate)
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

    def _open(self, width: int, height: int, quality: Quality) -> None:
        import av

        kind = CONTAINERS[self.path.suffix.lower()][0]
        self._container = av.open(str(self._part), "w", format=kind, options=muxing(kind))
        chosen = settings(self.codec, quality)
        self._encoder = Encoder(self._container, self.codec, (width, height), self._rate, chosen, self.deep)

    def _encode(self, frame: Frame, number: int) -> None:
        self._encoder.put(self._encoder.picture(frame), number)


def muxing(kind: str) -> dict[str, str]:
    """What a container of this kind is told: no names of programs; its index at the front where it has one."""
    return {"fflags": "+bitexact"} | ({} if kind == "matroska" else {"movflags": "+faststart"})


def check_film(path: Path, width: int, height: int, fps: float, codec: Codec) -> None:
    """Raises OutputError for a film that can't be."""
    check_size(path, width, height)
    if max(width, height) > codec.largest or (width + 128) * (height + 128) >= MOST_PIXELS:
        raise OutputError(
            f"a film in {codec.name} can't have pictures of {width}x{height}",
            Location(str(path)),
            f"at most {codec.largest} a side and {MOST_PIXELS >> 20} million pixels; --out FOLDER/ writes pictures of any size",
        )
    across, up = codec.even
    if width % across or height % up:
        raise OutputError(
            f"a film's width and height must be even, and {width}x{height} is not",
            Location(str(path)),
            f"try --size {width + width % across}x{height + height % up}",
        )
    if not 0 < fps <= 1000:
        raise OutputError(f"a film can't have {fps:g} frames a second", Location(str(path)), "try --fps 60")


def rate_of(fps: float) -> Fraction:
    """29.97 means 30000/1001, and so do its relations."""
    whole = round(fps)
    if whole and abs(fps - whole * 1000 / 1001) < 0.005:
        return Fraction(whole * 1000, 1001)
    return Fraction(fps).limit_denominator(1000)


def verify(path: Path, frames: int, rate: Fraction) -> None:
    """Reads a finished file's index, so that a disk that failed at the very end shows now. Raises OSError."""
    import av

    try:
        with av.open(str(path)) as film:
            # A .mkv counts no frames, but knows how long it is, in microseconds.
            found = film.streams.video[0].frames or round((film.duration or 0) * rate / 1_000_000)
    except (av.FFmpegError, IndexError):
        found = 0
    if found != frames:
        raise OSError(errno.EIO, f"{found} of {frames} frames arrived")
