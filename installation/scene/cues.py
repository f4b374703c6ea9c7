"""What may stand in a cue, and what each cue is called for ever.

A cue has no kind to choose: what it names is what it does, and one cue may do several things. `kind_of` gives the word for it.
Its id is the one that the file states; else it is made from its name, so that renumbering and reordering change nothing for
whoever refers by id. Nothing here knows time: `show.cues` plays them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, StrictBool, StrictInt
from pydantic_core import PydanticCustomError

from installation.curves import Curve
from installation.scene.fields import CLOCK, OSC_ADDRESS, TIMECODE, CueNumber, Model, Name, Number, ParamValue, Text

Colour: TypeAlias = Literal["none", "red", "orange", "yellow", "green", "blue", "purple"]
Mode: TypeAlias = Literal["list", "start-first", "timeline", "random", "playlist"]
Kind: TypeAlias = Literal[
    "scene", "reveal", "text", "fade", "media", "faults", "osc", "midi", "stop", "group", "go-to", "wait"
]

RESERVED = ("all", "none", "next", "previous", "active", "selected", "playhead")
"""Words that addresses use where a cue's number may stand."""


def _osc_argument(given: Any) -> Any:
    if isinstance(given, bool | int | float | str):
        return given
    raise PydanticCustomError("wording", "expected a number, text, true or false")


OscArgument: TypeAlias = Annotated[StrictBool | StrictInt | Number | Text, BeforeValidator(_osc_argument)]


class OscMessage(Model):
    """A message to other gear: lighting, sound."""

    to: Name = Field(description="Who gets it: a name that the site file gives to a machine.")
    address: str = Field(pattern=OSC_ADDRESS, max_length=250, description="Such as /cue/5/start.")
    args: list[OscArgument] = Field(default_factory=list, max_length=64, description="Its values, in order.")


class MidiMessage(Model):
    """A note, a controller's value or a program change."""

    to: Name | None = Field(None, description="Which output, by the site file's name; default: the only one.")
    channel: StrictInt = Field(1, ge=1, le=16, description="1 to 16.")
    note: StrictInt | None = Field(None, ge=0, le=127, description="A note; its velocity stands in `value`, 0 ends it.")
    control: StrictInt | None = Field(
        None, ge=0, le=127, description="A controller; what it is set to stands in `value`."
    )
    program: StrictInt | None = Field(None, ge=0, le=127, description="A program, counted from 0.")
    value: StrictInt = Field(127, ge=0, le=127, description="Velocity, or the controller's value.")

    @property
    def data(self) -> bytes:
        """As it goes over the wire; empty when it says nothing."""
        if self.note is not None:
            return bytes((0x90 | (self.channel - 1), self.note, self.value))
        if self.control is not None:
            return bytes((0xB0 | (self.channel - 1), self.control, self.value))
        return b"" if self.program is None else bytes((0xC0 | (self.channel - 1), self.program))


class Trigger(Model):
    """Starts a cue by itself, beside whatever runs; the playhead stays."""

    clock: str | None = Field(None, pattern=CLOCK, description='Every day at this time: "21:30" or "21:30:05".')
    timecode: str | None = Field(
        None, pattern=TIMECODE, description='When running timecode passes it: "01:00:00" or "01:00:00:12" with frames.'
    )
    visitor: Literal["presence", "absence"] | None = Field(None, description="When somebody comes, or all have left.")
    longest: Number | None = Field(
        None, ge=1, le=86400, description="With visitor: seconds after which it starts all the same."
    )


class Cue(Model):
    """Something that happens on GO: only what it names changes."""

    id: CueNumber | None = Field(
        None, description="What it is called for ever, whatever its number; default: made from its name."
    )
    number: CueNumber | None = Field(None, description="What it is called by: 1, 1.5, intro.")
    name: str = Field("", description="What the operator reads.")
    notes: str = Field("", description="For the operator.")
    colour: Colour = Field("none", description="How the list shows it.")
    armed: StrictBool = Field(True, description="A disarmed cue keeps its time and does nothing.")
    skip_if_disarmed: StrictBool = Field(False, description="When disarmed, it is as though it weren't there.")

    scene: Name | None = Field(None, description="The scene to go to: the name of its file.")
    transition: str | None = Field(None, description="An ISF transition's file name; default: dissolve.fs.")
    fade: Number = Field(3.0, ge=0, le=3600, description="Seconds for everything that this cue changes.")
    curve: Curve = Field("smooth", description="How its fade and its transition get from start to end.")
    set: dict[str, ParamValue] = Field(
        default_factory=dict, description="ADDRESS: value, faded. A text layer's words are its `text`."
    )
    add: dict[str, ParamValue] = Field(
        default_factory=dict, description="ADDRESS: number, faded: how much more than it is then (less than 0: less)."
    )
    multiply: dict[str, ParamValue] = Field(
        default_factory=dict, description="ADDRESS: number, faded: so many times what it is then (0.5: half of it)."
    )
    reveal: Number | None = Field(None, ge=0, le=1, description="How far the surface opens, 0 to 1.")
    under: Name | None = Field(None, description="The scene that reveal shows from now on.")
    faults: str | None = Field(None, description='A fault score to start, or "none" to end them.')
    media: list[str] = Field(
        default_factory=list, description="Media layers whose film begins now: [/scene/SCENE/LAYER]."
    )
    osc: list[OscMessage] = Field(default_factory=list, description="Messages to other gear, in order.")
    midi: list[MidiMessage] = Field(default_factory=list, description="Messages to other gear, in order.")
    stop: list[CueNumber] = Field(
        default_factory=list, description="Cues to stop, by number or id; [all] stops all others."
    )
    group: Mode | None = Field(
        None,
        description="What its cues mean together. list: a chapter, one GO each; start-first: the first and what follows "
        "it; timeline: all at once; random: one, each once before any comes again; playlist: one after the other.",
    )
    cues: list[Cue] = Field(default_factory=list, description="The cues of a group.")
    loop: StrictBool = Field(False, description="Whether a playlist begins again at its end.")

    pre_wait: Number = Field(0.0, ge=0, le=86400, description="Seconds from GO until it begins.")
    quantise: Literal["bar", "beat"] | None = Field(
        None, description="Once it is started it waits for the next bar or beat, then begins with its pre_wait."
    )
    duration: Number | None = Field(
        None, ge=0, le=86400, description="How long it lasts, where that is longer than its fade: a wait, a film."
    )
    post_wait: Number = Field(0.0, ge=0, le=86400, description="For auto-continue: seconds until the next cue.")
    continue_mode: Literal["none", "auto-continue", "auto-follow"] = Field(
        "none",
        alias="continue",
        description="Whether the next starts by itself: post_wait after this one began, or after its fade.",
    )
    until: Literal["presence", "absence"] | None = Field(
        None, description="A waiting auto-continue goes on early when a visitor comes (or all have left)."
    )
    goto: CueNumber | None = Field(
        None, description="The cue that follows, by number or id, where it isn't the next one in the list."
    )
    trigger: Trigger | None = Field(None, description="What starts it besides GO.")

    @property
    def fades(self) -> bool:
        """Whether anything of it takes its fade; a cue that does nothing at all is a wait, which takes it too."""
        lasting = (
            self.scene or self.under or self.set or self.add or self.multiply or self.faults or self.reveal is not None
        )
        return bool(lasting) or not (self.osc or self.midi or self.stop or self.media)

    def lasts(self, fade: float | None = None) -> float:
        """Seconds of its action, without waits: its fade (or the one given) or its duration, whichever is longer.

        What only sends or stops takes no time. A group lasts as long as its cues: see `show.cue_list`.
        """
        own = float(self.fade) if fade is None else fade
        if self.duration is not None and kind_of(self) in ("wait", "go-to"):
            return float(self.duration)
        return max(own if self.fades else 0.0, float(self.duration or 0.0))


def kind_of(cue: Cue) -> Kind:
    """The word for what a cue does; of several things, the one that is seen most."""
    kinds: tuple[tuple[Kind, object], ...] = (
        ("group", cue.group),
        ("scene", cue.scene or cue.under),
        ("reveal", cue.reveal is not None),
        ("text", cue.set and not (cue.add or cue.multiply) and all(address.endswith("/text") for address in cue.set)),
        ("fade", cue.set or cue.add or cue.multiply),
        ("media", cue.media),
        ("faults", cue.faults),
        ("osc", cue.osc),
        ("midi", cue.midi),
        ("stop", cue.stop),
        ("go-to", cue.goto),
    )
    return next((kind for kind, given in kinds if given), "wait")


def every(cues: Sequence[Cue]) -> Iterator[Cue]:
    """All cues, those in groups after their group."""
    for cue in cues:
        yield cue
        yield from every(cue.cues)


@dataclass(frozen=True, slots=True)
class Placed:
    """A cue, its id, the steps to it in the file, and the place of its group among all placed (None: in no group)."""

    id: str
    cue: Cue
    steps: tuple[str | int, ...]
    group: int | None


def placed(cues: Sequence[Cue]) -> list[Placed]:
    """Every cue with its id, each id once: as stated; else from the name, with the number where others share the name; else
    the number; else what it does. What is left alike, or is another cue's number, is counted."""
    listed: list[tuple[Cue, tuple[str | int, ...], int | None]] = []

    def walk(some: Sequence[Cue], steps: tuple[str | int, ...], group: int | None) -> None:
        for place, cue in enumerate(some):
            here = (*steps, "cues", place)
            listed.append((cue, here, group))
            walk(cue.cues, here, len(listed) - 1)

    walk(cues, (), None)
    stated = {cue.id for cue, _, _ in listed if cue.id is not None}
    shared = Counter(_slug(cue.name) for cue, _, _ in listed if cue.id is None)
    numbered = {cue.number: at for at, (cue, _, _) in reversed(list(enumerate(listed)))}
    found: list[Placed] = []
    taken: set[str] = set()
    for at, (cue, steps, group) in enumerate(listed):
        wanted = cue.id or _slug(cue.name)
        if cue.id is None and wanted and shared[wanted] > 1 and cue.number:
            wanted = f"{wanted}-{cue.number}"
        wanted = wanted or cue.number or kind_of(cue)
        unique, count = wanted, 1
        while unique in taken or (cue.id is None and (unique in stated or numbered.get(unique, at) != at)):
            count += 1
            unique = f"{wanted}-{count}"
        taken.add(unique)
        found.append(Placed(unique, cue, steps, group))
    return found


def _slug(name: str) -> str:
    """A name as an id: "The crack" is the-crack. Empty where nothing of it can stand in an address."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
