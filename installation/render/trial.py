"""Tries a shader where it can do no harm: in a process of its own that compiles it and draws one small frame.

What doesn't compile, doesn't finish or takes too long is refused with its reason, and never meets the show's own context. A
process that hangs is killed, and the next trial gets a new one. A driver that keeps what it has compiled (Mesa and the
vendors' do) has it ready then for the show, so that the swap costs no frame. `refuse` waits: it is called in a thread of
`live`, never in the frame.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, Any

import psutil

from installation.errors import Location, Problem
from installation.mailbox import Worker
from installation.scene.isf import Isf

_ROOT = Path(__file__).resolve().parents[2]
SIZE = (160, 90)
"""Pixels of the small frame."""
BUDGET = 0.25
"""Seconds that the small frame may take once the shader is compiled: a 1080p canvas has 144 times its pixels. Of
processor time on a software renderer."""
DEADLINE = 6.0
"""Seconds for everything, compiling too; then the process is killed. Of its own processor time on a software renderer."""
PATIENCE = 10
"""How many times as long a software renderer may take by the clock: others may have the processors."""
HANGS = f"a small test frame ({SIZE[0]} x {SIZE[1]})"
CRASHES = "this shader crashes the graphics driver"
LOOK = 0.2
"""Seconds between two looks at how much a process has worked."""
GRACE = 1.0
"""Seconds that a trial is given before something more urgent may interrupt it."""
STALLED = 0.05
"""Seconds of work in all that time: less, and the process has been stopped, not the shader hung."""
OPENING = 20.0
"""Seconds for a new process to have its context."""


class Postponed(Exception):  # not an error: there is something more urgent to do
    """A trial was given up half-way, and says nothing about its shader."""


class Trial:
    """A helper process, started when it is first needed. One caller at a time."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        self._deadline = deadline
        self._process: subprocess.Popen[bytes] | None = None
        self._able = True
        self._software = False
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def start(self) -> bool:
        """Makes sure that a process waits with its context. False where nothing can draw: then nobody is refused."""
        if self._process is not None and self._process.poll() is None:
            return True
        if not self._able:
            return False
        self.close()
        path = os.environ.get("PYTHONPATH", "")
        environment = {**os.environ, "PYTHONPATH": f"{_ROOT}{os.pathsep}{path}" if path else str(_ROOT)}
        command = [sys.executable, "-P", "-m", "installation.render.trial_process", "--parent", str(os.getpid())]
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
            )
        except OSError:
            self._able = False
            return False
        self._lines = queue.SimpleQueue()
        pipe = self._process.stdout
        assert pipe is not None
        Worker("trial", partial(_listen, pipe, self._lines)).start()
        opened = self._answer(OPENING)
        self._able = opened is not None and bool(opened.get("ready"))
        self._software = opened is not None and bool(opened.get("software"))
        if not self._able:
            self.close()
        return self._able

    def refuse(
        self, shader: Isf, formats: Mapping[str, str] | None = None, interrupted: Callable[[], bool] = lambda: False
    ) -> tuple[Problem, ...]:
        """Why this shader must not be shown; nothing when it may. `formats` are those of the pictures that feed it.

        Raises Postponed when it took a while already and is `interrupted`, or when this trial is closed meanwhile.
        """
        asked = {
            "path": shader.path,
            "body": shader.body,
            "vertex": shader.vertex,
            "vertex_path": shader.vertex_path,
            "formats": dict(formats or {}),
        }
        where = Location(shader.path)
        for _ in range(2):  # a process can end or stall for reasons of its own: it takes two to blame the shader
            if not self.start() or (process := self._process) is None:
                return ()
            answer, stalled = self._ask(process, asked, interrupted)
            if answer is not None:
                break
            crashed = _ended(process)
            self.close()
            if not crashed and not stalled:
                what = f"{HANGS} isn't drawn after {self._deadline:g} s"
                return (Problem(what, where, "look for a loop without an end, or with very many steps"),)
        else:
            return (Problem(CRASHES, where, "undo what was changed last"),)
        if "problems" in answer:
            return tuple(_problem(given) for given in answer["problems"])
        seconds = float(answer["seconds"])
        if seconds > BUDGET:
            what = f"{HANGS} takes {seconds * 1000:.0f} ms, too long for a show"
            return (Problem(what, where, "fewer steps in its loops, or fewer passes at full size"),)
        return ()

    def _ask(
        self, process: subprocess.Popen[bytes], asked: dict[str, Any], interrupted: Callable[[], bool]
    ) -> tuple[dict[str, Any] | None, bool]:
        """The process's answer, None when none came in time; and whether it did nothing all that while."""
        spent = _worked(process.pid)
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps(asked).encode() + b"\n")
            process.stdin.flush()
        except (OSError, ValueError):
            return None, False
        patience = PATIENCE if self._software else 1
        for turn in range(round(patience * self._deadline / LOOK) + 2):
            answer = self._answer(LOOK)
            if answer is not None or process.poll() is not None:
                if answer is None and self._process is None:
                    raise Postponed
                return answer, False
            if turn * LOOK > GRACE and interrupted():
                self.close()
                raise Postponed
            worked = _worked(process.pid) - spent
            if worked > self._deadline:
                break
            if turn * LOOK > self._deadline and worked < STALLED:
                return None, True
        return None, False

    def _answer(self, seconds: float) -> dict[str, Any] | None:
        """The next line of the process; None when none comes in time, or it is no more."""
        try:
            line = self._lines.get(timeout=seconds)
            answer = json.loads(line) if line else None
        except (queue.Empty, ValueError):
            return None
        return answer if isinstance(answer, dict) else None

    def close(self) -> None:
        """Ends the process, whatever it does. Safe to call twice."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        if process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()


def _ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether a process has ended by itself; one that has closed its output is about to."""
    try:
        process.wait(0.2)
    except subprocess.TimeoutExpired:
        return False
    return True


def _worked(pid: int) -> float:
    """Seconds of processor time that a process has had; 0 when it is no more."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _listen(pipe: IO[bytes], lines: queue.SimpleQueue[bytes], worker: Worker) -> None:
    """Hands on what the process says, line by line; an empty line when it is no more."""
    with pipe:
        while line := pipe.readline():
            lines.put(line)
    lines.put(b"")


def is_slow(problem: Problem) -> bool:
    """Whether a trial refused a shader for what it does to the device, not for a mistake in its text."""
    return problem.message.startswith((HANGS, CRASHES))


def _problem(given: Any) -> Problem:
    where = Location(str(given["path"]), int(given["line"]), int(given["column"])) if given["path"] else None
    return Problem(str(given["message"]), where, str(given["hint"]))
