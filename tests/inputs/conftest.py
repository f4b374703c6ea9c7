"""What several tests of the senses need: a real film, made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest


@pytest.fixture
def write_film() -> Callable[..., Path]:
    return _write_film


def _write_film(path: Path, pictures: list[np.ndarray], fps: int = 30) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=fps)
        stream.width, stream.height = pictures[0].shape[1], pictures[0].shape[0]
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 4_000_000
        for picture in pictures:
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


@pytest.fixture
def write_sound() -> Callable[..., Path]:
    return _write_sound


def _write_sound(path: Path, samples: np.ndarray, rate: int = 48000, codec: str = "pcm_f32le") -> Path:
    """A sound file of (n,) or (n, channels) samples; its kind by the path's ending."""
    columns = samples[:, None] if samples.ndim == 1 else samples
    layout = "mono" if columns.shape[1] == 1 else "stereo"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        resampler = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=rate)
        for start in range(0, len(columns), 1024):
            part = np.ascontiguousarray(columns[start : start + 1024].reshape(1, -1), np.float32)
            frame = av.AudioFrame.from_ndarray(part, format="flt", layout=layout)
            frame.sample_rate, frame.pts = rate, start
            for made in resampler.resample(frame):
                container.mux(stream.encode(made))
        container.mux(stream.encode())
    return path
