"""The engine's end of the line to the console's process: pages and OSCQuery clients as senders of OSC, and what they are told.

To the switchboard this is one more network: what comes over the line are OSC packets, each from a client with an address of its
own, and with the rights that its machine or its passcode has (`show.clients`). To the console it tells the parameter tree, and
while somebody wants them the values that have changed (`feeding`). Never waits: where the line is full, what was to be told is
left for later, and then it is newer. Owned by `report.Console`, which calls `tell` between frames.
"""

from __future__ import annotations

import json
import math
import socket
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from installation import line
from installation.clock import FrameTime, wall_time, worked_here
from installation.clock import now as clock_now
from installation.errors import CommandError
from installation.feeding import Feeding
from installation.inputs.osc_decode import Decoder, OscError, OscMessage
from installation.inputs.osc_later import Later

A_READ = 8192
"""Bytes taken from the line at once: all that has come in them is carried out before the time is looked at."""
LARGEST = 65_536
"""Bytes of a packet, at most."""
A_FRAME, A_MOMENT = 512 * 1024, 0.002
"""Bytes, and seconds of work, that reading may take in one frame; the rest waits in the line, and the console with it."""
MOST_UNSENT = 512 * 1024
"""Bytes of replies that wait for a console that doesn't read; more are dropped, and counted."""
REPORT_EVERY = 1 / 30
"""Seconds between two reports of values, while somebody wants them."""
REVISE_EVERY = 0.1
"""Seconds between two looks at what there is: while scenes are built, nodes come in many frames in a row."""
WANTED_FOR = 5.0
"""Seconds for which values are wanted after it was last said so."""
MOST_CLIENTS = 256
LINE_BUFFER = 256 * 1024


class Page(NamedTuple):
    """Who sent something through the console: its machine, its port, and its number."""

    host: str
    port: int
    number: int


class Pages:
    """Remembers the clients of the console, what is half sent and half read, and its counters. Implements `edges.Network`."""

    def __init__(self, engine: Any, about: Mapping[str, object]) -> None:
        """`about`: what the console is told at the beginning, plain values."""
        self._engine, self._about = engine, dict(about)
        self._socket: socket.socket | None = None
        self._frames = line.Frames()
        self._decoder = Decoder()
        self._unsent = bytearray()
        self._clients: dict[int, Page] = {}
        self._feeding: Feeding | None = None
        self._wanted, self._wanted_until = 0, -math.inf
        self._goal = self._answered = 0
        self._due = self._revise = -math.inf
        self._arrived: list[OscMessage] = []
        self.opened = 0
        """How many consoles there have been: each is told everything anew."""
        self._later = Later(wall_time)
        self.counters = dict.fromkeys(
            ("packets", "malformed", "replies", "unsent", "lost", "scheduled", "late", "dropped"), 0
        )

    def open(self) -> socket.socket:
        """A new line, in place of the old one: gives the end that is the console's. The caller closes it."""
        self.close()
        self._socket, other = socket.socketpair()
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LINE_BUFFER)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LINE_BUFFER)
        self._feeding = Feeding(self._engine)
        self.opened += 1
        self._put(line.ABOUT, _json(self._about))
        return other

    def close(self) -> None:
        """Ends the line: its clients are gone. Safe to call twice."""
        if self._socket is not None:
            self._socket.close()
        self._socket = self._feeding = None
        self._frames = line.Frames()
        self._clients.clear()
        self._later.clear()
        self._unsent.clear()
        self._wanted = self._goal = self._answered = 0
        self._wanted_until = self._revise = -math.inf

    # -- what clients say ----------------------------------------------------------------------------------------------

    def drain(self) -> Sequence[OscMessage]:
        """What has come over the line since the last frame, in order."""
        link = self._socket
        if link is None:
            return ()
        self._arrived = self._later.due(clock_now()) if self._later.waiting else []
        until = worked_here() + A_MOMENT
        taken = 0
        try:
            while taken < A_FRAME:
                piece = link.recv(A_READ)
                if not piece:
                    raise line.LineError("the console has gone")
                taken += len(piece)
                for kind, content in self._frames.take(piece):
                    self._hear(kind, content)
                if worked_here() > until:
                    break
        except BlockingIOError:
            pass
        except (OSError, ValueError, KeyError, TypeError):  # its process has ended, or is none of ours any more
            self.counters["lost"] += 1
            self.close()
        return self._arrived

    def _hear(self, kind: bytes, content: bytes) -> None:
        number, content = line.numbered(content)
        match kind:
            case line.PACKET:
                self._read(number, content)
            case line.WANTED:
                self._wanted = number
                self._wanted_until = self._engine.time[0] + WANTED_FOR
            case line.HELLO:
                said = json.loads(content)
                self._admit(Page(str(said["host"]), int(said["port"]), number), str(said["code"]))
            case line.BYE:
                self._clients.pop(number, None)
            case _:
                raise line.LineError(f"a frame of kind {kind!r}")

    def _read(self, number: int, packet: bytes) -> None:
        client = self._clients.get(number)
        if client is None:
            return  # it has left
        self.counters["packets"] += 1
        try:
            messages = self._decoder.decode(packet, client)
        except OscError:
            self.counters["malformed"] += 1
            return
        if any(message.due is not None for message in messages):
            messages = self._later.put(messages, clock_now(), self.counters)
        self._arrived += messages

    def _admit(self, client: Page, code: str) -> None:
        """Somebody has come: says which rights it has, or why it has none."""
        told: dict[str, object]
        clients, seconds = self._engine.switchboard.clients, self._engine.time[0]
        try:
            if len(self._clients) >= MOST_CLIENTS:
                raise CommandError("too many pages and clients", hint="close some")
            rights = clients.admit(client, code, seconds)
            self._clients[client.number] = client
            told = {"rights": sorted(rights)}
        except CommandError as error:
            told = {"problem": error.problems[0].message, "hint": error.problems[0].hint}
        self._put(line.RIGHTS, _json({"client": client.number, **told}))

    # -- what they are told --------------------------------------------------------------------------------------------

    def document(self, told: bytes) -> bool:
        """A document for the console itself (`desk`); False where it can't be had now, and is to be told again."""
        if self._socket is None or len(self._unsent) + len(told) > MOST_UNSENT:
            return False
        self._put(line.DOCUMENT, told)
        return self._socket is not None

    def send(self, sender: Any, packet: bytes) -> bool:
        """One OSC packet for a client; False, and counted, where the console doesn't keep up."""
        sent = self.has(sender) and len(packet) < LARGEST and len(self._unsent) < MOST_UNSENT
        if sent:
            if packet.startswith(
                b"/reply/connect\0"
            ):  # the console has to know before the client does, which goes on at once
                rights = self._engine.switchboard.clients.of(sender, self._engine.time[0]).rights
                self._put(line.RIGHTS, _json({"client": sender.number, "rights": sorted(rights)}))
            self._put(line.REPLY, packet, sender.number)
        self.counters["replies" if sent else "unsent"] += 1
        return sent

    def has(self, sender: Any) -> bool:
        """Whether a sender is a client that has not left."""
        return isinstance(sender, Page) and self._clients.get(sender.number) == sender

    def tell(self, frame: FrameTime) -> None:
        """A piece of the tree where there is something new; a report of values where it is time for one."""
        if self._feeding is None or not self._flush():
            return
        if not 0.0 < self._revise - frame.seconds <= REVISE_EVERY:
            piece = self._feeding.declare()
            if piece is not None:
                self._put(line.TREE, _json(piece))
            if piece is None or "version" in piece:
                self._revise = frame.seconds + REVISE_EVERY
        if self._goal == self._answered != self._wanted:
            self._goal = self._wanted
            self._feeding.begin()
        asked = self._goal != self._answered
        if frame.seconds >= self._wanted_until and not asked:
            return
        if not asked and 0.0 < self._due - frame.seconds <= REPORT_EVERY:
            return
        self._due = frame.seconds + REPORT_EVERY
        changed, whole = self._feeding.changes()
        report: dict[str, object] = {"values": changed}
        if asked and whole:
            self._answered = report["wanted"] = self._goal
        if changed or "wanted" in report:
            self._put(line.VALUES, _json(report))

    def _put(self, kind: bytes, content: bytes, number: int | None = None) -> None:
        try:
            self._unsent += line.framed(kind, content, number)
        except line.LineError:
            self.counters["unsent"] += 1
            return
        self._flush()

    def _flush(self) -> bool:
        """Sends what waits; whether nothing waits any more."""
        if self._unsent and self._socket is not None:
            try:
                del self._unsent[: self._socket.send(self._unsent)]
            except BlockingIOError:
                pass
            except OSError:
                self.close()
        return not self._unsent

    def status(self) -> Mapping[str, object]:
        """How many clients, and what was counted."""
        return {"clients": len(self._clients), **self.counters}


def _json(told: Mapping[str, object]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
