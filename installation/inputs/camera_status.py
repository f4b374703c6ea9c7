"""How a camera is, in plain values for the operator. Worked out when it is asked, from what its processes have said last.

Called by `camera.Camera.status`, in the frame: it neither waits nor raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from installation.clock import now
from installation.errors import Problem
from installation.inputs.feed import Feed
from installation.inputs.stream import shown

LASTING = 5.0
"""Seconds without a picture after which a camera is among the problems."""


def status_of(
    source: str,
    wanted: str,
    seeing: Feed | None,
    showing: Feed | None,
    primary: Feed | None,
    *,
    problems: tuple[str, str],
    stopped: BaseException | None,
    unwell: tuple[float, float] | None = None,
    when: float,
    restarts: int,
    recycled: int,
) -> dict[str, Any]:
    """`seeing`: the camera where it is shown; `showing`: whatever is shown; `primary`: the camera that was asked for.

    `problems` are the camera's and its fallback's; `stopped`: why its supervisor ended; `unwell`: since
    when it delivers nothing, by this machine's clock and by the wall's; `when`: of the newest sense.
    """
    live = seeing is not None
    if wanted == "none":
        state = "none"
    elif live:
        state = "live"
    elif showing is not None:
        state = "fallback"
    else:
        state = "lost" if problems[0] else "opening"
    problem = problems[0] if live else "; ".join(filter(None, problems))
    if stopped is not None:
        problem = f"the camera's supervisor stopped: {stopped}. Restart the engine"
    said = primary.memory.said() if primary is not None else {}
    return {
        "source": showing.name if showing is not None else shown(source),
        "wanted": shown(source),
        "live": live,
        "state": state,
        "age_s": round(now() - when, 3) if showing is not None and when else None,
        "fps": (showing.told("fps") if showing is not None else None) or 0.0,
        "problem": problem,
        "unwell_since": round(unwell[1], 1) if unwell is not None and now() - unwell[0] >= LASTING else None,
        "restarts": restarts,
        "recycled": recycled,
        "size": said.get("size"),
        "notes": said.get("notes") or [],
        "memory_mb": round(primary.weight) if primary is not None else 0,
        "mapped": bool(said.get("mapped")),
        "own_light": str(said.get("own_light", "off")),
        "sealed": _held(said.get("sealed")),
        "receiver_sealed": _held(said.get("receiver")),
    }


def lasting(camera: Mapping[str, Any]) -> list[Problem]:
    """A problem for each camera that has delivered nothing for longer than `LASTING`, of the status of one or of several: what is
    wrong, since when, and what the wall has meanwhile."""
    found = []
    each: Mapping[str, Mapping[str, Any]] = camera.get("cameras") or {"camera": camera}
    for name, one in each.items():
        since = one.get("unwell_since")
        if since is None:
            continue
        what, _, remedy = str(one.get("problem", "")).partition("; fallback:")[0].partition(". ")
        clock = datetime.fromtimestamp(since).strftime("%H:%M:%S")
        found.append(Problem(f"{name}: {what}, since {clock}; {stand_in(one)} meanwhile", hint=remedy))
    return found


def stand_in(camera: Mapping[str, Any]) -> str:
    """What the wall has of a camera that is unwell."""
    source = str(camera.get("source"))
    if camera.get("state") == "live":
        return f"{source} still delivers"
    if camera.get("state") != "fallback":
        return "nobody is sensed"
    return "a made-up visitor plays" if source.startswith("synthetic") else f"{source} plays"


def _held(said: Any) -> list[str]:
    """What a process says that the kernel holds it to; [] before it has said so, or where there is no such process."""
    return [] if said is None else list(said) or ["not enforced on this system"]
