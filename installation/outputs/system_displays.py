"""The displays of Windows and macOS, as the window library tells them. Written as its code reads; tried on neither.

On Windows an identity is that of the EDID, which the registry keeps; on macOS it is name, vendor, model and serial of
CoreGraphics. Called by `hotplug`.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import Any

from installation.errors import DeviceError
from installation.outputs.displays import Display
from installation.outputs.edid import read_edid

AWAKE = 0x80000000 | 0x00000002 | 0x00000001
"""Windows: ES_CONTINUOUS, ES_DISPLAY_REQUIRED, ES_SYSTEM_REQUIRED."""


class SystemDisplays:
    """Looks at this machine's displays again and again."""

    def __init__(self, awake: bool = False) -> None:
        self._awake: subprocess.Popen[bytes] | None = None
        if awake and sys.platform == "win32":
            import ctypes

            ctypes.windll.kernel32.SetThreadExecutionState(AWAKE)
        elif awake:
            with contextlib.suppress(OSError):
                self._awake = subprocess.Popen(["caffeinate", "-d", "-w", str(os.getpid())])

    def look(self) -> tuple[Display, ...]:
        """The displays that have a picture now. Raises DeviceError."""
        import pyglet

        try:
            screens = pyglet.display.get_display().get_screens()
            return tuple(_display(number, screen) for number, screen in enumerate(screens))
        except Exception as error:
            raise DeviceError(f"no display: {error}", hint="play with --headless") from error

    def close(self) -> None:
        if self._awake is not None:
            self._awake.terminate()


def _display(number: int, screen: Any) -> Display:
    rate = getattr(screen.get_mode(), "rate", None)
    scale = float(screen.get_scale()) if sys.platform == "darwin" else 1.0  # Windows counts in pixels
    return Display(
        number,
        str(getattr(screen, "_device_name", None) or screen.get_monitor_name()),
        _identity(screen),
        screen.x,
        screen.y,
        screen.width,
        screen.height,
        float(rate) if rate else None,
        scale,
    )


def _identity(screen: Any) -> str:
    if sys.platform == "win32":
        try:
            return read_edid(_edid_on_windows(screen.get_device_name())).identity
        except (OSError, ValueError):
            return ""
    from pyglet.libs.darwin.cocoapy import quartz

    asked = (quartz.CGDisplayVendorNumber, quartz.CGDisplayModelNumber, quartz.CGDisplaySerialNumber)
    return " ".join((str(screen.get_monitor_name()), *(f"{ask(screen._cg_display_id):X}" for ask in asked)))


def _edid_on_windows(name: str) -> bytes:
    r"""What the registry keeps of the monitor on \\.\DISPLAY1. Raises OSError and ValueError."""
    if sys.platform != "win32":
        raise OSError("there is no registry")
    import ctypes
    import winreg

    from pyglet.libs.win32.types import DISPLAY_DEVICEW

    device = DISPLAY_DEVICEW()
    device.cb = ctypes.sizeof(device)
    interface_name = 1
    ctypes.windll.user32.EnumDisplayDevicesW(name, 0, ctypes.byref(device), interface_name)
    _, model, instance, _ = str(device.DeviceID).split("#")  # \\?\DISPLAY#SEC1234#5&10a58962&0&UID4353#{...}
    key = rf"SYSTEM\CurrentControlSet\Enum\DISPLAY\{model}\{instance}\Device Parameters"
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as opened:
        return bytes(winreg.QueryValueEx(opened, "EDID")[0])
