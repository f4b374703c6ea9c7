"""What a knob, a pad or a fader does: the mappings of a show, those that a person wrote and those that were learned.

What was learned is kept in a file of the engine's own beside the site file: `site.yaml` has `site.midi.json`. The person's file
is never written; this one is written whole or not at all. One that can't be read is told and set aside. Files are never read
or written in a frame. Called by `hands` and `patchbay`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeAlias

from installation.errors import Location, Problem

ENDING = ".midi.json"
LARGEST = 1 << 20
MOST = 512
"""Mappings that are kept."""
Way: TypeAlias = Literal["absolute", "fine", "twos", "offset"]
"""How a controller says where it is: 0 to 127; in two halves (number and number + 32); as steps, less than 0 from 128 down, or
around 64."""
WAYS = ("absolute", "fine", "twos", "offset")
KINDS = ("note", "control", "pitch", "program")


@dataclass(frozen=True, slots=True)
class Mapping:
    """From a gesture to an address. `port` is an input by the site file's name, `channel` 1..16; None: any."""

    kind: Literal["note", "control", "pitch", "program"]
    number: int
    to: str
    port: str | None = None
    channel: int | None = None
    args: tuple[object, ...] = ()
    way: Way = "absolute"

    @property
    def source(self) -> tuple[object, ...]:
        """What is moved: of two mappings of the same, the newer counts."""
        return self.port, self.channel, self.kind, self.number


def path_of(site: Path | None) -> Path | None:
    """The file beside a site file; None without one: then nothing is kept."""
    return None if site is None else site.with_name(site.stem + ENDING)


def load(path: Path | None) -> tuple[tuple[Mapping, ...], list[Problem]]:
    """What was learned, and what is wrong with the file; nothing where it isn't there, or can't be used."""
    if path is None or not path.exists():
        return (), []
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            raise ValueError("no file of the engine's")
        return _read(path.read_bytes()), []
    except (OSError, ValueError, RecursionError) as error:
        hint = "nothing that was learned is used until you learn anew; then it is set aside"
        return (), [Problem(f"what MIDI has learned can't be read: {error}", Location(str(path)), hint)]


def _read(text: bytes) -> tuple[Mapping, ...]:
    """Raises ValueError for anything but what `save` writes."""
    told = json.loads(text)
    if not isinstance(told, dict) or told.get("version") != 1 or not isinstance(told.get("learned"), list):
        raise ValueError("expected version 1 and a list, learned")
    if len(told["learned"]) > MOST:
        raise ValueError(f"more than {MOST} mappings")
    return tuple(_mapping(one) for one in told["learned"])


def _mapping(one: Any) -> Mapping:
    names = {field.name for field in fields(Mapping)}
    if not isinstance(one, dict) or not {"kind", "number", "to"} <= one.keys() <= names:
        raise ValueError(f"expected kind, number and to, not {str(one)[:60]}")
    args, port, channel, number = one.get("args", []), one.get("port"), one.get("channel"), one["number"]
    fine = (
        one["kind"] in KINDS
        and _whole(number, 0, 127)
        and isinstance(one["to"], str)
        and one["to"].startswith("/")
        and (port is None or isinstance(port, str))
        and (channel is None or _whole(channel, 1, 16))
        and isinstance(args, list)
        and all(isinstance(arg, str | int | float) for arg in args)
        and one.get("way", "absolute") in WAYS
    )
    if not fine:
        raise ValueError(f"{str(one)[:100]} is no mapping")
    return Mapping(one["kind"], number, one["to"], port, channel, tuple(args), one.get("way", "absolute"))


def _whole(given: object, low: int, high: int) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and low <= given <= high


def save(path: Path | None, learned: Sequence[Mapping]) -> list[Problem]:
    """Keeps it, whole or not at all. Gives what went wrong, if anything did. Never in a frame: a disk may take seconds."""
    if path is None:
        return [Problem("what is learned is kept until the show ends", hint="name a site file to keep it: --site FILE")]
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if load(path)[1]:
            os.replace(path, path.with_name(path.name + ".broken"))
        text = json.dumps({"version": 1, "learned": [asdict(one) for one in learned]}, indent=1)
        with part.open("wb") as file:
            file.write(f"{text}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        what = f"what is learned can't be kept: {error.strerror or error}"
        return [Problem(what, Location(str(path)), "is the folder writable?")]
    return []
