"""Sends OSC to other gear: lights, sound, desks, by the names that the site gives them. Never waits, in the frame or for anybody.

UDP to a numeric address goes out at once. Names are looked up, and TCP connections made and kept, by a thread of its own;
what is to be sent meanwhile waits in a bounded queue, in order, and is dropped, and counted, when it is full. What a machine
doesn't take is told in the status; the next message is tried again. Called by the engine: by cues, and for what controllers
are told.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from installation.clock import now
from installation.errors import CommandError, did_you_mean
from installation.mailbox import Worker
from installation.osc_wire import Framing, encode, framed

MOST_QUEUED = 512
"""Messages that wait for a machine that isn't there yet."""
PATIENCE = 2.0
"""Seconds for a connection, and for a stream to be taken."""
AGAIN = 2.0
"""Seconds until a machine that could not be had is tried again."""
Protocol: TypeAlias = Literal["udp", "tcp", "tcp-length"]


@dataclass
class Machine:
    """A machine that is sent to, and how that goes."""

    name: str
    host: str
    port: int
    protocol: Protocol = "udp"
    sent: int = 0
    unsent: int = 0
    problem: str = ""
    link: socket.socket | None = field(default=None, repr=False)
    queue: deque[bytes] = field(default_factory=deque, repr=False)
    tried: float = -AGAIN

    @property
    def framing(self) -> Framing | None:
        """How packets lie in its stream; None for UDP."""
        return None if self.protocol == "udp" else "length" if self.protocol == "tcp-length" else "slip"


class OscSender:
    """Remembers the machines, their sockets, and what waits for each."""

    def __init__(self, machines: Iterable[Machine]) -> None:
        self.machines: Mapping[str, Machine] = {machine.name: machine for machine in machines}
        self._wake = threading.Event()
        self._lock = threading.Lock()
        """Held for a moment to append or take a message: never while anything is sent or looked up."""
        self._worker: Worker | None = None
        for machine in self.machines.values():
            if machine.protocol == "udp" and _numeric(machine.host):
                self._open_udp(machine)
        if any(machine.link is None for machine in self.machines.values()):
            self._worker = Worker("OSC sender", self._run)
            self._worker.start()

    def __call__(self, action: Any) -> None:
        """Sends what a cue says (`show.actions.OscAction`). Raises CommandError where it can't."""
        message = action.message
        if message.to not in self.machines:
            raise CommandError(
                f'osc: no machine is called "{message.to}"',
                hint=did_you_mean(message.to, self.machines, label="in the site file")
                or "name it in the site file: osc: {controllers: {" + message.to + ": {host: ..., port: ...}}}",
            )
        try:
            packet = encode(message.address, message.args)
        except (ValueError, TypeError) as error:
            raise CommandError(f"osc: {error}") from None
        if not self.push(message.to, packet):
            machine = self.machines[message.to]
            raise CommandError(f"osc: {machine.name} can't be reached: {machine.problem or 'too much waits for it'}")

    def push(self, name: str, packet: bytes) -> bool:
        """Sends a packet to a machine, or queues it; False when it had to be dropped."""
        machine = self.machines.get(name)
        if machine is None:
            return False
        if machine.protocol == "udp" and machine.link is not None and not machine.queue:
            return self._send_udp(machine, packet)
        with self._lock:
            room = len(machine.queue) < MOST_QUEUED
            if room:
                machine.queue.append(packet)
            else:
                machine.unsent += 1
        self._wake.set()
        return room

    def status(self) -> dict[str, object]:
        """How sending goes, machine by machine."""
        return {
            machine.name: {
                "to": f"{machine.protocol} {machine.host}:{machine.port}",
                "sent": machine.sent,
                "unsent": machine.unsent,
                "waiting": len(machine.queue),
                "problem": machine.problem,
            }
            for machine in self.machines.values()
        }

    def _open_udp(self, machine: Machine) -> None:
        try:
            family, kind, _, _, address = socket.getaddrinfo(machine.host, machine.port, type=socket.SOCK_DGRAM)[0]
            link = socket.socket(family, kind)
            link.setblocking(False)
            link.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            link.connect(address)  # connected, the system tells when nobody listens there
            machine.link, machine.problem = link, ""
        except (OSError, UnicodeError) as error:
            machine.problem = str(error)

    def _send_udp(self, machine: Machine, packet: bytes) -> bool:
        """Sends at once. That nobody listened to the one before is told, and this one is sent all the same."""
        assert machine.link is not None
        for attempt in (0, 1):
            try:
                machine.link.send(packet)
            except ConnectionRefusedError:
                machine.problem = "nobody listens there"
                machine.unsent += 1
                if attempt:
                    return False
                machine.sent -= 1
            except OSError as error:
                machine.problem = str(error)
                machine.unsent += 1
                return False
            else:
                if not attempt:
                    machine.problem = ""
                break
        machine.sent += 1
        return True

    # -- the thread ------------------------------------------------------------------------------------------------------

    def _run(self, worker: Worker) -> None:
        while not worker.stopping():
            worker.beat()
            self._wake.wait(0.5)
            self._wake.clear()
            for machine in self.machines.values():
                if machine.queue and not worker.stopping():
                    self._serve(machine)

    def _serve(self, machine: Machine) -> None:
        """Sends what waits for one machine; connects to it first."""
        if machine.link is None:
            if now() - machine.tried < AGAIN:
                return
            machine.tried = now()
            if machine.protocol == "udp":
                self._open_udp(machine)
            else:
                self._connect(machine)
            if machine.link is None:
                self._forsake(machine)
                return
        while machine.queue:
            packet = machine.queue[0]
            if machine.protocol == "udp":
                self._send_udp(machine, packet)
            elif not self._send_tcp(machine, packet):
                return
            with self._lock:
                machine.queue.popleft()

    def _connect(self, machine: Machine) -> None:
        try:
            machine.link = socket.create_connection((machine.host, machine.port), PATIENCE)
            machine.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            machine.problem = ""
        except (OSError, UnicodeError) as error:
            machine.problem = str(error)

    def _send_tcp(self, machine: Machine, packet: bytes) -> bool:
        """False when the connection has ended: the message stays, for the next one."""
        assert machine.link is not None and machine.framing is not None
        try:
            _read_away(machine.link)
            machine.link.sendall(framed(packet, machine.framing))
        except OSError as error:
            machine.problem = str(error)
            machine.link.close()
            machine.link = None
            self._wake.set()
            return False
        machine.sent += 1
        return True

    def _forsake(self, machine: Machine) -> None:
        """Drops what waits for a machine that isn't there: a GO of the lights that comes a minute late is worse than none."""
        with self._lock:
            machine.unsent += len(machine.queue)
            machine.queue.clear()

    def close(self) -> None:
        """Ends the thread and the connections. Safe to call twice."""
        if self._worker is not None:
            self._worker.stop()
            self._wake.set()
            self._worker.close(PATIENCE + 1.0)
        for machine in self.machines.values():
            if machine.link is not None:
                machine.link.close()
                machine.link = None


def _read_away(link: socket.socket) -> None:
    """Takes what the other side answers, which nobody reads. Raises OSError when it has ended the connection."""
    link.setblocking(False)
    try:
        while True:
            if not link.recv(65_536):
                raise ConnectionResetError("it has ended the connection")
    except BlockingIOError:
        pass
    finally:
        link.settimeout(PATIENCE)


def _numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
