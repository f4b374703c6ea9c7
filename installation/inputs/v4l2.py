"""What a Linux camera can do, and its locks, straight from the kernel's video interface: no package needed.

Layouts and numbers are those of linux/videodev2.h. Every function takes the `ioctl` to call, so that a test can stand
in for a camera. A driver may hang in any of them: for a process of its own only.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from installation.errors import did_you_mean
from installation.inputs.settings import Settings

Ioctl = Callable[[int, int, Any], Any]

_FORMATS = 1  # V4L2_BUF_TYPE_VIDEO_CAPTURE
_DISCRETE = 1
_DISABLED, _READ_ONLY, _NEXT = 0x1, 0x4, 0x80000000
_EXPOSURE_AUTO, _EXPOSURE = 0x009A0901, 0x009A0902
_AUTO_WHITE, _WHITE = 0x0098090C, 0x0098091A
_MANUAL, _APERTURE_PRIORITY, _FULLY_AUTO = 1, 3, 0
MOST = 64
"""Formats, sizes, rates or controls of a camera that are looked at, so that no driver keeps us counting."""


def _number(write: bool, index: int, size: int) -> int:
    return ((3 if write else 2) << 30) | (size << 16) | (ord("V") << 8) | index


QUERY = _number(False, 0, 104)
ENUMERATE_FORMATS = _number(True, 2, 64)
ENUMERATE_SIZES = _number(True, 74, 44)
ENUMERATE_RATES = _number(True, 75, 52)
QUERY_CONTROL = _number(True, 36, 68)
GET_CONTROL = _number(True, 27, 8)
SET_CONTROL = _number(True, 28, 8)


@dataclass(frozen=True, slots=True)
class Size:
    """A picture size, and its rates in pictures a second, fastest first."""

    width: int
    height: int
    rates: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Format:
    fourcc: str
    sizes: tuple[Size, ...]


@dataclass(frozen=True, slots=True)
class Control:
    """Something that can be set; `name` is what a site file calls it."""

    number: int
    name: str
    low: int
    high: int
    step: int
    default: int
    value: int


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a camera says that it can do."""

    card: str
    bus: str
    formats: tuple[Format, ...]
    controls: tuple[Control, ...]


def describe(path: Path, ioctl: Ioctl | None = None) -> Abilities:
    """Asks a camera. Raises OSError when it can't be opened, or is none."""
    ask = ioctl or _ioctl()
    opened = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        about = ask(opened, QUERY, bytes(104))
        formats = tuple(Format(_fourcc(code), tuple(_sizes(ask, opened, code))) for code in _formats(ask, opened))
        return Abilities(_text(about[16:48]), _text(about[48:80]), formats, tuple(_controls(ask, opened)))
    finally:
        os.close(opened)


def lock(path: Path, settings: Settings, ioctl: Ioctl | None = None) -> list[str]:
    """Sets exposure, white balance and other controls, and reads them back. Returns what was refused, as sentences."""
    if settings.exposure is None and settings.white_balance is None and not settings.controls:
        return []
    ask = ioctl or _ioctl()
    try:
        opened = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError as error:
        return settings.not_here(str(error.strerror))
    try:
        there = {control.number: control for control in _controls(ask, opened)}
        named = {control.name: control for control in there.values()}
        said = []
        if settings.exposure == "auto":
            said += _set(ask, opened, there, "exposure: auto", _EXPOSURE_AUTO, _APERTURE_PRIORITY, _FULLY_AUTO)
        elif settings.exposure is not None:
            said += _set(ask, opened, there, "exposure: manual", _EXPOSURE_AUTO, _MANUAL)
            said += _set(
                ask, opened, there, f"exposure {settings.exposure:g} ms", _EXPOSURE, round(settings.exposure * 10)
            )
        if settings.white_balance == "auto":
            said += _set(ask, opened, there, "white_balance: auto", _AUTO_WHITE, 1)
        elif settings.white_balance is not None:
            said += _set(ask, opened, there, "white_balance: manual", _AUTO_WHITE, 0)
            said += _set(
                ask, opened, there, f"white_balance {settings.white_balance:g} K", _WHITE, round(settings.white_balance)
            )
        for name, value in settings.controls.items():
            control = named.get(name)
            if control is None:
                said.append(f"it has no control {name}. {did_you_mean(name, named, label='it has')}".rstrip(". "))
            else:
                said += _set(ask, opened, there, f"{name} {value:g}", control.number, round(value))
        return said
    finally:
        os.close(opened)


def _set(ask: Ioctl, opened: int, there: dict[int, Control], what: str, number: int, *values: int) -> list[str]:
    """Tries the values in turn until one is taken; what it is instead, if none was."""
    control = there.get(number)
    if control is None:
        return [f"{what} can't be set: the camera has no such control"]
    found = control.value
    for value in values:
        if not control.low <= value <= control.high:
            continue
        try:
            ask(opened, SET_CONTROL, struct.pack("=Ii", number, value))
            found = struct.unpack("=Ii", ask(opened, GET_CONTROL, struct.pack("=Ii", number, 0)))[1]
        except OSError:
            continue
        if abs(found - value) <= control.step // 2:
            return []
    return [f"{what} was not taken: {control.name} is {found} ({control.low} to {control.high})"]


def _formats(ask: Ioctl, opened: int) -> Iterator[int]:
    for index in range(MOST):
        try:
            found = ask(opened, ENUMERATE_FORMATS, struct.pack("=II56x", index, _FORMATS))
        except OSError:
            return
        yield struct.unpack_from("=I", found, 44)[0]


def _sizes(ask: Ioctl, opened: int, code: int) -> Iterator[Size]:
    for index in range(MOST):
        try:
            found = ask(opened, ENUMERATE_SIZES, struct.pack("=II36x", index, code))
        except OSError:
            return
        kind, *sizes = struct.unpack_from("=I6I", found, 8)
        # A range of sizes: least and most in turn, so width least, most, step, then height.
        width, height = (sizes[0], sizes[1]) if kind == _DISCRETE else (sizes[1], sizes[4])
        yield Size(width, height, tuple(_rates(ask, opened, code, width, height)))
        if kind != _DISCRETE:
            return


def _rates(ask: Ioctl, opened: int, code: int, width: int, height: int) -> Iterator[float]:
    for index in range(MOST):
        try:
            found = ask(opened, ENUMERATE_RATES, struct.pack("=4I36x", index, code, width, height))
        except OSError:
            return
        kind, over, under = struct.unpack_from("=III", found, 16)
        if over:
            yield round(under / over, 2)
        if kind != _DISCRETE:
            return


def _controls(ask: Ioctl, opened: int) -> Iterator[Control]:
    number = 0
    for _ in range(MOST):
        try:
            found = ask(opened, QUERY_CONTROL, struct.pack("=I64x", number | _NEXT))
        except OSError:
            return
        number, kind = struct.unpack_from("=II", found)
        low, high, step, default, flags = struct.unpack_from("=4iI", found, 40)
        if kind > 3 or flags & (_DISABLED | _READ_ONLY):  # neither a number, a switch nor a menu
            continue
        try:
            value = struct.unpack("=Ii", ask(opened, GET_CONTROL, struct.pack("=Ii", number, 0)))[1]
        except OSError:
            value = default
        yield Control(number, named(_text(found[8:40])), low, high, step, default, value)


def named(text: str) -> str:
    """A control's name as v4l2-ctl and a site file write it: Exposure Time, Absolute is exposure_time_absolute."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _ioctl() -> Ioctl:
    import fcntl

    return fcntl.ioctl


def _fourcc(code: int) -> str:
    return struct.pack("=I", code & 0x7FFFFFFF).decode("latin-1").strip()


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode(errors="replace").strip()
