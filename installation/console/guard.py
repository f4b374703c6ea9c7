"""Who may ask the console at all: pages of its own, by a name of this machine; and the headers that keep its page to itself.

Knows nothing of rights: those are the engine's to give (`show.access`). Wraps the application that `app` builds.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """Answers only those who asked for this machine by a name of its own, and adds the safety headers.

    A page of somebody else's can make its own name point here (DNS rebinding), or open a WebSocket to
    127.0.0.1 from a browser in this room. The first has the wrong Host, the second the wrong Origin.
    """

    def __init__(self, app: ASGIApp, bound: str) -> None:
        self._app = app
        self._bound = bound

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", []), *added]}
            await send(message)

        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        known = len(hosts) == 1 and host_is_ours(hosts[0], self._bound)
        if scope["type"] == "websocket":
            if known and all(_place(origin) == hosts[0].lower() for origin in origins):
                await self._app(scope, receive, safely)
            else:
                await send({"type": "websocket.close", "code": 1008})
        elif known:
            await self._app(scope, receive, safely)
        else:
            refusal = PlainTextResponse("This page has no such name. Ask for it by its address.\n", 421)
            await refusal(scope, receive, safely)


def _place(origin: str) -> str:
    """The host and port of an Origin header; "" where it is none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def host_is_ours(header: str, bound: str) -> bool:
    """Whether a Host header names this machine. Bound to loopback, only loopback's names do.

    Open to a network, also this machine's name and any address: rebinding needs a name of the attacker's own.
    """
    try:
        name = urlsplit(f"//{header}").hostname or ""
        _ = urlsplit(f"//{header}").port
    except ValueError:
        return False
    if "@" in header or "/" in header or "?" in header or "#" in header:
        return False
    if name == "localhost" or _is_loopback(name):
        return True
    if bound == "localhost" or _is_loopback(bound):
        return False
    own = socket.gethostname().lower()
    return _is_address(name) or name in (own, own.split(".")[0], own.split(".")[0] + ".local", bound.lower())


def _is_address(name: str) -> bool:
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(name)
        return True
    return False


def _is_loopback(name: str) -> bool:
    return _is_address(name) and ipaddress.ip_address(name).is_loopback
