"""What may stand in a site file: outputs, what looks and listens, the network. Only `schema` builds on this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field, StrictBool, StrictInt

from installation.scene.fields import Model, Number, Text
from installation.scene.gear_site import LightsSite, MidiSite, TempoSite, TimecodeSite
from installation.scene.osc_site import OscSite, Passcode
from installation.scene.output_site import CheckSite, Opening, Output, Room
from installation.scene.refreshing import DataSite
from installation.scene.seeing import CameraSite
from installation.signals import SENSED

Side: TypeAlias = Annotated[StrictInt, Field(ge=16, le=16384)]

if TYPE_CHECKING:
    SensedSignal: TypeAlias = str
else:
    SensedSignal = Literal[tuple(SENSED)]


class AudioSite(Model):
    """What this building hears: a microphone or line input, or a sound file. Nothing is recorded."""

    source: str = Field(
        "auto",
        description="auto (the system's own input), none, device:NAME or device:NUMBER (installation list audio), or a "
        "sound file. A microphone is opened only where a scene of the show listens.",
    )
    gain: Number = Field(0.0, ge=-60, le=60, description="Decibels: 6 makes it twice as loud, 20 ten times.")


class ConsoleSite(Model):
    host: str = Field("127.0.0.1", description="0.0.0.0 opens it to the network.")
    port: StrictInt = Field(8142, ge=0, le=65535, description="TCP; 0 is any free one.")
    blind: StrictBool = Field(
        True,
        description="Whether a small picture of what the next GO would show is drawn, with what the wall leaves over.",
    )


class FlashGuardSite(Model):
    """What keeps the wall from flashing dangerously, and from where the wall is seen."""

    off: Text | None = Field(
        None, pattern=r"\S", description="Turns it off: the reason, in words, which the status and the log repeat."
    )
    distance: Number = Field(
        1.9,
        ge=0.3,
        le=5.7,
        description="How far visitors stand from the wall, in widths of it: how large 10 degrees are.",
    )


class LogSite(Model):
    """The log of each night, from which it can be drawn again. Never a camera's picture, never sound."""

    off: StrictBool = Field(False, description="Whether nothing is logged.")
    folder: Text | None = Field(
        None,
        description="Where it is kept; default: the user's own folder for such things (installation log says which).",
    )
    days: Number = Field(14.0, gt=0, le=3650, description="How long it is kept.")
    gigabytes: Number = Field(2.0, ge=0.05, le=10000, description="How much of it is kept; the oldest goes first.")
    silhouettes: StrictBool = Field(
        False,
        description="Whether the shapes of visitors and how they move are kept too, beside numbers: then a replay is the same to "
        "the last bit, and visitors should be told (installation privacy does).",
    )


class SiteFile(Model):
    """The building: displays, camera, audio, network. The show doesn't know it."""

    title: str = Field("", description="The building's name.")
    outputs: list[Output] = Field(
        default_factory=lambda: [Output()],
        max_length=16,
        description="Where the canvas goes: projectors, films, streams.",
    )
    canvas: tuple[Side, Side] | None = Field(
        None,
        description="Width and height of the canvas in pixels, in place of the show's own: for projectors beside each other.",
    )
    windows: Literal["one", "each"] = Field(
        "one",
        description="one: a single window over all displays, so that they keep one time; each: a window for each display, where "
        "the desktop can't do otherwise.",
    )
    room: Room = Field(
        default_factory=Room, description="The building in three dimensions, for installation previsualise."
    )
    opening: list[Opening] = Field(
        default_factory=list,
        max_length=28,
        description="When the room is open; projectors are switched on and off by it.",
    )
    check: CheckSite = Field(CheckSite(), description="The morning check of projectors by the camera.")
    camera: CameraSite = Field(CameraSite(), description="What senses visitors.")
    cameras: list[CameraSite] = Field(
        default_factory=list,
        max_length=8,
        description="Several instead of the one, each with the part of the canvas that it covers.",
    )
    audio: AudioSite = Field(AudioSite(), description="What listens to the room.")
    smoothing: dict[SensedSignal, Annotated[Number, Field(ge=0, le=60)]] = Field(
        default_factory=dict,
        description="Seconds over which signals are evened out, by their names: smile: 0.5. Left out: as they are sensed.",
    )
    osc: OscSite = Field(default_factory=OscSite, description="Where OSC is heard, and to whom it is sent.")
    passcodes: list[Passcode] = Field(
        default_factory=list,
        max_length=64,
        description="What opens the show to other machines; none: nothing is asked.",
    )
    console: ConsoleSite = Field(ConsoleSite(), description="Where the preview page is.")
    midi: MidiSite = Field(default_factory=MidiSite, description="MIDI: knobs, pads, and gear that cues play.")
    timecode: TimecodeSite = Field(default_factory=TimecodeSite, description="Timecode that cues go by.")
    tempo: TempoSite = Field(default_factory=TempoSite, description="Tempo and bars.")
    lights: LightsSite = Field(default_factory=LightsSite, description="Art-Net and sACN, out and in.")
    data: DataSite = Field(default_factory=DataSite, description="Whether live data is refreshed, and when.")
    log: LogSite = Field(LogSite(), description="The log of each night, for replays.")
    flash_guard: FlashGuardSite = Field(FlashGuardSite(), description="What keeps the wall from flashing dangerously.")
    fps: Number | None = Field(None, gt=0, le=240, description="Frames a second; default: the show's.")

    @property
    def eyes(self) -> tuple[CameraSite, ...]:
        """The cameras of the building: those of the list, else the one."""
        return tuple(self.cameras) or (self.camera,)
