"""The buffers behind an ISF file's TARGETs, by the reference's rules. Called by `isf_player` only.

A target written earlier this frame is seen new; a pass that reads its own target sees what was there before it: the last
frame, or black for a temporary. Persistent buffers start black and are rescaled when their size changes; temporaries die
with the frame.
"""

from __future__ import annotations

from collections.abc import Sequence

from installation.errors import Location, ShaderError
from installation.gpu.device import Device
from installation.gpu.textures import Format, Picture, Target
from installation.render.screen import Screen
from installation.scene.isf import Isf

MOST_BYTES = 2 << 30
"""Of one shader's buffers together: what a small graphics card can still hold."""

BYTES: dict[str, int] = {"rgba8": 4, "rgba32f": 16}


class Buffer:
    """One TARGET alive: `front` is what others see, `back` what is drawn next. One and the same where nobody can tell."""

    def __init__(self, device: Device, size: tuple[int, int], form: Format, is_double: bool) -> None:
        self.size, self.form = size, form
        self.front = Target(device, *size, form)
        self.back = Target(device, *size, form) if is_double else self.front

    def swap(self) -> None:
        self.front, self.back = self.back, self.front

    def clear(self) -> None:
        self.front.clear()
        if self.back is not self.front:
            self.back.clear()

    def close(self) -> None:
        self.front.close()
        self.back.close()


class Buffers:
    """All buffers of one player, by name. Remembers the pictures of the persistent ones."""

    def __init__(self, device: Device, screen: Screen, isf: Isf) -> None:
        self._device, self._screen, self._isf = device, screen, isf
        self.names = isf.targets
        written = [p.target for p in isf.passes]
        # What is read before it is written, in the frame, needs its last picture beside the next one.
        self._double = {n for n, p in isf.buffers.items() if p.persistent or written.count(n) > 1}
        self._forms: dict[str, Format] = {n: "rgba32f" if p.floats else "rgba8" for n, p in isf.buffers.items()}
        self._persistent = {n for n, p in isf.buffers.items() if p.persistent}
        self._alive: dict[str, Buffer] = {}

    def get(self, name: str) -> Buffer | None:
        return self._alive.get(name)

    def resize(self, sizes: Sequence[tuple[int, int]]) -> None:
        """Makes what the sizes of this frame's passes ask for; persistent pictures are carried over, rescaled.

        Raises ShaderError, and changes nothing, when it is too much for any graphics card.
        """
        wanted = {p.target: size for p, size in zip(self._isf.passes, sizes, strict=True) if p.target}
        bytes_ = sum(w * h * BYTES[self._forms[n]] * (1 + (n in self._double)) for n, (w, h) in wanted.items())
        side = max((max(size) for size in wanted.values()), default=0)
        if (bytes_ > MOST_BYTES or side > self._device.max_texture) and self._device.mosaic is None:
            largest = max(wanted.values(), key=lambda size: size[0] * size[1])
            raise ShaderError(
                f"its buffers are too large: {bytes_ >> 20} MiB, one of them {largest[0]} x {largest[1]}",
                Location(self._isf.path),
                f"at most {MOST_BYTES >> 20} MiB together, and {self._device.max_texture} pixels a side",
            )
        for name, size in wanted.items():
            old = self._alive.get(name)
            if old and old.size == size:
                continue
            made = Buffer(self._device, size, self._forms[name], name in self._double)
            if old:
                if name in self._persistent:
                    self._screen.copy(old.front.texture, made.front)
                old.close()
            self._alive[name] = made

    def begin(self, shown: list[Picture], first: int) -> None:
        """What every buffer shows at the start of a frame, into `shown` from place `first` on: temporaries are black."""
        for place, name in enumerate(self.names, first):
            buffer = self._alive.get(name)
            kept = buffer is not None and name in self._persistent
            shown[place] = buffer.front.texture if buffer and kept else self._screen.black

    def inherit(self, old: Buffers) -> None:
        """Takes over the persistent pictures of another player of the same file: same name, same format. Closes the rest,
        and what it may have drawn itself before."""
        self.close()
        for name, buffer in old._alive.items():
            if name in self._persistent and name in old._persistent and buffer.form == self._forms[name]:
                self._alive[name] = buffer
            else:
                buffer.close()
        old._alive.clear()

    def clear(self) -> None:
        for buffer in self._alive.values():
            buffer.clear()

    def close(self) -> None:
        for buffer in self._alive.values():
            buffer.close()
        self._alive.clear()
