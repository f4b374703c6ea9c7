"""Drawing with depth, for the few pictures that show a room: everything else that is drawn here is flat, and knows nothing of it.

A `DepthTarget` is drawn into as any target, with a depth beside it that can be sampled; `depth_tested` turns the test on for as
long as it lasts, so that whoever draws afterwards finds it off as always.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from installation.errors import DeviceError
from installation.gpu.device import Device
from installation.gpu.textures import Format, Picture, Target


class DepthTexture(Picture):
    """A depth of 24 bits, 0 near to 1 far, sampled as red without filtering."""

    def __init__(self, device: Device, width: int, height: int) -> None:
        super().__init__(device, width, height)
        gl = device.gl
        layout = (gl.GL_DEPTH_COMPONENT, gl.GL_UNSIGNED_INT, None)
        gl.glTexImage2D(gl.GL_TEXTURE_2D, 0, gl.GL_DEPTH_COMPONENT24, width, height, 0, *layout)
        self._sampled(smooth=False)


class DepthTarget(Target):
    """A target with a depth. `clear` makes both empty: transparent black, and far away."""

    def __init__(self, device: Device, width: int, height: int, form: Format = "rgba8", smooth: bool = True) -> None:
        super().__init__(device, width, height, form, smooth)
        gl = device.gl
        self.depth = DepthTexture(device, width, height)
        self.bind()
        gl.glFramebufferTexture2D(gl.GL_FRAMEBUFFER, gl.GL_DEPTH_ATTACHMENT, gl.GL_TEXTURE_2D, self.depth.name, 0)
        if gl.glCheckFramebufferStatus(gl.GL_FRAMEBUFFER) != gl.GL_FRAMEBUFFER_COMPLETE:
            self.close()
            raise DeviceError(f"this graphics device cannot draw into {form} pictures with depth")
        self.clear()

    def clear(self) -> None:
        super().clear()
        gl = self._device.gl
        gl.glClear(gl.GL_DEPTH_BUFFER_BIT)

    def close(self) -> None:
        depth = getattr(self, "depth", None)
        if depth is not None:
            depth.close()
        super().close()


@contextmanager
def depth_tested(device: Device, write: bool = True) -> Iterator[None]:
    """What is drawn meanwhile is hidden by what is nearer and was there before. `write`: and hides what comes after."""
    gl = device.gl
    gl.glEnable(gl.GL_DEPTH_TEST)
    gl.glDepthFunc(gl.GL_LEQUAL)
    gl.glDepthMask(gl.GL_TRUE if write else gl.GL_FALSE)
    try:
        yield
    finally:
        gl.glDepthMask(gl.GL_TRUE)
        gl.glDisable(gl.GL_DEPTH_TEST)
