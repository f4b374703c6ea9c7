"""What a MIDI message says: a note, a controller, pitch bend, a program, or a part of timecode (MTC). Pure.

Reads one whole message, strictly: one of a wrong length, with a data byte above 127 or a time of day that doesn't exist says
nothing. Called for what `midi` hears.

Source of the formats: the MIDI 1.0 specification, and its MTC (MMA RP-004/008): quarter frames F1 0nnndddd, full frames
F0 7F device 01 01 hh mm ss ff F7, the rate in bits 5 and 6 of the hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["note", "control", "pitch", "program"]
PITCH_WIDE = 16383
"""The greatest value of pitch bend; 14 bits."""


@dataclass(frozen=True, slots=True)
class Gesture:
    """What a hand did: a key or pad (`value` 0: released), a controller, pitch bend (0..16383), a program.

    `channel` counts from 1, `number` is 0..127 (0 for pitch bend), `value` 0..127.
    """

    kind: Kind
    channel: int
    number: int
    value: int


@dataclass(frozen=True, slots=True)
class Rate:
    """A timecode's frames a second: those that its labels count (`nominal`), those that pass (`real`), and whether labels are
    dropped to make up for it."""

    nominal: int
    real: float
    drops: bool = False


RATES = (Rate(24, 24.0), Rate(25, 25.0), Rate(30, 30000 / 1001, True), Rate(30, 30.0))
"""By the two bits of MTC."""


@dataclass(frozen=True, slots=True)
class Label:
    """A frame's name in timecode. Made by `label`, so that it exists."""

    hours: int
    minutes: int
    seconds: int
    frames: int
    rate: Rate

    def __str__(self) -> str:
        sign = ";" if self.rate.drops else ":"
        return f"{self.hours:02d}:{self.minutes:02d}:{self.seconds:02d}{sign}{self.frames:02d}"

    @property
    def number(self) -> int:
        """How many frames after midnight it is: labels that are dropped are no frames."""
        minutes = self.hours * 60 + self.minutes
        counted = (minutes * 60 + self.seconds) * self.rate.nominal + self.frames
        return counted - (2 * (minutes - minutes // 10) if self.rate.drops else 0)


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter frame: an eighth of a label."""

    piece: int
    bits: int


@dataclass(frozen=True, slots=True)
class Full:
    """A full frame: where timecode has been moved to."""

    label: Label


Said: TypeAlias = Gesture | Quarter | Full


def read(data: bytes) -> Said | None:
    """What one message says; None for what isn't known, or isn't whole."""
    if not data:
        return None
    status, size = data[0], len(data)
    if status == 0xF0:
        return _full(data)
    if status < 0x80 or any(byte > 127 for byte in data[1:]):
        return None
    if status == 0xF1:
        return Quarter(data[1] >> 4, data[1] & 15) if size == 2 else None
    kind, channel = status >> 4, (status & 15) + 1
    if kind in (8, 9) and size == 3:
        return Gesture("note", channel, data[1], data[2] if kind == 9 else 0)
    if kind == 11 and size == 3:
        return Gesture("control", channel, data[1], data[2])
    if kind == 14 and size == 3:
        return Gesture("pitch", channel, 0, data[1] | data[2] << 7)
    if kind == 12 and size == 2:
        return Gesture("program", channel, data[1], 127)
    return None


def _full(data: bytes) -> Full | None:
    """A full frame of MTC, whoever it is addressed to."""
    if len(data) != 10 or data[1] != 0x7F or data[3:5] != b"\x01\x01" or data[9] != 0xF7:
        return None
    if any(byte > 127 for byte in data[1:9]):
        return None
    found = label(data[5], *data[6:9])
    return None if found is None else Full(found)


def label(rate_and_hours: int, minutes: int, seconds: int, frames: int) -> Label | None:
    """A label as MTC writes it; None for one that doesn't exist."""
    rate, hours = RATES[rate_and_hours >> 5 & 3], rate_and_hours & 31
    if rate_and_hours > 127 or hours > 23 or minutes > 59 or seconds > 59 or frames >= rate.nominal:
        return None
    if rate.drops and seconds == 0 and frames < 2 and minutes % 10:
        return None  # dropped: every minute but each tenth begins with frame 2
    return Label(hours, minutes, seconds, frames, rate)


def labelled(number: int, rate: Rate) -> Label:
    """The label of a frame that is so many after midnight; days follow each other."""
    day = 24 * (108_000 - 108 if rate.drops else 3600 * rate.nominal)
    number %= day
    if rate.drops:
        tens, rest = divmod(number, 17_982)  # ten minutes of 29.97 have 18 labels less than 18000
        number += 18 * tens + (2 * ((rest - 2) // 1798) if rest >= 2 else 0)
    seconds, frames = divmod(number, rate.nominal)
    return Label(seconds // 3600, seconds // 60 % 60, seconds % 60, frames, rate)
