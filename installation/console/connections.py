"""The console's connections, held within bounds: how many of one machine, how long one may say nothing, what is kept for one.

Uvicorn bounds a request's size and a message's; what it leaves open is shut here. A connection that never asks for anything would
stay for ever, one machine could have them all, and pings that are answered to somebody who doesn't read would pile up. Must never
refuse this house's own browsers and controllers, which are few. Used by `console.server`.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from installation.networks import HERE, Networks

HERE_ALONE = Networks(HERE)
MOST_OF_A_HOST = 64
"""Connections of one machine, of whatever kind."""
MOST_OF_OTHERS = 192
"""Connections of all other machines together, fewer than the server takes: so that this machine still has its own."""
SILENT_S = 10.0
"""Seconds until a connection has to have asked for something, and a request has to have come whole."""


class Http(H11Protocol):
    """A connection until it is a WebSocket."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        host = self.client[0] if self.client else ""
        hosts = [_host(one) for one in self.connections]
        others = sum(one not in HERE_ALONE for one in hosts) if host not in HERE_ALONE else 0
        if hosts.count(host) > MOST_OF_A_HOST or others > MOST_OF_OTHERS:
            transport.abort()
        self._patience = self.loop.call_later(SILENT_S, self._lose_patience)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._patience.cancel()
        self._patience = self.loop.call_later(SILENT_S, self._lose_patience)

    def _lose_patience(self) -> None:
        """Ends a connection whose next request has not come whole; one that is being answered goes on."""
        cycle = self.cycle
        waits = cycle is None or cycle.response_complete or cycle.more_body
        if self in self.connections and waits:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._patience.cancel()
        super().connection_lost(exc)


class WebSocket(WebSocketsSansIOProtocol):
    """A connection that has become a WebSocket."""

    def handle_ping(self) -> None:
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.transport.abort()  # it sends, and doesn't read


def _host(connection: Any) -> str:
    return connection.client[0] if connection.client else ""
