"""What a connection may do before it is shut: how many there are of one machine, how long one says nothing, who doesn't read."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
import uvicorn
from playing import until
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from installation.console import connections
from installation.networks import Networks

MASKED_PING = b"\x89\xfd\0\0\0\0" + b"p" * 125
UPGRADE = (
    b"GET /stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server with the console's connections, and little patience."""
    monkeypatch.setattr(connections, "SILENT_S", 0.3)

    async def answer(request: Any) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    async def stream(link: Any) -> None:
        await link.accept()
        await link.receive()

    app = Starlette(routes=[Route("/", answer, methods=["GET", "POST"]), WebSocketRoute("/stream", stream)])
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        http=connections.Http,
        ws=connections.WebSocket,
        lifespan="off",
        log_level="critical",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(10.0)


def linked(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 10.0)


def asked(port: int) -> bytes:
    with linked(port) as link:
        link.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
        return link.recv(1000)


@pytest.mark.parametrize(
    "beginning", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab", b"\x16\x03\x01"]
)
def test_who_does_not_come_to_the_point_is_let_go(port: int, beginning: bytes) -> None:
    with linked(port) as link:
        link.sendall(beginning)
        until(lambda: ended(link), "the end of the connection", 10.0)
    assert asked(port).startswith(b"HTTP/1.1 200")


def test_neither_is_who_has_asked_once_and_begins_again(port: int) -> None:
    with linked(port) as link:
        link.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HT")
        until(lambda: ended(link), "the end of the connection", 10.0)


def ended(link: socket.socket) -> bool:
    try:
        return not link.recv(1000)
    except ConnectionResetError:
        return True


def test_a_stream_may_be_silent(port: int) -> None:
    with linked(port) as link:
        link.sendall(UPGRADE)
        assert link.recv(1000).startswith(b"HTTP/1.1 101")
        link.settimeout(1.0)
        with pytest.raises(TimeoutError):
            link.recv(1000)


def test_one_machine_has_so_many_connections_and_others_after_them(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_OF_A_HOST", 5)
    monkeypatch.setattr(connections, "SILENT_S", 60.0)
    links = [linked(port) for _ in range(5)]
    until(lambda: refused(port), "the sixth to be refused")
    for link in links:
        link.close()
    until(lambda: not refused(port), "room again")


def test_all_other_machines_leave_room_for_this_one(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SILENT_S", 60.0)
    monkeypatch.setattr(connections, "MOST_OF_OTHERS", 3)
    links = [linked(port) for _ in range(5)]
    assert asked(port).startswith(b"HTTP/1.1 200")
    monkeypatch.setattr(connections, "HERE_ALONE", Networks(()))  # now they are of elsewhere
    assert refused(port)
    for link in links:
        link.close()
    until(lambda: not refused(port), "room again")


def refused(port: int) -> bool:
    try:
        return not asked(port)
    except OSError:
        return True


def test_who_sends_pings_and_does_not_read_is_cut_off(port: int) -> None:
    with linked(port) as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.sendall(UPGRADE)
        with pytest.raises(OSError):
            for _ in range(3000):
                link.sendall(MASKED_PING * 100)
    assert asked(port).startswith(b"HTTP/1.1 200")
