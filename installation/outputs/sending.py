"""The wall as a source for other programs: a virtual camera of this machine, or NDI on the network. Both are extras.

Outputs like the others, at a steady rate and never in the frame's way. Where the library, the driver or the other program is
missing, or goes, that is told once and the show plays on. pyvirtualcam is GPL-2.0, and the NDI library inside cyndilib has
NDI's own licence: neither comes with the engine, both are brought by whoever wants them. Called by `devices`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from installation.clock import FrameTime
from installation.errors import OutputError, Problem
from installation.gpu.device import Device
from installation.gpu.textures import Target
from installation.outputs.film import rate_of
from installation.outputs.sampling import Sampler

log = logging.getLogger(__name__)


class Line(Protocol):
    """Where pictures go; used in one thread alone."""

    def send(self, picture: NDArray[np.uint8]) -> None:
        """(h, w, 4) uint8, row 0 the top row, contiguous."""

    def close(self) -> None: ...


class Sending:
    """Remembers the line that is open, and what has gone wrong. It opens with the first frame."""

    def __init__(
        self,
        device: Device,
        kind: str,
        called: str,
        size: tuple[int, int],
        fps: float,
        open_line: Callable[[tuple[int, int], Fraction], Line],
    ) -> None:
        self._device, self._kind, self._called, self._size = device, kind, called, size
        self._rate, self._open = rate_of(fps), open_line
        self._sampler: Sampler | None = None
        self._line: Line | None = None
        self.problem: Problem | None = None

    def show(self, canvas: Target, frame: FrameTime) -> None:
        """Takes a picture where one is due. Waits for nothing, raises nothing."""
        if self.problem is not None:
            return
        if self._sampler is None:
            rate = float(self._rate)
            self._sampler = Sampler(self._device, self._size, rate, self._kind, self._begin, self._send, self._end)
        self._sampler.show(canvas, frame)
        if not self._sampler.running:
            self._sampler.finish()
            error = self._sampler.error
            hint = error.problems[0].hint if isinstance(error, OutputError) else "the show plays on without it"
            said = error.problems[0].message if isinstance(error, OutputError) else f"{type(error).__name__}: {error}"
            self.problem = Problem(f"{self._kind} {self._called}: {said}", hint=hint)
            log.warning("%s", self.problem)

    def _begin(self) -> None:
        self._line = self._open(self._size, self._rate)

    def _send(self, picture: NDArray[np.uint8], number: int) -> None:
        assert self._line is not None
        self._line.send(np.ascontiguousarray(picture))

    def _end(self, due: int) -> None:
        if self._line is not None:
            self._line.close()

    def status(self) -> dict[str, object]:
        """Plain values for the console and `/status`."""
        sampler = self._sampler
        state = "lost" if self.problem else "sending" if sampler else "waiting"
        found: dict[str, object] = {"device": self._kind, "state": state, "called": self._called}
        found["problem"] = str(self.problem) if self.problem else ""
        if sampler is not None:
            found |= {"frames": sampler.taken, "left_out": sampler.left_out}
        return found

    def close(self) -> None:
        """Safe to call twice."""
        if self._sampler is not None:
            self._sampler.close()


def virtual_camera(device: Device, name: str, size: tuple[int, int], fps: float) -> Sending:
    """A camera that other programs on this machine can open; `name` is its device, or auto. Raises OutputError without the
    library."""
    try:
        import pyvirtualcam
    except ImportError:
        hint = "uv sync --extra virtual-camera, or pip install pyvirtualcam"
        raise OutputError("a virtual camera needs pyvirtualcam, which is not installed", hint=hint) from None

    def opened(size: tuple[int, int], rate: Fraction) -> Line:
        try:
            wanted = None if name == "auto" else name
            camera = pyvirtualcam.Camera(*size, float(rate), device=wanted, fmt=pyvirtualcam.PixelFormat.RGB)
        except Exception as error:  # whatever its driver raises
            hint = "Linux: modprobe v4l2loopback; Windows and macOS: install OBS, which brings one"
            raise OutputError(f"it can't be opened: {' '.join(str(error).split())}", hint=hint) from None
        log.info("virtual camera: %s", camera.device)
        return _Camera(camera)

    return Sending(device, "virtual camera", name, size, fps, opened)


class _Camera:
    def __init__(self, camera: Any) -> None:
        self._camera = camera

    def send(self, picture: NDArray[np.uint8]) -> None:
        self._camera.send(np.ascontiguousarray(picture[..., :3]))

    def close(self) -> None:
        self._camera.close()


def ndi(device: Device, name: str, size: tuple[int, int], fps: float) -> Sending:
    """An NDI source of this name on the network. Raises OutputError without the library."""
    try:
        from cyndilib.sender import Sender
        from cyndilib.video_frame import VideoSendFrame
        from cyndilib.wrapper.ndi_structs import FourCC
    except ImportError as error:
        hint = f"uv sync --extra ndi, or pip install cyndilib ({error})"
        raise OutputError("NDI needs cyndilib, which is not installed", hint=hint) from None

    def opened(size: tuple[int, int], rate: Fraction) -> Line:
        frame = VideoSendFrame()
        frame.set_resolution(*size)
        frame.set_frame_rate(rate)
        frame.set_fourcc(FourCC.RGBX)
        sender = Sender(name, clock_video=False)
        sender.set_video_frame(frame)
        sender.open()
        return _Ndi(sender)

    return Sending(device, "NDI", name, size, fps, opened)


class _Ndi:
    def __init__(self, sender: Any) -> None:
        self._sender = sender

    def send(self, picture: NDArray[np.uint8]) -> None:
        self._sender.write_video(picture.ravel())

    def close(self) -> None:
        self._sender.close()
