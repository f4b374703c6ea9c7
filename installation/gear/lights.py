"""Sends light levels over Art-Net and sACN, from a thread of its own; in the end it leaves every fixture as it was chosen.

The frame hands over what it knows, the newest counts: values by fixture, and a small picture of the canvas with its parts'
colours. What has changed goes out at most `rate` times a second, what hasn't once a second, so that nothing on the network takes
the desk for gone. If the frame stops, the last levels stay. A machine that isn't there is told in the status, never waited for.
"""

from __future__ import annotations

import logging
import socket
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from installation.clock import now
from installation.gear import artnet, sacn
from installation.gear.fixtures import CHANNELS, Fixture, ended, levels, mean_colours
from installation.mailbox import Latest, Worker

log = logging.getLogger(__name__)

FASTEST = 44.0
"""Times a second: DMX512 carries no more full universes."""
KEEP = 0.9
"""Seconds after which levels are sent again that haven't changed: E1.31 (6.6.2) wants 0.8 to 1, Art-Net less than 4."""
LAST = 3
"""How often the last levels, and the end of a stream, are sent: UDP may lose one."""
LOOK_UP = 10.0
"""Seconds until a name that could not be looked up is looked up again."""


@dataclass
class Universe:
    """Where levels are sent. `host` None: the universe's multicast group."""

    name: str
    protocol: Literal["artnet", "sacn"]
    number: int
    host: str | None = None
    port: int = 0
    priority: int = sacn.PRIORITY
    sent: int = 0
    problem: str = ""
    sequence: int = 0
    levels: bytes = b""
    due: float = 0.0
    address: tuple[str, int] | None = field(default=None, repr=False)

    @property
    def wanted(self) -> tuple[str, int]:
        """Where it goes to, by name or number."""
        host = self.host or sacn.group(self.number)
        return host, self.port or (artnet.PORT if self.protocol == "artnet" else sacn.PORT)


@dataclass(frozen=True)
class Drive:
    """What the lights are driven with: each fixture's own value (where it has one) and dimmer, and the canvas, small."""

    values: Mapping[str, tuple[float, ...]]
    dimmers: Mapping[str, float]
    picture: NDArray[np.uint8] | None


class Lights:
    """Remembers the universes, and what was sent last."""

    def __init__(
        self, universes: Iterable[Universe], fixtures: Iterable[Fixture], rate: float, source: str, host: str = ""
    ) -> None:
        """`source` is what sACN calls us, for people; `host` this machine's address on the lights' network, for multicast."""
        self.universes = {one.name: one for one in universes}
        self.fixtures = tuple(fixtures)
        self.drive: Latest[Drive] = Latest()
        self._shows = [one.name for one in self.fixtures if one.region is not None]
        self._regions = np.array([one.region for one in self.fixtures if one.region is not None])
        self._seen: NDArray[np.uint8] | None = None
        """The picture that the colours are of."""
        self._colours: dict[str, Sequence[float]] = {}
        self._every = 1.0 / min(max(rate, 1.0), FASTEST)
        self._name = source
        # The same machine is the same source, so that a show that is started again takes over its own streams.
        self._id = uuid.uuid5(uuid.NAMESPACE_DNS, f"installation.{uuid.getnode():012x}").bytes
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 8)
        if host:
            self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(host))
        self.problem = ""
        """Why no levels can be reckoned."""
        self._worker = Worker("lights", self._run)
        self._clerk = Worker("lights' names", self._look_up)
        self.workers = (self._worker, self._clerk)

    def start(self) -> Lights:
        for one in self.universes.values():
            host, port = one.wanted
            if numeric(host):
                one.address = host, port
        if any(one.address is None for one in self.universes.values()):
            self._clerk.start()
        self._worker.start()
        return self

    def _look_up(self, worker: Worker) -> None:
        """Looks names up, now and then anew, since they may move: that takes seconds where nobody answers."""
        named = [one for one in self.universes.values() if not numeric(one.wanted[0])]
        while not worker.stopping():
            worker.beat()
            for one in named:
                try:
                    found = socket.getaddrinfo(*one.wanted, socket.AF_INET, socket.SOCK_DGRAM)
                    one.address = str(found[0][4][0]), one.wanted[1]
                except (OSError, UnicodeError) as error:
                    if one.address is None:
                        self._tell(one, f"{one.wanted[0]} can't be found: {error}")
            worker.wait(LOOK_UP)

    def _run(self, worker: Worker) -> None:
        while not worker.wait(self._every):
            worker.beat()
            drive = self.drive.get()
            if drive is None:
                continue
            try:
                wanted = self.reckon(drive)
                self.problem = ""
            except Exception as error:  # a bug must not leave a room in the dark: the last levels are sent on
                wanted = {name: one.levels or bytes(CHANNELS) for name, one in self.universes.items()}
                if not self.problem:
                    log.exception("lights: a fault; they stay as they are")
                self.problem = f"a fault: {type(error).__name__}: {error}; they stay as they are"
            self._send(wanted)
        self._end()

    def reckon(self, drive: Drive) -> dict[str, bytes]:
        """The levels of each universe."""
        found = {name: bytearray(CHANNELS) for name in self.universes}
        if drive.picture is not None and drive.picture is not self._seen and len(self._regions):
            self._seen = drive.picture
            rows = mean_colours(drive.picture, self._regions).tolist()
            self._colours = dict(zip(self._shows, rows, strict=True))
        for fixture in self.fixtures:
            given: Sequence[float] = drive.values.get(fixture.name, ())
            if fixture.region is not None:
                given = self._colours.get(fixture.name, (0.0, 0.0, 0.0))
            patched = levels(fixture, given, drive.dimmers.get(fixture.name, 1.0))
            found[fixture.universe][fixture.channel - 1 : fixture.channel - 1 + len(patched)] = patched
        return {name: bytes(patched) for name, patched in found.items()}

    def _send(self, wanted: Mapping[str, bytes], once: bool = True) -> None:
        moment = now()
        for name, patched in wanted.items():
            one = self.universes[name]
            if once and patched == one.levels and moment < one.due:
                continue
            one.levels, one.due = patched, moment + KEEP
            self._out(one, ended=False)

    def _out(self, one: Universe, ended: bool) -> None:
        one.sequence = one.sequence % 255 + 1
        if one.protocol == "artnet":
            packet = artnet.written(one.number, one.levels, one.sequence)
        else:
            said = sacn.Packet(self._id, one.number, one.priority, one.sequence, one.levels, ended)
            packet = sacn.written(said, self._name)
        if one.address is None:
            return
        try:
            self._socket.sendto(packet, one.address)
        except OSError as error:
            self._tell(one, error.strerror or str(error))
            return
        one.sent += 1
        self._tell(one, "")

    def _tell(self, one: Universe, problem: str) -> None:
        if problem != one.problem:
            one.problem = problem
            log.warning("lights: %s: %s", one.name, problem or "well again")

    def _end(self) -> None:
        """Leaves every fixture as the site file says."""
        last = {name: bytearray(one.levels or bytes(CHANNELS)) for name, one in self.universes.items()}
        for fixture in self.fixtures:
            left = ended(fixture)
            if left is not None:
                last[fixture.universe][fixture.channel - 1 : fixture.channel - 1 + len(left)] = left
        for _ in range(LAST):
            self._send({name: bytes(patched) for name, patched in last.items()}, once=False)
        for _ in range(LAST):
            for one in self.universes.values():
                if one.protocol == "sacn":
                    self._out(one, ended=True)

    def status(self) -> dict[str, object]:
        """How sending goes, universe by universe."""
        return {
            one.name: {
                "to": f"{one.protocol} {one.number} {one.host or 'multicast'}",
                "sent": one.sent,
                "problem": one.problem,
            }
            for one in self.universes.values()
        }

    def close(self) -> None:
        """Sends the last levels, and ends the thread. Safe to call twice."""
        self._clerk.stop()
        self._worker.close(3.0)
        if not self._worker.alive:
            self._socket.close()


def numeric(host: str) -> bool:
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True
