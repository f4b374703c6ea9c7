"""What the engine says of itself: to the console, the log and `/status`. Plain values, worked out when asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from installation.ages import ages_of
from installation.clock import wall_time
from installation.errors import Problem
from installation.inputs.camera_status import lasting
from installation.show.cue_told import told_list

MOST_PROBLEMS = 32
"""Of all kinds together, but for commands that could not be carried out."""


def status_of(engine: Any) -> dict[str, object]:
    """The show, the frame's cost, the cue, the reveal, the devices and every problem."""
    wall, cues, reveal = engine.wall, engine.cues, engine.reveal_state
    logbook = engine.logbook
    camera = engine.sensing.camera
    kinds = (
        lasting(camera),
        engine.site_problems, engine.file_problems, wall.problems, cues.problems, engine.problems, engine.data_problems,
        engine.gear.problems if engine.gear is not None else (), logbook.problems if logbook else (),
        getattr(getattr(engine.calibration, "wall", None), "problems", ()),
        [problem for output in engine.outputs for problem in getattr(output, "problems", ())],
    )  # fmt: skip
    problems = (*most_of(kinds), *engine.refused)
    seconds, index = engine.time
    return {
        "show": engine.show.file.title,
        "scene": wall.playing.title if wall.playing else "",
        "scenes": wall.seen,
        "seconds": round(seconds, 2),
        "frame": index,
        **engine.costs.status(),
        "canvas": list(engine.size),
        "scale": round(engine.pace.scale, 2),
        "scale_pinned": engine.pace.pinned,
        "renderer": engine.device.renderer,
        "alignment": engine.projecting.told() if engine.projecting else {},
        "outputs": [told for output in engine.outputs if hasattr(output, "status") for told in output.status()],
        "cue": told_list(cues, engine.carrier.broken()),
        "owners": engine.carrier.owned(),
        "reveal": {
            "level": round(reveal.level, 3),
            "cracks": round(reveal.cracks, 3),
            "under": wall.under.title if wall.under else "",
        },
        "faults": [fault.kind for fault in engine.faulting],
        "staged": bool(engine.staging.name),
        "score": engine.staging.name,
        "score_s": round(engine.staging.since(seconds), 1),
        "flash": engine.flash,
        "fiction": wall.fiction,
        "notice": wall.notice,
        "camera": camera,
        "calibration": engine.calibration.status() if engine.calibration else {},
        "audio": engine.sensing.audio,
        "signals": engine.sensing.readings(),
        "osc": engine.network,
        "tempo": {
            "bpm": round(engine.beats.tempo, 2),
            "beat": round(engine.beats.at(seconds), 2),
            "phase": round(engine.beats.phase(seconds), 3),
        },
        "gear": engine.gear.status() if engine.gear else {},
        "data": ages_of(engine.show, engine.data_awaited, wall_time()),
        "log": logbook.status() if logbook else {},
        "warnings": [_told(problem) for problem in engine.show.warnings[:MOST_PROBLEMS]],
        "problems": [_told(problem) for problem in problems],
    }


def most_of(kinds: Sequence[Sequence[Problem]], most: int = MOST_PROBLEMS) -> list[Problem]:
    """The first so many problems, kind after kind, each with as many as the others leave it: a show with a hundred wrong files
    still says that the disk of its log is full. How many are left out is told last."""
    counts = [0] * len(kinds)
    for turn in range(most):
        for n, kind in enumerate(kinds):
            if turn < len(kind) and sum(counts) < most:
                counts[n] = turn + 1
    told = [problem for kind, count in zip(kinds, counts, strict=True) for problem in kind[:count]]
    if left := sum(map(len, kinds)) - len(told):
        told.append(
            Problem(f"{left} more problem{'s' if left > 1 else ''} like these", hint="mend those that are listed")
        )
    return told


def _told(problem: Problem) -> dict[str, str]:
    return {"where": str(problem.where or ""), "message": problem.message, "hint": problem.hint}
