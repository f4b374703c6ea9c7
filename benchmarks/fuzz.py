"""Random and broken OSC packets, by the hundred thousand, to an engine that draws: it lives, nothing leaks, nothing changes.

`./run bench fuzz [COUNT]`. Packets are well-formed messages and bundles with bytes turned, cut, doubled and spliced, and plain
noise; over TCP in either framing, broken too. First they come from a machine without a passcode: then whatever they say must
change nothing. After that from one that may do everything: then the show has to go on, and be itself again after a reset.
"""

from __future__ import annotations

import gc
import random
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import psutil

from benchmarks.osc import engine_of
from installation.clock import FixedClock, now
from installation.engine import Engine
from installation.gpu.device import Device
from installation.inputs.osc import OscReceiver, decode
from installation.osc_wire import encode, framed
from installation.show.access import Access
from installation.show.clients import Clients

WORDS = (
    "/go", "/go/1", "/panic", "/stop", "/hardStop", "/reset", "/pause", "/resume", "/playhead/next", "/playhead/1", "/cue/1",
    "/cue/1/start", "/cue/*/armed", "/cue/1/loadAt", "/cue_id/1/solo", "/reveal", "/scene/one/go", "/under/one", "/faults/none",
    "/status", "/evidence", "/sense", "/sense/presence", "/connect", "/alwaysReply", "/updates", "/listen", "/listen/go",
    "/ignore", "/subscribe", "/unsubscribe", "/udpKeepAlive", "/thump", "/version", "/scene/one/fill/p1", "/scene/*/fill/p?",
    "/scene/one/fill/p2/+", "/scene/one/fill/p3/live", "/scene/one/fill/opacity/*/live", "/canvas/scale", "/reveal/lens",
    "/scene/one/fill/visible/toggle", "/{a,b}*[!x-z]?", "/nowhere", "/" + "*" * 200,
)  # fmt: skip
ARGS: tuple[object, ...] = (
    0, 1, -1, 2**31 - 1, 2**40, 0.0, 0.5, 1e30, 1e300, float("nan"), float("inf"), True, False, None, "", "1", "none", "/a/*",
    "x" * 300, "\u00fc", b"", b"\0\xff", (), (1, (2.0, "x")), "#ff0000", "toggle",
)  # fmt: skip
AT_ONCE = {"udp": 150, "tcp": 25}
"""Packets between two frames; of a connection that is cut, what was sent since the last one is never read."""
LEAK = 12.0
"""MiB that the process may grow by, after the first tenth."""


@dataclass
class Outcome:
    """What was sent, and what came of it."""

    sent: int = 0
    malformed: int = 0
    messages: int = 0
    dropped: int = 0
    changed: list[str] = field(default_factory=list)
    answers: bool = False
    growth: float = 0.0
    slowest: float = 0.0

    @property
    def good(self) -> bool:
        return self.answers and not self.changed and self.growth < LEAK


def packet(chance: random.Random) -> bytes:
    """A message or a bundle, most of them broken."""
    if chance.random() < 0.1:
        return chance.randbytes(chance.randrange(200))
    if chance.random() < 0.2:
        raw = b"#bundle\0" + struct.pack(">Q", chance.choice((0, 1, 2**40, 2**63, 2**64 - 1)))
        for _ in range(chance.randrange(4)):
            part = packet(chance) if chance.random() < 0.3 else message(chance)
            raw += struct.pack(">i", chance.choice((len(part), len(part), -4, 2**30))) + part
    else:
        raw = message(chance)
    return raw if chance.random() < 0.3 else mutated(raw, chance)


def message(chance: random.Random) -> bytes:
    return encode(chance.choice(WORDS), [chance.choice(ARGS) for _ in range(chance.randrange(4))])


def mutated(raw: bytes, chance: random.Random) -> bytes:
    data = bytearray(raw)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0 if at < len(data):
                data[at] = chance.randrange(256)
            case 1:
                del data[at:]
            case 2:
                data[at:at] = chance.randbytes(chance.choice((1, 4, 8)))
            case 3:
                data += data[at:]
            case 4:
                del data[at : at + 4]
            case _:
                data[at:at] = chance.choice((b",", b"[", b"]", b"\0\0\0\0", b"#bundle\0", b"\xc0", b"\xdb"))
        del data[2000:]
    return bytes(data)


def state(engine: Engine) -> dict[str, object]:
    """All that packets could change; what the room, or the tempo, drives moves by itself."""
    cues, wall = engine.cues, engine.wall
    return {
        "parameters": [
            (p.address, p.saved, p.base, None if p.driver else p.value, p.owner, p.live) for p in engine.params
        ],
        "cues": (cues.standing_by, cues.current, [one.id for one in cues.running], cues.loaded, cues.held),
        "armed": [entry.armed for entry in cues.order.entries.values()],
        "reveal": (engine.reveal_state.level, engine.staging.name),
        "scene": (wall.playing and wall.playing.name, wall.under and wall.under.name),
        "owners": engine.carrier.owned(),
        "clients": len(engine.switchboard.clients),
    }


def left(engine: Engine) -> list[str]:
    """Parameters that a reset has left otherwise than their files say; what the room drives has its own value."""
    return [p.address for p in engine.params if p.base != p.saved or (p.value != p.saved and p.driver is None)]


class Wire:
    """Sends packets over UDP or TCP; connects again when it was cut off."""

    def __init__(self, kind: Literal["udp", "tcp"], port: int, chance: random.Random) -> None:
        self._kind, self._port, self._chance = kind, port, chance
        self._framing: Any = "slip"
        self._open()

    def _open(self) -> None:
        kind = socket.SOCK_DGRAM if self._kind == "udp" else socket.SOCK_STREAM
        self.link = socket.socket(socket.AF_INET, kind)
        self.link.connect(("127.0.0.1", self._port))
        self.link.setblocking(False)
        self._framing = self._chance.choice(("slip", "length"))

    def send(self, raw: bytes) -> None:
        if self._kind == "tcp":
            raw = framed(raw, self._framing)
            if self._chance.random() < 0.02:
                raw = mutated(raw, self._chance)
        try:
            self.link.send(raw)
        except BlockingIOError:
            pass
        except OSError:
            self.link.close()
            self._open()
        self.read()

    def read(self) -> bytes:
        try:
            return self.link.recv(1 << 20)
        except OSError:
            return b""


def run(device: Device, kind: Literal["udp", "tcp"], count: int, trusted: bool, seed: int = 1) -> Outcome:
    """Sends so many packets and looks what came of it."""
    chance, found = random.Random(seed), Outcome()
    access = Access({"2142-2142": frozenset(("view",))}, ["127.0.0.0/8"] if trusted else [])
    process = psutil.Process()
    with (
        OscReceiver("127.0.0.1", 0, tcp=True) as network,
        engine_of(device, network, (32, 18), Clients(access)) as engine,
    ):
        clock = FixedClock(60.0)

        def play(frames: int = 1) -> None:
            for _ in range(frames):
                began = now()
                engine.step(clock.next())
                found.slowest = max(found.slowest, now() - began)

        play(5)
        before, memory = state(engine), 0.0
        wire = Wire(kind, network.port, chance)
        for number in range(count):
            wire.send(packet(chance))
            found.sent += 1
            if number % AT_ONCE[kind] == 0:
                play()
            if number == count // 10:
                gc.collect()
                memory = process.memory_info().rss
        play(5)
        wire.link.close()
        gc.collect()
        found.growth = (process.memory_info().rss - memory) / 2**20
        found.answers = answered(network.port, play)
        if trusted:
            engine.reset()
            play(3)
            found.changed = left(engine)
        else:
            after = state(engine)
            found.changed = [what for what in before if before[what] != after[what]]
        counted: dict[str, Any] = dict(network.status())
        found.malformed, found.messages = counted["malformed"], counted["messages"]
        found.dropped = counted["tcp_dropped"]
    return found


def answered(port: int, play: Callable[[], None]) -> bool:
    """Whether the next good message is heard and answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.connect(("127.0.0.1", port))
        link.setblocking(False)
        until = now() + 10.0
        while now() < until:
            link.send(encode("/thump"))
            play()
            try:
                return any(one.address == "/reply/thump" for one in decode(link.recv(65_536)))
            except BlockingIOError:
                continue
    return False


def tell(kind: str, trusted: bool, found: Outcome) -> None:
    who = "who may do everything" if trusted else "without a passcode"
    print(
        f"{found.sent:,} packets over {kind} {who}: {'fine' if found.good else 'NOT FINE'}; "
        f"{found.malformed:,} malformed, "
        f"{found.messages:,} messages, {found.dropped} connections cut; memory {found.growth:+.1f} MiB, "
        f"slowest frame {found.slowest * 1000:.0f} ms, changed: {', '.join(found.changed) or 'nothing'}",
        flush=True,
    )


def main(count: int = 100_000) -> int:
    from benchmarks import fuzz_web  # it needs what is here

    device, wrong = Device.headless(), 0
    for kind in ("udp", "tcp", "web"):
        for trusted in (False, True):
            found = fuzz_web.run(device, count, trusted) if kind == "web" else run(device, kind, count, trusted)  # type: ignore[arg-type]
            wrong += not found.good
            tell(kind, trusted, found)
    device.close()
    return wrong
