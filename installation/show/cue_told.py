"""What is told of cues, in plain values: the list's state for the status, and one cue for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from installation.scene.cues import Cue, kind_of
from installation.show.broken import Means, reasons
from installation.show.cue_list import Entry, Order
from installation.show.cue_run import Running
from installation.show.cues import CueList

MOST_RUNNING = 32
LONGEST_NAME, LONGEST_NOTES = 200, 1000
"""Characters that a list tells of a cue."""
KEYS = (
    "id", "number", "name", "colour", "kind", "cues", "armed", "pre_wait", "duration", "post_wait", "continue", "notes", "group",
    "skip_if_disarmed", "next", "loaded", "running", "broken",
)  # fmt: skip
"""What is told of one cue, and may be asked for by itself."""


def told_list(cues: CueList, wrong: Sequence[tuple[Entry, str]]) -> dict[str, object]:
    """Where the show is in its cues: what ran last, what stands by, what runs and waits, what is broken (`wrong`) and why."""
    current, standing, waiting, running = cues.current, cues.standing_by, cues.waiting, cues.running
    return {
        "current": current.number if current else "",
        "name": current.name if current else "",
        "current_id": current.id if current else "",
        "standing_by": standing.number if standing else "",
        "standing_by_name": standing.name if standing else "",
        "standing_by_id": standing.id if standing else "",
        "waiting_s": _rounded(waiting[0].remaining) if waiting else None,
        "until": waiting[0].until if waiting else None,
        "running": [_told(one) for one in running[:MOST_RUNNING]],
        "running_count": len(running),
        "waiting": [asdict(one) | {"remaining": _rounded(one.remaining)} for one in waiting[:MOST_RUNNING]],
        "loaded": {cues.label(id): _rounded(at) for id, at in cues.loaded.items()},
        "broken": [{"id": entry.id, "number": entry.cue.number or "", "why": why} for entry, why in wrong],
        "triggers_held": cues.held,
        "double_go_s": round(cues.double_go_left, 2),
        "jump": cues.astray,
    }


def told_in_list(order: Order, entry: Entry) -> dict[str, object]:
    """One cue as a list of all shows it: what the files say, and whether it is armed. What is not there is left out."""
    cue = entry.cue
    told: dict[str, object] = {
        "id": entry.id,
        "number": cue.number,
        "name": cue.name[:LONGEST_NAME],
        "notes": cue.notes[:LONGEST_NOTES],
        "colour": cue.colour if cue.colour != "none" else None,
        "kind": kind_of(cue),
        "group": cue.group,
        "parent": entry.parent,
        "stands": entry.id in order.standing,
        "disarmed": not entry.armed,
        "skip": cue.skip_if_disarmed,
        "pre_wait": float(cue.pre_wait),
        "duration": round(order.lasts(entry.id), 2),
        "fade": float(cue.fade) if cue.fades else None,
        "post_wait": float(cue.post_wait),
        "continue": cue.continue_mode if cue.continue_mode != "none" else None,
        "until": cue.until,
        "goto": cue.goto,
        "loop": cue.loop,
        "trigger": cue.trigger.model_dump(exclude_none=True) if cue.trigger else None,
        "does": _does(cue),
    }
    return {name: value for name, value in told.items() if value not in (None, "", False, 0.0) or name == "id"}


def _does(cue: Cue) -> list[str]:
    """What a cue changes, in a few words each."""
    scene, under = cue.scene and f"scene {cue.scene}", cue.under and f"under {cue.under}"
    opened = None if cue.reveal is None else f"reveal {cue.reveal:.0%}"
    faults = cue.faults and ("no faults" if cue.faults == "none" else f"faults {cue.faults}")
    sets = [f"{address} {value}" for address, value in cue.set.items()]
    adds = [f"{address} + {value}" for address, value in cue.add.items()]
    sends = [f"{one.to}: {one.address}" for one in cue.osc] + ["midi"] * bool(cue.midi)
    stops = [f"stop {', '.join(cue.stop)}"] if cue.stop else []
    does = [scene, under, opened, faults, *sets, *adds, *(f"film {one}" for one in cue.media), *sends, *stops]
    return [one[:120] for one in does if one][:12]


def told_cues(cues: CueList) -> dict[str, object]:
    """All cues in the order of the list, those of a group after it."""
    return {"cues": [_named(id, entry, cues) for id, entry in cues.order.entries.items()]}


def _named(id: str, entry: Entry, cues: CueList) -> dict[str, object]:
    """What a list shows of a cue before anybody asks for more."""
    cue = entry.cue
    return {
        "id": id,
        "number": cue.number or "",
        "name": cue.name,
        "colour": cue.colour,
        "kind": kind_of(cue),
        "cues": list(entry.children),
        "armed": entry.armed,
        "pre_wait": cue.pre_wait,
        "duration": cues.order.lasts(id),
        "post_wait": cue.post_wait,
        "continue": cue.continue_mode,
    }


def told_cue(cues: CueList, id: str, means: Means) -> dict[str, object]:
    """One cue: what it is called, what it does and when, and what it is doing now."""
    entry = cues.order.entries[id]
    cue = entry.cue
    running = next((one for one in cues.running if one.id == id), None)
    return {
        **_named(id, entry, cues),
        "notes": cue.notes,
        "group": cue.group,
        "skip_if_disarmed": cue.skip_if_disarmed,
        "next": cues.order.after(id),
        "loaded": cues.loaded.get(id),
        "running": _told(running) if running else None,
        "broken": reasons(entry, cues.order, means),
    }


def _told(one: Running) -> dict[str, object]:
    return asdict(one) | {"elapsed": round(one.elapsed, 2), "remaining": _rounded(one.remaining)}


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
