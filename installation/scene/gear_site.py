"""What a site file says of other gear: MIDI, timecode, tempo, lights. Only `sites` builds on this; `patchbay` acts on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictInt
from pydantic_core import PydanticCustomError

from installation.scene.cues import OscArgument
from installation.scene.fields import Model, Name, Number, Text, on_canvas
from installation.scene.osc_site import Machines

CHANNELS = 512
_LETTERS = "irgbwxyf0"


def _address(given: str) -> str:
    if given.startswith("/") and given.isascii() and given.isprintable() and " " not in given:
        return given
    raise PydanticCustomError("wording", "expected a parameter's address or a verb, such as /reveal/lens or /go")


def _letters(given: str) -> str:
    if given and len(given) <= 32 and set(given) <= set(_LETTERS):
        return given
    raise PydanticCustomError(
        "wording",
        "expected a letter for each channel, such as rgb: i intensity, r, g, b, w white, x, y, f full, 0 none",
    )


def _own(given: str) -> str:
    parts = given.split(".")
    if len(parts) == 4 and all(part.isascii() and part.isdigit() and int(part) < 256 for part in parts):
        return given
    raise PydanticCustomError("wording", "expected an address of this machine, such as 192.168.1.10")


def _end(given: Any) -> Any:
    if given == "hold" or (isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= 1):
        return given
    raise PydanticCustomError("wording", "expected a level from 0 to 1, or hold")


def _channel(given: str) -> str:
    if given.isascii() and given.isdigit() and 1 <= int(given) <= CHANNELS and given[0] != "0":
        return given
    raise PydanticCustomError("wording", "a channel is a number from 1 to 512")


Address: TypeAlias = Annotated[Text, Field(max_length=250), AfterValidator(_address)]
End: TypeAlias = Annotated[Literal["hold"] | Number, BeforeValidator(_end)]


class MidiMap(Model):
    """A knob, a pad, a fader, and what it does. `installation cue learn ADDRESS` makes these by itself."""

    source: Name | None = Field(None, alias="from", description="Which of the inputs, by its name here; default: any.")
    channel: StrictInt | None = Field(None, ge=1, le=16, description="1 to 16; default: any.")
    note: StrictInt | None = Field(None, ge=0, le=127, description="A key or pad.")
    control: StrictInt | None = Field(None, ge=0, le=127, description="A controller: a knob, a fader, a pedal.")
    pitch: StrictBool = Field(False, description="Pitch bend.")
    program: StrictInt | None = Field(None, ge=0, le=127, description="A program change, counted from 0.")
    to: Address = Field(description="A parameter's address, or a verb: /go, /panic, /cue/5/start.")
    args: list[OscArgument] = Field(default_factory=list, max_length=16, description="The verb's values.")
    way: Literal["absolute", "fine", "twos", "offset"] = Field(
        "absolute",
        description="How a knob tells where it is: absolute (0 to 127); fine (14 bits: this controller and the one 32 above); "
        "endless ones by steps: twos (1 up, 127 down) or offset (65 up, 63 down).",
    )

    @property
    def kinds(self) -> list[tuple[Literal["note", "control", "pitch", "program"], int]]:
        """What it names; one, where the file is right."""
        found: list[tuple[Literal["note", "control", "pitch", "program"], int]] = []
        if self.note is not None:
            found.append(("note", self.note))
        if self.control is not None:
            found.append(("control", self.control))
        if self.pitch:
            found.append(("pitch", 0))
        if self.program is not None:
            found.append(("program", self.program))
        return found


Port: TypeAlias = Annotated[Text, Field(min_length=1, max_length=120)]


class MidiSite(Model):
    """MIDI's ports, by names of yours."""

    inputs: dict[Name, Port] = Field(
        default_factory=dict,
        alias="in",
        max_length=16,
        description="NAME: a part of the port's own name (installation list midi), or virtual: one that others connect to.",
    )
    outputs: dict[Name, Port] = Field(
        default_factory=dict,
        alias="out",
        max_length=16,
        description="As `in`; cues send to them: midi: [{to: NAME, ...}].",
    )
    map: list[MidiMap] = Field(
        default_factory=list, max_length=512, description="What knobs and pads do; what is learned comes on top."
    )


class TimecodeSite(Model):
    """Where running timecode (MTC) comes from: cues with `trigger: {timecode: ...}` go by it."""

    source: Name | None = Field(None, alias="from", description="A MIDI input, by its name in `midi: in`.")
    freewheel: Number = Field(
        1.0, ge=0, le=60, description="Seconds that it is taken to run on when nothing comes any more."
    )


class TempoSite(Model):
    """The tempo that `beat`, `phase` and `tempo` in expressions go by, and cues with `quantise`."""

    link: StrictBool = Field(False, description="Whether it is shared with others on the network by Ableton Link.")
    bpm: Number = Field(120.0, ge=20, le=999, description="Beats a minute; with Link, until somebody says another.")
    beats: StrictInt = Field(4, ge=1, le=64, description="Beats in a bar.")
    longest: Number = Field(8.0, ge=0, le=120, description="Seconds that a quantised cue waits for its beat at most.")


Protocol: TypeAlias = Literal["artnet", "sacn"]


class LightUniverse(Model):
    """512 channels of light levels, sent to one place."""

    protocol: Protocol = Field(description="artnet or sacn.")
    universe: StrictInt = Field(ge=0, le=63999, description="Art-Net: 0 to 32767; sACN: 1 to 63999.")
    host: Text | None = Field(
        None, description="The node's address or name. sACN without one goes by multicast; Art-Net needs it."
    )
    port: StrictInt | None = Field(None, ge=1, le=65535, description="UDP; default: 6454 (artnet), 5568 (sacn).")
    priority: StrictInt = Field(100, ge=0, le=200, description="sACN's: of several senders the highest counts.")


class LightFixture(Model):
    """A fixture, where it is patched, and what it follows. Its dimmer is the parameter /lights/NAME."""

    universe: Name = Field(description="One of `universes`, by its name.")
    channel: StrictInt = Field(ge=1, le=CHANNELS, description="Its first channel, 1 to 512.")
    channels: Annotated[Text, AfterValidator(_letters)] | None = Field(
        None,
        description="A letter for each channel, in order: i intensity, r, g, b, w white, x, y, f always full, 0 always none; "
        "default: rgb for a colour, else i.",
    )
    source: Address | None = Field(
        None, alias="from", description="A parameter that it follows: a number, a colour, a position."
    )
    canvas: tuple[Number, Number, Number, Number] | None = Field(
        None, description="The part of the canvas whose mean colour it shows: x, y, width, height, 0 to 1, y up."
    )
    gamma: Number | None = Field(
        None,
        ge=0.2,
        le=4,
        description="The power that its levels are raised to; default: 2.2 for what is on the canvas, 1 for a parameter.",
    )
    fine: StrictBool = Field(False, description="Whether each letter has two channels: 16 bits.")
    end: End | None = Field(None, description="What it is left at when the show ends; default: as all lights.")


class LightInput(Model):
    """A universe of a lighting desk whose faders move parameters and press buttons here."""

    protocol: Protocol = Field(description="artnet or sacn.")
    universe: StrictInt = Field(ge=0, le=63999, description="Art-Net: 0 to 32767; sACN: 1 to 63999.")
    allow: Machines = Field(
        min_length=1, max_length=64, description="Machines and networks that are heard, and no others."
    )
    channels: dict[Annotated[Text, AfterValidator(_channel)], Address] = Field(
        min_length=1, max_length=CHANNELS, description="CHANNEL: a parameter's address, or a verb: 10: /go."
    )
    fine: list[StrictInt] = Field(
        default_factory=list, max_length=256, description="Channels that are 16 bits wide, with the next one."
    )


class LightsSite(Model):
    """Lights that follow the show, and a lighting desk that plays it."""

    universes: dict[Name, LightUniverse] = Field(default_factory=dict, max_length=32, description="By names of yours.")
    fixtures: dict[Name, LightFixture] = Field(default_factory=dict, max_length=512, description="By names of yours.")
    rate: Number = Field(40.0, ge=1, le=44, description="Times a second that levels are sent at most.")
    end: End = Field(0.0, description="What fixtures are left at when the show ends: a level, 0 to 1, or hold.")
    inputs: dict[Name, LightInput] = Field(
        default_factory=dict, alias="in", max_length=16, description="A lighting desk's universes, by names of yours."
    )
    host: Annotated[Text, AfterValidator(_own)] = Field(
        "0.0.0.0",
        description="This machine's address on the lights' network: 192.168.1.10; default: desks are heard on all.",
    )


Steps: TypeAlias = tuple[str | int, ...]


def gear_problems(midi: MidiSite, timecode: TimecodeSite, lights: LightsSite) -> Iterator[tuple[Steps, str, str]]:
    """What only the whole file shows to be wrong: the steps to it, what, and what to try."""
    for i, one in enumerate(midi.map):
        if len(one.kinds) != 1:
            yield ("midi", "map", i), "a mapping is of one of note, control, pitch and program", "name one of them"
        if one.way == "fine" and (one.control is None or one.control > 31):
            yield ("midi", "map", i, "way"), "a fine controller is one of 0 to 31", "its other half is 32 above it"
        if one.source is not None and one.source not in midi.inputs:
            yield ("midi", "map", i, "from"), f'no input is called "{one.source}"', _listed(midi.inputs)
    if timecode.source is not None and timecode.source not in midi.inputs:
        yield ("timecode", "from"), f'no MIDI input is called "{timecode.source}"', _listed(midi.inputs)
    for name, universe in lights.universes.items():
        steps: Steps = ("lights", "universes", name)
        yield from _numbered(steps, universe.protocol, universe.universe)
        if universe.protocol == "artnet" and universe.host is None:
            yield steps, "Art-Net needs a host", "the node's address; 255.255.255.255 for all on the network"
    yield from _patched(lights)
    yield from _twice(
        "universes", {name: (one.protocol, one.universe, one.host) for name, one in lights.universes.items()}
    )
    yield from _twice("in", {name: (one.protocol, one.universe) for name, one in lights.inputs.items()})
    for name, desk in lights.inputs.items():
        steps = ("lights", "in", name)
        yield from _numbered(steps, desk.protocol, desk.universe)
        for i, channel in enumerate(desk.fine):
            if str(channel) not in desk.channels or channel >= CHANNELS:
                yield (*steps, "fine", i), f"channel {channel} moves nothing", "name it in channels"


def _twice(key: str, named: dict[str, tuple[Any, ...]]) -> Iterator[tuple[Steps, str, str]]:
    """The same universe under two names: its lights would flicker, and faders of the first be dead."""
    first: dict[tuple[Any, ...], str] = {}
    for name, one in named.items():
        if first.setdefault(one, name) != name:
            what = f'universe {one[1]} is "{first[one]}" already'
            yield ("lights", key, name, "universe"), what, "put both under one name"


def _numbered(steps: Steps, protocol: Protocol, number: int) -> Iterator[tuple[Steps, str, str]]:
    if protocol == "artnet" and number > 32767:
        yield (*steps, "universe"), "a universe of Art-Net is 0 to 32767", "15 bits: net, sub-net, universe"
    if protocol == "sacn" and number < 1:
        yield (*steps, "universe"), "a universe of sACN is 1 to 63999", "the first is 1"


def _patched(lights: LightsSite) -> Iterator[tuple[Steps, str, str]]:
    taken: dict[tuple[str, int], str] = {}
    for name, fixture in lights.fixtures.items():
        steps: Steps = ("lights", "fixtures", name)
        if fixture.universe not in lights.universes:
            yield (*steps, "universe"), f'no universe is called "{fixture.universe}"', _listed(lights.universes)
        if fixture.source is not None and fixture.canvas is not None:
            yield (*steps, "canvas"), "a fixture follows one thing", "canvas, or from, not both"
        if fixture.canvas is not None and not on_canvas(fixture.canvas):
            yield (*steps, "canvas"), "a part lies inside the canvas", "x, y, width, height, each from 0 to 1"
        size = len(letters_of(fixture)) * (2 if fixture.fine else 1)
        if fixture.channel + size - 1 > CHANNELS:
            yield (*steps, "channel"), f"its {size} channels go beyond 512", f"at most {CHANNELS + 1 - size}"
        for channel in range(fixture.channel, fixture.channel + size):
            other = taken.setdefault((fixture.universe, channel), name)
            if other != name:
                yield (*steps, "channel"), f'channel {channel} is the fixture "{other}"\'s', "patch it elsewhere"
                break


def letters_of(fixture: LightFixture) -> str:
    """A letter for each of its channels."""
    return fixture.channels or ("rgb" if fixture.canvas is not None else "i")


def _listed(names: dict[str, Any]) -> str:
    return f"named here: {', '.join(names)}" if names else "none is named here"
