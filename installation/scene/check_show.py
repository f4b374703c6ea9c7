"""Checks a show's own file against its scenes: cues, fault scores, and what lies under what. Called by `load`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from installation.errors import did_you_mean
from installation.params import Param
from installation.scene import schema
from installation.scene.catalogue import ENGINE
from installation.scene.check_cues import Known, check_cues
from installation.scene.check_scores import check_scores
from installation.scene.findings import Findings
from installation.scene.library import Library


def check_show(
    file: schema.ShowFile,
    findings: Findings,
    library: Library,
    scenes: Collection[str],
    params: Mapping[str, Param],
    unsure: Collection[str],
    scores: Collection[str] = (),
) -> None:
    """Everything that a show's file names. `scenes` are the names of all scene files, `params` the parameters and
    `scores` the fault scores of those that could be read, `unsure` the scenes of which not everything is known."""
    lost = any(steps[0] == "faults" and len(steps) == 2 for steps in findings.dropped)
    known = None if lost else {*file.faults, *scores, "none"}
    check_cues(file, findings, library, Known(scenes, {**params, **ENGINE}, known, unsure))
    if file.rest is not None and file.rest not in scenes:
        hint = did_you_mean(file.rest, scenes, label="scenes")
        findings.value(("rest",), f'rest: there is no scene "{file.rest}"', hint)
    check_scores(file.faults, findings)


def check_under(under: Mapping[str, str], findings: Mapping[str, Findings], scenes: Collection[str]) -> None:
    """What each scene says lies under it: there must be such a scene, and no circle."""
    told: set[str] = set()
    for name in sorted(under):
        if under[name] not in scenes:
            hint = did_you_mean(under[name], scenes, label="scenes")
            findings[name].value(("under",), f'there is no scene "{under[name]}"', hint)
        path, at = [name], under[name]
        while at in under and at not in path and at not in told:
            path.append(at)
            at = under[at]
        if at in path and at not in told:
            circle = path[path.index(at) :]
            told.update(circle)
            named = " → ".join((*circle, at))
            findings[at].value(("under",), f"scenes lie under each other in a circle: {named}")
