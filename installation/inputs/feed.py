"""One camera process and its shared memory, seen from the engine: start it, judge whether it is well, end it.

Used by the supervisor thread of `camera.Camera` only, except for `get`, which the frame calls. Never blocks.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from installation.clock import now
from installation.inputs.sense import Sense
from installation.inputs.shared_frame import SharedFrame

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Patience:
    """Deadlines in seconds: for the first picture, for the next picture, and between attempts."""

    opening: float = 8.0
    picture: float = 2.0
    back_off: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)


class Feed:
    """A running camera process. It holds: the process, the memory, and when the newest picture was
    noticed."""

    def __init__(self, source: str, *, seed: int, mirror: bool, width: int, height: int, live: bool) -> None:
        self.source, self._live = source, live
        self.memory = SharedFrame.create(width, height)
        self._began = now()
        self._seen = 0
        self._seen_at = self._began
        self._kill_at: float | None = None
        command = [sys.executable, "-P", "-m", "installation.inputs.camera_process"]
        command += ["--memory", self.memory.address, "--size", f"{width}x{height}", "--source", source]
        command += ["--seed", str(seed), "--parent", str(os.getpid())]
        if mirror:
            command.append("--mirror")
        path = os.environ.get("PYTHONPATH", "")
        environment = {
            **os.environ,
            "PYTHONPATH": f"{_ROOT}{os.pathsep}{path}" if path else str(_ROOT),
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        inherited = (self.memory.descriptor,) if self.memory.descriptor >= 0 else ()
        try:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # drivers chatter; what matters comes through the memory
                pass_fds=inherited,
                env=environment,
            )
        except OSError:
            self.memory.close()
            raise
        self.memory.close_descriptor()

    @property
    def name(self) -> str:
        """What the process calls its source."""
        return str(self.memory.said().get("name") or self.source)

    @property
    def delivering(self) -> bool:
        return self.memory.newest() > 0

    @property
    def fps(self) -> float:
        said: Any = self.memory.said().get("fps", 0.0)
        return float(said) if isinstance(said, int | float) else 0.0

    def get(self) -> Sense | None:
        """The newest sense, or None; see `SharedFrame.get`."""
        return self.memory.get(self.source, self._live)

    def trouble(self, patience: Patience) -> str:
        """What is wrong, as a sentence with what to do; "" when nothing is."""
        moment = now()
        newest = self.memory.newest()
        if newest != self._seen:
            self._seen, self._seen_at = newest, moment
        code = self.process.poll()
        if code is not None:
            return self._last_words(code)
        waiting = moment - self._seen_at
        if newest == 0 and waiting > patience.opening:
            return f"{self.source}: did not open within {patience.opening:g} s. Plug it in again; it is retried"
        if newest > 0 and waiting > patience.picture:
            if moment - self.memory.heartbeat() > patience.picture:
                return f"{self.source}: the camera process hangs. It is replaced"
            return f"{self.source}: delivers no picture. Check its cable; it is retried"
        return ""

    def _last_words(self, code: int) -> str:
        said = self.memory.said()
        if said.get("state") == "lost" and said.get("problem"):
            hint = said.get("hint")
            return f"{said['problem']}. {hint}" if hint else str(said["problem"])
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

    def reap(self) -> bool:
        """True when the process has ended and the memory is let go of; else call it again in a while."""
        if self.process.poll() is None:
            if self._kill_at is None or now() >= self._kill_at:
                self.process.kill()
            return False
        self.ask_to_stop(0.0)  # closes our end of the pipe
        return self.memory.close()
