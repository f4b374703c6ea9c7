"""Who talks to the show, and what each of them wants to be told: replies, updates, events, parameters, a heartbeat.

    /connect CODE      rights by passcode            /updates 1 0             cues, playhead and scene, whenever they change
    /alwaysReply 1 0   an answer to every message    /listen[/EVENT] /ignore  what happens: go, stop, panic, cue/start ...
    /udpReplyPort N    where replies go to           /subscribe ADDRESS [N]   a parameter's or signal's value, N times a second
    /udpKeepAlive 1 0  never forgotten               /unsubscribe [ADDRESS]   no more of it; of any
    /thump /version /rights  answered                ADDRESS may be a pattern

A UDP client that is silent for 61 seconds is forgotten, with its rights. Pure: says what is to be sent (`news`), sends nothing.
Called by the engine's switchboard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from installation.errors import CommandError, did_you_mean
from installation.show.access import EVERYTHING, Access, Right, rights_told
from installation.show.words import number, pressed

SILENT = 61.0
"""Seconds after which a UDP client that says nothing is forgotten."""
MOST_CLIENTS = 64
MOST_SUBSCRIPTIONS = 512
"""Parameters that one client may be told of."""
MOST_PATTERNS = 32
RATE, FASTEST = 30.0, 60.0
"""Times a second that a subscription is told, unless it asks for another rate; and at most."""
EVENTS = (
    "go", "playhead", "preview", "stop", "hardStop", "panic", "pause", "resume", "reset",
    "cue/start", "cue/stop", "cue/pause", "cue/resume",
)  # fmt: skip
VERBS = (
    "/connect", "/alwaysReply", "/udpReplyPort", "/udpKeepAlive", "/updates", "/listen", "/ignore", "/subscribe",
    "/unsubscribe", "/thump", "/version", "/rights",
)  # fmt: skip

Sender: TypeAlias = tuple[Any, ...]


@dataclass(slots=True)
class Subscription:
    """A parameter, or a signal, that a client is told of: what it was told last, and when."""

    every: float
    last: object = None
    when: float = -1e9


@dataclass(slots=True)
class Client:
    """Somebody who talks to the show, or a machine that the site names."""

    sender: Sender
    name: str = ""
    """Of a machine that the site names; "" for others."""
    rights: frozenset[Right] = EVERYTHING
    heard: float = 0.0
    web: bool = False
    """Whether it came through the console, which counts those itself, and knows when they leave."""
    always: bool = False
    port: int = 0
    keep: bool = False
    updates: bool = False
    heartbeat: bool = False
    events: set[str] = field(default_factory=set)
    wanted: dict[str, float] = field(default_factory=dict)
    """Addresses and patterns, each with its seconds between two messages."""
    told: dict[str, Subscription] = field(default_factory=dict)
    """What the wanted ones are, by address."""
    fresh: bool = True
    """Whether it is to be told everything anew."""
    resolved: int = -1
    looked: float = -1e9
    """Of which state of the parameters `told` is, and since when."""

    @property
    def to(self) -> Sender:
        """Where replies go."""
        return (self.sender[0], self.port, *self.sender[2:]) if self.port and not self.tcp else self.sender

    @property
    def tcp(self) -> bool:
        """Whether it is a connection, which has its own end."""
        return len(self.sender) == 3


class Clients:
    """Remembers the clients that have asked for anything."""

    def __init__(self, access: Access | None = None, named: Sequence[Client] = (), version: str = "") -> None:
        self.access, self.version = access or Access(), version
        self.named = list(named)
        self._found: dict[Sender, Client] = {}
        self._passing: dict[Sender, Client] = {}
        """Those of this moment's messages that are not kept."""
        self._moment = -1.0

    def __len__(self) -> int:
        return len(self._found)

    @property
    def everybody(self) -> list[Client]:
        return [*self.named, *self._found.values()]

    def of(self, sender: Sender, seconds: float) -> Client:
        """The client that a message came from; one that was not kept is made for this moment's messages."""
        if seconds != self._moment:
            self._moment = seconds
            self._passing.clear()
        client = self._found.get(sender) or self._passing.get(sender)
        if client is None:
            client = self._passing[sender] = Client(sender, rights=self.access.rights_of(str(sender[0])))
        client.heard = seconds
        return client

    def admit(self, sender: Sender, code: str, seconds: float) -> frozenset[Right]:
        """The rights of somebody who comes over the web, with a passcode or without (""). Raises CommandError for a wrong one."""
        host = str(sender[0])
        found = self.access.connect(host, code, seconds, True) if code else self.access.rights_of(host, True)
        self._found[sender] = Client(sender, rights=found, heard=seconds, web=True)
        return found

    def forget(self, seconds: float, is_gone: Callable[[Sender], bool]) -> None:
        """Forgets who has been silent for too long, and connections that have ended."""
        for sender, client in list(self._found.items()):
            silent = seconds - client.heard > SILENT and not client.keep and not client.tcp
            if silent or is_gone(sender):
                del self._found[sender]

    def carry_out(
        self, client: Client, parts: Sequence[str], args: Sequence[object], seconds: float
    ) -> tuple[object, bool]:
        """Does what concerns the client itself: the data of an answer, and whether it was such a message.

        Raises CommandError; nothing changes then.
        """
        match parts:
            case ["thump"]:
                return "thump", True
            case ["version"]:
                return self.version, True
            case ["rights"]:
                return rights_told(client.rights), True
            case ["connect"]:
                code = args[0] if args else None
                client.rights = self.access.connect(str(client.sender[0]), code, seconds, client.web)
                self._keep(client)
                return rights_told(client.rights), True
            case ["connect", *_]:  # what is told of it must not have the code
                raise CommandError("/connect: the passcode comes as a value", hint="/connect CODE")
            case ["alwaysReply"]:
                client.always = pressed(args)
            case ["udpKeepAlive"]:
                client.keep = pressed(args)
            case ["udpReplyPort"]:
                client.port = _port(args)
            case ["updates"]:
                client.updates = client.heartbeat = pressed(args)
                client.fresh = True
            case ["listen", *event]:
                client.events |= _events(event)
            case ["ignore", *event]:
                client.events -= _events(event)
            case ["subscribe"]:
                return self._subscribe(client, args)
            case ["unsubscribe"]:
                client.wanted = {one: every for one, every in client.wanted.items() if args and one != args[0]}
                client.told = {one: told for one, told in client.told.items() if one in client.wanted}
                client.resolved = -1
            case _:
                return None, False
        self._keep(client)
        return None, True

    def _subscribe(self, client: Client, args: Sequence[object]) -> tuple[object, bool]:
        if not args:
            return sorted(client.wanted), True
        address = args[0]
        if not isinstance(address, str) or not address.startswith("/") or len(args) > 2:
            raise CommandError(
                "/subscribe: expected an address, and how many times a second", hint="/subscribe /reveal/lens 10"
            )
        rate = number(args[1], "how many times a second") if len(args) > 1 else RATE
        if not 0 < rate <= FASTEST:
            raise CommandError(f"/subscribe: {rate:g} times a second; at most {FASTEST:g}")
        patterns = sum(map(is_pattern, client.wanted))
        new = address not in client.wanted
        if new and (len(client.wanted) >= MOST_SUBSCRIPTIONS or (is_pattern(address) and patterns >= MOST_PATTERNS)):
            raise CommandError(f"/subscribe: more than {MOST_SUBSCRIPTIONS} addresses, or {MOST_PATTERNS} patterns")
        self._keep(client)
        client.wanted[address] = 1.0 / rate
        if is_pattern(address):
            client.resolved = -1
        else:
            client.told[address] = Subscription(1.0 / rate)
        return None, True

    def _keep(self, client: Client) -> None:
        if client.sender in self._found:
            return
        others = [one for one in self._found.values() if not one.web]
        if len(others) >= MOST_CLIENTS:
            idle = [one for one in others if not one.keep]
            if not idle:
                raise CommandError(
                    f"more than {MOST_CLIENTS} clients", hint="one of them has to be silent for a minute"
                )
            oldest = min(idle, key=lambda one: one.heard)
            if client.heard - oldest.heard < 1.0:
                raise CommandError(f"more than {MOST_CLIENTS} clients at once")
            del self._found[oldest.sender]
        self._found[client.sender] = client


def controllers(named: Mapping[str, Sequence[str]]) -> list[Client]:
    """The machines that the site names, with what each is to be told: cues, events, heartbeat, sense, addresses, patterns."""
    found = []
    for name, wanted in named.items():
        client = Client((name,), name, frozenset(), keep=True)
        for word in wanted:
            match word:
                case "cues":
                    client.updates = True
                case "events":
                    client.events |= set(EVENTS)
                case "heartbeat":
                    client.heartbeat = True
                case "sense":
                    client.wanted["/sense/*"] = 1.0 / RATE
                case _:
                    client.wanted[word] = 1.0 / RATE
        if client.updates or client.heartbeat or client.events or client.wanted:
            found.append(client)
    return found


def is_pattern(address: str) -> bool:
    return not set("*?[]{}").isdisjoint(address)


def _port(args: Sequence[object]) -> int:
    given = args[0] if len(args) == 1 else None
    if isinstance(given, bool) or not isinstance(given, int | float) or given != given or not 0 <= given <= 65535:
        raise CommandError("/udpReplyPort: expected a port; 0 for where the message came from")
    return int(given)


def _events(words: Sequence[str]) -> set[str]:
    if not words:
        return set(EVENTS)
    word = "/".join(words)
    if word not in EVENTS:
        raise CommandError(f'there is no event "{word[:60]}"', hint=did_you_mean(word[:60], EVENTS, label="events"))
    return {word}
