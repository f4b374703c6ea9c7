"""One camera process and its shared memory, seen from the engine: start it, judge whether it is well, end it.

Used by the supervisor thread of `camera.Camera` only, except for `get`, which the frame calls. Never blocks. A
stream has a second process, which holds the connection (`stream_process`): both live and die together.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil

from installation.clock import now
from installation.inputs.light_slot import LightSlot
from installation.inputs.room_memory import RoomMemory
from installation.inputs.sense import Sense
from installation.inputs.shared_frame import SharedFrame
from installation.inputs.stream import is_stream, shown

_ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 1 << 20
WEIGHED = 0.5
"""Seconds between two looks at a process's memory."""

STUCK = 2.0
"""Seconds after being killed in which a process must have ended; only the kernel can keep it."""

TROUBLES = ("lost", "frozen", "black", "garbage")


@dataclass(frozen=True, slots=True)
class Patience:
    """Deadlines in seconds.

    opening: for a camera that was never open; one that was is given four times what it took then, at least `again`.
    named: until an opening or a read that hangs is told.
    picture: for the next picture, before the process is replaced.
    back_off: between two processes.
    """

    opening: float = 20.0 if sys.platform == "win32" else 8.0
    again: float = 1.8
    named: float = 1.0
    picture: float = 2.0
    back_off: tuple[float, ...] = (0.1, 0.3, 0.6)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a camera process is. well: it delivers; `problem` may still name something small. ill: nothing comes that can
    be used, but it helps itself, unless it `hangs`: then it will soon have to be replaced. dead: it must be replaced."""

    state: Literal["opening", "well", "ill", "dead"]
    problem: str = ""
    hangs: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What a camera process is to do."""

    source: str
    width: int
    height: int
    seed: int = 0
    mirror: bool = True
    settings: Mapping[str, Any] | None = None
    program: str = "installation.inputs.camera_process"
    light: LightSlot | None = None
    room: RoomMemory | None = None
    faces: str = ""


class Feed:
    """A running camera process. It holds: the process, the memory, and when the newest picture was
    noticed."""

    def __init__(self, order: Order, *, live: bool, wait: bool = False, ceiling: float = 0.0) -> None:
        """With `wait` it opens nothing before `go`. `ceiling`: megabytes that it may have; 0 is no limit."""
        self.source, self._live = shown(order.source), live
        self._ceiling = ceiling
        self._receiver: subprocess.Popen[bytes] | None = None
        self.began = now()
        self._seen, self._seen_at = 0, self.began
        self._weight, self._weighed = 0.0, 0.0
        self._kill_at: float | None = None
        self.memory = SharedFrame.create(order.width, order.height)
        told: dict[str, Any] = {
            "memory": self.memory.address,
            "width": order.width,
            "height": order.height,
            "source": order.source,
            "seed": order.seed,
            "mirror": order.mirror,
            "settings": order.settings or {},
            "parent": os.getpid(),
            "faces": order.faces,
            "wait": wait,
            "light": order.light.address if order.light else "",
            "room": order.room.descriptor if order.room else -1,
        }
        descriptors = (self.memory.descriptor, *(one.descriptor for one in (order.light, order.room) if one))
        inherited = [descriptor for descriptor in descriptors if descriptor >= 0]
        packets = -1
        try:
            if is_stream(order.source):
                self._receiver = _start("installation.inputs.stream_process", subprocess.PIPE)
                _tell(self._receiver, {"address": order.source, "parent": os.getpid()})
                assert self._receiver.stdout is not None
                packets = self._receiver.stdout.fileno()
                told["stream"] = packets
                inherited.append(packets)
            self.process = _start(order.program, subprocess.DEVNULL, inherited)
            _tell(self.process, told)
        except OSError:
            self._end_receiver()
            self.memory.close()
            raise
        if self._receiver is not None and self._receiver.stdout is not None:
            self._receiver.stdout.close()
        self.memory.close_descriptor()

    def go(self) -> None:
        """Lets a process that waits begin."""
        self._seen_at = self.began = now()
        if self.process.stdin is not None and not self.process.stdin.closed:
            try:
                self.process.stdin.write(b"g")
                self.process.stdin.flush()
            except OSError:
                pass  # it has ended: the next verdict says so

    @property
    def name(self) -> str:
        """What the process calls its source."""
        return str(self.memory.said().get("name") or self.source)

    @property
    def ready(self) -> bool:
        """Whether it waits for `go`."""
        return self.memory.said().get("state") == "ready"

    @property
    def weight(self) -> float:
        """Megabytes of memory that the process has; 0 where it can't be told."""
        return self._weight

    def told(self, word: str) -> Any:
        """One word of what the process says of itself; None when it hasn't said it."""
        return self.memory.said().get(word)

    def get(self) -> Sense | None:
        """The newest sense, or None; see `SharedFrame.get`."""
        return self.memory.get(self.source, self._live)

    def judge(self, patience: Patience, opened_s: float = 0.0) -> Verdict:
        """How it is, and what is wrong, as a sentence with what to do. `opened_s`: what opening it took once; 0: never."""
        moment = now()
        newest = self.memory.newest()
        if newest != self._seen:
            self._seen, self._seen_at = newest, moment
        code = self.process.poll()
        if code is not None:
            return Verdict("dead", self._last_words(code))
        if self._receiver is not None and self._receiver.poll() is not None:
            return Verdict("dead", f"{self.source}: the process with the connection ended. It is replaced")
        if self._ceiling and self._weigh(moment) > self._ceiling:
            grown = f"{self._weight:.0f} MB of memory, more than the {self._ceiling:.0f} that it may have"
            return Verdict("dead", f"{self.source}: the camera process grew to {grown}. It is replaced")
        said = self.memory.said()
        state = said.get("state")
        since = max(float(said.get("since", 0.0)), self.began) if state else self.began
        if state == "ready":
            return Verdict("opening")
        if state in ("live", *TROUBLES) and moment - self.memory.heartbeat() > patience.picture:
            return Verdict("dead", f"{self.source}: the camera process hangs. It is replaced")
        if state in TROUBLES:
            return Verdict("ill", _sentence(said))
        if state != "live":
            # Else the process itself is still starting; and who holds a stream's connection keeps deadlines of its own.
            known = opened_s if state == "opening" and self._receiver is None else 0.0
            limit = max(patience.again, 4 * known) if known else patience.opening
            if moment - since > limit:
                told = f"{self.source}: did not open within {limit:g} s. {remedy(self.source)}"
                return Verdict("dead", told)
            if known and moment - since > patience.named:
                told = f"{self.source}: does not open; waited for until {limit:g} s have passed"
                return Verdict("ill", told, hangs=True)
            return Verdict("opening")
        silent = moment - self._seen_at
        if silent > patience.picture:
            stuck = moment - self.memory.last_look() > patience.named
            why = "reading it hangs" if stuck else "delivers no picture"
            return Verdict("dead", f"{self.source}: {why}. {remedy(self.source)}")
        if silent > patience.named:
            return Verdict("ill", f"{self.source}: delivers no picture. {remedy(self.source)}", hangs=True)
        return Verdict("well", _sentence(said))

    def _weigh(self, moment: float) -> float:
        if moment - self._weighed > WEIGHED:
            self._weighed = moment
            try:
                self._weight = psutil.Process(self.process.pid).memory_info().rss / MEGABYTE
            except psutil.Error:
                self._weight = 0.0
        return self._weight

    def _last_words(self, code: int) -> str:
        said = self.memory.said()
        if said.get("state") == "lost" and said.get("problem"):
            return _sentence(said)
        if code < 0:
            return f"{self.source}: the camera process was killed (signal {-code}). It is replaced"
        return f"{self.source}: the camera process ended (code {code}). It is replaced"

    def ask_to_stop(self, grace: float) -> None:
        """Asks the process to end; `reap` kills it when `grace` seconds have passed."""
        self._kill_at = now() + grace
        if self.process.stdin is not None and not self.process.stdin.closed:
            try:
                self.process.stdin.close()
            except OSError:
                pass
        self._end_receiver()

    def _end_receiver(self) -> None:
        if self._receiver is not None:
            for pipe in (self._receiver.stdin, self._receiver.stdout):
                if pipe is not None and not pipe.closed:
                    pipe.close()
            if self._receiver.poll() is None:
                self._receiver.kill()  # it holds nothing that could be lost

    @property
    def stuck(self) -> bool:
        """Whether it should have been killed a while ago, and still isn't gone: its driver holds it."""
        return self._kill_at is not None and now() > self._kill_at + STUCK

    def reap(self) -> bool:
        """True when the process has ended and the memory is let go of; else call it again in a while."""
        if self.process.poll() is None:
            if self._kill_at is None or now() >= self._kill_at:
                self.process.kill()
            return False
        self.ask_to_stop(0.0)  # closes our end of the pipe
        if self._receiver is not None and self._receiver.poll() is None:
            return False
        return self.memory.close()


def remedy(source: str) -> str:
    """What to do where nothing comes from a source."""
    if is_stream(source):
        return "Look at the network and at the camera's power; it is tried again"
    if source.startswith(("device", "/dev/")):
        return "Check its cable; it is opened anew"
    return "This computer has too much to do; it is started anew"


def _start(module: str, output: int, inherited: list[int] | None = None) -> subprocess.Popen[bytes]:
    path = os.environ.get("PYTHONPATH", "")
    environment = {
        **os.environ,
        "PYTHONPATH": f"{_ROOT}{os.pathsep}{path}" if path else str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": "1",  # seconds; else OpenCV waits ten for a picture of a lost device
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.DEVNULL,  # drivers chatter; what matters comes through the memory
        pass_fds=tuple(inherited or ()),
        env=environment,
    )


def _tell(process: subprocess.Popen[bytes], told: Mapping[str, Any]) -> None:
    """What a process is to do, on its standard input: an address may hold a password, and command lines can be read by all."""
    assert process.stdin is not None
    process.stdin.write(json.dumps(told).encode() + b"\n")
    process.stdin.flush()


def _sentence(said: Mapping[str, Any]) -> str:
    problem, hint = str(said.get("problem") or ""), str(said.get("hint") or "")
    return f"{problem}. {hint[:1].upper()}{hint[1:]}" if problem and hint else problem
