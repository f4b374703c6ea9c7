"""Takes what operators, performers and other machines ask for, frame by frame in its order, and tells them what they want.

Streams of values are coalesced: of many that one address gets in a frame, only the newest counts. What must happen once, a GO,
a panic, is never lost, doubled or reordered, and nothing is moved past it. A frame spends only so long on messages: the rest
comes in the next, and of a sender that floods it, what is too much is dropped and counted. Owned by the engine; `access` says
who may do what, `control` does it.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from installation import __version__
from installation.clock import FrameTime, now, worked_here
from installation.edges import Message, Network, Sockets
from installation.errors import CommandError, Problem
from installation.osc_wire import encode
from installation.param_tree import ParamTree
from installation.params import LARGEST, SIZES
from installation.show import values
from installation.show.access import right_for
from installation.show.clients import Client, Clients, Sender
from installation.show.control import Control
from installation.show.news import Moment, News
from installation.show.replies import DeniedError, Reply, answer, refusal, refused

A_MOMENT, SHARE, LONGEST = 0.004, 0.25, 0.1
"""Seconds of work that carrying out messages may cost in one frame, or this share of the time since the last, but never more than
so many; one message is always carried out."""
MOST_WAITING = 4096
"""Messages that wait for the next frame."""
MOST_OF_A_SENDER = 1024
"""Of them, those of one sender: so that it keeps nobody else out."""
MOST_ANSWERS, MOST_BYTES = 500, 4_000_000
"""Replies, and bytes of them, that one machine gets in a second."""
TOLD = 8
"""Most problems of one cue or scene that its sender is told of."""
MOVES = ("/align/to", "/align/move", "/align/nudge")
"""What comes many times a second while somebody drags a point."""
STREAMS = ("float", "point2D", "color", "bool")
"""Kinds of parameter whose values may be coalesced: any finite number has a meaning for them, so the newest is never refused."""


class Switchboard:
    """Remembers who talks to the show, what waits for the next frame, and who asked for which cue."""

    def __init__(
        self, engine: Any, network: Sockets | None, match: Callable[[str, str], bool], clients: Clients | None = None
    ) -> None:
        self.clients = Clients() if clients is None else clients  # one that is empty yet is false
        self.clients.version = __version__
        self.flooding = self.coalesced = self.denied = 0
        """Messages that were too many, that a newer one has replaced, and that their senders had no right to."""
        self.asker: Client | None = None
        """Who sent the message that is carried out just now."""
        self.pages: Network | None = None
        """The clients of the console: put here by whoever has one."""
        self.push: Callable[[str, bytes], object] | None = None
        """Sends a packet to a machine that the site names; put here by whoever can send."""
        self.sending: Callable[[], Mapping[str, object]] | None = None
        """How sending to those machines goes."""
        self._engine, self._network = engine, network
        self._control = Control(engine, match)
        self._news = News(match)
        self._waiting: deque[Message] = deque()
        self._asked: dict[str, Client] = {}
        self._answered: dict[str, tuple[int, int]] = {}
        self._second = -1
        self._took = now()

    def take(self, frame: FrameTime) -> None:
        """Carries out what has come since the last frame, first that of keys and pages, then that of the network."""
        for address, args, owner in self._engine.commands.drain():
            self._carry_out(address, args, owner, frame, None)
        streams = Streams(self._engine.params, self._may_edit)
        if self._network is not None:
            self._admit(self._network.drain(voids=streams), streams)
        if self.pages is not None:
            self._admit(self.pages.drain(), streams)
        began = now()
        until = worked_here() + min(max(A_MOMENT, (began - self._took) * SHARE), LONGEST)
        self._took = began
        while self._waiting:
            message = self._waiting.popleft()
            self._hear(message, frame)
            if worked_here() > until:
                break

    def listen(self) -> None:
        """Between two frames: has what came until now read, so that the next frame has less to read."""
        if self._network is not None:
            self._network.gather(voids=Streams(self._engine.params, self._may_edit))

    @property
    def _networks(self) -> list[Network]:
        return [network for network in (self._network, self.pages) if network is not None]

    def _may_edit(self, sender: Sender) -> bool:
        return "edit" in self.clients.of(sender, self._engine.time[0]).rights

    def _admit(self, arrived: Sequence[Message], streams: Streams) -> None:
        if not arrived:
            return
        kept = coalesced([*self._waiting, *arrived], streams)
        self.coalesced += len(self._waiting) + len(arrived) - len(kept)
        if len(kept) > MOST_OF_A_SENDER:
            few = fair(kept)
            self.flooding += len(kept) - len(few)
            kept = few
        self._waiting = deque(kept)

    def _hear(self, message: Message, frame: FrameTime) -> None:
        """One message of the network: checks its sender's rights, does it, and answers."""
        address, args = message.address, message.args
        client = self.clients.of(message.sender or ("", 0), frame.seconds)
        try:
            meant = values.meant(self._engine.params, address)
            args = values.pressed(meant, args)
            right = right_for(address, args, lambda _: meant is not None)
            self.clients.access.need(right, client.rights, address)
            data, done = None, False
            if meant is None:
                data, done = self.clients.carry_out(client, address[1:].split("/"), args, frame.seconds)
        except CommandError as error:
            self.denied += isinstance(error, DeniedError)
            self._note(address, args, "osc", client, "denied" if isinstance(error, DeniedError) else "refused")
            self._refuse(client, address, error)
            return
        if done:
            self._note(address, args, "osc", client, "talk")
            if data is not None or client.always:
                self._reply(client, answer(address, data))
            return
        self.asker = client
        self._carry_out(address, args, "console" if client.web else "osc", frame, client)
        self.asker = None

    def _carry_out(
        self, address: str, args: Sequence[object], owner: str, frame: FrameTime, client: Client | None
    ) -> None:
        try:
            reply = self._sensed(address) if not args else None
            reply = reply or self._control.handle(address, args, frame.seconds, owner)
        except CommandError as error:
            of = "align" if address in MOVES else ""
            self._engine.refuse(f"{owner}: {error}" if of else f"{owner} {address}: {error}", of)
            self._note(address, args, owner, client, "refused")
            if client is not None:
                self._refuse(client, address, error)
            return
        if address.startswith("/align/"):
            self._engine.complaints.settle("align")
        if (
            reply is None or address == "/evidence"
        ):  # which opens the mark that is asked about; other questions change nothing
            self._note(address, args, owner, client)
        if client is not None and (reply or client.always):
            self._reply(client, reply or answer(address))

    def need(self, address: str) -> None:
        """Refuses an address that means nothing here. Raises CommandError."""
        self._control.need(address, self._engine.time[0])

    def _note(self, address: str, args: Sequence[object], owner: str, client: Client | None, how: str = "") -> None:
        """The log has everything that was asked, but for questions."""
        if (logbook := self._engine.logbook) is not None:
            logbook.note(address, args, owner, how, str(client.sender[0]) if client else "")

    def _sensed(self, address: str) -> Reply | None:
        """The answer to a question about the room."""
        if not address.startswith("/sense"):
            return None
        signals: Mapping[str, float] = self._engine.signals()
        if address == "/sense":
            return answer(address, signals)
        return answer(address, signals[address[7:]]) if address[7:] in signals else None

    def _refuse(self, client: Client, address: str, error: CommandError) -> None:
        self._reply(client, refusal(address, error))
        if client.always or isinstance(error, DeniedError):
            self._reply(client, refused(address, error))

    def _reply(self, client: Client, reply: Reply) -> None:
        self._send(client, reply.address, reply.args)

    def _send(self, client: Client, address: str, args: tuple[object, ...]) -> None:
        """Sends one message; not more to one machine than it can mean to ask for."""
        try:
            packet = encode(address, args)
        except (ValueError, TypeError):
            return
        if client.name:
            if self.push is not None:
                self.push(client.name, packet)
        elif self._networks:
            second = int(self._engine.time[0])
            if second != self._second:
                self._second = second
                self._answered.clear()
            host = str(client.sender if client.web else client.sender[0])
            count, size = self._answered.get(host, (0, 0))
            if count < MOST_ANSWERS and size < MOST_BYTES:
                self._answered[host] = count + 1, size + len(packet)
                for network in self._networks:
                    if network.has(client.sender):
                        network.send(client.to, packet)
                        break

    # -- what is told ----------------------------------------------------------------------------------------------------

    def remember(self, cue: str) -> None:
        """Whoever is asking now is told what goes wrong with this cue."""
        if self.asker is not None:
            self._asked[cue] = self.asker
        else:
            self._asked.pop(cue, None)

    def tell_problems(self, cue: str, label: str, problems: Iterable[Problem]) -> None:
        """Tells whoever asked for a cue what is wrong with it."""
        if client := self._asked.get(cue):
            self._tell(client, f"/cue/{label}", problems)

    def tell_asker(self, address: str, problems: Iterable[Problem]) -> None:
        """Tells whoever is asking now."""
        if self.asker is not None:
            self._tell(self.asker, address, problems)

    def _tell(self, client: Client, address: str, problems: Iterable[Problem]) -> None:
        for problem in list(problems)[:TOLD]:
            where = f"{problem.where}: " if problem.where else ""
            self._send(client, "/error", (address, f"{where}{problem.message}", problem.hint))

    def tell(self, frame: FrameTime) -> None:
        """Tells clients what has changed in this frame; forgets those that have gone."""
        engine = self._engine
        self.clients.forget(frame.seconds, self._is_gone)
        everybody = self.clients.everybody
        wall = engine.wall
        moment = Moment(
            frame.seconds,
            frame.index,
            engine.costs.fps,
            engine.cues,
            engine.params,
            engine.signals() if everybody else {},
            wall.playing.name if wall.playing else "",
            wall.under.name if wall.under else "",
        )
        for client, (address, args) in self._news.of(everybody, moment):
            self._send(client, address, args)

    def _is_gone(self, sender: Sender) -> bool:
        return not any(network.has(sender) for network in self._networks)

    def part(self) -> None:
        """Tells those who listen that the show ends."""
        for client in self.clients.everybody:
            if client.updates:
                self._send(client, "/update/disconnect", ())

    def status(self) -> dict[str, object]:
        """How OSC is."""
        sending: dict[str, object] = {"sending": self.sending()} if self.sending else {}
        if self.pages is not None:
            sending["pages"] = self.pages.status()
        if self._network is None:
            return sending
        told = self._network.status()
        void = int(str(told.get("coalesced", 0))) + self.coalesced
        counted = {"coalesced": void, "flooding": self.flooding, "denied": self.denied}
        waiting, clients = len(self._waiting), len(self.clients)
        return {**told, **counted, "waiting": waiting, "clients": clients, **sending}


class Streams:
    """Of which messages only the newest counts: values of a parameter that refuses none.

    Called with a message, it says whether that makes void an earlier one of the same address with as many values. Remembers, of
    one frame, what each address is and who may set it.
    """

    def __init__(self, params: ParamTree, may: Callable[[Sender], bool] = lambda _: True) -> None:
        self._params, self._may = params, may
        self._sizes: dict[str, int] = {}
        self._rights: dict[Sender, bool] = {}

    def __call__(self, message: Message) -> bool:
        address, args = message.address, message.args
        size = self._sizes.get(address)
        if size is None:
            parameter = self._params.find(address)
            size = SIZES[parameter.spec.kind] if parameter and parameter.spec.kind in STREAMS else 0
            self._sizes[address] = size
        if not size or len(args) != size or not _plain(args[0]) or not (size == 1 or all(map(_plain, args))):
            return False
        known = self._rights.get(message.sender)
        if known is None:
            known = self._rights[message.sender] = self._may(message.sender)
        return known


def coalesced(messages: Sequence[Message], streams: Streams) -> list[Message]:
    """The messages without those that a newer one makes void: an earlier value for the same parameter, with nothing between
    them but such values. Carrying them out leaves everything as carrying out all of them would.
    """
    kept: list[Message | None] = []
    places: dict[str, int] = {}
    for message in messages:
        if streams(message):
            place = places.get(message.address)
            if place is not None:
                kept[place] = None
            places[message.address] = len(kept)
        elif places:
            places.clear()
        kept.append(message)
    return [message for message in kept if message is not None]


def _plain(given: object) -> bool:
    """A number that no parameter refuses."""
    return isinstance(given, (float, int)) and -LARGEST <= given <= LARGEST


def fair(messages: Sequence[Message]) -> list[Message]:
    """At most so many of each sender, and of all: the earliest."""
    counts: Counter[Sender] = Counter()
    kept: list[Message] = []
    for message in messages:
        counts[message.sender] += 1
        if counts[message.sender] <= MOST_OF_A_SENDER and len(kept) < MOST_WAITING:
            kept.append(message)
    return kept
