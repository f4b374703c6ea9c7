"""One browser: what it is sent, what it may say, and how much.

What it sends are messages as JSON lists, `["/go"]`, `["/reveal", 0.5, 4]`, in the words of OSC; each goes to the engine as a
packet of a client of its own, and what the engine answers comes back as `{"reply": [address, value...]}`. The engine gives the
rights, to a machine or to the code of `["/connect", code]`; who may not view is told no more than whether it runs. A slow browser
misses pictures and values, one that says too much is not read for a while, and neither delays anybody else. Made by `app`, for
each connection.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.websockets import WebSocket

from installation.console.budget import Budget
from installation.console.feed import Client, Follower
from installation.console.hub import Hub
from installation.console.telling import Telling
from installation.errors import InstallationError
from installation.inputs.osc_decode import OscError, decode
from installation.networks import HERE, Networks
from installation.osc_wire import encode

MOST_PAGES, MOST_OF_A_HOST, MOST_OF_HERE = 40, 8, 24
"""Pages at once: of all, of one other machine, of this one. Others get at most so many that this one still has its own."""
MOST_OF_OTHERS = MOST_PAGES - 8
MOST_ARGUMENTS = 64
AGAIN_S = 0.3
"""Seconds until an engine that hasn't said what a page may do is asked again."""


def message_of(text: str) -> tuple[str, list[Any]]:
    """A page's message: its address and values. Raises ValueError for what is none."""
    try:
        given = json.loads(text)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(given, list) or not given or not isinstance(given[0], str) or len(given) > MOST_ARGUMENTS:
        raise ValueError('say ["/address", value, ...]')
    if not all(isinstance(one, bool | int | float | str) for one in given[1:]):
        raise ValueError("values are numbers, words, true and false")
    return given[0], given[1:]


def has_room(hub: Hub, host: str) -> bool:
    """Whether one more page of this host may watch: no machine, and not all others together, keep this one's own pages out."""
    here = Networks(HERE)
    hosts = list(hub.watchers.values())
    if host in here:
        return len(hosts) < MOST_PAGES and sum(one in here for one in hosts) < MOST_OF_HERE
    return hosts.count(host) < MOST_OF_A_HOST and sum(one not in here for one in hosts) < MOST_OF_OTHERS


class Browser:
    """Remembers who it is to the engine, and what it has been sent."""

    def __init__(self, hub: Hub, socket: WebSocket) -> None:
        self._hub, self._socket = hub, socket
        self._host, self._port = socket.client or ("", 0)
        self._client: Client | None = None
        self._telling = Telling(hub)
        self._follower: Follower | None = None

    @property
    def sees(self) -> bool:
        return "view" in (self._telling.rights or ())

    async def attend(self) -> None:
        """Serves the browser until it leaves."""
        hub = self._hub
        await self._socket.accept()
        if not has_room(hub, self._host):
            await self._socket.close(1013, "too many are watching")
            return
        hub.watchers[self] = self._host
        hub.wake()
        hub.say()
        tasks = [asyncio.create_task(one) for one in (self._enter(), self._feed(), self._listen())]
        try:
            await asyncio.wait(tasks[1:], return_when=asyncio.FIRST_COMPLETED)
        finally:
            del hub.watchers[self]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._leave()

    # -- who it is -------------------------------------------------------------------------------------------------------

    async def _enter(self) -> None:
        """Asks for the rights that its machine has, until the engine says."""
        if not self._hub.linked:
            self._telling.may(frozenset(("view",)))
            return
        while self._telling.rights is None:
            try:
                await self._come("")
            except InstallationError:
                await asyncio.sleep(AGAIN_S)

    async def _come(self, code: str) -> None:
        """Becomes the client that a code makes of it. Raises DeniedError, and DeviceError where the engine says nothing; then it
        stays who it was."""
        client = await self._hub.feed.come(self._host, self._port, code)
        if not code and self._telling.rights is not None:
            self._hub.feed.leave(client)  # it has given a code meanwhile
            return
        self._leave()
        self._client = client
        self._follower = self._hub.feed.follow(client, everything="view" in client.rights)
        self._telling.follow(self._follower)
        self._telling.may(client.rights)

    def _leave(self) -> None:
        if self._follower is not None:
            self._hub.feed.unfollow(self._follower)
        if self._client is not None:
            self._hub.feed.leave(self._client)
        self._follower = self._client = None

    # -- what it says ----------------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        """Takes what the browser says, no faster than it may."""
        budget = Budget()
        while True:
            message = await self._socket.receive()
            if message["type"] != "websocket.receive":
                return
            text = message.get("text")
            if text is None or not self._hub.linked:
                await self._socket.close(1008, "this page only shows")
                return
            try:
                await self._say(*message_of(text))
            except (ValueError, TypeError, OverflowError) as error:
                self._telling.reply("/error", "", f"that is no message: {error}", "")
            if (seconds := budget.wait()) > 0:
                await asyncio.sleep(seconds)

    async def _say(self, address: str, args: list[Any]) -> None:
        packet = encode(address, args)
        if address == "/connect":
            try:
                await self._come(str(args[0]) if args else "")
                self._telling.reply("/connect", "ok")
            except InstallationError as error:
                self._telling.reply("/connect", str(error.problems[0].message), error.problems[0].hint)
        elif self._client is not None:
            await self._hub.feed.say(self._client, packet)
        else:
            self._telling.reply("/error", address, "the engine does not answer", "")

    # -- what it is sent -------------------------------------------------------------------------------------------------

    async def _feed(self) -> None:
        """Sends what is newest whenever the connection can take more; what was missed is not sent late."""
        telling = self._telling
        while True:
            news = self._hub.news
            self._hear()
            said = telling.next()
            if isinstance(said, str):
                await self._socket.send_text(said)
            elif said is not None:
                await self._socket.send_bytes(said)
            elif self._hub.ended:
                await self._socket.close(1001, "the engine has stopped")
                return
            else:
                await self._wait(news)

    def _hear(self) -> None:
        """What the engine has answered to it."""
        while self._follower is not None and self._follower.replies:
            try:
                messages = decode(self._follower.replies.popleft())
            except OscError:
                continue
            for message in messages:
                self._telling.reply(message.address, *message.args)

    async def _wait(self, news: asyncio.Event) -> None:
        events = [news, self._telling.woken, *([self._follower.news] if self._follower is not None else [])]
        waits = [asyncio.ensure_future(event.wait()) for event in events]
        try:
            await asyncio.wait(waits, timeout=self._telling.patience(), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
        self._telling.woken.clear()
        if self._follower is not None:
            self._follower.news.clear()
