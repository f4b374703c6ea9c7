"""How a camera is, in plain values for the operator. Worked out when it is asked, from what its processes have said last.

Called by `camera.Camera.status`, in the frame: it neither waits nor raises.
"""

from __future__ import annotations

from typing import Any

from installation.clock import now
from installation.inputs.feed import Feed
from installation.inputs.stream import shown


def status_of(
    source: str,
    wanted: str,
    seeing: Feed | None,
    showing: Feed | None,
    primary: Feed | None,
    *,
    problems: tuple[str, str],
    stopped: BaseException | None,
    when: float,
    restarts: int,
    recycled: int,
) -> dict[str, Any]:
    """`seeing`: the camera where it is shown; `showing`: whatever is shown; `primary`: the camera that was asked for.

    `problems` are the camera's and its fallback's; `stopped`: why its supervisor ended; `when`: of the newest sense.
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


def _held(said: Any) -> list[str]:
    """What a process says that the kernel holds it to; [] before it has said so, or where there is no such process."""
    return [] if said is None else list(said) or ["not enforced on this system"]
