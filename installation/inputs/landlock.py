"""Landlock, Linux' own sandbox of files and TCP ports (since 5.13; ports since 6.7), without a package. For `seal` only.

Numbers are those of linux/landlock.h; the three system calls have the same number on every machine.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Sequence
from pathlib import Path

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_BENEATH, _NET_PORT = 1, 2
_EXECUTE, _WRITE_FILE = 1 << 0, 1 << 1
_REMOVE_AND_MAKE = sum(1 << bit for bit in range(4, 13))
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_BIND, _CONNECT = 1 << 0, 1 << 1
_O_PATH = 0x200000


def restrict(library: ctypes.CDLL, devices: Sequence[Path], port: int | None) -> tuple[bool, bool]:
    """No writing but to `devices`, no programs, no TCP but connections to `port`. Says what the kernel took: files, TCP.

    Needs PR_SET_NO_NEW_PRIVS, and holds for this thread and those that it starts.
    """
    version = int(library.syscall(_CREATE, None, 0, 1))
    if version < 1:
        return False, False
    files = _EXECUTE | _WRITE_FILE | _REMOVE_AND_MAKE
    files |= (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    files |= _IOCTL_DEVICE if version >= 5 else 0
    ports = _BIND | _CONNECT if version >= 4 else 0
    about = struct.pack("=QQ", files, ports)[: 16 if version >= 4 else 8]
    rules = int(library.syscall(_CREATE, about, ctypes.c_size_t(len(about)), 0))
    if rules < 0:
        return False, False
    try:
        for device in devices:
            allowed = _WRITE_FILE | (_IOCTL_DEVICE if version >= 5 else 0)
            opened = os.open(device, _O_PATH | os.O_CLOEXEC)
            try:
                library.syscall(_ADD_RULE, rules, _BENEATH, struct.pack("=Qi", allowed, opened), 0)
            finally:
                os.close(opened)
        if port is not None and ports:
            library.syscall(_ADD_RULE, rules, _NET_PORT, struct.pack("=QQ", _CONNECT, port), 0)
        held = int(library.syscall(_RESTRICT, rules, 0)) == 0
    finally:
        os.close(rules)
    return held, held and bool(ports)
