"""What the engine says of itself: to the console, the log and `/status`. Plain values, worked out when asked."""

from __future__ import annotations

from typing import Any

from installation.ages import ages_of
from installation.clock import wall_time
from installation.errors import Problem
from installation.show.cue_told import told_list

MOST_PROBLEMS = 32


def status_of(engine: Any) -> dict[str, object]:
    """The show, the frame's cost, the cue, the reveal, the devices and every problem."""
    wall, cues, reveal = engine.wall, engine.cues, engine.reveal_state
    logbook = engine.logbook
    lasting = (*engine.file_problems, *wall.problems, *cues.problems, *engine.problems, *engine.data_problems)
    if engine.gear is not None:
        lasting = (*lasting, *engine.gear.problems)
    lasting += logbook.problems if logbook else ()
    for output in engine.outputs:
        lasting += tuple(getattr(output, "problems", ()))
    problems = (*lasting[:MOST_PROBLEMS], *engine.refused)
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
        "camera": engine.sensing.camera,
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


def _told(problem: Problem) -> dict[str, str]:
    return {"where": str(problem.where or ""), "message": problem.message, "hint": problem.hint}
