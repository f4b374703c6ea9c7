"""Checks fault scores, a show's or a scene's: what no single value of them can say. Called by `load` and its checks."""

from __future__ import annotations

from collections.abc import Mapping

from installation.scene.findings import Findings
from installation.scene.scores import Fault, FaultScore
from installation.scene.source import Steps

ROUNDING = 1e-6


def check_scores(scores: Mapping[str, FaultScore], findings: Findings) -> None:
    """Every score of one file."""
    for name, score in scores.items():
        steps: Steps = ("faults", name)
        if name == "none":
            findings.key(steps, '"none" is the word that ends faults', "choose another name")
        for i, level in enumerate(score.cracks):
            if not 0 <= level <= 1:
                findings.value((*steps, "cracks", i), f"cracks: expected numbers from 0 to 1, got {level:g}")
        for i, line in enumerate(score.score):
            here = (*steps, "score", i)
            if not findings.lost(here):
                _line(line, i + 1, here, findings)


def _line(line: Fault, number: int, here: Steps, findings: Findings) -> None:
    if line.end <= line.start and not findings.lost((*here, "start")):
        findings.value((*here, "end"), f"score[{number}] ends at {line.end:g}, but starts at {line.start:g}")
    for part, density in enumerate(line.density):
        if density < 0:
            message = f"score[{number}].density: expected numbers of at least 0, got {density:g}"
            findings.value((*here, "density", part), message)
    x, y, width, height = line.area
    fits = x >= 0 and y >= 0 and width > 0 and height > 0 and max(x + width, y + height) <= 1 + ROUNDING
    if not fits:
        message = f"score[{number}].area lies outside the canvas or is empty"
        findings.value((*here, "area"), message, "x, y, width, height; together at most 1, such as [0.5, 0, 0.5, 1]")


def check_score_names(
    of_show: Mapping[str, FaultScore],
    of_scenes: Mapping[str, Mapping[str, FaultScore]],
    findings: Mapping[str, Findings],
) -> None:
    """A cue names a score and nothing else, so no two of a show may have one name. Told at the scenes' scores."""
    taken = dict.fromkeys(of_show, "the show")
    for scene in sorted(of_scenes):
        for name in of_scenes[scene]:
            if name in taken:
                findings[scene].key(("faults", name), f"{taken[name]} has a score of this name", "choose another name")
            else:
                taken[name] = f'scene "{scene}"'
