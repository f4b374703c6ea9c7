"""Announces the show on the network, so that OSCQuery clients find it: `_oscjson._tcp` for the tree, `_osc._udp` for OSC itself.

Each is announced with its own port, on the interfaces where it is heard and nowhere else: what listens on this machine alone
(127.0.0.1) is announced on the loopback interface alone, with that address, and no other machine is told. Addresses are looked at
again and again, since a network may come up late or change during the night. Runs in a thread of the console's process, because a
registration takes seconds; must never be needed. Called by `console.server`.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from installation.mailbox import Worker

LOOK_EVERY = 15.0
"""Seconds between two looks at this machine's addresses."""
BEGIN_S = 0.1
"""Seconds between two looks at whether the engine has said where OSC is."""
ANYWHERE = ("", "0.0.0.0")
LONGEST_NAME = 60
"""Bytes of a name: DNS has room for 63."""


@dataclass(frozen=True, slots=True)
class Service:
    """Something to be found. `kind`: as `_osc._udp`; `host`: what it is bound to."""

    kind: str
    host: str
    port: int


def services(host: str, port: int, about: Mapping[str, Any]) -> list[Service]:
    """What there is: the tree at the console's port, and OSC where it listens."""
    found = [Service("_oscjson._tcp", host, port)]
    if about.get("port"):
        found.append(Service("_osc._udp", str(about["host"]), int(about["port"])))
    return found


def addresses(host: str) -> tuple[str, ...]:
    """The IPv4 addresses at which something that is bound to `host` is reached, the likeliest first.

    Bound to every network: those of all interfaces that are up, but for the loopback. None for IPv6, or a name nobody knows.
    """
    if host not in ANYWHERE:
        try:
            found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return ()
        return tuple(dict.fromkeys(str(one[4][0]) for one in found))
    import psutil

    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    own = [
        one.address
        for name, each in psutil.net_if_addrs().items()
        for one in each
        if name in up and one.family == socket.AF_INET and not one.address.startswith("127.")
    ]
    first = _usual()
    return tuple(sorted(dict.fromkeys(own), key=lambda address: address != first))


def _usual() -> str:
    """The address that this machine's packets to elsewhere bear; "" without a network. Sends nothing."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.connect(("192.0.2.1", 9))  # an address that is nobody's (RFC 5737)
        return str(link.getsockname()[0])
    return ""


class Announcer:
    """Remembers what is announced, and where. `status` is plain values, for any thread."""

    def __init__(self, host: str, port: int, known: Callable[[], tuple[str, Mapping[str, Any]]]) -> None:
        """`known`: the show's name, and where OSC listens ({} before the engine has said so)."""
        self._host, self._port, self._known = host, port, known
        self._open: list[Any] = []
        self._said: object = None
        self.status: dict[str, object] = {"name": "", "at": [], "problem": ""}
        self._worker = Worker("announcer", self._run)

    def start(self) -> Announcer:
        self._worker.start()
        return self

    def close(self) -> None:
        """Takes everything back, as far as that goes within two seconds. Safe to call twice."""
        self._worker.close(2.0)

    def _run(self, worker: Worker) -> None:
        while not self._known()[1]:
            if worker.wait(BEGIN_S):
                return
        try:
            while True:
                self._look(*self._known())
                if worker.wait(LOOK_EVERY):
                    return
        finally:
            self._end()

    def _look(self, name: str, about: Mapping[str, Any]) -> None:
        """Announces what isn't yet announced so, and takes back what was."""
        wanted: dict[tuple[str, ...], list[Service]] = {}
        for service in services(self._host, self._port, about):
            wanted.setdefault(addresses(service.host), []).append(service)
        wanted.pop((), None)
        if wanted == self._said:
            return
        self._end()
        problem = "" if wanted else "no network to be announced on"
        try:
            for at, each in wanted.items():
                self._open.append(announced(name, at, each))
            self._said = wanted
        except Exception as error:  # zeroconf's own, or an interface that has just gone: another look in a while
            self._end()
            problem = f"{type(error).__name__}: {error}"[:200]
        told = [f"{one.kind} {at[0]}:{one.port}" for at, each in wanted.items() for one in each if self._open]
        self.status = {"name": name if self._open else "", "at": told, "problem": problem}

    def _end(self) -> None:
        for one in self._open:
            with contextlib.suppress(Exception):  # it is on its way out
                one.close()
        self._open, self._said = [], None


def announced(name: str, at: Sequence[str], each: Sequence[Service]) -> Any:
    """Announces services at these addresses, on their interfaces alone; `close()` of what comes back takes them back."""
    from zeroconf import IPVersion, ServiceInfo, Zeroconf

    open_one = Zeroconf(interfaces=list(at), ip_version=IPVersion.V4Only)
    try:
        for service in each:
            kind = f"{service.kind}.local."
            open_one.register_service(
                ServiceInfo(
                    kind,
                    f"{label(name)}.{kind}",
                    service.port,
                    properties={"txtvers": "1"},
                    server=f"{_machine()}-{service.port}.local.",
                    parsed_addresses=list(at),
                ),
                allow_name_change=True,
            )
    except BaseException:
        open_one.close()
        raise
    return open_one


def _machine() -> str:
    """This machine's name, as far as it can be one in DNS."""
    return (
        "".join(letter for letter in socket.gethostname().split(".")[0] if letter.isascii() and letter.isalnum())
        or "wall"
    )


def label(name: str) -> str:
    """A name as one label of DNS: no dots, nothing unprintable, at most so many bytes."""
    plain = "".join(" " if letter == "." or not letter.isprintable() else letter for letter in name).strip()
    return plain.encode()[:LONGEST_NAME].decode(errors="ignore").strip() or "installation"
