"""The verbs as nodes of the tree, beside the parameters: what OSCQuery clients and pages find of `/go`, `/panic`, the cues.

Declared once, with the OSC types that each takes; `control` and `cue_verbs` say what they do. What only answers (`/status`,
`/evidence`), and what concerns a client itself (`/connect`), is no node: a node has a value, or does something. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from installation.show.access import Right, right_for

MOST = 512
"""Verbs that are told of scenes, scores and cues; the first ones, in their order."""
_OF_CUES = (
    ("go", "Jumps to the cue, and GO."),
    ("start", "Starts the cue beside what runs."),
    ("stop", "Ends the cue."),
    ("load", "Makes the cue ready."),
    ("preview", "Plays the cue without its waits, and without what follows."),
)


@dataclass(frozen=True, slots=True)
class Verb:
    """Something to be done, at an address. `types`: the OSC type tags that it takes, the usual first; I is a press."""

    address: str
    types: tuple[str, ...]
    help: str
    low: float | None = None
    high: float | None = None
    unit: str = ""

    @property
    def right(self) -> Right | None:
        return right_for(self.address, (1.0,), lambda _: False)


ALWAYS = (
    Verb(
        "/go", ("I", "s", "sf"), "GO. With text: jumps to the cue of that number, and GO; then the seconds of its fade."
    ),
    Verb("/panic", ("I", "f"), "Fades to the scene of rest; twice: stops. With a number: in so many seconds."),
    Verb("/stop", ("I",), "Ends what runs, softly."),
    Verb("/hardStop", ("I",), "Ends what runs, at once."),
    Verb("/pause", ("I",), "Holds what runs."),
    Verb("/resume", ("I",), "Lets what is held go on."),
    Verb("/reset", ("I",), "Everything as the files say."),
    Verb("/playhead/next", ("I",), "The next cue stands by."),
    Verb("/playhead/previous", ("I",), "The cue before stands by."),
    Verb("/playhead/none", ("I",), "No cue stands by."),
    Verb("/faults/none", ("I",), "Ends a staged malfunction."),
    Verb("/under/none", ("I", "f"), "Nothing lies under the surface; in so many seconds."),
)
REVEAL = Verb("/reveal/level", ("f", "ff"), "How far the surface is opened; then the seconds that it takes.", 0.0, 1.0)
"""The one verb that has a value too: `/reveal`, under a name of its own, since many clients take a node with others below it
for a folder and nothing else."""


def verbs(scenes: Iterable[str], scores: Iterable[str], cues: Iterable[str]) -> dict[str, Verb]:
    """Every verb, by address, of a show with these scenes, scores of faults, and cues (their numbers, or ids)."""
    found = [*ALWAYS]
    for name in scenes:
        found.append(Verb(f"/scene/{name}/go", ("I", "f"), f"Goes to the scene {name}; in so many seconds."))
        found.append(Verb(f"/under/{name}", ("I", "f"), f"Reveal shows the scene {name}; in so many seconds."))
    found += [Verb(f"/faults/{name}", ("I",), f"Stages the malfunction {name}.") for name in scores]
    for label in (one for one in cues if "/" not in one):
        found += [Verb(f"/cue/{label}/{verb}", ("I",), help) for verb, help in _OF_CUES]
    return {verb.address: verb for verb in found[: len(ALWAYS) + MOST] if _sayable(verb.address)}


def _sayable(address: str) -> bool:
    """Whether it can be an address of OSC, and not a pattern."""
    return address.isascii() and address.isprintable() and set(" #*,?[]{}").isdisjoint(address) and "//" not in address
