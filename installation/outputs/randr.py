"""The displays of an X server: what RandR calls monitors, with the identity that each display's EDID tells.

Also keeps the screen saver away for as long as the connection lives; the server itself lifts that when we go, however we go.
It must never be asked by the frame: every question waits. Sources: RandR 1.5 protocol (randrproto.txt), MIT-SCREEN-SAVER 1.1.
Called by `hotplug`.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path

from installation.errors import DeviceError
from installation.outputs.displays import Display
from installation.outputs.edid import LARGEST, read_edid
from installation.outputs.x_wire import XWire

VERSION, OUTPUT_INFO, OUTPUT_PROPERTY, CRTC_INFO, RESOURCES, MONITORS = 0, 9, 15, 20, 25, 42
"""Numbers of RandR's requests."""
INTERLACED, DOUBLED = 1 << 4, 1 << 5
MOST = 64
"""Monitors that are looked at."""
DRM = Path("/sys/class/drm")
"""Where Linux keeps what it has read from displays, for servers that don't tell (Xwayland)."""


@dataclass(frozen=True, slots=True)
class Monitor:
    """A part of the desktop, as RandR has it."""

    name: int
    x: int
    y: int
    width: int
    height: int
    outputs: tuple[int, ...]


class XDisplays:
    """Looks at one server again and again."""

    def __init__(self, name: str, awake: bool = False) -> None:
        """`awake` keeps the screen saver away. Raises DeviceError when no server answers."""
        self._wire = XWire(name)
        try:
            self._randr = self._version()
            self._edid = self._wire.atom("EDID")
            if awake:
                self._stay_awake()
        except BaseException:
            self._wire.close()
            raise
        self._names: dict[int, str] = {}

    def _version(self) -> int:
        """The number of RandR's requests; 0 for a server that has none, or one from before 2015."""
        opcode = self._wire.extension("RANDR")
        if not opcode:
            return 0
        reply = self._wire.ask(opcode, VERSION, struct.pack("<II", 1, 5))
        return opcode if struct.unpack_from("<II", reply, 8) >= (1, 5) else 0

    def _stay_awake(self) -> None:
        if opcode := self._wire.extension("MIT-SCREEN-SAVER"):
            self._wire.ask(opcode, 0, struct.pack("<BBxx", 1, 1))
            self._wire.tell(opcode, 5, struct.pack("<I", 1))

    def look(self) -> tuple[Display, ...]:
        """The displays that have a picture now, numbered as `xrandr --listmonitors` does. Raises DeviceError."""
        wire = self._wire
        if not self._randr:
            return (Display(0, "desktop", "", 0, 0, *wire.size),)
        try:
            monitors = wire.ask(self._randr, MONITORS, struct.pack("<IBxxx", wire.root, 1))
            resources = wire.ask(self._randr, RESOURCES, struct.pack("<I", wire.root))
            configured, modes = read_resources(resources)
            return tuple(self._display(i, one, configured, modes) for i, one in enumerate(read_monitors(monitors)))
        except (struct.error, IndexError, UnicodeError) as error:
            raise DeviceError(f"the X server at {wire.name} tells nonsense of its displays ({error})") from error

    def _display(self, number: int, monitor: Monitor, configured: int, modes: dict[int, float]) -> Display:
        if monitor.name not in self._names:
            self._names[monitor.name] = self._wire.name_of(monitor.name)
        name = self._names[monitor.name]
        identity, rate = "", None
        for output in monitor.outputs[:1]:  # of a display made of several, the first speaks
            identity = self._identity(output, name)
            rate = self._rate(output, configured, modes)
        return Display(number, name, identity, monitor.x, monitor.y, monitor.width, monitor.height, rate)

    def _identity(self, output: int, name: str) -> str:
        body = struct.pack("<IIIIIBBxx", output, self._edid, 0, 0, LARGEST // 4, 0, 0)
        try:
            reply = self._wire.ask(self._randr, OUTPUT_PROPERTY, body)
            count = struct.unpack_from("<I", reply, 16)[0] if reply[1] == 8 else 0
            return read_edid(reply[32 : 32 + count] if count else edid_of(name)).identity
        except (DeviceError, ValueError, OSError):
            return ""  # it is found again by name and place

    def _rate(self, output: int, configured: int, modes: dict[int, float]) -> float | None:
        try:
            crtc = struct.unpack_from("<I", self._wire.ask(self._randr, OUTPUT_INFO, _pair(output, configured)), 12)[0]
            mode = struct.unpack_from("<I", self._wire.ask(self._randr, CRTC_INFO, _pair(crtc, configured)), 20)[0]
        except DeviceError:
            return None
        return modes.get(mode)

    def close(self) -> None:
        self._wire.close()


def read_monitors(reply: bytes) -> list[Monitor]:
    """The monitors in a reply. Raises struct.error for one that ends too early."""
    (count,), at, found = struct.unpack_from("<I", reply, 12), 32, []
    for _ in range(min(count, MOST)):
        name, outputs, x, y, width, height = struct.unpack_from("<IxxHhhHH", reply, at)
        found.append(Monitor(name, x, y, width, height, struct.unpack_from(f"<{outputs}I", reply, at + 24)))
        at += 24 + 4 * outputs
    return [one for one in found if one.width and one.height]


def read_resources(reply: bytes) -> tuple[int, dict[int, float]]:
    """When it was last set up, and frames a second of each mode, by its number. Raises struct.error as above."""
    configured, crtcs, outputs, count = struct.unpack_from("<IHHH", reply, 12)
    at, modes = 32 + 4 * (crtcs + outputs), {}
    for _ in range(count):
        number, clock, across, down, flags = struct.unpack_from("<I4xI4xH6xH2xI", reply, at)
        at += 32
        lines = down * (2.0 if flags & DOUBLED else 1.0) / (2.0 if flags & INTERLACED else 1.0)
        if clock and across and lines:
            modes[number] = round(clock / (across * lines), 3)
    return configured, modes


def edid_of(connector: str) -> bytes:
    """What Linux has read from the display on a connector (HDMI-1 is HDMI-A-1 there); b"" where it hasn't. Raises OSError."""
    wanted = {connector, re.sub(r"^(HDMI|DVI)-(?=[0-9])", r"\1-A-", connector)}
    for folder in sorted(DRM.glob("card*-*")):
        if folder.name.partition("-")[2] in wanted:
            with (folder / "edid").open("rb") as file:
                return file.read(LARGEST)
    return b""


def _pair(first: int, second: int) -> bytes:
    return struct.pack("<II", first, second)
