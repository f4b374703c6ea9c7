"""The command line as a user has it: typed into this process, or run as one of its own; and a show that plays live."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import psutil
import pytest

from installation import cli
from installation.errors import DeviceError
from installation.inputs.osc import ask

REPOSITORY = Path(__file__).resolve().parent.parent
T = TypeVar("T")


@dataclass(frozen=True)
class Ended:
    """A command that has ended: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """All of it, each run of blanks as one, so that it reads the same at any width of the terminal."""
        return " ".join((self.out + self.err).replace("│", " ").split())


def typed(*words: object) -> Ended:
    """`installation WORDS` in this process: for what draws nothing. An unexpected error fails the test."""
    out, err, before = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["installation", *map(str, words)]
    code: object = 0
    try:
        with redirect_stdout(out), redirect_stderr(err):
            cli.main()
    except SystemExit as end:
        code = end.code
    finally:
        sys.argv = before
    return Ended(int(str(code or 0)), out.getvalue(), err.getvalue())


def surroundings(**more: str) -> dict[str, str]:
    """The variables of a program that a test starts: no display but a test's own, and bytecode kept for the next one."""
    given = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "PYTHONDONTWRITEBYTECODE")}
    given["PYTHONPYCACHEPREFIX"] = str(Path(os.environ["INSTALLATION_CACHE"]) / "bytecode")
    given["PYTHONPATH"] = str(REPOSITORY)
    return {**given, "PYTHONUNBUFFERED": "1", "COLUMNS": "200", **more}


def run(*words: object, folder: Path, seconds: float = 100.0, **more: str) -> Ended:
    """`installation WORDS` as a process of its own, in a folder; `more` are variables of its surroundings."""
    command = [sys.executable, "-m", "installation", *map(str, words)]
    ended = subprocess.run(
        command, cwd=folder, env=surroundings(**more), capture_output=True, text=True, timeout=seconds, check=False
    )
    needs_driver(ended.stderr)
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def needs_driver(said: str) -> None:
    """Skips a test where nothing can draw; in CI it fails."""
    if "no OpenGL 3.3 context" in said:
        if os.environ.get("CI"):
            pytest.fail(said, pytrace=False)
        pytest.skip(said)


def until(found: Callable[[], T | None], what: str, seconds: float = 30.0) -> T:
    """Asks until there is an answer; fails with what was waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds:g} s for {what}")


class Playing:
    """`installation run` as a process of its own. Ended, with all that it had started, when the test is over."""

    def __init__(
        self,
        show: Path,
        *words: object,
        osc_port: int = 0,
        console_port: int = 0,
        display: str = "",
        program: str = "installation",
    ) -> None:
        """`program` is the module that is run: one may be the product with something else before its camera."""
        command: list[object] = [sys.executable, "-m", program, "run", show, "--camera", "synthetic"]
        command += [] if display else ["--headless", "--size", "64x36"]
        command += ["--osc-port", osc_port, "--console-port", console_port, *words]
        given = surroundings(DISPLAY=display) if display else surroundings()
        self.process = subprocess.Popen(
            [str(word) for word in command],
            env=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._children: set[psutil.Process] = set()
        Thread(target=self._listen, daemon=True).start()
        try:
            until(lambda: "Ctrl-C" in self.printed or self.process.poll() is not None, "the show to open")
            needs_driver(self.printed)
            assert "Ctrl-C" in self.printed, self.printed
        except BaseException:
            self.close()
            raise

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)

    @property
    def printed(self) -> str:
        return "".join(self.lines)

    def line(self, start: str) -> str:
        """The rest of the line that begins so; "" when there is none."""
        return next((line.removeprefix(start).strip() for line in self.lines if line.startswith(start)), "")

    @property
    def port(self) -> int:
        return int(self.line("OSC: udp 127.0.0.1:").split()[0])

    @property
    def console(self) -> str:
        return self.line("console: ")

    def status(self) -> dict[str, Any]:
        """What it answers to /status."""

        def answered() -> tuple[object, ...] | None:
            try:
                return ask("127.0.0.1", self.port, "/status", timeout=5.0)
            except DeviceError:
                return None

        told: dict[str, Any] = json.loads(str(until(answered, f"a status; it printed {self.printed}")[0]))["data"]
        return told

    def until(self, so: Callable[[dict[str, Any]], object], what: str, seconds: float = 30.0) -> dict[str, Any]:
        """Asks for the status until it is so."""

        def found() -> dict[str, Any] | None:
            status = self.status()
            return status if so(status) else None

        return until(found, what, seconds)

    def goes_on(self) -> None:
        """Fails unless more frames come."""
        frame = self.status()["frame"]
        self.until(lambda status: status["frame"] > frame + 3, "more frames")

    def cue(self, *words: object) -> Ended:
        return typed("cue", "--port", self.port, *words)

    def child(self, module: str) -> psutil.Process:
        """The process that it has started for a module."""

        def found() -> psutil.Process | None:
            for one in self.children():
                try:
                    if any(module in word for word in one.cmdline()):
                        return one
                except psutil.Error:
                    continue
            return None

        return until(found, module)

    def children(self) -> Sequence[psutil.Process]:
        found = psutil.Process(self.process.pid).children(recursive=True)
        self._children.update(found)
        return found

    def end(self, number: int) -> int:
        """Sends a signal, and waits for the end: its exit code. Fails when a process that it started stays.

        SIGINT comes as from a terminal: to it and to what it started.
        """
        started = list(self.children())
        if number == signal.SIGINT:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        code = self.process.wait(20.0)
        _, alive = psutil.wait_procs(started, timeout=10.0)
        assert not alive, f"left behind: {alive}"
        return code

    def close(self) -> None:
        if self.process.poll() is None:
            self.children()
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10.0)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10.0)
        for one in self._children:
            if one.is_running():
                one.kill()

    def __enter__(self) -> Playing:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
