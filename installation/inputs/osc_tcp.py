"""OSC over TCP: one listening socket and its clients, accepted, read and answered in the frame, with no thread.

Nothing here ever waits: what a client has not sent yet comes in a later frame, what it doesn't take stays in a bounded buffer.
A client that sends what is no OSC, never finishes a packet, or doesn't read its replies is dropped; the others don't notice.
Used by `inputs.osc`, which decodes.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from installation.inputs.osc_decode import OscError
from installation.inputs.osc_stream import Frames, OversizedError
from installation.networks import Networks
from installation.osc_wire import framed

MOST_CLIENTS = 32
MOST_OF_A_HOST = 12
"""Connections of one machine, so that one that opens them for ever keeps nobody out."""
A_READ = 65_536
"""Bytes taken from one client in one frame; TCP lets the sender wait for the rest."""
MOST_UNSENT = 1 << 20
"""Bytes of replies kept for a client that doesn't read them."""
MOST_UNREADABLE = 64
"""Packets that nobody can read, before a client is dropped."""
UNFINISHED = 10.0
"""Seconds that a packet may take to arrive."""
ACCEPTS = 8
"""Most new clients in one frame."""


class Peer(NamedTuple):
    """Who sent something over TCP: its address, and the number of its connection."""

    host: str
    port: int
    connection: int


class _Client:
    def __init__(self, link: socket.socket, peer: Peer) -> None:
        self.link, self.peer = link, peer
        self.frames = Frames()
        self.ready: deque[bytes] = deque()
        """Packets that have arrived and were not yet taken."""
        self.unsent = bytearray()
        self.since: float | None = None
        """When a packet began that has not ended."""
        self.unreadable = 0


class OscTcp:
    """Remembers its clients, with what is unfinished of each, and its counters."""

    def __init__(self, host: str, port: int, allowed: Networks | None = None) -> None:
        """Opens the port. Without `allowed` everybody is heard whom the address reaches. Raises OSError."""
        self._allowed = allowed
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        self._socket = socket.socket(family, kind)
        try:
            if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows, where REUSEADDR would share the port
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # over connections that are ending
            self._socket.setblocking(False)
            self._socket.bind(address)
            self._socket.listen(16)
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self.counters = dict.fromkeys(("accepted", "refused", "foreign", "oversized", "dropped"), 0)
        self._clients: dict[Peer, _Client] = {}
        self._number = 0
        self._turn = 0

    @property
    def clients(self) -> int:
        """How many are connected."""
        return len(self._clients)

    def take(self, moment: float) -> Iterator[tuple[bytes, Peer]]:
        """What has arrived, packet by packet, each client in its own order; another client begins each time.

        Whoever stops taking gets the rest next time.
        """
        self._accept()
        self._turn += 1
        clients = list(self._clients.values())
        first = self._turn % len(clients) if clients else 0
        for client in (*clients[first:], *clients[:first]):
            if client.unsent:
                self._flush(client)
            if not client.ready:
                client.ready.extend(self._read(client, moment))
            while client.ready and client.peer in self._clients:
                yield client.ready.popleft(), client.peer

    def _accept(self) -> None:
        for _ in range(ACCEPTS):
            try:
                link, address = self._socket.accept()
            except OSError:  # nobody more; or one that has gone again
                return
            of_host = sum(peer.host == address[0] for peer in self._clients)
            if self._allowed is not None and address[0] not in self._allowed:
                self.counters["foreign"] += 1
                link.close()
            elif len(self._clients) >= MOST_CLIENTS or of_host >= MOST_OF_A_HOST:
                self.counters["refused"] += 1
                link.close()
            else:
                self._welcome(link, address)

    def _welcome(self, link: socket.socket, address: tuple[str, int]) -> None:
        try:
            link.setblocking(False)
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name, value in (("TCP_KEEPIDLE", 20), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 4)):
                if hasattr(socket, name):  # a laptop that was closed is noticed after a minute
                    link.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        except OSError:
            link.close()
            return
        self._number += 1
        peer = Peer(address[0], address[1], self._number)
        self._clients[peer] = _Client(link, peer)
        self.counters["accepted"] += 1

    def _read(self, client: _Client, moment: float) -> list[bytes]:
        try:
            data = client.link.recv(A_READ)
        except BlockingIOError:
            if client.since is not None and moment - client.since > UNFINISHED:
                self.drop(client.peer)
            return []
        except OSError:
            self._forget(client.peer)
            return []
        if not data:
            self._forget(client.peer)
            return []
        try:
            packets = client.frames.feed(data)
        except OscError as error:
            self.counters["oversized"] += isinstance(error, OversizedError)
            self.drop(client.peer)
            return []
        if not client.frames.unfinished:
            client.since = None
        elif packets or client.since is None:
            client.since = moment
        elif moment - client.since > UNFINISHED:
            self.drop(client.peer)
        return packets

    def unreadable(self, peer: Peer) -> None:
        """Says that a packet of this client was malformed."""
        if client := self._clients.get(peer):
            client.unreadable += 1
            if client.unreadable > MOST_UNREADABLE:
                self.drop(peer)

    def send(self, peer: Peer, packet: bytes) -> bool:
        """Sends a packet in the client's own framing; False when it is gone, or doesn't read what it is sent."""
        client = self._clients.get(peer)
        if client is None:
            return False
        client.unsent += framed(packet, client.frames.framing or "slip")
        self._flush(client)
        if len(client.unsent) > MOST_UNSENT:
            self.drop(peer)
        return peer in self._clients

    def _flush(self, client: _Client) -> None:
        try:
            sent = client.link.send(client.unsent)
        except BlockingIOError:
            return
        except OSError:
            self._forget(client.peer)
            return
        del client.unsent[:sent]

    def connected(self, peer: Peer) -> bool:
        return peer in self._clients

    def drop(self, peer: Peer) -> None:
        """Ends a client that misbehaves."""
        self.counters["dropped"] += peer in self._clients
        self._forget(peer)

    def _forget(self, peer: Peer) -> None:
        if client := self._clients.pop(peer, None):
            client.link.close()

    def close(self) -> None:
        for peer in list(self._clients):
            self._forget(peer)
        self._socket.close()
