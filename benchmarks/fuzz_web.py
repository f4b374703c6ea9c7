"""Random and broken OSC, commands, frames and requests to the console's port of an engine that draws: WebSocket and HTTP.

`./run bench fuzz [COUNT]` does this too. The console is a real process, the line to it the real one; what is sent comes from a
thread of its own, since a console that is held up makes its clients wait. As in `fuzz`, first without a passcode, when nothing
may change, then from a machine that may do everything, after which a reset makes the show itself again.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import random
import socket
from collections.abc import Callable
from threading import Thread

import psutil
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from benchmarks.fuzz import Outcome, left, mutated, packet, state
from benchmarks.osc import engine_of
from installation.clock import FixedClock, now
from installation.console.server import start
from installation.gpu.device import Device
from installation.osc_wire import encode
from installation.outputs.preview import PreviewLink
from installation.pages import Pages
from installation.show.access import Access
from installation.show.clients import Clients

PATHS = (
    "", "scene", "scene/one/fill/p1", "go", "..", "%2e%2e%2f", "%00", "status", "preview", "a/" * 300, "\xff", "scene?VALUE",
    "?HOST_INFO", "?" + "V" * 2000, "reveal/level?RANGE", "//", "*", "{a,b}",
)  # fmt: skip
HEADERS = (
    "Accept: text/html", "Host: evil.example", "Origin: http://evil.example", "Authorization: Basic " + "A" * 50,
    "Expect: 100-continue", "Content-Length: 99999999", "Content-Length: -1", "Transfer-Encoding: chunked",
    "Upgrade: websocket\r\nConnection: Upgrade", "X: " + "y" * 30_000, "Range: bytes=0-", "Connection: close",
)  # fmt: skip
WORDS = ("LISTEN", "IGNORE", "PATH_CHANGED", "PATH_RENAMED", "listen", "", None, 1)
PLACES = ("/scene/one/fill/p1", "/sense/motion", "/", "", "/" * 3000, None, [], {"OLD": "/a", "NEW": "/b"}, 1e308)
A_TURN = 200
"""Messages over one WebSocket, after which it is another one."""
A_REQUEST = 20
"""WebSocket messages for each HTTP request."""


def text(chance: random.Random) -> str:
    """A command of OSCQuery, or what was one."""
    whole = json.dumps({"COMMAND": chance.choice(WORDS), "DATA": chance.choice(PLACES)})
    return whole if chance.random() < 0.7 else mutated(whole.encode(), chance).decode("utf-8", "replace")


def request(chance: random.Random) -> bytes:
    """An HTTP request, most of them broken."""
    method = chance.choice(("GET", "GET", "GET", "POST", "PUT", "HEAD", "OPTIONS", "\xff"))
    lines = [f"{method} /{chance.choice(PATHS)} HTTP/1.1", "Host: 127.0.0.1"]
    lines += chance.sample(HEADERS, chance.randrange(3))
    raw = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + chance.randbytes(chance.choice((0, 0, 100, 5000)))
    return raw if chance.random() < 0.5 else mutated(raw, chance)


def broken_frame(chance: random.Random) -> bytes:
    """Bytes that are no frame of a WebSocket, or one that it may not have."""
    return bytes((chance.randrange(256), chance.choice((0xFE, 0xFF, 0x80, 0x7D)))) + chance.randbytes(
        chance.randrange(20)
    )


class Sender:
    """Sends so many messages from a thread of its own. Remembers how often it was cut off."""

    def __init__(self, port: int, count: int, chance: random.Random) -> None:
        self._port, self._count, self._chance = port, count, chance
        self._quiet = logging.getLogger("fuzz_web")
        self._quiet.disabled = True  # the library tells of every frame that it can't read
        self.sent = self.cut = 0
        self.thread = Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        chance = self._chance
        while self.sent < self._count:
            with contextlib.suppress(OSError, WebSocketException, TimeoutError), self._connected() as link:
                for _ in range(A_TURN):
                    self.sent += 1
                    link.send(packet(chance) if chance.random() < 0.9 else text(chance))
                    if self.sent % A_REQUEST == 0:
                        self._ask()
                    if chance.random() < 0.002:
                        link.socket.sendall(broken_frame(chance))
                continue
            self.cut += 1

    def _connected(self) -> ClientConnection:
        return connect(
            f"ws://127.0.0.1:{self._port}/", compression=None, close_timeout=0.2, max_queue=None, logger=self._quiet
        )

    def _ask(self) -> None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 5.0) as link:
            link.settimeout(0.02)
            link.sendall(request(self._chance))
            link.recv(1000)


def run(device: Device, count: int, trusted: bool, seed: int = 1) -> Outcome:
    """Sends so many messages and a twentieth as many requests, and looks what came of it."""
    found = Outcome()
    access = Access({"2142-2142": frozenset(("view",))}, ["127.0.0.0/8"] if trusted else [])
    process = psutil.Process()
    with engine_of(device, None, (32, 18), Clients(access)) as engine, PreviewLink() as link:
        pages = Pages(engine, {"show": "Fuzz", "host": "127.0.0.1", "port": None, "tcp": False})
        engine.switchboard.pages = pages
        with start(link.name, "127.0.0.1", 0, pages.open()) as console:
            clock = FixedClock(60.0)

            def play() -> None:
                began = now()
                frame = clock.next()
                engine.step(frame)
                pages.tell(frame)
                found.slowest = max(found.slowest, now() - began)

            for _ in range(5):
                play()
            before, memory = state(engine), 0
            sender = Sender(console.port, count, random.Random(seed))
            while sender.thread.is_alive():
                play()
                if not memory and sender.sent >= count // 10:
                    gc.collect()
                    memory = _memory(process)
            gc.collect()
            found.growth = (_memory(process) - memory) / 2**20
            found.sent, found.dropped = sender.sent, sender.cut
            found.malformed, found.messages = pages.counters["malformed"], pages.counters["packets"]
            found.answers = console.alive and not pages.counters["lost"] and _answered(console.port, play)
            for _ in range(10):
                play()
            if trusted:
                engine.reset()
                play()
                found.changed = left(engine)
            else:
                after = state(engine)
                found.changed = [what for what in before if before[what] != after[what]]
        pages.close()
    return found


def _memory(process: psutil.Process) -> int:
    """Bytes that the engine and its console have."""
    consoles = [one for one in process.children() if "installation.console.server" in one.cmdline()]
    return sum(int(one.memory_info().rss) for one in (process, *consoles))


def _answered(port: int, play: Callable[[], None]) -> bool:
    """Whether the next good message is heard and answered."""
    told: list[bytes | str] = []

    def ask() -> None:
        with contextlib.suppress(OSError, WebSocketException, TimeoutError):
            with connect(f"ws://127.0.0.1:{port}/", compression=None, close_timeout=0.2) as link:
                link.send(encode("/thump"))
                told.append(link.recv(10))

    asking = Thread(target=ask, daemon=True)
    asking.start()
    while asking.is_alive():
        play()
    return bool(told) and isinstance(told[0], bytes) and told[0].startswith(b"/reply/thump")
