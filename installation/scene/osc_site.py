"""What a site file says of OSC: where it is heard, by whom, with which passcodes, and which machines are sent to."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, StrictBool, StrictInt
from pydantic_core import PydanticCustomError

from installation.networks import HERE, network
from installation.scene.fields import Model, Name, Text


def _network(given: str) -> str:
    try:
        network(given)
    except ValueError:
        raise PydanticCustomError(
            "wording", "expected a machine's address or a network, such as 192.168.1.20 or 192.168.1.0/24"
        ) from None
    return given


Machines: TypeAlias = list[Annotated[Text, AfterValidator(_network)]]
WORDS = ("cues", "events", "heartbeat", "sense")
"""What a controller may be told besides parameters."""


def _told(given: str) -> str:
    if given in WORDS or (given.startswith("/") and given.isascii() and given.isprintable() and " " not in given):
        return given
    raise PydanticCustomError("wording", f"expected {', '.join(WORDS)}, or a parameter's address or pattern")


class Passcode(Model):
    """A code that gives rights, over the network, to whoever says it."""

    code: Text = Field(pattern=r"^\S{4,64}$", description='4 to 64 characters, in quotes: "2142".')
    rights: list[Literal["view", "control", "edit"]] = Field(
        min_length=1,
        description="view asks; control runs the show: cues, scenes, reveal; edit sets parameters and arms cues.",
    )


class OscController(Model):
    """Another machine: a desk, a phone, the lights. Cues send to it by its name (`osc: [{to: NAME, ...}]`)."""

    host: Text = Field(min_length=1, description="Its name or address.")
    port: StrictInt = Field(ge=1, le=65535, description="Where it hears OSC.")
    protocol: Literal["udp", "tcp", "tcp-length"] = Field(
        "udp", description="tcp: double-END SLIP, as QLab; tcp-length: each message after its length (OSC 1.0)."
    )
    send: list[Annotated[Text, AfterValidator(_told)]] = Field(
        default_factory=list,
        max_length=64,
        description="What it is told by itself: cues, events, heartbeat, sense, parameters' addresses or patterns.",
    )
    sense: StrictBool = Field(False, description="Whether it gets the sensed signals, up to 30 times a second.")

    @property
    def wanted(self) -> list[str]:
        return [*self.send, *(["sense"] if self.sense and "sense" not in self.send else [])]


class OscSite(Model):
    host: str = Field("127.0.0.1", description="0.0.0.0 opens it to the network.")
    port: StrictInt = Field(9000, ge=0, le=65535, description="UDP, and TCP; 0 is any free one.")
    tcp: StrictBool = Field(True, description="Whether it listens over TCP too, at the same port.")
    allow: Machines = Field(
        default_factory=list, max_length=256, description="Machines and networks that are heard; default: all."
    )
    trusted: Machines = Field(
        default_factory=lambda: list(HERE),
        max_length=256,
        description="Machines that need no passcode; default: this one.",
    )
    time_tags: StrictBool = Field(
        True, description="Whether messages dated ahead wait for their time. false: all at once, where clocks differ."
    )
    controllers: dict[Name, OscController] = Field(
        default_factory=dict, max_length=32, description="Other machines, by a name of yours."
    )
