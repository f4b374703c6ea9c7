"""OSC over UDP and TCP: non-blocking sockets, drained at the frame's start and between two frames, with no thread.

A callback from another thread must win Python's lock for each message and loses at a few thousand a second;
draining in the frame takes a hundred thousand and never makes the sender wait. What arrives (`osc_datagrams`)
is decoded strictly (`osc_decode`), of values that stream only the newest (`osc_newest`); what is malformed, or
comes from a machine that is not to be heard, is counted and forgotten. Messages of bundles dated ahead wait in
a small queue (`osc_later`). Nothing here knows what an address means. Called by the engine; `osc_ask` is the
command line's side.
"""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Callable, Sequence
from typing import Any

from installation.clock import now as clock_now
from installation.clock import wall_time, worked_here
from installation.errors import DeviceError
from installation.inputs.osc_ask import ask, resolve, send
from installation.inputs.osc_datagrams import Datagrams
from installation.inputs.osc_decode import Decoder, OscError, OscMessage, decode
from installation.inputs.osc_later import MAX_AHEAD, MAX_SCHEDULED, NTP_1970, NTP_ERA, Later
from installation.inputs.osc_match import match
from installation.inputs.osc_newest import Newest, Voids
from installation.inputs.osc_tcp import OscTcp, Peer
from installation.networks import Networks
from installation.osc_wire import encode

__all__ = [
    "MAX_AHEAD", "MAX_SCHEDULED", "NTP_1970", "NTP_ERA",
    "OscError", "OscMessage", "OscReceiver", "ask", "decode", "match", "send",
]  # fmt: skip

A_FRAME = 16_000
"""Most packets, and about most messages, taken in one frame; the rest waits in the kernel's buffer."""

A_MOMENT, SHARE, LONGEST = 0.004, 0.25, 0.1
"""Seconds of work that reading may cost in one frame, or this share of the time since the last, but never more than so many:
packets that are dear to read can't hold the frame up, and where frames are slow, or the machine is busy with other things,
reading keeps pace."""

RECEIVE_BUFFER = 4 * 1024 * 1024
SO_MEMINFO, MEMINFO_DROPS = 55, 32
"""Linux: the option that tells a socket's memory, and where in it the count of dropped packets stands (linux/sock_diag.h)."""
FREE_PORTS = 8
"""How often a port is looked for that is free for both UDP and TCP."""


class OscReceiver:
    """The sockets. Remembers, from frame to frame, parsed headers, the scheduled messages and its counters."""

    def __init__(
        self,
        host: str,
        port: int,
        wall: Callable[[], float] = wall_time,
        *,
        tcp: bool = False,
        allow: Sequence[str] = (),
        time_tags: bool = True,
    ) -> None:
        """Opens the port; 0 takes a free one (see `.port`). Raises DeviceError when it can't be had.

        `tcp`: the same port over TCP, too; where only that can't be had, `tcp_problem` says why. `allow`: machines and
        networks that are heard; none named: all. Without `time_tags` what is dated ahead is done at once.
        """
        self._allowed = Networks(allow) if allow else None
        self._tcp: OscTcp | None = None
        self.tcp_problem: DeviceError | None = None
        self._socket, self.host = _bind(host, port)
        self.port: int = self._socket.getsockname()[1]
        if tcp:
            self._listen(port)
        self.buffer_bytes: int = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        """What the kernel gave of the 4 MiB asked for (Linux reports twice the usable size)."""
        self.counters = dict.fromkeys(
            (
                "packets", "messages", "coalesced", "malformed", "oversized", "foreign", "dropped", "scheduled", "late",
                "replies", "unsent",
            ),
            0,
        )  # fmt: skip
        self._datagrams = Datagrams(self._socket)
        self._decoder = Decoder()
        self._later = Later(wall) if time_tags else None
        self._gathered: list[OscMessage] = []
        """What was read between two frames."""
        self._closed = False
        self._drained = clock_now()

    def _listen(self, port: int) -> None:
        """The TCP port: the same number. Where any free port is wanted, one that is free for both."""
        for _ in range(FREE_PORTS if port == 0 else 1):
            try:
                self._tcp = OscTcp(self.host, self.port, self._allowed)
                self.tcp_problem = None
                return
            except OSError as error:
                self.tcp_problem = _refused(self.host, self.port, error, "tcp")
            if port == 0:
                taken = self._socket
                self._socket, _ = _bind(self.host, 0)
                taken.close()
                self.port = self._socket.getsockname()[1]

    def drain(self, limit: int = A_FRAME, now: float | None = None, voids: Voids | None = None) -> list[OscMessage]:
        """What has arrived since the last frame, in order; before it, what was scheduled and is due by now.

        `now` is `clock.now()`. Values that a newer one makes void, as `voids` says of it, are counted and left out. Never
        blocks, never raises for what came in.
        """
        moment = clock_now() if now is None else now
        arrived: list[OscMessage] = []
        if self._closed:
            return arrived
        if self._later is not None and self._later.waiting:
            arrived += self._later.due(moment)
        arrived += self._gathered
        self._gathered = []
        began = clock_now()
        until = worked_here() + min(max(A_MOMENT, (began - self._drained) * SHARE), LONGEST)
        self._drained = began
        self._take_udp(arrived, limit, moment, voids, until)
        if self._tcp is not None:
            self._take_tcp(self._tcp, arrived, limit, moment, until + A_MOMENT)
        self.counters["messages"] += len(arrived)
        return arrived

    def gather(self, voids: Voids | None = None) -> None:
        """Between two frames: reads what has come until now, so that the next has less to read. `drain` hands it over."""
        if not self._closed:
            self._take_udp(self._gathered, A_FRAME, clock_now(), voids, worked_here() + A_MOMENT)

    def _take_udp(
        self, arrived: list[OscMessage], limit: int, moment: float, voids: Voids | None, until: float
    ) -> None:
        """What has come over UDP."""
        newest = Newest(self._decoder, voids, lambda messages: self._dated(messages, moment), arrived)
        packets = 0
        while packets < limit and len(arrived) < limit:
            taken, senders = self._datagrams.take(limit - packets)
            if not taken:
                break
            packets += len(taken)
            if self._allowed is not None:
                heard = [n for n, sender in enumerate(senders) if sender[0] in self._allowed]
                self.counters["foreign"] += len(taken) - len(heard)
                taken, senders = [taken[n] for n in heard], [senders[n] for n in heard]
            newest.read(taken, senders)
            if worked_here() > until:
                break
        newest.end()
        self.counters["packets"] += packets
        self.counters["malformed"] += newest.malformed
        self.counters["coalesced"] += newest.coalesced
        self.counters["messages"] += newest.coalesced

    def _take_tcp(self, tcp: OscTcp, arrived: list[OscMessage], limit: int, moment: float, until: float) -> None:
        """What has come over TCP."""
        count = 0
        for packet, peer in tcp.take(moment):
            count += 1
            try:
                messages = self._decoder.decode(packet, peer)
            except OscError:
                self.counters["malformed"] += 1
                tcp.unreadable(peer)
            else:
                arrived += self._dated(messages, moment)
            if count >= limit or len(arrived) >= limit or worked_here() > until:
                break
        self.counters["packets"] += count

    def _dated(self, messages: list[OscMessage], moment: float) -> list[OscMessage]:
        """What is due at once; what is dated ahead is kept for its time."""
        if self._later is None or all(message.due is None for message in messages):
            return messages
        return self._later.put(messages, moment, self.counters)

    @property
    def waiting(self) -> int:
        """Messages that are scheduled and not yet due."""
        return self._later.waiting if self._later else 0

    def status(self) -> dict[str, object]:
        """Where it listens, and what it has counted."""
        told: dict[str, object] = {"host": self.host, "port": self.port, "tcp": self._tcp is not None, **self.counters}
        if self._tcp is not None:
            counted = self._tcp.counters
            told["oversized"] = self.counters["oversized"] + counted["oversized"]
            told["foreign"] = self.counters["foreign"] + counted["foreign"]
            told |= {"tcp_clients": self._tcp.clients}
            told |= {f"tcp_{name}": counted[name] for name in ("accepted", "refused", "dropped")}
        told["overflowed"] = _overflowed(self._socket)
        if self._later is not None and self._later.ahead:
            told["clock_ahead_s"] = round(self._later.ahead, 1)
        return told

    def reply(self, sender: tuple[Any, ...] | None, address: str, *args: object) -> bool:
        """Sends one message to a sender. Never raises, never blocks; False (and counted) when it couldn't
        go."""
        try:
            packet = encode(address, args)
        except (ValueError, TypeError):
            self.counters["unsent"] += 1
            return False
        return self.send(sender, packet)

    def send(self, sender: tuple[Any, ...] | None, packet: bytes) -> bool:
        """As `reply`, for a message that is encoded already."""
        try:
            if sender is None:
                raise ValueError("nobody to reply to")
            if isinstance(sender, Peer):
                sent = self._tcp is not None and self._tcp.send(sender, packet)
            else:
                sent = self._socket.sendto(packet, sender) > 0
        except (OSError, ValueError, TypeError, OverflowError):
            sent = False
        self.counters["replies" if sent else "unsent"] += 1
        return sent

    def has(self, sender: tuple[Any, ...]) -> bool:
        """Whether a sender is to be reached here: over UDP any address, over TCP a connection that has not ended."""
        if isinstance(sender, Peer):
            return self._tcp is not None and self._tcp.connected(sender)
        return type(sender) is tuple

    def close(self) -> None:
        """Gives the ports back. Safe to call twice."""
        self._closed = True
        self._gathered.clear()
        if self._later is not None:
            self._later.clear()
        if self._tcp is not None:
            self._tcp.close()
        self._socket.close()

    def __enter__(self) -> OscReceiver:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _overflowed(link: socket.socket) -> int:
    """How many packets the kernel had no room for, because nobody read for too long; 0 where it doesn't tell."""
    if sys.platform != "linux":
        return 0
    try:
        told = link.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 64)
        return int.from_bytes(told[MEMINFO_DROPS : MEMINFO_DROPS + 4], sys.byteorder)
    except OSError:
        return 0


def _bind(host: str, port: int) -> tuple[socket.socket, str]:
    if not 0 <= port <= 65535:
        raise DeviceError(f"OSC: {port} is not a port", hint="expected 0 to 65535; 0 picks a free one")
    family, address = resolve(host, port)
    link = socket.socket(family, socket.SOCK_DGRAM)
    try:
        link.setblocking(False)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        link.bind(address)  # without SO_REUSEADDR, which on Linux lets two programs share, and one starve
    except OSError as error:
        link.close()
        raise _refused(host, port, error) from None
    return link, host


def _refused(host: str, port: int, error: OSError, kind: str = "udp") -> DeviceError:
    other = "--osc-port N, or `osc: {port: N}` in the site file; 0 picks a free one"
    if kind == "tcp":
        holder = _holder(port, kind)
        return DeviceError(
            f"OSC: port {port} on {host} can't be had over TCP{f': {holder} has it' if holder else f' ({error})'}",
            hint=f"UDP works; choose another port, or none over TCP: `osc: {{tcp: false}}`, {other}",
        )
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


def _holder(port: int, kind: str = "udp") -> str:
    """The program that holds a port, as `name (process 123)`; "" when the system doesn't tell."""
    import psutil

    try:
        for link in psutil.net_connections(kind=kind):
            if link.laddr and link.laddr.port == port and link.pid:
                return f"{psutil.Process(link.pid).name()} (process {link.pid})"
    except (psutil.Error, OSError):
        pass  # another user's process: the hint says what to try all the same
    return ""
