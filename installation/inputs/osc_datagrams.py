"""Takes datagrams from a socket that doesn't block: on Linux dozens with one call of the system, elsewhere one by one.

One call for many costs a third of one for each, and it doesn't give Python's lock away between two of them: where another thread
wants that lock, each time might cost the frame milliseconds. Called by `inputs.osc`.
"""

from __future__ import annotations

import ctypes
import errno
import socket
import struct
import sys
from collections import deque
from typing import Any, TypeAlias

from installation.inputs.osc_decode import MAX_PACKET

Sender: TypeAlias = tuple[Any, ...]

AT_ONCE = 64
"""Most datagrams that are handed over at once."""
SMALL = 256
"""Bytes of a datagram that costs little to read; a larger one is the last of those that are handed over at once."""
MOST_SENDERS = 1024
"""Senders whose addresses are remembered."""
ADDRESS = 28
"""Bytes of the longest address: that of IPv6."""


class Datagrams:
    """Hands over what has arrived, in its order. Remembers what was read with the rest and has not been handed over yet."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._rest: deque[tuple[bytes, Sender]] = deque()
        self._many = Many.of(link)

    def take(self, most: int) -> tuple[list[bytes], list[Sender]]:
        """The next datagrams and who sent each: at most so many; none when no more have arrived. Never blocks, never raises."""
        most = min(most, AT_ONCE)
        if self._many is not None and not self._rest:
            try:
                packets, senders = self._many.receive(most)
            except OSError:  # the system has changed its mind: one by one, then
                self._many = None
                return self.take(most)
            if not packets or len(max(packets, key=len)) <= SMALL:
                return packets, senders
            self._rest.extend(zip(packets, senders, strict=True))
        packets, senders = [], []
        for _ in range(most if self._many is None else min(most, len(self._rest))):
            try:
                packet, sender = self._rest.popleft() if self._rest else self._link.recvfrom(MAX_PACKET + 1)
            except BlockingIOError:
                break
            except OSError:
                continue  # Windows reports that an earlier reply found nobody; the next packet is fine
            packets.append(packet)
            senders.append(sender)
            if len(packet) > SMALL:
                break
        return packets, senders


class _Piece(ctypes.Structure):
    """`struct iovec`."""

    _fields_ = (("at", ctypes.c_void_p), ("size", ctypes.c_size_t))


class _Head(ctypes.Structure):
    """`struct msghdr`."""

    _fields_ = (
        ("name", ctypes.c_void_p), ("name_size", ctypes.c_uint32), ("pieces", ctypes.c_void_p), ("count", ctypes.c_size_t),
        ("control", ctypes.c_void_p), ("control_size", ctypes.c_size_t), ("flags", ctypes.c_int),
    )  # fmt: skip


class _Datagram(ctypes.Structure):
    """`struct mmsghdr`."""

    _fields_ = (("head", _Head), ("size", ctypes.c_uint32))


class Many:
    """Linux's `recvmmsg` (man 2 recvmmsg), with the memory that it writes to: for each datagram a small piece, where most find
    room, and a large one for the rest, which takes no memory before it is needed."""

    def __init__(self, link: socket.socket, call: Any) -> None:
        self._handle, self._family, self._call = link.fileno(), link.family, call
        self._small = ctypes.create_string_buffer(AT_ONCE * SMALL)
        self._large = (ctypes.c_char * (AT_ONCE * (MAX_PACKET + 1 - SMALL)))()
        self._names = ctypes.create_string_buffer(AT_ONCE * ADDRESS)
        self._pieces = (_Piece * (2 * AT_ONCE))()
        self._asked = (_Datagram * AT_ONCE)()
        starts = (ctypes.addressof(self._small), SMALL), (ctypes.addressof(self._large), MAX_PACKET + 1 - SMALL)
        for n, asked in enumerate(self._asked):
            for half, (start, size) in enumerate(starts):
                self._pieces[2 * n + half] = _Piece(start + n * size, size)
            asked.head.name, asked.head.name_size = ctypes.addressof(self._names) + n * ADDRESS, ADDRESS
            asked.head.pieces, asked.head.count = ctypes.addressof(self._pieces) + 2 * n * ctypes.sizeof(_Piece), 2
        step = ctypes.sizeof(_Datagram) // 4
        self._sizes = memoryview(self._asked).cast("B").cast("I")[_Datagram.size.offset // 4 :: step]
        self._bytes, self._of = memoryview(self._small).cast("B"), memoryview(self._names).cast("B")
        self._starts = range(0, AT_ONCE * SMALL, SMALL)
        self._known: dict[bytes, Sender] = {}

    @classmethod
    def of(cls, link: socket.socket) -> Many | None:
        """None where the system has no such call, or doesn't allow it."""
        if sys.platform != "linux" or link.family not in (socket.AF_INET, socket.AF_INET6):
            return None
        try:
            call = ctypes.PyDLL(None, use_errno=True).recvmmsg  # which keeps Python's lock
        except (OSError, AttributeError):
            return None
        return cls(link, call) if call(link.fileno(), None, 0, socket.MSG_DONTWAIT, None) >= 0 else None

    def receive(self, most: int) -> tuple[list[bytes], list[Sender]]:
        count = self._call(self._handle, self._asked, most, socket.MSG_DONTWAIT, None)
        if count <= 0:
            error = ctypes.get_errno() if count < 0 else 0
            if error not in (0, errno.EAGAIN, errno.EINTR):
                raise OSError(error, "recvmmsg")
            return [], []
        sizes = self._sizes[:count].tolist()
        whole = self._bytes[: count * SMALL].tobytes()
        packets = [whole[at : at + size] for at, size in zip(self._starts, sizes, strict=False)]
        for n, size in enumerate(sizes):
            if size > SMALL:
                packets[n] = whole[n * SMALL : (n + 1) * SMALL] + self._overhang(n, size - SMALL)
        names = self._of[: count * ADDRESS].tobytes()
        first = names[:ADDRESS]
        if names == first * count:  # one sender, mostly
            return packets, [self._sender(first)] * count
        return packets, [self._sender(names[at : at + ADDRESS]) for at in range(0, len(names), ADDRESS)]

    def _overhang(self, n: int, size: int) -> bytes:
        return ctypes.string_at(ctypes.addressof(self._large) + n * (MAX_PACKET + 1 - SMALL), size)

    def _sender(self, name: bytes) -> Sender:
        """As `recvfrom` tells it, from `struct sockaddr_in` or `sockaddr_in6`."""
        known = self._known.get(name)
        if known is None:
            if len(self._known) >= MOST_SENDERS:
                self._known.clear()
            (port,) = struct.unpack_from(">H", name, 2)
            if self._family == socket.AF_INET:
                known = socket.inet_ntop(socket.AF_INET, name[4:8]), port
            else:
                (flow,), (scope,) = struct.unpack_from(">I", name, 4), struct.unpack_from("=I", name, 24)
                known = socket.inet_ntop(socket.AF_INET6, name[8:24]), port, flow & 0xFFFFF, scope
            self._known[name] = known
        return known
