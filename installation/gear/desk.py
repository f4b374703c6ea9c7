"""Hears a lighting desk: Art-Net and sACN levels, from the machines that may be heard, in a thread of its own.

The levels of each universe wait for the frame, the newest few in their order: a button that is down for less than a frame is
pressed all the same. One source at a time has a universe: over sACN the one of the highest priority, else whoever was there
first, until it has been silent for so long that its protocol takes it for gone, or says that it ends. What is no whole packet,
from elsewhere, or late is counted and dropped.
"""

from __future__ import annotations

import logging
import select
import socket
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from installation.clock import now
from installation.gear import artnet, sacn
from installation.mailbox import Latest, Worker
from installation.networks import Networks

log = logging.getLogger(__name__)

SILENT = {"artnet": 10.0, "sacn": 2.5}
"""Seconds after which a source counts as gone. sACN: E1.31 6.7.1; Art-Net: as long as its nodes keep a source that they merge,
since desks send what doesn't change only every four seconds."""
STEPS = 64
"""Packets of a universe that wait for the frame: a second and a half of the fastest desk."""
LATE = 20
"""A packet that is at most so many behind the newest is late; one further behind begins anew (E1.31 6.7.2)."""
AT_ONCE = 256
"""Packets that are taken from a socket before the others are looked at."""
PATIENCE = 0.1
"""Seconds between two answers to desks that look for nodes: whoever asks more often is not heard."""
AGAIN = 5.0
"""Seconds until a port that could not be opened is tried again."""


@dataclass
class Heard:
    """A universe that is heard. `levels` are the newest; `steps` all that have come and the frame has not taken yet."""

    protocol: Literal["artnet", "sacn"]
    number: int
    allow: Networks
    levels: Latest[bytes] = field(default_factory=Latest)
    steps: deque[bytes] = field(default_factory=lambda: deque(maxlen=STEPS))
    source: object = None
    priority: int = 0
    sequence: int = 0
    packets: int = 0

    @property
    def here(self) -> bool:
        """Whether somebody sends it."""
        return self.levels.age() < SILENT[self.protocol] and self.source is not None

    def take(self, source: object, priority: int, sequence: int, levels: bytes) -> str:
        """Takes a packet's levels; what it is counted as where it can't: "" when it could."""
        if not self.here or source == self.source or priority > self.priority:
            if source == self.source and self.here and sequence and 0 <= (self.sequence - sequence) % 256 < LATE:
                return "late"
            self.source, self.priority, self.sequence = source, priority, sequence
            self.packets += 1
            self.levels.put(levels)
            self.steps.append(levels)
            return ""
        return "others"


class Desk:
    """Remembers the sockets, the universes, and what was dropped."""

    def __init__(self, heard: Iterable[Heard], host: str = "0.0.0.0", ports: tuple[int, int] | None = None) -> None:
        """`host` is the address of this machine that is listened at; `ports` those of Art-Net and sACN, for tests."""
        self.heard: dict[tuple[str, int], Heard] = {(one.protocol, one.number): one for one in heard}
        self.counts: Counter[str] = Counter()
        """Packets: malformed, foreign (not from a machine that may be heard), unknown (of no universe here), late, others."""
        self.problems: dict[str, str] = {}
        """Why a protocol can't be heard, by its name."""
        self.ports: dict[str, int] = {}
        self._wanted = dict(zip(("artnet", "sacn"), ports or (artnet.PORT, sacn.PORT), strict=True))
        self._host = host
        self._sockets: dict[str, socket.socket] = {}
        self._tried = -AGAIN
        self._answered = -PATIENCE
        self._worker = Worker("lighting desk", self._run)
        self.workers = (self._worker,)

    def start(self) -> Desk:
        self._open()
        self._worker.start()
        return self

    def _open(self) -> None:
        self._tried = now()
        for protocol in {protocol for protocol, _ in self.heard} - self._sockets.keys():
            try:
                self._sockets[protocol] = self._opened(protocol)
                self.ports[protocol] = self._sockets[protocol].getsockname()[1]
                if self.problems.pop(protocol, ""):
                    log.warning("lighting desk: %s is heard again", protocol)
            except OSError as error:
                told = f"UDP port {self._wanted[protocol]} can't be opened: {error.strerror or error}"
                if self.problems.get(protocol) != told:
                    log.warning("lighting desk: %s: %s", protocol, told)
                self.problems[protocol] = told

    def _opened(self, protocol: str) -> socket.socket:
        """Raises OSError."""
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            made.setblocking(False)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # other lighting programs listen there too
            made.bind((self._host, self._wanted[protocol]))
            for (of, number), _ in self.heard.items():
                if of == protocol == "sacn":
                    self._join(made, sacn.group(number))
        except OSError:
            made.close()
            raise
        return made

    def _join(self, made: socket.socket, group: str) -> None:
        """Joins a multicast group, where there is a network that has any: what is sent here alone comes all the same."""
        try:
            where = socket.inet_aton(group) + socket.inet_aton(self._host)
            made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, where)
        except OSError as error:
            log.warning("lighting desk: no multicast of sACN: %s", error.strerror)

    def _run(self, worker: Worker) -> None:
        while not worker.stopping():
            worker.beat()
            if self.problems and now() - self._tried >= AGAIN:
                self._open()
            if not self._sockets:
                worker.wait(0.2)
                continue
            for made in select.select(list(self._sockets.values()), [], [], 0.2)[0]:
                self._drain(made)

    def _drain(self, made: socket.socket) -> None:
        protocol = next(name for name, one in self._sockets.items() if one is made)
        for _ in range(AT_ONCE):
            try:
                packet, (host, _) = made.recvfrom(2048)
            except BlockingIOError:
                return
            except OSError:
                continue
            if counted := self.take(protocol, packet, host):
                self.counts[counted] += 1
            elif protocol == "artnet" and artnet.is_poll(packet):
                self._answer(made, host)

    def _answer(self, made: socket.socket, host: str) -> None:
        """Tells a desk that looks for nodes of the universes that it may play; desks ask every few seconds."""
        if now() - self._answered < PATIENCE:
            return
        self._answered = now()
        theirs = (host, artnet.PORT)
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.connect(theirs)  # sends nothing: it tells which of our addresses is on its way
                own = probe.getsockname()[0]
            for place, one in enumerate(self.heard.values(), 1):
                if one.protocol == "artnet" and host in one.allow:
                    made.sendto(artnet.answered(own, one.number, place, "installation"), theirs)
        except OSError:
            self.counts["unanswered"] += 1

    def take(self, protocol: str, packet: bytes, host: str) -> str:
        """Takes one packet; what it is counted as where it is dropped, "" when it isn't."""
        if not any(host in one.allow for one in self.heard.values()):
            return "foreign"
        if protocol == "artnet":
            levels = artnet.read(packet)
            if levels is None:
                return "" if packet[:8] == artnet.OURS[:8] and packet[8:10] != artnet.OURS[8:] else "malformed"  # polls
            number, sequence, data = levels
            return self._take(("artnet", number), host, host, 0, sequence, data)
        said = sacn.read(packet)
        if said is None:
            return "malformed"
        one = self.heard.get(("sacn", said.universe))
        if said.preview:
            return "others"
        if said.ended:
            if one is not None and host in one.allow and one.source == said.source:
                one.source = None
            return ""
        # A sequence of 0 is a number like any other here; 256 says so.
        return self._take(("sacn", said.universe), host, said.source, said.priority, said.sequence or 256, said.levels)

    def _take(
        self, which: tuple[str, int], host: str, source: object, priority: int, sequence: int, levels: bytes
    ) -> str:
        one = self.heard.get(which)
        if one is None:
            return "unknown"
        if host not in one.allow:
            return "foreign"
        return one.take(source, priority, sequence, levels)

    def status(self) -> dict[str, object]:
        """How hearing goes."""
        universes = {
            f"{one.protocol} {one.number}": {"here": one.here, "packets": one.packets} for one in self.heard.values()
        }
        return {"universes": universes, "dropped": dict(self.counts), "problems": dict(self.problems)}

    def close(self) -> None:
        """Ends the thread and closes the sockets. Safe to call twice."""
        self._worker.close()
        for made in self._sockets.values():
            made.close()
        self._sockets.clear()
