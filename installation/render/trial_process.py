"""The process in which a shader is tried: `python -m installation.render.trial_process`, started by `trial.Trial`.

One JSON object a line in, one a line out. It has a GL context of its own, shows nothing, writes nothing, and ends when its
standard input is closed or its parent is gone.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from installation.children import die_with
from installation.clock import now, worked
from installation.errors import InstallationError, Problem
from installation.gpu.device import Device
from installation.render.isf_player import IsfPlayer
from installation.render.rehearsal import Rehearsal
from installation.render.screen import Screen
from installation.render.trial import BUDGET, SIZE
from installation.scene.isf import Isf, parse

NICE = 5
"""The show goes first."""


class Bench:
    """A device on which one shader after the other is drawn."""

    def __init__(self) -> None:
        self._device = Device.headless()
        self._screen = Screen(self._device)
        self.software = self._device.software
        self._rehearsal = Rehearsal(self._device, self._screen, SIZE)

    def try_(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Compiles a shader and draws it twice; says how long the second frame took, or what is wrong."""
        try:
            shader = parse(asked["body"], asked["path"], asked["vertex"], asked["vertex_path"])
            seconds = self._draw(shader, asked["formats"])
            if "Mesa" in self._device.version and seconds <= BUDGET:
                # What Mesa links from its cache is not quite what it links from text, and its passes compile anew: that
                # is what the show will link. Measured: the third time nothing is left to compile.
                for _ in range(2):
                    self._draw(shader, asked["formats"])
        except InstallationError as error:
            return {"problems": [_told(problem) for problem in error.problems]}
        return {"seconds": seconds}

    def _draw(self, shader: Isf, formats: dict[str, str]) -> float:
        """Builds a shader and draws two frames; gives the seconds of the second. Raises ShaderError."""
        player = IsfPlayer(self._device, self._screen, shader)
        # On a software renderer others may have the processors meanwhile: what it worked is what it costs.
        clock = worked if self._device.software else now
        seconds = 0.0
        try:
            for frame in range(2):
                began = clock()
                self._rehearsal.draw_player(player, formats, frame)
                self._device.finish()
                seconds = clock() - began
        finally:
            player.close()
            self._device.free_doomed()
        return seconds


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="trial_process", description="Tries shaders; started by the engine.")
    parser.add_argument("--parent", type=int, default=0)
    parent = parser.parse_args(arguments).parent
    die_with(parent)
    if hasattr(os, "nice"):
        os.nice(NICE)
    bench = Bench()
    _say({"ready": True, "software": bench.software})
    for line in sys.stdin.buffer:
        _say(bench.try_(json.loads(line)))
    return 0


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _told(problem: Problem) -> dict[str, object]:
    where = problem.where
    place = (where.path, where.line, where.column) if where else ("", 0, 0)
    return {"message": problem.message, "hint": problem.hint, "path": place[0], "line": place[1], "column": place[2]}


if __name__ == "__main__":
    sys.exit(main())
