"""`./run bench camera-faults [TIMES] [SEED]`: everything that cameras do wrong, to a running show, in random order.

A real second process looks through a stand-in device (`stand_in_camera`); a real engine plays a small show of what is
sensed, and its frames are counted. For each fault: how soon the status names it, whether what was sensed fades instead of
being cut off, how soon it is back once the cause has ended, and how long the frame ever waited for its sense. The same
script, with fewer rounds and without the engine, is a test (tests/inputs/test_camera_faults.py): on a machine that others load
too it takes off the seconds for which nobody let its own processes run (`Starved`).
"""

from __future__ import annotations

import os
import random
import signal
import statistics
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from installation.clock import WallClock, now
from installation.inputs.camera import Camera

NAMED, BACK = 2.0, 3.0
"""Seconds in which the status names a fault, and in which the signals are back after its cause: the goals."""

FAULTS = {
    "unplug": ("gone", "no such camera"),
    "hang in open": ("does not open", "did not open"),
    "stuck in open": ("does not open", "did not open"),
    "hang in read": ("no picture", "reading it hangs"),
    "stuck in read": ("no picture", "reading it hangs"),
    "freeze": ("repeats one picture",),
    "black": ("only black",),
    "resolution change": ("not 320 x 240",),
    "garbage": ("broken pictures",),
    "5 fps": ("pictures a second, not 30",),
    "kill -9": ("killed (signal 9)",),
    "memory growth": ("grew to",),
}
"""Each fault, and words of which the status says one. "Unplug" ends with the camera plugged in again. What hangs goes on when
the cause ends; what is stuck never comes back, so that only another process helps."""

SENSED_ALL_ALONG = ("resolution change", "5 fps")
"""Faults with which a camera still delivers what can be sensed."""

MOMENT, FALL = 0.15, 0.75
"""What is sensed fades within half a second: nobody who is there may lose so much of their presence in so many seconds."""

CEILING = 300.0
GIVE_UP = 30.0


@dataclass
class Seen:
    """What one fault did. Seconds; infinite where it didn't happen before `GIVE_UP`."""

    fault: str
    named_s: float = float("inf")
    back_s: float = float("inf")
    said: str = ""
    cut: bool = False
    """Whether somebody who was there was gone from one look to the next, or within a moment (`MOMENT`)."""
    named_starved: float = 0.0
    back_starved: float = 0.0
    """Of those seconds, how many were spent ready to run beside others' work."""

    @property
    def in_time(self) -> bool:
        """Whether the goals are met by a machine that is free."""
        return self.named_s - self.named_starved <= NAMED and self.back_s - self.back_starved <= BACK


@dataclass
class Play:
    """What the frames saw: how often they looked, and the longest that a look took, in milliseconds."""

    looks: int = 0
    longest_wait_ms: float = 0.0
    faults: list[Seen] = field(default_factory=list)


class Starved:
    """Adds up for how long threads were ready to run and weren't let: the kernel counts it (the second number of schedstat, in
    nanoseconds; Documentation/scheduler/sched-stats). Always 0 where it doesn't, or while nothing else wants the processor."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._before: dict[str, int] = {}

    def look(self, camera: Camera) -> None:
        """Counts what came since the last look: of this thread, of the supervisor's, and of the camera's processes."""
        feeds = (camera._primary, camera._next, camera._stand_in)
        tasks = [str(feed.process.pid) for feed in feeds if feed is not None]
        own = [threading.get_native_id()]
        if camera._worker is not None and camera._worker._thread.native_id is not None:
            own.append(camera._worker._thread.native_id)
        longest = 0
        for task in [*tasks, *(f"self/task/{thread}" for thread in own)]:
            try:
                waited = int(Path(f"/proc/{task}/schedstat").read_text().split()[1])
            except (OSError, IndexError, ValueError):
                continue
            # A process that is new to us has waited since its start, and that is part of it; a thread of ours has not.
            known = self._before.get(task, waited if task.startswith("self") else 0)
            longest = max(longest, waited - known)  # those that wait beside each other wait once
            self._before[task] = waited
        self.seconds += longest / 1e9


class Script:
    """Does faults to a camera that runs, one after another, while `frame` is called as often as the wall is drawn."""

    def __init__(self, camera: Camera, control: Path, frame: Callable[[], None]) -> None:
        self._camera, self._control, self._frame = camera, control, frame
        self.play = Play()
        self.starved = Starved()
        self._seen: deque[tuple[float, float]] = deque()
        self._cut = False

    def until(self, holds: Callable[[], bool], seconds: float = GIVE_UP) -> float:
        """Frame after frame until it holds; how long it took, infinite when it took too long."""
        began = now()
        while now() - began < seconds:
            before, starved = now(), self.starved.seconds
            sense = self._camera.sample()
            after = now()
            self.starved.look(self._camera)
            waited = after - before - (self.starved.seconds - starved)
            self.play.longest_wait_ms = max(self.play.longest_wait_ms, waited * 1000)
            self.play.looks += 1
            while self._seen and after - self._seen[0][0] > MOMENT:  # a look that comes late sees a fade that is over
                self._seen.popleft()
            self._cut = self._cut or any(presence - sense.presence > FALL for _, presence in self._seen)
            self._seen.append((before, sense.presence))
            self._frame()
            if holds():
                return now() - began
        return float("inf")

    def _timed(self, holds: Callable[[], bool]) -> tuple[float, float]:
        """How long it took until it held, and how much of that the processes were kept from running."""
        starved = self.starved.seconds
        return self.until(holds), self.starved.seconds - starved

    def well(self) -> bool:
        status = self._camera.status()
        return bool(status["live"]) and not status["problem"] and self._camera.sample().live

    def do(self, fault: str) -> Seen:
        """Does one fault, ends its cause, and waits until the camera is well again."""
        seen, words = Seen(fault), FAULTS[fault]
        self._cut = False

        def named() -> bool:
            seen.said = str(self._camera.status()["problem"])
            return any(word in seen.said for word in words)

        if fault == "kill -9":
            primary = self._camera._primary
            if primary is not None:
                os.kill(primary.process.pid, signal.SIGKILL)
            seen.named_s, seen.named_starved = self._timed(named)
        else:
            self._control.write_text(fault)
            seen.named_s, seen.named_starved = self._timed(named)
            if fault not in SENSED_ALL_ALONG:
                self.until(lambda: not self._camera.status()["live"] and not self._camera.sample().live, 5.0)
            self._control.write_text("")
        seen.back_s, seen.back_starved = self._timed(self.well)
        seen.cut = self._cut
        self.play.faults.append(seen)
        return seen


def order(times: int, seed: int) -> list[str]:
    """Every fault so many times, in an order that the seed decides."""
    faults = [fault for fault in FAULTS for _ in range(times)]
    random.Random(seed).shuffle(faults)
    return faults


def open_camera(folder: Path, fallback: str = "synthetic") -> tuple[Camera, Path]:
    """A camera with the stand-in device, and the file that says what is wrong with it."""
    control = folder / "camera.standin"
    control.write_text("")
    program = "benchmarks.stand_in_camera"
    return Camera(str(control), fallback, ceiling=CEILING, program=program).start(), control


SCENE = """title: Faults
layers:
  - {name: shape, kind: camera, show: silhouette, params: {gain: "= 0.5 + 0.5 * presence"}}
  - {name: edge, kind: camera, show: edge, blend: add}
"""


def main(times: int = 30, seed: int = 1) -> None:
    from installation.engine import Engine
    from installation.gpu.device import Device
    from installation.inputs.osc import match
    from installation.scene.load import load_show

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "show" / "scenes").mkdir(parents=True)
        (folder / "show" / "show.yaml").write_text(
            'title: Faults\ncanvas: {width: 160, height: 90}\ncues: [{number: "1", name: one, scene: one}]\n'
        )
        (folder / "show" / "scenes" / "one.yaml").write_text(SCENE)
        camera, control = open_camera(folder)
        device = Device.headless()
        engine = Engine(device, load_show(folder / "show"), (160, 90), camera, match, live=True, fps=60.0)
        engine.open(0.0, None)
        clock, costs, gaps, last = WallClock(60.0), list[float](), list[float](), [now()]

        def frame() -> None:
            frame = clock.next()
            before = now()
            engine.step(frame)
            costs.append((now() - before) * 1000)
            gaps.append((before - last[0]) * 1000)
            last[0] = before

        script = Script(camera, control, frame)
        script.until(script.well)
        costs.clear(), gaps.clear()
        script.until(lambda: False, 10.0)
        tell("nothing wrong", costs, gaps)
        costs.clear(), gaps.clear()
        for number, fault in enumerate(order(times, seed), 1):
            seen = script.do(fault)
            if seen.named_s > NAMED or seen.back_s > BACK or seen.cut:
                print(f"    {number}: {seen}", flush=True)
        tell("during faults", costs, gaps)
        told(script.play)
        camera.close()
        engine.close()
        device.close()


def tell(what: str, costs: list[float], gaps: list[float]) -> None:
    """How the frames went: their rate, what a step cost, and how late the latest were, in milliseconds."""
    ranked, apart = sorted(costs), sorted(gaps)
    rate = 1000 * len(gaps) / max(sum(gaps), 1e-9)
    at = lambda values, share: values[min(int(share * len(values)), len(values) - 1)]  # noqa: E731
    print(
        f"{what}: {rate:.1f} frames a second; step {at(ranked, 0.5):.2f} ms, p99 {at(ranked, 0.99):.2f}, most {ranked[-1]:.1f}; "
        f"between frames {at(apart, 0.5):.1f} ms, p99 {at(apart, 0.99):.1f}, most {apart[-1]:.1f}",
        flush=True,
    )


def told(play: Play) -> None:
    """A line for each kind of fault, then the goals."""
    print(f"{'fault':20} times   named: median, most   back: median, most   cut off")
    for fault in FAULTS:
        seen = [one for one in play.faults if one.fault == fault]
        if seen:
            named, back = [one.named_s for one in seen], [one.back_s for one in seen]
            print(
                f"{fault:20} {len(seen):5}   {statistics.median(named):6.2f} {max(named):6.2f} s      "
                f"{statistics.median(back):6.2f} {max(back):6.2f} s     {sum(one.cut for one in seen)}"
            )
    late = sum(one.named_s > NAMED for one in play.faults), sum(one.back_s > BACK for one in play.faults)
    print(f"{len(play.faults)} faults; named later than {NAMED:g} s: {late[0]}; back later than {BACK:g} s: {late[1]}")
    print(f"{play.looks} looks; the longest took {play.longest_wait_ms:.2f} ms", flush=True)
