"""What OSC costs the frame, and how much of it is taken without loss: ours beside python-osc's servers, in one run.

`./run bench osc [SECONDS]`: 3 seconds each unless said. The engine draws a real scene at 60 frames a second; another process
sends. One message in 320 is a trigger with its number. What python-osc hears goes to the same engine, through its queue of
commands. A rate is passed where so much could be sent, nothing is lost, every trigger comes once and in order, and each
parameter ends with the value that was sent to it last. How long messages wait is told of the triggers, of which each is carried
out: the sender writes down when each went. On a machine that is busy with other things the times say more about these than
about us: the load is printed, and processor time beside wall time.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from installation.clock import WallClock, now, worked
from installation.engine import Engine
from installation.gpu.device import Device
from installation.inputs.osc import OscReceiver, match
from installation.inputs.sense import Sense
from installation.play import WORK
from installation.scene.load import load_show
from installation.show.clients import Clients

FPS = 60.0
RATE = 32_000
TRIGGER = 320
ADDRESSES = 16
GOAL_FRAMES, GOAL_THREADING, GOAL_BLOCKING = 1.1, 16, 4
LADDERS: dict[str, tuple[int, ...]] = {
    "python-osc threading": (125, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000),
    "python-osc blocking": (500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000),
    "ours": (8_000, 16_000, 32_000, 64_000, 96_000, 128_000, 160_000, 192_000),
}
SHADER = """/*{"INPUTS": [%s]}*/
void main() { vec2 p = isf_FragNormCoord * 6.0; float s = 0.0;
  for (int i = 0; i < 12; i++) { p += sin(p.yx * 1.7 + TIME + float(i)); s += sin(p.x + p.y); }
  gl_FragColor = vec4(vec3(0.5 + 0.04 * s + 1e-9 * (%s)), 1.0); }
"""
SENDER = """
import json, socket, struct, sys, time
port, rate, seconds = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); link.connect(("127.0.0.1", port))
pad = lambda raw: raw + b"\\0" * (4 - len(raw) % 4)
heads = [pad(b"/scene/one/fill/p%d" % n) + pad(b",d") for n in range(ADDRESSES)]
trigger = pad(b"/cue/1/start") + pad(b",id")
sent = triggers = failed = 0
went, last = [], [0.0] * ADDRESSES
sys.stdin.readline()
began = time.monotonic()
while (moment := time.monotonic()) - began < seconds:
    due = int((moment - began) * rate)
    while sent < due:
        if sent % TRIGGER == TRIGGER - 1:
            packet = trigger + struct.pack(">id", 1, triggers / 1000.0); triggers += 1
            went.append(time.monotonic())
        else:
            last[sent % ADDRESSES] = value = sent / 1e9  # within 0 and 1, and never twice the same
            packet = heads[sent % ADDRESSES] + struct.pack(">d", value)
        try:
            link.send(packet)
        except OSError:
            failed += 1
        sent += 1
    time.sleep(0.0005)
print(json.dumps([sent, time.monotonic() - began, last, went]))
"""


@dataclass
class Found:
    """One run: what was sent and taken, when, and what the frames cost. Seconds."""

    asked: float = 0.0
    rate: float = 0.0
    sent: int = 0
    taken: int = 0
    triggers_sent: int = 0
    triggers: list[int] = field(default_factory=list)
    right: bool = True
    """Whether each parameter has the value that was sent last."""
    waits: array[float] = field(default_factory=lambda: array("d"))
    shown: array[float] = field(default_factory=lambda: array("d"))
    intervals: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    between: list[float] = field(default_factory=list)
    memory: float = 0.0

    @property
    def lost(self) -> int:
        return self.sent - self.taken

    @property
    def in_order(self) -> bool:
        return self.triggers == list(range(self.triggers_sent))

    @property
    def passed(self) -> bool:
        return not self.lost and self.in_order and self.right and self.rate > 0.95 * self.asked


def percentile(given: Sequence[float], part: float) -> float:
    return float(np.percentile(given, part)) if given else 0.0


class Nobody:
    """An empty room."""

    def sample(self, seconds: float) -> Sense:
        return Sense.empty()

    def status(self) -> dict[str, object]:
        return {}


@contextmanager
def engine_of(device: Device, network: Any, size: tuple[int, int], clients: Clients | None = None) -> Iterator[Engine]:
    """An engine that draws one scene with sixteen parameters of 0 to 1, and has one cue."""
    with tempfile.TemporaryDirectory() as folder:
        show = Path(folder) / "show"
        (show / "scenes").mkdir(parents=True)
        (show / "shaders").mkdir()
        names = [f"p{n}" for n in range(ADDRESSES)]
        inputs = ", ".join(f'{{"NAME": "{name}", "TYPE": "float", "DEFAULT": 0}}' for name in names)
        (show / "shaders" / "fill.fs").write_text(SHADER % (inputs, " + ".join(names)), "utf-8")
        (show / "scenes" / "one.yaml").write_text(
            "title: One\nlayers: [{name: fill, kind: shader, shader: fill.fs}]\n", "utf-8"
        )
        (show / "show.yaml").write_text("title: Load\ncues: [{number: 1, scene: one, fade: 0}]\n", "utf-8")
        engine = Engine(device, load_show(show), size, Nobody(), match, network=network, clients=clients)
        try:
            engine.open()
            yield engine
        finally:
            engine.close()


def listening(name: str, engine: Engine) -> tuple[int, Callable[[], None]]:
    """Starts one of python-osc's servers for an engine: its port, and what ends it."""
    from pythonosc.dispatcher import Dispatcher
    from pythonosc.osc_server import BlockingOSCUDPServer, ThreadingOSCUDPServer

    dispatcher = Dispatcher(strict_timing=False)
    for address in (
        *(f"/scene/one/fill/p{n}" for n in range(ADDRESSES)),
        "/cue/1/start",
    ):  # as whoever builds on it does
        dispatcher.map(address, lambda address, *args: engine.commands.put((address, args, "osc")) and None)
    kind = ThreadingOSCUDPServer if name.endswith("threading") else BlockingOSCUDPServer
    server = kind(("127.0.0.1", 0), dispatcher)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join(5.0)

    return server.server_address[1], end


def elsewhere() -> tuple[int, Callable[[], None]]:
    """Somebody who is sent the same and never reads it: what sending alone costs a machine with few processors."""
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    link.bind(("127.0.0.1", 0))
    return link.getsockname()[1], link.close


def play(device: Device, name: str, rate: int, seconds: float, size: tuple[int, int]) -> Found:
    """Plays with so many messages a second (0: none) and half a second more."""
    found = Found()
    network = OscReceiver("127.0.0.1", 0) if name == "ours" else None
    with engine_of(device, network, size) as engine:
        port, end = (
            (network.port, network.close)
            if network
            else elsewhere()
            if name == "elsewhere"
            else listening(name, engine)
        )

        taken: list[float] = []  # when each trigger was carried out
        heard = 0
        if network is None:
            drain = engine.commands.drain

            def counted() -> Any:
                nonlocal heard
                messages = drain()
                heard += len(messages)
                return messages

            engine.commands.drain = counted  # type: ignore[method-assign]

        def start(number: str, fade: float | None = None) -> None:
            found.triggers.append(round((fade or 0.0) * 1000))
            taken.append(now())

        engine.start = start  # type: ignore[method-assign]
        script = SENDER.replace("ADDRESSES", str(ADDRESSES)).replace("TRIGGER", str(TRIGGER))
        sender = subprocess.Popen(
            [sys.executable, "-c", script, str(port), str(rate), str(seconds)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        clock = WallClock(FPS)
        for _ in range(20):
            engine.step(clock.next())
        gc.collect()
        memory = psutil.Process().memory_info().rss
        assert sender.stdin is not None and sender.stdout is not None
        said: list[str] = []
        hearing = threading.Thread(target=lambda read=sender.stdout.read: said.append(read()), daemon=True)
        if rate:
            hearing.start()
            sender.stdin.write("\n")
            sender.stdin.flush()
        shown: list[float] = []
        before, until, over = now(), now() + seconds, now() + seconds + 0.5
        while now() < over:
            if rate and not said:
                over = now() + 0.5  # a busy machine may hold the sender up
            frame = clock.next()
            began = now()
            first = len(taken)
            busy = worked()
            engine.step(frame)
            ended, did = now(), worked()
            engine.work(WORK)  # as `play` does
            if began < until:
                found.intervals.append(began - before)
                found.costs.append(ended - began)
                found.work.append(did - busy)
                found.between.append(worked() - did)
            shown.extend([ended] * (len(taken) - first))
            before = began
        found.memory = (psutil.Process().memory_info().rss - memory) / 2**20
        if rate:
            found.sent, took, last, went = json.loads(said[0])
            found.asked, found.rate, found.triggers_sent = rate, found.sent / took, len(went)
            found.taken = heard if network is None else network.counters["messages"] - engine.switchboard.flooding
            found.right = [engine.params[f"/scene/one/fill/p{n}"].value for n in range(ADDRESSES)] == last
            if found.in_order:
                found.waits.extend(there - at for there, at in zip(taken, went, strict=True))
                found.shown.extend(there - at for there, at in zip(shown, went, strict=True))
        sender.kill()
        sender.wait()
        end()
    return found


def ladder(device: Device, name: str, seconds: float, size: tuple[int, int]) -> int:
    """The highest rate that is passed; a rung that fails is tried once more, since the machine may have been busy."""
    highest = 0
    for rate in LADDERS[name]:
        tries = [play(device, name, rate, seconds, size)]
        if not tries[-1].passed:
            tries.append(play(device, name, rate, seconds, size))
        best = tries[-1]
        print(
            f"    {name:22} {rate:7,}/s asked, {best.rate:8,.0f} sent: {'passed' if best.passed else 'failed'}, "
            f"lost {best.lost:,} of {best.sent:,}, triggers {'in order' if best.in_order else 'lost or reordered'}, "
            f"values {'right' if best.right else 'WRONG'}, "
            f"p99 {percentile(best.waits, 99) * 1000:.1f} ms",
            flush=True,
        )
        if not best.passed:
            break
        highest = rate
    return highest


def main(seconds: float = 3.0, rounds: int = 5) -> None:
    device = Device.headless()
    size = (256, 144) if device.software else (1920, 1080)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(
        f"{device.renderer}; {os.cpu_count()} processors, load {load:.1f}; {size[0]}x{size[1]} at {FPS:.0f} a second\n"
    )
    quiet, beside, loud = Found(), Found(), Found()
    runs: list[Found] = []
    for _ in range(rounds):
        for name, rate, into in (("ours", 0, quiet), ("elsewhere", RATE, beside), ("ours", RATE, loud)):
            one = play(device, name, rate, max(seconds / rounds, 1.0), size)
            into.intervals += one.intervals
            into.costs += one.costs
            into.work += one.work
            into.between += one.between
            into.waits += one.waits
            into.shown += one.shown
            if into is loud:
                runs.append(one)
    sent, lost = sum(one.sent for one in runs), sum(one.lost for one in runs)
    rate = sum(one.rate for one in runs) / len(runs)
    print(f"{rate:,.0f} messages a second, {sent:,} in {len(runs)} runs beside as many without traffic")
    print(
        f"    lost {lost} (goal: 0); triggers in order: {'yes' if all(one.in_order for one in runs) else 'NO'} (goal: yes)"
    )
    frame = float(np.median(quiet.intervals)) * 1000
    for part in (50, 99):
        wait, shown = percentile(loud.waits, part) * 1000, percentile(loud.shown, part) * 1000
        print(f"    p{part} from sending to the frame that takes it {wait:.1f} ms, to its end {shown:.1f} ms")
    print(f"    a frame lasts {frame:.1f} ms (goal: p99 to the frame at most that)")
    for what, without, sent_elsewhere, with_ in (
        ("interval", quiet.intervals, beside.intervals, loud.intervals),
        ("cost", quiet.costs, beside.costs, loud.costs),
        ("processor time", quiet.work, beside.work, loud.work),
    ):
        for part in (50, 95):
            a, e, b = (percentile(times, part) * 1000 for times in (without, sent_elsewhere, with_))
            print(
                f"    frame {what} p{part}: {a:.2f} ms without, {b:.2f} ms with: ratio {b / a:.2f} "
                f"(goal: at most {GOAL_FRAMES}); sent to somebody else {e:.2f} ms: {e / a:.2f}"
            )
    between = [percentile(one.between, 50) * 1000 for one in (quiet, loud)]
    print(
        f"    between two frames, processor time p50: {between[0]:.2f} ms without, {between[1]:.2f} ms with (read ahead)"
    )
    late = [sum(i > 1.5 / FPS for i in one.intervals) / max(len(one.intervals), 1) for one in (quiet, loud)]
    print(f"    late frames: {late[0]:.1%} without, {late[1]:.1%} with")
    print(f"    memory: {', '.join(f'{one.memory:+.1f}' for one in runs)} MiB in each run\n")
    each = min(seconds, 3.0)
    there = find_spec("pythonosc") is not None
    if not there:
        print("python-osc is not here to compare with: ./run test brings it\n")
    highest = {name: ladder(device, name, each, size) for name in LADDERS if there or name == "ours"}
    for name, goal in (("python-osc threading", GOAL_THREADING), ("python-osc blocking", GOAL_BLOCKING)):
        if not there:
            break
        ratio = highest["ours"] / highest[name] if highest[name] else float("inf")
        print(f"ours {highest['ours']:,}/s, {name} {highest[name]:,}/s: {ratio:.0f} times (goal: at least {goal})")
    device.close()
