"""OSC over UDP: one non-blocking socket, drained at the frame's start, with no thread.

A callback from another thread must win Python's lock for each message and loses at a few thousand a second;
draining in the frame takes tens of thousands and never makes the sender wait. What arrives is decoded
strictly (`osc_decode`); what is malformed is counted and forgotten. Messages of bundles dated ahead wait in
a small queue. Nothing here knows what an address means. Called by the engine; `send` and `ask` by the
command line.
"""

from __future__ import annotations

import errno
import heapq
import math
import socket
from collections.abc import Callable
from typing import Any

from installation.clock import now as clock_now
from installation.clock import wall_time
from installation.errors import CommandError, DeviceError
from installation.inputs.osc_decode import MAX_PACKET, Decoder, OscError, OscMessage, decode
from installation.inputs.osc_match import match

__all__ = ["OscError", "OscMessage", "OscReceiver", "ask", "decode", "match", "send"]

A_FRAME = 2000
"""Most packets, and about most messages, taken in one frame; the rest waits in the kernel's buffer."""

RECEIVE_BUFFER = 4 * 1024 * 1024
MAX_AHEAD = 10.0
"""Seconds. A bundle dated further ahead is dropped: it is a wrong clock, or somebody filling the memory."""

MAX_SCHEDULED = 4096
NTP_1970 = 2_208_988_800
"""Seconds from 1900, where OSC time begins, to 1970."""

NTP_ERA = 2.0**32


class OscReceiver:
    """The socket. Remembers, from frame to frame, parsed headers, the scheduled messages and its counters."""

    def __init__(self, host: str, port: int, wall: Callable[[], float] = wall_time) -> None:
        """Opens the port; 0 takes a free one (see `.port`). Raises DeviceError when it can't be had."""
        self._socket, self.host = _bind(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.buffer_bytes: int = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        """What the kernel gave of the 4 MiB asked for (Linux reports twice the usable size)."""
        self.counters = dict.fromkeys(
            ("packets", "messages", "malformed", "dropped", "scheduled", "replies", "unsent"), 0
        )
        self._decoder = Decoder()
        self._later: list[tuple[float, int, OscMessage]] = []
        self._sequence = 0
        self._wall = wall
        self._closed = False
        _build("/warm", ())  # loads python-osc's builder now rather than in the frame of the first reply

    def drain(self, limit: int = A_FRAME, now: float | None = None) -> list[OscMessage]:
        """What has arrived since the last frame, in order; before it, what was scheduled and is due by now.

        `now` is `clock.now()`. Never blocks, never raises for what came in. Coalescing is left to the caller.
        """
        moment = clock_now() if now is None else now
        arrived: list[OscMessage] = []
        while self._later and self._later[0][0] <= moment:
            arrived.append(heapq.heappop(self._later)[2])
        packets = malformed = 0
        receive, read = self._socket.recvfrom, self._decoder.decode
        while packets < limit and len(arrived) < limit and not self._closed:
            try:
                packet, sender = receive(MAX_PACKET + 1)
            except BlockingIOError:
                break
            except OSError:
                packets += 1  # Windows reports that an earlier reply found nobody; the next packet is fine
                continue
            packets += 1
            try:
                messages = read(packet, sender)
            except OscError:
                malformed += 1
                continue
            if messages and (len(messages) > 1 or messages[0].due is not None):
                messages = self._schedule(messages, moment)
            arrived += messages
        self.counters["packets"] += packets
        self.counters["malformed"] += malformed
        self.counters["messages"] += len(arrived)
        return arrived

    def _schedule(self, messages: list[OscMessage], moment: float) -> list[OscMessage]:
        """Keeps what is dated ahead for later; gives back what is due at once."""
        at_once: list[OscMessage] = []
        later: list[tuple[float, OscMessage]] = []
        clock = (self._wall() + NTP_1970) % NTP_ERA
        for message in messages:
            ahead = 0.0 if message.due is None else _difference(message.due, clock)
            if ahead <= 0:
                at_once.append(message)
            elif ahead <= MAX_AHEAD:
                later.append((moment + ahead, message))
            else:
                self.counters["dropped"] += 1
        if len(self._later) + len(later) > MAX_SCHEDULED:
            self.counters["dropped"] += len(later)
            return at_once
        for due, message in later:
            self._sequence += 1
            heapq.heappush(self._later, (due, self._sequence, message))
        self.counters["scheduled"] += len(later)
        return at_once

    @property
    def waiting(self) -> int:
        """Messages that are scheduled and not yet due."""
        return len(self._later)

    def reply(self, sender: tuple[Any, ...] | None, address: str, *args: object) -> bool:
        """Sends one message to a sender. Never raises, never blocks; False (and counted) when it couldn't
        go."""
        try:
            if sender is None:
                raise ValueError("nobody to reply to")
            self._socket.sendto(_build(address, args), sender)
        except (OSError, ValueError, TypeError, OverflowError):
            self.counters["unsent"] += 1
            return False
        self.counters["replies"] += 1
        return True

    def close(self) -> None:
        """Gives the port back. Safe to call twice."""
        self._closed = True
        self._later.clear()
        self._socket.close()

    def __enter__(self) -> OscReceiver:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def send(host: str, port: int, address: str, *args: object) -> None:
    """Sends one message and doesn't wait. Raises DeviceError when it can't go, CommandError for a bad
    argument."""
    with _connect(host, port) as link:
        _send(link, host, port, address, args)


def ask(
    host: str, port: int, address: str, *args: object, timeout: float = 1.0, then: str = "", linger: float = 0.0
) -> tuple[object, ...] | None:
    """Sends one message and waits for `/reply...`: its arguments; None when none came in `timeout`
    seconds. `then` is a second address asked on the same socket: messages are carried out in order, so its
    reply says that the first one was, or was refused before it. After the reply it waits `linger` seconds for
    what a cue finds wrong when it runs, which is a moment later.

    Raises CommandError when the engine answers `/error address message hint`, DeviceError when nothing
    listens.
    """
    deadline = clock_now() + timeout
    reply: tuple[object, ...] | None = None
    with _connect(host, port) as link:
        _send(link, host, port, address, args)
        if then:
            _send(link, host, port, then, ())
        while (left := deadline - clock_now()) > 0:
            link.settimeout(left)
            try:
                messages = decode(link.recv(MAX_PACKET + 1))
            except TimeoutError:
                break
            except OscError:
                continue
            except OSError as error:
                raise _nobody(host, port, error) from None
            for message in messages:
                if message.address == "/error":
                    texts = [*map(str, message.args), "", "", ""]
                    raise CommandError(texts[1] or texts[0], hint=texts[2])
                if message.address.startswith("/reply") and reply is None:
                    reply = message.args
                    deadline = clock_now() + linger
    return reply


def _difference(due: float, clock: float) -> float:
    """Seconds from `clock` to `due`, both modulo an NTP era (the count wraps in February 2036)."""
    return (due - clock + NTP_ERA / 2) % NTP_ERA - NTP_ERA / 2


def _build(address: str, args: tuple[object, ...]) -> bytes:
    """One message's bytes. Raises ValueError or TypeError for what OSC can't carry."""
    from pythonosc.osc_message_builder import BuildError, OscMessageBuilder

    builder = OscMessageBuilder(_text(address))
    for arg in args:
        if isinstance(arg, float):
            # python-osc packs floats in 32 bits and fails on what doesn't fit
            fits = not math.isfinite(arg) or abs(arg) < 3.4e38
            builder.add_arg(arg, "f" if fits else "d")
        elif isinstance(arg, str):
            builder.add_arg(_text(arg))
        elif arg is None or isinstance(arg, bool | int | bytes):
            builder.add_arg(arg)
        else:
            raise TypeError(f"OSC can't carry {type(arg).__name__}")
    try:
        return bytes(builder.build().dgram)
    except BuildError as error:
        raise ValueError(str(error)) from None


def _text(given: str) -> str:
    """A zero byte would end an OSC string early and make what follows unreadable."""
    return given.replace("\0", " ")


def _resolve(host: str, port: int) -> tuple[int, tuple[Any, ...]]:
    """The socket family and address of a host. Raises DeviceError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError, OverflowError) as error:
        raise DeviceError(
            f'OSC: "{host}" is not a host that this machine knows ({error})',
            hint="expected an address such as 127.0.0.1 (this machine) or 0.0.0.0 (all its networks)",
        ) from None
    return found[0][0], found[0][4]


def _bind(host: str, port: int) -> tuple[socket.socket, str]:
    if not 0 <= port <= 65535:
        raise DeviceError(f"OSC: {port} is not a port", hint="expected 0 to 65535; 0 picks a free one")
    family, address = _resolve(host, port)
    link = socket.socket(family, socket.SOCK_DGRAM)
    try:
        link.setblocking(False)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        link.bind(address)  # without SO_REUSEADDR, which on Linux lets two programs share, and one starve
    except OSError as error:
        link.close()
        raise _refused(host, port, error) from None
    return link, host


def _refused(host: str, port: int, error: OSError) -> DeviceError:
    other = "--osc-port N, or `osc: {port: N}` in the site file; 0 picks a free one"
    if error.errno == errno.EADDRINUSE:
        holder = _holder(port)
        return DeviceError(
            f"OSC: port {port} on {host} is taken{f' by {holder}' if holder else ''}",
            hint=f"another engine or OSC program may still run: end it, or choose another port: {other}",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return DeviceError(f"OSC: port {port} needs special rights here", hint=f"choose one above 1023: {other}")
    if error.errno == errno.EADDRNOTAVAIL:
        return DeviceError(
            f"OSC: {host} is not an address of this machine",
            hint="expected 127.0.0.1 (only this machine), 0.0.0.0 (all its networks) or one of its addresses",
        )
    return DeviceError(f"OSC: port {port} on {host} can't be opened ({error})", hint=f"choose another: {other}")


def _holder(port: int) -> str:
    """The program that holds a UDP port, as `name (process 123)`; "" when the system doesn't tell."""
    import psutil

    try:
        for link in psutil.net_connections(kind="udp"):
            if link.laddr and link.laddr.port == port and link.pid:
                return f"{psutil.Process(link.pid).name()} (process {link.pid})"
    except (psutil.Error, OSError):
        pass  # another user's process: the hint says what to try all the same
    return ""


def _connect(host: str, port: int) -> socket.socket:
    """A connected socket, so that the system tells when nobody listens at the other end."""
    family, address = _resolve(host, port)
    link = socket.socket(family, socket.SOCK_DGRAM)
    try:
        link.connect(address)
    except OSError as error:
        link.close()
        raise _nobody(host, port, error) from None
    return link


def _send(link: socket.socket, host: str, port: int, address: str, args: tuple[object, ...]) -> None:
    try:
        packet = _build(address, args)
    except (ValueError, TypeError, OverflowError) as error:
        raise CommandError(f"{address} can't be sent: {error}") from None
    try:
        link.send(packet)
    except OSError as error:
        raise _nobody(host, port, error) from None


def _nobody(host: str, port: int, error: OSError) -> DeviceError:
    if isinstance(error, ConnectionRefusedError):
        return DeviceError(
            f"nothing listens for OSC on {host}, port {port}",
            hint="start the show with `installation run`, or name the port that it printed at its start",
        )
    return DeviceError(f"OSC can't be sent to {host}, port {port} ({error})")
