"""Why a cue can't do all that it says: the words for an operator, before anybody presses GO.

A broken cue keeps its time and does what of it can be done; the list goes on. Asked by the status, never by the list itself.
"""

from __future__ import annotations

from collections.abc import Collection, Container
from dataclasses import dataclass

from installation.show.cue_list import Entry, Order

_UNSENT = {"osc": "nobody here sends OSC to other gear", "midi": "nobody here sends MIDI"}


@dataclass(frozen=True, slots=True)
class Means:
    """What a show has to play with: scenes, fault scores and parameters by name, and what it can send ("osc", "midi")."""

    scenes: Container[str]
    scores: Container[str]
    addresses: Container[str]
    sends: Container[str]
    machines: Container[str] | None = None
    """Names of the machines that OSC is sent to; None: nobody knows."""
    instruments: Collection[str] | None = None
    """Names of the outputs of MIDI; None: nobody knows."""


def unsent(kind: str) -> str:
    """What is said of a message that nobody can send."""
    return _UNSENT[kind]


def reasons(entry: Entry, order: Order, means: Means) -> list[str]:
    """Everything that is wrong with one cue; empty for one that can be played."""
    cue = entry.cue
    found = [f'there is no scene "{name}"' for name in (cue.scene, cue.under) if name and name not in means.scenes]
    if cue.faults and cue.faults != "none" and cue.faults not in means.scores:
        found.append(f'there is no fault score "{cue.faults}"')
    wanted = [*cue.set, *cue.add, *cue.multiply, *(f"{layer}/play" for layer in cue.media)]
    found += [f"there is no parameter {address}" for address in wanted if address not in means.addresses]
    found += [
        _UNSENT[kind] for kind, given in (("osc", cue.osc), ("midi", cue.midi)) if given and kind not in means.sends
    ]
    if "osc" in means.sends and means.machines is not None:
        unknown = dict.fromkeys(one.to for one in cue.osc if one.to not in means.machines)
        found += [f'no machine of the site file is called "{name}"' for name in unknown]
    if "midi" in means.sends and means.instruments is not None:
        outputs = dict.fromkeys(one.to for one in cue.midi if one.to is not None and one.to not in means.instruments)
        found += [f'no output of MIDI is called "{name}"' for name in outputs]
        if len(means.instruments) > 1 and any(one.to is None for one in cue.midi):
            found.append(f"there are {len(means.instruments)} outputs of MIDI, and it names none")
    named = [word for word in (cue.goto, *cue.stop) if word is not None and word != "all"]
    found += [f'there is no cue "{word}"' for word in named if order.named(word) is None]
    if cue.group is not None and not any(order.entries[child].armed for child in order.inside(entry.id)):
        found.append("none of its cues is armed" if entry.children else "it has no cues")
    return found


def broken(order: Order, means: Means, most: int = 32) -> list[tuple[Entry, str]]:
    """The broken cues in list order, with why; at most so many."""
    found: list[tuple[Entry, str]] = []
    for entry in order.entries.values():
        if entry.armed and (why := reasons(entry, order, means)):
            found.append((entry, "; ".join(why[:4])))
            if len(found) == most:
                break
    return found
