"""An X server without a screen (Xvfb), its pixels, and its monitors: set up, taken away and given identities by a test."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.outputs.randr import MONITORS, RESOURCES, read_monitors
from installation.outputs.x_wire import XWire

CHANGE_PROPERTY, SET_CRTC, SET_MONITOR, DELETE_MONITOR = 13, 21, 43, 44
ATTRIBUTES, CONFIGURE, QUERY_TREE, SET_PROPERTY = 3, 12, 15, 18
ATOM, INTEGER = 4, 19


class Screen:
    """The X server's one screen."""

    def __init__(self, name: str, file: Path) -> None:
        self.name, self._file = name, file

    def pixels(self) -> NDArray[np.uint8]:
        """What is on it, (h, w, 3), row 0 at the top. The server keeps it in a file, in the format of xwd."""
        data = self._file.read_bytes()
        header = struct.unpack(">25I", data[:100])
        size, width, height, stride, colours = header[0], header[4], header[5], header[12], header[19]
        rows = np.frombuffer(data, np.uint8, stride * height, size + 12 * colours).reshape(height, stride)
        assert header[7] == 0, "pixels with the lowest byte first"
        return rows[:, : 4 * width].reshape(height, width, 4)[..., 2::-1]

    def shows(self, colour: tuple[int, int, int], left: int = 0, right: int | None = None) -> bool:
        """Whether it is all of one colour, corners and all; or the columns of it that are named."""
        return bool((abs(self.pixels()[:, left:right].astype(int) - colour) <= 1).all())


class Monitors:
    """What RandR says the server has. Its connection keeps the server from starting anew when the last window closes."""

    def __init__(self, screen: Screen) -> None:
        self._wire = wire = XWire(screen.name)
        self._randr = wire.extension("RANDR")
        reply = wire.ask(self._randr, MONITORS, struct.pack("<IBxxx", wire.root, 1))
        (self._output,) = read_monitors(reply)[0].outputs
        reply = wire.ask(self._randr, RESOURCES, struct.pack("<I", wire.root))
        self._crtc, self._mode = (struct.unpack_from("<I", reply, at)[0] for at in (32, 40))

    def set(self, name: str, x: int, width: int, height: int, real: bool = False) -> None:
        """A monitor with its upper edge at the top. One of them can be the `real` one, which has an identity."""
        outputs = (self._output,) if real else ()
        sizes = struct.pack("<IBBHhhHHII", self._wire.atom(name), 0, 0, len(outputs), x, 0, width, height, 100, 100)
        body = struct.pack("<I", self._wire.root) + sizes + struct.pack(f"<{len(outputs)}I", *outputs)
        self._wire.tell(self._randr, SET_MONITOR, body)
        self._settle()

    def delete(self, name: str) -> None:
        self._wire.tell(self._randr, DELETE_MONITOR, struct.pack("<II", self._wire.root, self._wire.atom(name)))
        self._settle()

    def identify(self, edid: bytes) -> None:
        """Gives the real one an EDID."""
        head = struct.pack("<IIIBBxxI", self._output, self._wire.atom("EDID"), INTEGER, 8, 0, len(edid))
        self._wire.tell(self._randr, CHANGE_PROPERTY, head + edid)
        self._settle()

    def plug(self, plugged: bool) -> None:
        """Whether the real one has a picture at all."""
        outputs = (self._output,) if plugged else ()
        mode = self._mode if plugged else 0
        head = struct.pack("<IIIhhIHxx", self._crtc, 0, 0, 0, 0, mode, 1)
        self._wire.ask(self._randr, SET_CRTC, head + struct.pack(f"<{len(outputs)}I", *outputs))

    def _newest(self) -> int:
        """The window that was made last."""
        reply = self._wire.ask(QUERY_TREE, 0, struct.pack("<I", self._wire.root))
        return int(struct.unpack_from("<I", reply, 28 + 4 * struct.unpack_from("<H", reply, 16)[0])[0])

    def shove(self, x: int, y: int) -> None:
        """Moves the newest window on the desktop, as a careless desktop would."""
        self._wire.tell(CONFIGURE, 0, struct.pack("<IHxxii", self._newest(), 3, x, y))
        self._settle()

    def manage(self, can: str) -> None:
        """From now on it looks as if a window manager were there, that can do one thing."""
        for name, number in (("_NET_SUPPORTING_WM_CHECK", self._wire.root), ("_NET_SUPPORTED", self._wire.atom(can))):
            body = struct.pack("<IIIBxxxII", self._wire.root, self._wire.atom(name), ATOM, 32, 1, number)
            self._wire.tell(SET_PROPERTY, 0, body)
        self._settle()

    def passes_by(self) -> bool:
        """Whether the newest window is one that window managers leave alone."""
        return bool(self._wire.ask(ATTRIBUTES, 0, struct.pack("<I", self._newest()))[27])

    def _settle(self) -> None:
        self._wire.name_of(INTEGER)  # an answer: the server has come to here

    def close(self) -> None:
        self._wire.close()


@contextmanager
def server(folder: Path, *options: str, size: tuple[int, int] = (320, 200)) -> Iterator[Screen]:
    """An X server. Without Xvfb: skips on a desk, fails in CI."""
    program = shutil.which("Xvfb")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("there is no Xvfb: start with ./run test", pytrace=False)
        pytest.skip("there is no Xvfb")
    reads, writes = os.pipe()
    command = [program, "-displayfd", str(writes), "-screen", "0", f"{size[0]}x{size[1]}x24", "-nolisten", "tcp"]
    command += ["-fbdir", str(folder), *options]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, pass_fds=(writes,), stdout=quiet, stderr=quiet) as process:
        os.close(writes)
        with os.fdopen(reads) as pipe:
            number = pipe.readline().strip()  # comes when the server is ready, and is empty when it ended
        try:
            assert number, "Xvfb did not start"
            yield Screen(f":{number}", folder / "Xvfb_screen0")
        finally:
            process.terminate()
