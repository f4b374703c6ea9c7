"""What the doctor finds, and how it looks at what could crash: in a process of its own. For `doctor` and its parts."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

PATIENCE = 60.0
"""Seconds that a driver may take before it counts as hung."""

State = Literal["fine", "warning", "trouble"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `trouble` stops a show, a `warning` need not; `try_` is "" when fine."""

    name: str
    state: State
    said: str
    try_: str = ""


def try_apart(program: str) -> tuple[list[str], str]:
    """Runs Python code in another process: its output lines, and what went wrong ("" if nothing)."""
    command = [sys.executable, "-P", "-c", program]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return [], f"it did not answer within {PATIENCE:.0f} seconds"
    lines = ended.stdout.strip().splitlines()
    if ended.returncode < 0:
        return lines, f"it crashed ({signal.Signals(-ended.returncode).name})"
    if ended.returncode > 0 or not lines:
        complaints = [line for line in ended.stderr.splitlines() if line.strip() and not line.startswith(" ")]
        return lines, complaints[-1] if complaints else f"it ended with {ended.returncode} and said nothing"
    return lines, ""


def first_line(file: Path) -> str:
    """The first line of a small system file, "" when it is empty, missing or shut."""
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            return opened.readline().strip()
    except OSError:
        return ""
