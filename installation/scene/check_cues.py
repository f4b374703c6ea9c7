"""Checks a show's cues: what they are called, whom they name, what they set, groups, circles. Called by `check_show`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from installation.errors import CommandError, InstallationError, SceneError, did_you_mean
from installation.params import Param
from installation.scene import schema
from installation.scene.constants import constant
from installation.scene.cues import RESERVED, Placed, kind_of, placed
from installation.scene.expressions import is_expression
from installation.scene.findings import Findings
from installation.scene.library import Library
from installation.scene.source import Steps

LIGHTS = "/lights/"
"""Addresses of the building's lights, which a show doesn't know."""


@dataclass(frozen=True)
class Known:
    """What a cue may name: scenes, parameters and fault scores of the show; `unsure` are scenes of which not everything is
    known, and `scores` is None where one that can't be read may be meant."""

    scenes: Collection[str]
    params: Mapping[str, Param]
    scores: Collection[str] | None
    unsure: Collection[str]


def check_cues(file: schema.ShowFile, findings: Findings, library: Library, known: Known) -> None:
    """Everything that the cues of a show name, those in groups too."""
    listed = placed(file.cues)
    fine = [one for one in listed if not findings.lost(one.steps)]
    # A cue that could not be read, or what it is called, may be the one that is meant.
    unread = any(findings.lost((*one.steps, *key)) for one in listed for key in ((), ("number",), ("id",)))
    names = _names(fine, findings)
    for one in fine:
        _cue(one, findings, library, known)
        _group(one, listed, findings)
        _messages(one, findings)
        if not unread:
            _references(one, names, findings)
    if file.start is not None and file.start not in names and not unread:
        hint = did_you_mean(file.start, names, label="cues")
        findings.value(("start",), f'start: there is no cue "{file.start}"', hint)
    if not unread:
        _endless(listed, names, findings)


def _names(listed: Sequence[Placed], findings: Findings) -> dict[str, str]:
    """The id of each cue by its number and by its id; what two cues are called is told."""
    numbers: dict[str, int] = {}
    stated: dict[str, int] = {}
    for place, one in enumerate(listed):
        for key, given, taken in (("number", one.cue.number, numbers), ("id", one.cue.id, stated)):
            if given is None:
                continue
            if given in taken:
                message = f'the {key} "{given}" is taken'
                findings.value((*one.steps, key), message, f"cue {taken[given] + 1} of the list has it")
            elif given in RESERVED:
                findings.value(
                    (*one.steps, key), f'a cue can\'t be called "{given}"', "addresses mean something else by it"
                )
            taken.setdefault(given, place)
    for given, place in stated.items():
        if numbers.get(given, place) != place:
            one = listed[place]
            findings.value(
                (*one.steps, "id"), f'the id "{given}" is the number of another cue', "call it something else"
            )
    ids = {one.id: one.id for one in listed}
    return ids | {one.cue.number: one.id for one in reversed(listed) if one.cue.number is not None}


def _cue(one: Placed, findings: Findings, library: Library, known: Known) -> None:
    cue, steps = one.cue, one.steps
    for key, scene in (("scene", cue.scene), ("under", cue.under)):
        if scene is not None and scene not in known.scenes:
            hint = did_you_mean(scene, known.scenes, label="scenes")
            findings.value((*steps, key), f'there is no scene "{scene}"', hint)
    if cue.faults is not None and known.scores is not None and cue.faults not in known.scores and not known.unsure:
        hint = did_you_mean(cue.faults, known.scores, label="fault scores")
        findings.value((*steps, "faults"), f'there is no fault score "{cue.faults}"', hint)
    for address, given in cue.set.items():
        _set(address, given, (*steps, "set", address), findings, known)
    for how, some in (("add", cue.add), ("multiply", cue.multiply)):
        for address, given in some.items():
            _reckon(address, given, (*steps, how, address), findings, known)
    for i, layer in enumerate(cue.media):
        _parameter(f"{layer}/play", (*steps, "media", i), findings, known, f"{layer} is no media layer")
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


def _group(one: Placed, listed: Sequence[Placed], findings: Findings) -> None:
    """What only groups have, and what their cues can't have."""
    cue, steps = one.cue, one.steps
    if cue.group is None and cue.cues:
        findings.key((*steps, "cues"), "it has cues, but isn't a group", "group: list, start-first, timeline, ...")
    if cue.group is not None and not cue.cues:
        findings.value((*steps, "group"), "a group needs cues", "cues: with a list of them, like the show's own")
    if cue.loop and cue.group != "playlist":
        findings.value((*steps, "loop"), "only a playlist loops", "group: playlist")
    if cue.group is not None:
        for key in (
            "scene",
            "under",
            "set",
            "add",
            "multiply",
            "reveal",
            "faults",
            "media",
            "osc",
            "midi",
            "stop",
            "duration",
        ):
            if key in cue.model_fields_set and not findings.lost((*steps, key)):
                findings.key((*steps, key), f"a group has no {key}", "give it to one of its cues")
    if cue.group == "list":
        for key, given in (
            ("pre_wait", cue.pre_wait),
            ("quantise", cue.quantise),
            ("continue", cue.continue_mode != "none"),
            ("trigger", cue.trigger),
        ):
            if given:
                findings.key((*steps, key), f"a list is only entered: it has no {key}", "give it to one of its cues")
    group = listed[one.group].cue.group if one.group is not None else None
    if group not in (None, "list"):
        if cue.group == "list":
            findings.value((*steps, "group"), f"a list can't stand in a {group}", "playlist: one after the other")
        if cue.goto is not None:
            findings.value((*steps, "goto"), f"the cues of a {group} go nowhere else", "give the group a goto")
        if cue.continue_mode != "none" and group != "start-first":
            findings.value((*steps, "continue"), f"the cues of a {group} start nothing by themselves", "the group does")


def _messages(one: Placed, findings: Findings) -> None:
    cue, steps = one.cue, one.steps
    for i, message in enumerate(cue.midi):
        if sum(given is not None for given in (message.note, message.control, message.program)) != 1:
            findings.key((*steps, "midi", i), "a MIDI message is one of note, control and program")
    trigger = cue.trigger
    if trigger is not None and not (trigger.clock or trigger.timecode or trigger.visitor):
        findings.key((*steps, "trigger"), "nothing triggers it", "clock, timecode or visitor")
    if trigger is not None and trigger.longest is not None and trigger.visitor is None:
        findings.key((*steps, "trigger", "longest"), "longest needs a visitor to wait for", "visitor: presence")


def _references(one: Placed, names: Mapping[str, str], findings: Findings) -> None:
    wanted: list[tuple[Steps, str]] = [((*one.steps, "goto"), one.cue.goto)] if one.cue.goto is not None else []
    wanted += [((*one.steps, "stop", i), word) for i, word in enumerate(one.cue.stop) if word != "all"]
    for steps, word in wanted:
        if word not in names:
            findings.value(steps, f'there is no cue "{word}"', did_you_mean(word, names, label="cues"))


def _reckon(address: str, given: schema.ParamValue, steps: Steps, findings: Findings, known: Known) -> None:
    param = _parameter(address, steps, findings, known)
    if param is None:
        return
    try:
        param.amounts(given)
    except CommandError as error:
        findings.error(steps, error)


def _set(address: str, given: schema.ParamValue, steps: Steps, findings: Findings, known: Known) -> None:
    param = _parameter(address, steps, findings, known)
    if param is None:
        return
    if isinstance(given, str) and is_expression(given):
        findings.value(steps, "a cue sets a constant", "expressions stand in scene files")
        return
    try:
        constant(param, given)
    except SceneError as error:
        findings.error(steps, error)


def _parameter(address: str, steps: Steps, findings: Findings, known: Known, otherwise: str = "") -> Param | None:
    """The declaration of a parameter; None, and told, where there is none."""
    if address in known.params:
        return known.params[address]
    parts = address.split("/")
    if len(parts) > 2 and parts[:2] == ["", "scene"] and parts[2] in known.unsure:
        return None
    if address.startswith(LIGHTS):
        return None  # the site has them, and the status says where it hasn't
    if not address.startswith("/"):
        findings.key(steps, f'"{address}" is not an address', "such as /scene/SCENE/LAYER/PARAMETER")
    elif len(parts) > 2 and parts[1] == "scene" and parts[2] not in known.scenes:
        hint = did_you_mean(parts[2], known.scenes, label="scenes")
        findings.key(steps, f'there is no scene "{parts[2]}"', hint)
    elif f"/scene{address}" in known.params:
        findings.key(steps, f'there is no parameter "{address}"', f"write /scene{address}")
    else:
        there, wrong, next_ = _nearest(parts, known.params)
        hint = did_you_mean(wrong, next_, label=f"at {there or '/'}")
        findings.key(steps, otherwise or f'there is no parameter "{address}"', hint)
    return None


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


def _endless(listed: Sequence[Placed], names: Mapping[str, str], findings: Findings) -> None:
    """Cues that start each other for ever, in no time."""
    chapters = {place for place, one in enumerate(listed) if one.cue.group == "list"}
    line = [
        one
        for place, one in enumerate(listed)
        if place not in chapters and (one.group is None or one.group in chapters)
    ]
    places = {one.id: at for at, one in enumerate(line)}
    told: set[int] = set()
    for first in range(len(line)):
        path: list[int] = []
        at = first
        while at not in path and at not in told:
            cue = line[at].cue
            lasts = 1.0 if kind_of(cue) == "group" else cue.lasts()  # a group that ends at once is found when it plays
            wait = cue.pre_wait + (cue.post_wait if cue.continue_mode == "auto-continue" else lasts)
            follower = places.get(names.get(cue.goto, ""), -1) if cue.goto is not None else at + 1
            if cue.continue_mode == "none" or wait > 0 or not 0 <= follower < len(line):
                break
            path.append(at)
            at = follower
        else:
            if at in path:
                circle = path[path.index(at) :]
                told.update(circle)
                named = " → ".join(line[i].cue.number or line[i].id for i in (*circle, at))
                message = f"cues start each other for ever, in no time: {named}"
                findings.value(line[at].steps, message, "add a wait")
