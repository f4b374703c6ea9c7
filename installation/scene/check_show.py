"""Checks a show's own file against its scenes: cues, fault scores, and what lies under what. Called by `load`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from installation.errors import InstallationError, SceneError, did_you_mean
from installation.params import Param
from installation.scene import schema
from installation.scene.catalogue import ENGINE
from installation.scene.check_scores import check_scores
from installation.scene.constants import constant
from installation.scene.expressions import is_expression
from installation.scene.findings import Findings
from installation.scene.library import Library
from installation.scene.source import Steps


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
    numbers: dict[str, int] = {}
    for i, cue in enumerate(file.cues):
        steps: Steps = ("cues", i)
        if findings.lost(steps):
            continue
        if cue.number in numbers:
            message = f'the number "{cue.number}" is taken'
            findings.value((*steps, "number"), message, f"cue {numbers[cue.number] + 1} of the list has it")
        numbers.setdefault(cue.number, i)
        _cue(cue, steps, findings, library, scenes)
        _staged(cue, steps, file, findings, scores, unsure)
        for address, given in cue.set.items():
            _set(address, given, (*steps, "set", address), findings, {**params, **ENGINE}, scenes, unsure)
    # A cue that could not be read may be the one that is meant.
    every = any(findings.lost(("cues", i)) for i in range(len(file.cues)))
    for i, cue in enumerate(file.cues):
        if cue.goto is not None and cue.goto not in numbers and not every:
            hint = did_you_mean(cue.goto, numbers, label="cues")
            findings.value(("cues", i, "goto"), f'there is no cue "{cue.goto}"', hint)
    if file.start is not None and file.start not in numbers and not every:
        findings.value(
            ("start",), f'start: there is no cue "{file.start}"', did_you_mean(file.start, numbers, label="cues")
        )
    if file.rest is not None and file.rest not in scenes:
        hint = did_you_mean(file.rest, scenes, label="scenes")
        findings.value(("rest",), f'rest: there is no scene "{file.rest}"', hint)
    if not every:
        _endless(file.cues, numbers, findings)
    check_scores(file.faults, findings)


def _cue(cue: schema.Cue, steps: Steps, findings: Findings, library: Library, scenes: Collection[str]) -> None:
    for key, scene in (("scene", cue.scene), ("under", cue.under)):
        if scene is not None and scene not in scenes:
            findings.value((*steps, key), f'there is no scene "{scene}"', did_you_mean(scene, scenes, label="scenes"))
    if cue.transition is not None:
        try:
            shader = library.shader(cue.transition)
        except InstallationError as error:
            findings.error((*steps, "transition"), error)
            return
        if shader is not None and shader.kind != "transition":
            message = f"{cue.transition} is a {shader.kind}; expected a transition"
            hint = "a transition has the inputs startImage, endImage and progress"
            findings.value((*steps, "transition"), message, hint)


def _staged(
    cue: schema.Cue,
    steps: Steps,
    file: schema.ShowFile,
    findings: Findings,
    scores: Collection[str],
    unsure: Collection[str],
) -> None:
    """The fault score that a cue starts: the show's own, or a scene's. One that can't be read may be meant."""
    lost = {str(s[1]) for s in findings.dropped if s[0] == "faults" and len(s) == 2}
    known = {*file.faults, *scores, "none"}
    if cue.faults is None or cue.faults in known | lost or unsure:
        return
    hint = did_you_mean(cue.faults, known, label="fault scores")
    findings.value((*steps, "faults"), f'there is no fault score "{cue.faults}"', hint)


def _set(
    address: str,
    given: schema.ParamValue,
    steps: Steps,
    findings: Findings,
    params: Mapping[str, Param],
    scenes: Collection[str],
    unsure: Collection[str],
) -> None:
    if address in params:
        if isinstance(given, str) and is_expression(given):
            findings.value(steps, "a cue sets a constant", "expressions stand in scene files")
            return
        try:
            constant(params[address], given)
        except SceneError as error:
            findings.error(steps, error)
        return
    parts = address.split("/")
    if len(parts) > 2 and parts[:2] == ["", "scene"] and parts[2] in unsure:
        return
    if not address.startswith("/"):
        findings.key(steps, f'"{address}" is not an address', "such as /scene/SCENE/LAYER/PARAMETER")
        return
    if len(parts) > 2 and parts[1] == "scene" and parts[2] not in scenes:
        findings.key(steps, f'there is no scene "{parts[2]}"', did_you_mean(parts[2], scenes, label="scenes"))
        return
    if f"/scene{address}" in params:
        findings.key(steps, f'there is no parameter "{address}"', f"write /scene{address}")
        return
    known, wrong, next_ = _nearest(parts, params)
    hint = did_you_mean(wrong, next_, label=f"at {known or '/'}")
    findings.key(steps, f'there is no parameter "{address}"', hint)


def _nearest(parts: Sequence[str], params: Mapping[str, Param]) -> tuple[str, str, list[str]]:
    """How far an address is right, the part that is wrong, and what could stand there."""
    known: list[str] = [""]
    for part in parts[1:]:
        head = "/".join(known) + "/"
        next_ = sorted({address[len(head) :].split("/")[0] for address in params if address.startswith(head)})
        if part not in next_:
            return "/".join(known), part, next_
        known.append(part)
    head = "/".join(known) + "/"
    return "/".join(known), "", sorted({a[len(head) :].split("/")[0] for a in params if a.startswith(head)})


def _endless(cues: Sequence[schema.Cue], numbers: Mapping[str, int], findings: Findings) -> None:
    """Cues that start each other for ever, in no time."""
    told: set[int] = set()
    for first in range(len(cues)):
        path: list[int] = []
        at = first
        while at not in path and at not in told:
            cue = cues[at]
            wait = cue.pre_wait + (cue.post_wait if cue.continue_mode == "auto-continue" else cue.fade)
            follower = numbers.get(cue.goto, -1) if cue.goto is not None else at + 1
            if cue.continue_mode == "none" or wait > 0 or not 0 <= follower < len(cues):
                break
            path.append(at)
            at = follower
        else:
            if at in path:
                circle = path[path.index(at) :]
                told.update(circle)
                named = " → ".join(cues[i].number for i in (*circle, at))
                findings.value(("cues", at), f"cues start each other for ever, in no time: {named}", "add a wait")


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
