"""The console's end of the line: the parameter tree as the engine has it, who is told what of it, and who says something to it.

One `Feed` serves all pages and OSCQuery clients. Each of them comes with its machine's address and a passcode or none (`come`),
and has the rights that the engine then says; what it says are OSC packets (`say`), which the engine treats as any other. A
`Follower` is told what has changed: addresses, of which the newest value is read when it is sent, so nothing ever queues. Must
never draw, and never decide what somebody may do. Runs in the console's process, on its one loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import socket
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from installation import line
from installation.clock import now
from installation.console.paths import PathChange, changes
from installation.errors import DeviceError
from installation.show.replies import DeniedError

ANSWER_S = 2.0
"""How long the engine may take to say who somebody is."""
FRESH_S = 0.5
"""How long the engine may take to bring values up to date; those that are there have to do then."""
WANTED_EVERY = 2.0
"""Seconds between two words to the engine that values are wanted."""
MOST_REPLIES = 256
"""Replies that wait for a client; more are not kept."""
MOST_KNOWN = 256
_STATE = ("number", "address", "value", "owner", "saved")


@dataclass(slots=True)
class Node:
    """A parameter, a verb, or a signal. `declared` is as the engine told it (FEED)."""

    address: str
    declared: Mapping[str, Any]
    value: Any
    owner: str

    @property
    def shape(self) -> dict[str, Any]:
        """What it is, whatever its value."""
        return {key: value for key, value in self.declared.items() if key not in _STATE}


@dataclass(eq=False, slots=True)
class Client:
    """Somebody who may say something: the number that the engine knows it by, and its rights, which a passcode that it says
    later (`/connect`) may change."""

    number: int
    rights: frozenset[str] = frozenset()


@dataclass(eq=False, slots=True)
class Follower:
    """Who is told. Waits for `news`, then takes `changed`, `paths` and `replies`, in whatever order it likes.

    Before waiting again it clears `news`. `changed` are addresses, oldest change first.
    """

    everything: bool = False
    listens: set[str] = field(default_factory=set)
    changed: dict[str, None] = field(default_factory=dict)
    paths: list[PathChange] = field(default_factory=list)
    replies: deque[bytes] = field(default_factory=lambda: deque(maxlen=MOST_REPLIES))
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Feed:
    """Remembers the tree, those who follow it, and who may say something."""

    def __init__(self) -> None:
        self.about: dict[str, Any] = {}
        """What the engine said of itself: show, host, port, tcp."""
        self.documents: Callable[[dict[str, Any]], None] = lambda document: None
        """Called with what the engine tells pages besides (`desk`); put here by the hub."""
        self.nodes: dict[str, Node] = {}
        """By address, in the engine's order."""
        self.version = -1
        """Of the tree; -1 before the first has come whole."""
        self.revision = 0
        """Grows with each change of the tree."""
        self._by_number: dict[int, str] = {}
        self._add: list[dict[str, Any]] = []
        self._gone: list[int] = []
        self._followers: set[Follower] = set()
        self._listeners: dict[str, set[Follower]] = {}
        self._replies: dict[int, Follower] = {}
        self._awaited: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._clients: dict[int, Client] = {}
        self._known: dict[str, frozenset[str]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._number = self._wanted = self._answered = 0
        self._said = -math.inf
        self._told = asyncio.Event()

    # -- the line ------------------------------------------------------------------------------------------------------

    async def run(self, link: socket.socket | None) -> None:
        """Hears the engine until it ends the line; for ever where there is none."""
        if link is None:
            await asyncio.Event().wait()
            return
        link.setblocking(False)
        reader, self._writer = await asyncio.open_connection(sock=link)
        keeping = asyncio.create_task(self._keep_wanted())
        frames = line.Frames()
        try:
            while piece := await reader.read(1 << 16):
                for kind, content in frames.take(piece):
                    self._hear(kind, content)
        except OSError:
            pass  # the engine has been killed
        finally:
            keeping.cancel()
            self._writer.close()
            self._writer = None

    @property
    def connected(self) -> bool:
        """Whether the engine can be told something."""
        return self._writer is not None and not self._writer.is_closing()

    async def _keep_wanted(self) -> None:
        """While somebody follows values, the engine is told that they are wanted."""
        while True:
            if any(follower.everything or follower.listens for follower in self._followers):
                self._want()
            await asyncio.sleep(WANTED_EVERY)

    def _want(self) -> int:
        """Asks the engine for what has changed; gives the number that comes back when all of it has come."""
        self._wanted += 1
        self._said = now()
        self._send(line.framed(line.WANTED, number=self._wanted))
        return self._wanted

    def _send(self, frame: bytes) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(frame)

    def _hear(self, kind: bytes, content: bytes) -> None:
        match kind:
            case line.VALUES:
                self._take_values(json.loads(content))
            case line.TREE:
                self._take_piece(json.loads(content))
            case line.REPLY:
                number, packet = line.numbered(content)
                if (follower := self._replies.get(number)) is not None:
                    follower.replies.append(packet)
                    follower.news.set()
            case line.RIGHTS:
                self._take_rights(json.loads(content))
            case line.DOCUMENT:
                self.documents(json.loads(content))
            case line.ABOUT:
                self.about = json.loads(content)

    def _take_rights(self, told: dict[str, Any]) -> None:
        awaited = self._awaited.pop(told["client"], None)
        if awaited is not None and not awaited.done():
            awaited.set_result(told)
        elif (client := self._clients.get(told["client"])) is not None:
            client.rights = frozenset(told.get("rights", client.rights))

    # -- what there is -------------------------------------------------------------------------------------------------

    async def fresh(self) -> None:
        """Returns when every value is as new as this call, or after half a second."""
        if not self.connected:
            return
        wanted = self._want()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FRESH_S):
                while self._answered < wanted:
                    await self._told.wait()

    async def awake(self) -> None:
        """As `fresh`, unless values come anyway because somebody follows them."""
        if now() - self._said > 2 * WANTED_EVERY:
            await self.fresh()

    def _take_values(self, report: dict[str, Any]) -> None:
        for number, value, *owner in report["values"]:
            address = self._by_number.get(number)
            if address is None:
                continue
            node = self.nodes[address]
            node.value = value
            if owner:
                node.owner = owner[0]
            self._changed(address, bool(owner))
        if "wanted" in report:
            self._answered = report["wanted"]
            self._told.set()
            self._told = asyncio.Event()

    def _changed(self, address: str, owner: bool = False) -> None:
        for follower in self._listeners.get(address, ()):
            follower.changed[address] = None
            follower.news.set()
        for follower in self._followers:
            if follower.everything:
                follower.changed[address] = None
                follower.news.set()

    def _take_piece(self, piece: dict[str, Any]) -> None:
        """Pieces are kept until the last of a change, so that nobody sees half of it."""
        self._add += piece["add"]
        self._gone += piece["gone"]
        if "version" not in piece:
            return
        before = {address: node.shape for address, node in self.nodes.items()}
        for number in self._gone:
            if (address := self._by_number.pop(number, None)) is not None:
                self.nodes.pop(address, None)
        anew = []
        for declared in self._add:
            address = str(declared["address"])
            self._by_number[int(declared["number"])] = address
            self.nodes[address] = Node(address, declared, declared.get("value"), declared.get("owner", ""))
            anew.append(address)
        self._add, self._gone = [], []
        first, self.version = self.version < 0, int(piece["version"])
        self.revision += 1
        told = [] if first else changes(before, {address: node.shape for address, node in self.nodes.items()})
        for change in told:
            self._follow_rename(change)
        for address in [one for one in self._listeners if one not in self.nodes]:
            for follower in self._listeners.pop(address):
                follower.listens.discard(address)
        for follower in self._followers:
            follower.paths = [*follower.paths, *told]
            if len(follower.paths) > 2 * MOST_REPLIES:
                follower.paths = [PathChange("PATH_CHANGED", "/")]  # it doesn't keep up: it reads everything anew
            if told:
                follower.news.set()
        for address in anew:
            self._changed(address, True)

    def _follow_rename(self, change: PathChange) -> None:
        """Whoever listens to what is renamed goes on with its new name."""
        if change.word != "PATH_RENAMED":
            return
        below = change.address + "/"
        for address in [one for one in self._listeners if one == change.address or one.startswith(below)]:
            for follower in list(self._listeners[address]):
                self.ignore(follower, address)
                self.listen(follower, change.new + address[len(change.address) :])

    # -- who is told ---------------------------------------------------------------------------------------------------

    def follow(self, client: Client | None = None, everything: bool = False) -> Follower:
        """Somebody who is told from now on: of the tree, of replies to a client, of all values where `everything` is wanted."""
        follower = Follower(everything)
        self._followers.add(follower)
        if client is not None:
            self._replies[client.number] = follower
        if everything:
            self._want()
        return follower

    def listen(self, follower: Follower, address: str) -> bool:
        """Values of one address from now on, the one it has first; False where there is no such node."""
        node = self.nodes.get(address)
        if node is None:
            return False
        follower.listens.add(address)
        self._listeners.setdefault(address, set()).add(follower)
        follower.changed[address] = None
        follower.news.set()
        if now() - self._said > WANTED_EVERY:
            self._want()
        return True

    def ignore(self, follower: Follower, address: str) -> None:
        """No more values of one address."""
        follower.listens.discard(address)
        follower.changed.pop(address, None)
        listeners = self._listeners.get(address, set())
        listeners.discard(follower)
        if not listeners:
            self._listeners.pop(address, None)

    def unfollow(self, follower: Follower) -> None:
        """Nothing more. Safe to call twice."""
        for address in list(follower.listens):
            self.ignore(follower, address)
        self._followers.discard(follower)
        for number in [one for one, other in self._replies.items() if other is follower]:
            del self._replies[number]

    # -- who says something --------------------------------------------------------------------------------------------

    async def come(self, host: str, port: int, code: str = "") -> Client:
        """Somebody at a machine, with a passcode or "". Raises DeniedError for a wrong code, DeviceError where nobody answers."""
        silent = DeviceError("the engine does not answer", hint="is the show running?")
        if not self.connected:
            raise silent
        self._number = number = self._number + 1
        awaited = self._awaited[number] = asyncio.get_running_loop().create_future()
        hello = {"host": host, "port": port, "code": code[:256]}
        self._send(line.framed(line.HELLO, json.dumps(hello).encode(), number))
        client = self._clients[number] = Client(number)
        try:
            async with asyncio.timeout(ANSWER_S):
                told = await awaited
            if "rights" not in told:
                raise DeniedError(told["problem"], hint=told["hint"])
        except TimeoutError:
            self.leave(client)
            raise silent from None
        except BaseException:
            self.leave(client)
            raise
        finally:
            self._awaited.pop(number, None)
        client.rights = frozenset(told["rights"])
        return client

    async def rights_of(self, host: str, code: str = "") -> frozenset[str]:
        """The rights of a machine with a code. Raises as `come`.

        Those without a code are asked for once, since they don't change while a show plays. A code is asked for each time: one
        that was remembered would be answered while its machine has to wait, and so could be guessed there without waiting.
        """
        known = None if code else self._known.get(host)
        if known is None:
            client = await self.come(host, 0, code)
            self.leave(client)
            known = client.rights
            if not code:
                if len(self._known) >= MOST_KNOWN:
                    self._known.clear()
                self._known[host] = known
        return known

    async def say(self, client: Client, packet: bytes) -> None:
        """Hands an OSC packet to the engine, as soon as the line takes it. What is no OSC is counted there, and dropped."""
        if self._writer is not None:
            self._send(line.framed(line.PACKET, packet, client.number))
            with contextlib.suppress(ConnectionError):
                await self._writer.drain()

    def leave(self, client: Client) -> None:
        """The engine forgets the client. Safe to call twice."""
        if self._clients.pop(client.number, None) is not None:
            self._send(line.framed(line.BYE, number=client.number))
