"""OSCQuery's door: answers GET with JSON, and streams over a WebSocket, both at the console's own port.

A GET of an address tells the node there and all below it; `?VALUE` one attribute; `?HOST_INFO` who we are, which needs no right.
A WebSocket takes text (`{"COMMAND": "LISTEN", "DATA": "/address"}`) and OSC packets in binary messages, and sends values of what
is listened to, replies, and what has come or gone of the tree. A passcode is given as HTTP Basic (any name), or over the
WebSocket with `/connect CODE`; the engine decides what it is worth. Must never queue for who doesn't read. Made by `app.build`.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import json
import socket
from collections import Counter
from collections.abc import Mapping

from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from installation.console.budget import BURST, MASTER_BURST, MASTER_RATE, RATE, Budget
from installation.console.feed import Client, Feed, Follower
from installation.console.oscquery import Asked, Tree, arguments, host_info
from installation.console.paths import PathChange
from installation.errors import DeviceError
from installation.osc_wire import encode
from installation.show.replies import DeniedError

ANYWHERE = ("", "0.0.0.0", "::")
MOST_SOCKETS, MOST_OF_A_HOST = 48, 16
"""WebSockets at once, and those of one machine."""
MOST_LISTENS = 4096
"""Addresses that one client may listen to."""
MOST_SENSELESS = 64
"""Messages that mean nothing, before a client is let go."""
A_TURN = 32
"""Messages that one client is sent, or that are taken from it, before others have a turn."""
LONGEST_CODE = 64


class Query:
    """Remembers the folders of the tree, and how many WebSockets each machine has."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._tree = Tree(feed)
        self._open: Counter[str] = Counter()

    def routes(self) -> list[BaseRoute]:
        """To be the last of an application's: they take every address that is left."""
        return [Route("/{path:path}", self.get, methods=["GET"]), WebSocketRoute("/", self.stream)]

    @property
    def name(self) -> str:
        """What we are called, here and where we are announced."""
        return f"{self._feed.about.get('show') or 'installation'} ({socket.gethostname().split('.')[0]})"

    # -- HTTP ----------------------------------------------------------------------------------------------------------

    async def get(self, request: Request) -> Response:
        feed, asked = self._feed, Asked(request.scope["query_string"].decode("latin-1"))
        if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return PlainTextResponse("Only pages of this machine may ask.\n", 403)
        if feed.version < 0 or not feed.connected:
            return PlainTextResponse("The engine does not answer.\n", 503)
        if asked.attribute == "HOST_INFO":
            return _json(self._host_info(request))
        if not asked.everything and asked.attribute == "?":
            return PlainTextResponse("There is no such attribute.\n", 400)
        try:
            rights = await feed.rights_of(_host(request), code_of(request.headers))
        except DeniedError as error:
            return _denied(error)
        except DeviceError as error:
            return PlainTextResponse(f"{error.problems[0].message}\n", 503)
        if "view" not in rights:
            return _denied(DeniedError("a passcode is needed"))
        path = request.scope["path"].rstrip("/") or "/"
        if not self._tree.has(path):
            return PlainTextResponse("There is no such address.\n", 404)
        if asked.everything or asked.attribute in ("VALUE", "CONTENTS"):
            await feed.fresh()
        try:
            told = (
                self._tree.json(path, rights)
                if asked.everything
                else self._tree.attribute(path, asked.attribute, rights)
            )
        except KeyError:  # gone while values were brought up to date
            return PlainTextResponse("There is no such address.\n", 404)
        return Response(status_code=204) if told is None else _json(told)

    def _host_info(self, request: Request) -> Mapping[str, object]:
        reached = request.scope.get("server") or ("127.0.0.1", 0)
        about = self._feed.about
        return host_info(about, self.name, (str(reached[0]), int(reached[1] or 0)), about.get("host") in ANYWHERE)

    # -- WebSocket -----------------------------------------------------------------------------------------------------

    async def stream(self, link: WebSocket) -> None:
        """Serves one client until it leaves, or makes no sense."""
        host = _host(link)
        if self._open.total() >= MOST_SOCKETS or self._open[host] >= MOST_OF_A_HOST:
            await link.close(1013, "too many clients")
            return
        self._open[host] += 1
        try:
            try:
                client = await self._feed.come(host, link.client.port if link.client else 0, code_of(link.headers))
            except (DeniedError, DeviceError) as error:
                await link.close(1008, error.problems[0].message)
                return
            follower = self._feed.follow(client)
            try:
                await link.accept()
                await self._serve(link, client, follower)
            finally:
                self._feed.unfollow(follower)
                self._feed.leave(client)
        finally:
            self._open[host] -= 1
            if not self._open[host]:
                del self._open[host]

    async def _serve(self, link: WebSocket, client: Client, follower: Follower) -> None:
        both = [
            asyncio.create_task(self._hear(link, client, follower)),
            asyncio.create_task(self._tell(link, client, follower)),
        ]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _hear(self, link: WebSocket, client: Client, follower: Follower) -> None:
        """What the client says, no faster than it may. Returns when it has gone, or has said too much that means nothing."""
        senseless = heard = 0
        budget = Budget()
        while senseless < MOST_SENSELESS:
            message = await link.receive()
            if message["type"] != "websocket.receive":
                return
            heard += 1
            if not heard % A_TURN:
                await asyncio.sleep(0)
            packet, text = message.get("bytes"), message.get("text")
            if packet is not None:
                await self._feed.say(client, packet)
                budget.become(*(MASTER_RATE, MASTER_BURST) if "edit" in client.rights else (RATE, BURST))
                if (seconds := budget.wait(len(packet))) > 0:
                    await asyncio.sleep(seconds)
            elif not await self._obey(client, follower, text or ""):
                senseless += 1
        await link.close(1008, "that is no OSCQuery")

    async def _obey(self, client: Client, follower: Follower, text: str) -> bool:
        """Carries out a command; False where it is none. What can't be listened to is not, and nothing is said of it."""
        try:
            said = json.loads(text)
            command, address = said["COMMAND"], said["DATA"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return False
        if command not in ("LISTEN", "IGNORE") or not isinstance(address, str):
            return False
        meant = self._tree.meant(address)
        if meant is None:
            return True
        if command == "IGNORE":
            self._feed.ignore(follower, meant)
        elif "view" in client.rights and (meant in follower.listens or len(follower.listens) < MOST_LISTENS):
            await self._feed.awake()
            self._feed.listen(follower, meant)
        return True

    async def _tell(self, link: WebSocket, client: Client, follower: Follower) -> None:
        """What is new, whenever the connection can take more: what the tree is first, then replies, then the newest values."""
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                await follower.news.wait()
                follower.news.clear()
                paths, follower.paths = follower.paths, []
                for change in paths if "view" in client.rights else ():
                    await link.send_text(told(change))
                while follower.replies:
                    await link.send_bytes(follower.replies.popleft())
                changed, follower.changed = follower.changed, {}
                for place, address in enumerate(changed):
                    if packet := self._packet(address):
                        await link.send_bytes(packet)
                    if not place % A_TURN:
                        await asyncio.sleep(0)

    def _packet(self, address: str) -> bytes:
        """The newest value of an address as OSC; empty where it has none."""
        node, path = self._feed.nodes.get(address), self._tree.told(address)
        given = arguments(node) if node is not None else None
        if given is None or path is None:
            return b""
        try:
            return encode(path, given)
        except ValueError:
            return b""


def told(change: PathChange) -> str:
    """A change of the tree as the WebSocket tells it."""
    data = {"OLD": change.address, "NEW": change.new} if change.word == "PATH_RENAMED" else change.address
    return json.dumps({"COMMAND": change.word, "DATA": data})


def code_of(headers: Mapping[str, str]) -> str:
    """The passcode that is given as HTTP Basic, whatever the name; "" without one."""
    kind, _, given = headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic" or len(given) > 4 * LONGEST_CODE:
        return ""
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2][:LONGEST_CODE]
    except (binascii.Error, ValueError):
        return ""


def _host(link: HTTPConnection) -> str:
    return link.client.host if link.client else ""


def _json(given: object) -> Response:
    return Response(json.dumps(given, separators=(",", ":")), media_type="application/json")


def _denied(error: DeniedError) -> Response:
    headers = {"www-authenticate": 'Basic realm="show", charset="UTF-8"'}
    return PlainTextResponse(f"{error.problems[0].message}\n", 401, headers)
